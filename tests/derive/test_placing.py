"""Which known place a text means, and which records are one place: the labelled texts, and every rule by itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.derive import alike, placing
from hub.derive.placing import House
from hub.records.core import Address, LocalizedText, Point
from tests.derive.place_texts import TEXTS, Half, Text, gazetteer, meant, score

HERE = Point(lat=60.18372, lon=24.95251)
NEXT_DOOR = Point(lat=60.18402, lon=24.95251)  # 33 m to the north
FAR_AWAY = Point(lat=60.2087, lon=25.1434)


def house(fi: str | None, street: str | None = None, point: Point | None = None, **more: str) -> House:
    city = more.pop("city", None)
    address = Address(street=LocalizedText(fi=street), city=city) if street or city else None
    return placing.house(LocalizedText(fi=fi, **more), address, point)


def found(text: str, *houses: House, point: Point | None = None) -> tuple[int, float] | None:
    place = placing.meant(placing.read(LocalizedText(fi=text)), point, list(enumerate(houses)))
    return None if place is None else (place.key, place.confidence)


# ---- the labelled texts


@pytest.mark.parametrize("half", ["tune", "held"])
def test_what_feeds_write_is_read_as_it_was_meant(half: Half) -> None:
    told = score(half)

    assert told.precision >= 0.99, told.wrong
    assert told.recall >= 0.85, told.missed


def test_the_labelled_texts_are_enough_to_say_so() -> None:
    halves = {half: [text for text in TEXTS if text.set == half] for half in ("tune", "held")}

    assert len(TEXTS) >= 120
    assert abs(len(halves["tune"]) - len(halves["held"])) <= 2
    for texts in halves.values():
        assert sum(text.place is None for text in texts) >= len(texts) / 3
    assert {text.place for text in TEXTS if text.place} <= {name for name, _ in gazetteer()}


def test_keys_lose_nothing() -> None:
    """What is found by keys is what would be found by looking at every place."""
    everything = [(i, known) for i, (_, known) in enumerate(gazetteer())]
    for text in TEXTS:
        point = None if text.point is None else Point(lat=text.point[0], lon=text.point[1])
        by_hand = placing.meant(placing.read(text.said), point, everything)
        by_keys = meant(text)

        assert (by_keys and by_keys[0]) == (by_hand and gazetteer()[by_hand.key][0])


# ---- a text, rule by rule

KALLIO = house("Kallion kirjasto", "Viides linja 11", HERE, city="Helsinki", sv="Berghälls bibliotek")
OODI = house("Keskustakirjasto Oodi", "Töölönlahdenkatu 4", city="Helsinki")


def test_the_address_beside_the_name_makes_it_surer() -> None:
    assert found("Kallion kirjasto", KALLIO) == (0, 0.97)
    assert found("Kallion kirjasto, Viides linja 11", KALLIO) == (0, 0.99)


def test_another_street_beside_the_name_is_another_place() -> None:
    assert found("Kallion kirjasto, Fleminginkatu 3", KALLIO) is None


def test_a_street_in_a_language_that_the_place_has_no_address_in_says_nothing() -> None:
    assert found("Kallion kirjasto, Femte linjen 11", KALLIO) == (0, 0.97)


def test_the_point_of_the_event_itself_is_believed() -> None:
    assert found("Kallion kirjasto", KALLIO, point=NEXT_DOOR) == (0, 0.97)
    assert found("Kallion kirjasto", KALLIO, point=FAR_AWAY) is None


def test_the_proper_name_stands_alone_only_while_no_other_house_bears_it() -> None:
    assert found("Oodi", OODI) == (0, 0.9)
    assert found("Oodi", OODI, house("Oodin koulu", "Kouluntie 1", FAR_AWAY)) is None


def test_of_two_places_that_are_named_neither_is_meant() -> None:
    assert found("Kallion kirjasto, Keskustakirjasto Oodi", KALLIO, OODI) is None


def test_of_two_places_of_one_name_the_one_at_the_address_is_meant() -> None:
    twin = house("Kallion kirjasto", city="Helsinki")

    assert found("Kallion kirjasto", KALLIO, twin) is None
    assert found("Kallion kirjasto, Viides linja 11", KALLIO, twin) == (0, 0.99)


def test_a_room_that_is_a_place_of_its_own_goes_before_its_house() -> None:
    room = house("Kallion kirjaston lehtisali")

    assert found("Kallion kirjaston lehtisali", KALLIO, room) == (1, 0.97)


def test_an_address_alone_is_the_one_place_that_is_there() -> None:
    assert found("Viides linja 11, Helsinki", KALLIO) == (0, 0.86)
    assert found("Viides linja 11, Helsinki", KALLIO, house("Nuorisotalo", "Viides linja 11")) is None
    assert found("Viides linja 11 B 12, Helsinki", KALLIO) is None


def test_another_city_is_another_place() -> None:
    assert found("Kallion kirjasto, Helsingfors", KALLIO) == (0, 0.97)
    assert found("Kallion kirjasto, Espoo", KALLIO) is None
    assert found("Kallion kirjasto, Tampere", KALLIO) is None


def test_on_the_internet_is_nowhere_unless_it_is_in_both() -> None:
    assert found("Kallion kirjasto (etänä)", KALLIO) is None
    assert found("Kallion kirjasto ja Zoom", KALLIO) is not None


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    place = found(text, KALLIO, OODI)

    assert place is None or placing.ENOUGH <= place[1] <= 0.99


# ---- two records


def test_name_and_address_and_nearness_together_are_surest() -> None:
    one = house("Kallion kirjasto", "Viides linja 11", HERE)

    assert alike.likeness(one, house("Kallion kirjasto", "Viides linja 11", NEXT_DOOR)) == 0.98
    assert alike.likeness(one, house("Kallion kirjasto", "Viides linja 11")) == 0.95


def test_a_name_alone_is_not_enough_nor_is_an_address_or_nearness() -> None:
    one = house("Kallion kirjasto", "Viides linja 11", HERE)

    assert alike.likeness(one, house("Kallion kirjasto")) == 0.6 < placing.ENOUGH
    assert alike.likeness(one, house("Kallion kirjasto", None, NEXT_DOOR)) == 0.8 < placing.ENOUGH
    assert alike.likeness(one, house("Kallion nuorisotalo", "Viides linja 11", HERE)) is None


def test_what_disagrees_keeps_records_apart() -> None:
    one = house("Kallion kirjasto", "Viides linja 11", HERE, city="Helsinki")

    assert alike.likeness(one, house("Kallion kirjasto", "Fleminginkatu 3", NEXT_DOOR)) is None
    assert alike.likeness(one, house("Kallion kirjasto", "Viides linja 11", FAR_AWAY)) is None
    assert alike.likeness(one, house("Kallion kirjasto", "Viides linja 11", HERE, city="Espoo")) is None
    assert alike.likeness(one, house("Kallion kirjasto 2", "Viides linja 11", HERE)) is None
    assert alike.likeness(one, house("Kallion kirjaston sali", "Viides linja 11", HERE)) is None


def test_a_name_that_every_house_of_its_kind_has_joins_nothing() -> None:
    one = house("Kirjasto", "Viides linja 11", HERE)

    assert alike.likeness(one, one) is None


CALLED = """Keskustakirjasto Oodi; Oodi; Kirjasto Oodi; Kallion kirjasto; Kallio Library; Pikku-Huopalahden kirjasto;
Pikku Huopalahden kirjasto; HAM Helsingin taidemuseo; Helsingin taidemuseo HAM; Maunula-talo; Maunulatalo;
Kulttuurikeskus Stoa; Stoa; Helsingin Stoa; Kulturcentret Stoa"""
names = st.sampled_from([name.strip() for name in CALLED.split(";")])
streets = st.sampled_from((None, "Viides linja 11", "Viides linja 11 B", "Viides linja 13", "Oodikatu 1"))


houses = st.builds(house, names, streets, st.sampled_from((None, HERE, NEXT_DOOR)))


@given(houses, houses)
def test_records_that_are_joined_have_a_key_in_common(one: House, other: House) -> None:
    """What is found by keys is what would be found by comparing all with all; whichever is looked at first."""
    joined = alike.likeness(one, other)

    assert joined == alike.likeness(other, one)
    if joined is not None and joined >= placing.ENOUGH:
        assert alike.joint_keys(one) & alike.joint_keys(other)


@pytest.mark.parametrize(
    "said", ["Hybridi: Kallion kirjasto ja Teams", "Hybriditapahtuma, Kallion kirjasto", "Kallion kirjasto + Zoom"]
)
def test_what_is_on_the_internet_too_is_at_its_place(said: str) -> None:
    assert (meant(Text(text=said, set="tune")) or ("",))[0] == "Kallion kirjasto"
    assert meant(Text(text="Hybridi, Zoom", set="tune")) is None
