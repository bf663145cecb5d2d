"""The libraries of the made city's neighbour as an older installation of Respa: a few rooms and devices in each.

Hours are those of the libraries; bookings are laid over the days around today. One resource is a person who receives
people, as the real ones have: it must never come out of the hub.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Final

import msgspec

from hub.sandbox.city import City, MadePlace, Text
from hub.sandbox.making.chance import pick, seeded, share
from hub.sandbox.making.libraries import closed_between
from hub.sandbox.respa.standin import HELSINKI, Opening, Row, Rows

TOWN, SLUG = "Espoo", "espoo"
BASE: Final = "https://respa.sandbox.example/v1/"
BEHIND, AHEAD = 400, 40  # a year, and what the stretches that a hub reads it by reach beyond it
WRITTEN: Final = "2023-04-12T09:31:00.000000+03:00"
FULL_WORD: Final = Text("Tekaistu esimerkki.", "Påhittat exempel.", "Made-up example.")


class Sort(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of resource."""

    slug: str
    type: tuple[str, str, Text]  # id, main type, name
    name: Text
    purpose: tuple[str, Text]
    people: int | None = None
    area: int | None = None
    equipment: tuple[tuple[str, Text], ...] = ()
    price: str | None = None
    longest: str | None = "02:00:00"
    is_asked: bool = False


MEET = ("meet-and-work", Text("Järjestä kokous tai työskentele", "Ordna möte eller arbeta", "Meet and work"))
MAKE = ("manufacturing", Text("Valmista tavaroita", "Tillverka", "Manufacturing"))
HELP = ("guidance", Text("Kysy neuvoa", "Fråga om råd"))
ROOM = ("meeting_room", "space", Text("Kokoustila", "Mötesrum", "Meeting room"))
SCREEN, BOARD = ("screen", Text("Näyttö", "Skärm", "Screen")), ("whiteboard", Text("Valkotaulu"))
SORTS = (
    Sort(slug="group", type=ROOM, name=Text("Ryhmätyötila", "Grupprum", "Group room"), purpose=MEET, people=6, area=14,
         equipment=(SCREEN, BOARD)),
    Sort(slug="meeting", type=ROOM, name=Text("Kokoushuone", "Mötesrum", "Meeting room"), purpose=MEET, people=12,
         area=30, equipment=(SCREEN,), price="25.00", longest="1 00:00:00", is_asked=True),
    Sort(slug="printer", type=("printer3d", "item", Text("3D-tulostin", "3D-skrivare", "3D printer")),
         name=Text("3D-tulostin", "3D-skrivare", "3D printer"), purpose=MAKE, longest=None),
    Sort(slug="guide", type=("guidance", "person", Text("Neuvoja", "Rådgivare")),
         name=Text("Keksitty Henkilö, digineuvoja"), purpose=HELP, people=1, longest="00:30:00"),
)  # fmt: skip


def made(city: City) -> Rows:
    places = [place for place in city.places if place.kind == "library" and place.city == TOWN and place.week]
    chosen = [(place, sort) for place in places for sort in SORTS if _has(place, sort)]
    opening = {_key(place, sort): _opening(place, city.today) for place, sort in chosen}
    return Rows(
        units=tuple(_unit(place) for place in places),
        resources=tuple(_resource(place, sort) for place, sort in chosen),
        reservations=tuple(_reservations(chosen, city.today)),
        opening=opening,
        unit_opening={_unit_id(place): _opening(place, city.today) for place in places},
        plain={
            "type": tuple(
                {"name": sort.type[2].map(), "main_type": sort.type[1], "id": sort.type[0]} for sort in SORTS
            ),
            "purpose": tuple({"name": n.map(), "parent": None, "id": id_} for id_, n in (MEET, MAKE, HELP)),
        },
        base=BASE,
    )


def _has(place: MadePlace, sort: Sort) -> bool:
    return sort.slug == "group" or share(place.key, sort.slug) < 0.4


def _unit_id(place: MadePlace) -> str:
    return f"tprek:{place.tprek}" if place.tprek is not None else f"made{place.kirkanta}"


def _key(place: MadePlace, sort: Sort) -> str:
    return f"{sort.slug}{place.kirkanta}"


def _unit(place: MadePlace) -> Row:
    return {
        "id": _unit_id(place),
        "reservable_days_in_advance": 60,
        "reservable_max_days_in_advance": 60,
        "reservable_before": None,
        "reservable_min_days_in_advance": None,
        "reservable_after": None,
        "accessibility_base_url": None,
        "created_at": WRITTEN,
        "modified_at": WRITTEN,
        "name": place.name.map(),
        "description": place.description.map() or None,
        "time_zone": "Europe/Helsinki",
        "manager_email": "keksitty.henkilo@sandbox.example",
        "street_address": place.street.map() or None,
        "address_zip": place.postal_code,
        "phone": place.phone,
        "email": place.email,
        "www_url": place.website.map() or None,
        "address_postal_full": None,
        "picture_url": None,
        "picture_caption": None,
        "data_source": "tprek" if place.tprek is not None else "",
        "data_source_hours": "kirkanta",
        "disallow_overlapping_reservations": False,
        "created_by": None,
        "modified_by": None,
        "municipality": SLUG,
        "location": None
        if place.lat is None or place.lon is None
        else {"type": "Point", "coordinates": [place.lon, place.lat]},
    }


def _resource(place: MadePlace, sort: Sort) -> Row:
    type_id, main_type, type_name = sort.type
    return {
        "id": _key(place, sort),
        "purposes": [{"name": sort.purpose[1].map(), "parent": None, "id": sort.purpose[0]}],
        "images": [],
        "equipment": [
            {"data": None, "id": id_, "description": None, "name": name.map()} for id_, name in sort.equipment
        ],
        "type": {"name": type_name.map(), "main_type": main_type, "id": type_id},
        "user_permissions": {
            "can_make_reservations": True,
            "can_ignore_opening_hours": False,
            "is_admin": False,
            "is_manager": False,
            "is_viewer": False,
            "can_bypass_payment": False,
        },
        "supported_reservation_extra_fields": [],
        "required_reservation_extra_fields": [],
        "is_favorite": False,
        "generic_terms": "",
        "payment_terms": "",
        "accessibility_base_url": "",
        "reservable_days_in_advance": 30,
        "reservable_max_days_in_advance": 30,
        "reservable_before": None,
        "reservable_min_days_in_advance": None,
        "reservable_after": None,
        "max_price_per_hour": None,
        "min_price_per_hour": None,
        "unit": _unit_id(place),
        "created_at": WRITTEN,
        "modified_at": WRITTEN,
        "public": True,
        "name": sort.name.map(),
        "description": {language: f"{text}\r\n\r\n{place.name.fi}" for language, text in FULL_WORD.map().items()},
        "need_manual_confirmation": sort.is_asked,
        "authentication": "weak",
        "people_capacity": sort.people,
        "area": sort.area,
        "min_period": "00:30:00",
        "max_period": sort.longest,
        "slot_size": "00:30:00",
        "max_reservations_per_user": 2,
        "reservable": True,
        "reservation_info": None,
        "responsible_contact_info": {"fi": "Keksitty Henkilö, puh. 09 000 0000"},
        "specific_terms": None,
        "min_price": sort.price,
        "max_price": sort.price,
        "price_type": "hourly",
        "generate_access_codes": True,
        "external_reservation_url": None,
        "reservation_extra_questions": "",
        "created_by": None,
        "modified_by": None,
        "attachments": [],
        "location": None,
    }


def _opening(place: MadePlace, today: date) -> dict[str, Opening]:
    """With staff alone; of several openings the first, as up there."""
    found: dict[str, Opening] = {}
    closed = {*place.closed_on, *closed_between(place, today - timedelta(days=BEHIND), today)}
    for day in (today + timedelta(days=n) for n in range(-BEHIND, AHEAD + 1)):
        staffed = place.week[day.weekday()].staffed
        if staffed and day not in closed:
            opens, closes = staffed[0]
            found[day.isoformat()] = (_at(day, opens), _at(day, closes))
    return found


def _reservations(chosen: Iterable[tuple[MadePlace, Sort]], today: date) -> Iterable[Row]:
    made_: list[Row] = []
    for place, sort in chosen:
        key = _key(place, sort)
        for day in (today + timedelta(days=n) for n in range(-BEHIND, AHEAD + 1)):
            if not place.week[day.weekday()].staffed or share(key, day, "booked") < 0.45:
                continue
            opens, _ = place.week[day.weekday()].staffed[0]
            hour = opens.hour + seeded(key, day).randint(0, 4)
            is_blocked = share(key, day, "blocked") < 0.1
            number = 100_000 + len(made_)
            made_.append(
                {
                    "url": f"{BASE}reservation/{number}/",
                    "id": number,
                    "resource": key,
                    "begin": _at(day, time(hour)),
                    "end": _at(day, time(hour + 1, 30)),
                    "is_own": False,
                    "state": pick(("confirmed", "confirmed", "requested"), key, day) if sort.is_asked else "confirmed",
                    "need_manual_confirmation": sort.is_asked,
                    "staff_event": is_blocked,
                    "user_permissions": {"can_modify": False, "can_delete": False},
                    "type": "blocked" if is_blocked else "normal",
                }
            )
    return sorted(made_, key=lambda row: str(row["begin"]))


def _at(day: date, clock: time) -> str:
    return datetime.combine(day, clock, HELSINKI).isoformat()
