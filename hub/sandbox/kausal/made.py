"""The made city's climate programme in Kausal Watch's shapes."""

from __future__ import annotations

from typing import Final

from hub.sandbox.city import City, MadeAction, MadeIndicator, MadeTask, Text
from hub.sandbox.kausal.standin import Row, Rows

PLAN: Final = "hnh2035"
SITE: Final = "https://ilmasto.sandbox.example"
STATUSES: Final = {  # label, sentiment, active, completed
    "ON_TIME": (Text("Aikataulussa", "I tid", "On time"), "POSITIVE", True, False),
    "LATE": (Text("Myöhässä", "Försenad", "Late"), "NEGATIVE", True, False),
    "COMPLETED": (Text("Valmis", "Slutförd", "Completed"), "POSITIVE", False, True),
    "NOT_STARTED": (Text("Ei aloitettu", "Inte påbörjad", "Not started"), "NEUTRAL", True, False),
    "MERGED": (Text("Yhdistetty", "Sammanslagen", "Merged"), "NEUTRAL", False, True),
}
PHASES: Final = {
    "NOT_STARTED": (0, "not_started", Text("Ei aloitettu", "Inte påbörjad", "Not started")),
    "ON_TIME": (2, "implementation", Text("Toteutus", "Genomförande", "Implementation")),
    "LATE": (2, "implementation", Text("Toteutus", "Genomförande", "Implementation")),
    "COMPLETED": (3, "completed", Text("Valmis", "Slutfört", "Completed")),
}
ORGANISATION: Final[Row] = {"id": "1", "name": "Helsingin kaupunki", "abbreviation": "Helsinki"}
NEVER: Final = "2019-04-12T09:31:00+00:00"


def made(city: City) -> Rows:
    numbers = {action.identifier: action for action in city.climate_actions}
    indicators = {one.id: _indicator(one) for one in city.climate_indicators}
    plan: Row = {
        "__typename": "Plan",
        "id": PLAN,
        "identifier": PLAN,
        "name": {"fi": "Keksitty ilmasto-ohjelma", "sv": "Påhittat klimatprogram", "en": "A made-up climate programme"},
        "shortName": "Ilmasto-ohjelma",
        "versionName": "",
        "primaryLanguage": "fi",
        "otherLanguages": ["en", "sv"],
        "publishedAt": "2019-05-16T09:00:00+00:00",
        "viewUrl": SITE,
        "organization": ORGANISATION,
        "supersededBy": None,
    }
    return Rows(
        plans={PLAN: plan},
        actions={PLAN: [_action(action, numbers, indicators, plan) for action in city.climate_actions]},
        indicators={PLAN: list(indicators.values())},
        hostnames={SITE.partition("//")[2]: plan},
    )


def _action(action: MadeAction, numbers: dict[str, MadeAction], indicators: dict[int, Row], plan: Row) -> Row:
    label, sentiment, is_active, is_completed = STATUSES[action.status]
    phase = PHASES.get(action.status)
    into = numbers.get(action.merged_into or "")
    return {
        "id": str(action.id),
        "uuid": f"00000000-0000-4000-8000-{action.id:012}",
        "identifier": action.identifier,
        "name": action.name.map(),
        "officialName": None,
        "completion": None,
        "color": None,
        "startDate": None,
        "endDate": None,
        "dateFormat": None,
        "scheduleContinuous": not action.tasks,
        "updatedAt": action.modified_at.isoformat(),
        "viewUrl": f"{SITE}/actions/{action.identifier}",
        "plan": plan,
        "status": None
        if into
        else {
            "id": action.status,
            "identifier": action.status.lower(),
            "name": label.map(),
            "isCompleted": is_completed,
        },
        "statusSummary": {
            "identifier": action.status,
            "label": label.map(),
            "sentiment": sentiment,
            "isActive": is_active,
            "isCompleted": is_completed,
        },
        "implementationPhase": phase
        and {"id": str(20 + phase[0]), "identifier": phase[1], "name": phase[2].map(), "order": phase[0]},
        "primaryOrg": None,
        "categories": [
            {
                "id": f"7{action.category[0].replace('.', '')}",
                "identifier": action.category[0],
                "name": action.category[1].map(),
                "type": {"id": "2", "identifier": "action", "name": "Toimenpideluokat"},
            }
        ],
        "mergedWith": into and {"id": str(into.id), "identifier": into.identifier, "name": into.name.map()},
        "leadParagraph": action.lead.map(),
        "description": action.description.map(),
        "manualStatusReason": None,
        "impact": None,
        "schedule": [],
        "responsibleParties": [
            {
                "id": f"{action.id}{number}",
                "role": "COLLABORATOR" if number else "PRIMARY",
                "specifier": "",
                "organization": {"id": name, "name": name, "abbreviation": None},
            }
            for number, name in enumerate(action.organisations)
        ],
        # a real plan may show such a person: this made one must never come out of the hub
        "contactPersons": [
            {
                "id": f"9{action.id}",
                "role": "MODERATOR",
                "primaryContact": True,
                "person": {
                    "id": "77",
                    "firstName": "Keksitty",
                    "lastName": "Henkilö",
                    "title": "Suunnittelija",
                    "email": "",
                    "organization": ORGANISATION,
                },
            }
        ],
        "tasks": [_task(task, action) for task in action.tasks],
        "relatedIndicators": [
            {
                "id": f"{action.id}{id_}",
                "effectType": "INCREASES",
                "indicatesActionProgress": True,
                "indicator": indicators[id_],
            }
            for id_ in action.indicators
        ],
        "links": [],
        "statusUpdates": [],
        "relatedActions": [],
        "image": None,
    }


def _task(task: MadeTask, action: MadeAction) -> Row:
    return {
        "id": str(task.id),
        "name": task.name.map(),
        "state": task.state,
        "dueAt": task.due.isoformat(),
        "dateFormat": task.precision,
        "completedAt": task.completed and task.completed.isoformat(),
        "details": None,
        "createdAt": NEVER,
        "modifiedAt": action.modified_at.isoformat(),
    }


def _indicator(one: MadeIndicator) -> Row:
    values = [{"id": f"{one.id}{year}", "date": f"{year}-12-31", "value": value} for year, value in one.values]
    return {
        "id": str(one.id),
        "uuid": f"00000000-0000-4000-8000-{one.id:012}",
        "identifier": None,
        "name": one.name.map(),
        "description": None,
        "timeResolution": "YEAR",
        "desiredTrend": one.trend,
        "level": "operational",
        "quantity": None,
        "unit": {"id": one.unit, "name": one.unit, "shortName": one.unit, "verboseName": one.unit},
        "organization": ORGANISATION,
        "latestValue": values[-1] if values else None,
        "updatedAt": "2026-02-11T08:30:00+00:00",
        "values": values,
        "goals": [{"id": f"8{one.id}", "date": f"{one.goal[0]}-12-31", "value": one.goal[1]}] if one.goal else [],
        "relatedActions": [],
    }
