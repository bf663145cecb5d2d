"""The parent: starts its children, starts anew what dies, ends all of them within seconds.

A child gets its work through its standard input, which stays open: when the parent is gone, however it went, the child
reads the end of it and ends too. Children have sessions of their own, so that Ctrl-C reaches the parent alone.
"""

from __future__ import annotations

import asyncio
import logging
import pickle
import signal
import socket
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import msgspec

log = logging.getLogger(__name__)

PATIENCE = 8.0  # seconds that a child may take to end before it is killed
FIRST_WAIT, LAST_WAIT = 0.2, 10.0  # seconds before one that died at once is started again
LIVED = 10.0  # seconds after which a death counts as the first
BACKLOG = 2048  # connections that wait while the workers start
SIZE = 8  # bytes before a job that tell its length


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A child to be: `module` is run with `-m` and reads `job` (see `child.py`). `sockets` stay open in it, under the
    same numbers.
    """

    name: str
    module: str
    job: object
    sockets: tuple[int, ...] = ()


class Family:
    def __init__(self, members: Sequence[Member]) -> None:
        self._members = members
        self._processes: dict[str, Process] = {}

    @property
    def pids(self) -> dict[str, int]:
        """Of those that live, by name."""
        return {name: process.pid for name, process in self._processes.items() if process.returncode is None}

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`; then all have ended."""
        async with asyncio.TaskGroup() as group:
            for member in self._members:
                group.create_task(self._keep(member, stop))

    async def _keep(self, member: Member, stop: asyncio.Event) -> None:
        wait = FIRST_WAIT
        while not stop.is_set():
            began = time.monotonic()
            process = await start(member)
            self._processes[member.name] = process
            try:
                if not await first(stop.wait(), process.wait()):
                    return
            finally:
                await end(process)
            lived = time.monotonic() - began
            log.error(
                "process.died", extra={"child": member.name, "status": process.returncode, "lived": round(lived, 1)}
            )
            wait = FIRST_WAIT if lived > LIVED else min(2 * wait, LAST_WAIT)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), wait)


async def start(member: Member) -> Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", member.module, stdin=PIPE, pass_fds=member.sockets, start_new_session=True
    )
    assert process.stdin is not None
    job = pickle.dumps(member.job)
    with suppress(BrokenPipeError, ConnectionResetError):  # dead already: its status tells
        process.stdin.write(len(job).to_bytes(SIZE, "big") + job)
        await process.stdin.drain()
    return process


async def end(process: Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), PATIENCE)
    except TimeoutError:
        log.warning("process.killed", extra={"pid": process.pid})
        process.kill()
        await process.wait()


async def first(stopped: Coroutine[Any, Any, Any], died: Coroutine[Any, Any, Any]) -> bool:
    """Waits for either; whether it was a death."""
    tasks = [asyncio.create_task(stopped), asyncio.create_task(died)]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return not tasks[0].done()
    finally:
        for task in tasks:
            task.cancel()


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that takes connections at once; whoever is given its number answers them. OSError: it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family, backlog=BACKLOG) as made:
        yield made


def address_of(listener: socket.socket) -> str:
    """http://host:port, as one would open it from this machine."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextmanager
def stopped_by_signals(stop: asyncio.Event) -> Iterator[None]:
    """Ctrl-C and SIGTERM set `stop`, on the running loop."""
    loop = asyncio.get_running_loop()
    with ExitStack() as stack:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
            stack.callback(loop.remove_signal_handler, number)
        yield
