"""Moments as the index keeps them: whole epoch seconds. A start that nobody knows sorts last."""

from __future__ import annotations

from datetime import UTC, datetime

UNKNOWN_START = 253_402_300_799  # the end of year 9999


def epoch(moment: datetime) -> int:
    return int(moment.timestamp())


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
