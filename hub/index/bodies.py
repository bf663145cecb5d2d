"""Records as the index keeps them: msgpack by name, and a hash that leaves out when the copy was read."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from hub.records.core import Record
from hub.records.registry import RECORD_TYPES

R = TypeVar("R", bound=Record)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_encoder = msgspec.msgpack.Encoder()
_decoders: dict[str, msgspec.msgpack.Decoder[Record]] = {
    record.kind: msgspec.msgpack.Decoder(record) for record in RECORD_TYPES
}


def encode(record: Record) -> bytes:
    """Without its row number: that is the row's, and `decode` sets it."""
    return _encoder.encode(record if record.rid == 0 else msgspec.structs.replace(record, rid=0))


def hash_of(record: Record) -> bytes:
    """The same for two copies that say the same, whenever they were read (an unchanged crawl then writes nothing)."""
    content = _encoder.encode(msgspec.structs.replace(record, read_at=EPOCH, rid=0))
    return hashlib.blake2b(content, digest_size=16).digest()


def decode(kind: str, body: bytes, rid: int = 0) -> Record:
    """ValueError where the body is not a record of this kind, or this kind is not known."""
    decoder = _decoders.get(kind)
    if decoder is None:
        raise ValueError(f"no record is called {kind!r}")
    return numbered(decoder.decode(body), rid)


def decode_as(of: type[R], body: bytes, rid: int = 0) -> R:
    record = decode(of.kind, body, rid)
    assert isinstance(record, of)
    return record


def numbered(record: R, rid: int) -> R:
    """The record, knowing its row. Just decoded and nobody else's yet, so it may be completed in place."""
    msgspec.structs.force_setattr(record, "rid", rid)
    return record


def millis(moment: datetime) -> int:
    """Epoch milliseconds: what the base tables count in."""
    return round(moment.timestamp() * 1000)


def moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)
