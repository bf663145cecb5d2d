"""The made city's museum: its news as a content system writes them, with the times of those that are events."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from email.utils import format_datetime
from html import escape
from zoneinfo import ZoneInfo

from hub.sandbox.city import City, MadeEvent, MadePlace
from hub.sandbox.rss.standin import Rows

HELSINKI = ZoneInfo("Europe/Helsinki")
SITE = "https://museo.example"
NEWEST = 40  # items: what is older has fallen out of the feed
NEWS = (
    ("Museon kauppa palvelee uusin aukioloajoin", "Kauppa on auki samaan aikaan kuin näyttelyt."),
    ("Vapaaehtoisopas palkittiin", "Palkinto jaettiin syyskauden avajaisissa."),
)
SPACES = (
    'xmlns:ev="http://purl.org/rss/1.0/modules/event/" xmlns:georss="http://www.georss.org/georss"'
    ' xmlns:media="http://search.yahoo.com/mrss/" xmlns:atom="http://www.w3.org/2005/Atom"'
)


def made(city: City) -> Rows:
    places = {place.key: place for place in city.places}
    organisations = {organisation.id: organisation.name for organisation in city.organisations}
    events = [event for event in city.events if "rss" in event.calendars and event.starts_at is not None]
    newest = sorted(events, key=lambda event: (event.created_at, event.id), reverse=True)[:NEWEST]
    written = datetime.combine(city.today, time(6), HELSINKI).astimezone(UTC)
    items = [
        _item(event, places.get(event.place or ""), organisations.get(event.organisation or "")) for event in newest
    ]
    for number, (title, text) in enumerate(NEWS, 1):
        items.insert(number * 3, _news(number, title, text, written - timedelta(days=number)))
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<rss version="2.0" {SPACES}>',
        "<channel>",
        "<title>Keksityn museon ajankohtaiset</title>",
        f"<link>{SITE}/ajankohtaista</link>",
        "<language>fi</language>",
        f"<lastBuildDate>{format_datetime(written)}</lastBuildDate>",
        "<ttl>60</ttl>",
        f'<atom:link rel="self" href="{SITE}/tapahtumat.xml"/>',
        *items,
        "</channel>",
        "</rss>",
        "",
    ]
    return Rows(files={"tapahtumat.xml": "\n".join(lines).encode()}, changed=written)


def _item(event: MadeEvent, place: MadePlace | None, organiser: str | None) -> str:
    """A cancelled one says so in its title: RSS has no other word for it."""
    assert event.starts_at is not None
    address = f"{SITE}/tapahtumat/{event.id}"
    title = f"PERUTTU: {event.name.fi}" if event.status == "EventCancelled" else event.name.fi or ""
    parts = [
        f"<title>{_text(title)}</title>",
        f"<link>{address}?utm_source=rss</link>",
        f'<guid isPermaLink="false">{event.id} at {SITE}</guid>',
        f"<pubDate>{format_datetime(event.created_at)}</pubDate>",
        f"<description><![CDATA[{event.description.fi or ''}]]></description>",
    ]
    if event.all_day is not None:
        parts += [f"<ev:startdate>{event.all_day[0]}</ev:startdate>", f"<ev:enddate>{event.all_day[1]}</ev:enddate>"]
    else:
        parts.append(f"<ev:startdate>{_local(event.starts_at)}</ev:startdate>")
        if event.ends_at is not None:
            parts.append(f"<ev:enddate>{_local(event.ends_at)}</ev:enddate>")
    if place is not None:
        where = ", ".join(part for part in (place.name.fi, place.street.fi, place.city) if part)
        parts.append(f"<ev:location>{_text(where)}</ev:location>")
        if place.lat is not None and place.lon is not None:
            parts.append(f"<georss:point>{place.lat} {place.lon}</georss:point>")
    if organiser is not None:
        parts.append(f"<ev:organizer>{_text(organiser)}</ev:organizer>")
    if event.image is not None:
        parts.append(f'<media:content url="{_text(event.image)}" medium="image" type="image/jpeg"/>')
    return f"<item>{''.join(parts)}</item>"


def _news(number: int, title: str, text: str, published: datetime) -> str:
    return (
        f"<item><title>{_text(title)}</title><link>{SITE}/uutiset/{number}</link>"
        f'<guid isPermaLink="false">uutinen-{number} at {SITE}</guid><pubDate>{format_datetime(published)}</pubDate>'
        f"<description><![CDATA[<p>{_text(text)}</p>]]></description></item>"
    )


def _text(text: str) -> str:
    return escape(re.sub(r"\s+", " ", text))


def _local(moment: datetime) -> str:
    return moment.astimezone(HELSINKI).isoformat(timespec="seconds")
