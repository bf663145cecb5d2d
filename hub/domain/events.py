"""Events, their series, subjects and organisers, and how many places are left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from hub.domain import answers
from hub.domain.city import City
from hub.domain.lists import Found, PageArgs, checked_sort, listed, listed_under
from hub.domain.reading import reads
from hub.errors import BadInput
from hub.index import events as index
from hub.index.events import AT_PLACE, BY_ORGANISER, IN_AREA, IN_SERIES, EventFilter
from hub.index.listing import Under
from hub.index.themes import is_exact, of_events
from hub.records.core import LocalizedText, Ref
from hub.records.events import (
    Event,
    EventSeries,
    EventType,
    Keyword,
    KeywordSet,
    Organisation,
    Registration,
    as_series,
    organiser_ref,
)
from hub.records.merged import CityEvent

KINDS = ("event",)


class Places(msgspec.Struct, frozen=True, kw_only=True):
    """How one enrols, and how many places were left when last asked (`fetched_at`)."""

    is_required: bool
    opens_at: datetime | None
    closes_at: datetime | None
    url: str | None
    remaining: int | None
    remaining_waiting_list: int | None
    fetched_at: datetime | None


def events(city: City, wanted: EventFilter, page: PageArgs) -> Found[Event]:
    """Occurrences that match, whatever calendar they stand in."""
    if len(wanted.areas) == 1:  # read in the order of the area's own list, however many there are
        return events_in(city, wanted.areas, msgspec.structs.replace(wanted, areas=()), page)[0]
    _checked(wanted)
    checked_sort(wanted.sort, wanted.near)
    return listed(
        city,
        index.events(city.index, wanted),
        Event,
        page,
        order=f"events:{wanted.sort}",
        answers=lambda: _told(city, wanted),
        load=index.bodies,
    )


def volunteering(city: City, wanted: EventFilter, page: PageArgs) -> Found[Event]:
    """Where one comes to help; other types asked for besides are a contradiction."""
    return events(city, _only_volunteering(wanted), page)


def _only_volunteering(wanted: EventFilter) -> EventFilter:
    if wanted.types and EventType.VOLUNTEERING not in wanted.types:
        raise BadInput("types: volunteering lists events of type VOLUNTEERING only")
    return msgspec.structs.replace(wanted, types=(EventType.VOLUNTEERING,))


def events_at(city: City, places: Sequence[int], wanted: EventFilter, page: PageArgs) -> list[Found[Event]]:
    return _under(city, places, wanted, page, AT_PLACE)


def events_in(city: City, areas: Sequence[int], wanted: EventFilter, page: PageArgs) -> list[Found[Event]]:
    return _under(city, areas, wanted, page, IN_AREA)


def events_by(city: City, organisers: Sequence[int], wanted: EventFilter, page: PageArgs) -> list[Found[Event]]:
    return _under(city, organisers, wanted, page, BY_ORGANISER)


def events_of_series(city: City, series: Sequence[int], wanted: EventFilter, page: PageArgs) -> list[Found[Event]]:
    return _under(city, series, wanted, page, IN_SERIES)


def events_on(city: City, themes: Sequence[int], wanted: EventFilter, page: PageArgs) -> list[Found[Event]]:
    """About each theme; sure or inferred, as the filter says."""
    return _under(city, themes, wanted, page, of_events(is_exact(wanted.themes)))


def volunteering_on(city: City, themes: Sequence[int], wanted: EventFilter, page: PageArgs) -> list[Found[Event]]:
    return events_on(city, themes, _only_volunteering(wanted), page)


def _under(city: City, parents: Sequence[int], wanted: EventFilter, page: PageArgs, under: Under) -> list[Found[Event]]:
    checked_sort(wanted.sort, wanted.near)
    return events_under(city, parents, wanted, page, under)


def events_under(
    city: City, parents: Sequence[int], wanted: EventFilter, page: PageArgs, under: Under
) -> list[Found[Event]]:
    """Those that match under each parent."""
    _checked(wanted)
    return listed_under(
        city,
        index.events(city.index, wanted, under),
        Event,
        parents,
        page,
        order=f"events:{wanted.sort}",
        answers=lambda: _told(city, wanted),
        load=index.bodies,
    )


def _checked(wanted: EventFilter) -> None:
    after, before = wanted.starts_after, wanted.starts_before
    if after is not None and before is not None and before <= after:
        raise BadInput(f"startsBefore: {before.isoformat()} is not after startsAfter: {after.isoformat()}")
    if wanted.overlaps is not None:
        if after is not None or before is not None:
            raise BadInput("overlaps contradicts startsAfter and startsBefore: give one or the other")
        if wanted.overlaps.ends_at <= wanted.overlaps.starts_at:
            raise BadInput("overlaps: its end is not after its start")


def _told(city: City, wanted: EventFilter) -> list[answers.SourceAnswer]:
    return answers.from_collections(city, *KINDS, only=frozenset(wanted.sources) or None)


def records_of(city: City, refs: Sequence[Ref]) -> dict[Ref, object]:
    return {ref: known.record for ref, known in city.index.by_refs(set(refs)).items() if known.record is not None}


def keywords_of(city: City, events_: Sequence[Event]) -> list[list[Keyword]]:
    """The keywords of each event, as far as its source's register is known."""
    known = records_of(city, [ref for event in events_ for ref in event.keywords])
    return [[k for ref in event.keywords if isinstance(k := known.get(ref), Keyword)] for event in events_]


def keyword_sets(city: City, page: PageArgs) -> Found[KeywordSet]:
    """By name."""
    return listed(city, index.keyword_sets(), KeywordSet, page, order="keyword-sets")


def keywords_in(city: City, sets: Sequence[KeywordSet]) -> list[list[Keyword]]:
    """The keywords of each set, as far as its source's register is known."""
    known = records_of(city, [ref for one in sets for ref in one.keywords])
    return [[k for ref in one.keywords if isinstance(k := known.get(ref), Keyword)] for one in sets]


@reads("keyword")
def audience_of(city: City, events_: Sequence[Event]) -> list[list[LocalizedText]]:
    """Names of the groups that each event is for."""
    known = records_of(city, [ref for event in events_ for ref in event.audience_keywords])
    return [
        [k.name for ref in event.audience_keywords if isinstance(k := known.get(ref), Keyword) and k.name]
        for event in events_
    ]


def organisers_of(city: City, events_: Sequence[Event]) -> list[Organisation | None]:
    """The organisation behind each event; one that only has a name is a record made of it."""
    refs = [_organiser_of(event) for event in events_]
    known = city.index.by_refs({ref for ref in refs if ref is not None})
    found: list[Organisation | None] = []
    for event, ref in zip(events_, refs, strict=True):
        said = known.get(ref) if ref is not None else None
        if said is not None and isinstance(said.record, Organisation):
            found.append(said.record)
        elif said is not None and ref is not None and event.organiser_name is not None:
            found.append(_named(ref, said.rid, event))
        else:
            found.append(None)
    return found


def _organiser_of(event: Event) -> Ref | None:
    taken = dict(event.taken_from) if isinstance(event, CityEvent) else {}
    return organiser_ref(event, taken.get("organiser_name"))


def _named(ref: Ref, rid: int, event: Event) -> Organisation:
    return Organisation(ref=ref, rid=rid, read_at=event.read_at, name=event.organiser_name)


def named_organisers(city: City, refs: Mapping[Ref, int]) -> dict[Ref, Organisation]:
    """Organisations that only have a name, by the rows of their references: as an event of theirs tells it. One without
    any event left is left out.
    """
    told = index.one_of_each_organiser(city.index, refs.values())
    events_ = dict(zip(told.values(), city.index.bodies(Event, list(told.values())), strict=True))
    return {
        ref: _named(ref, rid, event)
        for ref, rid in refs.items()
        if rid in told and (event := events_[told[rid]]) is not None and organiser_ref(event) == ref
    }


def series_of(city: City, events_: Sequence[Event]) -> list[EventSeries | None]:
    """The parent of each event that is one of a series."""
    known = records_of(city, [event.series for event in events_ if event.series])
    series = {ref: as_series(record) for ref, record in known.items() if isinstance(record, Event)}
    return [series.get(event.series) if event.series else None for event in events_]


@reads("registration")
def registration_of(city: City, events_: Sequence[Event]) -> list[Places | None]:
    """How one enrols in each event; None: its source tells nothing of enrolment."""
    refs = {
        event.rid: event.enrolment.ref or Ref(Registration.kind, event.ref.source, event.ref.key)
        for event in events_
        if event.enrolment is not None
    }
    known = city.index.by_refs(refs.values())
    ages = city.index.fetched_at([known[ref].rid for ref in refs.values() if ref in known])
    found: list[Places | None] = []
    for event in events_:
        way = event.enrolment
        if way is None:
            found.append(None)
            continue
        said = known.get(refs[event.rid])
        numbers = said.record if said is not None and isinstance(said.record, Registration) else None
        found.append(
            Places(
                is_required=way.is_required,
                opens_at=way.opens_at or (numbers.opens_at if numbers else None),
                closes_at=way.closes_at or (numbers.closes_at if numbers else None),
                url=way.url or (numbers.enrolment_url if numbers else None),
                remaining=numbers.remaining if numbers else None,
                remaining_waiting_list=numbers.remaining_waiting_list if numbers else None,
                fetched_at=ages.get(said.rid) if numbers and said else None,
            )
        )
    return found
