"""Pages of lists: of one, or of many parents at once with one statement."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import partial
from typing import Any, Generic, TypeVar

import msgspec

from hub.domain import cursors
from hub.domain.answers import SourceAnswer, from_collections
from hub.domain.city import City
from hub.errors import BadInput
from hub.index.geo import Near
from hub.index.listing import MOST_COUNTED, Listing
from hub.index.read import Index
from hub.records.catalogue import Facet
from hub.records.core import Record

R = TypeVar("R", bound=Record)
MOST_ROWS = 100


class PageArgs(msgspec.Struct, frozen=True, kw_only=True):
    """How much of a list: the first `first` after the cursor `after`."""

    first: int = 20
    after: str | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.first <= MOST_ROWS:
            raise BadInput(f"first: {self.first} is not between 1 and {MOST_ROWS}")


def checked_sort(sort: StrEnum, near: Near | None) -> None:
    """BadInput for an order by distance from nowhere."""
    if sort == "DISTANCE" and near is None:
        raise BadInput("sort: DISTANCE needs filter: { near }")


class Totals:
    """The totals of one list under all its parents, counted together when the first of them is asked for."""

    def __init__(self, city: City, listing: Listing, parents: Sequence[int] | None) -> None:
        self._city = city
        self._statement = listing.total(parents)
        self._counted: asyncio.Task[dict[int, int]] | None = None

    async def of(self, parent: int) -> int | None:
        """None: it could not be counted within the deadline."""
        if self._counted is None:
            self._counted = asyncio.create_task(self._count())
        # one asker that leaves does not take the count from the others; the deadline ends it anyway
        return (await asyncio.shield(self._counted)).get(parent)

    async def _count(self) -> dict[int, int]:
        sql, params = self._statement
        try:
            rows = await self._city.index.slow_rows(sql, params, deadline=self._city.stop_at)
        except TimeoutError:
            return {}
        return {row[0]: row[1] for row in rows}


class Found(Generic[R]):
    """One page. `total()` counts only when asked; above 10 000 it is a lower bound."""

    def __init__(
        self,
        *,
        nodes: Sequence[R],
        cursors: Sequence[str],
        has_next: bool,
        has_previous: bool,
        answers: Callable[[], list[SourceAnswer]],
        totals: Totals | int,
        parent: int = 0,
        facets: Sequence[Facet] = (),
    ) -> None:
        self.nodes = list(nodes)
        self.cursors = list(cursors)
        self.has_next = has_next
        self.has_previous = has_previous
        self.facets = facets
        self._answers = answers
        self._totals = totals
        self._parent = parent

    def answers(self) -> list[SourceAnswer]:
        return self._answers()

    def but(self, told: Callable[[list[SourceAnswer]], list[SourceAnswer]]) -> None:
        """What else is to be said of those who had a part in this page."""
        own = self._answers
        self._answers = lambda: told(own())

    def also(self, answers: Callable[[], list[SourceAnswer]]) -> None:
        """Others that had a part in this page."""
        own = self._answers
        self._answers = lambda: [*own(), *answers()]

    async def total(self) -> int | None:
        counted = self._totals if isinstance(self._totals, int) else await self._totals.of(self._parent)
        return None if counted is None else min(counted, MOST_COUNTED)

    async def is_exact(self) -> bool:
        counted = self._totals if isinstance(self._totals, int) else await self._totals.of(self._parent)
        return counted is not None and counted <= MOST_COUNTED


def listed(
    city: City,
    listing: Listing,
    shape: type[R],
    page: PageArgs,
    *,
    order: str,
    answers: Callable[[], list[SourceAnswer]] | None = None,
    load: Callable[[Index, Sequence[int]], Sequence[R | None]] | None = None,
) -> Found[R]:
    """A list at the root. `order` names the sort in the cursor. `answers`: who had a part in it; None: whoever gives
    records of its kind.
    """
    return _pages(city, listing, shape, None, page, order=order, answers=answers, load=load)[0]


def listed_under(
    city: City,
    listing: Listing,
    shape: type[R],
    parents: Sequence[int],
    page: PageArgs,
    *,
    order: str,
    answers: Callable[[], list[SourceAnswer]] | None = None,
    load: Callable[[Index, Sequence[int]], Sequence[R | None]] | None = None,
) -> list[Found[R]]:
    """The same list under each parent, one statement for all; in the order of `parents`."""
    return _pages(city, listing, shape, parents, page, order=order, answers=answers, load=load)


def _pages(
    city: City,
    listing: Listing,
    shape: type[R],
    parents: Sequence[int] | None,
    page: PageArgs,
    *,
    order: str,
    answers: Callable[[], list[SourceAnswer]] | None,
    load: Callable[[Index, Sequence[int]], Sequence[R | None]] | None,
) -> list[Found[R]]:
    after = None if page.after is None else cursors.decode(page.after, sort=order, length=len(listing.sort) + 1)
    once = None if parents is None else list(dict.fromkeys(parents))
    sql, params = listing.page(once, page.first + 1, after)
    rows = city.index.rows(sql, params)
    by_parent: dict[int, list[tuple[Any, ...]]] = {parent: [] for parent in (parents if parents is not None else (0,))}
    for row in rows:
        by_parent[row[0]].append(row)
    shown = {parent: many[: page.first] for parent, many in by_parent.items()}
    wanted = list(dict.fromkeys(row[1] for many in shown.values() for row in many))
    loaded = load(city.index, wanted) if load else city.index.bodies(shape, wanted)
    records = {rid: record for rid, record in zip(wanted, loaded, strict=True) if record is not None}
    totals = Totals(city, listing, once)
    found = []
    for parent in parents if parents is not None else (0,):
        # a record may be withdrawn between the two reads: it is left out, its cursor too
        present = [row for row in shown[parent] if row[1] in records]
        found.append(
            Found(
                nodes=[records[row[1]] for row in present],
                cursors=[cursors.encode(order, (*row[2:], row[1])) for row in present],
                has_next=len(by_parent[parent]) > page.first,
                has_previous=after is not None,
                answers=answers or partial(from_collections, city, shape.kind),
                totals=totals,
                parent=parent,
            )
        )
    return found
