from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.connectors.ical_series import Window
from hub.connectors.jsonld import JsonLd, count_events, read_listing
from hub.errors import BadSettings, PayloadChanged
from hub.fetch import Ask, Page, Reply, Request, Source
from hub.records.core import LocalizedText, Picture, Point, Ref
from hub.records.events import Event, EventStatus, Link, Offer
from hub.sandbox.jsonld.recorded import SAMPLES
from tests.connectors.expected import as_expected, expected, occurrences, outcome, skipped

READ_AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
YEAR = Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
URL = "https://university.example/events"
LECTURE = {
    "@context": "https://schema.org",
    "@type": "Event",
    "@id": "https://university.example/e/1",
    "name": "Luento",
    "startDate": "2026-11-10T18:00:00+02:00",
}


def source(**options: object) -> Source:
    return Source(
        name="university", id="uni", connector="jsonld", url=URL, title=LocalizedText(fi="Yliopisto"), options=options
    )


def reply(body: bytes, of: Source | None = None, status: int = 200, **headers: str) -> Reply:
    request = Request(method="GET", url=URL)
    return Reply(source=of or source(), request=request, status=status, headers=headers, body=body, read_at=READ_AT)


def page(*scripts: str, lang: str = "fi", inside: str = "") -> bytes:
    made = "".join(f'<script type="application/ld+json">{script}</script>' for script in scripts)
    return f'<!doctype html><html lang="{lang}"><head>{made}</head><body>{inside}</body></html>'.encode()


def holding(*nodes: Any) -> bytes:
    return page(*(json.dumps(node).replace("</", "<\\/") for node in nodes))


def event(**more: Any) -> dict[str, Any]:
    return {**LECTURE, **more}


def read(body: bytes, window: Window = YEAR, of: Source | None = None) -> Page[Event]:
    return read_listing(reply(body, of), window=window, following=None)


def only(*nodes: Any, of: Source | None = None) -> Event:
    found = read(holding(*nodes), of=of)
    assert found.dropped == ()
    (one,) = found.items
    return one


# ---- the contract's samples -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(path.name for path in SAMPLES.glob("*.html")))
def test_a_sample_is_read_as_the_contract_expects(name: str) -> None:
    wanted = expected(SAMPLES, name)
    found = read((SAMPLES / name).read_bytes(), wanted.during)

    assert as_expected(found, wanted.events) == wanted.events
    assert outcome(found) == wanted.outcome
    assert skipped(found) == wanted.skipped_components
    assert len({one.ref for one in found.items}) == len(found.items)


# ---- the request and the whole record ---------------------------------------------------------------------------


def test_pages_are_asked_for_one_after_another() -> None:
    connector = JsonLd(source(pages=["/events?page=2", "https://university.example/e/7"]))
    first = connector.events(Ask(now=READ_AT))
    found = [first.parse(reply(holding(LECTURE)))]
    while found[-1].next is not None:
        fetch = connector.events(Ask(now=READ_AT, after=found[-1].next))
        assert fetch.statuses == {200, 404, 410}
        found.append(fetch.parse(reply(holding(LECTURE))))

    assert first.request.full_url == URL
    assert first.statuses == {200}
    assert [one.next for one in found] == ["1", "2", None]
    assert connector.events(Ask(now=READ_AT, after="1")).request.full_url == "https://university.example/events?page=2"


def test_what_a_page_lacks_is_withdrawn_only_where_pages_show_all() -> None:
    (usual,) = JsonLd(source()).collections()
    (all_of_them,) = JsonLd(source(lists_all=True, pages=["/events?page=2"])).collections()

    assert (usual.withdraws, usual.conditional, usual.isolated) == (False, True, True)
    assert (all_of_them.withdraws, all_of_them.conditional, all_of_them.isolated) == (True, False, True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"pages": "https://university.example/e/7"},
        {"pages": [7]},
        {"pages": ["https://elsewhere.example/"]},
        {"pages": ["http://university.example/e/7"]},
        {"pages": [f"/e/{n}" for n in range(51)]},
        {"lists_all": "yes"},
    ],
)
def test_an_option_that_cannot_be_meant_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(BadSettings, match=rf"\.{next(iter(wrong))}: .*, expected "):
        JsonLd(source(**wrong))


def test_a_page_that_is_gone_costs_itself_and_nothing_is_withdrawn_for_it() -> None:
    found = read_listing(reply(b"<html>", status=404), window=YEAR, following="2")

    assert (found.items, found.next, found.complete) == ((), "2", False)
    assert [(lost.where, bool(lost.mend)) for lost in found.dropped] == [("/events", True)]


def test_an_event_is_read_whole_and_no_person_with_it() -> None:
    one = only(
        event(
            name=[{"@value": "Valo &amp; varjo", "@language": "fi"}, {"@value": "Ljus", "@language": "sv-FI"}],
            description="<p onclick='x()'>Tule <b>mukaan</b></p><script>x()</script>",
            url="/e/1",
            endDate="2026-11-10T20:00:00+02:00",
            eventStatus="https://schema.org/EventRescheduled",
            inLanguage="fi",
            dateModified="2026-11-01T10:00:00Z",
            location={
                "@type": "Place",
                "name": "Päärakennus",
                "address": {
                    "@type": "PostalAddress",
                    "streetAddress": "Yliopistonkatu 4",
                    "postalCode": "00100",
                    "addressLocality": "Helsinki",
                },
                "geo": {"@type": "GeoCoordinates", "latitude": "60,17", "longitude": 24.95},
            },
            image={"@type": "ImageObject", "url": "/kuva.jpg"},
            offers=[
                {"@type": "Offer", "price": "18,00", "priceCurrency": "EUR", "url": "/liput", "name": "Aikuiset"},
                {"@type": "Offer", "price": 0},
            ],
            organizer={"@type": "Person", "name": "Maija Meikäläinen"},
            performer={"@type": "Person", "name": "Kalle Esiintyjä"},
            keywords="tiede, avoimet ovet",
            typicalAgeRange="7-12",
            maximumAttendeeCapacity=40,
        ),
        of=source(organisation=True),
    )

    assert one == Event(
        ref=Ref("event", "uni", "https://university.example/e/1"),
        read_at=READ_AT,
        modified_at=datetime(2026, 11, 1, 10, tzinfo=UTC),
        url="https://university.example/e/1",
        name=LocalizedText(fi="Valo & varjo", sv="Ljus"),
        description=LocalizedText(fi="<p>Tule <strong>mukaan</strong></p>"),
        starts_at=datetime(2026, 11, 10, 16, tzinfo=UTC),
        ends_at=datetime(2026, 11, 10, 18, tzinfo=UTC),
        status=EventStatus.RESCHEDULED,
        location_text=LocalizedText(fi="Päärakennus, Yliopistonkatu 4, 00100 Helsinki"),
        location=Point(lat=60.17, lon=24.95),
        categories=(LocalizedText(fi="tiede"), LocalizedText(fi="avoimet ovet")),
        min_age=7,
        max_age=12,
        languages=("fi",),
        offers=(
            Offer(
                is_free=False,
                price=LocalizedText(fi="18,00 €"),
                url="https://university.example/liput",
                description=LocalizedText(fi="Aikuiset"),
            ),
            Offer(is_free=True),
        ),
        pictures=(Picture(url="https://university.example/kuva.jpg"),),
        max_attendees=40,
        uid="https://university.example/e/1",
    )


def test_the_organiser_is_the_configured_one_or_the_pages_own_if_that_is_an_organisation() -> None:
    node = event(organizer=[{"@type": "Organization", "name": "Tiedekunta"}, {"@type": "Person", "name": "Maija"}])

    assert only(node).organiser_name is None
    assert only(node, of=source(organisation=True)).organiser_name == LocalizedText(fi="Tiedekunta")
    assert only(node, of=source(organiser="Yliopisto")).organiser_name == LocalizedText(fi="Yliopisto")


# ---- scripts ----------------------------------------------------------------------------------------------------

TEXT = json.dumps(LECTURE)


@pytest.mark.parametrize(
    "script",
    [
        TEXT,
        f"\ufeff{TEXT}",
        f"<!--\n{TEXT}\n-->",
        f"//<![CDATA[\n{TEXT}\n//]]>",
        f"/* for engines */ {TEXT};",
        f"{TEXT[:-1]},}}",
        f"[{TEXT},]",
        TEXT.replace("Luento", "Lu\nento").replace("Lu\nento", "Luento\t"),
        f'{{"@type":"WebSite"}}\n{TEXT}',
        json.dumps({"@graph": [LECTURE]}),
        json.dumps({"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": LECTURE}]}),
        json.dumps({"@type": "WebPage", "mainEntity": LECTURE}),
        json.dumps(event(**{"@type": ["Thing", "https://schema.org/MusicEvent"]})),
        json.dumps(event(**{"@type": "schema:Event"})),
        json.dumps(event(description="// no comment, /* none */ <!-- at all -->, ]")),
    ],
)
def test_json_is_read_as_pages_really_hold_it(script: str) -> None:
    found = read(page(script))

    assert found.dropped == ()
    assert [one.ref.key for one in found.items] == ["https://university.example/e/1"]
    assert found.items[0].name == LocalizedText(fi="Luento")


def test_a_text_keeps_what_looks_like_a_comment() -> None:
    script = "/* a comment */" + json.dumps(event(description="https://a.example/ /* x */ <!-- y --> ,]"))

    (one,) = read(page(script)).items

    assert one.description == LocalizedText(fi="https://a.example/ /* x */ &lt;!-- y --&gt; ,]")


@pytest.mark.parametrize(
    "broken",
    ['{"@type":"Event","name":', "[" * 100_000, '{"a": NaN}', '{"a": 1' + "0" * 400 + "}", '"' * 9, "{'a': 1}"],
)
def test_a_script_that_cannot_be_read_costs_itself(broken: str) -> None:
    found = read(page(broken, TEXT))

    assert [one.ref.key for one in found.items] == ["https://university.example/e/1"]
    assert [(lost.key, lost.where, bool(lost.mend)) for lost in found.dropped] == [(None, "script 1", True)]
    assert found.complete


def test_what_holds_no_events_is_empty_and_what_holds_no_data_is_a_changed_payload() -> None:
    assert read(page('{"@type": "BreadcrumbList"}')).items == ()
    for body in (b"", b"<!doctype html><form>Log in</form>", b"BEGIN:VCALENDAR", b"{}", b"null"):
        with pytest.raises(PayloadChanged):
            read(body)
        with pytest.raises(PayloadChanged):
            count_events(reply(body))


def test_events_are_counted_whenever_they_take_place() -> None:
    assert count_events(reply(holding(LECTURE, event(**{"@id": "#2"}, startDate="1999-01-01")))) == 2


# ---- when -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "starts", "ends"),
    [
        ({"startDate": "2026-07-01T10:00"}, "07-01 07:00", "07-01 07:00"),
        ({"startDate": "2026-07-01 10:00"}, "07-01 07:00", "07-01 07:00"),
        ({"startDate": "2026-07-01T10:00+0300", "duration": "PT90M"}, "07-01 07:00", "07-01 08:30"),
        ({"startDate": "2026-07-01T10:00Z", "endDate": "2026-07-02"}, "07-01 10:00", "07-02 21:00"),
        ({"startDate": "2026-07-01T10:00Z", "doorTime": "2026-07-01T09:00Z"}, "07-01 10:00", "07-01 10:00"),
        ({"startDate": {"@type": "Date", "@value": "2026-07-01"}}, "06-30 21:00", "07-01 21:00"),
    ],
)
def test_when_it_takes_place_is_said_in_many_ways(said: dict[str, Any], starts: str, ends: str) -> None:
    one = only(event(**said))

    assert f"{one.starts_at:%m-%d %H:%M}" == starts
    assert f"{one.ends_at:%m-%d %H:%M}" == ends


@pytest.mark.parametrize("wrong", [None, "soon", 5, {"a": 1}, "2026-13-01", "0001-01-01"])
def test_an_event_whose_start_cannot_be_read_costs_itself(wrong: object) -> None:
    other = event(**{"@id": "https://university.example/e/2"})

    found = read(holding(event(startDate=wrong), other))

    assert [one.ref.key for one in found.items] == ["https://university.example/e/2"]
    assert [(lost.key, lost.where) for lost in found.dropped] == [("https://university.example/e/1", "script 1")]
    assert found.dropped[0].mend


@pytest.mark.parametrize("end", ["2026-11-09", "later", "2026-11-10T17:59:00+02:00"])
def test_an_end_that_makes_no_sense_is_the_start_and_told(end: str) -> None:
    found = read(holding(event(endDate=end)))

    assert found.items[0].ends_at == found.items[0].starts_at
    assert [(remark.key, remark.is_kept) for remark in found.remarks] == [("https://university.example/e/1", True)]


def schedule(**said: Any) -> Page[Event]:
    whole = {"@type": "Schedule", "startDate": "2026-03-01", "repeatFrequency": "P1W", "startTime": "18:00", **said}
    node = {key: value for key, value in LECTURE.items() if key != "startDate"}
    return read(holding({**node, "eventSchedule": whole}))


def days(found: Page[Event]) -> list[str]:
    return [f"{one.starts_at:%m-%d %H:%M}" for one in occurrences(found)]


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        # 1 March 2026 is a Sunday, and clocks change on the 29th
        ({"repeatCount": 2}, ["03-01 16:00", "03-08 16:00"]),
        ({"byDay": "https://schema.org/Wednesday", "repeatCount": 2}, ["03-04 16:00", "03-11 16:00"]),
        ({"byDay": ["Monday", "WE"], "endDate": "2026-03-09"}, ["03-02 16:00", "03-04 16:00", "03-09 16:00"]),
        ({"repeatFrequency": "P2W", "repeatCount": 3}, ["03-01 16:00", "03-15 16:00", "03-29 15:00"]),
        ({"repeatFrequency": "P1M", "byDay": "2MO", "repeatCount": 2}, ["03-09 16:00", "04-13 15:00"]),
        ({"repeatFrequency": "P1M", "byDay": "-1FR", "repeatCount": 2}, ["03-27 16:00", "04-24 15:00"]),
        ({"repeatFrequency": "P1M", "byMonthDay": 15, "repeatCount": 2}, ["03-15 16:00", "04-15 15:00"]),
        ({"repeatFrequency": "P1Y", "byMonth": 5, "byMonthDay": 1, "repeatCount": 9}, ["05-01 15:00"]),
        ({"repeatFrequency": "Daily", "repeatCount": 3, "exceptDate": "2026-03-02"}, ["03-01 16:00", "03-03 16:00"]),
        ({"scheduleTimezone": "Europe/London", "repeatCount": 1}, ["03-01 18:00"]),
    ],
)
def test_a_schedule_is_a_recurrence(said: dict[str, Any], wanted: list[str]) -> None:
    found = schedule(**said)

    assert days(found) == wanted
    (parent,) = [one for one in found.items if one.is_series]
    assert {one.series for one in occurrences(found)} == {parent.ref}
    assert all(one.ref.key.startswith(f"{parent.ref.key}/") for one in occurrences(found))


def test_a_schedule_ends_after_its_duration_or_at_its_end_also_past_midnight() -> None:
    (by_end,) = occurrences(schedule(endTime="01:00", repeatCount=1))
    (by_duration,) = occurrences(schedule(duration="PT2H", repeatCount=1))

    assert by_end.starts_at is not None
    assert by_duration.starts_at is not None
    assert by_end.ends_at == by_end.starts_at + timedelta(hours=7)
    assert by_duration.ends_at == by_duration.starts_at + timedelta(hours=2)


@pytest.mark.parametrize(
    "said",
    [
        {"repeatFrequency": "PT1S"},
        {"repeatFrequency": None},
        {"startDate": None},
        {"byDay": "Someday"},
        {"startTime": "18:00", "startDate": "soon"},
        {"exceptDate": "never"},
    ],
)
def test_a_schedule_that_cannot_be_read_costs_its_event(said: dict[str, Any]) -> None:
    found = schedule(**said)

    assert found.items == ()
    assert len(found.dropped) == 1


def test_a_schedule_never_gives_more_than_a_calendar_may() -> None:
    found = schedule(repeatFrequency="PT1H", repeatCount=100_000_000)

    assert len(occurrences(found)) == 1_000
    assert [remark.is_kept for remark in found.remarks] == [True]


# ---- who is who -------------------------------------------------------------------------------------------------


def test_an_id_in_two_languages_is_one_event() -> None:
    fi, sv = event(inLanguage="fi"), event(inLanguage="sv", name="Föreläsning")

    assert only(fi, sv).name == LocalizedText(fi="Luento", sv="Föreläsning")
    assert only(fi, sv).languages == ("fi", "sv")


def test_an_id_with_several_starts_is_one_event_with_occurrences() -> None:
    found = read(holding(LECTURE, event(startDate="2026-11-11T18:00:00+02:00")))

    assert [(one.ref.key.rpartition("/")[2], one.is_series) for one in found.items] == [
        ("1", True),
        ("20261110T160000Z", False),
        ("20261111T160000Z", False),
    ]


def test_an_address_that_several_events_share_is_none_of_theirs() -> None:
    nodes = [
        {"@type": "Event", "name": name, "startDate": "2026-11-10", "url": URL} for name in ("Luento", "Konsertti")
    ]

    found = read(holding(*nodes))

    assert len({one.ref.key for one in found.items}) == 2
    assert all(URL not in one.ref.key for one in found.items)
    assert {one.ref for one in read(holding(nodes[1])).items}.isdisjoint({one.ref for one in found.items})
    assert [one.uid for one in found.items] == [None, None]


def test_a_member_takes_from_its_series_what_it_lacks() -> None:
    series = {
        "@type": "EventSeries",
        "@id": "https://university.example/s",
        "name": "Luentosarja",
        "location": "Aula",
        "subEvent": [
            {"@type": "Event", "@id": "#a", "startDate": "2026-11-10"},
            {"@type": "Event", "@id": "#b", "startDate": "2026-11-12", "name": "Päätös", "location": "Sali"},
        ],
    }

    found = read(holding(series))

    parent, first, last = found.items
    assert (parent.ref.key, parent.is_series, parent.name) == (
        "https://university.example/s", True, LocalizedText(fi="Luentosarja"),
    )  # fmt: skip
    assert (parent.starts_at, parent.ends_at) == (first.starts_at, last.ends_at)
    assert (first.name, first.location_text) == (LocalizedText(fi="Luentosarja"), LocalizedText(fi="Aula"))
    assert (last.name, last.location_text) == (LocalizedText(fi="Päätös"), LocalizedText(fi="Sali"))
    assert {first.series, last.series} == {parent.ref}


def test_references_are_resolved_inside_the_page_and_circles_end() -> None:
    place = {"@type": "Place", "@id": "#p", "name": "Sali", "address": {"@id": "#a"}}
    address = {"@type": "PostalAddress", "@id": "#a", "streetAddress": "Katu 1"}
    one = event(location={"@id": "#p"}, superEvent={"@id": LECTURE["@id"]}, organizer={"@id": "#p"})

    assert only(place, address, one).location_text == LocalizedText(fi="Sali, Katu 1")


def test_microdata_is_read_where_there_is_no_json() -> None:
    inside = """<div itemscope itemtype="https://schema.org/TheaterEvent" itemid="#x"><h2 itemprop="name">Lear</h2>
      <time itemprop="startDate" datetime="2026-11-10T19:00">klo 19</time>
      <div itemprop="location" itemscope itemtype="https://schema.org/Place"><b itemprop="name">Näyttämö</b></div>
      <a itemprop="url" href="/lear">lisää</a></div>"""

    (one,) = read(page(inside=inside)).items

    assert (one.name, one.location_text) == (LocalizedText(fi="Lear"), LocalizedText(fi="Näyttämö"))
    assert (one.starts_at, one.url) == (datetime(2026, 11, 10, 17, tzinfo=UTC), "https://university.example/lear")


# ---- where and in which language --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "online", "text"),
    [
        ({"location": {"@type": "VirtualLocation", "url": "https://meet.example/1"}}, True, None),
        ({"location": "https://meet.example/1"}, True, None),
        ({"location": "Auditorio"}, False, "Auditorio"),
        ({"location": {"@type": "PostalAddress", "streetAddress": "Katu 1"}}, False, "Katu 1"),
        ({"location": [{"@type": "VirtualLocation", "url": "https://meet.example/1"}, "Sali"]}, True, "Sali"),
        ({"eventAttendanceMode": "https://schema.org/OnlineEventAttendanceMode"}, True, None),
        ({"eventAttendanceMode": "OfflineEventAttendanceMode"}, False, None),
    ],
)
def test_a_place_may_be_a_room_a_link_or_both(said: dict[str, Any], online: bool, text: str | None) -> None:
    one = only(event(**said))

    assert one.is_online is online
    assert one.location_text == (None if text is None else LocalizedText(fi=text))
    assert one.links == ((Link(url="https://meet.example/1"),) if "meet" in json.dumps(said) else ())


@pytest.mark.parametrize(
    ("lang", "options", "said", "name"),
    [
        ("sv", {}, {}, LocalizedText(sv="Luento")),
        ("sv", {"language": "en"}, {}, LocalizedText(en="Luento")),
        ("sv", {"language": "en"}, {"inLanguage": "fi-FI"}, LocalizedText(fi="Luento")),
        ("", {}, {}, LocalizedText(fi="Luento")),
        ("sv", {}, {"name": {"fi": "Luento", "en": "Lecture"}}, LocalizedText(fi="Luento", en="Lecture")),
        ("sv", {}, {"inLanguage": ["fi", "sv"]}, LocalizedText(sv="Luento")),
    ],
)
def test_the_language_is_the_texts_the_events_the_configured_or_the_pages(
    lang: str, options: dict[str, object], said: dict[str, Any], name: LocalizedText
) -> None:
    (one,) = read(page(json.dumps(event(**said)), lang=lang), of=source(**options)).items

    assert one.name == name


@pytest.mark.parametrize(
    ("offers", "wanted"),
    [
        ({"price": "25.00-40.00"}, Offer(price=LocalizedText(fi="25.00-40.00"))),
        (
            {"lowPrice": 5, "highPrice": 12, "priceCurrency": "EUR"},
            Offer(is_free=False, price=LocalizedText(fi="5–12 €")),
        ),
        ({"price": "0", "priceCurrency": "USD"}, Offer(is_free=True)),
        ("https://university.example/liput", None),
        ({"availability": "SoldOut"}, None),
    ],
)
def test_a_price_may_be_a_number_or_words(offers: Any, wanted: Offer | None) -> None:
    assert only(event(offers=offers)).offers == (() if wanted is None else (wanted,))


def test_a_whole_day_has_its_local_dates() -> None:
    one = only(event(startDate="2026-11-01", endDate="2026-11-03"))

    assert (one.is_all_day, one.starts_on, one.ends_on) == (True, date(2026, 11, 1), date(2026, 11, 3))


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_a_page_may_be_encoded_in_many_ways(encoding: str) -> None:
    body = page(json.dumps(event(name="Yö"), ensure_ascii=False)).decode().encode(encoding)

    found = read(body)

    assert found.items[0].name == LocalizedText(fi="Yö")
    assert bool(found.remarks) is (encoding == "cp1252")


# ---- whatever comes ---------------------------------------------------------------------------------------------

anything = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(allow_nan=False) | st.text(max_size=12)
    | st.sampled_from(["2026-11-10", "https://a.example/", "@id", "EventSeries", "P1D", "x" * 70_000]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["@id", "@type", "@value", "@language", "name", "url", "fi", "price"]), inner),
    max_leaves=10,
)  # fmt: skip
FIELDS = (
    "@type", "name", "description", "url", "startDate", "endDate", "duration", "eventStatus", "eventSchedule",
    "inLanguage", "location", "image", "offers", "organizer", "keywords", "typicalAgeRange", "superEvent", "subEvent",
    "maximumAttendeeCapacity", "eventAttendanceMode", "isAccessibleForFree", "dateModified",
)  # fmt: skip


@given(field=st.sampled_from(FIELDS), value=anything)
@settings(max_examples=300, deadline=None)
def test_whatever_stands_in_one_field_the_other_events_stay(field: str, value: Any) -> None:
    other = event(**{"@id": "https://university.example/e/2"})
    without = only(other)

    found = read(holding(event(**{field: value}), other))

    assert without in found.items
    assert all(one.starts_at is not None and one.starts_at.utcoffset() == timedelta(0) for one in found.items)
    assert all(msgspec.msgpack.encode(one) for one in found.items)


@given(value=anything)
@settings(max_examples=150, deadline=None)
def test_whatever_stands_in_a_schedule_the_other_events_stay(value: Any) -> None:
    other = event(**{"@id": "https://university.example/e/2"})
    for field in ("startDate", "repeatFrequency", "repeatCount", "byDay", "byMonth", "exceptDate", "startTime"):
        whole = {"@type": "Schedule", "startDate": "2026-03-01", "repeatFrequency": "P1W", field: value}

        assert only(other) in read(holding(event(eventSchedule=whole), other)).items
