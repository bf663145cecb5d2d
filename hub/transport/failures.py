"""Foreign exceptions into ours, at the one edge where they enter. Messages name method and path, never an address."""

from __future__ import annotations

import aiohttp
import httpx

from hub.errors import UpstreamError, UpstreamRefused, UpstreamTimeout, UpstreamUnavailable
from hub.fetch import Source
from hub.transport.addresses import PrivateAddress
from hub.transport.call import asked

# httpx's own, what httpx-aiohttp 0.2 lets through untranslated, and the operating system's.
FOREIGN = (httpx.TransportError, httpx.InvalidURL, aiohttp.ClientError, OSError)


def translated(error: Exception, source: Source, request: httpx.Request) -> UpstreamError:
    what = asked(source, request)
    causes = causes_of(error)
    if any(isinstance(cause, PrivateAddress) for cause in causes):
        return UpstreamRefused(f"{source.name} points at an address that is not public: {what}", source=source.name)
    if isinstance(error, httpx.UnsupportedProtocol | httpx.InvalidURL):
        return UpstreamRefused(f"{source.name} cannot be asked at such an address: {what}", source=source.name)
    # httpx-aiohttp 0.2 reports a reset and a refused connection as a ConnectTimeout: only what has a TimeoutError
    # somewhere below it is one.
    if isinstance(error, httpx.TimeoutException) and (
        len(causes) == 1 or any(isinstance(cause, TimeoutError) for cause in causes)
    ):
        return UpstreamTimeout(f"{source.name} did not answer in time: {what}", source=source.name)
    if isinstance(error, TimeoutError):
        return UpstreamTimeout(f"{source.name} did not answer in time: {what}", source=source.name)
    if any(isinstance(cause, httpx.ConnectError | aiohttp.ClientConnectorError) for cause in causes):
        return UpstreamUnavailable(f"{source.name} could not be reached: {what}", source=source.name)
    return UpstreamUnavailable(f"{source.name} broke the connection: {what}", source=source.name)


def causes_of(error: BaseException) -> list[BaseException]:
    """The error and what it was raised from, outermost first."""
    causes: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and len(causes) < 10:
        causes.append(cause)
        cause = cause.__cause__
    return causes
