"""What libraries lend: works, and things."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from hub.records.core import LocalizedText, Record, Value


class Format(StrEnum):
    """What a catalogue record is. OBJECT: a thing to borrow (a drill, a ukulele)."""

    BOOK = "BOOK"
    EBOOK = "EBOOK"
    AUDIOBOOK = "AUDIOBOOK"
    MUSIC = "MUSIC"
    VIDEO = "VIDEO"
    JOURNAL = "JOURNAL"
    MAP = "MAP"
    SHEET_MUSIC = "SHEET_MUSIC"
    BOARD_GAME = "BOARD_GAME"
    VIDEO_GAME = "VIDEO_GAME"
    OBJECT = "OBJECT"
    OTHER = "OTHER"


class HoldingState(StrEnum):
    """Of the copies in one branch. UNKNOWN: no source tells (which is the rule without a circulation system)."""

    AVAILABLE = "AVAILABLE"
    ON_LOAN = "ON_LOAN"
    REFERENCE_ONLY = "REFERENCE_ONLY"
    UNAVAILABLE = "UNAVAILABLE"
    UNKNOWN = "UNKNOWN"


class CatalogueRecord(Record, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A work or a thing. `title` is in the work's own language (None: not told), `branches` are the codes of the
    branches that own copies ("2/Helmet/h/h55/"), which says nothing about the shelf.
    """

    kind: ClassVar[str] = "catalogue_record"

    title: LocalizedText
    authors: tuple[str, ...] = ()  # creators: named, since they must be
    year: int | None = None
    format: Format
    format_label: LocalizedText | None = None  # the source's own word
    languages: tuple[str, ...] = ()  # BCP 47
    isbns: tuple[str, ...] = ()  # digits and X only
    subjects: tuple[LocalizedText, ...] = ()
    publishers: tuple[str, ...] = ()
    cover_url: str | None = None
    branches: tuple[str, ...] = ()
    online_urls: tuple[str, ...] = ()


class Copy(Value, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """One copy, as a circulation system tells of it now. `records`: the keys of what it is a copy of, as the catalogue
    writes them. `state` is never UNKNOWN. `due_at` of a lent one: UTC. `shelf`: where in the branch.
    """

    records: tuple[str, ...]
    branch: str  # as in CatalogueRecord.branches
    state: HoldingState
    due_at: datetime | None = None
    shelf: str | None = None


class FacetValue(Value, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    value: str
    label: LocalizedText | None = None
    count: int


class Facet(Value, frozen=True, kw_only=True, gc=False):
    field: str
    values: tuple[FacetValue, ...] = ()


class CataloguePage(Value, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """One page of a catalogue search. `total` counts works over all pages."""

    total: int
    records: tuple[CatalogueRecord, ...] = ()
    facets: tuple[Facet, ...] = ()


class CatalogueQuery(Value, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A search that a library catalogue is asked. Everything given must match; of `formats` and `languages` any.

    `text` is a person's words, never the catalogue's query language. `page` counts from 1; at most 100 a page.
    """

    text: str = ""
    formats: tuple[Format, ...] = ()  # (): all
    languages: tuple[str, ...] = ()  # BCP 47
    branches: tuple[str, ...] = ()  # codes as in CatalogueRecord.branches; any of
    published_from: int | None = None  # year, inclusive
    published_to: int | None = None
    subject: str | None = None
    subjects: tuple[str, ...] = ()  # any of
    author: str | None = None
    newest_first: bool = False  # else by relevance
    page: int = 1
    limit: int = 20
    facets: tuple[str, ...] = ()  # of FORMAT, LANGUAGE, BRANCH, YEAR, SUBJECT, AUTHOR
