"""Bad input gets a clear error that names what was wrong; the other fields keep their data."""

from __future__ import annotations

from typing import Any

import pytest

from hub.records.core import Ref
from tests.stories.hub import Caller

KALLIO = Ref("area", "servicemap", "kaupunginosa:kallio").gid
LIBRARY = 'good: place(tprekId: "8215") { name { text } }'


@pytest.mark.parametrize(
    ("field", "code", "words"),
    [
        ("bad: places(first: 0) { totalCount }", "BAD_INPUT", "first: 0"),
        ("bad: places(first: 1000) { totalCount }", "BAD_INPUT", "first: 1000"),
        ('bad: places(after: "nonsense") { totalCount }', "BAD_CURSOR", "nonsense"),
        (f'bad: place(id: "{KALLIO}") {{ id }}', "BAD_ID", "another kind"),
        (f'bad: spaces(filter: {{ places: ["{KALLIO}"] }}) {{ totalCount }}', "BAD_ID", "another kind"),
        ('bad: node(id: "nonsense") { id }', "BAD_ID", "nonsense"),
        ("bad: spaces(sort: DISTANCE) { totalCount }", "BAD_INPUT", "near"),
        ('bad: events(filter: { languages: ["xx"] }) { totalCount }', "BAD_INPUT", "xx"),
        ('bad: events(filter: { sources: ["nobody"] }) { totalCount }', "BAD_INPUT", "nobody"),
        (
            (
                'bad: events(filter: { startsAfter: "2026-11-20T00:00:00Z", startsBefore: "2026-11-19T00:00:00Z" })'
                " { totalCount }"
            ),
            "BAD_INPUT",
            "startsBefore",
        ),
        (
            (
                'bad: events(filter: { startsAfter: "2026-11-20T00:00:00Z",'
                ' overlaps: { from: "2026-11-20T00:00:00Z", to: "2026-11-21T00:00:00Z" } }) { totalCount }'
            ),
            "BAD_INPUT",
            "contradicts",
        ),
        (
            "bad: events(filter: { bbox: { west: 25, south: 60, east: 24, north: 61 } }) { totalCount }",
            "BAD_INPUT",
            "bbox",
        ),
        ("bad: places(filter: { near: { lat: 91, lon: 25 } }) { totalCount }", "BAD_INPUT", "lat: 91"),
        ("bad: spaces(filter: { people: 0 }) { totalCount }", "BAD_INPUT", "people"),
        ("bad: place { id }", "BAD_INPUT", "tprekId"),
    ],
)
async def test_a_bad_argument_costs_its_own_field_alone(hub: Caller, field: str, code: str, words: str) -> None:
    answered = await hub.ask(f"{{ {field} {LIBRARY} }}")
    assert answered.status == 200
    assert answered.data == {"bad": None, "good": {"name": {"text": "Kallion kirjasto"}}}
    (error,) = answered.errors
    assert error["path"] == ["bad"]
    assert error["extensions"] == {"code": code, "retryable": False}
    assert words in error["message"]


@pytest.mark.parametrize(
    ("query", "variables", "words"),
    [
        ("{ places(sort: SIDEWAYS) { totalCount } }", {}, "SIDEWAYS"),
        (
            "query($at: DateTime!) { events(filter: { startsAfter: $at }) { totalCount } }",
            {"at": "yesterday"},
            "yesterday",
        ),
        (
            "query($at: DateTime!) { events(filter: { startsAfter: $at }) { totalCount } }",
            {"at": "2026-11-20T10:00"},
            "offset",
        ),
        (
            '{ place(tprekId: "8215") { openingHours(from: "2026-02-30", to: "2026-03-01") { date } } }',
            {},
            "2026-02-30",
        ),
        ("{ places { totalCount ", {}, "Syntax"),
        ("{ nothing }", {}, "nothing"),
    ],
)
async def test_a_request_that_cannot_be_meant_is_refused_whole_and_says_why(
    hub: Caller, query: str, variables: dict[str, Any], words: str
) -> None:
    answered = await hub.ask(query, **variables)
    assert answered.status == 400
    assert answered.data == {}
    assert words in answered.errors[0]["message"]
    assert answered.errors[0]["extensions"]["code"] in {"BAD_REQUEST", "BAD_INPUT"}


async def test_one_bad_id_among_many_is_one_null(hub: Caller) -> None:
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }"
    library = Ref("library", "kirkanta", "84860").gid
    answered = await hub.ask(query, ids=[KALLIO, "nonsense", library])
    kinds = [node and node["__typename"] for node in answered.data["nodes"]]
    assert kinds == ["District", None, "Place"]
    assert [error["path"] for error in answered.errors] == [["nodes", 1]]


async def test_one_bad_reference_of_a_federated_graph_is_one_null(hub: Caller) -> None:
    query = """query($references: [_Any!]!) { _entities(representations: $references) {
      ... on Place { name { text } } ... on District { name { text } } } }"""
    references = [
        {"__typename": "Place", "tprekId": "8215"},
        {"__typename": "Nobody", "id": "x"},
        {"__typename": "Place", "id": "nonsense"},
        {"__typename": "District", "id": KALLIO},
        {"__typename": "Place", "tprekId": "51342"},
    ]
    answered = await hub.ask(query, references=references)
    found = [entity and entity["name"]["text"] for entity in answered.data["_entities"]]
    assert found == ["Kallion kirjasto", None, None, "Kallio", "Keskustakirjasto Oodi"]
    assert {error["extensions"]["code"] for error in answered.errors} == {"BAD_ID"}
    costs = []
    for times in (1, 5):
        before = hub.queries
        await hub.ask(query, references=references * times)
        costs.append(hub.queries - before)
    assert costs[0] == costs[1], "references are looked up together"
