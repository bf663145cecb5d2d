"""Relay connections: pages by cursor, with who could have contributed and in what state."""

from __future__ import annotations

from typing import Annotated, Any, Generic, TypeAlias, TypeVar

import strawberry

from hub.domain.lists import Found
from hub.schema.scalars import DateTime
from hub.schema.sources import Source

N = TypeVar("N")

First: TypeAlias = Annotated[int, strawberry.argument(description="How many at most, 1 to 100.")]
After: TypeAlias = Annotated[
    str | None, strawberry.argument(description="Begin behind this cursor: an `endCursor` of the same list and sort.")
]


@strawberry.type(description="Where a page ends.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="There is more behind this page.")
    has_previous_page: bool = strawberry.field(description="The page was asked for behind a cursor.")
    start_cursor: str | None = strawberry.field(description="Of the first row of this page.")
    end_cursor: str | None = strawberry.field(description="Of the last row: give it as `after` for the next page.")


@strawberry.type(description="One source's part in a list.")
class Answer:
    source: Source | None = strawberry.field(description="Who could have contributed.")
    state: str | None = strawberry.field(
        description="FRESH; STALE: from a copy past its time; FAILED: nothing to serve; WARMING: the first crawl is"
        " under way and the list incomplete; SKIPPED: switched off, or it lacks what the filter needs; TIMED_OUT."
    )
    fetched_at: DateTime | None = strawberry.field(description="When what is served was last confirmed.")
    message: str | None = strawberry.field(description="What happened, for people; how far a first crawl is.")
    dropped: int = strawberry.field(description="Rows of this source that could not be read.")


@strawberry.type(description="A row of a list, with its place in it.")
class Edge(Generic[N]):
    cursor: str = strawberry.field(description="The row's place in the list: opaque, stable when rows are added.")
    node: N = strawberry.field(description="The row itself.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[N]):
    nodes: list[N] = strawberry.field(description="The rows of this page.")

    @strawberry.field(description="The rows with their cursors.")
    @staticmethod
    def edges(root: strawberry.Parent[Found[Any]]) -> list[Edge[N]]:
        return [Edge(cursor=cursor, node=node) for cursor, node in zip(root.cursors, root.nodes, strict=True)]

    @strawberry.field(description="Where this page ends.")
    @staticmethod
    def page_info(root: strawberry.Parent[Found[Any]]) -> PageInfo:
        return PageInfo(
            has_next_page=root.has_next,
            has_previous_page=root.has_previous,
            start_cursor=root.cursors[0] if root.cursors else None,
            end_cursor=root.cursors[-1] if root.cursors else None,
        )

    @strawberry.field(
        description="Rows in the whole list; counted only when asked for, at most 10 000 (see `totalCountIsExact`)."
        " Null if it could not be counted in time."
    )
    @staticmethod
    async def total_count(root: strawberry.Parent[Found[Any]]) -> int | None:
        return await root.total()

    @strawberry.field(description="False if `totalCount` is a lower bound, or could not be counted.")
    @staticmethod
    async def total_count_is_exact(root: strawberry.Parent[Found[Any]]) -> bool:
        return await root.is_exact()

    @strawberry.field(description="One row per source that could have contributed to this list, and in what state.")
    @staticmethod
    def answers(root: strawberry.Parent[Found[Any]]) -> list[Answer]:
        told: Any = root.answers()
        return told
