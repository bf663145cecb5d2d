"""The sandbox's upstreams as a process. `python -m hub.processes.sandbox`, by the parent only."""

from __future__ import annotations

from hub.observe import logs
from hub.processes.answering import answer
from hub.processes.child import read_job
from hub.processes.jobs import Stand
from hub.sandbox.server import sandbox
from hub.wiring import utc_now


def main() -> None:
    stand = read_job(Stand)
    logs.configure("WARNING")
    answer(sandbox(utc_now), stand.socket)


if __name__ == "__main__":
    main()
