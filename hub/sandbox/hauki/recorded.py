"""The contract's samples: as the stand-in's rows, and as the requests that they answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from hub.sandbox.hauki.standin import Row, Rows
from hub.sandbox.standin import Recording

SAMPLES: Final = Path(__file__).parent / "samples"
MORNING: Final = datetime(2020, 6, 22, 6, 15, tzinfo=UTC)  # a quarter past nine in Helsinki, when it was open
JUNE: Final = {"start_date": "2020-06-22", "end_date": "2020-06-28"}
THREE: Final = {**JUNE, "resource": "tprek:8215,tprek:8199,tprek:51342", "page_size": "2"}
A_MOCK: Final = (
    "results",
    "a client's own mock: two of the five that it counts (SOURCE.md); tests/sandbox/test_hauki.py compares those two",
)


def recorded() -> Rows:
    """Every place, day and period of the samples; Kallio with all its fields, the others with those of the list."""
    kallio = _read("resource_tprek_8215")
    listed = [
        one
        for name in ("opening_hours_multi_page1", "opening_hours_multi_page2", "opening_hours_multi_states_found")
        for one in _read(name)["results"]
    ]
    days: dict[int, tuple[Row, ...]] = {one["resource"]["id"]: tuple(one["opening_hours"]) for one in listed}
    days[kallio["id"]] = tuple(_read("resource_opening_hours_tprek_8215"))
    others = {one["resource"]["id"]: one["resource"] for one in listed}
    return Rows(
        resources=tuple(others[id_] | (kallio if id_ == kallio["id"] else {}) for id_ in sorted(others)),
        days=days,
        periods={kallio["id"]: tuple(_read("date_periods_resource_1_found"))},
    )


def recordings() -> Iterable[Recording]:
    """All of them. SOURCE.md gives the requests; where it gives none, what the answer shows was asked."""
    kallio = "/resource/tprek:8215/"
    yield _recording("date_periods_resource_1_found", "/date_period/", {"resource": "1"})
    found = {"start_date": "2021-09-03", "end_date": "2021-09-06", "data_source": "tprek"}
    yield _recording("opening_hours_multi_states_found", "/opening_hours/", found, loose=(A_MOCK,))
    yield _recording("resource_opening_hours_tprek_8215", f"{kallio}opening_hours/", JUNE)
    empty = {"start_date": "2019-01-01", "end_date": "2019-01-07"}
    yield _recording("resource_opening_hours_empty", f"{kallio}opening_hours/", empty)
    yield _recording("opening_hours_multi_page1", "/opening_hours/", THREE)
    yield _recording("opening_hours_multi_page2", "/opening_hours/", {**THREE, "page": "2"})
    yield _recording("opening_hours_multi_empty", "/opening_hours/", {**JUNE, "resource": "tprek:999999"})
    yield _recording("resource_tprek_8215", kallio, {})
    yield _recording("is_open_now_tprek_8215", f"{kallio}is_open_now/", {})
    yield _recording("error_dates_missing_400", "/opening_hours/", {}, status=400)
    yield _recording("error_invalid_start_400", "/opening_hours/", {**JUNE, "start_date": "soon"}, status=400)
    yield _recording("error_not_found_404", "/resource/tprek:999999/", {}, status=404)


def _recording(
    name: str, path: str, params: dict[str, str], *, status: int = 200, loose: tuple[tuple[str, str], ...] = ()
) -> Recording:
    return Recording(
        name=name,
        path=path,
        query=urlencode(params),
        now=MORNING,
        status=status,
        content_type="application/json",
        answer=(SAMPLES / f"{name}.json").read_bytes(),
        loose=loose,
    )


def _read(name: str) -> Any:
    return msgspec.json.decode((SAMPLES / f"{name}.json").read_bytes())
