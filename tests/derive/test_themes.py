"""What records are about: exactly where their source says it by an id, else by their words, and how sure that is."""

from __future__ import annotations

import pytest

from hub.derive.themes import themes_of_keyword
from hub.index.vocabulary import themes
from hub.index.write import Writer
from hub.records.core import Record, Ref
from hub.records.events import Event, Keyword
from tests import made

NAMES = {number: theme.label.fi for number, theme in themes().items()}


@pytest.fixture
def writer() -> Writer:
    return made.in_memory()


def about(writer: Writer, record: Record) -> dict[str | None, int]:
    """The themes that the index links it to, and how sure each is."""
    table, column = ("event_theme", "event") if isinstance(record, Event) else ("record_theme", "rid")
    rows = writer.connection.execute(
        f"SELECT theme, sure FROM {table} WHERE {column} = ?", (made.number_of(writer, record),)
    ).fetchall()
    return {NAMES[theme]: sure for theme, sure in rows}


def replaced(key: str, by: str) -> Keyword:
    return Keyword(
        ref=Ref("keyword", "le", key), read_at=made.NOW, name=made.fi("vanha"), replaced_by=Ref("keyword", "le", by)
    )


def test_a_keyword_that_is_a_concept_says_it_before_its_own_record_came(writer: Writer) -> None:
    event = made.event("e", "Ilta", keywords=("yso:p1808",))
    made.put(writer, event)

    assert about(writer, event) == {"musiikki": 100}


def test_a_keyword_of_another_vocabulary_means_what_its_label_says(writer: Writer) -> None:
    event = made.event("e", "Ilta", keywords=("kulke:1",))
    made.put(writer, event)
    before = about(writer, event)
    made.put(writer, made.keyword("kulke:1", "Liikunta ja ulkoilu"))

    assert before == {}
    assert about(writer, event) == {"liikunta": 80, "ulkoilu": 80}


def test_a_keyword_that_is_renamed_or_withdrawn_takes_its_events_along(writer: Writer) -> None:
    event, keyword = made.event("e", "Ilta", keywords=("kulke:1",)), made.keyword("kulke:1", "Jooga")
    made.put(writer, event, keyword)
    made.put(writer, made.keyword("kulke:1", "Tanssi"))
    renamed = about(writer, event)
    made.withdraw(writer, keyword.ref)

    assert renamed == {"tanssi": 90}
    assert about(writer, event) == {}


def test_a_concept_that_is_none_of_ours_is_no_homograph_of_one() -> None:
    assert themes_of_keyword(made.keyword("yso:p99999999", "musiikki")) == {}


def test_a_replaced_keyword_means_exactly_what_replaced_it(writer: Writer) -> None:
    event = made.event("e", "Ilta", keywords=("kulke:9",))
    made.put(writer, event, replaced("kulke:9", "yso:p1278"))

    assert about(writer, event) == {"tanssi": 100}


def test_a_title_speaks_only_where_the_source_has_no_keywords(writer: Writer) -> None:
    feeds = made.event("a", "Joogaa kaikille", source="fe")
    registers = made.event("b", "Joogaa kaikille", keywords=("kulke:1",))
    named = made.event("c", "Joogaa kaikille", source="fe", categories=(made.text("Konsertti"),))
    made.put(writer, feeds, registers, named)

    assert about(writer, feeds) == {"jooga": 60}
    assert about(writer, registers) == {}
    assert about(writer, named) == {"konsertit": 85} or about(writer, named) == {"konsertit": 90}


def test_a_hearing_is_about_its_labels_and_its_title(writer: Writer) -> None:
    hearing = made.hearing("1", "Kallion kirjaston tilat", labels=(made.text("Liikenne"), made.text("Vallila")))
    made.put(writer, hearing)

    assert about(writer, hearing) == {"liikenne": 90, "kirjastot": 60}


def test_a_thing_is_about_its_subjects_and_not_its_title(writer: Writer) -> None:
    thing = made.thing("1", "Joogamatto", subjects=(made.text("soittimet"),))
    made.put(writer, thing)

    assert about(writer, thing) == {"soittimet": 90}
