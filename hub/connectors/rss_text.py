"""A feed's bytes taken apart: RSS 0.9x, 1.0, 2.0 and Atom as items of named elements, whatever state the XML is in.

Elements are known by their namespace, not by the prefix that a document gives it; a prefix that it forgot to declare
counts as what everybody means by it. XML that is not well-formed (bare ampersands, entities of HTML, a download that
was cut off) is mended where that can be done and read as far as it goes. Entities are never declared by a feed of ours:
a document that does is refused before anything reads it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Final, TypeAlias

import msgspec

from hub.connectors.feed import MOST_EVENTS, Decoded, decoded
from hub.connectors.weblinks import weblink
from hub.fetch import Remark

if TYPE_CHECKING:  # lxml takes 4 MB, and workers load connectors too: it is imported where a feed is read
    from lxml import etree

Element: TypeAlias = "etree._Element"  # noqa: SLF001 - lxml's types have no other name
Name: TypeAlias = tuple[str, str]  # our word for the namespace, local name in small letters

NAMESPACES: Final = {
    "": "",
    "http://purl.org/rss/1.0/": "",
    "http://backend.userland.com/rss2": "",
    "http://www.w3.org/2005/atom": "",
    "http://purl.org/rss/1.0/modules/event/": "ev",
    "urn:ietf:params:xml:ns:xcal": "xcal",
    "http://schemas.google.com/g/2005": "gd",
    "http://www.georss.org/georss": "georss",
    "http://www.opengis.net/gml": "gml",
    "http://www.w3.org/2003/01/geo/wgs84_pos#": "geo",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://search.yahoo.com/mrss/": "media",
}
SHORT: Final = frozenset(NAMESPACES.values())
ROOT: Final = re.compile(
    r"\s*+(?:(?><\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[[^\]]*\]\s*)?>)\s*+)*+<(?:\w+:)?(?:rss|feed|RDF|channel)\b",
    re.DOTALL | re.IGNORECASE,
)
DECLARATION: Final = re.compile(rb"\s*<\?xml[^>]*?encoding\s*=\s*[\"']([\w.:-]{1,40})[\"']", re.ASCII)
PROLOGUE: Final = re.compile(r"\s*<\?xml\b[^>]{0,200}\?>")
ENTITY: Final = re.compile(rb"<!\s*ENTITY", re.IGNORECASE)
# A character's reference, outside of what is no markup anyway.
AMPERSAND: Final = re.compile(
    r"<!\[CDATA\[(?:[^\]]|\](?!\]>))*+(?:\]\]>|\Z)|&(#\d{1,7};|#x[0-9a-fA-F]{1,6};|\w{1,32};)?"
)
ITS_OWN: Final = frozenset({"amp;", "lt;", "gt;", "quot;", "apos;"})
END_OF_ITEM: Final = re.compile(r"</(?:\w+:)?(?:item|entry)\s*>")
SCAN: Final = 1 << 16
XML: Final = "{http://www.w3.org/XML/1998/namespace}"

BROKEN: Final = "it is no well-formed XML ({}): it was read as far as it goes"
BROKEN_MEND: Final = "Write & as &amp;, close every element, and check the feed with a validator."
CUT_OFF: Final = Remark(
    key=None,
    reason="the feed has no end: it was cut off",
    mend="Check that the whole feed is sent.",
)
TOO_MANY: Final = Remark(key=None, reason=f"it has more than {MOST_EVENTS} items: the later ones are left out")


class NoFeed(ValueError):
    """The bytes are no feed: a log-in page, a calendar, nothing; or they declare entities."""


class Item(msgspec.Struct, frozen=True):
    """One item or entry. `fields` in the order of the document. `language`: by xml:lang, its own or what it lies in."""

    number: int  # counted from 1
    element: Element
    fields: tuple[tuple[Name, Element], ...]
    language: str | None
    base: str

    @property
    def where(self) -> str:
        return f"item {self.number}, line {self.element.sourceline}"

    def all(self, *names: Name) -> list[Element]:
        return [element for name, element in self.fields if name in names]

    def text(self, *names: Name) -> str | None:
        """Of the first of these names that has text."""
        return next((text for name in names for element in self.all(name) if (text := content(element))), None)

    def link(self, address: str | None) -> str | None:
        return weblink(address, self.base)


class Document(msgspec.Struct, frozen=True):
    """`is_whole` False: not all that the partner has to say can have been read."""

    items: tuple[Item, ...]
    language: str | None
    remarks: tuple[Remark, ...]
    is_whole: bool
    ttl: timedelta | None = None


def read_document(body: bytes, url: str, charset: str | None) -> Document:
    """NoFeed if it is none. `url`: what relative addresses start from; `charset`: by the reply's header."""
    if ENTITY.search(body[:SCAN].replace(b"\0", b"")):
        raise NoFeed("it declares entities, which no feed needs")
    declaration = DECLARATION.match(body[:SCAN])
    declared = declaration[1].decode() if declaration else charset
    whole = decoded(body, declared)
    text = PROLOGUE.sub("", whole.text, count=1)
    if not ROOT.match(text[:SCAN]):
        raise NoFeed("it is neither RSS nor Atom")
    root, problem = _parsed(text)
    if root is None:
        raise NoFeed("it has no element that can be read")
    return _document(root, text, url, whole, problem)


def content(element: Element) -> str:
    """All text inside; of XHTML in Atom its markup."""
    from lxml import etree  # noqa: PLC0415 - see above

    if element.get("type") == "xhtml":
        return "".join(etree.tostring(child, encoding="unicode", method="html") for child in element)
    return "".join(element.itertext()).strip()


def name_of(element: Element) -> Name | None:
    """None for what is no element, or in a namespace that is nothing to us."""
    tag = element.tag
    if not isinstance(tag, str):
        return None
    if tag.startswith("{"):
        space, _, local = tag[1:].partition("}")
        known = NAMESPACES.get(space.lower())
        return None if known is None else (known, local.lower())
    prefix, colon, local = tag.lower().rpartition(":")
    return (prefix, local) if not colon or prefix in SHORT else None


def _parsed(text: str) -> tuple[Element | None, str | None]:
    """The root, and what was wrong."""
    from lxml import etree  # noqa: PLC0415 - see above

    data = text.encode(errors="replace")
    try:
        return etree.fromstring(data, _parser(recover=False)), None
    except etree.XMLSyntaxError as error:
        problem = re.sub(r"\s+", " ", error.msg or "")[:120]
    try:
        root = etree.fromstring(AMPERSAND.sub(_mended, text).encode(errors="replace"), _parser(recover=True))
    except etree.XMLSyntaxError:
        return None, problem
    return root, problem


def _parser(*, recover: bool) -> etree.XMLParser:
    from lxml import etree  # noqa: PLC0415 - see above

    return etree.XMLParser(
        encoding="utf-8",
        recover=recover,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )


def _mended(found: re.Match[str]) -> str:
    """HTML's entities as their characters, a bare ampersand as what was meant."""
    if found[0].startswith("<"):
        return found[0]
    if found[1] is None:
        return "&amp;"
    if found[1] in ITS_OWN or found[1].startswith("#"):
        return found[0]
    meant = html.unescape(found[0])
    return meant if meant != found[0] else f"&amp;{found[1]}"


def _document(root: Element, text: str, url: str, whole: Decoded, problem: str | None) -> Document:
    remarks = [whole.remark] if whole.remark is not None else []
    elements = list(_items(root))
    is_whole = True
    if problem is not None:
        remarks.append(Remark(key=None, reason=BROKEN.format(problem), mend=BROKEN_MEND))
        is_whole = False
        closed = len(END_OF_ITEM.findall(text))
        if closed < len(elements):
            remarks.append(CUT_OFF)
            del elements[closed:]
    if len(elements) > MOST_EVENTS:
        remarks.append(TOO_MANY)
        is_whole = False
        del elements[MOST_EVENTS:]
    language = next(_languages(root), None)
    items = tuple(_item(element, number, url) for number, element in enumerate(elements, 1))
    return Document(items=items, language=language, remarks=tuple(remarks), is_whole=is_whole, ttl=_ttl(root))


def _items(root: Element) -> Iterator[Element]:
    """RSS 2.0's lie in the channel, RSS 1.0's and Atom's beside it."""
    for child in root:
        name = name_of(child)
        if name in {("", "item"), ("", "entry")}:
            yield child
        elif name == ("", "channel"):
            yield from (inner for inner in child if name_of(inner) == ("", "item"))


def _languages(root: Element) -> Iterator[str]:
    """What the feed as a whole says that it is in."""
    for holder in (root, *(child for child in root if name_of(child) == ("", "channel"))):
        if tag := holder.get(f"{XML}lang"):
            yield tag
        for child in holder:
            if name_of(child) in {("", "language"), ("dc", "language")} and (tag := content(child)):
                yield tag


def _ttl(root: Element) -> timedelta | None:
    """RSS 2.0's way to say how often to come, in minutes."""
    for channel in root:
        if name_of(channel) == ("", "channel"):
            text = next((content(child) for child in channel if name_of(child) == ("", "ttl")), "")
            return timedelta(minutes=int(text)) if re.fullmatch(r"\d{1,6}", text, re.ASCII) else None
    return None


def _item(element: Element, number: int, url: str) -> Item:
    fields = tuple((name, child) for child in element if (name := name_of(child)) is not None)
    language = element.get(f"{XML}lang") or next(
        (content(child) for name, child in fields if name == ("dc", "language")), None
    )
    base = weblink(element.base, url) if element.base else None
    return Item(number=number, element=element, fields=fields, language=language, base=base or url)
