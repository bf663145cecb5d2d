"""Somebody stands somewhere: which part of the city that is, what is around, and what to do there."""

from __future__ import annotations

import pytest

from tests.stories.hub import Caller
from tests.stories.weeks import OODI


async def test_a_point_is_in_one_area_of_each_kind(hub: Caller) -> None:
    told = await hub.ask(
        """query ($at: PointInput!) { district(at: $at) { kind name { fi } } districts(at: $at) { kind }
           major: district(at: $at, kind: MAJOR_DISTRICT) { name { fi } } }""",
        at=OODI,
    )

    assert told.errors == []
    assert told.data["district"] == {"kind": "NEIGHBOURHOOD", "name": {"fi": "Kluuvi"}}
    assert told.data["major"] == {"name": {"fi": "Eteläinen"}}
    kinds = [district["kind"] for district in told.data["districts"]]
    assert kinds == ["SUB_DISTRICT", "NEIGHBOURHOOD", "DISTRICT", "MAJOR_DISTRICT"]


@pytest.mark.parametrize(
    "arguments", ["", '(name: "Kallio", at: { lat: 60.1, lon: 24.9 })', "(at: { lat: 91, lon: 0 })"]
)
async def test_a_district_is_asked_for_by_a_name_or_by_a_point(hub: Caller, arguments: str) -> None:
    told = await hub.ask(f"{{ district{arguments} {{ id }} }}")

    assert [error["extensions"]["code"] for error in told.errors] == ["BAD_INPUT"]


AROUND = """
fragment Around on Located {
  distanceMetres(lat: 60.17397, lon: 24.938158)
  nearbyPlaces(withinMetres: 1000, first: 5) { nodes { id distanceMetres(lat: 60.17397, lon: 24.938158) } }
  nearbySpaces(withinMetres: 3000, first: 2) { totalCount nodes { name { text } } }
  nearbyEvents(withinMetres: 3000, first: 2, sort: STARTS_AT) { totalCount nodes { name { text } } }
}
query ($at: PointInput!, $near: NearInput!) {
  places(filter: { near: $near }, sort: DISTANCE, first: 4) { nodes { __typename id ...Around } }
  spaces(filter: { near: $near }, sort: DISTANCE, first: 4) { nodes { __typename id ...Around } }
  events(filter: { near: $near }, sort: DISTANCE, first: 4) { nodes { __typename id ...Around } }
  hearings(first: 4) { nodes { __typename id location { lat } ...Around } }
  district(at: $at) { proposals(first: 4) { nodes { __typename id ...Around } }
                      budgetProjects(first: 4) { nodes { __typename id ...Around } } }
}"""


async def test_whatever_is_somewhere_has_something_near_it(hub: Caller) -> None:
    kallio = {"lat": 60.18427, "lon": 24.95358}
    before = hub.queries

    told = await hub.ask(AROUND, at=kallio, near={**kallio, "withinMetres": 2000})

    assert told.errors == []
    assert hub.queries - before < 90
    lists = {**told.data, **told.data["district"]}
    for name in ("places", "spaces", "events", "proposals", "budgetProjects"):
        nodes = lists[name]["nodes"]
        assert len(nodes) == 4, name
        for node in nodes:
            assert node["distanceMetres"] > 0
            assert node["id"] not in {other["id"] for other in node["nearbyPlaces"]["nodes"]}
            assert node["nearbySpaces"]["totalCount"] >= len(node["nearbySpaces"]["nodes"]) == 2
            assert node["nearbyEvents"]["totalCount"] >= len(node["nearbyEvents"]["nodes"]) == 2
    for hearing in told.data["hearings"]["nodes"]:
        assert (hearing["distanceMetres"] is None) is (hearing["location"] is None)


@pytest.mark.parametrize("field", ["places", "spaces", "events"])
async def test_the_nearest_of_nowhere_is_refused_in_words(hub: Caller, field: str) -> None:
    told = await hub.ask(f"{{ {field}(sort: DISTANCE) {{ nodes {{ id }} }} }}")

    assert [error["extensions"]["code"] for error in told.errors] == ["BAD_INPUT"]
    assert "near" in told.errors[0]["message"]
