"""The whole of it in one process: two sources of the sandbox, harvested and served."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from starlette.applications import Starlette

from hub.app import create_app, harvested_app, running
from hub.configured import Settings
from hub.demo import STANDINS, TITLES, sandbox_settings
from hub.http.examples import examples
from hub.sandbox.bases import bases
from hub.sandbox.server import sandbox

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
ORIGIN = "http://sandbox.example"


def clock() -> datetime:
    return NOW


def settings(folder: Path, *names: str) -> Settings:
    made = sandbox_settings(ORIGIN, folder, use_days=0)  # use rates have stories of their own
    return msgspec.structs.replace(made, sources=tuple(one for one in made.sources if one.name in names))


async def ask(app: Starlette, query: str, **variables: Any) -> Any:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hub.example") as client:
        answer = await client.post("/graphql", json={"query": query, "variables": variables})
    assert "errors" not in answer.json(), answer.text
    return answer.json()["data"]


@pytest.fixture
def wire() -> httpx.ASGITransport:
    return httpx.ASGITransport(sandbox(clock))


async def test_what_was_harvested_is_served_with_who_says_it(tmp_path: Path, wire: httpx.ASGITransport) -> None:
    async with harvested_app(settings(tmp_path, "servicemap", "finna"), wire=wire, clock=clock) as app:
        answered = await ask(app, "{ places(first: 1) { nodes { provenance { source { name } isStale } } } }")
        sources = await ask(app, "{ sources { name state breaker lastSuccessAt errorRate latencyMs { p50 } } }")

    assert answered["places"]["nodes"] == [{"provenance": {"source": {"name": "servicemap"}, "isStale": False}}]
    assert [(one["name"], one["state"], one["breaker"]) for one in sources["sources"]] == [
        ("servicemap", "FRESH", "CLOSED"),
        ("finna", "FRESH", "CLOSED"),
    ]
    for one in sources["sources"]:  # told by the harvest: the app itself has asked nothing
        assert one["lastSuccessAt"] == "2026-11-22T11:00:00+02:00"
        assert one["errorRate"] == 0
        assert one["latencyMs"]["p50"] > 0


async def test_two_apps_live_in_one_process(tmp_path: Path, wire: httpx.ASGITransport) -> None:
    full, empty = settings(tmp_path / "full", "finna"), settings(tmp_path / "empty", "finna")
    async with (
        harvested_app(full, wire=wire, clock=clock) as one,
        running(create_app(empty, wire=wire, clock=clock)) as other,
    ):
        query = "{ sources { collections { records state } } }"
        (there,), (nothing,) = (await ask(one, query))["sources"], (await ask(other, query))["sources"]

    assert there["collections"][0]["records"] > 20
    assert nothing["collections"] == [{"records": 0, "state": "NEVER"}]


async def test_an_app_that_was_stopped_starts_again(tmp_path: Path, wire: httpx.ASGITransport) -> None:
    app = create_app(settings(tmp_path, "finna"), wire=wire, clock=clock)
    for _ in range(2):
        async with running(app):
            assert await ask(app, "{ sources { name } }") == {"sources": [{"name": "finna"}]}


async def test_a_source_that_is_switched_off_is_said_to_be(tmp_path: Path, wire: httpx.ASGITransport) -> None:
    off = msgspec.structs.replace(settings(tmp_path, "servicemap"), off=frozenset({"servicemap"}))
    async with harvested_app(off, wire=wire, clock=clock) as app:
        answered = await ask(app, "{ places { totalCount answers { source { name } state } } }")

    assert answered["places"] == {
        "totalCount": 0,
        "answers": [{"source": {"name": "servicemap"}, "state": "SKIPPED"}],
    }


def test_every_stand_in_has_its_source_and_none_claims_to_be_real() -> None:
    made = sandbox_settings(ORIGIN)
    elsewhere = {"koha"}  # the neighbours' library system: the city's own is Sierra

    assert sorted(STANDINS[source.name] for source in made.sources) == sorted(bases(ORIGIN).keys() - elsewhere)
    assert TITLES.keys() <= {source.name for source in made.sources}
    for source in made.sources:
        assert source.url == bases(ORIGIN)[STANDINS[source.name]]
        assert "keksitty" in (source.title.fi or "")
        assert "made up" in (source.title.en or "")
        assert (source.license, source.per_minute) == ("CC0 1.0", None)
        assert source.homepage is not None
        assert source.homepage.startswith(ORIGIN)


async def test_the_demos_first_example_shows_something_of_everything(tmp_path: Path, wire: httpx.ASGITransport) -> None:
    names = ("servicemap", "kirkanta", "varaamo", "linkedevents", "omastadi", "finna")
    example = examples(NOW)[0]
    async with harvested_app(settings(tmp_path, *names), wire=wire, clock=clock) as app:
        answered = await ask(app, example.query, **example.variables)

    district = answered["district"]
    assert district["libraries"]["nodes"][0]["spaces"]["nodes"]
    assert district["events"]["nodes"]
    assert district["budgetProjects"]["nodes"]
    assert answered["catalogue"]["nodes"]


async def test_how_a_source_does_is_told_by_whoever_asked_it_last(tmp_path: Path, wire: httpx.ASGITransport) -> None:
    """The harvest went well; then the app's own look-up fails."""
    now = [NOW]
    look_up = '{ catalogue(filter: { text: "sinuhe" }) { answers { state } } }'
    health = "{ sources { lastSuccessAt lastErrorAt lastError errorRate } }"
    async with harvested_app(settings(tmp_path, "finna"), wire=wire, clock=lambda: now[0]) as app:
        async with httpx.AsyncClient(transport=wire, base_url=ORIGIN) as switches:
            await switches.post("/_sandbox/finna", params={"state": "garbage"})
        (before,) = (await ask(app, health))["sources"]
        now[0] += timedelta(minutes=5)
        answered = await ask(app, look_up)
        (after,) = (await ask(app, health))["sources"]

    assert answered["catalogue"]["answers"] == [{"state": "FAILED"}]
    assert before == {
        "lastSuccessAt": "2026-11-22T11:00:00+02:00",
        "lastErrorAt": None,
        "lastError": None,
        "errorRate": 0.0,
    }
    assert (after["lastSuccessAt"], after["lastErrorAt"]) == ("2026-11-22T11:00:00+02:00", "2026-11-22T11:05:00+02:00")
    assert "another shape" in after["lastError"]
    assert after["errorRate"] == 1.0
