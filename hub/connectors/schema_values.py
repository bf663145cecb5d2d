"""What stands in schema.org's nodes: a value, a list, a tagged text or a reference, wherever one of them is meant."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from hub.connectors.feed import Said
from hub.records.core import LANGUAGES

Node: TypeAlias = Mapping[str, Any]  # a stranger's JSON object

LONGEST_LIST: Final = 200
NUMBER: Final = re.compile(r"\s*(\d{1,9})(?:[.,](\d{1,2}))?\s*", re.ASCII)


def many(value: Any) -> list[Any]:
    if value is None:
        return []
    return value[:LONGEST_LIST] if isinstance(value, list) else [value]


def types_of(node: Any) -> set[str]:
    return {word(one) for one in many(node.get("@type"))} if isinstance(node, Mapping) else set()


def word(value: Any) -> str:
    """ "schema:Event", "https://schema.org/Event" and {"@id": …} are "Event"."""
    name = value.get("@id") if isinstance(value, dict) else value
    return re.split(r"[/:#]", name.strip())[-1] if isinstance(name, str) else ""


def text_of(value: Any, depth: int = 8) -> str | None:
    """A plain value as text; of a list its first, of a tagged one what is tagged, of a thing its name."""
    if depth == 0:
        return None
    if isinstance(value, list):
        return next((text for one in value[:LONGEST_LIST] if (text := text_of(one, depth - 1)) is not None), None)
    if isinstance(value, dict):
        return text_of(value.get("@value", value.get("name")), depth - 1)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return f"{value}"
    return value.strip() or None if isinstance(value, str) else None


def said(value: Any) -> list[Said]:
    """A text in its languages: "…", {"@value": …, "@language": …}, {"fi": …}, or a list of them."""
    found: list[Said] = []
    for one in many(value):
        if isinstance(one, str):
            found.append((None, one))
        elif isinstance(one, dict) and "@value" in one:
            found.append((text_of(one.get("@language")), text_of(one["@value"])))
        elif isinstance(one, dict):
            found += [(tag, text) for tag in LANGUAGES if (text := text_of(one.get(tag))) is not None]
    return found


def is_virtual(place: Any) -> bool:
    return (isinstance(place, str) and "://" in place) or "VirtualLocation" in types_of(place)


def number(value: Any) -> float | None:
    """ "18,00" and 18; None for words."""
    match = NUMBER.fullmatch(re.sub(r"[€$£]|EUR", "", text_of(value) or ""))
    return None if match is None else float(f"{match[1]}.{match[2] or 0}")


def degrees(value: Any) -> float | None:
    text = (text_of(value) or "").replace(",", ".")
    return float(text) if re.fullmatch(r"-?\d{1,3}(?:\.\d{1,20})?", text, re.ASCII) else None


def count(value: Any) -> int | None:
    found = number(value)
    return int(found) if found is not None and 0 < found < 1_000_000 else None
