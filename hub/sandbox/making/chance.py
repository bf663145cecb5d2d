"""Chance that can be repeated: it depends on nothing but the names it is asked with."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar
from zlib import crc32

T = TypeVar("T")


def seeded(*names: object) -> Random:
    """A generator of its own for this subject; the same one in every process and on every date."""
    return Random("/".join(map(str, names)))


def share(*names: object) -> float:
    """A number in [0, 1) for this subject, cheap: for yes-or-no questions (`share(id, "cancelled") < 0.03`).

    A checksum alone gives near names near numbers, so its bits are stirred (two rounds of multiply and shift).
    """
    bits = crc32("/".join(map(str, names)).encode())
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B)):
        bits = ((bits ^ bits >> shift) * factor) & 0xFFFFFFFF
    return (bits ^ bits >> 16) / 2**32


def pick(options: Sequence[T], *names: object) -> T:
    return options[int(share(*names) * len(options))]
