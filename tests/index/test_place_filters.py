"""Each filter of places takes in what matches and leaves out what does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import msgspec
import pytest

from hub.index import areas, places
from hub.index.opening import Opening
from hub.index.places import PlaceFilter, PlaceSort
from hub.index.read import Index
from hub.index.write import Writer
from hub.records.core import LocalizedText, Record, Ref
from hub.records.places import AreaKind, PlaceKind
from tests import made
from tests.index.two_places import (
    BOX,
    ELSEWHERE,
    KALLIO,
    NEAR,
    OODI,
    Number,
    listed,
)

PLACES: dict[str, tuple[Callable[[Number], PlaceFilter], list[Record], Record]] = {
    "text": (
        lambda n: PlaceFilter(text="kirjasto"),
        [made.unit("in", "Kallion kirjasto")],
        made.unit("out", "Uimahalli"),
    ),
    "kinds": (
        lambda n: PlaceFilter(kinds=(PlaceKind.YOUTH, PlaceKind.SPORT)),
        [made.unit("in", kinds=(PlaceKind.CULTURE, PlaceKind.YOUTH))],
        made.unit("out", kinds=(PlaceKind.CULTURE,)),
    ),
    "areas": (
        lambda n: PlaceFilter(text="talo", areas=(n(KALLIO),)),
        [made.unit("in", location=OODI)],
        made.unit("out", location=ELSEWHERE),
    ),
    "near": (
        lambda n: PlaceFilter(text="talo", near=NEAR),
        [made.unit("in", location=OODI)],
        made.unit("out", location=made.spot(60.174 + 400 / 111_195, 24.938 + 400 / 55_300)),
    ),
    "box": (
        lambda n: PlaceFilter(text="talo", box=BOX),
        [made.unit("in", location=made.spot(60.1, 24.9))],  # its corner
        made.unit("out", location=made.spot(60.1 - 1e-7, 24.9)),
    ),
    "opening": (
        lambda n: PlaceFilter(text="talo", opening=Opening(at=made.at(12), today=date(2026, 11, 22))),
        [made.unit("in"), made.opening_day(Ref("place", "sm", "in"), date(2026, 11, 22), made.span(12, 18))],
        made.unit("out"),
    ),
    "opening, closed": (
        lambda n: PlaceFilter(text="talo", opening=Opening(at=made.at(9), today=date(2026, 11, 22), is_open=False)),
        [made.unit("in"), made.opening_day(Ref("place", "sm", "in"), date(2026, 11, 22), made.span(12, 18))],
        made.unit("out"),
    ),
    "has_spaces": (
        lambda n: PlaceFilter(text="talo", has_spaces=True),
        [made.unit("in"), made.space("1", at_place=Ref("place", "sm", "in"))],
        made.unit("out"),
    ),
    "has no spaces": (
        lambda n: PlaceFilter(text="talo", has_spaces=False),
        [made.unit("in")],
        made.unit("out"),
    ),
}


@pytest.mark.parametrize("which", PLACES)
def test_places_are_filtered_by(writer: Writer, index: Index, which: str) -> None:
    make, inside, outside = PLACES[which]
    made.put(writer, *inside, outside)
    if which == "has no spaces":
        made.put(writer, made.space("1", at_place=outside.ref))

    found = listed(writer, index, places.places(make(lambda record: made.number_of(writer, record))))

    assert found == ["in"]


def test_every_place_filter_is_tested() -> None:
    assert [field for field in PlaceFilter.__struct_fields__ if field not in " ".join(PLACES) and field != "sort"] == []


def test_places_by_distance_are_the_nearest_first(writer: Writer, index: Index) -> None:
    near = [made.unit(f"{n}", location=made.spot(60.174 + n / 10_000, 24.938)) for n in (3, 1, 2)]
    made.put(writer, *near)
    wanted = PlaceFilter(near=NEAR, sort=PlaceSort.DISTANCE)

    assert listed(writer, index, places.places(wanted)) == ["here", "1", "2", "3"]


def test_an_area_is_found_by_its_name_in_either_language_and_the_neighbourhood_first(
    writer: Writer, index: Index
) -> None:
    district = made.area("kallio", AreaKind.DISTRICT, boundary=made.square(24.9, 60.1))
    swedish = LocalizedText(fi="Torkkelinmäki", sv="Kallio")
    made.put(writer, district, msgspec.structs.replace(made.area("berghall", AreaKind.SUB_DISTRICT), name=swedish))

    def keys(name: str, kind: AreaKind | None = None) -> list[str]:
        names = dict(writer.connection.execute("SELECT rid, key FROM record").fetchall())
        return [names[rid] for rid in areas.named(index, name, kind)]

    assert keys("KALLIO") == ["kaupunginosa:kallio", "osa-alue:berghall", "peruspiiri:kallio"]
    assert keys("kallio", AreaKind.DISTRICT) == ["peruspiiri:kallio"]
    assert keys("Kalli\x00o") == keys("") == keys("?!") == []
