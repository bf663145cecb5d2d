"""Hauki (opening hours) as it answers over HTTP: places by their own number or by an origin, days, errors as lists.

Paths          /opening_hours/, /resource/, /resource/<id>/, /resource/<id>/opening_hours/, /resource/<id>/is_open_now/,
               /date_period/
Ids            "1", "tprek:8215", "kirkanta:84860", in paths and in `resource=` lists
Dates          2026-11-22, or relative: today, -1d, +0w (a start is Monday, an end Sunday), +1m, +1y; both needed
Languages      a day's remarks by Accept-Language, Finnish otherwise
Odd            only places that have periods are in the list of hours, whatever their days; days without times are left
               out; a bare list of days at one place, of sentences in an error 400, an object in an error 404
Left out       writing, `parent`, `resource_type` and other filters of places: nobody here asks for them
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import msgspec
from starlette.applications import Starlette
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hub.sandbox.standin import Now

Row: TypeAlias = "dict[str, Any]"
HELSINKI = ZoneInfo("Europe/Helsinki")
IN_LISTS = ("id", "name", "timezone", "origins")  # of a place, beside its hours
USUAL_PAGE, LARGEST_PAGE = 100, 1_000
RELATIVE = re.compile(r"([+-]?\d{1,4})([dwmy])")
LANGUAGES = ("fi", "sv", "en")
OPEN = {
    "open", "self_service", "with_key", "with_reservation", "open_and_reservable", "with_key_and_reservation",
    "enter_only", "weather_permitting", "reserved", "by_appointment",
}  # fmt: skip


class Rows(msgspec.Struct, frozen=True, kw_only=True):
    """Places with all their fields, by Hauki's number. `days`: of each, rows as they are sent ({"date", "times"}), a
    remark in several languages where it is an object. `periods`: the rules, by place.
    """

    resources: tuple[Row, ...] = ()
    days: dict[int, tuple[Row, ...]] = {}
    periods: dict[int, tuple[Row, ...]] = {}


class Refused(Exception):
    def __init__(self, status: int, body: Any) -> None:
        super().__init__(str(body))
        self.status, self.body = status, body


def app(rows: Rows, now: Now) -> Starlette:
    hauki = Hauki(rows, now)
    return Starlette(
        routes=[
            Route("/opening_hours/", hauki.many_hours),
            Route("/resource/", hauki.resources),
            Route("/resource/{key}/", hauki.resource),
            Route("/resource/{key}/opening_hours/", hauki.hours),
            Route("/resource/{key}/is_open_now/", hauki.is_open_now),
            Route("/date_period/", hauki.date_periods),
        ],
        exception_handlers={Refused: refused, 404: lambda *_: JSONResponse({"detail": "Not found."}, 404)},
    )


def refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return JSONResponse(error.body, error.status)


class Hauki:
    """The rows, ready to be asked."""

    def __init__(self, rows: Rows, now: Now) -> None:
        self.rows, self.now = rows, now
        self.by_key: dict[str, Row] = {}
        for row in rows.resources:
            self.by_key[str(row["id"])] = row
            for origin in row["origins"]:
                self.by_key[f"{origin['data_source']['id']}:{origin['origin_id']}"] = row

    def many_hours(self, request: Request) -> Response:
        asked = request.query_params
        first, last = self._window(asked)
        with_hours = [row for row in self._wanted(asked) if self.rows.days.get(row["id"])]
        results = [
            {"resource": {name: row[name] for name in IN_LISTS}, "opening_hours": self._days(row, first, last, request)}
            for row in with_hours
        ]
        return JSONResponse(_page(results, request))

    def resources(self, request: Request) -> Response:
        return JSONResponse(_page(self._wanted(request.query_params), request))

    def resource(self, request: Request) -> Response:
        return JSONResponse(self._one(request))

    def hours(self, request: Request) -> Response:
        row = self._one(request)
        first, last = self._window(request.query_params)
        return JSONResponse(self._days(row, first, last, request))

    def is_open_now(self, request: Request) -> Response:
        row = self._one(request)
        here = self.now().astimezone(ZoneInfo(row["timezone"]))
        days = self._days(row, here.date(), here.date(), request)
        clock = here.time().isoformat()
        matching = [
            span
            for day in days
            for span in day["times"]
            if span["resource_state"] in OPEN
            and (span["full_day"] or (span["start_time"] or "") <= clock < (span["end_time"] or "24"))
        ]
        return JSONResponse(
            {
                "is_open": bool(matching),
                "resource_timezone": row["timezone"],
                "resource_time_now": here.isoformat(),
                "matching_opening_hours": matching,
                "resource": row,
            }
        )

    def date_periods(self, request: Request) -> Response:
        wanted = request.query_params.get("resource", "")
        rows = [self.by_key[key] for key in wanted.split(",") if key in self.by_key]
        return JSONResponse([period for row in rows for period in self.rows.periods.get(row["id"], ())])

    def _one(self, request: Request) -> Row:
        row = self.by_key.get(request.path_params["key"])
        if row is None:
            raise Refused(404, {"detail": "Not found."})
        return row

    def _wanted(self, asked: QueryParams) -> list[Row]:
        found: Iterable[Row] = self.rows.resources
        if "resource" in asked:
            keys = {self.by_key[key]["id"] for key in asked["resource"].split(",") if key in self.by_key}
            found = [row for row in found if row["id"] in keys]
        if source := asked.get("data_source"):
            found = [row for row in found if any(one["data_source"]["id"] == source for one in row["origins"])]
        if (exists := asked.get("origin_id_exists")) is not None:
            found = [row for row in found if bool(row["origins"]) == (exists.lower() == "true")]
        return list(found)

    def _window(self, asked: QueryParams) -> tuple[date, date]:
        if not (asked.get("start_date") and asked.get("end_date")):
            raise Refused(400, ["start_date and end_date GET parameters are required"])
        today = self.now().astimezone(HELSINKI).date()
        first = _date(asked["start_date"], today, is_end=False)
        last = _date(asked["end_date"], today, is_end=True)
        if first is None:
            raise Refused(400, ["Invalid start_date"])
        if last is None:
            raise Refused(400, ["Invalid end_date"])
        if first > last:
            raise Refused(400, ["start_date must be before end_date"])
        return first, last

    def _days(self, row: Row, first: date, last: date, request: Request) -> list[Row]:
        preferred = request.headers.get("accept-language", "fi").split(",")[0].split(";")[0].split("-")[0].strip()
        language = preferred if preferred in LANGUAGES else "fi"
        return [
            {"date": day["date"], "times": [_in(span, language) for span in day["times"]]}
            for day in self.rows.days.get(row["id"], ())
            if first.isoformat() <= day["date"] <= last.isoformat()
        ]


def _in(span: Row, language: str) -> Row:
    return {name: _said(value, language) if isinstance(value, dict) else value for name, value in span.items()}


def _said(texts: Row, language: str) -> str:
    return texts.get(language) or texts.get("fi") or ""


def _page(rows: Sequence[Row], request: Request) -> Row:
    asked = request.query_params
    number, size = _number(asked, "page", 1), min(_number(asked, "page_size", USUAL_PAGE), LARGEST_PAGE)
    start = (number - 1) * size
    if number > 1 and start >= len(rows):
        raise Refused(404, {"detail": "Invalid page."})

    def link(page: int) -> str | None:
        if not 1 <= page <= -(-len(rows) // size):
            return None
        url = request.url.remove_query_params("page") if page == 1 else request.url.include_query_params(page=page)
        return str(url)

    return {
        "count": len(rows),
        "next": link(number + 1),
        "previous": link(number - 1) if number > 1 else None,
        "results": list(rows[start : start + size]),
    }


def _number(asked: QueryParams, name: str, usual: int) -> int:
    text = asked.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and int(text) else usual


def _date(text: str, today: date, *, is_end: bool) -> date | None:
    if text == "today":
        return today
    if relative := RELATIVE.fullmatch(text.replace(" ", "+")):  # a "+" that nobody encoded is a space
        return _relative(int(relative[1]), relative[2], today, is_end=is_end)
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=HELSINKI).date()
    except ValueError:
        return None


def _relative(number: int, unit: str, today: date, *, is_end: bool) -> date:
    """A week begins on Monday and ends on Sunday, a month and a year on their first and last day."""
    if unit == "d":
        return today + timedelta(days=number)
    if unit == "w":
        monday = today - timedelta(days=today.weekday()) + timedelta(weeks=number)
        return monday + timedelta(days=6) if is_end else monday
    if unit == "y":
        return date(today.year + number, 12, 31) if is_end else date(today.year + number, 1, 1)
    month = today.year * 12 + today.month - 1 + number
    first = date(month // 12, month % 12 + 1, 1)
    return first.replace(day=monthrange(first.year, first.month)[1]) if is_end else first
