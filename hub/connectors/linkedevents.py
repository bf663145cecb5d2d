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
from datetime import datetime
from functools import partial
from typing import ClassVar
from urllib.parse import quote

import msgspec

from hub.connectors import linkedevents_wire as wire
from hub.connectors.linkedevents_crawl import (
    AHEAD,
    BACK,
    POSTPONED_FOR,
    R,
    Row,
    in_window,
    is_of,
    is_still_open,
    many_of,
    next_in_crawl,
    next_of,
    page_of,
    paged,
    place_in_crawl,
    statuses,
)
from hub.connectors.linkedevents_values import (
    MOST_PEOPLE,
    OLDEST,
    is_internet,
    language_of,
    left_of,
    link_of,
    picture_of,
    text_of,
    times_of,
    within,
)
from hub.connectors.markup import html_of, plain
from hub.connectors.moments import HELSINKI, instant, iso_z
from hub.connectors.options import Options
from hub.connectors.weblinks import weblink
from hub.fetch import Ask, Collection, Fetch, Page, Reply, Source, get
from hub.freshness import Freshness, days, hours, minutes
from hub.records.core import Address, Contact, Record, Ref, localized, point
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

ALL_TYPES = "general,course,volunteering"
OVERLAP = minutes(10)  # an import's changes are dated while it runs and seen only once it commits

STATUSES = {
    "EventScheduled": EventStatus.SCHEDULED,
    "EventCancelled": EventStatus.CANCELLED,
    "EventPostponed": EventStatus.POSTPONED,
    "EventRescheduled": EventStatus.RESCHEDULED,
}
TYPES = {"General": EventType.GENERAL, "Course": EventType.COURSE, "Volunteering": EventType.VOLUNTEERING}
USAGES = {"any": KeywordUsage.ANY, "keyword": KeywordUsage.KEYWORD, "audience": KeywordUsage.AUDIENCE}
TPREK = re.compile(r"tprek:(\d{1,9})")


class LinkedEvents:
    """Pure: what to ask of one instance and what it means. References are the instance's own ids."""

    UPSTREAM: ClassVar[str] = "linkedevents"
    OPTIONS: ClassVar[frozenset[str]] = frozenset({"timezone"})
    IS_DOCUMENT: ClassVar[bool] = False

    def __init__(self, source: Source) -> None:
        self.source = source
        with Options(source) as given:
            self.zone = given.zone("timezone", HELSINKI)

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
            in_window=in_window,
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
            in_window=is_still_open,
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
            parse=lambda reply: page_of(reply, 1, wire.Event, self._event),
            freshness=EVENTS,
        )

    # events

    def events(self, ask: Ask) -> Fetch[Page[Event]]:
        """The window: what is on or to come, nearest first; then what is over, newest first; then the postponed.

        Start time alone leaves ties in no order, so the modification time breaks them (the id can't be sorted by).
        """
        phase, page = place_in_crawl(ask.after)
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
            {"event_type": ALL_TYPES, **window[phase], **paged(page)},
            parse=partial(self._events_page, phase=phase, page=page, now=ask.now),
            freshness=EVENTS,
            statuses=statuses(page),
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
            **paged(page),
        }
        return get(
            self.source,
            "event/",
            params,
            parse=partial(self._changes_page, page=page),
            freshness=EVENTS,
            statuses=statuses(page),
        )

    def event(self, key: str) -> Fetch[Record | None]:
        """One event; if another took its place, that one (under its own key)."""
        return self._one("event", key, wire.Event, self._event)

    def _events_page(self, reply: Reply, *, phase: str, page: int, now: datetime) -> Page[Event]:
        def made(row: wire.Event, reply: Reply) -> Event | None:
            event = self._event(row, reply)
            return event if event is not None and is_of(phase, row, event, now) else None

        found = page_of(reply, page, wire.Event, made)
        after = next_in_crawl(phase, found.next)
        return msgspec.structs.replace(found, next=after, total=None)  # the phases overlap: their counts are no total

    def _changes_page(self, reply: Reply, *, page: int) -> Page[Event]:
        many = many_of(reply, page)
        live: list[msgspec.Raw] = []
        gone: list[Ref] = []
        for raw in many.data:
            deleted = wire.deleted_key(raw)
            if deleted is None:
                live.append(raw)
            else:
                gone.append(self.source.ref(Event.kind, deleted))
        items, dropped = reply.rows(live, wire.Event, lambda row: self._event(row, reply))
        return reply.page(
            items, sent=len(live), dropped=dropped, total=many.meta.count, next=next_of(reply, many, page), gone=gone
        )

    def _event(self, row: wire.Event, reply: Reply) -> Event | None:
        if row.deleted:
            return None
        ref = self.source.ref(Event.kind, wire.key(row.id))
        times = times_of(row.start_time, row.end_time, self.zone)
        where = None if row.location is None else row.location.key
        return Event(
            ref=ref,
            read_at=reply.read_at,
            modified_at=instant(row.last_modified_time, self.zone),
            url=link_of(row.info_url),  # the register has no page of its own for people
            name=text_of(row.name),
            summary=text_of(row.short_description),
            description=text_of(row.description, html_of),
            starts_at=times.starts_at,
            ends_at=times.ends_at,
            is_all_day=times.starts_on is not None,
            starts_on=times.starts_on,
            ends_on=times.ends_on,
            status=STATUSES[row.event_status],
            type=TYPES[row.type_id],
            is_online=where is not None and is_internet(where),
            place=None if where is None else self.source.ref(Place.kind, where),
            location_text=text_of(row.location_extra_info),
            organiser=self.source.ref(Organisation.kind, wire.key(row.publisher)),
            keywords=tuple(self.source.ref(Keyword.kind, keyword.key) for keyword in row.keywords),
            audience_keywords=tuple(self.source.ref(Keyword.kind, keyword.key) for keyword in row.audience),
            min_age=within(row.audience_min_age, OLDEST),
            max_age=within(row.audience_max_age, OLDEST),
            languages=tuple(code for spoken in row.in_language if (code := language_of(spoken.key)) is not None),
            offers=tuple(
                Offer(
                    is_free=offer.is_free,
                    price=text_of(offer.price),
                    url=link_of(offer.info_url),
                    description=text_of(offer.description),
                )
                for offer in row.offers
            ),
            pictures=tuple(picture for image in row.images if (picture := picture_of(image)) is not None),
            enrolment=self._enrolment(row),
            series=None if row.super_event is None else self.source.ref(Event.kind, row.super_event.key),
            is_series=row.super_event_type is not None,
            max_attendees=within(row.maximum_attendee_capacity, MOST_PEOPLE),
            min_attendees=within(row.minimum_attendee_capacity, MOST_PEOPLE),
            environment=row.environment if row.environment in {"in", "out"} else None,
            links=tuple(
                Link(url=url, name=plain(link.name))
                for link in row.external_links
                if (url := weblink(link.link)) is not None
            ),
            data_source=row.data_source,
        )

    def _enrolment(self, row: wire.Event) -> Enrolment | None:
        """Asked for where there is a registration or a time for it; the address and the numbers are Registration's."""
        opens, closes = (instant(text, self.zone) for text in (row.enrolment_start_time, row.enrolment_end_time))
        if row.registration is None and opens is None and closes is None:
            return None
        ref = None if row.registration is None else self.source.ref(Registration.kind, wire.key(row.id))
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
        return self._list(ask, "event/", params, wire.Seats, self._registration)

    def _registration(self, row: wire.Seats, reply: Reply) -> Registration | None:
        if row.registration is None:
            return None
        seats = row.registration
        key = wire.key(row.id)
        return Registration(
            ref=self.source.ref(Registration.kind, key),
            read_at=reply.read_at,
            modified_at=instant(seats.last_modified_time, self.zone),
            event=self.source.ref(Event.kind, key),
            remaining=left_of(seats.remaining_attendee_capacity),
            remaining_waiting_list=left_of(seats.remaining_waiting_list_capacity),
            opens_at=instant(seats.enrolment_start_time, self.zone),
            closes_at=instant(seats.enrolment_end_time, self.zone),
            enrolment_url=link_of(seats.signup_url),
        )

    # places, keywords, organisations

    def places(self, ask: Ask) -> Fetch[Page[Place]]:
        """Those with events to come, by id; the others of the window's events are asked for by id."""
        return self._list(ask, "place/", {"has_upcoming_events": "true", "sort": "id"}, wire.Place, self._place)

    def place(self, key: str) -> Fetch[Record | None]:
        return self._one("place", key, wire.Place, self._place)

    def _place(self, row: wire.Place, reply: Reply) -> Place | None:
        if row.deleted:
            return None
        key = wire.key(row.id)
        number = TPREK.fullmatch(key)
        street, phone = text_of(row.street_address), text_of(row.telephone)
        town = text_of(row.address_locality)
        address = Address(
            street=street, postal_code=plain(row.postal_code, 20), city=None if town is None else town.any
        )
        contact = Contact(
            phone=None if phone is None else phone.any, email=plain(row.email, 254), website=link_of(row.info_url)
        )
        lon, lat = (None, None) if row.position is None else row.position.coordinates
        return Place(
            ref=self.source.ref(Place.kind, key),
            read_at=reply.read_at,
            modified_at=instant(row.last_modified_time, self.zone),
            name=text_of(row.name),
            description=text_of(row.description, html_of),
            tprek_id=None if number is None else number[1],
            address=None if address == Address() else address,
            location=point(lat, lon),
            contact=None if contact == Contact() else contact,
            part_of=None if row.parent is None else self.source.ref(Place.kind, wire.key(row.parent)),
            is_online=is_internet(key),
        )

    def keywords(self, ask: Ask) -> Fetch[Page[Keyword]]:
        """Those of any event, by id. Words of audiences don't count as upcoming, so that filter is of no use here."""
        return self._list(ask, "keyword/", {"sort": "id"}, wire.Keyword, self._keyword)

    def keyword(self, key: str) -> Fetch[Record | None]:
        return self._one("keyword", key, wire.Keyword, self._keyword)

    def _keyword(self, row: wire.Keyword, reply: Reply) -> Keyword:
        return Keyword(
            ref=self.source.ref(Keyword.kind, wire.key(row.id)),
            read_at=reply.read_at,
            modified_at=instant(row.last_modified_time, self.zone),
            name=text_of(row.name),
            alt_labels=tuple(label for text in row.alt_labels if (label := plain(text)) is not None),
            replaced_by=None if row.replaced_by is None else self.source.ref(Keyword.kind, wire.key(row.replaced_by)),
            is_deprecated=row.deprecated,
        )

    def keyword_sets(self, ask: Ask) -> Fetch[Page[KeywordSet]]:
        return self._list(ask, "keyword_set/", {"sort": "id"}, wire.KeywordSet, self._keyword_set)

    def keyword_set(self, key: str) -> Fetch[Record | None]:
        return self._one("keyword_set", key, wire.KeywordSet, self._keyword_set)

    def _keyword_set(self, row: wire.KeywordSet, reply: Reply) -> KeywordSet:
        return KeywordSet(
            ref=self.source.ref(KeywordSet.kind, wire.key(row.id)),
            read_at=reply.read_at,
            modified_at=instant(row.last_modified_time, self.zone),
            name=text_of(row.name),
            usage=USAGES[row.usage],
            keywords=tuple(dict.fromkeys(self.source.ref(Keyword.kind, word.key) for word in row.keywords)),
        )

    def organisations(self, ask: Ask) -> Fetch[Page[Organisation]]:
        """All of them: the list can't be asked for those with events."""
        return self._list(ask, "organization/", {}, wire.Organisation, self._organisation)

    def organisation(self, key: str) -> Fetch[Record | None]:
        return self._one("organization", key, wire.Organisation, self._organisation)

    def _organisation(self, row: wire.Organisation, reply: Reply) -> Organisation:
        parent, heir = row.parent_organization, row.replaced_by
        return Organisation(
            ref=self.source.ref(Organisation.kind, wire.key(row.id)),
            read_at=reply.read_at,
            modified_at=instant(row.last_modified_time, self.zone),
            name=localized(plain(row.name)),  # one string, in Finnish
            parent=None if parent is None else self.source.ref(Organisation.kind, wire.key_of_link(parent)),
            replaced_by=None if heir is None else self.source.ref(Organisation.kind, wire.key_of_link(heir)),
        )

    # what all lists and all single records have in common

    def _list(
        self, ask: Ask, path: str, params: dict[str, str], shape: type[Row], make: Callable[[Row, Reply], R | None]
    ) -> Fetch[Page[R]]:
        page = int(ask.after or "1")
        return get(
            self.source,
            path,
            {**params, **paged(page)},
            parse=lambda reply: page_of(reply, page, shape, make),
            freshness=SEATS if shape is wire.Seats else REGISTERS,
            statuses=statuses(page),
        )

    def _one(
        self, what: str, key: str, shape: type[Row], make: Callable[[Row, Reply], Record | None]
    ) -> Fetch[Record | None]:
        """By id: a wrong row is PayloadChanged, "not found" and "deleted" are None. A 301 is followed before us."""

        def parse(reply: Reply) -> Record | None:
            if reply.status != 200:
                reply.json(wire.Detail)  # the upstream's own words, not those of a proxy or of another address
                return None
            try:
                return make(reply.json(shape), reply)
            except (ValueError, OverflowError) as error:
                raise reply.changed(str(error)) from error

        path = f"{what}/{quote(key, safe=':')}/"
        return get(
            self.source,
            path,
            parse=parse,
            freshness=EVENTS if shape is wire.Event else REGISTERS,
            statuses=(200, 404, 410),
        )
