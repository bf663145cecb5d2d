"""What Linked Events sends, as far as the hub reads it, and what identifies it."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, TypeAlias
from urllib.parse import unquote, urlsplit

import msgspec

Texts: TypeAlias = "dict[str, str | None] | None"  # by language code; null where there is no text at all
LONGEST_KEY, LONGEST_LINK = 200, 2_000


def key(text: str) -> str:
    if not 0 < len(text) <= LONGEST_KEY or not text.isprintable() or " " in text:
        raise ValueError(f"{text[:40]!r} is no id")
    return text


@lru_cache(maxsize=10_000)  # places, keywords and languages return in every event
def key_of_link(link: str) -> str:
    """The last segment of a link's path: upstream builds the rest of it from the request's host."""
    if len(link) > LONGEST_LINK:
        raise ValueError(f"a link of {len(link)} characters")
    return key(unquote(urlsplit(link).path.rstrip("/").rpartition("/")[2]))


def deleted_key(raw: msgspec.Raw) -> str | None:
    """The id of a row that says it was deleted: it has little more than that. None: not deleted, or not readable."""
    try:
        row = msgspec.json.decode(raw, type=Deletable)
        return key(row.id) if row.deleted else None
    except ValueError:
        return None  # read as an event next, and dropped there with its reason


class Meta(msgspec.Struct):
    count: int | None
    next: str | None


class Many(msgspec.Struct):
    meta: Meta
    data: list[msgspec.Raw]


class Detail(msgspec.Struct):
    detail: str


class Deletable(msgspec.Struct):
    id: str
    deleted: bool = False


class Ref(msgspec.Struct, rename={"at": "@id"}):
    """A reference; with `include` the whole object, which has its `id` too."""

    at: str = ""
    id: str | None = None

    @property
    def key(self) -> str:
        return key_of_link(self.at) if self.id is None else key(self.id)


class Offer(msgspec.Struct):
    is_free: bool | None = None
    price: Texts = None
    info_url: Texts = None
    description: Texts = None


class Image(msgspec.Struct):
    url: str | None = None
    license: str | None = None
    photographer_name: str | None = None
    alt_text: str | None = None


class External(msgspec.Struct):
    link: str | None = None
    name: str | None = None


class Event(msgspec.Struct):
    id: str
    name: Texts
    start_time: str | None
    end_time: str | None
    event_status: Literal["EventScheduled", "EventCancelled", "EventPostponed", "EventRescheduled"]
    type_id: Literal["General", "Course", "Volunteering"]
    publisher: str
    location: Ref | None
    keywords: list[Ref]
    super_event: Ref | None
    super_event_type: Literal["recurring", "umbrella"] | None
    last_modified_time: str | None
    deleted: bool = False
    data_source: str | None = None
    registration: Ref | None = None
    audience: list[Ref] = []
    in_language: list[Ref] = []
    short_description: Texts = None
    description: Texts = None
    info_url: Texts = None
    location_extra_info: Texts = None
    offers: list[Offer] = []
    images: list[Image] = []
    external_links: list[External] = []
    audience_min_age: int | None = None
    audience_max_age: int | None = None
    maximum_attendee_capacity: int | None = None
    minimum_attendee_capacity: int | None = None
    enrolment_start_time: str | None = None
    enrolment_end_time: str | None = None
    environment: str | None = None


class Registration(msgspec.Struct):
    remaining_attendee_capacity: int | None
    remaining_waiting_list_capacity: int | None
    enrolment_start_time: str | None
    enrolment_end_time: str | None
    signup_url: Texts = None
    last_modified_time: str | None = None


class Seats(msgspec.Struct):
    """An event with its registration embedded."""

    id: str
    registration: Registration | None


class Position(msgspec.Struct):
    coordinates: tuple[float, float]  # lon, lat


class Place(msgspec.Struct):
    id: str
    name: Texts
    position: Position | None
    last_modified_time: str | None
    deleted: bool = False
    description: Texts = None
    info_url: Texts = None
    street_address: Texts = None
    address_locality: Texts = None
    telephone: Texts = None
    postal_code: str | None = None
    email: str | None = None
    parent: str | None = None


class Keyword(msgspec.Struct):
    id: str
    name: Texts
    alt_labels: list[str] = []
    deprecated: bool = False
    replaced_by: str | None = None
    last_modified_time: str | None = None


class KeywordSet(msgspec.Struct):
    id: str
    name: Texts
    usage: Literal["any", "keyword", "audience"]
    keywords: list[Ref]
    last_modified_time: str | None = None


class Organisation(msgspec.Struct):
    id: str
    name: str | None
    parent_organization: str | None = None
    replaced_by: str | None = None
    last_modified_time: str | None = None
