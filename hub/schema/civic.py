"""Hearings and decisions."""

from __future__ import annotations

from typing import Annotated, Any

import strawberry

from hub.domain import civic, nodes, places
from hub.domain.windows import last_days, window
from hub.errors import BadInput
from hub.index.civic import DecisionFilter as DecisionsWanted
from hub.index.civic import HearingFilter as HearingsWanted
from hub.records import civic as records
from hub.records.places import AreaKind
from hub.schema.connection import Connection
from hub.schema.context import Info
from hub.schema.inputs import BoxInput, NearInput, SpanInput, WithinInput
from hub.schema.lazy import DecisionLazy, DistrictLazy, HearingLazy, PlaceLazy
from hub.schema.lists import Lists
from hub.schema.located import Located
from hub.schema.scalars import URL, Date, DateTime
from hub.schema.texts import LocalizedText, Location
from hub.schema.themed import Themed, ThemedFilter

Divisions = Annotated[list[AreaKind] | None, strawberry.argument(description="Of which divisions.")]


@strawberry.input(description="Which hearings to list; what is left out does not matter.")
class HearingFilter(ThemedFilter):
    text: str | None = strawberry.field(
        default=None, description="Words that its title, summary, labels or sections must hold."
    )
    is_open: bool | None = strawberry.field(default=None, description="Takes comments now, or does not.")
    overlaps: SpanInput | None = strawberry.field(default=None, description="Takes comments at some moment of it.")
    within: WithinInput | None = strawberry.field(
        default=None, description="Takes comments at some moment from now on, instead of `overlaps`."
    )
    near: NearInput | None = strawberry.field(
        default=None, description="Inside a circle; those that draw nothing on the map are left out."
    )
    bbox: BoxInput | None = strawberry.field(default=None, description="Inside a rectangle, likewise.")
    districts: list[strawberry.ID] | None = strawberry.field(default=None, description="About any of these districts.")


@strawberry.input(description="Which decisions to list; what is left out does not matter.")
class DecisionFilter(ThemedFilter):
    text: str | None = strawberry.field(
        default=None, description="Words that its heading, its case's heading, summary or category must hold."
    )
    case_number: str | None = strawberry.field(default=None, description="Of this case: HEL 2025-001216.")
    decided_from: Date | None = strawberry.field(default=None, description="On this day or later.")
    decided_to: Date | None = strawberry.field(default=None, description="On this day or earlier.")
    last_days: int | None = strawberry.field(default=None, description="In the last so many days, today included.")
    districts: list[strawberry.ID] | None = strawberry.field(
        default=None, description="About any of these districts, as far as anybody tells."
    )


def wanted_hearings(info: Info, given: HearingFilter | None) -> HearingsWanted:
    asked = given or HearingFilter()
    city = info.context.city
    if asked.within is not None and asked.overlaps is not None:
        raise BadInput("within contradicts overlaps: give one or the other")
    during = asked.overlaps.to_domain("overlaps") if asked.overlaps else None
    return HearingsWanted(
        text=asked.text,
        is_open=asked.is_open,
        during=window(city, asked.within.to_domain()) if asked.within else during,
        near=asked.near.to_domain() if asked.near else None,
        box=asked.bbox.to_domain() if asked.bbox else None,
        areas=nodes.rids_of(city, asked.districts or (), "area"),
        themes=asked.on_themes(),
    )


def wanted_decisions(info: Info, given: DecisionFilter | None) -> DecisionsWanted:
    asked = given or DecisionFilter()
    city = info.context.city
    if asked.last_days is not None and (asked.decided_from or asked.decided_to):
        raise BadInput("lastDays contradicts decidedFrom and decidedTo: give one or the other")
    return DecisionsWanted(
        text=asked.text,
        case_number=asked.case_number,
        decided_from=asked.decided_from if asked.last_days is None else last_days(city, asked.last_days),
        decided_to=asked.decided_to,
        areas=nodes.rids_of(info.context.city, asked.districts or (), "area"),
        themes=asked.on_themes(),
    )


HEARINGS = Lists(page=Connection[HearingLazy], filter=HearingFilter, wanted=wanted_hearings)
DECISIONS = Lists(page=Connection[DecisionLazy], filter=DecisionFilter, wanted=wanted_decisions)


@strawberry.type(description="What a hearing is a part of.")
class HearingProject:
    title: LocalizedText | None = strawberry.field(description="What is being planned.")

    @strawberry.field(description="The phase of it that the hearing belongs to.")
    @staticmethod
    def phase_title(root: strawberry.Parent[records.HearingProject]) -> LocalizedText | None:
        title: Any = root.phase
        return title


@strawberry.type(description="A part of a hearing's text.")
class HearingSection:
    @strawberry.field(description="The source's word: main, part, scenario, closure-info …")
    @staticmethod
    def kind(root: strawberry.Parent[records.HearingSection]) -> str:
        return root.type

    title: LocalizedText | None = strawberry.field(description="Its title; null: the hearing's own.")
    summary: LocalizedText | None = strawberry.field(description="In a sentence or two, plain text.")
    body: LocalizedText | None = strawberry.field(description="Sanitised HTML.")


@strawberry.federation.type(
    keys=["id"], description="The city asks residents what they think. Who commented is never told."
)
class Hearing(Located, Themed):
    title: LocalizedText | None = strawberry.field(description="What it is about.")
    summary: LocalizedText | None = strawberry.field(description="In a sentence or two, plain text.")
    opens_at: DateTime | None = strawberry.field(description="From when one may comment.")
    closes_at: DateTime | None = strawberry.field(
        description="Until when one may comment. It may have been closed earlier: see `isOpen`."
    )
    labels: list[LocalizedText] = strawberry.field(description="Its subjects, in the service's own words.")
    project: HearingProject | None = strawberry.field(description="What it is a part of.")
    organiser_name: LocalizedText | None = strawberry.field(description="The division of the city that asks.")
    location: Location | None = strawberry.field(description="A point of what it draws on the map.")
    url: URL | None = strawberry.field(description="Where to take part.")

    @strawberry.field(description="Takes comments now.")
    @staticmethod
    def is_open(root: strawberry.Parent[records.Hearing], info: Info) -> bool | None:
        return civic.is_open(info.context.city, root)

    @strawberry.field(
        description="How many comments were given, those that wait for a moderator included. Null: not counted yet."
    )
    @staticmethod
    async def comments(root: strawberry.Parent[records.Hearing], info: Info) -> int | None:
        counted = await info.context.batch(civic.comments_of).load(root.ref)
        return None if counted is None else counted.count

    @strawberry.field(description="When the number of comments was last known to be so: it has an age of its own.")
    @staticmethod
    async def comments_fetched_at(root: strawberry.Parent[records.Hearing], info: Info) -> DateTime | None:
        counted = await info.context.batch(civic.comments_of).load(root.ref)
        return None if counted is None else counted.fetched_at

    @strawberry.field(description="Its text, the main part first.")
    @staticmethod
    async def sections(root: strawberry.Parent[records.Hearing], info: Info) -> list[HearingSection]:
        return await info.context.batch(civic.sections_of).load(root.rid)

    @strawberry.field(description="The place that it is about, where it names one of the city's register.")
    @staticmethod
    async def place(root: strawberry.Parent[records.Hearing], info: Info) -> PlaceLazy | None:
        return None if root.tprek_id is None else await info.context.batch(places.by_tprek).load(root.tprek_id)

    @strawberry.field(
        description="The parts of the city that it is about, narrowest first: those in which a tenth of what it draws"
        " on the map lies, and those that it names."
    )
    @staticmethod
    async def districts(
        root: strawberry.Parent[records.Hearing], info: Info, kinds: Divisions = None
    ) -> list[DistrictLazy]:
        return await info.context.batch(civic.areas_of_hearings, tuple(kinds or ())).load(root.rid)


@strawberry.federation.type(
    keys=["id"], description="What the city decided; of earlier years a case, with the day of its latest decision."
)
class Decision(Themed):
    title: LocalizedText | None = strawberry.field(description="What was decided on.")
    case_title: LocalizedText | None = strawberry.field(description="The heading of the case that it belongs to.")
    case_number: str | None = strawberry.field(
        description="The case's diary number, HEL 2025-001216: the same in every system of the city."
    )
    summary: LocalizedText | None = strawberry.field(description="Plain text; null: its source gives none.")
    decided_on: Date | None = strawberry.field(description="The day of the decision.")
    policymaker: LocalizedText | None = strawberry.field(
        description="The body that decided, never a person. Null: not told."
    )
    category: LocalizedText | None = strawberry.field(description="What it is about, by the city's own classes.")
    url: URL | None = strawberry.field(description="The decision itself.")

    @strawberry.field(
        description="The parts of the city that it is about, narrowest first. Sources seldom tell: some give a place, a"
        " plan's heading numbers its district, and of the rest those stand here that the heading names, which may be"
        " wrong and is never all."
    )
    @staticmethod
    async def districts(
        root: strawberry.Parent[records.Decision], info: Info, kinds: Divisions = None
    ) -> list[DistrictLazy]:
        return await info.context.batch(civic.areas_of_decisions, tuple(kinds or ())).load(root.rid)
