"""A stand-in for Finna's API: search with filters, facets, fields and paging, records by id, and covers.

The mount is the host's root: the API lies at /v1/ (and /api/v1/), covers at /Cover/Show.
Not there: merging of records (every row is a work of its own), JSONP, and the crawler check of the front proxy.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qsl, urlencode

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.sandbox.finna.query import InvalidSearch, compiled, folded
from hub.sandbox.standin import Now

Row: TypeAlias = "dict[str, Any]"  # a record as the wire has it, every field that may be asked for
Params: TypeAlias = "list[tuple[str, str]]"

DEFAULT_FIELDS: Final = (
    "buildings", "formats", "id", "imageRights", "images", "languages", "nonPresenterAuthors", "onlineUrls",
    "presenters", "rating", "series", "subjects", "title", "urls",
)  # fmt: skip
FILTER: Final = re.compile(r'([~-]?)([\w.]+):("?)(.*)\3', re.DOTALL)
RANGE: Final = re.compile(r"\[(\*|\d{1,4}) TO (\*|\d{1,4})\]")
HIERARCHICAL: Final = frozenset({"building", "format", "sector_str_mv", "category_str_mv"})
LANGUAGES: Final = frozenset({"fi", "sv", "en-gb", "se"})
SIZES: Final = frozenset({"small", "medium", "large", "master"})
MOST_VALUES: Final = 30  # of a flat facet
FURTHEST: Final = 100_000  # page × limit
MOST: Final = 100


class Rows(msgspec.Struct, frozen=True):
    """`labels`: translations of building, format and language codes; without one a row's own (Finnish) label stands."""

    records: tuple[Row, ...]
    labels: Mapping[str, Mapping[str, str]] = {}


def app(rows: Rows, now: Now) -> Starlette:  # noqa: ARG001 - the catalogue doesn't know what day it is
    by_id = {str(row["id"]): row for row in rows.records}
    indexed = [(row, folded(_text(row))) for row in rows.records]

    async def search(request: Request) -> Response:
        return _search(await _params(request), indexed, rows.labels)

    async def record(request: Request) -> Response:
        return _record(await _params(request), by_id, rows.labels)

    async def cover(request: Request) -> Response:
        if request.query_params.get("size", "small") not in SIZES:
            return Response("Invalid size", status_code=400, media_type="text/plain")
        return Response(_picture(request.query_params.get("id", "")), media_type="image/png")

    routes = [Route("/Cover/Show", cover)]
    for base in ("/v1", "/api/v1"):
        for path, endpoint in (("/search", search), ("/record", record)):
            routes.append(Route(base + path, endpoint, methods=["GET", "POST"]))
            routes.append(Route(base + path, _preflight, methods=["OPTIONS"]))
    return Starlette(routes=routes)


async def _preflight(request: Request) -> Response:  # noqa: ARG001 - the same for every request
    return Response(status_code=204, headers={"Access-Control-Allow-Origin": "*"})


async def _params(request: Request) -> Params:
    """From the address, or a form with the same names."""
    form = (await request.body()).decode() if request.method == "POST" else ""
    return [
        (re.sub(r"\[\d*\]$", "[]", name), value)
        for text in (request.url.query, form)
        for name, value in parse_qsl(text, keep_blank_values=True)
    ]


def _search(params: Params, indexed: Sequence[tuple[Row, str]], labels: Mapping[str, Mapping[str, str]]) -> Response:
    limit_text = _last(params, "limit", "20")
    if not limit_text.isdecimal() or int(limit_text) > MOST:
        return _error("Invalid limit")
    limit = int(limit_text)
    page_text = _last(params, "page", "1")
    page = max(1, int(page_text)) if page_text.isdecimal() else 1
    if limit and page * limit > FURTHEST:
        page = FURTHEST // limit
    try:
        wanted = compiled(_last(params, "lookfor", ""))
    except InvalidSearch:
        return _error("Invalid search")
    filters = [_filter(text) for text in _all(params, "filter[]")]
    found = [row for row, text in indexed if _scoped(params, row, text, wanted) and _passes(row, filters)]
    found = _sorted(found, _last(params, "sort", "relevance"))
    shown = found[(page - 1) * limit : page * limit] if limit else []
    translate = _translator(params, labels)
    answer: Row = {"resultCount": len(found)}
    if shown and (fields := _fields(params)):
        answer["records"] = [_shown(row, fields, translate) for row in shown]
    if found and (facets := dict(_facets(params, found, filters, translate))):
        answer["facets"] = facets
    return _json({**answer, "status": "OK"}, params)


def _record(params: Params, by_id: Mapping[str, Row], labels: Mapping[str, Mapping[str, str]]) -> Response:
    ids = [value for name, value in params if name in {"id", "id[]"} and value]
    if not ids:
        return _error("Missing id")
    found = [by_id[id_] for id_ in ids if id_ in by_id]
    if not found:
        return _error("Error loading record")
    answer: Row = {"resultCount": len(found)}
    if fields := _fields(params):
        translate = _translator(params, labels)
        answer["records"] = [_shown(row, fields, translate) for row in found]
    return _json({**answer, "status": "OK"}, params)


def _all(params: Params, name: str) -> list[str]:
    return [value for own, value in params if own == name]


def _last(params: Params, name: str, default: str) -> str:
    values = _all(params, name)
    return values[-1] if values else default


def _fields(params: Params) -> tuple[str, ...]:
    """Any field[] replaces the default set; a single empty one asks for none."""
    asked = _all(params, "field[]")
    return tuple(name for name in asked if name) if asked else DEFAULT_FIELDS


_Translate: TypeAlias = Callable[[str, str | None], str]


def _translator(params: Params, labels: Mapping[str, Mapping[str, str]]) -> _Translate:
    language = _last(params, "lng", "fi")
    if language not in LANGUAGES:
        language = "fi"

    def translate(code: str, own: str | None) -> str:
        texts = labels.get(code, {})
        return texts.get(language) or own or texts.get("fi") or code

    return translate


def _shown(row: Row, fields: Iterable[str], translate: _Translate) -> Row:
    """The fields asked for; what is null, "" or false is left out, true is 1, an empty list stays."""
    out: Row = {}
    for name in fields:
        value = row.get(name)
        if value is None or value == "" or value is False:
            continue
        if name in {"buildings", "formats", "institutions", "sectors", "source"}:
            value = [
                {"value": one["value"], "translated": translate(one["value"], one.get("translated"))} for one in value
            ]
        out[name] = 1 if value is True else value
    return out


def _text(row: Row) -> str:
    """What AllFields looks in."""
    return " ".join(part for type_ in ("Title", "Author", "Subject", "ISN") for part in _searched(row, type_))


def _searched(row: Row, type_: str) -> Iterator[str]:
    match type_:
        case "Title":
            yield str(row.get("title") or "")
        case "Author":
            yield from _authors(row)
        case "Subject":
            yield from _topics(row)
        case "ISN":
            for number in [*(row.get("isbns") or []), row.get("cleanIsbn") or ""]:
                yield from (number, number.replace("-", ""))
        case _:
            yield _text(row)


def _scoped(params: Params, row: Row, text: str, wanted: Callable[[str], bool]) -> bool:
    type_ = _last(params, "type", "AllFields")
    return wanted(text if type_ == "AllFields" else folded(" ".join(_searched(row, type_))))


def _authors(row: Row) -> list[str]:
    return [author["name"] for author in row.get("nonPresenterAuthors") or []]


def _topics(row: Row) -> list[str]:
    return [part for subject in row.get("subjects") or [] for part in subject]


def _codes(row: Row, field: str) -> list[str]:
    return [one["value"] for one in row.get(field) or []]


# The index's fields, beside the records' own names
INDEX: Final[dict[str, Callable[[Row], list[str]]]] = {
    "building": lambda row: _codes(row, "buildings"),
    "format": lambda row: _codes(row, "formats"),
    "sector_str_mv": lambda row: _codes(row, "sectors"),
    "language": lambda row: list(row.get("languages") or []),
    "main_date_str": lambda row: [row["year"]] if row.get("year") else [],
    "topic_facet": _topics,
    "author_facet": _authors,
    "genre_facet": lambda row: list(row.get("genres") or []),
    "online_boolean": lambda row: ["1"] if row.get("onlineUrls") else [],
    "id": lambda row: [row["id"]],
}


class _Filter(msgspec.Struct, frozen=True):
    sign: str  # "", "~" (any of the same field), "-" (not)
    field: str
    value: str


def _filter(text: str) -> _Filter:
    match = FILTER.fullmatch(text)
    return _Filter(match[1], match[2], match[4]) if match else _Filter("", "", text)


def _passes(row: Row, filters: Sequence[_Filter]) -> bool:
    any_of: dict[str, bool] = {}
    for one in filters:
        if one.field.startswith("finna."):  # a switch of the search, not a field
            continue
        holds = _holds(row, one)
        if one.sign == "~":
            any_of[one.field] = any_of.get(one.field, False) or holds
        elif holds == (one.sign == "-"):
            return False
    return all(any_of.values())


def _holds(row: Row, one: _Filter) -> bool:
    """Exact and case-sensitive; a field that the index lacks holds nothing."""
    if one.field == "search_daterange_mv":
        limits, year = RANGE.fullmatch(one.value), str(row.get("year") or "")
        if limits is None or not year.isdecimal():
            return False
        return (limits[1] == "*" or int(limits[1]) <= int(year)) and (limits[2] == "*" or int(year) <= int(limits[2]))
    values = INDEX.get(one.field)
    return values is not None and one.value in values(row)


def _sorted(rows: list[Row], order: str) -> list[Row]:
    """Relevance is the order that the rows came in."""
    id_ = partial(_string, field="id")
    match order:
        case "title,id asc":
            return sorted(rows, key=lambda row: (folded(_string(row, "title")), id_(row)))
        case "author,id asc":
            return sorted(rows, key=lambda row: (folded("".join(_authors(row)[:1])) or "\uffff", id_(row)))
        case "main_date_str desc":
            return sorted(rows, key=partial(_string, field="year"), reverse=True)
        case "main_date_str asc":
            return sorted(rows, key=partial(_string, field="year"))
        case _:
            return rows


def _string(row: Row, field: str) -> str:
    return str(row.get(field) or "")


def _facets(
    params: Params, found: Sequence[Row], filters: Sequence[_Filter], translate: _Translate
) -> Iterator[tuple[str, list[Row]]]:
    kept = [text.partition(":") for text in _all(params, "facetFilter[]")]
    for field in dict.fromkeys(_all(params, "facet[]")):
        if field not in INDEX:
            continue
        own_labels = _labels(found, field)
        counts: dict[str, int] = {}
        for row in found:
            for value in dict.fromkeys(INDEX[field](row)):
                counts[value] = counts.get(value, 0) + 1
        items = [
            _item(params, _Filter("", field, value), count, filters, translate(value, own_labels.get(value)))
            for value, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        ]
        patterns = [re.compile(regex) for name, _, regex in kept if name == field]
        if patterns:
            wanted = [str(item["value"]) for item in items if any(p.search(str(item["value"])) for p in patterns)]
            items = [item for item in items if any(_is_above_or_at(str(item["value"]), value) for value in wanted)]
        yield field, _tree(items) if field in HIERARCHICAL else items[:MOST_VALUES]


def _labels(found: Sequence[Row], field: str) -> dict[str, str]:
    source = {"building": "buildings", "format": "formats", "sector_str_mv": "sectors"}.get(field)
    if source is None:
        return {}
    return {one["value"]: one["translated"] for row in found for one in row.get(source) or [] if "translated" in one}


def _item(params: Params, own: _Filter, count: int, filters: Sequence[_Filter], translated: str) -> Row:
    """`own`: the filter that would keep this value only."""
    query = [(name, text) for name, text in params if name not in {"page", "facet[]", "field[]"}]
    item: Row = {
        "value": own.value,
        "translated": translated,
        "count": count,
        "href": "?" + urlencode([*query, ("filter[]", f'{own.field}:"{own.value}"')]),
    }
    if any(one.field == own.field and one.value == own.value and one.sign != "-" for one in filters):
        item["isApplied"] = 1
    return item


def _is_above_or_at(outer: str, inner: str) -> bool:
    return inner.partition("/")[2].startswith(outer.partition("/")[2])


def _tree(items: Sequence[Row]) -> list[Row]:
    """Each under the one whose code is the beginning of its own, one level up."""
    by_chain = {str(item["value"]).partition("/")[2]: item for item in items}
    top: list[Row] = []
    for item in items:
        chain = str(item["value"]).partition("/")[2]
        outer = by_chain.get(re.sub(r"[^/]+/$", "", chain))
        (top if outer is None else outer.setdefault("children", [])).append(item)
    return top


def _json(answer: Row, params: Params) -> Response:
    body = msgspec.json.encode(answer)
    if _last(params, "prettyPrint", "") in {"1", "true"}:
        body = msgspec.json.format(body, indent=4)
    return Response(body, media_type="application/json", headers={"Access-Control-Allow-Origin": "*"})


def _error(message: str) -> Response:
    body = msgspec.json.encode({"status": "ERROR", "statusMessage": message})
    return Response(body, 400, media_type="application/json", headers={"Access-Control-Allow-Origin": "*"})


def _picture(id_: str) -> bytes:
    """A small PNG of one colour, the same for the same record."""
    colour = struct.pack(">I", zlib.crc32(id_.encode()))[:3]
    width, height = 8, 12
    pixels = (b"\0" + colour * width) * height

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b"")
