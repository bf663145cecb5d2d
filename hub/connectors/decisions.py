"""Decisions: what the city's bodies decided in the last 24 months, from the search index behind paatokset.hel.fi.

Upstream   the site's index proxy, Elasticsearch query DSL, POST paatokset_decisions/_search, no key; its address is the
           site's own configuration and not advertised: ask its owners first, then configure it as `url`
Licence    not stated: the source is named and every decision linked
Languages  fi, sv: one document for each language version of a decision; those of one decision are put together here
Time       meeting_date: an ISO moment, or epoch milliseconds; the day is that of Helsinki
Paging     a month at a time, the latest first, 500 documents of it at a time; from + size must stay within 10 000
Quirks     every field is an array; booleans may be true, "true" or 1; hits.total counts documents, not decisions;
           the texts of decisions are large and stay where they are: headings only;
           who decides may be a person (an elected one, or an office that one holds): bodies are asked for, by type;
           no district and no point: a plan's heading numbers its district, "(49.ko)"

Options    site       address that relative links of decisions belong to
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, ClassVar

import msgspec

from hub.connectors.cases import case_number, districts_in
from hub.connectors.markup import localized_plain
from hub.connectors.moments import instant, local_date
from hub.connectors.options import Options
from hub.connectors.weblinks import weblink
from hub.fetch import Ask, Collection, Fetch, Page, Reply, Request, Source
from hub.freshness import Freshness, days, hours
from hub.records.civic import Decision
from hub.records.core import LANGUAGES, LocalizedText

SEARCH = Freshness(fresh=hours(12), while_revalidate=days(1), if_error=days(30))

INDEX = "paatokset_decisions/_search"
SITE = "https://paatokset.hel.fi/"
MONTHS = 24
SIZE = 500
FURTHEST = 10_000  # from + size: the index refuses more
# The index's words for deciders that are several people. Luottamushenkilö and Viranhaltija are persons.
BODIES = ("Valtuusto", "Hallitus", "Lautakunta", "Jaosto", "Toimi-/Neuvottelukunta", "Tiimi")
FIELDS = (
    "subject",
    "issue_id",
    "issue_subject",
    "top_category_name",
    "organization_name",
    "organization_type",
    "meeting_date",
    "decision_url",
    "field_is_decision",
    "search_api_language",
)
DOCUMENT = re.compile(r"entity:node/(\d{1,12}):([a-z]{2,3})", re.ASCII)
MILLISECONDS = re.compile(r"-?\d{9,14}", re.ASCII)
TRUE = frozenset({True, "true", "1"})  # 1 is True


class Decisions:
    """Pure: it says what to ask and what the reply means. What a configuration may change stands in its source."""

    UPSTREAM: ClassVar[str] = "decisions"
    OPTIONS: ClassVar[frozenset[str]] = frozenset({"site"})
    IS_DOCUMENT: ClassVar[bool] = False

    def __init__(self, source: Source) -> None:
        self.source = source
        with Options(source) as given:
            self.site = given.address("site", SITE)

    def collections(self) -> Iterable[Collection]:
        # Bodies meet by the week and their minutes come days later: twice a day loses nothing.
        yield Collection(
            kind=Decision.kind, pages=self.decisions, every=hours(12), full=hours(12), in_window=is_recent, urgency=70
        )

    def probe(self) -> Fetch[Page[Decision]]:
        """The latest decision, with every field that we read."""
        return self._search(_asked(None, skip=0, size=1), parse=self._latest)

    def decisions(self, ask: Ask) -> Fetch[Page[Decision]]:
        """Those of a month, the latest first; after its last page come those of the month before."""
        word, _, skipped = (ask.after or f"{_month_of(ask.now):%Y-%m}:0").partition(":")
        month, skip = date.fromisoformat(f"{word}-01"), int(skipped)
        size = min(SIZE, FURTHEST - skip)
        parse = partial(self._month, month=month, skip=skip, size=size, oldest=_oldest(ask.now))
        return self._search(_asked(month, skip=skip, size=size), parse=parse)

    def _search(self, body: dict[str, Any], *, parse: Callable[[Reply], Page[Decision]]) -> Fetch[Page[Decision]]:
        request = Request(
            method="POST",
            url=self.source.url + INDEX,
            headers=(("Accept", "application/json"), ("Content-Type", "application/json")),
            body=msgspec.json.encode(body, order="deterministic"),
        )
        return Fetch(source=self.source, request=request, parse=parse, freshness=SEARCH)

    def _latest(self, reply: Reply) -> Page[Decision]:
        return self._page(reply, reply.json(_Many).hits.hits)

    def _month(self, reply: Reply, *, month: date, skip: int, size: int, oldest: date) -> Page[Decision]:
        many = reply.json(_Many)
        if many.timed_out:
            raise reply.changed("the index ran out of time and sent what it had by then")
        hits, total = many.hits.hits, many.hits.total.value
        if len(hits) >= size and skip + len(hits) < min(total, FURTHEST):
            hits = _without_the_last_case(hits)
        end = skip + len(hits)
        if hits and end < min(total, FURTHEST):
            return self._page(reply, hits, next=f"{month:%Y-%m}:{end}")
        before = _months_before(month, 1)
        return self._page(
            reply,
            hits,
            next=f"{before:%Y-%m}:0" if before >= oldest else None,
            complete=end >= total,  # what stands behind the ten thousandth, nobody can be asked for
        )

    def _page(self, reply: Reply, hits: Sequence[msgspec.Raw], **how: Any) -> Page[Decision]:
        versions, dropped = reply.rows(hits, _Hit, partial(self._version, reply), key=_key)
        together: dict[str, Decision] = {}
        for version in versions:
            other = together.get(version.ref.key)
            together[version.ref.key] = version if other is None else _in_both(other, version)
        return reply.page(together.values(), sent=len(hits), dropped=dropped, **how)

    def _version(self, reply: Reply, hit: _Hit) -> Decision | None:
        """One language version of a decision; None for a motion, and where the decider is no body."""
        document = DOCUMENT.fullmatch(hit.id)
        if document is None:
            raise ValueError(f"{hit.id[:60]!r} is no document of a decision")
        said = hit.fields
        if _first(said.organization_type) not in BODIES or (said.is_decision and said.is_decision[0] not in TRUE):
            return None
        language = _first(said.language) or document[2]
        if language not in LANGUAGES:
            raise ValueError(f"a text in {language[:20]!r}")
        subject, issue = _first(said.subject), _first(said.issue_subject)
        return Decision(
            ref=self.source.ref(Decision.kind, document[1]),
            read_at=reply.read_at,
            url=weblink(_first(said.url), base=self.site),
            title=localized_plain(**{language: subject or issue}),
            case_title=localized_plain(**{language: issue}),
            case_number=case_number(_first(said.issue_id)),
            decided_on=_day(said.meeting_date[0]) if said.meeting_date else None,
            policymaker=localized_plain(**{language: _first(said.organization_name)}),
            category=localized_plain(**{language: _first(said.category)}),
            areas=districts_in(subject) or districts_in(issue),
        )


def is_recent(decision: Decision, now: datetime) -> bool:
    return decision.decided_on is None or decision.decided_on >= _oldest(now)


def _asked(month: date | None, *, skip: int, size: int) -> dict[str, Any]:
    filters: list[dict[str, Any]] = [
        {"exists": {"field": "meeting_date"}},
        {"terms": {"organization_type": BODIES}},
    ]
    if month is not None:
        last = _months_before(month, -1) - timedelta(days=1)
        filters.append({"range": {"meeting_date": {"gte": month.isoformat(), "lte": last.isoformat()}}})
    return {
        "_source": False,
        "track_total_hits": True,
        "from": skip,
        "size": size,
        "query": {"bool": {"filter": filters}},
        # the versions of one decision stand beside each other
        "sort": [{"meeting_date": "desc"}, {"unique_issue_id": "asc"}],
        "fields": FIELDS,
    }


def _month_of(now: datetime) -> date:
    return local_date(now).replace(day=1)


def _oldest(now: datetime) -> date:
    return _months_before(_month_of(now), MONTHS)


def _months_before(first: date, months: int) -> date:
    """The first day of the month so many months before that of `first`."""
    count = first.year * 12 + first.month - 1 - months
    return date(count // 12, count % 12 + 1, 1)


def _without_the_last_case(hits: Sequence[msgspec.Raw]) -> list[msgspec.Raw]:
    """What a full page is sure to hold whole: the next page begins with the case that this one may cut in two."""
    last = _place(hits[-1])
    kept = list(hits)
    while kept and _place(kept[-1]) == last:
        kept.pop()
    return kept or list(hits)


def _place(hit: msgspec.Raw) -> list[Any] | None:
    """What it is sorted by; None where that can't be read."""
    try:
        return msgspec.json.decode(hit, type=_Place).sort
    except (ValueError, RecursionError):
        return None


def _key(hit: msgspec.Raw) -> str | None:
    """The key of a version that is otherwise unreadable."""
    try:
        document = DOCUMENT.fullmatch(msgspec.json.decode(hit, type=_Identity).id)
    except (ValueError, RecursionError):
        return None
    return document[1] if document else None


def _in_both(one: Decision, other: Decision) -> Decision:
    """Two versions of one decision; the Finnish one speaks where a field has no language."""
    if (one.title is None or one.title.fi is None) and other.title is not None and other.title.fi is not None:
        one, other = other, one
    return msgspec.structs.replace(
        one,
        title=_united(one.title, other.title),
        case_title=_united(one.case_title, other.case_title),
        policymaker=_united(one.policymaker, other.policymaker),
        category=_united(one.category, other.category),
    )


def _united(one: LocalizedText | None, other: LocalizedText | None) -> LocalizedText | None:
    if one is None or other is None:
        return one or other
    return LocalizedText(fi=one.fi or other.fi, sv=one.sv or other.sv, en=one.en or other.en)


def _first(values: Sequence[str]) -> str | None:
    return values[0] if values else None


def _day(said: str | int) -> date:
    if isinstance(said, int) or MILLISECONDS.fullmatch(said):
        try:
            moment = datetime.fromtimestamp(int(said) / 1000, UTC)
        except (OSError, OverflowError) as error:
            raise ValueError(f"{said} is outside the calendar") from error
        said = moment.isoformat()
    found = instant(said)
    if found is None:
        raise ValueError("an empty meeting date")
    return local_date(found)


class _Total(msgspec.Struct):
    value: int


class _Hits(msgspec.Struct):
    total: _Total
    hits: list[msgspec.Raw]


class _Many(msgspec.Struct):
    hits: _Hits
    timed_out: bool = False


class _Identity(msgspec.Struct, rename={"id": "_id"}):
    id: str


class _Place(msgspec.Struct):
    sort: list[Any]


class _Fields(
    msgspec.Struct,
    rename={
        "category": "top_category_name",
        "url": "decision_url",
        "is_decision": "field_is_decision",
        "language": "search_api_language",
    },
):
    """The fields of FIELDS: every one an array, absent where there is nothing."""

    subject: list[str] = []
    issue_id: list[str] = []
    issue_subject: list[str] = []
    category: list[str] = []
    organization_name: list[str] = []
    organization_type: list[str] = []
    meeting_date: list[str | int] = []
    url: list[str] = []
    is_decision: list[bool | str | int] = []
    language: list[str] = []


class _Hit(msgspec.Struct, rename={"id": "_id"}):
    id: str
    fields: _Fields
