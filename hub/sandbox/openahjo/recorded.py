"""The contract's samples: as the stand-in's rows, and as the requests that they answer."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from hub.sandbox.openahjo.standin import Row, Rows
from hub.sandbox.standin import Recording

SAMPLES: Final = Path(__file__).parent / "samples"
OF_VALLILA: Final = {"districts__name": "Vallila", "format": "json", "limit": "2"}


def recorded() -> Rows:
    return Rows(
        issues=tuple(issue for page in ("page1", "page2") for issue in _read(f"openahjo_issue_list_{page}")["objects"])
    )


def recordings() -> Iterable[Recording]:
    """All of the list and of the search. The texts of decisions (agenda_item/) are not here: nobody asks for them."""
    yield _recording("openahjo_issue_list_page1", "/issue/", OF_VALLILA)
    yield _recording("openahjo_issue_list_page2", "/issue/", {**OF_VALLILA, "offset": "2"})
    yield _recording("openahjo_issue_list_empty", "/issue/", {"districts__name": "Atlantis", "limit": "2"})
    summary = (("objects.0.summary", "the same case has a summary in the list's sample and none in this one"),)
    yield _recording("openahjo_issue_search", "/issue/search/", {"text": "asemakaavan"}, loose=summary)
    error = _read("openahjo_error_404.txt")
    yield Recording(
        name="openahjo_error_404.txt",
        path="/issue/search/",
        query="page=9",
        status=error["status"],
        content_type="text/plain",
        answer=error["body"].encode(),
    )


def _recording(name: str, path: str, params: dict[str, str], *, loose: tuple[tuple[str, str], ...] = ()) -> Recording:
    return Recording(
        name=name,
        path=path,
        query=urlencode(params),
        status=200,
        content_type="application/json",
        answer=(SAMPLES / f"{name}.json").read_bytes(),
        loose=loose,
    )


def _read(name: str) -> Row:
    row: dict[str, Any] = msgspec.json.decode((SAMPLES / f"{name}.json").read_bytes())
    return row
