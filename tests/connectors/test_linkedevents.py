"""Linked Events: what is asked, and what the recorded replies mean."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hub.sandbox.linkedevents
from hub.connectors.linkedevents import LinkedEvents
from hub.errors import BadSettings, PayloadChanged
from hub.fetch import Ask, Collection, Dropped, Fetch, Page, Reply, Source
from hub.records.core import Address, Contact, LocalizedText, Picture, Point, Record, Ref
from hub.records.events import (
    Enrolment,
    Event,
    EventStatus,
    EventType,
    Keyword,
    KeywordSet,
    KeywordUsage,
    Link,
    Offer,
    Organisation,
    Registration,
)
from hub.records.places import Place

SAMPLES = Path(hub.sandbox.linkedevents.__path__[0]) / "samples"
NOW = datetime(2026, 11, 22, 0, 12, 16, tzinfo=UTC)
SOURCE = Source(
    name="linkedevents",
    id="le",
    connector="linkedevents",
    url="https://api.hel.fi/linkedevents/v1/",
    title=LocalizedText(en="Linked Events"),
)
LE = LinkedEvents(SOURCE)


def sample(name: str) -> Any:
    return json.loads((SAMPLES / f"{name}.json").read_bytes())


def answered(fetch: Fetch[Any], body: object, status: int = 200) -> Reply:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Reply(source=SOURCE, request=fetch.request, status=status, headers={}, body=raw, read_at=NOW)


def read(fetch: Fetch[Any], body: object, status: int = 200) -> Any:
    return fetch.parse(answered(fetch, body, status))


def one_event(name: str) -> Event:
    event = read(LE.event("x"), sample(name))
    assert isinstance(event, Event)
    return event


def envelope(*rows: object, following: str | None = None) -> dict[str, object]:
    return {"meta": {"count": len(rows), "next": following, "previous": None}, "data": list(rows)}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def collection(kind: str) -> Collection:
    return next(found for found in LE.collections() if found.kind == kind)


def ref(kind: str, key: str) -> Ref:
    return Ref(kind, "le", key)


# the questions about events


def test_the_crawl_begins_with_what_is_on_or_to_come_nearest_first() -> None:
    request = LE.events(Ask(now=NOW)).request
    assert (request.method, request.url) == ("GET", "https://api.hel.fi/linkedevents/v1/event/")
    assert dict(request.headers) == {"Accept": "application/json"}
    assert dict(request.params) == {
        "event_type": "general,course,volunteering",
        "start": "2026-11-22T00:12:16Z",
        "end": "2027-12-27T00:12:16Z",
        "sort": "start_time,last_modified_time",
        "page_size": "100",
        "page": "1",
    }


def test_the_second_phase_is_the_past_thirty_days_newest_first() -> None:
    params = dict(LE.events(Ask(now=NOW, after="past:3")).request.params)
    assert params["start"] == "2026-10-23T00:12:16Z"
    assert params["end"] == "2026-11-22T00:12:16Z"
    assert params["sort"] == "-start_time,last_modified_time"
    assert params["page"] == "3"


def test_postponed_events_are_a_phase_of_their_own_since_an_end_leaves_them_out() -> None:
    params = dict(LE.events(Ask(now=NOW, after="postponed:1")).request.params)
    assert params["event_status"] == "EventPostponed"
    assert params["last_modified_since"] == "2025-11-22T00:12:16Z"
    assert "start" not in params
    assert "end" not in params


def test_sub_events_are_never_asked_for() -> None:
    for after in ("coming:1", "past:1", "postponed:1"):
        assert "include" not in dict(LE.events(Ask(now=NOW, after=after)).request.params)
    assert "include" not in dict(LE.changed_events(Ask(now=NOW, since=NOW)).request.params)


def test_changes_are_asked_with_a_moment_and_the_deleted_and_an_overlap() -> None:
    since = NOW - timedelta(hours=1)
    assert dict(LE.changed_events(Ask(now=NOW, since=since, after="2")).request.params) == {
        "event_type": "general,course,volunteering",
        "last_modified_since": "2026-11-21T23:02:16Z",
        "show_deleted": "true",
        "sort": "-last_modified_time",
        "page_size": "100",
        "page": "2",
    }


def test_one_event_is_asked_by_its_id_with_the_slash_at_the_end() -> None:
    assert LE.event("helsinki:agrab.fo-1").request.url.endswith("/v1/event/helsinki:agrab.fo-1/")
    assert LE.event("kulke:a/b?c").request.url.endswith("/v1/event/kulke:a%2Fb%3Fc/")


# the answers about events


def test_an_event_becomes_a_whole_record() -> None:
    assert one_event("event_detail_include") == Event(
        ref=ref("event", "helsinki:agrabfotj4"),
        read_at=NOW,
        modified_at=at("2026-11-22T00:09:08.753780Z"),
        url="https://helmet.fi/vallila/satutunti",
        name=LocalizedText(
            fi="Satutunti Vallilan kirjastossa",
            sv="Sagostund i Vallgårds bibliotek",
            en="Story hour at Vallila Library",
        ),
        summary=LocalizedText(
            fi="Satuja alle kouluikäisille.",
            sv="Sagor för barn under skolåldern.",
            en="Stories for children under school age.",
        ),
        description=LocalizedText(
            fi="<p>Tervetuloa <strong>satutunnille</strong>! Luemme satuja ja loruilemme yhdessä.</p><p>Lisätietoa: "
            '<a href="https://helmet.fi" rel="noopener noreferrer nofollow">helmet.fi</a></p>',
            sv="<p>Välkommen till <strong>sagostunden</strong>!</p>",
            en="<p>Welcome to the <strong>story hour</strong>!</p>",
        ),
        starts_at=at("2026-11-25T08:00:00Z"),
        ends_at=at("2026-11-25T08:30:00Z"),
        place=ref("place", "tprek:8199"),
        location_text=LocalizedText(fi="Lastenosasto, 2. krs"),
        organiser=ref("organisation", "ahjo:u48040010"),
        keywords=(ref("keyword", "yso:p14710"), ref("keyword", "yso:p2739"), ref("keyword", "yso:p8113")),
        audience_keywords=(ref("keyword", "yso:p13050"), ref("keyword", "yso:p4354")),
        min_age=2,
        max_age=6,
        languages=("fi", "sv"),
        offers=(Offer(is_free=True),),
        pictures=(
            Picture(
                url="https://example.org/images/satutunti.jpg",
                alt=LocalizedText(other="Lapsia kuuntelemassa satua"),
                license="cc_by",
                photographer="Maarit Hohteri",
            ),
        ),
        environment="in",
        links=(
            Link(url="https://www.facebook.com/vallilankirjasto", name="facebook"),
            Link(url="https://helmet.fi/"),
        ),
        data_source="helsinki",
    )


def test_references_and_embedded_objects_are_the_same_record() -> None:
    assert one_event("event_detail") == one_event("event_detail_include")


def test_a_course_has_its_enrolment_in_utc_and_its_registration_by_the_events_key() -> None:
    event = one_event("event_detail_course")
    assert event.type is EventType.COURSE
    assert event.enrolment == Enrolment(
        opens_at=at("2026-11-20T07:00:00Z"),
        closes_at=at("2026-12-03T14:00:00Z"),
        ref=ref("registration", "helsinki:agrabfphgu"),
    )
    assert (event.max_attendees, event.min_attendees) == (12, 4)


def test_a_price_is_in_the_sources_own_words() -> None:
    assert one_event("event_detail_offers_price").offers == (
        Offer(
            is_free=False,
            price=LocalizedText(fi="5–10 €", en="5–10 €"),
            url="https://lippu.fi/oodi",
            description=LocalizedText(fi="Opiskelijat 5 €"),
        ),
    )


def test_a_picture_for_its_event_only_says_so() -> None:
    assert one_event("event_detail_offers_price").pictures == (
        Picture(url="https://api.hel.fi/media/images/oodi-konsertti.jpg", license="event_only"),
    )


def test_one_day_without_a_clock_time_is_a_whole_day() -> None:
    event = one_event("event_detail_all_day")
    assert event.is_all_day
    assert (event.starts_on, event.ends_on) == (date(2026, 12, 1), date(2026, 12, 1))
    assert (event.starts_at, event.ends_at) == (at("2026-12-01T00:00+02:00"), at("2026-12-02T00:00+02:00"))


def test_the_last_of_several_days_is_inclusive() -> None:
    event = one_event("event_detail_multi_day")
    assert (event.starts_on, event.ends_on) == (date(2026, 11, 12), date(2026, 12, 12))
    assert event.ends_at == at("2026-12-13T00:00+02:00")


def test_a_known_start_with_a_last_day_ends_at_that_days_end_and_is_no_whole_day() -> None:
    row = sample("event_detail") | {"start_time": "2026-11-25T08:00:00Z", "end_time": "2026-11-26"}
    event = read(LE.event("x"), row)
    assert not event.is_all_day
    assert event.ends_at == at("2026-11-27T00:00+02:00")
    assert event.starts_on is None


def test_a_start_alone_is_open_ended() -> None:
    event = read(LE.event("x"), sample("event_detail") | {"end_time": None})
    assert event.starts_at == at("2026-11-25T08:00:00Z")
    assert event.ends_at is None
    assert not event.is_all_day


def test_a_day_is_that_of_the_configured_zone() -> None:
    elsewhere = LinkedEvents(msgspec.structs.replace(SOURCE, options={"timezone": "Europe/Stockholm"}))
    event = read(elsewhere.event("x"), sample("event_detail_all_day"))
    assert event.starts_at == at("2026-12-01T00:00+01:00")


def test_a_postponed_event_has_no_times() -> None:
    event = one_event("event_detail_postponed")
    assert event.status is EventStatus.POSTPONED
    assert (event.starts_at, event.ends_at, event.is_all_day) == (None, None, False)


def test_a_cancelled_event_is_kept_as_cancelled() -> None:
    assert one_event("event_detail_cancelled").status is EventStatus.CANCELLED


def test_an_event_on_the_internet_is_online_whichever_instance_says_so() -> None:
    assert one_event("event_detail_internet").is_online
    row = sample("event_detail") | {"location": {"@id": "http://api.espoo.fi/events/v1/place/espoo%3Ainternet/"}}
    event = read(LE.event("x"), row)
    assert event.place == ref("place", "espoo:internet")
    assert event.is_online


def test_a_parent_is_a_series_and_its_sub_events_are_not_read() -> None:
    parent = one_event("event_detail_recurring_super_include")
    assert parent.is_series
    assert b"luonnososa" not in msgspec.json.encode(parent)  # the draft that the upstream leaks there


def test_a_child_names_its_series() -> None:
    child = one_event("event_detail_sub_event")
    assert child.series == ref("event", "helsinki:agrabfpauy")
    assert not child.is_series


def test_an_event_without_a_place_is_kept() -> None:
    event = one_event("event_detail_sparse_import")
    assert event.place is None
    assert event.name == LocalizedText(fi="Espoon tapahtuma")
    assert event.offers == ()


def test_the_provider_is_not_kept_since_it_may_be_a_person() -> None:
    row = sample("event_detail") | {
        "provider": {"fi": "Maija Meikäläinen"},
        "provider_contact_info": {"fi": "maija.meikalainen@example.org"},
    }
    assert b"eik\xc3\xa4l" not in msgspec.json.encode(read(LE.event("x"), row))
    assert b"maija" not in msgspec.json.encode(read(LE.event("x"), row))


def test_languages_are_bcp_47() -> None:
    codes = ["fi", "zh_hans", "sv-fi", "klingon"]
    row = sample("event_detail") | {"in_language": [{"@id": f"https://x/v1/language/{code}/"} for code in codes]}
    assert read(LE.event("x"), row).languages == ("fi", "zh-Hans", "sv-FI")


def test_a_text_in_another_language_is_kept_where_there_is_none_of_the_three() -> None:
    row = sample("event_detail") | {"name": {"fi": "", "zh_hans": "故事时间", "ru": "Сказки"}}
    assert read(LE.event("x"), row).name == LocalizedText(other="故事时间", other_language="zh-Hans")


def test_an_empty_text_is_missing() -> None:
    row = sample("event_detail") | {"name": {"fi": "Satutunti", "sv": " ", "en": ""}, "short_description": {"fi": ""}}
    event = read(LE.event("x"), row)
    assert event.name == LocalizedText(fi="Satutunti")
    assert event.summary is None


def test_numbers_that_cannot_be_meant_are_unknown() -> None:
    row = sample("event_detail") | {"audience_min_age": -1, "maximum_attendee_capacity": 2**31 - 1}
    event = read(LE.event("x"), row)
    assert event.min_age is None
    assert event.max_attendees is None


@pytest.mark.parametrize(
    ("status", "name"),
    [(404, "error_event_not_found_404"), (404, "error_event_draft_404"), (410, "error_event_deleted_410")],
)
def test_an_unknown_a_draft_and_a_deleted_event_are_none(status: int, name: str) -> None:
    assert read(LE.event("x"), sample(name), status) is None


def test_a_404_that_is_not_the_registers_own_is_a_changed_upstream() -> None:
    with pytest.raises(PayloadChanged):
        read(LE.event("x"), (SAMPLES / "error_unknown_route_404.html").read_bytes(), 404)


def test_one_event_that_cannot_be_read_is_a_changed_upstream() -> None:
    with pytest.raises(PayloadChanged, match="before it starts"):
        read(LE.event("x"), sample("event_detail") | {"end_time": "2020-01-01T00:00:00Z"})


def test_a_day_beyond_the_calendar_is_a_changed_upstream_by_id_and_a_drop_in_a_list() -> None:
    row = sample("event_detail_all_day") | {"start_time": "9999-12-31"}
    with pytest.raises(PayloadChanged):
        read(LE.event("x"), row)
    assert len(read(LE.events(Ask(now=NOW)), envelope(row, sample("event_detail"))).dropped) == 1


def test_a_page_of_events_is_read_whole() -> None:
    page = read(LE.events(Ask(now=NOW)), sample("bad_page_size_capped_to_100"))
    assert len(page.items) == 40
    assert page.dropped == ()
    assert page.skipped == 0


def test_the_phases_follow_each_other_to_the_end() -> None:
    following = "http://elsewhere.example/v1/event/?event_type=course&page=2&page_size=100"
    rows = sample("event_list_page1")["data"]
    assert read(LE.events(Ask(now=NOW)), envelope(*rows, following=following)).next == "coming:2"
    assert read(LE.events(Ask(now=NOW, after="coming:2")), envelope(*rows)).next == "past:1"
    assert read(LE.events(Ask(now=NOW, after="past:1")), envelope(*rows)).next == "postponed:1"
    assert read(LE.events(Ask(now=NOW, after="postponed:1")), sample("event_list_postponed")).next is None


def test_the_phase_of_the_postponed_leaves_out_what_has_times() -> None:
    page = read(LE.events(Ask(now=NOW, after="postponed:1")), sample("event_list_page1"))
    assert page.items == ()
    assert page.skipped == 5


def test_the_phase_of_the_past_leaves_out_what_is_still_on() -> None:
    row = sample("event_detail")
    on = row | {"id": "on", "start_time": "2026-11-22T00:00:00Z", "end_time": "2026-11-22T01:00:00Z"}
    today = row | {"id": "today", "start_time": "2026-11-22", "end_time": None}
    began = row | {"id": "began", "start_time": "2026-11-22T00:00:00Z", "end_time": None}
    over = row | {"id": "over", "start_time": "2026-11-21T00:00:00Z", "end_time": "2026-11-21T01:00:00Z"}
    page = read(LE.events(Ask(now=NOW, after="past:1")), envelope(on, today, began, over))
    assert [event.ref.key for event in page.items] == ["began", "over"]
    assert page.skipped == 2
    assert len(read(LE.events(Ask(now=NOW)), envelope(on, today, began, over)).items) == 4


def test_rows_that_vanished_while_paging_end_the_phase() -> None:
    fetch = LE.events(Ask(now=NOW, after="coming:7"))
    assert 404 in fetch.statuses
    page = read(fetch, sample("error_event_list_page_past_end_404"), 404)
    assert page == Page(items=(), next="past:1")


def test_a_first_page_that_does_not_exist_is_refused() -> None:
    assert 404 not in LE.events(Ask(now=NOW)).statuses


@pytest.mark.parametrize("following", ["https://x/v1/event/?page=1", "https://x/v1/event/", "https://[", "x?page=9"])
def test_a_next_page_that_is_not_the_next_is_a_changed_envelope(following: str) -> None:
    body = envelope(*sample("event_list_page1")["data"], following=following)
    with pytest.raises(PayloadChanged):
        read(LE.events(Ask(now=NOW)), body)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("start_time", "eilen"),
        ("start_time", "2026-13-01"),
        ("end_time", "2020-01-01T00:00:00Z"),
        ("event_status", "EventMystery"),
        ("type_id", None),
        ("name", ["Satutunti"]),
        ("location", {"@id": ""}),
        ("publisher", ""),
        ("id", "helsinki:\u0000"),
    ],
)
def test_a_row_with_one_field_broken_is_dropped_while_its_neighbours_stay(field: str, value: object) -> None:
    good, bad = sample("event_list_page1")["data"][0], sample("event_detail") | {field: value}
    page = read(LE.events(Ask(now=NOW)), envelope(good, bad))
    assert [event.ref.key for event in page.items] == ["helsinki:agrabfo2ea"]
    (dropped,) = page.dropped
    assert dropped.key == bad["id"]
    assert dropped.reason


def test_deleted_events_of_the_changes_are_gone_and_no_drops() -> None:
    rows = [*sample("event_list_deleted")["data"], *sample("event_list_last_modified_since")["data"]]
    page = read(LE.changed_events(Ask(now=NOW, since=NOW)), envelope(*rows))
    assert page.gone == (ref("event", "helsinki:agrabfplti"), ref("event", "helsinki:agrabfpkyy"))
    assert [event.ref.key for event in page.items] == ["helsinki:agrabfotj4", "helsinki:agrabfovuy"]
    assert page.dropped == ()
    assert page.total == 4


def test_a_broken_row_among_the_changes_is_dropped() -> None:
    rows = [{"id": 7, "deleted": True}, *sample("event_list_last_modified_since")["data"]]
    page = read(LE.changed_events(Ask(now=NOW, since=NOW)), envelope(*rows))
    assert [dropped.key for dropped in page.dropped] == ["7"]
    assert page.gone == ()


def test_the_window_reaches_from_thirty_days_back_to_four_hundred_ahead() -> None:
    in_window = collection("event").in_window
    assert in_window is not None

    def lies_in(starts: timedelta, lasts: timedelta = timedelta(hours=1)) -> bool:
        event = Event(ref=ref("event", "x"), read_at=NOW, starts_at=NOW + starts, ends_at=NOW + starts + lasts)
        return in_window(event, NOW)

    assert lies_in(timedelta(0))
    assert lies_in(timedelta(days=400))
    assert not lies_in(timedelta(days=401))
    assert lies_in(timedelta(days=-30))
    assert not lies_in(timedelta(days=-31))
    assert lies_in(timedelta(days=-900), timedelta(days=871))


def test_a_postponed_event_leaves_the_window_a_year_after_its_last_change() -> None:
    in_window = collection("event").in_window
    assert in_window is not None
    event = Event(ref=ref("event", "x"), read_at=NOW, modified_at=NOW - timedelta(days=365))
    assert in_window(event, NOW)
    assert not in_window(event, NOW + timedelta(days=1))


# places left


def test_numbers_are_asked_of_events_whose_enrolment_is_open_now_in_local_time() -> None:
    request = LE.registrations(Ask(now=NOW)).request
    assert dict(request.params) == {
        "event_type": "general,course,volunteering",
        "registration": "true",
        "enrolment_open_on": "2026-11-22T02:12:16",
        "include": "registration",
        "sort": "start_time,last_modified_time",
        "page_size": "100",
        "page": "1",
    }


def test_places_left_are_a_record_of_their_own_under_the_events_key() -> None:
    page = read(LE.registrations(Ask(now=NOW)), sample("event_list_courses"))
    assert page.items == (
        Registration(
            ref=ref("registration", "helsinki:agrabfphgu"),
            read_at=NOW,
            modified_at=at("2026-11-22T00:09:24.260025Z"),
            event=ref("event", "helsinki:agrabfphgu"),
            remaining=12,
            remaining_waiting_list=5,
            opens_at=at("2026-11-20T07:00:00Z"),
            closes_at=at("2026-12-03T14:00:00Z"),
            enrolment_url="https://linkedregistrations-ui-prod.apps.platta.hel.fi/fi/registration/1/signup-group/create",
        ),
    )


def test_an_overbooked_event_has_no_places_left_and_an_unlimited_one_says_none() -> None:
    row = sample("event_list_courses")["data"][0]
    full = row | {"registration": row["registration"] | {"remaining_attendee_capacity": -2}}
    unlimited = row | {"registration": row["registration"] | {"remaining_attendee_capacity": None}}
    page = read(LE.registrations(Ask(now=NOW)), envelope(full, unlimited))
    assert [found.remaining for found in page.items] == [0, None]


def test_a_registration_that_came_as_a_reference_is_dropped() -> None:
    row = sample("event_list_courses")["data"][0]
    page = read(LE.registrations(Ask(now=NOW)), envelope(row, sample("event_detail_course")))
    assert [dropped.key for dropped in page.dropped] == ["helsinki:agrabfphgu"]


def test_numbers_leave_the_window_when_the_enrolment_closes() -> None:
    in_window = collection("registration").in_window
    assert in_window is not None
    (numbers,) = read(LE.registrations(Ask(now=NOW)), sample("event_list_courses")).items
    assert in_window(numbers, NOW)
    assert not in_window(numbers, at("2026-12-03T14:00:01Z"))


# places, keywords, organisations


def test_places_with_events_to_come_are_listed_by_id() -> None:
    assert dict(LE.places(Ask(now=NOW, after="4")).request.params) == {
        "has_upcoming_events": "true",
        "sort": "id",
        "page_size": "100",
        "page": "4",
    }


def test_a_place_becomes_a_whole_record() -> None:
    assert read(LE.place("tprek:8199"), sample("place_detail_vallila")) == Place(
        ref=ref("place", "tprek:8199"),
        read_at=NOW,
        modified_at=at("2026-11-22T00:06:36.729605Z"),
        name=LocalizedText(fi="Vallilan kirjasto", sv="Vallgårds bibliotek", en="Vallila Library"),
        description=LocalizedText(fi="Vallilan kirjasto sijaitsee Mäkelänkadun varrella."),
        tprek_id="8199",
        address=Address(
            street=LocalizedText(fi="Päijänteentie 5", sv="Päijännevägen 5", en="Päijänteentie 5"),
            postal_code="00550",
            city="Helsinki",
        ),
        location=Point(lat=60.1943, lon=24.95935),
        contact=Contact(
            phone="+358 9 310 85059", email="vallilan_kirjasto@hel.fi", website="https://vallila.helmet.fi"
        ),
    )


def test_the_internet_is_a_place_without_a_position() -> None:
    assert read(LE.place("helsinki:internet"), sample("place_detail_internet")) == Place(
        ref=ref("place", "helsinki:internet"),
        read_at=NOW,
        modified_at=at("2026-11-22T00:06:36.819610Z"),
        name=LocalizedText(fi="Internet", sv="Internet", en="Internet"),
        is_online=True,
    )


def test_a_plain_address_has_no_register_number() -> None:
    page = read(LE.places(Ask(now=NOW)), sample("place_list_division"))
    assert {place.ref.key: place.tprek_id for place in page.items} == {
        "tprek:8199": "8199",
        "osoite:1111-makelankatu-45": None,
    }


def test_a_replaced_place_is_the_one_that_took_its_place() -> None:
    place = read(LE.place("tprek:8254"), sample("place_detail_vallila"))  # after the 301, which transport follows
    assert place.ref == ref("place", "tprek:8199")


@pytest.mark.parametrize(("status", "name"), [(404, "error_place_not_found_404"), (410, "error_place_deleted_410")])
def test_an_unknown_and_a_deleted_place_are_none(status: int, name: str) -> None:
    assert read(LE.place("tprek:1"), sample(name), status) is None


def test_keywords_of_events_are_listed_by_id() -> None:
    request = LE.keywords(Ask(now=NOW)).request
    assert request.url == "https://api.hel.fi/linkedevents/v1/keyword/"
    assert dict(request.params) == {"sort": "id", "page_size": "100", "page": "1"}


def test_a_keyword_becomes_a_whole_record() -> None:
    assert read(LE.keyword("yso:p8113"), sample("keyword_detail")) == Keyword(
        ref=ref("keyword", "yso:p8113"),
        read_at=NOW,
        modified_at=at("2026-11-22T00:06:36.935642Z"),
        name=LocalizedText(fi="lukeminen", sv="läsning", en="reading"),
        alt_labels=("lukuharrastus",),
    )


def test_a_set_of_keywords_becomes_a_whole_record_whether_its_keywords_are_embedded_or_not() -> None:
    audiences = KeywordSet(
        ref=ref("keyword_set", "helsinki:audiences"),
        read_at=NOW,
        modified_at=datetime(2026, 11, 22, 0, 6, 37, 47428, tzinfo=UTC),
        name=LocalizedText(fi="Helsinki kohderyhmät", sv="Helsingfors invånargrupper", en="Helsinki audiences"),
        usage=KeywordUsage.AUDIENCE,
        keywords=tuple(
            ref("keyword", key) for key in ("helsinki:aflfbatkwe", "yso:p11617", "yso:p13050", "yso:p2433", "yso:p4354")
        ),
    )
    page = read(LE.keyword_sets(Ask(now=NOW)), sample("keyword_set_list"))

    assert page.items[0] == audiences
    assert [(one.ref.key, one.usage) for one in page.items[1:]] == [("helsinki:topics", KeywordUsage.KEYWORD)]
    assert read(LE.keyword_set("helsinki:audiences"), sample("keyword_set_detail_include")) == audiences


def test_a_deprecated_keyword_names_the_one_that_replaced_it() -> None:
    row = sample("keyword_detail") | {"deprecated": True, "replaced_by": "yso:p2739"}
    keyword = read(LE.keyword("yso:p8113"), row)
    assert keyword.is_deprecated
    assert keyword.replaced_by == ref("keyword", "yso:p2739")


def test_a_deprecated_keyword_without_another_is_none() -> None:
    assert read(LE.keyword("yso:p10647"), sample("error_keyword_deprecated_410"), 410) is None


def test_an_organisation_has_its_links_read_as_ids() -> None:
    assert read(LE.organisation("ahjo:45400"), sample("organization_detail_replaced")) == Organisation(
        ref=ref("organisation", "ahjo:45400"),
        read_at=NOW,
        modified_at=at("2026-11-22T00:06:36.490446Z"),
        name=LocalizedText(fi="Kaupunginkirjasto"),
        parent=ref("organisation", "ahjo:00001"),
        replaced_by=ref("organisation", "ahjo:u48040010"),
    )


def test_organisations_are_listed_page_after_page() -> None:
    fetch = LE.organisations(Ask(now=NOW))
    assert fetch.request.url == "https://api.hel.fi/linkedevents/v1/organization/"
    page = read(fetch, sample("organization_list"))
    assert (len(page.items), page.total, page.next) == (4, 6, "2")


# the connector itself


def test_two_instances_differ_by_their_source_alone() -> None:
    espoo = LinkedEvents(
        msgspec.structs.replace(SOURCE, name="espoo", id="espoo", url="https://api.espoo.fi/events/v1/")
    )
    assert espoo.events(Ask(now=NOW)).request.url == "https://api.espoo.fi/events/v1/event/"
    event = read(espoo.event("x"), sample("event_detail_sparse_import"))
    assert event.ref == Ref("event", "espoo", "espoo:12345")


def test_an_unknown_zone_is_a_mistake_in_the_configuration() -> None:
    for zone in ("Europe/Atlantis", 7, "../etc"):
        with pytest.raises(BadSettings, match="timezone"):
            LinkedEvents(msgspec.structs.replace(SOURCE, options={"timezone": zone}))


def test_the_probe_reads_one_event() -> None:
    probe = LE.probe()
    assert dict(probe.request.params) == {"start": "today", "sort": "start_time", "page_size": "1"}
    assert len(read(probe, sample("event_list_bbox") | {"meta": {"count": 2, "next": None}}).items) == 2


@pytest.mark.parametrize("kind", ["event", "place", "keyword", "organisation", "registration"])
def test_a_broken_envelope_is_told(kind: str) -> None:
    fetch = collection(kind).pages(Ask(now=NOW))
    assert isinstance(fetch, Fetch)
    for body in (b"<html>", b"[]", b'{"data": []}', b'{"meta": {"count": 1, "next": null}, "data": [{"id": 1}]}'):
        with pytest.raises(PayloadChanged):
            read(fetch, body)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12) | st.sampled_from(["2026-11-22", "0001-01-01"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(sorted(sample("event_detail"))), ANYTHING)
def test_any_value_of_any_field_gives_the_record_or_a_drop(field: str, value: object) -> None:
    good, odd = sample("event_list_page1")["data"][0], sample("event_detail") | {field: value}
    page = read(LE.events(Ask(now=NOW)), envelope(good, odd))
    assert len(page.items) + len(page.dropped) + page.skipped == 2
    assert page.items[0].ref.key == "helsinki:agrabfo2ea"
    for record in page.items:
        check_moments(record)


def check_moments(record: Record) -> None:
    for name in record.__struct_fields__:
        value = getattr(record, name)
        if isinstance(value, datetime):
            assert value.utcoffset() == timedelta(0)


def test_dropped_rows_say_which_and_why_without_their_text() -> None:
    bad = sample("event_detail") | {"start_time": 5}
    page = read(LE.events(Ask(now=NOW)), envelope(sample("event_detail"), bad))
    assert page.dropped == (
        Dropped(
            key="helsinki:agrabfotj4",
            reason="Expected `str | null`, got `int` - at `$.start_time`",
            where="row 2 of event/",
            mend="Give start_time as text or null.",
        ),
    )
