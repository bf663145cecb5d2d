"""What Decidim sends, as far as the hub reads it. Whatever a version may lack has a default.

The names are GraphQL's response keys, aliases of our queries included (ideaTitle, totalBudget, text, point).
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, TypeAlias

import msgspec

from hub.fetch import key_of

NULL = msgspec.Raw(b"null")  # any element of any list may be null
PROCESSES = "participatoryProcesses"

Digits: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,18}\Z")]
Euros: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=10_000_000_000)]
Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=100_000_000)]
Percent: TypeAlias = Annotated[float, msgspec.Meta(ge=0, le=100)]


class Wire(msgspec.Struct, rename="camel"):
    pass


class About(Wire):
    code: str | None = None
    type_name: str | None = None
    field_name: str | None = None


class Error(Wire):
    message: str = ""
    path: tuple[str | int, ...] | None = None
    extensions: About | None = None


class Envelope(Wire):
    data: msgspec.Raw = NULL
    errors: list[Error] = []


class LocalizedString(Wire):
    locale: str
    text: str | None = None


class Translated(Wire):
    translations: list[LocalizedString | None] = []


class Id(Wire):
    id: Digits


class Scope(Id):
    name: Translated | None = None


class Category(Wire):
    name: Translated | None = None


class Spot(Wire):
    latitude: float | None = None
    longitude: float | None = None
    address: str | None = None


class Link(Wire):
    type: str = msgspec.field(name="__typename")
    id: str = ""


class Nested(Wire):
    id: str
    children: list[msgspec.Raw] = []


class ScopeType(Wire):
    scopes: list[msgspec.Raw] = []


class Areas(Wire):
    scope_types: list[ScopeType | None]


class Step(Wire):
    position: int | None = None
    active: bool | None = None
    start_date: date | None = None
    end_date: date | None = None
    title: Translated | None = None

    @property
    def words(self) -> str:
        """Its title in every language."""
        return " ".join(entry.text or "" for entry in (self.title.translations if self.title else ()) if entry)


class Processes(Wire):
    processes: list[msgspec.Raw] = msgspec.field(name=PROCESSES)


class ComponentRow(Id):
    type: str = msgspec.field(name="__typename")
    name: Translated | None = None


class Head(Id):
    """As much of a process as tells whether it is a round, and what it holds."""

    slug: str
    group: Id | None = msgspec.field(name="participatoryProcessGroup", default=None)
    components: list[msgspec.Raw] | None = None

    @property
    def parts(self) -> list[msgspec.Raw]:
        return [raw for raw in self.components or () if raw != NULL]

    @property
    def types(self) -> set[str]:
        return {type_ for raw in self.parts if (type_ := key_of(raw, "__typename"))}


class Process(Id):
    slug: str
    title: Translated | None = None
    short_description: Translated | None = None
    start_date: date | None = None
    end_date: date | None = None
    updated_at: str | None = None
    steps: list[Step | None] = []


class ProcessAround(Wire):
    slug: str | None = None
    steps: list[Step | None] = []


class Around(Wire):
    component: dict[str, msgspec.Raw] | None
    process: ProcessAround | None = msgspec.field(name="participatoryProcess", default=None)


class PageInfo(Wire):
    has_next_page: bool
    end_cursor: str | None = None


class Edge(Wire):
    node: msgspec.Raw = NULL


class Connection(Wire):
    page_info: PageInfo
    edges: list[Edge | None]


class Budget(Id):
    title: Translated | None = None
    description: Translated | None = None
    total_budget: Euros | None = None
    scope: Id | None = None
    updated_at: str | None = None


class BudgetWithProjects(Id):
    projects: list[msgspec.Raw]
    scope: Id | None = None


class Sent(Id):
    """What projects, ideas, plans, proposals and results share."""

    reference: str | None = None
    category: Category | None = None
    created_at: str | None = None
    updated_at: str | None = None


class Project(Sent):
    title: Translated | None = None
    summary: Translated | None = None
    description: Translated | None = None
    budget_amount: Euros | None = None
    selected: bool | None = None
    scope: Id | None = None
    linked_resources: list[Link | None] | None = None


class Idea(Sent):
    idea_title: str = ""
    idea_body: str = ""
    state: str | None = None
    address: str | None = None
    coordinates: Spot | None = None
    area_scope: Id | None = None
    favorite_count: Count | None = None


class Section(Wire):
    handle: str | None = None


class Value(Wire):
    section: Section | None = None
    text: Translated | None = None
    point: Spot | None = None
    area_scope: Id | None = None


class Plan(Sent):
    title: Translated | None = None
    state: str | None = None
    scope: Id | None = None
    favorite_count: Count | None = None
    values: list[Value | None] = []
    linked_resources: list[Link | None] | None = None


class Proposal(Sent):
    title: Translated | None = None
    body: Translated | None = None
    state: str | None = None
    address: str | None = None
    coordinates: Spot | None = None
    vote_count: Count | None = None
    scope: Id | None = None


class Status(Wire):
    key: str | None = None
    name: Translated | None = None


class TimelineEntry(Wire):
    entry_date: date | None = None
    end_date: date | None = None
    title: Translated | None = None
    description: Translated | None = None


class Result(Sent):
    title: Translated | None = None
    summary: Translated | None = None
    description: Translated | None = None
    start_date: date | None = None
    end_date: date | None = None
    progress: Percent | None = None
    parent: Id | None = None
    status: Status | None = None
    timeline_entries: list[TimelineEntry | None] | None = None
    scope: Id | None = None
    locations: list[Spot | None] | None = None
    linked_resources: list[Link | None] | None = None
