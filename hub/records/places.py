"""Places: what a register, a booking system, an event calendar or a library directory says of one; areas; hours."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar

from hub.records.core import Address, Contact, Instant, LocalizedText, Picture, Point, Record, Ref, Value


class PlaceKind(StrEnum):
    """What a place is, as far as its sources tell; a place may be several."""

    LIBRARY = "LIBRARY"
    MOBILE_LIBRARY = "MOBILE_LIBRARY"
    YOUTH = "YOUTH"  # youth centres and houses
    CULTURE = "CULTURE"  # museums, theatres, cultural centres
    SPORT = "SPORT"
    EDUCATION = "EDUCATION"
    HEALTH = "HEALTH"
    SERVICE_POINT = "SERVICE_POINT"  # the city's and the state's own counters
    OTHER = "OTHER"


class Identifier(Value, frozen=True, kw_only=True, gc=False):
    """The same place in another system: namespace "tprek", "kirkanta", "finna", …"""

    namespace: str
    value: str


class Accessibility(Value, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """Shortcomings counted by a surveyor. None: not assessed; 0: assessed, none found.

    `for_wheelchair`: whether one who uses a wheelchair gets along, by the survey's own verdict. None: not told.
    """

    for_wheelchair: bool | None = None
    wheelchair: int | None = None
    reduced_mobility: int | None = None
    rollator: int | None = None
    stroller: int | None = None
    visually_impaired: int | None = None
    hearing_aid: int | None = None


class Place(Record, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A place by one source (Service Map unit, Linked Events place, Varaamo unit, Respa unit).

    `tprek_id` is the number in the city's service register, bare digits: what joins the city's systems exactly.
    """

    kind: ClassVar[str] = "place"

    name: LocalizedText | None = None
    summary: LocalizedText | None = None  # plain text
    description: LocalizedText | None = None  # sanitised HTML
    tprek_id: str | None = None
    identifiers: tuple[Identifier, ...] = ()
    kinds: tuple[PlaceKind, ...] = ()
    address: Address | None = None
    location: Point | None = None
    contact: Contact | None = None
    accessibility: Accessibility | None = None
    services: tuple[Ref, ...] = ()  # kind "service"
    picture: Picture | None = None
    part_of: Ref | None = None
    is_online: bool = False  # the "place" that means the internet


class Service(Record, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A kind of service in the city's register (813: libraries; 949: tools lent by libraries)."""

    kind: ClassVar[str] = "service"

    name: LocalizedText | None = None


class LibraryService(Value, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """What one library offers. `for_loan`: may be taken home; None: the directory does not say."""

    name: LocalizedText  # of the vocabulary
    own_name: LocalizedText | None = None  # the branch's own words
    type: str | None = None  # room, hardware, service, web_service, collection
    description: LocalizedText | None = None
    price: LocalizedText | None = None
    for_loan: bool | None = None


class Library(Record, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A branch in the library directory. In the graph it is a Place's `library`; its key is the Kirkanta id."""

    kind: ClassVar[str] = "library"

    name: LocalizedText | None = None
    short_name: LocalizedText | None = None
    slogan: LocalizedText | None = None
    description: LocalizedText | None = None  # sanitised HTML
    type: str | None = None  # municipal, mobile, children, home_service, institutional, …
    is_main: bool = False
    address: Address | None = None
    location: Point | None = None
    contact: Contact | None = None
    services: tuple[LibraryService, ...] = ()
    departments: tuple[LocalizedText, ...] = ()
    pictures: tuple[Picture, ...] = ()
    founded: int | None = None  # year


class DayState(StrEnum):
    """A day's hours. UNKNOWN: the source gives none for the day, which is not the same as closed."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"
    UNKNOWN = "UNKNOWN"


class TimeKind(StrEnum):
    """What kind of open: with staff, self-service, not told; or only for those with a key or an appointment."""

    STAFFED = "STAFFED"
    SELF_SERVICE = "SELF_SERVICE"
    OPEN = "OPEN"
    BY_ARRANGEMENT = "BY_ARRANGEMENT"


class OpenTime(Value, frozen=True, kw_only=True, gc=False):
    opens: Instant
    closes: Instant
    kind: TimeKind


class OpeningDay(Record, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """One place's hours on one local date (Europe/Helsinki). key: "<the source's place id>/<YYYY-MM-DD>"."""

    kind: ClassVar[str] = "opening_day"

    place: Ref  # kind "library" or "place"
    date: date
    state: DayState
    times: tuple[OpenTime, ...] = ()  # in order, not overlapping; gaps are closed
    note: LocalizedText | None = None
    is_exception: bool = False  # differs from the ordinary week, by the source's word


class AreaKind(StrEnum):
    """The city's nested divisions, and the wider words people use for them.

    NEIGHBOURHOOD is kaupunginosa, SUB_DISTRICT osa-alue, DISTRICT peruspiiri, MAJOR_DISTRICT suurpiiri.
    """

    SUB_DISTRICT = "SUB_DISTRICT"
    NEIGHBOURHOOD = "NEIGHBOURHOOD"
    DISTRICT = "DISTRICT"
    MAJOR_DISTRICT = "MAJOR_DISTRICT"


class Area(Record, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A part of the city. key: the part of the OCD id after the municipality, "kaupunginosa:kallio".

    `boundary`: polygons, each a ring list (outer first), each ring lon, lat pairs; read by the derivation only.
    """

    kind: ClassVar[str] = "area"

    name: LocalizedText
    area_kind: AreaKind
    ocd_id: str
    origin_id: str | None = None  # the city's own code
    boundary: tuple[tuple[tuple[tuple[float, float], ...], ...], ...] = ()
