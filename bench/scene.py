"""When the made city is, and who tells of it: apart from what makes it, which a worker does not load."""

from __future__ import annotations

from datetime import UTC, datetime

from hub.fetch import Source
from hub.records.core import LocalizedText, Point

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
HOUSE = 401  # the unit with twenty rooms, by its number in the register
CENTRE = Point(lat=60.17, lon=24.94)

REGISTER = Source(
    name="register", id="register", connector="servicemap", url="http://register.invalid/",
    title=LocalizedText(en="Service register"), rank=10,
)  # fmt: skip
CALENDAR = Source(
    name="calendar", id="calendar", connector="linkedevents", url="http://calendar.invalid/v1/",
    title=LocalizedText(en="Calendar of events"), rank=20, license="CC BY 4.0",
)  # fmt: skip
BOOKING = Source(
    name="booking", id="booking", connector="varaamo", url="http://booking.invalid/",
    title=LocalizedText(en="Rooms to book"), rank=30,
)  # fmt: skip
SOURCES = (REGISTER, CALENDAR, BOOKING)
