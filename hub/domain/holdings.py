"""Who owns copies of what, from the catalogue; and which of them are in now, from the circulation systems."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from math import inf

import msgspec

from hub.domain import places
from hub.domain.answers import AnswerState, SourceAnswer, worst
from hub.domain.city import City, HoldingsAsked
from hub.domain.reading import Asks, reads
from hub.errors import NoCredentials, UpstreamError, UpstreamTimeout
from hub.index import places as index
from hub.index.geo import Near, distance
from hub.index.stems import sort_key
from hub.records.catalogue import CatalogueRecord, Copy, HoldingState
from hub.records.merged import CityPlace

log = logging.getLogger(__name__)

MOST_ASKED = 200  # records of one operation; the shelf of the others is UNKNOWN
TOKENS = 2  # requests for one: when none is held, and when the one that is held is refused


def _questions(circulation: HoldingsAsked, records: int) -> int:
    return -(-min(records, MOST_ASKED) // circulation.MOST_RECORDS) * circulation.MOST_PAGES + TOKENS


THE_SHELVES = Asks(whom="circulations", requests=_questions)
# What a branch with several copies tells: the best that one finds there.
BEST = (HoldingState.AVAILABLE, HoldingState.REFERENCE_ONLY, HoldingState.ON_LOAN, HoldingState.UNAVAILABLE)


class Holding(msgspec.Struct, frozen=True, kw_only=True):
    """The copies of one record in one branch. UNKNOWN, and None: no circulation system is there, it did not answer,
    or it does not know of copies there that the catalogue (a day old) lists.
    """

    place: CityPlace | None
    code: str
    state: HoldingState = HoldingState.UNKNOWN
    available: int | None = None
    total: int | None = None
    due_at: datetime | None = None
    shelf: str | None = None


class HoldingFilter(msgspec.Struct, frozen=True, kw_only=True):
    """None: any. What is not known is neither so nor not so. `near`: the branches inside, nearest first."""

    is_available: bool | None = None
    open_now: bool | None = None
    near: Near | None = None


ALL = HoldingFilter()


@reads("place", "library", "opening_day", asks=THE_SHELVES)
async def holdings_of(
    city: City, records: Sequence[CatalogueRecord], wanted: HoldingFilter = ALL
) -> list[list[Holding]]:
    """The branches that own copies of each record, by name; last the codes that are no branch we know."""
    await ask(city, records)
    copies = [_by_branch(city, record.ref.key) for record in records]
    codes = [list(dict.fromkeys((*record.branches, *own))) for record, own in zip(records, copies, strict=True)]
    branches = index.branches(city.index, {code for many in codes for code in many})
    _tell_unknown(city, {code for many in codes for code in many} - branches.keys())
    rids = list(dict.fromkeys(branches.values()))
    by_rid = dict(zip(rids, index.bodies(city.index, rids), strict=True))
    by_code = {code: by_rid.get(rid) for code, rid in branches.items()}
    held = [
        sorted((_holding(city, by_code.get(code), code, own.get(code, [])) for code in many), key=_by_name)
        for many, own in zip(codes, copies, strict=True)
    ]
    return held if wanted == ALL else _filtered(city, held, wanted)


def _filtered(city: City, held: Sequence[Sequence[Holding]], wanted: HoldingFilter) -> list[list[Holding]]:
    rids = list(dict.fromkeys(holding.place.rid for many in held for holding in many if holding.place))
    is_open = {} if wanted.open_now is None else dict(zip(rids, places.open_at(city, rids, None), strict=True))

    def fits(holding: Holding) -> bool:
        place, state = holding.place, holding.state
        if wanted.is_available is not None and (
            state is HoldingState.UNKNOWN or (state is HoldingState.AVAILABLE) is not wanted.is_available
        ):
            return False
        if wanted.open_now is not None and (place is None or is_open[place.rid] is not wanted.open_now):
            return False
        return wanted.near is None or away(holding) <= wanted.near.metres

    def away(holding: Holding) -> float:
        at = holding.place.location if holding.place else None
        return inf if wanted.near is None or at is None else distance(wanted.near.at, at)

    fitting = [[holding for holding in many if fits(holding)] for many in held]
    return fitting if wanted.near is None else [sorted(many, key=away) for many in fitting]


def _tell_unknown(city: City, codes: set[str]) -> None:
    """Once for each in a process, and not before there are branches to know them by."""
    new = codes - city.hall.unknown_codes
    if not new or not index.has_branches(city.index):
        return
    for code in sorted(new):
        log.warning("joins.unknown_code", extra={"code": code})
    city.hall.unknown_codes.update(new)


def answers_of(city: City) -> list[SourceAnswer]:
    """How the circulation systems answered so far, the switched-off ones too; those that had no record of theirs to
    tell about are left out.
    """
    off = [
        SourceAnswer(source=circulation.source, state=AnswerState.SKIPPED, message="switched off in the configuration")
        for id_, circulation in city.hall.circulations.items()
        if id_ in city.hall.off
    ]
    return [*city.circulation.values(), *off]


async def ask(city: City, records: Iterable[CatalogueRecord]) -> None:
    """Ask for the copies of these records, as far as that was not done for this request: a few questions for all of
    them, each answered from the cache while it is good. A system that fails is told in `answers_of`.
    """
    keys = dict.fromkeys(record.ref.key for record in records)
    for circulation, block in _blocks(city, [key for key in keys if key not in city.copies]):
        question = asyncio.create_task(_asked(city, circulation, block))
        city.copies.update(dict.fromkeys(block, question))
    await asyncio.gather(*{city.copies[key] for key in keys if key in city.copies})


def copies_of(city: City, key: str) -> list[Copy]:
    """What `ask` was told of one record."""
    question = city.copies.get(key)
    return [] if question is None else [copy for copy in question.result() if key in copy.records]


def _blocks(city: City, keys: Sequence[str]) -> Iterator[tuple[HoldingsAsked, list[str]]]:
    for id_, circulation in city.hall.circulations.items():
        if id_ in city.hall.off:
            continue
        # in one order, so that the same records of another list are the same question
        own = sorted(key for key in keys if circulation.holds(key) and key not in city.copies)
        room = max(0, MOST_ASKED - len(city.copies))
        if len(own) > room:
            own = own[:room]
            _tell(city, circulation, AnswerState.SKIPPED, f"asked for the copies of {MOST_ASKED} records only")
        size = circulation.MOST_RECORDS
        for start in range(0, len(own), size):
            yield circulation, own[start : start + size]


async def _asked(city: City, circulation: HoldingsAsked, keys: Sequence[str]) -> tuple[Copy, ...]:
    """All copies of these records; none where that could not be had."""
    copies: list[Copy] = []
    after: str | None = None
    for _ in range(circulation.MOST_PAGES):
        try:
            fetched = await city.fetch(circulation.copies(keys, after))
        except NoCredentials as error:
            _tell(city, circulation, AnswerState.SKIPPED, f"{error}")
            return ()
        except UpstreamError as error:
            state = AnswerState.TIMED_OUT if isinstance(error, UpstreamTimeout) else AnswerState.FAILED
            _tell(city, circulation, state, f"what is on the shelf is not known: {error}")
            return ()
        state = AnswerState.STALE if fetched.is_stale else AnswerState.FRESH
        message = "served from a copy past its time" if fetched.is_stale else None
        dropped = len(fetched.value.dropped)
        _tell(city, circulation, state, message, read_at=fetched.read_at, dropped=dropped)
        city.now(None if fetched.is_stale else fetched.fresh_until)
        copies.extend(fetched.value.items)
        after = fetched.value.next
        if after is None:
            return tuple(copies)
    # which records the rest belongs to is not known, so no count would be right
    _tell(city, circulation, AnswerState.FAILED, f"there are more copies of {len(keys)} records than are read")
    return ()


def _tell(
    city: City,
    circulation: HoldingsAsked,
    state: AnswerState,
    message: str | None,
    *,
    read_at: datetime | None = None,
    dropped: int = 0,
) -> None:
    source = circulation.source
    told = SourceAnswer(source=source, state=state, fetched_at=read_at, message=message, dropped=dropped)
    before = city.circulation.get(source.id)
    city.circulation[source.id] = told if before is None else worst(before, told)


def _by_branch(city: City, key: str) -> dict[str, list[Copy]]:
    found: dict[str, list[Copy]] = defaultdict(list)
    for copy in copies_of(city, key):
        found[copy.branch].append(copy)
    return found


def _holding(city: City, place: CityPlace | None, code: str, copies: Sequence[Copy]) -> Holding:
    if not copies:
        return Holding(place=place, code=code)
    best = min(copies, key=lambda copy: BEST.index(copy.state))
    due = [copy.due_at for copy in copies if copy.due_at is not None and copy.due_at > city.now()]
    return Holding(
        place=place,
        code=code,
        state=best.state,
        available=sum(copy.state is HoldingState.AVAILABLE for copy in copies),
        total=len(copies),
        due_at=min(due, default=None),
        shelf=best.shelf,
    )


def _by_name(holding: Holding) -> tuple[bool, str, str]:
    name = holding.place.name if holding.place else None
    return holding.place is None, sort_key(name.any if name else None), holding.code
