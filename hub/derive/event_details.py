"""Facts of events that few filters read, places left, sets of keywords, and which organisation belongs to which."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from hub.derive.work import Touched, delete, insert
from hub.index.languages import mask, written
from hub.index.stems import sort_key
from hub.index.write import Writer
from hub.records.events import Event, KeywordSet, Organisation, Registration


def detail_row(rid: int, event: Event, zone: ZoneInfo) -> tuple[object, ...]:
    """Weekday as a bit (1 Monday, 2 Tuesday, 4 …) and minutes after midnight, on the city's clock."""
    starts, ends = _clock(event.starts_at, zone), _clock(event.ends_at, zone)
    day = event.starts_at.astimezone(zone).isoweekday() if event.starts_at else None
    return (
        rid,
        1 << (day - 1) if day else 0,
        None if event.is_all_day else starts,
        None if event.is_all_day else ends,
        mask(event.languages),
        mask(written(event.name)),
        event.data_source,
        event.max_attendees,
        event.min_attendees,
        {"out": 1, "in": 0}.get(event.environment or ""),
    )


def _clock(moment: datetime | None, zone: ZoneInfo) -> int | None:
    if moment is None:
        return None
    local = moment.astimezone(zone)
    return local.hour * 60 + local.minute


def derive_seats(writer: Writer, touched: Touched) -> None:
    db = writer.connection
    delete(db, "event_seats", "rid", touched.all)
    numbers = {rid: r for rid, r in writer.load(touched.changed).items() if isinstance(r, Registration)}
    rids = writer.rid_of({registration.event for registration in numbers.values()})
    insert(db, "event_seats", [(rid, rids[r.event], r.remaining) for rid, r in sorted(numbers.items())])


def derive_keyword_sets(writer: Writer, touched: Touched) -> None:
    db = writer.connection
    delete(db, "keyword_set", "rid", touched.all)
    delete(db, "keyword_in_set", "keyword_set", touched.all)
    known = {rid: s for rid, s in writer.load(touched.changed).items() if isinstance(s, KeywordSet)}
    rids = writer.rid_of({word for one in known.values() for word in one.keywords})
    insert(
        db, "keyword_set", [(rid, sort_key(one.name.any if one.name else None)) for rid, one in sorted(known.items())]
    )
    words = {(rid, rids[word]) for rid, one in known.items() for word in one.keywords}
    insert(db, "keyword_in_set", sorted(words))


def derive_organisations(writer: Writer, touched: Touched) -> None:
    db = writer.connection
    delete(db, "organisation", "rid", touched.all)
    known = {rid: o for rid, o in writer.load(touched.changed).items() if isinstance(o, Organisation)}
    rids = writer.rid_of({organisation.parent for organisation in known.values() if organisation.parent})
    insert(db, "organisation", [(rid, rids[o.parent] if o.parent else None) for rid, o in sorted(known.items())])
