"""The parent and its children: what dies is started again, and nobody is left behind. Real processes."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hub.processes import family
from hub.processes.family import Family, Member, address_of, listening

LONG = 20.0  # seconds; a machine under load is slow to start a process


def member(tmp_path: Path, way: str, name: str = "idle") -> Member:
    return Member(name=name, module="tests.processes.idle", job={"way": way, "diary": tmp_path / name})


@asynccontextmanager
async def living(*members: Member) -> AsyncIterator[Family]:
    stop = asyncio.Event()
    made = Family(members)
    running = asyncio.create_task(made.run(stop))
    try:
        yield made
    finally:
        stop.set()
        await running


async def until(holds: Callable[[], bool]) -> None:
    """A real process is waited for: there is no clock to turn."""
    async with asyncio.timeout(LONG):
        while not holds():  # noqa: ASYNC110 - another process does not say when it has started
            await asyncio.sleep(0.01)


def starts(tmp_path: Path, name: str = "idle") -> int:
    with contextlib.suppress(FileNotFoundError):
        return len((tmp_path / name).read_text().splitlines())
    return 0


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_child_that_is_killed_is_started_again(tmp_path: Path) -> None:
    async with living(member(tmp_path, "good"), member(tmp_path, "good", "other")) as made:
        await until(lambda: starts(tmp_path) == 1 == starts(tmp_path, "other"))
        first = made.pids["idle"]
        os.kill(first, signal.SIGKILL)
        await until(lambda: starts(tmp_path) == 2)

        assert made.pids["idle"] != first
        assert starts(tmp_path, "other") == 1


async def test_all_have_ended_when_the_family_has(tmp_path: Path) -> None:
    async with living(member(tmp_path, "good"), member(tmp_path, "good", "other")) as made:
        await until(lambda: starts(tmp_path) == 1 == starts(tmp_path, "other"))
        pids = [*made.pids.values()]

    assert len(pids) == 2
    assert not any(is_alive(pid) for pid in pids)


async def test_one_that_does_not_end_when_told_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(family, "PATIENCE", 0.2)
    async with living(member(tmp_path, "stubborn")) as made:
        await until(lambda: starts(tmp_path) == 1)
        pid = made.pids["idle"]

    assert not is_alive(pid)


async def test_one_that_dies_at_once_is_started_ever_more_rarely(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    waiting = asyncio.wait_for

    async def shortly(awaitable: asyncio.Future[bool], timeout: float) -> bool:  # noqa: ASYNC109 - as asyncio has it
        waits.append(timeout)
        return await waiting(awaitable, timeout / 100)

    monkeypatch.setattr(asyncio, "wait_for", shortly)
    async with living(member(tmp_path, "dies")):
        await until(lambda: len(waits) >= 4)

    assert waits[:4] == [0.4, 0.8, 1.6, 3.2]


def test_children_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    """Whatever became of the parent: its end of their standard input is closed."""
    script = (
        "import asyncio, pickle, sys; from hub.processes.family import Family\n"
        "async def main():\n"
        "    members = pickle.load(sys.stdin.buffer)\n"
        "    family = Family(members)\n"
        "    task = asyncio.create_task(family.run(asyncio.Event()))\n"
        "    while len(family.pids) < len(members): await asyncio.sleep(0.01)\n"
        "    print(*family.pids.values(), flush=True)\n"
        "    await task\n"
        "asyncio.run(main())\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        parent.stdin.write(pickle.dumps([member(tmp_path, "good"), member(tmp_path, "good", "other")]))
        parent.stdin.close()
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        ends = time.monotonic() + LONG
        while starts(tmp_path) + starts(tmp_path, "other") < 2:
            assert time.monotonic() < ends
            time.sleep(0.01)
        parent.kill()
    while any(is_alive(pid) for pid in pids):
        assert time.monotonic() < ends, "a child outlived its parent"
        time.sleep(0.01)


def test_a_child_does_not_start_without_a_parent() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "tests.processes.idle"], stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    assert ended.returncode == 1
    assert b"started without a parent" in ended.stderr


@pytest.mark.parametrize(("host", "address"), [("127.0.0.1", "http://127.0.0.1:"), ("0.0.0.0", "http://127.0.0.1:")])
def test_the_address_can_be_opened_from_this_machine(host: str, address: str) -> None:
    with listening(host, 0) as listener:
        assert address_of(listener).startswith(address)


def test_a_port_that_is_taken_is_an_error() -> None:
    with listening("127.0.0.1", 0) as listener:
        taken = listener.getsockname()[1]
        with pytest.raises(OSError, match="in use"), listening("127.0.0.1", taken):
            pass
