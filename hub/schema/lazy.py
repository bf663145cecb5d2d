"""Types that refer to each other in circles, named here once: a place has events, an event has a place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeAlias

import strawberry

if TYPE_CHECKING:
    from hub.schema.catalogue import CatalogueConnection, CatalogueFilter, CatalogueRecord
    from hub.schema.civic import Decision, DecisionFilter, Hearing, HearingFilter
    from hub.schema.climate import ClimateAction
    from hub.schema.events import Event, EventFilter, Organisation
    from hub.schema.participation import BudgetProject, ProjectFilter, Proposal, ProposalFilter
    from hub.schema.places import District, Place, PlaceFilter
    from hub.schema.spaces import Space, SpaceFilter
    from hub.schema.themes import ThemeConnection
    from hub.schema.utilisation import Utilisation

CataloguePageLazy: TypeAlias = Annotated["CatalogueConnection", strawberry.lazy("hub.schema.catalogue")]
CatalogueFilterLazy: TypeAlias = Annotated["CatalogueFilter", strawberry.lazy("hub.schema.catalogue")]
CatalogueRecordLazy: TypeAlias = Annotated["CatalogueRecord", strawberry.lazy("hub.schema.catalogue")]
ClimateActionLazy: TypeAlias = Annotated["ClimateAction", strawberry.lazy("hub.schema.climate")]
EventLazy: TypeAlias = Annotated["Event", strawberry.lazy("hub.schema.events")]
EventFilterLazy: TypeAlias = Annotated["EventFilter", strawberry.lazy("hub.schema.events")]
OrganisationLazy: TypeAlias = Annotated["Organisation", strawberry.lazy("hub.schema.events")]
HearingLazy: TypeAlias = Annotated["Hearing", strawberry.lazy("hub.schema.civic")]
HearingFilterLazy: TypeAlias = Annotated["HearingFilter", strawberry.lazy("hub.schema.civic")]
DecisionLazy: TypeAlias = Annotated["Decision", strawberry.lazy("hub.schema.civic")]
DecisionFilterLazy: TypeAlias = Annotated["DecisionFilter", strawberry.lazy("hub.schema.civic")]
UtilisationLazy: TypeAlias = Annotated["Utilisation", strawberry.lazy("hub.schema.utilisation")]
BudgetProjectLazy: TypeAlias = Annotated["BudgetProject", strawberry.lazy("hub.schema.participation")]
ProjectFilterLazy: TypeAlias = Annotated["ProjectFilter", strawberry.lazy("hub.schema.participation")]
ProposalLazy: TypeAlias = Annotated["Proposal", strawberry.lazy("hub.schema.participation")]
ProposalFilterLazy: TypeAlias = Annotated["ProposalFilter", strawberry.lazy("hub.schema.participation")]
DistrictLazy: TypeAlias = Annotated["District", strawberry.lazy("hub.schema.places")]
PlaceFilterLazy: TypeAlias = Annotated["PlaceFilter", strawberry.lazy("hub.schema.places")]
PlaceLazy: TypeAlias = Annotated["Place", strawberry.lazy("hub.schema.places")]
SpaceLazy: TypeAlias = Annotated["Space", strawberry.lazy("hub.schema.spaces")]
SpaceFilterLazy: TypeAlias = Annotated["SpaceFilter", strawberry.lazy("hub.schema.spaces")]
ThemePageLazy: TypeAlias = Annotated["ThemeConnection", strawberry.lazy("hub.schema.themes")]
