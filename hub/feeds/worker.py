"""Runs one `parse` in a child process with a limit of time and memory, and kills it when it passes them.

To the child goes the parse function by name with its reply (pickled: we trust ourselves); back comes msgpack, decoded
as the function's return type: what a stranger's bytes may have made of the child can hand us values of that type only.
"""

from __future__ import annotations

import asyncio
import functools
import pickle
import sys
import typing
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import msgspec

from hub.errors import PayloadChanged
from hub.fetch import Fetch, Reply, T

CHILD: Final = Path(__file__).with_name("child.py")
BLOCK: Final = 1 << 16


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """`memory` and `answer` in bytes. A feed of 20 000 events (8 MB) takes 3 s and 150 MB."""

    wall: timedelta = timedelta(seconds=20)
    memory: int = 768 << 20
    answer: int = 128 << 20


LIMITS: Final = Limits()


async def parse_isolated(fetch: Fetch[T], reply: Reply, limits: Limits = LIMITS) -> T:
    """What `fetch.parse(reply)` gives. PayloadChanged if it raises that, or fails, or passes a limit.

    `fetch.parse` is a function of a module, or a `partial` of one, with its return type in its signature. Cancelled,
    it takes the child with it.
    """
    shape = _return_type(fetch.parse)
    sent = msgspec.structs.replace(reply, headers=dict(reply.headers))
    job = pickle.dumps({"path": sys.path, "memory": limits.memory, "parse": pickle.dumps((fetch.parse, sent))})
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-P", str(CHILD), stdin=PIPE, stdout=PIPE, stderr=None, env={"LANG": "C.UTF-8"}
    )
    try:
        async with asyncio.timeout(limits.wall.total_seconds()):
            answer = await _answer(child, job, limits.answer)
            status = 0 if answer is None else await child.wait()
    except TimeoutError as error:
        raise reply.changed(f"it was not read within {limits.wall.total_seconds():g} s") from error
    finally:
        await _end(child)
    if answer is None:
        raise reply.changed(f"what was read is more than {limits.answer} bytes")
    value: T = _outcome(answer, status, shape, reply)
    return value


async def _end(child: Process) -> None:
    """Kills it if it runs. Its last words are read and forgotten: asyncio waits for the end of its pipes too."""
    if child.returncode is not None:
        return
    child.kill()
    assert child.stdout is not None
    while await child.stdout.read(BLOCK):
        pass
    await child.wait()


async def _answer(child: Process, job: bytes, most: int) -> bytes | None:
    """All that the child writes; None if that is too much."""
    assert child.stdin is not None
    assert child.stdout is not None
    sending = asyncio.create_task(_send(child.stdin, job))
    parts: list[bytes] = []
    size = 0
    try:
        while part := await child.stdout.read(BLOCK):
            size += len(part)
            if size > most:
                return None
            parts.append(part)
        await sending
    finally:
        sending.cancel()
    return b"".join(parts)


async def _send(stdin: asyncio.StreamWriter, job: bytes) -> None:
    try:
        stdin.write(job)
        await stdin.drain()
        stdin.close()
    except (BrokenPipeError, ConnectionResetError):
        return  # it ended before it had read all: its status says why


def _outcome(answer: bytes, status: int, shape: Any, reply: Reply) -> Any:
    if status != 0 or not answer:
        raise reply.changed(f"it could not be read: the reading process ended with {status}")
    kind, content = answer[:1], answer[1:]
    if kind == b"=":
        try:
            return msgspec.msgpack.decode(content, type=shape)
        except msgspec.MsgspecError as error:
            raise reply.changed(f"what was read is not what was promised: {error}") from error
    reason = content.decode(errors="replace")
    if kind == b"!":
        raise PayloadChanged(reason, source=reply.source.name)
    raise reply.changed(f"it could not be read: {reason}")


def _return_type(parse: Callable[[Reply], Any]) -> Any:
    function = parse
    while isinstance(function, functools.partial):
        function = function.func
    return typing.get_type_hints(function)["return"]
