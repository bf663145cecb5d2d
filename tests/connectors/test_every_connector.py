"""What holds for every connector of the registry, whatever its upstream.

**Add your connector here**: a line in LINES for each of its collections, or, where its rows are not JSON or not one
record each, a word in BY_ITSELF that says why (those collections are held to the same in their own test file).
A line names a recorded page of at least two rows, where its rows stand in it, and one thing that no row may be.
"""

from __future__ import annotations

import copy
import importlib
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import hub.sandbox
from hub.connectors.registry import CONNECTORS
from hub.errors import BadSettings, PayloadChanged
from hub.fetch import Ask, Collection, Connector, Fetch, Joined, Page, Reply, Source
from hub.records.core import LocalizedText, Record
from hub.records.places import DayState, OpeningDay

NOW = datetime(2026, 11, 22, 0, 12, 16, tzinfo=UTC)
BASE = "https://upstream.example/base/"


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One collection, and a recorded page of it.

    `rows`: the path to the list of rows in the body. `inside`: where in a row its fields stand ("node").
    `breaks`: a field and a value with which no row can be read. `loses`: the key
    that row `row` (the first, if not told) is then dropped with; by it the record's last good copy is kept.
    `keys`: what is asked about, of a collection that goes over the keys of another (`per`). `now`: the crawl's time.
    """

    connector: str
    kind: str
    sample: str
    rows: str
    inside: str = ""
    breaks: tuple[str, Any]
    loses: str
    row: int = 0
    keys: tuple[str, ...] = ()
    now: datetime = NOW

    @property
    def name(self) -> str:
        return f"{self.connector}-{self.kind}-{self.sample}"


LINES = (
    Line(
        connector="servicemap",
        kind="place",
        sample="unit_list_libraries_page1",
        rows="results",
        breaks=("location", {"type": "Point", "coordinates": "24.9,60.2"}),
        loses="51342",
    ),
    Line(
        connector="servicemap",
        kind="service",
        sample="service_list_libraries",
        rows="results",
        breaks=("name", "erikoiskirjastot"),
        loses="155",
    ),
    Line(
        connector="servicemap",
        kind="area",
        sample="administrative_division_point",
        rows="results",
        breaks=("type", 5),
        row=1,
        loses="suurpiiri:keskinen",
    ),
    Line(
        connector="kirkanta",
        kind="library",
        sample="library_list_page1",
        rows="items",
        breaks=("coordinates", {"lat": "60.17"}),
        loses="84860",
    ),
    Line(
        connector="kirkanta",
        kind="opening_day",
        sample="schedules_two_libraries",
        rows="items",
        breaks=("times", [{"from": "25:00", "to": "26:00", "status": 1}]),
        loses="84860/2020-06-22",
        keys=("84860", "84870"),
        now=datetime(2020, 6, 22, 9, tzinfo=UTC),
    ),
    Line(
        connector="hauki",
        kind="place",
        sample="opening_hours_multi_page1",
        rows="results",
        inside="resource",
        breaks=("name", "Kallion kirjasto"),
        loses="tprek:8215",
    ),
    Line(
        connector="kausal",
        kind="climate_action",
        sample="plan-actions",
        rows="data.planActions",
        breaks=("statusSummary", "ON_TIME"),
        loses="hnh2035:116",
    ),
    Line(
        connector="kausal",
        kind="climate_indicator",
        sample="plan-indicators",
        rows="data.planIndicators",
        breaks=("name", 5),
        loses="301",
    ),
    Line(
        connector="respa",
        kind="place",
        sample="unit_list",
        rows="results",
        breaks=("name", "Keskustakirjasto Oodi"),
        loses="tprek:51342",
    ),
    Line(
        connector="respa",
        kind="space",
        sample="resource_list_page1",
        rows="results",
        breaks=("reservable", "yes"),
        loses="awmnurwkvzsa",
    ),
    Line(
        connector="respa",
        kind="booking_hours",
        sample="resource_list_time_range",
        rows="results",
        breaks=("opening_hours", "always"),
        loses="axvqd3wxn4la",
        now=datetime(2026, 11, 23, 9, tzinfo=UTC),
    ),
    Line(
        connector="respa",
        kind="busy_times",
        sample="resource_list_time_range",
        rows="results",
        breaks=("reservations", "many"),
        loses="axvqd3wxn4la",
        now=datetime(2026, 11, 23, 9, tzinfo=UTC),
    ),
    Line(
        connector="respa",
        kind="space_use",
        sample="resource_list_time_range",
        rows="results",
        breaks=("reservations", "many"),
        loses="axvqd3wxn4la/2026-11-23",
        now=datetime(2026, 11, 23, 9, tzinfo=UTC),
    ),
    Line(
        connector="finna",
        kind="catalogue_record",
        sample="search_physical_objects",
        rows="records",
        breaks=("title", 5),
        loses="helmet.9100001",
    ),
    Line(
        connector="linkedevents",
        kind="event",
        sample="event_list_page1",
        rows="data",
        breaks=("start_time", "tomorrow"),
        loses="helsinki:agrabfo2ea",
    ),
    Line(
        connector="linkedevents",
        kind="place",
        sample="place_list",
        rows="data",
        breaks=("name", "Kallio"),
        loses="tprek:8215",
    ),
    Line(
        connector="linkedevents",
        kind="keyword",
        sample="keyword_list",
        rows="data",
        breaks=("name", "musiikki"),
        loses="yso:p2739",
    ),
    Line(
        connector="linkedevents",
        kind="keyword_set",
        sample="keyword_set_list",
        rows="data",
        breaks=("usage", "decoration"),
        loses="helsinki:audiences",
    ),
    Line(
        connector="linkedevents",
        kind="organisation",
        sample="organization_list",
        rows="data",
        breaks=("name", 5),
        loses="ahjo:00001",
    ),
    Line(
        connector="varaamo",
        kind="place",
        sample="units-page1",
        rows="data.units.edges",
        inside="node",
        breaks=("nameFi", 5),
        loses="1",
    ),
    Line(
        connector="varaamo",
        kind="space",
        sample="reservation-units-oodi-page1",
        rows="data.reservationUnits.edges",
        inside="node",
        breaks=("nameFi", 5),
        loses="566",
    ),
    Line(
        connector="varaamo",
        kind="booking_hours",
        sample="reservable-time-spans",
        rows="data.reservationUnits.edges",
        inside="node",
        breaks=("reservableTimeSpans", "always"),
        loses="566",
        keys=("566", "567", "568"),
    ),
    Line(
        connector="tribe",
        kind="event",
        sample="tribe-events-page1",
        rows="events",
        breaks=("utc_start_date", "tomorrow"),
        loses="kulttuuri.example?id=501",
        now=datetime(2026, 6, 22, 12, tzinfo=UTC),
    ),
    Line(
        connector="decidim",
        kind="budgeting_process",
        sample="processes",
        rows="data.participatoryProcesses",
        breaks=("title", 5),
        loses="28",
    ),
    Line(
        connector="decidim",
        kind="budget",
        sample="budgets-page1",
        rows="data.component.budgets.edges",
        inside="node",
        breaks=("title", 5),
        loses="31",
        keys=("31:Budgets:203",),
    ),
    Line(
        connector="decidim",
        kind="result",
        sample="results-page1",
        rows="data.component.results.edges",
        inside="node",
        breaks=("title", 5),
        loses="701",
        keys=("31:Accountability:204",),
    ),
    Line(
        connector="decidim",
        kind="proposal",
        sample="ideas-page1",
        rows="data.component.ideas.edges",
        inside="node",
        breaks=("createdAt", "yesterday"),
        loses="idea:5101",
        keys=("31:Ideas:201",),
    ),
    Line(
        connector="kerrokantasi",
        kind="hearing",
        sample="hearing_list_include_geojson",
        rows="results",
        breaks=("open_at", "next week"),
        loses="bb53z1J6MwxjwvdLczBcOnHGvolIIFFN",
    ),
    Line(
        connector="kerrokantasi",
        kind="hearing_section",
        sample="section_root_list",
        rows="results",
        breaks=("hearing", None),
        loses="z23xVoiDNEBVLZWlO2FTbuqkilnpgK2p",
    ),
    Line(
        connector="kerrokantasi",
        kind="hearing_comments",
        sample="hearing_list_page1",
        rows="results",
        breaks=("n_comments", -1),
        loses="kO5MTdeASvJBvS9JmAuhIcL3PY8zvlMS",
    ),
    Line(
        connector="volunteering",
        kind="event",
        sample="event_list_page1",
        rows="results",
        breaks=("end_time", "tomorrow"),
        loses="de19a9c012794ec71e4efd3c",
    ),
    Line(
        connector="decisions",
        kind="decision",
        sample="paatokset_search_page1",
        rows="hits.hits",
        inside="fields",
        breaks=("meeting_date", ["eilen"]),
        loses="116700",
    ),
    Line(
        connector="openahjo",
        kind="decision",
        sample="openahjo_issue_list_page1",
        rows="objects",
        breaks=("latest_decision_date", "18.3.2014"),
        loses="9001",
    ),
)

BY_ITSELF = {
    ("kausal", "climate_tasks"): "no sample lists the tasks of several actions; test_rows_alone.py makes such a list",
    ("hauki", "opening_day"): "a row is a place with all its days; test_rows_alone.py",
    ("icalendar", "event"): "a feed is no JSON; its corpus is in test_icalendar.py",
    ("jsonld", "event"): "a page is no JSON; its corpus is in test_jsonld.py",
    ("rpde", "event"): "a row may be a deletion; test_rpde.py, test_rows_alone.py",
    ("rss", "event"): "a feed is no JSON; its corpus is in test_rss.py",
    ("linkedevents", "registration"): "no recorded page has two; test_rows_alone.py makes one",
    ("varaamo", "busy_times"): "a record a space, not a reservation",
    ("varaamo", "space_use"): "two replies of different rows make one record",
    ("decidim", "component"): "a process holds several",
    ("decidim", "budgeting_area"): "a tree of scopes",
    ("decidim", "budget_project"): "one budget's projects are one row of its page",
}

GRAPHQL = frozenset({"query", "variables", "operationName"})
# What a POST that reads may hold, where it is no GraphQL.
BODIES = {"decisions": {"query", "fields", "sort", "from", "size", "_source", "track_total_hits"}}

HEADINGS = ("Upstream", "Licence", "Languages", "Time", "Paging", "Quirks")


def source(connector: str, **other: Any) -> Source:
    return Source(name="s", id="s", connector=connector, url=BASE, title=LocalizedText(en="S"), **other)


def made(connector: str) -> Connector:
    return CONNECTORS[connector](source(connector))


def collection(line: Line) -> Collection:
    return next(one for one in made(line.connector).collections() if one.kind == line.kind)


def sample(line: Line) -> Any:
    path = Path(hub.sandbox.__path__[0]) / line.connector / "samples" / f"{line.sample}.json"
    return msgspec.json.decode(path.read_bytes())


def rows_of(body: Any, line: Line) -> list[Any]:
    """The list of rows itself, to be read and to be changed."""
    for part in line.rows.split("."):
        body = body[part]
    assert isinstance(body, list)
    return body


def fields_of(row: Any, line: Line) -> dict[str, Any]:
    fields = row[line.inside] if line.inside else row
    assert isinstance(fields, dict)
    return fields


def read(line: Line, body: object) -> Page[Any]:
    """What the connector makes of this body: sent as the reply to every part, where a page is joined of several."""
    raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
    wanted = collection(line).pages(Ask(now=line.now, keys=line.keys))
    page = with_reply(wanted, raw)
    assert isinstance(page, Page)
    return page


def with_reply(wanted: Fetch[Any] | Joined[Any], raw: bytes) -> Any:
    if isinstance(wanted, Joined):
        return wanted.merge([with_reply(part, raw) for part in wanted.parts])
    return wanted.parse(
        Reply(source=wanted.source, request=wanted.request, status=200, headers={}, body=raw, read_at=NOW)
    )


def rows_read(page: Page[Any], body: Any, line: Line) -> list[Record]:
    """The records of rows that were sent. Kirkanta's days that nobody sent are records too, of state UNKNOWN."""
    if line.kind != OpeningDay.kind:
        return list(page.items)
    sent = {f"{row.get('library')}/{row.get('date')}" for row in rows_of(body, line) if isinstance(row, dict)}
    return [day for day in page.items if day.state is not DayState.UNKNOWN or day.ref.key in sent]


def told(page: Page[Any], body: Any, line: Line) -> int:
    return len(rows_read(page, body, line)) + len(page.dropped) + page.skipped


def requests_of(connector: str) -> Iterator[Fetch[Any]]:
    """Everything that the connector asks for, as far as it can be asked without a reply."""
    one = made(connector)
    yield from parts(one.probe())
    for listed in one.collections():
        lines = [line for line in LINES if (line.connector, line.kind) == (connector, listed.kind)]
        asks = [Ask(now=line.now, keys=line.keys) for line in lines] or ([] if listed.per else [Ask(now=NOW)])
        for ask in asks:
            yield from parts(listed.pages(ask))
            if listed.changes is not None:
                since = msgspec.structs.replace(ask, since=ask.now - timedelta(days=1))
                yield from parts(listed.changes(since))
        for line in lines:
            if listed.one is not None:
                yield from parts(listed.one(read(line, sample(line)).items[0].ref.key))


def parts(wanted: Fetch[Any] | Joined[Any]) -> Iterable[Fetch[Any]]:
    return wanted.parts if isinstance(wanted, Joined) else (wanted,)


def words_of(fetch: Fetch[Any]) -> set[str]:
    """Every word of the request, as it is written and in lower case, with and without its underscores."""
    asked = f"{unquote(fetch.request.full_url)} {(fetch.request.body or b'').decode()}"
    return {word.lower() for word in re.findall(r"\w+", asked)}


def moments_in(value: Any) -> Iterator[datetime]:
    if isinstance(value, datetime):
        yield value
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from moments_in(getattr(value, name))
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from moments_in(one)


every_connector = pytest.mark.parametrize("connector", sorted(CONNECTORS))
every_line = pytest.mark.parametrize(
    "line", [one for one in LINES if one.connector in CONNECTORS], ids=lambda one: one.name
)


@every_connector
def test_every_collection_has_a_line_or_a_reason(connector: str) -> None:
    here = {line.kind for line in LINES if line.connector == connector}
    apart = {kind for name, kind in BY_ITSELF if name == connector}

    assert {listed.kind for listed in made(connector).collections()} == here | apart


@every_connector
def test_the_registrys_word_is_the_upstreams_name(connector: str) -> None:
    assert connector == CONNECTORS[connector].UPSTREAM


@every_connector
def test_the_documentation_is_complete(connector: str) -> None:
    text = importlib.import_module(CONNECTORS[connector].__module__).__doc__ or ""
    found = [heading for heading in HEADINGS if re.search(rf"^{heading}\s{{2,}}\S", text, re.MULTILINE)]

    assert found == list(HEADINGS)


@every_connector
def test_each_option_that_cannot_be_meant_is_refused_by_its_name(connector: str) -> None:
    for option in CONNECTORS[connector].OPTIONS:
        wrong = source(connector, options={option: -1.5})  # nothing that anybody lets one configure
        with pytest.raises((BadSettings, ValueError), match=rf"\b{option}: "):
            CONNECTORS[connector](wrong)


@every_connector
def test_requests_are_reads_that_stay_on_their_base(connector: str) -> None:
    for fetch in requests_of(connector):
        request = fetch.request
        assert request.url.startswith(BASE)
        assert "?" not in request.url
        assert "#" not in request.url
        if request.method == "POST":
            assert "mutation" not in words_of(fetch)
            assert set(msgspec.json.decode(request.body or b"")) <= BODIES.get(connector, GRAPHQL)
        else:
            assert (request.method, request.body) == ("GET", None)


@every_line
def test_a_recorded_page_is_read_to_the_last_row(line: Line) -> None:
    body = sample(line)
    page = read(line, body)

    assert len(rows_of(body, line)) > 1
    assert rows_read(page, body, line)
    assert page.dropped == ()
    assert told(page, body, line) == len(rows_of(body, line))
    assert {record.ref.kind for record in page.items} == {line.kind}
    assert {record.ref.source for record in page.items} == {"s"}
    assert {record.read_at for record in page.items} == {NOW}


@every_line
def test_every_moment_is_in_utc(line: Line) -> None:
    for record in read(line, sample(line)).items:
        for moment in moments_in(record):
            assert moment.utcoffset() == timedelta(0)


@every_line
def test_a_row_that_cannot_be_read_is_dropped_with_its_key_and_its_neighbours_stay(line: Line) -> None:
    body = sample(line)
    del rows_of(body, line)[line.row]
    without = rows_read(read(line, body), body, line)

    body = sample(line)
    field, value = line.breaks
    fields_of(rows_of(body, line)[line.row], line)[field] = value
    page = read(line, body)

    assert rows_read(page, body, line) == without
    assert [lost.key for lost in page.dropped] == [line.loses]
    assert all(3 < len(lost.reason) <= 300 for lost in page.dropped)
    assert told(page, body, line) == len(rows_of(body, line))


@every_line
@pytest.mark.parametrize(
    "broken", [b"", b"null", b"[]", b"{}", b'"rows"', b"<html><body>502 Bad Gateway</body></html>"]
)
def test_another_body_is_a_changed_payload(line: Line, broken: bytes) -> None:
    with pytest.raises(PayloadChanged):
        read(line, broken)


@every_line
@pytest.mark.parametrize("instead", ["", 5, {"a": 1}, True])
def test_something_else_for_the_rows_is_a_changed_payload(line: Line, instead: object) -> None:
    body = sample(line)
    outer, _, last = line.rows.rpartition(".")
    holder = body
    for part in filter(None, outer.split(".")):
        holder = holder[part]
    holder[last] = instead

    with pytest.raises(PayloadChanged):
        read(line, body)


@every_line
@given(cut=st.floats(0, 1))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_body_that_ends_too_early_is_a_changed_payload(line: Line, cut: float) -> None:
    raw = msgspec.json.encode(sample(line))

    with pytest.raises(PayloadChanged):
        read(line, raw[: min(int(len(raw) * cut), len(raw) - 1)])


def nested(depth: int) -> list[Any]:
    """Lists in lists: what overflows a reader's stack."""
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


characters = st.characters(exclude_categories=["Cs"])
hostile = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([0, -1, 2**31, 2**63, 2**64, -(2**63), 10**30, 1e308, -0.0, 0.5]),
    st.text(characters, max_size=20),
    st.sampled_from(
        [
            "",
            " ",
            "\x00",
            "0",
            "-1",
            "x" * 70_000,
            "<script>alert(1)</script>",
            "javascript:alert(1)",
            "https://user:secret@evil.example/",
            "http://[::1",
            "2026-13-45T99:99:99",
            "0001-01-01T00:00:00+23:59",
            "9999-12-31T23:59:59-23:59",
            "2026-11-22",
            "25:00",
            "ocd-division/country:fi/kunta:helsinki/",
        ]
    ),
    st.recursive(
        st.none() | st.text(characters, max_size=5) | st.integers(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(characters, max_size=5), inner, max_size=3),
        max_leaves=8,
    ),
    st.integers(1, 600).map(nested),
)


def places_in(value: Any, path: tuple[str | int, ...] = (), depth: int = 4) -> Iterator[tuple[str | int, ...]]:
    """Every place inside a row where something may stand."""
    inner: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value[:3])
    for name, one in inner:
        yield (*path, name)
        if depth > 1:
            yield from places_in(one, (*path, name), depth - 1)


@every_line
@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_stands_in_one_field_the_other_rows_stay(line: Line, data: st.DataObject) -> None:
    body = sample(line)
    number = data.draw(st.integers(0, len(rows_of(body, line)) - 1), label="row")
    *way, last = data.draw(
        st.sampled_from(list(places_in(fields_of(rows_of(body, line)[number], line)))), label="field"
    )

    others = copy.deepcopy(body)
    del rows_of(others, line)[number]
    without = rows_read(read(line, others), others, line)
    holder: Any = fields_of(rows_of(body, line)[number], line)
    for part in way:
        holder = holder[part]
    holder[last] = data.draw(hostile, label="value")
    try:
        page = read(line, body)
    except PayloadChanged:
        assert not without  # it was the page's only row of ours
        return

    assert [record for record in without if record not in page.items] == []
    assert told(page, body, line) == len(rows_of(body, line))
    assert all(lost.reason for lost in page.dropped)
    assert all(moment.utcoffset() == timedelta(0) for record in page.items for moment in moments_in(record))
