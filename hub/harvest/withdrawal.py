"""When a record that a crawl lacks is gone. Pure rules.

Upstreams page by position, so a row can be missed without any fault. A record is withdrawn if two complete crawls in a
row lack it, or one does and its source, asked for its id, says that there is none. Nothing is withdrawn by a crawl that
was cut short, that could not read more than 5 % of at least 100 rows, or that would halve the collection. A row that
could not be read is there: its last good copy stays. What has left the collection's window is kept 90 days and dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

import msgspec

from hub.index.write import Live

MISSES = 2  # complete crawls in a row
ENOUGH_ROWS, MOST_UNREADABLE = 100, 0.05


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """A full crawl that came to its last page. `unreadable`: the keys of the `dropped` rows, where they have one."""

    seen: Collection[str]
    unreadable: Collection[str] = ()
    dropped: int = 0
    complete: bool = True
    withdraws: bool = True  # False: the absence of a record says nothing in this collection

    @property
    def is_degraded(self) -> bool:
        rows = len(self.seen) + self.dropped
        return rows >= ENOUGH_ROWS and self.dropped > rows * MOST_UNREADABLE


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What a crawl means for the records that it did not bring.

    `withdraw`: gone. `missed`: lacked for the first time, so its source may be asked. `unconfirmed`: whatever this
    crawl does not vouch for, with the number of misses that it now has (those in `missed` among them). `left`: out of
    the window. `why_not`: the reason why this crawl may not withdraw, None if it may.
    """

    withdraw: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    unconfirmed: tuple[tuple[str, int], ...] = ()
    left: tuple[str, ...] = ()
    why_not: str | None = None


def judge(before: Mapping[str, Live], ended: Ended, in_window: Callable[[Collection[str]], Collection[str]]) -> Verdict:
    """`before`: the collection's records before or after the crawl was stored, by key (it has stored only what it saw).
    `in_window` picks from keys those whose record still lies in the window.
    """
    unreadable = frozenset(ended.unreadable)
    absent: list[str] = []
    spoilt: list[str] = []
    for key, live in before.items():
        if key in ended.seen or not live.listed or live.left_window is not None:
            continue
        (spoilt if is_row_of(key, unreadable) else absent).append(key)
    inside = set(in_window(absent))
    left = tuple(sorted(key for key in absent if key not in inside))
    size_now = len(ended.seen) + len(spoilt)
    size_before = sum(1 for live in before.values() if live.listed and live.left_window is None) - len(left)
    why_not = None
    if not ended.complete:
        why_not = "the list was cut short: nothing was withdrawn"
    elif ended.is_degraded:
        why_not = f"{ended.dropped} of {len(ended.seen) + ended.dropped} rows could not be read: nothing was withdrawn"
    elif size_now * 2 < size_before:
        why_not = f"the list shrank from {size_before} to {size_now}: nothing was withdrawn"
    may = ended.withdraws and why_not is None
    withdraw, missed = [], []
    unconfirmed = [(key, 0) for key in spoilt]
    for key in inside:
        misses = before[key].misses + (1 if may else 0)
        if may and misses >= MISSES:
            withdraw.append(key)
            continue
        unconfirmed.append((key, misses))
        if may:
            missed.append(key)
    return Verdict(
        withdraw=tuple(sorted(withdraw)),
        missed=tuple(sorted(missed)),
        unconfirmed=tuple(sorted(unconfirmed)),
        left=left,
        why_not=why_not,
    )


def is_row_of(key: str, rows: frozenset[str]) -> bool:
    """Whether one of these row ids is behind this key: the id itself, or with its type in front ("idea:12") or a date
    behind ("84860/2026-11-22").
    """
    return key in rows or key.rpartition(":")[2] in rows or key.partition("/")[0] in rows
