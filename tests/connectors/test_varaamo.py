"""Varaamo: what is asked, and what the recorded replies mean."""

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest
from graphql import build_schema, parse, validate
from hypothesis import given
from hypothesis import strategies as st

from hub.connectors.relay import Connection, Position
from hub.connectors.varaamo import BLOCK, Varaamo
from hub.connectors.varaamo_queries import AFFECTING, RESERVATION_UNIT, RESERVATION_UNITS, TIME_SPANS, UNIT, UNITS
from hub.errors import BadInput, BadSettings, PayloadChanged, UpstreamRefused
from hub.fetch import Ask, Fetch, Joined, Page, Reply, Source, T
from hub.records.core import Address, Contact, LocalizedText, Picture, Ref, Span
from hub.records.places import Place
from hub.records.spaces import BookingHours, BookingRules, Busy, BusyTimes, PriceUnit, Space, SpaceKind, SpacePrice
from hub.records.use import SpaceUse
from hub.sandbox.varaamo.recorded import RECORDED_AT, SAMPLES, recorded
from hub.sandbox.varaamo.standin import app

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
WINDOW = Span(starts_at=datetime(2026, 11, 21, 22, tzinfo=UTC), ends_at=datetime(2026, 12, 22, 22, tzinfo=UTC))


def source(**parts: Any) -> Source:
    ordinary: dict[str, Any] = {
        "name": "varaamo",
        "id": "v",
        "connector": "varaamo",
        "url": "https://tilavaraus.hel.fi/",
        "title": LocalizedText(fi="Varaamo"),
        "options": {"equipment_types": [11]},
    }
    return Source(**ordinary | parts)


VARAAMO = Varaamo(source())


def read(fetch: Fetch[T], body: bytes | dict[str, Any], status: int = 200, read_at: datetime = NOW) -> T:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    reply = Reply(source=fetch.source, request=fetch.request, status=status, headers={}, body=sent, read_at=read_at)
    return fetch.parse(reply)


def sample(name: str) -> Any:
    return json.loads((SAMPLES / name).read_bytes())


def variables(fetch: Fetch[Any]) -> Any:
    assert fetch.request.body is not None
    return json.loads(fetch.request.body)["variables"]


def room(**changes: Any) -> dict[str, Any]:
    """One recorded room, changed."""
    node: dict[str, Any] = sample("reservation-unit-by-id.json")["data"]["reservationUnit"]
    return node | changes


def rooms(*nodes: Any, total: int | None = None, end: str | None = None) -> dict[str, Any]:
    return {
        "data": {
            "reservationUnits": {
                "totalCount": len(nodes) if total is None else total,
                "pageInfo": {"hasNextPage": end is not None, "endCursor": end},
                "edges": [{"node": node} for node in nodes],
            }
        }
    }


def space(**changes: Any) -> Space:
    page = read(VARAAMO.spaces(Ask(now=NOW)), rooms(room(**changes)))
    (only,) = page.items
    return only


def reservation(**changes: Any) -> dict[str, Any]:
    return {
        "state": "CONFIRMED",
        "beginsAt": "2026-11-23T06:00:00+00:00",
        "endsAt": "2026-11-23T09:00:00+00:00",
        "bufferTimeBefore": 0,
        "bufferTimeAfter": 0,
        "isBlocked": False,
        "affectedReservationUnits": [566, 567],
        "reservationUnit": {"pk": 566},
    } | changes


def busy_page(*rows: Any, keys: tuple[str, ...] = ("566", "567", "568")) -> Page[BusyTimes]:
    return read(VARAAMO.busy_times(Ask(now=NOW, keys=keys)), {"data": {"affectingReservations": list(rows)}})


# what is asked


@pytest.mark.parametrize("query", [UNITS, UNIT, RESERVATION_UNITS, RESERVATION_UNIT, TIME_SPANS, AFFECTING])
def test_every_operation_is_one_of_the_upstreams_schema(query: str) -> None:
    schema = build_schema((SAMPLES.parent / "schema.graphql").read_text("utf-8"))
    assert validate(schema, parse(query)) == []


def test_nothing_of_a_person_and_no_reservations_id_is_asked() -> None:
    asked = AFFECTING[AFFECTING.rindex("{\n    state") :]
    assert set(re.findall(r"\w+", asked)) == {
        "state",
        "beginsAt",
        "endsAt",
        "bufferTimeBefore",
        "bufferTimeAfter",
        "isBlocked",
        "affectedReservationUnits",
        "reservationUnit",
        "pk",
    }


def test_places_are_asked_by_post_with_the_csrf_pair() -> None:
    fetch = VARAAMO.places(Ask(now=NOW))
    assert (fetch.request.method, fetch.request.url) == ("POST", "https://tilavaraus.hel.fi/graphql/")
    headers = dict(fetch.request.headers)
    token = headers["X-CSRFToken"]
    assert headers["Cookie"] == f"csrftoken={token}"
    assert len(token) == 32
    assert token.isalnum()
    assert headers["Referer"] == "https://tilavaraus.hel.fi/"
    assert fetch.request.body is not None
    body = json.loads(fetch.request.body)
    assert body == {"operationName": "HubUnits", "query": UNITS, "variables": {"first": 100, "after": None}}


def test_a_url_may_be_the_endpoint_itself() -> None:
    fetch = Varaamo(source(url="http://127.0.0.1:8001/varaamo/graphql/")).places(Ask(now=NOW))
    assert fetch.request.url == "http://127.0.0.1:8001/varaamo/graphql/"
    assert dict(fetch.request.headers)["Referer"] == "http://127.0.0.1:8001/"


def test_rooms_are_asked_fifty_at_a_time_and_only_visible_ones() -> None:
    fetch = VARAAMO.spaces(Ask(now=NOW, after="2.YXJyYXljb25uZWN0aW9uOjQ5"))
    assert variables(fetch) == {"first": 50, "after": "YXJyYXljb25uZWN0aW9uOjQ5"}
    assert "isVisible: true" in RESERVATION_UNITS
    assert "isVisible: true" in TIME_SPANS


def test_hours_are_asked_from_today_to_the_thirtieth_day_after_it() -> None:
    fetch = VARAAMO.booking_hours(Ask(now=datetime(2026, 11, 21, 23, tzinfo=UTC), keys=("578", "566")))
    asked = variables(fetch)
    assert asked == {"pk": [566, 578], "first": 50, "startDate": "2026-11-22", "endDate": "2026-12-22"}


def test_busy_times_are_asked_a_day_wider_for_the_sake_of_buffers() -> None:
    fetch = VARAAMO.busy_times(Ask(now=NOW, keys=("567", "566")))
    assert variables(fetch) == {"reservationUnits": [566, 567], "beginDate": "2026-11-21", "endDate": "2026-12-24"}


@pytest.mark.parametrize("keys", [(), tuple(str(pk) for pk in range(1, BLOCK + 2)), ("566; drop",), ("٣",)])
def test_a_diary_is_never_asked_without_a_few_rooms(keys: tuple[str, ...]) -> None:
    with pytest.raises(BadInput):
        VARAAMO.busy_times(Ask(now=NOW, keys=keys))
    with pytest.raises(BadInput):
        VARAAMO.booking_hours(Ask(now=NOW, keys=keys))


@pytest.mark.parametrize("length", [timedelta(0), timedelta(days=-1), timedelta(days=101)])
def test_a_diary_is_never_asked_without_a_bounded_window(length: timedelta) -> None:
    with pytest.raises(BadInput):
        VARAAMO.busy(["566"], NOW, NOW + length)
    with pytest.raises(BadInput):
        VARAAMO.hours(["566"], NOW, NOW + length)


def test_every_collection_says_what_it_goes_by() -> None:
    listed = {collection.kind: (collection.per, collection.block) for collection in VARAAMO.collections()}
    assert listed == {
        "place": (None, 50),
        "space": (None, 50),
        "booking_hours": ("space", BLOCK),
        "busy_times": ("space", BLOCK),
        "space_use": ("space", BLOCK),
    }


def test_equipment_types_that_are_no_pks_are_refused_at_start() -> None:
    for wrong in ("11", ["11"], [True], {"11": 1}):
        with pytest.raises(BadSettings, match=r"sources\.varaamo\.equipment_types"):
            Varaamo(source(options={"equipment_types": wrong}))


# places


def test_a_page_of_units_is_places() -> None:
    page = read(VARAAMO.places(Ask(now=NOW)), (SAMPLES / "units-page2.json").read_bytes())
    assert page.items[2] == Place(
        ref=Ref("place", "v", "173"),
        read_at=NOW,
        name=LocalizedText(fi="Kallion kirjasto", sv="Berghälls bibliotek", en="Kallio Library"),
        summary=LocalizedText(fi="Kirjasto Kalliossa"),
        description=LocalizedText(fi="<p>Kallion kirjasto on toiminut Viidennellä linjalla vuodesta 1912.</p>"),
        tprek_id="8215",
        address=Address(
            street=LocalizedText(fi="Viides linja 11", sv="Femte linjen 11", en="Viides linja 11"),
            postal_code="00530",
            city="Helsinki",
        ),
        contact=Contact(phone="+358 9 310 85053", email="kallion_kirjasto@hel.fi", website="https://helmet.finna.fi/"),
    )
    assert (page.total, page.dropped, page.complete) == (8, (), True)
    assert page.next == "2.YXJyYXljb25uZWN0aW9uOjU="


def test_a_place_may_have_no_number_in_the_register_and_empty_texts_are_missing() -> None:
    page = read(VARAAMO.places(Ask(now=NOW)), (SAMPLES / "units-page1.json").read_bytes())
    assert page.items[0] == Place(
        ref=Ref("place", "v", "1"),
        read_at=NOW,
        name=LocalizedText(fi="Kulttuurikeskuksen toimisto"),
        address=Address(street=LocalizedText(fi="Kaikukatu 4"), postal_code="00530", city="Helsinki"),
    )


def test_a_unit_whose_register_number_is_none_is_dropped_alone() -> None:
    body = sample("units-page1.json")
    body["data"]["units"]["edges"][1]["node"]["tprekId"] = "tprek:8184"
    page = read(VARAAMO.places(Ask(now=NOW)), body)
    assert [place.ref.key for place in page.items] == ["1", "147"]
    assert [(row.key, "tprekId" in row.reason) for row in page.dropped] == [("146", True)]


# spaces


def test_a_reservation_unit_is_a_space() -> None:
    page = read(VARAAMO.spaces(Ask(now=NOW)), (SAMPLES / "reservation-units-oodi-page1.json").read_bytes())
    assert page.items[2] == Space(
        ref=Ref("space", "v", "568"),
        read_at=NOW,
        url="https://varaamo.hel.fi/reservation-unit/568",
        name=LocalizedText(fi="Maijansali", sv="Maijasalen", en="Maijansali hall"),
        description=LocalizedText(
            fi="<p>Maijansali, varattavissa kirjaston aukioloaikoina.</p>",
            sv="<p>Maijasalen kan bokas under bibliotekets öppettider.</p>",
            en="<p>Maijansali hall can be booked during the opening hours of the library.</p>",
        ),
        space_kind=SpaceKind.ROOM,
        type_name=LocalizedText(fi="Kokoustila", sv="Mötesrum", en="Meeting room"),
        place=Ref("place", "v", "174"),
        capacity=80,
        min_people=1,
        area_m2=164.0,
        equipment=(
            LocalizedText(fi="Valkotaulu", sv="Whiteboardtavla", en="Whiteboard"),
            LocalizedText(fi="Videotykki", sv="Videoprojektor", en="Video projector"),
        ),
        purposes=(
            LocalizedText(fi="Pidä kokous", sv="Håll möte", en="Hold a meeting"),
            LocalizedText(fi="Järjestä tapahtuma", sv="Arrangera evenemang", en="Organise an event"),
        ),
        price=SpacePrice(is_free=False, lowest_cents=2000, highest_cents=6000, unit=PriceUnit.PER_HOUR),
        pictures=(
            Picture(
                url="https://tilavaraus.hel.fi/v1/media/reservation_unit_images/oodi-maijansali.jpg.1200x0_q85_crop.jpg"
            ),
        ),
        rules=BookingRules(
            min_duration=timedelta(hours=1),
            max_duration=timedelta(hours=4),
            start_interval=timedelta(minutes=30),
            length_interval=timedelta(minutes=30),
            max_days_before=14,
        ),
        is_bookable=True,
        access_type="UNRESTRICTED",
        booking_url="https://varaamo.hel.fi/reservation-unit/568",
    )
    assert (page.total, len(page.items), page.next) == (12, 5, "2.YXJyYXljb25uZWN0aW9uOjQ=")


def test_the_configured_types_are_equipment() -> None:
    page = read(VARAAMO.spaces(Ask(now=NOW)), (SAMPLES / "reservation-units-oodi-page1.json").read_bytes())
    kinds = {item.ref.key: item.space_kind for item in page.items}
    assert kinds["570"] == SpaceKind.EQUIPMENT  # a 3D printer, though it has a space
    assert kinds["569"] == SpaceKind.ROOM


@pytest.mark.parametrize(
    ("spaces", "resources", "kind"),
    [
        ([{"pk": 1}], [], SpaceKind.ROOM),
        ([{"pk": 1}], [{"pk": 2}], SpaceKind.ROOM),
        ([], [{"pk": 2}], SpaceKind.EQUIPMENT),
        ([], [], SpaceKind.OTHER),
    ],
)
def test_without_a_configured_type_resources_without_spaces_are_equipment(
    spaces: list[Any], resources: list[Any], kind: SpaceKind
) -> None:
    assert space(spaces=spaces, resources=resources, reservationUnitType=None).space_kind == kind


def price(begins: str, lowest: str, highest: str, unit: str = "PER_HOUR") -> dict[str, Any]:
    return {"begins": begins, "priceUnit": unit, "lowestPrice": lowest, "highestPrice": highest}


def test_the_price_in_force_is_the_last_that_has_begun_in_helsinki() -> None:
    pricings = [price("2026-11-23", "9.90", "9.90"), price("2021-01-01", "5.00", "8.50"), price("2027-01-01", "1", "1")]
    fetch = VARAAMO.spaces(Ask(now=NOW))
    before = read(fetch, rooms(room(pricings=pricings)), read_at=datetime(2026, 11, 22, 21, 59, tzinfo=UTC))
    after = read(fetch, rooms(room(pricings=pricings)), read_at=datetime(2026, 11, 22, 22, 0, tzinfo=UTC))
    assert [item.price and item.price.highest_cents for item in before.items + after.items] == [850, 990]


@pytest.mark.parametrize(
    ("pricings", "expected"),
    [
        ([], None),
        ([price("2027-01-01", "1.00", "2.00")], None),
        (
            [price("2021-01-01", "0.00", "0.00", "FIXED")],
            SpacePrice(is_free=True, lowest_cents=0, highest_cents=0, unit=PriceUnit.FIXED),
        ),
        (
            [price("2021-01-01", "0", "3.5", "PER_FORTNIGHT")],
            SpacePrice(is_free=False, lowest_cents=0, highest_cents=350, unit=PriceUnit.OTHER),
        ),
    ],
)
def test_a_price_is_read_as_cents(pricings: list[Any], expected: SpacePrice | None) -> None:
    assert space(pricings=pricings).price == expected


def test_zeros_and_empty_texts_are_no_rules_and_no_values() -> None:
    bare = space(
        nameSv="", nameEn=None, maxPersons=0, minPersons=None, surfaceArea=0, minReservationDuration=None,
        maxReservationDuration=0, reservationsMaxDaysBefore=0, reservationStartInterval="INTERVAL_5_LIGHT_YEARS",
        currentAccessType="BY_DRONE", pricings=[], images=[], equipments=[], intendedUses=[],
    )  # fmt: skip
    assert bare.name == LocalizedText(fi="Maijansali")
    assert (bare.capacity, bare.min_people, bare.area_m2, bare.access_type) == (None, None, None, None)
    assert bare.rules == BookingRules()


def test_rules_are_durations_and_instants() -> None:
    ruled = space(
        bufferTimeBefore=900, bufferTimeAfter=1800, reservationsMinDaysBefore=2, requireReservationHandling=True,
        reservationBeginsAt="2026-12-01T09:00:00+02:00", reservationEndsAt="2027-06-01T00:00:00+03:00",
        reservationBlockWholeDay=True, reservationStartInterval="INTERVAL_120_MINUTES",
    )  # fmt: skip
    assert ruled.rules == BookingRules(
        min_duration=timedelta(hours=1),
        max_duration=timedelta(hours=4),
        start_interval=timedelta(hours=2),
        length_interval=timedelta(hours=2),
        buffer_before=timedelta(minutes=15),
        buffer_after=timedelta(minutes=30),
        min_days_before=2,
        max_days_before=14,
        opens_at=datetime(2026, 12, 1, 7, tzinfo=UTC),
        closes_at=datetime(2027, 5, 31, 21, tzinfo=UTC),
        blocks_whole_day=True,
        needs_confirmation=True,
    )


@pytest.mark.parametrize(
    ("kind", "state", "bookable"),
    [
        ("DIRECT", "RESERVABLE", True),
        ("DIRECT_AND_SEASON", "SCHEDULED_RESERVATION", True),
        ("DIRECT", "RESERVATION_CLOSED", False),
        ("SEASON", "RESERVABLE", False),
        ("DIRECT", "A_STATE_OF_THE_FUTURE", False),
    ],
)
def test_a_room_is_bookable_while_direct_bookings_are_or_will_be_open(kind: str, state: str, bookable: bool) -> None:
    assert space(reservationKind=kind, reservationState=state).is_bookable is bookable


def test_the_main_picture_comes_first_and_the_original_stands_in_for_a_missing_thumbnail() -> None:
    pictures = space(
        images=[
            {"imageType": "OTHER", "imageUrl": "https://a.fi/2.jpg", "largeUrl": "https://a.fi/2-large.jpg"},
            {"imageType": "MAIN", "imageUrl": "https://a.fi/1.jpg", "largeUrl": ""},
            {"imageType": "OTHER", "imageUrl": "javascript:alert(1)", "largeUrl": None},
        ]
    ).pictures
    assert [picture.url for picture in pictures] == ["https://a.fi/1.jpg", "https://a.fi/2-large.jpg"]


def test_scripts_in_descriptions_do_not_come_through() -> None:
    description = space(descriptionFi="<p>Sali</p><script>alert(1)</script>").description
    assert description is not None
    assert description.fi == "<p>Sali</p>"


def test_another_city_books_on_its_own_site() -> None:
    elsewhere = Varaamo(source(homepage="https://booking.example/"))
    page = read(elsewhere.spaces(Ask(now=NOW)), rooms(room()))
    assert page.items[0].booking_url == "https://booking.example/reservation-unit/568"


@pytest.mark.parametrize("state", ["DRAFT", "HIDDEN", "SCHEDULED_PUBLISHING", "SCHEDULED_PERIOD", "ARCHIVED"])
def test_what_is_not_published_is_skipped_even_if_it_is_sent(state: str) -> None:
    page = read(VARAAMO.spaces(Ask(now=NOW)), rooms(room(publishingState=state), room(pk=569)))
    assert [item.ref.key for item in page.items] == ["569"]
    assert (page.dropped, page.skipped) == ((), 1)
    assert read(VARAAMO.space("568"), {"data": {"reservationUnit": room(publishingState=state)}}) is None


def test_an_unknown_publishing_state_is_dropped_and_told() -> None:
    page = read(VARAAMO.spaces(Ask(now=NOW)), rooms(room(publishingState="SECRET"), room(pk=569)))
    assert [(row.key, "SECRET" in row.reason) for row in page.dropped] == [("568", True)]


@pytest.mark.parametrize(
    "broken",
    [
        {"maxPersons": -1},
        {"maxPersons": "many"},
        {"minReservationDuration": 10**12},
        {"pricings": [price("2021-01-01", "free", "free")]},
        {"pricings": [price("2021-01-01", "NaN", "NaN")]},
        {"pricings": [price("2021-01-01", "-1", "1e99999")]},
        {"reservationBeginsAt": "tomorrow"},
        {"unit": None},
        {"images": None},
    ],
)
def test_a_room_with_one_broken_field_is_dropped_and_its_neighbour_stays(broken: dict[str, Any]) -> None:
    page = read(VARAAMO.spaces(Ask(now=NOW)), rooms(room(**broken), room(pk=569)))
    assert [item.ref.key for item in page.items] == ["569"]
    assert [row.key for row in page.dropped] == ["568"]
    assert page.dropped[0].reason


# one by id


def test_one_room_is_asked_by_its_global_id() -> None:
    fetch = VARAAMO.space("568")
    assert variables(fetch) == {"id": "UmVzZXJ2YXRpb25Vbml0Tm9kZTo1Njg="}
    found = read(fetch, (SAMPLES / "reservation-unit-by-id.json").read_bytes())
    assert found is not None
    assert found.ref == Ref("space", "v", "568")


def test_one_place_is_asked_by_its_global_id() -> None:
    fetch = VARAAMO.place("173")
    assert variables(fetch) == {"id": "VW5pdE5vZGU6MTcz"}
    unit = sample("units-page2.json")["data"]["units"]["edges"][2]["node"]
    found = read(fetch, {"data": {"unit": unit}})
    assert found is not None
    assert found.ref == Ref("place", "v", "173")


def test_an_unknown_id_is_none() -> None:
    assert read(VARAAMO.space("999999"), (SAMPLES / "error-not-found.json").read_bytes()) is None
    gone = {"data": {"unit": None}, "errors": [{"message": "x", "path": ["unit"], "extensions": {"code": "NOT_FOUND"}}]}
    assert read(VARAAMO.place("999999"), gone) is None


def test_an_id_that_is_refused_is_no_none() -> None:
    with pytest.raises(UpstreamRefused, match="Must receive a UnitNode id"):
        read(VARAAMO.place("568"), (SAMPLES / "error-wrong-type-id.json").read_bytes())


def test_a_key_of_another_form_is_bad_input() -> None:
    with pytest.raises(BadInput):
        VARAAMO.space("../../etc")


# hours


def test_hours_are_spans_or_unknown() -> None:
    keys = ("566", "573", "578")
    page = read(VARAAMO.booking_hours(Ask(now=NOW, keys=keys)), (SAMPLES / "reservable-time-spans.json").read_bytes())
    assert page.items[0] == BookingHours(
        ref=Ref("booking_hours", "v", "566"),
        read_at=NOW,
        space=Ref("space", "v", "566"),
        window=WINDOW,
        spans=tuple(
            Span(
                starts_at=datetime(2026, 11, day, 8, tzinfo=UTC),
                ends_at=datetime(2026, 11, day, 18, tzinfo=UTC),
            )
            for day in (23, 24, 25, 26)
        ),
    )
    assert [(item.ref.key, item.spans is None) for item in page.items] == [
        ("566", False),
        ("573", True),
        ("578", False),
    ]


def hours_of(pk: int, spans: Any) -> dict[str, Any]:
    return {"node": {"pk": pk, "reservableTimeSpans": spans}}


def test_closed_is_not_unknown_and_a_span_over_midnight_stays_whole() -> None:
    over = {"startDatetime": "2026-11-21T20:00:00+02:00", "endDatetime": "2026-11-22T02:00:00+02:00"}
    edges = [hours_of(566, []), hours_of(567, [over])]
    page = read(
        VARAAMO.booking_hours(Ask(now=NOW, keys=("566", "567"))), {"data": {"reservationUnits": {"edges": edges}}}
    )
    assert page.items[0].spans == ()
    assert page.items[1].spans == (
        Span(starts_at=datetime(2026, 11, 21, 18, tzinfo=UTC), ends_at=datetime(2026, 11, 22, 0, tzinfo=UTC)),
    )


def test_hours_that_failed_are_dropped_not_unknown() -> None:
    edges = [hours_of(566, None), hours_of(567, []), hours_of(999, [])]
    path = ["reservationUnits", "edges", 0, "node", "reservableTimeSpans"]
    body = {"data": {"reservationUnits": {"edges": edges}}, "errors": [{"message": "Hauki is down", "path": path}]}
    page = read(VARAAMO.booking_hours(Ask(now=NOW, keys=("566", "567"))), body)
    assert [item.ref.key for item in page.items] == ["567"]  # and not 999, which nobody asked about
    assert [(row.key, row.reason) for row in page.dropped] == [("566", "Hauki is down")]
    assert page.skipped == 1


def test_hours_may_be_looked_up_for_another_window() -> None:
    start, end = datetime(2027, 1, 4, 22, tzinfo=UTC), datetime(2027, 1, 5, 22, tzinfo=UTC)
    fetch = VARAAMO.hours(["566"], start, end)
    assert (variables(fetch)["startDate"], variables(fetch)["endDate"]) == ("2027-01-05", "2027-01-05")
    (hours,) = read(fetch, {"data": {"reservationUnits": {"edges": [hours_of(566, [])]}}})
    assert (hours.window, hours.spans) == (Span(starts_at=start, ends_at=end), ())


# busy times


def test_a_reservation_is_told_to_every_room_that_it_blocks() -> None:
    keys = ("556", "566", "567", "573")
    page = read(VARAAMO.busy_times(Ask(now=NOW, keys=keys)), (SAMPLES / "busy-times.json").read_bytes())
    busy = {item.ref.key: item for item in page.items}
    assert list(busy) == ["556", "566", "567", "573"]
    assert busy["573"] == BusyTimes(
        ref=Ref("busy_times", "v", "573"),
        read_at=NOW,
        space=Ref("space", "v", "573"),
        window=WINDOW,
        busy=(
            Busy(
                starts_at=datetime(2026, 11, 22, 6, tzinfo=UTC),
                ends_at=datetime(2026, 11, 22, 9, tzinfo=UTC),
                buffer_before=timedelta(minutes=15),
                buffer_after=timedelta(minutes=30),
                is_own=False,
            ),
            Busy(
                starts_at=datetime(2026, 11, 23, 6, tzinfo=UTC),
                ends_at=datetime(2026, 11, 23, 9, tzinfo=UTC),
                is_own=False,
            ),
        ),
    )
    assert [one.is_own for one in busy["566"].busy] == [True, True] + [False] * 5
    assert [one.is_closure for one in busy["556"].busy][:2] == [False, True]


def test_a_room_without_bookings_has_an_empty_record() -> None:
    page = busy_page()
    assert [(item.ref.key, item.busy) for item in page.items] == [("566", ()), ("567", ()), ("568", ())]


def test_a_booking_being_made_is_a_draft_and_a_cancelled_one_is_nothing() -> None:
    page = busy_page(reservation(state="CREATED"), reservation(state="CANCELLED"), reservation(state="DENIED"))
    assert [one.is_draft for one in page.items[0].busy] == [True]


def test_what_blocks_the_window_only_by_its_buffer_is_kept_and_the_rest_left_out() -> None:
    before = {"beginsAt": "2026-11-21T18:00:00+00:00", "endsAt": "2026-11-21T21:00:00+00:00"}
    page = busy_page(
        reservation(**before, bufferTimeAfter=3601, affectedReservationUnits=[566]),
        reservation(**before, bufferTimeAfter=3600, affectedReservationUnits=[567], reservationUnit={"pk": 567}),
    )
    assert [len(item.busy) for item in page.items] == [1, 0, 0]


def test_its_own_room_is_blocked_even_if_the_list_forgets_it() -> None:
    page = busy_page(reservation(affectedReservationUnits=[567]))
    assert [[one.is_own for one in item.busy] for item in page.items] == [[True], [False], []]


@pytest.mark.parametrize(
    "broken",
    [{"beginsAt": "soon"}, {"endsAt": "2026-11-23T05:00:00+00:00"}, {"bufferTimeAfter": -5}, {"isBlocked": None}],
)
def test_rooms_of_an_unreadable_reservation_are_dropped_rather_than_shown_as_free(broken: dict[str, Any]) -> None:
    page = busy_page(reservation(), reservation(**broken))
    assert [item.ref.key for item in page.items] == ["568"]
    assert [row.key for row in page.dropped] == ["566", "567"]
    assert page.dropped[0].reason.startswith("reservation 1: ")


def test_a_reservation_that_does_not_tell_its_rooms_makes_all_of_them_unknown() -> None:
    with pytest.raises(PayloadChanged):
        busy_page(reservation(affectedReservationUnits=None))


def test_busy_times_may_be_looked_up_for_another_window() -> None:
    start, end = datetime(2026, 10, 23, 21, tzinfo=UTC), datetime(2026, 11, 22, 22, tzinfo=UTC)
    fetch = VARAAMO.busy(["566"], start, end)
    assert variables(fetch) == {"reservationUnits": [566], "beginDate": "2026-10-23", "endDate": "2026-11-24"}
    (times,) = read(fetch, (SAMPLES / "busy-times-empty.json").read_bytes())
    assert (times.window, times.busy) == (Span(starts_at=start, ends_at=end), ())


# use


def use_page(wanted: Joined[Page[SpaceUse]], hours: list[Any], taken: list[Any]) -> Page[SpaceUse]:
    bodies: list[dict[str, Any]] = [{"reservationUnits": {"edges": hours}}, {"affectingReservations": taken}]
    return wanted.merge([read(part, {"data": body}) for part, body in zip(wanted.parts, bodies, strict=True)])


def test_use_is_read_in_four_weeks_from_a_monday_back_to_a_year_ago() -> None:
    ask, asked = Ask(now=NOW, keys=("566", "567")), []
    while True:
        wanted = VARAAMO.use(ask)
        hours, busy = (variables(part) for part in wanted.parts)
        asked.append((hours["startDate"], hours["endDate"]))
        first, last = (date.fromisoformat(day) for day in asked[-1])
        assert (busy["beginDate"], busy["endDate"]) == (
            (first - timedelta(days=1)).isoformat(),
            (last + timedelta(days=2)).isoformat(),
        )
        page = use_page(wanted, [hours_of(566, [])], [])
        if page.next is None:
            break
        ask = Ask(now=NOW, keys=ask.keys, after=page.next)
    assert asked[0] == ("2026-11-09", "2026-12-06")
    assert asked[1] == ("2026-10-12", "2026-11-08")
    assert asked[-1][0] <= "2025-11-21" <= asked[-1][1]
    assert len(asked) == 14


def test_of_what_is_over_only_the_last_weeks_are_read_again() -> None:
    page = use_page(VARAAMO.recent_use(Ask(now=NOW, keys=("566",))), [hours_of(566, [])], [])
    assert page.next == "2026-10-12"
    again = VARAAMO.recent_use(Ask(now=NOW, keys=("566",), after=page.next))
    assert use_page(again, [hours_of(566, [])], []).next is None


def test_hours_and_bookings_together_are_the_use_of_a_room() -> None:
    day = {"startDatetime": "2026-11-23T10:00:00+02:00", "endDatetime": "2026-11-23T20:00:00+02:00"}
    page = use_page(
        VARAAMO.use(Ask(now=NOW, keys=("566", "567"))),
        [hours_of(566, [day]), hours_of(567, None)],
        [
            reservation(bufferTimeAfter=1800),
            reservation(beginsAt="2026-11-23T08:00:00+00:00", endsAt="2026-11-23T10:00:00+00:00", state="CREATED"),
            reservation(beginsAt="2026-11-23T16:00:00+00:00", endsAt="2026-11-23T18:00:00+00:00", isBlocked=True),
        ],
    )
    monday = 14 * 86400
    assert page.items[0] == SpaceUse(
        ref=Ref("space_use", "v", "566/2026-11-09"),
        read_at=NOW,
        space=Ref("space", "v", "566"),
        window=Span(
            starts_at=datetime(2026, 11, 8, 22, tzinfo=UTC),
            ends_at=datetime(2026, 12, 6, 22, tzinfo=UTC),
        ),
        open=((monday + 10 * 3600, monday + 20 * 3600),),
        booked=((monday + 8 * 3600, monday + 11 * 3600),),
        closed=((monday + 18 * 3600, monday + 20 * 3600),),
    )
    assert (page.items[1].open, page.items[1].booked, page.items[1].shared) == (None, (), page.items[0].booked)


def test_a_room_of_which_one_reply_cannot_be_read_keeps_its_last_use() -> None:
    broken = reservation(endsAt="late", affectedReservationUnits=[566])
    page = use_page(VARAAMO.use(Ask(now=NOW, keys=("566", "567"))), [hours_of(566, []), hours_of(567, [])], [broken])
    assert [item.ref.key for item in page.items] == ["567/2026-11-09"]
    assert [row.key for row in page.dropped] == ["566/2026-11-09"]


def test_use_leaves_its_window_after_a_year() -> None:
    (listed,) = [one for one in VARAAMO.collections() if one.kind == "space_use"]
    assert listed.in_window is not None
    record = use_page(VARAAMO.use(Ask(now=NOW, keys=("566",))), [hours_of(566, [])], []).items[0]
    assert listed.in_window(record, NOW + timedelta(days=366))
    assert not listed.in_window(record, NOW + timedelta(days=366 + 28))


def test_how_far_back_use_is_read_may_be_set() -> None:
    def with_days(days: Any) -> Varaamo:
        return Varaamo(msgspec.structs.replace(VARAAMO.source, options={"use_days": days}))

    assert "space_use" not in {one.kind for one in with_days(0).collections()}
    page = use_page(with_days(10).use(Ask(now=NOW, keys=("566",), after="2026-11-09")), [hours_of(566, [])], [])
    assert page.next is None
    for wrong in (-1, 367, "30", True):
        with pytest.raises(BadSettings, match=r"sources\.varaamo\.use_days"):
            with_days(wrong)


# paging


def test_a_cursor_that_gives_the_first_page_again_ends_the_list_as_incomplete() -> None:
    body = (SAMPLES / "bad-cursor-gives-first-page.json").read_bytes()
    first = read(VARAAMO.places(Ask(now=NOW)), body)
    again = read(VARAAMO.places(Ask(now=NOW, after=first.next)), body)
    assert (first.next, first.complete) == ("2.YXJyYXljb25uZWN0aW9uOjI=", True)
    assert (again.next, again.complete) == (None, False)


def test_a_circle_of_cursors_ends_with_the_pages_that_the_total_allows() -> None:
    after, pages = None, 0
    while pages < 10:
        fetch = VARAAMO.spaces(Ask(now=NOW, after=after))
        page = read(fetch, rooms(room(), total=120, end="even" if pages % 2 else "odd"))
        after, pages = page.next, pages + 1
        if after is None:
            break
    assert (pages, page.complete) == (4, False)


def test_a_page_beyond_the_end_is_empty_and_the_last() -> None:
    page = read(VARAAMO.spaces(Ask(now=NOW)), (SAMPLES / "page-beyond-end.json").read_bytes())
    assert (page.items, page.next, page.total, page.complete) == ((), None, 30, True)


@pytest.mark.parametrize("after", ["", "2.", "x.abc", "-1.abc", ".abc", "1"])
def test_a_cursor_that_is_not_ours_is_bad_input(after: str) -> None:
    with pytest.raises(BadInput):
        VARAAMO.spaces(Ask(now=NOW, after=after))


@given(st.integers(1, 5), st.text(min_size=1, max_size=50))
def test_our_cursor_carries_theirs_and_the_number_of_the_page(number: int, theirs: str) -> None:
    sent = {"totalCount": 1000, "pageInfo": {"hasNextPage": True, "endCursor": theirs}, "edges": []}
    connection = msgspec.convert(sent, Connection)
    after, complete = Position(number, None).next(connection, 100)
    assert Position.read(after) == Position(number + 1, theirs)
    assert complete


# refusals and changed envelopes


@pytest.mark.parametrize("name", ["error-unknown-field.json", "error-bad-date.json", "error-introspection.json"])
def test_a_question_that_does_not_validate_is_refused(name: str) -> None:
    fetch = VARAAMO.spaces(Ask(now=NOW))
    assert 400 in fetch.statuses
    with pytest.raises(UpstreamRefused) as refusal:
        read(fetch, (SAMPLES / name).read_bytes(), status=400)
    assert refusal.value.status == 400


def test_a_field_that_is_gone_is_named() -> None:
    with pytest.raises(UpstreamRefused, match="no longer has the field location of ReservationUnitNode"):
        read(VARAAMO.spaces(Ask(now=NOW)), (SAMPLES / "error-unknown-field.json").read_bytes(), status=400)


def test_a_gateways_own_bad_request_is_refused_too() -> None:
    with pytest.raises(UpstreamRefused, match="status 400"):
        read(VARAAMO.spaces(Ask(now=NOW)), b"<html>Bad Request</html>", status=400)


@pytest.mark.parametrize("name", ["error-first-too-large.json", "error-complexity.json"])
def test_an_error_in_place_of_the_list_is_refused(name: str) -> None:
    with pytest.raises(UpstreamRefused, match="exceeds"):
        read(VARAAMO.places(Ask(now=NOW)), (SAMPLES / name).read_bytes())


@pytest.mark.parametrize("name", ["error-not-calculated.json", "error-nested-permission.json"])
def test_a_page_of_null_nodes_and_errors_is_refused(name: str) -> None:
    body = sample(name)
    body["data"]["reservationUnits"] |= {"totalCount": 1, "pageInfo": {"hasNextPage": False, "endCursor": None}}
    with pytest.raises(UpstreamRefused):
        read(VARAAMO.spaces(Ask(now=NOW)), body)


def test_a_null_node_is_dropped_with_its_error_and_the_others_stay() -> None:
    body = rooms(None, room())
    body["errors"] = [{"message": "boom", "path": ["reservationUnits", "edges", 0, "node", "isClosed"]}]
    page = read(VARAAMO.spaces(Ask(now=NOW)), body)
    assert [item.ref.key for item in page.items] == ["568"]
    assert [(row.where, row.reason) for row in page.dropped] == [("reservationUnits.edges.0", "boom")]


def test_rows_beside_a_denied_field_are_kept() -> None:
    body = rooms(room(currentAccessType=None))
    path = ["reservationUnits", "edges", 0, "node", "currentAccessType"]
    denied = {"code": "FIELD_PERMISSION_DENIED"}
    body["errors"] = [{"message": "No permission to access field.", "path": path, "extensions": denied}]
    page = read(VARAAMO.spaces(Ask(now=NOW)), body)
    assert [item.access_type for item in page.items] == [None]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"null",
        b"{}",
        b'{"data": null}',
        b'{"data": {}}',
        b'{"data": {"reservationUnits": null}}',
        b'{"data": {"reservationUnits": {"edges": []}}}',
        b'{"data": {"reservationUnits": []}}',
        b'{"errors": "all of them"}',
    ],
)
def test_a_changed_envelope_is_told(body: bytes) -> None:
    with pytest.raises(PayloadChanged):
        read(VARAAMO.spaces(Ask(now=NOW)), body)


EVERYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["pk", "node", "edges", "data", "unit", "state", "x"]), inner, max_size=4)
    ),
    max_leaves=10,
)
FIELDS = sorted(room())


@given(st.sampled_from(FIELDS), EVERYTHING)
def test_any_value_of_any_field_gives_a_room_a_drop_or_a_skip(field: str, value: Any) -> None:
    page = read(VARAAMO.spaces(Ask(now=NOW)), rooms(room(**{field: value}), room(pk=1)))
    assert len(page.items) + len(page.dropped) + page.skipped == 2
    assert page.items[-1].ref.key == "1"


@given(st.lists(EVERYTHING, max_size=4))
def test_any_reservations_give_every_room_times_or_a_drop_or_are_a_changed_envelope(rows: list[Any]) -> None:
    try:
        page = busy_page(*rows)
    except PayloadChanged:
        return
    told = [item.ref.key for item in page.items] + [row.key for row in page.dropped]
    assert sorted(key for key in told if key) == ["566", "567", "568"]


# against the stand-in


async def send(client: httpx.AsyncClient, fetch: Fetch[T]) -> T:
    asked = fetch.request
    reply = await client.request(asked.method, asked.full_url, headers=dict(asked.headers), content=asked.body)
    assert reply.status_code in fetch.statuses, reply.text
    return read(fetch, reply.content, reply.status_code)


async def crawl(client: httpx.AsyncClient, pages: Callable[[Ask], Fetch[Page[T]]], **asked: Any) -> list[T]:
    items: list[T] = []
    after: str | None = None
    while True:
        page = await send(client, pages(Ask(now=NOW, after=after, **asked)))
        items += page.items
        assert page.dropped == ()
        assert page.complete
        if (after := page.next) is None:
            return items


async def test_a_whole_crawl_of_the_recorded_city() -> None:
    transport = httpx.ASGITransport(app(recorded(), lambda: RECORDED_AT))
    async with httpx.AsyncClient(transport=transport) as client:
        places = await crawl(client, VARAAMO.places)
        spaces = await crawl(client, lambda ask: VARAAMO._spaces(ask.after, first=7))
        keys = tuple(item.ref.key for item in spaces)
        hours = await crawl(client, VARAAMO.booking_hours, keys=keys)
        busy = await crawl(client, VARAAMO.busy_times, keys=keys)
        probe = [await send(client, part) for part in VARAAMO.probe().parts]
    assert [place.tprek_id for place in places] == [None, "8184", "45317", "8149", "8325", "8215", "51342", "8199"]
    assert len(spaces) == len(set(keys)) == 30
    assert {item.place for item in spaces} == {place.ref for place in places}
    assert [item.ref.key for item in hours] == [item.ref.key for item in busy] == sorted(keys, key=int)
    assert sum(len(item.busy) > 0 for item in busy) == 22
    assert [len(page.items) for page in probe] == [1, 1]
