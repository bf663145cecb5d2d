"""A list that the index can answer: by keyset, at the root or under many parents at once.

Under parents it is one statement: `json_each` of the parents, and for each a lateral subquery with its own LIMIT
(0.13 ms for five events of each of twenty places, where `row_number()` takes 10.8). Totals are a statement of their
own, asked only if somebody wants them. The text of a statement is built in a fixed order, so that the connection's
cache of prepared statements finds it again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

MOST_COUNTED = 10_000  # above this a total is a lower bound: nobody reads the difference, and counting costs


class Under(msgspec.Struct, frozen=True, kw_only=True):
    """How rows hang on a parent `p.value`: a table of links beside `t` (joined), or a condition on `t` alone.

    `same`: what stands in the link as it does in `t`. Where a sort is made of such columns alone, the link is read in
    its order and the page ends after its last row, however many rows the parent has.
    `given`: a table that the link is, made for this statement: "WITH near AS MATERIALIZED (…)"; its `params`.
    """

    condition: str
    link: str | None = None  # "event_area l ON l.event = t.rid"; read first
    same: Mapping[str, str] = msgspec.field(default_factory=dict)
    given: str = ""
    params: Mapping[str, Any] = msgspec.field(default_factory=dict)


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """`sort`: expressions over `t`, and under parents `p.value`, all in one direction, `t.rid` added to break ties.
    `where`: conditions over `t`. `counted`: those for totals, where what fills a page soon would count slowly; None:
    the same.
    """

    table: str
    sort: tuple[str, ...]
    descending: bool = False
    where: tuple[str, ...] = ()
    params: Mapping[str, Any] = msgspec.field(default_factory=dict)
    under: Under | None = None
    counted: tuple[str, ...] | None = None

    def page(
        self, parents: Sequence[int] | None, limit: int | None, after: Sequence[Any] | None
    ) -> tuple[str, dict[str, Any]]:
        """Rows (parent, rid, sort values…), at most `limit` for each parent, in order."""
        columns = ", ".join(f"{expression} AS k{i}" for i, expression in enumerate(self.sort))
        direction = " DESC" if self.descending else ""
        order = ", ".join(f"k{i}{direction}" for i in range(len(self.sort))) + (", " if self.sort else "")
        params: dict[str, Any] = dict(self.params)
        keys: tuple[str, ...] = (*self.sort, "t.rid")
        if parents is not None and self.under is not None and all(key in self.under.same for key in keys):
            keys = tuple(self.under.same[key] for key in keys)
        conditions = list(self.where)
        if after is not None:
            sign = "<" if self.descending else ">"
            # the index is entered at the cursor: another bound of the same side would be tried first, and walked from
            conditions = [f"+{bound}" if bound.startswith(f"{keys[0]} {sign}") else bound for bound in conditions]
            marks = ", ".join(f":after{i}" for i in range(len(after)))
            conditions.append(f"({', '.join(keys)}) {sign} ({marks})")
            params.update({f"after{i}": value for i, value in enumerate(after)})
        cut = "" if limit is None else " LIMIT :limit"
        if limit is not None:
            params["limit"] = limit
        selected = f"t.rid AS rid, {columns}" if columns else "t.rid AS rid"
        if parents is None:
            source = f"{self.table} t"
            tail = f"{_where(conditions)} ORDER BY {order}rid{direction}{cut}"
            return f"SELECT 0, {_names(self.sort)} FROM (SELECT {selected} FROM {source}{tail})", params
        source, conditions, given = self._hanging(conditions, params, parents)
        in_order = ", ".join(f"{key}{direction}" for key in keys)
        inner = f"SELECT t.rid FROM {source}{_where(conditions)} ORDER BY {in_order}{cut}"
        # Gathered and spread again: a list in an IN the planner may test against every row of the table, if its figures
        # are from before the rows came, and then anew for each.
        sql = (
            f"{given}SELECT p.value, {selected} FROM json_each(:parents) p"
            f" CROSS JOIN json_each((SELECT json_group_array(rid) FROM ({inner}))) r"
            f" CROSS JOIN {self.table} t ON t.rid = r.value ORDER BY p.key, {order}t.rid{direction}"
        )
        return sql, params

    def total(self, parents: Sequence[int] | None) -> tuple[str, dict[str, Any]]:
        """Rows (parent, count), the count at most MOST_COUNTED + 1."""
        params: dict[str, Any] = {**self.params, "most": MOST_COUNTED + 1}
        where = self.where if self.counted is None else self.counted
        if parents is None:
            counted = f"SELECT 1 FROM {self.table} t{_where(where)} LIMIT :most"
            return f"SELECT 0, count(*) FROM ({counted})", params
        source, conditions, given = self._hanging(where, params, parents)
        counted = f"SELECT 1 FROM {source}{_where(conditions)} LIMIT :most"
        return (
            f"{given}SELECT p.value, (SELECT count(*) FROM ({counted})) FROM json_each(:parents) p ORDER BY p.key",
            params,
        )

    def tally(self, parents: Sequence[int] | None, by: str) -> tuple[str, dict[str, Any]]:
        """Rows (parent, value of the expression `by`, count); what has no row has none."""
        params: dict[str, Any] = dict(self.params)
        if parents is None:
            return f"SELECT 0, {by}, count(*) FROM {self.table} t{_where(self.where)} GROUP BY 2", params
        source, conditions, given = self._hanging(self.where, params, parents)
        sql = f"SELECT p.value, {by}, count(*) FROM json_each(:parents) p CROSS JOIN {source}{_where(conditions)}"
        return f"{given}{sql} GROUP BY 1, 2", params

    def _hanging(
        self, conditions: Sequence[str], params: dict[str, Any], parents: Sequence[int]
    ) -> tuple[str, list[str], str]:
        """What is read, and under which conditions, for one parent `p.value`; and what is said before it all."""
        under = self.under
        assert under is not None, "a list under parents says how it hangs on them"
        params |= {**under.params, "parents": msgspec.json.encode(list(parents)).decode()}
        given = f"{under.given} " if under.given else ""
        if under.link is None:
            return f"{self.table} t", [under.condition, *conditions], given
        link, _, tie = under.link.partition(" ON ")
        return f"{link} CROSS JOIN {self.table} t", [under.condition, tie, *conditions], given


class Conditions:
    """Collects the conditions of a filter, in the order in which the filter's fields are read."""

    def __init__(self) -> None:
        self.where: list[str] = []
        self.params: dict[str, Any] = {}

    def add(self, condition: str, **params: Any) -> None:
        self.where.append(condition)
        self.params.update(params)

    def any_of(self, expression: str, name: str, values: Sequence[Any]) -> None:
        """`expression` is one of `values`, however many: one parameter, one statement."""
        self.add(
            f"{expression} IN (SELECT value FROM json_each(:{name}))",
            **{name: msgspec.json.encode(list(values)).decode()},
        )


def _where(conditions: Sequence[str]) -> str:
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


def _names(sort: Sequence[str]) -> str:
    return ", ".join(("rid", *(f"k{i}" for i in range(len(sort)))))
