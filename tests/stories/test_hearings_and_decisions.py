"""The city asks and decides: the made city's hearings and decisions, from their stand-ins to one answer."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.stories.hub import WEDNESDAY, Caller, City, states
from tests.stories.weeks import TRIES

SERVICES = """{
  hearings(filter: { text: "kirjasto" }, first: 5) {
    nodes { id title { fi sv en } summary { text } opensAt closesAt isOpen comments url districts { name { text } } }
    answers { source { name } state }
  }
  decisions(filter: { text: "kirjasto" }, first: 5) {
    nodes { id title { text } decidedOn policymaker { text } summary { text } url provenance { source { name } } }
    answers { source { name } state }
  }
}"""


async def test_words_find_hearings_and_decisions(hub: Caller) -> None:
    answered = await hub.ask(SERVICES)
    assert answered.errors == []

    hearings, decisions = answered.data["hearings"], answered.data["decisions"]
    assert len(hearings["nodes"]) == len(decisions["nodes"]) == 5
    for hearing in hearings["nodes"]:
        assert "kirjasto" in hearing["title"]["fi"]
        assert hearing["opensAt"] < hearing["closesAt"]
        assert hearing["comments"] is not None
        assert hearing["url"].startswith("https://kerrokantasi.hel.fi/")
        assert hearing["districts"]
    for decision in decisions["nodes"]:
        assert "kirjasto" in decision["title"]["text"]
        assert decision["policymaker"]["text"] == "Kulttuuri- ja vapaa-aikalautakunta"
        assert decision["summary"] is None, "the index gives none"
        assert decision["provenance"]["source"]["name"] == "decisions"
    assert states(hearings) == {"kerrokantasi": "FRESH"}
    assert states(decisions) == {"decisions": "FRESH", "openahjo": "FRESH"}


async def test_a_neighbourhood_has_its_open_hearing_and_its_decisions_of_both_times(hub: Caller) -> None:
    district = (await hub.operation("neighbourhood", **TRIES["neighbourhood"]))["district"]
    assert any("Vallila" in hearing["title"]["text"] for hearing in district["hearings"]["nodes"])
    assert all(hearing["closesAt"] > "2026-11-18T10:00" for hearing in district["hearings"]["nodes"])
    assert any("Vallila" in decision["title"]["text"] for decision in district["decisions"]["nodes"])

    old = """{ district(name: "Vallila") { decisions(filter: { decidedTo: "2020-12-31" }) {
      nodes { decidedOn provenance { source { name } } districts { name { fi } } } } } }"""
    cases = (await hub.ask(old)).data["district"]["decisions"]["nodes"]
    assert cases
    for case in cases:
        assert case["provenance"]["source"]["name"] == "openahjo"
        assert "Vallila" in {district["name"]["fi"] for district in case["districts"]}


async def test_a_heading_that_numbers_its_district_is_found_there(hub: Caller) -> None:
    plans = """{ decisions(filter: { text: "asemakaavan muuttaminen" }, first: 50) {
      nodes { title { fi } districts { name { fi } } } } }"""
    nodes = (await hub.ask(plans)).data["decisions"]["nodes"]
    numbered = [node for node in nodes if ".ko)" in node["title"]["fi"]]

    assert numbered
    assert all(node["districts"] for node in numbered)


async def test_no_person_is_in_any_answer(hub: Caller) -> None:
    everything = """{
      hearings(first: 100) { nodes { title { text } organiserName { text } sections { body { text } } } }
      decisions(first: 100) { nodes { title { text } caseTitle { text } policymaker { text } } }
    }"""
    answered = await hub.ask(everything)

    assert len(answered.data["hearings"]["nodes"]) == 100
    assert not any(person in f"{answered.data}" for person in ("Keksitty Henkilö", "Virkanen", "Yksikön päällikkö"))


async def test_drafts_and_what_is_not_open_yet_are_not_there(hub: Caller, city: City) -> None:
    opened = (await hub.ask("{ hearings(first: 1) { nodes { opensAt } } }")).data["hearings"]["nodes"]

    assert datetime.fromisoformat(opened[0]["opensAt"]) <= city.now


async def test_a_hearing_closes_while_nobody_is_asked(city: City) -> None:
    """The index was filled on Wednesday; two months later nothing in it is open, and nobody had to say so."""
    query = "{ hearings(filter: { isOpen: true }) { totalCount } }"
    async with city.open() as hub:
        assert (await hub.ask(query)).data["hearings"]["totalCount"] > 0
    city.now = WEDNESDAY + timedelta(days=60)
    async with city.open() as hub:
        assert (await hub.ask(query)).data["hearings"]["totalCount"] == 0
