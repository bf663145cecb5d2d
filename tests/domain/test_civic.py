"""Hearings and decisions as callers see them: open by the clock, counted with an age of its own, in any district."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from hub.app import create_app, running
from hub.domain import civic
from hub.domain.city import City
from hub.domain.lists import PageArgs
from hub.index.civic import HearingFilter
from hub.records.civic import Decision, Geometry, Hearing, HearingComments, HearingSection, NamedArea
from hub.records.core import LocalizedText, Record, Ref
from hub.settings import parse
from tests import made

SETTINGS = """
[sources.kk]
connector = "kerrokantasi"
url = "https://hearings.example/"

[sources.pk]
connector = "decisions"
url = "https://decisions.example/"

[sources.oa]
connector = "openahjo"
url = "https://cases.example/"
enabled = false
"""
VALLILA = made.area("vallila", name="Vallila", boundary=made.square(24.0, 60.0))
KALLIO = made.area("kallio", name="Kallio", boundary=made.square(24.1, 60.0))
IN_VALLILA = Geometry(points=((24.05, 60.05),))
HOUR = timedelta(hours=1)


def hearing(key: str, opens: timedelta | None, closes: timedelta | None, **more: Any) -> Hearing:
    """Opens and closes so long after NOW."""
    return Hearing(
        ref=Ref("hearing", "kk", key),
        read_at=made.NOW,
        title=made.fi(key),
        opens_at=None if opens is None else made.NOW + opens,
        closes_at=None if closes is None else made.NOW + closes,
        **more,
    )


def decision(key: str, day: date | None, *, source: str = "pk", **more: Any) -> Decision:
    return Decision(ref=Ref("decision", source, key), read_at=made.NOW, title=made.fi(key), decided_on=day, **more)


def comments(key: str, count: int, read_at: datetime = made.NOW) -> HearingComments:
    return HearingComments(
        ref=Ref("hearing_comments", "kk", key), read_at=read_at, hearing=Ref("hearing", "kk", key), count=count
    )


def section(key: str, of: str, type_: str, minutes: int) -> HearingSection:
    return HearingSection(
        ref=Ref("hearing_section", "kk", key),
        read_at=made.NOW,
        hearing=Ref("hearing", "kk", of),
        type=type_,
        body=made.fi(f"<p>{key}</p>"),
        created_at=made.NOW + timedelta(minutes=minutes),
    )


OPEN = hearing("open", -HOUR, 5 * HOUR)
CLOSES_SOON = hearing("soon", -2 * HOUR, HOUR)
OVER = hearing("over", -9 * HOUR, -HOUR)
STOPPED = hearing("stopped", -3 * HOUR, 9 * HOUR, closed_early=True)
ENDLESS = hearing("endless", None, None)


@pytest.fixture
def ask(tmp_path: Path) -> Any:
    async def asked(query: str, *records: Record, at: datetime = made.NOW, tally: list[int] | None = None) -> Any:
        writer = made.in_folder(tmp_path)
        made.put(writer, *records)
        writer.close()
        settings = parse(f'[hub]\ndata_dir = "{tmp_path}"\n{SETTINGS}')
        async with (
            running(create_app(settings, clock=lambda: at)) as app,
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hub") as client,
        ):
            before = app.state.hall.index.queries
            answer = (await client.post("/graphql", json={"query": query})).json()
            if tally is not None:
                tally.append(app.state.hall.index.queries - before)
        return answer

    return asked


@pytest.fixture
def city(tmp_path: Path) -> Callable[..., AbstractAsyncContextManager[City]]:
    @asynccontextmanager
    async def opened(*records: Record) -> AsyncIterator[City]:
        writer = made.in_folder(tmp_path)
        made.put(writer, *records)
        writer.close()
        settings = parse(f'[hub]\ndata_dir = "{tmp_path}"\n{SETTINGS}')
        async with running(create_app(settings, clock=lambda: made.NOW)) as app:
            yield City(app.state.hall)

    return opened


def keys(connection: Any) -> list[str]:
    return [node["title"]["text"] for node in connection["nodes"]]


# ---- hearings


async def test_a_hearing_is_open_by_the_clock_unless_it_was_closed_early(ask: Any) -> None:
    query = "{ hearings(first: 9) { nodes { title { text } isOpen } } }"
    answer = await ask(query, OPEN, CLOSES_SOON, OVER, STOPPED, ENDLESS)

    assert [(node["title"]["text"], node["isOpen"]) for node in answer["data"]["hearings"]["nodes"]] == [
        ("open", True),
        ("soon", True),
        ("stopped", False),
        ("over", False),
        ("endless", True),  # nobody tells when it opened: last
    ]


async def test_open_ones_come_by_when_they_close_and_closed_ones_are_the_others(ask: Any) -> None:
    records = (OPEN, CLOSES_SOON, OVER, STOPPED, ENDLESS)
    both = "{ yes: hearings(filter: { isOpen: true }) { totalCount nodes { title { text } } }"
    both += " no: hearings(filter: { isOpen: false }) { totalCount nodes { title { text } } } }"
    answer = (await ask(both, *records))["data"]
    assert (keys(answer["yes"]), answer["yes"]["totalCount"]) == (["soon", "open", "endless"], 3)
    assert (keys(answer["no"]), answer["no"]["totalCount"]) == (["stopped", "over"], 2)


async def test_the_moment_at_which_it_closes_it_is_closed(ask: Any) -> None:
    query = "{ hearings(filter: { isOpen: true }) { nodes { title { text } } } }"

    assert keys((await ask(query, CLOSES_SOON, at=made.NOW + HOUR - timedelta(seconds=1)))["data"]["hearings"]) == [
        "soon"
    ]
    assert keys((await ask(query, CLOSES_SOON, at=made.NOW + HOUR))["data"]["hearings"]) == []


@pytest.mark.parametrize(
    ("one", "until"),
    [
        (CLOSES_SOON, made.NOW + HOUR),
        (hearing("later", HOUR, 2 * HOUR), made.NOW + HOUR),
        (OVER, None),
        (STOPPED, None),
        (ENDLESS, None),
    ],
    ids=lambda value: value.ref.key if isinstance(value, Hearing) else None,
)
async def test_whether_it_is_open_holds_until_it_opens_or_closes(
    one: Hearing, until: datetime | None, city: Callable[..., AbstractAsyncContextManager[City]]
) -> None:
    async with city(one) as here:
        civic.is_open(here, one)

        assert here.expires_at == until


async def test_a_list_of_open_ones_holds_until_any_hearing_opens_or_closes(
    city: Callable[..., AbstractAsyncContextManager[City]],
) -> None:
    later = hearing("later", timedelta(minutes=30), 2 * HOUR)
    async with city(OPEN, CLOSES_SOON, later) as here:
        civic.hearings(here, HearingFilter(), PageArgs())
        assert here.expires_at is None

        civic.hearings(here, HearingFilter(is_open=True), PageArgs())
        assert here.expires_at == made.NOW + timedelta(minutes=30)


async def test_comments_are_counted_apart_and_say_of_when_they_are(ask: Any) -> None:
    query = "{ hearings(first: 9) { nodes { title { text } comments commentsFetchedAt } } }"
    counted_at = made.NOW - timedelta(minutes=7)
    answer = await ask(query, OPEN, OVER, comments("open", 12, counted_at))

    assert answer["data"]["hearings"]["nodes"] == [
        {"title": {"text": "open"}, "comments": 12, "commentsFetchedAt": "2026-11-22T10:53:00+02:00"},
        {"title": {"text": "over"}, "comments": None, "commentsFetchedAt": None},
    ]


async def test_the_main_section_comes_first_then_the_older(ask: Any) -> None:
    parts = (
        section("late", "open", "part", 5),
        section("early", "open", "part", 1),
        section("main", "open", "main", 9),
    )
    query = "{ hearings { nodes { sections { kind body { text } } } } }"
    (node,) = (await ask(query, OPEN, *parts, section("other", "over", "main", 0)))["data"]["hearings"]["nodes"]

    assert [(part["kind"], part["body"]["text"]) for part in node["sections"]] == [
        ("main", "<p>main</p>"),
        ("part", "<p>early</p>"),
        ("part", "<p>late</p>"),
    ]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("within: { hours: 1 }", ["soon", "open"]),
        ("within: { days: 7 }", ["soon", "open", "later"]),
        ('overlaps: { from: "2026-11-22T00:00:00Z", to: "2026-11-22T08:00:00Z" }', ["over", "soon"]),
        ('isOpen: false, overlaps: { from: "2026-11-22T00:00:00Z", to: "2026-11-22T08:30:00Z" }', ["over"]),
        ("near: { lat: 60.05, lon: 24.05, withinMetres: 100 }", ["open"]),
        ("bbox: { west: 24.0, south: 60.0, east: 24.1, north: 60.1 }", ["open"]),
    ],
)
async def test_hearings_are_listed_by_when_one_can_take_part_and_where(ask: Any, given: str, found: list[str]) -> None:
    at_home = msgspec.structs.replace(OPEN, location=made.spot(60.05, 24.05))
    away = msgspec.structs.replace(CLOSES_SOON, location=made.spot(60.5, 24.05))
    later = hearing("later", 30 * HOUR, None)
    query = f"{{ hearings(filter: {{ {given} }}) {{ nodes {{ title {{ text }} }} }} }}"

    answer = await ask(query, at_home, away, OVER, STOPPED, later)

    assert "errors" not in answer
    assert keys(answer["data"]["hearings"]) == found


async def test_a_district_has_the_hearings_about_it_and_each_tells_its_districts(ask: Any) -> None:
    there = hearing("there", -HOUR, HOUR, geometry=IN_VALLILA)
    named = hearing("named", -2 * HOUR, HOUR, areas=(NamedArea(name=LocalizedText(fi="Kallio")),))
    query = """{
      vallila: district(name: "Vallila") {
        id hearings { totalCount nodes { title { text } districts { name { fi } } } }
      }
      kallio: district(name: "Kallio") { hearings(filter: { isOpen: true }) { nodes { title { text } } } }
    }"""
    found = (await ask(query, VALLILA, KALLIO, there, named))["data"]

    assert found["vallila"]["hearings"]["nodes"] == [
        {"title": {"text": "there"}, "districts": [{"name": {"fi": "Vallila"}}]}
    ]
    assert found["vallila"]["hearings"]["totalCount"] == 1
    assert keys(found["kallio"]["hearings"]) == ["named"]
    by_id = f'{{ hearings(filter: {{ districts: ["{found["vallila"]["id"]}"] }}) {{ nodes {{ title {{ text }} }} }} }}'
    assert keys((await ask(by_id))["data"]["hearings"]) == ["there"]


async def test_a_hearing_leads_to_the_place_that_it_is_about(ask: Any) -> None:
    query = "{ hearings { nodes { place { name { text } } } } }"
    answer = await ask(query, made.unit("8199", "Vallilan kirjasto"), hearing("h", -HOUR, HOUR, tprek_id="8199"))

    assert answer["data"]["hearings"]["nodes"] == [{"place": {"name": {"text": "Vallilan kirjasto"}}}]


async def test_everything_about_many_hearings_costs_as_much_as_about_one(ask: Any) -> None:
    query = """{ hearings(first: 100) { nodes {
      title { text } isOpen comments commentsFetchedAt sections { body { text } } districts { name { text } }
      place { id } provenance { source { name } fetchedAt }
    } } }"""
    one: list[int] = []
    many: list[int] = []

    def about(key: str) -> tuple[Record, ...]:
        return (
            hearing(key, -HOUR, HOUR, geometry=IN_VALLILA, tprek_id="1"),
            comments(key, 1),
            section(f"s-{key}", key, "main", 0),
        )

    await ask(query, VALLILA, made.unit("1"), *about("h"), tally=one)
    answer = await ask(query, *(record for n in range(40) for record in about(f"h{n}")), tally=many)

    assert len(answer["data"]["hearings"]["nodes"]) == 41
    assert many == one


async def test_districts_cost_one_question_however_many(ask: Any) -> None:
    query = (
        "{ districts { hearings(filter: { isOpen: true }) { nodes { title { text } } } decisions { nodes { id } } } }"
    )
    one: list[int] = []
    many: list[int] = []
    await ask(query, VALLILA, hearing("h", -HOUR, HOUR, geometry=IN_VALLILA), tally=one)
    others = [made.area(f"a{n}", name=f"A{n}", boundary=made.square(25 + n / 5, 60.0)) for n in range(20)]
    answer = await ask(query, *others, tally=many)

    assert len(answer["data"]["districts"]) == 21
    assert many == one


async def test_pages_follow_each_other_without_loss(ask: Any) -> None:
    records = [hearing(f"h{n}", -HOUR, n * HOUR) for n in range(1, 8)]
    seen: list[str] = []
    after = "null"
    while True:
        query = (
            f"{{ hearings(filter: {{ isOpen: true }}, first: 3, after: {after})"
            " { nodes { title { text } } pageInfo { endCursor hasNextPage } } }"
        )
        page = (await ask(query, *records))["data"]["hearings"]
        seen += keys(page)
        after = f'"{page["pageInfo"]["endCursor"]}"'
        if not page["pageInfo"]["hasNextPage"]:
            break

    assert seen == [f"h{n}" for n in range(1, 8)]
    refused = await ask(f"{{ hearings(after: {after}) {{ nodes {{ id }} }} }}")
    assert refused["errors"][0]["extensions"]["code"] == "BAD_CURSOR"  # of another order


# ---- decisions


async def test_decisions_come_the_latest_first_and_those_of_no_known_day_last(ask: Any) -> None:
    records = [
        decision("old", date(2014, 3, 18), source="oa"),
        decision("new", date(2026, 11, 17)),
        decision("?", None),
    ]
    query = """{
      all: decisions { nodes { title { text } decidedOn } }
      some: decisions(filter: { decidedFrom: "2014-03-18", decidedTo: "2020-01-01" }) { nodes { title { text } } }
      before: decisions(filter: { decidedTo: "2026-11-16" }) { nodes { title { text } } }
    }"""
    found = (await ask(query, *records))["data"]

    assert [(node["title"]["text"], node["decidedOn"]) for node in found["all"]["nodes"]] == [
        ("new", "2026-11-17"),
        ("old", "2014-03-18"),
        ("?", None),
    ]
    assert keys(found["some"]) == keys(found["before"]) == ["old"]


async def test_days_that_contradict_each_other_are_refused(ask: Any) -> None:
    query = '{ decisions(filter: { decidedFrom: "2026-01-02", decidedTo: "2026-01-01" }) { nodes { id } } }'
    answer = await ask(query)

    assert answer["data"]["decisions"] is None
    assert answer["errors"][0]["extensions"]["code"] == "BAD_INPUT"


async def test_a_case_is_found_by_its_number_and_a_decision_by_its_words(ask: Any) -> None:
    records = [
        decision("Kirjasto", date(2026, 11, 17), case_number="HEL 2025-001216"),
        decision("Puisto", date(2026, 11, 10), case_number="HEL 2025-001216", summary=made.fi("Hyväksytään.")),
        decision("Tie", date(2026, 11, 3), case_number="HEL 2025-000001"),
    ]
    query = """{
      case: decisions(filter: { caseNumber: "HEL 2025-001216" }) { nodes { title { text } caseNumber } }
      words: decisions(filter: { text: "hyväksytään" }) { nodes { title { text } summary { text } } }
    }"""
    found = (await ask(query, *records))["data"]

    assert keys(found["case"]) == ["Kirjasto", "Puisto"]
    assert found["words"]["nodes"] == [{"title": {"text": "Puisto"}, "summary": {"text": "Hyväksytään."}}]


async def test_a_district_has_the_decisions_whose_heading_names_it(ask: Any) -> None:
    records = [decision("Vallilan kirjasto", date(2026, 11, 17)), decision("Kallion koulu", date(2026, 11, 10))]
    query = '{ district(name: "Vallila") { decisions { nodes { title { text } districts { name { text } } } } } }'
    found = (await ask(query, VALLILA, KALLIO, *records))["data"]["district"]["decisions"]

    assert found["nodes"] == [{"title": {"text": "Vallilan kirjasto"}, "districts": [{"name": {"text": "Vallila"}}]}]


async def test_who_could_have_contributed_is_told_and_who_is_switched_off(ask: Any) -> None:
    query = "{ decisions { answers { source { name } state } } hearings { answers { source { name } state } } }"
    found = (await ask(query))["data"]

    assert {(row["source"]["name"], row["state"]) for row in found["decisions"]["answers"]} == {
        ("pk", "WARMING"),
        ("oa", "SKIPPED"),
    }
    assert [row["source"]["name"] for row in found["hearings"]["answers"]] == ["kk"]


async def test_both_are_nodes_and_entities_by_their_ids(ask: Any) -> None:
    one, two = hearing("h", -HOUR, HOUR), decision("d", date(2026, 11, 17))
    query = f"""{{
      nodes(ids: ["{one.ref.gid}", "{two.ref.gid}"]) {{ __typename id provenance {{ recordId }} }}
      _entities(representations: [
        {{ __typename: "Hearing", id: "{one.ref.gid}" }}, {{ __typename: "Decision", id: "{two.ref.gid}" }}
      ]) {{ ... on Hearing {{ isOpen }} ... on Decision {{ decidedOn }} }}
    }}"""
    found = (await ask(query, one, two))["data"]

    assert [(node["__typename"], node["provenance"]["recordId"]) for node in found["nodes"]] == [
        ("Hearing", "h"),
        ("Decision", "d"),
    ]
    assert found["_entities"] == [{"isOpen": True}, {"decidedOn": "2026-11-17"}]


async def test_a_section_and_a_count_are_no_nodes(ask: Any) -> None:
    counted = comments("h", 1)
    answer = await ask(f'{{ node(id: "{counted.ref.gid}") {{ id }} }}', counted)

    assert answer["errors"][0]["extensions"]["code"] == "BAD_ID"
