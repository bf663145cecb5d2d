"""The law of what is derived: it follows from what the sources say now, not from how they came to say it.

A small made world, in which ids, areas, series and chains are so few that everything meets: records come, change and
go in any order and in any transactions; at the end the derived tables are those of an index that got all of it at once.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from hub.derive.joins import Joins
from hub.derive.overrides import Overrides
from hub.records.core import Address, Record, Ref
from hub.records.events import KeywordSet, Organisation, Registration
from hub.records.places import AreaKind, PlaceKind
from tests import made
from tests.derive.tables import NUMBERS, dump, tables

History = list[list[tuple[Record, bool]]]

SAID = Overrides(
    same=((("le", "b"), ("sm", "3")),),
    apart=((("ki", "k1"), ("sm", "1")), (("sm", "2"), ("va", "a"))),
    branches=(("b/2", ("va", "b")), ("b/3", None)),
    texts=(("nuorisotalon sali", ("sm", "2")),),
)
JOINS = Joins(
    tprek_of_kirkanta={"k1": "1", "k2": "2", "k3": "2"},
    kirkanta_of_building={"b/1": "k1", "b/2": "k2"},
    tprek_of_building={"b/1": "1", "b/2": "2", "b/3": "3"},
    overrides=SAID,
)
# what the operator may have said before, or come to say
OTHERWISE = (
    JOINS,
    replace(JOINS, overrides=Overrides()),
    replace(JOINS, overrides=Overrides(same=SAID.apart, texts=(("kallion kirjasto", None), ("linja 2", ("le", "b"))))),
    replace(  # another release's table: a row holds together, as the shipped one's do
        JOINS, tprek_of_kirkanta={"k1": "2"}, kirkanta_of_building={"b/1": "k1"}, tprek_of_building={"b/1": "2"}
    ),
)
NUMBERS_OF_UNITS = ("1", "2", "3")
LIBRARIES = ("k1", "k2", "k3")
IDEAS = ("idea:1", "plan:1", "plan:2")
PROJECTS = ("1", "2")
KEYWORDS = ("yso:p1808", "kulke:1", "kulke:2")
# inside the western square, inside the eastern one, on the border between them, in neither
SPOTS = (made.spot(60.05, 24.05), made.spot(60.05, 24.15), made.spot(60.05, 24.1), made.spot(61.0, 25.0))

maybe_address = st.sampled_from((None, Address(street=made.fi("Viides linja 11")), Address(street=made.fi("Linja 2"))))
maybe_spot = st.sampled_from((None, *SPOTS))
names = st.sampled_from(("Kallion kirjasto", "Lastenkirjasto", "Nuorisotalo"))
kinds = st.sampled_from(((PlaceKind.LIBRARY,), (PlaceKind.YOUTH,), ()))


def some(pool: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(pool), max_size=2, unique=True)


def one_or_none(pool: tuple[str, ...]) -> st.SearchStrategy[str | None]:
    return st.sampled_from((None, *pool))


units = st.builds(
    made.unit,
    st.sampled_from(NUMBERS_OF_UNITS),
    names,
    kirkanta=some(LIBRARIES),
    kinds=kinds,
    location=maybe_spot,
    tprek_id=one_or_none(NUMBERS_OF_UNITS),
    address=maybe_address,
)
other_places = st.builds(
    made.place,
    st.sampled_from(("a", "b")),
    names,
    source=st.sampled_from(("va", "le")),
    tprek_id=one_or_none(NUMBERS_OF_UNITS),
    location=maybe_spot,
    address=maybe_address,
)
libraries = st.builds(made.library, st.sampled_from(LIBRARIES), names, location=maybe_spot, address=maybe_address)
areas = st.builds(
    made.area,
    st.sampled_from(("keskinen", "itainen")),
    st.sampled_from((AreaKind.MAJOR_DISTRICT, AreaKind.NEIGHBOURHOOD)),
    name=st.sampled_from(("Keskinen", "Itäinen suurpiiri", "Kallio")),
    source=st.sampled_from(("sm", "le")),  # two registers may describe the same area
    boundary=st.sampled_from((made.square(24.0, 60.0), made.square(24.1, 60.0), made.square(24.0, 60.0, 0.3), ())),
)
titles = st.sampled_from(("Kallion kirjasto", "Joogaa", "Lasten konsertti"))
labels = st.sampled_from(((), (made.text("Terveys ja hyvinvointi"),), (made.text("musiikki"), made.text("Vallila"))))
events = st.builds(
    made.event,
    st.sampled_from(("e1", "e2", "e3")),
    st.one_of(names, titles),
    at_place=st.sampled_from((None, "a", "b", Ref("place", "sm", "1"))),
    series=one_or_none(("e1", "e2", "e3")),
    keywords=some(KEYWORDS),
    categories=labels,
    location=maybe_spot,
    location_text=st.sampled_from(
        (None, made.fi("Kallion kirjasto"), made.fi("Linja 2"), made.fi("Nuorisotalon sali"))
    ),
    starts_at=st.sampled_from((None, made.NOW, made.NOW + timedelta(days=1))),
    source=st.sampled_from(("le", "va")),
)
keywords = st.builds(made.keyword, st.sampled_from(KEYWORDS), st.sampled_from(("musiikki", "jooga", "Vallila")))
hearings = st.builds(made.hearing, st.sampled_from(("1", "2")), titles, labels=labels)
spaces = st.builds(
    made.space, st.sampled_from(("1", "2")), names, at_place=st.sampled_from((None, "a", "b", Ref("place", "sm", "2")))
)
days = st.builds(
    made.opening_day,
    st.sampled_from(("k1", "k2", Ref("place", "sm", "1"))),
    st.sampled_from((date(2026, 11, 22), date(2026, 11, 23))),
    st.sampled_from((made.span(8, 20), made.span(18, 26))),  # until late, and over midnight
)
uses = st.builds(
    made.use,
    st.sampled_from(("1", "2")),
    st.sampled_from((date(2026, 11, 20), date(2026, 11, 22))),
    st.sampled_from((made.span(8, 20), made.span(8, 12, day=1))),
    taken=st.lists(st.sampled_from((made.span(9, 12), made.span(7, 9, day=1))), max_size=2),
    days=st.just(2),
    known=st.booleans(),
)
things = st.lists(st.sampled_from(("b/1", "b/2", "b/9")), max_size=2).flatmap(
    lambda codes: st.builds(
        lambda key, name, languages: made.thing(key, name, *codes, languages=tuple(languages)),
        st.sampled_from(("1", "2")),
        names,
        some(("fi", "sv")),
    )
)
scopes = st.builds(
    made.scope,
    st.sampled_from(("1", "2")),
    st.sampled_from(("Keskinen", "Itäinen", "Koko Helsinki")),
    is_whole_city=st.booleans(),
)
budgets = st.builds(made.budget, st.sampled_from(("1", "2")), of=one_or_none(("1",)), scope=one_or_none(("1", "2")))
projects = st.builds(made.project, st.sampled_from(PROJECTS), names, linked=some(IDEAS), scope=one_or_none(("1", "2")))
proposals = st.builds(
    made.proposal,
    st.sampled_from(IDEAS),
    names,
    linked=st.lists(
        st.sampled_from(
            [*(Ref("proposal", "de", key) for key in IDEAS), *(Ref("budget_project", "de", k) for k in PROJECTS)]
        ),
        max_size=2,
    ),
    location=maybe_spot,
    scope=one_or_none(("1", "2")),
)
results = st.builds(made.result, st.just("1"), names, linked=some(PROJECTS))
processes = st.builds(made.process, st.just("1"), names)
statuses = st.sampled_from(("LATE", "ON_TIME"))
actions = st.builds(made.climate_action, st.sampled_from(("1", "2")), names, status_key=statuses)

# one evening as two feeds and a register tell it, at a place that is named, written, or not told
wheres = st.sampled_from(
    (None, made.fi("Kallion kirjasto"), made.fi("Linja 2"), made.fi("Nuorisotalon sali"), made.fi("Nuorisotalo"))
)
evenings = st.builds(
    made.event,
    st.sampled_from(("e1", "e2")),
    st.sampled_from(("Runoilta Kalliossa", "Runoilta Kalliossa", "Joogaa")),
    at_place=st.sampled_from((None, None, Ref("place", "sm", "1"))),
    location_text=wheres,
    uid=st.sampled_from((None, None, "1@feeds.example")),
    source=st.sampled_from(("le", "va", "fi")),
)
houses = st.one_of(
    st.builds(made.unit, st.sampled_from(("1", "2")), names, location=maybe_spot, address=maybe_address),
    st.builds(made.place, st.just("b"), names, location=maybe_spot, address=maybe_address),
)
keyword_sets = st.builds(
    lambda key, keys: KeywordSet(
        ref=Ref("keyword_set", "le", key),
        read_at=made.NOW,
        name=made.fi("Aiheet"),
        keywords=tuple(Ref("keyword", "le", keyword) for keyword in keys),
    ),
    st.sampled_from(("t1", "t2")),
    some(KEYWORDS),
)
organisations = st.builds(
    lambda key, parent: Organisation(
        ref=Ref("organisation", "le", key),
        read_at=made.NOW,
        name=made.fi("Järjestäjä"),
        parent=parent and Ref("organisation", "le", parent),
    ),
    st.sampled_from(("o1", "o2", "o3")),
    one_or_none(("o1", "o2", "o3")),
)
seats = st.builds(
    lambda key, left: Registration(
        ref=Ref("registration", "le", key), read_at=made.NOW, event=Ref("event", "le", key), remaining=left
    ),
    st.sampled_from(("e1", "e2", "e3")),
    st.sampled_from((None, 0, 7)),
)
arranged = st.builds(
    made.event,
    st.sampled_from(("e1", "e2", "e3")),
    keywords=some(KEYWORDS),
    organiser=st.sampled_from((None, Ref("organisation", "le", "o1"), Ref("organisation", "le", "o2"))),
    organiser_name=st.sampled_from((None, made.fi("Seura"))),
    source=st.sampled_from(("le", "va")),
)

# The smaller a world, the more often its parts meet.
identity = st.one_of(units, other_places, libraries)
located = st.one_of(identity, areas, events, spaces, days, uses)
chains = st.one_of(areas, scopes, proposals, projects)
themes = st.one_of(events, keywords, hearings)
written = st.one_of(evenings, evenings, houses)
register = st.one_of(arranged, keywords, keyword_sets, organisations, seats)
everything = st.one_of(located, chains, things, budgets, results, processes, actions, themes, written, register)


def histories(records: st.SearchStrategy[Record]) -> st.SearchStrategy[History]:
    """A step puts a record or, now and then, takes back whatever stands under its reference."""
    steps = st.tuples(records, st.sampled_from((False, False, True)))
    return st.lists(st.lists(steps, min_size=1, max_size=4), min_size=1, max_size=12)


def hold(history: History, seed: int, said: Sequence[Joins] = (JOINS,)) -> set[str]:
    """`said`: what the operator says before each transaction, in turns. Returns which tables have rows at the end."""
    derives, anew_derives = made.derivation(JOINS), made.derivation(JOINS)
    writer, anew = made.in_memory(derive=derives), made.in_memory(derive=anew_derives)
    stands: dict[Ref, Record] = {}
    for number, transaction in enumerate(history):
        derives.adopt(writer, said[number % len(said)])
        with writer.transaction():
            for record, is_withdrawn in transaction:
                if is_withdrawn:
                    writer.withdraw([record.ref])
                    stands.pop(record.ref, None)
                else:
                    writer.put([record])
                    stands[record.ref] = record
    derives.adopt(writer, said[-1])
    at_once = list(stands.values())
    random.Random(seed).shuffle(at_once)
    anew_derives.adopt(anew, said[-1])
    made.put(anew, *at_once)

    try:
        derived = dump(writer)
        assert derived == dump(anew)
        return {table for table, rows in derived.items() if rows}
    finally:
        writer.close()
        anew.close()


of_the_law = settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


def law(records: st.SearchStrategy[Record], joins: Sequence[Joins] = (JOINS,)) -> set[str]:
    """Holds for any history of these. Returns the tables that had rows in some of them: of others nothing was shown."""
    filled: set[str] = set()
    said = st.lists(st.sampled_from(joins), min_size=1, max_size=4)

    @of_the_law
    @given(histories(records), st.integers(0, 1000), said)
    def holds(history: History, seed: int, said: list[Joins]) -> None:
        filled.update(hold(history, seed, said))

    holds()
    return filled


def test_which_records_are_one_place_does_not_depend_on_their_history() -> None:
    assert law(identity) >= {"place", "place_member", "place_key", "place_word"}


def test_what_the_operator_says_is_as_if_it_had_always_been_said() -> None:
    assert law(st.one_of(identity, things), OTHERWISE) >= {"place_member", "branch", "join_entry"}


def test_where_things_are_does_not_depend_on_their_history() -> None:
    assert law(located) >= {"place_area", "area_within", "open_time", "space", "use_day", "event_area"}


def test_what_is_written_of_one_evening_does_not_depend_on_its_history() -> None:
    told = {"event_word", "event_guess", "event_inferred", "event_member", "event_body", "event_tie"}
    assert law(written) >= told
    assert law(written, OTHERWISE) >= told


def test_series_do_not_depend_on_their_history() -> None:
    assert law(events) >= {"event_series", "event_told", "event_key"}


def test_what_things_are_about_does_not_depend_on_their_history() -> None:
    assert law(themes) >= {"event_theme", "record_theme", "keyword_theme"}


def test_what_a_register_says_besides_does_not_depend_on_its_history() -> None:
    said = {"keyword_set", "keyword_in_set", "organisation", "event_seats", "event_organiser", "event_keyword"}
    assert law(register) >= said


def test_participation_does_not_depend_on_its_history() -> None:
    assert law(chains) >= {"chain", "civic_area", "budgeting_area"}


def test_nothing_derived_depends_on_its_history() -> None:
    assert law(everything, OTHERWISE) >= {"thing", "budget", "result", "process", "climate_action", "hearing"}


def test_the_law_is_held_to_every_derived_table() -> None:
    writer = made.in_memory()

    assert tables(writer) == NUMBERS.keys()
    writer.close()
