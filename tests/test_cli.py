"""The command line: what it says and how it ends. Against the sandbox on loopback."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import msgspec
import pytest
import uvicorn
from typer.testing import CliRunner, Result

from hub.cli import app, demo_text
from hub.commands.checking import Checked
from hub.index.files import open_writer
from hub.sandbox.bases import bases
from hub.sandbox.server import sandbox
from hub.schema.schema import schema
from hub.wiring import utc_now

LONG = 60.0


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(sandbox(utc_now), log_config=None, lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture
def switch(origin: str) -> Iterator[httpx.Client]:
    """The sandbox's switches; all stand-ins are well again afterwards."""
    with httpx.Client(base_url=origin, trust_env=False) as client:
        yield client
        for name in bases(origin):
            client.post(f"/_sandbox/{name}", params={"state": "ok"})


@pytest.fixture
def config(origin: str, tmp_path: Path) -> Path:
    file = tmp_path / "hub.toml"
    urls = bases(origin)
    file.write_text(
        f'[hub]\ndata_dir = "{tmp_path / "var"}"\n'
        f'[sources.finna]\nurl = "{urls["finna"]}"\nallow_private = true\ntimeout = "30s"\n'
        f'[sources.museum]\nconnector = "icalendar"\nurl = "{urls["icalendar"]}"\nallow_private = true\n'
    )
    return file


def hub(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def checked(result: Result) -> list[Checked]:
    return msgspec.json.decode(result.stdout, type=list[Checked])


# -- check ------------------------------------------------------------------------------------------------------------


def test_check_says_that_every_upstream_keeps_its_contract(config: Path) -> None:
    told, machine = hub("check", "--config", config), hub("check", "--config", config, "--json")

    assert told.exit_code == machine.exit_code == 0
    assert told.stdout.count("keeps its contract") == 2
    assert [(one.source, one.connector, one.ok) for one in checked(machine)] == [
        ("finna", "finna", True),
        ("museum", "icalendar", True),
    ]


@pytest.mark.parametrize(("state", "code"), [("down", "UPSTREAM_UNAVAILABLE"), ("garbage", "UPSTREAM_CHANGED")])
def test_check_fails_if_one_of_them_does(config: Path, switch: httpx.Client, state: str, code: str) -> None:
    switch.post("/_sandbox/finna", params={"state": state})

    result = hub("check", "--config", config, "--json")

    assert result.exit_code == 1
    finna, museum = checked(result)
    assert (finna.ok, finna.code, museum.ok) == (False, code, True)
    assert finna.problem is not None
    assert "127.0.0.1" not in finna.problem
    assert code in hub("check", "finna", "--config", config).stdout


def test_check_asks_one_source_only_if_one_is_named(config: Path, switch: httpx.Client) -> None:
    switch.post("/_sandbox/finna", params={"state": "down"})
    assert hub("check", "museum", "--config", config).exit_code == 0


def test_check_lists_what_is_switched_off_and_asks_it_only_by_name(config: Path) -> None:
    config.write_text(config.read_text().replace("[sources.museum]", "[sources.museum]\nenabled = false"))

    told, machine = hub("check", "--config", config), hub("check", "--config", config, "--json")
    named = hub("check", "museum", "--config", config, "--json")

    assert told.exit_code == machine.exit_code == named.exit_code == 0
    assert "switched off" in told.stdout
    assert [(one.source, one.ok) for one in checked(machine)] == [("finna", True), ("museum", None)]
    assert [(one.source, one.ok) for one in checked(named)] == [("museum", True)]


# -- joins ------------------------------------------------------------------------------------------------------------


def test_joins_tells_what_is_not_joined_as_a_table_and_for_machines(config: Path) -> None:
    hub("harvest", "finna", "--config", config)

    for_machines = hub("joins", "--config", config, "--json")
    for_people = hub("joins", "--config", config)

    assert for_machines.exit_code == for_people.exit_code == 0
    codes = json.loads(for_machines.stdout)["codes"]
    assert {code["why"] for code in codes} == {"its place is not here"}  # the libraries were not harvested
    assert f"catalogue's codes without a place: {len(codes)}" in for_people.stdout


# -- harvest ----------------------------------------------------------------------------------------------------------


def test_harvest_reads_everything_once_and_keeps_it(config: Path, tmp_path: Path) -> None:
    result = hub("harvest", "--config", config, "--json")

    assert result.exit_code == 0, result.output
    collected = {(one["source"], one["collection"]): one for one in json.loads(result.stdout)}
    assert collected.keys() == {("finna", "catalogue_record"), ("museum", "event")}
    for one in collected.values():
        assert one["state"] == "OK"
        assert one["records"] > 0
        assert one["dropped"] == len(one["rows"]) == 0
    with_table = hub("harvest", "museum", "--config", config)
    assert with_table.exit_code == 0
    assert "museum" in with_table.stdout
    assert "finna" not in with_table.stdout
    assert (tmp_path / "var" / "CURRENT").exists()


def test_harvest_fails_if_a_source_does(config: Path, switch: httpx.Client) -> None:
    switch.post("/_sandbox/finna", params={"state": "garbage"})
    result = hub("harvest", "--config", config, "--json")

    assert result.exit_code == 1
    assert {one["source"]: one["state"] for one in json.loads(result.stdout)} == {"finna": "FAILED", "museum": "OK"}


def test_harvest_leaves_a_folder_alone_that_another_harvests_into(config: Path, tmp_path: Path) -> None:
    writer = open_writer(tmp_path / "var", now=utc_now)
    result = hub("harvest", "--config", config)
    writer.close()

    assert result.exit_code == 1
    assert "another process harvests into" in result.stderr


# -- schema -----------------------------------------------------------------------------------------------------------


def test_schema_prints_the_schema() -> None:
    result = hub("schema")
    assert (result.exit_code, result.stdout.strip()) == (0, schema.as_str().strip())


def test_schema_tells_how_each_edge_of_a_list_is_served() -> None:
    table, machine = hub("schema", "--edges"), hub("schema", "--edges", "--json")
    assert table.exit_code == machine.exit_code == 0
    edges = {edge["edge"]: edge for edge in json.loads(machine.stdout)}
    assert edges["Place.events"] == {
        "edge": "Place.events",
        "gives": "EventConnection",
        "served": "index, all rows at once",
        "by": "events.events_at",
        "parents": None,
    }
    assert edges["Place.name"]["served"] == "attribute"
    assert (edges["Place.catalogue"]["served"], edges["Place.catalogue"]["parents"]) == ("a search for each row", 5)
    assert "events.events_at" in table.stdout
    assert "more are attributes of their row" in table.stdout


def test_schema_compares_with_an_older_one(tmp_path: Path) -> None:
    same, older = tmp_path / "same.graphql", tmp_path / "older.graphql"
    same.write_text(schema.as_str())
    older.write_text(schema.as_str().replace("type Query {", "type Query {\n  gone: Int\n", 1))

    assert hub("schema", "--check", same).exit_code == 0
    broken = hub("schema", "--check", older)
    assert broken.exit_code == 1
    assert broken.stdout == "FIELD_REMOVED: Field Query.gone was removed.\n"


@pytest.mark.parametrize("content", [None, "type {", "type A { a: Nothing }", b"\xff"])
def test_schema_says_so_if_the_older_one_can_not_be_read(tmp_path: Path, content: str | bytes | None) -> None:
    older = tmp_path / "older.graphql"
    if content is not None:
        older.write_bytes(content.encode() if isinstance(content, str) else content)

    result = hub("schema", "--check", older)

    assert result.exit_code == 2
    assert "can't be read" in result.stderr


# -- mistakes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [["serve"], ["check"], ["harvest"], ["joins"]])
def test_every_mistake_of_a_configuration_is_listed_and_nothing_starts(tmp_path: Path, command: Sequence[str]) -> None:
    file = tmp_path / "hub.toml"
    file.write_text('[hub]\nport = "x"\nprot = 1\n')

    result = hub(*command, "--config", file)

    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 2
    assert result.stdout == ""


@pytest.mark.parametrize("command", ["check", "harvest"])
def test_an_unknown_source_is_told_with_those_that_there_are(config: Path, command: str) -> None:
    result = hub(command, "nobody", "--config", config)
    assert result.exit_code == 2
    assert "no source is called nobody; there are finna, museum" in result.stderr


@pytest.mark.parametrize("arguments", [["serve", "--port", "x"], ["serve", "--workers", "0"], ["nothing"]])
def test_a_wrong_command_is_a_2(arguments: list[str]) -> None:
    assert hub(*arguments).exit_code == 2


def test_a_port_that_is_taken_is_a_1(config: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = hub("serve", "--config", config, "--port", str(taken.getsockname()[1]))
    assert result.exit_code == 1
    assert "in use" in result.stderr


def test_help_tells_the_exit_status() -> None:
    result = hub("--help")
    assert result.exit_code == 0
    assert "Exit status: 0 all well" in result.stdout


# -- demo -------------------------------------------------------------------------------------------------------------


def test_the_demo_shows_where_to_go_and_what_to_try() -> None:
    text = demo_text("http://127.0.0.1:8000", "http://127.0.0.1:9000")
    assert "http://127.0.0.1:8000/graphiql" in text
    assert "http://127.0.0.1:9000/_sandbox" in text
    assert "made up" in text


def test_the_demo_answers_and_ends_with_ctrl_c() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with subprocess.Popen(
        [sys.executable, "-m", "hub", "demo", "--port", str(port)], stdout=subprocess.PIPE, text=True
    ) as demo:
        ends = time.monotonic() + LONG
        answer = None
        while answer is None and time.monotonic() < ends:
            try:
                answer = httpx.post(
                    f"{address}/graphql", json={"query": "{ places { answers { state } } }"}, timeout=LONG
                )
            except httpx.ConnectError:
                time.sleep(0.05)
        demo.send_signal(signal.SIGINT)
        began = time.monotonic()
        said, _ = demo.communicate(timeout=LONG)
        took = time.monotonic() - began

    assert answer is not None
    assert {each["state"] for each in answer.json()["data"]["places"]["answers"]} <= {"WARMING", "FRESH"}
    assert f"{address}/graphiql" in said
    assert demo.returncode == 0
    assert took < 15
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{address}/health/live")
