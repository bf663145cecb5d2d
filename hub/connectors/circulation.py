"""What the circulation systems have in common: how long an answer keeps, and how their key becomes a token."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

import msgspec

from hub.fetch import Reply, Token
from hub.freshness import Freshness, minutes

# A book is lent or returned any moment, and people go there for what they saw: a minute, and another while it is asked
# again. While the system is down the last word of a quarter of an hour ago is better than none, and is told as stale.
COPIES = Freshness(fresh=minutes(1), while_revalidate=minutes(1), if_error=minutes(15))

NUMBER = re.compile(r"[1-9]\d{0,9}", re.ASCII)  # of a record, as it may be sent
LONGEST_SHELF = 200  # characters


def token(reply: Reply) -> Token:
    """Of an answer to "client_credentials" (RFC 6749, 5.1). A life of more than a month is none that we believe."""
    given = reply.json(_Token)
    return Token(value=given.access_token, keeps=timedelta(seconds=given.expires_in))


def shelf_of(*parts: str | None) -> str | None:
    """Where in the branch, of what is told of it: "Kallio aikuiset, 84.2 LIN"."""
    told = [text for part in parts if (text := " ".join((part or "").split()))]
    return ", ".join(told)[:LONGEST_SHELF].strip() or None


class _Token(msgspec.Struct):
    access_token: Annotated[str, msgspec.Meta(min_length=1, max_length=4000, pattern=r"^[\x21-\x7e]+$")]
    expires_in: Annotated[int, msgspec.Meta(ge=1, le=31 * 86400)]
