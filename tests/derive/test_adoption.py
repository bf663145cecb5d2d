"""A corrected file of joins shows: at the next start, while the hub runs, and as if it had always been so."""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec
import pytest

from hub.derive.joins import Joins
from hub.derive.overrides import Overrides
from hub.errors import BadSettings
from hub.harvesting import gathering
from hub.index.write import Writer
from hub.records.core import Address
from hub.records.places import PlaceKind
from hub.settings import parse
from tests import made
from tests.derive.tables import dump, members

HERE = Address(street=made.fi("Viides linja 11"))
KALLIO = made.unit("8215", "Kallion kirjasto", address=HERE, kinds=(PlaceKind.LIBRARY,))
ROOM, TWIN = made.place("174", "Lukusali", source="va"), made.place("a", "Kallion kirjasto", address=HERE)
BRANCH = made.library("86803", "Ristikon kirjasto")
EVENT = made.event("e", location_text=made.fi("Ullakko"))
EVERYTHING = (KALLIO, ROOM, TWIN, BRANCH, EVENT)

SAYS = [
    Overrides(),
    Overrides(same=((("sm", "8215"), ("va", "174")),)),
    Overrides(apart=((("le", "a"), ("sm", "8215")),), texts=(("ullakko", ("ki", "86803")),)),
    Overrides(branches=(("b/1", ("ki", "86803")), ("b/2", None)), texts=(("ullakko", ("sm", "8215")),)),
    Overrides(branches=(("b/1", ("sm", "8215")),), same=((("ki", "86803"), ("sm", "8215")),)),
]
TABLE = msgspec.structs.replace(made.NO_JOINS, kirkanta_of_building={"b/2": "86803"})


def joins(said: Overrides) -> Joins:
    return msgspec.structs.replace(TABLE, overrides=said)


@pytest.mark.parametrize("before", range(len(SAYS)))
@pytest.mark.parametrize("after", range(len(SAYS)))
def test_what_is_corrected_is_as_if_it_had_always_been_so(before: int, after: int) -> None:
    derivation = made.derivation(TABLE)
    writer = Writer(Path(":memory:"), now=lambda: made.NOW, derive=derivation, synchronous="OFF")
    derivation.adopt(writer, joins(SAYS[before]))
    made.put(writer, *EVERYTHING)

    is_new = derivation.adopt(writer, joins(SAYS[after]))

    other = made.derivation(TABLE)
    anew = Writer(Path(":memory:"), now=lambda: made.NOW, derive=other, synchronous="OFF")
    other.adopt(anew, joins(SAYS[after]))
    made.put(anew, *EVERYTHING)
    assert dump(writer) == dump(anew)
    assert is_new == (before != after)
    writer.close()
    anew.close()


def test_another_shipped_table_is_adopted_at_the_start(tmp_path: Path) -> None:
    first = made.in_folder(tmp_path)
    made.put(first, made.unit("1"), made.library("k1"))
    first.close()

    derivation = made.derivation()
    again = made.in_folder(tmp_path, derive=derivation)
    derivation.adopt(again, Joins(tprek_of_kirkanta={"k1": "1"}, kirkanta_of_building={}, tprek_of_building={}))

    assert members(again) == {frozenset({"sm:1", "ki:k1"})}
    again.close()


# ---- the file


def write(file: Path, content: str) -> None:
    file.write_text(content, encoding="utf-8")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "joins.toml"
    write(path, "")
    return path


def same(*records: str) -> str:
    return f"[[same]]\nrecords = {msgspec.json.encode(records).decode()}\n"


def settings(folder: Path, file: Path) -> str:
    sources = {"servicemap": "sm", "varaamo": "va", "linkedevents": "le", "kirkanta": "ki"}
    told = [
        f'[sources.{name}]\nconnector = "{name}"\nid = "{id_}"\nurl = "https://{name}.example/"'
        for name, id_ in sources.items()
    ]
    return "\n".join([f'[hub]\ndata_dir = "{folder / "data"}"\njoins = "{file}"', *told])


async def test_a_corrected_file_shows_while_the_hub_runs_and_after_a_restart(tmp_path: Path, file: Path) -> None:
    configured = parse(settings(tmp_path, file))
    async with gathering(configured, clock=lambda: made.NOW, synchronous="OFF") as gathered:
        made.put(gathered.writer, KALLIO, ROOM)
        assert members(gathered.writer) == {frozenset({"sm:8215"}), frozenset({"va:174"})}

        write(file, same("varaamo:174", "servicemap:8215"))
        gathered.joining.look()
        assert members(gathered.writer) == {frozenset({"sm:8215", "va:174"})}

    write(file, "")
    async with gathering(configured, clock=lambda: made.NOW, synchronous="OFF") as gathered:
        assert members(gathered.writer) == {frozenset({"sm:8215"}), frozenset({"va:174"})}


async def test_a_file_with_a_mistake_changes_nothing_while_the_hub_runs_and_is_told_once(
    tmp_path: Path, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(file, same("varaamo:174", "servicemap:8215"))
    async with gathering(parse(settings(tmp_path, file)), clock=lambda: made.NOW, synchronous="OFF") as gathered:
        made.put(gathered.writer, KALLIO, ROOM)
        write(file, same("varamo:174", "servicemap:8215"))
        with caplog.at_level(logging.INFO):
            gathered.joining.look()
            gathered.joining.look()

        assert members(gathered.writer) == {frozenset({"sm:8215", "va:174"})}
    assert [record.getMessage() for record in caplog.records] == ["joins.refused"]


def test_a_mistake_in_the_file_ends_the_start_with_file_key_and_reason(tmp_path: Path, file: Path) -> None:
    write(file, same("varamo:174", "servicemap:8215"))

    with pytest.raises(BadSettings) as refused:
        parse(settings(tmp_path, file))

    known = "ki, kirkanta, le, linkedevents, servicemap, sm, va, varaamo"
    assert refused.value.mistakes == [f"{file}: same[1].records: varamo is no source; there are {known}"]


def test_a_file_that_is_not_there_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match=r"hub\.joins: .*nowhere\.toml can't be read"):
        parse(settings(tmp_path, tmp_path / "nowhere.toml"))
