"""Varaamo's stand-in, held to what the real software answered."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import httpx
import pytest

from hub.sandbox.city import City, MadeBooking, MadePlace, MadeRoom, Text
from hub.sandbox.conformance import differences
from hub.sandbox.generator import make_city
from hub.sandbox.standin import Recording
from hub.sandbox.varaamo.execution import Rows
from hub.sandbox.varaamo.made import made
from hub.sandbox.varaamo.recorded import RECORDED_AT, SAMPLES, recorded, recordings
from hub.sandbox.varaamo.standin import app

PAIR = {"Cookie": f"csrftoken={'a' * 32}", "X-CSRFToken": "a" * 32}
ASK = {"query": "{ __typename }"}
ROOM = MadeRoom(
    id=7,
    place="library-1",
    kind="room",
    type_name=Text(fi="Kokoustila", sv="Mötesrum"),
    name=Text(fi="Iso sali", en="Big hall"),
    description=Text(fi="<p>Sali.</p>"),
    capacity=40,
    area_m2=80.0,
    equipment=(Text(fi="Valkotaulu"),),
    purposes=(Text(fi="Pidä kokous"),),
    price_cents=(0, 0),
    price_unit=None,
    min_minutes=30,
    max_minutes=120,
    interval_minutes=30,
    buffer_before=0,
    buffer_after=600,
    min_days_before=0,
    max_days_before=14,
    open_hours=((time(10), time(18)), None, None, None, None, None, None),
    bookings=(
        MadeBooking(
            id=1,
            starts_at=datetime(2026, 11, 23, 8, tzinfo=UTC),
            ends_at=datetime(2026, 11, 23, 10, tzinfo=UTC),
            buffer_after=600,
        ),
    ),
)
PRINTER = MadeRoom(
    id=9,
    place="library-1",
    kind="equipment",
    type_name=Text(fi="Laitteet ja välineet"),
    name=Text(fi="3D-tulostin"),
    description=Text(),
    capacity=1,
    area_m2=None,
    equipment=(),
    purposes=(),
    price_cents=(500, 900),
    price_unit="PER_HOUR",
    min_minutes=30,
    max_minutes=None,
    interval_minutes=45,
    buffer_before=0,
    buffer_after=0,
    min_days_before=None,
    max_days_before=None,
    is_visible=False,
    hours_known=False,
    walls=(7,),
)
PLACE = MadePlace(
    key="library-1",
    kind="library",
    tprek=8215,
    name=Text(fi="Kallion kirjasto"),
    street=Text(fi="Viides linja 11"),
    postal_code="00530",
    city="Helsinki",
    lat=60.18,
    lon=24.95,
)


def city(**parts: Any) -> City:
    empty: dict[str, Any] = dict.fromkeys(City.__struct_fields__, ())
    return City(**{**empty, "today": date(2026, 11, 22), **parts})


MADE = made(city(places=(PLACE,), rooms=(ROOM, PRINTER)))


def client(rows: Rows, base: str = "http://varaamo.test") -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app(rows, lambda: RECORDED_AT)), base_url=base)


@pytest.fixture(scope="module")
def rows() -> Rows:
    return recorded()


@pytest.fixture
async def varaamo(rows: Rows) -> AsyncIterator[httpx.AsyncClient]:
    async with client(rows) as opened:
        yield opened


@pytest.fixture
async def made_up() -> AsyncIterator[httpx.AsyncClient]:
    async with client(MADE) as opened:
        yield opened


async def ask(varaamo: httpx.AsyncClient, query: str, **variables: object) -> dict[str, Any]:
    reply = await varaamo.post("/graphql/", json={"query": query, "variables": variables}, headers=PAIR)
    body: dict[str, Any] = reply.json()
    return body


@pytest.mark.parametrize("recording", list(recordings()), ids=lambda recording: recording.name)
async def test_it_answers_as_recorded(varaamo: httpx.AsyncClient, recording: Recording) -> None:
    reply = await varaamo.request(
        recording.method, recording.path, headers=dict(recording.headers), content=recording.body
    )
    assert differences(recording, reply.status_code, reply.headers.get("content-type"), reply.content) == []


def test_every_sample_is_a_recording() -> None:
    assert {recording.name for recording in recordings()} == {
        path.name for path in SAMPLES.glob("*.json") if path.name != "index.json"
    }


async def test_a_post_without_the_csrf_pair_is_refused_in_the_form_that_is_accepted(
    varaamo: httpx.AsyncClient,
) -> None:
    as_json = await varaamo.post("/graphql/", json=ASK, headers={"Accept": "application/json"})
    as_page = await varaamo.post("/graphql/", json=ASK, headers={"Accept": "text/html"})
    assert (as_json.status_code, as_json.json()["code"]) == (403, "CSRF_FAILURE")
    assert (as_page.status_code, as_page.headers["content-type"]) == (403, "text/html; charset=utf-8")


@pytest.mark.parametrize(
    "pair",
    [
        {"Cookie": f"csrftoken={'a' * 32}"},
        {"Cookie": f"csrftoken={'a' * 32}", "X-CSRFToken": "b" * 32},
        {"Cookie": f"csrftoken={'a' * 31}", "X-CSRFToken": "a" * 31},
        {"Cookie": f"csrftoken={'-' * 32}", "X-CSRFToken": "-" * 32},
    ],
)
async def test_only_an_equal_pair_of_32_letters_passes(varaamo: httpx.AsyncClient, pair: dict[str, str]) -> None:
    reply = await varaamo.post("/graphql/", json=ASK, headers=pair)
    assert reply.status_code == 403


async def test_on_https_a_referer_of_the_same_host_is_demanded(rows: Rows) -> None:
    async with client(rows, "https://varaamo.test") as varaamo:
        without = await varaamo.post("/graphql/", json=ASK, headers=PAIR)
        with_one = await varaamo.post("/graphql/", json=ASK, headers=PAIR | {"Referer": "https://varaamo.test/"})
    assert (without.status_code, with_one.status_code) == (403, 200)


async def test_a_get_needs_no_pair(varaamo: httpx.AsyncClient) -> None:
    query = "query Q($pk: [Int]) { reservationUnits(pk: $pk) { totalCount } }"
    reply = await varaamo.get("/graphql/", params={"query": query, "variables": '{"pk": [566, 567]}'})
    assert reply.json() == {"data": {"reservationUnits": {"totalCount": 2}}}


async def test_the_official_token_passes(varaamo: httpx.AsyncClient) -> None:
    token = (await varaamo.get("/csrf/")).json()["csrfToken"]
    reply = await varaamo.post("/graphql/", json=ASK, headers={"X-CSRFToken": token})
    assert reply.json() == {"data": {"__typename": "Query"}}


async def test_a_batch_is_a_bad_request(varaamo: httpx.AsyncClient) -> None:
    assert (await varaamo.post("/graphql/", json=[ASK], headers=PAIR)).status_code == 400


async def test_pages_follow_each_other_to_the_end(varaamo: httpx.AsyncClient) -> None:
    query = (
        "query Q($after: String) { reservationUnits(first: 7, after: $after, orderBy: [pkAsc]) "
        "{ totalCount pageInfo { hasNextPage endCursor } edges { node { pk } } } }"
    )
    seen: list[int] = []
    after, more = None, True
    while more:
        page = (await ask(varaamo, query, after=after))["data"]["reservationUnits"]
        seen += [edge["node"]["pk"] for edge in page["edges"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert len(seen) == len(set(seen)) == page["totalCount"] == 30


async def test_filters_filter(varaamo: httpx.AsyncClient) -> None:
    async def found(filters: str) -> list[int]:
        body = await ask(varaamo, f"{{ reservationUnits({filters}) {{ edges {{ node {{ pk }} }} }} }}")
        return [edge["node"]["pk"] for edge in body["data"]["reservationUnits"]["edges"]]

    assert await found('tprekId: "51342", personsAllowed: 70') == [568, 576, 577]  # the last two have no limits
    assert await found("equipments: [1, 2], maxPersonsGte: 1") == [568, 573, 578]
    assert await found('nameFi_Icontains: "TULOSTIN"') == [570]
    assert await found("reservationUnitType: [11], orderBy: [nameFiDesc]") == [580, 571, 570]
    assert await found("surfaceAreaGte: 100") == [568]
    assert await found('reservationKind: SEASON, textSearch: "maijansali"') == [568]


async def test_a_filter_that_it_cannot_answer_is_told(varaamo: httpx.AsyncClient) -> None:
    body = await ask(varaamo, '{ reservationUnits(tprekDepartmentId: "x") { totalCount } }')
    assert body["data"] == {"reservationUnits": None}
    assert "tprekDepartmentId" in body["errors"][0]["message"]


async def test_drafts_are_listed_unless_visible_ones_are_asked_for(made_up: httpx.AsyncClient) -> None:
    body = await ask(
        made_up,
        "{ all: reservationUnits { totalCount } visible: reservationUnits(isVisible: true) { totalCount } }",
    )
    assert body == {"data": {"all": {"totalCount": 2}, "visible": {"totalCount": 1}}}


async def test_unknown_hours_are_null_and_closed_days_are_empty(made_up: httpx.AsyncClient) -> None:
    query = (
        "query Q($on: Date!) { reservationUnits { edges { node "
        "{ pk reservableTimeSpans(startDate: $on, endDate: $on) { startDatetime endDatetime } } } } }"
    )

    async def spans(on: str) -> dict[int, Any]:
        edges = (await ask(made_up, query, on=on))["data"]["reservationUnits"]["edges"]
        return {edge["node"]["pk"]: edge["node"]["reservableTimeSpans"] for edge in edges}

    monday = [{"startDatetime": "2026-11-23T10:00:00+02:00", "endDatetime": "2026-11-23T18:00:00+02:00"}]
    assert await spans("2026-11-23") == {7: monday, 9: None}
    assert await spans("2026-11-24") == {7: [], 9: None}


async def test_a_booking_blocks_what_shares_its_walls(made_up: httpx.AsyncClient) -> None:
    body = await ask(
        made_up,
        '{ affectingReservations(forReservationUnits: [9], beginDate: "2026-11-23", endDate: "2026-11-23") '
        "{ affectedReservationUnits reservationUnit { pk } } }",
    )
    assert body["data"]["affectingReservations"] == [{"affectedReservationUnits": [7, 9], "reservationUnit": {"pk": 7}}]


async def test_without_rooms_and_dates_the_whole_diary_is_given(varaamo: httpx.AsyncClient, rows: Rows) -> None:
    body = await ask(varaamo, "{ affectingReservations { pk } }")
    assert len(body["data"]["affectingReservations"]) == len(rows.reservations)


async def test_the_first_free_time_keeps_off_bookings_and_their_buffers(made_up: httpx.AsyncClient) -> None:
    body = await ask(
        made_up,
        "{ reservationUnits(isVisible: true, calculateFirstReservableTime: true) "
        "{ edges { node { isClosed firstReservableDatetime } } } }",
    )
    # open from 10, booked to 12 local, then ten minutes to clean up; starts are every half hour
    node = body["data"]["reservationUnits"]["edges"][0]["node"]
    assert node == {"isClosed": False, "firstReservableDatetime": "2026-11-23T10:30:00+00:00"}


async def test_only_the_price_in_force_and_later_ones_are_shown(made_up: httpx.AsyncClient) -> None:
    body = await ask(made_up, "{ reservationUnits(pk: [9]) { edges { node { pricings { begins highestPrice } } } } }")
    pricings = body["data"]["reservationUnits"]["edges"][0]["node"]["pricings"]
    assert pricings == [
        {"begins": "2021-01-01", "highestPrice": "9.00"},
        {"begins": "2027-01-21", "highestPrice": "14.00"},
    ]


async def test_the_rest_list_holds_the_visible_rooms_of_a_place(made_up: httpx.AsyncClient) -> None:
    reply = await made_up.get("/v1/palvelukartta/reservation-units/8215")
    assert reply.json() == [{"pk": 7, "name_fi": "Iso sali", "name_en": "Big hall", "name_sv": ""}]
    assert (await made_up.get("/v1/palvelukartta/reservation-units/1")).json() == []


async def test_every_made_room_can_be_asked_for_whole(made_up: httpx.AsyncClient) -> None:
    queries = (SAMPLES / "queries.graphql").read_text("utf-8")
    reply = await made_up.post(
        "/graphql/",
        json={"query": queries, "operationName": "HubReservationUnits", "variables": {"first": 50}},
        headers=PAIR,
    )
    assert "errors" not in reply.json()
    assert [edge["node"]["pk"] for edge in reply.json()["data"]["reservationUnits"]["edges"]] == [7]


def test_a_year_of_bookings_stands_behind_those_of_the_month() -> None:
    today = date(2026, 11, 18)
    one, other = made(make_city(today)), made(make_city(today + timedelta(days=7)))
    assert one.past is not None
    assert other.past is not None
    rooms = [room["pk"] for room in one.reservation_units]
    spring = date(2026, 3, 16), date(2026, 4, 12)

    booked = one.past.reservations(rooms, *spring)

    assert booked == other.past.reservations(rooms, *spring), "what is over does not change when a week goes by"
    assert len(booked) > 5 * len(rooms)
    assert any(row["isBlocked"] for row in booked)
    assert {row["state"] for row in booked} == {"CONFIRMED"}
    ids = [row["pk"] for row in [*booked, *one.reservations]]
    assert len(set(ids)) == len(ids)
    assert one.past.reservations(rooms, today - timedelta(days=900), today - timedelta(days=800)) == []


def test_what_is_held_and_what_is_made_when_asked_for_meet_without_a_gap() -> None:
    today = date(2026, 11, 18)
    rows = made(make_city(today))
    assert rows.past is not None
    room = next(room["pk"] for room in rows.reservation_units if rows.spans[room["pk"]])
    held = rows.spans[room]
    assert held is not None

    earlier = rows.past.spans(room, today - timedelta(days=60), today)

    days = sorted(span[0].date() for span in [*earlier, *held])
    assert len(set(days)) == len(days)
    weekdays = {day.weekday() for day in days}
    closed = [
        day for day in (today - timedelta(days=n) for n in range(60)) if day.weekday() in weekdays and day not in days
    ]
    assert len(closed) <= 4, "but for feasts and stocktaking"
    everything = rows.past.reservations([room], None, None)
    first = min(row["beginsAt"] for row in rows.reservations)
    assert max(row["endsAt"] for row in everything) <= first


def test_a_half_of_a_hall_is_taken_by_the_halls_bookings_of_long_ago_too() -> None:
    rows = made(make_city(date(2026, 11, 18)))
    assert rows.past is not None
    shared = next(row for row in rows.reservations if len(row["affectedReservationUnits"]) == 3)  # a hall, its halves
    half = next(pk for pk in shared["affectedReservationUnits"] if pk != shared["reservationUnit"])

    booked = rows.past.reservations([half], date(2026, 3, 1), date(2026, 3, 31))

    assert {row["reservationUnit"] for row in booked} >= {half, shared["reservationUnit"]}
    assert all(
        half in row["affectedReservationUnits"] or row["reservationUnit"] in shared["affectedReservationUnits"]
        for row in booked
    )
