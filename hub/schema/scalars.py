"""The scalars: moments, dates, addresses, language codes."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any, NewType
from zoneinfo import ZoneInfo

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

from hub.errors import BadInput

DateTime = NewType("DateTime", datetime)
Date = NewType("Date", date)
URL = NewType("URL", str)
LanguageCode = NewType("LanguageCode", str)

SHOWN_IN = ZoneInfo("Europe/Helsinki")
BCP47 = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
EARLIEST, LATEST = datetime(1800, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def refuse(message: str) -> GraphQLError:
    """A value that can't be read: the caller's to mend, with the code of any bad input."""
    return GraphQLError(message, extensions={"code": BadInput.code, "retryable": False})


def _show_moment(value: datetime) -> str:
    return value.astimezone(SHOWN_IN).isoformat(timespec="seconds")


def _read_moment(value: object) -> datetime:
    if not isinstance(value, str) or len(value) > 40:
        raise refuse("a DateTime is text such as 2026-11-26T14:00:00+02:00")
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise refuse(f"{value!r} is not a moment such as 2026-11-26T14:00:00+02:00") from error
    if moment.tzinfo is None:
        raise refuse(f"{value!r} has no offset: say which time is meant, as in 2026-11-26T14:00:00+02:00")
    if not EARLIEST <= moment <= LATEST:
        raise refuse(f"{value!r} is outside the years 1800 to 2200")
    return moment.astimezone(UTC)


def _read_date(value: object) -> date:
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise refuse(f"{str(value)[:40]!r} is not a date such as 2026-11-26")
    try:
        day = date.fromisoformat(value)
    except ValueError as error:
        raise refuse(f"{value!r} is no day of the calendar") from error
    if not EARLIEST.date() <= day <= LATEST.date():
        raise refuse(f"{value!r} is outside the years 1800 to 2200")
    return day


def _read_url(value: object) -> str:
    if not isinstance(value, str) or not value.startswith(("http://", "https://")) or len(value) > 2_000:
        raise refuse("a URL begins with http:// or https://")
    return value


def _read_language(value: object) -> str:
    if not isinstance(value, str) or not BCP47.fullmatch(value):
        raise refuse(f"{str(value)[:40]!r} is not a language code such as fi, sv, en or zh-Hans (BCP 47)")
    primary, *rest = value.split("-")
    return "-".join([primary.lower(), *rest])


def _text(value: object) -> str:
    return f"{value}"


SCALARS: dict[Any, ScalarDefinition] = {
    DateTime: strawberry.scalar(
        name="DateTime",
        description="A moment, RFC 3339 with offset (2026-11-26T14:00:00+02:00). Shown with Helsinki's offset.",
        specified_by_url="https://datatracker.ietf.org/doc/html/rfc3339",
        serialize=_show_moment,
        parse_value=_read_moment,
    ),
    Date: strawberry.scalar(
        name="Date",
        description="A day of the calendar in Helsinki, 2026-11-26.",
        serialize=lambda value: value.isoformat(),
        parse_value=_read_date,
    ),
    URL: strawberry.scalar(
        name="URL", description="An absolute http or https address.", serialize=_text, parse_value=_read_url
    ),
    LanguageCode: strawberry.scalar(
        name="LanguageCode",
        description="What is spoken or written, by BCP 47: fi, sv, en, ru, so, zh-Hans.",
        specified_by_url="https://datatracker.ietf.org/doc/html/rfc5646",
        serialize=_text,
        parse_value=_read_language,
    ),
}
