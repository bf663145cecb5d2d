"""Where events are whose source names no place of the city, but writes where: by `placing.py`, over the index.

`event_word` holds by which places such an event may be found, `event_guess` what was found; both are each record's own.
An event is looked at again when it changes, and when a place does that has one of its words, or had one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping
from functools import lru_cache

import msgspec

from hub.derive import placing
from hub.derive.adoption import target_key, text_key
from hub.derive.joins import Joins
from hub.derive.overrides import Whose, fold
from hub.derive.placing import Found, House
from hub.derive.work import delete, insert, select
from hub.index.keys import blocks
from hub.records.core import Address, LocalizedText, Point, Ref
from hub.records.events import Event


class Guess(msgspec.Struct, frozen=True, gc=False):
    """`place`: the row of the place; `ref`: what it is known by."""

    place: int
    ref: Ref
    confidence: float


class _Known(msgspec.Struct):
    """The part of a place's body that says what it is called and where it is."""

    ref: Ref
    name: LocalizedText | None = None
    address: Address | None = None
    location: Point | None = None
    is_online: bool = False


_known = msgspec.msgpack.Decoder(_Known)


@lru_cache(maxsize=5_000)
def house_of(body: bytes) -> House:
    known = _known.decode(body)
    return House() if known.is_online else placing.house(known.name, known.address, known.location)


def guess_places(
    db: sqlite3.Connection, events: Mapping[int, Event], gone: Collection[int], joins: Joins
) -> frozenset[int]:
    """Read anew where these events are, as far as their sources do not name a place. Returns those of which that is
    another now, or as sure as it was not before.
    """
    touched = {*events, *gone}
    before = {rid: (place, sure) for rid, place, sure in _rows(db, touched)}
    asked = {rid: event for rid, event in events.items() if event.place is None and event.location_text is not None}
    said = {rid: placing.read(event.location_text) for rid, event in asked.items()}
    houses = _Houses(db, {word for known in said.values() for word in known.keys})
    texts = dict(joins.overrides.texts)
    found, words = {}, set()
    for rid, event in sorted(asked.items()):
        written = _written(event)
        words |= {(word, rid) for word in (*said[rid].keys, *map(text_key, written))}
        ordered = next((text for text in written if text in texts), None)
        if ordered is None:
            match = houses.meant(said[rid], event.location)
        else:
            whose = texts[ordered]
            match = None if whose is None else _place_of(db, whose)
            words |= set() if whose is None else {(target_key(whose), rid)}
        if match is not None:
            found[rid] = (match.key, match.confidence)
    delete(db, "event_word", "rid", touched)
    insert(db, "event_word", sorted(words))
    delete(db, "event_guess", "rid", touched)
    insert(db, "event_guess", [(rid, place, sure) for rid, (place, sure) in sorted(found.items())])
    return frozenset(rid for rid in touched if before.get(rid) != found.get(rid))


def guesses(db: sqlite3.Connection, events: Collection[int]) -> dict[int, Guess]:
    rows = _rows(db, events)
    refs = {
        rid: Ref(kind, source, key)
        for rid, kind, source, key in select(
            db,
            "SELECT rid, kind, source, key FROM record WHERE rid IN (SELECT value FROM json_each(?))",
            {place for _, place, _ in rows},
        )
    }
    return {rid: Guess(place, refs[place], sure) for rid, place, sure in rows}


def guessed_by(db: sqlite3.Connection, events: Collection[int]) -> dict[Ref, float]:
    """Which of these records are at a place by their words only, and how sure that is."""
    rows = select(
        db,
        "SELECT r.kind, r.source, r.key, g.confidence FROM event_guess g JOIN record r ON r.rid = g.rid"
        " WHERE g.rid IN (SELECT value FROM json_each(?))",
        events,
    )
    return {Ref(kind, source, key): sure for kind, source, key, sure in rows}


def events_of_words(db: sqlite3.Connection, words: Collection[str]) -> set[int]:
    """Records of events whose place may be another since places with these words changed."""
    return {
        row[0]
        for marks, block in blocks(words)
        for row in db.execute(f"SELECT rid FROM event_word WHERE word IN ({marks})", block).fetchall()
    }


def _rows(db: sqlite3.Connection, rids: Collection[int]) -> list[tuple[int, int, float]]:
    return [
        (rid, place, sure)
        for rid, place, sure in select(
            db, "SELECT rid, place, confidence FROM event_guess WHERE rid IN (SELECT value FROM json_each(?))", rids
        )
    ]


class _Houses:
    """The places that share a word with any of the texts of a batch."""

    def __init__(self, db: sqlite3.Connection, words: Collection[str]) -> None:
        self._of_word: dict[str, set[int]] = {}
        for marks, block in blocks(words):
            for word, place in db.execute(
                f"SELECT word, place FROM place_word WHERE word IN ({marks})", block
            ).fetchall():
                self._of_word.setdefault(word, set()).add(place)
        bodies = select(
            db,
            "SELECT rid, body FROM place_body WHERE rid IN (SELECT value FROM json_each(?))",
            {place for places in self._of_word.values() for place in places},
        )
        self._houses = {rid: house_of(body) for rid, body in bodies}
        self._found: dict[tuple[placing.Said, Point | None], Found | None] = {}

    def meant(self, said: placing.Said, point: Point | None) -> Found | None:
        asked = said, point  # a feed's events have few texts
        if asked not in self._found:
            near = sorted({place for word in said.keys for place in self._of_word.get(word, ())})
            self._found[asked] = placing.meant(said, point, [(rid, self._houses[rid]) for rid in near])
        return self._found[asked]


def _written(event: Event) -> list[str]:
    text = event.location_text
    given = () if text is None else (text.fi, text.sv, text.en, text.other)
    return list(dict.fromkeys(fold(one) for one in given if one))


def _place_of(db: sqlite3.Connection, whose: Whose) -> Found | None:
    """The place of a record that the operator names; None while it is not there."""
    rows = db.execute(
        "SELECT m.place FROM record r JOIN place_member m ON m.member = r.rid"
        " WHERE r.kind IN ('place', 'library') AND r.source = ? AND r.key = ? ORDER BY r.kind DESC",
        whose,
    ).fetchall()
    return Found(rows[0][0], 1.0) if rows else None
