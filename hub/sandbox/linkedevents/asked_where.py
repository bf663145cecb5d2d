"""The parameters of an event list that are about places."""

from __future__ import annotations

import math
from collections.abc import Sequence

from hub.sandbox.linkedevents.parameters import Params, ids, refused, truth
from hub.sandbox.linkedevents.register import Filter, Register, Test, said
from hub.sandbox.linkedevents.rows import Row

METRES_A_DEGREE = 111_195


def in_divisions(place: Row, wanted: Sequence[str], municipality: str) -> bool:
    """By a division's name, or by its OCD id, whose beginning may be left out."""
    names = {name.title() for name in wanted if ":" not in name}
    whole = {_ocd_id(name, municipality) for name in wanted if ":" in name}
    return any(
        division["ocd_id"] in whole or names & set(said(division["name"])) for division in place.get("divisions", [])
    )


def _ocd_id(short: str, municipality: str) -> str:
    if short.startswith("ocd-division"):
        return short
    if short.startswith("country"):
        return f"ocd-division/{short}"
    return (
        f"ocd-division/country:fi/{short}"
        if short.startswith("kunta")
        else (f"ocd-division/country:fi/kunta:{municipality}/{short}")
    )


def _location(_: Register, value: str, __: Params) -> Test:
    wanted = set(ids(value))
    return lambda row: row.get("location") in wanted


def _at_place(register: Register, keeps: Test) -> Test:
    def test(row: Row) -> bool:
        place = register.place_of(row)
        return place is not None and keeps(place)

    return test


def _division(register: Register, value: str, _: Params) -> Test:
    return _at_place(register, lambda place: in_divisions(place, ids(value), register.rows.municipality))


def _bbox(register: Register, value: str, _: Params) -> Test:
    try:
        west, south, east, north = (float(part) for part in value.split(","))
    except ValueError as error:
        raise refused("bbox must be in format 'left,bottom,right,top'") from error

    def keeps(place: Row) -> bool:
        lon, lat = _position(place) or (math.inf, math.inf)
        return west <= lon <= east and south <= lat <= north

    return _at_place(register, keeps)


def _dwithin(register: Register, value: str, params: Params) -> Test:
    """Half of the pair alone is ignored."""
    if "dwithin_metres" not in params:
        return lambda _: True
    try:
        lon, lat = (float(part) for part in value.split(","))
    except ValueError as error:
        raise refused("Origin must be a tuple of two numbers") from error
    try:
        metres = float(params["dwithin_metres"])
    except ValueError as error:
        raise refused("Metres must be a number") from error

    def keeps(place: Row) -> bool:
        there = _position(place)
        if there is None:
            return False
        east = (there[0] - lon) * math.cos(math.radians(lat))
        return math.hypot(east, there[1] - lat) * METRES_A_DEGREE <= metres

    return _at_place(register, keeps)


def _position(place: Row) -> tuple[float, float] | None:
    position = place.get("position")
    return None if position is None else (position["coordinates"][0], position["coordinates"][1])


def _internet_based(_: Register, value: str, __: Params) -> Test:
    wanted = truth("internet_based", value)
    return lambda row: ("internet" in (row.get("location") or "")) == wanted


WHERE: dict[str, Filter] = {
    "location": _location,
    "division": _division,
    "bbox": _bbox,
    "dwithin_origin": _dwithin,
    "internet_based": _internet_based,
}
