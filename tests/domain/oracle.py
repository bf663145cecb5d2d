"""Which bookings are possible, by trying every one of them minute by minute: what `availability` is held to.

Nothing of the hub's is used but its records. Times are whole minutes since 1970; days come from the zone alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hub.records.core import Span
from hub.records.spaces import BookingHours, Busy, BusyTimes, Space

HELSINKI = ZoneInfo("Europe/Helsinki")
NONE = timedelta(0)


def minutes(moment: datetime) -> int:
    seconds = int(moment.timestamp())
    assert seconds % 60 == 0, "the oracle counts whole minutes"
    return seconds // 60


def moment(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, UTC)


class Oracle:
    """One space, one window, one moment."""

    def __init__(self, space: Space, hours: BookingHours, busy: BusyTimes, window: Span, now: datetime) -> None:
        self.rules = space.rules
        self.is_bookable = space.is_bookable
        self.openings = [(minutes(s.starts_at), minutes(s.ends_at)) for s in hours.spans or ()]
        self.taken = [(one, minutes(one.starts_at), minutes(one.ends_at)) for one in busy.busy]
        self.window = minutes(window.starts_at), minutes(window.ends_at)
        self.now = now

    def bookings(self) -> Iterator[tuple[int, int, int]]:
        """(opening, first minute, minute after the last) of every possible booking."""
        rules, now = self.rules, self.now
        if (
            not self.is_bookable
            or (rules.opens_at and now < rules.opens_at)
            or (rules.closes_at and now >= rules.closes_at)
        ):
            return
        step = _minutes(rules.start_interval) or 1
        lengths = _minutes(rules.length_interval) or 1
        shortest = max(_minutes(rules.min_duration) or _minutes(rules.start_interval) or 15, lengths)
        for number, (opens, closes) in enumerate(self.openings):
            for start in range(max(opens, self.window[0]), min(closes, self.window[1])):
                if (start - opens) % step or not self._may_begin(start):
                    continue
                for end in range(start + 1, min(closes, self.window[1]) + 1):
                    length = end - start
                    if length < shortest or length % lengths:
                        continue
                    if rules.max_duration is not None and length > _minutes(rules.max_duration):
                        break
                    if rules.closes_at is not None and moment(end) > rules.closes_at:
                        break
                    if any(self._clash(one, s, e, start, end) for one, s, e in self.taken):
                        break  # a longer one clashes too
                    yield number, start, end

    def _may_begin(self, start: int) -> bool:
        rules, at = self.rules, moment(start)
        if at < self.now:
            return False
        today, day = self.now.astimezone(HELSINKI), at.astimezone(HELSINKI)
        least, most = rules.min_days_before, rules.max_days_before
        if rules.days_are_utc:
            ahead = (at.date() - self.now.astimezone(UTC).date()).days
            return (least is None or ahead > least) and (most is None or ahead <= most)
        if least and (day.date() - today.date()).days < least:
            return False
        return not most or at <= (today + timedelta(days=most)).astimezone(UTC)

    def _clash(self, one: Busy, s: int, e: int, start: int, end: int) -> bool:
        if start < e + _minutes(one.buffer_after) and end > s - _minutes(one.buffer_before):
            return True
        if one.is_closure:
            return False
        if start - _minutes(self.rules.buffer_before) < e and end + _minutes(self.rules.buffer_after) > s:
            return True
        return self.rules.blocks_whole_day and e > s and _share_a_day(start, end, s, e)


def _share_a_day(start: int, end: int, other: int, other_end: int) -> bool:
    first, last = (f"{moment(m).astimezone(HELSINKI).date()}" for m in (start, end - 1))
    from_, to = (f"{moment(m).astimezone(HELSINKI).date()}" for m in (other, other_end - 1))
    return first <= to and from_ <= last


def _minutes(length: timedelta | None) -> int:
    return int((length or NONE).total_seconds()) // 60
