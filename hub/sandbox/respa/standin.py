"""Respa (resource reservations) as it answers anonymous callers: units, resources with their times, reservations.

Paths          / , resource/, unit/, reservation/, purpose/, type/, equipment/, equipment_category/: a list, and one by
               id; search/, cancel_reason_category/ (a bare list), user/ (401)
Times          `start` and `end` choose the days of `opening_hours` by their UTC dates and fill `reservations`; they
               filter no resource
Odd            a path without its last "/" is a 301; a page past the end a 404; `lat` without `lon` a 500; a number that
               is none is ignored; unknown parameters change nothing; messages are Finnish unless English is asked for
Left out       writing, the browsable pages, other languages of messages than Finnish and English
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import msgspec
from starlette.applications import Starlette
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from hub.sandbox.standin import Now

Row: TypeAlias = "dict[str, Any]"
Opening: TypeAlias = "tuple[str, str]"  # from and to, as they are sent
HELSINKI = ZoneInfo("Europe/Helsinki")
USUAL_PAGE, LARGEST_PAGE = 20, 500
FORMATS = {"json", "api"}
ENGLISH = {"Ei löydy.": "Not found.", "Epäkelpo sivu.": "Invalid page."}
NOT_FOUND = "<h1>Not Found</h1><p>The requested resource was not found on this server.</p>"
SERVER_ERROR = "<h1>Server Error (500)</h1>"
PLAIN = ("purpose", "type", "equipment", "equipment_category")
BASE = "https://api.hel.fi/respa/v1/"


class Rows(msgspec.Struct, frozen=True, kw_only=True):
    """Resources and units with all their fields but those of time; a resource names its unit by id.

    `opening`: by resource, each open day's hours. `unit_opening`: of units. `groups`: resources by group.
    `plain`: the rows of purpose/, type/, equipment/, equipment_category/. `summaries`: accessibility, by id.
    """

    units: tuple[Row, ...] = ()
    resources: tuple[Row, ...] = ()
    reservations: tuple[Row, ...] = ()  # by beginning
    opening: dict[str, dict[str, Opening]] = {}
    unit_opening: dict[str, dict[str, Opening]] = {}
    groups: dict[str, frozenset[str]] = {}
    plain: dict[str, tuple[Row, ...]] = {}
    summaries: dict[str, list[Row]] = {}
    base: str = BASE


class Refused(Exception):
    def __init__(self, status: int, body: Any) -> None:
        super().__init__(str(body))
        self.status, self.body = status, body


def missing() -> Refused:
    return Refused(404, {"detail": "Ei löydy."})


def bad(sentence: str) -> Refused:
    return Refused(400, {"detail": sentence})


def app(rows: Rows, now: Now) -> Starlette:
    respa = Respa(rows, now)
    lists: dict[str, Callable[[Request], Response]] = {
        "resource": respa.resources,
        "unit": respa.units,
        "reservation": respa.reservations,
        **dict.fromkeys(PLAIN, respa.plain),
    }
    return Starlette(
        routes=[
            Route("/", respa.root),
            *(Route(f"/{name}/", endpoint, methods=["GET", "POST"]) for name, endpoint in lists.items()),
            Route("/search/", respa.search),
            Route("/cancel_reason_category/", lambda _: JSONResponse([])),
            Route("/user/", respa.closed),
            Route("/{kind}/{key}/", respa.one),
            Route("/{path:path}", without_slash),
        ],
        exception_handlers={Refused: refused},
    )


def without_slash(request: Request) -> Response:
    if request.url.path.endswith("/"):
        return HTMLResponse(NOT_FOUND, 404)
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"{request.url.path}/{query}", 301, {"Content-Type": "text/html; charset=utf-8"})


def refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    if error.status == 500:
        return HTMLResponse(SERVER_ERROR, 500)
    body = error.body
    if request.headers.get("accept-language", "fi").startswith("en") and isinstance(body, dict):
        body = {"detail": ENGLISH.get(body["detail"], body["detail"])}
    return JSONResponse(body, error.status)


class Respa:
    """The rows, ready to be asked."""

    def __init__(self, rows: Rows, now: Now) -> None:
        self.rows, self.now = rows, now
        self.unit_by_id = {unit["id"].lower(): unit for unit in rows.units}
        self.by_id = {row["id"]: row for row in rows.resources}
        self.reserved: dict[str, list[tuple[datetime, datetime, Row]]] = {}
        for one in rows.reservations:
            begin, end = datetime.fromisoformat(one["begin"]), datetime.fromisoformat(one["end"])
            self.reserved.setdefault(one["resource"], []).append((begin, end, one))

    def root(self, _: Request) -> Response:
        names = ("reservation", "cancel_reason_category", "unit", *reversed(PLAIN), "resource", "user", "search")
        return JSONResponse({name: f"{self.rows.base}{name}/" for name in names})

    def closed(self, _: Request) -> Response:
        raise Refused(401, {"detail": "Autentikaatiotunnuksia ei annettu."})

    def plain(self, request: Request) -> Response:
        return JSONResponse(self._page(self.rows.plain.get(request.url.path.split("/")[-2], ()), request))

    def one(self, request: Request) -> Response:
        kind, key = request.path_params["kind"], request.path_params["key"]
        if kind in PLAIN:
            row = next((row for row in self.rows.plain.get(kind, ()) if row["id"] == key), None)
        elif kind == "reservation":
            row = next((row for row in self.rows.reservations if str(row["id"]) == key), None)
        elif kind == "unit":
            found = self.unit_by_id.get(key.lower())
            row = None if found is None else self._whole_unit(found, request)
        elif kind == "resource":
            row = self._resource(self.by_id[key], request, is_whole=True) if key in self.by_id else None
        else:
            return HTMLResponse(NOT_FOUND, 404)
        if row is None:
            raise missing()
        return JSONResponse(row)

    # units

    def units(self, request: Request) -> Response:
        found: Iterable[Row] = sorted(self.rows.units, key=lambda unit: _said(unit["name"]))
        if request.query_params.get("unit_has_resource") == "true":
            found = [unit for unit in found if any(row["unit"] == unit["id"] for row in self.rows.resources)]
        return JSONResponse(self._page(list(found), request, lambda unit: self._whole_unit(unit, request)))

    def _unit(self, unit: Row) -> Row:
        today = self._today().isoformat()
        opens, closes = self.rows.unit_opening.get(unit["id"], {}).get(today, (None, None))
        return {**unit, "opening_hours_today": {today: [{"opens": opens, "closes": closes}]}}

    def _whole_unit(self, unit: Row, request: Request) -> Row:
        return self._unit(unit) | self._summaries(unit, request)

    # resources

    def resources(self, request: Request) -> Response:
        self._format(request)
        self._window(request.query_params)
        found = self._found(request.query_params)
        return JSONResponse(self._page(found, request, lambda row: self._resource(row, request)))

    def _found(self, asked: QueryParams) -> list[Row]:
        found = sorted(self.rows.resources, key=lambda row: (_said(self._unit_of(row)["name"]), _said(row["name"])))
        tests: dict[str, Callable[[Row, str], bool]] = {
            "unit": lambda row, value: row["unit"].lower() == value.lower(),
            "type": lambda row, value: row["type"]["id"] in value.split(","),
            "purpose": lambda row, value: any(value in {one["id"], one["parent"]} for one in row["purposes"]),
            "equipment": lambda row, value: any(one["id"] in value.split(",") for one in row["equipment"]),
            "municipality": lambda row, value: self._unit_of(row)["municipality"] in value.split(","),
            "resource_group": lambda row, value: any(
                row["id"] in self.rows.groups.get(group, ()) for group in value.split(",")
            ),
            "people": lambda row, value: not value.isdigit() or (row["people_capacity"] or 0) >= int(value),
            "search": self._matches,
            "need_manual_confirmation": lambda row, value: row["need_manual_confirmation"] == (value == "true"),
            "free_of_charge": lambda row, value: (not float(row["min_price"] or 0)) == (value == "true"),
        }
        for name, test in tests.items():
            if value := asked.get(name):
                found = [row for row in found if test(row, value)]
        if between := asked.get("available_between"):
            found = self._available(found, between)
        return self._ordered(self._near(found, asked), asked)

    def _matches(self, row: Row, words: str) -> bool:
        texts = (row["name"], row["description"], self._unit_of(row)["name"])
        text = " ".join(said for one in texts for said in (one or {}).values()).lower()
        return all(word in text for word in words.lower().split())

    def _near(self, found: list[Row], asked: QueryParams) -> list[Row]:
        if "lat" not in asked and "lon" not in asked:
            return found
        if "lat" not in asked or "lon" not in asked:
            raise Refused(500, None)
        try:
            lat, lon, most = float(asked["lat"]), float(asked["lon"]), float(asked.get("distance", "inf"))
        except ValueError as error:
            raise bad("'lat' and 'lon' need to be floating point numbers") from error
        near = []
        for row in reversed(found):  # of what is equally far, the database gives the newer one first
            place = row["location"] or self._unit_of(row)["location"]
            if place is not None:
                across = math.radians(place["coordinates"][0] - lon) * math.cos(math.radians(lat))
                metres = 6_371_000 * math.hypot(across, math.radians(place["coordinates"][1] - lat))
                if metres <= most:
                    near.append({**row, "distance": round(metres)})
        return sorted(near, key=lambda row: int(row["distance"]))

    def _ordered(self, found: list[Row], asked: QueryParams) -> list[Row]:
        order = asked.get("order_by", "")
        name, is_down = order.removeprefix("-"), order.startswith("-")
        if name == "accessibility" and "accessibility_viewpoint" not in asked:
            raise bad("'accessibility_viewpoint' must be defined when ordering by accessibility")
        if name == "people_capacity":  # what has none is last, and first downwards
            return sorted(found, key=lambda row: row["people_capacity"] or 10**9, reverse=is_down)
        what, _, language = name.rpartition("_")
        of: dict[str, Callable[[Row], Row | None]] = {
            "resource_name": lambda row: row["name"],
            "unit_name": lambda row: self._unit_of(row)["name"],
            "type_name": lambda row: row["type"]["name"],
        }
        if what not in of:
            return found
        return sorted(found, key=lambda row: (of[what](row) or {}).get(language, ""), reverse=is_down)

    def _available(self, found: list[Row], asked: str) -> list[Row]:
        parts = asked.split(",")
        if len(parts) not in {2, 3}:
            raise bad("available_between takes two or three comma-separated values.")
        starts_at, ends_at = _moment(parts[0], "start"), _moment(parts[1], "end")
        if starts_at.date() != ends_at.date():
            raise bad("available_between timestamps must be on the same day.")
        needed = timedelta(minutes=int(parts[2])) if len(parts) == 3 else ends_at - starts_at
        return [row for row in found if self._longest_gap(row, starts_at, ends_at) >= needed]

    def _longest_gap(self, row: Row, starts_at: datetime, ends_at: datetime) -> timedelta:
        opening = self.rows.opening.get(row["id"], {}).get(starts_at.date().isoformat())
        if opening is None:
            return timedelta(0)
        opens, closes = (datetime.fromisoformat(edge) for edge in opening)
        at, last, longest = max(starts_at, opens), min(ends_at, closes), timedelta(0)
        for taken in self._reserved(row, starts_at, ends_at):
            longest = max(longest, datetime.fromisoformat(taken["begin"]) - at)
            at = max(at, datetime.fromisoformat(taken["end"]))
        return max(longest, last - at)

    def _resource(self, row: Row, request: Request, *, is_whole: bool = False) -> Row:
        asked = request.query_params
        unit = self._unit_of(row)
        window = self._window(asked)
        today = self._today()
        first, last = (today, today) if window is None else (edge.astimezone(UTC).date() for edge in window)
        opening = self.rows.opening.get(row["id"], {})
        shown = [(first + timedelta(days=n)).isoformat() for n in range((last - first).days + 1)]
        embedded = is_whole or "unit_detail" in asked.getlist("include")
        return {
            **row,
            "unit": self._unit(unit) if embedded else unit["id"],
            "opening_hours": [
                {"date": day, "opens": opening.get(day, (None,))[0], "closes": opening.get(day, (None,))[-1]}
                for day in shown
            ],
            "reservations": None if window is None else self._reserved(row, *window),
            **self._summaries(row, request),
        }

    def _summaries(self, row: Row, request: Request) -> Row:
        if "accessibility_summaries" not in request.query_params.getlist("include"):
            return {}
        return {"accessibility_summaries": self.rows.summaries.get(row["id"], [])}

    def _reserved(self, row: Row, starts_at: datetime, ends_at: datetime) -> list[Row]:
        reserved = self.reserved.get(row["id"], ())
        return [one for begin, end, one in reserved if begin <= ends_at and end >= starts_at]

    def _unit_of(self, row: Row) -> Row:
        return self.unit_by_id[row["unit"].lower()]

    # reservations

    def reservations(self, request: Request) -> Response:
        if request.method == "POST":
            raise Refused(401, {"detail": "Autentikaatiotunnuksia ei annettu."})
        asked = request.query_params
        wanted_all = asked.get("all", "false").lower()
        if wanted_all not in {"true", "false"}:
            raise Refused(400, ["Must be a valid boolean."])
        found: Iterable[Row] = self.rows.reservations
        if ids := asked.get("resource"):
            found = [row for row in found if row["resource"] in ids.split(",")]
        if unit := asked.get("unit"):
            found = [row for row in found if self.by_id[row["resource"]]["unit"].lower() == unit.lower()]
        if states := asked.get("state"):
            found = [row for row in found if row["state"] in states.split(",")]
        if asked.get("start") or asked.get("end"):
            starts_at = _moment(asked["start"], "start") if asked.get("start") else datetime.min.replace(tzinfo=UTC)
            ends_at = _moment(asked["end"], "end") if asked.get("end") else datetime.max.replace(tzinfo=UTC)
            found = [row for row in found if _touches(row, starts_at, ends_at)]
        elif wanted_all == "false":
            found = [row for row in found if datetime.fromisoformat(row["end"]) >= self.now()]
        found = sorted(found, key=lambda row: str(row["begin"]), reverse=asked.get("ordering") == "-begin")
        return JSONResponse(self._page(found, request, lambda row: self._reservation(row, request)))

    def _reservation(self, row: Row, request: Request) -> Row:
        if "resource_detail" not in request.query_params.getlist("include"):
            return row
        resource = self.by_id[row["resource"]]
        short = {name: resource[name] for name in ("id", "name", "location")}
        return {**row, "resource": {**short, "unit": self._unit(self._unit_of(resource))}}

    # the rest

    def search(self, request: Request) -> Response:
        """By the beginning of a name."""
        asked = request.query_params
        words, is_full = asked.get("input", "").lower(), asked.get("full") == "true"
        types = asked.get("types", "resource,unit").split(",")
        found: Row = {}
        for kind, rows in (("resource", self.rows.resources), ("unit", self.rows.units)):
            matching = [row for row in rows if words and _said(row["name"]).lower().startswith(words)]
            if kind in types and matching:
                found[kind] = [self._found_one(kind, row, request) if is_full else self._told(row) for row in matching]
        return JSONResponse(found)

    def _found_one(self, kind: str, row: Row, request: Request) -> Row:
        return self._unit(row) if kind == "unit" else self._resource(row, request)

    def _told(self, row: Row) -> Row:
        names = [row] if "unit" not in row else [row, self._unit_of(row)]
        return {"id": row["id"], "text": "/".join(f"{_said(one['name'])} ({one['id']})" for one in names)}

    def _today(self) -> date:
        return self.now().astimezone(HELSINKI).date()

    def _window(self, asked: QueryParams) -> tuple[datetime, datetime] | None:
        start, end = asked.get("start"), asked.get("end")
        if not start and not end:
            return None
        if not start or not end:
            raise bad("You must supply both 'start' and 'end'")
        starts_at, ends_at = _moment(start, "start"), _moment(end, "end")
        if ends_at <= starts_at:
            raise bad("'end' must be after 'start'")
        return starts_at, ends_at

    def _format(self, request: Request) -> None:
        if request.query_params.get("format", "json") not in FORMATS:
            raise missing()

    def _page(self, rows: Sequence[Row], request: Request, show: Callable[[Row], Row] = lambda row: row) -> Row:
        asked = request.query_params
        number, size = _number(asked, "page", 1), min(_number(asked, "page_size", USUAL_PAGE), LARGEST_PAGE)
        start = (number - 1) * size
        if number > 1 and start >= len(rows):
            raise Refused(404, {"detail": "Epäkelpo sivu."})

        def link(page: int) -> str:
            url = request.url.remove_query_params("page") if page == 1 else request.url.include_query_params(page=page)
            return f"{self.rows.base}{request.url.path.strip('/').rpartition('/')[2]}/?{url.query}"

        return {
            "count": len(rows),
            "next": link(number + 1) if start + size < len(rows) else None,
            "previous": link(number - 1) if number > 1 else None,
            "results": [show(row) for row in rows[start : start + size]],
        }


def _number(asked: QueryParams, name: str, usual: int) -> int:
    text = asked.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and int(text) else usual


def _said(texts: Row | None) -> str:
    return str(next(iter((texts or {}).values()), ""))


def _moment(text: str, name: str) -> datetime:
    """A bare date is midnight in UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise bad(f"'{name}' must be a timestamp in ISO 8601 format") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _touches(row: Row, starts_at: datetime, ends_at: datetime) -> bool:
    return datetime.fromisoformat(row["begin"]) <= ends_at and datetime.fromisoformat(row["end"]) >= starts_at
