"""Participatory budgeting as facts: the chain idea → plan → project → result, and where each belongs in the city.

The budgeting service's own areas are the city's major districts, told apart by their Finnish names (contract of
decidim: "map once by Finnish name"). A project has no place of its own: it takes those of the plans it grew from.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Set
from typing import Any

from hub.derive.geometry import AreaMap
from hub.derive.work import Touched, delete, insert, put_texts, select
from hub.index.epochs import epoch
from hub.index.stems import name_fold, sort_key
from hub.index.write import Writer
from hub.records.core import Point, Record, Ref
from hub.records.participation import Budget, BudgetingArea, BudgetingProcess, BudgetProject, Proposal, Result
from hub.records.places import AreaKind

KINDS = ("budgeting_process", "budgeting_area", "budget", "budget_project", "proposal", "result")
TABLES = {
    "budgeting_process": "process",
    "budgeting_area": "budgeting_area",
    "budget": "budget",
    "budget_project": "project",
    "proposal": "proposal",
    "result": "result",
}
STAGES = {"idea": 1, "plan": 2, "proposal": 3}
STEPS = {"budget_project": 4, "result": 5}


def step(ref: Ref) -> int:
    """Where in the chain a record stands; 0: not in it."""
    if ref.kind == Proposal.kind:
        return STAGES.get(ref.key.partition(":")[0], 0)
    return STEPS.get(ref.kind, 0)


def derive_participation(writer: Writer, touched: dict[str, Touched], areas: AreaMap) -> None:
    db = writer.connection
    proposals = touched.get("proposal", Touched()).all
    projects = touched.get("budget_project", Touched()).all
    projects |= _grown_from(db, proposals)  # by what was said so far: a tie may be about to go
    for kind in KINDS:
        rows = touched.get(kind, Touched())
        if not rows:
            continue
        delete(db, TABLES[kind], "rid", rows.all)
        delete(db, "chain", "said_by", rows.all)
        if kind in {"proposal", "budget_project"}:
            delete(db, f"{TABLES[kind]}_text", "rowid", rows.all)
            delete(db, "civic_area", "rid", rows.all)
        records = writer.load(rows.changed)
        rids = writer.rid_of({ref for record in records.values() for ref in _references(record)})
        for rid, record in sorted(records.items()):
            insert(db, TABLES[kind], [_row(rid, record, rids)])
            insert(db, "chain", _links(rid, record, rids))
        if kind in {"proposal", "budget_project"}:
            put_texts(db, f"{TABLES[kind]}_text", [(rid, _texts(record)) for rid, record in sorted(records.items())])
    if touched.get("budgeting_area"):
        map_budgeting_areas(writer)
    civic_in_areas(db, proposals, projects, areas)


def map_budgeting_areas(writer: Writer) -> None:
    """Each budgeting area's own major district, by Finnish name; none for the whole city."""
    db = writer.connection
    districts = db.execute(
        "SELECT fi, rid FROM area WHERE kind = ? AND fi IS NOT NULL ORDER BY ocd DESC", (AreaKind.MAJOR_DISTRICT.value,)
    ).fetchall()
    named = {_bare(fi): rid for fi, rid in districts}
    for rid, scope in writer.of_kind("budgeting_area"):
        assert isinstance(scope, BudgetingArea)
        fold = name_fold(scope.name.fi if scope.name else None)
        area = None if fold is None or scope.is_whole_city else named.get(_bare(fold))
        db.execute("UPDATE budgeting_area SET area = ? WHERE rid = ?", (area, rid))


def _bare(name: str) -> str:
    """ "keskinen suurpiiri" and "keskinen" are one."""
    return name.removesuffix(" suurpiiri")


def civic_in_areas(db: sqlite3.Connection, proposals: Set[int], projects: Set[int], areas: AreaMap) -> None:
    """Areas by a point of one's own (proposals), or of the plans and ideas that one grew from (projects)."""
    delete(db, "civic_area", "rid", proposals)
    rows = select(
        db,
        "SELECT rid, lat, lon FROM proposal WHERE lat IS NOT NULL AND rid IN (SELECT value FROM json_each(?))",
        proposals,
    )
    holding = areas.holding([Point(lat=lat, lon=lon) for _, lat, lon in rows])
    insert(db, "civic_area", [(area, row[0]) for row, held in zip(rows, holding, strict=True) for area in held])
    affected = projects | _grown_from(db, proposals)
    delete(db, "civic_area", "rid", affected)
    insert(
        db,
        "civic_area",
        select(
            db,
            "SELECT DISTINCT ca.area, c.later FROM chain c JOIN project p ON p.rid = c.later"
            " JOIN civic_area ca ON ca.rid = c.earlier WHERE c.later IN (SELECT value FROM json_each(?))",
            affected,
        ),
    )
    for table, rids in (("proposal", proposals), ("project", affected)):
        db.executemany(
            f"UPDATE {table} SET located = EXISTS(SELECT 1 FROM civic_area WHERE civic_area.rid = {table}.rid)"
            " WHERE rid = ?",
            [(rid,) for rid in sorted(rids)],
        )


def _grown_from(db: sqlite3.Connection, proposals: Collection[int]) -> set[int]:
    """The projects that grew from these."""
    rows = select(
        db,
        "SELECT c.later FROM chain c JOIN project p ON p.rid = c.later"
        " WHERE c.earlier IN (SELECT value FROM json_each(?))",
        proposals,
    )
    return {row[0] for row in rows}


def _references(record: Record) -> tuple[Ref, ...]:
    linked: tuple[Ref, ...] = getattr(record, "linked", ())
    singles = (getattr(record, name, None) for name in ("process", "area", "budget", "parent"))
    return (*linked, *(ref for ref in singles if isinstance(ref, Ref)))


def _links(rid: int, record: Record, rids: dict[Ref, int]) -> list[tuple[int, int, int]]:
    """Each tie from the earlier step to the later one, whoever of the two says it."""
    own = step(record.ref)
    linked: tuple[Ref, ...] = getattr(record, "linked", ())
    found = set()
    for ref in linked:
        other = step(ref)
        if own and other and own != other:
            pair = (rids[ref], rid) if other < own else (rid, rids[ref])
            found.add((*pair, rid))
    return sorted(found)


def _row(rid: int, record: Record, rids: dict[Ref, int]) -> tuple[Any, ...]:
    def number(ref: Ref | None) -> int | None:
        return None if ref is None else rids[ref]

    source = record.ref.source
    match record:
        case BudgetingProcess():
            starts = record.starts_on.isoformat() if record.starts_on else None
            ends = record.ends_on.isoformat() if record.ends_on else None
            return (rid, starts, ends, sort_key(record.title.any if record.title else None), source)
        case BudgetingArea():
            return (rid, None, record.is_whole_city, sort_key(record.name.any if record.name else None))
        case Budget():
            name = sort_key(record.title.any if record.title else None)
            return (rid, number(record.process), number(record.area), name, source)
        case BudgetProject():
            return (
                rid,
                number(record.process),
                number(record.budget),
                number(record.area),
                0,
                record.budget_cents,
                record.is_selected,
                epoch(record.created_at) if record.created_at else 0,
                sort_key(record.title.any if record.title else None),
                source,
            )
        case Proposal():
            at = record.location
            return (
                rid,
                number(record.process),
                number(record.area),
                0,
                record.stage.value,
                record.state,
                record.supports,
                at.lat if at else None,
                at.lon if at else None,
                epoch(record.created_at) if record.created_at else 0,
                sort_key(record.title.any if record.title else None),
                source,
            )
        case Result():
            return (rid, number(record.process), sort_key(record.title.any if record.title else None), source)
    raise TypeError(f"{type(record).__name__} is no record of participatory budgeting")


def _texts(record: Record) -> tuple[Any, ...]:
    match record:
        case Proposal():
            return record.title, record.body, record.category
        case BudgetProject():
            return record.title, record.description, record.category
    return ()
