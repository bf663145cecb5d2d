"""A stand-in for Koha's API: tokens for credentials, items of biblios in its three ways, libraries; paging and errors.

The mount is the host's root: everything lies below /api/v1.
Not there: patrons, holds, checkouts, any filter but `biblio_id`, any order but the rows' own, the header `Link`; the
plugin's reasons besides a loan and a transfer, since the contract names no others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qs

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.sandbox.standin import Now

Row: TypeAlias = "dict[str, Any]"  # an item or a library as the wire has it

KEEPS: Final = 3600  # seconds of a token
PER_PAGE: Final = 20
STATUSES: Final = ("not_for_loan_status", "lost_status", "damaged_status", "withdrawn")


class Rows(msgspec.Struct, frozen=True):
    """`due`: of lent items, `holds`: how many wait for it, `moved`: those on their way; by item_id, for the plugin.

    `credentials`: "client_id:client_secret". `has_public`: whether the library opens its public endpoints.
    """

    items: tuple[Row, ...]
    libraries: tuple[Row, ...]
    credentials: str
    due: Mapping[int, str] = {}
    holds: Mapping[int, int] = {}
    moved: frozenset[int] = frozenset()
    has_public: bool = True


class _Refused(Exception):
    def __init__(self, status: int, body: Row) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


def app(rows: Rows, now: Now) -> Starlette:
    by_biblio: dict[int, list[Row]] = {}
    for item in rows.items:
        by_biblio.setdefault(item["biblio_id"], []).append(item)
    lent: dict[str, datetime] = {}

    async def token(request: Request) -> Response:
        form = {name: values[-1] for name, values in parse_qs((await request.body()).decode()).items()}
        if form.get("grant_type") != "client_credentials":
            return _json({"error": "Unimplemented grant type"}, 400)
        if f"{form.get('client_id')}:{form.get('client_secret')}" != rows.credentials:
            return _json({"error": "unauthorized_client"}, 403)
        value = sha256(f"{rows.credentials}/{len(lent)}/{now().isoformat()}".encode()).hexdigest()
        lent[value] = now() + timedelta(seconds=KEEPS)
        return _json({"access_token": value, "token_type": "Bearer", "expires_in": KEEPS})

    def route(path: str, answer: Callable[[Request], Response], *, guarded: bool) -> Route:
        def respond(request: Request) -> Response:
            kind, _, given = request.headers.get("authorization", "").partition(" ")
            is_known = kind.lower() == "bearer" and given in lent and now() < lent[given]
            if not (is_known if guarded else rows.has_public):
                return _json({"error": "Authentication failure."}, 401)
            try:
                return answer(request)
            except _Refused as refused:
                return _json(refused.body, refused.status)

        return Route(f"/api/v1/{path}", respond)

    def of_biblio(request: Request) -> list[Row]:
        return by_biblio.get(request.path_params["biblio"], [])

    def items(request: Request) -> Response:
        wanted = _wanted(request)
        return _page(request, rows.items if wanted is None else [i for id_ in wanted for i in by_biblio.get(id_, [])])

    def public_items(request: Request) -> Response:
        return _page(request, of_biblio(request))

    def libraries(request: Request) -> Response:
        return _page(request, rows.libraries)

    def availability(request: Request) -> Response:
        found = of_biblio(request)
        if not found:
            raise _Refused(404, {"error": "Object not found."})
        offset, limit = _number(request, "offset", 0), _number(request, "limit", PER_PAGE)
        return _json(
            {
                "biblio_id": request.path_params["biblio"],
                "hold_queue_length": sum(rows.holds.get(item["item_id"], 0) for item in found),
                "items_total": len(found),
                "item_availabilities": [_available(item, rows) for item in found[offset : offset + limit]],
            }
        )

    return Starlette(
        routes=[
            Route("/api/v1/oauth/token", token, methods=["POST"]),
            route("items", items, guarded=True),
            route("libraries", libraries, guarded=True),
            route("contrib/kohasuomi/availability/biblios/{biblio:int}/search", availability, guarded=True),
            route("public/biblios/{biblio:int}/items", public_items, guarded=False),
            route("public/libraries", libraries, guarded=False),
        ]
    )


def _available(item: Row, rows: Rows) -> Row:
    id_ = item["item_id"]
    reasons: Row = {}
    if item["checked_out_date"] is not None:
        reasons["Item::CheckedOut"] = {"due_date": rows.due[id_]} if id_ in rows.due else {}
    if id_ in rows.moved:
        reasons["Item::Transfer"] = {}
    is_in = not reasons and not any(item[status] for status in STATUSES)
    availability = {"available": is_in, "unavailabilities": reasons, "notes": {}}
    return {**item, "hold_queue_length": rows.holds.get(id_, 0), "availability": availability}


def _wanted(request: Request) -> list[int] | None:
    """The biblios of `q`: one, or a list of which any; None where nothing is asked for."""
    if "q" not in request.query_params:
        return None
    try:
        return msgspec.json.decode(request.query_params["q"], type=_Query).ids()
    except msgspec.MsgspecError as error:
        raise _Refused(400, {"errors": [{"message": f"{error}", "path": "/q"}]}) from error


class _Query(msgspec.Struct, forbid_unknown_fields=True):
    biblio_id: int | list[int]

    def ids(self) -> list[int]:
        return [self.biblio_id] if isinstance(self.biblio_id, int) else list(dict.fromkeys(self.biblio_id))


def _number(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, str(default))
    if not text.removeprefix("-").isdecimal():
        raise _Refused(400, {"errors": [{"message": "Expected integer - got string.", "path": f"/{name}"}]})
    return int(text)


def _page(request: Request, found: Sequence[Row]) -> Response:
    page, size = max(1, _number(request, "_page", 1)), _number(request, "_per_page", PER_PAGE)
    shown = found if size == -1 else found[(page - 1) * size : page * size]
    return _json(list(shown), headers={"X-Total-Count": str(len(found))})


def _json(body: Row | list[Row], status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(msgspec.json.encode(body), status, headers=headers, media_type="application/json")
