"""`hub harvest`: one harvest of everything, now, with bars while it runs, and what came."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from hub.configured import Settings
from hub.harvest.crawl import Progress as Far
from hub.harvesting import gathering
from hub.index.crawls import State

MOST_SHOWN = 5  # dropped rows of one collection in the table; --json has all that are kept


class DroppedRow(msgspec.Struct, frozen=True, kw_only=True):
    key: str | None
    reason: str
    where: str | None = None


class Collected(msgspec.Struct, frozen=True, kw_only=True):
    """One collection after a harvest. `dropped` counts all unreadable rows, `rows` holds the first thousand."""

    source: str
    collection: str
    state: State
    records: int
    dropped: int
    message: str | None
    rows: list[DroppedRow]


async def harvest(settings: Settings, source: str | None, err: Console, *, quiet: bool) -> list[Collected]:
    named = {one.id: one.name for one in settings.sources}
    async with gathering(settings) as gathered:
        with Bars(err, quiet=quiet) as bars:
            states = await gathered.harvester.once(None if source is None else [source], bars.tell)
        gathered.tell_health()
        dropped = gathered.writer.dropped()
    return [
        Collected(
            source=named[state.source],
            collection=state.collection,
            state=state.state,
            records=state.records,
            dropped=state.dropped,
            message=state.message,
            rows=[
                DroppedRow(key=row.key, reason=row.reason, where=row.where)
                for row in dropped.get((state.source, state.collection), ())
            ],
        )
        for state in states
        if state.source in named
    ]


class Bars:
    """One bar for each collection that is being read."""

    def __init__(self, err: Console, *, quiet: bool) -> None:
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[told]}"),
            TimeElapsedColumn(),
            console=err,
            transient=True,
            disable=quiet,
        )
        self._tasks: dict[tuple[str, str], TaskID] = {}

    def __enter__(self) -> Bars:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def tell(self, far: Far) -> None:
        key = far.source, far.collection
        if key not in self._tasks:
            self._tasks[key] = self._progress.add_task(f"{far.source} {far.collection}", told="")
        told = f"{far.rows} records" + (f", {far.dropped} dropped" if far.dropped else "")
        total = far.total if far.state is None else far.done or 1
        completed = far.done if far.state is None else total
        self._progress.update(self._tasks[key], total=total, completed=completed or 0, told=told)


def show(collected: Sequence[Collected], out: Console) -> None:
    table = Table("source", "collection", "state", "records", "dropped", "")
    for one in collected:
        colour = {State.OK: "green", State.DEGRADED: "yellow", State.FAILED: "red", State.GONE: "red"}.get(
            one.state, ""
        )
        state = f"[{colour}]{one.state}[/]" if colour else f"{one.state}"
        table.add_row(one.source, one.collection, state, f"{one.records}", f"{one.dropped}", one.message or "")
    out.print(table)
    for one in collected:
        for row in one.rows[:MOST_SHOWN]:
            where = f" ({row.where})" if row.where else ""
            told = f"dropped: {one.source} {one.collection} {row.key or '?'}{where}: {row.reason}"
            out.print(told, markup=False, highlight=False)
        if len(one.rows) > MOST_SHOWN:
            out.print(f"dropped: {one.source} {one.collection}: {one.dropped - MOST_SHOWN} more", highlight=False)
