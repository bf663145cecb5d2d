"""The command `hub`.

Exit status: 0 all well; 1 what was asked for failed (a source, a check, a port that is taken); 2 the command or the
configuration is wrong. Tables are for people, `--json` for machines.
"""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import httpx
import msgspec
import typer
from graphql import GraphQLError, build_schema
from graphql.utilities import find_breaking_changes
from rich.console import Console
from rich.table import Table

from hub import settings as configuration
from hub.commands import checkfeed, checking, harvestonce, unjoined
from hub.configured import Settings, housed
from hub.demo import sandbox_settings
from hub.errors import BadSettings, HubError
from hub.http.examples import examples
from hub.index.crawls import State
from hub.observe import logs
from hub.processes.family import address_of, listening
from hub.processes.serve import hub_members, run, sandbox_member
from hub.sandbox.bases import bases
from hub.wiring import utc_now

T = TypeVar("T")
FAILED, MISUSED = 1, 2
PIPED = 200  # letters of a line that no terminal shows
READY_WITHIN = 300.0  # seconds that the demo watches for its first harvest

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="A city's services as one cached graph.",
    epilog="Exit status: 0 all well; 1 what was asked for failed; 2 the command or the configuration is wrong.",
)
# what is piped to a file or a grep is not broken into lines of a terminal that is not there
out = Console(width=None if sys.stdout.isatty() or "COLUMNS" in os.environ else PIPED)
err = Console(stderr=True)

Config = Annotated[
    Path | None, typer.Option(help="The configuration (else HUB_CONFIG, else hub.toml if there is one).")
]
Host = Annotated[str | None, typer.Option(help="Address to listen on.")]
Port = Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on; 0: any free one.")]
AsJson = Annotated[bool, typer.Option("--json", help="For machines.")]
Only = Annotated[str | None, typer.Argument(metavar="[SOURCE]", help="Only this source, by its name.")]


def main() -> None:
    app()


@app.command()
def serve(
    config: Config = None,
    host: Host = None,
    port: Port = None,
    workers: Annotated[int | None, typer.Option(min=1, max=64, help="Processes that answer.")] = None,
) -> None:
    """Serve the graph: a harvester and workers, until Ctrl-C. Without a configuration: Helsinki's public services."""
    with told():
        settings = amended(configuration.read(config), host=host, port=port, workers=workers)
        logs.configure(settings.log_level, style=settings.log_format)
        with housed(settings) as settings, listening(settings.host, settings.port) as listener:
            err.print(f"City Hub answers at {address_of(listener)}/graphql", highlight=False)
            run(hub_members(settings, listener))


@app.command()
def demo(
    host: Host = None,
    port: Port = None,
    data_dir: Annotated[Path | None, typer.Option(help="Where the index is kept; else in a temporary folder.")] = None,
) -> None:
    """Serve the graph over the sandbox: upstreams that stand in for the real ones, with a city that is made up."""
    with told(), listening("127.0.0.1", 0) as upstreams:
        origin = address_of(upstreams)
        settings = amended(sandbox_settings(origin, data_dir), host=host, port=port, log_level="WARNING")
        logs.configure(settings.log_level)
        with housed(settings) as settings, listening(settings.host, settings.port) as listener:
            address = address_of(listener)
            out.print(demo_text(address, origin), highlight=False, markup=False, soft_wrap=True)
            run([sandbox_member(upstreams), *hub_members(settings, listener)], lambda: tell_when_ready(address))


def demo_text(address: str, origin: str) -> str:
    example = examples(utc_now())[0]
    body = shlex.quote(json.dumps({"query": " ".join(example.query.split()), "variables": example.variables}))
    return f"""City Hub with sandbox upstreams: everything in it is made up.

  try queries      {address}/graphiql
  the graph        {address}/graphql
  its schema       {address}/schema.graphql
  how it does      {address}/health/ready   {address}/metrics
  the upstreams    {origin}/_sandbox
  break one        curl -X POST '{origin}/_sandbox/kirkanta?state=down'

{example.title}:
  curl -s {address}/graphql -H 'content-type: application/json' -d {body}

Queries are answered at once, from what is there; the first harvest takes some seconds. Ctrl-C ends everything.
"""


async def tell_when_ready(address: str) -> None:
    began = time.monotonic()
    async with httpx.AsyncClient(base_url=address, trust_env=False) as client:
        while time.monotonic() - began < READY_WITHIN:
            await asyncio.sleep(0.5)
            try:
                ready = (await client.get("/health/ready", timeout=5)).status_code == httpx.codes.OK
            except httpx.TransportError:
                continue  # its worker is still starting
            if ready:
                out.print(f"All of the city is there, after {time.monotonic() - began:.0f} s.", highlight=False)
                return


@app.command()
def sandbox(
    host: Host = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0: any free one.")] = 8100,
) -> None:
    """Serve the upstreams of the sandbox alone: one path for each."""
    with told(), listening(host or "127.0.0.1", port) as listener:
        logs.configure("WARNING")
        origin = address_of(listener)
        table = Table("stand-in", "url", title=f"{origin}/_sandbox: states and switches", title_justify="left")
        for name, url in bases(origin).items():
            table.add_row(name, url)
        out.print(table)
        run([sandbox_member(listener)])


@app.command()
def check(source: Only = None, config: Config = None, as_json: AsJson = False) -> None:
    """Ask each upstream, and tell whether it answers and keeps its contract. Exit status 1 if one does not.

    What is switched off is listed, and asked only if it is named.
    """
    with told():
        settings = configuration.read(config)
        logs.configure("ERROR")
        connectors = settings.connectors(with_off=True)
        if source is not None:
            connectors = [each for each in connectors if source in {each.source.name, each.source.id}]
        if not connectors:
            raise BadSettings([f"no source is called {source}; there are {names(settings)}"])
        checked = asyncio.run(
            checking.check(settings, connectors, unasked=settings.off if source is None else frozenset())
        )
    say(checked, checking.show, as_json=as_json)
    if any(one.ok is False for one in checked):
        raise typer.Exit(FAILED)


@app.command("check-feed")
def check_feed(
    feed: Annotated[str, typer.Argument(metavar="URL|FILE", help="A partner's feed: its address, or a file.")],
    format: Annotated[  # noqa: A002 - the option's name
        checkfeed.FeedFormat | None, typer.Option(help="What it is; unset: told by its bytes.")
    ] = None,
    at: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="As if it were this day.")] = None,
    allow_private: Annotated[bool, typer.Option("--allow-private", help="It may lie at a private address.")] = False,
    as_json: AsJson = False,
) -> None:
    """Tell how a partner's feed is read: its events, what is dropped, where, why, and how to mend it.

    Exit status 1 if it can't be read, or an event of it can't.
    """
    with told():
        logs.configure("ERROR")
        clock = utc_now if at is None else lambda: at.replace(tzinfo=UTC)
        checked = asyncio.run(checkfeed.check(feed, clock=clock, format=format, allow_private=allow_private))
    say(checked, checkfeed.show, as_json=as_json)
    if not checked.is_good:
        raise typer.Exit(FAILED)


@app.command()
def schema(
    check: Annotated[
        Path | None,
        typer.Option("--check", metavar="OLD", help="Tell what breaks who relies on this older schema; exit status 1."),
    ] = None,
    edges: Annotated[
        bool,
        typer.Option("--edges", help="Tell how each field of a row of a list is served, where it costs something."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Print the schema, or compare it with an older one. `--json`: of `--edges`, those that cost nothing too."""
    from hub.schema.schema import schema as graph  # noqa: PLC0415 - a second that the other commands need not wait

    if edges:
        from hub.commands import explain  # noqa: PLC0415 - likewise
        from hub.schema.edges import edges as edges_of  # noqa: PLC0415 - likewise

        found = edges_of(graph._schema)  # noqa: SLF001 - Strawberry has no public name for it
        say(found, explain.show_edges, as_json=as_json)
        return
    sdl = f"{graph.as_str().rstrip()}\n"
    if check is None:
        typer.echo(sdl, nl=False)
        return
    try:
        old = build_schema(check.read_text(encoding="utf-8"), assume_valid_sdl=True)
    except (OSError, ValueError, TypeError, GraphQLError) as error:
        err.print(f"{check}: can't be read: {error}", markup=False, highlight=False)
        raise typer.Exit(MISUSED) from error
    broken = find_breaking_changes(old, build_schema(sdl, assume_valid_sdl=True))
    for change in broken:
        typer.echo(f"{change.type.name}: {change.description}")
    if broken:
        raise typer.Exit(FAILED)
    err.print("nothing breaks", highlight=False)


@app.command("explain")
def explain_query(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An operation, in GraphQL.")],
    variables: Annotated[str | None, typer.Option(help="Its variables, a JSON object.")] = None,
    operation: Annotated[str | None, typer.Option(help="Which, where the file holds several.")] = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Tell what a query would read and whom it would ask, without running it. Exit status 1 if the graph refuses it."""
    from hub.commands import explain  # noqa: PLC0415 - a second that the other commands need not wait

    with told():
        settings = configuration.read(config)
        logs.configure("ERROR")
        try:
            steps = explain.steps_of(file, explain.variables_of(variables), operation)
        except (OSError, UnicodeError) as error:
            err.print(f"{file}: can't be read: {error}", markup=False, highlight=False, soft_wrap=True)
            raise typer.Exit(MISUSED) from error
        with housed(settings) as settings:
            found = asyncio.run(explain.explain(settings, steps))
    say(found, explain.show_plan, as_json=as_json)


@app.command()
def harvest(source: Only = None, config: Config = None, as_json: AsJson = False) -> None:
    """Read everything that the sources list, once, now, and tell what came. Exit status 1 if a source failed."""
    with told():
        settings = configuration.read(config)
        logs.configure("ERROR")
        if source is not None and source not in {name for s in settings.sources for name in (s.name, s.id)}:
            raise BadSettings([f"no source is called {source}; there are {names(settings)}"])
        if settings.data_dir is None:
            err.print("data_dir is not set: what comes is not kept", highlight=False)
        with housed(settings) as settings:
            collected = asyncio.run(harvestonce.harvest(settings, source, err, quiet=as_json))
    say(collected, harvestonce.show, as_json=as_json)
    if any(one.state in {State.FAILED, State.GONE} for one in collected):
        raise typer.Exit(FAILED)


@app.command("joins")
def joins_(config: Config = None, as_json: AsJson = False) -> None:
    """Tell what could not be joined: codes, texts, places, rooms, branches, each with what it is most like."""
    with told():
        found = unjoined.unjoined(configuration.read(config))
    say(found, unjoined.show, as_json=as_json)


def say(found: T, show: Callable[[T, Console], None], *, as_json: bool) -> None:
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(found)).decode())
    else:
        show(found, out)


def names(settings: Settings) -> str:
    return ", ".join(source.name for source in settings.sources)


def amended(settings: Settings, **given: Any) -> Settings:
    """With what the command line says, where it says something."""
    return msgspec.structs.replace(settings, **{key: value for key, value in given.items() if value is not None})


@contextmanager
def told() -> Iterator[None]:
    """What the operator can mend is said in lines, without a trace."""
    try:
        yield
    except BadSettings as error:
        for mistake in error.mistakes:
            err.print(mistake, markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(MISUSED) from error
    except (HubError, OSError) as error:
        err.print(f"{error}", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(FAILED) from error
