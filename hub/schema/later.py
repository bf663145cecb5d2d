"""Fields whose sources or rules come later: here so that operations written for them stand, null until then."""

from __future__ import annotations

from typing import Any

import strawberry

from hub.domain.lists import PageArgs
from hub.errors import BadInput
from hub.schema.connection import Answer, PageInfo
from hub.schema.lazy import SpaceLazy
from hub.schema.scalars import URL, Date, DateTime
from hub.schema.texts import LocalizedText


@strawberry.input(description="Which hearings to list.")
class HearingFilter:
    text: str | None = strawberry.field(default=None, description="Words that its title must hold.")
    is_open: bool | None = strawberry.field(default=None, description="Takes comments now, or does not.")


@strawberry.type(description="The city asks residents what they think.")
class Hearing:
    id: strawberry.ID = strawberry.field(description="Global and stable.")
    title: LocalizedText | None = strawberry.field(description="What it is about.")
    closes_at: DateTime | None = strawberry.field(description="Until when one may comment.")
    comments: int | None = strawberry.field(description="How many comments were given.")
    url: URL | None = strawberry.field(description="Where to take part.")


@strawberry.type(description="What the city decided.")
class Decision:
    id: strawberry.ID = strawberry.field(description="Global and stable.")
    title: LocalizedText | None = strawberry.field(description="What was decided on.")
    decided_on: Date | None = strawberry.field(description="The day of the decision.")
    policymaker: LocalizedText | None = strawberry.field(description="The body that decided; never a person.")
    url: URL | None = strawberry.field(description="The decision itself.")


@strawberry.type(description="A page of hearings.")
class HearingConnection:
    nodes: list[Hearing] = strawberry.field(description="The rows of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page ends.")
    answers: list[Answer] = strawberry.field(description="Who could have contributed, and in what state.")


@strawberry.type(description="A page of decisions.")
class DecisionConnection:
    nodes: list[Decision] = strawberry.field(description="The rows of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page ends.")
    answers: list[Answer] = strawberry.field(description="Who could have contributed, and in what state.")


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


def nothing(asked: HearingFilter | None, page: PageArgs) -> Any:
    """No source of these is connected: null. The arguments were checked when `page` was made."""
    del asked, page


def not_computed(starts_at: DateTime, ends_at: DateTime) -> Any:
    """Use rates are not computed yet: null. The arguments are checked all the same."""
    if ends_at <= starts_at:
        raise BadInput(f"to: {ends_at.isoformat()} is not after from: {starts_at.isoformat()}")
