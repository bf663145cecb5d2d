"""Who belongs to `hub serve` and to `hub demo`. Children's modules are named, not imported: the parent stays small."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from hub.configured import Settings
from hub.processes.family import Family, Member, stopped_by_signals
from hub.processes.jobs import Stand, Work


def hub_members(settings: Settings, listener: socket.socket) -> list[Member]:
    """One harvester, and the workers."""
    workers = settings.workers or len(os.sched_getaffinity(0))
    work = Work(settings=settings, socket=listener.fileno())
    return [
        Member(name="harvester", module="hub.processes.harvester", job=settings),
        *(
            Member(name=f"worker-{number}", module="hub.processes.worker", job=work, sockets=(listener.fileno(),))
            for number in range(1, workers + 1)
        ),
    ]


def sandbox_member(listener: socket.socket) -> Member:
    number = listener.fileno()
    return Member(name="sandbox", module="hub.processes.sandbox", job=Stand(socket=number), sockets=(number,))


def run(members: Sequence[Member], beside: Callable[[], Coroutine[Any, Any, None]] | None = None) -> None:
    """Until Ctrl-C or SIGTERM; then all children have ended. `beside` runs next to them and is left at the end."""

    async def live() -> None:
        stop = asyncio.Event()
        with stopped_by_signals(stop):
            other = asyncio.create_task(beside()) if beside is not None else None
            await Family(members).run(stop)
            if other is not None:
                other.cancel()

    asyncio.run(live())
