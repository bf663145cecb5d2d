"""Times that are asked for now: when, how often, of whom, and what is shown when nobody answers."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from hub.connectors.varaamo import Varaamo
from hub.domain import asked_times, spaces
from hub.domain.answers import AnswerState
from hub.domain.availability import AvailabilityState
from hub.domain.city import City
from hub.domain.lists import Found, PageArgs
from hub.domain.spaces import FreeDuring, SpaceFilter
from hub.records.core import Record, Span
from hub.records.spaces import BookingRules, Space
from tests import made
from tests.domain.hall import Town

TEN, ELEVEN = timedelta(minutes=10), timedelta(minutes=11)
AFTERNOON = made.span(12, 16, day=1)
FAR = made.span(12, 16, day=40)


class Bookings:
    """Varaamo as far as times go: every room open from eight to twenty (UTC), and taken as the test says."""

    def __init__(self) -> None:
        self.taken: dict[int, list[Span]] = {}
        self.asked: list[tuple[str, list[int], str, str]] = []
        self.fails: int | None = None
        self.unreadable: set[int] = set()
        self.waits: asyncio.Event | None = None

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        given = body["variables"]
        rooms = given.get("reservationUnits") or given["pk"]
        first, last = given.get("beginDate") or given["startDate"], given.get("endDate") or given["endDate"]
        self.asked.append((body["operationName"], rooms, first, last))
        if self.waits is not None:
            await self.waits.wait()
        if self.fails is not None:
            return httpx.Response(self.fails, text="<h1>no</h1>")
        if body["operationName"] == "HubBusyTimes":
            return httpx.Response(200, json={"data": {"affectingReservations": [*self._reservations(rooms)]}})
        return httpx.Response(200, json={"data": {"reservationUnits": {"edges": [*self._open(rooms, first, last)]}}})

    def _reservations(self, rooms: list[int]) -> list[dict[str, Any]]:
        return [
            {
                "state": "CONFIRMED",
                "beginsAt": span.starts_at.isoformat(),
                "endsAt": None if room in self.unreadable else span.ends_at.isoformat(),
                "bufferTimeBefore": 0,
                "bufferTimeAfter": 0,
                "isBlocked": False,
                "affectedReservationUnits": [room],
                "reservationUnit": {"pk": room},
            }
            for room in rooms
            for span in self.taken.get(room, ())
        ]

    @staticmethod
    def _open(rooms: list[int], first: str, last: str) -> list[dict[str, Any]]:
        day, days = datetime.fromisoformat(first), []
        while day <= datetime.fromisoformat(last):
            days.append(
                {"startDatetime": f"{day.date()}T08:00:00+00:00", "endDatetime": f"{day.date()}T20:00:00+00:00"}
            )
            day += timedelta(days=1)
        return [{"node": {"pk": room, "reservableTimeSpans": days}} for room in rooms]


class Booked(Town):
    """A town whose rooms can be asked for. `city()` is one request's view, over what one process keeps."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.bookings = Bookings()
        self.wire(self.bookings)
        hall = super().city().hall
        self.hall = msgspec.structs.replace(
            hall, times={"va": Varaamo(self.sources["va"])}, asked_times=asked_times.AskedTimes()
        )

    def view(self, **more: Any) -> City:
        return City(msgspec.structs.replace(self.hall, **more))

    def harvested(self) -> None:
        for kind in ("space", "booking_hours", "busy_times"):
            self.crawled("va", kind, confirmed=self.now)

    def rooms(self, *keys: str, **more: Any) -> list[Record]:
        found: list[Record] = []
        for key in keys:
            hours = made.hours(key, *(made.span(8, 20, day=day) for day in range(30)))
            found += [made.space(key, f"Huone {key}", **more), hours, made.busy(key)]
        self.put(*found)
        self.harvested()
        return found[::3]


@pytest.fixture
async def town(tmp_path: Path) -> Any:
    town = Booked(tmp_path)
    yield town
    await town.hall.asked_times.aclose()
    await town.aclose()


async def free(town: Booked, window: Span = AFTERNOON, first: int = 20, **more: Any) -> Found[Space]:
    wanted = SpaceFilter(free_during=FreeDuring(window=window))
    return await spaces.spaces(town.view(**more), wanted, PageArgs(first=first))


def keys(found: Found[Space]) -> list[str]:
    return [space.ref.key for space in found.nodes]


async def test_times_of_ten_minutes_are_new_enough(town: Booked) -> None:
    town.rooms("1", "2")
    town.turn(minutes=10)

    assert keys(await free(town)) == ["1", "2"]
    assert town.bookings.asked == []


async def test_older_ones_are_asked_anew_together_over_all_harvested_days(town: Booked) -> None:
    town.rooms("1", "2", "3")
    town.turn(minutes=11)

    await free(town, first=2)

    (asked,) = town.bookings.asked
    assert asked == ("HubBusyTimes", [1, 2], "2026-11-21", "2026-12-24"), "with a day for buffers on either side"


async def test_a_room_that_is_taken_leaves_and_the_next_comes_in(town: Booked) -> None:
    town.rooms("1", "2", "3", "4")
    town.bookings.taken = {1: [AFTERNOON], 3: [AFTERNOON]}
    town.turn(minutes=11)

    found = await free(town, first=2)

    assert keys(found) == ["2", "4"]
    assert [rooms for _, rooms, *_ in town.bookings.asked] == [[1, 2], [3], [4]]
    assert (await found.total(), found.has_next) == (2, False)


async def test_a_room_is_asked_for_once_however_many_look_and_in_whatever_list(town: Booked) -> None:
    town.rooms("1", "2", "3")
    town.turn(minutes=11)

    await asyncio.gather(*(free(town, first=2) for _ in range(30)))
    await free(town, first=3)
    town.turn(minutes=9)
    await free(town, first=3, window=made.span(8, 20, day=5))

    assert [rooms for _, rooms, *_ in town.bookings.asked] == [[1, 2], [3]]
    town.turn(minutes=2)
    await free(town, first=3)
    assert [rooms for _, rooms, *_ in town.bookings.asked[2:]] == [[1, 2, 3]]


async def test_what_was_asked_for_is_what_every_list_and_field_tells_until_the_harvest_is_newer(town: Booked) -> None:
    (room,) = town.rooms("1")
    (space,) = town.index.bodies(Space, town.rids(room))
    assert space is not None
    town.bookings.taken = {1: [made.span(8, 20, day=day) for day in range(2)]}
    town.turn(minutes=11)

    assert await spaces.availability(town.view(), [space], AFTERNOON) == [[]]
    assert await spaces.next_available(town.view(), [space]) == [made.at(8, day=2)]
    assert keys(await free(town)) == []
    town.turn(minutes=1)
    town.harvested()  # which found it free again
    town.turn(seconds=11)

    assert keys(await free(town)) == ["1"]
    assert await spaces.availability(town.view(), [space], AFTERNOON) == [[AFTERNOON]]
    assert len(town.bookings.asked) == 1


@pytest.mark.parametrize("status", [500, 403, 429])
async def test_who_does_not_answer_is_told_with_the_age_of_what_is_shown_and_left_alone(
    town: Booked, status: int
) -> None:
    town.rooms("1")
    town.bookings.fails = status
    town.turn(minutes=14)

    found = await free(town)
    sent = len(town.bookings.asked)
    again = await free(town)

    assert keys(found) == keys(again) == ["1"]
    for each in (found, again):
        (answer,) = each.answers()
        assert answer.state is AnswerState.STALE
        assert answer.fetched_at == made.NOW
        assert (answer.message or "").startswith("taken times of 14 minutes ago are shown: va ")
    assert len(town.bookings.asked) == sent
    town.bookings.fails = None
    town.turn(minutes=2)
    assert [answer.state for answer in (await free(town)).answers()] == [AnswerState.FRESH]


async def test_who_is_too_slow_is_told_and_its_answer_serves_the_next(town: Booked) -> None:
    town.rooms("1")
    town.bookings.waits = asyncio.Event()
    town.bookings.taken = {1: [AFTERNOON]}
    town.turn(minutes=11)

    found = await free(town, deadline=0.05)

    assert keys(found) == ["1"]
    (answer,) = found.answers()
    assert (answer.state, answer.fetched_at) == (AnswerState.TIMED_OUT, made.NOW)
    town.bookings.waits.set()
    assert keys(await free(town)) == []
    assert len(town.bookings.asked) == 1


async def test_a_room_whose_bookings_cannot_be_read_keeps_what_was_harvested(town: Booked) -> None:
    town.rooms("1", "2")
    town.bookings.taken = {1: [AFTERNOON], 2: [AFTERNOON]}
    town.bookings.unreadable = {1}
    town.turn(minutes=11)

    assert keys(await free(town)) == ["1"]
    assert keys(await free(town)) == ["1"]
    assert len(town.bookings.asked) == 1


async def test_a_source_that_is_off_or_has_no_such_look_up_is_not_asked(town: Booked) -> None:
    town.rooms("1")
    town.turn(minutes=11)

    assert keys(await free(town, off=frozenset({"va"}))) == ["1"]
    assert keys(await free(town, times={})) == ["1"]
    assert town.bookings.asked == []


async def test_rooms_that_were_never_harvested_are_not_asked_for_row_by_row(town: Booked) -> None:
    town.put(made.space("1"), made.space("2"))
    town.turn(minutes=11)

    assert keys(await free(town)) == keys(await free(town, window=FAR)) == []
    assert town.bookings.asked == []


async def test_days_that_are_not_harvested_are_looked_up_whole_and_kept_for_ten_minutes(town: Booked) -> None:
    town.rooms("1", "2")
    town.bookings.taken = {2: [FAR]}

    found = await free(town, window=FAR)
    await free(town, window=made.span(8, 10, day=40))
    town.turn(minutes=9)
    await free(town, window=FAR)

    assert keys(found) == ["1"]
    assert [answer.state for answer in found.answers()] == [AnswerState.FRESH]
    assert sorted(town.bookings.asked) == [
        ("HubBusyTimes", [1, 2], "2026-12-31", "2027-01-03"),
        ("HubReservableTimeSpans", [1, 2], "2027-01-01", "2027-01-01"),
    ]
    town.turn(minutes=2)
    await free(town, window=FAR)
    assert len(town.bookings.asked) > 2


async def test_days_that_cannot_be_had_are_not_known_and_it_is_said_why(town: Booked) -> None:
    town.rooms("1")
    town.bookings.fails = 500

    found = await free(town, window=FAR)

    (answer,) = found.answers()
    assert keys(found) == []
    assert answer.state is AnswerState.FAILED
    assert (answer.message or "").startswith("times of these days are not harvested: va ")
    assert (answer.message or "").endswith("; 1 left out: their free times are not known")


async def test_only_so_many_rooms_are_asked_about_for_other_days(town: Booked, monkeypatch: pytest.MonkeyPatch) -> None:
    town.rooms(*(f"{n}" for n in range(1, 8)))
    monkeypatch.setattr(Varaamo, "MOST_SPACES", 2)
    monkeypatch.setattr(asked_times, "MOST_BLOCKS", 2)

    found = await free(town, window=FAR)

    (answer,) = found.answers()
    assert keys(found) == ["1", "2", "3", "4"]
    assert answer.state is AnswerState.SKIPPED or answer.state is AnswerState.FRESH
    assert "3 left out: their free times are not known" in (answer.message or "")
    assert "not asked for of so many rooms or days at once" in (answer.message or "")


async def test_what_the_rules_rule_out_is_not_asked_for(town: Booked) -> None:
    town.rooms("1", rules=BookingRules(max_days_before=30))

    assert keys(await free(town, window=FAR)) == []
    assert town.bookings.asked == []


async def test_a_rooms_own_free_times_of_other_days_are_looked_up(town: Booked) -> None:
    (room,) = town.rooms("1")
    (space,) = town.index.bodies(Space, town.rids(room))
    assert space is not None

    assert await spaces.availability(town.view(), [space], FAR) == [[FAR]]
    assert spaces.availability_state(town.view(), [space]) == [AvailabilityState.KNOWN]


async def test_rooms_listed_with_their_times_are_asked_anew_and_the_list_tells_of_it(town: Booked) -> None:
    town.rooms("1")
    town.bookings.fails = 500
    town.turn(minutes=12)

    plain = await spaces.spaces(town.view(), SpaceFilter(), PageArgs())
    assert [answer.state for answer in plain.answers()] == [AnswerState.FRESH]
    assert town.bookings.asked == []
    timed = await spaces.spaces(town.view(), SpaceFilter(with_times=True), PageArgs())
    assert [answer.state for answer in timed.answers()] == [AnswerState.STALE]
