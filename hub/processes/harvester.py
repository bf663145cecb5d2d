"""The harvester: keeps the index true. `python -m hub.processes.harvester`, by the parent only."""

from __future__ import annotations

import asyncio
import logging
import os
import signal

import uvloop

from hub.configured import Settings
from hub.harvesting import harvest_for_ever
from hub.index.files import FolderInUse
from hub.observe import logs
from hub.processes.child import read_job, when_alone

log = logging.getLogger(__name__)
NICE = 10  # answers come first


def main() -> None:
    settings = read_job(Settings)
    logs.configure(settings.log_level, style=settings.log_format)
    os.nice(NICE)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(harvest(settings))


async def harvest(settings: Settings) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    when_alone(stop.set)
    try:
        await harvest_for_ever(settings, stop)
    except FolderInUse as error:
        log.error("harvest.folder_in_use", extra={"reason": f"{error}"})  # noqa: TRY400 - the reason is all
        raise SystemExit(1) from error


if __name__ == "__main__":
    main()
