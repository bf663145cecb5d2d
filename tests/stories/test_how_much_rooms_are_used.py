"""How much rooms are used: what the graph says is what comes out if one counts minutes in the booking system's rows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from hub.sandbox.generator import make_city
from hub.sandbox.varaamo.execution import Rows
from hub.sandbox.varaamo.made import made
from tests.stories.hub import Caller, City, states
from tests.stories.weeks import DAYS, TRIES

KALLIO = "8215"
MINUTE = timedelta(minutes=1)
WEEK = ("2026-11-16T00:00:00+02:00", "2026-11-23T00:00:00+02:00")  # today is its Wednesday
AUTUMN = ("2026-09-25T12:00:00+03:00", "2026-11-03T09:30:00+02:00")  # the clocks go back on 25 October
LAST_YEAR = ("2025-12-01T00:00:00+02:00", "2025-12-08T00:00:00+02:00")
USE = """query($tprekId: String!, $from: DateTime!, $to: DateTime!) { place(tprekId: $tprekId) {
  utilisation(from: $from, to: $to) {
    usedMinutes bookedMinutes bookableMinutes rate coverage unknownBecause
    spaces { space { id name { text } } usedMinutes bookableMinutes rate coverage unknownBecause }
    answers { source { name } state }
  } } }"""


@pytest.fixture(scope="module")
def rows() -> Rows:
    """What the booking system holds on that Wednesday."""
    return made(make_city(date(2026, 11, 18)))


def minutes(spans: Iterable[tuple[datetime, datetime]], start: datetime, end: datetime) -> set[int]:
    found: set[int] = set()
    for opens, closes in spans:
        found |= set(range((max(opens, start) - start) // MINUTE, (min(closes, end) - start) // MINUTE))
    return found


def counted(rows: Rows, pk: int, period: tuple[str, str]) -> tuple[int, int, int]:
    """(used, booked, bookable) minutes of a room, one by one."""
    start, end = (datetime.fromisoformat(edge) for edge in period)
    assert rows.past is not None
    recent, past = rows.spans[pk], rows.past.spans(pk, start.date(), end.date())
    taken = [*rows.reservations, *rows.past.reservations([pk], start.date() - timedelta(days=1), end.date())]
    mine = [row for row in taken if pk in row["affectedReservationUnits"]]

    def of(chosen: Iterable[Any]) -> set[int]:
        times = ((datetime.fromisoformat(row["beginsAt"]), datetime.fromisoformat(row["endsAt"])) for row in chosen)
        return minutes(times, start, end)

    bookable = minutes([*past, *(recent or ())], start, end) - of(row for row in mine if row["isBlocked"])
    used = [row for row in mine if not row["isBlocked"] and row["state"] != "CREATED"]
    own = [row for row in used if row["reservationUnit"] == pk]
    return len(of(used) & bookable), len(of(own) & bookable), len(bookable)


def rooms_of(rows: Rows, tprek: str) -> list[dict[str, Any]]:
    (unit,) = [unit["pk"] for unit in rows.units if unit["tprekId"] == tprek]
    return [room for room in rows.reservation_units if room["unit"] == unit and room["publishingState"] == "PUBLISHED"]


@pytest.mark.parametrize("period", [WEEK, AUTUMN])
async def test_a_librarys_use_rate_is_that_of_its_rooms_minutes(
    hub: Caller, rows: Rows, period: tuple[str, str]
) -> None:
    answered = await hub.operation(
        "library_page", tprekId=KALLIO, **DAYS, **dict(zip(("from", "to"), period, strict=True))
    )
    told = answered["place"]["utilisation"]

    rooms = [room for room in rooms_of(rows, KALLIO) if rows.spans[room["pk"]] is not None]
    each = {room["nameFi"]: counted(rows, room["pk"], period) for room in rooms}
    used, bookable = sum(one[0] for one in each.values()), sum(one[2] for one in each.values())
    assert (told["usedMinutes"], told["bookableMinutes"]) == (used, bookable)
    assert told["rate"] == pytest.approx(used / bookable)
    assert 0.05 < told["rate"] < 0.95, "a made room that is never or always used would prove little"
    assert {space["space"]["name"]["text"]: space["rate"] for space in told["spaces"]} == pytest.approx(
        {name: one[0] / one[2] for name, one in each.items()}
    )


async def test_a_hall_is_used_by_its_halves_bookings_but_booked_by_its_own(hub: Caller, rows: Rows) -> None:
    shared = {row["reservationUnit"] for row in rows.reservations if len(row["affectedReservationUnits"]) > 1}
    hall = min(room["pk"] for room in rows.reservation_units if room["pk"] in shared)
    unit = next(room["unit"] for room in rows.reservation_units if room["pk"] == hall)
    tprek = next(one["tprekId"] for one in rows.units if one["pk"] == unit)

    told = (await hub.ask(USE, tprekId=tprek, **{"from": AUTUMN[0], "to": AUTUMN[1]})).data["place"]["utilisation"]

    each = [counted(rows, room["pk"], AUTUMN) for room in rooms_of(rows, tprek) if rows.spans[room["pk"]] is not None]
    assert told["usedMinutes"] == sum(one[0] for one in each)
    assert told["bookedMinutes"] == sum(one[1] for one in each)
    assert told["bookedMinutes"] < told["usedMinutes"]


async def test_a_room_whose_hours_the_booking_system_does_not_give_has_no_rate_and_says_why(
    hub: Caller, rows: Rows
) -> None:
    unknown = next(
        room
        for room in rows.reservation_units
        if rows.spans[room["pk"]] is None and room["publishingState"] == "PUBLISHED"
    )
    tprek = next(unit["tprekId"] for unit in rows.units if unit["pk"] == unknown["unit"])

    told = (await hub.ask(USE, tprekId=tprek, **{"from": WEEK[0], "to": WEEK[1]})).data["place"]["utilisation"]

    without = [one for one in told["spaces"] if one["rate"] is None]
    assert unknown["nameFi"] in {one["space"]["name"]["text"] for one in without}
    assert len(without) == sum(rows.spans[room["pk"]] is None for room in rooms_of(rows, tprek))
    for space in without:
        assert (space["usedMinutes"], space["bookableMinutes"]) == (None, None)
        assert (space["coverage"], space["unknownBecause"]) == (0, "HOURS_NOT_GIVEN")
    known = [one for one in told["spaces"] if one["rate"] is not None]
    assert told["coverage"] == pytest.approx(len(known) / len(told["spaces"]))
    assert told["unknownBecause"] == "HOURS_NOT_GIVEN"


async def test_a_time_that_was_not_read_has_no_rate(hub: Caller) -> None:
    told = await hub.ask(USE, tprekId=KALLIO, **{"from": LAST_YEAR[0], "to": LAST_YEAR[1]})

    use = told.data["place"]["utilisation"]
    assert (use["usedMinutes"], use["bookableMinutes"], use["rate"]) == (None, None, None)
    assert (use["coverage"], use["unknownBecause"]) == (0, "NOT_HARVESTED")


async def test_what_is_over_is_told_while_the_booking_system_is_down(city: City, hub: Caller) -> None:
    before = await hub.ask(USE, tprekId=KALLIO, **{"from": AUTUMN[0], "to": AUTUMN[1]})
    await city.breaks("varaamo")
    asked = await city.requests()

    after = await hub.ask(USE, tprekId=KALLIO, **{"from": AUTUMN[0], "to": AUTUMN[1]})

    assert after.data == before.data
    assert after.data["place"]["utilisation"]["rate"] is not None
    assert await city.requests() == asked


async def test_the_climate_teams_question_is_one(hub: Caller, rows: Rows) -> None:
    told = await hub.operation("sharing", **TRIES["sharing"])

    rooms, devices = told["sharing"]["rooms"], told["sharing"]["devices"]
    assert 0 < rooms["rate"] < 1
    assert rooms["rate"] == pytest.approx(rooms["usedMinutes"] / rooms["bookableMinutes"], abs=1e-6)
    assert 0 < devices["rate"] < 1
    assert 0.9 < rooms["coverage"] < 1, "some rooms' hours are not known"
    assert rooms["unknownBecause"] == "HOURS_NOT_GIVEN"
    assert len(rooms["spaces"]) == 5
    shelf = told["sharing"]["onShelf"]
    assert 0 < shelf["titles"] <= told["sharing"]["thingsToBorrow"]
    assert 0 < shelf["available"] < shelf["copies"]
    assert {"varaamo", "espoo_rooms", "finna", "sierra"} <= states(told["sharing"]).keys()
    assert set(states(told["sharing"]).values()) == {"FRESH"}
    (action,) = [one for one in told["climateActions"]["nodes"] if one["identifier"] == "116"]
    assert action["indicators"]


async def test_a_district_shares_what_its_own_places_share(hub: Caller, rows: Rows) -> None:
    found = await hub.ask('{ district(name: "Kallio", kind: NEIGHBOURHOOD) { id } }')
    kallio = found.data["district"]["id"]
    asked = TRIES["sharing"]

    part = (await hub.operation("sharing", **asked, districts=[kallio]))["sharing"]
    whole = (await hub.operation("sharing", **asked))["sharing"]
    own = await hub.ask(
        "query($id: ID!, $from: DateTime!, $to: DateTime!) { node(id: $id) { ... on District {"
        " utilisation(from: $from, to: $to) { bookableMinutes spaces { space { place { districts { id } } } } } } } }",
        id=kallio,
        **asked,
    )

    assert 0 < part["rooms"]["bookableMinutes"] < whole["rooms"]["bookableMinutes"]
    assert 0 < part["thingsToBorrow"] < whole["thingsToBorrow"]
    assert part["onShelf"]["copies"] < whole["onShelf"]["copies"]
    district = own.data["node"]["utilisation"]
    assert district["bookableMinutes"] >= part["rooms"]["bookableMinutes"]
    for space in district["spaces"]:
        assert kallio in {area["id"] for area in space["space"]["place"]["districts"]}


@pytest.mark.parametrize(
    ("start", "end", "says"),
    [
        (WEEK[1], WEEK[0], "is not after from"),
        ("2025-01-01T00:00:00+02:00", "2026-11-01T00:00:00+02:00", "366 days"),
    ],
)
async def test_a_period_that_cannot_be_told_is_refused_and_costs_nothing_else(
    hub: Caller, start: str, end: str, says: str
) -> None:
    answered = await hub.ask(
        'query($from: DateTime!, $to: DateTime!) { place(tprekId: "8215") { name { fi }'
        " utilisation(from: $from, to: $to) { rate } } }",
        **{"from": start, "to": end},
    )

    assert answered.data["place"] == {"name": {"fi": "Kallion kirjasto"}, "utilisation": None}
    (error,) = answered.errors
    assert error["extensions"]["code"] == "BAD_INPUT"
    assert says in error["message"]
