"""Many keys in one statement. Bound one by one: JSON would lose what stands behind a NUL in a hostile key."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TypeVar

T = TypeVar("T", str, tuple[str, ...])
SIZES = (1, 10, 100, 500)  # few lengths, so that few statements are prepared


def blocks(keys: Collection[str]) -> Iterator[tuple[str, list[str]]]:
    """Question marks and the keys for them, the last key repeated to fill a block. No keys: no block."""
    for block in _filled(sorted(keys)):
        yield ",".join("?" * len(block)), block


def tuple_blocks(keys: Collection[tuple[str, ...]]) -> Iterator[tuple[str, list[str]]]:
    """The same for keys of several columns: `(?,?,?),(?,?,?)`, to stand behind VALUES."""
    for block in _filled(sorted(keys)):
        marks = f"({','.join('?' * len(block[0]))})"
        yield ",".join([marks] * len(block)), [part for key in block for part in key]


def _filled(ordered: list[T]) -> Iterator[list[T]]:
    start = 0
    while start < len(ordered):
        left = len(ordered) - start
        size = next((size for size in SIZES if size >= left), SIZES[-1])
        block = ordered[start : start + size]
        start += size
        yield block + block[-1:] * (size - len(block))
