from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable

import aiohttp
import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.errors import PayloadChanged, UpstreamRefused, UpstreamTimeout, UpstreamUnavailable
from hub.transport.addresses import PrivateAddress
from hub.transport.guard import Expander, Guard, TooLarge, Truncated
from tests.transport.upstream import Pieces, a_request, a_source
from tests.turned import turned

PLAIN = json.dumps([{"id": n, "name": f"Kirjasto {n * n}"} for n in range(500)]).encode()
BARE = zlib.compressobj(wbits=-15)
CODED = {
    "gzip": gzip.compress(PLAIN),
    "x-gzip": gzip.compress(PLAIN),
    "deflate": zlib.compress(PLAIN),
    "identity": PLAIN,
}


def guard(body: bytes | Pieces, coding: str | None = None, **headers: str) -> Guard:
    told = {} if coding is None else {"Content-Encoding": coding}
    stream = Pieces([body]) if isinstance(body, bytes) else body
    wire = httpx.MockTransport(lambda _: httpx.Response(200, headers=told | headers, stream=stream))
    return Guard(wire, source=a_source())


@pytest.mark.parametrize("coding", CODED)
def test_a_whole_reply_comes_out_plain_and_loses_the_headers_of_its_coding(coding: str) -> None:
    @turned
    async def story() -> None:
        body = CODED[coding]
        pieces = Pieces([body[:1], body[1:10], body[10:]])
        answer = await guard(
            pieces, coding, **{"Content-Length": str(len(body)), "Content-Type": "application/json"}
        ).handle_async_request(a_request())
        assert answer.content == PLAIN
        assert answer.headers["content-type"] == "application/json"
        assert "content-encoding" not in answer.headers
        assert pieces.closed

    story()


@turned
async def test_bare_deflate_and_gzip_of_several_members_are_read() -> None:
    bare = BARE.compress(PLAIN) + BARE.flush()
    assert (await guard(bare, "deflate").handle_async_request(a_request())).content == PLAIN
    members = gzip.compress(PLAIN[:100]) + gzip.compress(PLAIN[100:])
    assert (await guard(members, "gzip").handle_async_request(a_request())).content == PLAIN


@given(st.binary(max_size=3000), st.sampled_from(["gzip", "deflate"]), st.data())
@settings(deadline=None)
def test_however_a_stream_is_cut_into_pieces_it_is_the_same_and_cut_short_it_is_refused(
    plain: bytes, coding: str, data: st.DataObject
) -> None:
    coded = gzip.compress(plain) if coding == "gzip" else zlib.compress(plain)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(coded)), max_size=5)))
    expander = Expander(coding, most=1 << 20, ratio=100)
    for start, end in zip([0, *cuts], [*cuts, len(coded)], strict=True):
        expander.feed(coded[start:end])
    assert expander.end() == plain
    short = Expander(coding, most=1 << 20, ratio=100)
    short.feed(coded[: data.draw(st.integers(1, len(coded) - 1))])
    with pytest.raises(Truncated):
        short.end()


@given(st.binary(min_size=1, max_size=2000), st.sampled_from(["gzip", "deflate"]))
def test_any_bytes_are_expanded_or_refused(body: bytes, coding: str) -> None:
    expander = Expander(coding, most=1 << 20, ratio=100)
    try:
        expander.feed(body)
        expander.end()
    except (Truncated, TooLarge):
        return


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_truncated_stream_is_an_unavailable_upstream_though_httpx_would_take_it(coding: str) -> None:
    @turned
    async def story() -> None:
        with pytest.raises(UpstreamUnavailable, match="was cut short: GET /library/84860"):
            await guard(CODED[coding][:-9], coding).handle_async_request(a_request())

    story()


@turned
async def test_a_body_shorter_than_announced_is_unavailable() -> None:
    with pytest.raises(UpstreamUnavailable, match="cut short"):
        await guard(PLAIN[:-1], **{"Content-Length": str(len(PLAIN))}).handle_async_request(a_request())


@turned
async def test_what_is_announced_too_large_is_not_read_at_all() -> None:
    pieces = Pieces([b"x"])
    with pytest.raises(PayloadChanged, match="larger than 10485760 bytes"):
        await guard(pieces, **{"Content-Length": "10485761"}).handle_async_request(a_request())
    assert pieces.given == 0


@turned
async def test_reading_stops_at_the_limit_on_the_wire() -> None:
    pieces = Pieces([bytes(1 << 20)] * 100)
    with pytest.raises(PayloadChanged, match="larger than"):
        await guard(pieces).handle_async_request(a_request())
    assert pieces.given == 11
    assert pieces.closed


@turned
async def test_a_bomb_is_put_down_before_it_expands() -> None:
    bomb = gzip.compress(bytes(200 << 20), 1)
    pieces = Pieces([bomb[at : at + 16384] for at in range(0, len(bomb), 16384)])
    with pytest.raises(PayloadChanged, match="expands more than 100 times"):
        await guard(pieces, "gzip").handle_async_request(a_request())
    assert pieces.given == 1


def test_the_expanded_limit_holds_where_the_ratio_does_not_bite() -> None:
    expander = Expander("gzip", most=1 << 16, ratio=100)
    with pytest.raises(TooLarge, match="larger than 65536 bytes when expanded"):
        expander.feed(gzip.compress(bytes(range(256)) * 1024))


@pytest.mark.parametrize("coding", ["br", "gzip, gzip", "zstd"])
def test_a_coding_that_was_not_asked_for_is_refused(coding: str) -> None:
    @turned
    async def story() -> None:
        with pytest.raises(PayloadChanged, match="encoded"):
            await guard(b"x", coding).handle_async_request(a_request())

    story()


@turned
async def test_only_what_can_be_read_is_asked_for() -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["accept-encoding"])
        return httpx.Response(204)

    reply = await Guard(httpx.MockTransport(answer), source=a_source()).handle_async_request(a_request())
    assert seen == ["gzip, deflate"]
    assert reply.content == b""


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("foreign", "ours", "message"),
    [
        (httpx.ReadTimeout("10.0.0.1"), UpstreamTimeout, "kirkanta did not answer in time: GET /library/84860"),
        (httpx.ConnectError("Cannot connect to host 10.0.0.1:80"), UpstreamUnavailable, "could not be reached"),
        (httpx.RemoteProtocolError("x"), UpstreamUnavailable, "broke the connection"),
        (aiohttp.ServerDisconnectedError(), UpstreamUnavailable, "broke the connection"),
        (ConnectionResetError("x"), UpstreamUnavailable, "broke the connection"),
        # httpx-aiohttp's word for a reset:
        (caused(httpx.ConnectTimeout("x"), aiohttp.ServerDisconnectedError()), UpstreamUnavailable, "broke the"),
        (caused(httpx.ConnectTimeout("x"), aiohttp.ConnectionTimeoutError()), UpstreamTimeout, "in time"),
        (caused(httpx.ConnectError("x"), PrivateAddress("x")), UpstreamRefused, "not public"),
        (httpx.UnsupportedProtocol("ftp"), UpstreamRefused, "such an address"),
    ],
)
def test_foreign_errors_become_ours_without_an_address(foreign: Exception, ours: type[Exception], message: str) -> None:
    @turned
    async def story() -> None:
        def answer(_: httpx.Request) -> httpx.Response:
            raise foreign

        with pytest.raises(ours, match=message) as caught:
            await Guard(httpx.MockTransport(answer), source=a_source()).handle_async_request(
                a_request("library/84860?key=secret")
            )
        assert "10.0.0.1" not in str(caught.value)
        assert "secret" not in str(caught.value)
        assert "example" not in str(caught.value)

    story()


def breaking(error: Exception) -> Callable[[httpx.Request], httpx.Response]:
    class Breaks(Pieces):
        async def aclose(self) -> None:
            raise error

    return lambda _: httpx.Response(200, stream=Breaks([PLAIN]))


@turned
async def test_an_error_in_the_midst_of_a_body_is_translated_too() -> None:
    wire = httpx.MockTransport(breaking(httpx.ReadError("x")))
    with pytest.raises(UpstreamUnavailable):
        await Guard(wire, source=a_source()).handle_async_request(a_request())


@turned
async def test_of_a_feed_s_address_nothing_is_told() -> None:
    source = a_source(url="https://cal.example/private-0f3a/basic.ics")
    wire = httpx.MockTransport(lambda _: httpx.Response(200, content=b"x", headers={"Content-Encoding": "br"}))
    with pytest.raises(PayloadChanged) as caught:
        await Guard(wire, source=source).handle_async_request(httpx.Request("GET", source.url))
    assert "0f3a" not in str(caught.value)
