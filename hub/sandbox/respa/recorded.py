"""The contract's samples: as the stand-in's rows, and as the requests that they answer."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from hub.sandbox.respa.standin import Opening, Row, Rows
from hub.sandbox.standin import Recording

SAMPLES: Final = Path(__file__).parent / "samples"
RECORDED_AT: Final = datetime(2026, 11, 22, 0, 20, tzinfo=UTC)
LINE: Final = re.compile(r"\| `(\w+)` \| [^|]+ \| (\d+) [^|]*\| `(\w+) /respa/v1([^`]*)`([^|]*)\|")
WORKSTATIONS: Final = 22  # Oodi's, of which the samples show eight
OF_RESOURCES: Final = ("opening_hours", "reservations", "unit", "distance", "accessibility_summaries")
OF_UNITS: Final = ("opening_hours_today", "accessibility_summaries")


def recorded() -> Rows:
    """Every unit, resource, reservation and day of the samples.

    Not in them: fourteen of the workstations (as the others, with the next numbers), who is in the group "kirjastot"
    beside the first of three, and that Sello is open on Monday the 23rd, which its being available says.
    """
    units: dict[str, Row] = {}
    resources: dict[str, Row] = {}
    reservations: dict[int, Row] = {}
    opening: dict[str, dict[str, Opening]] = {}
    unit_opening: dict[str, dict[str, Opening]] = {}
    summaries: dict[str, list[Row]] = {}

    def take_unit(row: Row) -> None:
        summaries.setdefault(row["id"], row.get("accessibility_summaries", []))
        summaries[row["id"]] = summaries[row["id"]] or row.get("accessibility_summaries", [])
        for day, spans in row["opening_hours_today"].items():
            if spans[0]["opens"]:
                unit_opening.setdefault(row["id"], {})[day] = (spans[0]["opens"], spans[0]["closes"])
        units[row["id"]] = {name: value for name, value in row.items() if name not in OF_UNITS}

    def take_resource(row: Row) -> None:
        unit = row["unit"]
        if isinstance(unit, dict):
            take_unit(unit)
            unit = unit["id"]
        for day in row["opening_hours"]:
            if day["opens"]:
                opening.setdefault(row["id"], {})[day["date"]] = (day["opens"], day["closes"])
        for reservation in row["reservations"] or ():
            reservations[reservation["id"]] = reservation
        summaries[row["id"]] = summaries.get(row["id"]) or row.get("accessibility_summaries", [])
        resources[row["id"]] = {name: value for name, value in row.items() if name not in OF_RESOURCES} | {"unit": unit}

    for name, path in _answers():
        body = _read(name)
        rows = body.get("results", [body]) if isinstance(body, dict) else []
        if path.startswith("/unit/"):
            for row in rows:
                take_unit(row)
        elif path.startswith("/resource/"):
            for row in rows:
                take_resource(row)
        elif path.startswith("/reservation/") and "include=" not in path:
            for row in rows:
                reservations[row["id"]] = row
    pattern = resources["tyopiste-10"]
    for number in range(1, WORKSTATIONS + 1):
        key = f"tyopiste-{number:02}"
        if key not in resources:
            names = {"fi": f"Työpiste {number}", "en": f"Workstation {number}"}
            resources[key] = pattern | {"id": key, "name": names}
            opening[key] = opening["tyopiste-10"]
    opening.setdefault("ayq5pbdwqhpq", {})["2026-11-23"] = ("2026-11-23T08:00:00+02:00", "2026-11-23T20:00:00+02:00")
    return Rows(
        units=tuple(units.values()),
        resources=tuple(resources.values()),
        reservations=tuple(sorted(reservations.values(), key=lambda row: str(row["begin"]))),
        opening=opening,
        unit_opening=unit_opening,
        groups={"kirjastot": frozenset({"avhtnl5otksq", "axvqd3wxn4la", "axwzr3i57yba"})},
        plain={
            kind: tuple(_read(f"{kind}_list")["results"])
            for kind in ("purpose", "type", "equipment", "equipment_category")
        },
        summaries=summaries,
    )


def recordings() -> Iterable[Recording]:
    """All of INDEX.md."""
    for name, status, method, asked, rest in LINE.findall((SAMPLES / "INDEX.md").read_text(encoding="utf-8")):
        path, _, query = asked.partition("?")
        body = next(iter(SAMPLES.glob(f"{name}.[jh][st][om][nl]")), None)
        yield Recording(
            name=name,
            method=method,
            path=path,
            query=query,
            headers=(("Accept-Language", "en"),) if "Accept-Language: en" in rest else (),
            now=RECORDED_AT,
            status=int(status),
            content_type="application/json" if body is not None and body.suffix == ".json" else "text/html",
            answer=body.read_bytes() if body is not None else b"",
        )


def _answers() -> Iterable[tuple[str, str]]:
    """The names of the good answers, and what was asked."""
    for recording in recordings():
        if recording.status == 200:
            yield recording.name, f"{recording.path}?{recording.query}"


def _read(name: str) -> Any:
    return msgspec.json.decode((SAMPLES / f"{name}.json").read_bytes())
