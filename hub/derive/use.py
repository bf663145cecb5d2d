"""How spaces were used, day by day: narrow rows, so that a year of many spaces is one sum."""

from __future__ import annotations

from datetime import timedelta

from hub.derive.work import Touched, delete, insert
from hub.index.use import day_of, midnight
from hub.index.write import Writer
from hub.records.use import SpaceUse, use_by_parts


def derive_use(writer: Writer, touched: Touched) -> None:
    db = writer.connection
    delete(db, "use_day", "told", touched.all)
    records = {rid: record for rid, record in writer.load(touched.changed).items() if isinstance(record, SpaceUse)}
    spaces = writer.rid_of({record.space for record in records.values()})
    insert(
        db,
        "use_day",
        [(spaces[record.space], *row) for rid, record in sorted(records.items()) for row in _days(rid, record)],
    )


def _days(rid: int, told: SpaceUse) -> list[tuple[int, ...]]:
    first = day_of(told.window.starts_at)
    last = day_of(told.window.ends_at - timedelta(microseconds=1))
    uses = use_by_parts(told, [midnight(day) for day in range(first, last + 2)])
    return [(first + n, rid, use.known, use.bookable, use.used, use.booked) for n, use in enumerate(uses)]
