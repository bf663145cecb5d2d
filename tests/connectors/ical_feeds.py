"""Feeds of a museum for tests: made of lines, and read."""

from __future__ import annotations

from datetime import UTC, datetime

from hub.connectors.ical_events import read_feed
from hub.connectors.ical_series import Window
from hub.fetch import Page, Reply, Request, Source
from hub.records.core import LocalizedText
from hub.records.events import Event

READ_AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
NOVEMBER = Window(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
URL = "https://museum.example/events.ics"


def source(**options: object) -> Source:
    return Source(
        name="museum", id="museum", connector="icalendar", url=URL, title=LocalizedText(fi="Museo"), options=options
    )


def reply(body: bytes, of: Source | None = None) -> Reply:
    request = Request(method="GET", url=URL)
    return Reply(source=of or source(), request=request, status=200, headers={}, body=body, read_at=READ_AT)


def calendar(*lines: str, head: str = "") -> bytes:
    """One VCALENDAR with one VEVENT of these lines."""
    event = "\r\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT"])
    return f"BEGIN:VCALENDAR\r\n{head}{event}\r\nEND:VCALENDAR\r\n".encode()


def read(body: bytes, window: Window = NOVEMBER, of: Source | None = None) -> Page[Event]:
    return read_feed(reply(body, of), window=window)


def occurrences(page: Page[Event]) -> list[Event]:
    return [event for event in page.items if not event.is_series]


def starts(page: Page[Event]) -> list[str]:
    return [f"{event.starts_at:%d %H:%M}" for event in occurrences(page) if event.starts_at is not None]
