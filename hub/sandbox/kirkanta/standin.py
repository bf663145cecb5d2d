"""Kirkanta (library directory API v4): branches, hours, cities, consortia, in its wire format.

Paths          /library, /service_point, /city, /consortium, /period, /service: a list, and one by id (or slug);
               /schedules: a list of days only
Languages      `lang` fi (default), sv, en, ru, se: one string per text, Finnish where that is missing,
               no key at all where Finnish is missing too
Sections       only by `with`; `refs` only by `refs`
Odd            limit is 10 unless given, of /schedules 10 days, whose total is null; an invalid date means today;
               with `status` the period is ignored, and total is 1; an unknown id is a 400 with a sentence;
               an id that is no number, in a filter, is a 500; unknown parameters change nothing
Left out       /finna_organisation, xml, `q` (full text), library_system filters: nobody here asks for them
"""

from __future__ import annotations

import math
import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import msgspec
from starlette.applications import Starlette
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from hub.sandbox.standin import Now

Row: TypeAlias = "dict[str, Any]"
HELSINKI = ZoneInfo("Europe/Helsinki")
LANGUAGES = frozenset({"fi", "sv", "en", "ru", "se"})
SECTIONS = frozenset({
    "services", "departments", "phoneNumbers", "emailAddresses", "links", "primaryContactInfo", "mailAddress",
    "pictures", "buildingInfo", "transitInfo", "librarySystem", "customData", "persons",
})  # fmt: skip
SEPARATORS = re.compile(r"[\s,]+")
RELATIVE = re.compile(r"(-?\d{1,4})([dwm])")
MOST_DAYS = 5000
STATES = {"open": {1, 2}, "closed": {0}, "0": {0}, "1": {1}, "2": {2}}


class Rows(msgspec.Struct, frozen=True, kw_only=True):
    """Libraries with all their sections; a translated text is an object of languages ({"fi": …, "sv": …}).

    `days`: by library, the rows of /schedules without `library`. `periods`, `cities`, `consortia`: by id.
    """

    libraries: tuple[Row, ...] = ()
    days: dict[int, tuple[Row, ...]] = {}
    periods: dict[int, Row] = {}
    cities: dict[int, Row] = {}
    consortia: dict[int, Row] = {}


class Refused(Exception):
    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.sentence = status, sentence


def app(rows: Rows, now: Now) -> Starlette:
    directory = Directory(rows, now)
    lists: dict[str, Callable[[Request], Response]] = {
        "library": directory.libraries,
        "service_point": directory.libraries,
        "city": lambda request: directory.named(request, "city", rows.cities),
        "consortium": lambda request: directory.named(request, "consortium", rows.consortia),
        "period": lambda request: directory.named(request, "period", rows.periods),
        "service": directory.services,
    }
    return Starlette(
        routes=[
            Route("/schedules", directory.schedules),
            *(Route(f"/{name}", endpoint) for name, endpoint in lists.items()),
            Route("/{kind:str}/{key:str}", directory.one),
        ],
        exception_handlers={Refused: refused, 404: lambda *_: PlainTextResponse("Not found", 404)},
    )


def refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return PlainTextResponse(error.sentence, error.status)


class Directory:
    """The rows, ready to be asked."""

    def __init__(self, rows: Rows, now: Now) -> None:
        self.rows, self.now = rows, now

    def libraries(self, request: Request) -> Response:
        asked = request.query_params
        language = _language(asked)
        found: Iterable[Row] = self.rows.libraries
        for name in ("id", "city", "consortium"):
            if wanted := _ids(asked, name):
                found = [row for row in found if row[name] in wanted]
        if types := _words(asked, "type"):
            found = [row for row in found if row["type"] in types]
        if begins := asked.get("name", "").lower():
            found = [row for row in found if _begins(row["name"], language, begins)]
        if slugs := _words(asked, "slug"):
            found = [row for row in found if _said(row["slug"], language) in slugs]
        for name, others in (("city", self.rows.cities), ("consortium", self.rows.consortia)):
            for part in ("name", "slug"):
                if begins := asked.get(f"{name}.{part}", "").lower():
                    ids = {
                        id_ for id_, one in others.items() if (_said(one[part], "fi") or "").lower().startswith(begins)
                    }
                    found = [row for row in found if row[name] in ids]
        if services := _ids(asked, "service"):
            found = [row for row in found if services & {one["id"] for one in row["services"]}]
        if service := asked.get("service.name", "").lower():
            found = [row for row in found if _offers(row, service, language)]
        found = list(found)
        if (wanted_states := self._states(asked)) is not None:
            found = [row for row in found if self._state(row) in wanted_states]
        total = 1 if "status" in asked else len(found)
        if "geo.pos" in asked:
            found = _near(found, asked)
            total = len(found)
        found = _sorted(found, asked.get("sort", ""), language)
        page = _page(found, asked)
        items = [self._document(row, asked) for row in page]
        kind = request.url.path.rpartition("/")[2]  # under a mount the path begins with the mount's
        return JSONResponse({"type": kind, "total": total, "items": items, **self._refs(page, items, asked)})

    def one(self, request: Request) -> Response:
        """One library, city, …, by id, or by slug where the path part does not start with a digit."""
        kind, key = request.path_params["kind"], request.path_params["key"]
        asked = request.query_params
        if kind in {"library", "service_point"}:
            rows = self.rows.libraries
        elif kind in (
            named := {"city": self.rows.cities, "consortium": self.rows.consortia, "period": self.rows.periods}
        ):
            rows = tuple(named[kind].values())
        else:
            raise Refused(404, "Not found")
        language = _language(asked)
        row = next((row for row in rows if key in {str(row["id"]), _said(row.get("slug"), language)}), None)
        if row is None:
            raise Refused(400, f"Requested {kind} was not found (id={key})")
        if rows is not self.rows.libraries:
            return JSONResponse({"type": kind, "total": 1, "data": _in(row, language)})
        document = self._document(row, asked)
        return JSONResponse({"type": kind, "total": 1, "data": document, **self._refs([row], [document], asked)})

    def schedules(self, request: Request) -> Response:
        asked = request.query_params
        language = _language(asked)
        wanted = _ids(asked, "library")
        days = [
            {"library": row["id"], **day}
            for row in self.rows.libraries
            if not wanted or row["id"] in wanted
            for day in self._days(row, asked)
        ]
        page = _page(days, asked, most=MOST_DAYS)
        body = {"type": "schedules", "total": None, "items": [_in(day, language) for day in page]}
        return JSONResponse(body | self._refs([], [{"schedules": page}], asked))

    def named(self, request: Request, kind: str, rows: dict[int, Row]) -> Response:
        asked = request.query_params
        language = _language(asked)
        ids, begins = _ids(asked, "id"), asked.get("name", "").lower()
        found = [
            _in(row, language)
            for id_, row in rows.items()
            if (not ids or id_ in ids) and _begins(row["name"], language, begins)
        ]
        return JSONResponse({"type": kind, "total": len(found), "items": _page(found, asked)})

    def services(self, request: Request) -> Response:
        """The vocabulary in use."""
        asked = request.query_params
        cities, types = _ids(asked, "city"), _words(asked, "type")
        used = {
            one["id"]: {"id": one["id"], "name": one["standardName"], "slug": one["slug"], "type": one["type"]}
            for row in self.rows.libraries
            if not cities or row["city"] in cities
            for one in row["services"]
            if not types or one["type"] in types
        }
        found = [_in(one, _language(asked)) for one in used.values()]
        return JSONResponse({"type": "service", "total": len(found), "items": _page(found, asked)})

    def _document(self, row: Row, asked: QueryParams) -> Row:
        """A library in one language, with the sections asked for."""
        sections = set(_words(asked, "with"))
        document = {name: value for name, value in row.items() if name not in SECTIONS or name in sections}
        if "schedules" in sections:
            document["schedules"] = list(self._days(row, asked))
        if "status" in asked:
            document["liveStatus"] = self._state(row)
        shown: Row = _in(document, _language(asked))
        return shown

    def _days(self, row: Row, asked: QueryParams) -> Iterable[Row]:
        today = self.now().astimezone(HELSINKI).date()
        is_live = "status" in asked  # then the period is ignored
        first = _day(None if is_live else asked.get("period.start"), today, is_end=False)
        last = _day(None if is_live else asked.get("period.end"), today, is_end=True)
        days = self.rows.days.get(row["id"], ())
        return [day for day in days if first.isoformat() <= day["date"] <= last.isoformat()]

    def _state(self, row: Row) -> int:
        """0 closed, 1 with staff, 2 self-service."""
        clock = self.now().astimezone(HELSINKI)
        for day in self.rows.days.get(row["id"], ()):
            if day["date"] == clock.date().isoformat():
                for span in day["times"]:
                    if span["from"] <= f"{clock:%H:%M}" < (span["to"] if span["to"] != "00:00" else "24:00"):
                        return int(span["status"])
        return 0

    def _states(self, asked: QueryParams) -> set[int] | None:
        return STATES.get(asked.get("status", ""))

    def _refs(self, rows: Sequence[Row], documents: Sequence[Row], asked: QueryParams) -> Row:
        wanted = _words(asked, "refs")
        if not wanted:
            return {}
        periods = {day["period"] for document in documents for day in document.get("schedules", ())}
        used = {
            "city": (self.rows.cities, {row["city"] for row in rows}),
            "consortium": (self.rows.consortia, {row["consortium"] for row in rows}),
            "period": (self.rows.periods, periods),
        }
        return {
            "refs": {
                kind: {str(id_): _in(known[id_], _language(asked)) for id_ in sorted(ids & known.keys())}
                for kind, (known, ids) in used.items()
                if kind in wanted
            }
        }


def _language(asked: QueryParams) -> str:
    language = asked.get("lang", "fi")
    return language if language in LANGUAGES else "fi"


def _is_text(value: Any) -> bool:
    return isinstance(value, dict) and bool(value) and value.keys() <= LANGUAGES


def _said(value: Any, language: str) -> str | None:
    """A text in the language, or in Finnish."""
    if _is_text(value):
        text: str | None = value.get(language) or value.get("fi")
        return text
    return value if isinstance(value, str) else None


def _begins(name: Any, language: str, words: str) -> bool:
    return (_said(name, language) or "").lower().startswith(words)


def _in(value: Any, language: str) -> Any:
    """A document in one language; a text without it and without Finnish loses its key."""
    if isinstance(value, dict):
        if _is_text(value):
            return _said(value, language)
        return {
            name: _in(one, language)
            for name, one in value.items()
            if not (_is_text(one) and _said(one, language) is None)
        }
    return [_in(one, language) for one in value] if isinstance(value, (list, tuple)) else value


def _words(asked: QueryParams, name: str) -> frozenset[str]:
    return frozenset(word for word in SEPARATORS.split(asked.get(name, "")) if word)


def _ids(asked: QueryParams, name: str) -> frozenset[int]:
    try:
        return frozenset(int(word) for word in _words(asked, name))
    except ValueError as error:  # bad values reach the database there
        raise Refused(500, "Internal server error") from error


def _page(rows: Sequence[Row], asked: QueryParams, most: int = 1_000_000) -> Sequence[Row]:
    try:
        limit, skip = int(asked.get("limit", "10")), int(asked.get("skip", "0"))
    except ValueError as error:
        raise Refused(500, "Internal server error") from error
    return rows[skip : skip + min(limit, most)]


def _sorted(rows: Sequence[Row], order: str, language: str) -> list[Row]:
    found = list(rows)
    for word in reversed(SEPARATORS.split(order)):
        name = word.removeprefix("-")
        if name in {"id", "city"}:
            found.sort(key=lambda row, name=name: row[name] or 0, reverse=word.startswith("-"))  # type: ignore[misc]  # mypy can't type a lambda's default
        elif name == "name":
            found.sort(key=lambda row: _said(row["name"], language) or "", reverse=word.startswith("-"))
    return found


def _offers(row: Row, service: str, language: str) -> bool:
    return any(service in (_said(one["standardName"], language) or "").lower() for one in row["services"])


def _near(rows: Sequence[Row], asked: QueryParams) -> list[Row]:
    """Those within geo.dist kilometres of geo.pos, nearest first, with their distance in km."""
    try:
        lat, lon = (float(part) for part in asked["geo.pos"].split(","))
        most = int(asked.get("geo.dist", "10"))
    except ValueError as error:
        raise Refused(500, "Internal server error") from error
    found = []
    for row in rows:
        if row["coordinates"] is not None:
            there = row["coordinates"]
            across = math.radians(there["lon"] - lon) * math.cos(math.radians(lat))
            distance = 6371 * math.hypot(across, math.radians(there["lat"] - lat))
            if distance <= most:
                found.append({**row, "distance": round(distance, 2)})
    return sorted(found, key=lambda row: float(row["distance"]))


def _day(text: str | None, today: date, *, is_end: bool) -> date:
    """YYYY-MM-DD, or relative ("1w": next week; its first day as a start, its last as an end); else today."""
    if text is None:
        return today
    if (relative := RELATIVE.fullmatch(text)) is not None:
        return _relative(int(relative[1]), relative[2], today, is_end=is_end)
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=HELSINKI).date()
    except ValueError:
        return today


def _relative(number: int, unit: str, today: date, *, is_end: bool) -> date:
    if unit == "d":
        return today + timedelta(days=number)
    if unit == "w":
        monday = today - timedelta(days=today.weekday()) + timedelta(weeks=number)
        return monday + timedelta(days=6) if is_end else monday
    month = today.year * 12 + today.month - 1 + number
    first = date(month // 12, month % 12 + 1, 1)
    return first.replace(day=monthrange(first.year, first.month)[1]) if is_end else first
