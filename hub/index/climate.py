"""Questions about the climate programme, as SQL."""

from __future__ import annotations

import msgspec

from hub.index.listing import Conditions, Listing, Under
from hub.index.places import text_condition
from hub.index.themes import OnThemes, about


class ActionFilter(msgspec.Struct, frozen=True, kw_only=True):
    """None or empty: any. `statuses`: as in ClimateAction.status_key."""

    text: str | None = None
    statuses: tuple[str, ...] = ()
    themes: OnThemes | None = None


def actions(wanted: ActionFilter, under: Under | None = None) -> Listing:
    """By name."""
    c = Conditions()
    if wanted.statuses:
        c.any_of("t.status", "statuses", wanted.statuses)
    about(c, "climate_action", wanted.themes)
    if wanted.text is not None:
        text_condition(c, "climate_text", wanted.text)
    return Listing(table="climate_action", sort=("t.name",), where=tuple(c.where), params=c.params, under=under)
