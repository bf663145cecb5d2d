from __future__ import annotations

from datetime import UTC, date, datetime

import httpx
import pytest

from hub.sandbox.conformance import differences
from hub.sandbox.generator import make_city
from hub.sandbox.standin import Recording
from hub.sandbox.volunteering.made import made
from hub.sandbox.volunteering.recorded import recorded, recordings
from hub.sandbox.volunteering.standin import Rows, app

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def client(rows: Rows) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app(rows, lambda: NOW)), base_url="http://clean-ups")


@pytest.mark.parametrize("recording", list(recordings()), ids=lambda recording: recording.name)
async def test_the_stand_in_answers_as_it_was_recorded(recording: Recording) -> None:
    async with client(recorded()) as stand_in:
        reply = await stand_in.get(f"{recording.path}?{recording.query}")

    assert differences(recording, reply.status_code, reply.headers.get("content-type"), reply.content) == []


async def test_times_are_filtered_and_what_is_no_time_is_refused() -> None:
    async with client(recorded()) as stand_in:
        ahead = (await stand_in.get("/event/?end_time_gte=2026-05-02T12:00:00Z")).json()
        before = (await stand_in.get("/event/?start_time_lte=2026-04-30T00:00:00Z")).json()
        wrong = await stand_in.get("/event/?end_time_gte=tomorrow")

    assert [row["name"] for row in ahead["results"]] == ["Kallion puistotalkoot", "Töölönlahden siivoustalkoot"]
    assert before["count"] == 1
    assert (wrong.status_code, list(wrong.json())) == (400, ["end_time_gte"])


def test_the_made_city_has_some_ahead_and_some_behind() -> None:
    rows = made(make_city(date(2026, 11, 22)))
    ends = [row["end_time"] for row in rows.events]

    assert len(rows.events) > 10
    assert min(ends) < "2026-11-22" < max(ends)
    assert made(make_city(date(2026, 11, 22))) == rows
