"""Runs a Fetch: from the cache while it is good, else from the upstream; then reads what it means.

Two ways in. `fetch` is for look-ups, with somebody waiting: cache, single flight, stale while revalidating, stale if
error. `read` is for the harvest: past the cache, patient, after every look-up.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Generic, Literal, TypeVar

import msgspec

from hub.cache.flight import Flights
from hub.cache.kept import Kept
from hub.cache.parsed import Parsed
from hub.cache.store import Store
from hub.errors import (
    UpstreamError,
    UpstreamTimeout,
)
from hub.exchange import Exchange, Wire, parsed, refuse_status, what_of
from hub.feeds.worker import parse_isolated
from hub.fetch import (
    Changed,
    Collection,
    Credentials,
    Fetch,
    Joined,
    Reply,
    Seen,
    Source,
    Tally,
    Wanted,
)
from hub.freshness import Freshness, Verdict
from hub.observe.metrics import Metrics
from hub.transport.call import Call

T = TypeVar("T")
log = logging.getLogger(__name__)
FromCache = Literal["hit", "stale", "miss"]

# A form's pair, made anew by whoever sends it; it does not change what is answered.
NOT_IN_KEY = frozenset({"cookie", "x-csrftoken", "origin", "referer"})
NOT_MODIFIED = 304
LONGEST_VALIDATOR = 1_000


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
        self._owns_cache = cache is None
        self._cache = cache or Store(64 << 20, clock=clock, monotonic=monotonic, sleep=sleep)
        self._parsed = Parsed(parsed_mb << 20)
        self._flights: Flights[Kept] = Flights()
        self._exchange = Exchange(
            sources,
            wire=wire,
            clock=clock,
            monotonic=monotonic,
            sleep=sleep,
            metrics=self.metrics,
            contact=contact,
            credentials=credentials,
        )

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
        if self._exchange.allows(fetch.source):
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
            reply = await self._exchange.send(fetch, call)
            value = self._exchange.read(fetch, reply)
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
        reply = await self._exchange.send(wanted, Call(harvest=True))
        return self._exchange.read(wanted, reply)

    async def read_isolated(self, wanted: Wanted[T]) -> T:
        """As `read`, for what strangers wrote: the reply is parsed in a process that can be killed."""
        if isinstance(wanted, Joined):
            return wanted.merge(await together([self.read_isolated(part) for part in wanted.parts]))
        reply = await self._exchange.send(wanted, Call(harvest=True))
        with self._exchange.noting(wanted, reply):
            return await parse_isolated(wanted, reply)

    async def read_if_changed(self, fetch: Fetch[T], seen: Seen | None, *, isolated: bool) -> Changed[T] | None:
        """As `read`; None if the upstream says that nothing changed since the reply that was `seen`, or sends the same
        once more. What is to be known again is told only of a reply that could be read.
        """
        asked_for = fetch if seen is None else conditional(fetch, seen)
        reply = await self._exchange.send(asked_for, Call(harvest=True))
        now = seen_in(fetch, reply)
        with self._exchange.noting(fetch, reply):
            if seen is not None and (reply.status == NOT_MODIFIED or now.essence == seen.essence):
                return None
            value = await parse_isolated(fetch, reply) if isolated else parsed(fetch, reply)
        return Changed(value=value, seen=now)

    def reader(self, collection: Collection) -> Callable[[Wanted[Any]], Awaitable[Any]]:
        """How the harvest is to read this collection's pages."""
        return self.read_isolated if collection.isolated else self.read

    # -- what others want to know -------------------------------------------------------------------------------------

    def requests(self, source_id: str) -> int:
        """Requests really sent to this source so far, every try counted."""
        return self._exchange.journal(source_id).sent

    def moved(self, source_id: str) -> str | None:
        """The address that the last reply of this source came from, where every redirect to it was for good."""
        return self._exchange.journal(source_id).moved

    def health(self, source_id: str) -> SourceHealth:
        journal = self._exchange.journal(source_id)
        return SourceHealth(
            state=self._exchange.state(source_id).value,
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
        await self._exchange.aclose()
        if self._owns_cache:
            await self._cache.aclose()


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


def out_of_time(fetch: Fetch[Any]) -> UpstreamTimeout:
    return UpstreamTimeout(
        f"{fetch.source.name} did not answer within the time that was left: {what_of(fetch)}", source=fetch.source.name
    )


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
