"""How well the hub itself is doing, source by source."""

from __future__ import annotations

from datetime import datetime

import msgspec

from hub.domain.answers import AnswerState, from_collections
from hub.domain.city import City
from hub.fetch import Source
from hub.index.crawls import CrawlState


class CollectionState(msgspec.Struct, frozen=True, kw_only=True):
    """One collection of a source. `progress` 0..1 while a crawl runs whose size is known."""

    kind: str
    records: int
    dropped: int
    confirmed_at: datetime | None
    fresh_until: datetime | None
    progress: float | None
    state: str
    message: str | None


def sources(city: City) -> list[Source]:
    """Every configured source, by rank."""
    return sorted(city.sources.values(), key=lambda source: (source.rank, source.name))


def collections_of(city: City, source: Source) -> list[CollectionState]:
    return [_state(g.kind, city.crawls.get((g.source, g.kind))) for g in city.hall.gathered if g.source == source.id]


def _state(kind: str, crawl: CrawlState | None) -> CollectionState:
    if crawl is None:
        return CollectionState(
            kind=kind,
            records=0,
            dropped=0,
            confirmed_at=None,
            fresh_until=None,
            progress=None,
            state="NEVER",
            message=None,
        )
    return CollectionState(
        kind=kind,
        records=crawl.records,
        dropped=crawl.dropped,
        confirmed_at=crawl.confirmed,
        fresh_until=crawl.confirmed + crawl.fresh if crawl.confirmed else None,
        progress=crawl.progress,
        state=crawl.state.value,
        message=crawl.message,
    )


def state_of(city: City, source: Source) -> AnswerState:
    """The worst state among its collections; FRESH for one that is only asked."""
    kinds = tuple({g.kind for g in city.hall.gathered if g.source == source.id})
    told = from_collections(city, *kinds, only=frozenset({source.id})) if kinds else []
    return told[0].state if told else AnswerState.FRESH
