"""The schema: an Apollo Federation v2 subgraph (@link 2.3) with every node type as an entity."""

from __future__ import annotations

import strawberry
from strawberry.schema.config import StrawberryConfig

from hub.schema import enums  # noqa: F401 - describes every enum before the types use them
from hub.schema.catalogue import CatalogueRecord
from hub.schema.events import Event, EventSeries, Keyword, Organisation
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

NODES = [
    Place,
    District,
    Space,
    Event,
    EventSeries,
    Keyword,
    Organisation,
    CatalogueRecord,
    BudgetingProcess,
    BudgetingArea,
    Budget,
    BudgetProject,
    Proposal,
    Result,
]

schema = strawberry.federation.Schema(
    query=Query,
    types=NODES,
    federation_version="2.3",
    config=StrawberryConfig(scalar_map=SCALARS),
)
