"""A stand-in for a web server with calendar files: whole files with validators, nothing else.

The mount is the server's root. A feed that hasn't changed is a 304; any other path is a page that says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from hub.sandbox.standin import Now

MISSING = "<!DOCTYPE html><html><head><title>404</title></head><body><h1>Not found</h1></body></html>\n"


class Rows(msgspec.Struct, frozen=True):
    """The files by their names ("events.ics")."""

    files: Mapping[str, bytes]


def app(rows: Rows, now: Now) -> Starlette:  # noqa: ARG001 - what moves with the clock was made by `made`
    async def feed(request: Request) -> Response:
        body = rows.files.get(request.path_params["name"])
        if body is None:
            return HTMLResponse(MISSING, 404)
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers={"ETag": tag})
        return Response(body, media_type="text/calendar", headers={"ETag": tag, "Cache-Control": "max-age=300"})

    return Starlette(routes=[Route("/{name}", feed)])
