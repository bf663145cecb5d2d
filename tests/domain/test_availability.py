"""Free times against an oracle that tries every booking, and by the rules one by one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.domain.availability import Now, calendar, clipped, fits, free_times, joined, minus, slots
from hub.records.core import Span
from hub.records.spaces import BookingHours, BookingRules, Busy, BusyTimes, Space
from tests import made
from tests.domain.oracle import Oracle

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
HELSINKI = ZoneInfo("Europe/Helsinki")
# midnights in Helsinki: an ordinary day, the day of 25 hours and the day of 23
DAYS = [
    datetime(2026, 11, 23, tzinfo=HELSINKI),
    datetime(2026, 10, 25, tzinfo=HELSINKI),
    datetime(2027, 3, 28, tzinfo=HELSINKI),
]
STEP = 5  # minutes on which the calendars' times lie; questions lie on any minute
LENGTH = 30 * 60 // STEP


def maybe(*values: int) -> st.SearchStrategy[timedelta | None]:
    return st.sampled_from((None, *(timedelta(minutes=value) for value in values)))


spots = st.integers(-6, LENGTH)
pieces = st.tuples(spots, st.integers(1, 100)).map(lambda pair: (pair[0], pair[0] + pair[1]))
# mostly the plain case, so that several rules rarely rule out everything together
flags = st.sampled_from((False, False, True))
steps = maybe(15, 30, 60, 90, 15, 30)


def moment(day: datetime, step: float) -> datetime:
    """So many steps of real time after the local midnight."""
    return day.astimezone(UTC) + timedelta(minutes=step * STEP)


@st.composite
def rules(draw: st.DrawFn, now: datetime, start: datetime) -> BookingRules:
    """Of a space whose first opening is at `start`."""
    step = draw(steps)
    has_days, has_ends = draw(flags), draw(flags)
    days = (start.astimezone(HELSINKI).date() - now.astimezone(HELSINKI).date()).days
    near = st.sampled_from((None, max(0, days - 1), max(0, days), days + 1))
    shortest = draw(maybe(15, 20, 30, 60))
    longest = draw(maybe(45, 60, 120, 300)) if draw(flags) else None
    return BookingRules(
        min_duration=shortest,
        max_duration=longest,
        start_interval=step,
        length_interval=step if draw(st.booleans()) else None,
        buffer_before=draw(maybe(5, 30)),
        buffer_after=draw(maybe(10, 45)),
        min_days_before=draw(near) if has_days else None,
        max_days_before=draw(near) if has_days else None,
        days_are_utc=draw(st.booleans()),
        opens_at=now - HOUR if has_ends else None,
        closes_at=start + draw(st.integers(1, 60)) * STEP * MINUTE if has_ends else None,
        blocks_whole_day=draw(flags),
    )


@st.composite
def questions(draw: st.DrawFn) -> tuple[Space, BookingHours, BusyTimes, Span, datetime]:
    """Openings of some hours anywhere in a day and the night after it, a few taken times in them, and a window around
    the first, asked before or while it is open.
    """
    day = draw(st.sampled_from(DAYS))
    known = Span(starts_at=moment(day, -3 * 288), ends_at=moment(day, 4 * 288))
    at = draw(st.integers(0, LENGTH - 60))
    spans = [(at, at + draw(st.integers(12, 120)))]
    for _ in range(draw(st.integers(0, 2))):
        opens = spans[-1][1] + draw(st.sampled_from((0, 0, 3, 12)))
        spans.append((opens, opens + draw(st.integers(6, 60))))
    taken = []
    for _ in range(draw(st.integers(0, 3))):
        begins = at + draw(st.integers(-20, 120))
        taken.append(
            Busy(
                starts_at=moment(day, begins),
                ends_at=moment(day, begins + draw(st.integers(1, 18))),
                buffer_before=draw(maybe(5, 30)),
                buffer_after=draw(maybe(5, 30)),
                is_closure=draw(flags),
            )
        )
    now = moment(day, at) + draw(st.sampled_from((-60 * 50, -60 * 26, -60 * 12, -60 * 3, 17, 61))) * MINUTE
    by = draw(rules(now, moment(day, at)))
    zone = draw(st.sampled_from((UTC, HELSINKI)))  # callers write their own offsets; records are in UTC
    start = at + draw(st.integers(-20, 20))
    # without a grid every minute is tried with every length: shorter windows
    length = draw(st.integers(12, 90)) if by.start_interval else draw(st.integers(12, 40))
    window = Span(starts_at=moment(day, start).astimezone(zone), ends_at=moment(day, start + length).astimezone(zone))
    space = made.space("1", rules=by, is_bookable=draw(st.integers(0, 20)) != 0)
    openings = [Span(starts_at=moment(day, a), ends_at=moment(day, b)) for a, b in spans]
    return space, made.hours("1", *openings, window=known), made.busy("1", *taken, window=known), window, now


slow = settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@slow
@given(questions(), st.sampled_from((None, 10, 30, 45, 60, 100, 240)))
def test_free_times_are_what_possible_bookings_cover(
    question: tuple[Space, BookingHours, BusyTimes, Span, datetime], wanted: int | None
) -> None:
    space, hours, busy, window, now = question
    possible = list(Oracle(space, hours, busy, window, now).bookings())

    made_calendar = calendar(space.rules, hours, busy, is_bookable=space.is_bookable, zone=HELSINKI)
    found = slots(made_calendar, window, Now(now, HELSINKI))

    assert found is not None
    told = [(start // 60, end // 60) for start, end in found]
    covered = {minute for _, start, end in possible for minute in range(start, end)}
    assert {minute for start, end in told for minute in range(start, end)} == covered
    for start, end in told:
        here = [
            {b for number, a, b in possible if number == n and start <= a and b <= end}
            for n in {number for number, a, _ in possible if a == start}
        ]
        assert any(end in ends for ends in here), "begins and ends with bookings of one opening"
    assert min((start for start, _ in told), default=None) == min((a for _, a, _ in possible), default=None)
    assert fits(found, made_calendar, wanted) == any(wanted is None or b - a >= wanted for _, a, b in possible)


@slow
@given(questions())
def test_what_is_free_in_a_window_is_free_in_a_wider_one(
    question: tuple[Space, BookingHours, BusyTimes, Span, datetime],
) -> None:
    space, hours, busy, window, now = question
    wider = Span(starts_at=window.starts_at - HOUR, ends_at=window.ends_at + HOUR)

    narrow = free_times(space, hours, busy, window, now=now, zone=HELSINKI)
    wide = free_times(space, hours, busy, wider, now=now, zone=HELSINKI)

    assert narrow is not None
    assert wide is not None
    assert all(any(w.starts_at <= n.starts_at and n.ends_at <= w.ends_at for w in joined(wide)) for n in narrow)


spans = st.lists(pieces.map(lambda p: Span(starts_at=moment(DAYS[0], p[0]), ends_at=moment(DAYS[0], p[1]))), max_size=6)


@given(spans, spans)
def test_nothing_taken_is_left_and_nothing_free_is_lost(free: list[Span], taken: list[Span]) -> None:
    left = minus(joined(free), joined(taken))

    def inside(at: datetime, many: list[Span]) -> bool:
        return any(s.starts_at <= at < s.ends_at for s in many)

    for step in range(-8, LENGTH + 100):
        at = moment(DAYS[0], step)
        assert inside(at, left) == (inside(at, free) and not inside(at, taken))
    assert left == joined(left)
    window = made.span(0, 12)
    assert all(window.starts_at <= s.starts_at < s.ends_at <= window.ends_at for s in clipped(left, window))


def test_times_that_touch_are_one() -> None:
    assert joined([made.span(10, 12), made.span(9, 10), made.span(11, 11.5), made.span(13, 13)]) == [made.span(9, 12)]


# ---- the rules, one by one; made.NOW is eleven o'clock in Helsinki on Sunday 22 November

OPEN = made.hours("1", made.span(8, 20, day=1))
TOMORROW = made.span(0, 24, day=1)


def rule(**more: Any) -> Space:
    more.setdefault("min_duration", HOUR)
    return made.space("1", rules=BookingRules(**more))


def free(
    space: Space, *taken: Span | Busy, hours: BookingHours = OPEN, window: Span = TOMORROW, now: datetime = made.NOW
) -> list[Span] | None:
    return free_times(space, hours, made.busy("1", *taken), window, now=now, zone=HELSINKI)


def on(start: float, end: float) -> Span:
    return made.span(start, end, day=1)


def busy(start: float, end: float, **more: Any) -> Busy:
    return Busy(starts_at=made.at(start, day=1), ends_at=made.at(end, day=1), **more)


def test_a_space_is_free_where_it_is_open_and_not_taken() -> None:
    assert free(rule(), on(10.5, 11), on(19.5, 20)) == [on(8, 10.5), on(11, 19.5)]


def test_a_time_shorter_than_the_shortest_booking_is_not_free() -> None:
    assert free(rule(min_duration=3 * HOUR), on(10, 16)) == [on(16, 20)]


def test_starts_lie_on_a_grid_that_begins_with_the_opening_not_with_the_hour() -> None:
    opening = made.hours("1", on(8.25, 20))
    by_the_hour = rule(start_interval=HOUR, length_interval=HOUR)

    assert free(by_the_hour, on(10, 11), hours=opening) == [on(8.25, 9.25), on(11.25, 19.25)]
    assert free(rule(start_interval=HOUR), on(10, 11), hours=opening) == [on(8.25, 10), on(11.25, 20)]


def test_a_booking_lies_in_one_opening_though_the_next_begins_where_it_ends() -> None:
    opening = made.hours("1", on(8, 9), on(9, 10.5))

    assert free(rule(), hours=opening) == [on(8, 9), on(9, 10.5)]
    assert free(rule(min_duration=2 * HOUR), hours=opening) == []


def test_a_pause_between_two_bookings_is_the_longer_of_their_buffers() -> None:
    half, quarter = timedelta(minutes=30), timedelta(minutes=15)
    taken = busy(12, 13, buffer_before=quarter, buffer_after=half)

    assert free(rule(), taken) == [on(8, 11.75), on(13.5, 20)]
    assert free(rule(buffer_before=HOUR, buffer_after=HOUR), taken) == [on(8, 11), on(14, 20)]


def test_from_a_closure_a_booking_needs_no_distance_of_its_own() -> None:
    space = rule(buffer_before=HOUR, buffer_after=HOUR)

    assert free(space, busy(12, 13, is_closure=True)) == [on(8, 12), on(13, 20)]
    assert free(space, busy(12, 13)) == [on(8, 11), on(14, 20)]


def test_where_a_booking_takes_the_whole_day_nothing_else_may_be_on_it() -> None:
    two_days = made.hours("1", on(8, 20), made.span(8, 20, day=2))
    window = made.span(0, 48, day=1)

    assert free(rule(blocks_whole_day=True), on(19, 19.5), hours=two_days, window=window) == [made.span(8, 20, day=2)]
    closure = busy(8, 9, is_closure=True)
    assert free(rule(blocks_whole_day=True), closure, hours=two_days, window=window) == [
        on(9, 20),
        made.span(8, 20, day=2),
    ]


def test_days_are_the_local_ones_where_a_booking_takes_the_whole_day() -> None:
    late = made.hours("1", made.span(20, 23, day=1))  # ten in the evening until one in the night, in Helsinki

    assert free(rule(blocks_whole_day=True), made.span(6, 7, day=1), hours=late, window=made.span(0, 48, day=1)) == [
        made.span(22, 23, day=1)
    ]


@pytest.mark.parametrize(
    ("least", "expected"), [(None, on(8, 20)), (1, on(8, 20)), (2, None)], ids=["no rule", "a day", "two days"]
)
def test_days_ahead_begin_with_the_local_midnight(least: int | None, expected: Span | None) -> None:
    assert free(rule(min_days_before=least)) == ([] if expected is None else [expected])


def test_the_last_day_in_advance_ends_at_this_time_of_the_clock_and_a_booking_may_go_on() -> None:
    assert free(rule(max_days_before=1, max_duration=2 * HOUR)) == [on(8, 11)]
    assert free(rule(max_days_before=1)) == [on(8, 20)]
    assert free(rule(max_days_before=1), now=made.NOW - 2 * HOUR) == []


def test_days_that_are_utc_are_whole() -> None:
    whole = {"days_are_utc": True}
    assert free(rule(max_days_before=0, **whole)) == []
    assert free(rule(max_days_before=1, **whole)) == [on(8, 20)]
    assert free(rule(min_days_before=0, **whole)) == [on(8, 20)]
    assert free(rule(min_days_before=1, **whole)) == []
    night = made.hours("1", made.span(23, 26, day=1))
    assert free(rule(max_days_before=1, max_duration=HOUR, **whole), hours=night, window=made.span(0, 48, day=1)) == [
        Span(starts_at=made.at(23, day=1), ends_at=made.at(24, day=1) + timedelta(minutes=59))
    ]


@pytest.mark.parametrize(
    ("day", "hours_of_day"), [(DAYS[1], 25), (DAYS[2], 23)], ids=["clocks go back", "clocks go forward"]
)
def test_days_in_advance_and_the_grid_are_right_when_the_clocks_change(day: datetime, hours_of_day: int) -> None:
    midnight, next_midnight = moment(day, 0), moment(day, hours_of_day * 12)
    opening = Span(starts_at=midnight, ends_at=next_midnight + 12 * HOUR)
    wide = Span(starts_at=midnight - timedelta(days=3), ends_at=midnight + timedelta(days=3))
    now = midnight - timedelta(hours=13)  # eleven in the morning of the day before
    space = rule(min_days_before=2, start_interval=2 * HOUR)

    found = free_times(
        space, made.hours("1", opening, window=wide), made.busy("1", window=wide), wide, now=now, zone=HELSINKI
    )

    # the grid goes on through the change in steps of real time: the day has one hour more or less than a whole step
    assert found == [Span(starts_at=midnight + timedelta(hours=hours_of_day + 1), ends_at=next_midnight + 12 * HOUR)]
    latest = free_times(
        rule(max_days_before=1, max_duration=HOUR),
        made.hours("1", opening, window=wide),
        made.busy("1", window=wide),
        wide,
        now=now,
        zone=HELSINKI,
    )
    eleven = day.replace(hour=11).astimezone(UTC)
    assert latest == [Span(starts_at=midnight, ends_at=eleven + HOUR)]


def test_the_night_in_which_the_clocks_go_back_has_an_hour_more() -> None:
    night = DAYS[1]
    window = Span(starts_at=night, ends_at=night.replace(hour=6))  # seven hours, whatever the clock on the wall says
    wide = made.span(-24 * 60, 24 * 60)
    seven = made.space("1", rules=BookingRules(min_duration=timedelta(hours=7)))

    found = free_times(
        seven, made.hours("1", wide, window=wide), made.busy("1", window=wide), window, now=made.at(-800), zone=HELSINKI
    )

    assert found == [window]


def test_the_past_is_not_free_and_needs_not_be_known() -> None:
    now = made.at(11, day=1)
    from_now = made.hours("1", on(8, 20), window=on(11, 24))
    nothing = made.busy("1", window=on(11, 24))

    assert free_times(rule(), from_now, nothing, TOMORROW, now=now, zone=HELSINKI) == [on(11, 20)]
    assert free_times(rule(), None, None, TOMORROW, now=made.at(24, day=1), zone=HELSINKI) == []


@pytest.mark.parametrize(
    "space",
    [
        made.space("1", is_bookable=False),
        rule(opens_at=made.NOW + MINUTE),
        rule(closes_at=made.NOW),
        rule(closes_at=made.at(8.5, day=1)),
        rule(max_days_before=1, days_are_utc=False, min_days_before=2),
        rule(min_duration=HOUR, max_duration=HOUR / 2),
    ],
    ids=["not bookable", "not begun", "over", "over too soon", "neither sooner nor later", "longest below shortest"],
)
def test_a_space_that_cannot_be_booked_is_not_free(space: Space) -> None:
    assert free(space) == []


def test_a_window_that_the_rules_rule_out_is_not_free_though_nobody_knows_its_times() -> None:
    assert free_times(rule(max_days_before=1), None, None, made.span(0, 24, day=40), now=made.NOW, zone=HELSINKI) == []
    assert free_times(made.space("1", is_bookable=False), None, None, TOMORROW, now=made.NOW, zone=HELSINKI) == []


def test_bookings_begin_and_end_while_bookings_are_taken() -> None:
    assert free(rule(opens_at=made.NOW, closes_at=made.at(12, day=1))) == [on(8, 12)]


NOT_TAKEN = made.busy("1")


@pytest.mark.parametrize(
    ("hours", "taken"),
    [
        (None, NOT_TAKEN),
        (OPEN, None),
        (made.hours("1", known=False), NOT_TAKEN),
        (made.hours("1", on(8, 20), window=on(0, 11)), NOT_TAKEN),
        (OPEN, made.busy("1", window=on(11, 24))),
    ],
    ids=["no hours", "no taken times", "hours not told", "hours end too early", "taken times begin too late"],
)
def test_a_space_whose_times_are_not_known_is_not_said_to_be_free(
    hours: BookingHours | None, taken: BusyTimes | None
) -> None:
    assert free_times(rule(), hours, taken, TOMORROW, now=made.NOW, zone=HELSINKI) is None


def test_what_might_be_taken_behind_the_end_of_what_is_known_is_kept_at_a_distance() -> None:
    known = made.busy("1", window=on(0, 20))
    hours = made.hours("1", on(8, 22))

    assert free_times(rule(buffer_after=HOUR), hours, known, on(0, 20), now=made.NOW, zone=HELSINKI) == [on(8, 19)]


@pytest.mark.parametrize(
    ("shortest", "longest", "step", "minutes_wanted", "expected"),
    [
        (60, None, None, None, True),
        (121, None, None, None, False),
        (None, None, None, 120, True),
        (None, None, None, 121, False),
        (15, 90, None, 91, False),
        (15, 90, None, 90, True),
        (60, None, None, 30, True),
        (30, None, 60, 90, True),
        (30, 90, 60, 61, False),
        (30, None, 90, 91, False),
    ],
)
def test_a_time_fits_if_a_booking_of_that_length_can_be_made(
    shortest: int | None, longest: int | None, step: int | None, minutes_wanted: int | None, *, expected: bool
) -> None:
    def length(of: int | None) -> timedelta | None:
        return None if of is None else timedelta(minutes=of)

    by = BookingRules(
        min_duration=length(shortest),
        max_duration=length(longest),
        start_interval=length(step),
        length_interval=length(step),
    )
    two_hours = calendar(by, made.hours("1", on(10, 12)), NOT_TAKEN, is_bookable=True, zone=HELSINKI)
    found = slots(two_hours, TOMORROW, Now(made.NOW, HELSINKI))

    assert found is not None
    assert fits(found, two_hours, minutes_wanted) is expected
    assert not fits([], two_hours, minutes_wanted)
