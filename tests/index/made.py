"""A clock turned by hand, and records to put."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hub.records.core import LocalizedText, Ref
from hub.records.events import Event

START = datetime(2026, 11, 22, 9, tzinfo=UTC)


class Clock:
    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def turn(self, **by: float) -> None:
        self.at += timedelta(**by)

    async def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def event(key: str, name: str = "Satutunti", *, source: str = "le", read_at: datetime = START) -> Event:
    return Event(
        ref=Ref("event", source, key),
        read_at=read_at,
        name=LocalizedText(fi=name),
        starts_at=START,
        place=Ref("place", source, f"tprek:{key}"),
    )
