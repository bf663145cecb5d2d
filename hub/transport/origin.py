"""Where a request may go: the configured origin, public addresses elsewhere, and never away by a redirect."""

from __future__ import annotations

import httpx

from hub.errors import UpstreamRefused
from hub.fetch import Source
from hub.transport.addresses import is_literal, is_public
from hub.transport.call import asked, call_of

SAME_METHOD = {307, 308}
FOR_GOOD = {301, 308}
GET_ONLY = {301, 302, 303}  # browsers turn a POST into a GET here, which would ask something else than we meant


class SameOrigin(httpx.AsyncBaseTransport):
    """Follows at most `redirects` redirects inside one origin (scheme, host and port), or from http to the same host's
    https; any other is refused. Writes down in the call where redirects that are for good led.

    Names are checked when they are resolved (`PublicResolver`); literal addresses never get that far, so here.
    """

    def __init__(self, inner: httpx.AsyncBaseTransport, *, source: Source, redirects: int = 5) -> None:
        self._inner = inner
        self._source = source
        self._redirects = redirects
        self._own = httpx.URL(source.url).host

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._check(request.url, request)
        hop = request
        call = call_of(request)
        call.moved, is_for_good = None, True
        for _ in range(self._redirects + 1):
            response = await self._inner.handle_async_request(hop)
            if response.status_code not in SAME_METHOD | GET_ONLY or "location" not in response.headers:
                return response
            await response.aclose()
            hop = self._next(hop, response, request)
            is_for_good = is_for_good and response.status_code in FOR_GOOD
            call.moved = f"{hop.url}" if is_for_good else None
        raise self._refused("redirects in a circle", request, response.status_code)

    def _next(self, hop: httpx.Request, response: httpx.Response, first: httpx.Request) -> httpx.Request:
        status = response.status_code
        if hop.method not in {"GET", "HEAD"} and status in GET_ONLY:
            raise self._refused("redirects what was not a GET", first, status)
        try:
            url = hop.url.join(response.headers["location"])
        except (httpx.InvalidURL, ValueError) as error:
            raise self._refused("redirects to no address", first, status) from error
        if (url.scheme, url.port, url.host) == ("http", None, first.url.host) and first.url.scheme == "https":
            # a server behind a proxy that ends TLS for it writes its redirects as http: what is meant is itself
            url = url.copy_with(scheme="https", port=first.url.port)
        if origin(url) not in {origin(first.url), ("https", first.url.host, 443)} or url.userinfo:
            raise self._refused(f"redirects to another origin than asked ({status} to {origin_of(url)})", first, status)
        headers = [(name, value) for name, value in first.headers.multi_items() if name != "host"]
        return httpx.Request(
            first.method, url, headers=headers, content=first.content, extensions=dict(first.extensions)
        )

    def _check(self, url: httpx.URL, request: httpx.Request) -> None:
        if url.scheme not in {"http", "https"} or not url.host or url.userinfo:
            raise self._refused("cannot be asked at such an address", request, None)
        if self._source.allow_private or url.host == self._own:
            return
        if is_literal(url.host) and not is_public(url.host):
            raise self._refused("points at an address that is not public", request, None)

    def _refused(self, why: str, request: httpx.Request, status: int | None) -> UpstreamRefused:
        return UpstreamRefused(
            f"{self._source.name} {why}: {asked(self._source, request)}", source=self._source.name, status=status
        )

    async def aclose(self) -> None:
        await self._inner.aclose()


def origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port or {"http": 80, "https": 443}.get(url.scheme)


def origin_of(url: httpx.URL) -> str:
    """As text, without the path: that may be what keeps a feed private."""
    return f"{url.copy_with(userinfo=b'', path='/', query=None, fragment=None)}"[:200].rstrip("/")
