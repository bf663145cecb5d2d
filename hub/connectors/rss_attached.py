"""Calendars that are attached to the items of a feed: one small file for each event, read after the feed itself."""

from __future__ import annotations

from functools import partial
from typing import Final
from urllib.parse import urlsplit

import msgspec

from hub.connectors import feed, ical_events
from hub.connectors.ical_series import Window
from hub.connectors.rss_text import Item
from hub.errors import PayloadChanged
from hub.fetch import Dropped, Fetch, Page, Reply, Request, Source
from hub.records.events import Event

MOST: Final = 50
# Whatever an attachment says with one of these, it costs itself.
PASSED_OVER: Final = frozenset({301, 302, 303, 307, 308, 400, 401, 403, 404, 410, 451})
MEND: Final = "Attach a calendar that everybody may read, or give the time in ev:startdate and ev:enddate."


def calendar_of(item: Item) -> str | None:
    """The address of the calendar that is attached to an item."""
    for element in item.all(("", "enclosure"), ("", "link")):
        if "text/calendar" in (element.get("type") or "").lower():
            found = item.link(element.get("url") or element.get("href"))
            if found is not None:
                return found
    return None


def following(urls: tuple[str, ...]) -> str | None:
    """The cursor: the calendars that are left."""
    return "\n".join(urls[:MOST]) or None


def fetch(source: Source, cursor: str, window: Window) -> Fetch[Page[Event]]:
    url, *rest = cursor.split("\n")
    return Fetch(
        source=source,
        request=Request(method="GET", url=url, headers=(("Accept", "text/calendar, */*;q=0.5"),)),
        parse=partial(read_calendar, window=window, rest=tuple(rest)),
        freshness=feed.FEED,
        statuses=PASSED_OVER | {200},
    )


def read_calendar(reply: Reply, *, window: Window, rest: tuple[str, ...]) -> Page[Event]:
    """Its events, as a feed of calendars has them. One that can't be read costs itself."""
    where = urlsplit(reply.request.url).path[:200]
    try:
        if reply.status != 200:
            raise reply.changed(f"the attached calendar could not be read ({reply.status})")
        page = ical_events.read_feed(reply, window=window)
    except PayloadChanged as error:
        reason = f"{error}".rpartition(": ")[2]
        page = reply.page([], dropped=[Dropped(key=None, reason=reason, where=where, mend=MEND)], complete=False)
    return msgspec.structs.replace(page, next=following(rest))
