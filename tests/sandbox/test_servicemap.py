from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from hub.connectors.servicemap import Servicemap
from hub.fetch import Ask, Fetch, Source
from hub.records.core import LocalizedText
from hub.sandbox.city import City, MadeArea, MadePlace, Text
from hub.sandbox.conformance import differences
from hub.sandbox.servicemap.made import made
from hub.sandbox.servicemap.recorded import SAMPLES, recorded, recordings
from hub.sandbox.servicemap.standin import Rows, app
from hub.sandbox.standin import Recording

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SQUARE = [[[(24.9, 60.1), (25.0, 60.1), (25.0, 60.2), (24.9, 60.2), (24.9, 60.1)]]]
AREA = MadeArea(
    id=7,
    type="neighborhood",
    ocd_id="ocd-division/country:fi/kunta:helsinki/kaupunginosa:keksitty",
    code="99",
    name=Text("Keksitty", "Påhittad"),
    parent=None,
    polygons=SQUARE,
)


def place(tprek: int | None, **other: Any) -> MadePlace:
    details: dict[str, Any] = {
        "key": f"place-{tprek}",
        "kind": "library",
        "name": Text("Keksitty kirjasto"),
        "street": Text("Keksitynkatu 1"),
        "postal_code": "00530",
        "city": "Helsinki",
        "lat": 60.15,
        "lon": 24.95,
        "kirkanta": 84860,
    }
    return MadePlace(tprek=tprek, **(details | other))


def city(*places: MadePlace) -> City:
    empty: dict[str, Any] = dict.fromkeys(
        ("rooms", "keywords", "organisations", "events", "series", "works", "scopes", "rounds"), ()
    )
    return City(today=date(2026, 11, 22), areas=(AREA,), places=places, services=((9001, Text("omat")),), **empty)


async def get(rows: Rows, path: str, **params: str) -> httpx.Response:
    transport = httpx.ASGITransport(app=app(rows, lambda: NOW))
    async with httpx.AsyncClient(transport=transport, base_url="http://servicemap") as client:
        return await client.get(path, params=params)


async def ids(rows: Rows, path: str, **params: str) -> list[int]:
    reply = await get(rows, path, **params)
    assert reply.status_code == 200, reply.text
    return [row["id"] for row in reply.json()["results"]]


@pytest.mark.parametrize("recording", list(recordings()), ids=lambda recording: recording.name)
async def test_the_stand_in_answers_as_it_was_recorded(recording: Recording) -> None:
    transport = httpx.ASGITransport(app=app(recorded(), lambda: NOW))
    async with httpx.AsyncClient(transport=transport, base_url="http://servicemap") as client:
        reply = await client.request(recording.method, f"{recording.path}?{recording.query}")

    assert differences(recording, reply.status_code, reply.headers.get("content-type"), reply.content) == []


def test_every_sample_is_one_of_the_recordings() -> None:
    assert {path.stem for path in SAMPLES.glob("*.json")} == {recording.name for recording in recordings()}


async def test_units_come_by_id_descending_and_a_filter_narrows_them() -> None:
    assert await ids(recorded(), "/unit/") == [99999, 51342, 41102, 8269, 8215, 8199, 8149]
    assert await ids(recorded(), "/unit/", service="949") == [51342, 8269]
    assert await ids(recorded(), "/unit/", category="service:312,service_node:693") == [99999, 41102]
    assert await ids(recorded(), "/unit/", exclude_service_nodes="349") == [99999, 41102]
    assert await ids(recorded(), "/unit/", division="helsinki/kaupunginosa:kallio") == [8215]
    assert await ids(recorded(), "/unit/", bbox="24.95,60.18,24.97,60.20") == [8215, 8199]
    assert await ids(recorded(), "/unit/", municipality="espoo") == []


async def test_a_part_of_a_point_or_of_a_box_is_a_bad_request() -> None:
    assert (await get(recorded(), "/unit/", lat="60.1")).status_code == 400
    assert (await get(recorded(), "/unit/", bbox="24,60")).status_code == 400


async def test_without_its_last_slash_an_address_redirects() -> None:
    reply = await get(recorded(), "/unit")

    assert reply.is_redirect
    assert httpx.URL(reply.headers["location"]).path == "/unit/"


async def test_a_merged_id_answers_with_the_new_unit() -> None:
    rows = Rows(units=recorded().units, merged={1234: 8215})

    assert (await get(rows, "/unit/1234/")).json()["id"] == 8215


async def test_no_more_than_a_thousand_are_sent_and_twenty_by_default() -> None:
    rows = Rows(units=tuple({**recorded().units[0], "id": id_} for id_ in range(1, 1101)))

    assert len(await ids(rows, "/unit/")) == 20
    assert len(await ids(rows, "/unit/", page_size="5000")) == 1000
    assert len(await ids(rows, "/unit/", page_size="1000", page="2")) == 100


async def test_the_made_city_has_the_form_of_the_recorded_register() -> None:
    rows = made(city(place(8215)))
    (unit,) = (await get(rows, "/unit/")).json()["results"]
    (division,) = (await get(rows, "/administrative_division/", geometry="true")).json()["results"]
    recorded_unit = next(one for one in recorded().units if one["id"] == 8215)

    assert unit.keys() == recorded_unit.keys()
    assert unit["identifiers"][0] == {"namespace": "kirkanta", "value": "84860"}
    assert division.keys() == recorded().divisions[0].keys()
    assert await ids(rows, "/administrative_division/", lat="60.15", lon="24.95") == [7]
    assert await ids(rows, "/service/") == [813, 9001]


async def test_a_place_that_only_others_know_is_no_unit() -> None:
    assert await ids(made(city(place(None), place(5))), "/unit/") == [5]


async def test_a_made_place_has_a_service_of_the_register_for_its_kind() -> None:
    rows = made(city(place(1, kind="youth", service_ids=(9001,)), place(2, service_ids=(312,)), place(3, kind="other")))

    assert {unit["id"]: unit["services"] for unit in rows.units} == {1: [468, 9001], 2: [312], 3: []}


async def test_what_the_connector_asks_for_holds_no_person() -> None:
    source = Source(
        name="s", id="s", connector="servicemap", url="http://servicemap/", title=LocalizedText(en="Service Map")
    )
    places = Servicemap(source).places(Ask(now=NOW))
    assert isinstance(places, Fetch)
    rows = made(city(place(8215)))
    whole = (await get(rows, "/unit/")).text
    asked = await get(rows, "/unit/", **dict(places.request.params))

    assert "Keksitty Henkilö" in whole
    assert asked.json()["count"] == 1
    assert "Henkilö" not in asked.text
    assert "contact_person" not in asked.text
