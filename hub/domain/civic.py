"""Hearings: what residents are asked, and whether they still are. Decisions: what was decided."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

import msgspec

from hub.domain import answers
from hub.domain.city import City
from hub.domain.lists import Found, PageArgs, listed, listed_under
from hub.domain.reading import reads
from hub.errors import BadInput
from hub.index import civic as index
from hub.index import places as place_index
from hub.index.civic import DECISION_IN_AREA, HEARING_IN_AREA, DecisionFilter, HearingFilter
from hub.index.themes import is_exact, of_records
from hub.records.civic import Decision, Hearing, HearingComments, HearingSection
from hub.records.core import Ref
from hub.records.places import Area, AreaKind


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """`fetched_at`: when the number was last confirmed."""

    count: int
    fetched_at: datetime


# ---- hearings


def hearings(city: City, wanted: HearingFilter, page: PageArgs) -> Found[Hearing]:
    """Hearings that match: open ones by when they close, others by when they opened, the latest first."""
    return listed(
        city,
        index.hearings(wanted, _asked_at(city, wanted)),
        Hearing,
        page,
        order=_order(wanted),
        answers=lambda: answers.from_collections(city, *_kinds(wanted)),
    )


def hearings_in(city: City, areas: Sequence[int], wanted: HearingFilter, page: PageArgs) -> list[Found[Hearing]]:
    """The hearings about each area."""
    return listed_under(
        city,
        index.hearings(wanted, _asked_at(city, wanted), HEARING_IN_AREA),
        Hearing,
        areas,
        page,
        order=_order(wanted),
        answers=lambda: answers.from_collections(city, *_kinds(wanted)),
    )


def hearings_on(city: City, themes: Sequence[int], wanted: HearingFilter, page: PageArgs) -> list[Found[Hearing]]:
    """The hearings about each theme."""
    return listed_under(
        city,
        index.hearings(wanted, _asked_at(city, wanted), of_records(Hearing.kind, is_exact(wanted.themes))),
        Hearing,
        themes,
        page,
        order=_order(wanted),
        answers=lambda: answers.from_collections(city, *_kinds(wanted)),
    )


def _asked_at(city: City, wanted: HearingFilter) -> datetime:
    """Now; which is good until some hearing opens or closes, if that matters to what is asked."""
    return city.now() if wanted.is_open is None else city.now(lambda now: index.next_edge(city.index, now))


def _order(wanted: HearingFilter) -> str:
    return "hearings:closing" if index.closes_first(wanted) else "hearings"


def _kinds(wanted: HearingFilter) -> tuple[str, ...]:
    """Whose collections a list is made of: words are looked for in the sections too."""
    return (Hearing.kind,) if wanted.text is None else (Hearing.kind, HearingSection.kind)


def is_open(city: City, hearing: Hearing) -> bool:
    """Whether one may comment now."""
    if hearing.closed_early:
        return False
    now = city.now()
    edges = [edge for edge in (hearing.opens_at, hearing.closes_at) if edge is not None and edge > now]
    city.now(min(edges, default=None))
    has_opened = hearing.opens_at is None or hearing.opens_at <= now
    return has_opened and (hearing.closes_at is None or now < hearing.closes_at)


@reads("hearing_comments")
def comments_of(city: City, hearings_: Sequence[Ref]) -> list[Counted | None]:
    """How many comments each has, and of when that number is; None: not counted yet."""
    refs = [Ref(HearingComments.kind, ref.source, ref.key) for ref in hearings_]
    known = city.index.by_refs(refs)
    counts = {ref: said.record for ref, said in known.items() if isinstance(said.record, HearingComments)}
    ages = city.index.fetched_at([record.rid for record in counts.values()])
    return [
        Counted(count=found.count, fetched_at=ages.get(found.rid, found.read_at))
        if (found := counts.get(ref)) is not None
        else None
        for ref in refs
    ]


@reads("hearing_section")
def sections_of(city: City, hearings_: Sequence[int]) -> list[list[HearingSection]]:
    """The parts of each hearing's text, the main one first."""
    found: dict[int, list[HearingSection]] = defaultdict(list)
    for hearing, section in index.sections(city.index, hearings_):
        found[hearing].append(section)
    return [found[rid] for rid in hearings_]


def areas_of_hearings(city: City, rids: Sequence[int], kinds: tuple[AreaKind, ...]) -> list[list[Area]]:
    """The areas that each is about, narrowest first; of all kinds if none is named."""
    return _areas(city, "hearing", rids, kinds)


# ---- decisions


def decisions(city: City, wanted: DecisionFilter, page: PageArgs) -> Found[Decision]:
    """Decisions that match, the latest first."""
    return listed(city, index.decisions(_checked(wanted)), Decision, page, order="decisions")


def decisions_in(city: City, areas: Sequence[int], wanted: DecisionFilter, page: PageArgs) -> list[Found[Decision]]:
    """The decisions about each area, as far as anybody tells."""
    return listed_under(
        city, index.decisions(_checked(wanted), DECISION_IN_AREA), Decision, areas, page, order="decisions"
    )


def decisions_on(city: City, themes: Sequence[int], wanted: DecisionFilter, page: PageArgs) -> list[Found[Decision]]:
    """The decisions about each theme."""
    return listed_under(
        city,
        index.decisions(_checked(wanted), of_records(Decision.kind, is_exact(wanted.themes))),
        Decision,
        themes,
        page,
        order="decisions",
    )


def _checked(wanted: DecisionFilter) -> DecisionFilter:
    first, last = wanted.decided_from, wanted.decided_to
    if first is not None and last is not None and last < first:
        raise BadInput(f"decidedTo: {last} is before decidedFrom: {first}")
    return wanted


def areas_of_decisions(city: City, rids: Sequence[int], kinds: tuple[AreaKind, ...]) -> list[list[Area]]:
    return _areas(city, "decision", rids, kinds)


def _areas(city: City, table: str, rids: Sequence[int], kinds: tuple[AreaKind, ...]) -> list[list[Area]]:
    rows = [row for row in index.areas_of(city.index, table, rids) if not kinds or row[2] in kinds]
    wanted = list(dict.fromkeys(area for _, area, _ in rows))
    known = dict(zip(wanted, place_index.areas(city.index, wanted), strict=True))
    held: dict[int, list[Area]] = defaultdict(list)
    for rid, number, _ in rows:
        if (area := known[number]) is not None:
            held[rid].append(area)
    return [held[rid] for rid in rids]
