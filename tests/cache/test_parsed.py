from __future__ import annotations

from collections.abc import Callable
from functools import partial

from hub.cache.parsed import Parsed, identity
from tests.turned import NOON


class Connector:
    def read(self, reply: bytes, *, skip: int = 0) -> str:
        return f"{reply!r} {skip}"

    def library(self, language: str) -> Callable[[bytes], str]:
        return lambda reply: self.read(reply) + language


ONE, OTHER = Connector(), Connector()


def test_the_same_way_of_reading_is_known_again() -> None:
    assert identity(ONE.read) == identity(ONE.read)
    assert identity(partial(ONE.read, skip=5)) == identity(partial(ONE.read, skip=5))
    assert identity(ONE.library("fi")) == identity(ONE.library("fi"))


def test_another_way_of_reading_the_same_reply_is_told_apart() -> None:
    ways: list[Callable[[bytes], str]] = [
        ONE.read,
        OTHER.read,
        partial(ONE.read, skip=5),
        partial(ONE.read, skip=6),
        ONE.library("fi"),
        ONE.library("sv"),
        OTHER.library("fi"),
    ]
    known = [identity(way) for way in ways]
    assert None not in known
    assert len(set(known)) == len(ways)


def test_what_cannot_be_told_apart_is_not_kept() -> None:
    seen: list[str] = []
    parsed = Parsed(1 << 20)

    def read(reply: bytes) -> str:
        return f"{seen}{reply!r}"

    assert identity(read) is None
    parsed.put("k", NOON, read, "value", size=10)
    assert parsed.get("k", NOON, read) is None


def test_none_is_a_value_like_any_other() -> None:
    parsed = Parsed(1 << 20)
    assert parsed.get("k", NOON, ONE.read) is None
    parsed.put("k", NOON, ONE.read, None, size=10)
    assert parsed.get("k", NOON, ONE.read) == [None]
