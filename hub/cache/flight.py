"""Single flight: of those who want the same at the same time, one asks and all get what it brings, error included."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Flights(Generic[T]):
    """In one process. A flight ends by its own deadline, not by its askers': who leaves does not cancel it, not even
    the last, since its answer is kept for the next.
    """

    def __init__(self) -> None:
        self._flying: dict[str, asyncio.Task[T]] = {}

    def start(self, key: str, work: Callable[[], Awaitable[T]]) -> asyncio.Task[T]:
        """The flight for this key, begun now if there is none."""
        flight = self._flying.get(key)
        if flight is None:
            flight = asyncio.create_task(awaited(work))
            self._flying[key] = flight
            flight.add_done_callback(lambda done: self._landed(key, done))
        return flight

    async def run(self, key: str, work: Callable[[], Awaitable[T]]) -> T:
        return await asyncio.shield(self.start(key, work))

    def _landed(self, key: str, flight: asyncio.Task[T]) -> None:
        if self._flying.get(key) is flight:
            del self._flying[key]
        if not flight.cancelled():
            flight.exception()  # seen: with all askers gone nobody else looks at it

    def __len__(self) -> int:
        return len(self._flying)

    async def aclose(self) -> None:
        """Cancel what is still in the air and wait for its end."""
        flying = list(self._flying.values())
        for flight in flying:
            flight.cancel()
        await asyncio.gather(*flying, return_exceptions=True)


async def awaited(work: Callable[[], Awaitable[T]]) -> T:
    return await work()
