"""What the stand-in keeps: the register's own rows, with bare ids where the wire has references.

A row is the wire's object without what the server adds when it answers: `@id`, `@context`, `@type`, and the links in
place of ids. An event's `location`, `keywords`, `audience`, `in_language`, `super_event`, `sub_events`, `registration`
and `images` are ids of the other rows; so are `parent_organization`, `sub_organizations`, `affiliated_organizations`
and `replaced_by` of an organisation, `keywords` of a keyword set and `event` of a registration.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec

Row: TypeAlias = dict[str, Any]

TYPES = {
    "event": "Event/LinkedEvent",
    "place": "Place",
    "keyword": "Keyword",
    "keyword_set": "KeywordSet",
    "organization": "Organization",
    "image": "ImageObject",
    "language": "Language",
    "registration": "Registration",
}


class Rows(msgspec.Struct, frozen=True, kw_only=True):
    """`kinds`: rows by path segment ("event", "place", …), in the order that a list without a sort has.

    `drafts`: ids of events that are not public. `gone`: by path segment what was deleted or deprecated, and the id that
    took its place if one did. `private`: data sources whose events are shown to those only who name them.
    `municipality`: what short division ids are completed with. `web_store`: the city's web store is switched on, which
    adds its fields.
    """

    kinds: dict[str, list[Row]]
    drafts: frozenset[str] = frozenset()
    gone: dict[str, dict[str, str | None]] = {}
    private: frozenset[str] = frozenset()
    municipality: str = "helsinki"
    web_store: bool = False

    def of(self, kind: str) -> list[Row]:
        return self.kinds.get(kind, [])
