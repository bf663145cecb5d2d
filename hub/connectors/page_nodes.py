"""A web page's schema.org data: the JSON in its scripts, and its microdata in the same shape.

JSON as pages really hold it: in comments or CDATA, with a byte-order mark, comments and trailing commas, raw line
breaks in a text, several values in one script. A script that can't be read is one problem and costs no other. Nothing
that a script refers to is ever loaded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final, NoReturn, TypeAlias

import msgspec
from selectolax.lexbor import LexborHTMLParser, LexborNode

from hub.connectors.feed import Decoded, decoded
from hub.fetch import Dropped, Remark

MOST_SCRIPTS: Final = 2_000
LONGEST_SCRIPT: Final = 4 << 20  # characters
MOST_ITEMS: Final = 20_000  # of microdata
DEEPEST: Final = 50
META: Final = re.compile(rb"<meta\b[^<>]{0,300}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
SCAN: Final = 1 << 14
# Texts are kept as they are; what stands around them is not JSON's.
LITTER: Final = re.compile(
    r'("(?:[^"\\]|\\.)*+(?:"|\\?\Z))'
    r"|/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z)"
    r"|//[^\n]*+"
    r"|<!--|-->|<!\[CDATA\[|\]\]>|\ufeff",
    re.DOTALL,
)
TRAILING: Final = re.compile(r'("(?:[^"\\]|\\.)*+(?:"|\\?\Z))|,(?=\s*+[}\]])', re.DOTALL)
BETWEEN: Final = re.compile(r"[\s;,]*+")
LARGEST: Final = 10**18
LINKS: Final = {"a": "href", "area": "href", "link": "href", "img": "src", "audio": "src", "video": "src"}
TOO_MANY: Final = Remark(key=None, reason="it holds more than is read: the later scripts or items are left out")
BAD_SCRIPT_MEND: Final = "Check the script of type application/ld+json with a JSON validator."

JSON: TypeAlias = Any  # what a stranger's JSON holds


class Found(msgspec.Struct, frozen=True):
    """A value of a script, or an item of microdata. `where`: of which. `key`: of a node that its envelope names."""

    value: JSON
    where: str
    key: str | None = None


class PageNodes(msgspec.Struct, frozen=True):
    """`has_any`: there are scripts or items at all, whether or not they can be read. `language`: by <html lang>."""

    found: tuple[Found, ...]
    dropped: tuple[Dropped, ...]
    remarks: tuple[Remark, ...]
    language: str | None
    has_any: bool


def read_page(body: bytes, charset: str | None) -> PageNodes:
    """`charset`: by the reply's header."""
    meta = META.search(body[:SCAN])
    whole: Decoded = decoded(body, charset or (meta[1].decode() if meta else None))
    tree = LexborHTMLParser(whole.text)
    found: list[Found] = []
    dropped: list[Dropped] = []
    scripts = [node for node in tree.css("script[type]") if _is_linked_data(node)]
    for number, script in enumerate(scripts[:MOST_SCRIPTS], 1):
        where = f"script {number}"
        try:
            found += [Found(value, where) for value in values(script.text())]
        except (ValueError, RecursionError) as error:
            dropped.append(Dropped(key=None, reason=_reason(error), where=where, mend=BAD_SCRIPT_MEND))
    items = [node for node in tree.css("[itemscope]") if "itemprop" not in node.attributes][:MOST_ITEMS]
    found += [Found(_item(node, 0), f"microdata {number}") for number, node in enumerate(items, 1)]
    remarks = [] if whole.remark is None else [whole.remark]
    if len(scripts) > MOST_SCRIPTS or len(items) == MOST_ITEMS:
        remarks.append(TOO_MANY)
    html = tree.css_first("html")
    return PageNodes(
        found=tuple(found),
        dropped=tuple(dropped),
        remarks=tuple(remarks),
        language=None if html is None else html.attributes.get("lang"),
        has_any=bool(scripts or items),
    )


def _is_linked_data(node: LexborNode) -> bool:
    return (node.attributes.get("type") or "").strip().lower().startswith("application/ld+json")


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"it is no JSON: {error.msg} at line {error.lineno}"
    return "it is nested too deeply" if isinstance(error, RecursionError) else f"it is no JSON: {error}"[:300]


# -- JSON ---------------------------------------------------------------------------------------------------------


def _refused(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")


def _whole(digits: str) -> int:
    number = int(digits) if len(digits) < 20 else LARGEST + 1
    if abs(number) > LARGEST:
        raise ValueError("a number is too large")
    return number


DECODER: Final = json.JSONDecoder(strict=False, parse_constant=_refused, parse_int=_whole)


def values(text: str) -> Iterator[JSON]:
    """The values of one script, one after another. ValueError or RecursionError where one can't be read."""
    if len(text) > LONGEST_SCRIPT:
        raise ValueError(f"it is longer than {LONGEST_SCRIPT} characters")
    try:
        yield from list(_values(text))
    except ValueError:
        bare = LITTER.sub(lambda match: match[1] or " ", text)
        yield from list(_values(TRAILING.sub(lambda match: match[1] or "", bare)))


def _values(text: str) -> Iterator[JSON]:
    position = _past(text, 0)
    while position < len(text):
        value, position = DECODER.raw_decode(text, position)
        yield value
        position = _past(text, position)


def _past(text: str, position: int) -> int:
    match = BETWEEN.match(text, position)
    return position if match is None else match.end()


# -- microdata ----------------------------------------------------------------------------------------------------


def _item(node: LexborNode, depth: int) -> dict[str, JSON]:
    """An element with itemscope as the node that JSON-LD would have for it."""
    made: dict[str, JSON] = {"@type": (node.attributes.get("itemtype") or "").split()}
    if (name := node.attributes.get("itemid")) is not None:
        made["@id"] = name
    if depth < DEEPEST:
        for prop in _properties(node):
            value = _item(prop, depth + 1) if "itemscope" in prop.attributes else _value(prop)
            for key in (prop.attributes.get("itemprop") or "").split():
                if key in made:
                    known = made[key]
                    made[key] = [*known, value] if isinstance(known, list) else [known, value]
                else:
                    made[key] = value
    return made


def _properties(node: LexborNode) -> Iterator[LexborNode]:
    """The elements with itemprop inside, but for what belongs to an item further in."""
    waiting = list(node.iter(include_text=False))[::-1]
    while waiting:
        inner = waiting.pop()
        if "itemprop" in inner.attributes:
            yield inner
        if "itemscope" not in inner.attributes:
            waiting += list(inner.iter(include_text=False))[::-1]


def _value(node: LexborNode) -> str:
    attributes = node.attributes
    for name in ("content", "datetime", LINKS.get(node.tag or "", "")):
        if name and (value := attributes.get(name)) is not None:
            return value
    return " ".join(node.text(separator=" ").split())
