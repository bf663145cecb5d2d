"""When places are open, and what holds them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from hub.domain import places
from hub.domain.lists import PageArgs
from hub.errors import BadInput
from hub.index.geo import Near
from hub.index.places import PlaceFilter, PlaceSort
from hub.records.core import LocalizedText, Record, Ref, Span
from hub.records.places import AreaKind, DayState, OpeningDay, Service
from tests import made
from tests.domain.hall import ZONE, Town

SUNDAY = date(2026, 11, 22)  # made.NOW is eleven o'clock of it in Helsinki
SATURDAY, MONDAY = SUNDAY - timedelta(days=1), SUNDAY + timedelta(days=1)
HOUSE = made.library("84860")


def local(hour: float, on: date = SUNDAY) -> datetime:
    """A wall-clock time in Helsinki; hours above 24 are of the next day."""
    return datetime(on.year, on.month, on.day, tzinfo=ZONE) + timedelta(hours=hour)


def open_on(on: date, *hours: tuple[float, float], **more: Any) -> OpeningDay:
    times = [Span(starts_at=local(a, on), ends_at=local(b, on)) for a, b in hours]
    return made.opening_day("84860", on, *times, **more)


def is_open(town: Town, at: datetime | None = None, *records: Record) -> bool | None:
    (found,) = places.open_at(town.city(), town.rids(HOUSE), at)
    return found


@pytest.mark.parametrize(
    ("hour", "expected"),
    [(9.99, False), (10, True), (11.99, True), (12, False), (13, True), (17.99, True), (18, False)],
)
async def test_a_place_is_open_between_its_times_and_not_at_their_ends(
    town: Town, hour: float, *, expected: bool
) -> None:
    town.put(HOUSE, open_on(SUNDAY, (10, 12), (13, 18)))

    assert is_open(town, local(hour)) is expected


@pytest.mark.parametrize(
    ("at", "expected"),
    [(local(1), True), (local(2), False), (local(25), False), (local(23, SATURDAY), True)],
    ids=["after midnight", "closed at two", "next night", "before midnight"],
)
async def test_hours_may_run_over_midnight(town: Town, at: datetime, *, expected: bool) -> None:
    town.put(HOUSE, open_on(SATURDAY, (20, 26)), open_on(SUNDAY), open_on(MONDAY))

    assert is_open(town, at) is expected


async def test_a_night_that_runs_into_a_day_nobody_knows_is_open(town: Town) -> None:
    town.put(HOUSE, open_on(SATURDAY, (20, 26)), open_on(SUNDAY, state=DayState.UNKNOWN))

    assert is_open(town, local(1)) is True
    assert is_open(town, local(3)) is None


async def test_a_day_nobody_knows_is_neither_open_nor_closed(town: Town) -> None:
    town.put(HOUSE, open_on(MONDAY, (10, 12)))

    assert is_open(town) is None
    assert is_open(town, local(11, MONDAY)) is True


async def test_a_place_without_any_hours_has_none(town: Town) -> None:
    town.put(HOUSE)
    city = town.city()

    assert places.open_at(city, town.rids(HOUSE), None) == [None]
    assert places.opening_hours(city, town.rids(HOUSE), SUNDAY, MONDAY) == [None]


async def test_a_closed_day_is_closed_and_an_unknown_one_unknown(town: Town) -> None:
    note = LocalizedText(fi="Itsenäisyyspäivä")
    town.put(HOUSE, open_on(SUNDAY, note=note, is_exception=True))

    (days,) = places.opening_hours(town.city(), town.rids(HOUSE), SUNDAY, MONDAY)

    assert days is not None
    assert [(day.date, day.state, day.note) for day in days] == [
        (SUNDAY, DayState.CLOSED, note),
        (MONDAY, DayState.UNKNOWN, None),
    ]
    assert days[0].is_exception


async def test_an_answer_of_now_holds_until_the_doors_open_or_close(town: Town) -> None:
    town.put(HOUSE, open_on(SUNDAY, (10, 12), (13, 18)), open_on(MONDAY, (9, 18)))

    for hour, until in ((9, 10), (11, 12), (12.5, 13), (17, 18), (19, 24)):
        town.now = local(hour)
        city = town.city()
        places.open_at(city, town.rids(HOUSE), None)
        assert city.expires_at == local(until)


async def test_an_answer_of_another_moment_does_not_expire(town: Town) -> None:
    town.put(HOUSE, open_on(SUNDAY, (10, 12)))
    city = town.city()

    places.open_at(city, town.rids(HOUSE), local(11))

    assert city.expires_at is None


async def test_of_two_sources_that_disagree_the_first_by_rank_speaks_but_not_if_it_does_not_know(town: Town) -> None:
    unit = made.unit("8215", kirkanta=["84860"])
    by_register = made.opening_day(unit.ref, SUNDAY, made.span(6, 7))
    by_directory = open_on(SUNDAY, (10, 12))
    town.put(unit, HOUSE, by_directory, by_register)

    def times() -> object:
        (days,) = places.opening_hours(town.city(), [town.rid(unit)], SUNDAY, SUNDAY)
        assert days is not None
        return days[0].times

    assert times() == by_register.times  # rank 10 before 20
    town.put(made.opening_day(unit.ref, SUNDAY, state=DayState.UNKNOWN))
    assert times() == by_directory.times


async def test_hours_of_many_places_cost_the_same_statements_as_of_one(town: Town) -> None:
    houses = [made.library(f"{n}") for n in range(20)]
    town.put(*houses, *(made.opening_day(f"{n}", SUNDAY, made.span(8, 18)) for n in range(20)))
    rids = town.rids(*houses)

    def cost(many: list[int]) -> int:
        city = town.city()
        before = town.index.queries
        assert all(places.open_at(city, many, None))
        return town.index.queries - before

    assert cost(rids) == cost(rids[:1]) <= 3


@pytest.mark.parametrize(("first", "last"), [(MONDAY, SUNDAY), (SUNDAY, SUNDAY + timedelta(days=62))])
async def test_a_backward_or_endless_week_is_bad_input(town: Town, first: date, last: date) -> None:
    with pytest.raises(BadInput):
        places.opening_hours(town.city(), [1], first, last)


# ---- places and areas

NARROW = made.area("kallio", AreaKind.SUB_DISTRICT, boundary=made.square(24.9, 60.1))
MIDDLE = made.area("kallio", boundary=made.square(24.9, 60.1, 0.2))
WIDE = made.area("keskinen", AreaKind.MAJOR_DISTRICT, boundary=made.square(24.8, 60.0, 0.5))


async def test_the_areas_of_places_come_narrowest_first_in_one_go(town: Town) -> None:
    inside, outside, lost = (
        made.unit("1", location=made.spot(60.15, 24.95)),
        made.unit("2", location=made.spot(60.05, 24.85)),
        made.unit("3"),
    )
    town.put(WIDE, MIDDLE, NARROW, inside, outside, lost)
    city, rids = town.city(), town.rids(inside, outside, lost)
    before = town.index.queries

    found = places.areas_of(city, rids)

    assert town.index.queries - before == 2
    assert [[area.ref for area in held] for held in found] == [[NARROW.ref, MIDDLE.ref, WIDE.ref], [WIDE.ref], []]
    assert [area and area.ref for area in places.neighbourhood_of(city, rids)] == [MIDDLE.ref, None, None]
    assert all(area.boundary == () for held in found for area in held)


async def test_an_area_is_what_people_mean_by_its_name(town: Town) -> None:
    town.put(NARROW, MIDDLE, WIDE)
    city = town.city()

    def named(name: str, kind: AreaKind | None = None) -> Ref | None:
        area = places.area_named(city, name, kind)
        return area.ref if area else None

    assert named("kallio") == MIDDLE.ref
    assert named("KALLIO", AreaKind.SUB_DISTRICT) == NARROW.ref
    assert named("Kall") is None
    assert [a.ref for a in places.areas_of_kinds(city, ())] == [WIDE.ref, MIDDLE.ref, NARROW.ref]
    assert [a.ref for a in places.areas_of_kinds(city, [AreaKind.SUB_DISTRICT])] == [NARROW.ref]


async def test_a_point_lies_in_an_area_of_each_kind_and_means_the_neighbourhood(town: Town) -> None:
    town.put(NARROW, MIDDLE, WIDE)
    city, inside = town.city(), made.spot(60.15, 24.95)
    before = town.index.queries

    assert [area.ref for area in places.areas_at(city, inside, ())] == [NARROW.ref, MIDDLE.ref, WIDE.ref]
    assert town.index.queries - before == 2
    assert [area.ref for area in places.areas_at(city, inside, (AreaKind.MAJOR_DISTRICT,))] == [WIDE.ref]
    found = places.area_at(city, inside, None), places.area_at(city, inside, AreaKind.SUB_DISTRICT)
    assert [area and area.ref for area in found] == [MIDDLE.ref, NARROW.ref]
    assert places.area_at(city, made.spot(60.05, 24.85), None) is None
    assert places.areas_at(city, made.spot(59, 24), ()) == []


async def test_places_are_found_by_their_number_in_the_register(town: Town) -> None:
    town.put(made.unit("8215", "Kallion kirjasto"))

    found = places.by_tprek(town.city(), ["1", "8215", "8215\x00", ""])

    assert [place and place.tprek_id for place in found] == [None, "8215", None, None]


async def test_sorting_by_distance_needs_a_point(town: Town) -> None:
    with pytest.raises(BadInput, match="near"):
        places.places(town.city(), PlaceFilter(sort=PlaceSort.DISTANCE), PageArgs())

    near = Near(at=made.spot(60, 24), metres=10)
    assert places.places(town.city(), PlaceFilter(sort=PlaceSort.DISTANCE, near=near), PageArgs()).nodes == []


async def test_what_a_place_offers_is_told_once_in_its_order(town: Town) -> None:
    lending = Service(ref=Ref("service", "sm", "813"), read_at=made.NOW, name=LocalizedText(fi="Kirjastot"))
    unit = made.unit("1", services=(Ref("service", "sm", "999"), lending.ref))
    town.put(lending, unit)
    city = town.city()
    known = [place for place in places.by_number(city, town.rids(unit)) if place]

    assert places.services_of(city, known) == [[lending.name]]


async def test_how_sure_an_events_place_is_depends_on_who_says_it(town: Town) -> None:
    unit = made.unit("8215", "Kallion kirjasto")
    named = made.event("named", at_place=unit.ref)
    read = made.event("read", location_text=made.fi("Kallion kirjasto, 2. kerros"))
    nowhere = made.event("nowhere", location_text=made.fi("Zoom"))
    town.put(unit, named, read, nowhere)

    assert places.confidences_of_events(town.city(), town.rids(named, read, nowhere)) == [1.0, 0.97, None]
