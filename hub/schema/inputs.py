"""What callers may ask by: areas of the map, spans of time, filters. Each knows its form for the domain."""

from __future__ import annotations

import math
import re
from datetime import date, datetime

import strawberry

from hub.domain.city import City
from hub.domain.windows import Within, next_days, window
from hub.errors import BadInput
from hub.index.event_details import Between
from hub.index.geo import Box, Near
from hub.records.core import Point, Span
from hub.schema.scalars import DateTime

FURTHEST = 50_000  # metres
CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)


def checked_point(lat: float, lon: float) -> Point:
    if not (math.isfinite(lat) and math.isfinite(lon) and -90 <= lat <= 90 and -180 <= lon <= 180):
        raise BadInput(f"lat: {lat}, lon: {lon} is no point on the map (degrees, WGS 84)")
    return Point(lat=lat, lon=lon)


@strawberry.input(description="A point on the map.")
class PointInput:
    lat: float = strawberry.field(description="Degrees north, WGS 84.")
    lon: float = strawberry.field(description="Degrees east, WGS 84.")

    def to_domain(self) -> Point:
        return checked_point(self.lat, self.lon)


@strawberry.input(description="A circle on the map.")
class NearInput:
    lat: float = strawberry.field(description="Degrees north, WGS 84.")
    lon: float = strawberry.field(description="Degrees east, WGS 84.")
    within_metres: float = strawberry.field(default=1000, description="Radius, at most 50 000.")

    def to_domain(self) -> Near:
        if not 0 < self.within_metres <= FURTHEST:
            raise BadInput(f"withinMetres: {self.within_metres} is not above 0 and at most {FURTHEST:.0f}")
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

    def to_domain(self, what: str) -> Span:
        if self.to <= self.from_:
            raise BadInput(f"{what}: to {self.to.isoformat()} is not after from {self.from_.isoformat()}")
        return Span(starts_at=self.from_, ends_at=self.to)


@strawberry.input(description="From now on: give `days` or `hours`, one of the two.")
class WithinInput:
    days: int | None = strawberry.field(
        default=None, description="So many days as the calendar in Helsinki counts them, today the first; 400 at most."
    )
    hours: int | None = strawberry.field(default=None, description="So many hours; 744 at most.")

    def to_domain(self) -> Within:
        return Within(days=self.days, hours=self.hours)


def checked_span(
    city: City, what: str, from_: datetime | None, to: datetime | None, within: WithinInput | None
) -> Span:
    """A window given by its two ends, or as one that moves with the clock; BadInput for both, and for half of one."""
    if within is not None:
        if from_ is not None or to is not None:
            raise BadInput(f"{what}: within contradicts from and to: give one or the other")
        return window(city, within.to_domain())
    if from_ is None or to is None:
        raise BadInput(f"{what}: give from and to, or within")
    if to <= from_:
        raise BadInput(f"{what}: to {to.isoformat()} is not after from {from_.isoformat()}")
    return Span(starts_at=from_, ends_at=to)


def checked_days(city: City, from_: date | None, to: date | None, days: int | None) -> tuple[date, date]:
    """The first and the last of some days, given so or counted from today on."""
    if days is not None:
        if from_ is not None or to is not None:
            raise BadInput("days contradicts from and to: give one or the other")
        return next_days(city, days)
    if from_ is None or to is None:
        raise BadInput("give from and to, or days")
    return from_, to


@strawberry.input(description="Whole numbers from one to another, both in; leave a side out to keep it open.")
class RangeInput:
    from_: int | None = strawberry.field(name="from", default=None, description="The least.")
    to: int | None = strawberry.field(default=None, description="The most.")

    def to_domain(self, what: str) -> Between:
        if self.from_ is not None and self.to is not None and self.to < self.from_:
            raise BadInput(f"{what}: to {self.to} is less than from {self.from_}")
        return Between(first=self.from_, last=self.to)


@strawberry.input(description="Times of day in Helsinki, 17:00 to 20:30, both in; leave a side out to keep it open.")
class ClockInput:
    from_: str | None = strawberry.field(name="from", default=None, description="The earliest, hours and minutes.")
    to: str | None = strawberry.field(default=None, description="The latest, hours and minutes.")

    def to_domain(self, what: str) -> Between:
        first, last = checked_clock(self.from_, what), checked_clock(self.to, what)
        if first is not None and last is not None and last < first:
            raise BadInput(f"{what}: to {self.to} is before from {self.from_}")
        return Between(first=first, last=last)


def checked_clock(text: str | None, what: str) -> int | None:
    """Minutes after midnight."""
    if text is None:
        return None
    found = CLOCK.fullmatch(text)
    if found is None:
        raise BadInput(f"{what}: {text[:20]!r} is not a time of day such as 17:00")
    return int(found[1]) * 60 + int(found[2])
