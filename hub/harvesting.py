"""Wires what gathers: connectors → fetcher → harvester → the one writer of the index, with everything derived."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Literal, cast

import msgspec

from hub.configured import Settings
from hub.derive import overrides
from hub.derive.derivation import Derivation
from hub.derive.joins import Joins
from hub.errors import BadSettings
from hub.exchange import Wire
from hub.fetch import Collection, Source
from hub.fetcher import Fetcher
from hub.harvest.crawl import Progress
from hub.harvest.harvester import Harvester
from hub.harvest.missing import Read
from hub.index.crawls import CrawlState
from hub.index.files import open_writer
from hub.index.write import Writer
from hub.wiring import Clock, fetching, utc_now

log = logging.getLogger(__name__)

TELL_HEALTH = 2.0  # seconds


class Gathering:
    """A harvester with what it works with."""

    def __init__(
        self, harvester: Harvester, fetcher: Fetcher, writer: Writer, sources: Sequence[Source], joining: Joining
    ) -> None:
        self.harvester = harvester
        self.writer = writer
        self.joining = joining
        self._fetcher = fetcher
        self._sources = sources
        self._told: dict[str, bytes] = {}

    def tell_health(self) -> None:
        """What workers, who ask little themselves, shall know of each source. Nothing of those not asked yet: what a
        process before this one told of them stands.
        """
        known = {source.id: self._fetcher.health(source.id) for source in self._sources}
        bodies = {id_: msgspec.json.encode(health) for id_, health in known.items() if health.requests}
        news = {id_: body for id_, body in bodies.items() if self._told.get(id_) != body}
        if news:
            with self.writer.transaction():
                self.writer.save_health(news)
            self._told.update(news)


class Joining:
    """The operator's word on what is one place, as its file has it: whenever that changes, what it concerns is derived
    anew.
    """

    def __init__(self, settings: Settings, writer: Writer, derivation: Derivation) -> None:
        self._file = settings.joins
        self._sources = settings.source_ids
        self._writer = writer
        self._derivation = derivation
        self._seen: bytes | None = None

    def start(self) -> None:
        """BadSettings with every mistake of the file."""
        joins, mistakes = self._read()
        if mistakes:
            raise BadSettings(mistakes)
        self._derivation.adopt(self._writer, joins)

    def look(self) -> None:
        """Whether the file has changed. One with a mistake in it is told once, and what held before holds on."""
        before = self._seen
        joins, mistakes = self._read()
        if self._seen == before:
            return
        if mistakes:
            log.error("joins.refused", extra={"mistakes": mistakes})
        elif self._derivation.adopt(self._writer, joins):
            log.info("joins.adopted", extra={"file": f"{self._file}"})

    def _read(self) -> tuple[Joins, list[str]]:
        shipped = Joins.shipped()
        if self._file is None:
            return shipped, []
        try:
            self._seen = self._file.read_bytes()
            said, mistakes = overrides.read(self._seen.decode(), self._sources)
        except (OSError, ValueError) as error:
            self._seen = None
            return shipped, [f"{self._file}: can't be read: {type(error).__name__}"]
        return msgspec.structs.replace(shipped, overrides=said), [f"{self._file}: {one}" for one in mistakes]


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
        joining = Joining(settings, writer, derive)
        joining.start()
        async with fetching(settings, wire=wire, clock=clock, monotonic=monotonic) as fetcher:

            def read_for(collection: Collection) -> Read:
                return cast("Read", fetcher.reader(collection))

            harvester = Harvester(
                settings.connectors(),
                writer,
                fetcher.read,
                read_for=read_for,
                read_if_changed=fetcher.read_if_changed,
            )
            yield Gathering(harvester, fetcher, writer, settings.sources, joining)
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
        gathered.tell_health()
        return states


async def harvest_for_ever(settings: Settings, stop: asyncio.Event) -> None:
    """Each collection when it is due, until `stop`."""
    async with gathering(settings) as gathered:

        async def tell_health() -> None:
            while True:
                gathered.joining.look()
                gathered.tell_health()
                await asyncio.sleep(TELL_HEALTH)

        async with asyncio.TaskGroup() as group:
            telling = group.create_task(tell_health())
            await gathered.harvester.run(stop)
            telling.cancel()
