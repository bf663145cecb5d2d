from __future__ import annotations

import asyncio

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import CircuitOpen, Overloaded, PayloadChanged, UpstreamError, UpstreamTimeout, UpstreamUnavailable
from hub.observe.metrics import Metrics
from hub.transport.breaker import Breaker, Circuit, State
from hub.transport.deadline import Deadline
from hub.transport.journal import Journal, Watch
from tests.transport.upstream import Answer, Scripted, a_request, a_source, settled
from tests.turned import monotonic, turned

RESET = UpstreamUnavailable("kirkanta broke the connection", source="kirkanta")


def fail(circuit: Circuit, times: int, now: float = 0.0) -> None:
    for _ in range(times):
        ticket = circuit.enter(now)
        if ticket is not None:
            circuit.failed(ticket, now)


def opened(now: float = 0.0) -> Circuit:
    circuit = Circuit()
    fail(circuit, 10, now)
    assert circuit.state(now) is State.OPEN
    return circuit


def test_ten_failures_open_it_and_nine_do_not() -> None:
    circuit = Circuit()
    fail(circuit, 9)
    assert circuit.allows(0)
    fail(circuit, 1)
    assert not circuit.allows(0)


def test_less_than_half_failing_keeps_it_closed() -> None:
    circuit = Circuit()
    for n in range(100):
        ticket = circuit.enter(n)
        assert ticket is not None
        if n % 5 >= 3:
            circuit.failed(ticket, n)
        else:
            circuit.succeeded(ticket, n)
    assert circuit.state(100) is State.CLOSED


def test_failures_of_long_ago_do_not_count() -> None:
    circuit = Circuit()
    fail(circuit, 9, now=0)
    fail(circuit, 1, now=121)
    assert circuit.state(121) is State.CLOSED


def test_it_opens_for_longer_after_each_failed_trial_but_never_past_a_recovery_of_half_a_minute() -> None:
    circuit = opened()
    now, waits = 0.0, []
    for _ in range(5):
        began = now
        while not circuit.allows(now):
            now += 1
        waits.append(now - began)
        fail(circuit, 1, now)
    assert waits == [10, 20, 25, 25, 25]


def test_two_good_trials_close_it() -> None:
    circuit = opened()
    for _ in range(2):
        ticket = circuit.enter(10)
        assert ticket is not None
        circuit.succeeded(ticket, 10)
    assert circuit.state(10) is State.CLOSED


def test_a_trial_that_was_never_sent_is_given_back() -> None:
    circuit = opened()
    tickets = [circuit.enter(10) for _ in range(4)]
    assert tickets[3] is None
    assert tickets[0] is not None
    circuit.forget(tickets[0])
    assert circuit.enter(10) is not None


def test_a_call_from_before_it_opened_says_nothing_of_the_trials() -> None:
    circuit = Circuit()
    late = circuit.enter(0)
    assert late is not None
    fail(circuit, 10)
    assert circuit.enter(10) is not None
    circuit.failed(late, 10)
    assert circuit.state(10) is State.HALF_OPEN


def test_replies_that_cannot_be_read_open_it_like_failures() -> None:
    circuit = Circuit()
    for _ in range(10):
        ticket = circuit.enter(0)
        assert ticket is not None
        circuit.succeeded(ticket, 0)
        circuit.spoil(0)
    assert circuit.state(0) is State.OPEN
    ticket = circuit.enter(10)
    assert ticket is not None
    circuit.succeeded(ticket, 10)
    circuit.spoil(10)
    assert circuit.state(10) is State.OPEN


events = st.lists(
    st.tuples(st.sampled_from(["enter", "good", "bad", "forget", "spoil"]), st.floats(0, 12)), max_size=200
)


@given(events)
def test_it_never_lets_through_more_than_it_may(steps: list[tuple[str, float]]) -> None:
    turns: list[tuple[State, State]] = []
    circuit = Circuit(on_turn=lambda before, after: turns.append((before, after)))
    now = 0.0
    flying: list[int] = []
    entered = 0  # into this half-open time
    given_back = 0
    opened_at: float | None = None
    for step, passed in steps:
        now += passed
        before = circuit.state(now)
        seen = len(turns)
        if step == "enter":
            allowed = circuit.allows(now)
            ticket = circuit.enter(now)
            assert (ticket is not None) is allowed
            if (State.OPEN, State.HALF_OPEN) in turns[seen:]:
                entered = given_back = 0
            if ticket is not None:
                flying.append(ticket)
                if before is State.OPEN:
                    raise AssertionError("let through while open")
                if before is State.HALF_OPEN:
                    entered += 1
                    assert opened_at is not None
                    assert now - opened_at >= 10
                    assert entered - given_back <= 3
        elif step == "spoil":
            circuit.spoil(now)
        elif flying:
            ticket = flying.pop(0)
            if step == "good":
                circuit.succeeded(ticket, now)
            elif step == "bad":
                circuit.failed(ticket, now)
            else:
                circuit.forget(ticket)
                given_back += before is State.HALF_OPEN
        if any(after is State.OPEN for _, after in turns[seen:]):
            opened_at = now


@given(st.lists(st.booleans(), max_size=60))
def test_it_closes_within_half_a_minute_of_a_recovery_whatever_came_before(fails: list[bool]) -> None:
    circuit, now = Circuit(), 0.0
    for bad in fails * 3:
        ticket = circuit.enter(now)
        if ticket is not None:
            circuit.failed(ticket, now) if bad else circuit.succeeded(ticket, now)
        now += 1
    recovered = now
    while circuit.state(now) is not State.CLOSED:
        ticket = circuit.enter(now)
        if ticket is not None:
            circuit.succeeded(ticket, now)
        now += 0.5
    assert now - recovered <= 30


def breaker(*answers: Answer, circuit: Circuit) -> httpx.AsyncBaseTransport:
    watch = Watch(Scripted(*answers), name="kirkanta", journal=Journal(), metrics=Metrics(), monotonic=monotonic)
    inner = Breaker(watch, source=a_source(), circuit=circuit, monotonic=monotonic)
    return Deadline(inner, source=a_source(), seconds=5, monotonic=monotonic)


@pytest.mark.parametrize(
    ("answer", "opens"),
    [
        (httpx.Response(500), True),
        (httpx.Response(503), True),
        (RESET, True),
        (UpstreamTimeout("x", source="kirkanta"), True),
        (PayloadChanged("x", source="kirkanta"), True),
        (60.0, True),
        (httpx.Response(429), False),
        (httpx.Response(404), False),
        (Overloaded("x", source="kirkanta"), False),
    ],
)
def test_what_counts_as_a_failure(answer: Answer, opens: bool) -> None:
    @turned
    async def story() -> None:
        circuit = Circuit()
        layer = breaker(answer, circuit=circuit)
        for _ in range(10):
            await settled(layer.handle_async_request(a_request()))
        assert (circuit.state(monotonic()) is State.OPEN) is opens

    story()


@turned
async def test_an_open_circuit_is_told_without_asking() -> None:
    wire = Scripted(httpx.Response(200))
    layer = Breaker(wire, source=a_source(), circuit=opened(monotonic()), monotonic=monotonic)
    with pytest.raises(CircuitOpen, match="kirkanta is left alone"):
        await layer.handle_async_request(a_request())
    assert wire.asked == []


@turned
async def test_askers_who_leave_say_nothing_of_the_upstream() -> None:
    circuit = Circuit()
    layer = breaker(60.0, circuit=circuit)
    for _ in range(20):
        task = asyncio.create_task(layer.handle_async_request(a_request()))
        await asyncio.sleep(0.1)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert circuit.state(monotonic()) is State.CLOSED


@turned
async def test_a_dead_upstream_is_asked_ten_times_and_then_a_little() -> None:
    wire = Scripted(RESET)
    layer = Breaker(wire, source=a_source(), circuit=Circuit(), monotonic=monotonic)
    for _ in range(60):
        outcome = await settled(layer.handle_async_request(a_request()))
        assert isinstance(outcome, UpstreamError)
        await asyncio.sleep(1)
    assert 11 <= len(wire.asked) <= 14
