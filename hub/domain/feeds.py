"""How a source's rows were read last, told to whoever publishes them: above all to partners about their feeds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

from hub.domain import answers
from hub.domain.city import City
from hub.domain.lists import MOST_ROWS, Found, PageArgs, listed
from hub.domain.sources import health_of
from hub.errors import BadInput
from hub.fetch import Source
from hub.index.crawls import CrawlState, State
from hub.index.listing import Listing
from hub.index.read import Told
from hub.records.events import Event

OWN_RECORDS: Final = (
    f"t.kind = '{Event.kind}'",
    "t.source = :source",
    "t.hash NOT NULL",
    # the parents that we make of a feed's recurring events are no events of its own
    "NOT EXISTS (SELECT 1 FROM event e WHERE e.rid = t.rid AND e.listed = 0)",
)


class FeedOutcome(StrEnum):
    """How the last reading ended. After FAILED and GONE the last good events are still served."""

    OK = "OK"
    PARTIAL = "PARTIAL"
    FAILED = "FAILED"
    GONE = "GONE"
    WAITING = "WAITING"


class FeedReport(msgspec.Struct, frozen=True, kw_only=True):
    """`fetched_at`: when it was last read, or known to be what it was. `next_fetch_at`: about when it is read again."""

    source: Source
    outcome: FeedOutcome
    message: str | None
    fetched_at: datetime | None
    next_fetch_at: datetime | None
    dropped: int
    moved_to: str | None = None  # an origin: see SourceHealth


def report(city: City, name: str) -> FeedReport | None:
    """Of the feed with this name (or id) in the configuration; None if there is none."""
    source = next((one for one in city.sources.values() if name in {one.name, one.id}), None)
    gathered = None if source is None else city.collection(source.id, Event.kind)
    if source is None or gathered is None or not gathered.is_feed:
        return None
    crawl = city.crawls.get((source.id, Event.kind)) if gathered.is_on else None
    message = None if crawl is None else crawl.message
    outcome, moved_to = _outcome(crawl), None
    if crawl is not None:
        moved_to = health_of(city, source).moved_to
        outcome = FeedOutcome.PARTIAL if moved_to is not None and outcome is FeedOutcome.OK else outcome
    return FeedReport(
        source=source,
        outcome=outcome,
        message=message if gathered.is_on else "switched off in the configuration",
        fetched_at=None if crawl is None else crawl.confirmed,
        next_fetch_at=None if crawl is None else _next(crawl),
        dropped=0 if crawl is None else crawl.dropped,
        moved_to=moved_to,
    )


def events(city: City, feed: FeedReport, page: PageArgs) -> Found[Event]:
    """As its own records say, not as several sources' records together; in the order of their keys."""
    return listed(
        city,
        Listing(table="record", sort=("t.key",), where=OWN_RECORDS, params={"source": feed.source.id}),
        Event,
        page,
        order="feed",
        answers=lambda: answers.from_collections(city, Event.kind, only=frozenset({feed.source.id})),
    )


def dropped_rows(city: City, sources: Sequence[Source], first: int) -> list[list[Told]]:
    """The rows of the last crawl of each of a source's collections that could not be read."""
    most = _checked(first)
    told = city.index.told({source.id for source in sources})
    return [[one for one in told[source.id] if one.is_kept is None][:most] for source in sources]


def remarks(city: City, feeds: Sequence[FeedReport], first: int) -> list[list[Told]]:
    """The rows of each feed that were mended or guessed at first, then those that were passed over."""
    most = _checked(first)
    told = city.index.told({feed.source.id for feed in feeds}, Event.kind)
    found = []
    for feed in feeds:
        rows = [one for one in told[feed.source.id] if one.is_kept is not None]
        if feed.moved_to is not None:
            rows.append(_moved(feed.moved_to, feed.fetched_at))
        found.append(sorted(rows, key=lambda one: not one.is_kept)[:most])
    return found


def _outcome(crawl: CrawlState | None) -> FeedOutcome:
    if crawl is None or crawl.state in {State.NEVER, State.CRAWLING}:
        return FeedOutcome.WAITING
    if crawl.is_failed:
        return FeedOutcome.GONE if crawl.state is State.GONE else FeedOutcome.FAILED
    is_good = crawl.state is State.OK and not crawl.dropped and not crawl.remarks and crawl.message is None
    return FeedOutcome.OK if is_good else FeedOutcome.PARTIAL


def _moved(where: str, at: datetime | None) -> Told:
    """The whole address is not told: its path may be what keeps the feed private."""
    return Told(
        collection=Event.kind,
        key=None,
        reason=f"its address was redirected for good (301 or 308) several times in a row, to one of {where}",
        where=None,
        mend="Give the hub's operator the new address, and keep the redirect until it stands in the configuration.",
        is_kept=True,
        at=at,
    )


def _next(crawl: CrawlState) -> datetime | None:
    """A confirmation keeps for two crawls; each comes up to a tenth earlier or later than its pace."""
    if crawl.retry_at is not None:
        return crawl.retry_at
    return None if crawl.last_ok is None else crawl.last_ok + crawl.fresh / 2


def _checked(first: int) -> int:
    if not 1 <= first <= MOST_ROWS:
        raise BadInput(f"first: {first} is not between 1 and {MOST_ROWS}")
    return first
