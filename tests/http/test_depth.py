"""How deep a document asks, measured in time linear in its size."""

from __future__ import annotations

import pytest
from graphql import get_introspection_query, parse
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import QueryTooDeep
from hub.http import depth
from hub.http.depth import MOST, MOST_INTROSPECTION, Depth, depth_of


def nested(levels: int, field: str = "a") -> str:
    return "{" + f"{field} {{" * (levels - 1) + field + "}" * levels


@given(st.integers(1, 60))
def test_each_field_inside_a_field_is_a_level(levels: int) -> None:
    assert depth_of(parse(nested(levels))) == Depth(levels, 0)


def test_the_deepest_operation_and_the_deepest_branch_count() -> None:
    document = parse("query A { a } query B { a b { c { d } } e }")
    assert depth_of(document).graph == 3


def test_fragments_count_as_if_they_stood_there() -> None:
    document = parse("{ a { ...F } } fragment F on Q { b { ... on Q { c { ...G } } } } fragment G on Q { d }")
    assert depth_of(document).graph == 4


def test_what_is_asked_of_the_schema_counts_apart() -> None:
    document = parse("{ a { b } __schema { types { fields { type { name } } } } }")
    assert depth_of(document) == Depth(graph=2, schema=5)


def test_the_introspection_that_tools_send_is_allowed() -> None:
    document = parse(get_introspection_query())
    depth.check(document)
    assert depth_of(document).schema == 15


def test_deeper_is_refused_with_both_numbers() -> None:
    depth.check(parse(nested(MOST)))
    with pytest.raises(QueryTooDeep, match="13 fields deep; 12 are allowed"):
        depth.check(parse(nested(MOST + 1)))


def test_deep_introspection_is_refused_too() -> None:
    inside = nested(MOST_INTROSPECTION, "ofType")
    with pytest.raises(QueryTooDeep, match="introspection is 17"):
        depth.check(parse(f"{{ __schema {inside} }}"))


def test_a_ring_of_fragments_ends() -> None:
    assert depth_of(parse("{ ...F } fragment F on Q { a { ...G } } fragment G on Q { b { ...F } }")).graph < MOST


def test_doubled_fragments_cost_no_more_than_their_length() -> None:
    """Each of 40 fragments spreads the next one twice: followed one by one that would be a million million spreads."""
    fragments = " ".join(f"fragment F{n} on Q {{ a {{ ...F{n + 1} }} b {{ ...F{n + 1} }} }}" for n in range(40))
    document = parse(f"{{ ...F0 }} {fragments} fragment F40 on Q {{ a }}")
    assert depth_of(document).graph == 41
