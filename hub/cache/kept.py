"""One reply as it is kept: bytes, and what is needed to judge them."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Kept(msgspec.Struct, frozen=True, gc=False):
    """Moments are aware, UTC. `expires_at`: when the copy is of no use even in an emergency."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    read_at: datetime
    expires_at: datetime
    tags: tuple[str, ...] = ()

    @property
    def weight(self) -> int:
        """Bytes of memory, roughly: the body, the texts and the objects around them."""
        texts = sum(len(name) + len(value) + 120 for name, value in self.headers)
        return len(self.body) + texts + sum(len(tag) + 60 for tag in self.tags) + 400


pack = msgspec.msgpack.Encoder().encode
unpack = msgspec.msgpack.Decoder(Kept).decode
