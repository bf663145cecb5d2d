"""A theme week planned with partners: everything on one subject, from every service, and how sure each link is."""

from __future__ import annotations

from typing import Any

from tests.stories.hub import Caller, City, states
from tests.stories.weeks import TRIES

WEEK = """query($text: String!, $exact: Boolean!) { themes(text: $text, first: 1) { nodes {
  name { fi sv en } provenance { source { name } license }
  events(first: 50, filter: { exactThemes: $exact }) {
    totalCount nodes { name { text } themes { edges { isInferred confidence node { name { fi } } } } } }
  volunteering(first: 5) { nodes { name { text } } }
  things: catalogue(filter: { formats: [OBJECT], exactThemes: $exact }, first: 5) { nodes { title { text } } }
  books: catalogue(filter: { formats: [BOOK] }, first: 5) {
    nodes { title { text } themes { nodes { name { fi } } } } answers { source { name } state message } }
  hearings(first: 5, filter: { exactThemes: $exact }) {
    nodes { title { text } themes { edges { isInferred confidence node { name { fi } } } } } }
  proposals(first: 5) { nodes { title { text } category { fi } themes { nodes { name { fi } } } } }
  budgetProjects(first: 5) { nodes { title { text } } }
  decisions(first: 5) { nodes { title { text } } }
  climateActions(first: 5) { nodes { name { text } } }
} } }"""


async def week(hub: Caller, text: str, *, exact: bool = False) -> Any:
    answered = await hub.ask(WEEK, text=text, exact=exact)
    assert answered.errors == []
    (theme,) = answered.data["themes"]["nodes"]
    return theme


def edge(record: Any, name: str) -> tuple[bool, float]:
    (found,) = [one for one in record["themes"]["edges"] if one["node"]["name"]["fi"] == name]
    return found["isInferred"], found["confidence"]


async def test_a_theme_brings_events_books_and_hearings_together(hub: Caller) -> None:
    themes = (await hub.operation("theme", **TRIES["theme"]))["themes"]["nodes"]
    assert themes[0]["name"] == {"fi": "hyvinvointi", "sv": "välmående", "en": "well-being"}
    assert themes[0]["events"]["nodes"]
    assert themes[0]["catalogue"]["nodes"]
    assert themes[0]["hearings"]["nodes"]
    assert len({theme["id"] for theme in themes}) == len(themes)


async def test_what_is_inferred_says_so_and_can_be_left_out(hub: Caller) -> None:
    wide, sure = await week(hub, "liikunta"), await week(hub, "liikunta", exact=True)
    assert 0 < sure["events"]["totalCount"] < wide["events"]["totalCount"]
    assert {edge(event, "liikunta") for event in sure["events"]["nodes"]} == {(False, 1.0)}
    assert (True, 0.8) in {edge(event, "liikunta") for event in wide["events"]["nodes"]}  # "Liikunta ja ulkoilu"
    assert sure["hearings"]["nodes"] == [], "a hearing's labels have no ids"


async def test_a_hearing_and_a_book_are_about_what_their_subjects_say(hub: Caller) -> None:
    theme = await week(hub, "wellbeing")
    assert {edge(hearing, "hyvinvointi") for hearing in theme["hearings"]["nodes"]} == {(True, 0.8)}
    for book in theme["books"]["nodes"]:
        assert "hyvinvointi" in [about["name"]["fi"] for about in book["themes"]["nodes"]]
    for proposal in theme["proposals"]["nodes"]:
        assert "hyvinvointi" in [about["name"]["fi"] for about in proposal["themes"]["nodes"]]
    assert theme["proposals"]["nodes"]
    assert theme["budgetProjects"]["nodes"]
    assert theme["provenance"] == {"source": None, "license": "CC BY 4.0"}


async def test_libraries_are_a_theme_in_every_service(hub: Caller) -> None:
    theme = await week(hub, "bibliotek")
    assert theme["name"]["fi"] == "kirjastot"
    for kind in ("hearings", "proposals", "budgetProjects", "climateActions"):
        assert theme[kind]["nodes"], kind
    assert (await week(hub, "talkoot"))["volunteering"]["nodes"]
    assert (await week(hub, "soittimet"))["things"]["nodes"]


async def test_while_the_catalogue_is_down_the_rest_of_the_week_stands_and_it_says_why(city: City) -> None:
    await city.breaks("finna")
    async with city.open() as hub:
        theme = await week(hub, "hyvinvointi")
    assert theme["books"]["nodes"] == []
    (answer,) = theme["books"]["answers"]
    assert states(theme["books"]) == {"finna": "FAILED"}
    assert "finna" in answer["message"]
    assert theme["events"]["nodes"]
    assert theme["hearings"]["nodes"]


async def test_the_sixth_theme_has_no_search_of_its_own(hub: Caller) -> None:
    answered = await hub.ask("{ themes(first: 7) { nodes { catalogue(filter: { formats: [BOOK] }) { totalCount } } } }")
    searched = [theme["catalogue"] for theme in answered.data["themes"]["nodes"]]
    assert [one is None for one in searched] == [False] * 5 + [True] * 2
    assert {error["extensions"]["code"] for error in answered.errors} == {"TOO_MANY_LOOKUPS"}


async def test_a_theme_is_a_node_and_lists_can_be_asked_for_it(hub: Caller) -> None:
    themes = (await hub.operation("theme", **TRIES["theme"]))["themes"]["nodes"]
    answered = await hub.ask(
        """query($id: ID!) {
          node(id: $id) { __typename ... on Theme { label { fi } url } }
          events(filter: { themes: [$id] }, first: 3) { totalCount nodes { themes { nodes { id } } } }
          hearings(filter: { themes: [$id] }) { totalCount }
          proposals(filter: { themes: [$id] }) { totalCount }
          decisions(filter: { themes: [$id] }) { totalCount }
          climateActions(filter: { themes: [$id] }) { totalCount }
          budgetProjects(filter: { themes: [$id] }) { totalCount }
          catalogue(filter: { themes: [$id], formats: [BOOK] }) { totalCount }
        }""",
        id=themes[0]["id"],
    )
    assert answered.errors == []
    assert answered.data["node"] == {
        "__typename": "Theme",
        "label": {"fi": "hyvinvointi (terveydellinen)"},
        "url": "http://www.yso.fi/onto/yso/p22036",
    }
    for event in answered.data["events"]["nodes"]:
        assert themes[0]["id"] in [theme["id"] for theme in event["themes"]["nodes"]]
    for kind in ("events", "hearings", "proposals", "budgetProjects", "catalogue"):
        assert answered.data[kind]["totalCount"] > 0, kind


async def test_more_themes_cost_no_more_statements(hub: Caller) -> None:
    query = """query($first: Int!) { themes(first: $first) { nodes {
      events(first: 2) { nodes { themes { nodes { id } } } } volunteering(first: 1) { nodes { id } }
      catalogue(filter: { formats: [OBJECT] }, first: 2) { nodes { themes { nodes { id } } } }
      hearings(first: 2) { nodes { themes { nodes { id } } } } decisions(first: 2) { nodes { themes { nodes { id } } } }
      proposals(first: 2) { nodes { themes { nodes { id } } } } budgetProjects(first: 1) { nodes { id } }
      climateActions(first: 2) { nodes { themes { nodes { id } } } } } } }"""
    costs = []
    for first in (80, 90, 100):
        before = hub.queries
        assert (await hub.ask(query, first=first)).errors == []
        costs.append(hub.queries - before)
    assert costs[0] == costs[1] == costs[2]
