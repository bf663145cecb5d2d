"""The rarer filters of events, as conditions over `t`: facts that few ask for lie in tables of their own."""

from __future__ import annotations

from datetime import datetime

import msgspec

from hub.index.epochs import UNKNOWN_START, epoch
from hub.index.languages import mask
from hub.index.listing import Conditions


class Between(msgspec.Struct, frozen=True, kw_only=True):
    """Whole numbers from `first` to `last`, both in; None: open."""

    first: int | None = None
    last: int | None = None


class Details(msgspec.Struct, frozen=True, kw_only=True):
    """None or empty: any. A fact that an event's source does not tell never matches, unless said otherwise.

    Times of day are minutes after Helsinki's midnight; a whole-day event has none. Weekdays are ISO numbers (1 Monday)
    of the first day. Durations are minutes, to the effective end.
    """

    weekdays: tuple[int, ...] = ()
    starts_between: Between | None = None
    ends_between: Between | None = None
    minutes: Between | None = None
    spoken: tuple[str, ...] = ()
    written: tuple[str, ...] = ()
    keywords_all: tuple[int, ...] = ()
    keywords_none: tuple[int, ...] = ()
    keyword_groups: tuple[tuple[int, ...], ...] = ()  # of each group any
    keyword_sets: tuple[int, ...] = ()  # a keyword of any of these sets
    keyword_sets_all: tuple[int, ...] = ()  # of each of them at least one
    keyword_sets_none: tuple[int, ...] = ()
    min_age: Between | None = None
    max_age: Between | None = None
    organisers_within: tuple[int, ...] = ()  # these and whatever belongs to them
    is_in_series: bool | None = None
    modified_since: datetime | None = None
    data_sources: tuple[str, ...] = ()  # of a register that gathers several
    data_sources_none: tuple[str, ...] = ()
    capacity: Between | None = None
    least: Between | None = None  # so many have to come, or it does not take place
    is_outdoors: bool | None = None
    needs_enrolment: bool | None = None
    remaining_places: int | None = None  # at least so many, or no limit


def conditions(c: Conditions, wanted: Details) -> None:
    """Adds what `wanted` says, field by field."""
    if wanted.weekdays:
        bits = sum(1 << (day - 1) for day in set(wanted.weekdays))
        _detail(c, "d.weekday & :weekdays", weekdays=bits)
    _detail_between(c, "d.starts", "starts", wanted.starts_between)
    _detail_between(c, "d.ends", "ends", wanted.ends_between)
    if wanted.minutes is not None:
        c.add(f"t.starts < {UNKNOWN_START}")
        _between(c, "(t.ends - t.starts) / 60", "minutes", wanted.minutes)
    if wanted.spoken:
        _detail(c, "d.spoken & :spoken", spoken=mask(wanted.spoken))
    if wanted.written:
        _detail(c, "d.written & :written", written=mask(wanted.written))
    for i, keyword in enumerate(wanted.keywords_all):
        c.add(f"{_KEYWORD} AND k.keyword = :all{i})", **{f"all{i}": keyword})
    for i, group in enumerate(wanted.keyword_groups):
        c.add(
            f"{_KEYWORD} AND k.keyword IN (SELECT value FROM json_each(:group{i})))", **{f"group{i}": f"{list(group)}"}
        )
    if wanted.keywords_none:
        c.add(
            f"NOT {_KEYWORD} AND k.keyword IN (SELECT value FROM json_each(:none)))",
            none=f"{list(wanted.keywords_none)}",
        )
    if wanted.keyword_sets:
        c.add(f"{_IN_SETS} (SELECT value FROM json_each(:sets)))", sets=f"{list(wanted.keyword_sets)}")
    for i, one in enumerate(wanted.keyword_sets_all):
        c.add(f"{_IN_SETS} (:set{i}))", **{f"set{i}": one})
    if wanted.keyword_sets_none:
        none = f"{list(wanted.keyword_sets_none)}"
        c.add(f"NOT {_IN_SETS} (SELECT value FROM json_each(:no_sets)))", no_sets=none)
    _between(c, "t.min_age", "min_age", wanted.min_age)
    _between(c, "t.max_age", "max_age", wanted.max_age)
    if wanted.organisers_within:
        c.add(
            "EXISTS (SELECT 1 FROM event_organiser l WHERE l.event = t.rid AND l.organiser IN"
            " (WITH RECURSIVE below(rid) AS (SELECT value FROM json_each(:within)"
            " UNION SELECT o.rid FROM organisation o JOIN below b ON o.parent = b.rid) SELECT rid FROM below))",
            within=f"{list(wanted.organisers_within)}",
        )
    if wanted.is_in_series is not None:
        no = "" if wanted.is_in_series else "NOT "
        c.add(f"{no}EXISTS (SELECT 1 FROM event_series s WHERE s.event = t.rid)")
    if wanted.modified_since is not None:
        c.add("t.modified >= :modified", modified=epoch(wanted.modified_since))
    if wanted.data_sources:
        _detail(
            c,
            "d.data_source IN (SELECT value FROM json_each(:data_sources))",
            data_sources=msgspec.json.encode(list(wanted.data_sources)).decode(),
        )
    if wanted.data_sources_none:
        c.add(
            "NOT EXISTS (SELECT 1 FROM event_detail d WHERE d.rid = t.rid"
            " AND d.data_source IN (SELECT value FROM json_each(:no_data_sources)))",
            no_data_sources=msgspec.json.encode(list(wanted.data_sources_none)).decode(),
        )
    _detail_between(c, "d.capacity", "capacity", wanted.capacity)
    _detail_between(c, "d.least", "least", wanted.least)
    if wanted.is_outdoors is not None:
        _detail(c, "d.outdoors = :outdoors", outdoors=int(wanted.is_outdoors))
    if wanted.needs_enrolment is not None:
        c.add("t.enrol = :needs", needs=int(wanted.needs_enrolment))
    if wanted.remaining_places is not None:
        c.add(
            "EXISTS (SELECT 1 FROM event_seats s WHERE (s.event = t.rid OR s.event IN"
            " (SELECT m.member FROM event_member m WHERE m.event = t.rid))"
            " AND coalesce(s.remaining, :seats) >= :seats)",
            seats=wanted.remaining_places,
        )


_IN_SETS = (
    "EXISTS (SELECT 1 FROM event_keyword k JOIN keyword_in_set w ON w.keyword = k.keyword"
    " WHERE k.event = t.rid AND w.keyword_set IN"
)
_KEYWORD = "EXISTS (SELECT 1 FROM event_keyword k WHERE k.event = t.rid"


def _detail(c: Conditions, condition: str, **params: int | str) -> None:
    c.add(f"EXISTS (SELECT 1 FROM event_detail d WHERE d.rid = t.rid AND {condition})", **params)


def _bounds(expression: str, name: str, between: Between) -> tuple[str, dict[str, int]]:
    parts, params = [], {}
    for bound, sign in (("first", ">="), ("last", "<=")):
        value = getattr(between, bound)
        if value is not None:
            parts.append(f"{expression} {sign} :{name}_{bound}")
            params[f"{name}_{bound}"] = value
    return " AND ".join(parts), params


def _between(c: Conditions, expression: str, name: str, between: Between | None) -> None:
    if between is not None:
        condition, params = _bounds(expression, name, between)
        if condition:
            c.add(condition, **params)


def _detail_between(c: Conditions, expression: str, name: str, between: Between | None) -> None:
    if between is not None:
        condition, params = _bounds(expression, name, between)
        if condition:
            _detail(c, condition, **params)
