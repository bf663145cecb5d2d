"""Tells how the graph is answered without asking it: `hub schema --edges`, `hub explain FILE`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from graphql import GraphQLError, OperationDefinitionNode, OperationType, get_operation_ast
from graphql.execution.values import get_variable_values
from rich.console import Console
from rich.table import Column, Table

from hub.app import create_app, running
from hub.configured import Settings
from hub.domain.answers import state_of
from hub.domain.city import City, Hall
from hub.errors import HubError
from hub.exchange import Wire
from hub.http.documents import Documents, Unreadable
from hub.schema.edges import Edge, Served
from hub.schema.plan import Step, plan
from hub.schema.schema import schema
from hub.wiring import Clock, utc_now

MANY = 1_000_000  # rows, where nobody can tell how many: what is asked about them has bounds of its own


class WrongDocument(HubError):
    """`mistakes`: one a line, each with file, line and column where it has them."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))


class FromSource(msgspec.Struct, frozen=True, kw_only=True):
    """A source whose records are read: of which kinds, and how they stand here (None: nothing was harvested here)."""

    source: str
    kinds: list[str]
    state: str | None = None
    age_seconds: float | None = None


class AskedSource(msgspec.Struct, frozen=True, kw_only=True):
    """A source that may be asked, with so many requests at most (retries apart; what is cached needs none)."""

    source: str
    requests: int


class Explained(msgspec.Struct, frozen=True, kw_only=True):
    """One field. `rows`: for how many it is answered at most; None: nobody can tell before."""

    path: str
    gives: str
    served: Served
    by: str | None
    rows: int | None
    reads: list[FromSource]
    asks: list[AskedSource]


def steps_of(file: Path, variables: Mapping[str, Any] | None, name: str | None) -> list[Step]:
    """WrongDocument if it is none that the graph would run; OSError or UnicodeError if it can't be read at all."""
    core = schema._schema  # noqa: SLF001 - Strawberry has no public name for it
    try:
        document = Documents(core).read(file.read_text(encoding="utf-8"))
    except Unreadable as unreadable:
        raise WrongDocument([_said(file, error) for error in unreadable.errors]) from unreadable
    operation = get_operation_ast(document, name)
    if operation is None:
        there = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
        names = ", ".join(one.name.value for one in there if one.name is not None) or "none with a name"
        raise WrongDocument([f"{file}: name one of its operations with --operation; there are {names}"])
    if operation.operation is not OperationType.QUERY:
        raise WrongDocument([f"{file}: this graph is read only: queries alone"])
    if variables is not None:
        read = get_variable_values(core, operation.variable_definitions or (), dict(variables))
        if isinstance(read, list):
            raise WrongDocument([_said(file, error) for error in read])
    try:
        return plan(core, document, operation, variables or {})
    except GraphQLError as error:
        raise WrongDocument([_said(file, error)]) from error


def _said(file: Path, error: GraphQLError) -> str:
    at = "".join(f":{place.line}:{place.column}" for place in (error.locations or ())[:1])
    return f"{file}{at}: {error.message}"


def variables_of(text: str | None) -> dict[str, Any] | None:
    """WrongDocument if it is no JSON object."""
    if text is None:
        return None
    try:
        told = json.loads(text)
    except ValueError as error:
        raise WrongDocument([f"--variables: not JSON: {error}"]) from error
    if not isinstance(told, dict):
        raise WrongDocument(["--variables: a JSON object is expected"])
    return told


async def explain(
    settings: Settings, steps: Sequence[Step], *, wire: Wire | None = None, clock: Clock = utc_now
) -> list[Explained]:
    """With the sources that are configured, and how old what they gave is, if there is an index."""
    async with running(create_app(settings, wire=wire, clock=clock)) as app:
        hall: Hall = app.state.hall
        city = City(hall)
        return [
            Explained(
                path=step.path,
                gives=step.gives,
                served=step.served,
                by=step.by,
                rows=step.parents,
                reads=_read(city, step),
                asks=_asked(hall, step),
            )
            for step in steps
        ]


def _read(city: City, step: Step) -> list[FromSource]:
    found: dict[str, FromSource] = {}
    for gathered in city.gathering(*step.kinds):
        source = city.sources[gathered.source]
        said = state_of(city, gathered) if city.index.is_there else None
        age = None if said is None or said.fetched_at is None else (city.now() - said.fetched_at).total_seconds()
        known = found.get(source.id)
        kinds = [*(known.kinds if known else ()), gathered.kind]
        found[source.id] = FromSource(
            source=source.name, kinds=kinds, state=None if said is None else said.state.value, age_seconds=age
        )
    return list(found.values())


def _asked(hall: Hall, step: Step) -> list[AskedSource]:
    if step.asks is None:
        return []
    rows = MANY if step.parents is None else step.parents
    who: Mapping[str, Any] = getattr(hall, step.asks.whom)
    return [
        AskedSource(source=hall.sources[id_].name, requests=step.asks.requests(one, rows))
        for id_, one in who.items()
        if id_ not in hall.off
    ]


def show_edges(edges: Sequence[Edge], out: Console) -> None:
    """Without those that cost nothing."""
    table = _table("edge", "gives", "served from", "by")
    costly = [edge for edge in edges if edge.served is not Served.ATTRIBUTE]
    for edge in costly:
        served = f"{edge.served}" if edge.parents is None else f"{edge.served}, {edge.parents} in one operation"
        table.add_row(edge.edge, edge.gives, served, edge.by or "")
    out.print(table)
    out.print(f"{len(edges) - len(costly)} more are attributes of their row.", highlight=False)


def show_plan(explained: Sequence[Explained], out: Console) -> None:
    table = _table("field", "rows", "served from", "reads", "asks at most")
    for one in explained:
        table.add_row(
            one.path,
            "?" if one.rows is None else f"{one.rows}",
            f"{one.served}",
            ", ".join(_with_age(source) for source in one.reads),
            ", ".join(f"{source.source} {source.requests}×" for source in one.asks),
        )
    out.print(table)
    most: dict[str, int] = {}
    for one in explained:
        for asked in one.asks:
            most[asked.source] = most.get(asked.source, 0) + asked.requests
    told = ", ".join(f"{source} {requests}" for source, requests in most.items())
    out.print(f"Requests at most: {told}." if told else "No service is asked: the index has it all.", highlight=False)


def _table(*columns: str) -> Table:
    """Names are one long word each: on a narrow page they go on in the next line, whole."""
    return Table(*(Column(name, overflow="fold") for name in columns))


def _with_age(source: FromSource) -> str:
    if source.state is None:
        return source.source
    age = "" if source.age_seconds is None else f" {_short(source.age_seconds)}"
    return f"{source.source}{age}" + ("" if source.state == "FRESH" else f" {source.state}")


def _short(seconds: float) -> str:
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
