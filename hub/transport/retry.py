"""Asks again after a failure that may pass: no connection, a reset, a body cut short, 5xx, and a 429 that says when.

Only reads are sent, so every request may be sent again. At most three tries, with full jitter between them; never
earlier than `Retry-After` says, and not at all if that lies behind the deadline.
"""

from __future__ import annotations

import asyncio
import email.utils
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import httpx
from tenacity import AsyncRetrying, RetryCallState, stop_after_attempt

from hub.errors import CircuitOpen, Overloaded, UpstreamThrottled, UpstreamTimeout, UpstreamUnavailable
from hub.transport.call import Call, call_of

LONGEST_RETRY_AFTER = 3600.0  # seconds; who asks for more is not believed, where somebody waits
NOT_ASKED = (CircuitOpen, Overloaded, UpstreamThrottled)  # our own layers said no; asking again changes nothing


class RetryBudget:
    """Retries that a source may still cost: each success earns `ratio` of one, so that a dead source is not asked
    three times as often as a live one. `start` of them are there from the beginning, at most `most` are saved.
    """

    def __init__(self, *, ratio: float = 0.2, start: float = 3.0, most: float = 10.0) -> None:
        self._ratio = ratio
        self._most = most
        self._saved = start

    def earn(self) -> None:
        self._saved = min(self._most, self._saved + self._ratio)

    def spend(self) -> bool:
        if self._saved < 1:
            return False
        self._saved -= 1
        return True


def retry_after(header: str | None, now: Callable[[], datetime], longest: float = LONGEST_RETRY_AFTER) -> float | None:
    """Seconds to wait, `longest` at most, by RFC 9110 §10.2.3 in both its forms; None where it is no such thing."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), longest)
    try:
        at = email.utils.parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    seconds = (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() - now().timestamp()
    return min(max(seconds, 0.0), longest)


class Retry(httpx.AsyncBaseTransport):
    """`tries` in all; `first` and `longest`: the upper ends (seconds) of the first and of any jittered wait.

    `patience`: how long a harvest waits for what a 429 asks; above it the caller plans the request anew.
    """

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        *,
        monotonic: Callable[[], float],
        clock: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        tries: int = 3,
        first: float = 0.2,
        longest: float = 2.0,
        patience: float = 60.0,
        budget: RetryBudget | None = None,
        jitter: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._inner = inner
        self._monotonic = monotonic
        self._clock = clock
        self._sleep = sleep
        self._tries = tries
        self._first = first
        self._longest = longest
        self._patience = patience
        self._budget = budget or RetryBudget()
        self._jitter = jitter

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        # tenacity costs 30 µs even where nothing fails, so it comes in only after a first failure.
        call = call_of(request)
        try:
            response = await self._inner.handle_async_request(request)
        except UpstreamUnavailable as error:
            if isinstance(error, NOT_ASKED):
                raise
            return await self._again(request, call, error)
        except UpstreamTimeout as error:
            return await self._again(request, call, error)
        if response.status_code == 429 or response.status_code >= 500:
            return await self._again(request, call, response)
        self._budget.earn()
        return response

    async def _again(
        self, request: httpx.Request, call: Call, first: httpx.Response | UpstreamUnavailable | UpstreamTimeout
    ) -> httpx.Response:
        """The tries after the first, whose outcome tenacity is given as if it had made it."""
        outcome: httpx.Response | UpstreamUnavailable | UpstreamTimeout | None = first

        async def attempt() -> httpx.Response:
            nonlocal outcome
            known, outcome = outcome, None
            if isinstance(known, Exception):
                raise known
            return known or await self._inner.handle_async_request(request)

        async def sleep(seconds: float) -> None:
            if call.harvest:
                with call.paused():
                    await self._sleep(seconds)
            else:
                await self._sleep(seconds)

        return await AsyncRetrying(
            sleep=sleep,
            retry=may_pass,
            wait=self._wait,
            stop=lambda state: self._is_enough(state, call),
            retry_error_callback=last_outcome,
        )(attempt)

    def _wait(self, state: RetryCallState) -> float:
        wait = self._jitter(0.0, min(self._longest, self._first * 2 ** (state.attempt_number - 1)))
        told = self._told(state)
        return wait if told is None else told + wait  # those told the same second should not all come in it

    def _told(self, state: RetryCallState) -> float | None:
        response = response_of(state)
        return None if response is None else retry_after(response.headers.get("retry-after"), self._clock)

    def _is_enough(self, state: RetryCallState, call: Call) -> bool:
        if stop_after_attempt(self._tries)(state):
            return True
        response = response_of(state)
        throttled = response is not None and response.status_code == 429
        if throttled and self._told(state) is None:
            return True  # it did not say when, so now is as wrong as later
        if call.harvest:
            if state.upcoming_sleep > self._patience:
                return True
        elif self._monotonic() + state.upcoming_sleep >= call.waits_until:
            return True
        return not throttled and not self._budget.spend()

    async def aclose(self) -> None:
        await self._inner.aclose()


def may_pass(state: RetryCallState) -> bool:
    outcome = state.outcome
    if outcome is None:
        return False
    error = outcome.exception()
    if error is not None:
        return isinstance(error, UpstreamUnavailable | UpstreamTimeout) and not isinstance(error, NOT_ASKED)
    response = outcome.result()
    return isinstance(response, httpx.Response) and (response.status_code == 429 or response.status_code >= 500)


def response_of(state: RetryCallState) -> httpx.Response | None:
    if state.outcome is None or state.outcome.exception() is not None:
        return None
    response = state.outcome.result()
    return response if isinstance(response, httpx.Response) else None


def last_outcome(state: RetryCallState) -> httpx.Response:
    """The last reply, or its error raised: what a caller without retries would have seen."""
    assert state.outcome is not None
    response = state.outcome.result()
    assert isinstance(response, httpx.Response)
    return response
