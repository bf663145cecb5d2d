"""What everything with an id has in common."""

from __future__ import annotations

from functools import cache
from typing import Any

import strawberry
from graphql import GraphQLAbstractType, GraphQLResolveInfo

from hub.domain import provenance as provenances
from hub.domain.city import City
from hub.domain.nodes import OF_A_PLACE
from hub.domain.participation import ProjectHere, ProposalHere
from hub.records.catalogue import CatalogueRecord
from hub.records.civic import Decision, Hearing
from hub.records.climate import ClimateAction, ClimateIndicator
from hub.records.core import Record
from hub.records.events import Event, EventSeries, Keyword, KeywordSet, Organisation
from hub.records.merged import CityEvent, CityPlace
from hub.records.participation import Budget, BudgetingArea, BudgetingProcess, BudgetProject, Proposal, Result
from hub.records.places import Area
from hub.records.spaces import Space
from hub.records.themes import Theme
from hub.schema.context import Info
from hub.schema.scalars import URL, DateTime
from hub.schema.sources import Source

# the graph's name of each record that is a node
NAMES: dict[type[Record], str] = {
    CityPlace: "Place",
    Area: "District",
    Space: "Space",
    Event: "Event",
    CityEvent: "Event",
    EventSeries: "EventSeries",
    Keyword: "Keyword",
    KeywordSet: "KeywordSet",
    Organisation: "Organisation",
    CatalogueRecord: "CatalogueRecord",
    BudgetingProcess: "BudgetingProcess",
    BudgetingArea: "BudgetingArea",
    Budget: "Budget",
    BudgetProject: "BudgetProject",
    ProjectHere: "BudgetProject",
    Proposal: "Proposal",
    ProposalHere: "Proposal",
    Result: "Result",
    ClimateAction: "ClimateAction",
    ClimateIndicator: "ClimateIndicator",
    Hearing: "Hearing",
    Decision: "Decision",
    Theme: "Theme",
}


@cache
def kinds_of(name: str) -> tuple[str, ...]:
    """The kinds of records that a node of this name in the graph is made of; none for what is no node."""
    kinds = sorted({record.kind for record, shown in NAMES.items() if shown == name})
    return tuple(sorted(OF_A_PLACE)) if kinds == ["place"] else tuple(kinds)


@strawberry.type(description="Where a record is from and how old it is.")
class Provenance:
    source: Source | None = strawberry.field(
        description="Who says it; null for a source no longer configured, and for what comes with the hub."
    )
    record_id: str = strawberry.field(description="The source's own id.")
    url: URL | None = strawberry.field(description="The source's page about it.")
    license: str | None = strawberry.field(description="Under which licence it may be used.")
    attribution: str | None = strawberry.field(description="Whom to name, in which words.")
    fetched_at: DateTime | None = strawberry.field(
        description="When it was last known to be so: its copy was read, or its collection was confirmed later."
    )
    modified_at: DateTime | None = strawberry.field(description="When its source last changed it; null if not told.")
    fresh_until: DateTime | None = strawberry.field(description="Until when it counts as fresh; null: it does not age.")
    is_stale: bool = strawberry.field(description="True once `freshUntil` has passed.")
    confidence: float = strawberry.field(description="1 if joined by an id, less if by a rule.")


@strawberry.interface(description="Anything with an id of its own.")
class Node:
    @strawberry.field(description="Global, opaque and stable; every id that a record ever had leads to it.")
    @staticmethod
    def id(root: strawberry.Parent[Record]) -> strawberry.ID:
        return strawberry.ID(root.ref.gid)

    @strawberry.field(description="Where the record is from and how old it is.")
    @staticmethod
    async def provenance(root: strawberry.Parent[Record], info: Info) -> Provenance:
        return await info.context.batch(_provenances).load(root)

    @classmethod
    def resolve_type(cls, record: Any, info: GraphQLResolveInfo[Any], abstract: GraphQLAbstractType) -> str:
        return NAMES[type(record)]

    @classmethod
    def is_type_of(cls, record: Any, info: GraphQLResolveInfo[Any]) -> bool:
        return NAMES.get(type(record)) == cls.__name__

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Any:
        """What a gateway knows by its id."""
        return await info.context.node(id, *kinds_of(cls.__name__))


def _provenances(city: City, records: list[Record]) -> list[Any]:
    return provenances.of_all(city, records)
