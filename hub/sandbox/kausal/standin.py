"""Kausal Watch's GraphQL API: one path, the schema, texts in the language that the operation names.

Kept from the real one: an operation that does not validate, a language that is not there and an unknown plan in the
header are a 200 with `data: null`; what fails while it runs is a null at its path beside the rest; an unknown plan or
action is null without an error; a text that is not translated comes in the plan's own language, without any sign of it.
A field that these rows don't hold is null or [], or an error where neither may be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, TypeAlias, cast

import graphql
import msgspec
from graphql import GraphQLError, GraphQLResolveInfo, GraphQLSchema
from graphql.language import ast
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from hub.sandbox.standin import Now

Row: TypeAlias = "dict[str, Any]"  # its keys are the schema's field names; a text may be an object of languages

LANGUAGES = ("fi", "sv", "en")
ORDERS = ("updatedAt", "identifier")
PLAN_HEADER = "x-cache-plan-identifier"
# What the reconstructed schema lacks, and a sample asks for.
ADMIN = "extend type Query { admin: AdminNamespace! } type AdminNamespace { isOpen: Boolean }"


class Rows(msgspec.Struct, kw_only=True):
    """`actions` and `indicators` of each plan, in its own order. `lacks`: (type, field) that are not there."""

    plans: dict[str, Row]
    actions: dict[str, list[Row]]
    indicators: dict[str, list[Row]]
    hostnames: dict[str, Row] = {}
    lacks: frozenset[tuple[str, str]] = frozenset()


class Asked(msgspec.Struct, frozen=True):
    """What a resolver knows besides its row."""

    rows: Rows
    language: str
    plan: str | None  # of the header


def app(rows: Rows, now: Now) -> Starlette:  # noqa: ARG001 - nothing here depends on the time
    async def api(request: Request) -> Response:
        try:
            asked = msgspec.json.decode(await request.body(), type=dict[str, Any])
        except msgspec.DecodeError:
            return PlainTextResponse("Unable to parse request body as JSON", 400)
        answer = answered(rows, asked, request.headers.get(PLAN_HEADER))
        return Response(msgspec.json.encode(answer), media_type="application/json; charset=utf-8")

    return Starlette(routes=[Route("/v1/graphql/", api, methods=["POST"])])


@cache
def schema(lacks: frozenset[tuple[str, str]] = frozenset()) -> GraphQLSchema:
    text = (Path(__file__).parent / "schema.graphql").read_text(encoding="utf-8")
    built = graphql.extend_schema(graphql.build_ast_schema(graphql.parse(text)), graphql.parse(ADMIN))
    for type_, field in lacks:
        del cast("graphql.GraphQLObjectType", built.type_map[type_]).fields[field]
    return built


def answered(rows: Rows, asked: Mapping[str, Any], plan: str | None = None) -> Row:
    query, variables, name = asked.get("query"), asked.get("variables") or {}, asked.get("operationName")
    if not isinstance(query, str):
        return _refused("No GraphQL query found in the request")
    if plan is not None and plan not in rows.plans:
        return _refused(f"Plan with identifier {plan} not found")
    document, problems = _checked(query, rows.lacks)
    if document is None or problems:
        return {"data": None, "errors": [problem.formatted for problem in problems]}
    operation = graphql.get_operation_ast(document, name)
    if operation is None:
        return _refused(f'Unknown operation named "{name}".')
    language = "fi"
    for directive in operation.directives or ():
        if directive.name.value == "locale" and directive.arguments:
            given = graphql.value_from_ast_untyped(directive.arguments[0].value, variables)
            if given not in LANGUAGES:
                where = GraphQLError(f"unsupported language: {given}", [directive])
                return {"data": None, "errors": [where.formatted]}
            language = given
    result = graphql.execute(
        schema(rows.lacks),
        document,
        rows,
        Asked(rows, language, plan),
        variables,
        operation_name=name,
        field_resolver=resolved,
        type_resolver=lambda row, *_: cast("str", row["__typename"]),
    )
    assert isinstance(result, graphql.ExecutionResult)  # nothing here is awaited
    return {
        "data": result.data,
        **({"errors": [error.formatted for error in result.errors]} if result.errors else {}),
    }


def _refused(message: str) -> Row:
    return {"data": None, "errors": [{"message": message}]}


@lru_cache(maxsize=256)
def _checked(query: str, lacks: frozenset[tuple[str, str]]) -> tuple[ast.DocumentNode | None, list[GraphQLError]]:
    try:
        document = graphql.parse(query)
    except GraphQLError as error:
        return None, [error]
    return document, graphql.validate(schema(lacks), document)


# the data


def resolved(source: Any, info: GraphQLResolveInfo[Any], **asked: Any) -> Any:
    rule = RULES.get((info.parent_type.name, info.field_name))
    if rule is not None:
        return rule(info.context, asked)
    if info.parent_type.name == "Query":
        return None
    value = source.get(info.field_name)
    if isinstance(value, dict) and value.keys() <= set(LANGUAGES) and graphql.is_leaf_type(_bare(info.return_type)):
        value = value.get(info.context.language) or value.get("fi")
    if value is None and graphql.is_non_null_type(info.return_type):
        if graphql.is_list_type(info.return_type.of_type):
            return []
        raise GraphQLError(f"this stand-in does not hold {info.parent_type.name}.{info.field_name}")
    return value


def _bare(type_: Any) -> Any:
    return type_.of_type if graphql.is_non_null_type(type_) else type_


def _action(known: Asked, asked: Mapping[str, Any]) -> Row | None:
    id_, identifier, plan = asked.get("id"), asked.get("identifier"), asked.get("plan") or known.plan
    if id_ is None and identifier is None:
        raise GraphQLError("You must supply either 'id' or 'identifier' as arguments to 'action'")
    if id_ is not None:
        every = (row for rows in known.rows.actions.values() for row in rows)
        return next((row for row in every if row["id"] == id_), None)
    if plan is None:
        raise GraphQLError("You must supply the 'plan' argument when using 'identifier'")
    rows = known.rows.actions.get(plan.lower(), [])
    return next((row for row in rows if row["identifier"] == identifier), None)


def _plan_actions(known: Asked, asked: Mapping[str, Any]) -> list[Row] | None:
    rows = known.rows.actions.get(asked["plan"].lower())
    if rows is None:
        return None
    order = asked.get("orderBy")
    if order is not None:
        if order.removeprefix("-") not in ORDERS:
            raise GraphQLError(f"Only orderable fields are: {', '.join(ORDERS)}")
        rows = sorted(rows, key=lambda row: str(row[order.removeprefix("-")]), reverse=order.startswith("-"))
    if asked.get("category") is not None:
        rows = [row for row in rows if any(one["id"] == asked["category"] for one in row["categories"])]
    return rows[: asked["first"]] if asked.get("first") is not None else rows


def _plan_indicators(known: Asked, asked: Mapping[str, Any]) -> list[Row] | None:
    rows = known.rows.indicators.get(asked["plan"].lower())
    return rows[: asked["first"]] if rows is not None and asked.get("first") is not None else rows


def _indicator(known: Asked, asked: Mapping[str, Any]) -> Row | None:
    every = (row for rows in known.rows.indicators.values() for row in rows)
    return next((row for row in every if row["id"] == asked.get("id")), None)


def _closed(*_: object) -> Any:
    raise GraphQLError("Admin namespace requires authenticated access")


def _on_host(known: Asked, asked: Mapping[str, Any]) -> list[Row]:
    found = known.rows.hostnames.get(asked.get("hostname") or "")
    return [] if found is None else [found]


RULES: dict[tuple[str, str], Callable[[Asked, Mapping[str, Any]], Any]] = {
    ("Query", "action"): _action,
    ("Query", "planActions"): _plan_actions,
    ("Query", "planIndicators"): _plan_indicators,
    ("Query", "indicator"): _indicator,
    ("Query", "plan"): lambda known, asked: known.rows.plans.get((asked.get("id") or "").lower()),
    ("Query", "plans"): lambda known, _: list(known.rows.plans.values()),
    ("Query", "plansForHostname"): _on_host,
    ("Query", "admin"): _closed,
}
