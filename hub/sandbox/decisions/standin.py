"""The search index of paatokset.hel.fi as its proxy lets one ask: a part of Elasticsearch's query DSL.

Paths          GET and POST /paatokset_decisions/_search; anything else is refused
Query          bool with filter and must, of exists, term, terms, range (dates), match_all, simple_query_string
Answer         `fields`, each an array, of those asked for; sort values, moments as epoch milliseconds; collapse by a
               field; cardinality aggregations; from + size within 10 000
Left out       _source, inner_hits, _msearch, function_score, other indexes: nobody here asks for them
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any, TypeAlias

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from hub.sandbox.standin import Now

Row: TypeAlias = "dict[str, Any]"
Test: TypeAlias = Callable[[Row], bool]
INDEX = "paatokset_decisions"
FURTHEST = 10_000
SCORE = 12.3  # every hit is as good as any other here
WORD = re.compile(r"\w+")


class Rows(msgspec.Struct, frozen=True, kw_only=True):
    """Documents: `_id` and the fields, each a list."""

    documents: tuple[tuple[str, dict[str, list[Any]]], ...] = ()


class Refused(Exception):
    """A query that the index can't run."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.kind, self.reason = kind, reason


def app(rows: Rows, now: Now) -> Starlette:  # noqa: ARG001 - every stand-in has a clock; the index knows no now
    async def search(request: Request) -> Response:
        raw = await request.body()
        try:
            body = msgspec.json.decode(raw, type=dict[str, Any]) if raw.strip() else {}
        except msgspec.MsgspecError as error:
            raise Refused("parsing_exception", "no object") from error
        return JSONResponse(_answer(rows, body))

    def forbidden(_: Request) -> Response:
        return PlainTextResponse("Forbidden\n", 403)

    return Starlette(
        routes=[
            Route(f"/{INDEX}/_search", search, methods=["GET", "POST"]),
            Route("/{rest:path}", forbidden, methods=["GET", "POST", "PUT", "DELETE"]),
        ],
        exception_handlers={Refused: _refused},
    )


def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    cause = {"type": error.kind, "reason": error.reason, "line": 1, "col": 20}
    return JSONResponse({"error": {"root_cause": [cause], **cause}, "status": 400}, 400)


def _answer(rows: Rows, body: Row) -> Row:
    first, size = int(body.get("from", 0)), int(body.get("size", 10))
    if first + size > FURTHEST:
        raise Refused("illegal_argument_exception", f"Result window is too large, from + size must be <= {FURTHEST}")
    fits = _query(body.get("query", {"match_all": {}}))
    found = [(id_, fields) for id_, fields in rows.documents if fits(fields)]
    total = len(found)
    order = [(name, str(way)) for each in body.get("sort", []) for name, way in each.items()]
    for name, way in reversed(order):
        found.sort(key=lambda one: _sort_key(one[1], name), reverse=way == "desc")
    distinct = {name: _distinct(found, agg) for name, agg in body.get("aggs", {}).items()}
    if "collapse" in body:
        firsts: dict[object, tuple[str, Row]] = {}
        for one in found:
            firsts.setdefault(_sort_value(one[1], body["collapse"]["field"]), one)
        found = list(firsts.values())
    is_scored = not order or any(name == "_score" for name, _ in order)
    answer: Row = {
        "took": 5,
        "timed_out": False,
        "_shards": {"total": 1, "successful": 1, "skipped": 0, "failed": 0},
        "hits": {
            "total": {"value": total, "relation": "eq"},
            "max_score": None,
            "hits": [
                {
                    "_index": INDEX,
                    "_id": id_,
                    "_score": SCORE if is_scored else None,
                    "fields": {name: fields[name] for name in body.get("fields", []) if name in fields},
                    **({"sort": [_sort_value(fields, name) for name, _ in order]} if order else {}),
                }
                for id_, fields in found[first : first + size]
            ],
        },
    }
    return answer | ({"aggregations": distinct} if distinct else {})


def _query(query: Row) -> Test:
    ((kind, how),) = query.items()
    match kind:
        case "match_all":
            return lambda _: True
        case "bool":
            tests = [_query(each) for part in ("filter", "must") for each in how.get(part, [])]
            return lambda fields: all(test(fields) for test in tests)
        case "exists":
            return lambda fields: bool(fields.get(how["field"]))
        case "term" | "terms":
            ((name, wanted),) = how.items()
            words = set(wanted) if isinstance(wanted, list) else {wanted}
            return lambda fields: not words.isdisjoint(fields.get(name, ()))
        case "range":
            ((name, limits),) = how.items()
            return lambda fields: any(_within(value, limits) for value in fields.get(name, ()))
        case "simple_query_string":
            names = [name.partition("^")[0] for name in how["fields"]]
            wanted_words = [word.lower() for word in WORD.findall(how["query"])]
            return lambda fields: _holds(fields, names, wanted_words)
        case _:
            raise Refused("parsing_exception", f"unknown query [{kind}]")


def _holds(fields: Row, names: Sequence[str], wanted: Sequence[str]) -> bool:
    """All words, by their beginnings: the real index stems."""
    words = [word.lower() for name in names for text in fields.get(name, ()) for word in WORD.findall(text)]
    return all(any(word.startswith(part) for word in words) for part in wanted)


def _within(moment: str, limits: Row) -> bool:
    """Dates count whole: `lte` takes in the last of its day, by UTC."""
    day = _moment(moment).date()
    low, high = limits.get("gte"), limits.get("lte")
    return (low is None or day >= date.fromisoformat(low)) and (high is None or day <= date.fromisoformat(high))


def _sort_value(fields: Row, name: str) -> Any:
    if name == "_score":
        return SCORE
    value = next(iter(fields.get(name, ())), None)
    return int(_moment(value).timestamp() * 1000) if name == "meeting_date" and value is not None else value


def _sort_key(fields: Row, name: str) -> tuple[bool, Any]:
    value = _sort_value(fields, name)
    return value is None, value if value is not None else 0


def _distinct(found: Sequence[tuple[str, Row]], aggregation: Row) -> Row:
    name = aggregation["cardinality"]["field"]
    return {"value": len({_sort_value(fields, name) for _, fields in found} - {None})}


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
