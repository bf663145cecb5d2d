"""RPDE, OpenActive's paging of open data: events of sport, as a list of what changed with its deletions.

Upstream   any address that answers Realtime Paged Data Exchange 1.0 with schema.org events as data, JSON, no key
Licence    the reply's, CC BY 4.0 by OpenActive's rules; by the source's configuration
Languages  of each text (@language), else the event's (inLanguage), else configured, else Finnish
Time       with an offset, or in the configured zone, else Europe/Helsinki
Paging     `next` is an address, relative or of the same site; a page without items is the end
Quirks     the list is in order of change and tells what was deleted, an id may come back; it can be read from its
           start only, so all of it is read each time; `modified` may be a number or text and is not needed
Options    organiser: who arranges all of the events; organisation: true if organizer names are organisations' (else
           they may be persons' and are not read);
           language: of texts that don't say theirs (fi, sv, en); timezone: of times that don't say theirs

Key: the item's kind and id ("Event:a1").
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, ClassVar

import msgspec

from hub.connectors import feed
from hub.connectors.ical_series import Window
from hub.connectors.options import Options
from hub.connectors.page_nodes import Found, values
from hub.connectors.schemaorg import read_events
from hub.connectors.weblinks import weblink
from hub.fetch import Ask, Collection, Fetch, Page, Reply, Request, Source, Unreadable
from hub.freshness import hours
from hub.records.core import Ref
from hub.records.events import Event


class Rpde:
    UPSTREAM: ClassVar[str] = "rpde"
    OPTIONS: ClassVar[frozenset[str]] = feed.OPTIONS
    IS_DOCUMENT: ClassVar[bool] = True

    def __init__(self, source: Source) -> None:
        with Options(source) as given:
            feed.check(given)
        self.source = source

    def collections(self) -> Iterable[Collection]:
        # it is long, and has to be read from its start
        yield feed.programme(self.events, every=hours(6))

    def probe(self) -> Fetch[int]:
        """How many items the first page holds."""
        return Fetch(source=self.source, request=_request(self.source.url), parse=count_items, freshness=feed.FEED)

    def events(self, ask: Ask) -> Fetch[Page[Event]]:
        return Fetch(
            source=self.source,
            request=_request(ask.after or self.source.url),
            parse=partial(read_page, window=feed.window_at(ask.now)),
            freshness=feed.FEED,
        )


def _request(url: str) -> Request:
    return Request(
        method="GET", url=url, headers=(("Accept", "application/vnd.openactive.rpde+json, application/json"),)
    )


def count_items(reply: Reply) -> int:
    return len(reply.json(_Page).items)


def read_page(reply: Reply, *, window: Window) -> Page[Event]:
    """The events of one page inside the window, and what was deleted."""
    page = reply.json(_Page)
    items, dropped = reply.rows(page.items, _Item, partial(_found, reply), key=_key)
    gone = [item.ref for item in items if item.found is None]
    found = read_events([item.found for item in items if item.found is not None], reply, window, None)
    return reply.page(
        found.events,
        sent=len(page.items),
        dropped=[*dropped, *found.dropped],
        remarks=found.remarks,
        next=_following(reply, page) if page.items else None,
        gone=gone,
        complete=found.is_all,
    )


def _following(reply: Reply, page: _Page) -> str | None:
    """The next page's address; PayloadChanged for one elsewhere. None: this page is its own next."""
    following = weblink(page.next, reply.request.url)
    if following is None or not feed.is_same_site(following, reply.source):
        raise reply.changed("its next page lies elsewhere")
    return None if following == reply.request.url else following


class _Page(msgspec.Struct):
    items: list[msgspec.Raw]
    next: str


class _Item(msgspec.Struct):
    state: str
    kind: str
    id: int | str
    data: msgspec.Raw = msgspec.Raw(b"null")


class _Read(msgspec.Struct):
    """`found` None: it was deleted."""

    ref: Ref
    found: Found | None


def _found(reply: Reply, item: _Item) -> _Read:
    key = feed.key_for(f"{item.kind}:{item.id}")
    ref = reply.source.ref(Event.kind, key)
    if item.state == "deleted":
        return _Read(ref, None)
    node = next(iter(values(bytes(item.data).decode())), None)
    if not isinstance(node, dict):
        raise Unreadable("it has no data")
    return _Read(ref, Found(node, f"item {key}", key))


def _key(raw: msgspec.Raw) -> str | None:
    try:
        row = msgspec.json.decode(raw, type=dict[str, Any])
    except (ValueError, RecursionError):
        return None
    return feed.key_for(f"{row.get('kind')}:{row.get('id')}") if row.get("id") is not None else None
