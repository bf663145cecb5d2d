from __future__ import annotations

from datetime import UTC, date, datetime

import httpx
import pytest

from hub.connectors.kerrokantasi import Kerrokantasi
from hub.fetch import Ask, Fetch, Source
from hub.records.core import LocalizedText
from hub.sandbox.conformance import differences
from hub.sandbox.generator import make_city
from hub.sandbox.kerrokantasi.made import made
from hub.sandbox.kerrokantasi.recorded import NOW, SAMPLES, recorded, recordings
from hub.sandbox.kerrokantasi.standin import Rows, app
from hub.sandbox.standin import Recording

TODAY = date(2026, 11, 22)
NOON = datetime(2026, 11, 22, 10, tzinfo=UTC)


async def get(rows: Rows, path: str, *, now: datetime = NOW, **params: str) -> httpx.Response:
    transport = httpx.ASGITransport(app=app(rows, lambda: now))
    async with httpx.AsyncClient(transport=transport, base_url="http://kerrokantasi") as client:
        return await client.get(path, params=params)


@pytest.mark.parametrize("recording", list(recordings()), ids=lambda recording: recording.name)
async def test_the_stand_in_answers_as_it_was_recorded(recording: Recording) -> None:
    transport = httpx.ASGITransport(app=app(recorded(), lambda: recording.now or NOW))
    async with httpx.AsyncClient(transport=transport, base_url="http://kerrokantasi") as client:
        reply = await client.request(recording.method, f"{recording.path}?{recording.query}")

    assert differences(recording, reply.status_code, reply.headers.get("content-type"), reply.content) == []


def test_every_sample_is_one_of_the_recordings() -> None:
    assert {path.stem for path in SAMPLES.glob("*.*") if path.suffix != ".md"} == {one.name for one in recordings()}


async def test_without_its_last_slash_an_address_redirects_and_keeps_its_query() -> None:
    reply = await get(recorded(), "/hearing", limit="1")

    assert reply.status_code == 301
    assert reply.headers["location"] == "/hearing/?limit=1"


async def test_a_hearing_closes_with_its_time_and_one_closed_early_is_closed_before() -> None:
    later = datetime(2027, 6, 1, tzinfo=UTC)

    assert (await get(recorded(), "/hearing/suljettu/")).json()["closed"] is True
    assert (await get(recorded(), "/hearing/kaava-1/")).json()["closed"] is False
    assert (await get(recorded(), "/hearing/kaava-1/", now=later)).json()["closed"] is True


async def test_drafts_and_what_is_not_open_yet_are_hidden_and_so_are_their_sections() -> None:
    rows = made(make_city(TODAY))
    hidden = {
        row["id"] for row in rows.hearings if not row["published"] or datetime.fromisoformat(row["open_at"]) > NOON
    }
    listed = (await get(rows, "/hearing/", now=NOON, limit="1000")).json()["results"]
    sections = (await get(rows, "/section/", now=NOON, limit="1000")).json()["results"]

    assert hidden
    assert listed
    assert not hidden & {row["id"] for row in listed}
    assert not hidden & {section["hearing"] for section in sections}
    assert {section["hearing"] for section in sections} <= {row["id"] for row in listed}


async def test_the_made_city_has_the_form_of_the_recorded_service() -> None:
    rows = made(make_city(TODAY))
    here = (await get(rows, "/hearing/", now=NOON, include="geojson", limit="1")).json()["results"][0]
    there = (await get(recorded(), "/hearing/", include="geojson", limit="1")).json()["results"][0]
    section = (await get(rows, "/section/", now=NOON, limit="1")).json()["results"][0]

    assert here.keys() == there.keys()
    assert section.keys() == (await get(recorded(), "/section/", limit="1")).json()["results"][0].keys()


async def test_there_is_always_an_open_hearing_in_vallila() -> None:
    rows = made(make_city(TODAY))
    found = (await get(rows, "/hearing/", now=NOON, open="true", limit="100")).json()["results"]

    assert "Vallila" in {row["borough"].get("fi") for row in found}


async def test_what_the_connector_asks_for_holds_no_person() -> None:
    source = Source(
        name="k", id="k", connector="kerrokantasi", url="http://kerrokantasi/", title=LocalizedText(fi="Kerro kantasi")
    )
    rows = made(make_city(TODAY))
    officials = {person["name"] for row in rows.hearings for person in row["contact_persons"]}
    one = rows.hearings[0]
    shown = await get(rows, f"/hearing/{one['id']}/", now=NOON)
    asked = [
        page.request
        for collection in Kerrokantasi(source).collections()
        for pages in (collection.pages, collection.changes)
        if pages is not None and isinstance(page := pages(Ask(now=NOON)), Fetch)
    ]
    texts = [(await get(rows, request.url.removeprefix("http://kerrokantasi"), now=NOON, **dict(request.params))).text
             for request in asked]  # fmt: skip

    assert any(official in shown.text for official in officials)
    assert len(texts) == 4
    assert not any(official in text for text in texts for official in officials)
