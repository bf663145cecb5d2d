"""How well feeds' words for where are read: the labelled texts, each half by itself, and what reading one costs."""

from __future__ import annotations

from typing import get_args

from bench.figures import Figure, side_by_side
from hub.derive import placing
from tests.derive.place_texts import TEXTS, Half, Score, gazetteer, meant, score

PRECISION, RECALL = 0.99, 0.85
MEANING = {"tune": "looked at while the rule was tuned", "held": "kept out of tuning"}


def figures() -> list[Figure]:
    found = [figure for half in get_args(Half) for figure in _of(half, score(half))]
    everything = [(i, known) for i, (_, known) in enumerate(gazetteer())]
    by_keys, by_hand = side_by_side(
        lambda: [meant(text) for text in TEXTS],
        lambda: [placing.meant(placing.read(text.said), None, everything) for text in TEXTS],
        times=5,
    )
    return [
        *found,
        Figure(
            name="reading one text",
            value=by_keys / len(TEXTS) * 1e6,
            unit="µs",
            against=f"comparing it with all of {len(everything)} places",
            beside=by_hand / len(TEXTS) * 1e6,
            ratio=by_keys / by_hand,
        ),
    ]


def _of(half: Half, told: Score) -> list[Figure]:
    said = f"{told.texts} texts {MEANING[half]}"
    return [
        Figure(
            name=f"precision, {half}",
            value=told.precision,
            unit="",
            aim=f"≥ {PRECISION}",
            note=f"{said}; wrong: {len(told.wrong)}",
        ),
        Figure(
            name=f"recall, {half}",
            value=told.recall,
            unit="",
            aim=f"≥ {RECALL}",
            note=f"{said}; found: {told.right}, missed: {len(told.missed)}",
        ),
    ]
