from __future__ import annotations

import asyncio

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.errors import Overloaded
from hub.transport.bulkhead import Bulkhead, Places
from hub.transport.call import Call, call_of
from hub.transport.deadline import Deadline
from tests.transport.upstream import Scripted, a_request, a_source
from tests.turned import START, monotonic, turned


def bulkhead(inner: httpx.AsyncBaseTransport, concurrent: int, *, queue: int = 32) -> Bulkhead:
    return Bulkhead(inner, source=a_source(), places=Places(concurrent), monotonic=monotonic, queue=queue)


class Slow(httpx.AsyncBaseTransport):
    """Takes as long as the path says, and writes down who is inside."""

    def __init__(self) -> None:
        self.inside: list[bool] = []
        self.most = 0
        self.most_harvest = 0
        self.order: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        harvest = call_of(request).harvest
        self.order.append(request.url.path)
        self.inside.append(harvest)
        self.most = max(self.most, len(self.inside))
        self.most_harvest = max(self.most_harvest, sum(self.inside))
        try:
            await asyncio.sleep(float(request.url.params["s"]))
            return httpx.Response(200)
        finally:
            self.inside.remove(harvest)


comers = st.lists(
    st.tuples(st.floats(0, 2), st.booleans(), st.floats(0, 5), st.none() | st.floats(0, 4)),
    max_size=40,
)


@given(st.integers(1, 5), comers)
@settings(deadline=None)
def test_never_more_in_flight_than_allowed_and_every_place_is_free_again(
    concurrent: int, comers: list[tuple[float, bool, float, float | None]]
) -> None:
    @turned
    async def story() -> None:
        wire = Slow()
        layer = bulkhead(wire, concurrent, queue=3)

        async def come(harvest: bool, takes: float, leaves: float | None) -> None:
            try:
                async with asyncio.timeout(leaves):
                    await layer.handle_async_request(a_request(f"x?s={takes}", call=Call(harvest=harvest)))
            except (TimeoutError, Overloaded):
                return

        async with asyncio.TaskGroup() as group:
            for gap, harvest, takes, leaves in comers:
                await asyncio.sleep(gap)
                group.create_task(come(harvest, takes, leaves))
        assert wire.most <= concurrent
        assert wire.most_harvest <= max(1, concurrent - 1)
        wire.most = 0
        async with asyncio.timeout(1.5), asyncio.TaskGroup() as group:
            for _ in range(concurrent):
                group.create_task(layer.handle_async_request(a_request("x?s=1")))
        assert wire.most == concurrent

    story()


@turned
async def test_a_full_queue_refuses_at_once() -> None:
    layer = bulkhead(Scripted(60.0), 1, queue=2)
    tasks = [asyncio.create_task(layer.handle_async_request(a_request())) for _ in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(Overloaded, match="too many requests"):
        await layer.handle_async_request(a_request())
    assert monotonic() == START
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@turned
async def test_a_place_in_the_queue_lasts_two_seconds_or_to_the_deadline() -> None:
    layer = bulkhead(Scripted(60.0), 1)
    first = asyncio.create_task(layer.handle_async_request(a_request()))
    await asyncio.sleep(0)
    with pytest.raises(Overloaded):
        await layer.handle_async_request(a_request())
    assert monotonic() == START + 2
    with pytest.raises(Overloaded):
        await layer.handle_async_request(a_request(call=Call(patience=monotonic() + 1)))
    assert monotonic() == START + 3
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)


@turned
async def test_look_ups_go_before_harvest_which_waits_as_long_as_it_takes() -> None:
    wire = Slow()
    layer = Deadline(bulkhead(wire, 1), source=a_source(), seconds=5, monotonic=monotonic)
    async with asyncio.TaskGroup() as group:
        group.create_task(layer.handle_async_request(a_request("first?s=1.5")))
        await asyncio.sleep(0)
        group.create_task(layer.handle_async_request(a_request("harvest?s=4", call=Call(harvest=True))))
        await asyncio.sleep(0)
        group.create_task(layer.handle_async_request(a_request("look-up?s=3")))
    assert [path.rpartition("/")[2] for path in wire.order] == ["first", "look-up", "harvest"]


@turned
async def test_two_sources_do_not_wait_for_each_other() -> None:
    hanging = bulkhead(Scripted(60.0), 1)
    stuck = asyncio.create_task(hanging.handle_async_request(a_request()))
    await asyncio.sleep(0)
    await bulkhead(Scripted(httpx.Response(200)), 1).handle_async_request(a_request())
    assert monotonic() == START
    stuck.cancel()
    await asyncio.gather(stuck, return_exceptions=True)
