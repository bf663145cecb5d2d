"""Drives every collection of every source: concurrently over sources, one at a time within one.

Where it runs is another's choice: a process of its own beside the workers, or this one (tests, the command line).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import msgspec

from hub.errors import BadInput
from hub.fetch import Collection, Connector, Source
from hub.harvest import missing, schedule
from hub.harvest.crawl import OUR_MISTAKES, Crawl, Progress, ReadIfChanged
from hub.harvest.missing import Read
from hub.harvest.schedule import Mode, Pace
from hub.index.crawls import CrawlState, State
from hub.index.write import Writer

log = logging.getLogger(__name__)

ROUNDS = 3  # what was asked for may itself refer to something that no list gave
HOUSEKEEPING = 2.0  # seconds between two looks at generations that wait
EXPIRY = timedelta(hours=1)
LONGEST_SLEEP = 300.0  # seconds; the machine's clock may be set
LONGEST_PAUSE = 3600.0
MUCH = 0.1  # part of a collection's rows that are new: the planner should know


class _Harvested(msgspec.Struct, frozen=True):
    """A source with what it lists."""

    source: Source
    collections: tuple[Collection, ...]
    paces: dict[str, Pace]


class Harvester:
    """`connectors`: every configured one. `read` is the fetcher's; `read_for` may name another reader for a collection
    (one that parses in a process that can be killed); `read_if_changed` reads those that are one reply, if that is
    another than the last one.
    """

    def __init__(
        self,
        connectors: Sequence[Connector],
        writer: Writer,
        read: Read,
        *,
        read_for: Callable[[Collection], Read] | None = None,
        read_if_changed: ReadIfChanged | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._writer = writer
        self._read = read
        self._read_for = read_for
        self._read_if_changed = read_if_changed
        self._sleep = sleep
        self._swept: datetime | None = None
        self._harvested = []
        for connector in connectors:
            collections = tuple(schedule.in_order(list(connector.collections())))
            kinds = [collection.kind for collection in collections]
            if len(set(kinds)) != len(kinds):
                raise ValueError(f"{connector.source.name} lists one kind twice: {', '.join(sorted(kinds))}")
            self._harvested.append(
                _Harvested(connector.source, collections, schedule.paces(connector.source, collections))
            )
        self._announce()

    async def once(
        self, sources: Sequence[str] | None = None, progress: Callable[[Progress], None] | None = None
    ) -> list[CrawlState]:
        """Every collection in full, now, of these sources (names or ids; None: all). How each stands afterwards."""
        wanted = [
            each for each in self._harvested if sources is None or {each.source.name, each.source.id} & {*sources}
        ]
        known = {name for each in self._harvested for name in (each.source.name, each.source.id)}
        if sources is not None and (unknown := sorted({*sources} - known)):
            raise BadInput(f"no source is called {', '.join(unknown)}")
        async with asyncio.TaskGroup() as group:
            for each in wanted:
                group.create_task(self._in_full(each, progress))
        self._sweep()
        self._writer.settle(everything=True)
        self._writer.checkpoint()
        ids = {each.source.id for each in wanted}
        return sorted(
            (state for (source, _), state in self._writer.crawls().items() if source in ids),
            key=lambda state: (state.source, state.collection),
        )

    async def run(self, stop: asyncio.Event) -> None:
        """For ever, each collection when it is due, until `stop`. An error of the index itself ends it."""
        self._forget_the_rest()
        self._ask_again()
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._forever(each)) for each in self._harvested]
            tasks.append(group.create_task(self._keep_house()))
            await stop.wait()
            for task in tasks:
                task.cancel()
        self._writer.settle(everything=True)
        self._writer.checkpoint()

    async def _in_full(self, each: _Harvested, progress: Callable[[Progress], None] | None) -> None:
        for collection in each.collections:
            if schedule.due(collection, each.paces[collection.kind], self._states(each)) is not None:
                await self._crawl(each, collection, Mode.FULL, progress, anew=True)
        await self._fill(each)

    async def _forever(self, each: _Harvested) -> None:
        while True:
            states = self._states(each)
            runs = (schedule.due(collection, each.paces[collection.kind], states) for collection in each.collections)
            run = schedule.next_due([run for run in runs if run is not None], self._writer.now())
            wait = LONGEST_SLEEP if run is None else (run.at - self._writer.now()).total_seconds()
            if run is None or wait > 0:
                await self._sleep(min(wait, LONGEST_SLEEP))
                continue
            before = states[run.collection.kind]
            after = await self._crawl(each, run.collection, run.mode, None)
            if after.retry_at is None:
                await self._fill(each)
            elif after.failures == before.failures:  # "too many" is said to all that the source lists
                await self._sleep(min((after.retry_at - self._writer.now()).total_seconds(), LONGEST_PAUSE))

    async def _crawl(
        self,
        each: _Harvested,
        collection: Collection,
        mode: Mode,
        progress: Callable[[Progress], None] | None,
        *,
        anew: bool = False,
    ) -> CrawlState:
        writer = self._writer
        read = self._read if self._read_for is None else self._read_for(collection)
        before = self._states(each)[collection.kind]
        crawl = Crawl(
            each.source,
            collection,
            each.paces[collection.kind],
            writer,
            read,
            read_if_changed=self._read_if_changed,
            anew=anew,
            sleep=self._sleep,
            tell=progress,
        )
        after = await crawl.run(mode, before)
        if mode is Mode.FULL and abs(after.records - before.records) > MUCH * max(after.records, before.records):
            writer.analyze()
        if after.is_failed and after.last_full is None:
            self._tell_who_waits(each, collection)
        writer.checkpoint()
        return after

    def _tell_who_waits(self, each: _Harvested, failed: Collection) -> None:
        """What hangs on a collection that could not be crawled even once has nothing to serve, and says why."""
        states = self._states(each)
        with self._writer.transaction():
            for collection in each.collections:
                state = states[collection.kind]
                if collection.per == failed.kind and state.last_full is None:
                    message = f"waits for {failed.kind}: {states[failed.kind].message}"
                    self._writer.save_crawl(msgspec.structs.replace(state, state=State.FAILED, message=message))

    async def _fill(self, each: _Harvested) -> None:
        """Ask for what was referred to and no list gave."""
        for _ in range(ROUNDS):
            try:
                if not await missing.fill(each.source, each.collections, self._states(each), self._writer, self._read):
                    return
            except OUR_MISTAKES:
                log.exception("harvest.mistake", extra={"source": each.source.name})
                return

    def _states(self, each: _Harvested) -> dict[str, CrawlState]:
        return {kind: state for (source, kind), state in self._writer.crawls().items() if source == each.source.id}

    def _announce(self) -> None:
        """A row for every collection, so that readers know what is still to come."""
        known = self._writer.crawls()
        new = [
            CrawlState(source=each.source.id, collection=kind, fresh=pace.fresh)
            for each in self._harvested
            for kind, pace in each.paces.items()
            if (each.source.id, kind) not in known
        ]
        if new:
            with self._writer.transaction():
                self._writer.save_crawl(*new)

    def _forget_the_rest(self) -> None:
        """What is no longer configured is no longer shown."""
        configured = {(each.source.id, kind) for each in self._harvested for kind in each.paces}
        for source, kind in sorted(self._writer.crawls().keys() - configured):
            with self._writer.transaction():
                rows = self._writer.forget(source, kind)
            log.warning("harvest.forgotten", extra={"source": source, "collection": kind, "rows": rows})

    def _ask_again(self) -> None:
        """What was gone for good is asked once more: who starts the hub anew may have mended it."""
        gone = [state for state in self._writer.crawls().values() if state.state is State.GONE]
        if gone:
            with self._writer.transaction():
                self._writer.save_crawl(*(msgspec.structs.replace(state, retry_at=None) for state in gone))

    async def _keep_house(self) -> None:
        while True:
            await self._sleep(HOUSEKEEPING)
            self._writer.settle()
            self._sweep()

    def _sweep(self) -> None:
        now = self._writer.now()
        if self._swept is None or now - self._swept >= EXPIRY:
            self._swept = now
            with self._writer.transaction():
                self._writer.drop_expired()
