"""schema.org's events as ours: what a node of JSON-LD (or microdata) says, wherever it was found.

Nodes refer to each other inside one page (`@id`); what lies elsewhere is never loaded. An EventSeries is no event but
the parent of its members, which take from it what they lack. A Schedule becomes a recurrence rule, expanded within the
same bounds as a calendar's. Performers are never read.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any, Final

import msgspec

from hub.connectors import feed
from hub.connectors.feed import Said
from hub.connectors.feed_times import BAD_END, BAD_END_MEND, Times, named_zone, read_when, times
from hub.connectors.ical_series import Window, occurrences
from hub.connectors.ical_text import as_html
from hub.connectors.ical_time import Length, Moment, When, known_zone, read_duration
from hub.connectors.markup import html_of, plain
from hub.connectors.page_nodes import Found
from hub.connectors.schema_schedules import no_time, scheduled
from hub.connectors.schema_values import (
    LONGEST_LIST,
    Node,
    count,
    degrees,
    is_virtual,
    many,
    number,
    said,
    text_of,
    types_of,
    word,
)
from hub.connectors.weblinks import weblink
from hub.fetch import Dropped, Remark, Reply, dropped_for
from hub.records.core import LocalizedText, Picture, Point, Ref, point
from hub.records.events import Event, EventStatus, EventType, Link, Offer

EVENTS: Final = frozenset({
    "Event", "BusinessEvent", "ChildrensEvent", "ComedyEvent", "CourseInstance", "DanceEvent", "DeliveryEvent",
    "EducationEvent", "ExhibitionEvent", "Festival", "FoodEvent", "Hackathon", "LiteraryEvent", "MusicEvent",
    "PublicationEvent", "SaleEvent", "ScreeningEvent", "SocialEvent", "SportsEvent", "TheaterEvent",
    "VisualArtsEvent", "ConferenceEvent", "PerformingArtsEvent",
})  # fmt: skip
COURSES: Final = frozenset({"CourseInstance", "EducationEvent"})
SERIES: Final = "EventSeries"
INSIDE: Final = (
    "@graph", "mainEntity", "mainEntityOfPage", "itemListElement", "item", "subEvent", "subEvents", "event", "events",
    "hasPart", "hasCourseInstance",
)  # fmt: skip
INHERITED: Final = ("name", "location", "organizer", "image", "inLanguage", "eventAttendanceMode", "offers")
STATUSES: Final = {
    "EventCancelled": EventStatus.CANCELLED,
    "EventPostponed": EventStatus.POSTPONED,
    "EventRescheduled": EventStatus.RESCHEDULED,
    "EventMovedOnline": EventStatus.MOVED_ONLINE,
}
FREE: Final = frozenset({"true", "1", "yes"})
DEEPEST: Final = 40
MOST_NODES: Final = 200_000
AGES: Final = re.compile(r"\s*(\d{1,3})\s*(?:[-–]\s*(\d{1,3})|\+)?\s*-?\s*", re.ASCII)
NO_NAME: Final = "it has no name"
NO_NAME_MEND: Final = "Give each event a name."


class Events(msgspec.Struct):
    """What was read of one reply. `is_all` False: it holds more than is read."""

    events: list[Event] = []
    dropped: list[Dropped] = []
    remarks: list[Remark] = []
    sent: int = 0
    is_all: bool = True


class _Candidate(msgspec.Struct):
    """An event's node with its times. `name`: of its identity, by @id or address; None: it has none of its own."""

    node: Node
    where: str
    times: list[Times]
    recurs: bool
    name: str | None = None
    by_id: bool = False
    series: Node | None = None
    key: str = ""


def read_events(found: Iterable[Found], reply: Reply, window: Window, language: str | None) -> Events:
    """The events inside the window that these values hold. `language`: what the page says that it is in."""
    return _Reading(list(found), reply, window, language).read()


class _Reading:
    def __init__(self, found: list[Found], reply: Reply, window: Window, language: str | None) -> None:
        self._found = found
        self._reply = reply
        self._source = reply.source
        self._zone = feed.zone_of(reply.source)
        self._window = window
        self._language = feed.language_of(reply.source, language)
        self._nodes: dict[str, Node] = {}
        self._keys = {id(one.value): one.key for one in found if one.key is not None}
        self._out = Events()

    def read(self) -> Events:
        every = list(self._walk())
        for node, _, _ in every:
            self._know(node)
        series_of = self._members(every)
        candidates: list[_Candidate] = []
        count = 0
        seen: set[int] = set()
        for node, where, parent in every:
            if id(node) in seen or not types_of(node) & EVENTS or self._node(node) is not node:
                continue
            seen.add(id(node))
            self._out.sent += 1
            series = self._series(node, parent, series_of)
            candidate = self._candidate(inheriting(node, series), where, self._keys.get(id(node)))
            if candidate is not None:
                candidate.series = series
                candidates.append(candidate)
                count += len(candidate.times)
            if count > feed.MOST_EVENTS:
                self._too_many(where)
                break
        self._identify(candidates)
        self._make(candidates)
        return self._out

    # -- which nodes ----------------------------------------------------------------------------------------------

    def _walk(self) -> Iterator[tuple[Node, str, Node | None]]:
        """Every node with the one that it stands in, from the outside in."""
        count = 0
        waiting: list[tuple[Any, str, Node | None, int]] = [
            (one.value, one.where, None, 0) for one in reversed(self._found)
        ]
        while waiting:
            value, where, parent, depth = waiting.pop()
            if depth > DEEPEST:
                continue
            count += 1
            if count > MOST_NODES:
                self._too_many(where)
                return
            if isinstance(value, list):
                waiting += [(one, where, parent, depth + 1) for one in reversed(value)]
            elif isinstance(value, dict):
                yield value, where, parent
                for name in reversed(INSIDE):
                    if isinstance(inner := value.get(name), (dict, list)):
                        waiting.append((inner, where, value, depth + 1))

    def _too_many(self, where: str) -> None:
        self._out.is_all = False
        self._out.remarks.append(Remark(key=None, reason="it holds more than is read from there on", where=where))

    def _know(self, node: Node) -> None:
        """By its @id; of several the one that says most."""
        name = node.get("@id")
        if isinstance(name, str) and len(node) > len(self._nodes.get(name, {"@id": 0})):
            self._nodes[name] = node
        for value in node.values():
            if isinstance(value, dict) and isinstance(value.get("@id"), str) and len(value) > 1:
                self._nodes.setdefault(value["@id"], value)

    def _node(self, value: Any) -> Node | None:
        """A node that stands here, or is named here by its @id."""
        if isinstance(value, str):
            return self._nodes.get(value)
        if not isinstance(value, dict):
            return None
        return self._nodes.get(str(value.get("@id")), value) if value.keys() <= {"@id", "@type"} else value

    def _members(self, every: Iterable[tuple[Node, str, Node | None]]) -> dict[str, Node]:
        """The series that names a node's @id among its own events."""
        return {
            str(member.get("@id") if isinstance(member, dict) else member): node
            for node, _, _ in every
            if SERIES in types_of(node)
            for member in many(node.get("subEvent"))
        }

    def _series(self, node: Node, parent: Node | None, members: Mapping[str, Node]) -> Node | None:
        named = next((one for value in many(node.get("superEvent")) if (one := self._node(value))), None)
        for candidate in (named, parent, members.get(str(node.get("@id")))):
            if candidate is not None and SERIES in types_of(candidate):
                return candidate
        return None

    # -- when -----------------------------------------------------------------------------------------------------

    def _candidate(self, node: Node, where: str, key: str | None) -> _Candidate | None:
        name, by_id = self._name(node) if key is None else (key, True)
        if not any(plain(text) for _, text in said(node.get("name"))):
            self._out.remarks.append(Remark(key=name, reason=NO_NAME, where=where, mend=NO_NAME_MEND, is_kept=False))
            return None
        try:
            schedules = [one for one in many(node.get("eventSchedule")) if isinstance(one, dict)]
            if schedules:
                found = [one for schedule in schedules for one in self._scheduled(node, schedule, name, where)]
                return _Candidate(node, where, found, recurs=True, name=name, by_id=by_id)
            return _Candidate(node, where, [self._once(node, name, where)], recurs=False, name=name, by_id=by_id)
        except (ValueError, OverflowError) as error:
            self._out.dropped.append(dropped_for(error, key=name, where=where))
            return None

    def _once(self, node: Node, key: str | None, where: str) -> Times:
        given = text_of(node.get("startDate"))
        if given is None:
            raise no_time()
        start = read_when(given, self._zone)
        end: When | Length | None = None
        is_good = True
        if (last := text_of(node.get("endDate"))) is not None:
            try:
                end = read_when(last, self._zone)
            except ValueError:
                is_good = False
        if end is None and (duration := text_of(node.get("duration"))) is not None:
            end = read_duration(duration)
        found, fits = times(start, end, self._zone, end_is_out=False)
        if not (is_good and fits):
            self._out.remarks.append(Remark(key=key, reason=BAD_END, where=where, mend=BAD_END_MEND))
        return found

    def _scheduled(self, node: Node, schedule: Node, key: str | None, where: str) -> list[Times]:
        """The occurrences of a Schedule inside the window. Unreadable where it names no times or too many."""
        zone_name = text_of(schedule.get("scheduleTimezone"))
        zone = named_zone(zone_name, self._zone)
        told = scheduled(node, schedule, zone, self._zone_name(zone_name))
        if told is None:
            return []
        found, problems = occurrences(told, {}, self._window)
        self._out.remarks += [
            Remark(key=key, reason=f"{problem}", where=where, mend=problem.mend) for problem in problems
        ]
        return [Times(one.starts_at, one.ends_at, one.starts_on, one.ends_on) for one in found]

    def _zone_name(self, name: str | None) -> str:
        return name if name is not None and known_zone(name) is not None else self._zone.key

    # -- which event ----------------------------------------------------------------------------------------------

    def _name(self, node: Node) -> tuple[str | None, bool]:
        """What identifies it: its @id, else its address."""
        own = node.get("@id")
        if isinstance(own, str) and own.strip() and not own.startswith("_:"):
            return weblink(own, self._reply.request.url) or own.strip(), True
        url = self._url(node)
        return (None, False) if url is None else (feed.bare_address(url), False)

    def _identify(self, candidates: Sequence[_Candidate]) -> None:
        """One listing page may be the address of many, and one event may stand there in two languages."""
        groups: defaultdict[str, list[_Candidate]] = defaultdict(list)
        for candidate in candidates:
            if candidate.name is not None:
                groups[candidate.name].append(candidate)
        for candidate in candidates:
            group = groups.get(candidate.name or "", [])
            starts = {_first(one) for one in group}
            titles = Counter(_title(one.node) for one in group)
            if candidate.name is None or (not candidate.by_id and len(titles) > 1):
                first = _first(candidate)
                page = feed.bare_address(self._reply.request.url)
                said_start = "" if first is None or candidate.recurs else feed.stamp(first)
                candidate.key = feed.made_key(page, _title(candidate.node), said_start)
            else:
                candidate.key = feed.key_for(candidate.name)
            if len(starts) > 1 and not candidate.recurs and candidate.key == feed.key_for(candidate.name or ""):
                candidate.recurs = True

    def _make(self, candidates: Sequence[_Candidate]) -> None:
        made: dict[str, Event] = {}
        parents: dict[str, tuple[Event, list[Times]]] = {}
        for candidate in candidates:
            inside = [one for one in candidate.times if self._window.holds(one.starts_at, one.ends_at)]
            if not inside:
                continue
            event = self._said(candidate.node, candidate.key)
            parent: Ref | None = None
            if candidate.recurs:
                parents.setdefault(candidate.key, (event, []))[1].extend(inside)
                parent = event.ref
            if candidate.series is not None:
                whole = self._said(candidate.series, self._series_key(candidate.series))
                parents.setdefault(whole.ref.key, (whole, []))[1].extend(inside)
                parent = parent or whole.ref
            for one in inside:
                ref = event.ref
                if candidate.recurs:
                    ref = self._source.ref(Event.kind, f"{candidate.key}/{feed.stamp(one.starts_at)}")
                occurrence = msgspec.structs.replace(
                    event,
                    ref=ref,
                    starts_at=one.starts_at,
                    ends_at=one.ends_at,
                    is_all_day=one.starts_on is not None,
                    starts_on=one.starts_on,
                    ends_on=one.ends_on,
                    series=parent,
                )
                made[ref.key] = in_both_languages(made[ref.key], occurrence) if ref.key in made else occurrence
        for key, (event, spans) in parents.items():
            self._out.events.append(
                msgspec.structs.replace(
                    event,
                    is_series=True,
                    starts_at=min(one.starts_at for one in spans),
                    ends_at=max(one.ends_at for one in spans),
                )
            )
            made.pop(key, None)
        self._out.events += made.values()

    def _series_key(self, series: Node) -> str:
        name, _ = self._name(series)
        return feed.key_for(name) if name is not None else feed.made_key(self._reply.request.url, _title(series))

    # -- what it says ---------------------------------------------------------------------------------------------

    def _said(self, node: Node, key: str) -> Event:
        spoken = [tag for one in many(node.get("inLanguage")) if (tag := feed.primary(text_of(one)))]
        language = spoken[0] if len(spoken) == 1 else self._language
        places = [self._node(one) or one for one in many(node.get("location"))]
        online = [url for one in places if (url := self._virtual(one)) is not None]
        real = [one for one in places if not is_virtual(one)]
        mode = word(node.get("eventAttendanceMode"))
        status = next((STATUSES[one] for value in many(node.get("eventStatus")) if (one := word(value)) in STATUSES),
                      EventStatus.SCHEDULED)  # fmt: skip
        ages = AGES.fullmatch(text_of(node.get("typicalAgeRange")) or "")
        return Event(
            ref=self._source.ref(Event.kind, key),
            read_at=self._reply.read_at,
            modified_at=_instant(text_of(node.get("dateModified")), self._zone),
            url=self._url(node),
            name=feed.texts(said(node.get("name")), language),
            summary=feed.texts(said(node.get("disambiguatingDescription")), language),
            description=feed.texts(said(node.get("description")), language, lambda text: html_of(as_html(text))),
            status=status,
            type=EventType.COURSE if types_of(node) & COURSES else EventType.GENERAL,
            is_online=bool(online)
            or mode in {"OnlineEventAttendanceMode", "MixedEventAttendanceMode"}
            or status is EventStatus.MOVED_ONLINE,
            location_text=next((text for one in real if (text := self._where(one, language))), None),
            location=next((spot for one in real if (spot := self._spot(one))), None),
            organiser_name=self._organiser(node, language),
            categories=tuple(_categories(node, language)),
            min_age=None if ages is None else int(ages[1]),
            max_age=None if ages is None or ages[2] is None else int(ages[2]),
            languages=tuple(dict.fromkeys(spoken)),
            offers=tuple(self._offers(node, language)),
            pictures=tuple(Picture(url=url) for url in self._pictures(node)),
            max_attendees=count(node.get("maximumAttendeeCapacity")),
            links=tuple(Link(url=url) for url in dict.fromkeys(online)),
            uid=self._uid(node),
        )

    def _uid(self, node: Node) -> str | None:
        name, by_id = self._name(node)
        return name if by_id else None

    def _url(self, node: Node) -> str | None:
        return next(
            (url for one in many(node.get("url")) if (url := weblink(text_of(one), self._reply.request.url))), None
        )

    def _virtual(self, place: Any) -> str | None:
        if isinstance(place, str):
            return weblink(place) if "://" in place else None
        return weblink(text_of(place.get("url"))) if is_virtual(place) else None

    def _where(self, place: Any, language: str) -> LocalizedText | None:
        """A name and an address in one line: "Museo, Museokatu 1, 00100 Helsinki"."""
        if isinstance(place, str):
            return None if "://" in place else feed.texts([(None, place)], language)
        if not isinstance(place, dict):
            return None
        address = self._node(place.get("address")) or place.get("address")
        line = _address(place if "PostalAddress" in types_of(place) else address)
        names = said(place.get("name"))
        if not names:
            return feed.texts([(None, line)], language)
        return feed.texts(
            [(tag, ", ".join(part for part in (name, line if line != name else None) if part)) for tag, name in names],
            language,
        )

    def _spot(self, place: Any) -> Point | None:
        geo = self._node(place.get("geo")) if isinstance(place, dict) else None
        if geo is None:
            return None
        return point(degrees(geo.get("latitude")), degrees(geo.get("longitude")))

    def _organiser(self, node: Node, language: str) -> LocalizedText | None:
        names: list[Said] = []
        for one in many(node.get("organizer")):
            organiser = self._node(one) or one
            if isinstance(organiser, str) and "://" not in organiser:
                names.append((None, organiser))
            elif isinstance(organiser, dict) and "Person" not in types_of(organiser):
                names += said(organiser.get("name"))
        return feed.organiser_of(self._source, names, language)

    def _offers(self, node: Node, language: str) -> Iterator[Offer]:
        free = text_of(node.get("isAccessibleForFree"))
        offers = [one for value in many(node.get("offers")) if (one := self._node(value)) is not None]
        for offer in offers[:LONGEST_LIST]:
            lowest, highest = offer.get("lowPrice", offer.get("price")), offer.get("highPrice")
            price = text_of(lowest)
            numbers = [euros for one in (lowest, highest) if (euros := number(one)) is not None]
            if price is not None and highest is not None and text_of(highest) != price:
                price = f"{price}–{text_of(highest)}"
            currency = text_of(offer.get("priceCurrency"))
            shown = None if price is None else f"{price} {'€' if currency == 'EUR' else currency or ''}".strip()
            made = Offer(
                is_free=not any(numbers) if numbers else None,
                price=None if numbers and not any(numbers) else feed.texts([(None, shown)], language),
                url=weblink(text_of(offer.get("url")), self._reply.request.url),
                description=feed.texts(said(offer.get("name")), language),
            )
            if made != Offer():
                yield made
        if free is not None and free.lower() in FREE and not offers:
            yield Offer(is_free=True)

    def _pictures(self, node: Node) -> list[str]:
        found = []
        for one in many(node.get("image"))[:LONGEST_LIST]:
            picture = self._node(one) or one
            if isinstance(picture, Mapping):
                picture = text_of(picture.get("url") or picture.get("contentUrl"))
            address = picture if isinstance(picture, str) else None
            if (url := weblink(address, self._reply.request.url)) is not None:
                found.append(url)
        return list(dict.fromkeys(found))


def inheriting(node: Node, series: Node | None) -> Node:
    """What a member of a series does not say itself, its series says for it."""
    if series is None:
        return node
    return {**{k: series[k] for k in INHERITED if k in series}, **node}


def in_both_languages(one: Event, other: Event) -> Event:
    """The same event, described twice."""
    return msgspec.structs.replace(
        one,
        name=feed.united(one.name, other.name),
        summary=feed.united(one.summary, other.summary),
        description=feed.united(one.description, other.description),
        location_text=feed.united(one.location_text, other.location_text),
        languages=tuple(dict.fromkeys((*one.languages, *other.languages))),
    )


def _address(value: Any) -> str | None:
    if isinstance(value, str):
        return plain(value)
    if not isinstance(value, Mapping):
        return None
    street, code, town = (text_of(value.get(name)) for name in ("streetAddress", "postalCode", "addressLocality"))
    place = " ".join(part for part in (code, town) if part)
    return ", ".join(part for part in (street, place) if part) or None


def _categories(node: Node, language: str) -> Iterator[LocalizedText]:
    for one in many(node.get("keywords")):
        for part in one.split(",") if isinstance(one, str) else [one]:
            text = feed.texts(said(part) or [(None, text_of(part))], language)
            if text is not None:
                yield text


def _title(node: Node) -> str:
    return next((text for _, one in said(node.get("name")) if (text := plain(one))), "")


def _first(candidate: _Candidate) -> datetime | None:
    return min((one.starts_at for one in candidate.times), default=None)


def _instant(text: str | None, zone: tzinfo) -> datetime | None:
    try:
        when = read_when(text or "", zone)
    except ValueError:
        return None
    return when.instant if isinstance(when, Moment) else None
