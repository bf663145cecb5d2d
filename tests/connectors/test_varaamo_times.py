"""Varaamo's booking hours, busy times and use, without a network."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from hub.connectors.varaamo import Varaamo
from hub.errors import BadSettings, PayloadChanged
from hub.fetch import Ask, Joined, Page
from hub.records.core import Ref, Span
from hub.records.spaces import BookingHours, Busy, BusyTimes
from hub.records.use import SpaceUse
from hub.sandbox.varaamo.recorded import SAMPLES
from tests.connectors.varaamo_replies import NOW, VARAAMO, WINDOW, busy_page, read, reservation, variables

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
