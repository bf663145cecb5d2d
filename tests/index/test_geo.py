"""Distances: SQL and Python say the same, and both are right within a city."""

from __future__ import annotations

import math
import sqlite3

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hub.index.geo import Near, distance, near_params, squared_sql
from hub.records.core import Point
from tests.made import spot

OODI, KALLIO, HELSINKI_AIRPORT = spot(60.17397, 24.938158), spot(60.18427, 24.95358), spot(60.3172, 24.9633)
points = st.builds(Point, lat=st.floats(59.9, 60.4), lon=st.floats(24.5, 25.5))


def in_sql(at: Point, to: Point) -> float:
    db = sqlite3.connect(":memory:")
    sql = f"SELECT {squared_sql(':lat', ':lon')}"
    params = {**near_params(Near(at=at, metres=1)), "lat": to.lat, "lon": to.lon}
    del params["near_square"]
    ((squared,),) = db.execute(sql, params).fetchall()
    db.close()
    return math.sqrt(squared)


def on_the_sphere(a: Point, b: Point) -> float:
    """The haversine formula."""
    up, aside = math.radians(b.lat - a.lat) / 2, math.radians(b.lon - a.lon) / 2
    h = math.sin(up) ** 2 + math.cos(math.radians(a.lat)) * math.cos(math.radians(b.lat)) * math.sin(aside) ** 2
    return 2 * 6_371_008.8 * math.asin(math.sqrt(h))


@given(points, points)
def test_sql_measures_as_python_does(a: Point, b: Point) -> None:
    assert in_sql(a, b) == pytest.approx(distance(a, b), abs=1e-3)


@given(points, points)
@example(OODI, KALLIO)
@example(KALLIO, OODI)
@example(OODI, HELSINKI_AIRPORT)
def test_a_distance_is_that_on_the_sphere_to_three_metres_in_a_hundred_kilometres(a: Point, b: Point) -> None:
    assert distance(a, b) == pytest.approx(on_the_sphere(a, b), rel=3e-5, abs=1e-3)


def test_a_place_is_no_way_from_itself() -> None:
    assert distance(OODI, OODI) == 0


@given(points, points, st.floats(1, 20_000))
def test_the_box_of_a_circle_holds_all_of_it(at: Point, to: Point, metres: float) -> None:
    box = Near(at=at, metres=metres).box

    if distance(at, to) <= metres:
        assert box.west <= to.lon <= box.east
        assert box.south <= to.lat <= box.north


@pytest.mark.parametrize("lat", [90.0, -90.0, 89.999])
def test_a_circle_at_a_pole_has_a_box(lat: float) -> None:
    box = Near(at=spot(lat, 0), metres=1000).box

    assert box.west < 0 < box.east
    assert math.isfinite(box.west)
