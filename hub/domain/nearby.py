"""What is around a record, whatever it is: places, rooms and events near it, and how far it is from a point."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from hub.domain import events, places, spaces
from hub.domain.city import City
from hub.domain.lists import Found, PageArgs
from hub.domain.reading import reads
from hub.domain.spaces import SpaceFilter
from hub.errors import BadInput
from hub.index import near as index
from hub.index.events import EventFilter, bounds
from hub.index.geo import Near, distance
from hub.index.listing import Under
from hub.index.places import PlaceFilter
from hub.records.core import Point
from hub.records.events import Event
from hub.records.merged import CityPlace
from hub.records.spaces import Space

FURTHEST = 3_000.0  # metres; further than one walks, and all that is inside is looked at for each record


@reads("place", "event", "proposal")
def places_near(
    city: City, rids: Sequence[int], wanted: PlaceFilter, metres: float, page: PageArgs
) -> list[Found[CityPlace]]:
    """Places at most so far from each record. What nobody can place has none; nothing is near itself."""
    return places.places_under(city, rids, wanted, page, _around(city, rids, metres, "place"))


@reads("place", "event", "proposal", "booking_hours", "busy_times", asks=spaces.OF_PAGES)
async def spaces_near(
    city: City, rids: Sequence[int], wanted: SpaceFilter, metres: float, page: PageArgs
) -> list[Found[Space]]:
    under = _around(city, rids, metres, "space")
    return await spaces.spaces_under(city, rids, wanted, page, under)


@reads("place", "event", "proposal")
def events_near(
    city: City, rids: Sequence[int], wanted: EventFilter, metres: float, page: PageArgs
) -> list[Found[Event]]:
    return events.events_under(city, rids, wanted, page, _around(city, rids, metres, "event", bounds("e", wanted)))


def _around(city: City, rids: Sequence[int], metres: float, table: str, by_start: str = "") -> Under:
    if not 0 < metres <= FURTHEST:
        raise BadInput(f"withinMetres: {metres} is not above 0 and at most {FURTHEST:.0f}")
    points = index.points_of(city.index, dict.fromkeys(rids))
    return index.around([(rid, Near(at=point, metres=metres)) for rid, point in points], table, by_start)


@reads("place", "event", "proposal")
def metres_from(city: City, rids: Sequence[int], at: Point) -> list[float | None]:
    """Metres from the point to each record as the crow flies; to the nearest, if it is in several spots. None: nobody
    tells where it is.
    """
    found: dict[int, list[float]] = defaultdict(list)
    for rid, point in index.points_of(city.index, dict.fromkeys(rids)):
        found[rid].append(distance(at, point))
    return [min(found[rid], default=None) for rid in rids]
