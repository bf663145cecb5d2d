"""Each filter of things to borrow takes in what matches and leaves out what does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.derive.joins import Joins
from hub.index import catalogue
from hub.index.catalogue import ThingFilter
from hub.index.read import Index
from hub.index.themes import OnThemes
from hub.index.write import Writer
from hub.records.catalogue import Format
from hub.records.core import Record, Ref
from tests import made
from tests.index.two_places import (
    MUSIC,
    listed,
)

THINGS: dict[str, tuple[ThingFilter, Record, Record]] = {
    "text": (ThingFilter(text="porakoneita"), made.thing("in", "Porakone"), made.thing("out", "Ukulele")),
    "formats": (
        ThingFilter(formats=(Format.OBJECT,)),
        made.thing("in"),
        made.thing("out", format=Format.BOARD_GAME),
    ),
    "languages": (
        ThingFilter(languages=("sv",)),
        made.thing("in", languages=("sv",)),
        made.thing("out", languages=("fi",)),
    ),
    "languages, not told": (ThingFilter(languages=("sv",)), made.thing("in"), made.thing("out", languages=("fi",))),
    "branches": (
        ThingFilter(branches=("2/Helmet/h/h01/",)),
        made.thing("in", "Porakone", "2/Helmet/h/h01/"),
        made.thing("out", "Porakone", "2/Helmet/h/h02/"),
    ),
    "themes": (
        ThingFilter(themes=OnThemes(numbers=MUSIC)),
        made.thing("in", subjects=(made.text("musiikki"),)),
        made.thing("out", subjects=(made.text("työkalut"),)),
    ),
}


@pytest.mark.parametrize("which", THINGS)
def test_things_are_filtered_by(writer: Writer, index: Index, which: str) -> None:
    wanted, inside, outside = THINGS[which]
    made.put(writer, inside, outside)

    assert listed(writer, index, catalogue.things(wanted)) == ["in"]


def test_every_filter_of_things_is_tested() -> None:
    assert [field for field in ThingFilter.__struct_fields__ if field not in " ".join(THINGS)] == []


def test_things_are_found_under_the_branches_that_own_them(tmp_path: Path) -> None:
    codes = Joins(tprek_of_kirkanta={}, kirkanta_of_building={}, tprek_of_building={"b/1": "1", "b/2": "2"})
    writer = made.in_folder(tmp_path, codes)
    made.put(writer, made.unit("1"), made.unit("2"), made.thing("a", "A", "b/1", "b/2"), made.thing("b", "B", "b/2"))
    index = Index(tmp_path)
    parents = [made.number_of(writer, Ref("place", "sm", key)) for key in ("1", "2")]

    found = listed(writer, index, catalogue.things(ThingFilter(), catalogue.AT_PLACE), parents)

    assert found == ["a", "a", "b"]
    index.close()
    writer.close()
