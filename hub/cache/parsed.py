"""What replies mean, kept in the process so that a reply is parsed once: bounded by bytes, values immutable."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import datetime
from functools import partial
from types import FunctionType, MethodType
from typing import Any

from hub.cache.bounded import Bounded

Key = tuple[str, datetime, Hashable]


class Parsed:
    """Values by reply (its key and the moment it was read) and by what read it.

    A value is taken to weigh four times its reply's bytes: msgspec structs measure two to five.
    """

    def __init__(self, most: int) -> None:
        self._held: Bounded[Key, list[Any]] = Bounded(most)  # in a list of one, for None is a value

    def get(self, key: str, read_at: datetime, parse: Callable[..., Any]) -> list[Any] | None:
        """The value alone in a list; None: not known."""
        reader = identity(parse)
        return None if reader is None else self._held.get((key, read_at, reader))

    def put(self, key: str, read_at: datetime, parse: Callable[..., Any], value: object, *, size: int) -> None:
        reader = identity(parse)
        if reader is not None:
            self._held.put((key, read_at, reader), [value], 4 * size + 600)


def identity(parse: Callable[..., Any]) -> Hashable | None:
    """What tells one parse from another: its code and all that it was made with, since one request may be read in
    several ways. None where that can't be told; its values are then not kept.
    """
    try:
        parts = parts_of(parse)
        hash(parts)
    except (TypeError, ValueError):  # something unhashable, or a cell that is still empty
        return None
    return parts


def parts_of(parse: object) -> Hashable:
    if isinstance(parse, partial):
        return ("partial", parts_of(parse.func), parse.args, tuple(sorted(parse.keywords.items())))
    if isinstance(parse, MethodType):
        return ("method", parts_of(parse.__func__), parse.__self__)
    if isinstance(parse, FunctionType):
        closed = tuple(parts_of(cell.cell_contents) for cell in parse.__closure__ or ())
        named = tuple(sorted((parse.__kwdefaults__ or {}).items()))
        return ("function", parse.__code__, parse.__defaults__, named, closed)
    if not isinstance(parse, Hashable):
        raise TypeError("unhashable")
    return parse
