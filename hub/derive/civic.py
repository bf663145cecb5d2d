"""Hearings and decisions as facts: when, where, and in which words.

A hearing belongs to the areas in which enough of what it draws on the map lies, and to those that it names; its labels
speak where neither does, since only the map can tell a district among them from a subject. A decision likewise; where
its source tells no place at all, its heading does.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from typing import Any

from hub.derive.area_names import AreaNames
from hub.derive.geometry import AreaMap
from hub.derive.work import Touched, delete, insert, put_texts, select
from hub.index.epochs import UNKNOWN_START, epoch
from hub.index.stems import sort_key
from hub.index.write import Writer
from hub.records.civic import Decision, Hearing, HearingSection, NamedArea
from hub.records.core import LocalizedText, Record

MAIN = "main"


def derive_hearings(writer: Writer, hearings: Touched, sections: Touched, areas: AreaMap) -> None:
    """A hearing's words are its sections' too, so a section that changes takes its hearing along."""
    db = writer.connection
    held = "SELECT hearing FROM hearing_section WHERE rid IN (SELECT value FROM json_each(?))"
    reworded = set(hearings.all) | {row[0] for row in select(db, held, sections.all)}
    delete(db, "hearing_section", "rid", sections.all)
    parts = {rid: part for rid, part in writer.load(sections.changed).items() if isinstance(part, HearingSection)}
    rids = writer.rid_of({part.hearing for part in parts.values()})
    insert(db, "hearing_section", [_part_row(rid, part, rids[part.hearing]) for rid, part in sorted(parts.items())])
    reworded |= {rids[part.hearing] for part in parts.values()}

    delete(db, "hearing", "rid", hearings.all)
    insert(
        db,
        "hearing",
        [
            _hearing_row(rid, hearing)
            for rid, hearing in sorted(writer.load(hearings.changed).items())
            if isinstance(hearing, Hearing)
        ],
    )
    _put_words(writer, reworded)
    hearings_in_areas(writer, hearings.all, areas)


def _put_words(writer: Writer, hearings: Collection[int]) -> None:
    db = writer.connection
    delete(db, "hearing_text", "rowid", hearings)
    live = {rid: record for rid, record in writer.load(hearings).items() if isinstance(record, Hearing)}
    held = select(
        db, "SELECT hearing, rid FROM hearing_section WHERE hearing IN (SELECT value FROM json_each(?))", live.keys()
    )
    parts = writer.load([rid for _, rid in held])
    words: dict[int, list[LocalizedText | None]] = {
        rid: [hearing.title, hearing.summary, *hearing.labels] for rid, hearing in sorted(live.items())
    }
    for hearing, rid in sorted(held):
        part = parts[rid]
        assert isinstance(part, HearingSection)
        words[hearing] += [part.title, part.summary, part.body]
    put_texts(db, "hearing_text", [(rid, tuple(texts)) for rid, texts in words.items()])


def hearings_in_areas(writer: Writer, rids: Collection[int], areas: AreaMap) -> None:
    db = writer.connection
    delete(db, "hearing_area", "hearing", rids)
    names = AreaNames(db)
    for rid, record in sorted(writer.load(rids).items()):
        if isinstance(record, Hearing):
            found = areas.holding_part_of(record.geometry) | names.of(record.areas)
            if not record.areas and record.geometry is None:
                found = names.of(NamedArea(name=label) for label in record.labels)
            insert(db, "hearing_area", [(area, rid) for area in sorted(found)])


def derive_decisions(writer: Writer, decisions: Touched, areas: AreaMap) -> None:
    db = writer.connection
    delete(db, "decision", "rid", decisions.all)
    delete(db, "decision_text", "rowid", decisions.all)
    known = [
        (rid, record) for rid, record in sorted(writer.load(decisions.changed).items()) if isinstance(record, Decision)
    ]
    insert(
        db,
        "decision",
        [
            (
                rid,
                _day(record),
                record.case_number,
                sort_key(record.title.any if record.title else None),
                record.ref.source,
            )
            for rid, record in known
        ],
    )
    put_texts(
        db,
        "decision_text",
        [(rid, (record.title, record.case_title, record.summary, record.category)) for rid, record in known],
    )
    decisions_in_areas(writer, decisions.all, areas)


def decisions_in_areas(writer: Writer, rids: Collection[int], areas: AreaMap) -> None:
    db = writer.connection
    delete(db, "decision_area", "decision", rids)
    names = AreaNames(db)
    for rid, record in sorted(writer.load(rids).items()):
        if isinstance(record, Decision):
            found = areas.holding_part_of(record.geometry) | names.of(record.areas)
            if record.geometry is None and not any(area.name for area in record.areas):
                for title in (record.title, record.case_title):
                    found |= names.in_heading(title.fi if title else None)
            insert(db, "decision_area", [(area, _day(record), rid) for area in sorted(found)])


def everything_in_areas(writer: Writer, areas: AreaMap) -> None:
    db = writer.connection
    hearings_in_areas(writer, _rids(db, "hearing"), areas)
    decisions_in_areas(writer, _rids(db, "decision"), areas)


def _rids(db: sqlite3.Connection, table: str) -> set[int]:
    return {row[0] for row in db.execute(f"SELECT rid FROM {table}").fetchall()}


def _part_row(rid: int, part: HearingSection, hearing: int) -> tuple[Any, ...]:
    """The main part first, then by when they were made."""
    return rid, hearing, int(part.type != MAIN), _moment(part)


def _hearing_row(rid: int, hearing: Hearing) -> tuple[Any, ...]:
    """An unknown opening is long ago, an unknown end never comes."""
    return (
        rid,
        epoch(hearing.opens_at) if hearing.opens_at else 0,
        epoch(hearing.closes_at) if hearing.closes_at else UNKNOWN_START,
        hearing.closed_early,
        hearing.location.lat if hearing.location else None,
        hearing.location.lon if hearing.location else None,
        sort_key(hearing.title.any if hearing.title else None),
        hearing.ref.source,
    )


def _moment(record: Record) -> int:
    created = getattr(record, "created_at", None)
    return epoch(created) if created else 0


def _day(decision: Decision) -> str:
    return decision.decided_on.isoformat() if decision.decided_on else ""
