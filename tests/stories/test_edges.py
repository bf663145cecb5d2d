"""No list costs a statement or a request for each of its rows: every edge of the schema is asked, and counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import strawberry
from graphql import GraphQLResolveInfo
from strawberry.schema.config import StrawberryConfig

from hub.domain import nodes as domain
from hub.domain.city import City
from hub.records.events import Keyword
from hub.schema.context import Info
from hub.schema.edges import Served, edges
from hub.schema.node import Node
from hub.schema.scalars import SCALARS
from hub.schema.schema import schema
from tests.stories.hub import Caller
from tests.stories.walk import Meter, walk

# What is a request to a source for each row by nature, and for how many rows of one operation. Nothing else is.
SEARCHES = {"Place.catalogue": 5, "Theme.catalogue": 5}
# Asked of all rows, with nothing behind it for any: how near a thing is to a district is told under a district alone;
# of the others the sandbox has too few among the rows that are walked. Nothing else that costs a statement.
EMPTY = {
    "BudgetProject.areaMatch",
    "Proposal.areaMatch",
    "ClimateAction.mergedInto",
    "Event.series",
    "Theme.catalogue",
}


async def test_no_edge_of_the_schema_costs_a_statement_or_a_request_for_each_row(hub: Caller) -> None:
    walked = await walk(Meter(schema, hub.hall))
    assert walked.wrong == []
    assert walked.asked >= {edge.edge for edge in edges(schema._schema)}
    costs = {edge.edge for edge in edges(schema._schema) if edge.served is not Served.ATTRIBUTE}
    assert walked.empty & costs <= EMPTY


def test_the_list_of_searches_for_each_row_is_closed() -> None:
    searches = {edge.edge: edge.parents for edge in edges(schema._schema) if edge.served is Served.SEARCH}
    assert searches == SEARCHES


async def test_what_is_a_search_for_each_row_is_made_for_the_first_rows_alone(hub: Caller) -> None:
    told = await hub.ask("{ places(filter: { kinds: [LIBRARY] }, first: 9) { nodes { catalogue { totalCount } } } }")
    assert [error["extensions"]["code"] for error in told.errors] == ["TOO_MANY_LOOKUPS"] * 4
    assert sum(node["catalogue"] is not None for node in told.data["places"]["nodes"]) == SEARCHES["Place.catalogue"]


# -- planted ----------------------------------------------------------------------------------------------------------


def _rows(city: City, rid: int) -> int:
    return len(city.index.rows("SELECT 1 FROM record WHERE rid = ?", (rid,)))


def _all_rows(city: City, rids: Sequence[int]) -> list[int]:
    found = {
        row[0]
        for row in city.index.rows(
            "SELECT rid FROM record WHERE rid IN (SELECT value FROM json_each(?))", (f"{list(rids)}",)
        )
    }
    return [int(rid in found) for rid in rids]


@strawberry.type(name="Keyword")
class Planted(Node):
    """A keyword as somebody in a hurry would have written it."""

    @strawberry.field
    @staticmethod
    def each(root: strawberry.Parent[Keyword], info: Info) -> int:
        return _rows(info.context.city, root.rid)

    @strawberry.field
    @staticmethod
    def each_once(root: strawberry.Parent[Keyword], info: Info) -> int:
        return info.context.city.once(_rows, root.rid)

    @strawberry.field
    @staticmethod
    async def each_asked(root: strawberry.Parent[Keyword], info: Info) -> int:
        city = info.context.city
        (search,) = city.hall.catalogues.values()
        fetched = await city.fetch(search.records([f"helmet.{root.rid}"]))
        return len(fetched.value)

    @strawberry.field
    @staticmethod
    async def together(root: strawberry.Parent[Keyword], info: Info) -> int:
        found: int = await info.context.batch(_all_rows).load(root.rid)
        return found

    @classmethod
    def is_type_of(cls, record: Any, info: GraphQLResolveInfo[Any]) -> bool:
        return isinstance(record, Keyword)


@strawberry.type
class PlantedQuery:
    @strawberry.field
    @staticmethod
    async def nodes(info: Info, ids: list[strawberry.ID]) -> list[Node | None]:
        return cast("list[Node | None]", await domain.nodes(info.context.city, ids))


async def test_the_walk_finds_whatever_costs_something_for_each_row(hub: Caller) -> None:
    planted = strawberry.Schema(query=PlantedQuery, types=[Planted], config=StrawberryConfig(scalar_map=SCALARS))
    walked = await walk(Meter(planted, hub.hall))
    assert {said.partition(":")[0] for said in walked.wrong} == {
        "Keyword.each",
        "Keyword.eachOnce",
        "Keyword.eachAsked",
    }
    assert "Keyword.together" in walked.asked
