"""Questions about bookable spaces, as SQL. When they are free is for `hub/domain/spaces.py`: it reads their times."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from hub.index.geo import METRES_PER_DEGREE, Near, near_params, squared_sql
from hub.index.listing import Conditions, Listing, Under
from hub.index.places import inside_box, text_condition
from hub.index.read import Index
from hub.records.core import Point
from hub.records.spaces import SpaceKind


class SpaceSort(StrEnum):
    NAME = "NAME"
    DISTANCE = "DISTANCE"
    CAPACITY = "CAPACITY"


class SpaceFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the index can tell of a space by itself; None or empty: any."""

    text: str | None = None
    kinds: tuple[SpaceKind, ...] = ()
    people: int | None = None  # so many must fit; a space of unknown size is left out
    is_free: bool | None = None
    is_bookable: bool | None = None
    near: Near | None = None
    places: tuple[int, ...] = ()
    areas: tuple[int, ...] = ()
    sort: SpaceSort = SpaceSort.NAME


AT_PLACE = Under(condition="t.place = p.value")
_LAT = "(SELECT n.lat FROM place n WHERE n.rid = t.place)"
_LON = "(SELECT n.lon FROM place n WHERE n.rid = t.place)"


def spaces(wanted: SpaceFacts, under: Under | None = None) -> Listing:
    c = Conditions()
    if wanted.kinds:
        c.any_of("t.kind", "kinds", wanted.kinds)
    if wanted.people is not None:
        c.add("t.capacity >= :people", people=wanted.people)
    if wanted.is_free is not None:
        c.add("t.free = :free", free=int(wanted.is_free))
    if wanted.is_bookable is not None:
        c.add("t.bookable = :bookable", bookable=int(wanted.is_bookable))
    if wanted.places:
        c.any_of("t.place", "places", wanted.places)
    if wanted.areas:
        c.add(
            "EXISTS (SELECT 1 FROM place_area a WHERE a.place = t.place"
            " AND a.area IN (SELECT value FROM json_each(:areas)))",
            areas=f"{list(wanted.areas)}",
        )
    if wanted.near is not None:
        inside_box(c, "t.place", wanted.near.box, "circle")
        c.add(f"{squared_sql(_LAT, _LON)} <= :near_square", **near_params(wanted.near))
    if wanted.text is not None:
        text_condition(c, "space_text", wanted.text)
    sort: tuple[str, ...] = ("t.name",)
    if wanted.sort is SpaceSort.DISTANCE and wanted.near is not None:
        sort = (squared_sql(_LAT, _LON),)
    elif wanted.sort is SpaceSort.CAPACITY:
        sort = ("coalesce(t.capacity, 1000000)",)
    return Listing(table="space", sort=sort, where=tuple(c.where), params=c.params, under=under)


def near_events(index: Index, events: Sequence[int], metres: float) -> list[tuple[int, int, int]]:
    """(event, space, square metres) for every space at most so far from the event's own point, else from its place's.

    Boxes of all events are asked of the tree in one statement, the exact distance afterwards.
    """
    points = index.rows(
        "SELECT e.rid, coalesce(e.lat, p.lat), coalesce(e.lon, p.lon) FROM event e LEFT JOIN place p ON p.rid = e.place"
        " WHERE e.rid IN (SELECT value FROM json_each(?))",
        (f"{list(events)}",),
    )
    circles = []
    for rid, lat, lon in points:
        if lat is not None:
            near = Near(at=Point(lat=lat, lon=lon), metres=metres)
            box = near.box
            circles.append([rid, lat, lon, near_params(near)["near_scale"], box.west, box.east, box.south, box.north])
    # the circles' numbers are read once: taken out of JSON in each comparison they cost more than all the rest
    rows = index.rows(
        "WITH c AS MATERIALIZED (SELECT key AS n, value ->> 0 AS event, value ->> 1 AS lat, value ->> 2 AS lon,"
        "  value ->> 3 AS scale, value ->> 4 AS west, value ->> 5 AS east, value ->> 6 AS south, value ->> 7 AS north"
        "  FROM json_each(?))"
        " SELECT c.event, s.rid, CAST(("
        f"  (x.lat - c.lat) * {METRES_PER_DEGREE} * (x.lat - c.lat) * {METRES_PER_DEGREE}"
        "   + (x.lon - c.lon) * c.scale * (x.lon - c.lon) * c.scale) AS INTEGER) AS d"
        " FROM c CROSS JOIN place_box b ON b.west <= c.east AND b.east >= c.west"
        "  AND b.south <= c.north AND b.north >= c.south"
        " CROSS JOIN space s ON s.place = b.rid CROSS JOIN place x ON x.rid = b.rid"
        " WHERE d <= ? ORDER BY c.n, d, s.rid",
        (msgspec.json.encode(circles).decode(), metres * metres),
    )
    return [(event, space, square) for event, space, square in rows]
