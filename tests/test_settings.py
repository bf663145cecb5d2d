"""What an operator may turn, and what is said of mistakes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from hub import settings
from hub.configured import Settings, housed
from hub.connectors.registry import CONNECTORS
from hub.errors import BadSettings
from hub.records.core import LANGUAGES, LocalizedText
from hub.settings import SourceSection, every_key, parse, read


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for key in every_key():
        if key.variable is not None:
            monkeypatch.delenv(key.variable, raising=False)
    monkeypatch.chdir(tmp_path)


def mistakes(text: str) -> list[str]:
    with pytest.raises(BadSettings) as caught:
        parse(text)
    return caught.value.mistakes


def test_without_a_configuration_helsinkis_public_services_are_read() -> None:
    found = read()

    assert {(source.name, source.id, source.rank, source.url.split("/")[2]) for source in found.sources} >= {
        ("servicemap", "servicemap", 10, "api.hel.fi"),
        ("kirkanta", "kirkanta", 20, "api.kirjastot.fi"),
        ("varaamo", "varaamo", 30, "tilavaraus.hel.fi"),
        ("linkedevents", "le", 40, "api.hel.fi"),
        ("finna", "finna", 60, "api.finna.fi"),
        ("kerrokantasi", "kerrokantasi", 65, "kerrokantasi.api.hel.fi"),
        ("omastadi", "omastadi", 70, "omastadi.hel.fi"),
    }
    assert found.off == {"decisions", "openahjo", "sierra", "volunteering"}  # no public address, or perhaps gone
    assert "icalendar" not in {source.connector for source in found.sources}  # a feed is always somebody's own
    assert (found.host, found.port, found.data_dir, found.languages) == ("127.0.0.1", 8000, None, LANGUAGES)


def test_each_of_helsinkis_services_says_whom_to_credit_in_three_languages() -> None:
    for source in read().sources:
        assert source.attribution
        assert all(getattr(source.title, language) for language in LANGUAGES)
        assert source.url.startswith("https://")
    budgeting = next(source for source in read().sources if source.connector == "decidim")
    assert (budgeting.per_minute, budgeting.concurrent) == (30, 1)


def test_the_sources_of_a_file_are_all_there_are() -> None:
    found = parse(
        """
        [sources.museum]
        connector = "icalendar"
        url = "https://museum.example/events.ics?lang=fi"
        title = "Museo"
        organiser = "Museum"
        every = "30m"
        rank = 80
        """
    )

    (museum,) = found.sources
    assert (museum.name, museum.id, museum.url) == ("museum", "museum", "https://museum.example/events.ics?lang=fi")
    assert museum.title == LocalizedText(fi="Museo")
    assert museum.every == timedelta(minutes=30)
    assert dict(museum.options) == {"organiser": "Museum"}


def test_helsinkis_services_can_stand_beside_the_files_own() -> None:
    found = parse(
        'hub.with_helsinki = true\n[sources.museum]\nconnector = "icalendar"\nurl = "https://m.example/e.ics"'
    )

    assert len(found.sources) == 14


def test_a_section_named_like_a_known_one_changes_only_what_it_says() -> None:
    (events,) = parse('[sources.linkedevents]\nurl = "http://127.0.0.1:9000/v1"\nallow_private = true').sources

    assert (events.id, events.connector, events.license) == ("le", "linkedevents", "CC BY 4.0")
    assert events.url == "http://127.0.0.1:9000/v1/"  # a base ends in a slash


def test_no_requests_a_minute_means_any_number() -> None:
    (budgeting,) = parse('[sources.omastadi]\nurl = "http://127.0.0.1:9000/"\nper_minute = 0').sources

    assert budgeting.per_minute is None


@pytest.mark.parametrize(("given", "pace"), [("", 60), ("per_minute = 0", None), ("per_minute = 6", 6)])
def test_a_partners_feed_is_asked_once_a_second_and_shares_the_pace_of_its_host(given: str, pace: int | None) -> None:
    museum, city = parse(
        f'[sources.museum]\nconnector = "icalendar"\nurl = "https://a.example/x.ics"\n{given}\n'
        '[sources.kirkanta]\nurl = "https://a.example/"'
    ).sources

    assert (museum.per_minute, museum.is_feed) == (pace, True)
    assert (city.per_minute, city.is_feed) == (None, False)


def test_a_source_that_is_switched_off_is_known_and_not_asked() -> None:
    found = parse("[sources.varaamo]\nenabled = false\n[sources.kirkanta]")

    assert found.off == {"varaamo"}
    assert [connector.source.name for connector in found.connectors()] == ["kirkanta"]
    assert len(found.connectors(with_off=True)) == 2


def test_a_variable_wins_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "hub.toml").write_text('[hub]\nport = 1\nhost = "a"\nlanguages = ["en"]\n[cache]\nurl = "memory://"\n')
    monkeypatch.setenv("HUB_PORT", "2")
    monkeypatch.setenv("HUB_LANGUAGES", "sv, fi")
    monkeypatch.setenv("HUB_CACHE_URL", "redis://:secret@cache:6379/0")

    found = read()

    assert (found.port, found.host, found.languages) == (2, "a", ("sv", "fi", "en"))
    assert found.cache_url == "redis://:secret@cache:6379/0"


def test_a_variable_names_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text("hub.port = 9")
    monkeypatch.setenv("HUB_CONFIG", str(tmp_path / "other.toml"))

    assert read().port == 9


def test_a_secret_may_stand_in_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("redis://:secret@cache:6379/0\n")

    assert parse(f'cache.url_file = "{tmp_path / "cache"}"').cache_url == "redis://:secret@cache:6379/0"


def test_every_mistake_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_WORKERS", "many")
    found = mistakes(
        """
        [hub]
        prot = 8000
        timezone = "Mars"
        [sorces.x]
        a = 1
        [sources.museum]
        connector = "icalender"
        url = "https://museum.example/e.ics"
        [sources.a]
        connector = "linkedevents"
        url = "https://a.example/"
        every = "5 minutes"
        evry = "5m"
        [sources.b]
        connector = "finna"
        url = "https://a.example/"
        id = "x"
        [sources.c]
        connector = "kirkanta"
        url = "https://a.example/"
        id = "x"
        """
    )

    assert found == [
        "HUB_WORKERS: expected a valid integer, unable to parse string as an integer, got 'many'",
        "hub.toml: hub.prot: there is no such key; did you mean port?",
        "hub.toml: hub.timezone: expected a time zone such as \"Europe/Helsinki\", got 'Mars'",
        "hub.toml: sorces: there is no such section; did you mean sources?",
        'hub.toml: sources.a.every: expected a duration such as "30s", "5m", "24h" or "7d", got \'5 minutes\'',
        "hub.toml: sources.a.evry: neither the hub nor linkedevents reads such a key; did you mean every?",
        "hub.toml: sources.c.id: 'x' is the id of sources.b already",
        "hub.toml: sources.museum.connector: expected "
        + ", ".join(f"'{word}'" for word in sorted(CONNECTORS)[:-1])
        + f" or '{max(CONNECTORS)}', got 'icalender'",
    ]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ('url = "ftp://a.example/"', "url: expected an http or https address"),
        ('url = "https://"', "url: expected an http or https address"),
        ('url = "https://a.example:99999/"', "url: expected an http or https address"),
        ('url = "https://user:secret@a.example/"', "url: expected an address without user and password"),
        ('url = "https://a.example/?key=secret"', "url: expected an address without anything after its path"),
        ("url = 5", "url: expected a valid string"),
        ("", "url: is missing"),
        ('url = "https://a.example/"\nid = "A/B"', "id: expected small letters, digits, - and _, 40 at most"),
        ('url = "https://a.example/"\nevery = 5', "every: expected a duration"),
        ('url = "https://a.example/"\nevery = "0m"', "every: expected a duration"),
        ('url = "https://a.example/"\ntimeout = "fast"', "timeout: expected a duration"),
        ('url = "https://a.example/"\ntitle = {de = "x"}', "title: expected a text, or texts"),
        ('url = "https://a.example/"\ntitle = " "', "title: expected a text, or texts"),
        ('url = "https://a.example/"\nhomepage = "javascript:alert(1)"', "homepage: expected an http or https address"),
        ('url = "https://a.example/"\nconcurrent = 0', "concurrent: expected greater than or equal to 1"),
        ('url = "https://a.example/"\nequipment_types = "eleven"', "equipment_types: 'eleven', expected a list"),
    ],
)
def test_a_mistake_in_a_source_names_its_key_and_what_was_expected(given: str, expected: str) -> None:
    (mistake,) = mistakes(f'[sources.rooms]\nconnector = "varaamo"\n{given}')

    assert mistake.startswith(f"hub.toml: sources.rooms.{expected}")
    assert "secret" not in mistake


def test_every_mistake_in_a_connectors_own_keys_is_told_at_once() -> None:
    found = mistakes(
        """
        [sources.rooms]
        connector = "respa"
        url = "https://a.example/"
        municipality = "ESPOO!"
        page = "https://a.example/rooms"
        use_days = -5
        rank = -1
        foo = 1
        [sources.library]
        connector = "koha"
        url = "https://a.example/"
        through = "magic"
        branches = { PORI = 5 }
        """
    )

    written = "{'PORI': 5}, expected a building code for each library, as in { PORI = \"2/Sata/p/pori/\" }"
    assert found == [
        f"hub.toml: sources.library.branches: {written}",
        "hub.toml: sources.library.through: 'magic', expected one of items, kohasuomi, public",
        "hub.toml: sources.rooms.foo: neither the hub nor respa reads such a key; there are "
        + ", ".join(sorted({*SourceSection.model_fields, *CONNECTORS["respa"].OPTIONS})),
        "hub.toml: sources.rooms.municipality: 'ESPOO!', expected a slug such as 'espoo', or a list of them",
        "hub.toml: sources.rooms.page: 'https://a.example/rooms', expected an http or https address with {id} in it",
        "hub.toml: sources.rooms.rank: expected greater than or equal to 0, got -1",
        "hub.toml: sources.rooms.use_days: -5, expected 0 to 366 days",
    ]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ('cache.url = "redis://:secret@cache:6379"', "hub.toml: cache.url: expected no password here"),
        ('cache.url = "postgres://cache"', "hub.toml: cache.url: a cache is memory://, redis:// or rediss://"),
        ('cache.url_file = "/nowhere/cache"', "hub.toml: cache.url_file: can't be read"),
        ("hub.port = 70000", "hub.toml: hub.port: expected less than or equal to 65535"),
        ('hub.languages = ["de"]', "hub.toml: hub.languages: expected 'fi', 'sv' or 'en'"),
        ("hub = 1", "hub.toml: hub: expected a section"),
        ("sources = 1", "hub.toml: sources: expected a section"),
        ("[sources]\nx = 1", "hub.toml: sources.x: expected a section"),
        ('[sources."A b"]', "hub.toml: sources.A b: expected a name of small letters"),
    ],
)
def test_a_mistake_elsewhere_names_its_key_and_what_was_expected(given: str, expected: str) -> None:
    (mistake,) = mistakes(given)

    assert mistake.startswith(expected)
    assert "secret" not in mistake


def test_a_file_that_is_no_toml_or_not_there_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "hub.toml").write_text("[hub\n")
    with pytest.raises(BadSettings, match="is not TOML"):
        read()
    with pytest.raises(BadSettings, match="No such file"):
        read(tmp_path / "none.toml")


def test_a_temporary_folder_goes_at_the_end() -> None:
    with housed(parse("")) as inside:
        assert inside.folder.is_dir()
        folder = inside.folder

    assert not folder.exists()


def test_a_configured_folder_stays(tmp_path: Path) -> None:
    with housed(parse(f'hub.data_dir = "{tmp_path}"')) as inside:
        assert inside.folder == tmp_path

    assert tmp_path.exists()


def test_every_key_is_explained_and_every_value_arrives() -> None:
    assert all(key.description for key in every_key())
    reads = {key.name for key in every_key() if key.section in {"hub", "cache"}}
    assert reads - {"url", "url_file", "with_helsinki"} <= set(Settings.__struct_fields__)


def test_connectors_read_no_key_that_the_hub_reads() -> None:
    ours = {key.name for key in every_key() if key.section == "sources.NAME"}
    assert all(not ours & options for options in settings.options().values())
