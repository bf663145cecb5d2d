"""Kausal Watch: a city's climate programme – its actions, their tasks, and the indicators that they are to move.

Upstream   api.watch.kausal.tech/v1/graphql/, GraphQL by POST, no key (software: kausaltech/kausal-watch)
Licence    none stated for the content; credited as "Hiilineutraali Helsinki, City of Helsinki" (the software: AGPL-3.0)
Languages  one per reply, by a directive of the operation; Finnish where a translation is missing, without any sign of
           it: three replies make one action, and what is the same in Swedish or English counts as not translated
Time       `updatedAt` in UTC; dates are dates, of which only the month or the year may be meant
Paging     none: a list is the whole plan, some 200 actions
Quirks     one server holds the plans of many cities: each query names its plan, and a header does too, since without
           it nothing is cached there and an answer takes seconds; texts and variables stay the same for that reason;
           an unknown plan is null without an error, any error is a 200, a field that is gone is named in a sentence;
           a plan may be replaced by one with another name and other numbers: `hub check` says so;
           `statusSummary` is the status that always is there; tasks move without their action's `updatedAt`;
           an indicator's dates are strings
Persons    contact persons are never asked for: who answers for an action is an organisation

Options    plan       the plan's identifier; "hnh2035", Carbon-neutral Helsinki
           languages  those that the plan has, its own first; ["fi", "sv", "en"]
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from functools import partial
from typing import Annotated, Any, ClassVar, Generic, TypeAlias, TypeVar

import msgspec
from msgspec import Meta

from hub.connectors import relay
from hub.connectors.markup import localized_html, localized_plain, plain
from hub.connectors.moments import instant
from hub.connectors.options import Options
from hub.connectors.weblinks import weblink
from hub.errors import BadInput, UpstreamRefused
from hub.fetch import (
    Ask,
    Collection,
    Dropped,
    Fetch,
    Joined,
    Page,
    Reply,
    Request,
    Source,
    join,
    key_of,
    post_graphql,
)
from hub.freshness import Freshness, days, hours
from hub.records.climate import ClimateAction, ClimateIndicator, ClimateTask, ClimateTasks, Measured, TaskState
from hub.records.core import LANGUAGES, Language, LocalizedText, Record

R = TypeVar("R", bound=Record)
T = TypeVar("T")
Row = TypeVar("Row")

HELSINKI = "hnh2035"
PROGRAMME = Freshness(fresh=hours(6), while_revalidate=days(1), if_error=days(30))
PLAN = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}", re.ASCII)
TRENDS = {"INCREASING", "DECREASING"}
MAIN_FIRST = {"PRIMARY": 0, "COLLABORATOR": 1}

Field: TypeAlias = "tuple[str, str]"  # its name, and the whole of it with what is asked below it
NEEDED = {"identifier", "id", "name", "statusSummary", "tasks"}  # any other may be gone: it is then left out
ACTION: tuple[Field, ...] = (
    ("identifier", "identifier"),
    ("name", "name"),
    ("officialName", "officialName"),
    ("leadParagraph", "leadParagraph"),
    ("description", "description"),
    ("statusSummary", "statusSummary { identifier label isCompleted }"),
    ("implementationPhase", "implementationPhase { name }"),
    ("completion", "completion"),
    ("startDate", "startDate"),
    ("endDate", "endDate"),
    ("scheduleContinuous", "scheduleContinuous"),
    ("categories", "categories { name }"),
    ("responsibleParties", "responsibleParties { role organization { name } }"),
    ("relatedIndicators", "relatedIndicators { indicator { id } }"),
    ("mergedWith", "mergedWith { identifier }"),
    ("updatedAt", "updatedAt"),
    ("viewUrl", "viewUrl"),
)
TASKS: tuple[Field, ...] = (
    ("identifier", "identifier"),
    ("tasks", "tasks { name state dueAt dateFormat completedAt }"),
)
INDICATOR: tuple[Field, ...] = (
    ("id", "id"),
    ("name", "name"),
    ("unit", "unit { name shortName }"),
    ("timeResolution", "timeResolution"),
    ("desiredTrend", "desiredTrend"),
    ("latestValue", "latestValue { date value }"),
    ("goals", "goals(plan: $plan) { date value }"),
    ("updatedAt", "updatedAt"),
)
PLAN_QUERY = """query HubPlan($plan: ID!, $lang: String!) @locale(lang: $lang) {
  plan(id: $plan) { identifier primaryLanguage otherLanguages supersededBy { identifier } }
}"""


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of a plan: `field` holds one `type` or a list of it, `key` is what tells one from another."""

    name: str
    field: str
    type: str
    key: str
    fields: tuple[Field, ...]
    arguments: str = "plan: $plan"
    variables: str = "$plan: ID!, $lang: String!"

    def text(self, absent: frozenset[tuple[str, str]]) -> str:
        """Without the fields that the server lacks, as (type, field)."""
        asked = " ".join(text for name, text in self.fields if (self.type, name) not in absent)
        head = f"query {self.name}({self.variables}) @locale(lang: $lang)"
        return f"{head} {{ {self.field}({self.arguments}) {{ {asked} }} }}"


ACTIONS = Operation(name="HubPlanActions", field="planActions", type="Action", key="identifier", fields=ACTION)
ALL_TASKS = Operation(name="HubPlanTasks", field="planActions", type="Action", key="identifier", fields=TASKS)
INDICATORS = Operation(name="HubPlanIndicators", field="planIndicators", type="Indicator", key="id", fields=INDICATOR)
ONE_ACTION = Operation(
    name="HubAction",
    field="action",
    type="Action",
    key="identifier",
    fields=ACTION,
    arguments="plan: $plan, identifier: $identifier",
    variables="$plan: ID!, $identifier: ID!, $lang: String!",
)


class Kausal:
    """Pure, but for one memory: which fields this server said not to have; forgetting it costs a refused request."""

    UPSTREAM: ClassVar[str] = "kausal"
    OPTIONS: ClassVar[frozenset[str]] = frozenset({"plan", "languages"})
    IS_DOCUMENT: ClassVar[bool] = False

    def __init__(self, source: Source) -> None:
        self.source = source
        with Options(source) as given:
            self.plan = given.read("plan", HELSINKI, _identifier, f"a plan's identifier such as {HELSINKI!r}")
            self.languages = given.read("languages", LANGUAGES, _languages, "some of fi, sv, en")
        self._absent: frozenset[tuple[str, str]] = frozenset()

    def collections(self) -> Iterable[Collection]:
        # A programme is followed up by the month. One request a language brings a whole list; three hours keep well
        # clear of the server's own cache (30 minutes). Tasks are a list of their own: they move unnoticed.
        yield Collection(
            kind=ClimateAction.kind, pages=self.actions, every=hours(3), full=hours(3), one=self.action, urgency=70
        )
        yield Collection(kind=ClimateTasks.kind, pages=self.tasks, every=hours(3), full=hours(3), urgency=71)
        yield Collection(kind=ClimateIndicator.kind, pages=self.indicators, every=days(1), full=days(1), urgency=72)

    def probe(self) -> Joined[list[Any]]:
        """The plan, if it is still the current one and has our languages, and its actions in one of them."""
        actions = self._ask(ACTIONS, {}, self.languages[0], partial(self._listing, shape=_Action, make=self._action))
        return join([self._plan_itself(), actions], merge=list)

    def actions(self, ask: Ask) -> Joined[Page[ClimateAction]]:  # noqa: ARG002 - the whole plan, whatever is asked
        return self._whole(ACTIONS, _Action, self._action)

    def tasks(self, ask: Ask) -> Joined[Page[ClimateTasks]]:  # noqa: ARG002 - likewise
        return self._whole(ALL_TASKS, _WithTasks, self._tasks)

    def indicators(self, ask: Ask) -> Joined[Page[ClimateIndicator]]:  # noqa: ARG002 - likewise
        return self._whole(INDICATORS, _Indicator, self._indicator)

    def action(self, key: str) -> Joined[Record | None]:
        """One action by its key. None: unknown, or not public (any more)."""
        plan, _, identifier = key.partition(":")
        if plan != self.plan or not identifier:
            raise BadInput(f"{key[:40]!r} is no key of an action of the plan {self.plan}")
        parts = [self._ask(ONE_ACTION, {"identifier": identifier}, lang, self._single) for lang in self.languages]
        return join(parts, merge=self._one)

    # what is asked

    def _whole(
        self, operation: Operation, shape: type[Row], make: Callable[[_Versions[Row], datetime], R]
    ) -> Joined[Page[R]]:
        read = partial(self._listing, shape=shape, make=make)
        parts = [self._ask(operation, {}, lang, read) for lang in self.languages]
        return join(parts, merge=lambda listings: self._page(listings, make=make))

    def _ask(
        self, operation: Operation, variables: dict[str, object], lang: Language, read: Callable[..., T]
    ) -> Fetch[T]:
        again = partial(self._ask, operation, variables, lang, read)
        return self._post(
            operation.text(self._absent),
            {"plan": self.plan, "lang": lang, **variables},
            operation.name,
            partial(read, operation=operation),
            amend=partial(self._amended, operation=operation, again=again),
        )

    def _plan_itself(self) -> Fetch[str]:
        return self._post(PLAN_QUERY, {"plan": self.plan, "lang": self.languages[0]}, "HubPlan", self._current)

    def _post(
        self,
        query: str,
        variables: dict[str, object],
        name: str,
        parse: Callable[[Reply], T],
        amend: Callable[[Reply], Request | None] | None = None,
    ) -> Fetch[T]:
        return post_graphql(
            self.source,
            query,
            variables,
            operation=name,
            parse=parse,
            freshness=PROGRAMME,
            statuses=(200, 400),
            headers={"x-cache-plan-identifier": self.plan},
            tags=(self.source.name,),
            amend=amend,
        )

    def _amended(self, reply: Reply, *, operation: Operation, again: Callable[[], Fetch[Any]]) -> Request | None:
        """The same question without the fields that the reply says are gone; None where none is, or none to spare."""
        try:
            said = msgspec.json.decode(reply.body, type=_Refusal).errors or []
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
            return None
        to_spare = {name for name, _ in operation.fields} - NEEDED
        for problem in said:
            gone = relay.UNKNOWN_FIELD.search(problem.message)
            if gone and gone[2] == operation.type and gone[1] in to_spare:
                self._absent |= {(gone[2], gone[1])}
        amended = again().request
        return None if amended.body == reply.request.body else amended

    # what the reply means

    def _current(self, reply: Reply) -> str:
        """The plan's name. UpstreamRefused for one that is unknown, replaced, or without one of our languages."""
        raw, problems = relay.root(reply, "plan")
        if relay.is_null(raw):
            raise relay.refused(reply, problems) if problems else self._wrong(reply, "there is no such plan")
        plan, _ = relay.value(reply, "plan", _PlanRow)
        if plan.superseded_by is not None:
            raise self._wrong(reply, f"it was replaced by {plan.superseded_by.identifier[:80]!r}")
        missing = set(self.languages) - {plan.primary_language, *plan.other_languages}
        if missing:
            raise self._wrong(reply, f"it has no texts in {', '.join(sorted(missing))}")
        return plan.identifier

    def _wrong(self, reply: Reply, why: str) -> UpstreamRefused:
        name = self.source.name
        return UpstreamRefused(f"{name}: plan {self.plan!r}: {why}", source=name, status=reply.status)

    def _listing(
        self,
        reply: Reply,
        *,
        operation: Operation,
        shape: type[Row],
        make: Callable[[_Versions[Row], datetime], Record],
    ) -> _Listing[Row]:
        """One language's rows, each tried by making a record of it. A row in which a field failed is lost: the null
        that stands there says nothing.
        """
        raw, problems = relay.root(reply, operation.field)
        if relay.is_null(raw) and not problems:
            raise self._wrong(reply, "there is no such plan")
        raws, _ = relay.value(reply, operation.field, list[msgspec.Raw])

        def key(raw: msgspec.Raw) -> str | None:
            return self._key(operation, key_of(raw, operation.key))

        def tried(row: Row) -> tuple[str, Row]:
            return make((row,), reply.read_at).ref.key, row

        rows, lost = reply.rows(raws, shape, tried, key=key)
        by_key = dict(rows)
        for problem in problems:
            match problem.path:
                case [_, int(position), *_] if position < len(raws):
                    hurt = key(raws[position])
                    if hurt is not None and by_key.pop(hurt, None) is not None:
                        lost.append(Dropped(key=hurt, reason=problem.told))
        return _Listing(reply.read_at, by_key, lost, len(raws))

    def _key(self, operation: Operation, own: str | None) -> str | None:
        return f"{self.plan}:{own}" if own is not None and operation.type == "Action" else own

    def _single(self, reply: Reply, *, operation: Operation) -> _Listing[_Action] | None:
        raw, problems = relay.root(reply, operation.field)
        if relay.is_null(raw):
            if problems:
                raise relay.refused(reply, problems)
            return None
        rows, _ = reply.rows(
            [raw], _Action, lambda row: (row, self._action((row,), reply.read_at))[0], key="identifier"
        )
        return _Listing(reply.read_at, {row.identifier: row for row in rows}, [], 1)

    def _one(self, found: Sequence[_Listing[_Action] | None]) -> ClimateAction | None:
        if found[0] is None:
            return None
        versions = tuple(None if one is None else next(iter(one.rows.values())) for one in found)
        return self._action(versions, min(one.read_at for one in found if one is not None))

    def _page(self, listings: Sequence[_Listing[Row]], *, make: Callable[[_Versions[Row], datetime], R]) -> Page[R]:
        """A record is dropped where one of its languages can't be read: its last good copy has all of them."""
        first, *others = listings
        read_at = min(listing.read_at for listing in listings)
        lost_elsewhere = {lost.key: lost for other in others for lost in other.lost}
        kept: list[R] = []
        dropped = list(first.lost)
        for key, row in first.rows.items():
            if key in lost_elsewhere:
                dropped.append(lost_elsewhere[key])
            else:
                kept.append(make((row, *(other.rows.get(key) for other in others)), read_at))
        return Page(
            items=tuple(kept),
            dropped=tuple(dropped),
            skipped=max(0, first.sent - len(kept) - len(dropped)),
            total=first.sent,
        )

    def _action(self, versions: _Versions[_Action], read_at: datetime) -> ClimateAction:
        action = _first(versions)
        into = action.merged_with
        return ClimateAction(
            ref=self.source.ref(ClimateAction.kind, f"{self.plan}:{action.identifier}"),
            read_at=read_at,
            modified_at=instant(action.updated_at),
            url=weblink(action.view_url),
            identifier=action.identifier,
            name=self._text(versions, lambda one: one.name),
            official_name=self._text(versions, lambda one: one.official_name),
            summary=self._text(versions, lambda one: one.lead_paragraph),
            description=self._text(versions, lambda one: one.description, localized_html),
            status=self._text(versions, lambda one: one.status_summary.label),
            status_key=action.status_summary.identifier,
            is_completed=action.status_summary.is_completed,
            implementation_phase=self._text(
                versions, lambda one: one.implementation_phase.name if one.implementation_phase else None
            ),
            completion=action.completion,
            starts_on=action.start_date,
            ends_on=action.end_date,
            is_continuous=action.schedule_continuous,
            categories=self._texts(versions, lambda one: [category.name for category in one.categories]),
            responsible=self._texts(versions, _responsible),
            indicators=tuple(
                self.source.ref(ClimateIndicator.kind, related.indicator.id) for related in action.related_indicators
            ),
            merged_into=self.source.ref(ClimateAction.kind, f"{self.plan}:{into.identifier}") if into else None,
        )

    def _tasks(self, versions: _Versions[_WithTasks], read_at: datetime) -> ClimateTasks:
        action = _first(versions)
        key = f"{self.plan}:{action.identifier}"
        names = self._aligned(versions, lambda one: [task.name for task in one.tasks])
        return ClimateTasks(
            ref=self.source.ref(ClimateTasks.kind, key),
            read_at=read_at,
            action=self.source.ref(ClimateAction.kind, key),
            tasks=tuple(
                ClimateTask(
                    name=name,
                    state=task.state,
                    due_on=task.due_at,
                    due_precision=plain(task.date_format, 40),
                    completed_on=task.completed_at,
                )
                for task, name in zip(action.tasks, names, strict=True)
            ),
        )

    def _indicator(self, versions: _Versions[_Indicator], read_at: datetime) -> ClimateIndicator:
        indicator = _first(versions)
        goals = (_measured(goal) for goal in indicator.goals or () if goal is not None)
        return ClimateIndicator(
            ref=self.source.ref(ClimateIndicator.kind, indicator.id),
            read_at=read_at,
            modified_at=instant(indicator.updated_at),
            name=self._text(versions, lambda one: one.name),
            unit=plain(indicator.unit.short_name or indicator.unit.name, 100) if indicator.unit else None,
            resolution=plain(indicator.time_resolution, 40),
            desired_trend=indicator.desired_trend if indicator.desired_trend in TRENDS else None,
            latest=_measured(indicator.latest_value) if indicator.latest_value else None,
            goals=tuple(sorted((goal for goal in goals if goal), key=lambda goal: goal.date)),
        )

    def _text(
        self, versions: _Versions[T], of: Callable[[T], str | None], clean: _Cleaner = localized_plain
    ) -> LocalizedText | None:
        """One text of the versions, which come in the order of our languages.

        What equals the plan's own language was sent for want of a translation, and is left out.
        """
        said = [None if version is None else of(version) for version in versions]
        texts = {
            lang: text
            for lang, text in zip(self.languages, said, strict=False)
            if text != said[0] or lang == self.languages[0]
        }
        return clean(texts.get("fi"), texts.get("sv"), texts.get("en"))

    def _aligned(self, versions: _Versions[T], of: Callable[[T], list[str]]) -> list[LocalizedText | None]:
        """A list's texts, matched by their place in it; a version whose list has another length is left out."""
        lists = [None if version is None else of(version) for version in versions]
        own = lists[0] or []
        same = [one if one is not None and len(one) == len(own) else None for one in lists]
        return [
            self._text(tuple(None if one is None else one[place] for one in same), lambda text: text)
            for place in range(len(own))
        ]

    def _texts(self, versions: _Versions[T], of: Callable[[T], list[str]]) -> tuple[LocalizedText, ...]:
        return tuple(text for text in self._aligned(versions, of) if text is not None)


def _first(versions: _Versions[T]) -> T:
    first = versions[0]
    assert first is not None
    return first


def _responsible(action: _Action) -> list[str]:
    """The organisations that answer for it, the main one first."""
    parties = sorted(action.responsible_parties, key=lambda party: MAIN_FIRST.get(party.role or "", len(MAIN_FIRST)))
    return [party.organization.name for party in parties]


def _measured(value: _Value) -> Measured | None:
    """None: of no date."""
    if value.date is None:
        return None
    if not math.isfinite(value.value):
        raise ValueError(f"a value of {value.value}")
    return Measured(date=date.fromisoformat(value.date), value=value.value)


def _identifier(given: object) -> str:
    if not (isinstance(given, str) and PLAN.fullmatch(given)):
        raise ValueError
    return given


def _languages(given: object) -> tuple[Language, ...]:
    if not isinstance(given, (list, tuple)) or not given:
        raise ValueError
    languages = tuple(known for word in given for known in LANGUAGES if word == known)
    if len(languages) != len(given):
        raise ValueError
    return languages


# What comes over the wire: the part that we read. What may be missing on another server has a default.

_Versions: TypeAlias = "tuple[T | None, ...]"  # of one thing, in the order of our languages
_Cleaner: TypeAlias = "Callable[[str | None, str | None, str | None], LocalizedText | None]"
_Identifier: TypeAlias = Annotated[str, Meta(min_length=1, max_length=100)]


class _Wire(msgspec.Struct, rename="camel"):
    pass


class _Named(_Wire):
    name: str


class _Summary(_Wire):
    identifier: Annotated[str, Meta(max_length=40)]
    label: str
    is_completed: bool


class _Party(_Wire):
    organization: _Named
    role: str | None = None


class _Id(_Wire):
    id: _Identifier


class _Related(_Wire):
    indicator: _Id


class _Other(_Wire):
    identifier: _Identifier


class _Action(_Wire):
    identifier: _Identifier
    name: str
    status_summary: _Summary
    official_name: str | None = None
    lead_paragraph: str | None = None
    description: str | None = None
    implementation_phase: _Named | None = None
    completion: Annotated[int, Meta(ge=0, le=100)] | None = None
    start_date: date | None = None
    end_date: date | None = None
    schedule_continuous: bool = False
    categories: list[_Named] = []
    responsible_parties: list[_Party] = []
    related_indicators: list[_Related] = []
    merged_with: _Other | None = None
    updated_at: str | None = None
    view_url: str | None = None


class _Task(_Wire):
    name: str
    state: TaskState
    due_at: date | None = None
    date_format: str | None = None
    completed_at: date | None = None


class _WithTasks(_Wire):
    identifier: _Identifier
    tasks: list[_Task]


class _Unit(_Wire):
    name: str
    short_name: str | None = None


class _Value(_Wire):
    date: str | None
    value: float


class _Indicator(_Wire):
    id: _Identifier
    name: str
    unit: _Unit | None = None
    time_resolution: str | None = None
    desired_trend: str | None = None
    latest_value: _Value | None = None
    goals: list[_Value | None] | None = None
    updated_at: str | None = None


class _PlanRow(_Wire):
    identifier: str
    primary_language: str
    other_languages: list[str]
    superseded_by: _Other | None


class _Problem(msgspec.Struct):
    message: str = ""


class _Refusal(msgspec.Struct):
    errors: list[_Problem] | None = None


class _Listing(msgspec.Struct, Generic[Row]):
    """One language's rows by their records' keys. `sent`: how many there were."""

    read_at: datetime
    rows: dict[str, Row]
    lost: list[Dropped]
    sent: int
