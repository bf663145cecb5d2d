"""`/graphql` as the GraphQL over HTTP specification wants it, and how long its answers keep."""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from graphql import GraphQLError
from starlette.applications import Starlette

from hub.domain.city import City, Hall
from hub.http.asking import GRAPHQL, JSON, MOST_ADDRESS, MOST_BODY, answer_type
from hub.http.graphql import KEEPS, KEEPS_SHORTLY, keeps
from hub.index.files import open_writer
from tests.http.conftest import NOW, Ticks

GOOD = "{ sources { name } }"
DATA = {"sources": [{"name": "servicemap"}, {"name": "linkedevents"}]}
TYPED = {"content-type": JSON}


def code(answer: httpx.Response) -> str:
    found: str = answer.json()["errors"][0]["extensions"]["code"]
    return found


# -- asking -----------------------------------------------------------------------------------------------------------


async def test_a_query_is_answered_by_post_and_by_get(client: httpx.AsyncClient) -> None:
    posted = await client.post("/graphql", json={"query": GOOD})
    got = await client.get("/graphql", params={"query": GOOD})

    assert posted.status_code == got.status_code == 200
    assert posted.json() == got.json() == {"data": DATA}


async def test_variables_and_the_name_of_the_operation_are_heeded(client: httpx.AsyncClient) -> None:
    query = "query A { sources { name } } query B($yes: Boolean!) { sources { name @include(if: $yes) kind } }"
    wanted: dict[str, Any] = {"query": query, "operationName": "B", "variables": {"yes": False}}

    posted = await client.post("/graphql", json=wanted)
    got = await client.get("/graphql", params={**wanted, "variables": json.dumps(wanted["variables"])})

    assert posted.json() == got.json()
    assert posted.json()["data"]["sources"][0] == {"kind": "servicemap"}


async def test_what_a_client_sends_as_null_counts_as_left_out(client: httpx.AsyncClient) -> None:
    wanted = {"query": GOOD, "variables": None, "operationName": None, "extensions": None}
    assert (await client.post("/graphql", json=wanted)).json() == {"data": DATA}


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "not a GraphQL request"),
        (b"{", "not a GraphQL request"),
        (b"{}", "`query`"),
        (b'{"query": 5}', "$.query"),
        (b'{"query": "{a}", "variables": []}', "$.variables"),
        (b'{"query": "{a}", "variables": "{}"}', "$.variables"),
        (b'{"query": "{a}", "operationName": 1}', "$.operationName"),
        (b'{"query": "\xff"}', "not a GraphQL request"),
        (b"[" * 5_000, "batches are off"),
        (b'{"query": ' + b"[" * 5_000, "not a GraphQL request"),
        (b' [{"query": "{ sources { name } }"}]', "batches are off"),
    ],
)
async def test_a_body_that_is_no_graphql_request_is_a_400(client: httpx.AsyncClient, body: bytes, says: str) -> None:
    for accept in (JSON, GRAPHQL):
        answer = await client.post("/graphql", content=body, headers={**TYPED, "accept": accept})
        assert (answer.status_code, code(answer)) == (400, "BAD_REQUEST")
        assert says in answer.json()["errors"][0]["message"]
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "params",
    [{}, {"query": ""}, {"query": GOOD, "variables": "{"}, {"query": GOOD, "variables": "[1]"}],
)
async def test_an_address_that_is_no_graphql_request_is_a_400(
    client: httpx.AsyncClient, params: dict[str, str]
) -> None:
    assert (await client.get("/graphql", params=params)).status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "text/plain"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "multipart/form-data; boundary=x"},
        {"content-type": "application/graphql"},
        {"content-type": "application/json; charset=latin-1"},
        {"content-type": "application/json", "content-encoding": "gzip"},
        {},
    ],
)
async def test_what_any_page_could_post_unasked_is_refused(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    answer = await client.post("/graphql", content=json.dumps({"query": GOOD}).encode(), headers=headers)
    assert answer.status_code == 415


@pytest.mark.parametrize(
    "media", ["application/json", "Application/JSON; charset=UTF-8", 'application/json;charset="utf-8"']
)
async def test_json_may_be_called_so_in_every_way(client: httpx.AsyncClient, media: str) -> None:
    body = json.dumps({"query": GOOD}).encode()
    assert (await client.post("/graphql", content=body, headers={"content-type": media})).status_code == 200


async def test_a_long_body_is_a_413_whether_it_says_its_length_or_not(client: httpx.AsyncClient) -> None:
    body = json.dumps({"query": GOOD, "extensions": {"x": "x" * MOST_BODY}}).encode()

    async def parts() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 10_000):
            yield body[start : start + 10_000]

    told = await client.post("/graphql", content=body, headers=TYPED)
    untold = await client.post("/graphql", content=parts(), headers=TYPED)

    assert told.status_code == untold.status_code == 413
    assert "content-length" not in untold.request.headers


async def test_a_long_address_is_a_414(client: httpx.AsyncClient) -> None:
    answer = await client.get("/graphql", params={"query": GOOD + "#" + "x" * MOST_ADDRESS})
    assert answer.status_code == 414


async def test_what_would_change_something_is_refused(client: httpx.AsyncClient) -> None:
    for operation in ("mutation { book }", "subscription { book }"):
        posted = await client.post("/graphql", json={"query": operation}, headers={"accept": GRAPHQL})
        assert posted.status_code == 400


async def test_other_methods_are_a_405_that_names_ours(client: httpx.AsyncClient) -> None:
    answer = await client.put("/graphql", json={"query": GOOD})
    assert answer.status_code == 405
    assert {"GET", "POST"} <= set(answer.headers["allow"].split(", "))


# -- answering --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        (None, GRAPHQL),
        ("*/*", GRAPHQL),
        (GRAPHQL, GRAPHQL),
        (JSON, JSON),
        (f"{GRAPHQL}, {JSON};q=0.9", GRAPHQL),
        (f"{JSON}, {GRAPHQL};q=0.5", JSON),
        (f"{JSON}, */*", JSON),
        (f"{GRAPHQL};q=0, {JSON}", JSON),
        ("text/html,application/xhtml+xml,*/*;q=0.8", JSON),  # a browser shows it
        ("image/png", GRAPHQL),
    ],
)
def test_the_media_type_is_the_callers_choice(accept: str | None, media: str) -> None:
    assert answer_type(accept) == media


async def test_the_answer_says_its_type_in_utf8(client: httpx.AsyncClient) -> None:
    for media in (JSON, GRAPHQL):
        answer = await client.post("/graphql", json={"query": GOOD}, headers={"accept": media})
        assert answer.headers["content-type"] == f"{media}; charset=utf-8"


@pytest.mark.parametrize(
    "wanted",
    [
        {"query": "{ sources { name "},
        {"query": "{ nothing }"},
        {"query": "query A { sources { name } } query B { sources { name } }"},
        {"query": GOOD, "operationName": "C"},
        {"query": "query ($id: ID!) { node(id: $id) { id } }"},
        {"query": "query ($first: Int) { places(first: $first) { totalCount } }", "variables": {"first": "many"}},
        {"query": "{ events(sort: NEAREST) { totalCount } }"},
    ],
    ids=["syntax", "field", "no name of two", "unknown name", "no variable", "wrong variable", "unknown enum value"],
)
async def test_a_document_that_can_not_be_executed_is_a_400_and_for_old_clients_a_200(
    client: httpx.AsyncClient, wanted: dict[str, Any]
) -> None:
    new = await client.post("/graphql", json=wanted, headers={"accept": GRAPHQL})
    old = await client.post("/graphql", json=wanted, headers={"accept": JSON})

    assert (new.status_code, old.status_code) == (400, 200)
    assert "data" not in new.json()
    assert new.json() == old.json()
    assert code(new) == "BAD_REQUEST"
    assert new.headers["cache-control"] == "no-store"


async def test_one_bad_field_costs_itself_only(client: httpx.AsyncClient) -> None:
    wanted = {"query": "{ sources { name } bad: places(first: 1000) { totalCount } }"}
    answer = await client.post("/graphql", json=wanted, headers={"accept": GRAPHQL})

    assert answer.status_code == 200
    assert answer.json()["data"] == {**DATA, "bad": None}
    assert answer.json()["errors"][0]["path"] == ["bad"]
    assert code(answer) == "BAD_INPUT"


async def test_a_deep_query_is_refused_by_its_code(client: httpx.AsyncClient) -> None:
    inside = "place { events { nodes { " * 4 + "id" + " } } }" * 4
    answer = await client.post("/graphql", json={"query": f"{{ events {{ nodes {{ {inside} }} }} }}"})
    assert (answer.status_code, code(answer)) == (400, "QUERY_TOO_DEEP")


@pytest.mark.parametrize(("lost", "status"), [("crawl", 200), ("generation", 500)])
async def test_what_nobody_foresaw_is_told_by_a_number_only(
    client: httpx.AsyncClient, ticks: Ticks, tmp_path: Path, lost: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    """A table of the index is gone: in the midst of an answer, or before it began."""
    writer = open_writer(tmp_path, now=lambda: NOW, synchronous="OFF")
    assert (await client.post("/graphql", json={"query": "{ sources { state } }"})).status_code == 200
    writer.connection.execute(f"ALTER TABLE {lost} RENAME TO gone")
    ticks.now += 1  # the index looks at its generations again
    answer = await client.post("/graphql", json={"query": "{ sources { state } }"})
    writer.close()

    told = answer.json()["errors"][0]
    assert answer.status_code == status
    assert told["extensions"]["code"] == "INTERNAL"
    assert told["extensions"]["incident"] in told["message"]
    assert lost not in answer.text
    assert any(getattr(record, "incident", None) == told["extensions"]["incident"] for record in caplog.records)


# -- languages --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("params", "headers", "language"),
    [
        ({}, {}, "fi"),
        ({}, {"accept-language": "en-GB, sv;q=0.5"}, "en"),
        ({"lang": "sv"}, {"accept-language": "en"}, "sv"),
    ],
)
async def test_texts_come_in_the_callers_language(
    client: httpx.AsyncClient, params: dict[str, str], headers: dict[str, str], language: str
) -> None:
    wanted = {"query": "{ sources { title { text language } } }"}
    answer = await client.post("/graphql", json=wanted, params=params, headers=headers)
    got = await client.get("/graphql", params={**wanted, **params}, headers=headers)

    assert answer.json()["data"]["sources"][0]["title"]["language"] == language
    assert got.json() == answer.json()


# -- keeping ----------------------------------------------------------------------------------------------------------


async def test_a_get_answer_says_how_long_it_keeps_and_on_what_it_depends(client: httpx.AsyncClient) -> None:
    answer = await client.get("/graphql", params={"query": GOOD})

    assert answer.headers["cache-control"] == "public, max-age=60"
    assert answer.headers["vary"] == "Accept, Accept-Language, Accept-Encoding, X-Hub-Explain"
    assert answer.headers["etag"].startswith('W/"')


async def test_a_posted_answer_is_not_kept(client: httpx.AsyncClient) -> None:
    answer = await client.post("/graphql", json={"query": GOOD})
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers


async def test_who_has_the_answer_already_gets_none(client: httpx.AsyncClient) -> None:
    first = await client.get("/graphql", params={"query": GOOD})
    for known in (first.headers["etag"], f'"other", {first.headers["etag"]}', "*"):
        again = await client.get("/graphql", params={"query": GOOD}, headers={"if-none-match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        assert again.headers["cache-control"] == first.headers["cache-control"]
        assert again.headers["vary"] == first.headers["vary"]
    changed = await client.get("/graphql", params={"query": GOOD}, headers={"if-none-match": 'W/"other"'})
    assert changed.status_code == 200


async def test_an_answer_without_all_its_sources_is_kept_for_seconds(client: httpx.AsyncClient) -> None:
    answer = await client.get("/graphql", params={"query": "{ events { answers { state } } }"})

    assert answer.json()["data"]["events"]["answers"] == [{"state": "WARMING"}]
    assert answer.headers["cache-control"] == "public, max-age=5"


async def test_an_answer_with_an_error_in_it_is_kept_for_seconds(client: httpx.AsyncClient) -> None:
    answer = await client.get("/graphql", params={"query": "{ sources { name } places(first: 0) { totalCount } }"})
    assert answer.headers["cache-control"] == "public, max-age=5"


async def test_an_answer_is_kept_until_the_clock_changes_it(app: Starlette) -> None:
    hall: Hall = app.state.hall

    def until(*seconds: float, warming: bool = False, errors: list[GraphQLError] | None = None) -> timedelta:
        city = City(hall)
        for each in seconds:
            city.now(NOW + timedelta(seconds=each))
        city.is_warming = warming
        return keeps(city, NOW, errors)

    assert until() == KEEPS
    assert until(30, 12, 500) == timedelta(seconds=12)
    assert until(500) == KEEPS
    assert until(-3) == timedelta(0)
    assert until(30, warming=True) == KEEPS_SHORTLY
    assert until(2, errors=[GraphQLError("x")]) == timedelta(seconds=2)


async def test_a_long_answer_is_compressed_for_those_who_take_it(client: httpx.AsyncClient) -> None:
    query = {"query": "{ __schema { types { name description } } }"}
    plain = await client.get("/graphql", params=query, headers={"accept-encoding": "gzip;q=0"})
    async with client.stream("GET", "/graphql", params=query, headers={"accept-encoding": "br, gzip"}) as small:
        packed = b"".join([part async for part in small.aiter_raw()])

    assert "content-encoding" not in plain.headers
    assert small.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed) == plain.content
    assert small.headers["etag"] == plain.headers["etag"]


async def test_head_says_what_get_would(client: httpx.AsyncClient) -> None:
    got = await client.get("/graphql", params={"query": GOOD})
    head = await client.head("/graphql", params={"query": GOOD})
    assert head.headers["etag"] == got.headers["etag"]


# -- other pages ------------------------------------------------------------------------------------------------------


async def test_any_page_may_read_the_graph(client: httpx.AsyncClient) -> None:
    asked = await client.options(
        "/graphql",
        headers={
            "origin": "https://partner.example",
            "access-control-request-method": "POST",
            "access-control-request-headers": "content-type",
        },
    )
    assert asked.status_code == 204
    assert asked.headers["access-control-allow-origin"] == "*"
    assert "POST" in asked.headers["access-control-allow-methods"]
    assert "Content-Type" in asked.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in asked.headers
    for answer in (
        await client.get("/graphql", params={"query": GOOD}),
        await client.post("/graphql", json={"query": GOOD}),
        await client.post("/graphql", content=b"{", headers=TYPED),
    ):
        assert answer.headers["access-control-allow-origin"] == "*"
