"""One place out of several records: the first by rank speaks, languages are united."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.derive.joins import Joins
from hub.derive.merging import merged, united
from hub.derive.overrides import Overrides
from hub.index.write import Writer
from hub.records.core import Address, Contact, LocalizedText, Picture
from hub.records.merged import LibraryFacts
from hub.records.places import Accessibility, Identifier, LibraryService, PlaceKind
from tests import made
from tests.derive.tables import places


def test_a_place_of_one_source_says_what_its_source_says() -> None:
    unit = made.unit(
        "1", "Oodi", kinds=(PlaceKind.LIBRARY,), location=made.spot(60.17, 24.94), url="https://a.example/1"
    )

    place = merged([unit], None)

    assert (place.ref, place.name, place.tprek_id, place.url) == (unit.ref, unit.name, "1", unit.url)
    assert (place.kinds, place.location, place.library) == (unit.kinds, unit.location, None)
    assert [m.ref for m in place.members] == [unit.ref]


def test_each_field_is_the_first_that_a_source_gives_and_languages_are_united() -> None:
    first = msgspec.structs.replace(
        made.unit("1", "Kallion kirjasto"),
        address=Address(city="Helsinki"),
        contact=Contact(phone="09 310"),
        accessibility=Accessibility(wheelchair=0),
    )
    second = msgspec.structs.replace(
        made.library("k", None),
        name=LocalizedText(fi="Kallio", sv="Berghälls bibliotek"),
        address=Address(street=LocalizedText(fi="Viides linja 11"), postal_code="00530", city="HELSINKI"),
        contact=Contact(phone="1", email="kallio@example.org"),
        location=made.spot(60.18, 24.95),
    )

    place = merged([first, second], None)

    assert place.name == LocalizedText(fi="Kallion kirjasto", sv="Berghälls bibliotek")
    assert place.address == Address(street=LocalizedText(fi="Viides linja 11"), postal_code="00530", city="Helsinki")
    assert place.contact == Contact(phone="09 310", email="kallio@example.org")
    assert place.accessibility == Accessibility(wheelchair=0)
    assert place.location == second.location


def test_a_merged_place_is_as_old_as_its_oldest_copy_and_as_new_as_its_newest_change() -> None:
    older, newer = made.NOW - timedelta(days=2), made.NOW - timedelta(hours=1)
    first = msgspec.structs.replace(made.unit("1"), read_at=newer, modified_at=older)
    second = msgspec.structs.replace(made.library("k"), read_at=older, modified_at=newer)

    place = merged([first, second], None)

    assert (place.read_at, place.modified_at) == (older, newer)
    assert [(m.read_at, m.modified_at) for m in place.members] == [(newer, older), (older, newer)]


@pytest.mark.parametrize(
    ("kinds", "type_", "expected"),
    [
        ((), None, (PlaceKind.LIBRARY,)),
        ((PlaceKind.OTHER,), "municipal", (PlaceKind.LIBRARY,)),
        ((PlaceKind.CULTURE,), "municipal", (PlaceKind.LIBRARY, PlaceKind.CULTURE)),
        ((), "mobile", (PlaceKind.MOBILE_LIBRARY,)),
    ],
)
def test_a_library_tells_what_kind_of_place_it_is(
    kinds: tuple[PlaceKind, ...], type_: str | None, expected: tuple[PlaceKind, ...]
) -> None:
    place = merged([made.unit("1", kinds=kinds), made.library("k", type=type_)], None)

    assert place.kinds == expected


def test_what_only_a_library_has_stands_apart() -> None:
    service = LibraryService(name=LocalizedText(fi="Ompelukone"), for_loan=False)
    library = made.library("84860", slogan=LocalizedText(fi="Tule"), services=(service,), founded=1912, is_main=True)

    place = merged([made.unit("1"), library], "2/Helmet/h/h53/")

    assert place.library == LibraryFacts(
        kirkanta_id="84860",
        finna_building="2/Helmet/h/h53/",
        slogan=LocalizedText(fi="Tule"),
        is_main=True,
        founded=1912,
        services=(service,),
    )
    assert place.summary == LocalizedText(fi="Tule")


def test_a_picture_that_two_sources_show_is_there_once() -> None:
    shared, own = Picture(url="https://a.example/1.jpg"), Picture(url="https://a.example/2.jpg")

    place = merged([made.unit("1", picture=shared), made.library("k", pictures=(shared, own))], None)

    assert place.pictures == (shared, own)


languages = st.sampled_from((None, "teksti", "text"))
texts = st.one_of(st.none(), st.builds(LocalizedText, fi=languages, sv=languages, en=languages, other=languages))


@given(st.lists(texts, max_size=4))
def test_uniting_texts_loses_no_language_and_the_first_wins(given_: list[LocalizedText | None]) -> None:
    found = united(given_)

    told = [text for text in given_ if text is not None]
    for language in ("fi", "sv", "en", "other"):
        first = next((getattr(text, language) for text in told if getattr(text, language)), None)
        assert (getattr(found, language) if found else None) == first


CODES = Joins(
    tprek_of_kirkanta={"k": "1"},
    kirkanta_of_building={"2/Helmet/h/h01/": "k"},
    tprek_of_building={"2/Helmet/h/h01/": "1", "2/Helmet/t/t02/": "2"},
)


def branches(writer: Writer) -> dict[str, str]:
    rows = writer.connection.execute(
        "SELECT b.code, r.source || ':' || r.key FROM branch b JOIN record r ON r.rid = b.place"
    ).fetchall()
    return dict(rows)


def test_a_catalogue_building_is_the_library_of_the_table_whatever_unit_that_is() -> None:
    writer = made.in_memory(CODES)
    made.put(writer, made.unit("1"), made.unit("2"), made.unit("9", kirkanta=["k"]), made.library("k"))

    assert branches(writer) == {"2/Helmet/h/h01/": "sm:9", "2/Helmet/t/t02/": "sm:2"}
    writer.close()


def test_a_catalogue_building_without_a_library_record_is_the_unit_of_the_table() -> None:
    writer = made.in_memory(CODES)
    made.put(writer, made.unit("1"))
    assert branches(writer) == {"2/Helmet/h/h01/": "sm:1"}

    made.withdraw(writer, made.unit("1").ref)

    assert branches(writer) == {}
    writer.close()


def test_the_shipped_table_ties_each_branch_once() -> None:
    shipped = Joins.shipped()

    assert len(shipped.tprek_of_kirkanta) > 50
    assert all(len(many) == 1 for many in shipped.kirkanta_of_tprek.values())
    by_both = shipped.kirkanta_of_building.keys() & shipped.tprek_of_building.keys()
    assert len(by_both) > 50
    for code in by_both:
        assert shipped.tprek_of_kirkanta[shipped.kirkanta_of_building[code]] == shipped.tprek_of_building[code]


def test_a_copy_read_again_makes_a_place_no_other_place() -> None:
    writer = made.in_memory()
    unit = made.unit("1", kirkanta=["k"])
    made.put(writer, unit, made.library("k", "Kirjasto"))
    before = writer.connection.execute("SELECT hash FROM place").fetchall()

    later = made.NOW + timedelta(days=1)
    # it changed in what the place does not show: another identifier of the same unit
    more = (*unit.identifiers, Identifier(namespace="helmet", value="x"))
    made.put(writer, msgspec.structs.replace(unit, read_at=later, identifiers=more))

    assert writer.connection.execute("SELECT hash FROM place").fetchall() == before
    assert [m.read_at for m in places(writer)[unit.ref].members] == [later, made.NOW]
    writer.close()


def test_a_code_that_neither_table_nor_file_knows_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    said = Overrides(branches=(("b/8", None),))
    writer = made.in_memory(msgspec.structs.replace(CODES, overrides=said))
    known = next(iter(CODES.codes))
    for key in ("1", "2"):
        made.put(writer, made.thing(key, "Pora", known, "b/8", "b/9"))

    told = [(record.getMessage(), vars(record)["code"]) for record in caplog.records]
    assert told == [("joins.unknown_code", "b/9")]
    writer.close()


def test_the_operator_says_which_place_a_code_is() -> None:
    said = Overrides(branches=(("b/9", ("sm", "7")),))
    writer = made.in_memory(msgspec.structs.replace(CODES, overrides=said))
    made.put(writer, made.unit("7"))

    assert branches(writer) == {"b/9": "sm:7"}
    writer.close()
