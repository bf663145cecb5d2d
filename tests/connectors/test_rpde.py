from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import hub.sandbox
from hub.connectors.ical_series import Window
from hub.connectors.rpde import Rpde, count_items, read_page
from hub.errors import PayloadChanged
from hub.fetch import Ask, Page, Reply, Request, Source
from hub.records.core import LocalizedText, Ref
from hub.records.events import Event
from tests.connectors.expected import as_expected, expected, outcome, skipped

READ_AT = datetime(2026, 6, 22, 12, tzinfo=UTC)
YEAR = Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
URL = "https://liikunta.example/rpde/events"
SAMPLES = Path(hub.sandbox.__path__[0]) / "rpde" / "samples"
SAMPLE = (SAMPLES / "rpde-page.json").read_bytes()
SOURCE = Source(name="sport", id="sport", connector="rpde", url=URL, title=LocalizedText(fi="Liikunta"))


def reply(body: object, url: str = URL) -> Reply:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = Request(method="GET", url=url)
    return Reply(source=SOURCE, request=request, status=200, headers={}, body=raw, read_at=READ_AT)


def read(body: object, url: str = URL) -> Page[Event]:
    return read_page(reply(body, url), window=YEAR)


def sample(**item: Any) -> dict[str, Any]:
    """The sample's page with other fields in its first item."""
    page: dict[str, Any] = json.loads(SAMPLE)
    page["items"][0] |= item
    return page


def test_the_sample_is_read_as_the_contract_expects() -> None:
    wanted = expected(SAMPLES, "rpde-page.json")

    found = read_page(reply(SAMPLE), window=wanted.during)

    assert as_expected(found, wanted.events) == wanted.events
    assert (outcome(found), skipped(found)) == (wanted.outcome, wanted.skipped_components)
    assert found.next == f"https://liikunta.example{wanted.next}"
    assert found.gone == tuple(Ref("event", "sport", f"Event:{deleted}") for deleted in wanted.deleted)
    assert [event.ref.key for event in found.items] == ["Event:a1"]
    assert count_items(reply(SAMPLE)) == 2


def test_the_next_page_is_asked_for_at_its_address() -> None:
    connector = Rpde(SOURCE)
    following = read(SAMPLE).next

    assert connector.events(Ask(now=READ_AT)).request.full_url == URL
    assert connector.events(Ask(now=READ_AT, after=following)).request.full_url == following


@pytest.mark.parametrize("end", [{"items": [], "next": URL}, {"items": [], "next": "?afterId=9"}])
def test_a_page_without_items_is_the_end(end: dict[str, Any]) -> None:
    assert read(end).next is None


@pytest.mark.parametrize(
    "away", ["https://elsewhere.example/", "http://liikunta.example/", "//169.254.169.254/", "", 5]
)
def test_a_next_page_elsewhere_is_not_followed(away: object) -> None:
    with pytest.raises(PayloadChanged):
        read({**sample(), "next": away})


@pytest.mark.parametrize(
    "wrong",
    [{"state": 5}, {"data": None}, {"data": [1]}, {"data": {"@type": "Event", "name": "A", "startDate": "soon"}}],
)
def test_an_item_that_cannot_be_read_costs_itself(wrong: dict[str, Any]) -> None:
    found = read(sample(**wrong))

    assert found.items == ()
    assert [lost.key for lost in found.dropped] == ["Event:a1"]
    assert [ref.key for ref in found.gone] == ["Event:a0"]
