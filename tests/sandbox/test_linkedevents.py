"""Linked Events' stand-in, held to the recordings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from hub.sandbox.conformance import differences
from hub.sandbox.linkedevents.recorded import MOUNT, recorded, recordings
from hub.sandbox.linkedevents.rows import Rows
from hub.sandbox.linkedevents.standin import app
from hub.sandbox.standin import Recording

NOW = datetime(2026, 11, 22, 0, 12, 16, tzinfo=UTC)


async def ask(
    rows: Rows,
    path: str,
    query: str = "",
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    now: datetime = NOW,
) -> httpx.Response:
    mounted = Starlette(routes=[Mount(MOUNT, app=app(rows, lambda: now))])
    transport = httpx.ASGITransport(app=mounted)
    async with httpx.AsyncClient(transport=transport, base_url="https://api.hel.fi") as client:
        url = httpx.URL(f"https://api.hel.fi{MOUNT}{path}", query=query.encode() or None)
        return await client.request(method, url, headers=headers or {"Accept": "application/json"})


@pytest.mark.parametrize("recording", recordings(), ids=lambda recording: recording.name)
async def test_the_stand_in_answers_as_recorded(recording: Recording) -> None:
    answer = await ask(
        recorded(at=recording.now, web_store="webstore" in recording.name),
        recording.path,
        recording.query,
        method=recording.method,
        headers=dict(recording.headers),
        now=recording.now or NOW,
    )
    assert differences(recording, answer.status_code, answer.headers.get("content-type"), answer.content) == []
