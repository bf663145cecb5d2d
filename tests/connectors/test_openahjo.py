from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec

import hub.sandbox.openahjo
from hub.connectors.openahjo import OpenAhjo
from hub.fetch import Ask, Page, Reply, Source
from hub.records.civic import Decision, Geometry, NamedArea
from hub.records.core import LocalizedText, Ref
from hub.records.places import AreaKind

NOW = datetime(2026, 11, 22, tzinfo=UTC)
SAMPLES = Path(hub.sandbox.openahjo.__path__[0]) / "samples"
SOURCE = Source(
    name="openahjo",
    id="oa",
    connector="openahjo",
    url="https://dev.example/paatokset/v1/",
    title=LocalizedText(fi="Open Ahjo"),
)


def sample(name: str) -> Any:
    return msgspec.json.decode((SAMPLES / f"{name}.json").read_bytes())


def parsed(body: object, after: str | None = None) -> Page[Decision]:
    wanted = OpenAhjo(SOURCE).cases(Ask(now=NOW, after=after))
    raw = msgspec.json.encode(body)
    return wanted.parse(Reply(source=SOURCE, request=wanted.request, status=200, headers={}, body=raw, read_at=NOW))


def of_one(**changes: Any) -> Decision:
    body = sample("openahjo_issue_list_page1")
    body["objects"] = [body["objects"][0] | changes]
    (decision,) = parsed(body).items
    return decision


def test_cases_are_asked_for_a_hundred_at_a_time_and_their_texts_never() -> None:
    request = OpenAhjo(SOURCE).cases(Ask(now=NOW, after="300")).request

    assert (request.method, request.url) == ("GET", "https://dev.example/paatokset/v1/issue/")
    assert request.params == (("format", "json"), ("limit", "100"), ("offset", "300"))


def test_a_case_is_read_whole() -> None:
    assert parsed(sample("openahjo_issue_list_page1")).items[0] == Decision(
        ref=Ref("decision", "oa", "9001"),
        read_at=NOW,
        modified_at=datetime(2014, 3, 18, 8, tzinfo=UTC),  # ten o'clock in Helsinki
        url="https://paatokset.hel.fi/fi/asia/hel-2013-012345",
        title=LocalizedText(fi="Vallilan asemakaavan muuttaminen"),
        case_number="HEL 2013-012345",
        summary=LocalizedText(fi="Kaavaehdotus asetetaan nähtäville."),
        decided_on=date(2014, 3, 18),
        category=LocalizedText(fi="Asemakaavoitus"),
        areas=(
            NamedArea(name=LocalizedText(fi="Vallila"), area_kind=AreaKind.NEIGHBOURHOOD),
            NamedArea(name=LocalizedText(fi="Vallilan peruspiiri"), area_kind=AreaKind.DISTRICT),
        ),
        geometry=Geometry(points=((24.9626, 60.1923),)),
    )


def test_a_case_without_a_summary_has_none() -> None:
    assert parsed(sample("openahjo_issue_list_page1")).items[1].summary is None
    assert of_one(summary="").summary is None


def test_all_places_of_a_case_are_kept() -> None:
    decision = of_one(
        geometries=[
            {"type": "Point", "coordinates": [24.96, 60.19], "name": "Päijänteentie 5", "category": "address"},
            {"type": "LineString", "coordinates": [[24.96, 60.19], [24.97, 60.19]], "name": "x", "category": "plan"},
        ]
    )

    assert decision.geometry == Geometry(points=((24.96, 60.19),), lines=(((24.96, 60.19), (24.97, 60.19)),))


def test_a_district_of_another_kind_is_left_out_and_a_heading_tells_where_no_district_does() -> None:
    others = [{"name": "00550", "type": "postcode_area"}]

    assert of_one(districts=others).areas == ()
    assert of_one(districts=[], subject="Vallilan (22.ko) asemakaava").areas == (
        NamedArea(code="22", area_kind=AreaKind.NEIGHBOURHOOD),
    )


def test_the_next_page_begins_behind_the_rows_that_were_sent() -> None:
    first = parsed(sample("openahjo_issue_list_page1"))
    last = parsed(sample("openahjo_issue_list_page2"), "2")

    assert (first.total, first.next) == (3, "2")
    assert (last.total, last.next) == (3, None)
    assert parsed(sample("openahjo_issue_list_empty")).items == ()
