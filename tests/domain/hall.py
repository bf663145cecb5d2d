"""A city to ask: an index in a folder, a clock turned by hand, and a catalogue on a wire that the test answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

import httpx

from hub.connectors.finna import Finna
from hub.derive.joins import Joins
from hub.domain.city import City, Gathered, Hall
from hub.fetch import Source
from hub.fetcher import Fetcher
from hub.index.crawls import CrawlState, State
from hub.index.read import Index
from hub.records.core import LocalizedText, Record, Ref
from tests import made

ZONE = ZoneInfo("Europe/Helsinki")
GATHERED = {
    "sm": ("place", "area", "service"),
    "ki": ("library", "opening_day"),
    "va": ("place", "space", "booking_hours", "busy_times", "space_use"),
    "le": ("event", "keyword", "organisation", "registration", "place"),
    "fi": ("catalogue_record",),
    "de": ("budgeting_process", "budget", "budget_project", "proposal", "result", "budgeting_area"),
}
FRESH = timedelta(hours=2)


def source(name: str) -> Source:
    return Source(
        name=name,
        id=name,
        connector="finna" if name == "fi" else name,
        url=f"https://{name}.example/v1/",
        title=LocalizedText(en=name),
        license="CC BY 4.0",
        rank=made.RANKS[name],
    )


class Catalogue:
    """Finna's search and records as far as a list needs them. `fails`: what is answered instead, or raised."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.fails: Callable[[], httpx.Response] | None = None
        self.asked: list[dict[str, list[str]]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        params = parse_qs(request.url.query.decode())
        self.asked.append(params)
        if self.fails is not None:
            return self.fails()
        if request.url.path.endswith("/record"):
            ids = params.get("id[]", params.get("id", []))
            found = [row for row in self.rows if row["id"] in ids]
            if not found and len(ids) == 1:
                return httpx.Response(400, json={"status": "ERROR", "statusMessage": "Error loading record"})
            return httpx.Response(200, json={"resultCount": len(found), "records": found, "status": "OK"})
        page, limit = int(params["page"][0]), int(params["limit"][0])
        rows = self.rows[(page - 1) * limit : page * limit]
        return httpx.Response(200, json={"resultCount": len(self.rows), "records": rows, "status": "OK"})


def work(key: str, title: str | None = None, *branches: str) -> dict[str, Any]:
    """A row of the catalogue as Finna sends it."""
    return {
        "id": key,
        "title": title if title is not None else f"Teos {key}",
        "formats": [{"value": "0/Book/", "translated": "Kirja"}],
        "buildings": [{"value": branch, "translated": branch} for branch in branches],
    }


class Town:
    """`city()` is one request's view of it."""

    def __init__(self, folder: Path, joins: Joins = made.NO_JOINS) -> None:
        self.now = made.NOW
        self.ticks = 100.0
        self.writer = made.in_folder(folder, joins)
        self.index = Index(folder, clock=lambda: self.ticks)
        self.sources: Mapping[str, Source] = {name: source(name) for name in GATHERED}
        self.catalogue = Catalogue()
        self._upstream: Callable[[httpx.Request], Awaitable[httpx.Response]] | None = None
        self.fetcher = Fetcher(
            self.sources,
            wire=httpx.MockTransport(self._answer),
            clock=lambda: self.now,
            monotonic=lambda: self.ticks,
            sleep=self._sleep,
        )
        self.gathered = [
            Gathered(source=name, kind=kind, fresh=FRESH) for name, kinds in GATHERED.items() for kind in kinds
        ]

    def wire(self, upstream: Callable[[httpx.Request], Awaitable[httpx.Response]]) -> None:
        """Who answers for all sources, in the catalogue's stead."""
        self._upstream = upstream

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        return self.catalogue(request) if self._upstream is None else await self._upstream(request)

    async def _sleep(self, seconds: float) -> None:
        self.turn(seconds=seconds)

    def turn(self, **by: float) -> None:
        self.now += timedelta(**by)
        self.ticks += timedelta(**by).total_seconds()

    def city(self, *, gathered: Sequence[Gathered] | None = None, catalogues: bool = True) -> City:
        return City(
            Hall(
                index=self.index,
                fetcher=self.fetcher,
                sources=self.sources,
                gathered=self.gathered if gathered is None else gathered,
                catalogues={"fi": Finna(self.sources["fi"])} if catalogues else {},
                clock=lambda: self.now,
                monotonic=lambda: self.ticks,
                zone=ZONE,
            )
        )

    def put(self, *records: Record) -> None:
        made.put(self.writer, *records)

    def rid(self, record: Record | Ref) -> int:
        return made.number_of(self.writer, record)

    def rids(self, *records: Record | Ref) -> list[int]:
        return [self.rid(record) for record in records]

    def crawled(self, source: str, kind: str, *, confirmed: datetime | None = made.NOW, **more: Any) -> None:
        """The crawl of a collection, as it stands."""
        more.setdefault("state", State.OK)
        more.setdefault("last_full", confirmed)
        with self.writer.transaction():
            self.writer.save_crawl(CrawlState(source=source, collection=kind, confirmed=confirmed, fresh=FRESH, **more))

    async def aclose(self) -> None:
        await self.fetcher.aclose()
        self.index.close()
        self.writer.close()
