"""Themes by what people call them, and what each record is about.

The vocabulary comes with the hub, so no source answers for it. What links a record to a theme is derived when the
record comes in; a work that is only looked up is read when it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache

import msgspec

from hub.domain import cursors
from hub.domain.city import City
from hub.domain.cursors import Value
from hub.domain.lists import Found, PageArgs
from hub.errors import BadInput
from hub.index import stems, vocabulary
from hub.index import themes as index
from hub.index.meaning import meant
from hub.records.catalogue import CatalogueRecord
from hub.records.core import LANGUAGES, Language, LocalizedText, Record, Ref
from hub.records.events import Event
from hub.records.themes import EXACT, Theme

LONGEST_TEXT = 200  # characters
ASKED_FOR, HOMOGRAPH, INFLECTED, PART, BEGUN = 100, 90, 85, 70, 50  # how well a label answers a person's words
SHORTEST_BEGINNING = 3  # letters


class FoundThemes(Found[Theme]):
    """A page of themes. `sure`: of each of its rows, in per cent."""

    def __init__(self, rows: Sequence[tuple[int, int]], page: PageArgs, order: str) -> None:
        """`rows`: (theme, how sure), all of them; the surest come first, then what the city speaks of most."""
        ranked = sorted(rows, key=_rank)
        start = 0
        if page.after is not None:
            after = cursors.decode(page.after, sort=order, length=3)
            cursors.checked(after, (0, 0, 0))
            start = sum(_rank(row) <= after for row in ranked)
        shown = ranked[start : start + page.first]
        super().__init__(
            nodes=[vocabulary.themes()[number] for number, _ in shown],
            cursors=[cursors.encode(order, _rank(row)) for row in shown],
            has_next=len(ranked) > start + page.first,
            has_previous=page.after is not None,
            answers=list,
            totals=len(ranked),
        )
        self.sure = [sure for _, sure in shown]


def _rank(row: tuple[int, int]) -> tuple[Value, ...]:
    number, sure = row
    return -sure, -vocabulary.uses()[number], number


def themes(text: str | None, page: PageArgs) -> FoundThemes:
    """Themes that a person means by these words, in Finnish, Swedish or English; all of them without a text."""
    if text is None:
        return FoundThemes([(number, ASKED_FOR) for number in vocabulary.themes()], page, "themes")
    if len(text) > LONGEST_TEXT:
        raise BadInput(f"text: longer than {LONGEST_TEXT} characters")
    asked = tuple(stems.words(text))
    folded = stems.name_fold(text)
    if not asked or folded is None:
        return FoundThemes([], page, "themes")
    rows = [(number, max(_answers(folded, asked, number, language) for language in LANGUAGES)) for number in _said()]
    return FoundThemes([row for row in rows if row[1]], page, "themes")


def _answers(folded: str, asked: tuple[str, ...], number: int, language: Language) -> int:
    """How well the labels of a theme in one language answer; 0: not at all."""
    said = _said()[number][language]
    if folded in said.names:
        return ASKED_FOR if vocabulary.labels(language).whole.get(folded) == number else HOMOGRAPH
    asked_stems = tuple(stems.stem(word, language) for word in asked)
    if asked_stems in said.stems:
        return INFLECTED
    if all(word in said.parts for word in asked_stems):
        return PART
    if all(len(a) >= SHORTEST_BEGINNING and any(word.startswith(a) for word in said.words) for a in asked):
        return BEGUN
    return 0


class _Said(msgspec.Struct, frozen=True):
    """What a theme is called in one language. `parts`: stems of its words, and of the last parts of its compounds."""

    names: frozenset[str]
    stems: frozenset[tuple[str, ...]]
    parts: frozenset[str]
    words: frozenset[str]


@cache
def _said() -> dict[int, dict[Language, _Said]]:
    return {
        number: {language: _said_in(language, vocabulary.names_of(number, language)) for language in LANGUAGES}
        for number in vocabulary.themes()
    }


def _said_in(language: Language, names: Iterable[str]) -> _Said:
    names = tuple(names)
    every = [word for name in names for word in stems.words(name)]
    columns = stems.indexed(LocalizedText(**{language: name}) for name in names)
    return _Said(
        names=frozenset(fold for name in names if (fold := stems.name_fold(name))),
        stems=frozenset(tuple(stems.stem(word, language) for word in stems.words(name)) for name in names),
        parts=frozenset(columns[LANGUAGES.index(language)].split()),
        words=frozenset(every),
    )


# ---- what records are about


def themes_of(city: City, records: Sequence[Record], exact: bool, page: PageArgs) -> list[FoundThemes]:
    """The themes of each record, the surest first; `exact`: only those that its source names by their id."""
    events = {record.rid for record in records if isinstance(record, Event)}
    others = {record.rid for record in records if not isinstance(record, Event | CatalogueRecord)}
    links: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for asked, look_up in ((events, index.links_of_events), (others, index.links_of_records)):
        for rid, theme, sure in look_up(city.index, asked) if asked else ():
            if theme in vocabulary.themes():
                links[rid].append((theme, sure))

    def rows(record: Record) -> Sequence[tuple[int, int]]:
        told = list(meant(record.subjects).items()) if isinstance(record, CatalogueRecord) else links[record.rid]
        return [(theme, sure) for theme, sure in told if sure == EXACT or not exact]

    return [FoundThemes(rows(record), page, "themes") for record in records]


def by_ref(ref: Ref) -> Theme | None:
    """The theme of a reference, if there is one."""
    number = vocabulary.number_of(f"{ref.source}:{ref.key}")
    return None if number is None else vocabulary.themes()[number]
