"""The contract's samples: as the stand-in's rows, and as the requests that they answer."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import msgspec

from hub.sandbox.kausal.standin import Row, Rows
from hub.sandbox.standin import Recording

SAMPLES: Final = Path(__file__).parent / "samples"
PLAN: Final = "hnh2035"
LEFT_OUT: Final = {
    "partial-error.json": "a failure inside the upstream: the very same request answers with plan-indicators.json",
}


class _Sample(msgspec.Struct):
    file: str
    status: int
    content_type: str
    operation: str | None
    variables: dict[str, Any]
    query: str | None = None


def recorded() -> Rows:
    """Every action and indicator of the samples once, with all fields that any sample shows of it."""
    plan = {"__typename": "Plan", **_read("plan.json")["plan"]}
    actions: dict[str, Row] = {row["id"]: row for row in _read("plan-actions.json")["planActions"]}
    for name in ("action-116.json", "action-117-sparse.json"):
        row = _read(name)["action"]
        actions[row["id"]] = actions[row["id"]] | row
    indicators: dict[str, Row] = {row["id"]: row for row in _read("plan-indicators.json")["planIndicators"]}
    whole = _read("indicator-301.json")["indicator"]
    indicators[whole["id"]] = indicators[whole["id"]] | whole
    (closed,) = _read("plans-for-hostname-restricted.json")["plansForHostname"]
    return Rows(
        plans={PLAN: plan},
        actions={PLAN: list(actions.values())},
        indicators={PLAN: list(indicators.values())},
        hostnames={"ilmastovahti.hel.fi": plan, "suljettu.example": closed},
    )


def recordings() -> Iterable[Recording]:
    operations = (SAMPLES / "queries.graphql").read_text(encoding="utf-8")
    for sample in msgspec.json.decode((SAMPLES / "index.json").read_bytes(), type=list[_Sample]):
        if sample.file in LEFT_OUT:
            continue
        asked: Row = {"query": sample.query or operations, "variables": sample.variables}
        if sample.operation is not None:
            asked["operationName"] = sample.operation
        yield Recording(
            name=sample.file,
            method="POST",
            path="/v1/graphql/",
            headers=(("Content-Type", "application/json"),),
            body=msgspec.json.encode(asked),
            status=sample.status,
            content_type=sample.content_type,
            answer=(SAMPLES / sample.file).read_bytes(),
        )


def _read(name: str) -> Row:
    data: Row = msgspec.json.decode((SAMPLES / name).read_bytes())["data"]
    return data
