"""What the owner of a feed is told of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from hub.domain import feeds
from hub.domain.city import City, Gathered
from hub.domain.feeds import FeedOutcome, FeedReport
from hub.domain.lists import PageArgs
from hub.errors import BadInput
from hub.fetch import Dropped, Remark
from hub.fetcher import SourceHealth
from hub.index.crawls import State
from tests import made
from tests.domain.hall import FRESH, Town

FEED = [Gathered(source="le", kind="event", fresh=FRESH, is_feed=True)]


def city(town: Town, gathered: Sequence[Gathered] = FEED) -> City:
    return town.city(gathered=gathered)


def report(town: Town) -> FeedReport:
    found = feeds.report(city(town), "le")
    assert found is not None
    return found


def told(town: Town, dropped: Sequence[Dropped] = (), remarks: Sequence[Remark] = ()) -> None:
    with town.writer.transaction():
        town.writer.save_dropped("le", "event", dropped, remarks)


async def test_what_is_no_feed_has_no_report(town: Town) -> None:
    assert feeds.report(city(town), "nobody") is None
    assert feeds.report(city(town), "sm") is None
    assert feeds.report(town.city(), "le") is None  # gathered, but nobody's feed


async def test_a_feed_that_was_never_read_is_waited_for(town: Town) -> None:
    found = report(town)

    assert (found.outcome, found.fetched_at, found.next_fetch_at) == (FeedOutcome.WAITING, None, None)


async def test_a_feed_that_is_switched_off_says_so(town: Town) -> None:
    town.crawled("le", "event")
    off = [Gathered(source="le", kind="event", fresh=FRESH, is_feed=True, is_on=False)]

    found = feeds.report(city(town, off), "le")

    assert found is not None
    assert (found.outcome, found.message) == (FeedOutcome.WAITING, "switched off in the configuration")


@pytest.mark.parametrize(
    ("crawl", "outcome"),
    [
        ({}, FeedOutcome.OK),
        ({"dropped": 1}, FeedOutcome.PARTIAL),
        ({"remarks": 1}, FeedOutcome.PARTIAL),
        ({"message": "the list was cut short: nothing was withdrawn"}, FeedOutcome.PARTIAL),
        ({"state": State.DEGRADED}, FeedOutcome.PARTIAL),
        ({"state": State.FAILED, "message": "it is a log-in page"}, FeedOutcome.FAILED),
        ({"state": State.GONE, "message": "it is gone"}, FeedOutcome.GONE),
        ({"state": State.CRAWLING}, FeedOutcome.WAITING),
    ],
)
async def test_the_outcome_is_that_of_the_last_reading(town: Town, crawl: dict[str, Any], outcome: FeedOutcome) -> None:
    town.crawled("le", "event", **crawl)

    assert report(town).outcome is outcome


async def test_it_is_read_again_after_its_pace_or_when_it_is_tried_again(town: Town) -> None:
    town.crawled("le", "event", last_ok=made.NOW)
    assert report(town).next_fetch_at == made.NOW + FRESH / 2
    assert report(town).fetched_at == made.NOW

    soon = made.NOW + timedelta(seconds=40)
    town.crawled("le", "event", last_ok=made.NOW, state=State.FAILED, retry_at=soon)
    assert report(town).next_fetch_at == soon


async def test_its_events_are_its_own_records_in_the_order_of_their_keys(town: Town) -> None:
    town.put(made.event("b"), made.event("a"), made.event("c"))
    town.crawled("le", "event")
    here = city(town)
    found = feeds.report(here, "le")
    assert found is not None

    first = feeds.events(here, found, PageArgs(first=2))
    rest = feeds.events(here, found, PageArgs(first=2, after=first.cursors[-1]))

    assert [event.ref.key for event in first.nodes] == ["a", "b"]
    assert [event.ref.key for event in rest.nodes] == ["c"]
    assert (await first.total(), first.has_next, rest.has_next) == (3, True, False)
    assert [answer.source.name for answer in first.answers()] == ["le"]


async def test_what_was_dropped_is_told_and_apart_from_it_what_was_mended_or_passed_over(town: Town) -> None:
    told(
        town,
        dropped=[Dropped(key="x", reason="no start", where="line 7", mend="Give it one.")],
        remarks=[
            Remark(key="news", reason="it is news", is_kept=False),
            Remark(key=None, reason="not UTF-8", mend="Send it as UTF-8."),
        ],
    )
    town.crawled("le", "event", dropped=1)
    here = city(town)
    found = report(town)

    ((lost,),) = feeds.dropped_rows(here, [found.source], 20)
    ((mended, passed),) = feeds.remarks(here, [found], 20)
    assert (lost.collection, lost.key, lost.where, lost.reason, lost.mend, lost.is_kept) == (
        "event", "x", "line 7", "no start", "Give it one.", None,
    )  # fmt: skip
    assert (mended.key, mended.is_kept, mended.mend) == (None, True, "Send it as UTF-8.")
    assert (passed.key, passed.is_kept, passed.mend) == ("news", False, None)
    assert [one.key for (one,) in feeds.remarks(here, [found], 1)] == [None]


async def test_an_address_that_moved_for_good_is_told_with_what_to_do_and_without_its_path(town: Town) -> None:
    health = SourceHealth(
        state="closed",
        requests=3,
        last_success_at=made.NOW,
        last_error_at=None,
        last_error=None,
        error_rate=0.0,
        p50_ms=1.0,
        p95_ms=1.0,
        moved_to="https://new.example",
    )
    town.crawled("le", "event")
    with town.writer.transaction():
        town.writer.save_health({"le": msgspec.json.encode(health)})

    found = report(town)
    ((remark,),) = feeds.remarks(city(town), [found], 20)

    assert found.outcome is FeedOutcome.PARTIAL
    assert remark.reason.endswith("to one of https://new.example")
    assert "operator" in (remark.mend or "")
    assert remark.is_kept is True


@pytest.mark.parametrize("first", [0, 101])
async def test_no_more_rows_are_told_than_a_page_may_have(town: Town, first: int) -> None:
    with pytest.raises(BadInput):
        feeds.dropped_rows(city(town), [report(town).source], first)
