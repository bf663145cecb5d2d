"""Free rooms as who needs one sees them: by the booking service's own rules, and not older than ten minutes."""

from __future__ import annotations

import asyncio
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from hub.sandbox.city import MadeRoom
from hub.sandbox.generator import make_city
from tests.stories.hub import ORIGIN, Caller, City, states
from tests.stories.weeks import TRIES

HELSINKI = ZoneInfo("Europe/Helsinki")
WARM = 1  # questions with which each story begins
FREE = """query ($from: DateTime!, $to: DateTime!, $first: Int, $unknown: Boolean = false, $minutes: Int = 60,
  $lat: Float = 60.1886, $lon: Float = 24.9505) {
  spaces(
    filter: {
      freeDuring: { from: $from, to: $to, minutes: $minutes, includeUnknown: $unknown }
      near: { lat: $lat, lon: $lon, withinMetres: 7000 }
    }
    first: $first
  ) {
    nodes { id name { fi } bookingUrl nextAvailable availabilityState
      availability(from: $from, to: $to) { startsAt endsAt } }
    pageInfo { hasNextPage endCursor } totalCount
    answers { source { name } state fetchedAt message } } }"""
NEXT = """query ($after: String) { spaces(first: 100, after: $after) {
  nodes { bookingUrl nextAvailable } pageInfo { hasNextPage endCursor } } }"""


def at(city: City, hour: int, *, days: int = 1) -> datetime:
    """That hour in Helsinki, so many days after the story's."""
    day = city.now.astimezone(HELSINKI).date() + timedelta(days=days)
    return datetime.combine(day, time(hour), HELSINKI)


def number(node: dict[str, Any]) -> str:
    return str(node["bookingUrl"]).rpartition("/")[2]


def window(city: City, start: int = 12, end: int = 18, *, days: int = 1) -> dict[str, str]:
    return {"from": at(city, start, days=days).isoformat(), "to": at(city, end, days=days).isoformat()}


async def free(hub: Caller, variables: dict[str, Any], **more: Any) -> dict[str, Any]:
    told = await hub.ask(FREE, **{"first": 100, **variables, **more})
    assert told.errors == []
    found: dict[str, Any] = told.data["spaces"]
    return found


def of_source(found: dict[str, Any], name: str = "varaamo") -> dict[str, Any]:
    return next(answer for answer in found["answers"] if answer["source"]["name"] == name)


@pytest.fixture(autouse=True)
async def _made(city: City) -> None:
    """The stand-in is made when it is first asked: before anybody waits for an answer."""
    await first_reservable(city, ["1001"])


@pytest.fixture
def made(city: City) -> dict[str, MadeRoom]:
    return {str(room.id): room for room in make_city(city.now.astimezone(HELSINKI).date()).rooms}


async def test_a_room_that_somebody_books_is_not_free_any_more_within_ten_minutes(city: City) -> None:
    async with city.open() as hub:
        before = await free(hub, window(city), first=5)
        taken = number(before["nodes"][0])
        await city.books(int(taken), at(city, 12), at(city, 18))
        city.now += timedelta(minutes=5)
        soon = await free(hub, window(city), first=5)
        asked_by_then = (await city.requests())["varaamo"]
        city.now += timedelta(minutes=6)
        after = await free(hub, window(city), first=5)
        requests = (await city.requests())["varaamo"] - asked_by_then

    assert number(soon["nodes"][0]) == taken, "the harvest of five minutes ago is new enough"
    assert asked_by_then == WARM
    assert taken not in {number(node) for node in after["nodes"]}
    assert [number(node) for node in before["nodes"][1:]] == [number(node) for node in after["nodes"][:4]]
    assert len(after["nodes"]) == 5, "the next room has taken its place"
    assert after["totalCount"] == before["totalCount"] - 1
    assert requests == 2, "one question for the page, and one for the room that came in"


async def test_a_hall_that_is_booked_is_taken_with_its_halves(city: City, made: dict[str, MadeRoom]) -> None:
    async with city.open() as hub:
        found = await free(hub, window(city, days=4))
        listed = {number(node) for node in found["nodes"]}
        hall = next(r for r in made.values() if len(r.walls) == 2 and {str(r.id), *map(str, r.walls)} <= listed)
        await city.books(hall.id, at(city, 7, days=4), at(city, 23, days=4))
        city.now += timedelta(minutes=11)
        after = await free(hub, window(city, days=4))

    gone = listed - {number(node) for node in after["nodes"]}
    assert gone >= {str(hall.id), *map(str, hall.walls)}


async def test_however_many_look_a_room_is_asked_for_once_in_ten_minutes(city: City) -> None:
    async with city.open() as hub:
        city.now += timedelta(minutes=11)
        await asyncio.gather(*(free(hub, window(city), first=10) for _ in range(20)))
        first = (await city.requests())["varaamo"]
        for minutes in range(9):
            city.now += timedelta(minutes=1)
            await free(hub, window(city, days=1 + minutes), first=3)
            await free(hub, window(city), first=10)
        later = (await city.requests())["varaamo"]

    assert first == WARM + 1
    assert later - first <= 3, "only for rooms that were not on a page before"


@pytest.mark.parametrize("state", ["down", "error", "garbage", "throttled"])
async def test_while_the_booking_service_is_down_its_last_word_is_served_with_its_age(city: City, state: str) -> None:
    await city.breaks("varaamo", state)
    async with city.open() as hub:
        fresh = await free(hub, window(city), first=5)
        city.now += timedelta(minutes=17)
        stale = await free(hub, window(city), first=5)
        asked = (await city.requests())["varaamo"]
        again = await free(hub, window(city), first=5)

    assert [number(node) for node in stale["nodes"]] == [number(node) for node in fresh["nodes"]]
    assert states(fresh)["varaamo"] == "FRESH"
    assert of_source(stale)["state"] == "STALE"
    assert "17 minutes ago" in of_source(stale)["message"]
    assert of_source(stale)["fetchedAt"] == of_source(fresh)["fetchedAt"]
    assert of_source(again)["state"] == "STALE"
    assert (await city.requests())["varaamo"] == asked, "a source that failed is left alone for a while"


async def test_days_that_are_not_harvested_are_asked_for(city: City) -> None:
    far = window(city, days=45)
    async with city.open() as hub:
        found = await free(hub, far)
        asked = (await city.requests())["varaamo"]
        await free(hub, window(city, 8, 20, days=45))
        again = (await city.requests())["varaamo"]
        await city.breaks("varaamo")
        further = await free(hub, window(city, days=50))

    assert found["nodes"], "some rooms can be booked so many days ahead"
    assert all(node["availability"] for node in found["nodes"])
    assert WARM < asked <= WARM + 12
    assert again == asked, "another question about the same day is answered from the first"
    assert further["nodes"] == []
    assert of_source(further)["state"] == "FAILED"
    assert "not harvested" in of_source(further)["message"]
    assert "left out: their free times are not known" in of_source(further)["message"]


async def test_the_next_free_time_is_the_booking_services_own(city: City, made: dict[str, MadeRoom]) -> None:
    """Of every room with known hours: what the service computes for itself, by its own code's rules."""
    async with city.open() as hub:
        ours: dict[str, datetime | None] = {}
        after = None
        while True:
            told = (await hub.ask(NEXT, after=after)).data["spaces"]
            for node in told["nodes"]:
                if node["bookingUrl"] and number(node) in made:
                    first = node["nextAvailable"]
                    ours[number(node)] = None if first is None else datetime.fromisoformat(first)
            if not told["pageInfo"]["hasNextPage"]:
                break
            after = told["pageInfo"]["endCursor"]
    theirs = await first_reservable(city, list(ours))
    until = at(city, 0, days=31)

    compared = 0
    for key, first in theirs.items():
        room = made[key]
        if not room.is_reservable:
            assert ours[key] is None
        elif room.hours_known and first is not None and first < until:
            compared += 1
            assert ours[key] == first, f"{key} {room.name.fi}"
    assert compared > 150
    assert {room.blocks_whole_day for room in made.values()} == {True, False}


async def first_reservable(city: City, keys: list[str]) -> dict[str, datetime | None]:
    """What Varaamo's stand-in answers to its own question for first free times, 20 rooms at a time."""
    query = """query ($pk: [Int]) { reservationUnits(pk: $pk, isVisible: true, calculateFirstReservableTime: true) {
      edges { node { pk firstReservableDatetime } } } }"""
    found: dict[str, datetime | None] = {}
    pair = {"Cookie": f"csrftoken={'a' * 32}", "X-CSRFToken": "a" * 32, "Accept": "application/json"}
    async with httpx.AsyncClient(transport=city.wire, base_url=ORIGIN) as client:
        for start in range(0, len(keys), 20):
            body = {"query": query, "variables": {"pk": [int(key) for key in keys[start : start + 20]]}}
            reply = await client.post("/varaamo/graphql/", json=body, headers={**pair, "Referer": f"{ORIGIN}/"})
            for edge in reply.json()["data"]["reservationUnits"]["edges"]:
                first = edge["node"]["firstReservableDatetime"]
                found[str(edge["node"]["pk"])] = None if first is None else datetime.fromisoformat(first)
    return found


async def test_what_is_free_agrees_with_its_times_whatever_is_asked(city: City, made: dict[str, MadeRoom]) -> None:
    async with city.open() as hub:
        found = await free(hub, window(city, 8, 22, days=3), unknown=True, minutes=90)

    known = [node for node in found["nodes"] if node["availabilityState"] == "KNOWN"]
    assert known
    for node in known:
        if number(node) not in made:
            continue
        room = made[number(node)]
        lengths = []
        for each in node["availability"]:
            starts, ends = (datetime.fromisoformat(each[name]) for name in ("startsAt", "endsAt"))
            opens = room.open_hours[starts.astimezone(HELSINKI).weekday()]
            assert opens is not None
            opening = datetime.combine(starts.astimezone(HELSINKI).date(), opens[0], HELSINKI)
            assert (starts - opening) % timedelta(minutes=room.interval_minutes) == timedelta(0)
            lengths.append(ends - starts)
        assert max(lengths) >= timedelta(minutes=90)
        assert room.max_minutes is None or room.max_minutes >= 90
        assert node["nextAvailable"] <= node["availability"][0]["startsAt"]
    assert any(node["availability"] is None for node in found["nodes"] if node["availabilityState"] == "UNKNOWN")


async def test_libraries_tell_their_free_rooms_in_the_neighbourhood_with_one_question(city: City) -> None:
    async with city.open() as hub:
        city.now += timedelta(minutes=11)
        told = await hub.operation("neighbourhood", **TRIES["neighbourhood"])
        asked = (await city.requests())["varaamo"]

    rooms = [room for library in told["district"]["libraries"]["nodes"] for room in library["spaces"]["nodes"]]
    assert rooms
    assert all(room["nextAvailable"] for room in rooms)
    assert asked == WARM + 1


async def test_the_rooms_of_another_city_are_asked_anew_too(city: City) -> None:
    async with city.open() as hub:
        city.now += timedelta(minutes=16)
        found = await free(hub, window(city), lat=60.2055, lon=24.6559)
        requests = await city.requests()

    assert states(found)["espoo_rooms"] == "FRESH"
    assert requests["respa"] >= 1


async def test_a_room_with_a_screen_that_a_wheelchair_gets_into_and_that_is_open_now(city: City) -> None:
    query = """{ spaces(filter: { equipment: ["näyttö"], accessible: true, openNow: true }, first: 100) {
      nodes { equipment { fi } forWheelchair place { isOpen accessibility { forWheelchair } } }
      answers { source { name } message } } }"""
    async with city.open() as hub:
        found = (await hub.ask(query)).data["spaces"]

    assert found["nodes"]
    for node in found["nodes"]:
        assert "Näyttö" in {thing["fi"] for thing in node["equipment"]}
        assert node["place"]["isOpen"] is True
        own, places_ = node["forWheelchair"], node["place"]["accessibility"]["forWheelchair"]
        assert (places_ if own is None else own) is True
    assert "nobody tells of wheelchairs" in of_source(found)["message"]
