"""What may come back: so much on the wire, so much expanded, whole to its end. Also the edge where foreign errors end.

httpx accepts a gzip stream that was cut, and expands a bomb to its last byte; so the raw stream is read and expanded
here, and a complete, plain reply is handed out.
"""

from __future__ import annotations

import zlib

import httpx

from hub.errors import PayloadChanged, UpstreamUnavailable
from hub.fetch import Source
from hub.transport.call import asked
from hub.transport.failures import FOREIGN, translated

MEBIBYTE = 1 << 20
PIECE = 1 << 16
EXPANDED, FEED_EXPANDED = 50 * MEBIBYTE, 10 * MEBIBYTE  # a service's longest list, and what a partner's page may be


class TooLarge(ValueError):
    pass


class Truncated(ValueError):
    pass


class Expander:
    """Expands a gzip or deflate stream piece by piece and never holds more than `most` bytes of it.

    `ratio`: how many times larger than on the wire it may be; not looked at below a mebibyte, where a dull but honest
    table may well exceed it.
    """

    def __init__(self, coding: str, *, most: int, ratio: int) -> None:
        self._most = most
        self._ratio = ratio
        self._gzip = coding in {"gzip", "x-gzip"}
        self._inflate: zlib._Decompress | None = zlib.decompressobj(31) if self._gzip else None
        self._start = b""  # of a deflate stream, until its kind can be told
        self._fed = 0
        self._made = bytearray()

    def feed(self, piece: bytes) -> None:
        self._fed += len(piece)
        if self._inflate is None:  # "deflate" is zlib by the RFC, and bare deflate from some servers
            piece = self._start + piece
            if len(piece) < 2:
                self._start = piece
                return
            self._inflate = zlib.decompressobj(15 if is_zlib(piece) else -15)
        rest = piece
        while rest:
            if self._inflate.eof:
                if not self._gzip:
                    raise Truncated("goes on after its end")
                self._inflate = zlib.decompressobj(31)  # a gzip file may have several members
            try:
                self._made += self._inflate.decompress(rest, PIECE)
            except zlib.error as error:
                raise Truncated("is not what its Content-Encoding says") from error
            rest = self._inflate.unconsumed_tail or self._inflate.unused_data
            self._check()
        # what zlib holds back although it has been given everything
        while not self._inflate.eof and (more := self._inflate.decompress(b"", PIECE)):
            self._made += more
            self._check()

    def _check(self) -> None:
        if len(self._made) > self._most:
            raise TooLarge(f"is larger than {self._most} bytes when expanded")
        if len(self._made) > MEBIBYTE and len(self._made) > self._ratio * self._fed:
            raise TooLarge(f"expands more than {self._ratio} times")

    def end(self) -> bytes:
        if self._fed and (self._inflate is None or not self._inflate.eof):
            raise Truncated("was cut short")
        return bytes(self._made)


def is_zlib(start: bytes) -> bool:
    """By RFC 1950: method 8 in the low bits, and the first two bytes a multiple of 31."""
    return start[0] & 0x0F == 8 and (start[0] << 8 | start[1]) % 31 == 0


class Guard(httpx.AsyncBaseTransport):
    """`wire` and `expanded` in bytes. Too much of either is PayloadChanged (asking again gives the same), a cut
    stream UpstreamUnavailable (asking again may give the rest).
    """

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        *,
        source: Source,
        wire: int = 10 * MEBIBYTE,
        expanded: int = EXPANDED,
        ratio: int = 100,
    ) -> None:
        self._inner = inner
        self._source = source
        self._wire = wire
        self._expanded = expanded
        self._ratio = ratio

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.headers["Accept-Encoding"] = "gzip, deflate"
        try:
            response = await self._inner.handle_async_request(request)
            try:
                body = await self._read(response, request)
            finally:
                await response.aclose()
        except FOREIGN as error:
            raise translated(error, self._source, request) from error
        except TooLarge as error:
            raise PayloadChanged(self._message(error, request), source=self._source.name) from error
        except Truncated as error:
            raise UpstreamUnavailable(self._message(error, request), source=self._source.name) from error
        plain = [
            (name, value)
            for name, value in response.headers.multi_items()
            if name not in {"content-encoding", "content-length", "transfer-encoding"}
        ]
        return httpx.Response(response.status_code, headers=plain, content=body, request=request)

    async def _read(self, response: httpx.Response, request: httpx.Request) -> bytes:
        if request.method == "HEAD" or response.status_code in {204, 304}:
            return b""
        announced = response.headers.get("content-length", "")
        length = int(announced) if announced.isascii() and announced.isdigit() and len(announced) < 19 else None
        if length is not None and length > self._wire:
            raise TooLarge(f"is larger than {self._wire} bytes")
        codings = [one.strip().lower() for one in response.headers.get("content-encoding", "").split(",")]
        codings = [one for one in codings if one not in {"", "identity"}]
        if len(codings) > 1 or (codings and codings[0] not in {"gzip", "x-gzip", "deflate"}):
            raise TooLarge(f"comes encoded as {', '.join(codings)[:40]}, which was not asked for")
        expander = Expander(codings[0], most=self._expanded, ratio=self._ratio) if codings else None
        stream = response.stream
        assert isinstance(stream, httpx.AsyncByteStream)
        plain = bytearray()
        count = 0
        async for piece in stream:
            count += len(piece)
            if count > self._wire:
                raise TooLarge(f"is larger than {self._wire} bytes")
            if expander is None:
                plain += piece
            else:
                expander.feed(piece)
        if length is not None and count < length:
            raise Truncated("was cut short")
        return bytes(plain) if expander is None else expander.end()

    def _message(self, error: ValueError, request: httpx.Request) -> str:
        return f"{self._source.name}'s reply {error}: {asked(self._source, request)}"

    async def aclose(self) -> None:
        await self._inner.aclose()
