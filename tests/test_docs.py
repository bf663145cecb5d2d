"""The documents say what is: their tables are compared with the code, their links followed, their queries validated.

`tests/stories/test_the_documents_queries_run.py` sends the queries to the hub over the sandbox.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from graphql import parse, validate

from hub.connectors.registry import CONNECTORS
from hub.domain.answers import AnswerState
from hub.errors import HubError
from hub.fetch import Source
from hub.harvest.schedule import paces
from hub.index.crawls import State
from hub.records.core import LocalizedText
from hub.schema.errors import REQUEST_ERROR
from hub.schema.schema import schema
from hub.settings import Key, SourceSection, every_key, options

ROOT = Path(__file__).parents[1]
DOCS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
PATH = re.compile(r"`((?:hub|tests|docs|deploy|bench|\.ci)/[\w./-]*)`")
QUERY = re.compile(r"^```graphql\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| (?!---)(.+) \|$", re.MULTILINE)


def rows(text: str) -> list[list[str]]:
    """The cells of every table row, headings too; a bar inside a cell is written as `\\|`."""
    return [[cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", row)] for row in ROW.findall(text)]


def section(text: str, heading: str) -> str:
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"there is no section {heading!r}"
    return found[1]


def queries() -> Iterator[tuple[str, str]]:
    for document in DOCS:
        for number, query in enumerate(QUERY.findall(document.read_text(encoding="utf-8")), 1):
            yield f"{document.relative_to(ROOT)}:{number}", query


# -- links and names --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("document", DOCS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_between_documents_leads_somewhere(document: Path) -> None:
    links = [link for link in LINK.findall(document.read_text(encoding="utf-8")) if "://" not in link]
    lost = [link for link in links if not (document.parent / link.partition("#")[0]).exists()]
    assert lost == []


@pytest.mark.parametrize("document", DOCS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_that_is_named_is_there(document: Path) -> None:
    named = PATH.findall(document.read_text(encoding="utf-8"))
    lost = [name for name in named if "NAME" not in name and "NNNN" not in name and not (ROOT / name).exists()]
    assert lost == []


def test_what_comes_from_others_is_credited() -> None:
    credited = (ROOT / "NOTICE").read_text(encoding="utf-8")
    for samples in sorted((ROOT / "hub" / "sandbox").glob("*/samples")):
        assert (samples / "SOURCE.md").is_file(), f"{samples.parent.name}: where are the samples from?"
        assert re.search(rf"^(\w+, )*{samples.parent.name}\b", credited, re.MULTILINE), f"NOTICE: {samples.parent.name}"
    for data in sorted((ROOT / "hub" / "sandbox" / "geo").glob("*json")):
        assert re.search(rf"^{re.escape(data.name)}\b", credited, re.MULTILINE), f"NOTICE: {data.name}"


def test_decisions_are_numbered_without_a_gap_and_fit_on_a_page() -> None:
    decisions = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [int(path.name[:4]) for path in decisions] == list(range(1, len(decisions) + 1))
    for path in decisions:
        text = path.read_text(encoding="utf-8")
        assert text.startswith(f"# {int(path.name[:4])}. "), path.name
        assert len(text.splitlines()) <= 60, path.name
        assert [line for line in text.splitlines() if line.startswith("## ")] == [
            "## Context",
            "## Decision",
            "## What follows",
            "## Not chosen",
        ], path.name


# -- queries ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("where", "query"), [pytest.param(*each, id=each[0]) for each in queries()])
def test_every_query_in_the_documents_is_one_of_this_graph(where: str, query: str) -> None:
    assert validate(schema._schema, parse(query)) == []


def test_the_documents_show_queries() -> None:
    assert {where.partition(":")[0] for where, _ in queries()} >= {"README.md", "docs/graph.md"}


# -- upstreams --------------------------------------------------------------------------------------------------------


def said(pace: timedelta) -> str:
    for unit, name in ((timedelta(days=1), "d"), (timedelta(hours=1), "h"), (timedelta(minutes=1), "min")):
        if pace % unit == timedelta(0):
            return f"{pace // unit} {name}"
    return f"{pace.total_seconds():g} s"


@pytest.mark.parametrize("name", sorted(CONNECTORS))
def test_every_connector_has_a_section_with_the_paces_of_its_code(name: str) -> None:
    url = "https://upstream.example/" + ("events.ics" if CONNECTORS[name].IS_DOCUMENT else "")
    source = Source(name=name, id=name, connector=name, url=url, title=LocalizedText(fi=name))
    collections = list(CONNECTORS[name](source).collections())
    made = paces(source, collections)
    expected = {
        f"`{each.kind}`": (
            "–" if each.changes is None else said(made[each.kind].every),
            said(made[each.kind].full),
        )
        for each in collections
    }
    text = section((ROOT / "docs" / "upstreams.md").read_text(encoding="utf-8"), name)
    told = {kind: (changes, full) for kind, changes, full in rows(text) if kind.startswith("`")}
    assert told == expected


@pytest.mark.parametrize("name", sorted(CONNECTORS))
def test_every_connector_tells_licence_limits_identifiers_and_quirks(name: str) -> None:
    text = section((ROOT / "docs" / "upstreams.md").read_text(encoding="utf-8"), name)
    for subject in ("Licence", "Limits", "Identifiers", "Quirks"):
        assert f"- **{subject}**: " in text, f"{name}: {subject}"


# -- settings ---------------------------------------------------------------------------------------------------------


def default_of(key: Key) -> str:
    match key.default:
        case None:
            is_required = key.section == "sources.NAME" and SourceSection.model_fields[key.name].is_required()
            return "required" if is_required else "unset"
        case bool() as truth:
            return f"`{str(truth).lower()}`"
        case timedelta() as duration:
            return f'`"{said(duration).replace(" ", "")}"`'
        case tuple() as many:
            return "`[" + ", ".join(f'"{one}"' for one in many) + "]`"
        case str() as text:
            return f'`"{text}"`'
        case other:
            return f"`{other}`"


@pytest.mark.parametrize("part", ["hub", "cache", "sources.NAME"])
def test_every_setting_is_documented_with_its_default_its_variable_and_its_meaning(part: str) -> None:
    text = section((ROOT / "docs" / "settings.md").read_text(encoding="utf-8"), f"[{part}]")
    told = {name: rest for name, _, *rest in rows(text) if name.startswith("`")}
    assert told == {
        f"`{key.name}`": [default_of(key), *([f"`{key.variable}`"] if key.variable else []), key.description]
        for key in every_key()
        if key.section == part
    }


def test_the_variable_that_names_the_file_is_documented() -> None:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    for key in every_key():
        if key.section == "":
            assert f"`{key.variable}`" in text
            assert f"`{key.default}`" in text


def test_every_option_of_a_connector_is_documented() -> None:
    text = section((ROOT / "docs" / "settings.md").read_text(encoding="utf-8"), "Options of connectors")
    told = {(connector, option) for connector, option, *_ in rows(text) if connector.startswith("`")}
    assert told == {(f"`{name}`", f"`{option}`") for name, keys in options().items() for option in keys}


# -- errors and states ------------------------------------------------------------------------------------------------


def ours(error: type[HubError] = HubError) -> Iterator[type[HubError]]:
    yield error
    for below in error.__subclasses__():
        if below.__module__.startswith("hub."):
            yield from ours(below)


def test_every_error_code_is_documented_with_whether_to_try_again() -> None:
    text = section((ROOT / "docs" / "errors.md").read_text(encoding="utf-8"), "Codes")
    told = {code.strip("`"): again for code, again, _ in rows(text) if code.startswith("`")}
    # what a caller never sees is told to the operator: the hub does not start
    seen = {error.code: error.retryable for error in ours() if error.code != "BAD_SETTINGS"}
    expected = {code: "yes" if retryable else "no" for code, retryable in seen.items()}
    assert told == {**expected, "INTERNAL": "yes", REQUEST_ERROR: "no"}


def test_every_state_of_an_answer_and_of_a_collection_is_documented() -> None:
    text = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    for heading, states in (("States of an answer", AnswerState), ("States of a collection", State)):
        told = [cells[0] for cells in rows(section(text, heading)) if cells[0].startswith("`")]
        assert sorted(told) == sorted(f"`{state}`" for state in states), heading
