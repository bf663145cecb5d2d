"""How each collection of each source stands: what `answers` tells, and what the schedule goes by."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from hub.index.bodies import millis, moment

COLUMNS = (
    "source, collection, state, started, last_ok, last_full, confirmed, since, failures, retry_at, records, dropped,"
    " progress, fresh, message, remarks, wish"
)


class State(StrEnum):
    """DEGRADED: read to the end, but so many rows were unreadable that nothing was withdrawn. GONE: its source
    says that it is no more (410); asked again after a restart, or after a week.
    """

    NEVER = "NEVER"
    CRAWLING = "CRAWLING"
    OK = "OK"
    DEGRADED = "DEGRADED"
    FAILED = "FAILED"
    GONE = "GONE"


class CrawlState(msgspec.Struct, frozen=True, kw_only=True):
    """One collection of one source.

    `source` is the source's id, `collection` the kind of its records. `confirmed`: the start of the last crawl or poll
    that went well, so every record of it was still true then (but those in `unconfirmed`). `since`: where the next
    poll for changes begins; None: a full crawl is due. `progress` 0..1 while CRAWLING, None if the size is not known.
    `fresh`: how long a confirmation keeps. `message`: for people; why it failed, how far it is, what was not withdrawn.
    `remarks`: rows that had to be mended in the last crawl. `wish`: how often the source itself asks to be asked.
    """

    source: str
    collection: str
    state: State = State.NEVER
    started: datetime | None = None
    last_ok: datetime | None = None  # end of the last crawl or poll that went well
    last_full: datetime | None = None  # start of the last full crawl that went well
    confirmed: datetime | None = None
    since: datetime | None = None
    failures: int = 0  # in a row
    retry_at: datetime | None = None  # not before, after a failure or by the source's word
    records: int = 0  # live records after the last crawl
    dropped: int = 0  # rows that could not be read in the last crawl
    progress: float | None = None
    fresh: timedelta = timedelta(0)
    message: str | None = None
    remarks: int = 0
    wish: timedelta | None = None

    @property
    def is_warming(self) -> bool:
        """The first crawl is under way or still to come: what is there is not all of it."""
        return self.last_full is None and self.state in {State.NEVER, State.CRAWLING}

    @property
    def is_failed(self) -> bool:
        return self.state in {State.FAILED, State.GONE}

    def is_stale(self, now: datetime) -> bool:
        """Nothing confirmed it within the time that a confirmation keeps."""
        return self.confirmed is None or now - self.confirmed > self.fresh


def read(db: sqlite3.Connection) -> list[CrawlState]:
    return [from_row(row) for row in db.execute(f"SELECT {COLUMNS} FROM crawl").fetchall()]


def write(db: sqlite3.Connection, states: Iterable[CrawlState]) -> None:
    marks = ", ".join("?" * len(CrawlState.__struct_fields__))
    db.executemany(f"INSERT OR REPLACE INTO crawl({COLUMNS}) VALUES ({marks})", [_row(state) for state in states])


def _ms(at: datetime | None) -> int | None:
    return None if at is None else millis(at)


def _at(ms: int | None) -> datetime | None:
    return None if ms is None else moment(ms)


def _row(state: CrawlState) -> tuple[object, ...]:
    return (
        state.source,
        state.collection,
        state.state.value,
        _ms(state.started),
        _ms(state.last_ok),
        _ms(state.last_full),
        _ms(state.confirmed),
        _ms(state.since),
        state.failures,
        _ms(state.retry_at),
        state.records,
        state.dropped,
        state.progress,
        round(state.fresh.total_seconds() * 1000),
        state.message,
        state.remarks,
        None if state.wish is None else round(state.wish.total_seconds() * 1000),
    )


def from_row(
    row: tuple[
        str, str, str, int | None, int | None, int | None, int | None, int | None, int, int | None, int, int,
        float | None, int, str | None, int, int | None,
    ],
) -> CrawlState:  # fmt: skip
    return CrawlState(
        source=row[0],
        collection=row[1],
        state=State(row[2]),
        started=_at(row[3]),
        last_ok=_at(row[4]),
        last_full=_at(row[5]),
        confirmed=_at(row[6]),
        since=_at(row[7]),
        failures=row[8],
        retry_at=_at(row[9]),
        records=row[10],
        dropped=row[11],
        progress=row[12],
        fresh=timedelta(milliseconds=row[13]),
        message=row[14],
        remarks=row[15],
        wish=None if row[16] is None else timedelta(milliseconds=row[16]),
    )
