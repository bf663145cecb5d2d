"""The writer: what is stored, what is not, and what moves with it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.index.bodies import decode, encode, hash_of
from hub.index.keys import blocks
from hub.index.write import Changes, Writer
from hub.records.core import Ref
from hub.records.events import Event
from hub.records.registry import RECORD_TYPES
from tests.index.made import START, Clock, event


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def writer(tmp_path: Path, clock: Clock) -> Iterator[Writer]:
    made = Writer(tmp_path / "index-test.sqlite", now=clock, synchronous="OFF")
    yield made
    made.close()


def put(writer: Writer, *events: Event) -> dict[str, set[int]]:
    with writer.transaction() as changes:
        writer.put(events)
    return dict(changes.changed)


def generations(writer: Writer) -> dict[str, int]:
    return dict(writer.connection.execute("SELECT kind, gen FROM generation").fetchall())


def table(writer: Writer, sql: str, *params: Any) -> list[Any]:
    return writer.connection.execute(sql, params).fetchall()


def test_a_record_reads_back_as_it_was_put_with_its_row_number(writer: Writer) -> None:
    put(writer, event("a:1"))

    assert writer.load([1]) == {1: msgspec.structs.replace(event("a:1"), rid=1)}


def test_the_same_content_read_later_writes_nothing(writer: Writer) -> None:
    put(writer, event("a:1"))
    before = writer.connection.total_changes

    with writer.transaction() as changes:
        counts = writer.put([event("a:1", read_at=START + timedelta(hours=1))])

    assert (counts.new, counts.changed, counts.same) == (0, 0, 1)
    assert not changes
    assert writer.connection.total_changes == before


def test_changed_content_keeps_its_row_number(writer: Writer) -> None:
    put(writer, event("a:1"), event("a:2"))

    changed = put(writer, event("a:2", "Muskari"))

    assert changed == {"event": {2}}
    stored = writer.load([2])[2]
    assert isinstance(stored, Event)
    assert stored.name is not None
    assert stored.name.fi == "Muskari"


def test_of_two_copies_in_one_call_the_later_counts(writer: Writer) -> None:
    put(writer, event("a:1", "first"), event("a:1", "second"))

    stored = writer.load([1])[1]
    assert isinstance(stored, Event)
    assert stored.name is not None
    assert stored.name.fi == "second"


def test_a_reference_to_what_was_never_seen_gets_a_row_that_it_keeps(writer: Writer) -> None:
    ref = Ref("event", "le", "a:9")
    with writer.transaction() as changes:
        rid = writer.rid_of([ref, ref])[ref]
    assert not changes
    assert writer.load([rid]) == {}

    assert put(writer, event("a:9")) == {"event": {rid}}


@pytest.mark.parametrize("key", ["", "x" * 501, "a\x00b", "a\nb"])
def test_a_key_that_could_not_stand_in_an_id_is_refused_and_its_neighbours_are_not(writer: Writer, key: str) -> None:
    with writer.transaction():
        counts = writer.put([event(key), event("a:2")])

    assert counts.new == 1
    assert [ref.key for ref, _ in counts.refused] == [key]


def test_a_reference_with_a_hostile_key_is_the_same_row_each_time(writer: Writer) -> None:
    refs = [Ref("place", "le", "a\x00b"), Ref("place", "le", "a"), Ref("place", "le", "'; --")]
    with writer.transaction():
        first = writer.rid_of(refs)
    with writer.transaction():
        assert writer.rid_of(refs) == first
    assert len(set(first.values())) == 3


def test_a_text_that_is_not_unicode_is_refused_and_the_older_copy_stays(writer: Writer) -> None:
    put(writer, event("a:1"))

    with writer.transaction():
        counts = writer.put([event("a:1", "\ud800")])

    assert len(counts.refused) == 1
    assert writer.load([1])[1] == msgspec.structs.replace(event("a:1"), rid=1)


def test_what_is_withdrawn_leaves_its_time_and_no_copy(writer: Writer, clock: Clock) -> None:
    put(writer, event("a:1"))
    clock.turn(hours=1)

    with writer.transaction() as changes:
        assert writer.withdraw([Ref("event", "le", "a:1"), Ref("event", "le", "unheard")]) == 1

    assert changes.withdrawn == {"event": {1}}
    assert writer.load([1]) == {}
    assert table(writer, "SELECT withdrawn FROM record WHERE rid = 1") == [(clock().timestamp() * 1000,)]
    assert table(writer, "SELECT count(*) FROM body") == [(0,)]


def test_what_comes_back_is_no_longer_withdrawn(writer: Writer) -> None:
    put(writer, event("a:1"))
    with writer.transaction():
        writer.withdraw([Ref("event", "le", "a:1")])

    with writer.transaction():
        counts = writer.put([event("a:1")])

    assert counts.new == 1
    assert table(writer, "SELECT rid, withdrawn FROM record") == [(1, None)]


def test_a_withdrawn_id_is_forgotten_after_ninety_days(writer: Writer, clock: Clock) -> None:
    put(writer, event("a:1"))
    with writer.transaction():
        writer.withdraw([Ref("event", "le", "a:1")])

    for days, known in ((89, 1), (2, 0)):
        clock.turn(days=days)
        with writer.transaction():
            writer.drop_expired()
        assert table(writer, "SELECT count(withdrawn) FROM record") == [(known,)]


def test_what_left_its_window_is_served_for_ninety_days_and_then_dropped_without_being_withdrawn(
    writer: Writer, clock: Clock
) -> None:
    put(writer, event("a:1"))
    with writer.transaction() as changes:
        writer.leave([1])
    assert not changes
    clock.turn(days=89)
    with writer.transaction() as changes:
        assert writer.drop_expired() == 0
    assert writer.load([1])
    clock.turn(days=2)

    with writer.transaction() as changes:
        assert writer.drop_expired() == 1

    assert changes.withdrawn == {"event": {1}}  # its derived rows go too
    assert table(writer, "SELECT withdrawn, hash FROM record") == [(None, None)]


def test_a_failed_transaction_leaves_nothing(writer: Writer) -> None:
    def fail() -> None:
        with writer.transaction():
            writer.put([event("a:1")])
            writer.rid_of([Ref("place", "le", "p")])
            raise LookupError

    with pytest.raises(LookupError):
        fail()

    assert table(writer, "SELECT count(*) FROM record") == [(0,)]
    assert generations(writer) == {}
    assert put(writer, event("a:1")) == {"event": {1}}


def test_writing_outside_a_transaction_is_refused(writer: Writer) -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        writer.put([event("a:1")])


def test_derived_rows_come_true_with_the_records_they_follow_from(tmp_path: Path, clock: Clock) -> None:
    seen: list[dict[str, set[int]]] = []

    def derive(writer: Writer, changes: Changes) -> set[str]:
        seen.append({kind: set(rids) for kind, rids in changes.changed.items()})
        writer.rid_of([Ref("place", "le", "p")])
        return {"place"}

    writer = Writer(tmp_path / "index-test.sqlite", now=clock, derive=derive, synchronous="OFF")
    put(writer, event("a:1"))
    put(writer, event("a:1"))  # nothing changed: nothing to derive

    assert seen == [{"event": {1}}]
    assert generations(writer) == {"event": 1, "place": 1}
    writer.close()


def test_a_failing_derivation_takes_the_records_back(tmp_path: Path, clock: Clock) -> None:
    def derive(writer: Writer, changes: Changes) -> set[str]:
        raise LookupError

    writer = Writer(tmp_path / "index-test.sqlite", now=clock, derive=derive, synchronous="OFF")
    with pytest.raises(LookupError):
        put(writer, event("a:1"))

    assert table(writer, "SELECT count(*) FROM record") == [(0,)]
    writer.close()


def test_a_generation_moves_every_ten_seconds_at_most_and_never_for_nothing(writer: Writer, clock: Clock) -> None:
    put(writer, event("a:1"))
    assert generations(writer) == {"event": 1}

    clock.turn(seconds=3)
    put(writer, event("a:2"))
    assert generations(writer) == {"event": 1}
    assert writer.settle() is True  # it waits for its pace

    clock.turn(seconds=7)
    assert writer.settle() is False
    assert generations(writer) == {"event": 2}

    clock.turn(hours=1)
    put(writer, event("a:2"))
    assert writer.settle(everything=True) is False
    assert generations(writer) == {"event": 2}


def test_a_generation_that_waited_when_the_writer_was_killed_still_moves(tmp_path: Path, clock: Clock) -> None:
    writer = Writer(tmp_path / "index-test.sqlite", now=clock, synchronous="OFF")
    put(writer, event("a:1"))
    put(writer, event("a:2"))
    writer.connection.close()  # as a killed process would

    clock.turn(minutes=1)
    again = Writer(tmp_path / "index-test.sqlite", now=clock, synchronous="OFF")
    again.settle()

    assert generations(again) == {"event": 2}
    again.close()


def test_records_of_a_kind_come_in_the_order_of_their_rows(writer: Writer) -> None:
    put(writer, *(event(f"a:{n}") for n in range(1_200)), event("b:1", source="other"))

    assert [rid for rid, _ in writer.of_kind("event", "le")] == list(range(1, 1_201))
    assert len(list(writer.of_kind("event"))) == 1_201


def test_a_collection_that_is_no_longer_configured_is_forgotten(writer: Writer) -> None:
    put(writer, event("a:1"), event("b:1", source="other"))

    with writer.transaction() as changes:
        assert writer.forget("le", "event") == 1

    assert changes.withdrawn == {"event": {1}}
    assert [record.ref.source for _, record in writer.of_kind("event")] == ["other"]


@given(st.sets(st.text(min_size=1, max_size=5), max_size=700))
def test_blocks_of_keys_hold_each_key_and_as_many_marks_as_values(keys: set[str]) -> None:
    made = list(blocks(keys))

    assert {key for _, block in made for key in block} == keys
    assert all(marks.count("?") == len(block) for marks, block in made)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.lists(
            st.tuples(st.sampled_from("abcdef"), st.integers(0, 2), st.booleans()),
            max_size=8,
        ),
        max_size=8,
    )
)
def test_after_any_puts_and_withdrawals_the_index_holds_the_last_word_on_each_key(
    tmp_path_factory: pytest.TempPathFactory, pages: list[list[tuple[str, int, bool]]]
) -> None:
    writer = Writer(tmp_path_factory.mktemp("w") / "index-test.sqlite", now=Clock(), synchronous="OFF")
    expected: dict[str, str] = {}
    rids: dict[str, int] = {}
    for page in pages:
        with writer.transaction():
            for key, version, there in page:
                if there:
                    writer.put([event(key, f"v{version}")])
                    expected[key] = f"v{version}"
                else:
                    writer.withdraw([Ref("event", "le", key)])
                    expected.pop(key, None)
        for rid, record in writer.of_kind("event"):
            assert rids.setdefault(record.ref.key, rid) == rid  # a key keeps its row for ever
    held = {r.ref.key: r.name.fi for _, r in writer.of_kind("event") if isinstance(r, Event) and r.name is not None}
    assert held == expected
    assert table(writer, "SELECT count(*) FROM body") == [(len(expected),)]
    writer.close()


def test_no_record_type_hides_a_naive_time_from_the_hash() -> None:
    one = event("a:1")
    assert hash_of(one) == hash_of(msgspec.structs.replace(one, read_at=START + timedelta(days=1), rid=7))
    assert hash_of(one) != hash_of(event("a:1", "another"))
    assert b"rid" not in encode(msgspec.structs.replace(one, rid=7))
    assert decode("event", encode(one), 7).rid == 7
    assert all("rid" in record.__struct_fields__ for record in RECORD_TYPES)
