"""Kausal Watch's stand-in, held to its recordings."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from hub.connectors.kausal import Kausal
from hub.fetch import Ask, Joined, Reply, Source
from hub.records.climate import TaskState
from hub.records.core import LocalizedText
from hub.sandbox.conformance import differences
from hub.sandbox.generator import make_city
from hub.sandbox.kausal.made import made
from hub.sandbox.kausal.recorded import LEFT_OUT, SAMPLES, recorded, recordings
from hub.sandbox.kausal.standin import Row, Rows, answered, app
from hub.sandbox.making.climate import actions
from hub.sandbox.standin import Recording

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
BASE = "http://kausal/v1/graphql/"
QUERY = """query Q($plan: ID!, $lang: String!) @locale(lang: $lang) {
  planActions(plan: $plan, orderBy: "identifier") { identifier name statusSummary { label } }
}"""


def client(rows: Rows) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app(rows, lambda: NOW)), base_url="http://kausal")


def ask(rows: Rows, query: str, header: str | None = None, **variables: Any) -> Row:
    return answered(rows, {"query": query, "variables": variables}, header)


@pytest.mark.parametrize("recording", list(recordings()), ids=lambda recording: recording.name)
async def test_the_stand_in_answers_as_it_was_recorded(recording: Recording) -> None:
    async with client(recorded()) as kausal:
        reply = await kausal.request(
            recording.method, recording.path, headers=dict(recording.headers), content=recording.body
        )

    assert differences(recording, reply.status_code, reply.headers.get("content-type"), reply.content) == []


def test_every_sample_is_one_of_the_recordings_or_left_out_with_a_reason() -> None:
    samples = {path.name for path in SAMPLES.glob("*.json")} - {"index.json"}

    assert samples == {recording.name for recording in recordings()} | LEFT_OUT.keys()


async def test_a_body_that_is_no_json_is_a_400_in_words() -> None:
    async with client(recorded()) as kausal:
        reply = await kausal.post("/v1/graphql/", content=b"{")

    assert (reply.status_code, reply.headers["content-type"].split(";")[0]) == (400, "text/plain")


def test_a_text_without_a_translation_comes_in_finnish() -> None:
    rows = made(make_city(NOW.date()))
    english = {row["identifier"]: row for row in ask(rows, QUERY, **_plan("en"))["data"]["planActions"]}

    assert english["116"]["name"] == "The library leads the way in the sharing economy"
    assert english["61"]["name"] == "Ilmastokasvatus kouluissa"


def test_an_unknown_plan_is_null_and_in_the_header_it_fails_every_query() -> None:
    assert ask(recorded(), QUERY, **_plan("fi", "nowhere")) == {"data": {"planActions": None}}
    assert ask(recorded(), "{ plans { id } }", "nowhere")["data"] is None


def test_a_field_that_this_server_lacks_does_not_validate() -> None:
    rows = recorded()
    rows.lacks = frozenset({("Action", "name")})

    (problem,) = ask(rows, QUERY, **_plan("fi"))["errors"]
    assert problem["message"] == "Cannot query field 'name' on type 'Action'."


async def test_what_the_connector_asks_for_holds_no_person() -> None:
    rows = made(make_city(NOW.date()))
    whole = ask(rows, '{ planActions(plan: "hnh2035") { contactPersons { person { lastName } } } }')
    assert "Henkilö" in json.dumps(whole, ensure_ascii=False)

    source = Source(name="k", id="k", connector="kausal", url=BASE, title=LocalizedText(en="Kausal"))
    kausal = Kausal(source)
    for wanted in (kausal.actions(Ask(now=NOW)), kausal.tasks(Ask(now=NOW)), kausal.indicators(Ask(now=NOW))):
        page = await _read(rows, wanted)
        assert page.items
        assert page.dropped == ()
        assert "Henkilö" not in repr(page)


async def _read(rows: Rows, wanted: Joined[Any]) -> Any:
    values = []
    async with client(rows) as kausal:
        for part in wanted.parts:
            asked = part.request
            answer = await kausal.post("/v1/graphql/", headers=dict(asked.headers), content=asked.body)
            values.append(
                part.parse(
                    Reply(
                        source=part.source,
                        request=asked,
                        status=answer.status_code,
                        headers={},
                        body=answer.content,
                        read_at=NOW,
                    )
                )
            )
    return wanted.merge(values)


def _plan(lang: str, plan: str = "hnh2035") -> dict[str, str]:
    return {"lang": lang, "plan": plan}


# the made programme


def test_the_programme_moves_with_the_day_and_keeps_its_numbers() -> None:
    early, late = actions(date(2026, 1, 15)), actions(date(2026, 8, 15))

    assert [one.identifier for one in early] == [one.identifier for one in late]
    assert early != late


def test_on_any_day_tasks_of_every_usual_state_are_there() -> None:
    for days in range(0, 730, 61):
        today = date(2026, 1, 1) + timedelta(days=days)
        states = {task.state for action in actions(today) for task in action.tasks}
        assert states >= {TaskState.COMPLETED, TaskState.IN_PROGRESS, TaskState.NOT_STARTED}, today
