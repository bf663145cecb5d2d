"""Windows that move with the clock: the city's days, on nights when clocks are changed too, and how long they hold."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.domain import events
from hub.domain.lists import PageArgs
from hub.domain.windows import Within, last_days, next_days, window
from hub.errors import BadInput
from hub.index.events import EventFilter
from hub.records.core import Ref, Span
from hub.records.events import Event
from tests import made
from tests.domain.hall import ZONE, Town

FORWARD, BACK = date(2027, 3, 28), date(2026, 10, 25)  # 23 hours, 25 hours
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def local(on: date, clock: time = time(0)) -> datetime:
    return datetime.combine(on, clock, ZONE)


def hours_of(span: Span) -> float:
    return (span.ends_at.astimezone(UTC) - span.starts_at.astimezone(UTC)) / HOUR


def asked(town: Town, now: datetime, within: Within) -> tuple[Span, datetime | None]:
    town.now = now.astimezone(UTC)
    city = town.city()
    return window(city, within), city.expires_at


@pytest.mark.parametrize(
    ("on", "days", "hours"),
    [(FORWARD, 1, 23), (BACK, 1, 25), (made.NOW.date(), 1, 24), (FORWARD, 7, 167), (BACK, 7, 169)],
)
async def test_a_day_is_one_of_the_city_however_long_it_is(town: Town, on: date, days: int, hours: int) -> None:
    span, _ = asked(town, local(on), Within(days=days))

    assert hours_of(span) == hours
    assert span.ends_at == local(on + timedelta(days=days))


@pytest.mark.parametrize("on", [FORWARD, BACK])
async def test_an_hour_is_an_hour_when_the_clock_is_changed(town: Town, on: date) -> None:
    span, _ = asked(town, local(on, time(2, 30)), Within(hours=3))

    assert hours_of(span) == 3


async def test_today_is_what_is_left_of_it_and_late_at_night_still_today(town: Town) -> None:
    span, _ = asked(town, local(BACK, time(23, 59, 30)), Within(days=1))

    assert span == Span(starts_at=local(BACK, time(23, 59)), ends_at=local(BACK + timedelta(days=1)))


async def test_what_is_asked_within_a_minute_is_one_question_that_holds_for_the_minute(town: Town) -> None:
    first, until = asked(town, made.NOW + timedelta(seconds=1), Within(hours=2))
    again, still = asked(town, made.NOW + timedelta(seconds=59), Within(hours=2))
    later, _ = asked(town, made.NOW + MINUTE, Within(hours=2))

    assert first == again
    assert until == still == made.NOW + MINUTE == later.starts_at


@pytest.mark.parametrize(
    ("days", "hours"), [(None, None), (1, 1), (0, None), (401, None), (None, 0), (None, 745), (-1, None)]
)
def test_a_window_is_of_days_or_of_hours_and_neither_empty_nor_endless(days: int | None, hours: int | None) -> None:
    with pytest.raises(BadInput, match="within"):
        Within(days=days, hours=hours)


@pytest.mark.parametrize("clock", [time(0), time(3, 30), time(23, 59)])
@pytest.mark.parametrize("on", [FORWARD, BACK])
async def test_days_before_and_after_are_counted_from_the_citys_day(town: Town, on: date, clock: time) -> None:
    town.now = local(on, clock).astimezone(UTC)
    city = town.city()

    assert last_days(city, 1) == on
    assert last_days(city, 30) == on - timedelta(days=29)
    assert next_days(city, 7) == (on, on + timedelta(days=6))
    assert city.expires_at == local(on + timedelta(days=1))


@pytest.mark.parametrize("days", [0, -1, 10_001])
async def test_no_days_are_bad_input(town: Town, days: int) -> None:
    with pytest.raises(BadInput):
        last_days(town.city(), days)
    with pytest.raises(BadInput):
        next_days(town.city(), days)


# ---- against a look at every event

AROUND = st.sampled_from([local(day).astimezone(UTC) for day in (FORWARD, BACK)])
minutes = st.integers(-26 * 60, 30 * 60)


@st.composite
def nights(draw: st.DrawFn) -> tuple[list[Event], datetime]:
    """A few events, some open-ended, some over midnight, around a night on which the clock is changed; and a moment."""
    midnight = draw(AROUND)
    starts = draw(st.lists(minutes, min_size=1, max_size=6))
    lasting = draw(st.lists(st.one_of(st.none(), st.integers(0, 8 * 60)), min_size=len(starts), max_size=len(starts)))
    held = [
        made.event(
            f"{n}",
            starts_at=midnight + start * MINUTE,
            ends_at=None if length is None else midnight + (start + length) * MINUTE,
        )
        for n, (start, length) in enumerate(zip(starts, lasting, strict=True))
    ]
    return held, midnight + draw(minutes) * MINUTE + timedelta(seconds=draw(st.integers(0, 59)))


def is_on(event: Event, since: datetime, until: datetime) -> bool:
    """An open end is the city's next midnight; what has no length is on when it begins."""
    starts = event.starts_at
    assert starts is not None
    ends = event.ends_at or local(starts.astimezone(ZONE).date() + timedelta(days=1)).astimezone(UTC)
    return starts < until and (ends > since or starts >= since)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(nights(), st.one_of(st.builds(Within, days=st.integers(1, 3)), st.builds(Within, hours=st.integers(1, 30))))
async def test_what_is_on_from_now_on_is_what_a_look_at_every_event_says_for_as_long_as_the_answer_holds(
    town: Town, night: tuple[list[Event], datetime], within: Within
) -> None:
    held, now = night
    with town.writer.transaction():
        town.writer.withdraw(_standing(town))
        town.writer.put(held)

    def told(at: datetime) -> tuple[set[str], datetime]:
        town.now = at
        city = town.city()
        found = events.events(city, EventFilter(overlaps=window(city, within)), PageArgs())
        assert city.expires_at is not None
        return {event.ref.key for event in found.nodes}, city.expires_at

    keys, until = told(now)

    today = now.astimezone(ZONE).date()
    end = (
        now.replace(second=0) + within.hours * HOUR if within.hours else local(today + timedelta(days=within.days or 0))
    )
    assert keys == {event.ref.key for event in held if is_on(event, now.replace(second=0), end.astimezone(UTC))}
    assert now < until <= now + MINUTE
    assert told(until - timedelta(seconds=1)) == (keys, until)


def _standing(town: Town) -> list[Ref]:
    rows = town.writer.connection.execute("SELECT source, key FROM record WHERE kind = 'event' AND hash NOT NULL")
    return [Ref("event", source, key) for source, key in rows.fetchall()]
