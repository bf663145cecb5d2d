"""What a domain function reads besides the records that it gives, and whom it may have to ask.

Told beside the function, so that `hub explain` and `hub schema --edges` know it without running anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeVar

import msgspec

F = TypeVar("F", bound=Callable[..., Any])


class Asks(msgspec.Struct, frozen=True, kw_only=True):
    """Who is asked: those look-ups of the `Hall`.

    `requests`: how many are sent at most by one of them for so many parents, retries apart.
    `spared`: whether the index alone answers a field with these arguments, by their names and words in the graph.
    `parents`: under how many parents of one operation at all, where each needs a request of its own by nature.
    """

    whom: Literal["catalogues", "circulations", "times"]
    requests: Callable[[Any, int], int]
    parents: int | None = None
    spared: Callable[[Mapping[str, Any]], bool] | None = None


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """`kinds`: of records in the index. No `asks`: the index alone answers."""

    kinds: tuple[str, ...] = ()
    asks: Asks | None = None


NOTHING_MORE = Reading()
_told: dict[Callable[..., Any], Reading] = {}


def reads(*kinds: str, asks: Asks | None = None) -> Callable[[F], F]:
    """Says what a domain function reads; the function itself stays as it is."""

    def tell(function: F) -> F:
        _told[function] = Reading(kinds=kinds, asks=asks)
        return function

    return tell


def reading_of(function: Callable[..., Any]) -> Reading:
    """What was told of it; nothing more than what it gives, if nothing was."""
    return _told.get(function, NOTHING_MORE)
