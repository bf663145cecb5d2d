"""Distances as the index computes them, in SQL and in Python alike: on a plane, with a degree of longitude as long as
it is half way between the two points.

Within fifty kilometres that is the distance on the sphere to two metres (the plane that touches the earth at the centre
is off by hundreds), and both sides agree to the millimetre.
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
        scale, slope = scales(self.at.lat)
        narrowest = scale - abs(slope) * up  # of a degree of longitude inside the circle, on the side of the pole
        aside = self.metres / max(0.01 * METRES_PER_DEGREE, narrowest)
        return Box(west=self.at.lon - aside, south=self.at.lat - up, east=self.at.lon + aside, north=self.at.lat + up)


def scales(lat: float) -> tuple[float, float]:
    """Metres of a degree of longitude at this latitude, and how many it gains for each degree of latitude that the
    other point lies further north; half of it, since half way is where it is measured.
    """
    angle = math.radians(lat)
    return METRES_PER_DEGREE * math.cos(angle), -METRES_PER_DEGREE * math.sin(angle) * math.radians(1) / 2


def distance(a: Point, b: Point) -> float:
    """Metres, as seen from `a`."""
    scale, slope = scales(a.lat)
    up = b.lat - a.lat
    return math.hypot(up * METRES_PER_DEGREE, (b.lon - a.lon) * (scale + slope * up))


def squared_sql(lat: str, lon: str, centre: str = ":near_") -> str:
    """Square metres from the centre to the columns. The centre's lat, lon, scale and slope are parameters (by
    `near_params`), or the columns of a row (`centre` "c.").
    """
    up = f"({lat} - {centre}lat)"
    north = f"({up} * {METRES_PER_DEGREE})"
    east = f"(({lon} - {centre}lon) * ({centre}scale + {centre}slope * {up}))"
    return f"({north} * {north} + {east} * {east})"


def near_params(near: Near) -> dict[str, float]:
    scale, slope = scales(near.at.lat)
    return {
        "near_lat": near.at.lat,
        "near_lon": near.at.lon,
        "near_scale": scale,
        "near_slope": slope,
        "near_square": near.metres * near.metres,
    }
