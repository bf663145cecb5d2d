"""A stand-in for Sierra's API: tokens for credentials, items of bibs, bibs, branches; paging and errors as documented.

The mount is the API's root, below /iii/sierra-api: everything lies at its root and, by version, below /v5 and /v6.
Not there: patrons, holds, and whatever else a key with leave to read items may not see.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final, TypeAlias

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.sandbox.standin import Now

Row: TypeAlias = "dict[str, Any]"  # an item, a bib or a branch as the wire has it

KEEPS: Final = 3600  # seconds of a token
BY_NAME: Final = frozenset({"fixedFields", "varFields"})  # of an item, where `fields` is given
DEFAULT_LIMIT: Final = 50


class Rows(msgspec.Struct, frozen=True):
    """`credentials`: "key:secret". `tokens`: good for ever, beside those that are lent."""

    items: tuple[Row, ...]
    bibs: tuple[Row, ...]
    branches: tuple[Row, ...]
    credentials: str
    tokens: frozenset[str] = frozenset()


class _Refused(Exception):
    def __init__(self, status: int, code: int, name: str, description: str | None = None) -> None:
        super().__init__(name)
        self.status = status
        self.body = {"code": code, "specificCode": 0, "httpStatus": status, "name": name}
        if description is not None:
            self.body["description"] = description


def app(rows: Rows, now: Now) -> Starlette:
    by_bib: dict[str, list[Row]] = {}
    for item in rows.items:
        for bib in item["bibIds"]:
            by_bib.setdefault(bib, []).append(item)
    lent: dict[str, datetime] = {}

    async def token(request: Request) -> Response:
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "basic" or not _is(given, rows.credentials):
            return _json(_unauthorized().body, 401)
        if b"grant_type=client_credentials" not in (await request.body()).split(b"&"):
            return _json(_Refused(400, 130, "Bad JSON/XML Syntax", "grant_type : must be client_credentials").body, 400)
        value = sha256(f"{rows.credentials}/{len(lent)}/{now().isoformat()}".encode()).hexdigest()
        lent[value] = now() + timedelta(seconds=KEEPS)
        return _json({"access_token": value, "token_type": "bearer", "expires_in": KEEPS})

    def guarded(answer: Callable[[Request], Row]) -> Callable[[Request], Response]:
        def respond(request: Request) -> Response:
            kind, _, given = request.headers.get("authorization", "").partition(" ")
            try:
                if kind.lower() != "bearer" or not (given in rows.tokens or (given in lent and now() < lent[given])):
                    raise _unauthorized()
                return _json(answer(request))
            except _Refused as refused:
                return _json(refused.body, refused.status)

        return respond

    def items(request: Request) -> Row:
        found: dict[str, Row] = {}
        for bib in _listed(request, "bibIds"):
            found.update((item["id"], item) for item in by_bib.get(bib, ()))
        if request.query_params.get("deleted") == "false":
            found = {id_: item for id_, item in found.items() if not item["deleted"]}
        fields = _listed(request, "fields")
        return _page(request, [_shown(item, fields) for item in found.values()])

    def bibs(request: Request) -> Row:
        wanted = set(_listed(request, "id"))
        return _page(request, [bib for bib in rows.bibs if not wanted or bib["id"] in wanted])

    def bibs_search(request: Request) -> Row:
        words = request.query_params.get("text", "").lower().split()
        found = [bib for bib in rows.bibs if all(word in f"{bib['title']} {bib['author']}".lower() for word in words)]
        entries = [{"relevance": max(0.1, 4.2 - position / 5), "bib": bib} for position, bib in enumerate(found)]
        return {"count": len(found), **_page(request, entries)}

    def branches(request: Request) -> Row:
        return _page(request, rows.branches)

    answers = {"/items": items, "/bibs": bibs, "/bibs/search": bibs_search, "/branches": branches}
    routes = []
    for version in ("", "/v5", "/v6"):
        routes.append(Route(f"{version}/token", token, methods=["POST"]))
        routes += [Route(version + path, guarded(answer)) for path, answer in answers.items()]
    return Starlette(routes=routes)


def _is(given: str, credentials: str) -> bool:
    try:
        return b64decode(given, validate=True) == credentials.encode()
    except ValueError:
        return False


def _unauthorized() -> _Refused:
    return _Refused(401, 123, "Unauthorized", "Invalid or missing authorization header")


def _listed(request: Request, name: str) -> list[str]:
    return [part.strip() for part in request.query_params.get(name, "").split(",") if part.strip()]


def _number(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, str(default))
    if not text.isdecimal():
        raise _Refused(400, 130, "Bad JSON/XML Syntax", f"{name} : must be a number")
    return int(text)


def _shown(item: Row, fields: Iterable[str]) -> Row:
    """All of it where nothing is named; the default fields without those that have to be named."""
    named = set(fields)
    return item if not named else {key: value for key, value in item.items() if key not in BY_NAME - named}


def _page(request: Request, found: Sequence[Row]) -> Row:
    """`total` counts this page. Nothing on it is a 404."""
    start, limit = _number(request, "offset", 0), _number(request, "limit", DEFAULT_LIMIT)
    entries = found[start : start + limit]
    if not entries:
        raise _Refused(404, 107, "Record not found")
    return {"total": len(entries), "start": start, "entries": list(entries)}


def _json(body: Row, status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, media_type="application/json")
