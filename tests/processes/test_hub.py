"""The whole hub as processes: sandbox, harvester and worker on loopback, each killed once."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from hub.demo import sandbox_settings
from hub.index.files import LOCK
from hub.processes.family import Family, address_of, listening
from hub.processes.serve import hub_members, sandbox_member

LONG = 60.0  # seconds; a machine under load is slow to start processes
QUERY = {"query": "{ places(first: 1) { totalCount answers { state } } }"}


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[tuple[Family, httpx.AsyncClient]]:
    with listening("127.0.0.1", 0) as upstreams, listening("127.0.0.1", 0) as listener:
        settings = sandbox_settings(address_of(upstreams), tmp_path)
        only = tuple(source for source in settings.sources if source.name == "servicemap")
        settings = msgspec.structs.replace(settings, sources=only, log_level="ERROR")
        family = Family([sandbox_member(upstreams), *hub_members(settings, listener)])
        stop = asyncio.Event()
        running = asyncio.create_task(family.run(stop))
        try:
            async with httpx.AsyncClient(base_url=address_of(listener), trust_env=False, timeout=LONG) as client:
                yield family, client
        finally:
            stop.set()
            await running


HEALTH = {"query": "{ sources { breaker lastSuccessAt } }"}


async def until(holds: Callable[[], Coroutine[Any, Any, bool]]) -> None:
    async with asyncio.timeout(LONG):
        while not await holds():  # noqa: ASYNC110 - other processes do not say when they have started
            await asyncio.sleep(0.05)


async def test_what_is_killed_comes_back_and_nothing_is_lost(
    hub: tuple[Family, httpx.AsyncClient], tmp_path: Path
) -> None:
    family, client = hub

    async def answers() -> bool:
        try:
            return (await client.post("/graphql", json=QUERY)).status_code == 200
        except httpx.TransportError:
            return False

    async def is_ready() -> bool:
        return (await client.get("/health/ready")).status_code == 200

    async def health_is_told() -> bool:
        told = (await client.post("/graphql", json=HEALTH)).json()
        return all(source["lastSuccessAt"] for source in told["data"]["sources"])

    async def lives(name: str, otherwise_than: int) -> bool:
        return family.pids.get(name, otherwise_than) != otherwise_than

    await until(answers)  # at once, from nothing
    await until(is_ready)
    before = (await client.post("/graphql", json=QUERY)).json()
    assert before["data"]["places"]["totalCount"] > 100
    assert before["data"]["places"]["answers"] == [{"state": "FRESH"}]

    await until(health_is_told)  # by the harvester, every other second: this worker has asked nothing itself
    worker, harvester = family.pids["worker-1"], family.pids["harvester"]
    assert os.getpriority(os.PRIO_PROCESS, harvester) == os.getpriority(os.PRIO_PROCESS, worker) + 10
    os.kill(worker, signal.SIGKILL)
    os.kill(harvester, signal.SIGKILL)
    await until(lambda: lives("worker-1", worker))
    await until(answers)
    await until(lambda: lives("harvester", harvester))
    assert (await client.post("/graphql", json=QUERY)).json() == before
    told = (await client.post("/graphql", json=HEALTH)).json()
    (source,) = told["data"]["sources"]
    assert source["breaker"] == "CLOSED"
    assert source["lastSuccessAt"] is not None  # what the killed harvester told stands
    assert (tmp_path / LOCK).exists()
