"""The one writer of an index file: what the sources said goes in, and what follows from it, in the same transaction.

No transaction crosses an await, and every one begins IMMEDIATE: one that read first and then wrote would fail at once
if another connection wrote in between. Only this connection checkpoints (SQLite's WAL-reset bug needs two that do).
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal, TypeAlias

import msgspec

from hub.fetch import Dropped, Remark, Seen
from hub.index import crawls
from hub.index.bodies import decode, encode, hash_of, millis, moment
from hub.index.crawls import CrawlState
from hub.index.keys import blocks
from hub.index.layout import DDL, PAGE_SIZE
from hub.records.core import Record, Ref

Now: TypeAlias = Callable[[], datetime]
Derive: TypeAlias = "Callable[[Writer, Changes], set[str]]"

KEPT = timedelta(days=90)  # a withdrawn id, and a record that left its window
GENERATION_PACE = timedelta(seconds=10)  # a generation that moves with each page makes every total be counted anew
MOST_DROPPED = 1_000  # rows kept for one collection
NEVER_AGAIN = 1 << 62  # `asked` of a key that there is no use asking for
CHUNK = 500
LONGEST_KEY = 500


class Changes:
    """What a transaction touched, by kind: rows with new content, rows that are no longer there (withdrawn by their
    source, or dropped after their time).
    """

    def __init__(self) -> None:
        self.changed: defaultdict[str, set[int]] = defaultdict(set)
        self.withdrawn: defaultdict[str, set[int]] = defaultdict(set)

    def __bool__(self) -> bool:
        return any(self.changed.values()) or any(self.withdrawn.values())

    @property
    def kinds(self) -> set[str]:
        return {kind for kinds in (self.changed, self.withdrawn) for kind, rids in kinds.items() if rids}

    def put(self, kind: str, rid: int) -> None:
        self.changed[kind].add(rid)
        self.withdrawn[kind].discard(rid)

    def took(self, kind: str, rid: int) -> None:
        self.withdrawn[kind].add(rid)
        self.changed[kind].discard(rid)


class PutCounts(msgspec.Struct, kw_only=True):
    """`refused`: what can't be stored so that it reads back; an older copy stays."""

    new: int = 0
    changed: int = 0
    same: int = 0
    refused: list[tuple[Ref, str]] = []


class Live(msgspec.Struct, frozen=True):
    """A record as the rules of withdrawal see it."""

    rid: int
    listed: bool
    left_window: datetime | None
    misses: int


class Writer:
    """`derive` is run before each commit for what the transaction touched; it returns the kinds whose derived rows
    changed besides. `synchronous` OFF is for tests.
    """

    def __init__(
        self,
        path: Path,
        *,
        now: Now,
        derive: Derive | None = None,
        synchronous: Literal["NORMAL", "OFF"] = "NORMAL",
        on_close: Callable[[], None] | None = None,
    ) -> None:
        self.path = path
        self.now = now
        self._derive = derive
        self._on_close = on_close
        self._changes: Changes | None = None
        self._next_rid = 0
        self.connection = sqlite3.connect(path, isolation_level=None, cached_statements=512, timeout=5)
        try:
            self._prepare(synchronous)
        except BaseException:
            self.connection.close()
            raise

    def _prepare(self, synchronous: str) -> None:
        db = self.connection
        db.execute(f"PRAGMA page_size={PAGE_SIZE}")
        db.execute("PRAGMA journal_mode=WAL")
        db.execute(f"PRAGMA synchronous={synchronous}")
        db.execute("PRAGMA cache_size=-65536")
        db.execute("PRAGMA temp_store=MEMORY")
        db.execute("PRAGMA trusted_schema=OFF")
        if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'generation'").fetchall():
            db.executescript(f"BEGIN IMMEDIATE;{DDL}COMMIT;")

    def close(self) -> None:
        self.connection.close()
        if self._on_close is not None:
            self._on_close()
            self._on_close = None

    @contextmanager
    def transaction(self) -> Iterator[Changes]:
        """Everything in it, what is derived from it and the generations come true together, or not at all."""
        if self._changes is not None:
            raise RuntimeError("a transaction of the index is open already")
        db = self.connection
        db.execute("BEGIN IMMEDIATE")
        self._changes = changes = Changes()
        try:
            last = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'record'").fetchall()
            self._next_rid = last[0][0] + 1 if last else 1
            yield changes
            if changes:
                moved = changes.kinds | (self._derive(self, changes) if self._derive is not None else set())
                self._move_generations(moved)
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:  # some errors of SQLite (a full disk) roll back by themselves
                db.execute("ROLLBACK")
            raise
        finally:
            self._changes = None

    def put(self, records: Sequence[Record], *, listed: bool = True) -> PutCounts:
        """Store what is new or changed; what is the same costs one look at its hash and writes nothing.

        Of two copies in one call the later counts. A record put again is confirmed, and no longer withdrawn. `listed`
        False: it was asked for by its key, since its source's list leaves it out.
        """
        counts = PutCounts()
        groups: dict[tuple[str, str], dict[str, Record]] = {}
        for record in records:
            groups.setdefault((record.kind, record.ref.source), {})[record.ref.key] = record
        for (kind, source), group in groups.items():
            self._put_group(kind, source, group, counts, listed=listed)
        return counts

    def _put_group(self, kind: str, source: str, group: dict[str, Record], counts: PutCounts, *, listed: bool) -> None:
        changes = self._open()
        asked = None if listed else millis(self.now())
        known = {
            key: (rid, digest, was_listed, left)
            for key, rid, digest, was_listed, left in self._look_up(
                kind, source, group, "rid, hash, listed, left_window IS NOT NULL"
            )
        }
        rows, bodies, confirmed, touched = [], [], [], []
        for key, record in group.items():
            rid, old, was_listed, left = known.get(key, (None, None, listed, False))
            try:
                checked(record)
                digest = hash_of(record)
                if rid is not None and digest == old:
                    counts.same += 1
                    confirmed.append(rid)
                    if bool(was_listed) != listed or left or not listed:
                        touched.append((listed, asked, rid))
                    continue
                body = encode(record)
                decode(kind, body)  # what does not read back would break every answer that it stands in
            except (ValueError, TypeError, OverflowError, RecursionError) as error:
                counts.refused.append((record.ref, f"{error}"[:300]))
                continue
            if rid is None:
                rid = self._next_rid
                self._next_rid += 1
            else:
                confirmed.append(rid)
            if old is None:
                counts.new += 1
            else:
                counts.changed += 1
            modified = None if record.modified_at is None else millis(record.modified_at)
            rows.append((rid, kind, source, key, digest, millis(record.read_at), modified, asked, listed))
            bodies.append((rid, body))
            changes.put(kind, rid)
        db = self.connection
        if rows:
            db.executemany(
                "INSERT INTO record(rid, kind, source, key, hash, read_at, modified, asked, listed)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(rid) DO UPDATE SET"
                " hash = excluded.hash, read_at = excluded.read_at, modified = excluded.modified, withdrawn = NULL,"
                " left_window = NULL, asked = excluded.asked, listed = excluded.listed",
                rows,
            )
            db.executemany(
                "INSERT INTO body(rid, body) VALUES (?, ?) ON CONFLICT(rid) DO UPDATE SET body = excluded.body", bodies
            )
        if touched:
            db.executemany("UPDATE record SET listed = ?, asked = ?, left_window = NULL WHERE rid = ?", touched)
        self._rids("DELETE FROM unconfirmed WHERE rid IN (SELECT value FROM json_each(?))", confirmed)

    def rid_of(self, refs: Iterable[Ref]) -> dict[Ref, int]:
        """The row number of each reference, for ever the same; one that was never seen gets a row as a stub."""
        self._open()
        groups: dict[tuple[str, str], dict[str, Ref]] = {}
        for ref in refs:
            groups.setdefault((ref.kind, ref.source), {})[ref.key] = ref
        found: dict[Ref, int] = {}
        stubs = []
        for (kind, source), wanted in groups.items():
            for key, rid in self._look_up(kind, source, wanted, "rid"):
                found[wanted[key]] = rid
            for key, ref in wanted.items():
                if ref not in found:
                    found[ref] = self._next_rid
                    stubs.append((self._next_rid, kind, source, key))
                    self._next_rid += 1
        if stubs:
            self.connection.executemany("INSERT INTO record(rid, kind, source, key) VALUES (?, ?, ?, ?)", stubs)
        return found

    def withdraw(self, refs: Iterable[Ref]) -> int:
        """Their source has taken them back: no copy stays, the id is known as withdrawn for 90 days. Returns how many
        were there.
        """
        self._open()
        groups: dict[tuple[str, str], set[str]] = {}
        for ref in refs:
            groups.setdefault((ref.kind, ref.source), set()).add(ref.key)
        rids = [
            (kind, rid)
            for (kind, source), keys in groups.items()
            for _, rid, live in self._look_up(kind, source, keys, "rid, hash IS NOT NULL")
            if live
        ]
        self._take(rids, withdrawn=millis(self.now()), asked=None)
        return len(rids)

    def leave(self, rids: Iterable[int]) -> None:
        """They have left their collection's window: still served, dropped after 90 days."""
        self._open()
        at = millis(self.now())
        self.connection.executemany(
            "UPDATE record SET left_window = ? WHERE rid = ? AND left_window IS NULL", [(at, rid) for rid in rids]
        )

    def drop_expired(self) -> int:
        """Forget what was withdrawn, and drop what left its window, 90 days ago. Returns how many were dropped."""
        self._open()
        before = millis(self.now() - KEPT)
        db = self.connection
        rows = db.execute("SELECT kind, rid FROM record WHERE left_window < ? AND hash NOT NULL", (before,)).fetchall()
        self._take(rows, withdrawn=None, asked=NEVER_AGAIN)
        db.execute("UPDATE record SET withdrawn = NULL, asked = ? WHERE withdrawn < ?", (NEVER_AGAIN, before))
        return len(rows)

    def forget(self, source: str, collection: str) -> int:
        """A collection that is no longer configured: its records go, without being withdrawn."""
        self._open()
        db = self.connection
        rows = db.execute(
            "SELECT kind, rid FROM record WHERE kind = ? AND source = ? AND hash NOT NULL", (collection, source)
        ).fetchall()
        self._take(rows, withdrawn=None, asked=None)
        db.execute("DELETE FROM crawl WHERE source = ? AND collection = ?", (source, collection))
        db.execute("DELETE FROM dropped WHERE source = ? AND collection = ?", (source, collection))
        db.execute("DELETE FROM seen WHERE source = ? AND collection = ?", (source, collection))
        return len(rows)

    def _take(self, rows: Iterable[tuple[str, int]], *, withdrawn: int | None, asked: int | None) -> None:
        changes = self._open()
        rids = []
        for kind, rid in rows:
            changes.took(kind, rid)
            rids.append(rid)
        self.connection.executemany(
            "UPDATE record SET hash = NULL, read_at = NULL, modified = NULL, left_window = NULL, withdrawn = ?,"
            " asked = ?, listed = 1 WHERE rid = ?",
            [(withdrawn, asked, rid) for rid in rids],
        )
        self._rids("DELETE FROM body WHERE rid IN (SELECT value FROM json_each(?))", rids)
        self._rids("DELETE FROM unconfirmed WHERE rid IN (SELECT value FROM json_each(?))", rids)

    def not_confirmed(self, misses: Iterable[tuple[int, int]], held: datetime | None) -> None:
        """(rid, complete crawls in a row that lacked it). `held`: when its collection was last confirmed before."""
        self._open()
        at = None if held is None else millis(held)
        self.connection.executemany(
            "INSERT INTO unconfirmed(rid, misses, held) VALUES (?, ?, ?)"
            " ON CONFLICT(rid) DO UPDATE SET misses = excluded.misses",
            [(rid, times, at) for rid, times in misses],
        )

    def asked(self, refs: Iterable[Ref]) -> None:
        """Note that these keys were asked for and gave nothing new."""
        self._open()
        at = millis(self.now())
        self.connection.executemany(
            "UPDATE record SET asked = ? WHERE kind = ? AND source = ? AND key = ?",
            [(at, ref.kind, ref.source, ref.key) for ref in refs],
        )

    def save_crawl(self, *states: CrawlState, notable: bool = True) -> None:
        """`notable`: more than progress changed, so what answers say of the source does."""
        self._open()
        crawls.write(self.connection, states)
        if notable:
            self._move_generations({f"confirmed:{state.collection}" for state in states}, everything=True)

    def save_dropped(
        self, source: str, collection: str, dropped: Sequence[Dropped], remarks: Sequence[Remark] = ()
    ) -> None:
        """These rows in place of those kept before; at most a thousand of each are kept, the crawl counts them all."""
        self._open()
        at = millis(self.now())
        rows: list[tuple[Dropped | Remark, int | None]] = [(row, None) for row in dropped[:MOST_DROPPED]]
        rows += [(row, int(row.is_kept)) for row in remarks[:MOST_DROPPED]]
        self.connection.execute("DELETE FROM dropped WHERE source = ? AND collection = ?", (source, collection))
        self.connection.executemany(
            "INSERT INTO dropped(source, collection, key, reason, at_where, mend, kept, at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [(source, collection, row.key, row.reason, row.where, row.mend, kept, at) for row, kept in rows],
        )

    def save_seen(self, source: str, collection: str, url: str, seen: Seen | None) -> None:
        """By what the reply that was read now is known again. None: by nothing, it is to be read anew."""
        self._open()
        if seen is None:
            self.connection.execute("DELETE FROM seen WHERE source = ? AND collection = ?", (source, collection))
            return
        self.connection.execute(
            "INSERT OR REPLACE INTO seen(source, collection, url, etag, modified, essence, at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (source, collection, url, seen.etag, seen.modified, seen.essence, millis(self.now())),
        )

    def seen(self, source: str, collection: str, url: str, *, since: datetime) -> Seen | None:
        """By what the last reply of this address is known again, if it was read after `since`."""
        row = self.connection.execute(
            "SELECT etag, modified, essence FROM seen WHERE source = ? AND collection = ? AND url = ? AND at > ?",
            (source, collection, url, millis(since)),
        ).fetchone()
        return None if row is None else Seen(etag=row[0], modified=row[1], essence=row[2])

    def is_missed(self, source: str, collection: str) -> bool:
        """Whether the last complete crawl lacked a record that is not withdrawn yet."""
        row = self.connection.execute(
            "SELECT 1 FROM unconfirmed u JOIN record r ON r.rid = u.rid"
            " WHERE u.misses > 0 AND r.source = ? AND r.kind = ? LIMIT 1",
            (source, collection),
        ).fetchone()
        return row is not None

    def save_health(self, bodies: Mapping[str, bytes]) -> None:
        """How the sources do, by their ids, as the harvester's own requests tell. Moves no generation."""
        self._open()
        self.connection.executemany(
            "INSERT OR REPLACE INTO source_health(source, body) VALUES (?, ?)", list(bodies.items())
        )

    def dropped(self) -> dict[tuple[str, str], list[Dropped]]:
        """The kept rows that could not be read, by source and collection."""
        found: defaultdict[tuple[str, str], list[Dropped]] = defaultdict(list)
        for source, collection, key, reason, where, mend in self.connection.execute(
            "SELECT source, collection, key, reason, at_where, mend FROM dropped WHERE kept IS NULL"
            " ORDER BY source, collection, rowid"
        ).fetchall():
            found[source, collection].append(Dropped(key=key, reason=reason, where=where, mend=mend))
        return dict(found)

    def crawls(self) -> dict[tuple[str, str], CrawlState]:
        return {(state.source, state.collection): state for state in crawls.read(self.connection)}

    def load(self, rids: Collection[int]) -> dict[int, Record]:
        """The live records among these row numbers."""
        rows = self._rids(
            "SELECT b.rid, r.kind, b.body FROM json_each(?) j JOIN body b ON b.rid = j.value"
            " JOIN record r ON r.rid = b.rid WHERE r.hash NOT NULL",
            rids,
        )
        return {rid: decode(kind, body, rid) for rid, kind, body in rows}

    def of_kind(self, kind: str, source: str | None = None) -> Iterator[tuple[int, Record]]:
        """Every live record of a kind, in the order of their row numbers; what is put meanwhile is not among them."""
        sql = "SELECT rid FROM record WHERE kind = ? AND hash NOT NULL"
        wanted: tuple[str, ...] = (kind,)
        if source is not None:
            sql, wanted = sql + " AND source = ?", (kind, source)
        rids = sorted(row[0] for row in self.connection.execute(sql, wanted).fetchall())
        for start in range(0, len(rids), CHUNK):
            yield from sorted(self.load(rids[start : start + CHUNK]).items())

    def live(self, kind: str, source: str) -> dict[str, Live]:
        """The live records of one collection, by key."""
        rows = self.connection.execute(
            "SELECT r.key, r.rid, r.listed, r.left_window, coalesce(u.misses, 0) FROM record r"
            " LEFT JOIN unconfirmed u ON u.rid = r.rid WHERE r.kind = ? AND r.source = ? AND r.hash NOT NULL",
            (kind, source),
        ).fetchall()
        return {
            key: Live(rid, bool(listed), None if left is None else moment(left), misses)
            for key, rid, listed, left, misses in rows
        }

    def count(self, kind: str, source: str) -> int:
        """Live records of one collection."""
        rows = self.connection.execute(
            "SELECT count(*) FROM record WHERE kind = ? AND source = ? AND hash NOT NULL", (kind, source)
        ).fetchall()
        return int(rows[0][0])

    def rids_of(self, kind: str, source: str, keys: Collection[str]) -> list[int]:
        """The row numbers of the live records with these keys."""
        return [rid for _, rid, live in self._look_up(kind, source, keys, "rid, hash NOT NULL") if live]

    def to_ask(self, kind: str, source: str, *, stubs_before: datetime, unlisted_before: datetime) -> list[str]:
        """Keys that something refers to and no list gave: never asked for first, then those asked longest ago."""
        rows = self.connection.execute(
            "SELECT key, coalesce(asked, 0) FROM record WHERE kind = ? AND source = ? AND hash IS NULL"
            " AND withdrawn IS NULL AND coalesce(asked, 0) < ?"
            " UNION ALL SELECT key, coalesce(asked, 0) FROM record WHERE kind = ? AND source = ? AND listed = 0"
            " AND hash NOT NULL AND coalesce(asked, 0) < ? ORDER BY 2, 1",
            (kind, source, millis(stubs_before), kind, source, millis(unlisted_before)),
        ).fetchall()
        return [row[0] for row in rows]

    def settle(self, *, everything: bool = False) -> bool:
        """Move the generations that wait for their pace, or all that wait. Returns whether some still do."""
        if self.connection.execute("SELECT 1 FROM generation WHERE pending").fetchall():
            self.connection.execute("BEGIN IMMEDIATE")
            self._move_generations(set(), everything=everything)
            self.connection.execute("COMMIT")
        return bool(self.connection.execute("SELECT 1 FROM generation WHERE pending").fetchall())

    def checkpoint(self) -> None:
        """Bring the log into the file and empty it, unless a reader stands in the way: then after the next crawl."""
        self.connection.execute("PRAGMA busy_timeout=200")
        try:
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        finally:
            self.connection.execute("PRAGMA busy_timeout=5000")

    def analyze(self) -> None:
        """Let the planner know how many rows there are; those of the readers too.

        A connection reads the figures once, and anew only if a table came or went: so theirs goes and comes again.
        Without it a worker that was there before the first rows plans for empty tables until it is restarted.
        """
        self.connection.execute("PRAGMA analysis_limit=1000")
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            self.connection.execute("DROP TABLE IF EXISTS sqlite_stat1")
            self.connection.execute("ANALYZE")
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def _move_generations(self, kinds: set[str], *, everything: bool = False) -> None:
        db, at = self.connection, millis(self.now())
        pace = GENERATION_PACE.total_seconds() * 1000
        known = {
            kind: (gen, moved, pending)
            for kind, gen, moved, pending in db.execute("SELECT kind, gen, moved, pending FROM generation").fetchall()
        }
        rows = []
        for kind in {*kinds, *(kind for kind, (_, _, pending) in known.items() if pending)}:
            gen, moved, pending = known.get(kind, (0, 0, 0))
            if everything or kind not in known or abs(at - moved) >= pace:
                rows.append((kind, gen + 1, at, 0))
            elif not pending:
                rows.append((kind, gen, moved, 1))
        db.executemany("INSERT OR REPLACE INTO generation(kind, gen, moved, pending) VALUES (?, ?, ?, ?)", rows)

    def _open(self) -> Changes:
        if self._changes is None:
            raise RuntimeError("the index is written in a transaction only")
        return self._changes

    def _look_up(self, kind: str, source: str, keys: Collection[str], columns: str) -> list[tuple[Any, ...]]:
        return [
            row
            for marks, block in blocks(keys)
            for row in self.connection.execute(
                f"SELECT key, {columns} FROM record WHERE kind = ? AND source = ? AND key IN ({marks})",
                (kind, source, *block),
            ).fetchall()
        ]

    def _rids(self, sql: str, rids: Collection[int]) -> list[tuple[Any, ...]]:
        ordered = list(rids)
        return [
            row
            for start in range(0, len(ordered), CHUNK)
            for row in self.connection.execute(sql, (f"{ordered[start : start + CHUNK]}",)).fetchall()
        ]


def checked(record: Record) -> None:
    """ValueError for a record that could not be found again by its id."""
    ref = record.ref
    if ref.kind != record.kind:
        raise ValueError(f"a {record.kind} under a reference to a {ref.kind}")
    if not ref.key or len(ref.key) > LONGEST_KEY or not ref.key.isprintable():
        raise ValueError("its key can't stand in an id: empty, too long or not printable")
