from __future__ import annotations

import pytest

from hub.connectors.cases import case_number, case_path, districts_in
from hub.records.civic import NamedArea
from hub.records.places import AreaKind


@pytest.mark.parametrize("written", ["HEL 2025-001216", "HEL-2025-001216", "hel-2025-001216", " HEL  2025-001216 "])
def test_a_diary_number_has_one_form_however_it_is_written(written: str) -> None:
    number = case_number(written)

    assert number == "HEL 2025-001216"
    assert case_path(number) == "hel-2025-001216"


@pytest.mark.parametrize("written", [None, "", "2025-001216", "HEL", "HEL 25-1", "HEL 2025-001216 ja muut"])
def test_what_is_no_diary_number_is_none(written: str | None) -> None:
    assert case_number(written) is None


@pytest.mark.parametrize(
    ("heading", "numbers"),
    [
        ("Laajasalon (49.ko) asemakaavan muutos nro 12430", ["49"]),
        ("Mellunkylän, Mellunmäen (47.ko) asemakaavan muutos nro 12421, Ounasvaarantie 2", ["47"]),
        ("Kallion (11. ko) ja Sörnäisten (10.ko) katusuunnitelmat (11.ko)", ["11", "10"]),
        ("Katajanokan (08.ko) asemakaava", ["8"]),
        ("Liikunta, 11.kokous", []),
        ("Asemakaavan muutos nro 12.345.ko", []),
        (None, []),
    ],
)
def test_a_plans_heading_numbers_its_districts(heading: str | None, numbers: list[str]) -> None:
    assert districts_in(heading) == tuple(
        NamedArea(code=number, area_kind=AreaKind.NEIGHBOURHOOD) for number in numbers
    )
