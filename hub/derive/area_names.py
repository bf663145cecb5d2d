"""Which parts of the city a name means: as a source names one, and as a heading mentions one.

A heading says "Vallilan kirjaston peruskorjaus", so words are compared by their Finnish stems; only what begins with a
capital letter can be a name (`kallio` is a rock, `Kallio` a neighbourhood). It is a guess all the same: whoever shows
it says so.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections import defaultdict
from collections.abc import Iterable

import msgspec

from hub.index.areas import forms
from hub.index.stems import name_fold, stem
from hub.records.civic import NamedArea
from hub.records.places import Area, AreaKind

WORD = re.compile(r"\w+")
MENTIONED = (AreaKind.NEIGHBOURHOOD, AreaKind.SUB_DISTRICT)  # what people call a part of town in a sentence
LONGEST_NAME = 3  # words
LONGEST_HEADING = 60  # words


class AreaNames:
    """The names of the areas that the index holds now, and which areas lie in which."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._named: defaultdict[str, set[int]] = defaultdict(set)
        self._coded: dict[tuple[AreaKind, str], int] = {}
        self._kinds: dict[int, AreaKind] = {}
        self._stems: defaultdict[tuple[str, ...], set[int]] = defaultdict(set)
        self._wider: defaultdict[int, set[int]] = defaultdict(set)
        bodies = "SELECT a.rid, b.body FROM area a JOIN area_body b ON b.rid = a.rid ORDER BY a.ocd"
        for rid, body in db.execute(bodies).fetchall():
            area = msgspec.msgpack.decode(body, type=Area)
            self._kinds[rid] = area.area_kind
            for name in (area.name.fi, area.name.sv, area.name.en):
                if (fold := name_fold(name)) is not None:
                    self._named[fold].add(rid)
            if area.origin_id is not None:
                self._coded.setdefault((area.area_kind, area.origin_id.lstrip("0")), rid)
            if area.area_kind in MENTIONED and area.name.fi is not None:
                for form in forms(name_fold(area.name.fi) or ""):
                    self._stems[_stems(_words(form))].add(rid)
        for narrow, wide in db.execute("SELECT area, wider FROM area_within").fetchall():
            self._wider[narrow].add(wide)

    def of(self, named: Iterable[NamedArea]) -> set[int]:
        """The areas of these names and numbers, and those that hold them."""
        found: set[int] = set()
        for one in named:
            if one.code is not None and one.area_kind is not None:
                rid = self._coded.get((one.area_kind, one.code.lstrip("0")))
                found |= set() if rid is None else {rid}
            if one.name is not None:
                folds = {name_fold(text) for text in (one.name.fi, one.name.sv, one.name.en)}
                found |= {
                    rid
                    for fold in folds
                    if fold is not None
                    for rid in self._named.get(fold, ())
                    if one.area_kind in {None, self._kinds[rid]}
                }
        return self._with_wider(found)

    def in_heading(self, heading: str | None) -> set[int]:
        """The neighbourhoods and sub-districts that a Finnish heading mentions, and what holds them."""
        words = _words(heading or "")[:LONGEST_HEADING]
        found: set[int] = set()
        at = 0
        while at < len(words):
            taken = 1
            if words[at][0].isupper():
                for length in range(min(LONGEST_NAME, len(words) - at), 0, -1):  # Länsi-Pasila is not Pasila
                    if (rids := self._stems.get(_stems(words[at : at + length]))) is not None:
                        found |= rids
                        taken = length
                        break
            at += taken
        return self._with_wider(found)

    def _with_wider(self, found: set[int]) -> set[int]:
        return found.union(*(self._wider.get(rid, ()) for rid in found))


def _words(text: str) -> list[str]:
    return WORD.findall(unicodedata.normalize("NFC", text))


def _stems(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(stem(word.casefold(), "fi") for word in words)
