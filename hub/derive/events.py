"""Events as facts: when, where, for whom; which are occurrences and which only hold them together; each once, however
many sources list it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, time, timedelta
from functools import lru_cache

import msgspec

from hub.derive import whereabouts
from hub.derive.event_details import detail_row
from hub.derive.event_merging import merged_event, texts_of
from hub.derive.event_places import events_of_words, guess_places, guessed_by, guesses
from hub.derive.geometry import AreaMap
from hub.derive.joining import Joined, canonical, join, told_by
from hub.derive.joining import Record as Told
from hub.derive.joins import Joins
from hub.derive.places import Moved
from hub.derive.same_event import CITY_ZONE, told_of
from hub.derive.themes import link_events
from hub.derive.whereabouts import Where
from hub.derive.work import Touched, delete, insert, put_texts, select
from hub.index.epochs import UNKNOWN_START, epoch
from hub.index.languages import mask, written
from hub.index.stems import sort_key
from hub.index.write import Writer
from hub.records.core import Address, LocalizedText, Point, Ref
from hub.records.events import Event, organiser_ref
from hub.records.merged import CityEvent


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


def derive_events(
    writer: Writer,
    touched: Touched,
    areas: AreaMap,
    ranks: Mapping[str, int],
    joins: Joins,
    *,
    only_if_moved: bool = False,
) -> None:
    """`only_if_moved`: not the events changed but the places that they are at; one that tells the same of itself as
    before needs to be looked up in the areas, and nothing else.
    """
    db = writer.connection
    moved = guess_places(db, _said(writer, touched.changed), touched.withdrawn, joins)
    records = _events(writer, touched.changed)
    told = _told(writer, records)
    if only_if_moved:
        before = told_by(db, records.keys())
        told = {rid: record for rid, record in told.items() if rid in moved or before.get(rid) != record.told}
        events_in_areas(db, canonical(db, records.keys() - told.keys()), areas)
        if not told:
            return
        records = {rid: records[rid] for rid in told}
        touched = Touched(changed=frozenset(records))
    parents = _series_of(db, touched.all) | {record.series for record in told.values() if record.series is not None}
    joined = join(db, told, touched.all - records.keys(), ranks)
    again = touched.all | joined.again
    records |= _events(writer, again - records.keys())
    _write(writer, again, _once(writer, records, joined))
    _list_parents(db, parents | again)
    events_in_areas(db, again, areas)


def _said(writer: Writer, rids: Collection[int]) -> dict[int, Event]:
    return {rid: record for rid, record in writer.load(rids).items() if isinstance(record, Event)}


def _events(writer: Writer, rids: Collection[int]) -> dict[int, Event]:
    """As their sources tell them; where one names no place, at the one that its words mean."""
    said = _said(writer, rids)
    places = guesses(writer.connection, said.keys())
    return said | {rid: msgspec.structs.replace(said[rid], place=guess.ref) for rid, guess in places.items()}


def _told(writer: Writer, events: Mapping[int, Event]) -> dict[int, Told]:
    """Each record by itself: what it tells of which event it is, and where its source puts it."""
    rids = writer.rid_of({ref for event in events.values() for ref in (event.place, event.series) if ref is not None})
    at = {rid: rids[event.place] for rid, event in events.items() if event.place is not None}
    houses = _houses(writer.connection, set(at.values()))
    found = {}
    for rid, event in events.items():
        where = whereabouts.of_words(event.location_text, event.location)
        house = houses.get(at.get(rid, 0))
        if house is not None:
            where = whereabouts.at_house(house, where)
        series = rids[event.series] if event.series and event.series != event.ref else None
        found[rid] = Told(at=at.get(rid), series=series, told=told_of(event, where))
    return found


class _House(msgspec.Struct):
    """The part of a place's body that says what it is called and where it is."""

    ref: Ref
    name: LocalizedText | None = None
    address: Address | None = None
    location: Point | None = None


_house = msgspec.msgpack.Decoder(_House)


@lru_cache(maxsize=1_000)
def _house_of(body: bytes) -> Where:
    said = _house.decode(body)
    return whereabouts.of_place(said.ref.gid, said.name, said.address.street if said.address else None, said.location)


def _houses(db: sqlite3.Connection, members: Collection[int]) -> dict[int, Where]:
    """The place of each of these members, as it is compared."""
    found = select(
        db, "SELECT member, place FROM place_member WHERE member IN (SELECT value FROM json_each(?))", members
    )
    bodies = select(
        db,
        "SELECT rid, body FROM place_body WHERE rid IN (SELECT value FROM json_each(?))",
        {place for _, place in found},
    )
    houses = {rid: _house_of(body) for rid, body in bodies}
    return {member: houses[place] for member, place in found if place in houses}


def _once(writer: Writer, records: Mapping[int, Event], joined: Joined) -> dict[int, tuple[Event, list[Event]]]:
    """Each event once, by its row, with the records that it is made of."""
    inside = {rid for members in joined.groups.values() for rid in members}
    found = {rid: (event, [event]) for rid, event in records.items() if rid not in inside}
    for lead, members in joined.groups.items():
        many = [records[rid] for rid in members]
        places = writer.rid_of({event.place for event in many if event.place is not None})
        here = _places(writer.connection, set(places.values()))
        event = merged_event(
            many,
            {records[rid].ref: confidence for rid, confidence in members.items()},
            {ref for ref, rid in places.items() if rid in here},
            guessed_by(writer.connection, members.keys()),
        )
        found[lead] = event, many
    return found


def _places(db: sqlite3.Connection, members: Collection[int]) -> dict[int, int]:
    return dict(
        select(db, "SELECT member, place FROM place_member WHERE member IN (SELECT value FROM json_each(?))", members)
    )


def _write(writer: Writer, again: Collection[int], events: Mapping[int, tuple[Event, list[Event]]]) -> None:
    """The rows that queries read, for these events; those of `again` that are no event of their own have none."""
    db = writer.connection
    for table, column in (
        ("event", "rid"),
        ("event_text", "rowid"),
        ("event_body", "rid"),
        ("event_keyword", "event"),
        ("event_organiser", "event"),
        ("event_series", "event"),
        ("event_area", "event"),
        ("event_theme", "event"),
        ("event_detail", "rid"),
        ("event_inferred", "event"),
    ):
        delete(db, table, column, again)
    refs = {ref for event, members in events.values() for ref in _references(event, members)}
    rids = writer.rid_of(refs)
    at = {rid: rids[event.place] for rid, (event, _) in events.items() if event.place is not None}
    places = _places(db, set(at.values()))
    facts: list[tuple[object, ...]] = []
    keywords: list[tuple[int, int, int]] = []
    organisers: list[tuple[int, int, int]] = []
    series: list[tuple[int, int, int]] = []
    bodies: list[tuple[int, bytes]] = []
    details: list[tuple[object, ...]] = []
    for rid, (event, members) in sorted(events.items()):
        member = at.get(rid)
        starts = epoch(event.starts_at) if event.starts_at else UNKNOWN_START
        enrolment = event.enrolment
        facts.append(
            (
                rid,
                starts,
                effective_end(event),
                member,
                places.get(member) if member else None,
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
        details.append(detail_row(rid, event, CITY_ZONE))
        about = {rids[ref] for ref in (*event.keywords, *event.audience_keywords)}
        keywords.extend((keyword, starts, rid) for keyword in sorted(about))
        # whoever arranges it by the word of any of its sources, though only the first is shown
        by = {rids[ref] for said in members if (ref := organiser_ref(said)) is not None}
        organisers.extend((organiser, starts, rid) for organiser in sorted(by))
        within = {rids[said.series] for said in members if said.series and said.series != said.ref}
        series.extend((parent, starts, rid) for parent in sorted(within))
        if isinstance(event, CityEvent):
            bodies.append((rid, msgspec.msgpack.encode(msgspec.structs.replace(event, rid=0))))
    insert(db, "event", facts)
    insert(db, "event_detail", details)
    insert(db, "event_body", bodies)
    insert(db, "event_inferred", _inferred(db, again, events))
    insert(db, "event_keyword", keywords)
    insert(db, "event_organiser", organisers)
    insert(db, "event_series", series)
    link_events(writer, {rid: event for rid, (event, _) in events.items()}, rids)
    put_texts(db, "event_text", [(rid, texts_of(event)) for rid, (event, _) in sorted(events.items())])


def _inferred(
    db: sqlite3.Connection, again: Collection[int], events: Mapping[int, tuple[Event, Sequence[Event]]]
) -> list[tuple[int, float]]:
    """The events whose place is read from words, none of their members' sources naming it; and how sure it is."""
    sure = guessed_by(db, again)
    if not sure:
        return []
    found = []
    for rid, (event, members) in sorted(events.items()):
        here = [sure.get(said.ref) for said in members if said.place is not None and said.place == event.place]
        guessed = [confidence for confidence in here if confidence is not None]
        if guessed and len(guessed) == len(here):
            found.append((rid, max(guessed)))
    return found


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


def records_at(db: sqlite3.Connection, moved: Moved) -> set[int]:
    """Records of events at these places, those that their source puts at one of these members (whose place may be
    gone), and those whose words may mean another place now.
    """
    places, members = moved.places, moved.members
    at = select(db, "SELECT rid FROM event_told WHERE at IN (SELECT value FROM json_each(?))", members)
    in_places = select(
        db,
        "SELECT t.rid FROM place_member m JOIN event_told t ON t.at = m.member"
        " WHERE m.place IN (SELECT value FROM json_each(?))",
        places,
    )
    return {row[0] for row in (*at, *in_places)} | events_of_words(db, moved.words)


def _references(event: Event, members: Sequence[Event]) -> tuple[Ref, ...]:
    singles = (event.place, *(ref for member in members for ref in (organiser_ref(member), member.series)))
    return (*(ref for ref in singles if ref is not None), *event.keywords, *event.audience_keywords)


def _series_of(db: sqlite3.Connection, rids: Collection[int]) -> set[int]:
    rows = select(db, "SELECT series FROM event_told WHERE rid IN (SELECT value FROM json_each(?))", rids)
    return {row[0] for row in rows if row[0] is not None}


def _list_parents(db: sqlite3.Connection, rids: Collection[int]) -> None:
    """A parent whose occurrences are in the window is a series, not an event of a list; without them it is an event."""
    parents = {
        row[0]
        for row in select(
            db, "SELECT DISTINCT series FROM event_told WHERE series IN (SELECT value FROM json_each(?))", rids
        )
    }
    db.executemany(
        "UPDATE event SET listed = ? WHERE rid = ? AND listed <> ?",
        [(int(rid not in parents), rid, int(rid not in parents)) for rid in sorted(rids)],
    )
