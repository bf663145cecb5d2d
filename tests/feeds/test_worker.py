from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest

from hub.connectors.icalendar import ICalendar
from hub.errors import PayloadChanged
from hub.feeds.worker import Limits, parse_isolated
from hub.fetch import Ask, Fetch, Reply, Request, Source
from hub.freshness import Freshness, minutes
from hub.records.core import LocalizedText
from hub.sandbox.icalendar.recorded import SAMPLES

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SOURCE = Source(
    name="museum", id="museum", connector="icalendar", url="https://museum.example/", title=LocalizedText(fi="Museo")
)
BOMB = Limits(wall=timedelta(seconds=1))


def for_ever(reply: Reply) -> int:
    while True:
        reply.text()


def hungry(reply: Reply) -> int:
    return len([bytes(1 << 20) for _ in range(1 << 20)])


def dead(reply: Reply) -> int:
    os._exit(3)


def broken(reply: Reply) -> int:
    raise KeyError(reply.body.decode())


def refused(reply: Reply) -> int:
    raise reply.changed("it is a log-in page")


def a_liar(reply: Reply) -> int:
    print("unasked words", reply.status)
    return "no number"  # type: ignore[return-value]  # that is the lie


def long_winded(reply: Reply) -> str:
    return "x" * (1 << 20)


def own_number(reply: Reply, *, plus: int) -> int:
    return os.getpid() + plus


def environment(reply: Reply) -> tuple[str, ...]:
    return tuple(sorted(os.environ))


def told_for_ever(reply: Reply, *, path: str) -> int:
    Path(path).write_text(str(os.getpid()))
    return for_ever(reply)


def size(reply: Reply) -> int:
    return len(reply.body)


T = TypeVar("T")


def fetch(parse: Callable[[Reply], T]) -> Fetch[T]:
    return Fetch(
        source=SOURCE,
        request=Request(method="GET", url="https://museum.example/events.ics"),
        parse=parse,
        freshness=Freshness(fresh=minutes(1)),
    )


def reply(body: bytes = b"x") -> Reply:
    request = Request(method="GET", url="https://museum.example/events.ics")
    return Reply(source=SOURCE, request=request, status=200, headers={}, body=body, read_at=NOW)


async def test_a_parse_runs_in_another_process_and_its_value_comes_back() -> None:
    number = await parse_isolated(fetch(partial(own_number, plus=1_000_000)), reply())

    assert number > 1_000_000
    assert number != os.getpid() + 1_000_000


async def test_a_feed_read_apart_is_the_same_as_read_here() -> None:
    body = (SAMPLES / "daily-count-exdate-recurrence-id.ics").read_bytes()
    events = ICalendar(SOURCE).events(Ask(now=datetime(2015, 7, 10, tzinfo=UTC)))

    apart = await parse_isolated(events, reply(body))

    assert apart == events.parse(reply(body))
    assert len(apart.items) == 9


async def test_what_never_ends_is_killed() -> None:
    with pytest.raises(PayloadChanged, match="not read within 1 s"):
        await parse_isolated(fetch(for_ever), reply(), BOMB)


async def test_what_eats_memory_is_stopped() -> None:
    with pytest.raises(PayloadChanged, match="memory"):
        await parse_isolated(fetch(hungry), reply(), Limits(memory=256 << 20))


async def test_an_answer_beyond_its_size_is_not_taken() -> None:
    with pytest.raises(PayloadChanged, match="more than 1024 bytes"):
        await parse_isolated(fetch(long_winded), reply(), Limits(answer=1024))


async def test_a_process_that_dies_is_a_changed_payload() -> None:
    with pytest.raises(PayloadChanged, match="ended with 3"):
        await parse_isolated(fetch(dead), reply())


async def test_what_fails_says_why() -> None:
    with pytest.raises(PayloadChanged, match="KeyError: 'this'"):
        await parse_isolated(fetch(broken), reply(b"this"))


async def test_a_changed_payload_is_told_in_its_own_words() -> None:
    with pytest.raises(PayloadChanged, match=r"^museum answered in another shape .*: it is a log-in page$"):
        await parse_isolated(fetch(refused), reply())


async def test_only_the_promised_type_is_taken_back() -> None:
    with pytest.raises(PayloadChanged, match="not what was promised"):
        await parse_isolated(fetch(a_liar), reply())


async def test_the_child_gets_none_of_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_SECRET", "secret")

    names = await parse_isolated(fetch(environment), reply())

    assert "HUB_SECRET" not in names


async def test_a_cancelled_parse_takes_its_child_with_it(tmp_path: Path) -> None:
    told = tmp_path / "pid"
    os.mkfifo(told)
    task = asyncio.create_task(parse_isolated(fetch(partial(told_for_ever, path=str(told))), reply()))
    pid = int(await asyncio.to_thread(told.read_text))  # waits for the child to write
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_a_large_reply_reaches_the_child_whole() -> None:
    assert await parse_isolated(fetch(size), reply(b"x" * (8 << 20))) == 8 << 20
