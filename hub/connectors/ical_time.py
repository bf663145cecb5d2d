"""Calendars' dates, times, durations and zones.

Which zone a local time is in (feeds README 1.4): an offset or Z before all; a known name (IANA, Windows) by its own
rules; a private name by the file's VTIMEZONE; else the calendar's zone, else the source's, else Europe/Helsinki.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo, available_timezones

import msgspec
from dateutil.rrule import rrule, rruleset, rrulestr

from hub.connectors.ical_text import Component, Property
from hub.connectors.moments import HELSINKI
from hub.fetch import Unreadable

DATE: Final = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
TIME: Final = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)?(Z)?", re.ASCII | re.IGNORECASE)
DURATION: Final = re.compile(
    r"\+?P(?:(\d{1,4})W|(?:(\d{1,5})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,8})S)?)?)", re.ASCII | re.IGNORECASE
)
YEARLY_PART: Final = re.compile(
    r"FREQ=YEARLY|BYMONTH=(?:0?[1-9]|1[0-2])|BYDAY=[+-]?[1-5](?:MO|TU|WE|TH|FR|SA|SU)", re.ASCII
)
OFFSET: Final = re.compile(r"([+-])(\d\d)(\d\d)(\d\d)?", re.ASCII)
OFFSET_NAME: Final = re.compile(r"\(?(?:UTC|GMT)[+-]?[\d:]*\)?\s*", re.ASCII | re.IGNORECASE)
LONGEST_NAME: Final = 200
FIRST_YEAR, LAST_YEAR = 1800, 2200
NO_TIME: Final = timedelta(0)


class Moment(msgspec.Struct, frozen=True):
    """A wall-clock time in a zone."""

    wall: datetime  # naive
    zone: tzinfo

    @property
    def instant(self) -> datetime:
        return instant_of(self.wall, self.zone)


When: TypeAlias = "date | Moment"  # a date is a whole day


class Length(msgspec.Struct, frozen=True):
    """A duration: days are the calendar's, the rest is counted in real seconds."""

    days: int = 0
    rest: timedelta = NO_TIME

    def after(self, start: Moment) -> datetime:
        return instant_of(start.wall + timedelta(days=self.days), start.zone) + self.rest

    @property
    def whole_days(self) -> int:
        return self.days + -(-self.rest // timedelta(days=1))


def instant_of(wall: datetime, zone: tzinfo) -> datetime:
    """UTC. A time that does not exist takes the offset from before the change, one that exists twice is the first."""
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def read_duration(text: str) -> Length | None:
    """None for what is none, or negative."""
    match = DURATION.fullmatch(text.strip())
    if match is None or not any(match.groups()):
        return None
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return Length(weeks * 7 + days, timedelta(hours=hours, minutes=minutes, seconds=seconds))


class Zones:
    """The zones of one calendar: `default` for times without one, the file's own definitions by their names."""

    def __init__(self, calendar: Component, default: ZoneInfo = HELSINKI) -> None:
        own: dict[str, Component] = {}
        for definition in calendar.inner("VTIMEZONE"):
            names = definition.all("TZID")
            if len(names) == 1 and (name := names[0].text.strip()):
                own.setdefault(name, definition)
        self._definitions: Mapping[str, Component] = own
        self._named: dict[str, tzinfo] = {}
        self.unknown: set[str] = set()
        self.default: tzinfo = default
        named = calendar.text("X-WR-TIMEZONE")
        if named is not None:
            self.default = self.zone(named)

    def zone(self, name: str) -> tzinfo:
        """The default for a name that nobody knows."""
        if name not in self._named:
            found = known_zone(name) or self._defined(name) or guessed_zone(name)
            self._named[name] = found or self.default
            if found is None and name.strip():
                self.unknown.add(name)
        return self._named[name]

    def when(self, value: str, tzid: str | None = None) -> When:
        """A date or a moment by the shape of the value, whatever VALUE says; ValueError if it is neither."""
        text = value.strip()
        if match := DATE.fullmatch(text):
            return in_range(date(int(match[1]), int(match[2]), int(match[3])))
        match = TIME.fullmatch(text)
        if match is None:
            raise Unreadable(f"{text[:40]!r} is no date or time", mend="Write times as 20261122T180000Z.")
        year, month, day, hour, minute = (int(part) for part in match.groups()[:5])
        second = min(int(match[6] or 0), 59)  # a leap second has no name here
        in_range(date(year, month, day))
        wall = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - its zone stands beside it
        if match[7]:
            return Moment(wall, UTC)
        return Moment(wall, self.default if tzid is None else self.zone(tzid))

    def of(self, prop: Property) -> When:
        return self.when(prop.value, prop.params.get("TZID"))

    def midnight(self, day: date) -> datetime:
        """The instant at which a whole day begins."""
        return instant_of(datetime(day.year, day.month, day.day), self.default)  # noqa: DTZ001 - zone beside it

    def day(self, when: When, *, here: bool) -> date:
        """The date that it names. `here`: of a moment in UTC the date in this calendar's zone, not in UTC."""
        if not isinstance(when, Moment):
            return when
        if here and when.zone is UTC:
            return when.instant.astimezone(self.default).date()
        return when.wall.date()

    def _defined(self, name: str) -> tzinfo | None:
        definition = self._definitions.get(name.strip())
        return None if definition is None else defined_zone(definition)


def known_zone(name: str) -> tzinfo | None:
    """By the IANA's name or Windows'."""
    name = name.strip().strip('"')
    if name == "FLE Standard Time":  # mapped to Kyiv by CLDR, whose rules may part from ours
        return HELSINKI
    return _iana(_windows_zones().get(name, name))


@cache
def _windows_zones() -> Mapping[str, str]:
    """Windows' names of zones, by CLDR. The library takes 9 MB, and workers load connectors too."""
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON  # noqa: PLC0415 - see above

    return WINDOWS_TO_OLSON


def guessed_zone(name: str) -> tzinfo | None:
    """By the end of a globally unique name, or by a city of a display name: "(UTC+02:00) Helsinki, Kyiv, Riga"."""
    if len(name) > LONGEST_NAME:
        return None
    if "/" in name:
        parts = [part for part in name.split("/") if part]
        return next((zone for n in range(len(parts)) if (zone := _iana("/".join(parts[n:])))), None)
    cities, found = OFFSET_NAME.subn("", name.strip(), count=1)
    if not found:
        return None
    if not cities or cities.lower() == "coordinated universal time":
        return UTC if "utc" in name.lower() and not re.search(r"[1-9]", name) else None
    keys = (city.strip().replace(" ", "_").lower() for city in cities.split(","))
    return next((ZoneInfo(_by_city()[key]) for key in keys if key in _by_city()), None)


def _iana(name: str) -> tzinfo | None:
    found = _by_name().get(name.lower())
    if found is None:
        return None
    return UTC if found in {"UTC", "Etc/UTC"} else ZoneInfo(found)


@cache
def _by_name() -> Mapping[str, str]:
    return {name.lower(): name for name in available_timezones() if name not in {"Factory", "localtime"}}


@cache
def _by_city() -> Mapping[str, str]:
    return {
        name.rpartition("/")[2].lower(): name
        for name in sorted(available_timezones())
        if re.match(r"[A-Z][a-z]+/", name)
    }


class _Change(msgspec.Struct):
    """One STANDARD or DAYLIGHT: from each onset on, local time is `to` ahead of UTC, before it was `before`."""

    first: datetime
    onsets: rrule | rruleset
    before: timedelta
    to: timedelta


class DefinedZone(tzinfo):
    """A zone by a file's own VTIMEZONE. Knows what a wall-clock time means; nothing else is asked of it."""

    def __init__(self, name: str, changes: Iterable[_Change]) -> None:
        self._name = name
        self._changes = tuple(changes)
        self._known: dict[datetime, timedelta] = {}

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        if moment is None:
            return None
        wall = moment.replace(tzinfo=None, fold=0)
        if wall not in self._known:
            self._known[wall] = self._offset(wall)
        return self._known[wall]

    def dst(self, moment: datetime | None) -> timedelta | None:  # noqa: ARG002 - the same at any time
        return NO_TIME

    def tzname(self, moment: datetime | None) -> str:  # noqa: ARG002 - the same at any time
        return self._name

    def _offset(self, wall: datetime) -> timedelta:
        latest: tuple[datetime, _Change] | None = None
        for change in self._changes:
            # an hour that a change leaps over belongs to the time before it
            onset = change.onsets.before(wall - max(NO_TIME, change.to - change.before), inc=True)
            if onset is not None and (latest is None or onset >= latest[0]):
                latest = onset, change
        if latest is not None:
            return latest[1].to
        return min(self._changes, key=lambda change: change.first).before


def defined_zone(definition: Component) -> DefinedZone | None:
    """None if it has no rule that can be read."""
    changes: list[_Change] = []
    for part in definition.children:
        try:
            changes.extend(_changes(part))
        except (ValueError, TypeError, OverflowError):
            return None
    return DefinedZone(definition.text("TZID") or "", changes) if changes else None


def _changes(part: Component) -> Iterator[_Change]:
    start, before, to = (part.text(name) for name in ("DTSTART", "TZOFFSETFROM", "TZOFFSETTO"))
    if start is None or before is None or to is None:
        raise ValueError("a change of time without its start or offsets")
    offsets = read_offset(before), read_offset(to)
    first, rule = _wall(start), (part.text("RRULE") or "").upper()
    pieces = [piece for piece in rule.split(";") if piece.partition("=")[0] in {"FREQ", "BYMONTH", "BYDAY"}]
    if "FREQ=YEARLY" not in pieces:
        dates = [value for prop in part.all("RDATE") for value in prop.value.split(",")]
        for onset in [first, *(_wall(value) for value in dates)]:
            yield _Change(onset, rrulestr("FREQ=YEARLY;COUNT=1", dtstart=onset), *offsets)
        return
    if not all(YEARLY_PART.fullmatch(piece) for piece in pieces):
        raise ValueError("its rule is not understood")
    if len(pieces) == 1:
        pieces += [f"BYMONTH={first.month}", f"BYMONTHDAY={first.day}"]
    if until := re.search(r"UNTIL=(\d{8})", rule):
        pieces.append(f"UNTIL={until[1]}T235959")
    yield _Change(first, rrulestr(";".join(pieces), dtstart=first, cache=True), *offsets)


def _wall(text: str) -> datetime:
    """Rules from the year 1 or 1601 say "always"; since they come once a year, they can start when zones did."""
    match = TIME.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text[:20]!r} is no time")
    year, month, day, hour, minute = (int(part) for part in match.groups()[:5])
    if year < FIRST_YEAR:
        return datetime(FIRST_YEAR, 1, 1, hour, minute)  # noqa: DTZ001 - local by nature
    return datetime(year, month, day, hour, minute)  # noqa: DTZ001 - local by nature


def read_offset(text: str) -> timedelta:
    """ "+0300"; ValueError for what is no offset, or more than a day."""
    match = OFFSET.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text[:20]!r} is no offset")
    size = timedelta(hours=int(match[2]), minutes=int(match[3]), seconds=int(match[4] or 0))
    if size >= timedelta(hours=24):
        raise ValueError(f"{text[:20]!r} is more than a day")
    return -size if match[1] == "-" else size


def in_range(day: date) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Unreadable(f"the year {day.year} is outside {FIRST_YEAR} to {LAST_YEAR}", mend="Check the date.")
    return day
