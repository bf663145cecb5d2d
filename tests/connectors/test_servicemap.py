"""The Service Map: what is asked, and what the recorded replies mean."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import hub.sandbox.servicemap
from hub.connectors.servicemap import KINDS, UNIT_FIELDS, Servicemap
from hub.errors import BadSettings, PayloadChanged
from hub.fetch import Ask, Dropped, Fetch, Page, Reply, Source
from hub.records.core import Address, Contact, LocalizedText, Picture, Point, Ref
from hub.records.places import Accessibility, Area, AreaKind, Identifier, Place, PlaceKind, Service

SAMPLES = Path(hub.sandbox.servicemap.__path__[0]) / "samples"
NOW = datetime(2026, 11, 22, 0, 12, 16, tzinfo=UTC)
URL = "https://api.hel.fi/servicemap/v2/"
ASK = Ask(now=NOW)


def source(**options: Any) -> Source:
    return Source(
        name="servicemap", id="tprek", connector="servicemap", url=URL, title=LocalizedText(en="x"), options=options
    )


SERVICEMAP = Servicemap(source())


def sample(name: str) -> Any:
    return json.loads((SAMPLES / f"{name}.json").read_bytes())


def read(fetch: Any, body: object, status: int = 200) -> Any:
    assert isinstance(fetch, Fetch)
    raw = json.dumps(body).encode()
    return fetch.parse(
        Reply(source=fetch.source, request=fetch.request, status=status, headers={}, body=raw, read_at=NOW)
    )


def one_place(unit: dict[str, Any], **options: Any) -> Place:
    page: Page[Place] = read(Servicemap(source(**options)).places(ASK), {"count": 1, "next": None, "results": [unit]})
    return page.items[0]


def kinds_of(services: list[int], identifiers: list[str], **options: Any) -> tuple[PlaceKind, ...]:
    told = [{"namespace": name, "value": "1"} for name in identifiers]
    return one_place({"id": 1, "services": services, "identifiers": told}, **options).kinds


def division(**other: Any) -> dict[str, Any]:
    row = sample("administrative_division_neighborhood_geometry")["results"][0]
    return {**row, **other}


def areas(*rows: dict[str, Any], **options: Any) -> Page[Area]:
    fetch = Servicemap(source(**options)).areas(ASK)
    page: Page[Area] = read(fetch, {"count": len(rows), "next": None, "results": list(rows)})
    return page


def test_units_are_asked_for_by_the_thousand_and_with_our_fields_only() -> None:
    request = SERVICEMAP.places(ASK).request

    assert (request.method, request.url) == ("GET", f"{URL}unit/")
    assert dict(request.params) == {
        "municipality": "helsinki",
        "only": ",".join(UNIT_FIELDS),
        "page_size": "1000",
        "page": "1",
    }
    assert "connections" not in UNIT_FIELDS


def test_several_municipalities_may_be_configured() -> None:
    assert dict(Servicemap(source(municipality="helsinki, espoo")).places(ASK).request.params)["municipality"] == (
        "helsinki,espoo"
    )
    with pytest.raises(BadSettings, match=r"sources\.servicemap\.municipality: ''"):
        Servicemap(source(municipality=""))


def test_divisions_are_asked_for_with_their_borders() -> None:
    request = SERVICEMAP.areas(Ask(now=NOW, after="2")).request

    assert request.url == f"{URL}administrative_division/"
    assert dict(request.params) == {
        "type": "neighborhood,sub_district,district,major_district",
        "geometry": "true",
        "page_size": "50",
        "page": "2",
    }


def test_a_unit_becomes_a_place() -> None:
    assert read(SERVICEMAP.place("8215"), sample("unit_8215")) == Place(
        ref=Ref("place", "tprek", "8215"),
        read_at=NOW,
        modified_at=datetime(2020, 6, 29, 21, 32, 6, tzinfo=UTC),
        url="https://palvelukartta.hel.fi/fi/unit/8215",
        name=LocalizedText(fi="Kallion kirjasto", sv="Berghälls bibliotek", en="Kallio Library"),
        tprek_id="8215",
        identifiers=(
            Identifier(namespace="kirkanta", value="84860"),
            Identifier(namespace="visithelsinki", value="2916"),
            Identifier(namespace="internal", value="3266"),
            Identifier(namespace="hauki", value="1"),
        ),
        kinds=(PlaceKind.LIBRARY,),
        address=Address(
            street=LocalizedText(fi="Viides linja 11", sv="Femte linjen 11", en="Viides linja 11"),
            postal_code="00530",
            city="Helsinki",
        ),
        location=Point(lat=60.18372, lon=24.95356),
        contact=Contact(phone="+358 9 310 85053", website="http://www.helmet.fi/kallionkirjasto"),
        accessibility=Accessibility(
            for_wheelchair=False,
            wheelchair=2,
            reduced_mobility=1,
            rollator=2,
            stroller=5,
            visually_impaired=2,
            hearing_aid=1,
        ),
        services=tuple(Ref("service", "tprek", key) for key in ("473", "483", "691", "692", "806", "813")),
        picture=Picture(url="https://kirkanta.kirjastot.fi/files/photos/medium/kallio-4f901aa2.jpg"),
    )


def test_empty_lines_part_the_paragraphs_of_a_description() -> None:
    place = one_place({"id": 1, "description": {"fi": "Ensin & näin\r\nsamaa.\n\nSitten <b>ei</b>", "en": " "}})

    assert place.description == LocalizedText(fi="Ensin &amp; näin\nsamaa.\n\nSitten <strong>ei</strong>")
    assert one_place({"id": 1, "description": {"fi": "A < B\n\nC"}}).description == LocalizedText(
        fi="<p>A &lt; B</p><p>C</p>"
    )


def test_what_a_unit_lacks_is_unknown_and_not_empty() -> None:
    (unit,) = sample("unit_list_no_location")["results"]

    assert one_place(unit) == Place(
        ref=Ref("place", "tprek", "99999"),
        read_at=NOW,
        modified_at=datetime(2020, 6, 29, 21, 32, 6, tzinfo=UTC),
        url="https://palvelukartta.hel.fi/fi/unit/99999",
        name=LocalizedText(fi="Kirjastoauto Stara"),
        tprek_id="99999",
        kinds=(PlaceKind.MOBILE_LIBRARY,),
        address=Address(city="Helsinki"),
        services=(Ref("service", "tprek", "312"),),
    )


def test_a_sports_hall_and_a_house_of_culture_are_told_by_their_services() -> None:
    assert read(SERVICEMAP.place("41102"), sample("unit_41102")).kinds == (PlaceKind.SPORT,)
    assert read(SERVICEMAP.place("51342"), sample("unit_51342")).kinds == (PlaceKind.LIBRARY, PlaceKind.CULTURE)


def test_a_library_service_without_a_kirkanta_identifier_makes_no_library() -> None:
    assert kinds_of([813], ["internal"]) == ()
    assert kinds_of([813], ["internal", "kirkanta"]) == (PlaceKind.LIBRARY,)


def test_kinds_are_settable_and_a_mistake_in_them_is_told() -> None:
    assert kinds_of([4711], [], kinds={"YOUTH": [4711]}) == (PlaceKind.YOUTH,)
    assert kinds_of([468], [], kinds={"YOUTH": [4711]}) == ()
    with pytest.raises(BadSettings, match=r"sources\.servicemap\.kinds\.YUOTH"):
        Servicemap(source(kinds={"YUOTH": [1]}))


def test_no_service_tells_two_kinds() -> None:
    told = [service for services in KINDS.values() for service in services]

    assert len(told) == len(set(told))


def test_the_next_page_is_the_next_number_whatever_address_the_reply_names() -> None:
    page = read(SERVICEMAP.places(ASK), sample("unit_list_libraries_page1"))
    elsewhere = sample("unit_list_libraries_page1") | {"next": "http://evil.example/unit/?page=9"}

    assert (page.next, page.total, len(page.items)) == ("2", 5, 3)
    assert read(SERVICEMAP.places(ASK), elsewhere).next == "2"
    assert read(SERVICEMAP.places(Ask(now=NOW, after="2")), sample("unit_list_libraries_page2")).next is None


def test_a_page_that_went_away_ends_an_incomplete_crawl() -> None:
    fetch = SERVICEMAP.places(Ask(now=NOW, after="3"))

    assert 404 in fetch.statuses
    assert read(fetch, sample("error_invalid_page_404"), 404) == Page(items=(), complete=False)
    assert 404 not in SERVICEMAP.places(ASK).statuses


def test_an_unknown_unit_is_none() -> None:
    assert read(SERVICEMAP.place("1"), sample("error_not_found_404"), 404) is None


def test_a_unit_merged_into_another_is_none_under_its_old_id() -> None:
    assert read(SERVICEMAP.place("1234"), sample("unit_8215")) is None


def test_one_unit_shows_that_the_upstream_keeps_its_contract() -> None:
    probe = SERVICEMAP.probe()

    assert dict(probe.request.params)["page_size"] == "1"
    assert [place.ref.key for place in read(probe, sample("unit_list_libraries_page2")).items] == ["8199", "8149"]


def test_an_id_cannot_leave_the_path() -> None:
    assert SERVICEMAP.place("../service/1?x=").request.url == f"{URL}unit/..%2Fservice%2F1%3Fx%3D/"


def test_a_unit_that_cannot_be_read_costs_the_page_nothing_else() -> None:
    body = sample("unit_list_libraries_page1")
    body["results"][1]["location"] = {"type": "Point", "coordinates": "24.9,60.2"}
    page = read(SERVICEMAP.places(ASK), body)

    assert [place.ref.key for place in page.items] == ["51342", "8215"]
    assert page.dropped == (
        Dropped(
            key="8269",
            reason="Expected `array`, got `str` - at `$.location.coordinates`",
            where="row 2 of unit/",
            mend="Give location.coordinates as list.",
        ),
    )


def test_a_point_outside_the_world_is_unknown() -> None:
    assert one_place({"id": 1, "location": {"type": "Point", "coordinates": [24.9, 601.8]}}).location is None


def test_a_service_becomes_a_name() -> None:
    page = read(SERVICEMAP.services(ASK), sample("service_list_libraries"))

    assert len(page.items) == 23
    assert page.items[1] == Service(
        ref=Ref("service", "tprek", "311"),
        read_at=NOW,
        name=LocalizedText(fi="kirjastoautopysäkit", sv="bokbussarnas hållplatser", en="mobile library stops"),
    )


def test_a_division_becomes_an_area_with_its_border() -> None:
    page = read(SERVICEMAP.areas(ASK), sample("administrative_division_neighborhood_geometry"))

    assert page.items == (
        Area(
            ref=Ref("area", "tprek", "kaupunginosa:kallio"),
            read_at=NOW,
            name=LocalizedText(fi="Kallio", sv="Berghäll"),
            area_kind=AreaKind.NEIGHBOURHOOD,
            ocd_id="ocd-division/country:fi/kunta:helsinki/kaupunginosa:kallio",
            origin_id="11",
            boundary=((((24.944, 60.18), (24.96, 60.18), (24.962, 60.188), (24.946, 60.189), (24.944, 60.18)),),),
        ),
    )


def test_the_four_kinds_of_areas_are_kept_and_the_others_skipped() -> None:
    page = read(SERVICEMAP.areas(ASK), sample("administrative_division_point"))

    assert [(area.ref.key, area.area_kind) for area in page.items] == [
        ("suurpiiri:keskinen", AreaKind.MAJOR_DISTRICT),
        ("peruspiiri:kallio", AreaKind.DISTRICT),
        ("kaupunginosa:kallio", AreaKind.NEIGHBOURHOOD),
        ("osa-alue:linjat", AreaKind.SUB_DISTRICT),
    ]
    assert (page.skipped, page.dropped) == (2, ())


def test_a_generation_that_has_ended_and_a_neighbour_city_are_skipped() -> None:
    espoo = "ocd-division/country:fi/kunta:espoo/kaupunginosa:kallio"
    page = areas(division(), division(end="2019-12-31"), division(municipality="espoo", ocd_id=espoo))

    assert ([area.ref.key for area in page.items], page.skipped) == (["kaupunginosa:kallio"], 2)
    in_espoo = areas(division(municipality="espoo", ocd_id=espoo), municipality="espoo")
    assert [area.ocd_id for area in in_espoo.items] == [espoo]


@pytest.mark.parametrize(
    ("border", "reason"),
    [
        ([[[[24, 60], [25, 60], [24, 60]]]], "a ring of 3 points that is not closed"),
        ([[[[24, 60], [25, 60], [25, 61], [24, 61]]]], "a ring of 4 points that is not closed"),
        ([[[[24, 60], [25, 60], [25, 610], [24, 60]]]], "a border outside the world"),
        ([[]], "a polygon without a ring"),
    ],
)
def test_a_border_that_is_none_costs_its_division_only(border: object, reason: str) -> None:
    page = areas(division(boundary={"type": "MultiPolygon", "coordinates": border}), division())

    assert page.dropped == (
        Dropped(key="kaupunginosa:kallio", reason=reason, where="row 1 of administrative_division/"),
    )
    assert len(page.items) == 1


def test_a_page_without_results_has_another_shape() -> None:
    with pytest.raises(PayloadChanged, match=r"GET /unit/: .+ `results`"):
        read(SERVICEMAP.places(ASK), {"count": 0, "next": None})


@pytest.mark.parametrize(
    ("viewpoints", "expected"),
    [({"11": "green"}, True), ({"11": "red"}, False), ({"11": "unknown"}, None), ({"12": "green"}, None), ({}, None)],
)
def test_a_place_without_any_counted_shortcoming_may_have_been_surveyed(
    viewpoints: dict[str, str], expected: bool | None
) -> None:
    row = sample("unit_8215") | {"accessibility_viewpoints": viewpoints, "accessibility_shortcoming_count": {}}

    found = one_place(row).accessibility

    assert found == (None if expected is None else Accessibility(for_wheelchair=expected))
