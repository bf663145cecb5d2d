"""The made city's libraries as Kirkanta's rows, with hours from 40 days ago to 120 ahead."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from hub.sandbox.city import City, MadeHours, MadePlace, Text
from hub.sandbox.kirkanta.standin import Row, Rows

HELSINKI: Final = ZoneInfo("Europe/Helsinki")
HELMET: Final = 2093
CITIES: Final = {  # the first two ids are real, the others made
    "Helsinki": (15885, "Helsingfors"),
    "Espoo": (15863, "Esbo"),
    "Vantaa": (990001, "Vanda"),
    "Kauniainen": (990002, "Grankulla"),
}
BEHIND, AHEAD = 40, 120
MOBILE_LIBRARY, INSTITUTION = 312, 368
FIRST_SERVICE: Final = 910_000  # ids of the vocabulary, in the order of the alphabet: made
STAFFED, SELF_SERVICE = 1, 2
HARDWARE: Final = re.compile(
    r"(?i)(kone|koneet|laitteet|laite|leikkurit|skannerit|tulostimet|mittarit|soittimet|pelit|konsolit|tabletit|piano)\b"
)
ROOM: Final = re.compile(r"(?i)(huone|tila|tilat|studio|studiot|sali|salit|paja|pajat|verstas)\b")
CLOSED: Final = Text("Poikkeuksellisesti suljettu", "Exceptionellt stängt", "Exceptionally closed")


def made(city: City) -> Rows:
    places = [place for place in city.places if place.kirkanta is not None]
    vocabulary = sorted({name for place in places for name in place.library_services})
    ids = {name: FIRST_SERVICE + number for number, name in enumerate(vocabulary, start=1)}
    days = {place.kirkanta or 0: tuple(_days(place, city.today)) for place in places if place.week}
    return Rows(
        libraries=tuple(_library(place, city, ids) for place in places),
        days=days,
        periods={
            period["id"]: period for place in places if place.week for period in _periods(place.kirkanta or 0, city)
        },
        cities={
            id_: {"id": id_, "name": {"fi": fi, "sv": sv}, "slug": fi.lower(), "consortium": HELMET}
            for fi, (id_, sv) in CITIES.items()
        },
        consortia={
            HELMET: {
                "id": HELMET,
                "name": "Helmet-kirjastot",
                "slug": "helmet-kirjastot",
                "homepage": "https://www.helmet.fi",
                "logo": None,
            }
        },
    )


def _library(place: MadePlace, city: City, ids: dict[str, int]) -> Row:
    has_point = place.lat is not None and place.lon is not None
    website = place.website.fi or place.website.sv or place.website.en
    phone = None if place.phone is None else {"name": "Asiakaspalvelu", "number": place.phone}
    email = None if place.email is None else {"name": "Sähköposti", "email": place.email}
    city_id, city_sv = CITIES.get(place.city, (None, place.city))
    return {
        "id": place.kirkanta,
        "city": city_id,
        "name": place.name.map(),
        "slug": {language: _slug(name) for language, name in place.name.map().items()},
        "type": _type(place),
        "slogan": None,
        "address": {
            "area": None,
            "city": {"fi": place.city, "sv": city_sv},
            "info": None,
            "street": place.street.map() or None,
            "zipcode": place.postal_code,
            "boxNumber": None,
        },
        "created": "2012-07-16T18:07:14+03:00",
        "founded": None,
        "modified": datetime.combine(city.today, time(3, 10), HELSINKI).isoformat(),
        "shortName": place.short_name or place.name.fi,
        "consortium": HELMET,
        "coverPhoto": None,
        "coordinates": {"lat": place.lat, "lon": place.lon} if has_point else None,
        "description": {language: f"<p>{text}</p>" for language, text in place.description.map().items()} or None,
        "mainLibrary": False,
        "primaryContactInfo": {
            "email": email,
            "phone": phone,
            "homepage": website and {"name": "Kotisivu", "url": website},
        },
        "mailAddress": None,
        "transitInfo": {"buses": None, "trams": None, "trains": None, "parking": None, "directions": None},
        "buildingInfo": {"buildingName": None, "architect": None, "interiorDesigner": None, "constructionYear": None},
        "phoneNumbers": [{**phone, "description": None, "department": None}] if phone else [],
        "emailAddresses": [{**email, "description": None, "department": None}] if email else [],
        "links": [],
        "departments": [],
        # such sections name people in the real directory: this made one must never come out of the hub
        "persons": [{"firstName": "Keksitty", "lastName": "Henkilö", "email": "keksitty.henkilo@sandbox.example"}],
        "pictures": [],
        "customData": [],
        "librarySystem": None,
        "services": [_service(name, ids[name]) for name in place.library_services],
    }


def _type(place: MadePlace) -> str:
    if MOBILE_LIBRARY in place.service_ids:
        return "mobile"
    return "institutional" if INSTITUTION in place.service_ids else "municipal"


def _service(name: str, id_: int) -> Row:
    """Where a thing may be taken home is not told: the libraries' own lists do not say it."""
    return {
        "id": id_,
        "slug": _slug(name),
        "standardName": {"fi": name},
        "type": "hardware" if HARDWARE.search(name) else "room" if ROOM.search(name) else "service",
        "name": None,
        "description": None,
        "shortDescription": None,
        "price": None,
        "website": None,
        "forLoan": None,
        "phoneNumber": None,
        "email": None,
    }


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def _days(place: MadePlace, today: date) -> Iterable[Row]:
    kirkanta = place.kirkanta or 0
    for number in range(-BEHIND, AHEAD + 1):
        day = today + timedelta(days=number)
        is_exception = day in place.closed_on
        times = [] if is_exception else list(_times(place.week[day.weekday()]))
        yield {
            "date": day.isoformat(),
            "period": _exception(kirkanta) if is_exception else _ordinary(kirkanta),
            "info": CLOSED.map() if is_exception else None,
            "closed": not times,
            "times": times,
        }


def _times(hours: MadeHours) -> Iterable[Row]:
    spans = [(*span, STAFFED) for span in hours.staffed] + [(*span, SELF_SERVICE) for span in hours.self_service]
    for opens, closes, status in sorted(spans):
        yield {"from": f"{opens:%H:%M}", "to": f"{closes:%H:%M}", "status": status}


def _ordinary(kirkanta: int) -> int:
    return kirkanta * 10 + 1


def _exception(kirkanta: int) -> int:
    return kirkanta * 10 + 2


def _periods(kirkanta: int, city: City) -> Iterable[Row]:
    start = (city.today - timedelta(days=BEHIND)).isoformat()
    words = {"ordinary": Text("Aukioloajat", "Öppettider", "Opening hours"), "exception": CLOSED}
    for id_, kind in ((_ordinary(kirkanta), "ordinary"), (_exception(kirkanta), "exception")):
        yield {
            "id": id_,
            "library": kirkanta,
            "validFrom": start,
            "validUntil": None,
            "isException": kind == "exception",
            "name": words[kind].map(),
            "description": words[kind].map(),
        }
