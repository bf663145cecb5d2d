"""Hauki: when the city's service points are open, whatever they are: parks, counters, museums, libraries too.

Upstream   hauki.api.hel.fi/v1, REST, JSON, no key (software: City-of-Helsinki/hauki)
Licence    none stated for the data; credited as "Hauki, City of Helsinki"
Languages  names of places in fi, sv, en; remarks on hours in one (Accept-Language), which is Finnish here
Time       wall-clock times of the place's own zone, Europe/Helsinki unless it tells another; an end may be next day's
Paging     page, 1-based, and page_size (at most 1 000); our cursor is the number of the next page
Quirks     what has no hours at all is not in the list, so the list is the places that have some: they are read first,
           then their hours by their numbers in the city's service register, 50 places a request;
           a day without any rule is left out: it becomes a day of state UNKNOWN, which is not a closed one;
           a date may come twice: its times are put together; "closed" inside an open span cuts it out;
           `id` is Hauki's own number: places are told by their origins ("tprek:8215"), never by their position;
           an error's body is a list of sentences or an object

Of a library it repeats what Kirkanta says (its hours are imported from there, sometimes late or changed by hand): the
source's rank decides who speaks, and what the other says differently is told beside it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import pairwise
from typing import ClassVar, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from hub.connectors.markup import localized_plain, plain
from hub.connectors.moments import HELSINKI, local, local_date, midnight_after
from hub.errors import BadInput
from hub.fetch import Ask, Collection, Dropped, Fetch, Page, Reply, Source, get, key_of, reason_of
from hub.freshness import Freshness, days, hours
from hub.records.core import LocalizedText, Record
from hub.records.places import DayState, Identifier, OpeningDay, OpenTime, Place, TimeKind

T = TypeVar("T")

PLACES = Freshness(fresh=hours(6), while_revalidate=days(1), if_error=days(30))
HOURS = Freshness(fresh=hours(1), while_revalidate=hours(6), if_error=days(7))

REGISTER = "tprek"  # the data source whose numbers are those of the city's service register
LIBRARIES = "kirkanta"
PAGE = 100  # places a page, the upstream's own default: each costs it a day's hours
BLOCK = 50  # places a request for hours
MOST = 1_000  # places a page at most: a block is always one page
BEHIND, AHEAD = 7, 30  # days of hours kept, around today; the upstream is slow beyond 60
LONGEST_NOTE = 500
MOST_TIMES = 100  # in one day

# By the upstream's own code all of these are open; some are so only for those who have arranged it.
OPEN = {
    "open": TimeKind.OPEN,
    "open_and_reservable": TimeKind.OPEN,
    "enter_only": TimeKind.OPEN,
    "weather_permitting": TimeKind.OPEN,
    "self_service": TimeKind.SELF_SERVICE,
    "with_key": TimeKind.BY_ARRANGEMENT,
    "with_reservation": TimeKind.BY_ARRANGEMENT,
    "with_key_and_reservation": TimeKind.BY_ARRANGEMENT,
    "reserved": TimeKind.BY_ARRANGEMENT,
    "by_appointment": TimeKind.BY_ARRANGEMENT,
}
SHUT = {"closed", "exit_only", "not_in_use", "maintenance"}  # nobody gets in; any other state tells nothing
# where two open times of one place lie over each other, the more welcoming one holds
WELCOMING = (TimeKind.STAFFED, TimeKind.OPEN, TimeKind.SELF_SERVICE, TimeKind.BY_ARRANGEMENT)


class Hauki:
    """Pure: it says what to ask and what the reply means."""

    UPSTREAM: ClassVar[str] = "hauki"
    OPTIONS: ClassVar[frozenset[str]] = frozenset()
    IS_DOCUMENT: ClassVar[bool] = False

    def __init__(self, source: Source) -> None:
        self.source = source

    def collections(self) -> Iterable[Collection]:
        # Which places have hours changes by the week. Hours change at a day's notice, but each request makes the
        # upstream work out 50 × 38 days from their rules: two hours are often enough.
        yield Collection(
            kind=Place.kind, pages=self.places, every=hours(12), full=hours(12), one=self.place, urgency=16
        )
        yield Collection(
            kind=OpeningDay.kind,
            pages=self.opening_days,
            every=hours(2),
            full=hours(2),
            per=Place.kind,
            block=BLOCK,
            in_window=_in_window,
            urgency=41,
        )

    def probe(self) -> Fetch[Page[Place]]:
        """One place with its hours of today."""
        return self._list(1, size=1)

    def places(self, ask: Ask) -> Fetch[Page[Place]]:
        """The places of the service register that have hours, 100 at a time."""
        return self._list(int(ask.after or 1), size=PAGE)

    def place(self, key: str) -> Fetch[Record | None]:
        """None: no such place, or none with hours (any more)."""
        return self._get({"resource": _origin(key), **TODAY}, self._one, PLACES, statuses=(200, 404))

    def opening_days(self, ask: Ask) -> Fetch[Page[OpeningDay]]:
        """The hours of these places from a week ago to 30 days ahead, a record for every place and day."""
        if not 0 < len(ask.keys) <= BLOCK:
            raise BadInput(f"hours are asked of 1 to {BLOCK} places at once, not of {len(ask.keys)}")
        first, last = _window(ask.now)
        params = {
            "resource": ",".join(_origin(key) for key in ask.keys),
            "start_date": first.isoformat(),
            "end_date": last.isoformat(),
            "page_size": str(MOST),
        }
        return self._get(params, partial(self._days, asked=ask.keys, first=first, last=last), HOURS)

    def _list(self, page: int, *, size: int) -> Fetch[Page[Place]]:
        params = {"data_source": REGISTER, **TODAY, "page_size": str(size), "page": str(page)}
        return self._get(params, partial(self._places, page=page), PLACES)

    def _get(
        self,
        params: dict[str, str],
        parse: Callable[[Reply], T],
        freshness: Freshness,
        statuses: Iterable[int] = (200,),
    ) -> Fetch[T]:
        headers = {"Accept-Language": "fi"}
        return get(
            self.source,
            "opening_hours/",
            params,
            parse=parse,
            freshness=freshness,
            statuses=statuses,
            headers=headers,
            tags=(self.source.name,),
        )

    def _places(self, reply: Reply, *, page: int) -> Page[Place]:
        many = reply.json(_Many)
        items, dropped = reply.rows(many.results, _Whose, partial(self._place, reply), key=_key)
        more = many.next is not None and bool(many.results)
        return reply.page(
            items,
            sent=len(many.results),
            dropped=dropped,
            total=many.count,
            next=str(page + 1) if more else None,
        )

    def _one(self, reply: Reply) -> Place | None:
        if reply.status == 404:
            return None
        items, _ = reply.rows(reply.json(_Many).results, _Whose, partial(self._place, reply), key=_key)
        return items[0] if items else None

    def _place(self, reply: Reply, row: _Whose) -> Place | None:
        place = row.resource
        numbers = place.numbers(REGISTER)
        if not numbers:
            return None
        return Place(
            ref=self.source.ref(Place.kind, f"{REGISTER}:{numbers[0]}"),
            read_at=reply.read_at,
            name=place.name.text if place.name else None,
            tprek_id=numbers[0],
            identifiers=tuple(Identifier(namespace=LIBRARIES, value=one) for one in place.numbers(LIBRARIES)),
        )

    def _days(self, reply: Reply, *, asked: Sequence[str], first: date, last: date) -> Page[OpeningDay]:
        """A day per place and date. Those not sent are of state UNKNOWN; a place that can't be read, or a date that
        can't, leaves the last good copy of what it may be.
        """
        many = reply.json(_Many)
        if many.next is not None:
            raise reply.changed(f"{len(asked)} places came in pages of less than {MOST}")
        window = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        items: list[OpeningDay] = []
        dropped: list[Dropped] = []
        seen: set[str] = set()
        lost = 0
        for raw in many.results:
            try:
                row = msgspec.json.decode(raw, type=_Hours)
                of_asked = [key for key in asked if key in {f"{REGISTER}:{n}" for n in row.resource.numbers(REGISTER)}]
                zone = row.resource.zone
            except (ValueError, OverflowError, RecursionError) as error:
                lost += 1
                key = _key(raw)
                if key is None:
                    seen.update(asked)  # whose hours these are nobody knows: no place is said to have none
                    dropped.append(Dropped(key=None, reason=reason_of(error)))
                elif key in asked:
                    seen.add(key)
                    dropped += [Dropped(key=f"{key}/{day}", reason=reason_of(error)) for day in window]
                continue
            sent, unread = _by_date(row.opening_hours)
            for key in of_asked:
                seen.add(key)
                made, broken = self._days_of(reply, key, zone, sent, window, is_library=row.resource.is_library)
                items += made
                dropped += broken + unread
                if not unread:
                    items += [self._unknown(reply, key, day) for day in window if day not in sent]
        if lost and lost == len(many.results):
            raise reply.changed(f"the hours of none of {lost} places could be read; the first: {dropped[0].reason}")
        items += [self._unknown(reply, key, day) for key in asked if key not in seen for day in window]
        return reply.page(items, dropped=dropped)

    def _days_of(
        self,
        reply: Reply,
        key: str,
        zone: ZoneInfo,
        sent: dict[date, list[msgspec.Raw]],
        window: Sequence[date],
        *,
        is_library: bool,
    ) -> tuple[list[OpeningDay], list[Dropped]]:
        made: list[OpeningDay] = []
        broken: list[Dropped] = []
        for day in window:
            if day not in sent:
                continue
            try:
                times = [time for raw in sent[day] for time in msgspec.json.decode(raw, type=_Day).times]
                made.append(self._day(reply, key, day, times, zone, is_library=is_library))
            except (ValueError, OverflowError, RecursionError) as error:
                broken.append(Dropped(key=f"{key}/{day}", reason=reason_of(error)))
        return made, broken

    def _day(
        self, reply: Reply, key: str, day: date, times: Sequence[_Time], zone: ZoneInfo, *, is_library: bool
    ) -> OpeningDay:
        if len(times) > MOST_TIMES:
            raise ValueError(f"{len(times)} times in one day")
        spans = open_times(day, times, zone, is_library=is_library)
        is_shut = any(one.resource_state in SHUT for one in times)
        words = (plain(one.description or one.name, LONGEST_NOTE) for one in times)
        remarks = list(dict.fromkeys(word for word in words if word))
        return OpeningDay(
            ref=self.source.ref(OpeningDay.kind, f"{key}/{day}"),
            read_at=reply.read_at,
            place=self.source.ref(Place.kind, key),
            date=day,
            state=DayState.OPEN if spans else DayState.CLOSED if is_shut else DayState.UNKNOWN,
            times=spans,
            note=LocalizedText(fi="; ".join(remarks)[:LONGEST_NOTE]) if remarks else None,
        )

    def _unknown(self, reply: Reply, key: str, day: date) -> OpeningDay:
        return OpeningDay(
            ref=self.source.ref(OpeningDay.kind, f"{key}/{day}"),
            read_at=reply.read_at,
            place=self.source.ref(Place.kind, key),
            date=day,
            state=DayState.UNKNOWN,
        )


TODAY = {"start_date": "today", "end_date": "today"}


def open_times(day: date, times: Sequence[_Time], zone: ZoneInfo, *, is_library: bool) -> tuple[OpenTime, ...]:
    """The open times in order, not overlapping, as instants. Where one is shut, it is shut whatever else is said.

    Of a library "open" means staffed: its hours come from Kirkanta's three states. ValueError for an end that is not
    after its beginning.
    """
    spans = [(*_bounds(day, one, zone), one.resource_state) for one in times]
    edges = sorted({edge for opens, closes, _ in spans for edge in (opens, closes)})
    found: list[OpenTime] = []
    for opens, closes in pairwise(edges):
        states = {state for start, end, state in spans if start <= opens and closes <= end}
        if states & SHUT:
            continue
        kinds = {_kind(state, is_library=is_library) for state in states if state in OPEN}
        kind = next((one for one in WELCOMING if one in kinds), None)
        if kind is None:
            continue
        goes_on = bool(found) and found[-1].closes == opens and found[-1].kind is kind
        found.append(OpenTime(opens=found.pop().opens if goes_on else opens, closes=closes, kind=kind))
    return tuple(found)


def _kind(state: str, *, is_library: bool) -> TimeKind:
    return TimeKind.STAFFED if is_library and state == "open" else OPEN[state]


def _bounds(day: date, one: _Time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From the day's first moment and to its last, where an end is left open."""
    whole = local(day, zone=zone), midnight_after(day, zone)
    if one.full_day:
        return whole
    opens, closes = whole
    if one.start_time is not None:
        opens = local(day, one.start_time, zone)
    if one.end_time is not None and one.end_time_on_next_day:
        closes = local(day + timedelta(days=1), one.end_time, zone)
    elif one.end_time is not None and one.end_time != time(0):  # 00:00 can only be the midnight that ends the day
        closes = local(day, one.end_time, zone)
    if closes <= opens:
        raise ValueError(f"from {one.start_time} to {one.end_time} is no time")
    return opens, closes


def _by_date(rows: Sequence[msgspec.Raw]) -> tuple[dict[date, list[msgspec.Raw]], list[Dropped]]:
    """What was sent of each date, and the rows of which not even the date can be read."""
    found: defaultdict[date, list[msgspec.Raw]] = defaultdict(list)
    unread: list[Dropped] = []
    for raw in rows:
        try:
            found[date.fromisoformat(key_of(raw, "date") or "")].append(raw)
        except ValueError as error:
            unread.append(Dropped(key=None, reason=f"date: {reason_of(error)}", where="opening_hours"))
    return found, unread


def _window(now: datetime) -> tuple[date, date]:
    today = local_date(now)
    return today - timedelta(days=BEHIND), today + timedelta(days=AHEAD)


def _in_window(day: OpeningDay, now: datetime) -> bool:
    first, last = _window(now)
    return first <= day.date <= last


def _origin(key: str) -> str:
    namespace, _, number = key.partition(":")
    if namespace != REGISTER or not _is_number(number):
        raise BadInput(f"{key[:40]!r} is no key of a place of Hauki's")
    return key


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _key(row: msgspec.Raw) -> str | None:
    """ "tprek:8215" of a row that is otherwise unreadable."""
    try:
        numbers = msgspec.json.decode(row, type=_Origins).resource.numbers(REGISTER)
    except (ValueError, RecursionError):
        return None
    return f"{REGISTER}:{numbers[0]}" if numbers else None


# What comes over the wire: the part that we read.


class _DataSource(msgspec.Struct):
    id: str


class _Origin(msgspec.Struct):
    data_source: _DataSource
    origin_id: str


class _Known(msgspec.Struct):
    origins: list[_Origin]

    def numbers(self, namespace: str) -> list[str]:
        """Its numbers there, the lowest first; what is no number is none."""
        given = {one.origin_id for one in self.origins if one.data_source.id == namespace}
        return sorted((one for one in given if _is_number(one)), key=int)

    @property
    def is_library(self) -> bool:
        return bool(self.numbers(LIBRARIES))


class _Name(msgspec.Struct):
    fi: str | None = None
    sv: str | None = None
    en: str | None = None

    @property
    def text(self) -> LocalizedText | None:
        return localized_plain(self.fi, self.sv, self.en)


class _Place(_Known):
    name: _Name | None = None
    timezone: str | None = None

    @property
    def zone(self) -> ZoneInfo:
        if self.timezone is None:
            return HELSINKI
        try:
            return ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # the name is a path: it may be too long for one
            raise ValueError(f"timezone {self.timezone[:40]!r} is none") from error


class _Origins(msgspec.Struct):
    resource: _Known


class _Whose(msgspec.Struct):
    resource: _Place


class _Hours(_Whose):
    opening_hours: list[msgspec.Raw]


class _Time(msgspec.Struct):
    resource_state: str
    name: str | None = None
    description: str | None = None
    start_time: time | None = None
    end_time: time | None = None
    end_time_on_next_day: bool = False
    full_day: bool = False

    def __post_init__(self) -> None:
        if any(clock is not None and clock.tzinfo is not None for clock in (self.start_time, self.end_time)):
            raise ValueError("a time of day with a zone is no wall-clock time")


class _Day(msgspec.Struct):
    times: list[_Time]


class _Many(msgspec.Struct):
    count: int
    next: str | None
    results: list[msgspec.Raw]
