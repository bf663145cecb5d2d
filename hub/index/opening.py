"""Which places are open at a moment, as SQL: what `hub/domain/places.py` tells of one, asked of all at once.

Of a day that several sources know the first by rank speaks. Hours may run over midnight, so the day before is looked at
too; those for people with a key or an appointment do not count.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import msgspec

from hub.index.epochs import epoch, moment
from hub.index.listing import Conditions
from hub.index.read import Index

_SPEAKS = (
    "d.known = 1 AND NOT EXISTS (SELECT 1 FROM opening_day b WHERE b.place = d.place AND b.date = d.date"
    " AND b.known = 1 AND (b.rank, b.key, b.rid) < (d.rank, d.key, d.rid))"
)
_OPEN = (
    "SELECT d.place FROM open_time o CROSS JOIN opening_day d ON d.rid = o.day"
    " WHERE o.date IN (:open_eve, :open_day) AND o.opens <= :open_at AND o.closes > :open_at"
    f" AND d.place IS NOT NULL AND {_SPEAKS}"
)


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """Open to anyone at a moment; or, not `is_open`, known to be closed. `today`: the moment's local day."""

    at: datetime
    today: date
    is_open: bool = True


def are_open(c: Conditions, place: str, wanted: Opening) -> None:
    """Rows whose `place` (a column) is open at that moment, or is not."""
    params = {
        "open_eve": f"{wanted.today - timedelta(days=1)}",
        "open_day": f"{wanted.today}",
        "open_at": epoch(wanted.at),
    }
    if wanted.is_open:
        c.add(f"{place} IN ({_OPEN})", **params)
    else:
        c.add(
            f"{place} NOT IN ({_OPEN}) AND EXISTS (SELECT 1 FROM opening_day k WHERE k.place = {place}"
            " AND k.date = :open_day AND k.known = 1)",
            **params,
        )


def next_change(index: Index, now: datetime, today: date) -> datetime | None:
    """When the first place of all opens or closes that day; None: none does."""
    rows = index.rows(
        "SELECT min(iif(opens > :now, opens, closes)) FROM open_time WHERE date IN (:eve, :today) AND closes > :now",
        {"now": epoch(now), "eve": f"{today - timedelta(days=1)}", "today": f"{today}"},
    )
    return next((moment(edge) for (edge,) in rows if edge is not None), None)
