"""The one place that speaks with Redis: aiocache for what is kept, redis-py for leases.

Every call answers, whatever Redis does: a failure is logged once, Redis is left alone for a few seconds, and the hub
goes on with what the process has.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import redis.asyncio
from aiocache import RedisCache
from redis.exceptions import RedisError, WatchError

T = TypeVar("T")
log = logging.getLogger(__name__)
NAMESPACE = "cityhub"


class AsBytes:
    """aiocache's own serialisers decode as UTF-8; a reply is bytes."""

    encoding = None

    def dumps(self, value: bytes) -> bytes:
        return value

    def loads(self, value: bytes | None) -> bytes | None:
        return value


class Shared:
    """`timeout`: seconds for one operation. `rest`: seconds without Redis after a failure."""

    def __init__(
        self,
        pool: redis.asyncio.ConnectionPool,
        *,
        monotonic: Callable[[], float],
        on_failure: Callable[[], None] = lambda: None,
        timeout: float = 0.5,
        rest: float = 5.0,
    ) -> None:
        # aiocache takes host and port only; with our pool a URL keeps its user, TLS options and socket path.
        self._cache = RedisCache(
            serializer=AsBytes(), namespace=NAMESPACE, timeout=None, connection_pool_class=lambda **_: pool
        )
        self._client = redis.asyncio.Redis(connection_pool=pool)
        self._pool = pool
        self._monotonic = monotonic
        self._on_failure = on_failure
        self._timeout = timeout
        self._rest = rest
        self._rests_until = float("-inf")
        self._is_down = False

    @property
    def is_down(self) -> bool:
        return self._is_down

    async def get(self, key: str) -> bytes | None:
        found = await self._try(lambda: self._cache.get(key), None)
        return found if isinstance(found, bytes) else None

    async def get_many(self, keys: Sequence[str]) -> list[bytes | None] | None:
        """In the order asked; None: Redis did not answer."""
        found = await self._try(lambda: self._cache.multi_get(list(keys)), None)
        return None if found is None else [one if isinstance(one, bytes) else None for one in found]

    async def put(self, key: str, value: bytes, *, seconds: float) -> bool:
        """False: it is not there."""
        return bool(await self._try(lambda: self._cache.set(key, value, ttl=max(0.001, float(seconds))), False))

    async def take(self, name: str, *, seconds: float) -> str | None:
        """A lease on a name, to be given back; None: another has it, or Redis does not answer (ask `is_down`)."""
        token = secrets.token_hex(8)
        taken = await self._try(
            lambda: self._client.set(f"{NAMESPACE}:lease:{name}", token, nx=True, px=max(1, int(seconds * 1000))), None
        )
        return token if taken else None

    async def is_taken(self, name: str) -> bool:
        return bool(await self._try(lambda: self._client.exists(f"{NAMESPACE}:lease:{name}"), 0))

    async def give_back(self, name: str, token: str) -> None:
        """Only if it is still ours: a lease that ran out may be another's by now."""
        await self._try(lambda: self._release(f"{NAMESPACE}:lease:{name}", token.encode()), None)

    async def _release(self, key: str, token: bytes) -> None:
        async with self._client.pipeline(transaction=True) as pipe:
            await pipe.watch(key)
            if await pipe.get(key) != token:
                return
            pipe.multi()  # type: ignore[no-untyped-call]  # redis-py leaves this one method untyped
            pipe.delete(key)
            try:
                await pipe.execute()
            except WatchError:
                return  # it ran out in this very moment

    async def _try(self, operation: Callable[[], Awaitable[T]], otherwise: T) -> T:
        if self._monotonic() < self._rests_until:
            return otherwise
        try:
            async with asyncio.timeout(self._timeout):
                result = await operation()
        except (RedisError, OSError) as error:  # TimeoutError is an OSError
            self._rests_until = self._monotonic() + self._rest
            if not self._is_down:
                self._is_down = True
                self._on_failure()
                log.warning("cache.down", extra={"reason": type(error).__name__})
            return otherwise
        if self._is_down:
            self._is_down = False
            log.warning("cache.back")
        return result

    async def aclose(self) -> None:
        try:
            await self._pool.aclose()
        except (RedisError, OSError) as error:
            log.info("cache.unclosed", extra={"reason": type(error).__name__})
