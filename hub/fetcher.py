"""Runs a Fetch: from the cache while it is good, else from the upstream; then reads what it means.

Two ways in. `fetch` is for look-ups, with somebody waiting: cache, single flight, stale while revalidating, stale if
error. `read` is for the harvest: past the cache, patient, after every look-up.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
import traceback
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

import httpx
import msgspec

from hub.cache.flight import Flights
from hub.cache.kept import Kept
from hub.cache.parsed import Parsed
from hub.cache.store import Store
from hub.errors import (
    CircuitOpen,
    Overloaded,
    PayloadChanged,
    UpstreamError,
    UpstreamGone,
    UpstreamRefused,
    UpstreamThrottled,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from hub.feeds.worker import parse_isolated
from hub.fetch import (
    Changed,
    Collection,
    Credentials,
    Fetch,
    Grant,
    Joined,
    Reply,
    Request,
    Seen,
    Source,
    Tally,
    Token,
    Wanted,
)
from hub.freshness import Freshness, Verdict
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
FromCache = Literal["hit", "stale", "miss"]
Wire = Callable[[Source], httpx.AsyncBaseTransport] | httpx.AsyncBaseTransport

VERSION = "0.1"
# A form's pair, made anew by whoever sends it; it does not change what is answered.
NOT_IN_KEY = frozenset({"cookie", "x-csrftoken", "origin", "referer"})
# What a connector's parse may raise over bytes that it did not foresee.
UNFORESEEN = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)
# Our own doing: they say nothing of how the source is.
OURS = (CircuitOpen, Overloaded)
NOT_MODIFIED = 304
LONGEST_VALIDATOR = 1_000
LONGEST_REST = 86_400.0  # seconds until its next try that a source may ask of the harvest
NEVER_KEPT = Freshness(timedelta(0))


class Fetched(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """A value and how old it is. Of several joined parts: the oldest, the earliest, the first error.

    `read_at`: when the upstream said it. `fresh_until`: past for a stale one. `error`: why it could not be asked anew.
    """

    value: T
    read_at: datetime
    fresh_until: datetime
    is_stale: bool
    from_cache: FromCache
    error: UpstreamError | None = None


class SourceHealth(msgspec.Struct, frozen=True, kw_only=True):
    """How a source has been. Rates and times over the last hundred requests; None: not known yet.

    `state`: "closed" (asked as usual), "half_open" (a few trials), "open" (left alone).
    `last_error` names method and path at most. `moved_to`: the origin, without a path, that its redirects lead to which
    are for good, said several times in a row.
    """

    state: str
    requests: int
    last_success_at: datetime | None
    last_error_at: datetime | None
    last_error: str | None
    error_rate: float | None  # 0..1
    p50_ms: float | None
    p95_ms: float | None
    moved_to: str | None = None


class _Copy(msgspec.Struct, Generic[T], frozen=True):
    value: T
    read_at: datetime
    freshness: Freshness

    @property
    def fresh_until(self) -> datetime:
        return self.read_at + self.freshness.fresh


class _Line:
    """All that belongs to one source."""

    def __init__(self, source: Source, manners: Manners, fetcher: Fetcher) -> None:
        self.source = source
        self.manners = manners
        self.journal = Journal()
        self.circuit = Circuit(on_turn=partial(fetcher._turned, source.name))  # noqa: SLF001 - the same module
        self.is_unreadable = False
        self.stack: httpx.AsyncBaseTransport | None = None


class Fetcher:
    """One for an app or a harvester, on one event loop.

    `sources` by id. `wire`: what carries requests instead of the network (the caller's to close if it is one
    transport; made per source and closed here if it is a function). `cache`: the caller's to close if given.
    `contact`: an address or page of the operator, shown to upstreams. `credentials`: what stands at the place that a
    source names, read whenever a token is asked for. `parsed_mb`: of parsed replies kept.
    """

    def __init__(
        self,
        sources: Mapping[str, Source],
        *,
        wire: Wire | None = None,
        cache: Store | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        metrics: Metrics | None = None,
        contact: str | None = None,
        credentials: Callable[[Credentials], str | None] = lambda _: None,
        parsed_mb: int = 64,
    ) -> None:
        self.metrics = metrics or Metrics()
        self.monotonic = monotonic
        self._clock = clock
        self._sleep = sleep
        self._wire = wire
        self._owns_cache = cache is None
        self._cache = cache or Store(64 << 20, clock=clock, monotonic=monotonic, sleep=sleep)
        self._parsed = Parsed(parsed_mb << 20)
        self._flights: Flights[Kept] = Flights()
        manners = manners_of(sources.values())
        self._lines = {id_: _Line(source, manners[id_], self) for id_, source in sources.items()}
        self._tokens = Tokens(credentials=credentials, monotonic=monotonic)
        self._agent = f"cityhub/{VERSION}" + (f" (+{contact})" if contact else "")

    # -- look-ups -----------------------------------------------------------------------------------------------------

    async def fetch(
        self, wanted: Wanted[T], *, deadline: float | None = None, tally: Tally | None = None
    ) -> Fetched[T]:
        """The value, fresh if it can be had by `deadline`, stale if it may be, else UpstreamError.

        `deadline` is an instant of `self.monotonic`, so that it can be handed down: `fetcher.monotonic() + 5`. The
        source's own timeout holds besides. None is kept for `freshness.missing` and never served stale. `tally`: counts
        the requests sent for it, if somebody wants to know; of a question that another asked already, none.
        """
        if isinstance(wanted, Joined):
            parts = await together([self.fetch(part, deadline=deadline, tally=tally) for part in wanted.parts])
            return merged(wanted, parts, self._clock())
        return await self._lookup(wanted, Call(patience=deadline, tally=tally))

    async def _lookup(self, fetch: Fetch[T], call: Call) -> Fetched[T]:
        name = fetch.source.name
        key = key_of(fetch)
        now = self._clock()
        kept = await self._cache.get(key, fresh_after=now - fetch.freshness.fresh)
        copy = None if kept is None else self._copy(fetch, key, kept)
        verdict = Verdict.TOO_OLD if copy is None else copy.freshness.judge(max(now - copy.read_at, timedelta(0)))
        if copy is not None and verdict is Verdict.FRESH:
            self.metrics.lookup(name, "hit")
            return served(copy, "hit")
        if copy is not None and verdict is Verdict.REVALIDATE:
            self._ask_behind(fetch, key, copy.read_at)
            self.metrics.lookup(name, "stale")
            return served(copy, "stale")
        try:
            asked_for = await self._ask(fetch, key, call, since=None if copy is None else copy.read_at)
        except UpstreamError as error:
            if copy is not None and verdict is Verdict.IF_ERROR:
                self.metrics.lookup(name, "stale")
                return served(copy, "stale", error)
            self.metrics.lookup(name, "failed")
            raise
        self.metrics.lookup(name, "miss")
        return served(asked_for, "miss")

    def _ask_behind(self, fetch: Fetch[Any], key: str, since: datetime) -> None:
        """Ask anew with nobody waiting. Its failure is in the journal and costs no one anything."""
        if self._line(fetch.source).circuit.allows(self.monotonic()):
            self._flights.start(key, partial(self._renew, fetch, key, Call(), since))

    async def _ask(self, fetch: Fetch[T], key: str, call: Call, *, since: datetime | None) -> _Copy[T]:
        left = None if call.patience is None else call.patience - self.monotonic()
        if left is not None and left <= 0:
            raise out_of_time(fetch)
        try:
            async with asyncio.timeout(left):
                kept = await self._flights.run(key, partial(self._renew, fetch, key, call, since))
        except TimeoutError as error:
            raise out_of_time(fetch) from error
        copy = self._copy(fetch, key, kept)
        if copy is None:  # joined a flight of another Fetch for the same request, which reads it otherwise than we
            return self._meaning(fetch, key, kept)
        return copy

    async def _renew(self, fetch: Fetch[Any], key: str, call: Call, since: datetime | None) -> Kept:
        """The flight: ask, read, keep. What can't be read is not kept, so the last good reply goes on serving."""
        seconds = fetch.source.timeout.total_seconds()
        async with self._cache.turn(key, seconds=seconds) as is_ours:
            if not is_ours:
                theirs = await self._cache.newer(key, than=since or self._long_ago(fetch), seconds=seconds)
                if theirs is not None:
                    return theirs
            reply = await self._send(fetch, call)
            value = self._read(fetch, reply)
            freshness = freshness_of(fetch, value)
            kept = Kept(
                status=reply.status,
                headers=tuple(reply.headers.items()),
                body=reply.body,
                read_at=reply.read_at,
                expires_at=reply.read_at + freshness.fresh + max(freshness.while_revalidate, freshness.if_error),
                tags=tuple(dict.fromkeys((fetch.source.id, fetch.source.name, *fetch.tags))),
            )
            self._parsed.put(key, kept.read_at, fetch.parse, value, size=len(kept.body))
            await self._cache.put(key, kept)
            return kept

    def _long_ago(self, fetch: Fetch[Any]) -> datetime:
        """Without a copy of our own, whatever is still fresh will do."""
        return self._clock() - fetch.freshness.fresh

    def _copy(self, fetch: Fetch[T], key: str, kept: Kept) -> _Copy[T] | None:
        """A kept reply and its meaning. None if this Fetch can't read it: written by another version, say."""
        if kept.status not in fetch.statuses:
            return None
        try:
            return self._meaning(fetch, key, kept)
        except UpstreamError as error:
            log.info("cache.unreadable", extra={"upstream": fetch.source.name, "reason": f"{error}"[:200]})
            return None

    def _meaning(self, fetch: Fetch[T], key: str, kept: Kept) -> _Copy[T]:
        known = self._parsed.get(key, kept.read_at, fetch.parse)
        if known is not None:
            value: T = known[0]
        else:
            reply = Reply(
                source=fetch.source,
                request=fetch.request,
                status=kept.status,
                headers=dict(kept.headers),
                body=kept.body,
                read_at=kept.read_at,
            )
            refuse_status(fetch, reply, self._clock)
            value = parsed(fetch, reply)
            self._parsed.put(key, kept.read_at, fetch.parse, value, size=len(kept.body))
        return _Copy(value, kept.read_at, freshness_of(fetch, value))

    # -- harvest ------------------------------------------------------------------------------------------------------

    async def read(self, wanted: Wanted[T]) -> T:
        """The value as the upstream says it now, however long our own pace takes; UpstreamError if it does not.

        UpstreamThrottled carries `retry_after`: the harvest is planned anew, nothing sleeps that long in here.
        """
        if isinstance(wanted, Joined):
            return wanted.merge(await together([self.read(part) for part in wanted.parts]))
        reply = await self._send(wanted, Call(harvest=True))
        return self._read(wanted, reply)

    async def read_isolated(self, wanted: Wanted[T]) -> T:
        """As `read`, for what strangers wrote: the reply is parsed in a process that can be killed."""
        if isinstance(wanted, Joined):
            return wanted.merge(await together([self.read_isolated(part) for part in wanted.parts]))
        reply = await self._send(wanted, Call(harvest=True))
        with self._noting(wanted, reply):
            return await parse_isolated(wanted, reply)

    async def read_if_changed(self, fetch: Fetch[T], seen: Seen | None, *, isolated: bool) -> Changed[T] | None:
        """As `read`; None if the upstream says that nothing changed since the reply that was `seen`, or sends the same
        once more. What is to be known again is told only of a reply that could be read.
        """
        asked_for = fetch if seen is None else conditional(fetch, seen)
        reply = await self._send(asked_for, Call(harvest=True))
        now = seen_in(fetch, reply)
        with self._noting(fetch, reply):
            if seen is not None and (reply.status == NOT_MODIFIED or now.essence == seen.essence):
                return None
            value = await parse_isolated(fetch, reply) if isolated else parsed(fetch, reply)
        return Changed(value=value, seen=now)

    def reader(self, collection: Collection) -> Callable[[Wanted[Any]], Awaitable[Any]]:
        """How the harvest is to read this collection's pages."""
        return self.read_isolated if collection.isolated else self.read

    # -- both ---------------------------------------------------------------------------------------------------------

    async def _send(self, fetch: Fetch[Any], call: Call) -> Reply:
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
        return self._read(asked_for, await self._exchange(asked_for, request, again(call)))

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

    def _read(self, fetch: Fetch[T], reply: Reply) -> T:
        """The meaning of a reply just received."""
        with self._noting(fetch, reply):
            return parsed(fetch, reply)

    @contextmanager
    def _noting(self, fetch: Fetch[Any], reply: Reply) -> Iterator[None]:
        """Around the reading of a reply: one that can't be read counts against its source."""
        line = self._line(fetch.source)
        try:
            yield
        except PayloadChanged as error:
            line.journal.spoil()
            line.journal.failed(reply.read_at, error)
            line.circuit.spoil(self.monotonic())
            self.metrics.unreadable(fetch.source.name)
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
                metrics=self.metrics,
                monotonic=self.monotonic,
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
        self.metrics.breaker(name, after.value)
        if before is State.CLOSED and after is State.OPEN:
            log.warning("upstream.down", extra={"upstream": name})
        elif before is State.HALF_OPEN and after is State.CLOSED:
            log.warning("upstream.back", extra={"upstream": name})

    # -- what others want to know -------------------------------------------------------------------------------------

    def requests(self, source_id: str) -> int:
        """Requests really sent to this source so far, every try counted."""
        return self._lines[source_id].journal.sent

    def moved(self, source_id: str) -> str | None:
        """The address that the last reply of this source came from, where every redirect to it was for good."""
        return self._lines[source_id].journal.moved

    def health(self, source_id: str) -> SourceHealth:
        line = self._lines[source_id]
        journal = line.journal
        return SourceHealth(
            state=line.circuit.state(self.monotonic()).value,
            requests=journal.sent,
            last_success_at=journal.last_success_at,
            last_error_at=journal.last_error_at,
            last_error=journal.last_error,
            error_rate=journal.error_rate,
            p50_ms=journal.quantile_ms(0.5),
            p95_ms=journal.quantile_ms(0.95),
            moved_to=journal.moved_to,
        )

    async def purge(self, tag: str) -> bool:
        """See `Store.purge`. Tags: a source's id or name, and what its connector gives its replies."""
        return await self._cache.purge(tag)

    async def aclose(self) -> None:
        """End what is under way, and close every connection that was opened here."""
        await self._flights.aclose()
        if not isinstance(self._wire, httpx.AsyncBaseTransport):
            for line in self._lines.values():
                if line.stack is not None:
                    await line.stack.aclose()
        if self._owns_cache:
            await self._cache.aclose()


def again(call: Call) -> Call:
    """For another request in the same asker's name."""
    return Call(harvest=call.harvest, patience=call.patience, tally=call.tally)


def conditional(fetch: Fetch[T], seen: Seen) -> Fetch[T]:
    """Asked for only if it is another than was seen, as far as its upstream gave anything to tell it by."""
    validators = (("If-None-Match", seen.etag), ("If-Modified-Since", seen.modified))
    headers = tuple((name, value) for name, value in validators if value is not None)
    if not headers:
        return fetch
    request = msgspec.structs.replace(fetch.request, headers=(*fetch.request.headers, *headers))
    return msgspec.structs.replace(fetch, request=request, statuses=fetch.statuses | {NOT_MODIFIED})


def seen_in(fetch: Fetch[Any], reply: Reply) -> Seen:
    essence = reply.body if fetch.essence is None else fetch.essence(reply.body)
    return Seen(
        etag=validator(reply.headers.get("etag")),
        modified=validator(reply.headers.get("last-modified")),
        essence=hashlib.blake2b(essence, digest_size=16).digest(),
    )


def validator(header: str | None) -> str | None:
    """As it was sent, since it is compared letter by letter; None for what no header of ours may hold."""
    is_good = header is not None and len(header) <= LONGEST_VALIDATOR and header.isascii() and header.isprintable()
    return header if is_good else None


def key_of(fetch: Fetch[Any]) -> str:
    """What a reply is kept under: the source, and all of the request that may change the answer."""
    request = fetch.request
    told = sorted((name.lower(), value) for name, value in request.headers if name.lower() not in NOT_IN_KEY)
    whole = msgspec.msgpack.encode((request.method, request.full_url, told, request.body))
    return f"{fetch.source.id}:{hashlib.blake2b(whole, digest_size=16).hexdigest()}"


def freshness_of(fetch: Fetch[Any], value: object) -> Freshness:
    """ "There is no such thing" keeps shortly, and is never claimed of a source that can't be asked."""
    if value is not None:
        return fetch.freshness
    return Freshness(fresh=min(fetch.freshness.missing, fetch.freshness.fresh), missing=fetch.freshness.missing)


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


def out_of_time(fetch: Fetch[Any]) -> UpstreamTimeout:
    return UpstreamTimeout(
        f"{fetch.source.name} did not answer within the time that was left: {what_of(fetch)}", source=fetch.source.name
    )


def what_of(fetch: Fetch[Any]) -> str:
    return asked(fetch.source, httpx.Request(fetch.request.method, fetch.request.url))


def served(copy: _Copy[T], from_cache: FromCache, error: UpstreamError | None = None) -> Fetched[T]:
    return Fetched(
        value=copy.value,
        read_at=copy.read_at,
        fresh_until=copy.fresh_until,
        is_stale=from_cache == "stale",
        from_cache=from_cache,
        error=error,
    )


def merged(joined: Joined[T], parts: list[Fetched[Any]], now: datetime) -> Fetched[T]:
    ways: set[FromCache] = {part.from_cache for part in parts}
    return Fetched(
        value=joined.merge([part.value for part in parts]),
        read_at=min((part.read_at for part in parts), default=now),
        fresh_until=min((part.fresh_until for part in parts), default=now),
        is_stale=any(part.is_stale for part in parts),
        from_cache="stale" if "stale" in ways else "miss" if "miss" in ways else "hit",
        error=next((part.error for part in parts if part.error is not None), None),
    )


async def together(awaitables: list[Awaitable[T]]) -> list[T]:
    """All at once, in order; at the first failure the others are left and that error is raised, alone."""

    async def one(awaitable: Awaitable[T]) -> T:
        return await awaitable

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(awaitable)) for awaitable in awaitables]
    except BaseExceptionGroup as errors:
        first = errors.exceptions[0]
    else:
        return [task.result() for task in tasks]
    raise first  # out here, so that it keeps its own cause
