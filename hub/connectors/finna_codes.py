"""Finna's codes in our words and ours in its: formats, branches, and a search's filters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from hub.records.catalogue import Format

# The catalogue's format codes, widest first. A code belongs to the longest of these that it lies under; else to OTHER.
FORMATS = {
    "0/Book/": Format.BOOK,
    "1/Book/eBook/": Format.EBOOK,
    "1/Book/eBookSection/": Format.EBOOK,
    "1/Book/AudioBook/": Format.AUDIOBOOK,
    "0/Sound/": Format.MUSIC,  # recordings of speech lie under AudioBook
    "0/Video/": Format.VIDEO,
    "0/Journal/": Format.JOURNAL,
    "0/Map/": Format.MAP,
    "0/MusicalScore/": Format.SHEET_MUSIC,
    "1/Game/BoardGame/": Format.BOARD_GAME,
    "1/Game/VideoGame/": Format.VIDEO_GAME,
    "0/PhysicalObject/": Format.OBJECT,
    "1/Other/Kit/": Format.OBJECT,  # a set of things
}
PLAIN = {"0/Book/": ("1/Book/Book/", "1/Book/BookSection/", "1/Book/Braille/")}  # below a code, and of its own format
THINGS = tuple(code for code, format_ in FORMATS.items() if format_ is Format.OBJECT)

HELMET_BRANCH = re.compile(r"2/Helmet/([a-z])/([a-z]\d\d)l?/", re.ASCII)
NO_BRANCHES = frozenset({"h02", "h03"})  # the mobile library and the storage; hva and hhh have no branch's shape
QUERY_SYNTAX = re.compile(r"""[+&|!(){}\[\]^"~*?:\\/<>=]|(?<!\w)-|-(?!\w)""")
QUERY_WORD = re.compile(r"\b(?:AND|OR|NOT|TO)\b")
YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)", re.ASCII)
ISBN = re.compile(r"\s*((?:\d[- ]?){9}(?:(?:\d[- ]?){3}\d|[\dXx]))(?![\dXx])", re.ASCII)


def words_of(text: str) -> str:
    """A person's words without the catalogue's query language.

    The signs are taken out, not escaped: the index holds words only, and the contract promises no escape.
    """
    bare = QUERY_SYNTAX.sub(" ", "".join(c if c.isprintable() else " " for c in text))
    return " ".join(QUERY_WORD.sub(lambda word: word[0].lower(), bare).split())


def branch_of(code: str) -> str | None:
    """The branch behind a building code, "2/Helmet/h/h55/" for "2/Helmet/h/h55l/"; None where it is no branch.

    In HelMet, mobile library, storage, repository and acquisitions have codes beside the branches. Other library
    systems' lowest level is taken as it is.
    """
    if not code.startswith("2/"):
        return None
    if not code.startswith("2/Helmet/"):
        return code
    match = HELMET_BRANCH.fullmatch(code)
    return f"2/Helmet/{match[1]}/{match[2]}/" if match and match[2] not in NO_BRANCHES else None


def year_of(text: str | None) -> int | None:
    """The first whole year in it; None for "19--" and for the 9999 of what still appears."""
    match = YEAR.search(text or "")
    return int(match[0]) if match and 0 < int(match[0]) <= 2200 else None


def isbn_of(text: str) -> str | None:
    """Digits and X of a number that may hold hyphens and a note about the binding; None if it is no ISBN."""
    match = ISBN.match(text)
    return re.sub(r"[- ]", "", match[1]).upper() if match else None


def format_filters(wanted: frozenset[Format]) -> Iterator[str]:
    if not wanted or len(wanted) == len(Format):
        return
    unwanted = [code for code, format_ in FORMATS.items() if format_ not in wanted]
    codes = [code for code, format_ in FORMATS.items() if format_ in wanted]
    if Format.OTHER in wanted:  # what has no code of ours can only be had by leaving out the rest
        for code in unwanted:
            holds_wanted = any(_lies_under(inner, code) for inner in codes)
            for left_out in PLAIN[code] if holds_wanted else (code,):
                yield f'-format:"{left_out}"'
        return
    yield from any_of("format", codes)
    for code in unwanted:
        if any(_lies_under(code, outer) for outer in codes):
            yield f'-format:"{code}"'


def any_of(field: str, values: Sequence[str]) -> Iterator[str]:
    several = "~" if len(values) > 1 else ""
    for value in values:
        # quotes would end the value, and the contract names no escape for them
        clean = "".join(c for c in value if c.isprintable() and c not in '"\\')
        yield f'{several}{field}:"{clean}"'


def codes_of(branch: str) -> tuple[str, ...]:
    """A branch's own code and its children's department's."""
    match = HELMET_BRANCH.fullmatch(branch)
    return (f"2/Helmet/{match[1]}/{match[2]}/", f"2/Helmet/{match[1]}/{match[2]}l/") if match else (branch,)


def level(code: str) -> int:
    level = code.partition("/")[0]
    return int(level) if level.isdecimal() and len(level) < 3 else -1


def _chain(code: str) -> str:
    """What it lies under, for comparing codes of different levels: "Book/AudioBook/" of "1/Book/AudioBook/"."""
    return code.partition("/")[2]


def _lies_under(inner: str, outer: str) -> bool:
    return inner != outer and _chain(inner).startswith(_chain(outer))


def format_of_code(code: str) -> Format:
    above = [known for known in FORMATS if _chain(code).startswith(_chain(known))]
    return FORMATS[max(above, key=len)] if above else Format.OTHER
