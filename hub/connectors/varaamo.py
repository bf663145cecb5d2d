"""Varaamo: the city's rooms and devices to book, when they may be booked, and when they are taken.

Upstream   tilavaraus.hel.fi/graphql/, GraphQL by POST, no key (software: City-of-Helsinki/tilavarauspalvelu-core)
Licence    none stated for the data; credited as "Varaamo, City of Helsinki"
Languages  Finnish, Swedish, English beside each other; null or "" where a translation is missing
Time       moments with an offset (reservations in UTC, booking hours in Helsinki's); dates are Helsinki dates
Paging     Relay, at most 100 (we take 50 rooms); cursors are positions; our cursor: `relay`
Quirks     a POST needs a CSRF pair even without login: any 32 letters and digits, in cookie and header alike;
           an undecodable cursor gives the first page again, so a page whose end we have already seen ends the loop;
           without isVisible drafts are listed too; a node is null where a field inside it failed;
           booking hours null means that nobody knows them, [] that it is closed;
           reservations asked without rooms and dates are the whole city's, for ever: never sent so;
           equipment has no flag: configure its type pks (`equipment_types = [11]`), else what has only resources

`url` is the server's root, or the address of its GraphQL endpoint. `homepage` is where people book.
`use_days` is how many days back the use of rooms is read for their use rates: 366 if left out, 0 for none.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, ClassVar, TypeVar
from urllib.parse import urlsplit

import msgspec

from hub.connectors import relay
from hub.connectors.contacts import contact
from hub.connectors.markup import localized_plain, plain
from hub.connectors.moments import instant, local, local_date, midnight_after
from hub.connectors.options import Options
from hub.connectors.relay import Position
from hub.connectors.stretches import Stretches, use_days
from hub.connectors.varaamo_queries import AFFECTING, RESERVATION_UNIT, RESERVATION_UNITS, TIME_SPANS, UNIT, UNITS
from hub.connectors.varaamo_values import blocked, busy_of, interval, pictures, price, seconds, span_of, texts, touches
from hub.connectors.varaamo_wire import OpenRoom, Reservation, Room, Unit
from hub.connectors.weblinks import weblink
from hub.errors import BadInput
from hub.fetch import (
    Ask,
    Collection,
    Dropped,
    Fetch,
    Joined,
    Page,
    Reply,
    Source,
    join,
    post_graphql,
    reason_of,
)
from hub.freshness import Freshness, days, hours, minutes
from hub.records.core import Address, Instant, Record, Span
from hub.records.places import Place
from hub.records.spaces import BookingHours, BookingRules, Busy, BusyTimes, Space, SpaceKind
from hub.records.use import SpaceUse, use_told

T = TypeVar("T")
R = TypeVar("R")

UNITS_A_PAGE, SPACES_A_PAGE = 100, 50  # 101 is an error; 50 rooms stay well inside the upstream's 30 joins
BLOCK = 50  # rooms asked about together
DAYS_AHEAD = 30  # of hours and busy times
WEEKS_OF_USE = 4  # read together: the bookings of 50 rooms in four weeks are one to two megabytes
LONGEST_WINDOW = days(100)
# Django accepts any 32 letters and digits that are equal in both places: it guards sessions, and we have none
CSRF_PAIR = "cityhubreadsonlyandneedsnologin1"
BOOKING_SITE = "https://varaamo.hel.fi/"

PLACES = Freshness(fresh=hours(12), while_revalidate=days(1), if_error=days(30))
SPACES = Freshness(fresh=hours(2), while_revalidate=hours(12), if_error=days(7))
HOURS = Freshness(fresh=hours(1), while_revalidate=hours(6), if_error=days(2))
# somebody may book at any minute: ten of them is what the hub promises
BUSY = Freshness(fresh=minutes(10), if_error=hours(1))

SHOWN = {"PUBLISHED", "SCHEDULED_HIDING"}
NOT_SHOWN = {"DRAFT", "SCHEDULED_PUBLISHING", "SCHEDULED_PERIOD", "HIDDEN", "ARCHIVED"}
BOOKABLE_KINDS = {"DIRECT", "DIRECT_AND_SEASON"}
BOOKABLE_STATES = {"RESERVABLE", "SCHEDULED_CLOSING", "SCHEDULED_RESERVATION", "SCHEDULED_PERIOD"}
ACCESS_TYPES = {"UNRESTRICTED", "ACCESS_CODE", "PHYSICAL_KEY", "OPENED_BY_STAFF"}
NOT_TAKEN = {"CANCELLED", "DENIED"}


class Varaamo:
    """Pure: it says what to ask and what the reply means. What a configuration may change stands in its source."""

    UPSTREAM: ClassVar[str] = "varaamo"
    OPTIONS: ClassVar[frozenset[str]] = frozenset({"equipment_types", "use_days"})
    IS_DOCUMENT: ClassVar[bool] = False
    MOST_SPACES: ClassVar[int] = BLOCK
    MOST_DAYS: ClassVar[int] = LONGEST_WINDOW // days(1)

    def __init__(self, source: Source) -> None:
        self.source = source
        with Options(source) as given:
            none: frozenset[int] = frozenset()
            self.equipment_types = given.read("equipment_types", none, _pks, "a list of type pks, as in [11]")
            self.past = Stretches(WEEKS_OF_USE, use_days(given))
        self.path = "" if source.url.endswith("/graphql/") else "graphql/"
        self.site = (source.homepage or BOOKING_SITE).rstrip("/")
        parts = urlsplit(source.url)
        self.headers = {
            "Cookie": f"csrftoken={CSRF_PAIR}",
            "X-CSRFToken": CSRF_PAIR,
            "Referer": f"{parts.scheme}://{parts.netloc}/",  # Django wants one of the same host on https
        }

    def collections(self) -> Iterable[Collection]:
        # places hardly move; a room's price and state change by the day, and a full crawl is 15 requests
        yield Collection(kind=Place.kind, pages=self.places, every=hours(6), full=hours(6), one=self.place, urgency=10)
        yield Collection(kind=Space.kind, pages=self.spaces, every=hours(1), full=hours(1), one=self.space, urgency=20)
        # opening hours are set weeks ahead; 15 requests for 700 rooms
        yield Collection(
            kind=BookingHours.kind,
            pages=self.booking_hours,
            every=hours(1),
            full=hours(1),
            per=Space.kind,
            block=BLOCK,
            urgency=30,
        )
        # the ten minutes after which a free room is asked about anew anyway; 85 requests an hour for 700 rooms
        yield Collection(
            kind=BusyTimes.kind,
            pages=self.busy_times,
            every=minutes(10),
            full=minutes(10),
            per=Space.kind,
            block=BLOCK,
            urgency=31,
        )
        if self.past.days:
            # What is over hardly changes: the running four weeks and those before it are read once a day, all of it
            # every fourth week (for rooms that came new). Of 700 rooms 56 requests a day, 400 for all; last of all.
            yield Collection(
                kind=SpaceUse.kind,
                pages=self.use,
                changes=self.recent_use,
                every=days(1),
                full=days(28),
                per=Space.kind,
                block=BLOCK,
                in_window=self.past.holds,
                urgency=90,
            )

    def probe(self) -> Joined[list[Page[Any]]]:
        """One place and one room: the two operations with the many fields, where a renamed one shows."""
        return join([self._places(None, first=1), self._spaces(None, first=1)], merge=list)

    def places(self, ask: Ask) -> Fetch[Page[Place]]:
        """The units with something to book, by pk, 100 at a time."""
        return self._places(ask.after, first=UNITS_A_PAGE)

    def spaces(self, ask: Ask) -> Fetch[Page[Space]]:
        """The visible reservation units, by pk, 50 at a time."""
        return self._spaces(ask.after, first=SPACES_A_PAGE)

    def booking_hours(self, ask: Ask) -> Fetch[Page[BookingHours]]:
        """Of one block of spaces, from today's midnight to the end of the 30th day after it."""
        return self._hours(ask.keys, _window(ask.now), parse=_whole)

    def busy_times(self, ask: Ask) -> Fetch[Page[BusyTimes]]:
        """Of one block of spaces, in the same window; one record a space, empty where nothing is booked."""
        return self._busy(ask.keys, _window(ask.now), parse=_whole)

    def use(self, ask: Ask) -> Joined[Page[SpaceUse]]:
        """Of one block of spaces, four weeks a page, backwards from the running ones to those of `use_days` ago."""
        return self._use(ask, self.past.firsts(ask.now))

    def recent_use(self, ask: Ask) -> Joined[Page[SpaceUse]]:
        """The running four weeks, and those before them: their last day may have moved since it was read."""
        return self._use(ask, self.past.firsts(ask.now)[:2])

    def place(self, key: str) -> Fetch[Record | None]:
        return self._one(UNIT, "unit", f"UnitNode:{_pk(key)}", partial(self._read, shape=Unit, make=self._place))

    def space(self, key: str) -> Fetch[Record | None]:
        """None also for a draft or one whose publishing is over: a look-up by id has no isVisible."""
        read = partial(self._read, shape=Room, make=self._space)
        return self._one(RESERVATION_UNIT, "reservationUnit", f"ReservationUnitNode:{_pk(key)}", read)

    def hours(self, keys: Sequence[str], starts_at: Instant, ends_at: Instant) -> Fetch[tuple[BookingHours, ...]]:
        """Booking hours of at most 50 spaces now, for a window that is not harvested. A space that is missing in the
        answer is not to be seen or could not be read: unknown. BadInput for no keys, too many, or a window past 100
        days.
        """
        return self._hours(keys, Span(starts_at=starts_at, ends_at=ends_at), parse=_items)

    def busy(self, keys: Sequence[str], starts_at: Instant, ends_at: Instant) -> Fetch[tuple[BusyTimes, ...]]:
        """Busy times of at most 50 spaces now; the same limits. A space that is missing could not be read: its times
        are unknown, not free.
        """
        return self._busy(keys, Span(starts_at=starts_at, ends_at=ends_at), parse=_items)

    def _post(
        self, query: str, variables: dict[str, object], parse: Callable[[Reply], T], freshness: Freshness, kind: str
    ) -> Fetch[T]:
        return post_graphql(
            self.source,
            query,
            variables,
            operation=query.split("(", 1)[0].removeprefix("query "),
            path=self.path,
            parse=parse,
            freshness=freshness,
            statuses=(200, 400),  # the body of a 400 names the field that is gone
            headers=self.headers,
            tags=(self.source.name, kind),
        )

    def _places(self, after: str | None, *, first: int) -> Fetch[Page[Place]]:
        asked = Position.read(after)
        parse = partial(self._page, field="units", shape=Unit, make=self._place, first=first, asked=asked)
        return self._post(UNITS, {"first": first, "after": asked.cursor}, parse, PLACES, Place.kind)

    def _spaces(self, after: str | None, *, first: int) -> Fetch[Page[Space]]:
        asked = Position.read(after)
        parse = partial(self._page, field="reservationUnits", shape=Room, make=self._space, first=first, asked=asked)
        return self._post(RESERVATION_UNITS, {"first": first, "after": asked.cursor}, parse, SPACES, Space.kind)

    def _hours(self, keys: Sequence[str], window: Span, *, parse: Callable[[Page[BookingHours]], T]) -> Fetch[T]:
        pks = _block(keys, window)
        variables: dict[str, object] = {
            "pk": pks,
            "first": BLOCK,
            "startDate": local_date(window.starts_at).isoformat(),
            "endDate": local_date(window.ends_at - timedelta(seconds=1)).isoformat(),
        }
        read = partial(self._hours_page, pks=pks, window=window)
        return self._post(TIME_SPANS, variables, lambda reply: parse(read(reply)), HOURS, BookingHours.kind)

    def _busy(self, keys: Sequence[str], window: Span, *, parse: Callable[[Page[BusyTimes]], T]) -> Fetch[T]:
        """A day more on either side is asked: the buffers of a booking outside the window may reach into it."""
        pks = _block(keys, window)
        variables: dict[str, object] = {
            "reservationUnits": pks,
            "beginDate": (local_date(window.starts_at) - timedelta(days=1)).isoformat(),
            "endDate": (local_date(window.ends_at) + timedelta(days=1)).isoformat(),
        }
        read = partial(self._busy_page, pks=pks, window=window)
        return self._post(AFFECTING, variables, lambda reply: parse(read(reply)), BUSY, BusyTimes.kind)

    def _use(self, ask: Ask, firsts: Sequence[date]) -> Joined[Page[SpaceUse]]:
        first = firsts[0] if ask.after is None else date.fromisoformat(ask.after)
        window = self.past.window(first)
        following = next((day.isoformat() for day in firsts if day < first), None)
        parts: tuple[Fetch[Any], ...] = (
            self._hours(ask.keys, window, parse=_whole),
            self._busy(ask.keys, window, parse=_whole),
        )
        return join(parts, merge=partial(_told_together, first=first, following=following))

    def _one(
        self, query: str, field: str, global_id: str, read: Callable[[Reply, msgspec.Raw], Record | None]
    ) -> Fetch[Record | None]:
        def parse(reply: Reply) -> Record | None:
            raw, problems = relay.root(reply, field)
            if not relay.is_null(raw):
                return read(reply, raw)
            if all(problem.code == "NOT_FOUND" for problem in problems):
                return None
            raise relay.refused(reply, problems)

        variables: dict[str, object] = {"id": base64.b64encode(global_id.encode()).decode()}
        return self._post(query, variables, parse, SPACES, field)

    def _read(
        self, reply: Reply, raw: msgspec.Raw, *, shape: type[T], make: Callable[[T, Reply], R | None]
    ) -> R | None:
        items, _ = reply.rows([raw], shape, lambda row: make(row, reply), key="pk")  # raises if it can't be read
        return items[0] if items else None

    def _page(
        self,
        reply: Reply,
        *,
        field: str,
        shape: type[T],
        make: Callable[[T, Reply], R | None],
        first: int,
        asked: Position,
    ) -> Page[R]:
        connection, raws, lost = relay.nodes(reply, field, relay.Connection, key="pk")
        items, dropped = reply.rows(raws, shape, lambda row: make(row, reply), key="pk")
        following, complete = asked.next(connection, first)
        return reply.page(
            items,
            sent=len(connection.edges),
            dropped=[*lost, *dropped],
            total=connection.total_count,
            next=following,
            complete=complete,
        )

    def _hours_page(self, reply: Reply, *, pks: list[int], window: Span) -> Page[BookingHours]:
        # null with an error beside it is no "nobody knows": such a row is dropped and keeps its last good copy
        connection, raws, lost = relay.nodes(reply, "reservationUnits", relay.Edges, key="pk", whole=True)
        items, dropped = reply.rows(raws, OpenRoom, partial(self._open_room, reply, pks, window), key="pk")
        return reply.page(items, sent=len(connection.edges), dropped=[*lost, *dropped])

    def _busy_page(self, reply: Reply, *, pks: list[int], window: Span) -> Page[BusyTimes]:
        """One record a space asked about. A reservation that can't be read costs the spaces that it may block: they
        are dropped, and keep their last copy, rather than shown as free.
        """
        raws, _ = relay.value(reply, "affectingReservations", list[msgspec.Raw])
        taken: dict[int, list[Busy]] = {pk: [] for pk in pks}
        unsure: dict[int, str] = {}
        for number, raw in enumerate(raws):
            try:
                row = msgspec.json.decode(raw, type=Reservation)
                busy = None if row.state in NOT_TAKEN else busy_of(row)
            except (ValueError, OverflowError, RecursionError) as error:
                for pk in blocked(raw, pks):
                    unsure.setdefault(pk, f"reservation {number}: {reason_of(error)}")
                continue
            if busy is None or not touches(busy, window):
                continue
            for pk in {*row.affected_reservation_units, row.reservation_unit.pk}:
                if pk in taken:
                    own = pk == row.reservation_unit.pk
                    taken[pk].append(busy if own else msgspec.structs.replace(busy, is_own=False))
        if len(unsure) == len(pks):
            raise reply.changed(f"none of {len(pks)} spaces' times can be told; the first: {unsure[pks[0]]}")
        items = [self._busy_times(reply, pk, window, taken[pk]) for pk in pks if pk not in unsure]
        dropped = [Dropped(key=str(pk), reason=unsure[pk]) for pk in pks if pk in unsure]
        return reply.page(
            items,
            sent=len(pks),
            dropped=dropped,
        )

    def _place(self, unit: Unit, reply: Reply) -> Place:
        if unit.tprek_id and not (unit.tprek_id.isascii() and unit.tprek_id.isdigit()):
            raise ValueError(f"tprekId {unit.tprek_id[:40]!r} is no number")
        street = localized_plain(unit.address_street_fi, unit.address_street_sv, unit.address_street_en)
        postal_code, city = plain(unit.address_zip, 20), plain(unit.address_city_fi, 100)
        return Place(
            ref=self.source.ref(Place.kind, unit.pk),
            read_at=reply.read_at,
            name=unit.text,
            summary=localized_plain(unit.short_description_fi, unit.short_description_sv, unit.short_description_en),
            description=unit.html,
            tprek_id=unit.tprek_id or None,
            address=Address(street=street, postal_code=postal_code, city=city)
            if street or postal_code or city
            else None,
            contact=contact(unit.phone, unit.email, [unit.web_page]),
        )

    def _space(self, room: Room, reply: Reply) -> Space | None:
        if room.publishing_state not in SHOWN:
            if room.publishing_state in NOT_SHOWN:
                return None
            raise ValueError(f"publishingState {room.publishing_state[:40]!r} is not one that we know")
        address = f"{self.site}/reservation-unit/{room.pk}"
        return Space(
            ref=self.source.ref(Space.kind, room.pk),
            read_at=reply.read_at,
            url=address,
            name=room.text,
            description=room.html,
            space_kind=self._kind(room),
            type_name=room.reservation_unit_type.text if room.reservation_unit_type else None,
            place=self.source.ref(Place.kind, room.unit.pk),
            capacity=room.max_persons or None,
            min_people=room.min_persons or None,
            area_m2=float(room.surface_area) if room.surface_area else None,
            equipment=texts(room.equipments),
            purposes=texts(room.intended_uses),
            price=price(room.pricings, local_date(reply.read_at)),
            pictures=pictures(room.images),
            rules=BookingRules(
                min_duration=seconds(room.min_reservation_duration),
                max_duration=seconds(room.max_reservation_duration),
                start_interval=interval(room.reservation_start_interval),
                length_interval=interval(room.reservation_start_interval),  # a booking is so many of its steps
                buffer_before=seconds(room.buffer_time_before),
                buffer_after=seconds(room.buffer_time_after),
                min_days_before=room.reservations_min_days_before or None,
                max_days_before=room.reservations_max_days_before or None,  # the upstream's own code: 0 is no limit
                opens_at=instant(room.reservation_begins_at),
                closes_at=instant(room.reservation_ends_at),
                blocks_whole_day=room.reservation_block_whole_day,
                needs_confirmation=room.require_reservation_handling,
            ),
            is_bookable=room.reservation_kind in BOOKABLE_KINDS and room.reservation_state in BOOKABLE_STATES,
            access_type=room.current_access_type if room.current_access_type in ACCESS_TYPES else None,
            booking_url=weblink(address),
        )

    def _kind(self, room: Room) -> SpaceKind:
        """By the configured types; else what stands on resources alone is equipment, what has spaces a room."""
        if room.reservation_unit_type and room.reservation_unit_type.pk in self.equipment_types:
            return SpaceKind.EQUIPMENT
        if room.spaces:
            return SpaceKind.ROOM
        return SpaceKind.EQUIPMENT if room.resources else SpaceKind.OTHER

    def _open_room(self, reply: Reply, pks: list[int], window: Span, room: OpenRoom) -> BookingHours | None:
        """Spans that only overlap the window stay whole: starts lie on a grid that begins at their opening."""
        if room.pk not in pks:
            return None
        spans = None
        if room.reservable_time_spans is not None:
            spans = tuple(sorted((span_of(s) for s in room.reservable_time_spans), key=lambda span: span.starts_at))
        return BookingHours(
            ref=self.source.ref(BookingHours.kind, room.pk),
            read_at=reply.read_at,
            space=self.source.ref(Space.kind, room.pk),
            window=window,
            spans=spans,
        )

    def _busy_times(self, reply: Reply, pk: int, window: Span, busy: list[Busy]) -> BusyTimes:
        return BusyTimes(
            ref=self.source.ref(BusyTimes.kind, pk),
            read_at=reply.read_at,
            space=self.source.ref(Space.kind, pk),
            window=window,
            busy=tuple(sorted(busy, key=lambda one: (one.starts_at, one.ends_at))),
        )


def _whole(page: Page[R]) -> Page[R]:
    return page


def _told_together(pages: Sequence[Page[Any]], *, first: date, following: str | None) -> Page[SpaceUse]:
    """One record of each space whose hours and bookings both came; what was dropped of either is dropped."""
    hours, busy = pages
    bookings = {one.ref.key: one for one in busy.items}
    lost = {row.key: row for page in pages for row in page.dropped}
    return Page(
        items=tuple(
            use_told(one, bookings[one.ref.key], key=f"{one.ref.key}/{first}")
            for one in hours.items
            if one.ref.key in bookings and one.ref.key not in lost
        ),
        dropped=tuple(
            msgspec.structs.replace(row, key=None if row.key is None else f"{row.key}/{first}") for row in lost.values()
        ),
        skipped=hours.skipped,
        next=following,
    )


def _items(page: Page[R]) -> tuple[R, ...]:
    return page.items


def _window(now: datetime) -> Span:
    """From the Helsinki midnight before `now`: it moves once a day, so that an unchanged answer stays unchanged."""
    today = local_date(now)
    return Span(starts_at=local(today), ends_at=midnight_after(today + timedelta(days=DAYS_AHEAD)))


def _pk(key: str) -> int:
    if not (key.isascii() and key.isdigit() and len(key) < 10):
        raise BadInput(f"{key[:40]!r} is no key of Varaamo's")
    return int(key)


def _block(keys: Sequence[str], window: Span) -> list[int]:
    """The pks to ask about together. Refused here: no rooms or no bounded window, which is the whole city's diary."""
    if not 0 < len(keys) <= BLOCK:
        raise BadInput(f"times are asked of 1 to {BLOCK} spaces at once, not of {len(keys)}")
    if not timedelta(0) < window.ends_at - window.starts_at <= LONGEST_WINDOW:
        raise BadInput(f"times are asked for a window of at most {LONGEST_WINDOW.days} days that ends after it starts")
    return sorted({_pk(key) for key in keys})


def _pks(given: object) -> frozenset[int]:
    if not isinstance(given, (list, tuple)) or not all(type(pk) is int for pk in given):  # true is no number
        raise ValueError
    return frozenset(given)
