"""The made city as the Service Map's rows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from hub.sandbox.city import City, MadeArea, MadePlace, Text
from hub.sandbox.servicemap.standin import Row, Rows

HELSINKI: Final = ZoneInfo("Europe/Helsinki")
CITY: Final = "83e74666-0836-4c1d-948a-4b34a8b90301"
CULTURE_AND_LEISURE: Final = "55ed20a5-6a3a-447c-958c-2b537b9e6ee2"

# A service of the real register for each kind of made place, so that the register tells what a place is.
TOLD_BY: Final[dict[str, tuple[int, Text]]] = {
    "library": (813, Text("yleiset kirjastot", "allmänna bibliotek", "public libraries")),
    "youth": (468, Text("nuorisotalot", "ungdomsgårdar", "youth centres")),
    "culture": (
        345,
        Text("kulttuurin monitoimitalot", "allaktivitetshus för kultur", "multi-functional culture venues"),
    ),
    "sport": (400, Text("liikuntahallit", "idrottshallar", "sports halls")),
    "education": (
        661,
        Text(
            "suomenkielinen perusopetus luokille 1-6",
            "grundläggande utbildning på finska för årskurserna 1-6",
            "basic education for grades 1-6 in Finnish",
        ),
    ),
    "health": (703, Text("terveysasemat", "hälsostationer", "health stations")),
    "service_point": (
        809,
        Text(
            "asiointipisteet, yleisneuvonta ja yhteispalvelu",
            "servicepunkter, allmän rådgivning och samservicekontor",
            "service points, general information services and citizen's offices",
        ),
    ),
    "park": (786, Text("viheralueet", "grönområden", "green areas")),
}
LIBRARY_NODES: Final = [328, 349]
OTHER_LIBRARIES: Final = frozenset({312, 368})  # mobile ones and those of institutions: no public branches


def made(city: City) -> Rows:
    """Every place that has a number in the register, every area, and the services that they name."""
    units = [unit_of(place, city) for place in city.places if place.tprek is not None]
    names = dict(city.services) | dict(TOLD_BY.values())
    used = {service for unit in units for service in unit["services"]} | {id_ for id_, _ in city.services}
    return Rows(
        units=tuple(units),
        services=tuple(_service(id_, names[id_], units) for id_ in sorted(used & names.keys())),
        nodes=_nodes(units),
        divisions=tuple(_division(area) for area in city.areas),
        departments={
            CITY: _department(CITY, "Helsingin kaupunki"),
            CULTURE_AND_LEISURE: _department(CULTURE_AND_LEISURE, "Kulttuurin ja vapaa-ajan toimiala"),
        },
        documents=(*(_unit_document(unit) for unit in units), *(_area_document(area) for area in city.areas)),
    )


def unit_of(place: MadePlace, city: City) -> Row:
    services = list(place.service_ids)
    kind = TOLD_BY.get(place.kind)
    if kind is not None and kind[0] not in services and OTHER_LIBRARIES.isdisjoint(services):
        services.append(kind[0])
    names = dict(city.services) | dict(TOLD_BY.values())
    is_library = 813 in services
    has_point = place.lat is not None and place.lon is not None
    return {
        "id": place.tprek,
        "department": CULTURE_AND_LEISURE if place.kind in {"library", "youth", "culture", "sport"} else CITY,
        "root_department": CITY,
        "organizer_type": "MUNICIPALITY",
        "provider_type": "SELF_PRODUCED",
        "contract_type": {"id": "MUNICIPAL_SERVICE", "description": {"fi": "kunnallinen palvelu"}},
        "name": place.name.map() or None,
        "description": place.description.map() or None,
        "short_description": None,
        "location": {"type": "Point", "coordinates": [place.lon, place.lat]} if has_point else None,
        "municipality": place.city.lower(),
        "street_address": place.street.map() or None,
        "address_zip": place.postal_code,
        "address_postal_full": None,
        "phone": place.phone,
        "fax": None,
        "email": place.email,
        "www": place.website.map() or None,
        "call_charge_info": {"fi": "pvm/mpm", "sv": "lna/msa", "en": "local network charge/mobile call charge"},
        "displayed_service_owner": None,
        "displayed_service_owner_type": None,
        "picture_url": None,
        "picture_caption": None,
        "picture_entrance_url": None,
        "streetview_entrance_url": None,
        "accessibility_phone": None,
        "accessibility_email": None,
        "accessibility_www": None,
        "accessibility_viewpoints": _viewpoints(place),
        "accessibility_shortcoming_count": _shortcomings(place),
        "identifiers": list(_identifiers(place)),
        "services": sorted(services),
        "service_nodes": LIBRARY_NODES if is_library else [],
        "root_service_nodes": [1403],
        "service_names_fi": sorted(names[id_].fi or "" for id_ in services if id_ in names),
        "keywords": {},
        "extensions": {},
        "extra": {},
        "related_units": [],
        "connections": [_person(place)] if is_library else [],
        "entrances": [],
        "data_source": "www.hel.fi",
        "created_time": "2008-09-11T18:47:26+03:00",
        "last_modified_time": datetime.combine(city.today, time(0, 32, 6), HELSINKI).isoformat(),
    }


def _identifiers(place: MadePlace) -> Iterable[Row]:
    if place.kirkanta is not None:
        yield {"namespace": "kirkanta", "value": str(place.kirkanta)}
    yield {"namespace": "internal", "value": str(10_000 + (place.tprek or 0) % 1000)}


def _viewpoints(place: MadePlace) -> dict[str, str]:
    """Of those that were surveyed: without a shortcoming for wheelchairs (11), or with some."""
    count = _shortcomings(place).get("wheelchair")
    return {} if count is None else {"00": "unknown", "11": "red" if count else "green"}


def _shortcomings(place: MadePlace) -> dict[str, int]:
    """Three of four places were surveyed; the same ones on every date."""
    number = place.tprek or 0
    if number % 4 == 0:
        return {}
    return {
        "rollator": number % 3,
        "wheelchair": number % 5,
        "hearing_aid": 1,
        "reduced_mobility": number % 2,
        "visually_impaired": number % 7,
        "stroller": number % 3,
    }


def _person(place: MadePlace) -> Row:
    """Such rows name people in the real register: this made one must never come out of the hub."""
    return {
        "section_type": "PHONE_OR_EMAIL",
        "name": {"fi": "Kirjastonjohtaja"},
        "www": None,
        "email": f"keksitty.henkilo.{place.tprek}@sandbox.example",
        "phone": "+358 00 000 0000",
        "contact_person": "Keksitty Henkilö",
        "order": 0,
        "tags": [],
    }


def _service(id_: int, name: Text, units: list[Row]) -> Row:
    counts: dict[str, int] = {}
    for unit in units:
        if id_ in unit["services"]:
            counts[unit["municipality"]] = counts.get(unit["municipality"], 0) + 1
    return {
        "id": id_,
        "name": name.map(),
        "keywords": {},
        "unit_count": {"municipality": counts, "total": sum(counts.values())},
        "period_enabled": False,
        "clarification_enabled": False,
        "last_modified_time": None,
        "root_service_node": 1403,
    }


def _nodes(units: list[Row]) -> tuple[Row, ...]:
    libraries = sum(1 for unit in units if 813 in unit["services"])
    name = {"fi": "Yleiset kirjastot", "sv": "Allmänna bibliotek", "en": "Public libraries"}
    return tuple(
        {
            "id": id_,
            "name": name,
            "parent": parent,
            "children": [],
            "level": 2,
            "keywords": {"fi": ["kirjasto", "kirjastot"]},
            "root": 1403,
            "unit_count": {"municipality": {"helsinki": libraries}, "total": libraries},
            "related_services": [813],
            "last_modified_time": None,
            "service_reference": "813",
        }
        for id_, parent in zip(LIBRARY_NODES, (324, 345), strict=True)
    )


def _division(area: MadeArea) -> Row:
    return {
        "id": area.id,
        "type": area.type,
        "name": {"fi": area.name.fi, "sv": area.name.sv},
        "origin_id": area.code,
        "ocd_id": area.ocd_id,
        "municipality": "helsinki",
        "parent": area.parent,
        "service_point_id": None,
        "units": None,
        "start": None,
        "end": None,
        "modified_at": None,
        "extra": None,
        "boundary": {"type": "MultiPolygon", "coordinates": area.polygons},
    }


def _department(id_: str, name: str) -> Row:
    return {"id": id_, "name": {"fi": name}, "abbr": {}, "street_address": None, "municipality": "helsinki"}


def _all_languages(name: dict[str, str] | None) -> dict[str, str | None]:
    return {language: (name or {}).get(language) for language in ("fi", "sv", "en")}


def _unit_document(unit: Row) -> Row:
    shown = ("municipality", "accessibility_shortcoming_count", "contract_type", "location")
    return {
        "id": unit["id"],
        "object_type": "unit",
        "name": _all_languages(unit["name"]),
        "street_address": _all_languages(unit["street_address"]),
        **{name: unit[name] for name in shown},
    }


def _area_document(area: MadeArea) -> Row:
    return {"id": area.id, "object_type": "administrativedivision", "name": _all_languages(area.name.map())}
