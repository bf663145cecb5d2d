from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

import hub.sandbox.decisions
from hub.connectors.decisions import BODIES, SIZE, Decisions, is_recent
from hub.errors import PayloadChanged
from hub.fetch import Ask, Page, Reply, Source
from hub.records.civic import Decision, NamedArea
from hub.records.core import LocalizedText, Ref
from hub.records.places import AreaKind

NOW = datetime(2025, 9, 22, 0, 12, tzinfo=UTC)
SAMPLES = Path(hub.sandbox.decisions.__path__[0]) / "samples"
SOURCE = Source(
    name="decisions", id="pk", connector="decisions", url="https://index.example/", title=LocalizedText(fi="Päätökset")
)


def sample(name: str) -> Any:
    return msgspec.json.decode((SAMPLES / f"{name}.json").read_bytes())


def asked(after: str | None = None, now: datetime = NOW) -> Any:
    return msgspec.json.decode(Decisions(SOURCE).decisions(Ask(now=now, after=after)).request.body or b"")


def parsed(body: object, after: str | None = None) -> Page[Decision]:
    wanted = Decisions(SOURCE).decisions(Ask(now=NOW, after=after))
    raw = msgspec.json.encode(body)
    return wanted.parse(Reply(source=SOURCE, request=wanted.request, status=200, headers={}, body=raw, read_at=NOW))


def hit(number: int, language: str = "fi", *, issue: str | None = None, **changes: Any) -> dict[str, Any]:
    """A document; a field that is None is not there."""
    first = sample("paatokset_search_page1")["hits"]["hits"][0]
    fields = first["fields"] | {"search_api_language": [language]} | changes
    return {
        "_id": f"entity:node/{number}:{language}",
        "fields": {name: value for name, value in fields.items() if value is not None},
        "sort": [1756270800000, issue or f"HEL 2025-{number:06}"],
    }


def page_of(*hits: Any, total: int | None = None) -> Any:
    return {"timed_out": False, "hits": {"total": {"value": len(hits) if total is None else total}, "hits": list(hits)}}


def test_a_month_is_asked_for_and_bodies_only() -> None:
    request = Decisions(SOURCE).decisions(Ask(now=NOW)).request
    body = asked()

    assert (request.method, request.url) == ("POST", "https://index.example/paatokset_decisions/_search")
    assert body["query"]["bool"]["filter"] == [
        {"exists": {"field": "meeting_date"}},
        {"terms": {"organization_type": list(BODIES)}},
        {"range": {"meeting_date": {"gte": "2025-09-01", "lte": "2025-09-30"}}},
    ]
    assert (body["from"], body["size"], body["_source"]) == (0, SIZE, False)
    assert not {"decision_content", "decision_motion", "organization_above_name"} & set(body["fields"])
    assert not {"Luottamushenkilö", "Viranhaltija"} & set(BODIES)


def test_the_month_is_helsinkis() -> None:
    last_evening = datetime(2025, 9, 30, 21, 30, tzinfo=UTC)  # half past midnight on 1 October there

    assert asked(now=last_evening)["query"]["bool"]["filter"][2]["range"]["meeting_date"]["gte"] == "2025-10-01"


def test_months_follow_back_to_the_24th_before_this_one() -> None:
    months, after = [], None
    for _ in range(40):
        month = asked(after)["query"]["bool"]["filter"][2]["range"]["meeting_date"]
        months.append(month["gte"][:7])
        after = parsed(page_of(), after).next
        if after is None:
            break

    assert months[:3] == ["2025-09", "2025-08", "2025-07"]
    assert months[-1] == "2023-09"
    assert len(months) == 25
    assert asked("2024-02:0")["query"]["bool"]["filter"][2]["range"]["meeting_date"]["lte"] == "2024-02-29"


def test_a_decision_is_read_whole() -> None:
    page = parsed(sample("paatokset_search_page1"))

    assert page.items[0] == Decision(
        ref=Ref("decision", "pk", "116700"),
        read_at=NOW,
        url="https://paatokset.hel.fi/fi/asia/hel-2025-004321",
        title=LocalizedText(fi="Vallilan kirjaston peruskorjauksen hankesuunnitelma"),
        case_title=LocalizedText(fi="Vallilan kirjaston peruskorjaus"),
        case_number="HEL 2025-004321",
        decided_on=date(2025, 8, 27),
        policymaker=LocalizedText(fi="Kulttuuri- ja vapaa-aikalautakunta"),
        category=LocalizedText(fi="Hallintoasiat"),
    )
    assert page.next == "2025-09:2"  # the third document


def test_the_language_versions_of_one_decision_are_one() -> None:
    swedish: dict[str, Any] = {
        "subject": ["Projektplan för Vallgårds bibliotek"],
        "organization_name": ["Kultur- och fritidsnämnden"],
        "decision_url": ["/sv/arende/hel-2025-004321"],
    }
    for hits in ([hit(1), hit(1, "sv", **swedish)], [hit(1, "sv", **swedish), hit(1)]):
        page = parsed(page_of(*hits))
        (decision,) = page.items

        assert decision.title == LocalizedText(
            fi="Vallilan kirjaston peruskorjauksen hankesuunnitelma", sv="Projektplan för Vallgårds bibliotek"
        )
        assert decision.policymaker == LocalizedText(
            fi="Kulttuuri- ja vapaa-aikalautakunta", sv="Kultur- och fritidsnämnden"
        )
        assert decision.url == "https://paatokset.hel.fi/fi/asia/hel-2025-004321"
        assert page.skipped == 1


def test_a_full_page_leaves_its_last_case_to_the_next_so_that_none_is_cut_in_two() -> None:
    hits = [hit(number) for number in range(1, SIZE)]
    fi, sv = hit(SIZE, issue="HEL 2025-900000"), hit(SIZE, "sv", issue="HEL 2025-900000")
    first = parsed(page_of(*hits, fi, total=SIZE + 1))
    assert first.next is not None
    second = parsed(page_of(fi, sv, total=SIZE + 1), first.next)

    assert len(first.items) == SIZE - 1
    assert first.next == f"2025-09:{SIZE - 1}"
    assert [decision.ref.key for decision in second.items] == [str(SIZE)]
    assert second.next == "2025-08:0"


def test_a_persons_decision_and_a_motion_are_not_kept_even_if_they_come() -> None:
    page = parsed(
        page_of(
            hit(1, organization_type=["Luottamushenkilö"], organization_name=["Keksitty Henkilö"]),
            hit(2, organization_type=["Viranhaltija"]),
            hit(3, organization_type=None),
            hit(4, field_is_decision=[False]),
            hit(5, field_is_decision=["false"]),
            hit(6, field_is_decision=[1]),
            hit(7, field_is_decision=["true"]),
            hit(8, field_is_decision=None),
        )
    )

    assert [decision.ref.key for decision in page.items] == ["6", "7", "8"]
    assert page.skipped == 5


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("2025-08-27T05:00:00.000Z", date(2025, 8, 27)),
        ("2025-08-27T21:30:00.000Z", date(2025, 8, 28)),  # after midnight in Helsinki
        (1756270800000, date(2025, 8, 27)),
        ("1756270800000", date(2025, 8, 27)),
        ("2025-08-27", date(2025, 8, 27)),
    ],
)
def test_the_day_is_read_from_a_moment_or_from_milliseconds(said: object, day: date) -> None:
    assert parsed(page_of(hit(1, meeting_date=[said]))).items[0].decided_on == day


@pytest.mark.parametrize("said", ["eilen", "", 10**18, -(10**17), None])
def test_a_day_that_cannot_be_read_costs_its_row_alone(said: object) -> None:
    page = parsed(page_of(hit(1, meeting_date=[said]), hit(2)))

    assert [decision.ref.key for decision in page.items] == ["2"]
    assert [lost.key for lost in page.dropped] == ["1"]


def test_a_plans_heading_tells_its_district() -> None:
    (decision,) = parsed(page_of(hit(1, subject=["Laajasalon (49.ko) asemakaavan muutos nro 12430"]))).items

    assert decision.areas == (NamedArea(code="49", area_kind=AreaKind.NEIGHBOURHOOD),)


def test_an_address_elsewhere_stays_and_a_dangerous_one_goes() -> None:
    page = parsed(
        page_of(
            hit(1, decision_url=["https://paatokset.hel.fi/fi/asia/x"]), hit(2, decision_url=["javascript:alert(1)"])
        )
    )

    assert [decision.url for decision in page.items] == ["https://paatokset.hel.fi/fi/asia/x", None]


def test_what_lies_behind_the_ten_thousandth_makes_the_crawl_incomplete() -> None:
    body = asked("2025-09:9800")
    page = parsed(page_of(*(hit(number) for number in range(1, 201)), total=12_000), "2025-09:9800")

    assert (body["from"], body["size"]) == (9800, 200)
    assert not page.complete
    assert page.next == "2025-08:0"
    assert parsed(page_of(hit(1))).complete


def test_an_index_that_ran_out_of_time_is_no_answer() -> None:
    with pytest.raises(PayloadChanged):
        parsed(page_of(hit(1)) | {"timed_out": True})


def test_24_months_stay_in_the_window() -> None:
    (decision,) = parsed(page_of(hit(1, meeting_date=["2023-09-01T05:00:00.000Z"]))).items

    assert is_recent(decision, NOW)
    assert not is_recent(decision, datetime(2025, 10, 1, 12, tzinfo=UTC))
