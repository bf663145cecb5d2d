"""Questions about things to borrow, as SQL. Books are millions and are looked up, not listed."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

from hub.index.listing import Conditions, Listing, Under
from hub.index.places import text_condition
from hub.index.read import Index
from hub.index.themes import OnThemes, about
from hub.records.catalogue import Format


class ThingFilter(msgspec.Struct, frozen=True, kw_only=True):
    text: str | None = None
    formats: tuple[Format, ...] = ()
    languages: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    themes: OnThemes | None = None


CODES = (
    "SELECT l.code FROM place_area a JOIN branch l ON l.place = a.place"
    " WHERE a.area IN (SELECT value FROM json_each(?))"
)
AT_PLACE = Under(
    condition="t.rid IN (SELECT tb.thing FROM branch l CROSS JOIN thing_branch tb ON tb.code = l.code"
    " WHERE l.place = p.value)"
)


def things(wanted: ThingFilter, under: Under | None = None) -> Listing:
    """A thing has no language of its own: `languages` leaves out only records that tell another."""
    c = Conditions()
    if wanted.formats:
        c.any_of("t.format", "formats", wanted.formats)
    if wanted.languages:
        c.add(
            "(EXISTS (SELECT 1 FROM thing_language g WHERE g.thing = t.rid"
            " AND g.language IN (SELECT value FROM json_each(:languages)))"
            " OR NOT EXISTS (SELECT 1 FROM thing_language g WHERE g.thing = t.rid))",
            languages=msgspec.json.encode(list(wanted.languages)).decode(),
        )
    if wanted.branches:
        c.add(
            "EXISTS (SELECT 1 FROM thing_branch b WHERE b.thing = t.rid"
            " AND b.code IN (SELECT value FROM json_each(:branches)))",
            branches=msgspec.json.encode(list(wanted.branches)).decode(),
        )
    about(c, "catalogue_record", wanted.themes)
    if wanted.text is not None:
        text_condition(c, "thing_text", wanted.text)
    return Listing(table="thing", sort=("t.name",), where=tuple(c.where), params=c.params, under=under)


def things_in(index: Index, areas: Collection[int]) -> list[int]:
    """Things to borrow by name: of these areas, those of which a branch there owns a copy; without areas, all."""
    if not areas:
        rows = index.rows("SELECT rid FROM thing WHERE format = ? ORDER BY name, rid", (Format.OBJECT.value,))
    else:
        rows = index.rows(
            "SELECT t.rid FROM thing t WHERE t.format = ? AND EXISTS"
            f" (SELECT 1 FROM thing_branch b WHERE b.thing = t.rid AND b.code IN ({CODES})) ORDER BY t.name, t.rid",
            (Format.OBJECT.value, f"{sorted(areas)}"),
        )
    return [rid for (rid,) in rows]


def codes_in(index: Index, areas: Collection[int]) -> set[str]:
    """The branches that lie in these areas."""
    return {code for (code,) in index.rows(CODES, (f"{sorted(areas)}",))}


def branch_codes(index: Index, things: Collection[int]) -> Sequence[tuple[int, str]]:
    return [
        (thing, code)
        for thing, code in index.rows(
            "SELECT thing, code FROM thing_branch WHERE thing IN (SELECT value FROM json_each(?)) ORDER BY thing, code",
            (f"{sorted(things)}",),
        )
    ]
