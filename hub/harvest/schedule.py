"""What is due when. Pure: the time comes in, nothing waits here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import Enum

import msgspec

from hub.fetch import Collection, Source
from hub.index.crawls import CrawlState

JITTER = 0.1  # of a pace, either way: collections that were first crawled together drift apart
FIRST_RETRY, LAST_RETRY = timedelta(seconds=30), timedelta(hours=1)
QUICKEST, SLOWEST = timedelta(minutes=5), timedelta(hours=24)  # that a source may ask to be asked
AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)


class Mode(Enum):
    """FULL: every page. CHANGES: what moved since the last time."""

    FULL = "full"
    CHANGES = "changes"


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How often a collection is asked for changes (or crawled, where it tells none), and how often in full. `is_set`:
    the configuration says so.
    """

    every: timedelta
    full: timedelta
    is_set: bool = False

    @property
    def fresh(self) -> timedelta:
        """How long a confirmation keeps: twice the pace, so that one late crawl does not make everything stale."""
        return 2 * self.every

    def wished(self, wish: timedelta | None) -> Pace:
        """As its source asks, within reason, where the configuration says nothing else."""
        if wish is None or self.is_set or self.every != self.full:
            return self
        every = min(max(wish, QUICKEST), SLOWEST)
        return Pace(every=every, full=every)


class Due(msgspec.Struct, frozen=True, kw_only=True):
    collection: Collection
    mode: Mode
    at: datetime
    first: bool  # it has never been crawled whole


def paces(source: Source, collections: Sequence[Collection]) -> dict[str, Pace]:
    """By kind. A source's own `every` is the pace of its quickest collection, and the slower ones keep their proportion
    to it; its own `full` is that of the collections that tell changes.
    """
    if not collections:
        return {}
    scale = 1.0 if source.every is None else source.every / min(collection.every for collection in collections)
    made = {}
    for collection in collections:
        every = collection.every * scale
        full = (source.full or collection.full) if collection.changes is not None else every
        made[collection.kind] = Pace(every=every, full=max(full, every), is_set=source.every is not None)
    return made


def due(collection: Collection, pace: Pace, states: Mapping[str, CrawlState]) -> Due | None:
    """The next run of a collection; None while the collection that it hangs on has not been crawled.

    `states`: those of its source, by kind.
    """
    if collection.per is not None:
        parent = states.get(collection.per)
        if parent is None or parent.last_full is None:
            return None
    state = states.get(collection.kind)
    if state is None:
        return Due(collection=collection, mode=Mode.FULL, at=AT_ONCE, first=True)
    first = state.last_full is None
    if state.last_full is None or state.since is None or state.last_ok is None:
        return Due(collection=collection, mode=Mode.FULL, at=state.retry_at or AT_ONCE, first=first)
    pace = pace.wished(state.wish)
    poll_at = state.last_ok + shaken(pace.every, state)
    full_at = state.last_full + shaken(pace.full, state)
    mode, at = Mode.FULL, max(full_at, poll_at)
    if collection.changes is not None and full_at > poll_at:
        mode, at = Mode.CHANGES, poll_at
    if state.retry_at is not None:
        at = state.retry_at
        if collection.changes is not None and full_at <= at:
            mode = Mode.FULL
    return Due(collection=collection, mode=mode, at=at, first=False)


def next_due(runs: Iterable[Due], now: datetime) -> Due | None:
    """Of those whose time has come the most urgent, first crawls before all; else the one that comes next."""
    waiting = list(runs)
    ready = [run for run in waiting if run.at <= now]
    if ready:
        return min(ready, key=lambda run: (not run.first, run.collection.urgency, run.at, run.collection.kind))
    return min(waiting, key=lambda run: (run.at, run.collection.kind), default=None)


def in_order(collections: Sequence[Collection]) -> list[Collection]:
    """By urgency, but what hangs on another collection after it."""
    waiting = sorted(collections, key=lambda collection: (collection.urgency, collection.kind))
    ordered: list[Collection] = []
    while waiting:
        kinds = {collection.kind for collection in waiting}
        ready = next((collection for collection in waiting if collection.per not in kinds), None)
        if ready is None:
            raise ValueError(f"collections hang on each other in a ring: {', '.join(sorted(kinds))}")
        waiting.remove(ready)
        ordered.append(ready)
    return ordered


def retry_after(failures: int, state: CrawlState) -> timedelta:
    """Half a minute after the first failure, doubled for each more in a row, an hour at most."""
    return min(FIRST_RETRY * (1 << min(failures - 1, 10)), LAST_RETRY) * _factor(state)


def shaken(pace: timedelta, state: CrawlState) -> timedelta:
    return pace * _factor(state)


def _factor(state: CrawlState) -> float:
    """Between 0.9 and 1.1; the same for the same collection and last run, so that a plan does not flicker."""
    seed = f"{state.source}/{state.collection}/{state.last_ok}/{state.failures}".encode()
    fraction = int.from_bytes(hashlib.blake2b(seed, digest_size=4).digest(), "big") / (2**32 - 1)
    return 1 - JITTER + 2 * JITTER * fraction
