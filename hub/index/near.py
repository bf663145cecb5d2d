"""What lies near what: records of many kinds with a point, and the lists of what is around them.

A record's points are asked for by its row number alone, whatever its kind: row numbers are unique in the index. The
boxes of all circles are asked of the tree of places in one statement, the exact distance afterwards.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import msgspec

from hub.index.geo import Box, Near, near_params, scales, squared_sql
from hub.index.listing import Conditions, Under
from hub.index.read import Index
from hub.records.core import Point

# An event and a space are where their place is, unless an event has a point of its own; a project is wherever the plans
# are that it grew from.
_POINTS = """
WITH wanted AS MATERIALIZED (SELECT value AS rid FROM json_each(?))
SELECT w.rid, x.lat, x.lon FROM wanted w CROSS JOIN place x ON x.rid = w.rid WHERE x.lat IS NOT NULL
UNION ALL SELECT w.rid, x.lat, x.lon FROM wanted w CROSS JOIN space s ON s.rid = w.rid
  CROSS JOIN place x ON x.rid = s.place WHERE x.lat IS NOT NULL
UNION ALL SELECT w.rid, coalesce(e.lat, x.lat), coalesce(e.lon, x.lon) FROM wanted w CROSS JOIN event e ON e.rid = w.rid
  LEFT JOIN place x ON x.rid = e.place WHERE coalesce(e.lat, x.lat) IS NOT NULL
UNION ALL SELECT w.rid, o.lat, o.lon FROM wanted w CROSS JOIN proposal o ON o.rid = w.rid WHERE o.lat IS NOT NULL
UNION ALL SELECT DISTINCT w.rid, o.lat, o.lon FROM wanted w CROSS JOIN project j ON j.rid = w.rid
  CROSS JOIN chain c ON c.later = j.rid CROSS JOIN proposal o ON o.rid = c.earlier WHERE o.lat IS NOT NULL
UNION ALL SELECT w.rid, h.lat, h.lon FROM wanted w CROSS JOIN hearing h ON h.rid = w.rid WHERE h.lat IS NOT NULL
"""


def points_of(index: Index, rids: Collection[int]) -> list[tuple[int, Point]]:
    """(record, point) for each place, space, event, proposal, project or hearing that anybody can place. A project that
    grew from several plans has several.
    """
    return [(rid, Point(lat=lat, lon=lon)) for rid, lat, lon in index.rows(_POINTS, (f"{list(rids)}",))]


# The circles' numbers are read once: taken out of JSON in each comparison they cost more than all the rest.
_CIRCLES = """circle AS MATERIALIZED (SELECT value ->> 0 AS parent, value ->> 1 AS lat, value ->> 2 AS lon,
 value ->> 3 AS scale, value ->> 4 AS slope, value ->> 5 AS west, value ->> 6 AS east, value ->> 7 AS south,
 value ->> 8 AS north, value ->> 9 AS most FROM json_each(:circles))"""
_MINE = "c.parent = p.value"
_PLACES = (
    "circle c CROSS JOIN place_box b CROSS JOIN place x"
    f" WHERE {_MINE} AND b.west <= c.east AND b.east >= c.west AND b.south <= c.north AND b.north >= c.south"
    f" AND x.rid = b.rid AND {squared_sql('x.lat', 'x.lon', 'c.')} <= c.most"
)
_BY_PLACE = squared_sql("x.lat", "x.lon", "c.")
_BY_ITSELF = squared_sql("e.lat", "e.lon", "c.")
_INSIDE = {
    "place": f"SELECT x.rid, {_BY_PLACE} AS square FROM {_PLACES}",
    "space": f"SELECT s.rid, {_BY_PLACE} AS square FROM {_PLACES.replace(' WHERE', ' CROSS JOIN space s WHERE')}"
    " AND s.place = x.rid",
    "event": f"SELECT e.rid, {_BY_PLACE} AS square FROM {_PLACES.replace(' WHERE', ' CROSS JOIN event e WHERE')}"
    " AND e.place = x.rid AND e.listed = 1 AND e.lat IS NULL{bounds}"
    f" UNION ALL SELECT e.rid, {_BY_ITSELF} FROM circle c CROSS JOIN event e INDEXED BY event_own WHERE {_MINE}"
    " AND e.listed = 1 AND e.lat IS NOT NULL AND e.lat BETWEEN c.south AND c.north AND e.lon BETWEEN c.west AND c.east"
    f" AND {_BY_ITSELF} <= c.most{{bounds}}",
}
_ROW = {
    "place": ("t.lat", "t.lon", ""),
    "space": ("x.lat", "x.lon", " CROSS JOIN place x ON x.rid = t.place"),
    "event": ("coalesce(t.lat, x.lat)", "coalesce(t.lon, x.lon)", " LEFT JOIN place x ON x.rid = t.place"),
}


def from_parent(table: str) -> str:
    """Square metres from the parent that a row of the table is around (`around`), in SQL."""
    lat, lon, joined = _ROW[table]
    return f"(SELECT min({squared_sql(lat, lon, 'c.')}) FROM circle c{joined} WHERE {_MINE})"


def around(circles: Iterable[tuple[int, Near]], table: str, bounds: str = "") -> Under:
    """How places, spaces or events (`table`) hang on what they are near: (parent, circle), a parent's circles together.
    Nothing is near itself. `bounds`: more conditions on an event `e` by its start, so that fewer are looked at.
    """
    rows = []
    for parent, near in circles:
        box, (scale, slope) = near.box, scales(near.at.lat)
        most = near.metres * near.metres
        sides = (box.west, box.east, box.south, box.north)
        rows.append([parent, near.at.lat, near.at.lon, scale, slope, *sides, most])
    found = _INSIDE[table].format(bounds=bounds)
    return Under(
        condition="l.rid <> p.value",
        link=f"(SELECT rid, min(square) AS square FROM ({found}) GROUP BY rid) l ON t.rid = l.rid",
        same={from_parent(table): "l.square", "t.starts": "t.starts", "t.rid": "l.rid"},
        given=f"WITH {_CIRCLES}",
        params={"circles": msgspec.json.encode(rows).decode()},
    )


def is_around(under: Under | None) -> bool:
    """Whether the parents of a list are what its rows are near."""
    return under is not None and "circles" in under.params


def within_box(c: Conditions, box: Box, row: str = "t") -> None:
    """Rows with a point of their own, in a table that is short enough to be read."""
    c.add(
        f"{row}.lat BETWEEN :box_s AND :box_n AND {row}.lon BETWEEN :box_w AND :box_e",
        box_s=box.south, box_n=box.north, box_w=box.west, box_e=box.east,
    )  # fmt: skip


def within_circle(c: Conditions, near: Near, row: str = "t") -> None:
    c.add(f"{squared_sql(f'{row}.lat', f'{row}.lon')} <= :near_square", **near_params(near))
