"""The climate programme: what the city has promised, how far it is, and what is measured."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hub.domain import answers
from hub.domain.city import City
from hub.domain.lists import Found, PageArgs, listed, listed_under
from hub.domain.reading import reads
from hub.index import climate as index
from hub.index.climate import ActionFilter
from hub.index.themes import is_exact, of_records
from hub.records.climate import ClimateAction, ClimateIndicator, ClimateTask, ClimateTasks
from hub.records.core import Ref

KINDS = ("climate_action", "climate_tasks", "climate_indicator")


def actions(city: City, wanted: ActionFilter, page: PageArgs) -> Found[ClimateAction]:
    """Actions that match, by name."""
    return listed(
        city,
        index.actions(wanted),
        ClimateAction,
        page,
        order="climate-actions",
        answers=lambda: answers.from_collections(city, *KINDS),
    )


def actions_on(city: City, themes: Sequence[int], wanted: ActionFilter, page: PageArgs) -> list[Found[ClimateAction]]:
    """Actions about each theme, by name."""
    return listed_under(
        city,
        index.actions(wanted, of_records(ClimateAction.kind, is_exact(wanted.themes))),
        ClimateAction,
        themes,
        page,
        order="climate-actions",
        answers=lambda: answers.from_collections(city, *KINDS),
    )


@reads("climate_tasks")
def tasks_of(city: City, actions_: Sequence[ClimateAction]) -> list[list[ClimateTask]]:
    """The tasks of each action, in the programme's order."""
    return [[] if told is None else list(told.tasks) for told in _told(city, actions_)]


@reads("climate_tasks")
def tasks_fetched_at(city: City, actions_: Sequence[ClimateAction]) -> list[datetime | None]:
    """When each action's tasks were last known to be so; None: they were never read."""
    told = _told(city, actions_)
    ages = city.index.fetched_at([one.rid for one in told if one is not None])
    return [None if one is None else ages.get(one.rid, one.read_at) for one in told]


def _told(city: City, actions_: Sequence[ClimateAction]) -> list[ClimateTasks | None]:
    refs = [Ref(ClimateTasks.kind, action.ref.source, action.ref.key) for action in actions_]
    known = city.index.by_refs(refs)
    found: list[ClimateTasks | None] = []
    for ref in refs:
        record = known[ref].record if ref in known else None
        found.append(record if isinstance(record, ClimateTasks) else None)
    return found


def indicators_of(city: City, actions_: Sequence[ClimateAction]) -> list[list[ClimateIndicator]]:
    """What each action is to move, as far as it is public."""
    known = city.index.by_refs({ref for action in actions_ for ref in action.indicators})
    found: list[list[ClimateIndicator]] = []
    for action in actions_:
        records = (known[ref].record for ref in action.indicators if ref in known)
        found.append([record for record in records if isinstance(record, ClimateIndicator)])
    return found


def merged_into(city: City, actions_: Sequence[ClimateAction]) -> list[ClimateAction | None]:
    """The action in which each lives on."""
    known = city.index.by_refs({action.merged_into for action in actions_ if action.merged_into})
    found: list[ClimateAction | None] = []
    for action in actions_:
        other = known[action.merged_into].record if action.merged_into in known else None
        found.append(other if isinstance(other, ClimateAction) else None)
    return found
