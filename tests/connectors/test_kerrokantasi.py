from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

import hub.sandbox.kerrokantasi
from hub.connectors.kerrokantasi import Kerrokantasi
from hub.fetch import Ask, Fetch, Page, Reply, Source
from hub.records.civic import Geometry, Hearing, HearingComments, HearingProject, HearingSection, NamedArea
from hub.records.core import LocalizedText, Ref

NOW = datetime(2026, 11, 22, 0, 16, 13, tzinfo=UTC)
SAMPLES = Path(hub.sandbox.kerrokantasi.__path__[0]) / "samples"
STREET = "bb53z1J6MwxjwvdLczBcOnHGvolIIFFN"
VALLILA = LocalizedText(fi="Vallila", sv="Vallgård", en="Vallila")


def connector(**options: Any) -> Kerrokantasi:
    return Kerrokantasi(
        Source(
            name="kerrokantasi",
            id="kk",
            connector="kerrokantasi",
            url="https://kerrokantasi.example/v1/",
            title=LocalizedText(fi="Kerro kantasi"),
            options=options,
        )
    )


def sample(name: str) -> Any:
    return msgspec.json.decode((SAMPLES / f"{name}.json").read_bytes())


def parsed(wanted: Fetch[Page[Any]], body: object, read_at: datetime = NOW) -> Page[Any]:
    raw = msgspec.json.encode(body)
    return wanted.parse(
        Reply(source=wanted.source, request=wanted.request, status=200, headers={}, body=raw, read_at=read_at)
    )


def hearings(*rows: Any, read_at: datetime = NOW) -> Page[Hearing]:
    body = {"count": len(rows), "next": None, "previous": None, "results": list(rows)}
    return parsed(connector().hearings(Ask(now=NOW)), body, read_at)


def row(**changes: Any) -> Any:
    return sample("hearing_list_include_geojson")["results"][0] | changes


def test_hearings_are_asked_for_the_oldest_first_with_their_map() -> None:
    request = connector().hearings(Ask(now=NOW, after="200")).request

    assert (request.method, request.url) == ("GET", "https://kerrokantasi.example/v1/hearing/")
    assert request.params == (("include", "geojson"), ("ordering", "created_at"), ("limit", "100"), ("offset", "200"))
    assert ("Accept", "application/json") in request.headers


def test_no_request_sends_a_token_or_asks_where_drafts_and_persons_are_shown() -> None:
    for one in connector().collections():
        for pages in (one.pages, one.changes):
            if pages is None:
                continue
            wanted = pages(Ask(now=NOW))
            assert isinstance(wanted, Fetch)
            assert wanted.request.url.removeprefix("https://kerrokantasi.example/v1/") in {"hearing/", "section/"}
            assert "authorization" not in {name.lower() for name, _ in wanted.request.headers}
        assert one.one is None


def test_a_hearing_is_read_whole() -> None:
    (hearing,) = hearings(row()).items

    assert hearing == Hearing(
        ref=Ref("hearing", "kk", STREET),
        read_at=NOW,
        url="https://kerrokantasi.hel.fi/makelankadun-liikennejarjestelyt",
        title=LocalizedText(
            fi="Mäkelänkadun liikennejärjestelyt",
            sv="Trafikarrangemangen på Backasgatan",
            en="Traffic arrangements on Mäkelänkatu",
        ),
        summary=LocalizedText(fi="Kerro mielipiteesi Mäkelänkadun uusista kaistoista.", sv="Berätta vad du tycker."),
        opens_at=datetime(2026, 11, 17, 0, 14, 44, 279384, tzinfo=UTC),
        closes_at=datetime(2026, 12, 12, 0, 14, 44, 279384, tzinfo=UTC),
        labels=(VALLILA, LocalizedText(fi="Liikenne", sv="Trafik", en="Traffic")),
        project=HearingProject(
            key="4yrU1fo3wJPYvllqmJshnbW56I85ckeq",
            title=LocalizedText(fi="Mäkelänkadun uudistus", sv="Förnyelsen av Backasgatan"),
            phase=LocalizedText(fi="Vaihtoehdot", sv="Alternativ"),
        ),
        organiser_name=LocalizedText(fi="Kaupunkiympäristön toimiala"),
        areas=(NamedArea(name=VALLILA),),
        geometry=Geometry(
            polygons=((((24.955, 60.192), (24.966, 60.192), (24.966, 60.199), (24.955, 60.199), (24.955, 60.192)),),)
        ),
        location=hearing.location,
        tprek_id="8199",
        created_at=datetime(2026, 11, 22, 0, 14, 44, 338880, tzinfo=UTC),
    )
    assert hearing.location is not None
    assert 24.955 < hearing.location.lon < 24.966
    assert 60.192 < hearing.location.lat < 60.199


def test_texts_come_as_objects_empty_objects_empty_strings_strings_and_null() -> None:
    page = hearings(
        row(abstract="", title={}, borough=None),
        row(id="b", abstract="Suomeksi", title={"en": "Only English"}, borough={}),
    )

    assert [hearing.summary for hearing in page.items] == [None, LocalizedText(fi="Suomeksi")]
    assert [hearing.title for hearing in page.items] == [None, LocalizedText(en="Only English")]
    assert [hearing.areas for hearing in page.items] == [(), ()]


def test_closed_while_its_times_say_open_is_closed_early() -> None:
    whole = {one["slug"]: one for one in sample("hearing_list_default")["results"]}
    rows = [whole["suljettu"], whole["kaava-8"], whole["kaava-1"]]

    assert [(rows[n]["closed"], one.closed_early) for n, one in enumerate(hearings(*rows).items)] == [
        (True, True),  # its times run on
        (True, False),  # over
        (False, False),  # on
    ]


def test_a_draft_and_what_opens_later_are_not_kept() -> None:
    tomorrow = (NOW + timedelta(days=1)).isoformat()
    page = hearings(row(published=False), row(id="b", open_at=tomorrow), row(id="c"))

    assert [hearing.ref.key for hearing in page.items] == ["c"]
    assert (page.skipped, page.dropped) == (2, ())


@pytest.mark.parametrize(
    ("address", "number"),
    [
        ("https://palvelukartta.hel.fi/fi/unit/8199", "8199"),
        ("https://palvelukartta.hel.fi/unit/8199?lang=sv", "8199"),
        ("https://palvelukartta.hel.fi/fi/unit/8199/feedback", "8199"),
        ("https://palvelukartta.hel.fi/fi/search?q=8199", None),
        ("https://palvelukartta.hel.fi/fi/unit/kallio", None),
        ("8199", None),
        ("", None),
        (None, None),
    ],
)
def test_a_service_map_address_gives_a_number_only_where_it_is_a_units_page(
    address: str | None, number: str | None
) -> None:
    (hearing,) = hearings(row(servicemap_url=address)).items

    assert hearing.tprek_id == number


def test_a_borough_may_name_several_parts_of_the_city() -> None:
    (hearing,) = hearings(row(borough={"fi": "Kallio, Vallila ja Alppiharju", "sv": "Berghäll"})).items

    assert hearing.areas == (
        NamedArea(name=LocalizedText(fi="Kallio")),
        NamedArea(name=LocalizedText(fi="Vallila")),
        NamedArea(name=LocalizedText(fi="Alppiharju")),
        NamedArea(name=LocalizedText(sv="Berghäll")),
    )


def test_a_link_holds_the_slug_quoted_and_the_page_can_be_configured() -> None:
    body = {"count": 1, "next": None, "previous": None, "results": [row(slug="a/../b?c")]}
    (hearing,) = parsed(connector(page="https://kuule.example/{slug}/").hearings(Ask(now=NOW)), body).items

    assert hearing.url == "https://kuule.example/a%2F..%2Fb%3Fc/"


def test_a_section_keeps_its_hearing_and_its_texts_sanitised() -> None:
    body = sample("section_root_list")
    body["results"][0]["content"]["fi"] += '<script>alert(1)</script><img src="x.jpg">'
    page = parsed(connector().sections(Ask(now=NOW)), body)

    assert page.items[0] == HearingSection(
        ref=Ref("hearing_section", "kk", "z23xVoiDNEBVLZWlO2FTbuqkilnpgK2p"),
        read_at=NOW,
        hearing=Ref("hearing", "kk", STREET),
        type="main",
        title=LocalizedText(fi="Mäkelänkadun liikennejärjestelyt", sv="Trafikarrangemangen på Backasgatan"),
        summary=LocalizedText(fi="Kerro mielipiteesi Mäkelänkadun uusista kaistoista.", sv="Berätta vad du tycker."),
        body=LocalizedText(
            fi="<p>Suunnitelma sisältää <strong>pyöräkaistat</strong>.</p>",
            sv="<p>Planen.</p>",
        ),
        created_at=datetime(2026, 11, 22, 0, 14, 44, 372456, tzinfo=UTC),
    )
    assert page.items[1].title is None
    assert (page.total, page.next) == (13, "3")


def test_comments_are_counted_and_only_those_of_open_hearings_between_full_crawls() -> None:
    kerrokantasi = connector()
    page = parsed(kerrokantasi.comment_counts(Ask(now=NOW)), sample("hearing_list_huge_limit"))
    changed = dict(kerrokantasi.open_comment_counts(Ask(now=NOW, since=NOW)).request.params)

    assert page.items[0] == HearingComments(
        ref=Ref("hearing_comments", "kk", STREET), read_at=NOW, hearing=Ref("hearing", "kk", STREET), count=6
    )
    assert len(page.items) == 13
    assert changed["open"] == "true"
    assert "open" not in dict(kerrokantasi.comment_counts(Ask(now=NOW)).request.params)


def test_a_page_tells_where_the_next_begins_by_rows_sent_and_an_empty_one_is_the_last() -> None:
    body = sample("hearing_list_page2")
    body["results"][0]["open_at"] = "eilen"
    page = parsed(connector().hearings(Ask(now=NOW, after="5")), body)

    assert (len(page.items), page.total, page.next) == (4, 13, "10")
    assert [lost.key for lost in page.dropped] == ["W8QgmYvGanmYtxUa7aCD0YD9dEzId7TQ"]
    assert parsed(connector().hearings(Ask(now=NOW, after="500")), sample("hearing_list_past_end")).next is None
