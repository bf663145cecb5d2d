"""In which order texts are shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.http.languages import order_of
from hub.records.core import LANGUAGES, Language


@pytest.mark.parametrize(
    ("lang", "header", "order"),
    [
        (None, None, "fi sv en"),
        (None, "", "fi sv en"),
        (None, "sv", "sv fi en"),
        (None, "en-GB,en;q=0.9", "en fi sv"),
        (None, "de-DE, en;q=0.5, sv;q=0.8", "sv en fi"),
        (None, "*", "fi sv en"),
        (None, "sv;q=0, en", "en fi sv"),
        (None, "en;q=0.5, sv;q=0.5", "en sv fi"),
        (None, "en;q=high", "en fi sv"),
        ("sv,fi", None, "sv fi en"),
        ("SV", "en", "sv fi en"),  # what is asked in the address wins
        ("sv-FI", None, "sv fi en"),
        ("", "en", "fi sv en"),
        ("klingon", "en", "fi sv en"),
        ("en,en,sv", None, "en sv fi"),
    ],
)
def test_the_callers_languages_come_first_then_the_hubs(lang: str | None, header: str | None, order: str) -> None:
    assert " ".join(order_of(lang, header, LANGUAGES)) == order


def test_the_hubs_own_order_holds_for_those_who_ask_for_none() -> None:
    assert order_of(None, None, ("sv", "en")) == ("sv", "en", "fi")


@given(
    st.none() | st.text(max_size=60),
    st.none() | st.text(alphabet="fisven-,;q=0.19* ", max_size=60),
    st.permutations(LANGUAGES),
)
def test_whatever_is_asked_all_three_stand_in_the_order_once(
    lang: str | None, header: str | None, own: list[Language]
) -> None:
    assert sorted(order_of(lang, header, tuple(own))) == sorted(LANGUAGES)
