"""Bookable spaces and opening days as facts, each tied to the one place that its source's place belongs to."""

from __future__ import annotations

from hub.derive.work import Touched, delete, insert, put_texts, select
from hub.index.stems import sort_key
from hub.index.write import Writer
from hub.records.places import OpeningDay
from hub.records.spaces import Space

_PLACES = "SELECT member, place FROM place_member WHERE member IN (SELECT value FROM json_each(?))"


def derive_spaces(writer: Writer, touched: Touched) -> None:
    db = writer.connection
    delete(db, "space", "rid", touched.all)
    delete(db, "space_text", "rowid", touched.all)
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


def derive_opening_days(writer: Writer, touched: Touched) -> None:
    db = writer.connection
    delete(db, "opening_day", "rid", touched.all)
    days = {rid: record for rid, record in writer.load(touched.changed).items() if isinstance(record, OpeningDay)}
    at = writer.rid_of({day.place for day in days.values()})
    places = dict(select(db, _PLACES, set(at.values())))
    insert(
        db,
        "opening_day",
        [(rid, at[d.place], places.get(at[d.place]), d.date.isoformat()) for rid, d in sorted(days.items())],
    )
