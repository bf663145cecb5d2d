"""The register's rows, looked at from one moment: when an event is, where, and who enrols how."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeAlias

import msgspec

from hub.sandbox.linkedevents.parameters import HELSINKI, Params
from hub.sandbox.linkedevents.rows import Row, Rows

Test: TypeAlias = Callable[[Row], bool]
Filter: TypeAlias = "Callable[[Register, str, Params], Test]"


class Span(msgspec.Struct, frozen=True):
    """When an event is, as the register keeps it: an unknown end is the midnight after the start's day."""

    start: datetime | None
    end: datetime | None
    clock_at_start: bool
    clock_at_end: bool


def span_of(row: Row) -> Span:
    start, end = row.get("start_time"), row.get("end_time")
    first = stored(start)
    last = midnight_after(date.fromisoformat(end)) if end is not None and is_date(end) else stored(end)
    if last is None and first is not None:
        last = midnight_after(first.astimezone(HELSINKI).date())
    return Span(first, last, start is not None and not is_date(start), end is not None and not is_date(end))


def is_date(text: str | None) -> bool:
    return text is not None and len(text) == 10


def stored(text: str | None) -> datetime | None:
    if text is None:
        return None
    return midnight(date.fromisoformat(text)) if is_date(text) else datetime.fromisoformat(text)


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), HELSINKI).astimezone(UTC)


def midnight_after(day: date) -> datetime:
    return midnight(day + timedelta(days=1))


def lasts(span: Span) -> timedelta | None:
    return None if span.start is None or span.end is None else span.end - span.start


def said(texts: dict[str, str] | None) -> Iterable[str]:
    return (texts or {}).values()


def holds(row: Row, fields: Iterable[str], needle: str) -> bool:
    return any(needle in text.lower() for field in fields for text in said(row.get(field)))


class Register:
    """The rows by id, looked at from one moment."""

    def __init__(self, rows: Rows, now: datetime) -> None:
        self.rows = rows
        self.now = now
        self.by_id = {kind: {row["id"]: row for row in rows.of(kind)} for kind in rows.kinds}
        self.spans = {row["id"]: span_of(row) for row in rows.of("event")}

    def of(self, kind: str, id_: object) -> Row | None:
        return self.by_id.get(kind, {}).get(id_)

    def place_of(self, event: Row) -> Row | None:
        return self.of("place", event.get("location"))

    def registration_of(self, event: Row) -> Row | None:
        return self.of("registration", event.get("registration"))

    def span(self, event: Row) -> Span:
        return self.spans[event["id"]]


def enrolment_time(register: Register, row: Row, which: str) -> datetime | None:
    name = f"enrolment_{which}_time"
    text = (register.registration_of(row) or {}).get(name) or row.get(name)
    return None if text is None else datetime.fromisoformat(text)
