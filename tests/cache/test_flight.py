from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.cache.flight import Flights
from tests.turned import turned


class Work:
    def __init__(self, seconds: float = 1, error: Exception | None = None) -> None:
        self.calls = 0
        self.flying = 0
        self.most_flying = 0
        self.seconds = seconds
        self.error = error

    async def __call__(self) -> int:
        self.calls += 1
        mine = self.calls
        self.flying += 1
        self.most_flying = max(self.most_flying, self.flying)
        try:
            await asyncio.sleep(self.seconds)
            if self.error is not None:
                raise self.error
            return mine
        finally:
            self.flying -= 1


@turned
async def test_five_hundred_at_once_are_one_call() -> None:
    flights: Flights[int] = Flights()
    work = Work()
    assert await asyncio.gather(*(flights.run("k", work) for _ in range(500))) == [1] * 500
    assert work.calls == 1


@turned
async def test_the_error_goes_to_all_and_is_not_kept() -> None:
    flights: Flights[int] = Flights()
    work = Work(error=ValueError("no"))
    outcomes = await asyncio.gather(*(flights.run("k", work) for _ in range(5)), return_exceptions=True)
    assert [str(one) for one in outcomes] == ["no"] * 5
    work.error = None
    assert await flights.run("k", work) == 2


@turned
async def test_who_leaves_does_not_cancel_the_others_not_even_the_first() -> None:
    flights: Flights[int] = Flights()
    work = Work()
    first, second = (asyncio.create_task(flights.run("k", work)) for _ in range(2))
    await asyncio.sleep(0.5)
    first.cancel()
    assert await second == 1
    assert first.cancelled()


@turned
async def test_a_flight_that_everyone_left_still_lands() -> None:
    flights: Flights[int] = Flights()
    work = Work(error=ValueError("nobody hears this"))
    only = asyncio.create_task(flights.run("k", work))
    await asyncio.sleep(0.5)
    only.cancel()
    await asyncio.sleep(1)
    assert work.flying == 0
    assert len(flights) == 0


@turned
async def test_keys_do_not_wait_for_each_other() -> None:
    flights: Flights[int] = Flights()
    work = Work()
    await asyncio.gather(flights.run("a", work), flights.run("b", work))
    assert work.most_flying == 2


@turned
async def test_closing_cancels_what_is_in_the_air() -> None:
    flights: Flights[int] = Flights()
    work = Work(seconds=100)
    asker = asyncio.create_task(flights.run("k", work))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await flights.aclose()
    assert work.flying == 0
    with pytest.raises(asyncio.CancelledError):
        await asker


@given(st.lists(st.tuples(st.floats(0, 3), st.sampled_from("ab"), st.none() | st.floats(0, 2)), max_size=30))
@settings(deadline=None)
def test_there_is_never_more_than_one_call_per_key(comers: list[tuple[float, str, float | None]]) -> None:
    @turned
    async def story() -> None:
        flights: Flights[int] = Flights()
        works = {"a": Work(), "b": Work()}

        async def come(key: str, leaves: float | None) -> None:
            try:
                async with asyncio.timeout(leaves):
                    await flights.run(key, works[key])
            except TimeoutError:
                return

        async with asyncio.TaskGroup() as group:
            for gap, key, leaves in comers:
                await asyncio.sleep(gap)
                group.create_task(come(key, leaves))
        assert all(work.most_flying <= 1 for work in works.values())

    story()
