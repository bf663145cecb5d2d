"""The made city's places with their hours as Hauki's rows, from 40 days ago to 120 ahead.

Libraries come from the library directory, as up there, and one in six is behind it: on the days on which the directory
says "exceptionally closed", Hauki still has the ordinary hours. Every place that is no library is known here alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from hub.sandbox.city import City, MadePlace, Text
from hub.sandbox.hauki.standin import Row, Rows

BEHIND, AHEAD = 40, 120
BEHIND_THE_DIRECTORY = 6
NAMES: Final = {"tprek": "Toimipisterekisteri", "kirkanta": "Kirkanta"}
CLOSED: Final = Text("Poikkeuksellisesti suljettu", "Exceptionellt stängt", "Exceptionally closed")
NO_WORDS: Final = Text()
NOTHING: Final[Row] = {"fi": None, "sv": None, "en": None}


def made(city: City) -> Rows:
    places = sorted((place for place in city.places if place.tprek is not None), key=lambda place: place.tprek or 0)
    numbered = dict(enumerate(places, start=1))
    return Rows(
        resources=tuple(_resource(number, place) for number, place in numbered.items()),
        days={number: tuple(_days(number, place, city.today)) for number, place in numbered.items() if place.week},
    )


def is_behind(place: MadePlace) -> bool:
    """Whether Hauki has not yet heard of this library's exceptions."""
    return place.kirkanta is not None and place.kirkanta % BEHIND_THE_DIRECTORY == 0


def _resource(number: int, place: MadePlace) -> Row:
    ids = {"tprek": place.tprek, "kirkanta": place.kirkanta}
    streets = {
        language: f"{street}, {place.postal_code} {place.city}" for language, street in place.street.map().items()
    }
    return {
        "id": number,
        "name": NOTHING | place.name.map(),
        "timezone": "Europe/Helsinki",
        "origins": [
            {"data_source": {"id": source, "name": NOTHING | {"fi": NAMES[source]}}, "origin_id": str(id_)}
            for source, id_ in ids.items()
            if id_ is not None
        ],
        "description": NOTHING,
        "address": NOTHING | streets,
        "resource_type": "unit",
        "children": [],
        "parents": [],
        "organization": "tprek:00000000-0000-4000-8000-000000000000",
        "last_modified_by": None,
        "created": "2020-12-16T11:29:38.000000+02:00",
        "modified": "2026-02-05T09:58:55.000000+02:00",
        "extra_data": {"citizen_url": place.website.fi, "admin_url": None},
        "is_public": True,
        "date_periods_hash": f"{number:08x}",
        "date_periods_as_text": "",
    }


def _days(number: int, place: MadePlace, today: date) -> Iterable[Row]:
    """A weekday without hours has a rule that says so; Sundays of a place that never opens on them have none."""
    for day in (today + timedelta(days=n) for n in range(-BEHIND, AHEAD + 1)):
        if day in place.closed_on and not is_behind(place):
            yield {"date": day.isoformat(), "times": [_time(number, "closed", None, None, CLOSED)]}
            continue
        hours = place.week[day.weekday()]
        spans = [(*span, "open") for span in hours.staffed] + [(*span, "self_service") for span in hours.self_service]
        times = [_time(number, state, f"{opens}", f"{closes}") for opens, closes, state in sorted(spans)]
        if times or day.weekday() < 6:
            yield {"date": day.isoformat(), "times": times or [_time(number, "closed", None, None)]}


def _time(number: int, state: str, start: str | None, end: str | None, description: Text = NO_WORDS) -> Row:
    return {
        "name": "",
        "description": description.map() or "",
        "start_time": start,
        "end_time": end,
        "end_time_on_next_day": end == "00:00:00",
        "resource_state": state,
        "full_day": start is None and end is None,
        "periods": [number],
    }
