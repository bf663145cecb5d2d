"""A source that is down is answered from what is here, with its age, and named; nothing is a 500."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from hub.harvesting import harvest_once
from tests.stories.hub import City, states
from tests.stories.weeks import TRIES


@pytest.mark.parametrize("state", ["down", "error", "garbage", "throttled"])
async def test_with_two_upstreams_broken_every_operation_still_answers(city: City, state: str) -> None:
    await city.breaks("finna", state)
    await city.breaks("linkedevents", state)
    async with city.open() as hub:
        answers = {name: await hub.operation(name, **variables) for name, variables in TRIES.items()}
    catalogue = answers["catalogue"]["catalogue"]
    assert states(catalogue) == {"finna": "FAILED", "sierra": "FRESH"}
    assert [edge["node"]["format"] for edge in catalogue["edges"]], "things to borrow are in the index"
    assert {edge["node"]["format"] for edge in catalogue["edges"]} == {"OBJECT"}
    assert answers["events"]["events"]["nodes"]


async def test_a_look_up_that_was_answered_once_is_answered_from_stale(city: City) -> None:
    async with city.open() as hub:
        fresh = await hub.operation("catalogue", text="Sinuhe", first=10)
        city.now += timedelta(days=2)
        await city.breaks("finna")
        stale = await hub.operation("catalogue", text="Sinuhe", first=10)
    assert states(fresh["catalogue"]) == {"finna": "FRESH", "sierra": "FRESH"}
    assert states(stale["catalogue"]) == {"finna": "STALE", "sierra": "FRESH"}
    assert [edge["node"]["id"] for edge in stale["catalogue"]["edges"]] == [
        edge["node"]["id"] for edge in fresh["catalogue"]["edges"]
    ]


async def test_after_a_restart_without_any_upstream_it_serves_what_it_had_marked_stale(city: City) -> None:
    def nobody(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("nobody is there", request=request)

    city.wire = httpx.MockTransport(nobody)
    city.now += timedelta(days=3)
    async with city.open() as hub:
        district = (await hub.operation("neighbourhood", **TRIES["neighbourhood"]))["district"]
    assert district["libraries"]["nodes"]
    assert district["events"]["nodes"]
    assert set(states(district["events"]).values()) == {"STALE"}
    assert all(event["provenance"]["isStale"] for event in district["events"]["nodes"])
    assert all(answer["fetchedAt"] for answer in district["events"]["answers"])


async def test_before_the_first_crawl_ended_queries_answer_with_what_is_there_and_say_warming(tmp_path: Path) -> None:
    city = City(tmp_path)
    await harvest_once(city.settings, sources=["servicemap"], wire=city.wire, clock=city.clock, synchronous="OFF")
    async with city.open() as hub:
        told = await hub.ask(
            "{ places(first: 3) { totalCount nodes { name { text } } answers { source { name } state message } }"
            " events { nodes { id } answers { source { name } state message } } }"
        )
    assert told.errors == []
    assert told.data["places"]["totalCount"] > 100
    assert states(told.data["places"])["servicemap"] == "FRESH"
    assert states(told.data["places"])["kirkanta"] == "WARMING"
    assert told.data["events"]["nodes"] == []
    assert set(states(told.data["events"]).values()) == {"WARMING"}


async def test_with_no_index_at_all_every_operation_answers_and_says_warming(tmp_path: Path) -> None:
    async with City(tmp_path).open() as hub:
        for name, variables in TRIES.items():
            await hub.operation(name, **variables)
        events = (await hub.operation("events", **TRIES["events"]))["events"]
    assert set(states(events).values()) == {"WARMING"}


async def test_a_broken_crawl_keeps_what_was_there(tmp_path: Path) -> None:
    city = City(tmp_path)
    await harvest_once(city.settings, sources=["linkedevents"], wire=city.wire, clock=city.clock, synchronous="OFF")
    await city.breaks("linkedevents", "garbage")
    city.now += timedelta(hours=2)
    await harvest_once(city.settings, sources=["linkedevents"], wire=city.wire, clock=city.clock, synchronous="OFF")
    async with city.open() as hub:
        told = await hub.ask("{ events(first: 1) { totalCount answers { source { name } state message } } }")
    assert told.data["events"]["totalCount"] > 500
    answer = next(a for a in told.data["events"]["answers"] if a["source"]["name"] == "linkedevents")
    assert answer["state"] == "STALE"
    assert answer["message"]
