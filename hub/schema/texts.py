"""Texts in the languages that they have, and in the one that the caller would rather read."""

from __future__ import annotations

import strawberry

from hub.records import core
from hub.schema.context import Info
from hub.schema.scalars import URL, LanguageCode


def _picked(root: core.LocalizedText, info: Info) -> tuple[str, str | None]:
    return root.pick(info.context.city.languages) or ("", None)


@strawberry.type(
    description="A text in the languages that its source gives. `text` is the best of them for this request: by"
    " `?lang=sv,fi` or Accept-Language, then Finnish, Swedish, English."
)
class LocalizedText:
    fi: str | None = strawberry.field(description="In Finnish; null if the source has none.")
    sv: str | None = strawberry.field(description="In Swedish; null if the source has none.")
    en: str | None = strawberry.field(description="In English; null if the source has none.")

    @strawberry.field(description="In the first of the request's languages that there is.")
    @staticmethod
    def text(root: strawberry.Parent[core.LocalizedText], info: Info) -> str:
        return _picked(root, info)[0]

    @strawberry.field(description="The language of `text`; null where the source does not tell.")
    @staticmethod
    def language(root: strawberry.Parent[core.LocalizedText], info: Info) -> LanguageCode | None:
        language = _picked(root, info)[1]
        return None if language is None else LanguageCode(language)

    @strawberry.field(description="True if `text` is not in the first language that the request asked for.")
    @staticmethod
    def is_fallback(root: strawberry.Parent[core.LocalizedText], info: Info) -> bool:
        return _picked(root, info)[1] != info.context.city.languages[0]


@strawberry.type(description="A point on the map, WGS 84 degrees.")
class Location:
    lat: float = strawberry.field(description="Degrees north.")
    lon: float = strawberry.field(description="Degrees east.")


@strawberry.type(description="Where a place is, as one would write it on a letter.")
class Address:
    street: LocalizedText | None = strawberry.field(description="Street and number.")
    postal_code: str | None = strawberry.field(description="Five digits.")
    city: str | None = strawberry.field(description="The municipality's name.")


@strawberry.type(description="How to reach an office; never a person.")
class Contact:
    phone: str | None = strawberry.field(description="As the source writes it.")
    email: str | None = strawberry.field(description="The office's own address.")
    website: URL | None = strawberry.field(description="An http or https address.")


@strawberry.type(description="A picture, with what must be shown beside it.")
class Image:
    url: URL | None = strawberry.field(description="The picture's own address.")
    alt: LocalizedText | None = strawberry.field(description="What can be seen, for those who can't.")
    license: str | None = strawberry.field(description="The source's word for its licence; null if it tells none.")
    photographer: str | None = strawberry.field(description="Whom to name.")
