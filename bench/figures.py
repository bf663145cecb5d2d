"""A figure, and what ran beside it: on a shared machine only the ratio of the two can be compared between runs."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import TypeVar

import msgspec
from rich.console import Console
from rich.table import Table

T = TypeVar("T")

ENOUGH = 1.0  # seconds for one comparison: a slow pair is run fewer times


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """`value` and `beside` in `unit`; `ratio` of the two, None where nothing can run beside it. `aim`: for people."""

    name: str
    value: float
    unit: str
    against: str | None = None
    beside: float | None = None
    ratio: float | None = None
    aim: str | None = None
    note: str | None = None


def side_by_side(one: Callable[[], object], other: Callable[[], object], *, times: int = 41) -> tuple[float, float]:
    """Median seconds of each, run in turns, so that whatever else the machine does falls on both."""
    one()
    other()
    ones: list[float] = []
    others: list[float] = []
    began = time.perf_counter()
    while len(ones) < times and (len(ones) < 3 or time.perf_counter() - began < ENOUGH):
        ones.append(_timed(one))
        others.append(_timed(other))
    return statistics.median(ones), statistics.median(others)


def _timed(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def compared(
    name: str,
    one: Callable[[], object],
    against: str,
    other: Callable[[], object],
    *,
    aim: str | None = None,
    note: str | None = None,
) -> Figure:
    """Milliseconds of `one`, and its ratio to `other`: below 1 it is quicker."""
    first, second = side_by_side(one, other)
    return Figure(
        name=name,
        value=first * 1000,
        unit="ms",
        against=against,
        beside=second * 1000,
        ratio=first / second,
        aim=aim,
        note=note,
    )


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def show(console: Console, title: str, figures: list[Figure]) -> None:
    table = Table(title=title, title_justify="left", title_style="bold")
    table.add_column("what")
    table.add_column("figure", justify="right")
    table.add_column("against")
    table.add_column("", justify="right")
    table.add_column("ratio", justify="right")
    table.add_column("aim")
    table.add_column("note")
    for each in figures:
        table.add_row(
            each.name,
            _number(each.value, each.unit),
            each.against or "",
            "" if each.beside is None else _number(each.beside, each.unit),
            "" if each.ratio is None else f"{each.ratio:.2f}" if each.ratio < 100 else f"{each.ratio:.0f}",
            each.aim or "",
            each.note or "",
        )
    console.print(table)


def _number(value: float, unit: str) -> str:
    digits = 0 if value >= 100 else 1 if value >= 10 else 2 if value >= 1 else 3
    return f"{value:,.{digits}f} {unit}"
