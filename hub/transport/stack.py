"""All layers around one source's wire, read from the outside in."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import httpx

from hub.fetch import Source
from hub.observe.metrics import Metrics
from hub.transport.breaker import Breaker, Circuit
from hub.transport.bulkhead import Bulkhead
from hub.transport.deadline import Deadline
from hub.transport.guard import EXPANDED, FEED_EXPANDED, Guard
from hub.transport.hosts import Manners
from hub.transport.journal import Journal, Watch
from hub.transport.origin import SameOrigin
from hub.transport.pace import Pace
from hub.transport.retry import Retry


def now() -> datetime:
    return datetime.now(UTC)


def stack(
    source: Source,
    wire: httpx.AsyncBaseTransport,
    *,
    manners: Manners | None = None,
    circuit: Circuit | None = None,
    journal: Journal | None = None,
    metrics: Metrics | None = None,
    monotonic: Callable[[], float] = time.monotonic,
    clock: Callable[[], datetime] = now,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> httpx.AsyncBaseTransport:
    """A transport that asks one source carefully. Every reply of it is complete, plain and closed.

    `manners`: those that it shares with others; None: its own. Raises errors of `hub.errors` only; statuses are the
    caller's to judge.
    """
    manners = manners or Manners(source.per_minute, source.concurrent)
    expanded = FEED_EXPANDED if source.is_feed else EXPANDED
    guard = Guard(SameOrigin(wire, source=source), source=source, expanded=expanded)
    watch = Watch(
        guard,
        name=source.name,
        journal=journal or Journal(),
        metrics=metrics or Metrics(),
        monotonic=monotonic,
    )
    bulkhead = Bulkhead(watch, source=source, places=manners.places, monotonic=monotonic)
    pace = Pace(bulkhead, source=source, tempo=manners.tempo, monotonic=monotonic, clock=clock, sleep=sleep)
    breaker = Breaker(pace, source=source, circuit=circuit or Circuit(), monotonic=monotonic)
    retry = Retry(breaker, monotonic=monotonic, clock=clock, sleep=sleep)
    return Deadline(retry, source=source, seconds=source.timeout.total_seconds(), monotonic=monotonic)
