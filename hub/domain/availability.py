"""When a space can be booked: its booking hours, less what is taken, by its own rules. Pure.

A booking from one moment to another is possible when

- it lies inside one opening (two that touch are two), and begins on the grid of starts anchored at that opening;
- it is as long as the space wants: at least the shortest, at most the longest, by the step of lengths if there is one;
- it keeps its distance: what is taken blocks its own buffers, and the booking's own buffers must not reach into what
  is taken. They overlap (a guest who leaves and one who comes share a pause), so the longer of the two counts. From a
  closure by staff the booking's own buffers need no distance;
- where a booking takes the whole day, nothing else is taken on the local days that it touches;
- it begins neither in the past, nor sooner or later than the days in advance allow, and lies between the opening and
  the closing of bookings; while bookings are closed, nothing can be booked at all.

Free times are all that such bookings cover: every one begins where a booking can begin and ends where one can end. A
longer stay than the longest booking takes several. The rules are Varaamo's (what its own first free time keeps to) and
Respa's, each as its contract has it; which of them a space has, its `BookingRules` say.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from itertools import accumulate
from math import ceil, floor
from typing import TypeAlias
from zoneinfo import ZoneInfo

import msgspec

from hub.records.core import Span
from hub.records.spaces import BookingHours, BookingRules, Busy, BusyTimes, Space

Slot: TypeAlias = tuple[int, int]  # epoch seconds, from (in) to (out)
MINUTE = 60
USUAL_SHORTEST = timedelta(minutes=15)  # where nothing tells the shortest booking: Varaamo's own smallest
EVER = 2**62


class AvailabilityState(StrEnum):
    """KNOWN: the times are known for the whole window; UNKNOWN: the source gives none, or they are not harvested."""

    KNOWN = "KNOWN"
    UNKNOWN = "UNKNOWN"


# ---- spans of time


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


# ---- a space's calendar


class Calendar(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a space's times and rules come to, ready to be asked often: whole seconds since 1970, no dates to compute.

    `known`: the window for which both hours and taken times are known; None: nobody knows. `opens` and `closes` are
    the openings, in order, `last_close[i]` the latest close up to the i-th. `blocked_from` and `blocked_until` are what
    no booking may touch, in order, apart from each other; buffers of both sides are in them.
    """

    is_bookable: bool
    rules: BookingRules
    shortest: int
    longest: int | None
    start_step: int
    length_step: int
    known: Slot | None
    opens: Sequence[int] = ()
    closes: Sequence[int] = ()
    last_close: Sequence[int] = ()
    blocked_from: Sequence[int] = ()
    blocked_until: Sequence[int] = ()

    def knows(self, first: int, until: int) -> bool:
        return self.known is not None and self.known[0] <= first and until <= self.known[1]


class Now:
    """The moment of a question, with what the rules make of it. Times of the day are `zone`'s."""

    def __init__(self, now: datetime, zone: ZoneInfo) -> None:
        self.at = now
        self.seconds = ceil(now.timestamp())
        self._local = now.astimezone(zone)
        self._limits: dict[tuple[int | None, int | None, bool], Slot] = {}

    def starts(self, rules: BookingRules) -> Slot:
        """The first and the last second at which a booking made now may begin, by the days in advance."""
        asked = rules.min_days_before, rules.max_days_before, rules.days_are_utc
        found = self._limits.get(asked)
        if found is None:
            found = self._limits[asked] = self._utc_days(*asked[:2]) if rules.days_are_utc else self._days(*asked[:2])
        return found

    def _days(self, least: int | None, most: int | None) -> Slot:
        """From the local midnight so many days on; until the same time of the clock so many days on."""
        first, last = 0, EVER
        if least:
            day = self._local.date() + timedelta(days=least)
            first = ceil(datetime.combine(day, time(0), self._local.tzinfo).timestamp())
        if most:
            last = floor((self._local + timedelta(days=most)).timestamp())
        return first, last

    def _utc_days(self, least: int | None, most: int | None) -> Slot:
        """After the end of the day so many days on; before the end of the day so many days on. Days are UTC's."""
        today = datetime.combine(self.at.astimezone(UTC).date(), time(0), UTC)
        first = 0 if least is None else int((today + timedelta(days=least + 1)).timestamp())
        last = EVER if most is None else int((today + timedelta(days=most + 1)).timestamp()) - 1
        return first, last


def calendar(
    rules: BookingRules, hours: BookingHours | None, busy: BusyTimes | None, *, is_bookable: bool, zone: ZoneInfo
) -> Calendar:
    """`zone`: whose days a booking takes, where it takes whole ones."""
    unknown = _without_times(rules, is_bookable=is_bookable)
    if hours is None or hours.spans is None or busy is None:
        return unknown
    before, after = _seconds(rules.buffer_before), _seconds(rules.buffer_after)
    known = (
        ceil(max(hours.window.starts_at.timestamp(), busy.window.starts_at.timestamp())),
        floor(min(hours.window.ends_at.timestamp(), busy.window.ends_at.timestamp())),
    )
    # what begins behind the end of what is known might be closer than the booking's own buffers
    edges = [
        (-EVER, ceil(busy.window.starts_at.timestamp()) + before),
        (floor(busy.window.ends_at.timestamp()) - after, EVER),
    ]
    blocked = _joined([*edges, *_blocks(busy.busy, rules, zone)])
    openings = sorted(
        (ceil(span.starts_at.timestamp()), floor(span.ends_at.timestamp()))
        for span in hours.spans
        if span.ends_at > span.starts_at
    )
    return msgspec.structs.replace(
        unknown,
        known=known,
        opens=_packed(opens for opens, _ in openings),
        closes=_packed(closes for _, closes in openings),
        last_close=_packed(accumulate((closes for _, closes in openings), max)),
        blocked_from=_packed(start for start, _ in blocked),
        blocked_until=_packed(end for _, end in blocked),
    )


def _packed(seconds: Iterable[int]) -> Sequence[int]:
    """Eight bytes each: a process keeps hundreds of calendars with a month of times each."""
    return array("q", seconds)


def _without_times(rules: BookingRules, *, is_bookable: bool) -> Calendar:
    step = _seconds(rules.length_interval) or MINUTE
    shortest = _seconds(rules.min_duration) or _seconds(rules.start_interval) or _seconds(USUAL_SHORTEST)
    return Calendar(
        is_bookable=is_bookable,
        rules=rules,
        shortest=-(-shortest // step) * step,
        longest=None if rules.max_duration is None else _seconds(rules.max_duration) // step * step,
        start_step=_seconds(rules.start_interval) or MINUTE,
        length_step=step,
        known=None,
    )


def _seconds(length: timedelta | None) -> int:
    return 0 if length is None else round(length.total_seconds())


def _blocks(busy: Iterable[Busy], rules: BookingRules, zone: ZoneInfo) -> Iterator[Slot]:
    """What taken times block for a booking by these rules. (A room may have hundreds: no call for each.)"""
    own_before, own_after = _seconds(rules.buffer_before), _seconds(rules.buffer_after)
    for one in busy:
        starts, ends = floor(one.starts_at.timestamp()), ceil(one.ends_at.timestamp())
        before = 0 if one.buffer_before is None else _seconds(one.buffer_before)
        after = 0 if one.buffer_after is None else _seconds(one.buffer_after)
        if not one.is_closure:
            before = max(before, own_after)
            after = max(after, own_before)
            if rules.blocks_whole_day and ends > starts:
                first, last = _days(one, zone)
                yield min(first, starts - before), max(last, ends + after)
                continue
        yield starts - before, ends + after


def _days(busy: Busy, zone: ZoneInfo) -> Slot:
    """The local days that a taken time has a part of."""
    first = busy.starts_at.astimezone(zone).date()
    after = (busy.ends_at - timedelta(microseconds=1)).astimezone(zone).date() + timedelta(days=1)
    start, end = (datetime.combine(day, time(0), zone).timestamp() for day in (first, after))
    return floor(start), ceil(end)


def _joined(slots: Iterable[Slot]) -> list[Slot]:
    found: list[Slot] = []
    for start, end in sorted(slot for slot in slots if slot[1] > slot[0]):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return found


# ---- questions


def asked_of(calendar: Calendar, window: Span, now: Now) -> Slot | None:
    """The part of the window in which a booking made now could lie, as far as rules alone tell; None: nowhere."""
    rules = calendar.rules
    opens, closes = rules.opens_at, rules.closes_at
    if not calendar.is_bookable or (opens is not None and opens > now.at) or (closes is not None and closes <= now.at):
        return None
    earliest, latest = now.starts(rules)
    first = max(ceil(window.starts_at.timestamp()), now.seconds, earliest)
    until = floor(window.ends_at.timestamp())
    if closes is not None:
        until = min(until, floor(closes.timestamp()))
    if calendar.longest is not None:
        until = min(until, latest + calendar.longest)
    return (first, until) if first <= latest and until - first >= calendar.shortest else None


def slots(calendar: Calendar, window: Span, now: Now) -> list[Slot] | None:
    """The free times inside the window, in the order of the openings; None: not known.

    A space that takes no bookings now has none, and so has a window that the rules rule out: [], whatever else is
    known of it.
    """
    asked = asked_of(calendar, window, now)
    if asked is None or (calendar.longest is not None and calendar.longest < calendar.shortest):
        return []
    first, until = asked
    if not calendar.knows(first, until):
        return None
    _, latest = now.starts(calendar.rules)
    found: list[Slot] = []
    for number in range(bisect_right(calendar.last_close, first), len(calendar.opens)):
        opens = calendar.opens[number]
        if opens >= until:
            break
        for gap in _gaps(calendar, max(opens, first), min(calendar.closes[number], until)):
            found.extend(_bookings(calendar, opens, gap, latest))
    return found


def _gaps(calendar: Calendar, first: int, until: int) -> Iterator[Slot]:
    """What is not blocked from `first` to `until`."""
    starts, ends = calendar.blocked_from, calendar.blocked_until
    number = bisect_right(ends, first)
    while first < until:
        start = starts[number] if number < len(starts) else EVER
        if start > first:
            yield first, min(start, until)
        if start >= until:
            return
        first, number = ends[number], number + 1


def _bookings(calendar: Calendar, opens: int, gap: Slot, latest: int) -> Iterator[Slot]:
    """What the possible bookings inside one gap of one opening cover."""
    step, shortest, longest = calendar.start_step, calendar.shortest, calendar.longest
    first = opens - (opens - gap[0]) // step * step  # the first start on the grid that is not before the gap
    last = opens + (min(latest, gap[1] - shortest) - opens) // step * step
    if first > last:
        return
    end = first + (gap[1] - first) // calendar.length_step * calendar.length_step
    if longest is None:
        yield first, end
    elif longest >= step:
        yield first, min(end, last + longest)
    else:  # such bookings leave pauses between them
        for start in range(first, last + 1, step):
            yield start, min(end, start + longest)


def fits(free: Sequence[Slot], calendar: Calendar, minutes: int | None) -> bool:
    """Whether a booking of at least so many minutes (None: the shortest) lies in one of the free times."""
    step = calendar.length_step
    wanted = calendar.shortest if minutes is None else max(calendar.shortest, -(-minutes * MINUTE // step) * step)
    if calendar.longest is not None and wanted > calendar.longest:
        return False
    return any(end - start >= wanted for start, end in free)


def span_of(slot: Slot) -> Span:
    return Span(starts_at=datetime.fromtimestamp(slot[0], UTC), ends_at=datetime.fromtimestamp(slot[1], UTC))


def free_times(
    space: Space, hours: BookingHours | None, busy: BusyTimes | None, window: Span, *, now: datetime, zone: ZoneInfo
) -> list[Span] | None:
    """The same of records: the free times of a space inside a window; None: not known."""
    made = calendar(space.rules, hours, busy, is_bookable=space.is_bookable, zone=zone)
    found = slots(made, window, Now(now, zone))
    return None if found is None else [span_of(slot) for slot in found]
