"""What stands beside the graph."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from datetime import timedelta
from pathlib import Path

import httpx
import msgspec
from graphql import build_schema, parse, validate
from starlette.applications import Starlette

from hub.domain.city import Hall
from hub.http.examples import examples
from hub.index.crawls import CrawlState, State
from hub.index.files import open_writer
from hub.schema.schema import schema
from tests.http.conftest import NOW


def save(folder: Path, *states: CrawlState) -> None:
    writer = open_writer(folder, now=lambda: NOW, synchronous="OFF")
    with writer.transaction():
        writer.save_crawl(*states)
    writer.close()


def tried(app: Starlette, state: State) -> list[CrawlState]:
    hall: Hall = app.state.hall
    return [CrawlState(source=one.source, collection=one.kind, state=state, fresh=one.fresh) for one in hall.gathered]


async def test_the_front_door_leads_to_the_explorer(client: httpx.AsyncClient) -> None:
    answer = await client.get("/")
    assert (answer.status_code, answer.headers["location"]) == (307, "/graphiql")


async def test_the_explorer_needs_nothing_from_elsewhere_and_may_load_nothing(client: httpx.AsyncClient) -> None:
    page = await client.get("/graphiql")

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "http" not in re.sub(r'<script type="application/json".*?</script>', "", page.text, flags=re.DOTALL)
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    for tag in ("script", "style"):
        for inside in re.findall(rf"<{tag}>(.*?)</{tag}>", page.text, re.DOTALL):
            assert f"'sha256-{base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()}'" in policy
    assert not re.search(r"\son\w+=|style=", page.text)  # the policy would forbid them


async def test_everything_to_fill_in_has_a_label(client: httpx.AsyncClient) -> None:
    page = (await client.get("/graphiql")).text
    for name in re.findall(r'<(?:textarea|select)[^>]* id="(\w+)"', page):
        assert f'<label for="{name}">' in page
    assert '<html lang="en">' in page


async def test_the_explorer_offers_the_examples(client: httpx.AsyncClient) -> None:
    page = (await client.get("/graphiql")).text
    found = re.search(r'<script type="application/json" id="examples">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    assert [one["title"] for one in json.loads(found[1])] == [one.title for one in examples(NOW)]


async def test_every_example_is_a_query_of_our_schema_and_executes(client: httpx.AsyncClient) -> None:
    for example in examples(NOW):
        assert validate(build_schema(schema.as_str(), assume_valid_sdl=True), parse(example.query)) == []
        answer = await client.post("/graphql", json=msgspec.to_builtins(example))
        assert "data" in answer.json(), example.title


async def test_the_schema_is_served_and_not_sent_twice(client: httpx.AsyncClient) -> None:
    sdl = await client.get("/schema.graphql")
    again = await client.get("/schema.graphql", headers={"if-none-match": sdl.headers["etag"]})

    assert sdl.text.strip() == schema.as_str().strip()
    assert (again.status_code, again.content) == (304, b"")


async def test_the_process_is_alive_as_soon_as_it_answers(client: httpx.AsyncClient) -> None:
    answer = await client.get("/health/live")
    assert (answer.status_code, answer.json()) == (200, {"live": True})


async def test_the_hub_is_not_ready_before_each_first_crawl_was_tried(
    app: Starlette, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    before = await client.get("/health/ready")
    states = tried(app, State.FAILED)
    save(tmp_path, *states[1:], msgspec.structs.replace(states[0], state=State.CRAWLING))
    between = await client.get("/health/ready")

    assert (before.status_code, before.json()["ready"]) == (503, False)
    assert len(before.json()["waitingFor"]) == len(states)
    name = app.state.hall.sources[states[0].source].name
    assert (between.status_code, between.json()["waitingFor"]) == (503, [f"{name}/{states[0].collection}"])


async def test_the_hub_is_ready_when_all_is_there_or_was_tried_in_vain(
    app: Starlette, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    states = tried(app, State.FAILED)
    ago = NOW - timedelta(days=2)
    save(tmp_path, *states[1:], msgspec.structs.replace(states[0], state=State.CRAWLING, last_full=ago, confirmed=ago))

    answer = await client.get("/health/ready")

    assert (answer.status_code, answer.json()) == (200, {"ready": True, "waitingFor": []})


async def test_metrics_tell_of_answers_and_collections_and_which_process_tells(
    app: Starlette, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    (first, *_) = tried(app, State.OK)
    save(tmp_path, msgspec.structs.replace(first, records=7, confirmed=NOW))
    await client.post("/graphql", json={"query": "{ sources { name } }"})
    await client.post("/graphql", json={"query": "{"})

    text = (await client.get("/metrics")).text

    name = app.state.hall.sources[first.source].name
    assert f'cityhub_collection_records{{kind="{first.collection}",source="{name}"}} 7.0' in text
    assert 'cityhub_answer_seconds_count{outcome="executed"} 1.0' in text
    assert 'cityhub_answer_seconds_count{outcome="refused"} 1.0' in text
    assert "cityhub_worker_info{pid=" in text
    assert "sandbox.example" not in text  # no addresses
