"""Asking booking systems for times now: of rooms whose taken times are too old, and for days that are not harvested.

Whoever wants the times of a room gets what was asked for it in the last ten minutes, or waits with whoever is asking:
however often a room is looked at, a process asks for it once in ten minutes. Rooms are asked for together, a block of
each source at a time, and never longer than a request may take; a source that failed is left alone for a minute.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import msgspec

from hub.domain.availability import Calendar
from hub.domain.calendars import Calendars, Room
from hub.errors import UpstreamError, UpstreamTimeout
from hub.fetch import Wanted
from hub.fetcher import Fetched
from hub.records.core import Span

if TYPE_CHECKING:
    from hub.domain.city import City, TimesAsked

T = TypeVar("T")

FRESH = timedelta(minutes=10)  # how old the taken times of a room that is shown may be
PATIENCE = 5.0  # seconds that one question may take
LEFT_ALONE = 60.0  # seconds without a question to a source that failed
MOST_BLOCKS = 6  # of rooms, asked about by one operation for days that are not harvested
MOST_KEPT = 5_000  # calendars of such days
DAY = timedelta(days=1)

Days: TypeAlias = tuple[date, date] | None  # first and last, both in; None: those that are harvested
Question: TypeAlias = tuple[int, Days]  # a room's number, and its days
Missed: TypeAlias = dict[str, UpstreamError | None]  # by source id; None: so many rooms or days are not asked for


class Beyond(msgspec.Struct, frozen=True, kw_only=True):
    """A room's calendar of days that are not harvested. Its `known` None: its source could not tell."""

    calendar: Calendar
    read_at: datetime


class AskedTimes:
    """One for a process."""

    def __init__(self) -> None:
        self.calendars = Calendars()
        self._beyond: dict[Question, Beyond] = {}
        self._asking: dict[Question, asyncio.Task[None]] = {}
        self._failed: dict[str, tuple[float, UpstreamError]] = {}  # by source id: left alone until, and why

    async def renew(self, city: City, rids: Iterable[int]) -> tuple[Missed, datetime | None]:
        """Ask anew for the taken times of those of these rooms whose times are older than ten minutes.

        Returns who could not be asked, and when the oldest of what serves instead was read. A room of which nothing is
        harvested is not asked for: a collection that is not there yet is no reason to ask for it row by row.
        """
        rooms = [room for room in self.calendars.of(city, rids).values() if room.calendar.known and room.busy]
        ages = city.index.fetched_at([room.busy for room in rooms if room.busy is not None]) if rooms else {}
        told_at = {room.rid: _told_at(room, ages) for room in rooms}
        old = [room for room in rooms if city.now() - told_at[room.rid] > FRESH]
        missed = await self._ask(city, old, None)
        return missed, min((told_at[room.rid] for room in old if room.ref.source in missed), default=None)

    async def beyond(self, city: City, rids: Iterable[int], window: Span) -> tuple[dict[int, Calendar], Missed]:
        """Calendars of these rooms for the days of the window, hours and taken times asked for now, or at most ten
        minutes ago; and who could not be asked. A room that is in neither cannot be asked about.
        """
        days = _days(city, window)
        rooms = [room for room in self.calendars.of(city, rids).values() if room.calendar.known]
        missed = await self._ask(city, [room for room in rooms if not self._is_there(city, room, days)], days)
        there = [room for room in rooms if self._is_there(city, room, days)]
        for room in rooms:
            if room not in there and room.ref.source in city.hall.times:
                missed.setdefault(room.ref.source, None)
        return {room.rid: self._beyond[room.rid, days].calendar for room in there}, missed

    async def aclose(self) -> None:
        tasks = set(self._asking.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _is_there(self, city: City, room: Room, days: Days) -> bool:
        known = self._beyond.get((room.rid, days))
        return known is not None and city.now() - known.read_at <= FRESH

    async def _ask(self, city: City, rooms: Sequence[Room], days: Days) -> Missed:
        """Ask for all together, or wait for who is asking, as long as the request may take. Returns who failed."""
        failed: Missed = {}
        waiting: dict[asyncio.Task[None], str] = {}
        new: dict[str, list[Room]] = {}
        for room in rooms:
            source = room.ref.source
            if (asking := self._asking.get((room.rid, days))) is not None:
                waiting[asking] = source
            elif (error := self._failure(city, source)) is not None:
                failed[source] = error
            elif source in city.hall.times and source not in city.hall.off:
                new.setdefault(source, []).append(room)
        for source, many in new.items():
            for block in self._blocks(city, city.hall.times[source], many, days):
                waiting[self._start(city, city.hall.times[source], block, days)] = source
        if waiting:
            await asyncio.wait(waiting, timeout=max(0.0, city.stop_at - city.hall.monotonic()))
        for task, source in waiting.items():
            if not task.done():
                failed[source] = UpstreamTimeout(f"{source} did not answer in time for this request", source=source)
            elif (problem := task.exception()) is not None:
                if not isinstance(problem, UpstreamError):
                    raise problem
                failed[source] = problem
        return failed

    def _failure(self, city: City, source: str) -> UpstreamError | None:
        until, error = self._failed.get(source, (0.0, None))
        return error if city.hall.monotonic() < until else None

    @staticmethod
    def _blocks(city: City, asker: TimesAsked, rooms: Sequence[Room], days: Days) -> Iterator[list[Room]]:
        """In one order, so that the same rooms of another list are the same question."""
        if days is not None and (days[1] - days[0]).days >= asker.MOST_DAYS:
            return
        ordered, size = sorted(rooms, key=lambda room: room.ref.key), asker.MOST_SPACES
        for start in range(0, len(ordered), size):
            if days is not None:
                if city.blocks_asked >= MOST_BLOCKS:
                    return
                city.blocks_asked += 1
            yield ordered[start : start + size]

    def _start(self, city: City, asker: TimesAsked, rooms: Sequence[Room], days: Days) -> asyncio.Task[None]:
        """It goes on though who asked may leave: the answer serves the next."""
        task = asyncio.create_task(self._asked(city, asker, rooms, days))
        for room in rooms:
            self._asking[room.rid, days] = task
        task.add_done_callback(lambda done: self._landed(done, rooms, days))
        return task

    def _landed(self, done: asyncio.Task[None], rooms: Sequence[Room], days: Days) -> None:
        for room in rooms:
            if self._asking.get((room.rid, days)) is done:
                del self._asking[room.rid, days]
        if not done.cancelled():
            done.exception()  # seen: with all askers gone nobody else looks at it

    async def _asked(self, city: City, asker: TimesAsked, rooms: Sequence[Room], days: Days) -> None:
        keys = [room.ref.key for room in rooms]
        start, end = self._renewed(city, asker, rooms) if days is None else _whole(city, days)
        try:
            if days is None:
                busy = await _fetched(city, asker.busy(keys, start, end))
                self.calendars.asked_anew(city, rooms, {one.space.key: one for one in busy.value}, busy.read_at)
                return
            hours, busy = await asyncio.gather(
                _fetched(city, asker.hours(keys, start, end)), _fetched(city, asker.busy(keys, start, end))
            )
        except UpstreamError as error:
            self._failed[asker.source.id] = city.hall.monotonic() + LEFT_ALONE, error
            raise
        if len(self._beyond) + len(rooms) > MOST_KEPT:
            self._beyond.clear()
        opened = {one.space.key: one for one in hours.value}
        taken = {one.space.key: one for one in busy.value}
        for room in rooms:
            times = self.calendars.with_times(room, opened.get(room.ref.key), taken.get(room.ref.key), city.zone)
            self._beyond[room.rid, days] = Beyond(calendar=times, read_at=busy.read_at)

    @staticmethod
    def _renewed(city: City, asker: TimesAsked, rooms: Sequence[Room]) -> tuple[datetime, datetime]:
        """From today on over all that is harvested, so that the answer serves whoever looks at any of its days."""
        today = city.now().astimezone(city.zone).date()
        until = max(room.calendar.known[1] for room in rooms if room.calendar.known is not None)
        last = (datetime.fromtimestamp(until, city.zone) - timedelta(seconds=1)).date()
        return _whole(city, (today, max(today, min(last, today + (asker.MOST_DAYS - 1) * DAY))))


async def _fetched(city: City, wanted: Wanted[T]) -> Fetched[T]:
    """Not what was said some time ago: that is what the index has, too."""
    found = await city.fetch(wanted, seconds=PATIENCE)
    if found.error is not None:
        raise found.error
    return found


def _told_at(room: Room, ages: dict[int, datetime]) -> datetime:
    harvested = ages[room.busy] if room.busy in ages else datetime.min.replace(tzinfo=UTC)
    return harvested if room.anew is None else max(harvested, room.anew.read_at)


def _days(city: City, window: Span) -> tuple[date, date]:
    """The local days that the window has a part of, from today on."""
    first = max(window.starts_at, city.now()).astimezone(city.zone).date()
    last = (window.ends_at - timedelta(microseconds=1)).astimezone(city.zone).date()
    return first, max(first, last)


def _whole(city: City, days: tuple[date, date]) -> tuple[datetime, datetime]:
    """From the first midnight to the last, in UTC."""
    first, after = days[0], days[1] + DAY
    start, end = (datetime.combine(day, time(0), city.zone).astimezone(UTC) for day in (first, after))
    return start, end
