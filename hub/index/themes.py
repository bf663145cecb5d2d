"""Questions about what records are about, as SQL: themes by their numbers in YSO."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from hub.index.listing import Conditions, Under
from hub.index.read import Index
from hub.records.themes import EXACT


class OnThemes(msgspec.Struct, frozen=True, kw_only=True):
    """About any of these themes (none named: whatever they are about). `exact`: by the source's own id only."""

    numbers: tuple[int, ...] = ()
    exact: bool = False


def of_events(exact: bool) -> Under:
    """Events under themes, read in the order of their start."""
    return Under(
        condition=f"l.theme = p.value{_sure(exact)}",
        link="event_theme l ON t.rid = l.event",
        same={"t.starts": "l.starts", "t.rid": "l.event"},
    )


def of_records(kind: str, exact: bool) -> Under:
    """Records of another kind under themes."""
    return Under(
        condition=f"l.theme = p.value AND l.kind = '{kind}'{_sure(exact)}", link="record_theme l ON t.rid = l.rid"
    )


def about(c: Conditions, kind: str, wanted: OnThemes | None) -> None:
    """Adds the condition that a record of this kind is about one of these."""
    if wanted is not None and wanted.numbers:
        c.add(
            "t.rid IN (SELECT l.rid FROM record_theme l WHERE l.theme IN (SELECT value FROM json_each(:themes))"
            f" AND l.kind = '{kind}'{_sure(wanted.exact)})",
            themes=f"{list(wanted.numbers)}",
        )


def is_exact(wanted: OnThemes | None) -> bool:
    return wanted is not None and wanted.exact


def links_of_events(index: Index, events: Collection[int]) -> list[tuple[int, int, int]]:
    """(event, theme, how sure in per cent)."""
    return _links(index, "event_theme", "event", events)


def links_of_records(index: Index, rids: Collection[int]) -> list[tuple[int, int, int]]:
    """(record, theme, how sure in per cent)."""
    return _links(index, "record_theme", "rid", rids)


def _links(index: Index, table: str, column: str, rids: Collection[int]) -> list[tuple[int, int, int]]:
    rows = index.rows(
        f"SELECT {column}, theme, sure FROM {table} WHERE {column} IN (SELECT value FROM json_each(?))",
        (f"{list(rids)}",),
    )
    return [(rid, theme, sure) for rid, theme, sure in rows]


def _sure(exact: bool) -> str:
    return f" AND l.sure = {EXACT}" if exact else ""
