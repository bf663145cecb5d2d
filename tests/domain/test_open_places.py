"""Places that are open at a moment: the list tells what each place tells of itself, whoever speaks for the day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.domain import places
from hub.domain.lists import PageArgs
from hub.index.places import PlaceFilter
from hub.records.core import Record, Ref
from hub.records.places import DayState, OpeningDay, OpenTime, TimeKind
from tests import made
from tests.domain.hall import ZONE, Town

SUNDAY = date(2026, 11, 22)
UNITS = [made.unit(f"{n}", f"Talo {n}", kirkanta=[f"k{n}"]) for n in range(3)]
# the nights on which the clock is put forward and back, and an ordinary one
DAYS = (date(2027, 3, 28), date(2026, 10, 25), SUNDAY)


def day(unit: int, source: str, on: date, kind: TimeKind, state: DayState, *hours: tuple[int, int]) -> OpeningDay:
    """Wall-clock hours in Helsinki; above 24 they are of the next day. By the register, or by the library directory."""
    of = UNITS[unit].ref if source == "sm" else Ref("library", "ki", f"k{unit}")

    def wall(hour: int) -> datetime:
        at = datetime(on.year, on.month, on.day, tzinfo=ZONE) + timedelta(hours=hour)
        return at.astimezone(UTC)

    times = tuple(OpenTime(opens=wall(a), closes=wall(b), kind=kind) for a, b in hours)
    return OpeningDay(
        ref=Ref("opening_day", source, f"{of.key}/{on}"),
        read_at=made.NOW,
        place=of,
        date=on,
        state=state,
        times=times if state is DayState.OPEN else (),
    )


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[OpeningDay], datetime]:
    middle = draw(st.sampled_from(DAYS))
    hours = st.lists(st.integers(0, 30), min_size=2, max_size=4, unique=True).map(sorted).map(_pairs)
    days = [
        day(unit, source, on, draw(st.sampled_from(TimeKind)), draw(st.sampled_from(DayState)), *draw(hours))
        for unit in range(len(UNITS))
        for source in ("sm", "ki")
        for on in (middle - timedelta(days=1), middle, middle + timedelta(days=1))
        if draw(st.booleans())
    ]
    edges = [edge for one in days for time in one.times for edge in (time.opens, time.closes)]
    midnight = datetime(middle.year, middle.month, middle.day, tzinfo=ZONE).astimezone(UTC)
    at = draw(st.sampled_from([midnight, *edges]))
    return days, at + timedelta(minutes=draw(st.sampled_from((-1, 0, 1, 90))))


def _pairs(hours: list[int]) -> list[tuple[int, int]]:
    return list(zip(hours[::2], hours[1::2], strict=False))


def keys(town: Town, wanted: PlaceFilter) -> set[str]:
    return {place.ref.key for place in places.places(town.city(), wanted, PageArgs()).nodes}


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(worlds())
async def test_a_list_of_open_places_says_what_each_says_of_itself(
    town: Town, world: tuple[list[OpeningDay], datetime]
) -> None:
    days, at = world
    libraries: list[Record] = [made.library(f"k{n}") for n in range(len(UNITS))]
    with town.writer.transaction():
        town.writer.withdraw(_standing(town))
        town.writer.put([*UNITS, *libraries, *days])
    city = town.city()
    told = dict(zip((unit.ref.key for unit in UNITS), places.open_at(city, town.rids(*UNITS), at), strict=True))

    assert keys(town, PlaceFilter(opening=places.opening(city, at))) == {
        key for key, is_open in told.items() if is_open
    }
    assert keys(town, PlaceFilter(opening=places.opening(city, at, is_open=False))) == {
        key for key, is_open in told.items() if is_open is False
    }
    assert city.expires_at is None


def _standing(town: Town) -> list[Ref]:
    rows = town.writer.connection.execute("SELECT source, key FROM record WHERE kind = 'opening_day' AND hash NOT NULL")
    return [Ref("opening_day", source, key) for source, key in rows.fetchall()]


@pytest.mark.parametrize(("hour", "until"), [(8, 10), (11, 18), (19, 22), (22, 24)])
async def test_what_is_open_now_is_so_until_the_next_door_opens_or_closes(town: Town, hour: int, until: int) -> None:
    town.put(*UNITS)
    town.put(
        day(0, "sm", SUNDAY, TimeKind.OPEN, DayState.OPEN, (10, 18)),
        day(1, "sm", SUNDAY, TimeKind.OPEN, DayState.OPEN, (10, 22)),
        day(2, "sm", SUNDAY, TimeKind.BY_ARRANGEMENT, DayState.OPEN, (0, 24)),
    )
    midnight = datetime(2026, 11, 22, tzinfo=ZONE)
    town.now = midnight + timedelta(hours=hour)
    city = town.city()

    places.opening(city, None)

    assert city.expires_at == midnight + timedelta(hours=until)
