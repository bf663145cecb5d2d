"""Which areas hold a point: prepared polygons behind a tree, all points of a batch at once.

A point on a border belongs to every area that touches it; of each kind the area with the lowest OCD id is taken, so
that the answer does not depend on order. Areas are expected once each (see `places.area_map`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import shapely
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from hub.records.core import Point
from hub.records.places import Area


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

    def holding(self, points: Sequence[Point]) -> list[tuple[int, ...]]:
        """For each point the rids of the areas that hold it, one of each kind at most."""
        found: list[dict[str, int]] = [{} for _ in points]
        if points and self._rids:
            geometries = shapely.points([(point.lon, point.lat) for point in points])
            at, areas = self._tree.query(geometries, predicate="intersects")
            for index, area in sorted(zip(at.tolist(), areas.tolist(), strict=True)):
                found[index].setdefault(self._kinds[area], self._rids[area])
        return [tuple(sorted(kinds.values())) for kinds in found]

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
    return shape if shape.is_valid else shapely.make_valid(shape)
