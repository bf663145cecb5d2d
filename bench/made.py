"""What the benchmarks are made of: a city's places and rooms as records, a register's events as the bytes of its pages.

Deterministic: event number n is the same in every run, whatever is made besides. Words follow Zipf's law, so common
words are very common and most are rare; places, keywords and organisers are as unevenly used. Three quarters of an
event's bytes are texts, in one to three languages, as in the register that it stands for (about 3.7 kB each).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import accumulate
from math import ceil
from random import Random
from typing import Any

import msgspec

from bench.scene import BOOKING, CALENDAR, HOUSE, NOW, REGISTER
from hub.connectors.linkedevents_crawl import PAGE_SIZE
from hub.connectors.stretches import LONGEST_USE, Stretches
from hub.records.core import Address, Language, LocalizedText, Point, Record, Ref, Span
from hub.records.events import Keyword, Organisation
from hub.records.places import Area, AreaKind, Place, PlaceKind
from hub.records.spaces import BookingHours, BookingRules, Busy, BusyTimes, Space, SpaceKind, SpacePrice
from hub.records.use import use_told
from hub.sandbox.making.geography import CITY_OCD, geography

UNITS, CALENDAR_PLACES, KEYWORDS, ORGANISATIONS = 8_000, 3_000, 2_000, 200
FORMS = 20_000  # of words, in each language
SENTENCES = 3_000  # in each language
COMMON_RANK, RARE_RANK = 12, 15_000  # of words: in about half of all events, and in a few
ROOMS_OF_HOUSE = 20
FOUR_WEEKS = Stretches(4, LONGEST_USE)
PAST = 0.15  # part of all events that is over

_SYLLABLES: dict[Language, str] = {
    "fi": "ka ki ko ku la li lo lu ma mi mu na ni nu pa pe pi po ra ri ro sa se si ta te ti to tu va ve vi ha hi jo",
    "sv": "ban ber bok dag den fin fri glad gra hus kin kon kul lek lig lår mar nat nor ord par pla rik rum sam sko",
    "en": "able act art book can case day dis end ess for gar hand in ing let light man mark ness out part re side",
}
_ENDINGS: dict[Language, tuple[str, ...]] = {
    "fi": ("", "n", "ssa", "sta", "lla", "lle", "t", "jen", "ksi"),
    "sv": ("", "en", "ar", "arna", "s"),
    "en": ("", "s", "ing", "ed", "ly"),
}
_KIND_OF = {
    "neighborhood": AreaKind.NEIGHBOURHOOD,
    "sub_district": AreaKind.SUB_DISTRICT,
    "district": AreaKind.DISTRICT,
    "major_district": AreaKind.MAJOR_DISTRICT,
}


def zipf(count: int) -> list[float]:
    """Running totals of 1/rank, for `Random.choices`."""
    return list(accumulate(1 / rank for rank in range(1, count + 1)))


@cache
def words(language: Language) -> tuple[str, ...]:
    """Made words of a language, the commonest first."""
    chance, syllables = Random(f"words/{language}"), _SYLLABLES[language].split()
    found: dict[str, None] = {}
    while len(found) < FORMS:
        stem = "".join(chance.choices(syllables, k=chance.choice((2, 2, 3, 3, 4))))
        found[stem + chance.choice(_ENDINGS[language])] = None
    return tuple(found)


@cache
def _sentences(language: Language) -> tuple[str, ...]:
    chance, known, weights = Random(f"sentences/{language}"), words(language), zipf(FORMS)
    made = (" ".join(chance.choices(known, cum_weights=weights, k=chance.randint(8, 16))) for _ in range(SENTENCES))
    return tuple(f"{text.capitalize()}." for text in made)


# ---- the spine: what events and rooms hang on


def areas() -> list[Record]:
    """The city's real divisions."""
    return [
        Area(
            ref=REGISTER.ref(Area.kind, area.ocd_id.removeprefix(CITY_OCD)[1:] or area.ocd_id),
            read_at=NOW,
            name=LocalizedText(fi=area.name.fi, sv=area.name.sv),
            area_kind=_KIND_OF[area.type],
            ocd_id=area.ocd_id,
            boundary=tuple(
                tuple(tuple((float(lon), float(lat)) for lon, lat in ring) for ring in rings) for rings in area.polygons
            ),
        )
        for area in geography().areas
    ]


def units() -> Iterator[Record]:
    """The service register's units, in the neighbourhoods."""
    chance, parts = Random("units"), geography().neighbourhoods
    for number in range(1, UNITS + 1):
        lon, lat = chance.choice(parts).spot(chance)
        name = " ".join(chance.choices(words("fi"), k=2)).title()
        yield Place(
            ref=REGISTER.ref(Place.kind, number),
            read_at=NOW,
            name=LocalizedText(fi=name, sv=" ".join(chance.choices(words("sv"), k=2)).title()),
            tprek_id=str(number),
            kinds=(chance.choice(list(PlaceKind)),),
            address=Address(
                street=LocalizedText(fi=f"{name.split()[0]}katu {number % 90}"),
                postal_code="00530",
                city="Helsinki",
            ),
            location=Point(lat=lat, lon=lon),
        )


def calendar_spine() -> Iterator[Record]:
    """The calendar's own places (each a unit of the register), keywords and organisations."""
    for number in range(1, CALENDAR_PLACES + 1):
        yield Place(
            ref=CALENDAR.ref(Place.kind, f"tprek:{number}"),
            read_at=NOW,
            name=LocalizedText(fi=f"Paikka {number}"),
            tprek_id=str(number),
        )
    fi, sv, en = words("fi"), words("sv"), words("en")
    for number in range(KEYWORDS):
        label = LocalizedText(fi=fi[number * 7], sv=sv[number * 7], en=en[number * 7])
        yield Keyword(ref=CALENDAR.ref(Keyword.kind, f"yso:p{number}"), read_at=NOW, name=label)
    for number in range(ORGANISATIONS):
        name = LocalizedText(fi=f"{fi[number * 31].capitalize()} ry")
        yield Organisation(ref=CALENDAR.ref(Organisation.kind, f"made:{number}"), read_at=NOW, name=name)


def rooms(count: int) -> Iterator[Record]:
    """Rooms with two months of booking hours, and about four bookings a day."""
    local_open, local_close = time(6), time(18)  # UTC; eight to eight in winter
    today = NOW.date()
    for number in range(1, count + 1):
        chance = Random(f"room/{number}")
        key = str(number)
        ref = BOOKING.ref(Space.kind, key)
        window = Span(starts_at=_at(today, time(0)), ends_at=_at(today + timedelta(days=62), time(0)))
        days = [today + timedelta(days=n) for n in range(62)]
        yield Space(
            ref=ref,
            read_at=NOW,
            name=LocalizedText(fi=f"{chance.choice(words('fi')).capitalize()} {number}", sv=f"Rum {number}"),
            description=LocalizedText(fi=f"<p>{' '.join(chance.choices(_sentences('fi'), k=5))}</p>"),
            space_kind=SpaceKind.ROOM,
            place=REGISTER.ref(Place.kind, chance.randint(1, 400)),
            capacity=chance.choice((2, 4, 6, 8, 12, 20, 40, None)),
            price=SpacePrice(is_free=chance.random() < 0.6),
            rules=BookingRules(
                min_duration=timedelta(minutes=30),
                max_duration=timedelta(hours=4),
                start_interval=timedelta(minutes=30),
                length_interval=timedelta(minutes=30),
                buffer_before=timedelta(minutes=15),
                max_days_before=60,
            ),
            is_bookable=True,
        )
        yield BookingHours(
            ref=BOOKING.ref(BookingHours.kind, key),
            read_at=NOW,
            space=ref,
            window=window,
            spans=tuple(Span(starts_at=_at(day, local_open), ends_at=_at(day, local_close)) for day in days),
        )
        busy = [
            Busy(starts_at=_at(day, time(hour)), ends_at=_at(day, time(hour + 1)), buffer_after=timedelta(minutes=15))
            for day in days
            for hour in sorted(chance.sample(range(6, 18), k=chance.randint(1, 8)))
        ]
        yield BusyTimes(ref=BOOKING.ref(BusyTimes.kind, key), read_at=NOW, space=ref, window=window, busy=tuple(busy))


def used_rooms(count: int) -> Iterator[Record]:
    """Rooms with a year of hours and bookings in stretches of four weeks, as a booking system's connector makes them;
    the first twenty of them in one house.
    """
    for number in range(1, count + 1):
        chance = Random(f"used/{number}")
        ref = BOOKING.ref(Space.kind, f"used-{number}")
        yield Space(
            ref=ref,
            read_at=NOW,
            name=LocalizedText(fi=f"{chance.choice(words('fi')).capitalize()} {number}"),
            space_kind=SpaceKind.ROOM,
            place=REGISTER.ref(Place.kind, HOUSE if number <= ROOMS_OF_HOUSE else chance.randint(1, HOUSE - 1)),
            rules=BookingRules(),
            is_bookable=True,
        )
        for first in FOUR_WEEKS.firsts(NOW):
            window = FOUR_WEEKS.window(first)
            days = [first + timedelta(days=n) for n in range(28)]
            spans = tuple(Span(starts_at=_at(day, time(6)), ends_at=_at(day, time(18))) for day in days)
            busy = tuple(
                Busy(starts_at=_at(day, time(hour)), ends_at=_at(day, time(hour + 1)))
                for day in days
                for hour in sorted(chance.sample(range(6, 18), k=chance.randint(1, 8)))
            )
            yield use_told(
                BookingHours(ref=ref, read_at=NOW, space=ref, window=window, spans=spans),
                BusyTimes(ref=ref, read_at=NOW, space=ref, window=window, busy=busy),
                key=f"{ref.key}/{first}",
            )


def _at(day: date, of_day: time) -> datetime:
    return datetime.combine(day, of_day, UTC)


# ---- events, as a register sends them


class Pages:
    """The register's list of the first `count` events, phase by phase as its connector asks, in its order."""

    def __init__(self, count: int) -> None:
        starts = [_starts(number) for number in range(count)]
        coming = sorted((at, n) for n, at in enumerate(starts) if at >= 0)
        past = sorted(((at, n) for n, at in enumerate(starts) if at < 0), reverse=True)
        self._phases = {"coming": [n for _, n in coming], "past": [n for _, n in past], "postponed": []}

    def body(self, phase: str, page: int, salt: str = "") -> bytes:
        """One page. Another `salt` is another text in every event: everything changed."""
        numbers = self._phases[phase]
        rows = [event(n, salt) for n in numbers[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]]
        more = page < ceil(len(numbers) / PAGE_SIZE)
        link = f"{CALENDAR.url}event/?page={page + 1}&page_size={PAGE_SIZE}" if more else None
        return msgspec.json.encode({"meta": {"count": len(numbers), "next": link, "previous": None}, "data": rows})


def _starts(number: int) -> int:
    """Quarters of an hour from now: past events within four weeks, the rest within thirteen months, soon ones more."""
    chance = Random(number)
    if chance.random() < PAST:
        return -12 - int(chance.random() * 27 * 96)  # over by now: none is longer than three hours
    return int(min(chance.expovariate(1 / 60), 390) * 96)


@cache
def _weights() -> tuple[list[float], list[float], list[float], list[float]]:
    return zipf(CALENDAR_PLACES), zipf(KEYWORDS), zipf(ORGANISATIONS), zipf(FORMS)


def event(number: int, salt: str = "") -> dict[str, Any]:
    """One event's row."""
    chance = Random(f"event/{number}")
    places, keywords, organisations, forms = _weights()
    at = NOW + timedelta(minutes=15 * _starts(number))
    languages: list[Language] = ["fi"]
    languages += ["sv"] if chance.random() < 0.4 else []
    languages += ["en"] if chance.random() < 0.5 else []
    is_free = chance.random() < 0.6
    where = chance.choices(range(1, CALENDAR_PLACES + 1), cum_weights=places)[0]
    about = sorted({*chance.choices(range(KEYWORDS), cum_weights=keywords, k=chance.randint(1, 5))})
    parent = number - number % 10
    in_series = number % 50 < 10 and number != parent
    changed = (NOW - timedelta(minutes=number % 100_000)).isoformat().replace("+00:00", "Z")
    key = f"made:{number}"
    return {
        "id": key,
        "location": _link("place", f"tprek:{where}"),
        "keywords": [_link("keyword", f"yso:p{n}") for n in about],
        "registration": None,
        "super_event": _link("event", f"made:{parent}") if in_series else None,
        "event_status": "EventCancelled" if chance.random() < 0.02 else "EventScheduled",
        "type_id": "Course" if chance.random() < 0.2 else "General",
        "external_links": [],
        "offers": [
            {
                "is_free": is_free,
                "description": None,
                "info_url": None,
                "price": None if is_free else {"fi": f"{number % 30} €"},
            }
        ],
        "data_source": "made",
        "publisher": f"made:{chance.choices(range(ORGANISATIONS), cum_weights=organisations)[0]}",
        "sub_events": [],
        "images": [
            {
                "id": number,
                "url": f"https://pictures.invalid/{number}.jpg",
                "license": "cc_by",
                "photographer_name": None,
                "alt_text": " ".join(chance.choices(words("fi"), cum_weights=forms, k=4)),
            }
        ],
        "videos": [],
        "in_language": [_link("language", language) for language in languages],
        "audience": [],
        "created_time": changed,
        "last_modified_time": changed,
        "date_published": None,
        "start_time": at.isoformat().replace("+00:00", "Z"),
        "end_time": (at + timedelta(minutes=15 * chance.randint(2, 12))).isoformat().replace("+00:00", "Z"),
        "custom_data": None,
        "environmental_certificate": None,
        "environment": "in",
        "audience_min_age": chance.choice((None, None, None, 3, 7, 18)),
        "audience_max_age": None,
        "super_event_type": "recurring" if number % 50 == 0 else None,
        "deleted": False,
        "maximum_attendee_capacity": None,
        "minimum_attendee_capacity": None,
        "enrolment_start_time": None,
        "enrolment_end_time": None,
        "local": False,
        "replaced_by": None,
        "location_extra_info": None,
        "description": {
            language: f"<p>{' '.join(chance.choices(_sentences(language), k=chance.randint(5, 11)))}</p>"
            for language in languages
        },
        "short_description": {
            language: chance.choice(_sentences(language)) + (f" {salt}." if salt else "") for language in languages
        },
        "provider": None,
        "info_url": {"fi": f"https://events.invalid/{number}"},
        "name": {
            language: " ".join(chance.choices(words(language), cum_weights=forms, k=chance.randint(2, 6))).capitalize()
            for language in languages
        },
        "provider_contact_info": None,
        "@id": f"{CALENDAR.url}event/{key}/",
        "@context": "http://schema.org",
        "@type": "Event/LinkedEvent",
    }


def _link(what: str, key: str) -> dict[str, str]:
    return {"@id": f"{CALENDAR.url}{what}/{key}/"}


def place_ref(number: int) -> Ref:
    return REGISTER.ref(Place.kind, number)


def neighbourhood(name: str) -> Ref:
    """The reference of one of the city's neighbourhoods, by its Finnish name."""
    found = next(a for a in geography().areas if a.type == "neighborhood" and a.name.fi == name)
    return REGISTER.ref(Area.kind, found.ocd_id.removeprefix(CITY_OCD)[1:])
