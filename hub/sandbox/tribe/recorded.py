"""The contract's samples: two pages of a site's events, and what comes after them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import msgspec

from hub.sandbox.standin import Recording
from hub.sandbox.tribe.standin import Rows

SAMPLES: Final = Path(__file__).parent / "samples"
PATH: Final = "/wp-json/tribe/events/v1/events"
# The pages were written with two events each from a date on.
QUERY: Final = "start_date=2026-06-01&per_page=2&page={}"


def recorded() -> Rows:
    events: list[dict[str, Any]] = []
    for page in (1, 2):
        events += msgspec.json.decode(_sample(f"tribe-events-page{page}"))["events"]
    return Rows(events=tuple(events), site="https://kulttuuri.example")


def recordings() -> Iterable[Recording]:
    for name, page, status in (("page1", 1, 200), ("page2", 2, 200), ("404", 3, 404)):
        yield Recording(
            name=name,
            path=PATH,
            query=QUERY.format(page),
            status=status,
            content_type="application/json",
            answer=_sample(f"tribe-events-{name}"),
        )


def _sample(name: str) -> bytes:
    return (SAMPLES / f"{name}.json").read_bytes()
