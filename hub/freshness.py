"""How long a copy is good: the words of RFC 9111 (fresh, stale) and RFC 5861 (while revalidate, if error)."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum

import msgspec


class Verdict(Enum):
    """FRESH: serve. REVALIDATE: serve, and ask again behind it. IF_ERROR: ask; serve if that fails. TOO_OLD: ask."""

    FRESH = "fresh"
    REVALIDATE = "revalidate"
    IF_ERROR = "if_error"
    TOO_OLD = "too_old"


class Freshness(msgspec.Struct, frozen=True):
    """Ages counted from the moment the copy was read. `missing`: how long "there is no such thing" keeps."""

    fresh: timedelta
    while_revalidate: timedelta = timedelta(0)
    if_error: timedelta = timedelta(0)
    missing: timedelta = timedelta(minutes=1)

    def judge(self, age: timedelta) -> Verdict:
        if age < self.fresh:
            return Verdict.FRESH
        if age < self.fresh + self.while_revalidate:
            return Verdict.REVALIDATE
        if age < self.fresh + max(self.if_error, self.while_revalidate):
            return Verdict.IF_ERROR
        return Verdict.TOO_OLD


def minutes(n: float) -> timedelta:
    return timedelta(minutes=n)


def hours(n: float) -> timedelta:
    return timedelta(hours=n)


def days(n: float) -> timedelta:
    return timedelta(days=n)
