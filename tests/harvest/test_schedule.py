"""What is due when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.fetch import Collection
from hub.harvest import schedule
from hub.harvest.schedule import Mode, Pace
from hub.index.crawls import CrawlState, State
from tests.harvest.shelf import source
from tests.index.made import START

EVERY, FULL = timedelta(minutes=5), timedelta(days=1)
PACE = Pace(every=EVERY, full=FULL)


def never(ask: object) -> Any:
    raise AssertionError("a schedule asks nobody")


def collection(kind: str = "event", *, tells: bool = True, per: str | None = None, urgency: int = 50) -> Collection:
    return Collection(
        kind=kind, pages=never, changes=never if tells else None, every=EVERY, full=FULL, per=per, urgency=urgency
    )


def crawled(kind: str = "event", **more: Any) -> CrawlState:
    states: dict[str, Any] = {"state": State.OK, "last_ok": START, "last_full": START, "since": START, **more}
    return CrawlState(source="s", collection=kind, **states)


def due(wanted: Collection, *states: CrawlState) -> schedule.Due:
    run = schedule.due(wanted, PACE, {state.collection: state for state in states})
    assert run is not None
    return run


def test_what_was_never_crawled_is_due_in_full_at_once() -> None:
    for states in ((), (CrawlState(source="s", collection="event"),)):
        run = due(collection(), *states)
        assert (run.mode, run.first) == (Mode.FULL, True)
        assert run.at < START


def test_after_a_crawl_changes_are_asked_at_the_pace_give_or_take_a_tenth() -> None:
    run = due(collection(), crawled())

    assert run.mode is Mode.CHANGES
    assert EVERY * 0.9 <= run.at - START <= EVERY * 1.1


def test_a_full_crawl_comes_again_after_its_time() -> None:
    run = due(collection(), crawled(last_ok=START + FULL * 1.1))

    assert run.mode is Mode.FULL


def test_a_list_that_tells_no_changes_is_crawled_at_its_pace() -> None:
    wanted = collection(tells=False)
    pace = schedule.paces(source(), [wanted])["event"]

    run = schedule.due(wanted, pace, {"event": crawled()})

    assert run is not None
    assert run.mode is Mode.FULL
    assert EVERY * 0.9 <= run.at - START <= EVERY * 1.1


def test_an_index_carried_forward_from_another_layout_is_due_for_a_full_crawl() -> None:
    run = due(collection(), crawled(since=None))

    assert (run.mode, run.first) == (Mode.FULL, False)
    assert run.at < START


def test_what_hangs_on_another_collection_waits_for_it() -> None:
    wanted = collection("busy_times", per="space")

    assert schedule.due(wanted, PACE, {}) is None
    assert schedule.due(wanted, PACE, {"space": CrawlState(source="s", collection="space")}) is None
    assert schedule.due(wanted, PACE, {"space": crawled("space")}) is not None


def test_after_a_failure_it_is_tried_again_soon_then_later_and_within_about_an_hour() -> None:
    waits = [schedule.retry_after(failures, crawled(failures=failures)) for failures in range(1, 40)]

    assert timedelta(seconds=27) <= waits[0] <= timedelta(seconds=33)
    assert all(wait <= timedelta(minutes=66) for wait in waits)
    assert waits[10] >= timedelta(minutes=54)


def test_a_failed_collection_is_due_at_its_retry_and_not_before() -> None:
    at = START + timedelta(hours=2)

    assert due(collection(), crawled(state=State.FAILED, failures=3, retry_at=at)).at == at


def test_first_crawls_go_first_and_then_by_urgency() -> None:
    runs = [
        due(collection("place", urgency=10), crawled("place")),
        due(collection("event", urgency=30)),
        due(collection("keyword", urgency=20)),
    ]

    first = schedule.next_due(runs, START + timedelta(hours=1))

    assert first is not None
    assert first.collection.kind == "keyword"


def test_with_nothing_due_the_next_in_time_is_told() -> None:
    runs = [due(collection("event"), crawled("event", last_ok=START + timedelta(hours=n))) for n in (2, 1)]

    run = schedule.next_due(runs, START)

    assert run is not None
    assert run.at == min(each.at for each in runs)
    assert schedule.next_due([], START) is None


def test_collections_go_by_urgency_but_never_before_the_one_that_they_hang_on() -> None:
    wanted = [
        collection("busy_times", per="space", urgency=1),
        collection("space", per="place", urgency=9),
        collection("place", urgency=10),
        collection("event", urgency=5),
    ]

    assert [each.kind for each in schedule.in_order(wanted)] == ["event", "place", "space", "busy_times"]


def test_collections_that_hang_on_each_other_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="ring"):
        schedule.in_order([collection("space", per="place"), collection("place", per="space")])


def test_a_source_own_pace_is_that_of_its_quickest_collection_and_the_others_keep_their_proportion() -> None:
    quick = collection("event")
    slow = Collection(kind="keyword", pages=never, every=EVERY * 12, full=EVERY * 12)
    eager = msgspec.structs.replace(source(), every=EVERY * 2, full=timedelta(hours=6))

    paces = schedule.paces(eager, [quick, slow])

    assert paces["event"] == Pace(every=EVERY * 2, full=timedelta(hours=6), is_set=True)
    assert paces["keyword"] == Pace(every=EVERY * 24, full=EVERY * 24, is_set=True)
    assert paces["event"].fresh == EVERY * 4


@given(st.integers(0, 100_000), st.booleans(), st.integers(0, 3))
def test_a_plan_made_twice_is_the_same(seconds: int, tells: bool, failures: int) -> None:
    state = crawled(last_ok=START + timedelta(seconds=seconds), failures=failures, retry_at=START if failures else None)

    assert due(collection(tells=tells), state) == due(collection(tells=tells), state)
