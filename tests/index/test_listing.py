"""Lists by keyset: every row once and in order, whatever the size of the page and the number of parents."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.index import participation
from hub.index.events import AT_PLACE, IN_AREA, EventFilter, EventSort, events
from hub.index.listing import MOST_COUNTED, Listing, Under
from hub.index.participation import PROPOSALS_IN_AREA, ProposalFilter
from hub.index.places import IN_AREA as PLACES_IN_AREA
from hub.index.places import PlaceFilter, places
from hub.index.read import Index
from hub.records.core import Ref
from hub.records.events import Event
from hub.records.places import AreaKind
from tests import made

Row = tuple[Any, ...]
SORTS = (EventSort.STARTS_AT, EventSort.NAME, EventSort.MODIFIED_AT)


class World(msgspec.Struct, frozen=True):
    index: Index
    areas: tuple[int, ...]
    places: tuple[int, ...]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Sixty events with few different times, names and places, so that ties abound; three areas, two overlapping."""
    folder: Path = tmp_path_factory.mktemp("listing")
    writer = made.in_folder(folder)
    areas = [
        made.area("a", boundary=made.square(24.0, 60.0)),
        made.area("b", boundary=made.square(24.1, 60.0)),
        made.area("c", AreaKind.DISTRICT, boundary=made.square(24.0, 60.0, 0.3)),
    ]
    units = [made.unit(f"{n}", f"Talo {n % 2}", location=made.spot(60.05, 24.03 + n * 0.04)) for n in range(5)]
    many = [
        made.event(
            f"{n}",
            f"Tapahtuma {n % 7}",
            at_place=Ref("place", "sm", f"{n * n % 5}"),
            starts_at=None if n % 11 == 0 else made.NOW + timedelta(hours=n % 4),
            ends_at=None,
            modified_at=None if n % 3 else made.NOW - timedelta(days=n % 5),
        )
        for n in range(60)
    ]
    ideas = [made.proposal(f"idea:{n}", location=made.spot(60.05, 24.01 + n % 9 * 0.03)) for n in range(30)]
    made.put(writer, *areas, *units, *many, *ideas)
    index = Index(folder)
    yield World(
        index,
        tuple(made.number_of(writer, area) for area in areas),
        tuple(made.number_of(writer, unit) for unit in units),
    )
    index.close()
    writer.close()


def pages(index: Index, listing: Listing, parents: Sequence[int] | None, first: int) -> list[list[Row]]:
    """Page after page of one parent's list (or the root's), until one is empty."""
    found: list[list[Row]] = []
    after: Row | None = None
    while True:
        rows = index.rows(*listing.page(parents, first, after))
        if not rows:
            return found
        found.append(rows)
        after = (*rows[-1][2:], rows[-1][1])


def whole(index: Index, listing: Listing, parents: Sequence[int] | None) -> list[Row]:
    return index.rows(*listing.page(parents, None, None))


def in_order(rows: Sequence[Row], *, descending: bool) -> list[Row]:
    return sorted(rows, key=lambda row: (*row[2:], row[1]), reverse=descending)


@given(st.integers(1, 70), st.sampled_from(SORTS))
def test_pages_of_any_size_give_every_row_once_and_in_order(world: World, first: int, sort: EventSort) -> None:
    listing = events(world.index, EventFilter(sort=sort))

    read = [row for page in pages(world.index, listing, None, first) for row in page]

    assert len(read) == 60
    assert len({row[1] for row in read}) == 60
    assert read == in_order(read, descending=listing.descending)


@given(st.integers(1, 40), st.sampled_from(SORTS), st.sampled_from((AT_PLACE, IN_AREA)), st.data())
def test_pages_under_a_parent_of_any_size_give_every_row_of_it_once_and_in_order(
    world: World, first: int, sort: EventSort, under: Under, data: st.DataObject
) -> None:
    parent = data.draw(st.sampled_from(world.areas if under is IN_AREA else world.places))
    listing = events(world.index, EventFilter(sort=sort), under)

    read = [row for page in pages(world.index, listing, [parent], first) for row in page]

    assert read == in_order(whole(world.index, listing, [parent]), descending=listing.descending)
    assert len({row[1] for row in read}) == len(read)


UNDER: dict[str, Callable[[World], tuple[Listing, tuple[int, ...]]]] = {
    "events at places": lambda world: (events(world.index, EventFilter(), AT_PLACE), world.places),
    "events in areas": lambda world: (events(world.index, EventFilter(), IN_AREA), world.areas),
    "events in areas by change": lambda world: (
        events(world.index, EventFilter(sort=EventSort.MODIFIED_AT), IN_AREA),
        world.areas,
    ),
    "events of a day in areas": lambda world: (
        events(world.index, EventFilter(starts_after=made.at(10), starts_before=made.at(12)), IN_AREA),
        world.areas,
    ),
    "places in areas": lambda world: (places(PlaceFilter(), PLACES_IN_AREA), world.areas),
    "proposals in areas": lambda world: (
        participation.proposals(ProposalFilter(), PROPOSALS_IN_AREA),
        world.areas,
    ),
}


@pytest.mark.parametrize("which", UNDER)
@pytest.mark.parametrize("limit", [1, 3, 100])
def test_one_statement_for_many_parents_gives_what_one_for_each_gives(world: World, which: str, limit: int) -> None:
    listing, parents = UNDER[which](world)
    one_by_one = [row for parent in parents for row in world.index.rows(*listing.page([parent], limit, None))]
    before = world.index.queries

    together = world.index.rows(*listing.page(parents, limit, None))

    assert world.index.queries - before == 1
    assert together == one_by_one
    assert len({row[0] for row in together}) > 1
    totals = dict(world.index.rows(*listing.total(parents)))
    assert totals == {parent: len(whole(world.index, listing, [parent])) for parent in parents}


@pytest.mark.parametrize("which", UNDER)
def test_the_second_page_under_many_parents_is_that_of_each(world: World, which: str) -> None:
    listing, parents = UNDER[which](world)
    (*_, last) = world.index.rows(*listing.page(parents[:1], 2, None))
    after = (*last[2:], last[1])

    together = world.index.rows(*listing.page(parents, 5, after))

    assert together == [row for p in parents for row in world.index.rows(*listing.page([p], 5, after))]


def test_parents_come_in_the_order_asked(world: World) -> None:
    listing = events(world.index, EventFilter(), AT_PLACE)
    backwards = world.places[::-1]

    rows = world.index.rows(*listing.page(backwards, 2, None))

    assert list(dict.fromkeys(row[0] for row in rows)) == [p for p in backwards if p in {row[0] for row in rows}]


def test_a_parent_without_rows_has_none_and_a_total_of_zero(world: World) -> None:
    listing = events(world.index, EventFilter(), AT_PLACE)

    assert world.index.rows(*listing.page([999_999], 5, None)) == []
    assert world.index.rows(*listing.total([999_999])) == [(999_999, 0)]
    assert world.index.rows(*listing.page([], 5, None)) == []


def test_a_total_at_the_root_counts_every_row(world: World) -> None:
    assert world.index.rows(*events(world.index, EventFilter()).total(None)) == [(0, 60)]


def test_counting_stops_one_above_what_anyone_reads() -> None:
    writer = made.in_memory()
    writer.connection.execute(
        "INSERT INTO result WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10500)"
        " SELECT i, NULL, '', 'de' FROM n"
    )
    sql, params = Listing(table="result", sort=("t.name",)).total(None)

    assert writer.connection.execute(sql, params).fetchall() == [(0, MOST_COUNTED + 1)]
    writer.close()


times = st.integers(0, 5)


@settings(max_examples=30, deadline=None)
@given(st.lists(times, min_size=1, max_size=12), st.lists(times, max_size=8), st.integers(1, 5), st.booleans())
def test_what_is_put_between_two_pages_loses_and_doubles_nothing(
    first_come: list[int], come_later: list[int], first: int, descending: bool
) -> None:
    writer = made.in_memory()
    listing = Listing(table="event", sort=("t.starts",), descending=descending, where=("t.listed = 1",))

    def event(key: str, hour: int) -> Event:
        return made.event(key, starts_at=made.at(hour))

    def page(after: Row | None) -> list[Row]:
        sql, params = listing.page(None, first, after)
        return writer.connection.execute(sql, params).fetchall()

    old = [event(f"old {n}", hour) for n, hour in enumerate(first_come)]
    made.put(writer, *old)
    waiting = [event(f"new {n}", hour) for n, hour in enumerate(come_later)]
    read: list[int] = []
    rows = page(None)
    while rows:
        read.extend(row[1] for row in rows)
        if waiting:
            made.put(writer, waiting.pop())
        rows = page((*rows[-1][2:], rows[-1][1]))

    assert len(read) == len(set(read))
    assert {made.number_of(writer, one) for one in old} <= set(read)
    writer.close()


def test_a_row_withdrawn_between_two_pages_does_not_end_the_list() -> None:
    writer = made.in_memory()
    many = [made.event(f"{n}", starts_at=made.at(n)) for n in range(6)]
    made.put(writer, *many)
    listing = Listing(table="event", sort=("t.starts",))
    sql, params = listing.page(None, 2, None)
    last = writer.connection.execute(sql, params).fetchall()[-1]

    made.withdraw(writer, many[1].ref, many[2].ref)

    sql, params = listing.page(None, 10, (*last[2:], last[1]))
    rest = writer.connection.execute(sql, params).fetchall()
    assert [row[1] for row in rest] == [made.number_of(writer, one) for one in many[3:]]
    writer.close()
