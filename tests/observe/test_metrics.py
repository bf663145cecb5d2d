from __future__ import annotations

from hub.observe.metrics import Metrics


def test_two_apps_in_one_process_count_apart() -> None:
    one, other = Metrics(), Metrics()
    one.lookup("kirkanta", "hit")
    assert b'cityhub_lookups_total{result="hit",source="kirkanta"} 1.0' in one.render()
    assert b'source="kirkanta"' not in other.render()


def test_everything_counted_is_rendered() -> None:
    metrics = Metrics()
    metrics.upstream_request("finna", "timeout", 2.0)
    metrics.breaker("finna", "half_open")
    metrics.unreadable("finna")
    metrics.cache_failed()
    text = metrics.render().decode()
    for line in (
        'cityhub_upstream_requests_total{outcome="timeout",source="finna"} 1.0',
        'cityhub_upstream_seconds_sum{source="finna"} 2.0',
        'cityhub_breaker_state{source="finna"} 1.0',
        'cityhub_unreadable_replies_total{source="finna"} 1.0',
        "cityhub_cache_failures_total 1.0",
    ):
        assert line in text
