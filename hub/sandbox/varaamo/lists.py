"""Lists as the upstream gives them: filtered, ordered, and in Relay pages of at most 100 with positions as cursors."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, TypeAlias

from graphql import GraphQLError

Row: TypeAlias = "dict[str, Any]"  # in the wire's own shape: camelCase, None and "" as they come
Args: TypeAlias = "dict[str, Any]"
Test: TypeAlias = Callable[[Row, Any], bool]

MOST = 100
PAGING = {"first", "last", "offset", "after", "before", "orderBy"}
LANGS = ("Fi", "Sv", "En")


def _name_filters() -> dict[str, Test]:
    def equal(field: str, row: Row, wanted: str) -> bool:
        return row.get(field) == wanted

    def holds(field: str, row: Row, wanted: str) -> bool:
        return wanted.casefold() in (row.get(field) or "").casefold()

    def starts(field: str, row: Row, wanted: str) -> bool:
        return (row.get(field) or "").casefold().startswith(wanted.casefold())

    fields = [f"{part}{lang}" for part in ("name", "description") for lang in LANGS]
    tests: dict[str, Test] = {"pk": lambda row, pks: row["pk"] in pks}
    for field in fields:
        tests |= {
            field: partial(equal, field),
            f"{field}_Icontains": partial(holds, field),
            f"{field}_Istartswith": partial(starts, field),
        }
    return tests


NAME_FILTERS = _name_filters()


def kept(
    rows: Iterable[Row],
    args: Args,
    filters: Mapping[str, Test],
    order: Mapping[str, Callable[[Row], Any]] | None = None,
) -> list[Row]:
    """The rows that pass every filter given, in the order asked, else by pk. Nothing given is null or []."""
    chosen = sorted(rows, key=lambda row: int(row["pk"]))
    for name, wanted in args.items():
        if name in PAGING or wanted is None or wanted == []:
            continue
        if name not in filters:
            raise GraphQLError(f"This stand-in has nothing to filter with '{name}'.")
        chosen = [row for row in chosen if filters[name](row, wanted)]
    for choice in reversed(args.get("orderBy") or ()):
        field, direction = (choice[:-4], "Desc") if choice.endswith("Desc") else (choice[:-3], "Asc")
        read = (order or {}).get(field) or partial(_value_of, field)
        chosen = _ordered(chosen, read, reverse=direction == "Desc")
    return chosen


def _ordered(rows: list[Row], read: Callable[[Row], Any], *, reverse: bool) -> list[Row]:
    return sorted(rows, key=lambda row: _nulls_last(read(row)), reverse=reverse)


def _value_of(field: str, row: Row) -> Any:
    return row.get(field)


def _nulls_last(value: Any) -> tuple[bool, Any]:
    if value is None:
        return True, 0
    return False, value.casefold() if isinstance(value, str) else value


def connection(rows: list[Row], args: Args) -> Row:
    """One page. Cursors are positions; one that can't be read is ignored."""
    first, last, offset = args.get("first"), args.get("last"), args.get("offset")
    for word, count in (("first", first), ("last", last)):
        if count is not None and count <= 0:
            raise GraphQLError(f"Argument '{word}' must be a positive integer.")
        if count is not None and count > MOST:
            raise GraphQLError(f"Requesting {word} {count} records exceeds the limit of {MOST}.")
    if first is None and last is None:
        first = MOST
    after, before = _position(args.get("after")), _position(args.get("before"))
    if offset is not None:
        if after is not None or before is not None:
            raise GraphQLError("Can only use either `offset` or `before`/`after` for pagination.")
        if offset < 0:
            raise GraphQLError("Argument `offset` must be a positive integer.")
        after = offset - 1 if offset else None
    for word, position in (("after", after), ("before", before)):
        if position is not None and position < 0:
            raise GraphQLError(f"The node pointed with `{word}` does not exist.")
    start = min(len(rows), 0 if after is None else after + 1)
    stop = len(rows) if before is None else min(len(rows), before)
    if first is not None:
        stop = min(stop, start + first)
    if last is not None:
        start = max(start, stop - last)
    edges = [{"cursor": _cursor(start + step), "node": row} for step, row in enumerate(rows[start:stop])]
    return {
        "totalCount": len(rows),
        "pageInfo": {
            "hasNextPage": stop < len(rows),
            "hasPreviousPage": start > 0,
            "startCursor": edges[0]["cursor"] if edges else None,
            "endCursor": edges[-1]["cursor"] if edges else None,
        },
        "edges": edges,
    }


def _cursor(position: int) -> str:
    return base64.b64encode(f"arrayconnection:{position}".encode()).decode()


def _position(cursor: str | None) -> int | None:
    try:
        return int(base64.b64decode(cursor or "", validate=True).decode().removeprefix("arrayconnection:"))
    except (binascii.Error, ValueError):
        return None
