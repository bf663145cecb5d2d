"""What parts of Varaamo's replies mean: prices, times, bookings. ValueError for what can't be meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import msgspec

from hub.connectors.moments import instant
from hub.connectors.varaamo_wire import Affected, Image, Named, Pricing, Reservation, TimeSpan
from hub.connectors.weblinks import weblink
from hub.records.core import Instant, LocalizedText, Picture, Span
from hub.records.spaces import Busy, PriceUnit, SpacePrice

INTERVAL = re.compile(r"INTERVAL_(\d{1,4})_MINUTES")


def texts(named: Iterable[Named]) -> tuple[LocalizedText, ...]:
    return tuple(text for one in named if (text := one.text) is not None)


def seconds(count: int | None) -> timedelta | None:
    return timedelta(seconds=count) if count else None


def interval(word: str) -> timedelta | None:
    known = INTERVAL.fullmatch(word)
    return timedelta(minutes=int(known[1])) if known and int(known[1]) else None


def pictures(images: Sequence[Image]) -> tuple[Picture, ...]:
    """The main one first. The thumbnail addresses are "" while they are being made; the original is there."""
    ordered = sorted(images, key=lambda image: image.image_type != "MAIN")
    urls = (weblink(image.large_url) or weblink(image.image_url) for image in ordered)
    return tuple(Picture(url=url) for url in urls if url)


def price(pricings: Sequence[Pricing], today: date) -> SpacePrice | None:
    """The row in force on `today` (Helsinki's): the last to have begun. None: not told, or only from later on."""
    begun = [pricing for pricing in pricings if pricing.begins <= today]
    if not begun:
        return None
    now = max(begun, key=lambda pricing: pricing.begins)
    lowest, highest = cents(now.lowest_price), cents(now.highest_price)
    unit = PriceUnit(now.price_unit) if now.price_unit in PriceUnit.__members__ else PriceUnit.OTHER
    return SpacePrice(is_free=lowest == highest == 0, lowest_cents=lowest, highest_cents=highest, unit=unit)


def cents(euros: Decimal) -> int:
    if not euros.is_finite() or not 0 <= euros <= 1_000_000:
        raise ValueError("a price outside 0 to 1 000 000 euros")
    return int((euros * 100).to_integral_value(ROUND_HALF_UP))


def moment(text: str) -> Instant:
    told = instant(text)
    if told is None:
        raise ValueError("a moment is empty")
    return told


def span_of(row: TimeSpan) -> Span:
    span = Span(starts_at=moment(row.start_datetime), ends_at=moment(row.end_datetime))
    if span.ends_at <= span.starts_at:
        raise ValueError("a time span ends before it starts")
    return span


def busy_of(row: Reservation) -> Busy:
    starts_at, ends_at = moment(row.begins_at), moment(row.ends_at)
    if ends_at <= starts_at:
        raise ValueError("a reservation ends before it starts")
    return Busy(
        starts_at=starts_at,
        ends_at=ends_at,
        buffer_before=seconds(row.buffer_time_before),
        buffer_after=seconds(row.buffer_time_after),
        is_closure=row.is_blocked,
        is_draft=row.state == "CREATED",
    )


def touches(busy: Busy, window: Span) -> bool:
    """Buffers block too."""
    nothing = timedelta(0)
    starts_at, ends_at = busy.starts_at - (busy.buffer_before or nothing), busy.ends_at + (busy.buffer_after or nothing)
    return starts_at < window.ends_at and ends_at > window.starts_at


def blocked(raw: msgspec.Raw, pks: list[int]) -> list[int]:
    """Which of the spaces an unreadable reservation may block: those it names; all, where that can't be read."""
    try:
        row = msgspec.json.decode(raw, type=Affected)
    except (ValueError, RecursionError):
        return pks
    named = {*row.affected_reservation_units, row.reservation_unit.pk}
    return [pk for pk in pks if pk in named]
