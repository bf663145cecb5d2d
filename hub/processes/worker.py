"""A worker: answers what comes in on the shared socket. `python -m hub.processes.worker`, by the parent only."""

from __future__ import annotations

from hub.app import create_app
from hub.observe import logs
from hub.processes.answering import answer
from hub.processes.child import read_job
from hub.processes.jobs import Work


def main() -> None:
    work = read_job(Work)
    logs.configure(work.settings.log_level, style=work.settings.log_format)
    answer(create_app(work.settings), work.socket)


if __name__ == "__main__":
    main()
