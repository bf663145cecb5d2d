from __future__ import annotations

from datetime import UTC, date, datetime

import httpx
import pytest

from hub.sandbox.conformance import differences
from hub.sandbox.generator import make_city
from hub.sandbox.openahjo.made import made
from hub.sandbox.openahjo.recorded import SAMPLES, recorded, recordings
from hub.sandbox.openahjo.standin import Rows, app
from hub.sandbox.standin import Recording

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


async def get(rows: Rows, path: str, **params: str) -> httpx.Response:
    transport = httpx.ASGITransport(app=app(rows, lambda: NOW))
    async with httpx.AsyncClient(transport=transport, base_url="http://openahjo") as client:
        return await client.get(path, params=params)


@pytest.mark.parametrize("recording", list(recordings()), ids=lambda recording: recording.name)
async def test_the_stand_in_answers_as_the_contract_has_it(recording: Recording) -> None:
    transport = httpx.ASGITransport(app=app(recorded(), lambda: NOW))
    async with httpx.AsyncClient(transport=transport, base_url="http://openahjo") as client:
        reply = await client.get(f"{recording.path}?{recording.query}")

    assert differences(recording, reply.status_code, reply.headers.get("content-type"), reply.content) == []


def test_every_sample_is_one_of_the_recordings() -> None:
    assert {path.stem for path in SAMPLES.glob("*.json")} == {one.name for one in recordings()}


async def test_filters_narrow_the_list() -> None:
    async def ids(**params: str) -> list[int]:
        return [issue["id"] for issue in (await get(recorded(), "/issue/", **params)).json()["objects"]]

    assert await ids() == [9001, 9002, 9003]
    assert await ids(has_geometry="1") == [9001, 9003]
    assert await ids(register_id="HEL 2014-000777") == [9002]
    assert await ids(bbox="24.96,60.19,24.97,60.20") == [9001, 9003]
    assert await ids(districts__name="Vallila", districts__type="district") == []


async def test_the_made_city_has_the_form_of_the_samples() -> None:
    (one,) = (await get(made(make_city(date(2026, 11, 22))), "/issue/", limit="1")).json()["objects"]

    assert one.keys() == recorded().issues[0].keys()
