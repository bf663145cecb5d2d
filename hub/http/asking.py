"""A GraphQL request as it comes over HTTP, and the media type of its answer (the GraphQL over HTTP specification).

A body is JSON only: a form or plain text could be posted from any page without the browser asking first.
"""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.requests import Request

from hub.http.languages import weight_of

MOST_BODY = 100_000  # bytes
MOST_ADDRESS = 32_000  # bytes of a query string
JSON = "application/json"
GRAPHQL = "application/graphql-response+json"


class Refused(Exception):
    """A request that is no GraphQL request: `status` and headers for whoever sent it."""

    def __init__(self, message: str, *, status: int = 400, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers or {}


class Asked(msgspec.Struct, frozen=True, kw_only=True, rename={"operation_name": "operationName"}):
    query: str
    variables: dict[str, Any] | None = None
    operation_name: str | None = None
    extensions: dict[str, Any] | None = None


_body = msgspec.json.Decoder(Asked)
_variables = msgspec.json.Decoder(dict[str, Any] | None)


async def asked(request: Request) -> Asked:
    """Refused for what is no GraphQL request."""
    return _from_query(request) if request.method in {"GET", "HEAD"} else await _from_body(request)


def _from_query(request: Request) -> Asked:
    if len(request.scope["query_string"]) > MOST_ADDRESS:
        raise Refused(f"the address is longer than {MOST_ADDRESS} bytes: POST it as JSON", status=414)
    given = request.query_params
    query = given.get("query")
    if not query:
        raise Refused("`query` is missing: /graphql?query={…}, or POST it as JSON")
    try:
        variables = _variables.decode(given["variables"]) if given.get("variables") else None
    except (ValueError, RecursionError) as error:
        raise Refused(f"`variables` is not a JSON object: {error}") from error
    return Asked(query=query, variables=variables, operation_name=given.get("operationName") or None)


async def _from_body(request: Request) -> Asked:
    media, _, parameters = request.headers.get("content-type", "").partition(";")
    if media.strip().lower() != JSON:
        raise Refused(f"a query is posted as {JSON}", status=415, headers={"Accept-Post": JSON})
    charset = charset_of(parameters)
    if charset not in {None, "utf-8", "utf8"}:
        raise Refused("a query is posted in UTF-8", status=415)
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Refused("a query is posted uncompressed", status=415)
    body = await whole(request)
    if body.lstrip()[:1] == b"[":
        raise Refused("batches are off: send one operation at a time")
    try:
        return _body.decode(body)
    except (ValueError, RecursionError) as error:
        raise Refused(f"the body is not a GraphQL request: {error}") from error


async def whole(request: Request) -> bytes:
    """The body; no more of it is read than may be."""
    too_much = Refused(f"the body is longer than {MOST_BODY} bytes", status=413, headers={"Connection": "close"})
    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and int(announced) > MOST_BODY:
        raise too_much
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > MOST_BODY:
            raise too_much
        parts.append(part)
    return b"".join(parts)


def charset_of(parameters: str) -> str | None:
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip('"').lower()
    return None


def answer_type(accept: str | None) -> str:
    """GRAPHQL (where a request that can't be executed is a 400) unless JSON is what is asked for (then it is a 200).

    Who asks for anything gets GRAPHQL, as the specification wants since 2025; a browser gets what it can show.
    """
    if accept is None:
        return GRAPHQL
    wanted: dict[str, float] = {}
    for part in accept.split(","):
        media, _, parameters = part.partition(";")
        wanted[media.strip().lower()] = weight_of(parameters)
    graphql, json = wanted.get(GRAPHQL, 0.0), wanted.get(JSON, 0.0)
    if graphql or json:
        return GRAPHQL if graphql >= json else JSON
    return JSON if wanted.get("text/html") else GRAPHQL
