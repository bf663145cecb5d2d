"""Themes: everything on one subject, from every service."""

from __future__ import annotations

from typing import Any

import strawberry

from hub.domain import catalogue, civic, climate, participation
from hub.domain.events import events_on, volunteering_on
from hub.domain.themes import FoundThemes
from hub.records import themes as records
from hub.schema.catalogue import RECORDS
from hub.schema.civic import DECISIONS, HEARINGS
from hub.schema.climate import ACTIONS
from hub.schema.connection import Connection, Edge
from hub.schema.events import EVENTS
from hub.schema.node import Node
from hub.schema.participation import PROJECTS, PROPOSALS
from hub.schema.scalars import URL
from hub.schema.texts import LocalizedText


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

    events = EVENTS.under(events_on, "Events about it, or for whom it names.", by="number")
    volunteering = EVENTS.under(volunteering_on, "Events on it where one comes to help.", by="number")
    catalogue = RECORDS.under(
        catalogue.catalogue_on,
        "What libraries lend on it, by the catalogue's subjects. Things to borrow are always answered;"
        " anything else is a search of the catalogue for each theme: five in one operation, the rest null with"
        " TOO_MANY_LOOKUPS.",
        by="number",
    )
    hearings = HEARINGS.under(civic.hearings_on, "What the city asks its residents about it.", by="number")
    decisions = DECISIONS.under(civic.decisions_on, "What the city decided on it.", by="number")
    proposals = PROPOSALS.under(
        participation.proposals_on, "Ideas, plans and proposals of residents on it, the newest first.", by="number"
    )
    budget_projects = PROJECTS.under(
        participation.projects_on, "Projects on it to vote on, of every round, by name.", by="number"
    )
    climate_actions = ACTIONS.under(
        climate.actions_on, "What the city has promised to do for the climate that is about it.", by="number"
    )


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
