"""So many requests to one source at a time, with a short queue: a slow source must not hold the whole hub."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

import httpx

from hub.errors import Overloaded
from hub.fetch import Source
from hub.transport.call import Call, asked, call_of


class Bulkhead(httpx.AsyncBaseTransport):
    """`concurrent` in flight, of which harvest may hold all but one. `queue` look-ups may wait, `seconds` at most.

    Harvest waits as long as it takes, behind every look-up.
    """

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        *,
        source: Source,
        concurrent: int,
        monotonic: Callable[[], float],
        queue: int = 32,
        seconds: float = 2.0,
    ) -> None:
        self._inner = inner
        self._source = source
        self._free = concurrent
        self._harvest_free = max(1, concurrent - 1)
        self._monotonic = monotonic
        self._queue = queue
        self._seconds = seconds
        self._lookups: deque[asyncio.Future[None]] = deque()
        self._harvests: deque[asyncio.Future[None]] = deque()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        call = call_of(request)
        await self._enter(request, call)
        try:
            return await self._inner.handle_async_request(request)
        finally:
            self._free += 1
            if call.harvest:
                self._harvest_free += 1
            self._admit()

    async def _enter(self, request: httpx.Request, call: Call) -> None:
        if not call.harvest and not self._free and len(self._lookups) >= self._queue:
            raise self._overloaded(request)
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        line = self._harvests if call.harvest else self._lookups
        line.append(place)
        self._admit()
        if place.done():
            return
        try:
            if call.harvest:
                with call.paused():
                    await place
            else:
                async with asyncio.timeout(max(0.0, min(self._seconds, call.waits_until - self._monotonic()))):
                    await place
        except BaseException as error:
            if place.done() and not place.cancelled():  # admitted in the very moment that it gave up
                self._free += 1
                if call.harvest:
                    self._harvest_free += 1
                self._admit()
            elif place in line:
                line.remove(place)
            if isinstance(error, TimeoutError):
                raise self._overloaded(request) from error
            raise

    def _admit(self) -> None:
        while self._free and self._lookups:
            if admit(self._lookups.popleft()):
                self._free -= 1
        while self._free and self._harvest_free and self._harvests:
            if admit(self._harvests.popleft()):
                self._free -= 1
                self._harvest_free -= 1

    def _overloaded(self, request: httpx.Request) -> Overloaded:
        return Overloaded(
            f"{self._source.name} was not asked, too many requests to it are waiting: {asked(self._source, request)}",
            source=self._source.name,
        )

    async def aclose(self) -> None:
        await self._inner.aclose()


def admit(place: asyncio.Future[None]) -> bool:
    """False: who stood there has just left, and has not yet run to say so."""
    if place.done():
        return False
    place.set_result(None)
    return True
