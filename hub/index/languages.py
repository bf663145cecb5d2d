"""Spoken and written languages as a bit mask: what a query on languages compares. A language without a bit is stored
with its record and shown, but not searched for (`hub/schema` refuses it with the list of those that can be).
"""

from __future__ import annotations

from collections.abc import Iterable

from hub.records.core import LANGUAGES, LocalizedText

CODES = (
    "fi", "sv", "en", "ru", "et", "so", "ar", "fr", "de", "es", "it", "uk", "fa", "ku", "sq", "tr", "vi", "zh", "th",
    "se", "sms", "smn", "fse", "rom", "pt", "pl", "nl", "da", "no", "is", "lv", "lt", "hu", "ro", "bg", "el", "ja",
    "ko", "hi", "ur", "bn", "ne", "ta", "am", "ti", "sw", "ps", "prs", "ckb", "my", "tl", "he", "la",
)  # fmt: skip
BIT = {code: 1 << position for position, code in enumerate(CODES)}


def mask(codes: Iterable[str]) -> int:
    """The bits of these BCP 47 codes; a region or script (zh-Hans) counts as its language."""
    bits = 0
    for code in codes:
        bits |= BIT.get(code.partition("-")[0].lower(), 0)
    return bits


def written(text: LocalizedText | None) -> tuple[str, ...]:
    """The languages that a text is given in."""
    return () if text is None else tuple(language for language in LANGUAGES if getattr(text, language) is not None)
