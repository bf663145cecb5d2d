from __future__ import annotations

from base64 import b64decode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hub.sandbox
from hub.connectors.circulation import NUMBER
from hub.connectors.sierra import Sierra
from hub.errors import PayloadChanged, UpstreamRefused
from hub.fetch import Fetch, Page, Reply, Source
from hub.records.catalogue import Copy, HoldingState
from hub.records.core import LocalizedText

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
SAMPLES = Path(hub.sandbox.__path__[0]) / "sierra" / "samples"
SOURCE = Source(
    name="sierra",
    id="sierra",
    connector="sierra",
    url="https://circulation.example/iii/sierra-api/v6/",
    title=LocalizedText(fi="Sierra"),
    options={"credentials_env": "SIERRA"},
)
SIERRA = Sierra(SOURCE)
BOOK, DRILL = "helmet.2280900", "helmet.9100001"


def reply(fetch: Fetch[Any], body: object, status: int = 200) -> Reply:
    raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return Reply(source=SOURCE, request=fetch.request, status=status, headers={}, body=raw, read_at=NOW)


def sample(name: str) -> dict[str, Any]:
    return msgspec.json.decode((SAMPLES / f"{name}.json").read_bytes(), type=dict[str, Any])


def read(body: object, *keys: str, status: int = 200) -> Page[Copy]:
    fetch = SIERRA.copies(keys or (BOOK,))
    return fetch.parse(reply(fetch, body, status))


def test_copies_of_several_records_are_one_question_without_what_tells_of_borrowers() -> None:
    fetch = SIERRA.copies([BOOK, DRILL], after="500")

    assert (fetch.request.method, fetch.request.url) == ("GET", f"{SOURCE.url}items")
    assert dict(fetch.request.params) == {
        "bibIds": "2280900,9100001",
        "deleted": "false",
        "suppressed": "false",
        "fields": "default",
        "limit": "500",
        "offset": "500",
    }
    assert fetch.statuses == {200, 404}
    assert fetch.grant is SIERRA.grant
    assert dict(fetch.request.headers) == {"Accept": "application/json"}


def test_a_page_of_copies_is_read_whole() -> None:
    page = read(sample("items_bib_2280900_page1"))

    assert page.items == (
        copy("h/h00", HoldingState.AVAILABLE, "Oodi aikuiset"),
        copy("h/h53", HoldingState.ON_LOAN, "Kallio aikuiset", datetime(2026, 12, 10, 2, tzinfo=UTC)),
        copy("h/h13", HoldingState.UNAVAILABLE, "Rikhardinkatu aikuiset"),
        copy("e/e10", HoldingState.UNAVAILABLE, "Tapiola aikuiset"),
        copy("h/h01", HoldingState.REFERENCE_ONLY, "Pasila kokoelmat"),
    )
    assert (page.dropped, page.skipped, page.next) == ((), 0, None)


def copy(branch: str, state: HoldingState, room: str, due_at: datetime | None = None) -> Copy:
    return Copy(records=(BOOK,), branch=f"2/Helmet/{branch}/", state=state, due_at=due_at, shelf=f"{room}, 84.2 LIN")


def test_a_full_page_means_that_there_is_more() -> None:
    item = sample("items_drill")["entries"][0]
    full: dict[str, Any] = {"total": 500, "start": 0, "entries": [{**item, "id": str(number)} for number in range(500)]}

    assert read(full, DRILL).next == "500"
    assert read({**full, "total": 499, "entries": full["entries"][:499]}, DRILL).next is None


def test_no_match_is_no_copies_and_any_other_404_a_refusal() -> None:
    assert read(sample("empty_items_404"), status=404).items == ()
    with pytest.raises(UpstreamRefused):
        read({"code": 130, "httpStatus": 404, "name": "?"}, status=404)
    with pytest.raises(PayloadChanged):
        read(b"<html>404</html>", status=404)


def test_copies_in_a_storage_or_in_the_mobile_library_are_at_no_branch() -> None:
    body = sample("items_drill")
    for item, code in zip(body["entries"], ("h02", "h03var", "hva"), strict=True):
        item["location"]["code"] = code

    page = read(body, DRILL)

    assert (page.items, page.dropped, page.skipped) == ((), (), 3)


def test_a_childrens_department_is_its_branch() -> None:
    body = sample("items_drill")
    body["entries"][0]["location"]["code"] = "h55l"

    assert read(body, DRILL).items[0].branch == "2/Helmet/h/h55/"


@pytest.mark.parametrize("code", ["k", "p", "d", "s", "m", "n", "$", "z", "t", "!", "", "new"])
def test_every_other_code_is_one_of_a_copy_that_cannot_be_had(code: str) -> None:
    body = sample("items_drill")
    body["entries"][0]["status"] = {"code": code, "display": "?"}

    assert read(body, DRILL).items[0].state is HoldingState.UNAVAILABLE


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("location", None),
        ("status", {"display": "PAIKALLA"}),
        ("status", {"code": "-", "duedate": "next week"}),
        ("bibIds", "9100001"),
        ("bibIds", ["1"]),
        ("id", None),
    ],
)
def test_a_copy_that_cannot_be_read_is_dropped_with_its_id_and_the_others_stay(field: str, value: object) -> None:
    body = sample("items_drill")
    body["entries"][0][field] = value

    page = read(body, DRILL)

    assert len(page.items) == 2
    assert [lost.key for lost in page.dropped] == [body["entries"][0]["id"]]
    assert all(lost.reason for lost in page.dropped)


@pytest.mark.parametrize("broken", [b"", b"[]", b"{}", b"null", b"<html>", b'{"total": 1, "entries": {}}'])
def test_another_body_is_a_changed_payload(broken: bytes) -> None:
    with pytest.raises(PayloadChanged):
        read(broken)


def test_a_token_is_asked_for_with_the_credentials_and_said_nowhere() -> None:
    request = SIERRA.grant.ask("key:secret")

    assert (request.method, request.url) == ("POST", f"{SOURCE.url}token")
    assert request.body == b"grant_type=client_credentials"
    kind, _, given_ = dict(request.headers)["Authorization"].partition(" ")
    assert (kind, b64decode(given_)) == ("Basic", b"key:secret")

    token = SIERRA.grant.read(reply(SIERRA.probe(), sample("token")))

    assert (token.value, token.keeps) == ("constructed-not-a-secret", timedelta(hours=1))
    assert "secret" not in f"{token!r} {token}"


@pytest.mark.parametrize(
    "body",
    [
        {"access_token": "sneaky-value\r\nX-Other: 1", "expires_in": 3600},
        {"access_token": "", "expires_in": 3600},
        {"access_token": "sneaky-value", "expires_in": 0},
        {"access_token": "sneaky-value"},
        {"access_token": ["sneaky-value"], "expires_in": 3600},
    ],
)
def test_a_token_of_another_shape_is_a_changed_payload_that_does_not_repeat_it(body: object) -> None:
    with pytest.raises(PayloadChanged) as told:
        SIERRA.grant.read(reply(SIERRA.probe(), body))
    assert "sneaky" not in f"{told.value}"


def test_the_probe_shows_that_credentials_and_shape_are_good() -> None:
    fetch = SIERRA.probe()

    assert fetch.request.url == f"{SOURCE.url}branches"
    assert fetch.grant is SIERRA.grant
    assert fetch.parse(reply(fetch, sample("branches"))) == 3


@pytest.mark.parametrize("key", ["helmet.1620712x", "helmet.", "eepos.1620712", "1620712", "helmet.1,2", "helmet.0"])
def test_ids_of_others_and_printed_forms_are_never_sent(key: str) -> None:
    assert not SIERRA.holds(key)
    with pytest.raises(ValueError, match="records of this catalogue"):
        SIERRA.copies([key])


@pytest.mark.parametrize(
    "options",
    [{"credentials_env": "key:secret"}, {"credentials_env": 5}, {"credentials_file": ""}, {"credentials_file": 5}],
)
def test_a_secret_in_place_of_its_name_is_refused_and_not_repeated(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="credentials_") as told:
        Sierra(msgspec.structs.replace(SOURCE, options=options))
    assert "key:secret" not in f"{told.value}"


@given(st.from_regex(NUMBER, fullmatch=True))
def test_every_number_of_the_catalogue_is_one_of_the_systems(number: str) -> None:
    assert SIERRA.holds(f"helmet.{number}")
