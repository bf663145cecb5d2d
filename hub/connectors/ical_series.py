"""Which times a calendar's event takes place: its rule, its added and excluded dates, and occurrences that were moved.

Rules are checked before they are expanded: what would run for ever or for nothing is refused (feeds README 1.7). They
are expanded in wall-clock time and made instants one by one, so 10:00 stays 10:00 over a change of clocks.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Final, TypeAlias

import msgspec
from dateutil.rrule import rrulestr

from hub.connectors.ical_text import Component, Property, split
from hub.connectors.ical_time import Length, Moment, When, Zones, read_duration
from hub.fetch import Unreadable

MOST_OCCURRENCES: Final = 1_000  # of one series inside the window
MOST_STEPS: Final = 100_000  # of a rule on its way to the window's end
FREQUENCIES: Final = frozenset({"YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY"})
# The values that each part of a rule may have: outside them the library fails, sometimes only far into a rule.
WEEKDAY: Final = "(?:MO|TU|WE|TH|FR|SA|SU)"
PARTS: Final = {
    "FREQ": "[A-Z]+",
    "INTERVAL": r"\d{1,6}",
    "COUNT": r"\d{1,9}",
    "UNTIL": r"\d{8}(?:T\d{4,6}Z?)?",
    "WKST": WEEKDAY,
    "BYDAY": rf"(?:[+-]?(?:[1-9]|[1-4]\d|5[0-3]))?{WEEKDAY}",
    "BYMONTH": "0?[1-9]|1[0-2]",
    "BYMONTHDAY": r"[+-]?(?:0?[1-9]|[12]\d|3[01])",
    "BYYEARDAY": r"[+-]?(?:[1-9]|[1-9]\d|[12]\d\d|3[0-5]\d|36[0-6])",
    "BYWEEKNO": r"[+-]?(?:0?[1-9]|[1-4]\d|5[0-3])",
    "BYHOUR": r"[01]?\d|2[0-3]",
    "BYMINUTE": r"[0-5]?\d",
    "BYSECOND": r"[0-5]?\d",
    "BYSETPOS": r"[+-]?(?:[1-9]|[1-9]\d|[12]\d\d|3[0-5]\d|36[0-6])",
}
SINGLE: Final = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"})
LONGEST_LIST: Final = 366
LEAP_YEAR: Final = 2024
DAY: Final = timedelta(days=1)
Identity: TypeAlias = "date | datetime"  # of an occurrence in its series: its first date, or its instant in UTC


BAD_RULE_MEND: Final = "Write the RRULE as RFC 5545 has it, with an end or with a FREQ from DAILY on."
BAD_END: Final = Unreadable(
    "its end cannot be read or lies before its start: it is taken to end when it starts",
    mend="Give a DTEND after DTSTART, in the same form.",
)


class BadRule(Unreadable):
    """A recurrence that is refused or not understood. The first instance stands, the others are not known."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, mend=BAD_RULE_MEND)


class Window(msgspec.Struct, frozen=True):
    """Half open. What lasts no time is inside if it starts inside."""

    since: datetime
    until: datetime

    def holds(self, starts_at: datetime, ends_at: datetime) -> bool:
        if starts_at == ends_at:
            return self.since <= starts_at < self.until
        return starts_at < self.until and ends_at > self.since


class Told(msgspec.Struct, frozen=True):
    """A VEVENT with its times read. `length` None: it lasts until `ends_at`. `doubt`: what had to be guessed."""

    event: Component
    zones: Zones
    start: When
    length: Length | None
    ends_at: datetime | None
    is_cancelled: bool = False  # by the calendar's METHOD
    doubt: Unreadable | None = None

    @property
    def recurs(self) -> bool:
        return self.event.first("RRULE") is not None or self.event.first("RDATE") is not None


class Occurrence(msgspec.Struct, frozen=True):
    """`told`: which component says what it is. `original`: None for an event that does not recur."""

    told: Told
    original: Identity | None
    starts_at: datetime
    ends_at: datetime
    starts_on: date | None  # of whole days
    ends_on: date | None  # inclusive


def read_times(event: Component, zones: Zones, *, is_cancelled: bool = False) -> Told:
    """ValueError where it has no start that can be read, or two, or no end: the download was cut off in it."""
    if not event.closed:
        raise Unreadable("it was cut off", mend="Check that the whole file is sent, up to END:VCALENDAR.")
    starts = event.all("DTSTART")
    if len(starts) != 1:
        raise Unreadable("more than one DTSTART" if starts else "no DTSTART", mend="Give each event one DTSTART.")
    start = zones.of(starts[0])
    length, ends_at, is_good = _end(event, zones, start)
    return Told(event, zones, start, length, ends_at, is_cancelled, None if is_good else BAD_END)


def identity_of(prop: Property, series: Told) -> Identity:
    """Which occurrence of the series a RECURRENCE-ID names, whatever form it has. ValueError if that can't be read."""
    return _identity(_at_its_time(_resolved(prop.value, prop, series), series))


def occurrences(
    series: Told | None, moved: dict[Identity, Told], window: Window
) -> tuple[list[Occurrence], list[Unreadable]]:
    """Those inside the window, and why others are not known.

    `moved`: the components that speak of one occurrence, by its identity. They stand whether or not the series has it.
    """
    found = [_occurrence(one, identity, one.start) for identity, one in moved.items()]
    problems: list[Unreadable] = []
    if series is not None:
        if not series.recurs and not moved:
            found.append(_occurrence(series, None, series.start))
        else:
            try:
                found += _expanded(series, moved, window)
            except BadRule as error:
                problems.append(error)
                first = _identity(series.start)
                if all(one.original != first for one in found):
                    found.append(_occurrence(series, first, series.start))
    inside = sorted(
        (one for one in found if window.holds(one.starts_at, one.ends_at)), key=lambda one: (one.starts_at, one.ends_at)
    )
    if len(inside) > MOST_OCCURRENCES:
        problems.append(Unreadable(f"more than {MOST_OCCURRENCES} occurrences: the later ones are left out"))
    return inside[:MOST_OCCURRENCES], problems


def _expanded(series: Told, moved: dict[Identity, Told], window: Window) -> Iterator[Occurrence]:
    instants, days = _exclusions(series)
    following = sorted((_order(identity), identity) for identity, one in moved.items() if _and_following(one))
    from_where = [order for order, _ in following]
    early = window.since.replace(tzinfo=None) - 2 * DAY - _lasts(series)
    late = window.until.replace(tzinfo=None) + 2 * DAY
    seen: set[Identity] = set(moved)
    inside = 0
    for start, own_length in _starts(series, window):
        wall = _wall(start)
        if (wall < early or wall > late) and not following and own_length is None:
            continue
        identity = _identity(start)
        if identity in seen or identity in instants or wall.date() in days:
            continue
        seen.add(identity)
        position = bisect_right(from_where, _order(identity)) - 1
        if position < 0:
            occurrence = _occurrence(series, identity, start, own_length)
        else:
            named = following[position][1]
            occurrence = _occurrence(moved[named], identity, _shifted(start, named, moved[named]))
        yield occurrence
        inside += window.holds(occurrence.starts_at, occurrence.ends_at)
        if inside > MOST_OCCURRENCES:
            return


def _starts(series: Told, window: Window) -> Iterator[tuple[When, Length | None]]:
    """Until the end of the window: the added dates, with a period's own length, then what the rules give."""
    end = window.until.replace(tzinfo=None) + 2 * DAY
    for prop in series.event.all("RDATE"):
        for value in split(prop.value):
            try:
                yield _added(value, prop, series)
            except ValueError:
                continue  # a date that can't be read adds nothing
    rules = [_Rule(prop.value, series) for prop in series.event.all("RRULE")]
    if not rules:
        yield series.start, None
    for rule in rules:
        for wall in rule.walls(_wall(series.start), end):
            yield (Moment(wall, series.start.zone) if isinstance(series.start, Moment) else wall.date()), None


def _added(value: str, prop: Property, series: Told) -> tuple[When, Length | None]:
    """An RDATE. A period has a length of its own."""
    begins, _, ends = value.partition("/")
    start = _at_its_time(_resolved(begins, prop, series), series)
    if not ends or not isinstance(start, Moment):
        return start, None
    length = read_duration(ends)
    if length is None:
        last = _resolved(ends, prop, series)
        if isinstance(last, Moment) and last.instant > start.instant:
            length = Length(rest=last.instant - start.instant)
    return start, length


def _exclusions(series: Told) -> tuple[set[datetime], set[date]]:
    """EXDATEs: instants, and whole local days. What can't be read excludes nothing."""
    instants: set[datetime] = set()
    days: set[date] = set()
    for prop in series.event.all("EXDATE"):
        for value in split(prop.value):
            try:
                when = _resolved(value, prop, series)
            except ValueError:
                continue
            if isinstance(when, Moment):
                instants.add(when.instant)
            else:
                days.add(when)
    return instants, days


def _resolved(value: str, prop: Property, series: Told) -> When:
    """A time that speaks of a series, read in the series' terms: its zone where none is given, days if it has days."""
    tzid = prop.params.get("TZID")
    when = series.zones.when(value, tzid)
    if not isinstance(series.start, Moment):
        return series.zones.day(when, here=True)
    if isinstance(when, Moment) and tzid is None and not _has_zone(value):
        return Moment(when.wall, series.start.zone)
    return when


def _at_its_time(when: When, series: Told) -> When:
    """A day of a timed series, at the time that it has."""
    if isinstance(series.start, Moment) and not isinstance(when, Moment):
        return Moment(datetime.combine(when, series.start.wall.time()), series.start.zone)
    return when


def _has_zone(text: str) -> bool:
    return text.strip().upper().endswith("Z")


def _identity(when: When) -> Identity:
    return when.instant if isinstance(when, Moment) else when


def _order(identity: Identity) -> tuple[int, int, float]:
    """Dates and instants side by side."""
    if isinstance(identity, datetime):
        return identity.toordinal(), 1, identity.timestamp()
    return identity.toordinal(), 0, 0


def _wall(when: When) -> datetime:
    return when.wall if isinstance(when, Moment) else datetime.combine(when, time(0))


def _and_following(told: Told) -> bool:
    prop = told.event.first("RECURRENCE-ID")
    return prop is not None and prop.params.get("RANGE", "").upper() == "THISANDFUTURE"


def _shifted(start: When, named: Identity, told: Told) -> When:
    """Where an occurrence goes that follows one that was moved with all after it."""
    if isinstance(start, Moment) and isinstance(told.start, Moment) and isinstance(named, datetime):
        was = named.astimezone(told.start.zone).replace(tzinfo=None)
        return Moment(start.wall + (told.start.wall - was), told.start.zone)
    if isinstance(start, Moment) or isinstance(told.start, Moment) or isinstance(named, datetime):
        return start
    return start + (told.start - named)


def _lasts(told: Told) -> timedelta:
    if told.length is not None:
        return timedelta(days=told.length.days) + told.length.rest
    assert isinstance(told.start, Moment)  # whole days have a length
    assert told.ends_at is not None
    return told.ends_at - told.start.instant


def _occurrence(told: Told, original: Identity | None, start: When, own_length: Length | None = None) -> Occurrence:
    length = own_length or told.length
    if not isinstance(start, Moment):
        days = length.days if length is not None else 1
        after = start + timedelta(days=max(1, days))
        begins, ends = told.zones.midnight(start), told.zones.midnight(after)
        return Occurrence(told, original, begins, ends, start, after - DAY)
    starts_at = start.instant
    ends_at = length.after(start) if length is not None else starts_at + _lasts(told)
    return Occurrence(told, original, starts_at, ends_at, None, None)


def _end(event: Component, zones: Zones, start: When) -> tuple[Length | None, datetime | None, bool]:
    """What can't be read, or lies before the start, is no length at all, which is told; a whole day lasts at least
    itself.
    """
    least = Length() if isinstance(start, Moment) else Length(days=1)
    end = event.first("DTEND")
    if end is None:
        given = event.text("DURATION")
        length = read_duration(given or "")
        is_good = given is None or length is not None
        if length is None or isinstance(start, Moment):
            return length or least, None, is_good
        return Length(days=max(1, length.whole_days)), None, True
    try:
        last = zones.of(end)
    except ValueError:
        return least, None, False
    if not isinstance(start, Moment):
        lasts = (zones.day(last, here=True) - start).days
        return Length(days=max(1, lasts)), None, lasts >= 0
    ends_at = last.instant if isinstance(last, Moment) else zones.midnight(last)
    if ends_at > start.instant:
        return None, ends_at, True
    return least, None, ends_at == start.instant


class _Rule:
    """One RRULE, checked. BadRule for what would never end, never happen, or is not understood."""

    def __init__(self, text: str, series: Told) -> None:
        parts: dict[str, str] = {}
        for piece in text.upper().split(";"):
            name, sign, value = (part.strip() for part in piece.partition("="))
            if not sign:
                continue  # "RRULE:RRULE:anything;FREQ=…" is met in real feeds
            if name in parts or not is_part(name, value):
                raise BadRule(f"its rule has a part that is not understood: {name[:20]}")
            parts[name] = value
        self._count = _number(parts.pop("COUNT", None), "COUNT")
        until = parts.pop("UNTIL", None)
        if parts.get("FREQ") not in FREQUENCIES:
            raise BadRule(f"its rule repeats too often, or not at all: {parts.get('FREQ', '')[:20] or 'no FREQ'}")
        if parts["FREQ"] == "HOURLY" and self._count is None and until is None:
            raise BadRule("its rule repeats each hour without an end")
        _number(parts.get("INTERVAL"), "INTERVAL")
        if "BYMONTH" in parts and "BYMONTHDAY" in parts and not _has_day(parts["BYMONTH"], parts["BYMONTHDAY"]):
            raise BadRule("its rule names days that no month has")
        self._text = ";".join(f"{name}={value}" for name, value in parts.items())
        self._within = _until(until, series)

    def walls(self, first: datetime, end: datetime) -> Iterator[datetime]:
        """The first instance counts, whether or not the rule would give it (RFC 5545, 3.8.5.3)."""
        if not self._within(first):
            return
        yield first
        given = 1
        for number, wall in enumerate(self._steps(first)):
            if number > MOST_STEPS:
                raise BadRule(f"its rule takes more than {MOST_STEPS} steps")
            if wall > end or not self._within(wall) or (self._count is not None and given >= self._count):
                return
            if wall != first:
                given += 1
                yield wall

    def _steps(self, first: datetime) -> Iterator[datetime]:
        try:
            yield from rrulestr(self._text, dtstart=first)
        except (ValueError, TypeError, IndexError, OverflowError) as error:  # for what its parts mean together
            raise BadRule("its rule is not understood") from error


def is_part(name: str, value: str) -> bool:
    """Whether a rule may say that."""
    values = value.split(",")
    pattern = PARTS.get(name)
    most = 1 if name in SINGLE else LONGEST_LIST
    return pattern is not None and len(values) <= most and all(re.fullmatch(pattern, one, re.ASCII) for one in values)


def _number(text: str | None, name: str) -> int | None:
    if text is None:
        return None
    if int(text) < 1:
        raise BadRule(f"the {name} of its rule is no number from 1")
    return int(text)


def _has_day(months: str, days: str) -> bool:
    lengths = [monthrange(LEAP_YEAR, int(month))[1] for month in months.split(",")]
    return any(abs(int(day)) <= length for day in days.split(",") for length in lengths)


def _until(text: str | None, series: Told) -> Callable[[datetime], bool]:
    """Whether a wall-clock start is not after UNTIL. Without a zone that is read in the series' own."""
    if text is None:
        return lambda wall: True  # noqa: ARG005 - no end
    try:
        last = series.zones.when(text)
    except ValueError as error:
        raise BadRule("the UNTIL of its rule is no date") from error
    start = series.start
    if not isinstance(start, Moment) or not isinstance(last, Moment):
        day = series.zones.day(last, here=True)
        return lambda wall: wall.date() <= day
    if _has_zone(text):
        return lambda wall: Moment(wall, start.zone).instant <= last.instant
    return lambda wall: wall <= last.wall
