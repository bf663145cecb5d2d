"""The schema: an Apollo Federation v2 subgraph (@link 2.3) with every node type as an entity."""

from __future__ import annotations

from typing import Any, cast

import strawberry
from graphql import GraphQLError
from strawberry.federation.schema import FederationAny
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext
from strawberry.types.info import Info as EngineInfo

from hub.errors import BadId, BadInput
from hub.schema import enums  # noqa: F401 - describes every enum before the types use them
from hub.schema.catalogue import CatalogueRecord
from hub.schema.civic import Decision, Hearing
from hub.schema.climate import ClimateAction, ClimateIndicator
from hub.schema.events import Event, EventSeries, Keyword, KeywordSet, Organisation
from hub.schema.participation import (
    Budget,
    BudgetingArea,
    BudgetingProcess,
    BudgetProject,
    Proposal,
    Result,
)
from hub.schema.places import District, Place
from hub.schema.query import Query
from hub.schema.scalars import SCALARS
from hub.schema.spaces import Space
from hub.schema.themes import Theme

MOST_REFERENCES = 100

NODES: list[type[Any]] = [
    ClimateAction,
    ClimateIndicator,
    Place,
    District,
    Space,
    Event,
    EventSeries,
    Keyword,
    KeywordSet,
    Organisation,
    CatalogueRecord,
    BudgetingProcess,
    BudgetingArea,
    Budget,
    BudgetProject,
    Proposal,
    Result,
    Hearing,
    Decision,
    Theme,
]


class Graph(strawberry.federation.Schema):
    """The engine's schema, in which a reference that can't be read costs its own place alone."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """The engine would log every error with its traceback; `hub.schema.errors` logs those that are ours to mend."""

    def entities_resolver(self, info: EngineInfo, representations: list[FederationAny]) -> list[FederationAny]:
        if len(representations) > MOST_REFERENCES:
            raise BadInput(f"{len(representations)} references are more than the {MOST_REFERENCES} of one request")
        return [self._entity(info, representation) for representation in representations]

    def _entity(self, info: EngineInfo, representation: Any) -> Any:
        said = dict(representation) if isinstance(representation, dict) else {}
        name = f"{said.get('__typename')}"[:40]
        if name not in {node.__name__ for node in NODES}:
            return BadId(f"{name!r} is no entity of this graph")
        keys = {"id", "tprekId"} if name == "Place" else {"id"}
        given = said.keys() - {"__typename"}
        if not given or not given <= keys or not all(isinstance(said[key], str) for key in given):
            return BadId(f"a {name} is referred to by its {' or '.join(sorted(keys))}, a text")
        return super().entities_resolver(info, [cast("FederationAny", said)])[0]


schema = Graph(
    query=Query,
    types=NODES,
    federation_version="2.3",
    config=StrawberryConfig(scalar_map=SCALARS),
)
