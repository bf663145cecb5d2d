"""Titles of events, read for comparing: what two ways of writing one title have in common, and what tells two apart.

A title is cut into parts (at a colon, a spaced dash, a bracket) and words. Left out on the way: markup, case, white
space, signs, notices ("PERUTTU:", "(LOPPUUNMYYTY)"), and the event's own date and hour. A number is never left out
otherwise, and never takes part in anything fuzzy: "A1" and "A2" are as far from each other as any two words.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from html import unescape
from importlib.resources import files

import msgspec

from hub.index.stems import stem

MOST_WORDS = 40

MARKUP = re.compile(r"<[^<>]*>")
DASHES = re.compile(r"[‐‑‒–—―−]")
ORDINARY = re.compile(r"[\x00-\x7f]*|[\x00-\]_a-\x7fåäöéüÅÄÖÉÜ]*")  # most titles: letters alone, nothing invisible
# peli-ilta is peliilta and children's childrens; 0-1 and A-ryhmä stay two words
COMPOUND = re.compile(r"(?<=[^\W\d_]{2})(?:-(?=[^\W\d_]{2})|['’´](?=[^\W\d_]))")
PART = re.compile(r"\s-+\s|\s-(?=\w)|\s[/|@•·]\s|[:;!?()\[\]{}\"”“„»«]|,\s|\.\s|\n")
WORD = re.compile(r"\d+|[^\W\d_]+")

# In front of a title or behind it, they tell how it stands with the event, not which it is.
_NOTICES = (
    "peruttu|peruutettu|peruuntunut|peruuntuu|siirretty|siirtynyt|siirtyy|loppuunmyyty|loppuunvarattu|inställt|inställd"
    "|avlyst|framflyttad|framflyttat|flyttat|fullbokat|fullbokad|slutsålt|slutsåld|cancelled|canceled|postponed"
    "|rescheduled|sold out|fully booked"
)
_WEAK = (
    "täynnä|täysi|uusi aika|uusi paikka|uusi ajankohta|uusi päivä|uutta|uusi|ilmainen|maksuton|vapaa pääsy|huom|muutos"
    "|ny tid|ny plats|nytt|gratis|fri entré|fritt inträde|obs|fullt|full|free|new time|new date|new|note"
)
# "Tapahtuma on peruttu: …" says no more than "PERUTTU: …"
_SAID_OF = r"(?:(?:tapahtuma|tilaisuus|evenemanget|tillställningen|the event|event)\s+(?:(?:on|är|is)\s+)?)?"
STANDING = re.compile(rf"\b(?:{_NOTICES})\b")
SIGN = re.compile(r"[^\w\s]|\n")
IN_FRONT = re.compile(
    rf"^\W*(?:{_SAID_OF}(?:{_NOTICES})\b\W*|[(\[](?:{_WEAK})[)\]!]+\W*|(?:{_WEAK})\s*[:!]+\W*|(?:{_WEAK})\s-\s)"
)
BEHIND = re.compile(rf"\W*(?:(?:\s-\s*|[(\[/|!:,]\s*)(?:{_NOTICES}|{_WEAK})|(?:\s(?:on|är|is))?\s(?:{_NOTICES}))\W*$")

DATE = re.compile(r"(?<![\d.])(\d{1,2})\.(\d{1,2})\.?(20\d\d)?(?![\d])")
ISO_DATE = re.compile(r"\b(20\d\d)-(\d{2})-(\d{2})\b")
CLOCK = re.compile(
    r"(?:\b(?:klo|kello|kl\.?|at)\s*(\d{1,2})(?:[.:](\d\d))?|\b(\d{1,2})[.:](\d\d))"
    r"(?:\s*-\s*\d{1,2}(?:[.:]\d\d)?)?(?!\d)"
)
YEAR = re.compile(r"\b20\d\d\b")
WEEKDAYS = (
    ("maanantai", "maanantaina", "ma", "måndag", "må", "monday", "mon"),
    ("tiistai", "tiistaina", "ti", "tisdag", "tuesday", "tue"),
    ("keskiviikko", "keskiviikkona", "ke", "onsdag", "ons", "wednesday", "wed"),
    ("torstai", "torstaina", "to", "torsdag", "tors", "thursday", "thu"),
    ("perjantai", "perjantaina", "pe", "fredag", "fre", "friday", "fri"),
    ("lauantai", "lauantaina", "la", "lördag", "lör", "saturday", "sat"),
    ("sunnuntai", "sunnuntaina", "su", "söndag", "sön", "sunday", "sun"),
)
DIGIT = re.compile(r"\d")
WEEKDAY = re.compile("|".join(name for names in WEEKDAYS for name in names if len(name) > 5))

# Words that name a part, a level, an age or a group: what one title has more than the other is then another event.
TELLING = re.compile(
    r"avaj|avau|avaus|päätös|päättäj|opast|kierro|alust|alke|jatko|perus|edisty|vasta|keskitaso|taso|ryhmä|grupp|group"
    r"|osa$|osan$|part|del$|kurs|kerho|klub|leiri|tyttö|tytöt|poik|poja|nais|mies|mieh|flick|pojk|girl|boy|women|men$"
    r"|vauv|taaper|laps|last|nuor|aikui|senior|ikäih|eläke|perhe|vanhem|koulu|barn|bebis|ungdom|vuxn|famil|child|kids"
    r"|teen|adult|bab|suome|ruotsi|englan|venäj|arab|svensk|finsk|engelsk|english|finnish|swedish|harjoit|treeni|repet"
    r"|finaali|final|erä|semi|etko|jatkot|ennakko|lehdist|vernissage|opening|guid|rundtur|nybörj|beginn|advanc|intermed"
    r"|etä|online|verkko|striimi|stream|aamu|ilta|päivä|yö$|morgon|kväll|morning|evening|night|matine|huone|sali|rum|room"
)


class _Words(msgspec.Struct, frozen=True):
    joining: str
    welcome: str
    kinds: str
    common: str
    endings: str
    forms: str
    cities: str
    lists: str
    beside: str


_WORDS = msgspec.toml.decode(files("hub.derive").joinpath("event_words.toml").read_bytes(), type=_Words)
JOINING, WELCOME, KINDS, COMMON, ENDINGS, FORMS, CITIES, LISTS, BESIDE = (
    frozenset(words.split())
    for words in (
        _WORDS.joining,
        _WORDS.welcome,
        _WORDS.kinds,
        _WORDS.common,
        _WORDS.endings,
        _WORDS.forms,
        _WORDS.cities,
        _WORDS.lists,
        _WORDS.beside,
    )
)


class Title(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """In one language. `parts`: each its words, in their order."""

    language: str
    parts: tuple[tuple[str, ...], ...]

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(word for part in self.parts for word in part)

    @property
    def numbers(self) -> tuple[str, ...]:
        """What only counts as it is: digits, single letters, Roman numbers."""
        return tuple(sorted(word for word in self.words if is_number(word)))


def plain(text: str) -> str:
    """Folded for comparing: no markup or invisible signs, one kind of dash, one kind of white space, no case."""
    said = unescape(text) if "&" in text else text
    if "<" in said:
        said = unescape(MARKUP.sub(" ", said))
    elif "&" in said:  # escaped twice
        said = unescape(said)
    said = unicodedata.normalize("NFKC", said)
    if not ORDINARY.fullmatch(said):
        said = "".join(c for c in said if unicodedata.category(c) not in {"Cf", "Mn", "So", "Sk"} or c == "\u0308")
    said = DASHES.sub("-", said.casefold())
    return said.replace("&", " ja ").replace("\r", "\n").replace("\t", " ").strip()


def read_title(language: str, text: str, starts: datetime | None) -> Title:
    """`starts`: in local time; its own date and hour say nothing more about the event."""
    said = _without_notices(text)
    if starts is not None:
        said = _without_its_time(said, starts)
    return Title(language, _parts(said))


@lru_cache(maxsize=5_000)  # the occurrences of a series have one title
def _without_notices(text: str) -> str:
    said = plain(text)
    if not SIGN.search(said) and not STANDING.search(said):
        return said
    for _ in range(3):  # "PERUTTU! UUSI AIKA: …"
        shorter = BEHIND.sub("", IN_FRONT.sub("", said))
        if shorter == said or not shorter.strip():
            break
        said = shorter
    return said


@lru_cache(maxsize=5_000)
def _parts(said: str) -> tuple[tuple[str, ...], ...]:
    parts = [tuple(words_of(part)) for part in (PART.split(said) if SIGN.search(said) else (said,))]
    kept: list[tuple[str, ...]] = []
    left = MOST_WORDS
    for part in parts:
        if part and left > 0:
            kept.append(part[:left])
            left -= len(part)
    return tuple(kept)


def words_of(text: str) -> list[str]:
    """The words of a folded text; "and" is none."""
    if SIGN.search(text):
        text = COMPOUND.sub("", text)
    return [word for word in WORD.findall(text) if word not in JOINING]


def _without_its_time(said: str, starts: datetime) -> str:
    if not DIGIT.search(said):
        return _without_weekday(said, starts, shortened=False) if WEEKDAY.search(said) else said
    found = False

    def date_gone(match: re.Match[str]) -> str:
        nonlocal found
        day, month, year = match[1], match[2], match[3]
        if (int(day), int(month)) == (starts.day, starts.month) and year in {None, str(starts.year)}:
            found = True
            return " "
        return match[0]

    def clock_gone(match: re.Match[str]) -> str:
        hour, minute = match[1] or match[3], match[2] or match[4] or "00"
        return " " if (int(hour), int(minute)) == (starts.hour, starts.minute) else match[0]

    said = ISO_DATE.sub(lambda m: " " if m[0] == starts.date().isoformat() else m[0], said)
    said = DATE.sub(date_gone, said)
    said = CLOCK.sub(clock_gone, said)
    said = YEAR.sub(lambda m: " " if m[0] == str(starts.year) else m[0], said)
    return _without_weekday(said, starts, shortened=found)


def _without_weekday(said: str, starts: datetime, *, shortened: bool) -> str:
    names = WEEKDAYS[starts.weekday()]
    gone = {name for name in names if shortened or len(name) > 5}
    return " ".join(word for word in said.split(" ") if word.strip(".,") not in gone)


def is_number(word: str) -> bool:
    return word[0].isdigit() or len(word) == 1 or (len(word) <= 4 and set(word) <= set("ivx"))


@lru_cache(maxsize=50_000)
def is_same_word(one: str, other: str) -> bool:
    """But for its inflection, or one letter of a long word."""
    if one == other:
        return True
    if is_number(one) or is_number(other) or min(len(one), len(other)) < 4:
        return False
    if stem(one, "fi") == stem(other, "fi"):
        return True
    short, long = sorted((one, other), key=len)
    if long.startswith(short) and long[len(short) :] in ENDINGS:
        return True
    return len(short) >= 8 and one[0] == other[0] and _is_one_letter_off(short, long)


def _is_one_letter_off(short: str, long: str) -> bool:
    if len(long) - len(short) > 1:
        return False
    at = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    return short[at + 1 :] == long[at + 1 :] if len(short) == len(long) else short[at:] == long[at + 1 :]


class Compared(msgspec.Struct, frozen=True, gc=False):
    """Two titles side by side: the words that they share, and what each has more."""

    shared: tuple[str, ...]
    more: tuple[str, ...]
    other_more: tuple[str, ...]
    is_exact: bool  # no word had to be stretched


def compared(one: Sequence[str], other: Sequence[str]) -> Compared:
    left, right = Counter(one), Counter(other)
    shared = left & right
    more, other_more = list((left - shared).elements()), list((right - shared).elements())
    common = list(shared.elements())
    is_exact = True
    for word in tuple(more):
        twin = next((w for w in other_more if is_same_word(word, w)), None)
        if twin is not None:
            more.remove(word)
            other_more.remove(twin)
            common.append(word)
            is_exact = False
    return Compared(tuple(common), tuple(more), tuple(other_more), is_exact)


class Likeness(msgspec.Struct, frozen=True, gc=False):
    """How sure two titles are one, 0–1. `if_ends_agree`: only for events that also end together."""

    score: float
    if_ends_agree: bool = False


def likeness(one: Title, other: Title, is_around: Callable[[str], bool]) -> Likeness | None:
    """None: these are not one title. `is_around`: whether a word says where, or by whom, either event is held."""
    found = compared(one.words, other.words)
    if not any(len(word) > 2 and not is_number(word) and not is_around(word) for word in found.shared):
        return None
    more = [word for word in found.more if not _says_nothing(word, is_around)]
    other_more = [word for word in found.other_more if not _says_nothing(word, is_around)]
    if not more and not other_more:
        if found.more or found.other_more:
            return Likeness(0.95)
        return Likeness(1.0 if found.is_exact else 0.97)
    if more and other_more:
        return None
    longer, extra = (one, more) if more else (other, other_more)
    if any(is_number(word) for word in extra):
        return None
    if all(word in KINDS for word in extra):
        return Likeness(0.9, if_ends_agree=True)
    if _leads(extra, longer, found.shared) and not any(TELLING.search(word) for word in extra):
        return Likeness(0.85, if_ends_agree=True)
    return None


def _says_nothing(word: str, is_around: Callable[[str], bool]) -> bool:
    return not is_number(word) and (word in WELCOME or is_around(word))


def _leads(extra: list[str], longer: Title, shared: tuple[str, ...]) -> bool:
    """What the longer title has more stands in parts of their own in front ("Jazzperjantai: …"), and the rest says
    enough to be known by.
    """
    names = [word for word in shared if not is_number(word)]
    if len(names) < 2 or sum(map(len, names)) < 12:
        return False
    front: list[str] = []
    for part in longer.parts[:-1]:
        front += part
        if Counter(front) == Counter(extra):
            return True
    return False


def is_common(title: Title, is_around: Callable[[str], bool]) -> bool:
    words = [word for word in title.words if not is_around(word)]
    return bool(words) and all(word in COMMON for word in words)


def block_words(titles: Iterable[Title], around: Collection[str]) -> set[str]:
    """The beginnings of the two longest words of each: two titles that are one have one of these in common. Words of
    `around` (where it is held) only where there is no other.
    """
    found: set[str] = set()
    for title in titles:
        names = {word for part in title.parts for word in part if len(word) > 3 and word not in CITIES}
        longest = sorted(names.difference(around) or names or title.words, key=lambda word: (-len(word), word))
        found.update(word[:4] for word in longest[:2])
    return found
