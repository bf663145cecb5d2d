"""A partner lists the city's language cafes in its own feed, by another title: each is one event, and says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from hub.harvesting import harvest_once
from hub.records.core import Ref
from tests.stories.hub import Caller, City

FROM_THE_FEED = """
query ($after: String) {
  events(filter: { sources: ["museum"] }, first: 100, after: $after) {
    totalCount
    nodes {
      id
      name { fi }
      place { name { fi } }
      keywords { id }
      series { id }
      provenance { source { name } recordId confidence }
      alsoIn { source { name } recordId url confidence fetchedAt }
    }
    answers { source { name } state }
  }
}
"""
BY_ID = "query ($id: ID!) { node(id: $id) { id __typename ... on Event { alsoIn { recordId } } } }"
SOURCES = """
query ($sources: [String!]) {
  events(filter: { sources: $sources, text: "kielikahvila" }, first: 100) { nodes { id } totalCount }
}
"""


def is_near_double(event: dict[str, Any]) -> bool:
    return any(also["recordId"].startswith("oma-") for also in event["alsoIn"])


@pytest.fixture
async def cafes(hub: Caller) -> list[dict[str, Any]]:
    answered = await hub.ask(FROM_THE_FEED)
    assert answered.errors == []
    return [event for event in answered.data["events"]["nodes"] if is_near_double(event)]


async def test_a_cafe_of_two_calendars_is_one_event_by_the_city_with_the_partner_beside_it(
    cafes: list[dict[str, Any]],
) -> None:
    assert cafes
    for cafe in cafes:
        assert cafe["name"]["fi"] == "Kielikahvila"  # the partner's is "Kielikahvila kirjastossa"
        assert (cafe["provenance"]["source"]["name"], cafe["provenance"]["confidence"]) == ("linkedevents", 1)
        (also,) = cafe["alsoIn"]
        assert (also["source"]["name"], also["url"][:24]) == ("museum", "https://kumppani.example")
        assert 0.8 < also["confidence"] < 1, "no id ties them: it is a guess, and says so"
        assert also["fetchedAt"]
        assert cafe["place"]["name"]["fi"].endswith(("kirjasto", "Oodi"))
        assert cafe["keywords"], "the register's, which the feed has not"


async def test_the_ids_of_both_calendars_lead_to_it(hub: Caller, cafes: list[dict[str, Any]]) -> None:
    cafe = cafes[0]
    own = Ref("event", "museum", cafe["alsoIn"][0]["recordId"]).gid

    by_partner = (await hub.ask(BY_ID, id=own)).data["node"]
    by_city = (await hub.ask(BY_ID, id=cafe["id"])).data["node"]

    assert own != cafe["id"]
    assert by_partner == by_city == {
        "id": cafe["id"],
        "__typename": "Event",
        "alsoIn": [{"recordId": cafe["alsoIn"][0]["recordId"]}],
    }  # fmt: skip


async def test_either_source_finds_it_and_both_find_it_once(hub: Caller, cafes: list[dict[str, Any]]) -> None:
    found = {}
    for sources in (["museum"], ["linkedevents"], ["museum", "linkedevents"]):
        events = (await hub.ask(SOURCES, sources=sources)).data["events"]
        ids = [event["id"] for event in events["nodes"]]
        assert len(ids) == len(set(ids))
        assert events["totalCount"] >= len(ids)
        found[tuple(sources)] = set(ids)

    assert cafes[0]["id"] in found["museum",] & found["linkedevents",] & found["museum", "linkedevents"]


async def test_of_one_event_the_source_of_the_lower_rank_speaks(tmp_path: Path) -> None:
    """Whoever runs the hub may hold the museum's own word for better than the register's."""
    city = City(tmp_path)
    ranked = [
        msgspec.structs.replace(source, rank=1) if source.name == "museum" else source
        for source in city.settings.sources
    ]
    city.settings = msgspec.structs.replace(city.settings, sources=tuple(ranked))
    sources = ["servicemap", "linkedevents", "museum"]
    await harvest_once(city.settings, sources=sources, wire=city.wire, clock=city.clock, synchronous="OFF")

    async with city.open() as hub:
        answered = await hub.ask(
            """{ events(filter: { sources: ["linkedevents"], text: "kielikahvila" }, first: 100) { nodes {
                 name { fi } provenance { source { name } confidence } alsoIn { source { name } confidence } } } }"""
        )

    joined = [event for event in answered.data["events"]["nodes"] if event["alsoIn"]]
    assert "Kielikahvila kirjastossa" in {event["name"]["fi"] for event in joined}
    for event in joined:
        assert event["provenance"] == {"source": {"name": "museum"}, "confidence": 1}
        (also,) = event["alsoIn"]
        assert also["source"] == {"name": "linkedevents"}
        assert 0.8 < also["confidence"] < 1
