"""A stand-in for a content system that publishes RSS: whole files with validators, a page that says so for the rest.

The mount is the server's root. Both validators are understood, as WordPress and Drupal do: a feed that has not changed
is a 304 without a body.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from hub.sandbox.standin import Now

MISSING = "<!DOCTYPE html><html><head><title>404</title></head><body><h1>Sivua ei löydy</h1></body></html>\n"


class Rows(msgspec.Struct, frozen=True):
    """The files by their names ("tapahtumat.xml"), and when they were last changed."""

    files: Mapping[str, bytes]
    changed: datetime | None = None


def app(rows: Rows, now: Now) -> Starlette:  # noqa: ARG001 - what moves with the clock was made by `made`
    async def feed(request: Request) -> Response:
        body = rows.files.get(request.path_params["name"])
        if body is None:
            return HTMLResponse(MISSING, 404)
        headers = {"ETag": f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'}
        if rows.changed is not None:
            headers["Last-Modified"] = format_datetime(rows.changed, usegmt=True)
        tag = request.headers.get("if-none-match")
        since = request.headers.get("if-modified-since")
        if tag == headers["ETag"] if tag is not None else since is not None and since == headers.get("Last-Modified"):
            return Response(status_code=304, headers=headers)
        return Response(body, media_type="application/rss+xml", headers=headers)

    return Starlette(routes=[Route("/{name}", feed)])
