"""The whole sandbox: every stand-in at its address, over one city, read by its own connector, and breakable."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from hub.connectors.registry import CONNECTORS
from hub.fetch import Ask, Collection, Connector, Fetch, Joined, Page, Reply, Source, Wanted
from hub.records.core import LocalizedText
from hub.sandbox.bases import bases
from hub.sandbox.server import sandbox
from hub.sandbox.sierra.credentials import CREDENTIALS

ORIGIN = "http://sandbox.example"
NAMES = tuple(bases(ORIGIN))
CONNECTOR_OF = {"espoo": "linkedevents"}
PROBES = {
    "servicemap": "unit/",
    "kirkanta": "library",
    "varaamo": "?query={__typename}",
    "finna": "search?limit=1",
    "linkedevents": "event/?page_size=1",
    "espoo": "event/?page_size=1",
    "icalendar": "",
    "rss": "",
    "jsonld": "",
    "tribe": "wp-json/tribe/events/v1/events",
    "hauki": "opening_hours/?start_date=today&end_date=today&page_size=1",
    "respa": "resource/?page_size=1",
    "kerrokantasi": "hearing/?limit=1",
    "decisions": "paatokset_decisions/_search",
    "openahjo": "issue/?limit=1",
    "koha": "public/libraries",
    "volunteering": "event/?limit=1",
}


class Clock:
    def __init__(self) -> None:
        self.time = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def waited() -> list[float]:
    return []


@pytest.fixture
async def client(clock: Clock, waited: list[float]) -> AsyncIterator[httpx.AsyncClient]:
    async def wait(seconds: float) -> None:
        waited.append(seconds)

    transport = httpx.ASGITransport(app=sandbox(clock, wait=wait))
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
        yield client


def connector(name: str) -> Connector:
    word = CONNECTOR_OF.get(name, name)
    source = Source(name=name, id=name, connector=word, url=bases(ORIGIN)[name], title=LocalizedText(fi=name))
    return CONNECTORS[word](source)


async def ask(client: httpx.AsyncClient, wanted: Wanted[Any], clock: Clock) -> Any:
    """As a fetcher does, without what makes it a fetcher: send, and give the reply to `parse`."""
    if isinstance(wanted, Joined):
        return wanted.merge([await ask(client, part, clock) for part in wanted.parts])
    assert isinstance(wanted, Fetch)
    asked = wanted.request
    answer = await client.request(asked.method, asked.full_url, headers=dict(asked.headers), content=asked.body)
    assert answer.status_code in wanted.statuses, (asked.full_url, answer.status_code, answer.text[:300])
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return wanted.parse(
        Reply(
            source=wanted.source,
            request=asked,
            status=answer.status_code,
            headers=headers,
            body=answer.content,
            read_at=clock(),
        )
    )


async def crawl(
    client: httpx.AsyncClient, collection: Collection, clock: Clock, keys: tuple[str, ...] = (), most: int = 400
) -> list[Page[Any]]:
    pages: list[Page[Any]] = []
    after = None
    while len(pages) < most:
        pages.append(await ask(client, collection.pages(Ask(now=clock(), after=after, keys=keys)), clock))
        after = pages[-1].next
        if after is None:
            return pages
    pytest.fail(f"{collection.kind} has no end")


@pytest.mark.parametrize("name", [name for name in NAMES if CONNECTOR_OF.get(name, name) in CONNECTORS])
async def test_each_connector_reads_all_of_the_made_city(name: str, client: httpx.AsyncClient, clock: Clock) -> None:
    """Every collection, all its pages: something is there and no row is lost."""
    read: dict[str, list[Any]] = {}
    for collection in sorted(connector(name).collections(), key=lambda each: each.per is not None):
        keys: tuple[str, ...] = ()
        if collection.per is not None:
            fitting = [one for one in read[collection.per] if not collection.per_filter or collection.per_filter(one)]
            keys = tuple(record.ref.key for record in fitting[: collection.block])
        pages = await crawl(client, collection, clock, keys)
        dropped = [each for page in pages for each in page.dropped]
        records = [record for page in pages for record in page.items]
        assert not dropped, (collection.kind, dropped[:5])
        assert records, collection.kind
        read.setdefault(collection.kind, []).extend(records)


@pytest.mark.parametrize("name", NAMES)
async def test_a_stand_in_answers_at_its_address(name: str, client: httpx.AsyncClient) -> None:
    if name == "decidim":
        answer = await client.post(bases(ORIGIN)[name] + "api", json={"query": "{ decidim { version } }"})
    elif name == "sierra":
        asks = {"grant_type": "client_credentials"}
        key, _, secret = CREDENTIALS.read_text().strip().partition(":")
        answer = await client.post(bases(ORIGIN)[name] + "token", data=asks, auth=(key, secret))
    elif name == "kausal":
        answer = await client.post(bases(ORIGIN)[name], json={"query": "{ plans { id } }"})
    else:
        answer = await client.get(bases(ORIGIN)[name] + PROBES[name])
    assert answer.status_code == 200
    assert answer.content


async def test_the_city_is_made_anew_when_the_local_date_changes(client: httpx.AsyncClient, clock: Clock) -> None:
    url = bases(ORIGIN)["linkedevents"] + "event/?start=today&end=today&page_size=100&sort=start_time"
    sunday = {event["id"] for event in (await client.get(url)).json()["data"]}
    clock.time = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)  # half past midnight in Helsinki
    monday = {event["id"] for event in (await client.get(url)).json()["data"]}
    assert sunday
    assert monday
    assert sunday != monday


async def test_one_that_is_broken_leaves_the_others_alone(client: httpx.AsyncClient) -> None:
    await client.post("/_sandbox/kirkanta", params={"state": "down"})
    assert (await client.get(bases(ORIGIN)["kirkanta"] + "library")).status_code == 503
    assert (await client.get(bases(ORIGIN)["servicemap"] + "unit/")).status_code == 200


@pytest.mark.parametrize(("state", "status", "media"), [("down", 503, "text/html"), ("error", 500, "text/html")])
async def test_a_page_stands_where_json_was(state: str, status: int, media: str, client: httpx.AsyncClient) -> None:
    await client.post("/_sandbox/finna", params={"state": state})
    answer = await client.get(bases(ORIGIN)["finna"] + "search")
    assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (status, media)


async def test_garbage_is_well_formed_and_of_another_shape(client: httpx.AsyncClient) -> None:
    await client.post("/_sandbox/finna", params={"state": "garbage"})
    answer = await client.get(bases(ORIGIN)["finna"] + "search")
    assert answer.status_code == 200
    assert "resultCount" not in answer.json()


async def test_a_throttled_one_says_when_to_come_back(client: httpx.AsyncClient) -> None:
    await client.post("/_sandbox/decidim", params={"state": "throttled", "seconds": "7"})
    answer = await client.post(bases(ORIGIN)["decidim"] + "api", json={"query": "{ decidim { version } }"})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")


async def test_a_slow_one_answers_after_its_seconds(client: httpx.AsyncClient, waited: list[float]) -> None:
    await client.post("/_sandbox/servicemap", params={"state": "slow", "seconds": "2.5"})
    answer = await client.get(bases(ORIGIN)["servicemap"] + "unit/")
    assert answer.status_code == 200
    assert waited == [2.5]


async def test_a_mended_one_answers_again(client: httpx.AsyncClient) -> None:
    for state in ("error", "ok"):
        await client.post("/_sandbox/kirkanta", params={"state": state})
    assert (await client.get(bases(ORIGIN)["kirkanta"] + "library")).status_code == 200


async def test_the_list_tells_names_addresses_states_and_requests(client: httpx.AsyncClient) -> None:
    await client.get(bases(ORIGIN)["finna"] + "search?limit=0")
    await client.post("/_sandbox/finna", params={"state": "slow", "seconds": "3"})
    listed = {each["name"]: each for each in (await client.get("/_sandbox")).json()}
    assert tuple(listed) == NAMES
    assert listed["finna"] == {
        "name": "finna",
        "url": f"{ORIGIN}/finna/v1/",
        "state": "slow",
        "seconds": 3.0,
        "requests": 1,
    }
    assert listed["espoo"]["requests"] == 0


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/_sandbox/nobody?state=ok", 404),
        ("/_sandbox/finna?state=tired", 400),
        ("/_sandbox/finna", 400),
        ("/_sandbox/finna?state=slow&seconds=long", 400),
        ("/_sandbox/finna?state=slow&seconds=nan", 400),
        ("/_sandbox/finna?state=slow&seconds=9999", 400),
    ],
)
async def test_a_switch_that_does_not_exist_is_refused_with_what_does(
    path: str, status: int, client: httpx.AsyncClient
) -> None:
    answer = await client.post(path)
    assert answer.status_code == status
    assert "expected" in answer.json()["error"] or "one of" in answer.json()["error"]


async def test_a_room_that_is_booked_by_hand_is_taken_with_what_shares_its_walls(client: httpx.AsyncClient) -> None:
    body = {
        "query": '{ affectingReservations(forReservationUnits: [1001], beginDate: "2026-11-25", endDate: "2026-11-25")'
        " { beginsAt endsAt reservationUnit { pk } } }"
    }
    pair = {"Cookie": f"csrftoken={'a' * 32}", "X-CSRFToken": "a" * 32, "Accept": "application/json"}

    async def taken() -> list[dict[str, Any]]:
        reply = await client.post("/varaamo/graphql/", json=body, headers={**pair, "Referer": ORIGIN})
        found: list[dict[str, Any]] = reply.json()["data"]["affectingReservations"]
        return found

    before = await taken()
    times = {"start": "2026-11-25T21:00:00+02:00", "end": "2026-11-25T22:00:00+02:00"}
    reply = await client.post("/_sandbox/varaamo/bookings", params={"room": "1001", **times})

    assert reply.status_code == 201
    added = {"beginsAt": "2026-11-25T19:00:00+00:00", "endsAt": "2026-11-25T20:00:00+00:00"}
    assert await taken() == [*before, {**added, "reservationUnit": {"pk": 1001}}]


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({}, 400),
        ({"room": "1001", "start": "2026-11-25T21:00:00", "end": "2026-11-25T22:00:00+02:00"}, 400),
        ({"room": "1001", "start": "2026-11-25T21:00:00+02:00", "end": "2026-11-25T21:00:00+02:00"}, 400),
        ({"room": "7", "start": "2026-11-25T21:00:00+02:00", "end": "2026-11-25T22:00:00+02:00"}, 404),
    ],
    ids=["nothing", "no offset", "no length", "no such room"],
)
async def test_a_booking_that_cannot_be_is_refused(
    client: httpx.AsyncClient, asked: dict[str, str], status: int
) -> None:
    assert (await client.post("/_sandbox/varaamo/bookings", params=asked)).status_code == status
