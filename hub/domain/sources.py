"""How well the hub itself is doing, source by source."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from hub.domain.answers import AnswerState, from_collections
from hub.domain.city import City
from hub.fetch import Source
from hub.fetcher import SourceHealth
from hub.index.crawls import CrawlState

NEVER = datetime.min.replace(tzinfo=UTC)


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


class Latency(msgspec.Struct, frozen=True, kw_only=True):
    """Milliseconds within which half, and nineteen of twenty, of the last hundred answers came."""

    p50: float
    p95: float


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """How a source does. `breaker`: CLOSED, HALF_OPEN or OPEN. None: nothing was asked of it yet, or nothing failed."""

    breaker: str
    last_success_at: datetime | None
    last_error_at: datetime | None
    last_error: str | None
    error_rate: float | None
    latency: Latency | None
    moved_to: str | None = None  # see SourceHealth


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


def health_of(city: City, source: Source) -> Health:
    """From what this process asked itself and what the harvester tells of its own: of each the newer."""
    own = city.fetcher.health(source.id)
    body = city.source_health.get(source.id)
    seen = [own] if body is None else [own, msgspec.json.decode(body, type=SourceHealth)]
    latest = max(seen, key=_last_heard)
    failed = max(seen, key=lambda health: _or_never(health.last_error_at))
    latency = None
    if latest.p50_ms is not None and latest.p95_ms is not None:
        latency = Latency(p50=latest.p50_ms, p95=latest.p95_ms)
    return Health(
        breaker=latest.state.upper(),
        last_success_at=max((h.last_success_at for h in seen if h.last_success_at is not None), default=None),
        last_error_at=failed.last_error_at,
        last_error=failed.last_error,
        error_rate=latest.error_rate,
        latency=latency,
        moved_to=next((health.moved_to for health in seen if health.moved_to is not None), None),
    )


def _last_heard(health: SourceHealth) -> datetime:
    return max(_or_never(health.last_success_at), _or_never(health.last_error_at))


def _or_never(at: datetime | None) -> datetime:
    return NEVER if at is None else at


def state_of(city: City, source: Source) -> AnswerState:
    """The worst state among its collections. Of one that is only asked: FAILED if it failed when it was last asked."""
    kinds = tuple({g.kind for g in city.hall.gathered if g.source == source.id})
    if not kinds and source.id in city.hall.off:
        return AnswerState.SKIPPED
    if not kinds:
        health = health_of(city, source)
        failed = _or_never(health.last_error_at) > _or_never(health.last_success_at)
        return AnswerState.FAILED if failed else AnswerState.FRESH
    told = from_collections(city, *kinds, only=frozenset({source.id}))
    return told[0].state if told else AnswerState.FRESH
