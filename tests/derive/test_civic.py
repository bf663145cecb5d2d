"""Hearings and decisions: where they are, in which words they are found, and that none of it depends on history."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import strategies as st

from hub.index.stems import match
from hub.index.write import Writer
from hub.records.civic import Decision, Geometry, Hearing, HearingProject, HearingSection, NamedArea
from hub.records.core import LocalizedText, Record, Ref
from hub.records.places import AreaKind
from tests import made
from tests.derive.test_law import areas, law

WEST = made.area("lanta", name="Länta", origin_id="11", boundary=made.square(24.0, 60.0))
EAST = made.area("itala", name="Itälä", origin_id="12", boundary=made.square(24.1, 60.0))
BOTH = made.area("keskinen", AreaKind.MAJOR_DISTRICT, name="Keskinen", boundary=made.square(23.9, 59.9, 0.5))


def hearing(key: str = "h", title: str | None = "Kuuleminen", **more: Any) -> Hearing:
    return Hearing(ref=Ref("hearing", "kk", key), read_at=made.NOW, title=made.fi(title), **more)


def section(key: str, of: str = "h", text: str = "", **more: Any) -> HearingSection:
    more.setdefault("type", "main")
    return HearingSection(
        ref=Ref("hearing_section", "kk", key),
        read_at=made.NOW,
        hearing=Ref("hearing", "kk", of),
        body=made.fi(text or None),
        **more,
    )


def decision(key: str = "d", title: str = "Päätös", **more: Any) -> Decision:
    return Decision(ref=Ref("decision", "pk", key), read_at=made.NOW, title=made.fi(title), **more)


def named(text: str) -> tuple[NamedArea, ...]:
    return (NamedArea(name=LocalizedText(fi=text)),)


def block(west: float, south: float, east: float, north: float) -> Geometry:
    return Geometry(polygons=((((west, south), (east, south), (east, north), (west, north), (west, south)),),))


@pytest.fixture
def writer() -> Iterator[Writer]:
    writer = made.in_memory()
    made.put(writer, WEST, EAST, BOTH)
    yield writer
    writer.close()


def areas_of(writer: Writer, record: Record) -> set[str]:
    rows = writer.connection.execute(
        f"SELECT r.key FROM {record.kind}_area c JOIN record r ON r.rid = c.area WHERE c.{record.kind} = ?",
        (made.number_of(writer, record),),
    ).fetchall()
    return {key.partition(":")[2] for (key,) in rows}


def found(writer: Writer, kind: str, words: str) -> set[str]:
    rows = writer.connection.execute(
        f"SELECT r.key FROM {kind}_text t JOIN record r ON r.rid = t.rowid WHERE {kind}_text MATCH ?", (match(words),)
    ).fetchall()
    return {key for (key,) in rows}


# ---- where


@pytest.mark.parametrize(
    ("drawn", "where"),
    [
        (Geometry(points=((24.05, 60.05),)), {"lanta", "keskinen"}),
        (Geometry(points=((24.05, 60.05), (24.15, 60.05))), {"lanta", "itala", "keskinen"}),
        (block(24.02, 60.02, 24.08, 60.08), {"lanta", "keskinen"}),
        (block(24.02, 60.02, 24.105, 60.08), {"lanta", "keskinen"}),  # a seventeenth lies in the other
        (block(24.05, 60.02, 24.15, 60.08), {"lanta", "itala", "keskinen"}),
        (block(20.0, 58.0, 28.0, 64.0), {"lanta", "itala", "keskinen"}),  # about all of it, and much more
        (Geometry(lines=(((24.05, 60.05), (24.15, 60.05)),)), {"lanta", "itala", "keskinen"}),
        (Geometry(lines=(((24.05, 60.05), (24.101, 60.05)),)), {"lanta", "keskinen"}),
        (Geometry(points=((25.0, 61.0),)), set()),
        (block(24.05, 60.05, 24.05, 60.05), {"lanta", "keskinen"}),  # drawn as a surface, without any
    ],
)
def test_a_hearing_is_about_the_areas_in_which_enough_of_what_it_draws_lies(
    writer: Writer, drawn: Geometry, where: set[str]
) -> None:
    made.put(writer, one := hearing(geometry=drawn))

    assert areas_of(writer, one) == where


def test_a_bow_tie_is_still_somewhere(writer: Writer) -> None:
    crossed = ((24.02, 60.02), (24.08, 60.08), (24.08, 60.02), (24.02, 60.08), (24.02, 60.02))
    made.put(writer, one := hearing(geometry=Geometry(polygons=((crossed,),))))

    assert areas_of(writer, one) == {"lanta", "keskinen"}


def test_a_drawing_that_collapses_costs_nothing_but_itself(writer: Writer) -> None:
    """A ring that is a point, with a hole that is none: the geometry library refuses to mend it."""
    point, hole = ((24.05, 60.02),) * 4, ((24.08, 60.05), (24.08, 60.02), (24.05, 60.05), (24.08, 60.05))
    made.put(
        writer,
        one := hearing(geometry=Geometry(polygons=((point, hole),))),
        other := hearing("o", areas=named("Itälä")),
    )

    assert areas_of(writer, one) == {"lanta", "keskinen"}
    assert areas_of(writer, other) == {"itala", "keskinen"}


def test_a_hearing_is_about_the_areas_that_it_names_and_what_holds_them(writer: Writer) -> None:
    made.put(writer, one := hearing(areas=named("Itälä")))
    made.put(writer, both := hearing("both", areas=named("Itälä"), geometry=Geometry(points=((24.05, 60.05),))))

    assert areas_of(writer, one) == {"itala", "keskinen"}
    assert areas_of(writer, both) == {"lanta", "itala", "keskinen"}


def test_labels_speak_only_where_neither_a_name_nor_a_drawing_does(writer: Writer) -> None:
    labels = (LocalizedText(fi="Liikenne"), LocalizedText(fi="Länta"))
    made.put(writer, bare := hearing("bare", labels=labels))
    made.put(writer, told := hearing("told", labels=labels, areas=named("Itälä")))

    assert areas_of(writer, bare) == {"lanta", "keskinen"}
    assert areas_of(writer, told) == {"itala", "keskinen"}


def test_areas_that_come_later_or_change_take_hearings_and_decisions_along() -> None:
    writer = made.in_memory()
    one, two = hearing(areas=named("Länta")), decision(geometry=Geometry(points=((24.05, 60.05),)))
    made.put(writer, one, two)
    assert areas_of(writer, one) == areas_of(writer, two) == set()

    made.put(writer, WEST)
    assert areas_of(writer, one) == areas_of(writer, two) == {"lanta"}

    made.withdraw(writer, WEST.ref)
    assert areas_of(writer, one) == areas_of(writer, two) == set()
    writer.close()


def test_a_decision_is_where_its_source_says_and_a_heading_speaks_only_where_it_does_not(writer: Writer) -> None:
    told = decision("told", "Itälän kirjasto", areas=named("Länta"))
    drawn = decision("drawn", "Itälän kirjasto", geometry=Geometry(points=((24.05, 60.05),)))
    guessed = decision("guessed", "Itälän kirjasto")
    numbered = decision(
        "numbered",
        "Lännan (11.ko) asemakaavan muutos, Itälä",
        areas=(NamedArea(code="11", area_kind=AreaKind.NEIGHBOURHOOD),),
    )
    by_case = decision("case", "Hankesuunnitelma", case_title=made.fi("Itälän kirjasto"))
    made.put(writer, told, drawn, guessed, numbered, by_case)

    assert areas_of(writer, told) == {"lanta", "keskinen"}
    assert areas_of(writer, drawn) == {"lanta", "keskinen"}
    assert areas_of(writer, guessed) == {"itala", "keskinen"}
    assert areas_of(writer, numbered) == {"lanta", "itala", "keskinen"}
    assert areas_of(writer, by_case) == {"itala", "keskinen"}


# ---- in which words


def test_a_hearing_is_found_by_the_words_of_its_sections_as_long_as_they_are_there(writer: Writer) -> None:
    one = hearing(title="Puisto", labels=(LocalizedText(fi="Ympäristö"),))
    made.put(writer, section("s1", text="<p>Pyöräkaistat</p>"))
    made.put(writer, one)
    made.put(writer, section("s2", text="<p>Suojatiet</p>", type="part"))
    assert [found(writer, "hearing", word) for word in ("puisto", "ympäristö", "pyöräkaistat", "suojatiet")] == [
        {"h"},
        {"h"},
        {"h"},
        {"h"},
    ]

    made.put(writer, section("s1", of="other", text="<p>Pyöräkaistat</p>"))
    made.withdraw(writer, Ref("hearing_section", "kk", "s2"))
    assert [found(writer, "hearing", word) for word in ("puisto", "pyöräkaistat", "suojatiet")] == [{"h"}, set(), set()]


def test_a_section_of_a_hearing_that_no_list_gave_is_not_found(writer: Writer) -> None:
    made.put(writer, section("s1", of="draft", text="<p>Salaisuus</p>"))
    assert found(writer, "hearing", "salaisuus") == set()

    made.put(writer, hearing("draft"))
    assert found(writer, "hearing", "salaisuus") == {"draft"}

    made.withdraw(writer, Ref("hearing", "kk", "draft"))
    assert found(writer, "hearing", "salaisuus") == set()


def test_a_decision_is_found_by_its_heading_its_case_and_its_summary(writer: Writer) -> None:
    made.put(writer, decision(title="Avustus", case_title=made.fi("Kirjaston piha"), summary=made.fi("Myönnetään.")))

    assert all(found(writer, "decision", word) == {"d"} for word in ("avustus", "kirjasto", "myönnetään"))


# ---- whatever the history

texts = st.sampled_from(("Kallion kirjasto", "Keskinen puisto", "Pyöräkaistat"))
drawings = st.sampled_from(
    (None, Geometry(points=((24.05, 60.05),)), block(24.05, 60.02, 24.15, 60.08), Geometry(points=((25.0, 61.0),)))
)
names = st.sampled_from(((), named("Kallio"), named("Keskinen")))
hearings = st.builds(
    hearing,
    st.sampled_from(("h1", "h2")),
    texts,
    geometry=drawings,
    areas=names,
    labels=st.sampled_from(((), (LocalizedText(fi="Kallio"),))),
    closes_at=st.sampled_from((None, made.NOW)),
    closed_early=st.booleans(),
    project=st.sampled_from((None, HearingProject(key="p"))),
)
sections = st.builds(section, st.sampled_from(("s1", "s2")), of=st.sampled_from(("h1", "h2", "h3")), text=texts)
decisions = st.builds(
    decision,
    st.sampled_from(("d1", "d2")),
    texts,
    geometry=drawings,
    areas=names,
    decided_on=st.sampled_from((None, date(2026, 11, 17))),
)


def test_hearings_and_decisions_do_not_depend_on_their_history() -> None:
    assert law(st.one_of(areas, hearings, sections, decisions)) >= {
        "hearing_area",
        "hearing_section",
        "decision",
        "decision_area",
        "decision_text",
    }
