"""A child that does nothing, in one of several ways. `python -m tests.processes.idle`, by a family only."""

from __future__ import annotations

import asyncio
import signal
import time
from typing import Any

from hub.processes.child import read_job, when_alone


def main() -> None:
    job: dict[str, Any] = read_job(dict)
    with job["diary"].open("a") as diary:
        diary.write("started\n")
    match job["way"]:
        case "dies":
            raise SystemExit(7)
        case "stubborn":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            while True:
                time.sleep(60)
        case "good":
            asyncio.run(until_alone())


async def until_alone() -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    when_alone(stop.set)
    await stop.wait()


if __name__ == "__main__":
    main()
