"""A worker's view of the index: read-only, one statement at a time, every result fetched whole.

An unfinished cursor would keep this process in the past and the writer's log growing, so there is one helper, `rows`,
and no other way in. A file that is not there yet is WARMING, not an error: it gives no rows. (So does `count(*)`.)
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from hub.index import crawls
from hub.index.bodies import decode, decode_as, moment
from hub.index.crawls import CrawlState
from hub.index.files import current_file
from hub.index.keys import tuple_blocks
from hub.records.core import Record, Ref

log = logging.getLogger(__name__)
R = TypeVar("R", bound=Record)

POLL = 0.05  # seconds between two looks at the generations
CACHE_KIB = 16_384  # totals are two to three times slower with SQLite's own 2 MB
STEPS = 10_000  # of SQLite's machine between two looks at the clock
SLOW_READERS = 2


class Known(msgspec.Struct, frozen=True):
    """What the index knows of a reference. No record and no `withdrawn_at`: something refers to it, no list gave it."""

    rid: int
    record: Record | None
    withdrawn_at: datetime | None


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be said of one row of a collection. `is_kept` None: it could not be read; False: it was passed over,
    as not ours to show; True: it was mended or guessed at. `at`: when it was found.
    """

    collection: str
    key: str | None
    reason: str
    where: str | None
    mend: str | None
    is_kept: bool | None
    at: datetime | None


class Index:
    """`folder` is the data folder; its one-line file CURRENT names the index file. Opened after a fork, never before.

    `clock` counts seconds and never goes back (as `time.monotonic`); a deadline is a moment of it.
    """

    def __init__(self, folder: Path, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.queries = 0  # statements asked for since the start: tests hold a query to its number
        self._folder = folder
        self._clock = clock
        self._path: Path | None = None
        self._unopened: Path | None = None  # told once, not at each look
        self._db: sqlite3.Connection | None = None
        self._generations: Mapping[str, int] = {}
        self._looked = -POLL
        self._threads = ThreadPoolExecutor(SLOW_READERS, thread_name_prefix="index")
        self._own = threading.local()
        self._of_threads: list[sqlite3.Connection] = []
        self._follow()

    @property
    def is_there(self) -> bool:
        """False: no harvester has made a file here yet."""
        return self._db is not None

    @property
    def file(self) -> str | None:
        """The name of the file that is read: another one numbers its rows otherwise."""
        return None if self._path is None else self._path.name

    def close(self) -> None:
        self._threads.shutdown(cancel_futures=True)
        for connection in (self._db, *self._of_threads):
            if connection is not None:
                connection.close()
        self._db = None
        self._of_threads.clear()

    def rows(self, sql: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
        """One statement, all its rows. For what an index and a LIMIT bound; anything larger is for `slow_rows`."""
        self.queries += 1
        if self._db is None:
            self._follow()
            if self._db is None:
                return []
        return self._db.execute(sql, params).fetchall()

    async def slow_rows(
        self, sql: str, params: Sequence[Any] | Mapping[str, Any] = (), *, deadline: float
    ) -> list[tuple[Any, ...]]:
        """The same on a thread of its own, stopped at `deadline` (a moment of the clock): TimeoutError then.

        For totals, facets and ranked text, which may read everything.
        """
        self.queries += 1
        path = self._path
        if path is None:
            return []
        left = threading.Event()  # nobody waits for the answer any more
        try:
            return await asyncio.get_running_loop().run_in_executor(
                self._threads, self._slowly, path, sql, params, deadline, left
            )
        finally:
            left.set()

    def _slowly(
        self,
        path: Path,
        sql: str,
        params: Sequence[Any] | Mapping[str, Any],
        deadline: float,
        left: threading.Event,
    ) -> list[tuple[Any, ...]]:
        def is_late() -> bool:
            return left.is_set() or self._clock() >= deadline

        if is_late():
            raise TimeoutError("the index was too busy to count in time")
        db = self._connection_of_thread(path)
        db.set_progress_handler(is_late, STEPS)
        try:
            return db.execute(sql, params).fetchall()
        except sqlite3.OperationalError as error:
            if is_late():
                raise TimeoutError("the index did not answer a wide question in time") from error
            raise
        finally:
            db.set_progress_handler(None, 0)

    def _connection_of_thread(self, path: Path) -> sqlite3.Connection:
        mine: tuple[Path, sqlite3.Connection] | None = getattr(self._own, "connection", None)
        if mine is not None and mine[0] == path:
            return mine[1]
        if mine is not None:
            self._of_threads.remove(mine[1])
            mine[1].close()
        db = _open(path)
        self._of_threads.append(db)
        self._own.connection = (path, db)
        return db

    def generations(self) -> Mapping[str, int]:
        """How often the rows of each kind have moved; looked at every 50 ms at most. Read it before the first row of an
        answer, never after. "confirmed:<kind>": how often what is known of its sources' crawls has.
        """
        at = self._clock()
        if at - self._looked >= POLL:
            self._looked = at
            self._follow()
            if self._db is not None:
                self._generations = dict(self._db.execute("SELECT kind, gen FROM generation").fetchall())
        return self._generations

    def crawls(self) -> list[CrawlState]:
        """How each collection stands; empty while there is no file yet."""
        return [crawls.from_row(row) for row in self.rows(f"SELECT {crawls.COLUMNS} FROM crawl")]

    def source_health(self) -> dict[str, bytes]:
        """What the harvester last told of each source, by its id; as `Writer.save_health` was given it."""
        return dict(self.rows("SELECT source, body FROM source_health"))

    def told(self, sources: Collection[str], collection: str | None = None) -> dict[str, list[Told]]:
        """What the owner of each source should know of its rows, in the order in which it was found."""
        found: dict[str, list[Told]] = {source: [] for source in sources}
        for row in self.rows(
            "SELECT collection, key, reason, at_where, mend, kept, at, source FROM dropped"
            " WHERE source IN (SELECT value FROM json_each(:sources))"
            " AND collection = coalesce(:collection, collection) ORDER BY source, collection, rowid",
            {"sources": msgspec.json.encode(list(found)).decode(), "collection": collection},
        ):
            found[row[7]].append(
                Told(
                    collection=row[0],
                    key=row[1],
                    reason=row[2],
                    where=row[3],
                    mend=row[4],
                    is_kept=None if row[5] is None else bool(row[5]),
                    at=moment(row[6]),
                )
            )
        return found

    def bodies(self, of: type[R], rids: Collection[int]) -> list[R | None]:
        """The records with these row numbers, in their order; None for one that is gone or of another kind."""
        # CROSS JOIN here and wherever rows are read by their numbers: without figures the planner would rather read all
        # of the kind, and look for each in the list
        wanted = list(rids)
        if not wanted:
            return []
        rows = self.rows(
            "SELECT r.rid, b.body FROM json_each(?) j CROSS JOIN record r ON r.rid = j.value"
            " CROSS JOIN body b ON b.rid = r.rid WHERE r.kind = ? AND r.hash NOT NULL",
            (f"{wanted}", of.kind),
        )
        made = {rid: decode_as(of, body, rid) for rid, body in rows}
        return [made.get(rid) for rid in wanted]

    def by_refs(self, refs: Iterable[Ref]) -> dict[Ref, Known]:
        """What is known of each reference; one that the index never met is left out. One statement for 500, of
        whatever kinds and sources: twenty events may be of twenty feeds.
        """
        wanted = {(ref.kind, ref.source, ref.key): ref for ref in refs}
        found: dict[Ref, Known] = {}
        for marks, block in tuple_blocks(wanted):
            for kind, source, key, rid, withdrawn, body in self.rows(
                f"WITH wanted(kind, source, key) AS (VALUES {marks})"
                " SELECT r.kind, r.source, r.key, r.rid, r.withdrawn, b.body FROM wanted w CROSS JOIN record r"
                " ON r.kind = w.kind AND r.source = w.source AND r.key = w.key LEFT JOIN body b ON b.rid = r.rid",
                block,
            ):
                found[wanted[kind, source, key]] = Known(
                    rid,
                    None if body is None else decode(kind, body, rid),
                    None if withdrawn is None else moment(withdrawn),
                )
        return found

    def fetched_at(self, rids: Collection[int]) -> dict[int, datetime]:
        """When each record was last known to be as it is: its copy was read, or its collection confirmed it."""
        rows = self.rows(
            "SELECT r.rid, max(r.read_at, CASE WHEN u.rid NOT NULL THEN coalesce(u.held, 0)"
            " WHEN r.listed = 0 THEN coalesce(r.asked, 0)"
            " ELSE min(coalesce(c.confirmed, 0), coalesce(r.left_window, c.confirmed, 0)) END)"
            " FROM json_each(?) j CROSS JOIN record r ON r.rid = j.value"
            " LEFT JOIN unconfirmed u ON u.rid = r.rid"
            " LEFT JOIN crawl c ON c.source = r.source AND c.collection = r.kind WHERE r.hash NOT NULL",
            (f"{list(rids)}",),
        )
        return {rid: moment(ms) for rid, ms in rows}

    def _follow(self) -> None:
        """Open the file that CURRENT names, if it is another one than ours."""
        path = current_file(self._folder)
        if path is None or path == self._path:
            return
        try:
            db = _open(path)
        except sqlite3.DatabaseError as error:  # CURRENT names a file that can't be read: keep what we have
            if path != self._unopened:
                log.warning("index.unopened", extra={"file": path.name, "reason": f"{error}"})
            self._unopened = path
            return
        if self._db is not None:
            self._db.close()
        self._db, self._path = db, path


def _open(path: Path) -> sqlite3.Connection:
    """Read-only: a missing file is an error rather than a new, empty database, and no reader ever checkpoints.

    The thread check is off because `close` closes the threads' connections after they ended.
    """
    db = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, cached_statements=512,
        check_same_thread=False, timeout=1,
    )  # fmt: skip
    try:
        db.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
        db.execute("PRAGMA query_only=ON")
        db.execute("PRAGMA trusted_schema=OFF")
        db.execute("SELECT 1 FROM generation").fetchall()
    except BaseException:
        db.close()
        raise
    return db
