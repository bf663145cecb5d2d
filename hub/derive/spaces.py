"""Bookable spaces and opening days as facts, each tied to the one place that its source's place belongs to."""

from __future__ import annotations

from collections.abc import Mapping

from hub.derive.work import Touched, delete, insert, put_texts, select
from hub.index.epochs import epoch
from hub.index.stems import sort_key
from hub.index.write import Writer
from hub.records.places import DayState, OpeningDay, TimeKind
from hub.records.spaces import Space

UNRANKED = 1000  # a source that is no longer configured speaks last
_PLACES = "SELECT member, place FROM place_member WHERE member IN (SELECT value FROM json_each(?))"


def derive_spaces(writer: Writer, touched: Touched) -> None:
    db = writer.connection
    delete(db, "space", "rid", touched.all)
    for table in ("space_text", "space_equipment"):
        delete(db, table, "rowid", touched.all)
    spaces = {rid: record for rid, record in writer.load(touched.changed).items() if isinstance(record, Space)}
    at = writer.rid_of({space.place for space in spaces.values() if space.place})
    places = dict(select(db, _PLACES, set(at.values())))
    rows = []
    for rid, space in sorted(spaces.items()):
        member = at[space.place] if space.place else None
        rows.append(
            (
                rid,
                member,
                places.get(member) if member else None,
                space.space_kind.value,
                space.capacity,
                None if space.price is None else int(space.price.is_free),
                space.is_bookable,
                space.for_wheelchair,
                sort_key(space.name.any if space.name else None),
                space.ref.source,
            )
        )
    insert(db, "space", rows)
    put_texts(
        db,
        "space_text",
        [(rid, (s.name, s.type_name, s.description, *s.equipment, *s.purposes)) for rid, s in sorted(spaces.items())],
    )
    put_texts(db, "space_equipment", [(rid, tuple(s.equipment)) for rid, s in sorted(spaces.items())])


def derive_opening_days(writer: Writer, touched: Touched, ranks: Mapping[str, int]) -> None:
    db = writer.connection
    delete(db, "opening_day", "rid", touched.all)
    delete(db, "open_time", "day", touched.all)
    days = {rid: record for rid, record in writer.load(touched.changed).items() if isinstance(record, OpeningDay)}
    at = writer.rid_of({day.place for day in days.values()})
    places = dict(select(db, _PLACES, set(at.values())))
    facts, times = [], set()
    for rid, day in sorted(days.items()):
        member, on, rank = at[day.place], day.date.isoformat(), ranks.get(day.ref.source, UNRANKED)
        facts.append((rid, member, places.get(member), on, day.state is not DayState.UNKNOWN, rank, day.ref.key))
        times |= {
            (on, epoch(t.opens), epoch(t.closes), rid) for t in day.times if t.kind is not TimeKind.BY_ARRANGEMENT
        }
    insert(db, "opening_day", facts)
    insert(db, "open_time", sorted(times))
