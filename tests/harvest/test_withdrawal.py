"""The rules of withdrawal, as rules."""

from __future__ import annotations

import math
from collections.abc import Collection

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.harvest.withdrawal import Ended, is_row_of, judge
from hub.index.write import Live
from tests.index.made import START


def everything(keys: Collection[str]) -> Collection[str]:
    return keys


def known(keys: str, misses: int = 0) -> dict[str, Live]:
    return {key: Live(rid, True, None, misses) for rid, key in enumerate(keys)}


def test_the_first_crawl_without_a_record_only_notes_it() -> None:
    verdict = judge(known("abcd"), Ended(seen=set("abc")), everything)

    assert verdict.withdraw == ()
    assert verdict.missed == ("d",)
    assert verdict.unconfirmed == (("d", 1),)


def test_the_second_complete_crawl_in_a_row_without_it_withdraws_it() -> None:
    verdict = judge({**known("abc"), "d": Live(9, True, None, 1)}, Ended(seen=set("abc")), everything)

    assert verdict.withdraw == ("d",)
    assert verdict.unconfirmed == ()


def test_a_list_cut_short_withdraws_nothing_and_counts_no_miss() -> None:
    verdict = judge({**known("abc"), "d": Live(9, True, None, 1)}, Ended(seen=set("abc"), complete=False), everything)

    assert verdict.withdraw == verdict.missed == ()
    assert verdict.unconfirmed == (("d", 1),)
    assert verdict.why_not is not None
    assert "cut short" in verdict.why_not


@pytest.mark.parametrize(("left", "may"), [("ab", True), ("a", False), ("", False)])
def test_a_list_that_shrinks_by_more_than_half_withdraws_nothing_and_says_so(left: str, may: bool) -> None:
    verdict = judge(known("abcd", misses=1), Ended(seen=set(left)), everything)

    assert bool(verdict.withdraw) is may
    assert (verdict.why_not is None) is may


def test_a_record_that_has_left_the_window_is_kept_and_is_no_sign_of_shrinking() -> None:
    verdict = judge(known("abcdef"), Ended(seen=set("ab")), lambda keys: [key for key in keys if key == "c"])

    assert verdict.left == ("d", "e", "f")
    assert verdict.missed == ("c",)
    assert verdict.why_not is None


def test_a_record_whose_row_could_not_be_read_is_there() -> None:
    verdict = judge(known("abcd", misses=1), Ended(seen=set("abc"), unreadable={"d"}, dropped=1), everything)

    assert verdict.withdraw == ()
    assert verdict.unconfirmed == (("d", 0),)


@pytest.mark.parametrize(("dropped", "degraded"), [(5, False), (6, True)])
def test_more_than_five_in_a_hundred_unreadable_rows_withdraw_nothing(dropped: int, degraded: bool) -> None:
    seen = {f"k{n}" for n in range(100 - dropped)}
    before = {**{key: Live(0, True, None, 0) for key in seen}, "gone": Live(1, True, None, 1)}

    verdict = judge(before, Ended(seen=seen, dropped=dropped), everything)

    assert (verdict.withdraw == ()) is degraded


def test_many_unreadable_rows_of_a_short_list_do_not_degrade_it() -> None:
    assert not Ended(seen=set("ab"), dropped=10).is_degraded


def test_where_absence_says_nothing_nothing_is_withdrawn_and_nothing_is_claimed() -> None:
    verdict = judge(known("abcd", misses=5), Ended(seen=set("abc"), withdraws=False), everything)

    assert verdict.withdraw == verdict.missed == ()
    assert verdict.unconfirmed == (("d", 5),)


def test_what_the_list_leaves_out_anyway_is_not_missed() -> None:
    verdict = judge({**known("abc"), "d": Live(9, False, None, 0)}, Ended(seen=set("abc")), everything)

    assert verdict.missed == ()
    assert verdict.unconfirmed == ()


def test_what_left_the_window_before_is_not_judged_again() -> None:
    verdict = judge({**known("abc"), "d": Live(9, True, START, 0)}, Ended(seen=set("abc")), everything)

    assert verdict.missed == verdict.left == ()


@pytest.mark.parametrize(
    ("key", "row", "same"),
    [
        ("12", "12", True),
        ("idea:12", "12", True),
        ("84860/2026-11-22", "84860", True),
        ("tprek:12", "2", False),
        ("12", "idea:12", False),
    ],
)
def test_a_row_is_recognised_behind_a_key_with_its_type_or_day(key: str, row: str, same: bool) -> None:
    assert is_row_of(key, frozenset({row})) is same


@given(
    st.dictionaries(st.sampled_from("abcdefghij"), st.tuples(st.booleans(), st.integers(0, 1), st.booleans())),
    st.sets(st.sampled_from("abcdefghijxyz")),
    st.sets(st.sampled_from("abcdefghij")),
    st.booleans(),
    st.booleans(),
    st.sets(st.sampled_from("abcdefghij")),
)
def test_every_record_that_a_crawl_lacks_has_one_fate_and_what_it_brought_has_none(
    before: dict[str, tuple[bool, int, bool]],
    seen: set[str],
    unreadable: set[str],
    complete: bool,
    withdraws: bool,
    window: set[str],
) -> None:
    live = {key: Live(0, listed, START if left else None, misses) for key, (listed, misses, left) in before.items()}
    ended = Ended(seen=seen, unreadable=unreadable, dropped=len(unreadable), complete=complete, withdraws=withdraws)

    verdict = judge(live, ended, lambda keys: [key for key in keys if key in window])

    unconfirmed = {key for key, _ in verdict.unconfirmed}
    fates = [set(verdict.withdraw), unconfirmed, set(verdict.left)]
    judged = {key for key, each in live.items() if each.listed and each.left_window is None} - seen
    assert set().union(*fates) == judged
    assert sum(map(len, fates)) == len(judged)
    assert set(verdict.missed) <= unconfirmed
    assert all(live[key].misses == 1 and key in window and key not in unreadable for key in verdict.withdraw)
    if not complete or not withdraws or verdict.why_not:
        assert verdict.withdraw == verdict.missed == ()
    size = sum(1 for each in live.values() if each.listed and each.left_window is None) - len(verdict.left)
    if verdict.withdraw:
        assert len(seen) + len(unreadable) >= math.ceil(size / 2)
