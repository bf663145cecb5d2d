"""The world's side of these tests: a source, and a wire that does what it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta

import httpx

from hub.fetch import Source
from hub.records.core import LocalizedText
from hub.transport.call import EXTENSION, Call

Answer = httpx.Response | Exception | float


def a_source(**changes: object) -> Source:
    told: dict[str, object] = {
        "name": "kirkanta",
        "id": "kirkanta",
        "connector": "kirkanta",
        "url": "https://library.example/v4/",
        "title": LocalizedText(en="Libraries"),
        "timeout": timedelta(seconds=5),
    }
    return Source(**(told | changes))  # type: ignore[arg-type]  # each test names fields of the right types


def a_request(path: str = "library/84860", *, call: Call | None = None, method: str = "GET") -> httpx.Request:
    return httpx.Request(
        method, f"https://library.example/v4/{path}", extensions={} if call is None else {EXTENSION: call}
    )


class Scripted(httpx.AsyncBaseTransport):
    """Gives one answer after the other, the last for ever: a reply, an error, or silence for so many seconds first."""

    def __init__(self, *answers: Answer, monotonic: Callable[[], float] | None = None) -> None:
        self.answers: Sequence[Answer] = answers
        self.asked: list[httpx.Request] = []
        self.moments: list[float] = []
        self.flying = 0
        self.most_flying = 0
        self._monotonic = monotonic or (lambda: asyncio.get_running_loop().time())

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = self.answers[min(len(self.asked), len(self.answers) - 1)]
        self.asked.append(request)
        self.moments.append(self._monotonic())
        self.flying += 1
        self.most_flying = max(self.most_flying, self.flying)
        try:
            if isinstance(answer, float):
                await asyncio.sleep(answer)
                return httpx.Response(200, json={})
            if isinstance(answer, Exception):
                raise answer
            return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content, request=request)
        finally:
            self.flying -= 1


class Pieces(httpx.AsyncByteStream):
    """A body that comes piece by piece, with a pause before each."""

    def __init__(self, pieces: Sequence[bytes], pause: float = 0.0) -> None:
        self.pieces = pieces
        self.pause = pause
        self.given = 0
        self.closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            if self.pause:
                await asyncio.sleep(self.pause)
            self.given += 1
            yield piece

    async def aclose(self) -> None:
        self.closed = True


async def settled(awaitable: Awaitable[httpx.Response]) -> httpx.Response | Exception:
    try:
        return await awaitable
    except Exception as error:  # noqa: BLE001 - the test looks at what it was
        return error
