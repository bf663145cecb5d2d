"""An app on the shared socket, for as long as the parent lives."""

from __future__ import annotations

import asyncio
import socket

import uvicorn
import uvloop
from starlette.applications import Starlette

from hub.processes.child import when_alone

GRACE = 3  # seconds for answers that are under way


def answer(app: Starlette, number: int) -> None:
    """Serves an app on a listening socket until the parent says so, or is gone."""
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            http="httptools",
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,  # addresses and queries are nobody's business
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=20,
            timeout_graceful_shutdown=GRACE,
        )
    )

    async def serve() -> None:
        def end() -> None:
            server.should_exit = True

        when_alone(end)
        await server.serve(sockets=[socket.socket(fileno=number)])

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve())
    if not server.started:
        raise SystemExit("the app did not start")
