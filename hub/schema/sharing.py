"""The sharing economy of the city in one question: rooms and devices that are used, things that are lent."""

from __future__ import annotations

from typing import Any

import strawberry

from hub.domain import nodes, sharing
from hub.domain.utilisation import Period
from hub.index.use import WhichSpaces
from hub.records.places import PlaceKind
from hub.schema.connection import Answer
from hub.schema.context import Info
from hub.schema.scalars import DateTime
from hub.schema.utilisation import Utilisation


@strawberry.input(description="Of which part of the city; what is left out does not matter.")
class SharingFilter:
    districts: list[strawberry.ID] | None = strawberry.field(default=None, description="In any of these districts.")
    place_kinds: list[PlaceKind] | None = strawberry.field(
        default=None, description="At places of any of these kinds. Things to borrow are not asked for their places'."
    )


@strawberry.type(
    description="Copies of things to borrow, as the circulation systems tell now. Some 200 titles are asked about at"
    " once: `titles` says of how many there was an answer."
)
class OnShelf:
    titles: int = strawberry.field(description="Titles that the numbers are of.")
    copies: int = strawberry.field(description="All copies of them.")
    available: int | None = strawberry.field(description="Those that are on the shelf.")


@strawberry.type(description="What a city shares, in numbers: the meters of its climate programme.")
class Sharing:
    @strawberry.field(description="How much its rooms are used.")
    @staticmethod
    async def rooms(root: strawberry.Parent[sharing.Sharing], info: Info) -> Utilisation | None:
        return await info.context.batch(sharing.rooms).load(root)

    @strawberry.field(description="How much the devices that one books are used.")
    @staticmethod
    async def devices(root: strawberry.Parent[sharing.Sharing], info: Info) -> Utilisation | None:
        return await info.context.batch(sharing.equipment).load(root)

    @strawberry.field(
        description="Titles of things to borrow in the catalogue; of districts, those that a branch there owns."
    )
    @staticmethod
    async def things_to_borrow(root: strawberry.Parent[sharing.Sharing], info: Info) -> int | None:
        return await info.context.batch(sharing.things).load(root)

    @strawberry.field(description="Their copies now. Null: no circulation system told of any.")
    @staticmethod
    async def on_shelf(root: strawberry.Parent[sharing.Sharing], info: Info) -> OnShelf | None:
        return await info.context.batch(sharing.on_shelf).load(root)

    @strawberry.field(description="Who could have told of rooms and things, and in what state they are.")
    @staticmethod
    def answers(info: Info) -> list[Answer]:
        found: Any = sharing.answers_of(info.context.city)
        return found


async def shared(info: Info, wanted: sharing.Sharing) -> Any:
    if info.context.selects(info, "onShelf"):
        await sharing.ask_shelves(info.context.city, wanted)
    return wanted


def wanted_sharing(info: Info, starts_at: DateTime, ends_at: DateTime, given: SharingFilter | None) -> sharing.Sharing:
    asked = given or SharingFilter()
    areas = nodes.rids_of(info.context.city, asked.districts or (), "area")
    return sharing.Sharing(
        period=Period.checked(starts_at, ends_at),
        spaces=WhichSpaces(areas=areas, place_kinds=tuple(asked.place_kinds or ())),
        areas=areas,
    )
