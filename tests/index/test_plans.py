"""The main lists read the index that was made for them, and no more rows than the page has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.index import catalogue, participation, places, spaces, use
from hub.index.events import (
    AT_PLACE,
    BY_ORGANISER,
    IN_AREA,
    EventFilter,
    EventSort,
    bodies,
    events,
    one_of_each_organiser,
)
from hub.index.geo import Near
from hub.index.listing import Listing
from hub.index.near import around
from hub.index.participation import ProjectFilter, ProposalFilter
from hub.index.places import PlaceFilter, PlaceSort
from hub.index.read import Index
from hub.index.spaces import SpaceFacts
from hub.index.themes import of_events, of_records
from hub.index.write import Writer
from hub.records.core import Ref
from hub.records.events import Event
from tests import made

WEEK = EventFilter(starts_after=made.NOW, starts_before=made.NOW + timedelta(days=7))


@pytest.fixture(scope="module", params=[False, True], ids=["new", "analyzed"])
def read(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Writer, Index]]:
    """A few thousand rows, before and after the planner was told how many."""
    folder = tmp_path_factory.mktemp("plans")
    writer = made.in_folder(folder)
    area = made.area("kallio", boundary=made.square(24.9, 60.1))
    units = [made.unit(f"{n}", f"Talo {n}", location=made.spot(60.15, 24.95)) for n in range(200)]
    many = [
        made.event(
            f"{n}",
            None,
            at_place=Ref("place", "sm", f"{n % 200}"),
            starts_at=made.NOW + timedelta(hours=n),
            organiser=Ref("organisation", "le", f"{n % 9}"),
        )
        for n in range(2000)
    ]
    ideas = [made.proposal(f"idea:{n}", scope=f"{n % 8}") for n in range(500)]
    made.put(writer, area, *units, *many, *ideas)
    if request.param:
        writer.analyze()
    index = Index(folder)
    yield writer, index
    index.close()
    writer.close()


class Kept(Index):
    """An index that keeps what it was asked."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.asked: list[tuple[str, Sequence[Any] | Mapping[str, Any]]] = []

    def rows(self, sql: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
        self.asked.append((sql, params))
        return super().rows(sql, params)


def plan(
    index: Index, listing: Listing, parents: list[int] | None, after: tuple[object, ...] | None = None
) -> list[str]:
    sql, params = listing.page(parents, 21, after)
    return [row[3] for row in index.rows(f"EXPLAIN QUERY PLAN {sql}", params)]


ROOT: dict[str, tuple[Callable[[Index], Listing], tuple[object, ...] | None, str]] = {
    "events": (lambda i: events(i, EventFilter()), None, "INDEX event_starts"),
    "events, second page": (lambda i: events(i, EventFilter()), (1, 1), "INDEX event_starts (starts>?)"),
    "events of a week": (lambda i: events(i, WEEK), None, "INDEX event_starts (starts>? AND starts<?)"),
    "events by name": (lambda i: events(i, EventFilter(sort=EventSort.NAME)), None, "INDEX event_name"),
    "events by change": (lambda i: events(i, EventFilter(sort=EventSort.MODIFIED_AT)), None, "INDEX event_modified"),
    "places": (lambda i: places.places(PlaceFilter()), None, "INDEX place_name"),
    "places, second page": (lambda i: places.places(PlaceFilter()), ("a", 1), "INDEX place_name (name>?)"),
    "spaces": (lambda i: spaces.spaces(SpaceFacts()), None, "INDEX space_name"),
    "things": (lambda i: catalogue.things(catalogue.ThingFilter()), None, "INDEX thing_name"),
    "proposals": (lambda i: participation.proposals(ProposalFilter()), None, "INDEX proposal_created"),
    "projects": (lambda i: participation.projects(ProjectFilter()), None, "INDEX project_name"),
}


@pytest.mark.parametrize("which", ROOT)
def test_a_list_at_the_root_reads_its_index_in_order(read: tuple[Writer, Index], which: str) -> None:
    make, after, used = ROOT[which]

    steps = plan(read[1], make(read[1]), None, after)

    assert [step for step in steps if used in step], steps
    assert not [step for step in steps if "TEMP B-TREE" in step], steps  # it would sort every row for each page


UNDER: dict[str, tuple[Callable[[Index], Listing], str]] = {
    "events at places": (lambda i: events(i, EventFilter(), AT_PLACE), "INDEX event_place (place=?)"),
    "events of a week at places": (
        lambda i: events(i, WEEK, AT_PLACE),
        "INDEX event_place (place=? AND starts>? AND starts<?)",
    ),
    "events by organisers": (
        lambda i: events(i, EventFilter(), BY_ORGANISER),
        "SEARCH l USING PRIMARY KEY (organiser=?)",
    ),
    "events in areas": (lambda i: events(i, EventFilter(), IN_AREA), "SEARCH l USING PRIMARY KEY (area=?)"),
    "events of a week in areas": (
        lambda i: events(i, WEEK, IN_AREA),
        "SEARCH l USING PRIMARY KEY (area=? AND starts>? AND starts<?)",
    ),
    "events on themes": (lambda i: events(i, EventFilter(), of_events(False)), "SEARCH l USING PRIMARY KEY (theme=?)"),
    "events of a week exactly on themes": (
        lambda i: events(i, WEEK, of_events(True)),
        "SEARCH l USING PRIMARY KEY (theme=? AND starts>? AND starts<?)",
    ),
    "spaces at places": (lambda i: spaces.spaces(SpaceFacts(), spaces.AT_PLACE), "INDEX space_place (place=?)"),
    "budgets of rounds": (
        lambda i: participation.budgets(participation.OF_PROCESS),
        "INDEX budget_process (process=?)",
    ),
    "projects of budgets": (
        lambda i: participation.projects(ProjectFilter(), participation.OF_BUDGET),
        "INDEX project_budget (budget=?)",
    ),
}


@pytest.mark.parametrize("which", UNDER)
def test_a_list_under_parents_reads_its_index_in_order_and_sorts_the_page_only(
    read: tuple[Writer, Index], which: str
) -> None:
    make, used = UNDER[which]

    steps = plan(read[1], make(read[1]), [1, 2, 3])

    assert [step for step in steps if used in step], steps
    assert len([step for step in steps if "TEMP B-TREE" in step]) == 1, steps  # of the pages, by parent


def test_proposals_in_an_area_are_not_looked_for_among_all(read: tuple[Writer, Index]) -> None:
    for listing in (
        participation.proposals(ProposalFilter(), participation.PROPOSALS_IN_AREA),
        participation.projects(ProjectFilter(), participation.PROJECTS_IN_AREA),
    ):
        steps = plan(read[1], listing, [1])

        assert [step for step in steps if "_scope (scope=? AND located=?)" in step], steps
        assert not [step for step in steps if step.startswith(("SCAN t", "SCAN x"))], steps


def test_what_is_on_a_theme_is_not_looked_for_among_all(read: tuple[Writer, Index]) -> None:
    listing = participation.proposals(ProposalFilter(), of_records("proposal", False))

    steps = plan(read[1], listing, [1])

    assert [step for step in steps if "SEARCH l USING PRIMARY KEY (theme=? AND kind=?)" in step], steps
    assert not [step for step in steps if step.startswith("SCAN t")], steps


def test_places_near_a_point_are_found_by_the_tree(read: tuple[Writer, Index]) -> None:
    near = Near(at=made.spot(60.15, 24.95), metres=500)

    steps = plan(read[1], places.places(PlaceFilter(near=near)), None)

    assert [step for step in steps if "SCAN b VIRTUAL TABLE" in step], steps


def test_a_total_of_events_reads_the_index_alone(read: tuple[Writer, Index]) -> None:
    wanted = EventFilter(starts_after=made.NOW, is_free=True, languages=("sv",))
    sql, params = events(read[1], wanted).total(None)
    steps = [row[3] for row in read[1].rows(f"EXPLAIN QUERY PLAN {sql}", params)]

    assert any(step.startswith("SEARCH t USING COVERING INDEX event_starts") for step in steps), steps


def test_a_page_far_behind_costs_what_the_first_does(read: tuple[Writer, Index]) -> None:
    listing = events(read[1], EventFilter(starts_after=made.NOW))
    rows = read[1].rows(*listing.page(None, 1_900, None))
    steps = 0

    def step() -> bool:
        nonlocal steps
        steps += 1
        return False

    def cost(after: tuple[object, ...] | None) -> int:
        nonlocal steps
        steps = 0
        db = read[0].connection
        db.set_progress_handler(step, 1)
        try:
            assert len(db.execute(*listing.page(None, 21, after)).fetchall()) == 21
        finally:
            db.set_progress_handler(None, 0)
        return steps

    assert cost((*rows[-1][2:], rows[-1][1])) < 3 * cost(None)  # not the 1 900 rows before it


def test_rows_are_read_by_their_numbers_whatever_the_planner_knows(read: tuple[Writer, Index]) -> None:
    index = Kept(read[0].path.parent)
    some = list(range(202, 302))
    index.bodies(Event, some)
    index.fetched_at(some)
    bodies(index, some)
    one_of_each_organiser(index, some)
    spaces.times(index, some)
    use.of_places(index, some)
    use.of_areas(index, some)
    use.of_themselves(index, some)

    steps = [step[3] for sql, params in tuple(index.asked) for step in index.rows(f"EXPLAIN QUERY PLAN {sql}", params)]
    assert len(steps) > 20
    assert [step for step in steps if "kind=?" in step and "key=?" not in step] == []
    assert [step for step in steps if step.startswith("SCAN ") and "VIRTUAL TABLE" not in step] == []
    index.close()


def test_a_reader_that_was_there_before_the_rows_plans_for_them_once_they_are_counted(tmp_path: Path) -> None:
    writer = made.in_folder(tmp_path)
    made.put(writer, made.unit("1", location=made.spot(60.1, 24.9)))
    writer.analyze()
    index = Index(tmp_path)
    under = around([(1, Near(at=made.spot(60.15, 24.95), metres=3000))], "place")
    nearest = places.places(PlaceFilter(sort=PlaceSort.DISTANCE), under)

    def scanned() -> list[str]:
        index.rows(*nearest.page([1], 21, None))  # an explained statement alone would not look whether it is outdated
        return [step for step in plan(index, nearest, [1]) if step.startswith(("SCAN t", "SCAN x"))]

    assert scanned(), "with one row to read there is nothing to look up"
    made.put(writer, *(made.unit(f"{n}", location=made.spot(60.1 + n / 9000, 24.9)) for n in range(2, 900)))
    writer.analyze()

    assert scanned() == []
    index.close()
    writer.close()
