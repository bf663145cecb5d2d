"""What callers may ask by: areas of the map, spans of time, filters. Each knows its form for the domain."""

from __future__ import annotations

import math

import strawberry

from hub.errors import BadInput
from hub.index.geo import Box, Near
from hub.records.core import Point, Span
from hub.schema.scalars import DateTime

FURTHEST = 50_000  # metres


def checked_point(lat: float, lon: float) -> Point:
    if not (math.isfinite(lat) and math.isfinite(lon) and -90 <= lat <= 90 and -180 <= lon <= 180):
        raise BadInput(f"lat: {lat}, lon: {lon} is no point on the map (degrees, WGS 84)")
    return Point(lat=lat, lon=lon)


@strawberry.input(description="A circle on the map.")
class NearInput:
    lat: float = strawberry.field(description="Degrees north, WGS 84.")
    lon: float = strawberry.field(description="Degrees east, WGS 84.")
    within_metres: float = strawberry.field(default=1000, description="Radius, at most 50 000.")

    def to_domain(self) -> Near:
        if not 0 < self.within_metres <= FURTHEST:
            raise BadInput(f"withinMetres: {self.within_metres} is not between 0 and {FURTHEST}")
        return Near(at=checked_point(self.lat, self.lon), metres=self.within_metres)


@strawberry.input(description="A rectangle on the map, WGS 84 degrees.")
class BoxInput:
    west: float = strawberry.field(description="Its western edge.")
    south: float = strawberry.field(description="Its southern edge.")
    east: float = strawberry.field(description="Its eastern edge.")
    north: float = strawberry.field(description="Its northern edge.")

    def to_domain(self) -> Box:
        checked_point(self.south, self.west)
        checked_point(self.north, self.east)
        if self.west > self.east or self.south > self.north:
            raise BadInput("bbox: west must not lie east of east, nor south north of north")
        return Box(west=self.west, south=self.south, east=self.east, north=self.north)


@strawberry.input(description="From a moment (in) to another (out).")
class SpanInput:
    from_: DateTime = strawberry.field(name="from", description="The first moment.")
    to: DateTime = strawberry.field(description="The moment at which it is over.")

    def to_domain(self) -> Span:
        if self.to <= self.from_:
            raise BadInput(f"to: {self.to.isoformat()} is not after from: {self.from_.isoformat()}")
        return Span(starts_at=self.from_, ends_at=self.to)
