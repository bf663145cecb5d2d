"""iCalendar: a partner's feed of events, one document (RFC 5545 and 7986).

Upstream   any address that answers a calendar; webcal:// is read as https://
Licence    the partner's, by the source's configuration
Languages  by the LANGUAGE of a text, else the feed's (configured, else Finnish)
Time       by zone name, VTIMEZONE, X-WR-TIMEZONE, else the configured zone, else Europe/Helsinki
Paging     none: the whole feed in one reply; of it the events from 30 days back to 400 ahead are kept
Quirks     feeds break the format in many ways: see ical_events, _text, _time and _series; one broken event is dropped
           with its line, the others stand; METHOD:CANCEL cancels every event of its calendar
Options    organiser: who arranges all of the feed's events;
           organisation: true if the feed's ORGANIZER names are those of organisations (else they may be persons'
           and are not read);
           language: of texts that don't say theirs (fi, sv, en); timezone: of times that don't say theirs

An event that recurs is a parent (key: the UID) and its occurrences (key: UID/original start). Without a UID the key is
made of title, start and place. Attendees and alarms are never read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import ClassVar

from hub.connectors import feed
from hub.connectors.ical_events import count_events, read_feed
from hub.connectors.options import Options
from hub.fetch import Ask, Collection, Fetch, Page, Reply, Request, Source, T
from hub.records.events import Event

STAMP = re.compile(rb"^DTSTAMP[:;][^\r\n]*", re.MULTILINE | re.IGNORECASE)


class ICalendar:
    UPSTREAM: ClassVar[str] = "icalendar"
    OPTIONS: ClassVar[frozenset[str]] = feed.OPTIONS
    IS_DOCUMENT: ClassVar[bool] = True

    def __init__(self, source: Source) -> None:
        with Options(source) as given:
            feed.check(given)
        self.source = source

    def collections(self) -> Iterable[Collection]:
        yield feed.programme(self.events, conditional=True)

    def probe(self) -> Fetch[int]:
        """How many events the feed holds."""
        return self._ask(count_events)

    def events(self, ask: Ask) -> Fetch[Page[Event]]:
        """The whole feed, as occurrences inside the window."""
        return self._ask(partial(read_feed, window=feed.window_at(ask.now)))

    def _ask(self, parse: Callable[[Reply], T]) -> Fetch[T]:
        request = Request(
            method="GET",
            url=feed.address_of(self.source),
            headers=(("Accept", "text/calendar, */*;q=0.5"),),
        )
        return Fetch(source=self.source, request=request, parse=parse, freshness=feed.FEED, essence=without_stamps)


def without_stamps(body: bytes) -> bytes:
    """Many servers stamp each download anew."""
    return STAMP.sub(b"", body)
