"""Who could have contributed to a list, and in what state: a source that is down is told, never silent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

import msgspec

from hub.domain.city import City, Gathered
from hub.fetch import Source


class AnswerState(StrEnum):
    """FRESH; STALE: from a copy past its time; FAILED: nothing to serve; WARMING: the first crawl is under way and the
    list incomplete; SKIPPED: switched off, or lacks what the filter needs; TIMED_OUT: a look-up that took too long.
    """

    FRESH = "FRESH"
    STALE = "STALE"
    FAILED = "FAILED"
    WARMING = "WARMING"
    SKIPPED = "SKIPPED"
    TIMED_OUT = "TIMED_OUT"


# What is worse hides what is better when a source answers with several collections.
WORSE = (
    AnswerState.FRESH,
    AnswerState.SKIPPED,
    AnswerState.STALE,
    AnswerState.TIMED_OUT,
    AnswerState.WARMING,
    AnswerState.FAILED,
)


class SourceAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One source's part in a list. `fetched_at`: when it was last confirmed; `dropped`: rows that could not be read."""

    source: Source
    state: AnswerState
    fetched_at: datetime | None = None
    message: str | None = None
    dropped: int = 0


def from_collections(city: City, *kinds: str, only: frozenset[str] | None = None) -> list[SourceAnswer]:
    """One answer per source that gathers any of these kinds (of the sources `only`, if given), the worst of them."""
    answers: dict[str, SourceAnswer] = {}
    for gathered in city.gathering(*kinds):
        if only is not None and gathered.source not in only:
            continue
        said = state_of(city, gathered)
        if said is None:
            continue
        other = answers.get(gathered.source)
        answers[gathered.source] = said if other is None else worst(other, said)
    if any(a.state is AnswerState.WARMING for a in answers.values()):
        city.is_warming = True
    return list(answers.values())


def worst(one: SourceAnswer, other: SourceAnswer) -> SourceAnswer:
    bad, good = sorted((one, other), key=lambda a: WORSE.index(a.state), reverse=True)
    ages = [a.fetched_at for a in (one, other) if a.fetched_at]
    return SourceAnswer(
        source=bad.source,
        state=bad.state,
        fetched_at=min(ages) if ages else None,
        message=bad.message or good.message,
        dropped=one.dropped + other.dropped,
    )


def state_of(city: City, gathered: Gathered) -> SourceAnswer | None:
    """How a collection stands now."""
    source = city.sources.get(gathered.source)
    if source is None:
        return None
    if not gathered.is_on:
        return SourceAnswer(source=source, state=AnswerState.SKIPPED, message="switched off in the configuration")
    crawl = city.crawls.get((gathered.source, gathered.kind))
    if crawl is None or crawl.last_full is None or crawl.confirmed is None:
        if crawl is not None and crawl.is_failed:
            state, message = AnswerState.FAILED, crawl.message
        else:
            state = AnswerState.WARMING
            message = _progress(crawl.records, crawl.progress) if crawl else "the first crawl has not begun"
        return SourceAnswer(source=source, state=state, message=message, dropped=crawl.dropped if crawl else 0)
    until = crawl.confirmed + (crawl.fresh or gathered.fresh)
    is_stale = city.now(until if until > city.now() else None) >= until
    message = None
    if is_stale:
        message = crawl.message if crawl.is_failed else "its last confirmation is past its time"
    return SourceAnswer(
        source=source,
        state=AnswerState.STALE if is_stale else AnswerState.FRESH,
        fetched_at=crawl.confirmed,
        message=message,
        dropped=crawl.dropped,
    )


def _progress(records: int, progress: float | None) -> str:
    share = "" if progress is None else f", about {progress:.0%}"
    return f"first crawl under way: {records} records so far{share}"


def left_out(city: City, source: str, count: int, why: str) -> SourceAnswer:
    """A note on so many rows of a source (its id) that a list does not show."""
    return SourceAnswer(source=city.sources[source], state=AnswerState.FRESH, message=f"{count} left out: {why}")


def with_notes(answer: SourceAnswer, notes: Sequence[SourceAnswer]) -> SourceAnswer:
    """The worst of them all, with everything that is to be said. A source that is off has nothing to be blamed for."""
    if answer.state is AnswerState.SKIPPED:
        return answer
    messages = [one.message for one in (answer, *notes) if one.message is not None]
    for note in notes:
        answer = worst(answer, note)
    return msgspec.structs.replace(answer, message="; ".join(dict.fromkeys(messages)) or None)
