"""Events, their series, subjects and organisers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import strawberry

from hub.domain import events, nodes, places, provenance
from hub.domain.city import City
from hub.domain.windows import this_minute, window
from hub.errors import BadInput
from hub.index.event_details import Details
from hub.index.events import EventFilter as Wanted
from hub.index.events import EventSort
from hub.index.languages import BIT
from hub.records import events as records
from hub.records.core import Span
from hub.records.events import EventStatus, EventType, KeywordUsage
from hub.schema.connection import Connection
from hub.schema.context import Info
from hub.schema.enums import Weekday
from hub.schema.inputs import BoxInput, ClockInput, NearInput, RangeInput, SpanInput, WithinInput
from hub.schema.lazy import EventLazy, PlaceLazy
from hub.schema.lists import Lists
from hub.schema.located import Located
from hub.schema.node import Node, Provenance
from hub.schema.scalars import URL, Date, DateTime, LanguageCode
from hub.schema.texts import Contact, Image, LocalizedText, Location
from hub.schema.themed import Themed, ThemedFilter


@strawberry.input(
    description="Which events to list. Of a list, any will do. What is left out does not matter, but for one thing:"
    " without startsAfter, startsBefore, endsAfter, overlaps, within and modifiedSince, what is over is not listed."
)
class EventFilter(ThemedFilter):
    text: str | None = strawberry.field(default=None, description="Words that its name or description must hold.")
    starts_after: DateTime | None = strawberry.field(default=None, description="Begins then or later.")
    starts_before: DateTime | None = strawberry.field(default=None, description="Begins before then.")
    ends_after: DateTime | None = strawberry.field(
        default=None,
        description="Ends after then: what is on then and what comes later, what has no day yet included. `now` if no"
        " other time is given.",
    )
    overlaps: SpanInput | None = strawberry.field(
        default=None, description="Is on at some moment of it: what is on, an exhibition that began earlier included."
    )
    within: WithinInput | None = strawberry.field(
        default=None,
        description="Is on at some moment from now on: `overlaps` for a page that nobody edits.",
    )
    is_free: bool | None = strawberry.field(default=None, description="Some way in costs nothing, or every one costs.")
    is_online: bool | None = strawberry.field(default=None, description="Takes place on the internet, or does not.")
    languages: list[LanguageCode] | None = strawberry.field(
        default=None, description="Spoken there, or told of in these languages."
    )
    bbox: BoxInput | None = strawberry.field(default=None, description="Inside a rectangle.")
    near: NearInput | None = strawberry.field(default=None, description="Inside a circle.")
    places: list[strawberry.ID] | None = strawberry.field(default=None, description="At any of these places.")
    districts: list[strawberry.ID] | None = strawberry.field(default=None, description="In any of these districts.")
    organisers: list[strawberry.ID] | None = strawberry.field(default=None, description="Arranged by any of these.")
    keywords: list[strawberry.ID] | None = strawberry.field(default=None, description="About, or for, any of these.")
    types: list[EventType] | None = strawberry.field(default=None, description="Of these types.")
    statuses: list[EventStatus] | None = strawberry.field(default=None, description="In these states.")
    sources: list[str] | None = strawberry.field(default=None, description="From these sources, by name.")
    suitable_for: list[int] | None = strawberry.field(
        default=None, description="For people of all these ages; events that tell no ages are left out."
    )
    enrolment_open_at: DateTime | None = strawberry.field(default=None, description="One can enrol at that moment.")
    needs_enrolment: bool | None = strawberry.field(default=None, description="One has to enrol, or need not.")
    remaining_places: int | None = strawberry.field(
        default=None, description="Enrolment is open, and so many places are left at least, or there is no limit."
    )
    series: list[strawberry.ID] | None = strawberry.field(default=None, description="Of any of these series.")
    is_in_series: bool | None = strawberry.field(default=None, description="Is one of a series, or stands alone.")
    weekdays: list[Weekday] | None = strawberry.field(default=None, description="Begins on any of these days.")
    starts_between: ClockInput | None = strawberry.field(
        default=None, description="Begins at such a time of day; events of whole days have none and are left out."
    )
    ends_between: ClockInput | None = strawberry.field(default=None, description="Ends at such a time of day.")
    minutes: RangeInput | None = strawberry.field(
        default=None, description="How long it lasts; an open end counts as the midnight after its start."
    )
    spoken_in: list[LanguageCode] | None = strawberry.field(default=None, description="Spoken there, as far as told.")
    told_in: list[LanguageCode] | None = strawberry.field(default=None, description="Its name is given in these.")
    keywords_all: list[strawberry.ID] | None = strawberry.field(
        default=None, description="About, or for, all of these."
    )
    keywords_none: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Neither about nor for any of these."
    )
    keyword_groups: list[list[strawberry.ID]] | None = strawberry.field(
        default=None, description="Of each group at least one: (a or b) and (c or d)."
    )
    keyword_sets: list[strawberry.ID] | None = strawberry.field(
        default=None, description="About, or for, any keyword of any of these sets."
    )
    keyword_sets_all: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Of each of these sets about, or for, at least one keyword."
    )
    keyword_sets_none: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Neither about nor for any keyword of these sets."
    )
    min_age: RangeInput | None = strawberry.field(default=None, description="Its lower age limit, in years.")
    max_age: RangeInput | None = strawberry.field(default=None, description="Its upper age limit, in years.")
    organisers_within: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Arranged by any of these organisations, or by one that belongs to them."
    )
    data_sources: list[str] | None = strawberry.field(
        default=None, description="From these of the systems that an event register gathers, by the register's word."
    )
    data_sources_none: list[str] | None = strawberry.field(
        default=None, description="From none of these of those systems; of a source that names none, all."
    )
    modified_since: DateTime | None = strawberry.field(default=None, description="Changed then or later.")
    capacity: RangeInput | None = strawberry.field(default=None, description="How many may attend.")
    min_attendees: RangeInput | None = strawberry.field(
        default=None, description="How many have to attend for it to take place."
    )
    is_outdoors: bool | None = strawberry.field(default=None, description="Out of doors, or in; where it is told.")


def wanted_events(info: Info, given: EventFilter | None, sort: EventSort) -> Wanted:
    asked = given or EventFilter()
    city = info.context.city
    names = {source.name: source.id for source in city.sources.values()}
    _not_contradictory(asked)
    strange = [name for name in asked.sources or () if name not in names]
    if strange:
        raise BadInput(f"sources: {', '.join(strange)} is no source; there are {', '.join(sorted(names))}")
    return Wanted(
        text=asked.text,
        starts_after=asked.starts_after,
        starts_before=asked.starts_before,
        ends_after=_ends_after(city, asked),
        overlaps=_overlaps(city, asked),
        is_free=asked.is_free,
        is_online=asked.is_online,
        languages=_known_languages(asked.languages, "languages"),
        box=asked.bbox.to_domain() if asked.bbox else None,
        near=asked.near.to_domain() if asked.near else None,
        places=nodes.rids_of(city, asked.places or (), "place", "library"),
        areas=nodes.rids_of(city, asked.districts or (), "area"),
        organisers=nodes.rids_of(city, asked.organisers or (), "organisation"),
        keywords=nodes.rids_of(city, asked.keywords or (), "keyword"),
        themes=asked.on_themes(),
        types=tuple(asked.types or ()),
        statuses=tuple(asked.statuses or ()),
        sources=tuple(names[name] for name in asked.sources or ()),
        suitable_for=tuple(asked.suitable_for or ()),
        enrolment_open_at=asked.enrolment_open_at,
        series=nodes.rids_of(city, asked.series or (), "event"),
        details=_details(info, asked),
        sort=sort,
    )


EVENTS = Lists(page=Connection[EventLazy], filter=EventFilter, wanted=wanted_events, sort=EventSort.STARTS_AT)


def _ends_after(city: City, asked: EventFilter) -> datetime | None:
    """Nobody who asks for events means last month's, unless a time says so."""
    times = asked.starts_after, asked.starts_before, asked.ends_after, asked.overlaps, asked.within
    return this_minute(city) if not any((*times, asked.modified_since)) else asked.ends_after


def _overlaps(city: City, asked: EventFilter) -> Span | None:
    if asked.within is None:
        return asked.overlaps.to_domain("overlaps") if asked.overlaps else None
    if asked.overlaps or asked.starts_after or asked.starts_before or asked.ends_after:
        raise BadInput("within contradicts overlaps, startsAfter, startsBefore and endsAfter: give one or the other")
    return window(city, asked.within.to_domain())


def _details(info: Info, asked: EventFilter) -> Details | None:
    """The rarer filters; None if none is given."""
    city = info.context.city
    details = Details(
        weekdays=tuple(day.value for day in asked.weekdays or ()),
        starts_between=asked.starts_between.to_domain("startsBetween") if asked.starts_between else None,
        ends_between=asked.ends_between.to_domain("endsBetween") if asked.ends_between else None,
        minutes=asked.minutes.to_domain("minutes") if asked.minutes else None,
        spoken=_known_languages(asked.spoken_in, "spokenIn"),
        written=_known_languages(asked.told_in, "toldIn"),
        keywords_all=nodes.rids_of(city, asked.keywords_all or (), "keyword"),
        keywords_none=nodes.rids_of(city, asked.keywords_none or (), "keyword"),
        keyword_groups=tuple(nodes.rids_of(city, group, "keyword") for group in asked.keyword_groups or ()),
        keyword_sets=nodes.rids_of(city, asked.keyword_sets or (), "keyword_set"),
        keyword_sets_all=nodes.rids_of(city, asked.keyword_sets_all or (), "keyword_set"),
        keyword_sets_none=nodes.rids_of(city, asked.keyword_sets_none or (), "keyword_set"),
        min_age=asked.min_age.to_domain("minAge") if asked.min_age else None,
        max_age=asked.max_age.to_domain("maxAge") if asked.max_age else None,
        organisers_within=nodes.rids_of(city, asked.organisers_within or (), "organisation"),
        is_in_series=asked.is_in_series,
        modified_since=asked.modified_since,
        data_sources=tuple(asked.data_sources or ()),
        data_sources_none=tuple(asked.data_sources_none or ()),
        capacity=asked.capacity.to_domain("capacity") if asked.capacity else None,
        least=asked.min_attendees.to_domain("minAttendees") if asked.min_attendees else None,
        is_outdoors=asked.is_outdoors,
        needs_enrolment=asked.needs_enrolment,
        remaining_places=asked.remaining_places,
    )
    return None if details == Details() else details


def _known_languages(codes: list[LanguageCode] | None, what: str) -> tuple[str, ...]:
    unknown = [code for code in codes or () if code.partition("-")[0] not in BIT]
    if unknown:
        raise BadInput(f"{what}: {', '.join(unknown)} can't be searched for; known are {', '.join(sorted(BIT))}")
    return tuple(codes or ())


def _not_contradictory(asked: EventFilter) -> None:
    """BadInput for arguments that no event can meet together."""
    wanted = {*(asked.keywords or ()), *(asked.keywords_all or ())} & {*(asked.keywords_none or ())}
    if wanted:
        raise BadInput(f"keywordsNone contradicts keywords and keywordsAll: {', '.join(sorted(wanted))} is in both")
    if asked.data_sources and {*asked.data_sources} <= {*(asked.data_sources_none or ())}:
        raise BadInput(f"dataSourcesNone contradicts dataSources: {', '.join(asked.data_sources)} is in both")
    sets = {*(asked.keyword_sets_all or ())} & {*(asked.keyword_sets_none or ())}
    if sets or (asked.keyword_sets and {*asked.keyword_sets} <= {*(asked.keyword_sets_none or ())}):
        both = ", ".join(sorted(sets or {*(asked.keyword_sets or ())}))
        raise BadInput(f"keywordSetsNone contradicts keywordSets and keywordSetsAll: {both} is in both")
    if asked.is_online and (asked.bbox or asked.near):
        raise BadInput("isOnline: true contradicts bbox and near: what is on the internet is nowhere on the map")
    if asked.needs_enrolment is False and (asked.enrolment_open_at or asked.remaining_places is not None):
        raise BadInput("needsEnrolment: false contradicts enrolmentOpenAt and remainingPlaces")
    if asked.is_in_series is False and asked.series:
        raise BadInput("isInSeries: false contradicts series")
    if asked.remaining_places is not None and asked.remaining_places < 0:
        raise BadInput(f"remainingPlaces: {asked.remaining_places} is less than nothing")


@strawberry.federation.type(keys=["id"], description="A subject or an audience, in a source's vocabulary.")
class Keyword(Node):
    name: LocalizedText | None = strawberry.field(description="Its label.")
    alt_labels: list[str] = strawberry.field(description="Other words for it.")


@strawberry.federation.type(
    keys=["id"], description="Keywords that a register puts together, such as its topics or its audiences."
)
class KeywordSet(Node):
    name: LocalizedText | None = strawberry.field(description="Its name.")
    usage: KeywordUsage = strawberry.field(description="What its keywords are there for.")

    @strawberry.field(description="The keywords in it.")
    @staticmethod
    async def keywords(root: strawberry.Parent[records.KeywordSet], info: Info) -> list[Keyword]:
        return await info.context.batch(events.keywords_in).load(root)


@strawberry.federation.type(keys=["id"], description="Who arranges: an organisation, never a person.")
class Organisation(Node):
    name: LocalizedText | None = strawberry.field(description="Its name.")
    contact: Contact | None = strawberry.field(description="How to reach it.")

    events = EVENTS.under(events.events_by, "Events that it arranges.")


@strawberry.type(description="For whom an event is.")
class Audience:
    min_age: int | None = strawberry.field(description="Years; null: no lower limit told.")
    max_age: int | None = strawberry.field(description="Years; null: no upper limit told.")
    groups: list[LocalizedText] = strawberry.field(description="Groups that it is meant for.")


@strawberry.type(description="A way in, and what it costs.")
class Offer:
    is_free: bool | None = strawberry.field(description="It costs nothing; null: not told.")
    price: LocalizedText | None = strawberry.field(description="The source's own words, such as 5–10 €.")
    url: URL | None = strawberry.field(description="Where to get it.")
    description: LocalizedText | None = strawberry.field(description="More about it.")


@strawberry.type(description="How one enrols, and how many places were left when last asked.")
class Registration:
    is_required: bool = strawberry.field(description="One has to enrol.")
    opens_at: DateTime | None = strawberry.field(description="From when on.")
    closes_at: DateTime | None = strawberry.field(description="Until when.")
    remaining: int | None = strawberry.field(description="Places left; null: no limit, or not known.")
    remaining_waiting_list: int | None = strawberry.field(description="Places left on the waiting list.")
    url: URL | None = strawberry.field(description="Where one enrols.")
    fetched_at: DateTime | None = strawberry.field(description="How old `remaining` is; null: no numbers are known.")


@strawberry.federation.type(
    keys=["id"], description="A parent of events that are listed one by one: a course of ten evenings, a festival."
)
class EventSeries(Themed):
    name: LocalizedText | None = strawberry.field(description="Its name.")
    description: LocalizedText | None = strawberry.field(description="Sanitised HTML.")
    starts_at: DateTime | None = strawberry.field(description="When it begins, by its source.")
    ends_at: DateTime | None = strawberry.field(description="When it ends, by its source.")
    url: URL | None = strawberry.field(description="Its source's page about it.")

    events = EVENTS.under(events.events_of_series, "Its events.")


@strawberry.federation.type(keys=["id"], description="One occurrence. What holds several together is its `series`.")
class Event(Located, Themed):
    name: LocalizedText | None = strawberry.field(description="Its name.")
    summary: LocalizedText | None = strawberry.field(description="In a sentence or two, plain text.")
    description: LocalizedText | None = strawberry.field(description="Sanitised HTML.")
    starts_at: DateTime | None = strawberry.field(description="When it begins; null: postponed, not known.")
    ends_at: DateTime | None = strawberry.field(description="When it ends; null: open-ended.")
    is_all_day: bool = strawberry.field(description="Only its days are known: see `startsOn` and `endsOn`.")
    starts_on: Date | None = strawberry.field(description="The first day of a whole-day event.")
    ends_on: Date | None = strawberry.field(description="The last day of a whole-day event, in.")
    status: EventStatus = strawberry.field(description="Whether it takes place as planned.")
    type: EventType = strawberry.field(description="Come, enrol, or help.")
    is_online: bool = strawberry.field(description="On the internet.")
    location_text: LocalizedText | None = strawberry.field(description="What its source says of where, beside a place.")
    languages: list[LanguageCode] = strawberry.field(description="Spoken there, as far as told.")
    offers: list[Offer] = strawberry.field(description="Ways in, and what they cost.")
    url: URL | None = strawberry.field(description="Its source's page about it.")

    @strawberry.field(description="Pictures of it.")
    @staticmethod
    def images(root: strawberry.Parent[records.Event]) -> list[Image]:
        pictures: Any = root.pictures
        return pictures

    @strawberry.field(description="Where on the map, by its own word; else see `place`.")
    @staticmethod
    def location(root: strawberry.Parent[records.Event]) -> Location | None:
        at: Any = root.location
        return at

    @strawberry.field(description="Where it takes place; null: not told, or not a place that we know.")
    @staticmethod
    async def place(root: strawberry.Parent[records.Event], info: Info) -> PlaceLazy | None:
        return await info.context.batch(places.of_events).load(root.rid)

    @strawberry.field(
        description="How sure `place` is: 1 by its source's word, less if read from `locationText`; null: no place."
    )
    @staticmethod
    async def place_confidence(root: strawberry.Parent[records.Event], info: Info) -> float | None:
        return await info.context.batch(places.confidences_of_events).load(root.rid)

    @strawberry.field(description="Who arranges it.")
    @staticmethod
    async def organiser(root: strawberry.Parent[records.Event], info: Info) -> Organisation | None:
        return await info.context.batch(events.organisers_of).load(root)

    @strawberry.field(description="What it is about.")
    @staticmethod
    async def keywords(root: strawberry.Parent[records.Event], info: Info) -> list[Keyword]:
        return await info.context.batch(events.keywords_of).load(root)

    @strawberry.field(description="For whom it is.")
    @staticmethod
    async def audience(root: strawberry.Parent[records.Event], info: Info) -> Audience | None:
        groups = await info.context.batch(events.audience_of).load(root)
        return Audience(min_age=root.min_age, max_age=root.max_age, groups=groups)

    @strawberry.field(description="How one enrols. Null: its source tells nothing of enrolment.")
    @staticmethod
    async def registration(root: strawberry.Parent[records.Event], info: Info) -> Registration | None:
        return await info.context.batch(events.registration_of).load(root)

    @strawberry.field(description="What holds it together with others.")
    @staticmethod
    async def series(root: strawberry.Parent[records.Event], info: Info) -> EventSeries | None:
        return await info.context.batch(events.series_of).load(root)

    @strawberry.field(description="The other sources of the same event; see their `confidence`.")
    @staticmethod
    async def also_in(root: strawberry.Parent[records.Event], info: Info) -> list[Provenance]:
        return await info.context.batch(provenance.also_in).load(root)
