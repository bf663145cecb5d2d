"""So many requests to one source at a time, with a short queue: a slow source must not hold the whole hub.

`Places` are what is taken and given back; `Bulkhead` is the transport around them. Sources of one host may share them.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

import httpx

from hub.errors import Overloaded
from hub.fetch import Source
from hub.transport.call import Call, asked, call_of


class Places:
    """`concurrent` in all, of which harvest may hold all but one. Who waits is let in look-ups first, then harvest."""

    def __init__(self, concurrent: int) -> None:
        self._free = concurrent
        self._harvest_free = max(1, concurrent - 1)
        self._lookups: deque[asyncio.Future[None]] = deque()
        self._harvests: deque[asyncio.Future[None]] = deque()

    def is_full(self, most: int) -> bool:
        """No place is free, and as many look-ups wait for one already."""
        return not self._free and len(self._lookups) >= most

    def line_up(self, *, harvest: bool) -> asyncio.Future[None]:
        """Done when a place is taken; `leave` gives it back, or leaves the line."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        (self._harvests if harvest else self._lookups).append(turn)
        self._admit()
        return turn

    def leave(self, turn: asyncio.Future[None], *, harvest: bool) -> None:
        line = self._harvests if harvest else self._lookups
        if turn.done() and not turn.cancelled():
            self._free += 1
            if harvest:
                self._harvest_free += 1
            self._admit()
        elif turn in line:
            line.remove(turn)

    def _admit(self) -> None:
        while self._free and self._lookups:
            if admit(self._lookups.popleft()):
                self._free -= 1
        while self._free and self._harvest_free and self._harvests:
            if admit(self._harvests.popleft()):
                self._free -= 1
                self._harvest_free -= 1


class Bulkhead(httpx.AsyncBaseTransport):
    """Of look-ups `queue` may wait for one of the `places`, `seconds` at most. Harvest waits as long as it takes."""

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        *,
        source: Source,
        places: Places,
        monotonic: Callable[[], float],
        queue: int = 32,
        seconds: float = 2.0,
    ) -> None:
        self._inner = inner
        self._source = source
        self._places = places
        self._monotonic = monotonic
        self._queue = queue
        self._seconds = seconds

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        call = call_of(request)
        if not call.harvest and self._places.is_full(self._queue):
            raise self._overloaded(request)
        turn = self._places.line_up(harvest=call.harvest)
        try:
            await self._wait(turn, request, call)
            return await self._inner.handle_async_request(request)
        finally:
            self._places.leave(turn, harvest=call.harvest)

    async def _wait(self, turn: asyncio.Future[None], request: httpx.Request, call: Call) -> None:
        if turn.done():
            return
        if call.harvest:
            with call.paused():
                await turn
            return
        try:
            async with asyncio.timeout(max(0.0, min(self._seconds, call.waits_until - self._monotonic()))):
                await turn
        except TimeoutError as error:
            raise self._overloaded(request) from error

    def _overloaded(self, request: httpx.Request) -> Overloaded:
        return Overloaded(
            f"{self._source.name} was not asked, too many requests to it are waiting: {asked(self._source, request)}",
            source=self._source.name,
        )

    async def aclose(self) -> None:
        await self._inner.aclose()


def admit(turn: asyncio.Future[None]) -> bool:
    """False: who stood there has just left, and has not yet run to say so."""
    if turn.done():
        return False
    turn.set_result(None)
    return True
