"""Which part of the city is meant: by what people call it, or by a point on the map.

A name is looked for as it is written; then by its words' stems, without the word for what kind of area it is ("Kallion
kaupunginosa", "i Berghäll"); then both again without the dots and rings of its letters ("Toolo"); then all of it by
what the area is called in speech ("Lauttis"). The first of these that finds anything is what was meant.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable

import msgspec

from hub.index.read import Index
from hub.index.spoken_areas import SPOKEN
from hub.index.stems import name_fold, stem
from hub.records.core import LANGUAGES, Language, LocalizedText, Point
from hub.records.places import AreaKind

WORD = re.compile(r"\w+")
LONGEST_NAME = 100  # letters
# "Kallio" is a neighbourhood and a district; people mean the neighbourhood, else the part of town they call by it
KIND_ORDER = (AreaKind.NEIGHBOURHOOD, AreaKind.SUB_DISTRICT, AreaKind.DISTRICT, AreaKind.MAJOR_DISTRICT)
# How the words for the divisions begin, folded; the longer first.
KIND_WORDS: tuple[tuple[str, AreaKind], ...] = (
    ("kaupunginos", AreaKind.NEIGHBOURHOOD),
    ("stadsdel", AreaKind.NEIGHBOURHOOD),
    ("neighbourhood", AreaKind.NEIGHBOURHOOD),
    ("osa alue", AreaKind.SUB_DISTRICT),
    ("delområde", AreaKind.SUB_DISTRICT),
    ("sub district", AreaKind.SUB_DISTRICT),
    ("suurpiiri", AreaKind.MAJOR_DISTRICT),
    ("stordistrikt", AreaKind.MAJOR_DISTRICT),
    ("major district", AreaKind.MAJOR_DISTRICT),
    ("peruspiiri", AreaKind.DISTRICT),
    ("distrikt", AreaKind.DISTRICT),
    ("district", AreaKind.DISTRICT),
)
PREPOSITIONS = frozenset({"i", "på", "vid", "in", "the", "of"})
# Names whose inflected forms no stemmer brings back: the end of the name, and what its forms end in instead.
WEAK_ENDS = (
    ("mäki", "mäe"),
    ("haka", "haa"),
    ("joki", "joe"),
    ("nen", "se"),
    ("nen", "s"),
    ("nen", "si"),
    ("us", "ukse"),
)
CASES = ("n", "ten", "ssa", "ssä", "sta", "stä", "lla", "llä")
AFTER_NAMES = 4  # how close a match by a spoken name is at best: whatever a register calls so goes before


def keys_of(name: LocalizedText) -> set[tuple[str, int]]:
    """(key, how close a match by it is) of an area's name: 0 is the closest."""
    found: dict[str, int] = {}
    for language in LANGUAGES:
        fold = _fold(getattr(name, language))
        if fold:
            _closest(found, ((key, rank) for form in forms(fold) for key, rank in _keys(form, language)))
            found[fold] = 0
    for language, spoken in SPOKEN.get(name_fold(name.fi) or "", ()):
        for form in forms(spoken):
            _closest(found, ((key, AFTER_NAMES + rank) for key, rank in _keys(form, language)))
    return set(found.items())


def _fold(name: str | None) -> str:
    """Folded words, without what stands between them."""
    return " ".join(WORD.findall(name_fold(name) or ""))


def _closest(found: dict[str, int], keys: Iterable[tuple[str, int]]) -> None:
    for key, rank in keys:
        found[key] = min(rank, found.get(key, rank))


def forms(fold: str) -> list[str]:
    """The name, and what it looks like in a sentence where that is not told by its letters."""
    weak = [fold.removesuffix(end) + other for end, other in WEAK_ENDS if fold.endswith(end)]
    return [fold, *(form + case for form in weak for case in CASES)]


def _keys(fold: str, language: Language) -> list[tuple[str, int]]:
    """Of one spelling: as it is, by its stems, and both without the dots and rings."""
    stems = f"{language}:{' '.join(stem(word, language) for word in _bare(fold)[0].split())}"
    return [(fold, 0), (stems, 1), (f"?{_plain(fold)}", 2), (f"?{_plain(stems)}", 3)]


def _bare(fold: str) -> tuple[str, AreaKind | None]:
    """Without the word for its kind, and which that was; a name that is nothing else is left as it is."""
    for word, kind in KIND_WORDS:
        before, found, after = f" {fold}".partition(f" {word}")
        if found:
            rest = f"{before} {after.partition(' ')[2]}"
            words = [one for one in rest.split() if one not in PREPOSITIONS]
            if words:
                return " ".join(words), kind
    words = [one for one in fold.split() if one not in PREPOSITIONS]
    return " ".join(words) or fold, None


def _plain(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))


def named(index: Index, name: str, kind: AreaKind | None) -> list[int]:
    """Areas that people may mean by a name, those of the kind that it names first, then by `KIND_ORDER`."""
    fold = _fold(name[:LONGEST_NAME])
    if not fold:
        return []
    said = _bare(fold)[1]
    asked = sorted({key for language in LANGUAGES for key, _ in _keys(fold, language)})
    rows = index.rows(
        "SELECT n.rid, a.kind, n.rank FROM json_each(?) k CROSS JOIN area_name n ON n.key = k.value"
        " JOIN area a ON a.rid = n.rid ORDER BY a.ocd",
        (msgspec.json.encode(asked).decode(),),
    )
    by_rank: defaultdict[int, set[tuple[int, int, int]]] = defaultdict(set)
    for order, (rid, its, rank) in enumerate(rows):
        if kind is None or its == kind.value:
            position = -1 if said is not None and its == said.value else KIND_ORDER.index(AreaKind(its))
            by_rank[rank].add((position, order, rid))
    closest = sorted(by_rank[min(by_rank)]) if by_rank else []
    return list(dict.fromkeys(rid for _, _, rid in closest))


def holding(index: Index, at: Point) -> list[int]:
    """The areas that hold a point, one of each kind at most, in the order of `KIND_ORDER`.

    By the tree of boxes, then exactly, and of two that share the border by the lower OCD id: as the derived tables say
    of a place that stands there.
    """
    rows = index.rows(
        "SELECT a.rid, a.kind, s.shape FROM area_box b CROSS JOIN area a ON a.rid = b.rid"
        " CROSS JOIN area_shape s ON s.rid = b.rid WHERE b.west <= :lon AND b.east >= :lon AND b.south <= :lat"
        " AND b.north >= :lat ORDER BY a.ocd",
        {"lat": at.lat, "lon": at.lon},
    )
    import shapely  # noqa: PLC0415 - 20 MB: a worker pays them when somebody first asks where a point lies

    spot = shapely.Point(at.lon, at.lat)
    found: dict[AreaKind, int] = {}
    for rid, kind, shape in rows:
        if shapely.from_wkb(shape).intersects(spot):
            found.setdefault(AreaKind(kind), rid)
    return [found[kind] for kind in KIND_ORDER if kind in found]
