"""Questions about events, as SQL. Every filter reads facts; bodies are fetched for the rows of the page alone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum

import msgspec

from hub.index.bodies import decode_as, numbered
from hub.index.epochs import UNKNOWN_START, epoch
from hub.index.geo import Box, Near, near_params, squared_sql
from hub.index.languages import mask
from hub.index.listing import Conditions, Listing, Under
from hub.index.places import inside_box, text_condition
from hub.index.read import Index
from hub.records.core import Span
from hub.records.events import Event, EventStatus, EventType
from hub.records.merged import CityEvent

RARE = 500  # a keyword with fewer events than this is looked up by its own list, a commoner one tested per event


class EventSort(StrEnum):
    STARTS_AT = "STARTS_AT"
    NAME = "NAME"
    MODIFIED_AT = "MODIFIED_AT"


class EventFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What events to list; None or empty: any. Of lists any value will do, but of ages each must.

    An event is where its own point is if its source gives one, else where its place is.
    """

    text: str | None = None
    starts_after: datetime | None = None  # at or after
    starts_before: datetime | None = None  # before
    overlaps: Span | None = None
    is_free: bool | None = None
    is_online: bool | None = None
    languages: tuple[str, ...] = ()
    box: Box | None = None
    near: Near | None = None
    places: tuple[int, ...] = ()
    areas: tuple[int, ...] = ()
    organisers: tuple[int, ...] = ()
    series: tuple[int, ...] = ()
    keywords: tuple[int, ...] = ()
    types: tuple[EventType, ...] = ()
    statuses: tuple[EventStatus, ...] = ()
    sources: tuple[str, ...] = ()
    suitable_for: tuple[int, ...] = ()  # ages in years; an event that tells none is left out
    enrolment_open_at: datetime | None = None
    sort: EventSort = EventSort.STARTS_AT


AT_PLACE = Under(condition="t.place = p.value")
BY_ORGANISER = Under(condition="t.organiser = p.value")
IN_SERIES = Under(
    condition="l.series = p.value",
    link="event_series l ON t.rid = l.event",
    same={"t.starts": "l.starts", "t.rid": "l.event"},
)
IN_AREA = Under(
    condition="l.area = p.value",
    link="event_area l ON t.rid = l.event",
    same={"t.starts": "l.starts", "t.rid": "l.event"},
)

_SORTS: dict[EventSort, tuple[tuple[str, ...], bool]] = {
    EventSort.STARTS_AT: (("t.starts",), False),
    EventSort.NAME: (("t.name",), False),
    EventSort.MODIFIED_AT: (("coalesce(t.modified, 0)",), True),
}


def events(index: Index, wanted: EventFilter, under: Under | None = None) -> Listing:
    """Asks the index how common the keywords are: one shape of statement is right for rare ones, another for common."""
    c = Conditions()
    c.add("t.listed = 1")
    starts = "t.starts" if under is None else under.same.get("t.starts", "t.starts")
    if wanted.starts_after is not None:
        c.add(f"{starts} >= :starts_after", starts_after=epoch(wanted.starts_after))
    if wanted.starts_before is not None:
        c.add(f"{starts} < :starts_before", starts_before=epoch(wanted.starts_before))
    if wanted.overlaps is not None:
        # what has no length is in if it starts inside
        c.add(
            f"{starts} < :until AND {starts} < {UNKNOWN_START} AND (t.ends > :since OR {starts} >= :since)",
            since=epoch(wanted.overlaps.starts_at),
            until=epoch(wanted.overlaps.ends_at),
        )
    if wanted.is_free is not None:
        c.add("t.free = :free", free=int(wanted.is_free))
    if wanted.is_online is not None:
        c.add("t.online = :online", online=int(wanted.is_online))
    if wanted.languages:
        c.add("t.langs & :langs", langs=mask(wanted.languages))
    if wanted.box is not None:
        inside_box(c, "t.place", wanted.box, "box")
        box = c.where.pop()
        own = "t.lat BETWEEN :box_s AND :box_n AND t.lon BETWEEN :box_w AND :box_e"
        c.add(f"((t.lat IS NULL AND {box}) OR ({own}))")
    if wanted.near is not None:
        _near(c, wanted.near)
    if wanted.places:
        c.any_of("t.place", "places", wanted.places)
    if wanted.areas:
        c.add(
            "EXISTS (SELECT 1 FROM event_area a WHERE a.area IN (SELECT value FROM json_each(:areas))"
            " AND a.starts = t.starts AND a.event = t.rid)",
            areas=f"{list(wanted.areas)}",
        )
    if wanted.organisers:
        c.any_of("t.organiser", "organisers", wanted.organisers)
    if wanted.series:
        c.add(
            "t.rid IN (SELECT event FROM event_series WHERE series IN (SELECT value FROM json_each(:series)))",
            series=f"{list(wanted.series)}",
        )
    if wanted.keywords:
        _keywords(c, index, wanted.keywords)
    if wanted.types:
        c.any_of("t.type", "types", wanted.types)
    if wanted.statuses:
        c.any_of("t.status", "statuses", wanted.statuses)
    if wanted.sources:
        # a merged event is told of by each of its members' sources
        c.any_of("t.source", "sources", wanted.sources)
        own = c.where.pop()
        c.add(
            f"({own} OR t.rid IN (SELECT event FROM event_member"
            " WHERE source IN (SELECT value FROM json_each(:sources))))"
        )
    for i, age in enumerate(wanted.suitable_for):
        c.add(
            f"(t.min_age IS NOT NULL OR t.max_age IS NOT NULL) AND coalesce(t.min_age, 0) <= :age{i}"
            f" AND coalesce(t.max_age, 999) >= :age{i}",
            **{f"age{i}": age},
        )
    if wanted.enrolment_open_at is not None:
        c.add(
            "t.enrol = 1 AND coalesce(t.enrol_opens, 0) <= :enrol AND coalesce(t.enrol_closes, :enrol + 1) > :enrol",
            enrol=epoch(wanted.enrolment_open_at),
        )
    if wanted.text is not None:
        text_condition(c, "event_text", wanted.text)
    sort, descending = _SORTS[wanted.sort]
    return Listing(table="event", sort=sort, descending=descending, where=tuple(c.where), params=c.params, under=under)


def bodies(index: Index, rids: Collection[int]) -> list[Event | None]:
    """The events with these rows, in their order: of several sources' records what they make together."""
    if not rids:
        return []
    rows = index.rows(
        "SELECT r.rid, b.body, m.body FROM json_each(?) j JOIN record r ON r.rid = j.value JOIN body b ON b.rid = r.rid"
        " LEFT JOIN event_body m ON m.rid = r.rid WHERE r.kind = ? AND r.hash NOT NULL",
        (f"{list(rids)}", Event.kind),
    )
    made = {rid: decode_as(Event, own, rid) if merged is None else _merged(merged, rid) for rid, own, merged in rows}
    return [made.get(rid) for rid in rids]


_city_event = msgspec.msgpack.Decoder(CityEvent)


def _merged(body: bytes, rid: int) -> CityEvent:
    return numbered(_city_event.decode(body), rid)


def of_members(index: Index, members: Collection[int]) -> dict[int, int]:
    """The merged event that each source record belongs to; one that is an event by itself is left out."""
    return dict(
        index.rows(
            "SELECT member, event FROM event_member WHERE member IN (SELECT value FROM json_each(?))",
            (f"{list(members)}",),
        )
    )


def series_among(index: Index, rids: Collection[int]) -> set[int]:
    """Those that are a parent of events in the window, and so no event themselves."""
    rows = index.rows(
        "SELECT rid FROM event WHERE listed = 0 AND rid IN (SELECT value FROM json_each(?))", (f"{list(rids)}",)
    )
    return {row[0] for row in rows}


def _near(c: Conditions, near: Near) -> None:
    inside_box(c, "t.place", near.box, "circle")
    box = c.where.pop()
    place = f"{box} AND (SELECT {squared_sql('n.lat', 'n.lon')} FROM place n WHERE n.rid = t.place) <= :near_square"
    own = f"t.lat IS NOT NULL AND {squared_sql('t.lat', 't.lon')} <= :near_square"
    c.add(f"((t.lat IS NULL AND {place}) OR ({own}))", **near_params(near))


def _keywords(c: Conditions, index: Index, keywords: Sequence[int]) -> None:
    listed = f"{list(keywords)}"
    rows = index.rows(
        "SELECT count(*) FROM (SELECT 1 FROM event_keyword WHERE keyword IN (SELECT value FROM json_each(?)) LIMIT ?)",
        (listed, RARE),
    )
    if rows and rows[0][0] < RARE:
        c.add("t.rid IN (SELECT event FROM event_keyword WHERE keyword IN (SELECT value FROM json_each(:keywords)))")
    else:
        c.add(
            "EXISTS (SELECT 1 FROM event_keyword k WHERE k.event = t.rid"
            " AND k.keyword IN (SELECT value FROM json_each(:keywords)))"
        )
    c.params["keywords"] = listed
