"""Any record by its id, and what an id that leads nowhere answers."""

from __future__ import annotations

from collections.abc import Sequence

import httpx
import pytest

from hub.domain import nodes
from hub.errors import BadId, BadInput, UpstreamError, Withdrawn
from hub.records.catalogue import CatalogueRecord
from hub.records.core import Record, Ref
from hub.records.events import Event, EventSeries
from hub.records.merged import CityPlace
from hub.records.places import Area
from tests import made
from tests.domain.hall import Town, work

UNIT = made.unit("8215", "Kallion kirjasto", kirkanta=["84860"])
HOUSE = made.library("84860")
BOOKED = made.place("174", source="va", tprek_id="8215")


async def asked(town: Town, *ids: str | Record | Ref) -> Sequence[Record | Exception | None]:
    gids = [one if isinstance(one, str) else (one if isinstance(one, Ref) else one.ref).gid for one in ids]
    return await nodes.nodes(town.city(), gids)


async def test_every_member_of_a_place_answers_with_the_place(town: Town) -> None:
    town.put(UNIT, HOUSE, BOOKED)

    found = await asked(town, HOUSE, UNIT, BOOKED)

    assert all(isinstance(place, CityPlace) for place in found)
    assert [place.ref for place in found if isinstance(place, CityPlace)] == [UNIT.ref] * 3


async def test_after_a_split_each_old_id_gives_its_own_place_again(town: Town) -> None:
    town.put(UNIT, HOUSE)
    town.put(made.unit("8215", "Kallion kirjasto"))

    found = await asked(town, UNIT, HOUSE)

    assert [place.ref for place in found if isinstance(place, CityPlace)] == [UNIT.ref, HOUSE.ref]


async def test_records_come_in_the_order_asked_and_as_often(town: Town) -> None:
    event, room, idea = made.event("1"), made.space("1"), made.proposal("idea:1")
    town.put(event, room, idea)

    found = await asked(town, room, idea, event, room)

    assert [record.ref for record in found if isinstance(record, Record)] == [room.ref, idea.ref, event.ref, room.ref]


async def test_an_area_comes_without_its_boundary(town: Town) -> None:
    area = made.area("kallio", boundary=made.square(24.9, 60.1))
    town.put(area)

    (found,) = await asked(town, area)

    assert isinstance(found, Area)
    assert found.boundary == ()


async def test_a_parent_of_occurrences_is_a_series_and_without_them_an_event(town: Town) -> None:
    parent, child, lone = made.event("parent"), made.event("child", series="parent"), made.event("lone")
    town.put(parent, child, lone)

    found = await asked(town, parent, child, lone)
    assert [type(record) for record in found] == [EventSeries, Event, Event]
    made.withdraw(town.writer, child.ref)
    (again,) = await asked(town, parent)

    assert type(again) is Event


async def test_a_withdrawn_id_says_so_and_costs_the_others_nothing(town: Town) -> None:
    gone, there = made.event("1"), made.event("2")
    town.put(gone, there, UNIT)
    made.withdraw(town.writer, gone.ref, UNIT.ref)

    first, second, third = await asked(town, gone, there, UNIT)

    assert isinstance(first, Withdrawn)
    assert "2026-11-22" in str(first)
    assert isinstance(second, Event)
    assert isinstance(third, Withdrawn)


async def test_an_id_that_is_only_referred_to_or_was_never_heard_of_is_none(town: Town) -> None:
    town.put(made.event("1", at_place="tprek:1"))

    assert await asked(town, Ref("place", "le", "tprek:1"), Ref("event", "le", "2"), Ref("area", "sm", "x")) == [
        None,
        None,
        None,
    ]


@pytest.mark.parametrize(
    "gid",
    [
        "",
        "ä",
        "not base64!",
        "AAAA",
        Ref("user", "le", "1").gid,
        Ref("opening_day", "ki", "1/2026-11-22").gid,
        "A" * 2000,
    ],
)
async def test_what_is_no_id_of_the_graph_is_bad_in_its_own_place(town: Town, gid: str) -> None:
    event = made.event("1")
    town.put(event)

    first, second = await asked(town, gid, event)

    assert isinstance(first, BadId)
    assert isinstance(second, Event)


async def test_more_than_a_hundred_ids_are_bad_input(town: Town) -> None:
    with pytest.raises(BadInput):
        await nodes.nodes(town.city(), [made.event("1").ref.gid] * 101)


async def test_a_hundred_ids_cost_no_more_statements_than_two(town: Town) -> None:
    events = [made.event(f"{n}") for n in range(60)]
    units = [made.unit(f"{n}") for n in range(40)]
    town.put(*events, *units)

    async def cost(*many: Record) -> int:
        before = town.index.queries
        found = await asked(town, *many)
        assert all(isinstance(record, Record) for record in found)
        return town.index.queries - before

    assert await cost(*events, *units) == await cost(events[0], units[0])


async def test_a_work_is_asked_for_and_a_thing_is_not(town: Town) -> None:
    town.put(made.thing("helmet.2"))
    town.catalogue.rows = [work("helmet.1")]

    first, second, third = await asked(town, *(Ref("catalogue_record", "fi", f"helmet.{n}") for n in (1, 2, 3)))

    assert isinstance(first, CatalogueRecord)
    assert isinstance(second, CatalogueRecord)
    assert third is None
    assert [params.get("id[]") for params in town.catalogue.asked] in (
        [["helmet.1", "helmet.3"]],
        [["helmet.3", "helmet.1"]],
    )


async def test_a_work_that_cannot_be_asked_for_is_an_error_in_its_own_place(town: Town) -> None:
    town.put(made.event("1"))
    town.catalogue.fails = lambda: httpx.Response(503)

    first, second = await asked(town, Ref("catalogue_record", "fi", "helmet.1"), made.event("1"))

    assert isinstance(first, UpstreamError)
    assert isinstance(second, Event)


# ---- ids in filters


async def test_a_filter_by_any_member_means_the_place(town: Town) -> None:
    town.put(UNIT, HOUSE, BOOKED)

    assert nodes.rids_of(town.city(), [HOUSE.ref.gid, BOOKED.ref.gid], "place", "library") == (town.rid(UNIT),) * 2


async def test_a_filter_by_what_is_only_referred_to_is_a_filter(town: Town) -> None:
    town.put(made.event("1", keywords=["yso:p1"]))
    keyword = Ref("keyword", "le", "yso:p1")

    assert nodes.rids_of(town.city(), [keyword.gid], "keyword") == (town.rid(keyword),)


@pytest.mark.parametrize("gid", ["garbage", made.event("1").ref.gid, Ref("place", "sm", "never heard of").gid])
async def test_a_filter_by_another_kind_or_an_unknown_id_is_bad(town: Town, gid: str) -> None:
    town.put(made.event("1"))

    with pytest.raises(BadId):
        nodes.rids_of(town.city(), [gid], "place", "library")
