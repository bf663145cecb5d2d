from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

import hub.sandbox
from hub.connectors.volunteering import Volunteering, is_ahead
from hub.fetch import Ask, Page, Reply, Source
from hub.records.core import LocalizedText, Point, Ref
from hub.records.events import Event, EventType

NOW = datetime(2026, 4, 20, 9, tzinfo=UTC)
SAMPLES = Path(hub.sandbox.__path__[0]) / "volunteering" / "samples"
SOURCE = Source(
    name="volunteering",
    id="volunteering",
    connector="volunteering",
    url="https://clean-ups.example/v1/",
    title=LocalizedText(fi="Talkoot"),
)


def sample(name: str) -> dict[str, Any]:
    return msgspec.json.decode((SAMPLES / f"{name}.json").read_bytes(), type=dict[str, Any])


def read(body: object, after: str | None = None) -> Page[Event]:
    fetch = Volunteering(SOURCE).events(Ask(now=NOW, after=after))
    raw = msgspec.json.encode(body)
    return fetch.parse(Reply(source=SOURCE, request=fetch.request, status=200, headers={}, body=raw, read_at=NOW))


def test_those_that_have_not_ended_are_asked_for() -> None:
    request = Volunteering(SOURCE).events(Ask(now=NOW, after="100")).request

    assert (request.method, request.url) == ("GET", "https://clean-ups.example/v1/event/")
    assert dict(request.params) == {"end_time_gte": "2026-04-20T09:00:00Z", "limit": "100", "offset": "100"}


def test_a_row_becomes_an_event_to_help_at() -> None:
    page = read(sample("event_list_page1"))

    assert page.items[0] == Event(
        ref=Ref("event", "volunteering", page.items[0].ref.key),
        read_at=NOW,
        name=LocalizedText(fi="Vallilanlaakson haravointitalkoot"),
        starts_at=datetime(2026, 4, 25, 7, tzinfo=UTC),
        ends_at=datetime(2026, 4, 25, 11, tzinfo=UTC),
        type=EventType.VOLUNTEERING,
        location=Point(lat=60.196, lon=24.9626),
        environment="out",
    )
    assert (page.total, page.next, page.complete) == (3, "2", True)


def test_the_last_page_is_the_one_that_reaches_the_count() -> None:
    assert read(sample("event_list_page2"), after="2").next is None
    empty = read(sample("event_list_empty"))
    assert (empty.items, empty.next, empty.complete) == ((), None, True)


def test_a_list_that_ends_before_its_count_withdraws_nothing() -> None:
    assert not read({"count": 3, "results": []}, after="2").complete


def test_the_key_is_that_of_name_start_and_place_and_of_nothing_else() -> None:
    rows = sample("event_list_page1")
    before = [event.ref.key for event in read(rows).items]
    rows["results"][0]["end_time"] = "2026-04-25T12:00:00Z"
    same = [event.ref.key for event in read(rows).items]
    rows["results"][0]["name"] = "Vallilan talkoot"
    other = [event.ref.key for event in read(rows).items]

    assert before == same
    assert len({*before, *other}) == 3
    assert before[1] == other[1]


def test_one_that_was_registered_twice_is_one() -> None:
    rows = sample("event_list_page1")
    rows["results"].append(rows["results"][0])

    page = read({**rows, "count": 3})

    assert (len(page.items), page.skipped, page.dropped) == (2, 1, ())


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", " "), ("start_time", None), ("end_time", "2026-04-24T00:00:00Z"), ("location", "Kallio")],
)
def test_a_row_that_cannot_be_read_is_dropped_and_the_others_stay(field: str, value: object) -> None:
    rows = sample("event_list_page1")
    rows["results"][0][field] = value

    page = read(rows)

    assert len(page.items) == 1
    assert [bool(lost.reason) for lost in page.dropped] == [True]


def test_one_without_a_point_is_somewhere() -> None:
    rows = sample("event_list_page1")
    rows["results"][0]["location"] = None

    assert read(rows).items[0].location is None


def test_what_has_ended_has_left_the_window() -> None:
    event = read(sample("event_list_page1")).items[0]

    assert is_ahead(event, datetime(2026, 4, 25, 11, tzinfo=UTC))
    assert not is_ahead(event, datetime(2026, 4, 25, 11, 1, tzinfo=UTC))
