"""Free times against an oracle that looks at every minute by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain.availability import blocked, fits, free_times, is_known, joined, minus
from hub.records.core import Span
from hub.records.spaces import BookingHours, BookingRules, Busy, BusyTimes, Space
from tests import made

MINUTE = timedelta(minutes=1)
HELSINKI = ZoneInfo("Europe/Helsinki")
# midnights in Helsinki: an ordinary day, the day of 25 hours and the day of 23
DAYS = [
    datetime(2026, 11, 23, tzinfo=HELSINKI),
    datetime(2026, 10, 25, tzinfo=HELSINKI),
    datetime(2027, 3, 28, tzinfo=HELSINKI),
]
STEP = 5  # minutes; every time of the calendars lies on it, so the oracle may step by it
LENGTH = 26 * 60 // STEP

spots = st.integers(0, LENGTH)
pieces = st.tuples(spots, st.integers(-2, 60)).map(lambda pair: (pair[0], pair[0] + pair[1]))
buffers = st.sampled_from((None, timedelta(minutes=5), timedelta(minutes=30)))


def moment(day: datetime, step: int) -> datetime:
    """So many steps of real time after the local midnight."""
    return day.astimezone(UTC) + timedelta(minutes=step * STEP)


@st.composite
def calendars(draw: st.DrawFn) -> tuple[Space, BookingHours, BusyTimes, Span, datetime]:
    day = draw(st.sampled_from(DAYS))
    known = Span(starts_at=moment(day, -12), ends_at=moment(day, LENGTH + 200))
    open_times = tuple(
        Span(starts_at=moment(day, a), ends_at=moment(day, b)) for a, b in draw(st.lists(pieces, max_size=4))
    )
    taken = tuple(
        Busy(
            starts_at=moment(day, a),
            ends_at=moment(day, b),
            buffer_before=draw(buffers),
            buffer_after=draw(buffers),
        )
        for a, b in draw(st.lists(pieces, max_size=5))
    )
    start = draw(spots)
    zone = draw(st.sampled_from((UTC, HELSINKI)))  # callers write their own offsets; records are in UTC
    until = start + draw(st.integers(1, 120))
    window = Span(starts_at=moment(day, start).astimezone(zone), ends_at=moment(day, until).astimezone(zone))
    now = moment(day, draw(spots))
    shortest = draw(st.sampled_from((None, 15, 60, 90)))
    rules = BookingRules(min_duration=None if shortest is None else timedelta(minutes=shortest))
    return (
        made.space("1", rules=rules),
        made.hours("1", *open_times, window=known),
        made.busy("1", *taken, window=known),
        window,
        now,
    )


def by_every_step(space: Space, hours: BookingHours, busy: BusyTimes, window: Span, now: datetime) -> list[Span]:
    """Free is each step that is open, not blocked, in the window and not past; then the runs that are long enough."""
    none = timedelta(0)
    assert hours.spans is not None
    runs: list[Span] = []
    at = window.starts_at.astimezone(UTC)
    while at < window.ends_at.astimezone(UTC):
        until = at + timedelta(minutes=STEP)
        is_open = any(s.starts_at <= at and until <= s.ends_at for s in hours.spans)
        is_blocked = any(
            b.starts_at - (b.buffer_before or none) < until and at < b.ends_at + (b.buffer_after or none)
            for b in busy.busy
            if b.starts_at - (b.buffer_before or none) < b.ends_at + (b.buffer_after or none)
        )
        if is_open and not is_blocked and now <= at:
            if runs and runs[-1].ends_at == at:
                at_first = runs.pop().starts_at
                runs.append(Span(starts_at=at_first, ends_at=until))
            else:
                runs.append(Span(starts_at=at, ends_at=until))
        at = until
    shortest = space.rules.min_duration or MINUTE
    return [run for run in runs if run.ends_at - run.starts_at >= shortest]


@settings(max_examples=300, deadline=None)
@given(calendars())
def test_free_times_are_those_of_every_minute_looked_at(
    calendar: tuple[Space, BookingHours, BusyTimes, Span, datetime],
) -> None:
    space, hours, busy, window, now = calendar

    assert free_times(space, hours, busy, window, now=now) == by_every_step(space, hours, busy, window, now)


def test_the_night_in_which_the_clocks_go_back_has_an_hour_more() -> None:
    night = DAYS[1]
    window = Span(starts_at=night, ends_at=night.replace(hour=6))  # seven hours, whatever the clock on the wall says
    wide = made.span(-24 * 60, 24 * 60)
    space = made.space("1", rules=BookingRules(min_duration=timedelta(hours=7)))

    found = free_times(
        space, made.hours("1", wide, window=wide), made.busy("1", window=wide), window, now=made.at(-800)
    )

    assert found == [window]
    assert fits(found, space, 7 * 60)


spans = st.lists(pieces.map(lambda p: Span(starts_at=moment(DAYS[0], p[0]), ends_at=moment(DAYS[0], p[1]))), max_size=6)


@given(spans, spans)
def test_nothing_taken_is_left_and_nothing_free_is_lost(free: list[Span], taken: list[Span]) -> None:
    left = minus(joined(free), joined(taken))

    def inside(at: datetime, many: list[Span]) -> bool:
        return any(s.starts_at <= at < s.ends_at for s in many)

    for step in range(-2, LENGTH + 60):
        at = moment(DAYS[0], step)
        assert inside(at, left) == (inside(at, free) and not inside(at, taken))
    assert left == joined(left)


def test_times_that_touch_are_one() -> None:
    assert joined([made.span(10, 12), made.span(9, 10), made.span(11, 11.5), made.span(13, 13)]) == [made.span(9, 12)]


def test_a_taken_time_blocks_its_buffers_too() -> None:
    taken = Busy(
        starts_at=made.at(10),
        ends_at=made.at(11),
        buffer_before=timedelta(minutes=15),
        buffer_after=timedelta(minutes=30),
    )

    assert blocked([taken]) == [made.span(9.75, 11.5)]


SPACE, HOURS = made.space("1"), made.hours("1", made.span(8, 20))
WINDOW = made.span(10, 12)
NOT_TAKEN = made.busy("1")


def free(space: Space, hours: BookingHours | None = HOURS, busy: BusyTimes | None = NOT_TAKEN) -> list[Span] | None:
    return free_times(space, hours, busy, WINDOW, now=made.NOW)


def test_a_space_is_free_where_it_is_open_and_not_taken() -> None:
    assert free(SPACE, busy=made.busy("1", made.span(10.5, 11))) == [made.span(10, 10.5), made.span(11, 12)]


@pytest.mark.parametrize(
    ("hours", "busy"),
    [
        (None, made.busy("1")),
        (HOURS, None),
        (made.hours("1", known=False), made.busy("1")),
        (made.hours("1", made.span(8, 20), window=made.span(0, 11)), made.busy("1")),
        (HOURS, made.busy("1", window=made.span(11, 24))),
    ],
    ids=["no hours", "no taken times", "hours not told", "hours end too early", "taken times begin too late"],
)
def test_a_space_whose_times_are_not_known_is_not_said_to_be_free(
    hours: BookingHours | None, busy: BusyTimes | None
) -> None:
    assert free(SPACE, hours, busy) is None
    assert not is_known(hours, busy, WINDOW)


@pytest.mark.parametrize(
    "space",
    [
        made.space("1", is_bookable=False),
        made.space("1", rules=BookingRules(opens_at=made.NOW + MINUTE)),
        made.space("1", rules=BookingRules(closes_at=made.NOW)),
    ],
    ids=["not bookable", "bookings have not begun", "bookings are over"],
)
def test_a_space_that_takes_no_bookings_is_not_free_whatever_its_times(space: Space) -> None:
    assert free(space) == []
    assert free(space, None) == []


def test_a_space_bookable_from_now_on_is_free() -> None:
    assert free(made.space("1", rules=BookingRules(opens_at=made.NOW, closes_at=made.NOW + MINUTE))) == [WINDOW]


def test_the_past_is_not_free_and_needs_not_be_known() -> None:
    late = made.at(11)
    from_now = made.span(11, 24)
    hours = made.hours("1", made.span(8, 20), window=from_now)

    assert free_times(SPACE, hours, made.busy("1", window=from_now), WINDOW, now=late) == [made.span(11, 12)]
    assert free_times(SPACE, None, None, WINDOW, now=made.at(12)) == []


@pytest.mark.parametrize(
    ("shortest", "longest", "minutes", "expected"),
    [
        (60, None, None, True),
        (121, None, None, False),
        (None, None, None, True),
        (15, None, 120, True),
        (15, None, 121, False),
        (15, 90, 91, False),
        (15, 90, 90, True),
        (60, None, 30, True),
    ],
)
def test_a_time_fits_if_it_is_long_enough_and_no_longer_than_a_booking_may_be(
    shortest: int | None, longest: int | None, minutes: int | None, *, expected: bool
) -> None:
    def length(minutes: int | None) -> timedelta | None:
        return None if minutes is None else timedelta(minutes=minutes)

    space = made.space("1", rules=BookingRules(min_duration=length(shortest), max_duration=length(longest)))

    assert fits([made.span(8, 9), WINDOW], space, minutes) is expected
    assert not fits([], space, minutes)
