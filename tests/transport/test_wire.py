"""The real wire against a real socket on this machine: what only aiohttp itself can show."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
import pytest

from hub.errors import UpstreamRefused, UpstreamUnavailable
from hub.fetch import Source
from hub.transport.guard import Guard
from hub.transport.origin import SameOrigin
from hub.transport.wire import real_wire
from tests.transport.upstream import a_source

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serving(answer: bytes, heads: list[bytes] | None = None) -> AsyncIterator[Source]:
    """A server that gives these bytes to whoever connects, and then closes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if heads is not None:
            heads.append(head)
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield a_source(url=f"http://127.0.0.1:{port}/v1/", timeout=timedelta(seconds=5))
    finally:
        server.close()
        await server.wait_closed()


async def ask(source: Source, path: str = "library") -> httpx.Response:
    layers = Guard(SameOrigin(real_wire(source), source=source), source=source)
    try:
        return await layers.handle_async_request(
            httpx.Request("GET", source.url + path, headers={"User-Agent": "cityhub/0.1"})
        )
    finally:
        await layers.aclose()


def reply(body: bytes, *headers: str) -> bytes:
    return "\r\n".join(["HTTP/1.1 200 OK", *headers, "", ""]).encode() + body


async def test_a_gzip_reply_is_read_whole_and_the_request_is_as_we_wrote_it() -> None:
    heads: list[bytes] = []
    body = gzip.compress(b"[1, 2]", mtime=0)
    async with serving(reply(body, "Content-Encoding: gzip", f"Content-Length: {len(body)}"), heads) as source:
        answer = await ask(source, "p%2Fq/?filter%5B%5D=a%20b")
    assert answer.content == b"[1, 2]"
    head = heads[0].decode()
    assert head.startswith("GET /v1/p%2Fq/?filter%5B%5D=a%20b HTTP/1.1\r\n")
    assert "user-agent: cityhub/0.1\r\n" in head.lower()
    assert "accept-encoding: gzip, deflate\r\n" in head.lower()


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n",
        b"not HTTP at all\r\n\r\n",
        reply(gzip.compress(b"[1, 2]" * 100, mtime=0)[:-10], "Content-Encoding: gzip", "Connection: close"),
    ],
)
async def test_a_broken_reply_is_an_unavailable_upstream(answer: bytes) -> None:
    async with serving(answer) as source:
        with pytest.raises(UpstreamUnavailable) as caught:
            await ask(source)
    assert "127.0.0.1" not in str(caught.value)


async def test_nobody_listening_is_an_unavailable_upstream() -> None:
    async with serving(b"") as source:
        pass
    with pytest.raises(UpstreamUnavailable, match="could not be reached"):
        await ask(source)


async def test_cookies_of_an_upstream_are_not_sent_back() -> None:
    heads: list[bytes] = []
    answer = reply(b"{}", "Set-Cookie: csrftoken=abc; Path=/", "Content-Length: 2", "Connection: close")
    async with serving(answer, heads) as source:
        wire = real_wire(source)
        for _ in range(2):
            await Guard(wire, source=source).handle_async_request(httpx.Request("GET", source.url))
        await wire.aclose()
    assert len(heads) == 2
    assert b"csrftoken" not in heads[1]


async def test_a_name_that_leads_inside_is_refused_unless_it_is_the_configured_one() -> None:
    async with serving(reply(b"{}", "Content-Length: 2")) as source:
        port = httpx.URL(source.url).port
        elsewhere = a_source(url="https://library.example/v4/")
        layers = Guard(SameOrigin(real_wire(elsewhere), source=elsewhere), source=elsewhere)
        with pytest.raises(UpstreamRefused, match="not public"):
            await layers.handle_async_request(httpx.Request("GET", f"http://localhost:{port}/v1/"))
        await layers.aclose()
        own = a_source(url=f"http://localhost:{port}/v1/")
        assert (await ask(own)).content == b"{}"
