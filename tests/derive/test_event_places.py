"""An event is at the place that its feed's words mean, for as long as they mean it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from hub.derive.overrides import Overrides
from hub.index.write import Writer
from hub.records.core import Address, LocalizedText, Ref
from hub.records.events import Event
from tests import made

FIFTH = Address(street=made.fi("Viides linja 11"), city="Helsinki")
KALLIO = made.unit("8215", "Kallion kirjasto", address=FIFTH, location=made.spot(60.05, 24.05))
AREA = made.area("kallio", boundary=made.square(24.0, 60.0))


def event(text: str = "Kallion kirjasto, Viides linja 11", key: str = "e", source: str = "fi") -> Event:
    return made.event(key, "Lukupiiri", source=source, location_text=made.fi(text))


@pytest.fixture
def writer() -> Iterator[Writer]:
    opened = made.in_memory()
    yield opened
    opened.close()


def place_of(writer: Writer, of: Event | Ref) -> tuple[str, float | None] | None:
    """The key of its place, and how sure that is; None for that: its source names it."""
    rows = writer.connection.execute(
        "SELECT r.key, i.confidence FROM event e JOIN record r ON r.rid = e.place"
        " LEFT JOIN event_inferred i ON i.event = e.rid WHERE e.rid = ?",
        (made.number_of(writer, of),),
    ).fetchall()
    return rows[0] if rows else None


def areas_of(writer: Writer, of: Event) -> int:
    return len(
        writer.connection.execute("SELECT 1 FROM event_area WHERE event = ?", (made.number_of(writer, of),)).fetchall()
    )


def test_an_event_is_at_the_place_that_its_words_mean_and_in_its_areas(writer: Writer) -> None:
    made.put(writer, AREA, KALLIO, event())

    assert place_of(writer, event()) == ("8215", 0.99)
    assert areas_of(writer, event()) == 1


def test_a_place_that_comes_later_is_found_by_the_words_that_were_there(writer: Writer) -> None:
    made.put(writer, AREA, event())
    assert place_of(writer, event()) is None

    made.put(writer, KALLIO)

    assert place_of(writer, event()) == ("8215", 0.99)
    assert areas_of(writer, event()) == 1


def test_a_place_that_goes_or_is_called_otherwise_is_meant_no_more(writer: Writer) -> None:
    made.put(writer, KALLIO, event())

    made.put(writer, made.unit("8215", "Kallion koulu", address=FIFTH))
    assert place_of(writer, event()) is None

    made.put(writer, KALLIO)
    assert place_of(writer, event()) == ("8215", 0.99)

    made.withdraw(writer, KALLIO.ref)
    assert place_of(writer, event()) is None


def test_a_second_place_of_the_name_makes_it_unknown_which_is_meant(writer: Writer) -> None:
    made.put(writer, KALLIO, event("Kallion kirjasto"))
    made.put(writer, made.unit("2", "Kallion kirjasto", address=Address(street=made.fi("Toinen linja 4"))))

    assert place_of(writer, event()) is None


def test_words_that_change_mean_another_place(writer: Writer) -> None:
    oodi = made.unit("51342", "Keskustakirjasto Oodi")
    made.put(writer, KALLIO, oodi, event())

    made.put(writer, event("Oodi, 2. krs"))

    assert place_of(writer, event()) == ("51342", 0.9)


def test_words_beside_a_place_that_the_source_names_are_not_asked(writer: Writer) -> None:
    other = made.place("a", "Talo")
    named = made.event("n", at_place="a", location_text=made.fi("Kallion kirjasto"))
    made.put(writer, KALLIO, other, named)

    assert place_of(writer, named) == ("a", None)


def test_one_event_in_two_feeds_is_at_the_place_that_one_names(writer: Writer) -> None:
    named = made.event("n", "Lukupiiri", at_place=KALLIO.ref)
    guess = event(source="va")
    made.put(writer, KALLIO, named, guess)

    assert place_of(writer, Ref("event", "va", "e")) == ("8215", None)


def test_one_event_in_two_feeds_of_words_alone_is_as_sure_as_the_surer(writer: Writer) -> None:
    made.put(writer, KALLIO, event("Kallion kirjasto", source="va"), event(source="le"))

    assert place_of(writer, Ref("event", "va", "e")) == ("8215", 0.99)


def test_the_operator_says_what_words_mean_and_that_they_mean_nothing() -> None:
    said = Overrides(texts=(("iso talo", ("sm", "8215")), ("kallion kirjasto", None)))
    writer = made.in_memory(msgspec.structs.replace(made.NO_JOINS, overrides=said))
    big, nowhere = event(" Iso  TALO", key="big"), event("Kallion kirjasto", key="nowhere")
    made.put(writer, KALLIO, big, nowhere)

    assert place_of(writer, big) == ("8215", 1.0)
    assert place_of(writer, nowhere) is None
    writer.close()


def test_texts_in_several_languages_say_it_together(writer: Writer) -> None:
    both = made.event("b", location_text=LocalizedText(fi="Kallion kirjasto", sv="Berghälls bibliotek"))
    made.put(writer, KALLIO, both)

    assert place_of(writer, both) == ("8215", 0.97)
