"""`python -m bench`: every figure, some five minutes on two cores. `python -m bench PART …` for some of them.

Each part runs in processes of its own over an index that is built once, in a temporary folder, and goes at the end.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from signal import SIGCONT, SIGSTOP
from typing import TypeVar

import msgspec
from rich.console import Console

from bench import places, questions
from bench.answering import SHARE, Costs, FreeRooms, Latencies, Memory, Rate
from bench.figures import Figure, compared, percentile, show
from bench.harvesting import Crawled, reply_of
from bench.made import Pages
from bench.scene import CALENDAR, NOW
from hub.connectors.linkedevents import LinkedEvents
from hub.fetch import Ask
from hub.index.files import CURRENT

T = TypeVar("T")

FEW, MANY = 50_000, 200_000
ROOMS = (240, 700)
USED = 700  # rooms with a year of use
UNDER_LOAD, TURNS = 5.0, 4  # seconds of a load, alone and beside a harvest, so many times
PARTS = ("harvest", "memory", "graph", "load", "questions", "places")


class Bench:
    """The indexes, each built when the first part asks for it."""

    def __init__(self, folder: Path, console: Console) -> None:
        self._folder = folder
        self._console = console

    @cached_property
    def crawls(self) -> list[Crawled]:
        """A first crawl of the smaller number of events, and one that finds nothing changed."""
        self._say(f"harvesting {FEW:,} events, twice …")
        counts = [f"{FEW}", f"{FEW}"]
        return answer_of(harvest(self._folder / "few", *counts, "--spine"), list[Crawled])

    @property
    def few(self) -> Path:
        assert self.crawls
        return self._folder / "few"

    @cached_property
    def many(self) -> Path:
        folder = copied(self.few, self._folder / "many")
        self._say(f"harvesting on to {MANY:,} events …")
        answer_of(harvest(folder, f"{MANY}"), list[Crawled])
        return folder

    def rooms(self, count: int) -> Path:
        folder = self._folder / f"rooms-{count}"
        answer_of(harvest(folder, "--spine", "--rooms", f"{count}"), list[Crawled])
        return folder

    @cached_property
    def used_rooms(self) -> Path:
        folder = self._folder / "used"
        answer_of(harvest(folder, "--spine", "--used", f"{USED}"), list[Crawled])
        return folder

    def _say(self, what: str) -> None:
        self._console.print(f"[dim]{what}")

    # ---- parts

    def harvest(self) -> list[Figure]:
        first, again = self.crawls
        body = Pages(FEW).body("coming", 1)
        wanted = LinkedEvents(CALENDAR).events(Ask(now=NOW))
        reply = reply_of(wanted.request, body)
        rows = len(msgspec.json.decode(body)["data"])
        parse = compared(
            "  a row parsed by its connector",
            lambda: wanted.parse(reply),
            "its JSON decoded to plain dicts",
            lambda: msgspec.json.decode(body),
        )
        return [
            Figure(
                name="first crawl, from bytes to commit",
                value=first.rows / first.seconds,
                unit="rows/s",
                against="nothing changed",
                beside=again.rows / again.seconds,
                ratio=(first.rows / first.seconds) / (again.rows / again.seconds),
                aim="≥ 2 000 rows/s",
                note=f"{first.rows / first.cpu_seconds:,.0f} a second of CPU",
            ),
            Figure(
                name="  of which parsing",
                value=first.parse_seconds / first.rows * 1e6,
                unit="µs a row",
                against="the whole",
                beside=first.seconds / first.rows * 1e6,
                ratio=first.parse_seconds / first.seconds,
            ),
            msgspec.structs.replace(
                parse, value=parse.value / rows * 1000, beside=(parse.beside or 0) / rows * 1000, unit="µs a row"
            ),
        ]

    def memory(self) -> list[Figure]:
        first, again = self.crawls
        worker = answer_of(answering(self.few, "memory"), Memory)
        return [
            Figure(
                name=f"worker over {FEW:,} events, RSS",
                value=worker.rss,
                unit="MB",
                against="before it opened the index",
                beside=worker.before,
                ratio=worker.rss / worker.before,
                aim="≤ 80 MB",
                note=f"PSS {worker.pss:.0f} MB, after 100 answers",
            ),
            Figure(
                name="harvester at its peak",
                value=max(first.peak, again.peak),
                unit="MB",
                against="a worker",
                beside=worker.rss,
                ratio=max(first.peak, again.peak) / worker.rss,
                note="the maker of the events included",
            ),
        ]

    def graph(self) -> list[Figure]:
        found = []
        whole, joins = answer_of(answering(self.few, "events"), list[Costs])
        found.append(_graph("a page of 50 joined events, through the graph", whole, "its page from the index"))
        found.append(_graph("  its joins without the graph", joins, "its page from the index"))
        for count in ROOMS:
            found.extend(_rooms(count, answer_of(answering(self.rooms(count), "rooms"), FreeRooms)))
        of_house, of_all = answer_of(answering(self.used_rooms, "use"), list[Costs])
        found.append(_graph("use rates of a year, a place with 20 rooms", of_house, "a plain page of 20 rooms"))
        found.append(_graph(f"use rate of a year, all {USED} rooms", of_all, "a plain page of 20 rooms"))
        return found

    def load(self) -> list[Figure]:
        """The `events` operation of 10 at a steady rate, in turns alone and beside a full harvest that changes every
        event of the same file; in between the harvest is stopped.
        """
        folder = copied(self.few, self._folder / "load")
        at_most = answer_of(answering(folder, "most", "--seconds", "4"), Rate).at_most
        rate = SHARE * at_most
        self._say(f"offering {rate:.0f} questions a second, {SHARE:.0%} of what one process can answer …")
        alone: list[float] = []
        during: list[float] = []
        writing = harvest(folder, f"{FEW}", "--waits", "--salt", "anew", nice=10)
        try:
            ready(writing)
            go(writing)
            for _ in range(TURNS):
                for taken, signal in ((alone, SIGSTOP), (during, SIGCONT)):
                    writing.send_signal(SIGSTOP)
                    asking = answering(folder, "load", "--rate", f"{rate}", "--seconds", f"{UNDER_LOAD}")
                    ready(asking)
                    writing.send_signal(signal)
                    taken.extend(answer_of(asking, Latencies).taken)
                    if writing.poll() is not None:
                        raise RuntimeError("the harvest was over before the load was")
        finally:
            writing.kill()
            writing.communicate()
        told = [("half of them", 0.5, None), ("p99", 0.99, "≤ 2 ×"), ("the slowest", 1.0, None)]
        return [
            Figure(
                name=f"events of 10 beside a full harvest, {name}",
                value=percentile(during, share),
                unit="ms",
                against="no harvest",
                beside=percentile(alone, share),
                ratio=percentile(during, share) / percentile(alone, share),
                aim=aim,
                note=f"{len(during)} answers at {rate:.0f} a second" if aim else None,
            )
            for name, share, aim in told
        ]

    def places(self) -> list[Figure]:
        return places.figures()

    def questions(self) -> list[Figure]:
        return questions.figures(self.many)


def _graph(name: str, costs: Costs, against: str) -> Figure:
    return Figure(
        name=name,
        value=costs.whole,
        unit="ms",
        against=against,
        beside=costs.index,
        ratio=costs.whole / costs.index,
        note=f"{costs.nodes} rows, {costs.size:,} bytes",
    )


def _rooms(count: int, rooms: FreeRooms) -> list[Figure]:
    told = (
        (f"free rooms among {count}, all looked at", rooms.again, f"{rooms.found} are free"),
        ("  the first time in a process", rooms.first, f"{rooms.rss:.0f} MB with all calendars kept"),
        ("  near a point, through the graph", rooms.whole, f"{rooms.size:,} bytes"),
    )
    return [
        Figure(
            name=name,
            value=value,
            unit="ms",
            against="a plain page of 10 rooms",
            beside=rooms.page,
            ratio=value / rooms.page,
            note=note,
        )
        for name, value, note in told
    ]


# ---- processes


def harvest(folder: Path, *arguments: str, nice: int = 0) -> subprocess.Popen[str]:
    return _started("bench.harvesting", folder, arguments, nice=nice)


def answering(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return _started("bench.answering", folder, arguments)


def _started(module: str, folder: Path, arguments: Sequence[str], nice: int = 0) -> subprocess.Popen[str]:
    command = ["nice", "-n", f"{nice}", sys.executable, "-m", module, f"{folder}", *arguments]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def ready(process: subprocess.Popen[str]) -> None:
    """Waits until the process says that it is."""
    assert process.stdout is not None
    if process.stdout.readline() != "ready\n":
        raise RuntimeError(f"{process.args!r} did not start")


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def answer_of(process: subprocess.Popen[str], shape: type[T]) -> T:
    """What it printed at its end; one that waits is told to go."""
    said, _ = process.communicate("go\n")
    if process.returncode:
        raise RuntimeError(f"{process.args!r} ended with {process.returncode}")
    return msgspec.json.decode(said.splitlines()[-1], type=shape)


def copied(old: Path, new: Path) -> Path:
    """An index folder whose writer has closed it, once more."""
    name = (old / CURRENT).read_text(encoding="utf-8").strip()
    new.mkdir()
    for each in (name, CURRENT):
        shutil.copyfile(old / each, new / each)
    return new


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help=f"of {', '.join(PARTS)}; all if none is named")
    parser.add_argument("--json", type=Path, help="write the figures there, too")
    given = parser.parse_args()
    console = Console(width=160 if not sys.stdout.isatty() else None)
    began = time.perf_counter()
    console.print(
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC · {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} · Python"
        f" {platform.python_version()} · SQLite {sqlite3.sqlite_version}"
    )
    found: dict[str, list[Figure]] = {}
    with tempfile.TemporaryDirectory(prefix="cityhub-bench-") as folder:
        bench = Bench(Path(folder), console)
        runs: dict[str, Callable[[], list[Figure]]] = {part: getattr(bench, part) for part in PARTS}
        for part in given.parts or PARTS:
            found[part] = runs[part]()
            show(console, part, found[part])
    console.print(f"[dim]{time.perf_counter() - began:.0f} s, load {os.getloadavg()[0]:.1f} at the end")
    if given.json:
        given.json.write_bytes(msgspec.json.format(msgspec.json.encode(found)))


if __name__ == "__main__":
    main()
