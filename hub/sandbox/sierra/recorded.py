"""The contract's samples: as the stand-in's rows, and as the requests that they answer."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from hub.sandbox.sierra.standin import Row, Rows
from hub.sandbox.standin import Recording

SAMPLES: Final = Path(__file__).parent / "samples"
CREDENTIALS: Final = "key:secret"


def recorded() -> Rows:
    return Rows(
        items=tuple(_entries("items_*.json")),
        bibs=tuple(_entries("bibs_by_id.json")),
        branches=tuple(_entries("branches.json")),
        credentials=CREDENTIALS,
        tokens=frozenset({_read(SAMPLES / "token.json")["access_token"]}),
    )


def recordings() -> Iterable[Recording]:
    """All of them."""
    yield Recording(
        name="token",
        method="POST",
        path="/token",
        headers=(
            ("Authorization", f"Basic {b64encode(CREDENTIALS.encode()).decode()}"),
            ("Content-Type", "application/x-www-form-urlencoded"),
        ),
        body=b"grant_type=client_credentials",
        status=200,
        content_type="application/json",
        answer=(SAMPLES / "token.json").read_bytes(),
    )
    yield _recording("items_bib_2280900_page1", "items", "bibIds=2280900&limit=5&offset=0")
    yield _recording("items_bib_2280900_page2", "items", "bibIds=2280900&limit=5&offset=5")
    yield _recording("items_drill", "items", "bibIds=9100001")
    yield _recording("bibs_by_id", "bibs", "id=2280900,1666007")
    yield _recording("bibs_search", "bibs/search", "text=tuntematon%20sotilas")
    yield _recording("branches", "branches", "limit=10000")
    yield _recording("empty_items_404", "items", "bibIds=1", status=404)
    yield _recording("error_bad_parameter_400", "items", "bibIds=2280900&limit=five", status=400)
    yield _recording("error_unauthorized_401", "items", "bibIds=2280900", status=401, token="expired")  # noqa: S106 - none


def _recording(name: str, path: str, query: str, *, status: int = 200, token: str | None = None) -> Recording:
    good = _read(SAMPLES / "token.json")["access_token"]
    return Recording(
        name=name,
        path=f"/v6/{path}",
        query=query,
        headers=(("Authorization", f"Bearer {token or good}"),),
        status=status,
        content_type="application/json",
        answer=(SAMPLES / f"{name}.json").read_bytes(),
    )


def _entries(pattern: str) -> Iterator[Row]:
    for path in sorted(SAMPLES.glob(pattern)):
        yield from _read(path)["entries"]


def _read(path: Path) -> dict[str, Any]:
    return msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
