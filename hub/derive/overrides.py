"""The operator's word on what is joined, over all rules: `[hub] joins` in the settings names the file.

    [[same]]                         # records of one place
    records = ["varaamo:174", "servicemap:8215"]

    [[apart]]                        # records of as many places, whatever else says that they are one
    records = ["servicemap:8215", "linkedevents:helsinki:kallio"]

    [branches]                       # a catalogue's building code, and the place that it is; false: it is none
    "2/Helmet/h/h37/" = "kirkanta:86803"

    [texts]                          # what feeds write for where an event is; false: no place of ours
    "Kallion kirkon krypta" = "servicemap:1234"

A record is told by its source (its name or id in the settings) and that source's own key for it, with a colon between.
Any line may have a `why` beside its `records`, for people.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Any, TypeAlias

import msgspec

from hub.derive.titles import plain

Whose: TypeAlias = tuple[str, str]  # a source's id, and its own key
SECTIONS = ("same", "apart", "branches", "texts")


class Overrides(msgspec.Struct, frozen=True, kw_only=True):
    """`branches` and `texts`: None says that there is no such place. Texts are folded (`fold`)."""

    same: tuple[tuple[Whose, ...], ...] = ()
    apart: tuple[tuple[Whose, ...], ...] = ()
    branches: tuple[tuple[str, Whose | None], ...] = ()
    texts: tuple[tuple[str, Whose | None], ...] = ()

    @property
    def places_of_branches(self) -> list[Whose]:
        return [whose for _, whose in self.branches if whose is not None]


NOTHING = Overrides()


def fold(text: str) -> str:
    """As a feed's text is compared: without case, markup and needless white space."""
    return " ".join(plain(text).split())


def read(content: str, sources: Mapping[str, str]) -> tuple[Overrides, list[str]]:
    """What the file says, and its mistakes ("same[2].records: …"). `sources`: the id by name and by id."""
    try:
        document = tomllib.loads(content)
    except ValueError as error:
        return NOTHING, [f"is not TOML: {error}"]
    reading = _Reading(sources)
    return reading.overrides(document), reading.mistakes


class _Reading:
    def __init__(self, sources: Mapping[str, str]) -> None:
        self.sources = sources
        self.mistakes: list[str] = []

    def wrong(self, key: str, what: str) -> None:
        self.mistakes.append(f"{key}: {what}")

    def overrides(self, document: Mapping[str, Any]) -> Overrides:
        for section in document.keys() - set(SECTIONS):
            self.wrong(section, f"there is no such section; there are {', '.join(SECTIONS)}")
        same, apart = self.lines(document, "same"), self.lines(document, "apart")
        branches = self.table(document, "branches")
        texts = self.table(document, "texts")
        folded: dict[str, str] = {}
        for text in texts:
            known = folded.setdefault(fold(text), text)
            if not fold(text):
                self.wrong(f'texts."{text}"', "expected some words")
            elif known != text:
                self.wrong(f'texts."{text}"', f'is "{known}" already: case and white space make no difference')
        self.contradictions(same, apart)
        return Overrides(
            same=tuple(sorted(same.values())),
            apart=tuple(sorted(apart.values())),
            branches=tuple(sorted(branches.items(), key=lambda pair: pair[0])),
            texts=tuple(sorted(((fold(text), whose) for text, whose in texts.items()), key=lambda pair: pair[0])),
        )

    def lines(self, document: Mapping[str, Any], section: str) -> dict[str, tuple[Whose, ...]]:
        given = document.get(section, [])
        if not isinstance(given, list):
            self.wrong(section, f"expected [[{section}]] with records in it")
            return {}
        found = {}
        for number, line in enumerate(given, start=1):
            where = f"{section}[{number}]"
            if not isinstance(line, dict):
                self.wrong(where, 'expected records = ["source:key", "source:key"]')
                continue
            for key in line.keys() - {"records", "why"}:
                self.wrong(f"{where}.{key}", "there is no such key; there are records and why")
            records = line.get("records")
            if not isinstance(records, list) or len(records) < 2:
                self.wrong(
                    f"{where}.records", 'expected two records at least, such as ["varaamo:174", "servicemap:8215"]'
                )
                continue
            whose = [self.whose(f"{where}.records", record) for record in records]
            if len(set(whose)) < len(whose) and None not in whose:
                self.wrong(f"{where}.records", "names one record twice")
            elif None not in whose:
                found[where] = tuple(sorted(one for one in whose if one is not None))
        return found

    def table(self, document: Mapping[str, Any], section: str) -> dict[str, Whose | None]:
        given = document.get(section, {})
        if not isinstance(given, dict):
            self.wrong(section, f"expected [{section}]")
            return {}
        found: dict[str, Whose | None] = {}
        for key, value in given.items():
            whose = None if value is False else self.whose(f'{section}."{key}"', value)
            if value is False or whose is not None:
                found[key] = whose
        return found

    def whose(self, where: str, record: object) -> Whose | None:
        source, _, key = record.partition(":") if isinstance(record, str) else ("", "", "")
        if not source or not key.strip():
            self.wrong(where, f'expected a source and its key, such as "servicemap:8215", and not {record!r}')
            return None
        if source not in self.sources:
            known = ", ".join(sorted(set(self.sources)))
            self.wrong(where, f"{source} is no source; there are {known}")
            return None
        return self.sources[source], key.strip()

    def contradictions(self, same: Mapping[str, Iterable[Whose]], apart: Mapping[str, Iterable[Whose]]) -> None:
        home: dict[Whose, frozenset[Whose]] = {}
        for many in same.values():
            whole = frozenset(many).union(*(home.get(one, frozenset({one})) for one in many))
            home.update(dict.fromkeys(whole, whole))
        for where, many in apart.items():
            for one, other in combinations(many, 2):
                if other in home.get(one, ()):
                    self.wrong(f"{where}.records", f"{':'.join(one)} and {':'.join(other)} are the same by [[same]]")
