"""The past in stretches of whole weeks, the same ones on every day: what is read again is the same record again."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from hub.connectors.moments import local, local_date, midnight_after
from hub.connectors.options import Options
from hub.records.core import Span
from hub.records.use import SpaceUse

LONGEST_USE = 366  # days back: a year's use rate, in a leap year too


class Stretches:
    """`weeks` long each, from a Monday. `days`: how far back; 0: none."""

    def __init__(self, weeks: int, days: int) -> None:
        self.length = timedelta(weeks=weeks)
        self.days = days

    def firsts(self, now: datetime) -> tuple[date, ...]:
        """The first day of each, that of today first, the last the one that holds the day `days` ago."""
        today = local_date(now)
        oldest = today - timedelta(days=self.days)
        first = self._first(today)
        found = [first]
        while first > oldest:
            first -= self.length
            found.append(first)
        return tuple(found)

    def window(self, first: date) -> Span:
        return Span(starts_at=local(first), ends_at=midnight_after(first + self.length - timedelta(days=1)))

    def holds(self, told: SpaceUse, now: datetime) -> bool:
        """Whether a record still lies in the time that is asked about."""
        return local_date(told.window.starts_at) >= self.firsts(now)[-1]

    def _first(self, day: date) -> date:
        number = (day.toordinal() - 1) // self.length.days  # day 1 of the calendar was a Monday
        return date.fromordinal(number * self.length.days + 1)


def use_days(options: Options) -> int:
    """The option of that name: how many days back the use of spaces is read."""

    def meant(given: object) -> int:
        if not isinstance(given, int) or isinstance(given, bool) or not 0 <= given <= LONGEST_USE:
            raise ValueError
        return given

    return options.read("use_days", LONGEST_USE, meant, f"0 to {LONGEST_USE} days")
