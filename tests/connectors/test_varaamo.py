"""Varaamo: what is asked, and what the recorded replies mean."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
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
from hub.fetch import Ask, Fetch, Page, T
from hub.records.core import Address, Contact, LocalizedText, Picture, Ref
from hub.records.places import Place
from hub.records.spaces import BookingRules, PriceUnit, Space, SpaceKind, SpacePrice
from hub.sandbox.varaamo.recorded import RECORDED_AT, SAMPLES, recorded
from hub.sandbox.varaamo.standin import app
from tests.connectors.varaamo_replies import (
    NOW,
    VARAAMO,
    busy_page,
    read,
    room,
    rooms,
    sample,
    source,
    space,
    variables,
)

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
