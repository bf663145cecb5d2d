"""The made city's cases of earlier years in Open Ahjo's shapes."""

from __future__ import annotations

from hub.sandbox.city import City, MadeArea, MadeDecision
from hub.sandbox.openahjo.standin import Row, Rows


def made(city: City) -> Rows:
    areas = {area.ocd_id: area for area in city.areas}
    return Rows(
        issues=tuple(_issue(decision, areas) for decision in city.decisions if decision.is_legacy),
        base="/openahjo/paatokset/v1",
    )


def _issue(decision: MadeDecision, areas: dict[str, MadeArea]) -> Row:
    lon_lat = decision.spot
    return {
        "id": decision.id,
        "register_id": decision.number,
        "slug": decision.number.lower().replace(" ", "-"),
        "subject": decision.subject.fi,
        "summary": decision.summary,
        "category": "/paatokset/v1/category/65/",
        "category_name": decision.category.fi,
        "category_origin_id": "10 03 02 01",
        "top_category_name": decision.category.fi,
        "latest_decision_date": decision.decided_on.isoformat(),
        "last_modified_time": f"{decision.decided_on.isoformat()}T10:00:00",
        "reference_text": None,
        "geometries": []
        if lon_lat is None
        else [{"type": "Point", "coordinates": list(lon_lat), "name": "Esimerkkikatu 1", "category": "address"}],
        "districts": [{"name": areas[ocd].name.fi, "type": areas[ocd].type} for ocd in decision.areas],
        "resource_uri": f"/paatokset/v1/issue/{decision.id}/",
    }
