"""What an operator may turn: `hub.toml`, then `HUB_…` variables over it. Read once, all mistakes told together.

    [hub]           how the hub itself runs; each key also as HUB_<KEY>
    [cache]         where replies of look-ups are shared; each key also as HUB_CACHE_<KEY>
    [sources.NAME]  one upstream each; what its connector reads besides stands in the connector's own docstring

The sources that the file names are all there are; where it names none, they are Helsinki's public services
(`helsinki.toml`; `with_helsinki` adds those to the file's own). A section with the name of one of those changes only
the keys that it gives. Secrets come from variables or from a file that a key names, never from `hub.toml` itself.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, ValidationError, field_validator
from pydantic import ValidationInfo as Known
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from hub.cache.store import open_store
from hub.configured import Settings
from hub.connectors.registry import CONNECTORS
from hub.derive import overrides
from hub.errors import BadSettings
from hub.fetch import Connector, Source, is_feed
from hub.records.core import LANGUAGES, Language, LocalizedText, localized

FILE, FILE_VARIABLE = "hub.toml", "HUB_CONFIG"
HELSINKI = Path(__file__).with_name("helsinki.toml")
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}", re.ASCII)
DURATION = re.compile(r"(\d{1,6})\s*(s|m|h|d)", re.ASCII)
FEEDS_PER_MINUTE = 60  # one a second is what a small web site bears from anybody
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def duration(given: object) -> timedelta:
    found = DURATION.fullmatch(given) if isinstance(given, str) else None
    if found is None or not int(found[1]):
        raise ValueError('expected a duration such as "30s", "5m", "24h" or "7d"')
    return timedelta(**{UNITS[found[2]]: int(found[1])})


def in_languages(given: object) -> LocalizedText:
    texts = {"fi": given} if isinstance(given, str) else given
    if isinstance(texts, dict) and texts and all(k in LANGUAGES and isinstance(v, str) for k, v in texts.items()):
        text = localized(**texts)
        if text is not None:
            return text
    raise ValueError('expected a text, or texts such as {fi = "…", sv = "…", en = "…"}')


def parted(given: object) -> object:
    """A list in a variable is written with commas."""
    return [part.strip() for part in given.split(",")] if isinstance(given, str) else given


def short_name(given: object) -> str:
    if isinstance(given, str) and NAME.fullmatch(given):
        return given
    raise ValueError("expected small letters, digits, - and _, 40 at most")


def known_zone(given: str) -> str:
    try:
        ZoneInfo(given)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError('expected a time zone such as "Europe/Helsinki"') from error
    return given


def web_address(given: str) -> str:
    parts = urlsplit(given)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("expected an http or https address")
    return given


Duration = Annotated[timedelta, BeforeValidator(duration)]
Name = Annotated[str, PlainValidator(short_name)]


class _FromVariables(BaseSettings):
    """A section whose keys may come from variables too; those win."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, env_ignore_empty=True)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - pydantic's signature
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - likewise
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - likewise
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return env_settings, init_settings


S = TypeVar("S", bound=_FromVariables)


class HubSection(_FromVariables):
    model_config = SettingsConfigDict(env_prefix="HUB_")

    data_dir: Path | None = Field(None, description="Folder of the index, on a local disk; unset: a temporary one.")
    languages: Annotated[tuple[Language, ...], NoDecode, BeforeValidator(parted)] = Field(
        LANGUAGES, description="Order in which texts are shown to callers who ask for no language; the others follow."
    )
    timezone: Annotated[str, PlainValidator(known_zone)] = Field(
        "Europe/Helsinki", description="The city's zone: what a date means."
    )
    host: str = Field("127.0.0.1", min_length=1, description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0: any free one.")
    workers: int | None = Field(None, ge=1, le=64, description="Processes that answer; unset: one for each core.")
    joins: Path | None = Field(
        None, description="File with the operator's word on which records are one place; see docs/settings.md."
    )
    with_helsinki: bool = Field(False, description="Helsinki's public services besides those that the file names.")
    contact: str | None = Field(
        None, max_length=200, description="Page or mail address of whoever runs this hub, told to upstreams."
    )
    log_format: Literal["plain", "json"] = Field("plain", description="plain: for people; json: one object a line.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="From which level on.")


class CacheSection(_FromVariables):
    model_config = SettingsConfigDict(env_prefix="HUB_CACHE_")

    url: str = Field(
        "memory://?max_mb=256",
        description="memory://?max_mb=256 (in each process), redis://… or rediss://… (shared); with a password only as"
        " a variable or by url_file.",
    )
    url_file: Path | None = Field(None, description="File that holds the url, in place of it.")


class SourceSection(BaseModel):
    """One upstream. Keys that are not here are its connector's."""

    model_config = ConfigDict(extra="allow", frozen=True, arbitrary_types_allowed=True)

    connector: Literal[tuple(CONNECTORS)] = Field(description="What it speaks.")  # type: ignore[valid-type]  # pydantic reads it at run time
    id: Name | None = Field(None, description="Part of every id, for ever; defaults to the section's name.")
    url: str = Field(description="The base of its addresses, or of a feed the document itself.")
    title: Annotated[LocalizedText, PlainValidator(in_languages)] | None = Field(
        None, description="Its name for people; defaults to the section's name."
    )
    homepage: Annotated[str, BeforeValidator(web_address)] | None = Field(
        None, description="Its page for people; Varaamo's is where they book."
    )
    license: str | None = Field(None, description="Under which licence its data may be used.")
    attribution: str | None = Field(None, description="Whom to name.")
    every: Duration | None = Field(
        None, description="How often its quickest collection is asked anew; unset: as the connector says."
    )
    full: Duration | None = Field(
        None, description="How often what tells its changes is read in full all the same; unset: likewise."
    )
    rank: int = Field(100, ge=0, le=10_000, description="Lower speaks first where several say the same of one thing.")
    per_minute: int | None = Field(
        None, ge=0, le=100_000, description="Most requests a minute; 0: any; unset: any, to a feed 60."
    )
    concurrent: int = Field(4, ge=1, le=64, description="Most requests at a time.")
    timeout: Duration = Field(timedelta(seconds=10), description="For one request with all its tries.")
    allow_private: bool = Field(
        False, description="Whether what its replies point at may lie at a private or loopback address."
    )
    enabled: bool = Field(True, description="false: not asked, and said to be switched off.")

    @field_validator("url")
    @classmethod
    def is_an_address(cls, given: str, known: Known) -> str:
        connector = CONNECTORS.get(known.data.get("connector", ""))
        if connector is None:
            return given
        schemes = {"http", "https"} | ({"webcal", "webcals"} if connector.IS_DOCUMENT else set())
        try:
            parts = urlsplit(given)
            is_good = parts.scheme in schemes and bool(parts.hostname) and (parts.port is None or parts.port > 0)
        except ValueError:
            is_good = False
        if not is_good or not given.isprintable() or " " in given:
            raise ValueError("expected an http or https address")
        if parts.username is not None or parts.password is not None:
            raise ValueError("expected an address without user and password")
        if parts.fragment or (parts.query and not connector.IS_DOCUMENT):
            raise ValueError("expected an address without anything after its path")
        return given if connector.IS_DOCUMENT or given.endswith("/") else f"{given}/"


def read(config: Path | None = None) -> Settings:
    """From `config`, else the file that HUB_CONFIG names, else `hub.toml` where it is there; and the variables.

    BadSettings with every mistake: file or variable, key, what was expected. Values of addresses are not repeated.
    """
    named = config or (Path(os.environ[FILE_VARIABLE]) if os.environ.get(FILE_VARIABLE) else None)
    file = named or Path(FILE)
    try:
        text = file.read_text(encoding="utf-8") if named is not None or file.exists() else ""
        document = tomllib.loads(text)
    except OSError as error:
        raise BadSettings([f"{file}: can't be read: {error.strerror}"]) from error
    except ValueError as error:  # no UTF-8, or no TOML
        raise BadSettings([f"{file}: is not TOML: {error}"]) from error
    return _Reading(file).settings(document)


def parse(text: str, *, file: str = FILE) -> Settings:
    """The same from a text, for what is put together in a program."""
    return _Reading(Path(file)).settings(tomllib.loads(text))


class _Reading:
    """One reading of one file: collects the mistakes."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.mistakes: list[str] = []

    def settings(self, document: Mapping[str, Any]) -> Settings:
        for section in document.keys() - {"hub", "cache", "sources"}:
            self.wrong(section, f"there is no such section{like(section, ('hub', 'cache', 'sources'))}")
        hub = self.section(HubSection, "hub", self.table(document, "hub"))
        cached = self.section(CacheSection, "cache", self.table(document, "cache"))
        cache_url = None if cached is None else self.cache_url(cached, self.table(document, "cache"))
        sources, off = self.sources(
            self.table(document, "sources"), with_helsinki=hub is not None and hub.with_helsinki
        )
        if hub is not None and hub.joins is not None:
            self.joins(hub.joins, sources)
        if self.mistakes or hub is None or cache_url is None:
            raise BadSettings(sorted(self.mistakes))
        return Settings(
            data_dir=hub.data_dir,
            languages=tuple(dict.fromkeys((*hub.languages, *LANGUAGES))),
            timezone=hub.timezone,
            host=hub.host,
            port=hub.port,
            workers=hub.workers,
            contact=hub.contact,
            log_format=hub.log_format,
            log_level=hub.log_level,
            cache_url=cache_url,
            sources=tuple(sources),
            off=off,
            joins=hub.joins,
        )

    def wrong(self, key: str, what: str) -> None:
        self.mistakes.append(f"{self.file}: {key}: {what}")

    def table(self, document: Mapping[str, Any], key: str) -> dict[str, Any]:
        found = document.get(key, {})
        if isinstance(found, dict):
            return found
        self.wrong(key, "expected a section")
        return {}

    def section(self, shape: type[S], name: str, given: dict[str, Any]) -> S | None:
        try:
            return shape(**given)
        except ValidationError as error:
            for each in error.errors():
                key = f"{each['loc'][0]}"
                variable = f"{shape.model_config['env_prefix']}{key}".upper()
                what = expectation(each, shape, secret=key == "url")
                if os.environ.get(variable):
                    self.mistakes.append(f"{variable}: {what}")
                else:
                    self.wrong(f"{name}.{key}", what)
            return None

    def cache_url(self, section: CacheSection, written: Mapping[str, Any]) -> str | None:
        url, where = section.url, "HUB_CACHE_URL" if os.environ.get("HUB_CACHE_URL") else f"{self.file}: cache.url"
        if section.url_file is not None:
            where = f"{section.url_file}"
            try:
                url = section.url_file.read_text(encoding="utf-8").strip()
            except (OSError, ValueError) as error:
                self.wrong("cache.url_file", f"can't be read: {type(error).__name__}")
                return None
        elif "url" in written and _holds_password(f"{written['url']}"):
            self.wrong("cache.url", "expected no password here: put the address into HUB_CACHE_URL or url_file")
            return None
        try:
            open_store(url)  # opens no connection yet
        except ValueError as error:
            self.mistakes.append(f"{where}: {error}")
            return None
        return url

    def joins(self, file: Path, sources: Iterable[Source]) -> None:
        """The mistakes in the operator's file; who gathers reads it again, whenever it changes."""
        try:
            content = file.read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            self.wrong("hub.joins", f"{file} can't be read: {type(error).__name__}")
            return
        ids = {name: source.id for source in sources for name in (source.id, source.name)}
        self.mistakes += [f"{file}: {mistake}" for mistake in overrides.read(content, ids)[1]]

    def sources(self, written: Mapping[str, Any], *, with_helsinki: bool) -> tuple[list[Source], frozenset[str]]:
        known = helsinki()
        names = dict.fromkeys([*(known if with_helsinki or not written else ()), *written])
        sources: list[Source] = []
        off: set[str] = set()
        for name in names:
            given = written.get(name, {})
            if not isinstance(given, dict):
                self.wrong(f"sources.{name}", "expected a section")
                continue
            source, is_on = self.source(name, {**known.get(name, {}), **given})
            if source is None:
                continue
            other = next((each for each in sources if each.id == source.id), None)
            if other is not None:
                self.wrong(f"sources.{name}.id", f"{source.id!r} is the id of sources.{other.name} already")
                continue
            sources.append(source)
            if not is_on:
                off.add(source.id)
        return sources, frozenset(off)

    def source(self, name: str, given: dict[str, Any]) -> tuple[Source | None, bool]:
        where = f"sources.{name}"
        if NAME.fullmatch(name) is None:
            self.wrong(where, "expected a name of small letters, digits, - and _, 40 at most")
            return None, False
        try:
            section = SourceSection.model_validate(given)
        except ValidationError as error:
            for each in error.errors():
                key = ".".join(f"{part}" for part in each["loc"])
                self.wrong(f"{where}.{key}", expectation(each, SourceSection, secret=key == "url"))
            self.unknown_options(where, given)
            if not any(each["loc"] == ("url",) for each in error.errors()):
                self.own_options(name, given)
            return None, False
        if self.unknown_options(where, given):
            self.own_options(name, given)
            return None, False
        source = Source(
            name=name,
            id=section.id or name,
            connector=section.connector,
            url=section.url,
            title=section.title or LocalizedText(fi=name),
            homepage=section.homepage,
            license=section.license,
            attribution=section.attribution,
            rank=section.rank,
            every=section.every,
            full=section.full,
            per_minute=section.per_minute or None,
            concurrent=section.concurrent,
            timeout=section.timeout,
            allow_private=section.allow_private,
            options=dict(section.model_extra or {}),
        )
        connector = self.connector(source)
        if connector is None:
            return None, False
        if is_feed(connector):
            pace = FEEDS_PER_MINUTE if section.per_minute is None else source.per_minute
            source = msgspec.structs.replace(source, is_feed=True, per_minute=pace)
        return source, section.enabled

    def connector(self, source: Source) -> Connector | None:
        """None, and its mistakes are told, if it can't be configured so."""
        try:
            return CONNECTORS[source.connector](source)
        except BadSettings as error:
            self.mistakes.extend(f"{self.file}: {mistake}" for mistake in error.mistakes)
        except (TypeError, ValueError) as error:
            self.wrong(f"sources.{source.name}", f"{source.connector} can't read its own keys: {error}")
        return None

    def own_options(self, name: str, given: Mapping[str, Any]) -> None:
        """Of a section that has other mistakes, those in the keys that its connector alone reads."""
        word = given.get("connector")
        shape = CONNECTORS.get(word) if isinstance(word, str) else None
        if shape is not None:
            options = {key: value for key, value in given.items() if key in shape.OPTIONS}
            title = LocalizedText(fi=name)
            self.connector(
                Source(name=name, id=name, connector=f"{word}", url=f"{given['url']}", title=title, options=options)
            )

    def unknown_options(self, where: str, given: Mapping[str, Any]) -> bool:
        """Whether keys stand there that neither the hub nor the connector reads."""
        word = given.get("connector")
        connector = CONNECTORS.get(word) if isinstance(word, str) else None
        if connector is None:  # a mistake of its own, and what else it would read is not known
            return False
        known = {*SourceSection.model_fields, *connector.OPTIONS}
        unknown = sorted(given.keys() - known)
        for key in unknown:
            self.wrong(f"{where}.{key}", f"neither the hub nor {word} reads such a key{like(key, known)}")
        return bool(unknown)


def expectation(error: ErrorDetails, shape: type[BaseModel], *, secret: bool) -> str:
    """What was expected, and what was there, unless that may be a secret."""
    kind, key = error["type"], f"{error['loc'][0]}"
    if kind == "extra_forbidden":
        return f"there is no such key{like(key, shape.model_fields)}"
    if kind == "missing":
        return f"is missing: {shape.model_fields[key].description}"
    said = f"{error['ctx']['error']}" if kind == "value_error" else error["msg"].replace("Input should be", "expected")
    return said if secret else f"{said}, got {error['input']!r:.60}"


def like(word: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean {close[0]}?" if close else f"; there are {', '.join(sorted(known))}"


def _holds_password(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.password is not None or "password=" in parts.query


@cache
def helsinki() -> dict[str, dict[str, Any]]:
    """The sections of Helsinki's public services, as written."""
    sections: dict[str, dict[str, Any]] = tomllib.loads(HELSINKI.read_text(encoding="utf-8"))["sources"]
    return sections


class Key(NamedTuple):
    """One thing that can be set. `default` None: unset, or there must be one. `variable` None: only in the file."""

    section: str
    name: str
    default: object
    variable: str | None
    description: str


def every_key() -> list[Key]:
    """All that can be set, for the manual to be compared with."""
    keys = [Key("", "config", FILE, FILE_VARIABLE, "The file that all this stands in.")]
    for section, shape in (("hub", HubSection), ("cache", CacheSection), ("sources.NAME", SourceSection)):
        prefix = shape.model_config.get("env_prefix", "") if issubclass(shape, BaseSettings) else None
        for name, field in shape.model_fields.items():
            default = None if field.is_required() else field.default
            variable = None if prefix is None else f"{prefix}{name}".upper()
            keys.append(Key(section, name, default, variable, field.description or ""))
    return keys


def options() -> dict[str, frozenset[str]]:
    """The keys that each connector reads besides."""
    return {word: connector.OPTIONS for word, connector in CONNECTORS.items()}
