"""The data folder: one writer, and no file that is open is ever replaced."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from hub.index import files
from hub.index.crawls import CrawlState, State
from hub.index.files import FolderInUse, current_file, data_folder, is_whole, open_writer
from hub.index.layout import DERIVE, fingerprint, rules
from hub.index.read import Index
from hub.index.write import Changes, Writer
from hub.records.core import Ref
from hub.records.events import Organisation
from tests import made
from tests.derive.tables import dump
from tests.index.made import START, Clock, event


def filled(folder: Path, clock: Clock) -> Path:
    writer = open_writer(folder, now=clock, synchronous="OFF")
    with writer.transaction():
        writer.put([event("a:1"), event("a:2"), event("a:3")])
        writer.rid_of([Ref("place", "le", "stub")])
        writer.withdraw([Ref("event", "le", "a:3")])
        writer.save_crawl(
            CrawlState(source="le", collection="event", state=State.OK, last_full=START, since=START, records=2)
        )
    writer.close()
    return writer.path


def keys(writer: Writer) -> list[str]:
    return [record.ref.key for _, record in writer.of_kind("event")]


def test_a_folder_is_made_with_a_file_that_readers_find(tmp_path: Path) -> None:
    path = filled(tmp_path / "var", Clock())

    assert current_file(tmp_path / "var") == path


def test_without_a_folder_a_temporary_one_serves_and_is_removed(tmp_path: Path) -> None:
    with data_folder(None) as folder:
        assert filled(folder, Clock()).exists()
    assert not folder.exists()

    with data_folder(tmp_path) as folder:
        assert folder == tmp_path
    assert tmp_path.exists()


def test_a_second_writer_is_refused_until_the_first_has_gone(tmp_path: Path) -> None:
    first = open_writer(tmp_path, now=Clock(), synchronous="OFF")
    with pytest.raises(FolderInUse):
        open_writer(tmp_path, now=Clock(), synchronous="OFF")
    first.close()

    open_writer(tmp_path, now=Clock(), synchronous="OFF").close()


def test_after_a_restart_everything_is_there(tmp_path: Path) -> None:
    path = filled(tmp_path, Clock())

    writer = open_writer(tmp_path, now=Clock(), synchronous="OFF")

    assert writer.path == path
    assert keys(writer) == ["a:1", "a:2"]
    writer.close()


def damage(path: Path) -> bytes:
    """Something that only a check of the whole file finds at once."""
    whole = bytearray(path.read_bytes())
    middle = len(whole) // 8192 // 2 * 8192
    whole[middle : middle + 8192] = b"\xff" * 8192
    path.write_bytes(whole)
    return bytes(whole)


def test_after_a_clean_end_the_file_is_not_checked(tmp_path: Path) -> None:
    old = filled(tmp_path, Clock())
    damage(old)

    writer = open_writer(tmp_path, now=Clock(), synchronous="OFF")

    assert writer.path == old
    writer.close()


def test_after_a_killed_process_a_corrupt_file_is_left_alone_and_another_begun_with_what_can_be_read(
    tmp_path: Path,
) -> None:
    clock = Clock()
    old = filled(tmp_path, clock)
    damaged = damage(old)
    (tmp_path / "harvest.lock").write_bytes(b"open\n")  # what a killed process leaves
    clock.turn(minutes=1)

    writer = open_writer(tmp_path, now=clock, synchronous="OFF")

    assert writer.path != old
    assert old.read_bytes() == damaged
    assert current_file(tmp_path) == writer.path
    with writer.transaction():
        assert writer.put([event("a:9")]).new == 1
    writer.close()


@pytest.mark.parametrize("file", ["placing.py", "place_words.toml"])
def test_another_rule_of_derivation_is_another_index(tmp_path: Path, file: str) -> None:
    folder = shutil.copytree(DERIVE, tmp_path / "derive")
    before = rules(folder)
    assert before == rules(DERIVE)

    (folder / file).write_text((folder / file).read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")

    assert rules(folder) != before


def test_a_row_in_every_table_is_no_corruption(tmp_path: Path) -> None:
    path = filled(tmp_path, Clock())
    db = sqlite3.connect(path, isolation_level=None)
    tables = db.execute(
        "SELECT name FROM pragma_table_list WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
    ).fetchall()
    value = {"TEXT": "x", "INTEGER": 77, "REAL": 7.5, "BLOB": b"x"}
    for (table,) in tables:
        row = [value[kind] for _, _, kind, *_ in db.execute(f"PRAGMA table_info({table})").fetchall()]
        db.execute(f"INSERT INTO {table} VALUES ({','.join('?' * len(row))})", row)
    db.close()

    assert len(tables) > 50
    assert is_whole(path)


def test_a_file_that_is_no_database_is_left_alone_too(tmp_path: Path) -> None:
    clock = Clock()
    old = filled(tmp_path, clock)
    old.write_bytes(b"no database" * 1000)
    clock.turn(minutes=1)

    writer = open_writer(tmp_path, now=clock, synchronous="OFF")

    assert writer.path != old
    assert keys(writer) == []
    writer.close()


def as_older_layout(folder: Path, path: Path) -> Path:
    """The same file under the name that another layout would have given it."""
    old = folder / path.name.replace(fingerprint(), "0123456789abcdef")
    path.rename(old)
    (folder / "CURRENT").write_text(f"{old.name}\n")
    return old


def test_an_older_layout_is_carried_forward_under_the_same_row_numbers(tmp_path: Path) -> None:
    clock = Clock()
    old = as_older_layout(tmp_path, filled(tmp_path, clock))
    clock.turn(minutes=1)
    derived: list[set[int]] = []

    def derive(writer: Writer, changes: Changes) -> set[str]:
        derived.append(set(changes.changed["event"]))
        return set()

    writer = open_writer(tmp_path, now=clock, derive=derive, synchronous="OFF")

    assert old.exists()
    assert current_file(tmp_path) == writer.path
    assert {rid: record.ref.key for rid, record in writer.of_kind("event")} == {1: "a:1", 2: "a:2"}
    assert derived == [{1, 2}]
    with writer.transaction():
        assert writer.rid_of([Ref("place", "le", "stub")]) == {Ref("place", "le", "stub"): 4}
        assert writer.put([event("a:1")]).same == 1
    assert writer.connection.execute("SELECT key FROM record WHERE withdrawn NOT NULL").fetchall() == [("a:3",)]
    state = writer.crawls()["le", "event"]
    assert (state.last_full, state.since) == (START, None)  # it has something to serve, and is due for a full crawl
    writer.close()


def test_what_is_derived_is_the_same_whatever_row_a_reference_leads_to(tmp_path: Path) -> None:
    """The parent's row comes one after the first thousand, which are carried together."""
    parent = Ref("organisation", "le", "parent")
    child = Organisation(ref=Ref("organisation", "le", "child"), read_at=made.NOW, parent=parent)
    writer = made.in_folder(tmp_path)
    made.put(writer, *(made.keyword(f"k:{number}") for number in range(files.ROWS - 1)), child)
    made.put(
        writer,
        made.event("e", keywords=["k:7"], at_place="p"),
        made.place("p"),
        Organisation(ref=parent, read_at=made.NOW),
    )
    assert made.number_of(writer, parent) == files.ROWS + 1
    before, path = dump(writer), writer.path
    writer.close()
    old = as_older_layout(tmp_path, path)

    carried = made.in_folder(tmp_path)

    assert carried.path != old
    assert dump(carried) == before
    assert carried.connection.execute("SELECT 1 FROM sqlite_stat1 WHERE tbl = 'record'").fetchall(), "planned for"
    carried.close()


def test_what_an_older_layout_wrote_and_today_cannot_read_is_left_to_the_harvest(tmp_path: Path) -> None:
    clock = Clock()
    path = filled(tmp_path, clock)
    writer = open_writer(tmp_path, now=clock, synchronous="OFF")
    writer.connection.execute("UPDATE body SET body = x'c0' WHERE rid = 1")
    writer.close()
    as_older_layout(tmp_path, path)
    clock.turn(minutes=1)

    writer = open_writer(tmp_path, now=clock, synchronous="OFF")

    assert keys(writer) == ["a:2"]
    with writer.transaction() as changes:
        writer.put([event("a:1")])
    assert changes.changed == {"event": {1}}
    writer.close()


def test_readers_of_the_old_file_go_on_until_the_new_one_is_filled(tmp_path: Path) -> None:
    clock = Clock()
    path = filled(tmp_path, clock)
    index = Index(tmp_path)
    as_older_layout(tmp_path, path)
    seen: list[int] = []

    def derive(writer: Writer, changes: Changes) -> set[str]:
        seen.append(len(index.rows("SELECT * FROM body")))
        return set()

    clock.turn(minutes=1)
    open_writer(tmp_path, now=clock, derive=derive, synchronous="OFF").close()

    assert seen == [2]
    index.close()


def test_a_file_that_current_has_not_named_for_a_week_is_deleted(tmp_path: Path) -> None:
    clock = Clock()
    old = as_older_layout(tmp_path, filled(tmp_path, clock))
    clock.turn(minutes=1)
    open_writer(tmp_path, now=clock, synchronous="OFF").close()
    os.utime(old, (clock().timestamp(), clock().timestamp()))
    clock.turn(days=6)
    open_writer(tmp_path, now=clock, synchronous="OFF").close()
    assert old.exists()
    clock.turn(days=2)
    current = current_file(tmp_path)
    assert current is not None

    open_writer(tmp_path, now=clock, synchronous="OFF").close()

    assert not old.exists()
    assert current.exists()


def test_a_line_in_current_that_leads_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "CURRENT").write_text(f"../index-{fingerprint()}-1.sqlite\n")

    assert current_file(tmp_path) is None
