"""The climate programme: actions, their tasks, and what is measured."""

from __future__ import annotations

from typing import Any

import strawberry

from hub.domain import climate
from hub.index.climate import ActionFilter
from hub.records import climate as records
from hub.schema.connection import Connection
from hub.schema.context import Info
from hub.schema.lazy import ClimateActionLazy
from hub.schema.lists import Lists
from hub.schema.node import Node
from hub.schema.scalars import URL, Date, DateTime
from hub.schema.texts import LocalizedText
from hub.schema.themed import Themed, ThemedFilter


@strawberry.input(description="Which climate actions to list; what is left out does not matter.")
class ClimateActionFilter(ThemedFilter):
    text: str | None = strawberry.field(
        default=None, description="Words that its name, description, category or responsible organisations must hold."
    )
    statuses: list[str] | None = strawberry.field(default=None, description="Any of these, as in `statusKey`.")


def wanted_actions(_: Info, given: ClimateActionFilter | None) -> ActionFilter:
    asked = given or ClimateActionFilter()
    return ActionFilter(text=asked.text, statuses=tuple(asked.statuses or ()), themes=asked.on_themes())


ACTIONS = Lists(page=Connection[ClimateActionLazy], filter=ClimateActionFilter, wanted=wanted_actions)


@strawberry.type(description="One step of a climate action.")
class ClimateTask:
    name: LocalizedText | None = strawberry.field(description="What is to be done.")

    @strawberry.field(description="NOT_STARTED, IN_PROGRESS, COMPLETED or CANCELLED.")
    @staticmethod
    def state(root: strawberry.Parent[records.ClimateTask]) -> str | None:
        return root.state.value

    due_on: Date | None = strawberry.field(description="Until when; see `duePrecision`.")
    due_precision: str | None = strawberry.field(
        description="How much of `dueOn` is meant: FULL, MONTH_YEAR, YEAR; null: as the programme usually writes dates."
    )
    completed_on: Date | None = strawberry.field(description="When it was completed, if somebody wrote it down.")


@strawberry.type(description="A number on a day.")
class Measured:
    date: Date = strawberry.field(description="The day; of a yearly indicator only the year counts.")
    value: float = strawberry.field(description="In the indicator's unit, not rounded.")


@strawberry.federation.type(keys=["id"], description="What is measured to see how a climate programme goes.")
class ClimateIndicator(Node):
    name: LocalizedText | None = strawberry.field(description="What is measured.")
    unit: str | None = strawberry.field(description="In which unit, in Finnish: kpl, %.")
    resolution: str | None = strawberry.field(description="How often: YEAR, MONTH …")
    desired_trend: str | None = strawberry.field(description="INCREASING or DECREASING; null: not told.")
    latest: Measured | None = strawberry.field(description="The latest value.")
    goals: list[Measured] = strawberry.field(description="What it is to reach, by date.")


@strawberry.federation.type(
    keys=["id"], description="Something that the city has promised to do for the climate. Who works on it is not told."
)
class ClimateAction(Themed):
    identifier: str = strawberry.field(description="Its number in the programme.")
    name: LocalizedText | None = strawberry.field(description="Its name.")
    official_name: LocalizedText | None = strawberry.field(description="As it was decided on.")
    summary: LocalizedText | None = strawberry.field(description="In a sentence or two, plain text.")
    description: LocalizedText | None = strawberry.field(description="Sanitised HTML.")
    status: LocalizedText | None = strawberry.field(description="How it stands, in the programme's words.")
    status_key: str = strawberry.field(
        description="COMPLETED, ON_TIME, IN_PROGRESS, NOT_STARTED, LATE, CANCELLED, OUT_OF_SCOPE, MERGED, POSTPONED or"
        " UNDEFINED."
    )
    is_completed: bool = strawberry.field(description="It is over: done, or merged into another.")
    implementation_phase: LocalizedText | None = strawberry.field(
        description="How far it is, in the programme's words."
    )
    completion: int | None = strawberry.field(description="Per cent done; null where the status is set by hand.")
    starts_on: Date | None = strawberry.field(description="Its first day.")
    ends_on: Date | None = strawberry.field(description="Its last day.")
    is_continuous: bool = strawberry.field(description="It has no end.")
    categories: list[LocalizedText] = strawberry.field(description="What it is about.")
    responsible: list[LocalizedText] = strawberry.field(
        description="The organisations that answer for it, the main one first."
    )
    url: URL | None = strawberry.field(description="Its page in the programme.")

    @strawberry.field(description="When the programme last changed it; tasks may have moved since.")
    @staticmethod
    def updated_at(root: strawberry.Parent[records.ClimateAction]) -> DateTime | None:
        moment: Any = root.modified_at
        return moment

    @strawberry.field(description="Its tasks, in the programme's order.")
    @staticmethod
    async def tasks(root: strawberry.Parent[records.ClimateAction], info: Info) -> list[ClimateTask]:
        return await info.context.batch(climate.tasks_of).load(root)

    @strawberry.field(description="How old `tasks` is: they move by themselves. Null: they are not known.")
    @staticmethod
    async def tasks_fetched_at(root: strawberry.Parent[records.ClimateAction], info: Info) -> DateTime | None:
        return await info.context.batch(climate.tasks_fetched_at).load(root)

    @strawberry.field(description="What it is to move.")
    @staticmethod
    async def indicators(root: strawberry.Parent[records.ClimateAction], info: Info) -> list[ClimateIndicator]:
        return await info.context.batch(climate.indicators_of).load(root)

    @strawberry.field(description="The action in which it lives on, if it was merged.")
    @staticmethod
    async def merged_into(root: strawberry.Parent[records.ClimateAction], info: Info) -> ClimateAction | None:
        return await info.context.batch(climate.merged_into).load(root)
