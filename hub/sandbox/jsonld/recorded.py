"""The contract's samples: pages with schema.org events, served as files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from hub.sandbox.jsonld.standin import Rows
from hub.sandbox.standin import Recording

SAMPLES: Final = Path(__file__).parent / "samples"
PAGES: Final = tuple(sorted(path.name for path in SAMPLES.glob("*.html")))


def recorded() -> Rows:
    return Rows(pages={name: (SAMPLES / name).read_bytes() for name in PAGES})


def recordings() -> Iterable[Recording]:
    """Every page. How it was fetched isn't told, so only its bytes and its type are held."""
    for name in PAGES:
        yield Recording(
            name=name, path=f"/{name}", status=200, content_type="text/html", answer=(SAMPLES / name).read_bytes()
        )
