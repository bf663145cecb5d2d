"""The parameters of an event list: which rows they keep, and in what order.

Left out are `combined_text` (a similarity that nothing here needs) and `*_ongoing*`, whose filters the register drops
whenever its cache is cold, as if they had not been given. Unknown parameters are ignored there, and so they are here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import msgspec

from hub.sandbox.linkedevents.rows import Row, Rows

HELSINKI, UTC_ZONE = ZoneInfo("Europe/Helsinki"), ZoneInfo("UTC")
LANGUAGES = ("fi", "sv", "en", "zh_hans", "ru", "ar")
TYPES = ("general", "course", "volunteering")
TEXTS = ("name", "description", "short_description", "info_url")
DURATION = re.compile(r"(\d+)\s*([dhms]?)")
SECONDS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1, "": 1}
METRES_A_DEGREE = 111_195

Params: TypeAlias = Mapping[str, str]
Test: TypeAlias = Callable[[Row], bool]
Filter: TypeAlias = "Callable[[Register, str, Params], Test]"


class Refused(Exception):
    """A request that the register answers with an error body."""

    def __init__(self, body: object, status: int = 400) -> None:
        super().__init__(str(body))
        self.body = body
        self.status = status


def refused(detail: str) -> Refused:
    return Refused({"detail": detail})


class Span(msgspec.Struct, frozen=True):
    """When an event is, as the register keeps it: an unknown end is the midnight after the start's day."""

    start: datetime | None
    end: datetime | None
    clock_at_start: bool
    clock_at_end: bool


def span_of(row: Row) -> Span:
    start, end = row.get("start_time"), row.get("end_time")
    first = _stored(start)
    last = _midnight_after(date.fromisoformat(end)) if end is not None and _is_date(end) else _stored(end)
    if last is None and first is not None:
        last = _midnight_after(first.astimezone(HELSINKI).date())
    return Span(first, last, start is not None and not _is_date(start), end is not None and not _is_date(end))


def _is_date(text: str | None) -> bool:
    return text is not None and len(text) == 10


def _stored(text: str | None) -> datetime | None:
    if text is None:
        return None
    return _midnight(date.fromisoformat(text)) if _is_date(text) else datetime.fromisoformat(text)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), HELSINKI).astimezone(UTC)


def _midnight_after(day: date) -> datetime:
    return _midnight(day + timedelta(days=1))


def moment(text: str, now: datetime, *, end: bool = False, zone: ZoneInfo = HELSINKI) -> datetime:
    """A parameter's time: "now", "today", a day (its beginning, or its end), or ISO 8601, naive in `zone`."""
    try:
        if text == "now":
            return now
        if text == "today" or _is_date(text):
            day = now.astimezone(HELSINKI).date() if text == "today" else date.fromisoformat(text)
            return datetime.combine(day + timedelta(days=1 if end else 0), time(0), zone).astimezone(UTC)
        given = datetime.fromisoformat(text)
    except ValueError as error:
        raise refused("time in invalid format (try ISO 8601 or yyyy-mm-dd)") from error
    return (given if given.tzinfo else given.replace(tzinfo=zone)).astimezone(UTC)


def truth(name: str, text: str) -> bool:
    """The register's strict yes or no."""
    if text.lower() not in {"true", "false"}:
        raise refused(f"{name} can take the values True or False. You passed {text}.")
    return text.lower() == "true"


def yes(params: Params, name: str) -> bool:
    """The lenient one: what is not a yes is a no."""
    return params.get(name, "").lower() in {"true", "1"}


def ids(text: str) -> list[str]:
    return [part for part in text.split(",") if part]


def said(texts: dict[str, str] | None) -> Iterable[str]:
    return (texts or {}).values()


def holds(row: Row, fields: Iterable[str], needle: str) -> bool:
    return any(needle in text.lower() for field in fields for text in said(row.get(field)))


def in_divisions(place: Row, wanted: Sequence[str], municipality: str) -> bool:
    """By a division's name, or by its OCD id, whose beginning may be left out."""
    names = {name.title() for name in wanted if ":" not in name}
    whole = {_ocd_id(name, municipality) for name in wanted if ":" in name}
    return any(
        division["ocd_id"] in whole or names & set(said(division["name"])) for division in place.get("divisions", [])
    )


def _ocd_id(short: str, municipality: str) -> str:
    if short.startswith("ocd-division"):
        return short
    if short.startswith("country"):
        return f"ocd-division/{short}"
    return (
        f"ocd-division/country:fi/{short}"
        if short.startswith("kunta")
        else (f"ocd-division/country:fi/kunta:{municipality}/{short}")
    )


class Register:
    """The rows by id, looked at from one moment."""

    def __init__(self, rows: Rows, now: datetime) -> None:
        self.rows = rows
        self.now = now
        self.by_id = {kind: {row["id"]: row for row in rows.of(kind)} for kind in rows.kinds}
        self.spans = {row["id"]: span_of(row) for row in rows.of("event")}

    def of(self, kind: str, id_: object) -> Row | None:
        return self.by_id.get(kind, {}).get(id_)

    def place_of(self, event: Row) -> Row | None:
        return self.of("place", event.get("location"))

    def registration_of(self, event: Row) -> Row | None:
        return self.of("registration", event.get("registration"))

    def span(self, event: Row) -> Span:
        return self.spans[event["id"]]


def listed(register: Register, params: Params) -> list[Row]:
    """The events that the parameters keep, in the order that they ask for; Refused for what can't be read."""
    tests = list(_always(register, params))
    for name, given in params.items():
        if name in FILTERS:
            tests.append(FILTERS[name](register, given, params))
        elif re.fullmatch(r"keyword_OR_set\d+", name):
            tests.append(_any_keyword(register, given, params))
    kept = [row for row in register.rows.of("event") if all(test(row) for test in tests)]
    return ordered(kept, params.get("sort"), _sort_keys(register), "-last_modified_time")


def _always(register: Register, params: Params) -> Iterable[Test]:
    """Public, not deleted, general, of no private data source: unless asked otherwise."""
    drafts, private = register.rows.drafts, register.rows.private
    yield lambda row: row["id"] not in drafts
    if yes(params, "deleted"):
        yield lambda row: bool(row["deleted"])
    elif not yes(params, "show_deleted"):
        yield lambda row: not row["deleted"]
    if "data_source" not in params:
        yield lambda row: row.get("data_source") not in private
    wanted = [one.lower() for one in ids(params.get("event_type", "general"))]
    if set(wanted) - set(TYPES):
        raise refused(f"Event type can be of the following values: {' '.join(TYPES)}")
    yield lambda row: row.get("type_id", "General").lower() in wanted


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
            lasts = _lasts(register.span(row))
            return lasts is not None and (lasts >= wanted if at_least else lasts <= wanted)

        return test

    return build


def _lasts(span: Span) -> timedelta | None:
    return None if span.start is None or span.end is None else span.end - span.start


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


def _location(_: Register, value: str, __: Params) -> Test:
    wanted = set(ids(value))
    return lambda row: row.get("location") in wanted


def _at_place(register: Register, keeps: Test) -> Test:
    def test(row: Row) -> bool:
        place = register.place_of(row)
        return place is not None and keeps(place)

    return test


def _division(register: Register, value: str, _: Params) -> Test:
    return _at_place(register, lambda place: in_divisions(place, ids(value), register.rows.municipality))


def _bbox(register: Register, value: str, _: Params) -> Test:
    try:
        west, south, east, north = (float(part) for part in value.split(","))
    except ValueError as error:
        raise refused("bbox must be in format 'left,bottom,right,top'") from error

    def keeps(place: Row) -> bool:
        lon, lat = _position(place) or (math.inf, math.inf)
        return west <= lon <= east and south <= lat <= north

    return _at_place(register, keeps)


def _dwithin(register: Register, value: str, params: Params) -> Test:
    """Half of the pair alone is ignored."""
    if "dwithin_metres" not in params:
        return lambda _: True
    try:
        lon, lat = (float(part) for part in value.split(","))
    except ValueError as error:
        raise refused("Origin must be a tuple of two numbers") from error
    try:
        metres = float(params["dwithin_metres"])
    except ValueError as error:
        raise refused("Metres must be a number") from error

    def keeps(place: Row) -> bool:
        there = _position(place)
        if there is None:
            return False
        east = (there[0] - lon) * math.cos(math.radians(lat))
        return math.hypot(east, there[1] - lat) * METRES_A_DEGREE <= metres

    return _at_place(register, keeps)


def _position(place: Row) -> tuple[float, float] | None:
    position = place.get("position")
    return None if position is None else (position["coordinates"][0], position["coordinates"][1])


def _internet_based(_: Register, value: str, __: Params) -> Test:
    wanted = truth("internet_based", value)
    return lambda row: ("internet" in (row.get("location") or "")) == wanted


def _words(row: Row) -> set[str]:
    return {*row.get("keywords", []), *row.get("audience", [])}


def _followed(register: Register, wanted: Iterable[str]) -> set[str]:
    """A replaced keyword means its successor."""
    gone = register.rows.gone.get("keyword", {})
    return {gone.get(word) or word for word in wanted}


def _any_keyword(register: Register, value: str, _: Params) -> Test:
    wanted = _followed(register, ids(value))
    return lambda row: bool(wanted & _words(row))


def _all_keywords(register: Register, value: str, _: Params) -> Test:
    wanted = _followed(register, ids(value))
    return lambda row: wanted <= _words(row)


def _no_keyword(register: Register, value: str, _: Params) -> Test:
    wanted = _followed(register, ids(value))
    return lambda row: not wanted & _words(row)


def _keyword_set(*, every: bool) -> Filter:
    def build(register: Register, value: str, _: Params) -> Test:
        groups = [set((register.of("keyword_set", one) or {"keywords": []})["keywords"]) for one in ids(value)]
        quantifier = all if every else any
        return lambda row: quantifier(bool(group & _words(row)) for group in groups)

    return build


def _text(register: Register, value: str, _: Params) -> Test:
    needle = value.lower()

    def test(row: Row) -> bool:
        return holds(row, TEXTS, needle) or holds(register.place_of(row) or {}, ("name",), needle)

    return test


def _full_text(register: Register, value: str, params: Params) -> Test:
    """Every word in the texts of one of the languages; without the register's stemming."""
    languages = ids(params.get("full_text_language", "fi"))
    if set(languages) - set(LANGUAGES):
        raise Refused({"full_text_language": [f"full_text supports the following languages: {', '.join(LANGUAGES)}"]})
    words = re.findall(r"\w+", value.lower())

    def test(row: Row) -> bool:
        named = [register.place_of(row), *(register.of("keyword", word) for word in _words(row))]
        texts = [*(row.get(field) for field in TEXTS), *(one["name"] for one in named if one is not None)]
        return any(
            all(word in " ".join((text or {}).get(language, "") for text in texts).lower() for word in words)
            for language in languages
        )

    return test


def _language(*, spoken: bool, written: bool) -> Filter:
    def build(_: Register, value: str, __: Params) -> Test:
        wanted = set(ids(value))

        def test(row: Row) -> bool:
            is_written = any(wanted & set(row.get(field) or {}) for field in TEXTS)
            return (spoken and bool(wanted & set(row.get("in_language", [])))) or (written and is_written)

        return test

    return build


def _publisher(register: Register, value: str, _: Params) -> Test:
    """An organisation and the one that took its place mean each other."""
    wanted = set(ids(value))
    for one in register.rows.of("organization"):
        if one["replaced_by"] is not None and wanted & {one["id"], one["replaced_by"]}:
            wanted |= {one["id"], one["replaced_by"]}
    return lambda row: row.get("publisher") in wanted


def descendants(rows: Rows, root: str) -> set[str]:
    """Of an organisation, at any depth."""
    found: set[str] = set()
    while (
        more := {one["id"] for one in rows.of("organization") if one["parent_organization"] in {root, *found}} - found
    ):
        found |= more
    return found


def _publisher_ancestor(register: Register, value: str, _: Params) -> Test:
    under = {one for root in ids(value) for one in descendants(register.rows, root)}
    return lambda row: row.get("publisher") in under


def _field(field: str, *, negated: bool = False) -> Filter:
    def build(_: Register, value: str, __: Params) -> Test:
        wanted = set(ids(value))
        return lambda row: (row.get(field) in wanted) != negated

    return build


def _field_or_none(field: str) -> Filter:
    def build(_: Register, value: str, __: Params) -> Test:
        wanted = {None if one in {"none", "null"} else one for one in ids(value)}
        return lambda row: row.get(field) in wanted

    return build


def _hide_super_event(_: Register, value: str, __: Params) -> Test:
    hide = value.lower() in {"true", "1"}
    return lambda row: not hide or row.get("super_event") is not None or row.get("super_event_type") is None


def _hide_recurring_children(register: Register, value: str, _: Params) -> Test:
    hide = value.lower() in {"true", "1"}

    def test(row: Row) -> bool:
        parent = register.of("event", row.get("super_event"))
        return not hide or parent is None or parent.get("super_event_type") != "recurring"

    return test


def _event_status(_: Register, value: str, __: Params) -> Test:
    wanted = {one.lower() for one in ids(value)}
    return lambda row: row.get("event_status", "").lower() in wanted


def _is_free(_: Register, value: str, __: Params) -> Test:
    wanted = truth("is_free", value)
    return lambda row: any(offer["is_free"] is wanted for offer in row.get("offers", []))


def _suitable_for(_: Register, value: str, __: Params) -> Test:
    ages = [int(age) for age in ids(value) if age.isdigit()]

    def test(row: Row) -> bool:
        low, high = row.get("audience_min_age"), row.get("audience_max_age")
        if low is None and high is None:
            return False
        return all((low is None or low <= age) and (high is None or age <= high) for age in ages)

    return test


def _number(field: str, *, at_least: bool) -> Filter:
    def build(_: Register, value: str, __: Params) -> Test:
        if not value.isdigit():
            raise Refused({field: ["Syötä luku."]})
        wanted = int(value)

        def test(row: Row) -> bool:
            number = row.get(field)
            return number is not None and (number >= wanted if at_least else number <= wanted)

        return test

    return build


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
        opens, closes = (_enrolment_time(register, row, which) for which in ("start", "end"))
        return (opens is None or opens <= when) and (closes is None or closes >= when)

    return test


def _enrolment_time(register: Register, row: Row, which: str) -> datetime | None:
    name = f"enrolment_{which}_time"
    text = (register.registration_of(row) or {}).get(name) or row.get(name)
    return None if text is None else datetime.fromisoformat(text)


def _sort_keys(register: Register) -> dict[str, Callable[[Row], Any]]:
    return {
        "start_time": lambda row: register.span(row).start,
        "end_time": lambda row: register.span(row).end,
        "duration": lambda row: _lasts(register.span(row)),
        "name": lambda row: (row.get("name") or {}).get("fi"),
        "last_modified_time": lambda row: row["last_modified_time"],
        "enrolment_start": lambda row: _enrolment_time(register, row, "start"),
        "enrolment_end": lambda row: _enrolment_time(register, row, "end"),
        "enrolment_start_time": lambda row: row.get("enrolment_start_time"),
        "enrolment_end_time": lambda row: row.get("enrolment_end_time"),
        "maximum_attendee_capacity": lambda row: row.get("maximum_attendee_capacity"),
        "minimum_attendee_capacity": lambda row: row.get("minimum_attendee_capacity"),
    }


def ordered(rows: Iterable[Row], sort: str | None, keys: Mapping[str, Callable[[Row], Any]], usual: str) -> list[Row]:
    """By the fields of `sort` that are known, ties by id; "-" is descending. What has no value is last, or then first.

    The real register leaves ties in no order at all.
    """
    fields = [field for field in ids(sort or "") if field.removeprefix("-") in keys] or ids(usual)
    found = sorted(rows, key=lambda row: str(row["id"]))
    for field in reversed(fields):
        value = keys[field.removeprefix("-")]
        found.sort(
            key=lambda row: (value(row) is None, 0 if (own := value(row)) is None else own), reverse=field[0] == "-"
        )
    return found


FILTERS: dict[str, Filter] = {
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
    "location": _location,
    "division": _division,
    "bbox": _bbox,
    "dwithin_origin": _dwithin,
    "internet_based": _internet_based,
    "keyword": _any_keyword,
    "keyword_OR": _any_keyword,
    "keyword_AND": _all_keywords,
    "keyword!": _no_keyword,
    "keyword_set_AND": _keyword_set(every=True),
    "keyword_set_OR": _keyword_set(every=False),
    "text": _text,
    "full_text": _full_text,
    "language": _language(spoken=True, written=True),
    "translation": _language(spoken=False, written=True),
    "in_language": _language(spoken=True, written=False),
    "publisher": _publisher,
    "publisher_ancestor": _publisher_ancestor,
    "data_source": _field("data_source"),
    "data_source!": _field("data_source", negated=True),
    "ids": _field("id"),
    "super_event": _field_or_none("super_event"),
    "super_event_type": _field_or_none("super_event_type"),
    "hide_super_event": _hide_super_event,
    "hide_recurring_children": _hide_recurring_children,
    "event_status": _event_status,
    "is_free": _is_free,
    "suitable_for": _suitable_for,
    "audience_min_age_lt": _number("audience_min_age", at_least=False),
    "audience_min_age_gt": _number("audience_min_age", at_least=True),
    "audience_max_age_lt": _number("audience_max_age", at_least=False),
    "audience_max_age_gt": _number("audience_max_age", at_least=True),
    "maximum_attendee_capacity_gte": _number("maximum_attendee_capacity", at_least=True),
    "maximum_attendee_capacity_lte": _number("maximum_attendee_capacity", at_least=False),
    "minimum_attendee_capacity_gte": _number("minimum_attendee_capacity", at_least=True),
    "minimum_attendee_capacity_lte": _number("minimum_attendee_capacity", at_least=False),
    "registration": _registration,
    "registration__remaining_attendee_capacity__gte": _remaining,
    "enrolment_open": _enrolment_open(waiting_list=False),
    "enrolment_open_waitlist": _enrolment_open(waiting_list=True),
    "enrolment_open_on": _enrolment_open_on,
}
