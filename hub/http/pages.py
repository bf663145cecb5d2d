"""What stands beside the graph: a page to try it, its schema, and what tells machines how the hub does."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from strawberry import Schema

from hub.domain.city import Hall
from hub.http.examples import examples
from hub.http.sending import OPEN, sent
from hub.index.crawls import State
from hub.observe.metrics import CONTENT_TYPE, Metrics

PAGE = Path(__file__).with_name("explorer.html").read_text(encoding="utf-8")
EXAMPLES = '<script type="application/json" id="examples">[]</script>'
NO_STORE = {"Cache-Control": "no-store"}


def policy(page: str) -> str:
    """Nothing but what stands in the page itself, and requests to where it came from."""

    def hashes(tag: str) -> str:
        inside = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        return " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(s.encode()).digest()).decode()}'" for s in inside)

    return (
        f"default-src 'none'; script-src {hashes('script')}; style-src {hashes('style')}; connect-src 'self';"
        " img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


class Pages:
    """The small routes of an app."""

    def __init__(self, schema: Schema, hall: Hall, metrics: Metrics) -> None:
        self._sdl = f"{schema.as_str().rstrip()}\n".encode()
        self._policy = policy(PAGE)
        self._hall = hall
        self._metrics = metrics
        metrics.registry.register(Collections(hall))

    def routes(self) -> list[Route]:
        return [
            Route("/", self.root),
            Route("/graphiql", self.explorer),
            Route("/schema.graphql", self.sdl),
            Route("/health/live", self.live),
            Route("/health/ready", self.ready),
            Route("/metrics", self.metrics),
        ]

    async def root(self, _: Request) -> Response:
        return RedirectResponse("/graphiql", status_code=307)

    async def explorer(self, _: Request) -> Response:
        # "<" is written as an escape: nothing in an example can end the element that holds it
        told = msgspec.json.encode(examples(self._hall.clock())).decode().replace("<", "\\u003c")
        return Response(
            PAGE.replace(EXAMPLES, EXAMPLES.replace("[]", told)),
            media_type="text/html",
            headers={
                "Content-Security-Policy": self._policy,
                "X-Content-Type-Options": "nosniff",
                "Referrer-Policy": "no-referrer",
                "Cache-Control": "no-cache",
            },
        )

    async def sdl(self, request: Request) -> Response:
        headers = {
            **OPEN,
            "Content-Type": "text/plain; charset=utf-8",
            "Cache-Control": "public, max-age=300",
            "Vary": "Accept-Encoding",
        }
        return sent(request, self._sdl, headers, etag=True)

    async def live(self, _: Request) -> Response:
        """The process answers."""
        return JSONResponse({"live": True}, headers=NO_STORE)

    async def ready(self, _: Request) -> Response:
        """503 while a collection has neither data nor a first crawl that was tried to its end."""
        waiting = self.waiting()
        told = {"ready": not waiting, "waitingFor": waiting}
        return JSONResponse(told, 503 if waiting else 200, headers=NO_STORE)

    def waiting(self) -> list[str]:
        """source/kind of each collection that is still to come."""
        crawls = {(crawl.source, crawl.collection): crawl for crawl in self._hall.index.crawls()}
        waiting = []
        for gathered in self._hall.gathered:
            crawl = crawls.get((gathered.source, gathered.kind))
            is_new = crawl is None or (crawl.last_full is None and crawl.state in {State.NEVER, State.CRAWLING})
            if gathered.is_on and is_new:
                waiting.append(f"{self._hall.sources[gathered.source].name}/{gathered.kind}")
        return sorted(waiting)

    async def metrics(self, _: Request) -> Response:
        return Response(self._metrics.render(), headers={**NO_STORE, "Content-Type": CONTENT_TYPE})


class Collections(Collector):
    """What the index holds, the same from every worker; all other figures are those of the worker that answers."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall

    def describe(self) -> list[GaugeMetricFamily]:
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        records = GaugeMetricFamily("cityhub_collection_records", "Records kept.", labels=["source", "kind"])
        dropped = GaugeMetricFamily(
            "cityhub_collection_dropped", "Rows of the last crawl that could not be read.", labels=["source", "kind"]
        )
        confirmed = GaugeMetricFamily(
            "cityhub_collection_confirmed_timestamp_seconds",
            "When all of it was last known to be so; 0: never.",
            labels=["source", "kind"],
        )
        for crawl in self._hall.index.crawls():
            source = self._hall.sources.get(crawl.source)
            labels = [source.name if source is not None else crawl.source, crawl.collection]
            records.add_metric(labels, crawl.records)
            dropped.add_metric(labels, crawl.dropped)
            confirmed.add_metric(labels, crawl.confirmed.timestamp() if crawl.confirmed is not None else 0.0)
        yield from (records, dropped, confirmed)
