"""Questions about bookable spaces, as SQL. When they are free is for `hub/domain/spaces.py`: it reads their times."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from hub.index.geo import Box, Near, near_params, squared_sql
from hub.index.listing import Conditions, Listing, Under
from hub.index.near import from_parent, is_around
from hub.index.opening import Opening, are_open
from hub.index.places import inside_box, text_condition
from hub.index.read import Index
from hub.records.spaces import BookingHours, BusyTimes, Space, SpaceKind


class SpaceSort(StrEnum):
    NAME = "NAME"
    DISTANCE = "DISTANCE"
    CAPACITY = "CAPACITY"


class SpaceFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the index can tell of a space by itself; None or empty: any."""

    text: str | None = None
    kinds: tuple[SpaceKind, ...] = ()
    people: int | None = None  # so many must fit; a space of unknown size is left out
    is_free: bool | None = None
    is_bookable: bool | None = None
    equipment: tuple[str, ...] = ()  # all of these are in it, by their words
    for_wheelchair: bool | None = None  # by its own survey, else by its place's; what nobody surveyed is left out
    opening: Opening | None = None  # of its place
    near: Near | None = None
    box: Box | None = None
    places: tuple[int, ...] = ()
    areas: tuple[int, ...] = ()
    sort: SpaceSort = SpaceSort.NAME


AT_PLACE = Under(condition="t.place = p.value")
_WHEELCHAIR = "coalesce(t.wheelchair, (SELECT n.wheelchair FROM place n WHERE n.rid = t.place))"
_LAT = "(SELECT n.lat FROM place n WHERE n.rid = t.place)"
_LON = "(SELECT n.lon FROM place n WHERE n.rid = t.place)"


def spaces(wanted: SpaceFacts, under: Under | None = None) -> Listing:
    """By distance: from the parents that they are around, else from the filter's point, which then there must be."""
    c = Conditions()
    if wanted.kinds:
        c.any_of("t.kind", "kinds", wanted.kinds)
    if wanted.people is not None:
        c.add("t.capacity >= :people", people=wanted.people)
    if wanted.is_free is not None:
        c.add("t.free = :free", free=int(wanted.is_free))
    if wanted.is_bookable is not None:
        c.add("t.bookable = :bookable", bookable=int(wanted.is_bookable))
    for number, thing in enumerate(wanted.equipment):
        text_condition(c, "space_equipment", thing, f"equipment{number}")
    if wanted.for_wheelchair is not None:
        c.add(f"{_WHEELCHAIR} = :wheelchair", wheelchair=int(wanted.for_wheelchair))
    if wanted.opening is not None:
        are_open(c, "t.place", wanted.opening)
    if wanted.places:
        c.any_of("t.place", "places", wanted.places)
    if wanted.areas:
        c.add(
            "EXISTS (SELECT 1 FROM place_area a WHERE a.place = t.place"
            " AND a.area IN (SELECT value FROM json_each(:areas)))",
            areas=f"{list(wanted.areas)}",
        )
    if wanted.box is not None:
        inside_box(c, "t.place", wanted.box, "box")
    if wanted.near is not None:
        inside_box(c, "t.place", wanted.near.box, "circle")
        c.add(f"{squared_sql(_LAT, _LON)} <= :near_square", **near_params(wanted.near))
    if wanted.text is not None:
        text_condition(c, "space_text", wanted.text)
    sort: tuple[str, ...] = ("t.name",)
    if wanted.sort is SpaceSort.DISTANCE:
        sort = (from_parent("space") if is_around(under) else squared_sql(_LAT, _LON),)
    elif wanted.sort is SpaceSort.CAPACITY:
        sort = ("coalesce(t.capacity, 1000000)",)
    return Listing(table="space", sort=sort, where=tuple(c.where), params=c.params, under=under)


def untold(wanted: SpaceFacts, under: Under | None = None) -> list[tuple[str, Listing]]:
    """For each filter that a source may not be able to answer: what is not told, and the spaces that meet all the other
    filters and of which it is not.
    """
    told = Conditions()
    if wanted.opening is not None:
        for is_open in (True, False):
            are_open(told, "t.place", msgspec.structs.replace(wanted.opening, is_open=is_open))
    neither = " AND ".join(f"({each}) IS NOT 1" for each in told.where)
    asked = (
        (wanted.people, {"people": None}, "t.capacity IS NULL", "nobody tells how many fit"),
        (wanted.is_free, {"is_free": None}, "t.free IS NULL", "nobody tells what they cost"),
        (
            wanted.for_wheelchair,
            {"for_wheelchair": None},
            f"{_WHEELCHAIR} IS NULL",
            "nobody tells of wheelchairs",
        ),
        (wanted.opening, {"opening": None}, neither, "nobody tells whether they are open"),
    )
    found = []
    for value, without, condition, why in asked:
        if value is not None:
            others = spaces(msgspec.structs.replace(wanted, **without), under)
            params = {**others.params, **told.params}
            found.append((why, msgspec.structs.replace(others, where=(*others.where, condition), params=params)))
    return found


class TimesRow(msgspec.Struct, frozen=True, gc=False):
    """A space and the records of its times. `told`: what tells their contents from others; None: there is none."""

    rid: int
    source: str
    key: str
    hours: int | None
    busy: int | None
    told: tuple[bytes | None, ...]


def times(index: Index, rids: Sequence[int]) -> list[TimesRow]:
    """Where the times of these spaces stand; one that is gone is left out."""
    rows = index.rows(
        "SELECT s.rid, s.source, s.key, h.rid, b.rid, s.hash, h.hash, b.hash"
        " FROM json_each(:rids) j CROSS JOIN record s ON s.rid = j.value"
        " LEFT JOIN record h ON h.kind = :hours AND h.source = s.source AND h.key = s.key AND h.hash NOT NULL"
        " LEFT JOIN record b ON b.kind = :busy AND b.source = s.source AND b.key = s.key AND b.hash NOT NULL"
        " WHERE s.kind = :space AND s.hash NOT NULL",
        {"rids": f"{list(rids)}", "hours": BookingHours.kind, "busy": BusyTimes.kind, "space": Space.kind},
    )
    return [TimesRow(row[0], row[1], row[2], row[3], row[4], row[5:]) for row in rows]


def raw_bodies(index: Index, rids: Sequence[int]) -> dict[int, bytes]:
    """As they are stored, for who needs a part of them."""
    return dict(
        index.rows("SELECT rid, body FROM body WHERE rid IN (SELECT value FROM json_each(?))", (f"{list(rids)}",))
    )
