"""Koha: a circulation system of libraries (not HelMet's): which copies there are, where, and whether they are in.

Upstream   host/api/v1, REST, JSON; a key of the library, exchanged for a token (OAuth2, client credentials); where the
           library opens its public endpoints, none
Licence    none stated; for showing the library's own patrons what is in
Languages  codes of departments, no names
Time       dates of loans; with Koha-Suomi's plugin moments with an offset, too
Paging     _page and _per_page, X-Total-Count; the plugin has limit, offset and items_total
Quirks     copies on their way and on the hold shelf look like those that are in, unless the plugin is asked; what
           "not for loan" means is each library's own: 1 is read on the spot, as in Koha's own list, all others can't be
           had; a date of loan is not a due date, only the plugin has that; records without copies, and unknown ones,
           are a 404 of some endpoints and an empty list of others
Options    through: "items" (20 records in one request), "kohasuomi" (the plugin's, a record a request) or "public"
           (a record a request, without a key);
           credentials_env or credentials_file: the variable, or the file, that holds "client_id:client_secret";
           catalogue: what stands before the number in the catalogue's ids (the section's name with a dot);
           branches: the catalogue's building code of each Koha library; one that is not in it stands under its own
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Annotated, ClassVar
from urllib.parse import urlencode

import msgspec

from hub.connectors.circulation import COPIES, NUMBER, shelf_of, token
from hub.connectors.moments import instant
from hub.connectors.options import Options
from hub.fetch import (
    Collection,
    Fetch,
    Grant,
    Joined,
    Page,
    Reply,
    Request,
    Source,
    T,
    Wanted,
    credentials_in,
    get,
    join,
)
from hub.records.catalogue import CatalogueRecord, Copy, HoldingState

PER_PAGE = 500  # of copies
ON_THE_SPOT = 1  # of not_for_loan_status
CHECKED_OUT = "Item::CheckedOut"
DIGITS = re.compile(r"\d{1,9}", re.ASCII)
BRANCHES = dict[str, Annotated[str, msgspec.Meta(min_length=1, max_length=200)]]


class Koha:
    UPSTREAM: ClassVar[str] = "koha"
    OPTIONS: ClassVar[frozenset[str]] = frozenset(
        {"through", "credentials_env", "credentials_file", "catalogue", "branches"}
    )
    IS_DOCUMENT: ClassVar[bool] = False
    MOST_RECORDS: ClassVar[int] = 20  # asked for together
    MOST_PAGES: ClassVar[int] = 4  # of one such question: 2000 copies, or of each record

    def __init__(self, source: Source) -> None:
        self.source = source
        with Options(source) as given:
            self.catalogue = given.text("catalogue", f"{source.name}.")
            self.through = given.one_of("through", "items", ("items", "kohasuomi", "public"))
            wanted = 'a building code for each library, as in { PORI = "2/Sata/p/pori/" }'
            self.branches: dict[str, str] = given.read("branches", {}, partial(msgspec.convert, type=BRANCHES), wanted)
        key = Grant(credentials=credentials_in(source), ask=self._ask_token, read=token)
        self.grant = None if self.through == "public" else key

    def collections(self) -> Iterable[Collection]:
        return ()  # copies are millions, and what they tell is old after a minute

    def probe(self) -> Fetch[int]:
        """How many libraries a page of one shows: that the key is good, and the shape as known."""
        path = "public/libraries" if self.grant is None else "libraries"
        return self._get(path, {"_per_page": "1"}, _libraries, statuses=(200,))

    def holds(self, key: str) -> bool:
        """Whether it can be asked about the copies of this record of the catalogue."""
        return key.startswith(self.catalogue) and NUMBER.fullmatch(key.removeprefix(self.catalogue)) is not None

    def copies(self, keys: Sequence[str], after: str | None = None) -> Wanted[Page[Copy]]:
        """The copies of these records, at most 20, in all libraries, by page. A record without any has none here."""
        if not 1 <= len(keys) <= self.MOST_RECORDS or not all(self.holds(key) for key in keys):
            raise ValueError(f"1 to {self.MOST_RECORDS} records of this catalogue can be asked for together")
        numbers = [key.removeprefix(self.catalogue) for key in keys]
        if self.through == "items":
            return self._of_all(numbers, int(after or "1"))
        page, _, left = (after or "1").partition(" ")
        return self._of_each(left.split() or numbers, int(page))

    def _of_all(self, numbers: Sequence[str], page: int) -> Fetch[Page[Copy]]:
        params = {
            "q": msgspec.json.encode({"biblio_id": [int(number) for number in numbers]}).decode(),  # any of these
            "_order_by": "+item_id",
            "_page": str(page),
            "_per_page": str(PER_PAGE),
        }
        parse = partial(self._copies, numbers=frozenset(numbers), page=page)
        return self._get("items", params, parse, numbers=numbers)

    def _of_each(self, numbers: Sequence[str], page: int) -> Joined[Page[Copy]]:
        """Each record on its own: `next` of the whole names those of which there is more."""
        one = self._available if self.through == "kohasuomi" else self._public
        return join([one(number, page) for number in numbers], merge=partial(_together, numbers=numbers, page=page))

    def _public(self, number: str, page: int) -> Fetch[Page[Copy]]:
        params = {"_order_by": "+item_id", "_page": str(page), "_per_page": str(PER_PAGE)}
        parse = partial(self._copies, numbers=frozenset({number}), page=page)
        return self._get(f"public/biblios/{number}/items", params, parse, numbers=[number])

    def _available(self, number: str, page: int) -> Fetch[Page[Copy]]:
        params = {"limit": str(PER_PAGE), "offset": str((page - 1) * PER_PAGE)}
        parse = partial(self._availabilities, number=number, page=page)
        path = f"contrib/kohasuomi/availability/biblios/{number}/search"
        return self._get(path, params, parse, numbers=[number])

    def _get(
        self,
        path: str,
        params: dict[str, str],
        parse: Callable[[Reply], T],
        *,
        numbers: Sequence[str] = (),
        statuses: Iterable[int] = (200, 404),
    ) -> Fetch[T]:
        tags = tuple(f"{CatalogueRecord.kind}:{self.catalogue}{number}" for number in numbers)
        asked = get(self.source, path, params, parse=parse, freshness=COPIES, statuses=statuses, tags=tags)
        return msgspec.structs.replace(asked, grant=self.grant)

    def _ask_token(self, credentials: str) -> Request:
        name, _, secret = credentials.partition(":")
        form = {"grant_type": "client_credentials", "client_id": name, "client_secret": secret}
        return Request(
            method="POST",
            url=f"{self.source.url}oauth/token",
            headers=(("Accept", "application/json"), ("Content-Type", "application/x-www-form-urlencoded")),
            body=urlencode(form).encode(),
        )

    def _copies(self, reply: Reply, *, numbers: frozenset[str], page: int) -> Page[Copy]:
        if reply.status == 404:
            return _none(reply)
        rows = reply.json(list[msgspec.Raw])
        told = reply.headers.get("x-total-count", "")
        seen = (page - 1) * PER_PAGE + len(rows)
        more = int(told) > seen if DIGITS.fullmatch(told) else len(rows) >= PER_PAGE
        return self._page(reply, rows, numbers, page, more=more)

    def _availabilities(self, reply: Reply, *, number: str, page: int) -> Page[Copy]:
        if reply.status == 404:
            return _none(reply)
        found = reply.json(_Availabilities)
        more = found.items_total > (page - 1) * PER_PAGE + len(found.item_availabilities)
        return self._page(reply, found.item_availabilities, frozenset({number}), page, more=more)

    def _page(
        self, reply: Reply, rows: Sequence[msgspec.Raw], numbers: frozenset[str], page: int, *, more: bool
    ) -> Page[Copy]:
        made, dropped = reply.rows(rows, _Item, partial(self._copy, numbers=numbers), key="item_id")
        # a page without rows is the last, whatever the count says
        return reply.page(made, sent=len(rows), dropped=dropped, next=str(page + 1) if more and rows else None)

    def _copy(self, item: _Item, *, numbers: frozenset[str]) -> Copy:
        if str(item.biblio_id) not in numbers:
            raise ValueError("a copy of none of the records that were asked for")
        library = item.holding_library_id or item.home_library_id
        if library is None:
            raise ValueError("a copy in no library")
        plugin = item.availability
        if self.through == "kohasuomi" and plugin is None:
            raise ValueError("no availability, which the plugin is asked for")
        return Copy(
            records=(f"{self.catalogue}{item.biblio_id}",),
            branch=self.branches.get(library, library),
            state=state_of(item),
            due_at=plugin.due_at if plugin is not None else None,
            shelf=shelf_of(item.location, item.callnumber),
        )


def state_of(item: _Item) -> HoldingState:
    """In when it is not lent, its four statuses are 0 and the plugin, if it was asked, agrees."""
    plugin = item.availability
    if item.lost_status or item.damaged_status or item.withdrawn or item.not_for_loan_status not in (0, ON_THE_SPOT):
        return HoldingState.UNAVAILABLE
    if item.checked_out_date is not None or (plugin is not None and CHECKED_OUT in plugin.unavailabilities):
        return HoldingState.ON_LOAN
    if item.not_for_loan_status == ON_THE_SPOT:
        return HoldingState.REFERENCE_ONLY
    return HoldingState.AVAILABLE if plugin is None or plugin.available else HoldingState.UNAVAILABLE


def _together(pages: Sequence[Page[Copy]], *, numbers: Sequence[str], page: int) -> Page[Copy]:
    left = [number for number, one in zip(numbers, pages, strict=True) if one.next is not None]
    return Page(
        items=tuple(copy for one in pages for copy in one.items),
        dropped=tuple(lost for one in pages for lost in one.dropped),
        next=f"{page + 1} {' '.join(left)}" if left else None,
    )


def _none(reply: Reply) -> Page[Copy]:
    reply.json(_Error)  # another 404 is a wrong address, not a record without copies
    return reply.page(())


def _libraries(reply: Reply) -> int:
    return len(reply.json(list[_Library]))


class _CheckedOut(msgspec.Struct):
    due_date: str | None = None


class _Availability(msgspec.Struct):
    available: bool
    unavailabilities: dict[str, msgspec.Raw]

    @property
    def due_at(self) -> datetime | None:
        told = self.unavailabilities.get(CHECKED_OUT)
        return instant(msgspec.json.decode(told, type=_CheckedOut).due_date) if told is not None else None


class _Item(msgspec.Struct):
    """No default for what decides whether it is in: a public endpoint that hides it must not make a copy look good."""

    item_id: int
    biblio_id: int
    not_for_loan_status: int
    lost_status: int
    damaged_status: int
    withdrawn: int
    checked_out_date: str | None
    holding_library_id: Annotated[str, msgspec.Meta(min_length=1, max_length=80)] | None = None
    home_library_id: Annotated[str, msgspec.Meta(min_length=1, max_length=80)] | None = None
    callnumber: str | None = None
    location: str | None = None
    availability: _Availability | None = None


class _Availabilities(msgspec.Struct):
    items_total: int
    item_availabilities: list[msgspec.Raw]


class _Library(msgspec.Struct):
    library_id: str


class _Error(msgspec.Struct):
    error: str
