"""What joins records of one place besides their own ids: a table that is shipped, and the operator's file over it.

The static table between library branches' ids (`joins.json`, with the confidence and source of each pair).

Catalogue building ↔ service register ↔ library directory. What the sources say themselves goes first: the register's
own `kirkanta` identifier beats the table (upstreams' JOINS: branches move and merge, the table is years old). What the
operator says (`overrides.py`) beats both.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from importlib.resources import files

import msgspec

from hub.derive.overrides import NOTHING, Overrides, Whose


class _Branch(msgspec.Struct):
    finna_building: str | None = None
    tprek: int | None = None
    kirkanta: int | None = None


class _Table(msgspec.Struct):
    branches: list[_Branch]
    without_finna_code: list[_Branch] = []


class Joins(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """All ids as strings, as references hold them."""

    tprek_of_kirkanta: dict[str, str]
    kirkanta_of_building: dict[str, str]
    tprek_of_building: dict[str, str]
    overrides: Overrides = NOTHING

    @cached_property
    def codes(self) -> frozenset[str]:
        """The catalogue's building codes that the table or the operator's file tells of."""
        said = {code for code, _ in self.overrides.branches}
        return frozenset(self.kirkanta_of_building.keys() | self.tprek_of_building.keys() | said)

    @cached_property
    def named(self) -> frozenset[Whose]:
        """The records that the operator's file ties to others, or keeps from them."""
        said = self.overrides
        return frozenset(w for many in (*said.same, *said.apart) for w in many) | set(said.places_of_branches)

    @cached_property
    def same_as(self) -> dict[Whose, frozenset[Whose]]:
        """The records that the operator's file says are the same place as each, those that follow from it included."""
        found: dict[Whose, frozenset[Whose]] = {}
        for many in self.overrides.same:
            whole = frozenset(many).union(*(found.get(one, frozenset({one})) for one in many))
            found.update(dict.fromkeys(whole, whole))
        return {one: whole - {one} for one, whole in found.items()}

    @cached_property
    def _kept_apart(self) -> frozenset[frozenset[Whose]]:
        return frozenset(
            frozenset((one, other)) for many in self.overrides.apart for one in many for other in many if one != other
        )

    def is_apart(self, one: Whose, other: Whose) -> bool:
        return bool(self._kept_apart) and frozenset((one, other)) in self._kept_apart

    @cached_property
    def kirkanta_of_tprek(self) -> dict[str, tuple[str, ...]]:
        """The other way: a number may be given for several branches."""
        found: dict[str, list[str]] = defaultdict(list)
        for kirkanta, tprek in self.tprek_of_kirkanta.items():
            found[tprek].append(kirkanta)
        return {tprek: tuple(sorted(many)) for tprek, many in found.items()}

    @classmethod
    def read(cls, content: bytes) -> Joins:
        table = msgspec.json.decode(content, type=_Table)
        rows = table.branches + table.without_finna_code
        return cls(
            tprek_of_kirkanta={str(r.kirkanta): str(r.tprek) for r in rows if r.kirkanta and r.tprek},
            kirkanta_of_building={r.finna_building: str(r.kirkanta) for r in rows if r.finna_building and r.kirkanta},
            tprek_of_building={r.finna_building: str(r.tprek) for r in rows if r.finna_building and r.tprek},
        )

    @classmethod
    def shipped(cls) -> Joins:
        return cls.read(files("hub.derive").joinpath("joins.json").read_bytes())
