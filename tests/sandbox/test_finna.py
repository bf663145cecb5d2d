from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from hub.sandbox.city import City, MadePlace, MadeWork, Text
from hub.sandbox.conformance import differences
from hub.sandbox.finna.made import made
from hub.sandbox.finna.recorded import recorded, recordings
from hub.sandbox.finna.standin import Rows, app
from hub.sandbox.generator import make_city
from hub.sandbox.standin import Recording

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
IN_HELMET = ("filter[]", 'building:"0/Helmet/"')


def client(rows: Rows) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app(rows, lambda: NOW)), base_url="http://finna")


async def search(rows: Rows, *params: tuple[str, str]) -> dict[str, Any]:
    async with client(rows) as finna:
        reply = await finna.get(f"/v1/search?{urlencode(params)}")
    assert reply.status_code == 200
    answer: dict[str, Any] = reply.json()
    return answer


def ids(answer: dict[str, Any]) -> list[str]:
    return [row["id"] for row in answer.get("records", [])]


@pytest.mark.parametrize("recording", list(recordings()), ids=lambda recording: recording.name)
async def test_the_stand_in_answers_as_it_was_recorded(recording: Recording) -> None:
    async with client(recorded()) as finna:
        reply = await finna.request(recording.method, f"{recording.path}?{recording.query}")

    assert differences(recording, reply.status_code, reply.headers.get("content-type"), reply.content) == []


async def test_filters_of_one_field_are_all_asked_for_and_those_with_a_tilde_any() -> None:
    books, objects = ("filter[]", '~format:"0/Book/"'), ("filter[]", '~format:"0/PhysicalObject/"')
    in_helmet = ("filter[]", 'building:"0/Helmet/"')
    no_limit = ("limit", "100")

    every = await search(recorded(), in_helmet, no_limit)
    either = await search(recorded(), books, objects, in_helmet, no_limit)
    both = await search(recorded(), ("filter[]", 'format:"0/Book/"'), ("filter[]", 'format:"0/PhysicalObject/"'))
    not_books = await search(recorded(), ("filter[]", '-format:"0/Book/"'), in_helmet, no_limit)

    assert both["resultCount"] == 0
    assert "records" not in both
    assert set(ids(every)) - set(ids(either)) == {"helmet.9200001", "helmet.9300001"}
    assert "helmet.9200001" in ids(not_books)
    assert not set(ids(not_books)) & {"helmet.1666007"}


async def test_a_filter_is_exact_and_needs_its_trailing_slash() -> None:
    assert (await search(recorded(), ("filter[]", 'format:"0/Book"')))["resultCount"] == 0
    assert (await search(recorded(), ("filter[]", 'format:"0/book/"')))["resultCount"] == 0


async def test_years_are_filtered_by_range() -> None:
    answer = await search(recorded(), ("filter[]", 'search_daterange_mv:"[2008 TO 2010]"'))

    assert set(ids(answer)) == {"helmet.9000101", "helmet.9000102"}


@pytest.mark.parametrize(
    ("lookfor", "found"),
    [
        ("sinuhe waltari", {"helmet.9000101"}),
        ("sinuhe linna", set()),
        ('"okänd soldat"', {"helmet.9000105"}),
        ('"soldat okänd"', set()),
        ('"okänd soldat', {"helmet.9000105"}),  # an unbalanced quote is repaired
        ("(sinuhe OR okänd) NOT soldat", {"helmet.9000101"}),
        ("muumi*", {"helmet.9000102"}),
        ("porakone", {"helmet.9100001", "helmet.9400001", "helmet.9400002"}),
    ],
)
async def test_words_phrases_and_operators_are_understood(lookfor: str, found: set[str]) -> None:
    assert set(ids(await search(recorded(), ("lookfor", lookfor)))) == found


async def test_hierarchical_facets_come_whole_and_say_what_is_applied() -> None:
    answer = await search(
        recorded(), ("lookfor", "ukulele"), ("filter[]", 'building:"1/Helmet/h/"'), ("facet[]", "building")
    )

    (helmet,) = answer["facets"]["building"]
    assert helmet["value"] == "0/Helmet/"
    assert "isApplied" not in helmet
    helsinki = next(child for child in helmet["children"] if child["value"] == "1/Helmet/h/")
    assert helsinki["isApplied"] == 1
    assert {child["value"] for child in helsinki["children"]} == {
        "2/Helmet/h/h00/",
        "2/Helmet/h/h25/",
        "2/Helmet/h/h53/",
    }


async def test_an_empty_field_asks_for_no_records() -> None:
    answer = await search(recorded(), ("lookfor", "sinuhe"), ("field[]", ""))

    assert answer == {"resultCount": 1, "status": "OK"}


@pytest.mark.parametrize("limit", ["101", "-1", "many"])
async def test_a_limit_out_of_range_is_refused(limit: str) -> None:
    async with client(recorded()) as finna:
        reply = await finna.get("/v1/search", params={"limit": limit})

    assert reply.status_code == 400
    assert reply.json() == {"status": "ERROR", "statusMessage": "Invalid limit"}


async def test_a_form_asks_the_same_as_an_address() -> None:
    async with client(recorded()) as finna:
        by_form = await finna.post("/v1/search", data={"lookfor": "sinuhe", "field[]": ["id"]})
        by_address = await finna.get("/api/v1/search", params={"lookfor": "sinuhe", "field[]": ["id"]})

    assert (
        by_form.json() == by_address.json() == {"resultCount": 1, "records": [{"id": "helmet.9000101"}], "status": "OK"}
    )


async def test_of_several_ids_the_missing_ones_are_left_out() -> None:
    async with client(recorded()) as finna:
        reply = await finna.get("/v1/record", params={"id[]": ["helmet.0", "helmet.9000105"], "field[]": "id"})

    assert reply.json()["records"] == [{"id": "helmet.9000105"}]


async def test_a_cover_is_a_picture_and_an_unknown_size_is_refused() -> None:
    async with client(recorded()) as finna:
        picture = await finna.get("/Cover/Show", params={"id": "helmet.1", "size": "large"})
        refused = await finna.get("/Cover/Show", params={"id": "helmet.1", "size": "enormous"})

    assert picture.headers["content-type"] == "image/png"
    assert picture.content.startswith(b"\x89PNG")
    assert refused.status_code == 400


def a_city() -> City:
    drill = MadeWork(
        id="helmet.1",
        title="Porakone",
        authors=(),
        year="19--",
        format=("0/PhysicalObject/",),
        format_label="Esine",
        languages=("zxx",),
        isbns=(),
        subjects=(("porakoneet",),),
        publisher=None,
        branches=("2/Helmet/h/h53/", "2/Helmet/h/h53l/", "2/Helmet/e/e01/"),
        has_cover=True,
    )
    book = MadeWork(
        id="helmet.2",
        title="Kallio : kirja",
        authors=("Made, Maija", "Tehty, Taavi"),
        year="2020",
        format=("0/Book/", "1/Book/eBook/"),
        format_label="E-kirja",
        languages=("fin",),
        isbns=("978-951-0-36417-1",),
        subjects=(),
        publisher="Otava",
        branches=("2/Helmet/h/h53/",),
        has_cover=False,
    )
    kallio = MadePlace(
        key="library-84860",
        kind="library",
        tprek=8215,
        finna_code="2/Helmet/h/h53/",
        name=Text(fi="Kallion kirjasto"),
        short_name="Kallio",
        street=Text(fi="Viides linja 11"),
        postal_code="00530",
        city="Helsinki",
        lat=60.18,
        lon=24.95,
    )
    return City(
        today=date(2026, 11, 22),
        areas=(),
        places=(kallio,),
        services=(),
        rooms=(),
        keywords=(),
        organisations=(),
        events=(),
        series=(),
        works=(drill, book),
        scopes=(),
        rounds=(),
    )


async def test_a_made_thing_has_all_levels_of_its_buildings_in_the_language_asked_for() -> None:
    answer = await search(
        made(a_city()),
        ("lookfor", "porakone"),
        IN_HELMET,
        ("lng", "sv"),
        *[("field[]", f) for f in ("buildings", "formats")],
    )

    assert answer["records"] == [
        {
            "buildings": [
                {"value": "0/Helmet/", "translated": "Helmet-biblioteken"},
                {"value": "1/Helmet/h/", "translated": "Helsingfors"},
                {"value": "1/Helmet/e/", "translated": "Esbo"},
                {"value": "2/Helmet/h/h53/", "translated": "Kallio"},
                {"value": "2/Helmet/h/h53l/", "translated": "Kallio lapset"},
                {"value": "2/Helmet/e/e01/", "translated": "2/Helmet/e/e01/"},
            ],
            "formats": [{"value": "0/PhysicalObject/", "translated": "Föremål"}],
        }
    ]


async def test_a_made_book_tells_its_short_number_and_leaves_out_what_it_lacks() -> None:
    fields = [("field[]", field) for field in ("cleanIsbn", "subTitle", "year", "images", "publishers")]
    answer = await search(made(a_city()), ("lookfor", "kallio"), IN_HELMET, *fields)
    drill = await search(made(a_city()), ("lookfor", "porakone"), IN_HELMET, *fields)

    assert answer["records"] == [
        {"cleanIsbn": "9510364177", "subTitle": "kirja", "year": "2020", "images": [], "publishers": ["Otava"]}
    ]
    assert drill["records"] == [
        {"year": "19--", "images": ["/Cover/Show?source=Solr&id=helmet.1&index=0&size=large"], "publishers": []}
    ]


async def test_the_neighbour_lists_its_own_copies_of_the_citys_works_under_ids_and_buildings_of_its_own() -> None:
    city = make_city(date(2026, 11, 22))
    fields = [("field[]", field) for field in ("id", "buildings", "source")]
    answer = await search(made(city), ("filter[]", 'building:"0/Naapuri/"'), ("limit", "100"), *fields)

    assert 10 < answer["resultCount"] < len(city.works)
    for row in answer["records"]:
        assert row["id"].startswith("naapuri.")
        assert row["source"][0]["value"] == "naapuri"
        assert all("/Naapuri/" in building["value"] for building in row["buildings"])
