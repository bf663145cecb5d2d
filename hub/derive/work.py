"""What the passes have in common: rows by number in blocks, text rows, the word for what a pass was given."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

import msgspec

from hub.index.stems import indexed
from hub.records.core import LocalizedText

BLOCK = 500


class Touched(msgspec.Struct, frozen=True, kw_only=True):
    """Of one kind: the rows that were put with new content, and those that were withdrawn."""

    changed: frozenset[int] = frozenset()
    withdrawn: frozenset[int] = frozenset()

    @property
    def all(self) -> frozenset[int]:
        return self.changed | self.withdrawn

    def __bool__(self) -> bool:
        return bool(self.changed or self.withdrawn)


def blocks(rids: Collection[int]) -> Iterator[list[int]]:
    ordered = sorted(rids)
    for start in range(0, len(ordered), BLOCK):
        yield ordered[start : start + BLOCK]


def numbers(rids: Sequence[int]) -> str:
    """A list of row numbers as a JSON parameter for `IN (SELECT value FROM json_each(?))`."""
    return msgspec.json.encode(rids).decode()


def select(db: sqlite3.Connection, sql: str, rids: Collection[int]) -> list[tuple[Any, ...]]:
    """`sql` with one json_each(?) over the row numbers, run in blocks."""
    return [row for block in blocks(rids) for row in db.execute(sql, (numbers(block),)).fetchall()]


def delete(db: sqlite3.Connection, table: str, column: str, rids: Collection[int]) -> None:
    for block in blocks(rids):
        db.execute(f"DELETE FROM {table} WHERE {column} IN (SELECT value FROM json_each(?))", (numbers(block),))


def insert(db: sqlite3.Connection, table: str, rows: Iterable[Sequence[Any]]) -> None:
    """Whole rows, columns in the table's own order. The pass has deleted what stood there before."""
    many = list(rows)
    if many:
        marks = ", ".join("?" * len(many[0]))
        db.executemany(f"INSERT INTO {table} VALUES ({marks})", many)


def put_texts(db: sqlite3.Connection, table: str, rows: Iterable[tuple[int, tuple[LocalizedText | None, ...]]]) -> None:
    """Text rows anew: plain FTS5 keeps its stems, so a row is deleted by its number and written again."""
    made = [(rid, *indexed(texts)) for rid, texts in rows]
    delete(db, table, "rowid", [row[0] for row in made])
    db.executemany(f"INSERT INTO {table}(rowid, fi, sv, en) VALUES (?, ?, ?, ?)", made)
