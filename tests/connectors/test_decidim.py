from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import graphql
import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.connectors import decidim_queries as queries
from hub.connectors.decidim import Decidim
from hub.connectors.decidim_parts import HOLDS
from hub.connectors.decidim_values import results_are_out
from hub.connectors.decidim_wire import Step, Translated
from hub.errors import PayloadChanged, UpstreamRefused, UpstreamUnavailable
from hub.fetch import Ask, Fetch, Page, Reply, Source
from hub.records.core import LocalizedText, Point, Ref
from hub.records.participation import (
    Budget,
    BudgetingArea,
    BudgetingProcess,
    BudgetProject,
    Component,
    Milestone,
    Phase,
    Proposal,
    ProposalStage,
    Result,
)
from hub.sandbox.decidim.recorded import SAMPLES, recorded
from hub.sandbox.decidim.standin import Rows, app, schema

SITE = "https://omastadi.hel.fi/"
READ_AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
AUGUST = datetime(2024, 8, 20, 7, tzinfo=UTC)
SOURCE = Source(
    name="omastadi", id="omastadi", connector="decidim", url=SITE, title=LocalizedText(fi="OmaStadi"), per_minute=30
)
IDEAS, PLANS, BUDGETS, RESULTS, PROPOSALS = (
    "31:Ideas:201", "31:Plans:202", "31:Budgets:203", "31:Accountability:204", "28:Proposals:188",
)  # fmt: skip
ROUND = f"{SITE}processes/osbu-2023"
CENTRAL = Ref("budgeting_area", "omastadi", "12")
PROCESS = Ref("budgeting_process", "omastadi", "31")


def of(key: str, after: str | None = None) -> Ask:
    return Ask(now=READ_AT, after=after, keys=(key,))


def reply(fetch: Fetch[Any], body: bytes, read_at: datetime = READ_AT) -> Reply:
    return Reply(source=SOURCE, request=fetch.request, status=200, headers={}, body=body, read_at=read_at)


def sample(name: str) -> bytes:
    return (SAMPLES / f"{name}.json").read_bytes()


def within_round(name: str) -> Any:
    """The sample's answer beside what we ask of the round."""
    body = msgspec.json.decode(sample(name))
    body["data"]["participatoryProcess"] = msgspec.json.decode(sample("process-by-slug"))["data"][
        "participatoryProcess"
    ]
    return body


def parsed(fetch: Fetch[Page[Any]], body: Any, read_at: datetime = READ_AT) -> Page[Any]:
    return fetch.parse(reply(fetch, body if isinstance(body, bytes) else msgspec.json.encode(body), read_at))


def asked(fetch: Fetch[Any]) -> dict[str, Any]:
    body: dict[str, Any] = msgspec.json.decode(fetch.request.body or b"")
    return body


async def answered(fetch: Fetch[Page[Any]], rows: Rows, read_at: datetime = READ_AT) -> Reply:
    """The stand-in's reply."""
    request = fetch.request
    transport = httpx.ASGITransport(app=app(rows, lambda: READ_AT))
    async with httpx.AsyncClient(transport=transport, base_url=SITE) as client:
        answer = await client.request(
            request.method, request.full_url, headers=list(request.headers), content=request.body
        )
    return Reply(
        source=SOURCE,
        request=request,
        status=answer.status_code,
        headers=dict(answer.headers),
        body=answer.content,
        read_at=read_at,
    )


def text(fi: str, sv: str | None = None, en: str | None = None) -> LocalizedText:
    return LocalizedText(fi=fi, sv=sv, en=en)


# the request


def test_the_queries_go_to_api_under_the_site_as_json() -> None:
    request = Decidim(SOURCE).areas().request

    assert (request.method, request.url, request.params) == ("POST", f"{SITE}api", ())
    assert ("Content-Type", "application/json") in request.headers


def test_a_component_is_asked_by_its_key_fifty_at_a_time_after_the_last_cursor() -> None:
    fetch = Decidim(SOURCE).proposals(of(IDEAS, after="NTA"))

    assert asked(fetch)["variables"] == {"process": "31", "component": "201", "first": 50, "after": "NTA"}
    assert 'ideas(first: $first, after: $after, order: { id: "asc" })' in asked(fetch)["query"]


def test_projects_are_asked_one_budget_at_a_time() -> None:
    assert asked(Decidim(SOURCE).projects(of(BUDGETS)))["variables"]["first"] == 1


def every_fetch(connector: Decidim) -> list[Fetch[Page[Any]]]:
    return [
        connector.areas(),
        connector.processes(),
        connector.components(),
        connector.budgets(of(BUDGETS)),
        connector.projects(of(BUDGETS)),
        connector.results(of(RESULTS)),
        *(connector.proposals(of(key)) for key in (IDEAS, PLANS, PROPOSALS)),
    ]


def test_every_query_is_valid_in_the_upstreams_schema() -> None:
    for fetch in every_fetch(Decidim(SOURCE)):
        assert graphql.validate(schema(), graphql.parse(asked(fetch)["query"])) == []


# whole records


def test_scopes_become_areas_with_their_parents() -> None:
    page = parsed(Decidim(SOURCE).areas(), sample("scopes"))

    assert [area.ref.key for area in page.items] == ["10", "11", "12", "13", "14", "121", "122", "123"]
    assert page.items[0] == BudgetingArea(
        ref=Ref("budgeting_area", "omastadi", "10"),
        read_at=READ_AT,
        name=text("Koko Helsinki", "Hela Helsingfors", "The whole of Helsinki"),
        is_whole_city=True,
    )
    assert page.items[5] == BudgetingArea(
        ref=Ref("budgeting_area", "omastadi", "121"),
        read_at=READ_AT,
        name=text("Kallio", "Berghäll", "Kallio"),
        parent=CENTRAL,
    )


def test_a_process_becomes_a_round_with_its_phases() -> None:
    page = parsed(Decidim(SOURCE).processes(), sample("processes"))

    assert [item.ref.key for item in page.items] == ["28", "31"]  # 28 has proposals only, but is of the same group
    assert page.items[1] == BudgetingProcess(
        ref=PROCESS,
        read_at=READ_AT,
        modified_at=datetime(2024, 11, 4, 6, tzinfo=UTC),
        url=ROUND,
        title=text("OmaStadi 2023–2024", "OmaStadi 2023–2024", "OmaStadi 2023–2024"),
        description=text(
            "<p>Päätä, mihin kaupunki käyttää rahaa.</p>", "<p>Bestäm vad staden använder pengar till.</p>"
        ),
        starts_on=date(2023, 10, 2),
        ends_on=date(2024, 12, 31),
        phases=(
            Phase(
                title=text("Ideointi", "Idéer", "Ideas"),
                starts_at=datetime(2023, 10, 1, 21, tzinfo=UTC),
                ends_at=datetime(2023, 10, 30, 22, tzinfo=UTC),  # summer time ended on the 29th
            ),
            Phase(
                title=text("Ehdotukset", "Förslag", "Proposals"),
                starts_at=datetime(2024, 1, 14, 22, tzinfo=UTC),
                ends_at=datetime(2024, 5, 31, 21, tzinfo=UTC),
            ),
            Phase(
                title=text("Äänestys", "Omröstning", "Voting"),
                starts_at=datetime(2024, 9, 30, 21, tzinfo=UTC),
                ends_at=datetime(2024, 10, 13, 21, tzinfo=UTC),
            ),
            Phase(
                title=text("Toteutus", "Genomförande", "Implementation"),
                starts_at=datetime(2024, 11, 3, 22, tzinfo=UTC),
                is_active=True,
            ),
        ),
        slug="osbu-2023",
    )


def test_a_process_without_ideas_plans_or_votes_outside_the_rounds_group_is_no_round() -> None:
    body = msgspec.json.decode(sample("processes"))
    body["data"]["participatoryProcesses"][0]["participatoryProcessGroup"] = None

    page = parsed(Decidim(SOURCE).processes(), body)

    assert [item.ref.key for item in page.items] == ["31"]
    assert page.skipped == 1


def test_components_say_in_their_key_how_to_ask_for_them() -> None:
    page = parsed(Decidim(SOURCE).components(), sample("processes"))

    assert [item.ref.key for item in page.items] == [PROPOSALS, IDEAS, PLANS, BUDGETS, RESULTS]
    assert page.skipped == 2  # pages
    assert page.items[1] == Component(
        ref=Ref("component", "omastadi", IDEAS),
        read_at=READ_AT,
        url=f"{ROUND}/f/201",
        type="Ideas",
        process=PROCESS,
        name=text("Ideat", "Idéer", "Ideas"),
    )


def test_components_are_not_withdrawn_for_a_process_that_could_not_be_read() -> None:
    body = msgspec.json.decode(sample("processes"))
    body["data"]["participatoryProcesses"][1]["slug"] = 7

    page = parsed(Decidim(SOURCE).components(), body)

    assert not page.complete
    assert [(lost.key, lost.where) for lost in page.dropped] == [("31", "process")]


def test_a_budget_is_read_in_cents_with_its_area() -> None:
    page = parsed(Decidim(SOURCE).budgets(of(BUDGETS)), within_round("budgets-page1"))

    assert page.next == "Mw"
    assert page.items[0] == Budget(
        ref=Ref("budget", "omastadi", "31"),
        read_at=READ_AT,
        modified_at=datetime(2024, 11, 4, 6, tzinfo=UTC),
        url=f"{ROUND}/f/203/budgets/31",
        title=text("Keskinen", "Mellersta", "Central"),
        process=PROCESS,
        area=CENTRAL,
        total_cents=121_647_000,
    )


def one_budget(name: str, **more: Any) -> Any:
    """A sample of one budget's projects in the form that we ask for: the first of a list of budgets."""
    body = within_round(name)
    budget = body["data"]["component"].pop("budget")
    body["data"]["component"]["budgets"] = {
        "pageInfo": {"hasNextPage": True, "endCursor": "MQ"},
        "edges": [{"node": budget | more}],
    }
    return body


def test_a_project_is_read_with_its_budget_and_what_it_grew_from() -> None:
    page = parsed(Decidim(SOURCE).projects(of(BUDGETS)), one_budget("budget-projects"))

    assert page.next == "MQ"
    assert [project.is_selected for project in page.items] == [True, True, False]
    assert page.items[0] == BudgetProject(
        ref=Ref("budget_project", "omastadi", "2201"),
        read_at=READ_AT,
        modified_at=datetime(2024, 11, 4, 6, tzinfo=UTC),
        created_at=datetime(2024, 9, 2, 7, 12, tzinfo=UTC),
        url=f"{ROUND}/f/203/budgets/31/projects/2201",
        title=text(
            "Soitinlainaamo Kallion kirjastoon", "Instrumentlånebank i Berghälls bibliotek",
            "Instrument library at Kallio Library",
        ),
        description=text(
            "<p>Lainattavia soittimia kaikenikäisille.</p>", "<p>Instrument att låna för alla åldrar.</p>",
            "<p>Instruments to borrow for all ages.</p>",
        ),
        reference="HEL-PROJ-2024-09-2201",
        process=PROCESS,
        budget=Ref("budget", "omastadi", "31"),
        area=CENTRAL,
        category=text("Kulttuuri", "Kultur", "Culture"),
        budget_cents=4_000_000,
        is_selected=True,
        linked=(Ref("proposal", "omastadi", "plan:1310"),),
    )  # fmt: skip
    assert page.items[2].linked == ()  # null


def test_no_project_is_called_unselected_while_the_vote_goes_on() -> None:
    last_evening = datetime(2024, 10, 13, 20, 59, tzinfo=UTC)

    page = parsed(Decidim(SOURCE).projects(of(BUDGETS)), one_budget("budget-projects-voting-open"), last_evening)
    early = parsed(Decidim(SOURCE).projects(of(BUDGETS)), one_budget("budget-projects"), last_evening)

    assert {project.is_selected for project in (*page.items, *early.items)} == {None}


def test_no_project_is_called_unselected_after_the_vote_before_the_results_are_out() -> None:
    counting = datetime(2024, 10, 20, 12, tzinfo=UTC)
    fetch = Decidim(SOURCE).projects(of(BUDGETS))
    bodies = [one_budget("budget-projects-voting-open"), one_budget("budget-projects")]
    for body in bodies:
        body["data"]["participatoryProcess"]["steps"][-1]["active"] = False

    undecided, decided = (parsed(fetch, body, counting) for body in bodies)

    assert [project.is_selected for project in undecided.items] == [None]
    assert [project.is_selected for project in decided.items] == [True, True, False]


def test_selection_is_not_told_where_the_rounds_phases_are_not_known() -> None:
    body = one_budget("budget-projects")
    body["data"]["participatoryProcess"] = None

    page = parsed(Decidim(SOURCE).projects(of(BUDGETS)), body)

    assert {project.is_selected for project in page.items} == {None}
    assert {project.url for project in page.items} == {None}


def test_an_idea_has_one_text_in_a_language_that_nobody_tells() -> None:
    page = parsed(Decidim(SOURCE).proposals(of(IDEAS)), within_round("ideas-page1"))

    assert page.items[0] == Proposal(
        ref=Ref("proposal", "omastadi", "idea:5101"),
        read_at=READ_AT,
        modified_at=datetime(2023, 12, 11, 7, tzinfo=UTC),
        created_at=datetime(2023, 10, 12, 14, 58, 40, tzinfo=UTC),
        url=f"{ROUND}/f/201/ideas/5101",
        stage=ProposalStage.IDEA,
        title=LocalizedText(other="Kallion kirjastoon lainattavia soittimia"),
        body=LocalizedText(other="Kirjastosta voisi lainata kitaran, ukulelen tai kannettavan pianon."),
        reference="HEL-IDEA-2023-10-5101",
        state="accepted",
        process=PROCESS,
        area=CENTRAL,
        category=text("Kulttuuri", "Kultur", "Culture"),
        location=Point(lat=60.18372, lon=24.95356),
        address="Viides linja 11, Helsinki",
        supports=48,
    )


def test_an_unanswered_idea_without_a_place_has_neither_state_nor_location() -> None:
    page = parsed(Decidim(SOURCE).proposals(of(IDEAS)), sample("ideas-page2"))

    idea = page.items[1]
    assert (idea.state, idea.location, idea.address, idea.area) == (None, None, None, None)
    assert page.next is None


def test_the_lines_of_an_idea_stay_lines_and_its_signs_stay_signs() -> None:
    body = msgspec.json.decode(sample("ideas-page1"))
    first, second = (edge["node"] for edge in body["data"]["component"]["ideas"]["edges"])
    first["ideaBody"] = "Kahvi & pulla\nOodiin"
    second["ideaBody"] = "<p onclick='x()'>Penkki<script>alert(1)</script></p>"

    page = parsed(Decidim(SOURCE).proposals(of(IDEAS)), body)

    assert [item.body.other for item in page.items] == ["Kahvi &amp; pulla<br>Oodiin", "<p>Penkki</p>"]


def test_a_plan_is_read_from_its_sections() -> None:
    page = parsed(Decidim(SOURCE).proposals(of(PLANS)), within_round("plans"))

    assert page.items[0] == Proposal(
        ref=Ref("proposal", "omastadi", "plan:1310"),
        read_at=READ_AT,
        modified_at=AUGUST,
        created_at=datetime(2024, 2, 20, 10, tzinfo=UTC),
        url=f"{ROUND}/f/202/plans/1310",
        stage=ProposalStage.PLAN,
        title=text(
            "Soitinlainaamo Kallion kirjastoon", "Instrumentlånebank i Berghälls bibliotek",
            "Instrument library at Kallio Library",
        ),
        body=text("<p>Soitinlainaamo Kallion kirjastoon: kuvaus ja kustannukset.</p>"),
        state="accepted",
        process=PROCESS,
        area=CENTRAL,
        category=text("Kulttuuri", "Kultur", "Culture"),
        location=Point(lat=60.18372, lon=24.95356),
        address="Viides linja 11, Helsinki",
        supports=12,
        linked=(Ref("proposal", "omastadi", "idea:5101"),),
    )  # fmt: skip
    assert page.items[2].location is None


def test_a_proposal_of_an_older_round_is_read() -> None:
    page = parsed(Decidim(SOURCE).proposals(of(PROPOSALS)), sample("proposals"))

    assert page.items[0] == Proposal(
        ref=Ref("proposal", "omastadi", "proposal:3401"),
        read_at=READ_AT,
        modified_at=datetime(2021, 5, 5, 9, tzinfo=UTC),
        created_at=datetime(2021, 3, 19, 19, 44, 10, tzinfo=UTC),
        stage=ProposalStage.PROPOSAL,
        title=text("Kirjastoautolle uusi pysäkki Hermanniin"),
        body=text("<p>Kirjastoauto voisi pysähtyä myös Hermannissa.</p>"),
        reference="HEL-PROP-2021-03-3401",
        state="accepted",
        process=Ref("budgeting_process", "omastadi", "28"),
        area=CENTRAL,
        category=text("Oppiminen ja osaaminen", "Lärande och kunnande", "Learning and skills"),
        location=Point(lat=60.19122, lon=24.97601),
        address="Hermannin rantatie 2, Helsinki",
    )
    assert [item.supports for item in page.items] == [None, 18, None]  # hidden is not nought


def test_a_result_is_read_with_its_timeline_in_order() -> None:
    body = within_round("results-page1")
    body["data"]["component"]["results"]["edges"][0]["node"]["timelineEntries"].reverse()

    page = parsed(Decidim(SOURCE).results(of(RESULTS)), body)

    assert page.items[0] == Result(
        ref=Ref("result", "omastadi", "701"),
        read_at=READ_AT,
        modified_at=datetime(2025, 6, 10, 8, 32, tzinfo=UTC),
        created_at=datetime(2023, 1, 31, 13, tzinfo=UTC),
        url=f"{ROUND}/f/204/results/701",
        title=text("Lukusoppi Oodin terassille", "Läshörna på Odes terrass", "Reading corner on the terrace of Oodi"),
        description=text("<p>Lukusoppi Oodin terassille.</p>"),
        reference="HEL-RESU-2023-01-701",
        process=PROCESS,
        area=Ref("budgeting_area", "omastadi", "11"),
        category=text("Kulttuuri", "Kultur", "Culture"),
        status=text("Valmis", "Färdigt", "Completed"),
        status_key="completed",
        progress=100.0,
        starts_on=date(2023, 3, 1),
        ends_on=date(2025, 12, 31),
        timeline=(
            Milestone(
                title=text("Suunnittelu alkaa", "Planeringen börjar", "Planning starts"),
                description=text("<p>Yhteiskehittämisen työpaja kirjastossa.</p>"),
                starts_on=date(2023, 3, 15),
            ),
            Milestone(
                title=text("Rakentaminen", "Byggande", "Construction"),
                starts_on=date(2024, 5, 2),
                ends_on=date(2024, 8, 30),
            ),
        ),
        linked=(Ref("budget_project", "omastadi", "1804"),),
        locations=(Point(lat=60.17397, lon=24.938158),),
    )


def test_a_result_without_status_or_progress_says_neither() -> None:
    page = parsed(Decidim(SOURCE).results(of(RESULTS)), sample("results-page2"))

    assert (page.items[-1].status, page.items[-1].status_key, page.items[-1].progress) == (None, None, None)


# what may go wrong


def test_an_unknown_component_holds_nothing() -> None:
    page = parsed(Decidim(SOURCE).budgets(of(BUDGETS)), sample("component-unknown"))

    assert (page.items, page.next, page.complete) == ((), None, True)


def test_a_component_of_another_type_is_a_change() -> None:
    with pytest.raises(PayloadChanged, match="component 203 has no budgets"):
        parsed(Decidim(SOURCE).budgets(of(BUDGETS)), sample("component-wrong-type"))


def test_a_list_that_failed_is_the_upstreams_failure_and_not_an_empty_list() -> None:
    with pytest.raises(UpstreamUnavailable, match=r"failed at component\.proposals"):
        parsed(Decidim(SOURCE).proposals(of(PROPOSALS)), sample("partial-error"))


def test_a_row_inside_which_the_upstream_failed_is_dropped_and_its_neighbours_stay() -> None:
    body = within_round("ideas-page1")
    body["data"]["component"]["ideas"]["edges"][1]["node"]["category"] = None
    path = ["component", "ideas", "edges", 1, "node", "category"]
    body["errors"] = [{"message": "Timed out", "path": path}]

    page = parsed(Decidim(SOURCE).proposals(of(IDEAS)), body)

    assert [item.ref.key for item in page.items] == ["idea:5101"]
    assert [(lost.key, lost.reason) for lost in page.dropped] == [
        ("idea:5102", "the source failed at category: Timed out")
    ]


@pytest.mark.parametrize("name", ["error-complexity", "error-depth", "error-syntax", "error-missing-argument"])
def test_a_refused_query_is_our_mistake(name: str) -> None:
    with pytest.raises(UpstreamRefused, match="omastadi refused the query"):
        parsed(Decidim(SOURCE).budgets(of(BUDGETS)), sample(name))


def test_a_next_page_without_a_new_cursor_is_a_change() -> None:
    with pytest.raises(PayloadChanged, match="its cursor is 'Mw'"):
        parsed(Decidim(SOURCE).budgets(of(BUDGETS, after="Mw")), sample("budgets-page1"))


Spoil = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda node: node.update(id="../../5101"), "regex"),
        (lambda node: node.update(id=None), "null"),
        (lambda node: node.update(createdAt="yesterday"), "isoformat"),
        (lambda node: node.update(favoriteCount=-1), "int"),
        (lambda node: node.update(areaScope={"id": "x"}), "regex"),
        (lambda node: node.update(category=[]), "array"),
        (lambda node: node.update(coordinates={"latitude": "60", "longitude": 25}), "float"),
    ],
)
def test_a_row_with_one_field_broken_is_dropped_and_its_neighbours_stay(spoil: Spoil, reason: str) -> None:
    body = within_round("ideas-page1")
    spoil(body["data"]["component"]["ideas"]["edges"][0]["node"])

    page = parsed(Decidim(SOURCE).proposals(of(IDEAS)), body)

    assert [item.ref.key for item in page.items] == ["idea:5102"]
    assert len(page.dropped) == 1
    assert reason in page.dropped[0].reason


def test_nulls_in_lists_are_skipped_and_a_row_sent_twice_is_one() -> None:
    body = within_round("ideas-page1")
    edges = body["data"]["component"]["ideas"]["edges"]
    edges += [None, {"node": None}, edges[0]]

    page = parsed(Decidim(SOURCE).proposals(of(IDEAS)), body)

    assert [item.ref.key for item in page.items] == ["idea:5101", "idea:5102"]
    assert page.skipped == 3


def test_one_coordinate_alone_is_no_place() -> None:
    body = within_round("results-page1")
    body["data"]["component"]["results"]["edges"][0]["node"]["locations"] = [
        {"latitude": 60.1, "longitude": None},
        None,
    ]

    assert parsed(Decidim(SOURCE).results(of(RESULTS)), body).items[0].locations == ()


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"data": {}}', b'{"data": []}', b'{"data": null}', b"{}"])
def test_a_broken_envelope_is_a_change(body: bytes) -> None:
    for fetch in every_fetch(Decidim(SOURCE)):
        with pytest.raises(PayloadChanged):
            parsed(fetch, body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(JSON, max_size=6))
def test_kept_dropped_and_skipped_are_what_was_sent(nodes: list[Any]) -> None:
    body = within_round("ideas-page1")
    edges = body["data"]["component"]["ideas"]["edges"]
    edges += [{"node": node} for node in nodes]

    page = parsed(Decidim(SOURCE).proposals(of(IDEAS)), body)

    assert len(page.items) + len(page.dropped) + page.skipped == len(edges)
    assert [item.ref.key for item in page.items] == ["idea:5101", "idea:5102"]


# the vote


def step(title: str, start: date | None, end: date | None, *, active: bool = False, position: int = 0) -> Step:
    names = msgspec.convert({"translations": [{"locale": "fi", "text": title}, None]}, Translated)
    return Step(position=position, active=active, start_date=start, end_date=end, title=names)


def test_results_are_not_out_before_the_day_after_the_votes_last() -> None:
    steps = [step("Äänestys", date(2024, 10, 1), date(2024, 10, 13))]

    assert not results_are_out(steps, date(2024, 10, 13), some_are_selected=True)
    assert results_are_out(steps, date(2024, 10, 14), some_are_selected=True)


def test_an_area_that_won_nothing_knows_it_once_a_later_phase_began() -> None:
    steps = [
        step("Äänestys", date(2024, 10, 1), date(2024, 10, 13)),
        step("Toteutus", date(2024, 11, 4), None, position=1),
    ]

    assert not results_are_out(steps, date(2024, 11, 3), some_are_selected=False)
    assert results_are_out(steps, date(2024, 11, 4), some_are_selected=False)


def test_a_vote_without_an_end_is_over_once_a_later_phase_began() -> None:
    vote = step("Omröstning", date(2024, 10, 1), None, active=True)
    dated = step("Toteutus", date(2024, 11, 4), None, position=1)
    undated = step("Toteutus", None, None, position=1, active=True)

    assert not results_are_out([dated, vote], date(2024, 11, 3), some_are_selected=True)
    assert results_are_out([dated, vote], date(2024, 11, 4), some_are_selected=True)
    assert results_are_out([undated, vote], date(2024, 10, 2), some_are_selected=True)


def test_the_announcement_of_the_votes_outcome_is_not_the_vote() -> None:
    steps = [
        step("Äänestys", None, date(2024, 10, 13)),
        step("Äänestyksen tulokset", None, date(2024, 12, 1), position=1),
    ]

    assert results_are_out(steps, date(2024, 10, 20), some_are_selected=True)


def test_without_a_phase_called_a_vote_no_result_is_believed() -> None:
    assert not results_are_out(
        [step("Ideointi", None, date(2020, 1, 1)), None], date(2024, 1, 1), some_are_selected=True
    )


# other versions


def refusing(*unknown: tuple[str, str]) -> bytes:
    errors = [
        {
            "message": f"Field '{field}' doesn't exist on type '{type_}'",
            "path": ["fragment F", field],
            "extensions": {"code": "undefinedField", "typeName": type_, "fieldName": field}
            if field
            else {"code": "undefinedType", "typeName": type_},
        }
        for type_, field in unknown
    ]
    return msgspec.json.encode({"errors": errors})


def amended(fetch: Fetch[Page[Any]], body: bytes) -> Fetch[Page[Any]] | None:
    """The fetch with the request that is sent in its place."""
    assert fetch.amend is not None
    request = fetch.amend(reply(fetch, body))
    return msgspec.structs.replace(fetch, request=request) if request is not None else None


def test_a_field_that_the_version_lacks_is_left_out_and_stays_left_out() -> None:
    connector = Decidim(SOURCE)

    again = amended(connector.projects(of(BUDGETS)), refusing(("Project", "category"), ("Project", "budgetAmount")))

    assert again is not None
    for fetch in (again, connector.projects(of(BUDGETS, after="MQ"))):
        query = asked(fetch)["query"]
        assert "category" not in query
        assert "Category" not in query  # a fragment that nothing spreads is refused too
        assert "budgetAmount" not in query
        assert graphql.validate(schema(), graphql.parse(query)) == []


def test_a_type_that_the_version_lacks_takes_its_fragments_along() -> None:
    again = amended(Decidim(SOURCE).projects(of(BUDGETS)), refusing(("Idea", "")))

    assert again is not None
    assert "Idea" not in asked(again)["query"]
    assert "PlanLink" in asked(again)["query"]


@pytest.mark.parametrize("body", [sample("budgets-page1"), sample("error-complexity"), b"<html>", b"[]", b""])
def test_nothing_else_is_amended(body: bytes) -> None:
    assert amended(Decidim(SOURCE).budgets(of(BUDGETS)), body) is None


def test_what_can_not_be_left_out_is_refused_in_the_end() -> None:
    fetch = Decidim(SOURCE).budgets(of(BUDGETS))
    body = refusing(("Query", "component"))

    assert amended(fetch, body) is None
    with pytest.raises(UpstreamRefused, match="component"):
        parsed(fetch, body)


@pytest.mark.parametrize("component", sorted(HOLDS))
def test_any_field_of_a_fragment_can_be_left_out_and_the_query_stays_valid(component: str) -> None:
    fragments = {"Budgets": "BudgetWithProjects", "Accountability": "Result"}
    name = fragments.get(component, component.removesuffix("s"))
    query = queries.listing(component, HOLDS[component], name, ordered=component not in fragments)

    for _, on, body in queries.FRAGMENT.findall(queries.FRAGMENTS):
        lines = body.split("\n")
        for line in lines if len(lines) > 1 else ():
            shrunk = queries.document(query, [(on, queries.field_of(line))])
            assert graphql.validate(schema(), graphql.parse(shrunk)) == []


# against the stand-in


async def test_a_whole_harvest_of_the_recorded_site_finds_everything_once() -> None:
    connector, rows = Decidim(SOURCE), recorded()
    components = (await page_of(connector.components(), rows)).items
    found: dict[str, list[str]] = {}
    for collection in connector.collections():
        if collection.per is None:
            pages = [await page_of(collection.pages(Ask(now=READ_AT)), rows)]
        else:
            assert collection.per == "component"
            assert collection.block == 1
            assert collection.per_filter is not None
            pages = []
            for part in filter(collection.per_filter, components):
                after = None
                while True:
                    pages.append(await page_of(collection.pages(of(part.ref.key, after)), rows))
                    if (after := pages[-1].next) is None:
                        break
        assert not any(page.dropped for page in pages)
        found[collection.kind] = [item.ref.key for page in pages for item in page.items]

    assert {kind: len(keys) for kind, keys in found.items()} == {
        "budgeting_process": 2,
        "component": 5,
        "budgeting_area": 8,
        "budget": 5,
        "budget_project": 4,
        "result": 4,
        "proposal": 10,
    }
    assert all(len(set(keys)) == len(keys) for keys in found.values())


async def page_of(fetch: Any, rows: Rows) -> Page[Any]:
    page: Page[Any] = fetch.parse(await answered(fetch, rows))
    return page


async def test_a_site_without_our_fields_answers_the_amended_query() -> None:
    rows = msgspec.structs.replace(recorded(), lacks=frozenset({("Project", "summary"), ("Project", "budgetAmount")}))
    fetch = Decidim(SOURCE).projects(of(BUDGETS))

    again = amended(fetch, (await answered(fetch, rows)).body)

    assert again is not None
    project = (await page_of(again, rows)).items[0]
    assert (project.ref.key, project.budget_cents) == ("2201", None)
