from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import fakeredis
import httpx
import msgspec
import pytest
import redis.asyncio
from fakeredis.aioredis import FakeAsyncRedisConnection
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.cache.store import Store, open_store
from hub.errors import (
    CircuitOpen,
    PayloadChanged,
    UpstreamError,
    UpstreamRefused,
    UpstreamThrottled,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from hub.fetch import Fetch, Reply, Source, get, join, post_graphql
from hub.fetcher import Fetched, Fetcher, key_of
from hub.freshness import Freshness, hours, minutes
from tests.transport.upstream import a_source
from tests.turned import NOON, clock, monotonic, turned

SOURCE = a_source(id="k1", concurrent=8)
OTHER = a_source(id="f1", name="finna", url="https://finna.example/")
KEEPS = Freshness(fresh=minutes(10), while_revalidate=minutes(10), if_error=hours(2), missing=minutes(1))


class Library(msgspec.Struct, frozen=True):
    id: int
    name: str


def library(reply: Reply) -> Library | None:
    return None if reply.status == 404 else reply.json(Library)


def wanted(
    id_: int = 84860,
    *,
    freshness: Freshness = KEEPS,
    source: Source = SOURCE,
    parse: Callable[[Reply], Any] = library,
    tags: tuple[str, ...] = (),
    headers: Mapping[str, str] | None = None,
) -> Fetch[Any]:
    return get(
        source,
        f"library/{id_}",
        {"lang": "fi"},
        parse=parse,
        freshness=freshness,
        statuses={200, 404},
        tags=tags,
        headers=headers,
    )


class Upstream:
    """Answers libraries by id; may be slow, may be ill."""

    def __init__(self) -> None:
        self.asked: list[httpx.Request] = []
        self.ill: httpx.Response | Exception | None = None
        self.seconds = 0.0
        self.name = "Oodi"

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        await asyncio.sleep(self.seconds)
        if isinstance(self.ill, Exception):
            raise self.ill
        if self.ill is not None:
            return httpx.Response(self.ill.status_code, headers=self.ill.headers, content=self.ill.content)
        id_ = int(request.url.path.rpartition("/")[2])
        return httpx.Response(404) if id_ == 0 else httpx.Response(200, json={"id": id_, "name": self.name})


class World:
    def __init__(self, *, cache: Store | None = None, **changes: Any) -> None:
        self.upstream = Upstream()
        source = a_source(id="k1", concurrent=8, **changes)
        self.fetcher = Fetcher(
            {"k1": source, "f1": OTHER},
            wire=httpx.MockTransport(self.upstream),
            cache=cache,
            clock=clock,
            monotonic=monotonic,
            sleep=asyncio.sleep,
            contact="https://hub.example/about",
        )


async def behind() -> None:
    """Let what goes on in the background go on."""
    await asyncio.sleep(1)


@turned
async def test_the_first_asker_waits_for_the_upstream_and_the_second_does_not() -> None:
    world = World()
    first = await world.fetcher.fetch(wanted())
    assert first == Fetched(
        value=Library(84860, "Oodi"),
        read_at=NOON,
        fresh_until=NOON + minutes(10),
        is_stale=False,
        from_cache="miss",
    )
    second = await world.fetcher.fetch(wanted())
    assert second.from_cache == "hit"
    assert second.value is first.value
    assert world.fetcher.requests("k1") == 1


@turned
async def test_the_request_is_what_the_connector_described_and_says_who_asks() -> None:
    world = World()
    await world.fetcher.fetch(wanted())
    request = world.upstream.asked[0]
    assert str(request.url) == "https://library.example/v4/library/84860?lang=fi"
    assert request.headers["user-agent"] == "cityhub/0.1 (+https://hub.example/about)"
    assert request.headers["accept"] == "application/json"
    posted = post_graphql(SOURCE, "{ x }", {"id": 1}, parse=lambda _: 1, freshness=KEEPS, path="library/1")
    await world.fetcher.fetch(posted)
    assert world.upstream.asked[1].method == "POST"
    assert world.upstream.asked[1].content == b'{"query":"{ x }","variables":{"id":1}}'


@turned
async def test_five_hundred_identical_askers_are_one_request() -> None:
    world = World()
    world.upstream.seconds = 1
    answers = await asyncio.gather(*(world.fetcher.fetch(wanted()) for _ in range(500)))
    assert {answer.value.name for answer in answers} == {"Oodi"}
    assert len(world.upstream.asked) == 1


@turned
async def test_a_stale_answer_is_served_at_once_and_renewed_behind_it() -> None:
    world = World()
    await world.fetcher.fetch(wanted())
    world.upstream.name = "Keskustakirjasto Oodi"
    await asyncio.sleep(11 * 60)
    stale = await world.fetcher.fetch(wanted())
    assert (stale.value.name, stale.is_stale, stale.from_cache) == ("Oodi", True, "stale")
    assert stale.fresh_until < clock()
    await behind()
    fresh = await world.fetcher.fetch(wanted())
    assert (fresh.value.name, fresh.is_stale, fresh.from_cache) == ("Keskustakirjasto Oodi", False, "hit")
    assert len(world.upstream.asked) == 2


@turned
async def test_stale_answer_is_served_while_the_upstream_is_down() -> None:
    world = World()
    await world.fetcher.fetch(wanted())
    world.upstream.ill = httpx.ConnectError("refused")
    await asyncio.sleep(3600)
    answer = await world.fetcher.fetch(wanted())
    assert (answer.value.name, answer.is_stale) == ("Oodi", True)
    assert isinstance(answer.error, UpstreamUnavailable)
    assert answer.read_at == NOON


@turned
async def test_what_is_too_old_even_for_an_emergency_is_an_error() -> None:
    world = World()
    await world.fetcher.fetch(wanted())
    world.upstream.ill = httpx.Response(500)
    await asyncio.sleep(3 * 3600)
    with pytest.raises(UpstreamUnavailable, match="kirkanta failed with 500: GET /library/84860"):
        await world.fetcher.fetch(wanted())


@turned
async def test_none_is_kept_shortly_and_never_claimed_of_a_source_that_is_down() -> None:
    world = World()
    assert (await world.fetcher.fetch(wanted(0))).value is None
    await asyncio.sleep(59)
    assert (await world.fetcher.fetch(wanted(0))).from_cache == "hit"
    await asyncio.sleep(2)
    world.upstream.ill = httpx.Response(500)
    with pytest.raises(UpstreamUnavailable):
        await world.fetcher.fetch(wanted(0))


@pytest.mark.parametrize(
    ("ill", "error", "message"),
    [
        (httpx.Response(500), UpstreamUnavailable, "kirkanta failed with 500: GET /library/84860"),
        (httpx.Response(429), UpstreamThrottled, "kirkanta said that it was asked too often, 429: GET /library/84860"),
        (httpx.Response(403), UpstreamRefused, "kirkanta refused with 403: GET /library/84860"),
        (httpx.Response(304), UpstreamRefused, "kirkanta refused with 304: GET /library/84860"),
        (httpx.ReadTimeout("x"), UpstreamTimeout, "kirkanta did not answer in time: GET /library/84860"),
        (httpx.Response(200, json=[]), PayloadChanged, "kirkanta answered in another shape than we read"),
        (httpx.Response(200, content=b"<html>"), PayloadChanged, "kirkanta answered in another shape than we read"),
    ],
)
def test_every_ill_is_one_of_our_errors_and_is_not_kept(
    ill: httpx.Response | Exception, error: type[UpstreamError], message: str
) -> None:
    @turned
    async def story() -> None:
        world = World()
        world.upstream.ill = ill
        with pytest.raises(error, match=message):
            await world.fetcher.fetch(wanted())
        await asyncio.sleep(60)
        world.upstream.ill = None
        assert (await world.fetcher.fetch(wanted())).from_cache == "miss"
        health = world.fetcher.health("k1")
        assert health.last_error is not None
        assert "example" not in health.last_error

    story()


@turned
async def test_a_429_says_when_to_come_back() -> None:
    world = World()
    world.upstream.ill = httpx.Response(429, headers={"Retry-After": "600"})
    with pytest.raises(UpstreamThrottled) as caught:
        await world.fetcher.fetch(wanted())
    assert caught.value.retry_after == 600


@turned
async def test_a_reply_that_cannot_be_read_leaves_the_last_good_one_serving() -> None:
    world = World()
    await world.fetcher.fetch(wanted())
    world.upstream.ill = httpx.Response(200, json={"changed": True})
    await asyncio.sleep(11 * 60)
    assert (await world.fetcher.fetch(wanted())).value.name == "Oodi"
    await behind()
    await asyncio.sleep(20 * 60)
    answer = await world.fetcher.fetch(wanted())
    assert (answer.value.name, answer.is_stale) == ("Oodi", True)
    assert isinstance(answer.error, PayloadChanged)


@turned
async def test_replies_that_cannot_be_read_open_the_circuit_of_their_source(caplog: pytest.LogCaptureFixture) -> None:
    world = World()
    world.upstream.ill = httpx.Response(200, json=[])
    with caplog.at_level(logging.INFO, logger="hub.exchange"):
        for id_ in range(1, 12):
            with pytest.raises(UpstreamError):
                await world.fetcher.fetch(wanted(id_))
        with pytest.raises(CircuitOpen):
            await world.fetcher.fetch(wanted(99))
    assert world.fetcher.health("k1").state == "open"
    assert world.fetcher.health("k1").error_rate == 1
    assert [record.message for record in caplog.records] == ["upstream.changed", "upstream.down"]


@turned
async def test_an_error_that_parse_did_not_foresee_is_a_changed_payload_and_its_text_is_not_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def careless(reply: Reply) -> str:
        raise KeyError(reply.text())

    world = World()
    world.upstream.name = "Matti"
    with caplog.at_level(logging.INFO), pytest.raises(PayloadChanged, match="KeyError while reading it"):
        await world.fetcher.fetch(wanted(parse=careless))
    assert "upstream.unforeseen" in [record.message for record in caplog.records]
    assert not any("Matti" in f"{vars(record)}" for record in caplog.records)


@turned
async def test_one_source_down_does_not_touch_another() -> None:
    world = World()
    world.upstream.ill = httpx.ConnectError("refused")
    for id_ in range(1, 15):
        with pytest.raises(UpstreamError):
            await world.fetcher.fetch(wanted(id_))
    world.upstream.ill = None
    assert world.fetcher.health("k1").state == "open"
    assert (await world.fetcher.fetch(wanted(source=OTHER))).value.name == "Oodi"


@turned
async def test_a_recovery_is_seen_within_half_a_minute_and_said_once(caplog: pytest.LogCaptureFixture) -> None:
    world = World()
    world.upstream.ill = httpx.Response(500)
    with caplog.at_level(logging.INFO, logger="hub.exchange"):
        for id_ in range(1, 100):
            with pytest.raises(UpstreamError):
                await world.fetcher.fetch(wanted(id_))
            await asyncio.sleep(1)
        world.upstream.ill = None
        recovered = monotonic()
        answers = 0
        while answers < 3:
            try:
                await world.fetcher.fetch(wanted(1000 + int(monotonic())))
                answers += 1
            except CircuitOpen:
                await asyncio.sleep(1)
            else:
                await asyncio.sleep(0.5)
    assert monotonic() - recovered <= 30
    assert [record.message for record in caplog.records] == ["upstream.down", "upstream.back"]
    assert world.fetcher.health("k1").state == "closed"


@turned
async def test_who_has_no_time_left_gets_what_is_there() -> None:
    world = World()
    await world.fetcher.fetch(wanted())
    world.upstream.seconds = 3
    await asyncio.sleep(3600)
    began = monotonic()
    answer = await world.fetcher.fetch(wanted(), deadline=began + 1)
    assert monotonic() == began + 1
    assert answer.is_stale
    assert isinstance(answer.error, UpstreamTimeout)
    await behind()
    await behind()
    assert (await world.fetcher.fetch(wanted())).from_cache == "hit", "the request went on for the next asker"


@turned
async def test_a_deadline_that_has_passed_asks_nobody() -> None:
    world = World()
    with pytest.raises(UpstreamTimeout, match="GET /library/84860"):
        await world.fetcher.fetch(wanted(), deadline=monotonic() - 1)
    assert world.upstream.asked == []


@turned
async def test_an_impatient_asker_does_not_cut_the_patient_one_short() -> None:
    world = World()
    world.upstream.seconds = 2
    hasty = asyncio.create_task(world.fetcher.fetch(wanted(), deadline=monotonic() + 1))
    patient = asyncio.create_task(world.fetcher.fetch(wanted(), deadline=monotonic() + 4))
    with pytest.raises(UpstreamTimeout):
        await hasty
    assert (await patient).value.name == "Oodi"
    assert len(world.upstream.asked) == 1


def both(values: Sequence[Library]) -> tuple[str, ...]:
    return tuple(value.name for value in values)


@turned
async def test_joined_parts_are_asked_together_kept_apart_and_as_old_as_the_oldest() -> None:
    world = World()
    world.upstream.seconds = 1
    began = monotonic()
    first = await world.fetcher.fetch(join([wanted(1), wanted(2)], merge=both))
    assert monotonic() == began + 1
    assert first.value == ("Oodi", "Oodi")
    await asyncio.sleep(9 * 60)
    mixed = await world.fetcher.fetch(join([wanted(2), wanted(3)], merge=both))
    assert mixed.from_cache == "miss"
    assert mixed.read_at == first.read_at
    assert mixed.fresh_until == first.fresh_until
    assert len(world.upstream.asked) == 3


@turned
async def test_a_joined_value_is_stale_if_a_part_is_and_fails_with_its_part() -> None:
    world = World()
    await world.fetcher.fetch(wanted(1))
    await asyncio.sleep(3600)
    await world.fetcher.fetch(wanted(2))
    world.upstream.ill = httpx.Response(500)
    answer = await world.fetcher.fetch(join([wanted(1), wanted(2)], merge=both))
    assert answer.is_stale
    assert isinstance(answer.error, UpstreamUnavailable)
    with pytest.raises(UpstreamUnavailable) as caught:
        await world.fetcher.fetch(join([wanted(2), wanted(3)], merge=both))
    assert str(caught.value) == "kirkanta failed with 500: GET /library/3"


@turned
async def test_a_connector_that_reads_one_reply_in_two_ways_gets_both() -> None:
    def name(reply: Reply) -> str:
        return reply.json(Library).name

    world = World()
    assert (await world.fetcher.fetch(wanted())).value == Library(84860, "Oodi")
    answer = await world.fetcher.fetch(wanted(parse=name))
    assert (answer.value, answer.from_cache) == ("Oodi", "hit")
    world.upstream.seconds = 1
    one, other = await asyncio.gather(world.fetcher.fetch(wanted(5)), world.fetcher.fetch(wanted(5, parse=name)))
    assert (one.value, other.value) == (Library(5, "Oodi"), "Oodi")
    assert len(world.upstream.asked) == 2


@turned
async def test_a_purged_reply_is_asked_anew() -> None:
    world = World()
    for tag in ("k1", "kirkanta", "library:84860"):
        await world.fetcher.fetch(wanted(tags=("library:84860",)))
        await asyncio.sleep(1)
        assert await world.fetcher.purge(tag)
        assert (await world.fetcher.fetch(wanted(tags=("library:84860",)))).from_cache == "miss"
        await asyncio.sleep(1)


@turned
async def test_a_harvest_reads_past_the_cache_each_time() -> None:
    world = World()
    for _ in range(3):
        assert await world.fetcher.read(wanted()) == Library(84860, "Oodi")
    assert await world.fetcher.read(join([wanted(1), wanted(2)], merge=both)) == ("Oodi", "Oodi")
    assert len(world.upstream.asked) == 5


@turned
async def test_a_harvest_waits_for_the_pace_however_long_and_a_look_up_does_not() -> None:
    world = World(per_minute=2)
    await world.fetcher.read(wanted(1))
    began = monotonic()
    await world.fetcher.read(wanted(2))
    assert monotonic() - began >= 30
    await world.fetcher.fetch(wanted(3))
    with pytest.raises(UpstreamError):
        await world.fetcher.fetch(wanted(4), deadline=monotonic() + 2)


@turned
async def test_a_harvest_of_a_source_that_is_down_says_so() -> None:
    world = World()
    world.upstream.ill = httpx.Response(503)
    with pytest.raises(UpstreamUnavailable):
        await world.fetcher.read(wanted())
    world.upstream.ill = httpx.Response(200, json=[])
    with pytest.raises(PayloadChanged):
        await world.fetcher.read(wanted())


@turned
async def test_health_tells_how_a_source_has_been() -> None:
    world = World()
    assert world.fetcher.health("k1").error_rate is None
    world.upstream.seconds = 0.25
    for id_ in range(1, 4):
        await world.fetcher.fetch(wanted(id_))
    world.upstream.ill = httpx.Response(404)
    await asyncio.sleep(60)
    world.upstream.ill = httpx.Response(403)
    with pytest.raises(UpstreamRefused):
        await world.fetcher.fetch(wanted(4))
    health = world.fetcher.health("k1")
    assert health.state == "closed"
    assert health.requests == 4
    assert health.last_success_at == NOON + timedelta(seconds=0.75)
    assert health.last_error_at == NOON + timedelta(seconds=61)
    assert health.last_error == "kirkanta refused with 403: GET /library/4"
    assert health.error_rate == 0
    assert health.p50_ms == pytest.approx(250)
    assert health.p95_ms == pytest.approx(250)


@turned
async def test_two_processes_with_one_redis_send_one_request() -> None:
    server = fakeredis.FakeServer()

    def process() -> World:
        pool = redis.asyncio.ConnectionPool(connection_class=FakeAsyncRedisConnection, server=server)
        return World(cache=open_store("redis://c", clock=clock, monotonic=monotonic, sleep=asyncio.sleep, pool=pool))

    one, other = process(), process()
    one.upstream.seconds = other.upstream.seconds = 1
    answers = await asyncio.gather(*(world.fetcher.fetch(wanted()) for world in (one, other) for _ in range(32)))
    assert {answer.value.name for answer in answers} == {"Oodi"}
    assert len(one.upstream.asked) + len(other.upstream.asked) == 1
    await asyncio.sleep(3600)
    server.connected = False
    assert (await one.fetcher.fetch(wanted())).from_cache == "miss", "a broken Redis is a slow Redis"


@turned
async def test_metrics_tell_hits_misses_and_failures_by_source() -> None:
    world = World()
    await world.fetcher.fetch(wanted())
    await world.fetcher.fetch(wanted())
    world.upstream.ill = httpx.Response(400)
    with pytest.raises(UpstreamRefused):
        await world.fetcher.fetch(wanted(5))
    text = world.fetcher.metrics.render().decode()
    for result in ("hit", "miss", "failed"):
        assert f'cityhub_lookups_total{{result="{result}",source="kirkanta"}} 1.0' in text


@turned
async def test_closing_ends_what_is_under_way_and_closes_the_wires_it_made() -> None:
    closed: list[str] = []

    class Wire(httpx.AsyncBaseTransport):
        def __init__(self, source: Source) -> None:
            self.source = source

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            await asyncio.sleep(3)
            return httpx.Response(200, json={"id": 1, "name": "x"})

        async def aclose(self) -> None:
            closed.append(self.source.id)

    fetcher = Fetcher({"k1": SOURCE, "f1": OTHER}, wire=Wire, clock=clock, monotonic=monotonic)
    asker = asyncio.create_task(fetcher.fetch(wanted()))
    await asyncio.sleep(1)
    await fetcher.aclose()
    assert closed == ["k1"]
    await asyncio.gather(asker, return_exceptions=True)
    assert asker.cancelled()
    assert len(asyncio.all_tasks()) == 1


def test_the_key_holds_what_may_change_the_answer_and_nothing_else() -> None:
    keys = {
        key_of(wanted()),
        key_of(wanted(2)),
        key_of(wanted(source=OTHER)),
        key_of(wanted(headers={"Accept-Language": "sv"})),
        key_of(post_graphql(SOURCE, "{ a }", {}, parse=library, freshness=KEEPS)),
        key_of(post_graphql(SOURCE, "{ b }", {}, parse=library, freshness=KEEPS)),
    }
    assert len(keys) == 6
    assert key_of(wanted(headers={"Cookie": "csrftoken=a", "X-CSRFToken": "a"})) == key_of(wanted())
    assert all(len(key) < 40 for key in keys)


steps = st.lists(
    st.tuples(st.floats(0, 5000), st.sampled_from(["well", "down", "garbled", "slow"]), st.integers(1, 3)),
    min_size=1,
    max_size=30,
)


@given(steps, st.integers(1, 900), st.integers(0, 900), st.integers(0, 4000))
@settings(deadline=None, max_examples=60)
def test_nothing_is_ever_served_that_is_older_than_its_freshness_allows(
    story: list[tuple[float, str, int]], fresh: int, behind_: int, if_error: int
) -> None:
    keeps = Freshness(
        fresh=timedelta(seconds=fresh),
        while_revalidate=timedelta(seconds=behind_),
        if_error=timedelta(seconds=if_error),
    )

    @turned
    async def run() -> None:
        world = World()
        for gap, state, id_ in story:
            await asyncio.sleep(gap)
            ills: dict[str, httpx.Response | Exception] = {
                "down": httpx.ConnectError("x"),
                "garbled": httpx.Response(200, content=b"["),
            }
            world.upstream.ill = ills.get(state)
            world.upstream.seconds = 30 if state == "slow" else 0
            asked_at = clock()
            try:
                answer = await world.fetcher.fetch(wanted(id_, freshness=keeps), deadline=monotonic() + 2)
            except UpstreamError:
                continue
            age = asked_at - answer.read_at
            assert answer.is_stale == (age >= keeps.fresh)
            assert age < keeps.fresh + max(keeps.while_revalidate, keeps.if_error)
            assert answer.error is None or answer.is_stale
        await world.fetcher.aclose()

    run()
