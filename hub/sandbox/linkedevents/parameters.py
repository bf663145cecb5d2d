"""How the register reads the words of a parameter, and refuses them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

HELSINKI, UTC_ZONE = ZoneInfo("Europe/Helsinki"), ZoneInfo("UTC")

Params: TypeAlias = Mapping[str, str]


class Refused(Exception):
    """A request that the register answers with an error body."""

    def __init__(self, body: object, status: int = 400) -> None:
        super().__init__(str(body))
        self.body = body
        self.status = status


def refused(detail: str) -> Refused:
    return Refused({"detail": detail})


def moment(text: str, now: datetime, *, end: bool = False, zone: ZoneInfo = HELSINKI) -> datetime:
    """A parameter's time: "now", "today", a day (its beginning, or its end), or ISO 8601, naive in `zone`."""
    try:
        if text == "now":
            return now
        if text == "today" or len(text) == 10:
            day = now.astimezone(HELSINKI).date() if text == "today" else date.fromisoformat(text)
            return datetime.combine(day + timedelta(days=1 if end else 0), time(0), zone).astimezone(UTC)
        given = datetime.fromisoformat(text)
    except ValueError as error:
        raise refused("time in invalid format (try ISO 8601 or yyyy-mm-dd)") from error
    return (given if given.tzinfo else given.replace(tzinfo=zone)).astimezone(UTC)


def truth(name: str, text: str) -> bool:
    """The register's strict yes or no."""
    if text.lower() not in {"true", "false"}:
        raise refused(f"{name} can take the values True or False. You passed {text}.")
    return text.lower() == "true"


def yes(params: Params, name: str) -> bool:
    """The lenient one: what is not a yes is a no."""
    return params.get(name, "").lower() in {"true", "1"}


def ids(text: str) -> list[str]:
    return [part for part in text.split(",") if part]
