"""The made city's craft association: its events as the plugin answers them, entities and all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from hub.sandbox.city import City, MadeEvent, MadePlace
from hub.sandbox.making.chance import share
from hub.sandbox.tribe.standin import Rows

HELSINKI = ZoneInfo("Europe/Helsinki")
HOST = "yhdistys.example"
SITE = f"https://{HOST}"


def made(city: City) -> Rows:
    places = {place.key: place for place in city.places}
    organisations = {organisation.id: organisation.name for organisation in city.organisations}
    events = [event for event in city.events if "tribe" in event.calendars and event.starts_at is not None]
    events.sort(key=lambda event: (event.starts_at, event.id))
    rows = (_row(event, places.get(event.place or ""), organisations.get(event.organisation or "")) for event in events)
    return Rows(events=tuple(rows), site=SITE)


def number_of(name: str) -> int:
    """A WordPress post's id: the same for the same event on every day."""
    return 1_000 + int(share("wordpress", name) * 9_000_000)


def _row(event: MadeEvent, place: MadePlace | None, organiser: str | None) -> dict[str, Any]:
    assert event.starts_at is not None
    ends_at = event.ends_at or event.starts_at
    last = ends_at - timedelta(seconds=1) if event.all_day is not None else ends_at
    number = number_of(event.id)
    title = f"PERUTTU: {event.name.fi}" if event.status == "EventCancelled" else event.name.fi or ""
    is_free = event.is_free is True
    return {
        "id": number,
        "global_id": f"{HOST}?id={number}",
        "global_id_lineage": [f"{HOST}?id={number}"],
        "author": "1",
        "status": "publish",
        "date": _local(event.created_at),
        "date_utc": _utc(event.created_at),
        "modified": _local(event.modified_at),
        "modified_utc": _utc(event.modified_at),
        "url": f"{SITE}/tapahtuma/{event.id}/",
        "rest_url": f"{SITE}/wp-json/tribe/events/v1/events/{number}",
        "title": escape(title).replace("–", "&#8211;"),
        "description": event.description.fi or "",
        "excerpt": f"<p>{escape(event.summary.fi)}</p>\n" if event.summary.fi else "",
        "slug": event.id,
        "image": False if event.image is None else _image(event.image),
        "all_day": event.all_day is not None,
        "start_date": _local(event.starts_at),
        "end_date": _local(last),
        "utc_start_date": _utc(event.starts_at),
        "utc_end_date": _utc(last),
        "timezone": "Europe/Helsinki",
        "timezone_abbr": event.starts_at.astimezone(HELSINKI).tzname(),
        "cost": "Maksuton" if is_free else (event.price.fi or "").replace("–", "&#8211;"),
        "cost_details": {
            "currency_symbol": "€",
            "currency_code": "EUR",
            "currency_position": "postfix",
            "values": ["0"] if is_free else [],
        },
        "website": "",
        "show_map": True,
        "show_map_link": True,
        "hide_from_listings": False,
        "sticky": False,
        "featured": False,
        "categories": [],
        "tags": [],
        "venue": [] if place is None else _venue(place),
        "organizer": [] if organiser is None else [{"id": 9, "organizer": escape(organiser), "slug": "yhdistys"}],
        "custom_fields": [],
    }


def _venue(place: MadePlace) -> dict[str, Any]:
    """What is empty is left out."""
    number = number_of(place.key)
    spot = {} if place.lat is None or place.lon is None else {"geo_lat": place.lat, "geo_lng": place.lon}
    return {
        "id": number,
        "venue": escape(place.name.fi or place.name.sv or ""),
        "slug": place.key,
        "address": place.street.fi or "",
        "city": place.city,
        "country": "Suomi",
        "zip": place.postal_code,
        **spot,
        "show_map": True,
        "show_map_link": True,
        "global_id": f"{HOST}?id={number}",
        "global_id_lineage": [f"{HOST}?id={number}"],
    }


def _image(url: str) -> dict[str, Any]:
    return {"url": url, "id": 3, "extension": "jpg", "width": "1200", "height": "800", "sizes": {}}


def _local(moment: datetime) -> str:
    return moment.astimezone(HELSINKI).strftime("%Y-%m-%d %H:%M:%S")


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
