"""`hub joins`: what could not be joined, from the index as it stands, with what it is most like.

Five lists: catalogue's codes that are no place here; what feeds write for where, without a place that it means; places
that stand alone, without a number of the register; rooms without a place; branches of the shipped table of which the
register has no unit, or one without a `kirkanta` identifier. And what the operator's file names and is not there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from hub.configured import Settings
from hub.derive import alike, overrides, placing
from hub.derive.adoption import text_key
from hub.derive.event_places import house_of
from hub.derive.joins import Joins
from hub.derive.overrides import Overrides, Whose
from hub.derive.placing import ENOUGH, House
from hub.errors import BadSettings
from hub.index.read import Index
from hub.records.core import LocalizedText, Ref
from hub.records.places import Library, Place

MOST_SHOWN = 25  # of each list in the tables; --json has all
MOST_LIKE = 3
WORTH_TELLING = 0.5  # of a likeness


class Like(msgspec.Struct, frozen=True, kw_only=True):
    """A place that it may be, and how sure that would be; below 0.85, or more than one: so it was not joined."""

    record: str
    name: str | None
    confidence: float


class Code(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    records: int
    why: str


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """`events`: how many write so."""

    text: str
    events: int
    like: list[Like]


class Alone(msgspec.Struct, frozen=True, kw_only=True):
    record: str
    name: str | None
    like: list[Like]


class Room(msgspec.Struct, frozen=True, kw_only=True):
    record: str
    name: str | None


class Branch(msgspec.Struct, frozen=True, kw_only=True):
    """One of the shipped table. `says`: the identifier that the register gives instead."""

    tprek: str
    kirkanta: str
    why: str
    says: list[str] = []


class Unjoined(msgspec.Struct, frozen=True, kw_only=True):
    codes: list[Code]
    texts: list[Words]
    places: list[Alone]
    rooms: list[Room]
    branches: list[Branch]
    absent: list[str]  # records that the file names


def unjoined(settings: Settings) -> Unjoined:
    """BadSettings if the hub keeps no index, or the operator's file has a mistake."""
    if settings.data_dir is None:
        raise BadSettings(["data_dir is not set: no index is kept that could be looked at"])
    joins = Joins.shipped()
    if settings.joins is not None:
        said, mistakes = overrides.read(settings.joins.read_text(encoding="utf-8"), settings.source_ids)
        if mistakes:
            raise BadSettings([f"{settings.joins}: {mistake}" for mistake in mistakes])
        joins = msgspec.structs.replace(joins, overrides=said)
    index = Index(settings.data_dir)
    try:
        return _Looking(index, joins, settings).all()
    finally:
        index.close()


class _Looking:
    def __init__(self, index: Index, joins: Joins, settings: Settings) -> None:
        self.index = index
        self.joins = joins
        self.names = {source.id: source.name for source in settings.sources}
        self.registers = [source.id for source in settings.sources if source.connector == "servicemap"]

    def all(self) -> Unjoined:
        return Unjoined(
            codes=self.codes(),
            texts=self.texts(),
            places=self.places(),
            rooms=self.rooms(),
            branches=self.branches(),
            absent=self.absent(self.joins.overrides),
        )

    def codes(self) -> list[Code]:
        known = self.joins.codes
        none = {code for code, whose in self.joins.overrides.branches if whose is None}
        rows = self.index.rows(
            "SELECT t.code, count(*) FROM thing_branch t LEFT JOIN branch b ON b.code = t.code WHERE b.code IS NULL"
            " GROUP BY t.code ORDER BY count(*) DESC, t.code"
        )
        why = {True: "its place is not here", False: "in neither table nor file"}
        return [Code(code=code, records=count, why=why[code in known]) for code, count in rows if code not in none]

    def texts(self) -> list[Words]:
        none = {text for text, whose in self.joins.overrides.texts if whose is None}
        rows = self.index.rows(
            "SELECT w.word, count(*) FROM event_word w WHERE w.word >= '= ' AND w.word < '=!'"
            " AND NOT EXISTS (SELECT 1 FROM event_guess g WHERE g.rid = w.rid)"
            " GROUP BY w.word ORDER BY count(*) DESC, w.word"
        )
        texts = [(word.removeprefix(text_key("")), count) for word, count in rows]
        return [
            Words(text=text, events=count, like=self.like_of_text(text)) for text, count in texts if text not in none
        ]

    def like_of_text(self, text: str) -> list[Like]:
        said = placing.read(LocalizedText(fi=text))
        houses = self.houses(said.keys)
        fit = [found for one in said.texts for found in placing.fitting(one, None, list(houses.items()))]
        return self.likes({found.key: found.confidence for found in fit})

    def places(self) -> list[Alone]:
        rows = self.index.rows(
            "SELECT p.rid, r.source, r.key, b.body FROM place p JOIN record r ON r.rid = p.rid"
            " JOIN place_body b ON b.rid = p.rid WHERE p.tprek IS NULL AND p.online = 0"
            " AND (SELECT count(*) FROM place_member m WHERE m.place = p.rid) = 1 ORDER BY r.source, p.name, r.key"
        )
        found = []
        for rid, source, key, body in rows:
            own = house_of(body)
            others = {other: house for other, house in self.houses(own.keys).items() if other != rid}
            scores = {other: alike.likeness(own, house) for other, house in others.items()}
            like = self.likes({other: score for other, score in scores.items() if score is not None})
            found.append(Alone(record=self.told((source, key)), name=_name(body), like=like))
        return found

    def rooms(self) -> list[Room]:
        rows = self.index.rows(
            "SELECT r.source, r.key, s.name FROM space s JOIN record r ON r.rid = s.rid WHERE s.place IS NULL"
            " ORDER BY r.source, s.name, r.key"
        )
        return [Room(record=self.told((source, key)), name=name or None) for source, key, name in rows]

    def branches(self) -> list[Branch]:
        """Of the shipped table: those whose unit is not in the register, or no longer has their identifier."""
        pairs = sorted((int(tprek), kirkanta) for kirkanta, tprek in self.joins.tprek_of_kirkanta.items())
        refs = {Ref(Place.kind, source, f"{tprek}") for tprek, _ in pairs for source in self.registers}
        units = {ref.key: known.record for ref, known in self.index.by_refs(refs).items()}
        found = []
        for tprek, kirkanta in pairs if self.registers else ():
            unit = units.get(f"{tprek}")
            if not isinstance(unit, Place):
                found.append(Branch(tprek=f"{tprek}", kirkanta=kirkanta, why="the register has no such unit"))
                continue
            says = [one.value for one in unit.identifiers if one.namespace == "kirkanta"]
            if kirkanta not in says:
                why = "the unit names another library" if says else "the unit names no library"
                found.append(Branch(tprek=f"{tprek}", kirkanta=kirkanta, why=why, says=says))
        return found

    def absent(self, said: Overrides) -> list[str]:
        named: set[Whose] = {whose for many in (*said.same, *said.apart) for whose in many}
        named |= {whose for _, whose in (*said.branches, *said.texts) if whose is not None}
        refs = {Ref(kind, *whose) for whose in named for kind in (Place.kind, Library.kind)}
        there = {(ref.source, ref.key) for ref, known in self.index.by_refs(refs).items() if known.record is not None}
        return sorted(self.told(whose) for whose in named - there)

    # ---- what is near

    def houses(self, words: Collection[str]) -> dict[int, House]:
        rows = self.index.rows(
            "SELECT b.rid, b.body FROM place_body b WHERE b.rid IN (SELECT w.place FROM place_word w WHERE w.word IN"
            " (SELECT value FROM json_each(?)))",
            (msgspec.json.encode(sorted(words)).decode(),),
        )
        return {rid: house_of(body) for rid, body in rows}

    def likes(self, scores: Mapping[int, float]) -> list[Like]:
        best = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
        best = [(rid, score) for rid, score in best if score >= WORTH_TELLING][:MOST_LIKE]
        rows = self.index.rows(
            "SELECT r.rid, r.source, r.key, b.body FROM record r JOIN place_body b ON b.rid = r.rid"
            " WHERE r.rid IN (SELECT value FROM json_each(?))",
            (f"{[rid for rid, _ in best]}",),
        )
        known = {rid: (self.told((source, key)), _name(body)) for rid, source, key, body in rows}
        return [Like(record=known[rid][0], name=known[rid][1], confidence=round(score, 2)) for rid, score in best]

    def told(self, whose: Whose) -> str:
        """As the operator's file names it."""
        return f"{self.names.get(whose[0], whose[0])}:{whose[1]}"


class _Named(msgspec.Struct):
    name: LocalizedText | None = None


_named = msgspec.msgpack.Decoder(_Named)


def _name(body: bytes) -> str | None:
    name = _named.decode(body).name
    return None if name is None else name.any


# ---- for people


def show(told: Unjoined, out: Console) -> None:
    _table(
        out,
        "catalogue's codes without a place",
        ("code", "records", ""),
        [(c.code, c.records, c.why) for c in told.codes],
    )
    _table(
        out,
        "what feeds write, and no place is meant by",
        ("text", "events", f"most like (joined from {ENOUGH} on)"),
        [(words.text, words.events, _likes(words.like)) for words in told.texts],
    )
    _table(
        out,
        "places that stand alone",
        ("record", "name", "most like"),
        [(place.record, place.name or "", _likes(place.like)) for place in told.places],
    )
    _table(out, "rooms without a place", ("record", "name"), [(room.record, room.name or "") for room in told.rooms])
    _table(
        out,
        "branches of the shipped table that the register does not confirm",
        ("unit", "library", "", "it names"),
        [(b.tprek, b.kirkanta, b.why, ", ".join(b.says)) for b in told.branches],
    )
    _table(
        out, "records that the file of joins names, and that are not there", ("record",), [(r,) for r in told.absent]
    )
    if not any((told.codes, told.texts, told.places, told.rooms, told.branches, told.absent)):
        out.print("everything is joined", highlight=False)


def _likes(likes: Iterable[Like]) -> str:
    return "; ".join(f"{like.name or ''} ({like.record}) {like.confidence:.2f}" for like in likes)


def _table(out: Console, title: str, heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    if not rows:
        return
    out.print(f"{title}: {len(rows)}", highlight=False)
    table = Table(*heads)
    for row in rows[:MOST_SHOWN]:
        table.add_row(*(f"{cell}".replace("[", "\\[") for cell in row))
    out.print(table)
    if len(rows) > MOST_SHOWN:
        out.print(f"{len(rows) - MOST_SHOWN} more: --json tells all", highlight=False)
