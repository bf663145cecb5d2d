"""Which event records are one, kept as tables: what each tells (`event_told`), the numbers by which it is found
(`event_key`), what ties it (`event_tie`), and whom it belongs to (`event_member`, for events of several records only).

Each table follows from the records as they are now. A record that changes takes along those whose ties hang on it:
its old and new neighbours; its parent (with occurrences in the window it is a series, and no event to be joined); those
that share a page with it which now is, or no longer is, a listing; those of a number that is, or is no longer, crowded.
"""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence

import msgspec

from hub.derive.same_event import Keys, Tie, Told, confidences, groups, keys_of, tie
from hub.derive.work import delete, insert, select

NOBODY: Counter[str] = Counter()
CROWD = 100  # records that share a number: above this it says nothing, and comparing all with all would cost

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Told)


class Record(msgspec.Struct, frozen=True, gc=False):
    """A live record: at which place member and in which series its source puts it, and what it tells."""

    at: int | None
    series: int | None
    told: Told


class Joined(msgspec.Struct, frozen=True):
    """`groups`: members with their confidence, in order of rank, by the first; those of several records that need to be
    written anew. `again`: the rows of all whose event must be written anew because its members changed.
    """

    groups: Mapping[int, Mapping[int, float]]
    again: frozenset[int]


def join(
    db: sqlite3.Connection, records: Mapping[int, Record], gone: Collection[int], ranks: Mapping[str, int]
) -> Joined:
    """`records`: those with new content; `gone`: those that are no longer there."""
    touched = {*records, *gone}
    old = {
        rid: Record(at, series, _decoder.decode(told))
        for rid, at, series, told in select(
            db, "SELECT rid, at, series, told FROM event_told WHERE rid IN (SELECT value FROM json_each(?))", touched
        )
    }
    changed = {rid for rid in touched if old.get(rid) != records.get(rid)}
    left, came = (
        {r: keys_of(old[r].told) for r in changed & old.keys()},
        {r: keys_of(records[r].told) for r in changed & records.keys()},
    )
    _write(db, changed, records, old, left, came)
    series = {said.series for rid in changed for said in (old.get(rid), records.get(rid)) if said is not None}
    parents = _live(db, {rid for rid in series if rid is not None} - changed)
    gone_keys = {key for keys in left.values() for key in keys.all}
    counts = _counts(db, {key for keys in came.values() for key in keys.all}, gone_keys)
    swayed = _swayed(db, old, records, left, came, counts) - changed
    scope = came.keys() | parents | swayed
    told = {rid: records[rid].told for rid in came} | told_by(db, scope - came.keys())
    before = _neighbours(db, scope | changed)
    _forget_ties(db, before)
    ties = _ties(db, told, came, counts)
    insert(db, "event_tie", [(*pair, found.confidence) for pair, found in ties.items()])
    insert(db, "event_tie", [(other, one, found.confidence) for (one, other), found in ties.items()])
    near = {other for _, other in before}
    return _regroup(db, _component(db, (scope | near | records.keys()) - set(gone)), touched, ranks)


def told_by(db: sqlite3.Connection, rids: Collection[int]) -> dict[int, Told]:
    """What these records tell, as far as they are there."""
    return {
        rid: _decoder.decode(told)
        for rid, told in select(
            db, "SELECT rid, told FROM event_told WHERE rid IN (SELECT value FROM json_each(?))", rids
        )
    }


def canonical(db: sqlite3.Connection, rids: Collection[int]) -> set[int]:
    """The rows of the events that these records are, or belong to."""
    homes = dict(
        select(db, "SELECT member, event FROM event_member WHERE member IN (SELECT value FROM json_each(?))", rids)
    )
    return {homes.get(rid, rid) for rid in rids}


def _write(
    db: sqlite3.Connection,
    changed: Collection[int],
    records: Mapping[int, Record],
    old: Mapping[int, Record],
    left: Mapping[int, Keys],
    came: Mapping[int, Keys],
) -> None:
    delete(db, "event_told", "rid", changed)
    insert(
        db,
        "event_told",
        [(r, records[r].at, records[r].series, _encoder.encode(records[r].told)) for r in sorted(came)],
    )
    gone = [(key, old[r].told.source, r) for r, keys in sorted(left.items()) for key in keys.all]
    new = [(key, records[r].told.source, r) for r, keys in sorted(came.items()) for key in keys.all]
    stays = set(gone) & set(new)
    db.executemany(
        "DELETE FROM event_key WHERE key = ? AND source = ? AND rid = ?", [row for row in gone if row not in stays]
    )
    insert(db, "event_key", [row for row in new if row not in stays])


def _live(db: sqlite3.Connection, rids: Collection[int]) -> set[int]:
    return {
        row[0] for row in select(db, "SELECT rid FROM event_told WHERE rid IN (SELECT value FROM json_each(?))", rids)
    }


def _counts(db: sqlite3.Connection, keys: Collection[int], left: Collection[int] = ()) -> dict[int, Counter[str]]:
    """How many records of each source have each of these numbers; of those not in `left` only if there are several."""
    several = {
        row[0]
        for row in select(
            db,
            "SELECT key FROM event_key WHERE key IN (SELECT value FROM json_each(?)) GROUP BY key HAVING count(*) > 1",
            keys,
        )
    }
    found: dict[int, Counter[str]] = defaultdict(Counter)
    for key, source, count in select(
        db,
        "SELECT key, source, count(*) FROM event_key WHERE key IN (SELECT value FROM json_each(?))"
        " GROUP BY key, source",
        several.union(left),
    ):
        found[key][source] = count
    return found


def _holders(db: sqlite3.Connection, keys: Collection[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for key, rid in select(db, "SELECT key, rid FROM event_key WHERE key IN (SELECT value FROM json_each(?))", keys):
        found[key].append(rid)
    return found


def _is_crowded(counts: Counter[str]) -> bool:
    return sum(counts.values()) > CROWD


def _is_listing(counts: Counter[str]) -> bool:
    return any(count > 1 for count in counts.values())


def _swayed(
    db: sqlite3.Connection,
    old: Mapping[int, Record],
    records: Mapping[int, Record],
    left: Mapping[int, Keys],
    came: Mapping[int, Keys],
    counts: Mapping[int, Counter[str]],
) -> set[int]:
    """The holders of numbers that now mean something else to all who have them. They are few: a number that is not
    crowded has few holders, and a page that is no listing one of each source.
    """
    moves: dict[int, dict[str, int]] = defaultdict(dict)
    pages: set[int] = set()
    gone = {key for keys in left.values() for key in keys.all}
    for by_rid, said, sign in ((left, old, -1), (came, records, 1)):
        for rid, keys in by_rid.items():
            source = said[rid].told.source
            # a number that one record has now, and that none has left, is nobody else's
            several = [key for key in keys.all if key in counts or key in gone]
            pages.update(key for key in several if key in keys.pages)
            for key in several:
                move = moves[key]
                move[source] = move.get(source, 0) + sign
    swayed = set()
    for key, move in moves.items():
        now = counts.get(key, NOBODY)
        total = sum(now.values())
        if (total > CROWD) != (total - sum(move.values()) > CROWD):
            swayed.add(key)
        elif key in pages:
            before = Counter({source: now[source] - move.get(source, 0) for source in {*now, *move}})
            if _is_listing(before) != _is_listing(now):
                swayed.add(key)
    return {rid for rids in _holders(db, swayed).values() for rid in rids}


def _neighbours(db: sqlite3.Connection, rids: Collection[int]) -> list[tuple[int, int]]:
    return [
        (one, other)
        for one, other in select(
            db, "SELECT one, other FROM event_tie WHERE one IN (SELECT value FROM json_each(?))", rids
        )
    ]


def _forget_ties(db: sqlite3.Connection, pairs: Sequence[tuple[int, int]]) -> None:
    both = {*pairs, *((other, one) for one, other in pairs)}
    db.executemany("DELETE FROM event_tie WHERE one = ? AND other = ?", sorted(both))


def _ties(
    db: sqlite3.Connection,
    told: Mapping[int, Told],
    known: Mapping[int, Keys],
    counted: Mapping[int, Counter[str]],
) -> dict[tuple[int, int], Tie]:
    """Of each of these records to any other; a pair once. `known`, `counted`: as far as it was looked up already."""
    keys = {rid: known.get(rid) or keys_of(said) for rid, said in told.items()}
    wanted = {key for own in keys.values() for key in own.all}
    others = {key for rid, own in keys.items() if rid not in known for key in own.all}
    counts = {**counted, **_counts(db, others - counted.keys())}
    pages = {key: page for own in keys.values() for key, page in own.pages.items()}
    listings = {page for key, page in pages.items() if _is_listing(counts.get(key, NOBODY))}
    ids = {key for own in keys.values() for key in own.ids}
    useful = {
        key
        for key in wanted
        if (held := counts.get(key, NOBODY))
        and not _is_crowded(held)
        and (len(held) > 1 or (key in ids and held.total() > 1))
        and not (key in pages and pages[key] in listings)
    }
    holders = _holders(db, useful)
    pairs = {
        (min(rid, other), max(rid, other))
        for rid, own in keys.items()
        for key in own.all & useful
        for other in holders[key]
        if other != rid
    }
    met = {rid for pair in pairs for rid in pair}
    everyone = {**told, **told_by(db, met - told.keys())}
    holding = {
        row[0]
        for row in select(
            db, "SELECT DISTINCT series FROM event_told WHERE series IN (SELECT value FROM json_each(?))", met
        )
    }
    found = {}
    for one, other in sorted(pairs):
        if one in holding or other in holding:
            continue
        how = tie(everyone[one], everyone[other], listings)
        if how is not None:
            found[one, other] = how
    return found


def _component(db: sqlite3.Connection, rids: Collection[int]) -> set[int]:
    """These, and all that is tied to them, and to those."""
    found: set[int] = set()
    ask = set(rids)
    while ask:
        found |= ask
        ask = {other for _, other in _neighbours(db, ask)} - found
    return found


def _regroup(
    db: sqlite3.Connection, affected: Collection[int], touched: Collection[int], ranks: Mapping[str, int]
) -> Joined:
    before = {
        member: (event, confidence)
        for member, event, confidence in select(
            db,
            "SELECT member, event, confidence FROM event_member WHERE member IN (SELECT value FROM json_each(?))",
            {*affected, *touched},
        )
    }
    ties = {
        (one, other): Tie(confidence)
        for one, other, confidence in select(
            db,
            "SELECT one, other, confidence FROM event_tie WHERE one IN (SELECT value FROM json_each(?))",
            affected,
        )
        if one < other
    }
    told = told_by(db, {rid for pair in ties for rid in pair})
    now: dict[int, tuple[int, float]] = {}
    joined: dict[int, dict[int, float]] = {}
    for group in groups(told, ties, _order(db, told, ranks)):
        if len(group) > 1:
            sure = confidences(group, ties)
            joined[group[0]] = {rid: sure[rid] for rid in group}
            now.update({rid: (group[0], sure[rid]) for rid in group})
    moved = {rid for rid in {*before, *now} if before.get(rid) != now.get(rid)}
    delete(db, "event_member", "member", moved)
    insert(db, "event_member", [(rid, *now[rid], told[rid].source) for rid in sorted(moved & now.keys())])
    events = {where[rid][0] for rid in {*moved, *touched} for where in (before, now) if rid in where}
    return Joined(
        groups={event: members for event, members in joined.items() if event in events},
        again=frozenset(rid for where in (before, now) for rid, (event, _) in where.items() if event in events),
    )


def _order(db: sqlite3.Connection, rids: Collection[int], ranks: Mapping[str, int]) -> dict[int, tuple[object, ...]]:
    rows = select(db, "SELECT rid, source, key FROM record WHERE rid IN (SELECT value FROM json_each(?))", rids)
    return {rid: (ranks.get(source, 1000), source, key) for rid, source, key in rows}
