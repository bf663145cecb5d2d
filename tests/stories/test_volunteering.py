"""Come and help: from every calendar that lists such events, in one list."""

from __future__ import annotations

from tests.stories.hub import Caller, states

HELP = """query ($text: String) { volunteering(filter: { text: $text }, first: 50) {
  nodes { id type name { text } organiser { name { text } } startsAt place { name { text } } url
          provenance { source { name } } }
  answers { source { name } state } } }"""


async def test_it_lists_what_linked_events_and_the_citys_clean_ups_have(hub: Caller) -> None:
    told = await hub.ask(HELP)
    assert told.errors == []
    nodes = told.data["volunteering"]["nodes"]

    assert {node["type"] for node in nodes} == {"VOLUNTEERING"}
    assert {node["provenance"]["source"]["name"] for node in nodes} >= {"linkedevents", "volunteering"}
    assert [node["startsAt"] for node in nodes] == sorted(node["startsAt"] for node in nodes)
    assert states(told.data["volunteering"])["volunteering"] == "FRESH"


async def test_it_is_searched_by_words(hub: Caller) -> None:
    whole, part = [await hub.ask(HELP, text=text) for text in ("puistotalkoot", "talkoot")]

    assert whole.errors == part.errors == []
    found = [{node["id"] for node in told.data["volunteering"]["nodes"]} for told in (whole, part)]
    assert found[0]
    assert found[0] <= found[1]


async def test_other_types_are_a_contradiction(hub: Caller) -> None:
    told = await hub.ask("{ volunteering(filter: { types: [COURSE] }) { nodes { id } } }")

    assert [error["extensions"]["code"] for error in told.errors] == ["BAD_INPUT"]
