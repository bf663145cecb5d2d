"""schema.org events in web pages: a partner's listing page, or pages that the configuration names one by one.

Upstream   any web page with events in scripts of type application/ld+json, or in microdata
Licence    the partner's, by the source's configuration
Languages  of each text (@language), else the event's (inLanguage), else configured, else the page's, else Finnish
Time       with an offset, or in the configured zone, else Europe/Helsinki; a date as endDate is the last day
Paging     a page is a reply; with `pages` the configured ones after the first; with `follow` those that the first one,
           a listing page or a sitemap, leads to
Quirks     the JSON is read tolerantly, a script that can't be read costs itself; what a page lacks is not withdrawn,
           since pages show the next few, unless `lists_all` says that they show all; a page of `pages` that is gone
           costs itself and is reported; of links only those of the same site are followed, and those that its
           robots.txt allows; offers, places and organisers may be texts, objects or lists of both
Options    pages: further addresses, of the same site;
           follow: in place of `pages`, how the paths of the pages begin that links are followed to ("/events/");
           lists_all: true if the pages show all events, so that one that vanishes is withdrawn;
           organiser: who arranges all of the events; organisation: true if organizer names are organisations' (else
           they may be persons' and are not read);
           language: of texts that don't say theirs (fi, sv, en); timezone: of times that don't say theirs

Key: @id, else the address of the event, else made of page, name and start (an address that several events share is
none of theirs). An event with a Schedule, or one @id with several starts, is a parent and its occurrences (key/start).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import ClassVar, Final
from urllib.parse import urlsplit

import msgspec

from hub.connectors import feed, page_links
from hub.connectors.ical_series import Window
from hub.connectors.options import Options
from hub.connectors.page_nodes import TOO_MANY, PageNodes, read_page
from hub.connectors.schemaorg import read_events
from hub.connectors.weblinks import weblink
from hub.fetch import Ask, Collection, Dropped, Fetch, Page, Remark, Reply, Request, Source, T
from hub.freshness import hours
from hub.records.events import Event

MOST_PAGES: Final = 50
CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.ASCII | re.IGNORECASE)
GONE: Final = frozenset({404, 410})
FOLLOWED: Final = hours(6)  # some fifty requests each time
NO_DATA: Final = "the page holds no schema.org data"
NO_DATA_MEND: Final = "If it is an event's page, describe the event there in a script of type application/ld+json."
GONE_MEND: Final = "Take the page out of the source's `pages`, or put it back."


class JsonLd:
    UPSTREAM: ClassVar[str] = "jsonld"
    OPTIONS: ClassVar[frozenset[str]] = feed.OPTIONS | {"pages", "follow", "lists_all"}
    IS_DOCUMENT: ClassVar[bool] = True

    def __init__(self, source: Source) -> None:
        self.source = source
        with Options(source) as given:
            feed.check(given)
            self._lists_all = given.flag("lists_all")
            self._pages = (source.url, *_further(given))
            self._below = _followed(given)

    def collections(self) -> Iterable[Collection]:
        yield feed.programme(
            self.events,
            withdraws=self._lists_all,
            conditional=len(self._pages) == 1 and self._below is None,
            every=feed.EVERY if self._below is None else FOLLOWED,
        )

    def probe(self) -> Fetch[int]:
        """How many events the first page holds, or how many pages it leads to."""
        parse = count_events if self._below is None else partial(count_links, below=self._below)
        return self._fetch(self.source.url, parse)

    def events(self, ask: Ask) -> Fetch[Page[Event]]:
        """One page, as events inside the window."""
        window = feed.window_at(ask.now)
        if self._below is not None:
            return self._followed(ask.after, window, self._below)
        number = int(ask.after or 0)
        following = f"{number + 1}" if number + 1 < len(self._pages) else None
        parse = partial(read_listing, window=window, following=following)
        return self._fetch(self._pages[number], parse, also=frozenset() if number == 0 else GONE)

    def _followed(self, cursor: str | None, window: Window, below: str) -> Fetch[Page[Event]]:
        """The listing, then robots.txt, then the pages that it leads to."""
        if cursor is None:
            return self._fetch(self.source.url, partial(read_leading, window=window, below=below))
        step = page_links.step(self.source, cursor)
        if step.what == page_links.ROBOTS:
            parse = partial(page_links.read_robots, links=step.rest)
            return self._fetch(step.url, parse, also=page_links.PASSED_OVER)
        following = page_links.after(step.rest)
        return self._fetch(
            step.url, partial(read_followed, window=window, following=following), also=page_links.PASSED_OVER
        )

    def _fetch(self, url: str, parse: Callable[[Reply], T], also: frozenset[int] = frozenset()) -> Fetch[T]:
        request = Request(method="GET", url=url, headers=(("Accept", "text/html, application/xhtml+xml, */*;q=0.5"),))
        statuses = frozenset({200}) | also
        return Fetch(source=self.source, request=request, parse=parse, freshness=feed.FEED, statuses=statuses)


def _further(options: Options) -> list[str]:
    """The pages besides the first; only of the same site, since the source's limits are counted for that."""
    source = options.source

    def meant(given: object) -> list[str]:
        if not isinstance(given, (list, tuple)) or not all(isinstance(one, str) for one in given):
            raise TypeError
        found = [weblink(one, source.url) for one in given]
        if len(found) > MOST_PAGES or any(one is None or not feed.is_same_site(one, source) for one in found):
            raise ValueError
        return [one for one in dict.fromkeys(found) if one is not None and one != source.url]

    return options.read("pages", [], meant, f"a list of at most {MOST_PAGES} addresses of the same site")


def _followed(options: Options) -> str | None:
    def meant(given: object) -> str | None:
        if not isinstance(given, str) or not given.startswith("/"):
            raise ValueError
        return given

    below = options.read("follow", None, meant, 'the beginning of a path such as "/events/"')
    if below is not None and "pages" in options.source.options:
        options.wrong("follow", "expected either pages or follow, not both")
    return below


def count_links(reply: Reply, *, below: str) -> int:
    return len(page_links.links_in(reply, below).urls)


def count_events(reply: Reply) -> int:
    nodes = _nodes(reply)
    found = read_events(nodes.found, reply, Window(reply.read_at, reply.read_at), nodes.language)
    return found.sent


def read_leading(reply: Reply, *, window: Window, below: str) -> Page[Event]:
    """The events of a page that leads to others, if it has any, and as its next the first of those."""
    links = page_links.links_in(reply, below)
    own = _read(_any_nodes(reply), reply, window, page_links.first_step(links))
    if not links.urls and not own.items and not links.remarks:
        raise reply.changed("the page leads to no others and holds no events")
    complete = own.complete and not links.remarks
    return msgspec.structs.replace(own, remarks=(*own.remarks, *links.remarks), complete=complete)


def read_followed(reply: Reply, *, window: Window, following: str | None) -> Page[Event]:
    """The events of a page that another led to. One without any is no event's, one that can't be had is told."""
    if reply.status != 200:
        lost = Dropped(key=None, reason=f"the page could not be read ({reply.status})", where=_path(reply))
        return reply.page([], dropped=[lost], next=following, complete=False)
    nodes = _any_nodes(reply)
    if not nodes.has_any:
        told = Remark(key=None, reason=NO_DATA, where=_path(reply), mend=NO_DATA_MEND, is_kept=False)
        return reply.page([], next=following, remarks=[told])
    return _read(nodes, reply, window, following)


def read_listing(reply: Reply, *, window: Window, following: str | None) -> Page[Event]:
    """The events of one page. `following`: the number of the next one.

    A page that is gone is told and costs itself: what it held is not withdrawn for that.
    """
    if reply.status in GONE:
        lost = Dropped(key=None, reason=f"the page is gone ({reply.status})", where=_path(reply), mend=GONE_MEND)
        return reply.page([], dropped=[lost], next=following, complete=False)
    return _read(_nodes(reply), reply, window, following)


def _read(nodes: PageNodes, reply: Reply, window: Window, following: str | None) -> Page[Event]:
    found = read_events(nodes.found, reply, window, nodes.language)
    is_readable = bool(found.sent) or not nodes.dropped
    return reply.page(
        found.events,
        sent=found.sent + len(nodes.dropped),
        dropped=[*nodes.dropped, *found.dropped],
        remarks=[*nodes.remarks, *found.remarks],
        next=following,
        wish=feed.wish_of(reply),
        complete=is_readable and found.is_all and TOO_MANY not in nodes.remarks,
    )


def _any_nodes(reply: Reply) -> PageNodes:
    charset = CHARSET.search(reply.headers.get("content-type", ""))
    return read_page(reply.body, charset[1] if charset else None)


def _nodes(reply: Reply) -> PageNodes:
    nodes = _any_nodes(reply)
    if not nodes.has_any:
        raise reply.changed(NO_DATA)
    return nodes


def _path(reply: Reply) -> str:
    return urlsplit(reply.request.url).path[:200]
