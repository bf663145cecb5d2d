"""Opening hours of every place and where sources differ, the climate programme, and the rooms of another town."""

from __future__ import annotations

from tests.stories.hub import Caller, states

HOURS = """query($kinds: [PlaceKind!]) { places(filter: { kinds: $kinds }, first: 100) { nodes {
  name { text } openingHours(from: "2026-11-16", to: "2026-12-16") {
    date state source { name } alsoSaid { source { name } state }
  } } } }"""


async def test_places_that_are_no_libraries_have_hours(hub: Caller) -> None:
    found = (await hub.ask(HOURS, kinds=["YOUTH"])).data["places"]["nodes"]
    known = [place["openingHours"] for place in found if place["openingHours"] is not None]

    assert len(known) > len(found) / 2
    for days in known:
        assert {day["source"]["name"] for day in days if day["state"] != "UNKNOWN"} == {"hauki"}
        assert not any(day["alsoSaid"] for day in days)


async def test_the_directory_speaks_for_libraries_and_who_is_behind_it_is_seen(hub: Caller) -> None:
    found = (await hub.ask(HOURS, kinds=["LIBRARY"])).data["places"]["nodes"]
    days = [day for place in found for day in place["openingHours"] or () if day["state"] != "UNKNOWN"]
    differing = [day for day in days if day["alsoSaid"]]

    assert {day["source"]["name"] for day in days} == {"kirkanta"}
    assert 0 < len(differing) < len(days) / 20
    for day in differing:  # closed for a feast or for stocktaking: Hauki has not heard of it
        assert day["state"] == "CLOSED"
        assert day["alsoSaid"] == [{"source": {"name": "hauki"}, "state": "OPEN"}]


async def test_the_librarys_climate_action_is_found_with_its_tasks(hub: Caller) -> None:
    query = """{ climateActions(filter: { text: "kirjasto" }, first: 5) {
      nodes { identifier name { text language } status { text } tasks { name { text } state dueOn }
        indicators { name { text } latest { value date } unit } }
      answers { source { name } state } } }"""
    found = (await hub.ask(query, "sv")).data["climateActions"]
    action = next(node for node in found["nodes"] if node["identifier"] == "116")

    assert states(found) == {"ilmastovahti": "FRESH"}
    assert action["name"] == {"text": "Biblioteket visar vägen i delningsekonomin", "language": "sv"}
    assert {task["state"] for task in action["tasks"]} >= {"IN_PROGRESS", "NOT_STARTED"}
    assert action["indicators"][0]["latest"]["date"] == "2025-12-31"


async def test_a_room_of_another_town_is_booked_like_any_other(hub: Caller) -> None:
    query = """query($from: DateTime!, $to: DateTime!) { spaces(
      filter: { text: "ryhmätyötila", freeDuring: { from: $from, to: $to } }, first: 50
    ) {
      nodes { place { provenance { source { name } } alsoIn { source { name } } } nextAvailable availabilityState
        provenance { source { name } } }
      answers { source { name } state } } }"""
    window = {"from": "2026-11-19T10:00:00+02:00", "to": "2026-11-19T16:00:00+02:00"}
    found = (await hub.ask(query, **window)).data["spaces"]
    theirs = [node for node in found["nodes"] if node["provenance"]["source"]["name"] == "espoo_rooms"]

    assert states(found)["espoo_rooms"] == "FRESH"
    assert theirs
    for node in theirs:
        assert node["availabilityState"] == "KNOWN"
        assert node["nextAvailable"]
    places = [node["place"] for node in theirs]
    libraries = [place for place in places if place["provenance"]["source"]["name"] == "kirkanta"]
    assert libraries, "what has a number in the register is one place with the library"
    assert all("espoo_rooms" in {also["source"]["name"] for also in place["alsoIn"]} for place in libraries)
