"""Where an event is held, read for comparing: a place of the city with its names, or a feed's words for one.

"Keskustakirjasto Oodi, Töölönlahdenkatu 4, 00100 Helsinki" names a house, an address and a city. Houses agree by name;
an address or a point stands in only where one side names no house at all, for a library and a culture house may share
a door, and a hall number where both name one must be the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import cos, hypot, radians

import msgspec

from hub.derive.place_names import in_full, rest_of
from hub.derive.titles import CITIES, is_number, plain, words_of
from hub.records.core import LocalizedText, Point

NEAR = 150.0  # metres: one house
FAR = 1_000.0  # metres: another house, whatever it is called
METRES_PER_DEGREE = 111_195.0

SEGMENT = re.compile(r"[,;|\n]|\s-+\s|\s/\s|[()]")
ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th|:[aes])\b")
ADDRESS = re.compile(r"^(?P<street>[^\d]{3,}?)\s+(?P<number>\d{1,4})\s*(?:-\s*\d+)?\s*[a-z]?(?:\s+\w{1,3})?$")
FLAT = re.compile(r"\d\s*[a-z]\s+\d{1,3}$|\b(?:as|bst)\.?\s*\d{1,3}$")
CODE = re.compile(r"\b(?:fi-)?\d{5}\b")
# Words for a kind of house, by the kind: two names with words of two kinds are two houses.
_KINDS = {
    "library": ("kirjasto", "bibliotek", "library"),
    "church": ("kirkko", "kirkon", "kyrka", "church", "kappeli", "kapell", "chapel"),
    "youth": ("nuorisotalo", "nuorisokeskus", "ungdomsgård", "ungdomscentral"),
    "school": ("koulu", "skola", "school", "lukio", "gymnasium", "opisto", "institut"),
    "museum": ("museo", "museum"),
    "theatre": ("teatteri", "teater", "theatre"),
    "swimming": ("uimahalli", "uintikeskus", "simhall", "simcenter"),
    "house": ("talo", "kulturhus", "hus", "house", "keskus", "centrum", "centre", "center", "kulturcentret"),
    "sports": ("liikuntahalli", "urheiluhalli", "idrottshall", "palloiluhalli"),
    "park": ("puisto", "park", "parken"),
    "playground": ("leikkipuisto", "lekpark"),
    "restaurant": ("ravintola", "restaurang", "kahvila", "kafé", "café"),
}
ROOM = re.compile(
    r"^(?P<name>\w*?)(?P<kind>sali|huone|luokka|tila|kerros|studio|auditorio|lava|sal|rum|room|hall|floor|våning|vån|krs"
    r"|kabinetti|luokkahuone|ryhmätila|kokoushuone)(?:ssa|ssä|en|n)?$"
)


class Where(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """`place`: the city's own id for it. `names`: each a row of words. `rooms`: (kind, which)."""

    place: str | None = None
    names: tuple[tuple[str, ...], ...] = ()
    streets: tuple[tuple[str, str], ...] = ()  # name in one word, number
    rooms: tuple[tuple[str, str], ...] = ()
    lat: float | None = None
    lon: float | None = None

    @property
    def point(self) -> Point | None:
        return None if self.lat is None or self.lon is None else Point(lat=self.lat, lon=self.lon)


NOWHERE = Where()


class Segment(msgspec.Struct, frozen=True, gc=False):
    """What stands between two commas: its words; the street and number, or the room, that it is, if it is one."""

    words: tuple[str, ...]
    street: tuple[str, str] | None = None
    room: tuple[str, str] | None = None
    is_flat: bool = False  # behind the street stand a stair and a flat: somebody's home


@lru_cache(maxsize=5_000)  # what a feed says of where, it says of many events
def segments(said: str) -> tuple[Segment, ...]:
    """A text of where, taken apart: markup, case, abbreviations and postcodes gone, no more than 500 letters of it."""
    text = ORDINAL.sub(r"\1", in_full(CODE.sub(" ", plain(said)[:500])))
    found = []
    for part in SEGMENT.split(text):
        written = part.strip(" .-")
        words = tuple(words_of(written))
        if words and "://" not in written:
            room = _room([word for word in words if word not in CITIES])
            found.append(Segment(words, None if room else _street(written), room, FLAT.search(written) is not None))
    return tuple(found)


def of_words(text: LocalizedText | None, point: Point | None) -> Where:
    """What a feed says of where."""
    if text is None:
        return NOWHERE if point is None else Where(lat=point.lat, lon=point.lon)
    names: dict[tuple[str, ...], None] = {}
    streets: dict[tuple[str, str], None] = {}
    rooms: dict[tuple[str, str], None] = {}
    for said in _texts(text):
        for segment in segments(said):
            _read(segment, names, streets, rooms)
    return Where(
        names=tuple(names),
        streets=tuple(streets),
        rooms=tuple(rooms),
        lat=None if point is None else point.lat,
        lon=None if point is None else point.lon,
    )


def of_place(place: str, name: LocalizedText | None, street: LocalizedText | None, point: Point | None) -> Where:
    """A place of the city; `place`: what it is known by."""
    names = {tuple(words_of(plain(said))): None for said in _texts(name)}
    streets = {part.street: None for said in _texts(street) for part in segments(said) if part.street is not None}
    return Where(
        place=place,
        names=tuple(name for name in names if name),
        streets=tuple(streets),
        lat=None if point is None else point.lat,
        lon=None if point is None else point.lon,
    )


def at_house(house: Where, beside: Where) -> Where:
    """At a place of the city; `beside`: what the event itself says more, such as a room."""
    if beside is NOWHERE:
        return house
    at = house if beside.lat is None else beside
    return msgspec.structs.replace(house, rooms=beside.rooms, lat=at.lat, lon=at.lon)


def _texts(text: LocalizedText | None) -> Iterable[str]:
    return () if text is None else [said for said in (text.fi, text.sv, text.en, text.other) if said]


def _read(
    segment: Segment,
    names: dict[tuple[str, ...], None],
    streets: dict[tuple[str, str], None],
    rooms: dict[tuple[str, str], None],
) -> None:
    words = [word for word in segment.words if word not in CITIES]
    if not words:
        return
    if segment.room is not None:
        rooms[segment.room] = None
        if len(words) > 3:  # a house and its room in one breath
            names[tuple(word for word in words if not is_number(word) and not ROOM.match(word))] = None
    elif segment.street is not None:
        streets[segment.street] = None
    else:
        names[tuple(words)] = None


def _street(segment: str) -> tuple[str, str] | None:
    match = ADDRESS.match(segment)
    if match is None:
        return None
    words = words_of(match["street"])
    return ("".join(words), match["number"].lstrip("0")) if words else None


def _room(words: Sequence[str]) -> tuple[str, str] | None:
    """("sali", "2") of "sali 2", "2. kerros" and the like; a hall with a name of its own is one too."""
    for at, word in enumerate(words):
        match = ROOM.match(word)
        if match is None:
            continue
        beside = [words[i] for i in (at + 1, at - 1) if 0 <= i < len(words) and is_number(words[i])]
        if beside:
            return match["kind"], beside[0]
        if match["name"] and len(words) == 1:
            return match["kind"], match["name"]
    return None


def agreement(one: Where, other: Where) -> float | None:
    """How sure it is that both are held in one house, 0–1. None: it is not known, or they are not."""
    if is_elsewhere(one, other):
        return None
    if one.place is not None and one.place == other.place:
        return 1.0
    if one.place is not None and other.place is not None:
        named = any(a == b for a in one.names for b in other.names)
        return 0.95 if named and _distance(one, other, unknown=FAR) <= NEAR else None
    if one.names and other.names:
        return max((_names_agree(a, b) for a in one.names for b in other.names), default=0.0) or None
    if set(one.streets) & set(other.streets):
        return 0.95
    return 0.9 if _distance(one, other, unknown=FAR) <= NEAR else None


def is_elsewhere(one: Where, other: Where) -> bool:
    """They are certainly two places, or two rooms of one."""
    mine, theirs = dict(one.rooms), dict(other.rooms)
    if any(theirs.get(kind, which) != which for kind, which in mine.items()):
        return True
    return one.place is None or one.place != other.place if _distance(one, other, unknown=0.0) > FAR else False


def are_two_houses(one: Where, other: Where) -> bool:
    """They are certainly two places: two of the city's that are not one house, or far from each other."""
    if one.place is not None and other.place is not None:
        return agreement(one, other) is None
    return is_elsewhere(one, other)


def _names_agree(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    short, long = sorted((one, other), key=len)
    mine, theirs = {kind_of(word) for word in one} - {None}, {kind_of(word) for word in other} - {None}
    if mine and theirs and not mine & theirs:
        return 0.0
    rest = rest_of(long, short)
    if rest is None:
        return 0.0
    if not rest:
        return 0.98
    telling = [word for word in short if kind_of(word) is None or len(word) > 9]
    if not telling:
        return 0.0
    if len(short) > 1:
        return 0.95
    # one word of a longer name ("Oodi"): not inflected, and not what the house is merely named after ("Nordsjö")
    word = short[0]
    if word not in long or len(word) < 3:
        return 0.0
    after = long[long.index(word) + 1 :]
    return 0.0 if after and kind_of(after[0]) is not None else 0.92


@lru_cache(maxsize=20_000)
def kind_of(word: str) -> str | None:
    """Of which kind of house this is a word; the longest that it ends in counts (nuorisotalo is no talo)."""
    for cut in range(len(word) - 2):
        kind = _KIND_OF.get(word[cut:]) or next(
            (_KIND_OF[bare] for end in _CASES if (bare := word[cut:].removesuffix(end)) in _KIND_OF), None
        )
        if kind is not None:
            return kind
    return None


def is_kind(word: str) -> bool:
    """Nothing but a word for a kind of house, inflected or not: "kirjastossa", no "lastenkirjasto"."""
    return word in _KIND_OF or any(word.removesuffix(end) in _KIND_OF for end in _CASES)


_KIND_OF = {word: kind for kind, words in _KINDS.items() for word in words}
_CASES = ("ssa", "ssä", "lla", "llä", "sta", "stä", "n", "et", "en")


def _distance(one: Where, other: Where, *, unknown: float) -> float:
    """Metres; good enough within a city."""
    if one.lat is None or one.lon is None or other.lat is None or other.lon is None:
        return unknown
    north = (one.lat - other.lat) * METRES_PER_DEGREE
    east = (one.lon - other.lon) * METRES_PER_DEGREE * cos(radians(one.lat))
    return hypot(north, east)
