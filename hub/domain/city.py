"""The one argument of every domain function: what it may read, whom it may ask, and what time it is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any, ClassVar, Protocol, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from hub.domain.asked_times import AskedTimes
from hub.fetch import Page, Source, Wanted
from hub.fetcher import Fetched, Fetcher
from hub.index.crawls import CrawlState
from hub.index.read import Index
from hub.records.catalogue import CataloguePage, CatalogueQuery, CatalogueRecord, Copy
from hub.records.core import LANGUAGES, Language
from hub.records.spaces import BookingHours, BusyTimes

T = TypeVar("T")


class Gathered(msgspec.Struct, frozen=True, kw_only=True):
    """A collection as readers know it: which kind of which source, and how long a confirmation of it keeps. `is_feed`:
    a partner wrote it, who wants to know how it was read.
    """

    source: str
    kind: str
    fresh: timedelta
    is_on: bool = True
    is_feed: bool = False


class CatalogueSearch(Protocol):
    """What can be asked of a library catalogue. Satisfied by connectors, by shape."""

    source: Source

    def search(self, query: CatalogueQuery) -> Wanted[CataloguePage]: ...

    def records(self, ids: Sequence[str]) -> Wanted[tuple[CatalogueRecord, ...]]: ...


class HoldingsAsked(Protocol):
    """A circulation system that can be asked for the copies of a catalogue's records. Keys are the catalogue's."""

    MOST_RECORDS: ClassVar[int]  # of one question
    MOST_PAGES: ClassVar[int]  # of one answer that are read
    source: Source

    def holds(self, key: str) -> bool: ...

    def copies(self, keys: Sequence[str], after: str | None = None) -> Wanted[Page[Copy]]: ...


class TimesAsked(Protocol):
    """A booking system that can be asked for the times of some of its spaces in a window. Keys are the spaces' own."""

    MOST_SPACES: ClassVar[int]  # of one question
    MOST_DAYS: ClassVar[int]
    source: Source

    def busy(self, keys: Sequence[str], starts_at: datetime, ends_at: datetime) -> Wanted[tuple[BusyTimes, ...]]: ...

    def hours(
        self, keys: Sequence[str], starts_at: datetime, ends_at: datetime
    ) -> Wanted[tuple[BookingHours, ...]]: ...


class Hall(msgspec.Struct, frozen=True, kw_only=True):
    """What all requests of one process share. `sources` and look-ups are by the source's id."""

    index: Index
    fetcher: Fetcher
    sources: Mapping[str, Source]
    gathered: Sequence[Gathered]
    catalogues: Mapping[str, CatalogueSearch]
    clock: Callable[[], datetime]
    monotonic: Callable[[], float]  # seconds; what the deadline is counted by
    zone: ZoneInfo
    deadline: float = 8.0  # seconds that one request may take
    circulations: Mapping[str, HoldingsAsked] = msgspec.field(default_factory=dict)
    times: Mapping[str, TimesAsked] = msgspec.field(default_factory=dict)
    asked_times: AskedTimes = msgspec.field(default_factory=AskedTimes)
    off: frozenset[str] = frozenset()  # ids of the sources that are not asked
    unknown_codes: set[str] = msgspec.field(default_factory=set)  # of branches, told in the log already


class City:
    """One request's view. `expires_at`: until when its answer holds, as far as the clock matters."""

    def __init__(self, hall: Hall, languages: tuple[Language, ...] = LANGUAGES) -> None:
        self.hall = hall
        self.index = hall.index
        self.fetcher = hall.fetcher
        self.sources = hall.sources
        self.zone = hall.zone
        self.languages = languages
        self.generations = hall.index.generations()  # read before the first row of the answer
        self.expires_at: datetime | None = None
        self.is_warming = False
        self.catalogue_searches = 0  # under parents: at most a handful per operation
        self.copies: dict[str, asyncio.Task[tuple[Copy, ...]]] = {}  # by a record's key: the question for its copies
        self.blocks_asked = 0  # of rooms, for days that are not harvested
        self.circulation: dict[str, Any] = {}  # by source id: how such questions went
        self.stop_at = hall.monotonic() + hall.deadline  # a moment of the monotonic clock
        self._once: dict[tuple[Hashable, ...], Any] = {}
        self._started = hall.clock()
        self._crawls: dict[tuple[str, str], CrawlState] | None = None
        self._health: dict[str, bytes] | None = None
        self._gathered = {(g.source, g.kind): g for g in hall.gathered}

    def now(self, valid_until: Callable[[datetime], datetime | None] | datetime | None = None) -> datetime:
        """The request's time. Whoever asks says until when what it makes of it holds (None: it does not move)."""
        until = valid_until(self._started) if callable(valid_until) else valid_until
        if until is not None and (self.expires_at is None or until < self.expires_at):
            self.expires_at = until
        return self._started

    def midnight(self, days: int) -> datetime:
        """The local midnight at which so many days are over, today the first. A day may have 23 or 25 hours."""
        return datetime.combine(self._started.astimezone(self.zone).date() + timedelta(days=days), time(0), self.zone)

    async def fetch(self, wanted: Wanted[T], *, seconds: float | None = None) -> Fetched[T]:
        """A look-up, within the time that the request may take; within `seconds` instead, where others wait for it
        besides, or will.
        """
        return await self.fetcher.fetch(wanted, deadline=self.until(seconds))

    def until(self, seconds: float | None) -> float:
        """The moment (of the monotonic clock) until which a look-up may take that has so many seconds."""
        return self.stop_at if seconds is None else self.hall.monotonic() + seconds

    def once(self, read: Callable[..., T], *arguments: Hashable) -> T:
        """`read(city, *arguments)`, read once for the whole request: what the arguments of a field mean, say, which are
        the same under each of its parents.
        """
        name = (read, *arguments)
        if name not in self._once:
            self._once[name] = read(self, *arguments)
        found: T = self._once[name]
        return found

    @property
    def crawls(self) -> Mapping[tuple[str, str], CrawlState]:
        """How each collection stands, by source id and kind; read once per request."""
        if self._crawls is None:
            self._crawls = {(crawl.source, crawl.collection): crawl for crawl in self.index.crawls()}
        return self._crawls

    @property
    def source_health(self) -> Mapping[str, bytes]:
        """What the harvester last told of each source, by its id; read once per request."""
        if self._health is None:
            self._health = self.index.source_health()
        return self._health

    def collection(self, source: str, kind: str) -> Gathered | None:
        return self._gathered.get((source, kind))

    def gathering(self, *kinds: str) -> list[Gathered]:
        """The collections of these kinds, by the sources' rank."""
        found = [g for g in self._gathered.values() if g.kind in kinds]
        return sorted(found, key=lambda g: (self._rank(g.source), g.source, kinds.index(g.kind)))

    def _rank(self, source: str) -> int:
        known = self.sources.get(source)
        return known.rank if known else 1000
