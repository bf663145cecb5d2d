"""Opening hours of one place by two sources: who speaks, and what the other says differently."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from hub.app import create_app, running
from hub.records.core import Record, Ref, Span
from hub.records.places import DayState, Identifier, OpeningDay, OpenTime, TimeKind
from hub.settings import parse
from tests import made

SETTINGS = """
[sources.ki]
connector = "kirkanta"
url = "https://directory.example/"
rank = 20

[sources.h]
connector = "hauki"
url = "https://hours.example/"
rank = 45
"""
SUNDAY = date(2026, 11, 22)  # made.NOW is nine o'clock (UTC) of it
HOURS = """query($day: Date!, $at: DateTime) { place(tprekId: "8215") {
  isOpen(at: $at)
  openingHours(from: $day, to: $day) {
    state source { name } times { opens closes kind } alsoSaid { source { name } state times { opens kind } }
  }
} }"""
LIBRARY = made.library("84860")
HERE = made.place(
    "tprek:8215", source="h", tprek_id="8215", identifiers=(Identifier(namespace="kirkanta", value="84860"),)
)


def of_directory(*times: Span, **more: Any) -> OpeningDay:
    return made.opening_day("84860", SUNDAY, *times, **more)


def of_hauki(*times: tuple[Span, TimeKind], state: DayState | None = None) -> OpeningDay:
    return OpeningDay(
        ref=Ref("opening_day", "h", f"tprek:8215/{SUNDAY}"),
        read_at=made.NOW,
        place=HERE.ref,
        date=SUNDAY,
        state=state or (DayState.OPEN if times else DayState.CLOSED),
        times=tuple(OpenTime(opens=span.starts_at, closes=span.ends_at, kind=kind) for span, kind in times),
    )


@pytest.fixture
def ask(tmp_path: Path) -> Any:
    async def asked(*records: Record) -> Any:
        writer = made.in_folder(tmp_path)
        made.put(writer, *records)
        writer.close()
        settings = parse(f'[hub]\ndata_dir = "{tmp_path}"\n{SETTINGS}')
        body = {"query": HOURS, "variables": {"day": SUNDAY.isoformat(), "at": None}}
        async with (
            running(create_app(settings, clock=lambda: made.NOW)) as app,
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hub") as client,
        ):
            answer = (await client.post("/graphql", json=body)).json()
        assert "errors" not in answer, answer
        return answer["data"]["place"]

    return asked


def names(said: Sequence[dict[str, Any]]) -> list[str]:
    return [one["source"]["name"] for one in said]


async def test_a_place_that_is_no_library_has_hours(ask: Any) -> None:
    unit = made.unit("8215")
    found = await ask(unit, HERE, of_hauki((made.span(8, 10), TimeKind.OPEN)))

    assert found["isOpen"] is True
    (day,) = found["openingHours"]
    assert (day["state"], day["source"], day["alsoSaid"]) == ("OPEN", {"name": "h"}, [])
    assert [time["kind"] for time in day["times"]] == ["OPEN"]


async def test_the_directory_speaks_for_a_library_and_the_other_is_told_beside_it(ask: Any) -> None:
    found = await ask(LIBRARY, HERE, of_directory(), of_hauki((made.span(8, 18), TimeKind.STAFFED)))

    assert found["isOpen"] is False
    (day,) = found["openingHours"]
    assert (day["state"], day["source"], day["times"]) == ("CLOSED", {"name": "ki"}, [])
    assert day["alsoSaid"] == [
        {
            "source": {"name": "h"},
            "state": "OPEN",
            "times": [{"opens": "2026-11-22T10:00:00+02:00", "kind": "STAFFED"}],
        }
    ]


@pytest.mark.parametrize(
    "other",
    [
        of_hauki((made.span(8, 18), TimeKind.STAFFED)),
        of_hauki((made.span(8, 12), TimeKind.STAFFED), (made.span(12, 18), TimeKind.STAFFED)),
        of_hauki((made.span(8, 18), TimeKind.OPEN)),
        of_hauki(state=DayState.UNKNOWN),
    ],
    ids=["the same", "the same in two pieces", "of which kind is not told", "silent"],
)
async def test_who_agrees_or_does_not_know_is_not_told_beside(other: OpeningDay, ask: Any) -> None:
    found = await ask(LIBRARY, HERE, of_directory(made.span(8, 18)), other)

    assert found["openingHours"][0]["alsoSaid"] == []


@pytest.mark.parametrize(
    "other",
    [
        of_hauki(),
        of_hauki((made.span(8, 17), TimeKind.STAFFED)),
        of_hauki((made.span(8, 18), TimeKind.SELF_SERVICE)),
        of_hauki((made.span(8, 18), TimeKind.BY_ARRANGEMENT)),
    ],
    ids=["closed", "shorter", "without staff", "for those who booked"],
)
async def test_who_contradicts_is_told_beside(other: OpeningDay, ask: Any) -> None:
    found = await ask(LIBRARY, HERE, of_directory(made.span(8, 18)), other)

    assert names(found["openingHours"][0]["alsoSaid"]) == ["h"]


async def test_where_the_first_is_silent_the_second_speaks(ask: Any) -> None:
    silent = of_directory(state=DayState.UNKNOWN)
    found = await ask(LIBRARY, HERE, silent, of_hauki((made.span(8, 18), TimeKind.STAFFED)))

    assert found["openingHours"][0]["source"] == {"name": "h"}
    assert found["openingHours"][0]["alsoSaid"] == []


async def test_a_time_for_those_who_have_an_appointment_is_no_open_door(ask: Any) -> None:
    found = await ask(made.unit("8215"), HERE, of_hauki((made.span(8, 18), TimeKind.BY_ARRANGEMENT)))

    assert found["openingHours"][0]["state"] == "OPEN"
    assert found["isOpen"] is False
