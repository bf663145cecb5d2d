"""Ordinary weeks: when places are open. Local times, Monday first."""

from __future__ import annotations

from datetime import time

from hub.sandbox.city import MadeHours
from hub.sandbox.making.chance import pick

Span = tuple[time, time]

CLOSED = MadeHours()


def span(opens: int, closes: int) -> Span:
    return time(opens), time(closes)


def open_day(opens: int, closes: int, *self_service: Span) -> MadeHours:
    return MadeHours(staffed=(span(opens, closes),), self_service=self_service)


OODI = (*[open_day(8, 21)] * 5, open_day(10, 20), open_day(10, 20))
BIG_LIBRARIES = (
    (*[open_day(8, 20)] * 4, open_day(8, 18), open_day(10, 16), open_day(12, 18)),
    (*[open_day(9, 20)] * 4, open_day(9, 18), open_day(10, 17), open_day(11, 16)),
)
SMALL_LIBRARIES = (
    (*[open_day(9, 20), open_day(9, 20), open_day(10, 20), open_day(9, 20)], open_day(9, 18), open_day(10, 16), CLOSED),
    (*[open_day(10, 19)] * 4, open_day(10, 18), open_day(10, 15), CLOSED),
    (*[open_day(12, 19), open_day(10, 19), open_day(10, 19), open_day(12, 19)], open_day(10, 18), CLOSED, CLOSED),
)
# Self-service before the staff comes and after it has gone, and on days without any.
SELF_SERVICE_LIBRARIES = (
    (
        *[open_day(10, 18, span(7, 10), span(18, 22))] * 4,
        open_day(10, 16, span(7, 10), span(16, 22)),
        MadeHours(self_service=(span(9, 22),)),
        MadeHours(self_service=(span(9, 22),)),
    ),
    (
        *[open_day(9, 19, span(6, 9), span(19, 21))] * 4,
        open_day(9, 17, span(6, 9), span(17, 21)),
        open_day(10, 15, span(15, 20)),
        MadeHours(self_service=(span(10, 18),)),
    ),
)
SERVICE_CENTRE_LIBRARY = (CLOSED, open_day(10, 14), CLOSED, open_day(10, 14), CLOSED, CLOSED, CLOSED)

YOUTH = (
    (*[open_day(14, 21)] * 4, open_day(14, 23), open_day(15, 23), CLOSED),
    (CLOSED, *[open_day(13, 20)] * 3, open_day(13, 22), CLOSED, open_day(12, 18)),
)
CULTURE = (
    (*[open_day(9, 21)] * 5, open_day(10, 18), open_day(10, 18)),
    (CLOSED, *[open_day(11, 19)] * 4, open_day(11, 17), open_day(11, 17)),
)
SPORT = ((*[open_day(7, 22)] * 5, open_day(9, 20), open_day(9, 20)),)
OFFICE = ((*[open_day(8, 16)] * 4, open_day(8, 15), CLOSED, CLOSED), (*[open_day(9, 18)] * 5, CLOSED, CLOSED))
EDUCATION = ((*[open_day(8, 20)] * 4, open_day(8, 16), CLOSED, CLOSED),)

WEEKS = {
    "youth": YOUTH,
    "culture": CULTURE,
    "sport": SPORT,
    "education": EDUCATION,
    "health": OFFICE,
    "service_point": OFFICE,
}


def week_of_kind(kind: str, key: str) -> tuple[MadeHours, ...]:
    """(): no hours known, as for parks."""
    return pick(WEEKS[kind], key, "week") if kind in WEEKS else ()
