"""Every edge of the graph that leads out of a list, and how it is served: what keeps N rows from costing N statements.

Read from the schema itself, so that a new field is here without a word. What a resolver calls is read from its source:
`info.context.batch(events.events_at, …)` or `events.events(info.context.city, …)`. That the reading is right, and that
nothing costs a statement or a request for each row, is measured by `tests/stories/test_edges.py`.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections import deque
from collections.abc import Callable, Iterator
from enum import StrEnum
from functools import cache
from typing import Any

import msgspec
from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

from hub.domain.reading import NOTHING_MORE, Reading, reading_of


class Served(StrEnum):
    """ATTRIBUTE: read off the record, or computed from it. REQUEST: from what a request reads once, if at all.
    INDEX: one statement, or a few, for all rows. LOOK_UP: asked of a source for all rows together. SEARCH: a request to
    a source for each row by nature; the list of these is closed, and each has a limit.
    """

    ATTRIBUTE = "attribute"
    REQUEST = "once a request"
    INDEX = "index, all rows at once"
    LOOK_UP = "look-up, all rows at once"
    SEARCH = "a search for each row"


class Answering(msgspec.Struct, frozen=True, kw_only=True):
    """How a field is answered. `by`: the domain function; None where there is none."""

    served: Served
    by: str | None = None
    reading: Reading = NOTHING_MORE


class Edge(msgspec.Struct, frozen=True, kw_only=True):
    """`parents`: of how many rows of one operation it is answered; None: of all."""

    edge: str
    gives: str
    served: Served
    by: str | None
    parents: int | None


def edges(schema: GraphQLSchema) -> list[Edge]:
    """Of every type that can stand in a list, or below a row of one; in the order of types and fields."""
    return [_edge(parent, name, field) for parent in rows_of(schema) for name, field in parent.fields.items()]


def _edge(parent: GraphQLObjectType, name: str, field: GraphQLField) -> Edge:
    how = answering(field)
    asks = how.reading.asks
    return Edge(
        edge=f"{parent.name}.{name}",
        gives=f"{field.type}",
        served=how.served,
        by=how.by,
        parents=None if asks is None else asks.parents,
    )


def rows_of(schema: GraphQLSchema) -> list[GraphQLObjectType]:
    """The object types that can be reached through a list, by name."""
    assert schema.query_type is not None
    seen: set[tuple[str, bool]] = set()
    rows: dict[str, GraphQLObjectType] = {}
    waiting: deque[tuple[GraphQLObjectType, bool]] = deque([(schema.query_type, False)])
    while waiting:
        here, in_list = waiting.popleft()
        if (here.name, in_list) in seen:
            continue
        seen.add((here.name, in_list))
        if in_list:
            rows[here.name] = here
        for field in here.fields.values():
            below = in_list or is_list_type(get_nullable_type(field.type))
            waiting.extend((kind, below) for kind in objects_of(schema, field))
    return [rows[name] for name in sorted(rows)]


def objects_of(schema: GraphQLSchema, field: GraphQLField) -> Iterator[GraphQLObjectType]:
    """The object types that a field may give."""
    kind = get_named_type(field.type)
    if isinstance(kind, GraphQLObjectType):
        yield kind
    elif isinstance(kind, GraphQLInterfaceType | GraphQLUnionType):
        yield from schema.get_possible_types(kind)
    else:
        assert not is_composite_type(kind)


def answering(field: GraphQLField) -> Answering:
    definition: StrawberryField | None = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if definition is None or definition.base_resolver is None:
        return Answering(served=Served.ATTRIBUTE)
    return of_resolver(definition.base_resolver.wrapped_func)


@cache
def of_resolver(resolver: Callable[..., Any]) -> Answering:
    takes_info = "info" in inspect.signature(resolver).parameters
    is_batched, answer = called(resolver) if takes_info else (False, None)
    reading = NOTHING_MORE if answer is None else reading_of(answer)
    if reading.asks is not None:
        served = Served.LOOK_UP if reading.asks.parents is None else Served.SEARCH
    elif is_batched or inspect.iscoroutinefunction(resolver):
        served = Served.INDEX  # without a batch: what came with its list answers for all of the list's parents
    else:
        served = Served.REQUEST if takes_info else Served.ATTRIBUTE
    return Answering(served=served, by=None if answer is None else name_of(answer), reading=reading)


def called(resolver: Callable[..., Any]) -> tuple[bool, Callable[..., Any] | None]:
    """Whether a resolver batches, and the domain function that it hands its question to; None: it asks nobody."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(resolver)))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    for call in calls:
        if isinstance(call.func, ast.Attribute) and call.func.attr == "batch" and call.args:
            return True, meant(resolver, call.args[0])
    for call in calls:
        if call.args and ast.unparse(call.args[0]) == "info.context.city":
            return False, meant(resolver, call.func)
    return False, None


def meant(resolver: Callable[..., Any], expression: ast.expr) -> Callable[..., Any]:
    """What a dotted name stands for inside a resolver."""
    closed = inspect.getclosurevars(resolver)
    first, *rest = ast.unparse(expression).split(".")
    value: Any = {**closed.globals, **closed.nonlocals}[first]
    for name in rest:
        value = getattr(value, name)
    assert callable(value)
    answer: Callable[..., Any] = value
    return answer


def name_of(function: Callable[..., Any]) -> str:
    return f"{function.__module__.rpartition('.')[2]}.{function.__name__.lstrip('_')}"
