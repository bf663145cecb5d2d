"""Linked Events' stand-in: paths, lists and their defaults, references and includes, redirects, error bodies.

`asked.py` has the filters of events, `rows.py` what is kept. Links begin with the request's own host, as in the real
register. Left out: writes (401 for everyone), `v0.1`, answers in docx, headers of caching (the real one sends none).
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, quote, urlencode

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.sandbox.linkedevents.asked import listed, ordered
from hub.sandbox.linkedevents.asked_about import TEXTS
from hub.sandbox.linkedevents.asked_kind import descendants
from hub.sandbox.linkedevents.asked_where import in_divisions
from hub.sandbox.linkedevents.parameters import HELSINKI, Params, Refused, ids, refused, truth, yes
from hub.sandbox.linkedevents.projection import etrs_tm35fin
from hub.sandbox.linkedevents.register import Register, holds
from hub.sandbox.linkedevents.rows import TYPES, Row, Rows
from hub.sandbox.standin import Now

MOST, USUAL = {"image": 1000}, {"image": 1000}  # rows a page; 100 and 20 elsewhere
LISTS = ("keyword", "keyword_set", "place", "language", "organization", "image", "event")
CLOSED = ("data_source", "organization_class", "user", "signup", "signup_group")  # to anonymous callers
ROOT = (*LISTS, "search", "user", "registration", "signup", "signup_group", "seats_reservation")
NAMES = {"event": "Event", "place": "Place", "keyword": "Keyword"}
EXPANDED_ONCE = frozenset({"super_event", "sub_events", "registration"})
ONE_REFERENCE = {"location": "place", "super_event": "event", "registration": "registration"}
MANY_REFERENCES = {"keywords": "keyword", "audience": "keyword", "in_language": "language", "sub_events": "event"}
OF_THE_SEARCH = ("headline", "secondary_headline")  # two more texts in its answers, always null
DELETED = {"fi": "POISTETTU", "sv": "RADERAD", "en": "DELETED"}
NO_CREDENTIALS = "Autentikaatiotunnuksia ei annettu."
BAD_KEY = (
    "Provided API key does not match any organization on record. Please contact the API support staff to obtain a "
    "valid API key and organization identifier for POSTing your events."
)
NOT_FOUND_PAGE = b'<!doctype html>\n<html lang="en"><title>Not Found</title><h1>Not Found</h1></html>\n'
JSON_TYPES = ("application/json", "application/ld+json")


def app(rows: Rows, now: Now) -> Starlette:
    async def answer(request: Request) -> Response:
        try:
            return _negotiated(request, _answer(request, rows, now()))
        except Refused as error:
            headers = {"WWW-Authenticate": "Api key authentication failed."} if error.status == 401 else {}
            return _json(error.body, error.status, headers)

    methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    return Starlette(routes=[Route("/{path:path}", answer, methods=methods)])


def _json(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(
        msgspec.json.encode(body),
        status,
        {"Vary": "Accept, origin", **(headers or {})},
        media_type="application/json; charset=utf-8",
    )


def _redirect(status: int, location: str) -> Response:
    return Response(b"", status, {"Location": location}, media_type="text/html; charset=utf-8")


def _negotiated(request: Request, response: Response) -> Response:
    """JSON unless JSON-LD is asked for; a browser gets a page."""
    accepted = [part.split(";")[0].strip() for part in request.headers.get("accept", "*/*").split(",")]
    wanted = next((one for one in accepted if one in {*JSON_TYPES, "text/html", "*/*", "application/*"}), None)
    if wanted is None:
        raise Refused({"detail": "Ei voitu vastata pyynnön Accept-otsakkeen mukaisesti."}, 406)
    if response.headers["content-type"].startswith("application/json"):
        if wanted == "text/html":
            page = b"<!doctype html><title>Linked Events</title><pre>" + bytes(response.body).replace(b"<", b"&lt;")
            return Response(page, response.status_code, media_type="text/html; charset=utf-8")
        if wanted == "application/ld+json":
            response.headers["content-type"] = "application/ld+json"
    seen = f"{request.method} {request.url}"
    response.headers["X-Request-ID"] = str(uuid.uuid5(uuid.NAMESPACE_URL, seen))
    return response


def _answer(request: Request, rows: Rows, now: datetime) -> Response:
    path = request.path_params["path"]
    first, *rest = path.rstrip("/").split("/") if path else [""]
    known = {*ROOT, *CLOSED, *(("price_group",) if rows.web_store else ())}
    if (path and first not in known) or len(rest) > 2 or (len(rest) == 2 and (first, rest[1]) != ("image", "file")):
        return Response(NOT_FOUND_PAGE, 404, media_type="text/html; charset=utf-8")
    if path and not path.endswith("/"):
        query = f"?{request.url.query}" if request.url.query else ""
        return _redirect(301, f"{request.url.path}/{query}")
    if "apikey" in request.headers:
        raise Refused({"detail": BAD_KEY}, 401)
    if request.method not in {"GET", "HEAD"}:
        raise Refused({"detail": NO_CREDENTIALS}, 401)
    base = f"{request.url.scheme}://{request.url.netloc}{request.scope.get('root_path', '')}/"
    standin = _Standin(Register(rows, now), base, dict(request.query_params))
    if not path:
        return _json({name: f"{standin.base}{name}/" for name in ROOT})
    if first in CLOSED or first in {"price_group", "seats_reservation"} or (first == "registration" and not rest):
        raise Refused({"detail": NO_CREDENTIALS}, 401)
    if len(rest) == 2:
        return standin.file(rest[0])
    if rest:
        return standin.one(first, rest[0])
    return _json(standin.page(request, first))


class _Standin:
    """One request's answer: the register as it is now, the base of all links, the parameters."""

    def __init__(self, register: Register, base: str, params: Params) -> None:
        self.register = register
        self.rows = register.rows
        self.base = base
        self.params = params
        self.include = frozenset(ids(params.get("include", "")))

    def one(self, kind: str, id_: str) -> Response:
        """By id: 301 to what took its place, 410 for what was deleted, 404 for drafts and what there never was."""
        row = self.register.of(kind, int(id_) if kind in {"image", "registration"} and id_.isdigit() else id_)
        gone = self.rows.gone.get(kind, {})
        if row is not None and kind == "event" and row["deleted"]:
            gone = {id_: row["replaced_by"]}
        if id_ in gone:
            heir = gone[id_]
            if heir is not None:
                return _redirect(301, f"{self.base}{kind}/{quote(heir, safe=':')}/")
            raise Refused(
                {"detail": f"{NAMES[kind]} has been {'deprecated' if kind == 'keyword' else 'deleted'}."}, 410
            )
        if kind == "event" and id_ in self.rows.drafts:
            raise Refused({"detail": "Event does not exist"}, 404)
        if row is None:
            raise Refused({"detail": "Ei löydy."}, 404)
        return _json(self.shown(kind, row))

    def file(self, id_: str) -> Response:
        row = self.register.of("image", int(id_)) if id_.isdigit() else None
        if row is None:
            raise Refused({"detail": "Ei löydy."}, 404)
        return _redirect(302, row["url"])

    def page(self, request: Request, kind: str) -> dict[str, Any]:
        """The envelope: pages count from 1, one past the end does not exist, a size too large is cut."""
        found = self.found(kind)
        size = self._number("page_size", USUAL.get(kind, 20)) or USUAL.get(kind, 20)
        size = min(size, MOST.get(kind, 100))
        page = self._number("page", 1)
        last = max(1, -(-len(found) // size))
        if not 1 <= page <= last:
            raise Refused({"detail": "Epäkelpo sivu."}, 404)
        shown = found[(page - 1) * size : page * size]
        meta = {
            "count": len(found),
            "next": self._address(request, page + 1) if page < last else None,
            "previous": self._address(request, page - 1) if page > 1 else None,
        }
        return {"meta": meta, "data": [self.listed(kind, row) for row in shown]}

    def _number(self, name: str, usual: int) -> int:
        text = self.params.get(name, "")
        if not text and name == "page":
            return usual
        return int(text) if re.fullmatch(r"\d{1,9}", text) else (usual if name == "page_size" else 0)

    def _address(self, request: Request, page: int) -> str:
        query = parse_qs(request.url.query, keep_blank_values=True)
        query.pop("page", None)
        if page > 1:
            query["page"] = [str(page)]
        return f"{str(request.url).partition('?')[0]}?{urlencode(sorted(query.items()), doseq=True)}"

    # lists

    def found(self, kind: str) -> list[Row]:
        lists: dict[str, Callable[[], list[Row]]] = {
            "event": lambda: listed(self.register, self.params),
            "place": self._places,
            "keyword": self._keywords,
            "keyword_set": self._keyword_sets,
            "organization": self._organisations,
            "image": self._images,
            "language": self._languages,
            "search": self._search,
        }
        return lists[kind]()

    def _places(self) -> list[Row]:
        """Those with events, unless all are asked for."""
        rows: Iterable[Row] = self.rows.of("place")
        if not yes(self.params, "show_all_places"):
            rows = [row for row in rows if row["n_events"] > 0]
        rows = self._of_source([row for row in rows if yes(self.params, "show_deleted") or not row["deleted"]])
        if "has_upcoming_events" in self.params and truth("has_upcoming_events", self.params["has_upcoming_events"]):
            rows = [row for row in rows if row["has_upcoming_events"]]
        if division := self.params.get("division"):
            rows = [row for row in rows if in_divisions(row, ids(division), self.rows.municipality)]
        if text := self.params.get("text", self.params.get("filter")):
            rows = [row for row in rows if holds(row, ("name", "street_address"), text.lower())]
        fields = ("n_events", "id", "data_source", "postal_code")
        keys = {field: _own(field) for field in fields} | {
            field: _finnish(field) for field in ("name", "street_address")
        }
        return ordered(rows, self.params.get("sort"), keys, "-n_events,-data_source,name")

    def _keywords(self) -> list[Row]:
        """Those with events and not deprecated, unless asked otherwise."""
        rows = self._of_source(self.rows.of("keyword"))
        if not yes(self.params, "show_all_keywords"):
            rows = [row for row in rows if row["n_events"] > 0]
        if not yes(self.params, "show_deprecated"):
            rows = [row for row in rows if not row["deprecated"]]
        if "has_upcoming_events" in self.params and truth("has_upcoming_events", self.params["has_upcoming_events"]):
            rows = [row for row in rows if row["has_upcoming_events"]]
        if text := self.params.get("text", self.params.get("filter")):
            needle = text.lower()
            rows = [row for row in rows if any(needle in word.lower() for word in _words_of(row))]
        if text := self.params.get("free_text"):
            rows = [row for row in rows if max(_similarity(text, word) for word in _words_of(row)) >= 0.3]
        keys = {field: _own(field) for field in ("n_events", "id", "data_source")} | {"name": _finnish("name")}
        return ordered(rows, self.params.get("sort"), keys, "-data_source,-n_events,name")

    def _keyword_sets(self) -> list[Row]:
        rows = self.rows.of("keyword_set")
        if text := self.params.get("text"):
            needle = text.lower()
            rows = [row for row in rows if needle in row["id"] or holds(row, ("name",), needle)]
        keys = {"id": _own("id"), "usage": _own("usage"), "name": _finnish("name")}
        sort = self.params.get("sort", "")
        if unknown := [field for field in ids(sort) if field.removeprefix("-") not in keys]:
            raise refused(f"Unknown sort: {', '.join(unknown)}")
        return ordered(rows, sort, keys, "id")

    def _organisations(self) -> list[Row]:
        rows = self.rows.of("organization")
        if parent := self.params.get("parent"):
            under = descendants(self.rows, parent)
            rows = [row for row in rows if row["id"] in under]
        if child := self.params.get("child"):
            rows = [row for row in rows if child in descendants(self.rows, row["id"])]
        if dissolved := self.params.get("dissolved"):
            today = self.register.now.astimezone(HELSINKI).date().isoformat()
            wanted = truth("dissolved", dissolved)
            rows = [
                row
                for row in rows
                if (row["dissolution_date"] is not None and row["dissolution_date"] <= today) == wanted
            ]
        return list(rows)

    def _images(self) -> list[Row]:
        rows = self._of_source(self.rows.of("image"))
        if publisher := self.params.get("publisher"):
            rows = [row for row in rows if row["publisher"] in ids(publisher)]
        if text := self.params.get("text"):
            rows = [row for row in rows if text.lower() in f"{row['name']} {row['alt_text']}".lower()]
        keys = {field: _own(field) for field in ("id", "name", "last_modified_time")}
        return ordered(rows, self.params.get("sort"), keys, "-last_modified_time")

    def _languages(self) -> list[Row]:
        rows = self.rows.of("language")
        if service := self.params.get("service_language"):
            rows = [row for row in rows if row["service_language"] is truth("service_language", service)]
        return list(rows)

    def _search(self) -> list[Row]:
        """Without the real one's search engine: whole substrings, no order of rank."""
        needle = self.params.get("q") or self.params.get("input")
        if not needle:
            raise refused("Supply search terms with 'q=' or autocomplete entry with 'input='")
        types = ids(self.params.get("type", "event,place"))
        events: list[Row] = []
        if "event" in types:
            given = {name: self.params[name] for name in ("start", "end") if name in self.params}
            events = [row for row in listed(self.register, given) if holds(row, TEXTS, needle.lower())]
        places = [row for row in self.rows.of("place") if "place" in types and holds(row, ("name",), needle.lower())]
        return [*events, *places]

    def _of_source(self, rows: Sequence[Row]) -> list[Row]:
        wanted = self.params.get("data_source")
        return [row for row in rows if wanted is None or row["data_source"] in ids(wanted)]

    # rows as they are shown

    def listed(self, kind: str, row: Row) -> Row:
        if kind == "search":
            found = "event" if "event_status" in row else "place"
            texts = dict.fromkeys(OF_THE_SEARCH) if found == "event" else {}
            return {**self.shown(found, row), **texts, "resource_type": found, "score": 0}
        if kind == "event" and row["deleted"]:
            return {field: row[field] for field in ("id", "last_modified_time", "deleted", "replaced_by")} | {
                "name": DELETED
            }
        return self.shown(kind, row, in_list=True)

    def shown(self, kind: str, row: Row, *, in_list: bool = False, embedded: bool = False) -> Row:
        whole = dict(row)
        if kind == "event":
            self._references(whole, embedded=embedded)
            whole["images"] = [self.shown("image", image) for image in self._all("image", row["images"])]
            if self.rows.web_store:
                whole["offers"] = [{**offer, "offer_price_groups": []} for offer in row["offers"]]
        elif kind == "keyword_set":
            whole["keywords"] = [self._reference("keyword", id_, "keywords") for id_ in row["keywords"]]
        elif kind == "organization":
            for field in ("parent_organization", "replaced_by"):
                whole[field] = None if row[field] is None else self._link(kind, row[field])
            for field in ("sub_organizations", "affiliated_organizations"):
                whole[field] = [self._link(kind, id_) for id_ in row[field]]
            if self.rows.web_store and not in_list:
                whole |= {"web_store_merchants": [], "web_store_accounts": []}
        elif kind == "registration":
            whole["event"] = {"@id": self._link("event", row["event"])}
            if self.rows.web_store:
                whole |= {"registration_merchant": None, "registration_price_groups": [], "registration_account": None}
        elif kind == "image" and yes(self.params, "use_image_proxy") and not row["url"].startswith(self._origin()):
            whole["url"] = f"{self._link('image', row['id'])}file/"
        elif kind == "place" and self.params.get("srid") == "3067" and row["position"] is not None:
            whole["position"] = {"type": "Point", "coordinates": list(etrs_tm35fin(*row["position"]["coordinates"]))}
        whole["@id"] = self._link(kind, row["id"])
        return whole | {"@context": "http://schema.org", "@type": TYPES[kind]}

    def _references(self, event: Row, *, embedded: bool) -> None:
        """Links, or whole objects for what `include` names; those that lead to events expand one level only."""
        for field, kind in ONE_REFERENCE.items():
            if event[field] is not None:
                event[field] = self._reference(kind, event[field], field, embedded=embedded)
        for field, kind in MANY_REFERENCES.items():
            # the real one gives words and languages in no order at all
            order = event[field] if kind == "event" else sorted(event[field])
            event[field] = [self._reference(kind, id_, field, embedded=embedded) for id_ in order]

    def _reference(self, kind: str, id_: str | int, field: str, *, embedded: bool = False) -> Row:
        row = self.register.of(kind, id_)
        if row is None or field not in self.include or (embedded and field in EXPANDED_ONCE):
            return {"@id": self._link(kind, id_)}
        return self.shown(kind, row, embedded=True)

    def _all(self, kind: str, wanted: Iterable[str | int]) -> Iterable[Row]:
        return (row for id_ in wanted if (row := self.register.of(kind, id_)) is not None)

    def _link(self, kind: str, id_: str | int) -> str:
        return f"{self.base}{kind}/{id_}/"

    def _origin(self) -> str:
        return "/".join(self.base.split("/", 3)[:3])


def _own(field: str) -> Callable[[Row], Any]:
    return lambda row: row[field]


def _finnish(field: str) -> Callable[[Row], Any]:
    return lambda row: (row[field] or {}).get("fi")


def _words_of(keyword: Row) -> list[str]:
    return [*(keyword["name"] or {}).values(), *keyword["alt_labels"]]


def _similarity(one: str, other: str) -> float:
    """Trigrams in common, as the database counts them."""
    mine, theirs = _trigrams(one), _trigrams(other)
    return len(mine & theirs) / len(mine | theirs) if mine | theirs else 0.0


def _trigrams(text: str) -> set[str]:
    words = (f"  {word} " for word in re.findall(r"\w+", text.lower()))
    return {word[start : start + 3] for word in words for start in range(len(word) - 2)}
