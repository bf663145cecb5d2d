"""How a partner's feed is checked, from a file and from an address."""

from __future__ import annotations

import ipaddress
import json
import socket
from datetime import UTC, datetime
from pathlib import Path

import httpx
import msgspec
import pytest
from typer.testing import CliRunner, Result

import hub.sandbox
from hub.cli import app
from hub.commands.checkfeed import FeedChecked, FeedFormat, check, format_of
from hub.errors import BadInput, UpstreamError
from hub.sandbox.server import sandbox

SAMPLES = Path(hub.sandbox.__path__[0])
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
JUNE = datetime(2026, 6, 20, tzinfo=UTC)
FILES = {
    "icalendar/samples/friday13.ics": FeedFormat.ICALENDAR,
    "rss/samples/rss-ev-module.xml": FeedFormat.RSS,
    "rss/samples/atom-gd-when-georss.xml": FeedFormat.RSS,
    "rss/samples/feedparser-rss_incomplete_cdata.xml": FeedFormat.RSS,
    "jsonld/samples/jsonld-museum-graph.html": FeedFormat.JSONLD,
    "jsonld/samples/extruct-microdata-event-001.html": FeedFormat.JSONLD,
    "tribe/samples/tribe-events-page1.json": FeedFormat.TRIBE,
    "rpde/samples/rpde-page.json": FeedFormat.RPDE,
}


def june() -> datetime:
    return JUNE


def now() -> datetime:
    return NOW


async def check_file(name: str) -> FeedChecked:
    return await check(f"{SAMPLES / name}", clock=june)


@pytest.mark.parametrize(("name", "word"), FILES.items())
def test_a_format_is_told_by_its_bytes(name: str, word: FeedFormat) -> None:
    assert format_of((SAMPLES / name).read_bytes()) is word


@pytest.mark.parametrize("body", [b"", b"   ", b"hello", b"[1]", b"\x00\x01"])
def test_bytes_of_no_format_are_told_so(body: bytes) -> None:
    with pytest.raises(BadInput):
        format_of(body)


@pytest.mark.parametrize(
    ("name", "events", "dropped", "remarks", "outcome"),
    [
        ("rss/samples/rss-ev-module.xml", 3, 0, 1, "ok"),
        ("rss/samples/rss-cp1252-mislabelled.xml", 1, 0, 2, "partial"),
        ("jsonld/samples/jsonld-museum-graph.html", 4, 1, 0, "partial"),
        ("tribe/samples/tribe-events-page1.json", 2, 0, 0, "ok"),
        ("rpde/samples/rpde-page.json", 1, 0, 0, "ok"),
        ("rss/samples/rss-entity-bomb.xml", 0, 0, 0, "reject"),
    ],
)
async def test_a_file_is_read_as_the_hub_would(
    name: str, events: int, dropped: int, remarks: int, outcome: str
) -> None:
    checked = await check_file(name)

    found = (len(checked.events), len(checked.dropped), len(checked.remarks), checked.outcome)
    assert found == (events, dropped, remarks, outcome)
    assert (checked.problem is not None) is (outcome == "reject")


@pytest.mark.parametrize(
    ("path", "word", "given"),
    [
        ("icalendar/events.ics", "icalendar", None),
        ("rss/tapahtumat.xml", "rss", None),
        ("jsonld/tapahtumat", "jsonld", None),
        ("tribe/", "tribe", FeedFormat.TRIBE),
    ],
)
async def test_an_address_is_read_as_the_hub_would(path: str, word: str, given: FeedFormat | None) -> None:
    wire = httpx.ASGITransport(app=sandbox(now))

    checked = await check(f"http://partner.example/{path}", clock=now, format=given, wire=wire)

    assert (checked.format, checked.outcome) == (word, "ok")
    assert len(checked.events) >= 10
    assert all(event.name and event.starts_at for event in checked.events)


async def test_an_address_without_encryption_is_read_and_told_unless_it_lies_inside() -> None:
    wire = httpx.ASGITransport(app=sandbox(now))
    address = "http://partner.example/icalendar/events.ics"

    outside = await check(address, clock=now, wire=wire)
    inside = await check(address, clock=now, wire=wire, allow_private=True)

    assert [(one.reason.partition(":")[0], one.is_kept) for one in outside.remarks] == [("it is read over http", False)]
    assert outside.outcome == "ok"
    assert inside.remarks == []


async def test_a_document_is_asked_for_once() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(200, content=(SAMPLES / "rss/samples/rss-ev-module.xml").read_bytes())

    checked = await check("webcal://partner.example/x?a=1", clock=june, wire=httpx.MockTransport(answer))

    assert asked == ["https://partner.example/x?a=1"]
    assert checked.outcome == "ok"


async def test_an_address_that_moved_for_good_is_told_whole_to_who_asks() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/old.xml":
            return httpx.Response(301, headers={"Location": "/new.xml?key=1"})
        return httpx.Response(200, content=(SAMPLES / "rss/samples/rss-ev-module.xml").read_bytes())

    checked = await check("https://partner.example/old.xml", clock=june, wire=httpx.MockTransport(answer))

    assert checked.remarks[0].reason.endswith("to https://partner.example/new.xml?key=1")
    assert checked.outcome == "partial"


async def test_a_log_in_page_is_rejected_with_the_reason() -> None:
    wire = httpx.MockTransport(lambda request: httpx.Response(200, html="<html><form>Log in</form></html>"))

    checked = await check("https://partner.example/", clock=now, wire=wire)

    assert (checked.outcome, checked.problem) == ("reject", "the page holds no schema.org data")


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/events.ics",
        "http://[::1]/events.ics",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "webcal://192.168.1.1/events.ics",
        "http://[::ffff:127.0.0.1]/",
    ],
)
async def test_a_private_address_is_not_asked(address: str) -> None:
    with pytest.raises(BadInput):
        await check(address, clock=now, wire=httpx.MockTransport(lambda request: httpx.Response(200)))


async def test_a_name_that_leads__not_connected_to() -> None:
    """By its resolved address, which is then the one that is connected to."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0)
        port = listener.getsockname()[1]
        assert ipaddress.ip_address(socket.gethostbyname("localhost")).is_loopback

        with pytest.raises(UpstreamError, match="not public"):
            await check(f"http://localhost:{port}/events.ics", clock=now)
        with pytest.raises(BlockingIOError):
            listener.accept()


@pytest.mark.parametrize("wrong", ["ftp://partner.example/", "file:///etc/hosts", "no/such/file.ics", "http:///x"])
async def test_what_is_neither_an_address_nor_a_file_is_told_so(wrong: str) -> None:
    with pytest.raises(BadInput):
        await check(wrong, clock=now)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["check-feed", *map(str, arguments)])


def test_the_command_tells_what_was_dropped_where_and_how_to_mend_it() -> None:
    result = run(SAMPLES / "jsonld/samples/jsonld-museum-graph.html", "--at", "2026-06-20")

    assert result.exit_code == 1
    assert "partial: 4 events (jsonld)" in result.stdout
    assert "script 4: it is no JSON" in result.stdout
    assert "JSON validator" in result.stdout


def test_the_command_tells_machines_everything() -> None:
    result = run(SAMPLES / "rss/samples/rss-ev-module.xml", "--at", "2026-06-20", "--json")

    assert result.exit_code == 0
    checked = msgspec.convert(json.loads(result.stdout), FeedChecked)
    assert [event.key for event in checked.events] == ["srk-101", "srk-102", "srk-103"]
    assert checked.asks_to_be_read_every_s == 3600


def test_the_command_fails_for_what_cannot_be_read() -> None:
    assert run(SAMPLES / "rss/samples/rss-entity-bomb.xml").exit_code == 1
    assert run("no/such/file.ics").exit_code == 1
    assert run(SAMPLES / "rss/samples/rss-xcal.xml", "--format", "icalendar").exit_code == 1
    assert run("x.ics", "--format", "word").exit_code == 2


def test_markup_in_a_feed_is_shown_as_text(tmp_path: Path) -> None:
    file = tmp_path / "odd.ics"
    file.write_text(
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART:20261128T160000Z\nSUMMARY:[red]Ilta[/red] [/oops]\n"
        "END:VEVENT\nEND:VCALENDAR\n"
    )

    result = run(file, "--at", "2026-11-22")

    assert result.exit_code == 0
    assert "[red]" in result.stdout
