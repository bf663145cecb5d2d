"""Questions about the use of spaces, as SQL, and the days that its rows are kept by.

A day is a day of Helsinki, by its number in the calendar (`date.toordinal`): a moment's day and a day's first moment
are asked here by all who write or read such rows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from hub.index.listing import Conditions
from hub.index.places import bits_of
from hub.index.read import Index
from hub.records.places import PlaceKind
from hub.records.spaces import SpaceKind
from hub.records.use import Use

ZONE = ZoneInfo("Europe/Helsinki")
MANY = 10_000  # rows to add up: more are read on a thread


class UsedSpace(msgspec.Struct, frozen=True):
    """A space below one of the parents that were asked about."""

    parent: int
    rid: int
    source: str
    key: str


class Told(msgspec.Struct, frozen=True):
    """What the days of one space come to. `days`: told at all; of some of them nobody may know the hours."""

    days: int = 0
    unknown_days: int = 0
    use: Use = Use()


class WhichSpaces(msgspec.Struct, frozen=True, kw_only=True):
    """Empty: any."""

    kinds: tuple[SpaceKind, ...] = ()
    places: tuple[int, ...] = ()
    areas: tuple[int, ...] = ()
    place_kinds: tuple[PlaceKind, ...] = ()


def day_of(moment: datetime) -> int:
    return moment.astimezone(ZONE).toordinal()


def midnight(day: int) -> int:
    """The first second of a day."""
    return int(datetime.combine(date.fromordinal(day), datetime.min.time(), ZONE).timestamp())


def next_midnight(moment: datetime) -> datetime:
    return datetime.fromtimestamp(midnight(day_of(moment) + 1), tz=moment.tzinfo)


def of_places(index: Index, places: Collection[int]) -> list[UsedSpace]:
    """By name."""
    return _spaces(
        index, "json_each(:p) p CROSS JOIN space s ON s.place = p.value", "p.value", p=f"{sorted({*places})}"
    )


def of_areas(index: Index, areas: Collection[int]) -> list[UsedSpace]:
    """By name. A space lies where its place lies."""
    below = "json_each(:p) p CROSS JOIN place_area a ON a.area = p.value CROSS JOIN space s ON s.place = a.place"
    return _spaces(index, below, "p.value", p=f"{sorted({*areas})}")


def of_themselves(index: Index, spaces: Collection[int]) -> list[UsedSpace]:
    """Each below itself."""
    return _spaces(index, "json_each(:p) p CROSS JOIN space s ON s.rid = p.value", "s.rid", p=f"{sorted({*spaces})}")


def of_all(index: Index, wanted: WhichSpaces) -> list[UsedSpace]:
    """By name, all below one parent, 0."""
    c = Conditions()
    if wanted.kinds:
        c.any_of("s.kind", "kinds", wanted.kinds)
    if wanted.places:
        c.any_of("s.place", "places", wanted.places)
    if wanted.areas:
        c.add(
            "EXISTS (SELECT 1 FROM place_area a WHERE a.place = s.place"
            " AND a.area IN (SELECT value FROM json_each(:areas)))",
            areas=f"{list(wanted.areas)}",
        )
    if wanted.place_kinds:
        c.add(
            "EXISTS (SELECT 1 FROM place p WHERE p.rid = s.place AND p.kinds & :place_kinds)",
            place_kinds=bits_of(wanted.place_kinds),
        )
    return _spaces(index, "space s", "0", tuple(c.where), **c.params)


def _spaces(index: Index, below: str, parent: str, where: Sequence[str] = (), **params: Any) -> list[UsedSpace]:
    condition = f" WHERE {' AND '.join(where)}" if where else ""
    rows = index.rows(
        f"SELECT {parent}, s.rid, r.source, r.key FROM {below} JOIN record r ON r.rid = s.rid{condition}"
        " ORDER BY s.name, s.rid",
        params,
    )
    return [UsedSpace(*row) for row in rows]


async def days(index: Index, spaces: Collection[int], first: int, last: int, *, deadline: float) -> dict[int, Told]:
    """The whole days `first` to `last`, both among them, of each space; a space without any is left out."""
    if last < first or not spaces:
        return {}
    sql = (
        "SELECT u.space, count(*), sum(u.known = 0), sum(u.known), sum(u.bookable), sum(u.used), sum(u.booked)"
        " FROM use_day u WHERE u.space IN (SELECT value FROM json_each(?)) AND u.day BETWEEN ? AND ? GROUP BY u.space"
    )
    params = (f"{sorted(spaces)}", first, last)
    if len(spaces) * (last - first) > MANY:
        rows = await index.slow_rows(sql, params, deadline=deadline)
    else:
        rows = index.rows(sql, params)
    return {
        row[0]: Told(row[1], row[2], Use(known=row[3], bookable=row[4], used=row[5], booked=row[6])) for row in rows
    }


def told_on(index: Index, spaces: Collection[int], days_: Iterable[int]) -> list[tuple[int, int, int]]:
    """(space, day, record that tells of it)."""
    rows = index.rows(
        "SELECT u.space, u.day, u.told FROM json_each(?) d CROSS JOIN json_each(?) s"
        " CROSS JOIN use_day u ON u.space = s.value AND u.day = d.value ORDER BY 1, 2, 3",
        (f"{sorted({*days_})}", f"{sorted(spaces)}"),
    )
    return [(space, day, told) for space, day, told in rows]
