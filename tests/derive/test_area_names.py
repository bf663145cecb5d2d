"""What a name of a part of the city means, in a heading and by itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hub.derive.area_names import AreaNames
from hub.index.write import Writer
from hub.records.civic import NamedArea
from hub.records.core import LocalizedText
from hub.records.places import AreaKind
from tests import made

CENTRAL = made.area("keskinen", AreaKind.MAJOR_DISTRICT, name="Keskinen", boundary=made.square(24.0, 60.0, 0.4))
KALLIO = made.area("kallio", name="Kallio", origin_id="11", boundary=made.square(24.0, 60.0))
DISTRICT = made.area("kallio", AreaKind.DISTRICT, name="Kallio", boundary=made.square(24.0, 60.0, 0.2))
PASILA = made.area("pasila", name="Pasila", origin_id="17", boundary=made.square(24.2, 60.0))
WEST_PASILA = made.area(
    "lansi-pasila", AreaKind.SUB_DISTRICT, name="Länsi-Pasila", boundary=made.square(24.2, 60.0, 0.05)
)
FIRST = made.area("kluuvi", name="Kluuvi", origin_id="02")
ALL = (CENTRAL, KALLIO, DISTRICT, PASILA, WEST_PASILA, FIRST)


@pytest.fixture
def writer() -> Iterator[Writer]:
    writer = made.in_memory()
    made.put(writer, *ALL)
    yield writer
    writer.close()


def keys(writer: Writer, rids: set[int]) -> set[str]:
    named = {made.number_of(writer, area): area.ref.key for area in ALL}
    return {named[rid] for rid in rids}


def test_a_name_means_every_area_that_is_called_so_and_what_holds_it(writer: Writer) -> None:
    found = AreaNames(writer.connection).of([NamedArea(name=LocalizedText(fi="kallio", sv="Berghäll"))])

    assert keys(writer, found) == {"kaupunginosa:kallio", "peruspiiri:kallio", "suurpiiri:keskinen"}


def test_a_name_of_a_told_kind_means_that_kind(writer: Writer) -> None:
    names = AreaNames(writer.connection)
    found = names.of([NamedArea(name=LocalizedText(fi="Kallio"), area_kind=AreaKind.DISTRICT)])

    assert keys(writer, found) == {"peruspiiri:kallio", "suurpiiri:keskinen"}


@pytest.mark.parametrize("code", ["2", "02"])
def test_a_number_means_its_area_with_and_without_a_leading_zero(writer: Writer, code: str) -> None:
    found = AreaNames(writer.connection).of([NamedArea(code=code, area_kind=AreaKind.NEIGHBOURHOOD)])

    assert keys(writer, found) == {"kaupunginosa:kluuvi"}


def test_an_unknown_name_and_an_unknown_number_mean_nothing(writer: Writer) -> None:
    unknown = [NamedArea(name=LocalizedText(fi="Atlantis")), NamedArea(code="99", area_kind=AreaKind.NEIGHBOURHOOD)]

    assert AreaNames(writer.connection).of(unknown) == set()


@pytest.mark.parametrize(
    ("heading", "areas"),
    [
        ("Kallion kirjaston peruskorjaus", {"kaupunginosa:kallio"}),
        ("Tontin vuokraaminen Pasilasta", {"kaupunginosa:pasila"}),
        ("Länsi-Pasilan katusuunnitelma", {"osa-alue:lansi-pasila", "kaupunginosa:pasila"}),  # Pasila holds it
        ("Kallio ja Kluuvi", {"kaupunginosa:kallio", "kaupunginosa:kluuvi"}),
        ("Louhittava kallio Laajasalossa", set()),
        ("KALLION KIRJASTO", {"kaupunginosa:kallio"}),
        ("Talousarvio 2026", set()),
        ("", set()),
        (None, set()),
    ],
)
def test_a_heading_mentions_parts_of_the_city_in_any_case(writer: Writer, heading: str | None, areas: set[str]) -> None:
    found = keys(writer, AreaNames(writer.connection).in_heading(heading))

    assert {key for key in found if key.partition(":")[0] in {"kaupunginosa", "osa-alue"}} == areas
