"""Questions about participatory budgeting, as SQL."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from hub.index.geo import Box, Near
from hub.index.listing import Conditions, Listing, Under
from hub.index.near import within_box, within_circle
from hub.index.places import text_condition
from hub.index.read import Index
from hub.index.themes import OnThemes, about
from hub.records.participation import ProposalStage


class AreaMatch(StrEnum):
    """How sure it is that a record belongs to an area."""

    INSIDE = "INSIDE"
    WIDER = "WIDER"


class ProposalFilter(msgspec.Struct, frozen=True, kw_only=True):
    """None or empty: any. `scopes`: the budgeting service's own areas."""

    text: str | None = None
    process: int | None = None
    scopes: tuple[int, ...] = ()
    near: Near | None = None
    box: Box | None = None
    stages: tuple[ProposalStage, ...] = ()
    states: tuple[str, ...] = ()
    themes: OnThemes | None = None


class ProjectFilter(msgspec.Struct, frozen=True, kw_only=True):
    text: str | None = None
    process: int | None = None
    scopes: tuple[int, ...] = ()
    near: Near | None = None
    box: Box | None = None
    is_selected: bool | None = None
    themes: OnThemes | None = None


OF_PROCESS = Under(condition="t.process = p.value")
OF_BUDGET = Under(condition="t.budget = p.value")


# In an area: by a point of one's own, or known only for the budgeting area whose major district holds it. What has a
# point elsewhere is not "perhaps here". The whole city holds every area.
def _in_area(table: str) -> Under:
    return Under(
        condition="t.rid IN (SELECT c.rid FROM civic_area c WHERE c.area = p.value"
        f" UNION ALL SELECT x.rid FROM budgeting_area s CROSS JOIN {table} x ON x.scope = s.rid AND x.located = 0"
        " WHERE s.whole = 1 OR s.area = p.value"
        " OR s.area IN (SELECT w.wider FROM area_within w WHERE w.area = p.value))"
    )


PROJECTS_IN_AREA = _in_area("project")
PROPOSALS_IN_AREA = _in_area("proposal")


def processes() -> Listing:
    """Newest first."""
    return Listing(table="process", sort=("coalesce(t.starts, '')",), descending=True)


def budgets(under: Under | None = None) -> Listing:
    return Listing(table="budget", sort=("t.name",), under=under)


def projects(wanted: ProjectFilter, under: Under | None = None) -> Listing:
    c = Conditions()
    if wanted.process is not None:
        c.add("t.process = :process", process=wanted.process)
    if wanted.scopes:
        c.any_of("t.scope", "scopes", wanted.scopes)
    if wanted.near is not None or wanted.box is not None:
        _grown_inside(c, wanted.box, wanted.near)
    if wanted.is_selected is not None:
        c.add("t.selected = :selected", selected=int(wanted.is_selected))
    about(c, "budget_project", wanted.themes)
    if wanted.text is not None:
        text_condition(c, "project_text", wanted.text)
    by_area = under is PROJECTS_IN_AREA
    sort = ("-t.located", "-t.created") if by_area else ("t.name",)
    return Listing(table="project", sort=sort, where=tuple(c.where), params=c.params, under=under)


def proposals(wanted: ProposalFilter, under: Under | None = None) -> Listing:
    c = Conditions()
    if wanted.process is not None:
        c.add("t.process = :process", process=wanted.process)
    if wanted.scopes:
        c.any_of("t.scope", "scopes", wanted.scopes)
    if wanted.box is not None:
        within_box(c, wanted.box)
    if wanted.near is not None:
        within_circle(c, wanted.near)
    if wanted.stages:
        c.any_of("t.stage", "stages", wanted.stages)
    if wanted.states:
        c.any_of("t.state", "states", wanted.states)
    about(c, "proposal", wanted.themes)
    if wanted.text is not None:
        text_condition(c, "proposal_text", wanted.text)
    if under is PROPOSALS_IN_AREA:
        return Listing(
            table="proposal",
            sort=("-t.located", "-t.created"),
            where=tuple(c.where),
            params=c.params,
            under=under,
        )
    return Listing(
        table="proposal", sort=("t.created",), descending=True, where=tuple(c.where), params=c.params, under=under
    )


def _grown_inside(c: Conditions, box: Box | None, near: Near | None) -> None:
    """Projects that grew from a plan or an idea that lies there."""
    plan = Conditions()
    if box is not None:
        within_box(plan, box, "o")
    if near is not None:
        within_circle(plan, near, "o")
    where = " AND ".join(plan.where)
    c.add(
        f"t.rid IN (SELECT g.later FROM proposal o CROSS JOIN chain g ON g.earlier = o.rid WHERE {where})",
        **plan.params,
    )


def located_in(index: Index, rids: Sequence[int]) -> set[tuple[int, int]]:
    """(record, area) for each record whose own point lies in the area."""
    return {
        (rid, area)
        for area, rid in index.rows(
            "SELECT area, rid FROM civic_area WHERE rid IN (SELECT value FROM json_each(?))", (f"{list(rids)}",)
        )
    }


def chained(index: Index, rids: Sequence[int], *, later: bool) -> list[tuple[int, int]]:
    """(record, the one it led to) or, with `later` False, (record, the one it grew from); one step of the chain."""
    mine, theirs = ("earlier", "later") if later else ("later", "earlier")
    rows = index.rows(
        f"SELECT DISTINCT {mine}, {theirs} FROM chain WHERE {mine} IN (SELECT value FROM json_each(?)) ORDER BY 1, 2",
        (f"{list(rids)}",),
    )
    return [(one, other) for one, other in rows]


def scopes_of_areas(index: Index, areas: Sequence[int]) -> list[int]:
    """The budgeting areas that are these city areas or hold them, the whole city aside."""
    rows = index.rows(
        "SELECT rid FROM budgeting_area WHERE area IN (SELECT value FROM json_each(:areas))"
        " OR area IN (SELECT wider FROM area_within WHERE area IN (SELECT value FROM json_each(:areas))) ORDER BY rid",
        {"areas": f"{list(areas)}"},
    )
    return [row[0] for row in rows]


def districts_of_scopes(index: Index, scopes: Sequence[int]) -> dict[int, int]:
    return dict(
        index.rows(
            "SELECT rid, area FROM budgeting_area WHERE area IS NOT NULL AND rid IN (SELECT value FROM json_each(?))",
            (f"{list(scopes)}",),
        )
    )
