"""What a source's words mean, held to a labelled set that was written before the rules were tuned."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.index import meaning, vocabulary
from hub.records.core import LocalizedText
from hub.records.themes import EXACT

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


def test_a_label_of_several_concepts_means_the_one_that_a_city_means_or_none() -> None:
    children = meaning.meant([LocalizedText(en="children")])
    playing = meaning.meant([LocalizedText(en="playing")])

    assert children == {BY_LABEL["lapset (ikäryhmät)"]: 90}
    assert playing == {}


def test_a_title_speaks_in_the_first_language_that_says_anything() -> None:
    told = meaning.told_in([LocalizedText(fi="Asukasilta", sv="Konsert", en="Yoga")])

    assert told == {BY_LABEL["konsertit"]: 60}


def test_an_ending_that_makes_another_word_is_not_cut_off() -> None:
    assert meaning.told_in([LocalizedText(sv="Gemensam användning av lokaler")]) == {}
    assert meaning.told_in([LocalizedText(en="Residents' evening")]) == {}
    assert meaning.told_in([LocalizedText(sv="Mot ensamheten")]) == {BY_LABEL["yksinäisyys"]: 60}


def test_a_catalogues_subject_of_no_told_language_is_read_in_each() -> None:
    assert set(meaning.meant([LocalizedText(other="neulonta")])) == {BY_LABEL["neulonta"]}
    assert set(meaning.meant([LocalizedText(other="stickning")])) == {BY_LABEL["neulonta"]}


@given(st.text(max_size=400), st.sampled_from(("fi", "sv", "en", "other")), st.booleans())
def test_any_text_means_themes_that_there_are_and_is_never_exact(said: str, language: str, of_event: bool) -> None:
    text = LocalizedText(**{language: said})

    for found in (meaning.meant([text]), meaning.told_in([text], of_event=of_event)):
        assert found.keys() <= vocabulary.themes().keys()
        assert all(0 < sure < EXACT for sure in found.values())


def test_every_concept_is_meant_by_its_own_whole_label() -> None:
    for number, theme in vocabulary.themes().items():
        assert meaning.meant([LocalizedText(fi=theme.label.fi)]) == {number: 90}, theme.label.fi
