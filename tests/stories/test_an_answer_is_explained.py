"""Whoever asks is told what an answer was made of: from the index, from the cache, or asked; how old, how long."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from hub.commands.explain import explain, steps_of
from tests.stories.hub import OPERATIONS, Caller, City
from tests.stories.weeks import TRIES

EXPLAIN = {"X-Hub-Explain": "1"}
BOOKS = '{ catalogue(filter: { text: "Sinuhe" }, first: 3) { nodes { title { text } } } }'
Parts = dict[tuple[str, str], dict[str, Any]]


async def explained(hub: Caller, query: str, **variables: Any) -> tuple[dict[str, Any], Parts]:
    """What is told of the answer, and of it the part of each source, by its name and how it was answered."""
    reply = await hub.client.post("/graphql", json={"query": query, "variables": variables}, headers=EXPLAIN)
    told = reply.json()
    assert told["data"]
    assert reply.headers["cache-control"] == "no-store"
    assert "etag" not in reply.headers
    about: dict[str, Any] = told["extensions"]["hub"]
    return about, {(part["source"], part["from"]): part for part in about["sources"]}


async def test_an_answer_from_the_index_names_the_sources_whose_records_it_holds(city: City, hub: Caller) -> None:
    city.now += timedelta(minutes=4)
    query = """{ places(filter: { kinds: [LIBRARY] }, first: 5) { nodes {
      name { text } events(first: 1) { nodes { id } }
    } } }"""
    before = hub.queries
    about, parts = await explained(hub, query)
    assert about["index"]["statements"] > 2
    assert hub.queries - before == about["index"]["statements"] + 1  # and one for the ages that it tells
    assert about["index"]["rows"] >= 10
    assert {way for _, way in parts} == {"INDEX"}
    library = next(part for part in about["sources"] if part["kind"] == "library")
    assert library == {
        "source": "kirkanta",
        "from": "INDEX",
        "kind": "library",
        "state": "FRESH",
        "records": 5,
        "ageSeconds": 240.0,
    }


async def test_a_look_up_is_asked_once_and_then_comes_from_the_cache_and_from_a_stale_copy(city: City) -> None:
    async with city.open() as hub:
        _, asked = await explained(hub, BOOKS)
        city.now += timedelta(seconds=30)
        _, kept = await explained(hub, BOOKS)
        city.now += timedelta(days=2)
        await city.breaks("finna")
        _, stale = await explained(hub, BOOKS)
    first = asked["finna", "ASKED"]
    assert (first["lookUps"], first["calls"], first["ageSeconds"]) == (1, 1, 0)
    assert first["milliseconds"] > 0
    again = kept["finna", "CACHE"]
    assert (again["lookUps"], again["calls"], again["ageSeconds"]) == (1, 0, 30)
    old = stale["finna", "STALE"]
    assert old["ageSeconds"] == 2 * 86400 + 30
    assert old["error"] == "UPSTREAM_UNAVAILABLE"
    assert old["calls"] >= 1, "it was tried"


async def test_a_look_up_that_failed_says_so(city: City) -> None:
    await city.breaks("finna")
    async with city.open() as hub:
        _, parts = await explained(hub, BOOKS)
    assert parts["finna", "FAILED"]["error"] == "UPSTREAM_UNAVAILABLE"
    assert "ageSeconds" not in parts["finna", "FAILED"]


async def test_the_token_that_a_look_up_needs_is_counted_with_it(hub: Caller) -> None:
    things = "{ catalogue(filter: { formats: [OBJECT] }, first: 3) { nodes { holdings { state } } } }"
    _, parts = await explained(hub, things)
    assert (parts["sierra", "ASKED"]["lookUps"], parts["sierra", "ASKED"]["calls"]) == (1, 2)


async def test_nothing_is_told_of_addresses_or_secrets(city: City) -> None:
    sources = tuple(
        msgspec.structs.replace(source, url=source.url.replace("sandbox.example", "user:hunter2@sandbox.example"))
        if source.name == "finna"
        else source
        for source in city.settings.sources
    )
    city.settings = msgspec.structs.replace(city.settings, sources=sources)
    secrets = ["hunter2", "sandbox.example", "http", "Sinuhe", "token", "SELECT"]
    async with city.open() as hub:
        for _ in range(2):
            about, _ = await explained(hub, BOOKS)
            assert [secret for secret in secrets if secret in f"{about}"] == []
            await city.breaks("finna")


async def test_without_the_header_nothing_is_told_and_caches_keep_the_two_apart(hub: Caller) -> None:
    params = {"query": "{ places(first: 1) { nodes { id } } }"}
    plain = await hub.client.get("/graphql", params=params)
    refused = await hub.client.get("/graphql", params=params, headers={"X-Hub-Explain": "yes"})
    told = await hub.client.get("/graphql", params=params, headers=EXPLAIN)
    assert "extensions" not in plain.json()
    assert plain.content == refused.content
    assert "X-Hub-Explain" in plain.headers["vary"]
    assert plain.headers["etag"]
    assert plain.headers["cache-control"].startswith("public")
    assert told.json()["data"] == plain.json()["data"]
    assert told.headers["cache-control"] == "no-store"
    assert "etag" not in told.headers
    known = await hub.client.get("/graphql", params=params, headers={**EXPLAIN, "If-None-Match": plain.headers["etag"]})
    assert (known.status_code, "extensions" in known.json()) == (200, True)


async def test_a_page_of_another_site_may_ask_for_it(hub: Caller) -> None:
    allowed = await hub.client.options("/graphql")
    assert "X-Hub-Explain" in allowed.headers["access-control-allow-headers"]
    assert allowed.headers["access-control-allow-methods"] == "GET, POST"


@pytest.mark.parametrize("name", sorted(TRIES))
async def test_an_operation_answers_the_same_when_it_is_explained(hub: Caller, name: str) -> None:
    plain = await hub.operation(name, **TRIES[name])
    query = (OPERATIONS / f"{name}.graphql").read_text()
    reply = await hub.client.post("/graphql", json={"query": query, "variables": TRIES[name]}, headers=EXPLAIN)
    if name != "sources":  # which tells how often they were asked
        assert reply.json()["data"] == plain


@pytest.mark.parametrize("name", sorted(TRIES))
async def test_what_an_operation_reads_and_asks_was_told_before(city: City, name: str) -> None:
    file = OPERATIONS / f"{name}.graphql"
    async with city.open() as hub:
        about, _ = await explained(hub, file.read_text(), **TRIES[name])
    told = await explain(city.settings, steps_of(file, TRIES[name], None), wire=city.wire, clock=city.clock)
    read = {(source.source, kind) for one in told for source in one.reads for kind in source.kinds}
    ages = {source.state for one in told for source in one.reads}
    asked: dict[str, int] = {}
    for one in told:
        for source in one.asks:
            asked[source.source] = asked.get(source.source, 0) + source.requests
    from_index = {(part["source"], part["kind"]) for part in about["sources"] if part["from"] == "INDEX"}
    assert from_index <= read
    assert ages <= {"FRESH"}
    for part in about["sources"]:
        if part["from"] != "INDEX":
            assert part["calls"] <= asked[part["source"]]
