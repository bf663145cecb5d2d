"""How deep a document asks, in time linear in its size: each fragment is measured once, however often it is spread.

(Strawberry's own limiter follows every spread: thirty fragments that each spread the next twice keep it for years.)
"""

from __future__ import annotations

from typing import NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from hub.errors import QueryTooDeep

MOST = 12
MOST_INTROSPECTION = 16  # the query that every tool sends is 15 deep
INTROSPECTION = frozenset({"__schema", "__type"})


class Depth(NamedTuple):
    """Levels of fields: of what is asked of the graph, and of what is asked of the schema."""

    graph: int = 0
    schema: int = 0


class _Measure:
    def __init__(self, document: DocumentNode) -> None:
        self._fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self._measured: dict[str, Depth] = {}

    def below(self, selections: SelectionSetNode | None) -> Depth:
        graph = schema = 0
        for selection in selections.selections if selections is not None else ():
            if isinstance(selection, FieldNode):
                inner = self.below(selection.selection_set)
                if selection.name.value in INTROSPECTION:
                    depth = Depth(0, 1 + max(inner))
                else:
                    depth = Depth(1 + inner.graph, 1 + inner.schema if inner.schema else 0)
            elif isinstance(selection, InlineFragmentNode):
                depth = self.below(selection.selection_set)
            else:
                assert isinstance(selection, FragmentSpreadNode)
                depth = self._of_fragment(selection.name.value)
            graph, schema = max(graph, depth.graph), max(schema, depth.schema)
        return Depth(graph, schema)

    def _of_fragment(self, name: str) -> Depth:
        if name not in self._measured:
            self._measured[name] = Depth()  # of a ring of fragments or one that is not there, which validation refuses
            if name in self._fragments:
                self._measured[name] = self.below(self._fragments[name].selection_set)
        return self._measured[name]


def depth_of(document: DocumentNode) -> Depth:
    """Of its deepest operation."""
    measure = _Measure(document)
    depths = [
        measure.below(definition.selection_set)
        for definition in document.definitions
        if isinstance(definition, OperationDefinitionNode)
    ]
    return Depth(max((d.graph for d in depths), default=0), max((d.schema for d in depths), default=0))


def check(document: DocumentNode) -> None:
    """QueryTooDeep for a document that asks too deep."""
    depth = depth_of(document)
    if depth.graph > MOST:
        raise QueryTooDeep(f"the query is {depth.graph} fields deep; {MOST} are allowed")
    if depth.schema > MOST_INTROSPECTION:
        raise QueryTooDeep(f"the introspection is {depth.schema} fields deep; {MOST_INTROSPECTION} are allowed")
