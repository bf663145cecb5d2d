"""Nothing that the hub asks for, keeps or shows is about who reserves, attends, comments, votes, answers for or works
in something.

Read here: every request that any connector can send, every record type with all that is nested in it, and every field
of the graph. What a field is about is judged by its name, with the words that the upstreams' own contracts have for
such persons (`CONTRACTS`). Words that mean something else somewhere are exceptions, each with its reason; an exception
that nobody needs any more is a mistake too.
"""

from __future__ import annotations

import importlib
import inspect
import itertools
import pkgutil
import re
import types
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args, get_type_hints
from urllib.parse import unquote

import graphql
import msgspec
import pytest

import hub.records
import hub.sandbox
from hub.connectors.registry import CONNECTORS
from hub.fetch import Ask, Connector, Fetch, Grant, Joined, Source, Wanted, get, post_graphql
from hub.freshness import Freshness
from hub.records.catalogue import CatalogueQuery
from hub.records.core import LocalizedText, Record, Value
from hub.schema.schema import schema

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)

# How each contract names them: fields as they stand in the upstream's schema or in its samples.
CONTRACTS = {
    "decidim": ("author", "comments", "endorsements", "voteCount"),
    "finna": ("nonPresenterAuthors", "presenters"),
    "hauki": ("last_modified_by",),
    "icalendar": ("ORGANIZER", "ATTENDEE"),
    "jsonld": ("organizer", "performer"),
    "kausal": ("contactPersons", "person"),
    "kerrokantasi": ("contact_persons", "contact_person", "comments", "n_comments"),
    "kirkanta": ("persons", "author"),
    "linkedevents": ("signups", "signup", "photographer_name"),
    "respa": (
        "reserver_name", "reserver_email_address", "created_by", "modified_by", "user_permissions", "staff_event",
    ),
    "rss": ("creator", "organizer"),
    "servicemap": ("contact_person",),
    "sierra": ("author",),
    "tribe": ("author", "organizer"),
    "varaamo": (
        "reserveeName", "reserveeFirstName", "reserveeLastName", "reserveeEmail", "reserveePhone", "reserveeIdentifier",
        "contactPersonFirstName", "contactPersonEmail", "applicantType", "user",
    ),
}  # fmt: skip

# The parts of such names that are never about anything else, in the singular.
PARTS = frozenset({
    "applicant", "attendee", "author", "comment", "commenter", "creator", "employee", "endorsement", "follower",
    "manager", "moderator", "organiser", "organizer", "owner", "participant", "patron", "performer", "person",
    "photographer", "preparer", "presenter", "reservee", "reserver", "signup", "speaker", "staff", "teacher", "user",
    "username", "visitor", "volunteer", "vote", "voter",
})  # fmt: skip
WHOLE = frozenset({"createdby", "modifiedby", "lastmodifiedby"})  # a part of these may mean anything

# (connector, word) → why it is asked for all the same
ASKED = {
    ("finna", "nonPresenterAuthors"): "creators of works are named, since they must be",
    ("finna", "author_facet"): "likewise: works of one creator",
    ("varaamo", "maxPersons"): "how many fit in",
    ("varaamo", "minPersons"): "how many there must be",
}
# Type.field → why it is kept
KEPT = {
    "CatalogueQuery.author": "works of one creator are searched for",
    "CatalogueRecord.authors": "creators of works are named, since they must be",
    "Event.organiser": "an organisation in its source's register",
    "Event.organiser_name": "an organisation's; a feed's only where its configuration says that it is one",
    "Event.max_attendees": "how many may come",
    "Event.min_attendees": "how many must come",
    "Hearing.organiser_name": "a division of the city",
    "HearingComments": "how many there are",
    "Picture.photographer": "must be shown beside a picture, by its licence",
}
# Type.field of the graph → why it is shown
SHOWN = {
    "CatalogueFilter.author": KEPT["CatalogueQuery.author"],
    "CatalogueRecord.authors": KEPT["CatalogueRecord.authors"],
    "Event.organiser": KEPT["Event.organiser"],
    "EventFilter.minAttendees": "how few must come for it to take place: a number told beforehand",
    "EventFilter.organisers": KEPT["Event.organiser"],
    "EventFilter.organisersWithin": KEPT["Event.organiser"],
    "Hearing.comments": KEPT["HearingComments"],
    "Hearing.commentsFetchedAt": "how old that number is",
    "Hearing.organiserName": KEPT["Hearing.organiser_name"],
    "Image.photographer": KEPT["Picture.photographer"],
}


def parts_of(name: str) -> list[str]:
    """ "reserveeFirstName" and "reservee_first_name" alike, in lower case, without the plural's s."""
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)
    return [word.lower() for word in words]


def is_about_persons(name: str) -> bool:
    parts = parts_of(name)
    return "".join(parts) in WHOLE or any(part in PARTS or part.removesuffix("s") in PARTS for part in parts)


# ---- requests

OPTIONS: dict[str, list[dict[str, Any]]] = {
    "koha": [{"through": through} for through in ("items", "kohasuomi", "public")],
}
# What is asked about, one after the other, where it is no number.
KEYS = {
    ("decidim", "budgets"): ("31:Budgets:203",),
    ("decidim", "projects"): ("31:Budgets:203",),
    ("decidim", "proposals"): ("31:Ideas:201", "31:Plans:202", "31:Proposals:205"),
    ("decidim", "results"): ("31:Accountability:204",),
    ("finna", "records"): ("helmet.1",),
    ("hauki", "opening_days"): ("tprek:8215",),
    ("hauki", "place"): ("tprek:8215",),
    ("kausal", "action"): ("hnh2035:1",),
    ("koha", "copies"): ("s.1",),
    ("sierra", "copies"): ("helmet.1",),
}
# Where a crawl goes through several lists one after the other: where each begins.
PHASES = {("linkedevents", "events"): ("past:1", "postponed:1")}
EVERYTHING = CatalogueQuery(
    text="x",
    languages=("fi",),
    branches=("2/Helmet/h/h55/",),
    subject="x",
    author="x",
    published_from=1900,
    facets=("FORMAT", "LANGUAGE", "BRANCH", "YEAR", "SUBJECT", "AUTHOR"),
)


def made(name: str, options: dict[str, Any]) -> Connector:
    url = "https://upstream.example/" + ("feed" if CONNECTORS[name].IS_DOCUMENT else "")
    return CONNECTORS[name](
        Source(name="s", id="s", connector=name, url=url, title=LocalizedText(fi="S"), options=options)
    )


def questions(name: str) -> Iterator[Fetch[Any]]:
    """One of each kind that the connector can ask: probe, lists, changes, single records, look-ups; and for tokens."""
    for options in OPTIONS.get(name, [{}]):
        one = made(name, options)
        for method, function in inspect.getmembers(type(one), inspect.isfunction):
            if method.startswith("_") or method in ("collections", "holds"):
                continue
            keys, phases = KEYS.get((name, method), ("1",)), PHASES.get((name, method), ())
            for key, after in itertools.product(keys, (None, *phases)):
                by_name: dict[str, Any] = {
                    "ask": Ask(now=NOW, after=after, since=NOW - timedelta(days=1), keys=(key,)),
                    "key": key,
                    "ids": [key],
                    "keys": [key],
                    "query": EVERYTHING,
                    "starts_at": NOW,
                    "ends_at": NOW + timedelta(days=1),
                    "after": None,
                }
                given = [by_name[word] for word in inspect.signature(function).parameters if word != "self"]
                yield from fetches(getattr(one, method)(*given))


def fetches(wanted: Wanted[Any]) -> Iterator[Fetch[Any]]:
    for fetch in wanted.parts if isinstance(wanted, Joined) else (wanted,):
        assert isinstance(fetch, Fetch)
        yield fetch
        if isinstance(fetch.grant, Grant):
            yield msgspec.structs.replace(fetch, request=fetch.grant.ask("key:secret"), grant=None)


def words_asked(fetch: Fetch[Any]) -> set[str]:
    """Every word of the address, and of the body; of a GraphQL document what it names."""
    request = fetch.request
    body = (request.body or b"").decode()
    words = set(re.findall(r"[^\W\d]\w*", unquote(request.full_url.removeprefix(fetch.source.url))))
    if body.startswith("{"):
        told = msgspec.json.decode(body)
        if isinstance(told.get("query"), str):
            return words | words_of_document(told["query"]) | set(re.findall(r"[^\W\d]\w*", f"{told['variables']}"))
    return words | set(re.findall(r"[^\W\d]\w*", unquote(body)))


def words_of_document(text: str) -> set[str]:
    found: set[str] = set()

    class Names(graphql.Visitor):
        def enter_name(self, node: graphql.NameNode, *_: Any) -> None:
            found.add(node.value)

    graphql.visit(graphql.parse(text), Names())
    return found


every_connector = pytest.mark.parametrize("name", sorted(CONNECTORS))


@every_connector
def test_no_request_asks_for_persons(name: str) -> None:
    asked = {word for fetch in questions(name) for word in words_asked(fetch)}

    assert asked or CONNECTORS[name].IS_DOCUMENT
    assert {word for word in asked if is_about_persons(word)} == {word for at, word in ASKED if at == name}


@every_connector
def test_every_list_is_among_the_requests_that_are_read(name: str) -> None:
    """A question that only a collection knows, and no method of the connector, would not be read above."""
    (one, *_) = [made(name, options) for options in OPTIONS.get(name, [{}])]
    for listed in one.collections():
        for ask in (listed.pages, listed.changes, listed.one):
            assert ask is None or ask.__name__ in dir(type(one))


# ---- records


def structs_of(package: types.ModuleType) -> set[type[msgspec.Struct]]:
    """All that its modules define, and whatever stands in a field of one."""
    found: set[type[msgspec.Struct]] = set()
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        for _, one in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if issubclass(one, msgspec.Struct) and one.__module__.startswith(package.__name__):
                found |= nested(one, set())
    return found


def nested(struct: type[msgspec.Struct], seen: set[type[msgspec.Struct]]) -> set[type[msgspec.Struct]]:
    if struct not in seen:
        seen.add(struct)
        for hint in get_type_hints(struct).values():
            for inner in types_in(hint):
                nested(inner, seen)
    return seen


def types_in(hint: Any) -> Iterator[type[msgspec.Struct]]:
    if inspect.isclass(hint) and issubclass(hint, msgspec.Struct):
        yield hint
    for inner in get_args(hint):
        yield from types_in(inner)


def fields_of(base: type) -> tuple[str, ...]:
    return base.__struct_fields__ if issubclass(base, msgspec.Struct) and base is not msgspec.Struct else ()


def kept(structs: Iterable[type[msgspec.Struct]]) -> set[str]:
    """Types and their own fields that are about persons; what a type has of another is told of that one."""
    found: set[str] = set()
    for struct in structs:
        if is_about_persons(struct.__name__):
            found.add(struct.__name__)
        inherited = {name for base in struct.__mro__[1:] for name in fields_of(base)}
        for field in fields_of(struct):
            if field not in inherited and is_about_persons(field):
                found.add(f"{struct.__name__}.{field}")
    return found


def test_no_record_keeps_persons() -> None:
    structs = structs_of(hub.records)

    assert len(structs) > 50
    assert kept(structs) == set(KEPT)


# ---- the graph


def shown(types_: Iterable[graphql.GraphQLNamedType]) -> set[str]:
    found: set[str] = set()
    for one in types_:
        fields = getattr(one, "fields", {}) | getattr(one, "values", {})
        named = [field for field in fields if is_about_persons(field)]
        found |= {f"{one.name}.{field}" for field in named}
    return found


def test_no_field_of_the_graph_shows_persons() -> None:
    assert shown(schema._schema.type_map.values()) == set(SHOWN)


# ---- that this finds what it is there to find


@pytest.mark.parametrize(("upstream", "field"), [(name, field) for name in CONTRACTS for field in CONTRACTS[name]])
def test_every_word_of_a_contract_is_one_of_its_upstreams_and_is_recognised(upstream: str, field: str) -> None:
    folder = Path(hub.sandbox.__path__[0]) / upstream
    files = [folder / "schema.graphql", *sorted((folder / "samples").rglob("*.*"))]
    word = re.compile(rf"\b{field}\b".encode())

    assert is_about_persons(field)
    assert any(word.search(file.read_bytes()) for file in files if file.is_file())


@pytest.mark.parametrize(
    "word", ["name", "publisher", "contactPhone", "personalisation", "userland", "staffed", "commentary", "devoted"]
)
def test_other_words_are_about_nobody(word: str) -> None:
    assert not is_about_persons(word)


@pytest.mark.parametrize("exceptions", [ASKED, KEPT, SHOWN], ids=["asked", "kept", "shown"])
def test_every_exception_has_its_reason(exceptions: dict[Any, str]) -> None:
    assert all(len(reason) > 10 for reason in exceptions.values())


class _Booker(Value, frozen=True, kw_only=True):
    reservee_name: str | None = None


class _Booking(Record, frozen=True, kw_only=True):
    kind = "booking"

    bookers: tuple[_Booker | None, ...] = ()


def test_a_field_that_is_planted_deep_in_a_record_is_found() -> None:
    assert kept(nested(_Booking, set())) == {"_Booker.reservee_name"}


@pytest.mark.parametrize(
    "document",
    [
        "{ reservations { edges { node { begin reserveeEmail } } } }",
        "{ plan { ...P } } fragment P on Plan { actions { contactPersons { id } } }",
        "{ plan { who: author { name } } }",
        "{ comments(first: 5) { id } }",
    ],
)
def test_a_field_that_is_planted_in_a_graphql_document_is_found(document: str) -> None:
    source = made("varaamo", {}).source
    fetch = post_graphql(source, document, {}, parse=lambda _: None, freshness=Freshness(timedelta(minutes=1)))

    assert [word for word in words_asked(fetch) if is_about_persons(word)]


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("library", {"with": "schedules,persons"}),
        ("event/", {"include": "signups"}),
        ("contact_person/", {}),
        ("items", {"fields": "default,created_by"}),
    ],
)
def test_a_field_that_is_planted_in_an_address_is_found(path: str, params: dict[str, str]) -> None:
    source = made("linkedevents", {}).source
    fetch = get(source, path, params, parse=lambda _: None, freshness=Freshness(timedelta(minutes=1)))

    assert [word for word in words_asked(fetch) if is_about_persons(word)]


def test_a_field_that_is_planted_in_the_graph_is_found() -> None:
    planted = graphql.build_schema("type Query { space: Space } type Space { name: String lastReservee: String }")

    assert "Space.lastReservee" in shown(planted.type_map.values())
