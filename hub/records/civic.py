"""How a city asks and decides: hearings with their sections, and decisions. Who commented or signed is never kept."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from hub.records.core import Instant, LocalizedText, Point, Record, Ref, Value
from hub.records.places import AreaKind

Position = tuple[float, float]  # lon, lat, WGS 84 degrees


class Geometry(Value, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """Whatever a source draws on the map, as parts. `polygons`: each a ring list, outer first."""

    points: tuple[Position, ...] = ()
    lines: tuple[tuple[Position, ...], ...] = ()
    polygons: tuple[tuple[tuple[Position, ...], ...], ...] = ()


class NamedArea(Value, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A part of the city as a source names it: by name, by the city's own number, or both. `area_kind` None: any."""

    name: LocalizedText | None = None
    code: str | None = None  # "49"
    area_kind: AreaKind | None = None


class HearingProject(Value, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """What a hearing is a part of. `phase`: the one that the hearing belongs to."""

    key: str
    title: LocalizedText | None = None
    phase: LocalizedText | None = None


class Hearing(Record, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """The city asks residents what they think. Whether it is open follows from the clock: it is never stored.

    `closed_early`: the source said "closed" while its own times said "open"; once closed so it stays closed.
    `areas`: parts of the city by name; `geometry`: what is drawn on the map; a hearing may have both, or neither.
    `tprek_id`: the place in the city's service register that it is about.
    """

    kind: ClassVar[str] = "hearing"

    title: LocalizedText | None = None
    summary: LocalizedText | None = None  # plain text
    opens_at: Instant | None = None
    closes_at: Instant | None = None
    closed_early: bool = False
    labels: tuple[LocalizedText, ...] = ()
    project: HearingProject | None = None
    organiser_name: LocalizedText | None = None  # a division of the city
    areas: tuple[NamedArea, ...] = ()
    geometry: Geometry | None = None
    location: Point | None = None  # a point of the geometry, for a map
    tprek_id: str | None = None
    created_at: Instant | None = None


class HearingSection(Record, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """One part of a hearing's text. `type`: the source's word (main, part, scenario, closure-info, …)."""

    kind: ClassVar[str] = "hearing_section"

    hearing: Ref
    type: str
    title: LocalizedText | None = None
    summary: LocalizedText | None = None  # plain text
    body: LocalizedText | None = None  # sanitised HTML
    created_at: Instant | None = None


class HearingComments(Record, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """How many comments a hearing has, with an age of its own: they move by the hour. key: the hearing's."""

    kind: ClassVar[str] = "hearing_comments"

    hearing: Ref
    count: int


class Decision(Record, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """What the city decided, or a case with its latest decision where the source tells no more.

    `policymaker` is a body, never an office that one person holds. `case_number` is the diary number in its label form
    ("HEL 2025-001216"), the same in every source. `areas`, `geometry`: where it is, as far as the source tells.
    """

    kind: ClassVar[str] = "decision"

    title: LocalizedText | None = None
    case_title: LocalizedText | None = None
    case_number: str | None = None
    summary: LocalizedText | None = None  # plain text
    decided_on: date | None = None
    policymaker: LocalizedText | None = None
    category: LocalizedText | None = None
    areas: tuple[NamedArea, ...] = ()
    geometry: Geometry | None = None
