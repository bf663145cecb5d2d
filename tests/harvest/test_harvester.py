"""All collections of all sources, once and for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from hub.errors import BadInput, UpstreamThrottled, UpstreamTimeout, UpstreamUnavailable
from hub.fetch import Collection
from hub.harvest.crawl import Progress
from hub.harvest.harvester import Harvester
from hub.harvest.missing import Read
from hub.index.crawls import State
from hub.index.files import open_writer
from hub.index.read import Index
from hub.index.write import Changes, Writer
from hub.records.core import Record
from hub.records.events import Event
from tests.harvest.shelf import Shelf, ShelfConnector, ref, rows, source
from tests.index.made import START, Clock

EVERYTHING = ("place", "keyword", "event", "space", "busy_times")


def with_references(writer: Writer, changes: Changes) -> set[str]:
    """What a derivation does with the references of events: each gets a row."""
    for record in writer.load(changes.changed["event"]).values():
        if isinstance(record, Event):
            writer.rid_of([*record.keywords, *([record.place] if record.place else [])])
    return set()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def shelf(clock: Clock) -> Shelf:
    made = Shelf(clock)
    made.lists = {
        "place": rows("p1", "p2"),
        "keyword": rows("k1"),
        "event": rows("a", "b", place="p1", keywords=["k1", "k2"]),
        "space": rows("1", "2", "3"),
        "busy_times": rows("1", "2", "3"),
    }
    return made


@pytest.fixture
def writer(tmp_path: Path, clock: Clock) -> Iterator[Writer]:
    made = Writer(tmp_path / "index-test.sqlite", now=clock, derive=with_references, synchronous="OFF")
    yield made
    made.close()


def harvester(writer: Writer, shelf: Shelf, clock: Clock, *connectors: ShelfConnector) -> Harvester:
    return Harvester(connectors or [ShelfConnector(source(kinds=EVERYTHING))], writer, shelf.read, sleep=clock.sleep)


def keys(writer: Writer, kind: str, of: str | None = None) -> list[str]:
    return [record.ref.key for _, record in writer.of_kind(kind, of)]


def test_before_the_first_crawl_readers_know_what_is_to_come(writer: Writer, shelf: Shelf, clock: Clock) -> None:
    harvester(writer, shelf, clock)

    states = writer.crawls().values()

    assert {state.collection for state in states} == set(EVERYTHING)
    assert all(state.is_warming and state.state is State.NEVER for state in states)


async def test_one_harvest_brings_everything_in_order_of_urgency(writer: Writer, shelf: Shelf, clock: Clock) -> None:
    told: list[Progress] = []

    states = await harvester(writer, shelf, clock).once(progress=told.append)

    assert [state.state for state in states] == [State.OK] * 5
    ended = [progress.collection for progress in told if progress.state is not None]
    assert ended == ["place", "space", "busy_times", "event", "keyword"]
    assert keys(writer, "event") == ["a", "b"]
    assert keys(writer, "busy_times") == ["1", "2", "3"]


async def test_what_events_refer_to_and_no_list_gave_is_asked_for_once(
    writer: Writer, shelf: Shelf, clock: Clock
) -> None:
    shelf.unlisted["keyword"] = rows("k2")
    made = harvester(writer, shelf, clock)

    for _ in range(3):
        await made.once()

    assert sorted(keys(writer, "keyword")) == ["k1", "k2"]
    assert len(shelf.asked("keyword/k2")) == 1


async def test_what_no_list_gives_is_asked_for_again_after_a_week_and_withdrawn_when_it_is_gone(
    writer: Writer, shelf: Shelf, clock: Clock
) -> None:
    shelf.unlisted["keyword"] = rows("k2")
    made = harvester(writer, shelf, clock)
    await made.once()
    shelf.unlisted["keyword"] = []

    clock.turn(days=6)
    await made.once()
    assert sorted(keys(writer, "keyword")) == ["k1", "k2"]
    clock.turn(days=2)
    await made.once()

    assert keys(writer, "keyword") == ["k1"]


async def test_what_its_source_does_not_know_is_asked_for_again_after_a_day_only(
    writer: Writer, shelf: Shelf, clock: Clock
) -> None:
    made = harvester(writer, shelf, clock)
    await made.once()
    await made.once()
    assert len(shelf.asked("keyword/k2")) == 1
    clock.turn(days=1, seconds=1)

    await made.once()

    assert len(shelf.asked("keyword/k2")) == 2


async def test_one_round_asks_for_two_hundred_ids_at_most(writer: Writer, shelf: Shelf, clock: Clock) -> None:
    shelf.lists["event"] = rows("a", keywords=[f"x{n}" for n in range(500)])

    await harvester(writer, shelf, clock).once()

    assert sum(1 for request in shelf.requests if "/keyword/" in request.url) == 200


async def test_a_source_that_stops_answering_is_not_asked_for_the_rest(
    writer: Writer, shelf: Shelf, clock: Clock
) -> None:
    shelf.lists["event"] = rows("a", keywords=[f"x{n:02}" for n in range(50)])
    shelf.failures["keyword/x01"] = [UpstreamTimeout("did not answer", source="shelf")]

    await harvester(writer, shelf, clock).once()

    assert sum(1 for request in shelf.requests if "/keyword/" in request.url) == 4  # as many as go at once


async def test_one_source_down_does_not_keep_another_from_being_harvested(
    writer: Writer, shelf: Shelf, clock: Clock
) -> None:
    other = Shelf(clock)
    other.failures["event"] = [UpstreamUnavailable("down", source="other")]

    async def read(wanted: object) -> object:
        return await (shelf if "shelf" in wanted.request.url else other).read(wanted)  # type: ignore[attr-defined, arg-type] # two hosts behind one wire

    connectors = [ShelfConnector(source("shelf")), ShelfConnector(source("other"))]
    made = Harvester(connectors, writer, read, sleep=clock.sleep)  # type: ignore[arg-type] # as above

    states = {state.source: state.state for state in await made.once()}

    assert states == {"s": State.OK, "o": State.FAILED}
    assert keys(writer, "event", "s") == ["a", "b"]


async def test_a_source_is_asked_one_list_at_a_time(writer: Writer, shelf: Shelf, clock: Clock) -> None:
    shelf.lists["event"] = rows("a", "b")

    await harvester(writer, shelf, clock).once()

    assert shelf.most_in_flight == 1


async def test_only_the_sources_named_are_harvested(writer: Writer, shelf: Shelf, clock: Clock) -> None:
    made = harvester(writer, shelf, clock, ShelfConnector(source("shelf")), ShelfConnector(source("other")))

    assert [state.source for state in await made.once(["other"])] == ["o"]
    with pytest.raises(BadInput, match="nobody"):
        await made.once(["nobody"])


async def test_what_hangs_on_a_collection_that_failed_says_so(writer: Writer, shelf: Shelf, clock: Clock) -> None:
    shelf.failures["space"] = [UpstreamUnavailable("shelf is down", source="shelf")]

    states = {state.collection: state for state in await harvester(writer, shelf, clock).once()}

    assert states["busy_times"].state is State.FAILED
    assert states["busy_times"].message == "waits for space: shelf is down"
    assert shelf.asked("busy_times") == []


def test_a_connector_that_lists_one_kind_twice_is_refused(writer: Writer, shelf: Shelf, clock: Clock) -> None:
    with pytest.raises(ValueError, match="twice"):
        harvester(writer, shelf, clock, ShelfConnector(source(kinds=("event", "event"))))


async def test_another_reader_may_be_named_for_a_collection(writer: Writer, shelf: Shelf, clock: Clock) -> None:
    apart: list[str] = []

    def read_for(collection: Collection) -> Read:
        apart.append(collection.kind)
        return shelf.read

    made = Harvester([ShelfConnector(source())], writer, shelf.read, read_for=read_for, sleep=clock.sleep)
    await made.once()

    assert apart == ["event"]


async def run_until(made: Harvester, clock: Clock, hours: float) -> None:
    """Let it run for that long by its clock, which goes as fast as it sleeps."""
    stop = asyncio.Event()
    end = clock() + timedelta(hours=hours)
    running = asyncio.create_task(made.run(stop))
    while clock() < end and not running.done():  # noqa: ASYNC110 - the clock is turned by those who sleep on it
        await asyncio.sleep(0)
    stop.set()
    await running


class Sleepers:
    """Many sleep on one clock: the one who wakes first turns it."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.waiting: list[float] = []

    async def sleep(self, seconds: float) -> None:
        until = self.clock.at.timestamp() + seconds
        self.waiting.append(until)
        try:
            while self.clock.at.timestamp() < until:
                await asyncio.sleep(0)
                if until == min(self.waiting):
                    self.clock.turn(seconds=until - self.clock.at.timestamp() + 0.001)
        finally:
            self.waiting.remove(until)


async def test_left_to_itself_it_crawls_each_collection_at_its_pace(writer: Writer, shelf: Shelf, clock: Clock) -> None:
    made = Harvester([ShelfConnector(source(kinds=EVERYTHING))], writer, shelf.read, sleep=Sleepers(clock).sleep)

    await run_until(made, clock, hours=2)

    crawls = {kind: len([1 for asked in shelf.asked(kind) if asked["skip"] == "0"]) for kind in EVERYTHING}
    assert crawls["place"] == 1
    assert 2 <= crawls["space"] <= 3
    assert 2 * 11 <= crawls["busy_times"] <= 2 * 14  # two blocks a crawl
    assert 20 <= crawls["event"] <= 27
    assert {state.state for state in writer.crawls().values()} == {State.OK}


async def test_left_to_itself_it_comes_back_to_a_source_that_was_down(
    writer: Writer, shelf: Shelf, clock: Clock
) -> None:
    shelf.failures["event"] = [UpstreamUnavailable("down", source="shelf") for _ in range(4)]
    made = Harvester([ShelfConnector(source())], writer, shelf.read, sleep=Sleepers(clock).sleep)

    await run_until(made, clock, hours=0.2)

    assert keys(writer, "event") == ["a", "b"]
    assert writer.crawls()["s", "event"].failures == 0
    assert len(shelf.asked("event")) <= 6


async def test_too_many_is_said_to_everything_that_the_source_lists(writer: Writer, shelf: Shelf, clock: Clock) -> None:
    shelf.failures["place"] = [UpstreamThrottled("too many", source="shelf", retry_after=1800)]
    made = Harvester([ShelfConnector(source(kinds=EVERYTHING))], writer, shelf.read, sleep=Sleepers(clock).sleep)

    await run_until(made, clock, hours=0.4)
    assert len(shelf.requests) == 1
    await run_until(made, clock, hours=0.4)

    assert keys(writer, "place") == ["p1", "p2"]


async def test_a_source_that_is_no_longer_configured_is_forgotten_when_it_runs(
    writer: Writer, shelf: Shelf, clock: Clock
) -> None:
    both = [ShelfConnector(source("shelf")), ShelfConnector(source("other"))]
    await harvester(writer, shelf, clock, *both).once()
    assert len(keys(writer, "event")) == 4

    made = Harvester(both[:1], writer, shelf.read, sleep=Sleepers(clock).sleep)
    await run_until(made, clock, hours=0.01)

    assert keys(writer, "event", "o") == []
    assert {source for source, _ in writer.crawls()} == {"s"}


async def test_readers_see_a_harvest_as_it_comes_in(tmp_path: Path, shelf: Shelf, clock: Clock) -> None:
    writer = open_writer(tmp_path, now=clock, synchronous="OFF")
    index = Index(tmp_path)
    made = Harvester([ShelfConnector(source(kinds=EVERYTHING))], writer, shelf.read, sleep=clock.sleep)
    seen: list[int] = []

    await made.once(progress=lambda _: seen.append(len(index.rows("SELECT * FROM body"))))

    assert seen == sorted(seen)
    assert seen[0] < seen[-1] == len(index.rows("SELECT * FROM body"))
    known = index.by_refs([ref("event", "a")])[ref("event", "a")]
    assert isinstance(known.record, Record)
    assert index.fetched_at([known.rid]) == {known.rid: START}
    assert msgspec.structs.asdict(known.record)["rid"] == known.rid
    index.close()
    writer.close()
