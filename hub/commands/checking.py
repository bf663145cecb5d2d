"""`hub check`: asks each upstream a little, and tells whether it answers and keeps its contract."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Sequence

import msgspec
from rich.console import Console
from rich.table import Table

from hub.configured import Settings
from hub.errors import UpstreamError
from hub.fetch import Connector
from hub.fetcher import Fetcher
from hub.wiring import fetching


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What an upstream said to its connector's probe. `code`: as in the errors of the graph; None if all is well.

    `ok` None: it is switched off, and was not asked.
    """

    source: str
    connector: str
    ok: bool | None
    ms: float
    code: str | None = None
    problem: str | None = None


async def check(settings: Settings, connectors: Sequence[Connector], *, unasked: Collection[str] = ()) -> list[Checked]:
    async with fetching(settings) as fetcher:
        asked = (check_one(fetcher, each, ask=each.source.id not in unasked) for each in connectors)
        return list(await asyncio.gather(*asked))


async def check_one(fetcher: Fetcher, connector: Connector, *, ask: bool = True) -> Checked:
    source, began = connector.source, time.monotonic()
    if not ask:
        return Checked(source=source.name, connector=source.connector, ok=None, ms=0)
    is_isolated = any(collection.isolated for collection in connector.collections())
    read = fetcher.read_isolated if is_isolated else fetcher.read
    error: UpstreamError | None = None
    try:
        await read(connector.probe())
    except UpstreamError as failure:
        error = failure
    return Checked(
        source=source.name,
        connector=source.connector,
        ok=error is None,
        ms=round((time.monotonic() - began) * 1000, 1),
        code=None if error is None else error.code,
        problem=None if error is None else f"{error}",
    )


def show(checked: Sequence[Checked], out: Console) -> None:
    table = Table("source", "speaks", "", "ms", "")
    for one in checked:
        told_ok = "[green]keeps its contract[/]" if one.ok else f"[red]{one.code}[/]"
        state, ms = ("switched off", "") if one.ok is None else (told_ok, f"{one.ms:.0f}")
        table.add_row(one.source, one.connector, state, ms, one.problem or "")
    out.print(table)
