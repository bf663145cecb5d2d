"""How Linked Events is read in pages: the envelope, the phases of the crawl of events, and its window."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar
from urllib.parse import parse_qs, urlsplit

from hub.connectors import linkedevents_wire as wire
from hub.connectors.linkedevents_values import day_of
from hub.fetch import Page, Reply
from hub.freshness import days
from hub.records.core import Record
from hub.records.events import Event, Registration

PAGE_SIZE = 100
BACK, AHEAD = days(30), days(400)  # the window: the whole register holds some 200 000 events
POSTPONED_FOR = days(365)  # a postponed event that nobody has touched for longer will not come
PHASES = ("coming", "past", "postponed")  # of the crawl of events: what people ask for most comes first

R = TypeVar("R", bound=Record)
Row = TypeVar("Row")


def paged(page: int) -> dict[str, str]:
    return {"page_size": str(PAGE_SIZE), "page": str(page)}


def statuses(page: int) -> tuple[int, ...]:
    """Rows may vanish while we page, and then a later page no longer exists; a first page always does."""
    return (200,) if page == 1 else (200, 404)


def many_of(reply: Reply, page: int) -> wire.Many:
    """The envelope; past the end an empty one."""
    if reply.status == 404 and page > 1:
        reply.json(wire.Detail)
        return wire.Many(meta=wire.Meta(count=None, next=None), data=[])
    return reply.json(wire.Many)


def page_of(reply: Reply, page: int, shape: type[Row], make: Callable[[Row, Reply], R | None]) -> Page[R]:
    many = many_of(reply, page)
    items, dropped = reply.rows(many.data, shape, lambda row: make(row, reply))
    return reply.page(
        items, sent=len(many.data), dropped=dropped, total=many.meta.count, next=next_of(reply, many, page)
    )


def next_of(reply: Reply, many: wire.Many, page: int) -> str | None:
    """The number of the next page. PayloadChanged if it is not the one after this: that would never end."""
    if many.meta.next is None:
        return None
    try:
        numbers = parse_qs(urlsplit(many.meta.next).query).get("page", [])
    except ValueError as error:
        raise reply.changed(f"meta.next is no address: {error}") from error
    if numbers != [str(page + 1)]:
        raise reply.changed(f"meta.next leads from page {page} to {numbers}")
    return numbers[0]


# the crawl of events


def place_in_crawl(after: str | None) -> tuple[str, int]:
    phase, _, page = (after or f"{PHASES[0]}:1").partition(":")
    return phase, int(page)


def next_in_crawl(phase: str, page: str | None) -> str | None:
    if page is not None:
        return f"{phase}:{page}"
    following = PHASES[PHASES.index(phase) + 1 :]
    return f"{following[0]}:1" if following else None


def is_of(phase: str, row: wire.Event, event: Event, now: datetime) -> bool:
    """What another phase lists is left to it: what is still on, and a postponed event that has times after all.

    An event with a time for its start and none for its end counts as over once it began, as the upstream has it.
    """
    if phase == "postponed":
        return event.starts_at is None
    knows_its_end = day_of(row.start_time) is not None or (row.end_time is not None and day_of(row.end_time) is None)
    still_on = knows_its_end and event.ends_at is not None and event.ends_at > now
    return phase == "coming" or not still_on


def in_window(event: Event, now: datetime) -> bool:
    """Whether the crawl would list it, by the upstream's own overlap test."""
    if event.starts_at is None:
        return event.modified_at is None or event.modified_at >= now - POSTPONED_FOR
    since = now - BACK
    return event.starts_at <= now + AHEAD and (
        event.starts_at >= since or (event.ends_at is not None and event.ends_at > since)
    )


def is_still_open(registration: Registration, now: datetime) -> bool:
    return registration.closes_at is None or registration.closes_at >= now
