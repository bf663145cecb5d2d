"""The made city as two instances of Linked Events: the city's own, and its neighbour's (the same software elsewhere).

The city's has imported some of the neighbour's events, under the neighbour's ids. Each has a draft among the children
of its first series, since the real register lets drafts be seen there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Literal
from zlib import crc32

from hub.sandbox.city import City, MadeEvent, MadePlace, MadeSeries, Text
from hub.sandbox.linkedevents.parameters import HELSINKI
from hub.sandbox.linkedevents.register import span_of
from hub.sandbox.linkedevents.rows import Row, Rows

Calendar = Literal["linkedevents", "espoo"]

SOURCES: dict[Calendar, str] = {"linkedevents": "helsinki", "espoo": "espoo"}  # also the instance's municipality
WAITING_LIST = 5
LANGUAGES = (
    ("fi", True, Text(fi="suomi", sv="finska", en="Finnish")),
    ("sv", True, Text(fi="ruotsi", sv="svenska", en="Swedish")),
    ("en", True, Text(fi="englanti", sv="engelska", en="English")),
    ("ru", False, Text(fi="venäjä", sv="ryska", en="Russian")),
)
EVENT: Row = {
    "has_user_editable_resources": True,
    "location": None,
    "keywords": [],
    "registration": None,
    "super_event": None,
    "event_status": "EventScheduled",
    "type_id": "General",
    "external_links": [],
    "offers": [],
    "sub_events": [],
    "images": [],
    "videos": [],
    "in_language": [],
    "audience": [],
    "date_published": None,
    "start_time": None,
    "end_time": None,
    "custom_data": None,
    "environmental_certificate": None,
    "environment": None,
    "audience_min_age": None,
    "audience_max_age": None,
    "super_event_type": None,
    "deleted": False,
    "maximum_attendee_capacity": None,
    "minimum_attendee_capacity": None,
    "enrolment_start_time": None,
    "enrolment_end_time": None,
    "local": False,
    "replaced_by": None,
    "location_extra_info": None,
    "description": None,
    "short_description": None,
    "provider": None,
    "info_url": None,
    "name": None,
    "provider_contact_info": None,
}


def made(city: City, calendar: Calendar = "linkedevents") -> Rows:
    return _Made(city, calendar).rows()


class _Made:
    """One instance. Its own data source stands before the ids of what it wrote itself."""

    def __init__(self, city: City, calendar: Calendar) -> None:
        self.city = city
        self.calendar = calendar
        self.own = SOURCES[calendar]
        self.places = {place.key: place for place in city.places}
        self.organisations = {one.id: one for one in city.organisations}
        self.series = {one.id: one for one in city.series if one.calendar == calendar}
        self.chosen = [event for event in city.events if calendar in event.calendars]
        self.founded = datetime(city.today.year - 3, 6, 1, tzinfo=UTC)

    def rows(self) -> Rows:
        children: dict[str, list[MadeEvent]] = {}
        for event in self.chosen:
            if event.series in self.series:
                children.setdefault(event.series, []).append(event)
        occurrences = [self._event(event) for event in self.chosen]
        parents = [self._series(self.series[key], of) for key, of in children.items()]
        drafts = [self._draft(parents[0], occurrences)] if parents else []
        events = [*occurrences, *parents, *drafts]
        public = [*occurrences, *parents]
        return Rows(
            kinds={
                "event": events,
                "place": list(self._places(public)),
                "keyword": list(self._keywords(public)),
                "keyword_set": self._keyword_sets(),
                "organization": [self._organisation(key) for key in self.organisations],
                "image": list(self._images()),
                "language": [
                    {"id": code, "translation_available": True, "service_language": service, "name": name.map()}
                    for code, service, name in LANGUAGES
                ],
                "registration": [self._registration(event) for event in self.chosen if _has_registration(event)],
            },
            drafts=frozenset(row["id"] for row in drafts),
            municipality=self.own,
        )

    # events

    def _id(self, event: MadeEvent) -> str:
        source = "espoo" if event.calendars[0] == "espoo" else self.own
        return f"{source}:{event.id}"

    def _event(self, event: MadeEvent) -> Row:
        id_ = self._id(event)
        start, end = _wire_times(event)
        opens, closes = event.enrolment or (None, None)
        series = self.series.get(event.series or "")
        publisher = event.organisation or next(iter(self.organisations))
        return EVENT | {
            "id": id_,
            "location": self._place_id(event.place) if event.place else (self._internet() if event.is_online else None),
            "keywords": list(event.keywords),
            "registration": _number(id_) if _has_registration(event) else None,
            "super_event": None if series is None else f"{self.own}:{series.id}",
            "event_status": event.status,
            "type_id": event.type,
            "offers": _offers(event),
            "data_source": id_.partition(":")[0],
            "publisher": publisher,
            "images": [] if event.image is None else [_number(event.image)],
            "in_language": list(event.languages),
            "audience": list(event.audience),
            "created_time": _stamp(event.created_at),
            "last_modified_time": _stamp(event.modified_at),
            "start_time": start,
            "end_time": end,
            "environment": None if event.is_online else "in",
            "audience_min_age": event.min_age,
            "audience_max_age": event.max_age,
            "maximum_attendee_capacity": event.capacity,
            "enrolment_start_time": None if opens is None else _local(opens),
            "enrolment_end_time": None if closes is None else _local(closes),
            "location_extra_info": _texts(event.location_text),
            "description": _texts(event.description),
            "short_description": _texts(event.summary),
            "provider": {"fi": self.organisations[publisher].name} if publisher in self.organisations else None,
            "info_url": {
                language: f"https://tapahtumat.example/{language}/{event.id}" for language in event.name.map()
            },
            "name": _texts(event.name),
        }

    def _series(self, series: MadeSeries, children: Sequence[MadeEvent]) -> Row:
        """From its first child's start to its last one's end, as far as they are known."""
        starts = [event.starts_at for event in children if event.starts_at is not None]
        ends = [event.ends_at for event in children if event.ends_at is not None]
        publisher = series.organisation or children[0].organisation or next(iter(self.organisations))
        return EVENT | {
            "id": f"{self.own}:{series.id}",
            "location": None if series.place is None else self._place_id(series.place),
            "keywords": list(children[0].keywords),
            "event_status": "EventScheduled" if starts else "EventPostponed",
            "type_id": children[0].type,
            "data_source": self.own,
            "publisher": publisher,
            "sub_events": [self._id(event) for event in children],
            "audience": list(children[0].audience),
            "created_time": _stamp(series.modified_at),
            "last_modified_time": _stamp(series.modified_at),
            "start_time": _moment(min(starts)) if starts else None,
            "end_time": _moment(max(ends)) if ends else None,
            "super_event_type": series.type,
            "short_description": _texts(children[0].summary),
            "description": _texts(children[0].description),
            "name": _texts(series.name),
        }

    def _draft(self, parent: Row, occurrences: Sequence[Row]) -> Row:
        """A child that is not public: named among its parent's sub_events, and nowhere else."""
        model = next(row for row in occurrences if row["super_event"] == parent["id"])
        draft = model | {"id": f"{parent['id']}-luonnos", "name": {"fi": "Luonnos"}, "registration": None}
        parent["sub_events"].append(draft["id"])
        return draft

    # what events refer to

    def _internet(self) -> str:
        return f"{self.own}:internet"

    def _place_id(self, key: str) -> str:
        number = self.places[key].tprek
        return f"osoite:{key}" if number is None else f"tprek:{number}"

    def _places(self, events: Sequence[Row]) -> Iterable[Row]:
        used = Counter(row["location"] for row in events)
        coming = {row["location"] for row in events if self._is_coming(row)}
        for place in self.city.places:
            id_ = self._place_id(place.key)
            if (place.in_linkedevents and place.city.lower() == self.own) or id_ in used:
                yield self._place(place, id_, used[id_], id_ in coming)
        internet = self._internet()
        yield self._place(None, internet, used[internet], internet in coming)

    def _place(self, place: MadePlace | None, id_: str, events: int, has_coming: bool) -> Row:
        """None: the internet."""
        found = place or MadePlace(
            key="internet",
            kind="other",
            tprek=None,
            name=Text(fi="Internet", sv="Internet", en="Internet"),
            street=Text(),
            postal_code="",
            city="",
            lat=None,
            lon=None,
        )
        return {
            "id": id_,
            "has_user_editable_resources": False,
            "data_source": id_.partition(":")[0],
            "publisher": next(iter(self.organisations), "made:u48"),
            "divisions": [] if place is None else list(self._divisions(place)),
            "created_time": _stamp(self.founded),
            "last_modified_time": _stamp(self.founded),
            "custom_data": None,
            "email": found.email,
            "contact_type": None,
            "address_region": None,
            "postal_code": found.postal_code or None,
            "post_office_box_num": None,
            "address_country": None,
            "deleted": False,
            "has_upcoming_events": has_coming,
            "n_events": events,
            "image": None,
            "parent": None,
            "replaced_by": None,
            "position": (
                None
                if found.lat is None or found.lon is None
                else {"type": "Point", "coordinates": [found.lon, found.lat]}
            ),
            "street_address": _texts(found.street),
            "description": _texts(found.description),
            "telephone": None if found.phone is None else {"fi": found.phone},
            "info_url": _texts(found.website),
            "name": _texts(found.name),
            "address_locality": {"fi": found.city} if found.city else None,
        }

    def _divisions(self, place: MadePlace) -> Iterable[Row]:
        within = set(place.divisions)
        for area in self.city.areas:
            if area.ocd_id in within:
                name = {language: text for language, text in area.name.map().items() if language != "en"}
                yield {"type": area.type, "ocd_id": area.ocd_id, "municipality": place.city, "name": name}
        whole = f"ocd-division/country:fi/kunta:{place.city.lower()}"
        yield {"type": "muni", "ocd_id": whole, "municipality": place.city, "name": {"fi": place.city}}

    def _keywords(self, events: Sequence[Row]) -> Iterable[Row]:
        """A word of an audience counts among an event's, but not as having events to come."""
        used = Counter(word for row in events for word in {*row["keywords"], *row["audience"]})
        coming = {word for row in events if self._is_coming(row) for word in row["keywords"]}
        for keyword in self.city.keywords:
            yield {
                "id": keyword.id,
                "has_user_editable_resources": False,
                "alt_labels": list(keyword.alt_labels),
                "created_time": _stamp(self.founded),
                "last_modified_time": _stamp(self.founded),
                "aggregate": False,
                "deprecated": False,
                "has_upcoming_events": keyword.id in coming,
                "n_events": used[keyword.id],
                "image": None,
                "data_source": keyword.id.partition(":")[0],
                "publisher": next(iter(self.organisations), "made:u48"),
                "replaced_by": None,
                "name": _texts(keyword.name),
            }

    def _is_coming(self, row: Row) -> bool:
        end = span_of(row).end
        return end is not None and end.astimezone(HELSINKI).date() >= self.city.today

    def _keyword_sets(self) -> list[Row]:
        topics = {word for event in self.chosen for word in event.keywords}
        audiences = {word for event in self.chosen for word in event.audience}
        return [
            self._keyword_set(
                "audiences", "audience", Text(fi="Kohderyhmät", sv="Målgrupper", en="Audiences"), audiences
            ),
            self._keyword_set("topics", "keyword", Text(fi="Aiheet", sv="Ämnen", en="Topics"), topics),
        ]

    def _keyword_set(self, name: str, usage: str, title: Text, words: Iterable[str]) -> Row:
        return {
            "id": f"{self.own}:{name}",
            "keywords": sorted(words),
            "usage": usage,
            "created_time": _stamp(self.founded),
            "last_modified_time": _stamp(self.founded),
            "has_user_editable_resources": True,
            "image": None,
            "data_source": self.own,
            "organization": None,
            "name": _texts(title),
        }

    def _organisation(self, key: str) -> Row:
        one = self.organisations[key]
        return {
            "id": one.id,
            "data_source": one.id.partition(":")[0],
            "classification": None,
            "name": one.name,
            "founding_date": None,
            "dissolution_date": None,
            "parent_organization": one.parent,
            "sub_organizations": [each.id for each in self.city.organisations if each.parent == one.id],
            "affiliated_organizations": [],
            "created_time": _stamp(self.founded),
            "last_modified_time": _stamp(self.founded),
            "replaced_by": None,
            "has_regular_users": False,
            "is_affiliated": False,
        }

    def _images(self) -> Iterable[Row]:
        """Every other one may be shown with its event only."""
        for url in sorted({event.image for event in self.chosen if event.image is not None}):
            number = _number(url)
            is_free = number % 2 == 0
            yield {
                "id": number,
                "has_user_editable_resources": True,
                "license": "cc_by" if is_free else "event_only",
                "license_url": "https://creativecommons.org/licenses/by/4.0/" if is_free else "",
                "created_time": _stamp(self.founded),
                "last_modified_time": _stamp(self.founded),
                "url": url,
                "name": "Tekaistu kuva",
                "cropping": "",
                "photographer_name": "Kuvaaja Esimerkki",
                "alt_text": "Tekaistu kuva tapahtumasta" if is_free else None,
                "data_source": self.own,
                "publisher": next(iter(self.organisations), "made:u48"),
            }

    def _registration(self, event: MadeEvent) -> Row:
        id_ = self._id(event)
        number = _number(id_)
        opens, closes = event.enrolment or (None, None)
        taken = None if event.capacity is None or event.remaining is None else event.capacity - event.remaining
        return {
            "id": number,
            "signups": None,
            "current_attendee_count": taken or 0,
            "current_waiting_list_count": 0,
            "remaining_attendee_capacity": event.remaining,
            "remaining_waiting_list_capacity": WAITING_LIST,
            "data_source": self.own,
            "publisher": event.organisation or next(iter(self.organisations)),
            "has_registration_user_access": False,
            "has_substitute_user_access": False,
            "event": id_,
            "attendee_registration": False,
            "audience_min_age": event.min_age,
            "audience_max_age": event.max_age,
            "enrolment_start_time": None if opens is None else _local(opens),
            "enrolment_end_time": None if closes is None else _local(closes),
            "maximum_attendee_capacity": event.capacity,
            "minimum_attendee_capacity": None,
            "waiting_list_capacity": WAITING_LIST,
            "maximum_group_size": None,
            "mandatory_fields": [],
            "signup_url": {
                language: f"https://ilmoittautuminen.example/{language}/registration/{number}"
                for language in ("fi", "sv", "en")
            },
            "is_created_by_current_user": False,
            "created_time": _stamp(event.created_at),
            "last_modified_time": _stamp(event.modified_at),
            "instructions": None,
            "confirmation_message": None,
        }


def _has_registration(event: MadeEvent) -> bool:
    return event.enrolment is not None and event.capacity is not None


def _offers(event: MadeEvent) -> list[Row]:
    if event.is_free is None:
        return []
    return [{"is_free": event.is_free, "description": None, "info_url": None, "price": _texts(event.price)}]


def _wire_times(event: MadeEvent) -> tuple[str | None, str | None]:
    """Whole days are dates, the last one inclusive; a single one has no end."""
    if event.all_day is not None:
        first, last = event.all_day
        return _day(first), None if first == last else _day(last)
    return (
        None if event.starts_at is None else _moment(event.starts_at),
        None if event.ends_at is None else _moment(event.ends_at),
    )


def _day(day: date) -> str:
    return day.isoformat()


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _local(moment: datetime) -> str:
    return moment.astimezone(HELSINKI).isoformat(timespec="seconds")


def _texts(text: Text) -> dict[str, str] | None:
    """Null where there is no text at all; a language without one is left out."""
    return text.map() or None


def _number(key: str) -> int:
    """The same on every date."""
    return crc32(key.encode()) & 0x7FFF_FFFF
