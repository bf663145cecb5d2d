"""The contract's samples: as the stand-in's rows, and as the requests that they answer."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import msgspec

from hub.sandbox.standin import Recording
from hub.sandbox.volunteering.standin import Rows

SAMPLES: Final = Path(__file__).parent / "samples"
INSIDE, OUTSIDE = ("60.1923", "24.9626"), ("60.12", "24.9")  # SOURCE.md does not tell the points


def recorded() -> Rows:
    pages = ("event_list_page1", "event_list_page2")
    return Rows(
        events=tuple(row for page in pages for row in _read(page)["results"]),
        zones=tuple(_read("contract_zone_list")["results"]),
        places=((*INSIDE, _read("geo_query")), (*OUTSIDE, _read("geo_query_outside"))),
    )


def recordings() -> Iterable[Recording]:
    """All of them."""
    yield _recording("event_list_page1", "/event/", "limit=2")
    yield _recording("event_list_page2", "/event/", "limit=2&offset=2")
    yield _recording("event_list_empty", "/event/", "end_time_gte=2026-11-22T00:00:00Z")
    yield _recording("contract_zone_list", "/contract_zone/", "")
    yield _recording("geo_query", "/geo_query/", f"lat={INSIDE[0]}&lon={INSIDE[1]}")
    yield _recording("geo_query_outside", "/geo_query/", f"lat={OUTSIDE[0]}&lon={OUTSIDE[1]}")
    yield _recording("error_geo_query_400", "/geo_query/", "lon=24.9", 400)


def _recording(name: str, path: str, query: str, status: int = 200) -> Recording:
    answer = (SAMPLES / f"{name}.json").read_bytes()
    return Recording(name=name, path=path, query=query, status=status, content_type="application/json", answer=answer)


def _read(name: str) -> dict[str, Any]:
    return msgspec.json.decode((SAMPLES / f"{name}.json").read_bytes(), type=dict[str, Any])
