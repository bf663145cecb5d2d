"""Decidim's GraphQL API as graphql-ruby answers it: one path, the upstream's own schema, its limits and its errors.

Kept from the real one: a page is cut to 50 without a word; cursors are positions in unpadded base64; an unknown
component is null and one of another type answers with its type and id alone; a refused query is a 200 without data
whose error paths go through the query's text; too deep or too complex says so and nothing else; too many requests are
a 429 in plain text; without a JSON content type the query is not read at all.
Complexity counts as the newer engine does (a list costs its page size times its items), which OmaStadi's 1.12 does not
yet: what passes here passes there.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
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

from hub.sandbox.decidim.refusals import RULES, refusal
from hub.sandbox.standin import Now

Row: TypeAlias = "dict[str, Any]"  # in the upstream's own shape: its keys are the schema's field names

PAGE = 50
DEPTH = 15
COMPLEXITY = 5000
LISTS = {"budget": "budgets", "idea": "ideas", "plan": "plans", "proposal": "proposals", "result": "results"}


class Rows(msgspec.Struct, kw_only=True):
    """`components` by id, each with what it holds under the name of its list; a process names its own.

    `lacks`: (type, field) pairs that this site's version does not have.
    """

    processes: list[Row]
    components: dict[str, Row]
    scope_types: list[Row]
    lacks: frozenset[tuple[str, str]] = frozenset()
    version: str = "0.27.9"
    name: str = "OmaStadi"


def app(rows: Rows, now: Now, *, per_minute: int | None = None) -> Starlette:
    """`per_minute`: how many requests the throttle lets through in one minute of the clock; None: any number."""
    counted: dict[int, int] = {}

    async def api(request: Request) -> Response:
        minute = int(now().timestamp()) // 60
        counted[minute] = counted.pop(minute, 0) + 1
        for past in [other for other in counted if other != minute]:
            del counted[past]
        if per_minute is not None and counted[minute] > per_minute:
            return PlainTextResponse("Retry later\n", status_code=429)
        asked: object = {}
        if request.headers.get("content-type", "").startswith("application/json"):
            try:
                asked = msgspec.json.decode(await request.body())
            except msgspec.DecodeError:
                return Response("<h1>400 Bad Request</h1>", status_code=400, media_type="text/html")
        status, answer = answered(rows, asked if isinstance(asked, dict) else {})
        return Response(msgspec.json.encode(answer), status_code=status, media_type="application/json; charset=utf-8")

    return Starlette(routes=[Route("/api", api, methods=["POST"])])


@cache
def schema(lacks: frozenset[tuple[str, str]] = frozenset()) -> GraphQLSchema:
    text = (Path(__file__).parent / "schema.graphql").read_text(encoding="utf-8")
    built = graphql.build_ast_schema(graphql.parse(text))
    for type_, field in lacks:
        del cast("graphql.GraphQLObjectType", built.type_map[type_]).fields[field]
    return built


def answered(rows: Rows, asked: Mapping[str, object]) -> tuple[int, Row]:
    """Status and body for one request's parameters."""
    query, variables = asked.get("query"), asked.get("variables")
    if isinstance(variables, str):  # a form's text; what does not read is an exception up there
        try:
            variables = msgspec.json.decode(variables) if variables else {}
        except msgspec.DecodeError:
            variables = []
    if not isinstance(variables, dict | None):
        return 500, {"errors": [{"message": "Internal Server error"}], "data": {}}
    if not isinstance(query, str) or not query.strip():
        return 200, {"errors": [{"message": "No query string was present"}]}
    document, errors = _checked(query, rows.lacks)
    if document is None or errors:
        return 200, {"errors": errors}
    name = asked.get("operationName")
    operation = graphql.get_operation_ast(document, name if isinstance(name, str) else None)
    if operation is None:
        return 200, {"errors": [{"message": f'No operation named "{name}"'}]}
    if (depth := Cost(document, {}).depth(operation.selection_set)) > DEPTH:
        return 200, {"errors": [{"message": f"Query has depth of {depth}, which exceeds max depth of {DEPTH}"}]}
    cost = Cost(document, variables or {}).of(operation)
    if cost > COMPLEXITY:
        message = f"Query has complexity of {cost}, which exceeds max complexity of {COMPLEXITY}"
        return 200, {"errors": [{"message": message}]}
    result = graphql.execute(
        schema(),
        document,
        rows,
        variable_values=variables,
        operation_name=operation.name.value if operation.name else None,
        field_resolver=resolved,
        type_resolver=lambda row, *_: cast("str", row["__typename"]),
    )
    assert isinstance(result, graphql.ExecutionResult)  # nothing here is awaited
    body: Row = {}
    if result.data is not None or not result.errors or any(error.path for error in result.errors):
        body["data"] = result.data
    if result.errors:
        body["errors"] = [_failure(error, variables or {}) for error in result.errors]
    return 200, body


def _failure(error: GraphQLError, variables: Mapping[str, object]) -> Row:
    """A field that failed, or a variable whose value does not fit."""
    locations = [location.formatted for location in error.locations or ()]
    definition = error.nodes[0] if error.nodes else None
    if isinstance(definition, ast.VariableDefinitionNode):
        name = definition.variable.name.value
        return {
            "message": f"Variable ${name} of type {graphql.print_ast(definition.type)} was provided invalid value",
            "locations": locations,
            "extensions": {
                "value": variables.get(name),
                "problems": [{"path": [], "explanation": error.message}],
            },
        }
    return {"message": error.message, "locations": locations, **({"path": error.path} if error.path else {})}


@lru_cache(maxsize=256)
def _checked(query: str, lacks: frozenset[tuple[str, str]]) -> tuple[ast.DocumentNode | None, list[Row]]:
    """The query read, and why it is refused, in the order of its text."""
    try:
        document = graphql.parse(query)
    except graphql.GraphQLSyntaxError as error:
        if "<EOF>" in error.message:
            return None, [{"message": "Unexpected end of document", "locations": []}]
        return None, [{"message": f"Parse error on {error.message}", "locations": []}]
    return document, [refusal(error) for error in graphql.validate(schema(lacks), document, RULES)]


# the data


def resolved(source: Any, info: GraphQLResolveInfo[Any], **asked: Any) -> Any:
    """A field of a row: by its rule, if it has one, or as it stands there."""
    rule = FIELDS.get((info.parent_type.name, info.field_name)) or ANYWHERE.get(info.field_name)
    if rule is not None:
        return rule(source, asked)
    if info.parent_type.name == "Query":
        return None if not graphql.is_non_null_type(info.return_type) else []
    if info.field_name in LISTS.values():
        return page(_kept(source.get(info.field_name) or [], asked), asked)
    if info.field_name in LISTS and "id" in asked:
        return _by_id(source.get(LISTS[info.field_name]) or [], asked["id"])
    if info.field_name in source or not graphql.is_non_null_type(info.return_type):
        return source.get(info.field_name)
    if graphql.is_list_type(info.return_type.of_type):
        return []
    raise GraphQLError(f"this stand-in does not hold {info.parent_type.name}.{info.field_name}")


def page(nodes: Sequence[Row], asked: Mapping[str, Any]) -> Row:
    """A Relay connection; cursors count from 1 over the whole list."""
    start = min(_position(asked["after"]), len(nodes)) if asked.get("after") is not None else 0
    end = max(start, min(_position(asked["before"]) - 1, len(nodes))) if asked.get("before") is not None else len(nodes)
    first, last = asked.get("first"), asked.get("last")
    more_after = more_before = False
    if first is not None or last is None:
        size = min(PAGE, max(0, first)) if first is not None else PAGE
        more_after, end = end - start > size, min(end, start + size)
    if last is not None:
        size = min(PAGE, max(0, last))
        more_before, start = end - start > size, max(start, end - size)
    edges = [{"cursor": _cursor(at + 1), "node": nodes[at]} for at in range(start, end)]
    return {
        "edges": edges,
        "nodes": [edge["node"] for edge in edges],
        "pageInfo": {
            "hasNextPage": more_after,
            "hasPreviousPage": more_before or asked.get("after") is not None,
            "startCursor": edges[0]["cursor"] if edges else None,
            "endCursor": edges[-1]["cursor"] if edges else None,
        },
    }


def _cursor(position: int) -> str:
    return base64.urlsafe_b64encode(str(position).encode()).decode().rstrip("=")


def _position(cursor: str) -> int:
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise GraphQLError(f'Invalid input: "{cursor}"') from error
    return int(text) if text.isdecimal() else 0


def _kept(rows: Sequence[Row], asked: Mapping[str, Any]) -> list[Row]:
    """Filtered and ordered as asked; the values of both are strings."""
    wanted, order = asked.get("filter") or {}, asked.get("order") or {}
    since, before = wanted.get("publishedSince"), wanted.get("publishedBefore")
    states = wanted.get("state")
    kept = [
        row
        for row in rows
        if (since is None or (row.get("publishedAt") or "")[:10] >= since)
        and (before is None or (row.get("publishedAt") or "9")[:10] < before)
        and (row["__typename"] != "Plan" or (row.get("state") in states if states else row.get("state") != "withdrawn"))
    ]
    for key, direction in order.items():
        kept.sort(key=lambda row: _sortable(row.get(key)), reverse=str(direction).lower() == "desc")
    return kept


def _sortable(value: object) -> tuple[int, str]:
    text = "" if value is None else str(value)
    return (int(text), "") if text.isdecimal() else (0, text)


def _by_id(rows: Sequence[Row], id_: object) -> Row | None:
    return next((row for row in rows if row["id"] == str(id_)), None)


def _process(rows: Rows, asked: Mapping[str, Any]) -> Row | None:
    """By id or slug; with neither there is none."""
    wanted = {key: asked[key] for key in ("id", "slug") if asked.get(key) is not None}
    return next((p for p in rows.processes if wanted and all(p[key] == str(v) for key, v in wanted.items())), None)


def _translations(field: Row, asked: Mapping[str, Any]) -> list[Row]:
    locales = asked.get("locales")
    return [entry for entry in field["translations"] if not locales or entry["locale"] in locales]


def _translation(field: Row, asked: Mapping[str, Any]) -> str | None:
    return next((entry["text"] for entry in field["translations"] if entry["locale"] == asked["locale"]), None)


def _scopes(rows: Rows) -> list[Row]:
    tops = [scope for type_ in rows.scope_types for scope in type_["scopes"]]
    return [*tops, *(child for top in tops for child in top.get("children", ()))]


Rule: TypeAlias = Callable[[Any, Mapping[str, Any]], Any]
FIELDS: dict[tuple[str, str], Rule] = {
    ("Query", "participatoryProcesses"): lambda rows, asked: _kept(rows.processes, asked),
    ("Query", "participatoryProcess"): _process,
    ("Query", "component"): lambda rows, asked: rows.components.get(str(asked["id"])),
    ("Query", "decidim"): lambda rows, _: {"version": rows.version, "applicationName": rows.name},
    ("Query", "organization"): lambda rows, _: {"name": rows.name, "stats": []},
    ("Query", "scopeTypes"): lambda rows, _: rows.scope_types,
    ("Query", "scopes"): lambda rows, _: _scopes(rows),
    ("TranslatedField", "translations"): _translations,
    ("TranslatedField", "translation"): _translation,
    ("TranslatedField", "locales"): lambda field, _: [entry["locale"] for entry in field["translations"]],
    ("LocalizedString", "machineTranslated"): lambda _, __: False,
}
# votes by anyone are for administrators, people are hidden
ANYWHERE: dict[str, Rule] = {name: lambda _, __: [] for name in ("stats", "authors", "comments")} | {
    "author": lambda _, __: None
}


# the limits


class Cost:
    """What graphql-ruby reckons before it runs an operation."""

    def __init__(self, document: ast.DocumentNode, variables: Mapping[str, object]) -> None:
        self.variables = variables
        self.fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, ast.FragmentDefinitionNode)
        }

    def depth(self, selections: ast.SelectionSetNode | None) -> int:
        """Fields inside fields; a fragment adds nothing."""
        deepest = 0
        for node in selections.selections if selections else ():
            match node:
                case ast.FieldNode():
                    deepest = max(deepest, 1 + self.depth(node.selection_set))
                case ast.InlineFragmentNode():
                    deepest = max(deepest, self.depth(node.selection_set))
                case ast.FragmentSpreadNode():
                    deepest = max(deepest, self.depth(self.fragments[node.name.value].selection_set))
        return deepest

    def of(self, operation: ast.OperationDefinitionNode) -> int:
        root = schema().get_root_type(operation.operation)
        return self._selected([operation.selection_set], root) if root is not None else 0

    def _selected(self, sets: Sequence[ast.SelectionSetNode], type_: graphql.GraphQLNamedType) -> int:
        """The dearest of the types that may come."""
        if graphql.is_abstract_type(type_):
            return max(self._of_object(sets, each) for each in schema().get_possible_types(type_))
        return self._of_object(sets, type_) if graphql.is_object_type(type_) else 0

    def _of_object(self, sets: Sequence[ast.SelectionSetNode], type_: graphql.GraphQLObjectType) -> int:
        fields: dict[str, list[ast.FieldNode]] = {}
        for selections in sets:
            self._collect(selections, type_, fields)
        return sum(self._field(nodes, type_) for nodes in fields.values())

    def _collect(
        self, selections: ast.SelectionSetNode, type_: graphql.GraphQLObjectType, into: dict[str, list[ast.FieldNode]]
    ) -> None:
        for node in selections.selections:
            if isinstance(node, ast.FieldNode):
                into.setdefault(node.alias.value if node.alias else node.name.value, []).append(node)
                continue
            inner = self.fragments[node.name.value] if isinstance(node, ast.FragmentSpreadNode) else node
            assert isinstance(inner, ast.FragmentDefinitionNode | ast.InlineFragmentNode)
            on = schema().type_map[inner.type_condition.name.value] if inner.type_condition else type_
            if on is type_ or (graphql.is_abstract_type(on) and schema().is_sub_type(on, type_)):
                self._collect(inner.selection_set, type_, into)

    def _field(self, nodes: Sequence[ast.FieldNode], parent: graphql.GraphQLObjectType) -> int:
        field = parent.fields.get(nodes[0].name.value)
        inner = [node.selection_set for node in nodes if node.selection_set]
        if field is None or not inner:
            return 1
        type_ = graphql.get_named_type(field.type)
        children = self._selected(inner, type_)
        if not type_.name.endswith("Connection"):
            return 1 + children
        around = sum(
            1 + (len(node.selection_set.selections) if node.name.value == "pageInfo" and node.selection_set else 0)
            for selections in inner
            for node in selections.selections
            if isinstance(node, ast.FieldNode) and node.name.value in {"pageInfo", "edges", "nodes"}
        )
        return 1 + self._page_size(nodes[0]) * (children - around) + around

    def _page_size(self, node: ast.FieldNode) -> int:
        for argument in node.arguments or ():
            if argument.name.value in {"first", "last"}:
                value = graphql.value_from_ast_untyped(argument.value, dict(self.variables))
                if isinstance(value, int):
                    return min(value, PAGE)
        return PAGE
