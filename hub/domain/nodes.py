"""Any record by its id. Every member of a merged place or event answers with what it belongs to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from hub.domain import catalogue, events, themes
from hub.domain.city import City
from hub.domain.reading import Asks, reads
from hub.errors import BadId, BadInput, UpstreamError, Withdrawn
from hub.index import events as event_index
from hub.index import places as place_index
from hub.index.themes import OnThemes
from hub.records.core import Record, Ref
from hub.records.events import NAMED, Event, Organisation, as_series
from hub.records.registry import BY_KIND
from hub.records.themes import Theme

MOST_IDS = 100
BY_ID = Asks(whom="catalogues", requests=lambda _, ids: min(ids, 1))  # works that no list gave, all in one request
OF_A_PLACE = {"place", "library"}
# what stands in the graph as a node of its own
NODES = {
    "place", "library", "area", "space", "event", "keyword", "keyword_set", "organisation", "catalogue_record",
    "budgeting_process",
    "climate_action", "climate_indicator",
    "budgeting_area", "budget", "budget_project", "proposal", "result", "hearing", "decision", "theme",
}  # fmt: skip


@reads(asks=BY_ID)
async def nodes(city: City, ids: Sequence[str]) -> list[Record | Exception | None]:
    """The records behind these ids, in their order. None: there is no such record. An id that is none of ours, or whose
    record was withdrawn, is an exception in its own place and costs the others nothing.
    """
    if len(ids) > MOST_IDS:
        raise BadInput(f"{len(ids)} ids are more than the {MOST_IDS} of one request")
    refs: list[Ref | Exception] = []
    for gid in ids:
        try:
            refs.append(checked(Ref.from_gid(gid)))
        except BadId as error:
            refs.append(error)
    wanted = {ref for ref in refs if isinstance(ref, Ref)}
    found = await by_refs(city, wanted)
    return [found.get(ref) if isinstance(ref, Ref) else ref for ref in refs]


def checked(ref: Ref, *kinds: str) -> Ref:
    """BadId for an id that is no node's, or of another kind than asked."""
    if ref.kind not in NODES or ref.kind not in BY_KIND:
        raise BadId(f"{ref.gid[:40]!r} is not an id of this graph")
    if kinds and ref.kind not in kinds:
        raise BadId(f"{ref.gid[:40]!r} is an id of another kind: {ref.kind}, not {' or '.join(kinds)}")
    return ref


async def by_refs(city: City, refs: set[Ref]) -> dict[Ref, Record | Exception]:
    found: dict[Ref, Record | Exception] = {
        ref: theme for ref in refs if ref.kind == Theme.kind and (theme := themes.by_ref(ref)) is not None
    }
    refs = {ref for ref in refs if ref.kind != Theme.kind}
    known = city.index.by_refs(refs)
    members = {ref: known[ref].rid for ref in refs if ref.kind in OF_A_PLACE and ref in known and known[ref].record}
    homes = place_index.of_members(city.index, members.values())
    wanted = list(dict.fromkeys(homes.values()))
    places = dict(zip(wanted, place_index.bodies(city.index, wanted), strict=True))
    for ref, rid in members.items():
        place = places.get(homes[rid]) if rid in homes else None
        if place is not None:
            found[ref] = place
    areas = [(ref, known[ref].rid) for ref in refs if ref.kind == "area" and ref in known]
    for (ref, _), area in zip(areas, place_index.areas(city.index, [rid for _, rid in areas]), strict=True):
        if area is not None:
            found[ref] = area
    found |= _events(city, {ref: known[ref].rid for ref in refs if ref.kind == "event" and ref in known})
    found |= _named_organisers(
        city, {ref: known[ref].rid for ref in refs if ref in known and known[ref].record is None}
    )
    missing: dict[str, list[Ref]] = defaultdict(list)
    for ref in refs:
        if ref in found:
            continue
        said = known.get(ref)
        if said is not None and said.withdrawn_at is not None:
            found[ref] = withdrawn(ref, said.withdrawn_at)
        elif said is not None and said.record is not None:
            found[ref] = said.record
        elif ref.kind == "catalogue_record":
            missing[ref.source].append(ref)
    for source, looked_up in missing.items():
        try:
            records = await catalogue.by_keys(city, source, [ref.key for ref in looked_up])
        except UpstreamError as error:
            found.update(dict.fromkeys(looked_up, error))
        else:
            found.update({ref: record for ref, record in zip(looked_up, records, strict=True) if record is not None})
    return found


def _events(city: City, members: dict[Ref, int]) -> dict[Ref, Event]:
    """Any member's reference gives the event that it belongs to; a parent whose occurrences are listed is a series,
    without them it is an event.
    """
    if not members:
        return {}
    homes = event_index.of_members(city.index, members.values())
    rids = {ref: homes.get(rid, rid) for ref, rid in members.items()}
    wanted = list(dict.fromkeys(rids.values()))
    events = dict(zip(wanted, event_index.bodies(city.index, wanted), strict=True))
    series = event_index.series_among(city.index, wanted)
    return {
        ref: as_series(event) if rid in series else event
        for ref, rid in rids.items()
        if (event := events.get(rid)) is not None
    }


def _named_organisers(city: City, refs: dict[Ref, int]) -> dict[Ref, Organisation]:
    named = {ref: rid for ref, rid in refs.items() if ref.kind == Organisation.kind and ref.key.startswith(NAMED)}
    return events.named_organisers(city, named) if named else {}


def withdrawn(ref: Ref, at: datetime) -> Withdrawn:
    return Withdrawn(f"{ref.gid[:40]!r} was withdrawn by its source; noticed on {at.date().isoformat()}")


def themes_of(gids: Sequence[str], *, exact: bool) -> OnThemes | None:
    """The themes that a filter means by these ids; BadId for one that is no theme's. None: it asks for nothing."""
    numbers = []
    for gid in gids:
        theme = themes.by_ref(checked(Ref.from_gid(gid), Theme.kind))
        if theme is None:
            raise BadId(f"{gid[:40]!r} is not known here")
        numbers.append(theme.number)
    return OnThemes(numbers=tuple(numbers), exact=exact) if numbers or exact else None


def rids_of(city: City, gids: Sequence[str], *kinds: str) -> tuple[int, ...]:
    """The rows that a filter means by these ids; of a place its merged row. BadId for an id of another kind, and for
    one that the graph does not know (-1 would silently match nothing).
    """
    return city.once(_rids_of, tuple(gids), kinds) if gids else ()


def _rids_of(city: City, gids: Sequence[str], kinds: Sequence[str]) -> tuple[int, ...]:
    refs = [checked(Ref.from_gid(gid), *kinds) for gid in gids]
    known = city.index.by_refs(refs)
    members = {known[ref].rid for ref in refs if ref in known and ref.kind in OF_A_PLACE}
    homes = place_index.of_members(city.index, members) if members else {}
    rids = []
    for ref in refs:
        if ref not in known:
            raise BadId(f"{ref.gid[:40]!r} is not known here")
        rid = known[ref].rid
        rids.append(homes.get(rid, rid))
    return tuple(rids)
