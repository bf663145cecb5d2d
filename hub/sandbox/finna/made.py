"""The made city's catalogue in Finna's shapes, and that of a library system beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from hub.sandbox.city import City, MadeWork
from hub.sandbox.finna.standin import Row, Rows
from hub.sandbox.making.neighbour import BUILDING, LIBRARIES, neighbours

CITIES = {
    "h": ("Helsinki", "Helsingfors", "Helsinki"),
    "e": ("Espoo", "Esbo", "Espoo"),
    "v": ("Vantaa", "Vanda", "Vantaa"),
    "k": ("Kauniainen", "Grankulla", "Kauniainen"),
}
WORDS = {
    "0/Helmet/": ("Helmet-kirjastot", "Helmet-biblioteken", "Helmet Libraries"),
    BUILDING: ("Naapurin kirjastot", "Grannens bibliotek", "The neighbour's libraries"),
    "0/Book/": ("Kirja", "Bok", "Book"),
    "1/Book/Book/": ("Kirja", "Bok", "Book"),
    "1/Book/eBook/": ("E-kirja", "E-bok", "eBook"),
    "1/Book/AudioBook/": ("Äänikirja", "Ljudbok", "Audiobook"),
    "2/Book/AudioBook/CD/": ("Äänikirja (CD)", "Ljudbok (CD)", "Audiobook (CD)"),
    "2/Book/AudioBook/Online/": ("Äänikirja (verkko)", "Ljudbok (online)", "Audiobook (online)"),
    "0/Sound/": ("Äänite", "Ljudupptagning", "Sound recording"),
    "0/Video/": ("Video", "Video", "Video"),
    "0/Journal/": ("Lehti", "Tidskrift", "Journal"),
    "0/Map/": ("Kartta", "Karta", "Map"),
    "0/MusicalScore/": ("Nuotti", "Noter", "Musical score"),
    "0/Game/": ("Peli", "Spel", "Game"),
    "1/Game/BoardGame/": ("Lautapeli", "Brädspel", "Board game"),
    "1/Game/VideoGame/": ("Videopeli", "Videospel", "Video game"),
    "0/PhysicalObject/": ("Esine", "Föremål", "Physical object"),
    "0/Other/": ("Muu", "Övrigt", "Other"),
    "1/Other/Kit/": ("Moniviestin", "Flerkomponentmaterial", "Kit"),
    "fin": ("suomi", "finska", "Finnish"),
    "swe": ("ruotsi", "svenska", "Swedish"),
    "eng": ("englanti", "engelska", "English"),
    "zxx": ("ei kielellistä sisältöä", "inget språkligt innehåll", "no linguistic content"),
}


def made(city: City) -> Rows:
    labels = {code: _languages(*words) for code, words in WORDS.items()}
    for letter, names in CITIES.items():
        labels[f"1/Helmet/{letter}/"] = _languages(*names)
    for place in city.places:
        if place.finna_code is not None:
            finnish = place.short_name or place.name.fi or place.finna_code
            labels[place.finna_code] = {"fi": finnish}
            labels[f"{place.finna_code[:-1]}l/"] = {"fi": f"{finnish} lapset"}
    labels |= {code: {"fi": name} for name, code in LIBRARIES.values()}
    records = [
        *(_row(work, "0/Helmet/", "Helmet-kirjastot") for work in city.works),
        *(_row(work, BUILDING, WORDS[BUILDING][0]) for work in neighbours(city)),
    ]
    return Rows(records=tuple(records), labels=labels)


def _languages(fi: str, sv: str, en: str) -> dict[str, str]:
    return {"fi": fi, "sv": sv, "en-gb": en}


def _row(work: MadeWork, building: str, library: str) -> Row:
    title, _, rest = work.title.partition(" : ")
    online = any("eBook" in code or "Online" in code for code in work.format)
    return {
        "id": work.id,
        "title": work.title,
        "shortTitle": title,
        "subTitle": rest,
        "nonPresenterAuthors": [{"name": name, "role": "kirjoittaja"} for name in work.authors],
        "presenters": {"presenters": [], "details": []},
        "authors": {
            "primary": {name: {"role": ["kirjoittaja"]} for name in work.authors[:1]} or [],
            "secondary": {name: {"role": ["kirjoittaja"]} for name in work.authors[1:]} or [],
            "corporate": [],
        },
        "buildings": [{"value": code} for code in _with_upper(work.branches)],
        "formats": [
            {"value": code, "translated": work.format_label} if code == work.format[-1] else {"value": code}
            for code in work.format
        ],
        "images": [f"/Cover/Show?source=Solr&id={work.id}&index=0&size=large"] if work.has_cover else [],
        "languages": list(work.languages),
        "subjects": [list(subject) for subject in work.subjects],
        "series": [],
        "onlineUrls": [{"url": f"https://lainaamo.example/{work.id}", "text": "Lainaa verkossa"}] if online else [],
        "rating": {"average": 0, "count": 0},
        "year": work.year,
        "isbns": list(work.isbns),
        "cleanIsbn": _clean(work.isbns),
        "publishers": [work.publisher] if work.publisher else [],
        "institutions": [{"value": building}],
        "source": [{"value": work.id.partition(".")[0], "translated": library}],
        "dedupIds": [work.id],
        "recordPage": f"/Record/{work.id}",
    }


def _with_upper(branches: Iterable[str]) -> list[str]:
    """All levels, flat, the widest first."""
    codes: dict[str, None] = {}
    for branch in branches:
        _, system, city, *_ = branch.split("/")
        codes |= {f"0/{system}/": None, f"1/{system}/{city}/": None, branch: None}
    return sorted(codes, key=lambda code: code[0])


def _clean(isbns: Iterable[str]) -> str:
    """The first number; a thirteen-digit one of the old range in its form with ten."""
    for isbn in isbns:
        digits = re.sub(r"[^0-9X]", "", isbn.upper())
        if len(digits) == 13 and digits.startswith("978"):
            core = digits[3:12]
            check = sum((10 - i) * int(digit) for i, digit in enumerate(core)) % 11
            return core + "0X987654321"[check]
        if len(digits) in {10, 13}:
            return digits
    return ""
