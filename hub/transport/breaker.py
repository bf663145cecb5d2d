"""Leaves an upstream alone that fails, and tries now and then whether it is back.

`Circuit` decides, with the time handed in; `Breaker` is the transport around it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from enum import Enum

import httpx

from hub.errors import CircuitOpen, Overloaded, UpstreamError, UpstreamRefused, UpstreamThrottled
from hub.fetch import Source
from hub.transport.call import asked, call_of


class State(Enum):
    """CLOSED: asked as usual. OPEN: not asked. HALF_OPEN: a few trials are let through."""

    CLOSED = "closed"
    HALF_OPEN = "half_open"
    OPEN = "open"


class Circuit:
    """Opens when `ratio` of the last `window` calls (of the last `seconds`) failed, from `minimum` calls on.

    Stays open for `opens_for` seconds, twice as long after each failed trial, `longest` at most (a recovery is seen
    within 30 s). Then lets `trials` calls through; `closes_after` good ones close it, one bad one opens it again.
    Every call let through has a ticket, which is handed back with what became of it; one from before the last turn
    counts for nothing.
    """

    def __init__(
        self,
        *,
        window: int = 20,
        seconds: float = 120.0,
        minimum: int = 10,
        ratio: float = 0.5,
        opens_for: float = 10.0,
        longest: float = 25.0,
        trials: int = 3,
        closes_after: int = 2,
        on_turn: Callable[[State, State], None] | None = None,
    ) -> None:
        self._seconds = seconds
        self._minimum = minimum
        self._ratio = ratio
        self._opens_for = opens_for
        self._longest = longest
        self._trials = trials
        self._closes_after = closes_after
        self._on_turn = on_turn
        self._calls: deque[tuple[float, bool]] = deque(maxlen=window)
        self._state = State.CLOSED
        self._era = 0
        self._reopens_at = 0.0
        self._openings = 0
        self._out = 0  # trials let through and not handed back as untried
        self._good = 0

    def state(self, now: float) -> State:
        return State.HALF_OPEN if self._state is State.OPEN and now >= self._reopens_at else self._state

    def allows(self, now: float) -> bool:
        state = self.state(now)
        if state is State.HALF_OPEN and self._state is State.HALF_OPEN:
            return self._out < self._trials
        return state is not State.OPEN

    def enter(self, now: float) -> int | None:
        """A ticket, or None: not now."""
        if not self.allows(now):
            return None
        if self._state is State.OPEN:
            self._turn(State.HALF_OPEN)
            self._out = self._good = 0
        if self._state is State.HALF_OPEN:
            self._out += 1
        return self._era

    def succeeded(self, ticket: int, now: float) -> None:
        if ticket != self._era:
            return
        if self._state is State.HALF_OPEN:
            self._good += 1
            if self._good >= self._closes_after:
                self._calls.clear()
                self._openings = 0
                self._turn(State.CLOSED)
        else:
            self._calls.append((now, True))

    def failed(self, ticket: int, now: float) -> None:
        if ticket != self._era:
            return
        if self._state is State.HALF_OPEN:
            self._open(now)
        else:
            self._calls.append((now, False))
            self._judge(now)

    def forget(self, ticket: int) -> None:
        """The call said nothing about the upstream: never sent, or its asker left."""
        if ticket == self._era and self._state is State.HALF_OPEN:
            self._out -= 1

    def spoil(self, now: float) -> None:
        """A reply that counted as a success could not be read: it was a failure."""
        if self._state is State.HALF_OPEN:
            self._open(now)
        elif self._state is State.CLOSED:
            for place in range(len(self._calls) - 1, -1, -1):
                if self._calls[place][1]:
                    self._calls[place] = (self._calls[place][0], False)
                    break
            else:
                self._calls.append((now, False))
            self._judge(now)

    def _judge(self, now: float) -> None:
        while self._calls and self._calls[0][0] < now - self._seconds:
            self._calls.popleft()
        bad = sum(not good for _, good in self._calls)
        if len(self._calls) >= self._minimum and bad >= self._ratio * len(self._calls):
            self._open(now)

    def _open(self, now: float) -> None:
        self._reopens_at = now + min(self._longest, self._opens_for * 2 ** min(self._openings, 16))
        self._openings += 1
        self._calls.clear()
        self._turn(State.OPEN)

    def _turn(self, state: State) -> None:
        before, self._state = self._state, state
        self._era += 1
        if self._on_turn is not None:
            self._on_turn(before, state)


class Breaker(httpx.AsyncBaseTransport):
    """Counts 5xx, timeouts, resets and broken bodies as failures; neither 429 nor what was never sent."""

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        *,
        source: Source,
        circuit: Circuit,
        monotonic: Callable[[], float],
    ) -> None:
        self._inner = inner
        self._source = source
        self._circuit = circuit
        self._monotonic = monotonic

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        ticket = self._circuit.enter(self._monotonic())
        if ticket is None:
            raise CircuitOpen(
                f"{self._source.name} is left alone for a while, it failed too often: {asked(self._source, request)}",
                source=self._source.name,
            )
        call = call_of(request)
        call.sent = False
        good: bool | None = None
        try:
            response = await self._inner.handle_async_request(request)
            if response.status_code != 429:
                good = response.status_code < 500
        except UpstreamError as error:
            if not isinstance(error, Overloaded | UpstreamThrottled | UpstreamRefused):
                good = False
            raise
        except asyncio.CancelledError:
            if call.sent and call.expired:
                good = False
            raise
        else:
            return response
        finally:
            if good is None:
                self._circuit.forget(ticket)
            elif good:
                self._circuit.succeeded(ticket, self._monotonic())
            else:
                self._circuit.failed(ticket, self._monotonic())

    async def aclose(self) -> None:
        await self._inner.aclose()
