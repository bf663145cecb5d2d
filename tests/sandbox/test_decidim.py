from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import graphql
import httpx
import pytest

from hub.connectors.decidim import Decidim
from hub.fetch import Ask, Page, Reply, Source
from hub.records.core import LocalizedText, Point, Ref
from hub.records.participation import BudgetingProcess, BudgetProject, Proposal
from hub.sandbox.city import (
    City,
    MadeBudget,
    MadeIdea,
    MadeMilestone,
    MadePhase,
    MadePlan,
    MadeProject,
    MadeResult,
    MadeRound,
    MadeScope,
    Text,
)
from hub.sandbox.conformance import differences
from hub.sandbox.decidim.made import made
from hub.sandbox.decidim.recorded import LEFT_OUT, SAMPLES, recorded, recordings
from hub.sandbox.decidim.standin import Cost, Rows, app
from hub.sandbox.standin import Recording

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SITE = "http://decidim/"


def client(rows: Rows, *, per_minute: int | None = None, now: datetime = NOW) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app(rows, lambda: now, per_minute=per_minute))
    return httpx.AsyncClient(transport=transport, base_url=SITE)


async def post(rows: Rows, query: str, variables: dict[str, Any] | None = None) -> Any:
    async with client(rows) as decidim:
        reply = await decidim.post("/api", json={"query": query, "variables": variables or {}})
    assert reply.status_code == 200
    return reply.json()


@pytest.mark.parametrize("recording", list(recordings()), ids=lambda recording: recording.name)
async def test_the_stand_in_answers_as_it_was_recorded(recording: Recording) -> None:
    async with client(recorded()) as decidim:
        reply = await decidim.request(
            recording.method, recording.path, content=recording.body, headers=list(recording.headers)
        )

    assert differences(recording, reply.status_code, reply.headers.get("content-type"), reply.content) == []


def test_every_sample_is_a_recording_or_left_out_for_a_reason() -> None:
    samples = {path.name for path in SAMPLES.glob("*.json")} - {"index.json"}

    assert {recording.name for recording in recordings()} | set(LEFT_OUT) == samples


@pytest.mark.parametrize(
    ("operation", "complexity", "depth"),
    [  # as the contract measured them with the real engine
        ("HubProcesses", 60, 5),
        ("HubBudgets", 515, 8),
        ("HubBudgetProjects", 67, 8),
        ("HubProposals", 1037, 8),
        ("HubIdeas", 837, 8),
        ("HubPlans", 1212, 9),
        ("HubResults", 1970, 8),
        ("HubScopes", 18, 6),
    ],
)
def test_a_query_costs_what_the_real_engine_measured(operation: str, complexity: int, depth: int) -> None:
    document = graphql.parse((SAMPLES / "queries.graphql").read_text(encoding="utf-8"))
    cost = Cost(document, {"first": 25})
    node = graphql.get_operation_ast(document, operation)

    assert node is not None
    assert (cost.of(node), cost.depth(node.selection_set)) == (complexity, depth)


def ideas(count: int) -> Rows:
    rows = recorded()
    first = rows.components["201"]["ideas"][0]
    rows.components["201"]["ideas"] = [first | {"id": str(1000 - n)} for n in range(count)]
    return rows


IDEAS = """query ($first: Int, $after: String) { component(id: "201") { ... on Ideas {
  ideas(first: $first, after: $after, order: { id: "asc" }) {
    pageInfo { hasNextPage endCursor } edges { cursor node { id } } } } } }"""


async def test_a_page_is_cut_to_fifty_without_a_word() -> None:
    answer = await post(ideas(60), IDEAS, {"first": 100})

    listed = answer["data"]["component"]["ideas"]
    assert "errors" not in answer
    assert len(listed["edges"]) == 50
    assert listed["pageInfo"] == {"hasNextPage": True, "endCursor": "NTA"}
    assert listed["edges"][0] == {"cursor": "MQ", "node": {"id": "941"}}  # ordered by number, not by letter


async def test_the_pages_hold_every_row_once() -> None:
    seen: list[str] = []
    after = None
    while True:
        listed = (await post(ideas(60), IDEAS, {"first": 7, "after": after}))["data"]["component"]["ideas"]
        seen += [edge["node"]["id"] for edge in listed["edges"]]
        if not listed["pageInfo"]["hasNextPage"]:
            break
        after = listed["pageInfo"]["endCursor"]

    assert seen == [str(n) for n in range(941, 1001)]


async def test_a_cursor_that_is_none_fails_its_list_alone() -> None:
    answer = await post(recorded(), IDEAS, {"after": "!!"})

    assert answer["data"] == {"component": {"ideas": None}}
    assert answer["errors"][0]["path"] == ["component", "ideas"]


async def test_withdrawn_plans_are_left_out_unless_asked_for() -> None:
    rows = recorded()
    rows.components["202"]["plans"][0]["state"] = "withdrawn"
    query = """query ($filter: PlanFilter) { component(id: "202") { ... on Plans {
      plans(filter: $filter) { edges { node { id } } } } } }"""

    usual = await post(rows, query)
    asked = await post(rows, query, {"filter": {"state": ["withdrawn"]}})

    def ids(answer: Any) -> list[str]:
        return [edge["node"]["id"] for edge in answer["data"]["component"]["plans"]["edges"]]

    assert (ids(usual), ids(asked)) == (["1311", "1312"], ["1310"])


async def test_published_since_is_inclusive_and_before_is_not() -> None:
    query = "query ($filter: ParticipatoryProcessFilter) { participatoryProcesses(filter: $filter) { id } }"

    since = await post(recorded(), query, {"filter": {"publishedSince": "2023-09-25"}})
    before = await post(recorded(), query, {"filter": {"publishedBefore": "2023-09-25"}})

    assert since["data"]["participatoryProcesses"] == [{"id": "31"}]
    assert before["data"]["participatoryProcesses"] == [{"id": "28"}]


async def test_an_undefined_field_is_named_with_its_path_through_the_querys_text() -> None:
    answer = await post(
        recorded(),
        'query A { component(id: "1") { ...B } } fragment B on Ideas { ideas { nodes: edges { node { likes } } } }',
    )

    assert answer == {
        "errors": [
            {
                "message": "Field 'likes' doesn't exist on type 'Idea'",
                "locations": [{"line": 1, "column": 93}],
                "path": ["fragment B", "ideas", "nodes", "node", "likes"],
                "extensions": {"code": "undefinedField", "typeName": "Idea", "fieldName": "likes"},
            }
        ]
    }


async def test_votes_and_people_are_hidden() -> None:
    answer = await post(
        recorded(),
        '{ session { user { name } } component(id: "203") { ... on Budgets { budget(id: "31") {'
        " projects { stats { key } comments { id } } } } } }",
    )

    assert answer["data"]["session"] is None
    assert answer["data"]["component"]["budget"]["projects"][0] == {"stats": [], "comments": []}


async def test_without_a_json_content_type_the_query_is_not_read() -> None:
    async with client(recorded()) as decidim:
        reply = await decidim.post("/api", content=b'{"query": "{ decidim { version } }"}')

    assert reply.json() == {"errors": [{"message": "No query string was present"}]}


async def test_the_throttle_says_so_in_plain_text_until_the_minute_is_over() -> None:
    clock = [NOW]
    transport = httpx.ASGITransport(app=app(recorded(), lambda: clock[0], per_minute=2))
    async with httpx.AsyncClient(transport=transport, base_url=SITE) as decidim:
        statuses = []
        for wait in (0, 1, 2, 60):
            clock[0] = NOW + timedelta(seconds=wait)
            reply = await decidim.post("/api", json={"query": "{ decidim { version } }"})
            statuses.append((reply.status_code, reply.headers["content-type"].split(";")[0]))

    assert statuses == [
        (200, "application/json"),
        (200, "application/json"),
        (429, "text/plain"),
        (200, "application/json"),
    ]


# the made city


def at(day: date, clock: time = time(12)) -> datetime:
    return datetime.combine(day, clock, UTC)


def city(*, selected: bool | None, vote_ends: date) -> City:
    today = NOW.date()
    made_round = MadeRound(
        id=7,
        slug="osbu-made",
        title=Text("Kierros", None, "Round"),
        description=Text("Kuvaus"),
        starts_on=date(2026, 1, 1),
        ends_on=date(2027, 12, 31),
        phases=(
            MadePhase(
                id=1,
                title=Text("Äänestys", "Omröstning"),
                starts_at=at(date(2026, 10, 1), time(6)),
                ends_at=at(vote_ends, time(22)),  # local midnight
                active=True,
            ),
        ),
        components={"Ideas": 71, "Plans": 72, "Budgets": 73, "Accountability": 74},
        categories=((5, Text("Kulttuuri", "Kultur")),),
        ideas=(
            MadeIdea(
                id=101, title="Soittimia", body="Lainaksi.", scope=2, category=5, state=None, lat=60.2, lon=24.9,
                address="Katu 1", supports=4, created_at=at(date(2026, 2, 1)),
            ),
        ),
        plans=(
            MadePlan(
                id=201, title=Text("Soitinlainaamo"), body=Text("Kuvaus"), scope=2, category=5, state="accepted",
                lat=60.2, lon=24.9, supports=9, ideas=(101,), created_at=at(date(2026, 3, 1)),
            ),
        ),
        budgets=(MadeBudget(id=301, scope=2, title=Text("Kallio"), total_euros=1000),),
        projects=(
            MadeProject(
                id=401, budget=301, title=Text("Soitinlainaamo"), description=Text("Kuvaus"), scope=2, category=5,
                euros=500, selected=selected, plans=(201,), created_at=at(date(2026, 9, 1)),
            ),
        ),
        results=(
            MadeResult(
                id=501, project=401, title=Text("Soitinlainaamo"), description=Text("Kuvaus"), scope=2, category=5,
                status_key="progress", status=Text("Toteutus"), progress=60.0, start=date(2026, 11, 1), end=None,
                timeline=(MadeMilestone(id=1, entry_date=date(2026, 11, 1), title=Text("Alkaa")),),
                created_at=at(date(2026, 11, 1)),
            ),
        ),
    )  # fmt: skip
    return City(
        today=today, areas=(), places=(), services=(), rooms=(), keywords=(), organisations=(), events=(), series=(),
        works=(),
        scopes=(
            MadeScope(id=1, name=Text("Koko Helsinki", "Hela Helsingfors"), parent=None),
            MadeScope(id=2, name=Text("Keskinen"), parent=None),
            MadeScope(id=3, name=Text("Kallio"), parent=2),
        ),
        rounds=(made_round,),
    )  # fmt: skip


SOURCE = Source(name="omastadi", id="os", connector="decidim", url=SITE, title=LocalizedText(fi="OmaStadi"))


async def harvested(rows: Rows) -> dict[str, list[Any]]:
    """What the connector reads of the stand-in, by kind."""
    connector = Decidim(SOURCE)
    found: dict[str, list[Any]] = {}
    async with client(rows) as decidim:
        for collection in connector.collections():
            blocks: list[tuple[str, ...]] = [()]
            if collection.per is not None and collection.per_filter is not None:
                blocks = [(part.ref.key,) for part in found[collection.per] if collection.per_filter(part)]
            for keys in blocks:
                after = None
                while True:
                    fetch: Any = collection.pages(Ask(now=NOW, after=after, keys=keys))
                    answer = await decidim.post(
                        fetch.request.url, headers=list(fetch.request.headers), content=fetch.request.body
                    )
                    page: Page[Any] = fetch.parse(
                        Reply(
                            source=SOURCE,
                            request=fetch.request,
                            status=answer.status_code,
                            headers=dict(answer.headers),
                            body=answer.content,
                            read_at=NOW,
                        )
                    )
                    assert page.dropped == ()
                    found.setdefault(collection.kind, []).extend(page.items)
                    if (after := page.next) is None:
                        break
    return found


async def test_the_made_rounds_are_read_back_with_their_links() -> None:
    found = await harvested(made(city(selected=True, vote_ends=date(2026, 10, 31))))

    (made_round,) = found["budgeting_process"]
    assert isinstance(made_round, BudgetingProcess)
    assert made_round.url == f"{SITE}processes/osbu-made"
    assert made_round.phases[0].ends_at == datetime(2026, 10, 31, 22, tzinfo=UTC)
    assert [area.parent for area in found["budgeting_area"]] == [None, None, Ref("budgeting_area", "os", "2")]
    (project,) = found["budget_project"]
    assert isinstance(project, BudgetProject)
    assert (project.budget_cents, project.is_selected) == (50_000, True)
    assert project.linked == (Ref("proposal", "os", "plan:201"),)
    idea, plan = found["proposal"]
    assert isinstance(idea, Proposal)
    assert isinstance(plan, Proposal)
    assert (idea.title, idea.address) == (LocalizedText(other="Soittimia"), "Katu 1")
    assert plan.location == Point(lat=60.2, lon=24.9)
    assert plan.linked == (idea.ref,)
    (result,) = found["result"]
    assert result.linked == (project.ref,)
    assert (result.status_key, result.progress) == ("progress", 60.0)


async def test_the_made_vote_says_false_on_the_wire_and_nothing_in_the_record() -> None:
    rows = made(city(selected=None, vote_ends=date(2026, 12, 1)))

    found = await harvested(rows)

    assert rows.components["73"]["budgets"][0]["projects"][0]["selected"] is False
    assert [project.is_selected for project in found["budget_project"]] == [None]


async def test_a_process_that_is_no_round_stands_beside_the_made_ones() -> None:
    rows = made(city(selected=None, vote_ends=date(2026, 12, 1)))

    answer = await post(rows, '{ participatoryProcesses(order: { id: "asc" }) { slug components { __typename } } }')

    assert [process["slug"] for process in answer["data"]["participatoryProcesses"]] == [
        "osbu-made", "kaupunginosan-tulevaisuus",
    ]  # fmt: skip
