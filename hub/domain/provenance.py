"""Where a record is from and how old it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from hub.domain.city import City
from hub.fetch import Source
from hub.index import vocabulary
from hub.records.core import Instant, Record, Ref
from hub.records.merged import CityEvent, CityPlace
from hub.records.themes import Theme

LOOKED_UP = timedelta(hours=1)  # how long a looked-up record counts as fresh, where its reply is not at hand


class Provenance(msgspec.Struct, frozen=True, kw_only=True):
    """`fetched_at`: the later of "this copy was read" and "its collection was last confirmed"."""

    source: Source | None
    record_id: str
    url: str | None
    license: str | None
    attribution: str | None
    fetched_at: datetime
    modified_at: datetime | None
    fresh_until: datetime | None  # None: it does not age
    is_stale: bool
    confidence: float = 1.0


def of_all(city: City, records: Sequence[Record]) -> list[Provenance]:
    """Of each record's own (for a merged one: its first) source. What is stored was confirmed with its collection."""
    ages = city.index.fetched_at([record.rid for record in records if record.rid])
    return [
        _of_the_vocabulary(record)
        if isinstance(record, Theme)
        else said_by(
            city,
            record.ref,
            record.url,
            fetched_at=ages.get(record.rid, record.read_at),
            modified_at=record.modified_at,
            stored=record.rid > 0,
        )
        for record in records
    ]


def _of_the_vocabulary(theme: Theme) -> Provenance:
    """Themes come with the hub, from no source: `fetched_at` is when their vocabulary was released."""
    licence, attribution = vocabulary.licence()
    return Provenance(
        source=None,
        record_id=theme.ref.key,
        url=theme.url,
        license=licence,
        attribution=attribution,
        fetched_at=theme.read_at,
        modified_at=None,
        fresh_until=None,
        is_stale=False,
    )


def also_in(city: City, merged: Sequence[Record]) -> list[list[Provenance]]:
    """The other sources of each: none of what a single source tells of."""
    all_members = [record.members if isinstance(record, CityPlace | CityEvent) else () for record in merged]
    members = {member.ref for many in all_members for member in many}
    if not members:
        return [[] for _ in merged]
    rids = {ref: known.rid for ref, known in city.index.by_refs(members).items()}
    ages = city.index.fetched_at(list(rids.values()))
    return [
        [
            said_by(
                city,
                member.ref,
                member.url,
                fetched_at=ages.get(rids.get(member.ref, 0), member.read_at),
                modified_at=member.modified_at,
                confidence=member.confidence,
            )
            for member in many
            if member.ref != record.ref
        ]
        for record, many in zip(merged, all_members, strict=True)
    ]


def said_by(
    city: City,
    ref: Ref,
    url: str | None,
    *,
    fetched_at: Instant,
    modified_at: Instant | None,
    stored: bool = True,
    confidence: float = 1.0,
) -> Provenance:
    source = city.sources.get(ref.source)
    crawl = city.crawls.get((ref.source, ref.kind)) if stored else None
    fresh_until = fetched_at + (crawl.fresh if crawl else LOOKED_UP)
    now = city.now(fresh_until if fresh_until > city.now() else None)
    return Provenance(
        source=source,
        record_id=ref.key,
        url=url,
        license=source.license if source else None,
        attribution=source.attribution if source else None,
        fetched_at=fetched_at,
        modified_at=modified_at,
        fresh_until=fresh_until,
        is_stale=now >= fresh_until,
        confidence=confidence,
    )
