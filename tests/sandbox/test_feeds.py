"""The partners' feeds that are no calendar: each stand-in answers as recorded, and its made feed is read back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from hub.connectors.registry import CONNECTORS
from hub.fetch import Ask, Fetch, Page, Reply, Source
from hub.records.core import LocalizedText
from hub.records.events import Event, EventStatus
from hub.sandbox.bases import bases
from hub.sandbox.city import City, MadeEvent
from hub.sandbox.conformance import differences
from hub.sandbox.generator import make_city
from hub.sandbox.jsonld import made as jsonld_made
from hub.sandbox.jsonld import recorded as jsonld
from hub.sandbox.jsonld import standin as jsonld_standin
from hub.sandbox.rss import made as rss_made
from hub.sandbox.rss import recorded as rss
from hub.sandbox.rss import standin as rss_standin
from hub.sandbox.standin import Recording
from hub.sandbox.tribe import made as tribe_made
from hub.sandbox.tribe import recorded as tribe
from hub.sandbox.tribe import standin as tribe_standin

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ORIGIN = "http://partner.example"
APPS: dict[str, Starlette] = {
    "rss": rss_standin.app(rss.recorded(), lambda: NOW),
    "jsonld": jsonld_standin.app(jsonld.recorded(), lambda: NOW),
    "tribe": tribe_standin.app(tribe.recorded(), lambda: NOW),
}
MADE: dict[str, Callable[[City], Starlette]] = {
    "rss": lambda city: rss_standin.app(rss_made.made(city), lambda: NOW),
    "jsonld": lambda city: jsonld_standin.app(jsonld_made.made(city), lambda: NOW),
    "tribe": lambda city: tribe_standin.app(tribe_made.made(city), lambda: NOW),
}


@pytest.fixture(scope="module")
def city() -> City:
    return make_city(date(2026, 11, 22))


def client(app: Starlette) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=ORIGIN)


def every_recording() -> Iterable[Any]:
    for name, recordings in (("rss", rss.recordings()), ("jsonld", jsonld.recordings()), ("tribe", tribe.recordings())):
        for recording in recordings:
            yield pytest.param(name, recording, id=f"{name}-{recording.name}")


@pytest.mark.parametrize(("name", "recording"), list(every_recording()))
async def test_the_stand_in_answers_as_it_was_recorded(name: str, recording: Recording) -> None:
    async with client(APPS[name]) as partner:
        reply = await partner.get(f"{recording.path}?{recording.query}" if recording.query else recording.path)

    assert differences(recording, reply.status_code, reply.headers["content-type"], reply.content) == []
    if name != "tribe":
        assert reply.content == recording.answer


async def read(name: str, app: Starlette) -> list[Event]:
    """All pages of a made feed, as its connector reads them."""
    path = bases(ORIGIN)[name].removeprefix(f"{ORIGIN}/{name}")
    source = Source(name=name, id=name, connector=name, url=f"{ORIGIN}{path}", title=LocalizedText(fi=name))
    (collection,) = CONNECTORS[name](source).collections()
    found: list[Event] = []
    after = None
    async with client(app) as partner:
        while True:
            fetch = collection.pages(Ask(now=NOW, after=after))
            assert isinstance(fetch, Fetch)
            answer = await partner.get(fetch.request.full_url, headers=dict(fetch.request.headers))
            page: Page[Event] = fetch.parse(
                Reply(
                    source=source,
                    request=fetch.request,
                    status=answer.status_code,
                    headers={key.lower(): value for key, value in answer.headers.items()},
                    body=answer.content,
                    read_at=NOW,
                )
            )
            assert page.dropped == ()
            assert [remark for remark in page.remarks if remark.is_kept] == []
            found += page.items
            after = page.next
            if after is None:
                return found


def of_calendar(city: City, name: str) -> list[MadeEvent]:
    return [event for event in city.events if name in event.calendars and event.starts_at is not None]


@pytest.mark.parametrize("name", ["rss", "jsonld", "tribe"])
async def test_the_made_feed_is_read_back_as_it_was_made(name: str, city: City) -> None:
    found = {event.starts_at: event for event in await read(name, MADE[name](city))}

    told = of_calendar(city, name)
    assert len(told) >= 10
    assert found.keys() <= {event.starts_at for event in told}
    assert len(found) >= len({event.starts_at for event in told}) - 5  # the oldest fell out of the news
    for event in told:
        if (one := found.get(event.starts_at)) is None:
            continue
        assert event.ends_at is None or one.ends_at == event.ends_at
        assert one.is_all_day == (event.all_day is not None)
        assert one.location_text is not None
        assert one.organiser_name is None  # nothing says that it is no person
        assert one.url is not None


async def test_made_feeds_overlap_with_the_citys_calendar_and_with_each_other(city: City) -> None:
    assert [event for event in of_calendar(city, "rss") if "linkedevents" in event.calendars]
    assert [event for event in of_calendar(city, "jsonld") if "linkedevents" in event.calendars]
    assert [event for event in of_calendar(city, "tribe") if "icalendar" in event.calendars]


async def test_the_universitys_page_names_its_lectures_in_all_their_languages(city: City) -> None:
    found = {event.ref.key.rpartition("/")[2]: event for event in await read("jsonld", MADE["jsonld"](city))}

    for event in of_calendar(city, "jsonld"):
        name = found[event.id].name or LocalizedText()
        assert (name.fi, name.sv, name.en) == (event.name.fi, event.name.sv, event.name.en)
        assert (found[event.id].status is EventStatus.CANCELLED) == (event.status == "EventCancelled")


async def test_news_are_among_the_museums_items(city: City) -> None:
    body = rss_made.made(city).files["tapahtumat.xml"].decode()

    assert body.count("<item>") == body.count("<ev:startdate>") + 2


async def test_both_validators_of_the_news_are_understood(city: City) -> None:
    async with client(MADE["rss"](city)) as partner:
        first = await partner.get("/tapahtumat.xml")
        by_tag = await partner.get("/tapahtumat.xml", headers={"If-None-Match": first.headers["etag"]})
        by_date = await partner.get("/tapahtumat.xml", headers={"If-Modified-Since": first.headers["last-modified"]})
        other = await partner.get("/tapahtumat.xml", headers={"If-None-Match": '"other"'})

    assert [reply.status_code for reply in (first, by_tag, by_date, other)] == [200, 304, 304, 200]
    assert by_tag.content == b""


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("start_date=soon", 400, "rest_invalid_param"),
        ("page=0", 400, "rest_invalid_param"),
        ("per_page=x", 400, "rest_invalid_param"),
        ("page=99", 404, "event-archive-page-not-found"),
    ],
)
async def test_the_plugin_refuses_as_the_real_one(query: str, status: int, code: str) -> None:
    async with client(APPS["tribe"]) as partner:
        reply = await partner.get(f"/wp-json/tribe/events/v1/events?{query}")

    assert (reply.status_code, reply.json()["code"]) == (status, code)


async def test_the_plugin_pages_and_filters_by_whole_days_and_answers_by_route_too(city: City) -> None:
    async with client(APPS["tribe"]) as partner:
        other = await partner.get("/wp-json/tribe/events/v2/events")
        by_route = await partner.get("/?rest_route=/tribe/events/v1/events&start_date=2026-06-01")
        day = await partner.get("/wp-json/tribe/events/v1/events?start_date=2026-07-10&end_date=2026-10-25")
        ahead = await partner.get("/wp-json/tribe/events/v1/events")
    async with client(MADE["tribe"](city)) as partner:
        most = await partner.get("/wp-json/tribe/events/v1/events?start_date=2026-01-01&per_page=500")

    assert (other.status_code, other.json()["code"]) == (404, "rest_no_route")
    assert by_route.json()["total"] == 4
    assert [event["id"] for event in day.json()["events"]] == [502, 503]
    assert ahead.status_code == 404  # in November all of them are past
    assert len(most.json()["events"]) <= 50
    assert "next_rest_url" not in most.json() or most.json()["total_pages"] > 1


async def test_another_path_is_a_page_that_says_so() -> None:
    for name in ("rss", "jsonld"):
        async with client(APPS[name]) as partner:
            reply = await partner.get("/nothing")
        assert reply.status_code == 404
        assert reply.headers["content-type"].startswith("text/html")
