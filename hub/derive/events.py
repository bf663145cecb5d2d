"""Events as facts: when, where, for whom; which are occurrences and which only hold them together."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from hub.derive.geometry import AreaMap
from hub.derive.work import Touched, delete, insert, put_texts, select
from hub.index.epochs import UNKNOWN_START, epoch
from hub.index.languages import mask, written
from hub.index.stems import sort_key
from hub.index.write import Writer
from hub.records.core import Point, Ref
from hub.records.events import Event

CITY_ZONE = ZoneInfo("Europe/Helsinki")


def effective_end(event: Event) -> int:
    """When it is over, as far as a list needs to know: an open end is the local midnight after the start."""
    if event.ends_at is not None:
        return epoch(max(event.ends_at, event.starts_at or event.ends_at))
    if event.starts_at is None:
        return 0
    day = event.starts_at.astimezone(CITY_ZONE).date() + timedelta(days=1)
    return epoch(datetime.combine(day, time(0), CITY_ZONE))


def is_free(event: Event) -> int | None:
    """1: some way in costs nothing; 0: every offer costs; None: not told."""
    told = [offer.is_free for offer in event.offers if offer.is_free is not None]
    if not told:
        return None
    return int(any(told))


def derive_events(writer: Writer, touched: Touched, areas: AreaMap) -> None:
    db = writer.connection
    parents = {row[0] for row in select(db, _SERIES_OF, touched.all) if row[0] is not None}
    for table, column in (
        ("event", "rid"),
        ("event_text", "rowid"),
        ("event_keyword", "event"),
        ("event_area", "event"),
    ):
        delete(db, table, column, touched.all)
    events = {rid: record for rid, record in writer.load(touched.changed).items() if isinstance(record, Event)}
    refs = {ref for event in events.values() for ref in _references(event)}
    rids = writer.rid_of(refs)
    at = {rid: rids[event.place] for rid, event in events.items() if event.place is not None}
    places = dict(
        select(
            db,
            "SELECT member, place FROM place_member WHERE member IN (SELECT value FROM json_each(?))",
            set(at.values()),
        )
    )
    facts: list[tuple[object, ...]] = []
    keywords: list[tuple[int, int, int]] = []
    for rid, event in sorted(events.items()):
        member = at.get(rid)
        series = rids[event.series] if event.series and event.series != event.ref else None
        if series is not None:
            parents.add(series)
        starts = epoch(event.starts_at) if event.starts_at else UNKNOWN_START
        enrolment = event.enrolment
        facts.append(
            (
                rid,
                starts,
                effective_end(event),
                member,
                places.get(member) if member else None,
                rids[event.organiser] if event.organiser else None,
                series,
                event.ref.source,
                event.type.value,
                event.status.value,
                is_free(event),
                event.is_online,
                mask((*event.languages, *written(event.name))),
                event.min_age,
                event.max_age,
                event.location.lat if event.location else None,
                event.location.lon if event.location else None,
                epoch(event.modified_at) if event.modified_at else None,
                sort_key(event.name.any if event.name else None),
                1,
                epoch(enrolment.opens_at) if enrolment and enrolment.opens_at else None,
                epoch(enrolment.closes_at) if enrolment and enrolment.closes_at else None,
                bool(enrolment and enrolment.is_required),
            )
        )
        about = {rids[ref] for ref in (*event.keywords, *event.audience_keywords)}
        keywords.extend((keyword, starts, rid) for keyword in sorted(about))
    insert(db, "event", facts)
    insert(db, "event_keyword", keywords)
    put_texts(
        db,
        "event_text",
        [
            (rid, (e.name, e.summary, e.description, e.location_text, *e.categories))
            for rid, e in sorted(events.items())
        ],
    )
    _list_parents(db, parents | events.keys())
    events_in_areas(db, events.keys(), areas)


def events_in_areas(db: sqlite3.Connection, events: Collection[int], areas: AreaMap) -> None:
    """By the event's own point where it gives one, else by its place's areas."""
    delete(db, "event_area", "event", events)
    own = select(
        db,
        "SELECT rid, starts, lat, lon FROM event WHERE lat IS NOT NULL AND rid IN (SELECT value FROM json_each(?))",
        events,
    )
    holding = areas.holding([Point(lat=row[2], lon=row[3]) for row in own])
    insert(db, "event_area", [(area, row[1], row[0]) for row, held in zip(own, holding, strict=True) for area in held])
    by_place = select(
        db,
        "SELECT pa.area, e.starts, e.rid FROM event e JOIN place_area pa ON pa.place = e.place"
        " WHERE e.lat IS NULL AND e.rid IN (SELECT value FROM json_each(?))",
        events,
    )
    insert(db, "event_area", by_place)


def events_at(db: sqlite3.Connection, places: Collection[int], members: Collection[int]) -> set[int]:
    """Those at these places, and those that their source puts at one of these members (whose place may be gone)."""
    at = select(db, "SELECT rid FROM event WHERE at IN (SELECT value FROM json_each(?))", members)
    in_places = select(
        db,
        "SELECT e.rid FROM place_member m JOIN event e ON e.at = m.member"
        " WHERE m.place IN (SELECT value FROM json_each(?))",
        places,
    )
    return {row[0] for row in (*at, *in_places)}


_SERIES_OF = "SELECT series FROM event WHERE rid IN (SELECT value FROM json_each(?))"


def _references(event: Event) -> tuple[Ref, ...]:
    singles = (event.place, event.organiser, event.series)
    return (*(ref for ref in singles if ref is not None), *event.keywords, *event.audience_keywords)


def _list_parents(db: sqlite3.Connection, rids: Collection[int]) -> None:
    """A parent whose occurrences are in the window is a series, not an event of a list; without them it is an event."""
    parents = {
        row[0]
        for row in select(
            db, "SELECT DISTINCT series FROM event WHERE series IN (SELECT value FROM json_each(?))", rids
        )
    }
    db.executemany(
        "UPDATE event SET listed = ? WHERE rid = ? AND listed <> ?",
        [(int(rid not in parents), rid, int(rid not in parents)) for rid in sorted(rids)],
    )
