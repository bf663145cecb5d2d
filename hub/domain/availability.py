"""When a space is free: booking hours minus what is taken, with buffers. Pure; all times are instants.

Rules kept here: a taken time blocks its buffers too; nothing can be booked in the past, before the space opens for
booking or after it closes; a free time shorter than the shortest booking is none. The grid of starts, the longest
booking, days in advance and shared spaces come with a later issue (shared walls are in the busy times already).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from hub.records.core import Span
from hub.records.spaces import BookingHours, Busy, BusyTimes, Space


class AvailabilityState(StrEnum):
    """KNOWN: the times are known for the whole window; UNKNOWN: the source gives none, or they are not harvested."""

    KNOWN = "KNOWN"
    UNKNOWN = "UNKNOWN"


def blocked(busy: Iterable[Busy]) -> list[Span]:
    """Taken times with their buffers, in order, run together where they touch."""
    none = timedelta(0)
    return joined(
        Span(starts_at=b.starts_at - (b.buffer_before or none), ends_at=b.ends_at + (b.buffer_after or none))
        for b in busy
    )


def touching(busy: Iterable[Busy], window: Span) -> list[Busy]:
    """Those that block something of the window. Months of bookings are known, and a question is mostly about a day."""
    starts_at, ends_at, none = window.starts_at, window.ends_at, timedelta(0)
    return [
        b
        for b in busy
        if b.starts_at - (b.buffer_before or none) < ends_at and b.ends_at + (b.buffer_after or none) > starts_at
    ]


def joined(spans: Iterable[Span]) -> list[Span]:
    """The same times as few spans, in order; empty ones left out."""
    ordered = sorted((s.starts_at, s.ends_at) for s in spans if s.ends_at > s.starts_at)
    found: list[Span] = []
    for starts_at, ends_at in ordered:
        if found and starts_at <= found[-1].ends_at:
            last = found.pop()
            found.append(Span(starts_at=last.starts_at, ends_at=max(last.ends_at, ends_at)))
        else:
            found.append(Span(starts_at=starts_at, ends_at=ends_at))
    return found


def minus(spans: Iterable[Span], taken: Sequence[Span]) -> list[Span]:
    """What of `spans` is left without `taken`; both in order, neither overlapping itself."""
    left: list[Span] = []
    for span in spans:
        at = span.starts_at
        for block in taken:
            if block.ends_at <= at or block.starts_at >= span.ends_at:
                continue
            if block.starts_at > at:
                left.append(Span(starts_at=at, ends_at=block.starts_at))
            at = max(at, block.ends_at)
        if at < span.ends_at:
            left.append(Span(starts_at=at, ends_at=span.ends_at))
    return left


def clipped(spans: Iterable[Span], window: Span) -> list[Span]:
    return [
        Span(starts_at=max(span.starts_at, window.starts_at), ends_at=min(span.ends_at, window.ends_at))
        for span in spans
        if span.ends_at > window.starts_at and span.starts_at < window.ends_at
    ]


def is_known(hours: BookingHours | None, busy: BusyTimes | None, window: Span) -> bool:
    """Both sources of the answer cover the window. A space whose times are not known is not free."""
    if hours is None or hours.spans is None or busy is None:
        return False
    covers = max(hours.window.starts_at, busy.window.starts_at), min(hours.window.ends_at, busy.window.ends_at)
    return covers[0] <= window.starts_at and window.ends_at <= covers[1]


def free_times(
    space: Space, hours: BookingHours | None, busy: BusyTimes | None, window: Span, *, now: datetime
) -> list[Span] | None:
    """The free times of a space inside `window`, each at least its shortest booking; None: not known.

    A space that takes no bookings, or whose taking of bookings has not begun or is over, has none: [], whatever else
    is known of it.
    """
    rules = space.rules
    # in UTC: two moments of one zone are compared and subtracted by their wall clocks, wrong by an hour twice a year
    ahead = Span(starts_at=max(window.starts_at.astimezone(UTC), now), ends_at=window.ends_at.astimezone(UTC))
    if ahead.ends_at <= ahead.starts_at:
        return []
    closed = rules.closes_at is not None and rules.closes_at <= now
    unopened = rules.opens_at is not None and rules.opens_at > now
    if not space.is_bookable or closed or unopened:
        return []
    if not is_known(hours, busy, ahead):
        return None
    assert hours is not None
    assert hours.spans is not None
    assert busy is not None
    open_times = joined(clipped(hours.spans, ahead))
    shortest = rules.min_duration or timedelta(0)
    return [
        span
        for span in minus(open_times, blocked(touching(busy.busy, ahead)))
        if span.ends_at - span.starts_at >= max(shortest, timedelta(minutes=1))
    ]


def fits(free: Sequence[Span], space: Space, minutes: int | None) -> bool:
    """Whether one of the free times is long enough: `minutes`, else the space's own shortest booking.

    Longer than the longest booking that the space takes never fits.
    """
    asked = timedelta(minutes=minutes) if minutes is not None else space.rules.min_duration or timedelta(minutes=15)
    longest = space.rules.max_duration
    if minutes is not None and longest is not None and asked > longest:
        return False
    return any(span.ends_at - span.starts_at >= asked for span in free)
