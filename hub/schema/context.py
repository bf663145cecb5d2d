"""What every resolver finds in `info.context`: the city of this request, and batches.

A batch gathers what siblings ask of the same domain function within one turn of the loop, so that N parents cost one
query or one look-up.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import strawberry
from strawberry.dataloader import DataLoader
from strawberry.types.nodes import SelectedField, Selection

from hub.domain import nodes
from hub.domain.city import City
from hub.records.core import Ref

MOST_AT_ONCE = 1000  # keys of one statement


class Context:
    """Made for one request. `variables` of batches are hashable: filters and page arguments are frozen structs."""

    def __init__(self, city: City) -> None:
        self.city = city
        self._batches: dict[tuple[object, ...], DataLoader[Any, Any]] = {}
        self._selected: dict[tuple[int, str], bool] = {}

    def batch(self, answer: Callable[..., Any], *arguments: object) -> DataLoader[Any, Any]:
        """`answer(city, keys, *arguments)` for all keys asked together; a list in the order of its keys.

        An exception in that list is the error of its key alone.
        """
        name = (answer, *arguments)
        found = self._batches.get(name)
        if found is None:

            async def load(keys: list[Any]) -> Sequence[Any]:
                answered = answer(self.city, keys, *arguments)
                given: Sequence[Any] = await answered if inspect.isawaitable(answered) else answered
                return given

            # no cache: a key is asked once per place in the answer, and its hash would cost more than the row
            found = self._batches[name] = DataLoader(load_fn=load, cache=False, max_batch_size=MOST_AT_ONCE)
        return found

    @staticmethod
    def selects(info: strawberry.Info[Context, None], field: str) -> bool:
        """Whether the caller selects this field of what is being resolved, in a fragment too."""
        return any(_holds(selected.selections, field) for selected in info.selected_fields)

    def selects_below(self, info: strawberry.Info[Context, None], field: str) -> bool:
        """Whether the caller selects this field anywhere below what is being resolved; looked up once for all parents
        of the same selection.
        """
        name = (id(info._raw_info.field_nodes[0]), field)  # noqa: SLF001 - strawberry tells the node nowhere else
        found = self._selected.get(name)
        if found is None:
            found = self._selected[name] = any(_holds_below(one.selections, field) for one in info.selected_fields)
        return found

    async def node(self, gid: str, *kinds: str) -> Any:
        """The record behind an id of one of these kinds; BadId for another's. Asked together with its siblings'."""
        if kinds:
            nodes.checked(Ref.from_gid(gid), *kinds)
        return await self.batch(nodes.nodes).load(gid)


def _holds(selections: Sequence[Selection], field: str) -> bool:
    return any(
        selected.name == field if isinstance(selected, SelectedField) else _holds(selected.selections, field)
        for selected in selections
    )


def _holds_below(selections: Sequence[Selection], field: str) -> bool:
    return any(
        (isinstance(selected, SelectedField) and selected.name == field) or _holds_below(selected.selections, field)
        for selected in selections
    )


Info: TypeAlias = strawberry.Info[Context, None]


def shown(record: object) -> Any:
    """A record as the graph shows it: its types read the record's attributes by name."""
    return record
