"""A city's climate programme: its actions, the tasks that they are made of, and what is measured.

Who answers for an action is an organisation; contact persons are never asked for.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar

from hub.records.core import LocalizedText, Record, Ref, Value


class ClimateAction(Record, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """Something that the city has promised to do. key: the programme's name and the action's number in it.

    `status` is the programme's own word, `status_key` what it comes to: COMPLETED, ON_TIME, IN_PROGRESS, NOT_STARTED,
    LATE, CANCELLED, OUT_OF_SCOPE, MERGED (see `merged_into`), POSTPONED or UNDEFINED.
    """

    kind: ClassVar[str] = "climate_action"

    identifier: str  # the number printed on the programme's pages: "116"
    name: LocalizedText | None = None
    official_name: LocalizedText | None = None
    summary: LocalizedText | None = None  # plain text
    description: LocalizedText | None = None  # sanitised HTML
    status: LocalizedText | None = None
    status_key: str
    is_completed: bool
    implementation_phase: LocalizedText | None = None
    completion: int | None = None  # per cent; None where the status is set by hand
    starts_on: date | None = None
    ends_on: date | None = None
    is_continuous: bool = False  # it has no end
    categories: tuple[LocalizedText, ...] = ()
    responsible: tuple[LocalizedText, ...] = ()  # organisations, the main one first
    indicators: tuple[Ref, ...] = ()  # kind "climate_indicator"
    merged_into: Ref | None = None


class TaskState(StrEnum):
    NOT_STARTED = "NOT_STARTED"
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"


class ClimateTask(Value, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """One step of an action. `due_precision`: how much of `due_on` is meant (FULL, MONTH_YEAR, YEAR; with YEAR a task
    due on 2026-12-31 is due during 2026); None: as the programme usually writes dates.
    """

    name: LocalizedText | None = None
    state: TaskState
    due_on: date | None = None
    due_precision: str | None = None
    completed_on: date | None = None  # None also where it is completed and nobody wrote when


class ClimateTasks(Record, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """An action's tasks, with an age of their own: they move without its modification time. key: the action's."""

    kind: ClassVar[str] = "climate_tasks"

    action: Ref
    tasks: tuple[ClimateTask, ...] = ()


class Measured(Value, frozen=True, kw_only=True, gc=False):
    """A number on a day, in the indicator's unit, as it was sent: not rounded."""

    date: date
    value: float


class ClimateIndicator(Record, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """What is measured. `resolution`: how much of a value's date counts (YEAR: only the year)."""

    kind: ClassVar[str] = "climate_indicator"

    name: LocalizedText | None = None
    unit: str | None = None  # in Finnish: "kpl"
    resolution: str | None = None
    desired_trend: str | None = None  # INCREASING, DECREASING; None: not told
    latest: Measured | None = None
    goals: tuple[Measured, ...] = ()  # by date
