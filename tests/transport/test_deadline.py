from __future__ import annotations

import asyncio

import httpx
import pytest

from hub.errors import Overloaded, UpstreamTimeout
from hub.observe.metrics import Metrics
from hub.transport.call import Call, call_of
from hub.transport.deadline import Deadline
from hub.transport.guard import Guard
from hub.transport.journal import Journal, Watch
from tests.transport.upstream import Pieces, Scripted, a_request, a_source
from tests.turned import START, monotonic, turned

SOURCE = a_source()


def deadline(inner: httpx.AsyncBaseTransport, seconds: float = 5) -> Deadline:
    watch = Watch(inner, name="kirkanta", journal=Journal(), metrics=Metrics(), monotonic=monotonic)
    return Deadline(watch, source=SOURCE, seconds=seconds, monotonic=monotonic)


@turned
async def test_silence_ends_at_the_deadline_and_says_what_was_asked() -> None:
    with pytest.raises(UpstreamTimeout, match=r"^kirkanta did not answer within 5 s: GET /library/84860$"):
        await deadline(Scripted(60.0)).handle_async_request(a_request())
    assert monotonic() == START + 5


@turned
async def test_a_body_that_trickles_in_ends_at_the_deadline_too() -> None:
    body = Pieces([b"x"] * 100, pause=1)
    wire = httpx.MockTransport(lambda _: httpx.Response(200, stream=body))
    with pytest.raises(UpstreamTimeout):
        await deadline(Guard(wire, source=SOURCE)).handle_async_request(a_request())
    assert monotonic() == START + 5
    assert body.closed


@turned
async def test_what_was_never_sent_is_not_called_a_timeout_of_the_upstream() -> None:
    with pytest.raises(Overloaded):
        await Deadline(Scripted(60.0), source=SOURCE, seconds=5, monotonic=monotonic).handle_async_request(a_request())


@turned
async def test_an_asker_who_leaves_is_not_a_timeout() -> None:
    task = asyncio.create_task(deadline(Scripted(60.0)).handle_async_request(a_request()))
    await asyncio.sleep(1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


class WaitsInOurQueue(httpx.AsyncBaseTransport):
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        with call_of(request).paused():
            await asyncio.sleep(100)
        await asyncio.sleep(3)
        return httpx.Response(200)


@turned
async def test_the_deadline_stands_still_while_paused_and_runs_on_after_it() -> None:
    answer = await deadline(WaitsInOurQueue()).handle_async_request(a_request(call=Call(harvest=True)))
    assert answer.status_code == 200
    with pytest.raises(UpstreamTimeout):
        await deadline(WaitsInOurQueue(), seconds=2).handle_async_request(a_request(call=Call(harvest=True)))
