"""Where every question begins."""

from __future__ import annotations

from typing import Annotated, Any

import strawberry

from hub.domain import catalogue, civic, events, feeds, nodes, participation, places, sources, spaces, themes
from hub.domain.climate import actions
from hub.domain.events import volunteering
from hub.domain.lists import PageArgs
from hub.errors import BadInput
from hub.records.places import AreaKind
from hub.schema.catalogue import FACETS, CatalogueConnection, CatalogueFilter, wanted_records
from hub.schema.civic import DECISIONS, HEARINGS
from hub.schema.climate import ACTIONS
from hub.schema.connection import After, Connection, First
from hub.schema.context import Info
from hub.schema.events import EVENTS, KeywordSet, Organisation
from hub.schema.feeds import Feed
from hub.schema.inputs import PointInput
from hub.schema.lists import Which
from hub.schema.node import Node
from hub.schema.participation import PROJECTS, PROPOSALS, BudgetingProcess
from hub.schema.places import PLACES, District, Place
from hub.schema.sharing import Sharing, SharingFilter, shared, wanted_sharing
from hub.schema.sources import Source
from hub.schema.spaces import SPACES
from hub.schema.themes import ThemeConnection
from hub.schema.utilisation import From, To


@strawberry.type(description="Everything that the city's services tell, in one graph.")
class Query:
    @strawberry.field(
        description="Anything by its id; any id that a record ever had leads to it. Null: there is none. A record that"
        " its source took back within 90 days is an error with code WITHDRAWN."
    )
    @staticmethod
    async def node(info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Its id.")]) -> Node | None:
        return await info.context.node(id)

    @strawberry.field(description="Up to 100 records by their ids, in their order; null where there is none.")
    @staticmethod
    async def nodes(
        info: Info, ids: Annotated[list[strawberry.ID], strawberry.argument(description="Their ids.")]
    ) -> list[Node | None]:
        if len(ids) > nodes.MOST_IDS:
            raise BadInput(f"ids: {len(ids)} are more than the {nodes.MOST_IDS} of one request")
        found: Any = await nodes.nodes(info.context.city, ids)
        return found

    @strawberry.field(description="A place by its number in the city's service register, or by its id.")
    @staticmethod
    async def place(
        info: Info,
        tprek_id: Annotated[str | None, strawberry.argument(description="The number, such as 8215.")] = None,
        id: Annotated[strawberry.ID | None, strawberry.argument(description="Its id, or any of its ids.")] = None,
    ) -> Place | None:
        if (tprek_id is None) == (id is None):
            raise BadInput("place: give tprekId or id, one of the two")
        if id is not None:
            return await info.context.node(id, "place", "library")
        return await info.context.batch(places.by_tprek).load(tprek_id)

    places = PLACES.at_root(places.places, "Places of every kind: libraries, youth centres, museums, service points.")

    @strawberry.field(
        description="The part of the city that people mean by a name, or that holds a point. A name is Finnish or"
        " Swedish, as in a sentence (Kalliossa, Kallion kaupunginosa); it may be several areas: the neighbourhood"
        " first, then the sub-district, the district, the major district. At a point it is the neighbourhood."
    )
    @staticmethod
    def district(
        info: Info,
        name: Annotated[str | None, strawberry.argument(description="Its name; case does not matter.")] = None,
        at: Annotated[PointInput | None, strawberry.argument(description="A point in it.")] = None,
        kind: Annotated[AreaKind | None, strawberry.argument(description="Of which division, if one is meant.")] = None,
    ) -> District | None:
        if (name is None) == (at is None):
            raise BadInput("district: give name or at, one of the two")
        city = info.context.city
        found: Any = (
            places.area_named(city, name or "", kind) if at is None else places.area_at(city, at.to_domain(), kind)
        )
        return found

    @strawberry.field(
        description="The parts of the city, by division and name; those that hold a point narrowest first."
    )
    @staticmethod
    def districts(
        info: Info,
        kinds: Annotated[list[AreaKind] | None, strawberry.argument(description="Of which divisions.")] = None,
        at: Annotated[PointInput | None, strawberry.argument(description="Those that hold this point.")] = None,
    ) -> list[District]:
        city, wanted = info.context.city, tuple(kinds or ())
        found: Any = (
            places.areas_of_kinds(city, wanted) if at is None else places.areas_at(city, at.to_domain(), wanted)
        )
        return found

    spaces = SPACES.at_root(spaces.spaces, "Rooms and devices to book.")

    events = EVENTS.at_root(events.events, "Events of the city and of its partners, each occurrence once per calendar.")

    @strawberry.field(
        description="Who arranges: an organisation by its id, and by `events` all that it does, volunteering too."
    )
    @staticmethod
    async def organisation(
        info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Its id.")]
    ) -> Organisation | None:
        return await info.context.node(id, "organisation")

    volunteering = EVENTS.at_root(
        volunteering, "Events where one comes to help, of all calendars: `events` of type VOLUNTEERING."
    )

    @strawberry.field(
        description="What libraries lend. Things to borrow alone are answered at once; anything else is one search of"
        " the library catalogue."
    )
    @staticmethod
    async def catalogue(
        info: Info,
        filter: Annotated[CatalogueFilter | None, Which] = None,
        first: First = 20,
        after: After = None,
    ) -> CatalogueConnection | None:
        facets = FACETS if info.context.selects(info, "facets") else ()
        found: Any = await catalogue.catalogue(
            info.context.city, wanted_records(info, filter, facets=facets), PageArgs(first=first, after=after)
        )
        return found

    @strawberry.field(description="Rounds of participatory budgeting, the newest first.")
    @staticmethod
    def budgeting_processes(info: Info, first: First = 20, after: After = None) -> Connection[BudgetingProcess] | None:
        found: Any = participation.processes(info.context.city, PageArgs(first=first, after=after))
        return found

    budget_projects = PROJECTS.at_root(participation.projects, "Projects to vote on, of every round, by name.")

    proposals = PROPOSALS.at_root(participation.proposals, "Ideas, plans and proposals of residents, the newest first.")

    hearings = HEARINGS.at_root(
        civic.hearings,
        "What the city asks its residents. With `isOpen: true` those that close first come first, else"
        " those that opened last.",
    )

    decisions = DECISIONS.at_root(civic.decisions, "What the city decided, the latest first.")

    @strawberry.field(
        description="Sets of keywords, by name: what `keywordSets` of the filter of events takes, such as a register's"
        " topics and audiences."
    )
    @staticmethod
    def keyword_sets(info: Info, first: First = 20, after: After = None) -> Connection[KeywordSet] | None:
        found: Any = events.keyword_sets(info.context.city, PageArgs(first=first, after=after))
        return found

    climate_actions = ACTIONS.at_root(actions, "What the city has promised to do for the climate, by name.")

    @strawberry.field(
        description="What the city shares: how much rooms and devices to book are used, and what there is to borrow."
    )
    @staticmethod
    async def sharing(
        info: Info,
        from_: From,
        to: To,
        filter: Annotated[SharingFilter | None, Which] = None,
    ) -> Sharing | None:
        return await shared(info, wanted_sharing(info, from_, to, filter))

    @strawberry.field(
        description="What people call by these words, in Finnish, Swedish or English: what is asked for first, then"
        " what the city speaks of most. Without a text all themes there are."
    )
    @staticmethod
    def themes(
        text: Annotated[str | None, strawberry.argument(description="Words, as a person types them.")] = None,
        first: First = 20,
        after: After = None,
    ) -> ThemeConnection | None:
        found: Any = themes.themes(text, PageArgs(first=first, after=after))
        return found

    @strawberry.field(description="How a partner's feed was read last. Null: no feed has that name.")
    @staticmethod
    def feed(
        info: Info,
        name: Annotated[str, strawberry.argument(description="Its name in the hub's configuration.")],
    ) -> Feed | None:
        found: Any = feeds.report(info.context.city, name)
        return found

    @strawberry.field(description="The services behind the graph, and how well they do.")
    @staticmethod
    def sources(info: Info) -> list[Source]:
        found: Any = sources.sources(info.context.city)
        return found
