"""Linked Events: a city's register of events, with their places, keywords, publishers and enrolment.

Upstream   https://api.hel.fi/linkedevents/v1/ (Helsinki), https://api.espoo.fi/events/v1/ (Espoo); REST, JSON, no key.
           Checked against release 3.29.4. Every path ends in "/".
Licence    CC BY 4.0; pictures marked "event_only" may be shown with their event alone, source and photographer named
Languages  every text in all of its languages; one without text is left out of the object, a field without any is null
Time       moments in UTC, or a bare local date where no clock time is known; enrolment with the local offset
Paging     page and page_size (at most 100); of `next` only the page number is read, since behind a proxy its scheme
           and host may be wrong; our cursor is the phase of the crawl and the page
Options    timezone ("Europe/Helsinki"): what dates and times without an offset are in
Quirks     courses and volunteering are left out unless event_type names them;
           postponed events (no times) are left out where `end` is given, so they are a phase of their own;
           `enrolment_open` leaves out the events that are full, `enrolment_open_on` does not;
           a bare date in last_modified_since means the end of that day, so a moment is sent;
           a page past the end is a 404; 410 and 404 by id mean that there is none, 301 that another took its place;
           sub_events lists drafts, so children are only known by their own super_event;
           `provider` is free text that may name a person: the organiser is the publisher alone
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import lru_cache, partial
from typing import ClassVar, Literal, TypeAlias, TypeVar
from urllib.parse import parse_qs, quote, unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from hub.connectors.markup import html_of, plain
from hub.connectors.moments import HELSINKI, instant, iso_z, local, midnight_after
from hub.connectors.weblinks import weblink
from hub.errors import BadSettings
from hub.fetch import Ask, Collection, Fetch, Page, Reply, Source, get
from hub.freshness import Freshness, days, hours, minutes
from hub.records.core import Address, Contact, LocalizedText, Picture, Record, Ref, localized, point
from hub.records.events import (
    Enrolment,
    Event,
    EventStatus,
    EventType,
    Keyword,
    KeywordSet,
    KeywordUsage,
    Link,
    Offer,
    Organisation,
    Registration,
)
from hub.records.places import Place

EVENTS = Freshness(fresh=minutes(10), while_revalidate=hours(1), if_error=days(7))
SEATS = Freshness(fresh=minutes(15), while_revalidate=minutes(15), if_error=hours(6))  # they move by the minute
REGISTERS = Freshness(fresh=days(1), while_revalidate=days(1), if_error=days(30))  # places, keywords, organisations

PAGE_SIZE = 100
ALL_TYPES = "general,course,volunteering"
OVERLAP = minutes(10)  # an import's changes are dated while it runs and seen only once it commits
BACK, AHEAD = days(30), days(400)  # the window: the whole register holds some 200 000 events
POSTPONED_FOR = days(365)  # a postponed event that nobody has touched for longer will not come
PHASES = ("coming", "past", "postponed")  # of the crawl of events: what people ask for most comes first

STATUSES = {
    "EventScheduled": EventStatus.SCHEDULED,
    "EventCancelled": EventStatus.CANCELLED,
    "EventPostponed": EventStatus.POSTPONED,
    "EventRescheduled": EventStatus.RESCHEDULED,
}
TYPES = {"General": EventType.GENERAL, "Course": EventType.COURSE, "Volunteering": EventType.VOLUNTEERING}
USAGES = {"any": KeywordUsage.ANY, "keyword": KeywordUsage.KEYWORD, "audience": KeywordUsage.AUDIENCE}
TPREK = re.compile(r"tprek:(\d{1,9})")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z]{4})?([-_]([A-Za-z]{2}|\d{3}))?")
_Texts: TypeAlias = "dict[str, str | None] | None"  # by language code; null where there is no text at all
OLDEST, MOST_PEOPLE = 150, 1_000_000
LONGEST_KEY, LONGEST_LINK = 200, 2_000


R = TypeVar("R", bound=Record)
Row = TypeVar("Row")


class LinkedEvents:
    """Pure: what to ask of one instance and what it means. References are the instance's own ids."""

    UPSTREAM: ClassVar[str] = "linkedevents"
    OPTIONS: ClassVar[frozenset[str]] = frozenset({"timezone"})
    IS_DOCUMENT: ClassVar[bool] = False

    def __init__(self, source: Source) -> None:
        self.source = source
        self.zone = _zone(source)

    def collections(self) -> Iterable[Collection]:
        # the counter that bounds the list comes from a nightly job, and a place gone quiet is still a place
        yield Collection(
            kind="place", pages=self.places, one=self.place, every=days(1), full=days(1), withdraws=False, urgency=10
        )
        yield Collection(
            kind="event",
            pages=self.events,
            changes=self.changed_events,
            one=self.event,
            in_window=_in_window,
            every=minutes(5),  # a poll of changes is one request
            full=days(1),  # what was unpublished is in no poll
            urgency=30,
        )
        # words change seldom; the list holds those that any event has, so a word that left it says nothing either
        yield Collection(
            kind="keyword", pages=self.keywords, one=self.keyword, every=days(1), full=days(1), withdraws=False
        )
        yield Collection(kind="keyword_set", pages=self.keyword_sets, one=self.keyword_set, every=days(1), full=days(1))
        yield Collection(
            kind="organisation", pages=self.organisations, one=self.organisation, every=days(1), full=days(1)
        )
        # places left move without moving the event's modification time
        yield Collection(
            kind="registration",
            pages=self.registrations,
            in_window=_still_open,
            every=minutes(15),
            full=minutes(15),
            urgency=60,
        )

    def probe(self) -> Fetch[Page[Event]]:
        """One event from today on."""
        params = {"start": "today", "sort": "start_time", "page_size": "1"}
        return get(
            self.source,
            "event/",
            params,
            parse=lambda reply: _page(reply, 1, _Event, self._event),
            freshness=EVENTS,
        )

    # events

    def events(self, ask: Ask) -> Fetch[Page[Event]]:
        """The window: what is on or to come, nearest first; then what is over, newest first; then the postponed.

        Start time alone leaves ties in no order, so the modification time breaks them (the id can't be sorted by).
        """
        phase, page = _place_in_crawl(ask.after)
        now, back, ahead = iso_z(ask.now), iso_z(ask.now - BACK), iso_z(ask.now + AHEAD)
        window = {
            "coming": {"start": now, "end": ahead, "sort": "start_time,last_modified_time"},
            "past": {"start": back, "end": now, "sort": "-start_time,last_modified_time"},
            "postponed": {
                "event_status": "EventPostponed",
                "last_modified_since": iso_z(ask.now - POSTPONED_FOR),
                "sort": "-last_modified_time",
            },
        }
        return get(
            self.source,
            "event/",
            {"event_type": ALL_TYPES, **window[phase], **_paged(page)},
            parse=partial(self._events_page, phase=phase, page=page, now=ask.now),
            freshness=EVENTS,
            statuses=_statuses(page),
        )

    def changed_events(self, ask: Ask) -> Fetch[Page[Event]]:
        """What changed since, wherever its times lie now, with the deleted in `gone`; newest change first.

        In this order a change while we page only shifts rows to later pages, where they are read twice, not missed.
        """
        page = int(ask.after or "1")
        since = ask.now - days(1) if ask.since is None else ask.since - OVERLAP
        params = {
            "event_type": ALL_TYPES,
            "last_modified_since": iso_z(since),
            "show_deleted": "true",
            "sort": "-last_modified_time",
            **_paged(page),
        }
        return get(
            self.source,
            "event/",
            params,
            parse=partial(self._changes_page, page=page),
            freshness=EVENTS,
            statuses=_statuses(page),
        )

    def event(self, key: str) -> Fetch[Record | None]:
        """One event; if another took its place, that one (under its own key)."""
        return self._one("event", key, _Event, self._event)

    def _events_page(self, reply: Reply, *, phase: str, page: int, now: datetime) -> Page[Event]:
        def made(row: _Event, reply: Reply) -> Event | None:
            event = self._event(row, reply)
            return event if event is not None and _is_of(phase, row, event, now) else None

        found = _page(reply, page, _Event, made)
        after = _next_in_crawl(phase, found.next)
        return msgspec.structs.replace(found, next=after, total=None)  # the phases overlap: their counts are no total

    def _changes_page(self, reply: Reply, *, page: int) -> Page[Event]:
        many = _many(reply, page)
        live: list[msgspec.Raw] = []
        gone: list[Ref] = []
        for raw in many.data:
            deleted = _deleted_key(raw)
            if deleted is None:
                live.append(raw)
            else:
                gone.append(self.source.ref(Event.kind, deleted))
        items, dropped = reply.rows(live, _Event, lambda row: self._event(row, reply))
        return reply.page(
            items, sent=len(live), dropped=dropped, total=many.meta.count, next=_next(reply, many, page), gone=gone
        )

    def _event(self, row: _Event, reply: Reply) -> Event | None:
        if row.deleted:
            return None
        ref = self.source.ref(Event.kind, _key(row.id))
        times = _times(row.start_time, row.end_time, self.zone)
        where = None if row.location is None else row.location.key
        return Event(
            ref=ref,
            read_at=reply.read_at,
            modified_at=instant(row.last_modified_time, self.zone),
            url=_link(row.info_url),  # the register has no page of its own for people
            name=_text(row.name),
            summary=_text(row.short_description),
            description=_text(row.description, html_of),
            starts_at=times.starts_at,
            ends_at=times.ends_at,
            is_all_day=times.starts_on is not None,
            starts_on=times.starts_on,
            ends_on=times.ends_on,
            status=STATUSES[row.event_status],
            type=TYPES[row.type_id],
            is_online=where is not None and _is_internet(where),
            place=None if where is None else self.source.ref(Place.kind, where),
            location_text=_text(row.location_extra_info),
            organiser=self.source.ref(Organisation.kind, _key(row.publisher)),
            keywords=tuple(self.source.ref(Keyword.kind, keyword.key) for keyword in row.keywords),
            audience_keywords=tuple(self.source.ref(Keyword.kind, keyword.key) for keyword in row.audience),
            min_age=_within(row.audience_min_age, OLDEST),
            max_age=_within(row.audience_max_age, OLDEST),
            languages=tuple(code for spoken in row.in_language if (code := _language(spoken.key)) is not None),
            offers=tuple(
                Offer(
                    is_free=offer.is_free,
                    price=_text(offer.price),
                    url=_link(offer.info_url),
                    description=_text(offer.description),
                )
                for offer in row.offers
            ),
            pictures=tuple(picture for image in row.images if (picture := _picture(image)) is not None),
            enrolment=self._enrolment(row),
            series=None if row.super_event is None else self.source.ref(Event.kind, row.super_event.key),
            is_series=row.super_event_type is not None,
            max_attendees=_within(row.maximum_attendee_capacity, MOST_PEOPLE),
            min_attendees=_within(row.minimum_attendee_capacity, MOST_PEOPLE),
            environment=row.environment if row.environment in {"in", "out"} else None,
            links=tuple(
                Link(url=url, name=plain(link.name))
                for link in row.external_links
                if (url := weblink(link.link)) is not None
            ),
            data_source=row.data_source,
        )

    def _enrolment(self, row: _Event) -> Enrolment | None:
        """Asked for where there is a registration or a time for it; the address and the numbers are Registration's."""
        opens, closes = (instant(text, self.zone) for text in (row.enrolment_start_time, row.enrolment_end_time))
        if row.registration is None and opens is None and closes is None:
            return None
        ref = None if row.registration is None else self.source.ref(Registration.kind, _key(row.id))
        return Enrolment(opens_at=opens, closes_at=closes, ref=ref)

    # places left

    def registrations(self, ask: Ask) -> Fetch[Page[Registration]]:
        """The numbers of events whose enrolment is open at the crawl's time, the full ones with 0."""
        params = {
            "event_type": ALL_TYPES,
            "registration": "true",
            "enrolment_open_on": ask.now.astimezone(self.zone).strftime("%Y-%m-%dT%H:%M:%S"),
            "include": "registration",
            "sort": "start_time,last_modified_time",
        }
        return self._list(ask, "event/", params, _Seats, self._registration)

    def _registration(self, row: _Seats, reply: Reply) -> Registration | None:
        if row.registration is None:
            return None
        seats = row.registration
        key = _key(row.id)
        return Registration(
            ref=self.source.ref(Registration.kind, key),
            read_at=reply.read_at,
            modified_at=instant(seats.last_modified_time, self.zone),
            event=self.source.ref(Event.kind, key),
            remaining=_left(seats.remaining_attendee_capacity),
            remaining_waiting_list=_left(seats.remaining_waiting_list_capacity),
            opens_at=instant(seats.enrolment_start_time, self.zone),
            closes_at=instant(seats.enrolment_end_time, self.zone),
            enrolment_url=_link(seats.signup_url),
        )

    # places, keywords, organisations

    def places(self, ask: Ask) -> Fetch[Page[Place]]:
        """Those with events to come, by id; the others of the window's events are asked for by id."""
        return self._list(ask, "place/", {"has_upcoming_events": "true", "sort": "id"}, _Place, self._place)

    def place(self, key: str) -> Fetch[Record | None]:
        return self._one("place", key, _Place, self._place)

    def _place(self, row: _Place, reply: Reply) -> Place | None:
        if row.deleted:
            return None
        key = _key(row.id)
        number = TPREK.fullmatch(key)
        street, phone = _text(row.street_address), _text(row.telephone)
        town = _text(row.address_locality)
        address = Address(
            street=street, postal_code=plain(row.postal_code, 20), city=None if town is None else town.any
        )
        contact = Contact(
            phone=None if phone is None else phone.any, email=plain(row.email, 254), website=_link(row.info_url)
        )
        lon, lat = (None, None) if row.position is None else row.position.coordinates
        return Place(
            ref=self.source.ref(Place.kind, key),
            read_at=reply.read_at,
            modified_at=instant(row.last_modified_time, self.zone),
            name=_text(row.name),
            description=_text(row.description, html_of),
            tprek_id=None if number is None else number[1],
            address=None if address == Address() else address,
            location=point(lat, lon),
            contact=None if contact == Contact() else contact,
            part_of=None if row.parent is None else self.source.ref(Place.kind, _key(row.parent)),
            is_online=_is_internet(key),
        )

    def keywords(self, ask: Ask) -> Fetch[Page[Keyword]]:
        """Those of any event, by id. Words of audiences don't count as upcoming, so that filter is of no use here."""
        return self._list(ask, "keyword/", {"sort": "id"}, _Keyword, self._keyword)

    def keyword(self, key: str) -> Fetch[Record | None]:
        return self._one("keyword", key, _Keyword, self._keyword)

    def _keyword(self, row: _Keyword, reply: Reply) -> Keyword:
        return Keyword(
            ref=self.source.ref(Keyword.kind, _key(row.id)),
            read_at=reply.read_at,
            modified_at=instant(row.last_modified_time, self.zone),
            name=_text(row.name),
            alt_labels=tuple(label for text in row.alt_labels if (label := plain(text)) is not None),
            replaced_by=None if row.replaced_by is None else self.source.ref(Keyword.kind, _key(row.replaced_by)),
            is_deprecated=row.deprecated,
        )

    def keyword_sets(self, ask: Ask) -> Fetch[Page[KeywordSet]]:
        return self._list(ask, "keyword_set/", {"sort": "id"}, _KeywordSet, self._keyword_set)

    def keyword_set(self, key: str) -> Fetch[Record | None]:
        return self._one("keyword_set", key, _KeywordSet, self._keyword_set)

    def _keyword_set(self, row: _KeywordSet, reply: Reply) -> KeywordSet:
        return KeywordSet(
            ref=self.source.ref(KeywordSet.kind, _key(row.id)),
            read_at=reply.read_at,
            modified_at=instant(row.last_modified_time, self.zone),
            name=_text(row.name),
            usage=USAGES[row.usage],
            keywords=tuple(dict.fromkeys(self.source.ref(Keyword.kind, word.key) for word in row.keywords)),
        )

    def organisations(self, ask: Ask) -> Fetch[Page[Organisation]]:
        """All of them: the list can't be asked for those with events."""
        return self._list(ask, "organization/", {}, _Organisation, self._organisation)

    def organisation(self, key: str) -> Fetch[Record | None]:
        return self._one("organization", key, _Organisation, self._organisation)

    def _organisation(self, row: _Organisation, reply: Reply) -> Organisation:
        parent, heir = row.parent_organization, row.replaced_by
        return Organisation(
            ref=self.source.ref(Organisation.kind, _key(row.id)),
            read_at=reply.read_at,
            modified_at=instant(row.last_modified_time, self.zone),
            name=localized(plain(row.name)),  # one string, in Finnish
            parent=None if parent is None else self.source.ref(Organisation.kind, _key_of_link(parent)),
            replaced_by=None if heir is None else self.source.ref(Organisation.kind, _key_of_link(heir)),
        )

    # what all lists and all single records have in common

    def _list(
        self, ask: Ask, path: str, params: dict[str, str], shape: type[Row], make: Callable[[Row, Reply], R | None]
    ) -> Fetch[Page[R]]:
        page = int(ask.after or "1")
        return get(
            self.source,
            path,
            {**params, **_paged(page)},
            parse=lambda reply: _page(reply, page, shape, make),
            freshness=SEATS if shape is _Seats else REGISTERS,
            statuses=_statuses(page),
        )

    def _one(
        self, what: str, key: str, shape: type[Row], make: Callable[[Row, Reply], Record | None]
    ) -> Fetch[Record | None]:
        """By id: a wrong row is PayloadChanged, "not found" and "deleted" are None. A 301 is followed before us."""

        def parse(reply: Reply) -> Record | None:
            if reply.status != 200:
                reply.json(_Detail)  # the upstream's own words, not those of a proxy or of another address
                return None
            try:
                return make(reply.json(shape), reply)
            except (ValueError, OverflowError) as error:
                raise reply.changed(str(error)) from error

        path = f"{what}/{quote(key, safe=':')}/"
        return get(
            self.source, path, parse=parse, freshness=EVENTS if shape is _Event else REGISTERS, statuses=(200, 404, 410)
        )


def _zone(source: Source) -> ZoneInfo:
    """The instance's zone; BadSettings if it is none."""
    name = source.options.get("timezone", HELSINKI.key)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError) as error:
        wanted = f'sources.{source.name}: timezone: expected a zone such as "Europe/Helsinki", got {name!r}'
        raise BadSettings([wanted]) from error


# paging


def _paged(page: int) -> dict[str, str]:
    return {"page_size": str(PAGE_SIZE), "page": str(page)}


def _statuses(page: int) -> tuple[int, ...]:
    """Rows may vanish while we page, and then a later page no longer exists; a first page always does."""
    return (200,) if page == 1 else (200, 404)


def _place_in_crawl(after: str | None) -> tuple[str, int]:
    phase, _, page = (after or f"{PHASES[0]}:1").partition(":")
    return phase, int(page)


def _next_in_crawl(phase: str, page: str | None) -> str | None:
    if page is not None:
        return f"{phase}:{page}"
    following = PHASES[PHASES.index(phase) + 1 :]
    return f"{following[0]}:1" if following else None


def _many(reply: Reply, page: int) -> _Many:
    """The envelope; past the end an empty one."""
    if reply.status == 404 and page > 1:
        reply.json(_Detail)
        return _Many(meta=_Meta(count=None, next=None), data=[])
    return reply.json(_Many)


def _page(reply: Reply, page: int, shape: type[Row], make: Callable[[Row, Reply], R | None]) -> Page[R]:
    many = _many(reply, page)
    items, dropped = reply.rows(many.data, shape, lambda row: make(row, reply))
    return reply.page(items, sent=len(many.data), dropped=dropped, total=many.meta.count, next=_next(reply, many, page))


def _next(reply: Reply, many: _Many, page: int) -> str | None:
    """The number of the next page. PayloadChanged if it is not the one after this: that would never end."""
    if many.meta.next is None:
        return None
    try:
        numbers = parse_qs(urlsplit(many.meta.next).query).get("page", [])
    except ValueError as error:
        raise reply.changed(f"meta.next is no address: {error}") from error
    if numbers != [str(page + 1)]:
        raise reply.changed(f"meta.next leads from page {page} to {numbers}")
    return numbers[0]


def _deleted_key(raw: msgspec.Raw) -> str | None:
    """The id of a row that says it was deleted: it has little more than that. None: not deleted, or not readable."""
    try:
        row = msgspec.json.decode(raw, type=_Deletable)
        return _key(row.id) if row.deleted else None
    except ValueError:
        return None  # read as an event next, and dropped there with its reason


# ids


def _key(text: str) -> str:
    if not 0 < len(text) <= LONGEST_KEY or not text.isprintable() or " " in text:
        raise ValueError(f"{text[:40]!r} is no id")
    return text


@lru_cache(maxsize=10_000)  # places, keywords and languages return in every event
def _key_of_link(link: str) -> str:
    """The last segment of a link's path: upstream builds the rest of it from the request's host."""
    if len(link) > LONGEST_LINK:
        raise ValueError(f"a link of {len(link)} characters")
    return _key(unquote(urlsplit(link).path.rstrip("/").rpartition("/")[2]))


def _is_internet(place: str) -> bool:
    """Each data source may have its own: "helsinki:internet"."""
    return place.rpartition(":")[2] == "internet"


def _language(code: str) -> str | None:
    """BCP 47 of the upstream's code: "zh_hans" is "zh-Hans". None: no language's code."""
    if LANGUAGE.fullmatch(code) is None:
        return None
    primary, *rest = code.replace("_", "-").split("-")
    return "-".join([primary.lower(), *(part.title() if len(part) == 4 else part.upper() for part in rest)])


# values


def _text(texts: _Texts, clean: Callable[[str | None], str | None] = plain) -> LocalizedText | None:
    """All of fi, sv and en that say something; another language only where none of them does."""
    said = {code: text for code, raw in (texts or {}).items() if (text := clean(raw)) is not None}
    if known := {code: text for code, text in said.items() if code in {"fi", "sv", "en"}}:
        return LocalizedText(**known)
    for code, text in said.items():
        return LocalizedText(other=text, other_language=_language(code))
    return None


def _link(links: _Texts) -> str | None:
    """One of a text's addresses, Finnish first."""
    given = links or {}
    order = sorted(given, key=lambda code: ("fi", "sv", "en").index(code) if code in {"fi", "sv", "en"} else 3)
    return next((link for code in order if (link := weblink(given[code])) is not None), None)


def _within(number: int | None, most: int) -> int | None:
    """A number that can't be meant (-1, 2147483647) is unknown."""
    return number if number is not None and 0 <= number <= most else None


def _left(places: int | None) -> int | None:
    """None: no limit. Less than none is none: more came than there was room for."""
    if places is not None and places > MOST_PEOPLE:
        raise ValueError(f"{places} places left")
    return None if places is None else max(0, places)


def _picture(image: _Image) -> Picture | None:
    url = weblink(image.url)
    if url is None:
        return None
    return Picture(
        url=url,
        alt=localized(other=plain(image.alt_text)),  # in no language that the register would tell
        license=plain(image.license),
        photographer=plain(image.photographer_name),
    )


class _When(msgspec.Struct, frozen=True):
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    starts_on: date | None = None
    ends_on: date | None = None


def _times(start: str | None, end: str | None, zone: ZoneInfo) -> _When:
    """Ten characters are a local date, more are a moment; the last day is inclusive.

    Only a date at both ends, or a start date alone, is a whole-day event. Both None: postponed.
    """
    first_day, last_day = _day(start), _day(end)
    starts_at = instant(start, zone) if first_day is None else local(first_day, zone=zone)
    ends_at = instant(end, zone) if last_day is None else midnight_after(last_day, zone)
    if starts_at is not None and ends_at is not None and ends_at < starts_at:
        raise ValueError(f"it ends ({end}) before it starts ({start})")
    if first_day is None or (end is not None and last_day is None):
        return _When(starts_at=starts_at, ends_at=ends_at)
    last = last_day or first_day
    return _When(starts_at=starts_at, ends_at=midnight_after(last, zone), starts_on=first_day, ends_on=last)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text is not None and len(text) == 10 else None


def _is_of(phase: str, row: _Event, event: Event, now: datetime) -> bool:
    """What another phase lists is left to it: what is still on, and a postponed event that has times after all.

    An event with a time for its start and none for its end counts as over once it began, as the upstream has it.
    """
    if phase == "postponed":
        return event.starts_at is None
    knows_its_end = _day(row.start_time) is not None or (row.end_time is not None and _day(row.end_time) is None)
    still_on = knows_its_end and event.ends_at is not None and event.ends_at > now
    return phase == "coming" or not still_on


def _in_window(event: Event, now: datetime) -> bool:
    """Whether the crawl would list it, by the upstream's own overlap test."""
    if event.starts_at is None:
        return event.modified_at is None or event.modified_at >= now - POSTPONED_FOR
    since = now - BACK
    return event.starts_at <= now + AHEAD and (
        event.starts_at >= since or (event.ends_at is not None and event.ends_at > since)
    )


def _still_open(registration: Registration, now: datetime) -> bool:
    return registration.closes_at is None or registration.closes_at >= now


# what comes over the wire: the part that we read


class _Meta(msgspec.Struct):
    count: int | None
    next: str | None


class _Many(msgspec.Struct):
    meta: _Meta
    data: list[msgspec.Raw]


class _Detail(msgspec.Struct):
    detail: str


class _Deletable(msgspec.Struct):
    id: str
    deleted: bool = False


class _Ref(msgspec.Struct, rename={"at": "@id"}):
    """A reference; with `include` the whole object, which has its `id` too."""

    at: str = ""
    id: str | None = None

    @property
    def key(self) -> str:
        return _key_of_link(self.at) if self.id is None else _key(self.id)


class _Offer(msgspec.Struct):
    is_free: bool | None = None
    price: _Texts = None
    info_url: _Texts = None
    description: _Texts = None


class _Image(msgspec.Struct):
    url: str | None = None
    license: str | None = None
    photographer_name: str | None = None
    alt_text: str | None = None


class _External(msgspec.Struct):
    link: str | None = None
    name: str | None = None


class _Event(msgspec.Struct):
    id: str
    name: _Texts
    start_time: str | None
    end_time: str | None
    event_status: Literal["EventScheduled", "EventCancelled", "EventPostponed", "EventRescheduled"]
    type_id: Literal["General", "Course", "Volunteering"]
    publisher: str
    location: _Ref | None
    keywords: list[_Ref]
    super_event: _Ref | None
    super_event_type: Literal["recurring", "umbrella"] | None
    last_modified_time: str | None
    deleted: bool = False
    data_source: str | None = None
    registration: _Ref | None = None
    audience: list[_Ref] = []
    in_language: list[_Ref] = []
    short_description: _Texts = None
    description: _Texts = None
    info_url: _Texts = None
    location_extra_info: _Texts = None
    offers: list[_Offer] = []
    images: list[_Image] = []
    external_links: list[_External] = []
    audience_min_age: int | None = None
    audience_max_age: int | None = None
    maximum_attendee_capacity: int | None = None
    minimum_attendee_capacity: int | None = None
    enrolment_start_time: str | None = None
    enrolment_end_time: str | None = None
    environment: str | None = None


class _Registration(msgspec.Struct):
    remaining_attendee_capacity: int | None
    remaining_waiting_list_capacity: int | None
    enrolment_start_time: str | None
    enrolment_end_time: str | None
    signup_url: _Texts = None
    last_modified_time: str | None = None


class _Seats(msgspec.Struct):
    """An event with its registration embedded."""

    id: str
    registration: _Registration | None


class _Position(msgspec.Struct):
    coordinates: tuple[float, float]  # lon, lat


class _Place(msgspec.Struct):
    id: str
    name: _Texts
    position: _Position | None
    last_modified_time: str | None
    deleted: bool = False
    description: _Texts = None
    info_url: _Texts = None
    street_address: _Texts = None
    address_locality: _Texts = None
    telephone: _Texts = None
    postal_code: str | None = None
    email: str | None = None
    parent: str | None = None


class _Keyword(msgspec.Struct):
    id: str
    name: _Texts
    alt_labels: list[str] = []
    deprecated: bool = False
    replaced_by: str | None = None
    last_modified_time: str | None = None


class _KeywordSet(msgspec.Struct):
    id: str
    name: _Texts
    usage: Literal["any", "keyword", "audience"]
    keywords: list[_Ref]
    last_modified_time: str | None = None


class _Organisation(msgspec.Struct):
    id: str
    name: str | None
    parent_organization: str | None = None
    replaced_by: str | None = None
    last_modified_time: str | None = None
