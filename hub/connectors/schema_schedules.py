"""schema.org's Schedule (daily from nine to ten, Wednesdays until June) as a calendar's recurrence rule."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, timedelta, tzinfo
from typing import Any, Final

from hub.connectors.feed_times import read_when
from hub.connectors.ical_series import Told, read_times
from hub.connectors.ical_text import Component, Property
from hub.connectors.ical_time import Moment, Zones
from hub.connectors.schema_values import Node, many, text_of, word
from hub.fetch import Unreadable

COUNTS: Final = {"D": "DAILY", "W": "WEEKLY", "M": "MONTHLY", "Y": "YEARLY"}
EVERY: Final = re.compile(r"P(\d{1,4})([DWMY])|PT(\d{1,4})H", re.ASCII)
WORDS: Final = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
DAY_NAMES: Final = dict(
    zip(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), DAYS, strict=True)
)
BY_DAY: Final = re.compile(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)", re.ASCII | re.IGNORECASE)
CLOCK: Final = re.compile(r"T?(\d\d):?(\d\d)(?::?(\d\d)(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?", re.ASCII)
FAR: Final = 1_900  # days in which a rule's first date must lie


def no_time() -> Unreadable:
    return Unreadable("it does not say when it takes place", mend="Give a startDate such as 2026-11-22T18:00:00+02:00.")


def scheduled(node: Node, schedule: Node, zone: tzinfo, zone_name: str) -> Told | None:
    """A Schedule in a calendar's terms, so that it is expanded within the same bounds. None: it never takes place.

    In a calendar the first date counts whether or not the rule gives it; a Schedule's startDate is only where it
    begins, so it is moved to the first day that the rule has.
    """
    given = text_of(schedule.get("startDate")) or text_of(node.get("startDate"))
    if given is None:
        raise no_time()
    start = read_when(given, zone)
    clock = CLOCK.fullmatch(text_of(schedule.get("startTime")) or "")
    begins = start.instant.astimezone(zone) if isinstance(start, Moment) else None
    day = start.instant.astimezone(zone).date() if isinstance(start, Moment) else start
    rule = _rule(schedule)
    first = _first_day(day, rule)
    if first is None:
        return None
    properties = [Property("RRULE", {}, ";".join(f"{name}={value}" for name, value in rule.items()))]
    if clock is None and begins is None:
        properties.append(Property("DTSTART", {}, f"{first:%Y%m%d}"))
    else:
        at = f"{begins or day:%H%M%S}" if clock is None else f"{clock[1]}{clock[2]}{clock[3] or '00'}"
        properties.append(Property("DTSTART", {"TZID": zone_name}, f"{first:%Y%m%d}T{at}"))
        if (ends := CLOCK.fullmatch(text_of(schedule.get("endTime")) or "")) is not None:
            until = f"{ends[1]}{ends[2]}{ends[3] or '00'}"
            last = first + timedelta(days=1) if until <= at else first
            properties.append(Property("DTEND", {"TZID": zone_name}, f"{last:%Y%m%d}T{until}"))
    duration = text_of(schedule.get("duration")) or text_of(node.get("duration"))
    if duration is not None and not any(prop.name == "DTEND" for prop in properties):
        properties.append(Property("DURATION", {}, duration))
    for one in many(schedule.get("exceptDate")):
        excepted = read_when(text_of(one) or "", zone)
        without = excepted.wall.date() if isinstance(excepted, Moment) else excepted
        properties.append(Property("EXDATE", {}, f"{without:%Y%m%d}"))
    event = Component("VEVENT", 0, properties, closed=True)
    return read_times(event, Zones(Component("VCALENDAR", 0, [Property("X-WR-TIMEZONE", {}, zone_name)])))


def _rule(schedule: Node) -> dict[str, str]:
    every = text_of(schedule.get("repeatFrequency")) or ""
    match = EVERY.fullmatch(every.upper())
    if match is not None:
        frequency, interval = (COUNTS[match[2]], match[1]) if match[2] else ("HOURLY", match[3])
    elif word(every).upper() in WORDS:
        frequency, interval = word(every).upper(), "1"
    else:
        raise Unreadable(f"{every[:40]!r} is no repeatFrequency", mend="Write it as P1D, P1W, P1M or P1Y.")
    rule = {"FREQ": frequency, "INTERVAL": interval}
    if (count := text_of(schedule.get("repeatCount"))) is not None:
        rule["COUNT"] = count
    if (last := text_of(schedule.get("endDate"))) is not None:
        until = read_when(last, UTC)
        rule["UNTIL"] = f"{until.instant:%Y%m%dT%H%M%SZ}" if isinstance(until, Moment) else f"{until:%Y%m%d}"
    if days := [_day(one) for one in many(schedule.get("byDay"))]:
        rule["BYDAY"] = ",".join(days)
    for name, part in (("byMonthDay", "BYMONTHDAY"), ("byMonth", "BYMONTH")):
        if numbers := [text_of(one) or "" for one in many(schedule.get(name))]:
            rule[part] = ",".join(numbers)
    return rule


def _day(value: Any) -> str:
    """Monday, https://schema.org/Monday, MO or 2MO."""
    name = word(value)
    if (known := DAY_NAMES.get(name.lower())) is not None:
        return known
    if BY_DAY.fullmatch(name):
        return name.upper()
    raise Unreadable(f"{name[:40]!r} is no day of the week", mend="Write byDay as https://schema.org/Monday.")


def _first_day(day: date, rule: Mapping[str, str]) -> date | None:
    """The first from `day` on that the rule's days and months fit. None: none for years."""
    if not {"BYDAY", "BYMONTHDAY", "BYMONTH"} & rule.keys():
        return day
    weekdays = [found for one in rule.get("BYDAY", "").split(",") if (found := BY_DAY.fullmatch(one))]
    for ahead in range(FAR):
        one = day + timedelta(days=ahead)
        if _fits(one, rule, weekdays):
            return one
    return None


def _fits(day: date, rule: Mapping[str, str], weekdays: Sequence[re.Match[str]]) -> bool:
    month_after = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    left = (month_after - day).days  # 1: the last day of its month
    if weekdays and not any(
        DAYS[day.weekday()] == one[2] and int(one[1] or 0) in {0, (day.day - 1) // 7 + 1, -((left - 1) // 7 + 1)}
        for one in weekdays
    ):
        return False
    numbers = rule.get("BYMONTHDAY", "").split(",")
    if "BYMONTHDAY" in rule and not {f"{day.day}", f"{day.day:02}", f"-{left}"} & {*numbers}:
        return False
    return "BYMONTH" not in rule or bool({f"{day.month}", f"{day.month:02}"} & {*rule["BYMONTH"].split(",")})
