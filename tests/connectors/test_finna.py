from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.connectors.finna import Finna
from hub.connectors.finna_codes import branch_of, isbn_of, words_of, year_of
from hub.connectors.languages import bcp47, library_code
from hub.errors import PayloadChanged, UpstreamRefused
from hub.fetch import Ask, Fetch, Reply, Source
from hub.records.catalogue import (
    CataloguePage,
    CatalogueQuery,
    CatalogueRecord,
    Facet,
    FacetValue,
    Format,
)
from hub.records.core import LocalizedText, Ref
from hub.sandbox.finna.recorded import SAMPLES, recorded
from hub.sandbox.finna.standin import Row, Rows, app

READ_AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
SOURCE = Source(
    name="finna",
    id="finna",
    connector="finna",
    url="https://api.finna.fi/v1/",
    title=LocalizedText(fi="Finna"),
)
FINNA = Finna(SOURCE)
ASK = Ask(now=READ_AT)


def reply(fetch: Fetch[Any], body: bytes, status: int = 200) -> Reply:
    return Reply(source=SOURCE, request=fetch.request, status=status, headers={}, body=body, read_at=READ_AT)


def sample(name: str) -> bytes:
    return (SAMPLES / f"{name}.json").read_bytes()


def envelope(*rows: Row, total: int | None = None) -> bytes:
    return msgspec.json.encode({"resultCount": len(rows) if total is None else total, "records": rows, "status": "OK"})


def filters(query: CatalogueQuery) -> list[str]:
    """Beside the building, which every search has."""
    params = FINNA.search(query).request.params
    found = [value for name, value in params if name == "filter[]"]
    assert found[0] == 'building:"0/Helmet/"'
    return found[1:]


def read(row: Row) -> CatalogueRecord:
    fetch = FINNA.search(CatalogueQuery())
    return fetch.parse(reply(fetch, envelope(row))).records[0]


def thing(number: int, **fields: object) -> Row:
    return {"id": f"helmet.{number}", "title": f"Esine {number}", "formats": [{"value": "0/PhysicalObject/"}], **fields}


def test_things_are_asked_for_inside_the_building_in_a_stable_order() -> None:
    request = FINNA.things(ASK).request

    assert request.method == "GET"
    assert request.url == "https://api.finna.fi/v1/search"
    assert request.params == (
        ("lookfor", ""),
        ("filter[]", 'building:"0/Helmet/"'),
        ("filter[]", '~format:"0/PhysicalObject/"'),
        ("filter[]", '~format:"1/Other/Kit/"'),
        ("field[]", "id"),
        ("field[]", "title"),
        ("field[]", "nonPresenterAuthors"),
        ("field[]", "buildings"),
        ("field[]", "formats"),
        ("field[]", "images"),
        ("field[]", "languages"),
        ("field[]", "subjects"),
        ("field[]", "year"),
        ("field[]", "isbns"),
        ("field[]", "publishers"),
        ("field[]", "onlineUrls"),
        ("sort", "title,id asc"),
        ("page", "1"),
        ("limit", "100"),
        ("lng", "fi"),
    )


def test_another_building_may_be_configured() -> None:
    turku = Finna(msgspec.structs.replace(SOURCE, options={"building": "0/Vaski/", "view": "https://vaski.finna.fi/"}))
    fetch = turku.search(CatalogueQuery())

    assert ("filter[]", 'building:"0/Vaski/"') in fetch.request.params
    (record,) = fetch.parse(reply(fetch, envelope({"id": "vaski.1", "title": "Esine"}))).records
    assert record.url == "https://vaski.finna.fi/Record/vaski.1"


def test_a_page_of_things_is_read_whole() -> None:
    fetch = FINNA.things(ASK)

    page = fetch.parse(reply(fetch, sample("search_physical_objects")))

    assert (page.total, page.next, page.complete, page.skipped, page.dropped) == (4, None, True, 0, ())
    assert [record.ref.key for record in page.items] == [f"helmet.910000{n}" for n in (1, 2, 3, 4)]
    assert page.items[0] == CatalogueRecord(
        ref=Ref("catalogue_record", "finna", "helmet.9100001"),
        read_at=READ_AT,
        url="https://helmet.finna.fi/Record/helmet.9100001",
        title=LocalizedText(other="Iskuporakone"),
        format=Format.OBJECT,
        format_label=LocalizedText(fi="Esine"),
        subjects=(LocalizedText(other="porakoneet"), LocalizedText(other="lainaesineet")),
        branches=("2/Helmet/h/h00/", "2/Helmet/h/h01/", "2/Helmet/h/h55/"),
    )


def test_the_crawl_goes_on_until_the_total_is_reached() -> None:
    fetch = FINNA.things(ASK)

    first = fetch.parse(reply(fetch, envelope(*[thing(n) for n in range(100)], total=150)))
    assert (first.next, first.complete) == ("2", True)

    fetch = FINNA.things(msgspec.structs.replace(ASK, after=first.next))
    assert ("page", "2") in fetch.request.params
    last = fetch.parse(reply(fetch, envelope(*[thing(n) for n in range(50)], total=150)))
    assert (last.next, last.complete) == (None, True)


def test_a_page_that_is_shorter_than_the_total_says_is_not_complete() -> None:
    fetch = FINNA.things(msgspec.structs.replace(ASK, after="2"))

    page = fetch.parse(reply(fetch, envelope(*[thing(n) for n in range(49)], total=150)))

    assert not page.complete


def test_no_more_than_ten_thousand_things_are_crawled() -> None:
    fetch = FINNA.things(msgspec.structs.replace(ASK, after="100"))

    page = fetch.parse(reply(fetch, envelope(*[thing(n) for n in range(100)], total=10_001)))

    assert (page.next, page.complete) == (None, False)


def test_what_is_no_thing_is_skipped_and_a_broken_row_is_dropped_alone() -> None:
    fetch = FINNA.things(ASK)
    rows = (thing(1), thing(2, title=7), thing(3, formats=[{"value": "0/Book/"}]), thing(4, title=" "))

    page = fetch.parse(reply(fetch, envelope(*rows)))

    assert [record.ref.key for record in page.items] == ["helmet.1"]
    assert page.skipped == 1
    assert [dropped.key for dropped in page.dropped] == ["helmet.2", "helmet.4"]
    assert "title" in page.dropped[0].reason
    assert page.dropped[1].reason == "no title"


def test_a_book_is_read_whole() -> None:
    fetch = FINNA.search(CatalogueQuery(text="sinuhe"))

    page = fetch.parse(reply(fetch, sample("search_novels_page1")))

    assert page.total == 7
    assert page.records[2] == CatalogueRecord(
        ref=Ref("catalogue_record", "finna", "helmet.9000101"),
        read_at=READ_AT,
        url="https://helmet.finna.fi/Record/helmet.9000101",
        title=LocalizedText(fi="Sinuhe egyptiläinen : viisitoista kirjaa lääkäri Sinuhen elämästä n. 1390-1335 e.Kr."),
        authors=("Waltari, Mika",),
        year=2010,
        format=Format.BOOK,
        format_label=LocalizedText(fi="Kirja"),
        languages=("fi",),
        isbns=("9789510364171",),
        subjects=tuple(LocalizedText(other=text) for text in ("lääkärit", "faaraot", "Egypti – historia")),
        cover_url="https://api.finna.fi/Cover/Show?source=Solr&id=helmet.9000101&index=0&size=large",
        branches=("2/Helmet/h/h01/", "2/Helmet/h/h25/", "2/Helmet/h/h55/", "2/Helmet/v/v28/"),
    )


def test_a_translator_is_no_author_and_a_childrens_department_is_its_branch() -> None:
    fetch = FINNA.search(CatalogueQuery())

    page = fetch.parse(reply(fetch, sample("search_novels_page1")))
    audiobook = page.records[3]

    assert audiobook.authors == ("Jansson, Tove",)
    assert audiobook.branches == ("2/Helmet/h/h00/", "2/Helmet/h/h55/")
    assert audiobook.format is Format.AUDIOBOOK
    assert audiobook.format_label == LocalizedText(fi="Äänikirja (CD)")


def test_a_page_past_the_end_has_a_total_and_no_records() -> None:
    fetch = FINNA.search(CatalogueQuery(page=3))

    assert fetch.parse(reply(fetch, sample("search_page_beyond_end"))) == CataloguePage(total=7)


def test_a_page_past_the_furthest_is_not_asked_for() -> None:
    fetch = FINNA.search(CatalogueQuery(page=1_001, limit=100))

    assert ("limit", "0") in fetch.request.params
    assert ("page", "1") in fetch.request.params


@pytest.mark.parametrize(
    ("languages", "title"),
    [
        (["swe"], LocalizedText(sv="Titel")),
        (["eng", "fin"], LocalizedText(en="Titel")),
        (["ger"], LocalizedText(other="Titel", other_language="de")),
        (["smn"], LocalizedText(other="Titel", other_language="smn")),
        (["und"], LocalizedText(other="Titel")),
        ([], LocalizedText(other="Titel")),
    ],
)
def test_a_title_is_in_the_language_of_its_work(languages: list[str], title: LocalizedText) -> None:
    assert read({"id": "helmet.1", "title": "Titel", "languages": languages}).title == title


def test_a_record_with_hardly_any_keys_is_read() -> None:
    fetch = FINNA.records(("helmet.9300001",))

    (record,) = fetch.parse(reply(fetch, sample("record_sparse")))

    assert record.title == LocalizedText(other="Kaupunginosalehti")
    assert record.format is Format.JOURNAL
    assert record.cover_url is None
    assert record.year is None


def test_only_finnas_own_addresses_are_covers() -> None:
    assert read({"id": "a.1", "title": "x", "images": ["https://elsewhere.example/cover.jpg"]}).cover_url is None
    assert read({"id": "a.1", "title": "x", "images": ["//elsewhere.example/Cover/Show"]}).cover_url is None


def test_links_to_the_work_are_kept_if_they_are_links() -> None:
    urls = [{"url": "https://ellibs.example/1", "source": {"any": 1}}, {"url": "javascript:alert(1)"}, {"text": "x"}]

    assert read({"id": "a.1", "title": "x", "onlineUrls": urls}).online_urls == ("https://ellibs.example/1",)


@pytest.mark.parametrize(
    ("code", "format_"),
    [
        ("1/Book/BookSection/", Format.BOOK),
        ("1/Book/eBook/", Format.EBOOK),
        ("2/Book/AudioBook/Online/", Format.AUDIOBOOK),
        ("1/Sound/CD/", Format.MUSIC),
        ("0/MusicalScore/", Format.SHEET_MUSIC),
        ("1/Game/BoardGame/", Format.BOARD_GAME),
        ("1/Other/Kit/", Format.OBJECT),
        ("1/Other/Microfilm/", Format.OTHER),
        ("0/Game/", Format.OTHER),
        ("nonsense", Format.OTHER),
        ("", Format.OTHER),
    ],
)
def test_a_format_is_told_by_its_deepest_code(code: str, format_: Format) -> None:
    assert read({"id": "a.1", "title": "x", "formats": [{"value": code}]}).format is format_


def test_any_of_several_subjects_may_be_wanted() -> None:
    params = FINNA.search(CatalogueQuery(subjects=("hyvinvointi (terveydellinen)", "hyvinvointi"))).request.params

    assert [value for _, value in params if "topic" in value] == [
        '~topic_facet:"hyvinvointi (terveydellinen)"',
        '~topic_facet:"hyvinvointi"',
    ]


def test_a_search_says_everything_that_is_wanted() -> None:
    query = CatalogueQuery(
        text="punainen mökki",
        formats=(Format.OBJECT,),
        languages=("fi", "de"),
        branches=("2/Helmet/h/h55/",),
        published_from=1990,
        published_to=2000,
        subject='poro"kone',
        author="Linna, Väinö",
        newest_first=True,
        page=2,
        limit=30,
        facets=("FORMAT", "BRANCH"),
    )

    params = FINNA.search(query).request.params

    assert [pair for pair in params if pair[0] != "field[]"] == [
        ("lookfor", "punainen mökki"),
        ("filter[]", 'building:"0/Helmet/"'),
        ("filter[]", '~format:"0/PhysicalObject/"'),
        ("filter[]", '~format:"1/Other/Kit/"'),
        ("filter[]", '~language:"fin"'),
        ("filter[]", '~language:"ger"'),
        ("filter[]", '~building:"2/Helmet/h/h55/"'),
        ("filter[]", '~building:"2/Helmet/h/h55l/"'),
        ("filter[]", 'search_daterange_mv:"[1990 TO 2000]"'),
        ("filter[]", 'topic_facet:"porokone"'),
        ("filter[]", 'author_facet:"Linna, Väinö"'),
        ("facet[]", "format"),
        ("facet[]", "building"),
        ("sort", "main_date_str desc"),
        ("page", "2"),
        ("limit", "30"),
        ("lng", "fi"),
    ]


def test_years_may_be_open_at_one_end() -> None:
    assert filters(CatalogueQuery(published_from=2020)) == ['search_daterange_mv:"[2020 TO *]"']
    assert filters(CatalogueQuery(published_to=1950)) == ['search_daterange_mv:"[* TO 1950]"']


@pytest.mark.parametrize(
    ("formats", "asked"),
    [
        ((), []),
        (tuple(Format), []),
        ((Format.VIDEO,), ['format:"0/Video/"']),
        ((Format.EBOOK,), ['~format:"1/Book/eBook/"', '~format:"1/Book/eBookSection/"']),
        (
            (Format.BOOK, Format.AUDIOBOOK),
            [
                '~format:"0/Book/"',
                '~format:"1/Book/AudioBook/"',
                '-format:"1/Book/eBook/"',
                '-format:"1/Book/eBookSection/"',
            ],
        ),
    ],
)
def test_formats_are_asked_for_by_codes(formats: tuple[Format, ...], asked: list[str]) -> None:
    assert filters(CatalogueQuery(formats=formats)) == asked


LEAVES = (
    "0/Book/ 1/Book/Book/ 1/Book/BookSection/ 1/Book/eBook/ 1/Book/eBookSection/ 1/Book/AudioBook/ 1/Sound/CD/ "
    "1/Video/DVD/ 1/Journal/Journal/ 1/Map/Map/ 0/MusicalScore/ 1/Game/BoardGame/ 1/Game/VideoGame/ "
    "0/PhysicalObject/ 1/Other/Kit/ 1/Other/Microfilm/ 1/Thesis/Gradu/"
)


def with_upper(code: str) -> list[Row]:
    top = f"0/{code.split('/')[1]}/"
    return [{"value": value} for value in dict.fromkeys([top, code])]


CATALOGUE = Rows(
    records=tuple(
        {
            "id": f"helmet.{number}",
            "title": code,
            "buildings": [{"value": "0/Helmet/"}],
            "formats": with_upper(code),
        }
        for number, code in enumerate(LEAVES.split()[1:])
    )
)


async def answered(fetch: Fetch[CataloguePage], rows: Rows) -> CataloguePage:
    """What the stand-in answers to it."""
    request = fetch.request
    transport = httpx.ASGITransport(app=app(rows, lambda: READ_AT))
    async with httpx.AsyncClient(transport=transport) as client:
        got = await client.request(
            request.method, request.full_url, headers=list(request.headers), content=request.body
        )
    assert got.status_code == 200
    return fetch.parse(reply(fetch, got.content))


@given(st.frozensets(st.sampled_from(Format), min_size=1))
async def test_a_search_for_formats_finds_just_the_works_of_these_formats(wanted: frozenset[Format]) -> None:
    page = await answered(FINNA.search(CatalogueQuery(formats=tuple(sorted(wanted)), limit=100)), CATALOGUE)
    everything = await answered(FINNA.search(CatalogueQuery(limit=100)), CATALOGUE)

    assert {record.ref for record in page.records} == {
        record.ref for record in everything.records if record.format in wanted
    }


async def test_the_facet_of_formats_counts_each_work_once() -> None:
    page = await answered(FINNA.search(CatalogueQuery(facets=("FORMAT",), limit=100)), CATALOGUE)

    counts: dict[str, int] = {}
    for record in page.records:
        counts[record.format] = counts.get(record.format, 0) + 1
    assert {value.value: value.count for value in page.facets[0].values} == counts


async def test_what_the_facets_say_can_be_asked_for() -> None:
    every = await answered(
        FINNA.search(CatalogueQuery(facets=("BRANCH", "LANGUAGE", "YEAR", "SUBJECT", "AUTHOR"))), recorded()
    )
    branch, language, year, subject, author = (facet.values[0] for facet in every.facets)

    for query, value in (
        (CatalogueQuery(branches=(branch.value,)), branch),
        (CatalogueQuery(languages=(language.value,)), language),
        (CatalogueQuery(published_from=int(year.value), published_to=int(year.value)), year),
        (CatalogueQuery(subject=subject.value), subject),
        (CatalogueQuery(author=author.value), author),
    ):
        assert (await answered(FINNA.search(query), recorded())).total == value.count


def test_facets_are_in_our_words() -> None:
    fetch = FINNA.search(CatalogueQuery(facets=("FORMAT", "LANGUAGE", "BRANCH", "YEAR"), limit=0))

    page = fetch.parse(reply(fetch, sample("search_facets_only")))

    assert page == CataloguePage(
        total=1874,
        facets=(
            Facet(
                field="FORMAT",
                values=(
                    FacetValue(value="BOOK", count=1320),
                    FacetValue(value="EBOOK", count=180),
                    FacetValue(value="OBJECT", count=88),
                ),
            ),
            Facet(
                field="LANGUAGE",
                values=(
                    FacetValue(value="fi", label=LocalizedText(fi="suomi"), count=1203),
                    FacetValue(value="sv", label=LocalizedText(fi="ruotsi"), count=214),
                ),
            ),
            Facet(
                field="BRANCH",
                values=(
                    FacetValue(value="2/Helmet/h/h01/", label=LocalizedText(fi="Pasila"), count=402),
                    FacetValue(value="2/Helmet/h/h00/", label=LocalizedText(fi="Oodi"), count=211),
                    FacetValue(value="2/Helmet/h/h53/", label=LocalizedText(fi="Kallio"), count=97),
                    FacetValue(value="2/Helmet/h/h55/", label=LocalizedText(fi="Vallila"), count=64),
                ),
            ),
            Facet(field="YEAR"),
        ),
    )


def test_a_branch_and_its_childrens_department_are_one_facet_value() -> None:
    items = [
        {"value": "2/Helmet/h/h55l/", "translated": "Vallila lapset", "count": 30},
        {"value": "2/Helmet/h/h55/", "translated": "Vallila", "count": 20},
        {"value": "2/Helmet/h/h03/", "translated": "Varasto", "count": 90},
    ]
    fetch = FINNA.search(CatalogueQuery(facets=("BRANCH",), limit=0))

    page = fetch.parse(
        reply(fetch, msgspec.json.encode({"resultCount": 1, "facets": {"building": items}, "status": "OK"}))
    )

    assert page.facets[0].values == (FacetValue(value="2/Helmet/h/h55/", label=LocalizedText(fi="Vallila"), count=50),)


def test_an_unknown_facet_is_refused() -> None:
    with pytest.raises(ValueError, match="COLOUR"):
        FINNA.search(CatalogueQuery(facets=("COLOUR",)))


def test_a_long_search_is_asked_by_a_form() -> None:
    short, long = CatalogueQuery(text="sana"), CatalogueQuery(text="sana " * 400)

    assert FINNA.search(short).request.method == "GET"
    request = FINNA.search(long).request
    assert request.method == "POST"
    assert request.params == ()
    assert ("Content-Type", "application/x-www-form-urlencoded") in request.headers
    assert request.body is not None
    params = parse_qsl(request.body.decode(), keep_blank_values=True)
    assert params[0] == ("lookfor", " ".join(["sana"] * 400))
    assert params[1:] == list(FINNA.search(CatalogueQuery()).request.params)[1:]


def test_records_are_asked_for_together_and_kept_by_their_ids() -> None:
    fetch = FINNA.records(("helmet.9100001", "helmet.1666007", "helmet.404"))

    assert fetch.request.url == "https://api.finna.fi/v1/record"
    assert [value for name, value in fetch.request.params if name == "id[]"] == [
        "helmet.9100001",
        "helmet.1666007",
        "helmet.404",
    ]
    found = fetch.parse(reply(fetch, sample("record_multi")))
    assert {record.ref.key for record in found} == {"helmet.9100001", "helmet.1666007"}
    assert fetch.tags == (
        "catalogue_record",
        "catalogue_record:helmet.9100001",
        "catalogue_record:helmet.1666007",
        "catalogue_record:helmet.404",
    )


def test_an_unknown_id_is_no_record() -> None:
    many = FINNA.records(("helmet.0",))
    assert ("id", "helmet.0") in many.request.params
    assert 400 in many.statuses
    assert many.parse(reply(many, sample("error_unknown_record_400"), 400)) == ()

    one = FINNA.record("helmet.0")
    assert one.parse(reply(one, sample("error_unknown_record_400"), 400)) is None


def test_a_stub_for_a_missing_id_is_no_record() -> None:
    fetch = FINNA.records(("helmet.0", "helmet.1"))

    assert fetch.parse(reply(fetch, envelope({"id": "helmet.0"}))) == ()


def test_another_refusal_of_an_id_is_an_error() -> None:
    fetch = FINNA.records(("helmet.0",))
    with pytest.raises(UpstreamRefused, match="Missing id"):
        fetch.parse(reply(fetch, sample("error_missing_id_400"), 400))

    several = FINNA.records(("helmet.0", "helmet.1"))
    with pytest.raises(UpstreamRefused, match="2 ids"):
        several.parse(reply(several, sample("error_unknown_record_400"), 400))


def test_more_ids_than_a_page_holds_are_refused_here() -> None:
    with pytest.raises(ValueError, match="101"):
        FINNA.records([f"helmet.{n}" for n in range(101)])


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"[]",
        b'{"status": "OK"}',
        b'{"resultCount": "7", "status": "OK"}',
        b'{"resultCount": 7, "status": "ERROR"}',
    ],
)
def test_a_broken_envelope_is_a_changed_payload(body: bytes) -> None:
    fetch = FINNA.search(CatalogueQuery())
    with pytest.raises(PayloadChanged):
        fetch.parse(reply(fetch, body))


def test_the_probe_asks_for_a_count_only() -> None:
    fetch = FINNA.probe()

    assert fetch.request.params == (("filter[]", 'building:"0/Helmet/"'), ("limit", "0"))
    assert fetch.parse(reply(fetch, sample("search_page_beyond_end"))) == 7


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('Tuntematon "sotilas', "Tuntematon sotilas"),
        ("porakone AND (format:0/Book/ OR *)", "porakone and format 0 Book or"),
        ("C++ -kurssi", "C kurssi"),
        ("978-951-0-36417-1", "978-951-0-36417-1"),
        ("NOT a\x00b~2^3 [1 TO 2]", "not a b 2 3 1 to 2"),
        ("Nothing FOR YOU", "Nothing FOR YOU"),
    ],
)
def test_a_persons_words_are_never_query_language(text: str, words: str) -> None:
    assert words_of(text) == words


@given(st.text())
def test_no_sign_of_the_query_language_is_left(text: str) -> None:
    words = words_of(text)

    assert not set(words) & set('+&|!(){}[]^"~*?:\\/')
    assert not set(words.split()) & {"AND", "OR", "NOT"}
    assert words_of(words) == words


@pytest.mark.parametrize(
    ("code", "branch"),
    [
        ("2/Helmet/h/h55/", "2/Helmet/h/h55/"),
        ("2/Helmet/h/h55l/", "2/Helmet/h/h55/"),
        ("2/Helmet/h/h89l/", "2/Helmet/h/h89/"),
        ("2/Helmet/k/k01/", "2/Helmet/k/k01/"),
        ("2/Helmet/h/h02/", None),
        ("2/Helmet/h/h03/", None),
        ("2/Helmet/h/hva/", None),
        ("2/Helmet/h/hhh/", None),
        ("1/Helmet/h/", None),
        ("0/Helmet/", None),
        ("2/3AMK/LAULEP/YLEIS/", "2/3AMK/LAULEP/YLEIS/"),
        ("", None),
    ],
)
def test_a_building_code_is_a_branch_or_none(code: str, branch: str | None) -> None:
    assert branch_of(code) == branch


@pytest.mark.parametrize(
    ("text", "isbn"),
    [
        ("978-951-0-36417-1", "9789510364171"),
        ("951-0-28779-x (sid.)", "951028779X"),
        ("9510287792", "9510287792"),
        ("9789510364171 (nid.)", "9789510364171"),
        ("nidottu", None),
        ("12345", None),
        ("97895103641712", None),
    ],
)
def test_an_isbn_is_digits_only(text: str, isbn: str | None) -> None:
    assert isbn_of(text) == isbn


@pytest.mark.parametrize(
    ("text", "year"),
    [("2010", 2010), ("[2010]", 2010), ("cop. 1999", 1999), ("19--", None), ("", None), (None, None), ("9999", None)],
)
def test_a_year_is_read_leniently(text: str | None, year: int | None) -> None:
    assert year_of(text) == year


def test_every_language_code_goes_both_ways() -> None:
    for code in ("fin", "swe", "eng", "ger", "fre", "chi", "per", "sme", "smn", "rus", "est", "som", "ara"):
        tag = bcp47(code)
        assert tag is not None
        assert library_code(tag) == code
    assert library_code("sv-FI") == "swe"
    assert bcp47("not a code") is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
HOSTILE_ROW = st.dictionaries(
    st.sampled_from(
        [
            "id",
            "title",
            "nonPresenterAuthors",
            "buildings",
            "formats",
            "images",
            "languages",
            "subjects",
            "year",
            "isbns",
        ]
    ),
    JSON,
)


@given(st.lists(HOSTILE_ROW, max_size=5))
def test_any_rows_give_records_and_drops_or_a_changed_payload(rows: list[Row]) -> None:
    fetch = FINNA.things(ASK)
    try:
        page = fetch.parse(reply(fetch, envelope(*rows)))
    except PayloadChanged:
        assert rows
    else:
        assert len(page.items) + len(page.dropped) + page.skipped == len(rows)
