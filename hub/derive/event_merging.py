"""One event out of the records that are one: each field from the first source by rank that has it, languages united.

Some fields belong together and come from one member whole: when it ends, where it is, who arranges it, for which ages,
how one enrols. Two have a value for "not told": SCHEDULED is what sources say by saying nothing, GENERAL likewise; the
first word that is another one counts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import msgspec

from hub.derive.merging import united
from hub.records.core import LocalizedText, Ref
from hub.records.events import Event, EventStatus, EventType, Link, Registration
from hub.records.merged import CityEvent, Member

# each from the first member of which the leading field says something
WHOLE: tuple[tuple[str, ...], ...] = (
    ("url",),
    ("ends_at", "ends_on"),
    ("offers",),
    ("languages",),
    ("pictures",),
    ("series",),
    ("max_attendees",),
    ("min_attendees",),
    ("environment",),
    ("data_source",),
)
TEXTS = ("name", "summary", "description")
LISTS = ("keywords", "audience_keywords", "categories")


def merged_event(
    records: Sequence[Event], confidence: Mapping[Ref, float], known: Collection[Ref], guessed: Collection[Ref] = ()
) -> CityEvent:
    """`records` in order of rank, at least two; `known`: the places that are in the index; `guessed`: the records whose
    place is read from their words.
    """
    main = records[0]
    fields: dict[str, Any] = {name: getattr(main, name) for name in main.__struct_fields__}
    taken: dict[str, str] = {}

    def take(member: Event | None, *names: str) -> None:
        """These fields as `member` has them; None: as the main record has them."""
        if member is None or member is main:
            return
        for name in names:
            value = getattr(member, name)
            if value != fields[name]:
                fields[name] = value
                taken[name] = member.ref.source

    def first(says: Callable[[Event], bool]) -> Event | None:
        return next((record for record in records if says(record)), None)

    for names in WHOLE:
        take(_first_that_has(names[0], records), *names)
    take(first(lambda record: record.status is not EventStatus.SCHEDULED), "status")
    take(first(lambda record: record.type is not EventType.GENERAL), "type")
    take(first(lambda record: record.min_age is not None or record.max_age is not None), "min_age", "max_age")
    take(first(lambda r: r.organiser is not None or r.organiser_name is not None), "organiser", "organiser_name")
    where = (
        first(lambda record: record.place in known and record.ref not in guessed)
        or first(lambda record: record.place in known)
        or first(lambda record: record.place is not None)
        or first(lambda record: record.location_text is not None or record.location is not None)
    )
    take(where, "place", "location_text", "location")
    enrols = first(lambda record: record.enrolment is not None)
    if enrols is not None and enrols.enrolment is not None:
        take(enrols, "enrolment")
        ref = enrols.enrolment.ref or Ref(Registration.kind, enrols.ref.source, enrols.ref.key)
        fields["enrolment"] = msgspec.structs.replace(enrols.enrolment, ref=ref)
    for name in TEXTS:
        fields[name] = united([getattr(record, name) for record in records])
        if getattr(main, name) is None and fields[name] is not None:
            taken[name] = next(record.ref.source for record in records if getattr(record, name) is not None)
    for name in LISTS:
        fields[name] = tuple(dict.fromkeys(value for record in records for value in getattr(record, name)))
    fields["links"] = _links(records)
    fields["is_online"] = any(record.is_online for record in records)
    fields["read_at"] = min(record.read_at for record in records)
    fields["modified_at"] = max((record.modified_at for record in records if record.modified_at), default=None)
    return CityEvent(
        **fields,
        members=tuple(Member.of(record, confidence[record.ref]) for record in records),
        taken_from=tuple(sorted(taken.items())),
    )


def _first_that_has(name: str, records: Sequence[Event]) -> Event | None:
    return next((record for record in records if getattr(record, name) not in {None, ()}), None)


def _links(records: Sequence[Event]) -> tuple[Link, ...]:
    found: dict[str, Link] = {}
    for record in records:
        for link in record.links:
            found.setdefault(link.url, link)
    return tuple(found.values())


def texts_of(event: Event) -> tuple[LocalizedText | None, ...]:
    """What a search looks through."""
    return event.name, event.summary, event.description, event.location_text, *event.categories
