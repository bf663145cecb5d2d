"""What several source records make together: one place with all its ids. Derived, never sent by a source."""

from __future__ import annotations

from typing import ClassVar

from hub.records.core import Address, Contact, Instant, LocalizedText, Picture, Point, Record, Ref, Value
from hub.records.events import Event
from hub.records.places import Accessibility, LibraryService, PlaceKind


class Member(Value, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """One source record of a merged one."""

    ref: Ref
    url: str | None = None
    modified_at: Instant | None = None
    read_at: Instant
    confidence: float = 1.0  # 1.0: joined by an id; less: by a rule, with its score

    @classmethod
    def of(cls, record: Record, confidence: float = 1.0) -> Member:
        return cls(
            ref=record.ref,
            url=record.url,
            modified_at=record.modified_at,
            read_at=record.read_at,
            confidence=confidence,
        )


class LibraryFacts(Value, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """What the library directory and the catalogue add to a place that is a library."""

    kirkanta_id: str | None = None
    finna_building: str | None = None  # "2/Helmet/h/h53/"
    short_name: LocalizedText | None = None
    slogan: LocalizedText | None = None
    type: str | None = None
    is_main: bool = False
    founded: int | None = None
    services: tuple[LibraryService, ...] = ()
    departments: tuple[LocalizedText, ...] = ()


class CityPlace(Record, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """One place, whatever the number of its sources. `ref` is the member of the first source by rank; any member's
    reference leads here. Each field is the first that a source gives, by rank; languages are united.
    """

    kind: ClassVar[str] = "place"

    name: LocalizedText | None = None
    summary: LocalizedText | None = None
    description: LocalizedText | None = None
    tprek_id: str | None = None
    kinds: tuple[PlaceKind, ...] = ()
    address: Address | None = None
    location: Point | None = None
    contact: Contact | None = None
    accessibility: Accessibility | None = None
    services: tuple[Ref, ...] = ()
    pictures: tuple[Picture, ...] = ()
    library: LibraryFacts | None = None
    is_online: bool = False
    members: tuple[Member, ...] = ()  # by rank; the first is `ref`


class CityEvent(Event, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """One event that several sources list. `ref` is the member of the first source by rank; any member's reference
    leads here. What comes from where says `hub/derive/event_merging.py`; `taken_from` names the source of each field
    that is not the first member's own.
    """

    members: tuple[Member, ...] = ()  # by rank; the first is `ref`
    taken_from: tuple[tuple[str, str], ...] = ()  # field, source id
