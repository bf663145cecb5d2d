"""Feeds' times outside iCalendar: ISO 8601 as partners write it, and what a start and an end make of an event.

Which zone a time without one is in, and what a time means that exists twice or never, is as in `ical_time`.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Final

import msgspec

from hub.connectors.ical_time import Length, Moment, When, guessed_zone, in_range, instant_of, known_zone
from hub.fetch import Unreadable

# 2026-07-05T18:00:00+03:00, 20260704T110000Z, "2026-07-05 10:00:00", 2026-07-05T18:00+0300, 2026-07-05
FORM: Final = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)"
    r"(?:[Tt ]\s?(\d\d):?(\d\d)(?::?(\d\d)(?:[.,]\d{1,9})?)?\s?(?:([Zz])|([+-]\d\d):?(\d\d)?)?)?",
    re.ASCII,
)
DAY: Final = timedelta(days=1)
BAD_END: Final = "its end cannot be read or lies before its start: it is taken to end when it starts"
BAD_END_MEND: Final = "Give an end that lies after the start, in the same form."


class Times(msgspec.Struct, frozen=True):
    """As in `Event`. Whole days have `starts_on` and `ends_on`, both inclusive."""

    starts_at: datetime
    ends_at: datetime
    starts_on: date | None = None
    ends_on: date | None = None


def read_when(text: str, zone: tzinfo) -> When:
    """A date, or a moment; Unreadable for anything else. `zone`: of a time that names none."""
    try:
        return _read(text.strip(), zone)
    except Unreadable:
        raise
    except (ValueError, OverflowError) as error:
        raise _no_time(text) from error


def _no_time(text: str) -> Unreadable:
    return Unreadable(f"{text.strip()[:40]!r} is no date or time", mend="Write times as 2026-11-22T18:00:00+02:00.")


def _read(text: str, zone: tzinfo) -> When:
    match = FORM.fullmatch(text)
    if match is None:
        raise _no_time(text)
    day = in_range(date(int(match[1]), int(match[2]), int(match[3])))
    if match[4] is None:
        return day
    hour, minute, second = int(match[4]), int(match[5]), min(int(match[6] or 0), 59)
    if hour == 24 and minute == 0:
        day, hour = day + DAY, 0
    wall = datetime(day.year, day.month, day.day, hour, minute, second)  # noqa: DTZ001 - its zone stands beside it
    if match[7]:
        return Moment(wall, UTC)
    if match[8]:
        sign = -1 if match[8][0] == "-" else 1
        return Moment(wall, timezone(sign * timedelta(hours=int(match[8][1:]), minutes=int(match[9] or 0))))
    return Moment(wall, zone)


def named_zone(name: str | None, default: tzinfo) -> tzinfo:
    """By any name that calendars use; the default for one that nobody knows."""
    return (known_zone(name) or guessed_zone(name) or default) if name else default


def times(start: When, end: When | Length | None, zone: tzinfo, *, end_is_out: bool) -> tuple[Times, bool]:
    """What they come to, and whether the end made sense. `end_is_out`: a date as end is the first day after it, as in
    calendars; else the last day of it. Without an end an event lasts no time, or its one day.
    """
    if not isinstance(start, Moment):
        last, is_good = _last_day(start, end, end_is_out=end_is_out)
        return Times(_midnight(start, zone), _midnight(last + DAY, zone), start, last), is_good
    if end is None:
        return Times(start.instant, start.instant), True
    if isinstance(end, Length):
        ends_at = end.after(start)
    elif isinstance(end, Moment):
        ends_at = end.instant
    else:
        ends_at = _midnight(end if end_is_out else end + DAY, zone)
    if ends_at < start.instant:
        return Times(start.instant, start.instant), False
    return Times(start.instant, ends_at), True


def _last_day(start: date, end: When | Length | None, *, end_is_out: bool) -> tuple[date, bool]:
    if end is None:
        return start, True
    if isinstance(end, Length):
        return start + max(0, end.whole_days - 1) * DAY, True
    if isinstance(end, Moment):
        # an end with a clock time lies on the last day itself, unless it is that day's first moment
        last = end.wall.date()
        if end.wall.time() == datetime.min.time() and last > start:
            last -= DAY
    else:
        last = end - DAY if end_is_out else end
    # some calendars give a single day the same date twice, although the end should be the next
    return max(last, start), last >= start or (end_is_out and end == start)


def _midnight(day: date, zone: tzinfo) -> datetime:
    return instant_of(datetime(day.year, day.month, day.day), zone)  # noqa: DTZ001 - its zone stands beside it
