"""Rooms and devices: which are free when, and what is said of those that nobody knows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hub.domain import cursors, places, spaces
from hub.domain.answers import AnswerState
from hub.domain.availability import AvailabilityState
from hub.domain.lists import Found, PageArgs
from hub.domain.spaces import FreeDuring, SpaceFilter
from hub.errors import BadCursor, BadInput
from hub.index.geo import Near
from hub.index.spaces import SpaceFacts, SpaceSort
from hub.records.core import Record, Ref, Span
from hub.records.places import Accessibility
from hub.records.spaces import BookingRules, Space, SpacePrice
from tests import made
from tests.domain.hall import Town

AFTERNOON = made.span(12, 16)
FIRST = PageArgs()
OODI = made.unit("oodi", location=made.spot(60.174, 24.938))


def room(key: str, *taken: Span, known: bool = True, **more: Any) -> list[Record]:
    """A room open from eight to twenty, taken at these times."""
    return [
        made.space(key, f"Huone {key}", **more),
        made.hours(key, made.span(8, 20), known=known),
        made.busy(key, *taken),
    ]


def keys(found: Found[Space]) -> list[str]:
    return [space.ref.key for space in found.nodes]


async def free(
    town: Town, minutes: int | None = None, page: PageArgs = FIRST, *, include_unknown: bool = False
) -> Found[Space]:
    wanted = FreeDuring(window=AFTERNOON, minutes=minutes, include_unknown=include_unknown)
    return await spaces.spaces(town.city(), SpaceFilter(free_during=wanted), page)


async def test_rooms_that_are_free_long_enough_are_found(town: Town) -> None:
    town.put(*room("all day"), *room("an hour", made.span(12, 15)), *room("taken", AFTERNOON))

    assert keys(await free(town, 60)) == ["all day", "an hour"]
    assert keys(await free(town, 90)) == ["all day"]


async def test_without_minutes_a_rooms_own_shortest_booking_counts(town: Town) -> None:
    long = BookingRules(min_duration=timedelta(hours=2))
    town.put(*room("1", made.span(12, 15)), *room("2", made.span(12, 15), rules=long))

    assert keys(await free(town)) == ["1"]


async def test_a_room_of_unknown_times_is_left_out_and_counted(town: Town) -> None:
    town.put(*room("1"), *room("2", known=False), made.space("3", "Huone 3"))
    for kind in ("space", "booking_hours", "busy_times"):
        town.crawled("va", kind)

    found = await free(town)

    assert keys(found) == ["1"]
    assert await found.total() == 1
    (answer,) = found.answers()
    assert (answer.state, answer.message) == (AnswerState.FRESH, "2 left out: their free times are not known")


async def test_a_room_of_unknown_times_is_in_if_asked_for_and_then_nothing_is_left_out(town: Town) -> None:
    town.put(*room("1", AFTERNOON), *room("2", known=False))
    for kind in ("space", "booking_hours", "busy_times"):
        town.crawled("va", kind)

    found = await free(town, include_unknown=True)

    assert keys(found) == ["2"]
    assert [answer.message for answer in found.answers()] == [None]


async def test_what_is_left_out_stands_beside_what_else_is_wrong(town: Town) -> None:
    town.put(*room("1", known=False))
    for kind in ("space", "booking_hours", "busy_times"):
        town.crawled("va", kind, confirmed=made.NOW - timedelta(days=1))

    (answer,) = (await free(town)).answers()

    assert answer.state is AnswerState.STALE
    assert answer.message == "its last confirmation is past its time; 1 left out: their free times are not known"


@pytest.mark.parametrize("first", [1, 2, 3, 7])
async def test_pages_of_free_rooms_give_each_once(town: Town, first: int) -> None:
    town.put(*(record for n in range(9) for record in room(f"{n}", *([AFTERNOON] if n % 4 == 1 else []))))
    read: list[str] = []
    after: str | None = None
    while True:
        found = await free(town, page=PageArgs(first=first, after=after))
        read += keys(found)
        assert await found.total() == 7
        assert found.has_previous is (after is not None)
        if not found.has_next:
            break
        after = found.cursors[-1]

    assert read == [f"{n}" for n in range(9) if n % 4 != 1]


async def test_a_cursor_of_our_own_making_that_cannot_be_compared_is_bad(town: Town) -> None:
    town.put(*room("1"))
    page = PageArgs(after=cursors.encode("spaces:NAME", (5, "huone")))

    with pytest.raises(BadCursor):
        await free(town, page=page)


async def test_free_rooms_at_many_places_cost_as_many_statements_as_at_one(town: Town) -> None:
    houses = [made.place(f"{n}", source="va") for n in range(10)]
    rooms = [record for n in range(10) for record in room(f"{n}", at_place=f"{n}")]
    town.put(*houses, *rooms)
    wanted = SpaceFilter(free_during=FreeDuring(window=AFTERNOON))

    async def cost(many: list[int]) -> int:
        city = town.city()
        before = town.index.queries
        found = await spaces.spaces_at(city, many, wanted, PageArgs())
        assert [len(one.nodes) for one in found] == [1] * len(many)
        return town.index.queries - before

    rids = town.rids(*houses)
    assert await cost(rids) == await cost(rids[:1]) <= 6


async def test_a_place_asked_for_twice_has_its_rooms_once_each_time(town: Town) -> None:
    house = made.place("h", source="va")
    town.put(house, *room("1", at_place="h"), *room("2", at_place="h"))
    twice = [town.rid(house)] * 2

    for wanted in (SpaceFilter(), SpaceFilter(free_during=FreeDuring(window=AFTERNOON))):
        found = await spaces.spaces_at(town.city(), twice, wanted, PageArgs())
        assert [keys(one) for one in found] == [["1", "2"], ["1", "2"]]


@pytest.mark.parametrize("window", [made.span(12, 12), made.span(16, 12), made.span(0, 24 * 63)])
async def test_a_window_that_is_none_or_too_long_is_bad_input(town: Town, window: Span) -> None:
    with pytest.raises(BadInput):
        await spaces.spaces(town.city(), SpaceFilter(free_during=FreeDuring(window=window)), PageArgs())
    with pytest.raises(BadInput):
        await spaces.availability(town.city(), [], window)


async def test_rooms_by_distance_need_a_point(town: Town) -> None:
    with pytest.raises(BadInput, match="near"):
        await spaces.spaces(town.city(), SpaceFilter(facts=SpaceFacts(sort=SpaceSort.DISTANCE)), PageArgs())


async def test_free_rooms_near_a_point_come_nearest_first(town: Town) -> None:
    far = made.unit("far", location=made.spot(60.178, 24.938))
    town.put(
        OODI, far, *room("a", at_place=far.ref), *room("b", at_place=OODI.ref), *room("c", AFTERNOON, at_place=OODI.ref)
    )
    facts = SpaceFacts(near=Near(at=made.spot(60.174, 24.938), metres=1000), sort=SpaceSort.DISTANCE)
    wanted = SpaceFilter(facts=facts, free_during=FreeDuring(window=AFTERNOON))
    city = town.city()

    first = await spaces.spaces(city, wanted, PageArgs(first=1))
    second = await spaces.spaces(city, wanted, PageArgs(first=1, after=first.cursors[-1]))

    assert (keys(first), keys(second), second.has_next) == (["b"], ["a"], False)


def known(town: Town, *rooms: Record) -> list[Space]:
    found = town.index.bodies(Space, town.rids(*rooms))
    return [space for space in found if space is not None]


async def test_the_free_times_of_rooms_are_told_from_now_on(town: Town) -> None:
    first, second, third = room("1", made.span(13, 14)), room("2", known=False), room("3", is_bookable=False)
    town.put(*first, *second, *third)
    city = town.city()
    many = known(town, first[0], second[0], third[0])

    assert await spaces.availability(city, many, made.span(8, 15)) == [[made.span(9, 13), made.span(14, 15)], None, []]
    assert spaces.availability_state(city, many) == [
        AvailabilityState.KNOWN,
        AvailabilityState.UNKNOWN,
        AvailabilityState.KNOWN,
    ]
    assert city.expires_at == made.NOW + timedelta(minutes=5)


async def test_the_next_free_time_is_the_first_that_is_long_enough(town: Town) -> None:
    hour = BookingRules(min_duration=timedelta(hours=1))
    now_free = room("1")
    gap = room("2", made.span(9.5, 12), rules=hour)
    never = room("3", Span(starts_at=made.at(0), ends_at=made.at(0, day=30)))
    unknown = room("4", known=False)
    town.put(*now_free, *gap, *never, *unknown)

    found = await spaces.next_available(town.city(), known(town, now_free[0], gap[0], never[0], unknown[0]))

    assert found == [made.NOW, made.at(12), None, None]


async def test_a_room_belongs_to_its_merged_place(town: Town) -> None:
    register, booking = made.unit("8215"), made.place("174", source="va", tprek_id="8215")
    town.put(register, booking, *room("1", at_place="174"))

    (found,) = await spaces.spaces_at(town.city(), town.rids(register), SpaceFilter(), PageArgs())

    assert keys(found) == ["1"]
    assert found.nodes[0].place == Ref("place", "va", "174")


async def test_what_its_source_does_not_tell_is_left_out_of_a_filter_and_counted(town: Town) -> None:
    house = made.unit("h", accessibility=Accessibility(for_wheelchair=True))
    day = made.opening_day(house.ref, made.NOW.date(), made.span(8, 20))
    town.put(
        house,
        day,
        made.space("1", capacity=8, at_place=house.ref, price=SpacePrice(is_free=True)),
        made.space("2", capacity=8, price=SpacePrice(is_free=True)),
        made.space("3", at_place=house.ref, price=SpacePrice(is_free=True)),
        made.space("4", capacity=2, at_place=house.ref, price=SpacePrice(is_free=True)),
        made.space("5", capacity=9, at_place=house.ref),
    )
    town.crawled("va", "space")
    city = town.city()
    facts = SpaceFacts(people=6, is_free=True, for_wheelchair=True, opening=places.opening(city, None))

    found = await spaces.spaces(city, SpaceFilter(facts=facts), PageArgs())
    (here, nowhere) = await spaces.spaces_at(
        city, [*town.rids(house), 9_999], SpaceFilter(facts=SpaceFacts(people=6)), PageArgs()
    )

    assert keys(found) == ["1"]
    (answer,) = found.answers()
    assert answer.message == "1 left out: nobody tells how many fit; 1 left out: nobody tells what they cost"
    assert [told.message for told in here.answers()] == ["1 left out: nobody tells how many fit"]
    assert [told.message for told in nowhere.answers()] == [None]
    lonely = SpaceFacts(for_wheelchair=True)
    (answer,) = (await spaces.spaces(city, SpaceFilter(facts=lonely), PageArgs())).answers()
    assert answer.message == "1 left out: nobody tells of wheelchairs"
    closed = SpaceFacts(opening=places.opening(city, None, is_open=False))
    (answer,) = (await spaces.spaces(city, SpaceFilter(facts=closed), PageArgs())).answers()
    assert answer.message == "1 left out: nobody tells whether they are open"
