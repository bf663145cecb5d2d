"""Days, ISO weeks and local times of the made city (Europe/Helsinki)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

HELSINKI = ZoneInfo("Europe/Helsinki")
WEEK = timedelta(days=7)


class Week(msgspec.Struct, frozen=True):
    """An ISO week, by its Monday."""

    monday: date

    @property
    def name(self) -> str:
        year, number, _ = self.monday.isocalendar()
        return f"{year}w{number:02}"

    @property
    def number(self) -> int:
        """Counts on over the turn of the year: "every third week" stays every third."""
        return self.monday.toordinal() // 7

    def day(self, weekday: int) -> date:
        """0 is Monday."""
        return self.monday + timedelta(days=weekday)


def week_of(day: date) -> Week:
    return Week(day - timedelta(days=day.weekday()))


def weeks(first: date, last: date) -> Iterator[Week]:
    """Every week that has a day in [first, last]."""
    monday = week_of(first).monday
    while monday <= last:
        yield Week(monday)
        monday += WEEK


def local(day: date, clock: time = time(0)) -> datetime:
    """That wall-clock moment in Helsinki, in UTC."""
    return datetime.combine(day, clock, HELSINKI).astimezone(UTC)


def is_holiday(day: date) -> bool:
    """The days on which the made city's counters are closed: fixed feasts and the eves that are kept like them."""
    midsummer_eve = day.month == 6 and day.weekday() == 4 and 19 <= day.day <= 25
    return midsummer_eve or (day.month, day.day) in {(1, 1), (1, 6), (5, 1), (12, 6), (12, 24), (12, 25), (12, 26)}
