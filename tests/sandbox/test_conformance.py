"""The comparison that holds the stand-ins to the recordings."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.sandbox.conformance import differences
from hub.sandbox.standin import Recording


def compare(recorded: Any, answered: Any, loose: tuple[tuple[str, str], ...] = ()) -> list[str]:
    recording = Recording(
        name="x",
        path="/",
        status=200,
        content_type="application/json",
        answer=json.dumps(recorded).encode(),
        loose=loose,
    )
    return differences(recording, 200, "application/json", json.dumps(answered).encode())


def plain(recorded: bytes, answered: bytes, media: str = "text/plain") -> list[str]:
    recording = Recording(name="x", path="/", status=400, content_type=f"{media}; charset=utf-8", answer=recorded)
    return differences(recording, 400, media, answered)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(anything)
def test_an_answer_equal_to_the_recording_conforms(body: Any) -> None:
    assert compare(body, body) == []


@given(anything)
def test_everything_below_a_loose_root_is_excused(body: Any) -> None:
    assert compare({"a": 1}, body, loose=(("", "made up here"),)) == []


def test_another_status_is_told() -> None:
    recording = Recording(name="x", path="/", status=404, content_type="application/json", answer=b'{"detail":"a"}')
    assert differences(recording, 200, "application/json", b'{"detail":"a"}') == ["status: 200, recorded 404"]


def test_another_media_type_is_told_and_the_charset_is_not() -> None:
    recording = Recording(name="x", path="/", status=200, content_type="application/json", answer=b"{}")
    assert differences(recording, 200, "application/json; charset=utf-8", b"{}") == []
    assert differences(recording, 200, "text/html", b"{}") == ["media type: text/html, recorded application/json"]


def test_an_answer_that_is_no_json_is_told() -> None:
    recording = Recording(name="x", path="/", status=200, content_type="application/json", answer=b"{}")
    assert differences(recording, 200, "application/json", b"<html>") == ["body: no JSON, recorded an object"]


@pytest.mark.parametrize(
    ("recorded", "answered", "told"),
    [
        ({"a": 1}, {}, ["a: absent, recorded"]),
        ({}, {"a": 1}, ["a: a number, not recorded"]),
        ({"a": []}, {}, ["a: absent, recorded"]),
        ({"a": None}, {"a": "x"}, ["a: a string, recorded null"]),
        ({"a": True}, {"a": 1}, ["a: a number, recorded a boolean"]),
        ({"a": []}, {"a": {}}, ["a: an object, recorded a list"]),
        ({"a": ""}, {"a": "x"}, ["a: a text 'x', recorded the empty string ''"]),
        ({"a": 60}, {"a": 60.5}, ["a: a fraction 60.5, recorded a whole number 60"]),
        ({"a": "2026-11-22"}, {"a": "x"}, ["a: a text 'x', recorded a date '2026-11-22'"]),
        ({"a": [1, 2]}, {"a": [1]}, ["a: 1 items, recorded 2"]),
        ({"id": 1}, {"id": 2}, ["id: 2, recorded 1"]),
        ({"meta": {"count": 3}}, {"meta": {"count": 2}}, ["meta.count: 2, recorded 3"]),
        ({"extensions": {"code": "A"}}, {"extensions": {"code": "B"}}, ["extensions.code: 'B', recorded 'A'"]),
    ],
)
def test_a_difference_is_one_line_with_its_path(recorded: Any, answered: Any, told: list[str]) -> None:
    assert compare(recorded, answered) == told


def test_a_moment_keeps_its_form_and_not_its_value() -> None:
    assert compare({"t": "2026-11-25T08:00:00Z"}, {"t": "2027-01-01T09:30:00Z"}) == []
    assert compare({"t": "2026-11-25T08:00:00Z"}, {"t": "2026-11-25T08:00:00+00:00"}) == [
        "t: a moment with an offset '2026-11-25T08:00:00+00:00', recorded a moment with Z '2026-11-25T08:00:00Z'"
    ]


def test_a_fraction_may_be_answered_as_a_whole_number() -> None:
    assert compare({"progress": 60.5}, {"progress": 60}) == []


def test_the_words_of_a_text_are_free() -> None:
    assert compare({"detail": "Epäkelpo sivu."}, {"detail": "Ei löydy."}) == []


def test_items_are_matched_by_position_where_the_lists_are_equally_long() -> None:
    assert compare([{"id": 1}, {"id": 2}], [{"id": 2}, {"id": 1}]) == ["0.id: 2, recorded 1", "1.id: 1, recorded 2"]


def test_items_of_a_longer_list_are_held_to_the_shapes_of_the_recorded_together() -> None:
    recorded = [{"id": 1, "a": None}, {"id": 2, "a": "2026-01-01", "b": [1]}]
    assert compare(recorded, [{"id": 7, "a": "2027-01-01"}]) == ["body: 1 items, recorded 2"]
    assert compare(recorded, [{"id": 7, "a": 3, "b": ["x"], "c": 1}]) == [
        "body: 1 items, recorded 2",
        "0.c: a number, not recorded",
        "0.a: a number, recorded a string or null",
        "0.b.0: a string, recorded a number",
    ]


def test_a_loose_path_excuses_itself_and_what_lies_below_and_nothing_else() -> None:
    recorded = {"data": [{"n": 1, "deep": {"x": 1}, "m": 1}]}
    answered = {"data": [{"n": "1", "deep": {}, "m": "1"}]}
    assert compare(recorded, answered, loose=(("data.0.n", "a counter"), ("data.*.deep", "a cache"))) == [
        "data.0.m: a string, recorded a number"
    ]


def test_plain_text_is_equal_up_to_numbers_and_ids() -> None:
    assert plain(b"Requested library was not found (id=999999)", b"Requested library was not found (id=5)\n") == []
    assert plain(b"Requested library was not found", b"No such city") == [
        "body: 'No such city', recorded 'Requested library was not found'"
    ]


def test_html_is_compared_by_being_there() -> None:
    assert plain(b"<html>a</html>", b"<p>b", media="text/html") == []
    assert plain(b"<html>a</html>", b"", media="text/html") == ["body: empty, recorded otherwise"]
