from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.connectors.moments import EARLIEST, HELSINKI, LATEST, instant, iso_z, local, local_date, midnight_after

DAYS = st.dates(min_value=date(1930, 1, 1), max_value=date(2190, 1, 1))


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("2026-11-22T14:00:00+02:00", datetime(2026, 11, 22, 12, tzinfo=UTC)),
        ("2026-11-22T12:00:00Z", datetime(2026, 11, 22, 12, tzinfo=UTC)),
        ("2026-11-22T12:00:00.123456Z", datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=UTC)),
        ("2026-11-22T14:00:00", datetime(2026, 11, 22, 12, tzinfo=UTC)),  # winter in Helsinki
        ("2026-07-01 14:00", datetime(2026, 7, 1, 11, tzinfo=UTC)),  # summer
        ("2026-11-22", datetime(2026, 11, 21, 22, tzinfo=UTC)),  # a date is its local midnight
        ("", None),
        (None, None),
    ],
)
def test_a_text_is_an_instant_in_utc(sent: str | None, meant: datetime | None) -> None:
    assert instant(sent) == meant


@pytest.mark.parametrize(
    "sent",
    [
        "yesterday", "22.11.2026", "2026-13-01", "2026-02-30T10:00:00", "2026-11-22T25:00:00", "12:00", "\x00",
        "0001-01-01T00:00:00", "9999-12-31T23:59:59-10:00", "1799-12-31T00:00:00Z", "2200-01-02T00:00:00Z",
        "2026-11-22T12:00:00+99:00", "２０２６-11-22",
    ],
)  # fmt: skip
def test_what_is_no_time_or_outside_the_centuries_is_a_value_error(sent: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the message is Python's own
        instant(sent)


@given(st.text())
def test_any_text_is_an_instant_nothing_or_a_value_error(text: str) -> None:
    try:
        moment = instant(text)
    except ValueError:
        return
    assert moment is None or (moment.tzinfo is UTC and EARLIEST <= moment <= LATEST)


@given(st.datetimes(min_value=datetime(1930, 1, 1), max_value=datetime(2190, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - hypothesis adds the zone
def test_an_instant_written_with_any_offset_is_itself(moment: datetime) -> None:
    for zone in (UTC, HELSINKI, ZoneInfo("America/New_York")):
        assert instant(moment.astimezone(zone).isoformat()) == moment


def test_a_time_that_the_clocks_skip_takes_the_offset_from_before() -> None:
    assert instant("2026-03-29T03:30:00") == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)  # shown as 4.30 in summer time
    assert instant("2026-03-29T02:59:59") == datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC)
    assert instant("2026-03-29T04:00:00") == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


def test_a_time_that_comes_twice_is_the_first() -> None:
    assert instant("2026-10-25T03:30:00") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert instant("2026-10-25T04:00:00") == datetime(2026, 10, 25, 2, 0, tzinfo=UTC)


def test_another_zone_is_read_in_that_zone() -> None:
    assert instant("2026-11-22T14:00:00", ZoneInfo("Europe/Stockholm")) == datetime(2026, 11, 22, 13, tzinfo=UTC)


def test_days_of_changing_clocks_have_23_and_25_hours() -> None:
    def hours(day: date) -> timedelta:
        return midnight_after(day) - local(day)

    assert hours(date(2026, 3, 29)) == timedelta(hours=23)
    assert hours(date(2026, 10, 25)) == timedelta(hours=25)
    assert hours(date(2026, 11, 22)) == timedelta(hours=24)


@given(DAYS)
def test_a_day_begins_on_itself_and_ends_where_the_next_begins(day: date) -> None:
    assert local_date(local(day)) == day
    assert midnight_after(day) == local(day + timedelta(days=1))
    assert local_date(midnight_after(day) - timedelta(seconds=1)) == day
    assert local(day).tzinfo is UTC


@given(DAYS, st.times())
def test_a_wall_clock_time_stays_on_its_day(day: date, clock: time) -> None:
    assert local_date(local(day, clock)) == day


def test_iso_z_has_whole_seconds_and_a_z() -> None:
    assert iso_z(datetime(2026, 7, 1, 14, 0, 0, 999, tzinfo=HELSINKI)) == "2026-07-01T11:00:00Z"
    assert instant(iso_z(datetime(2026, 7, 1, tzinfo=UTC))) == datetime(2026, 7, 1, tzinfo=UTC)


def test_a_day_at_the_calendars_edge_is_an_overflow_that_drops_its_row() -> None:
    with pytest.raises(OverflowError):
        midnight_after(date.max)
    with pytest.raises(OverflowError):
        local(date.min)
