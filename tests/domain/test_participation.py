"""Rounds, what led to what, and which of it belongs to a part of the city."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from hub.domain import participation
from hub.domain.lists import PageArgs
from hub.index.participation import AreaMatch, ProjectFilter, ProposalFilter
from hub.records.core import LocalizedText, Record, Ref
from hub.records.participation import BudgetingArea, BudgetingProcess, Phase
from hub.records.places import Area, AreaKind
from tests import made
from tests.domain.hall import Town

WEST = made.area("lantinen", AreaKind.MAJOR_DISTRICT, name="Läntinen", boundary=made.square(24.0, 60.0, 0.5))
PART = made.area("osa", boundary=made.square(24.1, 60.1))
SCOPE = made.scope("1", "Läntinen")
INSIDE = made.spot(60.15, 24.15)


def phase(name: str, start: float | None, end: float | None, *, active: bool = False) -> Phase:
    return Phase(
        title=LocalizedText(fi=name),
        starts_at=None if start is None else made.at(start),
        ends_at=None if end is None else made.at(end),
        is_active=active,
    )


@pytest.mark.parametrize(
    ("phases", "name", "until"),
    [
        ((phase("ideas", 1, 8), phase("plans", 8, 20)), "plans", 20),
        ((phase("ideas", 1, 9), phase("vote", 12, 20, active=True)), None, 12),
        ((phase("ideas", 1, 9), phase("follow-up", None, None, active=True)), "follow-up", None),
        ((phase("ideas", 1, 9), phase("vote", 12, 20), phase("follow-up", 9, None, active=True)), "follow-up", 12),
        ((), None, None),
    ],
)
async def test_the_phase_that_is_on_is_told_until_it_ends(
    town: Town, phases: tuple[Phase, ...], name: str | None, until: float | None
) -> None:
    city = town.city()

    found = participation.current_phase(city, made.process("1", phases=phases))

    assert (found and found.title) == (LocalizedText(fi=name) if name else None)
    assert city.expires_at == (None if until is None else made.at(until))


async def test_the_chain_leads_both_ways_and_over_a_plan(town: Town) -> None:
    idea = made.proposal("idea:1", linked=["plan:1"])
    plan, direct = made.proposal("plan:1"), made.project("2", linked=["idea:1"])
    project = made.project("1", linked=["plan:1"])
    old = made.result("1", linked=["1"], created_at=made.at(1))
    new = made.result("2", linked=["1"], created_at=made.at(2))
    town.put(idea, plan, direct, project, new, old)
    city = town.city()

    def refs(many: Sequence[Sequence[Record]]) -> list[set[Ref]]:
        return [{record.ref for record in records} for records in many]

    assert refs(participation.led_to(city, town.rids(idea, plan))) == [{plan.ref}, set()]
    assert refs(participation.grew_from(city, town.rids(plan, project))) == [{idea.ref}, {plan.ref}]
    assert refs(participation.projects_from(city, town.rids(idea, plan))) == [
        {project.ref, direct.ref},
        {project.ref},
    ]
    (latest, none) = participation.results_of(city, town.rids(project, direct))
    assert (latest and latest.ref, none) == (new.ref, None)
    assert refs(participation.projects_of_results(city, town.rids(new, old))) == [{project.ref}, {project.ref}]


async def test_a_chain_of_many_costs_as_many_statements_as_of_one(town: Town) -> None:
    ideas = [made.proposal(f"idea:{n}", linked=[f"plan:{n}"]) for n in range(20)]
    plans = [made.proposal(f"plan:{n}") for n in range(20)]
    town.put(*ideas, *plans, *(made.project(f"{n}", linked=[f"plan:{n}"]) for n in range(20)))
    rids = town.rids(*ideas)

    def cost(of: list[int]) -> int:
        city = town.city()
        before = town.index.queries
        assert all(participation.projects_from(city, of))
        return town.index.queries - before

    assert cost(rids) == cost(rids[:1])


async def test_what_is_known_to_lie_in_an_area_is_told_apart_from_what_may(town: Town) -> None:
    inside, wider = made.proposal("idea:1", scope="1", location=INSIDE), made.proposal("idea:2", scope="1")
    town.put(WEST, PART, SCOPE, inside, wider)
    city = town.city()
    (part,) = town.rids(PART)

    (found,) = participation.proposals_in(city, [part], ProposalFilter(), PageArgs())

    assert [proposal.ref for proposal in found.nodes] == [inside.ref, wider.ref]
    assert participation.area_matches(city, [(proposal.rid, part) for proposal in found.nodes]) == [
        AreaMatch.INSIDE,
        AreaMatch.WIDER,
    ]


async def test_projects_in_many_areas_are_two_statements(town: Town) -> None:
    plan, project = made.proposal("plan:1", location=INSIDE), made.project("1", linked=["plan:1"])
    town.put(WEST, PART, SCOPE, plan, project, made.project("2", scope="1"))
    city, areas = town.city(), town.rids(PART, WEST)
    before = town.index.queries

    found = participation.projects_in(city, areas, ProjectFilter(), PageArgs())

    assert [[p.ref.key for p in page.nodes] for page in found] == [["1", "2"], ["1", "2"]]
    assert town.index.queries - before == 2


async def test_a_budgeting_area_is_the_citys_own_and_the_other_way_round(town: Town) -> None:
    whole = made.scope("2", "Koko Helsinki", is_whole_city=True)
    town.put(WEST, PART, SCOPE, whole)
    city = town.city()
    scopes = [scope for scope in town.index.bodies(BudgetingArea, town.rids(SCOPE, whole)) if scope]
    west, part = (town.index.bodies(Area, town.rids(one))[0] for one in (WEST, PART))
    assert west is not None
    assert part is not None

    found = participation.districts_of(city, [scope.rid for scope in scopes])

    assert [area and area.ref for area in found] == [WEST.ref, None]
    assert participation.scopes_of(city, west) == participation.scopes_of(city, part) == (scopes[0].rid,)
    assert participation.scopes_of(city, scopes[1]) == (scopes[1].rid,)


async def test_an_area_without_a_budgeting_area_matches_no_proposal_rather_than_all(town: Town) -> None:
    lone = made.area("saari", boundary=made.square(25.5, 60.0))
    town.put(lone, made.proposal("idea:1"))
    city = town.city()
    (area,) = town.index.bodies(Area, town.rids(lone))
    assert area is not None

    found = participation.proposals(city, ProposalFilter(scopes=participation.scopes_of(city, area)), PageArgs())

    assert found.nodes == []


async def test_rounds_and_their_budgets_are_listed(town: Town) -> None:
    town.put(made.process("1", starts_on=made.NOW.date()), made.budget("1"), made.budget("2", title="Alku"))
    city = town.city()

    (round_,) = participation.processes(city, PageArgs()).nodes
    (budgets,) = participation.budgets_of(city, [round_.rid])

    assert [budget.ref.key for budget in budgets] == ["2", "1"]
    assert participation.records_of(city, BudgetingProcess, [budgets[0].process, None, Ref("budget", "de", "1")]) == [
        round_,
        None,
        None,
    ]
