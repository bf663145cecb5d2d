"""`/graphql`: one operation in, one answer out, with how long it may be kept.

An answer that executed is a 200, whatever errors stand in it: data of the other fields is good. A document that can't
be executed is a 400 as application/graphql-response+json, and a 200 as application/json.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from inspect import isawaitable
from typing import Any

import msgspec
import orjson
from graphql import DocumentNode, ExecutionResult, GraphQLError, GraphQLSchema, OperationDefinitionNode, OperationType
from graphql.execution import execute
from starlette.requests import Request
from starlette.responses import Response
from strawberry import Schema
from strawberry.execution.is_awaitable import optimized_is_awaitable

from hub.domain.account import Watching
from hub.domain.city import City, Hall
from hub.errors import HubError
from hub.http.asking import GRAPHQL, JSON, Asked, Refused, answer_type, asked
from hub.http.documents import Documents, Unreadable
from hub.http.languages import order_of
from hub.http.sending import OPEN, sent
from hub.observe.metrics import Metrics
from hub.records.core import Language
from hub.schema.context import Context
from hub.schema.errors import REQUEST_ERROR, formatted

log = logging.getLogger(__name__)

KEEPS = timedelta(seconds=60)  # an answer that nothing in it bounds
KEEPS_SHORTLY = timedelta(seconds=5)  # one with an error in it, or with a source whose first crawl is under way
EXPLAIN = "X-Hub-Explain"  # 1: tell in `extensions.hub` what the answer was made of
METHODS = ("GET", "HEAD", "POST", "OPTIONS")
PREFLIGHT = {
    **OPEN,
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": f"Accept, Accept-Language, Content-Type, If-None-Match, {EXPLAIN}",
    "Access-Control-Max-Age": "86400",
    "Allow": ", ".join(METHODS),
}
VARY = f"Accept, Accept-Language, Accept-Encoding, {EXPLAIN}"


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """`executed` False: the request itself was wrong. `keeps`: how long it may be served again; None: to nobody else,
    since it tells of how it was made.
    """

    body: bytes
    executed: bool
    keeps: timedelta | None


class GraphQLEndpoint:
    """`languages`: the hub's own order."""

    def __init__(self, schema: Schema, hall: Hall, metrics: Metrics, *, languages: tuple[Language, ...]) -> None:
        self._core: GraphQLSchema = schema._schema  # noqa: SLF001 - Strawberry has no public name for it
        self._executor = schema.execution_context_class
        self._documents = Documents(self._core)
        self._hall = hall
        self._metrics = metrics
        self._languages = languages

    async def respond(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=PREFLIGHT)
        media = answer_type(request.headers.get("accept"))
        began = self._hall.monotonic()
        try:
            wanted = await asked(request)
            answer = await self.answer(
                wanted,
                order_of(request.query_params.get("lang"), request.headers.get("accept-language"), self._languages),
                is_get=request.method != "POST",
                explained=request.headers.get(EXPLAIN) == "1",
            )
        except Refused as refusal:
            self._metrics.answer("refused", self._hall.monotonic() - began)
            return refused(refusal, media)
        self._metrics.answer("executed" if answer.executed else "refused", self._hall.monotonic() - began)
        return answered(request, answer, media)

    async def answer(
        self, wanted: Asked, languages: tuple[Language, ...], *, is_get: bool = False, explained: bool = False
    ) -> Answer:
        """Refused for an operation that changes something, which there is none of."""
        try:
            document = self._documents.read(wanted.query)
            only_reads(document, wanted.operation_name, is_get=is_get)
        except Unreadable as unreadable:
            return not_executed(unreadable.errors)
        watching = Watching(self._hall, languages) if explained else None
        city = watching or City(self._hall, languages)
        result = execute(
            self._core,
            document,
            context_value=Context(city),
            variable_values=wanted.variables,
            operation_name=wanted.operation_name,
            executor_class=self._executor,
            is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type]  # Strawberry's gives a bool
        )
        if isawaitable(result):
            result = await result
        assert isinstance(result, ExecutionResult)
        if result.data is None and result.errors and all(error.path is None for error in result.errors):
            return not_executed(result.errors)  # its variables, or the name of its operation
        told: dict[str, Any] = {"data": result.data}
        if result.errors:
            told["errors"] = [formatted(error) for error in result.errors]
        if watching is not None:
            told["extensions"] = {"hub": msgspec.to_builtins(watching.told())}
            return Answer(body=orjson.dumps(told), executed=True, keeps=None)
        return Answer(body=orjson.dumps(told), executed=True, keeps=keeps(city, self._hall.clock(), result.errors))


def keeps(city: City, now: datetime, errors: Sequence[GraphQLError] | None) -> timedelta:
    """Until the first thing in it that the clock will change, within bounds."""
    longest = KEEPS_SHORTLY if errors or city.is_warming else KEEPS
    if city.expires_at is None:
        return longest
    return min(max(city.expires_at - now, timedelta(0)), longest)


def only_reads(document: DocumentNode, name: str | None, *, is_get: bool) -> None:
    """Refused if the operation that is meant is no query (405 by GET, as the specification wants)."""
    operations = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    meant = [one for one in operations if name is None or (one.name is not None and one.name.value == name)]
    if any(one.operation is not OperationType.QUERY for one in meant):
        status = 405 if is_get else 400
        raise Refused(
            "this graph is read only: queries alone", status=status, headers={"Allow": "POST"} if is_get else {}
        )


def answered(request: Request, answer: Answer, media: str) -> Response:
    headers = {**OPEN, "Vary": VARY, "Content-Type": f"{media}; charset=utf-8", "Cache-Control": "no-store"}
    if request.method == "POST" or not answer.executed:
        status = 200 if answer.executed or media == JSON else 400
        return sent(request, answer.body, headers, status=status)
    if answer.keeps is None:
        return sent(request, answer.body, headers)
    headers["Cache-Control"] = f"public, max-age={int(answer.keeps.total_seconds())}"
    return sent(request, answer.body, headers, etag=True)


def not_executed(errors: Sequence[GraphQLError]) -> Answer:
    body = orjson.dumps({"errors": [formatted(error) for error in errors]})
    return Answer(body=body, executed=False, keeps=timedelta(0))


def refused(refusal: Refused, media: str) -> Response:
    entry = {"message": f"{refusal}", "extensions": {"code": REQUEST_ERROR, "retryable": False}}
    headers = {**OPEN, **refusal.headers, "Vary": VARY, "Cache-Control": "no-store"}
    headers["Content-Type"] = f"{media}; charset=utf-8"
    return Response(orjson.dumps({"errors": [entry]}), refusal.status, headers)


async def failed(request: Request, error: Exception) -> Response:
    """What nobody foresaw: told to the log, and to the caller by a number only."""
    incident = secrets.token_hex(6)
    log.error("http.failed", exc_info=error, extra={"incident": incident, "path": request.url.path})
    entry = {
        "message": f"something went wrong here; we know it as incident {incident}",
        "extensions": {"code": HubError.code, "retryable": True, "incident": incident},
    }
    headers = {**OPEN, "Cache-Control": "no-store", "Content-Type": f"{GRAPHQL}; charset=utf-8"}
    return Response(orjson.dumps({"errors": [entry]}), 500, headers)
