"""How much spaces are used: of a place, of a district, of the whole city, of one space. `records/use.py` has the rules.

What is over is in the index, day by day: a year of all spaces is one sum, and what belongs to the question of its first
and last day is told by their stretches. From today on the harvested hours and bookings tell, as far as they reach: what
is booked for later counts. Times that are not known are in no number, and `coverage` says how much is known.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import msgspec

from hub.domain import answers
from hub.domain.city import City
from hub.errors import BadInput
from hub.index import use as index
from hub.index.use import UsedSpace, WhichSpaces, day_of, midnight
from hub.records.core import Ref
from hub.records.spaces import BookingHours, BusyTimes, Space
from hub.records.use import SpaceUse, Use, epoch, use_by_parts, use_told

KINDS = ("space_use", "booking_hours", "busy_times")
LONGEST = timedelta(days=366, hours=1)  # a year from midnight to midnight, whatever the clocks do in between


class UseGap(StrEnum):
    """Why a rate is not known, or not for all of the time."""

    NO_SPACES = "NO_SPACES"
    HOURS_NOT_GIVEN = "HOURS_NOT_GIVEN"
    NOT_HARVESTED = "NOT_HARVESTED"
    NEVER_BOOKABLE = "NEVER_BOOKABLE"


class Period(msgspec.Struct, frozen=True):
    starts_at: datetime
    ends_at: datetime

    @classmethod
    def checked(cls, starts_at: datetime, ends_at: datetime) -> Period:
        if ends_at <= starts_at:
            raise BadInput(f"to: {ends_at.isoformat()} is not after from: {starts_at.isoformat()}")
        if ends_at - starts_at > LONGEST:
            raise BadInput(f"to: {ends_at.isoformat()} is more than {LONGEST.days} days after from")
        return cls(starts_at.astimezone(UTC), ends_at.astimezone(UTC))

    @property
    def seconds(self) -> int:
        return epoch(self.ends_at) - epoch(self.starts_at)


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """`asked`: seconds of the period, once for each space."""

    use: Use
    asked: int
    unknown_because: UseGap | None = None

    @property
    def used_minutes(self) -> int | None:
        return self._minutes(self.use.used)

    @property
    def booked_minutes(self) -> int | None:
        return self._minutes(self.use.booked)

    @property
    def bookable_minutes(self) -> int | None:
        return self._minutes(self.use.bookable)

    @property
    def rate(self) -> float | None:
        return self.use.used / self.use.bookable if self.use.bookable else None

    @property
    def coverage(self) -> float:
        return self.use.known / self.asked if self.asked else 0.0

    def _minutes(self, seconds: int) -> int | None:
        return round(seconds / 60) if self.use.known else None


class SpaceUtilisation(Measured, frozen=True, kw_only=True):
    rid: int  # the space's


class Utilisation(Measured, frozen=True, kw_only=True):
    spaces: tuple[SpaceUtilisation, ...]
    sources: frozenset[str]


async def of_places(city: City, places: Sequence[int], period: Period) -> list[Utilisation]:
    """Of all spaces of each place."""
    return await _of(city, places, index.of_places(city.index, places), period)


async def of_districts(city: City, areas: Sequence[int], period: Period) -> list[Utilisation]:
    """Of all spaces whose place lies in each area."""
    return await _of(city, areas, index.of_areas(city.index, areas), period)


async def of_spaces(city: City, spaces: Sequence[int], period: Period) -> list[Utilisation]:
    return await _of(city, spaces, index.of_themselves(city.index, spaces), period)


async def of_all(city: City, wanted: WhichSpaces, period: Period) -> Utilisation:
    """Of all spaces that match, together."""
    (found,) = await _of(city, [0], index.of_all(city.index, wanted), period)
    return found


def spaces_of(city: City, told: Sequence[SpaceUtilisation]) -> list[Space | None]:
    return city.index.bodies(Space, [one.rid for one in told])


def answers_of(city: City, told: Utilisation) -> list[answers.SourceAnswer]:
    return answers.from_collections(city, *KINDS, only=told.sources)


async def _of(city: City, parents: Sequence[int], below: Sequence[UsedSpace], period: Period) -> list[Utilisation]:
    spaces = {space.rid: space for space in below}
    told = {space.rid: space for space in await _each(city, list(spaces.values()), period)}
    sources = frozenset(space.source for space in below)
    answers.from_collections(city, *KINDS, only=sources)  # an answer without what is still to come is not kept long
    children: defaultdict[int, list[UsedSpace]] = defaultdict(list)
    for space in below:
        children[space.parent].append(space)
    return [_sum(children[parent], told) for parent in parents]


def _sum(below: Sequence[UsedSpace], told: dict[int, SpaceUtilisation]) -> Utilisation:
    spaces = tuple(told[space.rid] for space in below)
    use = Use()
    for space in spaces:
        use += space.use
    gaps = {space.unknown_because for space in spaces}
    lacking: UseGap | None = next((gap for gap in (UseGap.HOURS_NOT_GIVEN, UseGap.NOT_HARVESTED) if gap in gaps), None)
    if not spaces:
        lacking = UseGap.NO_SPACES
    elif lacking is None and not use.bookable:
        lacking = UseGap.NEVER_BOOKABLE
    return Utilisation(
        use=use,
        asked=sum(space.asked for space in spaces),
        unknown_because=lacking,
        spaces=spaces,
        sources=frozenset(space.source for space in below),
    )


async def _each(city: City, spaces: Sequence[UsedSpace], period: Period) -> list[SpaceUtilisation]:
    today = midnight(day_of(city.now()))
    start, end = epoch(period.starts_at), epoch(period.ends_at)
    found: dict[int, _Tally] = {space.rid: _Tally() for space in spaces}
    if start < today:
        await _past(city, found, start, min(end, today))
    if end > today:
        city.now(index.next_midnight(city.now()))
        _coming(city, spaces, found, max(start, today), end)
    return [
        SpaceUtilisation(use=tally.use, asked=period.seconds, unknown_because=tally.gap(period.seconds), rid=space.rid)
        for space in spaces
        for tally in (found[space.rid],)
    ]


class _Tally(msgspec.Struct):
    use: Use = Use()
    is_without_hours: bool = False

    def add(self, use: Use, *, is_without_hours: bool = False) -> None:
        self.use += use
        self.is_without_hours |= is_without_hours

    def gap(self, asked: int) -> UseGap | None:
        if self.is_without_hours:
            return UseGap.HOURS_NOT_GIVEN
        if self.use.known < asked:
            return UseGap.NOT_HARVESTED
        return None if self.use.bookable else UseGap.NEVER_BOOKABLE


async def _past(city: City, found: dict[int, _Tally], start: int, end: int) -> None:
    """Whole days by their sums, what is less than a day by the stretches that it is made of."""
    first, last = (day_of(datetime.fromtimestamp(edge, UTC)) for edge in (start, end))
    parts: dict[int, tuple[int, int]] = {}
    if start != midnight(first):
        parts[first] = (start, min(end, midnight(first + 1)))
    if end != midnight(last) and last not in parts:
        parts[last] = (midnight(last), end)
    days = await index.days(city.index, found, first + (first in parts), last - 1, deadline=city.stop_at)
    for rid, told in days.items():
        found[rid].add(told.use, is_without_hours=told.unknown_days > 0)
    if not parts:
        return
    rows = index.told_on(city.index, found, parts)
    records = city.index.bodies(SpaceUse, [row[2] for row in rows])
    for (rid, day, _), record in zip(rows, records, strict=True):
        if record is not None:
            found[rid].add(*use_by_parts(record, parts[day]), is_without_hours=record.open is None)


def _coming(city: City, spaces: Sequence[UsedSpace], found: dict[int, _Tally], start: int, end: int) -> None:
    """As far as the harvested hours and bookings reach."""
    wanted = [
        (Ref(BookingHours.kind, space.source, space.key), Ref(BusyTimes.kind, space.source, space.key))
        for space in spaces
    ]
    known = city.index.by_refs([ref for pair in wanted for ref in pair])
    for space, pair in zip(spaces, wanted, strict=True):
        hours, busy = (known[ref].record if ref in known else None for ref in pair)
        if not isinstance(hours, BookingHours) or not isinstance(busy, BusyTimes):
            continue
        if hours.window.ends_at <= busy.window.starts_at or busy.window.ends_at <= hours.window.starts_at:
            continue  # one of the two was not read for a month
        told = use_told(hours, busy)
        found[space.rid].add(*use_by_parts(told, (start, end)), is_without_hours=told.open is None)
