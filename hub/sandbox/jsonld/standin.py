"""A stand-in for a web site with events in its pages: whole pages, and one that says so for any other path.

The mount is the site's root. Pages come without validators, as content systems with a log-in send them.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from hub.sandbox.standin import Now

MISSING = "<!DOCTYPE html><html><head><title>404</title></head><body><h1>Sidan hittades inte</h1></body></html>\n"


class Rows(msgspec.Struct, frozen=True):
    """The pages by their names ("evenemang.html")."""

    pages: Mapping[str, bytes]


def app(rows: Rows, now: Now) -> Starlette:  # noqa: ARG001 - what moves with the clock was made by `made`
    async def page(request: Request) -> Response:
        body = rows.pages.get(request.path_params["name"])
        return HTMLResponse(MISSING, 404) if body is None else HTMLResponse(body)

    return Starlette(routes=[Route("/{name}", page)])
