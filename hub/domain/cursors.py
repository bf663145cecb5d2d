"""Cursors: opaque to callers, for us the sort and the place in it. Stable under inserts, since they hold values."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence

import msgspec

from hub.errors import BadCursor

Value = int | float | str


def encode(sort: str, values: Sequence[Value]) -> str:
    """`sort`: the name of the order that the values belong to; another order refuses the cursor."""
    return base64.urlsafe_b64encode(msgspec.json.encode([sort, *values])).decode().rstrip("=")


def decode(cursor: str, *, sort: str, length: int) -> tuple[Value, ...]:
    """The values after which the page begins; BadCursor if it is none of ours, or of another list or order."""
    if len(cursor) > 2_000:
        raise BadCursor("the cursor is too long to be one of ours")
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        said, *values = msgspec.json.decode(raw, type=list[str | int | float])
    except (binascii.Error, ValueError) as error:
        raise BadCursor(f"{cursor[:40]!r} is not a cursor of this list") from error
    if said != sort or len(values) != length or any(isinstance(v, int) and abs(v) >= 1 << 63 for v in values):
        raise BadCursor(f"{cursor[:40]!r} is a cursor of another list or order")
    return tuple(values)


def checked(after: Sequence[Value], row: Sequence[Value]) -> None:
    """BadCursor if its values can't be compared with those of a row of the list: text with numbers."""
    if any(isinstance(one, str) is not isinstance(other, str) for one, other in zip(after, row, strict=True)):
        raise BadCursor("the cursor is of another list or order")
