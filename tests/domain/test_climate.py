"""The climate programme in the graph: actions with their tasks and indicators, and how old each is."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from hub.app import create_app, running
from hub.records.climate import ClimateIndicator, ClimateTask, ClimateTasks, Measured, TaskState
from hub.records.core import LocalizedText, Record, Ref
from hub.settings import parse
from tests import made

SETTINGS = '[sources.kw]\nconnector = "kausal"\nurl = "https://climate.example/"\nlicense = "CC BY 4.0"'
LOANS = ClimateIndicator(
    ref=Ref("climate_indicator", "kw", "301"),
    read_at=made.NOW,
    name=LocalizedText(fi="Lainaukset"),
    unit="kpl",
    latest=Measured(date=date(2025, 12, 31), value=13.9),
)
LIBRARY = made.climate_action(
    "116",
    "Kirjasto on jakamistalouden suunnannäyttäjä",
    status=LocalizedText(fi="Aikataulussa", sv="I tid"),
    responsible=(LocalizedText(fi="Kaupunginkirjasto"),),
    indicators=(LOANS.ref, Ref("climate_indicator", "kw", "not public")),
    url="https://climate.example/actions/116",
)
TASKS = ClimateTasks(
    ref=Ref("climate_tasks", "kw", "plan:116"),
    read_at=made.at(8),
    action=LIBRARY.ref,
    tasks=(ClimateTask(name=made.fi("Esineet"), state=TaskState.IN_PROGRESS, due_on=date(2026, 12, 31)),),
)
SPACES = made.climate_action("119", "Tilojen yhteiskäyttö", status_key="MERGED", merged_into=LIBRARY.ref)
TRAFFIC = made.climate_action("12", "Pyöräily", status_key="LATE", description=made.fi("<p>Reittejä kirjastoille</p>"))
LISTED = """query($filter: ClimateActionFilter) { climateActions(filter: $filter) {
  totalCount nodes { identifier } answers { source { name } state }
} }"""
WHOLE = """query($id: ID!) { node(id: $id) { id ... on ClimateAction {
  identifier name { text } status { text } statusKey url
  tasks { name { text } state dueOn } tasksFetchedAt
  indicators { name { text } latest { value date } unit }
  mergedInto { identifier }
  provenance { source { name } recordId license fetchedAt }
} } }"""


@pytest.fixture
def ask(tmp_path: Path) -> Any:
    async def asked(query: str, *records: Record, **variables: Any) -> Any:
        writer = made.in_folder(tmp_path)
        made.put(writer, *records)
        writer.close()
        settings = parse(f'[hub]\ndata_dir = "{tmp_path}"\n{SETTINGS}')
        async with (
            running(create_app(settings, clock=lambda: made.NOW)) as app,
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hub") as client,
        ):
            answer = (await client.post("/graphql", json={"query": query, "variables": variables})).json()
        assert "errors" not in answer, answer
        return answer["data"]

    return asked


async def test_an_action_has_its_tasks_and_indicators_and_says_how_old_they_are(ask: Any) -> None:
    found = await ask(WHOLE, LIBRARY, TASKS, LOANS, id=LIBRARY.ref.gid)

    assert found["node"] == {
        "id": LIBRARY.ref.gid,
        "identifier": "116",
        "name": {"text": "Kirjasto on jakamistalouden suunnannäyttäjä"},
        "status": {"text": "Aikataulussa"},
        "statusKey": "ON_TIME",
        "url": "https://climate.example/actions/116",
        "tasks": [{"name": {"text": "Esineet"}, "state": "IN_PROGRESS", "dueOn": "2026-12-31"}],
        "tasksFetchedAt": "2026-11-22T10:00:00+02:00",
        "indicators": [
            {"name": {"text": "Lainaukset"}, "latest": {"value": 13.9, "date": "2025-12-31"}, "unit": "kpl"}
        ],
        "mergedInto": None,
        "provenance": {
            "source": {"name": "kw"},
            "recordId": "plan:116",
            "license": "CC BY 4.0",
            "fetchedAt": "2026-11-22T11:00:00+02:00",
        },
    }


async def test_what_was_not_read_yet_is_empty_and_has_no_age(ask: Any) -> None:
    found = (await ask(WHOLE, LIBRARY, SPACES, id=SPACES.ref.gid))["node"]

    assert (found["tasks"], found["tasksFetchedAt"], found["indicators"]) == ([], None, [])
    assert found["mergedInto"] == {"identifier": "116"}


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        ({}, ["116", "12", "119"]),  # by name
        ({"text": "kirjasto"}, ["116", "12"]),  # in a description too, in another form
        ({"text": "kaupunginkirjasto"}, ["116"]),  # who answers for it
        ({"statuses": ["LATE", "MERGED"]}, ["12", "119"]),
        ({"text": "kirjasto", "statuses": ["LATE"]}, ["12"]),
        ({"text": "merenkulku"}, []),
    ],
)
async def test_actions_are_found_by_words_and_status(wanted: dict[str, Any], numbers: list[str], ask: Any) -> None:
    found = (await ask(LISTED, LIBRARY, SPACES, TRAFFIC, filter=wanted))["climateActions"]

    assert [node["identifier"] for node in found["nodes"]] == numbers
    assert found["totalCount"] == len(numbers)
    assert [answer["source"]["name"] for answer in found["answers"]] == ["kw"]


async def test_actions_and_indicators_are_entities(ask: Any) -> None:
    entities = """query($wanted: [_Any!]!) { _entities(representations: $wanted) {
      ... on ClimateAction { identifier } ... on ClimateIndicator { unit } } }"""
    wanted = [
        {"__typename": "ClimateAction", "id": LIBRARY.ref.gid},
        {"__typename": "ClimateIndicator", "id": LOANS.ref.gid},
    ]

    assert await ask(entities, LIBRARY, LOANS, wanted=wanted) == {"_entities": [{"identifier": "116"}, {"unit": "kpl"}]}
