"""What names of the city's cases tell: the diary number that every source shares, and the districts of plans."""

from __future__ import annotations

import re

from hub.connectors.markup import plain
from hub.records.civic import NamedArea
from hub.records.places import AreaKind

DIARY_NUMBER = re.compile(r"([A-Z]{2,6})[\s-]+(\d{4}-\d{3,8})", re.ASCII)
DISTRICT_NUMBER = re.compile(r"(?<![\w.])(\d{1,2})\.\s?ko\b", re.ASCII | re.IGNORECASE)


def case_number(text: str | None) -> str | None:
    """In its label form, "HEL 2025-001216", whether written so or with hyphens or small letters; None if it is none."""
    found = DIARY_NUMBER.fullmatch((plain(text, 60) or "").upper())
    return f"{found[1]} {found[2]}" if found else None


def case_path(number: str) -> str:
    """The last part of the address of a case's page: "hel-2025-001216"."""
    return number.lower().replace(" ", "-")


def districts_in(heading: str | None) -> tuple[NamedArea, ...]:
    """The neighbourhoods that a plan's heading numbers: "Mellunkylän, Mellunmäen (47.ko) asemakaavan muutos"."""
    numbers = dict.fromkeys(str(int(number)) for number in DISTRICT_NUMBER.findall(heading or ""))
    return tuple(NamedArea(code=number, area_kind=AreaKind.NEIGHBOURHOOD) for number in numbers)
