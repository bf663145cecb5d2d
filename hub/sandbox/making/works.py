"""3 000 catalogue records: things to borrow, books in several languages, audiobooks, e-books and games."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from random import Random

import msgspec

from hub.sandbox.city import MadeWork
from hub.sandbox.making.chance import seeded
from hub.sandbox.making.geography import GEO
from hub.sandbox.making.libraries import branches
from hub.sandbox.making.titles import (
    CHILDREN_FI,
    EVERYWHERE,
    EXTRA_THINGS,
    FACT_FI,
    FICTION_EN,
    FICTION_FI,
    FICTION_SV,
    FIRST_NAMES,
    GAMES,
    NOT_RECORDS,
    OTHERS,
    PUBLISHERS,
    SINUHE,
    SINUHE_AUTHOR,
    SURNAMES,
    THING_TITLES,
    Shelf,
)

WORKS = 3_000
FORMATS: dict[str, tuple[tuple[str, ...], str]] = {
    "book": (("0/Book/", "1/Book/Book/"), "Kirja"),
    "ebook": (("0/Book/", "1/Book/eBook/"), "E-kirja"),
    "audiobook": (("0/Book/", "1/Book/AudioBook/"), "Äänikirja"),
    "board game": (("0/Game/", "1/Game/BoardGame/"), "Lautapeli"),
    "video game": (("0/Game/", "1/Game/VideoGame/"), "Videopeli"),
    "thing": (("0/PhysicalObject/",), "Esine"),
    "kit": (("0/Other/", "1/Other/Kit/"), "Pakkaus"),
}
SHELVES: tuple[tuple[Shelf, int], ...] = (  # of each hundred books
    (FICTION_FI, 42), (FACT_FI, 18), (CHILDREN_FI, 12), (FICTION_SV, 10), (FICTION_EN, 10),
    *((shelf, 8 // len(OTHERS) + 1) for shelf in OTHERS),
)  # fmt: skip
NO_BRANCHES = ("2/Helmet/h/h02/", "2/Helmet/h/h03/", "2/Helmet/h/hva/")  # mobile library, storage, repository


class _Thing(msgspec.Struct):
    name_fi: str
    group: str
    branches_kirkanta: list[int]


class _Things(msgspec.Struct):
    things: list[_Thing]


@cache
def works() -> tuple[MadeWork, ...]:
    """The same on every date; ids by place in the list."""
    made = [*_things(), *_sinuhe(), *_games()]
    made.extend(_book(number) for number in range(WORKS - len(made)))
    return tuple(msgspec.structs.replace(work, id=f"helmet.{9_000_001 + number}") for number, work in enumerate(made))


def _things() -> Iterator[MadeWork]:
    """What a branch's own list of services names, as records of the branches that list it."""
    codes = {branch.kirkanta: branch.finna_code for branch in branches() if branch.finna_code is not None}
    extra = [branch.finna_code for branch in branches() if branch.short_name in EVERYWHERE and branch.finna_code]
    listed = msgspec.json.decode((GEO / "things.json").read_bytes(), type=_Things).things
    for thing in listed:
        is_lent = thing.group == "thing" or thing.name_fi in THING_TITLES
        owners = [codes[kirkanta] for kirkanta in thing.branches_kirkanta if kirkanta in codes]
        if thing.name_fi in EXTRA_THINGS:
            owners = sorted({*owners, *extra})
        if is_lent and owners and thing.name_fi not in NOT_RECORDS:
            titles = THING_TITLES.get(thing.name_fi, (thing.name_fi,))
            for number, title in enumerate(titles):
                own = owners if number == 0 or len(owners) < 3 else owners[number - 1 :: 2]
                yield _work("thing", title, own, language="zxx", subjects=((thing.name_fi.lower(),), ("lainaesineet",)))


def _sinuhe() -> Iterator[MadeWork]:
    for title, language, year, kind in SINUHE:
        chance = seeded("sinuhe", title, year)
        where = _some_branches(chance, 12)
        yield _work(
            kind,
            title,
            () if kind == "ebook" else where,
            language=language,
            subjects=(("historialliset romaanit",), ("muinainen Egypti",)),
            author=SINUHE_AUTHOR,
            year=year,
        )


def _games() -> Iterator[MadeWork]:
    for number in range(180):
        chance = seeded("game", number)
        kind = "board game" if number % 2 else "video game"
        subjects = (("lautapelit",),) if number % 2 else (("videopelit",), ("konsolipelit",))
        title = f"{GAMES[number % len(GAMES)]} {number // len(GAMES) + 1}"
        yield _work(kind, title, _some_branches(chance, 6), language=chance.choice(("fin", "fin", "eng", "mul")),
                    subjects=subjects, year=str(chance.randint(2005, 2025)))  # fmt: skip


def _book(number: int) -> MadeWork:
    """A book of a shelf by its share; now and then as an e-book or an audiobook."""
    chance = seeded("book", number)
    shelf = chance.choices([shelf for shelf, _ in SHELVES], [share for _, share in SHELVES])[0]
    kind = chance.choices(("book", "ebook", "audiobook"), (84, 6, 10))[0]
    is_for_children = shelf is CHILDREN_FI
    where: tuple[str, ...] = () if kind == "ebook" else _some_branches(chance, 9)
    if is_for_children:
        where = tuple(f"{code.rstrip('/')}l/" if number % 2 else code for number, code in enumerate(where))
    if where and chance.random() < 0.15:
        where = (*where, chance.choice(NO_BRANCHES))
    year = chance.choices((str(chance.randint(1962, 2025)), "19--", ""), (94, 3, 3))[0]
    return _work(
        kind,
        f"{chance.choice(shelf.firsts)} {chance.choice(shelf.seconds)}",
        where,
        language=shelf.language,
        subjects=(chance.choice(shelf.subjects),) if chance.random() < 0.92 else (),
        author=f"{chance.choice(SURNAMES)}, {chance.choice(FIRST_NAMES)}",
        year=year,
        isbn=_isbn(number) if kind != "audiobook" and chance.random() < 0.85 else None,
        publisher=chance.choice(PUBLISHERS),
        has_cover=chance.random() < 0.7,
    )


def _work(
    kind: str,
    title: str,
    where: tuple[str, ...] | list[str],
    *,
    language: str,
    subjects: tuple[tuple[str, ...], ...],
    author: str | None = None,
    year: str = "",
    isbn: str | None = None,
    publisher: str | None = None,
    has_cover: bool = False,
) -> MadeWork:
    chain, label = FORMATS[kind]
    return MadeWork(
        id="",
        title=title,
        authors=(author,) if author is not None else (),
        year=year,
        format=chain,
        format_label=label,
        languages=(language,),
        isbns=(isbn,) if isbn is not None else (),
        subjects=subjects,
        publisher=publisher,
        branches=tuple(where),
        has_cover=has_cover,
    )


def _some_branches(chance: Random, most: int) -> tuple[str, ...]:
    """Up to `most` branches, mostly Helsinki's."""
    known = [branch.finna_code for branch in branches() if branch.finna_code is not None]
    return tuple(sorted(chance.sample(known, chance.randint(1, most))))


def _isbn(number: int) -> str:
    """With the right check digit, in a group (99999) that is given to nobody."""
    digits = f"97899999{number:04}"
    check = -sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits)) % 10
    return f"{digits}{check}"
