"""`make demo` as a newcomer meets it: it answers within a minute, with everything joined, and Ctrl-C ends all of it.

Standard library alone. Exit status 1 and the demo's own output where something does not hold.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import IO, Any, NamedTuple

ROOT = Path(__file__).parents[1]
TO_ANSWER, TO_END = 60.0, 20.0  # seconds
PROMPT = """{ places(first: 1) { nodes { id } } }"""
WHOLE = """{
  place(tprekId: "8215") {
    name { text }
    tprekId
    library { kirkantaId finnaBuilding }
    spaces(first: 1) { nodes { name { text } } }
    alsoIn { source { name } }
  }
  district(name: "Kallio") { events(first: 1) { nodes { id } } budgetProjects(first: 1) { nodes { id } } }
  budgetingProcesses(first: 1) { nodes { title { text } } }
  things: catalogue(filter: { text: "porakone", formats: [OBJECT] }, first: 1) { nodes { title { text } } }
  books: catalogue(filter: { text: "kirjasto", formats: [BOOK] }, first: 1) { answers { state } }
  events(first: 1) { totalCount answers { source { name } state } }
  sources { name state collections { kind records } }
}"""


def main() -> int:
    port = free_port()
    with tempfile.TemporaryFile() as said:
        began = time.monotonic()
        # A session of its own is what a terminal gives; Ctrl-C goes to all of its foreground group.
        demo = subprocess.Popen(  # noqa: S603 - our own Makefile
            ["make", "demo", f"PORT={port}"],  # noqa: S607 - as a person types it
            cwd=ROOT,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            mistakes = answers(port, demo, began)
        finally:
            mistakes_at_end = ends(demo, port)
        mistakes += mistakes_at_end
        text = output(said)
    if "Traceback" in text:
        mistakes.append("it printed a traceback")
    if mistakes:
        print(text)
        print("the demo does not hold:", *mistakes, sep="\n  ", file=sys.stderr)
        return 1
    return 0


def answers(port: int, demo: subprocess.Popen[bytes], began: float) -> list[str]:
    """What is wrong with the demo's answers; waits until there is one."""
    first = None
    while first is None:
        if demo.poll() is not None:
            return [f"it ended with status {demo.returncode} before it answered"]
        if time.monotonic() - began > TO_ANSWER:
            return [f"it did not answer within {TO_ANSWER:.0f} s"]
        told = ask(port, PROMPT)
        if told is not None and (told.get("data") or {}).get("places", {}).get("nodes"):
            first = time.monotonic() - began
        else:
            time.sleep(0.2)
    print(f"places after {first:.1f} s")
    while (wanting := missing(ask(port, WHOLE) or {})) and time.monotonic() - began < TO_ANSWER:
        time.sleep(0.5)
    if not wanting:
        print(f"everything, joined, after {time.monotonic() - began:.1f} s")
    return [f"after {TO_ANSWER:.0f} s there was no {name}" for name in wanting]


def missing(told: dict[str, Any]) -> list[str]:
    """What of the whole query has no answer yet."""
    data = told.get("data") or {}
    place, district = data.get("place") or {}, data.get("district") or {}
    library = place.get("library") or {}
    there = {
        "answer without errors": "data" in told and "errors" not in told,
        "library with its ids of all registers": place.get("tprekId") == "8215"
        and library.get("kirkantaId") == "84860"
        and library.get("finnaBuilding") == "2/Helmet/h/h53/",
        "room at it": nodes(place, "spaces"),
        "other source of it": len(place.get("alsoIn") or []) >= 2,
        "event in its district": nodes(district, "events"),
        "project in its district": nodes(district, "budgetProjects"),
        "round of budgeting": nodes(data, "budgetingProcesses"),
        "thing to borrow": nodes(data, "things"),
        "look-up that worked": [each["state"] for each in (data.get("books") or {}).get("answers", ())] == ["FRESH"],
        "fresh calendar from every source": calendars(data),
        "source without a mistake": bool(data.get("sources")) and all(s["state"] == "FRESH" for s in data["sources"]),
    }
    return [name for name, is_there in there.items() if not is_there]


def nodes(parent: dict[str, Any], name: str) -> bool:
    return bool((parent.get(name) or {}).get("nodes"))


def calendars(data: dict[str, Any]) -> bool:
    told = (data.get("events") or {}).get("answers") or []
    return len(told) >= 2 and all(each["state"] == "FRESH" for each in told)


def ask(port: int, query: str) -> dict[str, Any] | None:
    """The answer; None while nobody listens."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/graphql",
        json.dumps({"query": query}).encode(),
        {"Content-Type": "application/json", "Accept": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=20) as reply:  # noqa: S310 - our own address
            told: dict[str, Any] = json.load(reply)
            return told
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return None


def ends(demo: subprocess.Popen[bytes], port: int) -> list[str]:
    """Ctrl-C, and whether everything is gone after it."""
    mistakes = []
    family = below(demo.pid)
    if demo.poll() is None:
        began = time.monotonic()
        os.killpg(demo.pid, signal.SIGINT)
        try:
            demo.wait(TO_END)
        except subprocess.TimeoutExpired:
            mistakes.append(f"it did not end within {TO_END:.0f} s of Ctrl-C")
        else:
            print(f"ended {time.monotonic() - began:.1f} s after Ctrl-C")
    running = processes()
    if left := [pid for pid, since in family.items() if pid in running and running[pid].since == since]:
        mistakes.append(f"processes are left: {', '.join(running[pid].name for pid in left)}")
        for pid in left:
            os.kill(pid, signal.SIGKILL)
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            mistakes.append("something still listens on its port")
    return mistakes


class Process(NamedTuple):
    name: str
    parent: int
    since: int  # in ticks since the machine started: with the number it names one process for ever


def processes() -> dict[int, Process]:
    """All that run, zombies left out."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        name, _, rest = stat.partition("(")[2].rpartition(")")
        fields = rest.split()
        if fields[0] != "Z":
            found[int(folder.name)] = Process(name, int(fields[1]), int(fields[19]))
    return found


def below(top: int) -> dict[int, int]:
    """`top` and all that it started, in whatever session they are: number and start."""
    running = processes()
    family = {top} & running.keys()
    while more := {pid for pid, process in running.items() if process.parent in family} - family:
        family |= more
    return {pid: running[pid].since for pid in family}


def output(said: IO[bytes]) -> str:
    said.seek(0)
    return said.read().decode(errors="replace")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    sys.exit(main())
