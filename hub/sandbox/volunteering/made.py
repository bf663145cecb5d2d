"""The made city's parks as places where residents clean up on a Saturday or Sunday of the coming weeks."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from hub.sandbox.city import City, MadePlace
from hub.sandbox.making.calendar import HELSINKI
from hub.sandbox.making.chance import pick, share
from hub.sandbox.volunteering.standin import Row, Rows

WORDS: Final = ("puistotalkoot", "siivoustalkoot", "haravointitalkoot", "kevätsiivous")
EVENTS: Final = 24  # at most
WEEKS: Final = 8  # ahead; one behind, since the past stays in the list


def made(city: City) -> Rows:
    outdoors = [place for place in city.places if place.kind in {"park", "sport", "other"} and place.lat is not None]
    chosen = sorted(outdoors, key=lambda place: share(place.key, "clean-up"))[:EVENTS]
    events = sorted((_event(place, city.today) for place in chosen), key=lambda row: f"{row['start_time']}")
    return Rows(events=tuple(events), zones=({"id": 1, "name": "Keskinen", "active": True},))


def _event(place: MadePlace, today: date) -> Row:
    monday = today - timedelta(days=today.weekday())
    week = int(share(place.key, "week") * (WEEKS + 1)) - 1
    day = monday + timedelta(weeks=week, days=5 + int(share(place.key, "day") * 2))
    hour = 9 + int(share(place.key, "hour") * 6)
    starts = datetime.combine(day, time(hour), HELSINKI).astimezone(UTC)
    return {
        "name": f"{place.name.fi} – {pick(WORDS, place.key)}",
        "start_time": f"{starts:%Y-%m-%dT%XZ}",
        "end_time": f"{starts + timedelta(hours=3):%Y-%m-%dT%XZ}",
        "location": {"type": "Point", "coordinates": [place.lon, place.lat]},
    }
