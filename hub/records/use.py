"""How a space was used: when it could be booked, when it was taken, when it was closed. Never by whom.

The rules are Varaamo's ("Busy times and utilisation") and hold for every booking system:

- used is the union, not the sum, of all bookings that take the space, those of a room that shares its walls too, as far
  as they lie inside bookable time; booked is the part of it that was booked here;
- bookable time is booking hours less closures: a time closed by staff is in neither number;
- buffers block and are no use; a draft (a booking being made) blocks and is no use;
- bookings that wait for staff or for a payment are use.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import ClassVar, TypeAlias

from hub.records.core import Record, Ref, Span, Value
from hub.records.spaces import BookingHours, Busy, BusyTimes

Stretch: TypeAlias = tuple[int, int]  # from (in) to (out), whole seconds


class SpaceUse(Record, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """The booking hours and taken times of a space inside `window`. key: the space's and the window's first day
    ("566/2026-10-05").

    Stretches are seconds since the window's beginning, in order, run together where they touch: single bookings, and
    who came after whom, cannot be told from them. `open` None: nobody knows the hours. `shared`: taken by bookings of
    other spaces.
    """

    kind: ClassVar[str] = "space_use"

    space: Ref
    window: Span
    open: tuple[Stretch, ...] | None = None
    booked: tuple[Stretch, ...] = ()
    shared: tuple[Stretch, ...] = ()
    closed: tuple[Stretch, ...] = ()


class Use(Value, frozen=True, kw_only=True, gc=False):
    """Whole seconds. `known`: of which hours and bookings are known; the others count inside of it alone, and
    booked ≤ used ≤ bookable ≤ known.
    """

    known: int = 0
    bookable: int = 0
    used: int = 0
    booked: int = 0

    def __add__(self, other: Use) -> Use:
        return Use(
            known=self.known + other.known,
            bookable=self.bookable + other.bookable,
            used=self.used + other.used,
            booked=self.booked + other.booked,
        )


def use_told(hours: BookingHours, busy: BusyTimes, *, key: str | None = None) -> SpaceUse:
    """What the two tell together, where their windows meet. ValueError if they don't.

    Hours that are closed all the time, of a space that was booked all the same, are hours that their source no longer
    has: not known.
    """
    window = Span(
        starts_at=max(hours.window.starts_at, busy.window.starts_at),
        ends_at=min(hours.window.ends_at, busy.window.ends_at),
    )
    if window.ends_at <= window.starts_at:
        raise ValueError("hours and bookings of different times")
    in_use = [one for one in busy.busy if not one.is_closure and not one.is_draft]
    booked = _stretches((one for one in in_use if one.is_own), window)
    open_ = None if hours.spans is None else _stretches(hours.spans, window)
    return SpaceUse(
        ref=Ref(SpaceUse.kind, hours.space.source, hours.space.key if key is None else key),
        read_at=min(hours.read_at, busy.read_at),
        space=hours.space,
        window=window,
        open=None if not open_ and booked else open_,
        booked=booked,
        shared=_stretches((one for one in in_use if not one.is_own), window),
        closed=_stretches((one for one in busy.busy if one.is_closure), window),
    )


def use_by_parts(told: SpaceUse, edges: Sequence[int]) -> list[Use]:
    """The use between each two neighbours of `edges` (epoch seconds, ascending), as far as the window reaches."""
    start, end = epoch(told.window.starts_at), epoch(told.window.ends_at)
    if told.open is None:
        return [Use()] * (len(edges) - 1)
    bookable = without(told.open, told.closed)
    used = common(together([*told.booked, *told.shared]), bookable)
    booked = common(told.booked, bookable)
    offsets = [min(max(edge, start), end) - start for edge in edges]
    parts = [_split(each, offsets) for each in ([(0, end - start)], bookable, used, booked)]
    return [Use(known=k, bookable=b, used=u, booked=own) for k, b, u, own in zip(*parts, strict=True)]


def epoch(moment: datetime) -> int:
    """Whole seconds; what is left of one is dropped."""
    return int(moment.timestamp() // 1)


def together(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """The same times in order, run together where they touch; empty ones left out."""
    found: list[Stretch] = []
    for start, end in sorted(stretch for stretch in stretches if stretch[1] > stretch[0]):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


def common(ones: Sequence[Stretch], others: Sequence[Stretch]) -> tuple[Stretch, ...]:
    """What lies in both; each in order and apart in itself."""
    found: list[Stretch] = []
    i = j = 0
    while i < len(ones) and j < len(others):
        start, end = max(ones[i][0], others[j][0]), min(ones[i][1], others[j][1])
        if start < end:
            found.append((start, end))
        if ones[i][1] <= others[j][1]:
            i += 1
        else:
            j += 1
    return tuple(found)


def without(ones: Sequence[Stretch], taken: Sequence[Stretch]) -> tuple[Stretch, ...]:
    """What of `ones` is left; each in order and apart in itself."""
    if not taken:
        return tuple(ones)
    gaps: list[Stretch] = []
    at = ones[0][0] if ones else 0
    for start, end in taken:
        if start > at:
            gaps.append((at, start))
        at = max(at, end)
    if ones and ones[-1][1] > at:
        gaps.append((at, ones[-1][1]))
    return common(ones, gaps)


def _stretches(spans: Iterable[Span | Busy], window: Span) -> tuple[Stretch, ...]:
    start, end = epoch(window.starts_at), epoch(window.ends_at)
    found = [(max(epoch(one.starts_at), start), min(epoch(one.ends_at), end)) for one in spans]
    return together((first - start, last - start) for first, last in found)


def _split(stretches: Sequence[Stretch], edges: Sequence[int]) -> list[int]:
    """How many seconds of `stretches` lie between each two neighbours of `edges`; one walk over both."""
    sums = [0] * (len(edges) - 1)
    part = 0
    for start, end in stretches:
        while part > 0 and edges[part] > start:
            part -= 1
        while part < len(sums) and edges[part] < end:
            sums[part] += max(0, min(end, edges[part + 1]) - max(start, edges[part]))
            part += 1
        part = max(0, part - 1)
    return sums
