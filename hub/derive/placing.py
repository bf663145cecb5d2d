"""Which known place a feed's words mean; with `alike.py`, which compares two records of places, one matcher.

Names are compared word by word (`place_names.py`), texts are read by `whereabouts.segments`. Pure; why it is so tells
`docs/decisions/0013-places-beyond-ids.md`. A confidence is a rule's score and no probability:

    1      by an id (elsewhere: `identity.py`)
    0.99   a text with name and address
    0.98   two records with one name and one address, less than 150 m apart; 0.95 where either has no point
    0.97   a text with the whole name, and nothing that speaks against it
    0.90   the proper part of a name ("Oodi") that no other house bears
    0.86   an address at which one known place lies, and no name

Less than `ENOUGH` joins nothing. What speaks against a place ends it, whatever else agrees: another city, another
street, a point a kilometre away, a word beside the name that may make it another house, "near" it, on the internet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import cos, hypot, radians

import msgspec

from hub.derive import place_names
from hub.derive.place_names import CITY_OF, HARMLESS, NEAR_IT, REMOTE, is_part, kind_word, rest_of, word_keys
from hub.derive.titles import is_number, plain, words_of
from hub.derive.whereabouts import FAR, METRES_PER_DEGREE, NEAR, ROOM, Segment, kind_of, segments
from hub.records.core import Address, LocalizedText, Point

ENOUGH = 0.85
WHOLE, PROPER, AT_ADDRESS = 0.97, 0.9, 0.86
INFLECTED, WITH_ROOM, BESIDE, ANOTHER_KIND = 0.01, 0.01, 0.03, 0.1
SAME_ADDRESS = 0.03
NOT = (0.0, 0)
BOTH = re.compile(r"\b(?:ja|och|and|sekä|hybrid\w*)\b|\+")  # on the internet, and somewhere too
CLOCK = re.compile(r"\b(?:klo|kello|kl\.?|at)\s*\d{1,2}(?:[.:]\d\d)?(?:\s*-\s*\d{1,2}(?:[.:]\d\d)?)?")
SWEDISH_STREET = re.compile(r"(?:gatan|vägen|gränden|stigen|plan|torget|linjen|kajen|stranden|backen|esplanaden)$")
# kinds of house whose proper name people use alone; a playground's or a school's is its neighbourhood's or its street's
NAMED = frozenset({"library", "museum", "theatre", "house"})


class House(msgspec.Struct, frozen=True, gc=False):
    """What the matcher knows of a place. `names`: each a row of words. `proper`: the parts of them that may stand
    alone. `streets`: name in one word, number. `city`: one of the region, "" for one outside it; None: not told.
    """

    names: tuple[tuple[str, ...], ...] = ()
    proper: tuple[str, ...] = ()
    streets: tuple[tuple[str, str], ...] = ()
    city: str | None = None
    lat: float | None = None
    lon: float | None = None

    @property
    def keys(self) -> frozenset[str]:
        """What it is found by: the beginnings of its telling words, and its addresses."""
        names = word_keys(word for name in self.names for word in name)
        return names | {street_key(street) for street in self.streets}


class Text(msgspec.Struct, frozen=True, gc=False):
    """A feed's words for where in one language, read."""

    parts: tuple[Segment, ...] = ()
    cities: frozenset[str] = frozenset()
    is_nowhere: bool = False  # on the internet only, or merely near something

    @property
    def keys(self) -> frozenset[str]:
        """Of the places that may be meant, as `House.keys`."""
        if self.is_nowhere:
            return frozenset()
        streets = {street_key(part.street) for part in self.parts if part.street is not None}
        return word_keys(word for part in self.parts for word in part.words) | streets


class Said(msgspec.Struct, frozen=True, gc=False):
    """A feed's words for where, in each language that it gives: each may name the place in its own way."""

    texts: tuple[Text, ...] = ()

    @property
    def keys(self) -> frozenset[str]:
        return frozenset().union(*(text.keys for text in self.texts))


def street_key(street: tuple[str, str]) -> str:
    return f"{street[0]} {street[1]}"


def house(name: LocalizedText | None, address: Address | None, point: Point | None) -> House:
    names = {tuple(words_of(place_names.in_full(plain(said)))): None for said in _texts(name)}
    parts = [part for said in _texts(address.street if address else None) for part in segments(said)]
    town = None if address is None or not address.city else words_of(plain(address.city))
    return House(
        names=tuple(known for known in names if known),
        proper=tuple(dict.fromkeys(proper for known in names if (proper := _proper(known)) is not None)),
        streets=tuple(dict.fromkeys(part.street for part in parts if part.street is not None)),
        city=None if not town else CITY_OF.get(town[0], ""),
        lat=None if point is None else point.lat,
        lon=None if point is None else point.lon,
    )


def read(text: LocalizedText | None) -> Said:
    return Said(tuple(_read(said) for said in dict.fromkeys(_texts(text))))


@lru_cache(maxsize=5_000)
def _read(said: str) -> Text:
    folded = plain(said)[:500]
    own = segments(CLOCK.sub(" ", folded))
    words = {word for part in own for word in part.words}
    is_remote = bool(words & REMOTE) or any(word.endswith(("sivut", "kanava")) for word in words) or "://" in folded
    towns = {part: place_names.city_of(part.words) for part in own}
    return Text(
        parts=tuple(dict.fromkeys(part for part in own if towns[part] is None)),
        cities=frozenset(town for town in towns.values() if town is not None),
        is_nowhere=bool(words & NEAR_IT) or (is_remote and not BOTH.search(folded)),
    )


def _texts(text: LocalizedText | None) -> list[str]:
    return [] if text is None else [said for said in (text.fi, text.sv, text.en, text.other) if said]


def _proper(name: Sequence[str]) -> str | None:
    """The last word of "Keskustakirjasto Oodi": what a house of a kind is called, where the kind stands in front."""
    words = [word for word in name if word not in CITY_OF]
    if len(words) < 2 or is_number(words[-1]) or len(words[-1]) < 3:
        return None
    last, before = words[-1], words[-2]
    if kind_of(last) is not None or is_part(last) or kind_of(before) not in NAMED:
        return None
    return last


# ---- a text


class Found(msgspec.Struct, frozen=True, gc=False):
    """How well a place fits. `part`: the one that names it, -1 where only its address is told; `words`: how many words
    of that are its name.
    """

    key: int
    confidence: float
    part: int = -1
    words: int = 0
    at_address: bool = False


def meant(said: Said, point: Point | None, houses: Sequence[tuple[int, House]]) -> Found | None:
    """Which of these places is meant; None: none, or it can't be told which. `houses`: all that share a key with it."""
    found = [one for text in said.texts if (one := _meant(text, point, houses)) is not None]
    if len({one.key for one in found}) != 1:
        return None
    return max(found, key=lambda one: one.confidence)


def _meant(text: Text, point: Point | None, houses: Sequence[tuple[int, House]]) -> Found | None:
    sure = [found for found in fitting(text, point, houses) if found.confidence >= ENOUGH]
    # a room that is a place of its own goes before the house
    sure = [one for one in sure if not any(o.part == one.part and o.words > one.words for o in sure)]
    if len(sure) > 1:
        sure = [found for found in sure if found.at_address]
    return sure[0] if len(sure) == 1 else None


def fitting(text: Text, point: Point | None, houses: Sequence[tuple[int, House]]) -> list[Found]:
    """How well each fits, the surest first; those that something speaks against are left out."""
    if text.is_nowhere or not text.parts:
        return []
    everyone = [known for _, known in houses]
    found = [fit for key, known in houses if (fit := _fit(key, text, point, known, everyone)) is not None]
    return sorted(found, key=lambda one: (-one.confidence, one.key))


def _fit(key: int, text: Text, point: Point | None, known: House, everyone: Sequence[House]) -> Found | None:
    if _is_elsewhere(text, known) or metres(point, known) > FAR:
        return None
    at_address = any(part.street in known.streets for part in text.parts if part.street is not None)
    if not at_address and _is_another_street(text, known):
        return None
    scores = [_named(part, known, everyone) for part in text.parts]
    top = max(scores)
    if not top[0]:
        alone = at_address and _is_address_alone(text, known)
        return Found(key, AT_ADDRESS, at_address=True) if alone else None
    at = scores.index(top)
    doubt = sum(
        _doubt(part, text.parts[at], known, everyone)
        for part, score in zip(text.parts, scores, strict=True)
        if part.street is None and not score[0]
    )
    confidence = min(top[0] - doubt + (SAME_ADDRESS if at_address else 0.0), 0.99)
    return Found(key, round(confidence, 2), at, top[1], at_address)


def _is_elsewhere(text: Text, known: House) -> bool:
    if "" in text.cities:
        return True
    return bool(text.cities) and known.city is not None and known.city not in text.cities


def _is_another_street(text: Text, known: House) -> bool:
    """They name a street in the language of one of the house's, and not that one. Numbers may be another door's."""
    if not known.streets:
        return False
    for part in text.parts:
        if part.street is None or any(is_one_street(part.street[0], street) for street, _ in known.streets):
            continue
        if _named(part, known, (known,))[0]:  # the name with a number behind it
            continue
        is_swedish = bool(SWEDISH_STREET.search(part.street[0]))
        if any(bool(SWEDISH_STREET.search(street)) == is_swedish for street, _ in known.streets):
            return True
    return False


def is_one_street(one: str, other: str) -> bool:
    return place_names.is_one_form(one, other)


def _named(part: Segment, known: House, everyone: Iterable[House]) -> tuple[float, int]:
    """How surely these words name it, 0 if they do not, and how many of them do."""
    top = max(
        ((_whole(part, short, known), len(short)) for name in known.names for short in _shorter(name)), default=NOT
    )
    if top[0]:
        return top
    kinds = {kind_of(word) for name in known.names for word in name} - {None}
    for proper in known.proper:
        rest = rest_of(part.words, (proper,))
        if rest is None:
            continue
        more = [word for word in rest if kind_word(word) is None or kind_of(word) not in kinds]  # Kirjasto Oodi
        if _is_harmless(more, part, known) and _is_its_own(proper, known, everyone):
            return PROPER, 1
    return NOT


def _shorter(name: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The name, and the name without the city's, where that still tells which house it is."""
    bare = tuple(word for word in name if word not in CITY_OF)
    is_enough = bare != name and len(bare) > 1 and any(kind_of(word) is None for word in bare)
    return [name, bare] if is_enough else [name]


def _whole(part: Segment, name: tuple[str, ...], known: House) -> float:
    if not any(place_names.is_telling(word) for word in name):
        return 0.0
    rest = rest_of(part.words, name)
    if rest is None or not _is_harmless(rest, part, known):
        return 0.0
    exact = all(word in part.words for word in name)
    return WHOLE - (0.0 if exact else INFLECTED) - (WITH_ROOM if rest else 0.0)


def _is_harmless(rest: Sequence[str], part: Segment, known: House) -> bool:
    """The words beside a name make it no other house: a room of it, a city, its own address."""
    left = [word for word in rest if word not in HARMLESS and word not in CITY_OF and word not in REMOTE]
    if not left:
        return True
    if part.street is not None and any(_ends_in(part, street) for street in known.streets):
        left = [word for word in left if not _is_of_street(word, known)]
    if any(is_number(word) for word in left) and part.room is None:
        return False
    if part.words[0] in left and kind_of(part.words[0]) == "restaurant":  # is called after the house, or not
        return False
    return all(is_number(word) or is_part(word) or ROOM.match(word) is not None for word in left)


def _ends_in(part: Segment, street: tuple[str, str]) -> bool:
    """ "arabianrannan kirjasto hämeentie 135": a name and its address in one breath."""
    assert part.street is not None
    return part.street[0].endswith(street[0]) and part.street[1] == street[1]


def _is_of_street(word: str, known: House) -> bool:
    return any(word in street or word.lstrip("0") == number for street, number in known.streets) or len(word) == 1


def _is_its_own(proper: str, known: House, everyone: Iterable[House]) -> bool:
    """No house elsewhere has the word in its name: Kallio alone is a part of the city."""
    for other in everyone:
        if other is known or metres_between(other, known) <= NEAR:
            continue
        if any(place_names.is_one_word(proper, word) for name in other.names for word in name):
            return False
    return True


def _doubt(part: Segment, named: Segment, known: House, everyone: Iterable[House]) -> float:
    """What the words in another part take from it: nothing if they are a room, much if they may be another house."""
    left = [word for word in part.words if word not in HARMLESS and word not in CITY_OF and word not in REMOTE]
    if part.room is not None or all(is_number(word) or is_part(word) for word in left):
        return 0.0
    kinds = {word for word in left if kind_word(word) is not None}
    here = {word for word in named.words if kind_word(word) is not None}
    if any(place_names.is_one_form(one, other) for one in kinds for other in here):
        return 2 * ANOTHER_KIND  # two libraries in one language
    if any(_is_in(other, left) for other in everyone if metres_between(other, known) > NEAR):
        return 2 * ANOTHER_KIND
    return ANOTHER_KIND if kinds or any(kind_of(word) is not None for word in left) else BESIDE


def _is_in(other: House, words: Sequence[str]) -> bool:
    """The words hold the name of another house: one of several words, or of one that says that it is a house."""
    return any(
        rest_of(words, name) is not None
        for name in other.names
        if (len(name) > 1 or kind_of(name[0]) is not None) and any(map(place_names.is_telling, name))
    )


def _is_address_alone(text: Text, known: House) -> bool:
    """Beside the address there are rooms and nothing more, or a bare word for the kind of house that it is."""
    kinds = {kind_word(word) for name in known.names for word in name} - {None}
    for part in text.parts:
        if part.is_flat:
            return False
        if part.street is not None or part.room is not None:
            continue
        left = [word for word in part.words if word not in HARMLESS and word not in CITY_OF]
        if not all(is_part(word) or kind_word(word) in kinds for word in left):
            return False
    return True


# ---- how far

UNKNOWN = float("inf")


def metres(point: Point | None, known: House) -> float:
    """0 where either has no point: nothing speaks against it."""
    if point is None or known.lat is None or known.lon is None:
        return 0.0
    return _metres(point.lat, point.lon, known.lat, known.lon)


def metres_between(one: House, other: House) -> float:
    """UNKNOWN where either has no point."""
    if one.lat is None or one.lon is None or other.lat is None or other.lon is None:
        return UNKNOWN
    return _metres(one.lat, one.lon, other.lat, other.lon)


def _metres(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    north = (lat - other_lat) * METRES_PER_DEGREE
    return hypot(north, (lon - other_lon) * METRES_PER_DEGREE * cos(radians(lat)))
