"""Whole days and zones of calendars."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from hub.connectors.ical_series import Window
from tests.connectors.ical_feeds import calendar, read, source, starts


def test_whole_days_keep_their_dates_and_run_from_midnight_to_midnight() -> None:
    (event,) = read(calendar("UID:1", "DTSTART;VALUE=DATE:20261106", "DTEND;VALUE=DATE:20261109")).items

    assert event.is_all_day
    assert (event.starts_on, event.ends_on) == (date(2026, 11, 6), date(2026, 11, 8))
    assert event.starts_at == datetime(2026, 11, 5, 22, tzinfo=UTC)
    assert event.ends_at == datetime(2026, 11, 8, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "utc"),
    [
        ("DTSTART:20261105T120000", "05 10:00"),
        ("DTSTART:20261105T1200", "05 10:00"),
        ("DTSTART;TZID=Europe/Helsinki:20261105T120000Z", "05 12:00"),
        ("DTSTART;TZID=Europe/Stockholm:20261105T120000", "05 11:00"),
        ("DTSTART;TZID=europe/stockholm:20261105T120000", "05 11:00"),
        ("DTSTART;TZID=FLE Standard Time:20261105T120000", "05 10:00"),
        ('DTSTART;TZID="W. Europe Standard Time":20261105T120000', "05 11:00"),
        ("DTSTART;TZID=(UTC+02:00) Helsinki, Kyiv, Riga, Sofia, Tallinn, Vilnius:20261105T120000", "05 10:00"),
        ('DTSTART;TZID="(UTC+01:00) Amsterdam, Berlin, Bern, Rome":20261105T120000', "05 11:00"),
        ("DTSTART;TZID=(UTC) Coordinated Universal Time:20261105T120000", "05 12:00"),
        ("DTSTART;TZID=tzone://Microsoft/Utc:20261105T120000", "05 12:00"),
        ("DTSTART;TZID=/mozilla.org/20070129_1/Europe/Stockholm:20261105T120000", "05 11:00"),
        ("DTSTART;TZID=:20261105T120000", "05 10:00"),
        ("DTSTART;TZID=Nobody's Time:20261105T120000", "05 10:00"),
        ("DTSTART;TZID=../../etc/passwd:20261105T120000", "05 10:00"),
    ],
)
def test_a_zone_is_known_by_many_names(start: str, utc: str) -> None:
    assert starts(read(calendar("UID:1", start))) == [utc]


def test_a_zones_name_of_a_megabyte_costs_nothing() -> None:
    assert starts(read(calendar("UID:1", f"DTSTART;TZID={'x/' * 500_000}:20261105T120000"))) == ["05 10:00"]


def test_the_configured_zone_is_that_of_times_without_one() -> None:
    body = calendar("UID:1", "DTSTART:20261105T120000")

    assert starts(read(body, of=source(timezone="Europe/Stockholm"))) == ["05 11:00"]


OWN_ZONE = """BEGIN:VTIMEZONE
TZID:Oma aika
BEGIN:STANDARD
DTSTART:16010101T040000
TZOFFSETFROM:+0300
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0300
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
"""


@pytest.mark.parametrize(
    "wall",
    ["0329T025900", "0329T033000", "0329T040000", "1025T025900", "1025T033000", "1025T040000", "0115T120000"],
)
def test_a_zone_of_the_files_own_follows_its_rules_as_the_known_one_does(wall: str) -> None:
    year = Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))

    own = read(calendar("UID:1", f"DTSTART;TZID=Oma aika:2026{wall}", head=OWN_ZONE), year)
    known = read(calendar("UID:1", f"DTSTART;TZID=Europe/Helsinki:2026{wall}"), year)

    assert own.items[0].starts_at == known.items[0].starts_at


def test_a_known_name_goes_before_the_files_own_rules() -> None:
    head = OWN_ZONE.replace("Oma aika", "Europe/Stockholm")

    assert starts(read(calendar("UID:1", "DTSTART;TZID=Europe/Stockholm:20261105T120000", head=head))) == ["05 11:00"]


@pytest.mark.parametrize(
    "broken",
    [
        OWN_ZONE.replace("+0200", "+9900"),
        OWN_ZONE.replace("TZOFFSETTO", "X"),
        OWN_ZONE.replace("16010101T030000", "soon"),
        OWN_ZONE.replace("BYMONTH=3", "BYMONTH=13"),
        "BEGIN:VTIMEZONE\nTZID:Oma aika\nEND:VTIMEZONE\n",
    ],
)
def test_a_broken_zone_is_the_default_one(broken: str) -> None:
    assert starts(read(calendar("UID:1", "DTSTART;TZID=Oma aika:20261105T120000", head=broken))) == ["05 10:00"]
