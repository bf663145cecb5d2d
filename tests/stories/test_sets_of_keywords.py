"""A register's topics and audiences: listed, and events found by them."""

from __future__ import annotations

from typing import Any

from tests.stories.hub import Caller, states

SETS = """{ keywordSets {
  nodes { id name { text } usage keywords { id } provenance { source { name } recordId } }
  answers { source { name } state } } }"""
EVENTS = """query ($filter: EventFilter) { events(filter: $filter, first: 100) {
  totalCount nodes { id keywords { id } } } }"""


async def sets(hub: Caller) -> dict[str, dict[str, Any]]:
    """By their own id, those of Helsinki's register."""
    told = await hub.ask(SETS)
    assert told.errors == []
    assert states(told.data["keywordSets"])["linkedevents"] == "FRESH"
    return {
        one["provenance"]["recordId"]: one
        for one in told.data["keywordSets"]["nodes"]
        if one["provenance"]["source"]["name"] == "linkedevents"
    }


async def found(hub: Caller, **wanted: Any) -> dict[str, Any]:
    told = await hub.ask(EVENTS, filter={"sources": ["linkedevents"], **wanted})
    assert told.errors == []
    events: dict[str, Any] = told.data["events"]
    return events


async def test_the_sets_of_a_register_are_listed_with_their_keywords(hub: Caller) -> None:
    known = await sets(hub)

    assert {key: one["usage"] for key, one in known.items()} == {
        "helsinki:audiences": "AUDIENCE",
        "helsinki:topics": "KEYWORD",
    }
    assert all(one["keywords"] for one in known.values())


async def test_events_are_found_by_sets_with_and_or_and_not(hub: Caller) -> None:
    known = await sets(hub)
    topics, audiences = (known[f"helsinki:{name}"]["id"] for name in ("topics", "audiences"))

    everything = await found(hub)
    about = await found(hub, keywordSets=[topics])
    either = await found(hub, keywordSets=[topics, audiences])
    both = await found(hub, keywordSetsAll=[topics, audiences])
    neither = await found(hub, keywordSetsNone=[topics, audiences])

    assert 0 < both["totalCount"] < either["totalCount"]
    assert either["totalCount"] + neither["totalCount"] == everything["totalCount"]
    words = {word["id"] for word in known["helsinki:topics"]["keywords"]}
    assert all(words & {word["id"] for word in event["keywords"]} for event in both["nodes"])
    assert about["totalCount"] <= either["totalCount"]


async def test_a_set_that_is_wanted_and_not_is_a_contradiction(hub: Caller) -> None:
    topics = (await sets(hub))["helsinki:topics"]["id"]
    for wanted in ("keywordSets", "keywordSetsAll"):
        told = await hub.ask(EVENTS, filter={wanted: [topics], "keywordSetsNone": [topics]})
        assert [error["extensions"]["code"] for error in told.errors] == ["BAD_INPUT"]


async def test_a_set_is_a_node_and_no_keyword(hub: Caller) -> None:
    topics = (await sets(hub))["helsinki:topics"]
    node = await hub.ask("query ($id: ID!) { node(id: $id) { ... on KeywordSet { name { text } } } }", id=topics["id"])
    wrong = await hub.ask(EVENTS, filter={"keywords": [topics["id"]]})

    assert node.data["node"]["name"] == topics["name"]
    assert [error["extensions"]["code"] for error in wrong.errors] == ["BAD_ID"]
