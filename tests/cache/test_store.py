from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta

import fakeredis
import pytest
import redis.asyncio
from fakeredis.aioredis import FakeAsyncRedisConnection
from hypothesis import given
from hypothesis import strategies as st

from hub.cache.kept import Kept, pack, unpack
from hub.cache.store import Store, open_store
from tests.turned import NOON, START, clock, monotonic, turned

BODY = bytes(range(256))  # not UTF-8


def kept(body: bytes = BODY, *, read_at: datetime = NOON, hours: float = 1, tags: tuple[str, ...] = ()) -> Kept:
    return Kept(
        status=200,
        headers=(("content-type", "application/json"),),
        body=body,
        read_at=read_at,
        expires_at=read_at + timedelta(hours=hours),
        tags=tags,
    )


class World:
    """A Redis that can be broken, and processes that share it."""

    def __init__(self) -> None:
        self.server = fakeredis.FakeServer()
        self.failures = 0

    def process(self) -> Store:
        pool = redis.asyncio.ConnectionPool(connection_class=FakeAsyncRedisConnection, server=self.server)
        return open_store(
            "redis://cache.example/0?max_mb=1",
            clock=clock,
            monotonic=monotonic,
            sleep=asyncio.sleep,
            on_failure=self._failed,
            pool=pool,
        )

    def _failed(self) -> None:
        self.failures += 1

    def break_(self, *, broken: bool = True) -> None:
        self.server.connected = not broken


def alone() -> Store:
    return open_store("memory://?max_mb=1", clock=clock, monotonic=monotonic)


@turned
async def test_what_is_put_is_there_until_it_expires() -> None:
    store = alone()
    await store.put("k", kept())
    assert await store.get("k", fresh_after=NOON) == kept()
    await asyncio.sleep(3600)
    assert await store.get("k", fresh_after=NOON) is None


@turned
async def test_what_has_already_expired_is_not_kept() -> None:
    store = alone()
    await store.put("k", kept(hours=0))
    assert await store.get("k", fresh_after=NOON) is None


@turned
async def test_memory_is_bounded_by_bytes() -> None:
    store = alone()
    for n in range(100):
        await store.put(f"k{n}", kept(bytes(100_000)))
    assert await store.get("k0", fresh_after=NOON) is None
    assert await store.get("k99", fresh_after=NOON) is not None


@turned
async def test_a_purge_takes_what_has_the_tag_and_was_read_before() -> None:
    store = alone()
    await store.put("a", kept(tags=("kirkanta", "library:84860")))
    await store.put("b", kept(tags=("kirkanta",)))
    assert await store.purge("library:84860")
    assert await store.get("a", fresh_after=NOON) is None
    assert await store.get("b", fresh_after=NOON) is not None
    await asyncio.sleep(1)
    await store.put("a", kept(read_at=clock(), tags=("kirkanta", "library:84860")))
    assert await store.get("a", fresh_after=NOON) is not None


@turned
async def test_a_reply_that_was_under_way_during_a_purge_is_not_served() -> None:
    store = alone()
    await asyncio.sleep(1)
    await store.purge("kirkanta")
    await store.put("a", kept(tags=("kirkanta",)))
    assert await store.get("a", fresh_after=NOON) is None


@turned
async def test_another_process_has_it_over_redis_byte_for_byte() -> None:
    world = World()
    await world.process().put("k", kept())
    assert await world.process().get("k", fresh_after=NOON) == kept()


@turned
async def test_a_fresh_copy_of_the_process_is_served_without_asking_redis() -> None:
    world = World()
    store = world.process()
    await store.put("k", kept())
    world.break_()
    assert await store.get("k", fresh_after=NOON - timedelta(minutes=5)) is not None
    assert world.failures == 0


@turned
async def test_a_stale_copy_of_the_process_gives_way_to_a_newer_one_of_another() -> None:
    world = World()
    one, other = world.process(), world.process()
    await one.put("k", kept(b"old"))
    await asyncio.sleep(600)
    await other.put("k", kept(b"new", read_at=clock()))
    found = await one.get("k", fresh_after=NOON + timedelta(seconds=1))
    assert found is not None
    assert found.body == b"new"


@turned
async def test_a_purge_is_seen_by_another_process_within_five_seconds() -> None:
    world = World()
    one, other = world.process(), world.process()
    await one.put("k", kept(tags=("kirkanta",)))
    assert await other.get("k", fresh_after=NOON - timedelta(1)) is not None
    assert await one.purge("kirkanta")
    await asyncio.sleep(5)
    assert await other.get("k", fresh_after=NOON - timedelta(1)) is None


@turned
async def test_a_broken_redis_is_a_slow_redis_and_said_once(caplog: pytest.LogCaptureFixture) -> None:
    world = World()
    store = world.process()
    world.break_()
    with caplog.at_level(logging.INFO, logger="hub.cache.shared"):
        for n in range(5):
            await store.put(f"k{n}", kept())
            assert await store.get(f"k{n}", fresh_after=NOON) == kept()
            await asyncio.sleep(6)
        assert not await store.purge("kirkanta")
        world.break_(broken=False)
        await asyncio.sleep(6)
        await store.put("k", kept())
    assert [record.message for record in caplog.records] == ["cache.down", "cache.back"]
    assert world.failures == 1
    assert await world.process().get("k", fresh_after=NOON) is not None


class Hanging(FakeAsyncRedisConnection):
    async def send_command(self, *args: object, **kwargs: object) -> None:
        await asyncio.sleep(3600)


@turned
async def test_a_redis_that_hangs_costs_half_a_second_once_in_a_while() -> None:
    pool = redis.asyncio.ConnectionPool(connection_class=Hanging, server=fakeredis.FakeServer())
    store = open_store("redis://cache.example", clock=clock, monotonic=monotonic, sleep=asyncio.sleep, pool=pool)
    for n in range(10):
        assert await store.get(f"k{n}", fresh_after=NOON) is None
    assert monotonic() == START + 0.5


@turned
async def test_nonsense_in_redis_is_a_miss() -> None:
    world = World()
    client = redis.asyncio.Redis(
        connection_pool=redis.asyncio.ConnectionPool(connection_class=FakeAsyncRedisConnection, server=world.server)
    )
    await client.set("cityhub:reply1:k", b"\xff\xfe nonsense")
    assert await world.process().get("k", fresh_after=NOON) is None
    await client.set("cityhub:purged:kirkanta", b"yesterday")
    store = world.process()
    await store.put("a", kept(tags=("kirkanta",)))
    assert await store.get("a", fresh_after=NOON) is not None


@turned
async def test_redis_forgets_a_reply_when_it_expires() -> None:
    world = World()
    await world.process().put("k", kept(hours=2))
    client = redis.asyncio.Redis(
        connection_pool=redis.asyncio.ConnectionPool(connection_class=FakeAsyncRedisConnection, server=world.server)
    )
    assert 7_190_000 < await client.pttl("cityhub:reply1:k") <= 7_200_000


@turned
async def test_one_process_has_the_turn_and_the_others_get_what_it_brings() -> None:
    world = World()
    one, other = world.process(), world.process()
    brought = kept(read_at=NOON)

    async def asks() -> None:
        async with one.turn("k", seconds=10) as is_ours:
            assert is_ours
            await asyncio.sleep(2)
            await one.put("k", brought)

    async def waits() -> Kept | None:
        await asyncio.sleep(0.1)
        async with other.turn("k", seconds=10) as is_ours:
            assert not is_ours
            return await other.newer("k", than=NOON - timedelta(1), seconds=10)

    _, found = await asyncio.gather(asks(), waits())
    assert found == brought
    async with other.turn("k", seconds=10) as is_ours:
        assert is_ours


@turned
async def test_a_turn_that_brought_nothing_is_not_waited_for_longer() -> None:
    world = World()
    one, other = world.process(), world.process()

    async def fails() -> None:
        async with one.turn("k", seconds=10):
            await asyncio.sleep(1)

    async def waits() -> None:
        await asyncio.sleep(0.1)
        async with other.turn("k", seconds=10) as is_ours:
            assert not is_ours
            assert await other.newer("k", than=NOON - timedelta(1), seconds=10) is None
        assert monotonic() < START + 1.2

    await asyncio.gather(fails(), waits())


@turned
async def test_without_redis_everyone_has_the_turn() -> None:
    world = World()
    world.break_()
    for store in (alone(), world.process()):
        async with store.turn("k", seconds=10) as first, store.turn("k", seconds=10) as second:
            assert first
            assert second


@turned
async def test_a_lease_that_ran_out_is_not_taken_from_its_next_holder() -> None:
    world = World()
    one, other = world.process(), world.process()
    client = redis.asyncio.Redis(
        connection_pool=redis.asyncio.ConnectionPool(connection_class=FakeAsyncRedisConnection, server=world.server)
    )
    async with one.turn("k", seconds=10):
        await client.delete("cityhub:lease:k")  # as when it runs out
        second = other.turn("k", seconds=10)
        assert await second.__aenter__()
    assert await client.exists("cityhub:lease:k")
    await second.__aexit__(None, None, None)
    assert not await client.exists("cityhub:lease:k")


@given(st.binary(max_size=200), st.dictionaries(st.text(max_size=5), st.text(max_size=5)), st.lists(st.text()))
def test_a_reply_round_trips_through_its_bytes(body: bytes, headers: dict[str, str], tags: list[str]) -> None:
    one = Kept(200, tuple(headers.items()), body, NOON, NOON, tuple(tags))
    assert unpack(pack(one)) == one


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("memory://?max_mb=0", "max_mb"),
        ("memory://?max_mb=lots", "max_mb"),
        ("memory://?size=3", "knows max_mb only, not size"),
        ("memcached://host", "memory://, redis:// or rediss://"),
        ("", "memory://, redis:// or rediss://"),
    ],
)
def test_a_url_that_names_no_cache_says_what_was_expected(url: str, expected: str) -> None:
    with pytest.raises(ValueError, match=expected):
        open_store(url)


def test_a_redis_url_keeps_its_user_password_and_database() -> None:
    for url in ("redis://me:word@cache.example:6380/3?max_mb=8", "rediss://me:word@cache.example:6380/3"):
        shared = open_store(url)._shared
        assert shared is not None
        for client in (shared._client, shared._cache.client):
            told = client.connection_pool.connection_kwargs
            assert (told["username"], told["password"], told["host"], told["port"], told["db"]) == (
                "me",
                "word",
                "cache.example",
                6380,
                3,
            )
    with pytest.raises(ValueError, match="Port could not be cast"):
        open_store("redis://cache.example:port/0")
