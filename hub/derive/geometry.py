"""Which areas hold a point: prepared polygons behind a tree, all points of a batch at once.

A point on a border belongs to every area that touches it; of each kind the area with the lowest OCD id is taken, so
that the answer does not depend on order. Areas are expected once each (see `places.area_map`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import shapely
from shapely import STRtree
from shapely.errors import GEOSException
from shapely.geometry.base import BaseGeometry

from hub.records.civic import Geometry
from hub.records.core import Point
from hub.records.places import Area

ENOUGH_OF_SHAPE, ENOUGH_OF_AREA = 0.1, 0.5


class AreaMap:
    def __init__(self, areas: Iterable[tuple[int, Area]]) -> None:
        known = sorted(((rid, area) for rid, area in areas if area.boundary), key=lambda pair: pair[1].ocd_id)
        self._rids = [rid for rid, _ in known]
        self._kinds = [area.area_kind for _, area in known]
        shapes = [_shape(area) for _, area in known]
        for shape in shapes:
            shapely.prepare(shape)
        self._shapes = shapes
        self._tree = STRtree(shapes)

    def __len__(self) -> int:
        return len(self._rids)

    def shapes(self) -> list[tuple[int, tuple[float, float, float, float], bytes]]:
        """(area, west south east north, its surface as WKB), for a reader that has no map."""
        return [
            (rid, shape.bounds, shapely.to_wkb(shape))
            for rid, shape in zip(self._rids, self._shapes, strict=True)
            if not shape.is_empty
        ]

    def holding(self, points: Sequence[Point]) -> list[tuple[int, ...]]:
        """For each point the rids of the areas that hold it, one of each kind at most."""
        found: list[dict[str, int]] = [{} for _ in points]
        if points and self._rids:
            geometries = shapely.points([(point.lon, point.lat) for point in points])
            at, areas = self._tree.query(geometries, predicate="intersects")
            for index, area in sorted(zip(at.tolist(), areas.tolist(), strict=True)):
                found[index].setdefault(self._kinds[area], self._rids[area])
        return [tuple(sorted(kinds.values())) for kinds in found]

    def holding_part_of(self, geometry: Geometry | None) -> set[int]:
        """The areas that one of its points, or a tenth of its lines or of its surfaces, lies in; and those that its
        surfaces cover by half (something about the whole city is about each part of it).
        """
        if geometry is None or not self._rids:
            return set()
        points = [Point(lat=lat, lon=lon) for lon, lat in geometry.points]
        found = {rid for held in self.holding(points) for rid in held}
        lines = shapely.MultiLineString(geometry.lines)
        surfaces = shapely.union_all([_valid(shapely.Polygon(outer, holes)) for outer, *holes in geometry.polygons])
        for shape, is_surface in ((lines, False), (surfaces, True)):
            if shape.is_empty:
                continue
            whole = shape.area if is_surface else shape.length
            for index in self._tree.query(shape, predicate="intersects").tolist():
                part = self._shapes[index].intersection(shape)
                share = part.area if is_surface else part.length
                covered = is_surface and share >= ENOUGH_OF_AREA * self._shapes[index].area
                if share >= ENOUGH_OF_SHAPE * whole or covered:
                    found.add(self._rids[index])
        return found

    def nesting(self) -> list[tuple[int, int]]:
        """(area, wider area of another kind that holds a point inside it)."""
        pairs: list[tuple[int, int]] = []
        for index, shape in enumerate(self._shapes):
            inside = shape.representative_point()
            pairs.extend(
                (self._rids[index], self._rids[other])
                for other in self._tree.query(inside, predicate="intersects").tolist()
                if self._kinds[other] != self._kinds[index] and self._shapes[other].area > shape.area
            )
        return sorted(pairs)


def _shape(area: Area) -> BaseGeometry:
    polygons = [
        shapely.Polygon(rings[0], [hole for hole in rings[1:] if len(hole) >= 4])
        for rings in area.boundary
        if rings and len(rings[0]) >= 4
    ]
    shape = shapely.MultiPolygon(polygons)
    return _valid(shape)


def _valid(shape: BaseGeometry) -> BaseGeometry:
    """The surface that was meant; where nobody can tell (rings that collapse inside each other), all that it spans."""
    if shape.is_valid:
        return shape
    try:
        return shapely.make_valid(shape)
    except GEOSException:
        return shape.convex_hull
