"""Copies and their state: from the circulation system where there is one, UNKNOWN where there is none or it fails."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from tests.stories.hub import Caller, City, states

SINUHE = """{ catalogue(filter: { text: "Sinuhe", formats: [BOOK] }, first: 10) {
  nodes { id holdings { place { name { text } } state available total dueAt shelf } }
  answers { source { name } state message } } }"""
THINGS = """{ catalogue(filter: { formats: [OBJECT] }, first: 50) {
  edges { node { ...copies } } answers { source { name } state } } }
fragment copies on CatalogueRecord { holdings { place { id } state available total } }"""
TITLES = """{ catalogue(filter: { text: "Sinuhe" }, first: 10) { nodes { id } answers { source { name } state } } }"""


def holdings(catalogue: dict[str, Any]) -> list[dict[str, Any]]:
    return [holding for node in catalogue["nodes"] for holding in node["holdings"]]


async def asked(hub: Caller, query: str) -> dict[str, Any]:
    told = await hub.ask(query)
    assert told.errors == []
    catalogue: dict[str, Any] = told.data["catalogue"]
    return catalogue


async def test_copies_are_counted_by_branch_with_the_next_date_that_one_is_due(hub: Caller, city: City) -> None:
    catalogue = await asked(hub, SINUHE)
    known = [holding for holding in holdings(catalogue) if holding["state"] != "UNKNOWN"]

    assert states(catalogue) == {"finna": "FRESH", "sierra": "FRESH"}
    assert {holding["state"] for holding in known} >= {"AVAILABLE", "ON_LOAN"}
    for holding in known:
        assert 0 <= holding["available"] <= holding["total"]
        assert (holding["available"] > 0) == (holding["state"] == "AVAILABLE")
        assert "84.2" in holding["shelf"]
        assert holding["dueAt"] is None or holding["dueAt"] > f"{city.now:%Y-%m-%dT%H:%M}"
    assert any(holding["dueAt"] for holding in known if holding["state"] == "ON_LOAN")


async def test_the_copies_of_a_whole_page_are_few_questions_and_those_of_a_minute_ago_none(
    hub: Caller, city: City
) -> None:
    first = await asked(hub, THINGS)
    after_one = (await city.requests())["sierra"]
    second = await asked(hub, THINGS)

    assert after_one == 1 + 3  # the token, and 50 records by 20
    assert (await city.requests())["sierra"] == after_one
    assert first == second
    assert states(first)["sierra"] == "FRESH"
    assert any(holding["available"] for edge in first["edges"] for holding in edge["node"]["holdings"])


async def test_who_does_not_select_holdings_asks_nobody(hub: Caller, city: City) -> None:
    assert states(await asked(hub, TITLES)) == {"finna": "FRESH"}
    assert (await city.requests())["sierra"] == 0


@pytest.mark.parametrize("state", ["down", "error", "garbage", "throttled"])
async def test_a_system_that_fails_makes_states_unknown_and_is_named(city: City, state: str) -> None:
    await city.breaks("sierra", state)
    async with city.open() as hub:
        catalogue = await asked(hub, SINUHE)
        node = await hub.ask(
            "query ($id: ID!) { node(id: $id) { ... on CatalogueRecord { holdings { state total } } } }",
            id=catalogue["nodes"][0]["id"],
        )

    assert states(catalogue) == {"finna": "FRESH", "sierra": "FAILED"}
    assert {holding["state"] for holding in holdings(catalogue)} == {"UNKNOWN"}
    assert {holding["total"] for holding in holdings(catalogue)} == {None}
    assert node.errors == []
    assert {holding["state"] for holding in node.data["node"]["holdings"]} == {"UNKNOWN"}


async def test_its_last_word_serves_a_quarter_of_an_hour(city: City) -> None:
    async with city.open() as hub:
        fresh = await asked(hub, SINUHE)
        await city.breaks("sierra")
        city.now += timedelta(minutes=10)
        stale = await asked(hub, SINUHE)
        city.now += timedelta(minutes=10)
        old = await asked(hub, SINUHE)

    assert states(stale)["sierra"] == "STALE"
    assert holdings(stale) == holdings(fresh)
    assert states(old)["sierra"] == "FAILED"
    assert {holding["state"] for holding in holdings(old)} == {"UNKNOWN"}


async def test_without_credentials_or_switched_off_states_are_unknown_and_nothing_is_asked(city: City) -> None:
    without = tuple(
        msgspec.structs.replace(source, options={}) if source.connector == "sierra" else source
        for source in city.settings.sources
    )
    for changed in (
        msgspec.structs.replace(city.settings, sources=without),
        msgspec.structs.replace(city.settings, off=frozenset({"sierra"})),
    ):
        city.settings = changed
        async with city.open() as hub:
            catalogue = await asked(hub, SINUHE)
        assert states(catalogue) == {"finna": "FRESH", "sierra": "SKIPPED"}
        assert {holding["state"] for holding in holdings(catalogue)} == {"UNKNOWN"}
    assert (await city.requests())["sierra"] == 0


OPEN = """query ($near: NearInput!) { catalogue(filter: { text: "Sinuhe", formats: [BOOK] }, first: 10) { nodes {
  all: holdings { ...copy } open: holdings(openNow: true) { ...copy } closed: holdings(openNow: false) { ...copy }
  here: holdings(isAvailable: true) { ...copy } not: holdings(isAvailable: false) { ...copy }
  near: holdings(isAvailable: true, openNow: true, near: $near) { ...copy } } } }
fragment copy on Holding { state place { id isOpen distanceMetres(lat: 60.17397, lon: 24.938158) } }"""


async def test_one_may_ask_for_the_branches_that_are_open_now_and_have_it_on_the_shelf(hub: Caller) -> None:
    near = {"lat": 60.17397, "lon": 24.938158, "withinMetres": 6000}
    told = await hub.ask(OPEN, near=near)

    assert told.errors == []
    nodes = told.data["catalogue"]["nodes"]
    for node in nodes:
        for held, is_open in (("open", True), ("closed", False)):
            assert node[held] == [one for one in node["all"] if one["place"] and one["place"]["isOpen"] is is_open]
        assert node["here"] == [one for one in node["all"] if one["state"] == "AVAILABLE"]
        assert node["not"] == [one for one in node["all"] if one["state"] not in {"AVAILABLE", "UNKNOWN"}]
        away = [one["place"]["distanceMetres"] for one in node["near"]]
        assert away == sorted(away)
        assert len(away) == len(
            [one for one in node["open"] if one in node["here"] and one["place"]["distanceMetres"] <= 6000]
        )
    for name in ("open", "here", "not", "near"):  # on a weekday at ten none is closed
        assert any(node[name] for node in nodes), name
