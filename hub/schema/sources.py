"""The sources behind the graph, and how well they do."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

import strawberry

from hub.domain import feeds, sources
from hub.fetch import Source as Configured
from hub.schema.context import Info
from hub.schema.scalars import URL, DateTime
from hub.schema.texts import LocalizedText

FirstRows: TypeAlias = Annotated[int, strawberry.argument(description="How many at most, 1 to 100.")]


@strawberry.type(description="How long a source takes to answer, in milliseconds, over its last hundred answers.")
class Latency:
    p50: float | None = strawberry.field(description="Half of the answers came sooner.")
    p95: float | None = strawberry.field(description="Nineteen of twenty came sooner.")


@strawberry.type(description="Something of a source that is listed whole and kept here.")
class Collection:
    kind: str = strawberry.field(description="What it holds: place, space, event …")
    records: int = strawberry.field(description="How many records are kept.")
    dropped: int = strawberry.field(description="Rows of the last crawl that could not be read.")
    confirmed_at: DateTime | None = strawberry.field(description="When all of it was last known to be so.")
    fresh_until: DateTime | None = strawberry.field(description="Until when that counts as fresh.")
    progress: float | None = strawberry.field(description="0 to 1 while a crawl of known size runs.")
    state: str | None = strawberry.field(
        description="NEVER, CRAWLING, OK, DEGRADED (too many unreadable rows: nothing was withdrawn), FAILED or GONE"
        " (by its source's word it is no more)."
    )
    message: str | None = strawberry.field(description="Why it failed, or how far it is.")


@strawberry.type(description="What is to be said of one row of a source.")
class RowNote:
    collection: str = strawberry.field(description="What it would be: event, place …")
    key: str | None = strawberry.field(description="The row's own id, as far as that could be read.")
    where: str | None = strawberry.field(description="Line, item or script of a feed.")
    reason: str | None = strawberry.field(description="What is wrong with it.")
    mend: str | None = strawberry.field(description="What its owner can do about it.")
    is_kept: bool | None = strawberry.field(
        description="Null: it could not be read. False: it was passed over, as not ours to show. True: it was mended or"
        " guessed at."
    )
    at: DateTime | None = strawberry.field(description="When it was found.")


@strawberry.type(description="A service that the graph is made of.")
class Source:
    name: str = strawberry.field(description="Its name in the hub's configuration.")
    title: LocalizedText | None = strawberry.field(description="Its name for people.")

    @strawberry.field(description="What software speaks there: servicemap, varaamo, icalendar …")
    @staticmethod
    def kind(root: strawberry.Parent[Configured]) -> str:
        return root.connector

    homepage: URL | None = strawberry.field(description="Its own page for people.")
    license: str | None = strawberry.field(description="Under which licence its data may be used.")
    attribution: str | None = strawberry.field(description="Whom to name, in which words.")

    @strawberry.field(
        description="FRESH, STALE, WARMING, FAILED or SKIPPED: the worst of its collections; of one that is only asked,"
        " how it was when last asked."
    )
    @staticmethod
    def state(root: strawberry.Parent[Configured], info: Info) -> str | None:
        return sources.state_of(info.context.city, root).value

    @strawberry.field(
        description="CLOSED: asked as usual; OPEN: not asked, it failed too often; HALF_OPEN: being tried."
    )
    @staticmethod
    def breaker(root: strawberry.Parent[Configured], info: Info) -> str | None:
        return sources.health_of(info.context.city, root).breaker

    @strawberry.field(description="When it last answered.")
    @staticmethod
    def last_success_at(root: strawberry.Parent[Configured], info: Info) -> DateTime | None:
        told: Any = sources.health_of(info.context.city, root).last_success_at
        return told

    @strawberry.field(description="When it last failed to answer.")
    @staticmethod
    def last_error_at(root: strawberry.Parent[Configured], info: Info) -> DateTime | None:
        told: Any = sources.health_of(info.context.city, root).last_error_at
        return told

    @strawberry.field(description="How it last failed, in words without addresses.")
    @staticmethod
    def last_error(root: strawberry.Parent[Configured], info: Info) -> str | None:
        return sources.health_of(info.context.city, root).last_error

    @strawberry.field(description="Share of its last hundred requests that failed, 0 to 1; null if none was sent yet.")
    @staticmethod
    def error_rate(root: strawberry.Parent[Configured], info: Info) -> float | None:
        return sources.health_of(info.context.city, root).error_rate

    @strawberry.field(description="How long it takes to answer.")
    @staticmethod
    def latency_ms(root: strawberry.Parent[Configured], info: Info) -> Latency | None:
        told: Any = sources.health_of(info.context.city, root).latency
        return told

    @strawberry.field(description="What of it is kept here, and how old that is.")
    @staticmethod
    def collections(root: strawberry.Parent[Configured], info: Info) -> list[Collection]:
        told: Any = sources.collections_of(info.context.city, root)
        return told

    @strawberry.field(description="Rows of the last crawls that could not be read: where, why, and how to mend them.")
    @staticmethod
    async def dropped_rows(root: strawberry.Parent[Configured], info: Info, first: FirstRows = 20) -> list[RowNote]:
        return await info.context.batch(feeds.dropped_rows, first).load(root)
