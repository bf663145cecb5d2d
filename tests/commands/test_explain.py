"""`hub explain`: what a query would read and ask, told without running it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from hub.cli import app

OPERATIONS = Path(__file__).parents[1] / "stories" / "operations"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Two sources that nobody may ask: their addresses lead nowhere."""
    file = tmp_path / "hub.toml"
    file.write_text(
        f'[hub]\ndata_dir = "{tmp_path / "var"}"\n'
        '[sources.finna]\nurl = "https://finna.invalid/"\n'
        '[sources.kirkanta]\nurl = "https://kirkanta.invalid/"\n'
        '[sources.sierra]\nurl = "https://sierra.invalid/"\nenabled = true\ncredentials_env = "NO_KEY"\n'
    )
    return file


def explained(config: Path, query: str, *options: str) -> Result:
    file = config.with_name("query.graphql")
    file.write_text(query)
    return CliRunner().invoke(app, ["explain", str(file), "--config", str(config), *options])


def steps(config: Path, query: str, *options: str) -> dict[str, dict[str, Any]]:
    result = explained(config, query, "--json", *options)
    assert result.exit_code == 0, result.stderr
    return {step["path"]: step for step in json.loads(result.stdout)}


def test_what_costs_something_is_told_with_its_sources_and_for_how_many_rows(config: Path) -> None:
    query = """query Q($many: Int = 5) {
      libraries: places(filter: { kinds: [LIBRARY] }, first: $many) { nodes { ...P } }
    }
    fragment P on Place { name { text } openingHours(from: "2026-11-18", to: "2026-11-19") { date } }"""
    told = steps(config, query)
    assert told.keys() == {"libraries", "libraries.nodes.openingHours"}
    assert told["libraries.nodes.openingHours"] == {
        "path": "libraries.nodes.openingHours",
        "gives": "[OpeningDay!]",
        "served": "index, all rows at once",
        "by": "places.opening_hours",
        "rows": 5,
        "reads": [{"source": "kirkanta", "kinds": ["opening_day"], "state": None, "age_seconds": None}],
        "asks": [],
    }
    assert steps(config, query, "--variables", '{"many": 30}')["libraries.nodes.openingHours"]["rows"] == 30


@pytest.mark.parametrize(
    ("arguments", "asked"),
    [
        ('(filter: { text: "Sinuhe" })', [{"source": "finna", "requests": 2}]),
        ('(filter: { formats: [OBJECT], text: "pora" })', []),
        ("(filter: { formats: [OBJECT], publishedFrom: 2020 })", [{"source": "finna", "requests": 2}]),
    ],
)
def test_the_catalogue_is_asked_unless_the_index_has_it_all(config: Path, arguments: str, asked: list[Any]) -> None:
    told = steps(config, f"{{ catalogue{arguments} {{ nodes {{ title {{ text }} }} }} }}")
    assert told["catalogue"]["asks"] == asked


def test_a_search_for_each_row_is_made_for_five_rows_at_most(config: Path) -> None:
    told = steps(config, "{ places(first: 50) { nodes { catalogue { totalCount } } } }")
    assert (told["places.nodes.catalogue"]["rows"], told["places.nodes.catalogue"]["served"]) == (
        50,
        "a search for each row",
    )
    assert told["places.nodes.catalogue"]["asks"] == [{"source": "finna", "requests": 10}]


@pytest.mark.parametrize(("first", "requests"), [(20, 1 * 4 + 2), (21, 2 * 4 + 2), (100, 5 * 4 + 2)])
def test_shelves_are_asked_for_many_records_at_once(config: Path, first: int, requests: int) -> None:
    query = f"{{ catalogue(filter: {{ formats: [OBJECT] }}, first: {first}) {{ nodes {{ holdings {{ state }} }} }} }}"
    asks = steps(config, query)["catalogue.nodes.holdings"]["asks"]
    assert asks == [{"source": "sierra", "requests": requests}]


def test_what_is_left_out_by_a_directive_is_left_out_here(config: Path) -> None:
    query = "query Q($with: Boolean!) { places @include(if: $with) { totalCount } districts { places { totalCount } } }"
    assert "places" not in steps(config, query, "--variables", '{"with": false}')
    told = steps(config, query, "--variables", '{"with": true}')
    assert told["places.totalCount"]["rows"] == 1
    assert told["districts.places"]["rows"] is None, "how many districts there are, nobody can tell before"


@pytest.mark.parametrize(
    ("query", "options", "said"),
    [
        ("{\n  places { nodes { nmae } }\n}", [], "query.graphql:2:20: Cannot query field 'nmae'"),
        ("{\n  places {", [], "query.graphql:2:11: Syntax Error"),
        ("query A { sources { name } } query B { sources { name } }", [], "there are A, B"),
        ("query A { sources { name } } query B { sources { name } }", ["--operation", "C"], "there are A, B"),
        (
            "query Q($a: Int!) { places(first: $a) { totalCount } }",
            ["--variables", "{}"],
            "query.graphql:1:9: Variable",
        ),
        ("{\n  places(first: 500) { totalCount }\n}", [], "query.graphql:2:3: first: 500 is not between 1 and 100"),
        ("{ sources { name } }", ["--variables", "[1]"], "--variables: a JSON object is expected"),
        ("{ sources { name } }", ["--variables", "{"], "--variables: not JSON"),
        ("{ " + "places { nodes { district { places { nodes { district { " * 3 + "id" + " }" * 19, [], "deep"),
    ],
)
def test_a_wrong_query_is_refused_with_line_and_column(config: Path, query: str, options: list[str], said: str) -> None:
    result = explained(config, query, *options)
    assert result.exit_code == 1
    assert said in result.stderr


def test_a_file_that_is_not_there_is_a_misuse(config: Path) -> None:
    result = CliRunner().invoke(app, ["explain", str(config.with_name("none")), "--config", str(config)])
    assert result.exit_code == 2
    assert "can't be read" in result.stderr


def test_for_people_it_is_a_table_that_ends_with_the_requests(config: Path) -> None:
    asking = explained(config, '{ catalogue(filter: { text: "Sinuhe" }) { nodes { title { text } } } }')
    assert "Requests at most: finna 2." in asking.stdout
    silent = explained(config, "{ places { nodes { name { text } } } }")
    assert "No service is asked" in silent.stdout


@pytest.mark.parametrize("file", sorted(OPERATIONS.glob("*.graphql")), ids=lambda file: file.stem)
def test_every_operation_of_our_users_can_be_explained(config: Path, file: Path) -> None:
    result = CliRunner().invoke(app, ["explain", str(file), "--config", str(config), "--json"])
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)
