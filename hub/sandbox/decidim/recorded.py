"""The contract's samples: as the stand-in's rows, and as the requests that they answer."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import graphql
import msgspec
from graphql.language import ast

from hub.sandbox.decidim.standin import LISTS, Row, Rows
from hub.sandbox.standin import Recording

SAMPLES = Path(__file__).parent / "samples"

LEFT_OUT = {
    "partial-error.json": "a failure inside the upstream: the very same request answers with proposals.json",
}
# What the samples do not tell: a request that brings the answer about.
BRINGS_ABOUT: dict[str, Row] = {
    "error-depth.json": {"query": "{ scopes " + "{ parent " * 15 + "{ id }" + " }" * 16},
    "error-complexity.json": {
        "query": "{ component(id: 203) { ... on Budgets { budgets { edges { node { projects { "
        + " ".join(f"t{n}: title {{ translations {{ locale text }} }}" for n in range(40))
        + " } } } } } } }"
    },
    "error-internal.json": {"query": "{ decidim { version } }", "variables": 1},
}


class _Sample(msgspec.Struct):
    file: str
    status: int
    content_type: str
    operation: str | None = None
    variables: dict[str, Any] = {}
    query: str | None = None


def recordings() -> Iterable[Recording]:
    for sample in _samples():
        if sample.file in LEFT_OUT:
            continue
        if sample.operation is not None:
            asked: Row = {"query": _queries(), "variables": sample.variables, "operationName": sample.operation}
        else:
            asked = {"query": sample.query} if sample.query else BRINGS_ABOUT[sample.file]
        yield Recording(
            name=sample.file,
            method="POST",
            path="/api",
            headers=(("Content-Type", "application/json"),),
            body=msgspec.json.encode(asked),
            status=sample.status,
            content_type=sample.content_type,
            answer=(SAMPLES / sample.file).read_bytes(),
        )


def recorded() -> Rows:
    """Every entity of the samples once, with all fields that any sample shows of it."""
    rows = Rows(processes=[], components={}, scope_types=[])
    for sample in _samples():
        if sample.operation is None or sample.file in LEFT_OUT or sample.file.endswith("-empty.json"):
            continue
        operation = next(
            node
            for node in _document().definitions
            if isinstance(node, ast.OperationDefinitionNode) and node.name and node.name.value == sample.operation
        )
        answer = msgspec.json.decode((SAMPLES / sample.file).read_bytes())
        _take(rows, _unaliased(answer["data"], [operation.selection_set]))
    named = {part["id"]: part for process in rows.processes for part in process["components"]}
    for id_, part in named.items():
        part.update(rows.components.get(id_, {}))
        rows.components[id_] = part
    empty = msgspec.json.decode((SAMPLES / "budgets-empty.json").read_bytes())["data"]["component"]
    rows.components[empty["id"]] = empty | {"budgets": []}
    return rows


def _take(rows: Rows, data: Row) -> None:
    """One answer's rows; what an earlier one told of the same entity stays."""
    rows.scope_types.extend(data.get("scopeTypes") or [])
    for process in data.get("participatoryProcesses") or []:
        rows.processes.append({"__typename": "ParticipatoryProcess", **process})
    component = data.get("component")
    if component is None or len(component) == 2:  # unknown, or asked as another type
        return
    known = rows.components.setdefault(component["id"], {})
    for one, many in LISTS.items():
        entities = [edge["node"] for edge in (component.pop(many, None) or {}).get("edges", [])]
        if (entity := component.pop(one, None)) is not None:
            entities.append(entity)
        for entity in entities:
            held = known.setdefault(many, [])
            same = next((other for other in held if other["id"] == entity["id"]), None)
            if same is not None:
                same.update(entity)
            else:
                held.append({"__typename": one.capitalize(), **entity})
    known.update(component)


def _unaliased(value: Any, selected: list[ast.SelectionSetNode]) -> Any:
    """An answer with the schema's names in place of the query's aliases."""
    if isinstance(value, list):
        return [_unaliased(each, selected) for each in value]
    if not isinstance(value, dict):
        return value
    fields = _fields(selected)
    plain: Row = {}
    for key, inner in value.items():
        nodes = fields[key]
        plain[nodes[0].name.value] = _unaliased(inner, [node.selection_set for node in nodes if node.selection_set])
    return plain


def _fields(selected: list[ast.SelectionSetNode]) -> dict[str, list[ast.FieldNode]]:
    """By response key, over all fragments: where a key is told apart by type alone, no sample uses it twice."""
    fragments = {n.name.value: n for n in _document().definitions if isinstance(n, ast.FragmentDefinitionNode)}
    found: dict[str, list[ast.FieldNode]] = {}
    for selections in selected:
        for node in selections.selections:
            match node:
                case ast.FieldNode():
                    found.setdefault(node.alias.value if node.alias else node.name.value, []).append(node)
                case ast.InlineFragmentNode():
                    for key, nodes in _fields([node.selection_set]).items():
                        found.setdefault(key, []).extend(nodes)
                case ast.FragmentSpreadNode():
                    for key, nodes in _fields([fragments[node.name.value].selection_set]).items():
                        found.setdefault(key, []).extend(nodes)
    return found


def _samples() -> list[_Sample]:
    return msgspec.json.decode((SAMPLES / "index.json").read_bytes(), type=list[_Sample])


def _queries() -> str:
    return (SAMPLES / "queries.graphql").read_text(encoding="utf-8")


@cache
def _document() -> ast.DocumentNode:
    return graphql.parse(_queries())
