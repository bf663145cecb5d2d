"""What every record is made of: references, texts, points, moments.

Records are msgspec structs: frozen, keyword-only, outside the garbage collector's care (`gc=False`).
They are stored as msgpack *by name*, so a field may be added or moved without a wrong value sliding into another.
"""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import ClassVar, Literal, TypeAlias

import msgspec

from hub.errors import BadId

Language: TypeAlias = Literal["fi", "sv", "en"]
LANGUAGES: tuple[Language, ...] = ("fi", "sv", "en")
Instant: TypeAlias = datetime  # always aware; a test reads every record type for naive ones


class Value(msgspec.Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A part of a record, without an identity of its own."""


class Ref(msgspec.Struct, frozen=True, gc=False, order=True):
    """Who says it, what it is, and the source's own key: together one source record.

    `source` is the fixed `id` of a configured source, `kind` the record type's `kind`, `key` the source's own id
    (with its type in front where the source's ids are unique per type only).
    """

    kind: str
    source: str
    key: str

    @property
    def gid(self) -> str:
        """The global id in the graph: base64url of kind/source/key, opaque to callers."""
        return base64.urlsafe_b64encode(f"{self.kind}/{self.source}/{self.key}".encode()).decode().rstrip("=")

    @classmethod
    def from_gid(cls, gid: str) -> Ref:
        """The reference behind a global id; BadId if it is none."""
        if not gid or len(gid) > 1024:
            raise BadId(f"{gid[:40]!r} is not an id of this graph")
        try:
            text = base64.b64decode(gid + "=" * (-len(gid) % 4), altchars=b"-_", validate=True).decode()
        except (binascii.Error, ValueError) as error:
            raise BadId(f"{gid[:40]!r} is not an id of this graph") from error
        kind, _, rest = text.partition("/")
        source, _, key = rest.partition("/")
        ref = cls(kind, source, key)
        # one spelling for one thing: base64 would also read others of the same bytes
        if not (kind and source and key) or not text.isprintable() or ref.gid != gid:
            raise BadId(f"{gid[:40]!r} is not an id of this graph")
        return ref


class LocalizedText(Value, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """One text in the languages that its source gives. A language without text is None, never ""."""

    fi: str | None = None
    sv: str | None = None
    en: str | None = None
    other: str | None = None  # in `other_language`, where a source gives none of the three (a work's title, say)
    other_language: str | None = None  # BCP 47; None: the source does not tell

    def pick(self, order: tuple[Language, ...]) -> tuple[str, str | None] | None:
        """The text in the first language of `order` that has one (then of any), and that language. None: no text."""
        for languages in (order, LANGUAGES):
            for language in languages:
                text: str | None = getattr(self, language)
                if text is not None:
                    return text, language
        return None if self.other is None else (self.other, self.other_language)

    @property
    def any(self) -> str | None:
        """Some text, Finnish first: for sorting and logs, not for people."""
        return self.fi or self.sv or self.en or self.other


def localized(
    fi: str | None = None, sv: str | None = None, en: str | None = None, *, other: str | None = None
) -> LocalizedText | None:
    """A LocalizedText from what a source sent: blank texts count as missing; None if nothing is left."""
    texts = [(text or "").strip() or None for text in (fi, sv, en, other)]
    if not any(texts):
        return None
    return LocalizedText(fi=texts[0], sv=texts[1], en=texts[2], other=texts[3])


class Point(Value, frozen=True, kw_only=True, gc=False):
    """WGS 84 degrees. Connectors refuse what lies outside -90..90 and -180..180."""

    lat: float
    lon: float


def point(lat: float | None, lon: float | None) -> Point | None:
    """A Point, or None where a part is missing, out of range, or the origin (a form left empty)."""
    if lat is None or lon is None or not (-90 <= lat <= 90 and -180 <= lon <= 180) or (lat == 0 and lon == 0):
        return None
    return Point(lat=lat, lon=lon)


class Address(Value, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    street: LocalizedText | None = None
    postal_code: str | None = None
    city: str | None = None  # as people write it: "Helsinki"


class Contact(Value, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """How to reach a place or an organisation; never a person's own number or address."""

    phone: str | None = None
    email: str | None = None
    website: str | None = None


class Picture(Value, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """An image with what must be shown beside it."""

    url: str  # absolute, http or https
    alt: LocalizedText | None = None
    license: str | None = None
    photographer: str | None = None


class Span(Value, frozen=True, kw_only=True, gc=False):
    """From `starts_at` (in) to `ends_at` (out)."""

    starts_at: Instant
    ends_at: Instant


class Record(msgspec.Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """One thing that one source says, under the source's own id."""

    kind: ClassVar[str]

    ref: Ref
    read_at: Instant  # when this copy was read; left out of the hash that decides whether a record changed
    modified_at: Instant | None = None  # by the source's own word
    url: str | None = None  # the source's page about it, for people
    rid: int = 0  # the index's row number, set when read from it; never stored, 0 in a connector's hands
