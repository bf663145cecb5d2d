from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from hub.sandbox.conformance import differences
from hub.sandbox.generator import make_city
from hub.sandbox.sierra.made import made
from hub.sandbox.sierra.recorded import CREDENTIALS, recorded, recordings
from hub.sandbox.sierra.standin import Rows, app
from hub.sandbox.standin import Recording

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
KEY, _, SECRET = CREDENTIALS.partition(":")


def client(rows: Rows, now: Callable[[], datetime] = lambda: NOW) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app(rows, now)), base_url="http://sierra")


async def token(sierra: httpx.AsyncClient, key: str = KEY, secret: str = SECRET) -> httpx.Response:
    return await sierra.post("/v6/token", data={"grant_type": "client_credentials"}, auth=(key, secret))


def bearer(answer: httpx.Response) -> dict[str, str]:
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


@pytest.mark.parametrize("recording", list(recordings()), ids=lambda recording: recording.name)
async def test_the_stand_in_answers_as_it_was_recorded(recording: Recording) -> None:
    async with client(recorded()) as sierra:
        reply = await sierra.request(
            recording.method,
            f"{recording.path}?{recording.query}",
            headers=dict(recording.headers),
            content=recording.body,
        )

    assert differences(recording, reply.status_code, reply.headers.get("content-type"), reply.content) == []


async def test_a_token_is_lent_for_the_right_credentials_and_for_an_hour() -> None:
    moment = [NOW]
    async with client(recorded(), lambda: moment[0]) as sierra:
        wrong = await token(sierra, secret="guess")
        lent = await token(sierra)
        at_once = await sierra.get("/v6/branches", headers=bearer(lent))
        moment[0] += timedelta(hours=1)
        late = await sierra.get("/v6/branches", headers=bearer(lent))

    assert [reply.status_code for reply in (wrong, lent, at_once, late)] == [401, 200, 200, 401]


async def test_what_tells_of_borrowers_comes_only_where_nothing_or_it_is_named() -> None:
    async with client(recorded()) as sierra:
        lent = bearer(await token(sierra))
        default: dict[str, Any] = (await sierra.get("/v6/items?bibIds=9100001&fields=default", headers=lent)).json()
        named = (await sierra.get("/v6/items?bibIds=9100001&fields=default,fixedFields", headers=lent)).json()

    assert not {"fixedFields", "varFields"} & set(default["entries"][0])
    assert "fixedFields" in named["entries"][0]


def test_the_made_city_has_copies_of_every_work_that_a_branch_owns() -> None:
    city = make_city(date(2026, 11, 22))
    rows = made(city)
    owned = {work.id.removeprefix("helmet.") for work in city.works if work.branches}

    assert {item["bibIds"][0] for item in rows.items} == owned
    assert made(make_city(date(2026, 11, 22))) == rows
    states = [(item["status"]["code"], "duedate" in item["status"]) for item in rows.items]
    assert 0.3 < sum(lent for _, lent in states) / len(states) < 0.6
    assert {code for code, _ in states} == {"-", "t", "!", "o", "k", "m"}
