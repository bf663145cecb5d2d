from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import httpx
import msgspec
import pytest

from hub.connectors.decisions import Decisions
from hub.fetch import Ask, Fetch, Source
from hub.records.core import LocalizedText
from hub.sandbox.conformance import differences
from hub.sandbox.decisions.made import made
from hub.sandbox.decisions.recorded import SAMPLES, kept_request, recorded, recordings
from hub.sandbox.decisions.standin import Rows, app
from hub.sandbox.generator import make_city
from hub.sandbox.standin import Recording

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
SEARCH = "/paatokset_decisions/_search"


async def ask(rows: Rows, body: bytes | dict[str, Any], path: str = SEARCH) -> httpx.Response:
    content = body if isinstance(body, bytes) else msgspec.json.encode(body)
    transport = httpx.ASGITransport(app=app(rows, lambda: NOW))
    async with httpx.AsyncClient(transport=transport, base_url="http://decisions") as client:
        return await client.post(path, content=content)


@pytest.mark.parametrize("recording", list(recordings()), ids=lambda recording: recording.name)
async def test_the_stand_in_answers_as_the_contract_has_it(recording: Recording) -> None:
    reply = await ask(recorded(), recording.body or b"", recording.path)

    assert differences(recording, reply.status_code, reply.headers.get("content-type"), reply.content) == []


def test_every_sample_of_an_answer_is_one_of_the_recordings() -> None:
    answers = {path.stem for path in SAMPLES.glob("*.json")} - {"paatokset_search_request_body"}

    assert answers == {one.name for one in recordings()}


async def test_the_kept_request_is_understood() -> None:
    found = (await ask(recorded(), kept_request())).json()

    assert [hit["fields"]["subject"] for hit in found["hits"]["hits"]] == [
        ["Vallilan kirjaston peruskorjauksen hankesuunnitelma"]
    ]
    assert found["aggregations"] == {"total_issues": {"value": 1}}


async def test_other_paths_are_refused_and_so_is_what_lies_too_far() -> None:
    assert (await ask(recorded(), {}, "/policymakers/_doc/1")).status_code == 403
    assert (await ask(recorded(), {"from": 9_995, "size": 10})).status_code == 400


async def test_a_collapsed_case_counts_in_the_total_all_the_same() -> None:
    rows = made(make_city(date(2026, 11, 22)))
    plain = (await ask(rows, {"size": 0})).json()["hits"]
    collapsed = (await ask(rows, {"size": 9000, "collapse": {"field": "unique_issue_id"}})).json()["hits"]

    assert collapsed["total"] == plain["total"]
    assert len(collapsed["hits"]) < plain["total"]["value"]


async def test_a_persons_decisions_are_there_and_the_connector_asks_for_none() -> None:
    rows = made(make_city(date(2026, 11, 22)))
    source = Source(name="d", id="d", connector="decisions", url="http://decisions/", title=LocalizedText(fi="P"))
    page = Decisions(source).decisions(Ask(now=NOW))
    assert isinstance(page, Fetch)
    whole = await ask(rows, {"size": 9000, "fields": ["organization_name"]})
    asked = await ask(rows, page.request.body or b"")

    assert "Keksitty Henkilö" in whole.text
    assert asked.json()["hits"]["hits"]
    assert "Keksitty Henkilö" not in asked.text
    assert "Yksikön päällikkö" not in asked.text
