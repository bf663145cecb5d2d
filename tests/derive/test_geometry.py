"""Which areas hold a point."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.derive.geometry import AreaMap
from hub.records.core import Point
from hub.records.places import Area, AreaKind
from tests import made

WEST = made.area("lantinen", boundary=made.square(24.0, 60.0))
EAST = made.area("itainen", boundary=made.square(24.1, 60.0))
WIDE = made.area("suuri", AreaKind.MAJOR_DISTRICT, boundary=made.square(23.9, 59.9, 0.5))


def names(areas: list[Area], *points: Point) -> list[set[str]]:
    held = AreaMap(enumerate(areas)).holding(points)
    return [{areas[number].ref.key for number in numbers} for numbers in held]


def test_a_point_is_in_the_areas_around_it_and_in_no_other() -> None:
    inside, outside = made.spot(60.05, 24.05), made.spot(61, 25)

    assert names([WEST, EAST, WIDE], inside, outside) == [{"kaupunginosa:lantinen", "suurpiiri:suuri"}, set()]


@pytest.mark.parametrize("areas", [[WEST, EAST], [EAST, WEST]])
def test_a_point_on_a_border_is_in_one_area_of_a_kind_whatever_their_order(areas: list[Area]) -> None:
    assert names(areas, made.spot(60.05, 24.1)) == [{"kaupunginosa:itainen"}]


def test_a_point_on_a_border_is_in_areas_of_each_kind() -> None:
    district = made.area("piiri", AreaKind.DISTRICT, boundary=made.square(24.1, 60.0))

    assert names([WEST, EAST, district], made.spot(60.05, 24.1)) == [{"kaupunginosa:itainen", "peruspiiri:piiri"}]


def test_a_hole_is_outside() -> None:
    (outer,), (hole,) = made.square(24.0, 60.0)[0], made.square(24.04, 60.04, 0.02)[0]
    with_hole = made.area("reika", boundary=((outer, hole),))

    assert names([with_hole], made.spot(60.05, 24.05), made.spot(60.01, 24.01)) == [set(), {"kaupunginosa:reika"}]


def test_an_area_of_several_parts_holds_what_is_in_any() -> None:
    islands = made.area("saaret", boundary=(*made.square(24.0, 60.0), *made.square(25.0, 60.0)))

    assert names([islands], made.spot(60.05, 24.05), made.spot(60.05, 25.05), made.spot(60.05, 24.5)) == [
        {"kaupunginosa:saaret"},
        {"kaupunginosa:saaret"},
        set(),
    ]


BROKEN = {
    "nothing": (),
    "no ring": ((),),
    "two corners": ((((24.0, 60.0), (24.1, 60.0)),),),
    "a hole of one corner": ((made.square(24.0, 60.0)[0][0], ((24.05, 60.05),)),),
    "crossing itself": ((((24.0, 60.0), (24.1, 60.1), (24.1, 60.0), (24.0, 60.1), (24.0, 60.0)),),),
    "without extent": ((((24.0, 60.0), (24.0, 60.0), (24.0, 60.0), (24.0, 60.0)),),),
}


@pytest.mark.parametrize("boundary", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_boundary_costs_the_other_areas_nothing(boundary: made.Boundary) -> None:
    broken = made.area("rikki", boundary=boundary)
    areas = AreaMap(enumerate([broken, EAST]))

    assert [1 in held for held in areas.holding([made.spot(60.05, 24.15)])] == [True]
    assert all(pair[0] != pair[1] for pair in areas.nesting())


def test_no_area_holds_nothing() -> None:
    assert AreaMap([]).holding([made.spot(60, 24)]) == [()]
    assert AreaMap([]).nesting() == []


def test_an_area_lies_in_the_wider_ones_of_other_kinds() -> None:
    assert AreaMap(enumerate([WEST, EAST, WIDE])).nesting() == [(0, 2), (1, 2)]


coordinate = st.floats(-0.3, 0.3)


@given(coordinate, coordinate)
def test_a_point_is_in_a_square_as_by_comparing_its_coordinates(north: float, east: float) -> None:
    point = made.spot(60.05 + north, 24.05 + east)
    west, south = 24.0, 60.0

    is_inside = west <= point.lon <= west + 0.1 and south <= point.lat <= south + 0.1

    assert bool(AreaMap([(1, WEST)]).holding([point])[0]) is is_inside


def derived(*areas: Area) -> dict[str, list[str]]:
    """The areas' names and sources as derived, whichever of these came first."""
    found: dict[str, list[str]] = {}
    for order in (areas, tuple(reversed(areas))):
        writer = made.in_memory()
        for area in order:
            made.put(writer, area)
        rows = writer.connection.execute(
            "SELECT r.source, a.name FROM area a JOIN record r ON r.rid = a.rid"
        ).fetchall()
        found[str(len(found))] = sorted(f"{source} {name}" for source, name in rows)
        writer.close()
    return found


def test_an_area_that_two_registers_describe_is_there_once_by_the_first_by_rank() -> None:
    assert derived(made.area("kallio", name="Kallio"), made.area("kallio", name="Berghäll", source="le")) == {
        "0": ["sm kallio"],
        "1": ["sm kallio"],
    }


def test_when_the_first_register_takes_an_area_back_the_other_speaks() -> None:
    writer = made.in_memory()
    first, second = made.area("kallio", name="Kallio"), made.area("kallio", name="Sörnäs", source="le")
    made.put(writer, first, second)

    made.withdraw(writer, first.ref)

    assert writer.connection.execute("SELECT fi FROM area").fetchall() == [("sörnäs",)]
    writer.close()
