"""Things to borrow as facts, with the branches that own them."""

from __future__ import annotations

from hub.derive.work import Touched, delete, insert, put_texts
from hub.index.stems import sort_key
from hub.index.write import Writer
from hub.records.catalogue import CatalogueRecord


def derive_things(writer: Writer, touched: Touched) -> set[str]:
    """Returns the codes of the branches that own them."""
    db = writer.connection
    delete(db, "thing", "rid", touched.all)
    delete(db, "thing_text", "rowid", touched.all)
    delete(db, "thing_branch", "thing", touched.all)
    delete(db, "thing_language", "thing", touched.all)
    things = {
        rid: record for rid, record in writer.load(touched.changed).items() if isinstance(record, CatalogueRecord)
    }
    rows = sorted(things.items())
    insert(
        db,
        "thing",
        [(rid, t.format.value, t.year, sort_key(t.title.any), t.ref.source) for rid, t in rows],
    )
    codes = {(code, rid) for rid, t in rows for code in t.branches}
    insert(db, "thing_branch", sorted(codes))
    insert(db, "thing_language", sorted({(language, rid) for rid, t in rows for language in t.languages}))
    put_texts(db, "thing_text", [(rid, (t.title, t.format_label, *t.subjects)) for rid, t in rows])
    return {code for code, _ in codes}
