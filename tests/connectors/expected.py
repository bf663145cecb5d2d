"""What the contract expects of a feed's sample (`NAME.expected.json`), and our events in the same words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import msgspec

from hub.connectors.ical_series import Window
from hub.fetch import Page
from hub.records.events import Event, EventStatus

# schema.org's words; None: the feed says nothing
STATUS = {
    None: EventStatus.SCHEDULED,
    "EventScheduled": EventStatus.SCHEDULED,
    "EventCancelled": EventStatus.CANCELLED,
    "EventMovedOnline": EventStatus.MOVED_ONLINE,
}


class Expected(msgspec.Struct):
    """`outcome`: ok, partial (something dropped or mended), reject, either."""

    window: dict[str, datetime]
    outcome: str
    skipped_components: int
    events: list[dict[str, Any]]
    optional_events: list[dict[str, Any]] = []
    next: str | None = None
    deleted: list[str] = []
    total: int | None = None

    @property
    def during(self) -> Window:
        return Window(self.window["start"], self.window["end"])


def expected(samples: Path, name: str) -> Expected:
    return msgspec.json.decode((samples / f"{name}.expected.json").read_bytes(), type=Expected)


def occurrences(page: Page[Event]) -> list[Event]:
    return sorted(
        (event for event in page.items if not event.is_series),
        key=lambda event: (str(event.starts_at), str(event.ends_at), event.name.any or "" if event.name else ""),
    )


def outcome(page: Page[Event]) -> str:
    is_mended = any(remark.is_kept for remark in page.remarks)
    return "partial" if page.dropped or is_mended or not page.complete else "ok"


def skipped(page: Page[Event]) -> int:
    return len(page.dropped) + sum(1 for remark in page.remarks if not remark.is_kept)


def found(event: Event, said: Mapping[str, Any]) -> Mapping[str, Any]:
    """Our event in the words of the expectation `said`, as far as that goes."""
    assert event.starts_at is not None
    assert event.ends_at is not None
    ours = {
        "title": "" if event.name is None else event.name.any,
        "start": f"{event.starts_at:%Y-%m-%dT%H:%M:%SZ}",
        "end": f"{event.ends_at:%Y-%m-%dT%H:%M:%SZ}",
        "all_day": event.is_all_day,
        "status": said.get("status") if STATUS.get(said.get("status")) is event.status else event.status.value,
        "start_date": event.starts_on and event.starts_on.isoformat(),
        "end_date_exclusive": event.ends_on and date.fromordinal(event.ends_on.toordinal() + 1).isoformat(),
        "id": event.uid,
        "url": event.url,
        "is_free": any(offer.is_free for offer in event.offers),
        "min_price": _prices(event)[0],
        "max_price": _prices(event)[-1],
    }
    return {key: ours[key] for key in said}


def _prices(event: Event) -> list[int | None]:
    texts = [offer.price.any or "" for offer in event.offers if offer.price is not None]
    numbers = [int("".join(filter(str.isdigit, part))) for text in texts for part in text.split("–")]
    return [*numbers] or [None]


def as_expected(page: Page[Event], said: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Our events beside those said, one for one in the contract's order."""
    ours, theirs = occurrences(page), list(said)
    return [found(event, theirs[n] if n < len(theirs) else {"title": ""}) for n, event in enumerate(ours)]
