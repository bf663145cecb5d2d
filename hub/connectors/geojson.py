"""Outside GeoJSON (RFC 7946) as typed structs, and what it draws as parts with checked positions.

Read as `GeoJson`: a bare geometry, a Feature or a FeatureCollection. Collections of geometries are not read: nobody of
ours sends them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from hub.records.civic import Geometry, Position
from hub.records.core import Point

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

MOST_POSITIONS = 20_000  # an outline drawn by hand has hundreds
LEAST_IN_RING = 4

_Position: TypeAlias = list[float]  # lon, lat, and perhaps a height, which is left out
_Line: TypeAlias = list[_Position]
_Polygon: TypeAlias = list[_Line]


class _Part(msgspec.Struct, tag_field="type"):
    pass


class _Point(_Part, tag="Point"):
    coordinates: _Position


class _MultiPoint(_Part, tag="MultiPoint"):
    coordinates: list[_Position]


class _LineString(_Part, tag="LineString"):
    coordinates: _Line


class _MultiLineString(_Part, tag="MultiLineString"):
    coordinates: list[_Line]


class _OnePolygon(_Part, tag="Polygon"):
    coordinates: _Polygon


class _MultiPolygon(_Part, tag="MultiPolygon"):
    coordinates: list[_Polygon]


Shape: TypeAlias = _Point | _MultiPoint | _LineString | _MultiLineString | _OnePolygon | _MultiPolygon


class _Feature(_Part, tag="Feature"):
    geometry: Shape | None = None


class _FeatureCollection(_Part, tag="FeatureCollection"):
    features: list[_Feature]


GeoJson: TypeAlias = Shape | _Feature | _FeatureCollection


def drawn(shapes: Iterable[GeoJson | None]) -> Geometry | None:
    """All that is drawn, as one; None where there is nothing. ValueError for a position outside the world, a ring that
    is none, or more positions than anybody draws.
    """
    points: list[_Position] = []
    lines: list[_Line] = []
    polygons: list[_Polygon] = []
    for shape in shapes:
        for bare in _bare(shape):
            match bare:
                case _Point():
                    points.append(bare.coordinates)
                case _MultiPoint():
                    points.extend(bare.coordinates)
                case _LineString():
                    lines.append(bare.coordinates)
                case _MultiLineString():
                    lines.extend(bare.coordinates)
                case _OnePolygon():
                    polygons.append(bare.coordinates)
                case _MultiPolygon():
                    polygons.extend(bare.coordinates)
    many = len(points) + sum(map(len, lines)) + sum(len(ring) for polygon in polygons for ring in polygon)
    if many > MOST_POSITIONS:
        raise ValueError(f"a shape of {many} positions")
    if not many:
        return None
    return Geometry(
        points=tuple(map(_position, points)),
        lines=tuple(_line(line) for line in lines if line),
        polygons=tuple(tuple(map(_ring, polygon)) for polygon in polygons if polygon),
    )


def middle(geometry: Geometry | None) -> Point | None:
    """A point of what is drawn: on the surface if there is one, else on the lines, else one of the points."""
    if geometry is None:
        return None
    import shapely  # noqa: PLC0415 - 20 MB, which only the harvester needs: workers load connectors too

    shape: BaseGeometry
    if geometry.polygons:
        shape = shapely.MultiPolygon([(rings[0], list(rings[1:])) for rings in geometry.polygons])
    elif geometry.lines:
        shape = shapely.MultiLineString(geometry.lines)
    else:
        shape = shapely.MultiPoint(geometry.points)
    spot = shape.representative_point()
    return None if spot.is_empty else Point(lat=round(spot.y, 6), lon=round(spot.x, 6))


def _bare(shape: GeoJson | None) -> Iterator[Shape]:
    match shape:
        case None:
            return
        case _Feature():
            if shape.geometry is not None:
                yield shape.geometry
        case _FeatureCollection():
            yield from (feature.geometry for feature in shape.features if feature.geometry is not None)
        case _:
            yield shape


def _position(given: _Position) -> Position:
    if len(given) < 2:
        raise ValueError("a position of one number")
    lon, lat = given[0], given[1]
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise ValueError(f"a position outside the world: {lon}, {lat}")
    return lon, lat


def _line(given: _Line) -> tuple[Position, ...]:
    if len(given) < 2:
        raise ValueError("a line of one position")
    return tuple(map(_position, given))


def _ring(given: _Line) -> tuple[Position, ...]:
    if len(given) < LEAST_IN_RING or given[0] != given[-1]:
        raise ValueError(f"a ring of {len(given)} positions that is not closed")
    return tuple(map(_position, given))
