"""Which source records are the same place: by ids, by the operator's word, by name and address and distance together.

1. Records with the same number in the service register (`tprek_id`) are one place.
2. A library is the unit whose `kirkanta` identifier names it; of several such units, the one that is a library, then
   the lowest number, a unit without one last (a sight or a youth room may claim the same house).
3. A library that no unit names is the unit of the static table, if that unit is there and no other library is it;
   of several such libraries, the first by rank and reference.
4. What the operator's file says is one place is one; what it keeps apart is never one, whatever else says so.
5. What no id joins belongs to what `alike.likeness` finds it like, the surest first, from `placing.ENOUGH` on; never
   two records of one source, two numbers of the register, two libraries, or two kinds of house (a library and a youth
   centre may share name, door and point).
6. Everything else is a place of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import TypeAlias

import msgspec

from hub.derive import alike, placing
from hub.derive.joins import Joins
from hub.derive.overrides import Whose
from hub.derive.placing import ENOUGH, House
from hub.derive.same_event import Tie, confidences
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
    house: House = House()
    kinds: frozenset[PlaceKind] = frozenset()  # without OTHER
    confidence: float = 1.0  # that it belongs to the first of its group

    @property
    def whose(self) -> Whose:
        return self.ref.source, self.ref.key

    @property
    def order(self) -> tuple[int, bool, Ref]:
        return self.rank, self.is_library_record, self.ref

    @property
    def ids(self) -> tuple[str, ...]:
        own = (f"tprek:{self.tprek}",) if self.tprek else ()
        return own + tuple(f"kirkanta:{key}" for key in self.kirkanta)

    def keys(self, joins: Joins) -> frozenset[str]:
        """By which other records of the same place are found."""
        own = {record_key(self.whose)} if self.whose in joins.named else set()
        return frozenset({*self.ids, *own, *alike.joint_keys(self.house)})


def record_key(whose: Whose) -> str:
    return f"record:{whose[0]}:{whose[1]}"


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
            house=placing.house(record.name, record.address, record.location),
            kinds=frozenset({PlaceKind.MOBILE_LIBRARY if record.type == "mobile" else PlaceKind.LIBRARY}),
        )
    return Candidate(
        rid=rid,
        ref=record.ref,
        rank=rank,
        tprek=record.tprek_id,
        kirkanta=tuple(sorted({i.value for i in record.identifiers if i.namespace == "kirkanta"})),
        is_library_record=False,
        is_library_unit=PlaceKind.LIBRARY in record.kinds,
        house=House() if record.is_online else placing.house(record.name, record.address, record.location),
        kinds=frozenset(record.kinds) - {PlaceKind.OTHER},
    )


def neighbours(key: str, joins: Joins) -> Iterable[str]:
    """The keys that the static table, or the operator's file, ties to this one."""
    namespace, _, value = key.partition(":")
    if namespace == "kirkanta" and value in joins.tprek_of_kirkanta:
        yield f"tprek:{joins.tprek_of_kirkanta[value]}"
    if namespace == "tprek":
        yield from (f"kirkanta:{kirkanta}" for kirkanta in joins.kirkanta_of_tprek.get(value, ()))
    if namespace == "record":
        source, _, own = value.partition(":")
        yield from (record_key(other) for other in joins.same_as.get((source, own), ()))


Group: TypeAlias = "list[Candidate]"
CROWD = 50  # records that share a key: above this it ties nothing, and comparing all with all would cost


def same_places(candidates: Iterable[Candidate], joins: Joins) -> list[tuple[Candidate, ...]]:
    """Groups of records that are one place, each in order of rank, its first member leading."""
    ordered = sorted(candidates, key=lambda c: c.order)
    groups = _by_hand(_by_ids(ordered, joins), joins)
    found = [tuple(sorted(group, key=lambda c: c.order)) for group in _by_likeness(groups, joins)]
    return sorted(found, key=lambda group: group[0].order)


def _by_ids(ordered: Sequence[Candidate], joins: Joins) -> list[Group]:
    groups: dict[str, Group] = {}

    def put(name: str, candidate: Candidate) -> None:
        """Into the group of that name; what the operator keeps apart from it is alone, and has not its number."""
        home = groups.setdefault(name, [])
        if _is_kept_from(candidate, home, joins):
            home = groups.setdefault(f"alone:{candidate.ref.gid}", [])
            candidate = msgspec.structs.replace(candidate, tprek=None)
        home.append(candidate)

    libraries = [c for c in ordered if c.is_library_record]
    for unit in ordered:
        if not unit.is_library_record:
            put(f"tprek:{unit.tprek}" if unit.tprek else f"alone:{unit.ref.gid}", unit)

    claims: dict[str, list[tuple[bool, tuple[int, str], Ref, str]]] = defaultdict(list)
    for name, units in groups.items():
        for unit in units:
            for kirkanta in unit.kirkanta:
                claims[kirkanta].append((not unit.is_library_unit, _number(unit.tprek), unit.ref, name))
    taken: set[str] = set()
    unclaimed: list[Candidate] = []
    for library in libraries:
        homes = [
            claim for claim in claims.get(library.ref.key, ()) if not _is_kept_from(library, groups[claim[3]], joins)
        ]
        if homes:
            home = min(homes)[3]
            groups[home].append(library)
            taken.add(home)
        else:
            unclaimed.append(library)
    for library in unclaimed:
        tabled = f"tprek:{joins.tprek_of_kirkanta.get(library.ref.key, '')}"
        if tabled in groups and tabled not in taken and not _is_kept_from(library, groups[tabled], joins):
            groups[tabled].append(library)
            taken.add(tabled)
        else:
            groups[f"alone:{library.ref.gid}"] = [library]
    return list(groups.values())


def _is_kept_from(candidate: Candidate, group: Iterable[Candidate], joins: Joins) -> bool:
    return any(joins.is_apart(candidate.whose, other.whose) for other in group)


def _by_hand(groups: list[Group], joins: Joins) -> list[Group]:
    """What the operator says is one place, united with all that an id joins to it."""
    home = {candidate.whose: group for group in groups for candidate in group}
    for one, others in sorted(joins.same_as.items()):
        for other in sorted(others):
            left, right = home.get(one), home.get(other)
            if left is None or right is None or left is right:
                continue
            if any(joins.is_apart(a.whose, b.whose) for a in left for b in right):
                continue
            left.extend(right)
            home.update(dict.fromkeys((candidate.whose for candidate in right), left))
    return list({id(group): group for group in home.values()}.values())


def _by_likeness(groups: list[Group], joins: Joins) -> list[Group]:
    """The surest ties first (then by order), each joining two groups unless something keeps them apart: so the result
    depends on what is alike, not on what was read first.
    """
    home = {candidate.rid: group for group in groups for candidate in group}
    sure = {(group[0].rid, candidate.rid): Tie(1.0) for group in groups for candidate in group[1:]}
    everyone = {candidate.rid: candidate for group in groups for candidate in group}
    ties = _ties(everyone, home)
    used: dict[tuple[int, int], Tie] = {}
    for (one, other), confidence in sorted(
        ties.items(), key=lambda tie: (-tie[1], *sorted((everyone[tie[0][0]].order, everyone[tie[0][1]].order)))
    ):
        left, right = home[one], home[other]
        if left is right or _are_apart(left, right, joins):
            continue
        used[one, other] = Tie(confidence)
        left.extend(right)
        home.update(dict.fromkeys((candidate.rid for candidate in right), left))
    once = list({id(group): group for group in home.values()}.values())
    guessed = {rid for pair in used for rid in pair}
    every_tie = {(min(pair), max(pair)): tie for pair, tie in {**sure, **used}.items()}
    return [
        _with_confidence(group, every_tie) if any(candidate.rid in guessed for candidate in group) else group
        for group in once
    ]


def _ties(everyone: Mapping[int, Candidate], home: Mapping[int, Group]) -> dict[tuple[int, int], float]:
    holders: dict[str, list[int]] = defaultdict(list)
    for rid, candidate in everyone.items():
        for key in alike.joint_keys(candidate.house):
            holders[key].append(rid)
    pairs = {
        (min(one, other), max(one, other))
        for held in holders.values()
        if 1 < len(held) <= CROWD
        for one, other in combinations(held, 2)
        if home[one] is not home[other] and everyone[one].ref.source != everyone[other].ref.source
    }
    found = {}
    for one, other in pairs:
        confidence = alike.likeness(everyone[one].house, everyone[other].house)
        if confidence is not None and confidence >= ENOUGH:
            found[one, other] = confidence
    return found


def _are_apart(left: Group, right: Group, joins: Joins) -> bool:
    """Whatever their names: they are two."""
    if {c.ref.source for c in left} & {c.ref.source for c in right}:
        return True
    if len({c.tprek for c in (*left, *right) if c.tprek}) > 1 or sum(c.is_library_record for c in (*left, *right)) > 1:
        return True
    kinds = [frozenset(kind for c in group for kind in c.kinds) for group in (left, right)]
    if all(kinds) and not kinds[0] & kinds[1]:
        return True
    return any(joins.is_apart(a.whose, b.whose) or alike.is_apart(a.house, b.house) for a in left for b in right)


def _with_confidence(group: Group, ties: Mapping[tuple[int, int], Tie]) -> Group:
    """Each with how sure it is that it belongs to the first: along the surest chain of ties."""
    ordered = sorted(group, key=lambda c: c.order)
    sure = confidences([candidate.rid for candidate in ordered], ties)
    return [msgspec.structs.replace(candidate, confidence=sure[candidate.rid]) for candidate in ordered]


def _number(tprek: str | None) -> tuple[int, str]:
    """Sorts as numbers do, however long: by length, then by digits. What has none comes last."""
    digits = (tprek or "").lstrip("0")
    return (len(digits), digits) if tprek else (1 << 30, "")
