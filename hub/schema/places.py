"""Places, the parts of the city, opening hours, and what a library adds to a place."""

from __future__ import annotations

from typing import Annotated, Any

import strawberry

from hub.domain import catalogue, civic, events, nodes, participation, places, provenance, spaces
from hub.errors import BadInput
from hub.index.places import PlaceFilter as Wanted
from hub.index.places import PlaceSort
from hub.records import merged
from hub.records import places as records
from hub.records.places import AreaKind, PlaceKind
from hub.schema import utilisation
from hub.schema.catalogue import RECORDS
from hub.schema.civic import DECISIONS, HEARINGS
from hub.schema.connection import Connection
from hub.schema.context import Info
from hub.schema.events import EVENTS
from hub.schema.inputs import BoxInput, NearInput, checked_days
from hub.schema.lazy import PlaceLazy, UtilisationLazy
from hub.schema.lists import Lists
from hub.schema.located import Located
from hub.schema.node import Node, Provenance
from hub.schema.participation import PROJECTS, PROPOSALS
from hub.schema.scalars import Date, DateTime
from hub.schema.sources import Source
from hub.schema.spaces import SPACES
from hub.schema.texts import Address, Contact, Image, LocalizedText, Location
from hub.schema.utilisation import From, To


@strawberry.input(description="Which places to list; what is left out does not matter.")
class PlaceFilter:
    text: str | None = strawberry.field(default=None, description="Words that its name or address must hold.")
    kinds: list[PlaceKind] | None = strawberry.field(default=None, description="Any of these.")
    near: NearInput | None = strawberry.field(default=None, description="Inside a circle.")
    bbox: BoxInput | None = strawberry.field(default=None, description="Inside a rectangle.")
    districts: list[strawberry.ID] | None = strawberry.field(default=None, description="In any of these districts.")
    has_spaces: bool | None = strawberry.field(default=None, description="With something to book, or without.")
    open_at: DateTime | None = strawberry.field(
        default=None, description="Open to anyone at that moment, with staff or self-service."
    )
    open_now: bool | None = strawberry.field(
        default=None, description="Open to anyone now, or known to be closed; where nobody knows, it is neither."
    )


def wanted_places(info: Info, given: PlaceFilter | None, sort: PlaceSort) -> Wanted:
    asked = given or PlaceFilter()
    city = info.context.city
    if asked.open_at is not None and asked.open_now is not None:
        raise BadInput("openAt contradicts openNow: give one or the other")
    opening = None
    if asked.open_at is not None or asked.open_now is not None:
        opening = places.opening(city, asked.open_at, is_open=asked.open_now is not False)
    return Wanted(
        text=asked.text,
        kinds=tuple(asked.kinds or ()),
        areas=nodes.rids_of(city, asked.districts or (), "area"),
        near=asked.near.to_domain() if asked.near else None,
        box=asked.bbox.to_domain() if asked.bbox else None,
        has_spaces=asked.has_spaces,
        opening=opening,
        sort=sort,
    )


PLACES = Lists(page=Connection[PlaceLazy], filter=PlaceFilter, wanted=wanted_places, sort=PlaceSort.NAME)


@strawberry.federation.type(keys=["id"], description="A part of the city. `kind` tells of which division.")
class District(Node):
    @strawberry.field(description="NEIGHBOURHOOD (kaupunginosa), SUB_DISTRICT (osa-alue), DISTRICT, MAJOR_DISTRICT.")
    @staticmethod
    def kind(root: strawberry.Parent[records.Area]) -> str:
        return root.area_kind.value

    name: LocalizedText | None = strawberry.field(description="In Finnish and Swedish.")
    ocd_id: str = strawberry.field(description="Open Civic Data id: the same in every service of the city.")

    places = PLACES.under(places.places_in, "Places that lie in it.")

    events = EVENTS.under(events.events_in, "Events that take place in it.")

    @strawberry.field(description="How much the spaces of all places in it are used.")
    @staticmethod
    async def utilisation(
        root: strawberry.Parent[records.Area], info: Info, from_: From, to: To
    ) -> UtilisationLazy | None:
        return await utilisation.of_district(info, root.rid, from_, to)

    budget_projects = PROJECTS.under(
        participation.projects_in, "Projects to vote on: those that lie in it first, then those of a wider area."
    )

    proposals = PROPOSALS.under(
        participation.proposals_in,
        "Ideas, plans and proposals: those that lie in it first, then those of a wider area.",
    )

    hearings = HEARINGS.under(
        civic.hearings_in, "Hearings about it: by what they draw on the map, or by the names that they give."
    )

    decisions = DECISIONS.under(
        civic.decisions_in,
        "Decisions about it, the latest first. Their sources seldom tell a place: where a plan's heading"
        " numbers a district, or a heading names one, it is guessed, so some are missing and some do not belong.",
    )


@strawberry.type(description="From an opening to a closing.")
class OpenTime:
    opens: DateTime | None = strawberry.field(description="When it opens.")
    closes: DateTime | None = strawberry.field(description="When it closes.")

    @strawberry.field(
        description="STAFFED, SELF_SERVICE, OPEN where the source does not tell, or BY_ARRANGEMENT: for those with a"
        " key, a booking or an appointment."
    )
    @staticmethod
    def kind(root: strawberry.Parent[records.OpenTime]) -> str:
        return root.kind.value


@strawberry.type(description="What another source says of a day, where it says it differently.")
class OtherHours:
    source: Source | None = strawberry.field(description="Who says it.")

    @strawberry.field(description="OPEN or CLOSED.")
    @staticmethod
    def state(root: strawberry.Parent[places.OtherHours]) -> str | None:
        return root.state.value

    times: list[OpenTime] = strawberry.field(description="In order; gaps between them are closed.")
    note: LocalizedText | None = strawberry.field(description="The source's remark for the day.")


@strawberry.type(description="A place's hours on one day.")
class OpeningDay:
    date: Date = strawberry.field(description="The day, in Helsinki.")

    @strawberry.field(description="OPEN, CLOSED, or UNKNOWN: no source gives hours for this day.")
    @staticmethod
    def state(root: strawberry.Parent[places.Day]) -> str | None:
        return root.state.value

    times: list[OpenTime] = strawberry.field(description="In order; gaps between them are closed.")
    note: LocalizedText | None = strawberry.field(description="The source's remark for the day.")
    is_exception: bool = strawberry.field(description="The day differs from the ordinary week.")
    source: Source | None = strawberry.field(description="Whose word it is: the first by rank that knows the day.")
    also_said: list[OtherHours] = strawberry.field(
        description="What others say differently; empty where they agree or do not know the day."
    )


@strawberry.type(description="What the libraries offer, in the directory's words and their own.")
class LibraryService:
    @strawberry.field(description="The branch's own name for it, else the directory's.")
    @staticmethod
    def text(root: strawberry.Parent[records.LibraryService], info: Info) -> str:
        said = (root.own_name or root.name).pick(info.context.city.languages) or root.name.pick(
            info.context.city.languages
        )
        return said[0] if said else ""

    name: LocalizedText | None = strawberry.field(description="The directory's name for it.")
    own_name: LocalizedText | None = strawberry.field(description="The branch's own name for it.")

    @strawberry.field(description="room, hardware, service, web_service or collection.")
    @staticmethod
    def service_type(root: strawberry.Parent[records.LibraryService]) -> str | None:
        return root.type

    description: LocalizedText | None = strawberry.field(description="Sanitised HTML.")
    for_loan: bool | None = strawberry.field(description="May be taken home; null: the directory does not say.")


@strawberry.type(description="What the library directory and the catalogue know of a place.")
class Library:
    kirkanta_id: str | None = strawberry.field(description="Its number in the library directory.")
    finna_building: str | None = strawberry.field(description="Its code in the catalogue, 2/Helmet/h/h53/.")
    short_name: LocalizedText | None = strawberry.field(description="Kallio, for Kallion kirjasto.")
    slogan: LocalizedText | None = strawberry.field(description="In its own words.")

    @strawberry.field(description="municipal, mobile, children, institutional …")
    @staticmethod
    def branch_type(root: strawberry.Parent[merged.LibraryFacts]) -> str | None:
        return root.type

    is_main: bool = strawberry.field(description="The main library of its municipality.")
    founded: int | None = strawberry.field(description="Year.")
    services: list[LibraryService] = strawberry.field(description="What it offers.")
    departments: list[LocalizedText] = strawberry.field(description="Its departments.")


@strawberry.type(description="Shortcomings counted by a surveyor: null, not assessed; 0, assessed and none found.")
class Accessibility:
    for_wheelchair: bool | None = strawberry.field(
        description="Whether one who uses a wheelchair gets along, by the survey's own verdict. Null: not told."
    )
    wheelchair: int | None = strawberry.field(description="For those who use a wheelchair.")
    reduced_mobility: int | None = strawberry.field(description="For those who walk with difficulty.")
    rollator: int | None = strawberry.field(description="For those who use a rollator.")
    stroller: int | None = strawberry.field(description="For those who push a pram.")
    visually_impaired: int | None = strawberry.field(description="For those who see little or nothing.")
    hearing_aid: int | None = strawberry.field(description="For those who use a hearing aid.")


@strawberry.federation.type(
    keys=["id", "tprekId"],
    description="One place, whatever the number of services that know it: a library that is a unit of the register, a"
    " branch of the directory, a unit of the booking system and a place of events is one Place with all its ids.",
)
class Place(Located):
    tprek_id: str | None = strawberry.field(description="Its number in the city's service register.")
    name: LocalizedText | None = strawberry.field(description="Its name.")
    summary: LocalizedText | None = strawberry.field(description="In a sentence or two, plain text.")
    description: LocalizedText | None = strawberry.field(description="Sanitised HTML.")
    kinds: list[PlaceKind] = strawberry.field(description="What it is.")
    address: Address | None = strawberry.field(description="Where it is, as on a letter.")
    location: Location | None = strawberry.field(description="Where it is on the map.")
    contact: Contact | None = strawberry.field(description="How to reach it.")
    accessibility: Accessibility | None = strawberry.field(description="Null: not assessed.")
    library: Library | None = strawberry.field(description="Null for a place that is no library.")
    is_online: bool = strawberry.field(description="The place that means the internet.")

    @strawberry.field(description="Pictures of it.")
    @staticmethod
    def images(root: strawberry.Parent[merged.CityPlace]) -> list[Image]:
        pictures: Any = root.pictures
        return pictures

    @strawberry.field(description="What the city's register says is offered there.")
    @staticmethod
    async def service_names(root: strawberry.Parent[merged.CityPlace], info: Info) -> list[LocalizedText]:
        return await info.context.batch(places.services_of).load(root)

    @strawberry.field(
        description="Its days from `from` to `to`, both in, or so many `days` from today on; 62 at most. Null: no"
        " source gives hours for this place."
    )
    @staticmethod
    async def opening_hours(
        root: strawberry.Parent[merged.CityPlace],
        info: Info,
        from_: Annotated[Date | None, strawberry.argument(name="from", description="The first day.")] = None,
        to: Annotated[Date | None, strawberry.argument(description="The last day.")] = None,
        days: Annotated[
            int | None, strawberry.argument(description="So many, today the first, instead of `from` and `to`.")
        ] = None,
    ) -> list[OpeningDay] | None:
        first, last = checked_days(info.context.city, from_, to, days)
        return await info.context.batch(places.opening_hours, first, last).load(root.rid)

    @strawberry.field(description="Open to anyone, with staff or self-service, at that moment. Null: not known.")
    @staticmethod
    async def is_open(
        root: strawberry.Parent[merged.CityPlace],
        info: Info,
        at: Annotated[DateTime | None, strawberry.argument(description="When; now if left out.")] = None,
    ) -> bool | None:
        return await info.context.batch(places.open_at, at).load(root.rid)

    spaces = SPACES.under(spaces.spaces_at, "Rooms and devices that can be booked there.")

    events = EVENTS.under(events.events_at, "Events that take place there.")

    catalogue = RECORDS.under(
        catalogue.catalogue_at,
        "What the branch owns. Things to borrow are always answered; anything else is a search of the"
        " catalogue for each place: five in one operation, the rest null with TOO_MANY_LOOKUPS.",
    )

    @strawberry.field(description="How much its spaces are used.")
    @staticmethod
    async def utilisation(
        root: strawberry.Parent[merged.CityPlace], info: Info, from_: From, to: To
    ) -> UtilisationLazy | None:
        return await utilisation.of_place(info, root.rid, from_, to)

    @strawberry.field(description="The neighbourhood (kaupunginosa) that holds it.")
    @staticmethod
    async def district(root: strawberry.Parent[merged.CityPlace], info: Info) -> District | None:
        return await info.context.batch(places.neighbourhood_of).load(root.rid)

    @strawberry.field(description="The parts of the city that hold it, narrowest first; of all kinds if none is named.")
    @staticmethod
    async def districts(
        root: strawberry.Parent[merged.CityPlace],
        info: Info,
        kinds: Annotated[list[AreaKind] | None, strawberry.argument(description="Of which divisions.")] = None,
    ) -> list[District]:
        return await info.context.batch(places.areas_of, tuple(kinds or ())).load(root.rid)

    @strawberry.field(description="The other services that know it.")
    @staticmethod
    async def also_in(root: strawberry.Parent[merged.CityPlace], info: Info) -> list[Provenance]:
        return await info.context.batch(provenance.also_in).load(root)

    @classmethod
    async def resolve_reference(
        cls,
        info: Info,
        id: strawberry.ID | None = None,
        tprekId: str | None = None,  # noqa: N803 - the engine passes the key by its name in the graph
    ) -> Any:
        if id is not None:
            return await info.context.node(id, "place", "library")
        return await info.context.batch(places.by_tprek).load(tprekId or "")
