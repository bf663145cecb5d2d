"""Words of names of places: which two are one word, which say nothing, which tell one house from another.

Pure and without an index; the lists stand in `place_words.toml`. Two words are one if they differ by inflection only
(`titles.is_same_word`), or are the same kind of house in two languages: Kallion kirjasto, Kallio Library.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib.resources import files

import msgspec

from hub.derive.titles import ENDINGS, is_number, is_same_word
from hub.index.stems import stem

PREFIX = 4  # letters that a name keeps in all its forms
SHORTEST_PART = 4  # letters of a word for a part of a house that others may end in: Maijansali, Camerata-sali


class _Lists(msgspec.Struct, frozen=True):
    kinds: list[str]
    parts: str
    harmless: str
    near: str
    remote: str
    elsewhere: str


class _Words(msgspec.Struct, frozen=True):
    short: dict[str, str]
    words: _Lists
    cities: dict[str, str]


_GIVEN = msgspec.toml.decode(files("hub.derive").joinpath("place_words.toml").read_bytes(), type=_Words)
SHORT = _GIVEN.short
SHORTENED = re.compile(rf"\b({'|'.join(sorted(SHORT, key=len, reverse=True))})\b\.?")
HARMLESS, NEAR_IT, REMOTE, ELSEWHERE, PARTS = (
    frozenset(text.split())
    for text in (
        _GIVEN.words.harmless,
        _GIVEN.words.near,
        _GIVEN.words.remote,
        _GIVEN.words.elsewhere,
        _GIVEN.words.parts,
    )
)
# a kind of house: its words in all languages; and each word's kind, by its first word
KIND_WORDS = tuple(tuple(line.split()) for line in _GIVEN.words.kinds)
CITY_OF = {name: city for city, names in _GIVEN.cities.items() for name in names.split()}
CASES = ("ssa", "ssä", "sta", "stä", "lla", "llä", "lta", "ltä", "lle", "aan", "oon", "een", "iin", "n", "t")
SWEDISH_FORMS = ("et", "en", "n", "s", "ets", "ens")
_PART_ENDS = tuple(sorted(part for part in PARTS if len(part) >= SHORTEST_PART))
_BASES = {word: line[0] for line in KIND_WORDS for word in line}


def in_full(text: str) -> str:
    """A folded text with its abbreviations written out: "kallion kirj." is "kallion kirjasto"."""
    return SHORTENED.sub(lambda match: SHORT[match[1]], text)


@lru_cache(maxsize=50_000)
def kind_word(word: str) -> str | None:
    """The kind of house that this is a bare word for, however inflected; None for any other, compounds too."""
    if word in _BASES:
        return _BASES[word]
    for end in (*CASES, *SWEDISH_FORMS):
        bare = word.removesuffix(end)
        if bare != word and bare in _BASES:
            return _BASES[bare]
    return next(
        (kind for base, kind in _BASES.items() if len(base) > 4 and base[0] == word[0] and _same(word, base)), None
    )


def _same(word: str, base: str) -> bool:
    """The Finnish stem: kirkossa and kirkon are forms of kirkko."""
    return stem(word, "fi") == stem(base, "fi")


@lru_cache(maxsize=100_000)
def is_one_word(one: str, other: str) -> bool:
    if is_same_word(one, other):
        return True
    kind = kind_word(one)
    return kind is not None and kind == kind_word(other)


def rest_of(said: Sequence[str], name: Sequence[str]) -> list[str] | None:
    """The words of `said` that are not the name's, in their order; None if a word of the name is not among them.

    What one writes in two words the other may write in one: Pikku-Huopalahti, Maunula-talo.
    """
    whole = "".join(said)
    if not all(word[:PREFIX] in whole or kind_word(word) is not None for word in name):
        return None  # most places that share a word with a text end here
    rest = list(said)
    at = 0
    while at < len(name):
        found = _twin(name[at], rest)
        if found is not None:
            rest.pop(found)
            at += 1
            continue
        joined = _joined(rest, name[at]) or None
        if joined is not None:
            del rest[joined - 1 : joined + 1]
            at += 1
            continue
        if at + 1 < len(name) and (found := _compound(rest, name[at] + name[at + 1])) is not None:
            rest.pop(found)
            at += 2
            continue
        return None
    return rest


def _twin(word: str, rest: Sequence[str]) -> int | None:
    if word in rest:
        return rest.index(word)
    return next((i for i, other in enumerate(rest) if is_one_word(word, other)), None)


def _joined(rest: Sequence[str], word: str) -> int | None:
    """Where two words side by side are written as one in the name: the place of the second."""
    return next((i for i in range(1, len(rest)) if is_one_form(rest[i - 1] + rest[i], word)), None)


def _compound(rest: Sequence[str], word: str) -> int | None:
    return next((i for i, other in enumerate(rest) if is_one_form(other, word)), None)


def is_one_form(one: str, other: str) -> bool:
    """But for its ending; never by a letter in its middle."""
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    return stem(one, "fi") == stem(other, "fi") or (long.startswith(short) and long[len(short) :] in ENDINGS)


@lru_cache(maxsize=50_000)
def is_part(word: str) -> bool:
    """A part of a house: a room, a floor, its yard; bare, inflected or at the end of a compound (Maijansali)."""
    if word in PARTS:
        return True
    bare = [word, *(word.removesuffix(end) for end in (*CASES, "an", "än") if word.endswith(end))]
    return any(form in PARTS or form.endswith(_PART_ENDS) for form in bare)


def is_telling(word: str) -> bool:
    """Tells one house from another: neither a bare kind of house nor a city's name."""
    return not is_number(word) and word not in CITY_OF and word not in HARMLESS and kind_word(word) is None


def word_keys(words: Iterable[str]) -> frozenset[str]:
    """What a name is found by: the beginnings of its telling words. Any form of a word begins so."""
    return frozenset(word[:PREFIX] for word in words if len(word) > 1 and is_telling(word))


def city_of(words: Sequence[str]) -> str | None:
    """The city that these words name and nothing else: "helsinki" for Helsingfors; "" for one outside the region."""
    left = [word for word in words if word not in HARMLESS]
    if not left or any(is_number(word) for word in left):
        return None
    if all(word in CITY_OF for word in left):
        return CITY_OF[left[0]]
    if any(word in ELSEWHERE for word in left) and all(word in ELSEWHERE or word in CITY_OF for word in left):
        return ""
    return None
