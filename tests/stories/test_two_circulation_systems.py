"""Two libraries with a system each, side by side: every record is asked of the one whose catalogue it stands in."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hub.configured import Settings
from hub.harvesting import harvest_once
from hub.sandbox.koha.credentials import CREDENTIALS as KOHA_KEY
from hub.sandbox.making.neighbour import LIBRARIES
from hub.sandbox.sierra.credentials import CREDENTIALS as SIERRA_KEY
from hub.settings import parse
from tests.stories.hub import ORIGIN, Caller, City, states

BRANCHES = ", ".join(f'{code} = "{building}"' for code, (_, building) in LIBRARIES.items())
SECTIONS = f"""
[sources.finna]
connector = "finna"
url = "{ORIGIN}/finna/v1/"
rank = 60

[sources.neighbours_catalogue]
connector = "finna"
url = "{ORIGIN}/finna/v1/"
building = "0/Naapuri/"
rank = 62

[sources.sierra]
connector = "sierra"
url = "{ORIGIN}/sierra/iii/sierra-api/v6/"
enabled = true
credentials_file = "{SIERRA_KEY}"
rank = 61

[sources.naapuri]
connector = "koha"
url = "{ORIGIN}/koha/api/v1/"
through = "THROUGH"
credentials_file = "{KOHA_KEY}"
branches = {{ {BRANCHES} }}
rank = 63
"""
BOTH = """{ catalogue(filter: { formats: [OBJECT] }, first: 100) { nodes { provenance { source { name } recordId }
  holdings { state available total dueAt shelf } } answers { source { name } state message } } }"""


def told_by(through: str, folder: Path) -> Settings:
    return msgspec.structs.replace(parse(SECTIONS.replace("THROUGH", through)), data_dir=folder)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("two")
    city = City(folder)
    asyncio.run(harvest_once(told_by("items", folder), wire=city.wire, clock=city.clock, synchronous="OFF"))
    return folder


def opened(folder: Path, through: str = "items") -> City:
    city = City(folder)
    city.settings = told_by(through, folder)
    return city


async def things(hub: Caller) -> dict[str, Any]:
    told = await hub.ask(BOTH)
    assert told.errors == []
    catalogue: dict[str, Any] = told.data["catalogue"]
    return catalogue


def by_catalogue(catalogue: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The holdings of each catalogue's records."""
    found: dict[str, list[dict[str, Any]]] = {}
    for node in catalogue["nodes"]:
        found.setdefault(node["provenance"]["source"]["name"], []).extend(node["holdings"])
    return found


@pytest.mark.parametrize("through", ["items", "kohasuomi", "public"])
async def test_each_system_tells_of_its_own_records(folder: Path, through: str) -> None:
    city = opened(folder, through)
    async with city.open() as hub:
        catalogue = await things(hub)
    held = by_catalogue(catalogue)

    assert {name: state for name, state in states(catalogue).items() if name in ("sierra", "naapuri")} == {
        "sierra": "FRESH",
        "naapuri": "FRESH",
    }
    assert set(held) == {"finna", "neighbours_catalogue"}
    for many in held.values():
        assert {holding["state"] for holding in many} >= {"AVAILABLE", "ON_LOAN"}
        assert "UNKNOWN" not in {holding["state"] for holding in many}, "the table leads each copy to its branch"
    assert all("HYLLY" in holding["shelf"] for holding in held["neighbours_catalogue"])
    assert any(holding["dueAt"] for holding in held["neighbours_catalogue"]) == (through == "kohasuomi")


async def test_a_page_of_records_costs_few_questions_and_one_token(folder: Path) -> None:
    city = opened(folder)
    async with city.open() as hub:
        catalogue = await things(hub)
        own = sum(node["provenance"]["source"]["name"] == "neighbours_catalogue" for node in catalogue["nodes"])
        await things(hub)

    assert own > 5
    assert (await city.requests())["koha"] == 1 + -(-own // 20)


async def test_one_that_fails_costs_its_own_records_alone(folder: Path) -> None:
    city = opened(folder)
    await city.breaks("koha")
    async with city.open() as hub:
        catalogue = await things(hub)
    held = by_catalogue(catalogue)

    assert (states(catalogue)["sierra"], states(catalogue)["naapuri"]) == ("FRESH", "FAILED")
    assert "UNKNOWN" not in {holding["state"] for holding in held["finna"]}
    assert {holding["state"] for holding in held["neighbours_catalogue"]} == {"UNKNOWN"}


async def test_without_a_key_its_states_are_unknown_and_it_is_not_asked(folder: Path) -> None:
    city = opened(folder)
    city.settings = msgspec.structs.replace(
        city.settings,
        sources=tuple(
            msgspec.structs.replace(source, options={}) if source.connector == "koha" else source
            for source in city.settings.sources
        ),
    )
    async with city.open() as hub:
        catalogue = await things(hub)

    assert (states(catalogue)["sierra"], states(catalogue)["naapuri"]) == ("FRESH", "SKIPPED")
    assert {holding["state"] for holding in by_catalogue(catalogue)["neighbours_catalogue"]} == {"UNKNOWN"}
    assert (await city.requests())["koha"] == 0


async def test_what_two_systems_hold_is_asked_of_the_one_that_speaks_first(folder: Path) -> None:
    """A library moves from one system to the other: both are configured with the catalogue's one prefix."""
    for rank, first, other in ((1, "koha", "sierra"), (99, "sierra", "koha")):
        city = opened(folder)
        city.settings = msgspec.structs.replace(
            city.settings,
            sources=tuple(
                msgspec.structs.replace(source, rank=rank, options={**source.options, "catalogue": "helmet."})
                if source.connector == "koha"
                else source
                for source in city.settings.sources
            ),
        )
        async with city.open() as hub:
            await things(hub)
        asked = await city.requests()
        assert asked[first] > 0
        assert asked[other] == 0
