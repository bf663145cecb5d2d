"""What became of the requests that were really sent to one source: for its health, for metrics, and for tests."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from datetime import datetime

import httpx

from hub.errors import PayloadChanged, UpstreamError, UpstreamRefused, UpstreamTimeout
from hub.observe.metrics import Metrics
from hub.transport.call import call_of
from hub.transport.origin import origin_of

MOVED = 3  # equal answers in a row: once may be a mistake of theirs


class Journal:
    """`sent` counts every try that reached the wire. `moved`: where redirects that are for good led the last request.
    Rates and times are of the last hundred.
    """

    def __init__(self) -> None:
        self.sent = 0
        self.last_success_at: datetime | None = None
        self.last_error_at: datetime | None = None
        self.last_error: str | None = None
        self._tries: deque[bool] = deque(maxlen=100)
        self._seconds: deque[float] = deque(maxlen=100)
        self.moved: str | None = None
        self._times_moved = 0

    def tried(self, *, good: bool, seconds: float | None) -> None:
        self._tries.append(good)
        if seconds is not None:
            self._seconds.append(seconds)

    def understood(self, at: datetime) -> None:
        self.last_success_at = at

    def failed(self, at: datetime, error: UpstreamError) -> None:
        self.last_error_at = at
        self.last_error = f"{error}"[:300]

    def spoil(self) -> None:
        """The last reply came well and could not be read."""
        if self._tries:
            self._tries[-1] = False

    def led(self, moved: str | None) -> None:
        """Where redirects that are for good led the last request, if they did."""
        self._times_moved = self._times_moved + 1 if moved == self.moved else 1
        self.moved = moved

    @property
    def moved_to(self) -> str | None:
        """The origin of the address that redirects for good have led to, each of the last times; None: to none."""
        if self.moved is None or self._times_moved < MOVED:
            return None
        return origin_of(httpx.URL(self.moved))

    @property
    def error_rate(self) -> float | None:
        """0..1; None before the first try."""
        return self._tries.count(False) / len(self._tries) if self._tries else None

    def quantile_ms(self, share: float) -> float | None:
        """Milliseconds within which that share of the replies came; None before the first."""
        if not self._seconds:
            return None
        ordered = sorted(self._seconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000


class Watch(httpx.AsyncBaseTransport):
    """Marks a try as sent, and writes down how long it took and what came."""

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        *,
        name: str,
        journal: Journal,
        metrics: Metrics,
        monotonic: Callable[[], float],
    ) -> None:
        self._inner = inner
        self._name = name
        self._journal = journal
        self._metrics = metrics
        self._monotonic = monotonic

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        call = call_of(request)
        call.sent = True
        self._journal.sent += 1
        if call.tally is not None:
            call.tally.sent += 1
        began = self._monotonic()
        outcome = "left"  # by its asker; says nothing of the upstream
        try:
            response = await self._inner.handle_async_request(request)
            outcome = outcome_of(response.status_code)
        except UpstreamTimeout:
            outcome = "timeout"
            raise
        except PayloadChanged:
            outcome = "unreadable"
            raise
        except UpstreamRefused:
            outcome = "refused"
            raise
        except UpstreamError:
            outcome = "unavailable"
            raise
        except asyncio.CancelledError:
            if call.expired:
                outcome = "timeout"
            raise
        else:
            return response
        finally:
            seconds = self._monotonic() - began
            self._metrics.upstream_request(self._name, outcome, seconds)
            if outcome != "left":
                answered = outcome in {"answered", "refused"}
                self._journal.tried(good=answered, seconds=seconds if answered else None)

    async def aclose(self) -> None:
        await self._inner.aclose()


def outcome_of(status: int) -> str:
    if status == 429:
        return "throttled"
    if status >= 500:
        return "unavailable"
    return "refused" if status >= 400 else "answered"
