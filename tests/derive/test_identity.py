"""Which source records are one place: every rule, whatever the order."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from hub.derive.identity import Candidate, candidate, same_places
from hub.derive.joins import Joins
from hub.derive.overrides import Overrides
from hub.records.core import Address
from hub.records.places import Library, Place, PlaceKind
from tests import made
from tests.derive.tables import members

LIBRARY, YOUTH = (PlaceKind.LIBRARY,), (PlaceKind.YOUTH,)
TABLE = Joins(tprek_of_kirkanta={"k1": "1", "k2": "1"}, kirkanta_of_building={}, tprek_of_building={})


def candidates(*records: Place | Library) -> list[Candidate]:
    return [candidate(rid, record, made.RANKS[record.ref.source]) for rid, record in enumerate(records, start=1)]


def grouped(*records: Place | Library, joins: Joins = made.NO_JOINS) -> set[frozenset[str]]:
    groups = same_places(candidates(*records), joins)
    return {frozenset(f"{c.ref.source}:{c.ref.key}" for c in group) for group in groups}


def one(*keys: str) -> frozenset[str]:
    return frozenset(keys)


def test_records_with_the_same_number_in_the_service_register_are_one_place() -> None:
    unit, calendar = made.unit("8215"), made.place("tprek:8215", tprek_id="8215")
    booking = made.place("174", source="va", tprek_id="8215")

    assert grouped(unit, calendar, booking) == {one("sm:8215", "le:tprek:8215", "va:174")}


def test_a_library_is_the_unit_that_names_it() -> None:
    assert grouped(made.unit("8215", kirkanta=["84860"]), made.library("84860")) == {one("sm:8215", "ki:84860")}


def test_of_two_units_that_name_a_library_the_one_that_is_a_library_is_it() -> None:
    youth = made.unit("1", kirkanta=["k"], kinds=YOUTH)
    branch = made.unit("2", kirkanta=["k"], kinds=LIBRARY)

    assert grouped(youth, branch, made.library("k")) == {one("sm:1"), one("sm:2", "ki:k")}


def test_of_two_library_units_that_name_a_library_the_lowest_number_is_it() -> None:
    low, high = made.unit("9", kirkanta=["k"], kinds=LIBRARY), made.unit("10", kirkanta=["k"], kinds=LIBRARY)

    assert grouped(high, low, made.library("k")) == {one("sm:9", "ki:k"), one("sm:10")}


def test_a_unit_without_a_number_gives_way_to_one_that_has_one() -> None:
    nameless, numbered = made.unit("x", kirkanta=["k"], tprek_id=None), made.unit("70000", kirkanta=["k"])

    assert grouped(nameless, numbered, made.library("k")) == {one("sm:x"), one("sm:70000", "ki:k")}


def test_a_number_may_be_anything_that_a_hostile_register_sends() -> None:
    odd = [made.unit(key, kirkanta=["k"]) for key in ("²", "9" * 5000, "-1", "1\x00", "٣")]

    groups = grouped(*odd, made.library("k"))

    assert len(groups) == 5
    assert one("sm:²", "ki:k") in groups


def test_a_library_that_no_unit_names_is_the_unit_of_the_table() -> None:
    assert grouped(made.unit("1"), made.library("k1"), joins=TABLE) == {one("sm:1", "ki:k1")}


def test_the_table_speaks_only_where_the_unit_is_there() -> None:
    assert grouped(made.unit("7"), made.library("k1"), joins=TABLE) == {one("sm:7"), one("ki:k1")}


def test_what_a_unit_says_goes_before_the_table() -> None:
    named, tabled = made.unit("5", kirkanta=["k1"]), made.unit("1")

    assert grouped(named, tabled, made.library("k1"), joins=TABLE) == {one("sm:5", "ki:k1"), one("sm:1")}


def test_the_table_gives_no_unit_to_a_second_library() -> None:
    claimed = made.unit("1", kirkanta=["k2"])

    assert grouped(claimed, made.library("k1"), made.library("k2"), joins=TABLE) == {one("sm:1", "ki:k2"), one("ki:k1")}
    assert grouped(made.unit("1"), made.library("k2"), made.library("k1"), joins=TABLE) == {
        one("sm:1", "ki:k1"),
        one("ki:k2"),
    }


def test_distance_never_merges_nor_does_it_with_the_name() -> None:
    here = made.spot(60.18, 24.95)
    library = made.unit("1", "Kallion kirjasto", kinds=LIBRARY, location=here)
    youth = made.unit("2", "Kallion nuorisotalo", kinds=YOUTH, location=here)
    same_name = made.place("a", "Kallion kirjasto", location=here)

    assert grouped(library, youth, same_name) == {one("sm:1"), one("sm:2"), one("le:a")}


HERE, NEXT_DOOR = made.spot(60.18, 24.95), made.spot(60.1805, 24.95)


def at(street: str) -> Address:
    return Address(street=made.fi(street), city="Helsinki")


FIFTH = at("Viides linja 11")
KALLIO = made.unit("1", "Kallion kirjasto", kinds=LIBRARY, address=FIFTH, location=HERE)


def confidence_of(*records: Place | Library) -> dict[str, float]:
    """Of each member of the first group."""
    return {c.ref.source: c.confidence for c in same_places(candidates(*records), made.NO_JOINS)[0]}


def test_name_and_address_and_distance_together_merge_and_say_how_sure_that_is() -> None:
    calendar = made.place("a", "Kallion Kirjasto", address=FIFTH, location=NEXT_DOOR)
    booking = made.place("7", "Kallio Library", source="va", address=FIFTH)

    assert grouped(KALLIO, calendar, booking) == {one("sm:1", "le:a", "va:7")}
    assert confidence_of(KALLIO, calendar, booking) == {"sm": 1.0, "le": 0.98, "va": 0.95}


def test_a_library_of_the_directory_that_no_id_joins_is_the_unit_of_its_name_and_address() -> None:
    assert grouped(KALLIO, made.library("k9", "Kallion kirjasto", address=FIFTH)) == {one("sm:1", "ki:k9")}


def test_a_room_or_a_number_more_is_another_place() -> None:
    for name in ("Kallion kirjasto 2", "Kallion kirjaston sali", "Kallion lastenkirjasto", "Vanha Kallion kirjasto"):
        other = made.place("a", name, address=FIFTH, location=HERE)

        assert grouped(KALLIO, other) == {one("sm:1"), one("le:a")}


def test_a_library_and_a_youth_centre_in_one_house_stay_two_whatever_they_are_called() -> None:
    youth = made.place("a", "Kallion kirjasto", address=FIFTH, location=HERE, kinds=YOUTH)

    assert grouped(KALLIO, youth) == {one("sm:1"), one("le:a")}


def test_two_records_of_one_source_are_two_places() -> None:
    twins = [made.place(key, "Kallion kirjasto", address=FIFTH, location=HERE) for key in ("a", "b")]

    assert grouped(KALLIO, *twins) == {one("sm:1", "le:a"), one("le:b")}


def test_two_numbers_of_the_register_are_two_places() -> None:
    calendar = made.place("tprek:2", "Kallion kirjasto", address=FIFTH, location=HERE, tprek_id="2")

    assert grouped(KALLIO, calendar) == {one("sm:1"), one("le:tprek:2")}


def test_an_id_goes_before_a_likeness() -> None:
    calendar = made.place("a", "Kallion kirjasto", address=FIFTH, location=HERE)
    booking = made.place("7", "Kirjasto", source="va", tprek_id="1")
    rival = made.place("8", "Kallion kirjasto", source="va", address=FIFTH)

    assert grouped(KALLIO, calendar, booking, rival) == {one("sm:1", "le:a", "va:7"), one("va:8")}


def test_the_operator_joins_what_no_rule_does() -> None:
    said = Overrides(same=((("sm", "1"), ("va", "7")),))
    joins = msgspec.structs.replace(made.NO_JOINS, overrides=said)
    room = made.place("7", "Lukusali", source="va")

    assert grouped(KALLIO, room, joins=joins) == {one("sm:1", "va:7")}


def test_the_operator_keeps_apart_what_an_id_or_a_likeness_joins() -> None:
    pairs = ((("le", "a"), ("sm", "1")), (("sm", "1"), ("va", "7")), (("ki", "k9"), ("sm", "1")))
    joins = msgspec.structs.replace(made.NO_JOINS, overrides=Overrides(apart=pairs))
    unit = made.unit("1", "Kallion kirjasto", kinds=LIBRARY, address=FIFTH, location=HERE, kirkanta=["k9"])
    calendar = made.place("a", "Kallion kirjasto", address=FIFTH, location=HERE, tprek_id="1")
    booking = made.place("7", "Kallion kirjasto", source="va", address=FIFTH)
    library = made.library("k9", "Luku")

    assert grouped(unit, calendar, booking, library, joins=joins) == {
        one("sm:1"),
        one("le:a", "va:7"),
        one("ki:k9"),
    }


def test_a_library_that_only_the_directory_knows_is_a_place() -> None:
    assert grouped(made.library("84999")) == {one("ki:84999")}


def test_the_first_source_by_rank_leads() -> None:
    group = same_places(candidates(made.place("tprek:1", tprek_id="1"), made.unit("1")), made.NO_JOINS)[0]

    assert [c.ref.source for c in group] == ["sm", "le"]


units = st.builds(
    made.unit,
    st.sampled_from(("1", "2", "3", "4")),
    kirkanta=st.lists(st.sampled_from(("k1", "k2", "k3")), max_size=2, unique=True),
    kinds=st.sampled_from((LIBRARY, YOUTH)),
    tprek_id=st.sampled_from((None, "1", "2", "3")),
    name=st.sampled_from(("Kallion kirjasto", "Talo")),
    address=st.sampled_from((None, FIFTH)),
)
others = st.builds(
    made.place,
    st.sampled_from(("a", "b")),
    st.sampled_from(("Kallio Library", "Kallion kirjasto")),
    source=st.sampled_from(("le", "va")),
    address=st.sampled_from((None, FIFTH, at("Viides linja 13"))),
    location=st.sampled_from((None, HERE, NEXT_DOOR)),
    kinds=st.sampled_from(((), YOUTH)),
)
libraries = st.builds(made.library, st.sampled_from(("k1", "k2", "k3")), address=st.sampled_from((None, FIFTH)))
records = st.lists(st.one_of(units, others, libraries), max_size=8, unique_by=lambda record: record.ref)


@given(records.flatmap(lambda many: st.tuples(st.just(many), st.permutations(many))))
def test_the_order_of_the_records_does_not_matter(orders: tuple[list[Place | Library], list[Place | Library]]) -> None:
    assert grouped(*orders[0], joins=TABLE) == grouped(*orders[1], joins=TABLE)


@given(records)
def test_every_record_belongs_to_one_place_and_every_place_has_its_first_member(many: list[Place | Library]) -> None:
    groups = same_places(candidates(*many), TABLE)

    assert sorted(c.ref for group in groups for c in group) == sorted(record.ref for record in many)
    assert all(group[0].order == min(c.order for c in group) for group in groups)


def test_when_an_identifier_goes_away_the_old_places_are_back() -> None:
    writer = made.in_memory()
    made.put(writer, made.unit("8215"), made.library("84860"))
    apart = members(writer)

    made.put(writer, made.unit("8215", kirkanta=["84860"]))
    assert members(writer) == {one("sm:8215", "ki:84860")}
    made.put(writer, made.unit("8215"))

    assert members(writer) == apart == {one("sm:8215"), one("ki:84860")}
    writer.close()


def test_when_the_unit_is_withdrawn_the_library_stays() -> None:
    writer = made.in_memory()
    unit = made.unit("8215", kirkanta=["84860"])
    made.put(writer, unit, made.library("84860"))

    made.withdraw(writer, unit.ref)

    assert members(writer) == {one("ki:84860")}
    writer.close()
