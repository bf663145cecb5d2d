"""Respa: what is asked, and what the recorded replies mean."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.connectors.respa import Respa
from hub.errors import BadInput, BadSettings, PayloadChanged
from hub.fetch import Ask, Fetch, Page, Reply, Source
from hub.records.core import Address, Contact, LocalizedText, Picture, Point, Ref, Span
from hub.records.places import Place
from hub.records.spaces import BookingHours, BookingRules, Busy, BusyTimes, PriceUnit, Space, SpaceKind, SpacePrice
from hub.sandbox.respa.recorded import SAMPLES

HELSINKI = ZoneInfo("Europe/Helsinki")
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
URL = "https://respa.example/v1/"


def source(**options: Any) -> Source:
    return Source(name="rooms", id="r", connector="respa", url=URL, title=LocalizedText(en="x"), options=options)


RESPA = Respa(source())


def sample(name: str) -> Any:
    return json.loads((SAMPLES / f"{name}.json").read_bytes())


def read(fetch: Fetch[Any], body: object, status: int = 200) -> Any:
    raw = json.dumps(body).encode()
    reply = Reply(source=fetch.source, request=fetch.request, status=status, headers={}, body=raw, read_at=NOW)
    return fetch.parse(reply)


def listed(*rows: Any, following: str | None = None) -> dict[str, Any]:
    return {"count": len(rows), "next": following, "previous": None, "results": list(rows)}


def resource(**changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = sample("resource_detail")
    return row | changes


def space(**changes: Any) -> Space:
    (only,) = read(RESPA.spaces(Ask(now=NOW)), listed(resource(**changes))).items
    assert isinstance(only, Space)
    return only


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HELSINKI)


# what is asked


def test_lists_are_asked_with_their_own_parameters() -> None:
    spaces, places = RESPA.spaces(Ask(now=NOW)), RESPA.places(Ask(now=NOW))

    wanted = {"include": "accessibility_summaries", "page_size": "100"}
    assert (spaces.request.url, dict(spaces.request.params)) == (f"{URL}resource/", wanted)
    assert (places.request.url, dict(places.request.params)) == (
        f"{URL}unit/",
        {"unit_has_resource": "true", "page_size": "100"},
    )


def test_times_are_asked_for_two_weeks_of_local_days_in_utc() -> None:
    late = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)  # half past midnight of the 23rd in Helsinki
    hours, busy = RESPA.booking_hours(Ask(now=late)), RESPA.busy_times(Ask(now=late))

    assert dict(hours.request.params) == {
        "start": "2026-11-23T00:00:00Z",
        "end": "2026-12-06T23:59:59Z",
        "page_size": "50",
    }
    assert dict(busy.request.params)["start"] == "2026-11-22T00:00:00Z"


def test_one_town_of_several_may_be_asked_for() -> None:
    both = Respa(source(municipality=["espoo", "vantaa"]))

    assert dict(both.spaces(Ask(now=NOW)).request.params)["municipality"] == "espoo,vantaa"
    rows = [*sample("unit_list")["results"], *sample("unit_list_page2")["results"]]
    page = read(Respa(source(municipality="espoo")).places(Ask(now=NOW)), listed(*rows))
    assert [one.ref.key for one in page.items] == ["tprek:15417"]
    assert page.skipped == 3


@pytest.mark.parametrize(
    "options",
    [{"municipality": 5}, {"municipality": ["Espoo!"]}, {"page": 5}, {"page": "https://x.example/"}, {"page": "{id}"}],
)
def test_options_that_cannot_be_read_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(BadSettings, match=rf"sources\.rooms\.{next(iter(options))}: "):
        Respa(source(**options))


# paging


@pytest.mark.parametrize(
    "following",
    [
        "https://api.hel.fi/respa/v1/resource/?page=2&page_size=5",
        "http://10.0.0.5:8000/other/mount/resource/?limit=5&offset=5&search=a%20b",
    ],
    ids=["by page", "by offset, behind a proxy that tells its own name"],
)
def test_the_next_page_is_asked_at_our_own_base_with_the_query_that_was_told(following: str) -> None:
    page = read(RESPA.spaces(Ask(now=NOW)), listed(resource(), following=following))
    asked = RESPA.spaces(Ask(now=NOW, after=page.next)).request

    assert asked.url == f"{URL}resource/"
    assert asked.full_url.partition("?")[2] == urlsplit(following).query


def test_a_list_that_became_shorter_ends_and_is_not_complete() -> None:
    fetch = RESPA.spaces(Ask(now=NOW, after="page=99"))
    page = read(fetch, sample("error_resource_list_past_end_404"), 404)

    assert (page.items, page.next, page.complete) == ((), None, False)
    assert 404 not in RESPA.spaces(Ask(now=NOW)).statuses  # of the first page it means that the service is gone


@pytest.mark.parametrize("following", ["https://x.example/", "http://[", "https://x.example/?" + "a" * 3_000])
def test_a_next_page_that_asks_for_nothing_is_a_changed_payload(following: str) -> None:
    with pytest.raises(PayloadChanged):
        read(RESPA.spaces(Ask(now=NOW)), listed(resource(), following=following))


# units


def test_a_unit_is_read_whole() -> None:
    assert read(RESPA.place("tprek:8199"), sample("unit_detail_vallila")) == Place(
        ref=Ref("place", "r", "tprek:8199"),
        read_at=NOW,
        modified_at=datetime(2026, 11, 22, 0, 18, 37, 400471, tzinfo=UTC),
        name=LocalizedText(fi="Vallilan kirjasto", sv="Vallgårds bibliotek", en="Vallila Library"),
        tprek_id="8199",
        address=Address(street=LocalizedText(fi="Päijänteentie 5", sv="Päijännevägen 5"), postal_code="00550"),
        location=Point(lat=60.1943, lon=24.95935),
        contact=Contact(
            phone="+358 9 310 85059", email="vallilan_kirjasto@hel.fi", website="https://vallila.helmet.fi"
        ),
    )


def test_a_unit_that_was_made_by_hand_has_no_number() -> None:
    place = read(RESPA.place("ax2kwqmyv3mq"), sample("unit_detail_no_location"))

    assert (place.ref.key, place.tprek_id, place.location) == ("ax2kwqmyv3mq", None, None)


def test_an_unknown_unit_or_resource_is_none() -> None:
    assert read(RESPA.place("tprek:1"), sample("error_unit_not_found_404"), 404) is None
    assert read(RESPA.space("eiole"), sample("error_resource_not_found_404"), 404) is None


# resources


def test_a_resource_is_read_whole() -> None:
    assert read(RESPA.space("axwzr3i57yba"), sample("resource_detail")) == Space(
        ref=Ref("space", "r", "axwzr3i57yba"),
        read_at=NOW,
        modified_at=datetime(2026, 11, 22, 0, 18, 37, 444562, tzinfo=UTC),
        name=LocalizedText(fi="Ryhmätyötila 1", sv="Grupprum 1", en="Group room 1"),
        description=LocalizedText(
            fi="Kuuden hengen ryhmätila.<br><br>Tilassa on näyttö.", sv="Grupprum för sex personer."
        ),
        space_kind=SpaceKind.ROOM,
        type_name=LocalizedText(fi="Kokoustila", sv="Mötesrum", en="Meeting room"),
        place=Ref("place", "r", "tprek:8199"),
        capacity=6,
        area_m2=14.0,
        equipment=(
            LocalizedText(fi="Videotykki", sv="Videoprojektor", en="Projector"),
            LocalizedText(fi="Valkotaulu"),
        ),
        purposes=(
            LocalizedText(fi="Järjestä kokous tai työskentele", sv="Ordna möte eller arbeta", en="Meet and work"),
        ),
        price=SpacePrice(is_free=True),
        pictures=(Picture(url="https://api.hel.fi/respa/resource_image/1", alt=LocalizedText(fi="Ryhmätyötila")),),
        rules=BookingRules(
            min_duration=timedelta(minutes=30),
            max_duration=timedelta(hours=2),
            start_interval=timedelta(minutes=30),
            max_days_before=30,
            days_are_utc=True,
        ),
        is_bookable=True,
    )


def test_in_a_list_the_unit_is_its_id() -> None:
    page = read(RESPA.spaces(Ask(now=NOW)), sample("resource_list_page1"))

    assert {one.place for one in page.items} == {Ref("place", "r", "tprek:51342")}
    assert (page.total, page.next, page.dropped) == (27, "page=2&page_size=5", ())
    assert read(RESPA.spaces(Ask(now=NOW)), sample("resource_list_unit_detail")).items[0].place.key == "tprek:8199"


def test_a_device_that_is_booked_elsewhere_says_where() -> None:
    printer = read(RESPA.space("awmnurwkvzsa"), sample("resource_detail_external_url"))

    assert printer.space_kind is SpaceKind.EQUIPMENT
    assert printer.booking_url == sample("resource_detail_external_url")["external_reservation_url"]


def test_a_resource_has_a_page_where_the_configuration_tells_it() -> None:
    respa = Respa(source(page="https://varaamo.example/resources/{id}"))
    (only,) = read(respa.spaces(Ask(now=NOW)), listed(resource())).items

    assert only.url == only.booking_url == "https://varaamo.example/resources/axwzr3i57yba"


@pytest.mark.parametrize(
    ("lowest", "highest", "word", "price"),
    [
        (None, None, "hourly", SpacePrice(is_free=True)),
        ("0.00", "0.00", "hourly", SpacePrice(is_free=True, lowest_cents=0, highest_cents=0)),
        (
            "10.00",
            "25.50",
            "hourly",
            SpacePrice(is_free=False, lowest_cents=1000, highest_cents=2550, unit=PriceUnit.PER_HOUR),
        ),
        ("5", None, "fixed", SpacePrice(is_free=False, lowest_cents=500, unit=PriceUnit.FIXED)),
        ("5", "5", "by the moon", SpacePrice(is_free=False, lowest_cents=500, highest_cents=500, unit=PriceUnit.OTHER)),
    ],
)
def test_a_price_is_in_cents_and_none_at_all_is_free(
    lowest: str | None, highest: str | None, word: str, price: SpacePrice
) -> None:
    assert space(min_price=lowest, max_price=highest, price_type=word).price == price


def test_a_length_of_a_day_or_more_has_its_days_in_front() -> None:
    assert space(max_period="1 12:00:00").rules.max_duration == timedelta(hours=36)
    assert space(max_period=None).rules.max_duration is None


def test_html_that_was_pasted_in_is_sanitised_and_plain_text_escaped() -> None:
    texts = {"fi": "<p>Hyvä</p><script>x</script>", "sv": "a & b\r\nc"}

    assert space(description=texts).description == LocalizedText(fi="<p>Hyvä</p>", sv="a &amp; b<br>c")


def test_a_person_is_no_room() -> None:
    person = resource(type={"id": "guide", "name": {"fi": "Neuvoja"}, "main_type": "person"})
    page = read(RESPA.spaces(Ask(now=NOW)), listed(resource(), person))

    assert (len(page.items), page.skipped) == (1, 1)


# times


def test_booking_hours_are_those_of_the_days_that_were_asked() -> None:
    now = datetime(2026, 11, 23, 9, tzinfo=UTC)
    page: Page[BookingHours] = read(RESPA.booking_hours(Ask(now=now)), listed(sample("resource_detail_time_range")))
    (hours,) = page.items

    assert hours.ref == Ref("booking_hours", "r", "axwzr3i57yba")
    assert hours.space == Ref("space", "r", "axwzr3i57yba")
    assert hours.window == Span(starts_at=local("2026-11-23T00:00"), ends_at=local("2026-12-07T00:00"))
    assert hours.spans is not None
    assert hours.spans[0] == Span(starts_at=local("2026-11-23T08:00"), ends_at=local("2026-11-23T20:00"))
    assert hours.spans[-1] == Span(starts_at=local("2026-11-28T10:00"), ends_at=local("2026-11-28T16:00"))
    assert len(hours.spans) == 6  # closed on Sunday the 29th; the 22nd was not asked for


def test_closed_is_no_hours_and_days_that_nobody_told_are_unknown() -> None:
    def hours(*days: dict[str, Any]) -> BookingHours:
        (only,) = read(RESPA.booking_hours(Ask(now=NOW)), listed(resource(opening_hours=list(days)))).items
        assert isinstance(only, BookingHours)
        return only

    assert hours({"date": "2026-11-22", "opens": None, "closes": None}).spans == ()
    assert hours({"date": "2026-11-21", "opens": None, "closes": None}).spans is None
    assert hours().spans is None


def test_busy_times_are_when_and_nothing_else() -> None:
    now = datetime(2026, 11, 23, 9, tzinfo=UTC)
    page: Page[BusyTimes] = read(RESPA.busy_times(Ask(now=now)), sample("resource_list_time_range"))
    free, busy = page.items

    assert (free.ref.key, free.busy) == ("axvqd3wxn4la", ())
    assert busy == BusyTimes(
        ref=Ref("busy_times", "r", "axwzr3i57yba"),
        read_at=NOW,
        space=Ref("space", "r", "axwzr3i57yba"),
        window=Span(starts_at=local("2026-11-23T00:00"), ends_at=local("2026-12-07T00:00")),
        busy=(
            Busy(starts_at=local("2026-11-23T10:00"), ends_at=local("2026-11-23T12:00")),
            Busy(starts_at=local("2026-11-23T14:00"), ends_at=local("2026-11-23T15:30")),
            Busy(starts_at=local("2026-11-24T16:00"), ends_at=local("2026-11-24T17:00"), is_closure=True),
        ),
    )


def reserved(begin: str, end: str, **more: Any) -> dict[str, Any]:
    return {"begin": f"2026-11-{begin}:00+02:00", "end": f"2026-11-{end}:00+02:00", "state": "confirmed", **more}


def test_what_waits_for_somebody_is_busy_and_what_was_given_up_is_not() -> None:
    rows = [
        reserved("23T10:00", "23T11:00", state="requested"),
        reserved("23T11:00", "23T12:00", state="waiting_for_payment"),
        reserved("23T12:00", "23T13:00", state="cancelled"),
        reserved("23T13:00", "23T14:00", state="denied"),
        reserved("21T23:00", "22T00:00"),  # touches the window at its beginning
    ]
    (only,) = read(RESPA.busy_times(Ask(now=NOW)), listed(resource(reservations=rows))).items

    assert [one.starts_at for one in only.busy] == [local("2026-11-23T10:00"), local("2026-11-23T11:00")]


@pytest.mark.parametrize(
    "reservations", [None, [reserved("23T12:00", "23T12:00")], [reserved("23T12:00", "23T13:00"), {"begin": 5}]]
)
def test_a_space_whose_bookings_cannot_be_read_keeps_its_last_copy_and_is_not_free(reservations: object) -> None:
    page = read(
        RESPA.busy_times(Ask(now=NOW)),
        listed(resource(reservations=reservations), resource(id="other", reservations=[])),
    )

    assert [lost.key for lost in page.dropped] == ["axwzr3i57yba"]
    assert [one.ref.key for one in page.items] == ["other"]


@given(st.integers(-20, 40), st.integers(0, 23))
def test_whatever_the_hour_the_days_asked_for_hold_the_window(day: int, hour: int) -> None:
    now = datetime(2026, 3, 28, tzinfo=UTC) + timedelta(days=day, hours=hour)  # around the night of summer time
    asked = dict(RESPA.busy_times(Ask(now=now)).request.params)
    (only,) = read(RESPA.busy_times(Ask(now=now)), listed(resource(reservations=[]))).items

    assert datetime.fromisoformat(asked["start"]) <= only.window.starts_at <= now < only.window.ends_at
    assert only.window.ends_at <= datetime.fromisoformat(asked["end"])
    assert only.window.starts_at.astimezone(HELSINKI).time() == only.window.ends_at.astimezone(HELSINKI).time()
    assert date.fromisoformat(asked["end"][:10]) - date.fromisoformat(asked["start"][:10]) == timedelta(days=14)


# use


def test_use_is_read_two_weeks_after_two_weeks_each_to_its_last_page() -> None:
    ask, asked, firsts = Ask(now=NOW), [], []
    while True:
        wanted = RESPA.use(ask)
        asked.append(dict(wanted.request.params))
        following = f"{URL}resource/?page=2&start=x" if "page" not in asked[-1] else None
        page = read(wanted, listed(resource(reservations=[]), following=following))
        firsts.append(page.items[0].ref.key.partition("/")[2])
        if page.next is None:
            break
        ask = Ask(now=NOW, after=page.next)

    assert (asked[0]["start"], asked[0]["end"]) == ("2026-11-08T00:00:00Z", "2026-11-22T23:59:59Z")
    assert asked[1] == {"page": "2", "start": "x"}
    assert firsts[:4] == ["2026-11-09", "2026-11-09", "2026-10-26", "2026-10-26"]
    assert len(firsts) == 2 * 27
    assert firsts[-1] <= "2025-11-21"


def test_hours_and_bookings_of_a_row_are_the_use_of_a_room() -> None:
    rows = [reserved("16T10:00", "16T12:00", state="requested"), reserved("16T14:00", "16T15:00", type="blocked")]
    hours = [{"date": "2026-11-16", "opens": "2026-11-16T08:00:00+02:00", "closes": "2026-11-16T20:00:00+02:00"}]
    page = read(RESPA.use(Ask(now=NOW)), listed(resource(opening_hours=hours, reservations=rows)))
    (use,) = page.items

    monday = 7 * 86400
    assert use.window == Span(starts_at=local("2026-11-09T00:00"), ends_at=local("2026-11-23T00:00"))
    assert use.open == ((monday + 8 * 3600, monday + 20 * 3600),)
    assert use.booked == ((monday + 10 * 3600, monday + 12 * 3600),)
    assert use.closed == ((monday + 14 * 3600, monday + 15 * 3600),)


def test_a_broken_row_keeps_its_last_use() -> None:
    page = read(RESPA.use(Ask(now=NOW)), listed(resource(reservations=[]), resource(id="other", reservations="many")))

    assert [row.key for row in page.dropped] == ["other/2026-11-09"]


# look-ups

MONDAY = Span(starts_at=local("2026-11-23T00:00:00"), ends_at=local("2026-11-24T00:00:00"))


def reservation(**changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = sample("reservation_list_resource")["results"][0]
    return row | changes


def test_taken_times_of_some_spaces_are_asked_for_in_one_request() -> None:
    fetch = RESPA.busy(["b", "axwzr3i57yba"], MONDAY.starts_at, MONDAY.ends_at)

    assert fetch.request.url == f"{URL}reservation/"
    assert dict(fetch.request.params) == {
        "resource": "axwzr3i57yba,b",
        "start": "2026-11-22T22:00:00Z",
        "end": "2026-11-23T22:00:00Z",
        "page_size": "500",
    }
    told = read(fetch, sample("reservation_list_time_range"))
    assert [one.space.key for one in told] == ["axwzr3i57yba", "b"]
    assert told[0].busy[0] == Busy(starts_at=local("2026-11-23T10:00:00"), ends_at=local("2026-11-23T12:00:00"))
    assert {one.window for one in told} == {Span(starts_at=MONDAY.starts_at, ends_at=MONDAY.ends_at)}
    assert told[1].busy == ()


def test_what_is_freed_takes_nothing_and_what_is_blocked_is_a_closure() -> None:
    fetch = RESPA.busy(["axwzr3i57yba"], MONDAY.starts_at, MONDAY.ends_at)
    at = {"begin": "2026-11-23T10:00:00+02:00", "end": "2026-11-23T11:00:00+02:00"}

    (told,) = read(fetch, listed(reservation(**at, state="cancelled"), reservation(**at, type="blocked")))

    assert [(one.starts_at, one.is_closure) for one in told.busy] == [(local("2026-11-23T10:00:00"), True)]


@pytest.mark.parametrize(
    "body",
    [
        listed(reservation(), reservation(end=None)),
        listed(reservation(), reservation(resource=None)),
        listed(reservation(), following="https://x/?page=2"),
    ],
    ids=["a time that can't be read", "of nobody knows which space", "more than a page"],
)
def test_taken_times_that_may_be_any_spaces_make_all_unknown(body: object) -> None:
    assert read(RESPA.busy(["axwzr3i57yba", "b"], MONDAY.starts_at, MONDAY.ends_at), body) == ()


def test_hours_of_some_spaces_are_asked_for_one_by_one_and_joined() -> None:
    joined = RESPA.hours(["gone", "axwzr3i57yba"], MONDAY.starts_at, MONDAY.ends_at)

    assert [part.request.url for part in joined.parts] == [f"{URL}resource/axwzr3i57yba/", f"{URL}resource/gone/"]
    asked = {"start": "2026-11-23T00:00:00Z", "end": "2026-11-23T23:59:59Z"}
    assert [dict(part.request.params) for part in joined.parts] == [asked, asked]
    known = read(joined.parts[0], sample("resource_detail_one_day"))
    (told,) = joined.merge([known, read(joined.parts[1], {"detail": "Ei löydy."}, status=404)])
    assert told.spans == (Span(starts_at=local("2026-11-23T08:00:00"), ends_at=local("2026-11-23T20:00:00")),)
    assert (told.window, told.space.key) == (MONDAY, "axwzr3i57yba")


@pytest.mark.parametrize(("keys", "days"), [([], 1), (["x"] * 21, 1), (["a,b"], 1), (["x"], 15), (["x"], 0)], ids=str)
def test_a_look_up_without_bounds_is_refused(keys: list[str], days: int) -> None:
    until = MONDAY.starts_at + timedelta(days=days)
    with pytest.raises(BadInput):
        RESPA.busy(keys, MONDAY.starts_at, until)
    with pytest.raises(BadInput):
        RESPA.hours(keys, MONDAY.starts_at, until)


@pytest.mark.parametrize(
    ("summaries", "expected"),
    [
        ([], None),
        ([{"viewpoint_id": "11", "value": "green"}], True),
        ([{"viewpoint_id": "11", "value": "red"}], False),
        ([{"viewpoint_id": "11", "value": "unknown"}], None),
        ([{"viewpoint_id": "51", "value": "green"}], None),
    ],
)
def test_the_survey_tells_whether_a_wheelchair_gets_in(summaries: list[dict[str, str]], expected: bool | None) -> None:
    assert space(accessibility_summaries=summaries).for_wheelchair is expected
