"""The schema as a contract: what is committed is what is served, and every word of it is explained."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
)

from hub.schema.schema import NODES, schema

SDL = Path(__file__).parents[2] / "schema.graphql"

# The operations that users send force these: a source has a name of its own, a budget's projects are a page where an
# idea's are a list, a room has a price where a ticket has a text, an event a status where a result has words, a facet's
# value is a word where an indicator's is a number; and Relay's own words differ by design.
OF_SEVERAL_TYPES = {"name", "projects", "spaces", "price", "status", "value", "node", "nodes", "edges"}
OF_THE_ENGINE = {"_Any", "_Service", "_Entity", "_FieldSet", "link__Purpose", "link__Import"}


@pytest.fixture(scope="module")
def graph() -> GraphQLSchema:
    return schema._schema


def test_the_committed_schema_is_the_served_one() -> None:
    assert SDL.read_text() == schema.as_str() + "\n", "run `hub schema > schema.graphql` and look at the difference"


def test_it_is_a_subgraph_of_federation_2() -> None:
    assert 'schema @link(url: "https://specs.apollo.dev/federation/v2.3"' in schema.as_str()


def test_every_type_field_argument_and_value_is_described(graph: GraphQLSchema) -> None:
    bare = []
    for name, kind in graph.type_map.items():
        if name.startswith("__") or name in OF_THE_ENGINE or name in {"String", "Int", "Float", "Boolean", "ID"}:
            continue
        if not kind.description:
            bare.append(name)
        if isinstance(kind, (GraphQLObjectType, GraphQLInterfaceType)):
            for field, definition in kind.fields.items():
                if field.startswith("_"):
                    continue
                bare += [] if definition.description else [f"{name}.{field}"]
                bare += [f"{name}.{field}({a})" for a, argument in definition.args.items() if not argument.description]
        elif isinstance(kind, GraphQLInputObjectType):
            bare += [f"{name}.{field}" for field, definition in kind.fields.items() if not definition.description]
        elif isinstance(kind, GraphQLEnumType):
            bare += [f"{name}.{value}" for value, definition in kind.values.items() if not definition.description]
    assert bare == []


def test_a_field_name_has_one_type_and_one_nullability(graph: GraphQLSchema) -> None:
    types: defaultdict[str, set[str]] = defaultdict(set)
    for name, kind in graph.type_map.items():
        if isinstance(kind, (GraphQLObjectType, GraphQLInterfaceType)) and not name.startswith("_"):
            for field, definition in kind.fields.items():
                types[field].add(f"{definition.type}")
    several = {field for field, kinds in types.items() if len(kinds) > 1}
    assert several == OF_SEVERAL_TYPES


def test_every_page_may_be_null_so_that_one_failure_costs_no_other_field(graph: GraphQLSchema) -> None:
    strict = [
        f"{name}.{field}"
        for name, kind in graph.type_map.items()
        if isinstance(kind, GraphQLObjectType)
        for field, definition in kind.fields.items()
        if isinstance(definition.type, GraphQLNonNull) and f"{definition.type}".rstrip("!").endswith("Connection")
    ]
    assert strict == []


def test_few_lists_under_parents_may_search_the_catalogue_and_each_tells_the_limit(graph: GraphQLSchema) -> None:
    searching = {
        f"{name}.{field}": definition.description or ""
        for name, kind in graph.type_map.items()
        if isinstance(kind, GraphQLObjectType) and name != "Query"
        for field, definition in kind.fields.items()
        if f"{definition.type}".rstrip("!") == "CatalogueConnection"
    }
    # each is a request to the catalogue for each parent, and counts in hub.domain.catalogue.MOST_SEARCHES
    assert searching.keys() == {"Place.catalogue", "Theme.catalogue"}
    assert all("TOO_MANY_LOOKUPS" in description for description in searching.values())


def test_every_node_is_an_entity_by_its_id() -> None:
    sdl = schema.as_str()
    for node in NODES:
        line = next(row for row in sdl.splitlines() if row.startswith(f"type {node.__name__} "))
        assert '@key(fields: "id")' in line
    place = next(row for row in sdl.splitlines() if row.startswith("type Place "))
    assert '@key(fields: "tprekId")' in place


def test_lists_are_bounded_by_arguments_of_one_form(graph: GraphQLSchema) -> None:
    for name, kind in graph.type_map.items():
        if not isinstance(kind, GraphQLObjectType):
            continue
        for field, definition in kind.fields.items():
            if f"{definition.type}".rstrip("!").endswith("Connection"):
                assert {"first", "after"} <= definition.args.keys(), f"{name}.{field}"
                assert definition.args["first"].default_value == 20
