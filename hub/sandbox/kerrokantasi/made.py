"""The made city's hearings in Kerro kantasi's shapes."""

from __future__ import annotations

from datetime import datetime

from hub.sandbox.city import City, MadeHearing, MadeSection, Text
from hub.sandbox.kerrokantasi.standin import Row, Rows
from hub.sandbox.making.calendar import HELSINKI

TYPES = {
    "main": ("pääosio", "pääosiot"),
    "part": ("osa-alue", "osa-alueet"),
    "closure-info": ("sulkeutumistiedote",) * 2,
}
UNIT = "https://palvelukartta.hel.fi/fi/unit/{}"


def made(city: City) -> Rows:
    labels = {id_: text for hearing in city.hearings for id_, text in hearing.labels}
    projects: dict[str, Row] = {}
    for hearing in city.hearings:
        if hearing.project is not None:
            row = projects.setdefault(hearing.project[0], _project(hearing, is_embedded=False))
            row["phases"][0]["hearings"].append(hearing.slug)
    return Rows(
        hearings=tuple(map(_hearing, city.hearings)),
        forced=frozenset(hearing.id for hearing in city.hearings if hearing.is_forced_closed),
        sections=tuple(_section(hearing, section) for hearing in city.hearings for section in hearing.sections),
        labels=tuple({"id": id_, "label": _text(text)} for id_, text in sorted(labels.items(), key=lambda one: one[0])),
        projects=tuple(projects.values()),
        organisations=tuple(
            {"name": name, "external_organization": False}
            for name in sorted({hearing.organisation for hearing in city.hearings})
        ),
    )


def _hearing(hearing: MadeHearing) -> Row:
    project = None
    if hearing.project is not None:
        project = _project(hearing, is_embedded=True)
        project["phases"][0]["hearings"] = [hearing.slug] if hearing.is_published else []
    return {
        "id": hearing.id,
        "n_comments": hearing.comments,
        "published": hearing.is_published,
        "open_at": _moment(hearing.opens_at),
        "close_at": _moment(hearing.closes_at),
        "created_at": _moment(hearing.created_at),
        "servicemap_url": "" if hearing.tprek is None else UNIT.format(hearing.tprek),
        "slug": hearing.slug,
        "labels": [{"id": id_, "label": _text(text)} for id_, text in hearing.labels],
        "geojson": _drawn(hearing),
        "organization": hearing.organisation,
        "main_image": None,
        "abstract": _text(hearing.abstract),
        "preview_url": None,
        "contact_persons": [
            {
                "id": hearing.id[::-1],
                "name": hearing.official,
                "phone": "09 000 0000",
                "email": "keksitty.henkilo@example.com",
                "organization": hearing.organisation,
                "external_organization": False,
                "additional_info": None,
                "title": {"fi": "Suunnittelija"},
            }
        ],
        "default_to_fullscreen": False,
        "project": project,
        "title": _text(hearing.title),
        "borough": _text(hearing.borough),
    }


def _section(hearing: MadeHearing, section: MadeSection) -> Row:
    one, many = TYPES[section.type]
    return {
        "id": section.id,
        "type": section.type,
        "commenting": "open",
        "commenting_map_tools": "none",
        "voting": "registered",
        "created_at": _moment(section.created_at),
        "images": [],
        "n_comments": hearing.comments if section.type == "main" else 0,
        "files": [],
        "questions": [],
        "type_name_singular": one,
        "type_name_plural": many,
        "plugin_identifier": "",
        "plugin_data": "",
        "plugin_fullscreen": False,
        "hearing": hearing.id,
        "title": _text(section.title),
        "abstract": _text(section.abstract),
        "content": _text(section.content),
    }


def _project(hearing: MadeHearing, *, is_embedded: bool) -> Row:
    assert hearing.project is not None
    id_, title, phase_title = hearing.project
    phase: Row = {
        "id": f"{id_[:31]}1",
        "has_hearings": True,
        "hearings": [],
        "title": _text(phase_title),
        "description": {},
        "schedule": {},
    }
    if is_embedded:
        phase["is_active"] = True
    return {"id": id_, "phases": [phase], "title": _text(title)}


def _drawn(hearing: MadeHearing) -> Row | None:
    if hearing.outline:
        geometry: Row = {"type": "Polygon", "coordinates": [[list(position) for position in hearing.outline]]}
    elif hearing.spot is not None:
        geometry = {"type": "Point", "coordinates": list(hearing.spot)}
    else:
        return None
    return {"type": "Feature", "geometry": geometry, "properties": {}}


def _text(text: Text) -> dict[str, str]:
    """Sorted by language code; {} for nothing."""
    return dict(sorted(text.map().items()))


def _moment(moment: datetime) -> str:
    return moment.astimezone(HELSINKI).isoformat(timespec="microseconds")
