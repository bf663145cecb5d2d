"""Questions about events, as SQL. Every filter reads facts; bodies are fetched for the rows of the page alone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum

import msgspec

from hub.index.bodies import numbered
from hub.index.epochs import UNKNOWN_START, epoch
from hub.index.event_details import Details, conditions
from hub.index.geo import Box, Near, near_params, squared_sql
from hub.index.languages import mask
from hub.index.listing import Conditions, Listing, Under
from hub.index.near import from_parent, is_around
from hub.index.places import text_condition
from hub.index.read import Index
from hub.index.themes import OnThemes, is_exact
from hub.records.core import Span
from hub.records.events import Event, EventStatus, EventType
from hub.records.merged import CityEvent
from hub.records.themes import EXACT

# So many events are found by their own list and sorted; more are so common that walking in order and testing each soon
# fills a page. (At a page of 51 of 200 000 events the two cost the same at some two thousand.)
RARE = 2_000
FEW_PLACES = 500  # a box that holds more of the city's places is not worth counting the events of
SAMPLE = 2_000  # of the youngest rows: how common a word is
MOST = 0.35  # of all events: a word in more is looked up for each event, one in less is read whole


class EventSort(StrEnum):
    STARTS_AT = "STARTS_AT"
    NAME = "NAME"
    MODIFIED_AT = "MODIFIED_AT"
    DISTANCE = "DISTANCE"


class EventFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What events to list; None or empty: any. Of lists any value will do, but of ages each must.

    An event is where its own point is if its source gives one, else where its place is.
    """

    text: str | None = None
    starts_after: datetime | None = None  # at or after
    starts_before: datetime | None = None  # before
    ends_after: datetime | None = None  # after; one without an end, or without a day, too
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
    themes: OnThemes | None = None
    types: tuple[EventType, ...] = ()
    statuses: tuple[EventStatus, ...] = ()
    sources: tuple[str, ...] = ()
    suitable_for: tuple[int, ...] = ()  # ages in years; an event that tells none is left out
    enrolment_open_at: datetime | None = None
    details: Details | None = None
    sort: EventSort = EventSort.STARTS_AT


AT_PLACE = Under(condition="t.place = p.value")
BY_ORGANISER = Under(
    condition="l.organiser = p.value",
    link="event_organiser l ON t.rid = l.event",
    same={"t.starts": "l.starts", "t.rid": "l.event"},
)
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
_FROM_POINT = (
    f"CASE WHEN t.lat IS NULL THEN (SELECT {squared_sql('x.lat', 'x.lon')} FROM place x WHERE x.rid = t.place)"
    f" ELSE {squared_sql('t.lat', 't.lon')} END"
)


def events(index: Index, wanted: EventFilter, under: Under | None = None) -> Listing:
    """Asks the index how common the keywords are: one shape of statement is right for rare ones, another for common.

    By distance: from the parents that they are around, else from the filter's point, which then there must be; of one
    house what begins first.
    """
    c = Conditions()
    where: Sequence[str] = c.where
    c.add("t.listed = 1")
    starts = "t.starts" if under is None else under.same.get("t.starts", "t.starts")
    if wanted.starts_after is not None:
        c.add(f"{starts} >= :starts_after", starts_after=epoch(wanted.starts_after))
    if wanted.starts_before is not None:
        c.add(f"{starts} < :starts_before", starts_before=epoch(wanted.starts_before))
    if wanted.ends_after is not None:
        c.add(f"(t.ends > :ends_after OR {starts} >= :ends_after)", ends_after=epoch(wanted.ends_after))
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
        _inside(c, index, wanted, under, wanted.box, None)
    if wanted.near is not None:
        _inside(c, index, wanted, under, wanted.near.box, wanted.near)
    if wanted.places:
        _at(c, index, wanted, under, wanted.places)
    if wanted.areas:
        _linked(c, index, wanted, under, "area", wanted.areas)
    if wanted.organisers:
        _linked(c, index, wanted, under, "organiser", wanted.organisers)
    if wanted.series:
        c.add(
            "t.rid IN (SELECT event FROM event_series WHERE series IN (SELECT value FROM json_each(:series)))",
            series=f"{list(wanted.series)}",
        )
    if wanted.keywords:
        _linked(c, index, wanted, under, "keyword", wanted.keywords)
    if wanted.themes is not None and wanted.themes.numbers:
        _linked(c, index, wanted, under, "theme", wanted.themes.numbers)
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
    if wanted.details is not None:
        conditions(c, wanted.details)
    if wanted.text is not None:
        where = _text(c, index, wanted.text)
    by_distance = (from_parent("event") if is_around(under) else _FROM_POINT, "t.starts"), False
    sort, descending = _SORTS.get(wanted.sort, by_distance)
    return Listing(
        table="event",
        sort=sort,
        descending=descending,
        where=tuple(where),
        counted=tuple(c.where),
        params=c.params,
        under=under,
    )


def bodies(index: Index, rids: Collection[int]) -> list[Event | None]:
    """The events with these rows, in their order: of several sources' records what they make together."""
    if not rids:
        return []
    rows = index.rows(
        "SELECT r.rid, b.body, m.body FROM json_each(?) j CROSS JOIN record r ON r.rid = j.value"
        " CROSS JOIN body b ON b.rid = r.rid LEFT JOIN event_body m ON m.rid = r.rid"
        " WHERE r.kind = ? AND r.hash NOT NULL",
        (f"{list(rids)}", Event.kind),
    )
    made = {
        rid: numbered(_event.decode(own), rid) if merged is None else _merged(merged, rid) for rid, own, merged in rows
    }
    return [made.get(rid) for rid in rids]


_event = msgspec.msgpack.Decoder(Event)
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


def keyword_sets() -> Listing:
    """By name."""
    return Listing(table="keyword_set", sort=("t.name",))


def one_of_each_organiser(index: Index, organisers: Collection[int]) -> dict[int, int]:
    """The first record, of the organiser's own source, of an event that it arranges."""
    return dict(
        index.rows(
            "SELECT l.organiser, min(coalesce(m.member, l.event)) FROM json_each(?) j"
            " CROSS JOIN event_organiser l ON l.organiser = j.value CROSS JOIN record r ON r.rid = l.organiser"
            " LEFT JOIN event_member m ON m.event = l.event AND m.source = r.source GROUP BY l.organiser",
            (f"{list(organisers)}",),
        )
    )


def series_among(index: Index, rids: Collection[int]) -> set[int]:
    """Those that are a parent of events in the window, and so no event themselves."""
    rows = index.rows(
        "SELECT rid FROM event WHERE listed = 0 AND rid IN (SELECT value FROM json_each(?))", (f"{list(rids)}",)
    )
    return {row[0] for row in rows}


def _at(c: Conditions, index: Index, wanted: EventFilter, under: Under | None, places: Sequence[int]) -> None:
    """Events at any of these places, which have an index of their own, in the order of the start."""
    c.params["places"] = f"{list(places)}"
    one_of = "place IN (SELECT value FROM json_each(:places))"
    found = f"SELECT e.rid FROM event e WHERE e.{one_of} AND e.listed = 1{bounds('e', wanted)}"
    c.add(f"{_listed(under)} IN ({found})" if _are_few(index, c, found, RARE) else f"+t.{one_of}")


def _linked(
    c: Conditions, index: Index, wanted: EventFilter, under: Under | None, name: str, values: Sequence[int]
) -> None:
    """Events that are linked to any of these: in `event_keyword`, `event_area`, `event_organiser` or `event_theme`,
    whose rows hold the start too.
    """
    c.params[f"{name}s"] = f"{list(values)}"
    sure = f" AND l.sure = {EXACT}" if name == "theme" and is_exact(wanted.themes) else ""
    table = f"event_{name} l WHERE l.{name} IN (SELECT value FROM json_each(:{name}s)){sure}"
    found = f"SELECT l.event FROM {table}{bounds('l', wanted)}"
    if _are_few(index, c, found, RARE):
        c.add(f"{_listed(under)} IN ({found})")
    else:
        c.add(f"EXISTS (SELECT 1 FROM {table} AND l.event = t.rid)")


def _inside(
    c: Conditions, index: Index, wanted: EventFilter, under: Under | None, box: Box, circle: Near | None
) -> None:
    """In a box or a circle (whose box is given) by the event's own point, else by its place's."""
    name = "box" if circle is None else "circle"
    c.params.update({f"{name}_w": box.west, f"{name}_e": box.east, f"{name}_s": box.south, f"{name}_n": box.north})
    if circle is not None:
        c.params.update(near_params(circle))

    def holds(row: str) -> str:
        exact = "" if circle is None else f" AND {squared_sql(f'{row}.lat', f'{row}.lon')} <= :near_square"
        return f"{row}.lat BETWEEN :{name}_s AND :{name}_n AND {row}.lon BETWEEN :{name}_w AND :{name}_e{exact}"

    # the tree's floats are rounded outwards
    tree = f"b.west <= :{name}_e AND b.east >= :{name}_w AND b.south <= :{name}_n AND b.north >= :{name}_s"
    found = (
        "SELECT e.rid FROM place_box b CROSS JOIN place x ON x.rid = b.rid CROSS JOIN event e ON e.place = x.rid"
        f" WHERE {tree} AND {holds('x')} AND e.listed = 1{bounds('e', wanted)}"
        f" UNION ALL SELECT o.rid FROM event o WHERE o.listed = 1 AND o.lat IS NOT NULL AND {holds('o')}"
    )
    if _are_few(index, c, f"SELECT 1 FROM place_box b WHERE {tree}", FEW_PLACES) and _are_few(index, c, found, RARE):
        c.add(f"{_listed(under)} IN ({found}) AND (t.lat IS NULL OR ({holds('t')}))")
    else:
        place = f"EXISTS (SELECT 1 FROM place x WHERE x.rid = t.place AND {holds('x')})"
        c.add(f"CASE WHEN t.lat IS NULL THEN {place} ELSE {holds('t')} END")


def _text(c: Conditions, index: Index, text: str) -> Sequence[str]:
    """Events whose text holds every word. Rows of a rare word are fetched and sorted; those of a common one are read
    once and tested against. Returns the conditions for a page: where a word is almost everywhere, even reading its rows
    is more than asking for each event until the page is full.
    """
    text_condition(c, "event_text", text)
    found = c.where.pop()
    if "text" not in c.params or _are_few(index, c, "SELECT 1 FROM event_text WHERE event_text MATCH :text", RARE):
        c.add(found)
        return c.where
    rows = index.rows(
        "SELECT count(*) FROM event_text WHERE event_text MATCH :text"
        " AND rowid > (SELECT max(rid) FROM event) - :sample",
        {"text": c.params["text"], "sample": SAMPLE},
    )
    c.add(f"+{found}")
    if rows and rows[0][0] > MOST * SAMPLE:
        each = "EXISTS (SELECT 1 FROM event_text WHERE event_text MATCH :text AND rowid = t.rid)"
        return [*c.where[:-1], each]
    return c.where


def bounds(row: str, wanted: EventFilter) -> str:
    """The filter's bounds of the start, for a row that holds it: fewer rows to look at."""
    given = (
        (wanted.starts_after, f" AND {row}.starts >= :starts_after"),
        (wanted.starts_before, f" AND {row}.starts < :starts_before"),
        (wanted.overlaps, f" AND {row}.starts < :until"),
    )
    return "".join(bound for asked, bound in given if asked is not None)


def _listed(under: Under | None) -> str:
    """Under parents their own order is walked, and the list tested against."""
    return "t.rid" if under is None else "+t.rid"


def _are_few(index: Index, c: Conditions, sql: str, few: int) -> bool:
    """Whether these rows are so few that they are best looked up one by one."""
    rows = index.rows(f"SELECT count(*) FROM ({sql} LIMIT :few)", {**c.params, "few": few})
    return not rows or rows[0][0] < few
