"""Each filter takes in what matches and leaves out what does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from hub.derive.joins import Joins
from hub.index import areas, catalogue, participation, places, spaces
from hub.index import events as event_index
from hub.index.catalogue import ThingFilter
from hub.index.event_details import Details
from hub.index.events import AT_PLACE, BY_ORGANISER, IN_SERIES, EventFilter, EventSort
from hub.index.geo import Box, Near
from hub.index.listing import Listing, Under
from hub.index.opening import Opening
from hub.index.participation import ProjectFilter, ProposalFilter
from hub.index.places import PlaceFilter, PlaceSort
from hub.index.read import Index
from hub.index.spaces import SpaceFacts, SpaceSort
from hub.index.themes import OnThemes, of_events
from hub.index.write import Writer
from hub.records.catalogue import Format
from hub.records.core import LocalizedText, Record, Ref
from hub.records.events import Enrolment, Event, EventStatus, EventType, Offer
from hub.records.participation import ProposalStage
from hub.records.places import Accessibility, AreaKind, PlaceKind
from hub.records.spaces import SpaceKind, SpacePrice
from tests import made

OODI, ELSEWHERE = made.spot(60.174, 24.938), made.spot(60.3, 25.2)
NEAR = Near(at=OODI, metres=500)
BOX = Box(west=24.9, south=60.1, east=25.0, north=60.2)
HERE, THERE = made.unit("here", "Oodi", location=OODI), made.unit("there", "Muualla", location=ELSEWHERE)
KALLIO = made.area("kallio", boundary=made.square(24.9, 60.1))
AT_HERE, AT_THERE = HERE.ref, THERE.ref
OPEN = made.unit("open", "Avoin", accessibility=Accessibility(for_wheelchair=True))
BARRED = made.unit("barred", "Portaat", accessibility=Accessibility(for_wheelchair=False))
AT_OPEN, AT_BARRED = OPEN.ref, BARRED.ref
OPEN_TODAY = made.opening_day(AT_OPEN, date(2026, 11, 22), made.span(8, 20))
ORGANISER = Ref("organisation", "le", "ahjo:1")

MUSIC = (1808, 2762)

Number = Callable[[Record | Ref], int]


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    writer = made.in_folder(tmp_path)
    made.put(writer, KALLIO, HERE, THERE)
    yield writer
    writer.close()


@pytest.fixture
def index(tmp_path: Path, writer: Writer) -> Iterator[Index]:
    index = Index(tmp_path)
    yield index
    index.close()


def listed(writer: Writer, index: Index, listing: Listing, parents: list[int] | None = None) -> list[str]:
    """Keys, in order."""
    names = dict(writer.connection.execute("SELECT rid, key FROM record").fetchall())
    return [names[row[1]] for row in index.rows(*listing.page(parents, 100, None))]


# name: (the filter, one event that is in, one that is out)
EVENTS: dict[str, tuple[Callable[[Number], EventFilter], Event, Event]] = {
    "text": (lambda n: EventFilter(text="kielikahvila"), made.event("in", "Kielikahvilat"), made.event("out", "Jooga")),
    "text without a word": (lambda n: EventFilter(text="?!"), made.event("never"), made.event("out")),
    "starts_after": (
        lambda n: EventFilter(starts_after=made.at(12)),
        made.event("in", starts_at=made.at(12)),
        made.event("out", starts_at=made.at(12) - timedelta(seconds=1)),
    ),
    "starts_before": (
        lambda n: EventFilter(starts_before=made.at(12)),
        made.event("in", starts_at=made.at(12) - timedelta(seconds=1)),
        made.event("out", starts_at=made.at(12)),
    ),
    "ends_after": (
        lambda n: EventFilter(ends_after=made.at(12)),
        made.event("in", starts_at=made.at(1), ends_at=made.at(12.5)),
        made.event("out", starts_at=made.at(1), ends_at=made.at(12)),
    ),
    "ends_after, without length": (
        lambda n: EventFilter(ends_after=made.at(12)),
        made.event("in", starts_at=made.at(12), ends_at=made.at(12)),
        made.event("out", starts_at=made.at(11), ends_at=made.at(11)),
    ),
    "ends_after, no day yet": (
        lambda n: EventFilter(ends_after=made.at(12)),
        made.event("in", starts_at=None, ends_at=None),
        made.event("out", starts_at=made.at(1), ends_at=made.at(2)),
    ),
    "overlaps, begun before": (
        lambda n: EventFilter(overlaps=made.span(12, 14)),
        made.event("in", starts_at=made.at(1), ends_at=made.at(12.5)),
        made.event("out", starts_at=made.at(1), ends_at=made.at(12)),
    ),
    "overlaps, ends later": (
        lambda n: EventFilter(overlaps=made.span(12, 14)),
        made.event("in", starts_at=made.at(13.9), ends_at=made.at(20)),
        made.event("out", starts_at=made.at(14), ends_at=made.at(20)),
    ),
    "overlaps, without length": (
        lambda n: EventFilter(overlaps=made.span(12, 14)),
        made.event("in", starts_at=made.at(12), ends_at=made.at(12)),
        made.event("out", starts_at=made.at(11), ends_at=made.at(11)),
    ),
    "overlaps, open end": (
        lambda n: EventFilter(overlaps=made.span(12, 14)),
        made.event("in", starts_at=made.at(9), ends_at=None),
        made.event("out", starts_at=made.at(9, day=-1), ends_at=None),
    ),
    "overlaps, unknown": (
        lambda n: EventFilter(overlaps=made.span(0, 24)),
        made.event("in", starts_at=made.at(9)),
        made.event("out", starts_at=None, ends_at=made.at(10)),
    ),
    "is_free": (
        lambda n: EventFilter(is_free=True),
        made.event("in", offers=(Offer(is_free=True),)),
        made.event("out", offers=(Offer(is_free=False),)),
    ),
    "is not free": (
        lambda n: EventFilter(is_free=False),
        made.event("in", offers=(Offer(is_free=False),)),
        made.event("out"),  # not told is not "costs something"
    ),
    "is_online": (lambda n: EventFilter(is_online=True), made.event("in", is_online=True), made.event("out")),
    "is not online": (lambda n: EventFilter(is_online=False), made.event("in"), made.event("out", is_online=True)),
    "languages, spoken": (
        lambda n: EventFilter(languages=("ru", "so")),
        made.event("in", languages=("ru",)),
        made.event("out", languages=("et",)),
    ),
    "languages, written": (
        lambda n: EventFilter(languages=("fi",)),
        made.event("in", "Nimi"),
        made.event("out", None, languages=("sv",)),
    ),
    "box, by place": (
        lambda n: EventFilter(box=BOX),
        made.event("in", at_place=AT_HERE),
        made.event("out", at_place=AT_THERE),
    ),
    "box, by its own point": (
        lambda n: EventFilter(box=BOX),
        made.event("in", at_place=AT_THERE, location=OODI),
        made.event("out", at_place=AT_HERE, location=ELSEWHERE),
    ),
    "near, by place": (
        lambda n: EventFilter(near=NEAR),
        made.event("in", at_place=AT_HERE),
        made.event("out", at_place=AT_THERE),
    ),
    "near, by its own point": (
        lambda n: EventFilter(near=NEAR),
        made.event("in", at_place=AT_THERE, location=OODI),
        made.event("out", at_place=AT_HERE, location=ELSEWHERE),
    ),
    "near, exactly": (
        lambda n: EventFilter(near=NEAR),
        made.event("in", location=made.spot(60.174 + 499 / 111_195, 24.938)),
        made.event("out", location=made.spot(60.174 + 400 / 111_195, 24.938 + 400 / 55_300)),  # in the box's corner
    ),
    "places": (
        lambda n: EventFilter(places=(n(AT_HERE),)),
        made.event("in", at_place=AT_HERE),
        made.event("out", at_place=AT_THERE),
    ),
    "areas": (
        lambda n: EventFilter(areas=(n(KALLIO),)),
        made.event("in", at_place=AT_HERE),
        made.event("out", at_place=AT_THERE),
    ),
    "organisers": (
        lambda n: EventFilter(organisers=(n(ORGANISER),)),
        made.event("in", organiser=ORGANISER),
        made.event("out"),
    ),
    "series": (
        lambda n: EventFilter(series=(n(Ref("event", "le", "parent")),)),
        made.event("in", series="parent"),
        made.event("out", series="other"),
    ),
    "keywords": (
        lambda n: EventFilter(keywords=(n(Ref("keyword", "le", "p1")),)),
        made.event("in", keywords=["p1"]),
        made.event("out", keywords=["p2"]),
    ),
    "keywords, of its audience": (
        lambda n: EventFilter(keywords=(n(Ref("keyword", "le", "p1")), 999)),
        made.event("in", audience_keywords=(Ref("keyword", "le", "p1"),)),
        made.event("out"),
    ),
    "themes": (
        lambda n: EventFilter(themes=OnThemes(numbers=MUSIC)),
        made.event("in", "Konsertti ja musiikkia", source="fe"),
        made.event("out", keywords=["yso:p3111"]),
    ),
    "themes, exactly": (
        lambda n: EventFilter(themes=OnThemes(numbers=MUSIC, exact=True)),
        made.event("in", keywords=["yso:p1808"]),
        made.event("out", "Musiikkia", source="fe"),
    ),
    "types": (
        lambda n: EventFilter(types=(EventType.COURSE, EventType.VOLUNTEERING)),
        made.event("in", type=EventType.COURSE),
        made.event("out"),
    ),
    "statuses": (
        lambda n: EventFilter(statuses=(EventStatus.CANCELLED,)),
        made.event("in", status=EventStatus.CANCELLED),
        made.event("out"),
    ),
    "sources": (lambda n: EventFilter(sources=("le",)), made.event("in"), made.event("out", source="ical")),
    "suitable_for": (
        lambda n: EventFilter(suitable_for=(7,)),
        made.event("in", min_age=7, max_age=7),
        made.event("out", min_age=8),
    ),
    "suitable_for, one end open": (
        lambda n: EventFilter(suitable_for=(7,)),
        made.event("in", max_age=12),
        made.event("out"),  # no age told
    ),
    "suitable_for, each": (
        lambda n: EventFilter(suitable_for=(7, 12)),
        made.event("in", min_age=5, max_age=12),
        made.event("out", min_age=5, max_age=11),
    ),
    "enrolment_open_at": (
        lambda n: EventFilter(enrolment_open_at=made.at(12)),
        made.event("in", enrolment=Enrolment(opens_at=made.at(12), closes_at=made.at(13))),
        made.event("out", enrolment=Enrolment(opens_at=made.at(11), closes_at=made.at(12))),
    ),
    "enrolment_open_at, without end": (
        lambda n: EventFilter(enrolment_open_at=made.at(12)),
        made.event("in", enrolment=Enrolment()),
        made.event("out"),
    ),
    "listed": (lambda n: EventFilter(), made.event("in", series="out"), made.event("out")),
}


@pytest.mark.parametrize("which", EVENTS)
def test_events_are_filtered_by(writer: Writer, index: Index, which: str) -> None:
    make, inside, outside = EVENTS[which]
    made.put(writer, inside, outside)

    def number(record: Record | Ref) -> int:
        return made.number_of(writer, record)

    found = listed(writer, index, event_index.events(index, make(number)))

    assert found == (["in"] if inside.ref.key == "in" else [])


def test_every_event_filter_is_tested() -> None:
    tested = " ".join(EVENTS)

    elsewhere = {"sort", "details"}  # details: test_event_details.py
    assert [field for field in EventFilter.__struct_fields__ if field not in tested and field not in elsewhere] == []


def test_a_common_keyword_finds_what_a_rare_one_does(
    writer: Writer, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_index, "RARE", 5)
    many = [made.event(f"{n}", keywords=["common"] + ["rare"] * (n == 3)) for n in range(6)]
    made.put(writer, *many, made.event("without"))

    def found(key: str) -> int:
        keyword = made.number_of(writer, Ref("keyword", "le", key))
        ((_, total),) = index.rows(*event_index.events(index, EventFilter(keywords=(keyword,))).total(None))
        return int(total)

    assert (found("common"), found("rare")) == (6, 1)


@pytest.mark.parametrize("rare", [2_000, 0])
def test_a_common_theme_finds_what_a_rare_one_does(
    writer: Writer, index: Index, monkeypatch: pytest.MonkeyPatch, rare: int
) -> None:
    monkeypatch.setattr(event_index, "RARE", rare)
    made.put(writer, made.event("named", keywords=["yso:p1808"]), made.event("guessed", "Musiikkia", source="fe"))

    wide = event_index.events(index, EventFilter(themes=OnThemes(numbers=MUSIC)))
    sure = event_index.events(index, EventFilter(themes=OnThemes(numbers=MUSIC, exact=True)))
    under = event_index.events(index, EventFilter(), of_events(True))

    assert (sorted(listed(writer, index, wide)), listed(writer, index, sure)) == (["guessed", "named"], ["named"])
    assert listed(writer, index, under, list(MUSIC)) == ["named"]


def test_a_merged_event_is_found_by_the_organiser_of_any_of_its_sources(writer: Writer, index: Index) -> None:
    society = Ref("organisation", "pa", "ry")
    made.put(
        writer,
        made.event("1", "Neulekahvila", at_place=AT_HERE, organiser=ORGANISER),
        made.event("2", "Neulekahvila", source="pa", at_place=AT_HERE, organiser=society),
        made.event("3", "Lukupiiri", at_place=AT_HERE),
    )
    assert index.rows("SELECT count(*) FROM event") == [(2,)]

    for organiser in (ORGANISER, society):
        number = made.number_of(writer, organiser)
        for wanted, under in (
            (EventFilter(organisers=(number,)), None),
            (EventFilter(details=Details(organisers_within=(number,))), None),
            (EventFilter(), BY_ORGANISER),
        ):
            found = event_index.events(index, wanted, under)
            assert listed(writer, index, found, None if under is None else [number]) == ["1"]


@pytest.mark.parametrize("rare", [2_000, 0])
def test_events_of_several_places_and_organisers_are_found_however_many_there_are(
    writer: Writer, index: Index, monkeypatch: pytest.MonkeyPatch, rare: int
) -> None:
    monkeypatch.setattr(event_index, "RARE", rare)
    made.put(
        writer,
        HERE,
        THERE,
        made.event("late", at_place=AT_HERE, organiser=ORGANISER, starts_at=made.at(12)),
        made.event("early", at_place=AT_THERE, starts_at=made.at(9)),
        made.event("nowhere", organiser=ORGANISER, starts_at=made.at(10)),
    )
    places = tuple(row[0] for row in index.rows("SELECT rid FROM place"))
    by = EventFilter(organisers=(made.number_of(writer, ORGANISER),))
    anywhere = event_index.events(index, EventFilter(places=places))

    assert listed(writer, index, anywhere) == ["early", "late"]
    assert listed(writer, index, event_index.events(index, by)) == ["nowhere", "late"]
    assert index.rows(*anywhere.total(None)) == [(0, 2)]


@pytest.mark.parametrize(("rare", "most"), [(2_000, 0.35), (0, 0.35), (0, 0.0)])
@pytest.mark.parametrize(
    "wanted",
    [
        EventFilter(text="satutunti"),
        EventFilter(near=NEAR),
        EventFilter(near=NEAR, starts_after=made.at(10)),
        EventFilter(box=BOX),
        EventFilter(box=BOX, near=NEAR, starts_before=made.at(11)),
    ],
)
def test_rare_and_common_are_found_alike(
    writer: Writer, index: Index, monkeypatch: pytest.MonkeyPatch, wanted: EventFilter, rare: int, most: float
) -> None:
    made.put(
        writer,
        HERE,
        THERE,
        made.event("early", at_place=AT_HERE, starts_at=made.at(9)),
        made.event("here", at_place=AT_HERE, starts_at=made.at(10.5)),
        made.event("moved here", at_place=AT_THERE, location=OODI, starts_at=made.at(10.6)),
        made.event("moved away", "Konsertti", at_place=AT_HERE, location=ELSEWHERE, starts_at=made.at(10.7)),
        made.event("late", at_place=AT_HERE, starts_at=made.at(12)),
        made.event("there", at_place=AT_THERE, starts_at=made.at(13)),
    )
    usual = listed(writer, index, event_index.events(index, wanted))
    monkeypatch.setattr(event_index, "RARE", rare)
    monkeypatch.setattr(event_index, "FEW_PLACES", rare)
    monkeypatch.setattr(event_index, "MOST", most)
    listing = event_index.events(index, wanted)

    assert listed(writer, index, listing) == usual
    assert "here" in usual
    assert ("moved away" in usual, "there" in usual) == (False, wanted.text is not None)
    assert index.rows(*listing.total(None)) == [(0, len(usual))]
    under = event_index.events(index, wanted, AT_PLACE)
    places = [row[0] for row in index.rows("SELECT rid FROM place ORDER BY rid")]
    assert len(index.rows(*under.page(places, 10, None))) == sum(row[1] for row in index.rows(*under.total(places)))


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        (EventSort.STARTS_AT, ["early", "late", "unknown"]),
        (EventSort.NAME, ["late", "unknown", "early"]),
        (EventSort.MODIFIED_AT, ["unknown", "early", "late"]),
    ],
)
def test_events_are_sorted_by(writer: Writer, index: Index, sort: EventSort, order: list[str]) -> None:
    made.put(
        writer,
        made.event("unknown", "Bändi", starts_at=None, modified_at=made.at(3)),
        made.event("late", "apila", starts_at=made.at(12)),
        made.event("early", "Äiti", starts_at=made.at(9), modified_at=made.at(1)),
    )

    assert listed(writer, index, event_index.events(index, EventFilter(sort=sort))) == order


@pytest.mark.parametrize("under", [AT_PLACE, BY_ORGANISER, IN_SERIES, event_index.IN_AREA])
def test_events_are_found_under_their_parents_only(writer: Writer, index: Index, under: Under) -> None:
    one = made.event("in", at_place=AT_HERE, organiser=ORGANISER, series="parent")
    other = made.event("out", at_place=AT_THERE, organiser=Ref("organisation", "le", "x"), series="other")
    made.put(writer, one, other)
    parents: dict[int, Record | Ref] = {
        id(AT_PLACE): AT_HERE,
        id(BY_ORGANISER): ORGANISER,
        id(IN_SERIES): Ref("event", "le", "parent"),
        id(event_index.IN_AREA): KALLIO,
    }

    parent = made.number_of(writer, parents[id(under)])

    assert listed(writer, index, event_index.events(index, EventFilter(), under), [parent]) == ["in"]


# ---- places

PLACES: dict[str, tuple[Callable[[Number], PlaceFilter], list[Record], Record]] = {
    "text": (
        lambda n: PlaceFilter(text="kirjasto"),
        [made.unit("in", "Kallion kirjasto")],
        made.unit("out", "Uimahalli"),
    ),
    "kinds": (
        lambda n: PlaceFilter(kinds=(PlaceKind.YOUTH, PlaceKind.SPORT)),
        [made.unit("in", kinds=(PlaceKind.CULTURE, PlaceKind.YOUTH))],
        made.unit("out", kinds=(PlaceKind.CULTURE,)),
    ),
    "areas": (
        lambda n: PlaceFilter(text="talo", areas=(n(KALLIO),)),
        [made.unit("in", location=OODI)],
        made.unit("out", location=ELSEWHERE),
    ),
    "near": (
        lambda n: PlaceFilter(text="talo", near=NEAR),
        [made.unit("in", location=OODI)],
        made.unit("out", location=made.spot(60.174 + 400 / 111_195, 24.938 + 400 / 55_300)),
    ),
    "box": (
        lambda n: PlaceFilter(text="talo", box=BOX),
        [made.unit("in", location=made.spot(60.1, 24.9))],  # its corner
        made.unit("out", location=made.spot(60.1 - 1e-7, 24.9)),
    ),
    "opening": (
        lambda n: PlaceFilter(text="talo", opening=Opening(at=made.at(12), today=date(2026, 11, 22))),
        [made.unit("in"), made.opening_day(Ref("place", "sm", "in"), date(2026, 11, 22), made.span(12, 18))],
        made.unit("out"),
    ),
    "opening, closed": (
        lambda n: PlaceFilter(text="talo", opening=Opening(at=made.at(9), today=date(2026, 11, 22), is_open=False)),
        [made.unit("in"), made.opening_day(Ref("place", "sm", "in"), date(2026, 11, 22), made.span(12, 18))],
        made.unit("out"),
    ),
    "has_spaces": (
        lambda n: PlaceFilter(text="talo", has_spaces=True),
        [made.unit("in"), made.space("1", at_place=Ref("place", "sm", "in"))],
        made.unit("out"),
    ),
    "has no spaces": (
        lambda n: PlaceFilter(text="talo", has_spaces=False),
        [made.unit("in")],
        made.unit("out"),
    ),
}


@pytest.mark.parametrize("which", PLACES)
def test_places_are_filtered_by(writer: Writer, index: Index, which: str) -> None:
    make, inside, outside = PLACES[which]
    made.put(writer, *inside, outside)
    if which == "has no spaces":
        made.put(writer, made.space("1", at_place=outside.ref))

    found = listed(writer, index, places.places(make(lambda record: made.number_of(writer, record))))

    assert found == ["in"]


def test_every_place_filter_is_tested() -> None:
    assert [field for field in PlaceFilter.__struct_fields__ if field not in " ".join(PLACES) and field != "sort"] == []


def test_places_by_distance_are_the_nearest_first(writer: Writer, index: Index) -> None:
    near = [made.unit(f"{n}", location=made.spot(60.174 + n / 10_000, 24.938)) for n in (3, 1, 2)]
    made.put(writer, *near)
    wanted = PlaceFilter(near=NEAR, sort=PlaceSort.DISTANCE)

    assert listed(writer, index, places.places(wanted)) == ["here", "1", "2", "3"]


def test_an_area_is_found_by_its_name_in_either_language_and_the_neighbourhood_first(
    writer: Writer, index: Index
) -> None:
    district = made.area("kallio", AreaKind.DISTRICT, boundary=made.square(24.9, 60.1))
    swedish = LocalizedText(fi="Torkkelinmäki", sv="Kallio")
    made.put(writer, district, msgspec.structs.replace(made.area("berghall", AreaKind.SUB_DISTRICT), name=swedish))

    def keys(name: str, kind: AreaKind | None = None) -> list[str]:
        names = dict(writer.connection.execute("SELECT rid, key FROM record").fetchall())
        return [names[rid] for rid in areas.named(index, name, kind)]

    assert keys("KALLIO") == ["kaupunginosa:kallio", "osa-alue:berghall", "peruspiiri:kallio"]
    assert keys("kallio", AreaKind.DISTRICT) == ["peruspiiri:kallio"]
    assert keys("Kalli\x00o") == keys("") == keys("?!") == []


# ---- spaces

SPACES: dict[str, tuple[Callable[[Number], SpaceFacts], Record, Record]] = {
    "text": (
        lambda n: SpaceFacts(text="piano"),
        made.space("in", equipment=(LocalizedText(fi="Piano"),)),
        made.space("out"),
    ),
    "kinds": (
        lambda n: SpaceFacts(kinds=(SpaceKind.EQUIPMENT,)),
        made.space("in", space_kind=SpaceKind.EQUIPMENT),
        made.space("out"),
    ),
    "people": (lambda n: SpaceFacts(people=8), made.space("in", capacity=8), made.space("out", capacity=7)),
    "people, size not told": (lambda n: SpaceFacts(people=1), made.space("in", capacity=1), made.space("out")),
    "is_free": (
        lambda n: SpaceFacts(is_free=True),
        made.space("in", price=SpacePrice(is_free=True)),
        made.space("out", price=SpacePrice(is_free=False)),
    ),
    "is not free": (
        lambda n: SpaceFacts(is_free=False),
        made.space("in", price=SpacePrice(is_free=False)),
        made.space("out"),
    ),
    "is_bookable": (lambda n: SpaceFacts(is_bookable=True), made.space("in"), made.space("out", is_bookable=False)),
    "equipment": (
        lambda n: SpaceFacts(equipment=("tulostin", "piano")),
        made.space("in", equipment=(LocalizedText(fi="Piano"), LocalizedText(fi="3D-tulostin"))),
        made.space("out", "Tulostin", equipment=(LocalizedText(fi="Piano"),)),
    ),
    "equipment that is no word": (
        lambda n: SpaceFacts(equipment=("piano",)),
        made.space("in", equipment=(LocalizedText(sv="Piano"),)),
        made.space("out", equipment=(LocalizedText(fi="?!"),)),
    ),
    "for_wheelchair, by its own survey": (
        lambda n: SpaceFacts(for_wheelchair=True),
        made.space("in", for_wheelchair=True, at_place=AT_BARRED),
        made.space("out", for_wheelchair=False, at_place=AT_OPEN),
    ),
    "for_wheelchair, by its place's": (
        lambda n: SpaceFacts(for_wheelchair=True),
        made.space("in", at_place=AT_OPEN),
        made.space("out", at_place=AT_BARRED),
    ),
    "not for_wheelchair, where nobody tells": (
        lambda n: SpaceFacts(for_wheelchair=False),
        made.space("in", at_place=AT_BARRED),
        made.space("out", at_place=AT_HERE),
    ),
    "opening": (
        lambda n: SpaceFacts(opening=Opening(at=made.at(12), today=date(2026, 11, 22))),
        made.space("in", at_place=AT_OPEN),
        made.space("out", at_place=AT_HERE),
    ),
    "near": (
        lambda n: SpaceFacts(near=NEAR),
        made.space("in", at_place=AT_HERE),
        made.space("out", at_place=AT_THERE),
    ),
    "box": (
        lambda n: SpaceFacts(box=BOX),
        made.space("in", at_place=AT_HERE),
        made.space("out", at_place=AT_THERE),
    ),
    "places": (
        lambda n: SpaceFacts(places=(n(AT_HERE),)),
        made.space("in", at_place=AT_HERE),
        made.space("out", at_place=AT_THERE),
    ),
    "areas": (
        lambda n: SpaceFacts(areas=(n(KALLIO),)),
        made.space("in", at_place=AT_HERE),
        made.space("out", at_place=AT_THERE),
    ),
}


@pytest.mark.parametrize("which", SPACES)
def test_spaces_are_filtered_by(writer: Writer, index: Index, which: str) -> None:
    make, inside, outside = SPACES[which]
    made.put(writer, OPEN, BARRED, OPEN_TODAY, inside, outside)

    found = listed(writer, index, spaces.spaces(make(lambda record: made.number_of(writer, record))))

    assert found == ["in"]


def test_every_space_filter_is_tested() -> None:
    assert [field for field in SpaceFacts.__struct_fields__ if field not in " ".join(SPACES) and field != "sort"] == []


@pytest.mark.parametrize(
    ("wanted", "order"),
    [
        (SpaceFacts(), ["large", "here", "unknown"]),
        (SpaceFacts(sort=SpaceSort.CAPACITY), ["here", "large", "unknown"]),
        (SpaceFacts(sort=SpaceSort.DISTANCE, near=Near(at=OODI, metres=50_000)), ["here", "large"]),
    ],
)
def test_spaces_are_sorted_by(writer: Writer, index: Index, wanted: SpaceFacts, order: list[str]) -> None:
    made.put(
        writer,
        made.space("unknown", "C"),
        made.space("large", "A", capacity=100, at_place=AT_THERE),
        made.space("here", "B", capacity=5, at_place=AT_HERE),
    )

    assert listed(writer, index, spaces.spaces(wanted)) == order


# ---- things to borrow

THINGS: dict[str, tuple[ThingFilter, Record, Record]] = {
    "text": (ThingFilter(text="porakoneita"), made.thing("in", "Porakone"), made.thing("out", "Ukulele")),
    "formats": (
        ThingFilter(formats=(Format.OBJECT,)),
        made.thing("in"),
        made.thing("out", format=Format.BOARD_GAME),
    ),
    "languages": (
        ThingFilter(languages=("sv",)),
        made.thing("in", languages=("sv",)),
        made.thing("out", languages=("fi",)),
    ),
    "languages, not told": (ThingFilter(languages=("sv",)), made.thing("in"), made.thing("out", languages=("fi",))),
    "branches": (
        ThingFilter(branches=("2/Helmet/h/h01/",)),
        made.thing("in", "Porakone", "2/Helmet/h/h01/"),
        made.thing("out", "Porakone", "2/Helmet/h/h02/"),
    ),
    "themes": (
        ThingFilter(themes=OnThemes(numbers=MUSIC)),
        made.thing("in", subjects=(made.text("musiikki"),)),
        made.thing("out", subjects=(made.text("työkalut"),)),
    ),
}


@pytest.mark.parametrize("which", THINGS)
def test_things_are_filtered_by(writer: Writer, index: Index, which: str) -> None:
    wanted, inside, outside = THINGS[which]
    made.put(writer, inside, outside)

    assert listed(writer, index, catalogue.things(wanted)) == ["in"]


def test_every_filter_of_things_is_tested() -> None:
    assert [field for field in ThingFilter.__struct_fields__ if field not in " ".join(THINGS)] == []


def test_things_are_found_under_the_branches_that_own_them(tmp_path: Path) -> None:
    codes = Joins(tprek_of_kirkanta={}, kirkanta_of_building={}, tprek_of_building={"b/1": "1", "b/2": "2"})
    writer = made.in_folder(tmp_path, codes)
    made.put(writer, made.unit("1"), made.unit("2"), made.thing("a", "A", "b/1", "b/2"), made.thing("b", "B", "b/2"))
    index = Index(tmp_path)
    parents = [made.number_of(writer, Ref("place", "sm", key)) for key in ("1", "2")]

    found = listed(writer, index, catalogue.things(ThingFilter(), catalogue.AT_PLACE), parents)

    assert found == ["a", "a", "b"]
    index.close()
    writer.close()


# ---- participation


def scoped(key: str) -> Callable[[Number], tuple[int, ...]]:
    return lambda n: (n(Ref("budgeting_area", "de", key)),)


ROUND = Ref("budgeting_process", "de", "1")
PROPOSALS: dict[str, tuple[Callable[[Number], ProposalFilter], Record, Record]] = {
    "text": (
        lambda n: ProposalFilter(text="penkki"),
        made.proposal("idea:in", "Penkkejä puistoon"),
        made.proposal("idea:out"),
    ),
    "process": (
        lambda n: ProposalFilter(process=n(ROUND)),
        made.proposal("idea:in", process=ROUND),
        made.proposal("idea:out"),
    ),
    "scopes": (
        lambda n: ProposalFilter(scopes=scoped("1")(n)),
        made.proposal("idea:in", scope="1"),
        made.proposal("idea:out", scope="2"),
    ),
    "near": (
        lambda n: ProposalFilter(near=NEAR),
        made.proposal("idea:in", location=OODI),
        made.proposal("idea:out", location=made.spot(60.174 + 400 / 111_195, 24.938 + 400 / 55_300)),
    ),
    "box": (
        lambda n: ProposalFilter(box=BOX),
        made.proposal("idea:in", location=OODI),
        made.proposal("idea:out", location=ELSEWHERE),
    ),
    "stages": (
        lambda n: ProposalFilter(stages=(ProposalStage.PLAN,)),
        made.proposal("plan:in"),
        made.proposal("idea:out"),
    ),
    "states": (
        lambda n: ProposalFilter(states=("accepted",)),
        made.proposal("idea:in", state="accepted"),
        made.proposal("idea:out"),
    ),
    "themes": (
        lambda n: ProposalFilter(themes=OnThemes(numbers=MUSIC)),
        made.proposal("idea:in", "Musiikkia puistoon"),
        made.proposal("idea:out", "Penkkejä puistoon"),
    ),
}


@pytest.mark.parametrize("which", PROPOSALS)
def test_proposals_are_filtered_by(writer: Writer, index: Index, which: str) -> None:
    make, inside, outside = PROPOSALS[which]
    made.put(writer, inside, outside)

    found = listed(writer, index, participation.proposals(make(lambda record: made.number_of(writer, record))))

    assert found == [inside.ref.key]


def test_every_filter_of_proposals_is_tested() -> None:
    assert ProposalFilter.__struct_fields__ == tuple(PROPOSALS)


PROJECTS: dict[str, tuple[Callable[[Number], ProjectFilter], Record, Record]] = {
    "text": (lambda n: ProjectFilter(text="penkki"), made.project("in", "Penkkejä"), made.project("out")),
    "process": (
        lambda n: ProjectFilter(process=n(ROUND)),
        made.project("in", process=ROUND),
        made.project("out"),
    ),
    "scopes": (
        lambda n: ProjectFilter(scopes=scoped("1")(n)),
        made.project("in", scope="1"),
        made.project("out", scope="2"),
    ),
    "near": (
        lambda n: ProjectFilter(near=NEAR),
        made.project("in", linked=("plan:there", "plan:here")),
        made.project("out", linked=("plan:there",)),
    ),
    "box": (
        lambda n: ProjectFilter(box=BOX, near=NEAR),
        made.project("in", linked=("plan:there", "plan:here")),
        made.project("out", linked=("plan:there",)),
    ),
    "is_selected": (
        lambda n: ProjectFilter(is_selected=False),
        made.project("in", is_selected=False),
        made.project("out"),  # not decided yet is not "not selected"
    ),
    "themes": (
        lambda n: ProjectFilter(themes=OnThemes(numbers=MUSIC)),
        made.project("in", category=made.text("Terveys ja hyvinvointi")),
        made.project("out", category=made.text("Kulttuuri")),
    ),
}


@pytest.mark.parametrize("which", PROJECTS)
def test_projects_are_filtered_by(writer: Writer, index: Index, which: str) -> None:
    make, inside, outside = PROJECTS[which]
    plans = made.proposal("plan:here", location=OODI), made.proposal("plan:there", location=ELSEWHERE)
    made.put(writer, inside, outside, *plans)

    found = listed(writer, index, participation.projects(make(lambda record: made.number_of(writer, record))))

    assert found == ["in"]


def test_every_filter_of_projects_is_tested() -> None:
    assert ProjectFilter.__struct_fields__ == tuple(PROJECTS)


WEST = made.area("lantinen", AreaKind.MAJOR_DISTRICT, name="Läntinen", boundary=made.square(24.0, 60.0, 0.5))
PART = made.area("osa", boundary=made.square(24.1, 60.1))
EAST = made.area("itainen", AreaKind.MAJOR_DISTRICT, name="Itäinen", boundary=made.square(24.5, 60.0, 0.5))
SCOPES = (made.scope("w", "Läntinen"), made.scope("e", "Itäinen"), made.scope("all", "Koko", is_whole_city=True))
IN_PART, IN_WEST_ONLY = made.spot(60.15, 24.15), made.spot(60.4, 24.4)


def test_an_area_has_the_proposals_inside_it_first_then_those_known_for_a_wider_one(
    writer: Writer, index: Index
) -> None:
    made.put(
        writer, WEST, PART, EAST, *SCOPES,
        made.proposal("idea:inside", scope="w", location=IN_PART, created_at=made.at(1)),
        made.proposal("idea:beside", scope="w", location=IN_WEST_ONLY),
        made.proposal("idea:west", scope="w", created_at=made.at(2)),
        made.proposal("idea:east", scope="e"),
        made.proposal("idea:city", scope="all", created_at=made.at(3)),
        made.proposal("idea:nowhere"),
    )  # fmt: skip
    listing = participation.proposals(ProposalFilter(), participation.PROPOSALS_IN_AREA)

    def under(area: Record) -> list[str]:
        return listed(writer, index, listing, [made.number_of(writer, area)])

    assert under(PART) == ["idea:inside", "idea:city", "idea:west"]
    assert set(under(WEST)) == {"idea:inside", "idea:beside", "idea:city", "idea:west"}
    assert under(EAST) == ["idea:city", "idea:east"]


def test_an_area_has_the_projects_of_the_plans_inside_it_and_of_wider_areas(writer: Writer, index: Index) -> None:
    made.put(
        writer, WEST, PART, EAST, *SCOPES,
        made.proposal("plan:1", location=IN_PART),
        made.project("inside", scope="w", linked=["plan:1"]),
        made.project("west", scope="w"),
        made.project("east", scope="e"),
    )  # fmt: skip
    listing = participation.projects(ProjectFilter(), participation.PROJECTS_IN_AREA)
    part, east = made.number_of(writer, PART), made.number_of(writer, EAST)

    assert listed(writer, index, listing, [part]) == ["inside", "west"]
    assert listed(writer, index, listing, [east]) == ["east"]
    inside = made.number_of(writer, Ref("budget_project", "de", "inside"))
    assert (inside, part) in participation.located_in(index, [inside])


def test_rounds_come_newest_first_and_budgets_by_name(writer: Writer, index: Index) -> None:
    made.put(
        writer,
        made.process("old", starts_on=date(2018, 1, 1)),
        made.process("new", starts_on=date(2026, 1, 1)),
        made.process("undated"),
        made.budget("1", of="new", title="Östersundom"),
        made.budget("2", of="new", title="Itäinen"),
        made.budget("3", of="old"),
    )
    new = made.number_of(writer, Ref("budgeting_process", "de", "new"))

    assert listed(writer, index, participation.processes()) == ["new", "old", "undated"]
    assert listed(writer, index, participation.budgets(participation.OF_PROCESS), [new]) == ["2", "1"]
