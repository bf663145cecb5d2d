"""Each filter of events takes in what matches and leaves out what does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from hub.index import events as event_index
from hub.index.event_details import Details
from hub.index.events import AT_PLACE, BY_ORGANISER, IN_SERIES, EventFilter, EventSort
from hub.index.listing import Under
from hub.index.read import Index
from hub.index.themes import OnThemes, of_events
from hub.index.write import Writer
from hub.records.core import Record, Ref
from hub.records.events import Enrolment, Event, EventStatus, EventType, Offer
from tests import made
from tests.index.two_places import (
    AT_HERE,
    AT_THERE,
    BOX,
    ELSEWHERE,
    HERE,
    KALLIO,
    MUSIC,
    NEAR,
    OODI,
    ORGANISER,
    THERE,
    Number,
    listed,
)

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
