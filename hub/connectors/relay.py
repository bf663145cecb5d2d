"""What a GraphQL upstream's reply says: the errors beside the data, null nodes, and pages of a Relay connection.

A reply is one of: data; data with nulls and errors (what is usable is kept); errors alone, with status 200 or 400
(UpstreamRefused, with the field that is gone where a validation error names one); anything else (PayloadChanged).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import ceil
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

from hub.errors import BadInput, PayloadChanged, UpstreamRefused
from hub.fetch import Dropped, Reply, key_of, reason_of

T = TypeVar("T")
E = TypeVar("E", bound="Edges")

UNKNOWN_FIELD = re.compile(r"Cannot query field ['\"](\w+)['\"] on type ['\"](\w+)['\"]")


class _Extensions(msgspec.Struct):
    code: str | None = None


class Problem(msgspec.Struct):
    """One of a reply's `errors`."""

    message: str = ""
    path: list[str | int] | None = None
    extensions: _Extensions | None = None

    @property
    def code(self) -> str | None:
        return self.extensions.code if self.extensions else None

    @property
    def told(self) -> str:
        return f"{self.code or ''} {self.message[:200]}".strip() or "an error without a message"


class _Body(msgspec.Struct):
    data: dict[str, msgspec.Raw] | None = None
    errors: list[Problem] | None = None


class _PageInfo(msgspec.Struct, rename="camel"):
    has_next_page: bool
    end_cursor: Annotated[str, Meta(max_length=1_000)] | None


class _Edge(msgspec.Struct):
    node: msgspec.Raw


class Edges(msgspec.Struct, rename="camel"):
    """What a connection must have: ask for `edges { node { … } }`."""

    edges: list[_Edge | None]


class Connection(Edges):
    """One page of several: ask for `totalCount pageInfo { hasNextPage endCursor }` too."""

    total_count: Annotated[int, Meta(ge=0)]  # the guard counts with it
    page_info: _PageInfo


class Position(msgspec.Struct, frozen=True):
    """Which page was asked: its number, from 1, and the upstream's cursor before it. Ours is "<number>.<theirs>"."""

    number: int = 1
    cursor: str | None = None

    @classmethod
    def read(cls, after: str | None) -> Position:
        if after is None:
            return cls()
        number, _, cursor = after.partition(".")
        if not (number.isascii() and number.isdigit() and len(number) < 7 and cursor):
            raise BadInput(f"{after[:40]!r} is no cursor of a harvest")
        return cls(int(number), cursor)

    def next(self, connection: Connection, first: int) -> tuple[str | None, bool]:
        """Our cursor for the page after this one, and whether the list can still be complete.

        An upstream that can't read its cursor may give the first page again, whose end we have seen; a longer circle
        ends with the number of pages that the total allows, one more for what came in between.
        """
        end = connection.page_info.end_cursor
        if not connection.page_info.has_next_page:
            return None, True
        if not end or end == self.cursor or self.number >= ceil(connection.total_count / first) + 1:
            return None, False
        return f"{self.number + 1}.{end}", True


def is_null(raw: msgspec.Raw) -> bool:
    return bytes(raw).strip() == b"null"


def root(reply: Reply, field: str) -> tuple[msgspec.Raw, tuple[Problem, ...]]:
    """What stands under the operation's only field (it may be null), and the errors beside it."""
    if reply.status != 200:
        try:
            refusal = reply.json(_Body)
        except PayloadChanged:  # a gateway's own page: refused all the same
            raise refused(reply, ()) from None
        raise refused(reply, refusal.errors or ())
    body = reply.json(_Body)
    problems = tuple(body.errors or ())
    if body.data is None or field not in body.data:
        raise refused(reply, problems) if problems else reply.changed(f"no data.{field}")
    return body.data[field], problems


def value(reply: Reply, field: str, shape: type[T]) -> tuple[T, tuple[Problem, ...]]:
    """The same, read, where null is no answer."""
    raw, problems = root(reply, field)
    if is_null(raw):
        raise refused(reply, problems) if problems else reply.changed(f"data.{field} is null")
    try:
        return msgspec.json.decode(raw, type=shape), problems
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise reply.changed(f"data.{field}: {reason_of(error)}") from error


def nodes(
    reply: Reply, field: str, shape: type[E], *, key: str, whole: bool = False
) -> tuple[E, list[msgspec.Raw], list[Dropped]]:
    """The nodes of a connection, and those that are null because a field inside them failed, each with its reason.
    `whole`: also without those in which only a nullable field failed, where a null says something of its own.
    """
    connection, problems = value(reply, field, shape)
    why: dict[int, str] = {}
    for problem in problems:
        match problem.path:
            case [_, "edges", int(position), *_]:
                why.setdefault(position, problem.told)
    raws: list[msgspec.Raw] = []
    lost: list[Dropped] = []
    for position, edge in enumerate(connection.edges):
        where = f"{field}.edges.{position}"
        if edge is None or is_null(edge.node):
            lost.append(Dropped(key=None, reason=why.get(position, "the node is null"), where=where))
        elif whole and position in why:
            lost.append(Dropped(key=key_of(edge.node, key), reason=why[position], where=where))
        else:
            raws.append(edge.node)
    if lost and not raws:
        raise refused(reply, problems) if problems else reply.changed(f"every node of {field} is null")
    return connection, raws, lost


def refused(reply: Reply, problems: Sequence[Problem]) -> UpstreamRefused:
    told = problems[0].told if problems else f"status {reply.status}"
    if gone := UNKNOWN_FIELD.search(told):
        told = f"it no longer has the field {gone[1]} of {gone[2]}"
    name = reply.source.name
    return UpstreamRefused(f"{name} refused what we asked: {told}", source=name, status=reply.status)
