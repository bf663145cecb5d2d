"""What a source's section says to its connector alone, read key by key: every mistake is gathered, none is guessed at.

    with Options(source) as given:
        self.page = given.address("page", PAGE_FOR_PEOPLE, holding="{id}")
        self.lists_all = given.flag("lists_all")

At the end of the block comes one BadSettings with all that was wrong, each with its key and what was expected.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from types import TracebackType
from typing import Any, Self, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hub.connectors.weblinks import weblink
from hub.errors import BadSettings
from hub.fetch import Source

T = TypeVar("T")
D = TypeVar("D")

LONGEST = 300  # characters of a text
LONGEST_SHOWN = 60  # of what was written, in a message


class Options:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.mistakes: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None and self.mistakes:
            raise BadSettings(self.mistakes)

    def read(self, key: str, default: D, meant: Callable[[Any], T], expected: str) -> T | D:
        """What `meant` makes of it; its ValueError or TypeError is a mistake. `default` where the section has none."""
        given = self.source.options.get(key)
        if given is None:
            return default
        try:
            return meant(given)
        except (ValueError, TypeError):
            self.wrong(key, f"{given!r:.{LONGEST_SHOWN}}, expected {expected}")
            return default

    def wrong(self, key: str, why: str) -> None:
        self.mistakes.append(f"sources.{self.source.name}.{key}: {why}")

    def text(self, key: str, default: str, expected: str = "a text") -> str:
        return self.read(key, default, _text, expected)

    def text_or_none(self, key: str, expected: str = "a text") -> str | None:
        return self.read(key, None, _text, expected)

    def flag(self, key: str, *, default: bool = False) -> bool:
        return self.read(key, default, _flag, "true or false")

    def one_of(self, key: str, default: str, words: Collection[str]) -> str:
        def meant(given: object) -> str:
            if not isinstance(given, str) or given not in words:
                raise ValueError
            return given

        return self.read(key, default, meant, f"one of {', '.join(words)}")

    def address(self, key: str, default: str, *, holding: str = "") -> str:
        """A page for people; `holding`: what in it stands for the record ("{id}")."""
        expected = f"an http or https address{f' with {holding} in it' if holding else ''}"
        return self.read(key, default, lambda given: _address(given, holding), expected)

    def zone(self, key: str, default: ZoneInfo) -> ZoneInfo:
        return self.read(key, default, _zone, 'a time zone such as "Europe/Helsinki"')


def _text(given: object) -> str:
    if not isinstance(given, str) or not 0 < len(given.strip()) <= LONGEST:
        raise ValueError
    return given


def _flag(given: object) -> bool:
    if not isinstance(given, bool):
        raise TypeError
    return given


def _address(given: object, holding: str) -> str:
    said = _text(given)
    if holding not in said or weblink(said.replace(holding, "x") if holding else said) is None:
        raise ValueError
    return said


def _zone(given: object) -> ZoneInfo:
    try:
        return ZoneInfo(_text(given))
    except (ZoneInfoNotFoundError, OSError) as error:
        raise ValueError from error
