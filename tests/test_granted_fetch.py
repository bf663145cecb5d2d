"""Sources that are asked with a token: when it is asked for, how long it is kept, and that nobody else sees it."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import Any

import httpx
import msgspec
import pytest

from hub.cache.store import Store
from hub.errors import NoCredentials, PayloadChanged, UpstreamError, UpstreamRefused
from hub.fetch import Credentials, Fetch, Grant, Reply, Request, Token, get
from hub.fetcher import Fetcher
from hub.freshness import Freshness, minutes
from tests.transport.upstream import a_source
from tests.turned import clock, monotonic, turned

SOURCE = a_source(id="s1", name="sierra", concurrent=8)
SECRET = "top:secret"


class Lent(msgspec.Struct):
    token: str
    seconds: int


class Upstream:
    """Lends tokens t1, t2, … and answers what is asked with one that it has not taken back."""

    def __init__(self, seconds: int = 3600) -> None:
        self.seconds = seconds
        self.lent = 0
        self.taken_back: set[str] = set()
        self.accepts = True
        self.asked: list[str] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(f"{request.method} {request.url.path.rpartition('/')[2]}")
        await asyncio.sleep(0.1)
        given = request.headers.get("authorization", "")
        if request.url.path.endswith("/token"):
            if given != SECRET or not self.accepts:
                return httpx.Response(401)
            self.lent += 1
            return httpx.Response(200, json={"token": f"t{self.lent}", "seconds": self.seconds})
        good = given.startswith("Bearer t") and given.removeprefix("Bearer ") not in self.taken_back
        return httpx.Response(200 if good else 401, json={"name": request.url.path})


def lent(reply: Reply) -> Token:
    given = reply.json(Lent)
    return Token(value=given.token, keeps=timedelta(seconds=given.seconds))


def ask(credentials: str) -> Request:
    return Request(method="POST", url=f"{SOURCE.url}token", headers=(("Authorization", credentials),))


GRANT = Grant(credentials=Credentials(variable="SIERRA"), ask=ask, read=lent)


def wanted(path: str) -> Fetch[Any]:
    fetch = get(SOURCE, path, parse=lambda reply: reply.json(dict[str, str]), freshness=Freshness(minutes(1)))
    return msgspec.structs.replace(fetch, grant=GRANT)


def fetcher(upstream: Upstream, credentials: str | None = SECRET, cache: Store | None = None) -> Fetcher:
    return Fetcher(
        {"s1": SOURCE},
        wire=httpx.MockTransport(upstream),
        cache=cache,
        clock=clock,
        monotonic=monotonic,
        sleep=asyncio.sleep,
        credentials=lambda place: credentials if place == GRANT.credentials else None,
    )


@turned
async def test_one_token_serves_all_that_ask_at_once_and_later() -> None:
    upstream = Upstream()
    hub = fetcher(upstream)
    await asyncio.gather(*(hub.fetch(wanted(f"items{number}")) for number in range(5)))
    await hub.fetch(wanted("more"))

    assert upstream.asked.count("POST token") == 1
    assert len(upstream.asked) == 7
    await hub.aclose()


@turned
async def test_a_token_is_renewed_a_minute_before_its_end() -> None:
    upstream = Upstream(seconds=600)
    hub = fetcher(upstream)
    await hub.fetch(wanted("a"))
    await asyncio.sleep(530)
    await hub.fetch(wanted("b"))
    assert upstream.lent == 1
    await asyncio.sleep(15)
    await hub.fetch(wanted("c"))

    assert upstream.lent == 2
    assert upstream.asked.count("GET c") == 1
    await hub.aclose()


@turned
async def test_a_token_that_was_taken_back_is_renewed_once_and_the_question_repeated() -> None:
    upstream = Upstream()
    hub = fetcher(upstream)
    await hub.fetch(wanted("a"))
    upstream.taken_back.add("t1")
    await asyncio.gather(hub.fetch(wanted("b")), hub.fetch(wanted("c")))

    assert upstream.lent == 2
    assert [upstream.asked.count(f"GET {path}") for path in "bc"] == [2, 2]
    upstream.taken_back |= {"t2", "t3"}
    with pytest.raises(UpstreamRefused):
        await hub.fetch(wanted("d"))
    assert upstream.asked.count("GET d") == 2
    await hub.aclose()


@turned
async def test_without_credentials_nothing_is_sent() -> None:
    upstream = Upstream()
    hub = fetcher(upstream, credentials=None)
    with pytest.raises(NoCredentials, match="the variable SIERRA"):
        await hub.fetch(wanted("a"))

    assert upstream.asked == []
    assert hub.health("s1").last_error is None
    await hub.aclose()


@turned
async def test_refused_credentials_are_not_tried_again_for_a_minute() -> None:
    upstream = Upstream()
    upstream.accepts = False
    hub = fetcher(upstream)
    for path in "abc":
        with pytest.raises(UpstreamRefused, match="401"):
            await hub.fetch(wanted(path))
    assert upstream.asked == ["POST token"]
    upstream.accepts = True
    await asyncio.sleep(61)
    await hub.fetch(wanted("a"))

    assert upstream.asked == ["POST token", "POST token", "GET a"]
    await hub.aclose()


@turned
async def test_neither_secret_nor_token_is_in_the_cache_the_log_or_an_error() -> None:
    kept: list[tuple[str, Any]] = []

    class Watched(Store):
        async def put(self, key: str, value: Any) -> None:
            kept.append((key, value))
            await super().put(key, value)

    upstream = Upstream()
    logged: list[logging.LogRecord] = []
    handler = logging.Handler(logging.DEBUG)
    handler.emit = logged.append  # type: ignore[assignment,method-assign]  # the handler keeps what it is given
    logging.getLogger("hub").addHandler(handler)
    hub = fetcher(upstream, cache=Watched(1 << 20, clock=clock, monotonic=monotonic, sleep=asyncio.sleep))
    errors: list[UpstreamError] = []
    try:
        await hub.fetch(wanted("a"))
        upstream.taken_back |= {f"t{number}" for number in range(9)}
        with pytest.raises(UpstreamRefused) as refused:
            await hub.fetch(wanted("b"))
        errors.append(refused.value)
        upstream.accepts = False
        with pytest.raises(UpstreamRefused) as refused:
            await hub.fetch(wanted("c"))
        errors.append(refused.value)
    finally:
        logging.getLogger("hub").removeHandler(handler)

    assert len(kept) == 1
    everything = " ".join(
        [
            f"{kept}",
            *(f"{record.getMessage()} {record.__dict__}" for record in logged),
            *(f"{error} {error!r}" for error in errors),
            f"{hub.health('s1')}",
        ]
    )
    assert "secret" not in everything
    assert "Bearer" not in everything
    assert "t1'" not in everything
    await hub.aclose()


@turned
async def test_a_reply_that_is_no_token_is_a_changed_payload_and_nothing_is_asked_without_one() -> None:
    async def no_token(request: httpx.Request) -> httpx.Response:
        assert request.url.path.endswith("token")
        return httpx.Response(200, json={"sneaky": "value"})

    hub = Fetcher(
        {"s1": SOURCE},
        wire=httpx.MockTransport(no_token),
        clock=clock,
        monotonic=monotonic,
        sleep=asyncio.sleep,
        credentials=lambda _: SECRET,
    )
    with pytest.raises(PayloadChanged):
        await hub.fetch(wanted("a"))
    await hub.aclose()
