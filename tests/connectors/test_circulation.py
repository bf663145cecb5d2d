from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hub.connectors.circulation import shelf_of


def test_a_shelf_is_what_is_told_of_it_without_white_space_around() -> None:
    assert shelf_of("Kallio  aikuiset ", " 84.2 LIN") == "Kallio aikuiset, 84.2 LIN"
    assert shelf_of(None, "84.2") == "84.2"


@given(st.none() | st.text(max_size=300), st.none() | st.text(max_size=300))
def test_a_shelf_is_a_text_of_some_length_or_nothing(location: str | None, call_number: str | None) -> None:
    told = shelf_of(location, call_number)

    assert told is None or 0 < len(told) <= 200
