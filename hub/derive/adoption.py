"""Another table of joins, or another word of the operator's, over an index that was derived with an older one.

`join_entry` holds what the index was derived with, an entry a row. Where that is not what holds now, whatever the
difference concerns is derived anew, as if its records had just come: at the next start, or while the hub runs.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable
from hashlib import blake2b
from typing import Any

import msgspec

from hub.derive.identity import record_key
from hub.derive.joins import Joins
from hub.derive.work import insert
from hub.index.keys import blocks

TABLE, SAME, APART, BRANCH, TEXT = "table", "same", "apart", "branch", "text"


def entries(joins: Joins) -> frozenset[str]:
    """All that joins say, each line by itself; the shipped table as one."""
    shipped = [joins.tprek_of_kirkanta, joins.kirkanta_of_building, joins.tprek_of_building]
    digest = blake2b(msgspec.json.encode(shipped, order="deterministic"), digest_size=8).hexdigest()
    said = joins.overrides
    lines: list[list[Any]] = [[TABLE, digest]]
    lines += [[SAME, *many] for many in said.same]
    lines += [[APART, *many] for many in said.apart]
    lines += [[BRANCH, code, *([] if whose is None else [whose])] for code, whose in said.branches]
    lines += [[TEXT, text, *([] if whose is None else [whose])] for text, whose in said.texts]
    return frozenset(msgspec.json.encode(line).decode() for line in lines)


def adopted(db: sqlite3.Connection) -> frozenset[str]:
    """What the index was derived with; empty for a new one."""
    return frozenset(row[0] for row in db.execute("SELECT entry FROM join_entry").fetchall())


def adopt(db: sqlite3.Connection, said: Collection[str]) -> None:
    db.execute("DELETE FROM join_entry")
    insert(db, "join_entry", [(entry,) for entry in sorted(said)])


def concerned(db: sqlite3.Connection, changed: Iterable[str], joins: Joins) -> set[tuple[str, int]]:
    """(kind, row) of the records that entries which came or went say something about."""
    found: set[tuple[str, int]] = set()
    keys: set[str] = set()
    for entry in changed:
        kind, *said = msgspec.json.decode(entry)
        if kind == TABLE:
            found |= _live(db, "r.kind IN ('place', 'library')")
        elif kind == TEXT:
            found |= _live(db, "r.rid IN (SELECT rid FROM event_word WHERE word = ?)", text_key(said[0]))
        else:
            named = said[1:] if kind == BRANCH else said
            for source, key in named:
                found |= _live(db, "r.kind IN ('place', 'library') AND r.source = ? AND r.key = ?", source, key)
        if kind == BRANCH:
            keys |= {f"kirkanta:{key}" for key in [joins.kirkanta_of_building.get(said[0])] if key}
            keys |= {f"tprek:{key}" for key in [joins.tprek_of_building.get(said[0])] if key}
    for marks, block in blocks(keys):
        found |= _live(db, f"r.rid IN (SELECT rid FROM place_key WHERE key IN ({marks}))", *block)
    return found


def text_key(folded: str) -> str:
    """By which events with these very words are found."""
    return f"= {folded}"


def target_key(whose: tuple[str, str]) -> str:
    """By which events are found whose words the operator says mean this record."""
    return f"@ {record_key(whose)}"


def _live(db: sqlite3.Connection, condition: str, *values: str) -> set[tuple[str, int]]:
    rows = db.execute(f"SELECT r.kind, r.rid FROM record r WHERE r.hash NOT NULL AND {condition}", values).fetchall()
    return {(kind, rid) for kind, rid in rows}
