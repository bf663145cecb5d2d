"""schema.org events in web pages: a partner's listing page, or pages that the configuration names one by one.

Upstream   any web page with events in scripts of type application/ld+json, or in microdata
Licence    the partner's, by the source's configuration
Languages  of each text (@language), else the event's (inLanguage), else configured, else the page's, else Finnish
Time       with an offset, or in the configured zone, else Europe/Helsinki; a date as endDate is the last day
Paging     a page is a reply; with `pages` the configured ones after the first
Quirks     the JSON is read tolerantly, a script that can't be read costs itself; what a page lacks is not withdrawn,
           since pages show the next few, unless `lists_all` says that they show all; a page of `pages` that is gone
           costs itself and is reported; offers, places and organisers may be texts, objects or lists of both
Options    pages: further addresses, of the same site;
           lists_all: true if the pages show all events, so that one that vanishes is withdrawn;
           organiser: who arranges all of the events; organisation: true if organizer names are organisations' (else
           they may be persons' and are not read);
           language: of texts that don't say theirs (fi, sv, en); timezone: of times that don't say theirs

Key: @id, else the address of the event, else made of page, name and start (an address that several events share is
none of theirs). An event with a Schedule, or one @id with several starts, is a parent and its occurrences (key/start).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial
from typing import ClassVar, Final
from urllib.parse import urlsplit

from hub.connectors import feed
from hub.connectors.ical_series import Window
from hub.connectors.page_nodes import TOO_MANY, PageNodes, read_page
from hub.connectors.schemaorg import read_events
from hub.connectors.weblinks import weblink
from hub.fetch import Ask, Collection, Dropped, Fetch, Page, Reply, Request, Source
from hub.records.events import Event

MOST_PAGES: Final = 50
CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.ASCII | re.IGNORECASE)
GONE: Final = frozenset({404, 410})
GONE_MEND: Final = "Take the page out of the source's `pages`, or put it back."


class JsonLd:
    UPSTREAM: ClassVar[str] = "jsonld"
    OPTIONS: ClassVar[frozenset[str]] = feed.OPTIONS | {"pages", "lists_all"}
    IS_DOCUMENT: ClassVar[bool] = True

    def __init__(self, source: Source) -> None:
        feed.checked(source)
        if not isinstance(source.options.get("lists_all", False), bool):
            raise TypeError("lists_all: true or false expected")
        self.source = source
        self._pages = (source.url, *_further(source))

    def collections(self) -> Iterable[Collection]:
        lists_all = self.source.options.get("lists_all", False)
        yield feed.programme(self.events, withdraws=bool(lists_all), conditional=len(self._pages) == 1)

    def probe(self) -> Fetch[int]:
        """How many events the first page holds."""
        return Fetch(source=self.source, request=_request(self.source.url), parse=count_events, freshness=feed.FEED)

    def events(self, ask: Ask) -> Fetch[Page[Event]]:
        """One page, as events inside the window."""
        number = int(ask.after or 0)
        following = number + 1 if number + 1 < len(self._pages) else None
        return Fetch(
            source=self.source,
            request=_request(self._pages[number]),
            parse=partial(read_listing, window=feed.window_at(ask.now), following=following),
            freshness=feed.FEED,
            statuses=frozenset({200}) if number == 0 else frozenset({200}) | GONE,
        )


def _request(url: str) -> Request:
    return Request(method="GET", url=url, headers=(("Accept", "text/html, application/xhtml+xml, */*;q=0.5"),))


def _further(source: Source) -> list[str]:
    """The pages besides the first; only of the same site, since the source's limits are counted for that."""
    given = source.options.get("pages", [])
    if not isinstance(given, (list, tuple)) or not all(isinstance(one, str) for one in given):
        raise TypeError("pages: a list of addresses expected")
    found = [weblink(one, source.url) for one in given]
    own = urlsplit(source.url)
    if len(found) > MOST_PAGES or any(
        one is None or (urlsplit(one).scheme, urlsplit(one).netloc) != (own.scheme, own.netloc) for one in found
    ):
        raise ValueError(f"pages: at most {MOST_PAGES} addresses of the same site expected")
    return [one for one in dict.fromkeys(found) if one is not None and one != source.url]


def count_events(reply: Reply) -> int:
    nodes = _nodes(reply)
    found = read_events(nodes.found, reply, Window(reply.read_at, reply.read_at), nodes.language)
    return found.sent


def read_listing(reply: Reply, *, window: Window, following: int | None) -> Page[Event]:
    """The events of one page. `following`: the number of the next one.

    A page that is gone is told and costs itself: what it held is not withdrawn for that.
    """
    after = None if following is None else f"{following}"
    if reply.status in GONE:
        lost = Dropped(key=None, reason=f"the page is gone ({reply.status})", where=_path(reply), mend=GONE_MEND)
        return reply.page([], dropped=[lost], next=after, complete=False)
    nodes = _nodes(reply)
    found = read_events(nodes.found, reply, window, nodes.language)
    is_readable = bool(found.sent) or not nodes.dropped
    return reply.page(
        found.events,
        sent=found.sent + len(nodes.dropped),
        dropped=[*nodes.dropped, *found.dropped],
        remarks=[*nodes.remarks, *found.remarks],
        next=after,
        wish=feed.wish_of(reply),
        complete=is_readable and found.is_all and TOO_MANY not in nodes.remarks,
    )


def _nodes(reply: Reply) -> PageNodes:
    charset = CHARSET.search(reply.headers.get("content-type", ""))
    nodes = read_page(reply.body, charset[1] if charset else None)
    if not nodes.has_any:
        raise reply.changed("the page holds no schema.org data")
    return nodes


def _path(reply: Reply) -> str:
    return urlsplit(reply.request.url).path[:200]
