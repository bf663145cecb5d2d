"""A partner wants to know how the hub read its feed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from hub.harvesting import harvest_once
from tests.stories.hub import Caller, City

REPORT = """query ($name: String!) { feed(name: $name) {
  source { name } outcome message fetchedAt nextFetchAt dropped
  events(first: 5) { nodes { name { text } startsAt } totalCount pageInfo { hasNextPage } }
  droppedRows { collection key where reason mend isKept at }
  remarks { collection key where reason mend isKept at } } }"""


async def test_the_museum_hears_that_its_news_were_taken_for_news(hub: Caller) -> None:
    answered = await hub.ask(REPORT, name="museum_news")

    assert answered.errors == []
    feed = answered.data["feed"]
    assert (feed["source"], feed["outcome"], feed["dropped"]) == ({"name": "museum_news"}, "OK", 0)
    assert feed["fetchedAt"] < feed["nextFetchAt"]
    assert len(feed["events"]["nodes"]) == 5
    assert feed["events"]["totalCount"] > 5
    assert feed["droppedRows"] == []
    assert [(remark["key"].partition(" ")[0], remark["isKept"]) for remark in feed["remarks"]] == [
        ("uutinen-1", False),
        ("uutinen-2", False),
    ]
    assert all(remark["mend"] and remark["where"] and remark["reason"] for remark in feed["remarks"])


async def test_every_partner_has_a_report_and_nobody_else(hub: Caller) -> None:
    sources = (await hub.ask("{ sources { name kind droppedRows(first: 1) { reason } } }")).data["sources"]
    feeds = {"icalendar", "rss", "tribe", "jsonld", "rpde"}

    for source in sources:
        report = (await hub.ask(REPORT, name=source["name"])).data["feed"]
        assert (report is not None) is (source["kind"] in feeds), source["name"]
        assert source["droppedRows"] == []
    assert (await hub.ask(REPORT, name="nobody")).data["feed"] is None


async def test_a_feed_that_turned_into_something_else_keeps_its_events_and_says_why(tmp_path: Path) -> None:
    city = City(tmp_path)
    await harvest_once(city.settings, sources=["university"], wire=city.wire, clock=city.clock, synchronous="OFF")
    city.now += timedelta(hours=1)
    await city.breaks("jsonld", "garbage")
    await harvest_once(city.settings, sources=["university"], wire=city.wire, clock=city.clock, synchronous="OFF")

    async with city.open() as hub:
        feed = (await hub.ask(REPORT, name="university")).data["feed"]

    assert feed["outcome"] == "FAILED"
    assert "no schema.org data" in feed["message"]
    assert feed["events"]["totalCount"] > 0
