from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hub.sandbox
from hub.connectors.koha import Koha
from hub.errors import BadSettings, PayloadChanged
from hub.fetch import Fetch, Joined, Page, Reply, Source
from hub.records.catalogue import Copy, HoldingState
from hub.records.core import LocalizedText

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
SAMPLES = Path(hub.sandbox.__path__[0]) / "koha" / "samples"
PORI, ULVILA = "2/Sata/p/pori/", "2/Sata/u/ulvi/"
BOOK, OTHER = "sata.55", "sata.56"


def koha(through: str = "items", **options: Any) -> Koha:
    options = {"credentials_env": "SATA", "branches": {"PORI": PORI, "ULVI": ULVILA}, "through": through, **options}
    return Koha(
        Source(
            name="sata",
            id="sata",
            connector="koha",
            url="https://koha.example/api/v1/",
            title=LocalizedText(fi="Koha"),
            options=options,
        )
    )


def reply(fetch: Fetch[Any], body: object, status: int = 200, **headers: str) -> Reply:
    raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(source=fetch.source, request=fetch.request, status=status, headers=headers, body=raw, read_at=NOW)


def sample(name: str) -> Any:
    return msgspec.json.decode((SAMPLES / f"{name}.json").read_bytes())


def read(body: object, through: str = "items", status: int = 200, **headers: str) -> Page[Copy]:
    """What is made of this answer to the question for one record."""
    asked = koha(through).copies([BOOK])
    if isinstance(asked, Fetch):
        return asked.parse(reply(asked, body, status, **headers))
    (part,) = asked.parts
    return asked.merge([part.parse(reply(part, body, status, **headers))])


def copy(
    branch: str, state: HoldingState = HoldingState.AVAILABLE, due_at: datetime | None = None, number: str = "55"
) -> Copy:
    return Copy(records=(f"sata.{number}",), branch=branch, state=state, due_at=due_at, shelf="HYLLY, 84.2 LIN")


def parts(asked: Fetch[Any] | Joined[Any]) -> list[Fetch[Any]]:
    return list(asked.parts) if isinstance(asked, Joined) else [asked]


def test_copies_of_several_records_are_one_question() -> None:
    system = koha()
    (fetch,) = parts(system.copies([BOOK, OTHER], after="2"))

    assert (fetch.request.method, fetch.request.url) == ("GET", "https://koha.example/api/v1/items")
    assert dict(fetch.request.params) == {
        "q": '{"biblio_id":[55,56]}',
        "_order_by": "+item_id",
        "_page": "2",
        "_per_page": "500",
    }
    assert fetch.grant is system.grant
    assert fetch.tags == ("catalogue_record:sata.55", "catalogue_record:sata.56")


def test_the_plugin_is_asked_about_each_record_with_the_token() -> None:
    system = koha("kohasuomi")
    asked = parts(system.copies([BOOK, OTHER]))

    base = "https://koha.example/api/v1/contrib/kohasuomi/availability/biblios"
    assert [fetch.request.url for fetch in asked] == [f"{base}/55/search", f"{base}/56/search"]
    assert [dict(fetch.request.params) for fetch in asked] == [{"limit": "500", "offset": "0"}] * 2
    assert {id(fetch.grant) for fetch in asked} == {id(system.grant)}


def test_public_endpoints_are_asked_without_a_key() -> None:
    system = koha("public")

    (fetch,) = parts(system.copies([BOOK]))
    assert fetch.request.url == "https://koha.example/api/v1/public/biblios/55/items"
    assert (fetch.grant, system.probe().grant) == (None, None)
    assert system.probe().request.url == "https://koha.example/api/v1/public/libraries"


@pytest.mark.parametrize("through", ["items", "public"])
def test_a_page_of_items_is_read_whole(through: str) -> None:
    page = read(sample("public_biblio_items"), through)

    assert page.items == (
        copy(PORI),
        copy(PORI, HoldingState.ON_LOAN),
        copy(ULVILA, HoldingState.REFERENCE_ONLY),
    )
    assert (page.dropped, page.skipped, page.next) == ((), 0, None)


def test_the_plugin_also_tells_when_a_copy_is_due() -> None:
    page = read(sample("availability_search_plugin"), "kohasuomi")

    assert page.items == (
        copy(PORI),
        copy(PORI, HoldingState.ON_LOAN, due_at=datetime(2026, 11, 29, 21, 59, tzinfo=UTC)),
    )
    assert page.next is None


def test_a_copy_on_its_way_is_not_in_though_the_items_look_like_it() -> None:
    body = sample("availability_search_plugin")
    body["item_availabilities"][0]["availability"] = {"available": False, "unavailabilities": {"Item::Transfer": {}}}

    assert read(body, "kohasuomi").items[0].state is HoldingState.UNAVAILABLE


def test_the_plugin_that_tells_no_availability_tells_nothing() -> None:
    body = sample("availability_search_plugin")
    del body["item_availabilities"][0]["availability"]

    page = read(body, "kohasuomi")
    assert [lost.key for lost in page.dropped] == ["101"]


@pytest.mark.parametrize("status", ["lost_status", "damaged_status", "withdrawn", "not_for_loan_status"])
@pytest.mark.parametrize("value", [2, 4, -1])
def test_any_other_status_is_one_of_a_copy_that_cannot_be_had(status: str, value: int) -> None:
    body = sample("public_biblio_items")
    for item in body:
        item[status] = value

    assert {item.state for item in read(body).items} == {HoldingState.UNAVAILABLE}


def test_a_library_that_the_table_lacks_stands_under_its_own_code() -> None:
    body = sample("public_biblio_items")
    body[0]["holding_library_id"] = "NAKKILA"
    body[1]["holding_library_id"] = None  # then where it belongs

    assert [item.branch for item in read(body).items] == ["NAKKILA", PORI, ULVILA]


def test_there_is_more_as_long_as_fewer_were_sent_than_counted() -> None:
    body = sample("public_biblio_items")

    assert read(body, x_total_count="4").next == "2"
    assert read(body, x_total_count="3").next is None
    assert read([], x_total_count="9999").next is None
    assert read([{**body[0], "item_id": number} for number in range(500)]).next == "2"  # nothing is counted
    assert read([{**body[0], "item_id": number} for number in range(500)], x_total_count="many").next == "2"


def test_only_the_records_of_which_there_is_more_are_asked_again() -> None:
    system = koha("public")
    asked = system.copies([BOOK, OTHER])
    assert isinstance(asked, Joined)
    first, second = asked.parts
    body = sample("public_biblio_items")
    theirs = [{**item, "biblio_id": 56} for item in body]

    page = asked.merge(
        [
            first.parse(reply(first, body, x_total_count="3")),
            second.parse(reply(second, theirs, x_total_count="600")),
        ]
    )
    assert len(page.items) == 6
    (again,) = parts(system.copies([BOOK, OTHER], page.next))
    assert again.request.url.endswith("/biblios/56/items")
    assert dict(again.request.params)["_page"] == "2"


def test_the_plugins_pages_go_on_until_all_items_were_sent() -> None:
    body = {**sample("availability_search_plugin"), "items_total": 700}

    page = read(body, "kohasuomi")
    (again,) = parts(koha("kohasuomi").copies([BOOK], page.next))
    assert dict(again.request.params) == {"limit": "500", "offset": "500"}


@pytest.mark.parametrize("through", ["items", "public", "kohasuomi"])
def test_a_record_without_copies_has_none_and_any_other_404_is_a_changed_payload(through: str) -> None:
    assert read(sample("error_not_found_404"), through, status=404).items == ()
    for other in (b"<html>404</html>", {"errors": [{"message": "Not Found.", "path": "/"}]}):
        with pytest.raises(PayloadChanged):
            read(other, through, status=404)


def test_a_record_that_has_no_items_has_no_copies() -> None:
    assert read(sample("public_biblio_items_empty")).items == ()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("biblio_id", 57),
        ("biblio_id", "55"),
        ("item_id", None),
        ("lost_status", None),
        ("withdrawn", "no"),
        ("checked_out_date", 5),
        ("holding_library_id", ""),
        ("holding_library_id", 5),
    ],
)
@pytest.mark.parametrize("through", ["items", "public"])
def test_a_copy_that_cannot_be_read_is_dropped_and_the_others_stay(field: str, value: object, through: str) -> None:
    body = sample("public_biblio_items")
    body[0][field] = value

    page = read(body, through)
    assert len(page.items) == 2
    assert [lost.key for lost in page.dropped] == [None if field == "item_id" else "101"]
    assert all(lost.reason for lost in page.dropped)


@pytest.mark.parametrize(
    "field", ["not_for_loan_status", "lost_status", "damaged_status", "withdrawn", "checked_out_date"]
)
def test_a_copy_of_which_a_status_is_hidden_is_not_told_to_be_in(field: str) -> None:
    body = sample("public_biblio_items")
    del body[0][field]

    page = read(body, "public")
    assert [lost.key for lost in page.dropped] == ["101"]
    assert field in page.dropped[0].reason


@pytest.mark.parametrize("due", ["next week", 5, "2026-13-01T00:00:00+02:00"])
def test_a_due_date_that_is_none_costs_its_copy_alone(due: object) -> None:
    body = sample("availability_search_plugin")
    body["item_availabilities"][1]["availability"]["unavailabilities"]["Item::CheckedOut"]["due_date"] = due

    page = read(body, "kohasuomi")
    assert (len(page.items), [lost.key for lost in page.dropped]) == (1, ["102"])


@pytest.mark.parametrize("through", ["items", "public", "kohasuomi"])
@pytest.mark.parametrize("broken", [b"", b"{}", b"null", b"<html>", b'{"items_total": 1}', b'{"error": "x"}'])
def test_another_body_is_a_changed_payload(broken: bytes, through: str) -> None:
    with pytest.raises(PayloadChanged):
        read(broken, through)


def test_a_token_is_asked_for_with_the_credentials_and_said_nowhere() -> None:
    grant = koha().grant
    assert grant is not None
    request = grant.ask("id:se&cret")

    assert (request.method, request.url) == ("POST", "https://koha.example/api/v1/oauth/token")
    assert parse_qs((request.body or b"").decode()) == {
        "grant_type": ["client_credentials"],
        "client_id": ["id"],
        "client_secret": ["se&cret"],
    }
    told = grant.read(reply(koha().probe(), {"access_token": "hush", "token_type": "Bearer", "expires_in": 3600}))
    assert (told.value, told.keeps) == ("hush", timedelta(hours=1))
    assert "hush" not in f"{told!r} {told}"


def test_the_probe_shows_that_key_and_shape_are_good() -> None:
    fetch = koha().probe()

    assert fetch.request.url == "https://koha.example/api/v1/libraries"
    assert fetch.parse(reply(fetch, sample("public_libraries"))) == 2


@pytest.mark.parametrize("key", ["sata.", "sata.x", "helmet.55", "55", "sata.5,6", "sata.0", "sata.55/../1"])
def test_ids_of_others_are_never_sent(key: str) -> None:
    assert not koha().holds(key)
    with pytest.raises(ValueError, match="records of this catalogue"):
        koha().copies([key])


def test_its_catalogue_is_the_sections_name_unless_another_is_given() -> None:
    assert koha().holds("sata.55")
    assert koha(catalogue="vaski.").holds("vaski.55")
    assert not koha(catalogue="vaski.").holds("sata.55")


@pytest.mark.parametrize(
    "options",
    [
        {"through": "patrons"},
        {"branches": ["PORI"]},
        {"branches": {"PORI": 5}},
        {"branches": {"PORI": ""}},
        {"credentials_env": "id:secret"},
    ],
)
def test_what_it_cannot_be_configured_with_is_refused_and_no_secret_repeated(options: dict[str, Any]) -> None:
    with pytest.raises((BadSettings, ValueError), match=next(iter(options))) as told:
        koha(**options)
    assert "id:secret" not in f"{told.value}"


@given(st.integers(1, 9_999_999_999))
def test_every_number_of_the_catalogue_is_one_of_the_systems(number: int) -> None:
    assert koha().holds(f"sata.{number}")
