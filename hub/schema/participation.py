"""Participatory budgeting: rounds, budgets, projects, and what led to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import strawberry

from hub.domain import nodes, participation
from hub.domain.city import City
from hub.errors import BadId
from hub.index.participation import AreaMatch
from hub.index.participation import ProjectFilter as ProjectsWanted
from hub.index.participation import ProposalFilter as ProposalsWanted
from hub.records import participation as records
from hub.records.core import Ref
from hub.records.participation import ProposalStage
from hub.records.places import Area
from hub.schema.connection import Connection
from hub.schema.context import Info
from hub.schema.inputs import BoxInput, NearInput
from hub.schema.lazy import BudgetProjectLazy, DistrictLazy, ProposalLazy
from hub.schema.lists import Lists
from hub.schema.located import Located
from hub.schema.node import Node
from hub.schema.scalars import URL, Date, DateTime
from hub.schema.texts import LocalizedText, Location
from hub.schema.themed import Themed, ThemedFilter


def _scopes(info: Info, gid: strawberry.ID | None) -> tuple[int, ...]:
    """The budgeting areas that an id means: its own, or those of a part of the city."""
    return () if gid is None else info.context.city.once(_scopes_of, gid)


def _scopes_of(city: City, gid: str) -> tuple[int, ...]:
    ref = nodes.checked(Ref.from_gid(gid), "budgeting_area", "area")
    known = city.index.by_refs([ref]).get(ref)
    if known is None or known.record is None:
        raise BadId(f"{gid[:40]!r} is not known here")
    assert isinstance(known.record, (records.BudgetingArea, Area))
    return participation.scopes_of(city, known.record)


def _process(info: Info, gid: strawberry.ID | None) -> int | None:
    return None if gid is None else nodes.rids_of(info.context.city, [gid], "budgeting_process")[0]


@strawberry.input(description="Which projects to list; what is left out does not matter.")
class ProjectFilter(ThemedFilter):
    text: str | None = strawberry.field(default=None, description="Words that its title or description must hold.")
    process: strawberry.ID | None = strawberry.field(default=None, description="Of this round.")
    area: strawberry.ID | None = strawberry.field(default=None, description="Of this budgeting area, or district.")
    near: NearInput | None = strawberry.field(
        default=None, description="Grew from a plan or an idea inside a circle; not told of all."
    )
    bbox: BoxInput | None = strawberry.field(default=None, description="Inside a rectangle, likewise.")
    is_selected: bool | None = strawberry.field(default=None, description="Won the vote, or did not.")


@strawberry.input(description="Which ideas, plans and proposals to list; what is left out does not matter.")
class ProposalFilter(ThemedFilter):
    text: str | None = strawberry.field(default=None, description="Words that its title or text must hold.")
    process: strawberry.ID | None = strawberry.field(default=None, description="Of this round.")
    area: strawberry.ID | None = strawberry.field(default=None, description="Of this budgeting area, or district.")
    near: NearInput | None = strawberry.field(
        default=None, description="Inside a circle; those that tell no point are left out."
    )
    bbox: BoxInput | None = strawberry.field(default=None, description="Inside a rectangle, likewise.")
    stages: list[ProposalStage] | None = strawberry.field(default=None, description="At any of these stages.")
    states: list[str] | None = strawberry.field(default=None, description="In any of these states, the source's words.")


def wanted_projects(info: Info, given: ProjectFilter | None) -> ProjectsWanted:
    asked = given or ProjectFilter()
    return ProjectsWanted(
        text=asked.text,
        process=_process(info, asked.process),
        scopes=_scopes(info, asked.area),
        near=asked.near.to_domain() if asked.near else None,
        box=asked.bbox.to_domain() if asked.bbox else None,
        is_selected=asked.is_selected,
        themes=asked.on_themes(),
    )


def wanted_proposals(info: Info, given: ProposalFilter | None) -> ProposalsWanted:
    asked = given or ProposalFilter()
    return ProposalsWanted(
        text=asked.text,
        process=_process(info, asked.process),
        scopes=_scopes(info, asked.area),
        near=asked.near.to_domain() if asked.near else None,
        box=asked.bbox.to_domain() if asked.bbox else None,
        stages=tuple(asked.stages or ()),
        states=tuple(asked.states or ()),
        themes=asked.on_themes(),
    )


PROJECTS = Lists(page=Connection[BudgetProjectLazy], filter=ProjectFilter, wanted=wanted_projects)
PROPOSALS = Lists(page=Connection[ProposalLazy], filter=ProposalFilter, wanted=wanted_proposals)


def _areas(city: City, refs: Sequence[Ref | None]) -> Any:
    return participation.records_of(city, records.BudgetingArea, refs)


def _processes(city: City, refs: Sequence[Ref | None]) -> Any:
    return participation.records_of(city, records.BudgetingProcess, refs)


def _budgets(city: City, refs: Sequence[Ref | None]) -> Any:
    return participation.records_of(city, records.Budget, refs)


@strawberry.federation.type(keys=["id"], description="A part of the city by the budgeting service's own division.")
class BudgetingArea(Node):
    name: LocalizedText | None = strawberry.field(description="Its name.")
    is_whole_city: bool = strawberry.field(description="It is all of the city.")

    @strawberry.field(description="The city's own district that it is; null for the whole city.")
    @staticmethod
    async def district(root: strawberry.Parent[records.BudgetingArea], info: Info) -> DistrictLazy | None:
        return await info.context.batch(participation.districts_of).load(root.rid)


@strawberry.type(description="One phase of a round.")
class Phase:
    title: LocalizedText | None = strawberry.field(description="What happens in it.")
    starts_at: DateTime | None = strawberry.field(description="When it begins.")
    ends_at: DateTime | None = strawberry.field(description="When it ends.")


@strawberry.type(description="A step in the work on what was voted for.")
class Milestone:
    title: LocalizedText | None = strawberry.field(description="What was, or will be, done.")
    description: LocalizedText | None = strawberry.field(description="More about it.")
    starts_on: Date | None = strawberry.field(description="The day, or the first day.")
    ends_on: Date | None = strawberry.field(description="The last day.")


@strawberry.federation.type(keys=["id"], description="What became of a project.")
class Result(Node):
    title: LocalizedText | None = strawberry.field(description="Its title.")
    description: LocalizedText | None = strawberry.field(description="Sanitised HTML.")
    status: LocalizedText | None = strawberry.field(description="How it stands, in the city's words.")
    progress: float | None = strawberry.field(description="Per cent done, 0 to 100; null: not told.")
    timeline: list[Milestone] = strawberry.field(description="Its steps, by date.")
    url: URL | None = strawberry.field(description="Its page in the budgeting service.")

    @strawberry.field(description="The projects that it is the result of.")
    @staticmethod
    async def projects(root: strawberry.Parent[records.Result], info: Info) -> list[BudgetProject]:
        return await info.context.batch(participation.projects_of_results).load(root.rid)

    @strawberry.field(description="When the city last changed it.")
    @staticmethod
    def updated_at(root: strawberry.Parent[records.Result]) -> DateTime | None:
        moment: Any = root.modified_at
        return moment


@strawberry.federation.type(keys=["id"], description="What residents vote on.")
class BudgetProject(Located, Themed):
    title: LocalizedText | None = strawberry.field(description="Its title.")
    description: LocalizedText | None = strawberry.field(description="Sanitised HTML.")
    reference: str | None = strawberry.field(description="The number printed on the service's pages.")
    category: LocalizedText | None = strawberry.field(description="What it is about.")
    budget_cents: int | None = strawberry.field(description="What it would cost, euro cents.")
    is_selected: bool | None = strawberry.field(description="It won the vote. Null: the vote has not ended.")
    url: URL | None = strawberry.field(description="Its page in the budgeting service.")

    @strawberry.field(description="Its round.")
    @staticmethod
    async def process(root: strawberry.Parent[records.BudgetProject], info: Info) -> BudgetingProcess | None:
        return await info.context.batch(_processes).load(root.process)

    @strawberry.field(description="The budget that would pay for it.")
    @staticmethod
    async def budget(root: strawberry.Parent[records.BudgetProject], info: Info) -> Budget | None:
        return await info.context.batch(_budgets).load(root.budget)

    @strawberry.field(description="The budgeting area that it belongs to.")
    @staticmethod
    async def area(root: strawberry.Parent[records.BudgetProject], info: Info) -> BudgetingArea | None:
        return await info.context.batch(_areas).load(root.area)

    @strawberry.field(
        description="How sure it is that it belongs to the district that it is listed under; null elsewhere."
    )
    @staticmethod
    async def area_match(root: strawberry.Parent[records.BudgetProject], info: Info) -> AreaMatch | None:
        if not isinstance(root, participation.ProjectHere):
            return None
        return await info.context.batch(participation.area_matches).load((root.rid, root.area_rid))

    @strawberry.field(description="The plans and ideas that it grew from.")
    @staticmethod
    async def grew_from(root: strawberry.Parent[records.BudgetProject], info: Info) -> list[Proposal]:
        return await info.context.batch(participation.grew_from).load(root.rid)

    @strawberry.field(description="What became of it.")
    @staticmethod
    async def result(root: strawberry.Parent[records.BudgetProject], info: Info) -> Result | None:
        return await info.context.batch(participation.results_of).load(root.rid)


@strawberry.federation.type(keys=["id"], description="What one area may spend in one round.")
class Budget(Node):
    title: LocalizedText | None = strawberry.field(description="Its title.")
    description: LocalizedText | None = strawberry.field(description="Sanitised HTML.")
    total_cents: int | None = strawberry.field(description="Euro cents.")
    url: URL | None = strawberry.field(description="Its page in the budgeting service.")

    @strawberry.field(description="The area that it is for.")
    @staticmethod
    async def area(root: strawberry.Parent[records.Budget], info: Info) -> BudgetingArea | None:
        return await info.context.batch(_areas).load(root.area)

    @strawberry.field(description="Its round.")
    @staticmethod
    async def process(root: strawberry.Parent[records.Budget], info: Info) -> BudgetingProcess | None:
        return await info.context.batch(_processes).load(root.process)

    projects = PROJECTS.under(participation.projects_of_budgets, "What residents may vote on.")


@strawberry.federation.type(keys=["id"], description="A round of participatory budgeting.")
class BudgetingProcess(Node):
    title: LocalizedText | None = strawberry.field(description="Its title.")
    description: LocalizedText | None = strawberry.field(description="Sanitised HTML.")
    starts_on: Date | None = strawberry.field(description="Its first day.")
    ends_on: Date | None = strawberry.field(description="Its last day.")
    phases: list[Phase] = strawberry.field(description="Its phases, in order.")
    url: URL | None = strawberry.field(description="Its page in the budgeting service.")

    @strawberry.field(description="The phase that is on now; null between phases.")
    @staticmethod
    def phase(root: strawberry.Parent[records.BudgetingProcess], info: Info) -> Phase | None:
        current: Any = participation.current_phase(info.context.city, root)
        return current

    @strawberry.field(description="Its budgets, by name.")
    @staticmethod
    async def budgets(root: strawberry.Parent[records.BudgetingProcess], info: Info) -> list[Budget]:
        return await info.context.batch(participation.budgets_of).load(root.rid)


@strawberry.federation.type(
    keys=["id"], description="An idea, a plan or a proposal of residents; by whom is never told."
)
class Proposal(Located, Themed):
    stage: ProposalStage = strawberry.field(description="How far it was worked out.")
    title: LocalizedText | None = strawberry.field(description="Its title.")
    body: LocalizedText | None = strawberry.field(description="Sanitised HTML.")
    reference: str | None = strawberry.field(description="The number printed on the service's pages.")
    state: str | None = strawberry.field(description="The service's own word; null: not answered yet.")
    supports: int | None = strawberry.field(description="How many support it; null: hidden or not counted.")
    category: LocalizedText | None = strawberry.field(description="What it is about.")
    created_at: DateTime | None = strawberry.field(description="When it was sent in.")
    location: Location | None = strawberry.field(description="Where on the map it would be.")
    url: URL | None = strawberry.field(description="Its page in the budgeting service.")

    @strawberry.field(description="The budgeting area that it belongs to.")
    @staticmethod
    async def area(root: strawberry.Parent[records.Proposal], info: Info) -> BudgetingArea | None:
        return await info.context.batch(_areas).load(root.area)

    @strawberry.field(description="Its round.")
    @staticmethod
    async def process(root: strawberry.Parent[records.Proposal], info: Info) -> BudgetingProcess | None:
        return await info.context.batch(_processes).load(root.process)

    @strawberry.field(
        description="How sure it is that it belongs to the district that it is listed under; null elsewhere."
    )
    @staticmethod
    async def area_match(root: strawberry.Parent[records.Proposal], info: Info) -> AreaMatch | None:
        if not isinstance(root, participation.ProposalHere):
            return None
        return await info.context.batch(participation.area_matches).load((root.rid, root.area_rid))

    @strawberry.field(description="The ideas and plans that it grew from.")
    @staticmethod
    async def grew_from(root: strawberry.Parent[records.Proposal], info: Info) -> list[Proposal]:
        return await info.context.batch(participation.grew_from).load(root.rid)

    @strawberry.field(description="The plans and proposals that grew from it.")
    @staticmethod
    async def led_to(root: strawberry.Parent[records.Proposal], info: Info) -> list[Proposal]:
        return await info.context.batch(participation.led_to).load(root.rid)

    @strawberry.field(description="The projects that it led to, by way of plans too.")
    @staticmethod
    async def projects(root: strawberry.Parent[records.Proposal], info: Info) -> list[BudgetProject]:
        return await info.context.batch(participation.projects_from).load(root.rid)
