"""Lists as fields: what all lists of one kind of record take is said once, and a field says what is its own.

`EVENTS.under(events.events_in, "Events that take place in it.")` is a field of what has events under it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from enum import Enum
from operator import attrgetter
from typing import Annotated, Any

import msgspec
import strawberry

from hub.domain.lists import PageArgs
from hub.schema.connection import After, First
from hub.schema.context import Info

Which = strawberry.argument(description="Which; what is left out does not matter.")
Order = strawberry.argument(description="In which order.")


class Lists(msgspec.Struct, frozen=True, kw_only=True):
    """Of one kind of record. `page`: the type of such a list. `filter`: the type of its argument, which is read by
    `wanted(info, filter)`, or by `wanted(info, filter, sort=…)` where the list has orders. `sort`: the order of who
    names none.
    """

    page: Any
    filter: Any
    wanted: Callable[..., Any]
    sort: Enum | None = None

    def at_root(self, answer: Callable[..., Any], description: str) -> Any:
        """All that there is in the city: `answer(city, wanted, page)`."""

        def resolve(info: Info, filter: Any = None, first: First = 20, after: After = None, **order: Enum) -> Any:
            wanted, page = self.wanted(info, filter, **order), PageArgs(first=first, after=after)
            return answer(info.context.city, wanted, page)

        return self._field(resolve, description)

    def under(self, answer: Callable[..., Any], description: str, *, by: str = "rid") -> Any:
        """What hangs on a record: `answer(city, parents, wanted, page)` for all parents of the answer together. `by`:
        the attribute of theirs that they are told by.
        """
        key = attrgetter(by)

        async def resolve(
            root: Any, info: Info, filter: Any = None, first: First = 20, after: After = None, **order: Enum
        ) -> Any:
            wanted, page = self.wanted(info, filter, **order), PageArgs(first=first, after=after)
            return await info.context.batch(answer, wanted, page).load(key(root))

        return self._field(resolve, description)

    def _field(self, resolve: Callable[..., Any], description: str) -> Any:
        """With the types that these lists have: strawberry reads them off the signature."""
        takes = dict(inspect.signature(resolve).parameters)
        takes["filter"] = takes["filter"].replace(annotation=Annotated[self.filter | None, Which])
        del takes["order"]
        if self.sort is not None:
            takes["sort"] = inspect.Parameter(
                "sort",
                inspect.Parameter.POSITIONAL_OR_KEYWORD,
                annotation=Annotated[type(self.sort), Order],
                default=self.sort,
            )
        signature = inspect.Signature(list(takes.values()), return_annotation=self.page | None)
        resolve.__dict__["__signature__"] = signature
        return strawberry.field(resolver=resolve, description=description)
