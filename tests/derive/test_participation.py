"""The chain of participatory budgeting, and where each of its records belongs in the city."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hub.derive.participation import step
from hub.index.write import Writer
from hub.records.core import Record, Ref
from hub.records.places import AreaKind
from tests import made

WEST = made.area("lantinen", AreaKind.MAJOR_DISTRICT, name="Läntinen", boundary=made.square(24.0, 60.0))
EAST = made.area("itainen", AreaKind.MAJOR_DISTRICT, name="Itäinen suurpiiri", boundary=made.square(24.1, 60.0))
IN_WEST, IN_EAST, NOWHERE = made.spot(60.05, 24.05), made.spot(60.05, 24.15), made.spot(61, 25)


@pytest.fixture
def writer() -> Iterator[Writer]:
    writer = made.in_memory()
    yield writer
    writer.close()


def chain(writer: Writer) -> set[tuple[str, str]]:
    names = "(SELECT kind || ' ' || key FROM record WHERE rid = {})"
    rows = writer.connection.execute(
        f"SELECT DISTINCT {names.format('earlier')}, {names.format('later')} FROM chain"
    ).fetchall()
    return {(earlier, later) for earlier, later in rows}


def areas_of(writer: Writer, record: Record) -> set[str]:
    rows = writer.connection.execute(
        "SELECT r.key FROM civic_area c JOIN record r ON r.rid = c.area WHERE c.rid = ?",
        (made.number_of(writer, record),),
    ).fetchall()
    return {key.partition(":")[2] for (key,) in rows}


def is_located(writer: Writer, record: Record) -> bool:
    table = {"proposal": "proposal", "budget_project": "project"}[record.kind]
    ((located,),) = writer.connection.execute(
        f"SELECT located FROM {table} WHERE rid = ?", (made.number_of(writer, record),)
    ).fetchall()
    return bool(located)


def district_of(writer: Writer, scope: Record) -> str | None:
    ((key,),) = writer.connection.execute(
        "SELECT (SELECT r.key FROM record r WHERE r.rid = b.area) FROM budgeting_area b WHERE b.rid = ?",
        (made.number_of(writer, scope),),
    ).fetchall()
    return None if key is None else key.partition(":")[2]


# ---- the chain


@pytest.mark.parametrize(
    ("ref", "expected"),
    [
        (Ref("proposal", "de", "idea:1"), 1),
        (Ref("proposal", "de", "plan:1"), 2),
        (Ref("proposal", "de", "proposal:1"), 3),
        (Ref("budget_project", "de", "1"), 4),
        (Ref("result", "de", "1"), 5),
        (Ref("event", "de", "1"), 0),
        (Ref("proposal", "de", "result:1"), 0),
    ],
)
def test_each_kind_of_record_has_its_step_in_the_chain(ref: Ref, expected: int) -> None:
    assert step(ref) == expected


def test_a_tie_leads_from_the_earlier_to_the_later_whichever_of_the_two_says_it(writer: Writer) -> None:
    made.put(
        writer,
        made.proposal("idea:1", linked=["plan:1"]),  # the earlier says it
        made.proposal("plan:1"),
        made.project("1", linked=["plan:1"]),  # the later says it
        made.result("1", linked=["1"]),
    )

    assert chain(writer) == {
        ("proposal idea:1", "proposal plan:1"),
        ("proposal plan:1", "budget_project 1"),
        ("budget_project 1", "result 1"),
    }


def test_a_tie_that_both_say_goes_when_neither_says_it(writer: Writer) -> None:
    made.put(writer, made.proposal("idea:1", linked=["plan:1"]), made.proposal("plan:1", linked=["idea:1"]))

    made.put(writer, made.proposal("idea:1"))
    assert chain(writer) == {("proposal idea:1", "proposal plan:1")}
    made.put(writer, made.proposal("plan:1"))

    assert chain(writer) == set()


def test_records_of_one_step_and_of_no_step_are_not_chained(writer: Writer) -> None:
    made.put(writer, made.proposal("idea:1", linked=["idea:2", "idea:1", Ref("event", "de", "1")]))

    assert chain(writer) == set()


# ---- areas


def test_a_proposal_lies_where_its_point_is(writer: Writer) -> None:
    inside, outside, unplaced = (
        made.proposal("idea:1", location=IN_WEST),
        made.proposal("idea:2", location=NOWHERE),
        made.proposal("idea:3"),
    )
    made.put(writer, WEST, inside, outside, unplaced)

    assert [areas_of(writer, p) for p in (inside, outside, unplaced)] == [{"lantinen"}, set(), set()]
    assert [is_located(writer, p) for p in (inside, outside, unplaced)] == [True, False, False]


@pytest.mark.parametrize("plan_says_it", [True, False])
@pytest.mark.parametrize("project_first", [True, False])
def test_a_project_lies_where_its_plan_does_whoever_says_so_and_whichever_came_first(
    writer: Writer, *, plan_says_it: bool, project_first: bool
) -> None:
    own = Ref("budget_project", "de", "1")
    plan = made.proposal("plan:1", location=IN_WEST, linked=[own] if plan_says_it else [])
    project = made.project("1", linked=[] if plan_says_it else ["plan:1"])
    made.put(writer, WEST)

    for record in (project, plan) if project_first else (plan, project):
        made.put(writer, record)

    assert areas_of(writer, project) == {"lantinen"}
    assert is_located(writer, project)


def test_a_project_lies_in_the_areas_of_all_its_plans(writer: Writer) -> None:
    project = made.project("1", linked=["plan:1", "plan:2"])
    made.put(
        writer,
        WEST,
        EAST,
        project,
        made.proposal("plan:1", location=IN_WEST),
        made.proposal("plan:2", location=IN_EAST),
    )

    assert areas_of(writer, project) == {"lantinen", "itainen"}


def test_a_project_leaves_the_area_when_its_plan_moves_is_withdrawn_or_leads_elsewhere(writer: Writer) -> None:
    project = made.project("1")
    own = project.ref
    made.put(writer, WEST, EAST, project, made.proposal("plan:1", location=IN_WEST, linked=[own]))

    made.put(writer, made.proposal("plan:1", location=IN_EAST, linked=[own]))
    assert areas_of(writer, project) == {"itainen"}

    made.put(writer, made.proposal("plan:1", location=IN_EAST))
    assert (areas_of(writer, project), is_located(writer, project)) == (set(), False)

    made.put(writer, made.proposal("plan:1", location=IN_EAST, linked=[own]))
    made.withdraw(writer, Ref("proposal", "de", "plan:1"))
    assert (areas_of(writer, project), is_located(writer, project)) == (set(), False)


def test_areas_that_come_last_hold_proposals_and_their_projects(writer: Writer) -> None:
    plan, project = made.proposal("plan:1", location=IN_WEST), made.project("1", linked=["plan:1"])
    made.put(writer, plan, project)

    made.put(writer, WEST)
    assert (areas_of(writer, plan), areas_of(writer, project)) == ({"lantinen"}, {"lantinen"})
    made.withdraw(writer, WEST.ref)

    assert (is_located(writer, plan), is_located(writer, project)) == (False, False)


@pytest.mark.parametrize("areas_first", [True, False])
def test_a_budgeting_area_is_the_major_district_of_its_finnish_name(writer: Writer, *, areas_first: bool) -> None:
    west, east = made.scope("1", "Läntinen"), made.scope("2", "Itäinen")
    word, unknown = made.scope("3", "läntinen suurpiiri"), made.scope("4", "Atlantis")
    namesake = made.area("itainen", AreaKind.DISTRICT, name="Itäinen")

    batches = ([WEST, EAST, namesake], [west, east, word, unknown])
    for batch in batches if areas_first else reversed(batches):
        made.put(writer, *batch)

    assert [district_of(writer, s) for s in (west, east, word, unknown)] == ["lantinen", "itainen", "lantinen", None]
    rows = writer.connection.execute("SELECT a.kind FROM budgeting_area b JOIN area a ON a.rid = b.area").fetchall()
    assert {kind for (kind,) in rows} == {"MAJOR_DISTRICT"}


def test_the_whole_city_is_no_district_whatever_its_name(writer: Writer) -> None:
    whole = made.scope("1", "Läntinen", is_whole_city=True)
    made.put(writer, WEST, whole)

    assert district_of(writer, whole) is None


def test_a_budgeting_area_loses_its_district_when_that_is_withdrawn(writer: Writer) -> None:
    west = made.scope("1", "Läntinen")
    made.put(writer, WEST, west)

    made.withdraw(writer, WEST.ref)

    assert district_of(writer, west) is None


def test_a_withdrawn_record_leaves_no_row_and_what_others_say_of_it_stays(writer: Writer) -> None:
    plan, project = made.proposal("plan:1"), made.project("1", linked=["plan:1"])
    made.put(writer, plan, project)

    made.withdraw(writer, plan.ref)

    assert writer.connection.execute("SELECT count(*) FROM proposal").fetchall() == [(0,)]
    assert writer.connection.execute("SELECT count(*) FROM proposal_text").fetchall() == [(0,)]
    assert chain(writer) == {("proposal plan:1", "budget_project 1")}  # the project says so
