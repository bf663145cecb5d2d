"""Each of the rarer filters takes in what matches and leaves out what does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from hub.index import events as event_index
from hub.index.event_details import Between, Details
from hub.index.events import EventFilter
from hub.index.read import Index
from hub.index.write import Writer
from hub.records.core import LocalizedText, Record, Ref
from hub.records.events import Enrolment, Event, KeywordSet, Organisation, Registration
from tests import made

Number = Callable[[Record | Ref], int]
CITY, LIBRARIES, PARISH = (Ref("organisation", "le", key) for key in ("city", "libraries", "parish"))
MUSIC, CHILDREN, SPORT = (Ref("keyword", "le", key) for key in ("yso:music", "yso:children", "yso:sport"))
TOPICS, AUDIENCES = (Ref("keyword_set", "le", key) for key in ("helsinki:topics", "helsinki:audiences"))
SUNDAY_NOON = made.at(10)  # in Helsinki; the stories' NOW is a Sunday in November


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    writer = made.in_folder(tmp_path)
    made.put(
        writer,
        Organisation(ref=CITY, read_at=made.NOW),
        Organisation(ref=LIBRARIES, read_at=made.NOW, parent=CITY),
        Organisation(ref=PARISH, read_at=made.NOW),
        KeywordSet(ref=TOPICS, read_at=made.NOW, keywords=(MUSIC, SPORT)),
        KeywordSet(ref=AUDIENCES, read_at=made.NOW, keywords=(CHILDREN,)),
    )
    yield writer
    writer.close()


@pytest.fixture
def index(tmp_path: Path, writer: Writer) -> Iterator[Index]:
    index = Index(tmp_path)
    yield index
    index.close()


def event(key: str, **more: object) -> Event:
    return made.event(key, **{"starts_at": SUNDAY_NOON, **more})  # type: ignore[arg-type]  # the maker takes any field


# name: (the filter, one event that is in, one that is out)
DETAILS: dict[str, tuple[Callable[[Number], Details], Event, Event]] = {
    "weekday": (
        lambda n: Details(weekdays=(7, 6)),
        event("in"),
        event("out", starts_at=made.at(10, day=1)),
    ),
    "weekday is Helsinki's": (
        lambda n: Details(weekdays=(1,)),
        event("in", starts_at=made.at(22.5)),  # half past midnight there
        event("out", starts_at=made.at(21.5)),
    ),
    "starts_between": (
        lambda n: Details(starts_between=Between(first=12 * 60, last=13 * 60)),
        event("in"),
        event("out", starts_at=made.at(11.5)),
    ),
    "starts_between leaves whole days out": (
        lambda n: Details(starts_between=Between(first=0)),
        event("in"),
        event("out", is_all_day=True),
    ),
    "ends_between": (
        lambda n: Details(ends_between=Between(last=13 * 60)),
        event("in", ends_at=made.at(11)),
        event("out", ends_at=made.at(11.1)),
    ),
    "minutes": (
        lambda n: Details(minutes=Between(first=60, last=90)),
        event("in", ends_at=SUNDAY_NOON + timedelta(minutes=90)),
        event("out", ends_at=SUNDAY_NOON + timedelta(minutes=91)),
    ),
    "spoken": (
        lambda n: Details(spoken=("so",)),
        event("in", languages=("so",)),
        event("out", languages=("fi",)),
    ),
    "told": (
        lambda n: Details(written=("sv",)),
        Event(
            ref=Ref("event", "le", "in"), read_at=made.NOW, name=LocalizedText(sv="Sagostund"), starts_at=SUNDAY_NOON
        ),
        event("out"),
    ),
    "keywords_all": (
        lambda n: Details(keywords_all=(n(MUSIC), n(CHILDREN))),
        event("in", keywords=(MUSIC.key, CHILDREN.key)),
        event("out", keywords=(MUSIC.key,)),
    ),
    "keywords_none": (
        lambda n: Details(keywords_none=(n(SPORT),)),
        event("in", keywords=(MUSIC.key,)),
        event("out", keywords=(MUSIC.key, SPORT.key)),
    ),
    "keyword_sets": (
        lambda n: Details(keyword_sets=(n(TOPICS),)),
        event("in", keywords=(SPORT.key,)),
        event("out", keywords=(CHILDREN.key,)),
    ),
    "keyword_sets of an audience": (
        lambda n: Details(keyword_sets=(n(AUDIENCES),)),
        event("in", audience_keywords=(CHILDREN,)),
        event("out", keywords=(MUSIC.key,)),
    ),
    "keyword_sets_all": (
        lambda n: Details(keyword_sets_all=(n(TOPICS), n(AUDIENCES))),
        event("in", keywords=(MUSIC.key,), audience_keywords=(CHILDREN,)),
        event("out", keywords=(MUSIC.key, SPORT.key)),
    ),
    "keyword_sets_none": (
        lambda n: Details(keyword_sets_none=(n(TOPICS),)),
        event("in", keywords=(CHILDREN.key,)),
        event("out", keywords=(CHILDREN.key, SPORT.key)),
    ),
    "keyword_groups": (
        lambda n: Details(keyword_groups=((n(MUSIC), n(SPORT)), (n(CHILDREN),))),
        event("in", keywords=(SPORT.key, CHILDREN.key)),
        event("out", keywords=(MUSIC.key, SPORT.key)),
    ),
    "min_age": (lambda n: Details(min_age=Between(last=7)), event("in", min_age=7), event("out", min_age=8)),
    "max_age": (lambda n: Details(max_age=Between(first=12)), event("in", max_age=12), event("out")),
    "organisers_within": (
        lambda n: Details(organisers_within=(n(CITY),)),
        event("in", organiser=LIBRARIES),
        event("out", organiser=PARISH),
    ),
    "is_in_series": (lambda n: Details(is_in_series=True), event("in", series="course"), event("out")),
    "is in no series": (lambda n: Details(is_in_series=False), event("in"), event("out", series="course")),
    "modified_since": (
        lambda n: Details(modified_since=made.at(3)),
        event("in", modified_at=made.at(3)),
        event("out", modified_at=made.at(2.9)),
    ),
    "data_sources": (
        lambda n: Details(data_sources=("kulke",)),
        event("in", data_source="kulke"),
        event("out", data_source="helsinki"),
    ),
    "data_sources_none": (
        lambda n: Details(data_sources_none=("kulke", "x")),
        event("in", data_source="helsinki"),
        event("out", data_source="kulke"),
    ),
    "data_sources_none and a source that names none": (
        lambda n: Details(data_sources_none=("kulke",)),
        event("in"),
        event("out", data_source="kulke"),
    ),
    "least": (
        lambda n: Details(least=Between(last=5)),
        event("in", min_attendees=5),
        event("out", min_attendees=6),
    ),
    "capacity": (
        lambda n: Details(capacity=Between(first=10, last=20)),
        event("in", max_attendees=20),
        event("out", max_attendees=21),
    ),
    "is_outdoors": (
        lambda n: Details(is_outdoors=True),
        event("in", environment="out"),
        event("out", environment="in"),
    ),
    "needs_enrolment": (lambda n: Details(needs_enrolment=True), event("in", enrolment=Enrolment()), event("out")),
    "needs no enrolment": (lambda n: Details(needs_enrolment=False), event("in"), event("out", enrolment=Enrolment())),
}


def found(writer: Writer, index: Index, details: Details) -> list[str]:
    names = dict(writer.connection.execute("SELECT rid, key FROM record").fetchall())
    listing = event_index.events(index, EventFilter(details=details))
    (total,) = index.rows(*listing.total(None))
    keys = [names[row[1]] for row in index.rows(*listing.page(None, 100, None))]
    assert total[1] == len(keys)
    return keys


@pytest.mark.parametrize("name", DETAILS)
def test_a_filter_takes_in_what_matches_alone(writer: Writer, index: Index, name: str) -> None:
    details, inside, outside = DETAILS[name]
    made.put(writer, inside, outside)

    def number(what: Record | Ref) -> int:
        ref = what if isinstance(what, Ref) else what.ref
        with writer.transaction():
            return writer.rid_of([ref])[ref]

    assert found(writer, index, details(number)) == ["in"]


def test_every_detail_is_tested() -> None:
    filters = [details(lambda _: 1) for details, _, _ in DETAILS.values()] + [Details(remaining_places=1)]
    empty = Details()
    tried = {f for each in filters for f in each.__struct_fields__ if getattr(each, f) != getattr(empty, f)}
    assert tried == {*Details.__struct_fields__}


def test_places_left_are_asked_of_the_numbers_and_no_limit_is_enough(writer: Writer, index: Index) -> None:
    events = [event(key, enrolment=Enrolment()) for key in ("full", "some", "unlimited", "unknown")]
    numbers = [
        Registration(
            ref=Ref("registration", "le", key), read_at=made.NOW, event=Ref("event", "le", key), remaining=left
        )
        for key, left in (("full", 0), ("some", 3), ("unlimited", None))
    ]
    made.put(writer, *events, *numbers)
    assert sorted(found(writer, index, Details(remaining_places=1))) == ["some", "unlimited"]
    assert sorted(found(writer, index, Details(remaining_places=4))) == ["unlimited"]
    made.put(writer, Registration(ref=numbers[0].ref, read_at=made.NOW, event=numbers[0].event, remaining=5))
    assert sorted(found(writer, index, Details(remaining_places=4))) == ["full", "unlimited"]
