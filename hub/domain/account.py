"""What one answer was made of, for whoever asks with `X-Hub-Explain: 1`: names, numbers and ages. No addresses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal, TypeVar

import msgspec

from hub.domain.answers import state_of
from hub.domain.city import City, Hall
from hub.errors import UpstreamError
from hub.fetch import Fetch, Joined, Source, Tally, Wanted
from hub.fetcher import Fetched, FromCache
from hub.index.watched import Watched
from hub.records.core import LANGUAGES, Language

T = TypeVar("T")
From = Literal["INDEX", "CACHE", "STALE", "ASKED", "FAILED"]
WAYS: dict[FromCache, From] = {"hit": "CACHE", "stale": "STALE", "miss": "ASKED"}


class FromIndex(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Statements of the whole answer, the rows that they gave, and how long they took together."""

    statements: int
    rows: int
    milliseconds: float


class Part(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """What one source gave in one way.

    Of the index: records of a kind, the state of their collection as in `answers`, and the seconds since it was last
    confirmed. Of look-ups: how many, the requests that were sent for them (none if another caller's question was waited
    for), how long the longest took, the age of the oldest reply, and the code of the last error.
    """

    source: str
    from_: From = msgspec.field(name="from")
    kind: str | None = None
    state: str | None = None
    records: int | None = None
    look_ups: int | None = None
    calls: int | None = None
    milliseconds: float | None = None
    age_seconds: float | None = None
    error: str | None = None


class Told(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    milliseconds: float
    index: FromIndex
    sources: list[Part]


class _LookUp(msgspec.Struct, frozen=True, kw_only=True):
    source: str
    from_: From
    calls: int
    seconds: float
    read_at: datetime | None
    error: str | None


class Watching(City):
    """A city that writes down what is read and asked. One that nobody watches has none of this to pay for."""

    def __init__(self, hall: Hall, languages: tuple[Language, ...] = LANGUAGES) -> None:
        super().__init__(hall, languages)
        self.index = self._read = Watched(hall.index, clock=hall.monotonic)
        self._began = hall.monotonic()
        self._look_ups: list[_LookUp] = []

    async def fetch(self, wanted: Wanted[T], *, seconds: float | None = None) -> Fetched[T]:
        began, tally = self.hall.monotonic(), Tally()
        way: From = "FAILED"
        read_at: datetime | None = None
        error: UpstreamError | None = None
        try:
            fetched = await self.fetcher.fetch(wanted, deadline=self.until(seconds), tally=tally)
            way, read_at, error = WAYS[fetched.from_cache], fetched.read_at, fetched.error
        except UpstreamError as failure:
            error = failure
            raise
        finally:
            self._look_ups.append(
                _LookUp(
                    source=_source(wanted).name,
                    from_=way,
                    calls=tally.sent,
                    seconds=self.hall.monotonic() - began,
                    read_at=read_at,
                    error=None if error is None else error.code,
                )
            )
        return fetched

    def told(self) -> Told:
        """What came until now. What tells it reads nothing that is counted."""
        read = FromIndex(
            statements=self._read.statements,
            rows=self._read.rows_read,
            milliseconds=_milliseconds(self._read.seconds),
        )
        whole = _milliseconds(self.hall.monotonic() - self._began)
        return Told(milliseconds=whole, index=read, sources=[*self._from_index(), *self._looked_up()])

    def _from_index(self) -> Iterator[Part]:
        counted: defaultdict[tuple[str, str], int] = defaultdict(int)
        for ref in self._read.records:
            counted[ref.source, ref.kind] += 1
        for (id_, kind), count in sorted(counted.items()):
            source, gathered = self.sources.get(id_), self.collection(id_, kind)
            said = None if gathered is None else state_of(self, gathered)
            yield Part(
                source=id_ if source is None else source.name,
                from_="INDEX",
                kind=kind,
                state=None if said is None else said.state.value,
                records=count,
                age_seconds=self._age(None if said is None else said.fetched_at),
            )

    def _looked_up(self) -> Iterator[Part]:
        ways: defaultdict[tuple[str, From], list[_LookUp]] = defaultdict(list)
        for one in self._look_ups:
            ways[one.source, one.from_].append(one)
        for (source, way), many in sorted(ways.items()):
            ages = [one.read_at for one in many if one.read_at is not None]
            yield Part(
                source=source,
                from_=way,
                look_ups=len(many),
                calls=sum(one.calls for one in many),
                milliseconds=_milliseconds(max(one.seconds for one in many)),
                age_seconds=self._age(min(ages, default=None)),
                error=next((one.error for one in reversed(many) if one.error is not None), None),
            )

    def _age(self, at: datetime | None) -> float | None:
        return None if at is None else round(max(0.0, (self.hall.clock() - at).total_seconds()), 1)


def _source(wanted: Wanted[Any]) -> Source:
    first: Fetch[Any] = wanted.parts[0] if isinstance(wanted, Joined) else wanted
    return first.source


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 1)
