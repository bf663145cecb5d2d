"""Counters and times for Prometheus, one registry an app: two apps live in one process."""

from __future__ import annotations

from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BREAKER = {"closed": 0, "half_open": 1, "open": 2}


class Metrics:
    """Labels are names from the configuration and words from closed lists, never anything that a caller sent."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "cityhub_upstream_requests",
            "Requests sent to sources, every try counted; outcome: answered, refused, throttled, unavailable, "
            "timeout, unreadable, left.",
            ["source", "outcome"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "cityhub_upstream_seconds",
            "Seconds that a request to a source took, body included.",
            ["source"],
            registry=self.registry,
            buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
        )
        self._lookups = Counter(
            "cityhub_lookups",
            "Look-ups by what the cache had; result: hit, stale, miss, failed.",
            ["source", "result"],
            registry=self.registry,
        )
        self._breaker = Gauge(
            "cityhub_breaker_state",
            "0: the source is asked; 1: a few trials are; 2: it is left alone.",
            ["source"],
            registry=self.registry,
        )
        self._unreadable = Counter(
            "cityhub_unreadable_replies",
            "Replies that no longer have the shape that we read.",
            ["source"],
            registry=self.registry,
        )
        self._cache_down = Counter(
            "cityhub_cache_failures", "Times that the shared cache began to fail.", registry=self.registry
        )

        self._answers = Histogram(
            "cityhub_answer_seconds",
            "Seconds that a request to /graphql took; outcome: executed, refused.",
            ["outcome"],
            registry=self.registry,
            buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
        )

    def answer(self, outcome: Literal["executed", "refused"], seconds: float) -> None:
        self._answers.labels(outcome).observe(seconds)

    def upstream_request(self, source: str, outcome: str, seconds: float) -> None:
        self._requests.labels(source, outcome).inc()
        self._seconds.labels(source).observe(seconds)

    def lookup(self, source: str, result: Literal["hit", "stale", "miss", "failed"]) -> None:
        self._lookups.labels(source, result).inc()

    def breaker(self, source: str, state: str) -> None:
        self._breaker.labels(source).set(BREAKER[state])

    def unreadable(self, source: str) -> None:
        self._unreadable.labels(source).inc()

    def cache_failed(self) -> None:
        self._cache_down.inc()

    def render(self) -> bytes:
        """The whole as Prometheus' text; CONTENT_TYPE goes with it."""
        return generate_latest(self.registry)
