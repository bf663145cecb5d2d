"""What everything has that is somewhere: how far it is, and what is near it."""

from __future__ import annotations

from typing import Annotated

import strawberry

from hub.domain import nearby
from hub.domain.lists import PageArgs
from hub.index.events import EventSort
from hub.index.places import PlaceSort
from hub.index.spaces import SpaceSort
from hub.records.core import Record
from hub.schema.connection import After, Connection, First
from hub.schema.context import Info
from hub.schema.inputs import checked_point
from hub.schema.lazy import (
    EventFilterLazy,
    EventLazy,
    PlaceFilterLazy,
    PlaceLazy,
    SpaceFilterLazy,
    SpaceLazy,
)
from hub.schema.node import Node

Within = Annotated[float, strawberry.argument(description="At most so far, 3 000 at most.")]
Which = strawberry.argument(description="Which; what is left out does not matter.")
Order = strawberry.argument(description="In which order; DISTANCE is from here.")


@strawberry.interface(description="Anything that is somewhere. Where nobody tells where, nothing is near it.")
class Located(Node):
    @strawberry.field(
        description="Metres from a point, as the crow flies; to the nearest spot if it has several. Null: nobody tells"
        " where it is."
    )
    @staticmethod
    async def distance_metres(
        root: strawberry.Parent[Record],
        info: Info,
        lat: Annotated[float, strawberry.argument(description="Degrees north.")],
        lon: Annotated[float, strawberry.argument(description="Degrees east.")],
    ) -> float | None:
        return await info.context.batch(nearby.metres_from, checked_point(lat, lon)).load(root.rid)

    @strawberry.field(description="Other places near it, nearest first.")
    @staticmethod
    async def nearby_places(
        root: strawberry.Parent[Record],
        info: Info,
        within_metres: Within = 500,
        filter: Annotated[PlaceFilterLazy | None, Which] = None,
        first: First = 20,
        after: After = None,
        sort: Annotated[PlaceSort, Order] = PlaceSort.DISTANCE,
    ) -> Connection[PlaceLazy] | None:
        from hub.schema.places import wanted_places  # noqa: PLC0415 - a place is Located itself

        wanted, page = wanted_places(info, filter, sort), PageArgs(first=first, after=after)
        return await info.context.batch(nearby.places_near, wanted, within_metres, page).load(root.rid)

    @strawberry.field(description="Rooms and devices to book near it, nearest first.")
    @staticmethod
    async def nearby_spaces(
        root: strawberry.Parent[Record],
        info: Info,
        within_metres: Within = 500,
        filter: Annotated[SpaceFilterLazy | None, Which] = None,
        first: First = 20,
        after: After = None,
        sort: Annotated[SpaceSort, Order] = SpaceSort.DISTANCE,
    ) -> Connection[SpaceLazy] | None:
        from hub.schema.spaces import wanted_spaces  # noqa: PLC0415 - a space is Located itself

        wanted, page = wanted_spaces(info, filter, sort), PageArgs(first=first, after=after)
        return await info.context.batch(nearby.spaces_near, wanted, within_metres, page).load(root.rid)

    @strawberry.field(description="Other events near it, nearest first, of one house what begins first.")
    @staticmethod
    async def nearby_events(
        root: strawberry.Parent[Record],
        info: Info,
        within_metres: Within = 500,
        filter: Annotated[EventFilterLazy | None, Which] = None,
        first: First = 20,
        after: After = None,
        sort: Annotated[EventSort, Order] = EventSort.DISTANCE,
    ) -> Connection[EventLazy] | None:
        from hub.schema.events import wanted_events  # noqa: PLC0415 - an event is Located itself

        wanted, page = wanted_events(info, filter, sort), PageArgs(first=first, after=after)
        return await info.context.batch(nearby.events_near, wanted, within_metres, page).load(root.rid)
