"""Which records of several sources are one event. Pure; `docs/decisions/0012-one-event-once.md` says why so.

Two records are tied, in this order of certainty:

1. **by an id** (confidence 1): the same globally unique UID (one with a domain, or a UUID), the same register key
   ("kulke:64321") or `@id`, or one names the other's key in an address; and they begin within a minute;
2. **by a page** (1): the address of one is the address, or a link, of the other, and they begin within a minute. Not if
   the page stands on several events of one source (a listing), nor if it is a front page, named like a list, or that of
   a house, a room or a category; not if they are certainly in two places; not if the titles differ in a number or in a
   word for an age, a level or a group, or each has words that the other lacks; and if the titles have nothing in
   common, only if the address holds a word of one, or if they are in two languages and it holds a number;
3. **by score** (below 1): title, time and place all agree. Titles word by word (`titles.py`), places by their id in the
   city or by name (`whereabouts.py`), starts within a minute; or within a quarter of an hour, if title and place are
   exactly the same and both end together. What every society holds ("Syyskokous") needs the same organiser too; what
   is on the internet, the same address to join.

Never: two records of one source, unless one names the other's key; a series with an occurrence; an unknown start; what
lasts for days with what is over the same day (an exhibition and its opening); named organisers that differ, an online
and an on-site twin, two rooms (by score).

Ties make groups (`groups`): the surest first, and never two records in one that are certainly apart.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from urllib.parse import parse_qsl, unquote, urlsplit
from zlib import crc32
from zoneinfo import ZoneInfo

import msgspec

from hub.derive import titles, whereabouts
from hub.derive.titles import Title
from hub.derive.whereabouts import NOWHERE, Where
from hub.index.epochs import epoch
from hub.records.core import LANGUAGES, LocalizedText
from hub.records.events import Event

CITY_ZONE = ZoneInfo("Europe/Helsinki")
MINUTE = 60
QUARTER = 900
HOUR = 3600
DAY = 86_400
MOST_LINKS = 10
LONGEST_LIST = 60  # characters of an address's last part that may be the word for a list
MOST_TEXT = 300  # characters of a title that are looked at

UUID = re.compile(r"\{?[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\}?", re.IGNORECASE)
DOMAIN = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}", re.IGNORECASE)
NO_DOMAINS = re.compile(
    r"(?:^|\.)(?:localhost|localdomain|local|lan|home|internal|invalid|test|example\.(?:com|net|org))$"
)
REGISTER_KEY = re.compile(r"[a-z][\w-]*:[\w.-]+", re.IGNORECASE)
OWN_NAMES = ("system:", "http:", "https:", "tprek:")  # of every installation, or no event's
TRACKING = re.compile(
    r"utm_|fbclid$|gclid$|dclid$|msclkid$|mc_[ce]id$|_hs|igshid$|ref$|lang$|hl$|locale$", re.IGNORECASE
)
SIMPLE = re.compile(r"https?://(?:www\.)?(?!www\.)([a-z0-9-]+(?:\.[a-z0-9-]+)+)((?:/[A-Za-z0-9_-]*)+)")  # most are
SPOKEN = frozenset(("", "fi", "sv", "en", "FI", "SV", "EN"))
DAY_NUMBER = re.compile(r"20\d\d(?:[01]\d(?:[0-3]\d)?)?")
SUFFIX = re.compile(r"\.(?:html?|php|aspx?)$")


class Told(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What a record tells of which event it is. Moments in epoch seconds; addresses canonical, without their scheme."""

    source: str
    starts: int | None = None
    ends: int | None = None
    is_series: bool = False
    is_online: bool = False
    titles: tuple[Title, ...] = ()
    where: Where = NOWHERE
    organiser: tuple[str, ...] = ()  # words of an organisation's name, by its own word
    ids: tuple[str, ...] = ()  # its own, unique in the world
    names: tuple[str, ...] = ()  # ids of others that its addresses and UID name
    page: str | None = None
    links: tuple[str, ...] = ()


class Tie(msgspec.Struct, frozen=True, gc=False, order=True):
    """`confidence` 1: by an id or a page; less: by score."""

    confidence: float
    is_declared: bool = False  # one names the other: the one thing that ties two records of one source


def told_of(event: Event, where: Where) -> Told:
    """`where`: its place in the city, or its own words for one."""
    addresses = [event.url, *(link.url for link in event.links[:MOST_LINKS])]
    page, *links = (None if address is None else canonical(address) for address in addresses)
    ids, names = _ids(event, addresses)
    local = None if event.starts_at is None else event.starts_at.astimezone(CITY_ZONE)
    said = _texts(event.name)
    return Told(
        source=event.ref.source,
        starts=None if event.starts_at is None else epoch(event.starts_at),
        ends=None if event.ends_at is None else epoch(event.ends_at),
        is_series=event.is_series,
        is_online=event.is_online,
        titles=tuple(titles.read_title(language, text[:MOST_TEXT], local) for language, text in said),
        where=where,
        organiser=_organiser(event.organiser_name),
        ids=ids,
        names=names,
        page=page,
        links=tuple(dict.fromkeys(link for link in links if link is not None)),
    )


def _texts(text: LocalizedText | None) -> list[tuple[str, str]]:
    if text is None:
        return []
    given: list[tuple[str, str | None]] = [*((language, getattr(text, language)) for language in LANGUAGES)]
    return [(language, said) for language, said in (*given, ("other", text.other)) if said]


def _organiser(name: LocalizedText | None) -> tuple[str, ...]:
    if name is None or name.any is None:
        return ()
    return tuple(word for word in titles.words_of(titles.plain(name.any[:MOST_TEXT])) if word not in titles.FORMS)


def _ids(event: Event, addresses: Iterable[str | None]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    ids: dict[str, None] = {}
    names: dict[str, None] = {}
    key = event.ref.key
    if event.data_source is not None and REGISTER_KEY.fullmatch(key) and not key.startswith(OWN_NAMES):
        ids[f"key:{key}"] = None
    elif "://" in key and (address := canonical(key)) is not None:
        ids[f"key:{address}"] = None
    if event.uid is not None:
        uid = event.uid.strip()
        if is_unique(uid):
            ids[f"uid:{uid.strip('{}').casefold() if UUID.fullmatch(uid) else uid}"] = None
        named = uid.partition("@")[0]
        if REGISTER_KEY.fullmatch(named) and not named.startswith(OWN_NAMES):
            names[f"key:{named}"] = None
    for address in addresses:
        last = unquote(urlsplit(address).path.rstrip("/").rpartition("/")[2]) if address and ":" in address[8:] else ""
        if REGISTER_KEY.fullmatch(last) and not last.startswith(OWN_NAMES):
            names[f"key:{last}"] = None
    return tuple(ids), tuple(name for name in names if name not in ids)


def is_unique(uid: str) -> bool:
    """Whether nobody else in the world makes this UID: a UUID, or one with a domain that is somebody's."""
    if UUID.fullmatch(uid):
        return len(set(uid) - set("{-}")) > 2
    if "://" in uid:
        return canonical(uid) is not None
    name, _, domain = uid.rpartition("@")
    return bool(name) and DOMAIN.fullmatch(domain) is not None and NO_DOMAINS.search(domain.casefold()) is None


@lru_cache(maxsize=20_000)
def canonical(address: str) -> str | None:
    """One spelling of an address that may be an event's own page: None for a front page, and for what is by its name a
    list, or the page of a house, a room or a category.

    Without scheme, "www.", fragment, slash at the end, parts that name a language and parameters that count clicks.
    """
    simple = SIMPLE.fullmatch(address)
    if simple is not None:
        path = [part for part in simple[2].split("/") if part not in SPOKEN]
        return None if not path or _is_of_many(path) else f"{simple[1]}/{'/'.join(path)}"
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").removeprefix("www.")
        port = f":{parts.port}" if parts.port not in {None, 80, 443} else ""
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not host:
        return None
    path = [part for part in parts.path.split("/") if part not in SPOKEN]
    given = parse_qsl(parts.query) if parts.query else []
    query = sorted((name, value) for name, value in given if not TRACKING.match(name))
    if _is_beside(path) or (not query and (not path or _is_of_many(path))):
        return None
    asked = "&".join(f"{name}={value}" for name, value in query)
    return f"{host}{port}/{'/'.join(path)}{'?' if asked else ''}{asked}"


def _is_of_many(path: Sequence[str]) -> bool:
    return _is_beside(path) or (len(path[-1]) < LONGEST_LIST and _slug(path[-1]) in titles.LISTS)


def _is_beside(path: Sequence[str]) -> bool:
    """What stands under "venue", "unit" or "category" is no event."""
    return any(len(part) < LONGEST_LIST and _slug(part) in titles.BESIDE for part in path[:-1])


def _slug(part: str) -> str:
    if part.isalnum() and part.isascii():
        return part.lower()
    return SUFFIX.sub("", titles.plain(unquote(part))).replace("ä", "a").replace("ö", "o").replace("å", "a")


class Keys(msgspec.Struct, frozen=True):
    """Numbers by which records are found that may be tied: two that can be have one in common. Most others have none.

    `ids`: by what they are called or call others; `pages`: the addresses, whenever they are for.
    """

    all: frozenset[int] = frozenset()
    ids: frozenset[int] = frozenset()
    pages: Mapping[int, str] = {}


def keys_of(told: Told) -> Keys:
    if told.starts is None:
        return Keys()
    minutes = _minutes(told.starts)
    around = {word for name in told.where.names for word in name}
    words = [_number(f"title {word}", m) for word in titles.block_words(told.titles, around) for m in minutes]
    if told.ends is not None and told.titles:  # what begins a little earlier or later, and ends together
        whole = " ".join(sorted(told.titles[0].words))
        words += [_number(f"ends {whole}", m) for m in _minutes(told.ends)]
    ids = [_number(f"id {name}", m) for name in (*told.ids, *told.names) for m in minutes]
    pages = {_page_number(page): page for page in (told.page, *told.links) if page is not None}
    return Keys(all=frozenset((*words, *ids, *pages)), ids=frozenset(ids), pages=pages)


def _minutes(moment: int) -> tuple[int, ...]:
    """Two moments less than a minute apart have one of these in common."""
    minute, seconds = divmod(moment, MINUTE)
    return (minute, minute + 1) if seconds else (minute,)


def _number(word: str, minute: int) -> int:
    """Two words may share a number by chance: that costs a look at their records, and no more."""
    return crc32(word.encode(errors="surrogatepass")) << 28 | minute & 0xFFFFFFF


def _page_number(page: str) -> int:
    """Large enough that two pages share none: what stands on several events of a source is a listing."""
    return -int.from_bytes(blake2b(page.encode(errors="surrogatepass"), digest_size=7).digest())


def tie(one: Told, other: Told, listings: Collection[str] = ()) -> Tie | None:
    """How two records are tied; None: nothing says that they are one. `listings`: pages that stand on several events of
    one source, in their canonical spelling.
    """
    if one.starts is None or other.starts is None or one.is_series != other.is_series:
        return None
    apart = abs(one.starts - other.starts)
    if apart > QUARTER:
        return None
    if one.source == other.source:
        is_declared = apart < MINUTE and _names(one, other) and not lasts_otherwise(one, other)
        return Tie(1.0, is_declared=True) if is_declared else None
    if apart < MINUTE:
        if set(one.ids) & set(other.ids):
            return Tie(1.0)
        if lasts_otherwise(one, other):
            return None
        if _names(one, other):
            return Tie(1.0, is_declared=True)
        if _by_page(one, other, listings):
            return Tie(1.0)
    elif lasts_otherwise(one, other):
        return None
    score = _score(one, other, apart)
    return None if score is None else Tie(score)


def is_apart(one: Told, other: Told) -> bool:
    """Whether two records may not stand in one group, even if something between them is tied to both."""
    if one.is_series != other.is_series or one.starts is None or other.starts is None:
        return True
    if one.source == other.source:
        return tie(one, other) is None
    return abs(one.starts - other.starts) > QUARTER or lasts_otherwise(one, other) or _numbers_differ(one, other)


def lasts_otherwise(one: Told, other: Told) -> bool:
    """One lasts for days, the other is a part of it; or one is a fraction of the other."""
    lengths = [_length(one), _length(other)]
    if None in lengths:
        return False
    short, long = sorted(length for length in lengths if length is not None)
    return long - short > HOUR and 3 * short < long


def _length(told: Told) -> int | None:
    if told.ends is None or told.starts is None or told.ends <= told.starts:
        return None
    return told.ends - told.starts


def _names(one: Told, other: Told) -> bool:
    return bool(set(one.names) & set(other.ids) or set(other.names) & set(one.ids))


def _by_page(one: Told, other: Told, listings: Collection[str]) -> bool:
    mine = {page for page in (one.page,) if page is not None}
    theirs = {page for page in (other.page,) if page is not None}
    shared = ((mine & theirs) | (mine & set(other.links)) | (theirs & set(one.links))) - set(listings)
    if not shared or _numbers_differ(one, other) or whereabouts.are_two_houses(one.where, other.where):
        return False
    is_around = _Around(one, other)
    pairs = _comparable(one, other)
    if any(titles.likeness(a, b, is_around) is not None for a, b in pairs):
        return True
    told = [titles.compared(a.words, b.words) for a, b in pairs]
    told = [found for found in told if any(not is_around(w) for w in found.shared)]
    if any(found.more and found.other_more for found in told):
        return False
    if any(titles.TELLING.search(word) for found in told for word in (*found.more, *found.other_more)):
        return False
    is_translated = not {title.language for title in one.titles} & {title.language for title in other.titles}
    named = (*one.titles, *other.titles)
    return bool(told) or any(_is_of_one_thing(page, named, by_number=is_translated) for page in shared)


def _is_of_one_thing(page: str, named: Iterable[Title], *, by_number: bool) -> bool:
    """The address holds the beginning of a word of a title; `by_number`: or a number that is no year and no day."""
    said = _slug(page.partition("/")[2])
    numbers = re.findall(r"\d+", said) if by_number else []
    if any(len(number) > 2 and not DAY_NUMBER.fullmatch(number) for number in numbers):
        return True
    words = [word for word in re.findall(r"[^\W\d_]+", said) if len(word) > 3]
    beginnings = {_slug(word)[:5] for title in named for word in title.words if len(word) > 3}
    return any(word[:5] in beginnings for word in words)


def _numbers_differ(one: Told, other: Told) -> bool:
    theirs = {title.language: title for title in other.titles}
    return any(
        (twin := theirs.get(title.language)) is not None and title.numbers != twin.numbers for title in one.titles
    )


def _comparable(one: Told, other: Told) -> list[tuple[Title, Title]]:
    """Titles in a language that both have (the first such decides); else, or where one has a single title that may be
    labelled wrongly, each with each.
    """
    theirs = {title.language: title for title in other.titles}
    both = [(title, theirs[title.language]) for title in one.titles if title.language in theirs]
    if both and len(one.titles) > 1 and len(other.titles) > 1:
        return both[:1]
    return both + [pair for a in one.titles for b in other.titles if (pair := (a, b)) not in both]


class _Around:
    """Whether a word of a title says where, or by whom: one of the house's, the city's or the organiser's."""

    def __init__(self, one: Told, other: Told) -> None:
        said = [word for told in (one, other) for name in told.where.names for word in name]
        self._words = {word for word in (*said, *one.organiser, *other.organiser) if not titles.is_number(word)}
        self._kinds = {whereabouts.kind_of(word) for word in said} - {None}

    def __call__(self, word: str) -> bool:
        if word in self._words or word in titles.CITIES:
            return True
        if any(titles.is_same_word(word, said) for said in self._words):
            return True
        return whereabouts.is_kind(word) and whereabouts.kind_of(word) in self._kinds


def _around(one: Told, other: Told) -> _Around:
    return _Around(one, other)


def _score(one: Told, other: Told, apart: int) -> float | None:
    if one.is_online != other.is_online or _numbers_differ(one, other):
        return None
    if one.organiser and other.organiser and not _is_same_organiser(one.organiser, other.organiser):
        return None
    house = _joined(one, other) if one.is_online else whereabouts.agreement(one.where, other.where)
    if house is None:
        return None
    ends_agree = one.ends is not None and other.ends is not None and abs(one.ends - other.ends) < MINUTE
    is_around = _Around(one, other)
    best = 0.0
    for a, b in _comparable(one, other) + _joined_titles(one, other):
        like = titles.likeness(a, b, is_around)
        if like is None or (like.if_ends_agree and not ends_agree):
            continue
        if titles.is_common(a, is_around) and not (one.organiser and other.organiser):
            continue
        best = max(best, like.score)
    if not best:
        return None
    if apart >= MINUTE:
        if not ends_agree or best < 1.0 or house < 0.92:
            return None
        best = 0.9
    return round(0.98 * best * house, 2)


def _joined_titles(one: Told, other: Told) -> list[tuple[Title, Title]]:
    """Where one writes its languages into one title ("Satutunti / Sagostund"), the other's put together."""
    found = []
    for single, many in ((one, other), (other, one)):
        if len(single.titles) == 1 and len(single.titles[0].parts) > 1 and len(many.titles) > 1:
            said = tuple(part for title in many.titles for part in title.parts)
            found.append((single.titles[0], Title("", said)))
            if len(many.titles) > 2:
                said = tuple(part for title in many.titles[:2] for part in title.parts)
                found.append((single.titles[0], Title("", said)))
    return found


def _is_same_organiser(one: Sequence[str], other: Sequence[str]) -> bool:
    short, long = sorted((one, other), key=len)
    return all(any(titles.is_same_word(word, known) for known in long) for word in short)


def _joined(one: Told, other: Told) -> float | None:
    """On the internet, the address to join stands for the house."""
    mine = {*one.links, *(page for page in (one.page,) if page is not None)}
    theirs = {*other.links, *(page for page in (other.page,) if page is not None)}
    return 0.95 if mine & theirs else None


def groups(
    members: Mapping[int, Told], ties: Mapping[tuple[int, int], Tie], order: Mapping[int, tuple[object, ...]]
) -> list[tuple[int, ...]]:
    """The records that are one event, each group in order, its first member leading; those alone too.

    The surest ties first (then by `order`), each joining two groups unless records of them are apart: so the result
    depends on what is tied, not on what was read first.
    """
    ranked = sorted(members, key=lambda rid: order[rid])
    place = {rid: i for i, rid in enumerate(ranked)}
    home = {rid: [rid] for rid in members}
    surest = sorted(ties, key=lambda pair: (-ties[pair].confidence, *sorted((place[pair[0]], place[pair[1]]))))
    for a, b in surest:
        if home[a] is home[b] or any(is_apart(members[x], members[y]) for x in home[a] for y in home[b]):
            continue
        home[a].extend(home[b])
        for rid in home[b]:
            home[rid] = home[a]
    once = {id(group): group for group in home.values()}
    made = [tuple(sorted(group, key=lambda rid: place[rid])) for group in once.values()]
    return sorted(made, key=lambda group: place[group[0]])


def confidences(group: Sequence[int], ties: Mapping[tuple[int, int], Tie]) -> dict[int, float]:
    """How sure it is that each belongs to the first: along the surest chain of ties, as sure as its weakest."""
    best = {group[0]: 1.0}
    waiting = [group[0]]
    while waiting:
        rid = waiting.pop()
        for twin in group:
            found = ties.get((min(rid, twin), max(rid, twin)))
            reached = 0.0 if found is None else min(best[rid], found.confidence)
            if reached > best.get(twin, 0.0):
                best[twin] = reached
                waiting.append(twin)
    return best
