"""Finna: the catalogue of Finnish libraries, here of one library system (HelMet unless configured otherwise).

Upstream   api.finna.fi/v1, REST, JSON, no key; GET, or POST with the same parameters as a form
Licence    metadata CC0; covers are not: they are shown as links to Finna's own address and never copied
Languages  works are in their own (ISO 639-2/B); labels of formats and buildings in one language per reply (Finnish)
Time       none but years; the index is renewed about once a day
Paging     page (from 1) and limit (at most 100); page × limit is clamped at 100 000
Quirks     `records` is absent, not [], where there is none; keys that are null, "" or false are absent too;
           an unknown single id is a 400 with "Error loading record", not a 404;
           a format code is shared with museums: it is only ever asked together with a building;
           `buildings` says who owns copies, nothing about the shelf; "h55l" is the children's department of h55
Options    building: the building filter of every search ("0/Helmet/");
           view: where people look at a record ("https://helmet.finna.fi")
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import ClassVar
from urllib.parse import quote, urlencode

import msgspec

from hub.connectors.finna_codes import (
    THINGS,
    any_of,
    branch_of,
    codes_of,
    format_filters,
    format_of_code,
    isbn_of,
    level,
    words_of,
    year_of,
)
from hub.connectors.languages import bcp47, library_code
from hub.connectors.options import Options
from hub.connectors.weblinks import weblink
from hub.errors import UpstreamRefused
from hub.fetch import Ask, Collection, Dropped, Fetch, Page, Reply, Request, Source, T, get
from hub.freshness import Freshness, days, hours
from hub.records.catalogue import CataloguePage, CatalogueQuery, CatalogueRecord, Facet, FacetValue, Format
from hub.records.core import LocalizedText, Record, localized

# The index is renewed about daily and knows no loans, so hours cost nothing; an old catalogue is better than none.
SEARCHES = Freshness(fresh=hours(6), while_revalidate=days(1), if_error=days(7))
# One record hardly ever changes. A new one may be catalogued any day, so "there is none" keeps an hour.
RECORDS = Freshness(fresh=days(1), while_revalidate=days(7), if_error=days(30), missing=hours(1))

FIELDS = (
    "id",
    "title",
    "nonPresenterAuthors",
    "buildings",
    "formats",
    "images",
    "languages",
    "subjects",
    "year",
    "isbns",
    "publishers",
    "onlineUrls",
)
LONGEST_URL = 2_000  # beyond it the contract asks for POST
FURTHEST = 100_000  # page × limit; what lies beyond is clamped to it, so it would be shown twice
MOST_PER_PAGE = 100
MOST_THINGS = 10_000

FACETS = {
    "FORMAT": "format",
    "LANGUAGE": "language",
    "BRANCH": "building",
    "YEAR": "main_date_str",
    "SUBJECT": "topic_facet",
    "AUTHOR": "author_facet",
}
# Roles in other people's works: Finnish labels, and the codes that stand where a record was catalogued abroad.
NOT_AUTHORS = frozenset({"kääntäjä", "lukija", "kertoja", "trl", "nrt"})
UNKNOWN_ID = "Error loading record"


class Finna:
    UPSTREAM: ClassVar[str] = "finna"
    OPTIONS: ClassVar[frozenset[str]] = frozenset({"building", "view"})
    IS_DOCUMENT: ClassVar[bool] = False

    def __init__(self, source: Source) -> None:
        self.source = source
        with Options(source) as given:
            self.building = given.text("building", "0/Helmet/", 'a building such as "0/Helmet/"')
            self.view = given.address("view", "https://helmet.finna.fi").rstrip("/")
        self.host = re.sub(r"/(?:api/)?v1/?$", "", source.url)  # covers lie beside the API, not below it

    def collections(self) -> Iterable[Collection]:
        # The catalogue is re-indexed about once a day, and libraries buy a drill more seldom than that.
        yield Collection(kind=CatalogueRecord.kind, pages=self.things, every=days(1), full=days(1), one=self.record)

    def probe(self) -> Fetch[int]:
        """The count of the building's works, without any."""
        return self._ask("search", [*self._inside(), ("limit", "0")], SEARCHES, lambda reply: _found(reply).resultCount)

    def things(self, ask: Ask) -> Fetch[Page[CatalogueRecord]]:
        """What can be borrowed and is no publication, by title, 100 at a time, at most 10 000."""
        page = int(ask.after or "1")
        filters = [("filter[]", f'~format:"{code}"') for code in THINGS]
        params = [
            ("lookfor", ""),
            *self._inside(),
            *filters,
            *_fields(),
            ("sort", "title,id asc"),  # relevance and the time of indexing move while one reads
            *_page(page, MOST_PER_PAGE),
        ]
        return self._ask("search", params, SEARCHES, partial(self._things, page=page))

    def search(self, query: CatalogueQuery) -> Fetch[CataloguePage]:
        """One page of a search, with the facets asked for. Pages past the 100 000th work hold no records.

        Rows that can't be read are left out of the page and stay in its total. A BRANCH facet adds up a branch and
        its children's department. SUBJECT, AUTHOR and YEAR name the 30 commonest values; BRANCH may be empty, since
        the catalogue doesn't always tell its lowest level.
        """
        unknown = set(query.facets) - set(FACETS)
        if unknown:
            raise ValueError(f"no such facets: {', '.join(sorted(unknown))}")
        beyond = query.page * query.limit > FURTHEST
        filters = [("filter[]", text) for text in _filters(query)]
        params = [
            ("lookfor", words_of(query.text)),
            *self._inside(),
            *filters,
            *_fields(),
            *[("facet[]", FACETS[name]) for name in query.facets],
            ("sort", "main_date_str desc" if query.newest_first else "relevance,id asc"),
            *_page(1 if beyond else query.page, 0 if beyond else query.limit),
        ]
        return self._ask("search", params, SEARCHES, partial(self._found, facets=query.facets))

    def records(self, ids: Sequence[str]) -> Fetch[tuple[CatalogueRecord, ...]]:
        """The records of these ids, at most 100, in any order; those that the catalogue doesn't know are left out."""
        if not 1 <= len(ids) <= MOST_PER_PAGE:
            raise ValueError(f"1 to {MOST_PER_PAGE} ids can be asked for together, not {len(ids)}")
        asked = [("id", ids[0])] if len(ids) == 1 else [("id[]", id_) for id_ in ids]
        params = [*asked, *_fields(), ("lng", "fi")]
        parse = partial(self._records, ids=frozenset(ids))
        tags = tuple(f"{CatalogueRecord.kind}:{id_}" for id_ in ids)
        return self._ask("record", params, RECORDS, parse, statuses=(200, 400), tags=tags)

    def record(self, key: str) -> Fetch[Record | None]:
        """The record of one id; None if there is none."""
        many = self.records((key,))
        return Fetch(
            source=many.source,
            request=many.request,
            parse=lambda reply: next(iter(many.parse(reply)), None),
            freshness=many.freshness,
            statuses=many.statuses,
            tags=many.tags,
        )

    def _inside(self) -> Iterator[tuple[str, str]]:
        """Also what makes Finna show the building's own member of a group of merged records."""
        yield "filter[]", f'building:"{self.building}"'

    def _ask(
        self,
        path: str,
        params: Sequence[tuple[str, str]],
        freshness: Freshness,
        parse: Callable[[Reply], T],
        *,
        statuses: Iterable[int] = (200,),
        tags: Iterable[str] = (),
    ) -> Fetch[T]:
        asked = get(
            self.source,
            path,
            params,
            parse=parse,
            freshness=freshness,
            statuses=statuses,
            tags=(CatalogueRecord.kind, *tags),
        )
        if len(asked.request.full_url) <= LONGEST_URL:
            return asked
        form = Request(
            method="POST",
            url=asked.request.url,
            headers=(*asked.request.headers, ("Content-Type", "application/x-www-form-urlencoded")),
            body=urlencode(params).encode(),
        )
        return msgspec.structs.replace(asked, request=form)

    def _things(self, reply: Reply, *, page: int) -> Page[CatalogueRecord]:
        found = _found(reply)
        items, dropped = self._rows(reply, found)
        things = [record for record in items if record.format is Format.OBJECT]
        end = page * MOST_PER_PAGE
        more = end < found.resultCount
        # Finna tells how many there are: a page that is short of that was cut, and absence then means nothing.
        expected = min(MOST_PER_PAGE, max(0, found.resultCount - end + MOST_PER_PAGE))
        whole = len(found.records) >= expected and found.resultCount <= MOST_THINGS
        return reply.page(
            things,
            sent=len(found.records),
            dropped=dropped,
            total=found.resultCount,
            next=str(page + 1) if more and end < MOST_THINGS and found.records else None,
            complete=whole,
        )

    def _found(self, reply: Reply, *, facets: tuple[str, ...]) -> CataloguePage:
        found = _found(reply)
        items, _ = self._rows(reply, found)
        return CataloguePage(
            total=found.resultCount,
            records=tuple(items),
            facets=tuple(
                Facet(field=name, values=tuple(READ_FACET[name](found.facets.get(FACETS[name], [])))) for name in facets
            ),
        )

    def _records(self, reply: Reply, *, ids: frozenset[str]) -> tuple[CatalogueRecord, ...]:
        if reply.status == 400:
            error = reply.json(_Error)
            if error.statusMessage == UNKNOWN_ID and len(ids) == 1:
                return ()
            raise UpstreamRefused(
                f"{self.source.name} refused {len(ids)} ids: {error.statusMessage[:100]}",
                source=self.source.name,
                status=400,
            )
        items, _ = self._rows(reply, _found(reply), stubs=True)
        return tuple(record for record in items if record.ref.key in ids)

    def _rows(self, reply: Reply, found: _Found, *, stubs: bool = False) -> tuple[list[CatalogueRecord], list[Dropped]]:
        """`stubs`: a row without title and format stands for an id that is not known."""

        def make(row: _Row) -> CatalogueRecord | None:
            if stubs and row.title is None and not row.formats:
                return None
            return self._record(row, reply)

        return reply.rows(found.records, _Row, make)

    def _record(self, row: _Row, reply: Reply) -> CatalogueRecord:
        if not row.id.isprintable() or " " in row.id or not 1 <= len(row.id) <= 200:
            raise ValueError("the id is none")
        languages = _unique(bcp47(code) for code in row.languages)
        format_, label = format_of(row.formats)
        return CatalogueRecord(
            ref=self.source.ref(CatalogueRecord.kind, row.id),
            read_at=reply.read_at,
            url=weblink(f"{self.view}/Record/{quote(row.id)}"),
            title=title_of(row.title, languages),
            authors=_unique(
                author.name.strip()
                for author in row.nonPresenterAuthors
                if (author.role or "").lower() not in NOT_AUTHORS
            ),
            year=year_of(row.year),
            format=format_,
            format_label=localized(fi=label),
            languages=languages,
            isbns=_unique(isbn_of(text) for text in row.isbns),
            subjects=tuple(
                LocalizedText(other=" – ".join(parts))  # from several vocabularies in several languages, untold
                for subject in row.subjects
                if (parts := [part.strip() for part in subject if part.strip()])
            ),
            publishers=_unique(name.strip() for name in row.publishers),
            cover_url=self._cover(row.images),
            branches=_unique(branch_of(building.value) for building in row.buildings),
            online_urls=_unique(weblink(link.url) for link in row.onlineUrls),
        )

    def _cover(self, images: list[str]) -> str | None:
        """Finna's own address of the first picture; an address elsewhere is not Finna's to show."""
        return weblink(self.host + images[0]) if images and images[0].startswith("/Cover/") else None


def format_of(formats: Sequence[_Coded]) -> tuple[Format, str | None]:
    """What the deepest of the codes means, and its label."""
    if not formats:
        return Format.OTHER, None
    deepest = max(formats, key=lambda coded: level(coded.value))
    return format_of_code(deepest.value), deepest.translated


def title_of(title: str | None, languages: tuple[str, ...]) -> LocalizedText:
    """In the work's first language; without one (a thing) it is not told which."""
    text = " ".join((title or "").split())
    if not text:
        raise ValueError("no title")
    match languages[:1]:
        case ("fi" | "sv" | "en" as language,):
            return LocalizedText(**{language: text})
        case (language,):
            return LocalizedText(other=text, other_language=language)
        case _:
            return LocalizedText(other=text)


def _filters(query: CatalogueQuery) -> Iterator[str]:
    yield from format_filters(frozenset(query.formats))
    yield from any_of("language", [library_code(tag) for tag in query.languages])
    yield from any_of("building", [code for branch in query.branches for code in codes_of(branch)])
    if query.published_from is not None or query.published_to is not None:
        first = "*" if query.published_from is None else query.published_from
        last = "*" if query.published_to is None else query.published_to
        yield f'search_daterange_mv:"[{first} TO {last}]"'
    if query.subject is not None:
        yield from any_of("topic_facet", [query.subject])
    yield from any_of("topic_facet", query.subjects)
    if query.author is not None:
        yield from any_of("author_facet", [query.author])


def _fields() -> Iterator[tuple[str, str]]:
    return (("field[]", name) for name in FIELDS)


def _page(page: int, limit: int) -> tuple[tuple[str, str], ...]:
    return ("page", str(page)), ("limit", str(limit)), ("lng", "fi")


def _formats(items: Sequence[_Item]) -> Iterator[FacetValue]:
    """Each work counted at the deepest code that has a format of its own: books without e-books among them."""
    counts: dict[Format, int] = {}

    def count(item: _Item, outer: Format | None) -> None:
        own = format_of_code(str(item.value))
        if own is not outer:
            counts[own] = counts.get(own, 0) + item.count
            if outer is not None:
                counts[outer] -= item.count
        for child in item.children:
            count(child, own)

    for item in items:
        count(item, None)
    yield from _by_count([FacetValue(value=one.value, count=n) for one, n in counts.items() if n > 0])


def _branches(items: Sequence[_Item]) -> Iterator[FacetValue]:
    found: dict[str, FacetValue] = {}

    def walk(item: _Item) -> None:
        if (branch := branch_of(str(item.value))) is not None:
            so_far = found.get(branch)
            # the label of the branch itself, not of its children's department
            label = item.translated if so_far is None or item.value == branch else None
            found[branch] = FacetValue(
                value=branch,
                label=localized(fi=label) or (so_far.label if so_far else None),
                count=item.count + (so_far.count if so_far else 0),
            )
        for child in item.children:
            walk(child)

    for item in items:
        walk(item)
    yield from _by_count(found.values())


def _languages(items: Sequence[_Item]) -> Iterator[FacetValue]:
    for item in items:
        if (tag := bcp47(str(item.value))) is not None:
            yield FacetValue(value=tag, label=localized(fi=item.translated), count=item.count)


def _years(items: Sequence[_Item]) -> Iterator[FacetValue]:
    for item in items:
        if (year := year_of(str(item.value))) is not None:
            yield FacetValue(value=str(year), count=item.count)


def _words(items: Sequence[_Item]) -> Iterator[FacetValue]:
    return (FacetValue(value=str(item.value), label=localized(fi=item.translated), count=item.count) for item in items)


READ_FACET = {
    "FORMAT": _formats,
    "LANGUAGE": _languages,
    "BRANCH": _branches,
    "YEAR": _years,
    "SUBJECT": _words,
    "AUTHOR": _words,
}


def _by_count(values: Iterable[FacetValue]) -> list[FacetValue]:
    return sorted(values, key=lambda value: (-value.count, value.value))


def _unique(texts: Iterable[str | None]) -> tuple[str, ...]:
    """In their order, without what is missing."""
    return tuple(dict.fromkeys(text for text in texts if text))


def _found(reply: Reply) -> _Found:
    found = reply.json(_Found)
    if found.status != "OK":
        raise reply.changed(f"status is {found.status[:20]!r}")
    return found


class _Named(msgspec.Struct):
    name: str
    role: str | None = None


class _Coded(msgspec.Struct):
    value: str
    translated: str | None = None


class _Online(msgspec.Struct):
    url: str | None = None


class _Row(msgspec.Struct):  # every key but the id may be absent
    id: str
    title: str | None = None
    nonPresenterAuthors: list[_Named] = []  # noqa: N815 - the wire's name
    buildings: list[_Coded] = []
    formats: list[_Coded] = []
    images: list[str] = []
    languages: list[str] = []
    subjects: list[list[str]] = []
    year: str | None = None
    isbns: list[str] = []
    publishers: list[str] = []
    onlineUrls: list[_Online] = []  # noqa: N815 - the wire's name


class _Item(msgspec.Struct):
    value: str | int
    count: int
    translated: str | None = None
    children: list[_Item] = []


class _Found(msgspec.Struct):
    status: str
    resultCount: int  # noqa: N815 - the wire's name
    records: list[msgspec.Raw] = []
    facets: dict[str, list[_Item]] = {}


class _Error(msgspec.Struct):
    statusMessage: str  # noqa: N815 - the wire's name
