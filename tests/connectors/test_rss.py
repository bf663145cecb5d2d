from __future__ import annotations

from datetime import UTC, date, datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.connectors.ical_series import Window
from hub.connectors.rss import Rss, count_items, read_feed
from hub.errors import PayloadChanged
from hub.fetch import Ask, Page, Reply, Request, Source
from hub.records.core import LocalizedText, Picture, Point, Ref
from hub.records.events import Event, EventStatus, Link
from hub.sandbox.rss.recorded import SAMPLES
from tests.connectors.expected import as_expected, expected, occurrences, outcome, skipped

READ_AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
YEAR = Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
URL = "https://museum.example/news/rss.xml"
SPACES = (
    'xmlns:ev="http://purl.org/rss/1.0/modules/event/" xmlns:xcal="urn:ietf:params:xml:ns:xcal"'
    ' xmlns:gd="http://schemas.google.com/g/2005" xmlns:georss="http://www.georss.org/georss"'
    ' xmlns:geo="http://www.w3.org/2003/01/geo/wgs84_pos#" xmlns:media="http://search.yahoo.com/mrss/"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    ' xmlns:my="https://museum.example/ns"'
)
START = "<ev:startdate>2026-11-10T18:00:00+02:00</ev:startdate>"


def source(**options: object) -> Source:
    return Source(
        name="museum", id="museum", connector="rss", url=URL, title=LocalizedText(fi="Museo"), options=options
    )


def reply(body: bytes, of: Source | None = None, **headers: str) -> Reply:
    request = Request(method="GET", url=URL)
    return Reply(source=of or source(), request=request, status=200, headers=headers, body=body, read_at=READ_AT)


def feed(*items: str, head: str = "", version: str = "2.0") -> bytes:
    """Each item with a title and a guid unless it brings its own."""
    inner = "".join(
        "<item>"
        + ("" if "<title" in item else f"<title>Tapahtuma {n}</title>")
        + ("" if "<guid" in item else f'<guid isPermaLink="false">g{n}</guid>')
        + item
        + "</item>"
        for n, item in enumerate(items, 1)
    )
    return f'<rss version="{version}" {SPACES}><channel><title>Museo</title>{head}{inner}</channel></rss>'.encode()


def read(body: bytes, window: Window = YEAR, of: Source | None = None) -> Page[Event]:
    return read_feed(reply(body, of), window=window)


def only(body: bytes, of: Source | None = None) -> Event:
    page = read(body, of=of)
    assert page.dropped == ()
    (event,) = page.items
    return event


# ---- the contract's samples -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(path.name for path in SAMPLES.glob("*.xml")))
def test_a_sample_is_read_as_the_contract_expects(name: str) -> None:
    wanted = expected(SAMPLES, name)
    body = (SAMPLES / name).read_bytes()

    try:
        page = read(body, wanted.during)
    except PayloadChanged:
        assert wanted.outcome in {"reject", "either"}
        return

    assert wanted.outcome == outcome(page)
    assert as_expected(page, wanted.events) == wanted.events
    assert skipped(page) == wanted.skipped_components
    assert len({event.ref for event in page.items}) == len(page.items)


# ---- the request and the whole record ---------------------------------------------------------------------------


def test_the_feed_is_asked_for_at_its_address() -> None:
    fetch = Rss(source()).events(Ask(now=READ_AT))

    assert (fetch.request.method, fetch.request.full_url) == ("GET", URL)
    assert fetch.request.headers[0][1].startswith("application/rss+xml")


def test_what_a_feed_lacks_is_not_withdrawn_and_it_is_read_apart() -> None:
    (collection,) = Rss(source()).collections()

    assert not collection.withdraws
    assert collection.isolated
    assert collection.conditional


def test_an_event_is_read_whole_and_no_person_with_it() -> None:
    body = feed(
        """<title>Yö &amp;amp; päivä</title><guid isPermaLink="false">m-7</guid><link>/nayttely/7</link>
        <ev:startdate>2026-11-28T18:00:00</ev:startdate><ev:enddate>2026-11-28T19:30:00</ev:enddate>
        <ev:location>Museo, Näyttelykatu 3</ev:location><ev:organizer>Maija Meikäläinen</ev:organizer>
        <dc:creator>Kalle Kirjoittaja</dc:creator><author>kalle@example.org (Kalle)</author>
        <georss:point>60.17 24.93</georss:point><category>Näyttelyt</category><category>Lapset</category>
        <media:content url="/kuva.jpg" medium="image"/><media:content url="/elokuva.mp4" type="video/mp4"/>
        <enclosure url="https://museum.example/toinen.png" type="image/png" length="1"/>
        <description>Lyhyt.</description>
        <content:encoded><![CDATA[<p onclick="x()">Tule <b>mukaan</b></p><script>x()</script>]]></content:encoded>
        <pubDate>Fri, 12 Jun 2026 09:00:00 +0300</pubDate>"""
    )

    assert only(body) == Event(
        ref=Ref("event", "museum", "m-7"),
        read_at=READ_AT,
        url="https://museum.example/nayttely/7",
        name=LocalizedText(fi="Yö & päivä"),
        description=LocalizedText(fi="<p>Tule <strong>mukaan</strong></p>"),
        starts_at=datetime(2026, 11, 28, 16, tzinfo=UTC),
        ends_at=datetime(2026, 11, 28, 17, 30, tzinfo=UTC),
        location_text=LocalizedText(fi="Museo, Näyttelykatu 3"),
        location=Point(lat=60.17, lon=24.93),
        categories=(LocalizedText(fi="Näyttelyt"), LocalizedText(fi="Lapset")),
        pictures=(
            Picture(url="https://museum.example/kuva.jpg"),
            Picture(url="https://museum.example/toinen.png"),
        ),
        uid="m-7",
    )


def test_the_organiser_is_the_configured_one_or_the_feeds_own_if_that_is_an_organisation() -> None:
    body = feed(f"{START}<ev:organizer>Maija Meikäläinen</ev:organizer>")

    assert only(body).organiser_name is None
    assert only(body, source(organiser="Valomuseo")).organiser_name == LocalizedText(fi="Valomuseo")
    assert only(body, source(organisation=True)).organiser_name == LocalizedText(fi="Maija Meikäläinen")


# ---- when -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "starts", "ends"),
    [
        ("<ev:startdate>2026-07-01T10:00</ev:startdate>", "07-01 07:00", "07-01 07:00"),
        ("<xcal:dtstart>20260701T100000Z</xcal:dtstart>", "07-01 10:00", "07-01 10:00"),
        ('<xcal:dtstart tzid="Europe/Stockholm">20260701T100000</xcal:dtstart>', "07-01 08:00", "07-01 08:00"),
        ('<gd:when startTime="2026-07-01T10:00:00.000+03:00"/>', "07-01 07:00", "07-01 07:00"),
        (
            "<description>&lt;time datetime='2026-07-01T10:00:00+0300'&gt;klo 10&lt;/time&gt;</description>",
            "07-01 07:00",
            "07-01 07:00",
        ),
        # the event module stands before all others
        (f'{START}<gd:when startTime="2026-07-01"/>', "11-10 16:00", "11-10 16:00"),
        # hours that exist twice, and never
        ("<ev:startdate>2026-10-25T03:30:00</ev:startdate>", "10-25 00:30", "10-25 00:30"),
        ("<ev:startdate>2026-03-29T03:30:00</ev:startdate>", "03-29 01:30", "03-29 01:30"),
        # an end that is a date: the last day, or in xCal the day after it
        (f"{START}<ev:enddate>2026-11-11</ev:enddate>", "11-10 16:00", "11-11 22:00"),
        (
            "<xcal:dtstart>20261110T160000Z</xcal:dtstart><xcal:dtend>20261111</xcal:dtend>",
            "11-10 16:00",
            "11-10 22:00",
        ),
    ],
)
def test_when_it_takes_place_is_said_in_many_ways(said: str, starts: str, ends: str) -> None:
    event = only(feed(said))

    assert f"{event.starts_at:%m-%d %H:%M}" == starts
    assert f"{event.ends_at:%m-%d %H:%M}" == ends


def test_when_it_was_published_is_never_when_it_takes_place() -> None:
    page = read(feed("<pubDate>Fri, 12 Jun 2026 09:00:00 +0300</pubDate>", START))

    assert [event.uid for event in page.items] == ["g2"]
    (remark,) = page.remarks
    assert (remark.key, remark.where, remark.is_kept) == ("g1", "item 1, line 1", False)
    assert remark.mend
    assert page.skipped == 1
    assert page.dropped == ()


ATTACHED = (
    '<enclosure url="/e/1.ics" type="text/calendar"/>',
    f'{START}<enclosure url="/e/2.ics" type="text/calendar"/>',
    '<enclosure url="https://elsewhere.example/e/3.ics" type="text/calendar"/>',
    '<link rel="enclosure" href="/e/4.ics" type="text/calendar; charset=utf-8"/>',
    '<enclosure url="/e/5.mp3" type="audio/mpeg"/>',
)


def test_attached_calendars_are_read_one_after_another_where_the_source_says_so() -> None:
    connector = Rss(source(attached=True))
    first = connector.events(Ask(now=READ_AT)).parse(reply(feed(*ATTACHED), connector.source))

    assert [event.ref.key for event in first.items] == ["g2"]
    assert first.next == "https://museum.example/e/1.ics\nhttps://museum.example/e/4.ics"
    assert [(remark.key, remark.is_kept) for remark in first.remarks] == [("g3", False), ("g5", False)]
    (collection,) = connector.collections()
    assert not collection.conditional

    calendar = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:x\r\nDTSTART:20261201T100000Z\r\nEND:VEVENT\r\nEND:VCALENDAR"
    fetch = connector.events(Ask(now=READ_AT, after=first.next))
    second = fetch.parse(reply(calendar, connector.source))
    assert fetch.request.full_url == "https://museum.example/e/1.ics"
    assert [event.ref.key for event in second.items] == ["x"]
    assert second.next == "https://museum.example/e/4.ics"


@pytest.mark.parametrize(("status", "body"), [(200, b"<html>Log in</html>"), (404, b""), (302, b"")])
def test_an_attached_calendar_that_cannot_be_read_costs_itself(status: int, body: bytes) -> None:
    fetch = Rss(source(attached=True)).events(Ask(now=READ_AT, after="https://museum.example/e/1.ics"))
    assert status in fetch.statuses

    found = fetch.parse(msgspec.structs.replace(reply(body), request=fetch.request, status=status))

    assert (found.items, found.next) == ((), None)
    assert [(lost.where, bool(lost.mend)) for lost in found.dropped] == [("/e/1.ics", True)]


def test_attached_calendars_are_told_where_nobody_asked_for_them_and_beyond_the_fiftieth() -> None:
    assert read(feed(*ATTACHED)).next is None
    many = feed(*(f'<enclosure url="/e/{n}.ics" type="text/calendar"/>' for n in range(60)))

    found = read(many, of=source(attached=True))

    assert len((found.next or "").split("\n")) == 50
    assert len(found.remarks) == 10


def test_elements_may_be_named_by_the_configuration() -> None:
    item = "<my:begins>2026-07-01T10:00:00Z</my:begins><my:ends>2026-07-01T12:00:00Z</my:ends>"

    assert read(feed(item)).items == ()
    for names in ({"start_element": "begins", "end_element": "ends"},
                  {"start_element": "{https://museum.example/ns}begins"}):  # fmt: skip
        event = only(feed(item), source(**names))
        assert event.starts_at == datetime(2026, 7, 1, 10, tzinfo=UTC)
        assert (event.ends_at == event.starts_at) is ("end_element" not in names)


def test_repeated_times_are_occurrences_of_one_event() -> None:
    second = "<ev:startdate>2026-11-11T18:00:00+02:00</ev:startdate><ev:enddate>2026-11-11T20:00:00+02:00</ev:enddate>"

    parent, *evenings = read(feed(START + second)).items

    assert (parent.ref.key, parent.is_series) == ("g1", True)
    assert (parent.starts_at, parent.ends_at) == (evenings[0].starts_at, evenings[1].ends_at)
    assert [event.ref.key for event in evenings] == ["g1/20261110T160000Z", "g1/20261111T160000Z"]
    assert [event.series for event in evenings] == [parent.ref, parent.ref]
    assert evenings[0].ends_at == evenings[0].starts_at
    assert evenings[1].ends_at == datetime(2026, 11, 11, 18, tzinfo=UTC)


def test_an_end_before_the_start_is_the_start_and_told() -> None:
    page = read(feed(START + "<ev:enddate>2026-11-09</ev:enddate>"))

    assert page.items[0].ends_at == page.items[0].starts_at
    assert [(remark.key, remark.is_kept, bool(remark.mend)) for remark in page.remarks] == [("g1", True, True)]


def test_a_time_that_cannot_be_read_costs_its_item_alone() -> None:
    page = read(feed("<ev:startdate>huomenna</ev:startdate>", START, START + "<title> </title>"))

    assert [event.uid for event in page.items] == ["g2"]
    assert [(lost.key, lost.where) for lost in page.dropped] == [("g1", "item 1, line 1"), ("g3", "item 3, line 1")]
    assert all(lost.mend for lost in page.dropped)


def test_what_lies_outside_the_window_is_left_out() -> None:
    page = read(feed("<ev:startdate>2030-01-01</ev:startdate>", START))

    assert [event.uid for event in page.items] == ["g2"]
    assert page.remarks == ()


# ---- what, and in which language --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "item", "options", "name"),
    [
        ("", "", {}, LocalizedText(fi="Ljus")),
        ("<language>sv-FI</language>", "", {}, LocalizedText(sv="Ljus")),
        ("<language>en-us</language>", "", {"language": "sv"}, LocalizedText(sv="Ljus")),
        ("<language>en-us</language>", "<dc:language>sv</dc:language>", {}, LocalizedText(sv="Ljus")),
        ("<language>et</language>", "", {}, LocalizedText(other="Ljus", other_language="et")),
    ],
)
def test_the_language_is_the_items_the_configured_the_feeds_or_finnish(
    head: str, item: str, options: dict[str, object], name: LocalizedText
) -> None:
    assert only(feed(f"<title>Ljus</title>{START}{item}", head=head), source(**options)).name == name


def test_elements_are_known_by_their_namespace_and_forgotten_declarations_are_understood() -> None:
    other = b'<rss xmlns:x="http://purl.org/rss/1.0/modules/event/"><channel><item><title>A</title><guid>https://m.example/1</guid>'
    body = other + b"<x:startdate>2026-07-01T10:00:00Z</x:startdate></item></channel></rss>"
    undeclared = body.replace(b' xmlns:x="http://purl.org/rss/1.0/modules/event/"', b"").replace(b"x:", b"ev:")

    assert only(body).starts_at == datetime(2026, 7, 1, 10, tzinfo=UTC)
    page = read(undeclared)
    assert [event.ref.key for event in page.items] == ["https://m.example/1"]
    assert [remark.is_kept for remark in page.remarks] == [True]


def test_rss_1_has_its_items_beside_the_channel() -> None:
    body = f"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
      {SPACES}>
      <channel rdf:about="https://m.example/"><title>M</title><dc:language>sv</dc:language></channel>
      <item rdf:about="https://m.example/1"><title>Visning</title><link>https://m.example/1</link>{START}</item>
    </rdf:RDF>""".encode()

    event = only(body)
    assert (event.name, event.ref.key) == (LocalizedText(sv="Visning"), "https://m.example/1")


def test_the_key_without_guid_is_the_address_without_what_campaigns_add() -> None:
    with_link = "<guid/><link>https://Museum.example/a?id=7&amp;utm_source=rss&amp;fbclid=x#top</link>"
    bare = "<guid/><title>Ilta</title>"

    assert only(feed(with_link + START)).ref.key == "https://museum.example/a?id=7"
    first, second = read(feed(bare + START, bare + START.replace("T18", "T19"))).items
    assert first.ref.key != second.ref.key
    assert first.ref == only(feed(bare + START)).ref
    assert first.uid is None


def test_the_same_guid_twice_is_shown_once_and_told() -> None:
    page = read(feed(START + "<guid>a</guid>", START.replace("T18", "T19") + "<guid>a</guid>"))

    assert [f"{event.starts_at:%H}" for event in page.items] == ["16"]
    assert [(remark.key, remark.is_kept) for remark in page.remarks] == [("a", False)]


def test_a_cancelled_event_is_kept_as_cancelled() -> None:
    body = feed("<xcal:dtstart>20261110T160000Z</xcal:dtstart><xcal:status>cancelled</xcal:status>")

    assert only(body).status is EventStatus.CANCELLED


def test_a_link_as_place_is_an_event_online() -> None:
    event = only(feed(f"{START}<ev:location>https://meet.example/1</ev:location>"))

    assert (event.is_online, event.location_text) == (True, None)
    assert event.links == (Link(url="https://meet.example/1"),)


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ("<georss:point>60.1 24.9</georss:point>", Point(lat=60.1, lon=24.9)),
        ("<georss:point>60.1, 24.9</georss:point>", Point(lat=60.1, lon=24.9)),
        ("<geo:lat>60.1</geo:lat><geo:long>24.9</geo:long>", Point(lat=60.1, lon=24.9)),
        ("<georss:point>99 24.9</georss:point>", None),
        ("<georss:point>NaN 24.9</georss:point>", None),
        ("<georss:point>60.1</georss:point>", None),
    ],
)
def test_a_point_is_latitude_and_longitude(said: str, where: Point | None) -> None:
    assert only(feed(START + said)).location == where


def test_a_whole_day_has_its_local_dates() -> None:
    event = only(feed("<ev:startdate>2026-11-01</ev:startdate><ev:enddate>2026-11-03</ev:enddate>"))

    assert (event.is_all_day, event.starts_on, event.ends_on) == (True, date(2026, 11, 1), date(2026, 11, 3))


# ---- what comes in place of a feed ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"<!doctype html><html><body><form>Log in</form></body></html>",
        b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
        b'{"events": []}',
        b"<?xml version='1.0'?><opml><body/></opml>",
        b"<!DOCTYPE rss [<!ENTITY a 'b'>]>" + feed(START),
        ("<!DOCTYPE rss [<!ENTITY a 'b'>]>" + feed(START).decode()).encode("utf-16"),
        b"\x00" * 1000,
    ],
)
def test_what_is_no_feed_is_a_changed_payload(body: bytes) -> None:
    with pytest.raises(PayloadChanged):
        read(body)
    with pytest.raises(PayloadChanged):
        count_items(reply(body))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "iso-8859-1"])
def test_a_feed_may_be_encoded_in_many_ways(encoding: str) -> None:
    body = ('<?xml version="1.0" encoding="iso-8859-1"?>' + feed(f"<title>Yö</title>{START}").decode()).encode(encoding)

    assert only(body).name == LocalizedText(fi="Yö")


def test_a_feed_that_was_cut_off_is_read_as_far_as_it_goes() -> None:
    whole = feed(START, START, START)

    page = read(whole[: whole.index(b"g3")])

    assert [event.uid for event in page.items] == ["g1", "g2"]
    assert not page.complete
    assert any("cut off" in remark.reason for remark in page.remarks)


@given(cut=st.integers(0, 2_000))
@settings(max_examples=60, deadline=None)
def test_wherever_it_is_cut_off_whole_items_stay_and_none_is_halved(cut: int) -> None:
    whole = feed(*(f"<title>Ilta {n}</title>{START}<description>a &amp; b</description>" for n in range(6)))

    try:
        page = read(whole[:cut])
    except PayloadChanged:
        assert cut < whole.index(b"<item>")
        return

    assert list(page.items) == list(read(whole).items)[: len(page.items)]
    assert len(page.items) == whole[:cut].count(b"</item>")
    assert page.complete is (cut >= len(whole))


def test_no_more_items_are_read_than_a_feed_may_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.connectors.rss_text.MOST_EVENTS", 2)

    page = read(feed(START, START, START))

    assert [event.uid for event in page.items] == ["g1", "g2"]
    assert not page.complete


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
@settings(max_examples=150, deadline=None)
def test_whatever_stands_in_an_item_the_others_stay(text: str) -> None:
    page = read(feed(START, "<title>Outo</title>" + START + f"<description>{text}</description>", START))

    assert {"g1"} <= {event.uid for event in page.items}
    assert all(event.starts_at is not None for event in occurrences(page))
