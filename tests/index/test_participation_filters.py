"""Each filter of proposals and projects takes in what matches and leaves out what does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from hub.index import participation
from hub.index.participation import ProjectFilter, ProposalFilter
from hub.index.read import Index
from hub.index.themes import OnThemes
from hub.index.write import Writer
from hub.records.core import Record, Ref
from hub.records.participation import ProposalStage
from hub.records.places import AreaKind
from tests import made
from tests.index.two_places import (
    BOX,
    ELSEWHERE,
    MUSIC,
    NEAR,
    OODI,
    Number,
    listed,
)


def scoped(key: str) -> Callable[[Number], tuple[int, ...]]:
    return lambda n: (n(Ref("budgeting_area", "de", key)),)


ROUND = Ref("budgeting_process", "de", "1")
PROPOSALS: dict[str, tuple[Callable[[Number], ProposalFilter], Record, Record]] = {
    "text": (
        lambda n: ProposalFilter(text="penkki"),
        made.proposal("idea:in", "Penkkejä puistoon"),
        made.proposal("idea:out"),
    ),
    "process": (
        lambda n: ProposalFilter(process=n(ROUND)),
        made.proposal("idea:in", process=ROUND),
        made.proposal("idea:out"),
    ),
    "scopes": (
        lambda n: ProposalFilter(scopes=scoped("1")(n)),
        made.proposal("idea:in", scope="1"),
        made.proposal("idea:out", scope="2"),
    ),
    "near": (
        lambda n: ProposalFilter(near=NEAR),
        made.proposal("idea:in", location=OODI),
        made.proposal("idea:out", location=made.spot(60.174 + 400 / 111_195, 24.938 + 400 / 55_300)),
    ),
    "box": (
        lambda n: ProposalFilter(box=BOX),
        made.proposal("idea:in", location=OODI),
        made.proposal("idea:out", location=ELSEWHERE),
    ),
    "stages": (
        lambda n: ProposalFilter(stages=(ProposalStage.PLAN,)),
        made.proposal("plan:in"),
        made.proposal("idea:out"),
    ),
    "states": (
        lambda n: ProposalFilter(states=("accepted",)),
        made.proposal("idea:in", state="accepted"),
        made.proposal("idea:out"),
    ),
    "themes": (
        lambda n: ProposalFilter(themes=OnThemes(numbers=MUSIC)),
        made.proposal("idea:in", "Musiikkia puistoon"),
        made.proposal("idea:out", "Penkkejä puistoon"),
    ),
}


@pytest.mark.parametrize("which", PROPOSALS)
def test_proposals_are_filtered_by(writer: Writer, index: Index, which: str) -> None:
    make, inside, outside = PROPOSALS[which]
    made.put(writer, inside, outside)

    found = listed(writer, index, participation.proposals(make(lambda record: made.number_of(writer, record))))

    assert found == [inside.ref.key]


def test_every_filter_of_proposals_is_tested() -> None:
    assert ProposalFilter.__struct_fields__ == tuple(PROPOSALS)


PROJECTS: dict[str, tuple[Callable[[Number], ProjectFilter], Record, Record]] = {
    "text": (lambda n: ProjectFilter(text="penkki"), made.project("in", "Penkkejä"), made.project("out")),
    "process": (
        lambda n: ProjectFilter(process=n(ROUND)),
        made.project("in", process=ROUND),
        made.project("out"),
    ),
    "scopes": (
        lambda n: ProjectFilter(scopes=scoped("1")(n)),
        made.project("in", scope="1"),
        made.project("out", scope="2"),
    ),
    "near": (
        lambda n: ProjectFilter(near=NEAR),
        made.project("in", linked=("plan:there", "plan:here")),
        made.project("out", linked=("plan:there",)),
    ),
    "box": (
        lambda n: ProjectFilter(box=BOX, near=NEAR),
        made.project("in", linked=("plan:there", "plan:here")),
        made.project("out", linked=("plan:there",)),
    ),
    "is_selected": (
        lambda n: ProjectFilter(is_selected=False),
        made.project("in", is_selected=False),
        made.project("out"),  # not decided yet is not "not selected"
    ),
    "themes": (
        lambda n: ProjectFilter(themes=OnThemes(numbers=MUSIC)),
        made.project("in", category=made.text("Terveys ja hyvinvointi")),
        made.project("out", category=made.text("Kulttuuri")),
    ),
}


@pytest.mark.parametrize("which", PROJECTS)
def test_projects_are_filtered_by(writer: Writer, index: Index, which: str) -> None:
    make, inside, outside = PROJECTS[which]
    plans = made.proposal("plan:here", location=OODI), made.proposal("plan:there", location=ELSEWHERE)
    made.put(writer, inside, outside, *plans)

    found = listed(writer, index, participation.projects(make(lambda record: made.number_of(writer, record))))

    assert found == ["in"]


def test_every_filter_of_projects_is_tested() -> None:
    assert ProjectFilter.__struct_fields__ == tuple(PROJECTS)


WEST = made.area("lantinen", AreaKind.MAJOR_DISTRICT, name="Läntinen", boundary=made.square(24.0, 60.0, 0.5))
PART = made.area("osa", boundary=made.square(24.1, 60.1))
EAST = made.area("itainen", AreaKind.MAJOR_DISTRICT, name="Itäinen", boundary=made.square(24.5, 60.0, 0.5))
SCOPES = (made.scope("w", "Läntinen"), made.scope("e", "Itäinen"), made.scope("all", "Koko", is_whole_city=True))
IN_PART, IN_WEST_ONLY = made.spot(60.15, 24.15), made.spot(60.4, 24.4)


def test_an_area_has_the_proposals_inside_it_first_then_those_known_for_a_wider_one(
    writer: Writer, index: Index
) -> None:
    made.put(
        writer, WEST, PART, EAST, *SCOPES,
        made.proposal("idea:inside", scope="w", location=IN_PART, created_at=made.at(1)),
        made.proposal("idea:beside", scope="w", location=IN_WEST_ONLY),
        made.proposal("idea:west", scope="w", created_at=made.at(2)),
        made.proposal("idea:east", scope="e"),
        made.proposal("idea:city", scope="all", created_at=made.at(3)),
        made.proposal("idea:nowhere"),
    )  # fmt: skip
    listing = participation.proposals(ProposalFilter(), participation.PROPOSALS_IN_AREA)

    def under(area: Record) -> list[str]:
        return listed(writer, index, listing, [made.number_of(writer, area)])

    assert under(PART) == ["idea:inside", "idea:city", "idea:west"]
    assert set(under(WEST)) == {"idea:inside", "idea:beside", "idea:city", "idea:west"}
    assert under(EAST) == ["idea:city", "idea:east"]


def test_an_area_has_the_projects_of_the_plans_inside_it_and_of_wider_areas(writer: Writer, index: Index) -> None:
    made.put(
        writer, WEST, PART, EAST, *SCOPES,
        made.proposal("plan:1", location=IN_PART),
        made.project("inside", scope="w", linked=["plan:1"]),
        made.project("west", scope="w"),
        made.project("east", scope="e"),
    )  # fmt: skip
    listing = participation.projects(ProjectFilter(), participation.PROJECTS_IN_AREA)
    part, east = made.number_of(writer, PART), made.number_of(writer, EAST)

    assert listed(writer, index, listing, [part]) == ["inside", "west"]
    assert listed(writer, index, listing, [east]) == ["east"]
    inside = made.number_of(writer, Ref("budget_project", "de", "inside"))
    assert (inside, part) in participation.located_in(index, [inside])


def test_rounds_come_newest_first_and_budgets_by_name(writer: Writer, index: Index) -> None:
    made.put(
        writer,
        made.process("old", starts_on=date(2018, 1, 1)),
        made.process("new", starts_on=date(2026, 1, 1)),
        made.process("undated"),
        made.budget("1", of="new", title="Östersundom"),
        made.budget("2", of="new", title="Itäinen"),
        made.budget("3", of="old"),
    )
    new = made.number_of(writer, Ref("budgeting_process", "de", "new"))

    assert listed(writer, index, participation.processes()) == ["new", "old", "undated"]
    assert listed(writer, index, participation.budgets(participation.OF_PROCESS), [new]) == ["2", "1"]
