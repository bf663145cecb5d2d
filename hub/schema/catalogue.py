"""What can be borrowed: works and things, and the branches that own them."""

from __future__ import annotations

from typing import Annotated, Any

import strawberry

from hub.domain import holdings, nodes
from hub.domain.catalogue import CatalogueFilter as Wanted
from hub.domain.holdings import Holding as Copies
from hub.domain.holdings import HoldingFilter
from hub.domain.lists import Found
from hub.errors import BadInput
from hub.records import catalogue as records
from hub.records.catalogue import Format
from hub.schema.connection import Connection
from hub.schema.context import Info
from hub.schema.inputs import NearInput
from hub.schema.lazy import CataloguePageLazy, PlaceLazy
from hub.schema.lists import Lists
from hub.schema.scalars import URL, DateTime, LanguageCode
from hub.schema.texts import LocalizedText
from hub.schema.themed import Themed, ThemedFilter

FACETS = ("FORMAT", "LANGUAGE", "BRANCH", "YEAR", "SUBJECT", "AUTHOR")


@strawberry.input(description="Which records to list; what is left out does not matter. Of a list, any will do.")
class CatalogueFilter(ThemedFilter):
    text: str | None = strawberry.field(default=None, description="Words to look for, as a person types them.")
    formats: list[Format] | None = strawberry.field(
        default=None, description="Of these formats. Only OBJECT is answered without asking the catalogue."
    )
    languages: list[LanguageCode] | None = strawberry.field(
        default=None, description="In these languages; things to borrow have none and are not left out."
    )
    places: list[strawberry.ID] | None = strawberry.field(default=None, description="Owned by any of these branches.")
    published_from: int | None = strawberry.field(default=None, description="Year, in.")
    published_to: int | None = strawberry.field(default=None, description="Year, in.")
    subject: str | None = strawberry.field(default=None, description="This very subject, in the catalogue's words.")
    author: str | None = strawberry.field(default=None, description="This very author, as the catalogue writes it.")
    newest_first: bool = strawberry.field(default=False, description="By year; else the most relevant first.")


def wanted_records(info: Info, given: CatalogueFilter | None, *, facets: tuple[str, ...] = ()) -> Wanted:
    """What `info` is about is the list itself: whether its rows' holdings are selected decides who is asked."""
    asked = given or CatalogueFilter()
    if asked.text is not None and len(asked.text) > 1_000:
        raise BadInput("filter: text is longer than 1 000 characters")
    if asked.published_from and asked.published_to and asked.published_to < asked.published_from:
        raise BadInput(f"publishedTo: {asked.published_to} is before publishedFrom: {asked.published_from}")
    return Wanted(
        text=asked.text,
        formats=tuple(asked.formats or ()),
        languages=tuple(asked.languages or ()),
        places=nodes.rids_of(info.context.city, asked.places or (), "place", "library"),
        published_from=asked.published_from,
        published_to=asked.published_to,
        subject=asked.subject,
        author=asked.author,
        themes=asked.on_themes(),
        newest_first=asked.newest_first,
        facets=facets,
        with_copies=info.context.selects_below(info, "holdings"),
    )


RECORDS = Lists(page=CataloguePageLazy, filter=CatalogueFilter, wanted=wanted_records)


@strawberry.type(description="The copies of one record in one branch.")
class Holding:
    place: PlaceLazy | None = strawberry.field(description="The branch; null for a code that is none we know.")

    @strawberry.field(
        description="The best that the branch has: AVAILABLE, REFERENCE_ONLY (to be used there), ON_LOAN, UNAVAILABLE"
        " (reserved, on its way, lost …), or UNKNOWN: no source tells of the shelf."
    )
    @staticmethod
    def state(root: strawberry.Parent[Copies]) -> str | None:
        return root.state.value

    available: int | None = strawberry.field(description="Copies on the shelf, to be lent; null: not known.")
    total: int | None = strawberry.field(description="Copies owned, lent and lost ones too; null: not known.")
    due_at: DateTime | None = strawberry.field(
        description="When the next one is due back; null: none is lent, all are late, or not known."
    )
    shelf: str | None = strawberry.field(description="Where in the branch: department and class.")


@strawberry.federation.type(keys=["id"], description="A work or a thing that libraries lend.")
class CatalogueRecord(Themed):
    title: LocalizedText | None = strawberry.field(description="In the work's own language.")
    authors: list[str] = strawberry.field(description="Who made it.")
    year: int | None = strawberry.field(description="Of publication.")
    format: Format = strawberry.field(description="What it is.")
    format_label: LocalizedText | None = strawberry.field(description="What it is, in the catalogue's words.")
    languages: list[LanguageCode] = strawberry.field(description="Of the work.")
    isbns: list[str] = strawberry.field(description="Digits and X only.")
    subjects: list[LocalizedText] = strawberry.field(description="What it is about.")
    publishers: list[str] = strawberry.field(description="Who published it.")
    cover_url: URL | None = strawberry.field(description="A picture at the catalogue's own address.")
    online_urls: list[URL] = strawberry.field(description="Where it can be read or heard.")
    url: URL | None = strawberry.field(description="Its page in the catalogue, where one reserves it.")

    @strawberry.field(
        description="The branches that own copies, and what is on their shelves now, as far as it is known. Of a filter"
        " what nobody tells of is left out."
    )
    @staticmethod
    async def holdings(
        root: strawberry.Parent[records.CatalogueRecord],
        info: Info,
        is_available: Annotated[
            bool | None, strawberry.argument(description="There is a copy on the shelf to be lent, or there is none.")
        ] = None,
        open_now: Annotated[
            bool | None, strawberry.argument(description="Where the branch is open now, or known to be closed.")
        ] = None,
        near: Annotated[
            NearInput | None, strawberry.argument(description="Only branches inside a circle, nearest first.")
        ] = None,
    ) -> list[Holding]:
        wanted = HoldingFilter(
            is_available=is_available, open_now=open_now, near=near.to_domain() if near is not None else None
        )
        return await info.context.batch(holdings.holdings_of, wanted).load(root)


@strawberry.type(description="One value of a facet.")
class FacetValue:
    value: str = strawberry.field(description="The graph's own word: an enum value, a code, a heading.")
    label: LocalizedText | None = strawberry.field(description="For people; null where `value` is one already.")
    count: int = strawberry.field(description="How many rows of the whole list have it.")


@strawberry.type(description="How the rows of the whole list divide by one field.")
class Facet:
    field: str = strawberry.field(description="FORMAT, LANGUAGE, BRANCH, YEAR, SUBJECT or AUTHOR.")
    values: list[FacetValue] = strawberry.field(description="The commonest first.")


@strawberry.type(description="A page of catalogue records.")
class CatalogueConnection(Connection[CatalogueRecord]):
    @strawberry.field(
        description="How the whole list divides; from the catalogue's own search, so empty for lists of things alone."
    )
    @staticmethod
    def facets(root: strawberry.Parent[Found[Any]]) -> list[Facet]:
        told: Any = root.facets
        return told
