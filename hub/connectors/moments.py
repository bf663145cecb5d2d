"""Outside times made instants. Wall-clock times are Europe/Helsinki unless the upstream says otherwise.

A local time that does not exist (last Sunday of March) takes the offset from before the change, one that exists twice
is the first: `fold=0` of zoneinfo does both.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

HELSINKI = ZoneInfo("Europe/Helsinki")
EARLIEST, LATEST = datetime(1800, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def instant(text: str | None, zone: ZoneInfo = HELSINKI) -> datetime | None:
    """ISO 8601, in UTC; without an offset it is wall-clock time in `zone`. ValueError for anything else."""
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    try:
        moment = moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{text[:40]!r} is outside the calendar") from error
    if not EARLIEST <= moment <= LATEST:
        raise ValueError(f"{text[:40]!r} is outside the years 1800 to 2200")
    return moment


def local(day: date, clock: time = time(0), zone: ZoneInfo = HELSINKI) -> datetime:
    """That wall-clock moment, in UTC."""
    return datetime.combine(day, clock, zone).astimezone(UTC)


def midnight_after(day: date, zone: ZoneInfo = HELSINKI) -> datetime:
    return local(day + timedelta(days=1), zone=zone)


def local_date(moment: datetime, zone: ZoneInfo = HELSINKI) -> date:
    return moment.astimezone(zone).date()


def iso_z(moment: datetime) -> str:
    """UTC with a Z and whole seconds: the one form that every upstream of ours reads alike."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
