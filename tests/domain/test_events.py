"""Events with what belongs to them: keywords, organisers, series, places left. Many cost no more than one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest

from hub.domain import events, nodes
from hub.domain.city import City
from hub.domain.lists import PageArgs
from hub.errors import BadInput
from hub.index.events import EventFilter
from hub.records.core import LocalizedText, Record, Ref
from hub.records.events import Enrolment, Event, EventType, Organisation, Registration
from tests import made
from tests.domain.hall import Town

AHJO = Organisation(ref=Ref("organisation", "le", "ahjo:1"), read_at=made.NOW, name=LocalizedText(fi="Kaupunki"))


def known(town: Town, *many: Record) -> list[Event]:
    return [event for event in town.index.bodies(Event, town.rids(*many)) if event is not None]


def numbers(key: str, remaining: int | None) -> Registration:
    return Registration(
        ref=Ref("registration", "le", key),
        read_at=made.NOW,
        event=Ref("event", "le", key),
        remaining=remaining,
        opens_at=made.at(1),
        enrolment_url="https://enrol.example/1",
    )


@pytest.mark.parametrize(
    "wanted",
    [
        EventFilter(starts_after=made.at(2), starts_before=made.at(2)),
        EventFilter(overlaps=made.span(2, 2)),
        EventFilter(overlaps=made.span(2, 3), starts_after=made.at(1)),
        EventFilter(overlaps=made.span(2, 3), starts_before=made.at(4)),
    ],
)
async def test_times_that_contradict_each_other_are_bad_input(town: Town, wanted: EventFilter) -> None:
    with pytest.raises(BadInput):
        events.events(town.city(), wanted, PageArgs())
    with pytest.raises(BadInput):
        events.events_at(town.city(), [1], wanted, PageArgs())


async def test_a_list_tells_only_the_sources_that_were_asked_for(town: Town) -> None:
    told = events.events(town.city(), EventFilter(sources=("le",)), PageArgs()).answers()

    assert [answer.source.id for answer in told] == ["le"]


async def test_pages_follow_each_other_and_count_themselves(town: Town) -> None:
    town.put(*(made.event(f"{n}", starts_at=made.at(n)) for n in range(5)))
    city = town.city()

    first = events.events(city, EventFilter(), PageArgs(first=3))
    second = events.events(city, EventFilter(), PageArgs(first=3, after=first.cursors[-1]))

    assert [event.ref.key for event in (*first.nodes, *second.nodes)] == ["0", "1", "2", "3", "4"]
    assert [(page.has_previous, page.has_next) for page in (first, second)] == [(False, True), (True, False)]
    assert [(await page.total(), await page.is_exact()) for page in (first, second)] == [(5, True), (5, True)]


@pytest.mark.parametrize("first", [0, 101, -1])
def test_a_page_is_of_one_to_a_hundred_rows(first: int) -> None:
    with pytest.raises(BadInput):
        PageArgs(first=first)


async def test_a_total_that_takes_too_long_is_not_known(town: Town) -> None:
    town.put(made.event("1"))
    city = town.city()
    found = events.events(city, EventFilter(), PageArgs())
    town.turn(seconds=9)

    assert await found.total() is None
    assert not await found.is_exact()


async def test_the_totals_of_many_parents_are_one_statement(town: Town) -> None:
    houses = [made.place(f"{n}") for n in range(8)]
    town.put(*houses, *(made.event(f"{n}", at_place=f"{n % 8}") for n in range(20)))
    city = town.city()
    found = events.events_at(city, town.rids(*houses), EventFilter(), PageArgs(first=1))
    before = town.index.queries

    totals = [await page.total() for page in found]

    assert totals == [3, 3, 3, 3, 2, 2, 2, 2]
    assert town.index.queries - before == 1


async def test_an_events_organiser_is_its_registers_or_made_of_its_name(town: Town) -> None:
    registered = made.event("1", organiser=AHJO.ref)
    named = made.event("2", organiser_name=LocalizedText(fi="Kirjasto"))
    unheard = made.event("3", organiser=Ref("organisation", "le", "x"))
    town.put(AHJO, registered, named, unheard)
    city = town.city()

    found = events.organisers_of(city, known(town, registered, named, unheard))

    assert [organisation and organisation.name for organisation in found] == [
        LocalizedText(fi="Kaupunki"),
        LocalizedText(fi="Kirjasto"),
        None,
    ]


async def test_keywords_that_the_register_does_not_know_are_left_out(town: Town) -> None:
    music = made.keyword("p1")
    children = Ref("keyword", "le", "p2")
    event = made.event("1", keywords=["p1", "gone"], audience_keywords=(children, Ref("keyword", "le", "gone")))
    town.put(music, made.keyword("p2", "lapset"), event)
    city = town.city()

    assert [[k.ref for k in many] for many in events.keywords_of(city, known(town, event))] == [[music.ref]]
    assert events.audience_of(city, known(town, event)) == [[LocalizedText(fi="lapset")]]


async def test_an_occurrence_leads_to_its_series(town: Town) -> None:
    parent, child, orphan = made.event("p"), made.event("1", series="p"), made.event("2", series="never came")
    town.put(parent, child, orphan)
    city = town.city()

    found = events.series_of(city, known(town, child, orphan))
    (listed,) = events.events_of_series(city, town.rids(parent), EventFilter(), PageArgs())

    assert [series and series.ref for series in found] == [parent.ref, None]
    assert [event.ref for event in listed.nodes] == [child.ref]


async def test_places_left_have_an_age_of_their_own(town: Town) -> None:
    own = Enrolment(closes_at=made.at(20), url="https://events.example/enrol")
    open_, unheard, none = made.event("1", enrolment=own), made.event("2", enrolment=Enrolment()), made.event("3")
    town.put(open_, unheard, none, numbers("1", 4))
    town.crawled("le", "event", confirmed=made.NOW + timedelta(hours=1))

    first, second, third = events.registration_of(town.city(), known(town, open_, unheard, none))

    assert first is not None
    assert (first.remaining, first.fetched_at) == (4, made.NOW)
    assert (first.opens_at, first.closes_at, first.url) == (made.at(1), made.at(20), "https://events.example/enrol")
    assert second is not None
    assert (second.remaining, second.fetched_at, second.url) == (None, None, None)
    assert third is None


@pytest.mark.parametrize(
    "ask",
    [events.keywords_of, events.audience_of, events.organisers_of, events.series_of, events.registration_of],
    ids=lambda ask: ask.__name__,
)
async def test_what_belongs_to_many_events_costs_as_many_statements_as_to_one(
    town: Town, ask: Callable[[City, Sequence[Event]], object]
) -> None:
    many = [
        made.event(
            f"{n}",
            keywords=["p1", "p2"],
            audience_keywords=(Ref("keyword", "le", "p3"),),
            organiser=AHJO.ref,
            series="p",
            enrolment=Enrolment(),
        )
        for n in range(30)
    ]
    town.put(AHJO, made.keyword("p1"), made.event("p"), *many, *(numbers(f"{n}", n) for n in range(30)))
    records = known(town, *many)

    def cost(of: Sequence[Event]) -> int:
        city = town.city()
        before = town.index.queries
        ask(city, of)
        return town.index.queries - before

    assert cost(records) == cost(records[:1]) <= 2


async def test_an_organiser_that_only_has_a_name_is_one_of_its_source_and_leads_to_all_that_it_arranges(
    town: Town,
) -> None:
    name = LocalizedText(fi="Kallion kerho", sv="Berghälls klubb")
    evening = made.event("1", "Ilta", organiser_name=name)
    help_ = made.event("2", "Talkoot", organiser_name=name, type=EventType.VOLUNTEERING)
    elsewhere = made.event("3", "Muu ilta", source="va", organiser_name=name, starts_at=made.at(30))
    town.put(evening, help_, elsewhere, made.event("4", organiser_name=LocalizedText(fi="Muu")), made.event("5"))
    city = town.city()

    club, same, other, none = events.organisers_of(city, known(town, evening, help_, elsewhere, made.event("5")))

    assert club is not None
    assert other is not None
    assert (club.name, club.ref) == (name, same and same.ref)
    assert other.ref != club.ref
    assert none is None
    (found,) = events.events_by(city, [club.rid], EventFilter(), PageArgs())
    assert {event.ref.key for event in found.nodes} == {"1", "2"}
    (helping,) = events.events_by(city, [club.rid], EventFilter(types=(EventType.VOLUNTEERING,)), PageArgs())
    assert {event.ref.key for event in helping.nodes} == {"2"}
    (by_id, gone) = await nodes.nodes(city, [club.ref.gid, Ref("organisation", "le", "name:Ei kukaan").gid])
    assert by_id == club
    assert gone is None
