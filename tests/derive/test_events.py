"""Events as facts: when they end, where they are, which of them hold others together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.derive.events import effective_end, is_free
from hub.index.epochs import UNKNOWN_START, epoch
from hub.index.languages import mask
from hub.index.write import Changes, Writer
from hub.records.core import LocalizedText, Ref
from hub.records.events import Enrolment, Event, Offer
from tests import made

WEST = made.area("lantinen", boundary=made.square(24.0, 60.0))
EAST = made.area("itainen", boundary=made.square(24.1, 60.0))
IN_WEST, IN_EAST, NOWHERE = made.spot(60.05, 24.05), made.spot(60.05, 24.15), made.spot(61, 25)


@pytest.fixture
def writer() -> Iterator[Writer]:
    writer = made.in_memory()
    yield writer
    writer.close()


def listed(writer: Writer) -> set[str]:
    rows = writer.connection.execute(
        "SELECT r.key FROM event e JOIN record r ON r.rid = e.rid WHERE e.listed = 1"
    ).fetchall()
    return {key for (key,) in rows}


def areas_of(writer: Writer, event: Event) -> set[str]:
    rows = writer.connection.execute(
        "SELECT r.key FROM event_area a JOIN record r ON r.rid = a.area WHERE a.event = ?",
        (made.number_of(writer, event),),
    ).fetchall()
    return {key for (key,) in rows}


def facts(writer: Writer, event: Event) -> dict[str, Any]:
    cursor = writer.connection.execute("SELECT * FROM event WHERE rid = ?", (made.number_of(writer, event),))
    (row,) = cursor.fetchall()
    return dict(zip([column[0] for column in cursor.description], row, strict=True))


def place_of(writer: Writer, event: Event) -> str | None:
    rows = writer.connection.execute(
        "SELECT r.source || ':' || r.key FROM event e JOIN record r ON r.rid = e.place WHERE e.rid = ?",
        (made.number_of(writer, event),),
    ).fetchall()
    return rows[0][0] if rows else None


# ---- when


def test_an_event_ends_when_its_source_says() -> None:
    assert effective_end(made.event("1", ends_at=made.at(12))) == epoch(made.at(12))


def test_an_event_that_ends_before_it_starts_ends_when_it_starts() -> None:
    assert effective_end(made.event("1", ends_at=made.NOW - timedelta(days=1))) == epoch(made.NOW)


@pytest.mark.parametrize(
    ("starts_at", "midnight"),
    [
        (datetime(2026, 11, 22, 9, tzinfo=UTC), datetime(2026, 11, 22, 22, tzinfo=UTC)),  # 22.11., winter time
        (datetime(2026, 11, 22, 22, 30, tzinfo=UTC), datetime(2026, 11, 23, 22, tzinfo=UTC)),  # half past midnight
        (datetime(2026, 10, 24, 12, tzinfo=UTC), datetime(2026, 10, 24, 21, tzinfo=UTC)),  # the clocks go back later
        (datetime(2026, 10, 25, 12, tzinfo=UTC), datetime(2026, 10, 25, 22, tzinfo=UTC)),  # they have gone back
    ],
)
def test_an_open_end_is_the_next_midnight_in_the_city(starts_at: datetime, midnight: datetime) -> None:
    assert effective_end(made.event("1", starts_at=starts_at, ends_at=None)) == epoch(midnight)


def test_an_event_of_unknown_time_sorts_last_and_is_never_on(writer: Writer) -> None:
    postponed = made.event("1", starts_at=None, ends_at=None)
    made.put(writer, postponed)

    assert (facts(writer, postponed)["starts"], facts(writer, postponed)["ends"]) == (UNKNOWN_START, 0)


@pytest.mark.parametrize(
    ("offers", "expected"),
    [((), None), ((None,), None), ((True,), 1), ((False,), 0), ((False, True), 1), ((None, False), 0)],
)
def test_an_event_is_free_if_some_way_in_costs_nothing(offers: tuple[bool | None, ...], expected: int | None) -> None:
    assert is_free(made.event("1", offers=tuple(Offer(is_free=offer) for offer in offers))) == expected


def test_the_facts_are_those_of_the_record(writer: Writer) -> None:
    event = made.event(
        "1",
        "Äänikävely",
        languages=("ru",),
        min_age=7,
        max_age=12,
        modified_at=made.at(1),
        is_online=True,
        enrolment=Enrolment(opens_at=made.at(2), closes_at=made.at(3)),
    )
    made.put(writer, event)

    said = facts(writer, event)

    assert (said["source"], said["type"], said["status"], said["online"]) == ("le", "GENERAL", "SCHEDULED", 1)
    assert said["langs"] == mask(("ru", "fi"))  # spoken, and written
    assert (said["min_age"], said["max_age"], said["modified"]) == (7, 12, epoch(made.at(1)))
    assert (said["enrol"], said["enrol_opens"], said["enrol_closes"]) == (1, epoch(made.at(2)), epoch(made.at(3)))


def test_its_organiser_leads_to_an_event(writer: Writer) -> None:
    made.put(writer, made.event("1", organiser=Ref("organisation", "le", "ahjo:1")), made.event("2"))

    rows = writer.connection.execute(
        "SELECT r.key, e.key, o.starts FROM event_organiser o JOIN record r ON r.rid = o.organiser"
        " JOIN record e ON e.rid = o.event"
    ).fetchall()

    assert rows == [("ahjo:1", "1", epoch(made.NOW))]


def test_its_keywords_and_those_of_its_audience_lead_to_an_event_once_each(writer: Writer) -> None:
    twice = Ref("keyword", "le", "p1")
    event = made.event("1", keywords=["p1", "p2"], audience_keywords=(twice, Ref("keyword", "le", "p3")))
    made.put(writer, event)

    rows = writer.connection.execute(
        "SELECT r.key, k.starts FROM event_keyword k JOIN record r ON r.rid = k.keyword ORDER BY 1"
    ).fetchall()

    assert rows == [("p1", epoch(made.NOW)), ("p2", epoch(made.NOW)), ("p3", epoch(made.NOW))]


def test_texts_are_found_in_every_language_and_a_withdrawn_event_leaves_none(writer: Writer) -> None:
    event = made.event("1", summary=LocalizedText(sv="Sagostund"), categories=(LocalizedText(fi="Lapset"),))
    made.put(writer, event)
    assert len(writer.connection.execute("SELECT rowid FROM event_text('sagostund')").fetchall()) == 1

    made.withdraw(writer, event.ref)

    for table in ("event", "event_text", "event_keyword", "event_organiser", "event_area"):
        assert writer.connection.execute(f"SELECT * FROM {table}").fetchall() == []


# ---- series


def test_a_parent_of_occurrences_is_not_listed_and_its_occurrences_are(writer: Writer) -> None:
    made.put(writer, made.event("parent", is_series=True), made.event("child", series="parent"))

    assert listed(writer) == {"child"}


def test_a_parent_without_occurrences_is_an_event_of_the_list(writer: Writer) -> None:
    made.put(writer, made.event("parent", is_series=True))

    assert listed(writer) == {"parent"}


def test_a_parent_that_comes_after_its_occurrences_is_not_listed(writer: Writer) -> None:
    made.put(writer, made.event("child", series="parent"))
    made.put(writer, made.event("parent"))

    assert listed(writer) == {"child"}


def test_when_the_last_occurrence_goes_the_parent_is_listed_again(writer: Writer) -> None:
    first, second = made.event("1", series="parent"), made.event("2", series="parent")
    made.put(writer, made.event("parent"), first, second)
    made.withdraw(writer, first.ref)
    assert listed(writer) == {"2"}

    made.withdraw(writer, second.ref)

    assert listed(writer) == {"parent"}


def test_when_an_occurrence_moves_to_another_series_both_parents_are_told_anew(writer: Writer) -> None:
    made.put(writer, made.event("a"), made.event("b"), made.event("child", series="a"))
    assert listed(writer) == {"b", "child"}

    made.put(writer, made.event("child", series="b"))

    assert listed(writer) == {"a", "child"}


def test_occurrences_of_a_withdrawn_parent_stay(writer: Writer) -> None:
    parent = made.event("parent")
    made.put(writer, parent, made.event("child", series="parent"))

    made.withdraw(writer, parent.ref)

    assert listed(writer) == {"child"}


def test_an_event_that_says_it_is_its_own_series_is_listed(writer: Writer) -> None:
    odd = made.event("1", series="1")
    made.put(writer, odd)

    assert listed(writer) == {"1"}
    assert writer.connection.execute("SELECT * FROM event_series").fetchall() == []


# ---- where


def test_an_event_lies_in_the_areas_of_its_place(writer: Writer) -> None:
    event = made.event("1", at_place="tprek:1")
    made.put(writer, WEST, EAST, made.place("tprek:1", location=IN_WEST), event)

    assert areas_of(writer, event) == {"kaupunginosa:lantinen"}


def test_an_events_own_point_goes_before_its_places(writer: Writer) -> None:
    event = made.event("1", at_place="tprek:1", location=IN_EAST)
    lost = made.event("2", at_place="tprek:1", location=NOWHERE)
    made.put(writer, WEST, EAST, made.place("tprek:1", location=IN_WEST), event, lost)

    assert areas_of(writer, event) == {"kaupunginosa:itainen"}
    assert areas_of(writer, lost) == set()


def test_an_event_that_came_before_its_place_is_found_there(writer: Writer) -> None:
    event = made.event("1", at_place="tprek:1")
    made.put(writer, event)
    made.put(writer, WEST)
    assert place_of(writer, event) is None

    made.put(writer, made.place("tprek:1", location=IN_WEST))

    assert place_of(writer, event) == "le:tprek:1"
    assert areas_of(writer, event) == {"kaupunginosa:lantinen"}


def test_when_places_merge_their_events_move_and_when_they_split_they_move_back(writer: Writer) -> None:
    event = made.event("1", at_place="tprek:8215")
    calendar = made.place("tprek:8215", tprek_id="8215")
    made.put(writer, WEST, EAST, calendar, event)
    assert (place_of(writer, event), areas_of(writer, event)) == ("le:tprek:8215", set())

    unit = made.unit("8215", location=IN_EAST)
    made.put(writer, unit)
    assert (place_of(writer, event), areas_of(writer, event)) == ("sm:8215", {"kaupunginosa:itainen"})
    made.withdraw(writer, unit.ref)

    assert (place_of(writer, event), areas_of(writer, event)) == ("le:tprek:8215", set())


def test_when_a_place_moves_its_events_move(writer: Writer) -> None:
    event = made.event("1", at_place="tprek:1")
    made.put(writer, WEST, EAST, made.place("tprek:1", location=IN_WEST), event)

    made.put(writer, made.place("tprek:1", location=IN_EAST))

    assert areas_of(writer, event) == {"kaupunginosa:itainen"}


def test_an_event_at_a_withdrawn_place_is_nowhere(writer: Writer) -> None:
    event, place = made.event("1", at_place="tprek:1"), made.place("tprek:1", location=IN_WEST)
    made.put(writer, WEST, place, event)

    made.withdraw(writer, place.ref)

    assert (place_of(writer, event), areas_of(writer, event)) == (None, set())


def test_areas_that_come_last_hold_what_was_there(writer: Writer) -> None:
    own, at_place = made.event("1", location=IN_WEST), made.event("2", at_place="tprek:1")
    made.put(writer, own, at_place, made.place("tprek:1", location=IN_EAST))

    made.put(writer, WEST, EAST)
    assert (areas_of(writer, own), areas_of(writer, at_place)) == ({"kaupunginosa:lantinen"}, {"kaupunginosa:itainen"})
    made.withdraw(writer, WEST.ref)

    assert (areas_of(writer, own), areas_of(writer, at_place)) == (set(), {"kaupunginosa:itainen"})


def test_an_area_of_a_transaction_that_failed_at_its_end_holds_nothing() -> None:
    derive = made.derivation()
    disk_is_full = True

    def then_commit(writer: Writer, changes: Changes) -> set[str]:
        moved = derive(writer, changes)
        if disk_is_full:
            raise OSError("no space left")
        return moved

    writer = Writer(Path(":memory:"), now=lambda: made.NOW, derive=then_commit, synchronous="OFF")
    with pytest.raises(OSError, match="no space"):
        made.put(writer, WEST)
    disk_is_full = False
    event = made.event("1", location=IN_WEST)
    made.put(writer, event)

    assert areas_of(writer, event) == set()
    writer.close()
