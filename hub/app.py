"""Wires what answers: index (read-only) and fetcher, hall, schema, HTTP. No global state: one process may hold two."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

from prometheus_client import Info
from starlette.applications import Starlette
from starlette.routing import Route

from hub.configured import Settings
from hub.domain.city import Hall
from hub.exchange import Wire
from hub.http.graphql import METHODS, GraphQLEndpoint, failed
from hub.http.pages import Pages
from hub.index.read import Index
from hub.observe.metrics import Metrics
from hub.schema.schema import schema
from hub.wiring import Clock, catalogues_of, circulations_of, fetching, gathered_by, times_of, utc_now


def create_app(
    settings: Settings,
    *,
    wire: Wire | None = None,
    clock: Clock = utc_now,
    monotonic: Callable[[], float] = time.monotonic,
) -> Starlette:
    """The app that serves from `settings.folder`. Index and connections are opened when it starts, on its own loop:
    after a fork, never before. `wire`: what carries requests in place of the network.
    """

    @asynccontextmanager
    async def started(app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            metrics = Metrics()
            worker = Info("cityhub_worker", "Which process answers: counters are its own.", registry=metrics.registry)
            worker.info({"pid": f"{os.getpid()}"})
            fetcher = await stack.enter_async_context(
                fetching(settings, wire=wire, clock=clock, monotonic=monotonic, metrics=metrics)
            )
            index = Index(settings.folder, clock=monotonic)
            stack.callback(index.close)
            hall = Hall(
                index=index,
                fetcher=fetcher,
                sources={source.id: source for source in settings.sources},
                gathered=gathered_by(settings),
                catalogues=catalogues_of(settings),
                circulations=circulations_of(settings),
                times=times_of(settings),
                off=settings.off,
                clock=clock,
                monotonic=monotonic,
                zone=settings.zone,
            )
            stack.push_async_callback(hall.asked_times.aclose)
            endpoint = GraphQLEndpoint(schema, hall, metrics, languages=settings.languages)
            app.router.routes[:] = [
                Route("/graphql", endpoint.respond, methods=list(METHODS)),
                *Pages(schema, hall, metrics).routes(),
            ]
            app.state.hall = hall
            yield

    return Starlette(lifespan=started, exception_handlers={Exception: failed})


@asynccontextmanager
async def harvested_app(
    settings: Settings,
    *,
    wire: Wire | None = None,
    clock: Clock = utc_now,
    monotonic: Callable[[], float] = time.monotonic,
) -> AsyncIterator[Starlette]:
    """The app, started, over everything that one harvest brought: for tests and benchmarks."""
    from hub.harvesting import harvest_once  # noqa: PLC0415 - a worker does without geometry and derivation

    await harvest_once(settings, wire=wire, clock=clock, monotonic=monotonic, synchronous="OFF")
    async with running(create_app(settings, wire=wire, clock=clock, monotonic=monotonic)) as app:
        yield app


@asynccontextmanager
async def running(app: Starlette) -> AsyncIterator[Starlette]:
    """The app between its start and its end, where no server sees to them."""
    async with app.router.lifespan_context(app):
        yield app
