"""What is near what: against a look at every pair, page by page, and in one statement for all parents."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.index.events import EventFilter, EventSort, events
from hub.index.geo import Near
from hub.index.listing import Listing, Under
from hub.index.near import around, points_of
from hub.index.places import PlaceFilter, PlaceSort, places
from hub.index.read import Index
from hub.index.spaces import SpaceFacts, SpaceSort, spaces
from hub.records.core import Point, Ref
from tests import made
from tests.index.test_geo import on_the_sphere

OODI = made.spot(60.17397, 24.938158)


def at(n: int) -> Point:
    """A few houses on a grid about a hundred metres wide: several at the same spot, several as far as each other."""
    return made.spot(60.17 + n % 5 * 0.001, 24.93 + n * 3 % 7 * 0.002)


class World(msgspec.Struct, frozen=True):
    index: Index
    where: dict[str, dict[int, Point]]  # by table: the point of each row that has one


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder: Path = tmp_path_factory.mktemp("near")
    writer = made.in_folder(folder)
    units = [made.unit(f"{n}", location=at(n)) for n in range(40)]
    lost = made.unit("lost")
    rooms = [made.space(f"{n}", at_place=units[n * 7 % 40].ref) for n in range(50)]
    held = [
        made.event(f"{n}", at_place=units[n * 11 % 40].ref, location=at(n + 1) if n % 4 == 0 else None)
        for n in range(60)
    ]
    made.put(writer, *units, lost, *rooms, made.space("lost", at_place=lost.ref), *held, made.event("lost"))

    def number(record: Any) -> int:
        return made.number_of(writer, record)

    def house(ref: Ref | None) -> Point:
        return at(int(ref.key)) if ref else OODI

    index = Index(folder)
    yield World(
        index,
        {
            "place": {number(unit): at(n) for n, unit in enumerate(units)},
            "space": {number(room): house(room.place) for room in rooms},
            "event": {number(event): event.location or house(event.place) for event in held},
        },
    )
    index.close()
    writer.close()


LISTS: dict[str, Callable[[Index, Under], Listing]] = {
    "place": lambda _, under: places(PlaceFilter(sort=PlaceSort.DISTANCE), under),
    "space": lambda _, under: spaces(SpaceFacts(sort=SpaceSort.DISTANCE), under),
    "event": lambda index, under: events(index, EventFilter(sort=EventSort.DISTANCE), under),
}
LISTS_FROM: dict[str, Callable[[Index, Near], Listing]] = {
    "place": lambda _, near: places(PlaceFilter(near=near, sort=PlaceSort.DISTANCE)),
    "space": lambda _, near: spaces(SpaceFacts(near=near, sort=SpaceSort.DISTANCE)),
    "event": lambda index, near: events(index, EventFilter(near=near, sort=EventSort.DISTANCE)),
}


def paged(index: Index, listing: Listing, parents: Sequence[int] | None, first: int) -> list[tuple[Any, ...]]:
    """One parent's list (or the root's), page after page."""
    found: list[tuple[Any, ...]] = []
    after: tuple[Any, ...] | None = None
    while rows := index.rows(*listing.page(parents, first, after)):
        found += rows
        after = (*rows[-1][2:], rows[-1][1])
    return found


tables = st.sampled_from(sorted(LISTS))
circles = st.builds(
    Near,
    at=st.builds(Point, lat=st.floats(60.165, 60.18), lon=st.floats(24.92, 24.95)),
    metres=st.floats(20, 3000),
)


@settings(max_examples=60, deadline=None)
@given(tables, circles, st.integers(1, 9))
def test_pages_by_distance_hold_every_row_of_the_circle_once_and_in_order(
    world: World, table: str, near: Near, first: int
) -> None:
    rows = paged(world.index, LISTS_FROM[table](world.index, near), None, first)

    told = {row[1]: math.sqrt(row[2]) for row in rows}
    true = {rid: on_the_sphere(near.at, point) for rid, point in world.where[table].items()}
    assert len(rows) == len(told)
    assert list(told.values()) == sorted(told.values())
    assert told.keys() >= {rid for rid, metres in true.items() if metres < near.metres - 0.1}
    assert told.keys() <= {rid for rid, metres in true.items() if metres < near.metres + 0.1}
    assert all(abs(metres - true[rid]) < 0.1 for rid, metres in told.items())


@settings(max_examples=60, deadline=None)
@given(tables, tables, st.integers(0, 39), st.floats(20, 1500), st.integers(1, 9))
def test_what_is_near_a_record_is_everything_but_itself_that_is_no_further(
    world: World, table: str, of: str, which: int, metres: float, first: int
) -> None:
    parent = sorted(world.where[of])[which]
    ((_, point),) = points_of(world.index, [parent])
    listing = LISTS[table](world.index, around([(parent, Near(at=point, metres=metres))], table))

    rows = paged(world.index, listing, [parent], first)

    true = {rid: on_the_sphere(point, other) for rid, other in world.where[table].items() if rid != parent}
    told = {row[1]: math.sqrt(row[2]) for row in rows}
    assert len(rows) == len(told)
    assert list(told.values()) == sorted(told.values())
    assert told.keys() >= {rid for rid, away in true.items() if away < metres - 0.1}
    assert told.keys() <= {rid for rid, away in true.items() if away < metres + 0.1}
    assert world.index.rows(*listing.total([parent])) == [(parent, len(told))]


def test_many_parents_are_answered_in_their_order_each_with_its_own(world: World) -> None:
    parents = [*sorted(world.where["event"])[:20], *sorted(world.where["place"])[:20]]
    circles = [(rid, Near(at=point, metres=250)) for rid, point in points_of(world.index, parents)]

    together = world.index.rows(*LISTS["space"](world.index, around(circles, "space")).page(parents, 5, None))
    alone = [
        row
        for parent in parents
        for row in world.index.rows(
            *LISTS["space"](world.index, around([c for c in circles if c[0] == parent], "space")).page(
                [parent], 5, None
            )
        )
    ]

    assert together == alone
    assert together


def test_where_something_is_follows_from_its_number_alone(tmp_path: Path) -> None:
    writer = made.in_folder(tmp_path)
    here, there = made.spot(60.1, 24.9), made.spot(60.2, 25.0)
    unit = made.unit("1", location=here)
    by_place, by_itself = made.event("a", at_place=unit.ref), made.event("b", at_place=unit.ref, location=there)
    room, idea, plan = made.space("1", at_place=unit.ref), made.proposal("idea:1"), made.proposal("plan:1")
    idea, plan = msgspec.structs.replace(idea, location=here), msgspec.structs.replace(plan, location=there)
    project = made.project("1", linked=("idea:1", "plan:1", "plan:2"))
    lost = (made.unit("2"), made.event("c"), made.space("2"), made.proposal("plan:2"), made.project("2"))
    made.put(writer, unit, by_place, by_itself, room, idea, plan, project, *lost)
    index = Index(tmp_path)

    def told(*records: Any) -> list[Point]:
        return [point for _, point in points_of(index, [made.number_of(writer, record) for record in records])]

    assert told(unit) == told(by_place) == told(room) == told(idea) == [here]
    assert told(by_itself) == told(plan) == [there]
    assert sorted(told(project), key=lambda point: point.lat) == [here, there]
    assert told(*lost) == []
    index.close()
    writer.close()
