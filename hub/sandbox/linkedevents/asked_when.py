"""The parameters of an event list that are about time and enrolling."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

from hub.sandbox.linkedevents.parameters import HELSINKI, UTC_ZONE, Params, Refused, ids, moment, refused, truth
from hub.sandbox.linkedevents.register import Filter, Register, Test, enrolment_time, lasts
from hub.sandbox.linkedevents.rows import Row

DURATION = re.compile(r"(\d+)\s*([dhms]?)")
SECONDS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1, "": 1}


def _start(register: Register, value: str, params: Params) -> Test:
    since = moment(value, register.now)

    def test(row: Row) -> bool:
        span = register.span(row)
        if row.get("event_status") == "EventPostponed" and "end" not in params:
            return True
        if span.start is None or span.end is None:
            return False
        ends_known = span.clock_at_end or not span.clock_at_start
        return span.start >= since or (span.end > since and ends_known)

    return test


def _end(register: Register, value: str, _: Params) -> Test:
    until = moment(value, register.now, end=True)

    def test(row: Row) -> bool:
        span = register.span(row)
        return (span.start is not None and span.start <= until) or (span.end is not None and span.end < until)

    return test


def _days(register: Register, value: str, params: Params) -> Test:
    if "start" in params or "end" in params:
        raise Refused(["Start or end cannot be used with days."])
    if not value.isdigit():
        raise refused("Error while parsing days.")
    start = _start(register, register.now.isoformat(), {"end": ""})
    end = _end(register, (register.now + timedelta(days=int(value))).isoformat(), {})
    return lambda row: start(row) and end(row)


def _clock(*, starts: bool, after: bool) -> Filter:
    def build(register: Register, value: str, _: Params) -> Test:
        try:
            hour, _colon, minute = value.partition(":")
            wanted = time(int(hour), int(minute or 0))
        except ValueError as error:
            raise refused("Time is expected as HH or HH:MM.") from error

        def test(row: Row) -> bool:
            span = register.span(row)
            when = span.start if starts else span.end
            if when is None:
                return False
            local = when.astimezone(HELSINKI).time()
            return local >= wanted if after else local <= wanted

        return test

    return build


def _duration(*, at_least: bool) -> Filter:
    def build(register: Register, value: str, _: Params) -> Test:
        given = DURATION.fullmatch(value.strip().lower())
        if given is None:
            raise refused("Invalid duration supplied. Try '1d', '2h' or '180m'.")
        wanted = timedelta(seconds=int(given[1]) * SECONDS[given[2]])

        def test(row: Row) -> bool:
            long = lasts(register.span(row))
            return long is not None and (long >= wanted if at_least else long <= wanted)

        return test

    return build


def _weekday(register: Register, value: str, _: Params) -> Test:
    wanted = {int(day) for day in ids(value) if day in "1234567"}

    def test(row: Row) -> bool:
        span = register.span(row)
        if span.start is None or span.end is None:
            return False
        first, last = span.start.astimezone(HELSINKI).date(), span.end.astimezone(HELSINKI).date()
        long = min((last - first).days, 6)
        return any((first + timedelta(days=day)).isoweekday() in wanted for day in range(long + 1))

    return test


def _modified(register: Register, value: str, _: Params) -> Test:
    since = moment(value, register.now, end=True, zone=UTC_ZONE)  # a bare date is the end of that day
    return lambda row: datetime.fromisoformat(row["last_modified_time"]) >= since


def _registration(_: Register, value: str, __: Params) -> Test:
    wanted = truth("registration", value)
    return lambda row: (row.get("registration") is not None) == wanted


def _remaining(register: Register, value: str, _: Params) -> Test:
    if not value.isdigit():
        raise Refused({"registration__remaining_attendee_capacity__gte": ["Syötä luku."]})

    def test(row: Row) -> bool:
        left = (register.registration_of(row) or {}).get("remaining_attendee_capacity")
        return left is not None and left >= int(value)

    return test


def _enrolment_open(*, waiting_list: bool) -> Filter:
    """Not closed, and a place left: an event that is full is not in it."""

    def build(register: Register, _: str, __: Params) -> Test:
        def test(row: Row) -> bool:
            seats = register.registration_of(row)
            if seats is None or seats["enrolment_end_time"] is None:
                return False
            if datetime.fromisoformat(seats["enrolment_end_time"]) < register.now:
                return False
            places, waiting = seats["remaining_attendee_capacity"], seats["remaining_waiting_list_capacity"]
            return places is None or places > 0 or (waiting_list and (waiting is None or waiting > 0))

        return test

    return build


def _enrolment_open_on(register: Register, value: str, _: Params) -> Test:
    """Between the registration's times, else the event's; a time that is not told is no bound."""
    when = moment(value, register.now)

    def test(row: Row) -> bool:
        opens, closes = (enrolment_time(register, row, which) for which in ("start", "end"))
        return (opens is None or opens <= when) and (closes is None or closes >= when)

    return test


WHEN: dict[str, Filter] = {
    "start": _start,
    "end": _end,
    "days": _days,
    "starts_after": _clock(starts=True, after=True),
    "starts_before": _clock(starts=True, after=False),
    "ends_after": _clock(starts=False, after=True),
    "ends_before": _clock(starts=False, after=False),
    "min_duration": _duration(at_least=True),
    "max_duration": _duration(at_least=False),
    "weekday": _weekday,
    "last_modified_since": _modified,
    "registration": _registration,
    "registration__remaining_attendee_capacity__gte": _remaining,
    "enrolment_open": _enrolment_open(waiting_list=False),
    "enrolment_open_waitlist": _enrolment_open(waiting_list=True),
    "enrolment_open_on": _enrolment_open_on,
}
