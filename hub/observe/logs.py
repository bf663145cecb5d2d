"""Logs are events with fields: `log.info("upstream.down", extra={"upstream": name})`, one line each.

The event's name is the message; what belongs to it are fields. No addresses, queries or persons in them.
"""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime
from typing import Literal, TextIO

import orjson

# What every record has of itself; the rest was given as fields.
OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def fields_of(record: logging.LogRecord) -> dict[str, object]:
    return {name: value for name, value in vars(record).items() if name not in OWN}


def at(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


class JSONLines(logging.Formatter):
    """One JSON object a line: at, level, event, from, then the fields; `trace` where an exception came with it."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": at(record),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            "from": record.name,
            **fields_of(record),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


class PlainLines(logging.Formatter):
    """For a person at a terminal: time, level, event, fields as name=value."""

    def format(self, record: logging.LogRecord) -> str:
        fields = "".join(f" {name}={value!r}" for name, value in fields_of(record).items())
        line = f"{at(record)[11:23]} {record.levelname.lower():7} {record.getMessage()}{fields}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def configure(level: str = "INFO", *, style: Literal["json", "plain"] = "plain", stream: TextIO | None = None) -> None:
    """Send the hub's events to `stream` (standard error), in place of whatever was configured before.

    Other libraries' records come from WARNING on: httpx and aiohttp write whole addresses below that.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JSONLines() if style == "json" else PlainLines())
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger("hub").setLevel(level.upper())
