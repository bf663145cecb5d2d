"""One collection of one source, read once: in full, or what changed since the last time.

What was read is there even if the crawl fails later: it is written after some hundred rows, or a second. A row that
can't be taken is dropped with its id and reason and its last good copy stays; an envelope that can't be read fails the
crawl, and the whole last good set stays.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from collections.abc import Collection as Many
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

import msgspec

from hub.errors import (
    PayloadChanged,
    UpstreamError,
    UpstreamGone,
    UpstreamRefused,
    UpstreamThrottled,
    UpstreamUnavailable,
)
from hub.fetch import Ask, Changed, Collection, Dropped, Fetch, Page, Remark, Seen, Source, Wanted
from hub.harvest import missing
from hub.harvest.missing import Read
from hub.harvest.schedule import Mode, Pace, retry_after
from hub.harvest.withdrawal import Ended, judge
from hub.index.crawls import CrawlState, State
from hub.index.write import PutCounts, Writer, checked
from hub.records.core import Record, Ref

log = logging.getLogger(__name__)

MOST_PAGES = 5_000  # for one list; ours have 350 at most
MOST_SAME_PAGES = 3  # in a row, after the first: the source ignores how we ask for the next
ROWS = 1_500  # written in one transaction: smaller ones write the pages of each index more often
LONGEST_KEPT = timedelta(seconds=1)  # a slow source's page is written when it comes
OVERLAP = timedelta(minutes=5)  # a source's clock and ours differ; what is read twice is the same by its hash
TELL_EVERY = timedelta(seconds=1)
MOST_ASKED = 50  # records that a list suddenly lacks, asked for one by one after a crawl
READ_ANEW = timedelta(days=1)  # although nothing changed: the window moves over what stays the same
LONGEST_WAIT, MOST_WAITS = 600.0, 10  # seconds, times in one crawl, that a source's "too many" is waited out
UNTOLD_WAIT = 60.0
GONE_FOR = timedelta(days=7)  # before what is gone for good is asked again; a restart asks at once

# A mistake in a connector's code may cost its own collection, not the harvest of the others.
OUR_MISTAKES = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


T = TypeVar("T")


class ReadIfChanged(Protocol):
    """As `Read`, but None if the reply is the one that was seen before."""

    def __call__(self, fetch: Fetch[T], seen: Seen | None, *, isolated: bool) -> Awaitable[Changed[T] | None]: ...


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a crawl is. `total`: rows (or blocks of keys, where it goes by those) in all, None if nobody knows."""

    source: str  # its name
    collection: str
    mode: Mode
    rows: int
    done: int
    total: int | None
    new: int
    changed: int
    dropped: int
    state: CrawlState | None = None  # at its end

    @property
    def fraction(self) -> float | None:
        return None if not self.total else min(1.0, self.done / self.total)


class Crawl:
    """`read` and `read_if_changed` are the fetcher's; without the second everything is read. `anew`: everything is read
    although its source may say that nothing changed. `tell` is called about once a second and at the end.
    """

    def __init__(
        self,
        source: Source,
        collection: Collection,
        pace: Pace,
        writer: Writer,
        read: Read,
        *,
        read_if_changed: ReadIfChanged | None = None,
        anew: bool = False,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        tell: Callable[[Progress], None] | None = None,
    ) -> None:
        self._source = source
        self._collection = collection
        self._pace = pace
        self._writer = writer
        self._read = read
        self._read_if_changed = read_if_changed if collection.conditional else None
        self._anew = anew
        self._sleep = sleep
        self._tell = tell
        self._mode = Mode.FULL
        self._seen: set[str] = set()
        self._dropped: list[Dropped] = []
        self._remarks: list[Remark] = []
        self._wish: timedelta | None = None
        self._url = ""  # of a collection that is one reply, and by what that is known again
        self._known_by: Seen | None = None
        self._counts = PutCounts()
        self._complete = True
        self._waits = 0
        self._done = 0
        self._total: int | None = None
        self._told: datetime | None = None
        self._unwritten: list[tuple[list[Ref], list[Record]]] = []  # of each page: what is gone, what was read
        self._written = writer.now()

    async def run(self, mode: Mode, before: CrawlState) -> CrawlState:
        """Crawl, store, and return how the collection stands now. Fails by its state, never by an UpstreamError."""
        writer, started = self._writer, self._writer.now()
        self._mode = mode
        state = msgspec.structs.replace(before, started=started, fresh=self._pace.wished(before.wish).fresh)
        if before.last_full is None:
            state = msgspec.structs.replace(state, state=State.CRAWLING, progress=None, message=None)
            with writer.transaction():
                writer.save_crawl(state)
        try:
            is_changed = await self._read_all(started, state)
            if not is_changed:
                ended = self._end_unchanged(state, started)
            elif mode is Mode.FULL:
                ended = await self._end(state, started)
            else:
                ended = self._end_of_changes(state, started)
        except UpstreamError as error:
            ended = self._failed(state, error)
            log.warning("harvest.failed", extra=self._said(reason=f"{error}"))
        except OUR_MISTAKES as error:
            ended = self._failed(state, error)
            log.exception("harvest.mistake", extra=self._said(reason=type(error).__name__))
        if self._tell is not None:
            self._tell(self._progress(ended))
        return ended

    async def _read_all(self, started: datetime, state: CrawlState) -> bool:
        """False: its source says that nothing changed."""
        collection = self._collection
        pages = collection.pages
        since = None
        if self._mode is Mode.CHANGES:
            assert collection.changes is not None
            pages, since = collection.changes, state.since
        try:
            if self._read_if_changed is not None:
                return await self._read_one_page(self._read_if_changed, pages(Ask(now=started)), state)
            if collection.per is None:
                await self._read_list(pages, Ask(now=started, since=since), state)
                return True
            blocks = list(self._blocks(collection.per))
            self._total = len(blocks)
            for block in blocks:
                await self._read_list(pages, Ask(now=started, since=since, keys=block), state)
                self._done += 1
        finally:
            self._write()
        return True

    async def _read_one_page(self, read: ReadIfChanged, wanted: Wanted[Page[Any]], state: CrawlState) -> bool:
        """A collection that is one reply: it is read if that is another than the last one that could be read."""
        if not isinstance(wanted, Fetch):
            raise TypeError("a conditional collection is one page of one reply")
        self._url = wanted.request.full_url
        seen = self._last_seen(state)
        changed = await self._patiently(lambda: read(wanted, seen, isolated=self._collection.isolated))
        if changed is None:
            return False
        if changed.value.next is not None:
            raise self._changed("it was to be one page, and has a next")
        self._known_by = changed.seen
        self._take(changed.value)
        self._done, self._total = len(changed.value.items), changed.value.total
        return True

    def _last_seen(self, state: CrawlState) -> Seen | None:
        """None: it is to be read in any case. So it is while a record is missed, which only a second reading may
        withdraw, and once a day.
        """
        source, kind = self._source.id, self._collection.kind
        if self._anew or state.last_full is None or self._writer.is_missed(source, kind):
            return None
        return self._writer.seen(source, kind, self._url, since=self._writer.now() - READ_ANEW)

    def _blocks(self, per: str) -> Iterator[tuple[str, ...]]:
        wanted = self._collection.per_filter
        parents = self._writer.of_kind(per, self._source.id)
        keys = sorted(record.ref.key for _, record in parents if wanted is None or wanted(record))
        for start in range(0, len(keys), self._collection.block):
            yield tuple(keys[start : start + self._collection.block])

    async def _read_list(self, pages: Callable[[Ask], Wanted[Page[Any]]], ask: Ask, state: CrawlState) -> None:
        """Page after page to the last."""
        asked: set[str] = set()
        here: set[str] = set()  # keys of this list
        last, same_pages = frozenset[str](), 0
        while True:
            page = await self._page(pages(ask))
            self._take(page)
            keys = frozenset(record.ref.key for record in page.items)
            same_pages = same_pages + 1 if keys and keys == last else 0
            last = keys
            here |= keys
            if self._collection.per is None:
                self._done, self._total = len(here), page.total
            self._tell_how_far(state)
            if page.next is None:
                return
            if page.next in asked or same_pages >= MOST_SAME_PAGES:
                raise self._changed("its pages go round in a ring")
            asked.add(page.next)
            if len(asked) >= MOST_PAGES:
                raise self._changed(f"its list has no end after {MOST_PAGES} pages")
            ask = msgspec.structs.replace(ask, after=page.next)

    async def _page(self, wanted: Wanted[Page[Any]]) -> Page[Any]:
        return await self._patiently(lambda: self._read(wanted))

    async def _patiently(self, read: Callable[[], Awaitable[T]]) -> T:
        """A source that says "too many" is waited for, within reason."""
        while True:
            try:
                return await read()
            except UpstreamThrottled as error:
                wait = UNTOLD_WAIT if error.retry_after is None else error.retry_after
                self._waits += 1
                if wait > LONGEST_WAIT or self._waits > MOST_WAITS:
                    raise
                await self._sleep(wait)

    def _take(self, page: Page[Any]) -> None:
        self._complete = self._complete and page.complete
        self._dropped.extend(page.dropped)
        self._remarks.extend(page.remarks)
        self._wish = page.wish or self._wish
        good: list[Record] = []
        for record in page.items:
            try:
                self._belongs(record)
                checked(record)
            except ValueError as error:
                self._dropped.append(Dropped(key=record.ref.key[:200], reason=f"{error}"))
            else:
                good.append(record)
        gone = [ref for ref in page.gone if ref.source == self._source.id]
        for start in range(0, len(good) or 1, ROWS):
            self._unwritten.append((gone if start == 0 else [], good[start : start + ROWS]))
            waiting = sum(len(rows) for _, rows in self._unwritten)
            if waiting >= ROWS or self._writer.now() - self._written >= LONGEST_KEPT:
                self._write()

    def _write(self) -> None:
        """What was read since the last time, page after page, in one transaction."""
        pages, self._unwritten = self._unwritten, []
        self._written = self._writer.now()
        if not pages:
            return
        refused: dict[str, str] = {}
        with self._writer.transaction():
            for gone, rows in pages:
                self._writer.withdraw(gone)
                counts = self._writer.put(rows)
                refused.update({ref.key: reason for ref, reason in counts.refused})
                self._counts.new += counts.new
                self._counts.changed += counts.changed
                self._counts.same += counts.same
        self._dropped.extend(Dropped(key=key, reason=reason) for key, reason in refused.items())
        self._seen.update(record.ref.key for _, rows in pages for record in rows if record.ref.key not in refused)

    def _belongs(self, record: Record) -> None:
        if record.kind != self._collection.kind or record.ref.source != self._source.id:
            raise ValueError(f"a {record.kind} of {record.ref.source} in a list of {self._collection.kind}")

    async def _end(self, state: CrawlState, started: datetime) -> CrawlState:
        """A full crawl came to its last page: what it lacks is judged, what it could not read is noted."""
        writer, collection, source = self._writer, self._collection, self._source
        live = writer.live(collection.kind, source.id)
        ended = Ended(
            seen=self._seen,
            unreadable={row.key for row in self._dropped if row.key is not None},
            dropped=len(self._dropped),
            complete=self._complete,
            withdraws=collection.withdraws,
        )
        verdict = judge(live, ended, lambda keys: self._in_window(keys, [live[key].rid for key in keys], started))
        told: dict[str, Record | None] = {}
        if verdict.missed:
            told, _ = await missing.ask(source, collection, verdict.missed[:MOST_ASKED], self._read)
        with writer.transaction():
            writer.withdraw(Ref(collection.kind, source.id, key) for key in verdict.withdraw)
            writer.leave(live[key].rid for key in verdict.left)
            writer.not_confirmed(((live[key].rid, misses) for key, misses in verdict.unconfirmed), state.confirmed)
            missing.store(source, collection, told, writer)
            writer.save_dropped(source.id, collection.kind, self._dropped, self._remarks)
            if collection.conditional:
                # what was cut short is nothing that the next reply is to be compared with
                writer.save_seen(source.id, collection.kind, self._url, self._known_by if self._complete else None)
            gone = len(verdict.withdraw) + sum(1 for record in told.values() if record is None)
            after = msgspec.structs.replace(
                state,
                state=State.DEGRADED if ended.is_degraded else State.OK,
                last_ok=writer.now(),
                last_full=started,
                confirmed=started,
                since=started - OVERLAP,
                failures=0,
                retry_at=None,
                records=writer.count(collection.kind, source.id),
                dropped=len(self._dropped),
                remarks=sum(1 for remark in self._remarks if remark.is_kept),
                wish=self._wish,
                fresh=self._pace.wished(self._wish).fresh,
                progress=None,
                message=verdict.why_not,
            )
            writer.save_crawl(after)
        if ended.is_degraded:
            log.error("harvest.degraded", extra=self._said(reason=verdict.why_not))
        log.info("harvest.crawled", extra=self._said(withdrawn=gone))
        return after

    def _in_window(self, keys: Many[str], rids: Sequence[int], now: datetime) -> Many[str]:
        inside = self._collection.in_window
        if inside is None:
            return keys
        records = self._writer.load(rids)
        return {record.ref.key for record in records.values() if inside(record, now)}

    def _end_unchanged(self, state: CrawlState, started: datetime) -> CrawlState:
        """Its source says what it said when it was last read: all of that is confirmed, and nothing else moves."""
        was_failed = state.is_failed
        after = msgspec.structs.replace(
            state,
            state=State.OK if was_failed else state.state,
            last_ok=self._writer.now(),
            last_full=started,
            confirmed=started,
            since=started - OVERLAP,
            failures=0,
            retry_at=None,
            progress=None,
            message=None if was_failed else state.message,
        )
        with self._writer.transaction():
            self._writer.save_crawl(after)
        log.info("harvest.unchanged", extra=self._said())
        return after

    def _end_of_changes(self, state: CrawlState, started: datetime) -> CrawlState:
        """What a poll for changes did not name is confirmed; what it could not read is not."""
        writer, collection, source = self._writer, self._collection, self._source
        unreadable = {row.key for row in self._dropped if row.key is not None}
        with writer.transaction():
            if unreadable:
                rids = writer.rids_of(collection.kind, source.id, unreadable - self._seen)
                writer.not_confirmed(((rid, 0) for rid in rids), state.confirmed)
            if self._dropped:
                writer.save_dropped(source.id, collection.kind, self._dropped, self._remarks)
            after = msgspec.structs.replace(
                state,
                state=State.OK if state.is_failed else state.state,
                last_ok=writer.now(),
                confirmed=started,
                since=started - OVERLAP,
                failures=0,
                retry_at=None,
                records=writer.count(collection.kind, source.id),
                dropped=len(self._dropped) or state.dropped,
                message=None if state.is_failed else state.message,
            )
            writer.save_crawl(after)
        return after

    def _failed(self, state: CrawlState, error: Exception) -> CrawlState:
        """The last good set stays. A poll whose question is no longer understood is followed by a full crawl."""
        writer = self._writer
        if isinstance(error, UpstreamThrottled):
            failures = state.failures
            wait = timedelta(seconds=UNTOLD_WAIT if error.retry_after is None else error.retry_after)
        else:
            failures = state.failures + 1
            wait = retry_after(failures, state)
            if isinstance(error, UpstreamGone):
                wait = GONE_FOR
            elif isinstance(error, UpstreamUnavailable) and error.retry_after is not None:
                wait = max(wait, timedelta(seconds=error.retry_after))
        understood = not isinstance(error, (UpstreamRefused, PayloadChanged))
        after = msgspec.structs.replace(
            state,
            state=State.GONE if isinstance(error, UpstreamGone) else State.FAILED,
            failures=failures,
            retry_at=writer.now() + wait,
            since=state.since if understood or self._mode is Mode.FULL else None,
            progress=None,
            message=f"{error}" if isinstance(error, UpstreamError) else f"our own mistake: {type(error).__name__}",
        )
        with writer.transaction():
            writer.save_crawl(after)
        return after

    def _changed(self, why: str) -> PayloadChanged:
        return PayloadChanged(f"{self._source.name}: {self._collection.kind}: {why}", source=self._source.name)

    def _tell_how_far(self, state: CrawlState) -> None:
        now = self._writer.now()
        if self._told is not None and now - self._told < TELL_EVERY:
            return
        self._told = now
        progress = self._progress()
        if self._tell is not None:
            self._tell(progress)
        if state.last_full is None:
            what = "" if self._collection.per is None else " blocks"
            far = f"{progress.done} of {progress.total}{what}" if progress.total else f"{progress.rows} so far"
            with self._writer.transaction():
                self._writer.save_crawl(
                    msgspec.structs.replace(
                        state, progress=progress.fraction, records=progress.rows, message=f"first crawl: {far}"
                    ),
                    notable=False,
                )

    def _progress(self, ended: CrawlState | None = None) -> Progress:
        return Progress(
            source=self._source.name,
            collection=self._collection.kind,
            mode=self._mode,
            rows=len(self._seen),
            done=self._done,
            total=self._total,
            new=self._counts.new,
            changed=self._counts.changed,
            dropped=len(self._dropped),
            state=ended,
        )

    def _said(self, **more: object) -> dict[str, object]:
        return {
            "source": self._source.name,
            "collection": self._collection.kind,
            "mode": self._mode.value,
            "rows": len(self._seen),
            "new": self._counts.new,
            "changed": self._counts.changed,
            "dropped": len(self._dropped),
            **more,
        }
