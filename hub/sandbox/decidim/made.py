"""The made city's budgeting rounds as Decidim says them: processes, their components, and what those hold."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hub.sandbox.city import (
    City,
    MadeBudget,
    MadeIdea,
    MadePhase,
    MadePlan,
    MadeProject,
    MadeProposal,
    MadeResult,
    MadeRound,
    MadeScope,
    Text,
)
from hub.sandbox.decidim.standin import Row, Rows

HELSINKI = ZoneInfo("Europe/Helsinki")
NAMES = {
    "Ideas": Text("Ideat", "Idéer", "Ideas"),
    "Plans": Text("Ehdotukset", "Förslag", "Proposals"),
    "Proposals": Text("Ehdotukset", "Förslag", "Proposals"),
    "Budgets": Text("Äänestys", "Omröstning", "Voting"),
    "Accountability": Text("Toteutus", "Genomförande", "Implementation"),
    "Pages": Text("Tietoa", "Information", "Information"),
}
GROUP = {"id": "3", "title": None}
PAGES = 90_000  # component ids that no round uses
ELSEWHERE = 900  # a process that is no budgeting round


def made(city: City) -> Rows:
    scopes = {scope.id: _scope(scope) for scope in city.scopes}
    for scope in city.scopes:
        if scope.parent is not None:
            scopes[scope.id]["parent"] = scopes[scope.parent]
            scopes[scope.parent]["children"].append(scopes[scope.id])
    rows = Rows(
        processes=[],
        components={},
        scope_types=[
            {
                "id": "1",
                "name": _translated(Text("Suurpiiri", "Stordistrikt", "Major district")),
                "plural": _translated(Text("Suurpiirit", "Stordistrikt", "Major districts")),
                "scopes": [scopes[scope.id] for scope in city.scopes if scope.parent is None],
            }
        ],
    )
    for number, made_round in enumerate(city.rounds):
        _Round(made_round, scopes, number).into(rows)
    rows.processes.append(_elsewhere(city, rows))
    return rows


class _Round:
    """One round's rows, linked as the upstream links them: projects to plans, plans to ideas, results to projects."""

    def __init__(self, made_round: MadeRound, scopes: dict[int, Row], number: int) -> None:
        self.round = made_round
        self.scopes = scopes
        self.number = number
        self.space = {"__typename": "ParticipatorySpace", "id": str(made_round.id), "type": PROCESS}
        self.categories = {
            id_: {"__typename": "Category", "id": str(id_), "name": _translated(name), "parent": None}
            for id_, name in made_round.categories
        }
        self.ideas = {idea.id: self._idea(idea) for idea in made_round.ideas}
        self.plans = {plan.id: self._plan(plan) for plan in made_round.plans}
        self.proposals = {proposal.id: self._proposal(proposal) for proposal in made_round.proposals}
        self.projects = {project.id: self._project(project) for project in made_round.projects}
        self.statuses = self._statuses()

    def into(self, rows: Rows) -> None:
        made_round = self.round
        holds = {
            "Ideas": {"ideas": list(self.ideas.values())},
            "Plans": {"plans": list(self.plans.values())},
            "Proposals": {"proposals": list(self.proposals.values())},
            "Budgets": {"budgets": [self._budget(budget) for budget in made_round.budgets]},
            "Accountability": {
                "statuses": list(self.statuses.values()),
                "results": [self._result(result) for result in made_round.results],
            },
            "Pages": {},
        }
        components = {"Pages": PAGES + made_round.id} | made_round.components
        parts: list[Row] = [
            {
                "__typename": type_,
                "id": str(id_),
                "weight": weight,
                "name": _translated(NAMES[type_]),
                "participatorySpace": self.space,
                **holds[type_],
            }
            for weight, (type_, id_) in enumerate(components.items())
        ]
        rows.components.update({part["id"]: part for part in parts})
        published = _nine(made_round.starts_on - timedelta(days=7))
        rows.processes.append(
            _process(
                id=str(made_round.id),
                slug=made_round.slug,
                title=_translated(made_round.title),
                shortDescription=_translated(made_round.description, html=True),
                startDate=made_round.starts_on.isoformat(),
                endDate=made_round.ends_on.isoformat(),
                createdAt=_moment(published - timedelta(days=30)),
                updatedAt=_moment(max([published, *(phase.starts_at for phase in made_round.phases if phase.active)])),
                publishedAt=_moment(published),
                steps=[_step(phase, position) for position, phase in enumerate(made_round.phases)],
                participatoryProcessGroup=GROUP | {"title": _translated(Text("OmaStadi", "OmaStadi", "OmaStadi"))},
                topCategories=list(self.categories.values()),
                components=parts,
            )
        )

    def _scope(self, id_: int) -> Row | None:
        return self.scopes.get(id_)

    def _entity(self, kind: str, type_: str, id_: int, created_at: datetime) -> Row:
        """What all of them have."""
        return {
            "__typename": type_,
            "id": str(id_),
            "reference": f"HEL-{kind}-{created_at:%Y-%m}-{id_}",
            "totalCommentsCount": 0,
            "attachments": [],
            "createdAt": _moment(created_at),
            "updatedAt": _moment(created_at + timedelta(days=2)),
            "publishedAt": _moment(created_at + timedelta(hours=1)),
        }

    def _idea(self, idea: MadeIdea) -> Row:
        return self._entity("IDEA", "Idea", idea.id, idea.created_at) | {
            "title": idea.title,  # plain strings in the author's language
            "body": idea.body,
            "state": idea.state,
            "answer": None,
            "answeredAt": None,
            "address": idea.address,
            "coordinates": _coordinates(idea.lat, idea.lon),
            "areaScope": self._scope(idea.scope),
            "category": self.categories.get(idea.category),
            "favoriteCount": idea.supports,
        }

    def _plan(self, plan: MadePlan) -> Row:
        scope, category = self._scope(plan.scope), self.categories.get(plan.category)
        values: list[Row] = [
            {"__typename": "PlanTextFieldContent", "section": {"handle": "description"}, "value": _html(plan.body)}
        ]
        if (spot := _coordinates(plan.lat, plan.lon)) is not None:
            point = {"address": None, **spot}
            values.append({"__typename": "PlanMapPointFieldContent", "section": {"handle": "location"}, "value": point})
        values.append({"__typename": "PlanAreaScopeFieldContent", "section": {"handle": "area"}, "value": scope})
        values.append({"__typename": "PlanCategoryFieldContent", "section": {"handle": "category"}, "value": category})
        return self._entity("PLAN", "Plan", plan.id, plan.created_at) | {
            "title": _translated(plan.title),
            "state": plan.state,
            "answer": None,
            "answeredAt": None,
            "closedAt": None,
            "category": category,
            "scope": scope,
            "favoriteCount": plan.supports,
            "values": values,
            "linkedResources": _links(self.ideas, plan.ideas),
        }

    def _proposal(self, proposal: MadeProposal) -> Row:
        return self._entity("PROP", "Proposal", proposal.id, proposal.created_at) | {
            "title": _translated(proposal.title),
            "body": _html(proposal.body),
            "state": proposal.state,
            "answer": None,
            "answeredAt": None,
            "address": proposal.address,
            "coordinates": _coordinates(proposal.lat, proposal.lon),
            "voteCount": proposal.votes,  # null while votes are hidden
            "endorsementsCount": 0,
            "official": False,
            "category": self.categories.get(proposal.category),
            "scope": self._scope(proposal.scope),
        }

    def _budget(self, budget: MadeBudget) -> Row:
        projects = [self.projects[project.id] for project in self.round.projects if project.budget == budget.id]
        created = min((project.created_at for project in self.round.projects), default=None)
        moment = _moment(created) if created else None
        return {
            "__typename": "Budget",
            "id": str(budget.id),
            "title": _translated(budget.title),
            "description": {"translations": [{"locale": locale, "text": ""} for locale in ("fi", "sv", "en")]},
            "total_budget": budget.total_euros,
            "scope": self._scope(budget.scope),
            "createdAt": moment,
            "updatedAt": moment,
            "projects": projects,
        }

    def _project(self, project: MadeProject) -> Row:
        return self._entity("PROJ", "Project", project.id, project.created_at) | {
            "title": _translated(project.title),
            "summary": _translated(project.description),
            "description": _html(project.description),
            "budgetAmount": project.euros,
            "budget_amount": project.euros,
            "budgetAmountMin": None,
            "selected": bool(project.selected),  # false, not null, until the results are out
            "mainImage": None,
            "category": self.categories.get(project.category),
            "scope": self._scope(project.scope),
            "linkedResources": _links(self.plans, project.plans),
        }

    def _statuses(self) -> dict[str, Row]:
        known = {result.status_key: result for result in self.round.results}
        return {
            key: {
                "__typename": "Status",
                "id": str(self.number * 10 + position),
                "key": key,
                "name": _translated(result.status),
                "progress": round(result.progress) if result.progress is not None else None,
            }
            for position, (key, result) in enumerate(known.items(), start=1)
        }

    def _result(self, result: MadeResult) -> Row:
        project = self.projects.get(result.project)
        return self._entity("RESU", "Result", result.id, result.created_at) | {
            "externalId": None,
            "title": _translated(result.title),
            "summary": _translated(result.description),
            "description": _html(result.description),
            "newsDescription": None,
            "startDate": _day(result.start),
            "endDate": _day(result.end),
            "progress": result.progress,
            "budgetAmount": project["budgetAmount"] if project else None,
            "childrenCount": 0,
            "parent": None,
            "status": self.statuses.get(result.status_key),
            "timelineEntries": [
                {
                    "__typename": "TimelineEntry",
                    "id": str(milestone.id),
                    "entryDate": milestone.entry_date.isoformat(),
                    "endDate": None,
                    "title": _translated(milestone.title),
                    "description": None,
                }
                for milestone in reversed(result.timeline)  # in no promised order
            ],
            "category": self.categories.get(result.category),
            "scope": self._scope(result.scope),
            "locations": [],
            "tags": [],
            "mainImage": None,
            "linkedResources": _links(self.projects, [result.project]),
        }


PROCESS = "Decidim::ParticipatoryProcess"


def _process(**own: object) -> Row:
    rest = {
        "__typename": "ParticipatoryProcess",
        "type": PROCESS,
        "reference": f"HEL-PART-{own['id']}",
        "subtitle": _translated(Text("Osallistuva budjetointi", "Medborgarbudgetering", "Participatory budgeting")),
        "heroImage": None,
        "bannerImage": None,
        "scope": None,
    }
    return rest | own


def _elsewhere(city: City, rows: Rows) -> Row:
    """A process without ideas, plans or a vote, as the real site has others beside its rounds."""
    title = _translated(Text("Kaupunginosan tulevaisuus", "Stadsdelens framtid", None))
    pages: Row = {
        "__typename": "Pages",
        "id": str(PAGES + ELSEWHERE),
        "weight": 0,
        "name": _translated(NAMES["Pages"]),
        "participatorySpace": {"__typename": "ParticipatorySpace", "id": str(ELSEWHERE), "type": PROCESS},
    }
    rows.components[pages["id"]] = pages
    day = city.today - timedelta(days=60)
    opened = _moment(_nine(day))
    return _process(
        id=str(ELSEWHERE),
        slug="kaupunginosan-tulevaisuus",
        title=title,
        subtitle=None,
        shortDescription=None,
        startDate=day.isoformat(),
        endDate=None,
        createdAt=opened,
        updatedAt=opened,
        publishedAt=opened,
        steps=[],
        participatoryProcessGroup=None,
        topCategories=[],
        components=[pages],
    )


def _step(phase: MadePhase, position: int) -> Row:
    """Dates, the last one included."""
    return {
        "__typename": "ParticipatoryProcessStep",
        "id": str(phase.id),
        "position": position,
        "active": phase.active,
        "startDate": phase.starts_at.astimezone(HELSINKI).date().isoformat(),
        "endDate": (phase.ends_at - timedelta(seconds=1)).astimezone(HELSINKI).date().isoformat(),
        "title": _translated(phase.title),
    }


def _scope(scope: MadeScope) -> Row:
    return {
        "__typename": "Scope",
        "id": str(scope.id),
        "name": _translated(scope.name),
        "children": [],
        "parent": None,
    }


def _links(rows: dict[int, Row], ids: Iterable[int]) -> list[Row] | None:
    """None links is null, not an empty list."""
    return [rows[id_] for id_ in ids if id_ in rows] or None


def _translated(text: Text, *, html: bool = False) -> Row:
    """A missing language is absent."""
    return {
        "translations": [
            {"locale": locale, "text": f"<p>{words}</p>" if html and not words.startswith("<") else words}
            for locale, words in text.map().items()
        ]
    }


def _html(text: Text) -> Row:
    return _translated(text, html=True)


def _coordinates(lat: float | None, lon: float | None) -> Row | None:
    return {"latitude": lat, "longitude": lon} if lat is not None and lon is not None else None


def _moment(moment: datetime) -> str:
    return moment.astimezone(HELSINKI).isoformat(timespec="seconds")


def _nine(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=HELSINKI)


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
