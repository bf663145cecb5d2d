"""Varaamo as it answers over HTTP: GraphQL behind Django's CSRF rule, and the one REST list (`execution` has the rest).

What an anonymous caller meets: pages of at most 100 and cursors that are positions (one that can't be read gives the
first page), drafts without `isVisible`, fields and nodes without permission, null for whatever a reservation keeps to
itself, no introspection, 400 without `data` for what does not validate and 200 with nulls for what fails later.
A filter that these rows can't answer is an error that says so; none is ignored.
"""

from __future__ import annotations

import json
import re
import uuid
from functools import partial
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from hub.sandbox.standin import Now
from hub.sandbox.varaamo.execution import Rows, Varaamo

TOKEN = re.compile(r"[A-Za-z0-9]{32}(?:[A-Za-z0-9]{32})?")


def app(rows: Rows, now: Now) -> Starlette:
    varaamo = Varaamo(rows, now)
    return Starlette(
        routes=[
            Route("/graphql/", partial(_graphql, varaamo), methods=["GET", "POST"]),
            Route("/csrf/", _csrf),
            Route("/v1/palvelukartta/reservation-units/{tprek}", partial(_of_unit, varaamo)),
        ]
    )


async def _graphql(varaamo: Varaamo, request: Request) -> Response:
    if request.method == "POST":
        if reason := _csrf_failure(request):
            return _refusal(request, reason)
        try:
            asked = json.loads(await request.body())
        except ValueError:
            return _bad("POST body sent invalid JSON.")
        if isinstance(asked, list):
            return _bad("Batch GraphQL requests are not enabled.")
    else:
        asked = dict(request.query_params)
        if isinstance(asked.get("variables"), str):
            try:
                asked["variables"] = json.loads(asked["variables"] or "{}")
            except ValueError:
                return _bad("Variables are invalid JSON.")
    if not isinstance(asked, dict) or not asked.get("query"):
        return _bad("Must provide query string.")
    result = varaamo.answer(asked["query"], asked.get("variables") or None, asked.get("operationName") or None)
    errors = [error.formatted for error in result.errors or ()]
    body: dict[str, Any] = {"errors": errors} if errors else {}
    broken = any("path" not in error for error in errors)  # never began: nothing has a path yet
    if not broken:
        body["data"] = result.data
    return JSONResponse(body, 400 if broken else 200, {"Vary": "Cookie, origin"})


async def _csrf(request: Request) -> Response:
    token = uuid.uuid5(uuid.NAMESPACE_URL, str(request.url)).hex
    response = JSONResponse({"csrfToken": token}, headers={"NewCSRFToken": token})
    response.set_cookie("csrftoken", token, samesite="lax")
    return response


async def _of_unit(varaamo: Varaamo, request: Request) -> Response:
    rooms = varaamo.rooms_of(request.path_params["tprek"])
    return JSONResponse(
        [
            {"pk": room["pk"], "name_fi": room["nameFi"], "name_en": room["nameEn"], "name_sv": room["nameSv"]}
            for room in rooms
        ]
    )


def _csrf_failure(request: Request) -> str | None:
    """Django's reasons: its own page on CSRF names them."""
    if request.url.scheme == "https":
        referer = request.headers.get("referer")
        if referer is None:
            return "Referer checking failed - no Referer."
        if not referer.startswith(f"https://{request.url.netloc}/"):
            return f"Referer checking failed - {referer[:200]} does not match any trusted origins."
    cookie, header = request.cookies.get("csrftoken"), request.headers.get("x-csrftoken")
    if cookie is None:
        return "CSRF cookie not set."
    if header is None:
        return "CSRF token missing."
    for name, token in (("cookie", cookie), ("from the 'X-Csrftoken' HTTP header", header)):
        if len(token) not in {32, 64}:
            return f"CSRF {name} has incorrect length."
        if not TOKEN.fullmatch(token):
            return f"CSRF {name} has invalid characters."
    return None if cookie == header else "CSRF token from the 'X-Csrftoken' HTTP header incorrect."


def _refusal(request: Request, reason: str) -> Response:
    told = "CSRF verification failed. Request aborted."
    accepts = request.headers.get("accept", "*/*")
    if "application/json" in accepts or "*/*" in accepts:
        return JSONResponse({"error": told, "code": "CSRF_FAILURE", "reason": reason}, 403)
    return HTMLResponse(f"<!DOCTYPE html><title>403 Forbidden</title><h1>Forbidden</h1><p>{told}</p>", 403)


def _bad(message: str) -> Response:
    return JSONResponse({"errors": [{"message": message}]}, 400)
