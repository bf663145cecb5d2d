"""Every operation that users send answers, whole and rightly joined, from the made city."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.stories.hub import OPERATIONS, Caller, City, states
from tests.stories.weeks import TRIES


@pytest.mark.parametrize("name", sorted(TRIES))
async def test_an_operation_answers_without_an_error(hub: Caller, name: str) -> None:
    assert await hub.operation(name, **TRIES[name])


def test_every_operation_is_tried() -> None:
    assert {file.stem for file in OPERATIONS.glob("*.graphql")} == TRIES.keys()


async def test_a_neighbourhood_has_its_library_events_rooms_and_wishes(hub: Caller) -> None:
    district = (await hub.operation("neighbourhood", **TRIES["neighbourhood"]))["district"]
    assert (district["kind"], district["name"]["fi"], district["name"]["sv"]) == (
        "NEIGHBOURHOOD",
        "Vallila",
        "Vallgård",
    )
    (library,) = district["libraries"]["nodes"]
    assert library["name"]["text"] == "Vallilan kirjasto"
    assert library["address"]["postalCode"] == "00550"
    assert library["isOpen"] is True  # a Wednesday, ten in the morning
    assert [day["date"] for day in library["openingHours"]] == [f"2026-11-{day}" for day in range(16, 23)]
    assert library["spaces"]["nodes"], "a room for six is free some time this week"
    assert library["events"]["totalCount"] >= 2
    assert district["events"]["nodes"]
    # a feed may say where on the map without a place that we know
    assert any(event["place"] for event in district["events"]["nodes"])
    assert {"linkedevents", "espoo", "museum"} <= states(district["events"]).keys()
    assert set(states(district["events"]).values()) == {"FRESH"}
    assert {project["areaMatch"] for project in district["budgetProjects"]["nodes"]} <= {"INSIDE", "WIDER"}
    assert district["budgetProjects"]["nodes"][0]["areaMatch"] == "INSIDE"
    assert district["proposals"]["nodes"][0]["areaMatch"] == "INSIDE"


async def test_rooms_come_nearest_first_with_the_time_that_they_are_free(hub: Caller) -> None:
    spaces = (await hub.operation("free_rooms", **TRIES["free_rooms"]))["spaces"]
    distances = [space["distanceMetres"] for space in spaces["nodes"]]
    assert distances == sorted(distances)
    assert distances[0] == 0
    assert distances[-1] <= 3000
    for space in spaces["nodes"]:
        assert space["capacity"] >= 6
        assert space["availabilityState"] == "KNOWN"
        assert any(_minutes(free) >= 120 for free in space["availability"])
    assert spaces["totalCount"] >= len(spaces["nodes"])


def _minutes(span: dict[str, str]) -> float:
    return (datetime.fromisoformat(span["endsAt"]) - datetime.fromisoformat(span["startsAt"])).total_seconds() / 60


async def test_a_library_is_one_place_with_all_its_ids(hub: Caller) -> None:
    place = (await hub.operation("library_page", **TRIES["library_page"]))["place"]
    assert place["name"] == {"fi": "Kallion kirjasto", "sv": "Berghälls bibliotek", "en": "Kallio Library"}
    assert (place["library"]["kirkantaId"], place["library"]["finnaBuilding"]) == ("84860", "2/Helmet/h/h53/")
    assert {(also["source"]["name"], also["recordId"]) for also in place["alsoIn"]} >= {
        ("kirkanta", "84860"),
        ("linkedevents", "tprek:8215"),
    }
    assert "varaamo" in {also["source"]["name"] for also in place["alsoIn"]}
    assert place["district"]["name"]["text"] == "Kallio"
    assert [district["kind"] for district in place["districts"]] == [
        "SUB_DISTRICT",
        "NEIGHBOURHOOD",
        "DISTRICT",
        "MAJOR_DISTRICT",
    ]
    titles = {thing["title"]["text"] for thing in place["things"]["nodes"]}
    assert place["things"]["totalCount"] >= len(titles) > 0
    for thing in place["things"]["nodes"]:
        assert place["id"] in {holding["place"]["id"] for holding in thing["holdings"] if holding["place"]}
    assert place["events"]["nodes"]
    assert 0 < place["utilisation"]["rate"] < 1


@pytest.mark.parametrize(
    ("text", "title"), [("porakone", "Porakone"), ("ompelukone", "Ompelukone"), ("Sinuhe", "Sinuhe egyptiläinen")]
)
async def test_the_catalogue_finds_things_and_books_and_where_they_are(hub: Caller, text: str, title: str) -> None:
    catalogue = (await hub.operation("catalogue", text=text, first=10))["catalogue"]
    if "TIMED_OUT" in states(catalogue).values():
        # a busy machine may take longer than a caller waits; what was asked comes all the same, for the next one
        catalogue = (await hub.operation("catalogue", text=text, first=10))["catalogue"]
    found = {edge["node"]["title"]["text"]: edge["node"] for edge in catalogue["edges"]}
    match = next(node for name, node in found.items() if name.startswith(title))
    assert any(holding["place"] for holding in match["holdings"])
    assert {holding["state"] for holding in match["holdings"]} & {"AVAILABLE", "ON_LOAN"}
    assert {facet["field"] for facet in catalogue["facets"]} >= {"FORMAT", "BRANCH"}
    assert states(catalogue) == {"finna": "FRESH", "sierra": "FRESH"}


async def test_events_of_all_calendars_come_by_their_start(hub: Caller) -> None:
    events = (await hub.operation("events", **TRIES["events"]))["events"]
    starts = [event["startsAt"] for event in events["nodes"]]
    assert starts == sorted(starts)
    assert events["totalCount"] > len(starts)
    event = next(event for event in events["nodes"] if event["place"])
    assert event["place"]["district"]["name"]["text"]
    assert event["organiser"]["name"]["text"]
    assert event["provenance"]["isStale"] is False


async def test_a_round_of_budgeting_tells_its_phase_budgets_and_what_became_of_projects(hub: Caller) -> None:
    told = await hub.operation("participation")
    rounds = told["budgetingProcesses"]["nodes"]
    assert len(rounds) >= 3
    assert any(process["phase"] for process in rounds)
    projects = [p for process in rounds for budget in process["budgets"] for p in budget["projects"]["nodes"]]
    assert any(project["isSelected"] for project in projects)
    assert any(project["isSelected"] is None for project in projects), "a vote that has not ended decides nothing"
    assert any(project["result"] and project["result"]["progress"] is not None for project in projects)
    proposals = told["proposals"]
    assert proposals["totalCount"] > 20
    assert {proposal["stage"] for proposal in proposals["nodes"]} <= {"IDEA", "PLAN", "PROPOSAL"}
    assert any(proposal["projects"] for proposal in proposals["nodes"])


async def test_the_sources_tell_how_they_do(hub: Caller) -> None:
    sources = (await hub.operation("sources"))["sources"]
    assert [source["name"] for source in sources][:4] == ["servicemap", "kirkanta", "varaamo", "linkedevents"]
    assert {source["state"] for source in sources} == {"FRESH"}
    for source in sources:
        # what is only asked, never listed, was not asked yet
        assert source["lastSuccessAt"] or not source["collections"]
        assert all(collection["confirmedAt"] for collection in source["collections"])


async def test_the_language_of_an_answer_is_the_callers(hub: Caller) -> None:
    swedish = (await hub.operation("library_page", "sv", **TRIES["library_page"]))["place"]
    finnish = (await hub.operation("library_page", "fi", **TRIES["library_page"]))["place"]
    assert swedish["district"]["name"]["text"] == "Berghäll"
    assert finnish["district"]["name"]["text"] == "Kallio"


async def test_what_the_index_can_answer_asks_no_upstream(city: City, hub: Caller) -> None:
    before = await city.requests()
    for name in ("neighbourhood", "free_rooms", "library_page", "events", "participation", "sources"):
        await hub.operation(name, **TRIES[name])
    asked = {name: times - before[name] for name, times in (await city.requests()).items() if times != before[name]}
    # the shelves of the branch's things are a look-up by nature: one, with its token, for all of them
    assert asked == {"sierra": 2}


async def test_twice_as_many_parents_cost_no_more_statements(hub: Caller) -> None:
    query = """query($first: Int!) { places(filter: { kinds: [LIBRARY] }, first: $first) { nodes {
      name { text } district { name { text } } isOpen provenance { fetchedAt } alsoIn { recordId }
      spaces(first: 2) { totalCount nodes { name { text } nextAvailable place { id } } }
      events(first: 2) { totalCount nodes { place { id } keywords { id } organiser { id } series { id }
        registration { remaining } nearbySpaces(first: 1) { nodes { id } } } }
      things: catalogue(filter: { formats: [OBJECT] }, first: 2) { totalCount nodes { holdings { place { id } } } }
    } } }"""
    costs = []
    for first in (10, 20, 40):
        before = hub.queries
        assert (await hub.ask(query, first=first)).errors == []
        costs.append(hub.queries - before)
    assert costs[0] == costs[1] == costs[2]


async def test_the_other_services_have_each_something_on_libraries_and_parks(hub: Caller) -> None:
    told = await hub.operation("more_services")

    hearing, decision, action = (told[name]["nodes"][0] for name in ("hearings", "decisions", "climateActions"))
    assert "kirjasto" in hearing["title"]["fi"]
    assert any(one["districts"] for one in told["hearings"]["nodes"])
    assert all(one["comments"] is not None for one in told["hearings"]["nodes"])
    assert "kirjasto" in decision["title"]["text"]
    assert decision["decidedOn"]
    assert any(action["tasks"] and action["indicators"] for action in told["climateActions"]["nodes"])
    assert action["status"]["text"]
    assert len(told["volunteering"]["nodes"]) == 5
    assert all("puisto" in event["name"]["text"] for event in told["volunteering"]["nodes"])
