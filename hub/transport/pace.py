"""Keeps a source's requests per minute, lets look-ups go before harvest, and keeps still when told to: by a 429, and by
a 503 that says until when.

`Tempo` decides, with the time handed in; `Pace` is the transport around it. Sources of one host may share a tempo.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_left, insort
from collections.abc import Awaitable, Callable
from datetime import datetime

import httpx

from hub.errors import Overloaded, UpstreamThrottled
from hub.fetch import Source
from hub.transport.call import Call, asked, call_of
from hub.transport.retry import retry_after

MINUTE = 60.0


class Tempo:
    """At most `per_minute` requests in any sixty seconds (None: any number), none while held.

    A look-up reserves its moment; harvest goes when nobody else needs it: evenly spread, and one request in ten
    (at least one, where there are two) is never harvest's. All instants are monotonic seconds.
    """

    def __init__(self, per_minute: int | None) -> None:
        self.per_minute = per_minute
        self._moments: list[float] = []  # sent and reserved, ascending
        self._harvested_at = float("-inf")
        self.held_until = float("-inf")

    def reserve(self, now: float) -> float:
        """The next moment for a look-up, now taken by it."""
        moment = max(now, self.held_until)
        if self.per_minute is None:
            return moment
        self._forget_before(now - MINUTE)
        if len(self._moments) >= self.per_minute:
            moment = max(moment, self._moments[-self.per_minute] + MINUTE)
        insort(self._moments, moment)
        return moment

    def give_back(self, moment: float) -> None:
        """The look-up did not go."""
        place = bisect_left(self._moments, moment)
        if place < len(self._moments) and self._moments[place] == moment:
            del self._moments[place]

    def harvest_waits(self, now: float) -> float:
        """Seconds until harvest may ask again; 0: now. Look-ups may come first meanwhile, so ask again after it."""
        wait = max(0.0, self.held_until - now)
        if self.per_minute is None:
            return wait
        self._forget_before(now - MINUTE)
        share = self.per_minute - max(1, self.per_minute // 10) if self.per_minute > 1 else 1
        wait = max(wait, self._harvested_at + MINUTE / share - now)
        if len(self._moments) >= share:
            wait = max(wait, self._moments[-share] + MINUTE - now)
        return wait

    def harvested(self, now: float) -> None:
        self._harvested_at = now
        if self.per_minute is not None:
            insort(self._moments, now)

    def hold(self, until: float) -> None:
        self.held_until = max(self.held_until, until)

    def _forget_before(self, instant: float) -> None:
        del self._moments[: bisect_left(self._moments, instant)]


class Pace(httpx.AsyncBaseTransport):
    """A look-up that would wait past its deadline is told so at once (Overloaded); harvest waits.

    Harvest does not wait out a hold of more than `patience` seconds: UpstreamThrottled says when to come back.
    `unsaid`: how long to keep still after a 429 that does not say, in seconds.
    """

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        *,
        source: Source,
        tempo: Tempo,
        monotonic: Callable[[], float],
        clock: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        patience: float = 60.0,
        unsaid: float = 30.0,
    ) -> None:
        self._inner = inner
        self._source = source
        self._tempo = tempo
        self._monotonic = monotonic
        self._clock = clock
        self._sleep = sleep
        self._patience = patience
        self._unsaid = unsaid
        self._harvest_queue = asyncio.Lock()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        call = call_of(request)
        if call.harvest:
            await self._harvest_turn(request, call)
        else:
            await self._lookup_turn(request, call)
        response = await self._inner.handle_async_request(request)
        if response.status_code in {429, 503}:
            told = retry_after(response.headers.get("retry-after"), self._clock)
            if told is None and response.status_code == 429:
                told = self._unsaid
            if told is not None:
                self._tempo.hold(self._monotonic() + told)
        return response

    async def _lookup_turn(self, request: httpx.Request, call: Call) -> None:
        while True:
            moment = self._tempo.reserve(self._monotonic())
            wait = moment - self._monotonic()
            if wait <= 0:
                return
            if moment >= call.waits_until:
                self._tempo.give_back(moment)
                raise Overloaded(
                    f"{self._source.name} was not asked, its pace would let it in {wait:.0f} s only: "
                    f"{asked(self._source, request)}",
                    source=self._source.name,
                )
            try:
                await self._sleep(wait)
            except BaseException:
                self._tempo.give_back(moment)
                raise
            if self._tempo.held_until <= self._monotonic():
                return
            self._tempo.give_back(moment)  # told to keep still meanwhile

    async def _harvest_turn(self, request: httpx.Request, call: Call) -> None:
        with call.paused():
            async with self._harvest_queue:
                while (wait := self._tempo.harvest_waits(self._monotonic())) > 0:
                    held = self._tempo.held_until - self._monotonic()
                    if held > self._patience:
                        raise UpstreamThrottled(
                            f"{self._source.name} is left alone for {held:.0f} s, as its host asked: "
                            f"{asked(self._source, request)}",
                            source=self._source.name,
                            retry_after=held,
                        )
                    await self._sleep(wait)
                self._tempo.harvested(self._monotonic())

    async def aclose(self) -> None:
        await self._inner.aclose()
