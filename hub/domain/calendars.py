"""The calendars of spaces, kept in the process: a month of bookings is read and reckoned with once, not per question.

A calendar stands as long as the three records behind it do (the space's rules, its hours, its taken times). Whether
they do is looked up in one statement for all spaces of a question, and only when a generation moved.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import msgspec

from hub.domain.availability import Calendar, calendar
from hub.index import spaces as index
from hub.records.core import Ref
from hub.records.spaces import BookingHours, BookingRules, BusyTimes, Space

if TYPE_CHECKING:
    from hub.domain.city import City

AT_ONCE = 100  # rooms whose bodies are in memory together
MOST_KEPT = 20_000  # spaces; some five kilobytes each
GENERATIONS = (Space.kind, BookingHours.kind, BusyTimes.kind, f"confirmed:{BusyTimes.kind}")


class Anew(msgspec.Struct, frozen=True, kw_only=True):
    """Taken times that were asked for after the harvest's. `busy` None: they could not be read; the harvested serve."""

    busy: BusyTimes | None
    read_at: datetime


class Room(msgspec.Struct, kw_only=True):
    """A space with its calendar. `hours` and `busy`: row numbers of its times; None: not harvested.

    `told`: the contents that the calendar was made of. `looked`: the generations at which they were seen to stand.
    """

    ref: Ref
    rid: int
    calendar: Calendar
    hours: int | None
    busy: int | None
    told: tuple[bytes | None, ...]
    looked: tuple[Any, ...]
    anew: Anew | None = None


class _Bookable(msgspec.Struct, frozen=True, gc=False):
    """What a calendar needs of a space's body."""

    rules: BookingRules
    is_bookable: bool


_bookable = msgspec.msgpack.Decoder(_Bookable)
_hours = msgspec.msgpack.Decoder(BookingHours)
_busy = msgspec.msgpack.Decoder(BusyTimes)


class Calendars:
    """One for a process. Nothing here awaits, so no question sees another's half-done work."""

    def __init__(self) -> None:
        self._rooms: dict[int, Room] = {}

    def of(self, city: City, rids: Iterable[int]) -> dict[int, Room]:
        """The rooms with these numbers; one that is gone is left out."""
        wanted = list(dict.fromkeys(rids))
        looked = (city.index.file, *(city.generations.get(name) for name in GENERATIONS))
        unsure = [rid for rid in wanted if rid not in self._rooms or self._rooms[rid].looked != looked]
        if unsure:
            self._look(city, unsure, looked)
        return {rid: room for rid in wanted if (room := self._rooms.get(rid)) is not None}

    def asked_anew(self, city: City, rooms: Sequence[Room], found: dict[str, BusyTimes], read_at: datetime) -> None:
        """Taken times just asked for, by the spaces' keys; a room without any keeps what it has until they are asked
        for again.
        """
        for room in rooms:
            room.anew = Anew(busy=found.get(room.ref.key), read_at=read_at)
        self._make(city, [room.rid for room in rooms])

    @staticmethod
    def with_times(room: Room, hours: BookingHours | None, busy: BusyTimes | None, zone: ZoneInfo) -> Calendar:
        """The calendar of a room with other times than the harvested ones."""
        known = room.calendar
        return calendar(known.rules, hours, busy, is_bookable=known.is_bookable, zone=zone)

    def _look(self, city: City, unsure: Sequence[int], looked: tuple[Any, ...]) -> None:
        if len(self._rooms) + len(unsure) > MOST_KEPT:
            self._rooms.clear()
        changed: list[int] = []
        rows = {row.rid: row for row in index.times(city.index, unsure)}
        for rid in unsure:
            row, known = rows.get(rid), self._rooms.get(rid)
            if row is None:
                self._rooms.pop(rid, None)
            elif known is not None and known.told == row.told:
                known.looked = looked
            else:
                changed.append(rid)
                self._rooms[rid] = Room(
                    ref=Ref(Space.kind, row.source, row.key),
                    rid=rid,
                    calendar=NOTHING,
                    hours=row.hours,
                    busy=row.busy,
                    told=row.told,
                    looked=looked,
                    anew=known.anew if known is not None and known.ref.key == row.key else None,
                )
        changed += self._overtaken(city, unsure)
        if changed:
            self._make(city, list(dict.fromkeys(changed)))

    def _overtaken(self, city: City, rids: Iterable[int]) -> list[int]:
        """Those whose harvested taken times have become as new as those that were asked for."""
        anew = [room for rid in rids if (room := self._rooms.get(rid)) is not None and room.anew is not None]
        if not anew:
            return []
        fetched = city.index.fetched_at([room.busy for room in anew if room.busy is not None])
        overtaken = []
        for room in anew:
            at = None if room.busy is None else fetched.get(room.busy)
            if at is not None and room.anew is not None and at > room.anew.read_at:
                room.anew = None
                overtaken.append(room.rid)
        return overtaken

    def _make(self, city: City, rids: Sequence[int]) -> None:
        """The calendars of these rooms, from the bodies of their records: one statement for each hundred."""
        for start in range(0, len(rids), AT_ONCE):
            self._make_some(city, [self._rooms[rid] for rid in rids[start : start + AT_ONCE] if rid in self._rooms])

    def _make_some(self, city: City, rooms: Sequence[Room]) -> None:
        needed = [rid for room in rooms for rid in (room.rid, room.hours, room.busy) if rid is not None]
        bodies = index.raw_bodies(city.index, needed)
        for room in rooms:
            body = bodies.get(room.rid)
            if body is None:  # withdrawn since
                del self._rooms[room.rid]
                continue
            space = _bookable.decode(body)
            hours = None if room.hours not in bodies else _hours.decode(bodies[room.hours])
            busy = None if room.busy not in bodies else _busy.decode(bodies[room.busy])
            if room.anew is not None and room.anew.busy is not None:
                busy = room.anew.busy
            room.calendar = calendar(space.rules, hours, busy, is_bookable=space.is_bookable, zone=city.zone)


NOTHING = Calendar(
    is_bookable=False, rules=BookingRules(), shortest=0, longest=None, start_step=60, length_step=60, known=None
)
