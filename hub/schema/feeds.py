"""What a feed's owner wants to know."""

from __future__ import annotations

from typing import Any

import strawberry

from hub.domain import feeds
from hub.domain.feeds import FeedOutcome, FeedReport
from hub.domain.lists import PageArgs
from hub.schema.connection import After, Connection, First
from hub.schema.context import Info
from hub.schema.events import Event
from hub.schema.scalars import DateTime
from hub.schema.sources import FirstRows, RowNote, Source


@strawberry.type(description="How a partner's feed was read last, for whoever publishes it.")
class Feed:
    source: Source | None = strawberry.field(description="The feed.")
    outcome: FeedOutcome | None = strawberry.field(description="How its last reading ended.")
    message: str | None = strawberry.field(description="What happened, for people.")
    fetched_at: DateTime | None = strawberry.field(description="When it was last read, or known to be what it was.")
    next_fetch_at: DateTime | None = strawberry.field(description="About when it is read again.")
    dropped: int = strawberry.field(description="Rows of the last reading that could not be read.")

    @strawberry.field(
        description="Its events as they were read, before they are joined with other calendars' records; in the order"
        " of their keys."
    )
    @staticmethod
    def events(
        root: strawberry.Parent[FeedReport], info: Info, first: First = 20, after: After = None
    ) -> Connection[Event] | None:
        found: Any = feeds.events(info.context.city, root, PageArgs(first=first, after=after))
        return found

    @strawberry.field(description="What could not be read, where, why, and how to mend it.")
    @staticmethod
    async def dropped_rows(root: strawberry.Parent[FeedReport], info: Info, first: FirstRows = 20) -> list[RowNote]:
        return await info.context.batch(feeds.dropped_rows, first).load(root.source)

    @strawberry.field(description="What had to be mended or guessed at, then what was passed over as no event.")
    @staticmethod
    async def remarks(root: strawberry.Parent[FeedReport], info: Info, first: FirstRows = 20) -> list[RowNote]:
        return await info.context.batch(feeds.remarks, first).load(root)
