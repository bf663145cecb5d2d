from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from hub.connectors.ical_series import Window
from hub.connectors.tribe import Tribe, count_events, read_page
from hub.errors import PayloadChanged
from hub.fetch import Ask, Page, Reply, Request, Source
from hub.records.core import LocalizedText, Picture, Point, Ref
from hub.records.events import Event, EventStatus, Link, Offer
from hub.sandbox.tribe.recorded import SAMPLES
from tests.connectors.expected import as_expected, expected, outcome, skipped

READ_AT = datetime(2026, 6, 22, 12, tzinfo=UTC)
YEAR = Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
URL = "https://kulttuuri.example/"


def source(**options: object) -> Source:
    return Source(
        name="culture", id="culture", connector="tribe", url=URL, title=LocalizedText(fi="Kulttuuri"), options=options
    )


def reply(body: object, of: Source | None = None, status: int = 200) -> Reply:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = Request(method="GET", url=f"{URL}wp-json/tribe/events/v1/events")
    return Reply(source=of or source(), request=request, status=status, headers={}, body=raw, read_at=READ_AT)


def sample(name: str) -> Any:
    return msgspec.json.decode((SAMPLES / name).read_bytes())


def read(body: object, page: int = 1, of: Source | None = None, status: int = 200) -> Page[Event]:
    return read_page(reply(body, of, status), page=page, window=YEAR)


def first(of: Source | None = None, **changes: Any) -> Event:
    """The first event of the first sample, with other fields."""
    body = sample("tribe-events-page1.json")
    body["events"] = [{**body["events"][0], **changes}]
    found = read(body, of=of)
    assert found.dropped == ()
    return found.items[0]


@pytest.mark.parametrize(("name", "page"), [("page1", 1), ("page2", 2), ("404", 3)])
def test_a_sample_is_read_as_the_contract_expects(name: str, page: int) -> None:
    file = f"tribe-events-{name}.json"
    wanted = expected(SAMPLES, file)
    status = 404 if name == "404" else 200

    found = read_page(reply((SAMPLES / file).read_bytes(), status=status), page=page, window=wanted.during)

    assert as_expected(found, wanted.events) == wanted.events
    assert (outcome(found), skipped(found)) == (wanted.outcome, wanted.skipped_components)
    assert found.total == wanted.total or name != "page1"
    assert (found.next is None) == (wanted.next is None)
    assert found.complete


def test_a_page_of_the_window_is_asked_for_and_the_next_is_counted_here() -> None:
    connector = Tribe(source())
    ask = connector.events(Ask(now=READ_AT))
    second = connector.events(Ask(now=READ_AT, after="2"))

    assert ask.request.url == f"{URL}wp-json/tribe/events/v1/events"
    assert dict(ask.request.params) == {
        "start_date": "2026-05-23",
        "end_date": "2027-07-27",
        "per_page": "50",
        "page": "1",
    }
    assert dict(second.request.params)["page"] == "2"
    body = sample("tribe-events-page1.json")
    assert read({**body, "next_rest_url": "http://169.254.169.254/?page=9"}).next == "2"
    assert read(body, page=2).next is None
    assert read({**body, "events": []}).next is None


def test_a_site_without_permalinks_is_asked_by_route() -> None:
    fetch = Tribe(source(permalinks=False)).events(Ask(now=READ_AT))

    assert fetch.request.url == URL
    assert dict(fetch.request.params)["rest_route"] == "/tribe/events/v1/events"


def test_an_event_is_read_whole_and_no_person_with_it() -> None:
    assert first() == Event(
        ref=Ref("event", "culture", "kulttuuri.example?id=501"),
        read_at=READ_AT,
        modified_at=datetime(2026, 5, 20, 9, tzinfo=UTC),
        url="https://kulttuuri.example/tapahtuma/501/",
        name=LocalizedText(fi="Nukketeatteri – Pikku & Myy"),
        description=LocalizedText(fi="<p>Tervetuloa!</p>"),
        starts_at=datetime(2026, 7, 4, 8, tzinfo=UTC),
        ends_at=datetime(2026, 7, 4, 9, tzinfo=UTC),
        location_text=LocalizedText(fi="Kulttuuritalo “Esimerkki”, Esimerkkikatu 2, 00550 Helsinki"),
        location=Point(lat=60.1861, lon=24.9574),
        categories=(LocalizedText(fi="Lapset & perheet"),),
        offers=(Offer(is_free=False, price=LocalizedText(fi="5€ – 12€")),),
        pictures=(Picture(url="https://kulttuuri.example/k.jpg"),),
        uid="kulttuuri.example?id=501",
    )


def test_the_organiser_is_the_configured_one_or_the_sites_own_if_that_is_an_organisation() -> None:
    assert first().organiser_name is None
    assert first(source(organisation=True)).organiser_name == LocalizedText(fi="Yhdistys ry")
    assert first(source(organiser="Talo")).organiser_name == LocalizedText(fi="Talo")


def test_whole_days_are_those_of_the_local_dates() -> None:
    event = read(sample("tribe-events-page1.json")).items[1]

    assert (event.is_all_day, event.starts_on, event.ends_on) == (True, date(2026, 7, 6), date(2026, 7, 10))
    assert event.ends_at == datetime(2026, 7, 10, 21, tzinfo=UTC)


def test_a_web_site_of_the_event_stands_before_its_page() -> None:
    event = first(website="https://etana.example/?a=1&#038;b=2")

    assert event.url == "https://etana.example/?a=1&b=2"
    assert event.links == (Link(url="https://kulttuuri.example/tapahtuma/501/"),)


@pytest.mark.parametrize(
    ("venue", "text"),
    [
        ([], None),
        (False, None),
        (None, None),
        ({"venue": "Talo"}, "Talo"),
        ([{"venue": "Talo"}, {"venue": "Piha"}], "Talo"),
        ({"0": {"venue": "Talo"}, "2": {"venue": "Piha"}}, "Talo"),
        ({"venue": "Talo", "zip": "00100", "city": "Helsinki", "geo_lat": "60.1"}, "Talo, 00100 Helsinki"),
    ],
)
def test_a_venue_comes_in_four_forms(venue: object, text: str | None) -> None:
    event = first(venue=venue)

    assert event.location_text == (None if text is None else LocalizedText(fi=text))
    assert event.location is None


@pytest.mark.parametrize(
    ("cost", "values", "offers"),
    [
        ("", [], ()),
        ("Maksuton", [], (Offer(is_free=True),)),
        ("0 €", ["0"], (Offer(is_free=True),)),
        ("12 €", ["12"], (Offer(is_free=False, price=LocalizedText(fi="12 €")),)),
        ("Kysy ovelta", [], (Offer(price=LocalizedText(fi="Kysy ovelta")),)),
    ],
)
def test_a_price_is_text_for_people(cost: str, values: list[str], offers: tuple[Offer, ...]) -> None:
    assert first(cost=cost, cost_details={"values": values}).offers == offers


@pytest.mark.parametrize("hidden", [{"status": "draft"}, {"hide_from_listings": True}])
def test_what_is_not_published_is_passed_over(hidden: dict[str, Any]) -> None:
    body = sample("tribe-events-page1.json")
    body["events"][0] |= hidden

    found = read(body)

    assert [event.uid for event in found.items] == ["kulttuuri.example?id=502"]
    assert (found.dropped, found.skipped) == ((), 1)


def test_a_cancelled_event_is_kept_as_cancelled() -> None:
    assert first(event_status="canceled").status is EventStatus.CANCELLED
    assert first(event_status="scheduled").status is EventStatus.SCHEDULED


def test_an_event_that_came_twice_is_one() -> None:
    body = sample("tribe-events-page1.json")
    body["events"].append(body["events"][0])

    assert len(read(body).items) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"utc_start_date": "soon"},
        {"utc_start_date": None},
        {"title": ""},
        {"venue": 5},
        {"venue": {"geo_lat": "north"}},
        {"image": {"id": 3}},
        {"all_day": True, "start_date": "2026-02-30 00:00:00"},
    ],
)
def test_a_row_that_cannot_be_read_costs_itself(wrong: dict[str, Any]) -> None:
    body = sample("tribe-events-page1.json")
    body["events"][0] |= wrong

    found = read(body)

    assert [event.uid for event in found.items] == ["kulttuuri.example?id=502"]
    assert [lost.key for lost in found.dropped] == ["kulttuuri.example?id=501"]


@pytest.mark.parametrize(
    "body",
    [b'{"code":"rest_no_route","message":"No route","data":{"status":404}}', b"<html>404</html>", b"", b"[" * 10_000],
)
def test_another_404_means_that_the_calendar_is_gone(body: bytes) -> None:
    with pytest.raises(PayloadChanged):
        read(body, status=404)
    with pytest.raises(PayloadChanged):
        count_events(reply(body, status=404))


def test_events_are_counted_by_the_site() -> None:
    assert count_events(reply((SAMPLES / "tribe-events-page1.json").read_bytes())) == 4
    assert count_events(reply((SAMPLES / "tribe-events-404.json").read_bytes(), status=404)) == 0
