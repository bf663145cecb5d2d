"""A partner wants to know how the hub read its feed."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import httpx

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


async def test_a_feed_that_its_server_says_is_gone_keeps_its_events_and_is_left_alone(tmp_path: Path) -> None:
    city = City(tmp_path)
    await harvest_once(city.settings, sources=["museum"], wire=city.wire, clock=city.clock, synchronous="OFF")
    city.now += timedelta(hours=1)
    await city.breaks("icalendar", "gone")
    await harvest_once(city.settings, sources=["museum"], wire=city.wire, clock=city.clock, synchronous="OFF")

    async with city.open() as hub:
        feed = (await hub.ask(REPORT, name="museum")).data["feed"]

    assert feed["outcome"] == "GONE"
    assert "gone for good" in feed["message"]
    assert datetime.fromisoformat(feed["nextFetchAt"]) == city.now + timedelta(days=7)
    assert feed["events"]["totalCount"] > 0


class OneRowBroken(httpx.AsyncBaseTransport):
    """The city's register of libraries, of whose first row on each page the name is a number."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self.inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self.inner.handle_async_request(request)
        if not request.url.path.endswith("/library"):
            return response
        told = json.loads(await response.aread())
        told["items"][0]["name"] = 5
        return httpx.Response(200, stream=httpx.ByteStream(json.dumps(told).encode()), request=request)


async def test_a_source_that_is_no_feed_tells_which_row_it_lost_why_and_how_to_mend_it(tmp_path: Path) -> None:
    city = City(tmp_path)
    wire = OneRowBroken(city.wire)
    await harvest_once(city.settings, sources=["kirkanta"], wire=wire, clock=city.clock, synchronous="OFF")

    async with city.open() as hub:
        answered = await hub.ask(
            """{ sources { name collections { kind dropped }
                 droppedRows { collection key where reason mend isKept at } } }"""
        )

    told = next(source for source in answered.data["sources"] if source["name"] == "kirkanta")
    assert {"kind": "library", "dropped": 1} in told["collections"]
    (row,) = told["droppedRows"]
    assert row["key"]
    assert (row["collection"], row["where"], row["isKept"]) == ("library", "row 1 of library", None)
    assert "`$.name`" in row["reason"]
    assert row["mend"] == "Give name as text or null."
