"""The harvest of made events, by the real connector, crawl, writer and derivation; only the wire is left out.

Run as a process of its own (`python -m bench.harvesting FOLDER …`), which prints one line of JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec

from bench import made
from bench.made import Pages
from bench.memory import memory
from bench.scene import CALENDAR, NOW, SOURCES
from hub.connectors.linkedevents import LinkedEvents
from hub.derive.derivation import Derivation
from hub.derive.joins import Joins
from hub.fetch import Collection, Fetch, Reply, Request, Wanted
from hub.harvest.harvester import Harvester
from hub.index.files import open_writer
from hub.index.write import Writer
from hub.records.core import Record
from hub.records.events import Event

T = TypeVar("T")
CHUNK = 500


class Crawled(msgspec.Struct, frozen=True, kw_only=True):
    """One full crawl. Seconds without those that making its bytes took; memory in MB."""

    rows: int
    seconds: float
    cpu_seconds: float
    parse_seconds: float  # of `seconds`: what the connector took from bytes to records
    rss: float
    peak: float


class EventsAlone(LinkedEvents):
    """The calendar's events; what they refer to is in the index already."""

    def collections(self) -> Iterable[Collection]:
        return [collection for collection in super().collections() if collection.kind == Event.kind]


class MadeReplies:
    """Stands where the fetcher does: bytes that were made, read by the connector's own `parse`."""

    def __init__(self, pages: Pages, salt: str = "") -> None:
        self._pages = pages
        self._salt = salt
        self._made: dict[tuple[str, int], bytes] = {}
        self.making = 0.0  # seconds
        self.making_cpu = 0.0
        self.parsing = 0.0

    def prepare(self) -> None:
        """Make every page now, so that a crawl finds them made."""
        for phase in ("coming", "past"):
            page = 1
            while True:
                body = self._made[phase, page] = self._pages.body(phase, page, self._salt)
                if msgspec.json.decode(body)["meta"]["next"] is None:
                    break
                page += 1

    async def __call__(self, wanted: Wanted[T]) -> T:
        assert isinstance(wanted, Fetch)
        began, began_cpu = time.perf_counter(), time.process_time()
        params = dict(wanted.request.params)
        assert urlsplit(wanted.request.url).path.endswith("/event/")
        phase = "postponed" if "event_status" in params else "past" if params["sort"].startswith("-") else "coming"
        page = int(params["page"])
        body = self._made.get((phase, page)) or self._pages.body(phase, page, self._salt)
        self.making += time.perf_counter() - began
        self.making_cpu += time.process_time() - began_cpu
        await asyncio.sleep(0)  # as the fetcher would: others may come in between
        began = time.perf_counter()
        reply = reply_of(wanted.request, body)
        meant = wanted.parse(reply)
        self.parsing += time.perf_counter() - began
        return meant


def reply_of(request: Request, body: bytes) -> Reply:
    return Reply(source=CALENDAR, request=request, status=200, headers={}, body=body, read_at=datetime.now(UTC))


def writer_of(folder: Path) -> Writer:
    """The writer as the harvester has it. Its clock is the made city's day, and goes on."""
    began = time.time()
    ranks = {source.id: source.rank for source in SOURCES}
    return open_writer(
        folder,
        now=lambda: datetime.fromtimestamp(NOW.timestamp() + time.time() - began, UTC),
        derive=Derivation(joins=Joins.shipped(), ranks=ranks),
    )


def put(writer: Writer, records: Iterable[Record]) -> int:
    """In transactions of the harvest's size. Returns how many."""
    rows, count = iter(records), 0
    while block := list(islice(rows, CHUNK)):
        with writer.transaction():
            writer.put(block)
        count += len(block)
    return count


def put_spine(writer: Writer) -> None:
    for records in (made.areas(), made.units(), made.calendar_spine()):
        put(writer, records)
    writer.analyze()
    writer.settle(everything=True)
    writer.checkpoint()


async def crawl(writer: Writer, replies: MadeReplies) -> Crawled:
    """One full crawl of the events, the planner's statistics and the checkpoint at its end included."""
    harvester = Harvester([EventsAlone(CALENDAR)], writer, replies)
    began, began_cpu = time.perf_counter(), time.process_time()
    states = await harvester.once()
    seconds, cpu = time.perf_counter() - began, time.process_time() - began_cpu
    state = states[0]
    if state.state != "OK" or state.dropped:
        raise RuntimeError(f"the crawl of made events went wrong: {state}")
    return Crawled(
        rows=state.records,
        seconds=seconds - replies.making,
        cpu_seconds=cpu - replies.making_cpu,
        parse_seconds=replies.parsing,
        rss=memory("VmRSS"),
        peak=memory("VmHWM"),
    )


async def _run(arguments: argparse.Namespace) -> list[Crawled]:
    """As many crawls as counts were given, each of the first so many events."""
    found = []
    writer = writer_of(arguments.folder)
    try:
        if arguments.spine:
            put_spine(writer)
        if arguments.rooms:
            put(writer, made.rooms(arguments.rooms))
            writer.analyze()
            writer.settle(everything=True)
            writer.checkpoint()
        if arguments.used:
            put(writer, made.used_rooms(arguments.used))
            writer.analyze()
            writer.settle(everything=True)
            writer.checkpoint()
        for count in arguments.events:
            replies = MadeReplies(Pages(count), arguments.salt)
            if arguments.waits:
                replies.prepare()
                sys.stdout.write("ready\n")
                sys.stdout.flush()
                sys.stdin.readline()
            found.append(await crawl(writer, replies))
        return found
    finally:
        writer.close()


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("events", type=int, nargs="*", help="crawl the first so many, one crawl after the other")
    parser.add_argument("--salt", default="", help="another salt changes every event")
    parser.add_argument("--spine", action="store_true", help="areas, places, keywords and organisations first")
    parser.add_argument("--rooms", type=int, default=0, help="so many rooms with their times")
    parser.add_argument("--used", type=int, default=0, help="so many rooms with a year of use")
    parser.add_argument("--waits", action="store_true", help="make the pages, say ready, and wait for a line")
    found: list[Any] = asyncio.run(_run(parser.parse_args(argv)))
    sys.stdout.write(msgspec.json.encode(found).decode() + "\n")


if __name__ == "__main__":
    main()
