"""Kirkanta: the branches of Finnish public libraries, and when they are open.

Upstream   api.kirjastot.fi/v4, REST, JSON, no key
Licence    CC BY 4.0, credited as "Kirjastot.fi"; pictures have photographers of their own
Languages  one per reply (lang), Finnish where a translation is missing: three replies make one library, and what is
           the same in Swedish or English as in Finnish counts as not translated; hours and their remarks in Finnish
Time       dates and opening times are Europe/Helsinki wall-clock times, `modified` has its offset
Paging     skip and limit, by id, since names sort differently in each language; our cursor is the next skip.
           /schedules has no pages: all days of a block of libraries, with a limit that holds them
Quirks     an unknown id is a 400 with a sentence, not a 404;
           an unknown filter is ignored, so a misspelt one returns everything, and an invalid date means today;
           a limit left out is 10, of /schedules 10 *days*; its total is null;
           services of one library may share an id: their place in the list is what tells them apart;
           a day without a row is not a closed day: it becomes a day of state UNKNOWN;
           `persons` (staff) is a section of its own: it is never asked for

Options    consortium  id; 2093 (HelMet) unless `city` is given
           city        ids of cities, in place of the consortium or inside it
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import pairwise
from typing import Annotated, ClassVar, TypeAlias, TypeVar
from urllib.parse import quote

import msgspec

from hub.connectors.contacts import contact
from hub.connectors.markup import localized_html, localized_plain, plain
from hub.connectors.moments import instant, local, local_date, midnight_after
from hub.connectors.options import Options
from hub.connectors.weblinks import weblink
from hub.fetch import Ask, Collection, Dropped, Fetch, Joined, Page, Reply, Source, get, join, key_of
from hub.freshness import Freshness, days, hours
from hub.records.core import LANGUAGES, Address, Contact, Language, LocalizedText, Picture, Record, point
from hub.records.places import DayState, Library, LibraryService, OpeningDay, OpenTime, TimeKind

BRANCHES = Freshness(fresh=hours(6), while_revalidate=days(1), if_error=days(30))
HOURS = Freshness(fresh=hours(1), while_revalidate=hours(6), if_error=days(7))

HELMET = "2093"
SECTIONS = "services,departments,pictures,primaryContactInfo"
LIMIT = 100  # libraries a page
BEHIND, AHEAD = 7, 30  # days of hours kept, around today
BLOCK = 100  # libraries a request for hours: 100 × 38 days = 3 800 rows, under the server's cut at 5 000
MOST_ROWS = 5_000
SIZES = ("large", "huge", "medium", "small")  # of a picture, the best first
MIDNIGHT = ("00:00", "24:00")
OPEN_KINDS = {1: TimeKind.STAFFED, 2: TimeKind.SELF_SERVICE}


class Kirkanta:
    """Pure: it says what to ask and what the reply means. What a configuration may change stands in its source."""

    UPSTREAM: ClassVar[str] = "kirkanta"
    OPTIONS: ClassVar[frozenset[str]] = frozenset({"consortium", "city"})
    IS_DOCUMENT: ClassVar[bool] = False

    def __init__(self, source: Source) -> None:
        self.source = source
        with Options(source) as given:
            city = given.read("city", None, _ids, "one or more numbers")
            consortium = given.read("consortium", None, _ids, "one or more numbers")
        asked = {"consortium": consortium or (None if city else HELMET), "city": city}
        self.region = {name: ids for name, ids in asked.items() if ids}

    def collections(self) -> Iterable[Collection]:
        # A branch's page changes by the month, its hours at a day's notice (a sick librarian); the server asks for
        # one schedules query an hour at most.
        yield Collection(
            kind=Library.kind, pages=self.libraries, every=hours(6), full=days(1), one=self.library, urgency=15
        )
        yield Collection(
            kind=OpeningDay.kind,
            pages=self.opening_days,
            per=Library.kind,
            block=BLOCK,
            every=hours(1),
            full=hours(6),
            in_window=_in_window,
            urgency=40,
        )

    def probe(self) -> Fetch[Page[Library]]:
        """One branch of the region, in Finnish, with every section that we read."""
        params = {"lang": "fi", **self.region, "with": SECTIONS, "sort": "id", "limit": "1", "skip": "0"}
        return get(self.source, "library", params, parse=self._probed, freshness=BRANCHES)

    def libraries(self, ask: Ask) -> Joined[Page[Library]]:
        """The branches of the region in three languages, 100 at a time."""
        skip = int(ask.after or 0)
        return join([self._list(language, skip) for language in LANGUAGES], merge=self._libraries)

    def library(self, key: str) -> Joined[Record | None]:
        """One branch by its Kirkanta id. None: there is none (any more)."""
        return join([self._single(language, key) for language in LANGUAGES], merge=self._library_or_none)

    def opening_days(self, ask: Ask) -> Fetch[Page[OpeningDay]]:
        """The hours of these libraries from a week ago to 30 days ahead, a record for every library and day."""
        first, last = _window(ask.now)
        rows = len(ask.keys) * ((last - first).days + 1)
        if not 0 < rows <= MOST_ROWS:
            raise ValueError(f"{len(ask.keys)} libraries are {rows} day rows, 1 to {MOST_ROWS} can be asked")
        params = {
            "lang": "fi",
            "library": ",".join(ask.keys),
            "period.start": first.isoformat(),
            "period.end": last.isoformat(),
            "refs": "period",
            "limit": str(rows),
        }
        parse = partial(self._days, asked=ask.keys, first=first, last=last)
        return get(self.source, "schedules", params, parse=parse, freshness=HOURS)

    def _list(self, language: Language, skip: int) -> Fetch[_Listing]:
        params = {
            "lang": language,
            **self.region,
            "with": SECTIONS,
            "sort": "id",
            "limit": str(LIMIT),
            "skip": str(skip),
        }
        return get(self.source, "library", params, parse=partial(self._listing, skip=skip), freshness=BRANCHES)

    def _single(self, language: Language, key: str) -> Fetch[_Listing | None]:
        params = {"lang": language, "with": SECTIONS}
        path = f"library/{quote(key, safe='')}"
        return get(self.source, path, params, parse=self._one_listed, freshness=BRANCHES, statuses=(200, 400))

    def _listing(self, reply: Reply, *, skip: int) -> _Listing:
        """One language's page: its branches as sent, each one tried by making a library of it."""
        many = reply.json(_Many)
        rows, dropped = reply.rows(many.items, _Branch, partial(self._tried, reply))
        end = skip + len(many.items)
        more = len(many.items) == LIMIT if many.total is None else bool(many.items) and end < many.total
        return _Listing(reply.read_at, rows, dropped, len(many.items), many.total, str(end) if more else None)

    def _one_listed(self, reply: Reply) -> _Listing | None:
        if reply.status == 400:  # "Requested library was not found (id=999999)"
            return None
        row = self._tried(reply, reply.json(_One).data)
        return _Listing(reply.read_at, [row], [], 1, 1, None)

    def _probed(self, reply: Reply) -> Page[Library]:
        listing = self._listing(reply, skip=0)
        items = [self._library((row, None, None), reply.read_at) for row in listing.rows]
        return reply.page(items, sent=listing.sent, dropped=listing.dropped, total=listing.total)

    def _tried(self, reply: Reply, row: _Branch) -> _Branch:
        self._library((row, None, None), reply.read_at)
        return row

    def _libraries(self, pages: Sequence[_Listing]) -> Page[Library]:
        """A library is dropped where one of its languages can't be read: its last good copy has all of them."""
        finnish, *others = pages
        read_at = min(page.read_at for page in pages)
        dropped = {lost.key: lost for lost in finnish.dropped}
        lost_elsewhere = {lost.key: lost for page in others for lost in page.dropped}
        by_id = [{row.id: row for row in page.rows} for page in others]
        kept: list[Library] = []
        for branch in finnish.rows:
            lost = lost_elsewhere.get(str(branch.id))
            if lost is not None:
                dropped[lost.key] = lost
            else:
                kept.append(self._library((branch, *(rows.get(branch.id) for rows in by_id)), read_at))
        return Page(
            items=tuple(kept),
            dropped=tuple(dropped.values()),
            skipped=finnish.sent - len(kept) - len(dropped),
            total=finnish.total,
            next=finnish.next,
        )

    def _library_or_none(self, found: Sequence[_Listing | None]) -> Library | None:
        finnish, *others = found
        if finnish is None:
            return None
        versions = (finnish.rows[0], *(None if page is None else page.rows[0] for page in others))
        return self._library(versions, min(page.read_at for page in found if page is not None))

    def _library(self, versions: Sequence[_Branch | None], read_at: datetime) -> Library:
        """One library of its Finnish version and, where they were sent, the Swedish and the English one."""
        branch = versions[0]
        assert branch is not None
        where, at = branch.address, branch.coordinates
        return Library(
            ref=self.source.ref(Library.kind, branch.id),
            read_at=read_at,
            modified_at=instant(branch.modified),
            name=_text(versions, lambda one: one.name),
            short_name=_text(versions, lambda one: one.short_name),
            slogan=_text(versions, lambda one: one.slogan),
            description=_text(versions, lambda one: one.description, localized_html),
            type=plain(branch.type, 100),
            is_main=bool(branch.main_library),
            address=None
            if where is None
            else Address(
                street=_text(versions, lambda one: one.address.street if one.address else None),
                postal_code=plain(where.zipcode, 20),
                city=plain(where.city, 100),
            ),
            location=None if at is None else point(at.lat, at.lon),
            contact=_contact(branch.primary_contact_info),
            services=tuple(_services(versions)),
            departments=tuple(_departments(versions)),
            pictures=tuple(_pictures(versions)),
            founded=branch.founded,
        )

    def _days(self, reply: Reply, *, asked: tuple[str, ...], first: date, last: date) -> Page[OpeningDay]:
        """A day per library and date: those sent, and for those not sent one of state UNKNOWN."""
        sent = reply.json(_Days)
        ours = frozenset(asked)
        items, dropped = reply.rows(sent.items, _Day, partial(self._day, reply, sent.refs.period, ours), key=_day_key)
        skipped = len(sent.items) - len(items) - len(dropped)
        told = {day.ref.key for day in items} | {lost.key for lost in dropped}
        if None not in told:  # else a day that we could not read might be told as unknown
            read_at = reply.read_at
            items += [
                OpeningDay(
                    ref=self.source.ref(OpeningDay.kind, key),
                    read_at=read_at,
                    place=self.source.ref(Library.kind, library),
                    date=day,
                    state=DayState.UNKNOWN,
                )
                for library in asked
                for day in (first + timedelta(days=n) for n in range((last - first).days + 1))
                if (key := f"{library}/{day}") not in told
            ]
        return Page(items=tuple(items), dropped=tuple(dropped), skipped=skipped)

    def _day(
        self, reply: Reply, periods: dict[str, msgspec.Raw], asked: frozenset[str], day: _Day
    ) -> OpeningDay | None:
        if str(day.library) not in asked:
            return None
        raw = None if day.period is None else periods.get(str(day.period))
        period = None if raw is None else msgspec.json.decode(raw, type=_Period)
        times = tuple(_open_times(day))
        if day.closed and times:
            raise ValueError(f"closed all day and open at {day.times[0].opens}")
        closed = day.closed or bool(day.times)  # spans of state "closed" alone
        is_exception = bool(period and period.is_exception)
        why = period.description or period.name if period and is_exception else None
        return OpeningDay(
            ref=self.source.ref(OpeningDay.kind, f"{day.library}/{day.date}"),
            read_at=reply.read_at,
            place=self.source.ref(Library.kind, day.library),
            date=day.date,
            state=DayState.OPEN if times else DayState.CLOSED if closed else DayState.UNKNOWN,
            times=times,
            note=localized_plain(day.info or why),
            is_exception=is_exception,
        )


def _ids(given: object) -> str:
    """An option that is one id, several with commas, or a list: as the API takes it."""
    words = given.split(",") if isinstance(given, str) else given if isinstance(given, (list, tuple)) else [given]
    ids = [str(word).strip() for word in words]
    if not ids or not all(one.isascii() and one.isdigit() for one in ids):
        # the API answers 500 to an id that is no number
        raise ValueError
    return ",".join(ids)


def _window(now: datetime) -> tuple[date, date]:
    today = local_date(now)
    return today - timedelta(days=BEHIND), today + timedelta(days=AHEAD)


def _in_window(day: OpeningDay, now: datetime) -> bool:
    first, last = _window(now)
    return first <= day.date <= last


def _open_times(day: _Day) -> Iterable[OpenTime]:
    """The open spans as instants. ValueError for spans out of order, and for ends before their beginnings."""
    spans = [(_opening(day.date, span.opens), _closing(day.date, span.closes), span.status) for span in day.times]
    for opens, closes, status in spans:
        if opens >= closes:
            raise ValueError(f"open from {opens:%H:%M} to {closes:%H:%M} UTC")
        if status not in {0, *OPEN_KINDS}:
            raise ValueError(f"an unknown status of opening: {status}")
    if any(closes > opens for (_, closes, _), (opens, _, _) in pairwise(spans)):
        raise ValueError("opening times overlap")
    return [
        OpenTime(opens=opens, closes=closes, kind=OPEN_KINDS[status])
        for opens, closes, status in spans
        if status in OPEN_KINDS
    ]


def _opening(day: date, clock: str) -> datetime:
    wall = time.fromisoformat(clock)
    if wall.tzinfo is not None:
        raise ValueError(f"{clock!r} is no wall-clock time")
    return local(day, wall)


def _closing(day: date, clock: str) -> datetime:
    """Midnight as an end is the midnight that ends the day."""
    return midnight_after(day) if clock in MIDNIGHT else _opening(day, clock)


def _day_key(row: msgspec.Raw) -> str | None:
    """ "84860/2026-11-22" of a day that is otherwise unreadable."""
    library, day = key_of(row, "library"), key_of(row, "date")
    return f"{library}/{day}" if library and day else None


def _text(
    versions: Sequence[T | None], of: Callable[[T], str | None], clean: _Cleaner = localized_plain
) -> LocalizedText | None:
    """One text of the versions in Finnish, Swedish and English.

    What equals the Finnish was sent for want of a translation, and is left out.
    """
    fi, sv, en = (None if version is None else of(version) for version in versions)
    return clean(fi, None if sv == fi else sv, None if en == fi else en)


def _parts(versions: Sequence[_Branch | None], of: Callable[[_Branch], list[_Part]]) -> Iterable[_PartVersions]:
    """A branch's services, say, each in its three versions: matched by place in the list, where the lists agree."""
    lists = [None if version is None else of(version) for version in versions]
    rows = lists[0] or []
    ids = [row.id for row in rows]
    same = [list_ if list_ is not None and [row.id for row in list_] == ids else [None] * len(rows) for list_ in lists]
    return zip(*same, strict=True)


def _services(versions: Sequence[_Branch | None]) -> Iterable[LibraryService]:
    for parts in _parts(versions, lambda branch: branch.services):
        own = _text(parts, lambda one: one.name)
        name = _text(parts, lambda one: one.standard_name) or own
        if parts[0] is not None and name is not None:  # an entry without any name says nothing
            yield LibraryService(
                name=name,
                own_name=own,
                type=plain(parts[0].type, 100),
                description=_text(parts, lambda one: one.short_description or one.description),
                price=_text(parts, lambda one: one.price),
                for_loan=parts[0].for_loan,
            )


def _departments(versions: Sequence[_Branch | None]) -> Iterable[LocalizedText]:
    for parts in _parts(versions, lambda branch: branch.departments):
        name = _text(parts, lambda one: one.name)
        if name is not None:
            yield name


def _pictures(versions: Sequence[_Branch | None]) -> Iterable[Picture]:
    """The branch's pictures, with its cover unless that is one of them."""
    shown: set[str] = set()
    for parts in _parts(versions, lambda branch: branch.pictures):
        url = None if parts[0] is None else _address_of(parts[0].files)
        if parts[0] is not None and url is not None and url not in shown:
            shown.add(url)
            alt = _text(parts, lambda one: one.description or one.name)
            yield Picture(url=url, alt=alt, photographer=plain(parts[0].author, 200))
    cover = None if versions[0] is None else _address_of(versions[0].cover_photo)
    if cover is not None and cover not in shown:
        yield Picture(url=cover)


def _address_of(files: dict[str, _File] | None) -> str | None:
    return next((url for size in SIZES if files and size in files and (url := weblink(files[size].url))), None)


def _contact(info: _ContactInfo | None) -> Contact | None:
    if info is None:
        return None
    phone, email, homepage = info.phone or _Phone(), info.email or _Email(), info.homepage or _Homepage()
    return contact(phone.number, email.email, [homepage.url])


T = TypeVar("T")
_Cleaner = Callable[[str | None, str | None, str | None], LocalizedText | None]
_PartVersions: TypeAlias = "tuple[_Part | None, ...]"
Id = Annotated[int, msgspec.Meta(ge=1, le=2**53)]
Year = Annotated[int, msgspec.Meta(ge=1000, le=2200)]


class _Part(msgspec.Struct, rename="camel"):  # a service, a department or a picture: each has some of these
    id: int | None = None
    name: str | None = None
    description: str | None = None
    standard_name: str | None = None
    short_description: str | None = None
    type: str | None = None
    price: str | None = None
    for_loan: bool | None = None
    author: str | None = None
    files: dict[str, _File] | None = None


class _File(msgspec.Struct):
    url: str


class _Email(msgspec.Struct):
    email: str | None = None


class _Phone(msgspec.Struct):
    number: str | None = None


class _Homepage(msgspec.Struct):
    url: str | None = None


class _ContactInfo(msgspec.Struct):
    email: _Email | None = None
    phone: _Phone | None = None
    homepage: _Homepage | None = None


class _Address(msgspec.Struct):
    street: str | None = None
    zipcode: str | None = None
    city: str | None = None


class _Coordinates(msgspec.Struct):
    lat: float
    lon: float


class _Branch(msgspec.Struct, rename="camel"):
    id: Id
    name: str | None = None
    short_name: str | None = None
    slogan: str | None = None
    description: str | None = None
    type: str | None = None
    main_library: bool | None = None
    address: _Address | None = None
    coordinates: _Coordinates | None = None
    founded: Year | None = None
    modified: str | None = None
    cover_photo: dict[str, _File] | None = None
    primary_contact_info: _ContactInfo | None = None
    services: list[_Part] = []
    departments: list[_Part] = []
    pictures: list[_Part] = []


class _Many(msgspec.Struct):
    items: list[msgspec.Raw]
    total: int | None


class _One(msgspec.Struct):
    data: _Branch


class _Listing(msgspec.Struct):
    """One language's page of branches. `sent`: rows on it."""

    read_at: datetime
    rows: list[_Branch]
    dropped: list[Dropped]
    sent: int
    total: int | None
    next: str | None


class _Span(msgspec.Struct):
    opens: str = msgspec.field(name="from")
    closes: str = msgspec.field(name="to")
    status: int


class _Day(msgspec.Struct):
    library: Id
    date: date
    closed: bool
    period: int | None = None
    info: str | None = None
    times: list[_Span] = []


class _Period(msgspec.Struct, rename="camel"):
    is_exception: bool | None = None
    name: str | None = None
    description: str | None = None


class _Refs(msgspec.Struct):
    period: dict[str, msgspec.Raw] = {}


class _Days(msgspec.Struct):
    items: list[msgspec.Raw]
    refs: _Refs = msgspec.field(default_factory=_Refs)
