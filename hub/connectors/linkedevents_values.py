"""Linked Events' values as ours: texts, addresses, languages, times, numbers that can be meant."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec

from hub.connectors import linkedevents_wire as wire
from hub.connectors.markup import plain
from hub.connectors.moments import instant, local, midnight_after
from hub.connectors.weblinks import weblink
from hub.records.core import LocalizedText, Picture, localized

LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z]{4})?([-_]([A-Za-z]{2}|\d{3}))?")
OLDEST, MOST_PEOPLE = 150, 1_000_000


def is_internet(place: str) -> bool:
    """Each data source may have its own: "helsinki:internet"."""
    return place.rpartition(":")[2] == "internet"


def language_of(code: str) -> str | None:
    """BCP 47 of the upstream's code: "zh_hans" is "zh-Hans". None: no language's code."""
    if LANGUAGE.fullmatch(code) is None:
        return None
    primary, *rest = code.replace("_", "-").split("-")
    return "-".join([primary.lower(), *(part.title() if len(part) == 4 else part.upper() for part in rest)])


def text_of(texts: wire.Texts, clean: Callable[[str | None], str | None] = plain) -> LocalizedText | None:
    """All of fi, sv and en that say something; another language only where none of them does."""
    said = {code: text for code, raw in (texts or {}).items() if (text := clean(raw)) is not None}
    if known := {code: text for code, text in said.items() if code in {"fi", "sv", "en"}}:
        return LocalizedText(**known)
    for code, text in said.items():
        return LocalizedText(other=text, other_language=language_of(code))
    return None


def link_of(links: wire.Texts) -> str | None:
    """One of a text's addresses, Finnish first."""
    given = links or {}
    order = sorted(given, key=lambda code: ("fi", "sv", "en").index(code) if code in {"fi", "sv", "en"} else 3)
    return next((link for code in order if (link := weblink(given[code])) is not None), None)


def within(number: int | None, most: int) -> int | None:
    """A number that can't be meant (-1, 2147483647) is unknown."""
    return number if number is not None and 0 <= number <= most else None


def left_of(places: int | None) -> int | None:
    """None: no limit. Less than none is none: more came than there was room for."""
    if places is not None and places > MOST_PEOPLE:
        raise ValueError(f"{places} places left")
    return None if places is None else max(0, places)


def picture_of(image: wire.Image) -> Picture | None:
    url = weblink(image.url)
    if url is None:
        return None
    return Picture(
        url=url,
        alt=localized(other=plain(image.alt_text)),  # in no language that the register would tell
        license=plain(image.license),
        photographer=plain(image.photographer_name),
    )


class When(msgspec.Struct, frozen=True):
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    starts_on: date | None = None
    ends_on: date | None = None


def times_of(start: str | None, end: str | None, zone: ZoneInfo) -> When:
    """Ten characters are a local date, more are a moment; the last day is inclusive.

    Only a date at both ends, or a start date alone, is a whole-day event. Both None: postponed.
    """
    first_day, last_day = day_of(start), day_of(end)
    starts_at = instant(start, zone) if first_day is None else local(first_day, zone=zone)
    ends_at = instant(end, zone) if last_day is None else midnight_after(last_day, zone)
    if starts_at is not None and ends_at is not None and ends_at < starts_at:
        raise ValueError(f"it ends ({end}) before it starts ({start})")
    if first_day is None or (end is not None and last_day is None):
        return When(starts_at=starts_at, ends_at=ends_at)
    last = last_day or first_day
    return When(starts_at=starts_at, ends_at=midnight_after(last, zone), starts_on=first_day, ends_on=last)


def day_of(text: str | None) -> date | None:
    return date.fromisoformat(text) if text is not None and len(text) == 10 else None
