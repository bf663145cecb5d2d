"""Outside text made safe: sanitised HTML where a description may have paragraphs and links, plain text elsewhere."""

from __future__ import annotations

import html
import re
import unicodedata

import nh3

from hub.records.core import LocalizedText

LONGEST = 64_000  # characters, cut before cleaning: nesting costs the cleaner quadratic time (feeds README 1.5)

TAGS = {"p", "br", "ul", "ol", "li", "a", "strong", "em", "h3", "h4"}
SCHEMES = {"http", "https", "mailto", "tel"}
AS_OTHERS = re.compile(r"<(/?)(b|i|h1|h2)(?=[\s>])", re.IGNORECASE)
ALLOWED_FOR = {"b": "strong", "i": "em", "h1": "h3", "h2": "h3"}
TAG = re.compile(r"<!--.*?(?:-->|$)|</?[a-zA-Z][^<>]*(?:>|$)", re.DOTALL)
BREAK = re.compile(r"<\s*(?:br|/p|/li|/h\d|/div)\b[^<>]*>", re.IGNORECASE)
SPACE = re.compile(r"[\s\u00a0]+")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def html_of(text: str | None) -> str | None:
    """Sanitised HTML: the allowed tags, links with safe schemes and rel; None if nothing readable is left."""
    if not text:
        return None
    cut = CONTROL.sub("", text[:LONGEST])
    known = AS_OTHERS.sub(lambda tag: f"<{tag[1]}{ALLOWED_FOR[tag[2].lower()]}", cut)
    clean = nh3.clean(
        known,
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer nofollow",
    ).strip()
    return clean if plain(clean) else None


def plain(text: str | None, longest: int = LONGEST) -> str | None:
    """Plain text without markup: tags dropped, entities read once, white space collapsed, NFC; None if empty."""
    if not text:
        return None
    bare = TAG.sub("", BREAK.sub(" ", text[:LONGEST]))
    # a title may be escaped once more than its format asks for; what that uncovers is markup too
    unescaped = TAG.sub("", html.unescape(bare))
    words = SPACE.sub(" ", CONTROL.sub("", unicodedata.normalize("NFC", unescaped))).strip()
    return words[:longest] or None


def localized_html(fi: str | None = None, sv: str | None = None, en: str | None = None) -> LocalizedText | None:
    texts = html_of(fi), html_of(sv), html_of(en)
    return LocalizedText(fi=texts[0], sv=texts[1], en=texts[2]) if any(texts) else None


def localized_plain(fi: str | None = None, sv: str | None = None, en: str | None = None) -> LocalizedText | None:
    texts = plain(fi), plain(sv), plain(en)
    return LocalizedText(fi=texts[0], sv=texts[1], en=texts[2]) if any(texts) else None
