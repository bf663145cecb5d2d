"""The data folder: which index file is the current one, who may write it, and how an older one is carried forward.

CURRENT           one line: the name of the index file that readers open
index-….sqlite    the layout's fingerprint and the time it was begun; a name is never used twice
harvest.lock      held by the one process that writes; its content says whether that process ended cleanly

A file that may be open is never renamed, replaced or deleted: a fresh reader would lay the old log over the new file,
and the integrity check would say it is well. A new layout, or a corrupt file, means a file of a new name, filled with
what can be read of the old one, and then CURRENT is replaced. The folder must be on a local disk.
"""

from __future__ import annotations

import fcntl
import logging
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import msgspec

from hub.errors import HubError
from hub.index import crawls
from hub.index.bodies import decode, encode, hash_of, millis
from hub.index.crawls import CrawlState
from hub.index.layout import fingerprint
from hub.index.write import Derive, Now, Writer
from hub.records.registry import BY_KIND

log = logging.getLogger(__name__)

CURRENT, LOCK = "CURRENT", "harvest.lock"
UNTOUCHED = timedelta(days=7)  # then no worker of an older release can have it open any more
ROWS = 1_000  # carried forward in one transaction


class FolderInUse(HubError):
    """Another process writes this folder's index."""


@contextmanager
def data_folder(configured: Path | None) -> Iterator[Path]:
    """The folder to keep the index in: the configured one, else a temporary one that is removed at the end."""
    if configured is not None:
        yield configured
        return
    with tempfile.TemporaryDirectory(prefix="cityhub-") as folder:
        yield Path(folder)


def current_file(folder: Path) -> Path | None:
    """The index file that CURRENT names, if it has the layout that this program reads."""
    name = _named(folder)
    return folder / name if name is not None and name.startswith(_prefix()) else None


def _named(folder: Path) -> str | None:
    try:
        name = (folder / CURRENT).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    return name if name.startswith("index-") and Path(name).name == name else None


def _prefix() -> str:
    return f"index-{fingerprint()}-"


def open_writer(
    folder: Path, *, now: Now, derive: Derive | None = None, synchronous: Literal["NORMAL", "OFF"] = "NORMAL"
) -> Writer:
    """The one writer of this folder, whatever state the folder is in; FolderInUse while another process has it.

    After an unclean end the file is checked first (seconds per gigabyte; readers serve from it meanwhile).
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(lock)
        raise FolderInUse(f"another process harvests into {folder}") from error
    try:
        was_clean = not os.pread(lock, 16, 0)
        os.pwrite(lock, b"open\n", 0)

        def ended() -> None:
            os.ftruncate(lock, 0)
            os.close(lock)

        writer = _writer(folder, now, derive, synchronous, was_clean=was_clean, on_close=ended)
    except BaseException:
        os.close(lock)
        raise
    _sweep(folder, now)
    return writer


def _writer(
    folder: Path,
    now: Now,
    derive: Derive | None,
    synchronous: Literal["NORMAL", "OFF"],
    *,
    was_clean: bool,
    on_close: Callable[[], None],
) -> Writer:
    name = _named(folder)
    old = folder / name if name is not None and (folder / name).exists() else None
    if old is not None and old.name.startswith(_prefix()):
        try:
            if was_clean or is_whole(old):
                return Writer(old, now=now, derive=derive, synchronous=synchronous, on_close=on_close)
            log.error("index.corrupt", extra={"file": old.name})
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):  # a full disk, a missing right: another file won't help
                raise
            log.error("index.corrupt", extra={"file": old.name, "reason": f"{error}"})  # noqa: TRY400 - the message is all
    path = folder / f"{_prefix()}{millis(now())}-{os.getpid()}.sqlite"
    writer = Writer(path, now=now, derive=derive, synchronous=synchronous, on_close=on_close)
    try:
        if old is not None:
            carry_forward(old, writer)
        _point(folder, path.name)
    except BaseException:
        writer.connection.close()
        raise
    return writer


def is_whole(path: Path) -> bool:
    """SQLite's quick check: half a second per hundred megabytes when the disk is warm."""
    db = sqlite3.connect(path, isolation_level=None)
    try:
        return db.execute("PRAGMA quick_check(1)").fetchall() == [("ok",)]
    finally:
        db.close()


def carry_forward(old: Path, writer: Writer) -> None:
    """What an older or damaged file still tells: each record that today's layout can read, under its old row number,
    and how the crawls stood. Everything derived is made anew; every collection is due for a full crawl.

    All rows come before anything is derived: what one record refers to may stand in a later row, and has its number.
    """
    carried: list[tuple[str, int]] = []
    lost = 0
    for rows in _rows_of(old):
        with writer.transaction():
            for rid, kind, source, key, live, read_at, modified, withdrawn, left, asked, listed, body in rows:
                if kind not in BY_KIND:
                    continue
                digest = fresh = None
                if live and body is not None:
                    try:
                        record = decode(kind, body)
                        digest, fresh = hash_of(record), encode(record)
                    except ValueError:
                        lost += 1
                writer.connection.execute(
                    "INSERT INTO record(rid, kind, source, key, hash, read_at, modified, withdrawn, left_window,"
                    " asked, listed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (rid, kind, source, key, digest, read_at, modified, withdrawn, left, asked, listed),
                )
                if fresh is not None:
                    writer.connection.execute("INSERT INTO body(rid, body) VALUES (?, ?)", (rid, fresh))
                    carried.append((kind, rid))
    for start in range(0, len(carried), ROWS):
        with writer.transaction() as changes:
            for kind, rid in carried[start : start + ROWS]:
                changes.put(kind, rid)
    with writer.transaction():
        writer.save_crawl(*[msgspec.structs.replace(state, since=None) for state in _crawls_of(old)])
    writer.analyze()  # the harvest counts only where a crawl changes much, and the next ones will not
    log.info("index.carried", extra={"file": old.name, "records": len(carried), "unreadable": lost})


def _rows_of(old: Path) -> Iterator[list[tuple[Any, ...]]]:
    """The record rows of a file, each key once, as far as the file can be read: the harvest brings the rest."""
    after, seen = 0, set[tuple[str, str, str]]()
    try:
        with closing(_read_only(old)) as db:
            while rows := db.execute(
                "SELECT r.rid, r.kind, r.source, r.key, r.hash NOT NULL, r.read_at, r.modified, r.withdrawn,"
                " r.left_window, r.asked, r.listed, b.body FROM record r LEFT JOIN body b ON b.rid = r.rid"
                " WHERE r.rid > ? ORDER BY r.rid LIMIT ?",
                (after, ROWS),
            ).fetchall():
                after = rows[-1][0]
                once = [row for row in rows if row[1:4] not in seen]
                seen.update(row[1:4] for row in once)  # a damaged file may hold a key twice
                yield once
    except sqlite3.DatabaseError as error:
        log.warning("index.carried_in_part", extra={"file": old.name, "reason": f"{error}"})


def _crawls_of(old: Path) -> list[CrawlState]:
    try:
        with closing(_read_only(old)) as db:
            return crawls.read(db)
    except (sqlite3.DatabaseError, ValueError) as error:
        log.warning("index.carried_in_part", extra={"file": old.name, "reason": f"{error}"})
        return []


def _read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)


def _point(folder: Path, name: str) -> None:
    """Replace CURRENT: a reader sees the old line or the new one."""
    new = folder / f"{CURRENT}.{os.getpid()}"
    with new.open("w", encoding="utf-8") as file:
        file.write(f"{name}\n")
        file.flush()
        os.fsync(file.fileno())
    new.replace(folder / CURRENT)


def _sweep(folder: Path, now: Now) -> None:
    """Delete index files that CURRENT has not named for a week."""
    keep = _named(folder)
    before = (now() - UNTOUCHED).timestamp()
    for file in folder.glob("index-*.sqlite*"):
        if keep is not None and not file.name.startswith(keep) and file.stat().st_mtime < before:
            file.unlink()
