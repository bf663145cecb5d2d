"""Words as the text index keeps them: folded and stemmed in Finnish, Swedish and English.

A search word is stemmed in all three languages and looked for in each language's column. Snowball alone leaves the
commonest Finnish words in pieces (lapsi, lapset, lasten; Helsinki, Helsingin), so stems that differ by consonant
gradation are folded together, a table holds the families that no rule catches, and the last part of a compound whose
part is a known word is kept beside the whole (lastenkirjasto is found by kirjasto).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib.resources import files

import msgspec
import Stemmer

from hub.records.core import LANGUAGES, Language, LocalizedText

VERSION = "1"  # part of the index layout's fingerprint: another stemming is another index
WORD = re.compile(r"\w+", re.UNICODE)
MARKUP = re.compile(r"<[^>]*>")
LONGEST_WORD = 60
MOST_QUERY_WORDS = 12
ORDER = {"å": "z\ue001", "ä": "z\ue002", "æ": "z\ue002", "ö": "z\ue003", "ø": "z\ue003"}
MOST_WORDS = 100_000  # remembered of each language: some twenty megabytes

# Weak grade → strong grade at the end of a Finnish stem (kadu-katu, Helsing-Helsink, kuva left alone).
GRADATION = (("ng", "nk"), ("nn", "nt"), ("mm", "mp"), ("ll", "lt"), ("rr", "rt"))
SINGLED = re.compile(r"([kpt])\1$")

# stem as Snowball gives it → the one we keep. Each family stands in tests/index/test_stems.py.
FAMILIES: dict[str, str] = {
    "lap": "laps",
    "last": "laps",
    "töi": "työ",
    "työn": "työ",
    "työt": "työ",
    "töitä": "työ",
    "töide": "työ",
    "nuori": "nuor",
    "soit": "soitin",
    "kurssej": "kurs",
    "kadu": "katu",
    "näyttelyj": "näyttely",
    "töit": "työ",
    "töis": "työ",
    "nuore": "nuor",
    "nuort": "nuor",
    "mieh": "mies",
    "miest": "mies",
    "naise": "nais",
    "nainen": "nais",
    "naine": "nais",
    "perhee": "perhe",
    "ihmis": "ihmin",
    "ihminen": "ihmin",
    "vanhempi": "vanhem",
    "vanhemp": "vanhem",
    "kädet": "käsi",
    "käde": "käsi",
    "käsien": "käsi",
}


@lru_cache(maxsize=1)
def _stemmers() -> dict[Language, Stemmer.Stemmer]:
    names: dict[Language, str] = {"fi": "finnish", "sv": "swedish", "en": "english"}
    return {language: Stemmer.Stemmer(name, 0) for language, name in names.items()}


@lru_cache(maxsize=1)
def _heads() -> frozenset[str]:
    """Single words of at least five letters from the keyword labels: what a compound may end in."""
    return frozenset(msgspec.json.decode(files("hub.index").joinpath("heads.json").read_bytes(), type=list[str]))


def words(*texts: str) -> list[str]:
    """Folded words: NFC, case-folded, no markup."""
    bare = " ".join([MARKUP.sub(" ", text) if "<" in text else text for text in texts])
    found: list[str] = WORD.findall(unicodedata.normalize("NFC", bare).casefold())
    if found and max(map(len, found)) > LONGEST_WORD:
        return [word for word in found if len(word) <= LONGEST_WORD]
    return found


@lru_cache(maxsize=20_000)
def stem(word: str, language: Language) -> str:
    """The stem of one folded word."""
    found: str = _stemmers()[language].stemWord(word)
    if language != "fi":
        return found
    found = FAMILIES.get(found, found)
    for weak, strong in GRADATION:
        if len(found) > 4 and found.endswith(weak):
            return found[: -len(weak)] + strong
    if len(found) > 3 and found.endswith("d"):
        return found[:-1] + "t"
    return SINGLED.sub(r"\1", found) if len(found) > 4 else found


class _Kept(dict[str, str]):
    """What the index keeps of each word of a language: a harvest of 50 000 events looks up ten million words."""

    def __init__(self, language: Language) -> None:
        super().__init__()
        self._language = language

    def __missing__(self, word: str) -> str:
        if len(self) >= MOST_WORDS:
            self.clear()
        kept = self[word] = _kept(word, self._language)
        return kept


@cache
def _kept_words(language: Language) -> _Kept:
    return _Kept(language)


def _kept(word: str, language: Language) -> str:
    """A word's stem, and after a blank that of its last part where that is a word of its own."""
    whole = stem(word, language)
    if language == "en" or len(word) < 9:
        return whole
    for cut in range(3, len(word) - 4):  # the longest known head: lastenkirjasto → kirjasto
        tail = word[cut:]
        if tail in _heads() or stem(tail, language) in _head_stems(language):
            part = stem(tail, language)
            return f"{whole} {part}" if part != whole else whole
    return whole


@lru_cache(maxsize=3)
def _head_stems(language: Language) -> frozenset[str]:
    return frozenset(stem(head, language) for head in _heads() if len(head) >= 5)


def indexed(texts: Iterable[LocalizedText | None]) -> tuple[str, str, str]:
    """The fi, sv and en columns of the text index. A text of no told language goes into all three."""
    columns: dict[Language, list[str]] = {language: [] for language in LANGUAGES}
    for text in texts:
        if text is None:
            continue
        for language in LANGUAGES:
            own: str | None = getattr(text, language)
            said = own if own is not None else (text.other if text.fi is text.sv is text.en is None else None)
            if said is not None:
                columns[language].append(said)
    fi, sv, en = (" ".join(map(_kept_words(language).__getitem__, words(*columns[language]))) for language in LANGUAGES)
    return fi, sv, en


def match(query: str) -> str | None:
    """An FTS5 expression for a person's words, all of which must be there; None if there is no word in them.

    Only quoted stems stand in it, so no query syntax can be smuggled in.
    """
    asked = words(query)[:MOST_QUERY_WORDS]
    if not asked:
        return None
    parts = []
    for word in asked:
        by_language = " OR ".join(f'{language}: "{stem(word, language)}"' for language in LANGUAGES)
        parts.append(f"({by_language})")
    return " AND ".join(parts)


def sort_key(text: str | None) -> str:
    """What names are ordered by: SQLite folds ASCII only, so the key is made here. å, ä, ö come last, as in Finnish."""
    folded = unicodedata.normalize("NFC", text or "").casefold()
    if folded.isascii():
        return folded.strip()
    return "".join([ORDER.get(letter) or _bare(letter) for letter in folded]).strip()


@lru_cache(maxsize=4096)
def _bare(letter: str) -> str:
    return unicodedata.normalize("NFD", letter)[0]


def name_fold(text: str | None) -> str | None:
    """A name for exact, case-blind matching: NFKC, case-folded, white space and hyphens as one space."""
    if not text:
        return None
    return re.sub(r"[\s\-–]+", " ", unicodedata.normalize("NFKC", text).casefold()).strip() or None
