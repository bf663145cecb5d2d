"""What records are about, in themes: by the ids that their sources give, else by their words.

A keyword is looked at once, however many events have it. An event's title speaks only where its source has no keywords
for it, as feeds have none: it costs ten times what they do. A hearing's, a wish's or a promise's always does, since
its labels are few and wide.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

import msgspec

from hub.derive.work import Touched, delete, insert, select
from hub.index.epochs import UNKNOWN_START, epoch
from hub.index.meaning import meant, told_in
from hub.index.vocabulary import number_of
from hub.index.write import Writer
from hub.records.catalogue import CatalogueRecord
from hub.records.civic import Decision, Hearing
from hub.records.climate import ClimateAction
from hub.records.core import LocalizedText, Record, Ref
from hub.records.events import Event, Keyword
from hub.records.merged import CityEvent
from hub.records.participation import BudgetProject, Proposal
from hub.records.themes import EXACT

# whose links stand in record_theme
LINKED: tuple[type[Record], ...] = (CatalogueRecord, Hearing, Decision, Proposal, BudgetProject, ClimateAction)
Texts = tuple[LocalizedText | None, ...]


def derive_keywords(writer: Writer, touched: Touched) -> set[int]:
    """What the keywords mean by their labels; returns those that mean something else now."""
    db = writer.connection
    said = "SELECT keyword, theme, sure FROM keyword_theme WHERE keyword IN (SELECT value FROM json_each(?))"
    before = set(select(db, said, touched.all))
    known = sorted(writer.load(touched.changed).items())
    after = {
        (rid, theme, sure)
        for rid, keyword in known
        if isinstance(keyword, Keyword)
        for theme, sure in themes_of_keyword(keyword).items()
    }
    delete(db, "keyword_theme", "keyword", touched.all)
    insert(db, "keyword_theme", sorted(after))
    return {row[0] for row in before ^ after}


def themes_of_keyword(keyword: Keyword) -> dict[int, int]:
    """Of one that is a concept of YSO nothing: its id says it, and another concept of the same name is another."""
    if keyword.ref.key.startswith("yso:") and keyword.replaced_by is None:
        return {}
    if keyword.replaced_by is not None:
        number = number_of(keyword.replaced_by.key)
        return {} if number is None else {number: EXACT}
    return meant([keyword.name])


def link_events(writer: Writer, events: Mapping[int, Event], rids: Mapping[Ref, int]) -> None:
    """The themes of these events. `rids`: the rows of the keywords that they refer to. Old links are gone already."""
    db = writer.connection
    exact: dict[Ref, int | None] = {}
    for event in events.values():
        for ref in (*event.keywords, *event.audience_keywords):
            if ref not in exact:
                exact[ref] = number_of(ref.key)
    others = [rids[ref] for ref, number in exact.items() if number is None]
    inferred: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    said = "SELECT keyword, theme, sure FROM keyword_theme WHERE keyword IN (SELECT value FROM json_each(?))"
    for keyword, theme, sure in select(db, said, others):
        inferred[keyword].append((theme, sure))
    rows: list[tuple[int, int, int, int]] = []
    for rid, event in events.items():
        found: dict[int, int] = {}
        for ref in (*event.keywords, *event.audience_keywords):
            number = exact[ref]
            if number is not None:
                found[number] = EXACT
            elif inferred:
                for theme, sure in inferred.get(rids[ref], ()):
                    found[theme] = max(sure, found.get(theme, 0))
        if event.categories:
            found = meant(event.categories) | found
        if not found and not event.keywords:
            found = told_in([event.name], of_event=True)
        starts = epoch(event.starts_at) if event.starts_at else UNKNOWN_START
        rows.extend((theme, starts, rid, sure) for theme, sure in found.items())
    rows.sort()
    insert(db, "event_theme", rows)


def link_events_again(writer: Writer, keywords: Collection[int]) -> None:
    """The same for the events that have these keywords and stay as they are."""
    db = writer.connection
    having = "SELECT DISTINCT event FROM event_keyword WHERE keyword IN (SELECT value FROM json_each(?))"
    events = {row[0] for row in select(db, having, keywords)}
    rows = select(db, "SELECT rid, body FROM event_body WHERE rid IN (SELECT value FROM json_each(?))", events)
    known: dict[int, Event] = {rid: msgspec.msgpack.decode(body, type=CityEvent) for rid, body in rows}
    alone = writer.load(events - known.keys())
    known |= {rid: event for rid, event in alone.items() if isinstance(event, Event)}
    delete(db, "event_theme", "event", events)
    link_events(writer, known, writer.rid_of(_keywords(known.values())))


def _keywords(events: Iterable[Event]) -> set[Ref]:
    return {ref for event in events for ref in (*event.keywords, *event.audience_keywords)}


def link_records(writer: Writer, touched: Touched) -> None:
    """The themes of records of any kind of LINKED."""
    db: sqlite3.Connection = writer.connection
    delete(db, "record_theme", "rid", touched.all)
    rows: list[tuple[int, str, int, int]] = []
    for rid, record in writer.load(touched.changed).items():
        subjects, titles = words_of(record)
        found = told_in(titles)
        for theme, sure in meant(subjects).items():
            found[theme] = max(sure, found.get(theme, 0))
        rows.extend((theme, record.kind, rid, sure) for theme, sure in found.items())
    insert(db, "record_theme", sorted(rows))


def words_of(record: Record) -> tuple[Texts, Texts]:
    """Its subjects, in its source's words, and its titles."""
    match record:
        case Hearing():
            return record.labels, (record.title,)
        case Decision():
            return (record.category,), (record.title, record.case_title)
        case Proposal() | BudgetProject():
            return (record.category,), (record.title,)
        case ClimateAction():
            return record.categories, (record.name,)
        case CatalogueRecord():  # of a work the title says little: "Hiljainen talvi" is no book about winter
            return record.subjects, ()
    raise TypeError(f"{type(record).__name__} has no themes")
