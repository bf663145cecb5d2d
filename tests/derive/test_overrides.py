"""The operator's file: what it says, and every mistake in it with its key and reason."""

from __future__ import annotations

import pytest

from hub.derive import overrides

SOURCES = {"servicemap": "sm", "sm": "sm", "varaamo": "va", "va": "va", "kirkanta": "ki"}
FILE = """
[[same]]
records = ["varaamo:174", "servicemap:8215"]
why = "the reading room is the library"

[[apart]]
records = ["sm:8215", "kirkanta:a:b"]

[branches]
"2/Helmet/h/h37/" = "kirkanta:86803"
"2/Helmet/h/hxx/" = false

[texts]
"Kallion  kirkon KRYPTA" = "servicemap:1"
"Ullakko" = false
"""


def test_the_file_says_it_by_the_names_or_ids_of_sources() -> None:
    said, mistakes = overrides.read(FILE, SOURCES)

    assert mistakes == []
    assert said.same == ((("sm", "8215"), ("va", "174")),)
    assert said.apart == ((("ki", "a:b"), ("sm", "8215")),)
    assert said.branches == (("2/Helmet/h/h37/", ("ki", "86803")), ("2/Helmet/h/hxx/", None))
    assert said.texts == (("kallion kirkon krypta", ("sm", "1")), ("ullakko", None))


@pytest.mark.parametrize(
    ("content", "mistake"),
    [
        ("same = [", "is not TOML: "),
        ("[[some]]", "some: there is no such section; there are same, apart, branches, texts"),
        ("same = 3", "same: expected [[same]] with records in it"),
        ("same = [3]", 'same[1]: expected records = ["source:key", "source:key"]'),
        ('[[same]]\nrecords = ["sm:1"]', "same[1].records: expected two records"),
        ('[[same]]\nrecords = ["sm:1", "sm:1"]', "same[1].records: names one record twice"),
        ('[[apart]]\nrecords = ["sm:1", "se:1"]', "apart[1].records: se is no source; there are kirkanta, servicemap"),
        ('[[same]]\nrecords = ["sm:1", "sm:2"]\nwhys = ""', "same[1].whys: there is no such key"),
        ('[branches]\n"b" = true', 'branches."b": expected a source and its key'),
        ('[texts]\n"Talo" = "sm"', 'texts."Talo": expected a source and its key'),
        ('[texts]\n"Talo" = "sm:1"\n"TALO" = false', 'texts."TALO": is "Talo" already'),
        ('[texts]\n" " = false', 'texts." ": expected some words'),
    ],
)
def test_a_mistake_is_told_with_its_key(content: str, mistake: str) -> None:
    mistakes = overrides.read(content, SOURCES)[1]

    assert any(told.startswith(mistake) for told in mistakes), mistakes


def test_what_is_the_same_can_not_be_apart() -> None:
    lines = [("same", "sm:1", "sm:2"), ("same", "sm:2", "va:3"), ("apart", "va:3", "sm:1")]
    content = "\n".join(f'[[{section}]]\nrecords = ["{one}", "{other}"]' for section, one, other in lines)

    assert overrides.read(content, SOURCES)[1] == ["apart[1].records: sm:1 and va:3 are the same by [[same]]"]


def test_all_mistakes_are_told_together() -> None:
    assert len(overrides.read('[some]\n[branches]\n"b" = 1\n"c" = "xx:1"', SOURCES)[1]) == 3
