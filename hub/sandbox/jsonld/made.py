"""The made city's university: its page of public lectures, with their schema.org data in one script."""

from __future__ import annotations

import html
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from hub.sandbox.city import City, MadeEvent, MadePlace, Text
from hub.sandbox.jsonld.standin import Rows

HELSINKI = ZoneInfo("Europe/Helsinki")
SITE = "https://yliopisto.example"


def made(city: City) -> Rows:
    events = [event for event in city.events if "jsonld" in event.calendars and event.starts_at is not None]
    used = {event.place for event in events}
    organisations = {organisation.id: organisation.name for organisation in city.organisations}
    graph: list[dict[str, Any]] = [{"@type": "WebSite", "@id": f"{SITE}/#site", "name": "Keksitty yliopisto"}]
    graph += [_place(place) for place in city.places if place.key in used]
    graph += [_event(event, organisations.get(event.organisation or "")) for event in events]
    graph.append({"@type": "BreadcrumbList", "itemListElement": []})
    script = msgspec.json.encode({"@context": "https://schema.org", "@graph": graph}).decode().replace("</", "<\\/")
    listed = "\n".join(
        f'<li><a href="/tapahtumat/{event.id}">{html.escape(event.name.fi or event.name.sv or "")}</a></li>'
        for event in events
    )
    page = f"""<!DOCTYPE html>
<html lang="fi">
<head>
<meta charset="utf-8">
<title>Tapahtumat – Keksitty yliopisto</title>
<script type="application/ld+json">
{script}
</script>
</head>
<body>
<h1>Tapahtumat</h1>
<ul>
{listed}
</ul>
</body>
</html>
"""
    return Rows(pages={"tapahtumat": page.encode()})


def _place(place: MadePlace) -> dict[str, Any]:
    node: dict[str, Any] = {
        "@type": "Place",
        "@id": f"{SITE}/#{place.key}",
        "name": place.name.fi,
        "address": {
            "@type": "PostalAddress",
            "streetAddress": place.street.fi,
            "postalCode": place.postal_code,
            "addressLocality": place.city,
        },
    }
    if place.lat is not None and place.lon is not None:
        node["geo"] = {"@type": "GeoCoordinates", "latitude": f"{place.lat}", "longitude": place.lon}
    return node


def _event(event: MadeEvent, organiser: str | None) -> dict[str, Any]:
    assert event.starts_at is not None
    node: dict[str, Any] = {
        "@type": ["EducationEvent", "Event"],
        "@id": f"{SITE}/tapahtumat/{event.id}",
        "url": f"/tapahtumat/{event.id}",
        "name": _tagged(event.name),
        "description": _tagged(event.description),
        "eventStatus": f"https://schema.org/{event.status}",
        "startDate": _local(event.starts_at),
        "dateModified": event.modified_at.isoformat(),
        "isAccessibleForFree": bool(event.is_free),
    }
    if event.all_day is not None:
        node["startDate"], node["endDate"] = f"{event.all_day[0]}", f"{event.all_day[1]}"
    elif event.ends_at is not None:
        node["endDate"] = _local(event.ends_at)
    if event.place is not None:
        node["location"] = {"@id": f"{SITE}/#{event.place}"}
    else:
        node["location"] = {"@type": "VirtualLocation", "url": f"https://suora.example/{event.id}"}
    if organiser is not None:
        node["organizer"] = {"@type": "Organization", "name": organiser}
    if event.image is not None:
        node["image"] = [event.image]
    if event.price.fi is not None:
        node["offers"] = {"@type": "Offer", "price": event.price.fi, "priceCurrency": "EUR"}
    return node


def _tagged(text: Text) -> list[dict[str, str]]:
    return [{"@value": words, "@language": language} for language, words in text.map().items()]


def _local(moment: datetime) -> str:
    return moment.astimezone(HELSINKI).isoformat(timespec="minutes")
