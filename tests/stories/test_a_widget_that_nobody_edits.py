"""A widget asks for what is on from now on, and is told until when the answer holds. Contradictions are refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.stories.hub import Caller, City

WIDGET = """{
  events(filter: { within: { days: 7 } }, first: 50) { nodes { startsAt endsAt } }
  hearings(filter: { within: { days: 30 } }) { nodes { opensAt closesAt } }
  spaces(filter: { freeDuring: { within: { hours: 8 }, minutes: 60 } }, first: 2) {
    nodes { availability(within: { hours: 8 }) { startsAt endsAt } }
  }
  places(filter: { kinds: [LIBRARY], openNow: true }, first: 5) { nodes { isOpen openingHours(days: 3) { date } } }
}"""


async def test_it_gets_what_is_on_from_now_on(city: City, hub: Caller) -> None:
    told = await hub.ask(WIDGET)

    assert told.errors == []
    events, hearings, spaces, places = (told.data[name]["nodes"] for name in ("events", "hearings", "spaces", "places"))
    week = datetime(2026, 11, 24, 22, tzinfo=UTC)  # midnight after the seventh day
    for event in events:
        assert datetime.fromisoformat(event["startsAt"]) < week
        assert event["endsAt"] is None or datetime.fromisoformat(event["endsAt"]) > city.now
    for hearing in hearings:
        assert datetime.fromisoformat(hearing["closesAt"]) > city.now
    for space in spaces:
        assert any(
            datetime.fromisoformat(free["endsAt"]) <= city.now + timedelta(hours=8) for free in space["availability"]
        )
    assert [place["isOpen"] for place in places] == [True] * 5
    assert [day["date"] for day in places[0]["openingHours"]] == ["2026-11-18", "2026-11-19", "2026-11-20"]
    assert events
    assert hearings
    assert spaces


async def test_without_a_time_what_is_over_is_not_listed_and_with_one_it_is(city: City, hub: Caller) -> None:
    told = await hub.ask("""{
      now: events(first: 100) { totalCount nodes { startsAt endsAt } }
      all: events(filter: { startsAfter: "2026-01-01T00:00:00Z" }, first: 100) { totalCount nodes { endsAt } }
    }""")

    def ends(events: list[dict[str, str | None]]) -> list[datetime]:
        return [datetime.fromisoformat(event["endsAt"]) for event in events if event["endsAt"] is not None]

    assert all(end > city.now for end in ends(told.data["now"]["nodes"]))
    assert any(datetime.fromisoformat(event["startsAt"]) < city.now for event in told.data["now"]["nodes"]), "is on"
    assert any(end <= city.now for end in ends(told.data["all"]["nodes"]))
    assert 0 < told.data["now"]["totalCount"] < told.data["all"]["totalCount"]


async def test_its_answer_is_kept_for_the_minute_and_no_longer(city: City, hub: Caller) -> None:
    city.now += timedelta(seconds=48)
    query = "{ events(filter: { within: { hours: 1 } }) { nodes { id } } }"

    reply = await hub.client.get("/graphql", params={"query": query})

    assert "max-age=12" in reply.headers["cache-control"]


DAY = '{ from: "2026-11-18T00:00:00Z", to: "2026-11-19T00:00:00Z" }'
THEN = '"2026-11-18T00:00:00Z"'


@pytest.mark.parametrize(
    ("query", "named"),
    [
        (f"events(filter: {{ within: {{ days: 7 }}, startsAfter: {THEN} }}) {{ nodes {{ id }} }}", "startsAfter"),
        (f"events(filter: {{ within: {{ days: 7 }}, startsBefore: {THEN} }}) {{ nodes {{ id }} }}", "within"),
        (f"events(filter: {{ within: {{ days: 7 }}, overlaps: {DAY} }}) {{ nodes {{ id }} }}", "overlaps"),
        ("events(filter: { within: { days: 7, hours: 3 } }) { nodes { id } }", "days or hours"),
        ("events(filter: { within: {} }) { nodes { id } }", "days or hours"),
        ("events(filter: { within: { days: 0 } }) { nodes { id } }", "days: 0"),
        (f"hearings(filter: {{ within: {{ days: 7 }}, overlaps: {DAY} }}) {{ nodes {{ id }} }}", "overlaps"),
        ('decisions(filter: { lastDays: 7, decidedFrom: "2026-11-01" }) { nodes { id } }', "decidedFrom"),
        ("decisions(filter: { lastDays: 0 }) { nodes { id } }", "lastDays: 0"),
        (f"spaces(filter: {{ freeDuring: {{ within: {{ days: 1 }}, to: {THEN} }} }}) {{ nodes {{ id }} }}", "to"),
        ("spaces(filter: { freeDuring: { minutes: 60 } }) { nodes { id } }", "freeDuring: give from and to, or within"),
        ("spaces(filter: { freeDuring: { within: { days: 63 } } }) { nodes { id } }", "62 days"),
        ("spaces(first: 1) { nodes { availability { startsAt } } }", "availability: give from and to, or within"),
        (f"places(filter: {{ openNow: true, openAt: {THEN} }}) {{ nodes {{ id }} }}", "openAt"),
        ('place(tprekId: "8215") { openingHours(days: 3, to: "2026-11-18") { date } }', "days"),
        ('place(tprekId: "8215") { openingHours(from: "2026-11-18") { date } }', "from and to"),
        ('place(tprekId: "8215") { openingHours(days: 63) { date } }', "62 days"),
    ],
)
async def test_what_contradicts_itself_is_refused_with_the_words_that_do(hub: Caller, query: str, named: str) -> None:
    told = await hub.ask(f"{{ {query} }}")

    assert {error["extensions"]["code"] for error in told.errors} == {"BAD_INPUT"}
    assert named in told.errors[0]["message"]


async def test_the_last_days_decisions_are_those_of_the_days_up_to_today(hub: Caller) -> None:
    query = "query ($days: Int!) { decisions(filter: { lastDays: $days }, first: 100) { nodes { decidedOn } } }"

    all_days, month = [(await hub.ask(query, days=days)).data["decisions"]["nodes"] for days in (10_000, 30)]

    assert {row["decidedOn"] for row in month} == {
        row["decidedOn"] for row in all_days if row["decidedOn"] >= "2026-10-20"
    }
    assert all_days
