"""Participatory budgeting: rounds, their phases, budgets by area, ideas, plans and proposals, projects, results.

Votes are not public and not asked for; nor are authors.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar

from hub.records.core import Instant, LocalizedText, Point, Record, Ref, Value


class Phase(Value, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    title: LocalizedText | None = None
    starts_at: Instant | None = None
    ends_at: Instant | None = None
    is_active: bool = False


class BudgetingProcess(Record, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A round, from the gathering of ideas to the last result."""

    kind: ClassVar[str] = "budgeting_process"

    title: LocalizedText | None = None
    description: LocalizedText | None = None  # sanitised HTML
    starts_on: date | None = None
    ends_on: date | None = None
    phases: tuple[Phase, ...] = ()
    slug: str | None = None


class Component(Record, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """One working part of a round (its ideas, its plans, its vote, its follow-up). Not in the graph: it leads the
    harvest to what it holds.
    """

    kind: ClassVar[str] = "component"

    type: str  # the source's word: Ideas, Plans, Proposals, Budgets, Accountability
    process: Ref
    name: LocalizedText | None = None


class BudgetingArea(Record, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A part of the city by the budgeting service's own division; `is_whole_city` for all of it."""

    kind: ClassVar[str] = "budgeting_area"

    name: LocalizedText | None = None
    parent: Ref | None = None
    is_whole_city: bool = False


class Budget(Record, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """What one area may spend in one round's vote."""

    kind: ClassVar[str] = "budget"

    title: LocalizedText | None = None
    description: LocalizedText | None = None
    process: Ref | None = None
    area: Ref | None = None
    total_cents: int | None = None


class BudgetProject(Record, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """Something to vote on. `is_selected` None: not decided yet (the vote has not ended), so never "not selected"."""

    kind: ClassVar[str] = "budget_project"

    title: LocalizedText | None = None
    description: LocalizedText | None = None  # sanitised HTML
    reference: str | None = None
    process: Ref | None = None
    budget: Ref | None = None
    area: Ref | None = None
    category: LocalizedText | None = None
    budget_cents: int | None = None
    is_selected: bool | None = None
    linked: tuple[Ref, ...] = ()  # plans and proposals that it grew from
    created_at: Instant | None = None


class ProposalStage(StrEnum):
    """IDEA: as it was sent in; PLAN: worked out with the city; PROPOSAL: in rounds that have one stage only."""

    IDEA = "IDEA"
    PLAN = "PLAN"
    PROPOSAL = "PROPOSAL"


class Proposal(Record, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """An idea, plan or proposal. `state` is the source's own word; None: not answered yet.

    `key` has the stage in front ("idea:12", "plan:12", "proposal:12"): the source's ids are unique per type only.
    """

    kind: ClassVar[str] = "proposal"

    stage: ProposalStage
    title: LocalizedText | None = None
    body: LocalizedText | None = None  # sanitised HTML
    reference: str | None = None
    state: str | None = None
    process: Ref | None = None
    area: Ref | None = None
    category: LocalizedText | None = None
    location: Point | None = None
    address: str | None = None
    supports: int | None = None  # None: hidden or not counted
    linked: tuple[Ref, ...] = ()  # what it grew from or led to, as far as this record says
    created_at: Instant | None = None


class Milestone(Value, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    title: LocalizedText | None = None
    description: LocalizedText | None = None
    starts_on: date | None = None
    ends_on: date | None = None


class Result(Record, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """What became of a project. `progress` is 0..100; None: not told."""

    kind: ClassVar[str] = "result"

    title: LocalizedText | None = None
    description: LocalizedText | None = None
    reference: str | None = None
    process: Ref | None = None
    area: Ref | None = None
    category: LocalizedText | None = None
    status: LocalizedText | None = None
    status_key: str | None = None
    progress: float | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    timeline: tuple[Milestone, ...] = ()  # by date
    linked: tuple[Ref, ...] = ()  # kind "budget_project" and others
    parent: Ref | None = None
    locations: tuple[Point, ...] = ()
    created_at: Instant | None = None
