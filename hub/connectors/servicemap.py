"""Service Map (Palvelukartta): the city's register of units, its services, and the city's own divisions.

Upstream   api.hel.fi/servicemap/v2, REST, JSON, no key
Licence    CC BY 4.0, credited as "Helsinki Service Map / Palvelukartta, City of Helsinki"
Languages  all in one reply; a language without text is left out of a unit, null elsewhere
Time       last_modified_time with its offset; divisions have dates
Paging     page (from 1) and page_size (at most 1000); our cursor is the next page's number, so an address that the
           reply holds is never followed; a page past the end is a 404
Quirks     units come by id, descending, and shift when one is added: large pages, read in one go;
           an id that was merged answers with the new unit, which the list holds under its own id;
           `only` keeps persons (connections[].contact_person) out of the reply: it is always sent;
           a unit of service 813 without a kirkanta identifier may be a sight or a youth room in a library's house;
           accessibility counts are {} where nothing was assessed and where nothing is wrong;
           divisions: several generations (the valid one has no end), numeric ids change with every import

Options    municipality  ids, "helsinki" (default), or several: of whose units; the first one's divisions
           kinds         {"YOUTH": [468]}: service ids that tell a place's kind, in place of ours for that kind
           page          address of a unit's page for people, with {id}
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Annotated, Any, ClassVar
from urllib.parse import quote

import msgspec

from hub.connectors.contacts import contact
from hub.connectors.markup import html_of, localized_plain, plain
from hub.connectors.moments import instant
from hub.connectors.options import Options
from hub.connectors.weblinks import weblink
from hub.fetch import Ask, Collection, Fetch, Page, Reply, Source, get
from hub.freshness import Freshness, days, hours
from hub.records.core import Address, LocalizedText, Picture, Point, Record, point
from hub.records.places import Accessibility, Area, AreaKind, Identifier, Place, PlaceKind, Service

UNITS = Freshness(fresh=hours(6), while_revalidate=days(1), if_error=days(30))
DIVISIONS = Freshness(fresh=days(7), while_revalidate=days(7), if_error=days(90))  # they change a few times a year

UNIT_PAGE = "1000"  # the most; see the quirk of shifting pages
DIVISION_PAGE = "50"  # with their borders a thousand would pass the size that one reply may have
PAGE_FOR_PEOPLE = "https://palvelukartta.hel.fi/fi/unit/{id}"
PARAGRAPH = re.compile(r"\r?\n\s*\r?\n")
TAGGED = re.compile(r"</?(?:p|br|a|ul|ol|li|strong|em|b|i|h\d|div|span)\b[^<>]*>", re.IGNORECASE)

# What we read of a unit, and nothing else: never `connections`, whose contact_person can be a person.
UNIT_FIELDS = (
    "id",
    "name",
    "short_description",
    "description",
    "street_address",
    "address_zip",
    "municipality",
    "location",
    "phone",
    "email",
    "www",
    "picture_url",
    "picture_caption",
    "accessibility_viewpoints",
    "accessibility_shortcoming_count",
    "identifiers",
    "services",
    "last_modified_time",
)

# Services of the register that say what kind of place offers them, by its own list of ontology words (names beside).
# What merely happens in a place (a computer course, a meeting room) says nothing of its kind and is left out.
KINDS: Mapping[PlaceKind, tuple[int, ...]] = {
    PlaceKind.LIBRARY: (813,),  # public libraries; only with a kirkanta identifier
    PlaceKind.MOBILE_LIBRARY: (312,),  # mobile libraries (311, their stops, are no libraries)
    PlaceKind.YOUTH: (468,),  # youth centres
    PlaceKind.CULTURE: (
        *(344, 672),  # cultural history museums, art museums
        *(345, 329, 474),  # multi-functional venues, concert facilities, exhibition spaces
        *(479, 686, 694),  # opera and ballet, dance performances, theatres
    ),
    PlaceKind.SPORT: (
        *(400, 401, 402, 444),  # sports halls, sports parks, gymnastics halls, multipurpose halls and arenas
        *(426, 728, 729),  # open-air pools, swimming pools, indoor swimming pools
        *(308, 350, 415, 495),  # competition ice arenas, gyms, neighbourhood sports areas, ball games courts
        *(616, 625, 647, 699, 797, 817),  # floorball, fitness, badminton, tennis, weights, athletics
    ),
    PlaceKind.EDUCATION: (
        *(601, 602, 661, 662),  # basic education in Swedish and Finnish, grades 1-6 and 7-9
        *(593, 598, 653, 658, 816),  # vocational and upper secondary
        *(603, 663),  # day care: early education
        *(605, 665, 822),  # adult education centres, universities
        *(360, 456),  # schools of visual arts, music institutes
    ),
    PlaceKind.HEALTH: (
        *(379, 463, 835),  # child health, maternity and child health, maternity clinics
        *(521, 610, 667, 703, 820),  # psychiatric and hospital outpatients, maternity hospitals, health stations, …
    ),
    PlaceKind.SERVICE_POINT: (809, 716, 723, 775),  # service points, customs, employment and tax offices
}

AREA_KINDS = {
    "neighborhood": AreaKind.NEIGHBOURHOOD,
    "sub_district": AreaKind.SUB_DISTRICT,
    "district": AreaKind.DISTRICT,
    "major_district": AreaKind.MAJOR_DISTRICT,
}


class Servicemap:
    """Pure: it says what to ask and what the reply means. What a configuration may change stands in its source."""

    UPSTREAM: ClassVar[str] = "servicemap"
    OPTIONS: ClassVar[frozenset[str]] = frozenset({"municipality", "kinds", "page"})
    IS_DOCUMENT: ClassVar[bool] = False

    def __init__(self, source: Source) -> None:
        self.source = source
        with Options(source) as given:
            self.municipalities = given.read("municipality", ("helsinki",), _words, "one or more words")
            self.kinds = _kinds(given)
            self.page_for_people = given.address("page", PAGE_FOR_PEOPLE, holding="{id}")

    def collections(self) -> Iterable[Collection]:
        # A day's edits in the register are few and none is urgent; areas and service names change by the season.
        yield Collection(kind=Area.kind, pages=self.areas, every=days(7), full=days(7), urgency=5)
        yield Collection(kind=Service.kind, pages=self.services, every=days(1), full=days(7), urgency=20)
        yield Collection(kind=Place.kind, pages=self.places, every=hours(6), full=days(1), one=self.place, urgency=10)

    def probe(self) -> Fetch[Page[Place]]:
        """One unit of the city, with every field that we read."""
        params = {"municipality": ",".join(self.municipalities), "only": ",".join(UNIT_FIELDS), "page_size": "1"}
        return get(self.source, "unit/", params, parse=partial(self._units, page=1), freshness=UNITS)

    def places(self, ask: Ask) -> Fetch[Page[Place]]:
        """The units of our municipalities, 1000 at a time."""
        params = {"municipality": ",".join(self.municipalities), "only": ",".join(UNIT_FIELDS), "page_size": UNIT_PAGE}
        page = int(ask.after or 1)
        return self._get("unit/", params, page, parse=partial(self._units, page=page), freshness=UNITS)

    def place(self, key: str) -> Fetch[Record | None]:
        """One unit. None where there is none, and where it was merged into another: that one has its own id."""
        return get(
            self.source,
            f"unit/{quote(key, safe='')}/",
            {"only": ",".join(UNIT_FIELDS)},
            parse=partial(self._unit, key=key),
            freshness=UNITS,
            statuses=(200, 404),
        )

    def services(self, ask: Ask) -> Fetch[Page[Service]]:
        """The register's services, by whatever order it has."""
        page = int(ask.after or 1)
        parse = partial(self._services, page=page)
        return self._get("service/", {"page_size": UNIT_PAGE}, page, parse=parse, freshness=UNITS)

    def areas(self, ask: Ask) -> Fetch[Page[Area]]:
        """The divisions that residents and statistics use, with their borders."""
        params = {"type": ",".join(AREA_KINDS), "geometry": "true", "page_size": DIVISION_PAGE}
        page = int(ask.after or 1)
        parse = partial(self._divisions, page=page)
        return self._get("administrative_division/", params, page, parse=parse, freshness=DIVISIONS)

    def _get(self, path: str, params: dict[str, str], page: int, **how: Any) -> Fetch[Page[Any]]:
        # Units may go while we read: then the page that the last reply promised is past the end.
        statuses = (200, 404) if page > 1 else (200,)
        return get(self.source, path, {**params, "page": str(page)}, statuses=statuses, **how)

    def _units(self, reply: Reply, *, page: int) -> Page[Place]:
        if reply.status == 404:
            return Page(items=(), complete=False)
        many = reply.json(_Many)
        items, dropped = reply.rows(many.results, _Unit, partial(self._place, reply))
        return reply.page(items, sent=len(many.results), dropped=dropped, total=many.count, next=many.after(page))

    def _unit(self, reply: Reply, *, key: str) -> Record | None:
        if reply.status == 404:
            return None
        place = self._place(reply, reply.json(_Unit))
        return place if place.ref.key == key else None

    def _place(self, reply: Reply, unit: _Unit) -> Place:
        street, zip_code = _text(unit.street_address), plain(unit.address_zip, 20)
        municipality = plain(unit.municipality, 100)
        city = municipality.capitalize() if municipality else None  # an id: "helsinki"
        picture = weblink(unit.picture_url)
        www = unit.www or _Texts()
        identifiers = tuple(
            Identifier(namespace=namespace, value=value)
            for one in unit.identifiers or ()
            if (namespace := plain(one.namespace, 100)) and (value := plain(one.value, 200))
        )
        services = tuple(dict.fromkeys(unit.services or ()))
        return Place(
            ref=self.source.ref(Place.kind, unit.id),
            read_at=reply.read_at,
            modified_at=instant(unit.last_modified_time),
            url=weblink(self.page_for_people.replace("{id}", str(unit.id))),
            name=_text(unit.name),
            summary=_text(unit.short_description),
            description=_paragraphs(unit.description),
            tprek_id=str(unit.id),
            identifiers=identifiers,
            kinds=self._kinds_of(services, is_in_kirkanta=any(one.namespace == "kirkanta" for one in identifiers)),
            address=Address(street=street, postal_code=zip_code, city=city) if street or zip_code or city else None,
            location=_point(unit.location),
            # its own; those of its staff are in `connections`, which we do not ask for
            contact=contact(unit.phone, unit.email, (www.fi, www.sv, www.en)),
            accessibility=_accessibility(unit),
            services=tuple(self.source.ref(Service.kind, service) for service in services),
            picture=Picture(url=picture, alt=_text(unit.picture_caption)) if picture else None,
        )

    def _kinds_of(self, services: tuple[int, ...], *, is_in_kirkanta: bool) -> tuple[PlaceKind, ...]:
        return tuple(
            kind
            for kind, told_by in self.kinds.items()
            if not told_by.isdisjoint(services) and (kind is not PlaceKind.LIBRARY or is_in_kirkanta)
        )

    def _services(self, reply: Reply, *, page: int) -> Page[Service]:
        if reply.status == 404:
            return Page(items=(), complete=False)
        many = reply.json(_Many)
        items, dropped = reply.rows(many.results, _Service, partial(self._service, reply))
        return reply.page(items, sent=len(many.results), dropped=dropped, total=many.count, next=many.after(page))

    def _service(self, reply: Reply, service: _Service) -> Service:
        return Service(ref=self.source.ref(Service.kind, service.id), read_at=reply.read_at, name=_text(service.name))

    def _divisions(self, reply: Reply, *, page: int) -> Page[Area]:
        if reply.status == 404:
            return Page(items=(), complete=False)
        many = reply.json(_Many)
        items, dropped = reply.rows(many.results, _Division, partial(self._area, reply), key=_area_key)
        return reply.page(items, sent=len(many.results), dropped=dropped, total=many.count, next=many.after(page))

    def _area(self, reply: Reply, division: _Division) -> Area | None:
        kind = AREA_KINDS.get(division.type)
        if kind is None or division.municipality != self.municipalities[0] or division.end is not None:
            return None  # another kind, the neighbours' (all cities come in one list), or a generation that has ended
        key = _part_of_ocd(division.ocd_id)
        if key is None or division.ocd_id is None:
            raise ValueError(f"no division's OCD id: {division.ocd_id!r}")
        name = _text(division.name)
        if name is None:
            raise ValueError("a division without a name")
        return Area(
            ref=self.source.ref(Area.kind, key),
            read_at=reply.read_at,
            modified_at=instant(division.modified_at),
            name=name,
            area_kind=kind,
            ocd_id=division.ocd_id,
            origin_id=plain(division.origin_id, 100),
            boundary=_boundary(division.boundary),
        )


def _words(given: object) -> tuple[str, ...]:
    """An option that is one word, several with commas, or a list."""
    words = given.split(",") if isinstance(given, str) else given
    if not isinstance(words, (list, tuple)) or not words:
        raise ValueError
    if not all(isinstance(word, str) and word.strip() for word in words):
        raise ValueError
    return tuple(word.strip() for word in words)


def _kinds(options: Options) -> dict[PlaceKind, frozenset[int]]:
    kinds = {kind: frozenset(services) for kind, services in KINDS.items()}
    for word, services in options.read("kinds", {}, dict[str, Any], "lists of service ids by kind").items():
        try:
            if not isinstance(services, (list, tuple)):
                raise TypeError  # noqa: TRY301 - told as the other mistakes are
            kinds[PlaceKind(word)] = frozenset(int(service) for service in services)
        except (ValueError, TypeError):
            known = ", ".join(PlaceKind)
            options.wrong(f"kinds.{word}", f"{services!r:.60}, expected a list of service ids under {known}")
    return kinds


def _text(texts: _Texts | None) -> LocalizedText | None:
    return None if texts is None else localized_plain(texts.fi, texts.sv, texts.en)


def _paragraphs(texts: _Texts | None) -> LocalizedText | None:
    """Sanitised HTML of what is plain text with empty lines between paragraphs (some units hold markup)."""
    if texts is None:
        return None
    found = [
        html_of(text if TAGGED.search(text) else "".join(f"<p>{html.escape(p)}</p>" for p in PARAGRAPH.split(text)))
        if text
        else None
        for text in (texts.fi, texts.sv, texts.en)
    ]
    return LocalizedText(fi=found[0], sv=found[1], en=found[2]) if any(found) else None


def _point(location: _Location | None) -> Point | None:
    if location is None or location.type != "Point":
        return None
    lon, lat = location.coordinates  # longitude first
    return point(lat, lon)


def _part_of_ocd(ocd_id: str | None) -> str | None:
    """ "kaupunginosa:kallio" of "ocd-division/country:fi/kunta:helsinki/kaupunginosa:kallio"."""
    found = OCD.fullmatch(ocd_id or "")
    return found[1] if found else None


OCD = re.compile(r"ocd-division/country:\w\w/kunta:[^/:\s]{1,100}/([^/:\s]{1,100}:[^/:\s]{1,200})")


def _area_key(row: msgspec.Raw) -> str | None:
    """The key of a division that is otherwise unreadable."""
    try:
        return _part_of_ocd(msgspec.json.decode(row, type=_OcdId).ocd_id)
    except (ValueError, RecursionError):
        return None


def _boundary(shape: _MultiPolygon | None) -> Polygons:
    if shape is None:
        return ()
    for polygon in shape.coordinates:
        if not polygon:
            raise ValueError("a polygon without a ring")
        for ring in polygon:
            if len(ring) < 4 or ring[0] != ring[-1]:
                raise ValueError(f"a ring of {len(ring)} points that is not closed")
            if not all(-180 <= lon <= 180 and -90 <= lat <= 90 for lon, lat in ring):
                raise ValueError("a border outside the world")
    return shape.coordinates


Polygons = tuple[tuple[tuple[tuple[float, float], ...], ...], ...]  # polygons, rings, lon and lat
Id = Annotated[int, msgspec.Meta(ge=1, le=2**53)]
Count = Annotated[int, msgspec.Meta(ge=0, le=10_000)]


class _Many(msgspec.Struct):
    results: list[msgspec.Raw]
    count: int
    next: str | None

    def after(self, page: int) -> str | None:
        """Our cursor behind this page. An empty page ends it, whatever it promises."""
        return str(page + 1) if self.next and self.results else None


class _Texts(msgspec.Struct):
    fi: str | None = None
    sv: str | None = None
    en: str | None = None


class _Location(msgspec.Struct):
    type: str
    coordinates: tuple[float, float]


class _Identifier(msgspec.Struct):
    namespace: str
    value: str


WHEELCHAIR = "11"  # of the survey's viewpoints: somebody who uses a wheelchair
VERDICTS = {"green": True, "red": False}


def _accessibility(unit: _Unit) -> Accessibility | None:
    count, viewpoints = unit.accessibility_shortcoming_count or _Shortcomings(), unit.accessibility_viewpoints or {}
    verdict = VERDICTS.get(viewpoints.get(WHEELCHAIR) or "")
    if not count.says and verdict is None:
        return None
    return Accessibility(for_wheelchair=verdict, **msgspec.structs.asdict(count))


class _Shortcomings(msgspec.Struct):
    wheelchair: Count | None = None
    reduced_mobility: Count | None = None
    rollator: Count | None = None
    stroller: Count | None = None
    visually_impaired: Count | None = None
    hearing_aid: Count | None = None

    @property
    def says(self) -> bool:
        """False for {}: not assessed, or nothing found; the register does not say which."""
        return any(count is not None for count in msgspec.structs.astuple(self))


class _Unit(msgspec.Struct):  # the fields of UNIT_FIELDS, by their names
    id: Id
    name: _Texts | None = None
    short_description: _Texts | None = None
    description: _Texts | None = None
    street_address: _Texts | None = None
    address_zip: str | None = None
    municipality: str | None = None
    location: _Location | None = None
    phone: str | None = None
    email: str | None = None
    www: _Texts | None = None
    picture_url: str | None = None
    picture_caption: _Texts | None = None
    accessibility_viewpoints: dict[str, str | None] | None = None
    accessibility_shortcoming_count: _Shortcomings | None = None
    identifiers: list[_Identifier] | None = None
    services: list[Id] | None = None
    last_modified_time: str | None = None


class _Service(msgspec.Struct):
    id: Id
    name: _Texts | None = None


class _MultiPolygon(msgspec.Struct, tag="MultiPolygon"):
    coordinates: Polygons


class _OcdId(msgspec.Struct):
    ocd_id: str | None = None


class _Division(msgspec.Struct):
    type: str
    ocd_id: str | None = None
    name: _Texts | None = None
    origin_id: str | None = None
    municipality: str | None = None
    end: str | None = None
    modified_at: str | None = None
    boundary: _MultiPolygon | None = None
