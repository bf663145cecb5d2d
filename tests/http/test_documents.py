"""Documents, read once and kept within bounds."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from graphql import build_schema

from hub.errors import QueryTooDeep
from hub.http.documents import MOST_TOKENS, Documents, Unreadable

SCHEMA = build_schema("type Query { a: Int, b: Query }")


def test_a_document_is_read_once() -> None:
    documents = Documents(SCHEMA)
    assert documents.read("{ a }") is documents.read("{ a }")


@pytest.mark.parametrize("text", ["{ a", "{ c }", "{ a(x: 1) }", "", "query ($x: Nothing) { a }", "type A { a: Int }"])
def test_what_can_not_be_executed_is_refused_and_not_kept(text: str) -> None:
    documents = Documents(SCHEMA)
    with pytest.raises(Unreadable):
        documents.read(text)
    assert len(documents) == 0


def test_what_was_not_asked_for_the_longest_goes_first() -> None:
    documents = Documents(SCHEMA, most=20)  # three of them
    first, second = documents.read("{ a #1\n}"), documents.read("{ a #2\n}")
    documents.read("{ a #1\n}")
    documents.read("{ a #3\n}")

    assert documents.read("{ a #1\n}") is first
    assert documents.read("{ a #2\n}") is not second


def test_a_document_longer_than_what_is_kept_is_read_all_the_same() -> None:
    documents = Documents(SCHEMA, most=3)
    documents.read("{ a }")
    assert len(documents) == 0


@pytest.mark.parametrize(
    "bomb",
    [
        "{" + "b{" * 12 + "a" + "}" * 13,
        "{ ...F0 } "
        + " ".join(f"fragment F{n} on Query {{ ...F{n + 1} }}" for n in range(550))
        + " fragment F550 on Query { a }",
    ],
    ids=["one level too deep", "a chain of fragments"],
)
def test_a_bomb_is_too_deep(bomb: str) -> None:
    with pytest.raises(Unreadable) as caught:
        Documents(SCHEMA).read(bomb)
    assert isinstance(caught.value.errors[0].original_error, QueryTooDeep)


def test_a_document_nested_past_the_parsers_stack_is_refused() -> None:
    with pytest.raises(Unreadable, match="nested too deep"):
        Documents(SCHEMA).read("{b" * 2_000 + "{a}" + "}" * 2_000)


@pytest.mark.parametrize(
    "bomb",
    [
        "{" + "a " * MOST_TOKENS + "}",
        "{" + "a " * (MOST_TOKENS - 10) + "}",
        "{" + "b{a}" * (MOST_TOKENS // 5) + "}",
        "{ ...F0 } "
        + " ".join(f"fragment F{n} on Query {{ b {{ ...F{n + 1} ...F{n + 1} }} }}" for n in range(9))
        + " fragment F9 on Query { a }",
    ],
    ids=["too many words", "one field ten thousand times", "objects to be merged", "doubled fragments"],
)
def test_a_wide_bomb_costs_a_bounded_time(bomb: str) -> None:
    began = time.process_time()
    with suppress(Unreadable):
        Documents(SCHEMA).read(bomb)
    assert time.process_time() - began < 4
