"""What both sides need of the settings: the connectors, and the one fetcher of a process.

`app.py` wires what answers, `harvesting.py` what gathers. They are apart since a worker must not load what only the
harvester needs (its geometry takes 20 MB), nor the harvester the schema.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TypeGuard

from hub.cache.store import open_store
from hub.configured import Settings
from hub.credentials import credentials_at
from hub.domain.city import CatalogueSearch, Gathered, HoldingsAsked, TimesAsked
from hub.exchange import Wire
from hub.fetch import Connector
from hub.fetcher import Fetcher
from hub.harvest.schedule import paces
from hub.observe.metrics import Metrics

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def fetching(
    settings: Settings,
    *,
    wire: Wire | None = None,
    clock: Clock = utc_now,
    monotonic: Callable[[], float] = time.monotonic,
    metrics: Metrics | None = None,
) -> AsyncIterator[Fetcher]:
    """A fetcher of all configured sources, on the running loop. `wire`: in place of the network."""
    metrics = metrics or Metrics()
    cache = open_store(settings.cache_url, clock=clock, monotonic=monotonic, on_failure=metrics.cache_failed)
    fetcher = Fetcher(
        {source.id: source for source in settings.sources},
        wire=wire,
        cache=cache,
        clock=clock,
        monotonic=monotonic,
        metrics=metrics,
        contact=settings.contact,
        credentials=credentials_at,
    )
    try:
        yield fetcher
    finally:
        await fetcher.aclose()
        await cache.aclose()


def gathered_by(settings: Settings) -> list[Gathered]:
    """Every collection of every source, the switched-off ones too."""
    found = []
    for connector in settings.connectors(with_off=True):
        collections = {collection.kind: collection for collection in connector.collections()}
        found += [
            Gathered(
                source=connector.source.id,
                kind=kind,
                fresh=pace.fresh,
                is_on=connector.source.id not in settings.off,
                is_feed=collections[kind].isolated,
            )
            for kind, pace in paces(connector.source, list(collections.values())).items()
        ]
    return found


def catalogues_of(settings: Settings) -> dict[str, CatalogueSearch]:
    """The sources that can be searched like a library catalogue, by id."""
    return {connector.source.id: connector for connector in settings.connectors() if searches(connector)}


def searches(connector: Connector) -> TypeGuard[CatalogueSearch]:
    return all(callable(getattr(connector, method, None)) for method in ("search", "records"))


def circulations_of(settings: Settings) -> dict[str, HoldingsAsked]:
    """The sources that tell of copies, by id, the switched-off ones too. A record that several hold is asked of the
    one that speaks first.
    """
    found = sorted(settings.connectors(with_off=True), key=lambda connector: connector.source.rank)
    return {connector.source.id: connector for connector in found if lends(connector)}


def lends(connector: Connector) -> TypeGuard[HoldingsAsked]:
    return all(callable(getattr(connector, method, None)) for method in ("holds", "copies"))


def times_of(settings: Settings) -> dict[str, TimesAsked]:
    """The booking systems that can be asked for times now, by id."""
    return {connector.source.id: connector for connector in settings.connectors() if tells_times(connector)}


def tells_times(connector: Connector) -> TypeGuard[TimesAsked]:
    return all(callable(getattr(connector, method, None)) for method in ("hours", "busy"))
