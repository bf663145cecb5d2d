"""Themes: everything on one subject, from every service."""

from __future__ import annotations

from typing import Annotated, Any

import strawberry
from graphql import GraphQLResolveInfo

from hub.domain import catalogue, civic, climate, events, participation
from hub.domain.lists import PageArgs
from hub.domain.themes import FoundThemes
from hub.index.events import EventSort
from hub.records import themes as records
from hub.schema.catalogue import CatalogueConnection, CatalogueFilter, wanted_records
from hub.schema.civic import Decision, DecisionFilter, Hearing, HearingFilter, wanted_decisions, wanted_hearings
from hub.schema.climate import ClimateAction, ClimateActionFilter
from hub.schema.connection import After, Connection, Edge, First
from hub.schema.context import Info
from hub.schema.events import Event, EventFilter, wanted_events
from hub.schema.node import Node
from hub.schema.participation import (
    BudgetProject,
    ProjectFilter,
    Proposal,
    ProposalFilter,
    wanted_projects,
    wanted_proposals,
)
from hub.schema.scalars import URL
from hub.schema.texts import LocalizedText

Which = strawberry.argument(description="Which; what is left out does not matter.")
Order = strawberry.argument(description="In which order.")


@strawberry.federation.type(
    keys=["id"],
    description="A concept of the General Finnish Ontology (YSO), and what the city's services have on it. What is"
    " linked to it by words is inferred: `themes` of each record says so, `exactThemes` of the filters leaves it out."
    " The vocabulary comes without broader and narrower concepts.",
)
class Theme(Node):
    name: LocalizedText | None = strawberry.field(description="What it is called.")
    label: LocalizedText | None = strawberry.field(
        description="Its name with what tells it from others of the same name: hyvinvointi (terveydellinen)."
    )
    url: URL | None = strawberry.field(description="The concept itself, at YSO.")

    @strawberry.field(description="Events about it, or for whom it names.")
    @staticmethod
    async def events(
        root: strawberry.Parent[records.Theme],
        info: Info,
        filter: Annotated[EventFilter | None, Which] = None,
        first: First = 20,
        after: After = None,
        sort: Annotated[EventSort, Order] = EventSort.STARTS_AT,
    ) -> Connection[Event] | None:
        wanted, page = wanted_events(info, filter, sort), PageArgs(first=first, after=after)
        return await info.context.batch(events.events_on, wanted, page).load(root.number)

    @strawberry.field(description="Events on it where one comes to help.")
    @staticmethod
    async def volunteering(
        root: strawberry.Parent[records.Theme],
        info: Info,
        filter: Annotated[EventFilter | None, Which] = None,
        first: First = 20,
        after: After = None,
        sort: Annotated[EventSort, Order] = EventSort.STARTS_AT,
    ) -> Connection[Event] | None:
        wanted, page = wanted_events(info, filter, sort), PageArgs(first=first, after=after)
        return await info.context.batch(events.volunteering_on, wanted, page).load(root.number)

    @strawberry.field(
        description="What libraries lend on it, by the catalogue's subjects. Things to borrow are always answered;"
        " anything else is a search of the catalogue for each theme: five in one operation, the rest null with"
        " TOO_MANY_LOOKUPS."
    )
    @staticmethod
    async def catalogue(
        root: strawberry.Parent[records.Theme],
        info: Info,
        filter: Annotated[CatalogueFilter | None, Which] = None,
        first: First = 20,
        after: After = None,
    ) -> CatalogueConnection | None:
        wanted, page = wanted_records(info, filter), PageArgs(first=first, after=after)
        return await info.context.batch(catalogue.catalogue_on, wanted, page).load(root.number)

    @strawberry.field(description="What the city asks its residents about it.")
    @staticmethod
    async def hearings(
        root: strawberry.Parent[records.Theme],
        info: Info,
        filter: Annotated[HearingFilter | None, Which] = None,
        first: First = 20,
        after: After = None,
    ) -> Connection[Hearing] | None:
        wanted, page = wanted_hearings(info, filter), PageArgs(first=first, after=after)
        return await info.context.batch(civic.hearings_on, wanted, page).load(root.number)

    @strawberry.field(description="What the city decided on it.")
    @staticmethod
    async def decisions(
        root: strawberry.Parent[records.Theme],
        info: Info,
        filter: Annotated[DecisionFilter | None, Which] = None,
        first: First = 20,
        after: After = None,
    ) -> Connection[Decision] | None:
        wanted, page = wanted_decisions(info, filter), PageArgs(first=first, after=after)
        return await info.context.batch(civic.decisions_on, wanted, page).load(root.number)

    @strawberry.field(description="Ideas, plans and proposals of residents on it, the newest first.")
    @staticmethod
    async def proposals(
        root: strawberry.Parent[records.Theme],
        info: Info,
        filter: Annotated[ProposalFilter | None, Which] = None,
        first: First = 20,
        after: After = None,
    ) -> Connection[Proposal] | None:
        wanted, page = wanted_proposals(info, filter), PageArgs(first=first, after=after)
        return await info.context.batch(participation.proposals_on, wanted, page).load(root.number)

    @strawberry.field(description="Projects on it to vote on, of every round, by name.")
    @staticmethod
    async def budget_projects(
        root: strawberry.Parent[records.Theme],
        info: Info,
        filter: Annotated[ProjectFilter | None, Which] = None,
        first: First = 20,
        after: After = None,
    ) -> Connection[BudgetProject] | None:
        wanted, page = wanted_projects(info, filter), PageArgs(first=first, after=after)
        return await info.context.batch(participation.projects_on, wanted, page).load(root.number)

    @strawberry.field(description="What the city has promised to do for the climate that is about it.")
    @staticmethod
    async def climate_actions(
        root: strawberry.Parent[records.Theme],
        info: Info,
        filter: Annotated[ClimateActionFilter | None, Which] = None,
        first: First = 20,
        after: After = None,
    ) -> Connection[ClimateAction] | None:
        wanted, page = (filter or ClimateActionFilter()).to_domain(), PageArgs(first=first, after=after)
        return await info.context.batch(climate.actions_on, wanted, page).load(root.number)

    @classmethod
    def is_type_of(cls, record: Any, info: GraphQLResolveInfo[Any]) -> bool:
        return isinstance(record, records.Theme)

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Any:
        return await info.context.node(id, "theme")


@strawberry.type(description="One theme of a list, and how sure it is.")
class ThemeEdge(Edge[Theme]):
    is_inferred: bool = strawberry.field(
        description="False: the source itself names the concept by its id (in a search: a label is what was asked)."
        " True: it follows from words."
    )
    confidence: float = strawberry.field(
        description="1 if not inferred, else less: about 0.9 for a subject that is a label, 0.6 for a word of a title."
    )


@strawberry.type(description="A page of themes.")
class ThemeConnection(Connection[Theme]):
    @strawberry.field(description="The rows with their cursors, and how sure each is.")
    @staticmethod
    def edges(root: strawberry.Parent[FoundThemes]) -> list[ThemeEdge]:
        rows: Any = zip(root.cursors, root.nodes, root.sure, strict=True)
        return [
            ThemeEdge(cursor=cursor, node=theme, is_inferred=sure < records.EXACT, confidence=sure / 100)
            for cursor, theme, sure in rows
        ]
