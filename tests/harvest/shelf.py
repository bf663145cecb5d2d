"""A small upstream for tests: lists in pages over JSON, one row by id, changes since a moment; and its connector.

`Shelf.read` stands where the fetcher does: it has the request answered and the reply parsed, and fails as one would.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, ClassVar, TypeVar
from urllib.parse import unquote

import msgspec

from hub.fetch import Ask, Collection, Fetch, Joined, Page, Reply, Request, Source, Wanted, get
from hub.freshness import Freshness, minutes
from hub.records.core import LocalizedText, Ref, Span
from hub.records.events import Event, Keyword
from hub.records.places import Place
from hub.records.spaces import BookingRules, BusyTimes, Space, SpaceKind
from tests.index.made import Clock

T = TypeVar("T")
Row = dict[str, Any]
BRIEF = Freshness(fresh=minutes(1))


class Shelf:
    """`lists`: rows by path. A row is `{"id": …, "name": …}` and what its kind needs; `modified` is an ISO moment."""

    def __init__(self, clock: Clock, page: int = 3) -> None:
        self.clock = clock
        self.page = page
        self.lists: dict[str, list[Row]] = {}
        self.unlisted: dict[str, list[Row]] = {}  # there by id only
        self.deleted: dict[str, list[str]] = {}
        self.requests: list[Request] = []
        self.failures: dict[str, list[Exception | None]] = {}  # by path: what befalls its next requests, in order
        self.bodies: dict[str, bytes] = {}  # by path: an answer as it stands
        self.cut: set[str] = set()
        self.in_flight = 0
        self.most_in_flight = 0

    def asked(self, path: str) -> list[dict[str, str]]:
        return [dict(request.params) for request in self.requests if request.url.endswith(f"/{path}")]

    async def read(self, wanted: Wanted[T]) -> T:
        assert not isinstance(wanted, Joined)
        self.requests.append(wanted.request)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        await asyncio.sleep(0)
        self.in_flight -= 1
        path = wanted.request.url.removeprefix(wanted.source.url)
        waiting = self.failures.get(path, [])
        failure = waiting.pop(0) if waiting else None
        if failure is not None:
            raise failure
        status, body = self._answer(path, dict(wanted.request.params))
        return wanted.parse(
            Reply(
                source=wanted.source,
                request=wanted.request,
                status=status,
                headers={},
                body=body,
                read_at=self.clock(),
            )
        )

    def _answer(self, path: str, params: dict[str, str]) -> tuple[int, bytes]:
        if path in self.bodies:
            return 200, self.bodies[path]
        name, _, key = path.partition("/")
        rows = self.lists.get(name, [])
        if key:
            found = [row for row in rows + self.unlisted.get(name, []) if row.get("id") == unquote(key)]
            return (200, json.dumps(found[0]).encode()) if found else (404, b"{}")
        if "keys" in params:
            rows = [row for row in rows if row["id"] in params["keys"].split(",")]
        if "since" in params:
            rows = [row for row in rows if row["modified"] >= params["since"]]
        skip = int(params.get("skip", "0"))
        end = skip + self.page
        answer = {
            "rows": rows[skip:end],
            "total": len(rows),
            "next": str(end) if end < len(rows) else None,
            "deleted": self.deleted.get(name, []) if "since" in params else [],
            "cut": name in self.cut,
        }
        return 200, json.dumps(answer).encode()


class _Listed(msgspec.Struct):
    rows: list[msgspec.Raw]
    total: int
    next: str | None
    deleted: list[str]
    cut: bool


class _Row(msgspec.Struct):
    id: str
    name: str
    modified: datetime | None = None
    place: str | None = None
    keywords: list[str] = []
    starts: datetime | None = None


class ShelfConnector:
    """`options` of its source: "kinds", which of its lists it has; "events", a dict that changes that collection."""

    UPSTREAM: ClassVar[str] = "shelf"
    OPTIONS: ClassVar[frozenset[str]] = frozenset()
    IS_DOCUMENT: ClassVar[bool] = False

    def __init__(self, source: Source) -> None:
        self.source = source

    def collections(self) -> Iterable[Collection]:
        kinds = self.source.options.get("kinds", ("event",))
        made = {
            "place": Collection(
                kind="place",
                pages=partial(self._list, "place"),
                every=timedelta(days=1),
                full=timedelta(days=1),
                one=partial(self._one, "place"),
                urgency=10,
            ),
            "keyword": Collection(
                kind="keyword",
                pages=partial(self._list, "keyword"),
                every=timedelta(days=1),
                full=timedelta(days=1),
                one=partial(self._one, "keyword"),
                withdraws=False,
                urgency=60,
            ),
            "event": msgspec.structs.replace(
                Collection(
                    kind="event",
                    pages=partial(self._list, "event"),
                    every=timedelta(minutes=5),
                    full=timedelta(days=1),
                    urgency=30,
                ),
                **self.source.options.get("events", {}),
            ),
            "space": Collection(
                kind="space",
                pages=partial(self._list, "space"),
                every=timedelta(hours=1),
                full=timedelta(hours=1),
                urgency=20,
            ),
            "busy_times": Collection(
                kind="busy_times",
                pages=partial(self._list, "busy_times"),
                every=timedelta(minutes=10),
                full=timedelta(minutes=10),
                per="space",
                per_filter=lambda space: space.ref.key != "closed",
                block=2,
                urgency=5,
            ),
        }
        return [made[kind] for kind in kinds]

    def changes(self, ask: Ask) -> Fetch[Page[Any]]:
        return self._list("event", ask)

    def one_event(self, key: str) -> Fetch[Any]:
        return self._one("event", key)

    def probe(self) -> Wanted[Any]:
        return self._list("event", Ask(now=datetime.min.replace(tzinfo=UTC)))

    def _list(self, kind: str, ask: Ask) -> Fetch[Page[Any]]:
        params = {"skip": ask.after or "0"}
        if ask.keys:
            params["keys"] = ",".join(ask.keys)
        if ask.since is not None:
            params["since"] = ask.since.isoformat()
        return get(self.source, kind, params, parse=partial(self._page, kind), freshness=BRIEF)

    def _one(self, kind: str, key: str) -> Fetch[Any]:
        def parse(reply: Reply) -> Any:
            return None if reply.status == 404 else self._make(kind, reply)(reply.json(_Row))

        return get(self.source, f"{kind}/{key}", parse=parse, freshness=BRIEF, statuses=(200, 404))

    def _page(self, kind: str, reply: Reply) -> Page[Any]:
        listed = reply.json(_Listed)
        items, dropped = reply.rows(listed.rows, _Row, self._make(kind, reply))
        gone = [self.source.ref(kind, key) for key in listed.deleted]
        return reply.page(
            items, dropped=dropped, total=listed.total, next=listed.next, complete=not listed.cut, gone=gone
        )

    def _make(self, kind: str, reply: Reply) -> Callable[[_Row], Any]:
        def make(row: _Row) -> Any:
            ref, at, name = self.source.ref(kind, row.id), reply.read_at, LocalizedText(fi=row.name)
            if kind == "place":
                return Place(ref=ref, read_at=at, name=name)
            if kind == "keyword":
                return Keyword(ref=ref, read_at=at, name=name)
            if kind == "space":
                rules = BookingRules()
                return Space(ref=ref, read_at=at, name=name, space_kind=SpaceKind.ROOM, rules=rules, is_bookable=True)
            if kind == "busy_times":
                window = Span(starts_at=at, ends_at=at + timedelta(days=7))
                return BusyTimes(ref=ref, read_at=at, space=self.source.ref("space", row.id), window=window)
            return Event(
                ref=ref,
                read_at=at,
                modified_at=row.modified,
                name=name,
                starts_at=row.starts,
                place=None if row.place is None else self.source.ref("place", row.place),
                keywords=tuple(self.source.ref("keyword", key) for key in row.keywords),
            )

        return make


def source(name: str = "shelf", **options: Any) -> Source:
    """A configured shelf; its id is the first letter of its name."""
    return Source(
        name=name,
        id=name[0],
        connector="shelf",
        url=f"https://{name}.example/",
        title=LocalizedText(en=name),
        options=options,
    )


def rows(*keys: str, **more: Any) -> list[Row]:
    return [{"id": key, "name": f"name of {key}", **more} for key in keys]


def ref(kind: str, key: str, source: str = "s") -> Ref:
    return Ref(kind, source, key)
