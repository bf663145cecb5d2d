"""Outside text made safe: sanitised HTML where a description may have paragraphs and links, plain text elsewhere."""

from __future__ import annotations

import html
import re
import unicodedata

import nh3

from hub.connectors.weblinks import weblink
from hub.records.core import LocalizedText

# Both are cut before cleaning, since nesting costs the cleaner quadratic time: 16 000 list items inside each other take
# half a second, 4 000 a thirtieth of that.
LONGEST = 64_000  # characters
MOST_TAGS = 4_000

TAGS = {"p", "br", "ul", "ol", "li", "a", "strong", "em", "h3", "h4"}
SCHEMES = {"http", "https", "mailto", "tel"}
WITHOUT_HOST = ("mailto:", "tel:")
AS_OTHERS = re.compile(r"<(/?)(b|i|h1|h2)(?=[\s>])", re.IGNORECASE)
ALLOWED_FOR = {"b": "strong", "i": "em", "h1": "h3", "h2": "h3"}
TAG = re.compile(r"<!--.*?(?:-->|$)|</?[a-zA-Z][^<>]*(?:>|$)", re.DOTALL)
BREAK = re.compile(r"<\s*(?:br|/p|/li|/h\d|/div)\b[^<>]*>", re.IGNORECASE)
# control characters, what turns the direction of the text around it, half characters
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
# in clean HTML: a letter or digit that stands in no tag and in no entity
READABLE = re.compile(r"(?:^|>)[^<&]*[^\W_]")
OPENS_TAG = re.compile(r"<+([a-zA-Z/!?]?)")  # the whole run at once, so that a text of "<" costs linear time


def html_of(text: str | None) -> str | None:
    """Sanitised HTML: the allowed tags, absolute links with safe schemes and rel; None if nothing readable is left.

    A text of more tags than any description has keeps its words only.
    """
    if not text:
        return None
    cut = _visible(text[:LONGEST])
    if cut.count("<") > MOST_TAGS:
        words = plain(cut)
        return html.escape(words, quote=False) if words else None
    known = AS_OTHERS.sub(lambda tag: f"<{tag[1]}{ALLOWED_FOR[tag[2].lower()]}", cut)
    clean = _visible(CLEANER.clean(known)).strip()  # an entity may have stood for a control character
    is_readable = ("&lt;" not in clean and READABLE.search(clean)) or plain(clean)
    return clean if is_readable else None


def _link(_tag: str, attribute: str, value: str) -> str | None:
    """A relative link would lead to whoever shows the text, not to who wrote it."""
    if attribute != "href" or value.lower().startswith(WITHOUT_HOST):
        return value
    return weblink(value)


CLEANER = nh3.Cleaner(
    tags=TAGS,
    attributes={"a": {"href"}},
    attribute_filter=_link,
    url_schemes=SCHEMES,
    link_rel="noopener noreferrer nofollow",
)


def plain(text: str | None, longest: int = LONGEST) -> str | None:
    """Plain text without markup: tags dropped, entities read once, white space collapsed, NFC; None if empty."""
    if not text:
        return None
    bare = _untagged(_visible(text[:LONGEST]))
    if "&" in bare or "<" in bare:
        # a title may be escaped once more than its format asks for; what that uncovers is markup too
        bare = _untagged(_visible(html.unescape(bare)))
    words = " ".join(unicodedata.normalize("NFC", bare).split())
    if "<" in words:
        # and so is what was hidden inside another tag: "<<b>script>"
        words = OPENS_TAG.sub(lambda run: run[1] or run[0], words)
    return words[:longest].strip() or None


# A harvest reads tens of thousands of texts, and most of them are plain: each pass first looks for what it would mend.


def _visible(text: str) -> str:
    """Without control characters. None of those that go is printable; a line break, which stays, is not either."""
    return text if text.isprintable() else CONTROL.sub("", text)


def _untagged(text: str) -> str:
    return TAG.sub("", BREAK.sub(" ", text)) if "<" in text else text


def localized_html(fi: str | None = None, sv: str | None = None, en: str | None = None) -> LocalizedText | None:
    texts = html_of(fi), html_of(sv), html_of(en)
    return LocalizedText(fi=texts[0], sv=texts[1], en=texts[2]) if any(texts) else None


def localized_plain(fi: str | None = None, sv: str | None = None, en: str | None = None) -> LocalizedText | None:
    texts = plain(fi), plain(sv), plain(en)
    return LocalizedText(fi=texts[0], sv=texts[1], en=texts[2]) if any(texts) else None
