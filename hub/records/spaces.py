"""Rooms and devices to book, when they may be booked, and when they are taken. Never by whom."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import ClassVar

from hub.records.core import Instant, LocalizedText, Picture, Record, Ref, Span, Value


class SpaceKind(StrEnum):
    """ROOM: something to be in; EQUIPMENT: something to use (a 3D printer, a sewing machine)."""

    ROOM = "ROOM"
    EQUIPMENT = "EQUIPMENT"
    OTHER = "OTHER"


class PriceUnit(StrEnum):
    """What one price buys."""

    PER_15_MINS = "PER_15_MINS"
    PER_30_MINS = "PER_30_MINS"
    PER_HOUR = "PER_HOUR"
    PER_HALF_DAY = "PER_HALF_DAY"
    PER_DAY = "PER_DAY"
    PER_WEEK = "PER_WEEK"
    FIXED = "FIXED"
    OTHER = "OTHER"


class SpacePrice(Value, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """Gross, in euro cents. The one in force on the day that it was read."""

    is_free: bool
    lowest_cents: int | None = None
    highest_cents: int | None = None
    unit: PriceUnit | None = None


class BookingRules(Value, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """What a booking must keep to, by the booking system. None: no such rule.

    `start_interval`: starts lie on a grid of this step, anchored at the opening. `length_interval`: lengths are
    multiples of it. Buffers block the space before and after a booking and belong to no-one's use of it.

    Days in advance are counted from today. By the local calendar a booking begins at the earliest with the day that is
    `min_days_before` days on, at the latest at this time of the clock `max_days_before` days on. Where `days_are_utc`,
    they are whole days in UTC: it begins after the end of the one, and before the end of the other.
    """

    min_duration: timedelta | None = None
    max_duration: timedelta | None = None
    start_interval: timedelta | None = None
    length_interval: timedelta | None = None
    buffer_before: timedelta | None = None
    buffer_after: timedelta | None = None
    min_days_before: int | None = None
    max_days_before: int | None = None
    days_are_utc: bool = False
    opens_at: Instant | None = None  # bookable from; None: always
    closes_at: Instant | None = None
    blocks_whole_day: bool = False
    needs_confirmation: bool = False  # staff accept each booking


class Space(Record, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """Something bookable. `is_bookable`: direct bookings are open now or will open; False: shown, not bookable."""

    kind: ClassVar[str] = "space"

    name: LocalizedText | None = None
    description: LocalizedText | None = None  # sanitised HTML
    space_kind: SpaceKind
    type_name: LocalizedText | None = None  # the source's own word: "Kokoustila"
    place: Ref | None = None  # kind "place"
    capacity: int | None = None  # people at most
    min_people: int | None = None
    area_m2: float | None = None
    equipment: tuple[LocalizedText, ...] = ()
    purposes: tuple[LocalizedText, ...] = ()
    price: SpacePrice | None = None  # None: not told
    pictures: tuple[Picture, ...] = ()
    rules: BookingRules
    is_bookable: bool
    for_wheelchair: bool | None = None  # its own survey's verdict; None: not told, see its place's
    access_type: str | None = None  # UNRESTRICTED, ACCESS_CODE, PHYSICAL_KEY, OPENED_BY_STAFF
    booking_url: str | None = None


class BookingHours(Record, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """When a space may be booked inside `window`, bookings not subtracted. key: the space's.

    `spans` None: the source has no hours for it (so nobody knows when it is free); (): closed in the whole window.
    """

    kind: ClassVar[str] = "booking_hours"

    space: Ref
    window: Span
    spans: tuple[Span, ...] | None = None


class Busy(Value, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """One taken time. It blocks [starts_at - buffer_before, ends_at + buffer_after].

    `is_closure`: staff closed it; `is_draft`: a booking being made, which blocks and is no use; `is_own`: this very
    space was booked, not one that shares its walls.
    """

    starts_at: Instant
    ends_at: Instant
    buffer_before: timedelta | None = None
    buffer_after: timedelta | None = None
    is_closure: bool = False
    is_draft: bool = False
    is_own: bool = True


class BusyTimes(Record, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """Every taken time of a space that touches `window`, in order. key: the space's."""

    kind: ClassVar[str] = "busy_times"

    space: Ref
    window: Span
    busy: tuple[Busy, ...] = ()
