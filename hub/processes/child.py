"""A child's side: its job from standard input, and when it is to end."""

from __future__ import annotations

import asyncio
import logging
import os
import pickle
import sys
from collections.abc import Callable
from types import TracebackType
from typing import TypeVar

from hub.processes.family import SIZE

T = TypeVar("T")
log = logging.getLogger(__name__)
STDIN = 0


def read_job(shape: type[T]) -> T:
    """What the parent wants done. Pickled: we trust ourselves, and nobody else can write here.

    From now on what ends this process is an event in its log.
    """
    sys.excepthook = tell
    length = int.from_bytes(_exactly(SIZE), "big")
    job = pickle.loads(_exactly(length))  # noqa: S301 - from our own parent, see above
    assert isinstance(job, shape)
    return job


def tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    log.critical("process.failed", exc_info=(kind, error, trace))


def _exactly(length: int) -> bytes:
    parts = b""
    while len(parts) < length:
        part = os.read(STDIN, length - len(parts))
        if not part:
            raise SystemExit("started without a parent: this is a child of `hub serve`")
        parts += part
    return parts


def when_alone(end: Callable[[], None]) -> None:
    """Calls `end` when the parent is gone. On the running loop."""
    loop = asyncio.get_running_loop()

    def readable() -> None:
        if not os.read(STDIN, 1):
            loop.remove_reader(STDIN)
            end()

    loop.add_reader(STDIN, readable)
