"""Respa: rooms and devices to book in other cities and older installations, when they are open, and when taken.

Upstream   <installation>/v1, REST, JSON, no key (software: City-of-Helsinki/respa and forks of it); no default
           address: each city runs its own, some are gone, and Helsinki has moved to Varaamo
Licence    none stated for the data; name the city (`attribution` of the source)
Languages  fi, sv, en beside each other; a language without text left out, null where there is none
Time       moments with an offset, Helsinki's; days are local dates, but which of them are shown follows from the UTC
           dates of `start` and `end`: both are sent in UTC, and days outside are dropped
Paging     count, next, previous, results; page and page_size in the original (at most 500), other parameters in
           forks: our cursor is the query of `next`, sent to our own base
Quirks     opening hours and reservations come with the resources, for `start` to `end`, which filter nothing;
           both ends null is closed or not known: nobody can tell; of several openings in a day only the first is shown;
           reservations touch at their ends, include those that wait for somebody, and are null only if not asked for;
           a page past the end is a 404; unknown parameters are ignored
Persons    a resource may be a person who receives people (main_type "person"): it is not ours to show; who answers
           for a resource or manages a unit is not read

Options    municipality  one slug or a list ("espoo"): of whose units; all if left out
           page          address of a resource's page for people, with {id}
           use_days      how many days back the use of rooms is read for their use rates: 366 if left out, 0 for none
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from typing import Annotated, ClassVar, TypeAlias, TypeVar
from urllib.parse import parse_qsl, quote, urlsplit

import msgspec
from msgspec import Meta

from hub.connectors.contacts import contact
from hub.connectors.markup import localized_html, localized_plain, plain
from hub.connectors.moments import instant, iso_z, local, local_date, midnight_after
from hub.connectors.options import Options
from hub.connectors.stretches import Stretches, use_days
from hub.connectors.weblinks import weblink
from hub.errors import BadInput
from hub.fetch import Ask, Collection, Fetch, Joined, Page, Reply, Source, get, join
from hub.freshness import Freshness, days, hours, minutes
from hub.records.core import Address, Instant, LocalizedText, Picture, Point, Record, Span, point
from hub.records.places import Place
from hub.records.spaces import BookingHours, BookingRules, Busy, BusyTimes, PriceUnit, Space, SpaceKind, SpacePrice
from hub.records.use import SpaceUse, use_told

T = TypeVar("T")
R = TypeVar("R")

PLACES = Freshness(fresh=hours(12), while_revalidate=days(1), if_error=days(30))
SPACES = Freshness(fresh=hours(2), while_revalidate=hours(12), if_error=days(7))
TIMES = Freshness(fresh=minutes(15), while_revalidate=minutes(30), if_error=hours(2))

# somebody may book at any minute: ten of them is what the hub promises of a room that is shown
LOOKED_UP = Freshness(fresh=minutes(10), if_error=hours(1))

LISTED, TIMED, LARGEST = 100, 50, 500  # rows a page; a row with times costs the upstream one more for each day
DAYS = 14  # of hours and busy times: the upstream is slow beyond two weeks
WEEKS_OF_USE = 2  # read together, for the same reason
LONGEST_CURSOR = 2_000
SLUG = re.compile(r"[a-z0-9-]{1,100}", re.ASCII)
PERIOD = re.compile(r"(?:(\d{1,4}) )?(\d{1,2}):(\d\d):(\d\d)", re.ASCII)
FREED = {"cancelled", "denied"}
KINDS = {"space": SpaceKind.ROOM, "item": SpaceKind.EQUIPMENT}
A_PERSON = "person"
WHEELCHAIR = "11"  # of the accessibility survey's viewpoints: somebody who uses a wheelchair
VERDICTS = {"green": True, "red": False}
UNITS = {
    "hourly": PriceUnit.PER_HOUR,
    "daily": PriceUnit.PER_DAY,
    "weekly": PriceUnit.PER_WEEK,
    "fixed": PriceUnit.FIXED,
}


class Respa:
    """Pure: it says what to ask and what the reply means. What a configuration may change stands in its source."""

    UPSTREAM: ClassVar[str] = "respa"
    OPTIONS: ClassVar[frozenset[str]] = frozenset({"municipality", "page", "use_days"})
    IS_DOCUMENT: ClassVar[bool] = False
    MOST_SPACES: ClassVar[int] = 20  # of one look-up: each costs the upstream a request for its hours
    MOST_DAYS: ClassVar[int] = DAYS

    def __init__(self, source: Source) -> None:
        self.source = source
        with Options(source) as given:
            self.municipalities = given.read("municipality", (), _slugs, "a slug such as 'espoo', or a list of them")
            self.page = given.address("page", "", holding="{id}")
            self.past = Stretches(WEEKS_OF_USE, use_days(given))

    def collections(self) -> Iterable[Collection]:
        # As in Varaamo: places hardly move, rooms change by the day.
        yield Collection(
            kind=Place.kind, pages=self.places, every=hours(12), full=hours(12), one=self.place, urgency=11
        )
        yield Collection(kind=Space.kind, pages=self.spaces, every=hours(3), full=hours(3), one=self.space, urgency=21)
        # Times are part of the resources' own list, 50 a page, so each crawl reads all of it. Hours are set weeks
        # ahead; somebody may book at any minute, but these are small, old servers: a quarter of an hour.
        yield Collection(kind=BookingHours.kind, pages=self.booking_hours, every=hours(3), full=hours(3), urgency=32)
        yield Collection(kind=BusyTimes.kind, pages=self.busy_times, every=minutes(15), full=minutes(15), urgency=33)
        if self.past.days:
            # As in Varaamo: what is over hardly changes. Of a hundred rooms 4 requests a day, 54 for all; last of all.
            yield Collection(
                kind=SpaceUse.kind,
                pages=self.use,
                changes=self.recent_use,
                every=days(1),
                full=days(28),
                in_window=self.past.holds,
                urgency=90,
            )

    def probe(self) -> Fetch[Page[Space]]:
        """One resource."""
        return self._list("resource/", {**self._wanted, "page_size": "1"}, None, self._spaces, SPACES)

    def places(self, ask: Ask) -> Fetch[Page[Place]]:
        """The units with something to book, 100 at a time."""
        asked = {"unit_has_resource": "true", "page_size": str(LISTED)}
        return self._list("unit/", asked, ask.after, self._places, PLACES)

    def spaces(self, ask: Ask) -> Fetch[Page[Space]]:
        asked = {**self._wanted, "include": "accessibility_summaries", "page_size": str(LISTED)}
        return self._list("resource/", asked, ask.after, self._spaces, SPACES)

    def booking_hours(self, ask: Ask) -> Fetch[Page[BookingHours]]:
        """Of every space, from today's midnight to the end of the 13th day after it; the first opening of each day."""
        first, last = _window(ask.now)
        asked = self._with_times(first, last)
        return self._list("resource/", asked, ask.after, partial(self._hours, first=first, last=last), TIMES)

    def busy_times(self, ask: Ask) -> Fetch[Page[BusyTimes]]:
        """Of every space, in the same window; one record a space, empty where nothing is booked."""
        first, last = _window(ask.now)
        asked = self._with_times(first - timedelta(days=1), last)  # the window begins some hours before its UTC date
        return self._list("resource/", asked, ask.after, partial(self._busy, first=first, last=last), TIMES)

    def use(self, ask: Ask) -> Fetch[Page[SpaceUse]]:
        """Of every space, two weeks after two weeks, backwards from the running ones to those of `use_days` ago."""
        return self._use(ask, self.past.firsts(ask.now))

    def recent_use(self, ask: Ask) -> Fetch[Page[SpaceUse]]:
        """The running two weeks, and those before them: their last day may have moved since it was read."""
        return self._use(ask, self.past.firsts(ask.now)[:2])

    def hours(self, keys: Sequence[str], starts_at: Instant, ends_at: Instant) -> Joined[tuple[BookingHours, ...]]:
        """Booking hours now, of at most 20 spaces and two weeks, one request each: lists know no ids. A space that is
        missing is not to be seen.
        """
        first, last = self._asked(keys, starts_at, ends_at)
        window = {"start": f"{first}T00:00:00Z", "end": f"{last}T23:59:59Z"}
        read = partial(self._booking_hours_of, first=first, last=last)
        parts = [self._one("resource/", key, _Open, read, LOOKED_UP, window) for key in sorted(keys)]
        return join(parts, merge=lambda told: tuple(one for one in told if one is not None))

    def busy(self, keys: Sequence[str], starts_at: Instant, ends_at: Instant) -> Fetch[tuple[BusyTimes, ...]]:
        """Busy times now, of at most 20 spaces and two weeks, in one request. None of them can be told where there are
        more reservations than a page holds, or one that can't be read: its space might be any.
        """
        first, last = self._asked(keys, starts_at, ends_at)
        window = _between(first, last)
        params = {
            "resource": ",".join(sorted(keys)),
            "start": iso_z(window.starts_at),
            "end": iso_z(window.ends_at),
            "page_size": str(LARGEST),
        }
        parse = partial(self._taken, keys=sorted(keys), first=first, last=last)
        return get(self.source, "reservation/", params, parse=parse, freshness=LOOKED_UP, tags=(self.source.name,))

    @staticmethod
    def _asked(keys: Sequence[str], starts_at: Instant, ends_at: Instant) -> tuple[date, date]:
        if not 0 < len(keys) <= Respa.MOST_SPACES or any("," in key for key in keys):
            raise BadInput(f"times are asked of 1 to {Respa.MOST_SPACES} spaces at once, not of {len(keys)}")
        first, last = local_date(starts_at), local_date(ends_at - timedelta(seconds=1))
        if not 0 <= (last - first).days < DAYS:
            raise BadInput(f"times are asked for a window of at most {DAYS} days that ends after it starts")
        return first, last

    def _booking_hours_of(self, reply: Reply, row: _Open, *, first: date, last: date) -> BookingHours | None:
        return self._booking_hours(reply, first, last, row)

    def _taken(self, reply: Reply, *, keys: Sequence[str], first: date, last: date) -> tuple[BusyTimes, ...]:
        sent = reply.json(_Many)
        rows, dropped = reply.rows(sent.results, _Booked, lambda row: row)
        if dropped or sent.next is not None:
            return ()
        taken = [_Taken(id=key, reservations=[row for row in rows if row.resource == key]) for key in keys]
        return tuple(told for row in taken if (told := self._busy_times(reply, first, last, row)) is not None)

    def place(self, key: str) -> Fetch[Record | None]:
        return self._one("unit/", key, _Unit, self._place, PLACES)

    def space(self, key: str) -> Fetch[Record | None]:
        """None also for one that is not public."""
        return self._one("resource/", key, _Resource, self._space, SPACES)

    @property
    def _wanted(self) -> dict[str, str]:
        return {"municipality": ",".join(self.municipalities)} if self.municipalities else {}

    def _with_times(self, first: date, last: date) -> dict[str, str]:
        window = {"start": f"{first}T00:00:00Z", "end": f"{last}T23:59:59Z"}
        return {**self._wanted, **window, "page_size": str(TIMED)}

    def _use(self, ask: Ask, firsts: Sequence[date]) -> Fetch[Page[SpaceUse]]:
        """Our cursor: the first day of a stretch, and the query of `next` inside its list ("2026-11-09?page=2 …")."""
        day, _, query = (ask.after or "").partition("?")
        first = date.fromisoformat(day) if day else firsts[0]
        last = first + self.past.length - timedelta(days=1)
        following = next((f"{one}" for one in firsts if one < first), None)
        asked = self._with_times(first - timedelta(days=1), last)
        parse = partial(self._used, first=first, last=last, following=following)
        return self._list("resource/", asked, query or None, parse, TIMES)

    def _list(
        self,
        path: str,
        asked: dict[str, str],
        after: str | None,
        parse: Callable[[Reply], Page[R]],
        freshness: Freshness,
    ) -> Fetch[Page[R]]:
        params = list(asked.items()) if after is None else parse_qsl(after, keep_blank_values=True)
        return get(
            self.source,
            path,
            params,
            parse=parse,
            freshness=freshness,
            statuses=(200,) if after is None else (200, 404),
            tags=(self.source.name,),
        )

    def _one(
        self,
        path: str,
        key: str,
        shape: type[T],
        make: Callable[[Reply, T], R | None],
        freshness: Freshness,
        params: Mapping[str, str] | None = None,
    ) -> Fetch[R | None]:
        def parse(reply: Reply) -> R | None:
            if reply.status == 404:
                return None
            items, _ = reply.rows([reply.json(msgspec.Raw)], shape, partial(make, reply))
            return items[0] if items else None

        path = f"{path}{quote(key, safe='')}/"
        asked = dict(params or {})
        tags = (self.source.name,)
        return get(self.source, path, asked, parse=parse, freshness=freshness, statuses=(200, 404), tags=tags)

    def _rows(self, reply: Reply, shape: type[T], make: Callable[[T], R | None]) -> Page[R]:
        """One page. A list that became shorter while it was read ends with a 404: what is missing says nothing then."""
        if reply.status == 404:
            return reply.page((), sent=0, complete=False)
        sent = reply.json(_Many)
        items, dropped = reply.rows(sent.results, shape, make)
        following = _query(reply, sent.next)
        return reply.page(items, sent=len(sent.results), dropped=dropped, total=sent.count, next=following)

    def _places(self, reply: Reply) -> Page[Place]:
        return self._rows(reply, _Unit, partial(self._place, reply))

    def _spaces(self, reply: Reply) -> Page[Space]:
        return self._rows(reply, _Resource, partial(self._space, reply))

    def _hours(self, reply: Reply, *, first: date, last: date) -> Page[BookingHours]:
        return self._rows(reply, _Open, partial(self._booking_hours, reply, first, last))

    def _busy(self, reply: Reply, *, first: date, last: date) -> Page[BusyTimes]:
        return self._rows(reply, _Taken, partial(self._busy_times, reply, first, last))

    def _used(self, reply: Reply, *, first: date, last: date, following: str | None) -> Page[SpaceUse]:
        page = self._rows(reply, _Used, partial(self._space_use, reply, first, last))
        return msgspec.structs.replace(
            page,
            dropped=tuple(
                msgspec.structs.replace(row, key=None if row.key is None else f"{row.key}/{first}")
                for row in page.dropped
            ),
            next=following if page.next is None else f"{first}?{page.next}",
        )

    def _place(self, reply: Reply, unit: _Unit) -> Place | None:
        if self.municipalities and unit.municipality not in self.municipalities:
            return None
        namespace, _, number = unit.id.partition(":")
        street, postal_code = _text(unit.street_address), plain(unit.address_zip, 20)
        picture = weblink(unit.picture_url)
        site = unit.www_url or {}
        return Place(
            ref=self.source.ref(Place.kind, unit.id),
            read_at=reply.read_at,
            modified_at=instant(unit.modified_at),
            name=_text(unit.name),
            description=_html(unit.description),
            tprek_id=number if namespace == "tprek" and number.isascii() and number.isdigit() else None,
            address=Address(street=street, postal_code=postal_code) if street or postal_code else None,
            location=_point(unit.location),
            contact=contact(unit.phone, unit.email, [site.get("fi"), site.get("sv"), site.get("en")]),
            picture=Picture(url=picture, alt=_text(unit.picture_caption)) if picture else None,
        )

    def _space(self, reply: Reply, resource: _Resource) -> Space | None:
        if resource.type is not None and resource.type.main_type == A_PERSON:
            return None
        address = weblink(self.page.replace("{id}", quote(resource.id, safe=""))) if self.page else None
        unit = resource.unit.id if isinstance(resource.unit, _Id) else resource.unit
        return Space(
            ref=self.source.ref(Space.kind, resource.id),
            read_at=reply.read_at,
            modified_at=instant(resource.modified_at),
            url=address,
            name=_text(resource.name),
            description=_html(resource.description),
            space_kind=KINDS.get(resource.type.main_type or "", SpaceKind.OTHER) if resource.type else SpaceKind.OTHER,
            type_name=_text(resource.type.name) if resource.type else None,
            place=self.source.ref(Place.kind, unit) if unit else None,
            capacity=resource.people_capacity or None,
            area_m2=float(resource.area) if resource.area else None,
            equipment=_texts(resource.equipment),
            purposes=_texts(resource.purposes),
            price=_price(resource),
            pictures=_pictures(resource.images),
            rules=BookingRules(
                min_duration=_period(resource.min_period),
                max_duration=_period(resource.max_period),
                start_interval=_period(resource.slot_size),
                min_days_before=resource.reservable_min_days_in_advance,
                max_days_before=resource.reservable_max_days_in_advance,
                days_are_utc=True,  # as `reservable_after` and `reservable_before` count them
                needs_confirmation=resource.need_manual_confirmation,
            ),
            is_bookable=resource.reservable,
            for_wheelchair=next(
                (
                    VERDICTS.get(one.value or "")
                    for one in resource.accessibility_summaries
                    if one.viewpoint_id == WHEELCHAIR
                ),
                None,
            ),
            booking_url=weblink(resource.external_reservation_url) or address,
        )

    def _booking_hours(self, reply: Reply, first: date, last: date, row: _Open | _Used) -> BookingHours | None:
        """None of its days told: nobody knows. Told without times: closed, as far as anybody can tell."""
        if row.is_person:
            return None
        told = [day for day in row.opening_hours if first <= day.date <= last]
        spans = [_span(day.opens, day.closes) for day in told if day.opens is not None and day.closes is not None]
        return BookingHours(
            ref=self.source.ref(BookingHours.kind, row.id),
            read_at=reply.read_at,
            space=self.source.ref(Space.kind, row.id),
            window=_between(first, last),
            spans=tuple(sorted(spans, key=lambda span: span.starts_at)) if told else None,
        )

    def _busy_times(self, reply: Reply, first: date, last: date, row: _Taken | _Used) -> BusyTimes | None:
        if row.is_person:
            return None
        if row.reservations is None:
            raise ValueError("reservations: null, though they were asked for")
        window = _between(first, last)
        spans = [(_span(one.begin, one.end), one) for one in row.reservations if one.state not in FREED]
        return BusyTimes(
            ref=self.source.ref(BusyTimes.kind, row.id),
            read_at=reply.read_at,
            space=self.source.ref(Space.kind, row.id),
            window=window,
            busy=tuple(
                Busy(starts_at=span.starts_at, ends_at=span.ends_at, is_closure=one.type == "blocked")
                for span, one in sorted(spans, key=lambda pair: (pair[0].starts_at, pair[0].ends_at))
                if span.starts_at < window.ends_at and span.ends_at > window.starts_at
            ),
        )

    def _space_use(self, reply: Reply, first: date, last: date, row: _Used) -> SpaceUse | None:
        hours = self._booking_hours(reply, first, last, row)
        busy = self._busy_times(reply, first, last, row)
        return None if hours is None or busy is None else use_told(hours, busy, key=f"{row.id}/{first}")


def _slugs(given: object) -> tuple[str, ...]:
    slugs = (given,) if isinstance(given, str) else given
    if not isinstance(slugs, (list, tuple)) or not all(isinstance(one, str) and SLUG.fullmatch(one) for one in slugs):
        raise ValueError
    return tuple(slugs)


def _window(now: datetime) -> tuple[date, date]:
    today = local_date(now)
    return today, today + timedelta(days=DAYS - 1)


def _between(first: date, last: date) -> Span:
    return Span(starts_at=local(first), ends_at=midnight_after(last))


def _query(reply: Reply, following: str | None) -> str | None:
    """What `next` asks for, of its own host or path nothing: those are made from what a proxy told the upstream."""
    if following is None:
        return None
    try:
        query = urlsplit(following).query
    except ValueError:
        query = ""
    if not query or len(query) > LONGEST_CURSOR:
        raise reply.changed(f"next: {following[:100]!r} asks for nothing")
    return query


def _span(opens: str, closes: str) -> Span:
    return between(instant(opens), instant(closes))


def between(starts_at: Instant | None, ends_at: Instant | None) -> Span:
    """ValueError for what is no span of time."""
    if starts_at is None or ends_at is None or ends_at <= starts_at:
        raise ValueError("a time ends before it starts")
    return Span(starts_at=starts_at, ends_at=ends_at)


def _period(text: str | None) -> timedelta | None:
    """ "00:30:00", or "1 00:00:00" from a day on. Nothing at all is no rule."""
    if text is None:
        return None
    known = PERIOD.fullmatch(text)
    if known is None:
        raise ValueError(f"{text[:40]!r} is no length of time")
    whole = timedelta(days=int(known[1] or 0), hours=int(known[2]), minutes=int(known[3]), seconds=int(known[4]))
    return whole or None


def _price(resource: _Resource) -> SpacePrice:
    """No price at all is free, by the upstream's own rule."""
    lowest, highest = _cents(resource.min_price), _cents(resource.max_price)
    is_free = not lowest and not highest
    unit = None if is_free else UNITS.get(resource.price_type or "", PriceUnit.OTHER)
    return SpacePrice(is_free=is_free, lowest_cents=lowest, highest_cents=highest, unit=unit)


def _cents(euros: Decimal | None) -> int | None:
    if euros is None:
        return None
    if not euros.is_finite() or not 0 <= euros <= 1_000_000:
        raise ValueError("a price outside 0 to 1 000 000 euros")
    return int((euros * 100).to_integral_value(ROUND_HALF_UP))


def _pictures(images: Sequence[_Image]) -> tuple[Picture, ...]:
    """The main one first."""
    ordered = sorted(images, key=lambda image: image.type != "main")
    return tuple(Picture(url=url, alt=_text(image.caption)) for image in ordered if (url := weblink(image.url)))


def _text(texts: _Texts | None) -> LocalizedText | None:
    known = texts or {}
    return localized_plain(known.get("fi"), known.get("sv"), known.get("en"))


def _texts(named: Iterable[_Named]) -> tuple[LocalizedText, ...]:
    return tuple(text for one in named if (text := _text(one.name)) is not None)


def _html(texts: _Texts | None) -> LocalizedText | None:
    """Most are plain text with line breaks, some have HTML pasted in."""
    known = {language: _paragraphs(text) for language, text in (texts or {}).items()}
    return localized_html(known.get("fi"), known.get("sv"), known.get("en"))


def _paragraphs(text: str | None) -> str | None:
    if text is None or "<" in text:
        return text
    return html.escape(html.unescape(text), quote=False).replace("\r\n", "\n").strip().replace("\n", "<br>")


def _point(place: _Point | None) -> Point | None:
    return None if place is None else point(place.coordinates[1], place.coordinates[0])


# What comes over the wire: the part that we read. Forks lack some of it and add other things.

_Texts: TypeAlias = dict[str, str | None]
_Key: TypeAlias = Annotated[str, Meta(min_length=1, max_length=200)]
_Count: TypeAlias = Annotated[int, Meta(ge=0, le=1_000_000)]


class _Point(msgspec.Struct):
    coordinates: tuple[float, float]


class _Id(msgspec.Struct):
    id: _Key


class _Unit(msgspec.Struct):
    id: _Key
    name: _Texts | None = None
    description: _Texts | None = None
    municipality: str | None = None
    street_address: _Texts | None = None
    address_zip: str | None = None
    phone: str | None = None
    email: str | None = None
    www_url: _Texts | None = None
    picture_url: str | None = None
    picture_caption: _Texts | None = None
    location: _Point | None = None
    modified_at: str | None = None


class _Named(msgspec.Struct):
    name: _Texts | None = None


class _Type(_Named):
    main_type: str | None = None


class _Summary(msgspec.Struct):
    viewpoint_id: str | None = None
    value: str | None = None


class _Image(msgspec.Struct):
    url: str | None = None
    type: str | None = None
    caption: _Texts | None = None


class _Resource(msgspec.Struct):
    id: _Key
    reservable: bool
    name: _Texts | None = None
    description: _Texts | None = None
    type: _Type | None = None
    unit: _Key | _Id | None = None
    people_capacity: _Count | None = None
    area: _Count | None = None
    equipment: list[_Named] = []
    purposes: list[_Named] = []
    images: list[_Image] = []
    accessibility_summaries: list[_Summary] = []
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    price_type: str | None = None
    min_period: str | None = None
    max_period: str | None = None
    slot_size: str | None = None
    reservable_min_days_in_advance: _Count | None = None
    reservable_max_days_in_advance: _Count | None = None
    need_manual_confirmation: bool = False
    external_reservation_url: str | None = None
    modified_at: str | None = None


class _OpenDay(msgspec.Struct):
    date: date
    opens: str | None
    closes: str | None


class _Timed(msgspec.Struct, kw_only=True):
    id: _Key
    type: _Type | None = None

    @property
    def is_person(self) -> bool:
        return self.type is not None and self.type.main_type == A_PERSON


class _Open(_Timed, kw_only=True):
    opening_hours: list[_OpenDay]


class _Reservation(msgspec.Struct):  # when, and nothing else
    begin: str
    end: str
    state: str | None = None
    type: str | None = None


class _Booked(_Reservation, kw_only=True):
    resource: _Key


class _Taken(_Timed, kw_only=True):
    reservations: list[_Reservation] | None


class _Used(_Timed, kw_only=True):
    opening_hours: list[_OpenDay]
    reservations: list[_Reservation] | None


class _Many(msgspec.Struct):
    results: list[msgspec.Raw]
    count: _Count | None = None
    next: str | None = None
