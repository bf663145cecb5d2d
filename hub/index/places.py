"""Questions about places and areas, as SQL."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from enum import StrEnum

import msgspec

from hub.index.bodies import numbered
from hub.index.geo import Box, Near, near_params, squared_sql
from hub.index.listing import Conditions, Listing, Under
from hub.index.near import from_parent, is_around
from hub.index.opening import Opening, are_open
from hub.index.read import Index
from hub.index.stems import match
from hub.records.core import Ref
from hub.records.merged import CityPlace
from hub.records.places import Area, AreaKind, OpeningDay, PlaceKind

BITS = {kind: 1 << position for position, kind in enumerate(PlaceKind)}


class PlaceSort(StrEnum):
    NAME = "NAME"
    DISTANCE = "DISTANCE"


class PlaceFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What places to list; None or empty: any."""

    text: str | None = None
    kinds: tuple[PlaceKind, ...] = ()
    areas: tuple[int, ...] = ()
    near: Near | None = None
    box: Box | None = None
    has_spaces: bool | None = None
    opening: Opening | None = None
    sort: PlaceSort = PlaceSort.NAME


IN_AREA = Under(condition="l.area = p.value", link="place_area l ON l.place = t.rid")


def bits_of(kinds: Iterable[PlaceKind]) -> int:
    return sum(BITS[kind] for kind in set(kinds))


def places(wanted: PlaceFilter, under: Under | None = None) -> Listing:
    """By distance: from the parents that they are around, else from the filter's point, which then there must be."""
    c = Conditions()
    if wanted.kinds:
        c.add("t.kinds & :kinds", kinds=bits_of(wanted.kinds))
    if wanted.text is not None:
        text_condition(c, "place_text", wanted.text)
    if wanted.areas:
        c.add(
            "EXISTS (SELECT 1 FROM place_area a WHERE a.place = t.rid"
            " AND a.area IN (SELECT value FROM json_each(:areas)))",
            areas=f"{list(wanted.areas)}",
        )
    if wanted.box is not None:
        inside_box(c, "t.rid", wanted.box, "box")
    if wanted.near is not None:
        inside_circle(c, "t.rid", "t.lat", "t.lon", wanted.near)
    if wanted.has_spaces is not None:
        c.add(f"{'' if wanted.has_spaces else 'NOT '}EXISTS (SELECT 1 FROM space s WHERE s.place = t.rid)")
    if wanted.opening is not None:
        are_open(c, "t.rid", wanted.opening)
    sort: tuple[str, ...] = ("t.name",)
    if wanted.sort is PlaceSort.DISTANCE:
        sort = (from_parent("place") if is_around(under) else squared_sql("t.lat", "t.lon"),)
    return Listing(table="place", sort=sort, where=tuple(c.where), params=c.params, under=under)


def text_condition(c: Conditions, table: str, text: str, name: str = "text") -> None:
    """Rows whose text holds every word. No word at all matches nothing rather than everything. `name`: the parameter's,
    where a filter asks for several texts.
    """
    found = match(text)
    if found is None:
        c.add("0")
    else:
        c.add(f"t.rid IN (SELECT rowid FROM {table} WHERE {table} MATCH :{name})", **{name: found})


def inside_box(c: Conditions, place: str, box: Box, name: str) -> None:
    """By the tree of boxes (whose floats are rounded outwards), then exactly."""
    c.add(
        f"{place} IN (SELECT b.rid FROM place_box b JOIN place x ON x.rid = b.rid WHERE b.west <= :{name}_e"
        f" AND b.east >= :{name}_w AND b.south <= :{name}_n AND b.north >= :{name}_s"
        f" AND x.lon BETWEEN :{name}_w AND :{name}_e AND x.lat BETWEEN :{name}_s AND :{name}_n)",
        **{f"{name}_w": box.west, f"{name}_e": box.east, f"{name}_s": box.south, f"{name}_n": box.north},
    )


def inside_circle(c: Conditions, place: str, lat: str, lon: str, near: Near) -> None:
    inside_box(c, place, near.box, "circle")
    c.add(f"{squared_sql(lat, lon)} <= :near_square", **near_params(near))


def bodies(index: Index, rids: Sequence[int]) -> list[CityPlace | None]:
    """Merged places by their numbers, in order."""
    rows = index.rows(
        "SELECT rid, body FROM place_body WHERE rid IN (SELECT value FROM json_each(?))", (f"{list(rids)}",)
    )
    found = {rid: numbered(msgspec.msgpack.decode(body, type=CityPlace), rid) for rid, body in rows}
    return [found.get(rid) for rid in rids]


def by_tprek(index: Index, numbers: Sequence[str]) -> list[int | None]:
    rows = index.rows(
        "SELECT tprek, rid FROM place WHERE tprek IN (SELECT value FROM json_each(?))",
        (msgspec.json.encode(list(numbers)).decode(),),
    )
    found = dict(rows)
    return [found.get(number) for number in numbers]


def of_members(index: Index, members: Collection[int]) -> dict[int, int]:
    """The place that each source record belongs to."""
    return dict(
        index.rows(
            "SELECT member, place FROM place_member WHERE member IN (SELECT value FROM json_each(?))",
            (f"{list(members)}",),
        )
    )


def places_of(index: Index, table: str, rids: Sequence[int]) -> dict[int, int]:
    """The place of each event, space or opening day (`table`)."""
    return dict(
        index.rows(
            f"SELECT rid, place FROM {table} WHERE place IS NOT NULL AND rid IN (SELECT value FROM json_each(?))",
            (f"{list(rids)}",),
        )
    )


def inferred_of(index: Index, events: Sequence[int]) -> dict[int, float]:
    """How sure the place is of those events that no source puts at one, but some source's words do."""
    return dict(
        index.rows(
            "SELECT event, confidence FROM event_inferred WHERE event IN (SELECT value FROM json_each(?))",
            (f"{list(events)}",),
        )
    )


def branches(index: Index, codes: Collection[str]) -> dict[str, int]:
    """The places of these catalogue buildings."""
    return dict(
        index.rows(
            "SELECT code, place FROM branch WHERE code IN (SELECT value FROM json_each(?))",
            (msgspec.json.encode(sorted(codes)).decode(),),
        )
    )


def has_branches(index: Index) -> bool:
    return bool(index.rows("SELECT 1 FROM branch LIMIT 1"))


def codes_of(index: Index, rids: Sequence[int]) -> dict[int, str]:
    """The catalogue building of each place that is a branch."""
    return dict(
        index.rows("SELECT place, code FROM branch WHERE place IN (SELECT value FROM json_each(?))", (f"{list(rids)}",))
    )


def opening_days(index: Index, rids: Sequence[int], first: date, last: date) -> list[tuple[int, OpeningDay]]:
    """(place, day) of these places from `first` to `last`, both in, by date."""
    rows = index.rows(
        "SELECT place, rid FROM opening_day WHERE place IN (SELECT value FROM json_each(?))"
        " AND date BETWEEN ? AND ? ORDER BY place, date, rid",
        (f"{list(rids)}", first.isoformat(), last.isoformat()),
    )
    days = index.bodies(OpeningDay, [row[1] for row in rows])
    return [(row[0], day) for row, day in zip(rows, days, strict=True) if day is not None]


# ---- areas


def areas(index: Index, rids: Sequence[int]) -> list[Area | None]:
    rows = index.rows(
        "SELECT rid, body FROM area_body WHERE rid IN (SELECT value FROM json_each(?))", (f"{list(rids)}",)
    )
    found = {rid: numbered(msgspec.msgpack.decode(body, type=Area), rid) for rid, body in rows}
    return [found.get(rid) for rid in rids]


def area_ids(index: Index, kinds: Sequence[AreaKind]) -> list[int]:
    rows = index.rows(
        "SELECT rid FROM area WHERE kind IN (SELECT value FROM json_each(?)) ORDER BY kind, name, rid",
        (msgspec.json.encode([kind.value for kind in kinds]).decode(),),
    )
    return [row[0] for row in rows]


def areas_of_places(index: Index, rids: Sequence[int]) -> list[tuple[int, int, AreaKind]]:
    """(place, area, kind), narrowest first."""
    rows = index.rows(
        "SELECT pa.place, a.rid, a.kind FROM place_area pa JOIN area a ON a.rid = pa.area"
        " WHERE pa.place IN (SELECT value FROM json_each(?))",
        (f"{list(rids)}",),
    )
    order = list(AreaKind)
    return sorted(
        ((place, area, AreaKind(kind)) for place, area, kind in rows), key=lambda row: (row[0], order.index(row[2]))
    )


def area_refs(index: Index, refs: Collection[Ref]) -> dict[Ref, int]:
    return {ref: known.rid for ref, known in index.by_refs(refs).items() if known.record is not None}
