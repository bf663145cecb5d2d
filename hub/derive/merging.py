"""One place out of its source records: each field from the first source by rank that has it, languages united."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from hub.records.core import Address, Contact, LocalizedText, Picture, Point, Ref
from hub.records.merged import CityPlace, LibraryFacts, Member
from hub.records.places import Library, Place, PlaceKind

T = TypeVar("T")
Said = Place | Library


def united(texts: Sequence[LocalizedText | None]) -> LocalizedText | None:
    """One text with each language from the first that has it."""
    given = [text for text in texts if text is not None]
    if not given:
        return None
    if len(given) == 1:
        return given[0]
    fi = next((text.fi for text in given if text.fi), None)
    sv = next((text.sv for text in given if text.sv), None)
    en = next((text.en for text in given if text.en), None)
    other = next((text for text in given if text.other), None)
    return LocalizedText(
        fi=fi,
        sv=sv,
        en=en,
        other=None if other is None else other.other,
        other_language=None if other is None else other.other_language,
    )


NO_GUESS: Mapping[Ref, float] = {}


def merged(records: Sequence[Said], building: str | None, confidence: Mapping[Ref, float] = NO_GUESS) -> CityPlace:
    """`records` in order of rank, at least one; `building`: the catalogue's code for it, if it is a branch.
    `confidence`: of those members that no id joins.
    """
    places = [record for record in records if isinstance(record, Place)]
    library = next((record for record in records if isinstance(record, Library)), None)

    def first(read: Callable[[Said], T | None]) -> T | None:
        return next((value for record in records if (value := read(record)) is not None), None)

    kinds = {kind for place in places for kind in place.kinds}
    if library is not None:
        kinds.add(PlaceKind.MOBILE_LIBRARY if library.type == "mobile" else PlaceKind.LIBRARY)
    kinds -= {PlaceKind.OTHER} if len(kinds) > 1 else set()
    # a merged place keeps the newest word of any of its sources
    modified = max((record.modified_at for record in records if record.modified_at), default=None)
    return CityPlace(
        ref=records[0].ref,
        read_at=min(record.read_at for record in records),
        modified_at=modified,
        url=first(lambda r: r.url),
        name=united([r.name for r in records]),
        summary=united([p.summary for p in places] + ([library.slogan] if library else [])),
        description=united([r.description for r in records]),
        tprek_id=next((p.tprek_id for p in places if p.tprek_id), None),
        kinds=tuple(kind for kind in PlaceKind if kind in kinds),
        address=_address([r.address for r in records]),
        location=first(_location),
        contact=_contact([r.contact for r in records]),
        accessibility=next((p.accessibility for p in places if p.accessibility), None),
        services=tuple(dict.fromkeys(service for p in places for service in p.services)),
        pictures=_pictures(records),
        library=_library(library, building),
        is_online=any(p.is_online for p in places),
        members=tuple(Member.of(r, confidence.get(r.ref, 1.0)) for r in records),
    )


def _location(record: Said) -> Point | None:
    return record.location


def _address(given: Sequence[Address | None]) -> Address | None:
    addresses = [address for address in given if address is not None]
    if not addresses:
        return None
    return Address(
        street=united([a.street for a in addresses]),
        postal_code=next((a.postal_code for a in addresses if a.postal_code), None),
        city=next((a.city for a in addresses if a.city), None),
    )


def _contact(given: Sequence[Contact | None]) -> Contact | None:
    contacts = [contact for contact in given if contact is not None]
    if not contacts:
        return None
    return Contact(
        phone=next((c.phone for c in contacts if c.phone), None),
        email=next((c.email for c in contacts if c.email), None),
        website=next((c.website for c in contacts if c.website), None),
    )


def _pictures(records: Sequence[Said]) -> tuple[Picture, ...]:
    found: dict[str, Picture] = {}
    for record in records:
        pictures = record.pictures if isinstance(record, Library) else (record.picture,)
        for picture in pictures:
            if picture is not None:
                found.setdefault(picture.url, picture)
    return tuple(found.values())


def _library(library: Library | None, building: str | None) -> LibraryFacts | None:
    if library is None:
        return None if building is None else LibraryFacts(finna_building=building)
    return LibraryFacts(
        kirkanta_id=library.ref.key,
        finna_building=building,
        short_name=library.short_name,
        slogan=library.slogan,
        type=library.type,
        is_main=library.is_main,
        founded=library.founded,
        services=library.services,
        departments=library.departments,
    )
