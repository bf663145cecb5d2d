"""The passes in their order, run by the writer at the end of each transaction for what it touched.

Areas first (places lie in them), then places (events and spaces are at them), then the rest. A pass that moves
something takes along what hangs on it: a place that merges moves its events, an area that changes moves its places.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Mapping

from hub.derive import adoption, civic
from hub.derive.catalogue import derive_things
from hub.derive.climate import derive_actions
from hub.derive.event_details import derive_keyword_sets, derive_organisations, derive_seats
from hub.derive.events import derive_events, events_in_areas, records_at
from hub.derive.geometry import AreaMap
from hub.derive.joins import Joins
from hub.derive.participation import KINDS as BUDGETING
from hub.derive.participation import civic_in_areas, derive_participation, map_budgeting_areas
from hub.derive.places import areas_once, derive_areas, derive_places, place_in_areas
from hub.derive.spaces import derive_opening_days, derive_spaces
from hub.derive.themes import LINKED, derive_keywords, link_events_again, link_records
from hub.derive.use import derive_use
from hub.derive.work import Touched
from hub.index.write import Changes, Writer
from hub.records.places import Area

log = logging.getLogger(__name__)


class Derivation:
    """`ranks`: each source's rank by its id; lower speaks first. The area map is kept as long as the areas are the
    same: by what the index holds, since a transaction may fail after this pass.
    """

    def __init__(self, *, joins: Joins, ranks: Mapping[str, int]) -> None:
        self._joins = joins
        self._unknown_codes: set[str] = set()
        self._ranks = ranks
        self._areas = AreaMap(())
        self._areas_of: list[tuple[int, bytes]] = []

    def adopt(self, writer: Writer, joins: Joins) -> bool:
        """Joins that hold from now on: what they say otherwise than those that the index was derived with is derived
        anew. Returns whether anything was.
        """
        self._joins = joins
        said, before = adoption.entries(joins), adoption.adopted(writer.connection)
        if said == before:
            return False
        with writer.transaction() as changes:
            for kind, rid in adoption.concerned(writer.connection, said ^ before, joins):
                changes.put(kind, rid)
            adoption.adopt(writer.connection, said)
        return True

    def __call__(self, writer: Writer, changes: Changes) -> set[str]:
        """Returns the kinds whose derived rows changed besides those that were put."""
        touched = {
            kind: Touched(
                changed=frozenset(changes.changed.get(kind, ())) - frozenset(changes.withdrawn.get(kind, ())),
                withdrawn=frozenset(changes.withdrawn.get(kind, ())),
            )
            for kind in {*changes.changed, *changes.withdrawn}
        }
        moved: set[str] = set()
        there = Touched()
        if touched.get("area"):
            derive_areas(writer, self._ranks, self._map(writer))
            self._everything_in_areas(writer)
            moved |= {"place", "event", "budgeting_area", "proposal", "budget_project", "hearing", "decision"}
        places = touched.get("place", Touched()).all | touched.get("library", Touched()).all
        if places:
            changed = derive_places(writer, places, joins=self._joins, ranks=self._ranks)
            place_in_areas(writer.connection, changed.places, self._map(writer))
            events = records_at(writer.connection, changed)
            there = Touched(changed=frozenset(events) - touched.get("event", Touched()).all)
            if changed:
                moved |= {"place", "space", "opening_day"} | ({"event"} if events else set())
        if touched.get("opening_day"):
            derive_opening_days(writer, touched["opening_day"], self._ranks)
        if touched.get("space"):
            derive_spaces(writer, touched["space"])
        if touched.get("space_use"):
            derive_use(writer, touched["space_use"])
        # before the events of the same transaction, which read it; after them the others that have such a keyword
        reworded = derive_keywords(writer, touched["keyword"]) if touched.get("keyword") else set()
        if touched.get("event"):
            derive_events(writer, touched["event"], self._map(writer), self._ranks, self._joins)
        if there:  # after those that are gone have left
            derive_events(writer, there, self._map(writer), self._ranks, self._joins, only_if_moved=True)
        if reworded:
            link_events_again(writer, reworded)
            moved.add("event")
        if touched.get("registration"):
            derive_seats(writer, touched["registration"])
            moved.add("event")
        if touched.get("keyword_set"):
            derive_keyword_sets(writer, touched["keyword_set"])
            moved.add("event")
        if touched.get("organisation"):
            derive_organisations(writer, touched["organisation"])
            moved.add("event")
        if touched.get("catalogue_record"):
            self._tell_unknown(derive_things(writer, touched["catalogue_record"]))
        if touched.get("climate_action"):
            derive_actions(writer, touched["climate_action"])
        budgeting = {kind: touched[kind] for kind in BUDGETING if touched.get(kind)}
        if budgeting:
            derive_participation(writer, budgeting, self._map(writer))
            moved |= {"proposal", "budget_project", "budget", "result"}
        hearings, sections = touched.get("hearing", Touched()), touched.get("hearing_section", Touched())
        if hearings or sections:
            civic.derive_hearings(writer, hearings, sections, self._map(writer))
            moved.add("hearing")
        if touched.get("decision"):
            civic.derive_decisions(writer, touched["decision"], self._map(writer))
        for kind in LINKED:
            if touched.get(kind.kind):
                link_records(writer, touched[kind.kind])
        return moved

    def _tell_unknown(self, codes: set[str]) -> None:
        """Once for each: `hub joins` lists them all."""
        for code in sorted(codes - self._joins.codes - self._unknown_codes):
            log.warning("joins.unknown_code", extra={"code": code})
        self._unknown_codes |= codes - self._joins.codes

    def _map(self, writer: Writer) -> AreaMap:
        areas = writer.connection.execute(
            "SELECT rid, hash FROM record WHERE kind = ? AND hash NOT NULL ORDER BY rid", (Area.kind,)
        ).fetchall()
        if areas != self._areas_of:
            self._areas = AreaMap(areas_once(writer, self._ranks).items())
            self._areas_of = areas
        return self._areas

    def _everything_in_areas(self, writer: Writer) -> None:
        db = writer.connection
        areas = self._map(writer)
        place_in_areas(db, _rids(db, "place"), areas)
        events_in_areas(db, _rids(db, "event"), areas)
        map_budgeting_areas(writer)
        civic_in_areas(db, _rids(db, "proposal"), _rids(db, "project"), areas)
        civic.everything_in_areas(writer, areas)


def _rids(db: sqlite3.Connection, table: str) -> set[int]:
    return {row[0] for row in db.execute(f"SELECT rid FROM {table}").fetchall()}
