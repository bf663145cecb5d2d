"""A harvest that is killed at any moment leaves a whole index, and the next one goes on."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

from hub.index.files import current_file, open_writer
from tests.index.made import Clock

PAGES = (3, 26, 7, 45, 12, 31)  # read before the kill; a crawl has 20

HARVEST = """
import asyncio, sys
from pathlib import Path
from hub.harvest.harvester import Harvester
from hub.index.files import open_writer
from tests.harvest.shelf import Shelf, ShelfConnector, rows, source
from tests.harvest.test_harvester import with_references
from tests.index.made import Clock

clock = Clock()
shelf = Shelf(clock, page=20)
writer = open_writer(Path(sys.argv[1]), now=clock, derive=with_references)
async def read(wanted):
    print("page", flush=True)
    return await shelf.read(wanted)
made = Harvester([ShelfConnector(source())], writer, read)
turn = int(sys.argv[2])
while True:  # every crawl changes every row
    turn += 1
    shelf.lists["event"] = [dict(row, name=f"{row['id']} {turn}") for row in rows(*(f"k{n}" for n in range(400)))]
    for row in shelf.lists["event"]:
        row["keywords"] = [f"{row['id']}-{turn % 7}"]
    asyncio.run(made.once())
"""


def test_an_index_whose_harvest_is_killed_reopens_whole_each_time(tmp_path: Path) -> None:
    chance = random.Random(20261122)
    for attempt, pages in enumerate(PAGES):
        with subprocess.Popen(
            [sys.executable, "-c", HARVEST, f"{tmp_path}", f"{attempt * 1000}"], stdout=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            for _ in range(pages):
                assert process.stdout.readline() == b"page\n"
            try:
                process.wait(timeout=chance.uniform(0, 0.01))
            except subprocess.TimeoutExpired:
                os.kill(process.pid, signal.SIGKILL)
        assert process.returncode == -signal.SIGKILL
        path = current_file(tmp_path)
        assert path is not None
        db = sqlite3.connect(path)
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        ((live,),) = db.execute("SELECT count(*) FROM record WHERE hash NOT NULL").fetchall()
        ((bodies,),) = db.execute("SELECT count(*) FROM body").fetchall()
        ((orphans,),) = db.execute("SELECT count(*) FROM body WHERE rid NOT IN (SELECT rid FROM record)").fetchall()
        db.close()
        assert live == bodies
        assert live % 20 == 0  # a page is there whole or not at all
        assert orphans == 0
    writer = open_writer(tmp_path, now=Clock(), synchronous="OFF")
    assert len(list(writer.of_kind("event"))) == 400  # one crawl at least got through
    assert writer.path == path
    writer.close()
