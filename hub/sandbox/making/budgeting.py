"""Participatory budgeting: a new round begins every December, so that one always collects ideas.

The round of a year, by its own calendar:

    ideas           1 December before it to 30 November
    co-creation     October and November
    voting          1 December to 31 March after it
    carrying out    from then on for two years and more

So on any day one round collects, the one before it votes or has just voted, and the one before that is carried out;
and there is one old round that had proposals in place of ideas. Ids follow from the round's year.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache

import msgspec

from hub.sandbox.city import (
    MadeBudget,
    MadeIdea,
    MadeMilestone,
    MadePhase,
    MadePlan,
    MadeProject,
    MadeProposal,
    MadeResult,
    MadeRound,
    MadeScope,
    Text,
)
from hub.sandbox.making.budgeting_words import (
    CATEGORIES,
    MAJOR_DISTRICTS,
    MILESTONES,
    PHASES,
    STATUSES,
    WHOLE_CITY,
    WISHES,
    Wish,
)
from hub.sandbox.making.calendar import local
from hub.sandbox.making.chance import seeded
from hub.sandbox.making.geography import Neighbourhood, geography
from hub.sandbox.making.names import MADE, finnish_genitive, labelled_html, swedish_genitive
from hub.sandbox.making.places import QUIET

OLD_ROUND = 2019
IDEAS, PLANS, PROPOSALS = 130, 48, 60
CITY_SCOPE, FIRST_SCOPE = 10, 11
FIRST_NEIGHBOURHOODS = ("Vallila", "Kallio", "Kluuvi")  # what the demo asks about has ideas in every round
OLD_WORDS = ("accepted", "rejected", None, "evaluating")


class Seed(msgspec.Struct, frozen=True, kw_only=True):
    """A wish for a neighbourhood: what an idea, its plan, its project and its result have in common."""

    wish: Wish
    area: Neighbourhood
    scope: int
    spot: tuple[float, float] | None  # lon, lat
    created_at: datetime

    @property
    def title(self) -> Text:
        return _filled(self.wish.title, self.area)

    @property
    def text(self) -> Text:
        return labelled_html(self.wish.text)


def scopes() -> tuple[MadeScope, ...]:
    """The whole city and its major districts, none inside another: as the budgeting service keeps them."""
    parts = [MadeScope(id=FIRST_SCOPE + number, name=name, parent=None) for number, name in enumerate(MAJOR_DISTRICTS)]
    return (MadeScope(id=CITY_SCOPE, name=WHOLE_CITY, parent=None), *parts)


def rounds(today: date) -> tuple[MadeRound, ...]:
    """The old round, the one being carried out, the one that votes or has just voted, the one that collects ideas."""
    collecting = today.year + (1 if today.month == 12 else 0)
    return (_old_round(), *(_round(year, today) for year in (collecting - 2, collecting - 1, collecting)))


def _round(year: int, today: date) -> MadeRound:
    begins = _phase_days(year)
    is_voting_known = today >= begins[2] - timedelta(days=14)
    is_decided = today >= begins[3]
    seeds = _seeds(year, IDEAS)
    yesterday = datetime.combine(today, time(0), UTC)
    ideas = tuple(_idea(year, number, seed, today) for number, seed in enumerate(seeds) if seed.created_at < yesterday)
    plans = tuple(plan for plan in _plans(year, seeds) if plan.created_at < yesterday)
    budgets, projects = _vote(year, plans, seeds, is_decided=is_decided) if is_voting_known else ((), ())
    number = year - 2000
    components = {"Ideas": 10 * number + 1, "Plans": 10 * number + 2}
    if is_voting_known:
        components["Budgets"] = 10 * number + 3
    if is_decided:
        components["Accountability"] = 10 * number + 4
    return MadeRound(
        id=100 + number,
        slug=f"esimerkki-{year}",
        title=Text(
            fi=f"Osallistuva budjetointi {year} (esimerkki)",
            sv=f"Medborgarbudgetering {year} (exempel)",
            en=f"Participatory budgeting {year} (example)",
        ),
        description=labelled_html(
            Text(fi="Asukkaat päättävät, mihin raha käytetään.", sv="Invånarna beslutar vad pengarna används till.")
        ),
        starts_on=begins[0],
        ends_on=date(year + 3, 12, 31),
        phases=_phases(year, today),
        components=components,
        categories=_categories(year),
        ideas=ideas,
        plans=plans,
        budgets=budgets,
        projects=projects,
        results=tuple(_result(year, project, today) for project in projects if project.selected),
    )


def _phase_days(year: int) -> tuple[date, date, date, date]:
    return date(year - 1, 12, 1), date(year, 10, 1), date(year, 12, 1), date(year + 1, 4, 1)


def _phases(year: int, today: date) -> tuple[MadePhase, ...]:
    """One is active: the last that began, but the ideas while they are still taken."""
    begins = _phase_days(year)
    ends = date(year, 11, 30), date(year, 11, 30), date(year + 1, 3, 31), date(year + 3, 12, 31)
    active = 0 if today <= ends[0] else 2 if today <= ends[2] else 3
    return tuple(
        MadePhase(
            id=(year - 2000) * 10 + number,
            title=title,
            starts_at=local(begins[number]),
            ends_at=local(ends[number], time(23, 59)),
            active=number == active,
        )
        for number, title in enumerate(PHASES)
    )


def _categories(year: int) -> tuple[tuple[int, Text], ...]:
    return tuple((10 * (year - 2000) + number, name) for number, name in enumerate(CATEGORIES))


@cache
def _seeds(year: int, count: int) -> tuple[Seed, ...]:
    """A round's wishes in order of time, spread over the months in which ideas are taken."""
    chance = seeded("budgeting", year)
    known = {area.name: area for area in geography().neighbourhoods if area.name not in QUIET}
    usual = [name for name in known if name not in FIRST_NEIGHBOURHOODS]
    opens = datetime(year - 1, 11, 20, 10, tzinfo=UTC)  # the first on paper, before the round is out
    districts = [name.fi for name in MAJOR_DISTRICTS]
    seeds = []
    for number in range(count):
        name = FIRST_NEIGHBOURHOODS[number // 2 % 3] if number % 8 < 2 else usual[(number * 7) % len(usual)]
        area = known[name]
        is_for_all = chance.random() < 0.12
        seeds.append(
            Seed(
                wish=WISHES[(number * 5 + number // 14) % len(WISHES)],
                area=area,
                scope=CITY_SCOPE if is_for_all else FIRST_SCOPE + districts.index(area.major_district),
                spot=area.spot(chance) if chance.random() < 0.75 else None,
                created_at=opens + timedelta(hours=int(370 * 24 * (number / count) ** 1.5) + chance.randint(0, 20)),
            )
        )
    return tuple(seeds)


def _idea(year: int, number: int, seed: Seed, today: date) -> MadeIdea:
    """In its author's language; answered two months after it came in."""
    chance = seeded("idea", year, number)
    languages = [language for language in ("fi", "fi", "fi", "fi", "sv", "en") if language in seed.title.map()]
    language = chance.choice(languages)
    answer = chance.choices(("accepted", "rejected", "withdrawn"), (6, 3, 1))[0]
    hurried = chance.random() < 0.15
    is_answered = today >= seed.created_at.date() + timedelta(days=60)
    state = answer if is_answered else "evaluating" if hurried else None
    lon, lat = seed.spot or (None, None)
    return MadeIdea(
        id=_number(year, number),
        title=seed.title.map()[language],
        body=f"{seed.wish.text.map().get(language, seed.wish.text.fi)} {MADE.map()[language]}",
        scope=seed.scope,
        category=_categories(year)[seed.wish.category][0],
        state=state,
        lat=lat,
        lon=lon,
        address=f"{seed.area.name}, Helsinki" if seed.spot else None,
        supports=chance.randint(0, 180),
        created_at=seed.created_at,
    )


def _plans(year: int, seeds: tuple[Seed, ...]) -> tuple[MadePlan, ...]:
    """Each grew from one idea and some from a second; written in October and November."""
    opens = datetime.combine(_phase_days(year)[1], time(9), UTC)
    plans = []
    for number, own in enumerate(_worked_out(seeds)):
        chance = seeded("plan", year, number)
        seed = seeds[own]
        near = [each for each, other in enumerate(seeds) if other.area.name == seed.area.name and each != own]
        grew_from = (own, near[0]) if near and chance.random() < 0.3 else (own,)
        lon, lat = seed.spot or (None, None)
        plans.append(
            MadePlan(
                id=_number(year, number),
                title=seed.title,
                body=seed.text,
                scope=seed.scope,
                category=_categories(year)[seed.wish.category][0],
                state=chance.choices(("accepted", "open", "rejected"), (8, 1, 1))[0],
                lat=lat,
                lon=lon,
                supports=chance.randint(5, 400),
                ideas=tuple(_number(year, each) for each in grew_from),
                created_at=opens + timedelta(hours=number * 24 + chance.randint(0, 8)),
            )
        )
    return tuple(plans)


def _worked_out(seeds: tuple[Seed, ...]) -> list[int]:
    """Which wishes become plans: by steps through all of them, the same wish for the same neighbourhood once."""
    once: dict[tuple[str | None, str], int] = {}
    for number in range(len(seeds)):
        step = (number * 5 + number * 5 // len(seeds)) % len(seeds)
        once.setdefault((seeds[step].wish.title.fi, seeds[step].area.name), step)
    return list(once.values())[:PLANS]


def _vote(
    year: int, plans: tuple[MadePlan, ...], seeds: tuple[Seed, ...], *, is_decided: bool
) -> tuple[tuple[MadeBudget, ...], tuple[MadeProject, ...]]:
    """A budget for the city and each major district; the accepted plans as projects. Not decided: selected is None."""
    names = [(CITY_SCOPE, WHOLE_CITY), *((FIRST_SCOPE + number, name) for number, name in enumerate(MAJOR_DISTRICTS))]
    budgets = tuple(
        MadeBudget(id=_number(year, scope), scope=scope, title=name, total_euros=100_000 + 50_000 * ((scope * 3) % 8))
        for scope, name in names
    )
    projects = []
    for plan in plans:
        if plan.state == "accepted":
            chance = seeded("project", year, plan.id)
            low, high = seeds[plan.ideas[0] - _number(year, 0)].wish.thousands
            wins = chance.random() < 0.6
            projects.append(
                MadeProject(
                    id=plan.id,
                    budget=_number(year, plan.scope),
                    title=plan.title,
                    description=plan.body,
                    scope=plan.scope,
                    category=plan.category,
                    euros=1_000 * chance.randint(low, high),
                    selected=wins if is_decided else None,
                    plans=(plan.id,),
                    created_at=datetime.combine(_phase_days(year)[2] - timedelta(days=14), time(9), UTC),
                )
            )
    return budgets, tuple(projects)


def _result(year: int, project: MadeProject, today: date) -> MadeResult:
    """How far a chosen project has come: begun within five months of the vote, done in three months to two years."""
    chance = seeded("result", year, project.id)
    start = _phase_days(year)[3] + timedelta(days=chance.randint(20, 150))
    end = start + timedelta(days=chance.randint(90, 700))
    share = min(1.0, max(0.0, (today - start) / (end - start)))
    stage = 0 if share == 0 else 1 if share < 0.4 else 2 if share < 1 else 3
    key, status = STATUSES[stage]
    steps = (start, start + (end - start) * 0.4, end)
    is_told = chance.random() < 0.9
    return MadeResult(
        id=project.id,
        project=project.id,
        title=project.title,
        description=project.description,
        scope=project.scope,
        category=project.category,
        status_key=key,
        status=status,
        progress=float(5 * round(20 * share)) if is_told else None,
        start=start if is_told else None,
        end=end if is_told else None,
        timeline=tuple(
            MadeMilestone(id=10 * project.id + number, entry_date=day, title=MILESTONES[number])
            for number, day in enumerate(steps)
            if day <= today
        ),
        created_at=datetime.combine(_phase_days(year)[3], time(9), UTC),
    )


@cache
def _old_round() -> MadeRound:
    """Proposals in place of ideas and plans, long over; no money was counted in it."""
    year = OLD_ROUND
    seeds = _seeds(year, PROPOSALS)
    return MadeRound(
        id=100 + year - 2000,
        slug=f"esimerkki-{year}",
        title=Text(fi=f"Asukkaiden ehdotukset {year} (esimerkki)", sv=f"Invånarnas förslag {year} (exempel)"),
        description=labelled_html(Text(fi="Vanha kierros, jossa oli vain ehdotuksia.")),
        starts_on=_phase_days(year)[0],
        ends_on=date(year + 1, 12, 31),
        phases=tuple(msgspec.structs.replace(each, active=False) for each in _phases(year, date(year + 9, 1, 1))),
        components={"Proposals": 10 * (year - 2000) + 5},
        categories=_categories(year),
        proposals=tuple(_proposal(year, number, seed) for number, seed in enumerate(seeds)),
    )


def _proposal(year: int, number: int, seed: Seed) -> MadeProposal:
    chance = seeded("proposal", year, number)
    lon, lat = seed.spot or (None, None)
    return MadeProposal(
        id=_number(year, number),
        title=Text(fi=seed.title.fi),
        body=Text(fi=seed.text.fi),
        scope=seed.scope,
        category=_categories(year)[seed.wish.category][0],
        state=chance.choice(OLD_WORDS),
        lat=lat,
        lon=lon,
        address=f"{seed.area.name}, Helsinki" if seed.spot else None,
        votes=chance.randint(0, 90) if chance.random() < 0.5 else None,
        created_at=seed.created_at,
    )


def _number(year: int, number: int) -> int:
    """Ids within a type: the round's year and the place in it."""
    return 1_000 * (year - 2000) + number


def _filled(text: Text, area: Neighbourhood) -> Text:
    words = {"of": finnish_genitive(area.name), "sv": swedish_genitive(area.name_sv), "en": area.name}
    return Text(**{language: own.format(**words) for language, own in text.map().items()})
