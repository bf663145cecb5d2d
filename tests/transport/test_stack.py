from __future__ import annotations

import asyncio

import httpx
import pytest

from hub.errors import CircuitOpen, UpstreamTimeout
from hub.observe.metrics import Metrics
from hub.transport.breaker import Circuit
from hub.transport.journal import Journal
from hub.transport.stack import stack
from tests.transport.upstream import Answer, Scripted, a_request, a_source, settled
from tests.turned import START, clock, monotonic, turned


class Stacked:
    def __init__(self, *answers: Answer, **changes: object) -> None:
        self.wire = Scripted(*answers)
        self.journal = Journal()
        self.metrics = Metrics()
        self.layers = stack(
            a_source(**changes),
            self.wire,
            circuit=Circuit(),
            journal=self.journal,
            metrics=self.metrics,
            monotonic=monotonic,
            clock=clock,
            sleep=asyncio.sleep,
        )

    async def ask(self) -> httpx.Response | Exception:
        return await settled(self.layers.handle_async_request(a_request()))


@turned
async def test_a_silent_upstream_costs_its_timeout_whatever_is_tried() -> None:
    hub = Stacked(60.0)
    outcome = await hub.ask()
    assert isinstance(outcome, UpstreamTimeout)
    assert monotonic() == START + 5
    assert hub.journal.sent == 1
    assert hub.journal.error_rate == 1


@turned
async def test_a_silent_upstream_is_left_alone_after_ten_callers() -> None:
    hub = Stacked(60.0, concurrent=10)
    await asyncio.gather(*(hub.ask() for _ in range(10)))
    assert isinstance(await hub.ask(), CircuitOpen)
    assert hub.journal.sent == 10


@turned
async def test_every_try_is_counted_and_timed() -> None:
    hub = Stacked(httpx.Response(503), httpx.Response(200))
    answer = await hub.ask()
    assert isinstance(answer, httpx.Response)
    assert hub.journal.sent == 2
    assert hub.journal.error_rate == 0.5
    assert hub.journal.quantile_ms(0.5) == 0
    text = hub.metrics.render().decode()
    assert 'cityhub_upstream_requests_total{outcome="unavailable",source="kirkanta"} 1.0' in text
    assert 'cityhub_upstream_requests_total{outcome="answered",source="kirkanta"} 1.0' in text


@turned
async def test_a_thousand_calls_to_a_dead_upstream_are_a_handful_of_requests() -> None:
    hub = Stacked(httpx.ConnectError("refused"))
    for _ in range(1_000):
        assert isinstance(await hub.ask(), Exception)
    assert hub.journal.sent <= 13


@turned
async def test_any_of_httpx_s_errors_leaves_as_ours_through_all_layers() -> None:
    hub = Stacked(httpx.ReadTimeout("x"), httpx.ReadTimeout("x"), httpx.ReadTimeout("x"))
    with pytest.raises(UpstreamTimeout, match="did not answer in time: GET /library/84860"):
        await hub.layers.handle_async_request(a_request())
    assert hub.journal.sent == 3


@turned
async def test_closing_the_stack_closes_the_wire() -> None:
    closed: list[bool] = []

    class Closing(httpx.AsyncBaseTransport):
        async def aclose(self) -> None:
            closed.append(True)

    await stack(a_source(), Closing()).aclose()
    assert closed == [True]
