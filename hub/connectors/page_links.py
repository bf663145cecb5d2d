"""Which pages a listing page or a sitemap leads to, and how a crawl goes over them from cursor to cursor.

After the listing comes the site's robots.txt, then the pages that it lets us read, one by one. The cursor says what is
next and what is left: nothing is remembered elsewhere.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from itertools import islice
from typing import Final
from urllib.parse import urldefrag, urlsplit

import msgspec
from selectolax.lexbor import LexborHTMLParser

from hub.connectors.feed import decoded, is_same_site
from hub.connectors.robots import allows, rules_of
from hub.connectors.weblinks import weblink
from hub.fetch import Page, Remark, Reply, Source
from hub.records.events import Event

MOST_LINKS: Final = 50
MOST_LOOKED_AT: Final = 5_000  # different ones, of a page or sitemap
ROBOTS, PAGE = "robots", "page"
# Whatever a page says with one of these, it costs itself; without a robots.txt (any 4xx) everything may be read.
PASSED_OVER: Final = frozenset({301, 302, 303, 307, 308, 400, 401, 403, 404, 410, 451})
SITEMAP: Final = re.compile(rb"<(?:\w+:)?(urlset|sitemapindex)\b", re.IGNORECASE)
PLACE: Final = re.compile(
    r"<loc>\s*+([^<>]{1,2000})</loc>(?:\s*+<lastmod>\s*+([^<>]{1,40})</lastmod>)?", re.ASCII | re.IGNORECASE
)
SCAN: Final = 1 << 12
INDEX: Final = Remark(
    key=None,
    reason="it is an index of sitemaps, which are not read one by one",
    mend="Name the sitemap that lists the pages of events.",
)
TOO_MANY: Final = Remark(
    key=None,
    reason=f"it leads to more than {MOST_LINKS} pages: the others are not read",
    mend="List the events that are to come on fewer pages, or offer a calendar.",
)


class Links(msgspec.Struct, frozen=True):
    urls: tuple[str, ...]
    remarks: tuple[Remark, ...] = ()


class Step(msgspec.Struct, frozen=True):
    """`url`: what is read now; `rest`: the pages after it."""

    what: str
    url: str
    rest: tuple[str, ...]


def links_in(reply: Reply, below: str) -> Links:
    """The pages of the same site whose path begins with `below`, each once, the listing itself left out: of a sitemap
    the latest, of a page the first.
    """
    found = SITEMAP.search(reply.body[:SCAN])
    if found is not None and found[1].lower() == b"sitemapindex":
        return Links((), (INDEX,))
    text = decoded(reply.body, None).text
    given = _of_sitemap(text) if found is not None else _of_page(text)
    own = urldefrag(reply.request.full_url).url
    urls: dict[str, None] = {}
    different = dict.fromkeys(given)
    for address in islice(different, MOST_LOOKED_AT):
        url = weblink(address, own)
        if url is None or not is_same_site(url, reply.source) or not urlsplit(url).path.startswith(below):
            continue
        if (bare := urldefrag(url).url) != own:
            urls[bare] = None
    is_all = len(urls) <= MOST_LINKS and len(different) <= MOST_LOOKED_AT
    return Links(tuple(urls)[:MOST_LINKS], () if is_all else (TOO_MANY,))


def _of_sitemap(text: str) -> Iterable[str]:
    places = [(said[2] or "", html.unescape(said[1]).strip()) for said in PLACE.finditer(text)]
    return [place for _, place in sorted(places, key=lambda place: place[0], reverse=True)]


def _of_page(text: str) -> Iterable[str]:
    return [node.attributes.get("href") or "" for node in LexborHTMLParser(text).css("a[href]")]


# -- from cursor to cursor ----------------------------------------------------------------------------------------


def first_step(links: Links) -> str | None:
    return "\n".join((ROBOTS, *links.urls)) if links.urls else None


def step(source: Source, cursor: str) -> Step:
    what, *urls = cursor.split("\n")
    if what == ROBOTS:
        own = urlsplit(source.url)
        return Step(ROBOTS, f"{own.scheme}://{own.netloc}/robots.txt", tuple(urls))
    return Step(PAGE, urls[0], tuple(urls[1:]))


def after(rest: tuple[str, ...]) -> str | None:
    return "\n".join((PAGE, *rest)) if rest else None


def read_robots(reply: Reply, *, links: tuple[str, ...]) -> Page[Event]:
    """No events; what comes next are the links that it lets us follow."""
    rules = rules_of(reply.text()) if reply.status == 200 else []
    allowed = tuple(url for url in links if allows(rules, _path(url)))
    remarks = []
    if len(allowed) < len(links):
        reason = f"robots.txt forbids {len(links) - len(allowed)} of the {len(links)} pages that it leads to"
        remarks.append(Remark(key=None, reason=reason, where="/robots.txt", is_kept=False))
    return reply.page([], next=after(allowed), remarks=remarks)


def _path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
