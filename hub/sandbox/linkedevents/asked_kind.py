"""The parameters of an event list that are about what an event is, for whom, and whose."""

from __future__ import annotations

from hub.sandbox.linkedevents.parameters import Params, Refused, ids, truth
from hub.sandbox.linkedevents.register import Filter, Register, Test
from hub.sandbox.linkedevents.rows import Row, Rows


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


KIND: dict[str, Filter] = {
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
}
