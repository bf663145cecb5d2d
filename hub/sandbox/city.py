"""The made city: what the stand-ins have in common, so that their answers join.

Real geography and vocabulary (`hub/sandbox/geo/`, with licences), everything else made: deterministic for one local
date, the same ids on every date, moving with the clock so that this week always has content.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Literal

import msgspec


class Text(msgspec.Struct, frozen=True):
    """In up to three languages, with the gaps that real data has."""

    fi: str | None = None
    sv: str | None = None
    en: str | None = None

    def map(self) -> dict[str, str]:
        return {language: text for language in ("fi", "sv", "en") if (text := getattr(self, language)) is not None}


class MadeArea(msgspec.Struct, frozen=True, kw_only=True):
    """A division; `type` is the Service Map's word (neighborhood, sub_district, district, major_district)."""

    id: int  # numeric id in the Service Map
    type: str
    ocd_id: str
    code: str
    name: Text  # fi, sv
    parent: int | None
    polygons: list[list[list[tuple[float, float]]]]  # polygons, rings, lon/lat


class MadeHours(msgspec.Struct, frozen=True, kw_only=True):
    """One weekday of the ordinary week. self_service spans lie outside the staffed ones."""

    staffed: tuple[tuple[time, time], ...] = ()
    self_service: tuple[tuple[time, time], ...] = ()


class MadePlace(msgspec.Struct, frozen=True, kw_only=True):
    """A unit of the city's register, or a place known to one source only (`tprek` None)."""

    key: str  # stable, ours: "library-84860", "youth-3"
    kind: Literal["library", "youth", "culture", "sport", "education", "health", "service_point", "park", "other"]
    tprek: int | None
    kirkanta: int | None = None
    finna_code: str | None = None  # "2/Helmet/h/h53/"
    name: Text
    short_name: str | None = None
    street: Text
    postal_code: str
    city: str
    lat: float | None
    lon: float | None
    phone: str | None = None
    email: str | None = None  # of the office, never of a person
    website: Text = Text()
    description: Text = Text()
    service_ids: tuple[int, ...] = ()  # register services, 813 = library
    library_services: tuple[str, ...] = ()  # names as the library wrote them
    divisions: tuple[str, ...] = ()  # ocd ids of the areas that hold it
    week: tuple[MadeHours, ...] = ()  # Monday first; (): no hours known
    closed_on: tuple[date, ...] = ()  # exceptions, near today
    in_linkedevents: bool = True
    in_varaamo: bool = False


class MadeBooking(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    starts_at: datetime  # aware, UTC
    ends_at: datetime
    buffer_before: int = 0  # seconds
    buffer_after: int = 0
    state: Literal["CONFIRMED", "CREATED"] = "CONFIRMED"
    is_blocked: bool = False  # a closure by staff


class MadeRoom(msgspec.Struct, frozen=True, kw_only=True):
    """Something bookable in Varaamo. `walls`: rooms whose bookings block this one too (a hall, its halves)."""

    id: int  # reservation unit pk
    place: str  # MadePlace.key
    kind: Literal["room", "equipment"]
    type_name: Text
    name: Text
    description: Text
    capacity: int | None
    area_m2: float | None
    equipment: tuple[Text, ...]
    purposes: tuple[Text, ...]
    price_cents: tuple[int, int] | None  # lowest, highest; (0, 0) is free
    price_unit: str | None  # Varaamo's word
    min_minutes: int
    max_minutes: int | None
    interval_minutes: int
    buffer_before: int  # seconds
    buffer_after: int
    min_days_before: int | None
    max_days_before: int | None
    blocks_whole_day: bool = False  # whoever books it has the day
    is_visible: bool = True  # False: a draft that the upstream leaks without isVisible
    is_reservable: bool = True
    hours_known: bool = True  # False: reservableTimeSpans is null
    open_hours: tuple[tuple[time, time] | None, ...] = ()  # per weekday, Monday first; None: closed
    bookings: tuple[MadeBooking, ...] = ()
    walls: tuple[int, ...] = ()


class MadeKeyword(msgspec.Struct, frozen=True, kw_only=True):
    id: str  # "yso:p4354"
    name: Text
    alt_labels: tuple[str, ...] = ()


class MadeOrganisation(msgspec.Struct, frozen=True, kw_only=True):
    id: str  # "made:u48"
    name: str
    parent: str | None = None


class MadeEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event in one or more calendars: "linkedevents" (the city's), "espoo" (the same software elsewhere),
    "icalendar" (a partner's feed), "rss" (a museum's news), "tribe" (an association's WordPress), "jsonld" (a
    university's page).
    """

    id: str  # stable under the moving clock: pattern and ISO week
    calendars: tuple[Literal["linkedevents", "espoo", "icalendar", "rss", "tribe", "jsonld"], ...]
    name: Text
    summary: Text
    description: Text  # HTML
    starts_at: datetime | None  # UTC; None: postponed
    ends_at: datetime | None
    all_day: tuple[date, date] | None = None  # first and last day, inclusive
    status: Literal["EventScheduled", "EventCancelled", "EventPostponed", "EventRescheduled"] = "EventScheduled"
    type: Literal["General", "Course", "Volunteering"] = "General"
    place: str | None  # MadePlace.key
    location_text: Text = Text()
    is_online: bool = False
    organisation: str | None
    keywords: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    min_age: int | None = None
    max_age: int | None = None
    is_free: bool | None = None
    price: Text = Text()
    image: str | None = None
    enrolment: tuple[datetime, datetime] | None = None  # opens, closes
    capacity: int | None = None
    remaining: int | None = None
    series: str | None = None  # MadeSeries.id
    modified_at: datetime
    created_at: datetime


class MadeSeries(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    calendar: Literal["linkedevents", "espoo", "icalendar", "rss", "tribe", "jsonld"]
    name: Text
    type: Literal["recurring", "umbrella"]
    place: str | None
    organisation: str | None
    modified_at: datetime


class MadeWork(msgspec.Struct, frozen=True, kw_only=True):
    """A catalogue record. `format` is Finna's chain: ("0/Book/", "1/Book/AudioBook/"). Labels as Finna's Finnish."""

    id: str  # "helmet.1620712"
    title: str
    authors: tuple[str, ...]
    year: str  # may be "19--"
    format: tuple[str, ...]
    format_label: str
    languages: tuple[str, ...]  # ISO 639-2/B
    isbns: tuple[str, ...]
    subjects: tuple[tuple[str, ...], ...]
    publisher: str | None
    branches: tuple[str, ...]  # "2/Helmet/h/h53/", may hold "…/h55l/" and codes that are no branch
    has_cover: bool


class MadeScope(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    name: Text
    parent: int | None


class MadeIdea(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    title: str
    body: str
    scope: int
    category: int
    state: str | None
    lat: float | None
    lon: float | None
    address: str | None
    supports: int
    created_at: datetime


class MadePlan(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    title: Text
    body: Text
    scope: int
    category: int
    state: str
    lat: float | None
    lon: float | None
    supports: int
    ideas: tuple[int, ...]
    created_at: datetime


class MadeProposal(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    title: Text
    body: Text
    scope: int
    category: int
    state: str | None
    lat: float | None
    lon: float | None
    address: str | None
    votes: int | None
    created_at: datetime


class MadeProject(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    budget: int
    title: Text
    description: Text
    scope: int
    category: int
    euros: int
    selected: bool | None
    plans: tuple[int, ...]
    created_at: datetime


class MadeBudget(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    scope: int
    title: Text
    total_euros: int


class MadeMilestone(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    entry_date: date
    title: Text


class MadeResult(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    project: int
    title: Text
    description: Text
    scope: int
    category: int
    status_key: str
    status: Text
    progress: float | None
    start: date | None
    end: date | None
    timeline: tuple[MadeMilestone, ...]
    created_at: datetime


class MadePhase(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    title: Text
    starts_at: datetime
    ends_at: datetime
    active: bool


class MadeRound(msgspec.Struct, frozen=True, kw_only=True):
    """A budgeting round; component ids are unique over all rounds. One old round has proposals in place of ideas."""

    id: int
    slug: str
    title: Text
    description: Text
    starts_on: date
    ends_on: date
    phases: tuple[MadePhase, ...]
    components: dict[str, int]  # "Ideas", "Plans", "Proposals", "Budgets", "Accountability" -> id
    categories: tuple[tuple[int, Text], ...]
    ideas: tuple[MadeIdea, ...] = ()
    plans: tuple[MadePlan, ...] = ()
    proposals: tuple[MadeProposal, ...] = ()
    budgets: tuple[MadeBudget, ...] = ()
    projects: tuple[MadeProject, ...] = ()
    results: tuple[MadeResult, ...] = ()


class MadeSection(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a hearing's text. `id` 32 letters and digits."""

    id: str
    type: Literal["main", "part", "closure-info"]
    title: Text
    abstract: Text
    content: Text  # HTML
    created_at: datetime


class MadeHearing(msgspec.Struct, frozen=True, kw_only=True):
    """What residents are asked about. `outline`: a ring, lon/lat. `official`: an invented person who answers for it,
    whom nobody may ask for.
    """

    id: str  # 32 letters and digits
    slug: str
    title: Text
    borough: Text
    abstract: Text  # HTML
    opens_at: datetime
    closes_at: datetime
    created_at: datetime
    is_forced_closed: bool = False
    is_published: bool = True
    labels: tuple[tuple[int, Text], ...] = ()
    organisation: str
    official: str
    comments: int = 0
    outline: tuple[tuple[float, float], ...] = ()
    spot: tuple[float, float] | None = None
    tprek: int | None = None
    project: tuple[str, Text, Text] | None = None  # id, title, the phase that it belongs to
    sections: tuple[MadeSection, ...] = ()


class MadeDecision(msgspec.Struct, frozen=True, kw_only=True):
    """A decision, or (`is_legacy`) a case of the old system. `body_type`: the search index's word."""

    id: int
    number: str  # "HEL 2026-001234"
    subject: Text  # fi, perhaps sv
    issue: Text
    body: Text
    body_id: str
    body_type: str
    category: Text
    decided_on: date
    summary: str | None = None
    areas: tuple[str, ...] = ()  # ocd ids; told by the old system only
    spot: tuple[float, float] | None = None  # lon, lat; likewise
    is_legacy: bool = False
    is_motion: bool = False


class MadeTask(msgspec.Struct, frozen=True, kw_only=True):
    """A step of a climate action. `precision`: Kausal's word for how much of `due` is meant; None: the plan's usual."""

    id: int
    name: Text
    state: Literal["NOT_STARTED", "IN_PROGRESS", "COMPLETED", "CANCELLED"]
    due: date
    precision: Literal["FULL", "MONTH_YEAR", "YEAR"] | None = None
    completed: date | None = None


class MadeIndicator(msgspec.Struct, frozen=True, kw_only=True):
    """`values` by year, the earliest first."""

    id: int
    name: Text
    unit: str
    trend: Literal["INCREASING", "DECREASING"] | None
    values: tuple[tuple[int, float], ...] = ()
    goal: tuple[int, float] | None = None


class MadeAction(msgspec.Struct, frozen=True, kw_only=True):
    """A climate action. `identifier`: its public number; `category`: its number and name in the programme."""

    id: int
    identifier: str
    name: Text
    lead: Text
    description: Text  # HTML
    status: str  # Kausal's word: ON_TIME, LATE, …
    category: tuple[str, Text]
    organisations: tuple[str, ...]  # the first is the main one
    tasks: tuple[MadeTask, ...] = ()
    indicators: tuple[int, ...] = ()
    merged_into: str | None = None
    modified_at: datetime


class City(msgspec.Struct, frozen=True, kw_only=True):
    """Everything, as it is on `today` (local date)."""

    today: date
    areas: tuple[MadeArea, ...]
    places: tuple[MadePlace, ...]
    services: tuple[tuple[int, Text], ...]  # register services by id
    rooms: tuple[MadeRoom, ...]
    keywords: tuple[MadeKeyword, ...]
    organisations: tuple[MadeOrganisation, ...]
    events: tuple[MadeEvent, ...]
    series: tuple[MadeSeries, ...]
    works: tuple[MadeWork, ...]
    scopes: tuple[MadeScope, ...]
    rounds: tuple[MadeRound, ...]
    hearings: tuple[MadeHearing, ...] = ()
    decisions: tuple[MadeDecision, ...] = ()
    climate_actions: tuple[MadeAction, ...] = ()
    climate_indicators: tuple[MadeIndicator, ...] = ()

    def place(self, key: str) -> MadePlace:
        return next(place for place in self.places if place.key == key)
