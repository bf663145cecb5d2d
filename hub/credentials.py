"""What stands at the place that a source's configuration names for its credentials."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from hub.fetch import Credentials

log = logging.getLogger(__name__)
LARGEST = 10_000  # bytes of a file that is taken for credentials


def credentials_at(place: Credentials) -> str | None:
    """Without the white space around them; None where there is nothing. Read anew each time: a mounted file changes."""
    if place.file is not None:
        try:
            with Path(place.file).open(encoding="utf-8") as file:
                text = file.read(LARGEST)
        except (OSError, ValueError) as error:
            log.warning("credentials.unreadable", extra={"reason": type(error).__name__})
            return None
    else:
        text = os.environ.get(place.variable or "", "")
    return text.strip() or None
