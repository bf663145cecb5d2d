"""Every library branch of libraries.json: real names, ids, points and services; made hours, phones and descriptions."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import msgspec

from hub.sandbox.city import MadeHours, MadePlace, Text
from hub.sandbox.making.calendar import is_holiday, weeks
from hub.sandbox.making.chance import pick, share
from hub.sandbox.making.geography import GEO
from hub.sandbox.making.names import in_languages, labelled
from hub.sandbox.making.registers import services_of_library
from hub.sandbox.making.weekly_hours import (
    BIG_LIBRARIES,
    OODI,
    SELF_SERVICE_LIBRARIES,
    SERVICE_CENTRE_LIBRARY,
    SMALL_LIBRARIES,
)

OODI_KEY, KALLIO_KEY, VALLILA_KEY = "library-86476", "library-84860", "library-84870"
KNOWN_NAMES = {OODI_KEY: "Helsinki Central Library Oodi"}
BIG = frozenset(
    {"Pasila", "Töölö", "Itäkeskus", "Kallio", "Malmi", "Sello", "Tapiola", "Iso Omena", "Tikkurila", "Myyrmäki"}
)
LAST_OF_CITY = {"Helsinki": "Helsingfors", "Espoo": "Esbo", "Vantaa": "Vanda", "Kauniainen": "Grankulla"}
CLOSED_FOR_STOCKTAKING_EVERY = 13  # weeks


class _Area(msgspec.Struct):
    ocd_id: str


class Branch(msgspec.Struct):
    """What libraries.json says."""

    name_fi: str
    name_sv: str | None
    short_name: str | None
    city: str
    tprek: int | None
    kirkanta: int
    finna_code: str | None
    lat: float
    lon: float
    address_fi: str
    address_sv: str | None
    postal_code: str
    neighbourhood: _Area | None
    sub_district: _Area | None
    district: _Area | None
    major_district: _Area | None

    @property
    def key(self) -> str:
        return f"library-{self.kirkanta}"


class _Branches(msgspec.Struct):
    libraries: list[Branch]


class _OwnServices(msgspec.Struct):
    kirkanta: int
    services_fi: tuple[str, ...]


class _Services(msgspec.Struct):
    libraries: list[_OwnServices]


@cache
def branches() -> tuple[Branch, ...]:
    return tuple(msgspec.json.decode((GEO / "libraries.json").read_bytes(), type=_Branches).libraries)


@cache
def libraries() -> tuple[MadePlace, ...]:
    """The branches without the exceptions of their hours: the part that does not depend on the date."""
    listed = msgspec.json.decode((GEO / "library_services.json").read_bytes(), type=_Services).libraries
    own_words = {each.kirkanta: each.services_fi for each in listed}
    return tuple(_library(branch, own_words.get(branch.kirkanta, ())) for branch in branches())


def closed_days(place: MadePlace, today: date) -> tuple[date, ...]:
    """Those that a day's city tells: from a month back to two months on."""
    return closed_between(place, today - timedelta(days=31), today + timedelta(days=62))


def closed_between(place: MadePlace, first: date, last: date) -> tuple[date, ...]:
    """Feasts and days of stocktaking, both ends among them. Oodi never closes: the demo leans on it."""
    if place.key == OODI_KEY or not place.week:
        return ()
    feasts = [day for day in (first + timedelta(days=n) for n in range((last - first).days + 1)) if is_holiday(day)]
    if place.kind != "library" or place.key in {KALLIO_KEY, VALLILA_KEY}:
        return tuple(feasts)
    turn = int(share(place.key, "stocktaking") * CLOSED_FOR_STOCKTAKING_EVERY)
    stocktaking = [week.day(1) for week in weeks(first, last) if week.number % CLOSED_FOR_STOCKTAKING_EVERY == turn]
    return tuple(sorted({*feasts, *(day for day in stocktaking if first <= day <= last)}))


def _library(branch: Branch, own_words: tuple[str, ...]) -> MadePlace:
    areas = (branch.major_district, branch.district, branch.sub_district, branch.neighbourhood)
    is_service_centre = branch.short_name is None
    languages = "fi sv en" if share(branch.key, "languages") < 0.6 else "fi sv"
    part = branch.short_name or branch.name_fi
    return MadePlace(
        key=branch.key,
        kind="library",
        tprek=branch.tprek,
        kirkanta=branch.kirkanta,
        finna_code=branch.finna_code,
        name=Text(fi=branch.name_fi, sv=branch.name_sv, en=_english_name(branch)),
        short_name=branch.short_name,
        street=Text(fi=branch.address_fi, sv=branch.address_sv),
        postal_code=branch.postal_code,
        city=branch.city,
        lat=branch.lat,
        lon=branch.lon,
        phone=f"+358 20 555 {branch.kirkanta % 10_000:04}" if share(branch.key, "phone") < 0.9 else None,
        email=f"kirjasto-{branch.kirkanta}@kirjastot.example" if share(branch.key, "email") < 0.8 else None,
        website=Text(
            fi=f"https://kirjastot.example/{branch.kirkanta}", sv=f"https://kirjastot.example/sv/{branch.kirkanta}"
        ),
        description=in_languages(
            labelled(
                Text(
                    fi=f"{branch.name_fi}: kirjoja, lehtiä, tiloja ja tapahtumia.",
                    sv=f"{branch.name_sv or part}: böcker, tidningar, lokaler och evenemang.",
                    en=f"{part}: books, papers, rooms and events.",
                )
            ),
            languages,
        ),
        service_ids=(368,) if is_service_centre else services_of_library(own_words),
        library_services=own_words,
        divisions=tuple(area.ocd_id for area in areas if area is not None),
        week=_week(branch, own_words),
        in_linkedevents=branch.tprek is not None,
        in_varaamo=branch.city == "Helsinki" and branch.tprek is not None,
    )


def _english_name(branch: Branch) -> str | None:
    if branch.key in KNOWN_NAMES:
        return KNOWN_NAMES[branch.key]
    known = branch.short_name is not None and (branch.name_sv is not None or share(branch.key, "english") < 0.4)
    return f"{branch.short_name} Library" if known else None


def _week(branch: Branch, own_words: tuple[str, ...]) -> tuple[MadeHours, ...]:
    if branch.key == OODI_KEY:
        return OODI
    if branch.short_name is None:
        return SERVICE_CENTRE_LIBRARY if share(branch.key, "hours") < 0.7 else ()
    if branch.short_name in BIG:
        return pick(BIG_LIBRARIES, branch.key, "week")
    return pick(SELF_SERVICE_LIBRARIES if "Omatoimikirjasto" in own_words else SMALL_LIBRARIES, branch.key, "week")
