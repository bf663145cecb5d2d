"""A feed that is one reply: what is asked again, and what it means that nothing changed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import msgspec
import pytest

from hub.connectors.icalendar import ICalendar
from hub.fetch import Collection, Connector, Source
from hub.fetcher import Fetcher, validator
from hub.harvest import schedule
from hub.harvest.crawl import Crawl
from hub.harvest.harvester import Harvester
from hub.harvest.schedule import Mode, Pace
from hub.index.crawls import CrawlState, State
from hub.index.write import Writer
from hub.records.core import LocalizedText
from tests.harvest.test_harvester import Sleepers, run_until
from tests.index.made import Clock

URL = "https://museum.example/events.ics"
ETAG, MODIFIED = 'W/"33a64df5"', "Sun, 22 Nov 2026 06:00:00 GMT"


def vevent(uid: str, day: str = "20261128") -> str:
    return f"BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20261101T000000Z\r\nDTSTART:{day}T160000Z\r\nEND:VEVENT\r\n"


def calendar(*uids: str, head: str = "") -> bytes:
    return f"BEGIN:VCALENDAR\r\n{head}{''.join(map(vevent, uids))}END:VCALENDAR\r\n".encode()


class Partner:
    """A web server with one file. `validators`: what it sends; it understands what it sent."""

    def __init__(self) -> None:
        self.body = calendar("a", "b", "c")
        self.validators = {"ETag": ETAG, "Last-Modified": MODIFIED}
        self.headers: dict[str, str] = {}
        self.status = 200
        self.moved: str | None = None
        self.requests: list[httpx.Request] = []
        self.answers: list[int] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        response = self._answer(request)
        self.answers.append(response.status_code)
        return response

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if self.status != 200:
            return httpx.Response(self.status, headers=self.headers)
        if self.moved is not None and request.url.path != self.moved:
            return httpx.Response(301, headers={"Location": self.moved})
        told = {**self.validators, **self.headers}
        tag = request.headers.get("if-none-match")
        if tag is not None and tag == self.validators.get("ETag"):
            return httpx.Response(304, headers=told)
        return httpx.Response(200, headers=told, stream=httpx.ByteStream(self.body))

    def change(self, body: bytes) -> None:
        self.body = body
        self.validators = {name: f"{value[:-1]}{len(self.requests)}" for name, value in self.validators.items()}


class InProcess(ICalendar):
    """Parsed in this process, which is quicker."""

    def collections(self) -> Iterable[Collection]:
        for collection in super().collections():
            yield msgspec.structs.replace(collection, isolated=False)


class World:
    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        self.partner = Partner()
        source = Source(name="museum", id="museum", connector="icalendar", url=URL, title=LocalizedText(fi="Museo"))
        self.connector = InProcess(source)
        self.fetcher = Fetcher(
            {source.id: source},
            wire=httpx.MockTransport(self.partner),
            clock=self.clock,
            monotonic=lambda: self.clock().timestamp(),
            sleep=self.clock.sleep,
        )
        self.writer = Writer(folder / "index-test.sqlite", now=self.clock, synchronous="OFF")

    @property
    def collection(self) -> Collection:
        (only,) = self.connector.collections()
        return only

    def due(self, state: CrawlState) -> datetime:
        """When it is crawled next."""
        pace = Pace(every=timedelta(minutes=30), full=timedelta(minutes=30))
        found = schedule.due(self.collection, pace, {"event": state})
        assert found is not None
        return found.at

    async def crawl(self, *, anew: bool = False, minutes: float = 30) -> CrawlState:
        """The next crawl, `minutes` after the last."""
        self.clock.turn(minutes=minutes)
        collection = self.collection
        crawl = Crawl(
            self.connector.source,
            collection,
            Pace(every=timedelta(minutes=30), full=timedelta(minutes=30)),
            self.writer,
            self.fetcher.read,
            read_if_changed=self.fetcher.read_if_changed,
            anew=anew,
            sleep=self.clock.sleep,
        )
        before = self.writer.crawls().get(("museum", "event"), CrawlState(source="museum", collection="event"))
        return await crawl.run(Mode.FULL, before)

    def uids(self) -> list[str]:
        return sorted(record.ref.key for _, record in self.writer.of_kind("event"))

    def asked_with(self) -> list[tuple[str | None, str | None]]:
        headers = (request.headers for request in self.partner.requests)
        return [(each.get("if-none-match"), each.get("if-modified-since")) for each in headers]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = World(tmp_path)
    yield made
    await made.fetcher.aclose()
    made.writer.close()


async def test_both_validators_are_sent_back_as_they_came(world: World) -> None:
    await world.crawl()
    await world.crawl()

    assert world.asked_with() == [(None, None), (ETAG, MODIFIED)]
    assert world.partner.answers == [200, 304]


async def test_after_a_304_only_freshness_moves(world: World) -> None:
    world.partner.body = calendar("a", "b") + b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    first = await world.crawl()
    second = await world.crawl()

    assert world.partner.answers == [200, 304]
    assert (second.records, second.dropped, second.state) == (first.records, first.dropped, State.OK)
    assert first.confirmed is not None
    assert second.confirmed == first.confirmed + timedelta(minutes=30)
    assert second.last_full == second.confirmed
    assert len(world.writer.dropped()["museum", "event"]) == 1
    assert world.uids() == ["a", "b"]


async def test_a_server_without_validators_is_known_by_its_bytes(world: World) -> None:
    world.partner.validators = {}
    first = await world.crawl()
    world.partner.body = world.partner.body.replace(b"DTSTAMP:20261101T000000Z", b"DTSTAMP:20261122T000000Z")
    second = await world.crawl()

    assert world.partner.answers == [200, 200]
    assert world.asked_with() == [(None, None), (None, None)]
    assert (first.confirmed, second.state) != (second.confirmed, State.FAILED)
    (read_at,) = {record.read_at for _, record in world.writer.of_kind("event")}
    assert read_at == first.started  # it was not parsed again


async def test_a_changed_feed_is_read(world: World) -> None:
    await world.crawl()
    world.partner.change(calendar("a", "b", "c", "d"))
    await world.crawl()
    await world.crawl()

    assert world.partner.answers == [200, 200, 304]
    assert world.uids() == ["a", "b", "c", "d"]


@pytest.mark.parametrize("bad", [b"<html>Log in</html>", b"BEGIN:VCALENDAR\r\n" + vevent("a").encode()])
async def test_what_could_not_be_read_whole_is_asked_for_again(world: World, bad: bytes) -> None:
    """Else one bad body would stick: its validators would keep the good one away."""
    await world.crawl()
    good, validators = world.partner.body, dict(world.partner.validators)
    world.partner.change(bad)
    broken = await world.crawl()
    world.partner.body, world.partner.validators = good, {**validators, "ETag": world.partner.validators["ETag"]}
    mended = await world.crawl()

    assert broken.state is State.FAILED or broken.message is not None
    assert world.partner.answers == [200, 200, 200]
    assert (mended.state, mended.message) == (State.OK, None)
    assert world.uids() == ["a", "b", "c"]


async def test_an_event_that_vanished_is_withdrawn_although_nothing_changes_any_more(world: World) -> None:
    await world.crawl()
    world.partner.change(calendar("a", "b"))
    await world.crawl()
    assert world.uids() == ["a", "b", "c"]
    await world.crawl()
    await world.crawl()

    assert world.uids() == ["a", "b"]
    assert world.partner.answers == [200, 200, 200, 304]


async def test_once_a_day_it_is_read_although_nothing_changed(world: World) -> None:
    await world.crawl()
    for _ in range(3):
        await world.crawl(minutes=8 * 60 + 1)

    assert world.partner.answers == [200, 304, 304, 200]


async def test_a_feed_that_failed_and_did_not_change_is_well_again(world: World) -> None:
    await world.crawl()
    world.partner.status = 404
    failed = await world.crawl()
    world.partner.status = 200
    again = await world.crawl()

    assert failed.state is State.FAILED
    assert (again.state, again.failures, again.retry_at, again.message) == (State.OK, 0, None, None)
    assert world.partner.answers == [200, 404, 304]


async def test_another_address_is_read_whatever_was_seen_at_the_first(world: World) -> None:
    await world.crawl()
    other = msgspec.structs.replace(world.connector.source, url="https://museum.example/other.ics")
    world.connector = InProcess(other)
    await world.crawl()

    assert world.asked_with() == [(None, None), (None, None)]


async def test_who_asks_for_everything_anew_gets_it(world: World) -> None:
    await world.crawl()
    await world.crawl(anew=True)

    assert world.partner.answers == [200, 200]


@pytest.mark.parametrize(
    ("header", "kept"), [(ETAG, ETAG), (None, None), ("x" * 2_000, None), ("\u00e4", None), ("tab\there", None)]
)
def test_a_validator_is_kept_as_it_came_unless_no_header_may_hold_it(header: str | None, kept: str | None) -> None:
    assert validator(header) == kept


async def test_a_304_that_nobody_asked_for_is_refused(world: World) -> None:
    world.partner.validators = {}
    await world.crawl()
    world.partner.status = 304

    assert (await world.crawl()).state is State.FAILED
    assert world.uids() == ["a", "b", "c"]


# -- how often ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "headers", "wish"),
    [
        ("", {}, None),
        ("REFRESH-INTERVAL;VALUE=DURATION:PT12H\r\n", {}, timedelta(hours=12)),
        ("X-PUBLISHED-TTL:P1D\r\n", {"Cache-Control": "max-age=7200"}, timedelta(days=1)),
        ("X-PUBLISHED-TTL:often\r\n", {"Cache-Control": "public, max-age=7200"}, timedelta(hours=2)),
        ("", {"Cache-Control": "max-age=60"}, None),
    ],
)
async def test_a_feed_says_how_often_it_is_to_be_asked(
    world: World, head: str, headers: dict[str, str], wish: timedelta | None
) -> None:
    world.partner.body = calendar("a", head=head)
    world.partner.headers = headers
    first = await world.crawl()
    second = await world.crawl()

    assert (first.wish, second.wish) == (wish, wish)
    assert first.fresh == second.fresh == 2 * (wish or timedelta(minutes=30))
    (collection,) = world.connector.collections()
    pace = Pace(every=timedelta(minutes=30), full=timedelta(minutes=30))
    due = schedule.due(collection, pace, {"event": second})
    assert due is not None
    assert second.last_ok is not None
    assert 0.85 < (due.at - second.last_ok) / (wish or timedelta(minutes=30)) < 1.15


@pytest.mark.parametrize(
    ("wish", "every"),
    [(timedelta(seconds=1), timedelta(minutes=5)), (timedelta(days=400), timedelta(hours=24))],
)
def test_it_is_obeyed_within_reason(wish: timedelta, every: timedelta) -> None:
    assert Pace(every=timedelta(minutes=30), full=timedelta(minutes=30)).wished(wish).every == every


def test_the_configuration_knows_better() -> None:
    pace = Pace(every=timedelta(hours=3), full=timedelta(hours=3), is_set=True)

    assert pace.wished(timedelta(minutes=5)) == pace


# -- what a server says of its address --------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("told", [("7200", timedelta(hours=2)), ("9000000", timedelta(days=1))])
async def test_a_feed_is_not_asked_before_the_time_that_its_server_says(
    world: World, status: int, told: tuple[str, timedelta]
) -> None:
    await world.crawl()
    world.partner.status, world.partner.headers = status, {"Retry-After": told[0]}

    state = await world.crawl()

    assert state.state is State.FAILED
    assert world.due(state) == world.clock() + told[1]
    assert world.uids() == ["a", "b", "c"]


async def test_a_short_time_that_a_failing_server_says_does_not_hurry_it(world: World) -> None:
    world.partner.status, world.partner.headers = 503, {"Retry-After": "0"}

    state = await world.crawl()

    assert world.due(state) >= world.clock() + 0.9 * schedule.FIRST_RETRY


async def test_a_feed_that_is_gone_is_left_alone_for_a_week_and_its_events_are_shown(world: World) -> None:
    await world.crawl()
    world.partner.status = 410

    state = await world.crawl()

    assert state.state is State.GONE
    assert "gone for good" in (state.message or "")
    assert world.due(state) == world.clock() + timedelta(days=7)
    assert world.uids() == ["a", "b", "c"]
    world.partner.status = 200
    assert (await world.crawl()).state is State.OK


async def test_a_feed_that_is_gone_is_not_asked_until_the_hub_starts_anew(world: World) -> None:
    connectors: list[Connector] = [world.connector]
    harvester = Harvester(
        connectors,
        world.writer,
        world.fetcher.read,
        read_if_changed=world.fetcher.read_if_changed,
        sleep=Sleepers(world.clock).sleep,
    )
    world.partner.status = 410
    await run_until(harvester, world.clock, hours=48)
    assert world.partner.answers == [410]

    world.partner.status = 200
    await run_until(harvester, world.clock, hours=0.1)

    assert world.partner.answers == [410, 200]
    assert world.uids() == ["a", "b", "c"]


async def test_an_address_that_moved_for_good_is_told_after_three_equal_answers(world: World) -> None:
    world.partner.moved = "/new/secret.ics"
    for _ in range(2):
        assert (await world.crawl()).state is State.OK
        assert world.fetcher.health("museum").moved_to is None

    await world.crawl()

    assert world.fetcher.health("museum").moved_to == "https://museum.example"
    assert world.fetcher.moved("museum") == "https://museum.example/new/secret.ics"
    assert world.uids() == ["a", "b", "c"]
    world.partner.moved = None
    await world.crawl()
    assert world.fetcher.health("museum").moved_to is None


async def test_the_harvester_asks_conditionally_when_it_runs_by_itself(world: World) -> None:
    connectors: list[Connector] = [world.connector]
    harvester = Harvester(
        connectors,
        world.writer,
        world.fetcher.read,
        read_for=lambda collection: world.fetcher.read,
        read_if_changed=world.fetcher.read_if_changed,
        sleep=Sleepers(world.clock).sleep,
    )
    await harvester.once()
    await harvester.once()
    assert world.partner.answers == [200, 200]

    await run_until(harvester, world.clock, hours=1.2)

    assert world.partner.answers[2:4] == [304, 304]
