"""What the parent tells its children to do."""

from __future__ import annotations

import msgspec

from hub.configured import Settings


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """A worker's: answer on this socket."""

    settings: Settings
    socket: int


class Stand(msgspec.Struct, frozen=True, kw_only=True):
    """The sandbox's: stand in for the upstreams on this socket."""

    socket: int
