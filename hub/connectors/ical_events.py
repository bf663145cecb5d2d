"""The events of a calendar file: its components as records, inside a window. One broken component costs itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

import msgspec

from hub.connectors import feed
from hub.connectors.ical_series import Identity, Occurrence, Told, Window, identity_of, occurrences, read_times
from hub.connectors.ical_text import MOST_EVENTS, Component, File, NoCalendar, Property, as_html, read_file, split
from hub.connectors.ical_time import Moment, Zones, read_duration
from hub.connectors.markup import html_of, plain
from hub.connectors.weblinks import weblink
from hub.fetch import Dropped, Page, Remark, Reply, Source, Unreadable, dropped_for
from hub.records.core import LocalizedText, Picture, Point, point
from hub.records.events import Event, EventStatus, Link

STATUSES = {
    "CANCELLED": EventStatus.CANCELLED,
    "CANCELED": EventStatus.CANCELLED,
    "TENTATIVE": EventStatus.TENTATIVE,
}
GEO_LINK = re.compile(r"geo:(-?\d{1,3}(?:\.\d+)?),(-?\d{1,3}(?:\.\d+)?)", re.ASCII | re.IGNORECASE)
GEO = re.compile(r"\s*(-?\d{1,3}(?:\.\d+)?)\s*\\?[;,]\s*(-?\d{1,3}(?:\.\d+)?)\s*", re.ASCII)
NO_UID = "it has no UID: its identity is made of title, start and place, and changes when they do"
NO_UID_MEND = "Give each event a UID that stays the same for ever."
CUT_OFF = Remark(
    key=None,
    reason="the file has no end: it was cut off, so nothing that it lacks counts as withdrawn",
    mend="Check that the whole file is sent, up to END:VCALENDAR.",
)
TOO_MANY = Remark(key=None, reason=f"it has more than {MOST_EVENTS} events: the later ones are left out")


def count_events(reply: Reply) -> int:
    return sum(len(calendar.inner("VEVENT")) for calendar in _file(reply).calendars)


def read_feed(reply: Reply, *, window: Window) -> Page[Event]:
    """The occurrences inside the window, and the parents of those that recur.

    Not complete, so that nothing is withdrawn for its sake: a feed that was cut off, or of which no event can be read.
    """
    file = _file(reply)
    dropped: list[Dropped] = []
    remarks: list[Remark] = []
    if not file.is_whole:
        remarks.append(CUT_OFF)
    if not file.is_all:
        remarks.append(TOO_MANY)
    if not file.is_utf_8:
        remarks.append(feed.NOT_UTF_8)
    groups: dict[str, _Group] = {}
    for calendar in file.calendars:
        _gather(calendar, reply.source, groups, dropped, remarks)
    events: list[Event] = []
    for key, group in groups.items():
        events += _read(key, group, reply, window, dropped)
        if len(events) > feed.MOST_EVENTS:
            dropped.append(Dropped(key=key, reason=f"the feed has more than {feed.MOST_EVENTS} occurrences"))
            return reply.page(events[: feed.MOST_EVENTS], dropped=dropped, remarks=remarks, complete=False)
    is_readable = bool(groups) or not dropped
    return reply.page(
        events,
        dropped=dropped,
        remarks=remarks,
        complete=file.is_whole and file.is_all and is_readable,
        wish=feed.wish_of(reply, _refresh(file)),
    )


def _refresh(file: File) -> timedelta | None:
    """RFC 7986's way to say how often to come, and Microsoft's older one."""
    for calendar in file.calendars:
        for name in ("REFRESH-INTERVAL", "X-PUBLISHED-TTL"):
            length = read_duration(calendar.text(name) or "")
            if length is not None:
                return timedelta(days=length.days) + length.rest
    return None


class _Group(msgspec.Struct):
    """What a feed says under one UID."""

    uid: str | None
    wholes: list[Told] = []  # the event or series itself, in its versions
    parts: list[Told] = []  # single occurrences of it


def _file(reply: Reply) -> File:
    try:
        return read_file(reply.body)
    except NoCalendar as error:
        raise reply.changed(str(error)) from error


def _gather(
    calendar: Component, source: Source, groups: dict[str, _Group], dropped: list[Dropped], remarks: list[Remark]
) -> None:
    zones = Zones(calendar, feed.zone_of(source))
    is_cancelled = (calendar.text("METHOD") or "").upper() == "CANCEL"
    for event in calendar.inner("VEVENT"):
        uid = event.text("UID")
        key, where = _key(event, uid), f"line {event.line}"
        try:
            told = read_times(event, zones, is_cancelled=is_cancelled)
        except (ValueError, OverflowError) as error:
            dropped.append(dropped_for(error, key=key, where=where))
            continue
        if uid is None:
            remarks.append(Remark(key=key, reason=NO_UID, where=where, mend=NO_UID_MEND))
        if told.doubt is not None:
            remarks.append(Remark(key=key, reason=f"{told.doubt}", where=where, mend=told.doubt.mend))
        group = groups.setdefault(key, _Group(uid))
        (group.wholes if event.first("RECURRENCE-ID") is None else group.parts).append(told)
    remarks += [
        Remark(
            key=None,
            reason=f"nobody knows the time zone {name[:60]!r}: its times are read in {zones.default}",
            where=f"line {calendar.line}",
            mend="Name zones as the IANA does (Europe/Helsinki), or define them in a VTIMEZONE.",
        )
        for name in sorted(zones.unknown)
    ]


def _read(key: str, group: _Group, reply: Reply, window: Window, dropped: list[Dropped]) -> Iterator[Event]:
    series = _latest(group.wholes) if group.wholes else None
    moved: dict[Identity, list[Told]] = {}
    for part in group.parts:
        named = part.event.first("RECURRENCE-ID")
        assert named is not None  # that is what made it a part
        try:
            moved.setdefault(identity_of(named, series or part), []).append(part)
        except (ValueError, OverflowError) as error:
            dropped.append(dropped_for(error, key=key, where=f"line {part.event.line}"))
    try:
        found, problems = occurrences(series, {name: _latest(versions) for name, versions in moved.items()}, window)
    except OverflowError:  # a length or a zone that leads out of the calendar
        found, problems = [], [Unreadable("its times lead outside the calendar")]
    where = f"line {series.event.line}" if series is not None else None
    dropped += [dropped_for(problem, key=key, where=where) for problem in problems]
    templates: dict[int, Event] = {}
    parent = None
    if series is not None and found and any(one.original is not None for one in found):
        parent = _parent(key, group, series, found, reply)
        yield parent
    for one in found:
        template = templates.get(id(one.told))
        if template is None:
            template = templates[id(one.told)] = _said(key, group, one.told, reply)
        yield msgspec.structs.replace(
            template,
            ref=template.ref if one.original is None else reply.source.ref(Event.kind, f"{key}/{_stamp(one.original)}"),
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            is_all_day=one.starts_on is not None,
            starts_on=one.starts_on,
            ends_on=one.ends_on,
            series=None if parent is None else parent.ref,
        )


def _latest(versions: Sequence[Told]) -> Told:
    """The highest SEQUENCE, then the latest LAST-MODIFIED, then the last in the file."""

    def order(position: int) -> tuple[int, float, int]:
        told = versions[position]
        sequence = told.event.text("SEQUENCE") or ""
        modified = _modified(told)
        number = int(sequence) if sequence.isdecimal() and len(sequence) < 10 else 0
        return number, modified.timestamp() if modified else 0.0, position

    return versions[max(range(len(versions)), key=order)]


def _key(event: Component, uid: str | None) -> str:
    if uid is None:
        said = "|".join(_value(event, name) for name in ("SUMMARY", "DTSTART", "LOCATION"))
        return feed.made_key(said)
    return feed.key_for(uid)


def _value(event: Component, name: str) -> str:
    prop = event.first(name)
    return "" if prop is None else prop.value.strip()


def _stamp(original: Identity) -> str:
    return feed.stamp(original) if isinstance(original, datetime) else original.isoformat()


def _parent(key: str, group: _Group, series: Told, found: Sequence[Occurrence], reply: Reply) -> Event:
    """The series itself; its time is that of its occurrences in the window."""
    return msgspec.structs.replace(
        _said(key, group, series, reply),
        is_series=True,
        starts_at=found[0].starts_at,
        ends_at=max(one.ends_at for one in found),
    )


def _said(key: str, group: _Group, told: Told, reply: Reply) -> Event:
    """What a component says of the event, but for when it is."""
    event, source = told.event, reply.source
    language = feed.language_of(source)
    place = event.text("LOCATION")
    online = weblink(place) if place is not None and "://" in place else None
    meeting = weblink(event.text("CONFERENCE"))
    return Event(
        ref=source.ref(Event.kind, key),
        read_at=reply.read_at,
        modified_at=_modified(told),
        url=weblink(event.text("URL")),
        name=_texts(event.all("SUMMARY"), language, plain),
        description=_description(event, language),
        status=EventStatus.CANCELLED if told.is_cancelled else _status(event),
        is_online=online is not None or (meeting is not None and place is None),
        location_text=None if online is not None else _texts(event.all("LOCATION"), language, plain),
        location=_location(event),
        organiser_name=_organiser(event, source, language),
        categories=tuple(_categories(event, language)),
        pictures=tuple(_pictures(event)),
        links=tuple(Link(url=url) for url in dict.fromkeys((online, meeting)) if url is not None),
        uid=group.uid,
    )


def _status(event: Component) -> EventStatus:
    return STATUSES.get((event.text("STATUS") or "").upper(), EventStatus.SCHEDULED)


def _modified(told: Told) -> datetime | None:
    prop = told.event.first("LAST-MODIFIED")
    if prop is None:
        return None
    try:
        when = told.zones.of(prop)
        return when.instant if isinstance(when, Moment) else told.zones.midnight(when)
    except (ValueError, OverflowError):
        return None


def _texts(props: Iterable[Property], language: str, clean: Callable[[str], str | None]) -> LocalizedText | None:
    return feed.texts(((prop.params.get("LANGUAGE"), prop.text) for prop in props), language, clean)


def _description(event: Component, language: str) -> LocalizedText | None:
    rich = [prop for prop in event.all("X-ALT-DESC") if "html" in prop.params.get("FMTTYPE", "").lower()]
    return _texts(rich, language, html_of) or _texts(
        event.all("DESCRIPTION"), language, lambda text: html_of(as_html(text))
    )


def _location(event: Component) -> Point | None:
    given = GEO.fullmatch(_value(event, "GEO")) or GEO_LINK.match(_value(event, "X-APPLE-STRUCTURED-LOCATION"))
    return None if given is None else point(float(given[1]), float(given[2]))


def _organiser(event: Component, source: Source, language: str) -> LocalizedText | None:
    prop = event.first("ORGANIZER")
    return feed.organiser_of(source, [] if prop is None else [(None, prop.params.get("CN"))], language)


def _categories(event: Component, language: str) -> Iterator[LocalizedText]:
    for prop in event.all("CATEGORIES"):
        for value in split(prop.value):
            text = _texts([Property(prop.name, prop.params, value)], language, plain)
            if text is not None:
                yield text


def _pictures(event: Component) -> Iterator[Picture]:
    """Attached images by address; those inside the file are passed over."""
    attached = [prop for prop in event.all("ATTACH") if prop.params.get("FMTTYPE", "").lower().startswith("image/")]
    for prop in [*event.all("IMAGE"), *attached]:
        if (url := weblink(prop.text)) is not None:
            yield Picture(url=url)
