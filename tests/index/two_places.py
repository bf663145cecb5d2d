"""A city for filters: a place in Kallio that is near, and one that is far; what is at neither is told by each test."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from hub.index.geo import Box, Near
from hub.index.listing import Listing
from hub.index.read import Index
from hub.index.write import Writer
from hub.records.core import Record, Ref
from hub.records.places import Accessibility
from tests import made

OODI, ELSEWHERE = made.spot(60.174, 24.938), made.spot(60.3, 25.2)
NEAR = Near(at=OODI, metres=500)
BOX = Box(west=24.9, south=60.1, east=25.0, north=60.2)
HERE, THERE = made.unit("here", "Oodi", location=OODI), made.unit("there", "Muualla", location=ELSEWHERE)
KALLIO = made.area("kallio", boundary=made.square(24.9, 60.1))
AT_HERE, AT_THERE = HERE.ref, THERE.ref
OPEN = made.unit("open", "Avoin", accessibility=Accessibility(for_wheelchair=True))
BARRED = made.unit("barred", "Portaat", accessibility=Accessibility(for_wheelchair=False))
AT_OPEN, AT_BARRED = OPEN.ref, BARRED.ref
OPEN_TODAY = made.opening_day(AT_OPEN, date(2026, 11, 22), made.span(8, 20))
ORGANISER = Ref("organisation", "le", "ahjo:1")

MUSIC = (1808, 2762)

Number = Callable[[Record | Ref], int]


def listed(writer: Writer, index: Index, listing: Listing, parents: list[int] | None = None) -> list[str]:
    """Keys, in order."""
    names = dict(writer.connection.execute("SELECT rid, key FROM record").fetchall())
    return [names[row[1]] for row in index.rows(*listing.page(parents, 100, None))]
