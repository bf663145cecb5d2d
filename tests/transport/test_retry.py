from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.errors import (
    CircuitOpen,
    Overloaded,
    PayloadChanged,
    UpstreamRefused,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from hub.transport.call import Call
from hub.transport.deadline import Deadline
from hub.transport.retry import Retry, RetryBudget, retry_after
from tests.transport.upstream import Scripted, a_request, a_source, settled
from tests.turned import NOON, START, clock, monotonic, turned

OK = httpx.Response(200, json={"fine": True})
BAD = httpx.Response(503)
RESET = UpstreamUnavailable("kirkanta broke the connection", source="kirkanta")
TIMEOUT = UpstreamTimeout("kirkanta did not answer in time", source="kirkanta")


def retry(inner: httpx.AsyncBaseTransport, *, jitter: Callable[[float, float], float] = lambda _, high: high) -> Retry:
    return Retry(inner, monotonic=monotonic, clock=clock, sleep=asyncio.sleep, jitter=jitter)


@pytest.mark.parametrize("failure", [BAD, httpx.Response(500), RESET, TIMEOUT])
def test_a_failure_that_passes_is_not_seen(failure: httpx.Response | Exception) -> None:
    @turned
    async def story() -> None:
        wire = Scripted(failure, OK)
        assert (await retry(wire).handle_async_request(a_request())).json() == {"fine": True}
        assert len(wire.asked) == 2

    story()


@turned
async def test_at_most_three_tries_and_the_last_outcome_is_what_the_caller_sees() -> None:
    wire = Scripted(BAD, RESET, httpx.Response(502))
    assert (await retry(wire).handle_async_request(a_request())).status_code == 502
    assert len(wire.asked) == 3
    wire = Scripted(RESET)
    with pytest.raises(UpstreamUnavailable, match="broke the connection"):
        await retry(wire).handle_async_request(a_request())


@turned
async def test_the_waits_grow_and_are_jittered_from_nothing_to_their_upper_end() -> None:
    wire = Scripted(BAD)
    ends: list[tuple[float, float]] = []

    def jitter(low: float, high: float) -> float:
        ends.append((low, high))
        return high

    await retry(wire, jitter=jitter).handle_async_request(a_request())
    assert ends[:2] == [(0.0, 0.2), (0.0, 0.4)]
    assert wire.moments == pytest.approx([START, START + 0.2, START + 0.6])


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(404),
        httpx.Response(400),
        UpstreamRefused("x", source="kirkanta"),
        PayloadChanged("x", source="kirkanta"),
        CircuitOpen("x", source="kirkanta"),
        Overloaded("x", source="kirkanta"),
    ],
)
def test_what_another_try_cannot_mend_is_tried_once(answer: httpx.Response | Exception) -> None:
    @turned
    async def story() -> None:
        wire = Scripted(answer)
        await settled(retry(wire).handle_async_request(a_request()))
        assert len(wire.asked) == 1

    story()


@turned
async def test_retry_after_is_never_undercut() -> None:
    wire = Scripted(httpx.Response(503, headers={"retry-after": "3"}), OK)
    await retry(wire, jitter=lambda low, _: low).handle_async_request(a_request())
    assert wire.moments == [START, START + 3]


@turned
async def test_retry_after_behind_the_deadline_ends_the_tries_at_once() -> None:
    wire = Scripted(httpx.Response(503, headers={"retry-after": "60"}), OK)
    stacked = Deadline(retry(wire), source=a_source(), seconds=5, monotonic=monotonic)
    assert (await stacked.handle_async_request(a_request())).status_code == 503
    assert monotonic() == START
    wire = Scripted(httpx.Response(503, headers={"retry-after": "2"}), OK)
    impatient = Call(patience=START + 1)
    assert (await retry(wire).handle_async_request(a_request(call=impatient))).status_code == 503
    assert monotonic() == START


@turned
async def test_a_429_is_tried_again_only_if_it_says_when() -> None:
    silent = Scripted(httpx.Response(429), OK)
    assert (await retry(silent).handle_async_request(a_request())).status_code == 429
    telling = Scripted(httpx.Response(429, headers={"retry-after": "2"}), OK)
    assert (await retry(telling).handle_async_request(a_request())).status_code == 200
    assert telling.moments[1] - telling.moments[0] >= 2


@turned
async def test_a_harvest_waits_out_a_minute_and_leaves_longer_waits_to_its_planner() -> None:
    for seconds, status in ((50, 200), (90, 429)):
        wire = Scripted(httpx.Response(429, headers={"retry-after": str(seconds)}), OK)
        stacked = Deadline(retry(wire), source=a_source(), seconds=5, monotonic=monotonic)
        answer = await stacked.handle_async_request(a_request(call=Call(harvest=True)))
        assert answer.status_code == status


@given(st.lists(st.booleans(), min_size=1, max_size=300))
@settings(deadline=None, max_examples=50)
def test_retries_cost_at_most_a_fifth_of_the_successes_and_three(fails: list[bool]) -> None:
    @turned
    async def story() -> None:
        wire = Scripted(*(BAD if fail else OK for fail in fails))
        layer = retry(wire, jitter=lambda low, _: low)
        calls = successes = 0
        while len(wire.asked) < len(fails):
            calls += 1
            successes += (await layer.handle_async_request(a_request())).status_code == 200
        assert len(wire.asked) - calls <= 3 + 0.2 * successes + 1e-9

    story()


@turned
async def test_a_dead_source_is_asked_hardly_more_often_than_called() -> None:
    wire = Scripted(BAD)
    layer = retry(wire)
    for _ in range(1_000):
        await layer.handle_async_request(a_request())
    assert len(wire.asked) == 1_003


@given(st.text() | st.integers().map(str) | st.none())
def test_any_retry_after_is_a_bounded_wait_or_none(header: str | None) -> None:
    seconds = retry_after(header, lambda: NOON)
    assert seconds is None or 0 <= seconds <= 3600


def test_retry_after_comes_in_seconds_or_as_a_date() -> None:
    assert retry_after(" 120 ", lambda: NOON) == 120
    assert retry_after(format_datetime(NOON + timedelta(seconds=90), usegmt=True), lambda: NOON) == 90
    assert retry_after(format_datetime(NOON - timedelta(days=1), usegmt=True), lambda: NOON) == 0
    assert retry_after("86400", lambda: NOON) == 3600
    assert retry_after("soon", lambda: NOON) is None
    assert retry_after("-5", lambda: NOON) is None


def test_the_budget_is_bounded_both_ways() -> None:
    budget = RetryBudget()
    for _ in range(1_000):
        budget.earn()
    assert sum(budget.spend() for _ in range(100)) == 10
