"""From one thing to the next: idea to result and back, an event to all of its organiser, a series to its events."""

from __future__ import annotations

import pytest

from tests.stories.hub import Caller

CHAIN = """{ budgetProjects(filter: { isSelected: true }, first: 100) { nodes { id result { id projects { id } }
  grewFrom { id stage projects { id } ledTo { id } grewFrom { id stage projects { id } ledTo { id } } } } } }"""


async def test_the_chain_from_idea_to_result_leads_back_step_by_step(hub: Caller) -> None:
    told = await hub.ask(CHAIN)

    assert told.errors == []
    projects = told.data["budgetProjects"]["nodes"]
    plans = [(project, plan) for project in projects for plan in project["grewFrom"]]
    ideas = [(project, plan, idea) for project, plan in plans for idea in plan["grewFrom"]]
    assert any(project["result"] for project, *_ in ideas)
    for project in projects:
        if project["result"]:
            assert project["id"] in {one["id"] for one in project["result"]["projects"]}
    for project, plan in plans:
        assert project["id"] in {one["id"] for one in plan["projects"]}
    for project, plan, idea in ideas:
        assert idea["stage"] == "IDEA"
        assert plan["id"] in {one["id"] for one in idea["ledTo"]}
        assert project["id"] in {one["id"] for one in idea["projects"]}


async def test_a_chain_of_a_hundred_costs_as_many_statements_as_one_of_ten(hub: Caller) -> None:
    async def cost(first: int) -> int:
        before = hub.queries
        assert (await hub.ask(CHAIN.replace("first: 100", f"first: {first}"))).errors == []
        return hub.queries - before

    assert await cost(100) == await cost(10)


BY = """query ($source: String!) { events(filter: { sources: [$source] }, first: 50) { nodes { id
  organiser { id name { fi } provenance { source { name } } events(first: 100) { totalCount nodes { id } } } } } }"""
OF = """query ($id: ID!) {
  organisation(id: $id) { id name { fi } events(filter: { within: { days: 400 } }, first: 5) { nodes { id } } }
  node(id: $id) { __typename id }
  events(filter: { organisers: [$id] }, first: 100) { totalCount } }"""


@pytest.mark.parametrize("source", ["linkedevents", "museum"])
async def test_an_organiser_leads_to_all_that_it_arranges_whether_a_register_or_a_feed_tells_it(
    hub: Caller, source: str
) -> None:
    found = (await hub.ask(BY, source=source)).data["events"]["nodes"]
    # what a feed has from the register too is told by the register
    own = [
        (event["id"], organiser)
        for event in found
        if (organiser := event["organiser"]) and organiser["provenance"]["source"] == {"name": source}
    ]
    event, organiser = own[0]

    told = await hub.ask(OF, id=organiser["id"])

    assert event in {one["id"] for one in organiser["events"]["nodes"]} or organiser["events"]["totalCount"] > 100
    assert told.errors == []
    assert told.data["node"] == {"__typename": "Organisation", "id": organiser["id"]}
    assert told.data["organisation"]["name"] == organiser["name"]
    assert told.data["organisation"]["events"]["nodes"]
    assert told.data["events"]["totalCount"] == organiser["events"]["totalCount"]


async def test_a_series_leads_to_its_events_and_each_of_them_back(hub: Caller) -> None:
    told = await hub.ask(
        "{ events(filter: { isInSeries: true }, first: 5) { nodes { id series { id"
        " events(first: 100) { nodes { id series { id } } } } } } }"
    )

    assert told.errors == []
    assert told.data["events"]["nodes"]
    for event in told.data["events"]["nodes"]:
        siblings = event["series"]["events"]["nodes"]
        assert event["id"] in {one["id"] for one in siblings}
        assert {one["series"]["id"] for one in siblings} == {event["series"]["id"]}
