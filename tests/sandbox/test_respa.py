"""Respa's stand-in, held to its recordings."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from hub.connectors.respa import Respa
from hub.fetch import Ask, Fetch, Page, Reply, Source
from hub.records.core import LocalizedText
from hub.sandbox.conformance import differences
from hub.sandbox.generator import make_city
from hub.sandbox.respa.made import made
from hub.sandbox.respa.recorded import RECORDED_AT, SAMPLES, recorded, recordings
from hub.sandbox.respa.standin import Rows, app
from hub.sandbox.standin import Recording

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
BASE = "http://respa"


def client(rows: Rows, now: datetime = RECORDED_AT) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app(rows, lambda: now)), base_url=BASE)


async def get(rows: Rows, path: str, now: datetime = RECORDED_AT) -> Any:
    async with client(rows, now) as respa:
        reply = await respa.get(path)
    assert reply.status_code == 200, reply.text
    return reply.json()


@pytest.mark.parametrize("recording", list(recordings()), ids=lambda recording: recording.name)
async def test_the_stand_in_answers_as_it_was_recorded(recording: Recording) -> None:
    async with client(recorded()) as respa:
        reply = await respa.request(
            recording.method, f"{recording.path}?{recording.query}", headers=dict(recording.headers)
        )

    assert differences(recording, reply.status_code, reply.headers.get("content-type"), reply.content) == []


def test_every_sample_is_one_of_the_recordings() -> None:
    bodies = {path.stem for suffix in ("json", "html") for path in SAMPLES.glob(f"*.{suffix}")}
    names = {recording.name for recording in recordings()}

    assert len(names) > 60
    assert names - bodies == {"error_missing_trailing_slash_301"}  # it has no body
    assert bodies <= names


async def test_days_are_chosen_by_their_date_in_utc() -> None:
    rows = made(make_city(NOW.date()))
    key = rows.resources[0]["id"]

    async def dates(start: str, end: str) -> list[str]:
        row = await get(rows, f"/resource/{key}/?start={start}&end={end}", NOW)
        return [day["date"] for day in row["opening_hours"]]

    assert await dates("2026-11-23T00:00:00%2B02:00", "2026-11-23T23:59:59%2B02:00") == ["2026-11-22", "2026-11-23"]
    assert await dates("2026-11-23T00:00:00Z", "2026-11-23T23:59:59Z") == ["2026-11-23"]


async def test_the_next_page_is_that_of_its_own_host() -> None:
    rows = recorded()
    first = await get(rows, "/resource/?page_size=5")
    last = await get(rows, "/resource/?page=6&page_size=5")

    assert first["next"] == "https://api.hel.fi/respa/v1/resource/?page_size=5&page=2"
    assert (last["next"], len(last["results"])) == (None, 2)


async def test_the_made_town_has_the_form_of_the_recorded_one() -> None:
    rows = made(make_city(NOW.date()))
    window = "?start=2026-11-23T00:00:00Z&end=2026-11-23T23:59:59Z"
    for path in ("/resource/", "/unit/", f"/reservation/{window}"):
        one = (await get(rows, path, NOW))["results"][0]
        real = (await get(recorded(), path))["results"][0]
        assert one.keys() == real.keys(), path


async def test_no_person_comes_out_of_what_the_connector_reads() -> None:
    rows = made(make_city(NOW.date()))
    assert any(row["type"]["main_type"] == "person" for row in rows.resources)

    source = Source(name="r", id="r", connector="respa", url=f"{BASE}/", title=LocalizedText(en="Respa"))
    respa = Respa(source)
    for collection in respa.collections():
        pages = [page async for page in _pages(rows, collection.pages)]
        items = [item for page in pages for item in page.items]
        assert items
        assert not [lost for page in pages for lost in page.dropped]
        assert "henkil" not in repr(items).lower()
        if collection.kind != "place":
            persons = sum(1 for row in rows.resources if row["type"]["main_type"] == "person")
            times = 27 if collection.kind == "space_use" else 1  # a year in steps of two weeks
            assert len(items) == times * (len(rows.resources) - persons)


async def _pages(rows: Rows, pages: Any) -> Any:
    after = None
    while True:
        fetch: Fetch[Page[Any]] = pages(Ask(now=NOW, after=after))
        async with client(rows, NOW) as respa:
            answer = await respa.get(fetch.request.full_url)
        page = fetch.parse(
            Reply(
                source=fetch.source,
                request=fetch.request,
                status=answer.status_code,
                headers={},
                body=answer.content,
                read_at=NOW,
            )
        )
        yield page
        if page.next is None:
            return
        after = page.next


def test_bookings_lie_inside_the_days_around_today() -> None:
    rows = made(make_city(NOW.date()))
    begins: Iterable[str] = (row["begin"] for row in rows.reservations)

    assert list(begins) == sorted(row["begin"] for row in rows.reservations)
    assert {row["state"] for row in rows.reservations} == {"confirmed", "requested"}
    assert {row["type"] for row in rows.reservations} == {"normal", "blocked"}
    assert rows.reservations[0]["begin"] < f"{NOW.date() - timedelta(days=366)}", "a year for use rates"
