"""The tokens that sources lend to those who have credentials: asked for once, shared, renewed before their end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import msgspec

from hub.errors import NoCredentials, UpstreamRefused
from hub.fetch import Credentials, Grant, Request, Source, Token

EARLY = 60.0  # seconds before its end at which a token is renewed; of one that keeps less than two minutes, half
SULK = 60.0  # seconds in which refused credentials are not tried again: a source may lock out who insists


class _Held(msgspec.Struct, frozen=True):
    token: Token
    until: float


class _Refused(msgspec.Struct, frozen=True):
    message: str
    status: int | None
    until: float


class Tokens:
    """One for a fetcher. `credentials`: what stands at the place that a source names; None: nothing."""

    def __init__(self, *, credentials: Callable[[Credentials], str | None], monotonic: Callable[[], float]) -> None:
        self._credentials = credentials
        self._monotonic = monotonic
        self._held: dict[str, _Held] = {}
        self._refused: dict[str, _Refused] = {}
        self._turns: dict[str, asyncio.Lock] = {}

    async def token(
        self,
        source: Source,
        grant: Grant,
        ask: Callable[[Request], Awaitable[Token]],
        *,
        instead_of: Token | None = None,
    ) -> Token:
        """The one that is held, else a new one by `ask`. `instead_of`: one that the source has just refused.

        NoCredentials where none are configured; whatever `ask` raises.
        """
        async with self._turns.setdefault(source.id, asyncio.Lock()):
            held = self._held.get(source.id)
            if held is not None and held.token is not instead_of and self._monotonic() < held.until:
                return held.token
            refused = self._refused.get(source.id)
            if refused is not None and self._monotonic() < refused.until:
                raise UpstreamRefused(refused.message, source=source.name, status=refused.status)
            given = self._credentials(grant.credentials)
            if given is None:
                raise NoCredentials(
                    f"{source.name} wants credentials, and there are none: {grant.credentials.told}", source=source.name
                )
            try:
                token = await ask(grant.ask(given))
            except UpstreamRefused as error:
                self._refused[source.id] = _Refused(f"{error}", error.status, self._monotonic() + SULK)
                raise
            seconds = token.keeps.total_seconds()
            self._held[source.id] = _Held(token, self._monotonic() + max(seconds - EARLY, seconds / 2))
            return token
