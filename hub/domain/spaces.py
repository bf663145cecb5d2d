"""Rooms and devices: which match, and when they are free.

Rooms, hours and bookings are in the index. What is shown is asked anew where its taken times are too old, and days that
are not harvested are asked for, by `hub/domain/asked_times.py`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import msgspec

from hub.domain import answers, cursors
from hub.domain.answers import AnswerState, SourceAnswer
from hub.domain.asked_times import MOST_BLOCKS, Missed
from hub.domain.availability import AvailabilityState, Calendar, Now, Slot, fits, slots, span_of
from hub.domain.city import City, TimesAsked
from hub.domain.lists import MOST_ROWS, Found, PageArgs, checked_sort, listed, listed_under
from hub.domain.reading import Asks, reads
from hub.errors import BadInput, UpstreamTimeout
from hub.index import spaces as index
from hub.index.listing import Listing, Under
from hub.index.spaces import AT_PLACE, SpaceFacts
from hub.records.core import Span
from hub.records.spaces import Space

KINDS = ("space",)
TIMED_KINDS = ("space", "booking_hours", "busy_times")
LONGEST_WINDOW = timedelta(days=62)
DAY = 24 * 3600  # seconds
TURNS = 3  # times that a page is filled up, and asked anew, when rooms on it turn out to be taken


def _questions(asker: TimesAsked, parents: int, *, rooms: int = 1) -> int:
    """For the rooms of each parent, a block at a time; and for days that are not harvested, at most for each room its
    hours, and for each block its taken times.
    """
    return TURNS * -(-parents * rooms // asker.MOST_SPACES) + MOST_BLOCKS * (asker.MOST_SPACES + 1)


THE_TIMES = Asks(whom="times", requests=_questions)
OF_PAGES = Asks(whom="times", requests=partial(_questions, rooms=MOST_ROWS))


class FreeDuring(msgspec.Struct, frozen=True, kw_only=True):
    """Bookable for `minutes` (None: the space's shortest booking) somewhere inside `window`."""

    window: Span
    minutes: int | None = None
    include_unknown: bool = False


class SpaceFilter(msgspec.Struct, frozen=True, kw_only=True):
    """`with_times`: whoever asks will look at the times of the spaces of a page, so that these are asked anew, too."""

    facts: SpaceFacts = SpaceFacts()
    free_during: FreeDuring | None = None
    with_times: bool = False


@reads("booking_hours", "busy_times", asks=OF_PAGES)
async def spaces(city: City, wanted: SpaceFilter, page: PageArgs) -> Found[Space]:
    """Spaces that match, by name, size or distance.

    With `free_during`, those that can be booked then. One whose times are not known is **not** free: it is left out and
    counted in the answer, unless asked for. `total` counts what was examined whole.
    The rooms of this page whose taken times are older than ten minutes are asked anew, together, if the deadline
    allows: one that turns out to be taken leaves the page, and the next takes its place. Days that are not harvested
    are asked for.
    """
    checked_sort(wanted.facts.sort, wanted.facts.near)
    return (await _listed(city, wanted, None, page, None))[0]


@reads("booking_hours", "busy_times", asks=OF_PAGES)
async def spaces_at(city: City, places: Sequence[int], wanted: SpaceFilter, page: PageArgs) -> list[Found[Space]]:
    """The same at each place."""
    checked_sort(wanted.facts.sort, wanted.facts.near)
    return await spaces_under(city, places, wanted, page, AT_PLACE)


async def spaces_under(
    city: City, parents: Sequence[int], wanted: SpaceFilter, page: PageArgs, under: Under
) -> list[Found[Space]]:
    """The same under each parent."""
    return await _listed(city, wanted, parents, page, under)


async def _listed(
    city: City,
    wanted: SpaceFilter,
    parents: Sequence[int] | None,
    page: PageArgs,
    under: Under | None,
) -> list[Found[Space]]:
    listing = index.spaces(wanted.facts, under)
    order = f"spaces:{wanted.facts.sort}"
    untold = _Untold(city, index.untold(wanted.facts, under), parents)
    if wanted.free_during is not None:
        found = await _free(city, listing, wanted.free_during, parents, page, order=order)
        return untold.noted(found)

    def told() -> list[SourceAnswer]:
        return answers.from_collections(city, *(TIMED_KINDS if wanted.with_times else KINDS))

    if parents is None:
        found = [listed(city, listing, Space, page, order=order, answers=told)]
    else:
        found = listed_under(city, listing, Space, parents, page, order=order, answers=told)
    if wanted.with_times:
        shown = [space.rid for one in found for space in one.nodes]
        missed, oldest = await city.hall.asked_times.renew(city, shown)
        notes = _old_times(city, missed, oldest)
        for one in found:
            one.but(_noted(notes))
    return untold.noted(found)


class _Untold:
    """What a list leaves out since its sources do not tell what the filter asks: counted for all parents together, when
    the answers are asked for.
    """

    def __init__(self, city: City, asked: Sequence[tuple[str, Listing]], parents: Sequence[int] | None) -> None:
        self._city = city
        self._asked = asked
        self._parents = parents
        self._counted: dict[int, list[SourceAnswer]] | None = None

    def noted(self, found: list[Found[Space]]) -> list[Found[Space]]:
        if self._asked:
            for parent, one in zip(self._parents if self._parents is not None else (0,), found, strict=True):
                one.but(partial(self._with_notes, parent))
        return found

    def _with_notes(self, parent: int, told: list[SourceAnswer]) -> list[SourceAnswer]:
        return _noted(self._of(parent))(told)

    def _of(self, parent: int) -> list[SourceAnswer]:
        if self._counted is None:
            self._counted = defaultdict(list)
            once = None if self._parents is None else list(dict.fromkeys(self._parents))
            for why, listing in self._asked:
                for whose, source, count in self._city.index.rows(*listing.tally(once, "t.source")):
                    self._counted[whose].append(answers.left_out(self._city, source, count, why))
        return self._counted.get(parent, [])


# ---- by time


async def _free(
    city: City, listing: Listing, wanted: FreeDuring, parents: Sequence[int] | None, page: PageArgs, *, order: str
) -> list[Found[Space]]:
    """Every candidate by its facts in one statement, then their calendars: the whole list is examined, so its total is
    exact. Bodies are read for what is shown.
    """
    checked_window(wanted.window)
    after = None if page.after is None else cursors.decode(page.after, sort=order, length=len(listing.sort) + 1)
    sql, params = listing.page(None if parents is None else list(dict.fromkeys(parents)), None, None)
    rows = city.index.rows(sql, params)
    if after is not None and rows:
        cursors.checked(after, (*rows[0][2:], rows[0][1]))
    examined = _Examined(city, wanted)
    await examined.look(row[1] for row in rows)
    lists = {parent: [row for row in rows if row[0] == parent] for parent in (parents if parents is not None else (0,))}

    def shown(mine: Sequence[tuple[Any, ...]]) -> tuple[list[tuple[Any, ...]], bool]:
        rest = [row for row in mine if row[1] in examined.shown and (after is None or (*row[2:], row[1]) > after)]
        return rest[: page.first], len(rest) > page.first

    for _ in range(TURNS):
        if not await examined.renew(row[1] for mine in lists.values() for row in shown(mine)[0]):
            break
    pages = {parent: shown(mine) for parent, mine in lists.items()}
    rids = list(dict.fromkeys(row[1] for some, _ in pages.values() for row in some))
    known = {rid: space for rid, space in zip(rids, city.index.bodies(Space, rids), strict=True) if space}
    found = []
    for parent in parents if parents is not None else (0,):
        some, has_next = pages[parent]
        present = [row for row in some if row[1] in known]  # it may have been withdrawn between two reads
        one = Found(
            nodes=[known[row[1]] for row in present],
            cursors=[cursors.encode(order, (*row[2:], row[1])) for row in present],
            has_next=has_next,
            has_previous=after is not None,
            answers=lambda: answers.from_collections(city, *TIMED_KINDS),
            totals=sum(row[1] in examined.shown for row in lists[parent]),
        )
        one.but(_noted([*examined.notes, *examined.left_out([row[1] for row in lists[parent]])]))
        found.append(one)
    return found


class _Examined:
    """Which of a list's candidates are free in a window. `notes`: what is to be told of their sources."""

    def __init__(self, city: City, wanted: FreeDuring) -> None:
        self._city = city
        self._wanted = wanted
        self._now = _now(city)
        self._free: set[int] = set()
        self._unknown: dict[int, str] = {}  # with their source
        self._fixed: set[int] = set()  # asked for just now: nothing to ask anew
        self.notes: list[SourceAnswer] = []

    @property
    def shown(self) -> set[int]:
        return self._free | self._unknown.keys() if self._wanted.include_unknown else self._free

    async def look(self, rids: Iterable[int]) -> None:
        rooms = self._city.hall.asked_times.calendars.of(self._city, rids)
        beyond = []
        for rid, room in rooms.items():
            self._judge(rid, room.ref.source, room.calendar)
            if rid in self._unknown and room.calendar.known is not None:
                beyond.append(rid)
        if beyond:
            found, missed = await self._city.hall.asked_times.beyond(self._city, beyond, self._wanted.window)
            self.notes += _not_asked(self._city, missed)
            for rid, times in found.items():
                self._judge(rid, rooms[rid].ref.source, times)
            self._fixed |= found.keys()

    async def renew(self, rids: Iterable[int]) -> bool:
        """Ask anew for these; whether one of them turned out to be taken."""
        asked = [rid for rid in dict.fromkeys(rids) if rid in self._free and rid not in self._fixed]
        missed, oldest = await self._city.hall.asked_times.renew(self._city, asked)
        self.notes += _old_times(self._city, missed, oldest)
        self._fixed |= set(asked)
        for rid, room in self._city.hall.asked_times.calendars.of(self._city, asked).items():
            self._judge(rid, room.ref.source, room.calendar)
        return not self._free.issuperset(asked)

    def _judge(self, rid: int, source: str, times: Calendar) -> None:
        self._free.discard(rid)
        self._unknown.pop(rid, None)
        found = slots(times, self._wanted.window, self._now)
        if found is None:
            self._unknown[rid] = source
        elif fits(found, times, self._wanted.minutes):
            self._free.add(rid)

    def left_out(self, rids: Iterable[int]) -> list[SourceAnswer]:
        """How many of these are not shown since their times are not known."""
        if self._wanted.include_unknown:
            return []
        counts = Counter(self._unknown[rid] for rid in rids if rid in self._unknown)
        why = "their free times are not known"
        return [answers.left_out(self._city, source, count, why) for source, count in counts.items()]


def _old_times(city: City, missed: Missed, oldest: datetime | None) -> list[SourceAnswer]:
    """Those whose rooms are shown with older times than they should be."""
    notes = []
    for source, error in missed.items():
        age = 0 if oldest is None else (city.now() - oldest) // timedelta(minutes=1)
        state = AnswerState.TIMED_OUT if isinstance(error, UpstreamTimeout) else AnswerState.STALE
        message = f"taken times of {age} minutes ago are shown: {error}"
        notes.append(SourceAnswer(source=city.sources[source], state=state, fetched_at=oldest, message=message))
    return notes


def _not_asked(city: City, missed: Missed) -> list[SourceAnswer]:
    """Those that could not be asked for days that are not harvested."""
    notes = []
    for source, error in missed.items():
        if error is None:
            state, why = AnswerState.SKIPPED, "not asked for of so many rooms or days at once"
        else:
            state = AnswerState.TIMED_OUT if isinstance(error, UpstreamTimeout) else AnswerState.FAILED
            why = f"{error}"
        message = f"times of these days are not harvested: {why}"
        notes.append(SourceAnswer(source=city.sources[source], state=state, message=message))
    return notes


def _noted(notes: Sequence[SourceAnswer]) -> Callable[[list[SourceAnswer]], list[SourceAnswer]]:
    """The answers of a list with what else is to be said of its sources."""

    def noted(told: list[SourceAnswer]) -> list[SourceAnswer]:
        return [answers.with_notes(one, [note for note in notes if note.source.id == one.source.id]) for one in told]

    return noted


# ---- a space's own times


def checked_window(window: Span) -> None:
    if window.ends_at <= window.starts_at:
        raise BadInput(f"to: {window.ends_at.isoformat()} is not after from: {window.starts_at.isoformat()}")
    if window.ends_at - window.starts_at > LONGEST_WINDOW:
        raise BadInput(f"to: {window.ends_at.isoformat()} is more than {LONGEST_WINDOW.days} days after from")


def _now(city: City) -> Now:
    """The past grows into every window: what is free holds for some minutes."""
    return Now(city.now(city.now() + timedelta(minutes=5)), city.zone)


async def _calendars(city: City, spaces_: Sequence[Space]) -> Mapping[int, Calendar]:
    """As new as the times of what is shown have to be. Who lists rooms with their times has asked already, and tells
    who could not be asked.
    """
    rids = [space.rid for space in spaces_]
    await city.hall.asked_times.renew(city, rids)
    return {rid: room.calendar for rid, room in city.hall.asked_times.calendars.of(city, rids).items()}


@reads("booking_hours", "busy_times", asks=THE_TIMES)
async def availability(city: City, spaces_: Sequence[Space], window: Span) -> list[list[Span] | None]:
    """The free times of each space inside the window, from now on; None: not known. Days that are not harvested are
    asked for.
    """
    checked_window(window)
    now = _now(city)
    times = await _calendars(city, spaces_)
    found: dict[int, list[Slot] | None] = {rid: slots(one, window, now) for rid, one in times.items()}
    beyond = [rid for rid, free in found.items() if free is None and times[rid].known is not None]
    if beyond:
        asked, _ = await city.hall.asked_times.beyond(city, beyond, window)
        found.update({rid: slots(one, window, now) for rid, one in asked.items()})
    return [None if (free := found.get(space.rid)) is None else [span_of(slot) for slot in free] for space in spaces_]


@reads("booking_hours", "busy_times")
def availability_state(city: City, spaces_: Sequence[Space]) -> list[AvailabilityState]:
    """Whether a space's coming times are known at all."""
    now = _now(city).seconds
    rooms = city.hall.asked_times.calendars.of(city, [space.rid for space in spaces_])
    return [
        AvailabilityState.KNOWN
        if space.rid in rooms and rooms[space.rid].calendar.knows(now, now + DAY)
        else AvailabilityState.UNKNOWN
        for space in spaces_
    ]


@reads("booking_hours", "busy_times", asks=THE_TIMES)
async def next_available(city: City, spaces_: Sequence[Space]) -> list[datetime | None]:
    """The first moment from now on at which each space can be booked for its shortest booking.

    None: none within the harvested window, or not known (`availability_state` tells which).
    """
    now = _now(city)
    times = await _calendars(city, spaces_)
    found: list[datetime | None] = []
    for space in spaces_:
        known = times[space.rid].known if space.rid in times else None
        ahead = None if known is None else span_of((now.seconds, max(now.seconds, known[1])))
        free = None if ahead is None else slots(times[space.rid], ahead, now)
        found.append(span_of(free[0]).starts_at if free else None)
    return found
