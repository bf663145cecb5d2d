"""Windows that move with the clock: "today", "the next seven days", "the next three hours", as a widget asks."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import msgspec

from hub.domain.city import City
from hub.errors import BadInput
from hub.records.core import Span

MOST_DAYS = 400  # events are known that far ahead
MOST_HOURS = 31 * 24
TICK = timedelta(minutes=1)


class Within(msgspec.Struct, frozen=True, kw_only=True):
    """From now on: for so many days as the calendar in the city counts them, today the first; or for so many hours."""

    days: int | None = None
    hours: int | None = None

    def __post_init__(self) -> None:
        if (self.days is None) == (self.hours is None):
            raise BadInput("within: give days or hours, one of the two")
        for name, given, most in (("days", self.days, MOST_DAYS), ("hours", self.hours, MOST_HOURS)):
            if given is not None and not 1 <= given <= most:
                raise BadInput(f"within: {name}: {given} is not between 1 and {most}")


def window(city: City, within: Within) -> Span:
    """It begins with the minute that it is now, and the answer that is made of it holds for that minute.

    So all that is asked within a minute is the same question, and nothing is shown as going on a minute after its end.
    Days end at the city's midnight (one of them may have 23 or 25 hours); hours are of sixty minutes whatever the clock
    on the wall does.
    """
    since = this_minute(city)
    until = city.midnight(within.days) if within.days is not None else since + timedelta(hours=within.hours or 0)
    return Span(starts_at=since, ends_at=until)


def this_minute(city: City) -> datetime:
    """When the minute that it is began; what is made of it holds until the next."""
    since = city.now().replace(second=0, microsecond=0)
    city.now(since + TICK)
    return since


def last_days(city: City, days: int) -> date:
    """The first of the last so many days, today included."""
    if not 1 <= days <= 10_000:
        raise BadInput(f"lastDays: {days} is not between 1 and 10 000")
    today = city.now(city.midnight(1)).astimezone(city.zone).date()
    return today - timedelta(days=days - 1)


def next_days(city: City, days: int) -> tuple[date, date]:
    """Today and the last of so many days, today the first."""
    if not 1 <= days <= MOST_DAYS:
        raise BadInput(f"days: {days} is not between 1 and {MOST_DAYS}")
    today = city.now(city.midnight(1)).astimezone(city.zone).date()
    return today, today + timedelta(days=days - 1)
