from __future__ import annotations

from datetime import UTC, date, datetime

import httpx
import pytest

from hub.connectors.icalendar import ICalendar
from hub.fetch import Ask, Reply, Source
from hub.records.core import LocalizedText
from hub.records.events import Event, EventStatus
from hub.sandbox.city import City, MadeEvent
from hub.sandbox.conformance import differences
from hub.sandbox.generator import make_city
from hub.sandbox.icalendar.made import made
from hub.sandbox.icalendar.recorded import recorded, recordings
from hub.sandbox.icalendar.standin import Rows, app
from hub.sandbox.standin import Recording

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def city() -> City:
    return make_city(date(2026, 11, 22))


def client(rows: Rows) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app(rows, lambda: NOW)), base_url="http://partner")


@pytest.mark.parametrize("recording", list(recordings()), ids=lambda recording: recording.name)
async def test_the_stand_in_answers_as_it_was_recorded(recording: Recording) -> None:
    async with client(recorded()) as partner:
        reply = await partner.get(recording.path)

    assert differences(recording, reply.status_code, reply.headers["content-type"], reply.content) == []
    assert reply.content == recording.answer


async def test_a_feed_that_has_not_changed_is_not_sent_again() -> None:
    async with client(recorded()) as partner:
        first = await partner.get("/friday13.ics")
        again = await partner.get("/friday13.ics", headers={"If-None-Match": first.headers["etag"]})
        other = await partner.get("/issue-196.ics", headers={"If-None-Match": first.headers["etag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert other.status_code == 200


async def test_another_path_is_a_page_that_says_so() -> None:
    async with client(recorded()) as partner:
        reply = await partner.get("/nothing.ics")

    assert reply.status_code == 404
    assert reply.headers["content-type"].startswith("text/html")


def read(city: City) -> dict[str | None, Event]:
    source = Source(
        name="partner",
        id="partner",
        connector="icalendar",
        url="http://partner/events.ics",
        title=LocalizedText(fi="Kumppani"),
    )
    fetch = ICalendar(source).events(Ask(now=NOW))
    body = made(city).files["events.ics"]
    page = fetch.parse(Reply(source=source, request=fetch.request, status=200, headers={}, body=body, read_at=NOW))
    assert page.dropped == ()
    assert page.complete
    return {event.uid: event for event in page.items}


def of_partner(city: City) -> list[MadeEvent]:
    return [event for event in city.events if "icalendar" in event.calendars and event.starts_at is not None]


def test_the_made_feed_is_read_back_as_it_was_made(city: City) -> None:
    events = read(city)

    told = [event for event in of_partner(city) if f"{event.id}@kumppani.example" in events]
    assert len(told) > 20
    assert len(told) == len(events)
    for event in told:
        found = events[f"{event.id}@kumppani.example"]
        assert found.starts_at == event.starts_at
        assert event.ends_at is None or found.ends_at == event.ends_at
        assert found.is_all_day == (event.all_day is not None)
        name = found.name or LocalizedText()
        assert (name.fi, name.sv, name.en) == (event.name.fi, event.name.sv, event.name.en)
        assert (found.status is EventStatus.CANCELLED) == (event.status == "EventCancelled")
        assert found.organiser_name is None


def test_lines_are_folded_at_seventy_five_octets(city: City) -> None:
    lines = made(city).files["events.ics"].split(b"\r\n")

    assert max(len(line) for line in lines) == 75
