"""The real network: aiohttp's client behind httpx's transport (a fifth of the CPU of httpx's own pool)."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from functools import cache

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

from hub.fetch import Source
from hub.transport.addresses import PublicResolver


@cache
def tls() -> ssl.SSLContext:
    """One for all sources: it takes 20 ms to read the certificates. SSL_CERT_FILE and SSL_CERT_DIR are obeyed."""
    return httpx.create_ssl_context()


def real_wire(source: Source) -> httpx.AsyncBaseTransport:
    """Connections to one source. The session is made at the first request, on the loop that sends it."""
    return AiohttpTransport(verify=tls(), trust_env=False, client=session_maker(source))


def public_wire(source: Source) -> httpx.AsyncBaseTransport:
    """The same for an address that somebody else named: not even its own host may be a private one."""
    return AiohttpTransport(verify=tls(), trust_env=False, client=session_maker(source, own=""))


def session_maker(source: Source, own: str | None = None) -> Callable[[], aiohttp.ClientSession]:
    """`own`: the host that may be anywhere; None: that of the source."""
    trusted = httpx.URL(source.url).raw_host.decode("ascii") if own is None else own

    def session() -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=source.concurrent,
                ssl=tls(),
                keepalive_timeout=30,
                resolver=None if source.allow_private else PublicResolver(trusted),
            ),
            cookie_jar=aiohttp.DummyCookieJar(),  # upstreams set cookies for forms; the hub has no session with them
            auto_decompress=False,
            trust_env=False,  # neither proxies nor .netrc from the environment
        )

    return session
