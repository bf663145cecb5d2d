"""The made city: the same for one day, steady over days, joined, with this week's content, and about nobody."""

import re
from collections import Counter
from datetime import date, datetime, time, timedelta
from functools import cache

import msgspec
import pytest

from hub.sandbox.city import City, MadeEvent, MadeRoom, Text
from hub.sandbox.generator import make_city
from hub.sandbox.making.calendar import local, week_of

TODAY = date(2026, 11, 22)
DAYS = (TODAY, date(2026, 11, 23), date(2026, 12, 24), date(2027, 3, 27), date(2027, 6, 24), date(2027, 10, 31))
OODI, KALLIO, VALLILA = "library-86476", "library-84860", "library-84870"
FOLLOWS_THE_CLOCK = {"status", "starts_at", "ends_at", "all_day", "modified_at", "remaining"}


@cache
def city(day: date = TODAY) -> City:
    return make_city(day)


def of(day: date, key: str) -> list[MadeEvent]:
    """Events of a place in the ISO week of that day, as they are planned."""
    monday = week_of(day).monday
    return [
        event
        for event in city(day).events
        if event.place == key
        and event.starts_at is not None
        and local(monday) <= event.starts_at < local(monday + timedelta(days=7))
        and event.status == "EventScheduled"
    ]


def is_free(room: MadeRoom, day: date, first: int, last: int, hours: int) -> bool:
    """Whether there are so many hours on end between two o'clocks of a day in which nothing blocks the room."""
    opens = room.open_hours[day.weekday()]
    if opens is None:
        return False
    for hour in range(first, last - hours + 1):
        begins, ends = local(day, time(hour)), local(day, time(hour + hours))
        is_open = opens[0] <= time(hour) and time(hour + hours) <= opens[1]
        if is_open and all(taken.ends_at <= begins or taken.starts_at >= ends for taken in room.bookings):
            return True
    return False


def fits_six_free_of_charge(room: MadeRoom) -> bool:
    return (
        room.is_visible
        and room.is_reservable
        and room.hours_known
        and (room.capacity or 0) >= 6
        and room.price_cents == (0, 0)
        and room.min_minutes <= 120 <= (room.max_minutes or 120)
    )


def test_one_day_gives_one_city() -> None:
    assert msgspec.msgpack.encode(make_city(TODAY)) == msgspec.msgpack.encode(make_city(TODAY))


def test_the_city_is_as_large_as_it_says() -> None:
    made = city()
    assert len(made.rooms) == 250
    assert len(made.works) == 3_000
    assert 380 <= len(made.places) <= 500
    assert 55 <= len({room.place for room in made.rooms}) <= 70
    assert sum(len(each.ideas) + len(each.proposals) for each in made.rounds) >= 300
    assert Counter(area.type for area in made.areas) == {
        "major_district": 8,
        "district": 34,
        "sub_district": 148,
        "neighborhood": 60,
    }


@pytest.mark.parametrize("day", DAYS)
def test_there_are_about_800_events_most_of_them_this_week_and_next(day: date) -> None:
    events = city(day).events
    assert 680 <= len(events) <= 900
    offsets = Counter((event.starts_at.date() - day).days // 7 for event in events if event.starts_at is not None)
    assert min(offsets[0], offsets[1]) > max(n for week, n in offsets.items() if week not in {-1, 0, 1, 2})
    calendars = {"linkedevents", "espoo", "icalendar", "rss", "tribe", "jsonld"}
    assert {calendar for event in events for calendar in event.calendars} == calendars


@pytest.mark.parametrize("kind", ["places", "rooms", "works", "areas", "keywords", "organisations", "events", "series"])
def test_ids_are_unique(kind: str) -> None:
    ids = [getattr(each, "key", None) or each.id for each in getattr(city(), kind)]
    assert len(set(ids)) == len(ids)


def test_unit_numbers_and_kirkanta_ids_are_unique() -> None:
    units = [place.tprek for place in city().places if place.tprek is not None]
    branches = [place.kirkanta for place in city().places if place.kirkanta is not None]
    assert len(set(units)) == len(units)
    assert len(set(branches)) == len(branches) == 70


def test_places_rooms_and_works_do_not_change_when_a_week_goes_by() -> None:
    before, after = city(), city(TODAY + timedelta(days=7))

    def without_day(made: City) -> tuple[object, object]:
        places = [msgspec.structs.replace(place, closed_on=()) for place in made.places]
        return places, [msgspec.structs.replace(room, bookings=()) for room in made.rooms]

    assert without_day(before) == without_day(after)
    assert before.works == after.works
    assert before.areas == after.areas
    assert [each.id for each in before.rounds] == [each.id for each in after.rounds]


def test_an_event_keeps_its_id_and_what_it_says_when_a_week_goes_by() -> None:
    before = {event.id: event for event in city().events}
    after = {event.id: event for event in city(TODAY + timedelta(days=7)).events}
    both = before.keys() & after.keys()
    assert len(both) > 400
    for event in both:
        one, other = (msgspec.structs.asdict(each[event]) for each in (before, after))
        changed = {field for field in one if one[field] != other[field]}
        assert changed <= FOLLOWS_THE_CLOCK, event


def test_bookings_keep_their_ids_and_times_when_a_week_goes_by() -> None:
    before = {taken.id: taken for room in city().rooms for taken in room.bookings}
    after = {taken.id: taken for room in city(TODAY + timedelta(days=7)).rooms for taken in room.bookings}
    both = before.keys() & after.keys()
    assert len(both) > 0.8 * len(before)
    assert all(before[each].starts_at == after[each].starts_at for each in both)
    assert all(before[each].ends_at == after[each].ends_at for each in both)


@pytest.mark.parametrize("day", DAYS)
def test_this_week_and_the_next_have_events_at_the_three_libraries(day: date) -> None:
    for key in (OODI, KALLIO, VALLILA):
        assert len(of(day, key)) >= 2, key


@pytest.mark.parametrize("day", DAYS)
def test_oodi_has_a_free_room_next_thursday_afternoon(day: date) -> None:
    thursday = day + timedelta(days=(3 - day.weekday()) % 7 or 7)
    rooms = [room for room in city(day).rooms if room.place == OODI and fits_six_free_of_charge(room)]
    assert any(is_free(room, thursday, 14, 18, 2) for room in rooms)


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("key", [KALLIO, VALLILA])
def test_kallio_and_vallila_have_a_free_room_on_some_afternoon_of_the_week(day: date, key: str) -> None:
    rooms = [room for room in city(day).rooms if room.place == key and fits_six_free_of_charge(room)]
    week = [day + timedelta(days=n) for n in range(7)]
    assert any(is_free(room, each, 12, 19, 2) for room in rooms for each in week)


@pytest.mark.parametrize("day", DAYS)
def test_free_language_cafes_come_within_a_month(day: date) -> None:
    soon = [
        event
        for event in city(day).events
        if "kielikahvila" in (event.name.fi or "").lower()
        and event.is_free
        and event.starts_at is not None
        and local(day) <= event.starts_at < local(day + timedelta(days=30))
    ]
    assert len({event.place for event in soon}) >= 8


def test_the_three_libraries_have_hours_and_things_to_borrow() -> None:
    made = city()
    for key in (OODI, KALLIO, VALLILA):
        place = made.place(key)
        assert any(day.staffed for day in place.week)
        things = [
            work.title
            for work in made.works
            if place.finna_code in work.branches and "0/PhysicalObject/" in work.format
        ]
        assert len(things) >= 5
        assert {"Porakone", "Ompelukone", "Ukulele"} <= set(things)


def test_the_famous_novel_is_there_in_several_languages() -> None:
    editions = [work for work in city().works if "Waltari, Mika" in work.authors]
    assert "Sinuhe egyptiläinen" in {work.title for work in editions}
    assert len({work.languages for work in editions}) >= 5


def test_what_refers_to_a_place_finds_it() -> None:
    made = city()
    known = {place.key: place for place in made.places}
    assert {event.place for event in made.events} - {None} <= known.keys()
    assert {series.place for series in made.series} - {None} <= known.keys()
    assert all(known[room.place].in_varaamo for room in made.rooms)
    assert all(
        known[event.place].in_linkedevents
        for event in made.events
        if event.place is not None and "linkedevents" in event.calendars
    )


def test_every_place_that_takes_bookings_has_a_room() -> None:
    made = city()
    assert {place.key for place in made.places if place.in_varaamo} == {room.place for room in made.rooms}


def test_every_reference_inside_the_city_is_kept() -> None:
    made = city()
    keywords = {keyword.id for keyword in made.keywords}
    organisations = {each.id for each in made.organisations}
    series = {each.id for each in made.series}
    areas = {area.ocd_id for area in made.areas}
    services = {service for service, _ in made.services}
    rooms = {room.id for room in made.rooms}
    for event in made.events:
        assert {*event.keywords, *event.audience} <= keywords
        assert event.organisation is None or event.organisation in organisations
        assert event.series is None or event.series in series
    assert {wall for room in made.rooms for wall in room.walls} <= rooms
    assert {ocd for place in made.places for ocd in place.divisions} <= areas
    assert {service for place in made.places for service in place.service_ids} <= services
    assert {area.parent for area in made.areas} - {None} <= {area.id for area in made.areas}
    assert {each.parent for each in made.organisations} - {None} <= organisations


def test_a_series_has_events_and_only_in_its_calendar() -> None:
    made = city()
    calendars = {series.id: series.calendar for series in made.series}
    used = {event.series for event in made.events if event.series is not None}
    assert used == set(calendars)
    assert all(calendars[event.series] in event.calendars for event in made.events if event.series is not None)


def test_branches_of_works_are_known_or_are_known_to_be_none() -> None:
    known = {place.finna_code for place in city().places if place.finna_code is not None}
    for code in {code for work in city().works for code in work.branches} - known:
        assert re.fullmatch(r"2/Helmet/h/(h02|h03|hva)/|2/Helmet/\w/\w\d\dl/", code), code
        assert not code.endswith("l/") or code.removesuffix("l/") + "/" in known


def test_budgeting_links_lead_somewhere() -> None:
    made = city()
    scopes = {scope.id for scope in made.scopes}
    components = [component for each in made.rounds for component in each.components.values()]
    assert len(set(components)) == len(components)
    for each in made.rounds:
        ideas = {idea.id for idea in each.ideas}
        plans = {plan.id for plan in each.plans}
        projects = {project.id for project in each.projects}
        budgets = {budget.id for budget in each.budgets}
        categories = {category for category, _ in each.categories}
        assert {idea for plan in each.plans for idea in plan.ideas} <= ideas
        assert {plan for project in each.projects for plan in project.plans} <= plans
        assert {project.budget for project in each.projects} <= budgets
        assert {result.project for result in each.results} <= projects
        filed = [
            (part.scope, part.category)
            for parts in (each.ideas, each.plans, each.proposals, each.projects, each.results)
            for part in parts
        ]
        assert {scope for scope, _ in filed} <= scopes
        assert {category for _, category in filed} <= categories


@pytest.mark.parametrize("day", DAYS)
def test_one_round_is_over_one_has_its_vote_and_one_collects_ideas(day: date) -> None:
    old, finished, voting, collecting = city(day).rounds
    assert old.proposals
    assert all(project.selected is not None for project in finished.projects)
    assert {result.status_key for result in finished.results} >= {"completed"}
    assert any(result.progress is not None and result.timeline for result in finished.results)
    assert voting.projects
    assert [phase.active for phase in collecting.phases] == [True, False, False, False]
    assert collecting.ideas
    assert all(idea.created_at < datetime.combine(day, time(0), idea.created_at.tzinfo) for idea in collecting.ideas)
    titles = [idea.title for each in city(day).rounds for idea in each.ideas]
    assert sum("kirjasto" in title.lower() for title in titles) >= 10


@pytest.mark.parametrize("neighbourhood", ["Vallilan", "Kallion"])
def test_the_demos_neighbourhoods_have_projects_and_ideas(neighbourhood: str) -> None:
    projects = [project.title.fi or "" for each in city().rounds for project in each.projects]
    ideas = [idea.title for each in city().rounds for idea in each.ideas]
    assert any(neighbourhood in title for title in projects)
    assert any(neighbourhood in title for title in ideas)


def test_no_round_votes_on_the_same_thing_twice() -> None:
    for each in city().rounds:
        titles = [project.title for project in each.projects]
        assert len(set(titles)) == len(titles)


def test_halls_and_their_halves_are_never_taken_together() -> None:
    known = {room.id: room for room in city().rooms}
    walled = [room for room in known.values() if room.walls]
    assert walled
    for room in walled:
        for wall in room.walls:
            for one in room.bookings:
                assert all(
                    one.ends_at <= other.starts_at or other.ends_at <= one.starts_at for other in known[wall].bookings
                )


def test_a_rooms_bookings_are_in_order_and_apart() -> None:
    for room in city().rooms:
        for one, other in zip(room.bookings, room.bookings[1:], strict=False):
            assert one.starts_at < one.ends_at <= other.starts_at


def test_bookings_lie_in_the_month_before_and_the_month_after() -> None:
    starts = [taken.starts_at for room in city().rooms for taken in room.bookings]
    assert local(TODAY - timedelta(days=30)) <= min(starts)
    assert max(starts) < local(TODAY + timedelta(days=31))


def test_languages_have_the_gaps_of_real_data() -> None:
    made = city()

    def languages(texts: list[Text]) -> set[tuple[str, ...]]:
        return {tuple(text.map()) for text in texts}

    assert languages([event.name for event in made.events]) >= {("fi",), ("sv",), ("en",), ("fi", "sv", "en")}
    assert languages([place.name for place in made.places]) >= {("fi",), ("fi", "sv"), ("fi", "sv", "en")}
    assert languages([room.name for room in made.rooms]) >= {("fi",), ("fi", "sv", "en")}
    assert {work.languages for work in made.works if work.format == ("0/PhysicalObject/",)} == {("zxx",)}


def test_the_traps_of_real_data_are_there() -> None:
    made = city()
    assert any(not room.is_visible for room in made.rooms)
    assert any(not room.is_reservable for room in made.rooms)
    assert any(not room.hours_known for room in made.rooms)
    assert any(room.capacity is None for room in made.rooms)
    assert any(room.price_cents is None for room in made.rooms)
    assert any(taken.is_blocked for room in made.rooms for taken in room.bookings)
    assert any(taken.state == "CREATED" for room in made.rooms for taken in room.bookings)
    assert {event.status for event in made.events} == {
        "EventScheduled",
        "EventCancelled",
        "EventPostponed",
        "EventRescheduled",
    }
    assert {event.type for event in made.events} == {"General", "Course", "Volunteering"}
    assert any(event.is_online for event in made.events)
    assert any(event.all_day is not None and event.all_day[0] < event.all_day[1] for event in made.events)
    assert any(len(event.calendars) > 1 for event in made.events)
    assert any(place.lat is None for place in made.places)
    assert any(place.tprek is None and place.kirkanta is not None for place in made.places)


def test_a_youth_room_shares_its_door_with_vallila_library() -> None:
    library, room = city().place(VALLILA), city().place("youth-vallila-door")
    assert (library.lat, library.lon, library.street) == (room.lat, room.lon, room.street)
    assert library.tprek != room.tprek
    assert room.kind == "youth"


def test_helsinkis_places_lie_in_their_areas() -> None:
    for place in city().places:
        if place.city == "Helsinki" and place.lat is not None:
            assert len(place.divisions) == 4, place.key


def test_every_district_has_places_of_several_kinds() -> None:
    made = city()
    districts = {area.ocd_id for area in made.areas if area.type == "district"}
    kinds = {ocd: {place.kind for place in made.places if ocd in place.divisions} for ocd in districts}
    assert all(len(of_district) >= 2 for of_district in kinds.values()), kinds


def test_every_text_that_describes_says_that_it_is_made() -> None:
    made = city()
    described = [
        *(place.description for place in made.places),
        *(room.description for room in made.rooms),
        *(event.description for event in made.events),
        *(each.description for each in made.rounds),
    ]
    for text in described:
        for language, words in text.map().items():
            label = {"fi": "Tekaistu esimerkki", "sv": "Påhittat exempel", "en": "Made-up example"}[language]
            assert label in words


def test_nobody_is_in_it() -> None:
    """No field for a person, and no address that could be a person's: only offices' under reserved names."""
    encoded = msgspec.json.encode(city()).decode()
    fields = set(re.findall(r'"([a-z_]+)":', encoded))
    assert not fields & {"person", "user", "reservee", "reserver", "author", "created_by", "contact_person", "signups"}
    addresses = re.findall(r"[\w.+-]+@[\w.-]+", encoded)
    assert addresses
    assert all(address.endswith(".example") for address in addresses)
