"""Cursors lead back to their place; anything else is a BadCursor."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.cursors import Value, checked, decode, encode
from hub.errors import BadCursor

numbers = st.integers(-(2**63) + 1, 2**63 - 1)
values: st.SearchStrategy[Value] = st.one_of(
    numbers,
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
)


@given(st.text("abc:", max_size=9), st.lists(values, max_size=4))
def test_a_cursor_leads_back_to_its_place(sort: str, place: list[Value]) -> None:
    cursor = encode(sort, place)

    found = decode(cursor, sort=sort, length=len(place))

    assert found == tuple(place)
    assert [type(value) for value in found] == [type(value) for value in place]
    assert cursor.isascii()
    assert "=" not in cursor


@given(st.one_of(st.text(max_size=60), st.binary(max_size=60).map(lambda raw: base64.urlsafe_b64encode(raw).decode())))
def test_any_text_is_a_cursor_or_bad(text: str) -> None:
    try:
        found = decode(text, sort="s", length=1)
    except BadCursor:
        return
    assert decode(encode("s", found), sort="s", length=1) == found


def coded(anything: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(anything).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "ä",
        "no cursor",
        "A" * 3000,
        coded([]),
        coded(["events"]),
        coded(["events", 1]),
        coded(["events", 1, 2, 3]),
        coded(["places", 1, 2]),
        coded(["events", 1, None]),
        coded(["events", 1, True]),
        coded(["events", 1, [2]]),
        coded(["events", 1, 2**63]),
        coded(["events", 1, -(2**63)]),
        coded(["events", 1, 10**400]),
        coded({"events": 1}),
        coded("events"),
        coded([7, 1, 2]),
    ],
)
def test_what_is_no_cursor_of_this_list_is_bad(cursor: str) -> None:
    with pytest.raises(BadCursor):
        decode(cursor, sort="events", length=2)


def test_a_cursor_of_another_order_is_bad() -> None:
    with pytest.raises(BadCursor, match="another list or order"):
        decode(encode("events:NAME", ("apila", 3)), sort="events:STARTS_AT", length=2)


def test_text_is_not_compared_with_a_number() -> None:
    checked((1.5, 2), (3, 4))
    checked(("a", 2), ("b", 4))
    for after in (("a", 4), (1, "4")):
        with pytest.raises(BadCursor):
            checked(after, (3, 4))
