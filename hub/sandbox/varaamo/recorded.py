"""The contract's samples: as rows for the stand-in, and as requests with the answers that the real software gave.

The samples tell of thirty reservation units and show fourteen of them whole. The rest is known by name, by pk or by
number only; they stand here with what is known, so that counts and positions are those that were recorded.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hub.sandbox.standin import Recording
from hub.sandbox.varaamo.execution import Rows
from hub.sandbox.varaamo.lists import Row

SAMPLES = Path(__file__).with_name("samples")
RECORDED_AT = datetime(2026, 11, 22, 10, tzinfo=UTC)
SHARED = "recordedrecordedrecordedrecorded"
JSON_BOTH_WAYS = (("Accept", "application/json"), ("Content-Type", "application/json"))
PAIR = (("Cookie", f"csrftoken={SHARED}"), ("X-CSRFToken", SHARED))
LIKE_566 = (567, 568, 569, 570)  # open as 566 is: the samples show their first free times, not their hours
KALLIO = 173
ONE_ROOM_EACH = (1, 146, 147, 148, 149)  # listed as units with something published; thirty in all leaves one each


def recordings() -> Iterable[Recording]:
    """All of them: nothing is left out."""
    queries = (SAMPLES / "queries.graphql").read_text("utf-8")
    for entry in _read("index.json"):
        answer = (SAMPLES / entry["file"]).read_bytes()
        name, status, content_type = entry["file"], entry["status"], entry["content_type"]
        if entry.get("kind") == "rest":
            yield Recording(
                name=name,
                path="/v1/palvelukartta/reservation-units/8199",
                headers=JSON_BOTH_WAYS[:1],
                now=RECORDED_AT,
                status=status,
                content_type=content_type,
                answer=answer,
            )
            continue
        body: dict[str, Any] = {"query": entry.get("query") or queries, "variables": entry["variables"]}
        if entry["operation"]:
            body["operationName"] = entry["operation"]
        yield Recording(
            name=name,
            method="POST",
            path="/graphql/",
            headers=JSON_BOTH_WAYS if name == "error-csrf.json" else JSON_BOTH_WAYS + PAIR,
            body=json.dumps(body).encode(),
            now=RECORDED_AT,
            status=status,
            content_type=content_type,
            answer=answer,
        )


def recorded() -> Rows:
    taxonomies = _data("taxonomies.json")
    types = _ranked(_nodes(taxonomies["reservationUnitTypes"]))
    intended_uses = _ranked(_nodes(taxonomies["intendedUses"]))
    rooms = {room["pk"]: room for room in _rooms()}
    for room in rooms.values():
        room["intendedUses"] = [_same(use, intended_uses) for use in room["intendedUses"]]
        if room["reservationUnitType"]:
            room["reservationUnitType"] = _same(room["reservationUnitType"], types)
    return Rows(
        units=list(_units().values()),
        reservation_units=list(rooms.values()),
        types=types,
        intended_uses=intended_uses,
        equipments=_nodes(taxonomies["equipments"]),
        reservations=list(_reservations().values()),
        spans=_spans(),
    )


def _rooms() -> Iterator[Row]:
    whole: dict[int, Row] = {}
    for name in ("oodi-page1", "oodi-page2", "vallila"):
        for room in _nodes(_data(f"reservation-units-{name}.json")["reservationUnits"]):
            whole[room["pk"]] = {**room, "unit": room["unit"]["pk"]}
    yield from whole.values()
    for named in _data("unit-by-id.json")["unit"]["reservationUnits"]:
        yield _bare(named["pk"], KALLIO, named)
    hall = whole[566]
    for pk in (576, 577):  # blocked by bookings of Oodi's other rooms, and Oodi has twelve
        yield _bare(pk, hall["unit"], {})
    for number, unit in enumerate(ONE_ROOM_EACH):
        yield _bare(901 + number, unit, {})


def _bare(pk: int, unit: int, known: Row) -> Row:
    row: Row = {"pk": pk, "unit": unit, "intendedUses": [], "reservationUnitType": None, "extUuid": f"{pk:032}"}
    return row | known


def _units() -> dict[int, Row]:
    units: dict[int, Row] = {unit["pk"]: unit for unit in _data("unit-index.json")["unitsAll"]}
    for name in ("oodi-page1", "vallila"):
        for room in _nodes(_data(f"reservation-units-{name}.json")["reservationUnits"]):
            units[room["unit"]["pk"]] = room["unit"]
    for name in ("units-page1.json", "units-page2.json"):
        units |= {unit["pk"]: unit for unit in _nodes(_data(name)["units"])}
    return units


def _reservations() -> dict[int, Row]:
    return {
        row["pk"]: {**row, "reservationUnit": row["reservationUnit"]["pk"]}
        for name in ("busy-times.json", "busy-times-unit.json")
        for row in _data(name)["affectingReservations"]
    }


def _spans() -> dict[int, list[tuple[datetime, datetime]] | None]:
    spans: dict[int, list[tuple[datetime, datetime]] | None] = {
        node["pk"]: None
        if node["reservableTimeSpans"] is None
        else [
            (datetime.fromisoformat(span["startDatetime"]), datetime.fromisoformat(span["endDatetime"]))
            for span in node["reservableTimeSpans"]
        ]
        for node in _nodes(_data("reservable-time-spans.json")["reservationUnits"])
    }
    return spans | dict.fromkeys(LIKE_566, spans[566])


def _ranked(rows: list[Row]) -> list[Row]:
    """They were asked in the order of their ranks, which themselves were not."""
    return [row | {"rank": rank} for rank, row in enumerate(rows)]


def _same(row: Row, rows: list[Row]) -> Row:
    return next((one for one in rows if one["pk"] == row["pk"]), row)


def _nodes(connection: Row) -> list[Row]:
    """Without their `id`: it names the type that they were asked through."""
    return [{name: value for name, value in edge["node"].items() if name != "id"} for edge in connection["edges"]]


def _data(name: str) -> Row:
    body: Row = _read(name)["data"]
    return body


def _read(name: str) -> Any:
    return json.loads((SAMPLES / name).read_bytes())
