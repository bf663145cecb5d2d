"""Which source records are the same place. By ids only: distance alone never makes two units one.

1. Records with the same number in the service register (`tprek_id`) are one place.
2. A library is the unit whose `kirkanta` identifier names it; of several such units, the one that is a library, then
   the lowest number, a unit without one last (a sight or a youth room may claim the same house).
3. A library that no unit names is the unit of the static table, if that unit is there and no other library is it;
   of several such libraries, the first by rank and reference.
4. Everything else is a place of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import msgspec

from hub.derive.joins import Joins
from hub.records.core import Ref
from hub.records.places import Library, Place, PlaceKind


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """What identity needs to know of a source record."""

    rid: int
    ref: Ref
    rank: int
    tprek: str | None
    kirkanta: tuple[str, ...]  # a unit's claims; a library's own key
    is_library_record: bool
    is_library_unit: bool

    @property
    def order(self) -> tuple[int, bool, Ref]:
        return self.rank, self.is_library_record, self.ref

    @property
    def keys(self) -> tuple[str, ...]:
        own = (f"tprek:{self.tprek}",) if self.tprek else ()
        return own + tuple(f"kirkanta:{key}" for key in self.kirkanta)


def candidate(rid: int, record: Place | Library, rank: int) -> Candidate:
    if isinstance(record, Library):
        return Candidate(
            rid=rid,
            ref=record.ref,
            rank=rank,
            tprek=None,
            kirkanta=(record.ref.key,),
            is_library_record=True,
            is_library_unit=False,
        )
    return Candidate(
        rid=rid,
        ref=record.ref,
        rank=rank,
        tprek=record.tprek_id,
        kirkanta=tuple(sorted({i.value for i in record.identifiers if i.namespace == "kirkanta"})),
        is_library_record=False,
        is_library_unit=PlaceKind.LIBRARY in record.kinds,
    )


def neighbours(key: str, joins: Joins) -> Iterable[str]:
    """The keys that the static table ties to this one."""
    namespace, _, value = key.partition(":")
    if namespace == "kirkanta" and value in joins.tprek_of_kirkanta:
        yield f"tprek:{joins.tprek_of_kirkanta[value]}"
    if namespace == "tprek":
        yield from (f"kirkanta:{kirkanta}" for kirkanta in joins.kirkanta_of_tprek.get(value, ()))


def same_places(candidates: Iterable[Candidate], joins: Joins) -> list[tuple[Candidate, ...]]:
    """Groups of records that are one place, each in order of rank, its first member leading."""
    ordered = sorted(candidates, key=lambda c: c.order)
    groups: dict[str, list[Candidate]] = defaultdict(list)
    libraries = [c for c in ordered if c.is_library_record]
    for unit in ordered:
        if not unit.is_library_record:
            groups[f"tprek:{unit.tprek}" if unit.tprek else f"alone:{unit.ref.gid}"].append(unit)

    claims: dict[str, list[tuple[bool, tuple[int, str], Ref, str]]] = defaultdict(list)
    for name, units in groups.items():
        for unit in units:
            for kirkanta in unit.kirkanta:
                claims[kirkanta].append((not unit.is_library_unit, _number(unit.tprek), unit.ref, name))
    taken: set[str] = set()
    unclaimed: list[Candidate] = []
    for library in libraries:
        if library.ref.key in claims:
            home = min(claims[library.ref.key])[3]
            groups[home].append(library)
            taken.add(home)
        else:
            unclaimed.append(library)
    for library in unclaimed:
        tabled = f"tprek:{joins.tprek_of_kirkanta.get(library.ref.key, '')}"
        if tabled in groups and tabled not in taken:
            groups[tabled].append(library)
            taken.add(tabled)
        else:
            groups[f"alone:{library.ref.gid}"].append(library)
    return sorted(
        (tuple(sorted(group, key=lambda c: c.order)) for group in groups.values()), key=lambda group: group[0].order
    )


def _number(tprek: str | None) -> tuple[int, str]:
    """Sorts as numbers do, however long: by length, then by digits. What has none comes last."""
    digits = (tprek or "").lstrip("0")
    return (len(digits), digits) if tprek else (1 << 30, "")
