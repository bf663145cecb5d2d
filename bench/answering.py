"""What a worker does with a question: memory, the graph's own cost, and how long answers take beside a harvest.

A process of its own (`python -m bench.answering FOLDER PART`), which prints one line of JSON. It loads what a worker
loads and answers in process, without HTTP.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from bench.memory import memory
from bench.scene import BOOKING, CALENDAR, CENTRE, HOUSE, NOW, REGISTER
from hub.app import create_app, running
from hub.configured import Settings
from hub.domain import events, nearby, places, spaces
from hub.domain.city import City
from hub.domain.lists import Found, PageArgs
from hub.domain.provenance import also_in
from hub.domain.spaces import FreeDuring, SpaceFilter
from hub.http.asking import Asked
from hub.http.graphql import GraphQLEndpoint
from hub.index import events as questions
from hub.index import spaces as room_questions
from hub.index.events import EventFilter
from hub.index.spaces import SpaceFacts, SpaceSort
from hub.observe.metrics import Metrics
from hub.records.core import LANGUAGES, Span
from hub.records.events import Event
from hub.records.spaces import Space
from hub.schema.schema import schema

OPERATIONS = Path(__file__).parent.parent / "tests" / "stories" / "operations"
SHARE = 0.6  # of what the process can answer at most, offered while latencies are taken
WARM, TIMES = 5, 15
TODAY, YEAR_AGO = "2026-11-22T00:00:00+02:00", "2025-11-22T00:00:00+02:00"
NEAREST = SpaceFilter(facts=SpaceFacts(sort=SpaceSort.DISTANCE))
RATES = "rate coverage usedMinutes bookableMinutes"
USE_OF_HOUSE = f"""query($from: DateTime!, $to: DateTime!) {{ place(tprekId: "{HOUSE}") {{
  utilisation(from: $from, to: $to) {{ {RATES} spaces {{ space {{ id name {{ text }} }} rate }} }} }} }}"""
USE_OF_ALL = (
    f"""query($from: DateTime!, $to: DateTime!) {{ sharing(from: $from, to: $to) {{ rooms {{ {RATES} }} }} }}"""
)


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """MB of a worker after a hundred answers. `before`: when it had loaded all and opened nothing."""

    before: float
    rss: float
    pss: float


class Costs(msgspec.Struct, frozen=True, kw_only=True):
    """Milliseconds of CPU of an operation through the graph, and of the index alone; bytes and rows of its answer."""

    whole: float
    index: float
    size: int
    nodes: int


class FreeRooms(msgspec.Struct, frozen=True, kw_only=True):
    """Milliseconds of CPU: the first question of a process, the next ones, a plain page of rooms; the operation through
    the graph. `found`: rooms that are free. `rss`: MB once all calendars are kept.
    """

    first: float
    again: float
    page: float
    whole: float
    found: int
    size: int
    rss: float


class Latencies(msgspec.Struct, frozen=True, kw_only=True):
    """Of an open loop: milliseconds from when each question was due to when it was answered."""

    taken: list[float]
    per_second: float


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    at_most: float  # answers a second, one after the other


def settings(folder: Path) -> Settings:
    return Settings(
        data_dir=folder,
        languages=LANGUAGES,
        timezone="Europe/Helsinki",
        host="127.0.0.1",
        port=0,
        workers=1,
        contact=None,
        log_format="plain",
        log_level="WARNING",
        cache_url="memory://",
        sources=(REGISTER, CALENDAR, BOOKING),
    )


@asynccontextmanager
async def answering(folder: Path) -> AsyncIterator[tuple[GraphQLEndpoint, Any]]:
    """The endpoint over an index, at the made city's time; with its hall."""
    app = create_app(settings(folder), clock=_clock())
    async with running(app):
        yield GraphQLEndpoint(schema, app.state.hall, Metrics(), languages=LANGUAGES), app.state.hall


def _clock() -> Callable[[], datetime]:
    ahead = NOW.timestamp() - time.time()
    return lambda: datetime.fromtimestamp(time.time() + ahead, UTC)


def events_asked(first: int, days: int = 30) -> Asked:
    """The `events` operation, from now on."""
    return Asked(
        query=(OPERATIONS / "events.graphql").read_text(encoding="utf-8"),
        variables={"from": NOW.isoformat(), "to": (NOW + timedelta(days=days)).isoformat(), "first": first},
    )


def rooms_asked() -> Asked:
    thursday = NOW + timedelta(days=4)
    return Asked(
        query=(OPERATIONS / "free_rooms.graphql").read_text(encoding="utf-8"),
        variables={
            "lat": CENTRE.lat,
            "lon": CENTRE.lon,
            "from": thursday.replace(hour=11).isoformat(),
            "to": thursday.replace(hour=16).isoformat(),
        },
    )


async def ask(endpoint: GraphQLEndpoint, asked: Asked) -> bytes:
    """The body of an answer without errors."""
    answer = await endpoint.answer(asked, LANGUAGES)
    if b'"errors"' in answer.body:
        raise RuntimeError(f"an answer with errors: {answer.body[:500]!r}")
    return answer.body


# ---- parts


async def memory_of(folder: Path) -> Memory:
    before = memory("VmRSS")
    async with answering(folder) as (endpoint, _):
        for number in range(100):
            await ask(endpoint, events_asked(10 + number % 5, days=1 + number % 30))
        return Memory(before=before, rss=memory("VmRSS"), pss=memory("Pss"))


async def costs_of(folder: Path) -> list[Costs]:
    """The `events` operation with its first 50; then what their joins alone cost, without the graph."""
    async with answering(folder) as (endpoint, hall):
        index = hall.index

        def rids() -> list[int]:
            wanted = EventFilter(overlaps=Span(starts_at=NOW, ends_at=NOW + timedelta(days=30)))
            sql, params = questions.events(index, wanted).page(None, 51, None)
            return [row[1] for row in index.rows(sql, params)][:50]

        async def page() -> list[Event]:
            return [event for event in questions.bodies(index, rids()) if event is not None]

        async def joined() -> object:
            """Place and its neighbourhood, organiser, keywords, series, enrolment, other sources, rooms nearby."""
            city, found = City(hall), await page()
            rids = [event.rid for event in found]
            houses = [house.rid for house in places.of_events(city, rids) if house is not None]
            near = await nearby.spaces_near(city, rids, NEAREST, 500, PageArgs(first=3))
            of_each = (events.organisers_of, events.keywords_of, events.series_of, events.registration_of, also_in)
            return places.neighbourhood_of(city, houses), near, [read(city, found) for read in of_each]

        asked = events_asked(50)
        body = await ask(endpoint, asked)
        whole, alone = await in_turns(lambda: ask(endpoint, asked), page)
        joins, beside = await in_turns(joined, page)
        nodes = len(msgspec.json.decode(body)["data"]["events"]["nodes"])
        return [
            Costs(whole=whole, index=alone, size=len(body), nodes=nodes),
            Costs(whole=joins, index=beside, size=len(body), nodes=nodes),
        ]


async def rooms_of(folder: Path) -> FreeRooms:
    """Free rooms of all that there are, beside the plain page of rooms that the index gives."""
    async with answering(folder) as (endpoint, hall):
        thursday = NOW + timedelta(days=4)
        window = Span(starts_at=thursday.replace(hour=11), ends_at=thursday.replace(hour=16))
        wanted = SpaceFilter(free_during=FreeDuring(window=window, minutes=120))
        page = PageArgs(first=10)

        async def free() -> Found[Space]:
            return await spaces.spaces(City(hall), wanted, page)

        async def plain() -> object:
            return await spaces.spaces(City(hall), SpaceFilter(), page)

        began = time.process_time()
        found = await free()
        first = (time.process_time() - began) * 1000
        before = memory("VmRSS")
        again, of_page = await in_turns(free, plain)
        body = await ask(endpoint, rooms_asked())
        whole, _ = await in_turns(lambda: ask(endpoint, rooms_asked()), plain)
        return FreeRooms(
            first=first,
            again=again,
            page=of_page,
            whole=whole,
            found=await found.total() or 0,
            size=len(body),
            rss=before,
        )


async def use_of(folder: Path) -> list[Costs]:
    """The use rates of a year, of the house with twenty rooms and of all rooms; beside a plain page of twenty."""
    async with answering(folder) as (endpoint, hall):
        index = hall.index

        async def page() -> object:
            sql, params = room_questions.spaces(SpaceFacts()).page(None, 21, None)
            return index.bodies(Space, [row[1] for row in index.rows(sql, params)][:20])

        found = []
        for query in (USE_OF_HOUSE, USE_OF_ALL):
            asked = Asked(query=query, variables={"from": f"{YEAR_AGO}", "to": f"{TODAY}"})
            body = await ask(endpoint, asked)
            if b'"coverage":1.0' not in body:
                raise RuntimeError(f"not all of the year is known: {body[:500]!r}")
            whole, alone = await in_turns(partial(ask, endpoint, asked), page)
            found.append(Costs(whole=whole, index=alone, size=len(body), nodes=body.count(b'"rate"') - 1))
        return found


async def in_turns(one: Callable[[], Awaitable[object]], other: Callable[[], Awaitable[object]]) -> tuple[float, float]:
    """Median milliseconds of the processor for each: what others do on the machine counts little."""
    ones: list[float] = []
    others: list[float] = []
    for turn in range(WARM + TIMES):
        for run, found in ((one, ones), (other, others)):
            began = time.process_time()
            await run()
            if turn >= WARM:
                found.append((time.process_time() - began) * 1000)
    return statistics.median(ones), statistics.median(others)


async def most_of(folder: Path, seconds: float) -> Rate:
    """How many `events` of 10 a second the process answers, one after the other."""
    async with answering(folder) as (endpoint, _):
        asked = events_asked(10)
        for _ in range(WARM):
            await ask(endpoint, asked)
        began, count = time.perf_counter(), 0
        while time.perf_counter() - began < seconds:
            await ask(endpoint, asked)
            count += 1
        return Rate(at_most=count / (time.perf_counter() - began))


async def load_of(folder: Path, rate: float, seconds: float) -> Latencies:
    """An open loop: questions come when they come, whether the last was answered or not."""
    async with answering(folder) as (endpoint, _):
        asked = [events_asked(10, days=days) for days in range(10, 40)]
        for each in asked[:WARM]:
            await ask(endpoint, each)
        chance = Random("arrivals")
        loop = asyncio.get_running_loop()
        taken: list[float] = []

        async def one(due: float, which: Asked) -> None:
            await ask(endpoint, which)
            taken.append((loop.time() - due) * 1000)

        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.readline)
        due = began = loop.time()
        async with asyncio.TaskGroup() as group:
            while due < began + seconds:
                due += chance.expovariate(rate)
                if due > loop.time():
                    await asyncio.sleep(due - loop.time())
                group.create_task(one(due, chance.choice(asked)))
        return Latencies(taken=taken, per_second=len(taken) / (loop.time() - began))


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("part", choices=("memory", "events", "rooms", "use", "most", "load"))
    parser.add_argument("--rate", type=float, default=10.0, help="questions a second")
    parser.add_argument("--seconds", type=float, default=5.0)
    given = parser.parse_args(argv)
    found: Any
    match given.part:
        case "memory":
            found = asyncio.run(memory_of(given.folder))
        case "events":
            found = asyncio.run(costs_of(given.folder))
        case "rooms":
            found = asyncio.run(rooms_of(given.folder))
        case "use":
            found = asyncio.run(use_of(given.folder))
        case "most":
            found = asyncio.run(most_of(given.folder, given.seconds))
        case _:
            found = asyncio.run(load_of(given.folder, given.rate, given.seconds))
    sys.stdout.write(msgspec.json.encode(found).decode() + "\n")


if __name__ == "__main__":
    main()
