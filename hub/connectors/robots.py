"""What a site lets programs read, by its robots.txt (RFC 9309): the longest rule that fits decides, Allow in a tie."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

AGENT: Final = "cityhub"  # the product that the fetcher names itself as
MOST: Final = 512 << 10  # characters; the RFC wants no less read
LONGEST_RULE: Final = 2_000

Rule = tuple[bool, str]  # whether it allows, and what: "*" is any text, "$" at its end the end


def rules_of(robots: str) -> list[Rule]:
    """Those of the groups that name us, else of those for everybody."""
    own: list[Rule] = []
    everybodys: list[Rule] = []
    named_us = False
    for agents, rules in _groups(robots[:MOST]):
        if AGENT in agents:
            named_us = True
            own += rules
        elif "*" in agents:
            everybodys += rules
    return own if named_us else everybodys


def allows(rules: list[Rule], path: str) -> bool:
    """`path`: with its query. What no rule fits is allowed."""
    fitting = [(len(what), is_allowed) for is_allowed, what in rules if _fits(what, unquote(path))]
    return max(fitting, default=(0, True))[1]


def _groups(robots: str) -> Iterator[tuple[set[str], list[Rule]]]:
    """Lines of User-agent begin a group; the rules after them are theirs."""
    agents: set[str] = set()
    rules: list[Rule] = []
    is_open = False  # further agents still join the group
    for line in robots.splitlines():
        name, colon, value = line.partition("#")[0].partition(":")
        name, value = name.strip().lower(), value.strip()
        if not colon:
            continue
        if name == "user-agent":
            if not is_open:
                yield agents, rules
                agents, rules, is_open = set(), [], True
            agents.add(value.lower())
        elif name in {"allow", "disallow"}:
            is_open = False
            if value and len(value) <= LONGEST_RULE:  # an empty Disallow forbids nothing
                rules.append((name == "allow", unquote(value)))
    yield agents, rules


def _fits(what: str, path: str) -> bool:
    """By its pieces between the stars, from the left: the leftmost place of each is as good as any later one."""
    is_whole = what.endswith("$")
    first, *others = what.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    for number, piece in enumerate(others, 1):
        if is_whole and number == len(others):
            return len(path) - len(piece) >= at and path.endswith(piece)
        found = path.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return not is_whole or at == len(path)
