"""Where replies are kept: in the process, bounded by bytes; behind it, where a Redis is named, shared by all processes.

memory://?max_mb=256
redis://[user:password@]host:6379/0?max_mb=64        rediss:// for TLS; max_mb is the process's own part
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec

from hub.cache.bounded import Bounded
from hub.cache.kept import Kept, pack, unpack

if TYPE_CHECKING:
    import redis.asyncio

    from hub.cache.shared import Shared

log = logging.getLogger(__name__)
LONGEST = timedelta(days=30)  # that any copy is kept
MARKS_KEEP = LONGEST + timedelta(days=1)
MARKS_AGE = 5.0  # seconds until a purge by another process is seen here
POLL = 0.05  # seconds between looks at whether another process has the answer


class Store:
    """Replies by key. Nothing here raises for a cache that fails."""

    def __init__(
        self,
        most: int,
        *,
        shared: Shared | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._own: Bounded[str, Kept] = Bounded(most)
        self._shared = shared
        self._clock = clock
        self._monotonic = monotonic
        self._sleep = sleep
        self._purged: dict[str, datetime] = {}  # tag -> when
        self._looked: Bounded[str, float] = Bounded(1 << 20)  # tag -> when its mark was last asked for

    async def get(self, key: str, *, fresh_after: datetime) -> Kept | None:
        """The newest copy that is known here. One read after `fresh_after` is taken from the process unasked;
        else another process may have a newer one.
        """
        own = self._own.get(key)
        if own is not None and own.expires_at <= self._clock():
            self._own.drop(key)
            own = None
        if self._shared is not None and (own is None or own.read_at <= fresh_after):
            theirs = await self._theirs(key)
            if theirs is not None and (own is None or theirs.read_at > own.read_at):
                own = theirs
                self._own.put(key, own, own.weight)
        if own is None or not await self._is_purged(own):
            return own
        self._own.drop(key)
        return None

    async def put(self, key: str, kept: Kept) -> None:
        now = self._clock()
        keeps = min(kept.expires_at - now, LONGEST)
        if keeps <= timedelta(0):
            return
        self._own.put(key, kept, kept.weight)
        if self._shared is not None:
            await self._shared.put(reply_key(key), pack(kept), seconds=keeps.total_seconds())

    async def purge(self, tag: str) -> bool:
        """Nothing with this tag that was read until now is served again: here at once, elsewhere within five seconds.

        False: the shared cache could not be told, so other processes go on serving theirs.
        """
        now = self._clock()
        self._purged = {old: at for old, at in self._purged.items() if now - at < MARKS_KEEP}
        self._purged[tag] = now
        self._own.drop_where(lambda kept: tag in kept.tags)
        if self._shared is None:
            return True
        return await self._shared.put(mark_key(tag), now.isoformat().encode(), seconds=MARKS_KEEP.total_seconds())

    @asynccontextmanager
    async def turn(self, key: str, *, seconds: float) -> AsyncIterator[bool]:
        """Among all processes, one at a time asks for a key: True for it. Best effort: without Redis, or after
        `seconds`, everyone is the one.
        """
        token = await self._shared.take(key, seconds=seconds) if self._shared is not None else None
        try:
            yield token is not None or self._shared is None or self._shared.is_down
        finally:
            if self._shared is not None and token is not None:
                await self._shared.give_back(key, token)

    async def newer(self, key: str, *, than: datetime, seconds: float) -> Kept | None:
        """What the process whose turn it is has brought; None if it brought nothing, or not within `seconds`."""
        assert self._shared is not None
        until = self._monotonic() + seconds
        while self._monotonic() < until:
            is_taken = await self._shared.is_taken(key)
            kept = await self.get(key, fresh_after=than)
            if kept is not None and kept.read_at > than:
                return kept
            if not is_taken:
                return None
            await self._sleep(POLL)
        return None

    async def _theirs(self, key: str) -> Kept | None:
        assert self._shared is not None
        packed = await self._shared.get(reply_key(key))
        if packed is None:
            return None
        try:
            kept = unpack(packed)
        except msgspec.MsgspecError:  # another version's, or not ours: as if it were not there
            log.info("cache.unreadable")
            return None
        return kept if kept.expires_at > self._clock() else None

    async def _is_purged(self, kept: Kept) -> bool:
        if self._shared is not None:
            now = self._monotonic()
            unknown = [tag for tag in kept.tags if (self._looked.get(tag) or float("-inf")) <= now - MARKS_AGE]
            if unknown:
                await self._look(unknown, self._shared)
        return any(kept.read_at <= self._purged[tag] for tag in kept.tags if tag in self._purged)

    async def _look(self, tags: list[str], shared: Shared) -> None:
        marks = await shared.get_many([mark_key(tag) for tag in tags])
        if marks is None:
            return
        for tag, mark in zip(tags, marks, strict=True):
            self._looked.put(tag, self._monotonic(), len(tag) + 200)
            at = moment_of(mark)
            if at is not None and at > self._purged.get(tag, at - timedelta(1)):
                self._purged[tag] = at

    async def aclose(self) -> None:
        if self._shared is not None:
            await self._shared.aclose()


def reply_key(key: str) -> str:
    return f"reply1:{key}"  # the number moves with the layout of Kept


def mark_key(tag: str) -> str:
    return f"purged:{tag}"


def moment_of(mark: bytes | None) -> datetime | None:
    if mark is None:
        return None
    try:
        at = datetime.fromisoformat(mark.decode())
    except ValueError:
        return None
    return at if at.tzinfo else None


def open_store(
    url: str,
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    monotonic: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    on_failure: Callable[[], None] = lambda: None,
    pool: redis.asyncio.ConnectionPool | None = None,
) -> Store:
    """The store that the URL names; ValueError, saying what was expected, for any other URL.

    `pool` stands in for the one that the URL would open.
    """
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    megabytes = options.pop("max_mb", "256" if parts.scheme == "memory" else "64")
    if not (megabytes.isascii() and megabytes.isdigit() and int(megabytes) > 0):
        raise ValueError("max_mb is a whole number of megabytes, at least 1")
    most = int(megabytes) << 20
    if parts.scheme == "memory":
        if options:
            raise ValueError(f"memory:// knows max_mb only, not {', '.join(sorted(options))}")
        return Store(most, clock=clock, monotonic=monotonic, sleep=sleep)
    if parts.scheme not in {"redis", "rediss"}:
        raise ValueError("a cache is memory://, redis:// or rediss://")
    import redis.asyncio  # noqa: PLC0415 - seven megabytes in each worker, where no Redis is named

    from hub.cache.shared import Shared  # noqa: PLC0415 - likewise

    if pool is None:
        pool = redis.asyncio.ConnectionPool.from_url(urlunsplit(parts._replace(query=urlencode(options))))
    shared = Shared(pool, monotonic=monotonic, on_failure=on_failure)
    return Store(most, shared=shared, clock=clock, monotonic=monotonic, sleep=sleep)
