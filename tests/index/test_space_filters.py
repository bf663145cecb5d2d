"""Each filter of spaces takes in what matches and leaves out what does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from hub.index import spaces
from hub.index.geo import Near
from hub.index.opening import Opening
from hub.index.read import Index
from hub.index.spaces import SpaceFacts, SpaceSort
from hub.index.write import Writer
from hub.records.core import LocalizedText, Record
from hub.records.spaces import SpaceKind, SpacePrice
from tests import made
from tests.index.two_places import (
    AT_BARRED,
    AT_HERE,
    AT_OPEN,
    AT_THERE,
    BARRED,
    BOX,
    KALLIO,
    NEAR,
    OODI,
    OPEN,
    OPEN_TODAY,
    Number,
    listed,
)

SPACES: dict[str, tuple[Callable[[Number], SpaceFacts], Record, Record]] = {
    "text": (
        lambda n: SpaceFacts(text="piano"),
        made.space("in", equipment=(LocalizedText(fi="Piano"),)),
        made.space("out"),
    ),
    "kinds": (
        lambda n: SpaceFacts(kinds=(SpaceKind.EQUIPMENT,)),
        made.space("in", space_kind=SpaceKind.EQUIPMENT),
        made.space("out"),
    ),
    "people": (lambda n: SpaceFacts(people=8), made.space("in", capacity=8), made.space("out", capacity=7)),
    "people, size not told": (lambda n: SpaceFacts(people=1), made.space("in", capacity=1), made.space("out")),
    "is_free": (
        lambda n: SpaceFacts(is_free=True),
        made.space("in", price=SpacePrice(is_free=True)),
        made.space("out", price=SpacePrice(is_free=False)),
    ),
    "is not free": (
        lambda n: SpaceFacts(is_free=False),
        made.space("in", price=SpacePrice(is_free=False)),
        made.space("out"),
    ),
    "is_bookable": (lambda n: SpaceFacts(is_bookable=True), made.space("in"), made.space("out", is_bookable=False)),
    "equipment": (
        lambda n: SpaceFacts(equipment=("tulostin", "piano")),
        made.space("in", equipment=(LocalizedText(fi="Piano"), LocalizedText(fi="3D-tulostin"))),
        made.space("out", "Tulostin", equipment=(LocalizedText(fi="Piano"),)),
    ),
    "equipment that is no word": (
        lambda n: SpaceFacts(equipment=("piano",)),
        made.space("in", equipment=(LocalizedText(sv="Piano"),)),
        made.space("out", equipment=(LocalizedText(fi="?!"),)),
    ),
    "for_wheelchair, by its own survey": (
        lambda n: SpaceFacts(for_wheelchair=True),
        made.space("in", for_wheelchair=True, at_place=AT_BARRED),
        made.space("out", for_wheelchair=False, at_place=AT_OPEN),
    ),
    "for_wheelchair, by its place's": (
        lambda n: SpaceFacts(for_wheelchair=True),
        made.space("in", at_place=AT_OPEN),
        made.space("out", at_place=AT_BARRED),
    ),
    "not for_wheelchair, where nobody tells": (
        lambda n: SpaceFacts(for_wheelchair=False),
        made.space("in", at_place=AT_BARRED),
        made.space("out", at_place=AT_HERE),
    ),
    "opening": (
        lambda n: SpaceFacts(opening=Opening(at=made.at(12), today=date(2026, 11, 22))),
        made.space("in", at_place=AT_OPEN),
        made.space("out", at_place=AT_HERE),
    ),
    "near": (
        lambda n: SpaceFacts(near=NEAR),
        made.space("in", at_place=AT_HERE),
        made.space("out", at_place=AT_THERE),
    ),
    "box": (
        lambda n: SpaceFacts(box=BOX),
        made.space("in", at_place=AT_HERE),
        made.space("out", at_place=AT_THERE),
    ),
    "places": (
        lambda n: SpaceFacts(places=(n(AT_HERE),)),
        made.space("in", at_place=AT_HERE),
        made.space("out", at_place=AT_THERE),
    ),
    "areas": (
        lambda n: SpaceFacts(areas=(n(KALLIO),)),
        made.space("in", at_place=AT_HERE),
        made.space("out", at_place=AT_THERE),
    ),
}


@pytest.mark.parametrize("which", SPACES)
def test_spaces_are_filtered_by(writer: Writer, index: Index, which: str) -> None:
    make, inside, outside = SPACES[which]
    made.put(writer, OPEN, BARRED, OPEN_TODAY, inside, outside)

    found = listed(writer, index, spaces.spaces(make(lambda record: made.number_of(writer, record))))

    assert found == ["in"]


def test_every_space_filter_is_tested() -> None:
    assert [field for field in SpaceFacts.__struct_fields__ if field not in " ".join(SPACES) and field != "sort"] == []


@pytest.mark.parametrize(
    ("wanted", "order"),
    [
        (SpaceFacts(), ["large", "here", "unknown"]),
        (SpaceFacts(sort=SpaceSort.CAPACITY), ["here", "large", "unknown"]),
        (SpaceFacts(sort=SpaceSort.DISTANCE, near=Near(at=OODI, metres=50_000)), ["here", "large"]),
    ],
)
def test_spaces_are_sorted_by(writer: Writer, index: Index, wanted: SpaceFacts, order: list[str]) -> None:
    made.put(
        writer,
        made.space("unknown", "C"),
        made.space("large", "A", capacity=100, at_place=AT_THERE),
        made.space("here", "B", capacity=5, at_place=AT_HERE),
    )

    assert listed(writer, index, spaces.spaces(wanted)) == order
