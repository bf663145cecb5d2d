from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import PayloadChanged, UpstreamRefused
from hub.fetch import Collection, Fetch, Reply, Request, Source, get, join, key_of, post_graphql, reason_of
from hub.freshness import Freshness, hours
from hub.records.core import LocalizedText, Ref

SOURCE = Source(
    name="kirkanta",
    id="kir",
    connector="kirkanta",
    url="https://library.example/v4/",
    title=LocalizedText(en="Libraries"),
)
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
KEEPS = Freshness(fresh=hours(6))


class Branch(msgspec.Struct):
    id: int
    name: str


class Many(msgspec.Struct):
    items: list[msgspec.Raw]


def reply(body: bytes) -> Reply:
    request = Request(method="GET", url=f"{SOURCE.url}library", params=(("lang", "fi"), ("key", "secret")))
    return Reply(source=SOURCE, request=request, status=200, headers={}, body=body, read_at=AT)


def body_of(rows: list[Any]) -> bytes:
    return msgspec.json.encode({"items": rows})


def odd_names_only(branch: Branch) -> Branch | None:
    """Three ways to go: a record, nothing of ours, a refusal."""
    if branch.name == "broken":
        raise ValueError("the name is broken")
    return branch if len(branch.name) % 2 else None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
ROWS = st.lists(
    JSON
    | st.fixed_dictionaries({"id": st.integers(0, 99), "name": st.text(max_size=3) | st.just("broken")})
    | st.fixed_dictionaries({"id": JSON, "name": JSON}),
    max_size=8,
)


# rows


@given(ROWS)
def test_kept_dropped_and_skipped_are_what_was_sent_or_the_page_is_another_shape(rows: list[Any]) -> None:
    answer = reply(body_of(rows))
    sent = answer.json(Many).items

    try:
        kept, dropped = answer.rows(sent, Branch, odd_names_only)
    except PayloadChanged:
        assert rows  # an empty page is no change
        return
    page = answer.page(kept, sent=len(sent), dropped=dropped)

    assert len(page.items) + len(page.dropped) + page.skipped == len(rows)
    assert len(page.dropped) < len(rows) or not rows
    assert all(lost.reason for lost in page.dropped)


@given(ROWS)
def test_a_row_is_kept_whatever_its_neighbours_are(rows: list[Any]) -> None:
    good = {"id": 1, "name": "abc"}
    answer = reply(body_of([*rows, good]))

    kept, _ = answer.rows(answer.json(Many).items, Branch, odd_names_only)

    assert kept[-1] == Branch(id=1, name="abc")


def test_a_row_that_can_not_be_read_is_dropped_with_its_id_and_the_reason() -> None:
    answer = reply(body_of([{"id": 1, "name": "a"}, {"id": 2, "name": None}, {"id": 3, "name": "broken"}, "x"]))

    kept, dropped = answer.rows(answer.json(Many).items, Branch, odd_names_only)

    assert [branch.id for branch in kept] == [1]
    assert [(lost.key, lost.reason) for lost in dropped] == [
        ("2", "Expected `str`, got `null` - at `$.name`"),
        ("3", "the name is broken"),
        (None, "Expected `object`, got `str`"),
    ]


def test_whoever_publishes_a_row_is_told_where_it_stands_and_how_to_mend_it() -> None:
    answer = reply(body_of([{"id": 1, "name": "a"}, {"id": "x", "name": "a"}, {"id": 3}, {"id": 4, "name": "broken"}]))

    _, dropped = answer.rows(answer.json(Many).items, Branch, odd_names_only)

    assert [(lost.where, lost.mend) for lost in dropped] == [
        ("row 2 of library", "Give id as whole number."),
        ("row 3 of library", "Give the field name."),
        ("row 4 of library", None),
    ]


def test_where_a_row_of_a_document_stands_says_nothing_of_its_address() -> None:
    feed = msgspec.structs.replace(SOURCE, url="https://library.example/v4/library")
    answer = msgspec.structs.replace(reply(body_of([{"id": 1, "name": "a"}, {}])), source=feed)

    _, (lost,) = answer.rows(answer.json(Many).items, Branch, odd_names_only)

    assert lost.where == "row 2"


def test_a_page_of_which_no_row_can_be_read_is_another_shape() -> None:
    answer = reply(body_of([{"id": 1}, {"id": 2}]))

    with pytest.raises(PayloadChanged, match=r"none of 2 rows could be read; the first: .*name"):
        answer.rows(answer.json(Many).items, Branch, odd_names_only)


def test_a_page_whose_rows_are_not_ours_is_no_other_shape() -> None:
    answer = reply(body_of([{"id": 1, "name": "ab"}]))

    assert answer.rows(answer.json(Many).items, Branch, odd_names_only) == ([], [])


def test_a_mistake_in_a_connector_is_not_taken_for_a_bad_row() -> None:
    def mistaken(branch: Branch) -> Branch:
        known: dict[str, Branch] = {}
        return known[branch.name]

    answer = reply(body_of([{"id": 1, "name": "a"}]))

    with pytest.raises(KeyError):
        answer.rows(answer.json(Many).items, Branch, mistaken)


def test_a_deeply_nested_row_costs_itself_alone() -> None:
    nest = b'{"id": 7, "name": ' + b"[" * 5_000 + b"]" * 5_000 + b"}"
    raws = [msgspec.Raw(nest), msgspec.Raw(b'{"id": 1, "name": "a"}')]

    kept, dropped = reply(b"").rows(raws, Branch, odd_names_only)

    assert [branch.id for branch in kept] == [1]
    assert len(dropped) == 1


# keys and reasons


@pytest.mark.parametrize(
    ("row", "key"),
    [
        (b'{"id": 12}', "12"),
        (b'{"id": "helmet.1"}', "helmet.1"),
        (b'{"id": null}', None),
        (b'{"id": {"pk": 1}}', None),
        (b'{"name": "x"}', None),
        (b"[1]", None),
        (b"null", None),
        (b"{", None),
        (b'{"id": "\xff"}', None),
        (b"", None),
    ],
)
def test_the_key_of_an_unreadable_row_is_told_where_it_can_be(row: bytes, key: str | None) -> None:
    assert key_of(msgspec.Raw(row)) == key


def test_the_key_may_stand_under_another_name_and_is_never_long() -> None:
    assert key_of(msgspec.Raw(b'{"@id": "a", "id": 1}'), "@id") == "a"
    assert len(key_of(msgspec.Raw(msgspec.json.encode({"id": "a" * 5_000}))) or "") == 200


@given(st.text())
def test_a_reason_is_one_short_line_that_says_something(text: str) -> None:
    reason = reason_of(ValueError(text))

    assert 0 < len(reason) <= 300
    assert "\n" not in reason


# envelopes


@given(st.binary(max_size=40) | JSON.map(msgspec.json.encode))
def test_any_body_is_the_shape_that_we_read_or_a_change(body: bytes) -> None:
    try:
        many = reply(body).json(Many)
    except PayloadChanged:
        return
    assert isinstance(many, Many)


def test_a_change_names_source_path_and_place_and_no_query() -> None:
    with pytest.raises(PayloadChanged) as caught:
        reply(b'{"items": 5}').json(Many)

    message = str(caught.value)
    assert caught.value.source == "kirkanta"
    assert "GET /library" in message
    assert "$.items" in message
    assert "secret" not in message


def test_a_body_nested_beyond_reading_is_a_change() -> None:
    with pytest.raises(PayloadChanged):
        reply(b'{"items": ' + b"[" * 100_000).json(Many)


def test_text_is_read_even_where_its_bytes_are_broken() -> None:
    assert reply(b"Kallio \xff").text() == "Kallio \ufffd"


# requests


WORDS = st.text(st.characters(exclude_categories=["Cs"]))
PAIRS = st.lists(st.tuples(WORDS.filter(bool), WORDS))


@given(PAIRS)
def test_parameters_keep_their_order_and_their_characters(pairs: list[tuple[str, str]]) -> None:
    request = get(SOURCE, "library", pairs, parse=Reply.text, freshness=KEEPS).request

    assert parse_qsl(urlsplit(request.full_url).query, keep_blank_values=True) == pairs
    assert request.full_url.startswith("https://library.example/v4/library")
    assert " " not in request.full_url


def test_a_path_is_read_from_the_sources_base() -> None:
    for path in ("library/84860", "/library/84860"):
        fetch = get(SOURCE, path, {"lang": "fi"}, parse=Reply.text, freshness=KEEPS, headers={"X-A": "1"})
        assert fetch.request == Request(
            method="GET",
            url="https://library.example/v4/library/84860",
            params=(("lang", "fi"),),
            headers=(("Accept", "application/json"), ("X-A", "1")),
        )
    assert Request(method="GET", url=SOURCE.url).full_url == SOURCE.url


def test_a_header_of_the_connector_replaces_the_usual_one() -> None:
    fetch = get(SOURCE, "feed.ics", parse=Reply.text, freshness=KEEPS, headers={"Accept": "text/calendar"})

    assert fetch.request.headers == (("Accept", "text/calendar"),)


def test_an_operation_is_the_same_bytes_whatever_the_order_of_its_variables() -> None:
    one, other = (
        post_graphql(SOURCE, "{ a }", variables, parse=Reply.text, freshness=KEEPS, operation="A", path="graphql/")
        for variables in ({"first": 1, "after": None}, {"after": None, "first": 1})
    )

    assert one.request == other.request
    assert one.request.url == "https://library.example/v4/graphql/"
    assert ("Content-Type", "application/json") in one.request.headers
    assert msgspec.json.decode(one.request.body or b"") == {
        "query": "{ a }",
        "variables": {"first": 1, "after": None},
        "operationName": "A",
    }


def test_only_a_reply_of_status_200_is_parsed_unless_said_otherwise() -> None:
    assert get(SOURCE, "a", parse=Reply.text, freshness=KEEPS).statuses == {200}
    assert get(SOURCE, "a", parse=Reply.text, freshness=KEEPS, statuses=(200, 404)).statuses == {200, 404}


def test_parts_are_joined_in_their_order() -> None:
    parts: list[Fetch[str]] = [get(SOURCE, path, parse=Reply.text, freshness=KEEPS) for path in "abc"]
    joined = join(parts, merge="".join)

    assert [part.request.url[-1] for part in joined.parts] == ["a", "b", "c"]
    assert joined.merge(["a", "b", "c"]) == "abc"


# the rest


def test_a_source_refers_by_its_fixed_id_and_not_by_its_name() -> None:
    assert SOURCE.ref("library", 84860) == Ref("library", "kir", "84860")


def test_a_confirmation_keeps_for_twice_the_pace() -> None:
    def never(_: object) -> Any:
        raise AssertionError

    assert Collection(kind="place", pages=never, every=hours(6), full=hours(24)).fresh == timedelta(hours=12)


def test_a_refusal_keeps_its_status_and_is_not_worth_a_retry() -> None:
    error = UpstreamRefused("no", source="kirkanta", status=403)

    assert (error.status, error.source, error.retryable) == (403, "kirkanta", False)
