"""What a stand-in is: a Starlette app that speaks one upstream's wire format, over rows in that upstream's own shape.

Each lives in `hub/sandbox/<upstream>/`:

    standin.py    `def app(rows: Rows, now: Now) -> Starlette`: paths, parameters, filters, paging, errors, odd defaults
    made.py       `def made(city: City) -> Rows`: the made city in this upstream's shapes
    recorded.py   `recorded() -> Rows` and `recordings() -> Iterable[Recording]`: the contract's samples, as data
                  for the stand-in and as requests with the answers that the real software gave
    samples/      those samples, with their SOURCE.md

`Rows` is each stand-in's own type. `now()` is aware; nothing in a stand-in asks the machine for the time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeAlias

import msgspec

Now: TypeAlias = Callable[[], datetime]


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """A request as it was sent to the real software, and what came back.

    `path` starts with "/" and is relative to the stand-in's mount (the upstream's base). `query` is the raw query
    string. `loose`: the paths inside the answer ("data.0.n_events") whose values' presence cannot be held to the
    recording, each with its reason: keep it short, it is shown in the test.
    """

    name: str
    method: str = "GET"
    path: str
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    now: datetime | None = None  # the clock when it was recorded; None: any
    status: int
    content_type: str | None = None
    answer: bytes
    loose: tuple[tuple[str, str], ...] = ()
