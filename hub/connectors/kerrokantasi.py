"""Kerro kantasi: the city's hearings, with their sections, and how many comments each has.

Upstream   kerrokantasi.api.hel.fi/v1, REST, JSON, no key; a token would show drafts, so none is ever sent
Licence    not stated: the source is named and every hearing linked
Languages  all in one reply; a language without text is left out, nothing in any language is {} or "" or null
Time       moments with Helsinki's offset and six decimals; there is no time of change, so all is read anew
Paging     limit (50, no maximum: 100 here) and offset; our cursor is the next offset, so an address that the reply
           holds is never followed; past the end comes an empty page
Quirks     a list shows what is published and has opened; hearing/map/ and project/ show drafts too: neither is asked;
           a hearing's own page (hearing/<id>/) carries contact persons: never asked, sections come from section/;
           a slug may change or pass to another hearing: ids are the keys, slugs make the links;
           `closed` is true after the times and when closed early, and the latter is told by nothing else;
           n_comments counts comments that wait for a moderator, the length of the comment list does not

Options    page       address of a hearing's page for people, with {slug}
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Annotated, ClassVar, TypeAlias, TypeVar
from urllib.parse import quote

import msgspec

from hub.connectors.geojson import GeoJson, drawn, middle
from hub.connectors.markup import localized_html, localized_plain
from hub.connectors.moments import instant
from hub.connectors.options import Options
from hub.connectors.weblinks import weblink
from hub.fetch import Ask, Collection, Fetch, Page, Reply, Source, get
from hub.freshness import Freshness, days, hours, minutes
from hub.records.civic import Hearing, HearingComments, HearingProject, HearingSection, NamedArea
from hub.records.core import LocalizedText, Record

HEARINGS = Freshness(fresh=hours(1), while_revalidate=days(1), if_error=days(30))
COMMENTS = Freshness(fresh=minutes(15), while_revalidate=hours(1), if_error=days(7))

LIMIT = "100"
PAGE_FOR_PEOPLE = "https://kerrokantasi.hel.fi/{slug}"
# A free field, "" or the address of a unit's page, whose number is the register's.
UNIT_PAGE = re.compile(r"https?://[^/\s]+/(?:[^\s?#]*/)?unit/(\d{1,12})(?:[/?#]\S*)?", re.ASCII)
# A borough is free text and may name several.
BETWEEN_NAMES = re.compile(r"\s*[,;/&]\s*|\s+(?:ja|och|and)\s+")


class Kerrokantasi:
    """Pure: it says what to ask and what the reply means. What a configuration may change stands in its source."""

    UPSTREAM: ClassVar[str] = "kerrokantasi"
    OPTIONS: ClassVar[frozenset[str]] = frozenset({"page"})
    IS_DOCUMENT: ClassVar[bool] = False

    def __init__(self, source: Source) -> None:
        self.source = source
        with Options(source) as given:
            self.page_for_people = given.address("page", PAGE_FOR_PEOPLE, holding="{slug}")

    def collections(self) -> Iterable[Collection]:
        # A hearing is open for weeks, so an hour's delay costs nobody a chance; a text that opened is seldom changed.
        # Comments come by the hour while a hearing is open, and hardly move once it is closed.
        yield Collection(kind=Hearing.kind, pages=self.hearings, every=hours(1), full=hours(1), urgency=40)
        yield Collection(kind=HearingSection.kind, pages=self.sections, every=hours(6), full=hours(6), urgency=45)
        yield Collection(
            kind=HearingComments.kind,
            pages=self.comment_counts,
            changes=self.open_comment_counts,
            every=minutes(15),
            full=days(1),
            urgency=60,
        )

    def probe(self) -> Fetch[Page[Hearing]]:
        """The newest hearing, with every field that we read."""
        params = {"include": "geojson", "ordering": "-created_at", "limit": "1"}
        return get(self.source, "hearing/", params, parse=partial(self._hearings, skip=0), freshness=HEARINGS)

    def hearings(self, ask: Ask) -> Fetch[Page[Hearing]]:
        """All that were ever opened, the oldest first, so that a new one shifts no page."""
        skip = int(ask.after or 0)
        params = {"include": "geojson", "ordering": "created_at", "limit": LIMIT, "offset": str(skip)}
        return get(self.source, "hearing/", params, parse=partial(self._hearings, skip=skip), freshness=HEARINGS)

    def sections(self, ask: Ask) -> Fetch[Page[HearingSection]]:
        """The sections of all hearings, by whatever order the upstream has: it takes none."""
        skip = int(ask.after or 0)
        params = {"limit": LIMIT, "offset": str(skip)}
        return get(self.source, "section/", params, parse=partial(self._sections, skip=skip), freshness=HEARINGS)

    def comment_counts(self, ask: Ask) -> Fetch[Page[HearingComments]]:
        """Of all hearings."""
        skip = int(ask.after or 0)
        params = {"ordering": "created_at", "limit": LIMIT, "offset": str(skip)}
        return get(self.source, "hearing/", params, parse=partial(self._counts, skip=skip), freshness=COMMENTS)

    def open_comment_counts(self, ask: Ask) -> Fetch[Page[HearingComments]]:
        """Of those that take comments now: no other number moves."""
        skip = int(ask.after or 0)
        params = {"open": "true", "ordering": "created_at", "limit": LIMIT, "offset": str(skip)}
        return get(self.source, "hearing/", params, parse=partial(self._counts, skip=skip), freshness=COMMENTS)

    def _hearings(self, reply: Reply, *, skip: int) -> Page[Hearing]:
        return _page(reply, _Hearing, partial(self._hearing, reply), skip)

    def _sections(self, reply: Reply, *, skip: int) -> Page[HearingSection]:
        return _page(reply, _Section, partial(self._section, reply), skip)

    def _counts(self, reply: Reply, *, skip: int) -> Page[HearingComments]:
        return _page(reply, _Count, partial(self._count, reply), skip)

    def _hearing(self, reply: Reply, row: _Hearing) -> Hearing | None:
        opens, closes = instant(row.open_at), instant(row.close_at)
        if row.published is False or (opens is not None and opens > reply.read_at):
            return None  # a draft, or one that is not open yet: no list should hold it, and we would not show it
        geometry = drawn([row.geojson])
        unit = UNIT_PAGE.fullmatch(row.servicemap_url or "")
        project = row.project
        return Hearing(
            ref=self.source.ref(Hearing.kind, row.id),
            read_at=reply.read_at,
            url=weblink(self.page_for_people.replace("{slug}", quote(row.slug, safe=""))) if row.slug else None,
            title=_plain(row.title),
            summary=_plain(row.abstract),
            opens_at=opens,
            closes_at=closes,
            closed_early=row.closed and (closes is None or closes > reply.read_at),
            labels=tuple(text for label in row.labels if (text := _plain(label.label)) is not None),
            project=None
            if project is None
            else HearingProject(
                key=project.id,
                title=_plain(project.title),
                phase=next((_plain(phase.title) for phase in project.phases if phase.is_active), None),
            ),
            organiser_name=_plain(row.organization),
            areas=_areas(row.borough),
            geometry=geometry,
            location=middle(geometry),
            tprek_id=unit[1] if unit else None,
            created_at=instant(row.created_at),
        )

    def _section(self, reply: Reply, row: _Section) -> HearingSection:
        return HearingSection(
            ref=self.source.ref(HearingSection.kind, row.id),
            read_at=reply.read_at,
            hearing=self.source.ref(Hearing.kind, row.hearing),
            type=row.type,
            title=_plain(row.title),
            summary=_plain(row.abstract),
            body=_html(row.content),
            created_at=instant(row.created_at),
        )

    def _count(self, reply: Reply, row: _Count) -> HearingComments | None:
        if row.published is False:
            return None
        return HearingComments(
            ref=self.source.ref(HearingComments.kind, row.id),
            read_at=reply.read_at,
            hearing=self.source.ref(Hearing.kind, row.id),
            count=row.n_comments,
        )


def _page(reply: Reply, shape: type[Row], make: Callable[[Row], R | None], skip: int) -> Page[R]:
    many = reply.json(_Many)
    items, dropped = reply.rows(many.results, shape, make)
    end = skip + len(many.results)
    following = str(end) if many.next and many.results else None  # an empty page ends it, whatever it promises
    return reply.page(items, sent=len(many.results), dropped=dropped, total=many.count, next=following)


def _of(texts: _Text) -> Mapping[str, str | None]:
    """A text without translations is a bare string; in which language, nobody tells: Finnish is the service's own."""
    if isinstance(texts, str):
        return {"fi": texts}
    return {} if texts is None else texts


def _plain(texts: _Text) -> LocalizedText | None:
    said = _of(texts)
    return localized_plain(said.get("fi"), said.get("sv"), said.get("en"))


def _html(texts: _Text) -> LocalizedText | None:
    said = _of(texts)
    return localized_html(said.get("fi"), said.get("sv"), said.get("en"))


def _areas(texts: _Text) -> tuple[NamedArea, ...]:
    """Each name of a part of the city, in each language on its own: lists in two languages need not run alike."""
    whole = _plain(texts)
    if whole is None:
        return ()
    parted = {
        language: [name for name in BETWEEN_NAMES.split(text) if name]
        for language in ("fi", "sv", "en")
        if (text := getattr(whole, language)) is not None
    }
    if all(len(names) == 1 for names in parted.values()):
        return (NamedArea(name=whole),)
    return tuple(
        NamedArea(name=LocalizedText(**{language: name})) for language, names in parted.items() for name in names
    )


Row = TypeVar("Row")
R = TypeVar("R", bound=Record)
Id = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern="^[A-Za-z0-9_-]+$")]
Word = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
_Text: TypeAlias = "dict[str, str | None] | str | None"


class _Many(msgspec.Struct):
    results: list[msgspec.Raw]
    count: int
    next: str | None


class _Label(msgspec.Struct):
    label: _Text = None


class _Phase(msgspec.Struct):
    title: _Text = None
    is_active: bool = False


class _Project(msgspec.Struct):
    id: Id
    title: _Text = None
    phases: list[_Phase] = []


class _Hearing(msgspec.Struct):
    id: Id
    slug: str
    closed: bool
    open_at: str | None = None
    close_at: str | None = None
    created_at: str | None = None
    published: bool | None = None
    title: _Text = None
    abstract: _Text = None
    borough: _Text = None
    labels: list[_Label] = []
    project: _Project | None = None
    organization: str | None = None
    servicemap_url: str | None = None
    geojson: GeoJson | None = None


class _Section(msgspec.Struct):
    id: Id
    hearing: Id
    type: Word
    created_at: str | None = None
    title: _Text = None
    abstract: _Text = None
    content: _Text = None


class _Count(msgspec.Struct):
    id: Id
    n_comments: Annotated[int, msgspec.Meta(ge=0, le=10_000_000)]
    published: bool | None = None
