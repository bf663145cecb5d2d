"""The Events Calendar: the events of a WordPress site that runs this plugin, by its REST interface.

Upstream   wp-json/tribe/events/v1 below the site's address, REST, JSON, no key
Licence    the partner's, by the source's configuration
Languages  the site's own (configured, else Finnish)
Time       utc_start_date and utc_end_date are the instants; `timezone` may be an offset that is wrong half the year;
           an event of whole days lasts from 00:00:00 to 23:59:59 of its local dates
Paging     page and per_page, 50 at most; past the last page a 404 with the code event-archive-page-not-found.
           Addresses that a reply names as the next are not followed: the next page is counted here
Quirks     without start_date the past is left out; venue, organizer and categories are [], an object, a list, or an
           object with numbers for keys; image is false or an object; texts are full of HTML's entities;
           cost is text for people; pages shift while they are read, so an event may come twice; any other 404 means
           that the plugin is gone
Options    organiser: who arranges all of the events; organisation: true if organizers are organisations (else they may
           be persons and are not read);
           language: of the site's texts (fi, sv, en); timezone: the site's, for whole days;
           permalinks: false where the site answers at ?rest_route= only

Key: the global id ("site?id=501"); each occurrence has its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, tzinfo
from functools import partial
from typing import Any, ClassVar, Final, TypeVar

import msgspec

from hub.connectors import feed
from hub.connectors.feed_times import Times, read_when, times
from hub.connectors.ical_series import Window
from hub.connectors.ical_time import Moment
from hub.connectors.markup import html_of, plain
from hub.connectors.moments import local_date
from hub.connectors.options import Options
from hub.connectors.weblinks import weblink
from hub.fetch import Ask, Collection, Fetch, Page, Reply, Source, Unreadable, get
from hub.records.core import LocalizedText, Picture, Point, point
from hub.records.events import Event, EventStatus, Link, Offer

PATH: Final = "tribe/events/v1/events"
PER_PAGE: Final = 50
END_OF_LIST: Final = "event-archive-page-not-found"
GONE: Final = {"rest_no_route": "its calendar plugin does not answer there"}
FREE: Final = frozenset({"maksuton", "ilmainen", "vapaa pääsy", "gratis", "fritt inträde", "free"})
STATUSES = {"canceled": EventStatus.CANCELLED, "cancelled": EventStatus.CANCELLED, "postponed": EventStatus.POSTPONED}
Shape = TypeVar("Shape")


class Tribe:
    UPSTREAM: ClassVar[str] = "tribe"
    OPTIONS: ClassVar[frozenset[str]] = feed.OPTIONS | {"permalinks"}
    IS_DOCUMENT: ClassVar[bool] = False

    def __init__(self, source: Source) -> None:
        self.source = source
        with Options(source) as given:
            feed.check(given)
            given.flag("permalinks", default=True)

    def collections(self) -> Iterable[Collection]:
        yield feed.programme(self.events)

    def probe(self) -> Fetch[int | None]:
        """How many events the site has ahead."""
        return self._get({"per_page": "1"}, count_events)

    def events(self, ask: Ask) -> Fetch[Page[Event]]:
        """Fifty events inside the window, by time. Days are the site's own, both inclusive."""
        zone, page = feed.zone_of(self.source), int(ask.after or 1)
        params = {
            "start_date": f"{local_date(ask.now - feed.BACK, zone)}",
            "end_date": f"{local_date(ask.now + feed.AHEAD, zone)}",
            "per_page": f"{PER_PAGE}",
            "page": f"{page}",
        }
        return self._get(params, partial(read_page, page=page, window=feed.window_at(ask.now)))

    def _get(self, params: dict[str, str], parse: Any) -> Fetch[Any]:
        if self.source.options.get("permalinks", True):
            path = f"wp-json/{PATH}"
        else:
            path, params = "", {"rest_route": f"/{PATH}", **params}
        return get(self.source, path, params, parse=parse, freshness=feed.FEED, statuses=(200, 404))


def count_events(reply: Reply) -> int | None:
    return 0 if is_past_the_end(reply) else reply.json(_Listing).total


def read_page(reply: Reply, *, page: int, window: Window) -> Page[Event]:
    """One page of the list; empty past its end."""
    if is_past_the_end(reply):
        return reply.page([], sent=0)
    listing = reply.json(_Listing)
    zone = feed.zone_of(reply.source)
    items, dropped = reply.rows(listing.events, _Event, partial(_event, reply, zone=zone), key=_key)
    inside = [
        event
        for event in {event.ref: event for event in items}.values()
        if event.starts_at is None or event.ends_at is None or window.holds(event.starts_at, event.ends_at)
    ]
    is_last = page >= listing.total_pages or not listing.events
    return reply.page(
        inside,
        sent=len(listing.events),
        dropped=dropped,
        total=listing.total,
        next=None if is_last else f"{page + 1}",
    )


def is_past_the_end(reply: Reply) -> bool:
    """Whether a reply says that the list has no such page; PayloadChanged for a 404 that says anything else."""
    if reply.status != 404:
        return False
    try:
        code = msgspec.json.decode(reply.body, type=_Problem).code
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        code = ""
    if code == END_OF_LIST:
        return True
    raise reply.changed(GONE.get(code, "there is no calendar of this plugin"))


# -- what comes over the wire -------------------------------------------------------------------------------------


class _Problem(msgspec.Struct):
    code: str


class _Listing(msgspec.Struct):
    events: list[msgspec.Raw]
    total_pages: int
    total: int | None = None


class _Event(msgspec.Struct):
    """Numbers come as texts from some sites, so little is held to a type here."""

    utc_start_date: str
    utc_end_date: str
    title: str
    id: int | str
    global_id: str | None = None
    status: str = "publish"
    event_status: str | None = None
    hide_from_listings: bool = False
    modified_utc: str | None = None
    url: str | None = None
    website: str | None = None
    description: str | None = None
    excerpt: str | None = None
    all_day: bool = False
    start_date: str | None = None
    end_date: str | None = None
    cost: str | None = None
    cost_details: msgspec.Raw = msgspec.Raw(b"null")
    image: msgspec.Raw = msgspec.Raw(b"null")
    venue: msgspec.Raw = msgspec.Raw(b"null")
    organizer: msgspec.Raw = msgspec.Raw(b"null")
    categories: msgspec.Raw = msgspec.Raw(b"null")
    tags: msgspec.Raw = msgspec.Raw(b"null")


class _Image(msgspec.Struct):
    url: str


class _Venue(msgspec.Struct):
    venue: str | None = None
    address: str | None = None
    zip: str | None = None
    city: str | None = None
    geo_lat: float | None = None
    geo_lng: float | None = None


class _Organizer(msgspec.Struct):
    organizer: str | None = None


class _Term(msgspec.Struct):
    name: str


class _Cost(msgspec.Struct):
    values: list[str] = []


def many(raw: msgspec.Raw, shape: type[Shape]) -> list[Shape]:
    """[], an object, a list, or PHP's list with gaps (an object with numbers for keys). ValueError for other things."""
    value = msgspec.json.decode(raw)
    if isinstance(value, dict) and value and all(key.isdecimal() for key in value):
        value = list(value.values())
    if not value:  # [], false, null, ""
        return []
    return [msgspec.convert(one, shape, strict=False) for one in (value if isinstance(value, list) else [value])]


# -- what it becomes ----------------------------------------------------------------------------------------------


def _key(raw: msgspec.Raw) -> str | None:
    """Of a row that is otherwise unreadable."""
    try:
        row = msgspec.json.decode(raw, type=dict[str, Any])
    except (ValueError, RecursionError):
        return None
    key = row.get("global_id") or row.get("id")
    return feed.key_for(str(key)) if isinstance(key, (str, int)) else None


def _event(reply: Reply, row: _Event, *, zone: tzinfo) -> Event | None:
    if row.status != "publish" or row.hide_from_listings:
        return None
    source, language = reply.source, feed.language_of(reply.source)
    name = feed.texts([(None, row.title)], language)
    if name is None:
        raise Unreadable("it has no title", mend="Give each event a title.")
    when = _times(row, zone)
    venues = many(row.venue, _Venue)
    organisers = [(None, one.organizer) for one in many(row.organizer, _Organizer)]
    page, website = weblink(row.url), weblink(plain(row.website))
    return Event(
        ref=source.ref(Event.kind, feed.key_for(row.global_id or f"{row.id}")),
        read_at=reply.read_at,
        modified_at=_modified(row),
        url=website or page,
        name=name,
        summary=feed.texts([(None, row.excerpt)], language),
        description=feed.texts([(None, row.description)], language, html_of),
        starts_at=when.starts_at,
        ends_at=when.ends_at,
        is_all_day=when.starts_on is not None,
        starts_on=when.starts_on,
        ends_on=when.ends_on,
        status=STATUSES.get((row.event_status or "").lower(), EventStatus.SCHEDULED),
        location_text=next((text for one in venues if (text := _where(one, language))), None),
        location=next((spot for one in venues if (spot := _spot(one))), None),
        organiser_name=feed.organiser_of(source, organisers, language),
        categories=tuple(
            text
            for term in [*many(row.categories, _Term), *many(row.tags, _Term)]
            if (text := feed.texts([(None, term.name)], language))
        ),
        offers=tuple(_offers(row, language)),
        pictures=tuple(Picture(url=url) for one in many(row.image, _Image) if (url := weblink(one.url))),
        links=(Link(url=page),) if website is not None and page is not None else (),
        uid=row.global_id,
    )


def _times(row: _Event, zone: tzinfo) -> Times:
    if row.all_day and row.start_date is not None:
        first = _day(row.start_date)
        found, _ = times(first, _day(row.end_date or row.start_date), zone, end_is_out=False)
        return found
    start, end = _utc(row.utc_start_date), _utc(row.utc_end_date)
    found, _ = times(start, end, zone, end_is_out=False)
    return found


def _utc(text: str) -> Moment:
    when = read_when(f"{text.strip()}Z", UTC)
    if not isinstance(when, Moment):
        raise Unreadable(f"{text[:40]!r} is no time")
    return when


def _day(text: str) -> date:
    when = read_when(text, UTC)
    return when.wall.date() if isinstance(when, Moment) else when


def _modified(row: _Event) -> datetime | None:
    return None if not row.modified_utc else _utc(row.modified_utc).instant


def _where(venue: _Venue, language: str) -> LocalizedText | None:
    """A name and an address in one line: "Kulttuuritalo, Esimerkkikatu 2, 00550 Helsinki"."""
    town = " ".join(part for part in (plain(venue.zip), plain(venue.city)) if part)
    parts = (plain(venue.venue), plain(venue.address), town)
    return feed.texts([(None, ", ".join(part for part in parts if part))], language)


def _spot(venue: _Venue) -> Point | None:
    return point(venue.geo_lat, venue.geo_lng)


def _offers(row: _Event, language: str) -> Iterable[Offer]:
    price = plain(row.cost)
    if price is None:
        return
    values = [value.strip() for cost in many(row.cost_details, _Cost) for value in cost.values]
    is_free = price.lower() in FREE or (bool(values) and all(value in {"0", "0.00", "0,00"} for value in values))
    yield Offer(
        is_free=is_free or (False if values else None), price=None if is_free else feed.texts([(None, price)], language)
    )
