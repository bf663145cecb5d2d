from __future__ import annotations

from typing import Any

import msgspec
import pytest

from hub.connectors.geojson import MOST_POSITIONS, GeoJson, drawn, middle
from hub.records.civic import Geometry
from hub.records.core import Point

RING = [[24.9, 60.1], [25.0, 60.1], [25.0, 60.2], [24.9, 60.1]]
AS_READ = tuple((lon, lat) for lon, lat in RING)


def read(*shapes: Any) -> Geometry | None:
    return drawn([msgspec.convert(shape, GeoJson | None) for shape in shapes])


@pytest.mark.parametrize(
    ("shape", "geometry"),
    [
        ({"type": "Point", "coordinates": [24.9, 60.1, 12.5]}, Geometry(points=((24.9, 60.1),))),
        ({"type": "MultiPoint", "coordinates": [[1, 2], [3, 4]]}, Geometry(points=((1, 2), (3, 4)))),
        ({"type": "LineString", "coordinates": RING}, Geometry(lines=(AS_READ,))),
        ({"type": "MultiLineString", "coordinates": [RING]}, Geometry(lines=(AS_READ,))),
        ({"type": "Polygon", "coordinates": [RING]}, Geometry(polygons=((AS_READ,),))),
        ({"type": "MultiPolygon", "coordinates": [[RING]]}, Geometry(polygons=((AS_READ,),))),
    ],
)
def test_every_shape_is_read_bare_as_a_feature_and_in_a_collection(shape: Any, geometry: Geometry) -> None:
    feature = {"type": "Feature", "geometry": shape, "properties": {"name": "x"}}

    assert read(shape) == read(feature) == geometry
    assert read({"type": "FeatureCollection", "features": [feature]}) == geometry


def test_nothing_drawn_is_none() -> None:
    assert read() is None
    assert read(None) is None
    assert read({"type": "Feature", "geometry": None}) is None
    assert read({"type": "FeatureCollection", "features": []}) is None
    assert read({"type": "Polygon", "coordinates": []}) is None


def test_several_shapes_are_one_geometry() -> None:
    point = {"type": "Point", "coordinates": [24.9, 60.1]}

    assert read(point, {"type": "Polygon", "coordinates": [RING]}) == Geometry(
        points=((24.9, 60.1),), polygons=((AS_READ,),)
    )


@pytest.mark.parametrize(
    "shape",
    [
        {"type": "Point", "coordinates": [24.9]},
        {"type": "Point", "coordinates": [60.1, 124.9]},
        {"type": "LineString", "coordinates": [[24.9, 60.1]]},
        {"type": "Polygon", "coordinates": [RING[:-1]]},
        {"type": "MultiPoint", "coordinates": [[24.9, 60.1]] * (MOST_POSITIONS + 1)},
        {"type": "GeometryCollection", "geometries": []},
        {"type": "Circle", "coordinates": [24.9, 60.1]},
    ],
)
def test_what_cannot_be_drawn_is_a_value_error(shape: Any) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whichever: a row is dropped for any of them
        read(shape)


def test_the_middle_lies_on_the_surface() -> None:
    west_and_south = [[0, 0], [3, 0], [3, 1], [1, 1], [1, 3], [0, 3], [0, 0]]
    spot = middle(read({"type": "Polygon", "coordinates": [west_and_south]}))

    assert spot is not None
    assert not (spot.lon > 1 and spot.lat > 1)
    assert middle(read({"type": "Point", "coordinates": [24.9, 60.1]})) == Point(lat=60.1, lon=24.9)
    assert middle(None) is None
