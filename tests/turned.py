"""A clock that is turned by hand: an event loop whose time jumps to whatever is awaited next. Nothing sleeps."""

from __future__ import annotations

import asyncio
import functools
import selectors
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, ParamSpec

P = ParamSpec("P")
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
START = 1_000.0


class _Jumping(selectors.DefaultSelector):
    """Where asyncio would wait for the next timer, the time moves there instead."""

    loop: TurnedLoop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if timeout is None:
            ready = super().select(5)  # a thread (the loop's own shutdown) may still report
            if not ready:
                raise RuntimeError("everything waits and nothing will ever happen")
            return ready
        self.loop.turned += timeout
        return []


class TurnedLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        selector = _Jumping()
        selector.loop = self
        self.turned = START
        super().__init__(selector)

    def time(self) -> float:
        return self.turned


def turned(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Runs an async test on a loop with a hand-turned clock."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        with asyncio.Runner(loop_factory=TurnedLoop) as runner:
            runner.run(test(*args, **kwargs))

    return run


def monotonic() -> float:
    return asyncio.get_running_loop().time()


def clock() -> datetime:
    """Noon when the test begins."""
    return NOON + timedelta(seconds=monotonic() - START)
