"""Hauki: what is asked, and what the recorded replies mean."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.connectors.hauki import BLOCK, Hauki
from hub.errors import BadInput, PayloadChanged
from hub.fetch import Ask, Collection, Dropped, Fetch, Page, Reply, Source
from hub.records.core import LocalizedText, Ref
from hub.records.places import DayState, Identifier, OpeningDay, OpenTime, Place, TimeKind
from hub.sandbox.hauki.recorded import SAMPLES

HELSINKI = ZoneInfo("Europe/Helsinki")
NOW = datetime(2026, 11, 22, 0, 12, 16, tzinfo=UTC)
JUNE = datetime(2020, 6, 22, 9, tzinfo=UTC)
URL = "https://hauki.api.hel.fi/v1/"
SOURCE = Source(name="hauki", id="h", connector="hauki", url=URL, title=LocalizedText(en="x"))
HAUKI = Hauki(SOURCE)


def sample(name: str) -> Any:
    return json.loads((SAMPLES / f"{name}.json").read_bytes())


def read(fetch: Fetch[Any], body: object, status: int = 200) -> Any:
    raw = json.dumps(body).encode()
    return fetch.parse(Reply(source=SOURCE, request=fetch.request, status=status, headers={}, body=raw, read_at=NOW))


def days(body: object, *keys: str, now: datetime = JUNE) -> Page[OpeningDay]:
    page: Page[OpeningDay] = read(HAUKI.opening_days(Ask(now=now, keys=keys or ("tprek:8215",))), body)
    return page


def listed(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"count": len(rows), "next": None, "previous": None, "results": list(rows)}


def place(*opening_hours: Any, number: int = 8215, **other: Any) -> dict[str, Any]:
    origin = {"data_source": {"id": "tprek", "name": {"fi": None, "sv": None, "en": None}}, "origin_id": str(number)}
    resource = {"id": 1, "name": {"fi": "Talo"}, "timezone": "Europe/Helsinki", "origins": [origin], **other}
    return {"resource": resource, "opening_hours": list(opening_hours)}


def span(state: str, start: str | None = None, end: str | None = None, **other: Any) -> dict[str, Any]:
    return {
        "name": "",
        "description": "",
        "start_time": start,
        "end_time": end,
        "end_time_on_next_day": False,
        "resource_state": state,
        "full_day": start is None and end is None,
        "periods": [1],
        **other,
    }


def one_day(*times: dict[str, Any], on: str = "2020-06-22", **other: Any) -> OpeningDay:
    page = days(listed(place({"date": on, "times": list(times)}, **other)))
    assert page.dropped == ()
    return next(day for day in page.items if day.date.isoformat() == on)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HELSINKI)


def spans(day: OpeningDay) -> list[tuple[str, str, TimeKind]]:
    """In Helsinki, with the day where it is another."""

    def clock(moment: datetime) -> str:
        here = moment.astimezone(HELSINKI)
        return f"{here:%H:%M}" if here.date() == day.date else f"{here:%d %H:%M}"

    return [(clock(time.opens), clock(time.closes), time.kind) for time in day.times]


def collection(kind: str) -> Collection:
    return next(one for one in HAUKI.collections() if one.kind == kind)


# what is asked


def test_the_places_that_have_hours_are_listed_with_todays_alone() -> None:
    fetch = HAUKI.places(Ask(now=NOW, after="3"))

    assert (fetch.request.method, fetch.request.url) == ("GET", f"{URL}opening_hours/")
    assert dict(fetch.request.params) == {
        "data_source": "tprek",
        "start_date": "today",
        "end_date": "today",
        "page_size": "100",
        "page": "3",
    }


def test_hours_are_asked_of_many_places_at_once_in_finnish() -> None:
    late = datetime(2026, 11, 22, 23, tzinfo=UTC)  # one o'clock of the 23rd in Helsinki
    fetch = HAUKI.opening_days(Ask(now=late, keys=("tprek:8215", "tprek:1")))

    assert dict(fetch.request.params) == {
        "resource": "tprek:8215,tprek:1",
        "start_date": "2026-11-16",
        "end_date": "2026-12-23",
        "page_size": "1000",
    }
    assert ("Accept-Language", "fi") in fetch.request.headers


@pytest.mark.parametrize("keys", [(), tuple(f"tprek:{n}" for n in range(BLOCK + 1)), ("8215",), ("tprek:1,tprek:2",)])
def test_other_keys_and_whole_cities_are_not_asked_for(keys: tuple[str, ...]) -> None:
    with pytest.raises(BadInput):
        HAUKI.opening_days(Ask(now=NOW, keys=keys))


# places


def test_a_listed_place_is_known_by_its_numbers_elsewhere() -> None:
    page = read(HAUKI.places(Ask(now=NOW)), sample("opening_hours_multi_page1"))

    assert page.items[0] == Place(
        ref=Ref("place", "h", "tprek:8215"),
        read_at=NOW,
        name=LocalizedText(fi="Kallion kirjasto", sv="Berghälls bibliotek", en="Kallio Library"),
        tprek_id="8215",
        identifiers=(Identifier(namespace="kirkanta", value="84860"),),
    )
    assert [one.ref.key for one in page.items] == ["tprek:8215", "tprek:8199"]
    assert (page.total, page.next) == (3, "2")
    assert read(HAUKI.places(Ask(now=NOW, after="2")), sample("opening_hours_multi_page2")).next is None


def test_a_place_that_the_register_does_not_know_is_not_ours() -> None:
    page = read(HAUKI.places(Ask(now=NOW)), listed(place(), place(origins=[])))

    assert (len(page.items), page.skipped, page.dropped) == (1, 1, ())


def test_a_place_without_hours_is_none() -> None:
    fetch = HAUKI.place("tprek:8215")

    assert read(fetch, sample("opening_hours_multi_empty")) is None
    assert read(fetch, sample("error_not_found_404"), 404) is None
    assert read(fetch, listed(place())).ref.key == "tprek:8215"


def test_an_error_that_is_a_list_is_a_changed_payload() -> None:
    with pytest.raises(PayloadChanged):
        read(HAUKI.places(Ask(now=NOW)), sample("error_dates_missing_400"))


# days


def test_the_sample_week_is_read_whole() -> None:
    page = days(sample("opening_hours_multi_page1") | {"next": None}, "tprek:8215", "tprek:8199")
    of_kallio = {day.date: day for day in page.items if day.place.key == "tprek:8215"}

    assert page.dropped == ()
    assert len(page.items) == 2 * 38
    assert of_kallio[date(2020, 6, 22)] == OpeningDay(
        ref=Ref("opening_day", "h", "tprek:8215/2020-06-22"),
        read_at=NOW,
        place=Ref("place", "h", "tprek:8215"),
        date=date(2020, 6, 22),
        state=DayState.OPEN,
        times=(
            OpenTime(opens=local("2020-06-22T08:00"), closes=local("2020-06-22T10:00"), kind=TimeKind.SELF_SERVICE),
            OpenTime(opens=local("2020-06-22T10:00"), closes=local("2020-06-22T20:00"), kind=TimeKind.STAFFED),
        ),
    )
    assert of_kallio[date(2020, 6, 23)].state is DayState.UNKNOWN  # left out: nobody says that it is closed
    assert of_kallio[date(2020, 6, 28)].state is DayState.CLOSED


def test_a_night_ends_on_the_next_day() -> None:
    page = days(sample("opening_hours_multi_page2"), "tprek:51342")
    night = next(day for day in page.items if day.date == date(2020, 6, 24))

    assert spans(night) == [("22:00", "25 02:00", TimeKind.STAFFED)]
    assert night.note == LocalizedText(fi="Kesäyö")


def test_a_date_that_comes_twice_is_one_day_and_closed_cuts_out() -> None:
    sent = sample("opening_hours_multi_states_found")
    page = days(sent, "tprek:4", now=datetime(2021, 9, 3, 9, tzinfo=UTC))
    on = {day.date.day: day for day in page.items if day.date.month == 9}

    assert spans(on[3]) == [("09:00", "10:00", TimeKind.OPEN), ("11:00", "16:00", TimeKind.OPEN)]
    assert spans(on[4]) == [("00:00", "05 00:00", TimeKind.OPEN)]
    assert (on[5].state, on[5].times) == (DayState.CLOSED, ())
    assert spans(on[6]) == [("09:00", "07 05:00", TimeKind.OPEN)]
    assert page.dropped == ()
    assert {day.place.key for day in page.items} == {"tprek:4"}  # the other one was not asked for


def test_a_place_that_is_missing_has_no_hours_which_is_not_closed() -> None:
    page = days(sample("opening_hours_multi_empty"), "tprek:8215")

    assert len(page.items) == 38
    assert {day.state for day in page.items} == {DayState.UNKNOWN}


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ("open", TimeKind.OPEN),
        ("open_and_reservable", TimeKind.OPEN),
        ("enter_only", TimeKind.OPEN),
        ("weather_permitting", TimeKind.OPEN),
        ("self_service", TimeKind.SELF_SERVICE),
        ("with_key", TimeKind.BY_ARRANGEMENT),
        ("with_reservation", TimeKind.BY_ARRANGEMENT),
        ("with_key_and_reservation", TimeKind.BY_ARRANGEMENT),
        ("reserved", TimeKind.BY_ARRANGEMENT),
        ("by_appointment", TimeKind.BY_ARRANGEMENT),
    ],
)
def test_each_open_state_has_its_kind(state: str, kind: TimeKind) -> None:
    day = one_day(span(state, "09:00:00", "17:00:00"))

    assert (day.state, spans(day)) == (DayState.OPEN, [("09:00", "17:00", kind)])


@pytest.mark.parametrize(
    ("state", "means"),
    [
        ("closed", DayState.CLOSED),
        ("exit_only", DayState.CLOSED),
        ("not_in_use", DayState.CLOSED),
        ("maintenance", DayState.CLOSED),
        ("undefined", DayState.UNKNOWN),
        ("no_opening_hours", DayState.UNKNOWN),
        ("a state of next year", DayState.UNKNOWN),
    ],
)
def test_a_state_that_is_not_open_is_closed_or_not_known(state: str, means: DayState) -> None:
    assert one_day(span(state, "09:00:00", "17:00:00")).state is means


def test_open_ends_reach_the_days_first_and_last_moment() -> None:
    assert spans(one_day(span("open", None, "10:00:00"))) == [("00:00", "10:00", TimeKind.OPEN)]
    assert spans(one_day(span("open", "10:00:00", None))) == [("10:00", "23 00:00", TimeKind.OPEN)]
    assert spans(one_day(span("open", "10:00:00", "00:00:00"))) == [("10:00", "23 00:00", TimeKind.OPEN)]


def test_times_that_touch_are_one_and_the_more_welcoming_kind_holds() -> None:
    day = one_day(
        span("by_appointment", "08:00:00", "12:00:00"),
        span("open", "09:00:00", "10:00:00"),
        span("open", "10:00:00", "11:00:00"),
    )

    assert spans(day) == [
        ("08:00", "09:00", TimeKind.BY_ARRANGEMENT),
        ("09:00", "11:00", TimeKind.OPEN),
        ("11:00", "12:00", TimeKind.BY_ARRANGEMENT),
    ]


def test_times_are_those_of_the_places_own_zone() -> None:
    stockholm = one_day(span("open", "10:00:00", "12:00:00"), timezone="Europe/Stockholm")
    untold = one_day(span("open", "10:00:00", "12:00:00"), timezone=None)

    assert spans(stockholm) == [("11:00", "13:00", TimeKind.OPEN)]
    assert spans(untold) == [("10:00", "12:00", TimeKind.OPEN)]


# what cannot be read


def test_a_day_that_cannot_be_read_costs_that_day_alone() -> None:
    good = {"date": "2020-06-23", "times": [span("open", "10:00:00", "12:00:00")]}
    bad = {"date": "2020-06-24", "times": [span("open", "12:00:00", "10:00:00")]}
    page = days(listed(place(good, bad)))

    assert [lost.key for lost in page.dropped] == ["tprek:8215/2020-06-24"]
    assert len(page.items) == 37
    assert next(day for day in page.items if day.date == date(2020, 6, 23)).state is DayState.OPEN


def test_a_row_without_a_date_lets_no_day_be_told_as_unknown() -> None:
    good = {"date": "2020-06-23", "times": [span("open", "10:00:00", "12:00:00")]}
    page = days(listed(place(good, {"date": "tomorrow", "times": []})))

    assert [day.date for day in page.items] == [date(2020, 6, 23)]
    assert [lost.key for lost in page.dropped] == [None]


def test_a_place_that_cannot_be_read_keeps_all_its_days() -> None:
    page = days(listed(place(timezone="Mars/Base"), place(number=2)), "tprek:8215", "tprek:2")

    assert {day.place.key for day in page.items} == {"tprek:2"}
    assert {lost.key for lost in page.dropped} == {
        f"tprek:8215/{date(2020, 6, 15) + timedelta(days=n)}" for n in range(38)
    }


def test_a_place_of_which_not_even_the_number_can_be_read_lets_none_be_told_as_missing() -> None:
    page = days(listed(place(origins="many"), place(number=2)), "tprek:8215", "tprek:2", "tprek:3")

    assert {day.place.key for day in page.items} == {"tprek:2"}
    assert [lost.key for lost in page.dropped] == [None]


def test_a_page_of_which_nothing_can_be_read_is_a_changed_payload() -> None:
    with pytest.raises(PayloadChanged):
        days(listed(place(timezone=5)))


def test_a_block_that_comes_in_pages_is_a_changed_payload() -> None:
    with pytest.raises(PayloadChanged):
        days(listed(place()) | {"next": f"{URL}opening_hours/?page=2"})


def test_a_day_of_a_thousand_times_is_dropped() -> None:
    many = {"date": "2020-06-23", "times": [span("open", "10:00:00", "12:00:00")] * 1_000}

    assert [lost.key for lost in days(listed(place(many), place(number=2))).dropped] == ["tprek:8215/2020-06-23"]


clocks = st.times().map(lambda time: time.replace(microsecond=0).isoformat())
states = st.sampled_from(["open", "self_service", "with_key", "closed", "maintenance", "undefined", "?"])


@given(st.lists(st.builds(span, states, st.none() | clocks, st.none() | clocks, end_time_on_next_day=st.booleans())))
def test_whatever_the_times_are_those_of_a_day_are_in_order_and_apart(times: list[dict[str, Any]]) -> None:
    page = days(listed(place({"date": "2020-06-22", "times": times}), place(number=2)), "tprek:8215", "tprek:2")
    told: list[Dropped | OpeningDay] = [lost for lost in page.dropped if lost.key == "tprek:8215/2020-06-22"]
    told += [day for day in page.items if day.ref.key == "tprek:8215/2020-06-22"]

    assert len(told) == 1
    for day in page.items:
        edges = [edge for time in day.times for edge in (time.opens, time.closes)]
        assert edges == sorted(edges)
        assert all(time.opens < time.closes for time in day.times)
        assert (day.state is DayState.OPEN) == bool(day.times)


def test_a_day_leaves_the_window_after_a_week() -> None:
    inside = collection("opening_day").in_window
    day = one_day(span("open", "10:00:00", "12:00:00"))

    assert inside is not None
    assert inside(day, JUNE + timedelta(days=7))
    assert not inside(day, JUNE + timedelta(days=8))
