"""The tables that queries read: made from source records by `hub/derive`, never by a connector.

Facts are narrow, integers where they can be, and apart from the bodies (inline bodies make counts five times slower).
Moments are epoch seconds. Rows are keyed by `rid`, the row number of a record (of a merged one: of its first member).
Each list has a covering index in the order of its sort, with `rid` to break ties: pages are by keyset, never OFFSET. An
index of listed rows alone holds `listed` too: the condition names it, and would be looked up in the table for each row.
A table WITHOUT ROWID names the columns of its key first: SQLite before 3.41 takes a file where one does not for corrupt
(its quick_check reads the others in their declared order).
"""

from __future__ import annotations

TEXT = 'fi, sv, en, tokenize="unicode61 remove_diacritics 0"'

DDL = f"""
CREATE TABLE place(
  rid INTEGER PRIMARY KEY, tprek TEXT, kinds INTEGER NOT NULL, lat REAL, lon REAL, name TEXT NOT NULL,
  source TEXT NOT NULL, online INTEGER NOT NULL, city TEXT, wheelchair INTEGER, hash BLOB NOT NULL);
CREATE TABLE place_body(rid INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE UNIQUE INDEX place_tprek ON place(tprek) WHERE tprek IS NOT NULL;
CREATE INDEX place_name ON place(name, rid, kinds, lat, lon, source);
CREATE TABLE place_member(member INTEGER PRIMARY KEY, place INTEGER NOT NULL);
CREATE INDEX place_member_place ON place_member(place);
CREATE TABLE place_key(key TEXT NOT NULL, rid INTEGER NOT NULL, PRIMARY KEY(key, rid)) WITHOUT ROWID;
CREATE INDEX place_key_rid ON place_key(rid);
-- by which a place is found in a text: the beginnings of its telling words, and its addresses
CREATE TABLE place_word(word TEXT NOT NULL, place INTEGER NOT NULL, PRIMARY KEY(word, place)) WITHOUT ROWID;
CREATE INDEX place_word_place ON place_word(place);
CREATE VIRTUAL TABLE place_box USING rtree(rid, west, east, south, north);
CREATE VIRTUAL TABLE place_text USING fts5({TEXT});
CREATE TABLE join_entry(entry TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE branch(code TEXT PRIMARY KEY, place INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX branch_place ON branch(place);

CREATE TABLE area(
  rid INTEGER PRIMARY KEY, kind TEXT NOT NULL, ocd TEXT NOT NULL UNIQUE, fi TEXT, sv TEXT, name TEXT NOT NULL);
CREATE TABLE area_body(rid INTEGER PRIMARY KEY, body BLOB NOT NULL);
-- what people may call it, and how close a match that is; see hub/index/areas.py
CREATE TABLE area_name(
  key TEXT NOT NULL, rid INTEGER NOT NULL, rank INTEGER NOT NULL, PRIMARY KEY(key, rid)) WITHOUT ROWID;
CREATE VIRTUAL TABLE area_box USING rtree(rid, west, east, south, north);
CREATE TABLE area_shape(rid INTEGER PRIMARY KEY, shape BLOB NOT NULL);
CREATE TABLE area_within(area INTEGER NOT NULL, wider INTEGER NOT NULL, PRIMARY KEY(area, wider)) WITHOUT ROWID;
CREATE TABLE place_area(place INTEGER NOT NULL, area INTEGER NOT NULL, PRIMARY KEY(place, area)) WITHOUT ROWID;
CREATE INDEX place_area_area ON place_area(area, place);

CREATE TABLE opening_day(
  rid INTEGER PRIMARY KEY, at INTEGER NOT NULL, place INTEGER, date TEXT NOT NULL, known INTEGER NOT NULL,
  rank INTEGER NOT NULL, key TEXT NOT NULL);
CREATE INDEX opening_day_place ON opening_day(place, date, rid);
CREATE INDEX opening_day_at ON opening_day(at);
-- open to anyone; `day` is the day's row, whose word may be another source's
CREATE TABLE open_time(
  date TEXT NOT NULL, opens INTEGER NOT NULL, closes INTEGER NOT NULL, day INTEGER NOT NULL,
  PRIMARY KEY(date, opens, closes, day)) WITHOUT ROWID;
CREATE INDEX open_time_day ON open_time(day);

CREATE TABLE space(
  rid INTEGER PRIMARY KEY, at INTEGER, place INTEGER, kind TEXT NOT NULL, capacity INTEGER, free INTEGER,
  bookable INTEGER NOT NULL, wheelchair INTEGER, name TEXT NOT NULL, source TEXT NOT NULL);
CREATE INDEX space_name ON space(name, rid, place, kind, capacity, free, bookable, source);
CREATE INDEX space_place ON space(place, name, rid, kind, capacity, free, bookable);
CREATE INDEX space_at ON space(at);
CREATE VIRTUAL TABLE space_text USING fts5({TEXT});
CREATE VIRTUAL TABLE space_equipment USING fts5({TEXT});
-- seconds of one day of one space, by the record that tells; known 0: nobody knows its hours (hub/index/use.py)
CREATE TABLE use_day(
  space INTEGER NOT NULL, day INTEGER NOT NULL, told INTEGER NOT NULL, known INTEGER NOT NULL,
  bookable INTEGER NOT NULL, used INTEGER NOT NULL, booked INTEGER NOT NULL, PRIMARY KEY(space, day, told)
) WITHOUT ROWID;
CREATE INDEX use_day_told ON use_day(told);

CREATE TABLE event(
  rid INTEGER PRIMARY KEY, starts INTEGER, ends INTEGER NOT NULL, at INTEGER, place INTEGER,
  source TEXT NOT NULL, type TEXT NOT NULL, status TEXT NOT NULL, free INTEGER, online INTEGER NOT NULL,
  langs INTEGER NOT NULL, min_age INTEGER, max_age INTEGER, lat REAL, lon REAL, modified INTEGER, name TEXT NOT NULL,
  listed INTEGER NOT NULL, enrol_opens INTEGER, enrol_closes INTEGER, enrol INTEGER NOT NULL);
CREATE INDEX event_starts ON event(
  starts, rid, ends, free, langs, lat, lon, place, online, type, status, source, min_age, max_age, listed)
  WHERE listed = 1;
CREATE INDEX event_name ON event(name, rid, listed) WHERE listed = 1;
CREATE INDEX event_modified ON event(coalesce(modified, 0), rid, listed) WHERE listed = 1;
CREATE INDEX event_place ON event(place, starts, rid, ends, type, free, listed) WHERE listed = 1;
CREATE INDEX event_enrol ON event(starts, rid, enrol_opens, enrol_closes, enrol, listed) WHERE listed = 1 AND enrol = 1;
CREATE INDEX event_own ON event(lat, lon, rid, listed) WHERE listed = 1 AND lat IS NOT NULL;
CREATE INDEX event_at ON event(at);
CREATE TABLE event_keyword(
  keyword INTEGER NOT NULL, starts INTEGER NOT NULL, event INTEGER NOT NULL,
  PRIMARY KEY(keyword, starts, event)) WITHOUT ROWID;
CREATE INDEX event_keyword_event ON event_keyword(event, keyword);
CREATE TABLE event_organiser(
  organiser INTEGER NOT NULL, starts INTEGER NOT NULL, event INTEGER NOT NULL,
  PRIMARY KEY(organiser, starts, event)) WITHOUT ROWID;
CREATE INDEX event_organiser_event ON event_organiser(event, organiser);
CREATE TABLE event_area(
  area INTEGER NOT NULL, starts INTEGER NOT NULL, event INTEGER NOT NULL,
  PRIMARY KEY(area, starts, event)) WITHOUT ROWID;
CREATE INDEX event_area_event ON event_area(event, area);
-- `sure`: per cent, 100 where the source itself names the concept by its id; `theme`: the concept's number in YSO
CREATE TABLE event_theme(
  theme INTEGER NOT NULL, starts INTEGER NOT NULL, event INTEGER NOT NULL, sure INTEGER NOT NULL,
  PRIMARY KEY(theme, starts, event)) WITHOUT ROWID;
CREATE INDEX event_theme_event ON event_theme(event, theme, sure);
-- what a keyword of another vocabulary than YSO means, once for all events that have it
CREATE TABLE keyword_theme(
  keyword INTEGER NOT NULL, theme INTEGER NOT NULL, sure INTEGER NOT NULL, PRIMARY KEY(keyword, theme)) WITHOUT ROWID;
CREATE TABLE record_theme(
  theme INTEGER NOT NULL, kind TEXT NOT NULL, rid INTEGER NOT NULL, sure INTEGER NOT NULL,
  PRIMARY KEY(theme, kind, rid)) WITHOUT ROWID;
CREATE INDEX record_theme_rid ON record_theme(rid, theme, sure);
CREATE TABLE event_series(
  series INTEGER NOT NULL, starts INTEGER NOT NULL, event INTEGER NOT NULL,
  PRIMARY KEY(series, starts, event)) WITHOUT ROWID;
CREATE INDEX event_series_event ON event_series(event, series);
CREATE VIRTUAL TABLE event_text USING fts5({TEXT});
-- what several records make together; the rows above are the events', by their first members
CREATE TABLE event_body(rid INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE event_member(
  member INTEGER PRIMARY KEY, event INTEGER NOT NULL, confidence REAL NOT NULL, source TEXT NOT NULL);
CREATE INDEX event_member_event ON event_member(event);
CREATE INDEX event_member_source ON event_member(source, event);
-- each record by itself, as rule 2 of hub/derive/same_event.py reads it: another rule is another number here
CREATE TABLE event_told(rid INTEGER PRIMARY KEY, at INTEGER, series INTEGER, told BLOB NOT NULL);
CREATE INDEX event_told_at ON event_told(at) WHERE at IS NOT NULL;
CREATE INDEX event_told_series ON event_told(series) WHERE series IS NOT NULL;
CREATE TABLE event_key(
  key INTEGER NOT NULL, source TEXT NOT NULL, rid INTEGER NOT NULL, PRIMARY KEY(key, source, rid)) WITHOUT ROWID;
CREATE TABLE event_tie(
  one INTEGER NOT NULL, other INTEGER NOT NULL, confidence REAL NOT NULL, PRIMARY KEY(one, other)) WITHOUT ROWID;
-- where records are whose source names no place: the words of places that they may mean, and which was found
CREATE TABLE event_word(word TEXT NOT NULL, rid INTEGER NOT NULL, PRIMARY KEY(word, rid)) WITHOUT ROWID;
CREATE INDEX event_word_rid ON event_word(rid);
CREATE TABLE event_guess(rid INTEGER PRIMARY KEY, place INTEGER NOT NULL, confidence REAL NOT NULL);
-- the events whose place none of their sources names
CREATE TABLE event_inferred(event INTEGER PRIMARY KEY, confidence REAL NOT NULL);

-- what few filters of events read: weekday is a bit (1 Monday), starts and ends are minutes after Helsinki's midnight
CREATE TABLE event_detail(
  rid INTEGER PRIMARY KEY, weekday INTEGER NOT NULL, starts INTEGER, ends INTEGER, spoken INTEGER NOT NULL,
  written INTEGER NOT NULL, data_source TEXT, capacity INTEGER, least INTEGER, outdoors INTEGER);
CREATE TABLE keyword_set(rid INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE INDEX keyword_set_name ON keyword_set(name, rid);
CREATE TABLE keyword_in_set(
  keyword_set INTEGER NOT NULL, keyword INTEGER NOT NULL, PRIMARY KEY(keyword_set, keyword)) WITHOUT ROWID;
CREATE TABLE event_seats(rid INTEGER PRIMARY KEY, event INTEGER NOT NULL, remaining INTEGER);
CREATE INDEX event_seats_event ON event_seats(event);
CREATE TABLE organisation(rid INTEGER PRIMARY KEY, parent INTEGER);
CREATE INDEX organisation_parent ON organisation(parent);

CREATE TABLE thing(
  rid INTEGER PRIMARY KEY, format TEXT NOT NULL, year INTEGER, name TEXT NOT NULL, source TEXT NOT NULL);
CREATE INDEX thing_name ON thing(name, rid, format, year);
CREATE TABLE thing_branch(
  code TEXT NOT NULL, thing INTEGER NOT NULL, PRIMARY KEY(code, thing)) WITHOUT ROWID;
CREATE INDEX thing_branch_thing ON thing_branch(thing, code);
CREATE TABLE thing_language(
  language TEXT NOT NULL, thing INTEGER NOT NULL, PRIMARY KEY(language, thing)) WITHOUT ROWID;
CREATE INDEX thing_language_thing ON thing_language(thing, language);
CREATE VIRTUAL TABLE thing_text USING fts5({TEXT});

CREATE TABLE climate_action(
  rid INTEGER PRIMARY KEY, status TEXT NOT NULL, name TEXT NOT NULL, source TEXT NOT NULL);
CREATE INDEX climate_action_name ON climate_action(name, rid, status);
CREATE VIRTUAL TABLE climate_text USING fts5({TEXT});

CREATE TABLE process(rid INTEGER PRIMARY KEY, starts TEXT, ends TEXT, name TEXT NOT NULL, source TEXT NOT NULL);
CREATE INDEX process_starts ON process(starts DESC, rid DESC);
CREATE TABLE budgeting_area(rid INTEGER PRIMARY KEY, area INTEGER, whole INTEGER NOT NULL, name TEXT NOT NULL);
CREATE TABLE budget(rid INTEGER PRIMARY KEY, process INTEGER, area INTEGER, name TEXT NOT NULL, source TEXT NOT NULL);
CREATE INDEX budget_process ON budget(process, name, rid);
CREATE TABLE project(
  rid INTEGER PRIMARY KEY, process INTEGER, budget INTEGER, scope INTEGER, located INTEGER NOT NULL, cents INTEGER,
  selected INTEGER, created INTEGER NOT NULL, name TEXT NOT NULL, source TEXT NOT NULL);
CREATE INDEX project_budget ON project(budget, name, rid, selected);
CREATE INDEX project_name ON project(name, rid, process, scope, selected);
CREATE INDEX project_scope ON project(scope, located);
CREATE VIRTUAL TABLE project_text USING fts5({TEXT});
CREATE TABLE proposal(
  rid INTEGER PRIMARY KEY, process INTEGER, scope INTEGER, located INTEGER NOT NULL, stage TEXT NOT NULL, state TEXT,
  supports INTEGER, lat REAL, lon REAL, created INTEGER NOT NULL, name TEXT NOT NULL, source TEXT NOT NULL);
CREATE INDEX proposal_created ON proposal(created DESC, rid DESC, process, scope, stage, state);
CREATE INDEX proposal_scope ON proposal(scope, located);
CREATE VIRTUAL TABLE proposal_text USING fts5({TEXT});
CREATE TABLE result(rid INTEGER PRIMARY KEY, process INTEGER, name TEXT NOT NULL, source TEXT NOT NULL);
-- inside: a point of the record, or of what it grew from, lies in the area
CREATE TABLE civic_area(area INTEGER NOT NULL, rid INTEGER NOT NULL, PRIMARY KEY(area, rid)) WITHOUT ROWID;
CREATE INDEX civic_area_rid ON civic_area(rid);
-- the chain idea → plan → project → result, each pair once, from the earlier to the later
CREATE TABLE chain(
  earlier INTEGER NOT NULL, later INTEGER NOT NULL, said_by INTEGER NOT NULL, PRIMARY KEY(earlier, later, said_by)
) WITHOUT ROWID;
CREATE INDEX chain_later ON chain(later, earlier);
CREATE INDEX chain_said_by ON chain(said_by);

-- `early`: closed before its time. Whether it is open, the clock says
CREATE TABLE hearing(
  rid INTEGER PRIMARY KEY, opens INTEGER NOT NULL, closes INTEGER NOT NULL, early INTEGER NOT NULL,
  lat REAL, lon REAL, name TEXT NOT NULL, source TEXT NOT NULL);
CREATE INDEX hearing_opens ON hearing(opens, rid, closes, early);
CREATE INDEX hearing_closes ON hearing(closes, rid, opens, early);
CREATE TABLE hearing_section(
  rid INTEGER PRIMARY KEY, hearing INTEGER NOT NULL, later INTEGER NOT NULL, created INTEGER NOT NULL);
CREATE INDEX hearing_section_hearing ON hearing_section(hearing, later, created, rid);
CREATE TABLE hearing_area(
  area INTEGER NOT NULL, hearing INTEGER NOT NULL, PRIMARY KEY(area, hearing)) WITHOUT ROWID;
CREATE INDEX hearing_area_hearing ON hearing_area(hearing, area);
CREATE VIRTUAL TABLE hearing_text USING fts5({TEXT});

CREATE TABLE decision(
  rid INTEGER PRIMARY KEY, decided TEXT NOT NULL, number TEXT, name TEXT NOT NULL, source TEXT NOT NULL);
CREATE INDEX decision_decided ON decision(decided, rid);
CREATE INDEX decision_number ON decision(number, decided, rid);
CREATE TABLE decision_area(
  area INTEGER NOT NULL, decided TEXT NOT NULL, decision INTEGER NOT NULL,
  PRIMARY KEY(area, decided, decision)) WITHOUT ROWID;
CREATE INDEX decision_area_decision ON decision_area(decision, area);
CREATE VIRTUAL TABLE decision_text USING fts5({TEXT});
"""
