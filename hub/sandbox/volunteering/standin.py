"""A stand-in for the register of volunteer clean-ups, as anybody may read it: events, contract zones, and where a point
lies. The mount is the API's /v1. Not there: registering, and what officials see after logging in.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.sandbox.standin import Now

Row: TypeAlias = "dict[str, Any]"

DEFAULT_LIMIT: Final = 100
BOUNDS: Final = (("start_time", "gte"), ("start_time", "lte"), ("end_time", "gte"), ("end_time", "lte"))


class Rows(msgspec.Struct, frozen=True):
    """`events`: approved ones, as anybody sees them. `places`: a point (lat, lon as they are asked) and its answer."""

    events: tuple[Row, ...]
    zones: tuple[Row, ...]
    places: tuple[tuple[str, str, Row], ...] = ()
    address: str = "https://puistotalkoot.example/v1"


def app(rows: Rows, now: Now) -> Starlette:  # noqa: ARG001 - past events stay in the list
    async def events(request: Request) -> Response:
        found = list(rows.events)
        for field, bound in BOUNDS:
            text = request.query_params.get(f"{field}_{bound}")
            if text:
                try:
                    limit = _moment(text)
                except ValueError:
                    return _json({f"{field}_{bound}": ["Enter a valid date/time."]}, 400)
                found = [
                    row
                    for row in found
                    if (_moment(row[field]) >= limit if bound == "gte" else _moment(row[field]) <= limit)
                ]
        return _page(request, found, f"{rows.address}/event/")

    async def zones(request: Request) -> Response:
        return _page(request, rows.zones, f"{rows.address}/contract_zone/")

    async def geo_query(request: Request) -> Response:
        given = request.query_params
        missing = {name: ["This field is required."] for name in ("lat", "lon") if not given.get(name)}
        if missing:
            return _json(missing, 400)
        here = next((row for lat, lon, row in rows.places if (lat, lon) == (given["lat"], given["lon"])), None)
        return _json({"detail": "Not found."}, 404) if here is None else _json(here)

    return Starlette(
        routes=[Route("/event/", events), Route("/contract_zone/", zones), Route("/geo_query/", geo_query)]
    )


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _page(request: Request, found: Sequence[Row], address: str) -> Response:
    limit, offset = _number(request, "limit", DEFAULT_LIMIT) or DEFAULT_LIMIT, _number(request, "offset", 0)
    kept = [f"{name}={value}" for name, value in request.query_params.items() if name not in {"limit", "offset"}]

    def link(start: int) -> str:
        return f"{address}?{'&'.join([*kept, f'limit={limit}', f'offset={start}'])}"

    return _json(
        {
            "count": len(found),
            "next": link(offset + limit) if offset + limit < len(found) else None,
            "previous": link(max(0, offset - limit)) if offset else None,
            "results": list(found[offset : offset + limit]),
        }
    )


def _number(request: Request, name: str, default: int) -> int:
    """What is no number counts as not given, as the framework has it."""
    text = request.query_params.get(name, "")
    return int(text) if text.isdecimal() else default


def _json(body: Row, status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, media_type="application/json")
