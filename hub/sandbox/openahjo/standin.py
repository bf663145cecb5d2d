"""Open Ahjo (v1): the list of issues and their search, in Tastypie's wire format.

Paths          /issue/, /issue/search/
Paging         limit (20) and offset in the list, `next` a path or null; page and limit (500 at most) in the search,
               whose page past the end is a 404 in plain text
Left out       agenda_item/ (it names who introduced and prepared), policymaker/, meeting/, category/, attachment/,
               video/: nobody here asks for them
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import msgspec
from shapely import box
from shapely.geometry import shape
from starlette.applications import Starlette
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from hub.sandbox.standin import Now

Row: TypeAlias = "dict[str, Any]"
MOST_FOUND = 500


class Rows(msgspec.Struct, frozen=True, kw_only=True):
    """Issues as the list shows them. `base`: the path before the stand-in's own, as `next` has it."""

    issues: tuple[Row, ...] = ()
    base: str = "/paatokset/v1"


def app(rows: Rows, now: Now) -> Starlette:  # noqa: ARG001 - every stand-in has a clock; history needs none
    def issues(request: Request) -> Response:
        asked = request.query_params
        found = [issue for issue in rows.issues if all(test(issue) for test in _filters(asked))]
        limit, offset = _number(asked, "limit", 20), _number(asked, "offset", 0)
        end = offset + limit

        def link(at: int) -> str:
            query = request.url.include_query_params(limit=limit, offset=at).query
            return f"{rows.base}/issue/?{query}"

        meta = {
            "limit": limit,
            "next": link(end) if end < len(found) else None,
            "offset": offset,
            "previous": link(max(0, offset - limit)) if offset else None,
            "total_count": len(found),
        }
        return JSONResponse({"meta": meta, "objects": found[offset:end]})

    def search(request: Request) -> Response:
        asked = request.query_params
        words = asked.get("text", "").lower().split()
        districts = {name for name in asked.get("district", "").split(",") if name}
        found = [
            issue
            for issue in rows.issues
            if all(word in f"{issue['subject']} {issue['summary'] or ''}".lower() for word in words)
            and (not districts or districts & {district["name"] for district in issue["districts"]})
        ]
        page, limit = _number(asked, "page", 1), min(_number(asked, "limit", 20), MOST_FOUND)
        shown = found[(page - 1) * limit : page * limit]
        if page < 1 or (page > 1 and not shown):
            return PlainTextResponse("Sorry, no results on that page.", 404)
        return JSONResponse({"meta": {"page": page, "limit": limit, "total_count": len(found)}, "objects": shown})

    return Starlette(routes=[Route("/issue/", issues), Route("/issue/search/", search)])


def _filters(asked: QueryParams) -> list[Callable[[Row], bool]]:
    same = {name: asked[name] for name in ("register_id", "slug") if name in asked}
    tests: list[Callable[[Row], bool]] = [lambda issue: same.items() <= issue.items()] if same else []
    wanted = {name.partition("__")[2]: asked[name] for name in ("districts__name", "districts__type") if name in asked}
    if wanted:
        tests.append(lambda issue: any(wanted.items() <= district.items() for district in issue["districts"]))
    if asked.get("has_geometry") == "1":
        tests.append(lambda issue: bool(issue["geometries"]))
    if "bbox" in asked:
        west, south, east, north = (float(part) for part in asked["bbox"].split(","))
        frame = box(west, south, east, north)
        tests.append(lambda issue: any(frame.intersects(shape(one)) for one in issue["geometries"]))
    return tests


def _number(asked: QueryParams, name: str, usual: int) -> int:
    given = asked.get(name, "")
    return int(given) if given.isdigit() else usual
