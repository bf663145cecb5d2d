"""The hub over the made city, at a moment that the test chooses: what every story stands on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import msgspec
from starlette.applications import Starlette

from hub.app import create_app, running
from hub.configured import Settings
from hub.demo import sandbox_settings
from hub.domain.city import Hall
from hub.sandbox.server import sandbox

ORIGIN = "http://sandbox.example"
WEDNESDAY = datetime(2026, 11, 18, 8, 0, tzinfo=UTC)  # ten in the morning in Helsinki
USE_DAYS = 60  # of use rates: a year of them would take longer to harvest than all the rest
OPERATIONS = Path(__file__).with_name("operations")


class Answered(msgspec.Struct, frozen=True):
    status: int
    data: dict[str, Any]
    errors: list[dict[str, Any]]


class Caller:
    """Somebody who sends operations. `queries`: statements that the index was asked since the start."""

    def __init__(self, client: httpx.AsyncClient, app: Starlette) -> None:
        self.client = client
        self._app = app

    @property
    def hall(self) -> Hall:
        hall: Hall = self._app.state.hall
        return hall

    @property
    def queries(self) -> int:
        return self.hall.index.queries

    async def ask(self, query: str, lang: str | None = None, /, **variables: Any) -> Answered:
        reply = await self.client.post(
            "/graphql",
            params={"lang": lang} if lang else {},
            json={"query": query, "variables": variables},
            headers={"Accept": "application/graphql-response+json"},
        )
        told = reply.json()
        return Answered(reply.status_code, told.get("data") or {}, told.get("errors", []))

    async def operation(self, name: str, lang: str | None = None, /, **variables: Any) -> dict[str, Any]:
        """One of the operations that users send; its data, without any error."""
        answered = await self.ask((OPERATIONS / f"{name}.graphql").read_text(), lang, **variables)
        assert answered.errors == []
        assert answered.status == 200
        return answered.data


class City:
    """Clock, sandbox and settings of one story. `now` may be set; the sandbox's city moves with it."""

    def __init__(self, folder: Path, now: datetime = WEDNESDAY) -> None:
        self.now = now
        self.upstreams: Starlette = sandbox(self.clock)
        self.wire: httpx.AsyncBaseTransport = httpx.ASGITransport(app=self.upstreams)
        self.settings: Settings = sandbox_settings(ORIGIN, folder, use_days=USE_DAYS)

    def clock(self) -> datetime:
        return self.now

    async def breaks(self, upstream: str, state: str = "down") -> None:
        await self._tell(f"{upstream}?state={state}")

    async def books(self, room: int, start: datetime, end: datetime) -> None:
        """Somebody books a room of Varaamo's, by its own number."""
        await self._tell(f"varaamo/bookings?{urlencode({'room': room, 'start': start, 'end': end})}")

    async def requests(self) -> dict[str, int]:
        """How often each stand-in was asked."""
        async with httpx.AsyncClient(transport=self.wire, base_url=ORIGIN) as client:
            told = (await client.get("/_sandbox")).json()
        return {each["name"]: each["requests"] for each in told}

    async def _tell(self, what: str) -> None:
        async with httpx.AsyncClient(transport=self.wire, base_url=ORIGIN) as client:
            (await client.post(f"/_sandbox/{what}")).raise_for_status()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Caller]:
        """The hub, serving what its data folder has."""
        async with running(create_app(self.settings, wire=self.wire, clock=self.clock)) as app:
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url="http://hub.example") as client:
                yield Caller(client, app)


def states(connection: dict[str, Any]) -> dict[str, str]:
    """The state of each source of a list."""
    return {answer["source"]["name"]: answer["state"] for answer in connection["answers"]}
