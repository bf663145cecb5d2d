"""Bookable spaces, opening days and things to borrow as facts, tied to their places."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from hub.index.write import Writer
from hub.records.catalogue import Format
from hub.records.core import LocalizedText, Ref
from hub.records.spaces import SpacePrice
from tests import made

TODAY = date(2026, 11, 22)


@pytest.fixture
def writer() -> Iterator[Writer]:
    writer = made.in_memory()
    yield writer
    writer.close()


def place_of(writer: Writer, table: str) -> str | None:
    """Of the only row."""
    ((place,),) = writer.connection.execute(
        f"SELECT (SELECT source || ':' || key FROM record r WHERE r.rid = t.place) FROM {table} t"
    ).fetchall()
    return None if place is None else str(place)


def test_a_space_is_in_the_place_that_its_unit_belongs_to_whichever_came_first(writer: Writer) -> None:
    made.put(writer, made.space("566", at_place="174"))
    assert place_of(writer, "space") is None

    made.put(writer, made.place("174", source="va", tprek_id="8215"))
    assert place_of(writer, "space") == "va:174"
    made.put(writer, made.unit("8215"))

    assert place_of(writer, "space") == "sm:8215"


def test_a_space_whose_place_is_withdrawn_has_none(writer: Writer) -> None:
    place = made.place("174", source="va")
    made.put(writer, made.space("566", at_place="174"), place)

    made.withdraw(writer, place.ref)

    assert place_of(writer, "space") is None


def test_a_space_that_moves_is_in_its_new_place_only(writer: Writer) -> None:
    made.put(writer, made.place("a", source="va"), made.place("b", source="va"), made.space("1", at_place="a"))

    made.put(writer, made.space("1", at_place="b"))

    assert place_of(writer, "space") == "va:b"


@pytest.mark.parametrize(
    ("price", "free"), [(None, None), (SpacePrice(is_free=True), 1), (SpacePrice(is_free=False, lowest_cents=100), 0)]
)
def test_a_price_that_is_not_told_is_neither_free_nor_not(
    writer: Writer, price: SpacePrice | None, free: int | None
) -> None:
    made.put(writer, made.space("1", price=price))

    assert writer.connection.execute("SELECT free FROM space").fetchall() == [(free,)]


def test_a_space_is_found_by_its_equipment_and_purposes(writer: Writer) -> None:
    made.put(writer, made.space("1", equipment=(LocalizedText(fi="Piano"),), purposes=(LocalizedText(en="Meetings"),)))

    assert writer.connection.execute("SELECT count(*) FROM space_text('piano meet')").fetchall() == [(1,)]


def test_a_days_hours_are_those_of_the_place_that_the_library_is(writer: Writer) -> None:
    made.put(writer, made.opening_day("84860", TODAY))
    assert place_of(writer, "opening_day") is None

    made.put(writer, made.library("84860"))
    assert place_of(writer, "opening_day") == "ki:84860"
    made.put(writer, made.unit("8215", kirkanta=["84860"]))

    assert place_of(writer, "opening_day") == "sm:8215"


def test_a_day_that_is_withdrawn_is_gone(writer: Writer) -> None:
    day = made.opening_day(Ref("place", "sm", "1"), TODAY)
    made.put(writer, day)

    made.withdraw(writer, day.ref)

    assert writer.connection.execute("SELECT * FROM opening_day").fetchall() == []


def test_a_thing_stands_under_each_of_its_branches_and_languages_once(writer: Writer) -> None:
    made.put(writer, made.thing("1", "Porakone", "b/1", "b/2", "b/1", languages=("fi", "sv", "fi")))

    codes = writer.connection.execute("SELECT code FROM thing_branch ORDER BY code").fetchall()
    languages = writer.connection.execute("SELECT language FROM thing_language ORDER BY language").fetchall()

    assert (codes, languages) == ([("b/1",), ("b/2",)], [("fi",), ("sv",)])


def test_a_thing_that_changes_leaves_its_old_branches_and_words(writer: Writer) -> None:
    made.put(writer, made.thing("1", "Porakone", "b/1", year=2019))

    made.put(writer, made.thing("1", "Ukulele", "b/2", format=Format.SHEET_MUSIC))

    db = writer.connection
    assert db.execute("SELECT format, year, name FROM thing").fetchall() == [("SHEET_MUSIC", None, "ukulele")]
    assert db.execute("SELECT code FROM thing_branch").fetchall() == [("b/2",)]
    assert db.execute("SELECT count(*) FROM thing_text('porakone')").fetchall() == [(0,)]


def test_a_withdrawn_thing_leaves_nothing(writer: Writer) -> None:
    thing = made.thing("1", "Porakone", "b/1", languages=("fi",))
    made.put(writer, thing)

    made.withdraw(writer, thing.ref)

    for table in ("thing", "thing_branch", "thing_language", "thing_text"):
        assert writer.connection.execute(f"SELECT * FROM {table}").fetchall() == []
