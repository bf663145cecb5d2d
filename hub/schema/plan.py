"""What an operation would read and ask, step by step, told from the schema without running it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    get_nullable_type,
    is_list_type,
)
from graphql.utilities import value_from_ast_untyped

from hub.domain.lists import PageArgs
from hub.domain.reading import Asks
from hub.errors import BadInput
from hub.schema.edges import Served, answering
from hub.schema.node import kinds_of


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A field that costs something. `parents`: for how many rows it is answered at most; None: nobody can tell before.
    `kinds`: of records that are read. `asks`: whom it may have to ask.
    """

    path: str
    gives: str
    served: Served
    by: str | None
    parents: int | None
    kinds: tuple[str, ...]
    asks: Asks | None


def plan(
    schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, variables: Mapping[str, Any]
) -> list[Step]:
    """In the order in which the fields stand. `variables`: as they were given; what is missing has its default.

    GraphQLError, at the field, for a page that no list gives.
    """
    defaults = {
        definition.variable.name.value: value_from_ast_untyped(definition.default_value)
        for definition in operation.variable_definitions or ()
        if definition.default_value is not None
    }
    assert schema.query_type is not None
    walker = _Walker(schema, document, {**defaults, **variables})
    return list(walker.below(operation.selection_set, schema.query_type, "", 1))


class _Walker:
    def __init__(self, schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]) -> None:
        self._schema = schema
        self._variables = dict(variables)
        self._fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }

    def below(
        self,
        selections: SelectionSetNode,
        of: GraphQLObjectType | GraphQLInterfaceType,
        path: str,
        parents: int | None,
        page: int | None = None,
    ) -> Iterator[Step]:
        """`page`: how many rows each of these lists has at most, where they are pages."""
        for selection in selections.selections:
            if not self._is_wanted(selection.directives):
                continue
            if isinstance(selection, FieldNode):
                yield from self._field(selection, of, path, parents, page)
                continue
            if isinstance(selection, FragmentSpreadNode):
                part: InlineFragmentNode | FragmentDefinitionNode = self._fragments[selection.name.value]
            else:
                assert isinstance(selection, InlineFragmentNode)
                part = selection
            named = part.type_condition
            inner: Any = of if named is None else self._schema.type_map[named.name.value]
            yield from self.below(part.selection_set, inner, path, parents, page)

    def _field(
        self,
        node: FieldNode,
        of: GraphQLObjectType | GraphQLInterfaceType,
        path: str,
        parents: int | None,
        page: int | None,
    ) -> Iterator[Step]:
        name = node.name.value
        if name.startswith("_"):
            return  # the schema's own, and the gateway's
        field = of.fields[name]
        shown = name if node.alias is None else node.alias.value
        here = f"{path}.{shown}" if path else shown
        given = self._arguments(node, field)
        kind: Any = get_named_type(field.type)
        how = answering(field)
        asks = how.reading.asks
        if asks is not None and asks.spared is not None and asks.spared(given):
            asks = None
        ids = len(given["ids"]) if isinstance(given.get("ids"), list) else None
        if of is self._schema.query_type or how.served not in {Served.ATTRIBUTE, Served.REQUEST}:
            own = how.reading.kinds
            yield Step(
                path=here,
                gives=f"{field.type}",
                served=Served.INDEX if asks is None else how.served,
                by=how.by,
                parents=parents if ids is None else ids,
                kinds=tuple(dict.fromkeys((*kinds_given(kind), *own))) or kinds_given(of),
                asks=asks,
            )
        if node.selection_set is None:
            return
        first = _page_of(node, kind, given)
        if not is_list_type(get_nullable_type(field.type)):
            yield from self.below(node.selection_set, kind, here, parents, first)
            return
        each = next((size for size in (page, ids, first) if size is not None), None)
        rows = None if parents is None or each is None else parents * each
        yield from self.below(node.selection_set, kind, here, rows)

    def _arguments(self, node: FieldNode, field: GraphQLField) -> dict[str, Any]:
        """As they stand in the document, with variables and defaults filled in."""
        given = {name: one.default_value for name, one in field.args.items() if isinstance(one.default_value, int)}
        told = {one.name.value: value_from_ast_untyped(one.value, self._variables) for one in node.arguments or ()}
        return {**given, **{name: value for name, value in told.items() if value is not None}}

    def _is_wanted(self, directives: Any) -> bool:
        for directive in directives or ():
            for argument in directive.arguments or ():
                said = value_from_ast_untyped(argument.value, self._variables)
                if said is (directive.name.value == "skip"):
                    return False
        return True


def kinds_given(kind: Any) -> tuple[str, ...]:
    """The kinds of records that a type of node, or the rows of a page, are made of; none for anything else."""
    if kind.name.endswith("Connection") and isinstance(kind, GraphQLObjectType):
        kind = get_named_type(kind.fields["nodes"].type)
    return kinds_of(kind.name)


def _page_of(node: FieldNode, kind: Any, given: Mapping[str, Any]) -> int | None:
    first = given.get("first")
    if not isinstance(first, int):
        return None
    if kind.name.endswith("Connection"):
        try:
            PageArgs(first=first)
        except BadInput as error:
            raise GraphQLError(f"{error}", node) from error
    return first
