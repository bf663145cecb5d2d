"""Wires what gathers: connectors → fetcher → harvester → the one writer of the index, with everything derived."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Literal, cast

import msgspec

from hub.derive.derivation import Derivation
from hub.derive.joins import Joins
from hub.fetch import Collection
from hub.fetcher import Fetcher, Wire
from hub.harvest.crawl import Progress
from hub.harvest.harvester import Harvester
from hub.harvest.missing import Read
from hub.index.crawls import CrawlState
from hub.index.files import open_writer
from hub.index.write import Writer
from hub.settings import Settings
from hub.wiring import Clock, fetching, utc_now

TELL_HEALTH = 10.0  # seconds


class Gathering(msgspec.Struct, frozen=True, kw_only=True):
    harvester: Harvester
    fetcher: Fetcher
    writer: Writer

    def save_health(self, sources: Sequence[str]) -> None:
        """What workers, who ask little themselves, shall know of each source."""
        bodies = {source: msgspec.json.encode(self.fetcher.health(source)) for source in sources}
        with self.writer.transaction():
            self.writer.save_health(bodies)


@asynccontextmanager
async def gathering(
    settings: Settings,
    *,
    wire: Wire | None = None,
    clock: Clock = utc_now,
    monotonic: Callable[[], float] = time.monotonic,
    synchronous: Literal["NORMAL", "OFF"] = "NORMAL",
) -> AsyncIterator[Gathering]:
    """Everything that a harvest needs; FolderInUse while another process harvests into the data folder."""
    ranks = {source.id: source.rank for source in settings.sources}
    derive = Derivation(joins=Joins.shipped(), ranks=ranks)
    writer = open_writer(settings.folder, now=clock, derive=derive, synchronous=synchronous)
    try:
        async with fetching(settings, wire=wire, clock=clock, monotonic=monotonic) as fetcher:

            def read_for(collection: Collection) -> Read:
                return cast("Read", fetcher.reader(collection))

            harvester = Harvester(settings.connectors(), writer, fetcher.read, read_for=read_for)
            yield Gathering(harvester=harvester, fetcher=fetcher, writer=writer)
    finally:
        writer.close()


async def harvest_once(
    settings: Settings,
    *,
    sources: Sequence[str] | None = None,
    progress: Callable[[Progress], None] | None = None,
    wire: Wire | None = None,
    clock: Clock = utc_now,
    monotonic: Callable[[], float] = time.monotonic,
    synchronous: Literal["NORMAL", "OFF"] = "NORMAL",
) -> list[CrawlState]:
    """Everything that these sources (names or ids; None: all) list, now. How each collection stands afterwards."""
    async with gathering(settings, wire=wire, clock=clock, monotonic=monotonic, synchronous=synchronous) as gathered:
        states = await gathered.harvester.once(sources, progress)
        gathered.save_health([source.id for source in settings.sources])
        return states


async def harvest_for_ever(settings: Settings, stop: asyncio.Event) -> None:
    """Each collection when it is due, until `stop`."""
    ids = [source.id for source in settings.sources]
    async with gathering(settings) as gathered:

        async def tell_health() -> None:
            while True:
                gathered.save_health(ids)
                await asyncio.sleep(TELL_HEALTH)

        async with asyncio.TaskGroup() as group:
            telling = group.create_task(tell_health())
            await gathered.harvester.run(stop)
            telling.cancel()
