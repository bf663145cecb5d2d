from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest

from hub.sandbox.conformance import differences
from hub.sandbox.generator import make_city
from hub.sandbox.koha.made import made
from hub.sandbox.koha.recorded import (
    CREDENTIALS,
    of_the_plugin,
    recorded,
    recordings,
    recordings_of_the_plugin,
)
from hub.sandbox.koha.standin import STATUSES, Rows, app
from hub.sandbox.making.neighbour import neighbours
from hub.sandbox.standin import Recording

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NAME, _, SECRET = CREDENTIALS.partition(":")
HELD = [*((recording, recorded()) for recording in recordings())]
HELD += [(recording, of_the_plugin()) for recording in recordings_of_the_plugin()]


def client(rows: Rows, now: Callable[[], datetime] = lambda: NOW) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app(rows, now)), base_url="http://koha/api/v1/")


async def token(koha: httpx.AsyncClient, secret: str = SECRET) -> httpx.Response:
    form = {"grant_type": "client_credentials", "client_id": NAME, "client_secret": secret}
    return await koha.post("oauth/token", data=form)


def bearer(answer: httpx.Response) -> dict[str, str]:
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


@pytest.fixture
async def koha() -> AsyncIterator[httpx.AsyncClient]:
    async with client(recorded()) as koha:
        koha.headers.update(bearer(await token(koha)))
        yield koha


@pytest.mark.parametrize(("recording", "rows"), HELD, ids=[recording.name for recording, _ in HELD])
async def test_the_stand_in_answers_as_it_was_recorded(recording: Recording, rows: Rows) -> None:
    async with client(rows) as koha:
        lent = bearer(await token(koha))
        reply = await koha.get(f"http://koha{recording.path}", headers=lent)

    assert differences(recording, reply.status_code, reply.headers.get("content-type"), reply.content) == []


async def test_a_token_is_lent_for_the_right_credentials_and_for_an_hour() -> None:
    moment = [NOW]
    async with client(recorded(), lambda: moment[0]) as koha:
        wrong = await token(koha, secret="guess")
        lent = await token(koha)
        without = await koha.get("libraries")
        at_once = await koha.get("libraries", headers=bearer(lent))
        moment[0] += timedelta(hours=1)
        late = await koha.get("libraries", headers=bearer(lent))

    assert [reply.status_code for reply in (wrong, lent, without, at_once, late)] == [403, 200, 401, 200, 401]


async def test_items_of_several_records_come_by_page_and_are_counted(koha: httpx.AsyncClient) -> None:
    asked = {"q": '{"biblio_id": [55, 56]}', "_per_page": "2"}
    first = await koha.get("items", params=asked)
    second = await koha.get("items", params={**asked, "_page": "2"})
    third = await koha.get("items", params={**asked, "_page": "3"})

    assert first.headers["x-total-count"] == "3"
    assert [[item["item_id"] for item in page.json()] for page in (first, second, third)] == [[101, 102], [103], []]


@pytest.mark.parametrize("params", [{"q": "{"}, {"q": '{"biblio_id": "x"}'}, {"q": '{"title": 1}'}, {"_page": "x"}])
async def test_what_it_does_not_understand_is_a_400_with_the_reason(
    koha: httpx.AsyncClient, params: dict[str, str]
) -> None:
    reply = await koha.get("items", params=params)

    assert reply.status_code == 400
    assert all(error["message"] and error["path"] for error in reply.json()["errors"])


async def test_a_library_may_keep_its_public_endpoints_closed() -> None:
    async with client(msgspec.structs.replace(recorded(), has_public=False)) as koha:
        assert (await koha.get("public/biblios/55/items")).status_code == 401


def test_the_neighbour_has_copies_of_every_work_that_it_owns() -> None:
    city = make_city(date(2026, 11, 22))
    rows = made(city)

    assert {f"naapuri.{item['biblio_id']}" for item in rows.items} == {
        work.id for work in neighbours(city) if work.branches
    }
    assert len({item["item_id"] for item in rows.items}) == len(rows.items)
    assert made(make_city(date(2026, 11, 22))) == rows
    assert 0.2 < sum(is_lent(item) for item in rows.items) / len(rows.items) < 0.6
    assert {item["item_id"] for item in rows.items if is_lent(item)} == set(rows.due)
    assert rows.moved
    assert any(item[status] for item in rows.items for status in STATUSES)


def is_lent(item: dict[str, Any]) -> bool:
    return item["checked_out_date"] is not None
