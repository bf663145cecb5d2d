"""Sierra: the circulation system of a library (HelMet's): which copies there are, where, and whether they are in.

Upstream   host/iii/sierra-api/v6, REST, JSON; a key of the library with leave to read items, exchanged for a token
Licence    none stated; for showing the library's own patrons what is in
Languages  names of locations in the system's own (Finnish)
Time       moments in UTC, with Z
Paging     limit and offset; `total` counts the rows of this page, so a full page means that there is more
Quirks     no match is a 404 with code 107; a lent copy keeps the code of one that is in, and has `duedate`;
           `callNumber` holds subfield marks ("|a84.2 LIN"); the printed form of an id has a check character
           (".b1620712x") that no request may hold; fixed fields may tell who borrowed last and are never asked for
Options    credentials_env or credentials_file: the variable, or the file, that holds "key:secret";
           catalogue: what stands before the number in the catalogue's ids ("helmet.");
           building: what stands before the branch in its building codes ("2/Helmet/")
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import ClassVar

import msgspec

from hub.connectors.circulation import COPIES, NUMBER, shelf_of, token
from hub.connectors.finna_codes import branch_of
from hub.connectors.moments import instant
from hub.connectors.options import Options
from hub.errors import UpstreamRefused
from hub.fetch import Collection, Fetch, Grant, Page, Reply, Request, Source, T, credentials_in, get
from hub.records.catalogue import CatalogueRecord, Copy, HoldingState

PER_PAGE = 500  # of copies
SUBFIELD = re.compile(r"\|[a-z0-9]")
LOCATION = re.compile(r"([a-z])[a-z0-9]{2}", re.ASCII)
NO_MATCH = 107

ON_SHELF = "-"
STATES = {
    ON_SHELF: HoldingState.AVAILABLE,  # unless it is due
    "o": HoldingState.REFERENCE_ONLY,
}


class Sierra:
    UPSTREAM: ClassVar[str] = "sierra"
    OPTIONS: ClassVar[frozenset[str]] = frozenset({"credentials_env", "credentials_file", "catalogue", "building"})
    IS_DOCUMENT: ClassVar[bool] = False
    MOST_RECORDS: ClassVar[int] = 20  # asked for together
    MOST_PAGES: ClassVar[int] = 4  # of one such question: 2000 copies

    def __init__(self, source: Source) -> None:
        self.source = source
        with Options(source) as given:
            self.catalogue = given.text("catalogue", "helmet.")
            self.building = given.text("building", "2/Helmet/")
        self.grant = Grant(credentials=credentials_in(source), ask=self._ask_token, read=token)

    def collections(self) -> Iterable[Collection]:
        return ()  # copies are millions, and what they tell is old after a minute

    def probe(self) -> Fetch[int]:
        """How many of the library's branches one row shows: that the credentials are good, and the shape as known."""
        return self._get("branches", {"limit": "1"}, _branches, statuses=(200,))

    def holds(self, key: str) -> bool:
        """Whether it can be asked about the copies of this record of the catalogue."""
        return key.startswith(self.catalogue) and NUMBER.fullmatch(key.removeprefix(self.catalogue)) is not None

    def copies(self, keys: Sequence[str], after: str | None = None) -> Fetch[Page[Copy]]:
        """The copies of these records, at most 20, in all branches, by page. A record without any has none here.

        Copies at places that are no branch (mobile library, storage) are skipped.
        """
        if not 1 <= len(keys) <= self.MOST_RECORDS or not all(self.holds(key) for key in keys):
            raise ValueError(f"1 to {self.MOST_RECORDS} records of this catalogue can be asked for together")
        offset = int(after or "0")
        params = {
            "bibIds": ",".join(key.removeprefix(self.catalogue) for key in keys),
            "deleted": "false",
            "suppressed": "false",
            "fields": "default",
            "limit": str(PER_PAGE),
            "offset": str(offset),
        }
        parse = partial(self._copies, keys=frozenset(keys), offset=offset)
        tags = tuple(f"{CatalogueRecord.kind}:{key}" for key in keys)
        return self._get("items", params, parse, statuses=(200, 404), tags=tags)

    def _get(
        self,
        path: str,
        params: dict[str, str],
        parse: Callable[[Reply], T],
        *,
        statuses: Iterable[int],
        tags: tuple[str, ...] = (),
    ) -> Fetch[T]:
        asked = get(self.source, path, params, parse=parse, freshness=COPIES, statuses=statuses, tags=tags)
        return msgspec.structs.replace(asked, grant=self.grant)

    def _ask_token(self, credentials: str) -> Request:
        return Request(
            method="POST",
            url=f"{self.source.url}token",
            headers=(
                ("Accept", "application/json"),
                ("Authorization", f"Basic {b64encode(credentials.encode()).decode()}"),
                ("Content-Type", "application/x-www-form-urlencoded"),
            ),
            body=b"grant_type=client_credentials",
        )

    def _copies(self, reply: Reply, *, keys: frozenset[str], offset: int) -> Page[Copy]:
        if reply.status == 404:
            error = reply.json(_Error)
            if error.code != NO_MATCH:
                raise UpstreamRefused(f"{self.source.name} refused with 404", source=self.source.name, status=404)
            return reply.page(())
        many = reply.json(_Many)
        made, dropped = reply.rows(many.entries, _Item, partial(self._copy, keys=keys))
        sent = len(many.entries)
        more = many.total >= PER_PAGE and sent > 0
        return reply.page(made, sent=sent, dropped=dropped, next=str(offset + sent) if more else None)

    def _copy(self, item: _Item, *, keys: frozenset[str]) -> Copy | None:
        records = tuple(key for number in dict.fromkeys(item.bibIds) if (key := f"{self.catalogue}{number}") in keys)
        branch = self._branch(item.location.code)
        if item.deleted or branch is None:
            return None
        if not records:
            raise ValueError("a copy of none of the records that were asked for")
        due_at = instant(item.status.duedate)
        return Copy(
            records=records,
            branch=branch,
            state=state_of(item.status.code, is_due=due_at is not None),
            due_at=due_at,
            shelf=shelf_of(item.location.name, SUBFIELD.sub(" ", item.callNumber or "")),
        )

    def _branch(self, location: str) -> str | None:
        """ "2/Helmet/h/h55/" for "h55aik": the first three characters are the catalogue's code of the branch."""
        match = LOCATION.match(location)
        return branch_of(f"{self.building}{match[1]}/{match[0]}/") if match else None


def state_of(code: str, *, is_due: bool) -> HoldingState:
    """A code that is not known is one of a copy that can't be had."""
    return HoldingState.ON_LOAN if is_due else STATES.get(code.strip(), HoldingState.UNAVAILABLE)


def _branches(reply: Reply) -> int:
    return len(reply.json(_Many).entries)


class _Status(msgspec.Struct):
    code: str
    duedate: str | None = None


class _Location(msgspec.Struct):
    code: str
    name: str | None = None


class _Item(msgspec.Struct):
    id: str
    bibIds: list[str]  # noqa: N815 - the upstream's word
    location: _Location
    status: _Status
    callNumber: str | None = None  # noqa: N815 - likewise
    deleted: bool = False


class _Many(msgspec.Struct):
    total: int
    entries: list[msgspec.Raw]


class _Error(msgspec.Struct):
    code: int
