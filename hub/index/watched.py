"""The index as one request sees it that wants to know what its answer cost."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from hub.index.read import Index
from hub.records.core import Ref


class _Member(msgspec.Struct):
    ref: Ref


class _Body(msgspec.Struct):
    """What every stored record begins with; a merged one names those that it is made of."""

    ref: Ref
    members: tuple[_Member, ...] = ()


_body = msgspec.msgpack.Decoder(_Body)


class Watched(Index):
    """Asks the same connection, and writes down statements, rows, seconds, and which records came.

    Nothing of an open index is made anew, so its `__init__` is not run; what reads, reads by `rows` and `slow_rows`.
    """

    def __init__(self, index: Index, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._index = index
        self._now = clock
        self.statements = 0
        self.rows_read = 0
        self.seconds = 0.0
        self.records: set[Ref] = set()

    @property
    def is_there(self) -> bool:
        return self._index.is_there

    @property
    def file(self) -> str | None:
        return self._index.file

    def close(self) -> None:
        """The other's to close."""

    def generations(self) -> Mapping[str, int]:
        return self._index.generations()

    def rows(self, sql: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
        began = self._now()
        found = self._index.rows(sql, params)
        self._note(found, self._now() - began)
        return found

    async def slow_rows(
        self, sql: str, params: Sequence[Any] | Mapping[str, Any] = (), *, deadline: float
    ) -> list[tuple[Any, ...]]:
        began = self._now()
        found: list[tuple[Any, ...]] = []
        try:
            found = await self._index.slow_rows(sql, params, deadline=deadline)
        finally:
            self._note(found, self._now() - began)
        return found

    def _note(self, rows: Sequence[tuple[Any, ...]], seconds: float) -> None:
        self.statements += 1
        self.rows_read += len(rows)
        self.seconds += seconds
        for row in rows:
            for value in row:
                if isinstance(value, bytes):
                    self._note_body(value)

    def _note_body(self, body: bytes) -> None:
        try:
            found = _body.decode(body)
        except msgspec.MsgspecError:
            return  # bytes that are no record
        self.records.add(found.ref)
        self.records.update(member.ref for member in found.members)
