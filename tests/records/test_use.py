"""Use rates, held to an oracle that looks at every minute by itself."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.records.core import Ref, Span
from hub.records.spaces import BookingHours, Busy, BusyTimes
from hub.records.use import SpaceUse, Use, common, epoch, together, use_by_parts, use_told, without

HELSINKI = ZoneInfo("Europe/Helsinki")
READ = datetime(2026, 11, 22, 9, tzinfo=UTC)
SPACE = Ref("space", "va", "566")
DAYS = 3
MINUTE = timedelta(minutes=1)
# the days before: an ordinary one, those on which the clocks go forward and back, the turn of the year
FIRST_DAYS = (date(2026, 11, 20), date(2026, 3, 28), date(2026, 10, 24), date(2026, 12, 31))


def midnight(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), HELSINKI).astimezone(UTC)


def whole(first: date) -> Span:
    return Span(starts_at=midnight(first), ends_at=midnight(first + timedelta(days=DAYS)))


def told(spans: list[Span] | None, busy: list[Busy], window: Span) -> SpaceUse:
    hours = BookingHours(
        ref=Ref("booking_hours", "va", "566"),
        read_at=READ,
        space=SPACE,
        window=window,
        spans=None if spans is None else tuple(spans),
    )
    taken = BusyTimes(ref=Ref("busy_times", "va", "566"), read_at=READ, space=SPACE, window=window, busy=tuple(busy))
    return use_told(hours, taken)


def use(spans: list[Span] | None, busy: list[Busy], window: Span) -> Use:
    (only,) = use_by_parts(told(spans, busy, window), [epoch(window.starts_at), epoch(window.ends_at)])
    return only


def minutes_of(span: Span | Busy, window: Span) -> set[int]:
    start = (span.starts_at - window.starts_at) // MINUTE
    end = (span.ends_at - window.starts_at) // MINUTE
    return set(range(max(0, start), min(end, (window.ends_at - window.starts_at) // MINUTE)))


def oracle(spans: list[Span] | None, busy: list[Busy], window: Span, minutes: set[int]) -> tuple[int, int, int, int]:
    """(known, bookable, used, booked), each minute looked at by itself; a draft and a buffer are no use."""
    known = bookable = used = booked = 0
    open_ = [minutes_of(span, window) for span in spans or ()]
    taken = [(minutes_of(one, window), one) for one in busy]
    is_unknown = spans is None or (
        not any(open_) and any(at for at, one in taken if one.is_own and not one.is_draft and not one.is_closure)
    )
    for minute in minutes:
        if is_unknown:
            break
        known += 1
        here = [one for at, one in taken if minute in at]
        if not any(minute in at for at in open_) or any(one.is_closure for one in here):
            continue
        bookable += 1
        use_ = [one for one in here if not one.is_draft]
        used += bool(use_)
        booked += any(one.is_own for one in use_)
    return known * 60, bookable * 60, used * 60, booked * 60


@st.composite
def windows(draw: st.DrawFn) -> Span:
    return whole(draw(st.sampled_from(FIRST_DAYS)))


@st.composite
def spans_in(draw: st.DrawFn, window: Span) -> Span:
    """On a grid of seven minutes, some of it over the window's edges and over midnight."""
    length = int((window.ends_at - window.starts_at) / MINUTE)
    start = draw(st.integers(-30, length // 7)) * 7
    return Span(
        starts_at=window.starts_at + start * MINUTE,
        ends_at=window.starts_at + (start + draw(st.integers(1, 200)) * 7) * MINUTE,
    )


@st.composite
def calendars(draw: st.DrawFn) -> tuple[list[Span] | None, list[Busy], Span]:
    window = draw(windows())
    spans = draw(st.none() | st.lists(spans_in(window), max_size=4)) if draw(st.integers(0, 5)) == 0 else None
    if spans is None and draw(st.integers(0, 9)):
        spans = draw(st.lists(spans_in(window), max_size=4))
    busy = [
        Busy(
            starts_at=span.starts_at,
            ends_at=span.ends_at,
            buffer_before=draw(st.sampled_from((None, timedelta(minutes=15)))),
            buffer_after=draw(st.sampled_from((None, timedelta(minutes=30)))),
            is_closure=draw(st.integers(0, 4)) == 0,
            is_draft=draw(st.integers(0, 4)) == 0,
            is_own=draw(st.booleans()),
        )
        for span in draw(st.lists(spans_in(window), max_size=6))
    ]
    return spans, busy, window


of_the_law = settings(max_examples=150, deadline=None, derandomize=True)


@of_the_law
@given(calendars())
def test_the_use_of_a_calendar_is_that_of_its_minutes(calendar: tuple[list[Span] | None, list[Busy], Span]) -> None:
    spans, busy, window = calendar
    minutes = set(range((window.ends_at - window.starts_at) // MINUTE))

    found = use(spans, busy, window)

    assert (found.known, found.bookable, found.used, found.booked) == oracle(spans, busy, window, minutes)
    assert 0 <= found.booked <= found.used <= found.bookable <= found.known


@of_the_law
@given(calendars(), st.lists(st.integers(0, DAYS * 1440 + 60), min_size=2, max_size=8))
def test_a_part_of_the_time_is_told_like_the_whole(
    calendar: tuple[list[Span] | None, list[Busy], Span], cuts: list[int]
) -> None:
    spans, busy, window = calendar
    length = (window.ends_at - window.starts_at) // MINUTE
    edges = [epoch(window.starts_at) + 60 * cut for cut in sorted(cuts)]

    parts = use_by_parts(told(spans, busy, window), edges)

    for (start, end), part in zip(zip(sorted(cuts), sorted(cuts)[1:], strict=False), parts, strict=True):
        minutes = set(range(min(start, length), min(end, length)))
        assert (part.known, part.bookable, part.used, part.booked) == oracle(spans, busy, window, minutes)


@of_the_law
@given(calendars())
def test_the_days_come_to_the_whole(calendar: tuple[list[Span] | None, list[Busy], Span]) -> None:
    spans, busy, window = calendar
    first = window.starts_at.astimezone(HELSINKI).date()
    midnights = [epoch(midnight(first + timedelta(days=n))) for n in range(DAYS + 1)]

    days = use_by_parts(told(spans, busy, window), midnights)

    total = Use()
    for day in days:
        total += day
    assert total == use(spans, busy, window)


WINDOW = whole(FIRST_DAYS[0])


def at(hour: float) -> datetime:
    return WINDOW.starts_at + timedelta(hours=hour)


def span(start: float, end: float) -> Span:
    return Span(starts_at=at(start), ends_at=at(end))


def busy(start: float, end: float, **more: Any) -> Busy:
    return Busy(starts_at=at(start), ends_at=at(end), **more)


OPEN = [span(8, 20)]


def test_bookings_that_lie_over_each_other_count_once() -> None:
    assert use(OPEN, [busy(9, 12), busy(11, 13), busy(9, 10, is_own=False)], WINDOW).used == 4 * 3600


def test_a_room_is_used_while_a_neighbours_booking_takes_it_but_not_booked() -> None:
    found = use(OPEN, [busy(9, 12, is_own=False), busy(11, 13)], WINDOW)

    assert (found.used, found.booked) == (4 * 3600, 2 * 3600)


def test_a_closure_is_in_neither_number() -> None:
    found = use(OPEN, [busy(8, 14, is_closure=True), busy(13, 15)], WINDOW)

    assert (found.bookable, found.used) == (6 * 3600, 3600)


def test_what_was_booked_outside_booking_hours_is_no_use() -> None:
    assert use(OPEN, [busy(6, 9), busy(19, 23)], WINDOW).used == 2 * 3600


def test_buffers_and_drafts_are_no_use() -> None:
    draft = busy(14, 15, is_draft=True)
    buffered = Busy(starts_at=at(9), ends_at=at(10), buffer_before=timedelta(hours=1), buffer_after=timedelta(hours=1))

    assert use(OPEN, [draft, buffered], WINDOW).used == 3600


def test_hours_that_nobody_gives_make_it_unknown_and_closed_days_do_not() -> None:
    assert use(None, [], WINDOW) == Use()
    assert use([], [], WINDOW) == Use(known=DAYS * 86400)


def test_hours_that_are_gone_of_a_space_that_was_booked_are_not_known() -> None:
    assert use([], [busy(9, 10)], WINDOW) == Use()
    assert use([], [busy(9, 10, is_own=False), busy(9, 10, is_closure=True)], WINDOW).known == DAYS * 86400


def test_the_day_on_which_the_clocks_go_back_has_twenty_five_hours() -> None:
    window = whole(date(2026, 10, 25))
    long_night = Span(starts_at=window.starts_at, ends_at=window.starts_at + timedelta(hours=6))

    assert use([long_night], [Busy(starts_at=long_night.starts_at, ends_at=long_night.ends_at)], window) == Use(
        known=73 * 3600, bookable=6 * 3600, used=6 * 3600, booked=6 * 3600
    )


def test_hours_and_bookings_of_different_times_tell_nothing_together() -> None:
    hours = BookingHours(ref=SPACE, read_at=READ, space=SPACE, window=WINDOW, spans=())
    later = Span(starts_at=WINDOW.ends_at, ends_at=WINDOW.ends_at + timedelta(days=1))

    with pytest.raises(ValueError, match="different times"):
        use_told(hours, BusyTimes(ref=SPACE, read_at=READ, space=SPACE, window=later))


stretches = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60))).map(together)


@of_the_law
@given(stretches, stretches)
def test_stretches_are_sets_of_seconds(ones: tuple[tuple[int, int], ...], others: tuple[tuple[int, int], ...]) -> None:
    def seconds(of: tuple[tuple[int, int], ...]) -> set[int]:
        return {second for start, end in of for second in range(start, end)}

    assert seconds(common(ones, others)) == seconds(ones) & seconds(others)
    assert seconds(without(ones, others)) == seconds(ones) - seconds(others)
    assert seconds(together([*ones, *others])) == seconds(ones) | seconds(others)
