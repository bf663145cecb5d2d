"""Free times against what the booking systems themselves answered about the same rooms: the contracts' recordings."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from hub.connectors.respa import Respa
from hub.connectors.varaamo import Varaamo
from hub.domain.availability import Now, free_times
from hub.fetch import Ask, Fetch, Reply, Source, T
from hub.records.core import LocalizedText, Span
from hub.records.spaces import BookingHours, BusyTimes, Space
from hub.sandbox.respa import recorded as respa_recorded
from hub.sandbox.varaamo import recorded as varaamo_recorded
from tests.domain.oracle import HELSINKI

HOUR = timedelta(hours=1)
MONDAY = date(2026, 11, 23)
ASKED_AT = varaamo_recorded.RECORDED_AT
WEEK = Span(
    starts_at=datetime.combine(MONDAY, time(0), HELSINKI),
    ends_at=datetime.combine(MONDAY + timedelta(days=4), time(0), HELSINKI),  # hours were recorded until Thursday
)


def read(fetch: Fetch[T], body: object, read_at: datetime = ASKED_AT) -> T:
    raw = json.dumps(body).encode()
    reply = Reply(source=fetch.source, request=fetch.request, status=200, headers={}, body=raw, read_at=read_at)
    return fetch.parse(reply)


def source(connector: str) -> Source:
    return Source(name="x", id="x", connector=connector, url="https://x.example/v1/", title=LocalizedText(fi="x"))


# ---- Varaamo: HubFirstReservable of 566, 567, 568, 573, 578 from Monday on, for at least an hour

VARAAMO = Varaamo(source("varaamo"))
KEYS = ("566", "567", "568", "573", "578")


def sample(name: str) -> Any:
    return json.loads((varaamo_recorded.SAMPLES / name).read_bytes())


def rooms() -> dict[str, Space]:
    lists = [f"reservation-units-{name}.json" for name in ("oodi-page1", "oodi-page2", "vallila")]
    found = [space for name in lists for space in read(VARAAMO.spaces(Ask(now=ASKED_AT)), sample(name)).items]
    return {space.ref.key: space for space in found}


def hours() -> dict[str, BookingHours]:
    """566, 573 and 578 were recorded; 567 and 568 are open as 566 is (one house, and their first free times agree)."""
    ask = VARAAMO.hours(["566", "573", "578"], WEEK.starts_at, WEEK.ends_at)
    known = {told.ref.key: told for told in read(ask, sample("reservable-time-spans.json"))}
    return known | dict.fromkeys(("567", "568"), known["566"])


def taken() -> dict[str, BusyTimes]:
    ask = VARAAMO.busy(KEYS, WEEK.starts_at, WEEK.ends_at)
    return {told.ref.key: told for told in read(ask, sample("busy-times.json"))}


def first_reservable(name: str) -> dict[str, datetime | None]:
    nodes = [edge["node"] for edge in sample(name)["data"]["reservationUnits"]["edges"]]
    return {
        str(node["pk"]): None
        if node["firstReservableDatetime"] is None
        else datetime.fromisoformat(node["firstReservableDatetime"])
        for node in nodes
    }


@pytest.mark.parametrize("key", KEYS)
def test_the_first_free_hour_is_varaamos_own(key: str) -> None:
    free = free_times(rooms()[key], hours()[key], taken()[key], WEEK, now=ASKED_AT, zone=HELSINKI)

    assert rooms()[key].rules.min_duration == HOUR
    first = free[0].starts_at if free else None
    assert first == first_reservable("first-reservable.json")[key]
    assert (free is None) == (key == "573"), "nobody knows its hours"


@pytest.mark.parametrize("key", [key for key in KEYS if key != "573"])
def test_the_first_free_hour_of_an_evening_is_varaamos_own(key: str) -> None:
    evenings = [
        Span(
            starts_at=datetime.combine(MONDAY + timedelta(days=n), time(17), HELSINKI),
            ends_at=datetime.combine(MONDAY + timedelta(days=n), time(20), HELSINKI),
        )
        for n in range(4)
    ]
    free = [
        span
        for evening in evenings
        for span in free_times(rooms()[key], hours()[key], taken()[key], evening, now=ASKED_AT, zone=HELSINKI) or ()
    ]

    assert free[0].starts_at == first_reservable("first-reservable-only.json")[key]


# ---- Respa: `available_between` knows hours and reservations; the days in advance are told beside them

RESPA = Respa(source("respa"))
RECORDED_AT = datetime(2026, 11, 22, 0, 20, tzinfo=UTC)


def resource(name: str) -> Any:
    return json.loads((respa_recorded.SAMPLES / f"{name}.json").read_bytes())


def room(name: str) -> tuple[Space, BookingHours, BusyTimes]:
    page = {"count": 1, "next": None, "previous": None, "results": [resource(name)]}
    ask = Ask(now=RECORDED_AT)
    (space,) = read(RESPA.spaces(ask), page, RECORDED_AT).items
    (opening,) = read(RESPA.booking_hours(ask), page, RECORDED_AT).items
    (busy,) = read(RESPA.busy_times(ask), page, RECORDED_AT).items
    return space, opening, busy


def on_monday(start: time, end: time) -> Span:
    return Span(starts_at=datetime.combine(MONDAY, start, HELSINKI), ends_at=datetime.combine(MONDAY, end, HELSINKI))


def listed(name: str) -> set[str]:
    return {row["id"] for row in resource(name)["results"]}


def test_a_resource_is_free_between_two_moments_where_respa_lists_it() -> None:
    space, opening, busy = room("resource_detail_time_range")
    half_past_ten = on_monday(time(10, 30), time(11, 30))
    all_day = on_monday(time(8), time(20))

    free = free_times(space, opening, busy, half_past_ten, now=RECORDED_AT, zone=HELSINKI)
    gaps = free_times(space, opening, busy, all_day, now=RECORDED_AT, zone=HELSINKI) or []

    assert (free != []) == (space.ref.key in listed("resource_list_available_between"))
    has_an_hour = any(span.ends_at - span.starts_at >= HOUR for span in gaps)
    assert has_an_hour == (space.ref.key in listed("resource_list_available_between_period"))
    assert gaps == [on_monday(time(8), time(10)), on_monday(time(12), time(14)), on_monday(time(15, 30), time(20))]


@pytest.mark.parametrize("name", ["resource_detail_time_range", "resource_detail_manual_confirmation"])
def test_the_days_in_advance_are_those_that_respa_computes(name: str) -> None:
    row = resource(name)
    first, last = Now(RECORDED_AT, HELSINKI).starts(room(name)[0].rules)

    after, before = row["reservable_after"], row["reservable_before"]
    assert first == (0 if after is None else datetime.fromisoformat(after).timestamp())
    assert before is None or last + 1 == datetime.fromisoformat(before).timestamp()
    assert (before is None) == (last > 10**12)
