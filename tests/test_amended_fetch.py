"""A question that its own reply amends: sent once more, and once only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import msgspec
import pytest

from hub.connectors.decidim import Decidim
from hub.errors import UpstreamRefused
from hub.fetch import Ask, Source
from hub.fetcher import Fetcher
from hub.freshness import minutes
from hub.records.core import LocalizedText
from hub.sandbox.decidim.recorded import recorded
from hub.sandbox.decidim.standin import Row, app
from tests.turned import NOON, clock, monotonic, turned

SOURCE = Source(
    name="omastadi", id="os", connector="decidim", url="https://decidim.example/", title=LocalizedText(fi="OmaStadi")
)
LACKS = frozenset({("Project", "summary"), ("Project", "reference")})


def older_version() -> httpx.ASGITransport:
    return httpx.ASGITransport(app=app(msgspec.structs.replace(recorded(), lacks=LACKS), clock))


def projects(connector: Decidim, after: str | None = None) -> Any:
    return connector.projects(Ask(now=NOON, after=after, keys=("31:Budgets:203",)))


@turned
async def test_a_harvest_learns_what_the_version_lacks_with_one_request() -> None:
    fetcher = Fetcher({"os": SOURCE}, wire=older_version(), clock=clock, monotonic=monotonic)
    connector = Decidim(SOURCE)

    first = await fetcher.read(projects(connector))
    after_first = fetcher.requests("os")
    second = await fetcher.read(projects(connector, after=first.next))

    assert (after_first, fetcher.requests("os")) == (2, 3)
    assert [project.ref.key for project in (*first.items, *second.items)] == ["2201", "2202", "2203", "2211"]
    assert {project.reference for project in first.items} == {None}
    await fetcher.aclose()


@turned
async def test_a_look_up_is_amended_and_kept_as_its_answer() -> None:
    fetcher = Fetcher({"os": SOURCE}, wire=older_version(), clock=clock, monotonic=monotonic)
    wanted = projects(Decidim(SOURCE))

    await fetcher.fetch(wanted)
    again = await fetcher.fetch(wanted)

    assert (again.from_cache, fetcher.requests("os")) == ("hit", 2)
    await fetcher.aclose()


class AlwaysRefusing(httpx.AsyncBaseTransport):
    """Misses another field each time."""

    def __init__(self) -> None:
        self.fields: Iterator[str] = iter(["summary", "reference", "selected"])

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        error: Row = {"code": "undefinedField", "typeName": "Project", "fieldName": next(self.fields)}
        return httpx.Response(200, json={"errors": [{"message": "Field doesn't exist", "extensions": error}]})


@turned
async def test_an_amended_question_that_is_refused_again_is_not_amended_again() -> None:
    fetcher = Fetcher({"os": SOURCE}, wire=AlwaysRefusing(), clock=clock, monotonic=monotonic)

    with pytest.raises(UpstreamRefused, match="Field doesn't exist"):
        await fetcher.read(projects(Decidim(SOURCE)))

    assert fetcher.requests("os") == 2
    assert fetcher.health("os").last_error is not None
    await fetcher.aclose()


@turned
async def test_the_amended_question_keeps_the_sources_pace() -> None:
    paced = msgspec.structs.replace(SOURCE, per_minute=1)
    fetcher = Fetcher({"os": paced}, wire=older_version(), clock=clock, monotonic=monotonic)
    began = monotonic()

    await fetcher.read(projects(Decidim(paced)))

    assert monotonic() - began >= minutes(1).total_seconds()
    await fetcher.aclose()
