"""The derived tables as they stand, by references instead of row numbers: two indexes that say the same are equal."""

from __future__ import annotations

from typing import Any

import msgspec

from hub.index.layout import BASE_DDL
from hub.index.write import Writer
from hub.records.core import Ref
from hub.records.merged import CityEvent, CityPlace
from hub.records.places import Area

# which columns of a table hold row numbers
NUMBERS = {
    "place": ("rid",),
    "place_body": ("rid",),
    "place_member": ("member", "place"),
    "place_key": ("rid",),
    "place_word": ("place",),
    "place_box": ("rid",),
    "place_text": ("rowid",),
    "join_entry": (),
    "branch": ("place",),
    "area": ("rid",),
    "area_body": ("rid",),
    "area_name": ("rid",),
    "area_box": ("rid",),
    "area_shape": ("rid",),
    "area_within": ("area", "wider"),
    "place_area": ("place", "area"),
    "opening_day": ("rid", "at", "place"),
    "open_time": ("day",),
    "space": ("rid", "at", "place"),
    "space_text": ("rowid",),
    "space_equipment": ("rowid",),
    "use_day": ("space", "told"),
    "event": ("rid", "at", "place"),
    "event_organiser": ("organiser", "event"),
    "event_series": ("series", "event"),
    "event_theme": ("event",),
    "keyword_theme": ("keyword",),
    "record_theme": ("rid",),
    "event_text": ("rowid",),
    "event_body": ("rid",),
    "event_member": ("member", "event"),
    "event_told": ("rid", "at", "series"),
    "event_key": ("rid",),
    "event_tie": ("one", "other"),
    "event_word": ("rid",),
    "event_guess": ("rid", "place"),
    "event_inferred": ("event",),
    "event_keyword": ("keyword", "event"),
    "event_area": ("area", "event"),
    "event_detail": ("rid",),
    "event_seats": ("rid", "event"),
    "keyword_set": ("rid",),
    "keyword_in_set": ("keyword_set", "keyword"),
    "organisation": ("rid", "parent"),
    "thing": ("rid",),
    "thing_branch": ("thing",),
    "thing_language": ("thing",),
    "thing_text": ("rowid",),
    "climate_action": ("rid",),
    "climate_text": ("rowid",),
    "process": ("rid",),
    "budgeting_area": ("rid", "area"),
    "budget": ("rid", "process", "area"),
    "project": ("rid", "process", "budget", "scope"),
    "project_text": ("rowid",),
    "proposal": ("rid", "process", "scope"),
    "proposal_text": ("rowid",),
    "result": ("rid", "process"),
    "civic_area": ("area", "rid"),
    "chain": ("earlier", "later", "said_by"),
    "hearing": ("rid",),
    "hearing_section": ("rid", "hearing"),
    "hearing_area": ("area", "hearing"),
    "hearing_text": ("rowid",),
    "decision": ("rid",),
    "decision_area": ("area", "decision"),
    "decision_text": ("rowid",),
}
BODIES = {"place_body": CityPlace, "area_body": Area, "event_body": CityEvent}


def dump(writer: Writer) -> dict[str, list[str]]:
    """Every row of every derived table, as text, in an order of its own."""
    db = writer.connection
    names = {
        rid: f"{kind}/{source}/{key}"
        for rid, kind, source, key in db.execute("SELECT rid, kind, source, key FROM record")
    }
    return {table: sorted(_rows(writer, table, numbers, names)) for table, numbers in NUMBERS.items()}


def _rows(writer: Writer, table: str, numbers: tuple[str, ...], names: dict[int, str]) -> list[str]:
    columns = "rowid, *" if "rowid" in numbers else "*"
    cursor = writer.connection.execute(f"SELECT {columns} FROM {table}")
    heads = [column[0] for column in cursor.description]
    found = []
    for row in cursor.fetchall():
        said: dict[str, Any] = dict(zip(heads, row, strict=True))
        for number in numbers:
            if said[number] is not None:
                said[number] = names[said[number]]
        if table in BODIES:
            body: Any = msgspec.msgpack.decode(said["body"], type=BODIES[table])
            said["body"] = msgspec.json.encode(body).decode()
        found.append(repr(sorted(said.items(), key=lambda item: item[0])))
    return found


def tables(writer: Writer) -> set[str]:
    """The tables that queries read, by the schema itself; without the base tables and the trees' own parts."""
    rows = writer.connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
    virtual = tuple(name for name, sql in rows if sql.startswith("CREATE VIRTUAL"))
    return {
        name
        for name, _ in rows
        if f"CREATE TABLE {name}(" not in BASE_DDL
        and not name.startswith("sqlite_")
        and not any(name.startswith(f"{tree}_") for tree in virtual)
    }


def places(writer: Writer) -> dict[Ref, CityPlace]:
    """The merged places by their first member."""
    bodies = writer.connection.execute("SELECT body FROM place_body").fetchall()
    made = [msgspec.msgpack.decode(body, type=CityPlace) for (body,) in bodies]
    return {place.ref: place for place in made}


def members(writer: Writer) -> set[frozenset[str]]:
    """Which source records are one place, each as "source:key"."""
    return {frozenset(f"{m.ref.source}:{m.ref.key}" for m in place.members) for place in places(writer).values()}
