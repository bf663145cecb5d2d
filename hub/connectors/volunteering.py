"""Puistotalkoot: clean-ups of parks that residents have registered with the city, as far as they are approved.

Upstream   City-of-Helsinki/haravajarjestelma, v1, REST, JSON, no key for what is public
Licence    none stated
Languages  one, not told; taken for Finnish
Time       moments in UTC, with Z
Paging     limit and offset; our cursor is the next offset
Quirks     rows have no id, no description and no page of their own: the key is made of name, start and place, so an
           event that was edited is another one; past events stay in the list unless an end is asked for
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import ClassVar

import msgspec

from hub.connectors.moments import instant, iso_z
from hub.fetch import Ask, Collection, Fetch, Page, Reply, Source, get
from hub.freshness import Freshness, days, hours
from hub.records.core import LocalizedText, Point, point
from hub.records.events import Event, EventType

# An official approves them in working hours, days ahead.
EVENTS = Freshness(fresh=hours(6), while_revalidate=days(1), if_error=days(7))
PER_PAGE = 100


class Volunteering:
    UPSTREAM: ClassVar[str] = "volunteering"
    OPTIONS: ClassVar[frozenset[str]] = frozenset()
    IS_DOCUMENT: ClassVar[bool] = False

    def __init__(self, source: Source) -> None:
        self.source = source

    def collections(self) -> Iterable[Collection]:
        yield Collection(kind=Event.kind, pages=self.events, every=hours(6), full=hours(6), in_window=is_ahead)

    def probe(self) -> Fetch[int]:
        """How many approved events it ever had."""
        return get(self.source, "event/", {"limit": "1"}, parse=lambda reply: reply.json(_Many).count, freshness=EVENTS)

    def events(self, ask: Ask) -> Fetch[Page[Event]]:
        """The approved ones that have not ended, 100 at a time."""
        offset = int(ask.after or "0")
        params = {"end_time_gte": iso_z(ask.now), "limit": str(PER_PAGE), "offset": str(offset)}
        return get(self.source, "event/", params, parse=partial(self._page, offset=offset), freshness=EVENTS)

    def _page(self, reply: Reply, *, offset: int) -> Page[Event]:
        many = reply.json(_Many)
        items, dropped = reply.rows(many.results, _Event, partial(self._event, reply), key=key_of_raw)
        once = {event.ref: event for event in items}  # registered twice over, word for word
        end = offset + len(many.results)
        more = bool(many.results) and end < many.count
        return reply.page(
            once.values(),
            sent=len(many.results),
            dropped=dropped,
            total=many.count,
            next=str(end) if more else None,
            complete=more or end >= many.count,
        )

    def _event(self, reply: Reply, row: _Event) -> Event:
        starts_at, ends_at = instant(row.start_time), instant(row.end_time)
        name = " ".join(row.name.split())
        if not name or starts_at is None:
            raise ValueError("no name or no start")
        if ends_at is not None and ends_at < starts_at:
            raise ValueError("it ends before it begins")
        return Event(
            ref=self.source.ref(Event.kind, key_of(row)),
            read_at=reply.read_at,
            name=LocalizedText(fi=name),
            starts_at=starts_at,
            ends_at=ends_at,
            type=EventType.VOLUNTEERING,
            location=where(row.location),
            environment="out",
        )


def is_ahead(event: Event, now: datetime) -> bool:
    return event.ends_at is None or event.ends_at >= now


def key_of(row: _Named) -> str:
    """Of what there is; the same whatever else of the row changes."""
    said = msgspec.json.encode((row.name, row.start_time, row.location.coordinates if row.location else None))
    return hashlib.blake2b(said, digest_size=12).hexdigest()


def key_of_raw(raw: msgspec.Raw) -> str | None:
    try:
        return key_of(msgspec.json.decode(raw, type=_Named))
    except (ValueError, RecursionError):
        return None


def where(location: _Point | None) -> Point | None:
    """GeoJSON says longitude first."""
    return None if location is None else point(location.coordinates[1], location.coordinates[0])


class _Point(msgspec.Struct):
    coordinates: tuple[float, float]


class _Named(msgspec.Struct):
    name: str
    start_time: str
    location: _Point | None = None


class _Event(_Named):
    end_time: str | None = None


class _Many(msgspec.Struct):
    count: int
    results: list[msgspec.Raw]
