"""One event once: what the tables say when records come, change and go."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.derive import joining
from hub.derive.same_event import tie, told_of
from hub.index.write import Writer
from hub.records.core import Address, LocalizedText, Record, Ref
from hub.records.events import Enrolment, Event, EventStatus, EventType, Link, Offer
from hub.records.merged import CityEvent
from hub.records.places import Place
from tests import made
from tests.derive.tables import dump
from tests.derive.test_same_event import PAIRS, PLACES, TIED, event_of, ids, judged, point, text, where_of

PAGE = "https://talo.example/event/1234"
HOUSE = made.unit("1", "Kallion kirjasto", location=made.spot(60.18, 24.95))


@pytest.fixture
def writer() -> Iterator[Writer]:
    writer = made.in_memory()
    yield writer
    writer.close()


def event(source: str, key: str = "1", name: str = "Neulekahvila", **more: Any) -> Event:
    more.setdefault("at_place", HOUSE.ref)
    return made.event(key, name, source=source, **more)


def once(writer: Writer) -> dict[str, tuple[str, ...]]:
    """Each event that queries read, with the records that it is made of, in order."""
    rows = writer.connection.execute(
        "SELECT e.source || ':' || r.key, b.body FROM event e JOIN record r ON r.rid = e.rid"
        " LEFT JOIN event_body b ON b.rid = e.rid"
    ).fetchall()
    return {
        name: (name,) if body is None else tuple(f"{m.ref.source}:{m.ref.key}" for m in body_of(body).members)
        for name, body in rows
    }


def body_of(body: bytes) -> CityEvent:
    return msgspec.msgpack.decode(body, type=CityEvent)


def merged(writer: Writer) -> CityEvent:
    ((body,),) = writer.connection.execute("SELECT body FROM event_body").fetchall()
    return body_of(body)


def fact(writer: Writer, column: str) -> Any:
    ((value,),) = writer.connection.execute(f"SELECT {column} FROM event").fetchall()
    return value


# ---- the labelled pairs again, as the tables see them


def houses() -> Iterator[Place]:
    for key, said in PLACES.items():
        name = LocalizedText(**{tag: said[tag] for tag in ("fi", "sv", "en") if tag in said})
        yield Place(
            ref=Ref("place", "sm", key),
            read_at=made.NOW,
            name=name,
            location=point(said["point"]),
            address=Address(street=text(said["street"])),
        )


@pytest.mark.parametrize("pair", PAIRS, ids=ids(PAIRS))
def test_the_tables_join_what_the_rule_ties(writer: Writer, pair: dict[str, Any]) -> None:
    one, other = event_of(pair["one"], "a"), event_of(pair["other"], "b")
    twins = [
        msgspec.structs.replace(
            said, ref=Ref("event", said.ref.source, "twin"), name=text("Aivan muuta"), starts_at=made.NOW, uid=None
        )
        for said, given in ((one, pair["one"]), (other, pair["other"]))
        if given.get("shared_url")
    ]

    made.put(writer, *houses(), *twins, other, one)

    assert (len(once(writer)) == 1) is (judged(pair) is not None)


# ---- members


def test_an_event_of_two_sources_is_listed_once_by_the_first_source(writer: Writer) -> None:
    made.put(writer, HOUSE, event("pa"), event("le"))

    assert once(writer) == {"le:1": ("le:1", "pa:1")}


def test_members_know_how_sure_they_are(writer: Writer) -> None:
    made.put(writer, HOUSE, event("le", url=PAGE), event("va", url=PAGE, name="Neulekahvila: puikot"), event("pa"))

    assert {m.ref.source: m.confidence for m in merged(writer).members} == {"va": 1.0, "le": 1.0, "pa": 0.98}


def test_when_a_member_is_withdrawn_the_other_is_an_event_by_itself_again(writer: Writer) -> None:
    made.put(writer, HOUSE, event("le"), event("pa"))

    made.withdraw(writer, event("le").ref)

    assert once(writer) == {"pa:1": ("pa:1",)}


def test_when_a_member_begins_at_another_time_both_are_events_again(writer: Writer) -> None:
    made.put(writer, HOUSE, event("le"), event("pa"))

    made.put(writer, event("pa", starts_at=made.NOW + timedelta(hours=1)))

    assert once(writer) == {"le:1": ("le:1",), "pa:1": ("pa:1",)}


def test_when_a_place_turns_out_to_be_the_same_the_events_there_become_one(writer: Writer) -> None:
    own = made.place("9", "Vanha nimi", source="va")
    made.put(writer, HOUSE, own, event("le"), event("va", at_place="9"))
    assert len(once(writer)) == 2

    made.put(writer, made.place("9", "Vanha nimi", source="va", tprek_id="1"))
    assert once(writer) == {"va:1": ("va:1", "le:1")}

    made.put(writer, own)
    assert len(once(writer)) == 2


def test_when_a_place_gets_its_name_a_feed_finds_it(writer: Writer) -> None:
    feed = event("pa", at_place=None, location_text=made.fi("Kallion kirjasto, Helsinki"))
    made.put(writer, made.unit("1", None), event("le"), feed)
    assert len(once(writer)) == 2

    made.put(writer, HOUSE)

    assert once(writer) == {"le:1": ("le:1", "pa:1")}


def test_a_page_that_becomes_a_list_ties_nothing_any_more(writer: Writer) -> None:
    made.put(
        writer,
        event("le", name="Jazz", url=PAGE, at_place=None),
        event("pa", name="Jazz torilla", url=PAGE, at_place=None),
    )
    assert len(once(writer)) == 1

    another = event("pa", "2", name="Laulu", url=PAGE, at_place=None, starts_at=made.NOW + timedelta(days=1))
    made.put(writer, another)
    assert len(once(writer)) == 3

    made.withdraw(writer, another.ref)
    assert len(once(writer)) == 1


def test_a_parent_whose_occurrences_come_is_a_series_and_no_event_of_two_sources(writer: Writer) -> None:
    made.put(writer, HOUSE, event("le"), event("pa"))

    made.put(writer, event("le", "child", series="1", starts_at=made.NOW + timedelta(days=1)))
    assert once(writer) == {"le:1": ("le:1",), "pa:1": ("pa:1",), "le:child": ("le:child",)}

    made.withdraw(writer, Ref("event", "le", "child"))
    assert once(writer) == {"le:1": ("le:1", "pa:1")}


def test_each_series_of_a_merged_event_lists_it(writer: Writer) -> None:
    made.put(
        writer,
        HOUSE,
        event("le", "s", "Sarja", is_series=True),
        event("pa", "s", "Toinen sarja", is_series=True),
        event("le", series="s"),
        event("pa", series="s"),
    )

    rows = writer.connection.execute(
        "SELECT r.source FROM event_series s JOIN record r ON r.rid = s.series"
        " JOIN record e ON e.rid = s.event WHERE e.source = 'le' AND e.key = '1'"
    ).fetchall()
    assert sorted(rows) == [("le",), ("pa",)]
    assert merged(writer).series == Ref("event", "le", "s")


def test_a_feed_of_ten_thousand_equal_events_costs_no_comparing(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joining, "CROWD", 3)
    made.put(writer, HOUSE, event("le"), event("pa"), event("pa", "2"))
    assert once(writer)["le:1"] == ("le:1", "pa:1")

    made.put(writer, event("pa", "3"))
    assert len(once(writer)) == 4

    made.withdraw(writer, event("pa", "2").ref)
    assert once(writer)["le:1"] == ("le:1", "pa:1")


# ---- what the merged event says


def test_each_field_is_the_first_that_a_source_gives(writer: Writer) -> None:
    feed = event(
        "pa",
        url="https://kumppani.example/1",
        summary=made.fi("Neulotaan."),
        offers=(Offer(is_free=True),),
        min_age=7,
        enrolment=Enrolment(url="https://kumppani.example/ilmo"),
        organiser_name=made.fi("Kumppani ry"),
        links=(Link(url="https://kumppani.example/kuvat"),),
        keywords=("a",),
    )
    made.put(writer, HOUSE, event("le", keywords=("b",)), feed)

    found = merged(writer)
    assert (found.url, found.summary, found.offers, found.min_age) == (feed.url, feed.summary, feed.offers, 7)
    assert found.organiser_name == made.fi("Kumppani ry")
    assert [keyword.key for keyword in found.keywords] == ["b", "a"]
    assert found.enrolment is not None
    assert found.enrolment.ref == Ref("registration", "pa", "1")
    assert dict(found.taken_from).keys() >= {"url", "summary", "offers", "min_age", "organiser_name", "enrolment"}
    assert set(dict(found.taken_from).values()) == {"pa"}
    assert (fact(writer, "free"), fact(writer, "min_age"), fact(writer, "enrol")) == (1, 7, 1)


def test_languages_are_united(writer: Writer) -> None:
    swedish = LocalizedText(fi="Neulekahvila", sv="Stickcafé")
    made.put(writer, HOUSE, event("le"), msgspec.structs.replace(event("pa"), name=swedish))

    assert merged(writer).name == swedish


def test_a_cancellation_is_heard_from_any_source(writer: Writer) -> None:
    made.put(writer, HOUSE, event("le"), event("pa", name="PERUTTU: Neulekahvila", status=EventStatus.CANCELLED))

    assert fact(writer, "status") == "CANCELLED"
    assert merged(writer).name == made.fi("Neulekahvila")


def test_what_a_register_knows_of_the_type_counts_though_a_feed_speaks_first(writer: Writer) -> None:
    made.put(writer, HOUSE, event("sm"), event("le", type=EventType.VOLUNTEERING))

    assert fact(writer, "type") == "VOLUNTEERING"


def test_a_place_that_is_known_comes_before_words_for_it(writer: Writer) -> None:
    feed = event("sm", at_place=None, location_text=made.fi("Kallion kirjasto"), location=made.spot(60.1801, 24.9501))
    made.put(writer, HOUSE, feed, event("le", location_text=made.fi("2. kerros")))

    found = merged(writer)
    assert (found.place, found.location_text, found.location) == (HOUSE.ref, made.fi("2. kerros"), None)
    assert fact(writer, "place") == made.number_of(writer, HOUSE)


# ---- the law

STARTS = (made.NOW, made.NOW + timedelta(minutes=10), made.NOW + timedelta(hours=3), None)
records: st.SearchStrategy[Record] = st.one_of(
    st.builds(
        event,
        st.sampled_from(("le", "va", "pa", "pb")),
        st.sampled_from(("1", "2")),
        st.sampled_from(("Neulekahvila", "Neulekahvila kirjastossa", "Neulekahvila 2", "Jooga")),
        at_place=st.sampled_from((None, HOUSE.ref, Ref("place", "va", "9"))),
        location_text=st.sampled_from((None, made.fi("Kallion kirjasto"))),
        url=st.sampled_from((None, PAGE, "https://talo.example/event/999")),
        uid=st.sampled_from((None, "u@talo.example")),
        series=st.sampled_from((None, None, "1", "2")),
        starts_at=st.sampled_from(STARTS),
        ends_at=st.just(made.NOW + timedelta(hours=4)),
    ),
    st.builds(
        made.unit, st.just("1"), st.sampled_from((None, "Kallion kirjasto", "Vallilan kirjasto")), tprek_id=st.just("1")
    ),
    st.builds(
        made.place, st.just("9"), st.just("Kirjasto"), source=st.just("va"), tprek_id=st.sampled_from((None, "1"))
    ),
)
steps = st.tuples(records, st.sampled_from((False, False, False, True)))
histories = st.lists(st.lists(steps, min_size=1, max_size=6), min_size=1, max_size=10)


@pytest.mark.parametrize("crowd", [100, 2])
@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(history=histories, seed=st.integers(0, 1000))
def test_which_records_are_one_event_does_not_depend_on_their_history(
    monkeypatch: pytest.MonkeyPatch, crowd: int, history: list[list[tuple[Record, bool]]], seed: int
) -> None:
    monkeypatch.setattr(joining, "CROWD", crowd)
    writer, anew = made.in_memory(), made.in_memory()
    stands: dict[Ref, Record] = {}
    for transaction in history:
        with writer.transaction():
            for record, is_withdrawn in transaction:
                if is_withdrawn:
                    writer.withdraw([record.ref])
                    stands.pop(record.ref, None)
                else:
                    writer.put([record])
                    stands[record.ref] = record
    shuffled = list(stands.values())
    random.Random(seed).shuffle(shuffled)
    for record in shuffled:  # one by one: in any order of arrival
        made.put(anew, record)

    try:
        assert dump(writer) == dump(anew)
    finally:
        writer.close()
        anew.close()


@pytest.mark.parametrize("pair", TIED, ids=ids(TIED))
def test_when_a_tie_goes_everything_is_as_if_it_had_never_been(pair: dict[str, Any]) -> None:
    one, other = event_of(pair["one"], "a"), event_of(pair["other"], "b")
    assert tie(told_of(one, where_of(one)), told_of(other, where_of(other))) is not None
    writer, alone = made.in_memory(), made.in_memory()

    made.put(writer, one)
    made.put(writer, other)
    made.withdraw(writer, other.ref)
    made.put(alone, one)

    try:
        assert dump(writer) == dump(alone)
    finally:
        writer.close()
        alone.close()
