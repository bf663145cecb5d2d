"""How much rooms are used: the past from its days, the rest from what is harvested ahead, and why it is not known."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hub.domain import utilisation
from hub.domain.utilisation import Period, UseGap, Utilisation
from hub.errors import BadInput
from hub.index.use import WhichSpaces
from hub.records.core import Record, Span
from hub.records.spaces import BookingRules, SpaceKind
from tests import made
from tests.domain.hall import Town

HELSINKI = ZoneInfo("Europe/Helsinki")
HOUSE = made.unit("8215", location=made.spot(60.05, 24.05))
PAST = date(2026, 10, 12)  # a Monday; the clocks go back on the 25th
TODAY = date(2026, 11, 22)  # a Sunday, eleven o'clock
MONTH = Span(starts_at=made.at(-2), ends_at=made.at(-2, day=30))  # from Helsinki's midnight of today


def local(day: date, hour: float = 0) -> datetime:
    return datetime.combine(day, datetime.min.time(), HELSINKI).astimezone(UTC) + timedelta(hours=hour)


def span(day: date, start: float, end: float) -> Span:
    return Span(starts_at=local(day, start), ends_at=local(day, end))


def period(first: date, days: float) -> Period:
    return Period.checked(local(first), local(first + timedelta(days=int(days)), 24 * (days % 1)))


def room(key: str, **more: object) -> Record:
    return made.space(key, f"Huone {key}", at_place=HOUSE.ref, **more)


def four_weeks(key: str, *taken: Span, hours: tuple[float, float] = (10, 20), first: date = PAST) -> Record:
    """Open every day at the same hours."""
    days = [first + timedelta(days=n) for n in range(28)]
    return made.use(key, first, *(span(day, *hours) for day in days), taken=taken)


async def of_house(town: Town, asked: Period) -> Utilisation:
    (told,) = await utilisation.of_places(town.city(), [town.rid(HOUSE)], asked)
    return told


async def test_a_places_rate_is_that_of_all_minutes_of_its_rooms(town: Town) -> None:
    town.put(HOUSE, room("1"), room("2"))
    town.put(four_weeks("1", span(PAST, 10, 15)), four_weeks("2", span(PAST, 8, 12), hours=(10, 15)))

    told = await of_house(town, period(PAST, 1))

    assert (told.used_minutes, told.bookable_minutes) == (5 * 60 + 2 * 60, 10 * 60 + 5 * 60)
    assert told.rate == pytest.approx(7 / 15)
    assert [(space.rate, space.coverage) for space in told.spaces] == [(0.5, 1.0), (0.4, 1.0)]
    assert (told.coverage, told.unknown_because) == (1.0, None)


async def test_the_first_and_the_last_day_count_from_and_to_their_moment(town: Town) -> None:
    town.put(HOUSE, room("1"), four_weeks("1", span(PAST, 10, 15), span(PAST + timedelta(days=2), 10, 15)))

    told = await of_house(town, Period.checked(local(PAST, 12), local(PAST + timedelta(days=2), 11)))

    assert told.used_minutes == (3 + 0 + 1) * 60
    assert told.bookable_minutes == (8 + 10 + 1) * 60
    assert told.coverage == 1.0


async def test_an_hour_of_one_day_is_told(town: Town) -> None:
    town.put(HOUSE, room("1"), four_weeks("1", span(PAST, 10, 15)))

    told = await of_house(town, Period.checked(local(PAST, 14.5), local(PAST, 15.5)))

    assert (told.used_minutes, told.bookable_minutes, told.coverage) == (30, 60, 1.0)


async def test_a_period_over_the_change_of_the_clocks_is_covered_whole(town: Town) -> None:
    town.put(HOUSE, room("1"), four_weeks("1"))

    told = await of_house(town, period(PAST, 28))

    assert (told.bookable_minutes, told.coverage) == (28 * 10 * 60, 1.0)


async def test_what_is_booked_from_today_on_counts_as_far_as_it_is_known(town: Town) -> None:
    last_weeks = four_weeks("1", span(TODAY - timedelta(days=1), 10, 15), first=TODAY - timedelta(days=13))
    ahead = [span(TODAY + timedelta(days=n), 10, 20) for n in range(30)]
    town.put(HOUSE, room("1"), last_weeks)
    town.put(made.hours("1", *ahead, window=MONTH), made.busy("1", span(TODAY, 18, 20), window=MONTH))

    both = await of_house(town, period(TODAY - timedelta(days=1), 2))
    beyond = await of_house(town, period(TODAY, 60))

    assert (both.used_minutes, both.bookable_minutes, both.coverage) == (7 * 60, 20 * 60, 1.0)
    assert (beyond.used_minutes, beyond.coverage) == (120, 0.5)
    assert beyond.unknown_because is UseGap.NOT_HARVESTED


async def test_an_answer_about_today_holds_till_midnight_and_one_about_the_past_longer(town: Town) -> None:
    town.put(HOUSE, room("1"), four_weeks("1"))
    past, today = town.city(), town.city()

    await utilisation.of_places(past, [town.rid(HOUSE)], period(PAST, 7))
    await utilisation.of_places(today, [town.rid(HOUSE)], period(TODAY, 1))

    assert past.expires_at is None
    assert today.expires_at == local(TODAY + timedelta(days=1))


async def test_a_room_whose_hours_nobody_gives_has_no_rate_and_says_why(town: Town) -> None:
    town.put(HOUSE, room("1"), made.use("1", PAST, known=False, taken=[span(PAST, 10, 15)]))

    told = await of_house(town, period(PAST, 7))

    assert (told.used_minutes, told.bookable_minutes, told.rate) == (None, None, None)
    assert (told.coverage, told.unknown_because) == (0.0, UseGap.HOURS_NOT_GIVEN)


async def test_what_part_is_covered_is_told_where_some_rooms_hours_are_not_known(town: Town) -> None:
    town.put(HOUSE, room("1"), room("2"))
    town.put(four_weeks("1", span(PAST, 10, 15)), made.use("2", PAST, known=False))

    told = await of_house(town, period(PAST, 1))

    assert (told.rate, told.coverage, told.unknown_because) == (0.5, 0.5, UseGap.HOURS_NOT_GIVEN)
    assert [space.unknown_because for space in told.spaces] == [None, UseGap.HOURS_NOT_GIVEN]


async def test_a_time_that_was_not_read_is_not_taken_for_a_time_without_bookings(town: Town) -> None:
    town.put(HOUSE, room("1"), four_weeks("1", span(PAST, 10, 15)))

    before = await of_house(town, period(PAST - timedelta(days=7), 7))
    half = await of_house(town, period(PAST - timedelta(days=7), 14))

    assert (before.rate, before.coverage, before.unknown_because) == (None, 0.0, UseGap.NOT_HARVESTED)
    assert (half.coverage, half.unknown_because) == (0.5, UseGap.NOT_HARVESTED)


async def test_closed_all_the_time_is_known_and_has_no_rate(town: Town) -> None:
    town.put(HOUSE, room("1"), made.use("1", PAST))

    told = await of_house(town, period(PAST, 7))

    assert (told.used_minutes, told.bookable_minutes, told.rate) == (0, 0, None)
    assert (told.coverage, told.unknown_because) == (1.0, UseGap.NEVER_BOOKABLE)


async def test_a_place_without_rooms_says_so(town: Town) -> None:
    town.put(HOUSE)

    told = await of_house(town, period(PAST, 7))

    assert (told.rate, told.spaces, told.unknown_because) == (None, (), UseGap.NO_SPACES)


async def test_many_places_cost_as_many_statements_as_one(town: Town) -> None:
    houses = [made.unit(f"{n}") for n in range(1, 21)]
    town.put(*houses)
    for n, house in enumerate(houses):
        town.put(made.space(f"{n}", at_place=house.ref), four_weeks(f"{n}", span(PAST, 10, 11)))
    asked = Period.checked(local(PAST, 1), local(TODAY, 30))

    async def cost(*places: Record) -> int:
        city, before = town.city(), town.index.queries
        told = await utilisation.of_places(city, town.rids(*places), asked)
        assert all(one.used_minutes == 60 for one in told)
        return town.index.queries - before

    assert await cost(*houses) == await cost(houses[0])


async def test_a_district_has_the_rooms_of_its_places_and_the_city_all(town: Town) -> None:
    square = made.area("kallio", boundary=made.square(24.0, 60.0))
    elsewhere = made.unit("1", location=made.spot(61.0, 25.0))
    device = made.space("3", at_place=HOUSE.ref, space_kind=SpaceKind.EQUIPMENT, rules=BookingRules())
    town.put(square, HOUSE, elsewhere, room("1"), made.space("2", at_place=elsewhere.ref), device)
    town.put(four_weeks("1", span(PAST, 10, 20)), four_weeks("2"), four_weeks("3"))
    city, day = town.city(), period(PAST, 1)

    (district,) = await utilisation.of_districts(city, [town.rid(square)], day)
    everything = await utilisation.of_all(city, WhichSpaces(), day)
    rooms = await utilisation.of_all(city, WhichSpaces(kinds=(SpaceKind.ROOM,)), day)
    there = await utilisation.of_all(city, WhichSpaces(areas=(town.rid(square),), kinds=(SpaceKind.ROOM,)), day)

    assert [told.rate for told in (district, everything, rooms, there)] == [0.5, pytest.approx(1 / 3), 0.5, 1.0]


async def test_a_room_tells_its_own(town: Town) -> None:
    one, other = room("1"), room("2")
    town.put(HOUSE, one, other, four_weeks("1", span(PAST, 10, 20)), four_weeks("2"))

    told = await utilisation.of_spaces(town.city(), town.rids(other, one), period(PAST, 1))

    assert [each.rate for each in told] == [0.0, 1.0]


def test_a_period_is_at_most_a_year_and_ends_after_it_begins() -> None:
    assert Period.checked(local(date(2025, 10, 25)), local(date(2026, 10, 26))).seconds == 366 * 86400 + 3600
    with pytest.raises(BadInput, match="366 days"):
        Period.checked(local(PAST), local(PAST + timedelta(days=368)))
    with pytest.raises(BadInput, match="is not after from"):
        Period.checked(local(PAST), local(PAST))
