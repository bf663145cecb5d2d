"""Fields whose sources or rules come later: here so that operations written for them stand, null until then."""

from __future__ import annotations

from typing import Any

import strawberry

from hub.errors import BadInput
from hub.schema.lazy import SpaceLazy
from hub.schema.scalars import DateTime


@strawberry.type(description="How much of the bookable time of one space was used.")
class SpaceUtilisation:
    space: SpaceLazy | None = strawberry.field(description="Which space.")
    rate: float | None = strawberry.field(description="0 to 1; null where it is not known.")


@strawberry.type(description="How much of the bookable time of a place's spaces was used.")
class Utilisation:
    used_minutes: int | None = strawberry.field(description="Booked minutes inside booking hours.")
    bookable_minutes: int | None = strawberry.field(description="Booking hours less closures.")
    rate: float | None = strawberry.field(description="0 to 1; null where it is not known.")
    spaces: list[SpaceUtilisation] = strawberry.field(description="Space by space.")


def not_computed(starts_at: DateTime, ends_at: DateTime) -> Any:
    """Use rates are not computed yet: null. The arguments are checked all the same."""
    if ends_at <= starts_at:
        raise BadInput(f"to: {ends_at.isoformat()} is not after from: {starts_at.isoformat()}")
