"""A mapping that holds so many bytes and forgets what was used longest ago."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Bounded(Generic[K, V]):
    """At most `most` bytes by the weights given; what weighs more than an eighth of it is not kept at all.

    The stored object itself is handed out, so values must be immutable.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self.weight = 0

    def get(self, key: K) -> V | None:
        found = self._held.get(key)
        if found is None:
            return None
        self._held.move_to_end(key)
        return found[0]

    def put(self, key: K, value: V, weight: int) -> None:
        self.drop(key)
        if weight > self._most // 8:
            return
        self._held[key] = value, weight
        self.weight += weight
        while self.weight > self._most:
            _, (_, freed) = self._held.popitem(last=False)
            self.weight -= freed

    def drop(self, key: K) -> None:
        found = self._held.pop(key, None)
        if found is not None:
            self.weight -= found[1]

    def drop_where(self, matches: Callable[[V], bool]) -> None:
        for key in [key for key, (value, _) in self._held.items() if matches(value)]:
            self.drop(key)

    def __len__(self) -> int:
        return len(self._held)
