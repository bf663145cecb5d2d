"""Finna's query language, as far as people and our connector use it: words, "phrases", AND OR NOT, ( ), wildcards.

A word matches the beginning of a word; from four letters on it matches inside one too, for the real index knows
inflected forms and the parts of compounds: "porakone" finds "Iskuporakone" and "porakoneet".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Final, TypeAlias

TOKEN: Final = re.compile(r'"[^"]*"?|[()]|[^\s()"]+')
WORD: Final = re.compile(r"\w+")
INSIDE_FROM: Final = 4
Matches: TypeAlias = Callable[[str], bool]


class InvalidSearch(Exception):
    """What the server can't repair: a range that is never closed."""


def compiled(lookfor: str) -> Matches:
    """A test of a folded text. Words that stand beside each other must all be there; nothing matches everything."""
    if lookfor.count("[") != lookfor.count("]") or lookfor.count("{") != lookfor.count("}"):
        raise InvalidSearch(lookfor)
    tokens: list[str] = TOKEN.findall(lookfor)
    tests: list[Matches] = []
    while tokens:
        tests.append(_either(tokens))
        while tokens and tokens[0] == ")":  # one too many is repaired
            tokens.pop(0)
    return lambda text: all(test(text) for test in tests)


def folded(text: str) -> str:
    return text.casefold()


def _either(tokens: list[str]) -> Matches:
    tests = [_together(tokens)]
    while tokens and tokens[0] == "OR":
        tokens.pop(0)
        tests.append(_together(tokens))
    return lambda text: any(test(text) for test in tests)


def _together(tokens: list[str]) -> Matches:
    tests: list[Matches] = []
    while tokens and tokens[0] not in {"OR", ")"}:
        if tokens[0] == "AND":
            tokens.pop(0)
        else:
            tests.append(_one(tokens))
    return lambda text: all(test(text) for test in tests)


def _one(tokens: list[str]) -> Matches:
    part = tokens.pop(0)
    if part == "NOT" or (part == "-" and tokens):
        if not tokens:
            return lambda _: True
        inner = _one(tokens)
        return lambda text: not inner(text)
    if part == "(":
        inner = _either(tokens)
        if tokens and tokens[0] == ")":
            tokens.pop(0)
        return inner
    if part.startswith('"'):
        phrase = " ".join(WORD.findall(folded(part)))
        return lambda text: f" {phrase} " in f" {' '.join(WORD.findall(text))} "
    if "*" in part or "?" in part:
        pattern = folded(part).replace("[", "[[]")
        return lambda text: any(fnmatchcase(word, pattern) for word in WORD.findall(text))
    words = WORD.findall(folded(part))
    return lambda text: all(_holds(text, word) for word in words)


def _holds(text: str, word: str) -> bool:
    return any(own.startswith(word) or (len(word) >= INSIDE_FROM and word in own) for own in WORD.findall(text))
