"""In which order a caller reads languages: `?lang=sv,fi`, else Accept-Language, else the hub's own order."""

from __future__ import annotations

from hub.records.core import LANGUAGES, Language

MOST = 20  # preferences read of one header


def order_of(lang: str | None, accept_language: str | None, default: tuple[Language, ...]) -> tuple[Language, ...]:
    """All three languages, the caller's first; what we have no texts in is passed over. One of six orders."""
    words = lang.split(",") if lang is not None else preferred(accept_language or "")
    asked = [known for word in words if (known := ours(word)) is not None]
    return tuple(dict.fromkeys((*asked, *default, *LANGUAGES)))


def preferred(header: str) -> list[str]:
    """The tags of an Accept-Language header (RFC 9110), the most wanted first; those with q=0 are left out."""
    weighed: list[tuple[float, str]] = []
    for part in header.split(",")[:MOST]:
        tag, _, parameters = part.partition(";")
        weight = weight_of(parameters)
        if weight > 0:
            weighed.append((weight, tag))
    return [tag for _, tag in sorted(weighed, key=lambda pair: -pair[0])]  # stable: equals stay in order


def weight_of(parameters: str) -> float:
    """The q of a header's part; 1 where none is given or none can be read."""
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 1.0
    return 1.0


def ours(tag: str) -> Language | None:
    """fi for "fi-FI"; None for a language that we don't have."""
    primary = tag.strip().lower().partition("-")[0]
    return next((language for language in LANGUAGES if language == primary), None)
