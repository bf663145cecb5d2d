"""What a source's words mean, held to a labelled set that was written before the rules were tuned."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from hub.index import meaning, vocabulary
from hub.records.core import LocalizedText

ROWS: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("theme_texts.toml").read_text())["row"]
BY_LABEL = {theme.label.fi: number for number, theme in vocabulary.themes().items()}


def found(row: dict[str, Any]) -> set[int]:
    text = LocalizedText(**{row["lang"]: row["text"]})
    if row["as"] == "subject":
        return set(meaning.meant([text]))
    return set(meaning.told_in([text], of_event=row["as"] == "event"))


def wanted(row: dict[str, Any]) -> set[int]:
    return {BY_LABEL[label] for label in row["themes"]}


def test_the_labelled_set_is_large_and_a_third_of_it_means_nothing() -> None:
    assert len(ROWS) >= 60
    assert sum(not row["themes"] for row in ROWS) * 3 >= len(ROWS)


def test_texts_mean_their_themes_and_hardly_any_other(capsys: pytest.CaptureFixture[str]) -> None:
    hits = sum(len(found(row) & wanted(row)) for row in ROWS)
    said = sum(len(found(row)) for row in ROWS)
    meant = sum(len(wanted(row)) for row in ROWS)
    precision, recall = hits / said, hits / meant
    with capsys.disabled():
        print(f"\nthemes of {len(ROWS)} texts: precision {precision:.3f}, recall {recall:.3f}")
    assert precision >= 0.95
    assert recall >= 0.9
