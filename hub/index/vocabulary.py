"""Themes by their labels: the concepts that come with the hub.

The concepts are a choice from the General Finnish Ontology (`yso_themes.json`; see NOTICE). The file has labels in
three languages and no relations: nothing here knows a broader theme from a narrower one.

A word that several concepts bear means none of them, unless `theme_words.toml` says which one is meant.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache, lru_cache
from importlib.resources import files

import msgspec

from hub.index.stems import name_fold, words
from hub.index.stems import stem as snowball
from hub.records.core import LANGUAGES, Language, LocalizedText, Ref
from hub.records.themes import VOCABULARY, Theme

RELEASED = datetime(2019, 3, 1, tzinfo=UTC)  # YSO 2019.3 "Cicero"
KEY = re.compile(r"yso:p(\d{1,9})")
QUALIFIER = re.compile(r"\s*\([^()]*\)\s*$")

SWEDISH_HET = re.compile(r"(\w{3,}het)(?:en|er|erna|s|ens)?")
ENGLISH_MANY = {"children": "child", "women": "woman", "men": "man"}

Words = tuple[str, ...]


class _Concept(msgspec.Struct):
    id: str
    uri: str
    fi: str
    sv: str
    en: str
    uses_in_city_code: int


class _File(msgspec.Struct):
    source: str
    licence: str
    attribution: str
    themes: list[_Concept]


class _Also(msgspec.Struct):
    theme: str
    fi: tuple[str, ...] = ()
    sv: tuple[str, ...] = ()
    en: tuple[str, ...] = ()


class _Told(msgspec.Struct):
    """`theme_words.toml`: what is told by hand, concepts by their Finnish labels."""

    places: tuple[str, ...]
    only_subjects: tuple[str, ...]
    not_heads: tuple[str, ...]
    names: frozenset[str]
    opaque: frozenset[str]
    addresses: tuple[str, ...]
    tails: tuple[str, ...]
    senses: dict[Language, dict[str, str]]
    also: tuple[_Also, ...]


class Hand(msgspec.Struct):
    """The same, concepts by number."""

    places: frozenset[int]
    only_subjects: frozenset[int]
    not_heads: frozenset[int]
    names: frozenset[str]
    opaque: frozenset[str]
    addresses: tuple[str, ...]
    tails: tuple[str, ...]
    senses: dict[Language, dict[str, int]]
    also: dict[int, _Also]


class Labels(msgspec.Struct):
    """Of one language. None: several concepts bear it, and none is meant."""

    whole: dict[str, int | None]  # folded, with and without the qualifier
    stems: dict[Words, int | None]
    own: dict[int, str]  # names, without the qualifier, by which a concept is meant and no other


def key_of(number: int) -> Ref:
    return Ref(Theme.kind, VOCABULARY, f"p{number}")


def number_of(key: str) -> int | None:
    """The theme behind a keyword's id ("yso:p4354"); None: another vocabulary's, or a concept that is none of ours."""
    found = KEY.fullmatch(key)
    return int(found[1]) if found and int(found[1]) in themes() else None


@cache
def themes() -> Mapping[int, Theme]:
    """By number."""
    made = {}
    for concept in _file().themes:
        number = int(concept.id.removeprefix("yso:p"))
        made[number] = Theme(
            ref=key_of(number),
            read_at=RELEASED,
            url=concept.uri,
            number=number,
            name=LocalizedText(fi=bare(concept.fi), sv=bare(concept.sv), en=bare(concept.en)),
            label=LocalizedText(fi=concept.fi, sv=concept.sv, en=concept.en),
        )
    return made


@cache
def uses() -> Mapping[int, int]:
    """How often the city's own services name each concept: which of two is the likelier."""
    return {int(concept.id.removeprefix("yso:p")): concept.uses_in_city_code for concept in _file().themes}


def licence() -> tuple[str, str]:
    """The vocabulary's licence, and whom to name."""
    return _file().licence, _file().attribution


def called(number: int) -> tuple[str, ...]:
    """Every label by which a catalogue may know this theme and no other, Finnish first, as it is written."""
    label = themes()[number].label
    found = [said for said in (label.fi, label.sv, label.en) if said]
    found += [name for language in LANGUAGES if (name := labels(language).own.get(number))]
    return tuple(dict.fromkeys(found))


def names_of(number: int, language: Language) -> tuple[str, ...]:
    """Its label, the same without the qualifier, and other words for it."""
    label: str = getattr(themes()[number].label, language)
    also: tuple[str, ...] = getattr(hand().also[number], language) if number in hand().also else ()
    return label, bare(label), *also


def bare(label: str) -> str:
    return QUALIFIER.sub("", label)


@cache
def tails(language: Language) -> frozenset[str]:
    return frozenset(stem(word, language) for word in hand().tails)


@cache
def labels(language: Language) -> Labels:
    told = hand()
    whole: dict[str, int | None] = {}
    plain: defaultdict[str, set[int]] = defaultdict(set)
    stems: defaultdict[Words, set[int]] = defaultdict(set)
    for number, theme in themes().items():
        label: str | None = getattr(theme.label, language)
        assert label is not None, "every concept has its three labels"
        whole[_fold(label)] = number
        for name in names_of(number, language)[1:]:
            plain[_fold(name)].add(number)
            for form in (name, *_forms(name, language)):
                stems[_stems(form, language)].add(number)
    senses = told.senses[language]
    for word, number in senses.items():
        plain[_fold(word)] = {number}
    for word, numbers in plain.items():
        whole[word] = next(iter(numbers)) if len(numbers) == 1 else whole.get(word)
    by_stem = {parts: next(iter(numbers)) if len(numbers) == 1 else None for parts, numbers in stems.items()}
    by_stem |= {_stems(word, language): number for word, number in senses.items()}
    names: dict[int, str] = {number: getattr(theme.name, language) for number, theme in themes().items()}
    own = {number: name for number, name in names.items() if whole.get(_fold(name)) == number}
    return Labels(whole=whole, stems=by_stem, own=own)


@lru_cache(maxsize=20_000)
def stem(word: str, language: Language) -> str:
    """As the text index has it; in English one and many alone, since Snowball makes residents of a residence; in
    Swedish with -het, without which loneliness (ensamhet) would be in whatever is common (gemensam).
    """
    if language == "sv" and (found := SWEDISH_HET.fullmatch(word)):
        return found[1]
    if language != "en":
        return snowball(word, language)
    if word in ENGLISH_MANY:
        return ENGLISH_MANY[word]
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _forms(name: str, language: Language) -> Iterator[str]:
    """Forms of a Finnish label whose stem is another than its own: viinit and viini(ä), talous and talouden."""
    if language == "fi" and len(name) > 4:
        if name.endswith("t"):
            yield name[:-1]
        elif name.endswith(("us", "ys")):
            yield f"{name[:-1]}den"


def _fold(text: str) -> str:
    return name_fold(text) or ""


def _stems(text: str, language: Language) -> Words:
    return tuple(stem(word, language) for word in words(text))


@cache
def _file() -> _File:
    return msgspec.json.decode(_content("yso_themes.json"), type=_File)


def _content(name: str) -> bytes:
    return files("hub.index").joinpath(name).read_bytes()


def fingerprint() -> str:
    """Changes when the concepts or what is told of their words by hand do."""
    return hashlib.sha256(_content("yso_themes.json") + _content("theme_words.toml")).hexdigest()


@cache
def hand() -> Hand:
    told = msgspec.convert(tomllib.loads(_content("theme_words.toml").decode()), type=_Told)
    numbers = {theme.label.fi: number for number, theme in themes().items()}
    return Hand(
        places=frozenset(numbers[label] for label in told.places),
        only_subjects=frozenset(numbers[label] for label in told.only_subjects),
        not_heads=frozenset(numbers[label] for label in told.not_heads),
        names=told.names,
        opaque=told.opaque,
        addresses=told.addresses,
        tails=told.tails,
        senses={
            language: {word: numbers[label] for word, label in senses.items()}
            for language, senses in told.senses.items()
        },
        also={numbers[also.theme]: also for also in told.also},
    )
