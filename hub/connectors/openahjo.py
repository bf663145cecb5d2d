"""Open Ahjo: the city's cases of earlier years with the places that they are about. Legacy, and perhaps gone.

Upstream   dev.hel.fi/paatokset/v1, REST, JSON (Tastypie), no key; its code was last changed in 2022 and the address may
           no longer answer: see with `hub check` before it is switched on
Licence    not stated: the source is named and every case linked
Languages  Finnish only
Time       latest_decision_date is a date; last_modified_time has no zone: Europe/Helsinki
Paging     limit (20; 100 here) and offset; our cursor is the next offset; `next` is a path and is never followed
Quirks     a case, not a decision: what was decided last, and when; format=json is always sent, else a browser's page;
           the decisions' texts (agenda_item/) name those who introduced and prepared them: never asked;
           an error is a text or a page

Options    page       address of a case's page for people, with {case}: the diary number as the new site writes it
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Annotated, ClassVar

import msgspec

from hub.connectors.cases import case_number, case_path, districts_in
from hub.connectors.geojson import GeoJson, drawn
from hub.connectors.markup import plain
from hub.connectors.moments import instant, local_date
from hub.connectors.options import Options
from hub.connectors.weblinks import weblink
from hub.fetch import Ask, Collection, Fetch, Page, Reply, Source, get
from hub.freshness import Freshness, days
from hub.records.civic import Decision, NamedArea
from hub.records.core import LocalizedText, localized
from hub.records.places import AreaKind

CASES = Freshness(fresh=days(7), while_revalidate=days(30), if_error=days(365))  # nothing is added any more

LIMIT = "100"
PAGE_FOR_PEOPLE = "https://paatokset.hel.fi/fi/asia/{case}"
AREA_KINDS = {
    "neighborhood": AreaKind.NEIGHBOURHOOD,
    "sub_district": AreaKind.SUB_DISTRICT,
    "district": AreaKind.DISTRICT,
    "major_district": AreaKind.MAJOR_DISTRICT,
}


class OpenAhjo:
    """Pure: it says what to ask and what the reply means. What a configuration may change stands in its source."""

    UPSTREAM: ClassVar[str] = "openahjo"
    OPTIONS: ClassVar[frozenset[str]] = frozenset({"page"})
    IS_DOCUMENT: ClassVar[bool] = False

    def __init__(self, source: Source) -> None:
        self.source = source
        with Options(source) as given:
            self.page_for_people = given.address("page", PAGE_FOR_PEOPLE, holding="{case}")

    def collections(self) -> Iterable[Collection]:
        # History: it is read again only to see that it is still there.
        yield Collection(kind=Decision.kind, pages=self.cases, every=days(7), full=days(7), urgency=90)

    def probe(self) -> Fetch[Page[Decision]]:
        """One case, with every field that we read."""
        params = {"format": "json", "limit": "1"}
        return get(self.source, "issue/", params, parse=partial(self._page, skip=0), freshness=CASES)

    def cases(self, ask: Ask) -> Fetch[Page[Decision]]:
        """All cases, 100 at a time, in the order that they have: none of ours is documented for this list."""
        skip = int(ask.after or 0)
        params = {"format": "json", "limit": LIMIT, "offset": str(skip)}
        return get(self.source, "issue/", params, parse=partial(self._page, skip=skip), freshness=CASES)

    def _page(self, reply: Reply, *, skip: int) -> Page[Decision]:
        many = reply.json(_Many)
        items, dropped = reply.rows(many.objects, _Issue, partial(self._case, reply))
        end = skip + len(many.objects)
        following = str(end) if many.meta.next and many.objects else None
        return reply.page(items, sent=len(many.objects), dropped=dropped, total=many.meta.total_count, next=following)

    def _case(self, reply: Reply, issue: _Issue) -> Decision:
        number = case_number(issue.register_id)
        page = self.page_for_people.replace("{case}", case_path(number)) if number else None
        named = tuple(
            NamedArea(name=LocalizedText(fi=name), area_kind=AREA_KINDS[district.type])
            for district in issue.districts
            if district.type in AREA_KINDS and (name := plain(district.name, 200))
        )
        return Decision(
            ref=self.source.ref(Decision.kind, issue.id),
            read_at=reply.read_at,
            modified_at=instant(issue.last_modified_time),
            url=weblink(page),
            title=localized(plain(issue.subject)),
            case_number=number,
            summary=localized(plain(issue.summary)),
            decided_on=local_date(decided) if (decided := instant(issue.latest_decision_date)) else None,
            category=localized(plain(issue.category_name)),
            areas=named or districts_in(issue.subject),
            geometry=drawn(issue.geometries),
        )


class _Meta(msgspec.Struct):
    next: str | None
    total_count: int


class _Many(msgspec.Struct):
    meta: _Meta
    objects: list[msgspec.Raw]


class _District(msgspec.Struct):
    name: str
    type: str


class _Issue(msgspec.Struct):
    id: Annotated[int, msgspec.Meta(ge=1, le=2**53)]
    register_id: str | None = None
    subject: str | None = None
    summary: str | None = None
    category_name: str | None = None
    latest_decision_date: str | None = None
    last_modified_time: str | None = None
    geometries: list[GeoJson] = []
    districts: list[_District] = []
