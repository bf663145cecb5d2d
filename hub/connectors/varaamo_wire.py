"""What Varaamo sends, as far as the hub reads it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from hub.connectors.markup import localized_html, localized_plain
from hub.records.core import LocalizedText

Pk: TypeAlias = Annotated[int, Meta(ge=1, le=2**31 - 1)]
Count: TypeAlias = Annotated[int, Meta(ge=0, le=1_000_000)]
Seconds: TypeAlias = Annotated[int, Meta(ge=0, le=366 * 24 * 3600)]


class Wire(msgspec.Struct, rename="camel"):
    pass


class ByPk(Wire):
    pk: Pk


class Named(Wire):
    name_fi: str | None
    name_sv: str | None
    name_en: str | None

    @property
    def text(self) -> LocalizedText | None:
        return localized_plain(self.name_fi, self.name_sv, self.name_en)


class RoomType(Named):
    pk: Pk


class Described(Named):
    pk: Pk
    description_fi: str | None
    description_sv: str | None
    description_en: str | None

    @property
    def html(self) -> LocalizedText | None:
        return localized_html(self.description_fi, self.description_sv, self.description_en)


class Unit(Described):
    tprek_id: str | None
    short_description_fi: str | None
    short_description_sv: str | None
    short_description_en: str | None
    web_page: str
    email: str
    phone: str
    address_street_fi: str | None
    address_street_sv: str | None
    address_street_en: str | None
    address_zip: str
    address_city_fi: str | None


class Image(Wire):
    image_type: str
    image_url: str | None
    large_url: str | None


class Pricing(Wire):
    begins: date
    price_unit: str
    lowest_price: Decimal
    highest_price: Decimal


class Room(Described):
    surface_area: Count | None
    min_persons: Count | None
    max_persons: Count | None
    min_reservation_duration: Seconds | None
    max_reservation_duration: Seconds | None
    buffer_time_before: Seconds
    buffer_time_after: Seconds
    reservation_start_interval: str
    reservations_min_days_before: Count | None
    reservations_max_days_before: Count | None
    reservation_begins_at: str | None
    reservation_ends_at: str | None
    require_reservation_handling: bool
    reservation_block_whole_day: bool
    reservation_kind: str
    publishing_state: str
    reservation_state: str
    current_access_type: str | None
    unit: ByPk
    reservation_unit_type: RoomType | None
    intended_uses: list[Named]
    equipments: list[Named]
    spaces: list[ByPk]
    resources: list[ByPk]
    images: list[Image]
    pricings: list[Pricing]


class TimeSpan(Wire):
    start_datetime: str
    end_datetime: str


class OpenRoom(Wire):
    pk: Pk
    reservable_time_spans: list[TimeSpan] | None


class Affected(Wire):
    affected_reservation_units: list[Pk]
    reservation_unit: ByPk


class Reservation(Affected):
    state: str | None
    begins_at: str
    ends_at: str
    buffer_time_before: Seconds
    buffer_time_after: Seconds
    is_blocked: bool
