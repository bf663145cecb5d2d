"""What comes in as a moment, a day, an address or a language is read strictly, and refused in words."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from graphql import GraphQLError
from hypothesis import given
from hypothesis import strategies as st

from hub.schema.scalars import SCALARS, Date, DateTime, LanguageCode

moment, day, language = SCALARS[DateTime], SCALARS[Date], SCALARS[LanguageCode]


def test_a_moment_is_shown_with_the_offset_of_helsinki() -> None:
    assert moment.serialize is not None
    assert moment.serialize(datetime(2026, 7, 1, 9, tzinfo=UTC)) == "2026-07-01T12:00:00+03:00"
    assert moment.serialize(datetime(2026, 11, 22, 9, tzinfo=UTC)) == "2026-11-22T11:00:00+02:00"


@given(st.integers(min_value=-2_000_000_000, max_value=4_000_000_000))
def test_a_moment_reads_back_as_what_was_shown(seconds: int) -> None:
    assert moment.parse_value is not None
    assert moment.serialize is not None
    whole = datetime.fromtimestamp(seconds, UTC)
    assert moment.parse_value(moment.serialize(whole)) == whole


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("2026-11-22T10:00:00", "no offset"),
        ("tomorrow", "is not a moment"),
        ("0001-01-01T00:00:00+14:00", "outside the years"),
        (5, "is text such as"),
    ],
)
def test_a_moment_that_cannot_be_meant_is_refused_in_words(given: object, words: str) -> None:
    assert moment.parse_value is not None
    with pytest.raises(GraphQLError, match=words) as caught:
        moment.parse_value(given)
    assert caught.value.extensions == {"code": "BAD_INPUT", "retryable": False}


@pytest.mark.parametrize("given", ["2026-02-30", "22.11.2026", "2026-11-22T00:00", "", None, 20261122])
def test_a_day_that_is_none_is_refused(given: object) -> None:
    assert day.parse_value is not None
    with pytest.raises(GraphQLError):
        day.parse_value(given)


def test_a_day_is_read() -> None:
    assert day.parse_value is not None
    assert day.parse_value("2026-11-22") == date(2026, 11, 22)


def test_a_language_is_a_bcp_47_code_with_its_first_part_in_lower_case() -> None:
    assert language.parse_value is not None
    assert language.parse_value("ZH-Hans") == "zh-Hans"
    with pytest.raises(GraphQLError):
        language.parse_value("suomi!")
