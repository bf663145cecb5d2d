"""Hauki's stand-in, held to its recordings."""

from __future__ import annotations

import json
from datetime import date, time
from typing import Any

import httpx
import msgspec
import pytest

from hub.connectors.hauki import Hauki
from hub.fetch import Ask, Fetch, Page, Reply, Source
from hub.records.core import LocalizedText
from hub.records.places import DayState
from hub.sandbox.city import City, MadeHours, MadePlace, Text
from hub.sandbox.conformance import differences
from hub.sandbox.hauki.made import made
from hub.sandbox.hauki.recorded import MORNING, SAMPLES, recorded, recordings
from hub.sandbox.hauki.standin import Rows, app
from hub.sandbox.standin import Recording

BASE = "http://hauki"
WEEK = (MadeHours(staffed=((time(10), time(20)),), self_service=((time(20), time(0)),)),) * 6 + (MadeHours(),)
PARK = MadePlace(
    key="park-1",
    kind="park",
    tprek=900_001,
    name=Text("Keksitty puisto", "Påhittad park"),
    street=Text("Keksitynkatu 1"),
    postal_code="00530",
    city="Helsinki",
    lat=60.15,
    lon=24.95,
    week=WEEK,
    closed_on=(date(2020, 6, 24),),
)
LATE = msgspec.structs.replace(PARK, key="library-1", kind="library", tprek=8215, kirkanta=84_864)
SILENT = msgspec.structs.replace(PARK, key="park-2", tprek=900_002, week=())


def city(*places: MadePlace) -> City:
    empty: dict[str, Any] = dict.fromkeys(City.__struct_fields__, ())
    return City(**{**empty, "today": MORNING.date(), "places": places})


async def get(rows: Rows, path: str, **params: str) -> httpx.Response:
    transport = httpx.ASGITransport(app=app(rows, lambda: MORNING))
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
        language = params.pop("language", "fi")
        return await client.get(path, params=params, headers={"Accept-Language": language})


@pytest.mark.parametrize("recording", list(recordings()), ids=lambda recording: recording.name)
async def test_the_stand_in_answers_as_it_was_recorded(recording: Recording) -> None:
    transport = httpx.ASGITransport(app=app(recorded(), lambda: recording.now or MORNING))
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
        reply = await client.request(recording.method, f"{recording.path}?{recording.query}")

    assert differences(recording, reply.status_code, reply.headers.get("content-type"), reply.content) == []


def test_every_sample_is_one_of_the_recordings() -> None:
    assert {path.stem for path in SAMPLES.glob("*.json")} == {recording.name for recording in recordings()}


async def test_the_two_places_of_the_mock_say_what_it_says() -> None:
    mock = json.loads((SAMPLES / "opening_hours_multi_states_found.json").read_bytes())
    two = {"start_date": "2021-09-03", "end_date": "2021-09-06", "resource": "tprek:1,tprek:4"}

    assert (await get(recorded(), "/opening_hours/", **two)).json()["results"] == mock["results"]


async def test_dates_may_be_relative_and_must_be_in_order() -> None:
    rows = made(city(PARK))

    async def dates(start: str, end: str) -> list[str]:
        reply = await get(rows, "/resource/tprek:900001/opening_hours/", start_date=start, end_date=end)
        return [day["date"] for day in reply.json()]

    assert await dates("today", "+1d") == ["2020-06-22", "2020-06-23"]
    assert [(await dates("+1w", "+1w"))[i] for i in (0, -1)] == ["2020-06-29", "2020-07-04"]  # no rule on the Sunday
    assert [(await dates("+1m", "+1m"))[i] for i in (0, -1)] == ["2020-07-01", "2020-07-31"]
    for start, end, sentence in (
        ("2020-06-23", "2020-06-22", "start_date must be before end_date"),
        ("today", "later", "Invalid end_date"),
    ):
        reply = await get(rows, "/opening_hours/", start_date=start, end_date=end)
        assert (reply.status_code, reply.json()) == (400, [sentence])


async def test_a_remark_comes_in_the_language_asked_for() -> None:
    rows = made(city(PARK))
    day = {"start_date": "2020-06-24", "end_date": "2020-06-24"}
    said = [
        (await get(rows, "/resource/tprek:900001/opening_hours/", **day, language=language)).json()[0]["times"][0]
        for language in ("sv", "de")
    ]

    assert [one["description"] for one in said] == ["Exceptionellt stängt", "Poikkeuksellisesti suljettu"]


async def test_the_made_city_has_the_form_of_the_recorded_one() -> None:
    window = {"start_date": "2020-06-22", "end_date": "2020-06-22"}
    one = (await get(made(city(LATE)), "/opening_hours/", **window)).json()["results"][0]
    real = (await get(recorded(), "/opening_hours/", **window)).json()["results"][0]

    assert one["resource"].keys() == real["resource"].keys()
    assert one["resource"]["origins"][1].keys() == real["resource"]["origins"][1].keys()
    assert one["opening_hours"][0]["times"][0].keys() == real["opening_hours"][0]["times"][0].keys()
    whole = (await get(made(city(LATE)), "/resource/kirkanta:84864/")).json()
    assert whole.keys() == (await get(recorded(), "/resource/tprek:8215/")).json().keys()


async def test_the_connector_reads_it_all_and_a_late_library_still_says_its_ordinary_hours() -> None:
    rows = made(city(PARK, LATE, SILENT))
    source = Source(name="h", id="h", connector="hauki", url=f"{BASE}/", title=LocalizedText(en="Hauki"))
    hauki = Hauki(source)

    async def ask(fetch: Fetch[Page[Any]]) -> Page[Any]:
        asked = fetch.request
        reply = await get(rows, asked.url.removeprefix(BASE), **dict(asked.params))
        return fetch.parse(
            Reply(
                source=source,
                request=asked,
                status=reply.status_code,
                headers={},
                body=reply.content,
                read_at=MORNING,
            )
        )

    places = await ask(hauki.places(Ask(now=MORNING)))
    keys = tuple(place.ref.key for place in places.items)
    days = {day.ref.key: day for day in (await ask(hauki.opening_days(Ask(now=MORNING, keys=keys)))).items}

    assert keys == ("tprek:8215", "tprek:900001")  # the silent one has no hours
    assert len(days) == 2 * 38
    assert days["tprek:900001/2020-06-24"].state is DayState.CLOSED
    assert days["tprek:8215/2020-06-24"].state is DayState.OPEN
    assert days["tprek:8215/2020-06-28"].state is DayState.UNKNOWN
