"""Themes: what events, books, hearings and wishes may be about, whatever service tells of them."""

from __future__ import annotations

from typing import ClassVar

from hub.records.core import LocalizedText, Record

EXACT = 100  # how sure a link is, in per cent: its source itself names the concept by its id
VOCABULARY = "yso"  # what stands for a source in a theme's reference


class Theme(Record, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A concept of the General Finnish Ontology (YSO). key: "p22036"; `number`: 22036, what links hold.

    `name` is without the qualifier that tells homographs apart, `label` with it: "hyvinvointi (terveydellinen)".
    Themes come with the hub and are no records of the index: `rid` stays 0.
    """

    kind: ClassVar[str] = "theme"

    number: int
    name: LocalizedText
    label: LocalizedText
