"""Varaamo's replies for tests: recorded, or made of rows, and read."""

import json
from datetime import UTC, datetime
from typing import Any

from hub.connectors.varaamo import Varaamo
from hub.fetch import Ask, Fetch, Page, Reply, Source, T
from hub.records.core import LocalizedText, Span
from hub.records.spaces import BusyTimes, Space
from hub.sandbox.varaamo.recorded import SAMPLES

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
WINDOW = Span(starts_at=datetime(2026, 11, 21, 22, tzinfo=UTC), ends_at=datetime(2026, 12, 22, 22, tzinfo=UTC))


def source(**parts: Any) -> Source:
    ordinary: dict[str, Any] = {
        "name": "varaamo",
        "id": "v",
        "connector": "varaamo",
        "url": "https://tilavaraus.hel.fi/",
        "title": LocalizedText(fi="Varaamo"),
        "options": {"equipment_types": [11]},
    }
    return Source(**ordinary | parts)


VARAAMO = Varaamo(source())


def read(fetch: Fetch[T], body: bytes | dict[str, Any], status: int = 200, read_at: datetime = NOW) -> T:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    reply = Reply(source=fetch.source, request=fetch.request, status=status, headers={}, body=sent, read_at=read_at)
    return fetch.parse(reply)


def sample(name: str) -> Any:
    return json.loads((SAMPLES / name).read_bytes())


def variables(fetch: Fetch[Any]) -> Any:
    assert fetch.request.body is not None
    return json.loads(fetch.request.body)["variables"]


def room(**changes: Any) -> dict[str, Any]:
    """One recorded room, changed."""
    node: dict[str, Any] = sample("reservation-unit-by-id.json")["data"]["reservationUnit"]
    return node | changes


def rooms(*nodes: Any, total: int | None = None, end: str | None = None) -> dict[str, Any]:
    return {
        "data": {
            "reservationUnits": {
                "totalCount": len(nodes) if total is None else total,
                "pageInfo": {"hasNextPage": end is not None, "endCursor": end},
                "edges": [{"node": node} for node in nodes],
            }
        }
    }


def space(**changes: Any) -> Space:
    page = read(VARAAMO.spaces(Ask(now=NOW)), rooms(room(**changes)))
    (only,) = page.items
    return only


def reservation(**changes: Any) -> dict[str, Any]:
    return {
        "state": "CONFIRMED",
        "beginsAt": "2026-11-23T06:00:00+00:00",
        "endsAt": "2026-11-23T09:00:00+00:00",
        "bufferTimeBefore": 0,
        "bufferTimeAfter": 0,
        "isBlocked": False,
        "affectedReservationUnits": [566, 567],
        "reservationUnit": {"pk": 566},
    } | changes


def busy_page(*rows: Any, keys: tuple[str, ...] = ("566", "567", "568")) -> Page[BusyTimes]:
    return read(VARAAMO.busy_times(Ask(now=NOW, keys=keys)), {"data": {"affectingReservations": list(rows)}})
