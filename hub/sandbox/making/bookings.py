"""Taken times: what a week's bookings are does not change when today moves; the window over them does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, time, timedelta
from random import Random

from hub.sandbox.city import MadeBooking, MadeRoom
from hub.sandbox.making.calendar import Week, local, weeks
from hub.sandbox.making.chance import seeded, share
from hub.sandbox.making.room_kinds import KINDS

BACK, AHEAD = timedelta(days=30), timedelta(days=30)
FIRST_DAY = date(2020, 1, 1).toordinal()
GUARDED = range(13, 19)  # o'clock, Monday to Friday, where a room is always free
POPULARITY = {kind.type_name.fi: kind.popularity for kind in KINDS.values()}
BOOKINGS_A_DAY = 10
IDS_A_ROOM = 100_000  # 27 years of days, ten bookings each: ids fit in 32 bits


def bookings_of(
    rooms: tuple[MadeRoom, ...], guarded: frozenset[int], closed: Mapping[str, tuple[date, ...]], today: date
) -> dict[int, tuple[MadeBooking, ...]]:
    """From a month back to a month on, by room id, in order of time."""
    return bookings_between(rooms, guarded, closed, today, today - BACK, today + AHEAD)


def bookings_between(
    rooms: tuple[MadeRoom, ...],
    guarded: frozenset[int],
    closed: Mapping[str, tuple[date, ...]],
    today: date,
    first: date,
    last: date,
) -> dict[int, tuple[MadeBooking, ...]]:
    """By room id, in order of time, both days among them. Rooms that share walls never have bookings at the same time,
    so that a hall and its halves must come together.

    `guarded`: rooms that stay free on weekday afternoons. `closed`: days without bookings, by place.
    """
    span = tuple(weeks(first, last))
    taken: dict[int, list[MadeBooking]] = {room.id: [] for room in rooms}
    known = {room.id: room for room in rooms}
    for room in rooms:
        if room.walls and room.id > min(room.walls):
            continue  # a half: made together with its hall
        group = [room, *(known[wall] for wall in room.walls if wall in known)]
        shut = frozenset(closed.get(room.place, ()))
        for week in span:
            for booked, booking, day in _week(group, week, guarded, today):
                if first <= day <= last and day not in shut:
                    taken[booked.id].append(booking)
    return {room_id: tuple(bookings) for room_id, bookings in taken.items()}


def _week(
    group: list[MadeRoom], week: Week, guarded: frozenset[int], today: date
) -> Iterator[tuple[MadeRoom, MadeBooking, date]]:
    whole = group[0]
    chance = seeded("bookings", whole.id, week.name)
    for weekday in range(7):
        halves_today = len(group) > 1 and chance.random() < 0.5
        shut_today = chance.random() < 0.015
        for room in group[1:] if halves_today else group[:1]:
            hours = room.open_hours[weekday]
            if hours is not None:
                day = week.day(weekday)
                guard = GUARDED if room.id in guarded and weekday < 5 else range(0)
                spans = _taken(room, hours, guard, chance)
                if room.blocks_whole_day:
                    spans = spans[:1]
                is_blocked = shut_today and room.id not in guarded
                if is_blocked:
                    spans = [hours]
                for number, span in enumerate(spans):
                    yield room, _booking(room, day, number, span, is_blocked=is_blocked, today=today), day


def _taken(room: MadeRoom, hours: tuple[time, time], guard: range, chance: Random) -> list[tuple[time, time]]:
    """At most ten spans with the buffers between them, none that touches the guarded hours."""
    opens, closes = (clock.hour * 60 + clock.minute for clock in hours)
    found: list[tuple[time, time]] = []
    popularity = POPULARITY.get(room.type_name.fi, 0.3)
    step = room.interval_minutes
    pause = -(-(room.buffer_before + room.buffer_after) // 60 // step) * step
    minute = opens
    while minute + room.min_minutes <= closes and len(found) < BOOKINGS_A_DAY:
        if chance.random() < popularity:
            longest = min(room.max_minutes or 240, closes - minute)
            end = minute + room.min_minutes + step * chance.randint(0, (longest - room.min_minutes) // step)
            if not guard or minute >= 60 * guard.stop or end <= 60 * guard.start:
                found.append((_clock(minute), _clock(end)))
            minute = end + pause
        else:
            minute += step * chance.randint(1, 4)
    return found


def _booking(
    room: MadeRoom, day: date, number: int, span: tuple[time, time], *, is_blocked: bool, today: date
) -> MadeBooking:
    booking = IDS_A_ROOM * (room.id - 1_000) + BOOKINGS_A_DAY * (day.toordinal() - FIRST_DAY) + number
    is_being_made = day > today and share(booking, today) < 0.004  # a draft of the moment, confirmed by tomorrow
    starts_at, ends_at = local(day, span[0]), local(day, span[1])
    before, after = room.buffer_before, room.buffer_after
    if room.blocks_whole_day:
        before = round((starts_at - local(day)).total_seconds())
        after = round((local(day + timedelta(days=1)) - ends_at).total_seconds())
    return MadeBooking(
        id=booking,
        starts_at=starts_at,
        ends_at=ends_at,
        buffer_before=0 if is_blocked else before,  # the booking system gives closures none
        buffer_after=0 if is_blocked else after,
        state="CREATED" if is_being_made and not is_blocked else "CONFIRMED",
        is_blocked=is_blocked,
    )


def _clock(minute: int) -> time:
    return time(minute // 60, minute % 60)
