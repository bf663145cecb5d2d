from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hub.cache.bounded import Bounded


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 40), st.booleans()), max_size=200))
def test_it_never_holds_more_than_its_bound_and_counts_right(steps: list[tuple[int, int, bool]]) -> None:
    held: Bounded[int, int] = Bounded(160)
    weights: dict[int, int] = {}
    for key, weight, drop in steps:
        if drop:
            held.drop(key)
        else:
            held.put(key, weight, weight)
            weights[key] = weight
        alive = {key: weights[key] for key in weights if held.get(key) is not None}
        assert held.weight == sum(alive.values()) <= 160
        assert all(held.get(key) == weight for key, weight in alive.items())


def test_what_was_used_longest_ago_goes_first() -> None:
    held: Bounded[str, str] = Bounded(80)
    for key in "abcdefgh":
        held.put(key, key, 10)
    held.get("a")
    held.put("i", "i", 10)
    assert held.get("a") == "a"
    assert held.get("b") is None


def test_what_would_push_everything_else_out_is_not_kept() -> None:
    held: Bounded[str, str] = Bounded(80)
    held.put("small", "x", 10)
    held.put("large", "y", 11)
    assert held.get("large") is None
    assert held.get("small") == "x"
