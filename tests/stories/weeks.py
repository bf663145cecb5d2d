"""The variables that the operations are tried with, on the stories' Wednesday."""

from __future__ import annotations

from typing import Any

MONDAY, SUNDAY = "2026-11-16", "2026-11-22"
WEEK: dict[str, Any] = {"from": "2026-11-16T00:00:00+02:00", "to": "2026-11-23T00:00:00+02:00"}
MONTH: dict[str, Any] = {"from": "2026-11-18T00:00:00+02:00", "to": "2026-12-18T00:00:00+02:00"}
DAYS: dict[str, Any] = {"monday": MONDAY, "sunday": SUNDAY}
THURSDAY_AFTERNOON: dict[str, Any] = {"from": "2026-11-26T14:00:00+02:00", "to": "2026-11-26T18:00:00+02:00"}
OODI: dict[str, Any] = {"lat": 60.17397, "lon": 24.938158}

# the operations that every partner may send, each with variables for a try
TRIES: dict[str, dict[str, Any]] = {
    "neighbourhood": {"district": "Vallila", **DAYS, **WEEK},
    "free_rooms": {**OODI, **THURSDAY_AFTERNOON},
    "library_page": {"tprekId": "8215", **DAYS, **WEEK},
    "catalogue": {"text": "porakone", "first": 10},
    "events": {"text": "kielikahvila", "first": 10, **MONTH},
    "theme": {"text": "hyvinvointi"},
    "participation": {},
    "sources": {},
    "more_services": {},
    "sharing": {"from": "2026-10-01T00:00:00+03:00", "to": "2026-11-01T00:00:00+02:00"},
}
