"""Places, the parts of the city that hold them, and when they are open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta

import msgspec

from hub.domain import answers
from hub.domain.availability import joined
from hub.domain.city import City
from hub.domain.lists import Found, PageArgs, checked_sort, listed, listed_under
from hub.domain.reading import reads
from hub.errors import BadInput
from hub.fetch import Source
from hub.index import areas as area_index
from hub.index import opening as opening_index
from hub.index import places as index
from hub.index.listing import Under
from hub.index.opening import Opening
from hub.index.places import IN_AREA, PlaceFilter
from hub.records.core import LocalizedText, Point, Span
from hub.records.merged import CityPlace
from hub.records.places import Area, AreaKind, DayState, OpeningDay, OpenTime, Service, TimeKind

KINDS = ("place", "library")
LONGEST_WEEK = 62  # days of hours in one answer


class OtherHours(msgspec.Struct, frozen=True, kw_only=True):
    """What a source says of a day that another speaks for, and says differently."""

    source: Source | None
    state: DayState
    times: tuple[OpenTime, ...]
    note: LocalizedText | None


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """A place's hours on one local date. `source`: whose word it is, None where nobody tells."""

    date: date
    state: DayState
    times: tuple[OpenTime, ...] = ()
    note: LocalizedText | None = None
    is_exception: bool = False
    source: Source | None = None
    also_said: tuple[OtherHours, ...] = ()


def places(city: City, wanted: PlaceFilter, page: PageArgs) -> Found[CityPlace]:
    """All places that match, by name or by distance."""
    checked_sort(wanted.sort, wanted.near)
    return listed(
        city,
        index.places(wanted),
        CityPlace,
        page,
        order=f"places:{wanted.sort}",
        answers=lambda: answers.from_collections(city, *KINDS),
        load=index.bodies,
    )


def places_in(city: City, areas: Sequence[int], wanted: PlaceFilter, page: PageArgs) -> list[Found[CityPlace]]:
    checked_sort(wanted.sort, wanted.near)
    return places_under(city, areas, wanted, page, IN_AREA)


def places_under(
    city: City, parents: Sequence[int], wanted: PlaceFilter, page: PageArgs, under: Under
) -> list[Found[CityPlace]]:
    """The same under each parent."""
    return listed_under(
        city,
        index.places(wanted, under),
        CityPlace,
        parents,
        page,
        order=f"places:{wanted.sort}",
        answers=lambda: answers.from_collections(city, *KINDS),
        load=index.bodies,
    )


def by_number(city: City, rids: Sequence[int]) -> list[CityPlace | None]:
    return index.bodies(city.index, rids)


def by_tprek(city: City, numbers: Sequence[str]) -> list[CityPlace | None]:
    """Places by their number in the service register."""
    rids = index.by_tprek(city.index, numbers)
    found = dict(zip(present := [r for r in rids if r is not None], index.bodies(city.index, present), strict=True))
    return [None if rid is None else found[rid] for rid in rids]


def of_rows(city: City, table: str, rids: Sequence[int]) -> list[CityPlace | None]:
    """The place of each row of `table` (event, space); None: it has none, or none that we know."""
    places_ = index.places_of(city.index, table, rids)
    wanted = list(dict.fromkeys(places_.values()))
    found = dict(zip(wanted, index.bodies(city.index, wanted), strict=True))
    return [found.get(places_[rid]) if rid in places_ else None for rid in rids]


def of_events(city: City, rids: Sequence[int]) -> list[CityPlace | None]:
    return of_rows(city, "event", rids)


def confidences_of_events(city: City, rids: Sequence[int]) -> list[float | None]:
    """How sure each event's place is: 1 by its source's word, less by what its text means. None: it has no place."""
    at = index.places_of(city.index, "event", rids)
    inferred = index.inferred_of(city.index, rids)
    return [inferred.get(rid, 1.0) if rid in at else None for rid in rids]


def of_spaces(city: City, rids: Sequence[int]) -> list[CityPlace | None]:
    return of_rows(city, "space", rids)


@reads("service")
def services_of(city: City, places_: Sequence[CityPlace]) -> list[list[LocalizedText]]:
    """The names of the register's services of each place."""
    refs = {ref for place in places_ for ref in place.services}
    known = city.index.by_refs(refs)
    named = {
        ref: said.record.name
        for ref, said in known.items()
        if isinstance(said.record, Service) and said.record.name is not None
    }
    return [[named[ref] for ref in place.services if ref in named] for place in places_]


# ---- hours


@reads("opening_day")
def opening_hours(city: City, rids: Sequence[int], first: date, last: date) -> list[list[Day] | None]:
    """Each place's days from `first` to `last`, both in. None: no source gives hours for this place at all.

    A day that no source knows is UNKNOWN. Where several sources know a day, the first by rank speaks, and what another
    says differently stands beside it.
    """
    if last < first:
        raise BadInput(f"to: {last} is before from: {first}")
    if (last - first).days >= LONGEST_WEEK:
        raise BadInput(f"from {first} to {last} is more than {LONGEST_WEEK} days of hours")
    found: dict[int, dict[date, list[OpeningDay]]] = defaultdict(lambda: defaultdict(list))
    for place, day in index.opening_days(city.index, rids, first, last):
        found[place][day.date].append(day)
    with_hours = {
        row[0]
        for row in city.index.rows(
            "SELECT DISTINCT place FROM opening_day WHERE place IN (SELECT value FROM json_each(?))", (f"{list(rids)}",)
        )
    }
    wanted = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [[_day(city, found[rid].get(day, ()), day) for day in wanted] if rid in with_hours else None for rid in rids]


def _day(city: City, said: Sequence[OpeningDay], on: date) -> Day:
    def order(day: OpeningDay) -> tuple[bool, int, str]:
        source = city.sources.get(day.ref.source)
        return day.state is DayState.UNKNOWN, source.rank if source else 1000, day.ref.key

    if not said:
        return Day(date=on, state=DayState.UNKNOWN)
    first, *others = sorted(said, key=order)
    return Day(
        date=on,
        state=first.state,
        times=first.times,
        note=first.note,
        is_exception=first.is_exception,
        source=city.sources.get(first.ref.source),
        also_said=tuple(
            OtherHours(source=city.sources.get(other.ref.source), state=other.state, times=other.times, note=other.note)
            for other in others
            if other.ref.source != first.ref.source and contradict(first, other)
        ),
    )


def contradict(one: OpeningDay, other: OpeningDay) -> bool:
    """Whether two sources can't both be right about a day. Silence contradicts nothing, neither that there are hours
    nor, where a time is just "open", of which kind it is.
    """
    if DayState.UNKNOWN in {one.state, other.state}:
        return False
    if joined(_span(time) for time in one.times) != joined(_span(time) for time in other.times):
        return True
    return any(
        a.opens < b.closes and b.opens < a.closes and not _may_be_one(a.kind, b.kind)
        for a in one.times
        for b in other.times
    )


def _may_be_one(kind: TimeKind, other: TimeKind) -> bool:
    return kind is other or (TimeKind.OPEN in {kind, other} and TimeKind.BY_ARRANGEMENT not in {kind, other})


def _span(time: OpenTime) -> Span:
    return Span(starts_at=time.opens, ends_at=time.closes)


@reads("opening_day")
def open_at(city: City, rids: Sequence[int], at: datetime | None) -> list[bool | None]:
    """Whether each place is open to anyone, with staff or self-service, at a moment (None: now). None: not known."""
    moment = city.now() if at is None else at
    today = moment.astimezone(city.zone).date()
    days_of = opening_hours(city, rids, today - timedelta(days=1), today)  # hours may run over midnight
    found: list[bool | None] = []
    changes: list[datetime] = []
    for days in days_of:
        times = [t for day in days or () for t in day.times if t.kind is not TimeKind.BY_ARRANGEMENT]
        is_open = any(t.opens <= moment < t.closes for t in times)
        is_known = is_open or (days is not None and days[1].state is not DayState.UNKNOWN)
        found.append(is_open if is_known else None)
        changes.extend(edge for t in times for edge in (t.opens, t.closes) if edge > moment)
    if at is None:
        city.now(min([*changes, city.midnight(1)]))
    return found


def opening(city: City, at: datetime | None, *, is_open: bool = True) -> Opening:
    """The filter for places that are open at a moment (None: now), or are known to be closed."""
    now = city.now()
    today = (at or now).astimezone(city.zone).date()
    if at is None:
        city.now(city.midnight(1))
        city.now(opening_index.next_change(city.index, now, today))
    return Opening(at=at or now, today=today, is_open=is_open)


# ---- areas


def area_named(city: City, name: str, kind: AreaKind | None) -> Area | None:
    """The part of the city that people mean by a name, in Finnish or Swedish, as they write it in a sentence.

    One name may be several areas: the neighbourhood first, then the sub-district, district, major district.
    """
    found = area_index.named(city.index, name, kind)
    return index.areas(city.index, found[:1])[0] if found else None


def area_at(city: City, at: Point, kind: AreaKind | None) -> Area | None:
    """The part of the city that holds a point: its neighbourhood, unless another kind is asked for. None: outside."""
    return next((area for area in areas_at(city, at, ()) if area.area_kind is (kind or AreaKind.NEIGHBOURHOOD)), None)


def areas_at(city: City, at: Point, kinds: Sequence[AreaKind]) -> list[Area]:
    """The parts of the city that hold a point, narrowest first; of all kinds if none is named."""
    order = list(AreaKind)
    found = [area for area in index.areas(city.index, area_index.holding(city.index, at)) if area is not None]
    return sorted(
        (area for area in found if not kinds or area.area_kind in kinds), key=lambda area: order.index(area.area_kind)
    )


def areas_of_kinds(city: City, kinds: Sequence[AreaKind]) -> list[Area]:
    """All areas of these kinds, by kind and name."""
    rids = index.area_ids(city.index, kinds or list(AreaKind))
    return [area for area in index.areas(city.index, rids) if area is not None]


def areas_of(city: City, rids: Sequence[int], kinds: tuple[AreaKind, ...] = ()) -> list[list[Area]]:
    """The areas that hold each place, narrowest first; of all kinds if none is named."""
    rows = index.areas_of_places(city.index, rids)
    wanted = list(dict.fromkeys(area for _, area, kind in rows if not kinds or kind in kinds))
    known = {rid: area for rid, area in zip(wanted, index.areas(city.index, wanted), strict=True) if area}
    held: dict[int, list[Area]] = defaultdict(list)
    for place, area, kind in rows:
        if area in known and (not kinds or kind in kinds):
            held[place].append(known[area])
    return [held[rid] for rid in rids]


def neighbourhood_of(city: City, rids: Sequence[int]) -> list[Area | None]:
    """The neighbourhood (kaupunginosa) that holds each place."""
    return [next(iter(found), None) for found in areas_of(city, rids, (AreaKind.NEIGHBOURHOOD,))]
