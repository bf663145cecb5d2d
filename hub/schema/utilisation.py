"""How much rooms and devices are used."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

import strawberry

from hub.domain import utilisation
from hub.domain.utilisation import Period, UseGap
from hub.errors import BadInput
from hub.schema.connection import Answer
from hub.schema.context import Info
from hub.schema.lazy import SpaceLazy
from hub.schema.scalars import DateTime

From: TypeAlias = Annotated[DateTime, strawberry.argument(name="from", description="The first moment.")]
To: TypeAlias = Annotated[
    DateTime, strawberry.argument(description="The moment at which it is over, at most 366 days later.")
]
MOST_SPACES = 100


@strawberry.type(description="How much of the bookable time of one space was used.")
class SpaceUtilisation:
    used_minutes: int | None = strawberry.field(description="As in `Utilisation`.")
    booked_minutes: int | None = strawberry.field(description="As in `Utilisation`.")
    bookable_minutes: int | None = strawberry.field(description="As in `Utilisation`.")
    rate: float | None = strawberry.field(description="0 to 1; null where it is not known.")
    coverage: float = strawberry.field(description="How much of the period it was told of, 0 to 1.")
    unknown_because: UseGap | None = strawberry.field(description="Why there is no rate, or not of all of the period.")

    @strawberry.field(description="Which space.")
    @staticmethod
    async def space(root: strawberry.Parent[utilisation.SpaceUtilisation], info: Info) -> SpaceLazy | None:
        return await info.context.batch(utilisation.spaces_of).load(root)


@strawberry.type(
    description="How much of the bookable time of spaces was used. Each space counts with its own minutes; what is"
    " booked for later counts as what is over does. Times that are not known are in no number: see `coverage`."
)
class Utilisation:
    used_minutes: int | None = strawberry.field(
        description="Booked minutes inside bookable time, each minute of a space once; a room is used, too, while a"
        " booking of another that shares its walls takes it. Null: nothing is known."
    )
    booked_minutes: int | None = strawberry.field(
        description="The part of `usedMinutes` that the spaces themselves were booked for."
    )
    bookable_minutes: int | None = strawberry.field(
        description="Booking hours less the times that staff closed. Null: nothing is known."
    )
    rate: float | None = strawberry.field(
        description="Used time over bookable time, 0 to 1, of what is known. Null: see `unknownBecause`."
    )
    coverage: float = strawberry.field(
        description="How much of the period, over all its spaces, hours and bookings are known of: 0 to 1. Below 1 the"
        " other numbers are of that part alone."
    )
    unknown_because: UseGap | None = strawberry.field(
        description="Why there is no rate, or not of all of the period; null: it is known whole."
    )

    @strawberry.field(description="Space by space, by name.")
    @staticmethod
    def spaces(
        root: strawberry.Parent[utilisation.Utilisation],
        first: Annotated[int, strawberry.argument(description="How many at most, 1 to 100.")] = MOST_SPACES,
    ) -> list[SpaceUtilisation]:
        if not 1 <= first <= MOST_SPACES:
            raise BadInput(f"first: {first} is not between 1 and {MOST_SPACES}")
        found: Any = root.spaces[:first]
        return found

    @strawberry.field(description="The booking systems of its spaces, and in what state they are.")
    @staticmethod
    def answers(root: strawberry.Parent[utilisation.Utilisation], info: Info) -> list[Answer]:
        found: Any = utilisation.answers_of(info.context.city, root)
        return found


async def of_place(info: Info, rid: int, starts_at: DateTime, ends_at: DateTime) -> Any:
    return await info.context.batch(utilisation.of_places, Period.checked(starts_at, ends_at)).load(rid)


async def of_district(info: Info, rid: int, starts_at: DateTime, ends_at: DateTime) -> Any:
    return await info.context.batch(utilisation.of_districts, Period.checked(starts_at, ends_at)).load(rid)


async def of_space(info: Info, rid: int, starts_at: DateTime, ends_at: DateTime) -> Any:
    return await info.context.batch(utilisation.of_spaces, Period.checked(starts_at, ends_at)).load(rid)
