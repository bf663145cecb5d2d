"""The real app over an index that is still empty: enough for everything that HTTP itself decides."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import msgspec
import pytest
from starlette.applications import Starlette

from hub.app import create_app, running
from hub.demo import sandbox_settings

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


class Ticks:
    """A monotonic clock that is turned by hand."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


@pytest.fixture
async def app(tmp_path: Path, ticks: Ticks) -> AsyncIterator[Starlette]:
    settings = sandbox_settings("http://sandbox.example", tmp_path)
    only = tuple(source for source in settings.sources if source.name in {"servicemap", "linkedevents"})
    wire = httpx.MockTransport(lambda _: httpx.Response(503))
    made = create_app(msgspec.structs.replace(settings, sources=only), wire=wire, clock=lambda: NOW, monotonic=ticks)
    async with running(made) as app:
        yield app


@pytest.fixture
async def client(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://hub.example") as client:
        yield client
