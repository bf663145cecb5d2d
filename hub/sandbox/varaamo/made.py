"""The made city's rooms and devices, as Varaamo would hold them."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hub.sandbox.city import City, MadeBooking, MadePlace, MadeRoom, Text
from hub.sandbox.making.bookings import BACK, bookings_between
from hub.sandbox.making.libraries import closed_between
from hub.sandbox.making.rooms import always_free
from hub.sandbox.varaamo.execution import Rows
from hub.sandbox.varaamo.lists import Row

HELSINKI = ZoneInfo("Europe/Helsinki")
EQUIPMENT_TYPE = 11  # the pk of the type for devices in the upstream's test data; `equipment_types = [11]`
FIRST_UNIT = 101
HOURS_BEHIND, HOURS_AHEAD = timedelta(days=40), timedelta(days=100)
YEAR_BEHIND = timedelta(days=400)  # a year, and what the stretches that a hub reads it by reach beyond it
DEARER_AHEAD = timedelta(days=60)
INTERVALS = (15, 30, 60, 90, 120, 180, 240, 300, 360, 420)  # those that the upstream's enum has


def made(city: City) -> Rows:
    """Stable: a place's pk is its position among the places that are in Varaamo, a room's is its own."""
    booked_in = {room.place for room in city.rooms}
    places = [place for place in city.places if place.in_varaamo or place.key in booked_in]
    pks = {place.key: FIRST_UNIT + number for number, place in enumerate(places)}
    types = _numbered((room.type_name for room in city.rooms if room.kind == "room"), skip=EQUIPMENT_TYPE)
    devices = _numbered(room.type_name for room in city.rooms if room.kind == "equipment")
    # the first word for devices is the configured type; others, if there are any, follow behind everything
    types |= {text: EQUIPMENT_TYPE if pk == 1 else 100 + pk for text, pk in devices.items()}
    equipments = _numbered(text for room in city.rooms for text in room.equipment)
    uses = _numbered(text for room in city.rooms for text in room.purposes)
    category = {"pk": 1} | _texts("name", Text(fi="Varusteet", sv="Utrustning", en="Equipment"))
    type_rows = {text: {"pk": pk, "rank": pk} | _texts("name", text) for text, pk in types.items()}
    use_rows = {text: {"pk": pk, "rank": pk} | _texts("name", text) for text, pk in uses.items()}
    equipment_rows = {text: {"pk": pk, "category": category} | _texts("name", text) for text, pk in equipments.items()}
    by_key = {place.key: place for place in places}
    sharing = _sharing(city.rooms)
    return Rows(
        units=[_unit(place, pks[place.key]) for place in places],
        reservation_units=[
            _room(room, rank, city.today, pks[room.place])
            | {
                "reservationUnitType": type_rows[room.type_name],
                "intendedUses": [use_rows[text] for text in room.purposes],
                "equipments": [equipment_rows[text] for text in room.equipment],
            }
            for rank, room in enumerate(city.rooms)
        ],
        types=list(type_rows.values()),
        intended_uses=list(use_rows.values()),
        equipments=list(equipment_rows.values()),
        reservations=[row for room in city.rooms for row in _reservations(room.id, room.bookings, sharing)],
        spans={room.id: _spans(room, by_key[room.place], city.today) for room in city.rooms},
        past=MadePast(city, sharing),
    )


class MadePast:
    """What was before the time that the rows hold. It is made when it is asked for: most who run the sandbox never ask,
    and a year of it is some two hundred thousand bookings.
    """

    def __init__(self, city: City, sharing: Mapping[int, frozenset[int]]) -> None:
        self.before = city.today - HOURS_BEHIND
        self._since = city.today - YEAR_BEHIND
        self._booked_before = city.today - BACK
        self._today = city.today
        self._rooms = {room.id: room for room in city.rooms}
        self._places = {place.key: place for place in city.places}
        self._guarded = always_free(city.rooms)
        self._sharing = sharing

    def reservations(self, rooms: Iterable[int], first: date | None, last: date | None) -> list[Row]:
        """Those of the rooms, and of the rooms that share walls with them, that touch these days; no less."""
        first, last = self._clipped(first, last, self._booked_before)
        if last < first:
            return []
        wanted = {other for room in rooms for other in self._sharing.get(room, ())}
        together = {other for room in wanted for other in self._sharing[room]}  # a hall with both halves
        these = tuple(self._rooms[room] for room in sorted(together))
        closed = {place: closed_between(self._places[place], first, last) for place in {room.place for room in these}}
        made_ = bookings_between(these, self._guarded, closed, self._today, first, last)
        return [
            row for room in these if room.id in wanted for row in _reservations(room.id, made_[room.id], self._sharing)
        ]

    def spans(self, room: int, first: date, last: date) -> list[tuple[datetime, datetime]]:
        first, last = self._clipped(first - timedelta(days=1), last, self.before)
        return list(
            _days(self._rooms[room], closed_between(self._places[self._rooms[room].place], first, last), first, last)
        )

    def _clipped(self, first: date | None, last: date | None, before: date) -> tuple[date, date]:
        yesterday = before - timedelta(days=1)
        return max(first or self._since, self._since), min(last or yesterday, yesterday)


def _unit(place: MadePlace, pk: int) -> Row:
    return (
        {
            "pk": pk,
            "tprekId": None if place.tprek is None else str(place.tprek),
            "webPage": place.website.fi or "",
            "email": place.email or "",
            "phone": place.phone or "",
            "addressZip": place.postal_code,
            "addressCityFi": place.city,
            "addressCitySv": "Helsingfors" if place.city == "Helsinki" else None,
            "addressCityEn": place.city,
        }
        | _texts("name", place.name)
        | _texts("shortDescription", Text(), missing="")
        | _texts("description", place.description, missing="")
        | _texts("addressStreet", place.street)
    )


def _room(room: MadeRoom, rank: int, today: date, unit: int) -> Row:
    thing = {"pk": room.id} | _texts("name", room.name)
    missing = "" if room.id % 2 else None  # a text that is not translated comes both ways
    return (
        {
            "pk": room.id,
            "extUuid": str(uuid.uuid5(uuid.NAMESPACE_OID, f"made-{room.id}")),
            "rank": rank,
            "unit": unit,
            "surfaceArea": None if room.area_m2 is None else round(room.area_m2),
            "minPersons": 1,
            "maxPersons": room.capacity,
            "minReservationDuration": room.min_minutes * 60,
            "maxReservationDuration": None if room.max_minutes is None else room.max_minutes * 60,
            "bufferTimeBefore": room.buffer_before,
            "bufferTimeAfter": room.buffer_after,
            "reservationStartInterval": f"INTERVAL_{_interval(room.interval_minutes)}_MINUTES",
            "reservationsMinDaysBefore": room.min_days_before,
            "reservationsMaxDaysBefore": room.max_days_before,
            "reservationBlockWholeDay": room.blocks_whole_day,
            "isDraft": not room.is_visible,
            "publishingState": "PUBLISHED" if room.is_visible else "DRAFT",
            "reservationState": "RESERVABLE" if room.is_reservable else "RESERVATION_CLOSED",
            "spaces": [thing] if room.kind == "room" else [],
            "resources": [thing] if room.kind == "equipment" else [],
            "pricings": list(_pricings(room, today)),
        }
        | _texts("name", room.name, missing=missing)
        | _texts("description", room.description, missing=missing)
    )


def _interval(minutes: int) -> int:
    return max(step for step in INTERVALS if step <= max(minutes, INTERVALS[0]))


def _pricings(room: MadeRoom, today: date) -> Iterable[Row]:
    """The price since long ago; where it costs something, every third room has a dearer one decided for later."""
    if room.price_cents is None:
        return
    lowest, highest = room.price_cents
    yield _pricing(room, date(2021, 1, 1), lowest, highest, pk=room.id)
    if highest and room.id % 3 == 0:
        yield _pricing(room, today + DEARER_AHEAD, lowest, highest + 500, pk=room.id + 100_000)


def _pricing(room: MadeRoom, begins: date, lowest: int, highest: int, *, pk: int) -> Row:
    return {
        "pk": pk,
        "begins": begins.isoformat(),
        "priceUnit": room.price_unit or "FIXED",
        "paymentType": "ONLINE" if highest else None,
        "isActivatedOnBegins": False,
        "lowestPrice": f"{lowest / 100:.2f}",
        "highestPrice": f"{highest / 100:.2f}",
        "lowestPriceNet": f"{lowest / 100:g}",
        "highestPriceNet": f"{highest / 100:g}",
        "taxPercentage": {"pk": 1, "value": "0.00", "isEnabled": True},
        "materialPriceDescriptionFi": "",
        "materialPriceDescriptionSv": "",
        "materialPriceDescriptionEn": "",
    }


def _sharing(rooms: Iterable[MadeRoom]) -> dict[int, frozenset[int]]:
    """Which rooms a booking of each takes: itself, and those that share its walls."""
    taken = {room.id: {room.id} for room in rooms}
    for room in rooms:
        for wall in room.walls:
            taken[wall].add(room.id)
    return {room: frozenset(others) for room, others in taken.items()}


def _reservations(room: int, bookings: Iterable[MadeBooking], sharing: Mapping[int, frozenset[int]]) -> Iterable[Row]:
    affected = sorted(sharing[room])
    for booking in bookings:
        yield _reservation(booking, room, affected)


def _reservation(booking: MadeBooking, room: int, affected: list[int]) -> Row:
    return {
        "pk": booking.id,
        "state": booking.state,
        "beginsAt": booking.starts_at.isoformat(),
        "endsAt": booking.ends_at.isoformat(),
        "bufferTimeBefore": booking.buffer_before,
        "bufferTimeAfter": booking.buffer_after,
        "isBlocked": booking.is_blocked,
        "affectedReservationUnits": affected,
        "reservationUnit": room,
    }


def _spans(room: MadeRoom, place: MadePlace, today: date) -> list[tuple[datetime, datetime]] | None:
    """The ordinary week, but for the days on which its place is closed."""
    if not room.hours_known:
        return None
    return list(_days(room, place.closed_on, today - HOURS_BEHIND, today + HOURS_AHEAD - timedelta(days=1)))


def _days(room: MadeRoom, closed: Collection[date], first: date, last: date) -> Iterator[tuple[datetime, datetime]]:
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        hours = room.open_hours[day.weekday()] if room.open_hours else None
        if hours is not None and day not in closed:
            opens, closes = (datetime.combine(day, clock, HELSINKI) for clock in hours)
            yield opens, closes if closes > opens else closes + timedelta(days=1)


def _numbered(texts: Iterable[Text], skip: int = 0) -> dict[Text, int]:
    """1, 2, 3 … in order of appearance, without `skip`."""
    numbers: dict[Text, int] = {}
    for text in texts:
        number = len(numbers) + 1
        numbers.setdefault(text, number + (1 if skip and number >= skip else 0))
    return numbers


def _texts(field: str, text: Text, missing: str | None = None) -> Row:
    return {f"{field}Fi": text.fi or missing, f"{field}Sv": text.sv or missing, f"{field}En": text.en or missing}
