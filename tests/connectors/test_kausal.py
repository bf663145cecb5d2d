"""Kausal: what is asked, and what the samples mean."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from graphql import build_schema, parse, validate

from hub.connectors.kausal import ACTIONS, ALL_TASKS, INDICATORS, ONE_ACTION, PLAN_QUERY, Kausal
from hub.errors import BadInput, BadSettings, PayloadChanged, UpstreamRefused
from hub.fetch import Ask, Fetch, Joined, Page, Reply, Source
from hub.records.climate import ClimateAction, ClimateIndicator, ClimateTask, ClimateTasks, Measured, TaskState
from hub.records.core import LocalizedText, Ref
from hub.sandbox.kausal.recorded import SAMPLES

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
NONE = frozenset[tuple[str, str]]()


def source(**options: Any) -> Source:
    url = "https://api.watch.kausal.tech/v1/graphql/"
    return Source(name="kausal", id="k", connector="kausal", url=url, title=LocalizedText(en="x"), options=options)


KAUSAL = Kausal(source())


def sample(name: str) -> Any:
    return json.loads((SAMPLES / f"{name}.json").read_bytes())


def replied(fetch: Fetch[Any], body: object, status: int = 200) -> Reply:
    raw = json.dumps(body).encode()
    return Reply(source=fetch.source, request=fetch.request, status=status, headers={}, body=raw, read_at=NOW)


def read(wanted: Joined[Any], *bodies: object) -> Any:
    """Of one body per language; the last one again for those that are left."""
    given = [*bodies, *[bodies[-1]] * (len(wanted.parts) - len(bodies))]
    parts = zip(wanted.parts, given, strict=True)
    return wanted.merge([part.parse(replied(part, body)) for part, body in parts])


def listed(*rows: Any, field: str = "planActions") -> dict[str, Any]:
    return {"data": {field: list(rows)}}


def action(**changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = sample("action-116")["data"]["action"]
    return row | changes


def one_action(*versions: dict[str, Any]) -> ClimateAction:
    page: Page[ClimateAction] = read(KAUSAL.actions(Ask(now=NOW)), *(listed(one) for one in versions))
    (only,) = page.items
    return only


def variables(fetch: Fetch[Any]) -> Any:
    return json.loads(fetch.request.body or b"")["variables"]


# what is asked


@pytest.mark.parametrize(
    "query", [PLAN_QUERY, *(one.text(NONE) for one in (ACTIONS, ALL_TASKS, INDICATORS, ONE_ACTION))]
)
def test_every_operation_is_one_of_the_upstreams_schema(query: str) -> None:
    schema = build_schema((SAMPLES.parent / "schema.graphql").read_text("utf-8"))

    assert validate(schema, parse(query)) == []


def test_a_list_is_asked_in_three_languages_and_names_the_plan_twice() -> None:
    parts = KAUSAL.actions(Ask(now=NOW)).parts

    assert [variables(part) for part in parts] == [{"plan": "hnh2035", "lang": lang} for lang in ("fi", "sv", "en")]
    for part in parts:
        assert ("x-cache-plan-identifier", "hnh2035") in part.request.headers
        assert part.request.url == "https://api.watch.kausal.tech/v1/graphql/"


def test_the_same_question_is_the_same_bytes() -> None:
    first, again = KAUSAL.tasks(Ask(now=NOW)), Kausal(source()).tasks(Ask(now=NOW, after=None))

    assert [part.request for part in first.parts] == [part.request for part in again.parts]


def test_plan_and_languages_are_settable() -> None:
    kausal = Kausal(source(plan="helsinki-kierto", languages=["fi"]))

    (only,) = kausal.actions(Ask(now=NOW)).parts
    assert variables(only) == {"plan": "helsinki-kierto", "lang": "fi"}
    with pytest.raises(BadSettings, match=r"sources\.kausal\.plan: 5"):
        Kausal(source(plan=5))
    for wrong in ("fi", ["de"], []):
        with pytest.raises(BadSettings, match=r"sources\.kausal\.languages: "):
            Kausal(source(languages=wrong))


def test_an_action_of_another_plan_cannot_be_asked_for() -> None:
    assert variables(KAUSAL.action("hnh2035:116").parts[0])["identifier"] == "116"
    for key in ("116", "other:116", "hnh2035:"):
        with pytest.raises(BadInput):
            KAUSAL.action(key)


# actions


def test_three_replies_make_one_action() -> None:
    swedish = action(
        name="Biblioteket visar vägen i delningsekonomin",
        statusSummary={"identifier": "ON_TIME", "label": "I tid", "isCompleted": False},
    )

    assert one_action(action(), swedish, action()) == ClimateAction(
        ref=Ref("climate_action", "k", "hnh2035:116"),
        read_at=NOW,
        modified_at=datetime(2026, 3, 3, 12, 41, 7, 120000, tzinfo=UTC),
        url="https://ilmastovahti.hel.fi/actions/116",
        identifier="116",
        name=LocalizedText(
            fi="Kirjasto on jakamistalouden suunnannäyttäjä", sv="Biblioteket visar vägen i delningsekonomin"
        ),
        official_name=LocalizedText(fi="Kehitetään kirjastojen roolia jakamistalouden edistäjinä."),
        description=LocalizedText(
            fi="<p>Kirjastot lainaavat kirjojen lisäksi tiloja, laitteita ja esineitä. Yhteiskäyttö vähentää"
            " omistamisen tarvetta.</p>"
        ),
        status=LocalizedText(fi="Aikataulussa", sv="I tid"),
        status_key="ON_TIME",
        is_completed=False,
        implementation_phase=LocalizedText(fi="Toteutus"),
        is_continuous=True,
        categories=(
            LocalizedText(fi="Kulutus, hankinnat, jakamis- ja kiertotalous"),
            LocalizedText(fi="Jakamistalous"),
        ),
        responsible=(
            LocalizedText(fi="Kaupunginkirjasto"),
            LocalizedText(fi="Kulttuurin ja vapaa-ajan toimiala"),
            LocalizedText(fi="Kaupunkiympäristön toimiala"),
        ),
        indicators=tuple(Ref("climate_indicator", "k", key) for key in ("301", "302", "303")),
    )


def test_the_main_organisation_comes_first_wherever_it_stands() -> None:
    parties = [
        {"role": role, "organization": {"name": name}}
        for role, name in ((None, "C"), ("COLLABORATOR", "B"), ("PRIMARY", "A"))
    ]

    assert one_action(action(responsibleParties=parties)).responsible == tuple(LocalizedText(fi=n) for n in "ABC")


def test_a_merged_action_says_where_it_lives_on() -> None:
    page: Page[ClimateAction] = read(KAUSAL.actions(Ask(now=NOW)), sample("plan-actions"))
    by_number = {one.identifier: one for one in page.items}

    assert (page.total, page.next, page.dropped) == (5, None, ())
    assert by_number["119"].merged_into == by_number["116"].ref
    assert by_number["119"].status_key == "MERGED"
    assert (by_number["118"].completion, by_number["118"].is_completed) == (100, True)


def test_a_list_of_another_length_in_one_language_is_not_mixed() -> None:
    short = action(categories=[{"name": "Delningsekonomi"}])

    assert {text.sv for text in one_action(action(), short, action()).categories} == {None}


def test_an_unknown_action_is_none() -> None:
    assert read(KAUSAL.action("hnh2035:99999"), sample("action-unknown")) is None
    assert read(KAUSAL.action("hnh2035:116"), sample("action-116")).identifier == "116"


# tasks and indicators


def test_tasks_are_a_record_of_their_own() -> None:
    rows = [{"identifier": one["identifier"], "tasks": one["tasks"]} for one in (action(), action(tasks=[]))]
    rows[1]["identifier"] = "117"
    page: Page[ClimateTasks] = read(KAUSAL.tasks(Ask(now=NOW)), listed(*rows))

    full, empty = page.items
    assert full == ClimateTasks(
        ref=Ref("climate_tasks", "k", "hnh2035:116"),
        read_at=NOW,
        action=Ref("climate_action", "k", "hnh2035:116"),
        tasks=(
            ClimateTask(
                name=LocalizedText(fi="Esinelainauksen laajentaminen kaikkiin kirjastoihin"),
                state=TaskState.IN_PROGRESS,
                due_on=date(2026, 12, 31),
            ),
            ClimateTask(
                name=LocalizedText(fi="Tilavarausten yhtenäistäminen"),
                state=TaskState.NOT_STARTED,
                due_on=date(2027, 6, 30),
                due_precision="MONTH_YEAR",
            ),
            ClimateTask(
                name=LocalizedText(fi="Kampanja: kirjasto jakamistalouden suunnannäyttäjänä"),
                state=TaskState.COMPLETED,
                due_on=date(2019, 6, 30),
                due_precision="YEAR",
                completed_on=date(2019, 5, 31),
            ),
            ClimateTask(
                name=LocalizedText(fi="Lainattavat sähköpyörät"), state=TaskState.CANCELLED, due_on=date(2021, 12, 31)
            ),
        ),
    )
    assert (empty.ref.key, empty.tasks) == ("hnh2035:117", ())


def test_one_task_that_cannot_be_read_costs_its_action_the_others_stay() -> None:
    rows = [{"identifier": "1", "tasks": [{"name": "x", "state": "DREAMT"}]}, {"identifier": "2", "tasks": []}]
    page = read(KAUSAL.tasks(Ask(now=NOW)), listed(*rows))

    assert [lost.key for lost in page.dropped] == ["hnh2035:1"]
    assert [one.ref.key for one in page.items] == ["hnh2035:2"]


def test_an_indicator_has_its_latest_value_and_goals() -> None:
    page: Page[ClimateIndicator] = read(KAUSAL.indicators(Ask(now=NOW)), sample("plan-indicators"))

    assert page.items[0] == ClimateIndicator(
        ref=Ref("climate_indicator", "k", "301"),
        read_at=NOW,
        modified_at=datetime(2026, 2, 11, 8, 30, tzinfo=UTC),
        name=LocalizedText(fi="Kirjastojen lainaukset asukasta kohti"),
        unit="kpl",
        resolution="YEAR",
        desired_trend="INCREASING",
        latest=Measured(date=date(2025, 12, 31), value=13.9),
        goals=(Measured(date=date(2030, 12, 31), value=15.0),),
    )
    assert (page.items[2].latest, page.items[2].desired_trend) == (None, None)


def test_a_value_of_no_date_and_an_automatic_trend_say_nothing() -> None:
    row = sample("plan-indicators")["data"]["planIndicators"][0]
    row |= {"latestValue": {"date": None, "value": 1.0}, "desiredTrend": "A_"}
    (only,) = read(KAUSAL.indicators(Ask(now=NOW)), listed(row, field="planIndicators")).items

    assert (only.latest, only.desired_trend) == (None, None)


# what cannot be read, and what is refused


def test_a_row_in_which_a_field_failed_keeps_its_last_copy() -> None:
    page = read(KAUSAL.indicators(Ask(now=NOW)), sample("partial-error"))

    assert [(lost.key, lost.reason) for lost in page.dropped] == [("302", "An unexpected error occurred")]
    assert [one.ref.key for one in page.items] == ["301", "303"]


def test_a_row_that_fails_in_one_language_is_dropped() -> None:
    page = read(
        KAUSAL.actions(Ask(now=NOW)),
        listed(action(), action(identifier="1")),
        listed(action(name=5), action(identifier="1")),
    )

    assert [lost.key for lost in page.dropped] == ["hnh2035:116"]
    assert [one.identifier for one in page.items] == ["1"]


def test_an_unknown_plan_is_refused_with_its_name() -> None:
    with pytest.raises(UpstreamRefused, match="plan 'hnh2035': there is no such plan"):
        read(KAUSAL.actions(Ask(now=NOW)), sample("plan-actions-unknown-plan"))


@pytest.mark.parametrize("name", ["error-unsupported-language", "error-unknown-field", "error-auth"])
def test_an_answer_of_errors_alone_is_refused(name: str) -> None:
    with pytest.raises(UpstreamRefused):
        read(KAUSAL.actions(Ask(now=NOW)), sample(name))


def test_a_gateways_page_is_a_changed_payload() -> None:
    part = KAUSAL.actions(Ask(now=NOW)).parts[0]
    page = Reply(source=part.source, request=part.request, status=200, headers={}, body=b"<html>", read_at=NOW)

    with pytest.raises(PayloadChanged):
        part.parse(page)


def test_the_probe_reads_the_plan_and_its_actions() -> None:
    plan, actions = KAUSAL.probe().parts

    assert plan.parse(replied(plan, sample("plan"))) == "hnh2035"
    assert actions.parse(replied(actions, sample("plan-actions"))).sent == 5


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"supersededBy": {"identifier": "hnh2040"}}, "it was replaced by 'hnh2040'"),
        ({"otherLanguages": ["en"]}, "it has no texts in sv"),
    ],
)
def test_a_plan_that_is_over_or_lacks_a_language_is_refused(changes: dict[str, Any], why: str) -> None:
    plan = KAUSAL.probe().parts[0]
    body = {"data": {"plan": sample("plan")["data"]["plan"] | changes}}

    with pytest.raises(UpstreamRefused, match=why):
        plan.parse(replied(plan, body))
    with pytest.raises(UpstreamRefused, match="there is no such plan"):
        plan.parse(replied(plan, sample("plan-unknown")))


# a server of another age


def gone(*fields: tuple[str, str]) -> dict[str, Any]:
    errors = [{"message": f"Cannot query field '{field}' on type '{type_}'."} for type_, field in fields]
    return {"data": None, "errors": errors}


def test_a_field_that_is_gone_is_left_out_once_and_remembered() -> None:
    kausal = Kausal(source())
    part = kausal.actions(Ask(now=NOW)).parts[0]
    assert part.amend is not None

    amended = part.amend(replied(part, gone(("Action", "officialName"), ("Action", "completion"))))

    assert amended is not None
    query = json.loads(amended.body or b"")["query"]
    assert "officialName" not in query
    assert "completion" not in query
    assert "leadParagraph" in query
    assert kausal.actions(Ask(now=NOW)).parts[0].request == amended


@pytest.mark.parametrize(
    "said",
    [gone(("Action", "identifier")), gone(("Plan", "name")), gone(), {"data": {"planActions": []}}, [], "no"],
    ids=["needed", "never asked for", "no words", "no error", "a list", "a text"],
)
def test_what_cannot_be_spared_or_is_no_such_error_changes_nothing(said: object) -> None:
    part = Kausal(source()).actions(Ask(now=NOW)).parts[0]
    assert part.amend is not None

    assert part.amend(replied(part, said)) is None
