"""The settings of a hub whose sources are the sandbox's stand-ins: for the demo, for tests and benchmarks."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec

from hub.configured import Settings
from hub.connectors.stretches import LONGEST_USE
from hub.fetch import Source
from hub.records.core import LocalizedText
from hub.sandbox.bases import bases
from hub.sandbox.sierra import credentials as sierra
from hub.settings import parse

# Section → stand-in. Ids and ranks as in Helsinki's own sections, so that ids in the demo look like real ones.
STANDINS = {
    "servicemap": "servicemap",
    "kirkanta": "kirkanta",
    "varaamo": "varaamo",
    "linkedevents": "linkedevents",
    "espoo": "espoo",
    "hauki": "hauki",
    "ilmastovahti": "kausal",
    "espoo_rooms": "respa",
    "finna": "finna",
    "omastadi": "decidim",
    "kerrokantasi": "kerrokantasi",
    "decisions": "decisions",
    "openahjo": "openahjo",
    "sierra": "sierra",
    "volunteering": "volunteering",
    "museum": "icalendar",
    "museum_news": "rss",
    "crafts": "tribe",
    "university": "jsonld",
}
TITLES = {
    "espoo": LocalizedText(fi="Espoon tapahtumat", sv="Evenemang i Esbo", en="Events in Espoo"),
    "espoo_rooms": LocalizedText(fi="Espoon tilat", sv="Lokaler i Esbo", en="Rooms in Espoo"),
    "museum": LocalizedText(fi="Museon kalenteri", sv="Museets kalender", en="The museum's calendar"),
    "museum_news": LocalizedText(fi="Museon ajankohtaiset", sv="Museets nyheter", en="The museum's news"),
    "crafts": LocalizedText(fi="Käsityöyhdistys", sv="Hantverksföreningen", en="The crafts association"),
    "university": LocalizedText(
        fi="Yliopiston tapahtumat", sv="Universitetets evenemang", en="Events of the university"
    ),
}
# Its stand-in's key, in place of a real one's.
CREDENTIALS = {"sierra": sierra.CREDENTIALS}
TELL_USE = {"varaamo", "respa"}
MADE = {"fi": "keksitty", "sv": "påhittat", "en": "made up"}
OWN = """
[hub]
with_helsinki = true

[sources.espoo]
connector = "linkedevents"
url = "http://sandbox.invalid/"
rank = 50

[sources.espoo_rooms]
connector = "respa"
url = "http://sandbox.invalid/"
municipality = "espoo"
rank = 55

[sources.museum]
connector = "icalendar"
url = "http://sandbox.invalid/"
organiser = "Museo (esimerkki)"
rank = 80

[sources.museum_news]
connector = "rss"
url = "http://sandbox.invalid/"
organiser = "Museo (esimerkki)"
rank = 81

[sources.crafts]
connector = "tribe"
url = "http://sandbox.invalid/"
organisation = true
rank = 82

[sources.university]
connector = "jsonld"
url = "http://sandbox.invalid/"
organisation = true
rank = 83
"""


def sandbox_settings(origin: str, data_dir: Path | None = None, *, use_days: int = LONGEST_USE) -> Settings:
    """`origin`: the sandbox's address, "http://127.0.0.1:8100". `use_days`: how far back use rates are told; a year of
    them is half of all that the made city is asked for.
    """
    settings = parse(OWN)
    urls = bases(origin)
    return msgspec.structs.replace(
        settings,
        data_dir=data_dir,
        workers=1,
        sources=tuple(_stand_in(source, urls[STANDINS[source.name]], origin, use_days) for source in settings.sources),
        off=frozenset(),  # what lacks a public address has a stand-in
    )


def _stand_in(source: Source, url: str, origin: str, use_days: int) -> Source:
    return msgspec.structs.replace(
        source,
        url=url,
        title=_labelled(TITLES.get(source.name, source.title)),
        homepage=f"{origin}/_sandbox",  # a link to a real service would lead to things that are not there
        license="CC0 1.0",
        attribution="made up for the sandbox of City Hub",
        per_minute=None,
        timeout=timedelta(seconds=30),  # everything runs on one machine
        allow_private=True,
        options={**_with_credentials(source), **({"use_days": use_days} if source.connector in TELL_USE else {})},
    )


def _with_credentials(source: Source) -> dict[str, Any]:
    options = {name: value for name, value in source.options.items() if name != "credentials_env"}
    known = CREDENTIALS.get(source.connector)
    return options if known is None else {**options, "credentials_file": str(known)}


def _labelled(title: LocalizedText) -> LocalizedText:
    texts = {language: getattr(title, language) for language in MADE}
    return LocalizedText(**{language: text and f"{text} ({MADE[language]})" for language, text in texts.items()})
