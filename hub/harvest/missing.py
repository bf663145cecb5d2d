"""Records asked for by their id: what others refer to and no list gave, and what a list suddenly lacks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Mapping, Sequence
from datetime import timedelta
from typing import Protocol, TypeVar

from hub.errors import PayloadChanged, UpstreamError, UpstreamRefused
from hub.fetch import Collection, Source, Wanted
from hub.index.crawls import CrawlState
from hub.index.write import Writer
from hub.records.core import Record, Ref

log = logging.getLogger(__name__)
T = TypeVar("T")

AT_ONCE = 200  # ids of one source in one round
NONE_KEEPS = timedelta(days=1)  # "there is no such thing" is asked again after this
UNLISTED_KEEPS = timedelta(days=7)  # and a record that its list leaves out after this


class Read(Protocol):
    """Asks upstream, past the cache of replies, and gives what the reply meant; an UpstreamError if it failed."""

    def __call__(self, wanted: Wanted[T]) -> Awaitable[T]: ...


async def ask(
    source: Source, collection: Collection, keys: Sequence[str], read: Read
) -> tuple[dict[str, Record | None], set[str]]:
    """The record of each key, None where its source says that there is none; and the keys whose answer was no use.

    Keys that are in neither were not asked: the source stopped answering.
    """
    told: dict[str, Record | None] = {}
    useless: set[str] = set()
    one = collection.one
    if one is None:
        return told, useless
    size = max(1, source.concurrent)
    for start in range(0, len(keys), size):
        block = keys[start : start + size]
        answers = await asyncio.gather(*(read(one(key)) for key in block), return_exceptions=True)
        stopped = False
        for key, answer in zip(block, answers, strict=True):
            if isinstance(answer, (UpstreamRefused, PayloadChanged)):
                useless.add(key)
            elif isinstance(answer, UpstreamError):
                stopped = True
                log.info("harvest.unanswered", extra={"source": source.name, "kind": collection.kind})
            elif isinstance(answer, BaseException):
                raise answer
            elif answer is not None and (answer.kind != collection.kind or answer.ref.source != source.id):
                useless.add(key)
            else:
                told[key] = answer
        if stopped:
            break
    return told, useless


def store(source: Source, collection: Collection, told: Mapping[str, Record | None], writer: Writer) -> int:
    """What `ask` was told, in the transaction that is open: records put, what there is none of withdrawn. Returns how
    many of them were new.
    """
    gone = [Ref(collection.kind, source.id, key) for key, record in told.items() if record is None]
    counts = writer.put([record for record in told.values() if record is not None], listed=False)
    writer.withdraw(gone)
    writer.asked(Ref(collection.kind, source.id, key) for key in told)
    return counts.new


async def fill(
    source: Source, collections: Sequence[Collection], states: Mapping[str, CrawlState], writer: Writer, read: Read
) -> int:
    """Ask for what is referred to and no list gave, and again for what no list gives; at most 200 ids. Only kinds whose
    list has been crawled: until then they may still come by it. Returns how many records came new.
    """
    left, new = AT_ONCE, 0
    for collection in collections:
        state = states.get(collection.kind)
        if collection.one is None or state is None or state.last_full is None or left <= 0:
            continue
        now = writer.now()
        keys = writer.to_ask(
            collection.kind, source.id, stubs_before=now - NONE_KEEPS, unlisted_before=now - UNLISTED_KEEPS
        )[:left]
        if not keys:
            continue
        told, useless = await ask(source, collection, keys, read)
        left -= len(keys)
        with writer.transaction():
            new += store(source, collection, told, writer)
            writer.asked(Ref(collection.kind, source.id, key) for key in useless)
    return new
