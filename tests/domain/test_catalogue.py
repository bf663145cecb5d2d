"""What can be borrowed: things from the index, works by a search, and what is served when the catalogue is down."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from hub.derive.joins import Joins
from hub.domain import catalogue, cursors, holdings
from hub.domain.answers import AnswerState
from hub.domain.catalogue import CatalogueFilter
from hub.domain.lists import Found, PageArgs
from hub.errors import BadCursor, BadInput, TooManyLookups
from hub.records.catalogue import CatalogueRecord, Format
from tests import made
from tests.domain.hall import Town, work

CODES = {f"2/Helmet/h/h0{n}/": f"{n}" for n in range(1, 8)}
JOINS = Joins(tprek_of_kirkanta={}, kirkanta_of_building={}, tprek_of_building=CODES)
BRANCHES = [made.unit(number, f"Kirjasto {number}") for number in CODES.values()]
THINGS = CatalogueFilter(formats=(Format.OBJECT,))
BOOKS = CatalogueFilter(text="sinuhe", formats=(Format.BOOK,))


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    town = Town(tmp_path, JOINS)
    town.put(*BRANCHES)
    yield town
    await town.aclose()


def keys(found: Found[CatalogueRecord] | Exception) -> list[str]:
    assert isinstance(found, Found)
    return [record.ref.key for record in found.nodes]


def state(found: Found[CatalogueRecord]) -> tuple[AnswerState, str | None]:
    (answer,) = found.answers()
    return answer.state, answer.message


def timeout() -> httpx.Response:
    raise httpx.ReadTimeout("no answer")


def broken() -> httpx.Response:
    return httpx.Response(503)


# ---- things


async def test_things_are_answered_without_asking_the_catalogue(town: Town) -> None:
    town.put(made.thing("1", "Porakone"), made.thing("2", "Ukulele"))

    found = await catalogue.catalogue(
        town.city(), CatalogueFilter(text="porakoneita", formats=(Format.OBJECT,)), PageArgs()
    )

    assert keys(found) == ["1"]
    assert town.catalogue.asked == []


async def test_things_of_many_branches_cost_one_list_and_its_bodies(town: Town) -> None:
    town.put(*(made.thing(number, f"Porakone {number}", code) for code, number in CODES.items()))
    city, rids = town.city(), town.rids(*BRANCHES)
    before = town.index.queries

    found = await catalogue.catalogue_at(city, rids, THINGS, PageArgs())

    assert [keys(one) for one in found] == [[number] for number in CODES.values()]
    assert town.index.queries - before == 2
    assert town.catalogue.asked == []


async def test_things_at_a_place_that_is_no_branch_are_none(town: Town) -> None:
    other = made.unit("99")
    town.put(other, made.thing("1", "Porakone", "2/Helmet/h/h01/"))
    only_there = CatalogueFilter(formats=(Format.OBJECT,), places=(town.rid(other),))

    assert keys(await catalogue.catalogue(town.city(), only_there, PageArgs())) == []
    (found,) = await catalogue.catalogue_at(town.city(), [town.rid(other)], BOOKS, PageArgs())
    assert keys(found) == []
    assert town.catalogue.asked == []


@pytest.mark.parametrize(
    "wanted",
    [
        CatalogueFilter(),
        CatalogueFilter(formats=(Format.OBJECT, Format.BOOK)),
        CatalogueFilter(formats=(Format.OBJECT,), newest_first=True),
        CatalogueFilter(formats=(Format.OBJECT,), author="Linna"),
        CatalogueFilter(formats=(Format.OBJECT,), published_to=1990),
    ],
)
def test_anything_else_is_a_search(wanted: CatalogueFilter) -> None:
    assert THINGS.is_listed
    assert not wanted.is_listed


# ---- a search


async def test_a_search_is_asked_for_what_was_wanted_and_says_how_fresh_it_is(town: Town) -> None:
    town.catalogue.rows = [work("helmet.1", "Sinuhe egyptiläinen", "2/Helmet/h/h01/")]
    city = town.city()
    wanted = CatalogueFilter(text="sinuhe", formats=(Format.BOOK,), places=(town.rid(BRANCHES[0]),))

    found = await catalogue.catalogue(city, wanted, PageArgs(first=5))

    assert keys(found) == ["helmet.1"]
    assert (await found.total(), found.has_next, found.has_previous) == (1, False, False)
    assert state(found) == (AnswerState.FRESH, None)
    (asked,) = town.catalogue.asked
    assert (asked["lookfor"], asked["limit"], asked["page"]) == (["sinuhe"], ["5"], ["1"])
    assert any("h01" in said for said in asked["filter[]"])
    assert city.expires_at is not None
    assert city.expires_at > town.now


async def test_the_same_search_is_asked_once(town: Town) -> None:
    town.catalogue.rows = [work("helmet.1")]
    for _ in range(2):
        await catalogue.catalogue(town.city(), BOOKS, PageArgs())

    assert len(town.catalogue.asked) == 1


@pytest.mark.parametrize("sizes", [[3, 3, 3, 3], [1, 4, 2, 5], [5, 3, 9], [100], [7, 2, 2, 2]])
async def test_pages_of_changing_size_give_every_work_once_in_its_order(town: Town, sizes: list[int]) -> None:
    town.catalogue.rows = [work(f"helmet.{n}") for n in range(11)]
    read: list[str] = []
    after: str | None = None
    for size in [*sizes, 100]:
        found = await catalogue.catalogue(town.city(), BOOKS, PageArgs(first=size, after=after))
        read += keys(found)
        if not found.has_next:
            break
        after = found.cursors[-1]

    assert read == [f"helmet.{n}" for n in range(11)]


async def test_works_that_cannot_be_read_neither_end_the_list_nor_take_others_with_them(town: Town) -> None:
    rows = [work(f"helmet.{n}") for n in range(12)]
    for lost in (2, 7):
        rows[lost]["title"] = 7  # another shape
    town.catalogue.rows = rows
    read: list[str] = []
    after: str | None = None
    for size in (3, 2, 3, 4, 2, 2, 2):
        found = await catalogue.catalogue(town.city(), BOOKS, PageArgs(first=size, after=after))
        read += keys(found)
        if not found.has_next:
            break
        after = found.cursors[-1]

    assert set(read) == {f"helmet.{n}" for n in range(12)} - {"helmet.2", "helmet.7"}


async def test_a_work_that_cannot_be_read_makes_no_other_come_twice(town: Town) -> None:
    town.catalogue.rows = [work(f"helmet.{n}") for n in range(7)]
    town.catalogue.rows[1]["title"] = 7  # another shape
    read: list[str] = []
    after: str | None = None
    for _ in range(3):
        found = await catalogue.catalogue(town.city(), BOOKS, PageArgs(first=3, after=after))
        read += keys(found)
        after = found.cursors[-1]

    assert read == [f"helmet.{n}" for n in (0, 2, 3, 4, 5, 6)]
    assert not found.has_next


async def test_a_cursor_in_the_middle_of_a_page_leads_to_the_next_work(town: Town) -> None:
    town.catalogue.rows = [work(f"helmet.{n}") for n in range(9)]
    first = await catalogue.catalogue(town.city(), BOOKS, PageArgs(first=4))

    found = await catalogue.catalogue(town.city(), BOOKS, PageArgs(first=4, after=first.cursors[1]))

    assert keys(found) == ["helmet.2", "helmet.3", "helmet.4", "helmet.5"]


async def test_the_list_ends_where_the_catalogue_lets_nobody_page(town: Town) -> None:
    with pytest.raises(BadInput):
        await catalogue.catalogue(town.city(), BOOKS, PageArgs(after=cursors.encode("catalogue", (100_000,))))
    with pytest.raises(BadInput):
        await catalogue.catalogue(town.city(), BOOKS, PageArgs(after=cursors.encode("catalogue", ("5",))))
    with pytest.raises(BadCursor):
        await catalogue.catalogue(town.city(), BOOKS, PageArgs(after=cursors.encode("things", ("a", 1))))


# ---- the catalogue is down


@pytest.mark.parametrize(("fails", "expected"), [(broken, AnswerState.FAILED), (timeout, AnswerState.TIMED_OUT)])
async def test_without_the_catalogue_the_harvested_things_are_served_and_the_rest_is_told(
    town: Town, fails: object, expected: AnswerState
) -> None:
    town.put(made.thing("1", "Porakone"), made.thing("2", "Ukulele"))
    town.catalogue.fails = fails  # type: ignore[assignment]  # one of the two functions above

    found = await catalogue.catalogue(town.city(), CatalogueFilter(text="porakone"), PageArgs())

    assert keys(found) == ["1"]
    assert (await found.total(), found.has_next) == (1, False)
    said, message = state(found)
    assert said is expected
    assert message is not None
    assert message.endswith("only harvested things to borrow are shown")


@pytest.mark.parametrize(
    "wanted",
    [
        BOOKS,
        CatalogueFilter(text="porakone", author="Linna"),
    ],
    ids=["books only", "by author"],
)
async def test_without_the_catalogue_nothing_that_was_not_asked_for_is_served(
    town: Town, wanted: CatalogueFilter
) -> None:
    town.put(made.thing("1", "Porakone"))
    town.catalogue.fails = broken

    found = await catalogue.catalogue(town.city(), wanted, PageArgs())

    assert keys(found) == []
    said, message = state(found)
    assert said is AnswerState.FAILED
    assert message is not None
    assert message.startswith("the search failed: ")


async def test_a_search_that_was_answered_before_is_served_stale(town: Town) -> None:
    town.catalogue.rows = [work("helmet.1")]
    await catalogue.catalogue(town.city(), BOOKS, PageArgs())
    town.catalogue.fails = broken
    town.turn(days=2)

    found = await catalogue.catalogue(town.city(), BOOKS, PageArgs())

    assert keys(found) == ["helmet.1"]
    assert state(found) == (AnswerState.STALE, "served from a copy past its time")
    (answer,) = found.answers()
    assert answer.fetched_at == made.NOW


async def test_a_hub_without_a_catalogue_has_no_works(town: Town) -> None:
    found = await catalogue.catalogue(town.city(catalogues=False), BOOKS, PageArgs())

    assert (keys(found), found.answers(), await found.total()) == ([], [], 0)


# ---- under parents


async def test_a_search_under_parents_is_one_request_for_each_and_the_sixth_is_refused_in_its_place(town: Town) -> None:
    town.catalogue.rows = [work("helmet.1")]

    found = await catalogue.catalogue_at(town.city(), town.rids(*BRANCHES), BOOKS, PageArgs())

    assert [isinstance(one, TooManyLookups) for one in found] == [False] * 5 + [True] * 2
    assert all(keys(one) == ["helmet.1"] for one in found[:5])
    assert len(town.catalogue.asked) == 5
    assert len({tuple(params["filter[]"]) for params in town.catalogue.asked}) == 5  # each its own branch


async def test_searches_under_parents_are_counted_over_the_whole_operation(town: Town) -> None:
    city, rids = town.city(), town.rids(*BRANCHES)

    first = await catalogue.catalogue_at(city, rids[:3], BOOKS, PageArgs())
    second = await catalogue.catalogue_at(city, rids[3:], BOOKS, PageArgs())

    assert [isinstance(one, TooManyLookups) for one in (*first, *second)] == [False] * 5 + [True] * 2


# ---- by id


async def test_records_are_asked_for_together_by_their_ids(town: Town) -> None:
    town.catalogue.rows = [work("helmet.1"), work("helmet.2")]

    found = await catalogue.by_keys(town.city(), "fi", ["helmet.2", "helmet.9", "helmet.1"])

    assert [record and record.ref.key for record in found] == ["helmet.2", None, "helmet.1"]
    assert len(town.catalogue.asked) == 1
    assert await catalogue.by_keys(town.city(), "elsewhere", ["1"]) == [None]


async def test_a_search_takes_no_longer_than_its_request_may(town: Town) -> None:
    city = town.city()
    town.turn(seconds=9)  # the request's eight seconds are over

    found = await catalogue.catalogue(city, BOOKS, PageArgs())

    assert state(found)[0] is AnswerState.TIMED_OUT
    assert town.catalogue.asked == []
    assert town.now - made.NOW == timedelta(seconds=9)


async def test_a_code_of_a_copy_that_is_no_branch_is_told_once(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    record = made.thing("1", "Porakone", "2/Helmet/h/h01/", "2/Helmet/h/hzz/")
    town.put(record)
    city = town.city()

    for _ in range(2):
        await holdings.holdings_of(city, [record])

    assert [vars(said)["code"] for said in caplog.records if said.name == "hub.domain.holdings"] == ["2/Helmet/h/hzz/"]
