"""Distances as the index computes them, in SQL and in Python alike: the plane that touches the earth at the centre.

Within a city it is off by less than a metre in a kilometre, and both sides agree to the millimetre.
"""

from __future__ import annotations

import math

import msgspec

from hub.records.core import Point

METRES_PER_DEGREE = 111_194.926  # of a sphere of 6 371 008.8 m


class Box(msgspec.Struct, frozen=True, kw_only=True):
    """WGS 84 degrees; west ≤ east, south ≤ north."""

    west: float
    south: float
    east: float
    north: float


class Near(msgspec.Struct, frozen=True, kw_only=True):
    """A circle on the map. `metres` > 0."""

    at: Point
    metres: float

    @property
    def box(self) -> Box:
        up = self.metres / METRES_PER_DEGREE
        aside = up / max(0.01, math.cos(math.radians(self.at.lat)))
        return Box(west=self.at.lon - aside, south=self.at.lat - up, east=self.at.lon + aside, north=self.at.lat + up)


def distance(a: Point, b: Point) -> float:
    """Metres, as seen from `a`."""
    north = (b.lat - a.lat) * METRES_PER_DEGREE
    east = (b.lon - a.lon) * METRES_PER_DEGREE * math.cos(math.radians(a.lat))
    return math.hypot(north, east)


def squared_sql(lat: str, lon: str) -> str:
    """Square metres from (:near_lat, :near_lon) to the columns; parameters by `near_params`."""
    north = f"(({lat} - :near_lat) * {METRES_PER_DEGREE})"
    east = f"(({lon} - :near_lon) * :near_scale)"
    return f"({north} * {north} + {east} * {east})"


def near_params(near: Near) -> dict[str, float]:
    return {
        "near_lat": near.at.lat,
        "near_lon": near.at.lon,
        "near_scale": METRES_PER_DEGREE * math.cos(math.radians(near.at.lat)),
        "near_square": near.metres * near.metres,
    }
