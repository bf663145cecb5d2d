"""A stand-in for a WordPress site with The Events Calendar: its REST list of events, and the errors of both.

The mount is the site's root. The list is answered at /wp-json/… and at /?rest_route=…, as WordPress does with and
without permalinks. Days of start_date and end_date are whole and inclusive, in the site's zone; without start_date the
past is left out; per_page is 50 at most and the site's own 10 by default; past the last page comes a 404.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from hub.sandbox.standin import Now

HELSINKI: Final = ZoneInfo("Europe/Helsinki")
LIST: Final = "/tribe/events/v1/events"
DEFAULT_PER_PAGE, MOST_PER_PAGE = 10, 50
DAY: Final = re.compile(r"(\d{4}-\d\d-\d\d)(?: \d\d:\d\d(?::\d\d)?)?")


class Rows(msgspec.Struct, frozen=True):
    """Events as the site answers them, by time. `site`: its address in what it says of itself."""

    events: tuple[dict[str, Any], ...]
    site: str


def app(rows: Rows, now: Now) -> Starlette:
    async def at_path(request: Request) -> Response:
        return _answer(rows, now, f"/{request.path_params['route']}".rstrip("/"), request)

    async def at_root(request: Request) -> Response:
        route = request.query_params.get("rest_route")
        if route is None:
            return HTMLResponse("<!DOCTYPE html><html><head><title>Esimerkki ry</title></head></html>\n")
        return _answer(rows, now, route.rstrip("/"), request)

    return Starlette(routes=[Route("/wp-json/{route:path}", at_path), Route("/", at_root)])


def _answer(rows: Rows, now: Now, route: str, request: Request) -> Response:
    if route != LIST:
        return _problem("rest_no_route", "No route was found matching the URL and request method.", 404)
    params = request.query_params
    days: dict[str, date] = {}
    for name in ("start_date", "end_date"):
        if (given := params.get(name)) is not None:
            match = DAY.fullmatch(given)
            if match is None:
                return _invalid(name)
            days[name] = date.fromisoformat(match[1])
    numbers = {"page": 1, "per_page": DEFAULT_PER_PAGE}
    for name in numbers:
        if (given := params.get(name)) is not None:
            if not given.isdecimal() or int(given) < 1:
                return _invalid(name)
            numbers[name] = int(given)
    first = days.get("start_date", now().astimezone(HELSINKI).date())
    last = days.get("end_date", date.max)
    found = [event for event in rows.events if _day(event, "end_date") >= first and _day(event, "start_date") <= last]
    return _page(rows, found, numbers["page"], min(numbers["per_page"], MOST_PER_PAGE), request)


def _page(rows: Rows, found: list[dict[str, Any]], page: int, size: int, request: Request) -> Response:
    pages = -(-len(found) // size)
    if page > pages:
        return _problem("event-archive-page-not-found", "The requested page was not found.", 404)

    def address(number: int) -> str:
        kept = [(name, value) for name, value in request.query_params.multi_items() if name != "page"]
        query = urlencode([("page", f"{number}"), *kept])
        return f"{rows.site}/wp-json{LIST}/?{query}"

    body: dict[str, Any] = {"events": found[(page - 1) * size : page * size], "rest_url": address(page)}
    if page < pages:
        body["next_rest_url"] = address(page + 1)
    if page > 1:
        body["previous_rest_url"] = address(page - 1)
    body |= {"total": len(found), "total_pages": pages}
    return JSONResponse(body, headers={"X-TEC-Total": f"{len(found)}", "X-TEC-TotalPages": f"{pages}"})


def _day(event: dict[str, Any], field: str) -> date:
    return datetime.fromisoformat(event[field]).date()


def _invalid(name: str) -> Response:
    said = f"Invalid parameter(s): {name}"
    return _problem("rest_invalid_param", said, 400)


def _problem(code: str, message: str, status: int) -> Response:
    return JSONResponse({"code": code, "message": message, "data": {"status": status}}, status)
