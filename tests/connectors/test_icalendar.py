from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.connectors.ical_series import Window
from hub.connectors.icalendar import ICalendar
from hub.errors import BadSettings, PayloadChanged
from hub.fetch import Ask, Page, Request
from hub.records.core import LocalizedText, Picture, Point, Ref
from hub.records.events import Event, EventStatus, Link
from hub.sandbox.icalendar.recorded import SAMPLES
from tests.connectors.ical_feeds import READ_AT, URL, calendar, occurrences, read, reply, source

# ---- the contract's samples -------------------------------------------------------------------------------------


class Expected(msgspec.Struct):
    window: dict[str, datetime]
    outcome: str
    skipped_components: int
    events: list[dict[str, Any]] | None = None
    optional_events: list[dict[str, Any]] = []


ICS = sorted(path.name for path in SAMPLES.glob("*.ics"))
STATUS = {"CONFIRMED": "SCHEDULED", "TENTATIVE": "TENTATIVE", "CANCELLED": "CANCELLED", None: "SCHEDULED"}


def expected(name: str) -> Expected:
    return msgspec.json.decode((SAMPLES / f"{name}.expected.json").read_bytes(), type=Expected)


def as_expected(event: Event) -> Mapping[str, Any]:
    assert event.starts_at is not None
    assert event.ends_at is not None
    return {
        "title": "" if event.name is None else event.name.any,
        "start": f"{event.starts_at:%Y-%m-%dT%H:%M:%SZ}",
        "end": f"{event.ends_at:%Y-%m-%dT%H:%M:%SZ}",
        "all_day": event.is_all_day,
        "status": event.status.value,
        "uid": event.uid,
        "start_date": event.starts_on and event.starts_on.isoformat(),
        "end_date_exclusive": event.ends_on and date.fromordinal(event.ends_on.toordinal() + 1).isoformat(),
    }


def as_read(said: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "title": " ".join(said["title"].split()),
        "start": said["start"],
        "end": said["end"],
        "all_day": said["all_day"],
        "status": STATUS[said["status"]],
        "uid": said.get("uid"),
        "start_date": said.get("start_date"),
        "end_date_exclusive": said.get("end_date_exclusive"),
    }


def in_order(events: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return sorted(events, key=lambda event: (event["start"], event["end"], event["title"]))


@pytest.mark.parametrize("name", ICS)
def test_a_sample_is_read_as_the_contract_expects(name: str) -> None:
    wanted = expected(name)
    body = (SAMPLES / name).read_bytes()
    window = Window(wanted.window["start"], wanted.window["end"])

    if wanted.outcome == "reject":
        with pytest.raises(PayloadChanged):
            read(body, window)
        return
    page = read(body, window)

    assert wanted.events is not None
    optional = [as_read(event) for event in wanted.optional_events]
    found = [as_expected(event) for event in occurrences(page)]
    assert in_order([event for event in found if event not in optional]) == in_order(
        [as_read(event) for event in wanted.events]
    )
    assert len(page.dropped) == wanted.skipped_components
    assert len({event.ref for event in page.items}) == len(page.items)


# ---- the request and the whole record ---------------------------------------------------------------------------

PROGRAMME = """BEGIN:VCALENDAR
VERSION:2.0
X-WR-TIMEZONE:Europe/Helsinki
BEGIN:VEVENT
UID:lumo-7@museum.example
DTSTAMP:20261101T000000Z
LAST-MODIFIED:20261115T083000Z
DTSTART;TZID=Europe/Helsinki:20261128T180000
DURATION:PT1H30M
STATUS:TENTATIVE
SUMMARY;LANGUAGE=fi:Valo &amp\\; varjo
SUMMARY;LANGUAGE=sv-FI:Ljus\\, skugga
DESCRIPTION:Tule mukaan!\\nVapaa pääsy & kahvit.
X-ALT-DESC;FMTTYPE=text/html:<p onclick="x()">Tule <b>mukaan</b></p><script>x()</script>
LOCATION:Museo\\, Näyttelykatu 3
GEO:60.17;24.93
URL:https://museum.example/lumo
CATEGORIES:Näyttelyt,Lapset\\, nuoret
CATEGORIES;LANGUAGE=en:Light
ATTACH;FMTTYPE=image/jpeg:https://museum.example/lumo.jpg
ATTACH;FMTTYPE=application/pdf:https://museum.example/lumo.pdf
IMAGE;VALUE=URI;DISPLAY=BADGE:https://museum.example/badge.png
ORGANIZER;CN="Maija Meikäläinen":mailto:maija@museum.example
ATTENDEE;CN=Kalle Kävijä:mailto:kalle@example.org
BEGIN:VALARM
ACTION:EMAIL
ATTENDEE:mailto:kalle@example.org
SUMMARY:muistutus
END:VALARM
END:VEVENT
END:VCALENDAR
"""


def test_the_feed_is_asked_for_at_its_address() -> None:
    fetch = ICalendar(msgspec.structs.replace(source(), url="webcal://museum.example/events.ics")).events(
        Ask(now=READ_AT)
    )

    assert fetch.request == Request(method="GET", url=URL, headers=(("Accept", "text/calendar, */*;q=0.5"),))


def test_the_window_is_thirty_days_back_and_four_hundred_ahead() -> None:
    (collection,) = ICalendar(source()).collections()
    fetch = ICalendar(source()).events(Ask(now=READ_AT))
    lines = [f"UID:1\r\nDTSTART:{day}T120000Z" for day in ("20261022", "20261024", "20271226", "20271228")]
    body = b"".join(calendar(line.replace("UID:1", f"UID:{n}")) for n, line in enumerate(lines))

    page = fetch.parse(reply(body))
    assert isinstance(page, Page)
    assert [event.uid for event in page.items] == ["1", "2"]
    assert collection.in_window is not None
    assert all(collection.in_window(event, READ_AT) for event in page.items)
    everything = read(body, Window(datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)))
    assert [collection.in_window(event, READ_AT) for event in everything.items] == [False, True, True, False]


def test_an_event_is_read_whole_and_no_person_with_it() -> None:
    page = read(PROGRAMME.encode())

    assert page.items == (
        Event(
            ref=Ref("event", "museum", "lumo-7@museum.example"),
            read_at=READ_AT,
            modified_at=datetime(2026, 11, 15, 8, 30, tzinfo=UTC),
            url="https://museum.example/lumo",
            name=LocalizedText(fi="Valo & varjo", sv="Ljus, skugga"),
            description=LocalizedText(fi="<p>Tule <strong>mukaan</strong></p>"),
            starts_at=datetime(2026, 11, 28, 16, tzinfo=UTC),
            ends_at=datetime(2026, 11, 28, 17, 30, tzinfo=UTC),
            status=EventStatus.TENTATIVE,
            location_text=LocalizedText(fi="Museo, Näyttelykatu 3"),
            location=Point(lat=60.17, lon=24.93),
            categories=(
                LocalizedText(fi="Näyttelyt"),
                LocalizedText(fi="Lapset, nuoret"),
                LocalizedText(en="Light"),
            ),
            pictures=(
                Picture(url="https://museum.example/badge.png"),
                Picture(url="https://museum.example/lumo.jpg"),
            ),
            uid="lumo-7@museum.example",
        ),
    )
    assert page.dropped == ()
    assert page.complete


def test_the_organiser_is_the_configured_one() -> None:
    (event,) = read(PROGRAMME.encode(), of=source(organiser="Valomuseo")).items

    assert event.organiser_name == LocalizedText(fi="Valomuseo")


def test_an_organizers_name_is_read_only_where_it_is_an_organisations() -> None:
    (event,) = read(PROGRAMME.encode(), of=source(organisation=True)).items

    assert event.organiser_name == LocalizedText(fi="Maija Meikäläinen")


def test_a_text_without_language_is_in_the_feeds_own() -> None:
    place = "LOCATION;LANGUAGE=et:Muuseum"
    body = calendar("UID:1", "DTSTART:20261110T100000Z", "SUMMARY:Light", "DESCRIPTION:a\\n5 < 6", place)

    (event,) = read(body, of=source(language="en")).items

    assert event.name == LocalizedText(en="Light")
    assert event.description == LocalizedText(en="a<br>5 &lt; 6")
    assert event.location_text == LocalizedText(other="Muuseum", other_language="et")


def test_a_link_as_place_is_an_event_online() -> None:
    body = calendar("UID:1", "DTSTART:20261110T100000Z", "LOCATION:https://meet.example/1", "GEO:0;0")

    (event,) = read(body).items

    assert event.is_online
    assert event.location_text is None
    assert event.location is None
    assert event.links == (Link(url="https://meet.example/1"),)


# ---- broken files -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("DTSTART:20261399T000000Z", "month"),
        ("DTSTART:yesterday", "no date or time"),
        ("DTSTART:00010101T000000Z", "outside"),
        ("SUMMARY:no start", "no DTSTART"),
        ("DTSTART:20261105T160000Z\r\nDTSTART:20261106T160000Z", "more than one"),
        ("DTSTART:20261105T160000Z\r\nRECURRENCE-ID:never", "no date or time"),
    ],
)
def test_a_broken_event_is_dropped_with_its_line_and_its_neighbours_stay(line: str, reason: str) -> None:
    good = "BEGIN:VEVENT\r\nUID:good\r\nDTSTART:20261105T160000Z\r\nEND:VEVENT\r\n"

    page = read(calendar("UID:bad", line, head=good))

    assert [event.uid for event in page.items] == ["good"]
    (dropped,) = page.dropped
    assert (dropped.key, dropped.where) == ("bad", "line 6")
    assert reason in dropped.reason
    assert page.complete


def test_of_a_file_that_was_cut_off_the_whole_events_stay_and_nothing_is_withdrawn() -> None:
    whole = (
        calendar("UID:1", "DTSTART:20261105T160000Z") + b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:2\r\nDTSTART:202611"
    )

    page = read(whole)

    assert [event.uid for event in page.items] == ["1"]
    assert page.dropped[0].reason == "it was cut off"
    assert not page.complete


def test_a_feed_of_which_no_event_can_be_read_withdraws_nothing() -> None:
    page = read(calendar("UID:1", "DTSTART:never"))

    assert page.items == ()
    assert not page.complete


@pytest.mark.parametrize("body", [b"", b"<!DOCTYPE html><html>BEGIN:VCALENDAR", b"{}", b"BEGIN:VEVENT\r\nEND:VEVENT"])
def test_what_is_no_calendar_is_a_changed_payload(body: bytes) -> None:
    with pytest.raises(PayloadChanged):
        read(body)


def test_an_empty_calendar_is_an_empty_page() -> None:
    page = read(b"BEGIN:VCALENDAR\nEND:VCALENDAR\n")

    assert (page.items, page.dropped, page.complete) == ((), (), True)


@pytest.mark.parametrize(
    "encoded",
    [
        "\ufeff{}".encode(),
        b"\xff\xfe{}",
        b"\xfe\xff{}",
        b"\r\n {}",
        b"cp1252",
    ],
    ids=["utf-8 with a mark", "utf-16 le", "utf-16 be", "white space before", "windows-1252"],
)
def test_a_file_may_be_in_several_encodings(encoded: bytes) -> None:
    text = calendar("UID:1", "DTSTART:20261105T160000Z", "SUMMARY:Päivää – taas").decode()
    match encoded[:2]:
        case b"\xff\xfe":
            body = b"\xff\xfe" + text.encode("utf-16-le")
        case b"\xfe\xff":
            body = b"\xfe\xff" + text.encode("utf-16-be")
        case b"cp":
            body = text.encode("cp1252")
        case _:
            body = encoded.replace(b"{}", text.encode())

    assert read(body).items[0].name == LocalizedText(fi="Päivää – taas")


def test_a_fold_may_part_a_character_and_hold_blank_lines() -> None:
    body = calendar("UID:1", "DTSTART:20261105T160000Z", "SUMMARY:x").replace(
        b"SUMMARY:x", b"SUMMARY:P\xc3\r\n \xa4iv\r\n\r\n \xc3\xa4\xc3\r\n\t\xa4"
    )

    assert read(body).items[0].name == LocalizedText(fi="Päivää")


def test_lines_that_are_no_content_lines_are_left_out() -> None:
    body = calendar(
        "UID:1", "DTSTART:20261105T160000Z", "DESCRIPTION:yksi", "kaksi ilman kaksoispistettä", "SUMMARY:Nimi"
    )

    (event,) = read(body).items

    assert event.name == LocalizedText(fi="Nimi")
    assert event.description == LocalizedText(fi="yksi")


def test_an_event_without_its_end_is_dropped_and_the_next_one_stands() -> None:
    open_ended = "BEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261105T160000Z\r\nBEGIN:VALARM\r\n"
    body = calendar("UID:2", "DTSTART:20261106T160000Z", head=open_ended)

    page = read(body)

    assert [event.uid for event in page.items] == ["2"]
    assert page.dropped[0].key == "1"


def test_without_a_uid_the_key_comes_from_title_start_and_place() -> None:
    one, same, other = (
        read(calendar("DTSTART:20261105T160000Z", f"SUMMARY:{title}")).items[0] for title in ("A", "A", "B")
    )

    assert one.ref == same.ref != other.ref
    assert one.uid is None


def test_a_uid_that_no_id_can_hold_is_hashed() -> None:
    for uid in ("x" * 400, "a\\nb"):
        (event,) = read(calendar(f"UID:{uid}", "DTSTART:20261105T160000Z")).items
        assert len(event.ref.key) == 32
        assert Ref.from_gid(event.ref.gid) == event.ref


def test_an_unreadable_end_is_the_start() -> None:
    for end in ("DTEND:soon", "DTEND:20261104T160000Z", "DURATION:-PT1H", "DURATION:P"):
        (event,) = read(calendar("UID:1", "DTSTART:20261105T160000Z", end)).items
        assert event.ends_at == event.starts_at == datetime(2026, 11, 5, 16, tzinfo=UTC)


LINES = """
BEGIN:VEVENT|END:VEVENT|BEGIN:VCALENDAR|END:VCALENDAR|BEGIN:VTIMEZONE|END:VTIMEZONE|BEGIN:VALARM|END:VALARM
UID:1|UID:2|DTSTART:20261105T160000Z|DTSTART;VALUE=DATE:20261105|DTEND:20261106|DURATION:P1W|RRULE:FREQ=WEEKLY;COUNT=3
RRULE:FREQ=MONTHLY;BYDAY=-1FR;BYSETPOS=1|RRULE:FREQ=YEARLY;BYWEEKNO=53|EXDATE:20261112|RDATE:20261120T100000
RECURRENCE-ID:20261112T160000Z|RECURRENCE-ID;RANGE=THISANDFUTURE:20261105|SUMMARY:x|TZID:x|GEO:1;2|SEQUENCE:9
DTSTART;TZID=x:20261105T160000|TZOFFSETFROM:+0200|TZOFFSETTO:+0300|X-WR-TIMEZONE:x|BEGIN:STANDARD|END:STANDARD
"""
LINE = st.one_of(st.text(max_size=30), st.sampled_from(LINES.strip().replace("\n", "|").split("|")))


@settings(max_examples=300)
@given(st.lists(LINE, max_size=25))
def test_any_lines_give_events_and_drops_or_a_changed_payload(lines: list[str]) -> None:
    body = "\r\n".join(["BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:0", "DTSTART:20261101T100000Z", *lines])

    page = read(body.encode())

    assert len({event.ref for event in page.items}) == len(page.items)
    for event in page.items:
        assert event.starts_at is not None
        assert event.ends_at is not None
        assert event.starts_at.utcoffset() == timedelta(0)
        assert event.starts_at <= event.ends_at
        assert event.is_all_day == (event.starts_on is not None)
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(event), type=Event) == event


# ---- what the owner is told -------------------------------------------------------------------------------------


def remarks(body: bytes) -> list[tuple[str | None, str | None, bool]]:
    """Where, and whether there is advice; each remark must say what."""
    page = read(body)
    assert all(remark.reason and remark.is_kept for remark in page.remarks)
    return [(remark.key, remark.where, remark.mend is not None) for remark in page.remarks]


def test_a_feed_without_fault_has_no_remarks() -> None:
    assert remarks(PROGRAMME.encode()) == []


@pytest.mark.parametrize(
    ("lines", "word"),
    [
        (("DTSTART:20261105T160000Z",), "no UID"),
        (("UID:1", "DTSTART:20261105T160000Z", "DTEND:20261104T160000Z"), "its end"),
        (("UID:1", "DTSTART:20261105T160000Z", "DTEND:soon"), "its end"),
        (("UID:1", "DTSTART:20261105T160000Z", "DURATION:long"), "its end"),
        (("UID:1", "DTSTART;TZID=Middle Earth:20261105T160000"), "'Middle Earth'"),
    ],
)
def test_what_had_to_be_guessed_is_told_with_its_line_and_how_to_mend_it(lines: tuple[str, ...], word: str) -> None:
    page = read(calendar(*lines))

    (remark,) = page.remarks
    assert word in remark.reason
    assert remark.where in {"line 1", "line 2"}
    assert remark.mend
    assert len(page.items) == 1


def test_other_bytes_than_utf_8_are_told() -> None:
    page = read(calendar("UID:1", "DTSTART:20261105T160000Z", "SUMMARY:Yö").decode().encode("cp1252"))

    assert [remark.reason for remark in page.remarks if "windows-1252" in remark.reason]
    assert page.items[0].name == LocalizedText(fi="Yö")


def test_a_file_that_was_cut_off_is_told() -> None:
    page = read(calendar("UID:1", "DTSTART:20261105T160000Z").removesuffix(b"END:VCALENDAR\r\n"))

    assert [remark.reason for remark in page.remarks if "cut off" in remark.reason]
    assert not page.complete


def test_a_dropped_event_comes_with_advice() -> None:
    page = read(calendar("UID:1", "SUMMARY:Milloin?") + calendar("UID:2", "DTSTART:20261105T160000Z"))

    assert [(lost.key, lost.where, lost.mend) for lost in page.dropped] == [
        ("1", "line 2", "Give each event one DTSTART.")
    ]


@pytest.mark.parametrize("wrong", [{"language": "fr"}, {"timezone": "Mars/Olympus"}, {"organisation": "yes"}])
def test_an_option_that_cannot_be_meant_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(BadSettings, match=rf"\.{next(iter(wrong))}: .*, expected "):
        ICalendar(source(**wrong))


def test_the_stamp_of_each_download_is_not_of_its_essence() -> None:
    body = calendar("UID:1", "DTSTART:20261105T160000Z", "DTSTAMP:20261101T000000Z")
    essence = ICalendar(source()).events(Ask(now=READ_AT)).essence
    assert essence is not None

    assert essence(body) == essence(body.replace(b"20261101T000000Z", b"20261102T000000Z"))
    assert essence(body) != essence(body.replace(b"20261105T160000Z", b"20261106T160000Z"))
