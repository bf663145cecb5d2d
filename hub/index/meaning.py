"""What a source's words mean: the themes of a subject, and of a title.

How sure a link is, in per cent (`EXACT`, 100, is for those who know the concept's id):
90  a subject that is a label, the qualifier told or not needed
85  … in another grammatical form
80  … as one of several, "terveys ja hyvinvointi"
75  … in another language than the source says
70  a subject whose compound begins with one: kirjastotoimi
60  a word of a title
50  a part of a word of a title

How often they are right is held by `tests/index/test_meaning.py` to a labelled set.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from hub.index.stems import LONGEST_WORD, is_head, name_fold, words
from hub.index.vocabulary import hand, labels, stem, tails
from hub.records.core import LANGUAGES, Language, LocalizedText

VERSION = "1"  # part of the index layout's fingerprint: other rules are another index
PARTS = re.compile(r"[,;/]| [–—-] | (?:ja|och|and|&|samt|sekä) ", re.IGNORECASE)
SENTENCE = re.compile(r"[.:;!?–—|/(]\s*$")
ARTICLE = re.compile(r"^(?:the|a|an) ", re.IGNORECASE)
LONGEST = 3  # words of a label that is looked for in a title
LONGEST_TEXT = 300  # characters; what is longer is no label and no title
SHORTEST_PART = 4  # letters of the first part of a compound
SHORTEST_FOREIGN = 5  # letters of a word that may be of another language than its source says


def meant(subjects: Iterable[LocalizedText | None]) -> dict[int, int]:
    """The themes that a record's subjects, labels or categories mean, with how sure each is."""
    found: dict[int, int] = {}
    for text in subjects:
        for said, language in _said(text):
            _add(found, _subject(said, language))
    return found


def told_in(titles: Iterable[LocalizedText | None], *, of_event: bool = False) -> dict[int, int]:
    """The themes that words of titles stand for, in the first language of each that says any: a translation says the
    same less exactly. An event's title names its place: kinds of place are left out.
    """
    found: dict[int, int] = {}
    for text in titles:
        for said, language in _said(text):
            meant_here = {} if language is None else _title(said, language, of_event=of_event)
            if meant_here:
                _add(found, meant_here)
                break
    return found


def _said(text: LocalizedText | None) -> Iterator[tuple[str, Language | None]]:
    if text is not None:
        for language in LANGUAGES:
            said: str | None = getattr(text, language)
            if said and len(said) <= LONGEST_TEXT:
                yield said, language
        if text.other and len(text.other) <= LONGEST_TEXT:
            yield text.other, None


def _add(found: dict[int, int], more: Mapping[int, int]) -> None:
    for number, sure in more.items():
        found[number] = max(sure, found.get(number, 0))


# ---- subjects


@lru_cache(maxsize=5_000)
def _subject(said: str, language: Language | None) -> Mapping[int, int]:
    whole = _label(said, language)
    if whole is not None:
        return {whole[0]: whole[1]}
    found: dict[int, int] = {}
    parts = [ARTICLE.sub("", part.strip()) for part in PARTS.split(said)]
    for part in parts:
        one = _label(part, language)
        if one is not None:
            _add(found, {one[0]: min(one[1], 80) if len(parts) > 1 else one[1]})
        elif (begun := _begun(part, language)) is not None:
            _add(found, {begun: 70})
    return found


def _label(said: str, language: Language | None) -> tuple[int, int] | None:
    """The theme that this is a label of, and how sure."""
    folded = name_fold(said)
    if not folded or _is_opaque(folded):
        return None
    if language is None:  # a catalogue does not tell: Finnish goes first, as its subjects do
        for each in LANGUAGES:
            if (found := labels(each).whole.get(folded)) is not None:
                return found, 90
        return None
    own = labels(language)
    if folded in own.whole:
        found = own.whole[folded]
        return None if found is None else (found, 90)
    by_stem = own.stems.get(tuple(stem(word, language) for word in words(said)))
    if by_stem is not None and not _is_name(said, language):
        return by_stem, 85
    if len(folded) >= SHORTEST_FOREIGN:
        foreign = {_foreign(said, folded, each) for each in LANGUAGES if each != language} - {None}
        if len(foreign) == 1:
            (number,) = foreign
            return None if number is None else (number, 75)
    return None


def _foreign(said: str, folded: str, language: Language) -> int | None:
    known = labels(language)
    if folded in known.whole:
        return known.whole[folded]
    return known.stems.get(tuple(stem(word, language) for word in words(said))) if language == "en" else None


def _begun(part: str, language: Language | None) -> int | None:
    """The theme that a compound of one word begins with."""
    found = words(part)
    if len(found) != 1 or language not in ("fi", "sv"):
        return None
    return _first(found[0], language)


# ---- titles


@lru_cache(maxsize=1_000)
def _title(said: str, language: Language, *, of_event: bool) -> Mapping[int, int]:
    silent = hand().only_subjects | (hand().places if of_event else frozenset())
    found: dict[int, int] = {}
    tokens = list(re.finditer(r"\w+", said))
    folded = [token[0].casefold() for token in tokens]
    stems = [stem(word, language) for word in folded]
    at = 0
    while at < len(tokens):
        if _is_proper(said, tokens, at, language) or _is_opaque(folded[at]):
            at += 1
            continue
        for many in range(min(LONGEST, len(tokens) - at), 0, -1):
            number = _word(folded[at : at + many], stems[at : at + many], language)
            if number is not None:
                if number not in silent:
                    _add(found, {number: 60})
                at += many
                break
        else:
            _add(found, {part: 50 for part in _parts(folded[at], language) if part not in silent})
            at += 1
    return found


def _word(folded: list[str], stems: list[str], language: Language) -> int | None:
    known = labels(language)
    said = " ".join(folded)
    return known.whole[said] if said in known.whole else known.stems.get(tuple(stems))


def _is_proper(said: str, tokens: list[re.Match[str]], at: int, language: Language) -> bool:
    """A name: a capital inside a sentence, where the language gives none to its words; or a person's before another."""
    token = tokens[at][0]
    if not token[0].isupper() or (len(token) > 1 and token.isupper()):
        return False
    before = said[: tokens[at].start()].rstrip()
    if language != "en" and before and not SENTENCE.search(before):
        return True
    follows = tokens[at + 1][0] if at + 1 < len(tokens) else ""
    return follows[:1].isupper() and token.casefold() in hand().names


def _is_name(said: str, language: Language) -> bool:
    """A single word that is a person's name too, with a capital: "Satu" is no fairy tale, "satu" is."""
    return language == "fi" and said[:1].isupper() and said.casefold() in hand().names


def _is_opaque(folded: str) -> bool:
    return folded in hand().opaque or any(
        len(folded) > len(end) + 2 and folded.endswith(end) for end in hand().addresses
    )


def _parts(word: str, language: Language) -> Iterator[int]:
    """What a compound begins with, and what it ends in."""
    if language == "en" or len(word) > LONGEST_WORD:
        return
    first = _first(word, language)
    if first is not None:
        yield first
    known = labels(language).stems
    for cut in range(SHORTEST_PART - 1, len(word) - SHORTEST_PART):
        number = known.get((stem(word[cut:], language),))
        if number is not None:
            if number not in hand().not_heads:
                yield number
            return


def _first(word: str, language: Language) -> int | None:
    """The longest label that a compound begins with, if the rest of it is a word."""
    if _is_opaque(word) or len(word) > LONGEST_WORD:
        return None
    known = labels(language)
    for cut in range(len(word) - SHORTEST_PART + 1, SHORTEST_PART - 1, -1):
        number = known.whole.get(word[:cut]) or known.stems.get((stem(word[:cut], language),))
        if number is not None and _is_tail(word[cut:], language):
            return number
    return None


def _is_tail(word: str, language: Language) -> bool:
    return is_head(word, language) or stem(word, language) in tails(language)
