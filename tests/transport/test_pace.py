from __future__ import annotations

import asyncio

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.errors import Overloaded, UpstreamThrottled
from hub.transport.call import Call
from hub.transport.deadline import Deadline
from hub.transport.pace import Pace, Tempo
from tests.transport.upstream import Scripted, a_request, a_source
from tests.turned import START, clock, monotonic, turned

OK = httpx.Response(200)


def pace(inner: httpx.AsyncBaseTransport, per_minute: int | None, *, seconds: float = 5) -> httpx.AsyncBaseTransport:
    layer = Pace(
        inner, source=a_source(), tempo=Tempo(per_minute), monotonic=monotonic, clock=clock, sleep=asyncio.sleep
    )
    return Deadline(layer, source=a_source(), seconds=seconds, monotonic=monotonic)


arrivals = st.lists(
    st.tuples(
        st.floats(0, 40),  # seconds since the one before
        st.booleans(),  # harvest
        st.none() | st.floats(0.1, 90),  # leaves after
    ),
    max_size=40,
)


@given(st.integers(1, 12), arrivals)
@settings(deadline=None)
def test_no_minute_ever_holds_more_requests_than_the_pace(
    per_minute: int, comers: list[tuple[float, bool, float | None]]
) -> None:
    @turned
    async def story() -> None:
        wire = Scripted(OK)
        layer = pace(wire, per_minute, seconds=120)

        async def come(harvest: bool, leaves: float | None) -> None:
            try:
                async with asyncio.timeout(leaves):
                    await layer.handle_async_request(a_request(call=Call(harvest=harvest)))
            except (TimeoutError, Overloaded):
                return

        async with asyncio.TaskGroup() as group:
            for gap, harvest, leaves in comers:
                await asyncio.sleep(gap)
                group.create_task(come(harvest, leaves))
        moments = wire.moments
        for first, after in zip(moments, moments[per_minute:], strict=False):
            assert after - first >= 60 - 1e-6

    story()


@turned
async def test_a_look_up_goes_before_a_harvest_that_came_earlier() -> None:
    wire = Scripted(OK)
    layer = pace(wire, 1, seconds=100)
    order: list[str] = []

    async def come(name: str, *, harvest: bool) -> None:
        await layer.handle_async_request(a_request(call=Call(harvest=harvest)))
        order.append(name)

    await come("first", harvest=True)
    async with asyncio.TaskGroup() as group:
        group.create_task(come("harvest", harvest=True))
        await asyncio.sleep(1)
        group.create_task(come("look-up", harvest=False))
    assert order == ["first", "look-up", "harvest"]


@turned
async def test_a_harvest_is_spread_evenly_and_leaves_room_for_look_ups() -> None:
    wire = Scripted(OK)
    layer = pace(wire, 30)
    for _ in range(60):
        await layer.handle_async_request(a_request(call=Call(harvest=True)))
    gaps = [after - before for before, after in zip(wire.moments, wire.moments[1:], strict=False)]
    assert gaps == pytest.approx([60 / 27] * 59)
    before = monotonic()
    for _ in range(3):
        await layer.handle_async_request(a_request())
    assert monotonic() == before


@turned
async def test_a_look_up_that_would_wait_past_its_deadline_is_told_at_once() -> None:
    wire = Scripted(OK)
    layer = pace(wire, 2)
    for _ in range(2):
        await layer.handle_async_request(a_request())
    with pytest.raises(Overloaded, match="60 s"):
        await layer.handle_async_request(a_request())
    assert monotonic() == START
    await asyncio.sleep(57)
    with pytest.raises(Overloaded):
        await layer.handle_async_request(a_request(call=Call(patience=monotonic() + 2)))
    await layer.handle_async_request(a_request())
    assert wire.moments == [START, START, START + 60]


@turned
async def test_nobody_asks_while_a_429_holds() -> None:
    wire = Scripted(httpx.Response(429, headers={"retry-after": "20"}), OK)
    layer = pace(wire, None, seconds=100)
    await layer.handle_async_request(a_request())
    with pytest.raises(Overloaded):
        await layer.handle_async_request(a_request(call=Call(patience=monotonic() + 5)))
    await asyncio.gather(*(layer.handle_async_request(a_request(call=Call(harvest=n > 1))) for n in range(4)))
    assert wire.moments == [START, *[START + 20] * 4]


@turned
async def test_a_429_without_a_word_holds_for_half_a_minute() -> None:
    wire = Scripted(httpx.Response(429), OK)
    layer = pace(wire, None)
    await layer.handle_async_request(a_request())
    with pytest.raises(Overloaded):
        await layer.handle_async_request(a_request())
    await asyncio.sleep(30)
    await layer.handle_async_request(a_request())


@turned
async def test_a_look_up_that_waits_when_a_429_comes_waits_for_that_too() -> None:
    wire = Scripted(OK, httpx.Response(429, headers={"retry-after": "90"}), OK)
    layer = pace(wire, 2, seconds=300)
    await layer.handle_async_request(a_request())
    waiting = asyncio.create_task(layer.handle_async_request(a_request()))
    third = asyncio.create_task(layer.handle_async_request(a_request()))
    await waiting
    await third
    assert wire.moments == [START, START, START + 90]


@turned
async def test_a_long_hold_sends_the_harvest_back_to_its_planner() -> None:
    wire = Scripted(httpx.Response(429, headers={"retry-after": "600"}), OK)
    layer = pace(wire, None)
    await layer.handle_async_request(a_request(call=Call(harvest=True)))
    with pytest.raises(UpstreamThrottled) as caught:
        await layer.handle_async_request(a_request(call=Call(harvest=True)))
    assert caught.value.retry_after == 600
    assert monotonic() == START


def test_a_reserved_moment_given_back_is_another_s() -> None:
    tempo = Tempo(1)
    assert tempo.reserve(0) == 0
    second = tempo.reserve(1)
    assert second == 60
    tempo.give_back(second)
    assert tempo.reserve(2) == 60
    assert tempo.reserve(3) == 120
