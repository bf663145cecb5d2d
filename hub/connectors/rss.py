"""RSS and Atom: a partner's feed of news, of which the items that say when something takes place are events.

Upstream   any address that answers RSS 2.0, RSS 1.0 or Atom with the time of its events in one of these: the event
           module (ev:startdate), xCal (xcal:dtstart), Google's gd:when, a <time datetime> in the description, an
           attached calendar, or elements that the source's options name
Licence    the partner's, by the source's configuration
Languages  by xml:lang or dc:language of an item, else the feed's (configured, else declared, else Finnish)
Time       with an offset, or in the configured zone, else Europe/Helsinki; a date as end is the last day in the event
           module and in a description, the day after it in xCal and gd:when
Paging     none, but for attached calendars, one after another: a feed holds the newest so many items, so what it lacks
           is not withdrawn
Quirks     an item without an event time is news and is passed over: when it was published is never when it takes place;
           elements are known by namespace, not by prefix; repeated times are occurrences of one event;
           what is no well-formed XML is read as far as it goes and reported
Options    organiser: who arranges all of the feed's events;
           organisation: true if the feed's organisers are organisations (else they may be persons and are not read);
           language: of texts that don't say theirs (fi, sv, en); timezone: of times that don't say theirs;
           attached: true if calendars that are attached to items are read, 50 of the same site at most;
           start_element, end_element: the elements that hold the times, as {namespace}name or name

Key: the guid or id of an item, else its address, else made of title and start. An item with several times is a parent
and its occurrences (key/start). Authors are never read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, tzinfo
from functools import partial
from typing import ClassVar, Final

import msgspec

from hub.connectors import feed, rss_attached
from hub.connectors.feed_times import BAD_END, BAD_END_MEND, Times, named_zone, read_when, times
from hub.connectors.ical_series import Window
from hub.connectors.ical_text import as_html
from hub.connectors.ical_time import Moment, When
from hub.connectors.markup import html_of, plain
from hub.connectors.options import Options
from hub.connectors.rss_text import Document, Element, Item, NoFeed, content, read_document
from hub.connectors.weblinks import weblink
from hub.fetch import Ask, Collection, Dropped, Fetch, Page, Remark, Reply, Request, Source, T, Unreadable, dropped_for
from hub.records.core import LocalizedText, Picture, Point, Ref, point
from hub.records.events import Event, EventStatus, Link

MOST_TIMES: Final = 1_000  # of one item
NUMBERS = re.compile(r"-?\d{1,3}(?:\.\d+)?", re.ASCII)
TIME_TAG = re.compile(r"<time\b[^<>]*?\bdatetime\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']+))", re.IGNORECASE)
CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.ASCII | re.IGNORECASE)
STATUSES = {
    "CANCELLED": EventStatus.CANCELLED,
    "CANCELED": EventStatus.CANCELLED,
    "TENTATIVE": EventStatus.TENTATIVE,
}
NEWS: Final = "it does not say when it takes place, so it is taken for news"
NEWS_MEND: Final = "Give the time of events in ev:startdate and ev:enddate (http://purl.org/rss/1.0/modules/event/)."
ATTACHED: Final = "its time stands in an attached calendar only, which is not read"
ATTACHED_MEND: Final = f"{NEWS_MEND} Or have `attached` set for this source: 50 calendars of the same site are read."
TWICE: Final = "an item before it has the same guid: only the first is shown"
TWICE_MEND: Final = "Give each item a guid of its own."


class Given(msgspec.Struct, frozen=True):
    """A time as an item says it. `end_is_out`: a date as end is the day after the last, as calendars have it."""

    start: str
    end: str | None
    zone: str | None = None
    end_is_out: bool = False


class Rss:
    UPSTREAM: ClassVar[str] = "rss"
    OPTIONS: ClassVar[frozenset[str]] = feed.OPTIONS | {"attached", "start_element", "end_element"}
    IS_DOCUMENT: ClassVar[bool] = True

    def __init__(self, source: Source) -> None:
        self.source = source
        with Options(source) as given:
            feed.check(given)
            for option in ("start_element", "end_element"):
                given.text_or_none(option, 'the name of an element, such as "start" or "{https://x.example/ns}start"')
            given.flag("attached")

    def collections(self) -> Iterable[Collection]:
        yield feed.programme(self.events, withdraws=False, conditional=not self.source.options.get("attached"))

    def probe(self) -> Fetch[int]:
        """How many items the feed holds."""
        return self._ask(count_items)

    def events(self, ask: Ask) -> Fetch[Page[Event]]:
        """The whole feed, as events inside the window; after it the calendars that are attached to its items."""
        if ask.after is not None:
            return rss_attached.fetch(self.source, ask.after, feed.window_at(ask.now))
        return self._ask(partial(read_feed, window=feed.window_at(ask.now)))

    def _ask(self, parse: Callable[[Reply], T]) -> Fetch[T]:
        accept = "application/rss+xml, application/atom+xml, application/xml;q=0.9, */*;q=0.5"
        request = Request(method="GET", url=feed.address_of(self.source), headers=(("Accept", accept),))
        return Fetch(source=self.source, request=request, parse=parse, freshness=feed.FEED)


def count_items(reply: Reply) -> int:
    return len(_document(reply).items)


def read_feed(reply: Reply, *, window: Window) -> Page[Event]:
    """The events inside the window, and the parents of those that take place several times."""
    document = _document(reply)
    reader = _Reader(reply, document, window)
    for item in document.items:
        reader.read(item)
    return reply.page(
        reader.events,
        sent=len(document.items),
        dropped=reader.dropped,
        remarks=[*document.remarks, *reader.remarks],
        next=rss_attached.following(tuple(dict.fromkeys(reader.calendars))),
        complete=document.is_whole,
        wish=feed.wish_of(reply, document.ttl),
    )


def _document(reply: Reply) -> Document:
    charset = CHARSET.search(reply.headers.get("content-type", ""))
    try:
        return read_document(reply.body, reply.request.url, charset[1] if charset else None)
    except NoFeed as error:
        raise reply.changed(str(error)) from error


class _Reader:
    """One reading of one feed."""

    def __init__(self, reply: Reply, document: Document, window: Window) -> None:
        self._reply = reply
        self._source = reply.source
        self._zone = feed.zone_of(reply.source)
        self._language = feed.language_of(reply.source, document.language)
        self._window = window
        self._keys: set[str] = set()
        self.calendars: list[str] = []
        self.events: list[Event] = []
        self.dropped: list[Dropped] = []
        self.remarks: list[Remark] = []

    def read(self, item: Item) -> None:
        identity = _identity(item)
        where = item.where
        given = list(_given(item, self._source))
        if not given:
            calendar = rss_attached.calendar_of(item)
            if calendar is not None and self._may_follow(calendar):
                self.calendars.append(calendar)
                return
            reason, mend = (NEWS, NEWS_MEND) if calendar is None else (ATTACHED, ATTACHED_MEND)
            self.remarks.append(Remark(key=identity, reason=reason, where=where, mend=mend, is_kept=False))
            return
        try:
            found = self._times(given[:MOST_TIMES], identity, where)
            if plain(item.text(("", "title"), ("xcal", "summary"))) is None:
                raise Unreadable("it has no title", mend="Give each item a title.")
        except (ValueError, OverflowError) as error:
            self.dropped.append(dropped_for(error, key=identity, where=where))
            return
        if identity is None:
            identity = feed.made_key(plain(item.text(("", "title"))) or "", feed.stamp(found[0].starts_at))
        if identity in self._keys:
            self.remarks.append(Remark(key=identity, reason=TWICE, where=where, mend=TWICE_MEND, is_kept=False))
            return
        self._keys.add(identity)
        inside = [one for one in found if self._window.holds(one.starts_at, one.ends_at)]
        if inside:
            self.events += self._events(item, identity, inside, is_series=len(found) > 1)

    def _may_follow(self, calendar: str) -> bool:
        is_asked_for = self._source.options.get("attached") is True and len(self.calendars) < rss_attached.MOST
        return is_asked_for and feed.is_same_site(calendar, self._source)

    def _times(self, given: Sequence[Given], key: str | None, where: str) -> list[Times]:
        """By start, each start once. Unreadable if none of them can be read."""
        found: dict[datetime, Times] = {}
        problem: ValueError | None = None
        for said in given:
            zone = named_zone(said.zone, self._zone)
            try:
                start = read_when(said.start, zone)
            except ValueError as error:
                problem = error
                continue
            end = _when(said.end, zone)
            one, fits = times(start, end, zone, end_is_out=said.end_is_out)
            if not fits or (end is None and said.end is not None):
                self.remarks.append(Remark(key=key, reason=BAD_END, where=where, mend=BAD_END_MEND))
            found.setdefault(one.starts_at, one)
        if not found:
            assert problem is not None
            raise problem
        if problem is not None:
            self.remarks.append(Remark(key=key, reason=f"{problem}"[:300], where=where))
        return [found[start] for start in sorted(found)]

    def _events(self, item: Item, key: str, found: Sequence[Times], *, is_series: bool) -> Iterator[Event]:
        said = self._said(item, key)
        parent: Ref | None = None
        if is_series:
            parent = said.ref
            yield msgspec.structs.replace(
                said, is_series=True, starts_at=found[0].starts_at, ends_at=max(one.ends_at for one in found)
            )
        for one in found:
            yield msgspec.structs.replace(
                said,
                ref=said.ref
                if parent is None
                else self._source.ref(Event.kind, f"{said.ref.key}/{feed.stamp(one.starts_at)}"),
                starts_at=one.starts_at,
                ends_at=one.ends_at,
                is_all_day=one.starts_on is not None,
                starts_on=one.starts_on,
                ends_on=one.ends_on,
                series=parent,
            )

    def _said(self, item: Item, key: str) -> Event:
        """What an item says of the event, but for when it is."""
        language = feed.primary(item.language) or self._language
        place = _place(item)
        online = weblink(place) if place is not None and "://" in place else None
        return Event(
            ref=self._source.ref(Event.kind, feed.key_for(key)),
            read_at=self._reply.read_at,
            modified_at=_modified(item),
            url=_link(item),
            name=feed.texts([(None, item.text(("", "title"), ("xcal", "summary")))], language),
            description=feed.texts([(None, _description(item))], language, lambda text: html_of(as_html(text))),
            status=STATUSES.get((item.text(("xcal", "status")) or "").upper(), EventStatus.SCHEDULED),
            is_online=online is not None,
            location_text=None if online is not None else feed.texts([(None, place)], language),
            location=_location(item),
            organiser_name=feed.organiser_of(
                self._source, [(None, item.text(("ev", "organizer"), ("xcal", "organizer")))], language
            ),
            categories=tuple(_categories(item, language)),
            pictures=tuple(Picture(url=url) for url in dict.fromkeys(_pictures(item))),
            links=() if online is None else (Link(url=online),),
            uid=item.text(("", "guid"), ("", "id"), ("xcal", "uid")),
        )


def _identity(item: Item) -> str | None:
    given = item.text(("", "guid"), ("", "id"), ("xcal", "uid"))
    if given is not None:
        return given
    link = _link(item)
    return None if link is None else feed.bare_address(link)


# -- when ---------------------------------------------------------------------------------------------------------


def _given(item: Item, source: Source) -> Iterator[Given]:
    """The times that an item says, of the first of the ways that it uses."""
    named = source.options.get("start_element")
    ways: Iterable[Iterable[Given]] = (
        _named(item, str(named), str(source.options.get("end_element", ""))) if named else (),
        _in_pairs(item, "ev", "startdate", "enddate"),
        _in_pairs(item, "xcal", "dtstart", "dtend"),
        _in_attributes(item),
        _in_description(item),
    )
    for way in ways:
        found = list(way)
        if found:
            yield from found
            return


def _in_pairs(item: Item, space: str, start: str, end: str) -> Iterator[Given]:
    """An end belongs to the start before it."""
    last: Given | None = None
    for (its_space, name), element in item.fields:
        if its_space != space or name not in {start, end} or not (text := content(element)):
            continue
        if name == start:
            if last is not None:
                yield last
            last = Given(text, None, element.get("tzid") or element.get("TZID"), end_is_out=space == "xcal")
        elif last is not None and last.end is None:
            last = msgspec.structs.replace(last, end=text)
    if last is not None:
        yield last


def _in_attributes(item: Item) -> Iterator[Given]:
    for element in item.all(("gd", "when")):
        if start := element.get("startTime"):
            yield Given(start, element.get("endTime"), end_is_out=True)


def _in_description(item: Item) -> Iterator[Given]:
    """Drupal writes them so; two of them are start and end."""
    found = [next(filter(None, groups), "") for groups in TIME_TAG.findall(_description(item) or "")]
    if found:
        yield Given(found[0], found[1] if len(found) > 1 else None)


def _named(item: Item, start: str, end: str) -> Iterator[Given]:
    """The elements that the source's options name."""
    begins = next(_called(item.element, start), None)
    if begins is not None:
        yield Given(begins, next(_called(item.element, end), None))


def _called(parent: Element, name: str) -> Iterator[str]:
    for child in parent:
        tag = child.tag if isinstance(child.tag, str) else ""
        if tag == name or ("{" not in name and tag.rpartition("}")[2] == name):
            yield from filter(None, [content(child)])


def _when(text: str | None, zone: tzinfo) -> When | None:
    try:
        return None if text is None else read_when(text, zone)
    except ValueError:
        return None


def _modified(item: Item) -> datetime | None:
    """Atom tells; RSS tells only when an item was published."""
    when = _when(item.text(("", "updated")), UTC)
    return when.instant if isinstance(when, Moment) else None


# -- what and where -----------------------------------------------------------------------------------------------


def _link(item: Item) -> str | None:
    for element in item.all(("", "link")):
        if element.get("rel", "alternate") != "alternate":
            continue
        found = item.link(element.get("href") or content(element))
        if found is not None:
            return found
    guid = next(iter(item.all(("", "guid"))), None)
    if guid is None or guid.get("isPermaLink") == "false":
        return None
    return weblink(content(guid))


def _description(item: Item) -> str | None:
    return item.text(
        ("content", "encoded"), ("", "content"), ("", "description"), ("", "summary"), ("xcal", "description")
    )


def _place(item: Item) -> str | None:
    given = item.text(("ev", "location"), ("xcal", "location"))
    return given or next((text for one in item.all(("gd", "where")) if (text := one.get("valueString"))), None)


def _location(item: Item) -> Point | None:
    """GeoRSS and GML give latitude before longitude."""
    spots = [content(element) for element in item.all(("georss", "point"), ("georss", "where"))]
    lat, lon = item.text(("geo", "lat")), item.text(("geo", "long"))
    if lat is not None and lon is not None:
        spots.append(f"{lat} {lon}")
    for spot in spots:
        numbers = spot.replace(",", " ").split()
        if len(numbers) == 2 and all(NUMBERS.fullmatch(number) for number in numbers):
            return point(float(numbers[0]), float(numbers[1]))
    return None


def _categories(item: Item, language: str) -> Iterator[LocalizedText]:
    for element in item.all(("", "category"), ("dc", "subject"), ("xcal", "categories")):
        text = feed.texts([(None, element.get("label") or content(element) or element.get("term"))], language)
        if text is not None:
            yield text


def _pictures(item: Item) -> Iterator[str]:
    groups = [child for group in item.all(("media", "group")) for child in group]
    for element in [*item.all(("media", "content"), ("media", "thumbnail")), *groups]:
        is_other = element.get("medium", "image") != "image" or not element.get("type", "image/").startswith("image/")
        if not is_other and (url := item.link(element.get("url"))) is not None:
            yield url
    for element in item.all(("", "enclosure"), ("", "link")):
        if element.get("type", "").startswith("image/"):
            url = item.link(element.get("url") or element.get("href"))
            if url is not None:
                yield url
