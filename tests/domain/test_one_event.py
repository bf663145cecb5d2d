"""An event of several sources in the graph: whose ids lead to it, what each of its sources adds."""

from __future__ import annotations

from typing import Any

import pytest

from hub.domain import events, nodes, provenance
from hub.domain.lists import PageArgs
from hub.index.events import EventFilter
from hub.records.core import Ref
from hub.records.events import Enrolment, Event, EventSeries, Organisation, Registration
from hub.records.merged import CityEvent
from tests import made
from tests.domain.hall import Town

HOUSE = made.unit("1", "Kallion kirjasto")


def event(source: str, key: str = "1", name: str = "Neulekahvila", **more: Any) -> Event:
    return made.event(key, name, source=source, at_place=HOUSE.ref, **more)


def all_of(town: Town, **wanted: Any) -> list[Event]:
    return events.events(town.city(), EventFilter(**wanted), PageArgs()).nodes


async def test_every_member_answers_with_the_event(town: Town) -> None:
    made.put(town.writer, HOUSE, event("va"), event("le"))

    refs = {Ref("event", "va", "1"), Ref("event", "le", "1")}
    found = await nodes.by_refs(town.city(), refs)

    assert {type(found[ref]) for ref in refs} == {CityEvent}
    assert {getattr(found[ref], "ref", None) for ref in refs} == {Ref("event", "va", "1")}


async def test_a_withdrawn_member_says_so_and_the_other_answers_for_itself(town: Town) -> None:
    made.put(town.writer, HOUSE, event("va"), event("le"))
    made.withdraw(town.writer, Ref("event", "va", "1"))

    found = await nodes.by_refs(town.city(), {Ref("event", "va", "1"), Ref("event", "le", "1")})

    assert isinstance(found[Ref("event", "va", "1")], Exception)
    assert getattr(found[Ref("event", "le", "1")], "ref", None) == Ref("event", "le", "1")


@pytest.mark.parametrize("sources", [("va",), ("le",), ("va", "le"), ()])
def test_any_of_its_sources_finds_it_and_it_stands_once(town: Town, sources: tuple[str, ...]) -> None:
    made.put(town.writer, HOUSE, event("va"), event("le"))

    assert [found.ref.source for found in all_of(town, sources=sources)] == ["va"]
    assert all_of(town, sources=("de",)) == []


def test_the_other_sources_are_named_with_how_sure_it_is(town: Town) -> None:
    made.put(town.writer, HOUSE, event("va"), event("le", url="https://le.example/1"), event("le", "2", "Muuta"))
    shown = all_of(town)

    other = provenance.also_in(town.city(), shown)

    by_name = {found.name.any: also for found, also in zip(shown, other, strict=True) if found.name}
    (also,) = by_name["Neulekahvila"]
    assert (also.record_id, also.url, also.confidence) == ("1", "https://le.example/1", 0.98)
    assert by_name["Muuta"] == []


def test_the_places_left_are_those_of_the_source_where_one_enrols(town: Town) -> None:
    seats = Registration(
        ref=Ref("registration", "le", "1"), read_at=made.NOW, event=Ref("event", "le", "1"), remaining=4
    )
    made.put(town.writer, HOUSE, event("va"), event("le", enrolment=Enrolment()), seats)

    (found,) = events.registration_of(town.city(), all_of(town))

    assert found is not None
    assert found.remaining == 4


def test_an_organiser_by_name_is_told_of_by_the_source_that_names_it(town: Town) -> None:
    made.put(town.writer, HOUSE, event("va"), event("le", organiser_name=made.fi("Kumppani ry")))

    (found,) = events.organisers_of(town.city(), all_of(town))

    assert isinstance(found, Organisation)
    assert found.ref.source == "le"


def test_the_series_of_each_source_lists_it(town: Town) -> None:
    parents = [event(source, "s", f"Sarja {source}", is_series=True) for source in ("va", "le")]
    made.put(town.writer, HOUSE, *parents, event("va", series="s"), event("le", series="s"))
    rids = [made.number_of(town.writer, parent) for parent in parents]

    listed = events.events_of_series(town.city(), rids, EventFilter(), PageArgs())

    assert [[found.ref for found in series.nodes] for series in listed] == [[Ref("event", "va", "1")]] * 2
    (own,) = events.series_of(town.city(), all_of(town))
    assert isinstance(own, EventSeries)
    assert own.ref == Ref("event", "va", "s")
