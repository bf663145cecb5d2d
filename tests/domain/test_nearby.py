"""What is around a record, whatever it is, told in the filters' own terms."""

from __future__ import annotations

import pytest

from hub.domain import events, nearby, places, spaces
from hub.domain.lists import PageArgs
from hub.domain.spaces import FreeDuring, SpaceFilter
from hub.errors import BadInput
from hub.index.events import EventFilter, EventSort
from hub.index.places import PlaceFilter, PlaceSort
from hub.index.spaces import SpaceFacts, SpaceSort
from tests import made
from tests.domain.hall import Town

OODI = made.unit("oodi", "Oodi", location=made.spot(60.174, 24.938))
CLOSE = made.unit("close", "Musiikkitalo", location=made.spot(60.1745, 24.935))
FAR = made.unit("far", "Lentoasema", location=made.spot(60.3, 24.96))
BY_DISTANCE = SpaceFilter(facts=SpaceFacts(sort=SpaceSort.DISTANCE))


async def test_rooms_near_an_event_are_told_page_by_page_nearest_first(town: Town) -> None:
    event, lost = made.event("1", at_place=OODI.ref), made.event("2")
    rooms = [made.space(f"{n}", at_place=(CLOSE if n < 2 else OODI).ref) for n in range(3)]
    town.put(OODI, CLOSE, FAR, event, lost, *rooms, made.space("far", at_place=FAR.ref))
    city, rids = town.city(), town.rids(event, lost, event)
    before = town.index.queries

    first, none, again = await nearby.spaces_near(city, rids, BY_DISTANCE, 500, PageArgs(first=2))

    assert town.index.queries - before == 3  # where they are, what is near, and what that is
    (second, *_) = await nearby.spaces_near(
        city, rids[:1], BY_DISTANCE, 500, PageArgs(first=2, after=first.cursors[-1])
    )
    assert [space.ref.key for space in first.nodes] == ["2", "0"]
    assert [space.ref.key for space in second.nodes] == ["1"]
    assert (first.has_next, second.has_next, none.nodes) == (True, False, [])
    assert again.nodes == first.nodes
    assert await first.total() == 3


async def test_rooms_near_an_event_may_have_to_be_free(town: Town) -> None:
    event = made.event("1", at_place=OODI.ref)
    town.put(OODI, event, made.space("free", at_place=OODI.ref), made.space("taken", at_place=OODI.ref))
    town.put(made.hours("free", made.span(8, 20)), made.busy("free"))
    town.put(made.hours("taken", made.span(8, 20)), made.busy("taken", made.span(8, 20)))
    wanted = SpaceFilter(facts=BY_DISTANCE.facts, free_during=FreeDuring(window=made.span(12, 14), minutes=60))

    (found,) = await nearby.spaces_near(town.city(), town.rids(event), wanted, 500, PageArgs())

    assert [space.ref.key for space in found.nodes] == ["free"]


async def test_what_is_near_a_place_is_not_the_place_itself(town: Town) -> None:
    town.put(OODI, CLOSE, FAR)

    (found,) = nearby.places_near(town.city(), town.rids(OODI), PlaceFilter(sort=PlaceSort.DISTANCE), 500, PageArgs())

    assert [place.ref for place in found.nodes] == [CLOSE.ref]


async def test_events_near_a_project_are_near_any_of_the_plans_that_it_grew_from(town: Town) -> None:
    plans = [
        made.proposal("plan:1", location=made.spot(60.174, 24.938)),
        made.proposal("plan:2", location=made.spot(60.3, 24.96)),
    ]
    project = made.project("1", linked=("plan:1", "plan:2"))
    later = made.event("later", at_place=OODI.ref, starts_at=made.at(20))
    sooner = made.event("sooner", at_place=OODI.ref, starts_at=made.at(18))
    away = made.event("away", at_place=FAR.ref)
    town.put(OODI, FAR, *plans, project, later, sooner, away, made.event("lost"))
    city, rids = town.city(), town.rids(project)

    (found,) = nearby.events_near(city, rids, EventFilter(sort=EventSort.DISTANCE), 100, PageArgs())
    (evening,) = nearby.events_near(
        city, rids, EventFilter(starts_after=made.at(19), sort=EventSort.NAME), 100, PageArgs()
    )

    assert {event.ref.key for event in found.nodes} == {"later", "sooner", "away"}
    keys = [event.ref.key for event in found.nodes]
    assert keys.index("sooner") < keys.index("later")
    assert [event.ref.key for event in evening.nodes] == ["later"]
    (metres,) = nearby.metres_from(city, rids, made.spot(60.301, 24.96))
    assert metres == pytest.approx(111.2, abs=0.1)


async def test_how_far_something_is_nobody_knows_if_nobody_tells_where_it_is(town: Town) -> None:
    here, lost, held = made.unit("1", location=made.spot(60.0, 24.0)), made.unit("2"), made.event("1", at_place="x")
    town.put(here, lost, held)

    told = nearby.metres_from(town.city(), [*town.rids(here, lost, held), 10**9], made.spot(60.001, 24.0))

    assert told == [pytest.approx(111.2, abs=0.1), None, None, None]


@pytest.mark.parametrize("metres", [0, -1, 3_000.1, float("nan")])
async def test_near_is_not_nothing_and_not_the_whole_city(town: Town, metres: float) -> None:
    with pytest.raises(BadInput, match="withinMetres"):
        await nearby.spaces_near(town.city(), [1], BY_DISTANCE, metres, PageArgs())


async def test_an_order_by_distance_needs_somewhere_to_measure_from(town: Town) -> None:
    by_distance = EventFilter(sort=EventSort.DISTANCE)
    city = town.city()

    for ask in (
        lambda: events.events(city, by_distance, PageArgs()),
        lambda: events.events_at(city, [1], by_distance, PageArgs()),
        lambda: events.events_by(city, [1], by_distance, PageArgs()),
        lambda: places.places(city, PlaceFilter(sort=PlaceSort.DISTANCE), PageArgs()),
        lambda: places.places_in(city, [1], PlaceFilter(sort=PlaceSort.DISTANCE), PageArgs()),
    ):
        with pytest.raises(BadInput, match="near"):
            ask()
    with pytest.raises(BadInput, match="near"):
        await spaces.spaces(city, BY_DISTANCE, PageArgs())
    with pytest.raises(BadInput, match="near"):
        await spaces.spaces_at(city, [1], BY_DISTANCE, PageArgs())
