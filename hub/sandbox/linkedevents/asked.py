"""The parameters of an event list: which rows they keep, and in what order.

Left out are `combined_text` (a similarity that nothing here needs) and `*_ongoing*`, whose filters the register drops
whenever its cache is cold, as if they had not been given. Unknown parameters are ignored there, and so they are here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from hub.sandbox.linkedevents.asked_about import ABOUT, any_keyword
from hub.sandbox.linkedevents.asked_kind import KIND
from hub.sandbox.linkedevents.asked_when import WHEN
from hub.sandbox.linkedevents.asked_where import WHERE
from hub.sandbox.linkedevents.parameters import Params, ids, refused, yes
from hub.sandbox.linkedevents.register import Register, Test, enrolment_time, lasts
from hub.sandbox.linkedevents.rows import Row

TYPES = ("general", "course", "volunteering")
FILTERS = {**WHEN, **WHERE, **ABOUT, **KIND}


def listed(register: Register, params: Params) -> list[Row]:
    """The events that the parameters keep, in the order that they ask for; Refused for what can't be read."""
    tests = list(_always(register, params))
    for name, given in params.items():
        if name in FILTERS:
            tests.append(FILTERS[name](register, given, params))
        elif re.fullmatch(r"keyword_OR_set\d+", name):
            tests.append(any_keyword(register, given, params))
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


def _sort_keys(register: Register) -> dict[str, Callable[[Row], Any]]:
    return {
        "start_time": lambda row: register.span(row).start,
        "end_time": lambda row: register.span(row).end,
        "duration": lambda row: lasts(register.span(row)),
        "name": lambda row: (row.get("name") or {}).get("fi"),
        "last_modified_time": lambda row: row["last_modified_time"],
        "enrolment_start": lambda row: enrolment_time(register, row, "start"),
        "enrolment_end": lambda row: enrolment_time(register, row, "end"),
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
