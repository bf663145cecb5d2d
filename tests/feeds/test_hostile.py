"""Feeds that would cost more than themselves: each is read, as far as it can be, within time and memory, or refused;
and the last good set of its source is served, and that of the others.
"""

from __future__ import annotations

import gzip
import resource
import time
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from hub.connectors.registry import CONNECTORS
from hub.errors import PayloadChanged
from hub.feeds.worker import LIMITS, Limits, parse_isolated
from hub.fetch import Ask, Connector, Fetch, Page, Reply, Source
from hub.fetcher import Fetcher
from hub.harvest.harvester import Harvester
from hub.harvest.missing import Read
from hub.index.crawls import State
from hub.index.write import Writer
from hub.records.core import LocalizedText
from hub.records.events import Event

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
WITHIN = 10.0  # seconds, on a machine that does other things besides; most take half of one
MEBIBYTE = 1 << 20
NOTHING: Mapping[str, Any] = {}
RSS = '<rss xmlns:ev="http://purl.org/rss/1.0/modules/event/"><channel>'
BOMB = "<!DOCTYPE rss [<!ENTITY a 'aaaaaaaaaa'>" + "".join(
    f"<!ENTITY {name} '{f'&{inner};' * 10}'>" for name, inner in zip("bcdefghij", "abcdefghi", strict=True)
)  # fmt: skip


def item(name: str, description: str = "") -> str:
    return (
        f"<item><title>{name}</title><guid>{name}</guid><ev:startdate>2026-12-01T10:00:00Z</ev:startdate>"
        f"<description>{description}</description></item>"
    )


def rss(items: str) -> bytes:
    return f"{RSS}{items}</channel></rss>".encode()


def page(*scripts: str, before: str = "") -> bytes:
    made = "".join(f'<script type="application/ld+json">{script}</script>' for script in scripts)
    return f"<!doctype html><html>{before}{made}</html>".encode()


def node(name: str, more: str = "") -> str:
    return f'{{"@type":"Event","@id":"#{name}","name":"{name}","startDate":"2026-12-01"{more}}}'


def vevent(uid: str, *lines: str) -> str:
    inner = "".join(f"{line}\r\n" for line in lines)
    return f"BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTART:20261201T100000Z\r\n{inner}END:VEVENT\r\n"


def calendar(*events: str) -> bytes:
    return f"BEGIN:VCALENDAR\r\n{''.join(events)}END:VCALENDAR\r\n".encode()


def made(word: str, name: str = "partner", options: Mapping[str, Any] = NOTHING) -> Connector:
    url = f"https://{name}.example/feed"
    title = LocalizedText(fi=name)
    return CONNECTORS[word](Source(name=name, id=name, connector=word, url=url, title=title, options=options))


async def read(
    word: str,
    body: bytes,
    limits: Limits = LIMITS,
    *,
    options: Mapping[str, Any] = NOTHING,
    after: str | None = None,
) -> Page[Event]:
    connector = made(word, options=options)
    (collection,) = connector.collections()
    fetch = collection.pages(Ask(now=NOW, after=after))
    assert isinstance(fetch, Fetch)
    reply = Reply(source=connector.source, request=fetch.request, status=200, headers={}, body=body, read_at=NOW)
    began = time.monotonic()
    try:
        found: Page[Event] = await parse_isolated(fetch, reply, limits)
    finally:
        assert time.monotonic() - began < WITHIN
    return found


def names(found: Page[Event]) -> set[str | None]:
    return {event.uid for event in found.items}


# ---- bombs that leave the good events of their feed -----------------------------------------------------------------


async def test_recurrence_bombs_cost_themselves() -> None:
    rules = ("SECONDLY", "MINUTELY", "HOURLY", "DAILY;INTERVAL=0", "SECONDLY;BYMONTH=2;BYMONTHDAY=30", "YEARLY;BYFOO=1")
    bombs = [vevent(f"bomb{n}", f"RRULE:FREQ={rule}") for n, rule in enumerate(rules * 50)]
    bombs.append(vevent("many", "RRULE:FREQ=DAILY;COUNT=100000000"))
    bombs.append(vevent("long", "RRULE:FREQ=HOURLY;COUNT=100000000"))

    found = await read("icalendar", calendar(*bombs, vevent("good")))

    assert "good" in names(found)
    assert len([event for event in found.items if event.uid == "long" and not event.is_series]) == 1_000
    assert len(found.dropped) >= len(rules) * 50


async def test_a_feed_of_rules_ends_where_it_gave_as_many_occurrences_as_a_feed_may() -> None:
    bombs = [vevent(f"bomb{n}", "RRULE:FREQ=HOURLY;COUNT=100000000") for n in range(500)]

    found = await read("icalendar", calendar(vevent("good"), *bombs))

    assert "good" in names(found)
    assert len(found.items) == 20_000
    assert not found.complete


async def test_a_schedule_that_repeats_for_ever_costs_itself() -> None:
    forever = (
        ',"eventSchedule":{"@type":"Schedule","startDate":"2026-12-01","startTime":"09:00","repeatFrequency":"PT1H"}'
    )
    counted = forever[:-1] + ',"repeatCount":100000000}'
    nodes = [node(f"{n}", forever if n % 2 else counted) for n in range(100)]

    found = await read("jsonld", page(f"[{node('good')},{','.join(nodes)}]"))

    assert "https://partner.example/feed#good" in names(found)
    assert len(found.items) <= 22_000
    assert not found.complete


@pytest.mark.parametrize(
    ("word", "body"),
    [
        ("rss", rss(item("good") + "<item/>" * 100_000)),
        ("jsonld", page(f"[{node('good')}{',{}' * 100_000}]", *(["{}"] * 5_000))),
        ("icalendar", calendar(vevent("good"), "BEGIN:VEVENT\r\nEND:VEVENT\r\n" * 100_000)),
    ],
)
async def test_of_a_hundred_thousand_items_so_many_are_read_as_a_feed_may_have(word: str, body: bytes) -> None:
    found = await read(word, body)

    assert any((name or "").endswith("good") for name in names(found))
    assert not found.complete
    assert any("more than" in remark.reason for remark in found.remarks)


def tribe(*events: str) -> bytes:
    return f'{{"events":[{",".join(events)}],"total":1,"total_pages":1}}'.encode()


def tribal(more: str = "") -> str:
    times = '"utc_start_date":"2026-12-01 10:00:00","utc_end_date":"2026-12-01 11:00:00"'
    return f'{{"id":1,"global_id":"good","title":"x","status":"publish",{times}{more}}}'


def rpde(*items: str) -> bytes:
    return f'{{"items":[{",".join(items)}],"next":"https://partner.example/feed?after=1"}}'.encode()


RPDE_ITEM = f'{{"state":"updated","kind":"Event","id":"good","modified":1,"data":{node("good")}}}'


@pytest.mark.parametrize(
    ("word", "body"),
    [
        ("tribe", tribe(tribal(), *["{}"] * 100_000)),
        ("tribe", tribe(tribal(f',"venue":{"[" * 100_000}{"]" * 100_000}'), tribal())),
        ("tribe", tribe(tribal(f',"description":"{"<div>" * 20_000}{"x" * 8 * MEBIBYTE}"'))),
        ("rpde", rpde(RPDE_ITEM, *["{}"] * 100_000)),
        ("rpde", rpde(RPDE_ITEM, f'{{"state":"updated","kind":"Event","id":2,"data":{"[" * 1_000_000}}}')),
        ("rpde", rpde(RPDE_ITEM, f'{{"state":"updated","kind":"Event","id":2,"data":{"9" * 4 * MEBIBYTE}}}')),
    ],
)
async def test_what_a_programs_interface_answers_costs_itself_or_is_refused(word: str, body: bytes) -> None:
    try:
        found = await read(word, body)
    except PayloadChanged:  # no JSON at all, where brackets stay open
        return
    assert any((event.uid or event.ref.key).endswith("good") for event in found.items)
    assert found.dropped or word == "tribe"


FOLLOWING = {"follow": "/e/"}
LINK = '<a href="/e/1">x</a>'


@pytest.mark.parametrize(
    "listing",
    [
        f"<!doctype html>{LINK}{''.join(f'<a href=/e/{n}>' for n in range(500_000))}",
        f"<!doctype html>{LINK}<a href='/e/{'x' * 9 * MEBIBYTE}'>",
        f"<urlset><url><loc>https://partner.example/e/1</loc></url>{'<url><loc> ' * 800_000}</urlset>",
        f"<urlset>{''.join(f'<loc>https://partner.example/e/{n}</loc>' for n in range(1, 200_000))}</urlset>",
    ],
    ids=["many links", "a long link", "a sitemap without ends", "a long sitemap"],
)
async def test_a_listing_that_leads_everywhere_leads_to_fifty_pages_at_most(listing: str) -> None:
    found = await read("jsonld", listing.encode(), options=FOLLOWING)

    cursor = (found.next or "").split("\n")
    assert cursor[:2] == ["robots", "https://partner.example/e/1"]
    assert len(cursor) <= 51


@pytest.mark.parametrize(
    "robots", ["Disallow: /e/2\n" * 500_000, f"Disallow: /{'*a' * 4 * MEBIBYTE}$", "*\0" * 4 * MEBIBYTE]
)
async def test_a_robots_txt_of_any_size_is_read_quickly(robots: str) -> None:
    body = f"User-agent: *\n{robots}".encode()

    found = await read("jsonld", body, options=FOLLOWING, after="robots\nhttps://partner.example/e/1")

    assert found.next == "page\nhttps://partner.example/e/1"


@pytest.mark.parametrize(
    ("word", "body"),
    [
        ("rss", rss(item("good", "a" * 10 * MEBIBYTE))),
        ("rss", rss(item("good", "&lt;b&gt;x" * MEBIBYTE))),
        ("icalendar", calendar(vevent("good", "DESCRIPTION:" + "x" * 10 * MEBIBYTE))),
        ("icalendar", calendar(vevent("good", "DESCRIPTION:" + "\\n" * 5 * MEBIBYTE))),
        ("jsonld", page(node("good"), '"' + "x" * 10 * MEBIBYTE + '"')),
        ("jsonld", page(node("good"), before=f"<!--{'x' * 10 * MEBIBYTE}-->")),
    ],
)
async def test_ten_megabytes_are_read_and_texts_are_cut(word: str, body: bytes) -> None:
    found = await read(word, body)

    (event,) = found.items
    assert (event.uid or "").endswith("good")
    assert event.description is None or len(event.description.any or "") <= 64_000


@pytest.mark.parametrize(
    ("word", "body"),
    [
        ("rss", rss(item("good") + item("deep", "<b>" * 100_000))),
        ("rss", rss(item("good") + item("deep", "<![CDATA[" * 100_000))),
        ("rss", rss(item("good") + "<a " + " ".join(f"b{n}=''" for n in range(100_000)) + "/>")),
        ("rss", rss(item("good") + item("tags", "&lt;time " * 500_000))),
        ("jsonld", page(node("good"), "[" * 1_000_000)),
        ("jsonld", page(node("good"), '{"a":' * 1_000_000)),
        ("jsonld", page(node("good"), "/*" * 1_000_000)),
        ("jsonld", page(node("good"), '"\\' * 1_000_000)),
        ("jsonld", page(node("good"), f'{{"@type":"Event","name":{"[" * 500}{"]" * 500},"startDate":"2026-12-01"}}')),
        ("jsonld", page(node("good"), before="<div itemscope itemprop=a>" * 2_000)),
        ("icalendar", calendar(vevent("good"), "BEGIN:VEVENT\r\n" * 10_000)),
        ("icalendar", calendar(vevent("good"), "BEGIN:X-A\r\n" * 100_000)),
        ("icalendar", calendar(vevent("good", "DESCRIPTION;" + 'A="' * 100_000 + ":x"))),
    ],
)
async def test_deep_nesting_costs_itself(word: str, body: bytes) -> None:
    found = await read(word, body)

    assert any((name or "").endswith("good") for name in names(found))


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-32", "cp037"])
@pytest.mark.parametrize("word", ["rss", "jsonld", "icalendar"])
async def test_a_wrong_charset_is_read_or_refused_and_nothing_else(word: str, encoding: str) -> None:
    body = {"rss": rss(item("yö")), "jsonld": page(node("yö")), "icalendar": calendar(vevent("yö"))}[word]
    hostile = body.decode().replace("<rss", '<?xml version="1.0" encoding="utf-8"?><rss').encode(encoding)
    try:
        found = await read(word, hostile)
    except PayloadChanged:
        assert encoding in {"utf-32", "cp037"}
        return
    assert any((name or "").endswith("yö") for name in names(found))


@pytest.mark.parametrize("word", ["rss", "jsonld", "icalendar", "tribe", "rpde"])
async def test_rubbish_is_refused(word: str) -> None:
    for body in (bytes(range(256)) * 4_000, b"\xff" * MEBIBYTE, b"<" * MEBIBYTE, b"{" * MEBIBYTE, b"\0" * MEBIBYTE):
        with pytest.raises(PayloadChanged):
            await read(word, body)


@pytest.mark.parametrize("body", [f"{BOMB}]>{RSS}<item><title>&j;</title></item></channel></rss>".encode()])
async def test_an_entity_bomb_is_refused_at_sight(body: bytes) -> None:
    with pytest.raises(PayloadChanged, match="declares entities"):
        await read("rss", body)


async def test_an_entity_bomb_behind_the_place_that_is_looked_at_does_not_go_off() -> None:
    body = f"<!--{'x' * 70_000}-->{BOMB}]>{RSS}{item('good')}<item><title>&j;</title></item></channel></rss>"

    with pytest.raises(PayloadChanged):
        await read("rss", body.encode())


async def test_what_takes_too_long_or_too_much_is_killed() -> None:
    slow = page(node("good"), before="<div>" * 500_000)

    with pytest.raises(PayloadChanged, match="not read within"):
        await read("jsonld", slow, Limits(wall=timedelta(seconds=1)))
    with pytest.raises(PayloadChanged):
        await read("rss", rss(item("good", "a" * 10 * MEBIBYTE)), Limits(memory=80 * MEBIBYTE))


def test_none_of_them_took_more_memory_than_it_may() -> None:
    """Of all children so far, in kilobytes."""
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 < LIMITS.memory


# ---- what it costs the hub ------------------------------------------------------------------------------------------


class World:
    """Two partners, whose bodies may change, and the index they are harvested into."""

    def __init__(self, folder: Path) -> None:
        self.now = NOW
        self.bodies = {
            "partner.example": calendar(vevent("a"), vevent("b")),
            "neighbour.example": rss(item("c") + item("d")),
        }
        self.connectors = [made("icalendar", "partner"), made("rss", "neighbour")]
        self.writer = Writer(folder / "index-test.sqlite", now=lambda: self.now, synchronous="OFF")
        self.fetcher = Fetcher(
            {connector.source.id: connector.source for connector in self.connectors},
            wire=httpx.MockTransport(
                lambda request: httpx.Response(200, stream=httpx.ByteStream(self.bodies[request.url.host]))
            ),
            clock=lambda: self.now,
        )

    async def harvest(self, *, apart: bool = True) -> dict[str, State]:
        """`apart`: read where it can be killed, as in earnest; else here, which is quicker."""
        self.now += timedelta(minutes=30)

        def read_for(_: object) -> Read:
            return self.fetcher.read_isolated if apart else self.fetcher.read

        harvester = Harvester(self.connectors, self.writer, self.fetcher.read, read_for=read_for)
        return {state.source: state.state for state in await harvester.once()}

    def served(self) -> list[str]:
        return sorted(record.ref.key for _, record in self.writer.of_kind("event"))


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made_up = World(tmp_path)
    yield made_up
    await made_up.fetcher.aclose()
    made_up.writer.close()


@pytest.mark.parametrize(
    "hostile",
    [
        b"<html><form>Log in</form></html>",
        calendar(*(f"BEGIN:VEVENT\r\nUID:x{n}\r\nEND:VEVENT\r\n" for n in range(200))),
        calendar(vevent("a"))[:60],
        b"x" * (11 * MEBIBYTE),
    ],
    ids=["a log-in page", "nothing that can be read", "cut off", "more than a reply may be"],
)
async def test_the_last_good_set_is_served_and_the_neighbour_is_read(world: World, hostile: bytes) -> None:
    assert await world.harvest() == {"partner": State.OK, "neighbour": State.OK}
    assert world.served() == ["a", "b", "c", "d"]

    world.bodies["partner.example"] = hostile
    world.bodies["neighbour.example"] = rss(item("c") + item("d") + item("e"))
    for _ in range(3):
        after = await world.harvest()

    assert world.served() == ["a", "b", "c", "d", "e"]
    assert after["neighbour"] is State.OK
    told = world.writer.crawls()["partner", "event"]
    assert told.state is State.FAILED or told.dropped or told.message


async def test_a_feed_of_the_newest_ten_withdraws_nothing(world: World) -> None:
    """The later items of a feed of news push the earlier ones out, which says nothing of those."""
    assert await world.harvest(apart=False) == {"partner": State.OK, "neighbour": State.OK}

    for newest in ("ef", "fg", "gh", "hi"):
        world.bodies["neighbour.example"] = rss("".join(item(name) for name in newest))
        await world.harvest(apart=False)

    assert world.served() == list("abcdefghi")


async def test_a_file_that_was_cut_off_withdraws_nothing_and_a_whole_one_withdraws_what_it_lacks_twice(
    world: World,
) -> None:
    whole = calendar(vevent("a"), vevent("b"))
    await world.harvest(apart=False)

    world.bodies["partner.example"] = whole[: whole.index(b"UID:b")]
    for _ in range(3):
        await world.harvest(apart=False)
    assert "b" in world.served()

    world.bodies["partner.example"] = calendar(vevent("a"))
    await world.harvest(apart=False)
    assert "b" in world.served()
    await world.harvest(apart=False)
    assert "b" not in world.served()


async def test_more_than_ten_mebibytes_are_not_expanded_for_a_feed(world: World) -> None:
    source = msgspec.structs.replace(made("rss", "neighbour").source, is_feed=True)
    many = rss("".join(item(f"{n:x}" * 50) for n in range(60_000)))
    assert 10 * MEBIBYTE < len(many) < 50 * MEBIBYTE
    packed = gzip.compress(many, 1)
    wire = httpx.MockTransport(
        lambda _: httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(packed))
    )
    fetcher = Fetcher({source.id: source}, wire=wire, clock=lambda: NOW)
    fetch = CONNECTORS["rss"](source).probe()
    assert isinstance(fetch, Fetch)

    with pytest.raises(PayloadChanged, match="larger than 10485760 bytes when expanded"):
        await fetcher.read(fetch)
    await fetcher.aclose()
