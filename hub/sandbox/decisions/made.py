"""The made city's decisions as documents of the search index: one for each language version."""

from __future__ import annotations

from datetime import time
from typing import Any

from hub.sandbox.city import City, MadeDecision
from hub.sandbox.decisions.standin import Rows
from hub.sandbox.making.calendar import local


def made(city: City) -> Rows:
    return Rows(
        documents=tuple(
            (f"entity:node/{decision.id}:{language}", _document(decision, language))
            for decision in city.decisions
            if not decision.is_legacy
            for language in decision.subject.map()
        )
    )


def _document(decision: MadeDecision, language: str) -> dict[str, list[Any]]:
    """Every field a list; a field without a value is not there."""
    meeting = local(decision.decided_on, time(8)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    path = "arende" if language == "sv" else "asia"
    said: dict[str, object] = {
        "subject": getattr(decision.subject, language),
        "issue_subject": getattr(decision.issue, language),
        "issue_id": decision.number,
        "unique_issue_id": decision.number,
        "id": str(decision.id),
        "category_name": getattr(decision.category, language),
        "top_category_name": getattr(decision.category, language),
        "organization_name": getattr(decision.body, language),
        "organization_type": decision.body_type,
        "field_policymaker_id": decision.body_id,
        "meeting_date": meeting,
        "decision_url": f"/{language}/{path}/{decision.number.lower().replace(' ', '-')}",
        "has_translation": len(decision.subject.map()) > 1,
        "search_api_language": language,
        "more_decisions": False,
        "field_is_decision": not decision.is_motion,
    }
    return {name: [value] for name, value in said.items() if value is not None}
