"""The climate programme's actions as facts. Tasks and indicators are read with their action, by reference."""

from __future__ import annotations

from hub.derive.work import Touched, delete, insert, put_texts
from hub.index.stems import sort_key
from hub.index.write import Writer
from hub.records.climate import ClimateAction


def derive_actions(writer: Writer, touched: Touched) -> None:
    db = writer.connection
    delete(db, "climate_action", "rid", touched.all)
    delete(db, "climate_text", "rowid", touched.all)
    found = {rid: record for rid, record in writer.load(touched.changed).items() if isinstance(record, ClimateAction)}
    insert(
        db,
        "climate_action",
        [
            (rid, action.status_key, sort_key(action.name.any if action.name else None), action.ref.source)
            for rid, action in sorted(found.items())
        ],
    )
    put_texts(
        db,
        "climate_text",
        [
            (rid, (a.name, a.official_name, a.summary, a.description, *a.categories, *a.responsible))
            for rid, a in sorted(found.items())
        ],
    )
