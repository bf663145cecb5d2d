"""Participatory budgeting: rounds, budgets, projects, and the ideas, plans and proposals that led to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, TypeVar

from hub.domain.city import City
from hub.domain.lists import Found, PageArgs, listed, listed_under
from hub.index import participation as index
from hub.index import places as place_index
from hub.index.participation import (
    OF_BUDGET,
    OF_PROCESS,
    PROJECTS_IN_AREA,
    PROPOSALS_IN_AREA,
    AreaMatch,
    ProjectFilter,
    ProposalFilter,
)
from hub.index.themes import is_exact, of_records
from hub.records.core import Record, Ref
from hub.records.participation import Budget, BudgetingArea, BudgetingProcess, BudgetProject, Phase, Proposal, Result
from hub.records.places import Area

R = TypeVar("R", bound=Record)


class ProjectHere(BudgetProject, frozen=True, kw_only=True, gc=False):
    """A project as listed under a part of the city (`area_rid`), so that `area_matches` can be asked of it."""

    area_rid: int = 0


class ProposalHere(Proposal, frozen=True, kw_only=True, gc=False):
    """A proposal as listed under a part of the city (`area_rid`), likewise."""

    area_rid: int = 0


def _here(found: Sequence[Found[Any]], areas: Sequence[int], shape: type[Any]) -> list[Found[Any]]:
    """Each list with records that remember under which area they are listed."""
    for one, area in zip(found, areas, strict=True):
        one.nodes = [
            shape(**{name: getattr(node, name) for name in node.__struct_fields__}, area_rid=area) for node in one.nodes
        ]
    return list(found)


def processes(city: City, page: PageArgs) -> Found[BudgetingProcess]:
    """Rounds, the newest first."""
    return listed(city, index.processes(), BudgetingProcess, page, order="processes")


def budgets_of(city: City, processes_: Sequence[int]) -> list[list[Budget]]:
    """The budgets of each round, by name (a round has one for each area: a dozen at most)."""
    found = listed_under(city, index.budgets(OF_PROCESS), Budget, processes_, PageArgs(first=100), order="budgets")
    return [list(page.nodes) for page in found]


def current_phase(city: City, process: BudgetingProcess) -> Phase | None:
    """The phase that is on now: by its dates, else by the service's own mark; None between phases."""
    now = city.now()
    for phase in process.phases:
        if phase.starts_at and phase.ends_at and phase.starts_at <= now < phase.ends_at:
            city.now(phase.ends_at)
            return phase
    starts = [phase.starts_at for phase in process.phases if phase.starts_at and phase.starts_at > now]
    if starts:
        city.now(min(starts))
    dateless = (phase for phase in process.phases if phase.is_active and not (phase.starts_at and phase.ends_at))
    return next(dateless, None)


def projects(city: City, wanted: ProjectFilter, page: PageArgs) -> Found[BudgetProject]:
    """Projects that match, by name."""
    return listed(city, index.projects(wanted), BudgetProject, page, order="projects")


def projects_of_budgets(
    city: City, budgets: Sequence[int], wanted: ProjectFilter, page: PageArgs
) -> list[Found[BudgetProject]]:
    return listed_under(city, index.projects(wanted, OF_BUDGET), BudgetProject, budgets, page, order="projects")


def projects_in(city: City, areas: Sequence[int], wanted: ProjectFilter, page: PageArgs) -> list[Found[BudgetProject]]:
    """Projects of each area: those known to lie inside first, then those known for a wider area only; newest first."""
    found = listed_under(
        city, index.projects(wanted, PROJECTS_IN_AREA), BudgetProject, areas, page, order="projects-in-area"
    )
    return _here(found, areas, ProjectHere)


def proposals(city: City, wanted: ProposalFilter, page: PageArgs) -> Found[Proposal]:
    """Ideas, plans and proposals that match, newest first."""
    return listed(city, index.proposals(wanted), Proposal, page, order="proposals")


def proposals_in(city: City, areas: Sequence[int], wanted: ProposalFilter, page: PageArgs) -> list[Found[Proposal]]:
    found = listed_under(
        city, index.proposals(wanted, PROPOSALS_IN_AREA), Proposal, areas, page, order="proposals-in-area"
    )
    return _here(found, areas, ProposalHere)


def projects_on(city: City, themes: Sequence[int], wanted: ProjectFilter, page: PageArgs) -> list[Found[BudgetProject]]:
    """Projects about each theme, by name."""
    return listed_under(
        city,
        index.projects(wanted, of_records(BudgetProject.kind, is_exact(wanted.themes))),
        BudgetProject,
        themes,
        page,
        order="projects",
    )


def proposals_on(city: City, themes: Sequence[int], wanted: ProposalFilter, page: PageArgs) -> list[Found[Proposal]]:
    """Ideas, plans and proposals about each theme, newest first."""
    return listed_under(
        city,
        index.proposals(wanted, of_records(Proposal.kind, is_exact(wanted.themes))),
        Proposal,
        themes,
        page,
        order="proposals",
    )


def area_matches(city: City, pairs: Sequence[tuple[int, int]]) -> list[AreaMatch]:
    """For (record, area): INSIDE by a point of its own, else WIDER."""
    inside = index.located_in(city.index, list({rid for rid, _ in pairs}))
    return [AreaMatch.INSIDE if pair in inside else AreaMatch.WIDER for pair in pairs]


def chained(city: City, shape: type[R], rids: Sequence[int], *, later: bool) -> list[list[R]]:
    """What each record led to (`later`) or grew from, one step of the chain, of one kind."""
    pairs = index.chained(city.index, rids, later=later)
    others = list(dict.fromkeys(other for _, other in pairs))
    known = {rid: record for rid, record in zip(others, city.index.bodies(shape, others), strict=True) if record}
    found: dict[int, list[R]] = defaultdict(list)
    for one, other in pairs:
        if other in known:
            found[one].append(known[other])
    return [found[rid] for rid in rids]


def led_to(city: City, rids: Sequence[int]) -> list[list[Proposal]]:
    """The plans or proposals that grew from each."""
    return chained(city, Proposal, rids, later=True)


def grew_from(city: City, rids: Sequence[int]) -> list[list[Proposal]]:
    return chained(city, Proposal, rids, later=False)


def projects_from(city: City, rids: Sequence[int]) -> list[list[BudgetProject]]:
    """The projects that each idea, plan or proposal led to: directly, or by way of a plan."""
    direct = chained(city, BudgetProject, rids, later=True)
    by_way = led_to(city, rids)
    between = list(dict.fromkeys(plan.rid for plans in by_way for plan in plans))
    further = dict(zip(between, chained(city, BudgetProject, between, later=True), strict=True))
    found = []
    for own, plans in zip(direct, by_way, strict=True):
        unique = {project.rid: project for project in own}
        for plan in plans:
            unique.update({project.rid: project for project in further[plan.rid]})
        found.append(list(unique.values()))
    return found


def results_of(city: City, rids: Sequence[int]) -> list[Result | None]:
    """What became of each project; the latest made if there are several."""
    return [max(results, key=_made, default=None) for results in chained(city, Result, rids, later=True)]


def _made(result: Result) -> tuple[float, Ref]:
    return result.created_at.timestamp() if result.created_at else 0.0, result.ref


def projects_of_results(city: City, rids: Sequence[int]) -> list[list[BudgetProject]]:
    return chained(city, BudgetProject, rids, later=False)


def records_of(city: City, shape: type[R], refs: Sequence[Ref | None]) -> list[R | None]:
    """The referred records, of one kind; None where there is no reference or nothing behind it."""
    known = city.index.by_refs({ref for ref in refs if ref is not None})
    found: list[R | None] = []
    for ref in refs:
        record = known[ref].record if ref in known else None
        found.append(record if isinstance(record, shape) else None)
    return found


def districts_of(city: City, scopes: Sequence[int]) -> list[Area | None]:
    """The city's own area that each budgeting area is; None for the whole city."""
    areas = index.districts_of_scopes(city.index, scopes)
    wanted = list(dict.fromkeys(areas.values()))
    known = dict(zip(wanted, place_index.areas(city.index, wanted), strict=True))
    return [known.get(areas[rid]) if rid in areas else None for rid in scopes]


def scopes_of(city: City, record: BudgetingArea | Area) -> tuple[int, ...]:
    """The budgeting areas that a filter by area means: itself, or those that are or hold a part of the city."""
    if isinstance(record, BudgetingArea):
        return (record.rid,)
    return tuple(index.scopes_of_areas(city.index, [record.rid])) or (-1,)
