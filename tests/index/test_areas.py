"""Which part of Helsinki is meant: its real areas, what people write for them, and points in them."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.derive.geometry import AreaMap
from hub.index import areas
from hub.index.read import Index
from hub.index.spoken_areas import SPOKEN
from hub.index.stems import name_fold
from hub.records.core import LocalizedText, Point, Ref
from hub.records.places import Area, AreaKind
from tests import made

KINDS = {
    "neighborhood": AreaKind.NEIGHBOURHOOD,
    "sub_district": AreaKind.SUB_DISTRICT,
    "district": AreaKind.DISTRICT,
    "major_district": AreaKind.MAJOR_DISTRICT,
}


def features(file: str) -> list[dict[str, Any]]:
    text = files("hub.sandbox").joinpath("geo", f"{file}.geojson").read_bytes()
    found: list[dict[str, Any]] = msgspec.json.decode(text)["features"]
    return found


def real(feature: dict[str, Any]) -> Area:
    told, shape = feature["properties"], feature["geometry"]
    polygons = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
    return Area(
        ref=Ref("area", "sm", told["ocd_id"].rpartition("kunta:helsinki/")[2]),
        read_at=made.NOW,
        name=LocalizedText(fi=told["name_fi"], sv=told["name_sv"] or None),
        area_kind=KINDS[told["type"]],
        ocd_id=told["ocd_id"],
        boundary=tuple(tuple(tuple((lon, lat) for lon, lat in ring) for ring in polygon) for polygon in polygons),
    )


AREAS = [real(feature) for file in ("neighbourhoods", "districts", "sub_districts") for feature in features(file)]
LABELS = {
    feature["properties"]["ocd_id"]: made.spot(*reversed(feature["properties"]["label_point"]))
    for feature in features("neighbourhoods")
}


class Helsinki(msgspec.Struct, frozen=True):
    index: Index
    by_rid: dict[int, Area]
    map: AreaMap

    def named(self, name: str, kind: AreaKind | None = None) -> list[str]:
        return [self.by_rid[rid].ref.key for rid in areas.named(self.index, name, kind)]


@pytest.fixture(scope="module")
def helsinki(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Helsinki]:
    folder: Path = tmp_path_factory.mktemp("helsinki")
    writer = made.in_folder(folder)
    made.put(writer, *AREAS)
    by_rid = {made.number_of(writer, area): area for area in AREAS}
    index = Index(folder)
    yield Helsinki(index, by_rid, AreaMap(by_rid.items()))
    index.close()
    writer.close()


# ---- names


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_every_area_is_found_by_its_very_name_before_any_other(helsinki: Helsinki, language: str) -> None:
    for area in AREAS:
        name = getattr(area.name, language)
        if name is not None:
            same = {other.ref.key for other in AREAS if name_fold(name) in _names(other)}
            assert set(helsinki.named(name)) == same, name
            assert helsinki.named(name.upper(), area.area_kind)[0] in same


def _names(area: Area) -> set[str | None]:
    return {name_fold(area.name.fi), name_fold(area.name.sv)}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Kalliossa", "kaupunginosa:kallio"),
        ("Kallion", "kaupunginosa:kallio"),
        ("Kallion kaupunginosa", "kaupunginosa:kallio"),
        ("kallion peruspiirissä", "peruspiiri:kallio"),
        ("Vallilasta", "kaupunginosa:vallila"),
        ("Kannelmäessä", "osa-alue:kannelmäki"),
        ("Kannelmäen osa-alue", "osa-alue:kannelmäki"),
        ("Kalasataman kaupunginosa", "osa-alue:kalasatama"),  # as people say, though it is none
        ("Kruununhaan", "kaupunginosa:kruununhaka"),
        ("Kruununhaassa", "kaupunginosa:kruununhaka"),
        ("Sörnäisissä", "kaupunginosa:sörnäinen"),
        ("Sörnäisten", "kaupunginosa:sörnäinen"),
        ("Kruunuhaka", "kaupunginosa:kruununhaka"),  # in speech alone, here and below
        ("Kruunuhaassa", "kaupunginosa:kruununhaka"),
        ("Lauttis", "kaupunginosa:lauttasaari"),
        ("Rööperissä", "kaupunginosa:punavuori"),
        ("Sörkan", "kaupunginosa:sörnäinen"),
        ("Arabia", "osa-alue:arabianranta"),
        ("Töölössä", "kaupunginosa:etu-töölö"),
        ("Hagnäs", "osa-alue:siltasaari"),
        ("Itäkeskuksessa", "osa-alue:itäkeskus"),
        ("Arabianrannassa", "osa-alue:arabianranta"),
        ("Meilahden", "kaupunginosa:meilahti"),
        ("Käpylän", "kaupunginosa:käpylä"),
        ("Lauttasaaressa", "kaupunginosa:lauttasaari"),
        ("Länsi-Pasilan", "osa-alue:länsi-pasila"),
        ("länsi pasila", "osa-alue:länsi-pasila"),
        ("Keskinen suurpiiri", "suurpiiri:keskinen"),
        ("Keskisen suurpiirin", "suurpiiri:keskinen"),
        ("Taka-Toolo", "kaupunginosa:taka-töölö"),
        ("Kapyla", "kaupunginosa:käpylä"),
        ("  KÄPYLÄ! ", "kaupunginosa:käpylä"),
        ("Berghäll", "kaupunginosa:kallio"),
        ("i Berghäll", "kaupunginosa:kallio"),
        ("Berghälls stadsdel", "kaupunginosa:kallio"),
        ("Vallgards", "kaupunginosa:vallila"),
        ("the district of Kallio", "peruspiiri:kallio"),
    ],
)
def test_an_area_is_found_as_people_write_it(helsinki: Helsinki, written: str, meant: str) -> None:
    assert helsinki.named(written)[0] == meant


@pytest.mark.parametrize(
    "written", ["", "?", "Kall", "Espoo", "Nurmijärvi", "kaupunginosa", "Kallio Vallila", "x" * 9999]
)
def test_what_names_no_area_finds_none(helsinki: Helsinki, written: str) -> None:
    assert helsinki.named(written) == []


def test_a_kind_that_is_asked_for_is_the_only_one_and_one_that_is_written_comes_first(helsinki: Helsinki) -> None:
    assert helsinki.named("Vallila") == ["kaupunginosa:vallila", "osa-alue:vallila", "peruspiiri:vallila"]
    assert helsinki.named("Vallilan peruspiiri")[0] == "peruspiiri:vallila"
    assert helsinki.named("Vallilan kaupunginosa", AreaKind.SUB_DISTRICT) == ["osa-alue:vallila"]
    assert helsinki.named("Kalasatama", AreaKind.MAJOR_DISTRICT) == []


# ---- points


def test_every_neighbourhood_holds_its_own_label(helsinki: Helsinki) -> None:
    for ocd_id, point in LABELS.items():
        first = helsinki.by_rid[areas.holding(helsinki.index, point)[0]]
        assert first.ocd_id == ocd_id


corners = [(lat, lon) for area in AREAS[::7] for polygon in area.boundary for lon, lat in polygon[0][::9]]
anywhere = st.builds(Point, lat=st.floats(60.1, 60.3), lon=st.floats(24.8, 25.26))
on_borders = st.sampled_from(corners).map(lambda corner: made.spot(*corner))


@settings(max_examples=300, deadline=None)
@given(anywhere | on_borders)
def test_a_reader_puts_a_point_where_the_derived_tables_do(helsinki: Helsinki, point: Point) -> None:
    told = areas.holding(helsinki.index, point)

    assert sorted(told) == list(helsinki.map.holding([point])[0])
    kinds = [areas.KIND_ORDER.index(helsinki.by_rid[rid].area_kind) for rid in told]
    assert kinds == sorted(set(kinds))


def test_outside_the_city_is_nowhere(helsinki: Helsinki) -> None:
    assert areas.holding(helsinki.index, made.spot(61.5, 23.8)) == []


def test_what_areas_are_called_in_speech_are_names_of_none_and_of_areas_that_there_are() -> None:
    registers = {name for area in AREAS for name in _names(area)}

    assert SPOKEN.keys() <= registers
    assert not {spoken for many in SPOKEN.values() for _, spoken in many} & registers
