"""What the layers of the stack tell each other about one request: who asks, how long is left, whether it was sent."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx

from hub.fetch import Source, Tally

EXTENSION = "hub.call"


class Call:
    """Travels in `request.extensions`.

    `harvest`: nobody waits for it now, so it lets look-ups go first and is patient in our own queues.
    `patience`: monotonic instant until which a look-up's asker waits; None: as long as the deadline.
    `sent`: whether this try reached the wire (what was never sent says nothing about the upstream).
    `tally`: where the asker counts what is sent in its name.
    `moved`: the address that the reply came from, where every redirect to it was for good.
    """

    __slots__ = ("_monotonic", "_timer", "ends_at", "harvest", "moved", "patience", "sent", "tally")

    def __init__(self, *, harvest: bool = False, patience: float | None = None, tally: Tally | None = None) -> None:
        self.harvest = harvest
        self.tally = tally
        self.patience = patience
        self.sent = False
        self.moved: str | None = None
        self.ends_at = math.inf
        self._timer: asyncio.Timeout | None = None
        self._monotonic: Callable[[], float] | None = None

    def begin(self, timer: asyncio.Timeout, *, ends_at: float, monotonic: Callable[[], float]) -> None:
        self._timer, self.ends_at, self._monotonic = timer, ends_at, monotonic

    @property
    def expired(self) -> bool:
        """True while the deadline is what cancels the request: a timeout of the upstream, not an asker who left."""
        return self._timer is not None and self._timer.expired()

    @property
    def waits_until(self) -> float:
        """Monotonic instant after which waiting in our own queues is of no use."""
        return self.ends_at if self.patience is None else min(self.ends_at, self.patience)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """The deadline stands still: a harvest waits for our own pace, which is not the upstream's slowness."""
        if self._timer is None or self._monotonic is None:
            yield
            return
        began = self._monotonic()
        self._timer.reschedule(None)
        try:
            yield
        finally:
            now = self._monotonic()
            self.ends_at += now - began
            self._timer.reschedule(asyncio.get_running_loop().time() + self.ends_at - now)


def call_of(request: httpx.Request) -> Call:
    call = request.extensions.get(EXTENSION)
    if not isinstance(call, Call):
        call = Call()
        request.extensions[EXTENSION] = call
    return call


def asked(source: Source, request: httpx.Request) -> str:
    """What was asked, for messages: method and path below the source's base. No host, query or secret.

    Of a source that is one document (a feed) nothing is told: its path may be what keeps it private.
    """
    base = httpx.URL(source.url).path
    path = request.url.path
    if not base.endswith("/"):
        return f"{request.method} /"
    return f"{request.method} /{path.removeprefix(base).lstrip('/')}"[:200]
