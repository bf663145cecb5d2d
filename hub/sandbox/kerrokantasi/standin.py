"""Kerro kantasi (2.10): hearings, sections, labels, projects and organisations, in its wire format.

Paths          /, /hearing/, /hearing/<id or slug>/, …/sections/, …/sections/<id>/, /section/, /section/<id>/,
               /label/, /label/<id>/, /project/, /project/<id>/, /organization/; 401 at /contact_person/ and /users/ and
               for every POST; without the last slash a 301
Paging         limit (50, any size) and offset; past the end an empty page; …/sections/ is a bare list without limit
Visibility     what is published and has opened; a project lists the slugs of drafts all the same
Odd            `closed` by the clock, or by force; `geojson` in lists only with include=geojson; a bad limit, ordering
               or `open` is ignored; a label that is no number is a 500; a label's filter repeats it for each language
Left out       comments, images, files, polls' answers, notifications, hearing/map/ (which shows drafts), previews:
               nobody here asks for them
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, TypeAlias

import msgspec
from shapely import box
from shapely.geometry import GeometryCollection, shape
from shapely.geometry.base import BaseGeometry
from starlette.applications import Starlette
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from hub.sandbox.making.calendar import HELSINKI
from hub.sandbox.standin import Now

Row: TypeAlias = "dict[str, Any]"
USUAL_LIMIT = 50
ORDERS = frozenset({"created_at", "open_at", "close_at", "n_comments"})
OF_DETAIL = ("sections", "contact_persons")
PAGE = "<!doctype html>\n<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>\n"
LISTS = (
    "hearing",
    "users",
    "comment",
    "image",
    "section",
    "label",
    "contact_person",
    "project",
    "file",
    "organization",
)


class Rows(msgspec.Struct, frozen=True, kw_only=True):
    """Hearings as their own pages show them, without `sections` and `closed`; sections as /section/ shows them.

    `forced`: ids of hearings that were closed early.
    """

    hearings: tuple[Row, ...] = ()
    forced: frozenset[str] = frozenset()
    sections: tuple[Row, ...] = ()
    labels: tuple[Row, ...] = ()
    projects: tuple[Row, ...] = ()
    organisations: tuple[Row, ...] = ()


class Refused(Exception):
    """An answer with a body of the framework's."""

    def __init__(self, status: int, body: object) -> None:
        super().__init__(f"{body}")
        self.status, self.body = status, body


def app(rows: Rows, now: Now) -> Starlette:
    service = Service(rows, now)
    paths: dict[str, Callable[[Request], Response]] = {
        "/": service.root,
        "/hearing/": service.hearings,
        "/hearing/{name}/": service.hearing,
        "/hearing/{name}/sections/": service.sections_of,
        "/hearing/{name}/sections/{id}/": service.section_of,
        "/section/": service.sections,
        "/section/{id}/": service.section,
        "/label/": service.labels,
        "/label/{id:int}/": service.label,
        "/project/": service.projects,
        "/project/{id}/": service.project,
        "/organization/": service.organisations,
        "/contact_person/": service.locked,
        "/users/": service.locked,
    }
    made = Starlette(
        routes=[Route(path, endpoint, methods=["GET", "POST"]) for path, endpoint in paths.items()],
        exception_handlers={Refused: _refused, HTTPException: _no_route},
    )
    made.router.redirect_slashes = False
    made.add_middleware(_Slash)
    return made


class _Slash:
    """An address without its last slash is redirected, its query kept."""

    def __init__(self, inner: ASGIApp) -> None:
        self.inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope["path"].endswith("/"):
            query = scope["query_string"].decode()
            there = f"{scope['path']}/" + (f"?{query}" if query else "")
            await RedirectResponse(there, 301)(scope, receive, send)
        else:
            await self.inner(scope, receive, send)


def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    if error.status == 500:
        return HTMLResponse(PAGE.format("Server Error (500)"), 500)
    headers = {"WWW-Authenticate": 'Bearer realm="api"'} if error.status == 401 else None
    return JSONResponse(error.body, error.status, headers)


def _no_route(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return HTMLResponse(PAGE.format("Not Found"), error.status_code)


class Service:
    """The rows, ready to be asked."""

    def __init__(self, rows: Rows, now: Now) -> None:
        self.rows, self._now = rows, now
        self._sections = sorted(rows.sections, key=lambda one: (one["type"] != "main", one["created_at"]))
        self._shapes: dict[str, BaseGeometry] = {
            row["id"]: _shape(row["geojson"]) for row in rows.hearings if row["geojson"]
        }

    def root(self, request: Request) -> Response:
        _reads(request)
        return JSONResponse({name: f"{request.url.replace(query='')}{name}/" for name in LISTS})

    def hearings(self, request: Request) -> Response:
        _reads(request)
        asked = request.query_params
        found = [row for row in self._visible() if all(test(row) for test in self._filters(asked))]
        ordering = asked.get("ordering", "")
        field = ordering.removeprefix("-") if ordering.removeprefix("-") in ORDERS else "created_at"
        down = ordering.startswith("-") if field == ordering.removeprefix("-") else True
        found.sort(key=lambda row: _moment(row["created_at"]))  # what is equal stays in this order
        found.sort(key=lambda row: _moment(row[field]) if field.endswith("_at") else row[field], reverse=down)
        if asked.get("format") == "geojson":
            return _page(request, [self._feature(row) for row in found], of="features", type="FeatureCollection")
        with_map = asked.get("include") == "geojson"
        return _page(request, [self._listed(row, with_map=with_map) for row in found])

    def hearing(self, request: Request) -> Response:
        _reads(request)
        row = self._one(request)
        sections = [_inner(one) for one in self._sections if one["hearing"] == row["id"]]
        return JSONResponse(self._with_state(row) | {"sections": sections})

    def sections_of(self, request: Request) -> Response:
        _reads(request)
        id_ = self._one(request)["id"]
        found = [_inner(one) for one in self._sections if one["hearing"] == id_]
        return _page(request, found) if "limit" in request.query_params else JSONResponse(found)

    def section_of(self, request: Request) -> Response:
        _reads(request)
        hearing = self._one(request)["id"]
        wanted = (hearing, request.path_params["id"])
        return JSONResponse(_inner(_found(one for one in self._sections if (one["hearing"], one["id"]) == wanted)))

    def sections(self, request: Request) -> Response:
        _reads(request)
        asked = request.query_params
        found = [
            one
            for one in self._shown_sections()
            if asked.get("hearing", one["hearing"]) == one["hearing"] and asked.get("type", one["type"]) == one["type"]
        ]
        return _page(request, found)

    def section(self, request: Request) -> Response:
        _reads(request)
        return JSONResponse(_found(one for one in self._shown_sections() if one["id"] == request.path_params["id"]))

    def labels(self, request: Request) -> Response:
        _reads(request)
        part = request.query_params.get("label")
        if part is None:
            return _page(request, self.rows.labels)
        return _page(
            request,
            [one for one in self.rows.labels for text in one["label"].values() if part.lower() in text.lower()],
        )

    def label(self, request: Request) -> Response:
        _reads(request)
        return JSONResponse(_found(one for one in self.rows.labels if one["id"] == request.path_params["id"]))

    def projects(self, request: Request) -> Response:
        _reads(request)
        return _page(request, self.rows.projects)

    def project(self, request: Request) -> Response:
        _reads(request)
        return JSONResponse(_found(one for one in self.rows.projects if one["id"] == request.path_params["id"]))

    def organisations(self, request: Request) -> Response:
        _reads(request)
        return _page(request, self.rows.organisations)

    def locked(self, _: Request) -> Response:
        raise Refused(401, {"detail": "Authentication credentials were not provided."})

    def _visible(self) -> list[Row]:
        now = self._now()
        return [row for row in self.rows.hearings if row["published"] and _moment(row["open_at"]) <= now]

    def _one(self, request: Request) -> Row:
        name = request.path_params["name"]
        return _found(row for row in self._visible() if name in {row["id"], row["slug"]})

    def _shown_sections(self) -> list[Row]:
        ids = {row["id"] for row in self._visible()}
        return [one for one in self._sections if one["hearing"] in ids]

    def _is_closed(self, row: Row) -> bool:
        return row["id"] in self.rows.forced or not _moment(row["open_at"]) <= self._now() < _moment(row["close_at"])

    def _with_state(self, row: Row) -> Row:
        return {**row, "closed": self._is_closed(row)}

    def _listed(self, row: Row, *, with_map: bool) -> Row:
        left_out = OF_DETAIL if with_map else (*OF_DETAIL, "geojson")
        return {name: value for name, value in self._with_state(row).items() if name not in left_out}

    def _feature(self, row: Row) -> Row:
        drawn = row["geojson"]
        geometry = drawn["geometry"] if drawn and drawn["type"] == "Feature" else drawn
        return {
            "type": "Feature",
            "geometry": geometry,
            "properties": self._listed(row, with_map=False),
            "id": row["id"],
        }

    def _filters(self, asked: QueryParams) -> list[Callable[[Row], bool]]:
        """What a hearing has to pass; every filter that is given and understood."""
        tests: list[Callable[[Row], bool]] = []
        is_open = {"true": True, "false": False}.get(asked.get("open", ""))
        if is_open is not None:
            tests.append(lambda row: self._is_closed(row) is not is_open)
        if "open_at_lte" in asked:
            latest = _asked_moment(asked, "open_at_lte")
            tests.append(lambda row: _moment(row["open_at"]) <= latest)
        if "open_at_gt" in asked:
            after = _asked_moment(asked, "open_at_gt")
            tests.append(lambda row: _moment(row["open_at"]) > after)
        if part := asked.get("title", "").lower():
            tests.append(lambda row: any(part in text.lower() for text in row["title"].values()))
        if "label" in asked:
            try:
                labels = {int(word) for word in asked["label"].split(",")}
            except ValueError as error:
                raise Refused(500, None) from error
            tests.append(lambda row: any(label["id"] in labels for label in row["labels"]))
        if "bbox" in asked:
            try:
                west, south, east, north = (float(part) for part in asked["bbox"].split(","))
            except ValueError as error:
                raise Refused(400, {"detail": "bbox must be in format 'left,bottom,right,top'"}) from error
            frame = box(west, south, east, north)
            tests.append(lambda row: row["id"] in self._shapes and frame.covers(self._shapes[row["id"]]))
        return tests


def _reads(request: Request) -> None:
    if request.method == "POST":
        raise Refused(401, {"detail": "Authentication credentials were not provided."})


def _found(rows: Iterable[Row]) -> Row:
    for row in rows:
        return row
    raise Refused(404, {"detail": "Not found."})


def _inner(section: Row) -> Row:
    """A section below its hearing does not name it."""
    return {name: value for name, value in section.items() if name != "hearing"}


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _asked_moment(asked: QueryParams, name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(asked[name])
    except ValueError as error:
        raise Refused(400, {name: ["Enter a valid date/time."]}) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=HELSINKI)


def _shape(drawn: Row) -> BaseGeometry:
    match drawn["type"]:
        case "Feature":
            return shape(drawn["geometry"])
        case "FeatureCollection":
            return GeometryCollection([shape(one["geometry"]) for one in drawn["features"]])
        case _:
            return shape(drawn)


def _number(asked: QueryParams, name: str, usual: int, least: int) -> int:
    try:
        number = int(asked.get(name, usual))
    except ValueError:
        return usual
    return number if number >= least else usual


def _page(request: Request, rows: Sequence[Row], *, of: str = "results", **first: str) -> Response:
    asked = request.query_params
    limit, offset = _number(asked, "limit", USUAL_LIMIT, 1), _number(asked, "offset", 0, 0)
    end = offset + limit

    def link(at: int) -> str:
        url = request.url.include_query_params(limit=limit, offset=at)
        return str(url if at > 0 else url.remove_query_params("offset"))

    return JSONResponse(
        {
            **first,
            "count": len(rows),
            "next": link(end) if end < len(rows) else None,
            "previous": link(max(0, offset - limit)) if offset > 0 and rows else None,
            of: list(rows[offset:end]),
        }
    )
