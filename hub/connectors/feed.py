"""What the feeds of partners have in common, whatever their format: how often, which window, keys, texts, bytes.

Options of each of them (`OPTIONS`):

    organiser     who arranges all of the feed's events
    organisation  true if the names that the feed gives as organisers are those of organisations (else they may be
                  persons' and are not read)
    language      of texts that don't say theirs (fi, sv, en)
    timezone      of times that don't say theirs; else Europe/Helsinki
"""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from zoneinfo import ZoneInfo

import msgspec

from hub.connectors.ical_series import Window
from hub.connectors.markup import plain
from hub.connectors.moments import HELSINKI
from hub.connectors.options import Options
from hub.fetch import Ask, Collection, Page, Remark, Reply, Source, Wanted
from hub.freshness import Freshness, days, minutes
from hub.records.core import LANGUAGES, LocalizedText, localized
from hub.records.events import Event

OPTIONS: Final = frozenset({"organiser", "organisation", "language", "timezone"})
# Partners change a programme some times a day; half an hour is what feeds themselves commonly ask for.
EVERY = minutes(30)
FEED = Freshness(fresh=EVERY, while_revalidate=EVERY, if_error=days(30))
BACK, AHEAD = days(30), days(400)
MOST_EVENTS: Final = 20_000  # of a feed
LONGEST_KEY: Final = 300
MAX_AGE = re.compile(r"\bmax-age=(\d{1,8})\b", re.ASCII | re.IGNORECASE)
TRACKING = re.compile(r"utm_\w+|fbclid|gclid|mc_[ce]id", re.IGNORECASE)
# Encodings that a feed may declare and that decode any bytes in linear time; all else is taken for UTF-8.
ENCODINGS = re.compile(r"iso-8859-\d{1,2}|latin-?1|windows-125\d|cp125\d|koi8-[ru]|utf-16(?:-?[lb]e)?", re.IGNORECASE)
UTF_8: Final = frozenset({"utf-8", "utf8", "us-ascii", "ascii", ""})

Said: TypeAlias = tuple[str | None, str | None]  # the language that a text says it is in, and the text


def check(given: Options) -> None:
    """What each of them may be configured with."""
    given.one_of("language", "fi", LANGUAGES)
    given.text_or_none("organiser")
    given.flag("organisation")
    given.zone("timezone", HELSINKI)


def address_of(source: Source) -> str:
    """webcal:// is a calendar program's word for https://."""
    return re.sub(r"^webcals?://", "https://", source.url)


def is_same_site(url: str, source: Source) -> bool:
    """Only there is anything followed: the source's limits are counted for it, and a stranger names no other host."""
    one, own = urlsplit(url), urlsplit(address_of(source))
    return (one.scheme, one.netloc) == (own.scheme, own.netloc)


def programme(
    pages: Callable[[Ask], Wanted[Page[Any]]],
    *,
    withdraws: bool = True,
    conditional: bool = False,
    every: timedelta = EVERY,
) -> Collection:
    """The events of a feed. Parsing what a stranger wrote may take any time and memory: it is done where it can be
    killed.
    """
    return Collection(
        kind=Event.kind,
        pages=pages,
        every=every,
        full=every,
        in_window=in_window,
        isolated=True,
        withdraws=withdraws,
        conditional=conditional,
    )


def wish_of(reply: Reply, declared: timedelta | None = None) -> timedelta | None:
    """How often a feed asks to be asked: by its own word, else by its Cache-Control where that is longer than usual."""
    if declared is not None and declared > timedelta(0):
        return declared
    age = MAX_AGE.search(reply.headers.get("cache-control", ""))
    told = timedelta(seconds=int(age[1])) if age else timedelta(0)
    return told if told > EVERY else None


def window_at(now: datetime) -> Window:
    return Window(now - BACK, now + AHEAD)


def in_window(event: Event, now: datetime) -> bool:
    if event.starts_at is None or event.ends_at is None:
        return True
    return window_at(now).holds(event.starts_at, event.ends_at)


# -- keys ---------------------------------------------------------------------------------------------------------


def key_for(name: str) -> str:
    """A feed's own identifier as a key: as it is, or its hash where it is too long or holds what no key may."""
    return name if len(name) <= LONGEST_KEY and name.isprintable() and name.strip() == name else made_key(name)


def made_key(*said: str) -> str:
    """For what has no identifier: from what it says of itself, never from its position in the file."""
    return hashlib.sha256("|".join(said).encode(errors="replace")).hexdigest()[:32]


def bare_address(url: str) -> str:
    """An address as identity: without fragment and what campaigns add to it, scheme and host in lower case."""
    parts = urlsplit(url)
    query = urlencode([(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not TRACKING.fullmatch(k)])
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), parts.path, query, ""))


def stamp(starts_at: datetime) -> str:
    """Of an occurrence, behind the key of what it is an occurrence of."""
    return starts_at.strftime("%Y%m%dT%H%M%SZ")


# -- texts --------------------------------------------------------------------------------------------------------


def language_of(source: Source, declared: str | None = None) -> str:
    """Of texts that don't say theirs: configured (feeds often declare what their software came with), else declared."""
    return str(source.options.get("language") or primary(declared) or "fi")


def primary(tag: str | None) -> str | None:
    """ "sv-FI" is "sv"; None for what is no language tag."""
    found = re.match(r"\s*([A-Za-z]{2,8})(?=[-_\s]|$)", tag or "")
    return found[1].lower() if found else None


def texts(said: Iterable[Said], default: str, clean: Callable[[str], str | None] = plain) -> LocalizedText | None:
    """In the languages that they say they are in; what says nothing is in `default`. The first of a language counts."""
    found: dict[str, str] = {}
    other_language = None
    for tag, raw in said:
        text = clean(raw) if raw else None
        if text is None:
            continue
        language = (primary(tag) if tag else None) or default
        if language in LANGUAGES:
            found.setdefault(language, text)
        elif "other" not in found:
            found["other"], other_language = text, language
    return LocalizedText(**found, other_language=other_language) if found else None


def united(first: LocalizedText | None, second: LocalizedText | None) -> LocalizedText | None:
    """What the first lacks, from the second."""
    if first is None or second is None:
        return first or second
    filled = {tag: getattr(first, tag) or getattr(second, tag) for tag in LANGUAGES}
    if first.other is not None or second.other is None:
        return LocalizedText(**filled, other=first.other, other_language=first.other_language)
    return LocalizedText(**filled, other=second.other, other_language=second.other_language)


def organiser_of(source: Source, said: Iterable[Said], default: str) -> LocalizedText | None:
    """The configured organisation; a name out of the feed only where it is known to be no person's."""
    if (name := source.options.get("organiser")) is not None:
        return localized(fi=str(name))
    return texts(said, default) if source.options.get("organisation") is True else None


def zone_of(source: Source) -> ZoneInfo:
    return ZoneInfo(str(source.options.get("timezone", "Europe/Helsinki")))


# -- bytes --------------------------------------------------------------------------------------------------------


class Decoded(msgspec.Struct, frozen=True):
    """`remark`: what had to be guessed."""

    text: str
    remark: Remark | None = None


def decoded(body: bytes, declared: str | None) -> Decoded:
    """By a byte-order mark, else as UTF-8 if it is that, else as declared, else as windows-1252."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if body.startswith(mark):
            return Decoded(body[len(mark) :].decode(encoding, errors="replace"))
    name = (declared or "").strip().lower()
    if not name.startswith("utf-16"):
        try:
            return Decoded(body.decode())
        except UnicodeDecodeError:
            pass
    if ENCODINGS.fullmatch(name):
        try:
            return Decoded(body.decode(name, errors="replace"))
        except LookupError:  # iso-8859-12, say
            pass
    return Decoded(body.decode("cp1252", errors="replace"), NOT_UTF_8)


NOT_UTF_8 = Remark(
    key=None,
    reason="its bytes are not UTF-8, as it says or leaves unsaid; they were read as windows-1252",
    mend="Send the feed as UTF-8, and say so.",
)
