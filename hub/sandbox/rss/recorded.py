"""The contract's samples: real and hostile feeds, served as files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from hub.sandbox.rss.standin import Rows
from hub.sandbox.standin import Recording

SAMPLES: Final = Path(__file__).parent / "samples"
FEEDS: Final = tuple(sorted(path.name for path in SAMPLES.glob("*.xml")))


def recorded() -> Rows:
    return Rows(files={name: (SAMPLES / name).read_bytes() for name in FEEDS})


def recordings() -> Iterable[Recording]:
    """Every feed. How it was fetched isn't told, so only its bytes and its type are held."""
    for name in FEEDS:
        yield Recording(
            name=name,
            path=f"/{name}",
            status=200,
            content_type="application/rss+xml",
            answer=(SAMPLES / name).read_bytes(),
        )
