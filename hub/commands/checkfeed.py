"""`hub check-feed`: how the hub would read a partner's feed, from its address or from a file, by the connectors' own
code. An address is a stranger's word: not even its own host may be a private one, unless it is said to be meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

import msgspec
from rich.console import Console
from rich.table import Table

from hub.connectors.registry import CONNECTORS
from hub.errors import BadInput, PayloadChanged
from hub.exchange import Wire
from hub.feeds.worker import parse_isolated
from hub.fetch import Ask, Connector, Dropped, Fetch, Page, Remark, Reply, Request, Source
from hub.fetcher import Fetcher
from hub.freshness import Freshness
from hub.records.core import LocalizedText
from hub.records.events import Event
from hub.transport.addresses import is_literal, is_public
from hub.transport.guard import MEBIBYTE
from hub.transport.wire import public_wire

MOST_PAGES: Final = 50
LARGEST_FILE: Final = 10 * MEBIBYTE
MOST_SHOWN: Final = 50  # of each table; --json has all
OF_A_FILE: Final = "https://feed.invalid/"  # what relative links of a file start from
# The first element, or what the document says that it is.
ROOT: Final = re.compile(
    rb"\s*+(?:(?><\?.*?\?>|<!--.*?-->)\s*+)*+<(?:!doctype\s+)?(?:\w+:)?(\w+)", re.DOTALL | re.IGNORECASE
)
FEEDS: Final = frozenset({b"rss", b"feed", b"rdf"})
SCAN: Final = 1 << 16
UNENCRYPTED: Final = "it is read over http: whoever stands between may change it"


class FeedFormat(StrEnum):
    """The words of the connectors that read partners' feeds."""

    ICALENDAR = "icalendar"
    RSS = "rss"
    JSONLD = "jsonld"
    TRIBE = "tribe"
    RPDE = "rpde"


class EventRead(msgspec.Struct, frozen=True, kw_only=True):
    key: str
    name: str | None
    starts_at: datetime | None
    ends_at: datetime | None
    starts_on: date | None
    ends_on: date | None
    status: str
    where: str | None
    url: str | None


class FeedChecked(msgspec.Struct, frozen=True, kw_only=True):
    """`outcome`: ok, partial (something was dropped, mended or cut off), reject. `problem`: why it was rejected.
    `events`: those that the hub would show, from 30 days back to 400 ahead.
    """

    feed: str
    format: str | None
    outcome: str
    problem: str | None = None
    events: list[EventRead] = []
    dropped: list[Dropped] = []
    remarks: list[Remark] = []
    asks_to_be_read_every_s: float | None = None

    @property
    def is_good(self) -> bool:
        return self.outcome != "reject" and not self.dropped


async def check(
    feed: str,
    *,
    clock: Callable[[], datetime],
    format: FeedFormat | None = None,  # noqa: A002 - the word of the command line
    allow_private: bool = False,
    wire: Wire | None = None,
) -> FeedChecked:
    """`feed`: an address, or a file's path. BadInput for what is neither, or of no format that can be told."""
    if "://" in feed:
        return await _check_address(feed, clock, format, allow_private=allow_private, wire=wire)
    body = _content(feed)
    word = format or format_of(body)
    connector = _connector(word, f"{OF_A_FILE}{quote(Path(feed).name)}")
    fetch = _pages(connector, clock())
    reply = Reply(
        source=connector.source,
        request=fetch.request,
        status=200,
        headers={},
        body=body,
        read_at=clock(),
    )
    try:
        pages = [await parse_isolated(fetch, reply)]
    except PayloadChanged as error:
        return FeedChecked(feed=feed, format=word, outcome="reject", problem=_said(error))
    return _checked(feed, word, pages)


def _content(feed: str) -> bytes:
    path = Path(feed)
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise BadInput(f"{feed}: is larger than {LARGEST_FILE} bytes")
        return path.read_bytes()
    except OSError as error:
        raise BadInput(f"{feed}: can't be read: {error.strerror}") from error


async def _check_address(
    feed: str,
    clock: Callable[[], datetime],
    format: FeedFormat | None,  # noqa: A002 - as above
    *,
    allow_private: bool,
    wire: Wire | None,
) -> FeedChecked:
    source = _source("feed", re.sub(r"^webcals?://", "https://", feed), allow_private=allow_private)
    host = urlsplit(source.url).hostname
    if not source.url.startswith(("http://", "https://")) or not host:
        raise BadInput(f"{feed}: expected an address that begins with http, https or webcal, or a file")
    if not allow_private and is_literal(host) and not is_public(host):
        raise BadInput("the address is not a public one; --allow-private if it is meant")
    fetcher = Fetcher({source.id: source}, wire=wire or (None if allow_private else public_wire), clock=clock)
    try:
        word = format
        first: Reply | None = None
        if word is None:
            first = await fetcher.read(_document(source))
            word = format_of(first.body)
        connector = _connector(word, source.url, allow_private=allow_private)
        pages = await _read(fetcher, connector, clock(), first)
        moved = fetcher.moved(source.id)
    except PayloadChanged as error:
        return FeedChecked(feed=feed, format=word, outcome="reject", problem=_said(error))
    finally:
        await fetcher.aclose()
    return _checked(feed, word, pages, [*_of_address(source.url, moved, is_inside=allow_private)])


def _of_address(asked: str, moved: str | None, *, is_inside: bool) -> Iterator[Remark]:
    if moved is not None:
        reason = f"its address is redirected for good (301 or 308) to {moved[:2000]}"
        yield Remark(key=None, reason=reason, mend="Give the hub's operator the new address.")
    elif asked.startswith("http://") and not is_inside:
        mend = "Offer it over https, and give the hub's operator that address."
        yield Remark(key=None, reason=UNENCRYPTED, mend=mend, is_kept=False)


async def _read(fetcher: Fetcher, connector: Connector, now: datetime, first: Reply | None) -> list[Page[Event]]:
    """Page after page; of a document the one that is there already."""
    pages: list[Page[Event]] = []
    after: str | None = None
    while not pages or (after is not None and len(pages) < MOST_PAGES):
        fetch = _pages(connector, now, after)
        if first is not None and not pages and fetch.request.full_url == first.request.full_url:
            pages.append(await parse_isolated(fetch, msgspec.structs.replace(first, source=connector.source)))
        else:
            pages.append(await fetcher.read_isolated(fetch))
        after = pages[-1].next
    return pages


def format_of(body: bytes) -> FeedFormat:
    """By the bytes, whatever the server calls them. BadInput where they are of no format that a feed has."""
    start = body[:SCAN].removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"").lstrip(b"\xff\xfe \t\r\n")
    if start[:15].upper().startswith(b"BEGIN:VCALENDAR"):
        return FeedFormat.ICALENDAR
    if start.startswith(b"{"):
        return FeedFormat.RPDE if b'"items"' in start and b'"events"' not in start else FeedFormat.TRIBE
    if (root := ROOT.match(start)) is not None:
        return FeedFormat.RSS if root[1].lower() in FEEDS else FeedFormat.JSONLD
    raise BadInput(f"its format can't be told from its bytes; --format: one of {', '.join(FeedFormat)}")


def _source(connector: str, url: str, *, allow_private: bool = False) -> Source:
    return Source(
        name="feed",
        id="feed",
        connector=connector,
        url=url,
        title=LocalizedText(en="Feed"),
        is_feed=True,
        allow_private=allow_private,
    )


def _connector(word: str, url: str, *, allow_private: bool = False) -> Connector:
    kind = CONNECTORS[word]
    base = url if kind.IS_DOCUMENT or url.endswith("/") else f"{url}/"
    return kind(_source(word, base, allow_private=allow_private))


def _pages(connector: Connector, now: datetime, after: str | None = None) -> Fetch[Page[Event]]:
    (collection,) = connector.collections()
    wanted = collection.pages(Ask(now=now, after=after))
    assert isinstance(wanted, Fetch)  # feeds are read page by page
    return wanted


def _document(source: Source) -> Fetch[Reply]:
    """The bytes as they are, to be told by."""
    request = Request(method="GET", url=source.url, headers=(("Accept", "*/*"),))
    return Fetch(source=source, request=request, parse=lambda reply: reply, freshness=Freshness(timedelta(0)))


def _said(error: PayloadChanged) -> str:
    """Without what the message says for operators of many sources."""
    return f"{error}".partition(" than we read: ")[2].partition(": ")[2] or f"{error}"


def _checked(feed: str, word: str, pages: list[Page[Event]], more: Sequence[Remark] = ()) -> FeedChecked:
    dropped = [one for page in pages for one in page.dropped]
    remarks = [*more, *(one for page in pages for one in page.remarks)]
    is_whole = all(page.complete for page in pages) and not any(one.is_kept for one in remarks)
    wishes = [page.wish.total_seconds() for page in pages if page.wish is not None]
    return FeedChecked(
        feed=feed,
        format=word,
        outcome="ok" if is_whole and not dropped else "partial",
        events=[_event(one) for page in pages for one in page.items if not one.is_series],
        dropped=dropped,
        remarks=remarks,
        asks_to_be_read_every_s=wishes[0] if wishes else None,
    )


def _event(event: Event) -> EventRead:
    return EventRead(
        key=event.ref.key,
        name=None if event.name is None else event.name.any,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        starts_on=event.starts_on,
        ends_on=event.ends_on,
        status=event.status.value,
        where=None if event.location_text is None else event.location_text.any,
        url=event.url,
    )


# -- for people ---------------------------------------------------------------------------------------------------


def show(checked: FeedChecked, out: Console) -> None:
    colour = {"ok": "green", "partial": "yellow"}.get(checked.outcome, "red")
    out.print(f"[{colour}]{checked.outcome}[/]: {len(checked.events)} events ({checked.format})", highlight=False)
    if checked.problem is not None:
        out.print(checked.problem, markup=False, highlight=False)
    if checked.events:
        table = Table("begins", "ends", "", "event", "where")
        for one in checked.events[:MOST_SHOWN]:
            status = "" if one.status == "SCHEDULED" else one.status.lower()
            table.add_row(*_when(one), status, _plain(one.name), _plain(one.where))
        out.print(table)
        _more(out, len(checked.events))
    for title, rows in (
        ("could not be read", list(checked.dropped)),
        ("mended or guessed at", [one for one in checked.remarks if one.is_kept]),
        ("passed over, or good to know", [one for one in checked.remarks if not one.is_kept]),
    ):
        if rows:
            out.print(f"\n{title}: {len(rows)}", highlight=False)
            for row in rows[:MOST_SHOWN]:
                _show_row(row, out)
            _more(out, len(rows))


def _show_row(row: Dropped | Remark, out: Console) -> None:
    place = ", ".join(part for part in (row.where, row.key) if part)
    out.print(f"  {place or 'the whole feed'}: {row.reason}", markup=False, highlight=False)
    if row.mend is not None:
        out.print(f"    {row.mend}", markup=False, highlight=False)


def _when(one: EventRead) -> tuple[str, str]:
    if one.starts_on is not None:
        return f"{one.starts_on}", f"{one.ends_on or ''}"
    return _moment(one.starts_at), _moment(one.ends_at)


def _moment(at: datetime | None) -> str:
    return "" if at is None else f"{at:%Y-%m-%d %H:%MZ}"


def _plain(text: str | None) -> str:
    """Not read as the console's markup."""
    return (text or "").replace("[", "\\[")


def _more(out: Console, count: int) -> None:
    if count > MOST_SHOWN:
        out.print(f"  and {count - MOST_SHOWN} more: --json has all", highlight=False)
