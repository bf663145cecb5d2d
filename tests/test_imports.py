"""Imports go down only, and the outside world comes in where it is expected."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HUB = Path(__file__).parents[1] / "hub"

# What each part of the house may import of the others. A part that is not named here wires the rest together (app, cli,
# settings and what serves them): it may import anything, and nothing here may import it.
MAY: dict[str, set[str]] = {
    "errors": set(),
    "freshness": set(),
    "records": {"errors"},
    "fetch": {"records", "errors", "freshness"},
    "observe": {"errors", "fetch"},
    "connectors": {"fetch", "records", "freshness", "errors"},
    "transport": {"fetch", "freshness", "errors", "observe"},
    "cache": {"fetch", "freshness", "errors", "observe"},
    "feeds": {"fetch", "errors", "observe"},
    "exchange": {"transport", "fetch", "freshness", "errors", "observe"},
    "fetcher": {"cache", "exchange", "transport", "feeds", "fetch", "freshness", "errors", "observe"},
    "index": {"records", "fetch", "errors", "observe"},
    "derive": {"index", "records", "errors", "observe"},
    "harvest": {"derive", "index", "fetcher", "feeds", "fetch", "freshness", "records", "errors", "observe"},
    "domain": {"index", "fetcher", "fetch", "freshness", "records", "errors", "observe"},
    "schema": {"domain", "index", "fetch", "records", "errors", "observe"},
    "sandbox": {"records"},
}
# What reaches out of the process, and who may.
REACHES_OUT = {"httpx", "httpx_aiohttp", "aiohttp", "requests", "urllib3", "socket", "ssl", "http", "subprocess"}
# What a value does not need: the network, the clock, chance, files.
IMPURE = REACHES_OUT | {"asyncio", "threading", "os", "time", "random", "secrets", "sqlite3", "redis", "pathlib", "io"}


def files(part: str = "") -> Iterator[Path]:
    """A package's files, or the one of that name; the whole house for ""."""
    yield from HUB.rglob("*.py") if not part else [*(HUB / part).rglob("*.py"), *HUB.glob(f"{part}.py")]


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """Line and full name of everything that a file imports, inside functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)


def part_of(path: Path) -> str:
    return path.relative_to(HUB).parts[0].removesuffix(".py")


def of_hub(path: Path) -> Iterator[tuple[int, str]]:
    """Line and part of the house."""
    for line, name in imported(path):
        parts = name.split(".")
        if parts[0] == "hub":
            yield line, parts[1] if len(parts) > 1 else ""


def test_the_parts_named_here_are_there() -> None:
    assert MAY.keys() <= {part_of(path) for path in files()}


def test_what_may_be_imported_makes_no_circle() -> None:
    waiting = dict(MAY)
    while waiting:
        free = {part for part, below in waiting.items() if not below & waiting.keys()}
        assert free, f"these lead to each other: {sorted(waiting)}"
        waiting = {part: below for part, below in waiting.items() if part not in free}


@pytest.mark.parametrize("part", sorted(MAY))
def test_imports_go_down_only(part: str) -> None:
    wrong = [
        f"{path.relative_to(HUB)}:{line} imports {other}"
        for path in files(part)
        for line, other in of_hub(path)
        if other not in MAY[part] | {part}
    ]

    assert wrong == []


def test_no_import_is_relative_or_takes_everything() -> None:
    wrong = [
        f"{path.relative_to(HUB)}:{line} {name}"
        for path in files()
        for line, name in imported(path)
        if name.startswith(".") or name.endswith(".*")
    ]

    assert wrong == []


@pytest.mark.parametrize("part", ["records", "errors", "freshness", "fetch", "connectors"])
def test_values_and_connectors_neither_send_nor_wait_nor_ask_the_time(part: str) -> None:
    wrong = [
        f"{path.relative_to(HUB)}:{line} {name}"
        for path in files(part)
        for line, name in imported(path)
        if name.split(".")[0] in IMPURE or name.startswith("urllib.request")
    ]
    for path in files(part):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "today"} and is_a_clock(node.value):
                wrong.append(f"{path.relative_to(HUB)}:{node.lineno} asks for the time")
            if isinstance(node, ast.AsyncFunctionDef | ast.Await):
                wrong.append(f"{path.relative_to(HUB)}:{node.lineno} waits")

    assert wrong == []


def is_a_clock(node: ast.expr) -> bool:
    """`datetime` or `date`, by whatever path; `ask.now` is a value that was handed in."""
    return (isinstance(node, ast.Name) and node.id in {"datetime", "date"}) or (
        isinstance(node, ast.Attribute) and node.attr in {"datetime", "date"}
    )


def test_the_outside_world_is_reached_through_the_transports_only() -> None:
    inside = MAY.keys() - {"transport", "exchange", "observe", "feeds"}
    wrong = [
        f"{path.relative_to(HUB)}:{line} {name}"
        for path in files()
        for line, name in imported(path)
        if name.split(".")[0] in REACHES_OUT and part_of(path) in inside
    ]

    assert wrong == []


def test_only_the_cache_knows_redis_and_only_the_index_knows_sqlite() -> None:
    places = {"redis": {"cache"}, "aiocache": {"cache"}, "sqlite3": {"index", "harvest", "derive"}}
    wrong = [
        f"{path.relative_to(HUB)}:{line} {name}"
        for path in files()
        for line, name in imported(path)
        if (root := name.split(".")[0]) in places and part_of(path) in MAY.keys() - places[root]
    ]

    assert wrong == []


def test_only_the_registry_imports_every_connector() -> None:
    registry = HUB / "connectors" / "registry.py"
    modules = {path.stem for path in (HUB / "connectors").glob("*.py")}
    classes = {
        path.stem
        for path in (HUB / "connectors").glob("*.py")
        if "UPSTREAM: ClassVar" in path.read_text(encoding="utf-8")
    }
    named = {name.split(".")[2] for _, name in imported(registry) if name.startswith("hub.connectors.")}

    assert named == classes
    assert named <= modules
    for path in (HUB / "connectors").glob("*.py"):
        if path != registry:
            others = {name.split(".")[2] for _, name in imported(path) if name.startswith("hub.connectors.")}
            assert not others & classes, f"{path.name} imports another upstream's file"


def test_a_worker_loads_nothing_that_only_the_harvester_needs() -> None:
    """Twenty megabytes for geometry and as many for parsers would be paid by every worker."""
    told = subprocess.run(
        [sys.executable, "-c", "import sys, hub.app; print(*sys.modules)"], capture_output=True, text=True, check=True
    )
    loaded = set(told.stdout.split())
    assert "hub.schema.schema" in loaded
    assert loaded & {"shapely", "numpy", "lxml", "hub.derive", "hub.sandbox"} == set()
