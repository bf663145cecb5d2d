"""A worker's view of the index."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from hub.index.crawls import CrawlState, State
from hub.index.files import open_writer
from hub.index.read import Index
from hub.index.write import Writer
from hub.records.core import Ref
from hub.records.events import Event
from hub.records.places import Place
from tests.index.made import START, Clock, event

COUNT_FOR_EVER = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


class Ticks:
    """A worker's clock, in seconds."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def writer(tmp_path: Path, clock: Clock) -> Iterator[Writer]:
    made = open_writer(tmp_path, now=clock, synchronous="OFF")
    yield made
    made.close()


@pytest.fixture
def index(tmp_path: Path, writer: Writer) -> Iterator[Index]:
    made = Index(tmp_path)
    yield made
    made.close()


def put(writer: Writer, *events: Event) -> None:
    with writer.transaction():
        writer.put(events)


async def test_a_folder_without_an_index_is_warming_and_no_error(tmp_path: Path) -> None:
    index = Index(tmp_path / "not" / "yet")

    assert not index.is_there
    assert index.rows("SELECT * FROM event") == []
    assert await index.slow_rows("SELECT count(*) FROM event", deadline=time.monotonic() + 1) == []
    assert index.generations() == {}
    assert index.crawls() == []
    assert index.bodies(Event, [1]) == [None]
    assert index.by_refs([Ref("event", "le", "a:1")]) == {}
    assert not (tmp_path / "not").exists()  # a reader makes nothing
    index.close()


def test_a_reader_that_came_first_sees_the_index_when_it_is_there(tmp_path: Path, clock: Clock) -> None:
    index = Index(tmp_path)
    writer = open_writer(tmp_path, now=clock, synchronous="OFF")
    put(writer, event("a:1"))

    assert index.rows("SELECT key FROM record") == [("a:1",)]
    index.close()
    writer.close()


def test_bodies_come_in_the_order_asked_with_none_for_what_is_not_there(writer: Writer, index: Index) -> None:
    put(writer, event("a:1"), event("a:2"))

    assert index.bodies(Event, [2, 99, 1]) == [
        msgspec.structs.replace(event("a:2"), rid=2),
        None,
        msgspec.structs.replace(event("a:1"), rid=1),
    ]
    assert index.bodies(Place, [1]) == [None]


def test_a_reference_tells_its_record_its_withdrawal_or_that_nothing_came_yet(
    writer: Writer, index: Index, clock: Clock
) -> None:
    live, gone, stub, unheard = (Ref("event", "le", key) for key in ("a:1", "a:2", "a:3", "a:4"))
    put(writer, event("a:1"), event("a:2"))
    with writer.transaction():
        writer.withdraw([gone])
        writer.rid_of([stub])

    known = index.by_refs([live, gone, stub, unheard])

    assert known[live].record == msgspec.structs.replace(event("a:1"), rid=1)
    assert known[gone].record is None
    assert known[gone].withdrawn_at == clock()
    assert (known[stub].record, known[stub].withdrawn_at) == (None, None)
    assert unheard not in known


def test_a_hundred_references_cost_one_statement_for_each_kind_and_source(writer: Writer, index: Index) -> None:
    put(writer, *(event(f"a:{n}") for n in range(100)))
    before = index.queries

    assert len(index.by_refs([Ref("event", "le", f"a:{n}") for n in range(100)])) == 100
    assert index.queries - before == 1


def test_generations_are_looked_at_every_fifty_milliseconds_at_most(tmp_path: Path, writer: Writer) -> None:
    ticks = Ticks()
    index = Index(tmp_path, clock=ticks)
    assert index.generations() == {}
    put(writer, event("a:1"))

    ticks.at += 0.04
    assert index.generations() == {}
    ticks.at += 0.02
    assert index.generations() == {"event": 1}
    index.close()


def test_a_reader_cannot_write(index: Index) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        index.rows("DELETE FROM record")


async def test_a_wide_question_is_answered_on_a_thread(writer: Writer, index: Index) -> None:
    put(writer, event("a:1"))

    assert await index.slow_rows("SELECT count(*) FROM record", deadline=time.monotonic() + 5) == [(1,)]


async def test_a_question_without_end_is_stopped_at_its_deadline(index: Index) -> None:
    with pytest.raises(TimeoutError):
        await index.slow_rows(COUNT_FOR_EVER, deadline=time.monotonic() + 0.02)

    assert await index.slow_rows("SELECT 1", deadline=time.monotonic() + 5) == [(1,)]


async def test_a_question_that_nobody_waits_for_any_more_is_stopped(index: Index) -> None:
    asked = asyncio.ensure_future(index.slow_rows(COUNT_FOR_EVER, deadline=time.monotonic() + 60))
    await asyncio.sleep(0)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked

    index.close()  # waits for its threads: it would hang if the question went on


async def test_a_mistake_in_a_wide_question_is_not_told_as_a_timeout(index: Index) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        await index.slow_rows("SELECT * FROM nowhere", deadline=time.monotonic() + 5)


def test_readers_follow_the_writer_to_another_file_and_never_see_the_old_log_over_it(
    tmp_path: Path, clock: Clock
) -> None:
    ticks = Ticks()
    writer = open_writer(tmp_path, now=clock, synchronous="OFF")
    put(writer, event("a:1"), event("a:2"))
    index = Index(tmp_path, clock=ticks)
    assert len(index.rows("SELECT * FROM record")) == 2
    clock.turn(minutes=1)
    other = Writer(tmp_path / writer.path.name.replace(".sqlite", "-2.sqlite"), now=clock, synchronous="OFF")
    put(other, event("b:1"))

    (tmp_path / "CURRENT").write_text(f"{other.path.name}\n")

    assert len(index.rows("SELECT * FROM record")) == 2  # until it looks
    ticks.at += 1
    assert index.generations() == {"event": 1}
    assert index.rows("SELECT key FROM record") == [("b:1",)]
    for each in (index, writer, other):
        each.close()


def test_a_file_of_another_layout_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "index-0000000000000000-1.sqlite").write_bytes(b"")
    (tmp_path / "CURRENT").write_text("index-0000000000000000-1.sqlite\n")

    index = Index(tmp_path)

    assert not index.is_there
    index.close()


def test_crawls_read_back_as_they_were_saved(writer: Writer, index: Index) -> None:
    state = CrawlState(
        source="le",
        collection="event",
        state=State.DEGRADED,
        started=START,
        last_ok=START + timedelta(minutes=1),
        last_full=START,
        confirmed=START,
        since=START - timedelta(minutes=5),
        failures=2,
        retry_at=START + timedelta(hours=1),
        records=10,
        dropped=3,
        progress=0.5,
        fresh=timedelta(minutes=10),
        message="3 of 13 rows could not be read",
    )
    with writer.transaction():
        writer.save_crawl(state)

    assert index.crawls() == [state]


def test_a_record_was_fetched_when_it_was_read_or_last_confirmed_by_its_collection(
    writer: Writer, index: Index
) -> None:
    put(writer, event("read"), event("missed"), event("later", read_at=START + timedelta(hours=3)))
    held, confirmed = START + timedelta(hours=1), START + timedelta(hours=2)
    with writer.transaction():
        writer.save_crawl(CrawlState(source="le", collection="event", confirmed=confirmed))
        writer.not_confirmed([(2, 1)], held)

    assert index.fetched_at([1, 2, 3]) == {1: confirmed, 2: held, 3: START + timedelta(hours=3)}
