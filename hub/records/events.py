"""Events, what they are about, who arranges them, and how many places are left."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar

from hub.records.core import Contact, Instant, LocalizedText, Picture, Point, Record, Ref, Value


class EventStatus(StrEnum):
    """SCHEDULED unless its source says otherwise; a cancelled event is kept and shown as cancelled."""

    SCHEDULED = "SCHEDULED"
    CANCELLED = "CANCELLED"
    POSTPONED = "POSTPONED"
    RESCHEDULED = "RESCHEDULED"
    MOVED_ONLINE = "MOVED_ONLINE"
    TENTATIVE = "TENTATIVE"


class EventType(StrEnum):
    """GENERAL: anyone may come; COURSE: enrol and attend; VOLUNTEERING: come and help."""

    GENERAL = "GENERAL"
    COURSE = "COURSE"
    VOLUNTEERING = "VOLUNTEERING"


class Offer(Value, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A ticket or a way in. `price` is the source's own words: "5–10 €"."""

    is_free: bool | None = None
    price: LocalizedText | None = None
    url: str | None = None
    description: LocalizedText | None = None


class Enrolment(Value, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """How one enrols. Numbers of places left are a record of their own (Registration): they move by the minute."""

    is_required: bool = True
    opens_at: Instant | None = None
    closes_at: Instant | None = None
    url: str | None = None
    ref: Ref | None = None  # kind "registration"


class Link(Value, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    url: str
    name: str | None = None


class Event(Record, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """One occurrence, or a parent of occurrences (`is_series`).

    A whole-day event has `starts_on` and `ends_on` (local dates, both inclusive) beside the instants: `starts_at` is
    then that day's local midnight and `ends_at` the midnight after the last day. `starts_at` None: postponed, unknown.
    `ends_at` None: open-ended. `organiser_name` is an organisation's, never a person's.
    """

    kind: ClassVar[str] = "event"

    name: LocalizedText | None = None
    summary: LocalizedText | None = None  # plain text
    description: LocalizedText | None = None  # sanitised HTML
    starts_at: Instant | None = None
    ends_at: Instant | None = None
    is_all_day: bool = False
    starts_on: date | None = None
    ends_on: date | None = None
    status: EventStatus = EventStatus.SCHEDULED
    type: EventType = EventType.GENERAL
    is_online: bool = False
    place: Ref | None = None  # kind "place"
    location_text: LocalizedText | None = None  # what the source says of where, or beside its place ("2nd floor")
    location: Point | None = None  # by the event's own word; else its place's
    organiser: Ref | None = None  # kind "organisation"
    organiser_name: LocalizedText | None = None
    keywords: tuple[Ref, ...] = ()  # kind "keyword"
    audience_keywords: tuple[Ref, ...] = ()
    categories: tuple[LocalizedText, ...] = ()  # a feed's own words, where it has no keyword register
    min_age: int | None = None
    max_age: int | None = None
    languages: tuple[str, ...] = ()  # BCP 47, spoken there
    offers: tuple[Offer, ...] = ()
    pictures: tuple[Picture, ...] = ()
    enrolment: Enrolment | None = None
    series: Ref | None = None  # kind "event": the parent
    is_series: bool = False  # a parent whose occurrences are events of their own
    max_attendees: int | None = None
    min_attendees: int | None = None
    environment: str | None = None  # "in" or "out" of doors
    links: tuple[Link, ...] = ()
    uid: str | None = None  # a feed's UID: what may tie the same event in several feeds
    data_source: str | None = None  # inside a register that gathers several


class Keyword(Record, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A subject or audience in a source's vocabulary; most are YSO concepts ("yso:p4354")."""

    kind: ClassVar[str] = "keyword"

    name: LocalizedText | None = None
    alt_labels: tuple[str, ...] = ()
    replaced_by: Ref | None = None
    is_deprecated: bool = False


class KeywordUsage(StrEnum):
    """What the keywords of a set are there for: a subject, an audience, either."""

    ANY = "ANY"
    KEYWORD = "KEYWORD"
    AUDIENCE = "AUDIENCE"


class KeywordSet(Record, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """Keywords that a register puts together, such as its topics or its audiences."""

    kind: ClassVar[str] = "keyword_set"

    name: LocalizedText | None = None
    usage: KeywordUsage = KeywordUsage.ANY
    keywords: tuple[Ref, ...] = ()


class Organisation(Record, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """Who arranges or publishes: an organisation or a unit of one."""

    kind: ClassVar[str] = "organisation"

    name: LocalizedText | None = None
    parent: Ref | None = None
    replaced_by: Ref | None = None
    contact: Contact | None = None


class Registration(Record, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """Places left in an event whose enrolment is open, with an age of its own. key: the event's.

    `remaining` None: no limit.
    """

    kind: ClassVar[str] = "registration"

    event: Ref
    remaining: int | None = None
    remaining_waiting_list: int | None = None
    opens_at: Instant | None = None
    closes_at: Instant | None = None
    enrolment_url: str | None = None


class EventSeries(Event, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A parent whose occurrences are in the window: stored as the Event that its source sends, shown as what it is."""


NAMED = "name:"  # before the name, in the key of an organisation that no register has


def organiser_ref(event: Event, source: str | None = None) -> Ref | None:
    """Who arranges it: the organisation that its source refers to; where that only gives a name (a feed), the one of
    that name in that source. `source`: whose word the name is, if it is not the event's own.
    """
    if event.organiser is not None:
        return event.organiser
    name = event.organiser_name.any if event.organiser_name else None
    return None if not name else Ref(Organisation.kind, source or event.ref.source, f"{NAMED}{name}")


def as_series(event: Event) -> EventSeries:
    return EventSeries(**{name: getattr(event, name) for name in event.__struct_fields__})
