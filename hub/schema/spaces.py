"""Rooms and devices to book, when they are free, and what they cost."""

from __future__ import annotations

from typing import Annotated, Any

import strawberry

from hub.domain import nodes, places, spaces
from hub.domain.availability import AvailabilityState
from hub.domain.city import City
from hub.domain.spaces import FreeDuring
from hub.domain.spaces import SpaceFilter as Wanted
from hub.errors import BadInput
from hub.index.spaces import SpaceFacts, SpaceSort
from hub.records import spaces as records
from hub.records.spaces import SpaceKind
from hub.schema import utilisation
from hub.schema.connection import Connection
from hub.schema.context import Info
from hub.schema.inputs import BoxInput, NearInput, WithinInput, checked_span
from hub.schema.lazy import PlaceLazy, SpaceLazy, UtilisationLazy
from hub.schema.lists import Lists
from hub.schema.located import Located
from hub.schema.scalars import URL, DateTime
from hub.schema.texts import Image, LocalizedText
from hub.schema.utilisation import From, To


@strawberry.input(description="Free somewhere inside a window, long enough for a booking.")
class FreeDuringInput:
    from_: DateTime | None = strawberry.field(name="from", default=None, description="The first moment.")
    to: DateTime | None = strawberry.field(
        default=None, description="The moment at which the window is over; at most 62 days later."
    )
    within: WithinInput | None = strawberry.field(
        default=None, description="A window that begins now, instead of `from` and `to`."
    )
    minutes: int | None = strawberry.field(
        default=None, description="For how long; the space's own shortest booking if left out."
    )
    include_unknown: bool = strawberry.field(
        default=False, description="Also list spaces whose times are not known; they are not free, but might be."
    )

    def to_domain(self, city: City) -> FreeDuring:
        if self.minutes is not None and not 1 <= self.minutes <= 60 * 24 * 31:
            raise BadInput(f"freeDuring: minutes: {self.minutes} is not between 1 and {60 * 24 * 31}")
        window = checked_span(city, "freeDuring", self.from_, self.to, self.within)
        return FreeDuring(window=window, minutes=self.minutes, include_unknown=self.include_unknown)


MOST_THINGS = 20
OF_TIMES = ("availability", "nextAvailable")


@strawberry.input(description="Which spaces to list; what is left out does not matter.")
class SpaceFilter:
    text: str | None = strawberry.field(default=None, description="Words that its name or description must hold.")
    kinds: list[SpaceKind] | None = strawberry.field(default=None, description="Any of these.")
    people: int | None = strawberry.field(
        default=None, description="So many must fit; a space whose size is not told is left out."
    )
    is_free: bool | None = strawberry.field(default=None, description="Costs nothing, or costs something.")
    equipment: list[str] | None = strawberry.field(
        default=None, description='All of these must be in it, by their words in any language: ["videotykki"].'
    )
    accessible: bool | None = strawberry.field(
        default=None,
        description="One who uses a wheelchair gets along there, or does not, by a survey of it or of its place."
        " What nobody surveyed is left out and counted in `answers`.",
    )
    open_now: bool | None = strawberry.field(
        default=None,
        description="Its place is open to anyone now, or is known to be closed. What nobody tells of is left out and"
        " counted in `answers`.",
    )
    is_bookable: bool | None = strawberry.field(default=None, description="Takes direct bookings, or does not.")
    near: NearInput | None = strawberry.field(default=None, description="Inside a circle.")
    bbox: BoxInput | None = strawberry.field(default=None, description="Inside a rectangle.")
    places: list[strawberry.ID] | None = strawberry.field(default=None, description="At any of these places.")
    districts: list[strawberry.ID] | None = strawberry.field(default=None, description="In any of these districts.")
    free_during: FreeDuringInput | None = strawberry.field(
        default=None, description="Free inside a window. A space whose times are not known is not free."
    )


def wanted_spaces(info: Info, given: SpaceFilter | None, sort: SpaceSort) -> Wanted:
    """What `info` is about is the list itself: whether its rows' times are selected decides who is asked."""
    asked = given or SpaceFilter()
    city = info.context.city
    if asked.people is not None and asked.people < 1:
        raise BadInput(f"people: {asked.people} is less than one")
    if len(asked.equipment or ()) > MOST_THINGS:
        raise BadInput(f"equipment: more than {MOST_THINGS} things")
    facts = SpaceFacts(
        text=asked.text,
        kinds=tuple(asked.kinds or ()),
        people=asked.people,
        is_free=asked.is_free,
        is_bookable=asked.is_bookable,
        equipment=tuple(asked.equipment or ()),
        for_wheelchair=asked.accessible,
        opening=None if asked.open_now is None else places.opening(city, None, is_open=asked.open_now),
        near=asked.near.to_domain() if asked.near else None,
        box=asked.bbox.to_domain() if asked.bbox else None,
        places=nodes.rids_of(city, asked.places or (), "place", "library"),
        areas=nodes.rids_of(city, asked.districts or (), "area"),
        sort=sort,
    )
    return Wanted(
        facts=facts,
        free_during=asked.free_during.to_domain(city) if asked.free_during else None,
        with_times=any(info.context.selects_below(info, field) for field in OF_TIMES),
    )


SPACES = Lists(page=Connection[SpaceLazy], filter=SpaceFilter, wanted=wanted_spaces, sort=SpaceSort.NAME)


@strawberry.type(description="From one moment to another.")
class TimeSpan:
    starts_at: DateTime | None = strawberry.field(description="The first moment.")
    ends_at: DateTime | None = strawberry.field(description="The moment at which it is over.")


@strawberry.type(description="What a booking costs, tax included.")
class SpacePrice:
    is_free: bool | None = strawberry.field(description="It costs nothing.")
    lowest_cents: int | None = strawberry.field(description="Euro cents, at least.")
    highest_cents: int | None = strawberry.field(description="Euro cents, at most.")

    @strawberry.field(description="What one price buys: PER_HOUR, PER_DAY, FIXED …")
    @staticmethod
    def unit(root: strawberry.Parent[records.SpacePrice]) -> str | None:
        return None if root.unit is None else root.unit.value


@strawberry.type(description="What a booking must keep to. Null: no such rule.")
class BookingRules:
    @strawberry.field(description="The shortest booking.")
    @staticmethod
    def min_minutes(root: strawberry.Parent[records.BookingRules]) -> float | None:
        return None if root.min_duration is None else root.min_duration.total_seconds() / 60

    @strawberry.field(description="The longest booking.")
    @staticmethod
    def max_minutes(root: strawberry.Parent[records.BookingRules]) -> float | None:
        return None if root.max_duration is None else root.max_duration.total_seconds() / 60

    @strawberry.field(description="Bookings begin every so many minutes after the opening.")
    @staticmethod
    def start_interval_minutes(root: strawberry.Parent[records.BookingRules]) -> float | None:
        return None if root.start_interval is None else root.start_interval.total_seconds() / 60

    min_days_before: int | None = strawberry.field(description="Book at least so many days ahead.")
    max_days_before: int | None = strawberry.field(description="Book at most so many days ahead.")
    blocks_whole_day: bool = strawberry.field(description="Whoever books it has the whole day.")
    needs_confirmation: bool = strawberry.field(description="Staff accept each booking.")


@strawberry.federation.type(
    keys=["id"], description="Something to book: a room, a stage, a 3D printer. Booking happens in its own service."
)
class Space(Located):
    name: LocalizedText | None = strawberry.field(description="Its name.")
    description: LocalizedText | None = strawberry.field(description="Sanitised HTML.")

    @strawberry.field(description="ROOM: something to be in; EQUIPMENT: something to use; OTHER.")
    @staticmethod
    def kind(root: strawberry.Parent[records.Space]) -> str:
        return root.space_kind.value

    type_name: LocalizedText | None = strawberry.field(description="The booking system's own word for what it is.")
    capacity: int | None = strawberry.field(description="People at most; null: not told.")
    min_people: int | None = strawberry.field(description="People at least.")
    area_m2: float | None = strawberry.field(name="areaM2", description="Square metres.")
    equipment: list[LocalizedText] = strawberry.field(description="What is in it.")
    for_wheelchair: bool | None = strawberry.field(
        description="Whether one who uses a wheelchair gets along in it, by a survey of its own. Null: none; see"
        " `place { accessibility { forWheelchair } }`."
    )
    purposes: list[LocalizedText] = strawberry.field(description="What it is meant for.")
    price: SpacePrice | None = strawberry.field(description="Null: not told.")
    rules: BookingRules | None = strawberry.field(description="What a booking must keep to.")
    is_bookable: bool = strawberry.field(description="Direct bookings are taken, now or soon.")
    booking_url: URL | None = strawberry.field(description="Where people book it.")

    @strawberry.field(description="Pictures of it.")
    @staticmethod
    def images(root: strawberry.Parent[records.Space]) -> list[Image]:
        pictures: Any = root.pictures
        return pictures

    @strawberry.field(description="Where it is.")
    @staticmethod
    async def place(root: strawberry.Parent[records.Space], info: Info) -> PlaceLazy | None:
        return await info.context.batch(places.of_spaces).load(root.rid)

    @strawberry.field(
        description="Its free times inside the window, from now on, each at least its shortest booking: booking hours"
        " minus what is taken, buffers counted. Null: not known."
    )
    @staticmethod
    async def availability(
        root: strawberry.Parent[records.Space],
        info: Info,
        from_: Annotated[DateTime | None, strawberry.argument(name="from", description="The first moment.")] = None,
        to: Annotated[
            DateTime | None, strawberry.argument(description="The moment at which the window is over.")
        ] = None,
        within: Annotated[
            WithinInput | None,
            strawberry.argument(description="A window that begins now, instead of `from` and `to`."),
        ] = None,
    ) -> list[TimeSpan] | None:
        window = checked_span(info.context.city, "availability", from_, to, within)
        return await info.context.batch(spaces.availability, window).load(root)

    @strawberry.field(description="Whether its coming free times are known at all.")
    @staticmethod
    async def availability_state(root: strawberry.Parent[records.Space], info: Info) -> AvailabilityState:
        return await info.context.batch(spaces.availability_state).load(root)

    @strawberry.field(description="The first moment at which it is free for its shortest booking. Null: none known.")
    @staticmethod
    async def next_available(root: strawberry.Parent[records.Space], info: Info) -> DateTime | None:
        return await info.context.batch(spaces.next_available).load(root)

    @strawberry.field(description="How much it is used; `spaces` holds itself alone.")
    @staticmethod
    async def utilisation(
        root: strawberry.Parent[records.Space], info: Info, from_: From, to: To
    ) -> UtilisationLazy | None:
        return await utilisation.of_space(info, root.rid, from_, to)
