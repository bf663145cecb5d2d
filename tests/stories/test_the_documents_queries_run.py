"""What the documents show is what a reader gets: their queries are sent, and the README's answer has the real shape."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.stories.hub import Caller
from tests.test_docs import ROOT, queries


def block(language: str) -> str:
    """The README's one block in this language."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found: list[str] = re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert len(found) == 1
    return found[0]


def empty_lists(data: Any, path: str = "") -> list[str]:
    """The lists of an answer with nothing in them."""
    if isinstance(data, dict):
        return [found for key, value in data.items() for found in empty_lists(value, f"{path}.{key}")]
    if isinstance(data, list):
        return [found for value in data for found in empty_lists(value, path)] if data else [path]
    return []


def shape(data: Any) -> Any:
    """Names all the way down, of a list those of its first row; whether a leaf is null, and nothing else of it."""
    if isinstance(data, dict):
        return {key: shape(value) for key, value in data.items()}
    if isinstance(data, list):
        return [shape(value) for value in data[:1]]
    return data is None


@pytest.mark.parametrize(("where", "query"), [pytest.param(*each, id=each[0]) for each in queries()])
async def test_every_query_of_the_documents_is_answered_with_something(hub: Caller, where: str, query: str) -> None:
    answered = await hub.ask(query)
    assert answered.status == 200
    assert answered.errors == []
    # a project without plans before it, a work without facets of a kind: lists deeper down may well be empty
    assert [path for path in empty_lists(answered.data) if path.endswith(".nodes") and path.count(".") <= 3] == []


async def test_the_readmes_answer_has_the_shape_of_the_real_one(hub: Caller) -> None:
    query, answer = block("graphql"), json.loads(block("json"))
    assert shape(answer["data"]) == shape((await hub.ask(query)).data)
