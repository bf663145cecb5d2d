"""Which source stands behind a list, and in what state, as the clock goes on."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from hub.domain import provenance, sources
from hub.domain.answers import WORSE, AnswerState, SourceAnswer, from_collections, worst
from hub.domain.city import City, Gathered
from hub.fetcher import SourceHealth
from hub.index.crawls import State
from hub.records.events import Event
from tests import made
from tests.domain.hall import FRESH, Town, source


def told(city: City, *kinds: str) -> dict[str, tuple[AnswerState, str | None]]:
    return {answer.source.id: (answer.state, answer.message) for answer in from_collections(city, *kinds)}


def state(city: City, kind: str = "event") -> AnswerState:
    (answer,) = from_collections(city, kind)
    return answer.state


async def test_a_source_that_was_never_crawled_is_warming(town: Town) -> None:
    city = town.city()

    assert told(city, "event") == {"le": (AnswerState.WARMING, "the first crawl has not begun")}
    assert city.is_warming


async def test_a_first_crawl_under_way_says_how_far_it_is(town: Town) -> None:
    town.crawled("le", "event", confirmed=None, state=State.CRAWLING, records=350, progress=0.4)

    assert told(town.city(), "event") == {
        "le": (AnswerState.WARMING, "first crawl under way: 350 records so far, about 40%")
    }


async def test_a_first_crawl_that_failed_is_failed_with_its_reason(town: Town) -> None:
    town.crawled("le", "event", confirmed=None, state=State.FAILED, message="le did not answer within 10 s")

    city = town.city()

    assert told(city, "event") == {"le": (AnswerState.FAILED, "le did not answer within 10 s")}
    assert not city.is_warming


async def test_a_change_poll_before_the_first_full_crawl_is_still_warming(town: Town) -> None:
    town.crawled("le", "event", last_full=None)

    assert state(town.city()) is AnswerState.WARMING


async def test_a_confirmed_source_is_fresh_until_its_time_is_over(town: Town) -> None:
    town.crawled("le", "event")

    assert state(town.city()) is AnswerState.FRESH
    town.turn(hours=2, seconds=-1)
    assert state(town.city()) is AnswerState.FRESH
    town.turn(seconds=1)
    assert state(town.city()) is AnswerState.STALE


async def test_a_fresh_answer_holds_until_it_turns_stale_and_a_stale_one_as_long_as_you_like(town: Town) -> None:
    town.crawled("le", "event")
    fresh = town.city()
    state(fresh)
    town.turn(hours=3)
    stale = town.city()
    state(stale)

    assert fresh.expires_at == made.NOW + FRESH
    assert stale.expires_at is None


async def test_a_stale_answer_says_why(town: Town) -> None:
    town.crawled("le", "event", state=State.FAILED, message="503 for an hour")
    town.crawled("va", "space")
    assert told(town.city(), "event")["le"] == (AnswerState.FRESH, None)  # it failed, but what we have is not old yet

    town.turn(hours=3)

    assert told(town.city(), "event")["le"] == (AnswerState.STALE, "503 for an hour")
    assert told(town.city(), "space")["va"] == (AnswerState.STALE, "its last confirmation is past its time")


async def test_a_crawl_that_runs_again_does_not_make_what_is_there_warming(town: Town) -> None:
    town.crawled("le", "event", state=State.CRAWLING, progress=0.1)

    assert state(town.city()) is AnswerState.FRESH


async def test_a_source_that_is_switched_off_is_skipped(town: Town) -> None:
    off = Gathered(source="le", kind="event", fresh=FRESH, is_on=False)

    assert told(town.city(gathered=[off]), "event") == {
        "le": (AnswerState.SKIPPED, "switched off in the configuration")
    }


async def test_dropped_rows_are_told(town: Town) -> None:
    town.crawled("le", "event", state=State.DEGRADED, dropped=12)

    (answer,) = from_collections(town.city(), "event")

    assert (answer.state, answer.dropped, answer.fetched_at) == (AnswerState.FRESH, 12, made.NOW)


async def test_the_worst_of_a_sources_collections_is_its_state_and_the_oldest_its_age(town: Town) -> None:
    town.crawled("va", "space", dropped=1)
    town.crawled("va", "booking_hours", confirmed=made.NOW - FRESH, dropped=2)
    town.crawled("va", "busy_times", confirmed=made.NOW - timedelta(hours=1))

    (answer,) = from_collections(town.city(), "space", "booking_hours", "busy_times")

    assert (answer.state, answer.dropped) == (AnswerState.STALE, 3)
    assert answer.fetched_at == made.NOW - FRESH


@pytest.mark.parametrize("better", AnswerState)
@pytest.mark.parametrize("bad", AnswerState)
def test_of_two_states_the_worse_is_told_whichever_came_first(bad: AnswerState, better: AnswerState) -> None:
    one, other = (SourceAnswer(source=source("le"), state=said) for said in (bad, better))

    assert worst(one, other).state is worst(other, one).state is max(bad, better, key=WORSE.index)


async def test_only_sources_that_could_contribute_are_told_by_rank(town: Town) -> None:
    assert list(told(town.city(), "place")) == ["sm", "va", "le"]
    assert [a.source.id for a in from_collections(town.city(), "place", only=frozenset({"va", "fi"}))] == ["va"]


async def test_a_record_is_as_fresh_as_its_collections_last_confirmation(town: Town) -> None:
    town.put(made.event("1", url="https://events.example/1", modified_at=made.at(1)))
    town.crawled("le", "event", confirmed=made.NOW + timedelta(hours=1))
    (event,) = town.index.bodies(Event, [town.rid(made.event("1"))])
    assert event is not None
    city = town.city()

    (said,) = provenance.of_all(city, [event])

    assert (said.source, said.record_id, said.url) == (town.sources["le"], "1", "https://events.example/1")
    assert (said.fetched_at, said.modified_at) == (made.NOW + timedelta(hours=1), made.at(1))
    assert (said.fresh_until, said.is_stale) == (made.NOW + timedelta(hours=3), False)
    assert (said.license, said.confidence) == ("CC BY 4.0", 1.0)
    assert city.expires_at == said.fresh_until
    town.turn(hours=3)
    assert provenance.of_all(town.city(), [event])[0].is_stale


async def test_many_provenances_cost_one_statement(town: Town) -> None:
    many = [made.event(f"{n}") for n in range(30)]
    town.put(*many)
    events = [event for event in town.index.bodies(Event, town.rids(*many)) if event]
    city = town.city()
    assert city.crawls == {}
    before = town.index.queries

    assert len(provenance.of_all(city, events)) == 30
    assert town.index.queries - before == 1


async def test_a_source_that_is_only_asked_has_failed_if_it_did_when_last_asked(town: Town) -> None:
    health = SourceHealth(
        state="closed",
        requests=2,
        last_success_at=made.NOW - timedelta(minutes=5),
        last_error_at=made.NOW,
        last_error="fi failed with 503",
        error_rate=0.5,
        p50_ms=1.0,
        p95_ms=1.0,
    )

    def told(said: SourceHealth) -> AnswerState:
        with town.writer.transaction():
            town.writer.save_health({"fi": msgspec.json.encode(said)})
        return sources.state_of(town.city(gathered=[]), town.sources["fi"])

    assert told(health) is AnswerState.FAILED
    assert told(msgspec.structs.replace(health, last_success_at=made.NOW + timedelta(minutes=1))) is AnswerState.FRESH


async def test_a_source_is_as_well_as_its_worst_collection_and_one_that_is_only_asked_is_fresh(town: Town) -> None:
    town.crawled("va", "place")
    city = town.city()

    assert sources.state_of(city, town.sources["va"]) is AnswerState.WARMING
    assert sources.state_of(town.city(gathered=[]), town.sources["fi"]) is AnswerState.FRESH
    assert [s.id for s in sources.sources(city)] == ["sm", "ki", "va", "le", "fi", "de"]
    states = {c.kind: c.state for c in sources.collections_of(city, town.sources["va"])}
    waiting = dict.fromkeys(("space", "booking_hours", "busy_times", "space_use"), "NEVER")
    assert states == {"place": "OK"} | waiting
