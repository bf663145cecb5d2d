"""Sends the request of a Fetch to its source, and reads what came back. One exchange at a time: past every cache.

What belongs to one source lives here: its transports, its circuit, its journal, its tokens. A status that the connector
does not read itself is an error, and so is a reply that can't be read; both are told to the journal and the circuit.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import httpx

from hub.errors import (
    CircuitOpen,
    Overloaded,
    PayloadChanged,
    UpstreamError,
    UpstreamGone,
    UpstreamRefused,
    UpstreamThrottled,
    UpstreamUnavailable,
)
from hub.fetch import Credentials, Fetch, Grant, Reply, Request, Source, Token
from hub.freshness import Freshness
from hub.observe.metrics import Metrics
from hub.transport.breaker import Circuit, State
from hub.transport.call import EXTENSION, Call, asked
from hub.transport.hosts import Manners, manners_of
from hub.transport.journal import Journal
from hub.transport.retry import retry_after
from hub.transport.stack import stack
from hub.transport.tokens import Tokens
from hub.transport.wire import real_wire

T = TypeVar("T")
log = logging.getLogger(__name__)
Wire = Callable[[Source], httpx.AsyncBaseTransport] | httpx.AsyncBaseTransport

VERSION = "0.1"
# What a connector's parse may raise over bytes that it did not foresee.
UNFORESEEN = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)
# Our own doing: they say nothing of how the source is.
OURS = (CircuitOpen, Overloaded)
LONGEST_REST = 86_400.0  # seconds until its next try that a source may ask of the harvest
NEVER_KEPT = Freshness(timedelta(0))


class _Line:
    """All that belongs to one source."""

    def __init__(self, source: Source, manners: Manners, exchange: Exchange) -> None:
        self.source = source
        self.manners = manners
        self.journal = Journal()
        self.circuit = Circuit(on_turn=partial(exchange._turned, source.name))  # noqa: SLF001 - the same module
        self.is_unreadable = False
        self.stack: httpx.AsyncBaseTransport | None = None


class Exchange:
    """With every source of a `Fetcher`, whose arguments these are."""

    def __init__(
        self,
        sources: Mapping[str, Source],
        *,
        wire: Wire | None,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
        metrics: Metrics,
        contact: str | None,
        credentials: Callable[[Credentials], str | None],
    ) -> None:
        self._metrics = metrics
        self._monotonic = monotonic
        self._clock = clock
        self._sleep = sleep
        self._wire = wire
        manners = manners_of(sources.values())
        self._lines = {id_: _Line(source, manners[id_], self) for id_, source in sources.items()}
        self._tokens = Tokens(credentials=credentials, monotonic=monotonic)
        self._agent = f"cityhub/{VERSION}" + (f" (+{contact})" if contact else "")

    async def send(self, fetch: Fetch[Any], call: Call) -> Reply:
        reply = await self._send_once(fetch, fetch.request, call)
        if fetch.amend is not None and (better := fetch.amend(reply)) is not None:
            return await self._send_once(fetch, better, again(call))
        return reply

    async def _send_once(self, fetch: Fetch[Any], request: Request, call: Call) -> Reply:
        if fetch.grant is None:
            return await self._exchange(fetch, request, call)
        ask = partial(self._ask_token, fetch, fetch.grant, call)
        token = await self._tokens.token(fetch.source, fetch.grant, ask)
        try:
            return await self._exchange(fetch, request, again(call), token)
        except UpstreamRefused as error:
            if error.status != 401:
                raise
        token = await self._tokens.token(fetch.source, fetch.grant, ask, instead_of=token)
        return await self._exchange(fetch, request, again(call), token)

    async def _ask_token(self, fetch: Fetch[Any], grant: Grant, call: Call, request: Request) -> Token:
        """Past every cache: nobody but this process is to have it."""
        asked_for = Fetch(source=fetch.source, request=request, parse=grant.read, freshness=NEVER_KEPT)
        return self.read(asked_for, await self._exchange(asked_for, request, again(call)))

    async def _exchange(self, fetch: Fetch[Any], request: Request, call: Call, token: Token | None = None) -> Reply:
        line = self._line(fetch.source)
        try:
            response = await self._sent(line, fetch, self._request(fetch, request, call, token))
            reply = Reply(
                source=fetch.source,
                request=request,
                status=response.status_code,
                headers=dict(response.headers.items()),
                body=response.content,
                read_at=self._clock(),
            )
            line.journal.led(call.moved)
            refuse_status(fetch, reply, self._clock)
        except UpstreamError as error:
            if not isinstance(error, OURS):
                line.journal.failed(self._clock(), error)
            raise
        return reply

    async def _sent(self, line: _Line, fetch: Fetch[Any], request: httpx.Request) -> httpx.Response:
        """A redirect that is not followed is a reply, to who wants to see it: its status and nothing else."""
        try:
            return await self._stack(line).handle_async_request(request)
        except UpstreamRefused as error:
            if error.status is None or error.status not in fetch.statuses:
                raise
            return httpx.Response(error.status, request=request)

    def read(self, fetch: Fetch[T], reply: Reply) -> T:
        """The meaning of a reply just received."""
        with self.noting(fetch, reply):
            return parsed(fetch, reply)

    @contextmanager
    def noting(self, fetch: Fetch[Any], reply: Reply) -> Iterator[None]:
        """Around the reading of a reply: one that can't be read counts against its source."""
        line = self._line(fetch.source)
        try:
            yield
        except PayloadChanged as error:
            line.journal.spoil()
            line.journal.failed(reply.read_at, error)
            line.circuit.spoil(self._monotonic())
            self._metrics.unreadable(fetch.source.name)
            if not line.is_unreadable:
                line.is_unreadable = True
                log.warning("upstream.changed", extra={"upstream": fetch.source.name, "reason": f"{error}"[:300]})
            raise
        except UpstreamError as error:
            line.journal.failed(reply.read_at, error)
            raise
        line.is_unreadable = False
        line.journal.understood(reply.read_at)

    def _request(self, fetch: Fetch[Any], request: Request, call: Call, token: Token | None) -> httpx.Request:
        bearer = [] if token is None else [("Authorization", f"Bearer {token.value}")]
        seconds = fetch.source.timeout.total_seconds()
        return httpx.Request(
            request.method,
            request.full_url,
            headers=[("User-Agent", self._agent), *request.headers, *bearer],
            content=request.body,
            extensions={
                EXTENSION: call,
                # Silence of any length up to the deadline may end well; no connection after a third of it will not.
                "timeout": {"connect": seconds / 3, "read": seconds, "write": seconds, "pool": None},
            },
        )

    def _line(self, source: Source) -> _Line:
        return self._lines[source.id]

    def _stack(self, line: _Line) -> httpx.AsyncBaseTransport:
        if line.stack is None:
            line.stack = stack(
                line.source,
                self._wire_of(line.source),
                manners=line.manners,
                circuit=line.circuit,
                journal=line.journal,
                metrics=self._metrics,
                monotonic=self._monotonic,
                clock=self._clock,
                sleep=self._sleep,
            )
        return line.stack

    def _wire_of(self, source: Source) -> httpx.AsyncBaseTransport:
        if self._wire is None:
            return real_wire(source)
        return self._wire if isinstance(self._wire, httpx.AsyncBaseTransport) else self._wire(source)

    def _turned(self, name: str, before: State, after: State) -> None:
        """Said once when a source goes down, once when it is back."""
        self._metrics.breaker(name, after.value)
        if before is State.CLOSED and after is State.OPEN:
            log.warning("upstream.down", extra={"upstream": name})
        elif before is State.HALF_OPEN and after is State.CLOSED:
            log.warning("upstream.back", extra={"upstream": name})

    # -- what others want to know -------------------------------------------------------------------------------------

    def allows(self, source: Source) -> bool:
        """Whether it is asked as usual, or may be tried again."""
        return self._line(source).circuit.allows(self._monotonic())

    def state(self, source_id: str) -> State:
        return self._lines[source_id].circuit.state(self._monotonic())

    def journal(self, source_id: str) -> Journal:
        return self._lines[source_id].journal

    async def aclose(self) -> None:
        """Close every connection that was opened here."""
        if not isinstance(self._wire, httpx.AsyncBaseTransport):
            for line in self._lines.values():
                if line.stack is not None:
                    await line.stack.aclose()


def again(call: Call) -> Call:
    """For another request in the same asker's name."""
    return Call(harvest=call.harvest, patience=call.patience, tally=call.tally)


def parsed(fetch: Fetch[T], reply: Reply) -> T:
    try:
        return fetch.parse(reply)
    except UNFORESEEN as error:
        # Where, not what: the text of such an error may hold anything that the upstream sent.
        at = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(at.filename).name}:{at.lineno} {at.name}"
        log.error(  # noqa: TRY400 - a traceback would print that text
            "upstream.unforeseen",
            extra={"upstream": fetch.source.name, "reason": type(error).__name__, "place": place},
        )
        raise reply.changed(f"{type(error).__name__} while reading it") from error


def refuse_status(fetch: Fetch[Any], reply: Reply, clock: Callable[[], datetime]) -> None:
    """Raise what a status means that the connector does not read itself."""
    status = reply.status
    if status in fetch.statuses:
        return
    name = fetch.source.name
    what = f"{status}: {what_of(fetch)}"
    seconds = retry_after(reply.headers.get("retry-after"), clock, LONGEST_REST)
    if status == 429:
        raise UpstreamThrottled(f"{name} said that it was asked too often, {what}", source=name, retry_after=seconds)
    if status >= 500:
        raise UpstreamUnavailable(f"{name} failed with {what}", source=name, retry_after=seconds)
    if status == 410:
        raise UpstreamGone(f"{name} says that it is gone for good, {what}", source=name, status=status)
    raise UpstreamRefused(f"{name} refused with {what}", source=name, status=status)


def what_of(fetch: Fetch[Any]) -> str:
    return asked(fetch.source, httpx.Request(fetch.request.method, fetch.request.url))
