"""One time for the whole of a request: all its tries, its waits and the body to the last byte.

httpx has only timeouts between bytes: a body that trickles in never ends them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx

from hub.errors import Overloaded, UpstreamTimeout
from hub.fetch import Source
from hub.transport.call import asked, call_of


class Deadline(httpx.AsyncBaseTransport):
    """`seconds` for the whole request. While a harvest waits in our own queues it stands still."""

    def __init__(
        self, inner: httpx.AsyncBaseTransport, *, source: Source, seconds: float, monotonic: Callable[[], float]
    ) -> None:
        self._inner = inner
        self._source = source
        self._seconds = seconds
        self._monotonic = monotonic

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        call = call_of(request)
        try:
            async with asyncio.timeout(self._seconds) as timer:
                call.begin(timer, ends_at=self._monotonic() + self._seconds, monotonic=self._monotonic)
                return await self._inner.handle_async_request(request)
        except TimeoutError as error:
            what = asked(self._source, request)
            if not call.sent:
                raise Overloaded(
                    f"{self._source.name} was not asked, our queue for it did not move for {self._seconds:g} s: {what}",
                    source=self._source.name,
                ) from error
            raise UpstreamTimeout(
                f"{self._source.name} did not answer within {self._seconds:g} s: {what}", source=self._source.name
            ) from error

    async def aclose(self) -> None:
        await self._inner.aclose()
