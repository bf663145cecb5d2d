"""What parts of Decidim's replies mean: texts, sums, phases."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import partial

from hub.connectors import decidim_wire as wire
from hub.connectors.markup import html_of, plain
from hub.records.core import LANGUAGES, LocalizedText, Point, point

SHORT = 1_000  # characters of a title, a reference, an address
VOTE = re.compile(r"äänest|omröst|röstning|\bvot(?:e|ing)", re.IGNORECASE)
OUTCOME = re.compile(r"tulo|resultat|result", re.IGNORECASE)  # "Äänestyksen tulokset" is no vote


def _in_languages(field: wire.Translated | None, clean: Callable[[str | None], str | None]) -> LocalizedText | None:
    """A missing language is absent or ""; a language that is none of ours is kept as `other` if it is all there is."""
    found: dict[str, str] = {}
    for entry in field.translations if field is not None else ():
        if entry is not None and (text := clean(entry.text)) is not None:
            found.setdefault(entry.locale.partition("-")[0].lower(), text)
    fi, sv, en = (found.get(language) for language in LANGUAGES)
    if fi or sv or en:
        return LocalizedText(fi=fi, sv=sv, en=en)
    return next((LocalizedText(other=text, other_language=language) for language, text in found.items()), None)


def plain_text(field: wire.Translated | None) -> LocalizedText | None:
    return _in_languages(field, partial(plain, longest=SHORT))


def html_text(field: wire.Translated | None) -> LocalizedText | None:
    return _in_languages(field, html_of)


def paragraphs(text: str) -> str:
    """An idea's body is whatever its author's form sent: plain text keeps its lines, markup is left to the cleaner."""
    return text if "<" in text else html.escape(text, quote=False).replace("\n", "<br>")


def short(text: str) -> str:
    return plain(text, 200) or "no reason given"


def cents(euros: int | None) -> int | None:
    return None if euros is None else euros * 100


def point_of(spot: wire.Spot | None) -> Point | None:
    return point(spot.latitude, spot.longitude) if spot is not None else None


def in_order(steps: Iterable[wire.Step | None]) -> list[wire.Step]:
    there = [step for step in steps if step is not None]
    return sorted(there, key=lambda step: (step.position is None, step.position or 0, step.start_date or date.max))


def results_are_out(steps: Sequence[wire.Step | None], today: date, *, some_are_selected: bool) -> bool:
    """Whether "not selected" may be believed: the round's vote has ended (its last day is over, or a later phase began)
    and the upstream shows results (a selected project) or has gone on to a later phase. Until the results are out it
    says false of every project. Never, where no phase is called a vote.
    """
    phases = in_order(steps)
    votes = [at for at, phase in enumerate(phases) if VOTE.search(phase.words) and not OUTCOME.search(phase.words)]
    if not votes:
        return False
    vote, later = phases[votes[-1]], phases[votes[-1] + 1 :]
    went_on = any(phase.active or (phase.start_date is not None and phase.start_date <= today) for phase in later)
    is_over = went_on if vote.end_date is None else today > vote.end_date
    return is_over and (went_on or some_are_selected)
