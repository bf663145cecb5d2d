"""What the index file holds: the base tables (what the sources said) and, from `derived`, what follows from it.

A file's name carries the layout's fingerprint, so another layout is another file and never a migration in place.

record        one row for each source record, for ever: a key keeps its rid. Moments are epoch milliseconds.
    hash      of the content without `read_at`; NULL: no copy here. Such a row is a stub (something refers to it), or
              withdrawn, or dropped after its window.
    withdrawn when the source took it back; kept 90 days
    left_window   when a crawl first found it gone from the list because its window had passed; still served, 90 days
    asked     when its source was last asked for this one key; NULL: never
    listed    0: known by its key only, the source's list leaves it out, so a list that lacks it says nothing
body          the record, msgpack by name of its fields
unconfirmed   what the last complete crawl did not confirm: `misses` complete crawls in a row lacked it (0: its row was
              there and unreadable), `held` is when it was last confirmed
crawl         one row for each source and collection (see `crawls`)
dropped       what the owner of a row should know, of the last crawl of each collection that read something: rows that
              could not be read (`kept` NULL), that were passed over (0), that were mended or guessed at (1)
seen          by what the last reply of a collection in one page is known again (`hub.fetch.Seen`), and when it was read
source_health what the harvester's requests say of each source, by its id (`hub.fetcher.SourceHealth` as JSON)
generation    moves in the transaction that changes rows of its kind. `pending`: rows changed, not moved yet.
              "confirmed:<kind>" moves when a crawl of that kind ends or its state changes
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import Stemmer

from hub.index import vocabulary
from hub.index.derived import DDL as DERIVED_DDL
from hub.index.meaning import VERSION as MEANING
from hub.index.spoken_areas import SPOKEN
from hub.index.stems import VERSION as STEMS
from hub.records.registry import RECORD_TYPES

PAGE_SIZE = 8192  # bytes; bodies of two kilobytes leave a third of each 4 kB page empty
BODIES = "msgpack by name, 1"
DERIVE = Path(__file__).parents[1] / "derive"

BASE_DDL = """
CREATE TABLE record(
  rid INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, source TEXT NOT NULL, key TEXT NOT NULL,
  hash BLOB, read_at INTEGER, modified INTEGER, withdrawn INTEGER, left_window INTEGER, asked INTEGER,
  listed INTEGER NOT NULL DEFAULT 1, UNIQUE(kind, source, key));
CREATE INDEX record_stub ON record(kind, source) WHERE hash IS NULL;
CREATE INDEX record_unlisted ON record(kind, source) WHERE listed = 0;
CREATE INDEX record_withdrawn ON record(withdrawn) WHERE withdrawn IS NOT NULL;
CREATE INDEX record_left ON record(left_window) WHERE left_window IS NOT NULL;
CREATE TABLE body(rid INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE unconfirmed(rid INTEGER PRIMARY KEY, misses INTEGER NOT NULL, held INTEGER);
CREATE TABLE crawl(
  source TEXT NOT NULL, collection TEXT NOT NULL, state TEXT NOT NULL, started INTEGER, last_ok INTEGER,
  last_full INTEGER, confirmed INTEGER, since INTEGER, failures INTEGER NOT NULL, retry_at INTEGER,
  records INTEGER NOT NULL, dropped INTEGER NOT NULL, progress REAL, fresh INTEGER NOT NULL, message TEXT,
  remarks INTEGER NOT NULL, wish INTEGER, PRIMARY KEY(source, collection)) WITHOUT ROWID;
CREATE TABLE dropped(
  source TEXT NOT NULL, collection TEXT NOT NULL, key TEXT, reason TEXT NOT NULL, at_where TEXT, mend TEXT,
  kept INTEGER, at INTEGER NOT NULL);
CREATE INDEX dropped_collection ON dropped(source, collection);
CREATE TABLE seen(
  source TEXT NOT NULL, collection TEXT NOT NULL, url TEXT NOT NULL, etag TEXT, modified TEXT, essence BLOB NOT NULL,
  at INTEGER NOT NULL, PRIMARY KEY(source, collection)) WITHOUT ROWID;
CREATE TABLE source_health(source TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE generation(
  kind TEXT PRIMARY KEY, gen INTEGER NOT NULL, moved INTEGER NOT NULL, pending INTEGER NOT NULL) WITHOUT ROWID;
"""

DDL = BASE_DDL + DERIVED_DDL


@cache
def fingerprint() -> str:
    """Sixteen hex digits that change when the tables, the records' fields, the stems, themes, spoken names or the rules
    of derivation do: an upgrade then derives all anew from what is there, and never serves what an older rule made.
    """
    _, shapes = msgspec.json.schema_components(RECORD_TYPES)
    words = [STEMS, Stemmer.version(), MEANING, vocabulary.fingerprint(), SPOKEN]
    layout = [DDL, str(PAGE_SIZE), BODIES, *words, rules(DERIVE), _without_prose(shapes)]
    return hashlib.sha256(msgspec.json.encode(layout, order="deterministic")).hexdigest()[:16]


def rules(folder: Path) -> str:
    """A digest of the derivation's own files, its code and its lists of words: a version to be raised by hand would be
    forgotten. (Its table of joins is compared entry by entry when the writer opens, and is not in it.)
    """
    digest = hashlib.sha256()
    for file in sorted([*folder.glob("*.py"), *folder.glob("*.toml")]):
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def _without_prose(schema: Any) -> Any:
    """A JSON schema without its descriptions: a better docstring is not another layout."""
    if isinstance(schema, dict):
        return {name: _without_prose(part) for name, part in schema.items() if name not in {"description", "title"}}
    return [_without_prose(part) for part in schema] if isinstance(schema, (list, tuple)) else schema
