"""The made city's partner feed, written as calendar programs write: folded, escaped, zones by name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from html import unescape
from zoneinfo import ZoneInfo

from hub.sandbox.city import City, MadeEvent, MadePlace, Text
from hub.sandbox.icalendar.standin import Rows

HELSINKI = ZoneInfo("Europe/Helsinki")
WIDTH = 75  # octets of a line
HEAD = (
    "VERSION:2.0",
    "PRODID:-//Made city//Sandbox//FI",
    "CALSCALE:GREGORIAN",
    "METHOD:PUBLISH",
    "X-WR-CALNAME:Keksityn kumppanin tapahtumat",
    "X-WR-TIMEZONE:Europe/Helsinki",
    "REFRESH-INTERVAL;VALUE=DURATION:PT30M",
)
STATUSES = {"EventScheduled": "CONFIRMED", "EventCancelled": "CANCELLED", "EventRescheduled": "CONFIRMED"}
TAG = re.compile(r"<[^>]*>")


def made(city: City) -> Rows:
    places = {place.key: place for place in city.places}
    organisations = {organisation.id: organisation.name for organisation in city.organisations}
    keywords = {keyword.id: keyword.name.fi for keyword in city.keywords}
    lines = ["BEGIN:VCALENDAR", *HEAD]
    for event in city.events:
        if "icalendar" in event.calendars:
            categories = [name for id_ in event.keywords if (name := keywords.get(id_)) is not None]
            organiser = organisations.get(event.organisation or "")
            lines += _event(event, places.get(event.place or ""), organiser, categories)
    lines.append("END:VCALENDAR")
    return Rows(files={"events.ics": b"".join(_folded(line) for line in lines)})


def _event(event: MadeEvent, place: MadePlace | None, organiser: str | None, categories: list[str]) -> Iterator[str]:
    if event.starts_at is None or event.status not in STATUSES:
        return  # a calendar file cannot say that something was put off without a new time
    yield "BEGIN:VEVENT"
    yield f"UID:{event.id}@kumppani.example"
    yield f"DTSTAMP:{_utc(event.modified_at)}"
    yield f"CREATED:{_utc(event.created_at)}"
    yield f"LAST-MODIFIED:{_utc(event.modified_at)}"
    if event.all_day is not None:
        yield f"DTSTART;VALUE=DATE:{_day(event.all_day[0])}"
        yield f"DTEND;VALUE=DATE:{_day(event.all_day[1] + timedelta(days=1))}"
    else:
        yield f"DTSTART;TZID=Europe/Helsinki:{_local(event.starts_at)}"
        if event.ends_at is not None:
            yield f"DTEND;TZID=Europe/Helsinki:{_local(event.ends_at)}"
    yield f"STATUS:{STATUSES[event.status]}"
    yield from _texts("SUMMARY", event.name)
    yield from _texts("DESCRIPTION", Text(**{tag: _plain(text) for tag, text in event.description.map().items()}))
    if place is not None and not event.is_online:
        where = [place.name.fi or place.name.sv, place.street.fi, place.city]
        yield f"LOCATION:{_escaped(', '.join(part for part in where if part))}"
        if place.lat is not None and place.lon is not None:
            yield f"GEO:{place.lat};{place.lon}"
    elif event.is_online:
        yield f"LOCATION:https://etayhteys.example/{event.id}"
    if categories:
        yield "CATEGORIES:" + ",".join(_escaped(name) for name in categories)
    if organiser is not None:
        yield f'ORGANIZER;CN="{organiser}":mailto:tapahtumat@kumppani.example'
    yield f"URL:https://kumppani.example/tapahtumat/{event.id}"
    yield "END:VEVENT"


def _texts(name: str, text: Text) -> Iterator[str]:
    """In each of its languages; one that is Finnish only doesn't say so, as feeds don't."""
    languages = text.map()
    for language, words in languages.items():
        parameter = "" if set(languages) == {"fi"} else f";LANGUAGE={language}"
        yield f"{name}{parameter}:{_escaped(words)}"


def _plain(markup: str) -> str:
    return unescape(TAG.sub("", markup.replace("</p>", "\n"))).strip()


def _escaped(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\r\n", "\\n").replace("\n", "\\n")


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _local(moment: datetime) -> str:
    return moment.astimezone(HELSINKI).strftime("%Y%m%dT%H%M%S")


def _day(day: date) -> str:
    return day.strftime("%Y%m%d")


def _folded(line: str) -> bytes:
    """At 75 octets, also in the middle of a character, as some programs do."""
    octets = line.encode()
    parts = [octets[:WIDTH]]
    rest = octets[WIDTH:]
    while rest:
        parts.append(rest[: WIDTH - 1])
        rest = rest[WIDTH - 1 :]
    return b"\r\n ".join(parts) + b"\r\n"
