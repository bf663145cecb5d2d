"""Walks a schema from list to field, asks for every field under one and under many parents, and counts what it costs.

What is asked is made from the schema: a field that is added tomorrow is walked tomorrow. Parents are records of every
kind of node that the index holds; what is no node is reached from the nearest one. A field is answered for all rows at
once if

- parents that are there twice cost no statement more than once, and six not one more for each than three;
- none asks an upstream that does not say so (`hub.domain.reading`), and those that do stay within what they say.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

import msgspec
import orjson
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    is_required_argument,
    is_required_input_field,
)
from strawberry import Schema

from hub.domain import nodes
from hub.domain.city import Hall
from hub.domain.reading import Asks
from hub.http.asking import Asked
from hub.http.graphql import GraphQLEndpoint
from hub.index.read import Index
from hub.index.watched import Watched
from hub.observe.metrics import Metrics
from hub.records.core import LANGUAGES, Ref
from hub.schema.edges import Served, answering, objects_of, rows_of

MANY = 6  # parents
FEW = 3
CANDIDATES = 60  # records of each kind and source among which they are chosen
AT_ONCE = 60  # probes of one operation
PAGE = "first: 2"
SPAN = ("from", "to")
REFUSED = {"BAD_INPUT", "BAD_ID"}  # of an id of another kind than a filter takes
TOO_MANY = "TOO_MANY_LOOKUPS"


class Means(NamedTuple):
    """An id of this type of node was tried in this field of an input type."""

    input: str
    field: str
    node: str


class Probe(NamedTuple):
    """One edge, with the path that leads to it from a node: `provenance { source { state } }`.

    `asks`: whom the edges on the way may ask. `means`: what stands in its filter.
    """

    edge: str
    text: str
    asks: tuple[Asks, ...]
    means: Means | None = None


class Parents(NamedTuple):
    """Nodes of a kind by their ids; or (None) pages of the root's own lists, so many rows long."""

    kind: str
    ids: Sequence[str] | None
    rows: int

    def first(self, rows: int) -> Parents:
        return Parents(self.kind, None if self.ids is None else self.ids[:rows], rows)


class Answered(NamedTuple):
    """What a question cost, and what came. `statements`: how often each was made. `errors`: the code of each probe that
    has one, by its number.
    """

    statements: Counter[str]
    requests: int
    rows: list[dict[str, Any]]
    errors: dict[int, str]


class Walked(NamedTuple):
    """`asked`: every edge that was executed. `empty`: those that no parent had anything behind. `wrong`: in words."""

    asked: set[str]
    empty: set[str]
    wrong: list[str]


class Counting(Watched):
    """The index, and how often it was asked each statement."""

    def __init__(self, index: Index) -> None:
        super().__init__(index)
        self.asked: Counter[str] = Counter()

    def rows(self, sql: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
        self.asked[sql] += 1
        return self._index.rows(sql, params)

    async def slow_rows(
        self, sql: str, params: Sequence[Any] | Mapping[str, Any] = (), *, deadline: float
    ) -> list[tuple[Any, ...]]:
        self.asked[sql] += 1
        return await self._index.slow_rows(sql, params, deadline=deadline)


class Meter:
    """Asks a schema over a hall, and counts the statements and the requests to upstreams that an answer took."""

    def __init__(self, schema: Schema, hall: Hall) -> None:
        self.graph: GraphQLSchema = schema._schema
        self._index = Counting(hall.index)
        self.hall = msgspec.structs.replace(hall, index=self._index)
        self._endpoint = GraphQLEndpoint(schema, self.hall, Metrics(), languages=LANGUAGES)

    async def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        answer = await self._endpoint.answer(Asked(query=query, variables=variables), LANGUAGES)
        told: dict[str, Any] = orjson.loads(answer.body)
        assert answer.executed, told["errors"]
        return told

    async def under(self, parents: Parents, probes: Sequence[Probe]) -> Answered:
        wanted = " ".join(f"p{i}: {probe.text}" for i, probe in enumerate(probes))
        if parents.ids is None:
            query, variables = f"{{ {wanted.replace(PAGE, f'first: {parents.rows}')} }}", {}
        else:
            query = f"query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on {parents.kind} {{ {wanted} }} }} }}"
            variables = {"ids": parents.ids}
        requests = self._requests()
        self._index.asked = Counter()
        told = await self.ask(query, **variables)
        errors = {}
        for error in told.get("errors", ()):
            alias = next(step for step in error["path"] if isinstance(step, str) and step != "nodes")
            errors[int(alias.removeprefix("p"))] = error["extensions"]["code"]
        rows = [told["data"] or {}] if parents.ids is None else [row or {} for row in told["data"]["nodes"]]
        return Answered(self._index.asked, self._requests() - requests, rows, errors)

    def _requests(self) -> int:
        return sum(self.hall.fetcher.requests(source) for source in self.hall.sources)

    async def forget(self) -> None:
        """Whatever was asked is asked once more."""
        for source in self.hall.sources:
            await self.hall.fetcher.purge(source)

    def most(self, asks: Sequence[Asks]) -> int:
        """Requests that those who are asked may be sent for many parents."""
        return sum(one.requests(who, MANY) for one in asks for who in getattr(self.hall, one.whom).values())

    async def parents(self) -> dict[str, list[str]]:
        """Ids by type: of every kind of node some of each source, by turns one with much to tell and any."""
        rows = self.hall.index.rows(
            "SELECT kind, source, key, min(2 * rich, 2 * any_ + 1) AS n FROM (SELECT kind, source, key,"
            " row_number() OVER (PARTITION BY kind, source ORDER BY length(body) DESC, rid) AS rich,"
            " row_number() OVER (PARTITION BY kind, source ORDER BY rid * 7919 % 997, rid) AS any_"
            " FROM record JOIN body USING (rid)) WHERE n <= ? ORDER BY n, kind, source",
            (CANDIDATES,),
        )
        ids = [Ref(kind, source, key).gid for kind, source, key, _ in rows if kind in nodes.NODES]
        found: dict[str, dict[str, None]] = {}
        for start in range(0, len(ids), nodes.MOST_IDS):
            some = ids[start : start + nodes.MOST_IDS]
            told = await self.ask("query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", ids=some)
            for node in filter(None, told["data"]["nodes"]):
                found.setdefault(node["__typename"], {})[node["id"]] = None
        for node in await self._listed():  # of what is no record, but stands in a list of its own
            found.setdefault(node["__typename"], {})[node["id"]] = None
        return {kind: list(ids) for kind, ids in found.items()}

    async def _listed(self) -> list[dict[str, str]]:
        """Nodes of the root's pages, as far as the index gives them."""
        assert self.graph.query_type is not None
        pages = [
            name
            for name, field in self.graph.query_type.fields.items()
            if get_named_type(field.type).name.endswith("Connection")
            and answering(field).reading.asks is None
            and not any(is_required_argument(one) for one in field.args.values())
        ]
        if not pages:
            return []
        wanted = " ".join(f"{page}(first: {MANY}) {{ nodes {{ __typename id }} }}" for page in pages)
        told = await self.ask(f"{{ {wanted} }}")
        return [node for page in told["data"].values() for node in page["nodes"]]


async def walk(meter: Meter) -> Walked:
    """Every edge of the schema, once from the node that is nearest to it."""
    parents = await meter.parents()
    walked = Walked(set(), set(), [])
    node = meter.graph.type_map["Node"]
    kinds = [kind for kind in rows_of(meter.graph) if node in kind.interfaces]
    maker = Maker({kind: ids[0] for kind, ids in parents.items()})
    for kind in kinds:
        found = list(probes(meter.graph, kind, walked.asked, {kind.name for kind in kinds}, maker))
        walked.asked.update(probe.edge for probe in found)
        ids = parents.get(kind.name)
        if not ids:
            walked.wrong.append(f"{kind.name}: the index holds none")
            continue
        many = Parents(kind.name, ids[:MANY], len(ids[:MANY]))
        twice = Parents(kind.name, ids[:MANY] * 2, many.rows)
        sizes = Sizes(many.first(1), many.first(min(FEW, many.rows)), many, twice)
        for some in _together(await _known(meter, sizes, found, maker, walked)):
            await _measure(meter, sizes, some, walked)
    root = meter.graph.query_type
    assert root is not None
    left = [
        probe
        for probe in probes(meter.graph, root, walked.asked, {kind.name for kind in kinds}, maker)
        if not probe.edge.startswith(f"{root.name}.")
    ]
    walked.asked.update(probe.edge for probe in left)
    pages = Parents(root.name, None, MANY)
    sizes = Sizes(pages.first(1), pages.first(FEW), pages, pages)
    for some in _together(await _known(meter, sizes, left, maker, walked)):
        await _measure(meter, sizes, some, walked)
    return walked


class Sizes(NamedTuple):
    one: Parents
    few: Parents
    many: Parents
    twice: Parents


def _together(probes: Sequence[Probe]) -> Iterator[Sequence[Probe]]:
    """Those that ask an upstream apart from those that must not. Of what is a search for each row an operation has only
    so many: those with a filter of their own come alone.
    """
    searching = [probe for probe in probes if any(who.parents for who in probe.asks)]
    own = [probe for probe in probes if not probe.asks]
    asking = [probe for probe in probes if probe.asks and probe not in searching]
    for some in (own, asking, [probe for probe in searching if probe.means is None]):
        for start in range(0, len(some), AT_ONCE):
            yield some[start : start + AT_ONCE]
    yield from ([probe] for probe in searching if probe.means is not None)


async def _known(meter: Meter, sizes: Sizes, probes: Sequence[Probe], maker: Maker, walked: Walked) -> list[Probe]:
    """Those that can be asked: each id that a filter may take was tried, and one kind of them is the right one."""
    asked: list[Probe] = []
    for start in range(0, len(probes), AT_ONCE):
        some = probes[start : start + AT_ONCE]
        one = await meter.under(sizes.one, some)
        for number, probe in enumerate(some):
            code = one.errors.get(number)
            if probe.means is not None and code not in REFUSED:
                maker.learn(probe.means)
            elif probe.means is None and code not in {None, TOO_MANY}:
                walked.wrong.append(f"{probe.edge}: {code}, asked as {probe.text}")
        asked += some
    return [probe for probe in asked if probe.means is None or maker.is_known(probe.means)]


async def _measure(meter: Meter, sizes: Sizes, probes: Sequence[Probe], walked: Walked) -> None:
    few = await meter.under(sizes.few, probes)
    many = await meter.under(sizes.many, probes)
    twice = await meter.under(sizes.twice, probes)
    for number, probe in enumerate(probes):
        if all(row.get(f"p{number}") in (None, []) for row in many.rows):
            walked.empty.add(probe.edge)
    asks = tuple({who for probe in probes for who in probe.asks})
    requests = few.requests + many.requests
    is_search = any(who.parents for who in asks)  # which costs statements for each row too
    grew = max((many.statements - few.statements).values(), default=0)
    is_flat = grew < max(1, sizes.many.rows - sizes.few.rows) or is_search
    if is_flat and twice.statements == many.statements and requests <= meter.most(asks):
        return
    if len(probes) > 1:
        await meter.forget()
        for probe in probes:
            await _measure(meter, sizes, [probe], walked)
        return
    walked.wrong.append(
        f"{probes[0].edge}: {few.statements.total()} statements for {sizes.few.rows} rows of {sizes.few.kind},"
        f" {many.statements.total()} for {sizes.many.rows}, {twice.statements.total()} for the same twice; {requests}"
        f" requests where {meter.most(asks)} are told; asked as {probes[0].text}"
    )


class Maker:
    """Makes arguments from their types. `ids`: one of each type of node."""

    def __init__(self, ids: dict[str, str]) -> None:
        self._ids = ids
        self._known: dict[tuple[str, str], str] = {}  # of which type the ids in a field of an input are

    def learn(self, means: Means) -> None:
        self._known.setdefault((means.input, means.field), means.node)

    def is_known(self, means: Means) -> bool:
        return self._known.get((means.input, means.field)) == means.node

    def given(self, field: GraphQLField) -> Iterator[tuple[str, Means | None]]:
        """What a field needs, with the shortest page; then again with each way to filter by ids."""
        needed = {
            name: made(name, one.type)
            for name, one in field.args.items()
            if is_required_argument(one) or name in SPAN  # one of several ways to say when: this one is enough
        }
        if "first" in field.args:
            needed["first"] = PAGE.removeprefix("first: ")
        yield _written(needed), None
        for name, one in field.args.items():
            kind = get_named_type(one.type)
            if isinstance(kind, GraphQLInputObjectType):
                for key, part in kind.fields.items():
                    if get_named_type(part.type).name == "ID":
                        for node in [known] if (known := self._known.get((kind.name, key))) else self._ids:
                            value = _in_lists(f'"{self._ids[node]}"', part.type)
                            yield _written({**needed, name: f"{{ {key}: {value} }}"}), Means(kind.name, key, node)


def probes(
    graph: GraphQLSchema, top: GraphQLObjectType, taken: set[str], nodes_: set[str], maker: Maker
) -> Iterator[Probe]:
    """The edges of a type of node and of what lies below it that is no node, except those that are `taken`."""
    waiting: deque[tuple[GraphQLObjectType, str, str, tuple[Asks, ...]]] = deque([(top, "", "", ())])
    seen = {top.name}
    while waiting:
        here, before, after, asks = waiting.popleft()
        for name, field in here.fields.items():
            if name.startswith("_"):
                continue  # the gateway's
            own = answering(field).reading.asks
            whom = asks if own is None else (*asks, own)
            if f"{here.name}.{name}" not in taken:
                below = "" if is_leaf_type(get_named_type(field.type)) else " { __typename }"
                for given, means in maker.given(field):
                    yield Probe(f"{here.name}.{name}", f"{before}{name}{given}{below}{after}", whom, means)
            given, _ = next(maker.given(field))
            for kind in objects_of(graph, field):
                if kind.name in nodes_ and is_list_type(get_nullable_type(field.type)):
                    list_ = f"{before}{name}{given}"
                    yield from _of_rows(f"{here.name}.{name}", kind, list_, after, whom, taken, maker)
                if kind.name not in seen | nodes_:
                    seen.add(kind.name)
                    waiting.append((kind, f"{before}{name}{given} {{ ", f" }}{after}", whom))


def _of_rows(
    edge: str,
    kind: GraphQLObjectType,
    before: str,
    after: str,
    asks: tuple[Asks, ...],
    taken: set[str],
    maker: Maker,
) -> Iterator[Probe]:
    """What costs something of the rows of a list of nodes: that they came under several parents must not matter."""
    for name, field in kind.fields.items():
        how = answering(field)
        if how.served is Served.INDEX and f"{edge}.{name}" not in taken:
            below = "" if is_leaf_type(get_named_type(field.type)) else " { __typename }"
            given, _ = next(maker.given(field))
            yield Probe(f"{edge}.{name}", f"{before} {{ {name}{given}{below} }}{after}", asks)


def _written(given: dict[str, str]) -> str:
    return f"({', '.join(f'{name}: {value}' for name, value in given.items())})" if given else ""


def _in_lists(value: str, kind: GraphQLInputType) -> str:
    inner = get_nullable_type(kind)
    return f"[{_in_lists(value, inner.of_type)}]" if is_list_type(inner) else value


AT = datetime(2026, 11, 18, 12, tzinfo=UTC)
DEGREES = {"lat": 60.17, "lon": 24.94}


def made(name: str, kind: GraphQLInputType) -> str:
    """A value of this type, as it stands in a document."""
    inner = get_nullable_type(kind)
    if is_list_type(inner):
        return f"[{made(name, inner.of_type)}]"
    if isinstance(inner, GraphQLEnumType):
        return f"{next(iter(inner.values))}"
    if isinstance(inner, GraphQLInputObjectType):
        parts = {key: made(key, part.type) for key, part in inner.fields.items() if is_required_input_field(part)}
        return f"{{ {', '.join(f'{key}: {value}' for key, value in parts.items())} }}"
    later = timedelta(days=1 if name in {"to", "end", "until", "before"} else 0)
    by_type: dict[str, Any] = {
        "DateTime": (AT + later).isoformat(),
        "Date": f"{date(2026, 11, 18) + later}",
        "Float": DEGREES.get(name, 500.0),
        "Int": 2,
        "Boolean": True,
        "String": "a",
        "ID": "a",
        "LanguageCode": "fi",
    }
    return orjson.dumps(by_type[f"{inner}"]).decode()
