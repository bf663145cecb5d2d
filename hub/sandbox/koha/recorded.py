"""The contract's samples: as the stand-in's rows, and as the requests that they answer.

The plugin's sample knows one copy fewer of the same record than the public one, so each is held to rows of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import msgspec

from hub.sandbox.koha.standin import Row, Rows
from hub.sandbox.standin import Recording

SAMPLES: Final = Path(__file__).parent / "samples"
CREDENTIALS: Final = "id:secret"
OF_THE_PLUGIN: Final = "availability_search_plugin"
ADDED: Final = ("hold_queue_length", "availability")  # by the plugin, to an item


def recorded() -> Rows:
    """Of the public samples."""
    return Rows(
        items=tuple(_read("public_biblio_items")),
        libraries=tuple(_read("public_libraries")),
        credentials=CREDENTIALS,
    )


def of_the_plugin() -> Rows:
    items: list[Row] = _read(OF_THE_PLUGIN)["item_availabilities"]
    reasons = {item["item_id"]: item["availability"]["unavailabilities"] for item in items}
    return Rows(
        items=tuple({name: value for name, value in item.items() if name not in ADDED} for item in items),
        libraries=(),
        credentials=CREDENTIALS,
        due={id_: told["Item::CheckedOut"]["due_date"] for id_, told in reasons.items() if "Item::CheckedOut" in told},
        holds={item["item_id"]: item["hold_queue_length"] for item in items},
    )


def recordings() -> Iterable[Recording]:
    """Those that anyone may ask for."""
    yield _recording("public_biblio_items", "public/biblios/55/items")
    yield _recording("public_biblio_items_empty", "public/biblios/56/items")
    yield _recording("public_libraries", "public/libraries")


def recordings_of_the_plugin() -> Iterable[Recording]:
    """Those that a token is needed for."""
    yield _recording(OF_THE_PLUGIN, "contrib/kohasuomi/availability/biblios/55/search")
    yield _recording("error_not_found_404", "contrib/kohasuomi/availability/biblios/56/search", status=404)


def _recording(name: str, path: str, *, status: int = 200) -> Recording:
    return Recording(
        name=name,
        path=f"/api/v1/{path}",
        status=status,
        content_type="application/json",
        answer=(SAMPLES / f"{name}.json").read_bytes(),
    )


def _read(name: str) -> Any:
    return msgspec.json.decode((SAMPLES / f"{name}.json").read_bytes())
