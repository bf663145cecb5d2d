"""250 rooms and devices to book, with their hours and their taken times."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, time
from functools import cache

import msgspec

from hub.sandbox.city import MadeHours, MadePlace, MadeRoom, Text
from hub.sandbox.making.bookings import bookings_of
from hub.sandbox.making.chance import pick, seeded, share
from hub.sandbox.making.libraries import BIG, KALLIO_KEY, OODI_KEY, VALLILA_KEY
from hub.sandbox.making.names import in_languages, labelled_html
from hub.sandbox.making.room_kinds import BIG_LIBRARY, FREE, KINDS, LIBRARIES, MEETING_ROOM, OODI, OTHERS, RoomKind

ALWAYS_FREE_AT = (OODI_KEY, KALLIO_KEY, VALLILA_KEY)  # the first meeting room there has free weekday afternoons
ROOMS = 250
FIRST_ROOM = 1_001
WHEN_UNKNOWN = (*[(time(9), time(20))] * 5, (time(10), time(16)), None)


def rooms(places: tuple[MadePlace, ...], today: date) -> tuple[MadeRoom, ...]:
    """The rooms with their bookings from a month back to a month on."""
    made = rooms_of(tuple(place for place in places if place.in_varaamo))
    closed = {place.key: place.closed_on for place in places}
    taken = bookings_of(made, always_free(made), closed, today)
    return tuple(msgspec.structs.replace(room, bookings=taken[room.id]) for room in made)


@cache
def rooms_of(places: tuple[MadePlace, ...]) -> tuple[MadeRoom, ...]:
    """Without bookings; each id follows from the place's and the room's order, which the date does not change."""
    wanted = [(place, slug) for place in places for slug in _wanted(place)]
    libraries = [place for place in places if place.kind == "library"]
    made: list[MadeRoom] = []
    seen: set[str] = set()
    for place, slug in (*wanted, *_more(libraries)):
        if len(made) < ROOMS:
            is_guarded = place.key in ALWAYS_FREE_AT and place.key not in seen  # their lists begin with a meeting room
            made.extend(_rooms(place, KINDS[slug], FIRST_ROOM + len(made), is_guarded=is_guarded))
            seen.add(place.key)
    return tuple(made[:ROOMS])


def always_free(rooms: Iterable[MadeRoom]) -> frozenset[int]:
    """The first meeting room of Oodi, Kallio and Vallila: free on weekday afternoons whatever else is booked."""
    first: dict[str, int] = {}
    for room in rooms:
        if room.place in ALWAYS_FREE_AT and room.type_name == MEETING_ROOM:
            first.setdefault(room.place, room.id)
    return frozenset(first.values())


def _wanted(place: MadePlace) -> tuple[str, ...]:
    if place.key == OODI_KEY:
        return OODI
    if place.kind == "library":
        return BIG_LIBRARY if place.short_name in BIG else pick(LIBRARIES, place.key, "rooms")
    return pick(OTHERS[place.kind], place.key, "rooms")


def _more(libraries: list[MadePlace]) -> Iterator[tuple[MadePlace, str]]:
    """Workstations and group rooms by turns, until there are enough."""
    for slug in ("workstation", "group", "group", "workstation"):
        for place in libraries:
            yield place, slug


def _rooms(place: MadePlace, kind: RoomKind, number: int, *, is_guarded: bool) -> Iterator[MadeRoom]:
    """One room; of a hall the hall and its two halves, whose bookings block each other."""
    if not kind.halves:
        yield _room(place, kind, number, walls=(), is_guarded=is_guarded)
        return
    whole = _room(place, kind, number, walls=(number + 1, number + 2), is_guarded=False)
    yield whole
    for half, letter in ((number + 1, "A"), (number + 2, "B")):
        own = Text(**{language: f"{name} {letter}" for language, name in whole.name.map().items()})
        yield msgspec.structs.replace(
            whole,
            id=half,
            name=own,
            capacity=whole.capacity // 2 if whole.capacity else None,
            area_m2=whole.area_m2 / 2 if whole.area_m2 else None,
            walls=(number,),
        )


def _room(place: MadePlace, kind: RoomKind, number: int, *, walls: tuple[int, ...], is_guarded: bool) -> MadeRoom:
    chance = seeded("room", place.key, kind.slug, number)
    people = chance.randint(*kind.people)
    area = float(chance.randint(*kind.area)) if kind.area else None
    low, high = chance.choice(kind.prices)
    languages = chance.choice(("fi sv en", "fi sv en", "fi sv en", "fi sv", "fi en", "fi"))
    if is_guarded:
        people, languages = max(people, 8), "fi sv en"
    plain = not is_guarded and not walls  # only these get the traps
    own = chance.choice(kind.names)
    of_place = Text(
        **{language: f"{name}, {place.short_name or place.name.fi}" for language, name in own.map().items()}
    )
    min_minutes, max_minutes = kind.lengths
    return MadeRoom(
        id=number,
        place=place.key,
        kind=kind.kind,
        type_name=kind.type_name,
        name=in_languages(of_place, languages),
        description=_description(kind, languages, is_guarded),
        capacity=None if plain and share(number, "people") < 0.04 else people,
        area_m2=None if share(number, "area") < 0.2 else area,
        equipment=tuple(each for each in kind.equipment if share(number, each.fi) < 0.7),
        purposes=kind.purposes,
        price_cents=None if plain and share(number, "price") < 0.03 else FREE if is_guarded else (low, high),
        price_unit=kind.price_unit if high else None,
        min_minutes=min_minutes,
        max_minutes=None if plain and share(number, "longest") < 0.05 else max_minutes,
        interval_minutes=kind.interval,
        buffer_before=kind.buffers[0],
        buffer_after=kind.buffers[1],
        min_days_before=kind.days_before[0],
        max_days_before=None if share(number, "ahead") < 0.1 else kind.days_before[1],
        blocks_whole_day=share(number, "by the day") < kind.by_the_day,
        is_visible=not (plain and share(number, "draft") < 0.04),
        is_reservable=not (plain and share(number, "closed") < 0.03),
        hours_known=not (plain and share(number, "hours") < 0.04),
        open_hours=tuple(_open(day) for day in place.week) or WHEN_UNKNOWN,
        walls=walls,
    )


def _open(day: MadeHours) -> tuple[time, time] | None:
    """Bookable while staff is there."""
    return (day.staffed[0][0], day.staffed[-1][1]) if day.staffed else None


def _description(kind: RoomKind, languages: str, is_guarded: bool) -> Text:
    text = kind.text
    if is_guarded:
        text = Text(
            fi=f"{text.fi} Arki-iltapäivisin aina vapaa.",
            sv=f"{text.sv} Alltid ledigt på vardagseftermiddagar.",
            en=f"{text.en} Always free on weekday afternoons.",
        )
    return in_languages(labelled_html(text), languages)
