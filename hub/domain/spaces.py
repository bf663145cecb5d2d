"""Rooms and devices: which match, and when they are free. Rooms, hours and bookings are all in the index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from hub.domain import answers, cursors
from hub.domain.availability import AvailabilityState, Calendar, Now, calendar, fits, slots, span_of
from hub.domain.city import City
from hub.domain.lists import Found, PageArgs, checked_sort, listed, listed_under
from hub.domain.reading import reads
from hub.errors import BadInput
from hub.index import spaces as index
from hub.index.listing import Listing, Under
from hub.index.spaces import AT_PLACE, SpaceFacts
from hub.records.core import Ref, Span
from hub.records.spaces import BookingHours, BusyTimes, Space

KINDS = ("space",)
TIMED_KINDS = ("space", "booking_hours", "busy_times")
READ_AT_ONCE = 64  # spaces whose times are read together while a page fills
LONGEST_WINDOW = timedelta(days=62)
DAY = 24 * 3600  # seconds


class FreeDuring(msgspec.Struct, frozen=True, kw_only=True):
    """Bookable for `minutes` (None: the space's shortest booking) somewhere inside `window`."""

    window: Span
    minutes: int | None = None
    include_unknown: bool = False


class SpaceFilter(msgspec.Struct, frozen=True, kw_only=True):
    facts: SpaceFacts = SpaceFacts()
    free_during: FreeDuring | None = None


@reads("booking_hours", "busy_times")
def spaces(city: City, wanted: SpaceFilter, page: PageArgs) -> Found[Space]:
    """Spaces that match, by name, size or distance.

    With `free_during`, those that have a free time long enough. One whose times are not known is **not** free: it is
    left out and counted in the answer, unless asked for. With a filter by time, `total` counts what was examined whole.
    """
    checked_sort(wanted.facts.sort, wanted.facts.near)
    return _listed(city, wanted, None, page, None)[0]


@reads("booking_hours", "busy_times")
def spaces_at(city: City, places: Sequence[int], wanted: SpaceFilter, page: PageArgs) -> list[Found[Space]]:
    """The same at each place."""
    checked_sort(wanted.facts.sort, wanted.facts.near)
    return spaces_under(city, places, wanted, page, AT_PLACE)


def spaces_under(
    city: City, parents: Sequence[int], wanted: SpaceFilter, page: PageArgs, under: Under
) -> list[Found[Space]]:
    """The same under each parent."""
    return _listed(city, wanted, parents, page, under)


def _listed(
    city: City, wanted: SpaceFilter, places: Sequence[int] | None, page: PageArgs, under: Under | None
) -> list[Found[Space]]:
    listing = index.spaces(wanted.facts, under)
    order = f"spaces:{wanted.facts.sort}"
    if wanted.free_during is not None:
        return _free(city, listing, wanted.free_during, places, page, order=order)

    def told() -> list[answers.SourceAnswer]:
        return answers.from_collections(city, *KINDS)

    if places is None:
        return [listed(city, listing, Space, page, order=order, answers=told)]
    return listed_under(city, listing, Space, places, page, order=order, answers=told)


def _free(
    city: City, listing: Listing, wanted: FreeDuring, places: Sequence[int] | None, page: PageArgs, *, order: str
) -> list[Found[Space]]:
    """Every candidate by its facts in one statement, then their times: the whole list is examined, so its total is
    exact. (A city has hundreds of rooms; their times are read once per request.)
    """
    checked_window(wanted.window)
    after = None if page.after is None else cursors.decode(page.after, sort=order, length=len(listing.sort) + 1)
    sql, params = listing.page(None if places is None else list(dict.fromkeys(places)), None, None)
    rows = city.index.rows(sql, params)
    if after is not None and rows:
        cursors.checked(after, (*rows[0][2:], rows[0][1]))
    rids = list(dict.fromkeys(row[1] for row in rows))
    known = {rid: space for rid, space in zip(rids, city.index.bodies(Space, rids), strict=True) if space}
    now = _now(city)
    free: set[int] = set()
    unknown: set[int] = set()
    for block in _blocks([known[rid] for rid in rids if rid in known]):
        for space, times in zip(block, calendars_of(city, block), strict=True):
            open_times = slots(times, wanted.window, now)
            if open_times is None:
                unknown.add(space.rid)
            elif fits(open_times, times, wanted.minutes):
                free.add(space.rid)
    shown = free | unknown if wanted.include_unknown else free
    found = []
    for parent in places if places is not None else (0,):
        mine = [row for row in rows if row[0] == parent]
        kept = [row for row in mine if row[1] in shown]
        rest = kept if after is None else [row for row in kept if (*row[2:], row[1]) > after]
        left_out = {known[row[1]].ref.source: 0 for row in mine if row[1] in unknown}
        for row in mine:
            if row[1] in unknown and not wanted.include_unknown:
                left_out[known[row[1]].ref.source] += 1
        found.append(
            Found(
                nodes=[known[row[1]] for row in rest[: page.first]],
                cursors=[cursors.encode(order, (*row[2:], row[1])) for row in rest[: page.first]],
                has_next=len(rest) > page.first,
                has_previous=after is not None,
                answers=_Told(city, left_out),
                totals=len(kept),
            )
        )
    return found


class _Told:
    """The answers of a list by time, with how many spaces were left out because their times are not known."""

    def __init__(self, city: City, left_out: dict[str, int]) -> None:
        self._city = city
        self._left_out = left_out

    def __call__(self) -> list[answers.SourceAnswer]:
        told = answers.from_collections(self._city, *TIMED_KINDS)
        return [self._with_note(answer) for answer in told]

    def _with_note(self, answer: answers.SourceAnswer) -> answers.SourceAnswer:
        count = self._left_out.get(answer.source.id, 0)
        if not count:
            return answer
        note = f"{count} left out: their free times are not known"
        message = note if answer.message is None else f"{answer.message}; {note}"
        return msgspec.structs.replace(answer, message=message)


def _blocks(spaces_: Sequence[Space]) -> Iterator[Sequence[Space]]:
    for start in range(0, len(spaces_), READ_AT_ONCE):
        yield spaces_[start : start + READ_AT_ONCE]


def calendars_of(city: City, spaces_: Sequence[Space]) -> list[Calendar]:
    """The harvested hours and taken times of each space, by its rules."""
    hours = {space.rid: Ref(BookingHours.kind, space.ref.source, space.ref.key) for space in spaces_}
    busy = {space.rid: Ref(BusyTimes.kind, space.ref.source, space.ref.key) for space in spaces_}
    known = city.index.by_refs([*hours.values(), *busy.values()])

    def record(ref: Ref) -> Any:
        return known[ref].record if ref in known else None

    return [
        calendar(
            space.rules,
            record(hours[space.rid]),
            record(busy[space.rid]),
            is_bookable=space.is_bookable,
            zone=city.zone,
        )
        for space in spaces_
    ]


def _now(city: City) -> Now:
    """The past grows into every window: what is free holds for some minutes."""
    return Now(city.now(city.now() + timedelta(minutes=5)), city.zone)


def checked_window(window: Span) -> None:
    if window.ends_at <= window.starts_at:
        raise BadInput(f"to: {window.ends_at.isoformat()} is not after from: {window.starts_at.isoformat()}")
    if window.ends_at - window.starts_at > LONGEST_WINDOW:
        raise BadInput(f"a window of free times is at most {LONGEST_WINDOW.days} days")


@reads("booking_hours", "busy_times")
def availability(city: City, spaces_: Sequence[Space], window: Span) -> list[list[Span] | None]:
    """The free times of each space inside the window, from now on; None: not known."""
    checked_window(window)
    now = _now(city)
    return [
        None if found is None else [span_of(slot) for slot in found]
        for found in (slots(times, window, now) for times in calendars_of(city, spaces_))
    ]


@reads("booking_hours", "busy_times")
def availability_state(city: City, spaces_: Sequence[Space]) -> list[AvailabilityState]:
    """Whether a space's coming times are known at all."""
    now = _now(city).seconds
    return [
        AvailabilityState.KNOWN if times.knows(now, now + DAY) else AvailabilityState.UNKNOWN
        for times in calendars_of(city, spaces_)
    ]


@reads("booking_hours", "busy_times")
def next_available(city: City, spaces_: Sequence[Space]) -> list[datetime | None]:
    """The first moment from now on at which each space can be booked for its shortest booking.

    None: none within the harvested window, or not known (`availability_state` tells which).
    """
    now = _now(city)
    found: list[datetime | None] = []
    for times in calendars_of(city, spaces_):
        ahead = None if times.known is None else span_of((now.seconds, max(now.seconds, times.known[1])))
        free = ahead and slots(times, ahead, now)
        found.append(span_of(free[0]).starts_at if free else None)
    return found
