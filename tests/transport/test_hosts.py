from __future__ import annotations

import asyncio

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.errors import UpstreamThrottled
from hub.fetch import Source
from hub.transport.call import EXTENSION, Call
from hub.transport.hosts import manners_of
from hub.transport.stack import stack
from tests.transport.upstream import Answer, Scripted, a_source
from tests.turned import START, clock, monotonic, turned

OK = httpx.Response(200)


def feed(name: str, url: str = "https://partner.example/", **changes: object) -> Source:
    return a_source(id=name, name=name, connector="icalendar", url=f"{url}{name}.ics", is_feed=True, **changes)


class Harvested:
    """Feeds, each with a stack of its own, over one wire."""

    def __init__(self, *sources: Source, answers: tuple[Answer, ...] = (OK,)) -> None:
        manners = manners_of(sources)
        self.wire = Scripted(*answers)
        self.stacks = {
            source.id: stack(
                source,
                self.wire,
                manners=manners[source.id],
                monotonic=monotonic,
                clock=clock,
                sleep=asyncio.sleep,
            )
            for source in sources
        }

    async def ask(self, source: Source) -> httpx.Response:
        request = httpx.Request("GET", source.url, extensions={EXTENSION: Call(harvest=True)})
        return await self.stacks[source.id].handle_async_request(request)


@turned
async def test_ten_feeds_of_one_host_ask_it_no_more_often_than_one() -> None:
    feeds = [feed(f"f{n}", per_minute=60) for n in range(10)]
    hub = Harvested(*feeds)

    await asyncio.gather(*(hub.ask(one) for one in feeds))

    gaps = [after - before for before, after in zip(hub.wire.moments, hub.wire.moments[1:], strict=False)]
    assert gaps == pytest.approx([60 / 54] * 9)  # the tenth part of the pace is never harvest's


@turned
async def test_feeds_of_one_host_share_its_places_and_the_strictest_figure_holds() -> None:
    feeds = [feed("a", concurrent=2), feed("b", concurrent=8), feed("c"), feed("d", per_minute=None)]
    hub = Harvested(*feeds, answers=(1.0,))

    await asyncio.gather(*(hub.ask(one) for one in feeds))

    assert hub.wire.most_flying == 1  # of two places one is never harvest's
    assert monotonic() == START + 4


@turned
async def test_a_host_that_says_too_many_to_one_feed_is_left_alone_by_all_of_them() -> None:
    first, second = feed("first"), feed("second")
    elsewhere = feed("elsewhere", "https://other.example/")
    hub = Harvested(first, second, elsewhere, answers=(httpx.Response(429, headers={"retry-after": "900"}), OK))

    await hub.ask(first)
    with pytest.raises(UpstreamThrottled) as caught:
        await hub.ask(second)
    await hub.ask(elsewhere)

    assert caught.value.retry_after == 900
    assert len(hub.wire.asked) == 2


@turned
async def test_a_host_that_is_out_of_service_until_a_time_is_left_alone_until_then() -> None:
    first, second = feed("first"), feed("second")
    hub = Harvested(first, second, answers=(httpx.Response(503, headers={"retry-after": "600"}), OK))

    assert (await hub.ask(first)).status_code == 503
    with pytest.raises(UpstreamThrottled):
        await hub.ask(second)
    await asyncio.sleep(600)
    assert (await hub.ask(second)).status_code == 200


def test_ports_schemes_and_capitals_do_not_tell_hosts_apart() -> None:
    same = [
        feed(f"{n}", url)
        for n, url in enumerate(("https://a.example/", "http://a.example:8080/", "https://A.Example./"))
    ]
    other = feed("other", "https://b.example/")

    manners = manners_of([*same, other])

    assert len({id(manners[source.id]) for source in same}) == 1
    assert manners[other.id] is not manners[same[0].id]


def test_a_service_of_our_own_keeps_its_own_figures_wherever_it_stands() -> None:
    """The city's services are one host behind a gateway, and each has the figures that its operators gave."""
    services = [a_source(id="a", per_minute=30), a_source(id="b")]

    manners = manners_of(services)

    assert manners["a"] is not manners["b"]
    assert (manners["a"].tempo.per_minute, manners["b"].tempo.per_minute) == (30, None)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 12), st.integers(1, 4)), min_size=1, max_size=8))
@settings(deadline=None)
def test_no_host_is_ever_asked_more_often_or_more_at_a_time_than_the_strictest_feed_says(
    told: list[tuple[str, int, int]],
) -> None:
    feeds = [
        feed(f"{n}", f"https://{host}.example/", per_minute=per_minute, concurrent=concurrent)
        for n, (host, per_minute, concurrent) in enumerate(told)
    ]

    @turned
    async def story() -> None:
        hub = Harvested(*feeds, answers=(0.5,))
        await asyncio.gather(*(hub.ask(one) for one in feeds))
        for host in {host for host, _, _ in told}:
            strictest = min(per_minute for its, per_minute, _ in told if its == host)
            asked = zip(hub.wire.moments, hub.wire.asked, strict=True)
            moments = [at for at, request in asked if request.url.host == f"{host}.example"]
            for first, after in zip(moments, moments[strictest:], strict=False):
                assert after - first >= 60 - 1e-6

    story()
