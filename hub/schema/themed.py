"""What everything has that is about something: its themes."""

from __future__ import annotations

from typing import Annotated

import strawberry

from hub.domain import nodes, themes
from hub.domain.lists import PageArgs
from hub.index.themes import OnThemes
from hub.records.core import Record
from hub.schema.connection import After, First
from hub.schema.context import Info
from hub.schema.lazy import ThemePageLazy
from hub.schema.node import Node

Exact = Annotated[
    bool, strawberry.argument(description="Only those that its source names by their id: nothing inferred.")
]


@strawberry.interface(description="Anything that is about something.")
class Themed(Node):
    @strawberry.field(
        description="What it is about, the surest first: by the ids that its source gives, else inferred from its"
        " subjects and its title. See `isInferred` and `confidence` of the edges."
    )
    @staticmethod
    async def themes(
        root: strawberry.Parent[Record], info: Info, exact: Exact = False, first: First = 20, after: After = None
    ) -> ThemePageLazy | None:
        return await info.context.batch(themes.themes_of, exact, PageArgs(first=first, after=after)).load(root)


@strawberry.input(description="About which themes.")
class ThemedFilter:
    themes: list[strawberry.ID] | None = strawberry.field(
        default=None, description="About any of these themes; inferred links too, unless `exactThemes`."
    )
    exact_themes: bool = strawberry.field(
        default=False,
        description="Of themes, those asked for or the one it is listed under, only links by the source's own id.",
    )

    def on_themes(self) -> OnThemes | None:
        return nodes.themes_of(self.themes or (), exact=self.exact_themes)
