"""One collection read once, whatever its source does meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.errors import UpstreamRefused, UpstreamThrottled, UpstreamTimeout, UpstreamUnavailable
from hub.fetch import Collection
from hub.harvest import schedule
from hub.harvest.crawl import Crawl, Progress
from hub.harvest.schedule import Mode
from hub.index.crawls import CrawlState, State
from hub.index.write import Writer
from hub.records.events import Event
from tests.harvest.shelf import Shelf, ShelfConnector, rows, source
from tests.index.made import START, Clock


class World:
    """One source, its connector and the index it is harvested into."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.clock = Clock()
        self.shelf = Shelf(self.clock)
        self.connector = ShelfConnector(source(**options))
        self.writer = Writer(folder / "index-test.sqlite", now=self.clock, synchronous="OFF")
        self.told: list[Progress] = []
        self.tell: Callable[[Progress], None] = self.told.append

    def collection(self, kind: str) -> Collection:
        return next(each for each in self.connector.collections() if each.kind == kind)

    async def crawl(self, kind: str = "event", mode: Mode = Mode.FULL) -> CrawlState:
        collections = list(self.connector.collections())
        crawl = Crawl(
            self.connector.source,
            self.collection(kind),
            schedule.paces(self.connector.source, collections)[kind],
            self.writer,
            self.shelf.read,
            sleep=self.clock.sleep,
            tell=self.tell,
        )
        before = self.writer.crawls().get(("s", kind), CrawlState(source="s", collection=kind))
        return await crawl.run(mode, before)

    def keys(self, kind: str = "event") -> list[str]:
        return sorted(record.ref.key for _, record in self.writer.of_kind(kind))

    def name(self, key: str) -> str | None:
        names = {r.ref.key: r.name for _, r in self.writer.of_kind("event") if isinstance(r, Event)}
        name = names[key]
        return None if name is None else name.fi

    def withdrawn(self) -> list[str]:
        found = self.writer.connection.execute("SELECT key FROM record WHERE withdrawn NOT NULL").fetchall()
        return sorted(key for (key,) in found)

    def dropped(self) -> list[tuple[str | None, str]]:
        return self.writer.connection.execute("SELECT key, reason FROM dropped").fetchall()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.writer.close()


@pytest.fixture
def telling(tmp_path: Path) -> Iterator[World]:
    """A source that tells changes and answers for one id."""
    made = World(tmp_path)
    made.connector = ShelfConnector(source(events={"changes": made.connector.changes, "one": made.connector.one_event}))
    yield made
    made.writer.close()


async def test_a_full_crawl_reads_every_page_and_confirms_what_it_read(world: World) -> None:
    world.shelf.lists["event"] = rows(*"abcdefg")

    state = await world.crawl()

    assert world.keys() == list("abcdefg")
    assert [asked["skip"] for asked in world.shelf.asked("event")] == ["0", "3", "6"]
    assert (state.state, state.records, state.dropped, state.failures) == (State.OK, 7, 0, 0)
    assert (state.confirmed, state.last_full) == (START, START)
    assert state.fresh == timedelta(minutes=10)
    assert world.writer.crawls()["s", "event"] == state


async def test_a_row_that_cannot_be_read_is_kept_in_its_last_good_copy_and_reported(world: World) -> None:
    world.shelf.lists["event"] = rows(*"abc")
    await world.crawl()
    world.shelf.lists["event"][1] = {"id": "b", "name": 7}

    for _ in range(3):  # however often
        state = await world.crawl()

    assert world.keys() == ["a", "b", "c"]
    assert world.name("b") == "name of b"
    assert state.dropped == 1
    assert [(key, "str" in reason) for key, reason in world.dropped()] == [("b", True)]


async def test_a_row_that_can_be_read_again_is_no_longer_reported(world: World) -> None:
    world.shelf.lists["event"] = [*rows("a"), {"id": "b"}]
    await world.crawl()
    world.shelf.lists["event"] = rows("a", "b")

    assert (await world.crawl()).dropped == 0
    assert world.dropped() == []


async def test_a_row_whose_key_cannot_stand_in_an_id_costs_only_itself(world: World) -> None:
    world.shelf.lists["event"] = rows("a", "b\x00c", "d")

    state = await world.crawl()

    assert world.keys() == ["a", "d"]
    assert state.dropped == 1


async def test_a_broken_envelope_fails_the_crawl_and_the_last_good_set_stays(world: World) -> None:
    world.shelf.lists["event"] = rows(*"abc")
    good = await world.crawl()
    world.clock.turn(hours=1)
    world.shelf.bodies["event"] = b'{"rows": {}}'

    state = await world.crawl()

    assert world.keys() == ["a", "b", "c"]
    assert (state.state, state.failures, state.confirmed) == (State.FAILED, 1, good.confirmed)
    assert state.message is not None
    assert "another shape" in state.message
    assert state.retry_at is not None
    assert state.retry_at > world.clock()


async def test_what_was_read_before_a_crawl_failed_is_there(world: World) -> None:
    world.shelf.lists["event"] = rows(*"abcdef")
    world.shelf.failures["event"] = [None, UpstreamTimeout("did not answer", source="shelf")]

    state = await world.crawl()

    assert world.keys() == ["a", "b", "c"]
    assert state.state is State.FAILED
    assert state.last_full is None


async def test_a_mistake_of_ours_fails_its_own_crawl_only(world: World) -> None:
    world.shelf.failures["event"] = [KeyError("venue")]

    state = await world.crawl()

    assert (state.state, state.message) == (State.FAILED, "our own mistake: KeyError")


async def test_two_complete_crawls_in_a_row_withdraw_what_they_lack(world: World) -> None:
    world.shelf.lists["event"] = rows(*"abc")
    await world.crawl()
    world.shelf.lists["event"] = rows(*"ab")

    await world.crawl()
    assert world.withdrawn() == []
    await world.crawl()

    assert world.withdrawn() == ["c"]
    assert world.keys() == ["a", "b"]


async def test_a_record_that_one_crawl_missed_and_the_next_brought_starts_anew(world: World) -> None:
    for keys in ("abc", "ab", "abc", "ab"):
        world.shelf.lists["event"] = rows(*keys)
        await world.crawl()

    assert world.withdrawn() == []


async def test_a_failed_crawl_between_two_that_lack_a_record_changes_nothing(world: World) -> None:
    world.shelf.lists["event"] = rows(*"abc")
    await world.crawl()
    world.shelf.lists["event"] = rows(*"ab")
    await world.crawl()
    world.shelf.failures["event"] = [UpstreamTimeout("did not answer", source="shelf")]
    await world.crawl()
    assert world.withdrawn() == []

    await world.crawl()

    assert world.withdrawn() == ["c"]


async def test_a_record_that_a_crawl_lacks_and_its_source_does_not_know_is_withdrawn_at_once(telling: World) -> None:
    telling.shelf.lists["event"] = rows(*"abc")
    await telling.crawl()
    telling.shelf.lists["event"] = rows(*"ab")

    await telling.crawl()

    assert telling.withdrawn() == ["c"]
    assert len(telling.shelf.asked("event/c")) == 1


async def test_a_record_that_a_crawl_lacks_and_its_source_still_knows_stays(telling: World) -> None:
    telling.shelf.lists["event"] = rows(*"abc")
    await telling.crawl()
    telling.shelf.lists["event"] = rows(*"ab")
    telling.shelf.unlisted["event"] = rows("c")

    for _ in range(3):
        await telling.crawl()

    assert telling.keys() == ["a", "b", "c"]
    assert len(telling.shelf.asked("event/c")) == 1  # the list leaves it out: that is known now


async def test_a_list_that_shrank_by_more_than_half_withdraws_nothing_however_often(world: World) -> None:
    world.shelf.lists["event"] = rows(*"abcde")
    await world.crawl()
    world.shelf.lists["event"] = rows(*"ab")

    for _ in range(3):
        state = await world.crawl()

    assert world.keys() == list("abcde")
    assert state.state is State.OK
    assert state.message == "the list shrank from 5 to 2: nothing was withdrawn"


async def test_a_list_cut_short_withdraws_nothing(world: World) -> None:
    world.shelf.lists["event"] = rows(*"abc")
    await world.crawl()
    world.shelf.lists["event"] = rows(*"ab")
    world.shelf.cut.add("event")

    for _ in range(3):
        await world.crawl()

    assert world.withdrawn() == []


async def test_a_source_with_too_many_unreadable_rows_is_degraded_and_its_good_rows_are_taken(world: World) -> None:
    world.shelf.page = 50
    world.shelf.lists["event"] = rows(*(f"k{n:03}" for n in range(100)))
    await world.crawl()
    world.shelf.lists["event"] = [*rows(*(f"k{n:03}" for n in range(93)), "new"), *({"id": f"x{n}"} for n in range(6))]

    for _ in range(2):
        state = await world.crawl()

    assert state.state is State.DEGRADED
    assert state.message == "6 of 100 rows could not be read: nothing was withdrawn"
    assert len(world.keys()) == 101


async def test_what_left_the_window_is_served_for_ninety_days(tmp_path: Path) -> None:
    def in_window(event: Event, now: datetime) -> bool:
        return event.starts_at is not None and event.starts_at >= now

    world = World(tmp_path, events={"in_window": in_window})
    world.shelf.lists["event"] = rows("a", starts=(START + timedelta(days=1)).isoformat())
    world.shelf.lists["event"] += rows("b", starts=(START + timedelta(days=200)).isoformat())
    await world.crawl()
    world.shelf.lists["event"] = world.shelf.lists["event"][1:]
    world.clock.turn(days=2)

    for _ in range(3):
        await world.crawl()
    assert world.keys() == ["a", "b"]
    world.clock.turn(days=91)
    with world.writer.transaction():
        world.writer.drop_expired()

    assert world.keys() == ["b"]
    assert world.withdrawn() == []
    world.writer.close()


async def test_changes_bring_what_moved_and_take_what_was_deleted(telling: World) -> None:
    telling.shelf.lists["event"] = rows(*"abc", modified=START.isoformat())
    await telling.crawl()
    telling.clock.turn(hours=1)
    telling.shelf.lists["event"] = rows("b", modified=telling.clock().isoformat())
    telling.shelf.lists["event"][0]["name"] = "moved"
    telling.shelf.deleted["event"] = ["c"]

    state = await telling.crawl(mode=Mode.CHANGES)

    assert telling.shelf.asked("event")[-1]["since"] == (START - timedelta(minutes=5)).isoformat()
    assert telling.name("b") == "moved"
    assert telling.keys() == ["a", "b"]
    assert telling.withdrawn() == ["c"]
    assert state.confirmed == telling.clock()
    assert state.last_full == START


async def test_a_poll_that_cannot_read_a_row_does_not_confirm_it(telling: World) -> None:
    telling.shelf.lists["event"] = rows(*"ab", modified=START.isoformat())
    await telling.crawl()
    telling.clock.turn(hours=1)
    telling.shelf.lists["event"] = [
        *rows("a", modified=telling.clock().isoformat()),
        {"id": "b", "name": 7, "modified": telling.clock().isoformat()},
    ]

    await telling.crawl(mode=Mode.CHANGES)

    held = telling.writer.connection.execute("SELECT rid, misses, held FROM unconfirmed").fetchall()
    assert held == [(2, 0, START.timestamp() * 1000)]


async def test_after_a_poll_that_is_no_longer_understood_a_full_crawl_is_due(telling: World) -> None:
    telling.shelf.lists["event"] = rows(*"abc")
    await telling.crawl()
    telling.shelf.failures["event"] = [UpstreamRefused("no such filter", source="shelf", status=400)]

    state = await telling.crawl(mode=Mode.CHANGES)

    assert state.since is None
    assert state.last_full == START


async def test_pages_that_go_round_in_a_ring_fail_the_crawl(world: World) -> None:
    world.shelf.bodies["event"] = b'{"rows": [], "total": 9, "next": "3", "deleted": [], "cut": false}'

    state = await world.crawl()

    assert state.state is State.FAILED
    assert "ring" in (state.message or "")
    assert len(world.shelf.requests) == 2


async def test_pages_of_what_was_read_before_do_not_end_a_list(world: World) -> None:
    world.shelf.lists["event"] = rows(*"abcdefghijkl", *"abcdefghijkl", "m")  # one list, told in two orders

    state = await world.crawl()

    assert state.state is State.OK
    assert world.keys() == list("abcdefghijklm")


async def test_a_source_that_gives_the_same_page_whatever_is_asked_fails_the_crawl(world: World) -> None:
    class Deaf(Shelf):
        def _answer(self, path: str, params: dict[str, str]) -> tuple[int, bytes]:
            after = int(params["skip"]) + 3
            return 200, (
                b'{"rows": [{"id": "a", "name": "a"}], "total": 9000, "next": "%d", "deleted": [], "cut": false}'
                % after
            )

    world.shelf = Deaf(world.clock)

    state = await world.crawl()

    assert state.state is State.FAILED
    assert len(world.shelf.requests) == 4


async def test_a_source_that_says_too_many_is_waited_for_and_the_crawl_goes_on_where_it_was(world: World) -> None:
    world.shelf.lists["event"] = rows(*"abcdef")
    world.shelf.failures["event"] = [None, UpstreamThrottled("too many", source="shelf", retry_after=30)]

    state = await world.crawl()

    assert state.state is State.OK
    assert [asked["skip"] for asked in world.shelf.asked("event")] == ["0", "3", "3"]
    assert world.clock() == START + timedelta(seconds=30)


async def test_a_source_that_wants_a_long_rest_gets_it_and_that_is_no_failure(world: World) -> None:
    world.shelf.failures["event"] = [UpstreamThrottled("too many", source="shelf", retry_after=7200)]

    state = await world.crawl()

    assert (state.state, state.failures) == (State.FAILED, 0)
    assert state.retry_at == START + timedelta(hours=2)


async def test_a_collection_per_record_asks_in_blocks_of_their_keys(tmp_path: Path) -> None:
    world = World(tmp_path, kinds=("space", "busy_times"))
    world.shelf.lists["space"] = rows("1", "2", "3", "closed")
    world.shelf.lists["busy_times"] = rows("1", "2", "3")
    await world.crawl("space")

    state = await world.crawl("busy_times")

    assert [asked["keys"] for asked in world.shelf.asked("busy_times")] == ["1,2", "3"]
    assert world.keys("busy_times") == ["1", "2", "3"]
    assert world.told[-1].fraction == 1.0
    assert state.state is State.OK
    world.writer.close()


async def test_a_record_of_another_kind_or_source_is_dropped(world: World) -> None:
    world.shelf.lists["place"] = rows("p")
    places = next(iter(ShelfConnector(source(kinds=("place",))).collections()))
    crawl = Crawl(
        world.connector.source,
        Collection(kind="event", pages=places.pages, every=places.every, full=places.full),
        schedule.Pace(every=places.every, full=places.full),
        world.writer,
        world.shelf.read,
    )

    state = await crawl.run(Mode.FULL, CrawlState(source="s", collection="event"))

    assert (state.records, state.dropped) == (0, 1)


async def test_the_first_crawl_tells_readers_how_far_it_is(world: World) -> None:
    world.shelf.lists["event"] = rows(*"abcdef")
    seen: list[CrawlState] = []

    def watch(progress: Progress) -> None:
        seen.append(world.writer.crawls()["s", "event"])
        world.clock.turn(seconds=2)

    world.tell = watch
    await world.crawl()

    assert [(state.state, state.message, state.progress) for state in seen] == [
        (State.CRAWLING, None, None),
        (State.CRAWLING, "first crawl: 3 of 6", 0.5),
        (State.OK, None, None),
    ]
    assert all(state.is_warming for state in seen[:2])
    assert not seen[2].is_warming


async def test_an_unchanged_crawl_writes_its_own_row_and_nothing_else(world: World) -> None:
    world.shelf.lists["event"] = rows(*"abcdef")
    await world.crawl()
    world.writer.settle(everything=True)
    before = world.writer.connection.total_changes
    generations = world.writer.connection.execute("SELECT gen FROM generation WHERE kind = 'event'").fetchall()

    world.clock.turn(hours=1)
    await world.crawl()

    assert world.writer.connection.total_changes - before == 2  # the crawl's row, and that it was confirmed
    assert world.writer.connection.execute("SELECT gen FROM generation WHERE kind = 'event'").fetchall() == generations


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sets(st.sampled_from("abcdefgh")), st.sampled_from(["ok", "cut", "fail"])), max_size=8))
async def test_after_any_crawls_what_is_withdrawn_is_what_two_complete_ones_in_a_row_lacked(
    tmp_path_factory: pytest.TempPathFactory, crawls: list[tuple[set[str], str]]
) -> None:
    world = World(tmp_path_factory.mktemp("w"))
    live: set[str] = set()
    misses: dict[str, int] = {}
    for keys, how in crawls:
        world.shelf.lists["event"] = rows(*sorted(keys))
        world.shelf.cut = {"event"} if how == "cut" else set()
        if how == "fail":
            world.shelf.failures["event"] = [UpstreamUnavailable("down", source="shelf")]
        await world.crawl()
        if how == "fail":
            continue
        before = live | keys
        live = set(before)
        for key in keys:
            misses.pop(key, None)
        if how == "ok" and len(keys) * 2 >= len(before):
            for key in before - keys:
                misses[key] = misses.get(key, 0) + 1
                if misses[key] == 2:
                    live.discard(key)
                    del misses[key]
        assert set(world.keys()) == live
    world.writer.close()


@settings(max_examples=30, deadline=None)
@given(st.permutations(list("abcdefgh")), st.integers(1, 9))
async def test_the_order_and_size_of_pages_do_not_matter(
    tmp_path_factory: pytest.TempPathFactory, order: list[str], size: int
) -> None:
    world = World(tmp_path_factory.mktemp("w"))
    world.shelf.lists["event"] = rows(*"abcdefghi")
    await world.crawl()
    world.shelf.page = size
    world.shelf.lists["event"] = rows(*order)
    world.shelf.lists["event"][0]["name"] = "moved"

    for _ in range(2):
        await world.crawl()

    assert world.keys() == list("abcdefgh")
    assert world.withdrawn() == ["i"]
    assert world.name(order[0]) == "moved"
    world.writer.close()
