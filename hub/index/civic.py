"""Questions about hearings and decisions, as SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from hub.index.epochs import UNKNOWN_START, epoch, moment
from hub.index.geo import Box, Near
from hub.index.listing import Conditions, Listing, Under
from hub.index.near import within_box, within_circle
from hub.index.places import text_condition
from hub.index.read import Index
from hub.index.themes import OnThemes, about
from hub.records.civic import HearingSection
from hub.records.core import Span
from hub.records.places import AreaKind

HEARING_IN_AREA = Under(condition="l.area = p.value", link="hearing_area l ON t.rid = l.hearing")
DECISION_IN_AREA = Under(condition="l.area = p.value", link="decision_area l ON t.rid = l.decision")
OPEN = "t.early = 0 AND t.opens <= :now AND t.closes > :now"
AREA_OF = {"hearing": "hearing_area", "decision": "decision_area"}


class HearingFilter(msgspec.Struct, frozen=True, kw_only=True):
    """None or empty: any. `is_open` is asked of a moment; `during`: takes comments at some moment of it."""

    text: str | None = None
    is_open: bool | None = None
    during: Span | None = None
    near: Near | None = None
    box: Box | None = None
    areas: tuple[int, ...] = ()
    themes: OnThemes | None = None


class DecisionFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Days are local and both inclusive. `case_number` in its label form."""

    text: str | None = None
    case_number: str | None = None
    decided_from: date | None = None
    decided_to: date | None = None
    areas: tuple[int, ...] = ()
    themes: OnThemes | None = None


def hearings(wanted: HearingFilter, now: datetime, under: Under | None = None) -> Listing:
    """Those open now or at a given time: what closes first comes first. Others: what opened last."""
    c = Conditions()
    if wanted.is_open is not None:
        c.add(OPEN if wanted.is_open else f"NOT ({OPEN})", now=epoch(now))
    if wanted.during is not None:
        since, until = epoch(wanted.during.starts_at), epoch(wanted.during.ends_at)
        c.add("t.early = 0 AND t.opens < :until AND t.closes > :since", since=since, until=until)
    if wanted.box is not None:
        within_box(c, wanted.box)
    if wanted.near is not None:
        within_circle(c, wanted.near)
    if wanted.areas:
        _in_areas(c, "hearing", wanted.areas)
    about(c, "hearing", wanted.themes)
    if wanted.text is not None:
        text_condition(c, "hearing_text", wanted.text)
    by_closing = closes_first(wanted)
    return Listing(
        table="hearing",
        sort=("t.closes",) if by_closing else ("t.opens",),
        descending=not by_closing,
        where=tuple(c.where),
        params=c.params,
        under=under,
    )


def closes_first(wanted: HearingFilter) -> bool:
    """Whether what one can still take part in is asked for."""
    return wanted.is_open is True or wanted.during is not None


def decisions(wanted: DecisionFilter, under: Under | None = None) -> Listing:
    """The latest first; a case whose day is not known last."""
    c = Conditions()
    if wanted.decided_from is not None:
        c.add("t.decided >= :decided_from", decided_from=wanted.decided_from.isoformat())
    if wanted.decided_to is not None:
        c.add("t.decided <= :decided_to AND t.decided > ''", decided_to=wanted.decided_to.isoformat())
    if wanted.case_number is not None:
        c.add("t.number = :number", number=wanted.case_number)
    if wanted.areas:
        _in_areas(c, "decision", wanted.areas)
    about(c, "decision", wanted.themes)
    if wanted.text is not None:
        text_condition(c, "decision_text", wanted.text)
    return Listing(
        table="decision", sort=("t.decided",), descending=True, where=tuple(c.where), params=c.params, under=under
    )


def _in_areas(c: Conditions, table: str, areas: Sequence[int]) -> None:
    c.add(
        f"EXISTS (SELECT 1 FROM {AREA_OF[table]} a WHERE a.{table} = t.rid"
        " AND a.area IN (SELECT value FROM json_each(:areas)))",
        areas=f"{list(areas)}",
    )


def next_edge(index: Index, now: datetime) -> datetime | None:
    """When the next hearing opens or closes; None: nobody knows of any."""
    ((opens, closes),) = index.rows(
        "SELECT (SELECT min(opens) FROM hearing WHERE opens > :now),"
        " (SELECT min(closes) FROM hearing WHERE closes > :now)",
        {"now": epoch(now)},
    ) or [(None, None)]
    edges = [edge for edge in (opens, closes) if edge is not None and edge < UNKNOWN_START]
    return moment(min(edges)) if edges else None


def sections(index: Index, hearings_: Sequence[int]) -> list[tuple[int, HearingSection]]:
    """(hearing, section), the main part of each first."""
    rows = index.rows(
        "SELECT hearing, rid FROM hearing_section WHERE hearing IN (SELECT value FROM json_each(?))"
        " ORDER BY hearing, later, created, rid",
        (f"{list(hearings_)}",),
    )
    parts = index.bodies(HearingSection, [row[1] for row in rows])
    return [(row[0], part) for row, part in zip(rows, parts, strict=True) if part is not None]


def areas_of(index: Index, table: str, rids: Sequence[int]) -> list[tuple[int, int, AreaKind]]:
    """(hearing or decision, area, kind), narrowest first."""
    rows = index.rows(
        f"SELECT l.{table}, a.rid, a.kind FROM {AREA_OF[table]} l JOIN area a ON a.rid = l.area"
        f" WHERE l.{table} IN (SELECT value FROM json_each(?)) ORDER BY a.name, a.rid",
        (f"{list(rids)}",),
    )
    order = list(AreaKind)
    return sorted(
        ((rid, area, AreaKind(kind)) for rid, area, kind in rows), key=lambda row: (row[0], order.index(row[2]))
    )
