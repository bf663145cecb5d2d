"""A listing page, the site's robots.txt, and the pages that they lead to, harvested."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from hub.connectors.jsonld import JsonLd
from hub.fetch import Source
from hub.fetcher import Fetcher
from hub.harvest.crawl import Crawl
from hub.harvest.schedule import Mode, Pace
from hub.index.crawls import CrawlState, State
from hub.index.files import open_writer
from hub.index.read import Index
from hub.records.core import LocalizedText
from tests.index.made import Clock

SITE = "https://theatre.example"


def listing(*links: str) -> str:
    leading = "".join(f'<a href="{link}">x</a>' for link in links)
    return f"<!doctype html><body>{leading}</body>"


def event_page(name: str) -> str:
    node = {"@type": "Event", "@id": f"{SITE}/e/{name}", "name": name, "startDate": "2026-12-01"}
    return f'<!doctype html><script type="application/ld+json">{json.dumps(node)}</script>'


class Site:
    """Answers by path; what it has no page for is a 404."""

    def __init__(self) -> None:
        self.pages: dict[str, httpx.Response] = {}
        self.asked: list[str] = []

    def shows(self, pages: Mapping[str, str | int]) -> None:
        for path, said in pages.items():
            self.pages[path] = httpx.Response(200, text=said) if isinstance(said, str) else httpx.Response(said)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        said = self.pages.get(request.url.path, httpx.Response(404))
        return httpx.Response(said.status_code, headers=said.headers, stream=httpx.ByteStream(said.content))


class World:
    def __init__(self, folder: Path) -> None:
        self.site = Site()
        self.clock = Clock()
        its = Source(
            name="theatre",
            id="theatre",
            connector="jsonld",
            url=f"{SITE}/ohjelmisto",
            title=LocalizedText(fi="Teatteri"),
            options={"follow": "/e/", "lists_all": True},
        )
        self.connector = JsonLd(its)
        self.fetcher = Fetcher(
            {its.id: its},
            wire=httpx.MockTransport(self.site),
            clock=self.clock,
            monotonic=lambda: self.clock().timestamp(),
            sleep=self.clock.sleep,
        )
        self.writer = open_writer(folder, now=self.clock, synchronous="OFF")
        self.index = Index(folder)

    async def crawl(self) -> CrawlState:
        self.clock.turn(hours=6)
        (collection,) = self.connector.collections()
        assert collection.every == timedelta(hours=6)
        pace = Pace(every=collection.every, full=collection.every)
        # in this process, which is quicker
        crawl = Crawl(self.connector.source, collection, pace, self.writer, self.fetcher.read, sleep=self.clock.sleep)
        before = self.writer.crawls().get(("theatre", "event"), CrawlState(source="theatre", collection="event"))
        return await crawl.run(Mode.FULL, before)

    def events(self) -> list[str]:
        return sorted(record.ref.key.rpartition("/")[2] for _, record in self.writer.of_kind("event"))


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = World(tmp_path)
    yield made
    await made.fetcher.aclose()
    made.index.close()
    made.writer.close()


async def test_the_listing_then_robots_then_page_after_page_is_read(world: World) -> None:
    world.site.shows({"/ohjelmisto": listing("/e/a", "/e/b"), "/e/a": event_page("a"), "/e/b": event_page("b")})

    state = await world.crawl()

    assert world.site.asked == ["/ohjelmisto", "/robots.txt", "/e/a", "/e/b"]
    assert world.events() == ["a", "b"]
    assert (state.state, state.dropped) == (State.OK, 0)


async def test_what_robots_txt_forbids_is_not_asked_for(world: World) -> None:
    world.site.shows(
        {
            "/ohjelmisto": listing("/e/a", "/e/b"),
            "/robots.txt": "User-agent: *\nDisallow: /e/b",
            "/e/a": event_page("a"),
            "/e/b": event_page("b"),
        }
    )

    await world.crawl()

    assert "/e/b" not in world.site.asked
    assert world.events() == ["a"]


async def test_a_site_whose_robots_txt_fails_is_not_crawled(world: World) -> None:
    world.site.shows({"/ohjelmisto": listing("/e/a"), "/robots.txt": 500, "/e/a": event_page("a")})

    state = await world.crawl()

    assert state.state is State.FAILED
    assert "/e/a" not in world.site.asked


async def test_a_page_that_cannot_be_read_costs_itself_and_withdraws_nothing(world: World) -> None:
    names = "abcdefgh"
    world.site.shows({"/ohjelmisto": listing(*(f"/e/{name}" for name in names))})
    world.site.shows({f"/e/{name}": event_page(name) for name in names})
    await world.crawl()
    assert world.events() == list(names)

    world.site.shows({"/e/a": 404, "/e/b": "<p>Nothing here.</p>", "/e/c": 403})
    world.site.pages["/e/d"] = httpx.Response(302, headers={"Location": "https://tickets.example/d"})
    world.site.pages["/e/e"] = httpx.Response(301, headers={"Location": "http://169.254.169.254/"})
    for _ in range(3):
        state = await world.crawl()

    assert world.events() == list(names)
    assert (state.state, state.dropped) == (State.OK, 4)
    told = [(row.where, row.is_kept) for row in world.index.told(["theatre"])["theatre"]]
    assert told == [("/e/a", None), ("/e/c", None), ("/e/d", None), ("/e/e", None), ("/e/b", False)]


async def test_an_event_whose_link_vanished_is_withdrawn_where_the_pages_list_all(world: World) -> None:
    world.site.shows({"/ohjelmisto": listing("/e/a", "/e/b"), "/e/a": event_page("a"), "/e/b": event_page("b")})
    await world.crawl()
    world.site.shows({"/ohjelmisto": listing("/e/a")})

    await world.crawl()
    await world.crawl()

    assert world.events() == ["a"]
