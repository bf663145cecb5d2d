"""`hub joins`: everything that could not be joined, with what it is most like, and nothing that was."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import msgspec
import pytest
from rich.console import Console

from hub.commands.unjoined import Like, Room, Unjoined, show, unjoined
from hub.configured import Settings
from hub.derive.joins import Joins
from hub.errors import BadSettings
from hub.records.core import Address, Record
from hub.settings import parse
from tests import made

HERE = Address(street=made.fi("Viides linja 11"), city="Helsinki")
SPOT = made.spot(60.18372, 24.95251)
KALLIO = made.unit("8215", "Kallion kirjasto", kirkanta=["84860"], address=HERE, location=SPOT)
SOURCES = {"servicemap": "sm", "kirkanta": "ki", "varaamo": "va", "linkedevents": "le", "finna": "fi"}


def settings(folder: Path, joins: str = "") -> Settings:
    told = [
        f'[sources.{name}]\nconnector = "{name}"\nid = "{id_}"\nurl = "https://x.example/"'
        for name, id_ in SOURCES.items()
    ]
    (folder / "joins.toml").write_text(joins, encoding="utf-8")
    head = f'[hub]\ndata_dir = "{folder / "data"}"\njoins = "{folder / "joins.toml"}"'
    return parse("\n".join([head, *told]))


def report(folder: Path, *records: Record, joins: str = "") -> Unjoined:
    writer = made.in_folder(folder / "data", Joins.shipped())
    made.put(writer, *records)
    writer.close()
    return unjoined(settings(folder, joins))


def test_what_is_joined_is_not_told(tmp_path: Path) -> None:
    calendar = made.place("a", "Kallion kirjasto", address=HERE, location=SPOT)
    event = made.event("e", location_text=made.fi("Kallion kirjasto, Viides linja 11"))
    found = report(tmp_path, KALLIO, made.library("84860"), calendar, event, made.thing("1", "Pora", "2/Helmet/h/h53/"))

    assert (found.codes, found.texts, found.places, found.rooms) == ([], [], [], [])
    assert "8215" not in {branch.tprek for branch in found.branches}


def test_a_code_is_told_with_the_number_of_its_records_and_why(tmp_path: Path) -> None:
    things = [
        made.thing("1", "Pora", "2/Helmet/h/h99/", "2/Helmet/h/h00/"),
        made.thing("2", "Saha", "2/Helmet/h/h99/", "2/Helmet/h/hyy/"),
    ]
    found = report(tmp_path, *things, joins='[branches]\n"2/Helmet/h/hyy/" = false')

    assert [(code.code, code.records, code.why) for code in found.codes] == [
        ("2/Helmet/h/h99/", 2, "in neither table nor file"),
        ("2/Helmet/h/h00/", 1, "its place is not here"),
    ]


def test_texts_that_mean_no_place_are_counted_with_what_they_are_like(tmp_path: Path) -> None:
    texts = ["Ullakko", "ullakko ", "Kallion kirjasto, Vallilan kirjasto", "Zoom"]
    events = [made.event(f"{i}", location_text=made.fi(text)) for i, text in enumerate(texts)]
    found = report(tmp_path, KALLIO, *events, joins="[texts]\nzoom = false")

    near = Like(record="servicemap:8215", name="Kallion kirjasto", confidence=0.77)
    assert [(words.text, words.events, words.like) for words in found.texts] == [
        ("ullakko", 2, []),
        ("kallion kirjasto, vallilan kirjasto", 1, [near]),
    ]


def test_a_place_that_stands_alone_is_told_with_its_near_misses(tmp_path: Path) -> None:
    booking = made.place("174", "Kallion kirjasto", source="va", location=SPOT)
    found = report(tmp_path, KALLIO, booking, made.place("b", "Talkoopiha"))

    near = Like(record="servicemap:8215", name="Kallion kirjasto", confidence=0.8)
    assert [(place.record, place.like) for place in found.places] == [("linkedevents:b", []), ("varaamo:174", [near])]


def test_rooms_without_a_place_are_told(tmp_path: Path) -> None:
    found = report(tmp_path, made.space("1", "Sauna", at_place="nowhere"), made.space("2", "Huone", at_place="a"))

    assert found.rooms == [Room(record="varaamo:2", name="huone"), Room(record="varaamo:1", name="sauna")]


def test_units_of_the_table_that_no_longer_name_their_library_are_told(tmp_path: Path) -> None:
    found = report(tmp_path, KALLIO, made.unit("8269"), made.unit("8154", kirkanta=["1"]))
    told = {branch.tprek: (branch.kirkanta, branch.why, branch.says) for branch in found.branches}

    assert told["8269"] == ("84924", "the unit names no library", [])
    assert told["8154"] == ("84912", "the unit names another library", ["1"])
    assert told["51342"] == ("86476", "the register has no such unit", [])


def test_records_that_the_file_names_and_that_are_not_there_are_told(tmp_path: Path) -> None:
    found = report(tmp_path, KALLIO, joins='[[same]]\nrecords = ["servicemap:8215", "varaamo:9"]')

    assert found.absent == ["varaamo:9"]


def test_without_an_index_there_is_nothing_to_look_at(tmp_path: Path) -> None:
    nowhere = msgspec.structs.replace(settings(tmp_path), data_dir=None)

    with pytest.raises(BadSettings, match="data_dir is not set"):
        unjoined(nowhere)


def test_people_get_tables(tmp_path: Path) -> None:
    written = StringIO()
    booking = made.place("174", "Kallion [kirjasto]", source="va", location=SPOT)

    show(report(tmp_path, KALLIO, booking), Console(file=written, width=150))

    assert "places that stand alone: 1" in written.getvalue()
    assert "Kallion kirjasto (servicemap:8215) 0.80" in written.getvalue()
    assert "more: --json tells all" in written.getvalue()
