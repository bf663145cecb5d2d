"""What the city shares: rooms that are used, and things that are lent. The meters of its climate programme."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from hub.domain import answers, holdings, utilisation
from hub.domain.city import City
from hub.domain.reading import Asks, reads
from hub.domain.utilisation import Period, Utilisation
from hub.index import catalogue as index
from hub.index.use import WhichSpaces
from hub.records.catalogue import CatalogueRecord, HoldingState
from hub.records.spaces import SpaceKind

# of the first things by name, as many as one operation asks about
SHELVES = Asks(
    whom="circulations",
    requests=lambda circulation, _: holdings.THE_SHELVES.requests(circulation, holdings.MOST_ASKED),
)


class Sharing(msgspec.Struct, frozen=True, kw_only=True):
    """`areas` empty: the whole city."""

    period: Period
    spaces: WhichSpaces
    areas: tuple[int, ...] = ()


class OnShelf(msgspec.Struct, frozen=True, kw_only=True):
    """Copies in the branches that are meant, of `titles` things: of those the circulation systems told about."""

    titles: int = 0
    copies: int = 0
    available: int = 0


async def rooms(city: City, asked: Sequence[Sharing]) -> list[Utilisation]:
    return [await utilisation.of_all(city, _of_kind(one.spaces, SpaceKind.ROOM), one.period) for one in asked]


async def equipment(city: City, asked: Sequence[Sharing]) -> list[Utilisation]:
    return [await utilisation.of_all(city, _of_kind(one.spaces, SpaceKind.EQUIPMENT), one.period) for one in asked]


def things(city: City, asked: Sequence[Sharing]) -> list[int]:
    """How many things to borrow the catalogue lists; of an area, those of which a branch there owns a copy."""
    return [len(index.things_in(city.index, one.areas)) for one in asked]


@reads("catalogue_record", asks=SHELVES)
async def on_shelf(city: City, asked: Sequence[Sharing]) -> list[OnShelf | None]:
    """What the circulation systems tell now; of the first `holdings.MOST_ASKED` things by name. None: nothing."""
    found = []
    for one in asked:
        records = await ask_shelves(city, one)
        codes = index.codes_in(city.index, one.areas) if one.areas else None
        told = [
            [copy for copy in holdings.copies_of(city, record.ref.key) if codes is None or copy.branch in codes]
            for record in records
        ]
        copies = [copy for many in told for copy in many]
        found.append(
            OnShelf(
                titles=sum(1 for many in told if many),
                copies=len(copies),
                available=sum(copy.state is HoldingState.AVAILABLE for copy in copies),
            )
            if copies
            else None
        )
    return found


async def ask_shelves(city: City, asked: Sharing) -> list[CatalogueRecord]:
    """Asked once, however often it is wanted; `answers_of` tells how that went."""
    rids = index.things_in(city.index, asked.areas)[: holdings.MOST_ASKED]
    records = [record for record in city.index.bodies(CatalogueRecord, rids) if record is not None]
    await holdings.ask(city, records)
    return records


def answers_of(city: City) -> list[answers.SourceAnswer]:
    """Who could have told of rooms and things."""
    told = answers.from_collections(city, "space", *utilisation.KINDS, "catalogue_record")
    return [*told, *holdings.answers_of(city)]


def _of_kind(wanted: WhichSpaces, kind: SpaceKind) -> WhichSpaces:
    return msgspec.structs.replace(wanted, kinds=(kind,))
