"""The parameters of an event list that are about words: keywords, texts, languages."""

from __future__ import annotations

import re
from collections.abc import Iterable

from hub.sandbox.linkedevents.parameters import Params, Refused, ids
from hub.sandbox.linkedevents.register import Filter, Register, Test, holds
from hub.sandbox.linkedevents.rows import Row

LANGUAGES = ("fi", "sv", "en", "zh_hans", "ru", "ar")
TEXTS = ("name", "description", "short_description", "info_url")


def _words(row: Row) -> set[str]:
    return {*row.get("keywords", []), *row.get("audience", [])}


def _followed(register: Register, wanted: Iterable[str]) -> set[str]:
    """A replaced keyword means its successor."""
    gone = register.rows.gone.get("keyword", {})
    return {gone.get(word) or word for word in wanted}


def any_keyword(register: Register, value: str, _: Params) -> Test:
    wanted = _followed(register, ids(value))
    return lambda row: bool(wanted & _words(row))


def _all_keywords(register: Register, value: str, _: Params) -> Test:
    wanted = _followed(register, ids(value))
    return lambda row: wanted <= _words(row)


def _no_keyword(register: Register, value: str, _: Params) -> Test:
    wanted = _followed(register, ids(value))
    return lambda row: not wanted & _words(row)


def _keyword_set(*, every: bool) -> Filter:
    def build(register: Register, value: str, _: Params) -> Test:
        groups = [set((register.of("keyword_set", one) or {"keywords": []})["keywords"]) for one in ids(value)]
        quantifier = all if every else any
        return lambda row: quantifier(bool(group & _words(row)) for group in groups)

    return build


def _text(register: Register, value: str, _: Params) -> Test:
    needle = value.lower()

    def test(row: Row) -> bool:
        return holds(row, TEXTS, needle) or holds(register.place_of(row) or {}, ("name",), needle)

    return test


def _full_text(register: Register, value: str, params: Params) -> Test:
    """Every word in the texts of one of the languages; without the register's stemming."""
    languages = ids(params.get("full_text_language", "fi"))
    if set(languages) - set(LANGUAGES):
        raise Refused({"full_text_language": [f"full_text supports the following languages: {', '.join(LANGUAGES)}"]})
    words = re.findall(r"\w+", value.lower())

    def test(row: Row) -> bool:
        named = [register.place_of(row), *(register.of("keyword", word) for word in _words(row))]
        texts = [*(row.get(field) for field in TEXTS), *(one["name"] for one in named if one is not None)]
        return any(
            all(word in " ".join((text or {}).get(language, "") for text in texts).lower() for word in words)
            for language in languages
        )

    return test


def _language(*, spoken: bool, written: bool) -> Filter:
    def build(_: Register, value: str, __: Params) -> Test:
        wanted = set(ids(value))

        def test(row: Row) -> bool:
            is_written = any(wanted & set(row.get(field) or {}) for field in TEXTS)
            return (spoken and bool(wanted & set(row.get("in_language", [])))) or (written and is_written)

        return test

    return build


ABOUT: dict[str, Filter] = {
    "keyword": any_keyword,
    "keyword_OR": any_keyword,
    "keyword_AND": _all_keywords,
    "keyword!": _no_keyword,
    "keyword_set_AND": _keyword_set(every=True),
    "keyword_set_OR": _keyword_set(every=False),
    "text": _text,
    "full_text": _full_text,
    "language": _language(spoken=True, written=True),
    "translation": _language(spoken=False, written=True),
    "in_language": _language(spoken=True, written=False),
}
