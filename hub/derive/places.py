"""Places and areas: which source records are one place, what it is called, where it lies."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from hashlib import blake2b

import msgspec

from hub.derive import placing
from hub.derive.adoption import target_key
from hub.derive.geometry import AreaMap
from hub.derive.identity import Candidate, candidate, neighbours, same_places
from hub.derive.joins import Joins
from hub.derive.merging import merged
from hub.derive.work import delete, insert, put_texts, select
from hub.index.areas import keys_of
from hub.index.keys import blocks
from hub.index.places import bits_of
from hub.index.stems import name_fold, sort_key
from hub.index.write import Writer
from hub.records.core import LocalizedText, Point
from hub.records.merged import CityPlace
from hub.records.places import Area, Library, Place


def derive_areas(writer: Writer, ranks: Mapping[str, int], areas: AreaMap) -> None:
    """All areas anew whenever one changes: they are few, they seldom do, and everything's place hangs on them."""
    db = writer.connection
    for table in ("area", "area_body", "area_name", "area_box", "area_shape", "area_within"):
        db.execute(f"DELETE FROM {table}")
    for rid, area in areas_once(writer, ranks).items():
        fi, sv = name_fold(area.name.fi), name_fold(area.name.sv)
        insert(db, "area", [(rid, area.area_kind.value, area.ocd_id, fi, sv, sort_key(area.name.any))])
        insert(db, "area_body", [(rid, msgspec.msgpack.encode(msgspec.structs.replace(area, boundary=(), rid=0)))])
        insert(db, "area_name", [(key, rid, rank) for key, rank in sorted(keys_of(area.name))])
    for rid, (west, south, east, north), shape in areas.shapes():
        insert(db, "area_box", [(rid, west, east, south, north)])
        insert(db, "area_shape", [(rid, shape)])
    insert(db, "area_within", areas.nesting())


def areas_once(writer: Writer, ranks: Mapping[str, int]) -> dict[int, Area]:
    """Each part of the city once, by the first source that gives it: its OCD id says what it is, whoever tells."""
    given = [(rid, area) for rid, area in writer.of_kind("area") if isinstance(area, Area)]
    first: dict[str, tuple[int, Area]] = {}
    for rid, area in sorted(given, key=lambda pair: (ranks.get(pair[1].ref.source, 1000), pair[1].ref)):
        first.setdefault(area.ocd_id, (rid, area))
    return dict(sorted(first.values(), key=lambda pair: pair[0]))


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """`places`: those (gone ones included) whose content or membership changed; `members`: the source records that
    belong to another place than before, or to none; `words`: by which those places are found in texts, or were.
    """

    places: frozenset[int]
    members: frozenset[int]
    words: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.places or self.members)


def derive_places(writer: Writer, touched: Collection[int], *, joins: Joins, ranks: Mapping[str, int]) -> Moved:
    """Identity anew for these source records and whatever shares an id with them."""
    db = writer.connection
    present = writer.load(touched)
    keys = {
        row[0] for row in select(db, "SELECT key FROM place_key WHERE rid IN (SELECT value FROM json_each(?))", touched)
    }
    delete(db, "place_key", "rid", touched)
    candidates: dict[int, Candidate] = {}
    for rid, record in present.items():
        known = _candidate(rid, record, ranks)
        candidates[rid] = known
        own = known.keys(joins)
        keys.update(own)
        insert(db, "place_key", [(key, rid) for key in sorted(own)])
    affected = _closure(db, keys, joins) | set(touched)
    for rid, record in writer.load(affected - present.keys()).items():
        present[rid] = record
        candidates[rid] = _candidate(rid, record, ranks)

    members = select(
        db, "SELECT member, place FROM place_member WHERE member IN (SELECT value FROM json_each(?))", affected
    )
    before = dict(members)
    groups = same_places(candidates.values(), joins)
    buildings = _buildings(groups, joins)
    after = {member.rid: group[0].rid for group in groups for member in group}
    places = {group[0].rid: _place(group, present, buildings) for group in groups}
    gone = set(before.values()) - places.keys()
    for table in ("place", "place_body", "place_box"):
        delete(db, table, "rid", gone)
    delete(db, "place_text", "rowid", gone)
    delete(db, "place_area", "place", gone)
    changed, words = _write(db, places, gone)
    moved = {member: after.get(member) for member in affected if before.get(member) != after.get(member)}
    delete(db, "place_member", "member", moved)
    insert(db, "place_member", [(member, place) for member, place in moved.items() if place is not None])
    delete(db, "branch", "place", set(before.values()) | places.keys())
    insert(db, "branch", sorted((code, place) for place, codes in buildings.items() for code in codes))
    for table in ("event", "space", "opening_day"):
        db.executemany(
            f"UPDATE {table} SET place = ? WHERE at = ?",
            [(place, member) for member, place in sorted(moved.items())],
        )
    words |= _targets(db, moved, joins)
    return Moved(places=frozenset(changed | gone), members=frozenset(moved), words=frozenset(words))


def place_in_areas(db: sqlite3.Connection, places: Collection[int], areas: AreaMap) -> None:
    delete(db, "place_area", "place", places)
    rows = select(
        db, "SELECT rid, lat, lon FROM place WHERE lat IS NOT NULL AND rid IN (SELECT value FROM json_each(?))", places
    )
    holding = areas.holding([Point(lat=lat, lon=lon) for _, lat, lon in rows])
    insert(db, "place_area", [(row[0], area) for row, held in zip(rows, holding, strict=True) for area in held])


def _targets(db: sqlite3.Connection, moved: Collection[int], joins: Joins) -> set[str]:
    """By which events are found whose words the operator says mean one of these records."""
    targets = {whose for _, whose in joins.overrides.texts if whose is not None}
    if not targets:
        return set()
    rows = select(db, "SELECT source, key FROM record WHERE rid IN (SELECT value FROM json_each(?))", moved)
    return {target_key((source, key)) for source, key in rows if (source, key) in targets}


def _place(
    group: Sequence[Candidate], present: Mapping[int, object], buildings: Mapping[int, Sequence[str]]
) -> CityPlace:
    place = merged(
        [_said(present[member.rid]) for member in group],
        min(buildings.get(group[0].rid, ()), default=None),
        {member.ref: member.confidence for member in group if member.confidence < 1},
    )
    # not one that belongs to another place by the operator's word
    return msgspec.structs.replace(place, tprek_id=next((member.tprek for member in group if member.tprek), None))


def _candidate(rid: int, record: object, ranks: Mapping[str, int]) -> Candidate:
    said = _said(record)
    return candidate(rid, said, ranks.get(said.ref.source, 1000))


def _said(record: object) -> Place | Library:
    assert isinstance(record, (Place, Library))
    return record


def _closure(db: sqlite3.Connection, keys: set[str], joins: Joins) -> set[int]:
    """Every record that shares a key with these, or with one that does, the static table's ties included."""
    seen: set[str] = set()
    rids: set[int] = set()
    ask = set(keys)
    while ask:
        ask |= {other for key in ask for other in neighbours(key, joins)}
        ask -= seen
        seen |= ask
        found = {
            row[0]
            for marks, block in blocks(ask)
            for row in db.execute(f"SELECT rid FROM place_key WHERE key IN ({marks})", block).fetchall()
        } - rids
        rids |= found
        ask = {
            row[0]
            for row in select(db, "SELECT key FROM place_key WHERE rid IN (SELECT value FROM json_each(?))", found)
        }
    return rids


def _buildings(groups: Sequence[tuple[Candidate, ...]], joins: Joins) -> dict[int, list[str]]:
    """The catalogue's codes of each group that is a branch: by the operator's word, else by the library's own id, else
    by the register number (of several codes in the table the first).
    """
    said = dict(joins.overrides.branches)
    by_record = {c.whose: group[0].rid for group in groups for c in group} if said else {}
    by_library = {c.ref.key: group[0].rid for group in groups for c in group if c.is_library_record}
    by_tprek = {c.tprek: group[0].rid for group in groups for c in group if c.tprek}
    found: dict[int, list[str]] = {}
    for code in sorted(joins.kirkanta_of_building.keys() | joins.tprek_of_building.keys()):
        place = by_library.get(joins.kirkanta_of_building.get(code, "")) or by_tprek.get(
            joins.tprek_of_building.get(code, "")
        )
        if place is not None and code not in said:
            found.setdefault(place, [code])
    for code, whose in sorted(said.items()):
        place = None if whose is None else by_record.get(whose)
        if place is not None:
            found.setdefault(place, []).append(code)
    return found


def _write(db: sqlite3.Connection, places: Mapping[int, CityPlace], gone: Collection[int]) -> tuple[set[int], set[str]]:
    """Facts and texts of the rows whose content differs; returns which, and the words by which they are found or were.
    Bodies always: they tell when each copy was read, which makes a place no other place.
    """
    bodies = {rid: msgspec.msgpack.encode(msgspec.structs.replace(place, rid=0)) for rid, place in places.items()}
    hashes = {rid: blake2b(_lasting(place), digest_size=16).digest() for rid, place in places.items()}
    known = dict(select(db, "SELECT rid, hash FROM place WHERE rid IN (SELECT value FROM json_each(?))", places.keys()))
    changed = {rid for rid in places if known.get(rid) != hashes[rid]}
    delete(db, "place_box", "rid", changed)
    facts, boxes = [], []
    for rid in sorted(changed):
        place = places[rid]
        at = place.location
        city = place.address.city.casefold() if place.address and place.address.city else None
        facts.append(
            (
                rid,
                place.tprek_id,
                bits_of(place.kinds),
                at.lat if at else None,
                at.lon if at else None,
                sort_key(place.name.any if place.name else None),
                place.ref.source,
                place.is_online,
                city,
                None if place.accessibility is None else place.accessibility.for_wheelchair,
                hashes[rid],
            )
        )
        if at:
            boxes.append((rid, at.lon, at.lon, at.lat, at.lat))
    # a number may move from one place to another in the same pass: free them all before any is taken
    delete(db, "place", "rid", changed)
    insert(db, "place", facts)
    delete(db, "place_body", "rid", places.keys())
    insert(db, "place_body", sorted(bodies.items()))
    insert(db, "place_box", boxes)
    put_texts(db, "place_text", [(rid, _texts(places[rid])) for rid in sorted(changed)])
    left = {*changed, *gone}
    rows = select(db, "SELECT word FROM place_word WHERE place IN (SELECT value FROM json_each(?))", left)
    words = {(word, rid) for rid in sorted(changed) for word in _house(places[rid]).keys}
    delete(db, "place_word", "place", left)
    insert(db, "place_word", sorted(words))
    return changed, {row[0] for row in rows} | {word for word, _ in words}


def _house(place: CityPlace) -> placing.House:
    return placing.House() if place.is_online else placing.house(place.name, place.address, place.location)


def _lasting(place: CityPlace) -> bytes:
    """What makes a place another: everything but when its copies were read."""
    members = tuple(msgspec.structs.replace(member, read_at=place.read_at) for member in place.members)
    still = msgspec.structs.replace(place, rid=0, members=members)
    plain = msgspec.to_builtins(still)
    plain.pop("read_at")
    for member in plain.get("members", ()):
        member.pop("read_at")
    return msgspec.json.encode(plain, order="deterministic")


def _texts(place: CityPlace) -> tuple[LocalizedText | None, ...]:
    street = place.address.street if place.address else None
    short = place.library.short_name if place.library else None
    return place.name, short, place.summary, street
