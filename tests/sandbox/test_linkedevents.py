"""Linked Events' stand-in: held to the recordings, its filters, and the made city through the connector's eyes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import httpx
import msgspec
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from hub.connectors.linkedevents import LinkedEvents
from hub.fetch import Ask, Fetch, Page, Reply, Source, Wanted
from hub.records.core import LocalizedText, Record, Ref
from hub.records.events import Event, EventStatus, Registration
from hub.records.places import Place
from hub.sandbox.city import City
from hub.sandbox.conformance import differences
from hub.sandbox.generator import make_city
from hub.sandbox.linkedevents.made import Calendar, made
from hub.sandbox.linkedevents.recorded import MOUNT, recorded, recordings
from hub.sandbox.linkedevents.rows import Row, Rows
from hub.sandbox.linkedevents.standin import app
from hub.sandbox.standin import Recording

NOW = datetime(2026, 11, 22, 0, 12, 16, tzinfo=UTC)
ALL_TYPES = "event_type=general,course,volunteering"
SOURCE = Source(
    name="linkedevents",
    id="le",
    connector="linkedevents",
    url=f"https://api.hel.fi{MOUNT}/",
    title=LocalizedText(en="Linked Events"),
)
LE = LinkedEvents(SOURCE)


async def ask(
    rows: Rows,
    path: str,
    query: str = "",
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    now: datetime = NOW,
) -> httpx.Response:
    mounted = Starlette(routes=[Mount(MOUNT, app=app(rows, lambda: now))])
    transport = httpx.ASGITransport(app=mounted)
    async with httpx.AsyncClient(transport=transport, base_url="https://api.hel.fi") as client:
        url = httpx.URL(f"https://api.hel.fi{MOUNT}{path}", query=query.encode() or None)
        return await client.request(method, url, headers=headers or {"Accept": "application/json"})


@pytest.mark.parametrize("recording", list(recordings()), ids=lambda recording: recording.name)
async def test_the_stand_in_answers_as_recorded(recording: Recording) -> None:
    answer = await ask(
        recorded(at=recording.now, web_store="webstore" in recording.name),
        recording.path,
        recording.query,
        method=recording.method,
        headers=dict(recording.headers),
        now=recording.now or NOW,
    )
    assert differences(recording, answer.status_code, answer.headers.get("content-type"), answer.content) == []


async def found(query: str, rows: Rows | None = None, now: datetime = NOW) -> list[str]:
    answer = await ask(rows or recorded(), "/event/", f"page_size=100&{query}", now=now)
    assert answer.status_code == 200, answer.text
    return [row["id"].removeprefix("helsinki:") for row in answer.json()["data"]]


async def test_links_to_the_next_and_the_previous_page_are_those_recorded() -> None:
    for recording in recordings():
        if recording.name in {
            "event_list_page1",
            "event_list_page2",
            "event_list_vallila_include",
            "event_list_keyword",
        }:
            answer = await ask(recorded(), recording.path, recording.query)
            assert answer.json()["meta"] == msgspec.json.decode(recording.answer)["meta"]


async def test_links_begin_with_the_host_that_was_asked() -> None:
    mounted = Starlette(routes=[Mount("/le", app=app(recorded(), lambda: NOW))])
    transport = httpx.ASGITransport(app=mounted)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:9000") as client:
        answer = (await client.get("/le/event/?page_size=1")).json()
    assert answer["meta"]["next"] == "http://127.0.0.1:9000/le/event/?page=2&page_size=1"
    assert answer["data"][0]["@id"] == "http://127.0.0.1:9000/le/event/espoo:12345/"


async def test_only_general_public_events_are_listed_unless_asked_otherwise() -> None:
    usual = await found("")
    assert len(usual) == 40
    assert "agrabfphgu" not in usual  # a course
    assert "luonnososa" not in usual  # a draft
    assert "salainen:1" not in usual  # of a private data source
    assert await found("event_type=course") == ["agrabfphgu"]
    assert await found("data_source=salainen") == ["salainen:1"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("start=2026-12-10&end=2026-12-10&sort=start_time", ["agrabfo2ea", "agrabfqeaq"]),
        ("end=2026-11-01", ["agrabfo3si"]),
        ("event_status=EventPostponed&start=today", ["agrabfo7ja"]),
        ("event_status=EventPostponed&start=today&end=2027-12-01", []),
        ("event_status=eventcancelled,nonsense", ["agrabfo45y"]),
        ("event_status=nonsense", []),
        ("days=1&start_=x&sort=start_time", ["agrabfo2ea"]),
        ("keyword_AND=yso:p8113,yso:p14710", ["agrabfotj4"]),
        ("keyword=yso:p2771", ["agrabfo2ea"]),
        ("keyword_OR_set1=yso:p8113&keyword_OR_set2=yso:p4354", ["agrabfotj4"]),
        ("keyword=yso:p14710&keyword!=yso:p4354", []),
        ("is_free=false", ["agrabfovuy"]),
        ("internet_based=true", ["agrabfoxnu"]),
        ("location=helsinki:internet", ["agrabfoxnu"]),
        ("suitable_for=3,5", ["agrabfotj4"]),
        ("suitable_for=7", []),
        ("audience_min_age_gt=2&audience_max_age_lt=6", ["agrabfotj4"]),
        ("maximum_attendee_capacity_gte=200", ["agrabfovuy"]),
        ("translation=en&location=tprek:51342&sort=name", ["agrabfovuy"]),
        ("in_language=sv", ["agrabfotj4"]),
        ("publisher=ahjo:00001", ["espoo:12345"]),
        ("data_source!=helsinki", ["espoo:12345"]),
        ("super_event_type=umbrella", ["agrabfpfmu"]),
        ("min_duration=3d&super_event_type=none", ["agrabfo2ea"]),
        ("max_duration=30m", ["agrabfotj4"]),
        ("starts_before=10:30&start=2026-11-25&end=2026-11-25&sort=name", ["agrabfotj4", "agrabfo2ea"]),
        ("weekday=1&start=2026-11-25&end=2026-11-25", ["agrabfpauy", "agrabfo2ea"]),
        ("full_text=story&full_text_language=en", ["agrabfotj4"]),
        ("text=STORY", ["agrabfotj4"]),
        ("dwithin_origin=24.94,60.1739&dwithin_metres=100&location=tprek:51342", []),
        ("registration=true&event_type=course", ["agrabfphgu"]),
        ("enrolment_open=true&event_type=course", ["agrabfphgu"]),
        ("enrolment_open_waitlist=true&event_type=course", ["agrabfphgu"]),
        ("registration__remaining_attendee_capacity__gte=13&event_type=course", []),
        ("registration=true&enrolment_open_on=2026-12-03T15:59:00&event_type=course", ["agrabfphgu"]),
        ("registration=true&enrolment_open_on=2026-12-03T16:01:00&event_type=course", []),
        ("deleted=true", ["agrabfplti", "agrabfpkyy"]),
    ],
)
async def test_a_filter_filters(query: str, expected: list[str]) -> None:
    assert await found(query) == expected


async def test_a_bare_date_of_change_means_the_end_of_that_day() -> None:
    assert await found("last_modified_since=2026-11-22") == []
    assert len(await found("last_modified_since=2026-11-22T00:00:00Z")) == 40
    assert len(await found("last_modified_since=2026-11-21&show_deleted=true")) == 42


async def test_half_a_distance_and_unknown_parameters_are_ignored() -> None:
    for query in ("dwithin_origin=1,1", "dwithin_metres=5", "dwithin_origin=1,1&dwithin_meters=5", "frob=1"):
        assert len(await found(query)) == 40


async def test_full_events_are_in_no_list_of_open_enrolment_but_the_one_by_time() -> None:
    rows = recorded()
    (seats,) = rows.of("registration")
    seats["remaining_attendee_capacity"] = seats["remaining_waiting_list_capacity"] = 0
    assert await found("enrolment_open=true&event_type=course", rows) == []
    assert await found("enrolment_open_waitlist=true&event_type=course", rows) == []
    assert await found("registration=true&enrolment_open_on=2026-11-22&event_type=course", rows) == ["agrabfphgu"]


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("/event/", "days=0x", 400),
        ("/event/", "min_duration=long", 400),
        ("/event/", "starts_after=25", 400),
        ("/event/", "is_free=maybe", 400),
        ("/event/", "full_text=x&full_text_language=tlh", 400),
        ("/event/", "dwithin_origin=here&dwithin_metres=5", 400),
        ("/event/", "last_modified_since=yesterday", 400),
        ("/event/", "page=0", 404),
        ("/event/", "page=one", 404),
        ("/keyword_set/", "sort=usefulness", 400),
        ("/place/helsinki:nowhere/", "", 404),
        ("/image/none/", "", 404),
        ("/image/7/file/", "", 404),
        ("/user/", "", 401),
        ("/event/x/y/", "", 404),
    ],
)
async def test_what_cannot_be_answered_has_the_registers_status(path: str, query: str, status: int) -> None:
    assert (await ask(recorded(), path, query)).status_code == status


async def test_a_browser_gets_a_page_and_json_ld_its_type() -> None:
    page = await ask(recorded(), "/event/", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert page.headers["content-type"].startswith("text/html")
    ld = await ask(recorded(), "/event/", headers={"Accept": "application/ld+json"})
    assert ld.headers["content-type"].startswith("application/ld+json")
    assert len(ld.json()["data"]) == 20


# the made city


@cache
def city(today: date = date(2026, 11, 22)) -> City:
    return make_city(today)


@cache
def rows_of(calendar: Calendar) -> Rows:
    return made(city(), calendar)


async def read(wanted: Wanted[Any], rows: Rows, now: datetime = NOW) -> Any:
    """What the connector understands of the stand-in's answer; redirects are followed, as transport does."""
    assert isinstance(wanted, Fetch)
    request = wanted.request
    path = request.url.removeprefix(f"https://api.hel.fi{MOUNT}")
    query = request.full_url.partition("?")[2]
    answer = await ask(rows, path, query, headers=dict(request.headers), now=now)
    if answer.status_code == 301:
        answer = await ask(rows, answer.headers["location"].removeprefix(f"https://api.hel.fi{MOUNT}"), now=now)
    assert answer.status_code in wanted.statuses, answer.text
    return wanted.parse(
        Reply(source=SOURCE, request=request, status=answer.status_code, headers={}, body=answer.content, read_at=now)
    )


async def crawl(
    pages: Callable[[Ask], Wanted[Page[Any]]], rows: Rows, since: datetime | None = None
) -> list[Page[Any]]:
    read_so_far: list[Page[Any]] = []
    asked = Ask(now=NOW, since=since)
    while True:
        page = await read(pages(asked), rows)
        read_so_far.append(page)
        if page.next is None:
            return read_so_far
        asked = msgspec.structs.replace(asked, after=page.next)


def items(pages: list[Page[Any]]) -> list[Any]:
    assert all(page.dropped == () for page in pages)
    return [record for page in pages for record in page.items]


@pytest.mark.parametrize("calendar", ["linkedevents", "espoo"])
def test_made_rows_have_the_keys_of_recorded_ones(calendar: Calendar) -> None:
    def shape(row: Row) -> set[str]:
        return set(row)

    for kind, recorded_rows in recorded().kinds.items():
        (wanted,) = {frozenset(shape(row)) for row in recorded_rows if not row.get("deleted")}
        for row in rows_of(calendar).of(kind):
            assert shape(row) == wanted, (kind, row["id"])


@pytest.mark.parametrize("calendar", ["linkedevents", "espoo"])
async def test_the_crawl_brings_every_event_of_the_window_once_and_no_draft(calendar: Calendar) -> None:
    rows = rows_of(calendar)
    events: list[Event] = items(await crawl(LE.events, rows))
    keys = [event.ref.key for event in events]
    assert len(keys) == len(set(keys))
    assert rows.drafts
    assert not rows.drafts & set(keys)
    assert {row["id"] for row in rows.of("event")} - rows.drafts - set(keys) == {
        row["id"] for row in rows.of("event") if (row["end_time"] or row["start_time"] or "9") < "2026-10-23T00:12:16Z"
    }


async def test_the_first_page_begins_with_now_and_the_past_comes_later_newest_first() -> None:
    pages = await crawl(LE.events, rows_of("linkedevents"))
    first = [event.starts_at for event in pages[0].items]
    assert first == sorted(first)
    assert all(event.ends_at > NOW for event in pages[0].items)
    past = [event.starts_at for page in pages for event in page.items if event.ends_at and event.ends_at <= NOW]
    assert past == sorted(past, reverse=True)
    assert pages[-1].items[-1].status is EventStatus.POSTPONED


async def test_every_place_keyword_and_organisation_of_the_events_can_be_read() -> None:
    rows = rows_of("linkedevents")
    events: list[Event] = items(await crawl(LE.events, rows))
    places = {record.ref for record in items(await crawl(LE.places, rows))}
    words = {record.ref for record in items(await crawl(LE.keywords, rows))}
    organisations = {record.ref for record in items(await crawl(LE.organisations, rows))}
    coming = {event.place for event in events if event.starts_at and event.starts_at > NOW and event.place}
    assert coming <= places
    assert {word for event in events for word in (*event.keywords, *event.audience_keywords)} <= words
    assert {event.organiser for event in events} <= organisations
    for unlisted in {event.place for event in events if event.place} - places:
        place = await read(LE.place(unlisted.key), rows)
        assert isinstance(place, Place)
        assert place.ref == unlisted


async def test_numbers_of_open_enrolment_are_those_of_events_that_have_it() -> None:
    rows = rows_of("linkedevents")
    numbers: list[Registration] = items(await crawl(LE.registrations, rows))
    assert numbers
    assert all(one.opens_at and one.closes_at and one.opens_at <= NOW <= one.closes_at for one in numbers)
    events = {event.ref: event for event in items(await crawl(LE.events, rows))}
    for one in numbers:
        enrolment = events[one.event].enrolment
        assert enrolment is not None
        assert enrolment.ref == one.ref


async def test_the_neighbours_events_stand_in_the_citys_calendar_under_their_own_ids() -> None:
    here, there = ({row["id"] for row in rows_of(calendar).of("event")} for calendar in ("linkedevents", "espoo"))
    assert here & there
    assert all(id_.startswith("espoo:") for id_ in here & there)


async def test_a_series_is_its_childrens_parent_and_shows_its_draft_as_the_real_one_does() -> None:
    rows = rows_of("linkedevents")
    (draft,) = rows.drafts
    parent = next(row for row in rows.of("event") if draft in row["sub_events"])
    embedded = (await ask(rows, f"/event/{parent['id']}/", "include=sub_events")).json()
    assert draft in {row["id"] for row in embedded["sub_events"]}
    assert (await ask(rows, f"/event/{draft}/")).status_code == 404
    series = await read(LE.event(parent["id"]), rows)
    assert series.is_series
    children = [event for event in items(await crawl(LE.events, rows)) if event.series == series.ref]
    assert {child.ref.key for child in children} <= set(parent["sub_events"]) - {draft}
    assert children


async def test_a_change_and_a_deletion_are_seen_by_the_poll() -> None:
    rows = made(city())
    changed, deleted, *_ = (row for row in rows.of("event") if row["id"] not in rows.drafts)
    for row in (changed, deleted):
        row["last_modified_time"] = "2026-11-22T00:05:00.000000Z"
    deleted["deleted"] = True
    pages = await crawl(LE.changed_events, rows, since=NOW - timedelta(minutes=5))
    assert [event.ref.key for event in items(pages)] == [changed["id"]]
    assert [ref for page in pages for ref in page.gone] == [Ref("event", "le", deleted["id"])]
    assert await read(LE.event(deleted["id"]), rows) is None


@pytest.mark.parametrize(
    ("look_up", "key", "expected"),
    [
        (LE.place, "tprek:8254", "tprek:8199"),
        (LE.keyword, "yso:p99998", "yso:p8113"),
        (LE.event, "helsinki:agrabfplti", "helsinki:agrabfovuy"),
        (LE.organisation, "ahjo:45400", "ahjo:45400"),
        (LE.place, "tprek:99999", None),
        (LE.keyword, "yso:p10647", None),
        (LE.event, "helsinki:agrabfpkyy", None),
        (LE.event, "helsinki:luonnososa", None),
        (LE.organisation, "ahjo:nobody", None),
    ],
)
async def test_a_look_up_gives_the_record_its_heir_or_none(
    look_up: Callable[[str], Fetch[Record | None]], key: str, expected: str | None
) -> None:
    record = await read(look_up(key), recorded())
    assert (None if record is None else record.ref.key) == expected


async def test_the_probe_is_answered() -> None:
    assert len((await read(LE.probe(), rows_of("linkedevents"))).items) == 1


async def test_ids_stay_as_the_day_moves() -> None:
    here = {row["id"]: row["name"] for row in rows_of("linkedevents").of("event")}
    tomorrow = {row["id"]: row["name"] for row in made(city(date(2026, 11, 23))).of("event")}
    assert len(here.keys() & tomorrow.keys()) > 0.9 * len(here)
    numbers = {row["id"]: row["event"] for row in rows_of("linkedevents").of("registration")}
    for row in made(city(date(2026, 11, 23))).of("registration"):
        assert numbers.get(row["id"], row["event"]) == row["event"]
