"""Questions to an index of 200 000 events, each beside the same question asked another way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec

from bench.figures import Figure, compared
from bench.made import COMMON_RANK, RARE_RANK, neighbourhood, words
from bench.scene import CALENDAR, CENTRE, NOW, REGISTER
from hub.index import events as questions
from hub.index.epochs import epoch
from hub.index.events import AT_PLACE, IN_AREA, EventFilter
from hub.index.geo import Box, Near
from hub.index.listing import Listing
from hub.index.read import Index
from hub.records.core import Ref, Span
from hub.records.events import Event, EventStatus, Keyword
from hub.records.places import Place

PAGE = 50
WHOLE_CITY = Box(west=24.8, south=60.1, east=25.2, north=60.3)
SOON = EventFilter(starts_after=NOW)


def figures(folder: Path) -> list[Figure]:
    index = Index(folder)
    try:
        return _Asking(index).all()
    finally:
        index.close()


class _Asking:
    def __init__(self, index: Index) -> None:
        self.index = index
        self.rows = index.rows("SELECT count(*) FROM event")[0][0]

    def all(self) -> list[Figure]:
        return [*self.pages(), *self.where(), *self.subjects(), *self.under_parents(), *self.totals(), *self.facets()]

    # what is run

    def statement(self, wanted: EventFilter) -> tuple[str, dict[str, Any]]:
        """Of a page and one row more; the choice between ways to find few and many included. One area is asked as the
        domain asks it: as the only parent.
        """
        if len(wanted.areas) == 1:
            inside = questions.events(self.index, msgspec.structs.replace(wanted, areas=()), IN_AREA)
            return inside.page(wanted.areas, PAGE + 1, None)
        return questions.events(self.index, wanted).page(None, PAGE + 1, None)

    def listing(self, wanted: EventFilter) -> Listing:
        return questions.events(self.index, wanted)

    def page(self, wanted: EventFilter, *, bodies: bool = True) -> Callable[[], object]:
        """As `hub/domain/lists.py` reads one: the ids of a page and one more, then the bodies."""

        def run() -> object:
            rids = [row[1] for row in self.index.rows(*self.statement(wanted))[:PAGE]]
            return questions.bodies(self.index, rids) if bodies else rids

        return run

    def total(self, wanted: EventFilter) -> Callable[[], object]:
        sql, params = self.listing(wanted).total(None)
        return self.sql(sql, params)

    def sql(self, sql: str, params: Any = ()) -> Callable[[], object]:
        return lambda: self.index.rows(sql, params)

    def counted(self, wanted: EventFilter) -> int:
        sql, params = self.listing(wanted).total(None)
        return int(self.index.rows(sql, params)[0][1])

    def rid(self, ref: Ref) -> int:
        return self.index.by_refs([ref])[ref].rid

    def place(self, number: int) -> int:
        member = self.rid(REGISTER.ref(Place.kind, number))
        return int(self.index.rows("SELECT place FROM place_member WHERE member = ?", (member,))[0][0])

    def keyword(self, number: int) -> int:
        return self.rid(CALENDAR.ref(Keyword.kind, f"yso:p{number}"))

    # the questions

    def pages(self) -> list[Figure]:
        sql, params = self.listing(SOON).page(None, PAGE, None)
        rids = [row[1] for row in self.index.rows(sql, params)]
        rows = self.index.rows("SELECT body FROM body WHERE rid IN (SELECT value FROM json_each(?))", (f"{rids}",))
        raw = [row[0] for row in rows]
        plain = msgspec.msgpack.Decoder()
        shaped = msgspec.msgpack.Decoder(Event)
        filtered = EventFilter(
            starts_after=NOW, is_free=True, languages=("sv",), box=WHOLE_CITY, statuses=(EventStatus.SCHEDULED,)
        )
        behind, begun = self.listing(SOON).page(None, 2_000, None)
        last = self.index.rows(behind, begun)[-1]
        after, at = self.listing(SOON).page(None, PAGE + 1, (*last[2:], last[1]))
        offset = sql.replace("LIMIT :limit", f"LIMIT {PAGE + 1} OFFSET 2000")
        beside = "its 50 bodies decoded to plain dicts"

        def decoded() -> object:
            return [plain.decode(body) for body in raw]

        return [
            compared("page of 50, decoded", self.page(SOON), beside, decoded, aim="≤ 0.2 ms"),
            compared("  of which: ids by SQL", self.page(SOON, bodies=False), beside, decoded),
            compared(
                "  of which: bodies by SQL",
                self.sql("SELECT rid, body FROM body WHERE rid IN (SELECT value FROM json_each(?))", (f"{rids}",)),
                beside,
                decoded,
            ),
            compared("  of which: decode", lambda: [shaped.decode(body) for body in raw], beside, decoded),
            compared("time, free, language, box, status", self.page(filtered), "page without filter", self.page(SOON)),
            compared("page behind 2 000 rows, ids", self.sql(after, at), "OFFSET 2000", self.sql(offset, params)),
        ]

    def where(self) -> list[Figure]:
        month = Span(starts_at=NOW, ends_at=NOW + timedelta(days=30))
        asked = (
            ("overlaps a month", EventFilter(overlaps=month)),
            ("near 1 km, from now", _near(1_000)),
            ("near 300 m, from now", _near(300)),
            ("near 50 m, from now", _near(50)),
            (
                "box of a few blocks",
                EventFilter(starts_after=NOW, box=Box(west=24.94, south=60.165, east=24.95, north=60.17)),
            ),
            ("in one neighbourhood", EventFilter(starts_after=NOW, areas=(self.rid(neighbourhood("Kallio")),))),
            ("at the busiest place", EventFilter(starts_after=NOW, places=(self.place(1),))),
            ("at a quiet place", EventFilter(starts_after=NOW, places=(self.place(2_900),))),
        )
        return [self.beside_plain(name, wanted) for name, wanted in asked]

    def subjects(self) -> list[Figure]:
        known = words("fi")
        asked = (
            ("commonest keyword", EventFilter(starts_after=NOW, keywords=(self.keyword(0),))),
            ("middling keyword", EventFilter(starts_after=NOW, keywords=(self.keyword(150),))),
            ("rare keyword", EventFilter(starts_after=NOW, keywords=(self.keyword(1_999),))),
            ("common word", EventFilter(starts_after=NOW, text=known[COMMON_RANK])),
            ("middling word", EventFilter(starts_after=NOW, text=known[900])),
            ("rare word", EventFilter(starts_after=NOW, text=known[RARE_RANK])),
        )
        return [self.beside_plain(name, wanted) for name, wanted in asked]

    def beside_plain(self, name: str, wanted: EventFilter) -> Figure:
        count = self.counted(wanted)
        note = f"{'more than ' if count > 10_000 else ''}{min(count, 10_000):,} events"
        return compared(f"page: {name}", self.page(wanted), "page without filter", self.page(SOON), note=note)

    def under_parents(self) -> list[Figure]:
        places = [self.place(number) for number in range(1, 21)]
        areas = [
            row[0] for row in self.index.rows("SELECT rid FROM area WHERE kind = 'NEIGHBOURHOOD' ORDER BY rid LIMIT 20")
        ]
        at = questions.events(self.index, SOON, AT_PLACE)
        inside = questions.events(self.index, SOON, IN_AREA)
        one_by_one = [at.page([place], 6, None) for place in places]
        numbered = (
            "SELECT * FROM (SELECT t.rid, row_number() OVER (PARTITION BY t.place ORDER BY t.starts, t.rid) AS n"
            " FROM event t WHERE t.listed = 1 AND t.starts >= :from AND t.place IN"
            " (SELECT value FROM json_each(:places))) WHERE n <= 6"
        )

        def each() -> object:
            return [self.index.rows(sql, params) for sql, params in one_by_one]

        window = self.sql(numbered, {"from": epoch(NOW), "places": f"{places}"})
        under = self.sql(*at.page(places, 6, None))
        return [
            compared("five events of each of 20 places", under, "place by place", each),
            compared("the same", under, "by row_number()", window),
            compared("five events of each of 20 areas", self.sql(*inside.page(areas, 6, None)), "of 20 places", under),
            compared("totals of 20 places", self.sql(*at.total(places)), "their pages", under),
        ]

    def totals(self) -> list[Figure]:
        """Against the same count by a scan of the table: what it would cost without the covering index."""
        known = words("fi")
        asked = (
            ("from now", SOON),
            ("free, in Swedish", EventFilter(starts_after=NOW, is_free=True, languages=("sv",))),
            ("free, in Swedish, in a week", EventFilter(
                starts_after=NOW, starts_before=NOW + timedelta(days=7), is_free=True, languages=("sv",)
            )),
            ("in one neighbourhood", EventFilter(starts_after=NOW, areas=(self.rid(neighbourhood("Kallio")),))),
            ("common word", EventFilter(starts_after=NOW, text=known[COMMON_RANK])),
            ("rare word", EventFilter(starts_after=NOW, text=known[RARE_RANK])),
        )  # fmt: skip
        found = []
        for name, wanted in asked:
            sql, params = self.listing(wanted).total(None)
            scan = sql.replace("FROM event t", "FROM event t NOT INDEXED")
            whole = {**params, "most": 1 << 40}
            found.append(
                compared(
                    f"totalCount: {name}",
                    self.sql(sql, params),
                    "without the index, whole",
                    self.sql(scan, whole),
                    note=f"{self.counted(wanted):,} counted",
                )
            )
        return found

    def facets(self) -> list[Figure]:
        """No facet of events is in the graph yet: the shapes that the design's rule gives them (a thread, a deadline,
        kept per generation), beside the count of the same rows.
        """
        where = "t.listed = 1 AND t.starts >= :from AND t.free = 1"
        params = {"from": epoch(NOW)}
        count = self.sql(f"SELECT count(*) FROM event t WHERE {where}", params)
        shapes = {}
        for name in ("organiser", "area", "keyword"):
            hits = f"event t CROSS JOIN event_{name} l ON l.event = t.rid"
            shapes[name] = f"SELECT l.{name}, count(*) FROM {hits} WHERE {where} GROUP BY l.{name}"
        return [
            compared(f"facet by {name}", self.sql(sql, params), "their count", count) for name, sql in shapes.items()
        ]


def _near(metres: float) -> EventFilter:
    return EventFilter(starts_after=NOW, near=Near(at=CENTRE, metres=metres))
