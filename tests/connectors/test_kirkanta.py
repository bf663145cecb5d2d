"""Kirkanta: what is asked, and what the recorded replies mean."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import hub.sandbox.kirkanta
from hub.connectors.kirkanta import Kirkanta
from hub.errors import BadSettings, PayloadChanged
from hub.fetch import Ask, Collection, Dropped, Fetch, Joined, Page, Reply, Source
from hub.records.core import Address, Contact, LocalizedText, Picture, Point, Ref
from hub.records.places import DayState, Library, LibraryService, OpeningDay, OpenTime, TimeKind

SAMPLES = Path(hub.sandbox.kirkanta.__path__[0]) / "samples"
HELSINKI = ZoneInfo("Europe/Helsinki")
NOW = datetime(2026, 11, 22, 0, 12, 16, tzinfo=UTC)
JUNE = datetime(2020, 6, 22, 9, tzinfo=UTC)
URL = "https://api.kirjastot.fi/v4/"
PICTURE = "https://kirkanta.kirjastot.fi/files/photos/large/kallio-4f901aa2.jpg"
UNKNOWN = "Requested library was not found (id=999999)"


def source(**options: Any) -> Source:
    return Source(
        name="kirkanta", id="kirkanta", connector="kirkanta", url=URL, title=LocalizedText(en="x"), options=options
    )


KIRKANTA = Kirkanta(source())


def sample(name: str) -> Any:
    return json.loads((SAMPLES / f"{name}.json").read_bytes())


def answered(fetch: Fetch[Any], body: object, status: int = 200) -> Reply:
    raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return Reply(source=fetch.source, request=fetch.request, status=status, headers={}, body=raw, read_at=NOW)


def joined(wanted: Any, bodies: Sequence[object]) -> Any:
    """A joined fetch's value, of one body per language."""
    assert isinstance(wanted, Joined)
    status = [400 if isinstance(body, str) else 200 for body in bodies]
    parts = zip(wanted.parts, bodies, status, strict=True)
    return wanted.merge([fetch.parse(answered(fetch, body, code)) for fetch, body, code in parts])


def libraries(fi: object, sv: object | None = None, en: object | None = None) -> Page[Library]:
    page: Page[Library] = joined(KIRKANTA.libraries(Ask(now=NOW)), [fi, sv or fi, en or fi])
    return page


def listed(*branches: dict[str, Any]) -> dict[str, Any]:
    return {"type": "library", "total": len(branches), "items": list(branches)}


def days(body: object, *, keys: tuple[str, ...] = ("84860",), now: datetime = JUNE) -> Page[OpeningDay]:
    fetch = KIRKANTA.opening_days(Ask(now=now, keys=keys))
    page: Page[OpeningDay] = fetch.parse(answered(fetch, body))
    return page


def one_day(on: str, times: list[tuple[str, str, int]], **other: Any) -> OpeningDay:
    """The day of that date; a row that can't be read is PayloadChanged, as the only one of its page."""
    spans = [{"from": opens, "to": closes, "status": status} for opens, closes, status in times]
    row = {"library": 84860, "date": on, "closed": False, "period": None, "info": None, "times": spans, **other}
    now = datetime.fromisoformat(on).replace(tzinfo=HELSINKI)
    page = days({"type": "schedules", "total": None, "items": [row]}, now=now)
    return next(day for day in page.items if day.date.isoformat() == on)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HELSINKI)


def spans(day: OpeningDay) -> list[tuple[datetime, datetime, TimeKind]]:
    return [(time.opens, time.closes, time.kind) for time in day.times]


def test_libraries_are_asked_for_in_three_languages_and_in_one_order() -> None:
    wanted = KIRKANTA.libraries(Ask(now=NOW, after="100"))

    assert [dict(part.request.params) for part in wanted.parts] == [
        {
            "lang": language,
            "consortium": "2093",
            "with": "services,departments,pictures,primaryContactInfo",
            "sort": "id",
            "limit": "100",
            "skip": "100",
        }
        for language in ("fi", "sv", "en")
    ]
    assert {part.request.url for part in wanted.parts} == {f"{URL}library"}


def test_the_region_is_settable() -> None:
    def params(**options: Any) -> dict[str, str]:
        return dict(Kirkanta(source(**options)).libraries(Ask(now=NOW)).parts[0].request.params)

    assert {name: params(city=[15885, 15863]).get(name) for name in ("city", "consortium")} == {
        "city": "15885,15863",
        "consortium": None,
    }
    assert params(consortium=2000)["consortium"] == "2000"
    with pytest.raises(BadSettings, match=r"sources\.kirkanta\.city: 'Helsinki', expected one or more numbers"):
        Kirkanta(source(city="Helsinki"))


def test_three_replies_make_one_library() -> None:
    fi, sv = sample("library_84860_all_sections"), sample("library_84860_sv")
    swedish_services = [{**one, "price": "Gratis" if one["price"] else None} for one in fi["data"]["services"]]
    sv["data"]["services"] = swedish_services

    assert joined(KIRKANTA.library("84860"), [fi, sv, fi]) == Library(
        ref=Ref("library", "kirkanta", "84860"),
        read_at=NOW,
        modified_at=datetime(2020, 7, 7, 6, 32, 7, tzinfo=UTC),
        name=LocalizedText(fi="Kallion kirjasto", sv="Berghälls bibliotek"),
        short_name=LocalizedText(fi="Kallio", sv="Berghäll"),
        slogan=LocalizedText(fi="Keskellä Kalliota kohoaa Kirjasto."),
        description=LocalizedText(
            fi="<p>Kallion kirjasto avasi ensimmäisen kerran ovensa asiakkaille tiistaina 1.10.1912.</p>"
        ),
        type="municipal",
        address=Address(
            street=LocalizedText(fi="Viides linja 11", sv="Femte linjen 11"), postal_code="00530", city="Helsinki"
        ),
        location=Point(lat=60.1837225849818, lon=24.9535531061235),
        contact=Contact(
            phone="+358 9 310 85053", email="kallion_kirjasto@hel.fi", website="https://www.helmet.fi/kallionkirjasto"
        ),
        services=(
            LibraryService(
                name=LocalizedText(fi="Ompelukone"),
                type="hardware",
                description=LocalizedText(fi="Varattava ompelukone ylälehterillä."),
                for_loan=False,
            ),
            LibraryService(
                name=LocalizedText(fi="Porakone"),
                type="hardware",
                price=LocalizedText(fi="Maksuton", sv="Gratis"),
                for_loan=True,
            ),
            LibraryService(
                name=LocalizedText(fi="Kokoushuone"),
                own_name=LocalizedText(fi="Kupolihuone"),
                type="room",
                description=LocalizedText(fi="10 hengen kokoustila"),
            ),
            LibraryService(name=LocalizedText(fi="Satutunti"), type="service"),
        ),
        pictures=(Picture(url=PICTURE, alt=LocalizedText(fi="Kallion kirjasto")),),
        founded=1912,
    )


def test_an_unknown_id_is_none() -> None:
    wanted = KIRKANTA.library("999999")

    assert isinstance(wanted, Joined)
    assert [part.request.url for part in wanted.parts] == [f"{URL}library/999999"] * 3
    assert joined(wanted, [UNKNOWN] * 3) is None


def test_pages_go_on_to_the_total() -> None:
    first = libraries(sample("library_list_page1"))
    second = joined(KIRKANTA.libraries(Ask(now=NOW, after="2")), [sample("library_list_page2")] * 3)

    assert (first.next, first.total) == ("2", 4)
    assert [library.ref.key for library in first.items] == ["84860", "86476"]
    assert (second.next, second.total) == (None, 4)
    assert second.items[1].location is None


def test_services_of_one_id_are_told_apart_by_their_places() -> None:
    def branch(*names: str) -> dict[str, Any]:
        return {"id": 1, "services": [{"id": 7, "standardName": "Tila", "name": name} for name in names]}

    page = libraries(listed(branch("Sali", "Halli")), listed(branch("Salen", "Hallen")))
    other_list = libraries(listed(branch("Sali", "Halli")), listed(branch("Salen")))

    assert [service.own_name for service in page.items[0].services] == [
        LocalizedText(fi="Sali", sv="Salen"),
        LocalizedText(fi="Halli", sv="Hallen"),
    ]
    assert [service.own_name for service in other_list.items[0].services] == [
        LocalizedText(fi="Sali"),
        LocalizedText(fi="Halli"),
    ]


def test_a_cover_that_is_no_picture_of_the_list_comes_last() -> None:
    files = {"small": {"url": "https://x.example/s.jpg"}, "huge": {"url": "javascript:alert(1)"}}
    branch = {
        "id": 1,
        "pictures": [{"name": "Sali", "author": "Kuvaaja", "files": files}, {"name": "Tyhjä", "files": None}],
        "coverPhoto": {"large": {"url": "https://x.example/cover.jpg"}},
    }

    assert libraries(listed(branch)).items[0].pictures == (
        Picture(url="https://x.example/s.jpg", alt=LocalizedText(fi="Sali"), photographer="Kuvaaja"),
        Picture(url="https://x.example/cover.jpg"),
    )


def test_a_library_unreadable_in_one_language_is_dropped_and_its_neighbour_stays() -> None:
    good, other = {"id": 1, "name": "Yksi"}, {"id": 2, "name": "Kaksi"}
    page = libraries(listed(good, other), listed({"id": 1, "name": 5}, other))

    assert [library.ref.key for library in page.items] == ["2"]
    assert page.dropped == (
        Dropped(
            key="1",
            reason="Expected `str | null`, got `int` - at `$.name`",
            where="row 1 of library",
            mend="Give name as text or null.",
        ),
    )


def test_a_library_missing_in_another_language_keeps_its_finnish() -> None:
    page = libraries(listed({"id": 1, "name": "Yksi"}), listed({"id": 2, "name": "Två"}))

    assert [library.name for library in page.items] == [LocalizedText(fi="Yksi")]


def test_one_branch_shows_that_the_upstream_keeps_its_contract() -> None:
    probe = KIRKANTA.probe()
    page = probe.parse(answered(probe, sample("library_list_page1")))

    assert dict(probe.request.params)["limit"] == "1"
    assert [library.name for library in page.items] == [
        LocalizedText(fi="Kallion kirjasto"),
        LocalizedText(fi="Keskustakirjasto Oodi"),
    ]


def test_hours_are_asked_for_from_a_week_ago_to_thirty_days_ahead_with_a_limit() -> None:
    # shortly after midnight in Helsinki, when it is still yesterday in UTC
    fetch = KIRKANTA.opening_days(Ask(now=datetime(2026, 11, 21, 22, 30, tzinfo=UTC), keys=("84860", "84870")))

    assert fetch.request.url == f"{URL}schedules"
    assert dict(fetch.request.params) == {
        "lang": "fi",
        "library": "84860,84870",
        "period.start": "2026-11-15",
        "period.end": "2026-12-22",
        "refs": "period",
        "limit": "76",
    }


def test_a_block_of_libraries_stays_under_the_most_that_is_sent() -> None:
    block = hours().block
    limit = dict(KIRKANTA.opening_days(Ask(now=NOW, keys=("1",) * block)).request.params)["limit"]

    assert int(limit) <= 5000
    with pytest.raises(ValueError, match="5000 can be asked"):
        KIRKANTA.opening_days(Ask(now=NOW, keys=("1",) * 200))


def hours() -> Collection:
    return next(one for one in KIRKANTA.collections() if one.kind == "opening_day")


def test_a_week_of_hours_becomes_its_days() -> None:
    body = sample("library_84860_schedules_week_found")
    rows = [{"library": 84860, **day} for day in body["data"]["schedules"]]
    page = days({"type": "schedules", "total": None, "items": rows, "refs": body["refs"]})
    told = {day.date: day for day in page.items}

    assert told[date(2020, 6, 22)] == OpeningDay(
        ref=Ref("opening_day", "kirkanta", "84860/2020-06-22"),
        read_at=NOW,
        place=Ref("library", "kirkanta", "84860"),
        date=date(2020, 6, 22),
        state=DayState.OPEN,
        times=(
            OpenTime(
                opens=datetime(2020, 6, 22, 5, tzinfo=UTC),
                closes=datetime(2020, 6, 22, 7, tzinfo=UTC),
                kind=TimeKind.SELF_SERVICE,
            ),
            OpenTime(
                opens=datetime(2020, 6, 22, 7, tzinfo=UTC),
                closes=datetime(2020, 6, 22, 17, tzinfo=UTC),
                kind=TimeKind.STAFFED,
            ),
        ),
        note=LocalizedText(fi="Kesä2020"),
        is_exception=True,
    )
    assert (told[date(2020, 6, 28)].state, told[date(2020, 6, 28)].times) == (DayState.CLOSED, ())
    assert len(page.items) == 38
    assert {day.state for on, day in told.items() if not date(2020, 6, 22) <= on <= date(2020, 6, 28)} == {
        DayState.UNKNOWN
    }


def test_the_remark_of_a_day_goes_before_its_periods() -> None:
    body = sample("library_84860_schedules_month_found")
    rows = [{"library": 84860, **day} for day in body["data"]["schedules"]]
    page = days({"items": rows, "refs": body["refs"]})

    assert {day.date: day.note for day in page.items}[date(2020, 6, 19)] == LocalizedText(fi="Juhannusaatto")


def test_every_library_asked_for_has_all_its_days() -> None:
    page = days(sample("schedules_two_libraries"), keys=("84860", "84870", "84927"))
    states = {key: [day.state for day in page.items if day.place.key == key] for key in ("84860", "84870", "84927")}

    assert {key: len(found) for key, found in states.items()} == {"84860": 38, "84870": 38, "84927": 38}
    assert {key: found.count(DayState.OPEN) for key, found in states.items()} == {"84860": 3, "84870": 1, "84927": 0}
    assert (page.next, page.dropped, page.skipped) == (None, (), 0)


def test_closed_in_between_is_a_gap() -> None:
    page = days(sample("schedules_two_libraries"), keys=("84870",))
    day = next(day for day in page.items if day.state is DayState.OPEN)

    assert spans(day) == [
        (local("2020-06-22T09:00"), local("2020-06-22T12:00"), TimeKind.STAFFED),
        (local("2020-06-22T13:00"), local("2020-06-22T19:00"), TimeKind.STAFFED),
    ]


def test_days_of_libraries_that_were_not_asked_for_are_skipped() -> None:
    page = days(sample("schedules_two_libraries"), keys=("84870",))

    assert {day.place.key for day in page.items} == {"84870"}
    assert page.skipped == 3


def test_midnight_as_an_end_is_the_midnight_that_ends_the_day() -> None:
    day = one_day("2026-11-22", [("06:00", "00:00", 2)])

    assert spans(day) == [(local("2026-11-22T06:00"), local("2026-11-23T00:00"), TimeKind.SELF_SERVICE)]
    assert spans(one_day("2026-11-22", [("00:00", "24:00", 2)]))[0][1] == local("2026-11-23T00:00")


def test_hours_across_the_change_of_clocks_are_as_long_as_they_last() -> None:
    (opens, closes, _) = spans(one_day("2026-03-29", [("00:00", "12:00", 2)]))[0]
    (opens_in_autumn, closes_in_autumn, _) = spans(one_day("2026-10-25", [("00:00", "12:00", 2)]))[0]

    assert closes - opens == timedelta(hours=11)
    assert closes_in_autumn - opens_in_autumn == timedelta(hours=13)


def test_a_day_with_neither_hours_nor_a_closed_door_is_unknown() -> None:
    assert one_day("2026-11-22", []).state is DayState.UNKNOWN
    assert one_day("2026-11-22", [], closed=True).state is DayState.CLOSED
    assert one_day("2026-11-22", [("00:00", "00:00", 0)]).state is DayState.CLOSED


@pytest.mark.parametrize(
    ("times", "reason"),
    [
        ([("20:00", "08:00", 1)], "open from 18:00 to 06:00 UTC"),
        ([("08:00", "12:00", 1), ("11:00", "13:00", 2)], "opening times overlap"),
        ([("08:00", "12:00", 3)], "an unknown status of opening: 3"),
        ([("08:00+05:00", "12:00", 1)], "is no wall-clock time"),
        ([("8 am", "12:00", 1)], "Invalid isoformat string"),
    ],
)
def test_hours_that_make_no_sense_cost_their_day_only(times: list[tuple[str, str, int]], reason: str) -> None:
    def row(on: str, spans: list[tuple[str, str, int]]) -> dict[str, Any]:
        told = [dict(zip(("from", "to", "status"), span, strict=True)) for span in spans]
        return {"library": 84860, "date": on, "closed": False, "times": told}

    rows = [row("2026-11-22", times), row("2026-11-23", [("08:00", "12:00", 1)])]
    page = days({"items": rows}, now=NOW)

    assert [(lost.key, reason in lost.reason) for lost in page.dropped] == [("84860/2026-11-22", True)]
    assert [day.date for day in page.items if day.state is DayState.OPEN] == [date(2026, 11, 23)]
    assert date(2026, 11, 22) not in {day.date for day in page.items}  # its last good copy stays, it is not unknown


def test_while_a_row_cannot_even_be_named_no_day_is_told_as_unknown() -> None:
    rows = [{"library": 84860, "date": "2026-11-22", "closed": True}, {"date": "2026-11-23", "closed": True}]
    page = days({"items": rows}, now=NOW)

    assert [day.state for day in page.items] == [DayState.CLOSED]
    assert [lost.key for lost in page.dropped] == [None]


def test_the_window_moves_with_the_local_day() -> None:
    day = one_day("2026-11-22", [("08:00", "12:00", 1)])
    in_window = hours().in_window
    assert in_window is not None

    assert in_window(day, local("2026-10-23T00:00"))
    assert not in_window(day, local("2026-10-22T23:59"))
    assert in_window(day, local("2026-11-29T23:59"))
    assert not in_window(day, local("2026-11-30T00:00"))


def test_a_reply_without_items_has_another_shape() -> None:
    with pytest.raises(PayloadChanged, match="GET /schedules"):
        days({"type": "schedules", "total": None})


clocks = st.times().map(lambda clock: f"{clock:%H:%M}")


@given(
    on=st.dates(date(2024, 1, 1), date(2028, 12, 31)),
    times=st.lists(st.tuples(clocks, clocks, st.integers(0, 2)), max_size=3),
)
def test_whatever_the_hours_a_day_is_in_order_and_in_utc_or_dropped(
    on: date, times: list[tuple[str, str, int]]
) -> None:
    try:
        day = one_day(on.isoformat(), times)
    except PayloadChanged:
        return
    moments = [moment for time in day.times for moment in (time.opens, time.closes)]

    assert moments == sorted(moments)
    assert all(time.opens < time.closes for time in day.times)
    assert all(moment.tzinfo is UTC for moment in moments)
    assert (day.state is DayState.OPEN) == bool(day.times)
