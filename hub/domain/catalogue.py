"""What can be borrowed. Things are harvested and answered from the index; books are millions and are looked up."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from hub.domain import cursors, holdings
from hub.domain.answers import AnswerState, SourceAnswer
from hub.domain.city import CatalogueSearch, City
from hub.domain.lists import Found, PageArgs, listed, listed_under
from hub.domain.reading import Asks, reads
from hub.errors import BadInput, TooManyLookups, UpstreamError, UpstreamTimeout
from hub.index import catalogue as index
from hub.index import places as place_index
from hub.index import vocabulary
from hub.index.catalogue import AT_PLACE, ThingFilter
from hub.index.themes import OnThemes, is_exact, of_records
from hub.records.catalogue import CataloguePage, CatalogueQuery, CatalogueRecord, Format

LISTED = frozenset({Format.OBJECT})  # the formats that are harvested whole
MOST_SEARCHES = 5  # searches under parents in one operation: each is a request to the catalogue by nature
DEEPEST = 100_000  # how far a catalogue lets one page
MOST_PAGES = 2  # of the catalogue's own, that one page of ours may lie on


class CatalogueFilter(msgspec.Struct, frozen=True, kw_only=True):
    """None or empty: any."""

    text: str | None = None
    formats: tuple[Format, ...] = ()
    languages: tuple[str, ...] = ()
    places: tuple[int, ...] = ()  # branches that own copies
    published_from: int | None = None
    published_to: int | None = None
    subject: str | None = None
    author: str | None = None
    themes: OnThemes | None = None
    newest_first: bool = False
    facets: tuple[str, ...] = ()
    with_copies: bool = False  # whether the shelf is asked about, together with the page

    @property
    def is_listed(self) -> bool:
        """Whether the index alone can answer: only things are asked for, by what the index knows of them."""
        only_things = bool(self.formats) and frozenset(self.formats) <= LISTED
        bibliographic = (self.published_from, self.published_to, self.subject, self.author)
        return only_things and not self.newest_first and all(part is None for part in bibliographic)


def _is_listed(arguments: Mapping[str, Any]) -> bool:
    """The same of a field's arguments, in the graph's words."""
    asked = arguments.get("filter") or {}
    known = [format_ for format_ in asked.get("formats") or () if format_ in Format.__members__]
    return CatalogueFilter(
        formats=tuple(Format[format_] for format_ in known),
        published_from=asked.get("publishedFrom"),
        published_to=asked.get("publishedTo"),
        subject=asked.get("subject"),
        author=asked.get("author"),
        newest_first=bool(asked.get("newestFirst")),
    ).is_listed


A_SEARCH = Asks(whom="catalogues", requests=lambda _, lists: lists * MOST_PAGES, spared=_is_listed)
SEARCHES = Asks(
    whom="catalogues",
    requests=lambda _, lists: min(lists, MOST_SEARCHES) * MOST_PAGES,
    parents=MOST_SEARCHES,
    spared=_is_listed,
)


@reads(asks=A_SEARCH)
async def catalogue(city: City, wanted: CatalogueFilter, page: PageArgs) -> Found[CatalogueRecord]:
    """Works and things that match: from the index if only things are asked for, else by one search of each catalogue.

    A catalogue that does not answer is named in `answers`; the things that it lent us to list are served all the same.
    """
    if wanted.is_listed:
        return (await _with_copies(city, wanted, [_things(city, wanted, page)]))[0]
    searches = list(city.hall.catalogues.values())
    if not searches or is_exact(wanted.themes):  # no catalogue gives the ids of its subjects
        return _nothing(lambda: _lookup_answers(city, {}))
    search = searches[0]  # one catalogue is searched; several would each have a relevance of their own
    return (await _with_copies(city, wanted, [await _searched(city, search, wanted, page)]))[0]


async def _with_copies(
    city: City, wanted: CatalogueFilter, lists: list[Found[CatalogueRecord]]
) -> list[Found[CatalogueRecord]]:
    """These lists. Where the caller selects holdings, the copies of all of them are asked for together, here and not
    with the field itself, so that `answers` can tell how that went.
    """
    if wanted.with_copies:
        await holdings.ask(city, [record for found in lists for record in found.nodes])
        for found in lists:
            found.also(lambda: holdings.answers_of(city))
    return lists


def _things(city: City, wanted: CatalogueFilter, page: PageArgs) -> Found[CatalogueRecord]:
    return listed(
        city,
        index.things(_facts(city, wanted)),
        CatalogueRecord,
        page,
        order="things",
    )


@reads(asks=SEARCHES)
async def catalogue_at(
    city: City, places: Sequence[int], wanted: CatalogueFilter, page: PageArgs
) -> Sequence[Found[CatalogueRecord] | Exception]:
    """What each branch owns. Things come from the index in one statement; anything else is a search for each branch,
    of which an operation may make five: the rest fail with TOO_MANY_LOOKUPS.
    """
    if wanted.is_listed:
        lists = listed_under(
            city,
            index.things(_facts(city, wanted), AT_PLACE),
            CatalogueRecord,
            places,
            page,
            order="things",
        )
        return await _with_copies(city, wanted, lists)
    codes = place_index.codes_of(city.index, places)
    owned_by = {rid: msgspec.structs.replace(wanted, places=(rid,)) if rid in codes else None for rid in places}
    return await _searches(city, places, owned_by, page)


@reads(asks=SEARCHES)
async def catalogue_on(
    city: City, themes: Sequence[int], wanted: CatalogueFilter, page: PageArgs
) -> Sequence[Found[CatalogueRecord] | Exception]:
    """Works and things about each theme: things from the index in one statement, anything else by a search for each."""
    if wanted.themes is not None and wanted.themes.numbers:
        raise BadInput("themes: under a theme no others can be asked for")
    exact = is_exact(wanted.themes)
    if wanted.is_listed:
        lists = listed_under(
            city,
            index.things(_facts(city, wanted), of_records(CatalogueRecord.kind, exact)),
            CatalogueRecord,
            themes,
            page,
            order="things",
        )
        return await _with_copies(city, wanted, lists)
    about = {number: OnThemes(numbers=(number,), exact=exact) for number in themes}
    searches = {number: msgspec.structs.replace(wanted, themes=on) for number, on in about.items()}
    return await _searches(city, themes, searches, page)


async def _searches(
    city: City, parents: Sequence[int], wanted: Mapping[int, CatalogueFilter | None], page: PageArgs
) -> list[Found[CatalogueRecord] | Exception]:
    """A search for each parent that has one, of which an operation may make five. A parent that stands in the answer
    twice is searched for once.
    """

    async def one(parent: int) -> Found[CatalogueRecord] | Exception:
        about = wanted[parent]
        if about is None:
            return _nothing(lambda: _lookup_answers(city, {}))
        if city.catalogue_searches >= MOST_SEARCHES:
            return TooManyLookups(
                f"a search of the catalogue under each parent is a request of its own: at most {MOST_SEARCHES} in one"
                " operation"
            )
        city.catalogue_searches += 1
        return await catalogue(city, about, page)

    once = list(dict.fromkeys(parents))
    found = dict(zip(once, await asyncio.gather(*(one(parent) for parent in once)), strict=True))
    return [found[parent] for parent in parents]


def _facts(city: City, wanted: CatalogueFilter) -> ThingFilter:
    return ThingFilter(
        text=wanted.text or None,
        formats=wanted.formats,
        languages=wanted.languages,
        branches=_codes(city, wanted.places) if wanted.places else (),
        themes=wanted.themes,
    )


def _codes(city: City, places: Sequence[int]) -> tuple[str, ...]:
    """The catalogue's codes of these branches; a place that is none has a code that nothing matches."""
    known = place_index.codes_of(city.index, places)
    return tuple(known.get(rid, f"none:{rid}") for rid in places)


async def _searched(
    city: City, search: CatalogueSearch, wanted: CatalogueFilter, page: PageArgs
) -> Found[CatalogueRecord]:
    order = "catalogue"
    start = 0
    if page.after is not None:
        (position,) = cursors.decode(page.after, sort=order, length=1)
        if not isinstance(position, int) or not 0 < position < DEEPEST:
            raise BadInput("the cursor lies beyond what the catalogue lets one page to")
        start = position
    # the catalogue pages by number: a page that straddles two of its pages is read from both
    number, offset = divmod(start, page.first)
    query = CatalogueQuery(
        text=wanted.text or "",
        formats=wanted.formats,
        languages=wanted.languages,
        branches=_codes(city, wanted.places) if wanted.places else (),
        published_from=wanted.published_from,
        published_to=wanted.published_to,
        subject=wanted.subject,
        author=wanted.author,
        subjects=_subjects(wanted.themes),
        newest_first=wanted.newest_first,
        page=number + 1,
        limit=page.first,
        facets=wanted.facets,
    )
    try:
        pages = await asyncio.gather(
            *(
                city.fetch(search.search(msgspec.structs.replace(query, page=n)))
                for n in ((number + 1, number + 2) if offset else (number + 1,))
            )
        )
    except UpstreamError as error:
        return _without(city, search, wanted, page, error)
    values: list[CataloguePage] = [fetched.value for fetched in pages]
    total = values[0].total
    # a record that could not be read is missing from its page: rather show one twice than leave one out
    sent = min(page.first, max(0, total - number * page.first))
    seen = max(0, offset - max(0, sent - len(values[0].records)))
    records = [*values[0].records[seen:], *(record for value in values[1:] for record in value.records[:offset])]
    records = records[: page.first]
    has_next = bool(records) and start + page.first < min(total, DEEPEST)
    places = [start + i + 1 for i in range(len(records))]
    if has_next:
        places[-1] = start + page.first  # where the next page begins, however many could be read
    ages = [fetched.read_at for fetched in pages]
    stale = [fetched for fetched in pages if fetched.is_stale]
    city.now(min(fetched.fresh_until for fetched in pages) if not stale else None)
    told = SourceAnswer(
        source=search.source,
        state=AnswerState.STALE if stale else AnswerState.FRESH,
        fetched_at=min(ages),
        message="served from a copy past its time" if stale else None,
    )
    return Found(
        nodes=records,
        cursors=[cursors.encode(order, (place,)) for place in places],
        has_next=has_next,
        has_previous=start > 0,
        answers=lambda: _lookup_answers(city, {search.source.id: told}),
        totals=total,
        facets=values[0].facets,
    )


def _subjects(wanted: OnThemes | None) -> tuple[str, ...]:
    """What the catalogue calls these themes."""
    numbers = () if wanted is None else wanted.numbers
    return tuple(dict.fromkeys(label for number in numbers for label in vocabulary.called(number)))


def _without(
    city: City, search: CatalogueSearch, wanted: CatalogueFilter, page: PageArgs, error: UpstreamError
) -> Found[CatalogueRecord]:
    """The catalogue does not answer: on the first page the things that the index has are served, the rest is told."""
    state = AnswerState.TIMED_OUT if isinstance(error, UpstreamTimeout) else AnswerState.FAILED
    message = f"the search failed: {error}"
    wants_things = not wanted.formats or bool(frozenset(wanted.formats) & LISTED)
    if page.after is None and wants_things:
        only = msgspec.structs.replace(wanted, formats=tuple(LISTED))
        if only.is_listed:
            things = _things(city, only, page)
            told = SourceAnswer(
                source=search.source, state=state, message=f"{message}; only harvested things to borrow are shown"
            )
            return Found(
                nodes=things.nodes,
                cursors=things.cursors,
                has_next=False,
                has_previous=False,
                answers=lambda: _lookup_answers(city, {search.source.id: told}),
                totals=len(things.nodes),
            )
    told = SourceAnswer(source=search.source, state=state, message=message)
    return _nothing(lambda: _lookup_answers(city, {search.source.id: told}))


def _lookup_answers(city: City, told: dict[str, SourceAnswer]) -> list[SourceAnswer]:
    return [
        told.get(search.source.id)
        or SourceAnswer(source=search.source, state=AnswerState.SKIPPED, message="not asked for this list")
        for search in city.hall.catalogues.values()
    ]


def _nothing(told: Any) -> Found[CatalogueRecord]:
    return Found(nodes=(), cursors=(), has_next=False, has_previous=False, answers=told, totals=0)


async def by_keys(city: City, source: str, keys: Sequence[str]) -> list[CatalogueRecord | None]:
    """Records of a catalogue by its own ids: from the index where they are things, else asked together."""
    search = city.hall.catalogues.get(source)
    if search is None or not keys:
        return [None for _ in keys]
    fetched = await city.fetch(search.records(list(keys)))
    found = {record.ref.key: record for record in fetched.value}
    return [found.get(key) for key in keys]
