"""Themes by a person's words, page by page."""

from __future__ import annotations

import pytest

from hub.domain import themes
from hub.domain.lists import PageArgs
from hub.errors import BadCursor, BadInput
from hub.index import vocabulary


def labels(text: str, first: int = 3) -> list[str | None]:
    return [theme.label.fi for theme in themes.themes(text, PageArgs(first=first)).nodes]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("hyvinvointi", "hyvinvointi (terveydellinen)"),
        ("Wellbeing", "hyvinvointi (terveydellinen)"),
        ("välmående", "hyvinvointi (terveydellinen)"),
        ("bibliotek", "kirjastot"),
        ("kirjasto", "kirjastot"),
        ("lasten", "lapset (ikäryhmät)"),
        ("barn", "lapset (ikäryhmät)"),
        ("dance", "tanssi"),
        ("language café", None),
        ("suomen kieli", "suomen kieli"),
        ("jooga", "jooga"),
        ("maahanmuutto", "maahanmuuttajat"),
        ("invandring", "maahanmuuttajat"),
        ("immigrants", "maahanmuuttajat"),
        ("työllisyys", "työnhaku"),
        ("sysselsättning", "työnhaku"),
        ("employment", "työnhaku"),
    ],
)
def test_what_is_asked_for_comes_first_in_any_language(text: str, label: str | None) -> None:
    assert (labels(text, 1) or [None])[0] == label


def test_the_other_bearer_of_a_name_is_found_too_and_less_sure() -> None:
    found = themes.themes("hyvinvointi", PageArgs(first=2))

    assert [theme.label.fi for theme in found.nodes] == ["hyvinvointi (terveydellinen)", "hyvinvointi (taloudellinen)"]
    assert found.sure == [100, 90]


def test_a_part_of_a_compound_and_the_beginning_of_a_word_find_it() -> None:
    assert "kesäteatterit" in labels("teatteri", 50)
    assert "valokuvaus" in labels("valok", 50)


def test_pages_give_every_theme_once() -> None:
    read: list[int] = []
    after: str | None = None
    while True:
        found = themes.themes(None, PageArgs(first=100, after=after))
        read += [theme.number for theme in found.nodes]
        if not found.has_next:
            break
        after = found.cursors[-1]

    assert len(read) == len(vocabulary.themes()) == 497
    assert len(set(read)) == 497


@pytest.mark.parametrize("text", ["", " ", "!!", "zzzzqqq", "\x00"])
def test_words_that_mean_nothing_find_nothing(text: str) -> None:
    assert labels(text) == []


def test_a_cursor_of_another_list_and_a_text_beyond_bounds_are_refused() -> None:
    with pytest.raises(BadCursor):
        themes.themes("jooga", PageArgs(after="bm9uZQ"))
    with pytest.raises(BadInput, match="text"):
        themes.themes("x" * 201, PageArgs())
