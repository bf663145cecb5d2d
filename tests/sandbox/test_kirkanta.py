from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import httpx
import pytest

from hub.connectors.kirkanta import Kirkanta
from hub.fetch import Ask, Source
from hub.records.core import LocalizedText
from hub.sandbox.city import City, MadeHours, MadePlace, Text
from hub.sandbox.conformance import differences
from hub.sandbox.kirkanta.made import made
from hub.sandbox.kirkanta.recorded import SAMPLES, recorded, recordings
from hub.sandbox.kirkanta.standin import Rows, app
from hub.sandbox.standin import Recording

NOW = datetime(2020, 6, 22, 12, tzinfo=UTC)  # a Monday
OPEN = MadeHours(staffed=((time(10), time(20)),), self_service=((time(8), time(10)), (time(20), time(0))))
LIBRARY = MadePlace(
    key="library-84860",
    kind="library",
    tprek=8215,
    kirkanta=84860,
    name=Text("Keksitty kirjasto", "Påhittat bibliotek"),
    short_name="Keksitty",
    street=Text("Keksitynkatu 1"),
    postal_code="00530",
    city="Helsinki",
    lat=60.15,
    lon=24.95,
    description=Text("Kirjasto."),
    library_services=("Ompelukoneet", "Lukusali"),
    week=(OPEN,) * 6 + (MadeHours(),),
    closed_on=(date(2020, 6, 24),),
)


def city(*places: MadePlace) -> City:
    empty: dict[str, Any] = dict.fromkeys(
        ("areas", "services", "rooms", "keywords", "organisations", "events", "series", "works", "scopes", "rounds"), ()
    )
    return City(today=NOW.date(), places=places, **empty)


async def get(rows: Rows, path: str, params: dict[str, str], now: datetime = NOW) -> httpx.Response:
    transport = httpx.ASGITransport(app=app(rows, lambda: now))
    async with httpx.AsyncClient(transport=transport, base_url="http://kirkanta") as client:
        return await client.get(path, params=params)


async def answer(rows: Rows, path: str, /, at: datetime = NOW, **params: str) -> dict[str, Any]:
    reply = await get(rows, path, {name.replace("__", "."): value for name, value in params.items()}, at)
    assert reply.status_code == 200, reply.text
    body: dict[str, Any] = reply.json()
    return body


@pytest.mark.parametrize("recording", list(recordings()), ids=lambda recording: recording.name)
async def test_the_stand_in_answers_as_it_was_recorded(recording: Recording) -> None:
    transport = httpx.ASGITransport(app=app(recorded(), lambda: recording.now or NOW))
    async with httpx.AsyncClient(transport=transport, base_url="http://kirkanta") as client:
        reply = await client.request(recording.method, f"{recording.path}?{recording.query}")

    assert differences(recording, reply.status_code, reply.headers.get("content-type"), reply.content) == []


def test_every_sample_is_one_of_the_recordings() -> None:
    samples = {path.stem for path in SAMPLES.iterdir() if path.suffix in {".json", ".txt"}}

    assert samples == {recording.name for recording in recordings()}


async def test_a_text_without_a_translation_is_sent_in_finnish() -> None:
    swedish = (await answer(recorded(), "/library/84860", lang="sv"))["data"]

    assert swedish["name"] == "Berghälls bibliotek"
    assert swedish["slogan"] == "Keskellä Kalliota kohoaa Kirjasto."


async def test_a_text_without_finnish_either_loses_its_key() -> None:
    rows = made(city(LIBRARY))
    rows.libraries[0]["name"] = {"sv": "Bara svenska"}

    assert "name" not in (await answer(rows, "/library/84860", lang="en"))["data"]


async def test_ten_come_unless_more_are_asked_for() -> None:
    rows = made(city(LIBRARY))
    week: dict[str, Any] = {"library": "84860", "period__start": "2020-06-01", "period__end": "2020-06-28"}

    assert len((await answer(rows, "/schedules", **week))["items"]) == 10
    assert len((await answer(rows, "/schedules", **week, limit="100"))["items"]) == 28


async def test_an_invalid_date_is_today_and_a_relative_one_a_whole_week() -> None:
    rows = made(city(LIBRARY))
    today = await answer(rows, "/schedules", period__start="32.13.2020")
    next_week = await answer(rows, "/schedules", period__start="1w", period__end="1w")

    assert [day["date"] for day in today["items"]] == ["2020-06-22"]
    assert [next_week["items"][i]["date"] for i in (0, -1)] == ["2020-06-29", "2020-07-05"]


async def test_a_misspelt_filter_returns_everything_and_a_bad_value_is_a_500() -> None:
    assert (await answer(recorded(), "/library", citty="1"))["total"] == 4
    assert (await get(recorded(), "/library", {"city": "abc"})).status_code == 500
    assert (await get(recorded(), "/schedules/1", {})).status_code == 404


async def test_status_tells_what_is_open_now_and_a_wrong_total() -> None:
    rows = made(city(LIBRARY))
    morning, night = datetime(2020, 6, 22, 6, tzinfo=UTC), datetime(2020, 6, 22, 20, 30, tzinfo=UTC)

    assert (await answer(rows, "/library", morning, status=""))["items"][0]["liveStatus"] == 2
    assert (await answer(rows, "/library", NOW, status=""))["items"][0]["liveStatus"] == 1
    assert (await answer(rows, "/library", night, status="open"))["items"][0]["liveStatus"] == 2
    assert (await answer(recorded(), "/library", status="closed"))["total"] == 1


async def test_the_made_city_has_the_form_of_the_recorded_directory() -> None:
    sections = ",".join(["schedules", "services", "primaryContactInfo", "pictures", "departments"])
    ask = {"with": sections, "refs": "period,city", "period.start": "2020-06-22", "period.end": "2020-06-24"}
    rows = made(city(LIBRARY))
    one = (await get(rows, "/library/84860", ask)).json()
    real = (await get(recorded(), "/library/84860", ask)).json()

    assert one["data"].keys() == real["data"].keys()
    assert one["data"]["services"][0].keys() == real["data"]["services"][0].keys()
    assert one["refs"].keys() == real["refs"].keys()
    assert one["data"]["schedules"][0]["times"] == [
        {"from": "08:00", "to": "10:00", "status": 2},
        {"from": "10:00", "to": "20:00", "status": 1},
        {"from": "20:00", "to": "00:00", "status": 2},
    ]
    assert one["data"]["schedules"][2] == {
        "date": "2020-06-24",
        "period": 848602,
        "info": "Poikkeuksellisesti suljettu",
        "closed": True,
        "times": [],
    }


async def test_a_library_without_known_hours_has_no_days_at_all() -> None:
    unknown = MadePlace(**{name: getattr(LIBRARY, name) for name in LIBRARY.__struct_fields__} | {"week": ()})

    assert (await answer(made(city(unknown)), "/schedules"))["items"] == []


async def test_what_the_connector_asks_for_holds_no_person() -> None:
    source = Source(name="s", id="s", connector="kirkanta", url="http://kirkanta/", title=LocalizedText(en="Kirkanta"))
    rows = made(city(LIBRARY))
    whole = await get(rows, "/library", {"with": "persons"})

    assert "keksitty.henkilo" in whole.text
    for part in Kirkanta(source).libraries(Ask(now=NOW)).parts:
        asked = await get(rows, "/library", dict(part.request.params))
        assert asked.json()["total"] == 1
        assert "persons" not in asked.text
        assert "henkilo" not in asked.text
