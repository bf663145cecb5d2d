"""Decidim: participatory budgeting as OmaStadi runs it – rounds, areas, budgets, projects, ideas, plans, results.

Upstream   omastadi.hel.fi, Decidim 0.27 with modules of its own, GraphQL by POST at "api" under the site, no key;
           `url` in the configuration is the site itself, since the addresses for people hang on it too
Licence    AGPL-3.0 is the software's; none is stated for the content: credit "OmaStadi, City of Helsinki"
Languages  fi, sv, en, each missing or "" at will; an idea has one language and does not say which
Time       moments with an offset; a phase has dates, meant in Europe/Helsinki, the last one included
Paging     first (at most 50) and after; cursors are positions and shift, so by id where the list can be ordered
Quirks     no list over the whole site: processes, then each component by its id, then what it holds;
           a larger `first` is cut without a word, and there is no total: only hasNextPage says that there is more;
           an unknown component is null, one of another type answers with its type and id alone;
           a refused query is a 200 without data; a field that this version lacks is named and can be left out;
           `selected` is false for every project until the results are out;
           100 requests a minute for the whole site: keep to 30, one at a time (the source's per_minute, concurrent)
Persons    authors, comments and votes are never asked for
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import partial
from typing import ClassVar, TypeAlias, TypeVar
from urllib.parse import quote

import msgspec

from hub.connectors import decidim_queries as queries
from hub.connectors import decidim_wire as wire
from hub.connectors import moments
from hub.connectors.decidim_parts import HOLDS, STAGES, Here, Part, ref_of
from hub.connectors.decidim_values import (
    SHORT,
    cents,
    html_text,
    in_order,
    paragraphs,
    plain_text,
    point_of,
    results_are_out,
    short,
)
from hub.connectors.markup import html_of, plain
from hub.errors import UpstreamRefused, UpstreamUnavailable
from hub.fetch import Ask, Collection, Dropped, Fetch, Page, Reply, Request, Source, key_of, post_graphql
from hub.freshness import Freshness, days, hours
from hub.records.core import LocalizedText, Record
from hub.records.participation import (
    Budget,
    BudgetingArea,
    BudgetingProcess,
    BudgetProject,
    Component,
    Milestone,
    Phase,
    Proposal,
    Result,
)

T = TypeVar("T")
R = TypeVar("R", bound=Record)
Row = TypeVar("Row")

ROUNDS = Freshness(fresh=hours(1), while_revalidate=hours(6), if_error=days(30))
CONTENT = Freshness(fresh=hours(6), while_revalidate=days(1), if_error=days(30))
PAGE = 50  # the most that the upstream gives

Path: TypeAlias = "tuple[str | int, ...]"

WHOLE_CITY = "koko helsinki"  # the scope beside the major districts
BUDGETING = {"Budgets", "Ideas", "Plans"}  # a process with one of these is a round, and so is the rest of its group


class Decidim:
    """Pure, but for one memory: which fields this instance of the upstream said not to have.

    A refused query names them (type and field); the fetch is amended to do without, and every later query leaves them
    out at once. What is forgotten at a restart costs one refused request.
    """

    UPSTREAM: ClassVar[str] = "decidim"
    OPTIONS: ClassVar[frozenset[str]] = frozenset()
    IS_DOCUMENT: ClassVar[bool] = False

    def __init__(self, source: Source) -> None:
        self.source = source
        self._absent: set[tuple[str, str]] = set()

    def collections(self) -> Iterable[Collection]:
        # Rounds and their parts are one request each: hourly, so that a new phase shows the same hour.
        yield Collection(kind="budgeting_process", pages=self.processes, every=hours(1), full=days(1), urgency=60)
        yield Collection(kind="component", pages=self.components, every=hours(1), full=days(1), urgency=61)
        yield Collection(kind="budgeting_area", pages=self.areas, every=days(1), full=days(1), urgency=62)
        # The rest is some 350 requests, 12 minutes at the upstream's pace: four times a day.
        for kind, pages, types, urgency in (
            ("budget", self.budgets, ("Budgets",), 63),
            ("budget_project", self.projects, ("Budgets",), 64),
            ("result", self.results, ("Accountability",), 65),
            ("proposal", self.proposals, ("Ideas", "Plans", "Proposals"), 66),
        ):
            yield Collection(
                kind=kind,
                pages=pages,
                every=hours(6),
                full=days(1),
                per="component",
                per_filter=partial(_is_one_of, types),
                block=1,
                urgency=urgency,
            )

    def probe(self) -> Fetch[Page[BudgetingArea]]:
        return self.areas()

    def areas(self, ask: Ask | None = None) -> Fetch[Page[BudgetingArea]]:  # noqa: ARG002 - the same whoever asks
        """The scopes and those one step below them: a plain list, never paged."""
        return self._ask(queries.AREAS, {}, self._areas, ROUNDS)

    def processes(self, ask: Ask | None = None) -> Fetch[Page[BudgetingProcess]]:  # noqa: ARG002
        """The rounds: processes with ideas, plans or a vote, and those of the same group. A plain list."""
        return self._ask(queries.PROCESSES, {}, self._processes, ROUNDS)

    def components(self, ask: Ask | None = None) -> Fetch[Page[Component]]:  # noqa: ARG002
        """The parts of the rounds that hold something of ours. The key says all that is needed to ask for it:
        "31:Ideas:201" is component 201 of process 31.
        """
        return self._ask(queries.PROCESSES, {}, self._components, ROUNDS)

    def budgets(self, ask: Ask) -> Fetch[Page[Budget]]:
        return self._listing(ask, "Budget", wire.Budget, self._budget)

    def projects(self, ask: Ask) -> Fetch[Page[BudgetProject]]:
        """One budget's projects a page: they are one list without pages, so the budgets are walked one by one."""
        part = Part.of(ask)
        query = queries.listing(part.type, HOLDS[part.type], "BudgetWithProjects", ordered=False)
        return self._ask(query, part.variables(1, ask.after), partial(self._projects, part=part, ask=ask), CONTENT)

    def results(self, ask: Ask) -> Fetch[Page[Result]]:
        return self._listing(ask, "Result", wire.Result, self._result)

    def proposals(self, ask: Ask) -> Fetch[Page[Proposal]]:
        """Ideas, plans or proposals, as the component holds: one kind of record, three lists in the schema."""
        match Part.of(ask).type:
            case "Ideas":
                return self._listing(ask, "Idea", wire.Idea, self._idea)
            case "Plans":
                return self._listing(ask, "Plan", wire.Plan, self._plan)
            case _:
                return self._listing(ask, "Proposal", wire.Proposal, self._proposal)

    # what is asked

    def _ask(
        self, query: str, variables: dict[str, object], parse: Callable[[Reply], Page[R]], freshness: Freshness
    ) -> Fetch[Page[R]]:
        return post_graphql(
            self.source,
            queries.document(query, self._absent),
            variables,
            path="api",
            parse=parse,
            freshness=freshness,
            amend=partial(self._amended, again=partial(self._ask, query, variables, parse, freshness)),
        )

    def _amended(self, reply: Reply, *, again: Callable[[], Fetch[Page[R]]]) -> Request | None:
        """The same question without what the reply says is unknown; None where that changes nothing."""
        said = _perhaps(msgspec.Raw(reply.body), wire.Envelope)
        for error in said.errors if said is not None else ():
            about = error.extensions
            if about is not None and about.type_name and about.code in {"undefinedField", "undefinedType"}:
                self._absent.add((about.type_name, about.field_name or ""))
        amended = again().request
        return None if amended.body == reply.request.body else amended

    def _listing(self, ask: Ask, fragment: str, shape: type[Row], make: Callable[[Row, Here], R]) -> Fetch[Page[R]]:
        part = Part.of(ask)
        query = queries.listing(part.type, HOLDS[part.type], fragment, ordered=part.type in STAGES)
        parse = partial(self._listed, part=part, ask=ask, shape=shape, make=make)
        return self._ask(query, part.variables(PAGE, ask.after), parse, CONTENT)

    # what the reply means

    def _listed(
        self, reply: Reply, *, part: Part, ask: Ask, shape: type[Row], make: Callable[[Row, Here], R]
    ) -> Page[R]:
        held = self._held(reply, part, ask)
        if held is None:
            return reply.page((), sent=0)
        place = ("component", HOLDS[part.type], "edges")
        here = held.here
        page = self._rows(
            reply, held.nodes, shape, lambda row: make(row, here), errors=held.errors, place=place, next=held.next
        )
        if part.type not in STAGES:
            return page
        before = STAGES[part.type].lower()  # as in the records' keys, by which the last good copies are kept
        dropped = [
            msgspec.structs.replace(lost, key=f"{before}:{lost.key}") if lost.key else lost for lost in page.dropped
        ]
        return msgspec.structs.replace(page, dropped=tuple(dropped))

    def _projects(self, reply: Reply, *, part: Part, ask: Ask) -> Page[BudgetProject]:
        held = self._held(reply, part, ask)
        if held is None or not held.nodes or held.nodes[0] == wire.NULL:
            return reply.page((), sent=0, next=held.next if held else None)
        budget = _decoded(reply, held.nodes[0], wire.BudgetWithProjects)
        place = ("component", "budgets", "edges", 0, "node", "projects")
        make = partial(self._project, here=held.here, budget=budget)
        page = self._rows(reply, budget.projects, wire.Project, make, errors=held.errors, place=place, next=held.next)
        some_are = any(project.is_selected for project in page.items)
        if results_are_out(held.here.steps, moments.local_date(reply.read_at), some_are_selected=some_are):
            return page
        undecided = tuple(msgspec.structs.replace(project, is_selected=None) for project in page.items)
        return msgspec.structs.replace(page, items=undecided)

    def _areas(self, reply: Reply) -> Page[BudgetingArea]:
        data, errors = self._data(reply, wire.Areas)
        self._hurt(errors, ())
        tops = [raw for kind in data.scope_types if kind for raw in kind.scopes]
        nested = [nest for raw in tops if (nest := _perhaps(raw, wire.Nested)) is not None]
        parents = {id_: top.id for top in nested for raw in top.children if (id_ := key_of(raw))}
        raws = [*tops, *(raw for top in nested for raw in top.children)]
        return self._rows(reply, raws, wire.Scope, partial(self._area, reply=reply, parents=parents))

    def _processes(self, reply: Reply) -> Page[BudgetingProcess]:
        data, errors = self._data(reply, wire.Processes)
        rounds = _rounds(data.processes)
        make = partial(self._process, reply=reply, rounds=rounds)
        return self._rows(reply, data.processes, wire.Process, make, errors=errors, place=(wire.PROCESSES,))

    def _components(self, reply: Reply) -> Page[Component]:
        data, errors = self._data(reply, wire.Processes)
        rounds = _rounds(data.processes)
        hurt = self._hurt(errors, (wire.PROCESSES,))
        unread: list[Dropped] = []
        of: dict[str, wire.Head] = {}
        raws: list[msgspec.Raw] = []
        for position, raw in enumerate(data.processes):
            head = _perhaps(raw, wire.Head)
            if head is None or position in hurt:
                if raw != wire.NULL:
                    reason = hurt.get(position, "the process could not be read, nor what it holds")
                    unread.append(Dropped(key=key_of(raw), reason=reason, where="process"))
            elif head.id in rounds:
                raws += head.parts
                of.update({id_: head for part in head.parts if (id_ := key_of(part))})
        page = self._rows(reply, raws, wire.ComponentRow, partial(self._component, reply=reply, of=of))
        return msgspec.structs.replace(page, dropped=(*page.dropped, *unread), complete=not unread)

    def _rows(
        self,
        reply: Reply,
        raws: Sequence[msgspec.Raw],
        shape: type[Row],
        make: Callable[[Row], R | None],
        *,
        errors: Sequence[wire.Error] = (),
        place: Path = (),
        next: str | None = None,  # noqa: A002 - as in Page
    ) -> Page[R]:
        """Each row once, nulls skipped. A row inside which the upstream failed is dropped: what it nulled there would
        overwrite what was known. A failure anywhere else fails the page.
        """
        hurt = self._hurt(errors, place)
        whole = [raw for position, raw in enumerate(raws) if raw != wire.NULL and position not in hurt]
        items, dropped = reply.rows(whole, shape, make)
        dropped += [Dropped(key=key_of(raws[at]), reason=why) for at, why in hurt.items() if at < len(raws)]
        once = {item.ref.key: item for item in items}
        return reply.page(once.values(), sent=len(raws), dropped=dropped, next=next)

    def _hurt(self, errors: Sequence[wire.Error], place: Path) -> dict[int, str]:
        """Positions of the rows in which a field failed, and how."""
        hurt: dict[int, str] = {}
        for error in errors:
            path = error.path or ()
            row = path[len(place)] if len(path) > len(place) and path[: len(place)] == place else None
            if not isinstance(row, int):
                where = ".".join(str(step) for step in path) or "the query"
                raise UpstreamUnavailable(
                    f"{self.source.name} failed at {where}: {short(error.message)}", source=self.source.name
                )
            hurt[row] = f"the source failed at {path[-1]}: {short(error.message)}"
        return hurt

    def _held(self, reply: Reply, part: Part, ask: Ask) -> _Held | None:
        """The list inside a component; None where there is no such component (any more)."""
        data, errors = self._data(reply, wire.Around)
        if data.component is None:
            self._hurt(errors, ())  # null because it failed, or because it is not there?
            return None
        held = data.component.get(HOLDS[part.type], wire.NULL)
        if held == wire.NULL:
            self._hurt(errors, ())
            type_ = bytes(data.component.get("__typename", wire.NULL)).decode()
            raise reply.changed(f"component {part.id} has no {HOLDS[part.type]}, it is {type_}")
        connection = _decoded(reply, held, wire.Connection)
        turn = connection.page_info
        if turn.has_next_page and (not turn.end_cursor or turn.end_cursor == ask.after):
            raise reply.changed(f"there is a next page, but its cursor is {turn.end_cursor!r}")
        process = data.process
        here = Here(
            source=self.source,
            part=part,
            read_at=reply.read_at,
            slug=process.slug if process else None,
            steps=process.steps if process else [],
        )
        nodes = [edge.node if edge else wire.NULL for edge in connection.edges]
        return _Held(here=here, nodes=nodes, errors=errors, next=turn.end_cursor if turn.has_next_page else None)

    def _data(self, reply: Reply, shape: type[T]) -> tuple[T, list[wire.Error]]:
        """What was asked, with the errors of single fields. Without data the whole query was refused."""
        envelope = reply.json(wire.Envelope)
        if envelope.data == wire.NULL:
            if not envelope.errors:
                raise reply.changed("neither data nor errors")
            raise UpstreamRefused(
                f"{self.source.name} refused the query: {short(envelope.errors[0].message)}",
                source=self.source.name,
                status=reply.status,
            )
        return _decoded(reply, envelope.data, shape), envelope.errors

    # what it becomes

    def _area(self, row: wire.Scope, *, reply: Reply, parents: dict[str, str]) -> BudgetingArea:
        name = plain_text(row.name)
        return BudgetingArea(
            ref=self.source.ref("budgeting_area", row.id),
            read_at=reply.read_at,
            name=name,
            parent=ref_of(self.source, "budgeting_area", parents.get(row.id)),
            is_whole_city=name is not None and (name.fi or "").casefold() == WHOLE_CITY,
        )

    def _process(self, row: wire.Process, *, reply: Reply, rounds: set[str]) -> BudgetingProcess | None:
        if row.id not in rounds:
            return None
        return BudgetingProcess(
            ref=self.source.ref("budgeting_process", row.id),
            read_at=reply.read_at,
            modified_at=moments.instant(row.updated_at),
            url=f"{self.source.url}processes/{quote(row.slug, safe='')}",
            title=plain_text(row.title),
            description=html_text(row.short_description),
            starts_on=row.start_date,
            ends_on=row.end_date,
            phases=tuple(
                Phase(
                    title=plain_text(step.title),
                    starts_at=moments.local(step.start_date) if step.start_date else None,
                    ends_at=moments.midnight_after(step.end_date) if step.end_date else None,
                    is_active=bool(step.active),
                )
                for step in in_order(row.steps)
            ),
            slug=row.slug,
        )

    def _component(self, row: wire.ComponentRow, *, reply: Reply, of: dict[str, wire.Head]) -> Component | None:
        if row.type not in HOLDS:
            return None
        process = of[row.id]
        part = Part(process=process.id, type=row.type, id=row.id)
        here = Here(source=self.source, part=part, read_at=reply.read_at, slug=process.slug)
        return Component(
            ref=self.source.ref("component", part.key),
            read_at=reply.read_at,
            url=here.url(),
            type=row.type,
            process=here.process,
            name=plain_text(row.name),
        )

    def _budget(self, row: wire.Budget, here: Here) -> Budget:
        return Budget(
            ref=self.source.ref("budget", row.id),
            read_at=here.read_at,
            modified_at=moments.instant(row.updated_at),
            url=here.url("budgets", row.id),
            title=plain_text(row.title),
            description=html_text(row.description),
            process=here.process,
            area=here.area(row.scope),
            total_cents=cents(row.total_budget),
        )

    def _project(self, row: wire.Project, *, here: Here, budget: wire.BudgetWithProjects) -> BudgetProject:
        return BudgetProject(
            ref=self.source.ref("budget_project", row.id),
            read_at=here.read_at,
            modified_at=moments.instant(row.updated_at),
            created_at=moments.instant(row.created_at),
            url=here.url("budgets", budget.id, "projects", row.id),
            title=plain_text(row.title),
            description=html_text(row.description) or html_text(row.summary),
            reference=plain(row.reference, SHORT),
            process=here.process,
            budget=self.source.ref("budget", budget.id),
            area=here.area(row.scope) or here.area(budget.scope),
            category=plain_text(row.category.name) if row.category else None,
            budget_cents=cents(row.budget_amount),
            is_selected=row.selected,
            linked=here.linked(row.linked_resources),
        )

    def _idea(self, row: wire.Idea, here: Here) -> Proposal:
        title, body = plain(row.idea_title, SHORT), html_of(paragraphs(row.idea_body))
        return here.proposal(
            row,
            title=LocalizedText(other=title) if title else None,  # in its author's language, which nobody tells
            body=LocalizedText(other=body) if body else None,
            area=here.area(row.area_scope),
            location=row.coordinates,
            address=row.address,
            supports=row.favorite_count,
        )

    def _plan(self, row: wire.Plan, here: Here) -> Proposal:
        values = [value for value in row.values if value is not None]
        texts = [value for value in values if value.text is not None]
        body = next((v for v in texts if v.section and v.section.handle == "description"), texts[0] if texts else None)
        spot = next((value.point for value in values if value.point is not None), None)
        area = next((value.area_scope for value in values if value.area_scope is not None), None)
        return here.proposal(
            row,
            title=plain_text(row.title),
            body=html_text(body.text) if body else None,
            area=here.area(row.scope) or here.area(area),
            location=spot,
            address=spot.address if spot else None,
            supports=row.favorite_count,
            linked=here.linked(row.linked_resources),
        )

    def _proposal(self, row: wire.Proposal, here: Here) -> Proposal:
        return here.proposal(
            row,
            title=plain_text(row.title),
            body=html_text(row.body),
            area=here.area(row.scope),
            location=row.coordinates,
            address=row.address,
            supports=row.vote_count,
        )

    def _result(self, row: wire.Result, here: Here) -> Result:
        entries = [entry for entry in row.timeline_entries or () if entry is not None]
        spots = [point_of(spot) for spot in row.locations or ()]
        return Result(
            ref=self.source.ref("result", row.id),
            read_at=here.read_at,
            modified_at=moments.instant(row.updated_at),
            created_at=moments.instant(row.created_at),
            url=here.url("results", row.id),
            title=plain_text(row.title),
            description=html_text(row.description) or html_text(row.summary),
            reference=plain(row.reference, SHORT),
            process=here.process,
            area=here.area(row.scope),
            category=plain_text(row.category.name) if row.category else None,
            status=plain_text(row.status.name) if row.status else None,
            status_key=plain(row.status.key, SHORT) if row.status else None,
            progress=row.progress,
            starts_on=row.start_date,
            ends_on=row.end_date,
            timeline=tuple(  # the upstream promises no order
                Milestone(
                    title=plain_text(entry.title),
                    description=html_text(entry.description),
                    starts_on=entry.entry_date,
                    ends_on=entry.end_date,
                )
                for entry in sorted(entries, key=lambda entry: entry.entry_date or date.max)
            ),
            linked=here.linked(row.linked_resources),
            parent=ref_of(self.source, "result", row.parent.id if row.parent else None),
            locations=tuple(spot for spot in spots if spot is not None),
        )


def _rounds(raws: Iterable[msgspec.Raw]) -> set[str]:
    """The ids of the processes that are budgeting rounds."""
    heads = [head for raw in raws if (head := _perhaps(raw, wire.Head)) is not None]
    sure = [head for head in heads if BUDGETING & head.types]
    groups = {head.group.id for head in sure if head.group is not None}
    return {head.id for head in heads if head in sure or (head.group is not None and head.group.id in groups)}


def _perhaps(raw: msgspec.Raw, shape: type[T]) -> T | None:
    """None for what can't be read: it is dropped, with the reason, where it is read as a row."""
    try:
        return msgspec.json.decode(raw, type=shape)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _is_one_of(types: tuple[str, ...], record: Record) -> bool:
    return isinstance(record, Component) and record.type in types


def _decoded(reply: Reply, raw: msgspec.Raw, shape: type[T]) -> T:
    try:
        return msgspec.json.decode(raw, type=shape)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise reply.changed(str(error)) from error


class _Held(msgspec.Struct, frozen=True, kw_only=True):
    here: Here
    nodes: list[msgspec.Raw]
    errors: list[wire.Error]
    next: str | None
