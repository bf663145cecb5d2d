"""The made city of a day: everything that the stand-ins speak of.

Deterministic: each subject has its own seeded generators (`making/chance.py`), and nothing depends on the order of a
set or on the machine's clock. Ids stay as the day moves: places, rooms and works are the same on every day, events and
bookings are patterns laid over ISO weeks, budgeting rounds follow the calendar year.
"""

from __future__ import annotations

from datetime import date
from functools import cache

import msgspec

from hub.sandbox.city import City, MadePlace
from hub.sandbox.making.budgeting import rounds, scopes
from hub.sandbox.making.civic import decisions, hearings
from hub.sandbox.making.climate import actions, indicators
from hub.sandbox.making.events import events
from hub.sandbox.making.geography import geography
from hub.sandbox.making.libraries import closed_days, libraries
from hub.sandbox.making.places import other_places
from hub.sandbox.making.registers import SERVICES
from hub.sandbox.making.rooms import rooms
from hub.sandbox.making.themes import ORGANISATIONS, keywords
from hub.sandbox.making.works import works


def make_city(today: date) -> City:
    """`today` is the local date (Europe/Helsinki)."""
    ordinary = _places()
    places = tuple(msgspec.structs.replace(place, closed_on=closed_days(place, today)) for place in ordinary)
    happening, series = events(ordinary, today)
    return City(
        today=today,
        areas=geography().areas,
        places=places,
        services=SERVICES,
        rooms=rooms(places, today),
        keywords=keywords(),
        organisations=ORGANISATIONS,
        events=happening,
        series=series,
        works=works(),
        scopes=scopes(),
        rounds=rounds(today),
        hearings=hearings(places, today),
        decisions=decisions(today),
        climate_actions=actions(today),
        climate_indicators=indicators(today),
    )


@cache
def _places() -> tuple[MadePlace, ...]:
    return (*libraries(), *other_places())
