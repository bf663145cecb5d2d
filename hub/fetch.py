"""The nouns of a connector: which request (Fetch), what came back (Reply), what it meant (Page, Dropped), what can be
listed (Collection), for whom (Source), with whose leave (Grant). Values only: nothing here sends anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, Generic, Protocol, TypeAlias, TypeVar
from urllib.parse import quote, urlencode

import msgspec

from hub.errors import PayloadChanged
from hub.freshness import Freshness
from hub.records.core import LocalizedText, Record, Ref

T = TypeVar("T")
R = TypeVar("R")
Row = TypeVar("Row")
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}", re.ASCII)
# What msgspec says of a field, and where it stands below the row.
OF_ANOTHER_TYPE = re.compile(r"Expected `([^`]+)`, got `[^`]+`(?: - at `\$\.?([^`]+)`)?")
IN_WORDS = {"str": "text", "int": "whole number", "float": "number", "bool": "true or false", "array": "list"}
MISSING_FIELD = re.compile(r"Object missing required field `([^`]+)`(?: - at `\$\.?([^`]+)`)?")
JSON: TypeAlias = "bool | int | float | str | list[JSON] | dict[str, JSON] | None"


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A configured instance of an upstream. `id` is fixed: it stands in every reference; `name` may change."""

    name: str
    id: str
    connector: str
    url: str  # the base, ending in "/" unless it is one document (a feed)
    title: LocalizedText
    homepage: str | None = None
    license: str | None = None
    attribution: str | None = None
    rank: int = 100  # lower wins where several sources say the same of one thing
    every: timedelta | None = None  # None: as the collection says
    full: timedelta | None = None
    per_minute: int | None = None  # pace: requests a minute; None: unpaced
    concurrent: int = 4
    is_feed: bool = False  # a partner's: pace and places are counted for all of its host, and replies are smaller
    timeout: timedelta = timedelta(seconds=10)  # one request, all tries
    allow_private: bool = False
    options: Mapping[str, Any] = msgspec.field(default_factory=dict)  # what this connector lets one configure

    def ref(self, kind: str, key: str | int) -> Ref:
        return Ref(kind, self.id, str(key))


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A read. `url` is absolute and has no query; `params` keep their order and may repeat."""

    method: str
    url: str
    params: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None

    @property
    def full_url(self) -> str:
        return f"{self.url}?{urlencode(self.params, quote_via=quote)}" if self.params else self.url


class Dropped(msgspec.Struct, frozen=True, kw_only=True):
    """One row that could not be read: which (None if not even that could be told) and why."""

    key: str | None
    reason: str
    where: str | None = None  # row of a list, line or component of a feed
    mend: str | None = None  # what its owner can do about it


class Remark(msgspec.Struct, frozen=True, kw_only=True):
    """What the owner should know of a row that was read all the same (`is_kept`: mended, or guessed at), or that is not
    ours to show (a news item among events). `key` None: it holds for the whole reply.
    """

    key: str | None
    reason: str
    where: str | None = None
    mend: str | None = None
    is_kept: bool = True


class Unreadable(ValueError):
    """Why a row cannot be read, with what its owner can do about it."""

    def __init__(self, reason: str, *, mend: str | None = None) -> None:
        super().__init__(reason)
        self.mend = mend


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """By what a reply is known again: its validators as they were sent (RFC 9110, 8.8), and a hash of its essence."""

    etag: str | None
    modified: str | None
    essence: bytes


class Tally:
    """How many requests were really sent for one look-up: every try, every token. For whoever asks what it cost."""

    __slots__ = ("sent",)

    def __init__(self) -> None:
        self.sent = 0


class Changed(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """What a reply meant that is not the one that was seen before."""

    value: T
    seen: Seen


class Page(msgspec.Struct, Generic[R], frozen=True, kw_only=True):
    """One page of a collection. kept + dropped = sent (`skipped` rows are not ours to show: drafts, other kinds)."""

    items: tuple[R, ...]
    dropped: tuple[Dropped, ...] = ()
    skipped: int = 0
    total: int | None = None  # over all pages, if the upstream tells
    next: str | None = None  # our cursor for the next page; None: the last
    complete: bool = True  # False: the upstream cut it short; nothing may be withdrawn for its sake
    gone: tuple[Ref, ...] = ()  # what the upstream says was deleted
    remarks: tuple[Remark, ...] = ()
    wish: timedelta | None = None  # how often it asks to be asked, if it tells


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What an upstream said. `read_at` is aware, UTC."""

    source: Source
    request: Request
    status: int
    headers: Mapping[str, str]  # lower-case names
    body: bytes
    read_at: datetime

    def text(self) -> str:
        return self.body.decode("utf-8", errors="replace")

    def json(self, shape: type[T]) -> T:
        """The body as `shape`; PayloadChanged, naming the place, if it has another."""
        try:
            return msgspec.json.decode(self.body, type=shape)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            raise self.changed(str(error)) from error

    def changed(self, why: str) -> PayloadChanged:
        path = self.request.url.removeprefix(self.source.url)
        return PayloadChanged(
            f"{self.source.name} answered in another shape than we read: {self.request.method} /{path}: {why[:300]}",
            source=self.source.name,
        )

    @property
    def _of_list(self) -> str:
        """Which list it is, below the source's base; of a document nothing, since its path may keep it private."""
        base, path = self.source.url, self.request.url
        return f" of {path.removeprefix(base)[:100]}" if base.endswith("/") and path.startswith(base) else ""

    def rows(
        self,
        raws: Iterable[msgspec.Raw],
        shape: type[Row],
        make: Callable[[Row], R | None],
        *,
        key: str | Callable[[msgspec.Raw], str | None] = "id",
    ) -> tuple[list[R], list[Dropped]]:
        """Each row read alone: what can't be becomes a Dropped with its key and the reason, and costs nothing else.

        `key`: the field that holds the row's id, or what tells the record's key from a row that is otherwise
        unreadable (`key_of` helps): by it the row's last good copy is kept.
        `make` may return None for a row that is not ours to show. A page of which no row can be read is another shape:
        PayloadChanged. `make` raises ValueError (msgspec's errors are ones) for what it can't accept.
        """
        made: list[R] = []
        dropped: list[Dropped] = []
        sent = 0
        for raw in raws:
            sent += 1
            try:
                record = make(msgspec.json.decode(raw, type=shape))
            except (ValueError, TypeError, OverflowError, RecursionError) as error:
                name = key_of(raw, key) if isinstance(key, str) else key(raw)
                dropped.append(dropped_for(error, key=name, where=f"row {sent}{self._of_list}"))
            else:
                if record is not None:
                    made.append(record)
        if dropped and len(dropped) == sent:
            raise self.changed(f"none of {sent} rows could be read; the first: {dropped[0].reason}")
        return made, dropped

    def page(
        self,
        items: Iterable[R],
        *,
        sent: int | None = None,
        dropped: Iterable[Dropped] = (),
        total: int | None = None,
        next: str | None = None,  # noqa: A002 - the word of every paging API
        complete: bool = True,
        gone: Iterable[Ref] = (),
        remarks: Iterable[Remark] = (),
        wish: timedelta | None = None,
    ) -> Page[R]:
        """`sent`: rows in the reply; what is neither kept nor dropped was skipped on purpose."""
        kept, lost = tuple(items), tuple(dropped)
        skipped = 0 if sent is None else max(0, sent - len(kept) - len(lost))
        return Page(
            items=kept,
            dropped=lost,
            skipped=skipped,
            total=total,
            next=next,
            complete=complete,
            gone=tuple(gone),
            remarks=tuple(remarks),
            wish=wish,
        )


def reason_of(error: Exception) -> str:
    """Why a row was dropped, for its owner: where and what, never the row's own text beyond a few words."""
    return re.sub(r"\s+", " ", f"{error}" or type(error).__name__)[:300]


def dropped_for(error: Exception, *, key: str | None, where: str | None = None) -> Dropped:
    return Dropped(key=key, reason=reason_of(error), where=where, mend=mend_of(error))


def mend_of(error: Exception) -> str | None:
    """What the owner of the row can do: as its reader said, or by what was expected of a field."""
    if isinstance(error, Unreadable):
        return error.mend
    if not isinstance(error, msgspec.ValidationError):
        return None
    said = f"{error}"[:300]
    if (found := OF_ANOTHER_TYPE.match(said)) is not None:
        wanted = " or ".join(IN_WORDS.get(word, word) for word in found[1].split(" | "))
        return f"Give {found[2] or 'the row'} as {wanted}."
    if (found := MISSING_FIELD.match(said)) is not None:
        return f"Give the field {found[2] + '.' if found[2] else ''}{found[1]}."
    return None


def key_of(raw: msgspec.Raw, field: str = "id") -> str | None:
    """The id of a row that is otherwise unreadable."""
    try:
        row = msgspec.json.decode(raw)
    except (ValueError, RecursionError):
        return None
    key = row.get(field) if isinstance(row, dict) else None
    return str(key)[:200] if isinstance(key, (str, int)) else None


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """Where a source's credentials are: the environment's variable, or a file. Never the credentials themselves."""

    variable: str | None = None
    file: str | None = None

    @property
    def told(self) -> str:
        """The place, for messages."""
        if self.variable is not None:
            return f"the variable {self.variable}"
        return f"the file {self.file}" if self.file is not None else "credentials_env or credentials_file"


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """What a source lent to be asked with. It is sent to that source and shown nowhere."""

    value: str
    keeps: timedelta

    def __repr__(self) -> str:
        return f"Token(keeps={self.keeps})"


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """How the credentials of a source are exchanged for a token, which then goes with every request as a bearer's.

    `ask`: the request for one, made of the credentials as they were found. Neither it nor its reply is cached, logged
    or kept; the token is, in this process, until a minute before its end. `read` raises as a `parse` does.
    """

    credentials: Credentials
    ask: Callable[[str], Request]
    read: Callable[[Reply], Token]


def credentials_in(source: Source) -> Credentials:
    """As the source's options name them: `credentials_env` or `credentials_file`. ValueError for anything else."""
    variable, file = source.options.get("credentials_env"), source.options.get("credentials_file")
    if variable is not None and (not isinstance(variable, str) or VARIABLE.fullmatch(variable) is None):
        raise ValueError("credentials_env: expected the name of a variable, never the credentials themselves")
    if file is not None and not (isinstance(file, str) and file):
        raise ValueError("credentials_file: expected the path of a file")
    return Credentials(variable=None if file else variable, file=file)


class Fetch(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """A request and what its reply means. Pure: `parse` neither sends nor waits.

    `statuses`: replies that `parse` wants to see; any other is refused, throttled or unavailable by its number.
    `parse` raises PayloadChanged for an envelope that changed; "there is none" is a value of T.
    `amend`: what to ask instead, if the reply says that the question itself was the mistake (a field that this version
    of the upstream does not have); None: the reply is to be read as it is. It never raises. It is asked before `parse`
    and only once: the reply to the amended request is parsed, whatever it says.
    `grant`: how the token that it must be asked with is had; None: it may be asked by anyone.
    `essence`: what of a body counts when two are compared (not the stamp of each download); None: all of it.
    """

    source: Source
    request: Request
    parse: Callable[[Reply], T]
    freshness: Freshness
    statuses: frozenset[int] = frozenset({200})
    tags: tuple[str, ...] = ()
    amend: Callable[[Reply], Request | None] | None = None
    grant: Grant | None = None
    essence: Callable[[bytes], bytes] | None = None


class Joined(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """Several fetches that make one value; each part is cached on its own."""

    parts: tuple[Fetch[Any], ...]
    merge: Callable[[Sequence[Any]], T]


Wanted: TypeAlias = Fetch[T] | Joined[T]


def join(parts: Sequence[Fetch[Any]], *, merge: Callable[[Sequence[Any]], T]) -> Joined[T]:
    return Joined(parts=tuple(parts), merge=merge)


def get(
    source: Source,
    path: str,
    params: Mapping[str, str] | Sequence[tuple[str, str]] = (),
    *,
    parse: Callable[[Reply], T],
    freshness: Freshness,
    statuses: Iterable[int] = (200,),
    headers: Mapping[str, str] | None = None,
    tags: tuple[str, ...] = (),
) -> Fetch[T]:
    """GET a path under the source's base. `path` is quoted by the caller where it holds ids."""
    pairs = tuple(params.items()) if isinstance(params, Mapping) else tuple(params)
    request = Request(
        method="GET",
        url=source.url + path.removeprefix("/"),
        params=pairs,
        headers=tuple({"Accept": "application/json", **(headers or {})}.items()),
    )
    return Fetch(
        source=source, request=request, parse=parse, freshness=freshness, statuses=frozenset(statuses), tags=tags
    )


def post_graphql(
    source: Source,
    query: str,
    variables: Mapping[str, object],
    *,
    parse: Callable[[Reply], T],
    freshness: Freshness,
    operation: str | None = None,
    path: str = "",
    statuses: Iterable[int] = (200,),
    headers: Mapping[str, str] | None = None,
    tags: tuple[str, ...] = (),
    amend: Callable[[Reply], Request | None] | None = None,
) -> Fetch[T]:
    """One GraphQL operation by POST. `parse` reads the whole body: `errors` are the connector's to judge."""
    body: dict[str, object] = {"query": query, "variables": dict(variables)}
    if operation is not None:
        body["operationName"] = operation
    request = Request(
        method="POST",
        url=source.url + path.removeprefix("/"),
        headers=tuple({"Accept": "application/json", "Content-Type": "application/json", **(headers or {})}.items()),
        body=msgspec.json.encode(body, order="deterministic"),
    )
    return Fetch(
        source=source,
        request=request,
        parse=parse,
        freshness=freshness,
        statuses=frozenset(statuses),
        tags=tags,
        amend=amend,
    )


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """What the harvester wants of a collection's next page.

    `now`: the crawl's time, the same for all its pages (windows are counted from it). `after`: the last page's `next`,
    None for the first. `since`: only what changed after this moment (for `changes`). `keys`: for a collection that is
    asked about another's records (`per`): one block of their keys.
    """

    now: datetime
    after: str | None = None
    since: datetime | None = None
    keys: tuple[str, ...] = ()


class Collection(msgspec.Struct, frozen=True, kw_only=True):
    """Something that can be listed whole, inside a window.

    `kind`: of the records that its pages hold (the collection is complete for this kind of this source).
    `pages`: the full crawl, page after page. `changes`: what moved since a moment, deletions in `Page.gone`.
    `per`: the crawl goes over the keys of another kind of the same source, in blocks of `block`
    (busy times per space; budgets per component); `pages` is then run to its last page for every block.
    `one`: the record of one key, None if there is no such; for references to records that the lists left out, and to
    tell a withdrawal from a row missed in paging.
    `withdraws`: False where absence says nothing (a feed's newest ten).
    `in_window`: whether a record still lies in the window; what has left it is kept 90 days and dropped, not withdrawn.
    `urgency`: lower is crawled first.
    `isolated`: its pages are parsed in a process that can be killed (`hub.feeds.worker`), since what a stranger wrote
    may take any time and memory. `parse` is then a function of a module, or a `partial` of one, whose return type
    stands in its signature.
    `conditional`: it is one page in one reply, so a reply that tells that nothing changed confirms all of it.
    """

    kind: str
    pages: Callable[[Ask], Wanted[Page[Any]]]
    every: timedelta
    full: timedelta
    changes: Callable[[Ask], Wanted[Page[Any]]] | None = None
    per: str | None = None
    per_filter: Callable[[Record], bool] | None = None
    block: int = 50
    one: Callable[[str], Wanted[Record | None]] | None = None
    withdraws: bool = True
    in_window: Callable[[Any, datetime], bool] | None = None
    urgency: int = 50
    isolated: bool = False
    conditional: bool = False

    @property
    def fresh(self) -> timedelta:
        """How long a confirmation keeps: twice the pace, so that one late crawl does not make everything stale."""
        return 2 * self.every


class Connector(Protocol):
    """One upstream's file. `documentation` of what it may be configured with is its module docstring."""

    UPSTREAM: ClassVar[str]  # the word in the configuration
    OPTIONS: ClassVar[frozenset[str]]  # the keys of `Source.options` that it reads
    IS_DOCUMENT: ClassVar[bool]  # the source's url is one document (a feed), not a base to append paths to
    source: Source

    def __init__(self, source: Source) -> None: ...

    def collections(self) -> Iterable[Collection]: ...

    def probe(self) -> Wanted[Any]:
        """The cheapest request that shows that the upstream keeps its contract, for `hub check`."""
        ...


def is_feed(connector: Connector) -> bool:
    """Whether it reads what a stranger publishes: a partner's feed, and no service that we know."""
    return any(collection.isolated for collection in connector.collections())
