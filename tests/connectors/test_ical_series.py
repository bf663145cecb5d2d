"""Recurrences: which occurrences there are, when, and by which keys."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from hub.connectors.ical_series import Window
from hub.records.events import EventStatus
from tests.connectors.ical_feeds import calendar, occurrences, read, starts


def test_ten_oclock_stays_ten_oclock_over_a_change_of_clocks() -> None:
    body = calendar("UID:1", "DTSTART;TZID=Europe/Helsinki:20261023T100000", "RRULE:FREQ=DAILY;COUNT=4")

    page = read(body, Window(datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)))

    assert starts(page) == ["23 07:00", "24 07:00", "25 08:00", "26 08:00"]


def test_a_time_that_does_not_exist_takes_the_offset_before_and_one_that_exists_twice_is_the_first() -> None:
    spring = calendar("UID:1", "DTSTART;TZID=Europe/Helsinki:20260329T033000")
    autumn = calendar("UID:2", "DTSTART;TZID=Europe/Helsinki:20261025T033000")
    year = Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))

    assert starts(read(spring, year)) == ["29 01:30"]
    assert starts(read(autumn, year)) == ["25 00:30"]


def test_an_hour_is_sixty_minutes_and_a_day_a_calendars_day() -> None:
    year = Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    start = "DTSTART;TZID=Europe/Helsinki:20261025T020000"

    hours, day = (read(calendar("UID:1", start, f"DURATION:{length}"), year).items[0] for length in ("PT3H", "P1D"))

    assert hours.ends_at == datetime(2026, 10, 25, 2, tzinfo=UTC)
    assert day.ends_at == datetime(2026, 10, 26, 0, tzinfo=UTC)


def test_occurrences_have_a_parent_and_keys_of_their_own() -> None:
    body = calendar(
        "UID:kuoro", "SUMMARY:Kuoro", "DTSTART:20261105T160000Z", "DURATION:PT2H", "RRULE:FREQ=WEEKLY;COUNT=2"
    )

    parent, *weeks = read(body).items

    assert (parent.ref.key, parent.is_series) == ("kuoro", True)
    assert (parent.starts_at, parent.ends_at) == (weeks[0].starts_at, weeks[1].ends_at)
    assert [event.ref.key for event in weeks] == ["kuoro/20261105T160000Z", "kuoro/20261112T160000Z"]
    assert {event.series for event in weeks} == {parent.ref}


def test_a_moved_occurrence_keeps_its_key() -> None:
    body = calendar(
        "UID:kuoro",
        "DTSTART:20261105T160000Z",
        "RRULE:FREQ=WEEKLY;COUNT=2",
        "END:VEVENT",
        "BEGIN:VEVENT",
        "UID:kuoro",
        "RECURRENCE-ID:20261112T160000Z",
        "DTSTART:20261113T180000Z",
        "SUMMARY:Siirretty",
    )

    moved = read(body).items[-1]

    assert moved.ref.key == "kuoro/20261112T160000Z"
    assert moved.starts_at == datetime(2026, 11, 13, 18, tzinfo=UTC)


def test_an_occurrence_may_be_moved_with_all_that_follow() -> None:
    body = calendar(
        "UID:kuoro",
        "DTSTART;TZID=Europe/Helsinki:20261102T160000",
        "RRULE:FREQ=WEEKLY;COUNT=4",
        "END:VEVENT",
        "BEGIN:VEVENT",
        "UID:kuoro",
        "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Helsinki:20261116T160000",
        "DTSTART;TZID=Europe/Helsinki:20261117T170000",
    )

    assert starts(read(body)) == ["02 14:00", "09 14:00", "17 15:00", "24 15:00"]


def test_an_occurrence_moved_into_the_window_is_there() -> None:
    body = calendar(
        "UID:kuoro",
        "DTSTART:20250101T160000Z",
        "RRULE:FREQ=WEEKLY;COUNT=2",
        "END:VEVENT",
        "BEGIN:VEVENT",
        "UID:kuoro",
        "RECURRENCE-ID:20250108T160000Z",
        "DTSTART:20261113T180000Z",
    )

    assert starts(read(body)) == ["13 18:00"]


@pytest.mark.parametrize(
    "excluded",
    [
        "EXDATE;VALUE=DATE:20261103",
        "EXDATE;TZID=Europe/Helsinki:20261103T100000",
        "EXDATE:20261103T100000",
        "EXDATE:20261103T080000Z",
        "EXDATE:rubbish,20261103T080000Z",
    ],
)
def test_an_excluded_date_may_have_any_form(excluded: str) -> None:
    body = calendar("UID:1", "DTSTART;TZID=Europe/Helsinki:20261102T100000", "RRULE:FREQ=DAILY;COUNT=3", excluded)

    assert starts(read(body)) == ["02 08:00", "04 08:00"]


@pytest.mark.parametrize(
    "excluded", ["EXDATE;VALUE=DATE:20261103", "EXDATE:20261103T000000", "EXDATE:20261102T220000Z"]
)
def test_a_whole_day_may_be_excluded_by_its_midnight(excluded: str) -> None:
    body = calendar("UID:1", "DTSTART;VALUE=DATE:20261102", "RRULE:FREQ=DAILY;COUNT=3", excluded)

    assert [event.starts_on for event in occurrences(read(body))] == [date(2026, 11, 2), date(2026, 11, 4)]


def test_cancelled_occurrences_are_kept_as_cancelled() -> None:
    body = calendar(
        "UID:kuoro",
        "DTSTART:20261105T160000Z",
        "RRULE:FREQ=WEEKLY;COUNT=2",
        "END:VEVENT",
        "BEGIN:VEVENT",
        "UID:kuoro",
        "RECURRENCE-ID:20261112T160000Z",
        "DTSTART:20261112T160000Z",
        "STATUS:CANCELLED",
    )

    assert [event.status for event in occurrences(read(body))] == [EventStatus.SCHEDULED, EventStatus.CANCELLED]


def test_a_calendar_that_cancels_cancels_all_of_its_events() -> None:
    body = calendar("UID:1", "DTSTART:20261105T160000Z", "STATUS:CONFIRMED", head="METHOD:CANCEL\r\n")

    assert read(body).items[0].status is EventStatus.CANCELLED


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ("FREQ=SECONDLY", "too often"),
        ("FREQ=MINUTELY;COUNT=5", "too often"),
        ("FREQ=HOURLY", "without an end"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL"),
        ("FREQ=DAILY;COUNT=-1", "COUNT"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "no month has"),
        ("FREQ=YEARLY;RSCALE=HEBREW", "RSCALE"),
        ("FREQ=WEEKLY;BYDAY=XX", "not understood"),
        ("FREQ=WEEKLY;UNTIL=soon", "UNTIL"),
        ("BYDAY=MO", "no FREQ"),
    ],
)
def test_a_rule_that_is_refused_leaves_the_first_instance_and_says_why(rule: str, reason: str) -> None:
    page = read(calendar("UID:1", "DTSTART:20261105T160000Z", f"RRULE:{rule}"))

    assert starts(page) == ["05 16:00"]
    (dropped,) = page.dropped
    assert dropped.key == "1"
    assert dropped.where == "line 2"
    assert reason in dropped.reason


def test_what_came_before_a_refused_rule_is_not_told_twice() -> None:
    page = read(calendar("UID:1", "DTSTART:20261105T160000Z", "RDATE:20261105T160000Z", "RRULE:FREQ=SECONDLY"))

    assert starts(page) == ["05 16:00"]


def test_a_rule_from_long_ago_does_not_run_for_ever() -> None:
    page = read(calendar("UID:1", "DTSTART:19000101T000000Z", "RRULE:FREQ=HOURLY;UNTIL=20991231T000000Z"))

    assert "steps" in page.dropped[0].reason


def test_a_count_of_a_hundred_million_costs_no_more_than_the_window() -> None:
    page = read(calendar("UID:1", "DTSTART:20261120T160000Z", "RRULE:FREQ=DAILY;COUNT=100000000"))

    assert len(occurrences(page)) == 11


def test_a_series_has_a_thousand_occurrences_at_most() -> None:
    page = read(
        calendar("UID:1", "DTSTART:20261101T000000Z", "RRULE:FREQ=HOURLY;UNTIL=20281231T000000Z"),
        Window(datetime(2026, 11, 1, tzinfo=UTC), datetime(2027, 11, 1, tzinfo=UTC)),
    )

    assert len(occurrences(page)) == 1_000
    assert "1000" in page.dropped[0].reason
