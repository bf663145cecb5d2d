"""Many keys in one statement. Bound one by one: JSON would lose what stands behind a NUL in a hostile key."""

from __future__ import annotations

from collections.abc import Collection, Iterator

SIZES = (1, 10, 100, 500)  # few lengths, so that few statements are prepared


def blocks(keys: Collection[str]) -> Iterator[tuple[str, list[str]]]:
    """Question marks and the keys for them, the last key repeated to fill a block. No keys: no block."""
    ordered = sorted(keys)
    start = 0
    while start < len(ordered):
        left = len(ordered) - start
        size = next((size for size in SIZES if size >= left), SIZES[-1])
        block = ordered[start : start + size]
        start += size
        yield ",".join("?" * size), block + block[-1:] * (size - len(block))
