"""The contract's samples: as the stand-in's documents, and as the requests that they answer."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import msgspec

from hub.sandbox.decisions.standin import Rows
from hub.sandbox.standin import Recording

SAMPLES: Final = Path(__file__).parent / "samples"
DATED: Final[dict[str, Any]] = {"exists": {"field": "meeting_date"}}


def recorded() -> Rows:
    hits = [hit for page in ("page1", "page2") for hit in _read(f"paatokset_search_{page}")["hits"]["hits"]]
    return Rows(documents=tuple((hit["_id"], hit["fields"]) for hit in hits))


def recordings() -> Iterable[Recording]:
    """All that are answers. The kept request finds fewer than the constructed pages show (they hold a case without its
    words): the pages are asked for by date, two at a time, as they were put together.
    """
    yield _recording("paatokset_search_page1", _body(DATED, skip=0))
    yield _recording("paatokset_search_page2", _body(DATED, skip=2))
    yield _recording("paatokset_search_empty", _body({"term": {"organization_type": "Jaosto"}}, skip=0))
    yield _recording("paatokset_error_400", _body({"matchx": {}}, skip=0), status=400)


def kept_request() -> bytes:
    """The contract's own body: it has to be understood."""
    return (SAMPLES / "paatokset_search_request_body.json").read_bytes()


def _body(query: dict[str, Any], *, skip: int) -> dict[str, Any]:
    first = _read("paatokset_search_page1")["hits"]["hits"][0]
    return {
        "_source": False,
        "from": skip,
        "size": 2,
        "query": {"bool": {"filter": [query]}},
        "sort": [{"_score": "desc"}, {"meeting_date": "asc"}],
        "fields": list(first["fields"]),
        "aggs": {"total_issues": {"cardinality": {"field": "unique_issue_id"}}},
    }


def _recording(name: str, body: dict[str, Any], *, status: int = 200) -> Recording:
    return Recording(
        name=name,
        method="POST",
        path="/paatokset_decisions/_search",
        headers=(("Content-Type", "application/json"),),
        body=msgspec.json.encode(body),
        status=status,
        content_type="application/json",
        answer=(SAMPLES / f"{name}.json").read_bytes(),
    )


def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode((SAMPLES / f"{name}.json").read_bytes())
    return found
